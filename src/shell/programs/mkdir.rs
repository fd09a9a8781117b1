//! `mkdir`, `mkfifo`, `mknod` and `mktemp`: new, empty things.

use super::chmod::Mode;
use super::job::{dir_name, join, Job, Outcome};
use crate::ambient::Ids;
use crate::layerfs::{Errno, FileKind};

/// Makes directories.
pub fn main(job: &mut Job) -> Outcome {
    let opts = job.options("m:pv mode=m: parents=p verbose=v")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let mode = parse_mode(job, opts.value('m'), 0o777)?;
    for path in &opts.args {
        let mut made = Vec::new();
        let done = if opts.has('p') { make_dirs(job, path, &mut made) } else { make_dir(job, path, &mut made) };
        // Those above have the mode that they would have anyway, and so has what was there already.
        let done = done.and_then(|()| match (mode, made.last()) {
            (Some(mode), Some(last)) => {
                job.proc.fs(|vfs, who| vfs.chmod(who, last, mode)).map_err(|e| (last.clone(), e))
            }
            _ => Ok(()),
        });
        for path in made.iter().filter(|_| opts.has('v')) {
            let shown = job.quoted(path);
            job.line(&["mkdir: created directory ", &shown].concat());
        }
        if let Err((path, e)) = done {
            job.fail("cannot create directory|can't create directory", &path, e);
        }
    }
    Ok(())
}

fn parse_mode(job: &mut Job, given: Option<&str>, from: u32) -> Result<Option<u32>, i32> {
    let Some(text) = given else { return Ok(None) };
    match Mode::parse(text) {
        Some(mode) => Ok(Some(mode.apply(from, from == 0o777, job.proc.umask()))),
        None => {
            let shown = job.quoted(text);
            job.complain(&["invalid mode ", &shown]);
            Err(1)
        }
    }
}

/// Makes a directory and those above it, where they are missing; `made` gets what was made, from the top down.
///
/// # Errors
/// Which one failed, and why.
pub fn make_dirs(job: &Job, path: &str, made: &mut Vec<String>) -> Result<(), (String, Errno)> {
    if job.is_dir(path) {
        return Ok(());
    }
    let parent = dir_name(path);
    match job.stat(parent) {
        Ok(stat) if stat.kind != FileKind::Dir => return Err((parent.to_string(), Errno::ENOTDIR)),
        Err(_) if parent != path => make_dirs(job, parent, made)?,
        _ => {}
    }
    make_dir(job, path, made)
}

fn make_dir(job: &Job, path: &str, made: &mut Vec<String>) -> Result<(), (String, Errno)> {
    let path = path.to_string();
    match job.proc.fs(|vfs, who| vfs.mkdir(who, &path, 0o777)) {
        Ok(()) => {
            made.push(path);
            Ok(())
        }
        Err(e) => Err((path, e)),
    }
}

/// `mkfifo`: named pipes.
pub fn mkfifo(job: &mut Job) -> Outcome {
    let opts = job.options("m: mode=m:")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let mode = parse_mode(job, opts.value('m'), 0o666)?;
    for path in &opts.args {
        let made = job.proc.fs(|vfs, who| {
            vfs.mknod(who, path, FileKind::Fifo, (0, 0), 0o666)?;
            mode.map_or(Ok(()), |m| vfs.chmod(who, path, m))
        });
        if let Err(e) = made {
            job.fail("cannot create fifo", path, e);
        }
    }
    Ok(())
}

/// `mknod`: pipes and devices.
pub fn mknod(job: &mut Job) -> Outcome {
    let opts = job.options("m: mode=m:")?;
    let mode = parse_mode(job, opts.value('m'), 0o666)?;
    let (path, kind, numbers) = match opts.args.as_slice() {
        [] => return Err(job.missing_operand(None)),
        [path] => return Err(job.missing_operand(Some(path))),
        [path, kind, numbers @ ..] => (path, kind.as_str(), numbers),
    };
    // How many operands there are to be is asked before what they say.
    match (kind.starts_with('p'), numbers) {
        (true, []) | (false, [_, _]) => {}
        (true, [extra, more @ ..]) => {
            let shown = job.quoted(extra);
            let why = if more.len() == 1 { "\nFifos do not have major and minor device numbers." } else { "" };
            return Err(job.misused(&["extra operand ", &shown, why]));
        }
        (false, [_, _, extra, ..]) => return Err(job.extra_operand(extra)),
        (false, few) => {
            let shown = job.quoted(few.first().map_or(kind, String::as_str));
            let why = if few.is_empty() { "\nSpecial files require major and minor device numbers." } else { "" };
            return Err(job.misused(&["missing operand after ", &shown, why]));
        }
    }
    let kind = match kind {
        "p" => FileKind::Fifo,
        "b" => FileKind::BlockDevice,
        "c" | "u" => FileKind::CharDevice,
        other => {
            let shown = job.quoted(other);
            return Err(job.misused(&["invalid device type ", &shown]));
        }
    };
    let rdev = match (kind, numbers) {
        (FileKind::BlockDevice | FileKind::CharDevice, [major, minor]) => match (major.parse(), minor.parse()) {
            (Ok(major), Ok(minor)) => (major, minor),
            (major, _) => {
                let (word, noun) = if major.is_err() { (numbers.first(), "major") } else { (numbers.last(), "minor") };
                let shown = job.quoted(word.map_or("", String::as_str));
                job.complain(&["invalid ", noun, " device number ", &shown]);
                return Err(1);
            }
        },
        _ => (0, 0),
    };
    let made = job.proc.fs(|vfs, who| {
        vfs.mknod(who, path, kind, rdev, 0o666)?;
        mode.map_or(Ok(()), |m| vfs.chmod(who, path, m))
    });
    if let Err(e) = made {
        job.fail_plain(path, e);
    }
    Ok(())
}

/// `mktemp`: a file or directory that was not there before. Its letters come from the virtual time and the process's number,
/// so that a replay finds the same.
pub fn mktemp(job: &mut Job) -> Outcome {
    let opts = job.options("dup:t directory=d dry-run=u tmpdir=p? suffix=&:")?;
    let dir = opts.value('p').filter(|d| !d.is_empty()).map(str::to_string);
    let dir = dir.or_else(|| job.proc.env("TMPDIR").filter(|d| !d.is_empty())).unwrap_or_else(|| "/tmp".to_string());
    let template = match opts.args.first() {
        Some(t) if opts.has('p') || opts.has('t') => join(&dir, t),
        Some(t) => t.clone(),
        None => join(&dir, "tmp.XXXXXXXXXX"),
    };
    let template = [&template, opts.value('&').unwrap_or("")].concat();
    let Some(end) = template.rfind('X').map(|at| at + 1).filter(|_| template.contains("XXX")) else {
        let shown = job.quoted(&template);
        job.complain(&["too few X's in template ", &shown]);
        return Err(1);
    };
    let (head, suffix) = template.split_at_checked(end).unwrap_or((&template, ""));
    let stem = head.trim_end_matches('X');
    let directory = opts.has('d');
    let mut random = Ids::new(job.now().0 as u64 ^ u64::from(job.proc.pid()) << 48);
    for _ in 0..100 {
        let mut path = stem.to_string();
        for _ in stem.len()..head.len() {
            let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
            let pick = random.below(letters.len() as u64);
            path.push(char::from(letters.get(pick as usize).copied().unwrap_or(b'X')));
        }
        path.push_str(suffix);
        let made = if opts.has('u') {
            job.lstat(&path).map_or(Ok(()), |_| Err(Errno::EEXIST))
        } else if directory {
            job.proc.fs(|vfs, who| vfs.mkdir(who, &path, 0o700))
        } else {
            job.make(&path, true, 0o600)
        };
        match made {
            Ok(()) => {
                job.line(&path);
                return Ok(());
            }
            Err(Errno::EEXIST) => {}
            Err(e) => {
                let kind = if directory { "directory" } else { "file" };
                let shown = job.quoted(&template);
                job.complain(&["failed to create ", kind, " via template ", &shown, ": ", &e.to_string()]);
                return Err(1);
            }
        }
    }
    Err(1)
}
