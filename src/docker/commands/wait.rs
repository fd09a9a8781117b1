//! `docker wait`: the exit statuses of containers, once they have them.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use super::finish;
use crate::engine::api::WaitCondition;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let mut errors = Vec::new();
        for name in &args.rest {
            let ended = match cli.engine.container_wait(name, WaitCondition::NotRunning).await {
                Ok(waiting) => waiting.await,
                Err(error) => Err(error),
            };
            match ended {
                Ok(result) => cli.out(&format!("{}\n", result.status_code)).await,
                Err(error) => errors.push(CliError::from(error).message),
            }
        }
        finish(errors)
    })
}
