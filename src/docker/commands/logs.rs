//! `docker logs`: what a container wrote.

use super::super::error::{not_found, CliError};
use super::super::streams::write;
use super::super::{units, Args, Cli, Running};
use crate::ambient::Time;
use crate::engine::api::LogsOptions;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let name = args.arg(0);
        let container = cli.engine.container_inspect(name, false).await.map_err(not_found("container", name))?;
        let options = LogsOptions {
            stdout: true,
            stderr: true,
            follow: args.on("follow"),
            timestamps: args.on("timestamps"),
            details: args.on("details"),
            since: moment(&cli, &args, "since")?,
            until: moment(&cli, &args, "until")?,
            // The daemon takes what is no number as all.
            tail: args.get("tail").and_then(|count| count.parse().ok()),
        };
        let mut frames = cli.engine.container_logs(&container.id, options).await?;
        while let Some(frame) = frames.next().await {
            write(&cli, frame).await;
        }
        Ok(0)
    })
}

fn moment(cli: &Cli, args: &Args, flag: &str) -> Result<Option<Time>, CliError> {
    let Some(text) = args.get(flag).filter(|text| !text.is_empty()) else { return Ok(None) };
    let time = units::parse_moment(text, cli.now());
    time.map(Some).ok_or_else(|| {
        CliError::new(1, format!("invalid value for {flag:?}: failed to parse value as time or duration: {text:?}"))
    })
}
