//! A container's files from outside: `diff`, `export`, and the archives of `cp` in and out. It must not know
//! processes beyond asking a running container's machine for its file system.

use super::containers::Container;
use super::{rootfs, SimEngine};
use crate::engine::api::{ArchivePutOptions, EngineError, FilesystemChange, PathStat, Stream};
use crate::layerfs::{Blob, ChangeKind, Entry, EntryBody, Errno, FileKind, LayerBuilder, Meta, Stat, Vfs, Who};
use crate::oci::layer_tar;
use crate::sorted::VecMap;
use std::rc::Rc;

/// How large the pieces of an archive are.
const PIECE: usize = 64 * 1024;

impl SimEngine {
    /// `docker diff`.
    pub(super) fn changed_paths(&self, container: &Container) -> Vec<FilesystemChange> {
        let root = container.get().root.clone();
        let diff = root.borrow().diff();
        let kind = |k| match k {
            ChangeKind::C => 0,
            ChangeKind::A => 1,
            ChangeKind::D => 2,
        };
        diff.into_iter().map(|c| FilesystemChange { path: c.path, kind: kind(c.kind) }).collect()
    }

    /// A tar of the whole root, without what is mounted into it.
    pub(super) fn export(&self, container: &Rc<Container>) -> Result<Stream<Vec<u8>>, EngineError> {
        let root = container.get().root.clone();
        let vfs = Vfs::with_root(root);
        let who = Who::root(self.kernel.now());
        let mut builder = LayerBuilder::new();
        pack(&vfs, &who, "/", "", &mut builder).map_err(|e| path_error("export", "/", e))?;
        self.container_event(container, "export", VecMap::new());
        Ok(tar_of(builder))
    }

    /// The file system as `docker cp` sees it: with its volumes, which the daemon mounts for this, even beside those
    /// that run. `then` happens before it takes them away again.
    fn with_files<R>(
        &self,
        container: &Container,
        then: Option<&str>,
        f: impl FnOnce(&mut Vfs, &Who<'_>) -> Result<R, EngineError>,
    ) -> Result<R, EngineError> {
        self.mount_events(container, "mount");
        let result = match container.running() {
            Some(running) => running.system.with_vfs(|vfs| f(vfs, &Who::root(self.kernel.now()))),
            None => self.with_files_at_rest(container, f),
        };
        if let (Ok(_), Some(action)) = (&result, then) {
            self.container_event(container, action, VecMap::new());
        }
        self.mount_events(container, "unmount");
        result
    }

    fn with_files_at_rest<R>(
        &self,
        container: &Container,
        f: impl FnOnce(&mut Vfs, &Who<'_>) -> Result<R, EngineError>,
    ) -> Result<R, EngineError> {
        let now = self.kernel.now();
        let (root, host) = {
            let inner = container.get();
            (inner.root.clone(), inner.host_config.clone())
        };
        let mut vfs = Vfs::with_root(root);
        let files = rootfs::host_dir(now, &container.config, &host, 0);
        self.mount_all(&mut vfs, container, &files, false)?;
        f(&mut vfs, &Who::root(now))
    }

    pub(super) fn stat_path(&self, typed: &str, path: &str) -> Result<PathStat, EngineError> {
        let container = self.find(typed)?;
        self.with_files(&container, None, |vfs, who| path_stat(vfs, who, path).map_err(|e| missing(e, typed, path)))
    }

    /// A tar of what is at `path`, its entries under the path's last component.
    pub(super) fn get_archive(&self, typed: &str, path: &str) -> Result<(PathStat, Stream<Vec<u8>>), EngineError> {
        let container = self.find(typed)?;
        let packed = |vfs: &Vfs, who: &Who<'_>| {
            let stat = path_stat(vfs, who, path)?;
            let mut builder = LayerBuilder::new();
            let name = if matches!(stat.name.as_str(), "/" | ".") { "" } else { stat.name.as_str() };
            let from = absolute(path);
            // A trailing slash follows a link.
            let from = if follows(path) { vfs.realpath(who, &from)? } else { from };
            pack(vfs, who, &from, name, &mut builder)?;
            Ok((stat, builder))
        };
        let (stat, builder) = self.with_files(&container, Some("archive-path"), |vfs, who| {
            packed(vfs, who).map_err(|e| missing(e, typed, path))
        })?;
        Ok((stat, tar_of(builder)))
    }

    /// Unpacks a tar into the directory `path`.
    pub(super) fn put_archive(
        &self,
        typed: &str,
        path: &str,
        bytes: Vec<u8>,
        options: ArchivePutOptions,
    ) -> Result<(), EngineError> {
        let container = self.find(typed)?;
        if container.get().host_config.readonly_rootfs {
            return Err(EngineError::ReadOnlyRootFs);
        }
        let layer = layer_tar::read(bytes.into()).map_err(|e| EngineError::ArchiveInvalid { reason: e.to_string() })?;
        self.with_files(&container, Some("extract-to-dir"), |vfs, who| {
            let dir = absolute(path);
            let stat = vfs.stat(who, &dir).map_err(|e| missing(e, typed, path))?;
            if stat.kind != FileKind::Dir {
                return Err(EngineError::NotADirectory);
            }
            let dir = vfs.realpath(who, &dir).map_err(|e| missing(e, typed, path))?;
            let mut seen = VecMap::new();
            let mut times = Vec::new();
            for entry in layer.entries() {
                let to = format!("{}/{}", dir.trim_end_matches('/'), entry.path);
                check_overwrite(vfs, who, &to, &entry, options)?;
                unpack(vfs, who, &to, &entry, &mut seen).map_err(|e| path_error("open", &to, e))?;
                times.push((to, entry.meta));
            }
            // Directories last, since what is put into them moves their times.
            for (path, meta) in times.iter().rev() {
                let _ = vfs.utimes(who, path, Some(meta.atime), Some(meta.mtime), false);
            }
            Ok(())
        })
    }
}

fn missing(errno: Errno, container: &str, path: &str) -> EngineError {
    match errno {
        Errno::ENOENT | Errno::ENOTDIR => EngineError::NoSuchPath { container: container.into(), path: path.into() },
        other => path_error("lstat", path, other),
    }
}

fn path_error(op: &'static str, path: &str, errno: Errno) -> EngineError {
    // Go prints errors in lower case.
    EngineError::Path { op, path: path.to_owned(), errno: errno.to_string().to_lowercase() }
}

fn tar_of(builder: LayerBuilder) -> Stream<Vec<u8>> {
    pieces(layer_tar::to_blob(&builder.finish()))
}

/// A content piece by piece.
pub(super) fn pieces(blob: Blob) -> Stream<Vec<u8>> {
    let mut at = 0;
    let mut list = Vec::new();
    while at < blob.len() {
        let piece = blob.read_at(at, PIECE);
        if piece.is_empty() {
            break;
        }
        at += piece.len() as u64;
        list.push(piece);
    }
    Stream::of(list)
}

fn absolute(path: &str) -> String {
    super::merge::clean(path)
}

fn follows(path: &str) -> bool {
    path.ends_with('/') || path.ends_with("/.")
}

fn path_stat(vfs: &Vfs, who: &Who<'_>, path: &str) -> Result<PathStat, Errno> {
    let at = absolute(path);
    let stat = if follows(path) { vfs.stat(who, &at)? } else { vfs.lstat(who, &at)? };
    if path.ends_with('/') && stat.kind != FileKind::Dir {
        return Err(Errno::ENOTDIR);
    }
    let link_target = match stat.kind {
        FileKind::Symlink => vfs.realpath(who, &at).or_else(|_| vfs.readlink(who, &at).map(|t| t.to_string()))?,
        _ => String::new(),
    };
    let name = match path.rsplit('/').next() {
        Some(".") => ".",
        _ => at.rsplit('/').next().filter(|n| !n.is_empty()).unwrap_or("/"),
    };
    Ok(PathStat { name: name.to_owned(), size: stat.size as i64, mode: go_mode(&stat), mtime: stat.mtime, link_target })
}

/// Go's `os.FileMode`.
fn go_mode(stat: &Stat) -> u32 {
    let kind = match stat.kind {
        FileKind::File => 0,
        FileKind::Dir => 1 << 31,
        FileKind::Symlink => 1 << 27,
        FileKind::BlockDevice => 1 << 26,
        FileKind::CharDevice => 1 << 26 | 1 << 21,
        FileKind::Fifo => 1 << 25,
        FileKind::Socket => 1 << 24,
    };
    let special = [(0o4000, 23), (0o2000, 22), (0o1000, 20)];
    let bits: u32 = special.iter().filter(|(mode, _)| stat.mode & mode != 0).map(|(_, bit)| 1 << bit).sum();
    kind | bits | stat.mode & 0o777
}

fn meta_of(stat: &Stat) -> Meta {
    Meta { mode: stat.mode, uid: stat.uid, gid: stat.gid, mtime: stat.mtime, atime: stat.atime, ctime: stat.ctime }
}

/// Copies a directory's content to the root of another file system.
pub(super) fn copy_tree(from: &Vfs, who: &Who<'_>, path: &str, to: &mut Vfs) -> Result<(), Errno> {
    let mut builder = LayerBuilder::new();
    pack(from, who, path, "", &mut builder)?;
    let stat = from.stat(who, path)?;
    let mut seen = VecMap::new();
    for entry in builder.finish().entries() {
        unpack(to, who, &format!("/{}", entry.path), &entry, &mut seen)?;
    }
    to.chmod(who, "/", stat.mode)?;
    to.chown(who, "/", Some(stat.uid), Some(stat.gid), false)
}

/// Puts `from` and everything in it into an archive under the name `to` (empty: its entries at the top).
fn pack(vfs: &Vfs, who: &Who<'_>, from: &str, to: &str, builder: &mut LayerBuilder) -> Result<(), Errno> {
    let mut links: VecMap<(u32, u64), String> = VecMap::new();
    let mut todo = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = todo.pop() {
        let stat = vfs.lstat(who, &from)?;
        let meta = meta_of(&stat);
        if stat.kind == FileKind::Dir {
            if !to.is_empty() {
                builder.dir(&to, meta)?;
            }
            for entry in vfs.readdir(who, &from)? {
                let inside = if to.is_empty() { entry.name.to_string() } else { format!("{to}/{}", entry.name) };
                todo.push((format!("{}/{}", from.trim_end_matches('/'), entry.name), inside));
            }
            continue;
        }
        if stat.nlink > 1 {
            if let Some(first) = links.get(&(stat.dev, stat.ino)) {
                builder.hardlink(&to, first)?;
                continue;
            }
            links.insert((stat.dev, stat.ino), to.clone());
        }
        match stat.kind {
            FileKind::File => builder.file(&to, vfs.blob(who, &from)?, meta)?,
            FileKind::Symlink => builder.symlink(&to, &vfs.readlink(who, &from)?, meta)?,
            kind => builder.special(&to, kind, stat.rdev, meta)?,
        }
    }
    Ok(())
}

fn check_overwrite(
    vfs: &Vfs,
    who: &Who<'_>,
    to: &str,
    entry: &Entry,
    options: ArchivePutOptions,
) -> Result<(), EngineError> {
    let is_dir = matches!(entry.body, EntryBody::Dir { .. });
    match vfs.lstat(who, to) {
        Ok(there) if options.no_overwrite_dir_non_dir && (there.kind == FileKind::Dir) != is_dir => Err(match is_dir {
            true => EngineError::OverwriteFile { file: to.to_owned(), with: entry.path.clone() },
            false => EngineError::OverwriteDir { dir: to.to_owned(), with: entry.path.clone() },
        }),
        _ => Ok(()),
    }
}

/// Puts one entry where it belongs; a directory on a directory is merged, anything else is replaced.
fn unpack(vfs: &mut Vfs, who: &Who<'_>, to: &str, entry: &Entry, seen: &mut VecMap<u32, String>) -> Result<(), Errno> {
    let who = Who { umask: 0, ..*who };
    let there = vfs.lstat(&who, to).ok();
    let is_dir = matches!(entry.body, EntryBody::Dir { .. });
    match &there {
        Some(s) if s.kind == FileKind::Dir && is_dir => {}
        Some(s) if s.kind == FileKind::Dir => remove_tree(vfs, &who, to)?,
        Some(_) => vfs.unlink(&who, to)?,
        None => {}
    }
    if entry.nlink > 1 {
        if let Some(first) = seen.get(&entry.ino) {
            return vfs.link(&who, first, to);
        }
        seen.insert(entry.ino, to.to_owned());
    }
    let mode = entry.meta.mode;
    match &entry.body {
        EntryBody::File(content) => vfs.put_blob(&who, to, content.clone(), mode)?,
        EntryBody::Dir { .. } if there.is_some_and(|s| s.kind == FileKind::Dir) => {}
        EntryBody::Dir { .. } => vfs.mkdir(&who, to, mode)?,
        EntryBody::Symlink(target) => vfs.symlink(&who, target, to)?,
        EntryBody::Device { kind, rdev } => vfs.mknod(&who, to, *kind, *rdev, mode)?,
        EntryBody::Fifo => vfs.mknod(&who, to, FileKind::Fifo, (0, 0), mode)?,
        EntryBody::Socket => vfs.mknod(&who, to, FileKind::Socket, (0, 0), mode)?,
        // An archive of files has none.
        EntryBody::Whiteout => return Ok(()),
    }
    vfs.chown(&who, to, Some(entry.meta.uid), Some(entry.meta.gid), false)?;
    if !matches!(entry.body, EntryBody::Symlink(_)) {
        vfs.chmod(&who, to, mode)?;
    }
    Ok(())
}

fn remove_tree(vfs: &mut Vfs, who: &Who<'_>, path: &str) -> Result<(), Errno> {
    for entry in vfs.readdir(who, path)? {
        let inside = format!("{path}/{}", entry.name);
        match entry.kind {
            FileKind::Dir => remove_tree(vfs, who, &inside)?,
            _ => vfs.unlink(who, &inside)?,
        }
    }
    vfs.rmdir(who, path)
}
