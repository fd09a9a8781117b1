//! Processes and files: how a file becomes a program, descriptors, devices, named pipes, `/proc`.

use capas::ambient::{Time, SECOND};
use capas::kernel::*;
use capas::layerfs::{Blob, FsType, Mount, Vfs, Who};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Waker};

type Notes = Rc<RefCell<Vec<String>>>;

const NOW: Time = Time::from_secs(1_000_000);

/// A machine with `/bin`, `/proc` and `/dev`, and programs that tell what they were called with.
fn machine() -> (System, Notes) {
    let notes = Notes::default();
    let mut programs = Programs::new();
    for name in ["tell", "sh", "ls"] {
        let notes = notes.clone();
        programs.insert(name, move |proc: Proc| {
            let notes = notes.clone();
            Box::pin(async move {
                let text = format!("{name} {:?} {:?} {}", proc.args(), proc.flavor(), proc.exe());
                notes.borrow_mut().push(text);
                0
            })
        });
    }
    let mut vfs = Vfs::new(Mount::plain(FsType::Tmpfs));
    let who = Who::root(NOW);
    for dir in ["/bin", "/proc", "/dev", "/tmp", "/etc"] {
        vfs.mkdir(&who, dir, 0o755).unwrap();
    }
    vfs.mount_at("/dev", Rc::new(RefCell::new(dev::mount(NOW).unwrap())), false).unwrap();
    let mut put = |path: &str, content: &str, mode| {
        vfs.put_blob(&who, path, Blob::from_bytes(content.as_bytes().to_vec()), mode).unwrap();
    };
    put("/bin/tell", "\x7fELF\0\0", 0o755);
    put("/bin/sh", "\x7fELF\0\0", 0o755);
    put("/bin/busybox", "\x7fELF\0\0busybox", 0o755);
    put("/bin/other", "\x7fELF\0\0", 0o755);
    put("/bin/script", "#!/bin/tell -x y\nbody\n", 0o755);
    put("/bin/nested", "#!/bin/script\n", 0o755);
    put("/bin/lost", "#!/bin/nowhere\n", 0o755);
    put("/bin/plain", "echo hola\n", 0o755);
    put("/bin/dull", "\x7fELF\0\0", 0o644);
    put("/bin/loop", "#!/bin/loop\n", 0o755);
    put("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n", 0o644);
    put("/etc/group", "root:x:0:\nana:x:1000:\nsudo:x:27:ana\n", 0o644);
    vfs.symlink(&who, "busybox", "/bin/ls").unwrap();
    vfs.symlink(&who, "tell", "/bin/link").unwrap();
    vfs.link(&who, "/bin/busybox", "/bin/hard").unwrap();
    let system = System::new(&Kernel::new(NOW), vfs, "box", programs);
    system.mount_proc().unwrap();
    system.set_next_pid(100);
    (system, notes)
}

fn run(system: &System) -> Run {
    system.kernel().run(&mut Context::from_waker(Waker::noop()), Budget::polls(10_000))
}

fn exec(system: &System, path: &str, argv: &[&str]) -> Result<(), ExecError> {
    let argv = argv.iter().map(|arg| arg.to_string()).collect();
    system.spawn(Spawn { path: Some(path.into()), ..Spawn::new(argv) })?;
    run(system);
    Ok(())
}

fn start<F: Future<Output = i32> + 'static>(system: &System, f: impl FnOnce(Proc) -> F + 'static) -> Child {
    let program: Option<Body> = Some(Box::new(move |proc| Box::pin(f(proc))));
    let fds = Fds::standard(OpenFile::null(), OpenFile::null(), OpenFile::null());
    system.spawn(Spawn { program, fds, ..Spawn::new(vec!["test".into(), "arg".into()]) }).unwrap()
}

#[test]
fn files_are_programs_by_their_name() {
    let (system, notes) = machine();
    let told = |path: &str, argv: &[&str]| {
        exec(&system, path, argv).unwrap();
        notes.take().join(";")
    };
    assert_eq!(told("/bin/tell", &["x", "1"]), r#"tell ["x", "1"] Gnu /bin/tell"#);
    assert_eq!(told("/bin/link", &["link"]), r#"tell ["link"] Gnu /bin/tell"#);
    assert_eq!(told("/bin/ls", &["ls"]), r#"ls ["ls"] Busybox /bin/busybox"#);
    assert_eq!(told("/bin/hard", &["-sh"]), r#"sh ["-sh"] Busybox /bin/hard"#);
    assert_eq!(
        told("/bin/script", &["script", "a", "b"]),
        r#"tell ["/bin/tell", "-x y", "/bin/script", "a", "b"] Gnu /bin/tell"#
    );
    assert_eq!(
        told("/bin/nested", &["nested", "a"]),
        r#"tell ["/bin/tell", "-x y", "/bin/script", "/bin/nested", "a"] Gnu /bin/tell"#
    );
}

#[test]
fn what_cannot_be_run_says_why() {
    let (system, _) = machine();
    let fails = |path: &str| exec(&system, path, &["x"]).unwrap_err();
    assert_eq!(fails("/bin/missing"), ExecError::NotFound("/bin/missing".into()));
    assert_eq!(fails("/bin"), ExecError::IsDir("/bin".into()));
    assert_eq!(fails("/bin/dull"), ExecError::Permission("/bin/dull".into()));
    assert_eq!(fails("/bin/plain"), ExecError::Text("/bin/plain".into()));
    assert_eq!(fails("/bin/other"), ExecError::NotExecutable("/bin/other".into()));
    assert_eq!(fails("/bin/tell/x"), ExecError::Path("/bin/tell/x".into(), Errno::ENOTDIR));
    assert_eq!(
        fails("/bin/lost"),
        ExecError::BadInterpreter { script: "/bin/lost".into(), interp: "/bin/nowhere".into() }
    );
    assert_eq!(fails("/bin/loop").errno(), Errno::ELOOP);
    assert_eq!(fails("/bin/missing").to_string(), "/bin/missing: No such file or directory");
    assert_eq!(system.process_count(), 0);
}

#[test]
fn a_process_becomes_another_program() {
    let (system, notes) = machine();
    let child = start(&system, |proc| async move {
        proc.on_signal(Signal::TERM, Disposition::Catch);
        match proc.exec("/bin/tell", vec!["tell".into(), "me".into()], vec![]) {
            Ok(program) => program.await + i32::from(proc.disposition(Signal::TERM) == Disposition::Default),
            Err(_) => 9,
        }
    });
    run(&system);
    assert_eq!(notes.take(), [r#"tell ["tell", "me"] Gnu /bin/tell"#]);
    assert_eq!(child.status(), Some(ExitStatus::Exited(1)));
}

#[test]
fn descriptors_share_their_offset_and_append_at_the_end() {
    let (system, _) = machine();
    let child = start(&system, |proc| async move {
        let fd = proc.open("/tmp/f", OpenFlags::REWRITE, 0o666).await.unwrap();
        let same = proc.dup(fd, 10).unwrap();
        proc.write(fd, b"one ").await.unwrap();
        proc.write(same, b"two ").await.unwrap();
        let end = proc.open("/tmp/f", OpenFlags::APPEND, 0o666).await.unwrap();
        proc.write(end, b"three").await.unwrap();
        proc.write(fd, b"TH").await.unwrap();
        assert_eq!(proc.slurp("/tmp/f").await.unwrap(), b"one two THree");
        assert!(proc.same_file(fd, same) && !proc.same_file(fd, end));
        assert_eq!(proc.read(fd, 1).await, Err(Errno::EBADF));
        let read = proc.open("/tmp/f", OpenFlags::READ, 0).await.unwrap();
        assert_eq!(proc.seek(read, -5, Whence::End), Ok(8));
        assert_eq!(proc.read(read, 100).await.unwrap(), b"THree");
        assert_eq!(proc.read(read, 100).await.unwrap(), b"");
        assert_eq!(proc.seek(read, -1, Whence::Start), Err(Errno::EINVAL));
        assert_eq!(proc.close(77), Err(Errno::EBADF));
        assert_eq!(proc.slurp("/tmp").await, Err(Errno::EISDIR));
        assert_eq!(proc.slurp("/nowhere").await, Err(Errno::ENOENT));
        0
    });
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn a_file_that_was_removed_can_still_be_read() {
    let (system, _) = machine();
    let child = start(&system, |proc| async move {
        let fd = proc.open("/tmp/f", OpenFlags { read: true, ..OpenFlags::REWRITE }, 0o666).await.unwrap();
        proc.write(fd, b"still here").await.unwrap();
        proc.fs(|vfs, who| vfs.unlink(who, "/tmp/f")).unwrap();
        proc.seek(fd, 0, Whence::Start).unwrap();
        assert_eq!(proc.read(fd, 100).await.unwrap(), b"still here");
        0
    });
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn devices_do_what_they_are_for() {
    let (system, _) = machine();
    let child = start(&system, |proc| async move {
        let write = OpenFlags { write: true, read: true, ..OpenFlags::READ };
        for (path, read, written) in [
            ("/dev/null", Ok(0), Ok(())),
            ("/dev/zero", Ok(8), Ok(())),
            ("/dev/full", Ok(8), Err(Errno::ENOSPC)),
            ("/dev/urandom", Ok(8), Ok(())),
        ] {
            let fd = proc.open(path, write, 0).await.unwrap();
            assert_eq!(proc.read(fd, 8).await.map(|bytes| bytes.len()), read, "{path}");
            assert_eq!(proc.write(fd, b"x").await, written, "{path}");
        }
        assert_eq!(proc.open("/dev/tty", write, 0).await, Err(Errno::ENXIO), "it has no terminal");
        assert_eq!(proc.fstat(0).unwrap().kind, FileKind::CharDevice);
        0
    });
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn dev_tty_and_pts_lead_to_the_terminal() {
    let (system, _) = machine();
    let tty = Tty::new(Size::default());
    let index = system.add_tty(&tty);
    system.with_vfs(|vfs| dev::add_terminal(vfs, NOW, index, true)).unwrap();
    let program: Option<Body> = Some(Box::new(|proc| {
        Box::pin(async move {
            for path in ["/dev/tty", "/dev/pts/0", "/dev/console", "/dev/stdout", "/dev/fd/2", "/proc/self/fd/0"] {
                let fd = proc.open(path, OpenFlags { write: true, ..OpenFlags::READ }, 0).await.unwrap();
                assert!(proc.isatty(fd), "{path}");
                proc.write(fd, path.as_bytes()).await.unwrap();
                proc.close(fd).unwrap();
            }
            assert_eq!(proc.fs(|vfs, who| vfs.readlink(who, "/proc/self/fd/1")).unwrap().as_ref(), "/dev/pts/0");
            0
        })
    }));
    let fds = Fds::on_tty(&tty);
    let child = system.spawn(Spawn { program, fds, tty: Some(tty.clone()), ..Spawn::new(vec!["t".into()]) }).unwrap();
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
    let text = String::from_utf8(tty.take_output(1000)).unwrap();
    assert_eq!(text, "/dev/tty/dev/pts/0/dev/console/dev/stdout/dev/fd/2/proc/self/fd/0");
}

#[test]
fn a_named_pipe_waits_for_its_other_side() {
    let (system, notes) = machine();
    system.with_vfs(|vfs| vfs.mknod(&Who::root(NOW), "/tmp/p", FileKind::Fifo, (0, 0), 0o666)).unwrap();
    let seen = notes.clone();
    start(&system, |proc| async move {
        let fd = proc.open("/tmp/p", OpenFlags::READ, 0).await.unwrap();
        let all = proc.read_to_end(fd).await.unwrap();
        seen.borrow_mut().push(String::from_utf8(all).unwrap());
        0
    });
    run(&system);
    assert!(notes.take().is_empty());
    start(&system, |proc| async move {
        let fd = proc.open("/tmp/p", OpenFlags { write: true, ..OpenFlags::default() }, 0).await.unwrap();
        proc.write(fd, b"through").await.unwrap();
        0
    });
    run(&system);
    assert_eq!(notes.take(), ["through"]);
    assert_eq!(system.process_count(), 0);
}

#[test]
fn who_follows_a_file_is_told_of_changes() {
    let (system, notes) = machine();
    let seen = notes.clone();
    start(&system, |proc| async move {
        let fd = proc.open("/tmp/log", OpenFlags { create: true, ..OpenFlags::READ }, 0o666).await.unwrap();
        loop {
            let version = proc.files_version();
            let bytes = proc.read(fd, 100).await.unwrap();
            if bytes.is_empty() {
                proc.files_changed(version).await.unwrap();
            } else {
                seen.borrow_mut().push(String::from_utf8(bytes).unwrap());
            }
        }
    });
    assert_eq!(run(&system), Run::Idle);
    start(&system, |proc| async move {
        for line in ["a", "b"] {
            let fd = proc.open("/tmp/log", OpenFlags::APPEND, 0o666).await.unwrap();
            proc.write(fd, line.as_bytes()).await.unwrap();
            proc.sleep(SECOND).await.unwrap();
        }
        0
    });
    assert!(matches!(run(&system), Run::Timer(_)));
    assert_eq!(notes.take(), ["a"]);
    system.kernel().advance(SECOND);
    run(&system);
    assert_eq!(notes.take(), ["b"]);
}

#[test]
fn proc_tells_of_processes() {
    let (system, _) = machine();
    let child = start(&system, |proc| async move {
        proc.set_env("A", "b");
        proc.chdir("/tmp").unwrap();
        let read = |path: &str| {
            let path = path.to_string();
            let proc = proc.clone();
            async move { String::from_utf8(proc.slurp(&path).await.unwrap()).unwrap() }
        };
        assert_eq!(read("/proc/self/cmdline").await, "test\0arg\0");
        assert_eq!(read("/proc/self/environ").await, "A=b\0");
        assert_eq!(read("/proc/100/comm").await, "test\n");
        assert_eq!(read("/proc/sys/kernel/hostname").await, "box\n");
        assert!(read("/proc/self/status").await.contains("State:\tR (running)\nTgid:\t100\n"));
        assert!(read("/proc/self/stat").await.starts_with("100 (test) R 0 100 100 0 -1 "));
        assert!(read("/proc/mounts").await.contains("proc /proc proc rw"));
        assert!(read("/proc/meminfo").await.starts_with("MemTotal:        8168972 kB\n"));
        let link = |path: &str| proc.fs(|vfs, who| vfs.readlink(who, path)).unwrap().to_string();
        assert_eq!((link("/proc/self"), link("/proc/self/cwd")), ("100".into(), "/tmp".into()));
        assert_eq!(link("/proc/self/fd/0"), "/dev/null");
        let list = |path: &str| {
            let entries = proc.fs(|vfs, who| vfs.readdir(who, path)).unwrap();
            entries.iter().map(|entry| entry.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(list("/proc/self/fd"), ["0", "1", "2"]);
        assert!(list("/proc").iter().any(|name| name == "100") && list("/proc/sys").contains(&"kernel".to_string()));
        for name in list("/proc/self") {
            if let Ok(text) = proc.slurp(&format!("/proc/self/{name}")).await {
                assert!(!text.is_empty(), "{name}");
            }
        }
        assert_eq!(proc.slurp("/proc/4711/comm").await, Err(Errno::ENOENT));
        0
    });
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn users_are_found_as_docker_finds_them() {
    let (system, _) = machine();
    let find = |spec: &str| {
        let found = system.with_vfs(|vfs| users::resolve(vfs, &Who::root(NOW), spec));
        found.map(|(cred, home)| (cred.uid, cred.gid, cred.groups, home))
    };
    assert_eq!(find("ana"), Ok((1000, 1000, vec![27], "/home/ana".into())));
    assert_eq!(find("1000:sudo"), Ok((1000, 27, vec![], "/home/ana".into())));
    assert_eq!(find("4711"), Ok((4711, 0, vec![], "/".into())));
    assert_eq!(find("4711:12"), Ok((4711, 12, vec![], "/".into())));
    assert_eq!(find("nobody-here"), Err(users::UserError::NoUser));
    assert_eq!(find("ana:nothing"), Err(users::UserError::NoGroup));
    assert_eq!(find(""), Ok((0, 0, vec![], "/root".into())));
}

#[test]
fn only_the_owner_may_signal_and_enter() {
    let (system, _) = machine();
    let cred = Cred { uid: 1000, gid: 1000, groups: vec![] };
    system.with_vfs(|vfs| vfs.mkdir(&Who { umask: 0, ..Who::root(NOW) }, "/secret", 0o700)).unwrap();
    let other = start(&system, |proc| async move {
        proc.sleep(SECOND).await.unwrap();
        0
    });
    let pid = other.pid() as i32;
    let program: Option<Body> = Some(Box::new(move |proc| {
        Box::pin(async move {
            assert_eq!(proc.kill(pid, Some(Signal::TERM)), Err(Errno::EPERM));
            assert_eq!(proc.chdir("/secret"), Err(Errno::EACCES));
            assert_eq!(proc.chdir("/bin/sh"), Err(Errno::ENOTDIR));
            assert_eq!(proc.set_cred(Cred::default()), Err(Errno::EPERM));
            0
        })
    }));
    let child = system.spawn(Spawn { program, cred, ..Spawn::new(vec!["t".into()]) }).unwrap();
    run(&system);
    assert_eq!(child.status(), Some(ExitStatus::Exited(0)));
}
