//! What a file is: its kind, its metadata, and what `stat(2)` tells of it. It knows nothing of layers.

use super::blob::Blob;
use crate::ambient::Time;
use crate::sorted::VecMap;
use std::sync::Arc;

/// The number of an inode within one tree.
pub(crate) type Ino = u32;

/// A directory's entries; shared until one of the holders changes it.
pub(crate) type Entries = Arc<VecMap<Arc<str>, Ino>>;

/// The kinds of file that Linux has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Symlink,
    /// A character device, such as `/dev/null`.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
}

impl FileKind {
    /// The type bits of `st_mode`, such as 0o100000 for a regular file.
    pub const fn mode_bits(self) -> u32 {
        match self {
            FileKind::Fifo => 0o010_000,
            FileKind::CharDevice => 0o020_000,
            FileKind::Dir => 0o040_000,
            FileKind::BlockDevice => 0o060_000,
            FileKind::File => 0o100_000,
            FileKind::Symlink => 0o120_000,
            FileKind::Socket => 0o140_000,
        }
    }

    /// The letter that `ls -l` puts first.
    pub const fn letter(self) -> char {
        match self {
            FileKind::File => '-',
            FileKind::Dir => 'd',
            FileKind::Symlink => 'l',
            FileKind::CharDevice => 'c',
            FileKind::BlockDevice => 'b',
            FileKind::Fifo => 'p',
            FileKind::Socket => 's',
        }
    }
}

/// Owner, permissions and times of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meta {
    /// Permission bits, 0 to 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Last change of the content.
    pub mtime: Time,
    /// Last access; reading does not move it (as with `noatime`).
    pub atime: Time,
    /// Last change of content or metadata.
    pub ctime: Time,
}

impl Meta {
    /// Permissions `mode`, owned by root, all times `time`.
    pub const fn new(mode: u32, time: Time) -> Meta {
        Meta { mode, uid: 0, gid: 0, mtime: time, atime: time, ctime: time }
    }

    /// The same with another owner.
    pub const fn owned(self, uid: u32, gid: u32) -> Meta {
        Meta { uid, gid, ..self }
    }
}

/// What `stat(2)` tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stat {
    /// Inode number, unique within `dev`, the same before and after a copy-up (unless that breaks a hard link).
    pub ino: u64,
    /// Device number of the mount.
    pub dev: u32,
    /// Kind of file.
    pub kind: FileKind,
    /// Permission bits, 0 to 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes; 4096 for a directory (on tmpfs 20 an entry), the target's length for a symlink.
    pub size: u64,
    /// Hard links; 1 for a directory merged from several layers, as overlayfs has it.
    pub nlink: u32,
    /// Major and minor number of a device, else (0, 0).
    pub rdev: (u32, u32),
    /// Last access.
    pub atime: Time,
    /// Last change of the content.
    pub mtime: Time,
    /// Last change of content or metadata.
    pub ctime: Time,
    /// Disk use in units of 512 bytes: whole pages of 4096, holes not counted.
    pub blocks: u64,
}

/// The letter of a kind and the permissions: `"-rw-r--r--"`.
pub fn mode_string(kind: char, mode: u32) -> String {
    let mut out = String::with_capacity(10);
    out.push(kind);
    for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = mode >> shift;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        out.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, false) => unset,
            (true, true) => set,
        });
    }
    out
}

impl Stat {
    /// As `ls -l` shows kind and permissions: `"-rw-r--r--"`, `"drwxrwxrwt"`.
    pub fn mode_string(&self) -> String {
        mode_string(self.kind.letter(), self.mode)
    }

    /// `st_mode` with the type bits, as 0o100644.
    pub const fn full_mode(&self) -> u32 {
        self.kind.mode_bits() | self.mode
    }

    /// Whether it is a directory.
    pub const fn is_dir(&self) -> bool {
        matches!(self.kind, FileKind::Dir)
    }
}

/// What an inode holds.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    File(Blob),
    /// `opaque`: nothing of the layers below shows through.
    Dir {
        entries: Entries,
        opaque: bool,
    },
    Symlink(Arc<str>),
    Device {
        kind: FileKind,
        rdev: (u32, u32),
    },
    Fifo,
    Socket,
    /// A name that hides the same name in the layers below; to the kernel a character device 0/0.
    Whiteout,
}

/// One inode of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub meta: Meta,
    /// Names that lead here; for a directory 2 and one for each directory in it.
    pub nlink: u32,
    pub body: Body,
    /// Extended attributes that an archive brought along (`security.capability`); copied up with the file.
    pub xattrs: Option<Arc<VecMap<String, Vec<u8>>>>,
    /// For a file copied up: the inode number that the container knew it by.
    pub origin: Option<u64>,
}

impl Node {
    pub fn new(meta: Meta, body: Body) -> Node {
        let nlink = if matches!(body, Body::Dir { .. }) { 2 } else { 1 };
        Node { meta, nlink, body, xattrs: None, origin: None }
    }

    pub fn dir(meta: Meta) -> Node {
        Node::new(meta, Body::Dir { entries: Entries::default(), opaque: false })
    }

    /// The kind a reader of the raw layer sees; a whiteout is a character device.
    pub fn kind(&self) -> FileKind {
        match &self.body {
            Body::File(_) => FileKind::File,
            Body::Dir { .. } => FileKind::Dir,
            Body::Symlink(_) => FileKind::Symlink,
            Body::Device { kind, .. } => *kind,
            Body::Fifo => FileKind::Fifo,
            Body::Socket => FileKind::Socket,
            Body::Whiteout => FileKind::CharDevice,
        }
    }

    pub fn is_dir(&self) -> bool {
        matches!(self.body, Body::Dir { .. })
    }

    pub fn is_whiteout(&self) -> bool {
        matches!(self.body, Body::Whiteout)
    }

    pub fn entries(&self) -> Option<&Entries> {
        match &self.body {
            Body::Dir { entries, .. } => Some(entries),
            _ => None,
        }
    }

    /// Lets nothing of lower layers show through; only directories do.
    pub fn set_opaque(&mut self) {
        if let Body::Dir { opaque, .. } = &mut self.body {
            *opaque = true;
        }
    }

    pub fn rdev(&self) -> (u32, u32) {
        match &self.body {
            Body::Device { rdev, .. } => *rdev,
            _ => (0, 0),
        }
    }

    /// The size that counts for `docker ps -s`: a file's length, a symlink's target; all else 0.
    pub fn counted_size(&self) -> u64 {
        match &self.body {
            Body::File(blob) => blob.len(),
            Body::Symlink(target) => super::path::raw_len(target),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_as_ls_writes_them() {
        let mut stat = Stat {
            ino: 1,
            dev: 1,
            kind: FileKind::Dir,
            mode: 0o1777,
            uid: 0,
            gid: 0,
            size: 4096,
            nlink: 1,
            rdev: (0, 0),
            atime: Time(0),
            mtime: Time(0),
            ctime: Time(0),
            blocks: 8,
        };
        assert_eq!(stat.mode_string(), "drwxrwxrwt");
        (stat.kind, stat.mode) = (FileKind::File, 0o6745);
        assert_eq!(stat.mode_string(), "-rwsr-Sr-x");
        assert_eq!(stat.full_mode(), 0o106_745);
    }
}
