//! The file system against a naive model: a map of paths in which everything is copied eagerly, and which knows of
//! layers only what was there before. Views, changes and sizes must agree, and a committed layer must come back
//! whole through its archive.

use crate::layerfs_ops::{data, random_op, simulated, Op};
use capas::ambient::{Ids, Time};
use capas::layerfs::{FileKind, Layer, Mount, Vfs, Who};
use capas::oci::layer_tar;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    File(Vec<u8>),
    Dir,
    Link(String),
}

#[derive(Clone, Debug, PartialEq)]
struct Inode {
    kind: Kind,
    mode: u32,
    uid: u32,
    mtime: i64,
    /// Written since the last commit.
    upper: bool,
    /// A directory that was there at the last commit.
    lower: bool,
}

/// Paths to inodes; hard links share a number.
#[derive(Clone, Debug, Default)]
struct Model {
    names: BTreeMap<String, usize>,
    inodes: Vec<Inode>,
    /// As it was at the last commit.
    before: BTreeMap<String, Inode>,
    now: i64,
}

type Done = Option<()>;

impl Model {
    fn get(&self, path: &str) -> Option<&Inode> {
        self.names.get(path).map(|i| &self.inodes[*i])
    }

    fn is_dir(&self, path: &str) -> bool {
        path.is_empty() || self.get(path).is_some_and(|i| i.kind == Kind::Dir)
    }

    /// The canonical path, where all but the last name must exist.
    fn resolve(&self, path: &str, follow: bool) -> Option<String> {
        let mut todo: Vec<String> = path.rsplit('/').filter(|c| !c.is_empty()).map(str::to_owned).collect();
        let (mut at, mut links) = (String::new(), 0);
        while let Some(name) = todo.pop() {
            if !self.is_dir(&at) {
                return None;
            }
            let here = format!("{at}/{name}");
            match self.get(&here).map(|i| &i.kind) {
                Some(Kind::Link(target)) if follow || !todo.is_empty() => {
                    links += 1;
                    if links > 40 {
                        return None;
                    }
                    todo.extend(target.rsplit('/').map(str::to_owned));
                }
                None if !todo.is_empty() => return None,
                _ => at = here,
            }
        }
        Some(at)
    }

    fn copy_up(&mut self, path: &str) {
        let mut part = String::new();
        for name in path.split('/').filter(|c| !c.is_empty()) {
            part = format!("{part}/{name}");
            let index = self.names[&part];
            if !self.inodes[index].upper {
                let copy = Inode { upper: true, ..self.inodes[index].clone() };
                self.inodes.push(copy);
                self.names.insert(part.clone(), self.inodes.len() - 1);
            }
        }
    }

    fn parent(path: &str) -> &str {
        path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    fn touch_parent(&mut self, path: &str) {
        let parent = Model::parent(path).to_owned();
        self.copy_up(&parent);
        if let Some(index) = self.names.get(&parent) {
            self.inodes[*index].mtime = self.now;
        }
    }

    fn make(&mut self, path: &str, kind: Kind, mode: u32) {
        self.touch_parent(path);
        self.inodes.push(Inode { kind, mode, uid: 0, mtime: self.now, upper: true, lower: false });
        self.names.insert(path.to_owned(), self.inodes.len() - 1);
    }

    fn change(&mut self, path: &str, change: impl FnOnce(&mut Inode)) {
        self.copy_up(path);
        let index = self.names[path];
        change(&mut self.inodes[index]);
    }

    fn children(&self, path: &str) -> Vec<String> {
        let prefix = format!("{path}/");
        self.names.keys().filter(|p| p.strip_prefix(&prefix).is_some_and(|r| !r.contains('/'))).cloned().collect()
    }

    fn remove(&mut self, path: &str) {
        self.touch_parent(path);
        self.names.remove(path);
    }

    fn file(&self, path: &str) -> Option<String> {
        let path = self.resolve(path, true)?;
        matches!(self.get(&path)?.kind, Kind::File(_)).then_some(path)
    }

    fn write(&mut self, path: &str, with: impl FnOnce(&mut Vec<u8>)) {
        let now = self.now;
        self.change(path, |inode| {
            inode.mtime = now;
            if let Kind::File(content) = &mut inode.kind {
                with(content);
            }
        });
    }

    fn apply(&mut self, op: &Op) -> Done {
        match op {
            Op::Write(p, len) => {
                let path = self.resolve(p, true)?;
                match self.get(&path).map(|i| i.kind.clone()) {
                    None if path.is_empty() => None,
                    None => {
                        self.make(&path, Kind::File(data(*len)), 0o644);
                        Some(())
                    }
                    Some(Kind::File(_)) => {
                        self.write(&path, |content| *content = data(*len));
                        Some(())
                    }
                    _ => None,
                }
            }
            Op::Append(p) => {
                let path = self.file(p)?;
                self.write(&path, |content| content.extend_from_slice(b"more"));
                Some(())
            }
            Op::Touch(p) => {
                let path = self.file(p)?;
                self.copy_up(&path);
                Some(())
            }
            Op::SetLen(p, len) => {
                let path = self.file(p)?;
                self.write(&path, |content| content.resize(*len as usize, 0));
                Some(())
            }
            Op::Mkdir(p) => self.make_new(p, Kind::Dir, 0o755),
            Op::Symlink(target, p) => self.make_new(p, Kind::Link(target.clone()), 0o777),
            Op::Rmdir(p) => {
                let path = self.resolve(p, false).filter(|p| self.get(p).is_some() && self.is_dir(p))?;
                if !self.children(&path).is_empty() {
                    return None;
                }
                self.remove(&path);
                Some(())
            }
            Op::Unlink(p) => {
                let path = self.resolve(p, false).filter(|p| self.get(p).is_some() && !self.is_dir(p))?;
                self.remove(&path);
                Some(())
            }
            Op::RemoveAll(p) => {
                let path = self.resolve(p, false).filter(|p| self.get(p).is_some())?;
                for child in self.children(&path) {
                    self.apply(&Op::RemoveAll(child))?;
                }
                self.remove(&path);
                Some(())
            }
            Op::Rename(p, q) => self.rename(p, q),
            Op::Link(p, q) => {
                let (from, to) = (self.resolve(p, false)?, self.resolve(q, false)?);
                if self.get(&from)?.kind == Kind::Dir || self.get(&to).is_some() {
                    return None;
                }
                self.copy_up(&from);
                self.touch_parent(&to);
                self.names.insert(to, self.names[&from]);
                Some(())
            }
            Op::Chmod(p, mode) => {
                let path = self.resolve(p, true).filter(|p| self.get(p).is_some())?;
                self.change(&path, |inode| inode.mode = *mode);
                Some(())
            }
            Op::Chown(p, uid) => {
                let path = self.resolve(p, false).filter(|p| self.get(p).is_some())?;
                self.change(&path, |inode| inode.uid = *uid);
                Some(())
            }
        }
    }

    fn make_new(&mut self, path: &str, kind: Kind, mode: u32) -> Done {
        let path = self.resolve(path, false)?;
        if self.get(&path).is_some() || path.is_empty() {
            return None;
        }
        self.make(&path, kind, mode);
        Some(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Done {
        let (from, to) = (self.resolve(from, false)?, self.resolve(to, false)?);
        let old = self.get(&from)?.clone();
        let within = |a: &str, b: &str| a.starts_with(&format!("{b}/"));
        if within(&to, &from) || within(&from, &to) {
            return None;
        }
        let is_dir = old.kind == Kind::Dir;
        if let Some(new) = self.get(&to) {
            if (new.kind == Kind::Dir) != is_dir || !self.children(&to).is_empty() && from != to {
                return None;
            }
        }
        if from == to || self.names.get(&to) == self.names.get(&from) && old.upper {
            return Some(());
        }
        // What was there at the last commit cannot move as a whole; what has been made since can.
        if is_dir && old.lower {
            return None;
        }
        self.copy_up(&from);
        self.touch_parent(&to);
        self.touch_parent(&from);
        let moved: Vec<String> = self.names.keys().filter(|p| **p == from || within(p, &from)).cloned().collect();
        for path in moved {
            let index = self.names.remove(&path).unwrap();
            self.names.insert(format!("{to}{}", &path[from.len()..]), index);
        }
        Some(())
    }

    fn commit(&mut self) {
        for inode in &mut self.inodes {
            inode.upper = false;
            inode.lower = inode.kind == Kind::Dir;
        }
        self.before = self.view();
    }

    fn view(&self) -> BTreeMap<String, Inode> {
        let plain = |i: &usize| Inode { upper: false, lower: false, ..self.inodes[*i].clone() };
        self.names.iter().map(|(p, i)| (p.clone(), plain(i))).collect()
    }

    fn size(&self) -> u64 {
        let upper: BTreeSet<usize> = self.names.values().copied().filter(|i| self.inodes[*i].upper).collect();
        let size = |i: &usize| match &self.inodes[*i].kind {
            Kind::File(content) => content.len() as u64,
            Kind::Link(target) => target.len() as u64,
            Kind::Dir => 0,
        };
        upper.iter().map(size).sum()
    }

    fn diff(&self) -> BTreeSet<String> {
        let after = self.view();
        let mut out = BTreeSet::new();
        for (path, new) in &after {
            match self.before.get(path) {
                None => drop(out.insert(format!("A {path}"))),
                Some(old) => {
                    let same_dir = old.kind == Kind::Dir && new.kind == Kind::Dir;
                    let meta = |i: &Inode| (i.mode, i.uid, std::mem::discriminant(&i.kind));
                    let size = |i: &Inode| match &i.kind {
                        Kind::File(content) => content.len(),
                        Kind::Link(target) => target.len(),
                        Kind::Dir => 0,
                    };
                    if meta(old) != meta(new) || !same_dir && (old.mtime, size(old)) != (new.mtime, size(new)) {
                        out.insert(format!("C {path}"));
                    }
                }
            }
        }
        for (path, _) in self.before.iter().filter(|(p, _)| !after.contains_key(*p)) {
            // What was in a deleted or replaced directory goes without saying.
            if self.is_dir(Model::parent(path)) {
                out.insert(format!("D {path}"));
            }
        }
        for line in out.clone() {
            let mut parent = Model::parent(&line[2..]).to_owned();
            while !parent.is_empty() {
                if !["A", "C"].iter().any(|k| out.contains(&format!("{k} {parent}"))) {
                    out.insert(format!("C {parent}"));
                }
                parent = Model::parent(&parent).to_owned();
            }
        }
        out
    }
}

fn view(vfs: &Vfs, who: &Who<'_>) -> BTreeMap<String, Inode> {
    let (mut out, mut todo) = (BTreeMap::new(), vec![String::new()]);
    while let Some(dir) = todo.pop() {
        for entry in vfs.readdir(who, &format!("{dir}/")).unwrap() {
            let path = format!("{dir}/{}", entry.name);
            let stat = vfs.lstat(who, &path).unwrap();
            let kind = match stat.kind {
                FileKind::Dir => {
                    todo.push(path.clone());
                    Kind::Dir
                }
                FileKind::Symlink => Kind::Link(vfs.readlink(who, &path).unwrap().to_string()),
                _ => Kind::File(vfs.blob(who, &path).unwrap().to_vec()),
            };
            out.insert(
                path,
                Inode { kind, mode: stat.mode, uid: stat.uid, mtime: stat.mtime.secs(), upper: false, lower: false },
            );
        }
    }
    out
}

fn check(seeds: &[u64], ops: usize) -> Result<(), TestCaseError> {
    let mut model = Model { now: 1000, ..Model::default() };
    let mut layers: Vec<Arc<Layer>> = Vec::new();
    let mut log = Vec::new();
    for seed in seeds {
        model.commit();
        let mut vfs = Vfs::new(Mount::new(layers.clone()));
        let mut ids = Ids::new(*seed);
        for _ in 0..ops {
            let op = random_op(&mut ids);
            model.now += 1;
            let who = Who::root(Time::from_secs(model.now));
            let want = model.apply(&op);
            let got = simulated(&mut vfs, &who, &op);
            log.push(format!("{op:?} -> {got:?}"));
            prop_assert_eq!(got.is_ok(), want.is_some(), "{}", log.join("\n"));
        }
        log.push("-- commit".to_owned());
        let (log, who) = (log.join("\n"), Who::root(Time(0)));
        let mount = vfs.root().borrow().clone();
        prop_assert_eq!(view(&vfs, &who), model.view(), "{}", log);
        let diff: BTreeSet<String> = mount.diff().iter().map(|c| format!("{} {}", c.kind.letter(), c.path)).collect();
        prop_assert_eq!(diff.len(), mount.diff().len(), "no path twice");
        prop_assert_eq!(diff, model.diff(), "diff\n{}", log);
        prop_assert_eq!(mount.size_rw(), model.size(), "size\n{}", log);

        let layer = mount.freeze();
        let tar = layer_tar::to_blob(&layer);
        let read = layer_tar::read_blob(&tar).unwrap();
        prop_assert_eq!(layer_tar::write_fresh(&read, capas::layerfs::Blob::empty()).unwrap(), tar.clone());
        prop_assert_eq!(read.size(), mount.size_rw());
        prop_assert_eq!(layer_tar::diff_id(&read), layer_tar::diff_id(&layer));
        prop_assert_eq!(tar.len() == 1024, mount.is_untouched());
        layers.push(Arc::new(read));
        let again = Vfs::new(Mount::new(layers.clone()));
        prop_assert_eq!(view(&again, &who), model.view(), "after the archive\n{}", log);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn behaves_as_the_model(seeds in prop::collection::vec(any::<u64>(), 1..4), ops in 1usize..40) {
        check(&seeds, ops)?;
    }
}
