//! `docker import`: an image of one layer from a tar of files.

use super::super::error::CliError;
use super::super::progress::{show, To};
use super::super::{Args, Cli, Running};
use crate::engine::api::ImportOptions;
use crate::oci::Reference;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let source = args.arg(0);
        if source.starts_with("http://") || source.starts_with("https://") {
            let host = source.split('/').nth(2).unwrap_or("");
            let sentence = format!("Error response from daemon: Get {source:?}: dial tcp: lookup {host}: no such host");
            return Err(CliError::new(1, sentence));
        }
        if let Some(name) = args.rest.get(1).filter(|name| !name.is_empty()) {
            Reference::parse(name).map_err(|reason| CliError::new(1, reason.to_string()))?;
        }
        let archive = match source {
            "-" => cli.stdin_stream().await,
            path => cli.file_stream(path).map_err(|reason| CliError::new(1, format!("open {path}: {reason}")))?,
        };
        let options = ImportOptions {
            reference: args.rest.get(1).filter(|name| !name.is_empty()).cloned(),
            message: args.text("message").to_owned(),
            changes: args.list("change"),
            source: "-".to_owned(),
        };
        let messages = cli.engine.image_import(archive, options).await?;
        show(&cli, messages, To::Out).await?;
        Ok(0)
    })
}
