//! The client's side of an attached container or exec: bytes between the host's streams and the engine's, the
//! terminal in raw mode meanwhile, its size passed on, signals forwarded. It must not know what runs inside.

use super::error::CliError;
use super::Cli;
use crate::engine::api::{Attached, Frame, Sink, StreamKind};
use crate::kernel::{race, Signal};

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
    let Attached { stdin, mut output, detached, .. } = attached;
    let raw = if wires.stdin && wires.tty { cli.raw_mode() } else { None };
    if wires.proxy {
        cli.catch(PROXIED);
    }
    if wires.tty {
        cli.catch(&[Signal::WINCH]);
    }
    let show = async {
        while let Some(frame) = output.next().await {
            write(cli, frame).await;
        }
    };
    race(show, feed(cli, target, wires, stdin)).await;
    drop(raw);
    if detached.get() {
        Ended::Detached
    } else {
        Ended::Finished
    }
}

/// Passes on what is typed and what signals come in, for ever.
async fn feed(cli: &Cli, target: Target<'_>, wires: Wires, mut stdin: Sink) {
    let mut open = wires.stdin;
    loop {
        while let Some(signal) = cli.take_signal() {
            pass_on(cli, target, wires, signal).await;
        }
        if !open {
            let signal = cli.next_signal().await;
            pass_on(cli, target, wires, signal).await;
            continue;
        }
        // A caught signal ends the read, and is passed on at the next turn.
        let Ok(bytes) = cli.read().await else { continue };
        if bytes.is_empty() || stdin.write(&bytes).await.is_err() {
            stdin.close();
            open = false;
        }
    }
}

async fn pass_on(cli: &Cli, target: Target<'_>, wires: Wires, signal: Signal) {
    match target {
        target if signal == Signal::WINCH && wires.tty => target.resize(cli, 0).await,
        Target::Container(id) if wires.proxy => {
            // A container that has just ended needs no signal.
            let _ = cli.engine.container_kill(id, &signal.name()).await;
        }
        _ => {}
    }
}

/// The signals that the client hands to a container without a terminal.
const PROXIED: &[Signal] = &[
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALRM,
    Signal::TERM,
    Signal::CONT,
    Signal::TSTP,
    Signal::WINCH,
];

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
