//! Pipes: a byte queue of 64 KiB between a reading and a writing side, each of which may be held by several. It is
//! also how engine code talks with a process: one end becomes a file descriptor, the other stays with the engine.
//! Signals (SIGPIPE) are not its business.

use crate::layerfs::Errno;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How much a pipe holds, Linux's default.
pub const CAPACITY: usize = 65_536;

/// Writes of at most so much are never torn apart (`PIPE_BUF`).
pub const ATOMIC: usize = 4096;

#[derive(Default)]
pub(super) struct Pipe {
    bytes: RefCell<VecDeque<u8>>,
    readers: Cell<usize>,
    writers: Cell<usize>,
    /// Sides opened so far, so that one that was opened and closed at once is noticed (named pipes).
    opened: Cell<(u64, u64)>,
    number: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Pipe {
    fn wake(&self) {
        let waiting = self.waiting.take();
        for waker in waiting {
            waker.wake();
        }
    }

    fn wait<T>(&self, cx: &mut Context<'_>) -> Poll<T> {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    pub(super) fn reader(pipe: &Rc<Pipe>) -> PipeReader {
        pipe.readers.set(pipe.readers.get() + 1);
        pipe.opened.set((pipe.opened.get().0 + 1, pipe.opened.get().1));
        pipe.wake();
        PipeReader(pipe.clone())
    }

    pub(super) fn writer(pipe: &Rc<Pipe>) -> PipeWriter {
        pipe.writers.set(pipe.writers.get() + 1);
        pipe.opened.set((pipe.opened.get().0, pipe.opened.get().1 + 1));
        pipe.wake();
        PipeWriter(pipe.clone())
    }

    /// Its inode number; only to be shown.
    pub(super) fn number(&self) -> u64 {
        self.number.get()
    }

    pub(super) fn set_number(&self, number: u64) {
        self.number.set(number);
    }

    /// Readers and writers opened so far.
    pub(super) fn opened(&self) -> (u64, u64) {
        self.opened.get()
    }

    /// Ready where some reader (or writer) is there now or was opened since.
    pub(super) fn poll_peer(&self, cx: &mut Context<'_>, want_reader: bool, seen: u64) -> Poll<()> {
        let (now, opened) = if want_reader {
            (self.readers.get(), self.opened.get().0)
        } else {
            (self.writers.get(), self.opened.get().1)
        };
        if now > 0 || opened != seen {
            return Poll::Ready(());
        }
        self.wait(cx)
    }
}

/// A new pipe.
pub fn pipe() -> (PipeReader, PipeWriter) {
    let pipe = Rc::new(Pipe::default());
    (Pipe::reader(&pipe), Pipe::writer(&pipe))
}

/// The side of a pipe that is read. When the last one is dropped, writing fails with `EPIPE`.
pub struct PipeReader(Rc<Pipe>);

/// The side of a pipe that is written. When the last one is dropped, reading comes to the end of the file.
pub struct PipeWriter(Rc<Pipe>);

impl PipeReader {
    /// At most `max` bytes, as soon as there are any; empty at the end of the file.
    pub async fn read(&self, max: usize) -> Vec<u8> {
        poll_fn(|cx| self.poll_read(cx, max)).await
    }

    /// The same for a hand-written future.
    pub fn poll_read(&self, cx: &mut Context<'_>, max: usize) -> Poll<Vec<u8>> {
        match self.try_read(max) {
            Some(bytes) => Poll::Ready(bytes),
            None => self.0.wait(cx),
        }
    }

    /// What is there now; `None` where it would have to wait.
    pub fn try_read(&self, max: usize) -> Option<Vec<u8>> {
        let mut bytes = self.0.bytes.borrow_mut();
        if bytes.is_empty() || max == 0 {
            return (max == 0 || self.0.writers.get() == 0).then(Vec::new);
        }
        let count = max.min(bytes.len());
        let taken =
            if count == bytes.len() { Vec::from(std::mem::take(&mut *bytes)) } else { bytes.drain(..count).collect() };
        drop(bytes);
        self.0.wake();
        Some(taken)
    }

    /// Ready when reading would not have to wait.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_empty() || self.0.writers.get() == 0 {
            return Poll::Ready(());
        }
        self.0.wait(cx)
    }

    /// How many bytes wait to be read.
    pub fn len(&self) -> usize {
        self.0.bytes.borrow().len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn pipe(&self) -> &Rc<Pipe> {
        &self.0
    }
}

impl PipeWriter {
    /// Writes everything, waiting for room as often as needed. `EPIPE` where nobody can read it any more.
    pub async fn write(&self, data: &[u8]) -> Result<(), Errno> {
        let mut rest = data;
        while !rest.is_empty() {
            let count = poll_fn(|cx| self.poll_write(cx, rest)).await?;
            rest = rest.split_at_checked(count).map_or(&[], |parts| parts.1);
        }
        Ok(())
    }

    /// Writes what there is room for: at least one byte, or all of what is to stay in one piece.
    pub fn poll_write(&self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        if self.0.readers.get() == 0 {
            return Poll::Ready(Err(Errno::EPIPE));
        }
        let mut bytes = self.0.bytes.borrow_mut();
        let room = CAPACITY.saturating_sub(bytes.len());
        let needed = if data.len() <= ATOMIC { data.len() } else { 1 };
        if room < needed {
            drop(bytes);
            return self.0.wait(cx);
        }
        let part = data.get(..room).unwrap_or(data);
        bytes.extend(part);
        let count = part.len();
        drop(bytes);
        self.0.wake();
        Poll::Ready(Ok(count))
    }

    /// Whether nobody can read it any more.
    pub fn is_broken(&self) -> bool {
        self.0.readers.get() == 0
    }

    /// Ready when nobody can read it any more.
    pub async fn broken(&self) {
        poll_fn(|cx| if self.is_broken() { Poll::Ready(()) } else { self.0.wait(cx) }).await;
    }

    pub(super) fn pipe(&self) -> &Rc<Pipe> {
        &self.0
    }
}

impl Clone for PipeReader {
    fn clone(&self) -> PipeReader {
        Pipe::reader(&self.0)
    }
}

impl Clone for PipeWriter {
    fn clone(&self) -> PipeWriter {
        Pipe::writer(&self.0)
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        self.0.readers.set(self.0.readers.get().saturating_sub(1));
        if self.0.readers.get() == 0 {
            self.0.wake();
        }
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        self.0.writers.set(self.0.writers.get().saturating_sub(1));
        if self.0.writers.get() == 0 {
            self.0.wake();
        }
    }
}
