//! Paths, permissions, mounts and open files, as the kernel has them; the errors are those of the manual pages.

use capas::ambient::Time;
use capas::layerfs::{
    Blob, Errno, FileKind, FsType, LayerBuilder, Meta, Mount, OpenFlags, Pseudo, PseudoNode, SharedMount, Vfs, Who,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

const ROOT: Who<'static> = Who::root(Time(7_000_000_000));
const ANA: Who<'static> = Who { uid: 1000, gid: 1000, groups: &[50], ..ROOT };

fn vfs() -> Vfs {
    let meta = Meta::new(0o644, Time(0));
    let mut b = LayerBuilder::new();
    for (path, mode) in
        [("bin", 0o755), ("etc", 0o755), ("home", 0o755), ("tmp", 0o1777), ("root", 0o700), ("proc", 0o555)]
    {
        b.dir(path, Meta { mode, ..meta }).unwrap();
    }
    b.dir("home/ana", Meta::new(0o755, Time(0)).owned(1000, 1000)).unwrap();
    b.file("etc/motd", "hola\n".into(), meta).unwrap();
    b.file("etc/shadow", "x".into(), Meta { mode: 0o640, ..meta }.owned(0, 50)).unwrap();
    b.file("root/secret", "s".into(), meta).unwrap();
    b.symlink("etc/link", "motd", meta).unwrap();
    b.symlink("abs", "/etc", meta).unwrap();
    b.symlink("up", "../../../etc/link", meta).unwrap();
    b.symlink("loop", "loop", meta).unwrap();
    b.symlink("dangling", "tmp/made", meta).unwrap();
    Vfs::new(Mount::new([Arc::new(b.finish())]))
}

fn text(vfs: &Vfs, who: &Who<'_>, path: &str) -> Result<String, Errno> {
    vfs.blob(who, path).map(|blob| String::from_utf8(blob.to_vec()).unwrap())
}

fn put(vfs: &mut Vfs, who: &Who<'_>, path: &str, content: &str) -> Result<(), Errno> {
    vfs.put_blob(who, path, content.into(), 0o666)
}

#[test]
fn paths_lead_where_the_kernel_goes() {
    let mut v = vfs();
    let real = |v: &Vfs, path: &str| v.realpath(&ROOT, path);
    for (path, want) in [
        ("/", Ok("/")),
        ("//etc//./motd", Ok("/etc/motd")),
        ("/etc/../../bin/.", Ok("/bin")),
        ("/abs/link", Ok("/etc/motd")),
        ("/up", Ok("/etc/motd")),
        ("/abs/", Ok("/etc")),
        ("etc", Ok("/etc")),
        ("", Err(Errno::ENOENT)),
        ("/loop", Err(Errno::ELOOP)),
        ("/loop/x", Err(Errno::ELOOP)),
        ("/nosuch", Err(Errno::ENOENT)),
        ("/nosuch/..", Err(Errno::ENOENT)),
        ("/etc/motd/", Err(Errno::ENOTDIR)),
        ("/etc/motd/.", Err(Errno::ENOTDIR)),
        ("/etc/motd/x", Err(Errno::ENOTDIR)),
        ("/dangling", Err(Errno::ENOENT)),
    ] {
        assert_eq!(real(&v, path), want.map(str::to_owned), "{path:?}");
    }
    let cwd = Who { cwd: "/home/ana", ..ROOT };
    assert_eq!(v.realpath(&cwd, ".."), Ok("/home".to_owned()));
    assert_eq!(v.realpath(&cwd, "../../etc"), Ok("/etc".to_owned()));
    assert_eq!(real(&v, &format!("/{}", "x".repeat(256))), Err(Errno::ENAMETOOLONG));
    assert_eq!(real(&v, &"/x".repeat(2048)), Err(Errno::ENAMETOOLONG));
    assert_eq!(v.lstat(&ROOT, "/abs").unwrap().kind, FileKind::Symlink);
    assert_eq!(v.lstat(&ROOT, "/abs/").unwrap().kind, FileKind::Dir);
    assert_eq!(v.readlink(&ROOT, "/abs").unwrap().as_ref(), "/etc");
    assert_eq!(v.readlink(&ROOT, "/etc"), Err(Errno::EINVAL));

    // Forty symlinks are followed, forty-one are not.
    for i in 0..41 {
        let target = if i == 0 { "/etc/motd".to_owned() } else { format!("/tmp/{}", i - 1) };
        v.symlink(&ROOT, &target, &format!("/tmp/{i}")).unwrap();
    }
    assert_eq!(text(&v, &ROOT, "/tmp/39").unwrap(), "hola\n");
    assert_eq!(text(&v, &ROOT, "/tmp/40"), Err(Errno::ELOOP));

    // Creating through a dangling symlink makes its target; exclusively it does not.
    let excl = OpenFlags { excl: true, ..OpenFlags::REWRITE };
    assert_eq!(v.open(&ROOT, "/dangling", excl, 0o644).unwrap_err(), Errno::EEXIST);
    put(&mut v, &ROOT, "/dangling", "1").unwrap();
    assert_eq!(text(&v, &ROOT, "/tmp/made").unwrap(), "1");
}

#[test]
fn names_that_cannot_be_made_or_removed() {
    let mut v = vfs();
    let errors = [
        (v.mkdir(&ROOT, "/", 0o755), Errno::EEXIST),
        (v.mkdir(&ROOT, "/etc/", 0o755), Errno::EEXIST),
        (v.mkdir(&ROOT, "/loop", 0o755), Errno::EEXIST),
        (v.mkdir(&ROOT, "/no/such", 0o755), Errno::ENOENT),
        (v.rmdir(&ROOT, "/"), Errno::EBUSY),
        (v.rmdir(&ROOT, "/etc"), Errno::ENOTEMPTY),
        (v.rmdir(&ROOT, "/etc/motd"), Errno::ENOTDIR),
        (v.rmdir(&ROOT, "/abs/"), Errno::ENOTDIR),
        (v.rmdir(&ROOT, "/bin/."), Errno::EINVAL),
        (v.rmdir(&ROOT, "/bin/.."), Errno::ENOTEMPTY),
        (v.unlink(&ROOT, "/bin"), Errno::EISDIR),
        (v.unlink(&ROOT, "/etc/motd/"), Errno::ENOTDIR),
        (v.unlink(&ROOT, "/"), Errno::EISDIR),
        (v.symlink(&ROOT, "", "/x"), Errno::ENOENT),
        (v.symlink(&ROOT, "a", "/x/"), Errno::ENOENT),
        (v.link(&ROOT, "/etc", "/x"), Errno::EPERM),
        (v.link(&ROOT, "/etc/motd", "/bin"), Errno::EEXIST),
        (v.rename(&ROOT, "/etc/motd", "/bin"), Errno::EISDIR),
        (v.rename(&ROOT, "/etc/motd", "/new/"), Errno::ENOTDIR),
        (v.rename(&ROOT, "/bin", "/etc/motd"), Errno::ENOTDIR),
        (v.rename(&ROOT, "/home", "/home/ana/x"), Errno::EINVAL),
        (v.rename(&ROOT, "/etc/motd", "/etc"), Errno::ENOTEMPTY),
        (v.rename(&ROOT, "/home", "/bin"), Errno::EXDEV),
        (v.rename(&ROOT, "/bin/.", "/x"), Errno::EBUSY),
        (v.rename(&ROOT, "/nosuch", "/x"), Errno::ENOENT),
        (v.truncate(&ROOT, "/etc", 0), Errno::EISDIR),
        (v.mknod(&ROOT, "/x", FileKind::CharDevice, (0, 0), 0o666), Errno::EPERM),
        (put(&mut v, &ROOT, "/etc", "x"), Errno::EISDIR),
        (put(&mut v, &ROOT, "/new/", "x"), Errno::EISDIR),
    ];
    for (i, (got, want)) in errors.into_iter().enumerate() {
        assert_eq!(got, Err(want), "case {i}");
    }
    assert!(v.root().borrow().is_untouched(), "a refusal leaves nothing behind");
    assert_eq!(v.open(&ROOT, "/abs", OpenFlags { nofollow: true, ..OpenFlags::READ }, 0).unwrap_err(), Errno::ELOOP);
    let directory = OpenFlags { directory: true, ..OpenFlags::READ };
    assert_eq!(v.open(&ROOT, "/etc/motd", directory, 0).unwrap_err(), Errno::ENOTDIR);
    assert_eq!(v.open(&ROOT, "/abs", directory, 0).unwrap().path(), "/etc");
}

#[test]
fn permissions() {
    let mut v = vfs();
    assert_eq!(text(&v, &ANA, "/root/secret"), Err(Errno::EACCES), "the directory may not be searched");
    assert_eq!(text(&v, &ANA, "/etc/shadow").unwrap(), "x", "by one of the groups");
    assert_eq!(text(&v, &Who { groups: &[], ..ANA }, "/etc/shadow"), Err(Errno::EACCES));
    assert_eq!(v.readdir(&ANA, "/root"), Err(Errno::EACCES));
    assert_eq!(put(&mut v, &ANA, "/etc/motd", "x"), Err(Errno::EACCES));
    assert_eq!(put(&mut v, &ANA, "/etc/new", "x"), Err(Errno::EACCES));
    assert_eq!(v.unlink(&ANA, "/etc/motd"), Err(Errno::EACCES));
    assert_eq!(v.chmod(&ANA, "/etc/motd", 0o777), Err(Errno::EPERM));
    assert_eq!(v.chown(&ANA, "/home/ana", Some(0), None, true), Err(Errno::EPERM));
    assert_eq!(v.utimes(&ANA, "/etc/motd", None, Some(Time(1)), true), Err(Errno::EPERM));
    assert_eq!(v.access(&ANA, "/etc/motd", 4), Ok(()));
    assert_eq!(v.access(&ANA, "/etc/motd", 2), Err(Errno::EACCES));
    assert_eq!(v.access(&ROOT, "/etc/motd", 1), Err(Errno::EACCES), "nobody may execute it, so root may not");
    assert_eq!(v.mknod(&ANA, "/home/ana/d", FileKind::BlockDevice, (8, 0), 0o600), Err(Errno::EPERM));

    put(&mut v, &ANA, "/home/ana/f", "1").unwrap();
    v.chown(&ANA, "/home/ana/f", None, Some(50), true).unwrap();
    let stat = v.stat(&ANA, "/home/ana/f").unwrap();
    assert_eq!((stat.uid, stat.gid, stat.mode), (1000, 50, 0o644));

    // In a sticky directory others' files stay.
    put(&mut v, &ROOT, "/tmp/r", "1").unwrap();
    put(&mut v, &ANA, "/tmp/a", "1").unwrap();
    assert_eq!(v.unlink(&ANA, "/tmp/r"), Err(Errno::EPERM));
    assert_eq!(v.rename(&ANA, "/tmp/a", "/tmp/r"), Err(Errno::EPERM));
    v.rename(&ANA, "/tmp/a", "/tmp/b").unwrap();

    // Set-group-id on a directory hands the group down; writing takes set-user-id from a program.
    v.chmod(&ROOT, "/tmp", 0o3777).unwrap();
    v.chown(&ROOT, "/tmp", None, Some(50), true).unwrap();
    v.mkdir(&ANA, "/tmp/d", 0o755).unwrap();
    let stat = v.stat(&ANA, "/tmp/d").unwrap();
    assert_eq!((stat.gid, stat.mode), (50, 0o2755));
    v.chmod(&ROOT, "/home/ana/f", 0o4777).unwrap();
    put(&mut v, &ANA, "/home/ana/f", "22").unwrap();
    assert_eq!(v.stat(&ROOT, "/home/ana/f").unwrap().mode, 0o777);
}

struct Proc;

impl Pseudo for Proc {
    fn lookup(&self, path: &str, caller: u32) -> Option<PseudoNode> {
        match path {
            "" | "7" => Some(PseudoNode::Dir),
            "self" => Some(PseudoNode::Symlink(caller.to_string())),
            "7/comm" => Some(PseudoNode::File(b"bash\n".to_vec())),
            "7/cwd" => Some(PseudoNode::Symlink("/home/ana".to_owned())),
            _ => None,
        }
    }

    fn list(&self, path: &str, _: u32) -> Option<Vec<String>> {
        let names: &[&str] = match path {
            "" => &["7", "self"],
            "7" => &["comm", "cwd"],
            _ => return None,
        };
        Some(names.iter().map(|n| (*n).to_owned()).collect())
    }
}

#[test]
fn several_mounts_are_one_tree() {
    let mut v = vfs();
    let tmpfs: SharedMount = Rc::new(RefCell::new(Mount::plain(FsType::Tmpfs)));
    let volume: SharedMount = Rc::new(RefCell::new(Mount::plain(FsType::Ext4)));
    let mut host = Vfs::with_root(volume.clone());
    host.mkdir(&ROOT, "/sub", 0o755).unwrap();
    put(&mut host, &ROOT, "/sub/f", "vol").unwrap();
    v.mount_at("/tmp", tmpfs, false).unwrap();
    v.mkdir(&ROOT, "/home/vol", 0o755).unwrap();
    v.bind("/home/vol", volume.clone(), "/sub", false).unwrap();
    v.bind("/etc/motd", volume, "sub/f", true).unwrap();
    v.mount_pseudo("/proc", Rc::new(Proc), "proc").unwrap();
    assert_eq!(v.mount_at("/etc/shadow", v.root(), false), Err(Errno::ENOTDIR));

    assert_eq!(text(&v, &ROOT, "/home/vol/f").unwrap(), "vol");
    assert_eq!(text(&v, &ROOT, "/etc/link").unwrap(), "vol", "through a symlink to the bound file");
    put(&mut v, &ROOT, "/home/vol/f", "new").unwrap();
    assert_eq!(text(&v, &ROOT, "/etc/motd").unwrap(), "new");
    assert_eq!(text(&host, &ROOT, "/sub/f").unwrap(), "new", "both namespaces see the volume");
    assert_eq!(put(&mut v, &ROOT, "/etc/motd", "x"), Err(Errno::EROFS));
    assert_eq!(v.unlink(&ROOT, "/etc/motd"), Err(Errno::EBUSY));
    assert_eq!(v.rmdir(&ROOT, "/home/vol"), Err(Errno::EBUSY));
    assert_eq!(v.rename(&ROOT, "/home/vol/f", "/tmp/f"), Err(Errno::EXDEV));
    assert_eq!(v.link(&ROOT, "/home/vol/f", "/tmp/f"), Err(Errno::EXDEV));
    assert_eq!(v.realpath(&ROOT, "/home/vol/.."), Ok("/home".to_owned()));
    assert_ne!(v.stat(&ROOT, "/tmp").unwrap().dev, v.stat(&ROOT, "/").unwrap().dev);
    assert_eq!(v.stat(&ROOT, "/tmp").unwrap().size, 40, "tmpfs counts names");

    let who = Who { pid: 7, ..ANA };
    assert_eq!(text(&v, &who, "/proc/self/comm").unwrap(), "bash\n");
    assert_eq!(v.realpath(&who, "/proc/self/cwd"), Ok("/home/ana".to_owned()));
    assert_eq!(v.readdir(&who, "/proc/7").unwrap().len(), 2);
    assert_eq!(v.stat(&who, "/proc/self/comm").unwrap().size, 0);
    assert_eq!(v.mkdir(&ROOT, "/proc/x", 0o755), Err(Errno::EACCES));
    assert_eq!(v.unlink(&ROOT, "/proc/7/comm"), Err(Errno::EACCES));
    let file = v.open(&who, "/proc/self/comm", OpenFlags::READ, 0).unwrap();
    assert_eq!(v.read(&file, 2, 10).unwrap(), b"sh\n");

    let names: Vec<String> =
        v.mounts().into_iter().map(|m| format!("{} {} {}", m.source, m.target, m.fstype)).collect();
    let want = [
        "overlay / overlay",
        "tmpfs /tmp tmpfs",
        "/dev/sda1 /home/vol ext4",
        "/dev/sda1 /etc/motd ext4",
        "proc /proc proc",
    ];
    assert_eq!(names, want);
    v.unmount("/etc/motd").unwrap();
    assert_eq!(text(&v, &ROOT, "/etc/motd").unwrap(), "hola\n");
    assert_eq!(v.unmount("/"), Err(Errno::EINVAL));
    assert_eq!(v.root().borrow().diff().iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["/home", "/home/vol"]);
}

#[test]
fn open_files_outlive_their_names() {
    let mut v = vfs();
    put(&mut v, &ROOT, "/tmp/f", "one").unwrap();
    let file = v.open(&ROOT, "/tmp/f", OpenFlags { write: true, ..OpenFlags::READ }, 0).unwrap();
    v.unlink(&ROOT, "/tmp/f").unwrap();
    v.append(&ROOT, &file, b" two").unwrap();
    assert_eq!(v.read(&file, 0, 99).unwrap(), b"one two");
    assert_eq!((v.fstat(&file).unwrap().nlink, v.root().borrow().size_rw()), (0, 0));
    let snapshot = v.root().borrow().clone();
    assert_eq!(snapshot.freeze().len(), 1, "only the directory");
    drop(file);

    // A lower file that is open for reading stays what it was; a new reader sees the copy.
    let before = v.open(&ROOT, "/etc/motd", OpenFlags::READ, 0).unwrap();
    let ino = v.fstat(&before).unwrap().ino;
    put(&mut v, &ROOT, "/etc/motd", "new").unwrap();
    assert_eq!(v.read(&before, 0, 99).unwrap(), b"hola\n");
    assert_eq!(v.stat(&ROOT, "/etc/motd").unwrap().ino, ino, "a copy-up keeps the number");
    assert_eq!(v.write(&ROOT, &before, 0, b"x"), Err(Errno::EBADF));
    let write_only = v.open(&ROOT, "/etc/motd", OpenFlags::APPEND, 0).unwrap();
    assert_eq!(v.read(&write_only, 0, 1), Err(Errno::EBADF));
    let dir = v.open(&ROOT, "/etc", OpenFlags::READ, 0).unwrap();
    assert_eq!(v.read(&dir, 0, 1), Err(Errno::EISDIR));
    assert_eq!(v.write(&ROOT, &write_only, 0, b"!").unwrap(), 1);
    assert_eq!(text(&v, &ROOT, "/etc/motd").unwrap(), "new!");
}

#[test]
fn everything_counts_as_a_change_but_reading() {
    let mut v = vfs();
    let mut last = v.generation();
    let mut moved = |v: &Vfs| std::mem::replace(&mut last, v.generation()) != v.generation();
    text(&v, &ROOT, "/etc/motd").unwrap();
    assert!(!moved(&v));
    put(&mut v, &ROOT, "/tmp/f", "1").unwrap();
    assert!(moved(&v));
    v.chmod(&ROOT, "/tmp/f", 0o600).unwrap();
    assert!(moved(&v));
    v.unlink(&ROOT, "/tmp/f").unwrap();
    assert!(moved(&v));
}

#[test]
fn a_large_file_copies_up_without_its_content() {
    let mut b = LayerBuilder::new();
    b.file("big", Blob::generated(1, 1 << 40), Meta::new(0o644, Time(0))).unwrap();
    let mut v = Vfs::new(Mount::new([Arc::new(b.finish())]));
    v.chmod(&ROOT, "/big", 0o600).unwrap();
    let file = v.open(&ROOT, "/big", OpenFlags::APPEND, 0).unwrap();
    v.append(&ROOT, &file, b"end").unwrap();
    assert_eq!(v.root().borrow().size_rw(), (1 << 40) + 3);
    let read = v.open(&ROOT, "/big", OpenFlags::READ, 0).unwrap();
    assert_eq!(v.read(&read, (1 << 40) - 1, 99).unwrap()[1..], *b"end");
}

#[test]
fn a_disk_gets_full_and_empty_again() {
    let mut v = Vfs::new(Mount::plain(FsType::Ext4).with_capacity(100_000));
    let noise = Blob::generated(9, 30_000).to_vec();
    let file = v.open(&ROOT, "/f", OpenFlags::APPEND, 0o644).unwrap();
    for _ in 0..3 {
        v.append(&ROOT, &file, &noise).unwrap();
    }
    assert_eq!(v.append(&ROOT, &file, &noise), Err(Errno::ENOSPC));
    assert_eq!(v.fstat(&file).unwrap().size, 90_000);
    v.ftruncate(&ROOT, &file, 0).unwrap();
    for _ in 0..20 {
        v.append(&ROOT, &file, &[0; 30_000]).unwrap();
    }
    assert_eq!(v.fstat(&file).unwrap().size, 600_000, "a run of one byte is a count");
}
