//! `basename`, `dirname`, `pwd` and `which`: questions about paths.

use super::job::{base_name, dir_name, Job, Outcome};
use crate::layerfs::FileKind;

/// `basename`.
pub fn basename(job: &mut Job) -> Outcome {
    let opts = job.options("+as:z multiple=a suffix=s: zero=z")?;
    let Some(first) = opts.args.first() else { return Err(job.missing_operand(None)) };
    let many = opts.has('a') || opts.has('s');
    if let (false, Some(extra)) = (many, opts.args.get(2)) {
        return Err(job.extra_operand(extra));
    }
    let suffix = if many { opts.value('s') } else { opts.args.get(1).map(String::as_str) }.unwrap_or("");
    let paths = if many { opts.args.as_slice() } else { std::slice::from_ref(first) };
    for path in paths {
        let name = base_name(path);
        // A name that is nothing but the suffix stays.
        let name = name.strip_suffix(suffix).filter(|n| !n.is_empty()).unwrap_or(name);
        job.out(name);
        job.out(if opts.has('z') { "\0" } else { "\n" });
    }
    Ok(())
}

/// `dirname`.
pub fn dirname(job: &mut Job) -> Outcome {
    let opts = job.options("z zero=z")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    for path in &opts.args {
        job.out(dir_name(path));
        job.out(if opts.has('z') { "\0" } else { "\n" });
    }
    Ok(())
}

/// `pwd`: the physical directory, or with `-L` the one that `PWD` names, if it is the same.
pub fn pwd(job: &mut Job) -> Outcome {
    let opts = job.options("LP logical=L physical=P")?;
    if !opts.args.is_empty() {
        job.complain(&["ignoring non-option arguments"]);
        job.status = 0;
    }
    if opts.last("LP") == Some('L') {
        let named = job.proc.env("PWD").filter(|p| p.starts_with('/') && !p.contains("/."));
        if let Some(named) = named.filter(|p| job.stat(p).ok().map(|s| s.ino) == job.stat(".").ok().map(|s| s.ino)) {
            job.line(&named);
            return Ok(());
        }
    }
    match job.proc.fs(|vfs, who| vfs.realpath(who, ".")) {
        Ok(path) => job.line(&path),
        Err(e) => job.complain(&["couldn't find directory entry in '..' with matching i-node: ", &e.to_string()]),
    }
    Ok(())
}

/// `which`: Debian's, which says nothing of what it does not find.
pub fn which(job: &mut Job) -> Outcome {
    let opts = job.options("as")?;
    if opts.args.is_empty() {
        return Err(1);
    }
    for name in &opts.args {
        let dirs = if name.contains('/') { String::new() } else { job.proc.env("PATH").unwrap_or_default() };
        let mut found = false;
        for dir in dirs.split(':') {
            let path = if name.contains('/') {
                name.clone()
            } else {
                super::job::join(if dir.is_empty() { "." } else { dir }, name)
            };
            let usable = job.stat(&path).is_ok_and(|s| s.kind == FileKind::File)
                && job.proc.fs(|vfs, who| vfs.access(who, &path, 1)).is_ok();
            if usable {
                found = true;
                if !opts.has('s') {
                    job.line(&path);
                }
                if !opts.has('a') {
                    break;
                }
            }
        }
        if !found {
            job.status = 1;
        }
    }
    Ok(())
}
