//! Immutable layers: what an image is made of. They know nothing of mounts or archives.

use super::blob::Blob;
use super::node::{Body, FileKind, Ino, Meta, Node};
use super::tree::{Tree, ROOT};
use crate::ambient::Time;
use crate::sorted::VecMap;
use std::sync::{Arc, OnceLock};

/// An immutable tree of files, directories and whiteouts; share it with `Arc`.
#[derive(Clone, Debug)]
pub struct Layer {
    tree: Tree,
    size: OnceLock<u64>,
    digest: OnceLock<([u8; 32], u64)>,
    original: Option<Blob>,
}

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
    pub xattrs: Option<Arc<VecMap<String, Vec<u8>>>>,
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

impl Entry {
    pub(crate) fn of(path: String, ino: Ino, node: &Node) -> Entry {
        let body = match &node.body {
            Body::File(blob) => EntryBody::File(blob.clone()),
            Body::Dir { opaque, .. } => EntryBody::Dir { opaque: *opaque },
            Body::Symlink(target) => EntryBody::Symlink(target.clone()),
            Body::Device { kind, rdev } => EntryBody::Device { kind: *kind, rdev: *rdev },
            Body::Fifo => EntryBody::Fifo,
            Body::Socket => EntryBody::Socket,
            Body::Whiteout => EntryBody::Whiteout,
        };
        Entry { path, body, meta: node.meta, ino, nlink: node.nlink, xattrs: node.xattrs.clone() }
    }

    /// Bytes that count for a layer's size: a file's length, a symlink's target; all else 0.
    pub fn size(&self) -> u64 {
        match &self.body {
            EntryBody::File(blob) => blob.len(),
            EntryBody::Symlink(target) => super::path::raw_len(target),
            _ => 0,
        }
    }

    /// Its kind; a whiteout is a character device, as on disk.
    pub fn kind(&self) -> FileKind {
        match &self.body {
            EntryBody::File(_) => FileKind::File,
            EntryBody::Dir { .. } => FileKind::Dir,
            EntryBody::Symlink(_) => FileKind::Symlink,
            EntryBody::Device { kind, .. } => *kind,
            EntryBody::Fifo => FileKind::Fifo,
            EntryBody::Socket => FileKind::Socket,
            EntryBody::Whiteout => FileKind::CharDevice,
        }
    }
}

impl Layer {
    pub(crate) fn from_tree(tree: Tree) -> Layer {
        Layer { tree, size: OnceLock::new(), digest: OnceLock::new(), original: None }
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Bytes as overlay2 reports them: files and symlink targets, hard links once, directories and whiteouts nothing.
    pub fn size(&self) -> u64 {
        *self.size.get_or_init(|| self.tree.size())
    }

    /// Every entry, the root excepted: a directory before what is in it, siblings in the order of their bytes.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.tree.walk(ROOT).map(|(path, ino, node)| Entry::of(path, ino, node))
    }

    /// The entry at a path (`etc/motd` or `/etc/motd`) of this layer alone; symlinks are not followed.
    pub fn lookup(&self, path: &str) -> Option<Entry> {
        let (ino, node) = self.tree.lookup(path)?;
        Some(Entry::of(path.trim_matches('/').to_owned(), ino, node))
    }

    /// How many entries there are, the root excepted.
    pub fn len(&self) -> usize {
        self.tree.walk(ROOT).count()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.tree.walk(ROOT).next().is_none()
    }

    /// The digest of this layer's tar and its length in bytes: computed by `compute` the first time, remembered then.
    pub fn digest_with(&self, compute: impl FnOnce(&Layer) -> ([u8; 32], u64)) -> ([u8; 32], u64) {
        *self.digest.get_or_init(|| compute(self))
    }

    /// The very archive this layer was read from, if it was: saving writes it back byte by byte.
    pub fn original(&self) -> Option<&Blob> {
        self.original.as_ref()
    }

    /// The same, remembering the archive it was read from.
    pub fn with_original(mut self, archive: Blob) -> Layer {
        self.original = Some(archive);
        self.digest = OnceLock::new();
        self
    }
}

impl Default for Layer {
    fn default() -> Layer {
        Layer::from_tree(Tree::new(Meta::new(0o755, Time(0))))
    }
}
