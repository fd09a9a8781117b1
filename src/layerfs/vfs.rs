//! The mount namespace: one root and what is mounted in it.

use super::errno::Errno;
use super::mount::{FsType, Mount};
use super::node::FileKind;
use crate::ambient::Time;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A mount that several namespaces may see (a volume).
pub type SharedMount = Rc<RefCell<Mount>>;

/// Who makes a call, and when.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// Where relative paths start; canonical.
    pub cwd: &'a str,
    /// User; 0 may do everything.
    pub uid: u32,
    /// Group, that of new files.
    pub gid: u32,
    /// Further groups.
    pub groups: &'a [u32],
    /// Permissions that new files do not get.
    pub umask: u32,
    /// The time that changed files get.
    pub now: Time,
    /// The process, for `/proc/self`.
    pub pid: u32,
}

impl Who<'_> {
    /// Root at `/` with umask 022: the engine's own doings.
    pub const fn root(now: Time) -> Who<'static> {
        Who { cwd: "/", uid: 0, gid: 0, groups: &[], umask: 0o022, now, pid: 0 }
    }
}

/// The flags of `open(2)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // They are independent flags.
pub struct OpenFlags {
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
    /// Every write goes to the end.
    pub append: bool,
    /// Make it if it is missing.
    pub create: bool,
    /// With `create`: fail with EEXIST if it exists.
    pub excl: bool,
    /// Cut it to nothing.
    pub truncate: bool,
    /// Fail with ENOTDIR if it is no directory.
    pub directory: bool,
    /// Fail with ELOOP if it is a symlink.
    pub nofollow: bool,
}

impl OpenFlags {
    /// `O_RDONLY`.
    pub const READ: OpenFlags = OpenFlags {
        read: true,
        write: false,
        append: false,
        create: false,
        excl: false,
        truncate: false,
        directory: false,
        nofollow: false,
    };
    /// `O_WRONLY|O_CREAT|O_TRUNC`, the shell's `>`.
    pub const REWRITE: OpenFlags =
        OpenFlags { read: false, write: true, create: true, truncate: true, ..OpenFlags::READ };
    /// `O_WRONLY|O_CREAT|O_APPEND`, the shell's `>>`.
    pub const APPEND: OpenFlags = OpenFlags { truncate: false, append: true, ..OpenFlags::REWRITE };
    /// `O_RDWR|O_CREAT`, the shell's `<>`.
    pub const READ_WRITE: OpenFlags = OpenFlags { write: true, create: true, ..OpenFlags::READ };
}

/// One name in a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirEntry {
    /// The name.
    pub name: Arc<str>,
    /// Its inode number.
    pub ino: u64,
    /// Its kind (a symlink is a symlink).
    pub kind: FileKind,
}

/// A file made up at the moment of reading (`/proc`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PseudoNode {
    /// A directory.
    Dir,
    /// A file with this content.
    File(Vec<u8>),
    /// A symlink to this target.
    Symlink(String),
}

/// A file system whose files are computed. Paths are inside it, without a leading slash; `""` is its root.
pub trait Pseudo {
    /// What is at `path` for the process `caller`.
    fn lookup(&self, path: &str, caller: u32) -> Option<PseudoNode>;
    /// The names in the directory `path`.
    fn list(&self, path: &str, caller: u32) -> Option<Vec<String>>;
    /// Takes what is written to a file.
    fn write(&self, path: &str, caller: u32, data: &[u8]) -> Result<(), Errno> {
        let _ = (path, caller, data);
        Err(Errno::EACCES)
    }
}

/// An open file. Clones are the same open file; the offset is the caller's business.
#[derive(Clone, Debug)]
pub struct Handle {
    path: Rc<str>,
    flags: OpenFlags,
    kind: FileKind,
}

impl Handle {
    /// The canonical path it was opened by.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The flags it was opened with.
    pub fn flags(&self) -> OpenFlags {
        self.flags
    }

    /// The kind of file; devices, pipes and directories open too, and what reading them means is the caller's
    /// business (`Vfs::fstat` tells a device's number).
    pub fn kind(&self) -> FileKind {
        self.kind
    }
}

/// One line of `/proc/mounts`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MountInfo {
    /// `overlay`, `tmpfs`, `proc`, `/dev/sda1`.
    pub source: String,
    /// Where.
    pub target: String,
    /// `overlay`, `ext4`, `tmpfs`, `proc`.
    pub fstype: String,
    /// Whether writing fails with EROFS.
    pub read_only: bool,
    /// Bytes in its files, of the writable layer alone.
    pub used: u64,
    /// Whether it shows a part of another mount (a bind mount).
    pub bind: bool,
}

/// A mount namespace.
pub struct Vfs {
    root: SharedMount,
}

impl Vfs {
    /// A namespace with only a root.
    pub fn new(root: Mount) -> Vfs {
        Vfs { root: Rc::new(RefCell::new(root)) }
    }

    /// The root's mount.
    pub fn root(&self) -> SharedMount {
        self.root.clone()
    }

    /// Mounts `fs` on the existing directory `path`. ENOENT, ENOTDIR.
    pub fn mount_at(&mut self, path: &str, fs: SharedMount, read_only: bool) -> Result<(), Errno> {
        let _ = (path, fs, read_only);
        Err(Errno::ENOSYS)
    }

    /// Shows `inner`, a file or directory of `fs`, at the existing `path`; a file on a file, a directory on a directory.
    pub fn bind(&mut self, path: &str, fs: SharedMount, inner: &str, read_only: bool) -> Result<(), Errno> {
        let _ = (path, fs, inner, read_only);
        Err(Errno::ENOSYS)
    }

    /// Mounts a computed file system, such as `proc`, on the existing directory `path`.
    pub fn mount_pseudo(&mut self, path: &str, fs: Rc<dyn Pseudo>, fstype: &str) -> Result<(), Errno> {
        let _ = (path, fs, fstype);
        Err(Errno::ENOSYS)
    }

    /// Takes the topmost mount at `path` away. EINVAL if there is none.
    pub fn unmount(&mut self, path: &str) -> Result<(), Errno> {
        let _ = path;
        Err(Errno::ENOSYS)
    }

    /// All mounts in the order they were made.
    pub fn mounts(&self) -> Vec<MountInfo> {
        vec![MountInfo {
            source: "overlay".to_owned(),
            target: "/".to_owned(),
            fstype: match FsType::Overlay {
                FsType::Overlay => "overlay".to_owned(),
                FsType::Ext4 => "ext4".to_owned(),
                FsType::Tmpfs => "tmpfs".to_owned(),
            },
            read_only: false,
            used: 0,
            bind: false,
        }]
    }

    /// Counts the changes of all mounts: it moves when any file may have changed.
    pub fn generation(&self) -> u64 {
        self.root.borrow().generation()
    }
}
