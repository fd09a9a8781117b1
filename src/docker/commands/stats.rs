//! `docker stats`: what containers use, once or again and again.

use super::super::error::CliError;
use super::super::table::{fields, render, Listing};
use super::super::template::Fields;
use super::super::{units, Args, Cli, Running};
use crate::ambient::SECOND;
use crate::engine::api::{ContainerListOptions, Stats};

const HEADINGS: &[(&str, &str)] = &[
    ("Container", "CONTAINER"),
    ("Name", "NAME"),
    ("ID", "CONTAINER ID"),
    ("CPUPerc", "CPU %"),
    ("MemUsage", "MEM USAGE / LIMIT"),
    ("MemPerc", "MEM %"),
    ("NetIO", "NET I/O"),
    ("BlockIO", "BLOCK I/O"),
    ("PIDs", "PIDS"),
];

const TABLE: &str =
    "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let format = args.get("format").filter(|given| !given.is_empty() && *given != "table").unwrap_or(TABLE);
        loop {
            let rows = sample(&cli, &args).await?;
            let text = render(format, Listing { type_name: "*container.statsContext", headings: HEADINGS, rows })?;
            if args.on("no-stream") {
                cli.out(&text).await;
                return Ok(0);
            }
            // The screen is cleared and drawn anew.
            cli.out(&format!("\x1b[2J\x1b[H{text}")).await;
            cli.sleep(SECOND).await;
        }
    })
}

async fn sample(cli: &Cli, args: &Args) -> Result<Vec<Fields>, CliError> {
    let mut names = args.rest.clone();
    if names.is_empty() {
        let options = ContainerListOptions { all: args.on("all"), ..ContainerListOptions::default() };
        names = cli.engine.containers(options).await?.into_iter().map(|container| container.id).collect();
    }
    let mut rows = Vec::new();
    for name in &names {
        let mut samples = cli.engine.container_stats(name, false, !args.on("no-stream")).await?;
        if let Some(stats) = samples.next().await {
            rows.push(row(name, &stats, args.on("no-trunc")));
        }
    }
    Ok(rows)
}

fn row(name: &str, stats: &Stats, full: bool) -> Fields {
    let limit = stats.memory_stats.limit.unwrap_or(0);
    let used = stats.memory_stats.usage.unwrap_or(0);
    let memory = stats.memory_stats.stats.as_ref();
    let inactive = memory.and_then(|m| m.get("total_inactive_file").or(m.get("inactive_file"))).copied().unwrap_or(0);
    let used = if inactive < used { used - inactive } else { used };
    let percent = |part: f64, whole: f64| format!("{:.2}%", if whole > 0.0 { part / whole * 100.0 } else { 0.0 });
    let networks = stats.networks.iter().flat_map(|networks| networks.values());
    let (received, sent) = networks.fold((0, 0), |(rx, tx), n| (rx + n.rx_bytes, tx + n.tx_bytes));
    let blocks = |op: &str| -> u64 {
        let entries = stats.blkio_stats.io_service_bytes_recursive.iter().flatten();
        entries.filter(|entry| entry.op.eq_ignore_ascii_case(op)).map(|entry| entry.value).sum()
    };
    let io = |read: u64, written: u64| format!("{} / {}", units::human_size3(read), units::human_size3(written));
    fields([
        ("Container", name.to_owned()),
        ("Name", stats.name.trim_start_matches('/').to_owned()),
        ("ID", if full { stats.id.clone() } else { units::short_id(&stats.id).to_owned() }),
        ("CPUPerc", format!("{:.2}%", cpu(stats))),
        ("MemUsage", format!("{} / {}", units::bytes_size(used), units::bytes_size(limit))),
        ("MemPerc", percent(used as f64, limit as f64)),
        ("NetIO", io(received, sent)),
        ("BlockIO", io(blocks("read"), blocks("write"))),
        ("PIDs", stats.pids_stats.current.unwrap_or(0).to_string()),
    ])
}

/// Per cent of one processor, between the two samples.
fn cpu(stats: &Stats) -> f64 {
    let (now, before) = (&stats.cpu_stats, &stats.precpu_stats);
    let own = now.cpu_usage.total_usage as f64 - before.cpu_usage.total_usage as f64;
    let all = now.system_cpu_usage.unwrap_or(0) as f64 - before.system_cpu_usage.unwrap_or(0) as f64;
    let cpus = f64::from(now.online_cpus.unwrap_or(1).max(1));
    if own > 0.0 && all > 0.0 {
        own / all * cpus * 100.0
    } else {
        0.0
    }
}
