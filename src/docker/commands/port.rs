//! `docker port`: where a container's ports are on the host.

use super::super::error::{not_found, CliError};
use super::super::{Args, Cli, Running};
use crate::engine::api::PortBinding;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let name = args.arg(0);
        let container = cli.engine.container_inspect(name, false).await.map_err(not_found("container", name))?;
        let ports = &container.network_settings.ports;
        let address = |binding: &PortBinding| format!("{}:{}", binding.host_ip, binding.host_port);
        let mut out = String::new();
        if let Some(wanted) = args.rest.get(1) {
            let (number, kind) = wanted.split_once('/').unwrap_or((wanted, "tcp"));
            if number.parse::<u16>().is_err() {
                return Err(CliError::new(1, format!("strconv.ParseUint: parsing {number:?}: invalid syntax")));
            }
            let Some(Some(bindings)) = ports.get(&format!("{number}/{kind}")) else {
                return Err(CliError::new(1, format!("Error: No public port '{number}/{kind}' published for {name}")));
            };
            out.extend(bindings.iter().map(|binding| address(binding) + "\n"));
        } else {
            for (port, bindings) in ports {
                for binding in bindings.iter().flatten() {
                    out.push_str(&format!("{port} -> {}\n", address(binding)));
                }
            }
        }
        cli.out(&out).await;
        Ok(0)
    })
}
