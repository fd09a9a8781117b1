//! `docker run`: create, attach, start, wait, in the order of the real client.

use super::super::error::CliError;
use super::super::streams::{carry, check_tty, Ended, Target, Wires};
use super::super::{Args, Cli, Running};
use super::create::{create, parse, Parsed};
use crate::engine::api::{AttachOptions, EngineError, WaitCondition};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let mut parsed = parse(&cli, &args).map_err(|message| refused(&message, true, 125))?;
        let config = &mut parsed.request.config;
        let detach = args.on("detach");
        if detach {
            if args.get("attach").is_some() {
                return Err(CliError::new(1, "Conflicting options: -a and -d"));
            }
            (config.attach_stdin, config.attach_stdout, config.attach_stderr) = (false, false, false);
            config.stdin_once = false;
        } else {
            check_tty(&cli, config.attach_stdin, config.tty)?;
        }
        started(&cli, &args, parsed).await
    })
}

/// `docker: … .`, with the hint at help where it is not the start that failed.
fn refused(message: &str, hint: bool, status: i32) -> CliError {
    let sentence = message.strip_suffix('.').unwrap_or(message);
    let hint = if hint { "\nSee 'docker run --help'." } else { "" };
    CliError::new(status, format!("docker: {sentence}.{hint}"))
}

/// 127 for a program that is not there, 126 for one that cannot be run, else 125.
fn status_of(message: &str) -> i32 {
    match message {
        m if m.contains("executable file not found") || m.contains("no such file or directory") => 127,
        m if m.contains("permission denied") => 126,
        _ => 125,
    }
}

async fn started(cli: &Cli, args: &Args, parsed: Parsed) -> Result<i32, CliError> {
    let config = parsed.request.config.clone();
    let auto_remove = parsed.request.host_config.auto_remove;
    let id = create(cli, parsed).await.map_err(|e| refused(&e.message, true, status_of(&e.message)))?;
    let shows = config.attach_stdout || config.attach_stderr;
    if !shows {
        cli.out(&format!("{id}\n")).await;
    }
    let keys = args.get("detach-keys").map(str::to_owned);
    let attached = if config.attach_stdin || shows {
        let options = AttachOptions {
            stdin: config.attach_stdin,
            stdout: config.attach_stdout,
            stderr: config.attach_stderr,
            stream: true,
            logs: false,
            detach_keys: keys,
        };
        Some(cli.engine.container_attach(&id, options).await?)
    } else {
        None
    };
    let condition = if auto_remove { WaitCondition::Removed } else { WaitCondition::NextExit };
    let waiting = cli.engine.container_wait(&id, condition).await?;
    if let Err(error) = cli.engine.container_start(&id, None).await {
        if !matches!(error, EngineError::NotModified) {
            let message = CliError::from(error).message;
            let failure = refused(&message, false, status_of(&message));
            cli.err(&format!("{}\n", failure.message)).await;
            if auto_remove {
                let _ = waiting.await;
            } else if attached.is_some() {
                cli.err(&cli.log_line("error", "error waiting for container: context canceled")).await;
            }
            return Err(CliError::silent(failure.status));
        }
    }
    let Some(attached) = attached else { return Ok(0) };
    let target = Target::Container(&id);
    if config.tty && cli.is_terminal(1) {
        target.resize(cli, 0).await;
    }
    let proxy = !config.tty && args.switch("sig-proxy").unwrap_or(true);
    let wires = Wires { stdin: config.attach_stdin, tty: config.tty, proxy };
    if carry(cli, target, wires, attached).await == Ended::Detached || !shows {
        return Ok(0);
    }
    Ok(waiting.await?.status_code as i32)
}
