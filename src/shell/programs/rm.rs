//! `rm`, `rmdir` and `unlink`.

use super::job::{base_name, join, Job, Outcome};
use super::prompts::confirm;
use crate::kernel::LocalBoxFuture;
use crate::layerfs::{Errno, FileKind, Stat};

const SPEC: &str = "dfiIrRv dir=d force=f interactive=&? recursive=r verbose=v no-preserve-root=% \
    preserve-root=!?";

struct Rm {
    recursive: bool,
    dirs: bool,
    force: bool,
    ask: bool,
    verbose: bool,
}

/// Removes the operands.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let asked = match (opts.last("fiI&"), opts.value('&')) {
        (Some('&'), Some("never" | "no" | "none")) => Some('f'),
        (Some('&'), Some("once")) => Some('I'),
        (Some('&'), _) => Some('i'),
        (key, _) => key,
    };
    let rm = Rm {
        recursive: opts.last("rR").is_some(),
        dirs: opts.has('d'),
        force: asked == Some('f'),
        ask: asked == Some('i'),
        verbose: opts.has('v'),
    };
    if opts.args.is_empty() {
        return if rm.force { Ok(()) } else { Err(job.missing_operand(None)) };
    }
    if asked == Some('I') && (rm.recursive || opts.args.len() > 3) {
        let count = opts.args.len().to_string();
        let noun = if count == "1" { " argument" } else { " arguments" };
        let tail = if rm.recursive { " recursively? " } else { "? " };
        if !confirm(job, &["remove ", &count, noun, tail]).await {
            return Ok(());
        }
    }
    for path in &opts.args {
        if rm.recursive && matches!(base_name(path), "." | "..") {
            let shown = job.quoted(path);
            job.complain(&["refusing to remove '.' or '..' directory: skipping ", &shown]);
        } else if rm.recursive && !opts.has('%') && is_root(job, path) {
            let shown = if path == "/" { "'/'".to_string() } else { [&job.quoted(path), " (same as '/')"].concat() };
            job.complain(&["it is dangerous to operate recursively on ", &shown]);
            job.complain(&["use --no-preserve-root to override this failsafe"]);
        } else {
            rm.one(job, path).await;
        }
    }
    Ok(())
}

fn is_root(job: &Job, path: &str) -> bool {
    match (job.lstat(path), job.lstat("/")) {
        (Ok(a), Ok(b)) => a.ino == b.ino && a.dev == b.dev,
        _ => false,
    }
}

impl Rm {
    /// Removes a file or a tree; whether it is gone.
    fn one<'a>(&'a self, job: &'a mut Job, path: &'a str) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            let stat = match job.lstat(path) {
                Ok(stat) => stat,
                Err(Errno::ENOENT | Errno::ENOTDIR) if self.force => return true,
                Err(e) => {
                    cannot_remove(job, path, e);
                    return false;
                }
            };
            let dir = stat.kind == FileKind::Dir;
            if dir && !self.recursive && !self.dirs {
                cannot_remove(job, path, Errno::EISDIR);
                return false;
            }
            let protected = !self.force
                && job.proc.isatty(0)
                && stat.kind != FileKind::Symlink
                && job.proc.fs(|vfs, who| vfs.access(who, path, 2)).is_err();
            let asks = self.ask || protected;
            let shown = job.quoted(path);
            let wary = if protected { "write-protected " } else { "" };
            if dir && self.recursive {
                let names = match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
                    Ok(names) => names,
                    Err(e) => {
                        cannot_remove(job, path, e);
                        return false;
                    }
                };
                if asks && !names.is_empty() {
                    let question = ["descend into ", wary, "directory ", &shown, "? "];
                    if !confirm(job, &question).await {
                        return false;
                    }
                }
                let mut emptied = true;
                for entry in names {
                    emptied &= self.one(job, &join(path, &entry.name)).await;
                }
                if !emptied && !self.ask {
                    return false;
                }
            }
            if asks && !confirm(job, &["remove ", wary, kind_words(&stat), " ", &shown, "? "]).await {
                return false;
            }
            remove(job, path, &stat, self.verbose)
        })
    }
}

/// What `rm -i` and `stat` call a file of this kind.
pub fn kind_words(stat: &Stat) -> &'static str {
    match stat.kind {
        FileKind::File if stat.size == 0 => "regular empty file",
        FileKind::File => "regular file",
        FileKind::Dir => "directory",
        FileKind::Symlink => "symbolic link",
        FileKind::CharDevice => "character special file",
        FileKind::BlockDevice => "block special file",
        FileKind::Fifo => "fifo",
        FileKind::Socket => "socket",
    }
}

fn cannot_remove(job: &mut Job, path: &str, reason: Errno) {
    if job.busybox() {
        let reason = if reason == Errno::EISDIR { "is a directory".to_string() } else { reason.to_string() };
        return match reason.as_str() {
            "is a directory" => job.complain(&["'", path, "' is a directory"]),
            _ => job.complain(&["can't remove '", path, "': ", &reason]),
        };
    }
    job.fail("cannot remove", path, reason);
}

fn remove(job: &mut Job, path: &str, stat: &Stat, verbose: bool) -> bool {
    let dir = stat.kind == FileKind::Dir;
    match job.proc.fs(|vfs, who| if dir { vfs.rmdir(who, path) } else { vfs.unlink(who, path) }) {
        Ok(()) => {
            if verbose {
                let shown = job.quoted(path);
                job.line(&[if dir { "removed directory " } else { "removed " }, &shown].concat());
            }
            true
        }
        Err(e) => {
            cannot_remove(job, path, e);
            false
        }
    }
}

/// Removes a whole tree without asking, as `mv` does after a copy.
pub fn remove_tree(job: &mut Job, path: &str, verbose: bool) {
    let Ok(stat) = job.lstat(path) else { return };
    if stat.kind == FileKind::Dir {
        let names = job.proc.fs(|vfs, who| vfs.readdir(who, path)).unwrap_or_default();
        for entry in names {
            remove_tree(job, &join(path, &entry.name), verbose);
        }
    }
    remove(job, path, &stat, verbose);
}

/// `rmdir`: empty directories only.
pub fn rmdir(job: &mut Job) -> Outcome {
    let opts = job.options("pv parents=p verbose=v ignore-fail-on-non-empty=&")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    for path in &opts.args {
        let mut path = path.trim_end_matches('/').to_string();
        if path.is_empty() {
            path.push('/');
        }
        let mut operand = true;
        loop {
            if opts.has('v') {
                let shown = job.quoted(&path);
                job.line(&["rmdir: removing directory, ", &shown].concat());
            }
            if let Err(e) = job.proc.fs(|vfs, who| vfs.rmdir(who, &path)) {
                if e == Errno::ENOTEMPTY && opts.has('&') {
                    break;
                }
                let what = if operand || job.busybox() { "failed to remove" } else { "failed to remove directory" };
                if job.busybox() {
                    job.complain(&["'", &path, "': ", &e.to_string()]);
                } else {
                    job.fail(what, &path, e);
                }
                break;
            }
            operand = false;
            match path.rsplit_once('/') {
                Some((parent, _)) if opts.has('p') && !parent.is_empty() => path = parent.to_string(),
                _ => break,
            }
        }
    }
    Ok(())
}

/// `unlink`: one file, one system call.
pub fn unlink(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    match opts.args.as_slice() {
        [] => Err(job.missing_operand(None)),
        [path] => {
            if let Err(e) = job.proc.fs(|vfs, who| vfs.unlink(who, path)) {
                job.fail("cannot unlink", path, e);
            }
            Ok(())
        }
        [_, extra, ..] => Err(job.extra_operand(&extra.clone())),
    }
}
