//! `ln`, `link`, `readlink` and `realpath`: names that lead to other names.

use super::cp::destination;
use super::job::{base_name, dir_name, join, Job, Outcome};
use super::prompts::confirm;
use crate::layerfs::{Errno, FileKind};

const SPEC: &str = "finPrst:Tv symbolic=s force=f interactive=i no-dereference=n physical=P \
    relative=r target-directory=t: no-target-directory=T verbose=v";

/// Makes links.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let soft = opts.has('s');
    let (sources, target, into) = if opts.args.len() == 1 && !opts.has('t') {
        (opts.args.clone(), ".".to_string(), true)
    } else {
        // With -n a link to a directory is a file to replace.
        let last_is_link = opts.args.last().is_some_and(|t| job.lstat(t).is_ok_and(|s| s.kind == FileKind::Symlink));
        let plain = opts.has('T') || opts.has('n') && last_is_link && opts.args.len() == 2;
        destination(job, opts.args.clone(), opts.value('t').map(str::to_string), plain)?
    };
    for source in sources {
        let name = if into { join(&target, base_name(&source)) } else { target.clone() };
        if !soft {
            match job.lstat(&source) {
                Err(e) => {
                    job.fail("failed to access", &source, e);
                    continue;
                }
                Ok(s) if s.kind == FileKind::Dir => {
                    let shown = job.quote_needed(&source);
                    job.complain(&[&shown, ": hard link not allowed for directory"]);
                    continue;
                }
                Ok(_) => {}
            }
        }
        let shown = job.quoted(&name);
        if let Ok(old) = job.lstat(&name) {
            let replace = opts.last("fi");
            let same = !soft && job.lstat(&source).is_ok_and(|s| s.ino == old.ino && s.dev == old.dev);
            if same && replace.is_some() {
                let source = job.quoted(&source);
                job.complain(&[&source, " and ", &shown, " are the same file"]);
                continue;
            }
            if old.kind == FileKind::Dir && replace.is_some() {
                job.complain(&[&shown, ": cannot overwrite directory"]);
                continue;
            }
            match replace {
                Some('i') if !confirm(job, &["replace ", &shown, "? "]).await => continue,
                Some(_) => drop(job.proc.fs(|vfs, who| vfs.unlink(who, &name))),
                None => {}
            }
        }
        let leads_to = if soft && opts.has('r') { relative(job, &source, &name) } else { source.clone() };
        let made = job.proc.fs(
            |vfs, who| {
                if soft {
                    vfs.symlink(who, &leads_to, &name)
                } else {
                    vfs.link(who, &source, &name)
                }
            },
        );
        match made {
            Err(e) if job.busybox() => job.fail("", &name, e),
            Err(e) if soft => job.fail("failed to create symbolic link", &name, e),
            Err(Errno::EEXIST) => job.fail("failed to create hard link", &name, Errno::EEXIST),
            Err(e) => {
                let source = job.quoted(&source);
                job.complain(&["failed to create hard link ", &shown, " => ", &source, ": ", &e.to_string()]);
            }
            Ok(()) if opts.has('v') => {
                let leads_to = job.quoted(&leads_to);
                job.line(&[shown.as_str(), if soft { " -> " } else { " => " }, &leads_to].concat());
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// A path as seen from the directory in which a link to it will lie.
fn relative(job: &Job, target: &str, link: &str) -> String {
    let real = |path: &str| canonical(job, path, Missing::Any).unwrap_or_else(|_| path.to_string());
    between(&real(target), &real(dir_name(link)))
}

/// The way from one absolute directory to an absolute path.
fn between(target: &str, from: &str) -> String {
    let parts = |p: &str| p.split('/').filter(|s| !s.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let (target, from) = (parts(target), parts(from));
    let shared = target.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let ups = from.iter().skip(shared).map(|_| "..".to_string());
    let way: Vec<String> = ups.chain(target.into_iter().skip(shared)).collect();
    if way.is_empty() {
        ".".to_string()
    } else {
        way.join("/")
    }
}

/// What may be missing of a path that is made canonical.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    None,
    Last,
    Any,
}

/// The absolute path without links, `.` and `..`.
fn canonical(job: &Job, path: &str, missing: Missing) -> Result<String, Errno> {
    let real = job.proc.fs(|vfs, who| vfs.realpath(who, path));
    match (real, missing) {
        (Ok(real), _) => Ok(real),
        (Err(Errno::ENOENT), Missing::Last | Missing::Any) => {
            if let Ok(target) = job.readlink(path) {
                let next = if target.starts_with('/') { target } else { join(dir_name(path), &target) };
                return canonical(job, &next, missing);
            }
            let (parent, name) = (dir_name(path), base_name(path));
            let deeper = if missing == Missing::Any { Missing::Any } else { Missing::None };
            let parent = canonical(job, parent, deeper)?;
            Ok(match name {
                "." => parent,
                ".." => dir_name(&parent).to_string(),
                name => join(&parent, name),
            })
        }
        (Err(e), _) => Err(e),
    }
}

/// `readlink`.
pub fn readlink(job: &mut Job) -> Outcome {
    let opts = job.options(
        "femnqsvz canonicalize=f canonicalize-existing=e canonicalize-missing=m no-newline=n quiet=q silent=s verbose=v zero=z",
    )?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let end = if opts.has('z') { "\0" } else { "\n" };
    let bare = opts.has('n') && opts.args.len() == 1;
    for path in &opts.args {
        let found = match opts.last("fem") {
            Some('f') => canonical(job, path, Missing::Last),
            Some('e') => canonical(job, path, Missing::None),
            Some(_) => canonical(job, path, Missing::Any),
            None => job.readlink(path),
        };
        match found {
            Ok(found) => {
                job.out(&found);
                job.out(if bare { "" } else { end });
            }
            Err(e) if opts.has('v') => job.fail_plain(path, e),
            Err(_) => job.status = 1,
        }
    }
    Ok(())
}

/// `realpath`.
pub fn realpath(job: &mut Job) -> Outcome {
    let opts = job.options(
        "emPqz canonicalize-existing=e canonicalize-missing=m physical=P quiet=q \
         zero=z relative-to=&:",
    )?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let missing = match opts.last("em") {
        Some('e') => Missing::None,
        Some(_) => Missing::Any,
        None => Missing::Last,
    };
    let base = opts.value('&').map(|d| canonical(job, d, Missing::Any).unwrap_or_else(|_| d.to_string()));
    for path in &opts.args {
        match canonical(job, path, missing) {
            Ok(real) => {
                let real = base.as_ref().map_or(real.clone(), |base| between(&real, base));
                job.out(&real);
                job.out(if opts.has('z') { "\0" } else { "\n" });
            }
            Err(_) if opts.has('q') => job.status = 1,
            Err(e) => job.fail_plain(path, e),
        }
    }
    Ok(())
}
