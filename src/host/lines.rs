//! Handing lines to the computer's shell one by one, as `capas shell` and the lessons' checks do: the commands' standard
//! output and error are captured apart, as pipes would; the keyboard is still the terminal.

use crate::kernel::{File, OpenFile, Proc, Stream};
use crate::layerfs::Errno;
use crate::shell::Shell;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Which stream something was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What was written, in order.
pub type Captured = Vec<(Output, Vec<u8>)>;

#[derive(Default)]
struct State {
    queue: RefCell<VecDeque<String>>,
    waker: RefCell<Option<Waker>>,
    busy: Cell<bool>,
    status: Cell<i32>,
    ended: Cell<bool>,
    captured: RefCell<Captured>,
}

/// The way in and out. Clones are the same one.
#[derive(Clone, Default)]
pub struct Lines(Rc<State>);

struct Capture(Rc<State>, Output);

impl Stream for Capture {
    fn poll_write(&self, _: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        let mut captured = self.0.captured.borrow_mut();
        match captured.last_mut() {
            Some((kind, bytes)) if *kind == self.1 => bytes.extend_from_slice(data),
            _ => captured.push((self.1, data.to_vec())),
        }
        Poll::Ready(Ok(data.len()))
    }
}

impl Lines {
    /// Nothing handed over yet.
    pub fn new() -> Lines {
        Lines::default()
    }

    /// Standard output and standard error of the commands.
    pub fn files(&self) -> (File, File) {
        let file = |kind| OpenFile::stream(Rc::new(Capture(self.0.clone(), kind)));
        (file(Output::Stdout), file(Output::Stderr))
    }

    /// Hands a complete command over.
    pub fn push(&self, line: &str) {
        self.0.busy.set(true);
        self.0.queue.borrow_mut().push_back(line.to_owned());
        let waker = self.0.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether a command is at work.
    pub fn is_busy(&self) -> bool {
        self.0.busy.get() && !self.0.ended.get()
    }

    /// Whether the shell has ended (`exit`).
    pub fn has_ended(&self) -> bool {
        self.0.ended.get()
    }

    /// The last command's exit status.
    pub fn status(&self) -> i32 {
        self.0.status.get()
    }

    /// What was written since this was last asked.
    pub fn take(&self) -> Captured {
        self.0.captured.take()
    }

    /// The shell's own body.
    pub(super) async fn serve(self, proc: Proc) -> i32 {
        let mut shell = Shell::new(proc);
        loop {
            let line = self.next().await;
            let flow = shell.run_line(&line).await;
            self.0.status.set(shell.status());
            if flow.is_break() {
                self.0.ended.set(true);
                return shell.status();
            }
            if self.0.queue.borrow().is_empty() {
                self.0.busy.set(false);
            }
        }
    }

    async fn next(&self) -> String {
        poll_fn(|cx| match self.0.queue.borrow_mut().pop_front() {
            Some(line) => Poll::Ready(line),
            None => {
                *self.0.waker.borrow_mut() = Some(cx.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}
