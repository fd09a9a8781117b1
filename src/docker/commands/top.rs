//! `docker top`: a container's processes, as the host's `ps` sees them.

use super::super::table::align;
use super::super::{Args, Cli, Running};

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let ps_args = args.rest.get(1..).unwrap_or(&[]).join(" ");
        let table = cli.engine.container_top(args.arg(0), &ps_args).await?;
        let lines = std::iter::once(&table.titles).chain(&table.processes).map(|row| row.join("\t") + "\n");
        cli.out(&align(&lines.collect::<String>(), 20, 3)).await;
        Ok(0)
    })
}
