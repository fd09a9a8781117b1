//! What `docker diff` lists, and the upper layer as a commit takes it. overlay2 answers the first by comparing the
//! merged view with what lies below it, file by file, and the second by archiving the upper directory: so a copy-up
//! that changes nothing is in a commit but not in a diff.

use super::layer::Layer;
use super::mount::{Mount, Place};
use super::node::{Body, FileKind, Ino, Node};
use super::tree::{Tree, ROOT};
use crate::ambient::Time;
use crate::sorted::{VecMap, VecSet};
use std::sync::Arc;

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

impl ChangeKind {
    /// The letter that `docker diff` prints.
    pub const fn letter(self) -> char {
        match self {
            ChangeKind::A => 'A',
            ChangeKind::C => 'C',
            ChangeKind::D => 'D',
        }
    }
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
    /// Index (0 is the base) of the topmost image layer that has the file which this one covers.
    pub lower: Option<usize>,
}

impl Mount {
    /// What `docker diff` lists: a directory before what is in it, siblings by name. A directory is listed as changed
    /// when something in it is; its own times do not count.
    pub fn diff(&self) -> Vec<Change> {
        let mut out = Vec::new();
        self.diff_dir(&mut String::new(), &self.root_place(), self.lower_root().as_ref(), &mut out);
        out
    }

    /// `new` is a directory with a part in the upper; `old` is what is below it there, if that is a directory.
    fn diff_dir(&self, path: &mut String, new: &Place, old: Option<&Place>, out: &mut Vec<Change>) {
        let mut names: VecSet<Arc<str>> = VecSet::new();
        names.extend(self.node(new.top).and_then(Node::entries).into_iter().flat_map(|e| e.keys().cloned()));
        if let (true, Some(old)) = (new.rest.is_empty(), old) {
            names.extend(self.list(old).into_keys());
        }
        for name in names {
            let len = path.len();
            path.push('/');
            path.push_str(&name);
            let before = old.and_then(|old| self.child(old, &name));
            self.diff_file(path, self.child(new, &name), before, out);
            path.truncate(len);
        }
    }

    fn diff_file(&self, path: &mut String, new: Option<Place>, old: Option<Place>, out: &mut Vec<Change>) {
        let old_node = old.as_ref().and_then(|old| self.node(old.top));
        let Some((place, node)) = new.as_ref().and_then(|new| Some((new, self.node(new.top)?))) else {
            if let (Some(old), Some(node)) = (&old, old_node) {
                out.push(self.change_of(ChangeKind::D, path, node, Some(old)));
            }
            return;
        };
        let at = out.len();
        match old_node {
            None => out.push(self.change_of(ChangeKind::A, path, node, None)),
            Some(before) if differ(before, node) => {
                out.push(self.change_of(ChangeKind::C, path, node, old.as_ref()));
            }
            Some(_) => {}
        }
        if node.is_dir() && place.in_upper() {
            let own_line = out.len() > at;
            let below = old.as_ref().filter(|_| old_node.is_some_and(Node::is_dir));
            self.diff_dir(path, place, below, out);
            if !own_line && out.len() > at {
                out.insert(at, self.change_of(ChangeKind::C, path, node, old.as_ref()));
            }
        }
    }

    fn change_of(&self, kind: ChangeKind, path: &str, node: &Node, old: Option<&Place>) -> Change {
        let images = self.lowers().len();
        Change {
            kind,
            path: path.to_owned(),
            is_dir: node.is_dir(),
            size: if kind == ChangeKind::D { 0 } else { node.counted_size() },
            lower: old.and_then(|old| old.locs().map(|loc| usize::from(loc.layer)).find(|layer| *layer < images)),
        }
    }

    /// The upper layer as an image's layer: what unpacking the commit's archive gives. Times are in whole seconds,
    /// sockets are left out, and a file that a program named `.wh.x` has become the whiteout of `x`.
    pub fn freeze(&self) -> Arc<Layer> {
        let root = self.upper.get(ROOT).map_or(super::node::Meta::new(0o755, Time(0)), |n| n.meta);
        let mut tree = Tree::new(root);
        let mut inodes = VecMap::new();
        self.freeze_dir(ROOT, ROOT, &mut tree, &mut inodes);
        Arc::new(Layer::from_tree(tree))
    }

    fn freeze_dir(&self, from: Ino, to: Ino, tree: &mut Tree, inodes: &mut VecMap<Ino, Ino>) {
        let mut queue = vec![(from, to)];
        while let Some((from, to)) = queue.pop() {
            let Some(entries) = self.upper.get(from).and_then(Node::entries) else { continue };
            for (name, ino) in entries.iter() {
                let Some(node) = self.upper.get(*ino) else { continue };
                if matches!(node.body, Body::Socket) {
                    continue;
                }
                let copy = *inodes.entry(*ino).or_insert_with(|| tree.alloc(whole_seconds(node)));
                tree.set_child(to, name, copy);
                if node.is_dir() {
                    queue.push((*ino, copy));
                }
            }
        }
    }
}

fn whole_seconds(node: &Node) -> Node {
    let mut copy = Node { origin: None, ..node.clone() };
    if let Body::Dir { entries, .. } = &mut copy.body {
        *entries = Default::default();
        copy.nlink = 2;
    }
    let cut = |time: Time| Time::from_secs(time.secs());
    copy.meta.mtime = cut(copy.meta.mtime);
    copy.meta.atime = copy.meta.mtime;
    copy.meta.ctime = cut(copy.meta.ctime);
    copy
}

/// `statDifferent` of Docker's `pkg/archive`: mode, owner, device number; for what is no directory also size and time.
/// Its test for a directory is a mask that block devices and sockets pass too.
fn differ(old: &Node, new: &Node) -> bool {
    let (a, b) = (&old.meta, &new.meta);
    let full_mode = |node: &Node| match node.kind() {
        FileKind::Symlink => FileKind::Symlink.mode_bits() | 0o777,
        kind => kind.mode_bits() | node.meta.mode,
    };
    let dir_bit = FileKind::Dir.mode_bits();
    full_mode(old) != full_mode(new)
        || (a.uid, a.gid, old.rdev()) != (b.uid, b.gid, new.rdev())
        || (full_mode(old) & dir_bit == 0 && (!same_time(a.mtime, b.mtime) || old.counted_size() != new.counted_size()))
}

/// Times that came through an archive have no fraction; then whole seconds decide.
fn same_time(a: Time, b: Time) -> bool {
    a.secs() == b.secs() && (a == b || a.subsec_nanos() == 0 || b.subsec_nanos() == 0)
}
