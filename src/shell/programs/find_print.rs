//! What `find` prints of a file with `-ls` and `-printf`.

use super::accounts::Accounts;
use super::find::Found;
use super::job::Job;
use crate::ambient::Time;
use crate::layerfs::{FileKind, Stat};
use crate::shell::dates;
use crate::shell::escape::{literal, Dialect};

/// The letter of `-type`.
pub fn type_letter(kind: FileKind) -> char {
    match kind {
        FileKind::File => 'f',
        other => other.letter(),
    }
}

pub fn ls_line(job: &Job, accounts: &Accounts, found: &Found) -> String {
    let stat = &found.stat;
    let (user, group) = (accounts.user_name(stat.uid), accounts.group_name(stat.gid));
    let recent = (0..15_778_476).contains(&(job.now().secs() - stat.mtime.secs()));
    let date = dates::format(stat.mtime, if recent { "%b %e %H:%M" } else { "%b %e  %Y" });
    let target = job.readlink(&found.path).map(|t| [" -> ", &t].concat()).unwrap_or_default();
    format!(
        "{:9} {:6} {} {:3} {user:8} {group:8} {:8} {date} {}{target}",
        stat.ino,
        stat.blocks.div_ceil(2),
        stat.mode_string(),
        stat.nlink,
        stat.size,
        found.path
    )
}

pub fn printf(job: &Job, accounts: &Accounts, format: &str, found: &Found) -> String {
    let mut out = String::new();
    let mut rest = format;
    loop {
        let (text, directive) = literal(rest, Some(Dialect::Find));
        out.push_str(&text);
        let Some(directive) = directive else { return out };
        let len = directive.find(|c: char| !(c.is_ascii_digit() || "-+ #.".contains(c))).unwrap_or(directive.len());
        let (flags, keys) = directive.split_at_checked(len).unwrap_or(("", directive));
        let mut chars = keys.chars();
        let Some(key) = chars.next() else { return out };
        let sub = if "ACT".contains(key) { chars.next() } else { None };
        rest = chars.as_str();
        let value = field(job, accounts, key, sub, found);
        let width = flags.trim_start_matches(['-', '0', '#']).split('.').next();
        let width: usize = width.and_then(|w| w.parse().ok()).unwrap_or(0);
        let zero = flags.trim_start_matches('#').starts_with('0');
        out.push_str(&match (flags.contains('-'), zero) {
            (true, _) => format!("{value:<width$}"),
            (_, true) => format!("{value:0>width$}"),
            _ => format!("{value:>width$}"),
        });
    }
}

fn field(job: &Job, accounts: &Accounts, key: char, sub: Option<char>, found: &Found) -> String {
    let stat: &Stat = &found.stat;
    let stamp = |t: Time| match sub {
        Some('@') => dates::format(t, "%s.%N0"),
        Some('+') => dates::format(t, "%Y-%m-%d+%H:%M:%S.%N0"),
        Some('T') => dates::format(t, "%H:%M:%S.%N0"),
        Some('S') => dates::format(t, "%S.%N0"),
        Some(other) => dates::format(t, &["%", &other.to_string()].concat()),
        None => dates::format(t, "%a %b %e %H:%M:%S.%N0 %Y"),
    };
    let under_root = found.path.strip_prefix(&found.root).unwrap_or(&found.path);
    match key {
        'p' => found.path.clone(),
        'f' => found.name().to_string(),
        'h' => match found.path.rsplit_once('/') {
            Some(("", _)) | None if found.path.starts_with('/') => String::new(),
            Some((dir, _)) => dir.to_string(),
            None => ".".to_string(),
        },
        'P' => under_root.trim_start_matches('/').to_string(),
        'H' => found.root.clone(),
        'd' => found.depth.to_string(),
        's' => stat.size.to_string(),
        'k' => stat.blocks.div_ceil(2).to_string(),
        'b' => stat.blocks.to_string(),
        'm' => format!("{:o}", stat.mode),
        'M' => stat.mode_string(),
        'u' => accounts.user_name(stat.uid),
        'g' => accounts.group_name(stat.gid),
        'U' => stat.uid.to_string(),
        'G' => stat.gid.to_string(),
        'n' => stat.nlink.to_string(),
        'i' => stat.ino.to_string(),
        'D' => stat.dev.to_string(),
        'y' | 'Y' => type_letter(stat.kind).to_string(),
        'l' => job.readlink(&found.path).unwrap_or_default(),
        't' => dates::format(stat.mtime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'a' => dates::format(stat.atime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'c' => dates::format(stat.ctime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'T' => stamp(stat.mtime),
        'A' => stamp(stat.atime),
        'C' => stamp(stat.ctime),
        '%' => "%".to_string(),
        other => ["%", &other.to_string()].concat(),
    }
}
