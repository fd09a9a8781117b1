//! `docker stop`: the stop signal, and after some seconds SIGKILL.

use super::super::{Args, Cli, Running};
use super::each;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let timeout = args.int("time");
        each(&cli, &args.rest, |cli, name| cli.engine.container_stop(name, timeout)).await
    })
}
