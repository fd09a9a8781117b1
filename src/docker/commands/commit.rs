//! `docker commit`: a container's thin layer becomes an image's topmost layer.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use crate::engine::api::CommitOptions;
use crate::oci::Reference;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let reference = args.rest.get(1).filter(|name| !name.is_empty()).cloned();
        if let Some(name) = &reference {
            Reference::parse(name).map_err(|reason| CliError::new(1, reason.to_string()))?;
        }
        let options = CommitOptions {
            container: args.arg(0).to_owned(),
            reference,
            comment: args.text("message").to_owned(),
            author: args.text("author").to_owned(),
            pause: args.switch("pause").unwrap_or(true),
            changes: args.list("change"),
        };
        let id = cli.engine.commit(options).await?;
        cli.out(&(id + "\n")).await;
        Ok(0)
    })
}
