//! What the tests of the command line share: a student's computer beside the engine's bench, whose only program is
//! `docker`, in a pipe or on a terminal; and an engine that answers nothing it was not told to.

use super::engine_bench::Bench;
use capas::docker;
use capas::engine::api::Engine;
use capas::kernel::*;
use capas::layerfs::{Blob, FsType, Mount, Vfs, Who};
use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Standard output or standard error, kept.
#[derive(Default)]
struct Kept(RefCell<Vec<u8>>);

impl Stream for Kept {
    fn poll_write(&self, _cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        self.0.borrow_mut().extend(data);
        Poll::Ready(Ok(data.len()))
    }
}

/// Standard input that is there at once.
struct Given(RefCell<Vec<u8>>);

impl Stream for Given {
    fn poll_read(&self, _cx: &mut Context<'_>, max: usize) -> Poll<Result<Vec<u8>, Errno>> {
        let mut left = self.0.borrow_mut();
        let taken = max.min(left.len());
        Poll::Ready(Ok(left.drain(..taken).collect()))
    }
}

/// A student's computer.
pub struct Host {
    pub bench: Bench,
    pub system: System,
    engine: Rc<dyn Engine>,
}

impl Host {
    /// Beside an engine with the images `tiny` and `app`.
    pub fn new() -> Host {
        Host::beside(Bench::new())
    }

    pub fn beside(bench: Bench) -> Host {
        let engine: Rc<dyn Engine> = bench.engine.clone();
        Host::asking(bench, engine)
    }

    /// Whose `docker` asks another engine than the bench's.
    pub fn asking(bench: Bench, engine: Rc<dyn Engine>) -> Host {
        let vfs = Vfs::new(Mount::plain(FsType::Tmpfs));
        let system = System::new(&bench.kernel, vfs, "host", Programs::new());
        system.with_vfs(|vfs| {
            for dir in ["/home", "/home/ana", "/tmp"] {
                vfs.mkdir(&Who::root(bench.kernel.now()), dir, 0o755).unwrap();
            }
        });
        Host { bench, system, engine }
    }

    /// Puts a file onto the computer.
    pub fn put(&self, path: &str, content: &[u8]) {
        let who = Who::root(self.bench.kernel.now());
        self.system.with_vfs(|vfs| vfs.put_blob(&who, path, Blob::from_bytes(content.to_vec()), 0o644)).unwrap();
    }

    /// A file of the computer.
    pub fn get(&self, path: &str) -> Result<String, Errno> {
        let who = Who::root(self.bench.kernel.now());
        let blob = self.system.with_vfs(|vfs| vfs.blob(&who, path))?;
        Ok(String::from_utf8_lossy(&blob.to_vec()).into_owned())
    }

    fn spawn(&self, line: &str, fds: Fds, tty: Option<Tty>) -> Child {
        let engine = self.engine.clone();
        let program: Option<Body> = Some(Box::new(move |proc| Box::pin(docker::entry(engine, proc))));
        let env = vec![("HOME".to_owned(), "/home/ana".to_owned()), ("DESK".to_owned(), "oak".to_owned())];
        let spawn = Spawn { program, fds, tty, env, cwd: "/tmp".into(), ..Spawn::new(words(line)) };
        self.system.spawn(spawn).unwrap()
    }

    /// Runs until the process has ended (`Some`), or nothing is left to do but wait for keys.
    fn settle(&self, child: &Child) -> Option<i32> {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..100_000 {
            let state = self.bench.kernel.run(&mut cx, Budget::polls(100_000));
            if let Some(status) = child.status() {
                return Some(status.code());
            }
            match state {
                Run::Timer(at) => self.bench.kernel.advance_to(at),
                Run::Busy => {}
                Run::Idle => return None,
            }
        }
        panic!("it takes too long")
    }

    /// A command line in a pipe; what comes back as golden transcripts write it.
    pub fn docker(&self, line: &str) -> String {
        self.docker_with(line, "")
    }

    pub fn docker_with(&self, line: &str, stdin: &str) -> String {
        let (out, err) = (Rc::new(Kept::default()), Rc::new(Kept::default()));
        let given = Rc::new(Given(RefCell::new(stdin.into())));
        let fds = Fds::standard(OpenFile::stream(given), OpenFile::stream(out.clone()), OpenFile::stream(err.clone()));
        let child = self.spawn(line, fds, None);
        let status = self.settle(&child).expect("it waits for ever");
        let text = |kept: &Kept| String::from_utf8_lossy(&kept.0.borrow()).into_owned();
        let mut shown = text(&out);
        if !err.0.borrow().is_empty() {
            shown.push_str(&format!("[stderr]\n{}", text(&err)));
        }
        if status != 0 {
            shown.push_str(&format!("[exit {status}]\n"));
        }
        shown
    }

    /// A command line on a terminal of so many columns: what comes back after the start and after each of `keys`,
    /// and its exit status.
    pub fn pty(&self, cols: u16, line: &str, keys: &[&str]) -> (Vec<String>, Option<i32>) {
        let tty = Tty::new(Size { rows: 24, cols });
        self.system.add_tty(&tty);
        tty.set_attended(true);
        let child = self.spawn(line, Fds::on_tty(&tty), Some(tty.clone()));
        let mut status = self.settle(&child);
        let mut shown = Vec::new();
        let seen =
            |shown: &mut Vec<String>| shown.push(String::from_utf8_lossy(&tty.take_output(1 << 20)).into_owned());
        seen(&mut shown);
        for key in keys {
            tty.input(key.as_bytes());
            status = status.or(self.settle(&child));
            seen(&mut shown);
        }
        assert!(tty.termios().icanon || status.is_none(), "the terminal is left raw");
        (shown, status)
    }
}

/// Splits a line at blanks, with single and double quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => (quote, any) = (Some(c), true),
            (None, ' ') if any || !word.is_empty() => {
                words.push(std::mem::take(&mut word));
                any = false;
            }
            (None, ' ') => {}
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}
