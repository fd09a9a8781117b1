//! `docker start`: runs containers that are there already, and perhaps attaches to one.

use super::super::error::{not_found, CliError};
use super::super::streams::{carry, Ended, Target, Wires};
use super::super::{Args, Cli, Running};
use crate::engine::api::{AttachOptions, EngineError, WaitCondition};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        if !args.on("attach") && !args.on("interactive") {
            return detached(&cli, &args).await;
        }
        if args.rest.len() > 1 {
            return Err(CliError::new(1, "you cannot start and attach multiple containers at once"));
        }
        let name = args.arg(0);
        let container = cli.engine.container_inspect(name, false).await.map_err(not_found("container", name))?;
        let (id, tty) = (container.id.as_str(), container.config.tty);
        let keys = args.get("detach-keys").map(str::to_owned);
        let options = AttachOptions {
            stdin: args.on("interactive") && container.config.open_stdin,
            stdout: true,
            stderr: true,
            stream: true,
            logs: false,
            detach_keys: keys.clone(),
        };
        let stdin = options.stdin;
        let attached = cli.engine.container_attach(id, options).await?;
        let removed = container.host_config.auto_remove;
        let condition = if removed { WaitCondition::Removed } else { WaitCondition::NextExit };
        let waiting = cli.engine.container_wait(id, condition).await?;
        match cli.engine.container_start(id, keys.as_deref()).await {
            Ok(()) | Err(EngineError::NotModified) => {}
            Err(error) => return Err(error.into()),
        }
        let target = Target::Container(id);
        if tty && cli.is_terminal(1) {
            target.resize(&cli, 0).await;
        }
        let wires = Wires { stdin, tty, proxy: !tty };
        if carry(&cli, target, wires, attached).await == Ended::Detached {
            return Ok(0);
        }
        Ok(waiting.await?.status_code as i32)
    })
}

async fn detached(cli: &Cli, args: &Args) -> Result<i32, CliError> {
    let mut failed = Vec::new();
    for name in &args.rest {
        match cli.engine.container_start(name, args.get("detach-keys")).await {
            Ok(()) | Err(EngineError::NotModified) => cli.out(&format!("{name}\n")).await,
            Err(error) => {
                cli.err(&format!("{}\n", CliError::from(error).message)).await;
                failed.push(name.as_str());
            }
        }
    }
    if failed.is_empty() {
        return Ok(0);
    }
    Err(CliError::new(1, format!("Error: failed to start containers: {}", failed.join(", "))))
}
