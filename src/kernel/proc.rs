//! [`Proc`]: what a running program sees of itself, as far as no other process and no waiting for bytes is involved. The
//! calls that read and write are in `io`, those that start and wait for others in `family`.

use super::exec::{truncate, Flavor};
use super::fd::{Fds, File};
use super::process::{Cred, Record, State};
use super::signal::{Disposition, Signal};
use super::system::System;
use super::tty::Tty;
use super::Kernel;
use crate::ambient::Time;
use crate::layerfs::{Errno, Vfs, Who};
use std::future::{poll_fn, Future};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

/// What a running program sees of itself: its arguments, environment, files, signals and children. Clones are the same
/// process.
#[derive(Clone)]
pub struct Proc(pub(super) Rc<Record>);

impl Proc {
    /// Its machine.
    pub fn system(&self) -> &System {
        &self.0.system
    }

    /// The executor and clock.
    pub fn kernel(&self) -> &Kernel {
        self.0.system.kernel()
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.kernel().now()
    }

    /// Its arguments, the name it was called by first.
    pub fn args(&self) -> Vec<String> {
        self.0.argv.borrow().to_vec()
    }

    /// The name it was called by, `argv[0]`.
    pub fn name(&self) -> String {
        self.0.argv.borrow().first().cloned().unwrap_or_default()
    }

    /// The canonical path of the file it runs.
    pub fn exe(&self) -> String {
        self.0.exe.borrow().to_string()
    }

    /// What `ps` and `/proc/<pid>/cmdline` show in place of its arguments.
    pub fn set_args(&self, args: Vec<String>) {
        *self.0.argv.borrow_mut() = args.into();
    }

    /// Whose manners it has: whether its file is busybox.
    pub fn flavor(&self) -> Flavor {
        self.0.flavor.get()
    }

    /// What `ps` and `/proc/<pid>/comm` call it; at most 15 bytes are kept.
    pub fn set_comm(&self, name: &str) {
        *self.0.comm.borrow_mut() = truncate(name, 15).into();
    }

    /// A variable of its environment.
    pub fn env(&self, name: &str) -> Option<String> {
        self.0.env.borrow().iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    /// Sets a variable of its environment.
    pub fn set_env(&self, name: &str, value: &str) {
        let mut env = self.0.env.borrow_mut();
        match env.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value.to_string(),
            None => env.push((name.to_string(), value.to_string())),
        }
    }

    /// Takes a variable out of its environment.
    pub fn unset_env(&self, name: &str) {
        self.0.env.borrow_mut().retain(|(key, _)| key != name);
    }

    /// Its environment, in the order it was given and set.
    pub fn environ(&self) -> Vec<(String, String)> {
        self.0.env.borrow().clone()
    }

    /// Its working directory, canonical.
    pub fn cwd(&self) -> String {
        self.0.cwd.borrow().to_string()
    }

    /// Changes its working directory. ENOENT, ENOTDIR, EACCES.
    pub fn chdir(&self, path: &str) -> Result<(), Errno> {
        let real = self.fs(|vfs, who| {
            let stat = vfs.stat(who, path)?;
            if stat.kind != crate::layerfs::FileKind::Dir {
                return Err(Errno::ENOTDIR);
            }
            vfs.access(who, path, 1)?;
            vfs.realpath(who, path)
        })?;
        *self.0.cwd.borrow_mut() = real.into();
        Ok(())
    }

    /// Who it is.
    pub fn cred(&self) -> Rc<Cred> {
        self.0.cred.borrow().clone()
    }

    /// Becomes somebody else. EPERM unless root.
    pub fn set_cred(&self, cred: Cred) -> Result<(), Errno> {
        if self.cred().uid != 0 {
            return Err(Errno::EPERM);
        }
        *self.0.cred.borrow_mut() = Rc::new(cred);
        Ok(())
    }

    /// The permission bits that new files do not get.
    pub fn umask(&self) -> u32 {
        self.0.umask.get()
    }

    /// Sets them.
    pub fn set_umask(&self, mask: u32) {
        self.0.umask.set(mask & 0o777);
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.pid
    }

    /// Its parent's number; 0 where that is outside its machine.
    pub fn ppid(&self) -> u32 {
        self.0.ppid.get()
    }

    /// Its process group.
    pub fn pgid(&self) -> u32 {
        self.0.pgid.get()
    }

    /// Its session.
    pub fn sid(&self) -> u32 {
        self.0.sid.get()
    }

    /// Its controlling terminal.
    pub fn tty(&self) -> Option<Tty> {
        self.0.tty.borrow().clone()
    }

    /// Whether its process group is the foreground of its terminal.
    pub fn is_foreground(&self) -> bool {
        self.tty().is_some_and(|tty| tty.foreground() == self.pgid())
    }

    /// File-system calls as this process. `f` must not call the kernel itself (a second `fs` inside would find the file
    /// system in use): take out what is needed and go on outside.
    pub fn fs<R>(&self, f: impl FnOnce(&mut Vfs, &Who<'_>) -> R) -> R {
        let caller = self.caller();
        f(&mut self.0.system.enter().vfs, &caller.who())
    }

    #[inline(never)]
    fn caller(&self) -> Caller {
        Caller {
            cwd: self.0.cwd.borrow().clone(),
            cred: self.cred(),
            umask: self.0.umask.get(),
            now: self.now(),
            pid: self.0.pid,
        }
    }

    /// The first file of that name in the directories of `PATH` that may be executed; a name with a slash is a path
    /// already.
    pub fn which(&self, name: &str) -> Option<String> {
        let path =
            self.env("PATH").unwrap_or_else(|| "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into());
        self.fs(|vfs, who| super::exec::which(vfs, who, name, &path))
    }

    // ---- signals

    /// Says what is to be done with a signal. KILL and STOP cannot be changed.
    pub fn on_signal(&self, signal: Signal, disposition: Disposition) {
        if signal.is_uncatchable() {
            return;
        }
        let (ignored, caught) = (self.0.ignored.get().without(signal), self.0.caught.get().without(signal));
        match disposition {
            Disposition::Default => {
                self.0.ignored.set(ignored);
                self.0.caught.set(caught);
            }
            Disposition::Ignore => {
                self.0.ignored.set(ignored.with(signal));
                self.0.caught.set(caught);
            }
            Disposition::Catch => {
                self.0.ignored.set(ignored);
                self.0.caught.set(caught.with(signal));
            }
        }
        if disposition != Disposition::Catch {
            self.0.pending.borrow_mut().retain(|other| *other != signal);
        }
    }

    /// What is done with a signal.
    pub fn disposition(&self, signal: Signal) -> Disposition {
        if self.0.ignored.get().contains(signal) {
            Disposition::Ignore
        } else if self.0.caught.get().contains(signal) {
            Disposition::Catch
        } else {
            Disposition::Default
        }
    }

    /// The first caught signal that has come in and was not taken yet.
    pub fn take_signal(&self) -> Option<Signal> {
        let mut pending = self.0.pending.borrow_mut();
        let signal = pending.pop_front();
        if pending.is_empty() {
            self.0.interrupt.set(false);
        }
        signal
    }

    /// Waits for a caught signal.
    pub async fn next_signal(&self) -> Signal {
        poll_fn(|_| match self.take_signal() {
            Some(signal) => Poll::Ready(signal),
            // A signal wakes the process's task.
            None => Poll::Pending,
        })
        .await
    }

    /// Who sent the last signal that was caught; 0 is somebody outside the machine, or its kernel.
    pub fn sender(&self) -> u32 {
        self.0.sender.get()
    }

    /// Holds a TCP port of its machine until it ends. EADDRINUSE where another process does.
    pub fn listen(&self, port: u16) -> Result<(), Errno> {
        let all = self.system().records();
        if all.iter().any(|other| other.pid != self.pid() && other.ports.borrow().contains(&port)) {
            return Err(Errno::EADDRINUSE);
        }
        let mut ports = self.0.ports.borrow_mut();
        if !ports.contains(&port) {
            ports.push(port);
        }
        Ok(())
    }

    /// Lets go of all ports.
    pub fn stop_listening(&self) {
        self.0.ports.borrow_mut().clear();
    }

    // ---- time

    /// Waits. EINTR where a caught signal comes in first.
    pub async fn sleep(&self, nanos: i64) -> Result<(), Errno> {
        let owner: Weak<Record> = Rc::downgrade(&self.0);
        let mut sleep = std::pin::pin!(self.kernel().sleep_for_owner(self.now().plus_nanos(nanos), owner));
        self.interruptible(|cx| sleep.as_mut().poll(cx).map(Ok)).await
    }

    /// Lets every other ready task have its turn.
    pub async fn yield_now(&self) {
        self.kernel().yield_now().await;
        self.stay_if_alive().await;
    }

    /// For the loops of long computations: lets others in once every so many calls.
    pub async fn checkpoint(&self) {
        let calls = self.0.calls.get().wrapping_add(1);
        self.0.calls.set(calls);
        if calls % 64 == 0 {
            self.kernel().yield_now().await;
        }
        self.stay_if_alive().await;
    }

    /// Waits until some file of some machine has changed since `seen`, a value of [`Proc::files_version`] taken
    /// before looking. EINTR where a caught signal comes in first.
    pub async fn files_changed(&self, seen: u64) -> Result<(), Errno> {
        let files = self.kernel().files().clone();
        self.interruptible(|cx| files.poll_changed(cx, seen).map(Ok)).await
    }

    /// Counts the changes of files, of all machines together.
    pub fn files_version(&self) -> u64 {
        self.kernel().files().version()
    }

    /// A process that has killed itself does nothing more: its future is dropped when its poll returns.
    async fn stay_if_alive(&self) {
        if self.0.killed.get().is_some() || self.0.state.get() != State::Alive {
            poll_fn(|_| if self.can_run() { Poll::Ready(()) } else { Poll::Pending }).await;
        }
    }

    fn can_run(&self) -> bool {
        self.0.killed.get().is_none() && self.0.state.get() == State::Alive
    }

    /// Waits for something that a caught signal may interrupt.
    pub(super) async fn interruptible<T>(
        &self,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<Result<T, Errno>>,
    ) -> Result<T, Errno> {
        poll_fn(|cx| {
            if !self.can_run() {
                return Poll::Pending;
            }
            match poll(cx) {
                Poll::Pending if self.0.interrupt.take() => Poll::Ready(Err(Errno::EINTR)),
                other => other,
            }
        })
        .await
    }

    // ---- descriptors, as far as no waiting is involved

    /// The open file of a descriptor. EBADF.
    pub fn file(&self, fd: i32) -> Result<File, Errno> {
        self.0.fds.borrow().get(fd).cloned()
    }

    /// Its table of descriptors, sharing the open files.
    pub fn fds(&self) -> Fds {
        self.0.fds.borrow().clone()
    }

    /// Replaces the whole table.
    pub fn set_fds(&self, fds: Fds) {
        let old = self.0.fds.replace(fds);
        drop(old);
    }

    /// The lowest free descriptor leads to `file`. EMFILE.
    pub fn add_file(&self, file: File) -> Result<i32, Errno> {
        self.0.fds.borrow_mut().add(file, 0)
    }

    /// `fd` leads to `file`, whatever it led to before.
    pub fn set_file(&self, fd: i32, file: File) {
        let old = self.0.fds.borrow_mut().set(fd, file);
        drop(old);
    }

    /// Another descriptor, the lowest free one from `least` on, for the same open file. EBADF, EMFILE.
    pub fn dup(&self, fd: i32, least: i32) -> Result<i32, Errno> {
        let file = self.file(fd)?;
        self.0.fds.borrow_mut().add(file, least)
    }

    /// `to` becomes another descriptor for the open file of `from`. EBADF.
    pub fn dup2(&self, from: i32, to: i32) -> Result<(), Errno> {
        let file = self.file(from)?;
        if to < 0 {
            return Err(Errno::EBADF);
        }
        if from != to {
            self.set_file(to, file);
        }
        Ok(())
    }

    /// Closes a descriptor. EBADF.
    pub fn close(&self, fd: i32) -> Result<(), Errno> {
        let old = self.0.fds.borrow_mut().close(fd)?;
        drop(old);
        Ok(())
    }

    /// Whether the descriptor is closed in programs that are started. EBADF.
    pub fn set_close_on_exec(&self, fd: i32, on: bool) -> Result<(), Errno> {
        self.0.fds.borrow_mut().set_close_on_exec(fd, on)
    }
}

/// Who calls the file system. Apart from [`Proc::fs`], so that its hundred callers do not each have a copy.
struct Caller {
    cwd: Rc<str>,
    cred: Rc<Cred>,
    umask: u32,
    now: Time,
    pid: u32,
}

impl Caller {
    #[inline(never)]
    fn who(&self) -> Who<'_> {
        Who {
            cwd: &self.cwd,
            uid: self.cred.uid,
            gid: self.cred.gid,
            groups: &self.cred.groups,
            umask: self.umask,
            now: self.now,
            pid: self.pid,
        }
    }
}
