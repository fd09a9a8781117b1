//! Connections to a container's standard streams, and its log. Where output comes from is told in `lifecycle`.

use super::containers::Container;
use super::detach::DetachFilter;
use super::logs::LogEntry;
use super::streams::{Client, WAITING};
use super::SimEngine;
use crate::engine::api::{
    channel, pipe, AttachOptions, Attached, ByteSink, Closed, EngineError, Frame, LogsOptions, Sink, Stream, StreamKind,
};
use crate::engine::snapshot::ContainerState;
use crate::sorted::VecMap;
use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What is typed to a container that reads nothing.
pub(super) struct Discard;

impl ByteSink for Discard {
    fn poll_write(&mut self, _cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Closed>> {
        Poll::Ready(Ok(data.len()))
    }

    fn close(&mut self) {}
}

impl SimEngine {
    pub(super) fn attach(self: &Rc<Self>, typed: &str, options: &AttachOptions) -> Result<Attached, EngineError> {
        let filter = DetachFilter::new(options.detach_keys.as_deref())?;
        let container = self.find(typed)?;
        match container.get().state {
            ContainerState::Paused => return Err(EngineError::PausedForAttach { name: typed.to_owned() }),
            ContainerState::Restarting => return Err(EngineError::RestartingForAttach { name: typed.to_owned() }),
            _ => {}
        }
        let tty = container.config.tty;
        let (sender, output) = channel(WAITING);
        if options.logs {
            let inner = container.get();
            let mut number = 0;
            while let Some((n, entry)) = inner.log.entry(number) {
                let _ = sender.push(Frame { kind: entry.kind, bytes: entry.bytes.to_vec() });
                number = n + 1;
            }
        }
        let detached = Rc::new(Cell::new(false));
        let client = options.stream.then(|| {
            let client = Client { sender, stdout: options.stdout, stderr: options.stderr };
            container.touch().clients.add(client)
        });
        self.attend(&container);
        self.container_event(&container, "attach", VecMap::new());
        let stdin = match client.filter(|_| options.stdin && container.config.open_stdin) {
            None => Sink::new(Discard),
            Some(client) => {
                let (sink, typed) = pipe(WAITING);
                let (engine, flag) = (self.clone(), detached.clone());
                self.kernel.spawn(async move { engine.feed(container, client, typed, filter, flag).await });
                sink
            }
        };
        Ok(Attached { stdin, output, tty, detached })
    }

    /// Carries what one client types into the container, until either is gone.
    async fn feed(
        self: Rc<Self>,
        container: Rc<Container>,
        client: u64,
        mut typed: Stream<Vec<u8>>,
        mut filter: DetachFilter,
        detached: Rc<Cell<bool>>,
    ) {
        let tty = container.config.tty;
        while let Some(bytes) = typed.next().await {
            // Only a terminal's keys may detach.
            let (pass, detach) = if tty {
                let filtered = filter.feed(&bytes);
                (filtered.pass, filtered.detach)
            } else {
                (bytes, false)
            };
            if !pass.is_empty() && !self.type_into(&container, client, &pass).await {
                return;
            }
            if detach {
                detached.set(true);
                container.touch().clients.remove(client);
                self.attend(&container);
                self.container_event(&container, "detach", VecMap::new());
                return;
            }
        }
        if container.config.stdin_once && !tty {
            self.close_stdin(&container, client).await;
        } else {
            container.touch().clients.remove(client);
            self.attend(&container);
        }
    }

    /// Waits until it runs, then writes; false when the client is gone.
    async fn type_into(&self, container: &Rc<Container>, client: u64, bytes: &[u8]) -> bool {
        if !self.until_running(container, client).await {
            return false;
        }
        let Some(running) = container.running() else { return true };
        if let Some(tty) = &running.tty {
            tty.input(bytes);
            return true;
        }
        let stdin = running.stdin.borrow().clone();
        if let Some(stdin) = stdin {
            // A process that no longer reads is no error of the client's.
            let _ = stdin.write(bytes).await;
        }
        true
    }

    async fn close_stdin(&self, container: &Rc<Container>, client: u64) {
        if self.until_running(container, client).await {
            if let Some(running) = container.running() {
                running.stdin.replace(None);
            }
        }
    }

    /// A client may type before the start: what it types waits. False when the client is gone.
    async fn until_running(&self, container: &Rc<Container>, client: u64) -> bool {
        loop {
            let seen = self.changes.version();
            if container.running().is_some() {
                return true;
            }
            if !container.get().clients.has(client) {
                return false;
            }
            self.changes.changed(seen).await;
        }
    }

    /// Tells the kernel whether somebody watches what the container does.
    pub(super) fn attend(&self, container: &Container) {
        let inner = container.get();
        if let Some(running) = &inner.running {
            let watched = !inner.clients.is_empty();
            running.system.set_attended(watched);
            if let Some(tty) = &running.tty {
                tty.set_attended(watched);
            }
        }
    }

    /// `docker logs`.
    pub(super) fn logs(
        self: &Rc<Self>,
        container: &Rc<Container>,
        options: LogsOptions,
    ) -> Result<Stream<Frame>, EngineError> {
        if !options.stdout && !options.stderr {
            return Err(EngineError::NoStreamChosen);
        }
        let start = match options.tail {
            Some(tail) => container.get().log.tail_start(tail, |e| wants(&options, e)),
            None => 0,
        };
        if !options.follow {
            let mut number = start;
            let mut frames = Vec::new();
            let inner = container.get();
            while let Some((n, entry)) = inner.log.entry(number) {
                if wants(&options, entry) {
                    frames.push(frame(&options, entry));
                }
                number = n + 1;
            }
            return Ok(Stream::of(frames));
        }
        let (sender, stream) = channel(WAITING);
        let (engine, container) = (self.clone(), container.clone());
        self.kernel.spawn(async move {
            let mut number = start;
            loop {
                let seen = engine.logged.version();
                loop {
                    let next =
                        container.get().log.entry(number).map(|(n, e)| (n, wants(&options, e), frame(&options, e)));
                    let Some((n, wanted, frame)) = next else { break };
                    number = n + 1;
                    if wanted && sender.send(frame).await.is_err() {
                        return;
                    }
                }
                if !container.is_running() || options.until.is_some_and(|u| u <= engine.kernel.now()) {
                    return;
                }
                if let crate::kernel::Either::Right(()) =
                    crate::kernel::race(engine.logged.changed(seen), sender.closed()).await
                {
                    return;
                }
            }
        });
        Ok(stream)
    }
}

fn wants(options: &LogsOptions, entry: &LogEntry) -> bool {
    let stream = match entry.kind {
        StreamKind::Stderr => options.stderr,
        StreamKind::Stdin | StreamKind::Stdout => options.stdout,
    };
    stream && options.since.is_none_or(|s| entry.time >= s) && options.until.is_none_or(|u| entry.time <= u)
}

fn frame(options: &LogsOptions, entry: &LogEntry) -> Frame {
    let mut bytes = Vec::with_capacity(entry.bytes.len() + 32);
    if options.timestamps {
        bytes.extend_from_slice(entry.time.rfc3339_fixed().as_bytes());
        bytes.push(b' ');
    }
    if options.details {
        bytes.push(b' ');
    }
    bytes.extend_from_slice(&entry.bytes);
    Frame { kind: entry.kind, bytes }
}
