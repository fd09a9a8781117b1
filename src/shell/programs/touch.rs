//! `touch`: times of files, which it makes where they are missing; and `truncate`, their lengths.

use super::job::{Job, Outcome};
use super::sizes;
use crate::ambient::Time;
use crate::layerfs::Errno;
use crate::shell::dates;

/// Sets the times of the operands.
pub fn main(job: &mut Job) -> Outcome {
    let opts = job.options("acd:fhmr:t: no-create=c date=d: no-dereference=h reference=r: time=&:")?;
    let now = job.now();
    let (mut atime, mut mtime) = (now, now);
    if let Some(reference) = opts.value('r') {
        match job.stat(reference) {
            Ok(stat) => (atime, mtime) = (stat.atime, stat.mtime),
            Err(e) => {
                job.fail("failed to get attributes of", reference, e);
                return Err(1);
            }
        }
    }
    let given = match (opts.value('d'), opts.value('t')) {
        (Some(text), _) => Some((text, dates::parse(text, mtime))),
        (None, Some(text)) => Some((text, stamp(text, now))),
        (None, None) => None,
    };
    match given {
        Some((_, Some(t))) => (atime, mtime) = (t, t),
        Some((text, None)) => {
            let shown = job.quoted(text);
            job.complain(&["invalid date format ", &shown]);
            return Err(1);
        }
        None => {}
    }
    if opts.args.is_empty() {
        return Err(job.misused(&["missing file operand"]));
    }
    let word = opts.value('&').unwrap_or("");
    let (only_a, only_m) = (
        opts.has('a') || matches!(word, "atime" | "access" | "use"),
        opts.has('m') || matches!(word, "mtime" | "modify"),
    );
    let both = only_a == only_m;
    let (atime, mtime) = ((both || only_a).then_some(atime), (both || only_m).then_some(mtime));
    let follow = !opts.has('h');
    for path in &opts.args {
        let exists = if follow { job.stat(path) } else { job.lstat(path) };
        let done = match exists {
            Err(Errno::ENOENT) if opts.has('c') || !follow => continue,
            Err(Errno::ENOENT) => job.make(path, false, 0o666),
            Err(e) => Err(e),
            Ok(_) => Ok(()),
        };
        let done = done.and_then(|()| job.proc.fs(|vfs, who| vfs.utimes(who, path, atime, mtime, follow)));
        if let Err(e) = done {
            let what = if exists.is_err() { "cannot touch" } else { "setting times of" };
            job.fail(if job.busybox() { "" } else { what }, path, e);
        }
    }
    Ok(())
}

/// `[[CC]YY]MMDDhhmm[.ss]`.
fn stamp(text: &str, now: Time) -> Option<Time> {
    let (digits, seconds) = text.split_once('.').unwrap_or((text, "0"));
    let n: i64 = digits.parse().ok()?;
    let year = match digits.len() {
        8 => now.civil().year,
        10 if n / 100_000_000 >= 69 => 1900 + n / 100_000_000,
        10 => 2000 + n / 100_000_000,
        12 => n / 100_000_000,
        _ => return None,
    };
    let (month, day, hour, minute) = (n / 1_000_000 % 100, n / 10_000 % 100, n / 100 % 100, n % 100);
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    valid.then_some(Time::from_civil(year, month, day, hour, minute, seconds.parse().ok()?))
}

/// `truncate`: cuts or grows files to a size.
pub fn truncate(job: &mut Job) -> Outcome {
    let opts = job.options("cr:s: no-create=c reference=r: size=s:")?;
    let reference = match opts.value('r') {
        Some(path) => match job.stat(path) {
            Ok(stat) => Some(stat.size),
            Err(e) => {
                job.fail("cannot stat", path, e);
                return Err(1);
            }
        },
        None => None,
    };
    let text = opts.value('s').unwrap_or("");
    if text.is_empty() && reference.is_none() {
        return Err(job.misused(&["you must specify either '--size' or '--reference'"]));
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some((sign @ ("+" | "-" | "<" | ">" | "/" | "%"), rest)) => (sign, rest),
        _ => ("", text),
    };
    let Some(amount) = sizes::parse(digits).or(reference) else {
        let shown = job.quoted(text);
        job.complain(&["Invalid number: ", &shown]);
        return Err(1);
    };
    if opts.args.is_empty() {
        return Err(job.misused(&["missing file operand"]));
    }
    for path in &opts.args {
        let old = job.stat(path);
        if old.is_err() && opts.has('c') {
            continue;
        }
        let base = reference.or(old.map(|s| s.size).ok()).unwrap_or(0);
        let size = match sign {
            "+" => base.saturating_add(amount),
            "-" => base.saturating_sub(amount),
            "<" => base.min(amount),
            ">" => base.max(amount),
            "/" => base / amount.max(1) * amount,
            "%" => base.div_ceil(amount.max(1)) * amount,
            _ => amount,
        };
        let done = job.make(path, false, 0o666).and_then(|()| job.proc.fs(|vfs, who| vfs.truncate(who, path, size)));
        if let Err(e) = done {
            let shown = job.quoted(path);
            job.complain(&["cannot open ", &shown, " for writing: ", &e.to_string()]);
        }
    }
    Ok(())
}
