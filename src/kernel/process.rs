//! A process: what the kernel keeps of it, and the future that runs its program. What the program sees of it is
//! `Proc`.

use super::clock::TimerOwner;
use super::exec::{Body, Flavor};
use super::executor::{LocalBoxFuture, TaskId};
use super::family::Spawn;
use super::fd::Fds;
use super::proc::Proc;
use super::signal::{Action, Signal, SignalSet};
use super::system::{Identity, System};
use super::tty::Tty;
use crate::ambient::Time;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Who a process is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cred {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Further groups.
    pub groups: Vec<u32>,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExitStatus {
    /// By itself, with a status of 0 to 255.
    Exited(i32),
    /// By a signal; whether a core was dumped.
    Signaled(Signal, bool),
}

impl ExitStatus {
    /// As a shell's `$?` and as Docker's exit code: 128 and the signal's number where it was a signal.
    pub fn code(self) -> i32 {
        match self {
            ExitStatus::Exited(code) => code,
            ExitStatus::Signaled(signal, _) => 128 + signal.number(),
        }
    }
}

/// What waiting for a child tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitStatus {
    /// It has ended, and is gone from the table of processes.
    Ended(ExitStatus),
    /// It was stopped by that signal.
    Stopped(Signal),
    /// It goes on after a stop.
    Continued,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Alive,
    Stopped,
    Zombie,
}

/// The kernel's record of a process.
pub(super) struct Record {
    pub(super) pid: u32,
    pub(super) system: System,
    pub(super) task: Cell<Option<TaskId>>,
    pub(super) ppid: Cell<u32>,
    pub(super) pgid: Cell<u32>,
    pub(super) sid: Cell<u32>,
    pub(super) state: Cell<State>,
    pub(super) status: Cell<Option<ExitStatus>>,
    /// The signal that ends it when it is next polled.
    pub(super) killed: Cell<Option<Signal>>,
    pub(super) argv: RefCell<Rc<[String]>>,
    pub(super) env: RefCell<Vec<(String, String)>>,
    pub(super) comm: RefCell<Rc<str>>,
    pub(super) exe: RefCell<Rc<str>>,
    pub(super) flavor: Cell<Flavor>,
    pub(super) cwd: RefCell<Rc<str>>,
    pub(super) cred: RefCell<Rc<Cred>>,
    pub(super) umask: Cell<u32>,
    pub(super) fds: RefCell<Fds>,
    pub(super) tty: RefCell<Option<Tty>>,
    pub(super) ignored: Cell<SignalSet>,
    pub(super) caught: Cell<SignalSet>,
    pub(super) pending: RefCell<VecDeque<Signal>>,
    /// A caught signal has come in and no waiting call was interrupted for it yet.
    pub(super) interrupt: Cell<bool>,
    /// Who sent the last signal that was caught; 0 is somebody outside the machine, or its kernel.
    pub(super) sender: Cell<u32>,
    /// The ports it holds.
    pub(super) ports: RefCell<Vec<u16>>,
    pub(super) waiting: RefCell<Vec<Waker>>,
    /// A stop or a continuation that the parent has not been told of.
    pub(super) news: Cell<Option<WaitStatus>>,
    pub(super) reaps_orphans: Cell<bool>,
    /// It was handed to PID 1 when its parent ended.
    pub(super) adopted: Cell<bool>,
    /// It is PID 1, has ended, and only waits for all others to be gone.
    pub(super) ending: Cell<bool>,
    pub(super) start: Time,
    pub(super) polls: Cell<u64>,
    pub(super) calls: Cell<u32>,
}

impl Record {
    pub(super) fn new(system: &System, pid: u32, spawn: Spawn, identity: &Identity, parent: Option<&Record>) -> Record {
        let (parent_group, parent_session) = parent.map_or((pid, pid), |p| (p.pgid.get(), p.sid.get()));
        let group = match spawn.pgid {
            _ if spawn.new_session => pid,
            None => parent_group,
            Some(0) => pid,
            Some(other) => other,
        };
        Record {
            pid,
            system: system.clone(),
            task: Cell::new(None),
            ppid: Cell::new(spawn.ppid),
            pgid: Cell::new(group),
            sid: Cell::new(if spawn.new_session { pid } else { parent_session }),
            state: Cell::new(State::Alive),
            status: Cell::new(None),
            killed: Cell::new(None),
            argv: RefCell::new(identity.argv.clone()),
            env: RefCell::new(spawn.env),
            comm: RefCell::new(identity.comm.clone()),
            exe: RefCell::new(identity.exe.clone()),
            flavor: Cell::new(identity.flavor),
            cwd: RefCell::new(spawn.cwd.into()),
            cred: RefCell::new(Rc::new(spawn.cred)),
            umask: Cell::new(spawn.umask),
            fds: RefCell::new(spawn.fds),
            tty: RefCell::new(spawn.tty),
            ignored: Cell::new(spawn.ignored),
            caught: Cell::new(SignalSet::EMPTY),
            pending: RefCell::default(),
            interrupt: Cell::new(false),
            sender: Cell::new(0),
            ports: RefCell::default(),
            waiting: RefCell::default(),
            news: Cell::new(None),
            reaps_orphans: Cell::new(false),
            adopted: Cell::new(false),
            ending: Cell::new(false),
            start: system.kernel().now(),
            polls: Cell::new(0),
            calls: Cell::new(0),
        }
    }

    pub(super) fn wake(&self) {
        if let Some(task) = self.task.get() {
            self.system.kernel().wake(task);
        }
    }

    pub(super) fn wake_waiting(&self) {
        let waiting = self.waiting.take();
        for waker in waiting {
            waker.wake();
        }
    }
}

impl TimerOwner for Record {
    fn is_watched(&self) -> bool {
        if self.state.get() != State::Alive || self.system.is_frozen() {
            return false;
        }
        let tty = self.tty.borrow().clone();
        match tty {
            Some(tty) => tty.is_attended() && tty.foreground() == self.pgid.get() && !tty.is_read_blocked(),
            None => self.system.is_attended(),
        }
    }
}

pub(super) enum Code {
    Start(Body),
    Running(LocalBoxFuture<'static, i32>),
    /// PID 1's status, which counts once all others are gone.
    Ending(ExitStatus),
    Done,
}

/// The future of a process: it polls the program, except while it is stopped or its machine is frozen, and ends it when a
/// signal says so.
pub(super) struct Process {
    pub(super) proc: Proc,
    pub(super) code: Code,
}

impl Process {
    /// The program is over; PID 1 takes everything with it first.
    fn end(&mut self, status: ExitStatus) -> Poll<()> {
        // The program's own values go first: they may hold descriptors or wake others.
        self.code = Code::Ending(status);
        self.proc.0.ending.set(true);
        if self.proc.system().end_with_init(&self.proc.0) {
            return Poll::Pending;
        }
        self.finish(status);
        Poll::Ready(())
    }

    fn finish(&mut self, status: ExitStatus) {
        self.code = Code::Done;
        self.proc.system().finish(&self.proc.0, status);
    }
}

impl Future for Process {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let record = self.proc.0.clone();
        record.polls.set(record.polls.get() + 1);
        if let Code::Ending(status) = self.code {
            if record.system.process_count() > 1 {
                return Poll::Pending;
            }
            self.finish(status);
            return Poll::Ready(());
        }
        loop {
            let stopped = record.state.get() == State::Stopped;
            if let Some(signal) = record.killed.get() {
                if !stopped || signal == Signal::KILL {
                    let core = signal.action() == Action::Core;
                    return self.end(ExitStatus::Signaled(signal, core));
                }
            }
            if stopped || record.system.is_frozen() {
                return Poll::Pending;
            }
            let poll = match std::mem::replace(&mut self.code, Code::Done) {
                Code::Start(body) => {
                    self.code = Code::Running(body(self.proc.clone()));
                    continue;
                }
                Code::Running(mut future) => {
                    let poll = future.as_mut().poll(cx);
                    self.code = Code::Running(future);
                    poll
                }
                Code::Ending(_) | Code::Done => return Poll::Ready(()),
            };
            match (poll, record.killed.get()) {
                (_, Some(_)) => {}
                (Poll::Ready(code), None) => return self.end(ExitStatus::Exited(code & 0xff)),
                (Poll::Pending, None) => return Poll::Pending,
            }
            // Killed during its own poll. If it was also stopped, it ends when it goes on.
            if matches!(poll, Poll::Ready(_)) && record.state.get() == State::Stopped {
                record.state.set(State::Alive);
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.proc.0.state.get() != State::Zombie {
            self.finish(ExitStatus::Signaled(Signal::KILL, false));
        }
    }
}
