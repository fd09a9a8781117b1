//! A machine: the student's computer, or one container. It holds the file system, the table of processes and the
//! programs there are, starts and ends processes and delivers their signals.

use super::exec::{load, Loaded, Programs};
use super::family::{Child, Spawn};
use super::fd::Fds;
use super::pipe::Pipe;
use super::process::{Code, ExitStatus, Proc, Process, Record, State, WaitStatus};
use super::signal::{Action, Signal, SignalSet};
use super::tty::Tty;
use super::{ExecError, Flavor, Kernel};
use crate::ambient::Time;
use crate::layerfs::{Errno, MountInfo, Vfs, Who};
use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

struct Inner {
    kernel: Kernel,
    vfs: RefCell<Vfs>,
    hostname: RefCell<Rc<str>>,
    programs: Programs,
    processes: RefCell<BTreeMap<u32, Rc<Record>>>,
    next_pid: Cell<u32>,
    frozen: Cell<bool>,
    attended: Cell<bool>,
    ttys: RefCell<Vec<Option<Tty>>>,
    fifos: RefCell<BTreeMap<(u32, u64), Weak<Pipe>>>,
    mounts: RefCell<Rc<[MountInfo]>>,
    boot: Time,
}

/// A machine. Clones are the same one.
#[derive(Clone)]
pub struct System(Rc<Inner>);

/// A machine, without keeping it alive.
#[derive(Clone, Default)]
pub struct WeakSystem(Weak<Inner>);

impl WeakSystem {
    /// The machine, if it is still there.
    pub fn upgrade(&self) -> Option<System> {
        self.0.upgrade().map(System)
    }
}

/// From where a signal comes, which matters to PID 1 alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// Another process of the machine, or its kernel.
    Inside,
    /// The engine: `docker kill`.
    Outside,
}

/// A line of `ps`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProcessInfo {
    /// Its number.
    pub pid: u32,
    /// Its parent's.
    pub ppid: u32,
    /// Its process group.
    pub pgid: u32,
    /// Its session.
    pub sid: u32,
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its terminal: `pts/0`.
    pub tty: Option<String>,
    /// `R`, `S`, `T` or `Z`.
    pub state: char,
    /// Whether it leads its session (`s` in `ps`).
    pub leads_session: bool,
    /// Whether its group is the foreground of its terminal (`+` in `ps`).
    pub foreground: bool,
    /// When it was started.
    pub start: Time,
    /// Nanoseconds of processor time: a made-up but growing figure.
    pub cpu: i64,
    /// The file's name, at most 15 bytes.
    pub comm: String,
    /// Its arguments; none where it has ended.
    pub argv: Vec<String>,
}

impl System {
    /// A machine with that root, where nothing runs yet. Its first process will be PID 1.
    pub fn new(kernel: &Kernel, vfs: Vfs, hostname: &str, programs: Programs) -> System {
        let mounts = vfs.mounts().into();
        System(Rc::new(Inner {
            kernel: kernel.clone(),
            vfs: RefCell::new(vfs),
            hostname: RefCell::new(hostname.into()),
            programs,
            processes: RefCell::default(),
            next_pid: Cell::new(1),
            frozen: Cell::new(false),
            attended: Cell::new(false),
            ttys: RefCell::default(),
            fifos: RefCell::default(),
            mounts: RefCell::new(mounts),
            boot: kernel.now(),
        }))
    }

    /// Without keeping it alive.
    pub fn downgrade(&self) -> WeakSystem {
        WeakSystem(Rc::downgrade(&self.0))
    }

    /// The executor and clock.
    pub fn kernel(&self) -> &Kernel {
        &self.0.kernel
    }

    /// The programs there are.
    pub fn programs(&self) -> &Programs {
        &self.0.programs
    }

    /// Its name.
    pub fn hostname(&self) -> String {
        self.0.hostname.borrow().to_string()
    }

    /// Gives it another name.
    pub fn set_hostname(&self, name: &str) {
        *self.0.hostname.borrow_mut() = name.into();
    }

    /// When it was started.
    pub fn boot(&self) -> Time {
        self.0.boot
    }

    /// Calls on its file system. Waiters for changes of files are told if there were any. `f` must not call back into
    /// the kernel.
    pub fn with_vfs<R>(&self, f: impl FnOnce(&mut Vfs) -> R) -> R {
        let (result, changed) = {
            let mut vfs = self.0.vfs.borrow_mut();
            let before = vfs.generation();
            let result = f(&mut vfs);
            (result, vfs.generation() != before)
        };
        if changed {
            self.0.kernel.files().notify();
        }
        result
    }

    /// Its file system, to be looked at. Nothing else of this machine may run while it is held.
    pub fn vfs(&self) -> Ref<'_, Vfs> {
        self.0.vfs.borrow()
    }

    /// Changes what is mounted where, and has `/proc/mounts` show it.
    pub fn change_mounts<R>(&self, f: impl FnOnce(&mut Vfs) -> R) -> R {
        let (result, mounts) = self.with_vfs(|vfs| {
            let result = f(vfs);
            (result, vfs.mounts())
        });
        *self.0.mounts.borrow_mut() = mounts.into();
        result
    }

    /// What is mounted where, as of the last `change_mounts`.
    pub fn mounts(&self) -> Rc<[MountInfo]> {
        self.0.mounts.borrow().clone()
    }

    /// Mounts its `/proc`, which must exist as a directory. The errors of mounting.
    pub fn mount_proc(&self) -> Result<(), Errno> {
        let procfs = Rc::new(super::Procfs::new(self));
        self.change_mounts(|vfs| vfs.mount_pseudo("/proc", procfs, "proc"))
    }

    /// Numbers below `first` are not given to new processes: a computer that has been running for a while.
    pub fn set_next_pid(&self, first: u32) {
        self.0.next_pid.set(first.max(1));
    }

    // ---- terminals

    /// Adds a terminal as `/dev/pts/<n>` with the lowest free n, and gives n back. Whether the file is there is the
    /// caller's business (see `dev`).
    pub fn add_tty(&self, tty: &Tty) -> u32 {
        let mut ttys = self.0.ttys.borrow_mut();
        let index = ttys.iter().position(Option::is_none).unwrap_or(ttys.len());
        tty.register(self, index as u32);
        match ttys.get_mut(index) {
            Some(free) => *free = Some(tty.clone()),
            None => ttys.push(Some(tty.clone())),
        }
        index as u32
    }

    /// Takes a terminal away, whose number becomes free.
    pub fn remove_tty(&self, tty: &Tty) {
        let old = self.0.ttys.borrow_mut().iter_mut().find(|t| t.as_ref() == Some(tty)).and_then(Option::take);
        drop(old);
    }

    /// The terminal `/dev/pts/<index>`.
    pub fn tty(&self, index: u32) -> Option<Tty> {
        self.0.ttys.borrow().get(index as usize).cloned().flatten()
    }

    /// Says whether a person looks at what its processes without a terminal do, for `Kernel::next_timer_of_interest`.
    pub fn set_attended(&self, attended: bool) {
        self.0.attended.set(attended);
    }

    /// Whether a person does.
    pub fn is_attended(&self) -> bool {
        self.0.attended.get()
    }

    pub(super) fn fifo(&self, file: (u32, u64)) -> Rc<Pipe> {
        let mut fifos = self.0.fifos.borrow_mut();
        if let Some(pipe) = fifos.get(&file).and_then(Weak::upgrade) {
            return pipe;
        }
        fifos.retain(|_, pipe| pipe.strong_count() > 0);
        let pipe = Rc::new(Pipe::default());
        fifos.insert(file, Rc::downgrade(&pipe));
        pipe
    }

    // ---- processes

    /// Starts a process. It is first polled when the kernel runs.
    pub fn spawn(&self, spawn: Spawn) -> Result<Child, ExecError> {
        let Spawn { path, argv, env, cwd, cred, umask, fds, ppid, pgid, new_session, tty, ignored, program } = spawn;
        let parent = self.record(ppid);
        let loaded = match &program {
            Some(_) => None,
            None => {
                let path = path.or_else(|| argv.first().cloned()).unwrap_or_default();
                let who = Who {
                    cwd: &cwd,
                    uid: cred.uid,
                    gid: cred.gid,
                    groups: &cred.groups,
                    umask,
                    now: self.0.kernel.now(),
                    pid: ppid,
                };
                Some(load(self, &who, &path, argv.clone())?)
            }
        };
        let pid = self.take_pid();
        let identity = Identity::new(loaded, program, argv, parent.as_deref());
        let (parent_group, parent_session) = parent.as_ref().map_or((pid, pid), |p| (p.pgid.get(), p.sid.get()));
        let group = match pgid {
            _ if new_session => pid,
            None => parent_group,
            Some(0) => pid,
            Some(other) => other,
        };
        let record = Rc::new(Record {
            pid,
            system: self.clone(),
            task: Cell::new(None),
            ppid: Cell::new(ppid),
            pgid: Cell::new(group),
            sid: Cell::new(if new_session { pid } else { parent_session }),
            state: Cell::new(State::Alive),
            status: Cell::new(None),
            killed: Cell::new(None),
            argv: RefCell::new(identity.argv),
            env: RefCell::new(env),
            comm: RefCell::new(identity.comm),
            exe: RefCell::new(identity.exe),
            flavor: Cell::new(identity.flavor),
            cwd: RefCell::new(cwd.into()),
            cred: RefCell::new(Rc::new(cred)),
            umask: Cell::new(umask),
            fds: RefCell::new(fds),
            tty: RefCell::new(tty.clone()),
            ignored: Cell::new(ignored),
            caught: Cell::new(SignalSet::EMPTY),
            pending: RefCell::default(),
            interrupt: Cell::new(false),
            waiting: RefCell::default(),
            news: Cell::new(None),
            reaps_orphans: Cell::new(false),
            adopted: Cell::new(false),
            ending: Cell::new(false),
            start: self.0.kernel.now(),
            polls: Cell::new(0),
            calls: Cell::new(0),
        });
        if let (Some(tty), true) = (tty, new_session) {
            tty.take_control(self, pid);
        }
        self.0.processes.borrow_mut().insert(pid, record.clone());
        let process = Process { proc: Proc(record.clone()), code: identity.code };
        record.task.set(Some(self.0.kernel.spawn(process)));
        Ok(Child(record))
    }

    fn take_pid(&self) -> u32 {
        let processes = self.0.processes.borrow();
        let mut pid = self.0.next_pid.get();
        while processes.contains_key(&pid) {
            pid += 1;
        }
        self.0.next_pid.set(pid + 1);
        pid
    }

    /// The lines of `ps`, by number.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        self.records().iter().map(|record| self.info(record)).collect()
    }

    /// The line of `ps` for one process.
    pub fn process(&self, pid: u32) -> Option<ProcessInfo> {
        self.record(pid).map(|record| self.info(&record))
    }

    fn info(&self, record: &Record) -> ProcessInfo {
        let tty = record.tty.borrow().clone();
        let zombie = record.state.get() == State::Zombie;
        ProcessInfo {
            pid: record.pid,
            ppid: record.ppid.get(),
            pgid: record.pgid.get(),
            sid: record.sid.get(),
            uid: record.cred.borrow().uid,
            gid: record.cred.borrow().gid,
            foreground: tty.as_ref().is_some_and(|tty| tty.foreground() == record.pgid.get()),
            tty: tty.map(|tty| tty.name()),
            state: match record.state.get() {
                State::Alive if self.0.kernel.current() == record.task.get() => 'R',
                State::Alive => 'S',
                State::Stopped => 'T',
                State::Zombie => 'Z',
            },
            leads_session: record.sid.get() == record.pid,
            start: record.start,
            cpu: record.polls.get() as i64 * 20_000,
            comm: record.comm.borrow().to_string(),
            argv: if zombie { Vec::new() } else { record.argv.borrow().to_vec() },
        }
    }

    /// How many processes there are, ended ones that nobody waited for included.
    pub fn process_count(&self) -> usize {
        self.0.processes.borrow().len()
    }

    /// What a process sees of itself, for engine code that acts in its name.
    pub fn proc(&self, pid: u32) -> Option<Proc> {
        self.record(pid).map(Proc)
    }

    pub(super) fn record(&self, pid: u32) -> Option<Rc<Record>> {
        self.0.processes.borrow().get(&pid).cloned()
    }

    pub(super) fn records(&self) -> Vec<Rc<Record>> {
        self.0.processes.borrow().values().cloned().collect()
    }

    pub(super) fn children(&self, pid: u32) -> Vec<Rc<Record>> {
        self.0.processes.borrow().values().filter(|record| record.ppid.get() == pid).cloned().collect()
    }

    /// Whether that process is alive, may run, and is of that group.
    pub(super) fn is_waiting_in_group(&self, pid: u32, pgid: u32) -> bool {
        !self.is_frozen()
            && self.record(pid).is_some_and(|r| r.state.get() == State::Alive && (pgid == 0 || r.pgid.get() == pgid))
    }

    /// Whether no process of the group has a parent in another group of the same session, one that could continue it.
    pub(super) fn is_orphaned_group(&self, pgid: u32) -> bool {
        !self.records().iter().filter(|record| record.pgid.get() == pgid).any(|record| {
            self.record(record.ppid.get())
                .is_some_and(|parent| parent.pgid.get() != pgid && parent.sid.get() == record.sid.get())
        })
    }

    /// Stops or resumes all of it (`docker pause`): no process is polled while it is frozen.
    pub fn freeze(&self, frozen: bool) {
        self.0.frozen.set(frozen);
        if !frozen {
            self.records().iter().for_each(|record| record.wake());
        }
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        self.0.frozen.get()
    }

    // ---- signals

    /// Sends a signal from outside the machine (`docker kill`). ESRCH.
    pub fn signal(&self, pid: u32, signal: Signal) -> Result<(), Errno> {
        let record = self.record(pid).ok_or(Errno::ESRCH)?;
        self.deliver(&record, signal, Origin::Outside);
        Ok(())
    }

    /// Sends a signal from outside to a process group. ESRCH.
    pub fn signal_group(&self, pgid: u32, signal: Signal) -> Result<(), Errno> {
        let group: Vec<_> = self.records().into_iter().filter(|record| record.pgid.get() == pgid).collect();
        if group.is_empty() {
            return Err(Errno::ESRCH);
        }
        group.iter().for_each(|record| self.deliver(record, signal, Origin::Outside));
        Ok(())
    }

    /// Ends every process.
    pub fn kill_all(&self) {
        self.records().iter().for_each(|record| self.deliver(record, Signal::KILL, Origin::Outside));
    }

    pub(super) fn signal_group_from_tty(&self, pgid: u32, signal: Signal) {
        for record in self.records().iter().filter(|record| record.pgid.get() == pgid) {
            self.deliver(record, signal, Origin::Inside);
        }
    }

    pub(super) fn signal_from_kernel(&self, pid: u32, signal: Signal) {
        if let Some(record) = self.record(pid) {
            self.deliver(&record, signal, Origin::Inside);
        }
    }

    pub(super) fn deliver(&self, record: &Rc<Record>, signal: Signal, origin: Origin) {
        if record.state.get() == State::Zombie {
            return;
        }
        if signal == Signal::CONT {
            self.resume(record);
        }
        // Linux shields a namespace's init from signals it does not handle; only KILL and STOP from outside get through.
        let shielded = record.pid == 1;
        if signal.is_uncatchable() {
            if shielded && origin == Origin::Inside {
                return;
            }
        } else if record.ignored.get().contains(signal) {
            return;
        } else if record.caught.get().contains(signal) {
            let mut pending = record.pending.borrow_mut();
            if !pending.contains(&signal) {
                pending.push_back(signal);
            }
            record.interrupt.set(true);
            drop(pending);
            return record.wake();
        } else if shielded {
            return;
        }
        match signal.action() {
            Action::Terminate | Action::Core => {
                if record.killed.get().is_none() || signal == Signal::KILL {
                    record.killed.set(Some(signal));
                }
                record.wake();
            }
            Action::Stop => {
                // A group that nobody could continue is not stopped by its terminal.
                if signal == Signal::STOP || !self.is_orphaned_group(record.pgid.get()) {
                    self.stop(record, signal);
                }
            }
            Action::Ignore | Action::Continue => {}
        }
    }

    fn stop(&self, record: &Record, signal: Signal) {
        if record.state.get() == State::Alive {
            record.state.set(State::Stopped);
            record.news.set(Some(WaitStatus::Stopped(signal)));
            self.wake_parent(record);
        }
    }

    fn resume(&self, record: &Record) {
        if record.state.get() == State::Stopped {
            record.state.set(State::Alive);
            record.news.set(Some(WaitStatus::Continued));
            record.wake();
            self.wake_parent(record);
        }
    }

    fn wake_parent(&self, record: &Record) {
        if let Some(parent) = self.record(record.ppid.get()) {
            parent.wake();
        }
        record.wake_waiting();
    }

    // ---- the end of a process

    /// The first step of PID 1's end: everything else is killed, and only when all of it is gone has PID 1 ended too.
    /// Says whether there is something to wait for.
    pub(super) fn end_with_init(&self, record: &Rc<Record>) -> bool {
        if record.pid != 1 {
            return false;
        }
        self.records().iter().filter(|other| other.pid != 1).for_each(|other| self.reap(other));
        let others = self.process_count() > 1;
        if others {
            let fds: Fds = record.fds.take();
            drop(fds);
            self.kill_all();
        }
        others
    }

    pub(super) fn finish(&self, record: &Rc<Record>, status: ExitStatus) {
        if record.state.get() == State::Zombie {
            return;
        }
        record.state.set(State::Zombie);
        record.status.set(Some(status));
        record.task.set(None);
        let fds: Fds = record.fds.take();
        drop(fds);
        record.env.borrow_mut().clear();
        self.leave_session(record);
        self.hand_over_children(record);
        let parent = self.record(record.ppid.get()).filter(|parent| parent.state.get() != State::Zombie);
        if let Some(parent) = parent {
            let unwanted =
                parent.ignored.get().contains(Signal::CHLD) || (record.adopted.get() && parent.reaps_orphans.get());
            if unwanted {
                self.reap(record);
            }
            self.deliver(&parent, Signal::CHLD, Origin::Inside);
            parent.wake();
        } else {
            self.reap(record);
        }
        if let Some(init) = self.record(1).filter(|init| init.ending.get()) {
            // Nobody waits for them any more.
            self.reap(record);
            init.wake();
        }
        record.wake_waiting();
    }

    /// A session's leader leaves: its terminal's foreground, and whoever is stopped, hears of it.
    fn leave_session(&self, record: &Record) {
        let tty = record.tty.take();
        if record.sid.get() != record.pid {
            return;
        }
        let Some(tty) = tty else { return };
        if tty.session() == record.sid.get() {
            let foreground = tty.foreground();
            tty.lose_session();
            for other in self.records() {
                let stopped = other.state.get() == State::Stopped;
                if other.sid.get() == record.sid.get() && (stopped || other.pgid.get() == foreground) {
                    self.deliver(&other, Signal::HUP, Origin::Inside);
                    self.deliver(&other, Signal::CONT, Origin::Inside);
                }
            }
        }
    }

    /// Orphans become children of PID 1.
    fn hand_over_children(&self, record: &Record) {
        let init = self.record(1).filter(|init| init.state.get() != State::Zombie && init.pid != record.pid);
        for child in self.children(record.pid) {
            child.ppid.set(init.as_ref().map_or(0, |init| init.pid));
            child.adopted.set(true);
            let reaps = init.as_ref().is_none_or(|init| init.reaps_orphans.get());
            if reaps && child.state.get() == State::Zombie {
                self.reap(&child);
            } else if let Some(init) = &init {
                init.wake();
            }
        }
    }

    /// Takes an ended process out of the table.
    pub(super) fn reap(&self, record: &Rc<Record>) {
        if record.state.get() == State::Zombie {
            let old = {
                let mut processes = self.0.processes.borrow_mut();
                match processes.get(&record.pid) {
                    Some(same) if Rc::ptr_eq(same, record) => processes.remove(&record.pid),
                    _ => None,
                }
            };
            drop(old);
        }
    }
}

/// What a new process is and runs.
struct Identity {
    argv: Rc<[String]>,
    exe: Rc<str>,
    comm: Rc<str>,
    flavor: Flavor,
    code: Code,
}

impl Identity {
    fn new(loaded: Option<Loaded>, body: Option<super::Body>, argv: Vec<String>, parent: Option<&Record>) -> Identity {
        if let Some(loaded) = loaded {
            let program = loaded.program;
            return Identity {
                argv: loaded.argv.into(),
                exe: loaded.exe,
                comm: loaded.comm.into(),
                flavor: loaded.flavor,
                code: Code::Start(Box::new(move |proc| program(proc))),
            };
        }
        let exe = parent.map_or_else(|| Rc::from(""), |parent| parent.exe.borrow().clone());
        let comm = parent.map_or_else(
            || super::exec::basename(argv.first().map_or("", String::as_str)).into(),
            |parent| parent.comm.borrow().clone(),
        );
        Identity {
            argv: argv.into(),
            exe,
            comm,
            flavor: parent.map_or(Flavor::Gnu, |parent| parent.flavor.get()),
            code: body.map_or(Code::Done, Code::Start),
        }
    }
}
