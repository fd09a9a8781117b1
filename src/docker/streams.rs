//! The client's side of an attached container or exec: bytes between the host's streams and the engine's, the
//! terminal in raw mode meanwhile, its size passed on, signals forwarded. It must not know what runs inside.

use super::error::CliError;
use super::Cli;
use crate::engine::api::{Attached, Frame, StreamKind};
use crate::kernel::{race, Either};

/// What a connection is to.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A container, by its id.
    Container(&'a str),
    /// An exec, by its id.
    Exec(&'a str),
}

impl Target<'_> {
    /// Tells the engine the terminal's size; what it says to that does not matter (a process may have ended).
    pub async fn resize(self, cli: &Cli, more: u16) {
        let Some(size) = cli.size(1) else { return };
        let (rows, cols) = (size.rows + more, size.cols + more);
        let _ = match self {
            Target::Container(id) => cli.engine.container_resize(id, rows, cols).await,
            Target::Exec(id) => cli.engine.exec_resize(id, rows, cols).await,
        };
    }
}

/// Which connections a client makes.
#[derive(Clone, Copy, Debug)]
pub struct Wires {
    /// Whether the host's input goes in.
    pub stdin: bool,
    /// Whether the container has a terminal.
    pub tty: bool,
    /// Whether signals to the client go to the container.
    pub proxy: bool,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The process did, or its output.
    Finished,
    /// The user typed the detach keys.
    Detached,
}

/// Carries bytes both ways until the output ends.
pub async fn carry(cli: &Cli, target: Target<'_>, wires: Wires, attached: Attached) -> Ended {
    let Attached { mut stdin, mut output, detached, .. } = attached;
    let raw = if wires.stdin && wires.tty { cli.raw_mode() } else { None };
    let show = async {
        while let Some(frame) = output.next().await {
            write(cli, frame).await;
        }
    };
    let feed = async {
        if wires.stdin {
            while let Some(bytes) = cli.read_stdin().await {
                if stdin.write(&bytes).await.is_err() {
                    break;
                }
            }
            stdin.close();
        }
        std::future::pending::<()>().await;
    };
    let signals = async {
        loop {
            let signal = cli.next_signal().await;
            match (signal.as_str(), target) {
                ("WINCH", target) if wires.tty => target.resize(cli, 0).await,
                (signal, Target::Container(id)) if wires.proxy => {
                    let _ = cli.engine.container_kill(id, signal).await;
                }
                _ => {}
            }
        }
    };
    let catching = cli.catch_signals(wires.proxy, wires.tty);
    let others = race(feed, signals);
    let end = race(show, others).await;
    drop(catching);
    drop(raw);
    debug_assert!(matches!(end, Either::Left(())));
    if detached.get() {
        Ended::Detached
    } else {
        Ended::Finished
    }
}

/// A piece of output to where it belongs.
pub async fn write(cli: &Cli, frame: Frame) {
    match frame.kind {
        StreamKind::Stderr => cli.err_bytes(&frame.bytes).await,
        _ => cli.out_bytes(&frame.bytes).await,
    }
}

/// A container's terminal wants a terminal on this side, where input goes in.
pub fn check_tty(cli: &Cli, stdin: bool, tty: bool) -> Result<(), CliError> {
    if stdin && tty && !cli.is_terminal(0) {
        return Err(CliError::new(1, "the input device is not a TTY"));
    }
    Ok(())
}
