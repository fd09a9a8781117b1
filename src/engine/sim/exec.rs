//! `docker exec`: one more process in a container that runs.

use super::containers::Container;
use super::detach::DetachFilter;
use super::lifecycle::{Ends, CHUNK};
use super::process::{launch, Failure, Launch};
use super::streams::WAITING;
use super::{merge, SimEngine};
use crate::engine::api::{
    channel, pipe, Attached, EngineError, ExecConfig, ExecInspect, ExecProcess, Frame, Sender, Sink, Stream, StreamKind,
};
use crate::engine::snapshot::ContainerState;
use crate::kernel::{dev, join, Child, PipeReader, PipeWriter, Size, Tty};
use crate::sorted::VecMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The exit code where the runtime could not start it.
const NOT_STARTED: i32 = 126;

/// One exec.
pub(super) struct Exec {
    id: Arc<str>,
    container: Rc<Container>,
    config: ExecConfig,
    state: RefCell<ExecState>,
}

#[derive(Clone)]
enum ExecState {
    Made,
    Running { child: Child, tty: Option<Tty> },
    Ended(i32),
}

impl Exec {
    /// Its container's id, where a person types into it.
    pub(super) fn interactive_in(&self) -> Option<Arc<str>> {
        match &*self.state.borrow() {
            ExecState::Running { tty: Some(tty), .. } if tty.is_attended() => Some(self.container.id.clone()),
            _ => None,
        }
    }
}

impl SimEngine {
    pub(super) fn make_exec(&self, typed: &str, config: ExecConfig) -> Result<String, EngineError> {
        let container = self.find(typed)?;
        DetachFilter::new(Some(&config.detach_keys))?;
        let state = container.get().state;
        match state {
            ContainerState::Paused => return Err(EngineError::PausedForExec { name: typed.to_owned() }),
            ContainerState::Restarting => return Err(EngineError::Restarting { id: container.id.to_string() }),
            _ => drop(container.expect_running()?),
        }
        let id: Arc<str> = self.state.borrow_mut().ids.hex64().into();
        let action = format!("exec_create: {}", config.cmd.join(" "));
        let exec = Exec { id: id.clone(), container: container.clone(), config, state: RefCell::new(ExecState::Made) };
        self.state.borrow_mut().execs.insert(id.clone(), Rc::new(exec));
        container.touch().execs.push(id.clone());
        self.container_event(&container, &action, VecMap::from([("execID".to_owned(), id.to_string())]));
        Ok(id.to_string())
    }

    fn exec(&self, id: &str) -> Result<Rc<Exec>, EngineError> {
        self.state.borrow().execs.get(id).cloned().ok_or_else(|| EngineError::NoSuchExec { id: id.to_owned() })
    }

    pub(super) fn start_exec(self: &Rc<Self>, id: &str, detach: bool) -> Result<Option<Attached>, EngineError> {
        let exec = self.exec(id)?;
        let made = matches!(*exec.state.borrow(), ExecState::Made);
        if !made {
            return Err(EngineError::ExecAlreadyRan { id: id.to_owned() });
        }
        let running = exec.container.expect_running()?;
        let container = &exec.container.config;
        let config = &exec.config;
        let ends = Ends::new(config.tty, config.attach_stdin);
        if let Some(tty) = &ends.tty {
            let index = running.system.add_tty(tty);
            let now = self.kernel.now();
            // Without a /dev of its own the container goes without the device file.
            let _ = running.system.with_vfs(|vfs| dev::add_terminal(vfs, now, index, false));
            tty.set_attended(!detach);
        } else if !detach {
            running.system.set_attended(true);
        }
        let mut env = merge::environment(&container.hostname, config.tty, container.env.as_deref().unwrap_or_default());
        for variable in config.env.iter().flatten() {
            if let Some((name, value)) = variable.split_once('=') {
                merge::set(&mut env, name, value);
            }
        }
        let user = if config.user.is_empty() { &container.user } else { &config.user };
        let working_dir = if config.working_dir.is_empty() { &container.working_dir } else { &config.working_dir };
        let action = format!("exec_start: {}", config.cmd.join(" "));
        self.container_event(&exec.container, &action, VecMap::from([("execID".to_owned(), id.to_owned())]));
        let launched = launch(
            &running.system,
            Launch {
                argv: config.cmd.clone(),
                env,
                user: user.clone(),
                group_add: exec.container.get().host_config.group_add.clone().unwrap_or_default(),
                working_dir: working_dir.clone(),
                fds: ends.fds,
                tty: ends.tty.clone(),
                init: false,
            },
        );
        let child = match launched {
            Ok(child) => child,
            Err(failure) => return self.exec_failed(&exec, failure, detach),
        };
        exec.state.replace(ExecState::Running { child: child.clone(), tty: ends.tty.clone() });
        let (sender, output) = channel(WAITING);
        let detached = Rc::new(Cell::new(false));
        let sender = Rc::new(RefCell::new((!detach).then_some(sender)));
        let stdin = match config.attach_stdin && !detach {
            false => Sink::new(super::attach::Discard),
            true => {
                let (sink, typed) = pipe(WAITING);
                let filter = DetachFilter::new(Some(&config.detach_keys))?;
                let feed = Feed {
                    tty: ends.tty.clone(),
                    stdin: ends.stdin,
                    filter,
                    sender: sender.clone(),
                    flag: detached.clone(),
                };
                self.kernel.spawn(feed.run(typed));
                sink
            }
        };
        let (engine, running_exec) = (self.clone(), exec.clone());
        let (stdout, stderr) = (ends.stdout, ends.stderr);
        self.kernel.spawn(async move { engine.run_exec(running_exec, child, stdout, stderr, sender).await });
        Ok((!detach).then_some(Attached { stdin, output, tty: config.tty, detached }))
    }

    /// The runtime's sentence is the exec's whole output.
    fn exec_failed(&self, exec: &Exec, failure: Failure, detach: bool) -> Result<Option<Attached>, EngineError> {
        let error = match failure {
            Failure::Engine(error) => error,
            Failure::Oci(problem) => EngineError::OciExec { problem },
        };
        exec.state.replace(ExecState::Ended(NOT_STARTED));
        if detach {
            return Err(error);
        }
        let frame = Frame { kind: StreamKind::Stdout, bytes: format!("{error}\r\n").into_bytes() };
        Ok(Some(Attached {
            stdin: Sink::new(super::attach::Discard),
            output: Stream::of([frame]),
            tty: exec.config.tty,
            detached: Rc::default(),
        }))
    }

    async fn run_exec(
        self: Rc<Self>,
        exec: Rc<Exec>,
        child: Child,
        stdout: Option<PipeReader>,
        stderr: Option<PipeReader>,
        sender: Rc<RefCell<Option<Sender<Frame>>>>,
    ) {
        let tty = match &*exec.state.borrow() {
            ExecState::Running { tty, .. } => tty.clone(),
            ExecState::Made | ExecState::Ended(_) => None,
        };
        let ending = async {
            let status = child.wait().await;
            if let Some(tty) = &tty {
                tty.hangup();
            }
            status
        };
        let pumps = async {
            match &tty {
                Some(tty) => loop {
                    let bytes = tty.master_read(CHUNK).await;
                    if bytes.is_empty() {
                        break;
                    }
                    give(&sender, StreamKind::Stdout, bytes).await;
                },
                None => {
                    let out = carry(stdout, StreamKind::Stdout, &sender);
                    let err = carry(stderr, StreamKind::Stderr, &sender);
                    join(out, err).await;
                }
            }
        };
        let (status, ()) = join(ending, pumps).await;
        let code = status.code();
        exec.state.replace(ExecState::Ended(code));
        sender.replace(None);
        self.attend(&exec.container);
        let attributes =
            VecMap::from([("exitCode".to_owned(), code.to_string()), ("execID".to_owned(), exec.id.to_string())]);
        self.container_event(&exec.container, "exec_die", attributes);
    }

    pub(super) fn inspect_exec(&self, id: &str) -> Result<ExecInspect, EngineError> {
        let exec = self.exec(id)?;
        let config = &exec.config;
        let (running, exit_code, pid) = match &*exec.state.borrow() {
            ExecState::Made => (false, None, 0),
            ExecState::Running { child, .. } => (true, None, self.host_pid(&exec.container, child.pid())),
            ExecState::Ended(code) => (false, Some(*code), 0),
        };
        let mut cmd = config.cmd.iter().cloned();
        Ok(ExecInspect {
            id: exec.id.to_string(),
            running,
            exit_code,
            process_config: ExecProcess {
                tty: config.tty,
                entrypoint: cmd.next().unwrap_or_default(),
                arguments: cmd.collect(),
                privileged: config.privileged,
                user: config.user.clone(),
            },
            open_stdin: config.attach_stdin,
            open_stderr: config.attach_stderr,
            open_stdout: config.attach_stdout,
            can_remove: false,
            container_id: exec.container.id.to_string(),
            detach_keys: String::new(),
            pid,
        })
    }

    pub(super) fn resize_exec(&self, id: &str, rows: u16, cols: u16) -> Result<(), EngineError> {
        let exec = self.exec(id)?;
        let state = exec.state.borrow().clone();
        match state {
            ExecState::Running { tty, .. } => {
                if let Some(tty) = tty {
                    tty.resize(Size { rows, cols });
                }
                Ok(())
            }
            ExecState::Made | ExecState::Ended(_) => Err(EngineError::ExecNotRunning { id: id.to_owned() }),
        }
    }

    /// The execs of a container that run now.
    pub(super) fn running_execs(&self, container: &Container) -> Option<Vec<String>> {
        let state = self.state.borrow();
        let running = |id: &&Arc<str>| {
            state.execs.get(*id).is_some_and(|e| matches!(*e.state.borrow(), ExecState::Running { .. }))
        };
        let ids: Vec<String> = container.get().execs.iter().filter(running).map(ToString::to_string).collect();
        Some(ids).filter(|ids| !ids.is_empty())
    }

    /// The daemon forgets the execs of a container that has ended.
    pub(super) fn execs_ended(&self, container: &Container) {
        let mut state = self.state.borrow_mut();
        container.touch().execs.retain(|id| {
            // One that has just been killed still has its exit code to tell.
            let running = state.execs.get(id).is_some_and(|e| matches!(*e.state.borrow(), ExecState::Running { .. }));
            if !running {
                state.execs.remove(id);
            }
            running
        });
    }
}

/// Carries what is typed to an exec.
struct Feed {
    tty: Option<Tty>,
    stdin: Option<Rc<PipeWriter>>,
    filter: DetachFilter,
    sender: Rc<RefCell<Option<Sender<Frame>>>>,
    flag: Rc<Cell<bool>>,
}

impl Feed {
    async fn run(mut self, mut typed: Stream<Vec<u8>>) {
        while let Some(bytes) = typed.next().await {
            match (&self.tty, &self.stdin) {
                (Some(tty), _) => {
                    let filtered = self.filter.feed(&bytes);
                    tty.input(&filtered.pass);
                    if filtered.detach {
                        self.flag.set(true);
                        self.sender.replace(None);
                        return;
                    }
                }
                (None, Some(stdin)) if stdin.write(&bytes).await.is_err() => return,
                (None, _) => {}
            }
        }
    }
}

async fn carry(from: Option<PipeReader>, kind: StreamKind, to: &RefCell<Option<Sender<Frame>>>) {
    let Some(from) = from else { return };
    loop {
        let bytes = from.read(CHUNK).await;
        if bytes.is_empty() {
            return;
        }
        give(to, kind, bytes).await;
    }
}

async fn give(to: &RefCell<Option<Sender<Frame>>>, kind: StreamKind, bytes: Vec<u8>) {
    let sender = to.borrow().clone();
    if let Some(sender) = sender {
        // A client that has gone is no error of the process's.
        let _ = sender.send(Frame { kind, bytes }).await;
    }
}
