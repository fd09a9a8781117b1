//! `docker create`, and what `run` shares with it: flags into a request, the image pulled where it is missing.

use super::super::error::CliError;
use super::super::progress::{show, To};
use super::super::{ports, units, Args, Cli, Running};
use crate::engine::api::{
    ContainerConfig, ContainerCreate, DeviceMapping, Empty, EndpointSettings, EngineError, ErrorKind, HealthConfig,
    HostConfig, LogConfig, RestartPolicy, Ulimit,
};
use crate::oci::Reference;
use crate::sorted::VecMap;

/// A request, and what of the command line is not part of it.
#[derive(Debug)]
pub struct Parsed {
    /// For the engine.
    pub request: ContainerCreate,
    /// `always`, `missing` or `never`.
    pull: String,
    /// The file that the id goes into; none where empty.
    cidfile: String,
}

/// Runs it.
pub fn run(cli: Cli, args: Args) -> Running {
    Box::pin(async move {
        let parsed = parse(&cli, &args).map_err(|message| {
            let sentence = message.strip_suffix('.').unwrap_or(&message);
            CliError::new(125, format!("docker: {sentence}.\nSee 'docker create --help'."))
        })?;
        let id = create(&cli, parsed).await?;
        cli.out(&(id + "\n")).await;
        Ok(0)
    })
}

/// Makes the container; its id. A missing image is pulled, with its progress on standard error.
pub async fn create(cli: &Cli, parsed: Parsed) -> Result<String, CliError> {
    let Parsed { request, pull, cidfile } = parsed;
    let image = request.config.image.clone();
    let reference = Reference::parse(&image);
    let bare_id = image.len() == 64 && image.bytes().all(|b| b.is_ascii_hexdigit());
    if let (Err(reason), false) = (&reference, bare_id) {
        return Err(CliError::new(1, reason.to_string()));
    }
    if !cidfile.is_empty() {
        reserve(cli, &cidfile)?;
    }
    if pull == "always" {
        pull_image(cli, &image).await?;
    }
    let created = match cli.engine.container_create(request.clone()).await {
        Err(error) if pull == "missing" && image_missing(&error) && reference.is_ok() => {
            let full = reference.map_or(image.clone(), |r| r.or_latest().familiar());
            cli.err(&format!("Unable to find image '{full}' locally\n")).await;
            pull_image(cli, &image).await?;
            cli.engine.container_create(request).await?
        }
        reply => reply?,
    };
    for warning in &created.warnings {
        cli.err(&format!("WARNING: {warning}\n")).await;
    }
    if !cidfile.is_empty() {
        let written = cli.write_file(&cidfile, created.id.as_bytes(), 0o644);
        written
            .map_err(|reason| CliError::new(1, format!("Failed to write the container ID to the file: {reason}")))?;
    }
    Ok(created.id)
}

/// Refuses a file for the id that is there already or cannot be made.
fn reserve(cli: &Cli, path: &str) -> Result<(), CliError> {
    let sentence = if cli.exists(path) {
        format!("container ID file found, make sure the other container isn't running or delete {path}")
    } else if !cli.is_dir(&super::super::paths::split(&cli.absolute(path)).0) {
        format!("failed to create the container ID file: open {path}: no such file or directory")
    } else {
        return Ok(());
    };
    Err(CliError::new(1, sentence))
}

fn image_missing(error: &EngineError) -> bool {
    match error {
        EngineError::NoSuchImage { .. } => true,
        EngineError::Remote { kind: ErrorKind::NotFound, message } => message.starts_with("No such image"),
        _ => false,
    }
}

async fn pull_image(cli: &Cli, image: &str) -> Result<(), CliError> {
    let messages = cli.engine.image_pull(image).await?;
    show(cli, messages, To::Err).await
}

/// The environment that `-e` and `--env-file` ask for; a bare name takes the client's own value.
pub fn environment(cli: &Cli, args: &Args) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let mut add = |line: &str| match (line.contains('='), cli.env(line)) {
        (false, Some(value)) => all.push(format!("{line}={value}")),
        _ => all.push(line.to_owned()),
    };
    for line in lines(cli, args, "env-file")? {
        let name = line.split('=').next().unwrap_or("");
        if name.contains([' ', '\t']) {
            return Err(format!("poorly formatted environment: variable '{name}' contains whitespaces"));
        }
        if line.contains('=') || cli.env(&line).is_some() {
            add(&line);
        }
    }
    args.all("env").for_each(add);
    Ok(all)
}

/// The lines of the files that a flag names, without comments.
fn lines(cli: &Cli, args: &Args, flag: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for path in args.all(flag) {
        let bytes = cli.read_file(path).map_err(|errno| format!("open {path}: {errno}"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
        all.extend(lines.map(str::to_owned));
    }
    Ok(all)
}

/// `key=value` texts as a map; a bare key has an empty value.
pub(super) fn map<'a>(texts: impl Iterator<Item = &'a str>) -> VecMap<String, String> {
    texts.map(|text| text.split_once('=').unwrap_or((text, ""))).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The flags as a request (`container/opts.go`, `parse`); the error is the client's sentence.
pub fn parse(cli: &Cli, args: &Args) -> Result<Parsed, String> {
    let mac = args.text("mac-address");
    if !mac.is_empty() && !valid_mac(mac) {
        return Err(format!("{mac} is not a valid mac address"));
    }
    let swappiness = args.int("memory-swappiness").unwrap_or(-1);
    if swappiness != -1 && !(0..=100).contains(&swappiness) {
        return Err(format!("invalid value: {swappiness}. Valid memory swappiness range is 0-100"));
    }
    let mut host_config = host_config(args)?;
    let mut config = config(cli, args)?;
    volumes(cli, args, &mut config, &mut host_config)?;
    let (exposed, bindings) = ports::specs(args.all("publish"), args.all("expose"))?;
    config.exposed_ports = (!exposed.is_empty()).then(|| exposed.into_iter().map(|p| (p, Empty {})).collect());
    host_config.port_bindings = bindings;
    if host_config.auto_remove && !matches!(host_config.restart_policy.name.as_str(), "" | "no") {
        return Err("Conflicting options: --restart and --rm".to_owned());
    }
    let request = ContainerCreate {
        name: args.get("name").filter(|name| !name.is_empty()).map(str::to_owned),
        config,
        networking_config: endpoints(args, &host_config.network_mode),
        host_config,
    };
    let pull = args.get("pull").unwrap_or("missing").to_owned();
    Ok(Parsed { request, pull, cidfile: args.text("cidfile").to_owned() })
}

fn valid_mac(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    matches!(parts.len(), 6 | 8) && parts.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn config(cli: &Cli, args: &Args) -> Result<ContainerConfig, String> {
    let attach: Vec<String> = args.all("attach").map(str::to_lowercase).collect();
    let asked = |stream: &str| attach.iter().any(|a| a == stream);
    let stdin = args.on("interactive");
    let mut labels = map(lines(cli, args, "label-file")?.iter().map(String::as_str));
    labels.extend(map(args.all("label")));
    let attach_stdin = stdin || asked("stdin");
    Ok(ContainerConfig {
        hostname: args.text("hostname").to_owned(),
        domainname: args.text("domainname").to_owned(),
        user: args.text("user").to_owned(),
        attach_stdin,
        attach_stdout: attach.is_empty() || asked("stdout"),
        attach_stderr: attach.is_empty() || asked("stderr"),
        tty: args.on("tty"),
        open_stdin: stdin,
        stdin_once: stdin && attach_stdin,
        env: some(environment(cli, args)?),
        cmd: some(args.rest.get(1..).unwrap_or(&[]).to_vec()),
        healthcheck: healthcheck(args)?,
        image: args.arg(0).to_owned(),
        working_dir: args.text("workdir").to_owned(),
        // `--entrypoint ''` takes the image's away, which a list with an empty text says.
        entrypoint: args.get("entrypoint").map(|program| vec![program.to_owned()]),
        mac_address: args.text("mac-address").to_owned(),
        labels: Some(labels),
        stop_signal: args.text("stop-signal").to_owned(),
        stop_timeout: args.int("stop-timeout"),
        ..ContainerConfig::default()
    })
}

fn healthcheck(args: &Args) -> Result<Option<HealthConfig>, String> {
    let nanos = |flag: &str| args.get(flag).and_then(units::parse_duration).filter(|&n| n != 0);
    let (interval, timeout) = (nanos("health-interval"), nanos("health-timeout"));
    let (start_period, retries) = (nanos("health-start-period"), args.int("health-retries").filter(|&n| n != 0));
    let command = args.get("health-cmd").filter(|command| !command.is_empty());
    let given =
        command.is_some() || interval.is_some() || timeout.is_some() || start_period.is_some() || retries.is_some();
    if args.on("no-healthcheck") {
        if given {
            return Err("--no-healthcheck conflicts with --health-* options".to_owned());
        }
        return Ok(Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() }));
    }
    let test = command.map(|command| vec!["CMD-SHELL".to_owned(), command.to_owned()]);
    Ok(given.then_some(HealthConfig { test, interval, timeout, start_period, retries }))
}

fn host_config(args: &Args) -> Result<HostConfig, String> {
    let text = |flag: &str| args.text(flag).to_owned();
    let list = |flag: &str| some(args.list(flag));
    let mode = |flag: &str, what: &str, known: &[&str]| {
        let value = args.text(flag);
        let good = value.is_empty() || known.contains(&value) || (flag == "pid" && value.starts_with("container:"));
        if good {
            Ok(value.to_owned())
        } else {
            Err(format!("--{flag}: invalid {what} mode"))
        }
    };
    let memory_swap = args.bytes("memory-swap").unwrap_or(0);
    let options = |flag: &str| Some(map(args.all(flag))).filter(|map| !map.is_empty());
    let host_config = HostConfig {
        container_id_file: text("cidfile"),
        log_config: LogConfig { r#type: text("log-driver"), config: map(args.all("log-opt")) },
        network_mode: args.get("network").unwrap_or("default").to_owned(),
        restart_policy: restart_policy(args.get("restart").unwrap_or("no"))?,
        auto_remove: args.on("rm"),
        volume_driver: text("volume-driver"),
        volumes_from: list("volumes-from"),
        cap_add: list("cap-add"),
        cap_drop: list("cap-drop"),
        cgroupns_mode: mode("cgroupns", "CGROUP", &["host", "private"])?,
        dns: args.list("dns"),
        dns_options: args.list("dns-option"),
        dns_search: args.list("dns-search"),
        extra_hosts: list("add-host"),
        group_add: list("group-add"),
        ipc_mode: text("ipc"),
        links: list("link"),
        oom_score_adj: args.int("oom-score-adj").unwrap_or(0),
        pid_mode: mode("pid", "PID", &["host"])?,
        privileged: args.on("privileged"),
        publish_all_ports: args.on("publish-all"),
        readonly_rootfs: args.on("read-only"),
        security_opt: some(security(args)?),
        tmpfs: Some(
            args.all("tmpfs")
                .map(|t| t.split_once(':').unwrap_or((t, "")))
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
        )
        .filter(|map: &VecMap<_, _>| !map.is_empty()),
        uts_mode: mode("uts", "UTS", &["host"])?,
        userns_mode: mode("userns", "USER", &["host"])?,
        shm_size: args.bytes("shm-size").unwrap_or(0),
        sysctls: options("sysctl"),
        runtime: text("runtime"),
        isolation: text("isolation"),
        cpu_shares: args.int("cpu-shares").unwrap_or(0),
        memory: args.bytes("memory").unwrap_or(0),
        nano_cpus: args.get("cpus").and_then(|n| n.parse::<f64>().ok()).map_or(0, |n| (n * 1e9) as i64),
        cgroup_parent: text("cgroup-parent"),
        blkio_weight: args.get("blkio-weight").and_then(|n| n.parse().ok()).unwrap_or(0),
        cpu_period: args.int("cpu-period").unwrap_or(0),
        cpu_quota: args.int("cpu-quota").unwrap_or(0),
        cpu_realtime_period: args.int("cpu-rt-period").unwrap_or(0),
        cpu_realtime_runtime: args.int("cpu-rt-runtime").unwrap_or(0),
        cpuset_cpus: text("cpuset-cpus"),
        cpuset_mems: text("cpuset-mems"),
        devices: devices(args)?,
        device_cgroup_rules: list("device-cgroup-rule"),
        kernel_memory: args.bytes("kernel-memory").unwrap_or(0),
        memory_reservation: args.bytes("memory-reservation").unwrap_or(0),
        memory_swap,
        memory_swappiness: args.int("memory-swappiness").filter(|&n| n != -1),
        oom_kill_disable: Some(args.on("oom-kill-disable")),
        pids_limit: args.int("pids-limit"),
        ulimits: some(args.all("ulimit").map(ulimit).collect::<Result<_, _>>()?),
        init: args.switch("init"),
        ..HostConfig::default()
    };
    if args.all("storage-opt").any(|option| !option.contains('=')) {
        return Err("invalid storage option".to_owned());
    }
    Ok(host_config)
}

/// `no`, `always`, `unless-stopped`, `on-failure[:3]`.
pub fn restart_policy(text: &str) -> Result<RestartPolicy, String> {
    let (name, count) = text.split_once(':').unwrap_or((text, ""));
    if count.contains(':') {
        return Err("invalid restart policy format".to_owned());
    }
    let maximum_retry_count = match count {
        "" if !text.contains(':') => 0,
        count => count.parse().map_err(|_| "maximum retry count must be an integer".to_owned())?,
    };
    Ok(RestartPolicy { name: name.to_owned(), maximum_retry_count })
}

fn security(args: &Args) -> Result<Vec<String>, String> {
    let options = args.list("security-opt");
    match options.iter().find(|o| !o.contains(['=', ':']) && *o != "no-new-privileges") {
        Some(bad) => Err(format!("Invalid --security-opt: {bad:?}")),
        None => Ok(options),
    }
}

fn devices(args: &Args) -> Result<Vec<DeviceMapping>, String> {
    let device = |text: &str| {
        let parts: Vec<&str> = text.split(':').collect();
        let (host, rest) = parts.split_first().map_or(("", [].as_slice()), |(h, r)| (*h, r));
        if !host.starts_with('/') {
            return Err(format!("{text} is not an absolute path"));
        }
        let (inside, permissions) = match rest {
            [] => (host, "rwm"),
            [one] if !one.starts_with('/') => (host, *one),
            [inside] => (*inside, "rwm"),
            [inside, permissions, ..] => (*inside, *permissions),
        };
        Ok(DeviceMapping {
            path_on_host: host.to_owned(),
            path_in_container: inside.to_owned(),
            cgroup_permissions: permissions.to_owned(),
        })
    };
    args.all("device").map(device).collect()
}

fn ulimit(text: &str) -> Result<Ulimit, String> {
    let invalid = || format!("invalid ulimit argument: {text}");
    let (name, limits) = text.split_once('=').ok_or_else(invalid)?;
    let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
    let number = |text: &str| text.parse::<i64>().map_err(|_| invalid());
    Ok(Ulimit { name: name.to_owned(), hard: number(hard)?, soft: number(soft)? })
}

fn endpoints(args: &Args, network: &str) -> VecMap<String, EndpointSettings> {
    let aliases = args.list("network-alias");
    let address = args.text("ip");
    if aliases.is_empty() && address.is_empty() {
        return VecMap::new();
    }
    let ipam = [("IPv4Address".to_owned(), address.to_owned())];
    let settings = EndpointSettings {
        aliases: some(aliases),
        ipam_config: (!address.is_empty()).then(|| ipam.into_iter().collect()),
        ..EndpointSettings::default()
    };
    [(network.to_owned(), settings)].into_iter().collect()
}

/// `-v` and `--mount`: what has a source is bound, the rest are anonymous volumes.
fn volumes(cli: &Cli, args: &Args, config: &mut ContainerConfig, host: &mut HostConfig) -> Result<(), String> {
    let (mut binds, mut anonymous) = (Vec::new(), VecMap::new());
    for text in args.all("volume") {
        match text.split_once(':') {
            None => {
                anonymous.insert(text.to_owned(), Empty {});
            }
            Some((source, rest)) if source == "." || source.starts_with("./") || source.starts_with("../") => {
                binds.push(format!("{}:{rest}", cli.absolute(source)));
            }
            Some(_) => binds.push(text.to_owned()),
        }
    }
    for text in args.all("mount") {
        let field = |names: &[&str]| {
            text.split(',').filter_map(|f| f.split_once('=')).find(|(k, _)| names.contains(k)).map(|(_, v)| v)
        };
        let target = field(&["target", "destination", "dst"]).ok_or("target is required")?;
        let readonly =
            text.split(',').any(|f| matches!(f, "readonly" | "ro" | "readonly=true" | "ro=true" | "readonly=1"));
        let nocopy = text.split(',').any(|f| matches!(f, "volume-nocopy" | "volume-nocopy=true" | "volume-nocopy=1"));
        let mode = match (readonly, nocopy) {
            (false, false) => "",
            (true, false) => ":ro",
            (false, true) => ":nocopy",
            (true, true) => ":ro,nocopy",
        };
        match (field(&["type"]).unwrap_or("volume"), field(&["source", "src"])) {
            ("tmpfs", _) => {
                let named = [("tmpfs-size", "size"), ("tmpfs-mode", "mode")];
                let values =
                    named.iter().filter_map(|(field_name, name)| Some(format!("{name}={}", field(&[field_name])?)));
                let options: Vec<String> = values.chain(readonly.then(|| "ro".to_owned())).collect();
                host.tmpfs.get_or_insert_default().insert(target.to_owned(), options.join(","));
            }
            ("bind", None) => {
                return Err("invalid mount config for type \"bind\": field Source must not be empty".to_owned())
            }
            ("bind", Some(source)) if !cli.exists(source) => {
                return Err(format!(
                    "Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: {source}"
                ));
            }
            ("bind" | "volume", Some(source)) => binds.push(format!("{source}:{target}{mode}")),
            ("volume", None) => {
                anonymous.insert(target.to_owned(), Empty {});
            }
            (other, _) => return Err(format!("mount type unknown: {other:?}")),
        }
    }
    host.binds = some(binds);
    config.volumes = (!anonymous.is_empty()).then_some(anonymous);
    Ok(())
}
