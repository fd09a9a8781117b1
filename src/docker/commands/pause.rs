//! `docker pause`: freezes a container's processes.

use super::super::{Args, Cli, Running};
use super::each;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move { each(&cli, &args.rest, |cli, name| cli.engine.container_pause(name)).await })
}
