//! `docker kill`: a signal for a container's first process.

use super::super::{Args, Cli, Running};
use super::each;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let signal = args.get("signal").unwrap_or("KILL");
        each(&cli, &args.rest, |cli, name| cli.engine.container_kill(name, signal)).await
    })
}
