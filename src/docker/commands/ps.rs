//! `docker ps`: one row a container.

use super::super::error::CliError;
use super::super::table::{fields, render, row_value, Listing};
use super::super::template::{Fields, Functions, MissingKey, Template, Value};
use super::super::{units, Args, Cli, Running};
use super::filters;
use crate::ambient::Time;
use crate::engine::api::{quoted, ContainerListOptions, ContainerSummary, Port};
use crate::sorted;
use std::rc::Rc;

const TYPE: &str = "*formatter.ContainerContext";

const HEADINGS: &[(&str, &str)] = &[
    ("ID", "CONTAINER ID"),
    ("Names", "NAMES"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("CreatedAt", "CREATED AT"),
    ("RunningFor", "CREATED"),
    ("Ports", "PORTS"),
    ("State", "STATE"),
    ("Status", "STATUS"),
    ("Size", "SIZE"),
    ("Labels", "LABELS"),
    ("Mounts", "MOUNTS"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Networks", "NETWORKS"),
];

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let given = args.text("format");
        let mut size = args.on("size");
        if !size && !given.is_empty() {
            rehearse(given)?;
            size = given.contains("Size") || given.contains("json");
        }
        let last = args.int("last").unwrap_or(if args.on("latest") { 1 } else { -1 });
        let options = ContainerListOptions {
            all: args.on("all"),
            limit: usize::try_from(last).unwrap_or(0),
            size,
            filters: filters(args.all("filter")),
        };
        let containers = cli.engine.containers(options).await?;
        let format = format(given, args.on("quiet"), args.on("size"));
        let (now, full) = (cli.now(), args.on("no-trunc"));
        let rows = containers.iter().map(|container| row(container, now, full)).collect();
        cli.out(&render(&format, listing(rows))?).await;
        Ok(0)
    })
}

/// The rows as a listing; `system df -v` shows the same.
pub fn listing(rows: Vec<Fields>) -> Listing {
    Listing { type_name: TYPE, headings: HEADINGS, rows }
}

/// The 20.10 client runs a format once over an empty container, to learn whether it wants sizes; a bad one fails
/// there, in other words than elsewhere.
fn rehearse(format: &str) -> Result<(), CliError> {
    let template = Template::parse("", format)
        .map_err(|message| CliError::new(1, format!("failed to parse template: {message}")))?;
    let mut row: Fields = HEADINGS.iter().map(|(name, _)| ((*name).into(), Value::from(""))).collect();
    row.push(("Label".into(), Value::Lookup(Rc::default())));
    let mut out = String::new();
    template
        .execute(&row_value(TYPE, row), MissingKey::NoValue, Functions::Real, &mut out)
        .map_err(|message| CliError::new(1, format!("failed to execute template: {message}")))
}

fn format(given: &str, quiet: bool, size: bool) -> String {
    match given {
        "" | "table" if quiet => "{{.ID}}".to_owned(),
        "raw" if quiet => "container_id: {{.ID}}".to_owned(),
        "" | "table" => {
            let mut format =
                "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
                    .to_owned();
            if size {
                format.push_str("\t{{.Size}}");
            }
            format
        }
        "raw" => {
            let mut format = "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\n\
                 created_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\n\
                 names: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n"
                .to_owned();
            if size {
                format.push_str("size: {{.Size}}\n");
            }
            format
        }
        _ => given.to_owned(),
    }
}

/// A container's row; `full` leaves ids and commands uncut.
pub fn row(container: &ContainerSummary, now: Time, full: bool) -> Fields {
    let cut = |text: &str, width: usize| if full { text.to_owned() } else { units::ellipsis(text, width) };
    let id = if full { container.id.as_str() } else { units::short_id(&container.id) };
    let names = container.names.iter().map(|name| name.strip_prefix('/').unwrap_or(name));
    let names: Vec<&str> = names.filter(|name| full || !name.contains('/')).collect();
    let labels: Vec<String> = container.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mounts: Vec<String> = container
        .mounts
        .iter()
        .map(|mount| cut(if mount.name.is_empty() { &mount.source } else { &mount.name }, 15))
        .collect();
    let networks: Vec<&str> = container.network_settings.networks.keys().map(String::as_str).collect();
    let mut row = fields([
        ("ID", id.to_owned()),
        ("Names", names.join(",")),
        ("Image", image(container, full)),
        ("Command", quoted(&cut(&container.command, 20))),
        ("CreatedAt", units::date_time(container.created)),
        ("RunningFor", units::ago(now, container.created)),
        ("Ports", ports(&container.ports)),
        ("State", container.state.to_owned()),
        ("Status", container.status.clone()),
        ("Size", size(container)),
        ("Labels", labels.join(",")),
        ("Mounts", mounts.join(",")),
        ("LocalVolumes", container.mounts.iter().filter(|mount| mount.driver == "local").count().to_string()),
        ("Networks", networks.join(",")),
    ]);
    let labels = container.labels.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into())).collect();
    row.push(("Label".into(), Value::Lookup(Rc::new(labels))));
    row
}

fn size(container: &ContainerSummary) -> String {
    let own = units::human_size3(container.size_rw.unwrap_or(0));
    match container.size_root_fs {
        Some(all) if all > 0 => format!("{own} (virtual {})", units::human_size3(all)),
        _ => own,
    }
}

fn image(container: &ContainerSummary, full: bool) -> String {
    let name = container.image.as_str();
    if name.is_empty() {
        return "<no image>".to_owned();
    }
    if full {
        return name.to_owned();
    }
    let short = units::short_id(&container.image_id);
    if short == units::short_id(name) {
        return short.to_owned();
    }
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name).to_owned()
}

/// `0.0.0.0:8080->80/tcp, 443/tcp`: runs of ports that are published as themselves are drawn together
/// (`formatter.DisplayablePorts`).
fn ports(ports: &[Port]) -> String {
    let mut ports: Vec<&Port> = ports.iter().collect();
    sorted::sort_by_key(&mut ports, |p| (p.private_port, p.ip.clone(), p.public_port, p.r#type.clone()));
    let mut groups: Vec<(String, u16, u16)> = Vec::new();
    let (mut done, mut mapped) = (Vec::new(), Vec::new());
    for port in ports {
        let (private, kind) = (port.private_port, &port.r#type);
        let key = match port.ip.as_deref() {
            None | Some("") => kind.clone(),
            Some(ip) => {
                if port.public_port != Some(private) {
                    mapped.push(format!("{ip}:{}->{private}/{kind}", port.public_port.unwrap_or(0)));
                    continue;
                }
                format!("{ip}/{kind}")
            }
        };
        match groups.iter_mut().find(|(known, ..)| *known == key) {
            None => groups.push((key, private, private)),
            Some((_, _, last)) if private == last.saturating_add(1) => *last = private,
            Some((_, first, last)) => {
                done.push(group(&key, *first, *last));
                (*first, *last) = (private, private);
            }
        }
    }
    done.extend(groups.iter().map(|(key, first, last)| group(key, *first, *last)));
    done.extend(mapped);
    done.join(", ")
}

fn group(key: &str, first: u16, last: u16) -> String {
    let range = if first == last { first.to_string() } else { format!("{first}-{last}") };
    match key.rsplit_once('/') {
        Some((ip, kind)) => format!("{ip}:{range}->{range}/{kind}"),
        None => format!("{range}/{key}"),
    }
}
