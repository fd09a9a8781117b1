//! `docker attach`: this terminal becomes that of a running container.

use super::super::error::{not_found, CliError};
use super::super::streams::{carry, check_tty, Ended, Target, Wires};
use super::super::{Args, Cli, Running};
use crate::engine::api::{AttachOptions, ContainerInspect, WaitCondition};

/// What `docker attach`, `exec` and others say of the detach keys.
pub const ESCAPED: &str = "read escape sequence";

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let name = args.arg(0);
        let waiting = cli.engine.container_wait(name, WaitCondition::NotRunning).await;
        let container = running(&cli, name).await?;
        let (tty, stdin) = (container.config.tty, !args.on("no-stdin"));
        check_tty(&cli, stdin, tty)?;
        let options = AttachOptions {
            stdin: stdin && container.config.open_stdin,
            stdout: true,
            stderr: true,
            stream: true,
            logs: false,
            detach_keys: args.get("detach-keys").map(str::to_owned),
        };
        let stdin = options.stdin;
        let attached = cli.engine.container_attach(name, options).await?;
        let target = Target::Container(&container.id);
        if tty && cli.is_terminal(1) {
            // Without another size first, a shell that was left by the detach keys would not draw its prompt again.
            target.resize(&cli, 1).await;
            cli.round_trip().await;
            target.resize(&cli, 0).await;
            cli.round_trip().await;
        }
        let wires = Wires { stdin, tty, proxy: !tty && args.switch("sig-proxy").unwrap_or(true) };
        if carry(&cli, target, wires, attached).await == Ended::Detached {
            return Err(CliError::new(1, ESCAPED));
        }
        let result = waiting?.await?;
        match result.error {
            Some(error) => Err(CliError::new(1, error.message)),
            None => Ok(result.status_code as i32),
        }
    })
}

async fn running(cli: &Cli, name: &str) -> Result<ContainerInspect, CliError> {
    let container = cli.engine.container_inspect(name, false).await.map_err(not_found("container", name))?;
    let refusal = match &container.state {
        state if !state.running => "You cannot attach to a stopped container, start it first",
        state if state.paused => "You cannot attach to a paused container, unpause it first",
        state if state.restarting => "You cannot attach to a restarting container, wait until it is running",
        _ => return Ok(container),
    };
    Err(CliError::new(1, refusal))
}
