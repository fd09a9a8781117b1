//! `docker load`: images from a tar of `docker save`.

use super::super::error::CliError;
use super::super::progress::{show, To};
use super::super::{Args, Cli, Running};
use crate::engine::api::EngineError;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let input = args.text("input");
        if input.is_empty() && cli.is_terminal(0) {
            return Err(CliError::new(1, "requested load from stdin, but stdin is empty"));
        }
        let archive = match input {
            "" => cli.stdin_stream().await,
            path => cli.file_stream(path).map_err(|reason| CliError::new(1, format!("open {path}: {reason}")))?,
        };
        let quiet = args.on("quiet") || !cli.is_terminal(1);
        // The daemon finds out while it streams: its sentence comes without the prefix of a refusal.
        let refused = |error: EngineError| CliError::new(1, error.to_string());
        let messages = cli.engine.image_load(archive, quiet).await.map_err(refused)?;
        show(&cli, messages, To::Out).await?;
        Ok(0)
    })
}
