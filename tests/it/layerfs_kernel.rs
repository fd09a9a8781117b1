//! The simulated overlay against the kernel's: the same random operations on both, then every error, the merged
//! view, the upper directory (whiteouts, opaque directories, hard links) and the times must agree. Needs root and an
//! overlay mount; without them it says so and passes.

use crate::layerfs_ops::{data, random_op, simulated, Op};
use crate::skip::skip;
use capas::ambient::{Ids, Time};
use capas::layerfs::{EntryBody, FileKind, FsType, Layer, Mount, Vfs, Who};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Removes its directory, and unmounts what is left mounted there.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let dir = std::env::temp_dir().join(format!("capas-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Scratch(dir)
    }

    fn dir(&self, name: &str) -> PathBuf {
        let dir = self.0.join(name);
        fs::create_dir_all(&dir).unwrap();
        dir
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.join("m")).stderr(std::process::Stdio::null()).status();
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mount(options: &str, at: &Path) -> bool {
    let done = Command::new("mount").args(["-t", "overlay", "overlay", "-o", options]).arg(at).output();
    done.is_ok_and(|out| out.status.success())
}

fn unmount(at: &Path) {
    assert!(Command::new("umount").arg(at).status().unwrap().success());
}

/// The operation on the real file system.
fn real(root: &Path, op: &Op) -> io::Result<()> {
    let at = |p: &String| root.join(p.trim_start_matches('/'));
    let open = |p: &String| fs::OpenOptions::new().read(true).write(true).open(at(p));
    match op {
        Op::Write(p, len) => fs::File::create(at(p))?.write_all(&data(*len)),
        Op::Append(p) => fs::OpenOptions::new().append(true).open(at(p))?.write_all(b"more"),
        Op::Touch(p) => open(p).map(drop),
        Op::SetLen(p, len) => open(p)?.set_len(*len),
        Op::Mkdir(p) => fs::create_dir(at(p)),
        Op::Rmdir(p) => fs::remove_dir(at(p)),
        Op::Unlink(p) => fs::remove_file(at(p)),
        Op::RemoveAll(p) => real_remove(&at(p)),
        Op::Rename(p, q) => fs::rename(at(p), at(q)),
        Op::Link(p, q) => fs::hard_link(at(p), at(q)),
        Op::Symlink(target, p) => std::os::unix::fs::symlink(target, at(p)),
        Op::Chmod(p, mode) => fs::set_permissions(at(p), fs::Permissions::from_mode(*mode)),
        Op::Chown(p, id) => std::os::unix::fs::lchown(at(p), Some(*id), Some(*id)),
    }
}

fn real_remove(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return fs::remove_file(path);
    }
    let mut names: Vec<_> = fs::read_dir(path)?.map(|e| e.unwrap().path()).collect();
    names.sort();
    names.iter().try_for_each(|name| real_remove(name))?;
    fs::remove_dir(path)
}

/// A tree as text: path, kind, mode, owner, links, content. Hard links are told by the first path of each file.
type Tree = BTreeMap<String, String>;

fn real_tree(root: &Path) -> Tree {
    let (mut out, mut first) = (Tree::new(), BTreeMap::new());
    let mut todo = vec![String::new()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(root.join(&dir)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{dir}{}", entry.file_name().to_str().unwrap());
            let meta = entry.metadata().unwrap();
            let kind = meta.file_type();
            let line = if kind.is_char_device() && meta.rdev() == 0 {
                "whiteout".to_owned()
            } else if kind.is_dir() {
                todo.push(format!("{path}/"));
                format!("dir {:o} {}", meta.mode() & 0o7777, meta.uid())
            } else if kind.is_symlink() {
                format!("link {:?} {} n{}", fs::read_link(entry.path()).unwrap(), meta.uid(), meta.nlink())
            } else {
                let content = fs::read(entry.path()).unwrap();
                format!("file {:o} {} n{} {}", meta.mode() & 0o7777, meta.uid(), meta.nlink(), content.len())
            };
            if !kind.is_dir() && meta.nlink() > 1 {
                first.entry(meta.ino()).or_insert_with(Vec::new).push(path.clone());
            }
            out.insert(path, line);
        }
    }
    mark_links(&mut out, first.into_values());
    out
}

fn mark_links(tree: &mut Tree, groups: impl Iterator<Item = Vec<String>>) {
    for mut group in groups.filter(|g| g.len() > 1) {
        group.sort();
        for path in &group {
            tree.get_mut(path).unwrap().push_str(&format!(" ={}", group[0]));
        }
    }
}

fn simulated_tree(vfs: &Vfs, who: &Who<'_>) -> Tree {
    let (mut out, mut first) = (Tree::new(), BTreeMap::new());
    let mut todo = vec![String::new()];
    while let Some(dir) = todo.pop() {
        for entry in vfs.readdir(who, &format!("/{dir}")).unwrap() {
            let path = format!("{dir}{}", entry.name);
            let full = format!("/{path}");
            let stat = vfs.lstat(who, &full).unwrap();
            assert_eq!((stat.kind, stat.ino), (entry.kind, entry.ino));
            let line = match stat.kind {
                FileKind::Dir => {
                    todo.push(format!("{path}/"));
                    format!("dir {:o} {}", stat.mode, stat.uid)
                }
                FileKind::Symlink => {
                    format!("link {:?} {} n{}", vfs.readlink(who, &full).unwrap(), stat.uid, stat.nlink)
                }
                _ => {
                    let blob = vfs.blob(who, &full).unwrap();
                    assert_eq!(blob.len(), stat.size);
                    format!("file {:o} {} n{} {}", stat.mode, stat.uid, stat.nlink, stat.size)
                }
            };
            if stat.kind != FileKind::Dir && stat.nlink > 1 {
                first.entry(stat.ino).or_insert_with(Vec::new).push(path.clone());
            }
            out.insert(path, line);
        }
    }
    mark_links(&mut out, first.into_values());
    out
}

fn upper_tree(layer: &Layer) -> (Tree, Vec<String>) {
    let (mut out, mut first, mut opaque) = (Tree::new(), BTreeMap::new(), Vec::new());
    for entry in layer.entries() {
        let (mode, uid, links) = (entry.meta.mode, entry.meta.uid, entry.nlink);
        let line = match &entry.body {
            EntryBody::Whiteout => "whiteout".to_owned(),
            EntryBody::Dir { opaque: is_opaque } => {
                if *is_opaque {
                    opaque.push(entry.path.clone());
                }
                format!("dir {mode:o} {uid}")
            }
            EntryBody::Symlink(target) => format!("link {target:?} {uid} n{links}"),
            _ => format!("file {mode:o} {uid} n{links} {}", entry.size()),
        };
        if links > 1 && entry.kind() != FileKind::Dir {
            first.entry(entry.ino).or_insert_with(Vec::new).push(entry.path.clone());
        }
        out.insert(entry.path, line);
    }
    mark_links(&mut out, first.into_values());
    (out, opaque)
}

/// Which directories of an upper are opaque, without reading extended attributes: the upper is mounted over a tree
/// that has a mark in each of its directories, and the marks that do not show are in opaque ones.
fn opaque_dirs(scratch: &Scratch, upper: &Path) -> Vec<String> {
    let (probe, at) = (scratch.dir("probe"), scratch.dir("pm"));
    let dirs: Vec<String> =
        real_tree(upper).into_iter().filter(|(_, l)| l.starts_with("dir")).map(|(p, _)| p).collect();
    for dir in &dirs {
        fs::create_dir_all(probe.join(dir)).unwrap();
        fs::write(probe.join(dir).join("mark"), "").unwrap();
    }
    let (mut out, mut todo) = (Vec::new(), vec![String::new()]);
    while let Some(base) = todo.pop() {
        let options = format!("lowerdir={}:{}", upper.join(&base).display(), probe.join(&base).display());
        assert!(mount(&options, &at));
        for dir in &dirs {
            let Some(rest) = dir.strip_prefix(&base).map(|r| r.trim_start_matches('/')).filter(|r| !r.is_empty())
            else {
                continue;
            };
            let under = out.iter().any(|o: &String| dir.starts_with(&format!("{o}/")) && o.len() > base.len());
            if !under && dir.starts_with(&format!("{base}/")) == base.is_empty() {
                continue;
            }
            if !under && !at.join(rest).join("mark").exists() {
                out.push(dir.clone());
                todo.push(dir.clone());
            }
        }
        unmount(&at);
    }
    fs::remove_dir_all(&probe).unwrap();
    out.sort();
    out
}

/// Which paths' times an operation moved.
fn moved<K: Ord + Clone, T: PartialEq>(before: &BTreeMap<K, T>, after: &BTreeMap<K, T>) -> Vec<K> {
    after
        .iter()
        .filter(|(path, time)| before.get(path).is_some_and(|old| old != *time))
        .map(|(p, _)| p.clone())
        .collect()
}

fn real_times(root: &Path) -> BTreeMap<String, (i64, i64)> {
    let time = |p: &Path| fs::symlink_metadata(p).map(|m| (m.mtime(), m.mtime_nsec())).unwrap();
    let mut out: BTreeMap<_, _> = real_tree(root).into_keys().map(|p| (p.clone(), time(&root.join(p)))).collect();
    out.insert(String::new(), time(root));
    out
}

fn simulated_times(vfs: &Vfs, who: &Who<'_>) -> BTreeMap<String, Time> {
    let time = |p: &str| vfs.lstat(who, &format!("/{p}")).unwrap().mtime;
    let mut out: BTreeMap<_, _> = simulated_tree(vfs, who).into_keys().map(|p| (p.clone(), time(&p))).collect();
    out.insert(String::new(), time(""));
    out
}

/// Runs random operations on both and compares what each says; `clock` also compares which times moved.
fn run(ids: &mut Ids, count: usize, root: &Path, vfs: &mut Vfs, clock: bool, log: &mut Vec<String>) {
    for step in 0..count {
        let op = random_op(ids);
        let now = Time(1_000_000_000 * (step as i64 + 1) + log.len() as i64);
        let who = Who { umask: umask(root), ..Who::root(now) };
        let before = clock.then(|| (real_times(root), simulated_times(vfs, &who)));
        if clock {
            // The kernel's clock for files is coarse.
            std::thread::sleep(std::time::Duration::from_millis(8));
        }
        let want = real(root, &op).map_err(|e| e.raw_os_error().unwrap_or(0));
        let got = simulated(vfs, &who, &op).map_err(|e| e.number());
        log.push(format!("{op:?} -> {want:?}"));
        assert_eq!(got, want, "{}", log.join("\n"));
        if let Some((real_before, simulated_before)) = before {
            let want = moved(&real_before, &real_times(root));
            let got = moved(&simulated_before, &simulated_times(vfs, &who));
            assert_eq!(got, want, "times moved\n{}", log.join("\n"));
        }
    }
}

fn umask(root: &Path) -> u32 {
    use std::sync::OnceLock;
    static UMASK: OnceLock<u32> = OnceLock::new();
    *UMASK.get_or_init(|| {
        let probe = root.parent().unwrap().join("umask");
        fs::write(&probe, "").unwrap();
        0o666 & !(fs::metadata(&probe).unwrap().mode() & 0o666)
    })
}

/// One random case; `None` where the machine cannot mount.
fn case(seed: u64, ops: usize, clock: bool) -> Option<()> {
    let scratch = Scratch::new(&format!("overlay{seed}{clock}"));
    let [l1, l2, upper, work, merged] = ["l1", "l2", "u", "w", "m"].map(|name| scratch.dir(name));
    let (mut ids, mut log) = (Ids::new(seed), Vec::new());

    let mut plain = Vfs::new(Mount::plain(FsType::Ext4));
    run(&mut ids, 12, &l1, &mut plain, clock, &mut log);
    log.push("-- first layer done".to_owned());
    let base = plain.root().borrow().upper();

    let options =
        |lower: &str, upper: &Path| format!("lowerdir={lower},upperdir={},workdir={}", upper.display(), work.display());
    if !mount(&options(&l1.display().to_string(), &l2), &merged) {
        return None;
    }
    let mut second = Vfs::new(Mount::new([base.clone()]));
    run(&mut ids, 12, &merged, &mut second, clock, &mut log);
    unmount(&merged);
    log.push("-- second layer done".to_owned());
    let middle = second.root().borrow().freeze();

    assert!(mount(&options(&format!("{}:{}", l2.display(), l1.display()), &upper), &merged));
    let mut vfs = Vfs::new(Mount::new([base, middle]));
    let who = Who::root(Time(0));
    assert_eq!(simulated_tree(&vfs, &who), real_tree(&merged), "before any change\n{}", log.join("\n"));
    run(&mut ids, ops, &merged, &mut vfs, clock, &mut log);
    let log = log.join("\n");
    assert_eq!(simulated_tree(&vfs, &who), real_tree(&merged), "merged view\n{log}");
    unmount(&merged);
    let (got, opaque) = upper_tree(&vfs.root().borrow().upper());
    assert_eq!(got, real_tree(&upper), "upper\n{log}");
    assert_eq!(opaque, opaque_dirs(&scratch, &upper), "opaque directories\n{log}");
    Some(())
}

const NO_OVERLAY: &str = "this machine does not let the test mount an overlay (it needs root)";

/// Whether the machine can mount, and so every case was tried.
fn for_seeds(mut seeds: std::ops::Range<u64>, ops: usize, clock: bool) -> bool {
    seeds.all(|seed| case(seed, ops, clock).is_some())
}

#[test]
fn the_kernel_agrees() {
    if !for_seeds(0..60, 25, false) {
        skip!(NO_OVERLAY);
    }
}

#[test]
fn the_kernel_agrees_about_times() {
    if !for_seeds(1000..1003, 25, true) {
        skip!(NO_OVERLAY);
    }
}

/// For a long run by hand: `cargo test --test it the_kernel_agrees_at_length -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn the_kernel_agrees_at_length() {
    if !for_seeds(10_000..14_000, 40, false) {
        skip!(NO_OVERLAY);
    }
}

/// A layer shared by name only: the file system keeps no second copy of it.
#[test]
fn a_snapshot_is_not_changed_by_what_follows() {
    let mut vfs = Vfs::new(Mount::new([Arc::new(Layer::default())]));
    let who = Who::root(Time(5));
    vfs.put_blob(&who, "/x", "1".into(), 0o644).unwrap();
    let snapshot = vfs.root().borrow().clone();
    vfs.put_blob(&who, "/x", "22".into(), 0o644).unwrap();
    vfs.mkdir(&who, "/d", 0o755).unwrap();
    assert_eq!((snapshot.size_rw(), vfs.root().borrow().size_rw()), (1, 2));
    assert_eq!(snapshot.diff().len(), 1);
}
