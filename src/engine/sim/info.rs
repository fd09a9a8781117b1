//! What the engine says of itself: version, info, disk use; and samples of what containers use. The facts are those
//! of the Docker whose words it speaks, and of the kernel it runs on.

use super::containers::Container;
use super::images::ROOT_DIR;
use super::store::DOCKER_VERSION;
use super::SimEngine;
use crate::ambient::{Time, SECOND};
use crate::engine::api::{
    channel, BlkioStats, Commit, Component, ContainerListOptions, ContainersPruned, CpuStats, CpuUsage, DiskUsage,
    EngineError, Filters, ImageListOptions, IndexConfig, Info, MemoryStats, NetworkStats, PidsStats, Ping, Platform,
    Plugins, RegistryConfig, Runtime, Stats, Stream, Swarm, Version,
};
use crate::kernel::machine;
use crate::sorted::VecMap;
use std::rc::Rc;

const API_VERSION: &str = "1.41";
const MIN_API_VERSION: &str = "1.12";
const GIT_COMMIT: &str = "5d6db84";
const GO_VERSION: &str = "go1.19.8";
const CONTAINERD: (&str, &str) = ("1.6.20~ds1", "1.6.20~ds1-1+deb12u3");
const RUNC: (&str, &str) = ("1.1.5+ds1", "1.1.5+ds1-1+deb12u1");
const INIT: &str = "0.19.0";

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

pub(super) fn ping() -> Ping {
    Ping { api_version: API_VERSION.into(), os_type: "linux".into(), experimental: false }
}

pub(super) fn version() -> Version {
    let component = |name: &str, version: &str, details: &[(&str, &str)]| Component {
        name: name.into(),
        version: version.into(),
        details: details.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    Version {
        platform: Platform::default(),
        components: vec![
            component(
                "Engine",
                DOCKER_VERSION,
                &[
                    ("ApiVersion", API_VERSION),
                    ("Arch", "amd64"),
                    ("BuildTime", "Thu May  7 21:09:36 2026"),
                    ("Experimental", "false"),
                    ("GitCommit", GIT_COMMIT),
                    ("GoVersion", GO_VERSION),
                    ("KernelVersion", machine::RELEASE),
                    ("MinAPIVersion", MIN_API_VERSION),
                    ("Os", "linux"),
                ],
            ),
            component("containerd", CONTAINERD.0, &[("GitCommit", CONTAINERD.1)]),
            component("runc", RUNC.0, &[("GitCommit", RUNC.1)]),
            component("docker-init", INIT, &[("GitCommit", "")]),
        ],
        version: DOCKER_VERSION.into(),
        api_version: API_VERSION.into(),
        min_api_version: MIN_API_VERSION.into(),
        git_commit: GIT_COMMIT.into(),
        go_version: GO_VERSION.into(),
        os: "linux".into(),
        arch: "amd64".into(),
        kernel_version: machine::RELEASE.into(),
        experimental: false,
        build_time: "2026-05-07T21:09:36.000000000+00:00".into(),
    }
}

impl SimEngine {
    pub(super) fn info(&self) -> Info {
        let state = self.state.borrow();
        let (containers, running, paused, stopped) = state.containers.counts();
        let commit = |id: &str| Commit { id: id.into(), expected: id.into() };
        let runtime = |name: &str| (name.to_owned(), Runtime { path: "runc".into() });
        Info {
            id: state.engine_id.clone(),
            containers,
            containers_running: running,
            containers_paused: paused,
            containers_stopped: stopped,
            images: state.images.len(),
            driver: "overlay2".into(),
            driver_status: [
                ["Backing Filesystem", "extfs"],
                ["Supports d_type", "true"],
                ["Native Overlay Diff", "true"],
                ["userxattr", "false"],
            ]
            .map(|pair| pair.map(str::to_owned))
            .to_vec(),
            plugins: Plugins {
                volume: strings(&["local"]),
                network: strings(&["bridge", "host", "ipvlan", "macvlan", "null", "overlay"]),
                authorization: None,
                log: strings(&[
                    "awslogs",
                    "fluentd",
                    "gcplogs",
                    "gelf",
                    "journald",
                    "json-file",
                    "local",
                    "logentries",
                    "splunk",
                    "syslog",
                ]),
            },
            memory_limit: true,
            swap_limit: true,
            kernel_memory: true,
            kernel_memory_tcp: true,
            cpu_cfs_period: true,
            cpu_cfs_quota: true,
            cpu_shares: true,
            cpu_set: true,
            pids_limit: true,
            ipv4_forwarding: true,
            bridge_nf_iptables: true,
            bridge_nf_ip6tables: true,
            debug: false,
            n_fd: 24 + 5 * (running + paused) as u32,
            oom_kill_disable: true,
            n_goroutines: 36 + 9 * (running + paused) as u32,
            system_time: self.kernel.now().rfc3339_nano(),
            logging_driver: "json-file".into(),
            cgroup_driver: "cgroupfs".into(),
            cgroup_version: "1".into(),
            n_events_listener: state.events.listeners() as u32,
            kernel_version: machine::RELEASE.into(),
            operating_system: "Debian GNU/Linux 12 (bookworm)".into(),
            os_version: "12".into(),
            os_type: "linux".into(),
            architecture: machine::MACHINE.into(),
            index_server_address: "https://index.docker.io/v1/".into(),
            registry_config: RegistryConfig {
                insecure_registry_cidrs: strings(&["127.0.0.0/8"]),
                index_configs: VecMap::from([(
                    "docker.io".to_owned(),
                    IndexConfig { name: "docker.io".into(), mirrors: Vec::new(), secure: true, official: true },
                )]),
                ..RegistryConfig::default()
            },
            n_cpu: machine::CPUS,
            mem_total: machine::MEMORY,
            generic_resources: None,
            docker_root_dir: ROOT_DIR.into(),
            http_proxy: String::new(),
            https_proxy: String::new(),
            no_proxy: String::new(),
            name: self.hostname.clone(),
            labels: Vec::new(),
            experimental_build: false,
            server_version: DOCKER_VERSION.into(),
            runtimes: VecMap::from([
                runtime("io.containerd.runc.v2"),
                runtime("io.containerd.runtime.v1.linux"),
                runtime("runc"),
            ]),
            default_runtime: "runc".into(),
            swarm: Swarm { local_node_state: "inactive".into(), ..Swarm::default() },
            live_restore_enabled: false,
            isolation: String::new(),
            init_binary: "docker-init".into(),
            containerd_commit: commit(CONTAINERD.1),
            runc_commit: commit(RUNC.1),
            init_commit: commit(""),
            security_options: strings(&["name=seccomp,profile=default"]),
            warnings: None,
        }
    }

    /// `docker system df`.
    pub(super) fn disk_usage(&self) -> Result<DiskUsage, EngineError> {
        let state = self.state.borrow();
        let mut images = state.list_images(&ImageListOptions { all: true, filters: Filters::new() })?;
        let mut users: VecMap<std::sync::Arc<str>, usize> = VecMap::new();
        let layers = |id: &str| state.images.get(id).map(|i| i.layers()).unwrap_or_default();
        for layer in images.iter().flat_map(|i| layers(&i.id)) {
            *users.entry(layer.chain_id.clone()).or_default() += 1;
        }
        for image in &mut images {
            let shared = layers(&image.id).into_iter().filter(|l| users.get(&l.chain_id).is_some_and(|n| *n > 1));
            image.shared_size = shared.map(|l| l.size as i64).sum();
            image.containers = state.containers.newest_first().filter(|c| *c.image == *image.id).count() as i64;
        }
        let containers = state.list_containers(
            self.kernel.now(),
            &ContainerListOptions { all: true, size: true, ..ContainerListOptions::default() },
        )?;
        Ok(DiskUsage {
            layers_size: state.layers.iter().map(|l| l.size).sum(),
            images,
            containers,
            volumes: state.volumes_used(),
            ..DiskUsage::default()
        })
    }

    /// `docker container prune`.
    pub(super) fn prune_containers(self: &Rc<Self>, filters: &Filters) -> Result<ContainersPruned, EngineError> {
        const KNOWN: [&str; 3] = ["label", "label!", "until"];
        if let Some(key) = filters.keys().find(|k| !KNOWN.contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let until = super::filters::until(filters, self.kernel.now())?;
        let doomed: Vec<Rc<Container>> = self
            .state
            .borrow()
            .containers
            .newest_first()
            .filter(|c| !c.is_running() && !c.get().removing)
            .filter(|c| until.is_none_or(|u| c.created <= u))
            .filter(|c| super::filters::labels_pass(filters, c.config.labels.as_ref()))
            .cloned()
            .collect();
        let mut pruned = ContainersPruned::default();
        for container in doomed {
            pruned.space_reclaimed += container.size_rw(&container.get());
            pruned.containers_deleted.get_or_insert_with(Vec::new).push(container.id.to_string());
            // `container prune` keeps volumes.
            self.remove_now(&container, false);
        }
        self.state.borrow_mut().events.pruned(self.kernel.now(), "container", pruned.space_reclaimed);
        Ok(pruned)
    }

    /// One sample.
    fn sample(&self, container: &Container, before: Option<&Stats>) -> Stats {
        let name = format!("/{}", container.name());
        let id = container.id.to_string();
        let Some(running) = container.running() else {
            let never = Time::NEVER.rfc3339_nano();
            return Stats { read: never.clone(), preread: never, name, id, ..Stats::default() };
        };
        let now = self.kernel.now();
        let processes = running.system.processes();
        let busy: u64 = processes.iter().map(|p| p.cpu as u64).sum();
        let started = container.get().started;
        let memory = processes.iter().map(SimEngine::memory_of).sum();
        let limit = match container.get().host_config.memory {
            0 => machine::MEMORY,
            limited => limited as u64,
        };
        let age = now.0.saturating_sub(started.0).max(0) / SECOND;
        let received = 516 + (age as u64).min(20) * 70;
        let cpu = CpuStats {
            cpu_usage: CpuUsage {
                total_usage: busy,
                usage_in_kernelmode: busy / 4,
                usage_in_usermode: busy - busy / 4,
            },
            system_cpu_usage: Some((now.0 as u64).wrapping_mul(u64::from(machine::CPUS))),
            online_cpus: Some(machine::CPUS),
        };
        let networks = NetworkStats { rx_bytes: received, rx_packets: received / 75, ..NetworkStats::default() };
        Stats {
            read: now.rfc3339_nano(),
            preread: before.map_or_else(|| Time::NEVER.rfc3339_nano(), |b| b.read.clone()),
            pids_stats: PidsStats { current: Some(processes.len() as u64) },
            blkio_stats: BlkioStats { io_service_bytes_recursive: Some(Vec::new()) },
            num_procs: 0,
            precpu_stats: before.map(|b| b.cpu_stats.clone()).unwrap_or_default(),
            cpu_stats: cpu,
            memory_stats: MemoryStats {
                usage: Some(memory),
                stats: Some(VecMap::from([("cache".to_owned(), 0), ("total_inactive_file".to_owned(), 0)])),
                limit: Some(limit),
            },
            name,
            id,
            networks: Some(VecMap::from([("eth0".to_owned(), networks)])),
            ..Stats::default()
        }
    }

    pub(super) fn stats(self: &Rc<Self>, container: &Rc<Container>, stream: bool, one_shot: bool) -> Stream<Stats> {
        let (sender, samples) = channel(4);
        let (engine, container) = (self.clone(), container.clone());
        self.kernel.spawn(async move {
            let mut last = engine.sample(&container, None);
            let running = container.running().is_some();
            let at_once = stream || one_shot || !running;
            if at_once && (sender.send(last.clone()).await.is_err() || !stream) {
                return;
            }
            loop {
                engine.kernel.sleep(SECOND).await;
                if container.get().removing {
                    return;
                }
                last = engine.sample(&container, Some(&last));
                if sender.send(last.clone()).await.is_err() || !stream {
                    return;
                }
            }
        });
        samples
    }
}
