//! `docker info`: what the engine holds and can do.

use super::super::error::CliError;
use super::super::template::{Functions, MissingKey, Template, Value};
use super::super::units::bytes_size;
use super::super::{Args, Cli, Running};
use super::inspect::{json, typed};
use crate::engine::api::Info;
use std::fmt::Write as _;
use std::rc::Rc;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let format = args.text("format");
        let template = Template::parse("", format)
            .map_err(|message| CliError::new(64, format!("template parsing error: {message}")))?;
        let info = cli.engine.info().await?;
        if format.is_empty() {
            cli.out(&text(&info)).await;
            return Ok(0);
        }
        let mut out = String::new();
        let result = template.execute(&value(&info)?, MissingKey::NoValue, Functions::Real, &mut out);
        cli.out(&(out + "\n")).await;
        result.map(|()| 0).map_err(|message| CliError::new(1, message))
    })
}

/// The engine's fields, and the client's own under `ClientInfo`.
fn value(info: &Info) -> Result<Value, CliError> {
    let Value::Struct(_, fields) = typed("Info", &json(info)?) else { return Ok(Value::Nil) };
    let mut fields = (*fields).clone();
    let client = vec![
        ("Debug".into(), Value::Bool(false)),
        ("Context".into(), "default".into()),
        ("Plugins".into(), Value::List(Rc::new([]))),
        ("Warnings".into(), Value::NilList),
    ];
    fields.push(("ClientInfo".into(), Value::Struct("system.clientInfo", Rc::new(client))));
    Ok(Value::Struct("system.info", Rc::new(fields)))
}

fn text(info: &Info) -> String {
    let mut out = "Client:\n Context:    default\n Debug Mode: false\n\nServer:\n".to_owned();
    let mut line = |depth: usize, name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}{name}: {value}", " ".repeat(depth));
    };
    line(1, "Containers", &info.containers.to_string());
    line(2, "Running", &info.containers_running.to_string());
    line(2, "Paused", &info.containers_paused.to_string());
    line(2, "Stopped", &info.containers_stopped.to_string());
    line(1, "Images", &info.images.to_string());
    line(1, "Server Version", &info.server_version);
    line(1, "Storage Driver", &info.driver);
    for [name, value] in &info.driver_status {
        line(2, name, value);
    }
    line(1, "Logging Driver", &info.logging_driver);
    line(1, "Cgroup Driver", &info.cgroup_driver);
    line(1, "Cgroup Version", &info.cgroup_version);
    let _ = writeln!(out, " Plugins:");
    let mut line = |depth: usize, name: &str, value: &str| {
        let _ = writeln!(out, "{}{name}: {value}", " ".repeat(depth));
    };
    line(2, "Volume", &info.plugins.volume.join(" "));
    line(2, "Network", &info.plugins.network.join(" "));
    line(2, "Log", &info.plugins.log.join(" "));
    line(1, "Swarm", &info.swarm.local_node_state);
    line(1, "Runtimes", &info.runtimes.keys().map(String::as_str).collect::<Vec<_>>().join(" "));
    line(1, "Default Runtime", &info.default_runtime);
    line(1, "Init Binary", &info.init_binary);
    line(1, "containerd version", &info.containerd_commit.id);
    line(1, "runc version", &info.runc_commit.id);
    line(1, "init version", &info.init_commit.id);
    security(&mut out, info);
    machine(&mut out, info);
    out
}

fn security(out: &mut String, info: &Info) {
    if info.security_options.is_empty() {
        return;
    }
    out.push_str(" Security Options:\n");
    for option in &info.security_options {
        for (at, (key, value)) in option.split(',').filter_map(|part| part.split_once('=')).enumerate() {
            let key = if key == "profile" { "Profile" } else { key };
            out.push_str(&if at == 0 { format!("  {value}\n") } else { format!("   {key}: {value}\n") });
        }
    }
}

fn machine(out: &mut String, info: &Info) {
    let yes = |b: bool| b.to_string();
    let lines = [
        ("Kernel Version", info.kernel_version.clone()),
        ("Operating System", info.operating_system.clone()),
        ("OSType", info.os_type.clone()),
        ("Architecture", info.architecture.clone()),
        ("CPUs", info.n_cpu.to_string()),
        ("Total Memory", bytes_size(info.mem_total)),
        ("Name", info.name.clone()),
        ("ID", info.id.clone()),
        ("Docker Root Dir", info.docker_root_dir.clone()),
        ("Debug Mode", yes(info.debug)),
        ("Registry", info.index_server_address.clone()),
    ];
    for (name, value) in lines {
        out.push_str(&format!(" {name}: {value}\n"));
    }
    out.push_str(" Labels:\n");
    out.extend(info.labels.iter().map(|label| format!("  {label}\n")));
    out.push_str(&format!(" Experimental: {}\n Insecure Registries:\n", yes(info.experimental_build)));
    for (name, _) in info.registry_config.index_configs.iter().filter(|(_, index)| !index.secure) {
        out.push_str(&format!("  {name}\n"));
    }
    out.extend(info.registry_config.insecure_registry_cidrs.iter().map(|cidr| format!("  {cidr}\n")));
    if !info.registry_config.mirrors.is_empty() {
        out.push_str(" Registry Mirrors:\n");
        out.extend(info.registry_config.mirrors.iter().map(|mirror| format!("  {mirror}\n")));
    }
    out.push_str(&format!(" Live Restore Enabled: {}\n\n", yes(info.live_restore_enabled)));
}
