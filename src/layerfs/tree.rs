//! One tree of inodes, as a disk has it: a persistent table, so that a clone costs nothing and shares everything.
//! It knows nothing of merging.

use super::node::{Body, Ino, Meta, Node};
use crate::sorted::{VecMap, VecSet};
use imbl::OrdMap;
use std::sync::Arc;

/// The root's inode number.
pub(crate) const ROOT: Ino = 1;

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: OrdMap<Ino, Arc<Node>>,
    next: Ino,
}

impl Tree {
    /// A root and nothing in it.
    pub fn new(root: Meta) -> Tree {
        Tree { nodes: OrdMap::unit(ROOT, Arc::new(Node::dir(root))), next: ROOT + 1 }
    }

    pub fn get(&self, ino: Ino) -> Option<&Node> {
        self.nodes.get(&ino).map(Arc::as_ref)
    }

    /// The node behind its counter, for those who keep it alive.
    pub fn shared(&self, ino: Ino) -> Option<Arc<Node>> {
        self.nodes.get(&ino).cloned()
    }

    pub fn get_mut(&mut self, ino: Ino) -> Option<&mut Node> {
        self.nodes.get_mut(&ino).map(Arc::make_mut)
    }

    /// Every node, with a name or without.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().map(Arc::as_ref)
    }

    /// All inode numbers are below this.
    pub fn span(&self) -> u64 {
        u64::from(self.next)
    }

    /// Puts a node in the table; no name leads to it yet.
    pub fn alloc(&mut self, node: Node) -> Ino {
        let ino = self.next;
        self.next = self.next.saturating_add(1);
        self.nodes.insert(ino, Arc::new(node));
        ino
    }

    /// Takes a node out of the table.
    pub fn free(&mut self, ino: Ino) {
        self.nodes.remove(&ino);
    }

    pub fn child(&self, dir: Ino, name: &str) -> Option<Ino> {
        self.get(dir)?.entries()?.get(name).copied()
    }

    /// Enters `name` in `dir` and returns what it led to before. Link counts of directories follow; those of the
    /// nodes themselves are the caller's business.
    pub fn set_child(&mut self, dir: Ino, name: &str, ino: Ino) -> Option<Ino> {
        let subdir = self.get(ino).is_some_and(Node::is_dir);
        let old = self.edit(dir, |entries| entries.insert(Arc::from(name), ino))?;
        self.count_subdirs(dir, old, subdir);
        old
    }

    /// Takes `name` out of `dir` and returns what it led to.
    pub fn take_child(&mut self, dir: Ino, name: &str) -> Option<Ino> {
        let old = self.edit(dir, |entries| entries.remove(name))?;
        self.count_subdirs(dir, old, false);
        old
    }

    fn edit<R>(&mut self, dir: Ino, change: impl FnOnce(&mut VecMap<Arc<str>, Ino>) -> R) -> Option<R> {
        match &mut self.get_mut(dir)?.body {
            Body::Dir { entries, .. } => Some(change(Arc::make_mut(entries))),
            _ => None,
        }
    }

    fn count_subdirs(&mut self, dir: Ino, lost: Option<Ino>, gained: bool) {
        let lost = lost.and_then(|ino| self.get(ino)).is_some_and(Node::is_dir);
        if lost != gained {
            if let Some(node) = self.get_mut(dir) {
                node.nlink = if gained { node.nlink.saturating_add(1) } else { node.nlink.saturating_sub(1) };
            }
        }
    }

    /// Everything under `dir`, in the order of a walk: a directory before what is in it, siblings by name.
    pub fn walk(&self, dir: Ino) -> Walk<'_> {
        let stack = self.get(dir).and_then(Node::entries).map(|e| e.iter()).into_iter().collect();
        Walk { tree: self, stack, path: String::new(), lens: vec![0] }
    }

    /// One name less leads to `ino`; with the last one it goes, and with a directory all that is in it. A node that
    /// `held` claims stays in the table without a name.
    pub fn release(&mut self, ino: Ino, held: &dyn Fn(Ino) -> bool) {
        let mut queue = vec![ino];
        while let Some(ino) = queue.pop() {
            let Some(node) = self.get_mut(ino) else { continue };
            if let Body::Dir { entries, .. } = &mut node.body {
                queue.extend(std::mem::take(entries).values());
                node.nlink = 0;
            } else {
                node.nlink = node.nlink.saturating_sub(1);
            }
            if node.nlink == 0 && !held(ino) {
                self.free(ino);
            }
        }
    }

    /// The sum of sizes as overlay2 counts: files and symlink targets, hard links once, all else nothing.
    pub fn size(&self) -> u64 {
        let (mut total, mut seen) = (0, VecSet::new());
        for (_, ino, node) in self.walk(ROOT) {
            if node.nlink < 2 || node.is_dir() || seen.insert(ino) {
                total += node.counted_size();
            }
        }
        total
    }

    pub fn lookup(&self, path: &str) -> Option<(Ino, &Node)> {
        let mut ino = ROOT;
        for name in super::path::components(path) {
            ino = self.child(ino, name)?;
        }
        Some((ino, self.get(ino)?))
    }
}

/// See [`Tree::walk`]. Items are path without leading slash, inode number and node.
pub(crate) struct Walk<'a> {
    tree: &'a Tree,
    stack: Vec<crate::sorted::Iter<'a, Arc<str>, Ino>>,
    path: String,
    lens: Vec<usize>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = (String, Ino, &'a Node);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let level = self.stack.last_mut()?;
            let Some((name, ino)) = level.next() else {
                self.stack.pop();
                self.lens.pop();
                continue;
            };
            self.path.truncate(self.lens.last().copied().unwrap_or(0));
            if !self.path.is_empty() {
                self.path.push('/');
            }
            self.path.push_str(name);
            let Some(node) = self.tree.get(*ino) else { continue };
            if let Some(entries) = node.entries() {
                self.stack.push(entries.iter());
                self.lens.push(self.path.len());
            }
            return Some((self.path.clone(), *ino, node));
        }
    }
}
