//! Changing a mount: copy-up, whiteouts, opaque directories, hard links and renames as the kernel's overlayfs does
//! them with its default options (`redirect_dir`, `metacopy` and `index` off). Paths are inside the mount, without
//! symlinks or `..`; whether a caller may do it has been asked before.

use super::errno::Errno;
use super::mount::{Loc, Mount, UPPER};
use super::node::{Body, Ino, Meta, Node};
use super::tree::ROOT;
use crate::ambient::Time;

impl Mount {
    /// Raises `inner` and the directories it is in to the upper layer and returns its inode there. O(1) in the size
    /// of the file: the content is shared. The parents' times do not move.
    pub(crate) fn copy_up(&mut self, inner: &str, now: Time) -> Result<Ino, Errno> {
        let mut place = self.root_place();
        for name in super::path::components(inner) {
            let parent = place.top.ino;
            let mut child = self.child(&place, name).ok_or(Errno::ENOENT)?;
            if !child.in_upper() {
                let ino = self.raise(parent, name, child.top, now)?;
                let lower = std::mem::replace(&mut child.top, Loc { layer: UPPER, ino });
                if self.node(lower).is_some_and(Node::is_dir) {
                    child.rest.insert(0, lower);
                }
            }
            place = child;
        }
        Ok(place.top.ino)
    }

    fn raise(&mut self, parent: Ino, name: &str, from: Loc, now: Time) -> Result<Ino, Errno> {
        let node = self.node(from).ok_or(Errno::ENOENT)?;
        // One name of several takes leave of the others, and is a new file to those who compare inodes.
        let origin = (node.is_dir() || node.nlink == 1).then(|| self.ino(from));
        let body = match &node.body {
            Body::Dir { .. } => Node::dir(node.meta).body,
            other => other.clone(),
        };
        let raised = Node { xattrs: node.xattrs.clone(), origin, ..Node::new(node.meta, body) };
        let ino = self.upper.alloc(raised);
        if let Some(node) = self.upper.get_mut(ino) {
            node.meta.ctime = now;
        }
        self.upper.set_child(parent, name, ino);
        self.generation += 1;
        Ok(ino)
    }

    /// Changes a file of the upper.
    pub(crate) fn change(&mut self, ino: Ino, change: impl FnOnce(&mut Node)) -> Result<(), Errno> {
        self.generation += 1;
        self.upper.get_mut(ino).map(change).ok_or(Errno::EIO)
    }

    /// Makes sure that `len` bytes more may be written. What the files hold is added up only when as much as fits has
    /// been written since the last time, so a write costs nothing for it.
    pub(crate) fn reserve(&mut self, len: u64) -> Result<(), Errno> {
        self.written = self.written.saturating_add(len);
        if self.written > self.capacity {
            let held = |node: &Node| match &node.body {
                Body::File(blob) => blob.held(),
                _ => 0,
            };
            let held = self.upper.nodes().map(held).fold(0, u64::saturating_add);
            if held.saturating_add(len) > self.capacity {
                return Err(Errno::ENOSPC);
            }
            self.written = held.saturating_add(len);
        }
        Ok(())
    }

    fn touch(&mut self, dir: Ino, now: Time) {
        if let Some(node) = self.upper.get_mut(dir) {
            (node.meta.mtime, node.meta.ctime) = (now, now);
        }
        self.generation += 1;
    }

    fn drop_name(&mut self, ino: Ino) {
        let (opens, whiteout) = (&self.opens, self.whiteout);
        self.upper.release(ino, &|ino| opens.contains_key(&ino) || whiteout == Some(ino));
    }

    fn upper_child(&self, dir: Ino, name: &str) -> Option<(Ino, &Node)> {
        let ino = self.upper.child(dir, name)?;
        Some((ino, self.upper.get(ino)?))
    }

    /// Makes a new file in `dir`, where `name` must not be visible.
    pub(crate) fn create(&mut self, dir: &str, name: &str, mut node: Node, now: Time) -> Result<Ino, Errno> {
        let parent = self.copy_up(dir, now)?;
        if let Some((_, old)) = self.upper_child(parent, name) {
            if !old.is_whiteout() {
                return Err(Errno::EEXIST);
            }
            node.set_opaque();
        }
        let ino = self.upper.alloc(node);
        self.enter(parent, name, ino, now);
        Ok(ino)
    }

    fn enter(&mut self, parent: Ino, name: &str, ino: Ino, now: Time) {
        if let Some(old) = self.upper.set_child(parent, name, ino) {
            self.drop_name(old);
        }
        self.touch(parent, now);
    }

    /// Gives the file at `existing` another name.
    pub(crate) fn link(&mut self, existing: &str, dir: &str, name: &str, now: Time) -> Result<(), Errno> {
        let ino = self.copy_up(existing, now)?;
        let parent = self.copy_up(dir, now)?;
        if self.upper_child(parent, name).is_some_and(|(_, old)| !old.is_whiteout()) {
            return Err(Errno::EEXIST);
        }
        self.change(ino, |node| {
            node.nlink += 1;
            node.meta.ctime = now;
        })?;
        self.enter(parent, name, ino, now);
        Ok(())
    }

    /// Removes a name; a directory must be empty. What lower layers have of it is covered by a whiteout.
    pub(crate) fn remove(&mut self, dir: &str, name: &str, now: Time) -> Result<(), Errno> {
        let parent = self.copy_up(dir, now)?;
        let place = self.find(dir).ok_or(Errno::ENOENT)?;
        let child = self.child(&place, name).ok_or(Errno::ENOENT)?;
        if self.node(child.top).is_some_and(Node::is_dir) && !self.is_empty_dir(&child) {
            return Err(Errno::ENOTEMPTY);
        }
        let covered = self.lower_has(&place, name);
        if let Some(ino) = self.upper.take_child(parent, name) {
            if let Some(node) = self.upper.get_mut(ino) {
                node.meta.ctime = now;
            }
            self.drop_name(ino);
        }
        if covered {
            let whiteout = self.shared_whiteout(now);
            self.upper.set_child(parent, name, whiteout);
        }
        self.touch(parent, now);
        Ok(())
    }

    fn new_whiteout(&mut self, now: Time) -> Ino {
        self.upper.alloc(Node::new(Meta::new(0, now), Body::Whiteout))
    }

    fn shared_whiteout(&mut self, now: Time) -> Ino {
        match self.whiteout.and_then(|ino| Some((ino, self.upper.get_mut(ino)?))) {
            Some((ino, node)) => {
                node.nlink += 1;
                ino
            }
            None => {
                let ino = self.new_whiteout(now);
                self.whiteout = Some(ino);
                ino
            }
        }
    }

    /// Renames inside this mount. The kinds of what is replaced have been compared by the caller; here it is
    /// ENOTEMPTY for a directory with names in it, EXDEV for one that has a part in a lower layer.
    pub(crate) fn rename(&mut self, from: (&str, &str), to: (&str, &str), now: Time) -> Result<(), Errno> {
        let old = self.find(from.0).and_then(|dir| self.child(&dir, from.1)).ok_or(Errno::ENOENT)?;
        let new = self.find(to.0).and_then(|dir| self.child(&dir, to.1));
        let is_dir = self.node(old.top).is_some_and(Node::is_dir);
        if new.as_ref().is_some_and(|new| new.top == old.top && old.in_upper()) {
            return Ok(());
        }
        if is_dir && old.lower_locs().next().is_some() {
            return Err(Errno::EXDEV);
        }
        let merged = |mount: &Mount| mount.find(to.0).is_some_and(|dir| !dir.rest.is_empty());
        if let Some(new) = &new {
            if self.node(new.top).is_some_and(Node::is_dir) && !self.is_empty_dir(new) {
                // Where the target is in the upper alone, the kernel leaves the question to the disk, and by then has
                // marked what was to be moved there.
                if new.in_upper() && new.rest.is_empty() && merged(self) {
                    self.change(old.top.ino, Node::set_opaque)?;
                }
                return Err(Errno::ENOTEMPTY);
            }
        }
        let old_dir = self.copy_up(from.0, now)?;
        let ino = self.copy_up(&super::path::join(from.0, from.1), now)?;
        let new_dir = self.copy_up(to.0, now)?;
        let covered = self.find(from.0).is_some_and(|dir| self.lower_has(&dir, from.1));
        let merged = merged(self);
        self.upper.take_child(old_dir, from.1);
        let replaced = self.upper.set_child(new_dir, to.1, ino);
        self.leave_behind(old_dir, from.1, replaced, covered, now);
        self.change(ino, |node| {
            node.meta.ctime = now;
            if merged {
                node.set_opaque();
            }
        })?;
        self.touch(old_dir, now);
        self.touch(new_dir, now);
        Ok(())
    }

    /// After a rename: the whiteout at the old name if a lower layer has it (the one found at the new name, where
    /// there was one), and the end of what was replaced.
    fn leave_behind(&mut self, dir: Ino, name: &str, replaced: Option<Ino>, covered: bool, now: Time) {
        let was_whiteout = replaced.and_then(|ino| self.upper.get(ino)).is_some_and(Node::is_whiteout);
        match replaced {
            Some(whiteout) if covered && was_whiteout => {
                self.upper.set_child(dir, name, whiteout);
                return;
            }
            Some(ino) => self.drop_name(ino),
            None => {}
        }
        if covered {
            let whiteout = self.new_whiteout(now);
            self.upper.set_child(dir, name, whiteout);
        }
    }

    /// One more open file.
    pub(crate) fn hold(&mut self, ino: Ino) {
        *self.opens.entry(ino).or_default() += 1;
    }

    /// One open file less; without a name left, the file goes.
    pub(crate) fn unhold(&mut self, ino: Ino) {
        if let Some(count) = self.opens.get_mut(&ino) {
            *count -= 1;
            if *count == 0 {
                self.opens.remove(&ino);
                if ino != ROOT && self.whiteout != Some(ino) && self.upper.get(ino).is_some_and(|n| n.nlink == 0) {
                    self.upper.free(ino);
                }
            }
        }
    }
}
