//! Immutable layers and how they are built. They know nothing of mounts or archives.

use super::blob::Blob;
use super::errno::Errno;
use super::node::{FileKind, Meta};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An immutable tree of files, directories and whiteouts; share it with `Arc`.
#[derive(Clone, Debug, Default)]
pub struct Layer {}

/// One entry of a layer, as the layer's own tree has it (not merged with others).
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Without a leading slash: `etc/motd`. A whiteout's path is that of the name it hides.
    pub path: String,
    /// What it is.
    pub body: EntryBody,
    /// Owner, permissions, times.
    pub meta: Meta,
    /// Inode number within the layer; hard links of each other have the same.
    pub ino: u32,
    /// Names that lead to it.
    pub nlink: u32,
    /// Extended attributes.
    pub xattrs: Option<Arc<BTreeMap<String, Vec<u8>>>>,
}

/// What an [`Entry`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryBody {
    /// A regular file.
    File(Blob),
    /// A directory; an opaque one hides what lower layers have in it.
    Dir {
        /// Whether it is opaque.
        opaque: bool,
    },
    /// A symbolic link and its target.
    Symlink(Arc<str>),
    /// A device.
    Device {
        /// Character or block.
        kind: FileKind,
        /// Major and minor number.
        rdev: (u32, u32),
    },
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// Hides the same name in lower layers.
    Whiteout,
}

impl Layer {
    /// Bytes as overlay2 reports them: files and symlink targets, hard links once, directories and whiteouts nothing.
    pub fn size(&self) -> u64 {
        0
    }

    /// Every entry, the root excepted: a directory before what is in it, siblings in the order of their bytes.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        std::iter::empty()
    }

    /// The entry at a path (`etc/motd` or `/etc/motd`) of this layer alone; symlinks are not followed.
    pub fn lookup(&self, path: &str) -> Option<Entry> {
        let _ = path;
        None
    }

    /// How many entries there are, the root excepted.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// The digest of this layer's tar: computed by `compute` the first time, remembered then.
    pub fn digest_with(&self, compute: impl FnOnce(&Layer) -> [u8; 32]) -> [u8; 32] {
        compute(self)
    }

    /// The very archive this layer was read from, if it was: saving writes it back byte by byte.
    pub fn original(&self) -> Option<&Blob> {
        None
    }
}

/// Builds a [`Layer`] entry by entry. Paths are relative to the layer's root, a leading slash does not matter.
/// Missing parents are made with mode 0755; what exists already is replaced, except that a directory put on a
/// directory only changes its metadata.
#[derive(Clone, Debug, Default)]
pub struct LayerBuilder {}

impl LayerBuilder {
    /// An empty layer.
    pub fn new() -> LayerBuilder {
        LayerBuilder::default()
    }

    /// Puts a directory. ENOTDIR if a parent is no directory (as for all that follow).
    pub fn dir(&mut self, path: &str, meta: Meta) -> Result<(), Errno> {
        let _ = (path, meta);
        Err(Errno::ENOSYS)
    }

    /// Puts a regular file.
    pub fn file(&mut self, path: &str, content: Blob, meta: Meta) -> Result<(), Errno> {
        let _ = (path, meta, content);
        Err(Errno::ENOSYS)
    }

    /// Puts a symbolic link.
    pub fn symlink(&mut self, path: &str, target: &str, meta: Meta) -> Result<(), Errno> {
        let _ = (path, meta, target);
        Err(Errno::ENOSYS)
    }

    /// Makes `path` another name of `existing`, a path of this layer. ENOENT if that is missing, EPERM if it is a
    /// directory.
    pub fn hardlink(&mut self, path: &str, existing: &str) -> Result<(), Errno> {
        let _ = (path, existing);
        Err(Errno::ENOSYS)
    }

    /// Puts a device (character or block), a named pipe or a socket.
    pub fn special(&mut self, path: &str, kind: FileKind, rdev: (u32, u32), meta: Meta) -> Result<(), Errno> {
        let _ = (path, meta, kind, rdev);
        Err(Errno::ENOSYS)
    }

    /// Hides `path` of the layers below.
    pub fn whiteout(&mut self, path: &str, meta: Meta) -> Result<(), Errno> {
        let _ = (path, meta);
        Err(Errno::ENOSYS)
    }

    /// Makes the directory `path` opaque.
    pub fn opaque(&mut self, path: &str) -> Result<(), Errno> {
        let _ = path;
        Err(Errno::ENOSYS)
    }

    /// Gives `path` extended attributes.
    pub fn xattrs(&mut self, path: &str, xattrs: BTreeMap<String, Vec<u8>>) -> Result<(), Errno> {
        let _ = (path, xattrs);
        Err(Errno::ENOSYS)
    }

    /// The layer.
    pub fn finish(self) -> Layer {
        Layer {}
    }
}
