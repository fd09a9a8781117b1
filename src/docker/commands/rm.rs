//! `docker rm`: removes containers with their thin layers.

use super::super::error::{not_found, CliError};
use super::super::{Args, Cli, Running};
use super::finish;
use crate::engine::api::ContainerRemove;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let options = ContainerRemove { force: args.on("force"), volumes: args.on("volumes"), link: args.on("link") };
        let mut errors = Vec::new();
        for typed in &args.rest {
            let name = typed.trim_matches('/');
            if name.is_empty() {
                errors.push("Container name cannot be empty".to_owned());
                continue;
            }
            match cli.engine.container_remove(name, options).await {
                Ok(()) => cli.out(&format!("{typed}\n")).await,
                Err(error) => {
                    let forgiven = options.force && error.is_not_found();
                    let CliError { message, .. } = not_found("container", name)(error);
                    if forgiven {
                        cli.err(&(message + "\n")).await;
                    } else {
                        errors.push(message);
                    }
                }
            }
        }
        finish(errors)
    })
}
