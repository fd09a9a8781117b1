//! `docker system df`: bytes by kind of thing.

use super::super::error::CliError;
use super::super::table::{fields, render, Listing};
use super::super::template::Fields;
use super::super::units::human_size;
use super::super::{Args, Cli, Running};
use super::{images, ps, volume};
use crate::engine::api::{ContainerSummary, DiskUsage};

const HEADINGS: &[(&str, &str)] = &[
    ("Type", "TYPE"),
    ("TotalCount", "TOTAL"),
    ("Active", "ACTIVE"),
    ("Size", "SIZE"),
    ("Reclaimable", "RECLAIMABLE"),
];

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let usage = cli.engine.system_df().await?;
        let out = if args.on("verbose") { verbose(&cli, &usage)? } else { summary(args.text("format"), &usage)? };
        cli.out(&out).await;
        Ok(0)
    })
}

fn summary(format: &str, usage: &DiskUsage) -> Result<String, CliError> {
    let format = match format {
        "" | "table" => "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
        "raw" => {
            "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n"
        }
        given => given,
    };
    let used: i64 = usage
        .images
        .iter()
        .filter(|image| image.containers != 0 && image.shared_size >= 0)
        .map(|image| image.virtual_size as i64 - image.shared_size)
        .sum();
    let own = |containers: &mut dyn Iterator<Item = &ContainerSummary>| -> u64 {
        containers.map(|c| c.size_rw.unwrap_or(0)).sum()
    };
    let all = own(&mut usage.containers.iter());
    let idle = own(&mut usage.containers.iter().filter(|c| !active(c)));
    let free = usage.layers_size.saturating_sub(u64::try_from(used).unwrap_or(0));
    let volumes =
        |used: bool| usage.volumes.iter().filter_map(|v| v.usage_data).filter(move |u| (u.ref_count > 0) == used);
    let sizes = |used| volumes(used).map(|u| u.size).sum::<u64>();
    let rows = vec![
        row(
            "Images",
            usage.images.len(),
            usage.images.iter().filter(|i| i.containers > 0).count(),
            usage.layers_size,
            free,
        ),
        row("Containers", usage.containers.len(), usage.containers.iter().filter(|c| active(c)).count(), all, idle),
        row("Local Volumes", usage.volumes.len(), volumes(true).count(), sizes(true) + sizes(false), sizes(false)),
        row("Build Cache", usage.build_cache.len(), 0, usage.builder_size, usage.builder_size),
    ];
    render(format, Listing { type_name: "*formatter.diskUsageImagesContext", headings: HEADINGS, rows })
}

fn active(container: &ContainerSummary) -> bool {
    matches!(container.state, "running" | "paused" | "restarting")
}

fn row(kind: &str, total: usize, active: usize, size: u64, reclaimable: u64) -> Fields {
    let share = match (kind, reclaimable.saturating_mul(100).checked_div(size)) {
        ("Images" | "Containers" | "Local Volumes", Some(percent)) => format!(" ({percent}%)"),
        _ => String::new(),
    };
    fields([
        ("Type", kind.to_owned()),
        ("TotalCount", total.to_string()),
        ("Active", active.to_string()),
        ("Size", human_size(size)),
        ("Reclaimable", human_size(reclaimable) + &share),
    ])
}

const CACHES: &[(&str, &str)] = &[
    ("ID", "CACHE ID"),
    ("CacheType", "CACHE TYPE"),
    ("Size", "SIZE"),
    ("CreatedSince", "CREATED"),
    ("LastUsedSince", "LAST USED"),
    ("UsageCount", "USAGE"),
    ("Shared", "SHARED"),
];

fn verbose(cli: &Cli, usage: &DiskUsage) -> Result<String, CliError> {
    let now = cli.now();
    let view = images::View { now, full: false, rows: false, digests: false };
    let images_format =
        "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.VirtualSize}}\t{{.SharedSize}}\t\
         {{.UniqueSize}}\t{{.Containers}}";
    let containers_format = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t\
         {{.Status}}\t{{.Names}}";
    // The daemon sends no root sizes with this reply.
    let containers =
        usage.containers.iter().map(|c| ps::row(&ContainerSummary { size_root_fs: None, ..c.clone() }, now, false));
    let empty = |headings| Listing { type_name: "*formatter.diskUsageContext", headings, rows: Vec::new() };
    Ok(format!(
        "Images space usage:\n\n{}\nContainers space usage:\n\n{}\nLocal Volumes space usage:\n\n{}\nBuild cache usage: \
         {}\n\n{}",
        render(images_format, images::listing(usage.images.iter().flat_map(|image| view.rows(image)).collect()))?,
        render(containers_format, ps::listing(containers.collect()))?,
        volume::listing("table {{.Name}}\t{{.Links}}\t{{.Size}}", &usage.volumes)?,
        human_size(usage.builder_size),
        render(
            "table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
            empty(CACHES)
        )?,
    ))
}
