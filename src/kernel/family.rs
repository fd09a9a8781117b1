//! Starting processes, waiting for them, process groups and sending signals, as a process does it.

use super::delivery::Origin;
use super::exec::{load, Body, ExecError};
use super::executor::LocalBoxFuture;
use super::fd::Fds;
use super::proc::Proc;
use super::process::{Cred, ExitStatus, Record, State, WaitStatus};
use super::signal::{Signal, SignalSet};
use super::tty::Tty;
use crate::layerfs::Errno;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// What a new process is to be.
pub struct Spawn {
    /// The file to run; where there is none, the first argument is its path.
    pub path: Option<String>,
    /// Arguments, the name it is called by first.
    pub argv: Vec<String>,
    /// Environment.
    pub env: Vec<(String, String)>,
    /// Working directory, canonical.
    pub cwd: String,
    /// Who it is.
    pub cred: Cred,
    /// Permission bits that new files do not get.
    pub umask: u32,
    /// Descriptors.
    pub fds: Fds,
    /// Its parent; 0 is one outside the machine, which has no need to wait for it.
    pub ppid: u32,
    /// Its process group: its parent's (`None`), a new one of its own (`Some(0)`), or another's.
    pub pgid: Option<u32>,
    /// It leads a new session and group.
    pub new_session: bool,
    /// Its terminal. With a new session, the terminal becomes the session's controlling one.
    pub tty: Option<Tty>,
    /// Signals that it ignores from the beginning.
    pub ignored: SignalSet,
    /// Run this instead of a file: a subshell.
    pub program: Option<Body>,
}

impl Spawn {
    /// A process started from outside: root at `/` in a session of its own, with no environment and no descriptors.
    pub fn new(argv: Vec<String>) -> Spawn {
        Spawn {
            path: None,
            argv,
            env: Vec::new(),
            cwd: "/".to_string(),
            cred: Cred::default(),
            umask: 0o022,
            fds: Fds::new(),
            ppid: 0,
            pgid: None,
            new_session: true,
            tty: None,
            ignored: SignalSet::EMPTY,
            program: None,
        }
    }
}

/// A process as the one that started it sees it. Clones are the same process.
#[derive(Clone)]
pub struct Child(pub(super) Rc<Record>);

impl Child {
    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.pid
    }

    /// Its process group.
    pub fn pgid(&self) -> u32 {
        self.0.pgid.get()
    }

    /// How it ended; `None` while it lives. It stays in the table of processes until it is waited for.
    pub fn status(&self) -> Option<ExitStatus> {
        self.0.status.get()
    }

    /// The same, and takes it out of the table of processes where it has ended.
    pub fn try_wait(&self) -> Option<ExitStatus> {
        let status = self.0.status.get()?;
        self.0.system.reap(&self.0);
        Some(status)
    }

    /// Waits for its end and takes it out of the table of processes. Not interrupted by signals (see
    /// `Proc::wait_child` for that).
    pub async fn wait(&self) -> ExitStatus {
        poll_fn(|cx| match self.try_wait() {
            Some(status) => Poll::Ready(status),
            None => {
                let mut waiting = self.0.waiting.borrow_mut();
                if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                    waiting.push(cx.waker().clone());
                }
                Poll::Pending
            }
        })
        .await
    }

    /// Sends it a signal, as from outside its machine.
    pub fn signal(&self, signal: Signal) {
        self.0.system.deliver(&self.0, signal, Origin::Outside);
    }

    /// Whether it is stopped by a signal.
    pub fn is_stopped(&self) -> bool {
        self.0.state.get() == State::Stopped
    }
}

/// Which children to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitFor {
    /// Any.
    Any,
    /// That one.
    Pid(u32),
    /// Any of that process group.
    Group(u32),
}

impl WaitFor {
    fn matches(self, record: &Record) -> bool {
        match self {
            WaitFor::Any => true,
            WaitFor::Pid(pid) => record.pid == pid,
            WaitFor::Group(pgid) => record.pgid.get() == pgid,
        }
    }
}

impl Proc {
    /// A process that inherits everything from this one, as after `fork`: change what is to differ, and `spawn` it.
    /// Ignored signals are inherited too: a shell that ignores SIGTSTP for itself takes it out of `ignored` again.
    pub fn child(&self, argv: Vec<String>) -> Spawn {
        Spawn {
            path: None,
            argv,
            env: self.environ(),
            cwd: self.cwd(),
            cred: (*self.cred()).clone(),
            umask: self.umask(),
            fds: self.0.fds.borrow().for_exec(),
            ppid: self.pid(),
            pgid: None,
            new_session: false,
            tty: self.tty(),
            ignored: self.0.ignored.get(),
            program: None,
        }
    }

    /// Starts a process on the same machine.
    pub fn spawn(&self, spawn: Spawn) -> Result<Child, ExecError> {
        self.system().spawn(spawn)
    }

    /// Becomes another program, keeping number, descriptors and parent: the caller awaits the future and ends with its
    /// value. Caught signals go back to their default.
    pub fn exec(
        &self,
        path: &str,
        argv: Vec<String>,
        env: Vec<(String, String)>,
    ) -> Result<LocalBoxFuture<'static, i32>, ExecError> {
        let cred = self.cred();
        let cwd = self.cwd();
        let who = crate::layerfs::Who {
            cwd: &cwd,
            uid: cred.uid,
            gid: cred.gid,
            groups: &cred.groups,
            umask: self.umask(),
            now: self.now(),
            pid: self.pid(),
        };
        let loaded = load(self.system(), &who, path, argv)?;
        let record = &self.0;
        *record.argv.borrow_mut() = loaded.argv.into();
        *record.env.borrow_mut() = env;
        *record.exe.borrow_mut() = loaded.exe;
        *record.comm.borrow_mut() = loaded.comm.into();
        record.flavor.set(loaded.flavor);
        record.caught.set(SignalSet::EMPTY);
        record.pending.borrow_mut().clear();
        record.interrupt.set(false);
        let fds = record.fds.borrow().for_exec();
        self.set_fds(fds);
        Ok((loaded.program)(self.clone()))
    }

    /// Waits for a child to end, or, where asked for, to be stopped or continued. ECHILD where there is no such child,
    /// EINTR where a caught signal comes in first.
    pub async fn wait_child(&self, which: WaitFor, stops: bool) -> Result<(u32, WaitStatus), Errno> {
        self.interruptible(|_| match self.try_wait_child(which, stops) {
            Ok(Some(news)) => Poll::Ready(Ok(news)),
            // The end of a child wakes its parent's task.
            Ok(None) => Poll::Pending,
            Err(errno) => Poll::Ready(Err(errno)),
        })
        .await
    }

    /// The same without waiting; `None` where there is nothing to tell.
    pub fn try_wait_child(&self, which: WaitFor, stops: bool) -> Result<Option<(u32, WaitStatus)>, Errno> {
        let children = self.system().children(self.pid());
        let mut any = false;
        for child in children.iter().filter(|child| which.matches(child)) {
            any = true;
            if let Some(status) = child.status.get() {
                self.system().reap(child);
                return Ok(Some((child.pid, WaitStatus::Ended(status))));
            }
            if stops {
                if let Some(news) = child.news.take() {
                    return Ok(Some((child.pid, news)));
                }
            }
        }
        if any {
            Ok(None)
        } else {
            Err(Errno::ECHILD)
        }
    }

    /// As an init that takes care of orphans, such as a shell that is PID 1: processes that are handed to this one when
    /// their parent ends are taken out of the table as soon as they end.
    pub fn set_reaps_orphans(&self, on: bool) {
        self.0.reaps_orphans.set(on);
    }

    /// Sends a signal, or with `None` only asks whether one could: to a process, with 0 to the own group, with -1 to
    /// everybody but PID 1 and itself, with -n to the group n. ESRCH, EPERM.
    pub fn kill(&self, pid: i32, signal: Option<Signal>) -> Result<(), Errno> {
        let all = self.system().records();
        let group = if pid == 0 { self.pgid() } else { pid.unsigned_abs() };
        let targets: Vec<_> = all
            .into_iter()
            .filter(|target| match pid {
                1.. => target.pid == group,
                -1 => target.pid != 1 && target.pid != self.pid(),
                _ => target.pgid.get() == group,
            })
            .collect();
        if targets.is_empty() {
            return Err(Errno::ESRCH);
        }
        let own = self.cred().uid;
        let mut allowed = false;
        for target in targets {
            if own != 0 && target.cred.borrow().uid != own {
                continue;
            }
            allowed = true;
            if let Some(signal) = signal {
                self.system().deliver(&target, signal, Origin::Inside);
                target.sender.set(self.pid());
            }
        }
        if allowed {
            Ok(())
        } else {
            Err(Errno::EPERM)
        }
    }

    /// Puts a process (0 is this one) into a group (0 is one of its own). ESRCH, EPERM for a session's leader.
    pub fn setpgid(&self, pid: u32, pgid: u32) -> Result<(), Errno> {
        let pid = if pid == 0 { self.pid() } else { pid };
        let target = self.system().record(pid).filter(|t| t.pid == self.pid() || t.ppid.get() == self.pid());
        let target = target.ok_or(Errno::ESRCH)?;
        if target.sid.get() == target.pid {
            return Err(Errno::EPERM);
        }
        target.pgid.set(if pgid == 0 { pid } else { pgid });
        Ok(())
    }

    /// Puts a group into the foreground of the controlling terminal. ENOTTY where there is none.
    pub fn tcsetpgrp(&self, pgid: u32) -> Result<(), Errno> {
        self.tty().map(|tty| tty.set_foreground(pgid)).ok_or(Errno::ENOTTY)
    }
}
