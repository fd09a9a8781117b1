//! `docker rename`: another name for a container.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let (old, new) = (args.arg(0).trim(), args.arg(1).trim());
        if old.is_empty() || new.is_empty() {
            return Err(CliError::new(1, "Error: Neither old nor new names may be empty"));
        }
        if let Err(error) = cli.engine.container_rename(old, new).await {
            cli.err(&format!("{}\n", CliError::from(error).message)).await;
            return Err(CliError::new(1, format!("Error: failed to rename container named {old}")));
        }
        Ok(0)
    })
}
