//! Programs that wait, follow, never end by themselves or read much.

use super::programs::machine;
use capas::kernel::{pipe, Budget, Child, Fds, OpenFile, PipeReader, Run, Signal, Size, Spawn, System, Tty};
use capas::layerfs::{Blob, Who};
use std::task::{Context, Waker};

fn settle(system: &System, jump: bool) {
    let kernel = system.kernel();
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..200 {
        match kernel.run(&mut cx, Budget::default()) {
            Run::Timer(at) if jump => kernel.advance_to(at),
            Run::Busy => {}
            _ => return,
        }
    }
}

fn start(system: &System, argv: &[&str]) -> (Child, PipeReader) {
    let (reader, writer) = pipe();
    let mut spawn = Spawn::new(argv.iter().map(ToString::to_string).collect());
    spawn.path = Some(format!("/bin/{}", argv[0]));
    spawn.env = vec![("PATH".into(), "/bin".into())];
    spawn.cwd = "/w".to_string();
    let out = OpenFile::pipe_writer(writer);
    spawn.fds = Fds::standard(OpenFile::null(), out.clone(), out);
    (system.spawn(spawn).unwrap(), reader)
}

fn said(reader: &PipeReader) -> String {
    String::from_utf8_lossy(&reader.try_read(1 << 20).unwrap_or_default()).into_owned()
}

fn put(system: &System, path: &str, content: Blob) {
    let who = Who::root(system.kernel().now());
    system.with_vfs(|vfs| vfs.put_blob(&who, path, content, 0o644)).unwrap();
}

#[test]
fn tail_follows_without_a_timer() {
    let system = machine(false);
    // PID 1 would not be ended by a signal.
    put(&system, "/w/quiet", Blob::empty());
    let (_init, _quiet) = start(&system, &["tail", "-f", "quiet"]);
    put(&system, "/w/log", "one\ntwo\n".into());
    let (tail, out) = start(&system, &["tail", "-n1", "-f", "log"]);
    settle(&system, false);
    assert_eq!(said(&out), "two\n");
    assert_eq!(system.kernel().next_timer(), None);
    put(&system, "/w/log", "one\ntwo\nthree\n".into());
    settle(&system, false);
    assert_eq!(said(&out), "three\n");
    put(&system, "/w/log", "new\n".into());
    settle(&system, false);
    assert_eq!(said(&out), "tail: log: file truncated\nnew\n");
    tail.signal(Signal::TERM);
    settle(&system, false);
    assert_eq!(tail.status().map(|s| s.code()), Some(143));
}

#[test]
fn tail_by_name_finds_the_file_again() {
    let system = machine(false);
    let (_tail, out) = start(&system, &["tail", "-F", "late"]);
    settle(&system, false);
    assert_eq!(said(&out), "tail: cannot open 'late' for reading: No such file or directory\n");
    put(&system, "/w/late", "here\n".into());
    settle(&system, false);
    assert_eq!(said(&out), "tail: 'late' has appeared;  following new file\nhere\n");
}

#[test]
fn yes_can_be_interrupted() {
    let system = machine(false);
    let tty = Tty::new(Size::default());
    let mut spawn = Spawn::new(vec!["yes".to_string()]);
    spawn.path = Some("/bin/yes".to_string());
    let mut fds = Fds::on_tty(&tty);
    fds.set(1, OpenFile::null());
    spawn.fds = fds;
    spawn.tty = Some(tty.clone());
    // PID 1 would not be interrupted.
    let (_init, _out) = start(&system, &["sleep", "inf"]);
    let yes = system.spawn(spawn).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(system.kernel().run(&mut cx, Budget::polls(1000)), Run::Busy);
    tty.input(b"\x03");
    system.kernel().run(&mut cx, Budget::polls(1000));
    assert_eq!(yes.status().map(|s| s.code()), Some(130));
}

#[test]
fn megabytes_flow_through() {
    let system = machine(false);
    let size = 6_000_000;
    put(&system, "/w/big", Blob::generated(7, size));
    let content = Blob::generated(7, size).to_vec();
    let lines = content.iter().filter(|b| **b == b'\n').count();
    for (argv, want) in [
        (&["wc", "-c", "big"][..], "6000000 big\n".to_string()),
        (&["wc", "-l", "big"], format!("{lines} big\n")),
        (&["grep", "-c", "no such words here", "big"], "0\n".to_string()),
        (&["grep", "-rl", "no such words here", "."], String::new()),
        (&["cmp", "big", "big"], String::new()),
    ] {
        let (child, out) = start(&system, argv);
        settle(&system, false);
        assert!(child.status().is_some(), "{argv:?} goes on and on");
        assert_eq!(said(&out), want, "{argv:?}");
    }
    let (_, out) = start(&system, &["sha256sum", "big"]);
    settle(&system, false);
    use sha2::Digest as _;
    let want: String = sha2::Sha256::digest(&content).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(said(&out), format!("{want}  big\n"));
}

#[test]
fn sleep_passes_virtual_time_alone() {
    let system = machine(false);
    let before = system.kernel().now();
    let (child, _out) = start(&system, &["sleep", "1000"]);
    settle(&system, true);
    assert_eq!(child.status().map(|s| s.code()), Some(0));
    assert_eq!(system.kernel().now().secs() - before.secs(), 1000);
}
