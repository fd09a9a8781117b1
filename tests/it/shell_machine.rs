//! A small machine for the shell's tests: every program of the table has its file, the clock stands still until nothing
//! else can happen, and everything runs in this process.

use capas::ambient::Time;
use capas::kernel::{dev, Budget, Fds, Kernel, OpenFile, Procfs, Programs, Run, Size, Spawn, Stream, System, Tty};
use capas::layerfs::{Blob, Errno, LayerBuilder, Meta, Mount, Vfs, Who};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// The moment at which every test begins.
pub const NOW: Time = Time(1_790_000_000_000_000_000);

/// A machine and its kernel.
pub struct Machine {
    pub kernel: Kernel,
    pub system: System,
}

/// What a process wrote and how it ended.
#[derive(Debug, PartialEq)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

#[derive(Default)]
struct Sink(RefCell<Vec<u8>>);

impl Stream for Sink {
    fn poll_write(&self, _: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        self.0.borrow_mut().extend_from_slice(data);
        Poll::Ready(Ok(data.len()))
    }
}

fn programs() -> Programs {
    let mut all = capas::shell::programs::programs();
    all.extend(&capas::shell::shells());
    all
}

impl Machine {
    /// Debian's kind of machine; `sh` is dash, and `busybox` is there too.
    pub fn new() -> Machine {
        let kernel = Kernel::new(NOW);
        let programs = programs();
        let mut layer = LayerBuilder::new();
        let meta = Meta::new(0o755, NOW);
        for dir in ["dev", "etc", "root", "tmp", "usr/bin", "proc", "busy"] {
            layer.dir(dir, meta).unwrap();
        }
        layer.symlink("bin", "usr/bin", meta).unwrap();
        for name in programs.names().filter(|name| *name != "sh") {
            let elf = format!("\u{7f}ELF\u{0}{name}");
            layer.file(&format!("usr/bin/{name}"), Blob::from_bytes(elf.into_bytes()), meta).unwrap();
        }
        layer.symlink("usr/bin/sh", "dash", meta).unwrap();
        layer.file("busy/busybox", Blob::from_bytes(b"\x7fELF\0busybox".to_vec()), meta).unwrap();
        layer.symlink("busy/sh", "busybox", meta).unwrap();
        let text = |text: &str| Blob::from_bytes(text.as_bytes().to_vec());
        layer
            .file("etc/passwd", text("root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/sh\n"), meta)
            .unwrap();
        layer.file("etc/group", text("root:x:0:\n"), meta).unwrap();
        let vfs = Vfs::new(Mount::new(vec![Arc::new(layer.finish())]));
        let system = System::new(&kernel, vfs, "2d16e713be6c", programs);
        system.change_mounts(|vfs| {
            vfs.mount_at("/dev", Rc::new(RefCell::new(dev::mount(NOW).unwrap())), false).unwrap();
            vfs.mount_pseudo("/proc", Rc::new(Procfs::new(&system)), "proc").unwrap();
        });
        Machine { kernel, system }
    }

    /// Puts a file there.
    pub fn file(&self, path: &str, content: &str, mode: u32) {
        let blob = Blob::from_bytes(content.as_bytes().to_vec());
        self.system.with_vfs(|vfs| vfs.put_blob(&Who::root(NOW), path, blob, mode)).unwrap();
    }

    /// A file's text; `None` where there is none.
    pub fn text(&self, path: &str) -> Option<String> {
        let blob = self.system.with_vfs(|vfs| vfs.blob(&Who::root(NOW), path)).ok()?;
        Some(String::from_utf8_lossy(&blob.to_vec()).into_owned())
    }

    /// Runs until nothing more happens; the clock jumps to timers as long as there are any.
    pub fn settle(&self, time: bool) {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..10_000 {
            match self.kernel.run(&mut cx, Budget::polls(20_000)) {
                Run::Timer(at) if time => self.kernel.advance_to(at),
                // What computes without end takes time, too.
                Run::Busy if time && self.kernel.next_timer().is_some() => self.kernel.advance(100_000_000),
                Run::Busy | Run::Idle | Run::Timer(_) => return,
            }
        }
    }

    /// Runs a program to its end.
    pub fn run(&self, path: &str, args: &[&str], stdin: &str) -> Ran {
        let (out, err) = (Rc::new(Sink::default()), Rc::new(Sink::default()));
        let mut spawn = Spawn::new(args.iter().map(|a| (*a).to_owned()).collect());
        spawn.path = Some(path.to_owned());
        spawn.cwd = "/tmp".to_owned();
        spawn.env = environment();
        let (reader, writer) = capas::kernel::pipe();
        let bytes = stdin.as_bytes().to_vec();
        self.kernel.spawn(async move {
            let _ = writer.write(&bytes).await;
        });
        spawn.fds =
            Fds::standard(OpenFile::pipe_reader(reader), OpenFile::stream(out.clone()), OpenFile::stream(err.clone()));
        // Something must be PID 1: signals do not end it, and `$$` is to be an ordinary process.
        self.system.set_next_pid(100);
        let child = self.system.spawn(spawn).unwrap();
        self.settle(true);
        let status = child.try_wait().map_or(-1, |status| status.code());
        let text = |sink: &Sink| String::from_utf8_lossy(&sink.0.borrow()).into_owned();
        Ran { stdout: text(&out), stderr: text(&err), status }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kernel.shutdown();
    }
}

/// What every process begins with.
pub fn environment() -> Vec<(String, String)> {
    [("PATH", "/usr/bin:/bin"), ("HOME", "/root"), ("TERM", "xterm")]
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

/// A shell on a terminal.
pub struct Session {
    pub machine: Machine,
    pub tty: Tty,
    pub child: capas::kernel::Child,
}

impl Session {
    /// Starts a shell as the first process, in `/`.
    pub fn start(machine: Machine, path: &str, args: &[&str], env: &[(&str, &str)]) -> Session {
        let tty = Tty::new(Size { rows: 24, cols: 80 });
        machine.system.add_tty(&tty);
        let mut spawn = Spawn::new(args.iter().map(|a| (*a).to_owned()).collect());
        spawn.path = Some(path.to_owned());
        spawn.env = environment();
        spawn.env.extend(env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        spawn.tty = Some(tty.clone());
        spawn.fds = Fds::on_tty(&tty);
        let child = machine.system.spawn(spawn).unwrap();
        let session = Session { machine, tty, child };
        session.machine.settle(false);
        session
    }

    /// What was written since this was last asked.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.tty.take_output(usize::MAX)).into_owned()
    }

    /// Types, and gives back what the terminal shows for it.
    pub fn keys(&self, keys: &str) -> String {
        self.tty.input(keys.as_bytes());
        self.machine.settle(false);
        self.output()
    }

    /// The exit status, once it has ended.
    pub fn status(&self) -> Option<i32> {
        self.child.status().map(|status| status.code())
    }
}
