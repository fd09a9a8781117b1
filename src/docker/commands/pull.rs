//! `docker pull`: an image from the registry.

use super::super::error::CliError;
use super::super::progress::{show, To};
use super::super::{Args, Cli, Running};
use crate::oci::Reference;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let typed = args.arg(0);
        let reference = Reference::parse(typed).map_err(|reason| CliError::new(1, reason.to_string()))?;
        let named = reference.tag().is_some() || reference.digest().is_some();
        if args.on("all-tags") && named {
            return Err(CliError::new(1, "tag can't be used with --all-tags/-a"));
        }
        let quiet = args.on("quiet");
        if !named && !args.on("all-tags") && !quiet {
            cli.out("Using default tag: latest\n").await;
        }
        let full = reference.or_latest();
        let mut messages = cli.engine.image_pull(&full.familiar()).await?;
        if quiet {
            while let Some(message) = messages.next().await {
                if let Some(error) = message.error_detail {
                    return Err(CliError::new(1, error.message));
                }
            }
        } else {
            show(&cli, messages, To::Out).await?;
        }
        cli.out(&format!("{full}\n")).await;
        Ok(0)
    })
}
