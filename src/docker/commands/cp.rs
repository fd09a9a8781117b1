//! `docker cp`: files between the student's computer and a container, with the rules of `pkg/archive` for what a
//! source and a destination that exist or do not mean.

use super::super::cli::go_words;
use super::super::error::{not_found, CliError};
use super::super::paths::{asserts_directory, clean_keeping_end, is_current, join, split_entry};
use super::super::tar::{self, Entry, Kind};
use super::super::{Args, Cli, Running};
use crate::engine::api::{ArchivePutOptions, Stream};
use crate::kernel::{Errno, FileKind, OpenFlags, Stat};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let (source, target) = (side(args.arg(0)), side(args.arg(1)));
        match (source, target) {
            (Some((container, path)), None) => from_container(&cli, &args, container, path).await,
            (None, Some((container, path))) => to_container(&cli, &args, container, path).await,
            (Some(_), Some(_)) => Err(CliError::new(1, "copying between containers is not supported")),
            (None, None) => Err(CliError::new(1, "must specify at least one container source")),
        }
    })
}

/// `container:path`; none for a path of this computer.
fn side(arg: &str) -> Option<(&str, &str)> {
    let (container, path) = arg.split_once(':')?;
    (!arg.starts_with('/') && !container.starts_with('.')).then_some((container, path))
}

/// What is known of a source or destination.
struct Place {
    path: String,
    exists: bool,
    is_dir: bool,
}

async fn from_container(cli: &Cli, args: &Args, container: &str, path: &str) -> Result<i32, CliError> {
    let target = args.arg(1);
    let mut path = path.to_owned();
    if target != "-" {
        cli.check_output(target).map_err(|message| CliError::new(1, message))?;
    }
    let mut rename = None;
    if args.on("follow-link") {
        if let Ok(stat) = cli.engine.container_archive_stat(container, &path).await {
            if stat.is_symlink() {
                rename = Some(split_entry(&path).1);
                path = join(&split_entry(&path).0, &stat.link_target);
            }
        }
    }
    let missing = not_found("container:path", &format!("{container}:{path}"));
    let (stat, mut archive) = cli.engine.container_archive_get(container, &path).await.map_err(missing)?;
    if target == "-" {
        while let Some(bytes) = archive.next().await {
            cli.out_bytes(&bytes).await;
        }
        return Ok(0);
    }
    let bytes = archive.collect().await.concat();
    let entries = tar::read(&bytes).map_err(|message| CliError::new(1, message))?;
    let source = Place { path, exists: true, is_dir: stat.is_dir() };
    let target = destination(cli, &clean_keeping_end(&cli.absolute(target), target))?;
    let (dir, from, to) = place(&source, &target).map_err(|message| CliError::new(1, message))?;
    let to = to.or(rename);
    if let (".", Some(to), false) = (from.as_str(), &to, target.exists) {
        let made = cli.proc().fs(|vfs, who| vfs.mkdir(who, &join(&dir, to), 0o755));
        made.map_err(|errno| path_error("mkdir", &target.path, errno))?;
    }
    for entry in entries {
        unpack(cli, &dir, rebased(entry, &from, to.as_deref()), args.on("archive"))
            .map_err(|message| CliError::new(1, message))?;
    }
    Ok(0)
}

/// Where an archive of `source` is to be unpacked, the first part of its names, and what that becomes
/// (`archive.PrepareArchiveCopy`).
fn place(source: &Place, target: &Place) -> Result<(String, String, Option<String>), String> {
    let (dir, base) = split_entry(&target.path);
    let name = split_entry(&source.path).1;
    match (target.exists, target.is_dir, source.is_dir) {
        (true, true, _) => Ok((target.path.clone(), name, None)),
        (true, false, true) => Err("cannot copy directory".to_owned()),
        (false, _, false) if asserts_directory(&target.path) => Err("no such directory".to_owned()),
        _ => Ok((dir, name, Some(base))),
    }
}

/// An entry with the first part of its name changed. A directory's own content (`/.`) may come with a leading `./`
/// or without.
fn rebased(mut entry: Entry, from: &str, to: Option<&str>) -> Entry {
    let rename = |name: &str| {
        let name = if from == "." { name.trim_start_matches("./") } else { name };
        match (to, name.strip_prefix(from)) {
            (None, _) => name.to_owned(),
            (Some(to), _) if from == "." && name != "." => format!("{to}/{name}"),
            (Some(to), Some(rest)) if rest.is_empty() || rest.starts_with('/') => format!("{to}{rest}"),
            (Some(_), _) => name.to_owned(),
        }
    };
    entry.name = rename(&entry.name);
    if let Kind::Hardlink(target) = &entry.kind {
        entry.kind = Kind::Hardlink(rename(target));
    }
    entry
}

/// The destination on this computer, links followed; its folder must be there.
fn destination(cli: &Cli, path: &str) -> Result<Place, CliError> {
    let mut path = path.to_owned();
    for _ in 0..10 {
        match lstat(cli, &path) {
            Ok(stat) if stat.kind == FileKind::Symlink => {
                let link =
                    cli.proc().fs(|vfs, who| vfs.readlink(who, &path)).map_err(|e| path_error("readlink", &path, e))?;
                path = join(&split_entry(&path).0, &link);
            }
            Ok(stat) => return Ok(Place { path, exists: true, is_dir: stat.kind == FileKind::Dir }),
            Err(Errno::ENOENT) => {
                let parent = split_entry(&path).0;
                if !cli.exists(&parent) {
                    return Err(path_error("stat", &parent, Errno::ENOENT));
                }
                if !cli.is_dir(&parent) {
                    return Err(CliError::new(1, "not a directory"));
                }
                return Ok(Place { path, exists: false, is_dir: false });
            }
            Err(errno) => return Err(path_error("lstat", &path, errno)),
        }
    }
    Err(CliError::new(1, format!("too many symlinks in {path}")))
}

fn lstat(cli: &Cli, path: &str) -> Result<Stat, Errno> {
    // A final slash or dot follows a link.
    if asserts_directory(path) {
        return cli.proc().fs(|vfs, who| vfs.stat(who, path));
    }
    cli.proc().fs(|vfs, who| vfs.lstat(who, path))
}

fn path_error(op: &str, path: &str, errno: Errno) -> CliError {
    CliError::new(1, format!("{op} {path}: {}", go_words(errno)))
}

/// Makes an entry below `dir`. Its owner is this user, unless `archive` asks for the entry's own.
fn unpack(cli: &Cli, dir: &str, entry: Entry, archive: bool) -> Result<(), String> {
    let dir = join("/", dir);
    let path = join(&dir, &entry.name);
    if path != dir && !path.starts_with(&format!("{}/", dir.trim_end_matches('/'))) {
        return Err(format!("{:?} is outside of {dir:?}", entry.name));
    }
    let failed = |op: &str, errno: Errno| format!("{op} {path}: {}", go_words(errno));
    let there = cli.proc().fs(|vfs, who| vfs.lstat(who, &path)).ok();
    let is_dir = there.as_ref().is_some_and(|stat| stat.kind == FileKind::Dir);
    match (&entry.kind, there) {
        (Kind::Dir, Some(_)) if is_dir => {}
        (Kind::Dir, Some(_)) => return Err(format!("cannot overwrite non-directory {path:?} with directory {dir:?}")),
        (_, Some(_)) if is_dir => {
            return Err(format!("cannot overwrite directory {path:?} with non-directory {dir:?}"))
        }
        (_, Some(_)) => cli.proc().fs(|vfs, who| vfs.unlink(who, &path)).map_err(|e| failed("remove", e))?,
        (_, None) => {}
    }
    cli.proc()
        .fs(|vfs, who| match &entry.kind {
            Kind::Dir if is_dir => Ok(()),
            Kind::Dir => vfs.mkdir(who, &path, entry.mode),
            Kind::File(content) => {
                let handle = vfs.open(who, &path, OpenFlags::REWRITE, entry.mode)?;
                let mut done = 0;
                while let Some(rest) = content.get(done..).filter(|rest| !rest.is_empty()) {
                    done += vfs.write(who, &handle, done as u64, rest)?;
                }
                Ok(())
            }
            Kind::Symlink(target) => vfs.symlink(who, target, &path),
            Kind::Hardlink(target) => vfs.link(who, &join(&dir, target), &path),
            Kind::Other(_) => Ok(()),
        })
        .map_err(|e| failed("open", e))?;
    if matches!(entry.kind, Kind::File(_) | Kind::Dir) {
        cli.proc().fs(|vfs, who| vfs.chmod(who, &path, entry.mode)).map_err(|e| failed("chmod", e))?;
    }
    if archive {
        let owner = (Some(entry.uid), Some(entry.gid));
        cli.proc().fs(|vfs, who| vfs.chown(who, &path, owner.0, owner.1, false)).map_err(|e| failed("lchown", e))?;
    }
    Ok(())
}

async fn to_container(cli: &Cli, args: &Args, container: &str, typed: &str) -> Result<i32, CliError> {
    let source = args.arg(0);
    let mut target = Place { path: typed.to_owned(), exists: false, is_dir: false };
    let mut stat = cli.engine.container_archive_stat(container, typed).await;
    if let Some(link) = stat.as_ref().ok().filter(|stat| stat.is_symlink()) {
        target.path = join(&split_entry(typed).0, &link.link_target);
        stat = cli.engine.container_archive_stat(container, &target.path).await;
    }
    if let Ok(stat) = stat {
        (target.exists, target.is_dir) = (true, stat.is_dir());
    }
    let (dir, archive) = if source == "-" {
        if !target.is_dir {
            return Err(CliError::new(1, format!("destination \"{container}:{typed}\" must be a directory")));
        }
        (target.path, cli.stdin_stream().await)
    } else {
        let full = clean_keeping_end(&cli.absolute(source), source);
        pack(cli, args.on("follow-link"), &full, &target)?
    };
    let options = ArchivePutOptions { no_overwrite_dir_non_dir: true, copy_uid_gid: args.on("archive") };
    let missing = not_found("container:path", &format!("{container}:{dir}"));
    cli.engine.container_archive_put(container, &dir, archive, options).await.map_err(missing)?;
    Ok(0)
}

/// An archive of what is at `path` on this computer, and the directory of the container to unpack it in.
fn pack(cli: &Cli, follow: bool, path: &str, target: &Place) -> Result<(String, Stream<Vec<u8>>), CliError> {
    let mut real = path.to_owned();
    if follow {
        real = cli.proc().fs(|vfs, who| vfs.realpath(who, path)).map_err(|e| path_error("lstat", path, e))?;
    }
    let stat = lstat(cli, &real).map_err(|errno| path_error("lstat", &real, errno))?;
    let source = Place { path: path.to_owned(), exists: true, is_dir: stat.kind == FileKind::Dir };
    let (dir, name, rename) = place(&source, target).map_err(|message| CliError::new(1, message))?;
    let mut out = Vec::new();
    let root = if is_current(&real) { split_entry(&real).0 } else { real.trim_end_matches('/').to_owned() };
    add(cli, &root, rename.as_deref().unwrap_or(&name), &mut out)?;
    out.push(tar::end());
    Ok((dir, Stream::of(out)))
}

fn add(cli: &Cli, path: &str, name: &str, out: &mut Vec<Vec<u8>>) -> Result<(), CliError> {
    let failed = |op: &'static str| move |errno: Errno| path_error(op, path, errno);
    let stat = cli.proc().fs(|vfs, who| vfs.lstat(who, path)).map_err(failed("lstat"))?;
    let kind = match stat.kind {
        FileKind::Dir => Kind::Dir,
        FileKind::Symlink => {
            Kind::Symlink(cli.proc().fs(|vfs, who| vfs.readlink(who, path)).map_err(failed("readlink"))?.to_string())
        }
        FileKind::File => {
            let content = cli.read_file(path).map_err(|reason| CliError::new(1, format!("open {path}: {reason}")))?;
            Kind::File(content)
        }
        _ => return Ok(()),
    };
    let is_dir = kind == Kind::Dir;
    let (mode, mtime) = (stat.mode, stat.mtime.secs());
    out.push(tar::write(&Entry { name: name.to_owned(), kind, mode, uid: stat.uid, gid: stat.gid, mtime }));
    if is_dir {
        for entry in cli.proc().fs(|vfs, who| vfs.readdir(who, path)).map_err(failed("open"))? {
            let below = format!("{}/{}", path.trim_end_matches('/'), entry.name);
            add(cli, &below, &format!("{name}/{}", entry.name), out)?;
        }
    }
    Ok(())
}
