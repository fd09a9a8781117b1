//! `docker diff`: what a container's thin layer changes.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        if args.arg(0).is_empty() {
            return Err(CliError::new(1, "Container name cannot be empty"));
        }
        let mut out = String::new();
        for change in cli.engine.container_changes(args.arg(0)).await? {
            let letter = match change.kind {
                0 => 'C',
                1 => 'A',
                _ => 'D',
            };
            out.push_str(&format!("{letter} {}\n", change.path));
        }
        cli.out(&out).await;
        Ok(0)
    })
}
