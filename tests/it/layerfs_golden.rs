//! One file operation a container, as recorded of a real Docker on overlay2: the upper layer, `docker diff`, the size
//! and the committed layer. The operations are those that bash and coreutils made (seen with strace), and each
//! expectation is the recorded output.

use capas::ambient::Time;
use capas::layerfs::{
    Blob, EntryBody, Errno, FileKind, FsType, Layer, LayerBuilder, Meta, Mount, OpenFlags, SharedMount, Vfs, Who,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

const BUILT: Time = Time::from_secs(1_795_495_678);
const NOW: Time = Time(1_795_500_000_123_456_789);

fn who() -> Who<'static> {
    Who::root(NOW)
}

/// The image `capas` of the recording, its base cut to what the operations touch.
fn image() -> Vec<Arc<Layer>> {
    let (dir, file) = (Meta::new(0o755, Time::from_secs(1_790_000_000)), Meta::new(0o644, BUILT));
    let mut base = LayerBuilder::new();
    for path in ["bin", "dev", "etc", "proc", "root", "run", "usr"] {
        base.dir(path, dir).unwrap();
    }
    base.dir("tmp", Meta { mode: 0o1777, ..dir }).unwrap();
    base.file("bin/true", Blob::generated(1, 35664), Meta { mode: 0o755, ..file }).unwrap();
    base.file("etc/motd", "Debian\n".into(), file).unwrap();
    let mut c = LayerBuilder::new();
    let made = Meta::new(0o755, BUILT);
    for path in ["c", "c/d", "c/d/sub", "c/vacio"] {
        c.dir(path, made).unwrap();
    }
    c.file("c/a.txt", Blob::from_bytes(vec![b'a'; 1000]), file).unwrap();
    c.file("c/b.txt", "bb\n".into(), Meta { mode: 0o640, ..file }).unwrap();
    c.file("c/d/1", "1\n".into(), file).unwrap();
    c.file("c/d/2", "2\n".into(), file).unwrap();
    c.file("c/d/sub/3", "3\n".into(), file).unwrap();
    c.file("c/grande", Blob::from_bytes(vec![0; 1_048_576]), file).unwrap();
    c.file("c/h1", "hl\n".into(), file).unwrap();
    c.hardlink("c/h2", "c/h1").unwrap();
    c.symlink("c/s", "a.txt", Meta { mode: 0o777, ..file }).unwrap();
    vec![Arc::new(base.finish()), Arc::new(c.finish())]
}

/// What Docker puts between image and container.
fn init_layer() -> Arc<Layer> {
    let (dir, file) = (Meta::new(0o755, NOW), Meta::new(0o755, NOW));
    let mut init = LayerBuilder::new();
    for path in ["dev", "dev/pts", "dev/shm", "etc", "proc", "sys"] {
        init.dir(path, dir).unwrap();
    }
    for path in [".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"] {
        init.file(path, Blob::empty(), file).unwrap();
    }
    init.symlink("etc/mtab", "/proc/mounts", file).unwrap();
    Arc::new(init.finish())
}

fn container(layers: Vec<Arc<Layer>>) -> Vfs {
    let mut vfs = Vfs::new(Mount::with_init(layers, init_layer()).with_root(Meta::new(0o755, NOW)));
    let tmpfs = || -> SharedMount { Rc::new(RefCell::new(Mount::plain(FsType::Tmpfs))) };
    vfs.mount_at("/dev", tmpfs(), false).unwrap();
    vfs.mkdir(&who(), "/dev/shm", 0o1777).unwrap();
    vfs.mount_at("/dev/shm", tmpfs(), false).unwrap();
    let mut files = Mount::plain(FsType::Ext4);
    {
        let shared: SharedMount = Rc::new(RefCell::new(files.clone()));
        let mut host = Vfs::with_root(shared.clone());
        for name in ["/hosts", "/hostname"] {
            host.put_blob(&who(), name, "127.0.0.1\tlocalhost\n".into(), 0o644).unwrap();
        }
        files = shared.borrow().clone();
    }
    let files: SharedMount = Rc::new(RefCell::new(files));
    vfs.bind("/etc/hosts", files.clone(), "/hosts", false).unwrap();
    vfs.bind("/etc/hostname", files, "/hostname", false).unwrap();
    vfs
}

/// The programs' system calls.
trait Ops {
    fn echo(&mut self, text: &str, path: &str);
    fn push(&mut self, text: &str, path: &str);
    fn rm_rf(&mut self, path: &str);
    fn mv(&mut self, from: &str, to: &str);
}

impl Ops for Vfs {
    fn echo(&mut self, text: &str, path: &str) {
        let file = self.open(&who(), path, OpenFlags::REWRITE, 0o666).unwrap();
        self.write(&who(), &file, 0, text.as_bytes()).unwrap();
    }

    fn push(&mut self, text: &str, path: &str) {
        let file = self.open(&who(), path, OpenFlags::APPEND, 0o666).unwrap();
        self.write(&who(), &file, 0, text.as_bytes()).unwrap();
    }

    fn rm_rf(&mut self, path: &str) {
        if self.lstat(&who(), path).unwrap().is_dir() {
            for entry in self.readdir(&who(), path).unwrap() {
                self.rm_rf(&format!("{path}/{}", entry.name));
            }
            self.rmdir(&who(), path).unwrap();
        } else {
            self.unlink(&who(), path).unwrap();
        }
    }

    /// As coreutils: rename, and where that is EXDEV, copy and remove.
    fn mv(&mut self, from: &str, to: &str) {
        match self.rename(&who(), from, to) {
            Err(Errno::EXDEV) => {
                self.copy(from, to);
                self.rm_rf(from);
            }
            other => other.unwrap(),
        }
    }
}

trait Copy {
    fn copy(&mut self, from: &str, to: &str);
}

impl Copy for Vfs {
    fn copy(&mut self, from: &str, to: &str) {
        let stat = self.lstat(&who(), from).unwrap();
        if stat.is_dir() {
            self.mkdir(&who(), to, stat.mode).unwrap();
            for entry in self.readdir(&who(), from).unwrap() {
                self.copy(&format!("{from}/{}", entry.name), &format!("{to}/{}", entry.name));
            }
        } else {
            let blob = self.blob(&who(), from).unwrap();
            self.put_blob(&who(), to, blob, stat.mode).unwrap();
        }
        self.utimes(&who(), to, Some(stat.atime), Some(stat.mtime), true).unwrap();
    }
}

/// A layer's entries as the recording lists the upper directory.
fn listing(layer: &Layer) -> String {
    let line = |e: capas::layerfs::Entry| {
        let what = match &e.body {
            EntryBody::Whiteout => "whiteout".to_owned(),
            EntryBody::Dir { opaque } => format!("{:o}{}", e.meta.mode, if *opaque { " opaque" } else { "" }),
            EntryBody::Symlink(target) => format!("-> {target}"),
            EntryBody::Device { rdev, .. } => format!("{:o} {},{}", e.meta.mode, rdev.0, rdev.1),
            EntryBody::Fifo => format!("{:o} fifo", e.meta.mode),
            _ => format!("{:o} {}", e.meta.mode, e.size()),
        };
        let links =
            if e.nlink > 1 && e.kind() != FileKind::Dir { format!(" nlink={}", e.nlink) } else { String::new() };
        format!("{} {what}{links}\n", e.path)
    };
    layer.entries().map(line).collect()
}

fn diff(mount: &Mount) -> String {
    let mut lines: Vec<String> = mount.diff().iter().map(|c| format!("{} {}\n", c.kind.letter(), c.path)).collect();
    lines.sort_by(|a, b| a[2..].cmp(&b[2..]));
    lines.concat()
}

#[track_caller]
fn check(act: impl FnOnce(&mut Vfs), upper: &str, changes: &str, size: u64) -> Mount {
    check_on(image(), act, upper, changes, size)
}

#[track_caller]
fn check_on(layers: Vec<Arc<Layer>>, act: impl FnOnce(&mut Vfs), upper: &str, changes: &str, size: u64) -> Mount {
    let clean = |text: &str| text.lines().map(|l| format!("{}\n", l.trim())).filter(|l| l != "\n").collect::<String>();
    let mut vfs = container(layers);
    act(&mut vfs);
    let mount = vfs.root().borrow().clone();
    assert_eq!(listing(&mount.upper()), clean(upper), "upper");
    assert_eq!(diff(&mount), clean(changes), "diff");
    assert_eq!(mount.size_rw(), size, "size");
    assert_eq!(mount.freeze().size(), size, "size of the committed layer");
    assert_eq!(listing(&mount.freeze()), listing(&mount.upper()));
    assert_eq!(mount.is_untouched(), upper.is_empty());
    mount
}

#[test]
fn removing() {
    check(|v| v.unlink(&who(), "/c/a.txt").unwrap(), "c 755\nc/a.txt whiteout", "C /c\nD /c/a.txt", 0);
    check(|v| v.rm_rf("/c/d"), "c 755\nc/d whiteout", "C /c\nD /c/d", 0);
    check(|v| v.unlink(&who(), "/c/s").unwrap(), "c 755\nc/s whiteout", "C /c\nD /c/s", 0);
    check(|v| v.rmdir(&who(), "/c/vacio").unwrap(), "c 755\nc/vacio whiteout", "C /c\nD /c/vacio", 0);
    check(
        |v| {
            v.echo("x\n", "/c/x");
            v.unlink(&who(), "/c/x").unwrap();
        },
        "c 755",
        "",
        0,
    );
}

#[test]
fn removing_and_making_again() {
    let again = |v: &mut Vfs| {
        v.rm_rf("/c/d");
        v.mkdir(&who(), "/c/d", 0o777).unwrap();
    };
    let old = "C /c\nC /c/d\nD /c/d/1\nD /c/d/2\nD /c/d/sub";
    check(again, "c 755\nc/d 755 opaque", old, 0);
    check(
        |v| {
            again(v);
            v.echo("n\n", "/c/d/nuevo");
            v.echo("otro1\n", "/c/d/1");
        },
        "c 755\nc/d 755 opaque\nc/d/1 644 6\nc/d/nuevo 644 2",
        "C /c\nC /c/d\nC /c/d/1\nD /c/d/2\nA /c/d/nuevo\nD /c/d/sub",
        8,
    );
    check(
        |v| {
            v.rmdir(&who(), "/c/vacio").unwrap();
            v.mkdir(&who(), "/c/vacio", 0o777).unwrap();
        },
        "c 755\nc/vacio 755 opaque",
        "",
        0,
    );
    check(
        |v| {
            v.unlink(&who(), "/c/a.txt").unwrap();
            v.echo("nuevo\n", "/c/a.txt");
        },
        "c 755\nc/a.txt 644 6",
        "C /c\nC /c/a.txt",
        6,
    );
    check(
        |v| {
            v.rm_rf("/c/d");
            v.echo("f\n", "/c/d");
        },
        "c 755\nc/d 644 2",
        "C /c\nC /c/d",
        2,
    );
    check(
        |v| {
            v.unlink(&who(), "/c/a.txt").unwrap();
            v.mkdir(&who(), "/c/a.txt", 0o777).unwrap();
            v.echo("x\n", "/c/a.txt/y");
        },
        "c 755\nc/a.txt 755 opaque\nc/a.txt/y 644 2",
        "C /c\nC /c/a.txt\nA /c/a.txt/y",
        2,
    );
}

#[test]
fn renaming() {
    check(
        |v| v.mv("/c/a.txt", "/c/z.txt"),
        "c 755\nc/a.txt whiteout\nc/z.txt 644 1000",
        "C /c\nD /c/a.txt\nA /c/z.txt",
        1000,
    );
    check(
        |v| v.mv("/c/d", "/c/e"),
        "c 755\nc/d whiteout\nc/e 755\nc/e/1 644 2\nc/e/2 644 2\nc/e/sub 755\nc/e/sub/3 644 2",
        "C /c\nD /c/d\nA /c/e\nA /c/e/1\nA /c/e/2\nA /c/e/sub\nA /c/e/sub/3",
        6,
    );
    check(|v| assert_eq!(v.rename(&who(), "/c/d", "/c/e"), Err(Errno::EXDEV)), "", "", 0);
    check(
        |v| v.mv("/c/b.txt", "/c/a.txt"),
        "c 755\nc/a.txt 640 3\nc/b.txt whiteout",
        "C /c\nC /c/a.txt\nD /c/b.txt",
        3,
    );
}

#[test]
fn metadata() {
    let a = "C /c\nC /c/a.txt";
    check(|v| v.chmod(&who(), "/c/a.txt", 0o600).unwrap(), "c 755\nc/a.txt 600 1000", a, 1000);
    check(|v| v.chmod(&who(), "/c/b.txt", 0o640).unwrap(), "c 755\nc/b.txt 640 3", "", 3);
    check(|v| v.chown(&who(), "/c/a.txt", Some(1), Some(1), true).unwrap(), "c 755\nc/a.txt 644 1000", a, 1000);
    check(|v| v.utimes(&who(), "/c/a.txt", Some(NOW), Some(NOW), true).unwrap(), "c 755\nc/a.txt 644 1000", a, 1000);
    check(|v| v.chmod(&who(), "/c/d", 0o700).unwrap(), "c 755\nc/d 700", "C /c\nC /c/d", 0);
    check(
        |v| {
            let blob = v.blob(&who(), "/bin/true").unwrap();
            v.put_blob(&who(), "/c/t", blob, 0o755).unwrap();
            v.chmod(&who(), "/c/t", 0o4755).unwrap();
        },
        "c 755\nc/t 4755 35664",
        "C /c\nA /c/t",
        35664,
    );
}

#[test]
fn writing() {
    let a = "C /c\nC /c/a.txt";
    check(|v| v.push("x\n", "/c/a.txt"), "c 755\nc/a.txt 644 1002", a, 1002);
    check(|v| v.push("x\n", "/c/grande"), "c 755\nc/grande 644 1048578", "C /c\nC /c/grande", 1_048_578);
    check(|v| v.echo("bb\n", "/c/b.txt"), "c 755\nc/b.txt 640 3", "C /c\nC /c/b.txt", 3);
    check(
        |v| drop(v.open(&who(), "/c/a.txt", OpenFlags::READ_WRITE, 0o666).unwrap()),
        "c 755\nc/a.txt 644 1000",
        "",
        1000,
    );
    check(|v| drop(v.open(&who(), "/c/a.txt", OpenFlags::APPEND, 0o666).unwrap()), "c 755\nc/a.txt 644 1000", "", 1000);
    check(|v| v.echo("", "/c/a.txt"), "c 755\nc/a.txt 644 0", a, 0);
    check(
        |v| {
            let flags = OpenFlags { truncate: false, ..OpenFlags::REWRITE };
            let file = v.open(&who(), "/c/sparse", flags, 0o666).unwrap();
            v.ftruncate(&who(), &file, 20 << 20).unwrap();
            assert_eq!(v.fstat(&file).unwrap().blocks, 0);
        },
        "c 755\nc/sparse 644 20971520",
        "C /c\nA /c/sparse",
        20_971_520,
    );
    check(
        |v| {
            let file = v.open(&who(), "/c/a.txt", OpenFlags::READ, 0).unwrap();
            assert_eq!(v.read(&file, 0, 4096).unwrap().len(), 1000);
            v.readdir(&who(), "/c").unwrap();
        },
        "",
        "",
        0,
    );
}

#[test]
fn links() {
    check(
        |v| v.link(&who(), "/c/a.txt", "/c/a2.txt").unwrap(),
        "c 755\nc/a.txt 644 1000 nlink=2\nc/a2.txt 644 1000 nlink=2",
        "C /c\nA /c/a2.txt",
        1000,
    );
    check(
        |v| {
            let ino = |v: &Vfs, path: &str| v.stat(&who(), path).unwrap().ino;
            assert_eq!(ino(v, "/c/h1"), ino(v, "/c/h2"));
            v.push("mas\n", "/c/h1");
            assert_eq!(v.blob(&who(), "/c/h2").unwrap().to_vec(), b"hl\n");
            assert_ne!(ino(v, "/c/h1"), ino(v, "/c/h2"));
            assert_eq!(v.stat(&who(), "/c/h1").unwrap().nlink, 1);
            assert_eq!(v.stat(&who(), "/c/h2").unwrap().nlink, 2);
        },
        "c 755\nc/h1 644 7",
        "C /c\nC /c/h1",
        7,
    );
    check(
        |v| {
            v.put_blob(&who(), "/c/u1", Blob::from_bytes(vec![0; 100]), 0o666).unwrap();
            v.link(&who(), "/c/u1", "/c/u2").unwrap();
            v.link(&who(), "/c/u1", "/c/u3").unwrap();
        },
        "c 755\nc/u1 644 100 nlink=3\nc/u2 644 100 nlink=3\nc/u3 644 100 nlink=3",
        "C /c\nA /c/u1\nA /c/u2\nA /c/u3",
        100,
    );
    check(|v| v.symlink(&who(), "/etc/passwd", "/c/sym").unwrap(), "c 755\nc/sym -> /etc/passwd", "C /c\nA /c/sym", 11);
    check(
        |v| {
            v.symlink(&who(), "b.txt", "/c/tmp").unwrap();
            v.rename(&who(), "/c/tmp", "/c/s").unwrap();
        },
        "c 755\nc/s -> b.txt",
        "C /c\nC /c/s",
        5,
    );
}

#[test]
fn other_kinds() {
    check(|v| v.mkdir(&who(), "/c/nuevo_dir", 0o777).unwrap(), "c 755\nc/nuevo_dir 755", "C /c\nA /c/nuevo_dir", 0);
    check(
        |v| v.mknod(&who(), "/c/fifo", FileKind::Fifo, (0, 0), 0o666).unwrap(),
        "c 755\nc/fifo 644 fifo",
        "C /c\nA /c/fifo",
        0,
    );
    check(
        |v| v.mknod(&who(), "/c/nodo", FileKind::CharDevice, (1, 3), 0o666).unwrap(),
        "c 755\nc/nodo 644 1,3",
        "C /c\nA /c/nodo",
        0,
    );
}

#[test]
fn around_the_mounts() {
    check(
        |v| {
            v.echo("12345\n", "/tmp/t");
            v.echo("1\n", "/run/r");
            v.echo("1\n", "/dev/shm/s");
            v.echo("1\n", "/dev/x");
        },
        "run 755\nrun/r 644 2\ntmp 1777\ntmp/t 644 6",
        "C /run\nA /run/r\nC /tmp\nA /tmp/t",
        8,
    );
    check(
        |v| {
            v.push("1.2.3.4 x\n", "/etc/hosts");
            v.echo("h\n", "/etc/hostname");
            assert_eq!(v.unlink(&who(), "/etc/hosts"), Err(Errno::EBUSY));
        },
        "",
        "",
        0,
    );
    check(|v| v.echo("hola\n", "/etc/motd"), "etc 755\netc/motd 644 5", "C /etc\nC /etc/motd", 5);
    check(
        |v| {
            v.echo("1\n", "/f1");
            v.mkdir(&who(), "/dd", 0o777).unwrap();
            v.echo("22\n", "/dd/f2");
            v.chmod(&who(), "/dd", 0o1777).unwrap();
        },
        "dd 1777\ndd/f2 644 3\nf1 644 2",
        "A /dd\nA /dd/f2\nA /f1",
        5,
    );
}

#[test]
fn on_top_of_a_committed_layer() {
    let commit = |act: &dyn Fn(&mut Vfs)| {
        let mut vfs = container(image());
        act(&mut vfs);
        let mut layers = image();
        layers.push(vfs.root().borrow().freeze());
        layers
    };
    let without_a = commit(&|v| v.unlink(&who(), "/c/a.txt").unwrap());
    check_on(
        without_a,
        |v| {
            let names: Vec<_> = v.readdir(&who(), "/c").unwrap().into_iter().map(|e| e.name.to_string()).collect();
            assert_eq!(names, ["b.txt", "d", "grande", "h1", "h2", "s", "vacio"]);
            v.echo("vuelve\n", "/c/a.txt");
        },
        "c 755\nc/a.txt 644 7",
        "C /c\nA /c/a.txt",
        7,
    );
    let without_d = commit(&|v| v.rm_rf("/c/d"));
    check_on(
        without_d,
        |v| {
            v.mkdir(&who(), "/c/d", 0o777).unwrap();
            v.echo("9\n", "/c/d/9");
            assert_eq!(v.readdir(&who(), "/c/d").unwrap().len(), 1);
        },
        "c 755\nc/d 755\nc/d/9 644 2",
        "C /c\nA /c/d\nA /c/d/9",
        2,
    );
    let new_d = commit(&|v| {
        v.rm_rf("/c/d");
        v.mkdir(&who(), "/c/d", 0o777).unwrap();
        v.echo("n\n", "/c/d/nuevo");
        v.echo("otro1\n", "/c/d/1");
    });
    check_on(
        new_d,
        |v| {
            v.unlink(&who(), "/c/d/1").unwrap();
            assert_eq!(v.readdir(&who(), "/c/d").unwrap().len(), 1);
        },
        "c 755\nc/d 755\nc/d/1 whiteout",
        "C /c\nC /c/d\nD /c/d/1",
        0,
    );
    let in_root = commit(&|v| {
        v.echo("1\n", "/f1");
        v.mkdir(&who(), "/dd", 0o777).unwrap();
        v.echo("22\n", "/dd/f2");
    });
    check_on(
        in_root,
        |v| {
            v.rm_rf("/dd");
            v.rm_rf("/f1");
        },
        "dd whiteout nlink=2\nf1 whiteout nlink=2",
        "D /dd\nD /f1",
        0,
    );
}
