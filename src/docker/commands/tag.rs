//! `docker tag`: one more name for an image.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use crate::engine::api::EngineError;
use crate::oci::Reference;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let (source, target) = (args.arg(0), args.arg(1));
        for name in [target, source] {
            if let Err(reason) = Reference::parse(name) {
                return Err(parsing(name, &reason.to_string()));
            }
        }
        match cli.engine.image_tag(source, target).await {
            Ok(()) => Ok(0),
            Err(EngineError::InvalidReference { reason }) => Err(parsing(target, &reason)),
            Err(error) => Err(error.into()),
        }
    })
}

fn parsing(name: &str, reason: &str) -> CliError {
    CliError::new(1, format!("Error parsing reference: {name:?} is not a valid repository/tag: {reason}"))
}
