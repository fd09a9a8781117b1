//! `docker export`: a container's whole file system as a tar.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use crate::engine::api::Stream;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let output = args.text("output");
        if output.is_empty() && cli.is_terminal(1) {
            let sentence = "cowardly refusing to save to a terminal. Use the -o flag or redirect";
            return Err(CliError::new(1, sentence));
        }
        cli.check_output(output).map_err(|m| CliError::new(1, format!("failed to export container: {m}")))?;
        let archive = cli.engine.container_export(args.arg(0)).await?;
        deliver(&cli, archive, output).await
    })
}

/// An archive into a file that only its owner may read, or to standard output where `output` is empty.
pub async fn deliver(cli: &Cli, mut archive: Stream<Vec<u8>>, output: &str) -> Result<i32, CliError> {
    if output.is_empty() {
        while let Some(bytes) = archive.next().await {
            cli.out_bytes(&bytes).await;
        }
        return Ok(0);
    }
    if cli.is_dir(output) {
        return Err(CliError::new(1, format!("rename /.docker_temp_ {output}: file exists")));
    }
    let failed = |reason: String| CliError::new(1, format!("open {output}: {reason}"));
    // The file is complete or not there: its bytes come under another name first.
    let parts = archive.collect().await;
    cli.write_file(output, &parts.concat(), 0o600).map_err(failed)?;
    Ok(0)
}
