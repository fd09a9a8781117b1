//! A mount: read-only layers and one writable upper layer, merged as overlayfs merges them.

use super::layer::Layer;
use std::sync::Arc;

/// What kind of file system a mount presents itself as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FsType {
    /// A container's root.
    #[default]
    Overlay,
    /// A disk: the host's root, a volume.
    Ext4,
    /// Memory: `/dev`, `/dev/shm`.
    Tmpfs,
}

/// How a path changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChangeKind {
    /// Added.
    A,
    /// Changed.
    C,
    /// Deleted.
    D,
}

/// One line of `docker diff`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// Absolute.
    pub path: String,
    /// Whether it is (for a deleted one: was) a directory.
    pub is_dir: bool,
    /// Bytes of it in the upper layer; 0 for directories and deleted ones.
    pub size: u64,
    /// Index (0 is the base) of the topmost lower layer that has the file which this one covers.
    pub lower: Option<usize>,
}

/// Layers and an upper. A clone is a snapshot: O(1), sharing everything.
#[derive(Clone, Debug, Default)]
pub struct Mount {}

impl Mount {
    /// An empty upper layer on `lowers`, the base first. O(number of layers).
    pub fn new(lowers: impl Into<Arc<[Arc<Layer>]>>) -> Mount {
        let _ = lowers.into();
        Mount {}
    }

    /// The same with an init layer between image and upper: the container sees it, but it is never counted nor shown.
    pub fn with_init(lowers: impl Into<Arc<[Arc<Layer>]>>, init: Arc<Layer>) -> Mount {
        let _ = (lowers.into(), init);
        Mount {}
    }

    /// A file system without layers below.
    pub fn plain(kind: FsType) -> Mount {
        let _ = kind;
        Mount {}
    }

    /// The size of the upper layer as `docker ps -s` shows it.
    pub fn size_rw(&self) -> u64 {
        0
    }

    /// What `docker diff` lists, a directory before what is in it, siblings by name.
    pub fn diff(&self) -> Vec<Change> {
        Vec::new()
    }

    /// The upper layer as an image's layer, as `docker commit` makes it: times in whole seconds.
    pub fn freeze(&self) -> Arc<Layer> {
        Arc::new(Layer::default())
    }

    /// The upper layer as it is.
    pub fn upper(&self) -> Arc<Layer> {
        Arc::new(Layer::default())
    }

    /// Whether nothing was ever written: committing then makes no layer.
    pub fn is_untouched(&self) -> bool {
        true
    }

    /// The layers below, the base first; without the init layer.
    pub fn lowers(&self) -> &[Arc<Layer>] {
        &[]
    }

    /// What unmounting and mounting again does (a container that stops and starts): nothing that a program could
    /// see, but deletions after it make whiteouts that are no hard links of those before.
    pub fn remount(&mut self) {}

    /// Counts changes.
    pub fn generation(&self) -> u64 {
        0
    }
}
