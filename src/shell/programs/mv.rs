//! `mv`: a rename, or a copy and a removal where a rename cannot do it: between mounts, and for the directories of an
//! image's layers, which overlayfs refuses to rename (`EXDEV`).

use super::cp::{destination, Copy};
use super::job::{base_name, join, Job, Outcome};
use super::options::Parsed;
use super::prompts::confirm;
use super::rm::remove_tree;
use crate::layerfs::{Errno, FileKind};

const SPEC: &str = "fint:Tuv force=f interactive=i no-clobber=n update=u verbose=v target-directory=t: \
    no-target-directory=T";

/// Moves the operands.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let directory = opts.value('t').map(str::to_string);
    let (sources, target, into) = destination(job, opts.args.clone(), directory, opts.has('T'))?;
    for source in sources {
        let to = if into { join(&target, base_name(&source)) } else { target.clone() };
        one(job, &opts, &source, &to).await;
    }
    Ok(())
}

async fn one(job: &mut Job, opts: &Parsed, from: &str, to: &str) {
    let (shown_from, shown_to) = (job.quoted(from), job.quoted(to));
    let stat = match job.lstat(from) {
        Ok(stat) => stat,
        Err(e) => {
            return job.fail("cannot stat|can't rename", from, e);
        }
    };
    let old = job.lstat(to);
    if let Err(e) = old.as_ref().err().map_or(Ok(()), |e| if *e == Errno::ENOENT { Ok(()) } else { Err(*e) }) {
        return job.fail("cannot stat", to, e);
    }
    if let Ok(old) = old {
        if old.ino == stat.ino && old.dev == stat.dev {
            return job.complain(&[&shown_from, " and ", &shown_to, " are the same file"]);
        }
        match (stat.kind == FileKind::Dir, old.kind == FileKind::Dir) {
            (false, true) => return job.complain(&["cannot overwrite directory ", &shown_to, " with non-directory"]),
            (true, false) => {
                let words = ["cannot overwrite non-directory ", &shown_to, " with directory ", &shown_from];
                return job.complain(&words);
            }
            _ => {}
        }
        let chosen = opts.last("fin");
        if chosen == Some('n') || opts.has('u') && old.mtime >= stat.mtime {
            return;
        }
        let denied = job.proc.fs(|vfs, who| vfs.access(who, to, 2)).is_err();
        let protected = denied && chosen != Some('f') && job.proc.isatty(0) && old.kind != FileKind::Symlink;
        if protected {
            let mode = format!("{:04o} ({})", old.mode, old.mode_string().get(1..).unwrap_or(""));
            if !confirm(job, &["replace ", &shown_to, ", overriding mode ", &mode, "? "]).await {
                return;
            }
        } else if chosen == Some('i') && !confirm(job, &["overwrite ", &shown_to, "? "]).await {
            return;
        }
    }
    match job.proc.fs(|vfs, who| vfs.rename(who, from, to)) {
        Ok(()) if opts.has('v') => job.line(&["renamed ", &shown_from, " -> ", &shown_to].concat()),
        Ok(()) => {}
        Err(Errno::EXDEV) => across(job, opts, from, to).await,
        Err(Errno::EINVAL) if stat.kind == FileKind::Dir => {
            job.complain(&["cannot move ", &shown_from, " to a subdirectory of itself, ", &shown_to]);
        }
        Err(e) => job.complain(&["cannot move ", &shown_from, " to ", &shown_to, ": ", &e.to_string()]),
    }
}

/// A move that a rename cannot do. An old empty directory in the way gives way first, as rename would replace it.
async fn across(job: &mut Job, opts: &Parsed, from: &str, to: &str) {
    if let Ok(old) = job.lstat(to) {
        let gone =
            job.proc.fs(|vfs, who| if old.kind == FileKind::Dir { vfs.rmdir(who, to) } else { vfs.unlink(who, to) });
        if let Err(e) = gone {
            let (from, to) = (job.quoted(from), job.quoted(to));
            let words =
                ["inter-device move failed: ", &from, " to ", &to, "; unable to remove target: ", &e.to_string()];
            return job.complain(&words);
        }
    }
    if Copy::moving(opts.has('v')).one(job, from, to, true).await {
        remove_tree(job, from, opts.has('v'));
    }
}
