//! The mount namespace: one root and what is mounted in it, and the words that calls are made of. `walk` finds paths
//! in it, `ops` and `file` are the calls. It must not know what a container is.

use super::blob::Blob;
use super::errno::Errno;
use super::mount::{FsType, Mount};
use super::node::{Body, FileKind, Meta, Node};
use super::path;
use crate::ambient::Time;
use std::cell::{Cell, RefCell};
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
#[derive(Clone, Debug)]
pub enum PseudoNode {
    /// A directory.
    Dir,
    /// A file with this content.
    File(Vec<u8>),
    /// A symlink to this target.
    Symlink(String),
    /// Like a file on a disk: it has a size, an owner and times.
    Disk(DiskNode),
    /// The file or directory `inner` of another file system is seen here. A mount's [`Mount::RAW`] is its upper layer
    /// alone, as it lies on the disk.
    Graft {
        /// The other file system.
        fs: SharedMount,
        /// What of it: `""` for all.
        inner: String,
        /// Writing to it fails with EROFS.
        read_only: bool,
    },
}

/// See [`PseudoNode::Disk`].
#[derive(Clone, Debug)]
pub struct DiskNode(pub(super) Node);

impl PseudoNode {
    /// A directory as on a disk, with so many directories in it.
    pub fn dir(meta: Meta, subdirs: usize) -> PseudoNode {
        PseudoNode::Disk(DiskNode(Node { nlink: 2 + subdirs as u32, ..Node::dir(meta) }))
    }

    /// A file as on a disk.
    pub fn file(meta: Meta, content: Blob) -> PseudoNode {
        PseudoNode::Disk(DiskNode(Node::new(meta, Body::File(content))))
    }

    /// A symlink as on a disk.
    pub fn symlink(meta: Meta, target: &str) -> PseudoNode {
        PseudoNode::Disk(DiskNode(Node::new(meta, Body::Symlink(target.into()))))
    }

    pub(super) fn is_dir(&self) -> bool {
        match self {
            PseudoNode::Dir => true,
            PseudoNode::Disk(node) => node.0.is_dir(),
            _ => false,
        }
    }

    /// What is in it; `None` if it is no file.
    pub(super) fn content(self: &PseudoNode) -> Option<Blob> {
        match self {
            PseudoNode::File(bytes) => Some(Blob::from_bytes(bytes.as_slice())),
            PseudoNode::Disk(DiskNode(Node { body: Body::File(blob), .. })) => Some(blob.clone()),
            _ => None,
        }
    }
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
    /// Device number, as `Stat::dev`.
    pub dev: u32,
    /// How many bytes fit into it, where that is its own affair; 0 is any number.
    pub size: Option<u64>,
    /// Further options, each with a comma before it: `,relatime,lowerdir=…`.
    pub options: String,
}

/// A mount namespace.
#[derive(Clone)]
pub struct Vfs {
    pub(super) points: Vec<Rc<MountPoint>>,
    /// Counts what was done to grafts, which are no mounts.
    pub(super) graft_changes: Cell<u64>,
}

/// What is mounted.
#[derive(Clone)]
pub(super) enum Fs {
    Tree(SharedMount),
    Pseudo(Rc<dyn Pseudo>),
}

#[derive(Clone)]
pub(super) struct MountPoint {
    /// Canonical; `""` for the root.
    pub target: String,
    pub fs: Fs,
    /// The part of it that is shown: `""` for all.
    pub inner: String,
    pub read_only: bool,
    pub dev: u32,
    pub source: String,
    pub fstype: String,
    pub options: String,
    pub bind: bool,
}

/// The options of a mount that was made without any.
const RELATIME: &str = ",relatime";

impl MountPoint {
    /// Whether nothing in it can be executed.
    pub fn noexec(&self) -> bool {
        self.options.split(',').any(|option| option == "noexec")
    }

    /// Whether names can move from one to the other.
    pub fn same(&self, other: &MountPoint) -> bool {
        (&self.target, self.dev) == (&other.target, other.dev)
    }

    /// A canonical path at or under the target, as a path inside the file system.
    pub fn inside(&self, canon: &str) -> String {
        format!("{}{}", self.inner, canon.strip_prefix(self.target.as_str()).unwrap_or_default())
    }
}

/// Device numbers of mounts start here.
const FIRST_DEV: u32 = 42;

impl Vfs {
    /// A namespace with only a root.
    pub fn new(root: Mount) -> Vfs {
        Vfs::with_root(Rc::new(RefCell::new(root)))
    }

    /// A namespace on a root that others see too.
    pub fn with_root(root: SharedMount) -> Vfs {
        let mut vfs = Vfs { points: Vec::new(), graft_changes: Cell::new(0) };
        let point = vfs.tree_point(String::new(), root, String::new(), false);
        vfs.points.push(Rc::new(point));
        vfs
    }

    /// The root's mount.
    pub fn root(&self) -> SharedMount {
        match self.points.first().map(|p| &p.fs) {
            Some(Fs::Tree(fs)) => fs.clone(),
            _ => Rc::new(RefCell::new(Mount::plain(FsType::Tmpfs))),
        }
    }

    /// Makes writing to the root's own mount fail with EROFS (`docker run --read-only`).
    pub fn set_root_read_only(&mut self) {
        if let Some(root) = self.points.first_mut() {
            Rc::make_mut(root).read_only = true;
        }
    }

    fn tree_point(&self, target: String, fs: SharedMount, inner: String, read_only: bool) -> MountPoint {
        let fstype = fs.borrow().fs_type();
        let source = match fstype {
            FsType::Ext4 => "/dev/sda1",
            other => other.name(),
        };
        let same = |p: &&Rc<MountPoint>| matches!(&p.fs, Fs::Tree(other) if Rc::ptr_eq(other, &fs));
        let known = self.points.iter().find(same).map(|p| p.dev);
        MountPoint {
            target,
            inner,
            read_only,
            dev: known.unwrap_or_else(|| self.next_dev()),
            source: source.to_owned(),
            fstype: fstype.name().to_owned(),
            options: RELATIME.to_owned(),
            bind: false,
            fs: Fs::Tree(fs),
        }
    }

    fn next_dev(&self) -> u32 {
        self.points.iter().map(|p| p.dev + 1).max().unwrap_or(FIRST_DEV)
    }

    /// Where a mount on `path` goes: the canonical path, which must exist, and whether a directory is there.
    fn target(&self, path: &str) -> Result<(String, bool), Errno> {
        let who = Who::root(Time(0));
        let is_dir = self.stat(&who, path)?.is_dir();
        let canon = self.realpath(&who, path)?;
        Ok((canon.trim_end_matches('/').to_owned(), is_dir))
    }

    /// Mounts `fs` on the existing directory `path`. ENOENT, ENOTDIR.
    pub fn mount_at(&mut self, path: &str, fs: SharedMount, read_only: bool) -> Result<(), Errno> {
        let (target, is_dir) = self.target(path)?;
        if !is_dir {
            return Err(Errno::ENOTDIR);
        }
        let point = self.tree_point(target, fs, String::new(), read_only);
        self.points.push(Rc::new(point));
        Ok(())
    }

    /// The same as a device `source` with these options, as `/proc/mounts` shows them after `rw` or `ro`; of them
    /// `,noexec` is minded.
    pub fn mount_device(
        &mut self,
        path: &str,
        fs: SharedMount,
        read_only: bool,
        (source, options): (&str, &str),
    ) -> Result<(), Errno> {
        self.mount_at(path, fs, read_only)?;
        if let Some(point) = self.points.last_mut().map(Rc::make_mut) {
            (point.source, point.options) = (source.to_owned(), options.to_owned());
        }
        Ok(())
    }

    /// Shows `inner`, a file or directory of `fs` (no symlink on the way), at the existing `path`: a file on a file, a
    /// directory on a directory, else ENOTDIR.
    pub fn bind(&mut self, path: &str, fs: SharedMount, inner: &str, read_only: bool) -> Result<(), Errno> {
        let (target, is_dir) = self.target(path)?;
        let inner: String = path::components(inner).flat_map(|name| ["/", name]).collect();
        let shown = {
            let mount = fs.borrow();
            let place = mount.find(&inner).ok_or(Errno::ENOENT)?;
            mount.stat(&place).ok_or(Errno::ENOENT)?.is_dir()
        };
        if shown != is_dir {
            return Err(Errno::ENOTDIR);
        }
        let point = MountPoint { bind: true, ..self.tree_point(target, fs, inner, read_only) };
        self.points.push(Rc::new(point));
        Ok(())
    }

    /// Mounts a computed file system, such as `proc`, on the existing directory `path`. With an empty `fstype` it is
    /// no mount of its own but part of the root's file system.
    pub fn mount_pseudo(&mut self, path: &str, fs: Rc<dyn Pseudo>, fstype: &str) -> Result<(), Errno> {
        let (target, is_dir) = self.target(path)?;
        if !is_dir {
            return Err(Errno::ENOTDIR);
        }
        let dev = match self.points.first() {
            Some(root) if fstype.is_empty() => root.dev,
            _ => self.next_dev(),
        };
        self.points.push(Rc::new(MountPoint {
            target,
            fs: Fs::Pseudo(fs),
            inner: String::new(),
            read_only: false,
            dev,
            source: fstype.to_owned(),
            fstype: fstype.to_owned(),
            options: ",nosuid,nodev,noexec,relatime".to_owned(),
            bind: false,
        }));
        Ok(())
    }

    /// Takes the topmost mount at `path` away. EINVAL if there is none, EBUSY if others are mounted in it.
    pub fn unmount(&mut self, path: &str) -> Result<(), Errno> {
        let (target, _) = self.target(path)?;
        let at = self.points.iter().rposition(|p| p.target == target).filter(|at| *at > 0).ok_or(Errno::EINVAL)?;
        if self.points.iter().skip(at + 1).any(|p| path::is_within(&p.target, &target)) {
            return Err(Errno::EBUSY);
        }
        self.points.remove(at);
        Ok(())
    }

    /// All mounts in the order they were made.
    pub fn mounts(&self) -> Vec<MountInfo> {
        self.list(true)
    }

    /// The same without adding up what is used, which is 0 here.
    pub fn mount_table(&self) -> Vec<MountInfo> {
        self.list(false)
    }

    fn list(&self, with_use: bool) -> Vec<MountInfo> {
        let info = |p: &Rc<MountPoint>| MountInfo {
            source: p.source.clone(),
            target: if p.target.is_empty() { "/".to_owned() } else { p.target.clone() },
            fstype: p.fstype.clone(),
            read_only: p.read_only,
            used: match &p.fs {
                Fs::Tree(fs) if with_use => fs.borrow().used(),
                _ => 0,
            },
            bind: p.bind,
            dev: p.dev,
            size: match &p.fs {
                Fs::Tree(fs) => fs.borrow().quota(),
                Fs::Pseudo(_) => None,
            },
            options: p.options.clone(),
        };
        self.points.iter().filter(|p| !p.fstype.is_empty()).map(info).collect()
    }

    /// Counts the changes of all mounts and what was done through grafts: it moves when any file may have changed.
    pub fn generation(&self) -> u64 {
        let of = |p: &Rc<MountPoint>| match &p.fs {
            Fs::Tree(fs) => fs.borrow().generation(),
            Fs::Pseudo(_) => 0,
        };
        self.points.iter().map(of).sum::<u64>() + self.graft_changes.get()
    }
}
