//! `docker search`: the Docker Hub, which a simulated computer without a network cannot reach.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};

/// Runs it.
pub fn run(_cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let limit = args.int("limit").unwrap_or(25);
        Err(CliError::new(
            1,
            format!(
                "Error response from daemon: Get \"https://index.docker.io/v1/search?q={}&n={limit}\": dial tcp: lookup \
                 index.docker.io: no such host",
                args.arg(0)
            ),
        ))
    })
}
