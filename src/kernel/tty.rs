//! A terminal device: the line discipline of `terminal::tty` with processes at one side (the slave) and at the other
//! (the master) whoever types and shows: the session for the student's own terminal, the engine for a container's.
//! It sends the signals to the foreground process group, and wakes who waits.

use super::signal::Signal;
use super::system::{System, WeakSystem};
use crate::layerfs::Errno;
use crate::sorted::VecMap;
use crate::terminal::tty::{Discipline, Size, Termios, TtySignal};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How much output waits for the master before programs that write have to wait.
const OUTPUT_MAX: usize = 65_536;

/// How much of one write is processed at a time.
const CHUNK: usize = 4096;

struct Reader {
    pid: u32,
    waker: Waker,
}

#[derive(Default)]
struct Inner {
    discipline: RefCell<Discipline>,
    output: RefCell<VecDeque<u8>>,
    readers: RefCell<VecMap<u64, Reader>>,
    next_reader: Cell<u64>,
    /// Who waits for output, for room for it, or for the end.
    waiting: RefCell<Vec<Waker>>,
    system: RefCell<WeakSystem>,
    session: Cell<u32>,
    foreground: Cell<u32>,
    index: Cell<u32>,
    hung_up: Cell<bool>,
    attended: Cell<bool>,
}

/// A terminal. Clones are the same one.
#[derive(Clone, Default)]
pub struct Tty(Rc<Inner>);

impl PartialEq for Tty {
    fn eq(&self, other: &Tty) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Tty {
    /// In cooked mode, of that size, that nobody uses yet.
    pub fn new(size: Size) -> Tty {
        let tty = Tty::default();
        *tty.0.discipline.borrow_mut() = Discipline::new(size);
        tty
    }

    // ---- the master's side

    /// Types bytes: they are echoed, kept for the reader, or become signals to the foreground process group.
    pub fn input(&self, bytes: &[u8]) {
        let reaction = self.0.discipline.borrow_mut().input(bytes);
        self.0.output.borrow_mut().extend(reaction.echo.as_slice());
        for signal in reaction.signals {
            self.signal_foreground(match signal {
                TtySignal::Interrupt => Signal::INT,
                TtySignal::Quit => Signal::QUIT,
                TtySignal::Suspend => Signal::TSTP,
            });
        }
        self.wake_readers();
        self.wake_waiting();
    }

    /// What was written and not yet taken, at most `max` bytes, as soon as there is any; empty when the terminal was
    /// hung up and all is taken.
    pub async fn master_read(&self, max: usize) -> Vec<u8> {
        poll_fn(|cx| self.poll_master_read(cx, max)).await
    }

    /// The same for a hand-written future.
    pub fn poll_master_read(&self, cx: &mut Context<'_>, max: usize) -> Poll<Vec<u8>> {
        let taken = self.take_output(max);
        if !taken.is_empty() || self.0.hung_up.get() {
            return Poll::Ready(taken);
        }
        self.wait(cx)
    }

    /// What was written and not yet taken, at most `max` bytes, without waiting. Nothing while `^S` holds it back.
    pub fn take_output(&self, max: usize) -> Vec<u8> {
        if self.0.discipline.borrow().is_stopped() && !self.0.hung_up.get() {
            return Vec::new();
        }
        let taken: Vec<u8> = {
            let mut output = self.0.output.borrow_mut();
            if output.len() <= max {
                Vec::from(std::mem::take(&mut *output))
            } else {
                output.drain(..max).collect()
            }
        };
        if !taken.is_empty() {
            self.wake_waiting();
        }
        taken
    }

    /// The window has another size: the foreground process group gets SIGWINCH if so.
    pub fn resize(&self, size: Size) {
        let changed = self.0.discipline.borrow_mut().set_size(size);
        if changed {
            self.signal_foreground(Signal::WINCH);
        }
    }

    /// The line is cut: the session's leader and the foreground process group get SIGHUP and SIGCONT, reading comes to the end of the file and
    /// writing fails with `EIO`.
    pub fn hangup(&self) {
        if self.0.hung_up.replace(true) {
            return;
        }
        let (system, leader) = (self.0.system.borrow().upgrade(), self.0.session.get());
        if let Some(system) = system.filter(|_| leader != 0 && leader != self.0.foreground.get()) {
            system.signal_from_kernel(leader, Signal::HUP);
            system.signal_from_kernel(leader, Signal::CONT);
        }
        self.signal_foreground(Signal::HUP);
        self.signal_foreground(Signal::CONT);
        self.wake_readers();
        self.wake_waiting();
    }

    /// Whether it was hung up.
    pub fn is_hung_up(&self) -> bool {
        self.0.hung_up.get()
    }

    /// Says whether a person looks at it, for `Kernel::next_timer_of_interest`.
    pub fn set_attended(&self, attended: bool) {
        self.0.attended.set(attended);
    }

    /// Whether a person looks at it.
    pub fn is_attended(&self) -> bool {
        self.0.attended.get()
    }

    /// Whether a process of the foreground waits for something to be typed: a prompt.
    pub fn is_read_blocked(&self) -> bool {
        let pids: Vec<u32> = self.0.readers.borrow().values().map(|reader| reader.pid).collect();
        let Some(system) = self.0.system.borrow().upgrade() else { return !pids.is_empty() };
        pids.iter().any(|pid| system.is_waiting_in_group(*pid, self.0.foreground.get()))
    }

    // ---- both sides

    /// Its modes.
    pub fn termios(&self) -> Termios {
        self.0.discipline.borrow().termios().clone()
    }

    /// Sets its modes.
    pub fn set_termios(&self, termios: Termios) {
        self.0.discipline.borrow_mut().set_termios(termios);
        self.wake_readers();
        self.wake_waiting();
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.0.discipline.borrow().size()
    }

    /// Forgets what was typed and not yet read.
    pub fn flush_input(&self) {
        self.0.discipline.borrow_mut().flush_input();
    }

    /// Which of the system's terminals it is: 0 is `/dev/pts/0`.
    pub fn index(&self) -> u32 {
        self.0.index.get()
    }

    /// Its name below `/dev`: `pts/0`.
    pub fn name(&self) -> String {
        format!("pts/{}", self.index())
    }

    /// The foreground process group; 0 is none.
    pub fn foreground(&self) -> u32 {
        self.0.foreground.get()
    }

    /// Puts a process group into the foreground (`tcsetpgrp`).
    pub fn set_foreground(&self, pgid: u32) {
        self.0.foreground.set(pgid);
    }

    /// The session it controls; 0 is none.
    pub fn session(&self) -> u32 {
        self.0.session.get()
    }

    // ---- the slave's side, for `process`

    /// Becomes the controlling terminal of a session; its leader's group is put into the foreground.
    pub(super) fn take_control(&self, system: &System, sid: u32) {
        *self.0.system.borrow_mut() = system.downgrade();
        self.0.session.set(sid);
        self.0.foreground.set(sid);
    }

    pub(super) fn lose_session(&self) {
        self.0.session.set(0);
        self.0.foreground.set(0);
    }

    pub(super) fn register(&self, system: &System, index: u32) {
        *self.0.system.borrow_mut() = system.downgrade();
        self.0.index.set(index);
    }

    pub(super) fn try_read(&self, max: usize) -> Option<Vec<u8>> {
        let taken = self.0.discipline.borrow_mut().read(max);
        taken.or_else(|| self.0.hung_up.get().then(Vec::new))
    }

    /// Waits like a read, as long as the result lives.
    pub(super) fn blocked_read(&self, pid: u32) -> BlockedRead {
        let key = self.0.next_reader.get();
        self.0.next_reader.set(key + 1);
        BlockedRead { tty: self.clone(), key, pid }
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        if self.0.hung_up.get() {
            return Poll::Ready(Err(Errno::EIO));
        }
        if self.0.output.borrow().len() >= OUTPUT_MAX {
            return self.wait(cx);
        }
        let part = data.get(..CHUNK).unwrap_or(data);
        let processed = self.0.discipline.borrow_mut().output(part);
        self.0.output.borrow_mut().extend(processed.as_slice());
        self.wake_waiting();
        Poll::Ready(Ok(part.len()))
    }

    pub(super) fn is_readable(&self) -> bool {
        self.0.hung_up.get() || self.0.discipline.borrow().is_readable()
    }

    fn signal_foreground(&self, signal: Signal) {
        let system = self.0.system.borrow().upgrade();
        if let (Some(system), true) = (system, self.0.foreground.get() != 0) {
            system.signal_group_from_tty(self.0.foreground.get(), signal);
        }
    }

    fn wake_readers(&self) {
        let wakers: Vec<Waker> = self.0.readers.borrow().values().map(|reader| reader.waker.clone()).collect();
        for waker in wakers {
            waker.wake();
        }
    }

    fn wake_waiting(&self) {
        let waiting = self.0.waiting.take();
        for waker in waiting {
            waker.wake();
        }
    }

    fn wait<T>(&self, cx: &mut Context<'_>) -> Poll<T> {
        let mut waiting = self.0.waiting.borrow_mut();
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// One process waiting for something to be typed.
pub(super) struct BlockedRead {
    tty: Tty,
    key: u64,
    pid: u32,
}

impl BlockedRead {
    pub(super) fn wait(&self, cx: &Context<'_>) {
        let reader = Reader { pid: self.pid, waker: cx.waker().clone() };
        let old = self.tty.0.readers.borrow_mut().insert(self.key, reader);
        drop(old);
    }
}

impl Drop for BlockedRead {
    fn drop(&mut self) {
        let old = self.tty.0.readers.borrow_mut().remove(&self.key);
        drop(old);
    }
}
