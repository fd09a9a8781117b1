//! `docker container prune`, `docker image prune`, `docker system prune`: what nothing uses any more.

use super::super::error::CliError;
use super::super::units::human_size;
use super::super::{Args, Cli, Running};
use super::filters;
use crate::engine::api::{Filters, ImageDeleted};

const QUESTION: &str = "Are you sure you want to continue? [y/N] ";

/// Runs `docker container prune`.
pub fn containers(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let warning = "WARNING! This will remove all stopped containers.\n";
        let (mut out, mut freed) = (String::new(), 0);
        if args.on("force") || confirm(&cli, warning).await {
            (out, freed) = prune_containers(&cli, filters(args.all("filter"))).await?;
        }
        report(&cli, &out, freed).await
    })
}

/// Runs `docker image prune`.
pub fn images(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let all = args.on("all");
        let warning = if all {
            "WARNING! This will remove all images without at least one container associated to them.\n"
        } else {
            "WARNING! This will remove all dangling images.\n"
        };
        let (mut out, mut freed) = (String::new(), 0);
        if args.on("force") || confirm(&cli, warning).await {
            (out, freed) = prune_images(&cli, filters(args.all("filter")), all).await?;
        }
        report(&cli, &out, freed).await
    })
}

/// Runs `docker volume prune`.
pub fn volumes(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let warning = "WARNING! This will remove all local volumes not used by at least one container.\n";
        let (mut out, mut freed) = (String::new(), 0);
        if args.on("force") || confirm(&cli, warning).await {
            (out, freed) = prune_volumes(&cli, &filters(args.all("filter"))).await?;
        }
        report(&cli, &out, freed).await
    })
}

/// Runs `docker system prune`.
pub fn system(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        if !args.on("force") && !confirm(&cli, &system_warning(&args)).await {
            return Ok(0);
        }
        let given = filters(args.all("filter"));
        let (containers, freed) = prune_containers(&cli, given.clone()).await?;
        let (volumes, of_volumes) = match args.on("volumes") {
            true => prune_volumes(&cli, &given).await?,
            false => Default::default(),
        };
        let (images, more) = prune_images(&cli, given, args.on("all")).await?;
        for out in [containers, volumes, images] {
            if !out.is_empty() {
                cli.out(&(out + "\n")).await;
            }
        }
        cli.out(&format!("Total reclaimed space: {}\n", human_size(freed + of_volumes + more))).await;
        Ok(0)
    })
}

fn system_warning(args: &Args) -> String {
    let mut warning = "WARNING! This will remove:\n  - all stopped containers\n  \
         - all networks not used by at least one container\n"
        .to_owned();
    if args.on("volumes") {
        warning.push_str("  - all volumes not used by at least one container\n");
    }
    warning.push_str(if args.on("all") {
        "  - all images without at least one container associated to them\n  - all build cache\n"
    } else {
        "  - all dangling images\n  - all dangling build cache\n"
    });
    let filters: String = args.all("filter").map(|filter| format!("  - {filter}\n")).collect();
    if !filters.is_empty() {
        warning.push_str(&format!("\n  Items to be pruned will be filtered with:\n{filters}"));
    }
    warning + "\n"
}

async fn confirm(cli: &Cli, warning: &str) -> bool {
    cli.out(&format!("{warning}{QUESTION}")).await;
    cli.read_line().await.trim().eq_ignore_ascii_case("y")
}

async fn report(cli: &Cli, out: &str, freed: u64) -> Result<i32, CliError> {
    if !out.is_empty() {
        cli.out(&format!("{out}\n")).await;
    }
    cli.out(&format!("Total reclaimed space: {}\n", human_size(freed))).await;
    Ok(0)
}

async fn prune_containers(cli: &Cli, filters: Filters) -> Result<(String, u64), CliError> {
    let pruned = cli.engine.containers_prune(filters).await?;
    let ids = pruned.containers_deleted.unwrap_or_default();
    let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
    Ok((titled("Deleted Containers:\n", lines), pruned.space_reclaimed))
}

async fn prune_volumes(cli: &Cli, filters: &Filters) -> Result<(String, u64), CliError> {
    let pruned = cli.engine.volumes_prune(filters).await?;
    let lines: String = pruned.volumes_deleted.iter().map(|name| format!("{name}\n")).collect();
    Ok((titled("Deleted Volumes:\n", lines), pruned.space_reclaimed))
}

async fn prune_images(cli: &Cli, mut filters: Filters, all: bool) -> Result<(String, u64), CliError> {
    filters.add("dangling", if all { "false" } else { "true" });
    let pruned = cli.engine.images_prune(filters).await?;
    let line = |deleted: &ImageDeleted| match deleted {
        ImageDeleted::Untagged(name) => format!("untagged: {name}\n"),
        ImageDeleted::Deleted(id) => format!("deleted: {id}\n"),
    };
    let lines: String = pruned.images_deleted.unwrap_or_default().iter().map(line).collect();
    Ok((titled("Deleted Images:\n", lines), pruned.space_reclaimed))
}

fn titled(title: &str, lines: String) -> String {
    if lines.is_empty() {
        lines
    } else {
        title.to_owned() + &lines
    }
}
