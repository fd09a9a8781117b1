//! A machine: the student's computer, or one container. It holds the file system, the table of processes and the
//! programs there are, starts and ends processes and delivers their signals.

use super::exec::{load, Body, Loaded, Programs};
use super::family::{Child, Spawn};
use super::pipe::Pipe;
use super::proc::Proc;
use super::process::{Code, Process, Record, State};
use super::tty::Tty;
use super::{ExecError, Flavor, Kernel, Notify};
use crate::ambient::Time;
use crate::layerfs::{Errno, MountInfo, Vfs, Who};
use crate::sorted::VecMap;
use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};
use std::rc::{Rc, Weak};

/// Tells of mounts that somebody else keeps.
type MoreMounts = Box<dyn Fn() -> Vec<MountInfo>>;

struct Inner {
    kernel: Kernel,
    vfs: RefCell<Vfs>,
    hostname: RefCell<Rc<str>>,
    programs: Programs,
    processes: RefCell<VecMap<u32, Rc<Record>>>,
    next_pid: Cell<u32>,
    frozen: Cell<bool>,
    attended: Cell<bool>,
    ttys: RefCell<Vec<Option<Tty>>>,
    fifos: RefCell<VecMap<(u32, u64), Weak<Pipe>>>,
    mounts: RefCell<Rc<[MountInfo]>>,
    more_mounts: OnceCell<MoreMounts>,
    boot: Time,
}

/// A machine. Clones are the same one.
#[derive(Clone)]
pub struct System(Rc<Inner>);

/// A call on a machine's file system.
pub(super) struct VfsCall<'a> {
    pub(super) vfs: RefMut<'a, Vfs>,
    before: u64,
    files: &'a Notify,
}

impl Drop for VfsCall<'_> {
    #[inline(never)]
    fn drop(&mut self) {
        if self.vfs.generation() != self.before {
            self.files.notify();
        }
    }
}

/// A machine, without keeping it alive.
#[derive(Clone, Default)]
pub struct WeakSystem(Weak<Inner>);

impl WeakSystem {
    /// The machine, if it is still there.
    pub fn upgrade(&self) -> Option<System> {
        self.0.upgrade().map(System)
    }
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
        let mounts = vfs.mount_table().into();
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
            more_mounts: OnceCell::new(),
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

    /// When it was started.
    pub fn boot(&self) -> Time {
        self.0.boot
    }

    /// Calls on its file system. Waiters for changes of files are told if there were any. `f` must not call back into
    /// the kernel.
    pub fn with_vfs<R>(&self, f: impl FnOnce(&mut Vfs) -> R) -> R {
        f(&mut self.enter().vfs)
    }

    /// Its file system for one call; see [`System::with_vfs`]. Apart from it, so that a hundred callers do not each
    /// have a copy.
    #[inline(never)]
    pub(super) fn enter(&self) -> VfsCall<'_> {
        let vfs = self.0.vfs.borrow_mut();
        VfsCall { before: vfs.generation(), vfs, files: self.0.kernel.files() }
    }

    /// Its file system, to be looked at. Nothing else of this machine may run while it is held.
    pub fn vfs(&self) -> Ref<'_, Vfs> {
        self.0.vfs.borrow()
    }

    /// Changes what is mounted where, and has `/proc/mounts` show it.
    pub fn change_mounts<R>(&self, f: impl FnOnce(&mut Vfs) -> R) -> R {
        let (result, mounts) = self.with_vfs(|vfs| {
            let result = f(vfs);
            (result, vfs.mount_table())
        });
        *self.0.mounts.borrow_mut() = mounts.into();
        result
    }

    /// What is mounted where. While a call on the file system is under way (it asks for this to show `/proc/mounts`):
    /// as of the last `change_mounts`, without what is used.
    pub fn mounts(&self) -> Rc<[MountInfo]> {
        let own: Rc<[MountInfo]> = match self.0.vfs.try_borrow() {
            Ok(vfs) => vfs.mounts().into(),
            Err(_) => self.0.mounts.borrow().clone(),
        };
        match self.0.more_mounts.get() {
            Some(more) => own.iter().cloned().chain(more()).collect(),
            None => own,
        }
    }

    /// Lists these as mounted too; once only. `more` must not make calls on this machine.
    pub fn show_mounts(&self, more: MoreMounts) {
        // A second one would be a fault of whoever set the machine up; the first stays.
        let _ = self.0.more_mounts.set(more);
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
        let mut spawn = spawn;
        let parent = self.record(spawn.ppid);
        let identity = match spawn.program.take() {
            Some(body) => Identity::of_body(body, std::mem::take(&mut spawn.argv), parent.as_deref()),
            None => Identity::of_program(self.load(&mut spawn)?),
        };
        let pid = self.take_pid();
        let tty = spawn.tty.clone().filter(|_| spawn.new_session);
        let record = Rc::new(Record::new(self, pid, spawn, &identity, parent.as_deref()));
        if let Some(tty) = tty {
            tty.take_control(self, pid);
        }
        self.0.processes.borrow_mut().insert(pid, record.clone());
        let process = Process { proc: Proc(record.clone()), code: identity.code };
        record.task.set(Some(self.0.kernel.spawn(process)));
        Ok(Child(record))
    }

    fn load(&self, spawn: &mut Spawn) -> Result<Loaded, ExecError> {
        let argv = std::mem::take(&mut spawn.argv);
        let path = spawn.path.take().or_else(|| argv.first().cloned()).unwrap_or_default();
        let who = Who {
            cwd: &spawn.cwd,
            uid: spawn.cred.uid,
            gid: spawn.cred.gid,
            groups: &spawn.cred.groups,
            umask: spawn.umask,
            now: self.0.kernel.now(),
            pid: spawn.ppid,
        };
        load(self, &who, &path, argv)
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

    /// Takes a process out of the table.
    pub(super) fn forget(&self, record: &Rc<Record>) {
        let old = {
            let mut processes = self.0.processes.borrow_mut();
            match processes.get(&record.pid) {
                Some(same) if Rc::ptr_eq(same, record) => processes.remove(&record.pid),
                _ => None,
            }
        };
        drop(old);
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
}

/// What a new process is and runs.
pub(super) struct Identity {
    pub(super) argv: Rc<[String]>,
    pub(super) exe: Rc<str>,
    pub(super) comm: Rc<str>,
    pub(super) flavor: Flavor,
    code: Code,
}

impl Identity {
    fn of_program(loaded: Loaded) -> Identity {
        let program = loaded.program;
        Identity {
            argv: loaded.argv.into(),
            exe: loaded.exe,
            comm: loaded.comm.into(),
            flavor: loaded.flavor,
            code: Code::Start(Box::new(move |proc| program(proc))),
        }
    }

    /// A subshell is what its parent is.
    fn of_body(body: Body, argv: Vec<String>, parent: Option<&Record>) -> Identity {
        let name = super::exec::basename(argv.first().map_or("", String::as_str));
        Identity {
            exe: parent.map_or_else(|| Rc::from(""), |parent| parent.exe.borrow().clone()),
            comm: parent.map_or_else(|| name.into(), |parent| parent.comm.borrow().clone()),
            flavor: parent.map_or(Flavor::Gnu, |parent| parent.flavor.get()),
            argv: argv.into(),
            code: Code::Start(body),
        }
    }
}
