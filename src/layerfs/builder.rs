//! Building a layer entry by entry, with the rules by which Docker unpacks an archive.

use super::blob::Blob;
use super::errno::Errno;
use super::layer::Layer;
use super::node::{Body, FileKind, Ino, Meta, Node};
use super::path;
use super::tree::{Tree, ROOT};
use crate::ambient::Time;
use crate::sorted::VecMap;
use std::sync::Arc;

/// Builds a [`Layer`] entry by entry. Paths are relative to the layer's root, a leading slash does not matter.
/// Missing parents are made with mode 0755; what exists already is replaced, except that a directory put on a
/// directory only changes its metadata. Every call fails with ENOTDIR if a parent is no directory, with EINVAL if the
/// path has no name or climbs with `..`, with ENAMETOOLONG if a name is over 255 bytes.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    tree: Tree,
}

impl Default for LayerBuilder {
    fn default() -> LayerBuilder {
        LayerBuilder::new()
    }
}

impl LayerBuilder {
    /// An empty layer.
    pub fn new() -> LayerBuilder {
        LayerBuilder { tree: Tree::new(Meta::new(0o755, Time(0))) }
    }

    /// Puts a directory; `"/"` sets the root's metadata.
    pub fn dir(&mut self, path: &str, meta: Meta) -> Result<(), Errno> {
        if path::components(path).next().is_none() {
            return self.node_mut(ROOT).map(|node| node.meta = meta);
        }
        let (parent, name) = self.place(path)?;
        match self.tree.child(parent, name) {
            Some(ino) if self.tree.get(ino).is_some_and(Node::is_dir) => {
                self.node_mut(ino).map(|node| node.meta = meta)
            }
            _ => self.put(parent, name, Node::dir(meta)),
        }
    }

    /// Puts a regular file.
    pub fn file(&mut self, path: &str, content: Blob, meta: Meta) -> Result<(), Errno> {
        let (parent, name) = self.place(path)?;
        self.put(parent, name, Node::new(meta, Body::File(content)))
    }

    /// Puts a symbolic link.
    pub fn symlink(&mut self, path: &str, target: &str, meta: Meta) -> Result<(), Errno> {
        let (parent, name) = self.place(path)?;
        self.put(parent, name, Node::new(meta, Body::Symlink(target.into())))
    }

    /// Makes `path` another name of `existing`, a path of this layer. ENOENT if that is missing, EPERM if it is a
    /// directory.
    pub fn hardlink(&mut self, path: &str, existing: &str) -> Result<(), Errno> {
        let (ino, node) = self.tree.lookup(existing).ok_or(Errno::ENOENT)?;
        if node.is_dir() {
            return Err(Errno::EPERM);
        }
        let (parent, name) = self.place(path)?;
        if self.tree.child(parent, name) == Some(ino) {
            return Ok(());
        }
        self.clear(parent, name);
        self.node_mut(ino).map(|node| node.nlink += 1)?;
        self.tree.set_child(parent, name, ino);
        Ok(())
    }

    /// Puts a device (character or block), a named pipe or a socket; EINVAL for any other kind.
    pub fn special(&mut self, path: &str, kind: FileKind, rdev: (u32, u32), meta: Meta) -> Result<(), Errno> {
        let body = match kind {
            FileKind::CharDevice if rdev == (0, 0) => Body::Whiteout,
            FileKind::CharDevice | FileKind::BlockDevice => Body::Device { kind, rdev },
            FileKind::Fifo => Body::Fifo,
            FileKind::Socket => Body::Socket,
            _ => return Err(Errno::EINVAL),
        };
        let (parent, name) = self.place(path)?;
        self.put(parent, name, Node::new(meta, body))
    }

    /// Hides `path` of the layers below.
    pub fn whiteout(&mut self, path: &str, meta: Meta) -> Result<(), Errno> {
        self.special(path, FileKind::CharDevice, (0, 0), meta)
    }

    /// Makes the directory `path` opaque; it is made if it is missing.
    pub fn opaque(&mut self, path: &str) -> Result<(), Errno> {
        check(path)?;
        let ino = self.make_dirs(path::components(path))?;
        match &mut self.node_mut(ino)?.body {
            Body::Dir { opaque, .. } => *opaque = true,
            _ => return Err(Errno::ENOTDIR),
        }
        Ok(())
    }

    /// Gives `path` extended attributes.
    pub fn xattrs(&mut self, path: &str, xattrs: VecMap<String, Vec<u8>>) -> Result<(), Errno> {
        let (ino, _) = self.tree.lookup(path).ok_or(Errno::ENOENT)?;
        self.node_mut(ino).map(|node| node.xattrs = Some(Arc::new(xattrs)))
    }

    /// Whether a whiteout is at `path`.
    pub fn is_whiteout(&self, path: &str) -> bool {
        self.tree.lookup(path).is_some_and(|(_, node)| node.is_whiteout())
    }

    /// The layer.
    pub fn finish(self) -> Layer {
        Layer::from_tree(self.tree)
    }

    fn node_mut(&mut self, ino: Ino) -> Result<&mut Node, Errno> {
        self.tree.get_mut(ino).ok_or(Errno::ENOENT)
    }

    /// The parent's inode, made where missing, and the last name.
    fn place<'p>(&mut self, path: &'p str) -> Result<(Ino, &'p str), Errno> {
        check(path)?;
        let mut names = path::components(path);
        let name = names.next_back().ok_or(Errno::EINVAL)?;
        Ok((self.make_dirs(names)?, name))
    }

    fn make_dirs<'p>(&mut self, names: impl Iterator<Item = &'p str>) -> Result<Ino, Errno> {
        let mut dir = ROOT;
        for name in names {
            dir = match self.tree.child(dir, name) {
                Some(ino) if self.tree.get(ino).is_some_and(Node::is_dir) => ino,
                Some(_) => return Err(Errno::ENOTDIR),
                None => {
                    let ino = self.tree.alloc(Node::dir(Meta::new(0o755, Time(0))));
                    self.tree.set_child(dir, name, ino);
                    ino
                }
            };
        }
        Ok(dir)
    }

    fn put(&mut self, parent: Ino, name: &str, node: Node) -> Result<(), Errno> {
        self.clear(parent, name);
        let ino = self.tree.alloc(node);
        self.tree.set_child(parent, name, ino);
        Ok(())
    }

    fn clear(&mut self, parent: Ino, name: &str) {
        if let Some(ino) = self.tree.take_child(parent, name) {
            self.tree.release(ino, &|_| false);
        }
    }
}

/// A path that this layer can hold: deep ones would not be reachable for a program either.
fn check(path: &str) -> Result<(), Errno> {
    let long = |name: &str| name.len() > path::NAME_MAX && path::raw_len(name) > path::NAME_MAX as u64;
    if path.len() > path::PATH_MAX || path::components(path).any(long) {
        return Err(Errno::ENAMETOOLONG);
    }
    if path::components(path).any(|name| name == "..") {
        return Err(Errno::EINVAL);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layerfs::EntryBody;

    #[test]
    fn builds_what_it_is_told() {
        let meta = Meta::new(0o644, Time::from_secs(5));
        let mut b = LayerBuilder::new();
        b.file("etc/motd", "hola\n".into(), meta).unwrap();
        b.dir("etc", Meta::new(0o700, Time(0))).unwrap();
        b.hardlink("/etc/motd2", "etc/motd").unwrap();
        b.symlink("etc/link", "motd", meta).unwrap();
        b.whiteout("gone", meta).unwrap();
        assert_eq!(b.file("etc/motd/x", Blob::empty(), meta), Err(Errno::ENOTDIR));
        assert_eq!(b.dir("a/../b", meta), Err(Errno::EINVAL));
        assert_eq!(b.hardlink("x", "nosuch"), Err(Errno::ENOENT));
        let layer = b.finish();
        let paths: Vec<String> = layer.entries().map(|e| e.path).collect();
        assert_eq!(paths, ["etc", "etc/link", "etc/motd", "etc/motd2", "gone"]);
        assert_eq!(layer.size(), 5 + 4);
        assert_eq!(layer.lookup("etc/motd").unwrap().nlink, 2);
        assert_eq!(layer.lookup("/etc").unwrap().meta.mode, 0o700);
        assert_eq!(layer.lookup("gone").unwrap().body, EntryBody::Whiteout);
    }

    #[test]
    fn a_file_replaces_a_directory_with_all_in_it() {
        let meta = Meta::new(0o644, Time(0));
        let mut b = LayerBuilder::new();
        b.file("d/x", "1".into(), meta).unwrap();
        b.file("d", "22".into(), meta).unwrap();
        let layer = b.finish();
        assert_eq!((layer.len(), layer.size()), (1, 2));
    }
}
