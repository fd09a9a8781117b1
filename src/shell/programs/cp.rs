//! `cp`, and the copying that `mv` falls back to between file systems. Contents are shared, not read: a copy of a file
//! of any size is one step, as a reflink would be. It must not know how contents are kept.

use super::accounts::Accounts;
use super::chmod::Mode;
use super::job::{base_name, dir_name, join, Job, Outcome};
use super::mkdir::make_dirs;
use super::prompts::confirm;
use crate::kernel::LocalBoxFuture;
use crate::layerfs::{Errno, FileKind, Stat};
use crate::sorted::VecMap;

const SPEC: &str = "adfHilLnPprRst:Tuv archive=a force=f interactive=i no-clobber=n no-dereference=P dereference=L \
    recursive=R link=l symbolic-link=s update=u verbose=v target-directory=t: \
    no-target-directory=T preserve=p? reflink=%? sparse=%: remove-destination=!";

/// How files are copied.
#[derive(Default)]
pub struct Copy {
    recursive: bool,
    /// Links are followed: all (`L`), those on the command line (`H`), or none (`P`).
    follow: char,
    preserve: bool,
    force: bool,
    interactive: bool,
    keep: bool,
    update: bool,
    verbose: bool,
    hard: bool,
    soft: bool,
    links: VecMap<(u32, u64), String>,
    /// Directories made by this copy: `cp -r d d/sub` must not enter them.
    made: Vec<u64>,
    /// What is being copied where, as the command line named it.
    operands: (String, String),
}

/// Copies the operands.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let recursive = opts.last("arR").is_some();
    let follow = match opts.last("adHLP") {
        Some('L') => 'L',
        Some('H') => 'H',
        Some(_) => 'P',
        None if recursive => 'P',
        None => 'L',
    };
    let mut copy = Copy {
        recursive,
        follow,
        preserve: opts.last("ap").is_some(),
        force: opts.last("f!").is_some(),
        interactive: opts.last("in") == Some('i'),
        keep: opts.last("in") == Some('n'),
        update: opts.has('u'),
        verbose: opts.has('v'),
        hard: opts.has('l'),
        soft: opts.has('s'),
        ..Copy::default()
    };
    let (sources, target, into) =
        destination(job, opts.args.clone(), opts.value('t').map(str::to_string), opts.has('T'))?;
    for source in sources {
        let to = if into { join(&target, base_name(&source)) } else { target.clone() };
        copy.one(job, &source, &to, true).await;
    }
    Ok(())
}

/// Tells sources from destination, as `cp`, `mv` and `ln` do: the destination, and whether it is a directory to put
/// the sources into.
///
/// # Errors
/// The exit status, after the complaint.
pub fn destination(
    job: &mut Job,
    mut args: Vec<String>,
    directory: Option<String>,
    plain: bool,
) -> Result<(Vec<String>, String, bool), i32> {
    if let Some(dir) = directory {
        if args.is_empty() {
            return Err(job.misused(&["missing file operand"]));
        }
        return match job.stat(&dir) {
            Ok(s) if s.kind == FileKind::Dir => Ok((args, dir, true)),
            other => Err(bad_target(job, "target directory ", &dir, other.err())),
        };
    }
    let Some(target) = args.pop() else { return Err(job.misused(&["missing file operand"])) };
    if args.is_empty() {
        let shown = job.quoted(&target);
        return Err(job.misused(&["missing destination file operand after ", &shown]));
    }
    if plain {
        if let [_, _, ..] = args.as_slice() {
            return Err(job.extra_operand(&target));
        }
        return Ok((args, target, false));
    }
    match job.stat(&target) {
        Ok(s) if s.kind == FileKind::Dir => Ok((args, target, true)),
        other if args.len() > 1 => Err(bad_target(job, "target ", &target, other.err())),
        _ => Ok((args, target, false)),
    }
}

fn bad_target(job: &mut Job, what: &str, target: &str, error: Option<Errno>) -> i32 {
    let shown = job.quoted(target);
    let reason = error.unwrap_or(Errno::ENOTDIR).to_string();
    job.complain(&[what, &shown, ": ", &reason]);
    1
}

impl Copy {
    /// The copying that `mv` does between file systems.
    pub fn moving(verbose: bool) -> Copy {
        Copy { recursive: true, follow: 'P', preserve: true, force: true, verbose, ..Copy::default() }
    }

    /// Copies one file or tree; whether all went well.
    pub fn one<'a>(
        &'a mut self,
        job: &'a mut Job,
        from: &'a str,
        to: &'a str,
        operand: bool,
    ) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            let follows = self.follow == 'L' || self.follow == 'H' && operand;
            let stat = match if follows { job.stat(from) } else { job.lstat(from) } {
                Ok(stat) => stat,
                Err(e) => {
                    job.fail("cannot stat|can't stat", from, e);
                    return false;
                }
            };
            if stat.kind == FileKind::Dir && !self.recursive {
                let shown = job.quoted(from);
                if job.busybox() {
                    job.complain(&["omitting directory ", &shown]);
                } else {
                    job.complain(&["-r not specified; omitting directory ", &shown]);
                }
                return false;
            }
            if operand {
                self.operands = (from.to_string(), to.to_string());
            }
            let said = job.status;
            let old = job.lstat(to).ok();
            match self.may_replace(job, from, &stat, to, old.as_ref()).await {
                Some(true) => {}
                Some(false) => return job.status == said,
                None => return false,
            }
            if stat.kind == FileKind::Dir {
                return self.directory(job, from, &stat, to, old.as_ref()).await;
            }
            self.file(job, from, &stat, to).await
        })
    }

    /// Whether the copy may go on: `Some(false)` where the old file is to stay, `None` after a complaint.
    async fn may_replace(
        &mut self,
        job: &mut Job,
        from: &str,
        stat: &Stat,
        to: &str,
        old: Option<&Stat>,
    ) -> Option<bool> {
        let Some(old) = old else { return Some(true) };
        let (shown_from, shown_to) = (job.quoted(from), job.quoted(to));
        let target = job.stat(to).ok();
        let same = [Some(old), target.as_ref()].into_iter().flatten().any(|s| s.ino == stat.ino && s.dev == stat.dev);
        if same && stat.kind != FileKind::Dir && !self.hard {
            job.complain(&[&shown_from, " and ", &shown_to, " are the same file"]);
            return None;
        }
        let onto_dir = target.as_ref().is_some_and(|s| s.kind == FileKind::Dir);
        if stat.kind == FileKind::Dir {
            if !onto_dir {
                job.complain(&["cannot overwrite non-directory ", &shown_to, " with directory ", &shown_from]);
                return None;
            }
            return Some(true);
        }
        if old.kind == FileKind::Dir || onto_dir && stat.kind != FileKind::Symlink {
            job.complain(&["cannot overwrite directory ", &shown_to, " with non-directory"]);
            return None;
        }
        if self.keep || self.update && old.mtime >= stat.mtime {
            return Some(false);
        }
        if self.interactive && !confirm(job, &["overwrite ", &shown_to, "? "]).await {
            return Some(false);
        }
        Some(true)
    }

    async fn directory(&mut self, job: &mut Job, from: &str, stat: &Stat, to: &str, old: Option<&Stat>) -> bool {
        if self.made.contains(&stat.ino) {
            let (from, to) = (job.quoted(&self.operands.0), job.quoted(&self.operands.1));
            job.complain(&["cannot copy a directory, ", &from, ", into itself, ", &to]);
            return false;
        }
        if old.is_none() {
            // Writable while it is being filled; its own mode comes last.
            if let Err(e) = job.proc.fs(|vfs, who| vfs.mkdir(who, to, stat.mode | 0o700)) {
                job.fail("cannot create directory", to, e);
                return false;
            }
            self.made.extend(job.stat(to).map(|s| s.ino));
            self.tell(job, from, to);
        }
        let names = match job.proc.fs(|vfs, who| vfs.readdir(who, from)) {
            Ok(names) => names,
            Err(e) => {
                job.fail("cannot access", from, e);
                return false;
            }
        };
        let mut well = true;
        for entry in names {
            well &= self.one(job, &join(from, &entry.name), &join(to, &entry.name), false).await;
        }
        if old.is_none() && !self.preserve {
            let umask = job.proc.umask();
            let _ = job.proc.fs(|vfs, who| vfs.chmod(who, to, stat.mode & !umask));
        }
        self.keep_attributes(job, stat, to);
        well
    }

    async fn file(&mut self, job: &mut Job, from: &str, stat: &Stat, to: &str) -> bool {
        self.tell(job, from, to);
        let exists = job.lstat(to).is_ok();
        if exists && (self.force || stat.kind == FileKind::Symlink || self.hard || self.soft) {
            let unwritable = job.proc.fs(|vfs, who| vfs.access(who, to, 2)).is_err();
            if unwritable || stat.kind != FileKind::File || self.hard || self.soft {
                let _ = job.proc.fs(|vfs, who| vfs.unlink(who, to));
            }
        }
        let (what, done) = if self.hard {
            ("cannot create hard link", job.proc.fs(|vfs, who| vfs.link(who, from, to)))
        } else if self.soft {
            ("cannot create symbolic link", job.proc.fs(|vfs, who| vfs.symlink(who, from, to)))
        } else if let Some(first) = self.links.get(&(stat.dev, stat.ino)).filter(|_| stat.nlink > 1 && self.preserve) {
            let _ = job.proc.fs(|vfs, who| vfs.unlink(who, to));
            return match job.proc.fs(|vfs, who| vfs.link(who, first, to)) {
                Ok(()) => true,
                Err(e) => {
                    job.fail("cannot create hard link", to, e);
                    false
                }
            };
        } else {
            self.content(job, from, stat, to).await
        };
        if let Err(e) = done {
            job.fail(what, to, e);
            return false;
        }
        if stat.nlink > 1 {
            self.links.insert((stat.dev, stat.ino), to.to_string());
        }
        if !self.hard && !self.soft {
            self.keep_attributes(job, stat, to);
        }
        true
    }

    async fn content(&mut self, job: &mut Job, from: &str, stat: &Stat, to: &str) -> (&'static str, Result<(), Errno>) {
        let umask = job.proc.umask();
        match stat.kind {
            FileKind::Symlink => {
                let done =
                    job.proc.fs(|vfs, who| vfs.readlink(who, from).and_then(|target| vfs.symlink(who, &target, to)));
                ("cannot create symbolic link", done)
            }
            FileKind::File => {
                let blob = match job.proc.fs(|vfs, who| vfs.blob(who, from)) {
                    Ok(blob) => blob,
                    Err(e) => {
                        job.fail("cannot open", from, e);
                        return ("", Ok(()));
                    }
                };
                // The mask of the process is applied here: `put_blob` takes the mode as it is.
                let mode = stat.mode & 0o777 & !umask;
                let done = job.proc.fs(|vfs, who| vfs.put_blob(who, to, blob, mode));
                (if done == Err(Errno::ENOSPC) { "error writing" } else { "cannot create regular file" }, done)
            }
            _ if self.recursive => {
                let made = job.proc.fs(|vfs, who| vfs.mknod(who, to, stat.kind, stat.rdev, stat.mode));
                ("cannot create special file", made)
            }
            // What is no ordinary file is read to its end: `cp /dev/null f` empties f.
            _ => ("cannot create regular file", stream(job, from, to).await),
        }
    }

    fn keep_attributes(&self, job: &mut Job, stat: &Stat, to: &str) {
        if !self.preserve {
            return;
        }
        job.proc.fs(|vfs, who| {
            let link = stat.kind == FileKind::Symlink;
            let _ = vfs.chown(who, to, Some(stat.uid), Some(stat.gid), false);
            if !link {
                let _ = vfs.chmod(who, to, stat.mode);
            }
            let _ = vfs.utimes(who, to, Some(stat.atime), Some(stat.mtime), false);
        });
    }

    fn tell(&self, job: &mut Job, from: &str, to: &str) {
        if self.verbose {
            let said = [&job.quoted(from), " -> ", &job.quoted(to), "\n"].concat();
            job.out(&said);
        }
    }
}

async fn stream(job: &mut Job, from: &str, to: &str) -> Result<(), Errno> {
    let source = job.open(from).await?;
    let target = job.create(to).await?;
    let mut result = Ok(());
    loop {
        match job.proc.read(source, 65_536).await {
            Ok(piece) if piece.is_empty() => break,
            Ok(piece) => {
                if let Err(e) = job.proc.write(target, &piece).await {
                    result = Err(e);
                    break;
                }
                job.proc.yield_now().await;
            }
            Err(e) => {
                result = Err(e);
                break;
            }
        }
    }
    job.close(source);
    job.close(target);
    result
}

/// `install`: copies with a mode and an owner, or makes directories.
pub async fn install(job: &mut Job) -> Outcome {
    let opts = job.options(
        "cdDg:m:o:t:Tv directory=d group=g: mode=m: owner=o: target-directory=t: \
         no-target-directory=T verbose=v",
    )?;
    let Some(mode) = Mode::parse(opts.value('m').unwrap_or("755")) else {
        let shown = job.quoted(opts.value('m').unwrap_or(""));
        job.complain(&["invalid mode ", &shown]);
        return Err(1);
    };
    let mode = mode.apply(0, opts.has('d'), 0);
    let accounts = Accounts::load(job);
    let uid = opts.value('o').and_then(|o| accounts.user_named(o).map(|u| u.uid).or_else(|| o.parse().ok()));
    let gid = opts.value('g').and_then(|g| accounts.group_named(g).map(|g| g.gid).or_else(|| g.parse().ok()));
    let mut made = Vec::new();
    if opts.has('d') {
        for path in &opts.args {
            if install_dirs(job, path) {
                made.push(path.clone());
            }
        }
    } else {
        let (sources, target, into) =
            destination(job, opts.args.clone(), opts.value('t').map(str::to_string), opts.has('T'))?;
        if opts.has('D') && !install_dirs(job, dir_name(&target)) {
            return Ok(());
        }
        let mut copy = Copy { follow: 'L', verbose: opts.has('v'), ..Copy::default() };
        for source in sources {
            let to = if into { join(&target, base_name(&source)) } else { target.clone() };
            // The old file is not written into: the new one is another file.
            if !job.is_dir(&to) {
                let _ = job.proc.fs(|vfs, who| vfs.unlink(who, &to));
            }
            if copy.one(job, &source, &to, true).await {
                made.push(to);
            }
        }
    }
    for path in made {
        let done = job.proc.fs(|vfs, who| {
            vfs.chmod(who, &path, mode)?;
            if uid.or(gid).is_some() {
                vfs.chown(who, &path, uid, gid, true)
            } else {
                Ok(())
            }
        });
        if let Err(e) = done {
            job.fail("cannot change permissions of", &path, e);
        }
    }
    Ok(())
}

/// The directories above what is installed: their mode is the same whatever the umask.
fn install_dirs(job: &mut Job, path: &str) -> bool {
    let mut made = Vec::new();
    let done = make_dirs(job, path, &mut made);
    for path in &made {
        let _ = job.proc.fs(|vfs, who| vfs.chmod(who, path, 0o755));
    }
    if let Err((path, e)) = &done {
        job.fail("cannot create directory", path, *e);
    }
    done.is_ok()
}
