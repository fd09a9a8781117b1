//! Finding what a path names: symlinks, `..`, mount points and the permission to search directories, as the kernel's
//! `path_resolution(7)` has it.

use super::errno::Errno;
use super::mount::{stat_of, Place};
use super::node::{FileKind, Meta, Node, Stat};
use super::path::{self, MAX_SYMLINKS, NAME_MAX, PATH_MAX};
use super::vfs::{Fs, MountPoint, PseudoNode, Vfs, Who};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// What is at the end of a path.
#[derive(Clone, Debug)]
pub(super) enum What {
    Tree(Place),
    Pseudo(PseudoNode),
}

/// A directory or file on the way, and which mount it is in.
#[derive(Clone)]
struct Step {
    /// How much of the canonical path leads here.
    len: usize,
    point: Rc<MountPoint>,
    what: What,
}

/// Where a path leads.
#[derive(Clone)]
pub(super) struct Spot {
    /// Canonical, `""` for the root; of a missing file the path it would have.
    pub canon: String,
    pub point: Rc<MountPoint>,
    /// `None` where only the last name is missing.
    pub what: Option<What>,
    /// The directory it is in; `None` for the root.
    pub parent: Option<(Rc<MountPoint>, What)>,
    /// The path as given ended in a slash.
    pub slash: bool,
}

impl Spot {
    /// What is there, ENOENT if nothing is.
    pub fn found(&self) -> Result<&What, Errno> {
        self.what.as_ref().ok_or(Errno::ENOENT)
    }

    /// Canonical path of the directory it is in (`""` for the root) and its name there.
    pub fn split(&self) -> (&str, &str) {
        self.canon.rsplit_once('/').unwrap_or(("", ""))
    }
}

/// Whether the last name, if a symlink, is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Follow,
    Keep,
}

struct Walker<'v, 'w> {
    vfs: &'v Vfs,
    who: &'v Who<'w>,
    canon: String,
    trail: Vec<Step>,
    links: u32,
}

impl Vfs {
    /// Finds `path`. ENOENT (also for an empty path), ENOTDIR, EACCES, ELOOP, ENAMETOOLONG; a missing last name is no
    /// error here.
    pub(super) fn resolve(&self, who: &Who<'_>, path: &str, last: Last) -> Result<Spot, Errno> {
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        if path.len() >= PATH_MAX && path::raw_len(path) >= PATH_MAX as u64 {
            return Err(Errno::ENAMETOOLONG);
        }
        let mut walker = Walker { vfs: self, who, canon: String::new(), trail: Vec::new(), links: 0 };
        let root = self.top_point("").and_then(|root| self.mounted(root, who));
        let (point, what) = root.ok_or(Errno::ENOENT)?;
        walker.trail.push(Step { len: 0, point, what });
        if !path.starts_with('/') {
            // The working directory was reached once: no permission is asked again.
            for name in path::components(who.cwd) {
                let what = walker.enter(name)?.ok_or(Errno::ENOENT)?;
                walker.trail.push(what);
            }
        }
        walker.run(path, last)
    }

    /// The topmost mount whose target is exactly this.
    fn top_point(&self, canon: &str) -> Option<&Rc<MountPoint>> {
        self.points.iter().rfind(|p| p.target == canon)
    }

    /// Whether something is mounted at `canon` or under it.
    pub(super) fn has_mounts(&self, canon: &str) -> bool {
        self.points.iter().any(|p| path::is_within(&p.target, canon))
    }

    /// The root of a mount.
    fn mounted(&self, point: &Rc<MountPoint>, who: &Who<'_>) -> Option<(Rc<MountPoint>, What)> {
        match &point.fs {
            Fs::Tree(fs) => fs.borrow().find(&point.inner).map(|place| (point.clone(), What::Tree(place))),
            Fs::Pseudo(fs) => fs.lookup("", who.pid).and_then(|node| grafted(point, &point.target, node)),
        }
    }

    /// Calls `look` with the node of a place in a tree.
    pub(super) fn with_node<R>(
        &self,
        point: &MountPoint,
        place: &Place,
        look: impl FnOnce(&Node) -> R,
    ) -> Result<R, Errno> {
        match &point.fs {
            Fs::Tree(fs) => fs.borrow().node(place.top).map(look).ok_or(Errno::EIO),
            Fs::Pseudo(_) => Err(Errno::EIO),
        }
    }

    pub(super) fn stat_what(&self, who: &Who<'_>, point: &MountPoint, canon: &str, what: &What) -> Result<Stat, Errno> {
        let mut stat = match (what, &point.fs) {
            (What::Tree(place), Fs::Tree(fs)) => fs.borrow().stat(place).ok_or(Errno::EIO)?,
            (What::Pseudo(node), _) => stat_pseudo(node, canon, who),
            _ => return Err(Errno::EIO),
        };
        stat.dev = point.dev;
        Ok(stat)
    }

    /// Kind and metadata, for permission checks.
    pub(super) fn meta_of(&self, point: &MountPoint, what: &What) -> Result<(FileKind, Meta), Errno> {
        match what {
            What::Tree(place) => self.with_node(point, place, |node| (node.kind(), node.meta)),
            What::Pseudo(PseudoNode::Disk(node)) => Ok((node.0.kind(), node.0.meta)),
            What::Pseudo(node) => {
                let (kind, mode) = pseudo_mode(node);
                Ok((kind, Meta::new(mode, crate::ambient::Time(0))))
            }
        }
    }
}

impl<'v> Walker<'v, '_> {
    fn here(&self) -> Result<&Step, Errno> {
        self.trail.last().ok_or(Errno::EIO)
    }

    fn run(mut self, path: &str, last: Last) -> Result<Spot, Errno> {
        let slash = path.ends_with('/');
        let mut todo: Vec<Cow<'_, str>> = path.rsplit('/').filter(|c| !c.is_empty()).map(Cow::Borrowed).collect();
        while let Some(name) = todo.pop() {
            self.search()?;
            match name.as_ref() {
                "." => continue,
                ".." => {
                    if self.trail.len() > 1 {
                        self.trail.pop();
                    }
                    let len = self.here()?.len;
                    self.canon.truncate(len);
                    continue;
                }
                long if long.len() > NAME_MAX && path::raw_len(long) > NAME_MAX as u64 => {
                    return Err(Errno::ENAMETOOLONG);
                }
                _ => {}
            }
            let is_last = todo.is_empty();
            match self.enter(&name)? {
                None if is_last => return self.missing(&name, slash),
                None => return Err(Errno::ENOENT),
                Some(step) => match self.target(&step)? {
                    Some(target) if !is_last || slash || last == Last::Follow => self.follow(&target, &mut todo)?,
                    _ => self.trail.push(step),
                },
            }
        }
        self.finish(slash)
    }

    /// The current place must be a directory that may be searched.
    fn search(&self) -> Result<(), Errno> {
        let step = self.here()?;
        let (kind, meta) = self.vfs.meta_of(&step.point, &step.what)?;
        match kind {
            FileKind::Dir if permits(self.who, &meta, true, 1) => Ok(()),
            FileKind::Dir => Err(Errno::EACCES),
            _ => Err(Errno::ENOTDIR),
        }
    }

    /// Looks `name` up in the current directory, mounts included; the canonical path moves on.
    fn enter(&mut self, name: &str) -> Result<Option<Step>, Errno> {
        let Some(Step { len, point, what }) = self.trail.last() else { return Err(Errno::EIO) };
        let outside = *len;
        self.canon.truncate(outside);
        self.canon.push('/');
        self.canon.push_str(name);
        let child = match (what, &point.fs) {
            _ if name.contains('\0') => return Err(Errno::EINVAL),
            (What::Tree(dir), Fs::Tree(fs)) => {
                fs.borrow().child(dir, name).map(|place| (point.clone(), What::Tree(place)))
            }
            (What::Pseudo(node), Fs::Pseudo(fs)) if node.is_dir() => {
                let node = fs.lookup(point.inside(&self.canon).trim_start_matches('/'), self.who.pid);
                node.and_then(|node| grafted(point, &self.canon, node))
            }
            (What::Pseudo(_), _) => return Err(Errno::ENOTDIR),
            _ => return Err(Errno::EIO),
        };
        let Some(child) = child else { return Ok(None) };
        let mounted = self.vfs.top_point(&self.canon).and_then(|top| self.vfs.mounted(top, self.who));
        let (point, what) = mounted.unwrap_or(child);
        Ok(Some(Step { len: self.canon.len(), point, what }))
    }

    fn target(&self, step: &Step) -> Result<Option<Arc<str>>, Errno> {
        self.vfs.link_target(&step.point, &step.what)
    }

    fn follow(&mut self, target: &str, todo: &mut Vec<Cow<'_, str>>) -> Result<(), Errno> {
        self.links += 1;
        if self.links > MAX_SYMLINKS {
            return Err(Errno::ELOOP);
        }
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        if target.starts_with('/') {
            self.trail.truncate(1);
        }
        let len = self.here()?.len;
        self.canon.truncate(len);
        if target.ends_with('/') {
            todo.push(Cow::Borrowed("."));
        }
        todo.extend(target.rsplit('/').filter(|c| !c.is_empty()).map(|c| Cow::Owned(c.to_owned())));
        Ok(())
    }

    fn missing(mut self, _name: &str, slash: bool) -> Result<Spot, Errno> {
        let Some(Step { point, what, .. }) = self.trail.pop() else { return Err(Errno::EIO) };
        if self.canon.len() >= PATH_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        Ok(Spot { canon: self.canon, point: point.clone(), what: None, parent: Some((point, what)), slash })
    }

    fn finish(mut self, slash: bool) -> Result<Spot, Errno> {
        let Some(Step { len, point, what }) = self.trail.pop() else { return Err(Errno::EIO) };
        self.canon.truncate(len);
        if slash && self.vfs.meta_of(&point, &what)?.0 != FileKind::Dir {
            return Err(Errno::ENOTDIR);
        }
        let parent = self.trail.pop().map(|step| (step.point, step.what));
        Ok(Spot { canon: self.canon, point, what: Some(what), parent, slash })
    }
}

impl Vfs {
    /// A symlink's target, `None` for anything else.
    pub(super) fn link_target(&self, point: &MountPoint, what: &What) -> Result<Option<Arc<str>>, Errno> {
        let of = |node: &Node| match &node.body {
            super::node::Body::Symlink(target) => Some(target.clone()),
            _ => None,
        };
        match what {
            What::Pseudo(PseudoNode::Symlink(target)) => Ok(Some(Arc::from(target.as_str()))),
            What::Pseudo(PseudoNode::Disk(node)) => Ok(of(&node.0)),
            What::Pseudo(_) => Ok(None),
            What::Tree(place) => self.with_node(point, place, of),
        }
    }
}

/// Whether `who` has all of `want` (4 read, 2 write, 1 execute or search). Root may do everything, but execute only
/// what someone may.
pub(super) fn permits(who: &Who<'_>, meta: &Meta, is_dir: bool, want: u32) -> bool {
    if who.uid == 0 {
        return want & 1 == 0 || is_dir || meta.mode & 0o111 != 0;
    }
    let shift = if who.uid == meta.uid {
        6
    } else if in_group(who, meta.gid) {
        3
    } else {
        0
    };
    (meta.mode >> shift) & want == want
}

/// Whether `who` is of the group.
pub(super) fn in_group(who: &Who<'_>, gid: u32) -> bool {
    who.gid == gid || who.groups.contains(&gid)
}

fn pseudo_mode(node: &PseudoNode) -> (FileKind, u32) {
    match node {
        PseudoNode::Dir | PseudoNode::Graft { .. } => (FileKind::Dir, 0o555),
        PseudoNode::File(_) => (FileKind::File, 0o444),
        PseudoNode::Symlink(_) => (FileKind::Symlink, 0o777),
        PseudoNode::Disk(node) => (node.0.kind(), node.0.meta.mode),
    }
}

/// What a computed file system has at `canon`: its own node, or the part of another one that is seen there.
pub(super) fn grafted(point: &Rc<MountPoint>, canon: &str, node: PseudoNode) -> Option<(Rc<MountPoint>, What)> {
    let PseudoNode::Graft { fs, inner, read_only } = node else { return Some((point.clone(), What::Pseudo(node))) };
    let place = fs.borrow().find(&inner)?;
    let point = MountPoint {
        target: canon.to_owned(),
        inner,
        read_only: read_only || point.read_only,
        dev: GRAFTED | hash(canon) as u32,
        source: String::new(),
        fstype: String::new(),
        options: String::new(),
        bind: true,
        fs: Fs::Tree(fs),
    };
    Some((Rc::new(point), What::Tree(place)))
}

/// Grafts have device numbers of their own, since each counts its inodes from one.
const GRAFTED: u32 = 1 << 31;

impl Vfs {
    /// Something on this device is about to change: if it is seen through a graft, that counts here, since the mount is
    /// none of this namespace.
    pub(super) fn note_change(&self, dev: u32) {
        if dev & GRAFTED != 0 {
            self.graft_changes.set(self.graft_changes.get() + 1);
        }
    }
}

/// FNV-1a.
fn hash(canon: &str) -> u64 {
    canon.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// Computed files have size 0, as those of `/proc`, unless they are as on a disk; their inode number comes from their path.
pub(super) fn stat_pseudo(node: &PseudoNode, canon: &str, who: &Who<'_>) -> Stat {
    let ino = 0xf000_0000 + (hash(canon) & 0x0fff_ffff);
    if let PseudoNode::Disk(node) = node {
        return stat_of(&node.0, ino, super::mount::FsType::Ext4);
    }
    let (kind, mode) = pseudo_mode(node);
    let body = match kind {
        FileKind::Dir => Node::dir(Meta::new(mode, who.now)),
        _ => Node::new(Meta::new(mode, who.now), super::node::Body::Fifo),
    };
    let stat = stat_of(&body, ino, super::mount::FsType::Overlay);
    Stat { kind, mode, size: 0, blocks: 0, ..stat }
}
