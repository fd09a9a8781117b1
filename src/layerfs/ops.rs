//! The calls that programs make on names: looking, making, removing, renaming, changing metadata.

use super::blob::Blob;
use super::errno::Errno;
use super::file::{new_meta, set_content_of};
use super::node::{Body, FileKind, Ino, Meta, Node, Stat};
use super::path;
use super::vfs::{DirEntry, Fs, OpenFlags, SharedMount, Vfs, Who};
use super::walk::{in_group, permits, Last, Spot, What};
use crate::ambient::Time;
use std::sync::Arc;

/// Reading and asking.
impl Vfs {
    /// Metadata, symlinks followed. ENOENT, ENOTDIR, EACCES (a directory on the way may not be searched), ELOOP,
    /// ENAMETOOLONG, as for every call that takes a path.
    pub fn stat(&self, who: &Who<'_>, path: &str) -> Result<Stat, Errno> {
        let spot = self.resolve(who, path, Last::Follow)?;
        self.stat_what(who, &spot.point, &spot.canon, spot.found()?)
    }

    /// Metadata of a symlink itself.
    pub fn lstat(&self, who: &Who<'_>, path: &str) -> Result<Stat, Errno> {
        let spot = self.resolve(who, path, Last::Keep)?;
        self.stat_what(who, &spot.point, &spot.canon, spot.found()?)
    }

    /// A symlink's target. EINVAL if it is none.
    pub fn readlink(&self, who: &Who<'_>, path: &str) -> Result<Arc<str>, Errno> {
        let spot = self.resolve(who, path, Last::Keep)?;
        self.link_target(&spot.point, spot.found()?)?.ok_or(Errno::EINVAL)
    }

    /// The canonical absolute path; every part must exist.
    pub fn realpath(&self, who: &Who<'_>, path: &str) -> Result<String, Errno> {
        let spot = self.resolve(who, path, Last::Follow)?;
        spot.found()?;
        Ok(if spot.canon.is_empty() { "/".to_owned() } else { spot.canon })
    }

    /// Whether reading (4), writing (2), executing or searching (1) is allowed: EACCES, EROFS if not; 0 asks only
    /// whether it exists.
    pub fn access(&self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        let spot = self.resolve(who, path, Last::Follow)?;
        let (kind, meta) = self.meta_of(&spot.point, spot.found()?)?;
        if !permits(who, &meta, kind == FileKind::Dir, mode & 7) {
            return Err(Errno::EACCES);
        }
        if mode & 1 != 0 && kind == FileKind::File && spot.point.noexec() {
            return Err(Errno::EACCES);
        }
        let on_disk = matches!(kind, FileKind::File | FileKind::Dir | FileKind::Symlink);
        if mode & 2 != 0 && on_disk && spot.point.read_only {
            return Err(Errno::EROFS);
        }
        Ok(())
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    pub fn readdir(&self, who: &Who<'_>, path: &str) -> Result<Vec<DirEntry>, Errno> {
        let spot = self.resolve(who, path, Last::Follow)?;
        let (kind, meta) = self.meta_of(&spot.point, spot.found()?)?;
        if kind != FileKind::Dir {
            return Err(Errno::ENOTDIR);
        }
        if !permits(who, &meta, true, 4) {
            return Err(Errno::EACCES);
        }
        let point = &spot.point;
        match (spot.found()?, &point.fs) {
            (What::Tree(dir), Fs::Tree(fs)) => {
                let mount = fs.borrow();
                let entry = |(name, loc)| {
                    let kind = mount.node(loc)?.kind();
                    Some(DirEntry { name, ino: mount.ino(loc), kind })
                };
                Ok(mount.list(dir).into_iter().filter_map(entry).collect())
            }
            (What::Pseudo(_), Fs::Pseudo(fs)) => {
                let inside = point.inside(&spot.canon);
                let inside = inside.trim_start_matches('/');
                let names = fs.list(inside, who.pid).ok_or(Errno::ENOENT)?;
                let entry = |name: String| {
                    let node = fs.lookup(path::join(inside, &name).trim_start_matches('/'), who.pid)?;
                    let canon = format!("{}/{name}", spot.canon);
                    let (point, what) = super::walk::grafted(point, &canon, node)?;
                    let stat = self.stat_what(who, &point, &canon, &what).ok()?;
                    Some(DirEntry { name: name.into(), ino: stat.ino, kind: stat.kind })
                };
                Ok(names.into_iter().filter_map(entry).collect())
            }
            _ => Err(Errno::EIO),
        }
    }

    /// A file's whole content in O(1); the caller needs read permission. EISDIR, EINVAL if it is no regular file.
    pub fn blob(&self, who: &Who<'_>, path: &str) -> Result<Blob, Errno> {
        let spot = self.resolve(who, path, Last::Follow)?;
        let what = spot.found()?;
        let (kind, meta) = self.meta_of(&spot.point, what)?;
        if !permits(who, &meta, kind == FileKind::Dir, 4) {
            return Err(Errno::EACCES);
        }
        match what {
            What::Pseudo(node) => node.content().ok_or(Errno::EISDIR),
            What::Tree(place) => self.with_node(&spot.point, place, |node| match &node.body {
                Body::File(blob) => Ok(blob.clone()),
                Body::Dir { .. } => Err(Errno::EISDIR),
                _ => Err(Errno::EINVAL),
            })?,
        }
    }
}

/// Making and removing names.
impl Vfs {
    /// The tree and the inner path of a directory that `who` may make or remove names in.
    fn writable_dir(&self, who: &Who<'_>, spot: &Spot) -> Result<(SharedMount, String), Errno> {
        let Some((point, what)) = &spot.parent else { return Err(Errno::EBUSY) };
        let (_, meta) = self.meta_of(point, what)?;
        match &point.fs {
            Fs::Pseudo(_) => Err(Errno::EACCES),
            Fs::Tree(_) if point.read_only => Err(Errno::EROFS),
            Fs::Tree(_) if !permits(who, &meta, true, 3) => Err(Errno::EACCES),
            Fs::Tree(fs) => {
                self.note_change(point.dev);
                Ok((fs.clone(), point.inside(spot.split().0)))
            }
        }
    }

    /// Puts a new file at a spot where none is; a directory with the set-group-id bit hands its group down.
    pub(super) fn make(&mut self, who: &Who<'_>, spot: &Spot, mut node: Node) -> Result<Ino, Errno> {
        let (fs, dir) = self.writable_dir(who, spot)?;
        if let Some((point, what)) = &spot.parent {
            let (_, parent) = self.meta_of(point, what)?;
            if parent.mode & 0o2000 != 0 {
                node.meta.gid = parent.gid;
                if node.is_dir() {
                    node.meta.mode |= 0o2000;
                }
            }
        }
        let ino = fs.borrow_mut().create(&dir, spot.split().1, node, who.now)?;
        Ok(ino)
    }

    fn make_new(&mut self, who: &Who<'_>, path: &str, node: Node) -> Result<(), Errno> {
        let spot = self.resolve(who, path, Last::Keep)?;
        if spot.what.is_some() {
            return Err(Errno::EEXIST);
        }
        if spot.slash && !node.is_dir() {
            return Err(Errno::ENOENT);
        }
        self.make(who, &spot, node).map(drop)
    }

    /// Makes a directory; `mode` is before the umask. EEXIST.
    pub fn mkdir(&mut self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        self.make_new(who, path, Node::dir(new_meta(who, mode & 0o1777)))
    }

    /// Makes a symlink. ENOENT for an empty target, ENAMETOOLONG.
    pub fn symlink(&mut self, who: &Who<'_>, target: &str, path: &str) -> Result<(), Errno> {
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        if path::raw_len(target) >= path::PATH_MAX as u64 {
            return Err(Errno::ENAMETOOLONG);
        }
        let meta = Meta { mode: 0o777, ..new_meta(who, 0) };
        self.make_new(who, path, Node::new(meta, Body::Symlink(target.into())))
    }

    /// Makes a device, pipe, socket or empty file. EPERM for devices unless root, and for a character device 0/0,
    /// which overlayfs keeps for itself.
    pub fn mknod(
        &mut self,
        who: &Who<'_>,
        path: &str,
        kind: FileKind,
        rdev: (u32, u32),
        mode: u32,
    ) -> Result<(), Errno> {
        let body = match kind {
            FileKind::File => Body::File(Blob::empty()),
            FileKind::Fifo => Body::Fifo,
            FileKind::Socket => Body::Socket,
            FileKind::CharDevice if rdev == (0, 0) => return Err(Errno::EPERM),
            FileKind::CharDevice | FileKind::BlockDevice if who.uid != 0 => return Err(Errno::EPERM),
            FileKind::CharDevice | FileKind::BlockDevice => Body::Device { kind, rdev },
            FileKind::Dir => return Err(Errno::EPERM),
            FileKind::Symlink => return Err(Errno::EINVAL),
        };
        self.make_new(who, path, Node::new(new_meta(who, mode), body))
    }

    /// Makes `new` another name of `existing` (a symlink is not followed). EPERM for a directory, EXDEV, EEXIST.
    pub fn link(&mut self, who: &Who<'_>, existing: &str, new: &str) -> Result<(), Errno> {
        let old = self.resolve(who, existing, Last::Keep)?;
        let what = old.found()?;
        let spot = self.resolve(who, new, Last::Keep)?;
        if spot.what.is_some() {
            return Err(Errno::EEXIST);
        }
        if spot.slash {
            return Err(Errno::ENOENT);
        }
        if spot.parent.as_ref().is_none_or(|(point, _)| !point.same(&old.point)) {
            return Err(Errno::EXDEV);
        }
        let (kind, meta) = self.meta_of(&old.point, what)?;
        let mine = who.uid == 0 || who.uid == meta.uid;
        let harmless = kind == FileKind::File && meta.mode & 0o6000 == 0 && permits(who, &meta, false, 6);
        if kind == FileKind::Dir || !(mine || harmless) {
            return Err(Errno::EPERM);
        }
        let (fs, dir) = self.writable_dir(who, &spot)?;
        let inner = old.point.inside(&old.canon);
        let result = fs.borrow_mut().link(&inner, &dir, spot.split().1, who.now);
        result
    }

    /// Whether `who` may remove the name that `spot` found: the directory is writable, not sticky for others' files,
    /// and nothing is mounted on it.
    fn may_remove(&self, who: &Who<'_>, spot: &Spot) -> Result<(SharedMount, String), Errno> {
        let dir = self.writable_dir(who, spot)?;
        let (Some((point, parent)), what) = (&spot.parent, spot.found()?) else { return Err(Errno::EBUSY) };
        let (_, parent) = self.meta_of(point, parent)?;
        let (_, meta) = self.meta_of(&spot.point, what)?;
        if parent.mode & 0o1000 != 0 && who.uid != 0 && who.uid != meta.uid && who.uid != parent.uid {
            return Err(Errno::EPERM);
        }
        Ok(dir)
    }

    /// Removes a name. EISDIR for a directory, EBUSY if something is mounted on it.
    pub fn unlink(&mut self, who: &Who<'_>, path: &str) -> Result<(), Errno> {
        let spot = self.resolve(who, path, Last::Keep)?;
        let kind = self.meta_of(&spot.point, spot.found()?)?.0;
        if matches!(last_name(path), LastName::Special) {
            return Err(Errno::EISDIR);
        }
        let (fs, dir) = self.may_remove(who, &spot)?;
        if kind == FileKind::Dir {
            return Err(Errno::EISDIR);
        }
        if self.has_mounts(&spot.canon) {
            return Err(Errno::EBUSY);
        }
        let result = fs.borrow_mut().remove(&dir, spot.split().1, who.now);
        result
    }

    /// Removes an empty directory. ENOTEMPTY, EBUSY (something is mounted on it), ENOTDIR, EINVAL (it ends in `.`).
    pub fn rmdir(&mut self, who: &Who<'_>, path: &str) -> Result<(), Errno> {
        match path.trim_end_matches('/').rsplit('/').next() {
            Some("..") => return self.stat(who, path).and(Err(Errno::ENOTEMPTY)),
            Some(".") => return Err(Errno::EINVAL),
            _ => {}
        }
        let plain = path.trim_end_matches('/');
        let spot = self.resolve(who, if plain.is_empty() { "/" } else { plain }, Last::Keep)?;
        let kind = self.meta_of(&spot.point, spot.found()?)?.0;
        let (fs, dir) = self.may_remove(who, &spot)?;
        if kind != FileKind::Dir {
            return Err(Errno::ENOTDIR);
        }
        if self.has_mounts(&spot.canon) {
            return Err(Errno::EBUSY);
        }
        let result = fs.borrow_mut().remove(&dir, spot.split().1, who.now);
        result
    }

    /// Renames, replacing a file or an empty directory at `to`. EXDEV for a directory that has a part in a lower layer,
    /// and across mounts; EBUSY for a mount point; EINVAL for a directory into itself.
    pub fn rename(&mut self, who: &Who<'_>, from: &str, to: &str) -> Result<(), Errno> {
        let plain = |path: &'_ str| path.trim_end_matches('/').to_owned();
        if matches!((last_name(from), last_name(to)), (LastName::Normal, LastName::Normal)) {
            let old = self.resolve(who, &plain(from), Last::Keep)?;
            let new = self.resolve(who, &plain(to), Last::Keep)?;
            return self.rename_spots(who, (&old, from.ends_with('/')), (&new, to.ends_with('/')));
        }
        self.resolve(who, from, Last::Keep)?;
        self.resolve(who, to, Last::Keep)?;
        Err(Errno::EBUSY)
    }

    fn rename_spots(
        &mut self,
        who: &Who<'_>,
        (old, old_slash): (&Spot, bool),
        (new, new_slash): (&Spot, bool),
    ) -> Result<(), Errno> {
        let (Some((old_point, _)), Some((new_point, _))) = (&old.parent, &new.parent) else {
            return Err(Errno::EBUSY);
        };
        if !old_point.same(new_point) {
            return Err(Errno::EXDEV);
        }
        let is_dir = self.meta_of(&old.point, old.found()?)?.0 == FileKind::Dir;
        if !is_dir && (old_slash || new_slash) {
            return Err(Errno::ENOTDIR);
        }
        if path::is_within(&new.canon, &old.canon) && new.canon != old.canon {
            return Err(Errno::EINVAL);
        }
        if path::is_within(&old.canon, &new.canon) && new.canon != old.canon {
            return Err(Errno::ENOTEMPTY);
        }
        let (fs, old_dir) = self.may_remove(who, old)?;
        let (_, new_dir) = match &new.what {
            None => self.writable_dir(who, new)?,
            Some(what) => {
                let dir = self.may_remove(who, new)?;
                match (is_dir, self.meta_of(&new.point, what)?.0 == FileKind::Dir) {
                    (true, false) => return Err(Errno::ENOTDIR),
                    (false, true) => return Err(Errno::EISDIR),
                    _ => dir,
                }
            }
        };
        if self.has_mounts(&old.canon) || self.has_mounts(&new.canon) {
            return Err(Errno::EBUSY);
        }
        if old.canon == new.canon {
            return Ok(());
        }
        let result = fs.borrow_mut().rename((&old_dir, old.split().1), (&new_dir, new.split().1), who.now);
        result
    }
}

enum LastName {
    Normal,
    /// `.`, `..` or the root.
    Special,
}

fn last_name(path: &str) -> LastName {
    match path.trim_end_matches('/').rsplit('/').next() {
        Some("" | "." | "..") | None => LastName::Special,
        _ => LastName::Normal,
    }
}

/// Changing files without opening them.
impl Vfs {
    /// The tree and inner path of an existing file that may change, with its kind and metadata.
    fn changeable(
        &self,
        who: &Who<'_>,
        path: &str,
        last: Last,
    ) -> Result<(SharedMount, String, FileKind, Meta), Errno> {
        let spot = self.resolve(who, path, last)?;
        let (kind, meta) = self.meta_of(&spot.point, spot.found()?)?;
        let point = &spot.point;
        match &point.fs {
            Fs::Pseudo(_) => Err(Errno::EPERM),
            Fs::Tree(_) if point.read_only => Err(Errno::EROFS),
            Fs::Tree(fs) => {
                self.note_change(point.dev);
                Ok((fs.clone(), point.inside(&spot.canon), kind, meta))
            }
        }
    }

    fn change_meta(
        &mut self,
        who: &Who<'_>,
        fs: &SharedMount,
        inner: &str,
        change: impl FnOnce(&mut Meta),
    ) -> Result<(), Errno> {
        let mut mount = fs.borrow_mut();
        let ino = mount.copy_up(inner, who.now)?;
        mount.change(ino, |node| {
            change(&mut node.meta);
            node.meta.ctime = who.now;
        })
    }

    /// Changes the permission bits, symlinks followed. EPERM unless owner or root. Even the same bits copy up.
    pub fn chmod(&mut self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        let (fs, inner, _, meta) = self.changeable(who, path, Last::Follow)?;
        if who.uid != 0 && who.uid != meta.uid {
            return Err(Errno::EPERM);
        }
        let keep = if who.uid == 0 || in_group(who, meta.gid) { 0o7777 } else { 0o5777 };
        self.change_meta(who, &fs, &inner, |meta| meta.mode = mode & keep)
    }

    /// Changes owner and group where given. EPERM unless root, or the owner giving the file to a group of his. A
    /// program loses set-user-id and set-group-id.
    pub fn chown(
        &mut self,
        who: &Who<'_>,
        path: &str,
        uid: Option<u32>,
        gid: Option<u32>,
        follow: bool,
    ) -> Result<(), Errno> {
        let last = if follow { Last::Follow } else { Last::Keep };
        let (fs, inner, kind, meta) = self.changeable(who, path, last)?;
        let own = who.uid == meta.uid && uid.is_none_or(|uid| uid == meta.uid);
        let group = gid.is_none_or(|gid| gid == meta.gid || in_group(who, gid));
        if who.uid != 0 && !(own && group) {
            return Err(Errno::EPERM);
        }
        self.change_meta(who, &fs, &inner, |meta| {
            meta.uid = uid.unwrap_or(meta.uid);
            meta.gid = gid.unwrap_or(meta.gid);
            if kind != FileKind::Dir {
                meta.mode &= !0o4000;
                if meta.mode & 0o010 != 0 {
                    meta.mode &= !0o2000;
                }
            }
        })
    }

    /// Sets the times where given. Whoever may write may set them to now; anything else is the owner's (EPERM).
    pub fn utimes(
        &mut self,
        who: &Who<'_>,
        path: &str,
        atime: Option<Time>,
        mtime: Option<Time>,
        follow: bool,
    ) -> Result<(), Errno> {
        let last = if follow { Last::Follow } else { Last::Keep };
        let (fs, inner, kind, meta) = self.changeable(who, path, last)?;
        let now = atime.is_none_or(|t| t == who.now) && mtime.is_none_or(|t| t == who.now);
        if who.uid != 0 && who.uid != meta.uid && !(now && permits(who, &meta, kind == FileKind::Dir, 2)) {
            return Err(if now { Errno::EACCES } else { Errno::EPERM });
        }
        self.change_meta(who, &fs, &inner, |meta| {
            meta.atime = atime.unwrap_or(meta.atime);
            meta.mtime = mtime.unwrap_or(meta.mtime);
        })
    }

    /// Cuts or extends a file. EISDIR, EINVAL if it is no regular file, EACCES.
    pub fn truncate(&mut self, who: &Who<'_>, path: &str, len: u64) -> Result<(), Errno> {
        let (fs, inner, kind, meta) = self.changeable(who, path, Last::Follow)?;
        match kind {
            FileKind::Dir => return Err(Errno::EISDIR),
            FileKind::File if permits(who, &meta, false, 2) => {}
            FileKind::File => return Err(Errno::EACCES),
            _ => return Err(Errno::EINVAL),
        }
        let ino = fs.borrow_mut().copy_up(&inner, who.now)?;
        set_content_of(who, &fs, ino, |blob| blob.truncated(len))
    }

    /// Makes a file or replaces its content, in O(1), as `open(O_WRONLY|O_CREAT|O_TRUNC)` and writing would;
    /// ENOSPC if it did not fit whole.
    pub fn put_blob(&mut self, who: &Who<'_>, path: &str, content: Blob, mode: u32) -> Result<(), Errno> {
        let handle = self.open(who, path, OpenFlags::REWRITE, mode)?;
        let fits = handle.fits(content.len());
        let full = fits < content.len();
        self.set_content(who, &handle, |_| if full { content.truncated(fits) } else { content })?;
        if full {
            Err(Errno::ENOSPC)
        } else {
            Ok(())
        }
    }
}
