//! The life of a container: its start, the carrying of its output, its end and what follows from that. Who orders
//! what is told in `control`; what the process does is the kernel's.

use super::containers::{Container, Waiter};
use super::process::{launch, Failure, Launch};
use super::{merge, network, rootfs, SimEngine};
use crate::ambient::{Time, SECOND};
use crate::engine::api::{EngineError, StreamKind, WaitCondition, WaitError, WaitResult};
use crate::engine::snapshot::ContainerState;
use crate::kernel::{dev, join, pipe, Child, Fds, Notify, OpenFile, PipeReader, PipeWriter, Procfs, Size, System, Tty};
use crate::layerfs::{SharedMount, Vfs};
use crate::sorted::VecMap;
use std::cell::RefCell;
use std::rc::Rc;

/// The first delay of a restart policy; it doubles.
const RESTART_DELAY: i64 = 100_000_000;
/// A run of this length makes the delay start over.
const RESTART_STEADY: i64 = 10 * SECOND;
/// How much of a pipe is read at once.
pub(super) const CHUNK: usize = 32 * 1024;

/// What there is of a container while it runs.
pub(super) struct Running {
    pub(super) system: System,
    pub(super) child: Child,
    pub(super) tty: Option<Tty>,
    /// The writing side of its input, until that is closed.
    pub(super) stdin: RefCell<Option<Rc<PipeWriter>>>,
    /// Told when it has ended.
    pub(super) ended: Notify,
    /// The files it has from the host.
    pub(super) files: SharedMount,
}

impl Running {
    pub(super) async fn ended(&self) {
        self.ended.changed(0).await;
    }
}

/// The engine's side of a new process's streams.
pub(super) struct Ends {
    pub(super) fds: Fds,
    pub(super) tty: Option<Tty>,
    pub(super) stdin: Option<Rc<PipeWriter>>,
    pub(super) stdout: Option<PipeReader>,
    pub(super) stderr: Option<PipeReader>,
}

impl Ends {
    /// A terminal, or pipes; without `stdin` the input is empty.
    pub(super) fn new(tty: bool, stdin: bool) -> Ends {
        if tty {
            let tty = Tty::new(Size::default());
            return Ends { fds: Fds::on_tty(&tty), tty: Some(tty), stdin: None, stdout: None, stderr: None };
        }
        let (out_reader, out_writer) = pipe();
        let (err_reader, err_writer) = pipe();
        let (input, writer) = match stdin {
            true => {
                let (reader, writer) = pipe();
                (OpenFile::pipe_reader(reader), Some(Rc::new(writer)))
            }
            false => (OpenFile::null(), None),
        };
        let fds = Fds::standard(input, OpenFile::pipe_writer(out_writer), OpenFile::pipe_writer(err_writer));
        Ends { fds, tty: None, stdin: writer, stdout: Some(out_reader), stderr: Some(err_reader) }
    }
}

impl SimEngine {
    /// Starts it, or says why not; then its exit code says so too.
    pub(super) fn start_container(self: &Rc<Self>, container: &Rc<Container>) -> Result<(), EngineError> {
        let started = self.try_start(container);
        if let Err((error, code)) = &started {
            self.start_failed(container, error, *code);
        }
        started.map_err(|(error, _)| error)
    }

    fn try_start(self: &Rc<Self>, container: &Rc<Container>) -> Result<(), (EngineError, i32)> {
        let (name, host) = (container.name(), container.get().host_config.clone());
        let config = &container.config;
        let (endpoint, sandbox) = {
            let mut state = self.state.borrow_mut();
            let (id, sandbox) = (state.ids.hex64(), state.ids.hex64());
            let endpoint = match network::is_bridge(&host) {
                true => Some(state.bridge.connect(&name, id, config, &host).map_err(|e| (e, 128))?),
                false => None,
            };
            (endpoint, sandbox)
        };
        let connected = endpoint.is_some();
        {
            let mut inner = container.edit();
            inner.host_part = endpoint.as_ref().map_or(0, |e| e.host_part);
            inner.endpoint = endpoint;
            inner.sandbox = Some(sandbox.into());
        }
        if connected {
            self.network_event(container, "connect");
        }
        self.mount_events(container, "mount");
        let (system, files) = self.boot(container).map_err(with_code)?;
        let ends = Ends::new(config.tty, config.open_stdin);
        if let Some(tty) = &ends.tty {
            let index = system.add_tty(tty);
            let now = self.kernel.now();
            // Without a /dev of its own the container goes without the device file.
            let _ = system.with_vfs(|vfs| dev::add_terminal(vfs, now, index, true));
        }
        let child = launch(
            &system,
            Launch {
                argv: merge::command(config),
                env: merge::environment(&config.hostname, config.tty, config.env.as_deref().unwrap_or_default()),
                user: config.user.clone(),
                group_add: host.group_add.clone().unwrap_or_default(),
                working_dir: config.working_dir.clone(),
                fds: ends.fds,
                tty: ends.tty.clone(),
                init: host.init == Some(true),
            },
        )
        .map_err(|failure| match failure {
            Failure::Engine(error) => with_code(error),
            Failure::Oci(problem) => with_code(EngineError::Oci { problem }),
        })?;
        let running = Rc::new(Running {
            system,
            child,
            tty: ends.tty,
            stdin: RefCell::new(ends.stdin),
            ended: Notify::new(),
            files,
        });
        {
            let mut inner = container.edit();
            inner.running = Some(running.clone());
            inner.state = ContainerState::Running;
            inner.exit_code = 0;
            inner.error = String::new();
            inner.started = self.kernel.now();
            inner.stopped_by_hand = false;
        }
        self.container_event(container, "start", VecMap::new());
        self.attend(container);
        self.changes.notify();
        let (engine, container) = (self.clone(), container.clone());
        let (stdout, stderr) = (ends.stdout, ends.stderr);
        self.kernel.spawn(async move { engine.run(container, running, stdout, stderr).await });
        Ok(())
    }

    /// The machine that a container is: its file system as it is now, with everything that is mounted into it.
    fn boot(&self, container: &Container) -> Result<(System, SharedMount), EngineError> {
        let now = self.kernel.now();
        let config = &container.config;
        let root = container.get().root.clone();
        rootfs::make_dir(&root, &config.working_dir, now);
        root.borrow_mut().remount();
        let mut vfs = Vfs::with_root(root);
        let (files, read_only) = {
            let inner = container.get();
            let host = &inner.host_config;
            let own_shm = host.tmpfs.iter().flatten().any(|(path, _)| merge::clean(path) == "/dev/shm");
            self.fixtures.mount(&mut vfs, now, (!own_shm).then_some(host.shm_size.unsigned_abs()));
            (rootfs::host_dir(now, config, host, inner.host_part), host.readonly_rootfs)
        };
        self.mount_all(&mut vfs, container, &files, true)?;
        if read_only {
            vfs.set_root_read_only();
        }
        let system = System::new(&self.kernel, vfs, &config.hostname, self.programs.clone());
        let proc = Rc::new(Procfs::new(&system));
        let _ = system.change_mounts(|vfs| vfs.mount_pseudo("/proc", proc, "proc"));
        Ok((system, files))
    }

    fn start_failed(self: &Rc<Self>, container: &Rc<Container>, error: &EngineError, code: i32) {
        let (endpoint, remove, waiters) = {
            let mut inner = container.edit();
            inner.error = error.to_string();
            inner.exit_code = code;
            inner.clients.clear();
            if inner.state == ContainerState::Restarting {
                inner.state = ContainerState::Exited;
            }
            (inner.endpoint.take(), inner.host_config.auto_remove, inner.take_waiters(|c| c != WaitCondition::Removed))
        };
        if let Some(endpoint) = endpoint {
            self.network_event(container, "disconnect");
            self.state.borrow_mut().bridge.disconnect(&endpoint);
        }
        self.mount_events(container, "unmount");
        tell(waiters, code, Some(error));
        self.changes.notify();
        if remove {
            self.remove_now(container, true);
        }
    }

    /// Carries the output away until the process has ended, then sees to the rest.
    async fn run(
        self: Rc<Self>,
        container: Rc<Container>,
        running: Rc<Running>,
        stdout: Option<PipeReader>,
        stderr: Option<PipeReader>,
    ) {
        let ending = async {
            let status = running.child.wait().await;
            running.system.kill_all();
            running.stdin.replace(None);
            if let Some(tty) = &running.tty {
                tty.hangup();
            }
            status
        };
        let pumps = async {
            match &running.tty {
                Some(tty) => self.pump_tty(&container, tty).await,
                None => {
                    let out = self.pump(&container, stdout, StreamKind::Stdout);
                    let err = self.pump(&container, stderr, StreamKind::Stderr);
                    join(out, err).await;
                }
            }
        };
        let (status, ()) = join(ending, pumps).await;
        self.tick(COST_EXIT);
        self.exited(&container, &running, status.code());
    }

    async fn pump_tty(&self, container: &Rc<Container>, tty: &Tty) {
        loop {
            let bytes = tty.master_read(CHUNK).await;
            if bytes.is_empty() {
                break;
            }
            self.wrote(container, StreamKind::Stdout, &bytes).await;
        }
        container.touch().log.flush(self.kernel.now(), StreamKind::Stdout);
    }

    async fn pump(&self, container: &Rc<Container>, from: Option<PipeReader>, kind: StreamKind) {
        let Some(from) = from else { return };
        loop {
            let bytes = from.read(CHUNK).await;
            if bytes.is_empty() {
                break;
            }
            self.wrote(container, kind, &bytes).await;
        }
        container.touch().log.flush(self.kernel.now(), kind);
    }

    /// A piece of output: into the log, and to everyone who is connected.
    async fn wrote(&self, container: &Rc<Container>, kind: StreamKind, bytes: &[u8]) {
        let clients = {
            let mut inner = container.touch();
            if inner.log.write(self.kernel.now(), kind, bytes) {
                self.logged.notify();
            }
            inner.clients.wanting(kind)
        };
        super::streams::deliver(clients, kind, bytes).await;
    }

    fn exited(self: &Rc<Self>, container: &Rc<Container>, running: &Rc<Running>, code: i32) {
        let now = self.kernel.now();
        let endpoint = {
            let mut inner = container.edit();
            inner.running = None;
            inner.state = ContainerState::Exited;
            inner.exit_code = code;
            inner.finished = now;
            inner.clients.clear();
            inner.endpoint.take()
        };
        self.execs_ended(container);
        self.container_event(container, "die", VecMap::from([("exitCode".to_owned(), code.to_string())]));
        if let Some(endpoint) = endpoint {
            self.network_event(container, "disconnect");
            self.state.borrow_mut().bridge.disconnect(&endpoint);
        }
        self.mount_events(container, "unmount");
        let again = self.restarts(container, code, now);
        let waiters = {
            let mut inner = container.edit();
            if again.is_some() {
                inner.state = ContainerState::Restarting;
                inner.restart_count += 1;
            }
            inner.take_waiters(|c| c != WaitCondition::Removed)
        };
        running.ended.notify();
        tell(waiters, code, None);
        self.changes.notify();
        self.logged.notify();
        if let Some(delay) = again {
            self.restart_later(container, delay);
        } else if container.get().host_config.auto_remove && !container.get().removing {
            self.remove_now(container, true);
        }
    }

    /// Whether the restart policy brings it back, and after how long.
    fn restarts(&self, container: &Container, code: i32, now: Time) -> Option<i64> {
        let inner = container.get();
        let policy = &inner.host_config.restart_policy;
        let wanted = match policy.name.as_str() {
            "always" | "unless-stopped" => true,
            "on-failure" => {
                let max = policy.maximum_retry_count;
                code != 0 && (max == 0 || i64::from(inner.restart_count) < max)
            }
            _ => false,
        };
        if !wanted || inner.stopped_by_hand || inner.removing {
            return None;
        }
        let steady = now.0 - inner.started.0 >= RESTART_STEADY;
        let doublings = if steady { 0 } else { inner.restart_count.min(9) };
        Some((RESTART_DELAY << doublings).min(60 * SECOND))
    }

    fn restart_later(self: &Rc<Self>, container: &Rc<Container>, delay: i64) {
        let (engine, container) = (self.clone(), container.clone());
        self.kernel.spawn(async move {
            engine.kernel.sleep(delay).await;
            let still = container.get().state == ContainerState::Restarting && !container.get().stopped_by_hand;
            if still {
                // A failure is in the container's state; nobody waits for it here.
                let _ = engine.start_container(&container);
            }
        });
    }

    /// Takes a container that does not run out of the engine, with its anonymous volumes where `volumes` says so.
    pub(super) fn remove_now(self: &Rc<Self>, container: &Rc<Container>, volumes: bool) {
        let (waiters, execs, code, error) = {
            let mut inner = container.edit();
            inner.removing = true;
            inner.clients.clear();
            let error = (!inner.error.is_empty()).then(|| inner.error.clone());
            (inner.take_waiters(|_| true), std::mem::take(&mut inner.execs), inner.exit_code, error)
        };
        {
            let mut state = self.state.borrow_mut();
            for exec in execs {
                state.execs.remove(&exec);
            }
            state.containers.remove(container);
            if let Some(top) = &container.top {
                state.layers.release(top);
            }
            state.release_mounts(self.kernel.now(), &container.mounts, volumes);
        }
        self.container_event(container, "destroy", VecMap::new());
        let status_code = i64::from(code);
        for waiter in waiters {
            let error = error.clone().map(|message| WaitError { message });
            let _ = waiter.sender.push(WaitResult { error, status_code });
        }
        self.changes.notify();
        self.logged.notify();
    }
}

/// Why it could not start, and the exit code that it gets for this.
fn with_code(error: EngineError) -> (EngineError, i32) {
    let code = match &error {
        EngineError::Oci { problem } => problem.exit_code(),
        _ => 128,
    };
    (error, code)
}

/// Nanoseconds of virtual time that the daemon takes.
pub(super) const COST_START: i64 = 240_000_000;
const COST_EXIT: i64 = 20_000_000;

pub(super) fn tell(waiters: Vec<Waiter>, code: i32, error: Option<&EngineError>) {
    for waiter in waiters {
        let error = error.map(|e| WaitError { message: e.to_string() });
        // Whoever no longer listens need not be told.
        let _ = waiter.sender.push(WaitResult { error, status_code: i64::from(code) });
    }
}
