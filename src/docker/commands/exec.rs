//! `docker exec`: one more process in a running container.

use super::super::error::{not_found, CliError};
use super::super::streams::{carry, check_tty, Ended, Target, Wires};
use super::super::{Args, Cli, Running};
use super::attach::ESCAPED;
use super::create::environment;
use crate::engine::api::ExecConfig;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let name = args.arg(0);
        let env = environment(&cli, &args).map_err(|message| CliError::new(1, message))?;
        let (detach, tty) = (args.on("detach"), args.on("tty"));
        let config = ExecConfig {
            user: args.text("user").to_owned(),
            privileged: args.on("privileged"),
            tty,
            attach_stdin: !detach && args.on("interactive"),
            attach_stderr: !detach,
            attach_stdout: !detach,
            detach,
            detach_keys: args.text("detach-keys").to_owned(),
            env: (!env.is_empty()).then_some(env),
            working_dir: args.text("workdir").to_owned(),
            cmd: args.rest.get(1..).unwrap_or(&[]).to_vec(),
        };
        // A container that is not there is told before a terminal that is not there.
        cli.engine.container_inspect(name, false).await.map_err(not_found("container", name))?;
        let stdin = config.attach_stdin;
        check_tty(&cli, stdin, tty)?;
        let id = cli.engine.exec_create(name, config).await?;
        let Some(attached) = cli.engine.exec_start(&id, detach, tty).await? else { return Ok(0) };
        let target = Target::Exec(&id);
        if tty && cli.is_terminal(0) {
            target.resize(&cli, 0).await;
        }
        if carry(&cli, target, Wires { stdin, tty, proxy: false }, attached).await == Ended::Detached {
            return Err(CliError::new(1, ESCAPED));
        }
        Ok(cli.engine.exec_inspect(&id).await?.exit_code.unwrap_or(0))
    })
}
