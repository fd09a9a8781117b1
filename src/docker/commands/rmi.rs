//! `docker rmi`: takes names off images, and images away with their last name.

use super::super::error::{not_found, CliError};
use super::super::{Args, Cli, Running};
use crate::engine::api::{ImageDeleted, ImageRemove};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let options = ImageRemove { force: args.on("force"), no_prune: args.on("no-prune") };
        let (mut errors, mut fatal) = (Vec::new(), false);
        for name in &args.rest {
            match cli.engine.image_remove(name, options).await {
                Ok(removed) => cli.out(&removed.iter().map(line).collect::<String>()).await,
                Err(error) => {
                    fatal |= !error.is_not_found();
                    errors.push(not_found("image", name)(error).message);
                }
            }
        }
        let message = errors.join("\n");
        if options.force && !fatal {
            if !message.is_empty() {
                cli.err(&(message + "\n")).await;
            }
            return Ok(0);
        }
        if errors.is_empty() {
            Ok(0)
        } else {
            Err(CliError::new(1, message))
        }
    })
}

fn line(removed: &ImageDeleted) -> String {
    match removed {
        ImageDeleted::Untagged(name) => format!("Untagged: {name}\n"),
        ImageDeleted::Deleted(id) => format!("Deleted: {id}\n"),
    }
}
