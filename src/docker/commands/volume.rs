//! `docker volume`: what containers share and what outlives them.

use super::super::error::{not_found, CliError};
use super::super::table::{fields, render, Listing};
use super::super::template::{Fields, Value};
use super::super::units::human_size;
use super::super::{Args, Cli, Running};
use super::create::map;
use super::{filters, finish};
use crate::engine::api::{Volume, VolumeCreate};
use std::rc::Rc;

const HEADINGS: &[(&str, &str)] = &[
    ("Driver", "DRIVER"),
    ("Name", "VOLUME NAME"),
    ("Scope", "SCOPE"),
    ("Mountpoint", "MOUNTPOINT"),
    ("Labels", "LABELS"),
    ("Links", "LINKS"),
    ("Size", "SIZE"),
];

/// Runs `docker volume ls`.
pub fn ls(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let volumes = cli.engine.volumes(&filters(args.all("filter"))).await?;
        let format = match (args.text("format"), args.on("quiet")) {
            ("" | "table", true) => "{{.Name}}",
            ("" | "table", false) => "table {{.Driver}}\t{{.Name}}",
            (given, _) => given,
        };
        cli.out(&listing(format, &volumes)?).await;
        Ok(0)
    })
}

/// Volumes as `format` wants them.
pub fn listing(format: &str, volumes: &[Volume]) -> Result<String, CliError> {
    let rows = volumes.iter().map(row).collect();
    render(format, Listing { type_name: "*formatter.volumeContext", headings: HEADINGS, rows })
}

fn row(volume: &Volume) -> Fields {
    let labels = || volume.labels.iter().flatten();
    let usage = volume.usage_data;
    let mut row = fields([
        ("Driver", volume.driver.clone()),
        ("Name", volume.name.clone()),
        ("Scope", volume.scope.clone()),
        ("Mountpoint", volume.mountpoint.clone()),
        ("Labels", labels().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")),
        ("Links", usage.map_or("N/A".into(), |u| u.ref_count.to_string())),
        ("Size", usage.map_or("N/A".into(), |u| human_size(u.size))),
    ]);
    let labels = labels().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect();
    row.push(("Label".into(), Value::Lookup(Rc::new(labels))));
    row
}

/// Runs `docker volume create`.
pub fn create(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let request = VolumeCreate {
            name: args.arg(0).to_owned(),
            driver: args.text("driver").to_owned(),
            labels: map(args.all("label")),
            options: map(args.all("opt")),
        };
        let made = cli.engine.volume_create(request).await?;
        cli.out(&(made.name + "\n")).await;
        Ok(0)
    })
}

/// Runs `docker volume rm`.
pub fn rm(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let mut errors = Vec::new();
        for name in &args.rest {
            match cli.engine.volume_remove(name, args.on("force")).await {
                Ok(()) => cli.out(&format!("{name}\n")).await,
                Err(error) => errors.push(not_found("volume", name)(error).message),
            }
        }
        finish(errors)
    })
}
