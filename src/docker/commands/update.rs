//! `docker update`: other limits and another restart policy for containers.

use super::super::error::CliError;
use super::super::{Args, Cli, Running};
use super::create::restart_policy;
use crate::engine::api::ContainerUpdate;

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        if !args.any() {
            return Err(CliError::new(1, "you must provide one or more flags when using this command"));
        }
        let text = |flag: &str| args.get(flag).map(str::to_owned);
        let policy = args.get("restart").filter(|text| !text.is_empty()).map(restart_policy).transpose();
        let update = ContainerUpdate {
            restart_policy: policy.map_err(|message| CliError::new(1, message))?,
            memory: args.bytes("memory"),
            memory_swap: args.bytes("memory-swap"),
            memory_reservation: args.bytes("memory-reservation"),
            kernel_memory: args.bytes("kernel-memory"),
            cpu_shares: args.int("cpu-shares"),
            cpu_period: args.int("cpu-period"),
            cpu_quota: args.int("cpu-quota"),
            cpuset_cpus: text("cpuset-cpus"),
            cpuset_mems: text("cpuset-mems"),
            blkio_weight: args.get("blkio-weight").and_then(|n| n.parse().ok()),
            nano_cpus: args.get("cpus").and_then(|n| n.parse::<f64>().ok()).map(|n| (n * 1e9) as i64),
            pids_limit: args.int("pids-limit"),
        };
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for name in &args.rest {
            match cli.engine.container_update(name, update.clone()).await {
                Ok(reply) => {
                    cli.out(&format!("{name}\n")).await;
                    warnings.extend(reply.warnings.unwrap_or_default());
                }
                Err(error) => errors.push(CliError::from(error).message),
            }
        }
        if !warnings.is_empty() {
            cli.out(&(warnings.join("\n") + "\n")).await;
        }
        super::finish(errors)
    })
}
