//! `docker save`: images as a tar.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use super::export::deliver;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let output = args.text("output");
        if output.is_empty() && cli.is_terminal(1) {
            let sentence = "cowardly refusing to save to a terminal. Use the -o flag or redirect";
            return Err(CliError::new(1, sentence));
        }
        cli.check_output(output).map_err(|m| CliError::new(1, format!("failed to save image: {m}")))?;
        let archive = cli.engine.image_save(&args.rest).await?;
        deliver(&cli, archive, output).await
    })
}
