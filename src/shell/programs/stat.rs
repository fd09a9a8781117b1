//! `stat`: what the file system knows of a file, in GNU's layout or in one's own.

use super::accounts::Accounts;
use super::job::{Job, Outcome};
use super::quoting::{shell_quote, Quotes};
use super::rm::kind_words;
use crate::ambient::Time;
use crate::layerfs::{FileKind, Stat};
use crate::shell::dates;
use crate::shell::escape::{literal, Dialect};

const SPEC: &str = "c:fLt dereference=L file-system=f format=c: printf=&: terse=t cached=!:";
const STAMP: &str = "%Y-%m-%d %H:%M:%S.%N %z";

/// Tells of the operands.
pub fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let accounts = Accounts::load(job);
    let device = "  File: %HN\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-11i Links: %-5h Device type: %Hr,%Lr\n";
    let plain =
        "  File: %HN\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-11i Links: %h\n";
    let rest =
        "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n";
    for path in &opts.args {
        if opts.has('f') {
            file_system(job, path);
            continue;
        }
        let stat = match if opts.has('L') { job.stat(path) } else { job.lstat(path) } {
            Ok(stat) => stat,
            Err(e) => {
                job.fail("cannot statx|can't stat", path, e);
                continue;
            }
        };
        let special = matches!(stat.kind, FileKind::CharDevice | FileKind::BlockDevice);
        let own = [if special { device } else { plain }, rest].concat();
        let (format, end) = match (opts.value('c'), opts.value('&')) {
            (_, Some(format)) => (format.to_string(), ""),
            (Some(format), _) => (format.to_string(), "\n"),
            _ if opts.has('t') => ("%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o".to_string(), "\n"),
            _ => (own, ""),
        };
        let escapes = opts.has('&').then_some(Dialect::Stat);
        let text = fill(job, &accounts, (&format, escapes), path, &stat);
        job.out(&text);
        job.out(end);
    }
    Ok(())
}

fn fill(job: &Job, accounts: &Accounts, format: (&str, Option<Dialect>), path: &str, stat: &Stat) -> String {
    let mut out = String::new();
    let (mut rest, escapes) = format;
    loop {
        let (text, directive) = literal(rest, escapes);
        out.push_str(&text);
        let Some(directive) = directive else { return out };
        let flags_len = directive.find(|c: char| !"-+ #0'".contains(c)).unwrap_or(directive.len());
        let (flags, keys) = directive.split_at_checked(flags_len).unwrap_or(("", directive));
        let width_len = keys.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(keys.len());
        let (width, keys) = keys.split_at_checked(width_len).unwrap_or(("", keys));
        let mut chars = keys.chars();
        let Some(mut key) = chars.next() else {
            out.push('%');
            return out;
        };
        let mut half = None;
        // `%HN` is this program's own: the name with quotes only where it needs them.
        if matches!(key, 'H' | 'L') && chars.as_str().starts_with(['d', 'r', 'N']) {
            half = Some(key);
            key = chars.next().unwrap_or(key);
        }
        rest = chars.as_str();
        let value = field(job, accounts, key, half, path, stat);
        let size: usize = width.split('.').next().and_then(|w| w.parse().ok()).unwrap_or(0);
        let zero = flags.contains('0');
        let value = if flags.contains('#') && key == 'a' { ["0", &value].concat() } else { value };
        out.push_str(&match (flags.contains('-'), zero) {
            (true, _) => format!("{value:<size$}"),
            (_, true) => format!("{value:0>size$}"),
            _ => format!("{value:>size$}"),
        });
    }
}

fn field(job: &Job, accounts: &Accounts, key: char, half: Option<char>, path: &str, stat: &Stat) -> String {
    let time = |t: Time| dates::format(t, STAMP);
    let (major, minor) = (0, stat.dev);
    match key {
        'a' => format!("{:o}", stat.mode),
        'A' => stat.mode_string(),
        'b' => stat.blocks.to_string(),
        'B' => "512".to_string(),
        'd' => match half {
            Some('H') => major.to_string(),
            Some(_) => minor.to_string(),
            None => stat.dev.to_string(),
        },
        'D' => format!("{:x}", stat.dev),
        'f' => format!("{:x}", stat.full_mode()),
        'F' => kind_words(stat).to_string(),
        'g' => stat.gid.to_string(),
        'G' => accounts.group(stat.gid).map_or("UNKNOWN".to_string(), |g| g.name.clone()),
        'h' => stat.nlink.to_string(),
        'i' => stat.ino.to_string(),
        'm' => mount_point(job, path),
        'n' => path.to_string(),
        'N' => {
            let quotes = if half.is_some() { Quotes::Needed } else { Quotes::Always };
            let name = shell_quote(path, quotes, job.utf8());
            match job.readlink(path) {
                Ok(target) if stat.kind == FileKind::Symlink => {
                    [&name, " -> ", &shell_quote(&target, quotes, job.utf8())].concat()
                }
                _ => name,
            }
        }
        'o' => "4096".to_string(),
        'r' => match half {
            Some('H') => stat.rdev.0.to_string(),
            Some(_) => stat.rdev.1.to_string(),
            None => (stat.rdev.0 * 256 + stat.rdev.1).to_string(),
        },
        's' => stat.size.to_string(),
        't' => format!("{:x}", stat.rdev.0),
        'T' => format!("{:x}", stat.rdev.1),
        'u' => stat.uid.to_string(),
        'U' => accounts.user(stat.uid).map_or("UNKNOWN".to_string(), |u| u.name.clone()),
        // The time of a file's birth is not kept.
        'w' => "-".to_string(),
        'W' => "0".to_string(),
        'x' => time(stat.atime),
        'X' => stat.atime.secs().to_string(),
        'y' => time(stat.mtime),
        'Y' => stat.mtime.secs().to_string(),
        'z' => time(stat.ctime),
        'Z' => stat.ctime.secs().to_string(),
        '%' => "%".to_string(),
        _ => "?".to_string(),
    }
}

/// The mount that a path lies in: the longest of the mount points that it is under.
pub fn mount_point(job: &Job, path: &str) -> String {
    let real = job.proc.fs(|vfs, who| vfs.realpath(who, path)).unwrap_or_else(|_| path.to_string());
    let under = |target: &str| {
        target == "/" || real.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mounts = job.proc.system().mounts();
    let best = mounts.iter().map(|m| m.target.as_str()).filter(|t| under(t)).max_by_key(|t| t.len());
    best.unwrap_or("/").to_string()
}

/// `stat -f`: the file system itself.
fn file_system(job: &mut Job, path: &str) {
    if let Err(e) = job.stat(path) {
        return job.fail("cannot read file system information for", path, e);
    }
    let target = mount_point(job, path);
    let space = super::df::space(job, &target);
    let shown = shell_quote(path, Quotes::Always, job.utf8()).trim_matches('\'').to_string();
    let blocks = |bytes: u64| bytes / 4096;
    job.out(&format!(
        "  File: \"{shown}\"\n    ID: 0        Namelen: 255     Type: {}\nBlock size: 4096       Fundamental block size: 4096\n\
         Blocks: Total: {:<10} Free: {:<10} Available: {}\nInodes: Total: {:<10} Free: {}\n",
        space.kind,
        blocks(space.size),
        blocks(space.size - space.used),
        blocks(space.available),
        space.inodes,
        space.inodes - space.inodes_used,
    ));
}
