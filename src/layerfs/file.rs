//! Open files: opening, reading, writing. Whoever holds a handle keeps an offset himself.

use super::blob::Blob;
use super::errno::Errno;
use super::mount::{stat_of, Place};
use super::node::{Body, FileKind, Ino, Meta, Node, Stat};
use super::vfs::{Fs, OpenFlags, Pseudo, SharedMount, Vfs, Who};
use super::walk::{permits, Last, Spot, What};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// Larger than this no file gets: ext4's limit.
const MAX_FILE: u64 = 16 << 40;

/// An open file. Clones are the same open file; the offset is the caller's business.
#[derive(Clone)]
pub struct Handle(Rc<Open>);

struct Open {
    path: String,
    flags: OpenFlags,
    kind: FileKind,
    dev: u32,
    target: Target,
}

enum Target {
    /// A file that can change.
    Live { fs: SharedMount, ino: Ino },
    /// A file of a lower layer, opened for reading: a later copy-up does not reach it, as in overlayfs.
    Fixed { node: Arc<Node>, stat: Box<Stat> },
    /// A computed file, as it was when opened.
    Pseudo { fs: Rc<dyn Pseudo>, inner: String, caller: u32, content: Blob, stat: Box<Stat> },
}

impl Handle {
    /// The canonical path it was opened by.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The flags it was opened with.
    pub fn flags(&self) -> OpenFlags {
        self.0.flags
    }

    /// The kind of file; devices, pipes and directories open too, and what reading them means is the caller's
    /// business (`Vfs::fstat` tells a device's number).
    pub fn kind(&self) -> FileKind {
        self.0.kind
    }

    /// How many of `len` bytes from its beginning on its file system has room for.
    pub(super) fn fits(&self, len: u64) -> u64 {
        match &self.0.target {
            Target::Live { fs, ino } => fs.borrow_mut().fits(*ino, 0, len),
            _ => len,
        }
    }

    /// Whether two handles are the same open file.
    pub fn same(&self, other: &Handle) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("path", &self.0.path).field("kind", &self.0.kind).finish_non_exhaustive()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Target::Live { fs, ino } = &self.target {
            // A handle that dies while its mount is in use leaves a nameless file behind; nobody can see it.
            if let Ok(mut mount) = fs.try_borrow_mut() {
                mount.unhold(*ino);
            }
        }
    }
}

impl Vfs {
    /// Opens a file; `mode` is for a new one, before the umask. EEXIST, EISDIR (writing a directory), ENOTDIR, ELOOP, EROFS.
    /// Opening a lower file for writing copies it up, even if nothing is written then.
    pub fn open(&mut self, who: &Who<'_>, path: &str, flags: OpenFlags, mode: u32) -> Result<Handle, Errno> {
        let keep = flags.nofollow || (flags.create && flags.excl);
        let spot = self.resolve(who, path, if keep { Last::Keep } else { Last::Follow })?;
        match &spot.what {
            None if !flags.create => Err(Errno::ENOENT),
            None if spot.slash => Err(Errno::EISDIR),
            None => {
                self.make(who, &spot, Node::new(new_meta(who, mode), Body::File(Blob::empty())))?;
                self.handle(who, &spot, flags)
            }
            Some(_) if flags.create && flags.excl => Err(Errno::EEXIST),
            Some(what) => {
                self.may_open(who, &spot, what, flags)?;
                let handle = self.handle(who, &spot, flags)?;
                if flags.truncate && handle.kind() == FileKind::File {
                    self.set_content(who, &handle, |_| Blob::empty())?;
                }
                Ok(handle)
            }
        }
    }

    fn may_open(&self, who: &Who<'_>, spot: &Spot, what: &What, flags: OpenFlags) -> Result<(), Errno> {
        let (kind, meta) = self.meta_of(&spot.point, what)?;
        let writes = flags.write || flags.truncate;
        match kind {
            FileKind::Symlink => return Err(Errno::ELOOP),
            FileKind::Dir if writes || flags.create => return Err(Errno::EISDIR),
            FileKind::Socket => return Err(Errno::ENXIO),
            kind if flags.directory && kind != FileKind::Dir => return Err(Errno::ENOTDIR),
            _ => {}
        }
        let want = if flags.read { 4 } else { 0 } | if writes { 2 } else { 0 };
        if !permits(who, &meta, kind == FileKind::Dir, want) {
            return Err(Errno::EACCES);
        }
        if writes && kind == FileKind::File && spot.point.read_only {
            return Err(Errno::EROFS);
        }
        Ok(())
    }

    fn handle(&self, who: &Who<'_>, spot: &Spot, flags: OpenFlags) -> Result<Handle, Errno> {
        let point = &spot.point;
        let inner = point.inside(&spot.canon);
        let path = if spot.canon.is_empty() { "/".to_owned() } else { spot.canon.clone() };
        let (kind, target) = match &point.fs {
            Fs::Tree(fs) => live_or_fixed(who, fs, &inner, flags, point.dev)?,
            Fs::Pseudo(fs) => {
                let inner = inner.trim_start_matches('/').to_owned();
                let node = fs.lookup(&inner, who.pid).ok_or(Errno::ENOENT)?;
                let stat = Stat { dev: point.dev, ..super::walk::stat_pseudo(&node, &spot.canon, who) };
                let content = node.content().unwrap_or_else(Blob::empty);
                let kind = stat.kind;
                let target = Target::Pseudo { fs: fs.clone(), inner, caller: who.pid, content, stat: Box::new(stat) };
                (kind, target)
            }
        };
        Ok(Handle(Rc::new(Open { path, flags, kind, dev: point.dev, target })))
    }

    /// Up to `max` bytes from `off`; none at the end. EBADF if not open for reading, EISDIR.
    pub fn read(&self, file: &Handle, off: u64, max: usize) -> Result<Vec<u8>, Errno> {
        if !file.flags().read {
            return Err(Errno::EBADF);
        }
        self.content(file, |blob| blob.read_at(off, max))
    }

    fn content<R>(&self, file: &Handle, look: impl FnOnce(&Blob) -> R) -> Result<R, Errno> {
        match &file.0.target {
            Target::Live { fs, ino } => content_of(fs.borrow().upper.get(*ino), look),
            Target::Fixed { node, .. } => content_of(Some(node), look),
            Target::Pseudo { stat, .. } if stat.is_dir() => Err(Errno::EISDIR),
            Target::Pseudo { content, .. } => Ok(look(content)),
        }
    }

    /// Writes at `off`, or at the end if opened so. Returns how many bytes were written. EBADF, EFBIG,
    /// ENOSPC.
    pub fn write(&mut self, who: &Who<'_>, file: &Handle, off: u64, data: &[u8]) -> Result<usize, Errno> {
        if file.flags().append {
            return self.append(who, file, data);
        }
        self.write_data(who, file, Some(off), data)
    }

    /// Writes at the end.
    pub fn append(&mut self, who: &Who<'_>, file: &Handle, data: &[u8]) -> Result<usize, Errno> {
        self.write_data(who, file, None, data)
    }

    fn write_data(&mut self, who: &Who<'_>, file: &Handle, off: Option<u64>, data: &[u8]) -> Result<usize, Errno> {
        if !file.flags().write {
            return Err(Errno::EBADF);
        }
        let (fs, ino) = match &file.0.target {
            Target::Live { fs, ino } => (fs, *ino),
            Target::Pseudo { fs, inner, caller, .. } => return fs.write(inner, *caller, data).map(|()| data.len()),
            Target::Fixed { .. } => return Err(Errno::EBADF),
        };
        if data.is_empty() {
            return Ok(0);
        }
        if off.is_some_and(|off| off.saturating_add(data.len() as u64) > MAX_FILE) {
            return Err(Errno::EFBIG);
        }
        self.note_change(file.0.dev);
        let mut mount = fs.borrow_mut();
        mount.reserve(data.len() as u64)?;
        let end = match mount.upper.get(ino).map(|node| &node.body) {
            Some(Body::File(blob)) => blob.len(),
            _ => 0,
        };
        let fits = mount.fits(ino, off.unwrap_or(end), data.len() as u64);
        let data = data.get(..fits as usize).unwrap_or(data);
        if data.is_empty() {
            return Err(Errno::ENOSPC);
        }
        let mut result = Err(Errno::EINVAL);
        mount.change(ino, |node| {
            if let Body::File(blob) = &mut node.body {
                let off = off.unwrap_or(blob.len());
                blob.write_in_place(off, data);
                changed(who, &mut node.meta);
                result = Ok(data.len());
            }
        })?;
        result
    }

    /// Cuts or extends an open file. EINVAL if it is not open for writing or no regular file.
    pub fn ftruncate(&mut self, who: &Who<'_>, file: &Handle, len: u64) -> Result<(), Errno> {
        if !file.flags().write {
            return Err(Errno::EINVAL);
        }
        if len > MAX_FILE {
            return Err(Errno::EFBIG);
        }
        self.set_content(who, file, |blob| blob.truncated(len))
    }

    pub(super) fn set_content(
        &mut self,
        who: &Who<'_>,
        file: &Handle,
        with: impl FnOnce(&Blob) -> Blob,
    ) -> Result<(), Errno> {
        match &file.0.target {
            Target::Live { fs, ino } => {
                self.note_change(file.0.dev);
                set_content_of(who, fs, *ino, with)
            }
            // Truncating `/proc/…` by `>` does nothing.
            Target::Pseudo { .. } => Ok(()),
            Target::Fixed { .. } => Err(Errno::EINVAL),
        }
    }

    /// Metadata of an open file.
    pub fn fstat(&self, file: &Handle) -> Result<Stat, Errno> {
        let mut stat = match &file.0.target {
            Target::Live { fs, ino } => {
                let mount = fs.borrow();
                let node = mount.upper.get(*ino).ok_or(Errno::EIO)?;
                let loc = super::mount::Loc { layer: super::mount::UPPER, ino: *ino };
                stat_of(node, mount.ino(loc), mount.kind)
            }
            Target::Fixed { stat, .. } | Target::Pseudo { stat, .. } => (**stat).clone(),
        };
        stat.dev = file.0.dev;
        Ok(stat)
    }
}

fn live_or_fixed(
    who: &Who<'_>,
    fs: &SharedMount,
    inner: &str,
    flags: OpenFlags,
    dev: u32,
) -> Result<(FileKind, Target), Errno> {
    let mut mount = fs.borrow_mut();
    let place: Place = mount.find(inner).ok_or(Errno::ENOENT)?;
    let kind = mount.node(place.top).ok_or(Errno::EIO)?.kind();
    let ino = match place.in_upper() {
        true => Some(place.top.ino),
        false if kind == FileKind::File && (flags.write || flags.truncate) => Some(mount.copy_up(inner, who.now)?),
        false => None,
    };
    let target = match ino {
        Some(ino) => {
            mount.hold(ino);
            Target::Live { fs: fs.clone(), ino }
        }
        None => {
            let mut stat = mount.stat(&place).ok_or(Errno::EIO)?;
            stat.dev = dev;
            Target::Fixed { node: mount.shared_node(place.top).ok_or(Errno::EIO)?, stat: Box::new(stat) }
        }
    };
    Ok((kind, target))
}

pub(super) fn set_content_of(
    who: &Who<'_>,
    fs: &SharedMount,
    ino: Ino,
    with: impl FnOnce(&Blob) -> Blob,
) -> Result<(), Errno> {
    let mut result = Err(Errno::EINVAL);
    fs.borrow_mut().change(ino, |node| {
        if let Body::File(blob) = &mut node.body {
            *blob = with(blob);
            changed(who, &mut node.meta);
            result = Ok(());
        }
    })?;
    result
}

fn content_of<R>(node: Option<&Node>, look: impl FnOnce(&Blob) -> R) -> Result<R, Errno> {
    match node.map(|node| &node.body) {
        Some(Body::File(blob)) => Ok(look(blob)),
        Some(Body::Dir { .. }) => Err(Errno::EISDIR),
        Some(_) => Err(Errno::EINVAL),
        None => Err(Errno::EIO),
    }
}

/// The content changed: times move, and a program that is not root's loses set-user-id and set-group-id.
pub(super) fn changed(who: &Who<'_>, meta: &mut Meta) {
    (meta.mtime, meta.ctime) = (who.now, who.now);
    if who.uid != 0 {
        meta.mode &= !0o4000;
        if meta.mode & 0o010 != 0 {
            meta.mode &= !0o2000;
        }
    }
}

/// The metadata of a new file.
pub(super) fn new_meta(who: &Who<'_>, mode: u32) -> Meta {
    Meta::new(mode & 0o7777 & !who.umask, who.now).owned(who.uid, who.gid)
}
