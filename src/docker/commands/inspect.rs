//! `docker inspect`, and its forms for containers and images alone: everything the engine says, as JSON or
//! through a template.

use super::super::error::{not_found, CliError};
use super::super::template::{Fields, Functions, MissingKey, Template, Value};
use super::super::{Args, Cli, Running};
use crate::engine::api::{EngineError, ErrorKind};
use crate::oci::go_json::write_text;
use crate::sorted;
use serde_json::Value as Json;
use std::rc::Rc;

/// Runs `docker inspect`.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        match args.text("type") {
            "" => inspect(cli, args, Kind::Any).await,
            "container" => inspect(cli, args, Kind::Container).await,
            "image" => inspect(cli, args, Kind::Image).await,
            "volume" => inspect(cli, args, Kind::Volume).await,
            kind @ ("network" | "service" | "task" | "node" | "plugin" | "secret") => {
                let kind = kind.to_owned();
                inspect(cli, args, Kind::Other(kind)).await
            }
            other => Err(CliError::new(1, format!("{other:?} is not a valid value for --type"))),
        }
    })
}

/// Runs `docker container inspect`.
pub fn container(cli: Cli, args: Args) -> Running {
    Box::pin(inspect(cli, args, Kind::Container))
}

/// Runs `docker volume inspect`.
pub fn volume(cli: Cli, args: Args) -> Running {
    Box::pin(inspect(cli, args, Kind::Volume))
}

/// Runs `docker image inspect`.
pub fn image(cli: Cli, args: Args) -> Running {
    Box::pin(inspect(cli, args, Kind::Image))
}

enum Kind {
    Any,
    Container,
    Image,
    Volume,
    /// A kind that this engine has none of.
    Other(String),
}

async fn inspect(cli: Cli, args: Args, kind: Kind) -> Result<i32, CliError> {
    let format = args.text("format");
    let template = match format {
        "" => None,
        text => Some(Template::parse("", text).map_err(|e| CliError::new(64, format!("template parsing error: {e}")))?),
    };
    let (mut found, mut out, mut errors) = (Vec::new(), String::new(), Vec::new());
    for name in &args.rest {
        match look_up(&cli, &kind, name, args.on("size")).await {
            Ok(json) => match &template {
                None => found.push(json),
                Some(template) => match fill(template, &json) {
                    Ok(text) => out.push_str(&(text + "\n")),
                    Err(message) => errors.push(format!("template parsing error: {message}")),
                },
            },
            Err(error) => errors.push(error.message),
        }
    }
    match template {
        None => out = pretty(&Json::Array(found)) + "\n",
        Some(_) if out.is_empty() => out.push('\n'),
        Some(_) => {}
    }
    cli.out(&out).await;
    if errors.is_empty() {
        Ok(0)
    } else {
        Err(CliError::new(1, errors.join("\n")))
    }
}

async fn look_up(cli: &Cli, kind: &Kind, name: &str, size: bool) -> Result<Json, CliError> {
    let missing = EngineError::is_not_found;
    if let Kind::Other(kind) = kind {
        return Err(CliError::new(1, format!("Error: No such {kind}: {name}")));
    }
    if matches!(kind, Kind::Any | Kind::Container) && !name.is_empty() {
        match cli.engine.container_inspect(name, size).await {
            Ok(reply) => return json(&reply),
            Err(error) if missing(&error) && matches!(kind, Kind::Any) => {}
            Err(error) => return Err(not_found("container", name)(error)),
        }
    }
    if matches!(kind, Kind::Any | Kind::Image) && !name.is_empty() {
        match cli.engine.image_inspect(name).await {
            Ok(reply) => {
                if size {
                    cli.err("WARNING: --size ignored for image\n").await;
                }
                return json(&reply);
            }
            Err(error) if matches!(kind, Kind::Any) && !matches!(error.kind(), ErrorKind::System) => {}
            Err(error) => return Err(not_found("image", name)(error)),
        }
    }
    if matches!(kind, Kind::Any | Kind::Volume) {
        match cli.engine.volume_inspect(name).await {
            Ok(reply) => return json(&reply),
            Err(error) if missing(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let what = match kind {
        Kind::Container => "container",
        Kind::Image => "image",
        Kind::Volume => "volume",
        _ => "object",
    };
    Err(CliError::new(1, format!("Error: No such {what}: {name}")))
}

/// A reply as JSON.
pub fn json(reply: &impl serde::Serialize) -> Result<Json, CliError> {
    serde_json::to_value(reply).map_err(|error| CliError::new(1, error.to_string()))
}

/// First over Go's types, and where that fails over the raw JSON, as the client does.
fn fill(template: &Template, json: &Json) -> Result<String, String> {
    let mut out = String::new();
    if template.execute(&typed("", json), MissingKey::NoValue, Functions::Real, &mut out).is_ok() {
        return Ok(out);
    }
    out.clear();
    template.execute(&Value::raw(json), MissingKey::Error, Functions::Real, &mut out)?;
    Ok(out)
}

/// Objects that are maps in Go; all others are structs.
const MAPS: &[&str] = &[
    "Annotations",
    "Attributes",
    "Data",
    "Details",
    "DriverOpts",
    "ExposedPorts",
    "IndexConfigs",
    "Labels",
    "LogOpts",
    "Networks",
    "Options",
    "PortBindings",
    "Ports",
    "Runtimes",
    "StorageOpt",
    "Sysctls",
    "Tmpfs",
    "Volumes",
];

/// Fields that JSON leaves out where they are empty, after one that stands beside them, and what Go has there: a
/// nil pointer, an empty map, list or text, or false.
const OMITTED: &[(&str, &str, char)] = &[
    ("FinishedAt", "Health", 'n'),
    ("OnBuild", "Healthcheck", 'n'),
    ("OnBuild", "StopTimeout", 'n'),
    ("RestartCount", "SizeRw", 'n'),
    ("RestartCount", "SizeRootFs", 'n'),
    ("ShmSize", "Init", 'n'),
    ("OnBuild", "ExposedPorts", 'm'),
    ("OnBuild", "StopSignal", 's'),
    ("OnBuild", "MacAddress", 's'),
    ("OnBuild", "Shell", 'l'),
    ("OnBuild", "NetworkDisabled", 'b'),
    ("ShmSize", "Sysctls", 'm'),
    ("ShmSize", "Tmpfs", 'm'),
    ("ShmSize", "StorageOpt", 'm'),
    ("RootFS", "Variant", 's'),
    ("RootFS", "OsVersion", 's'),
];

/// Lists that are `nil` in Go print as `[]`; pointers that are, as `<nil>`.
const POINTERS: &[&str] = &["Health", "MemorySwappiness", "PidsLimit", "Init", "IPAMConfig", "OomKillDisable", "Error"];

/// JSON as the client's Go types have it, as far as templates can tell.
pub fn typed(key: &str, json: &Json) -> Value {
    match json {
        Json::Null if POINTERS.contains(&key) => Value::Nil,
        Json::Null if MAPS.contains(&key) => Value::NilMap,
        Json::Null => Value::NilList,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_i64().map_or(Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int),
        Json::String(s) => s.as_str().into(),
        Json::Array(items) => Value::List(items.iter().map(|item| typed("", item)).collect()),
        Json::Object(object) => {
            let map = MAPS.contains(&key)
                || (key == "Config" && object.keys().all(|k| !k.starts_with("Host") && k != "Image"));
            let mut fields: Fields = object.iter().map(|(k, v)| (k.as_str().into(), typed(k, v))).collect();
            if map {
                sorted::sort_by(&mut fields, |a, b| a.0.cmp(&b.0));
                return Value::Map(Rc::new(fields));
            }
            for (beside, name, kind) in OMITTED {
                if object.contains_key(*beside) && !object.contains_key(*name) {
                    let value = match kind {
                        'n' => Value::Nil,
                        'm' => Value::NilMap,
                        'l' => Value::NilList,
                        'b' => Value::Bool(false),
                        _ => "".into(),
                    };
                    fields.push((format!("\0{name}").into(), value));
                }
            }
            Value::Struct("struct", Rc::new(fields))
        }
    }
}

/// JSON indented by four blanks, as `json.Indent` does.
pub fn pretty(json: &Json) -> String {
    let mut out = String::new();
    write(&mut out, json, 0);
    out
}

fn write(out: &mut String, json: &Json, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    };
    match json {
        Json::Array(items) if !items.is_empty() => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write(out, item, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Json::Object(object) if !object.is_empty() => {
            out.push('{');
            for (i, (key, value)) in object.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write_text(out, key, false);
                out.push_str(": ");
                write(out, value, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        Json::String(text) => write_text(out, text, false),
        other => out.push_str(&other.to_string()),
    }
}
