//! A mount: read-only layers and one writable upper layer, seen as overlayfs merges them. This file is the view;
//! `upper` changes it, `diff` compares it. It knows nothing of paths with symlinks, of permissions or of other mounts.

use super::layer::Layer;
use super::node::{Body, FileKind, Ino, Meta, Node, Stat};
use super::tree::{Tree, ROOT};
use crate::ambient::Time;
use crate::sorted::VecMap;
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

impl FsType {
    /// As `/proc/mounts` names it.
    pub const fn name(self) -> &'static str {
        match self {
            FsType::Overlay => "overlay",
            FsType::Ext4 => "ext4",
            FsType::Tmpfs => "tmpfs",
        }
    }
}

/// Bytes in a page of memory.
const PAGE: u64 = 4096;

/// What a mount's files may hold unless told otherwise: a program that writes without end meets a full disk.
const CAPACITY: u64 = 1 << 30;

/// Layers and an upper. A clone is a snapshot: O(1), sharing everything.
#[derive(Clone, Debug)]
pub struct Mount {
    pub(super) kind: FsType,
    lowers: Arc<[Arc<Layer>]>,
    init: Option<Arc<Layer>>,
    pub(super) upper: Tree,
    /// The whiteout that deletions since mounting share (Linux 5.8 and later hard-link it from the work directory).
    pub(super) whiteout: Option<Ino>,
    pub(super) generation: u64,
    /// Bytes that its files may hold in memory, and how many were written since that was last looked at.
    pub(super) capacity: u64,
    pub(super) written: u64,
    /// Bytes of pages that its files may take, and no fewer than they take.
    quota: Option<u64>,
    booked: u64,
    /// How often files of the upper are open; a file without a name stays as long as it is.
    pub(super) opens: VecMap<Ino, u32>,
}

/// A file's place: which tree (0 is the base layer) and which inode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Loc {
    pub layer: u16,
    pub ino: Ino,
}

/// The layer number of the upper.
pub(crate) const UPPER: u16 = u16::MAX;

/// A visible file: where it is and, for a directory, the directories of lower layers that are merged into it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub top: Loc,
    pub rest: Vec<Loc>,
    /// The upper is looked at as it lies on the disk, whiteouts and all.
    pub raw: bool,
}

impl Place {
    pub fn locs(&self) -> impl Iterator<Item = Loc> + '_ {
        std::iter::once(self.top).chain(self.rest.iter().copied())
    }

    pub fn in_upper(&self) -> bool {
        self.top.layer == UPPER
    }

    /// The parts below the upper, topmost first.
    pub fn lower_locs(&self) -> impl Iterator<Item = Loc> + '_ {
        self.locs().filter(|loc| loc.layer != UPPER)
    }
}

impl Mount {
    /// The path inside a mount that leads to its upper layer as it lies on the disk: whiteouts are character devices,
    /// and what is removed there is not covered by one. No file can be called so.
    pub const RAW: &str = "/\0";

    /// A layer as it lies on the disk, its root with this metadata; to be looked at, at [`Mount::RAW`].
    pub fn of_layer(layer: &Layer, root: Meta) -> Mount {
        Mount { upper: layer.tree().clone(), ..Mount::plain(FsType::Ext4) }.with_root(root)
    }

    /// An empty upper layer on `lowers`, the base first. O(number of layers).
    pub fn new(lowers: impl Into<Arc<[Arc<Layer>]>>) -> Mount {
        Mount {
            kind: FsType::Overlay,
            lowers: lowers.into(),
            init: None,
            upper: Tree::new(Meta::new(0o755, Time(0))),
            whiteout: None,
            generation: 0,
            capacity: CAPACITY,
            written: 0,
            quota: None,
            booked: 0,
            opens: VecMap::new(),
        }
    }

    /// The same with an init layer between image and upper: the container sees it, but it is never counted nor shown.
    pub fn with_init(lowers: impl Into<Arc<[Arc<Layer>]>>, init: Arc<Layer>) -> Mount {
        Mount { init: Some(init), ..Mount::new(lowers) }
    }

    /// A file system without layers below.
    pub fn plain(kind: FsType) -> Mount {
        Mount { kind, ..Mount::new([]) }
    }

    /// The same with this owner, mode and these times of its root (0755, root and the epoch otherwise). overlay2 makes
    /// an upper directory when the container is created, and its metadata is what the container sees of `/`.
    pub fn with_root(mut self, meta: Meta) -> Mount {
        if let Some(root) = self.upper.get_mut(ROOT) {
            root.meta = meta;
        }
        self
    }

    /// The same, full (ENOSPC) when its files hold this many bytes in memory. Holes, runs of one byte and what is
    /// shared with lower layers by a copy-up hold none.
    pub fn with_capacity(self, bytes: u64) -> Mount {
        Mount { capacity: bytes, ..self }
    }

    /// The same, full when the pages of its files are so many bytes: a file system in memory. They are rounded up to
    /// whole pages; 0 is no limit.
    pub fn with_quota(self, bytes: u64) -> Mount {
        Mount { quota: Some(pages(bytes)), ..self }
    }

    /// How many bytes fit into it, where it has a limit of its own.
    pub fn quota(&self) -> Option<u64> {
        self.quota
    }

    /// Bytes in use as `df` counts them: in memory whole pages, elsewhere what is in the upper layer.
    pub fn used(&self) -> u64 {
        match self.kind {
            FsType::Tmpfs => self.upper.nodes().map(page_bytes).sum(),
            _ => self.size_rw(),
        }
    }

    /// What it presents itself as.
    pub fn fs_type(&self) -> FsType {
        self.kind
    }

    /// The size of the upper layer as `docker ps -s` shows it: overlay2 adds up the upper directory, so a copy-up
    /// counts even where nothing differs.
    pub fn size_rw(&self) -> u64 {
        self.upper.size()
    }

    /// Whether the upper layer is empty: committing then makes no layer.
    pub fn is_untouched(&self) -> bool {
        self.upper.get(ROOT).and_then(Node::entries).is_none_or(|e| e.is_empty())
    }

    /// The upper layer as it is on disk, times to the nanosecond.
    pub fn upper(&self) -> Arc<Layer> {
        Arc::new(Layer::from_tree(self.upper.clone()))
    }

    /// The layers below, the base first; without the init layer.
    pub fn lowers(&self) -> &[Arc<Layer>] {
        &self.lowers
    }

    /// The init layer, if there is one.
    pub fn init_layer(&self) -> Option<&Arc<Layer>> {
        self.init.as_ref()
    }

    /// What unmounting and mounting again does (a container that stops and starts): nothing that a program could
    /// see, but deletions after it make whiteouts that are no hard links of those before.
    pub fn remount(&mut self) {
        if let Some(ino) = self.whiteout.take() {
            if self.upper.get(ino).is_some_and(|n| n.nlink == 0) {
                self.upper.free(ino);
            }
        }
    }

    /// How many of `len` bytes fit into the file at `off` without exceeding the quota. What is in use is added up only
    /// when as much as fits may have been written since the last time.
    pub(super) fn fits(&mut self, ino: Ino, off: u64, len: u64) -> u64 {
        let Some(quota) = self.quota.filter(|quota| *quota > 0) else { return len };
        // A write may begin one page and end another.
        let most = pages(len).saturating_add(PAGE);
        self.booked = self.booked.saturating_add(most);
        if self.booked <= quota {
            return len;
        }
        let used = self.used();
        self.booked = used.saturating_add(most);
        let (held, size) = match self.upper.get(ino).map(|node| &node.body) {
            Some(Body::File(blob)) => (blob.allocated(), blob.len()),
            _ => (0, 0),
        };
        let room = (quota + pages(held)).saturating_sub(used).saturating_sub(held);
        len.min(size.saturating_sub(off).saturating_add(room))
    }

    /// Counts changes.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn tree(&self, layer: u16) -> Option<&Tree> {
        match (layer, self.lowers.get(usize::from(layer))) {
            (UPPER, _) => Some(&self.upper),
            (_, Some(lower)) => Some(lower.tree()),
            _ => self.init.as_deref().map(Layer::tree),
        }
    }

    /// The number of layers below the upper, the init layer included.
    fn depth(&self) -> u16 {
        (self.lowers.len() + usize::from(self.init.is_some())).min(usize::from(UPPER) - 1) as u16
    }

    pub(crate) fn node(&self, loc: Loc) -> Option<&Node> {
        self.tree(loc.layer)?.get(loc.ino)
    }

    pub(crate) fn shared_node(&self, loc: Loc) -> Option<Arc<Node>> {
        self.tree(loc.layer)?.shared(loc.ino)
    }

    pub(crate) fn root_place(&self) -> Place {
        let rest = (0..self.depth()).rev().map(|layer| Loc { layer, ino: ROOT }).collect();
        Place { top: Loc { layer: UPPER, ino: ROOT }, rest, raw: false }
    }

    /// The root as it would be without the upper; `None` where there is nothing below.
    pub(crate) fn lower_root(&self) -> Option<Place> {
        let mut rest = self.root_place().rest;
        if rest.is_empty() {
            return None;
        }
        let top = rest.remove(0);
        Some(Place { top, rest, raw: false })
    }

    /// What `name` in the directory `dir` is: the topmost entry, merged with the directories under it until a
    /// whiteout, an opaque directory or a file ends the view.
    pub(crate) fn child(&self, dir: &Place, name: &str) -> Option<Place> {
        if name == "\0" {
            return Some(Place { top: Loc { layer: UPPER, ino: ROOT }, rest: Vec::new(), raw: true });
        }
        let mut found: Option<Place> = None;
        for loc in dir.locs() {
            let Some(tree) = self.tree(loc.layer) else { continue };
            let Some(ino) = tree.child(loc.ino, name) else { continue };
            let Some(node) = tree.get(ino) else { continue };
            let here = Loc { layer: loc.layer, ino };
            match (&node.body, &mut found) {
                (Body::Whiteout, _) if !dir.raw => break,
                (Body::Dir { opaque, .. }, found) => {
                    match found {
                        Some(place) => place.rest.push(here),
                        None => *found = Some(Place { top: here, rest: Vec::new(), raw: dir.raw }),
                    }
                    if *opaque {
                        break;
                    }
                }
                (_, None) => return Some(Place { top: here, rest: Vec::new(), raw: dir.raw }),
                (_, Some(_)) => break,
            }
        }
        found
    }

    /// Whether `name` in `dir` would be there if the upper did not speak of it.
    pub(crate) fn lower_has(&self, dir: &Place, name: &str) -> bool {
        for loc in dir.lower_locs() {
            let Some(tree) = self.tree(loc.layer) else { continue };
            if let Some(node) = tree.child(loc.ino, name).and_then(|ino| tree.get(ino)) {
                return !node.is_whiteout();
            }
        }
        false
    }

    /// The place of a path inside this mount, without symlinks or `..`.
    pub(crate) fn find(&self, inner: &str) -> Option<Place> {
        super::path::components(inner).try_fold(self.root_place(), |place, name| self.child(&place, name))
    }

    /// The visible names in a directory, each with the topmost file of that name.
    pub(crate) fn list(&self, dir: &Place) -> VecMap<Arc<str>, Loc> {
        let mut seen: VecMap<Arc<str>, Option<Loc>> = VecMap::new();
        for loc in dir.locs() {
            let Some(tree) = self.tree(loc.layer) else { continue };
            for (name, ino) in tree.get(loc.ino).and_then(Node::entries).into_iter().flat_map(|e| e.iter()) {
                if !seen.contains_key(name) {
                    let hidden = !dir.raw && tree.get(*ino).is_none_or(Node::is_whiteout);
                    seen.insert(name.clone(), (!hidden).then_some(Loc { layer: loc.layer, ino: *ino }));
                }
            }
        }
        seen.into_iter().filter_map(|(name, loc)| Some((name, loc?))).collect()
    }

    /// Whether a directory has no visible names.
    pub(crate) fn is_empty_dir(&self, dir: &Place) -> bool {
        if dir.rest.is_empty() && dir.in_upper() && !dir.raw {
            // A directory of the upper alone may hold whiteouts, so its names do not tell.
            let entries = self.node(dir.top).and_then(Node::entries);
            return entries.is_none_or(|e| e.values().all(|ino| self.upper.get(*ino).is_none_or(Node::is_whiteout)));
        }
        self.list(dir).is_empty()
    }

    /// The inode number that programs see: unique in the mount and kept by a copy-up.
    pub(crate) fn ino(&self, loc: Loc) -> u64 {
        if let Some(origin) = self.node(loc).and_then(|n| n.origin) {
            return origin;
        }
        let below = (0..loc.layer.min(self.depth())).filter_map(|layer| self.tree(layer)).map(Tree::span).sum::<u64>();
        below + u64::from(loc.ino)
    }

    pub(crate) fn stat(&self, place: &Place) -> Option<Stat> {
        let node = self.node(place.top)?;
        let merged = node.is_dir() && !place.rest.is_empty();
        let mut stat = stat_of(node, self.ino(place.top), self.kind);
        if merged {
            stat.nlink = 1;
        }
        Some(stat)
    }
}

/// Rounded up to whole pages of memory.
fn pages(bytes: u64) -> u64 {
    bytes.div_ceil(PAGE).saturating_mul(PAGE)
}

/// What a file takes of memory.
fn page_bytes(node: &Node) -> u64 {
    match &node.body {
        Body::File(blob) => pages(blob.allocated()),
        _ => 0,
    }
}

/// What `stat` tells of a node.
pub(crate) fn stat_of(node: &Node, ino: u64, kind: FsType) -> Stat {
    let (size, blocks) = match &node.body {
        Body::Dir { entries, .. } if kind == FsType::Tmpfs => ((entries.len() as u64 + 2) * 20, 0),
        Body::Dir { .. } => (4096, 8),
        Body::File(blob) => (blob.len(), blob.allocated().div_ceil(4096) * 8),
        // Longer targets do not fit into ext4's inode.
        Body::Symlink(target) if kind == FsType::Ext4 && target.len() >= 60 => (node.counted_size(), 8),
        _ => (node.counted_size(), 0),
    };
    let Meta { mode, uid, gid, mtime, atime, ctime } = node.meta;
    Stat {
        ino,
        dev: 0,
        kind: node.kind(),
        mode: if node.kind() == FileKind::Symlink { 0o777 } else { mode },
        uid,
        gid,
        size,
        nlink: node.nlink,
        rdev: node.rdev(),
        atime,
        mtime,
        ctime,
        blocks,
    }
}
