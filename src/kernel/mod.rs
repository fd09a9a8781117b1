//! The kernel: processes as futures on a deterministic executor with virtual time. One [`Kernel`] serves the student's
//! computer and all containers of a sitting.
//!
//! Nothing here knows Docker, a shell or a page. Everything is of one thread (`Rc`), except the wakers.

mod clock;
mod combine;
mod delivery;
pub mod dev;
mod ending;
mod exec;
mod executor;
mod family;
mod fd;
mod io;
pub mod machine;
mod notify;
mod pipe;
mod proc;
mod process;
mod procfs;
mod signal;
mod system;
mod tty;
pub mod users;

/// What of the file system a module needs that knows files only through a process (`docker`).
pub use crate::layerfs::{DirEntry, Errno, FileKind, OpenFlags, Stat};
pub use crate::terminal::tty::{Size, Termios};
pub use clock::{Sleep, TimerOwner};
pub use combine::{join, race, Either};
pub use exec::{which, Body, Completer, ExecError, Flavor, ProgramFn, Programs};
pub use executor::{Budget, LocalBoxFuture, TaskId, YieldNow};
pub use family::{Child, Spawn, WaitFor};
pub use fd::{Fds, File, OpenFile, Stream, FD_MAX};
pub use io::Whence;
pub use notify::{Changed, Notify};
pub use pipe::{pipe, PipeReader, PipeWriter};
pub use proc::Proc;
pub use process::{Cred, ExitStatus, WaitStatus};
pub use procfs::Procfs;
pub use signal::{Action, Disposition, Signal, SignalSet};
pub use system::{ProcessInfo, System, WeakSystem};
pub use tty::Tty;

use crate::ambient::{Ids, Time};
use clock::Clock;
use executor::Executor;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::{Rc, Weak};
use std::task::Context;

struct Shared {
    executor: Executor,
    clock: Clock,
    files: Notify,
    random: RefCell<Ids>,
    numbers: Cell<u64>,
}

/// The executor and the virtual clock. Clones are the same one.
///
/// Tasks usually hold a `Kernel` themselves, which makes a cycle: whoever made the kernel calls [`Kernel::shutdown`]
/// when done with it (a sitting does so when it is dropped).
#[derive(Clone)]
pub struct Kernel(Rc<Shared>);

/// Why [`Kernel::run`] came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Run {
    /// Everything waits for input or for something outside.
    Idle,
    /// Nothing is ready, but timers are set; the next is due then. Whether to jump to it is the caller's policy.
    Timer(Time),
    /// The budget is used up and there is more to do.
    Busy,
}

impl Kernel {
    /// No tasks yet; the clock shows `now`.
    pub fn new(now: Time) -> Kernel {
        Kernel(Rc::new(Shared {
            executor: Executor::default(),
            clock: Clock::new(now),
            files: Notify::new(),
            random: RefCell::new(Ids::new(now.0 as u64)),
            numbers: Cell::new(10_000),
        }))
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// Lets time pass, such as a person's thinking between two inputs. Timers that come due are woken, earliest first,
    /// but all see the new time; [`Kernel::run_until`] goes through them one by one.
    pub fn advance(&self, nanos: i64) {
        self.advance_to(self.now().plus_nanos(nanos));
    }

    /// Lets time pass up to a moment; an earlier one changes nothing.
    pub fn advance_to(&self, to: Time) {
        self.0.clock.advance_to(to);
    }

    /// When the next timer is due.
    pub fn next_timer(&self) -> Option<Time> {
        self.0.clock.next()
    }

    /// When the next timer is due that somebody is looking out for: one of a process in the foreground of a terminal
    /// that is attended, while that terminal is not being read (a program that reads it is at a prompt: time then
    /// stands still until something is typed); or one of a process without a terminal in an attended `System`.
    pub fn next_timer_of_interest(&self) -> Option<Time> {
        self.0.clock.next_watched()
    }

    /// Starts a task that belongs to no process.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) -> TaskId {
        self.0.executor.spawn(Box::pin(future))
    }

    /// Drops a task. If it is the one being polled, it is dropped when its poll returns.
    pub fn cancel(&self, task: TaskId) {
        self.0.executor.cancel(task);
    }

    /// Has a task polled again.
    pub fn wake(&self, task: TaskId) {
        self.0.executor.wake(task);
    }

    /// How many tasks there are.
    pub fn live_tasks(&self) -> usize {
        self.0.executor.live()
    }

    /// Waits until the clock has moved on by so much.
    pub fn sleep(&self, nanos: i64) -> Sleep {
        self.sleep_until(self.now().plus_nanos(nanos))
    }

    /// Waits until the clock shows that.
    pub fn sleep_until(&self, deadline: Time) -> Sleep {
        Sleep::new(self.clone(), deadline, None)
    }

    /// Like `sleep_until`, for a timer of which it is known who waits for it.
    pub fn sleep_for_owner(&self, deadline: Time, owner: Weak<dyn TimerOwner>) -> Sleep {
        Sleep::new(self.clone(), deadline, Some(owner))
    }

    /// Lets every other ready task have its turn. Long computations and loops await it now and then.
    pub fn yield_now(&self) -> YieldNow {
        YieldNow::default()
    }

    /// Polls what is ready until nothing is, or the budget is used up. `cx`'s waker is woken when, later on, something
    /// outside makes a task ready. Must not be called from within a task.
    pub fn run(&self, cx: &mut Context<'_>, budget: Budget) -> Run {
        if !self.0.executor.run(cx.waker(), budget) {
            return Run::Busy;
        }
        match self.next_timer() {
            Some(at) => Run::Timer(at),
            None => Run::Idle,
        }
    }

    /// Runs and lets time pass up to `until`, stopping at every timer on the way, so that what happens at each sees its
    /// own time. The clock shows `until` afterwards unless the answer is `Busy`.
    pub fn run_until(&self, cx: &mut Context<'_>, budget: Budget, until: Time) -> Run {
        loop {
            match self.run(cx, budget) {
                Run::Timer(at) if at <= until => self.advance_to(at),
                Run::Busy => return Run::Busy,
                other => {
                    self.advance_to(until);
                    return other;
                }
            }
        }
    }

    /// Drops every task, so that nothing keeps anything alive any more.
    pub fn shutdown(&self) {
        self.0.executor.cancel_all();
    }

    /// Told after every change of any file system of this kernel's machines (see `Proc::files_changed`).
    pub fn files(&self) -> &Notify {
        &self.0.files
    }

    /// So many random bytes: the same seed and the same history give the same ones.
    pub fn random_bytes(&self, count: usize) -> Vec<u8> {
        let mut random = self.0.random.borrow_mut();
        let mut out = Vec::with_capacity(count + 8);
        while out.len() < count {
            out.extend_from_slice(&random.next_u64().to_le_bytes());
        }
        out.truncate(count);
        out
    }

    /// A number that was not given before; pipes show it as their inode.
    pub fn next_number(&self) -> u64 {
        self.0.numbers.set(self.0.numbers.get() + 1);
        self.0.numbers.get()
    }

    /// The task that is being polled now.
    pub fn current(&self) -> Option<TaskId> {
        self.0.executor.current()
    }

    fn clock(&self) -> &Clock {
        &self.0.clock
    }
}
