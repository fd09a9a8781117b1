//! The calls that programs make.

use super::blob::Blob;
use super::errno::Errno;
use super::node::{FileKind, Stat};
use super::vfs::{DirEntry, Handle, OpenFlags, Vfs, Who};
use crate::ambient::Time;
use std::sync::Arc;

#[allow(unused_variables)]
impl Vfs {
    /// Metadata, symlinks followed. ENOENT, ENOTDIR, EACCES (a directory on the way may not be searched), ELOOP, ENAMETOOLONG.
    pub fn stat(&self, who: &Who<'_>, path: &str) -> Result<Stat, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Metadata of a symlink itself.
    pub fn lstat(&self, who: &Who<'_>, path: &str) -> Result<Stat, Errno> {
        Err(Errno::ENOSYS)
    }

    /// A symlink's target. EINVAL if it is none.
    pub fn readlink(&self, who: &Who<'_>, path: &str) -> Result<Arc<str>, Errno> {
        Err(Errno::ENOSYS)
    }

    /// The canonical absolute path; every part must exist.
    pub fn realpath(&self, who: &Who<'_>, path: &str) -> Result<String, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Whether reading (4), writing (2), executing or searching (1) is allowed: EACCES, EROFS if not.
    pub fn access(&self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    pub fn readdir(&self, who: &Who<'_>, path: &str) -> Result<Vec<DirEntry>, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Opens a file; `mode` is for a new one, before the umask. EEXIST, EISDIR (writing a directory), ENOTDIR, ELOOP, EROFS.
    pub fn open(&mut self, who: &Who<'_>, path: &str, flags: OpenFlags, mode: u32) -> Result<Handle, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Up to `max` bytes from `off`; none at the end. EBADF if not open for reading, EISDIR.
    pub fn read(&self, file: &Handle, off: u64, max: usize) -> Result<Vec<u8>, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Writes at `off`, or at the end if opened so. Returns how many bytes were written.
    pub fn write(&mut self, who: &Who<'_>, file: &Handle, off: u64, data: &[u8]) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Writes at the end.
    pub fn append(&mut self, who: &Who<'_>, file: &Handle, data: &[u8]) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Cuts or extends an open file.
    pub fn ftruncate(&mut self, who: &Who<'_>, file: &Handle, len: u64) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Metadata of an open file.
    pub fn fstat(&self, file: &Handle) -> Result<Stat, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Makes a directory; `mode` is before the umask. EEXIST.
    pub fn mkdir(&mut self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Removes an empty directory. ENOTEMPTY, EBUSY (something is mounted on it), ENOTDIR, EINVAL (it ends in `.`).
    pub fn rmdir(&mut self, who: &Who<'_>, path: &str) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Removes a name. EISDIR for a directory.
    pub fn unlink(&mut self, who: &Who<'_>, path: &str) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Renames, replacing a file or an empty directory at `to`. EXDEV for a directory that has a part in a lower layer, and across mounts.
    pub fn rename(&mut self, who: &Who<'_>, from: &str, to: &str) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Makes `new` another name of `existing` (a symlink is not followed). EPERM for a directory, EXDEV, EEXIST.
    pub fn link(&mut self, who: &Who<'_>, existing: &str, new: &str) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Makes a symlink.
    pub fn symlink(&mut self, who: &Who<'_>, target: &str, path: &str) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Makes a device, pipe, socket or empty file. EPERM for devices unless root.
    pub fn mknod(
        &mut self,
        who: &Who<'_>,
        path: &str,
        kind: FileKind,
        rdev: (u32, u32),
        mode: u32,
    ) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Changes the permission bits, symlinks followed. EPERM unless owner or root.
    pub fn chmod(&mut self, who: &Who<'_>, path: &str, mode: u32) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Changes owner and group where given. EPERM.
    pub fn chown(
        &mut self,
        who: &Who<'_>,
        path: &str,
        uid: Option<u32>,
        gid: Option<u32>,
        follow: bool,
    ) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Sets the times where given.
    pub fn utimes(
        &mut self,
        who: &Who<'_>,
        path: &str,
        atime: Option<Time>,
        mtime: Option<Time>,
        follow: bool,
    ) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// Cuts or extends a file.
    pub fn truncate(&mut self, who: &Who<'_>, path: &str, len: u64) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }

    /// A file's whole content in O(1); the caller needs read permission. EISDIR, EINVAL if it is no regular file.
    pub fn blob(&self, who: &Who<'_>, path: &str) -> Result<Blob, Errno> {
        Err(Errno::ENOSYS)
    }

    /// Makes a file or replaces its content, in O(1), as `open(O_WRONLY|O_CREAT|O_TRUNC)` and writing would.
    pub fn put_blob(&mut self, who: &Who<'_>, path: &str, content: Blob, mode: u32) -> Result<(), Errno> {
        Err(Errno::ENOSYS)
    }
}
