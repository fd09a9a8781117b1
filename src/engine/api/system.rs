//! Replies about the engine itself: version, info, disk use, events. Named and ordered as the Docker Engine API
//! v1.41 does. It must not know how they come about.

use super::{ContainerSummary, Empty, ImageSummary};
use crate::sorted::VecMap;
use serde::Serialize;

/// `GET /_ping`: what a client reads from the headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// As `1.41`.
    pub api_version: String,
    /// `linux`.
    pub os_type: String,
    /// Whether experimental features are on.
    pub experimental: bool,
}

/// `GET /version`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct Version {
    pub platform: Platform,
    pub components: Vec<Component>,
    pub version: String,
    pub api_version: String,
    #[serde(rename = "MinAPIVersion")]
    pub min_api_version: String,
    pub git_commit: String,
    pub go_version: String,
    pub os: String,
    pub arch: String,
    pub kernel_version: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub experimental: bool,
    pub build_time: String,
}

/// The product's name; empty for a distribution's build.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Platform {
    /// As `Docker Engine - Community`.
    pub name: String,
}

/// One program of the engine.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Component {
    /// `Engine`, `containerd`, `runc`, `docker-init`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// More, by name.
    pub details: VecMap<String, String>,
}

/// `GET /info`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct Info {
    #[serde(rename = "ID")]
    pub id: String,
    pub containers: usize,
    pub containers_running: usize,
    pub containers_paused: usize,
    pub containers_stopped: usize,
    pub images: usize,
    pub driver: String,
    pub driver_status: Vec<[String; 2]>,
    pub plugins: Plugins,
    pub memory_limit: bool,
    pub swap_limit: bool,
    pub kernel_memory: bool,
    #[serde(rename = "KernelMemoryTCP")]
    pub kernel_memory_tcp: bool,
    pub cpu_cfs_period: bool,
    pub cpu_cfs_quota: bool,
    #[serde(rename = "CPUShares")]
    pub cpu_shares: bool,
    #[serde(rename = "CPUSet")]
    pub cpu_set: bool,
    pub pids_limit: bool,
    #[serde(rename = "IPv4Forwarding")]
    pub ipv4_forwarding: bool,
    pub bridge_nf_iptables: bool,
    #[serde(rename = "BridgeNfIp6tables")]
    pub bridge_nf_ip6tables: bool,
    pub debug: bool,
    #[serde(rename = "NFd")]
    pub n_fd: u32,
    pub oom_kill_disable: bool,
    #[serde(rename = "NGoroutines")]
    pub n_goroutines: u32,
    pub system_time: String,
    pub logging_driver: String,
    pub cgroup_driver: String,
    pub cgroup_version: String,
    #[serde(rename = "NEventsListener")]
    pub n_events_listener: u32,
    pub kernel_version: String,
    pub operating_system: String,
    #[serde(rename = "OSVersion")]
    pub os_version: String,
    #[serde(rename = "OSType")]
    pub os_type: String,
    pub architecture: String,
    pub index_server_address: String,
    pub registry_config: RegistryConfig,
    #[serde(rename = "NCPU")]
    pub n_cpu: u32,
    pub mem_total: u64,
    pub generic_resources: Option<Vec<Empty>>,
    pub docker_root_dir: String,
    pub http_proxy: String,
    pub https_proxy: String,
    pub no_proxy: String,
    pub name: String,
    pub labels: Vec<String>,
    pub experimental_build: bool,
    pub server_version: String,
    pub runtimes: VecMap<String, Runtime>,
    pub default_runtime: String,
    pub swarm: Swarm,
    pub live_restore_enabled: bool,
    pub isolation: String,
    pub init_binary: String,
    pub containerd_commit: Commit,
    pub runc_commit: Commit,
    pub init_commit: Commit,
    pub security_options: Vec<String>,
    pub warnings: Option<Vec<String>>,
}

/// Plugins by kind.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct Plugins {
    pub volume: Vec<String>,
    pub network: Vec<String>,
    pub authorization: Option<Vec<String>>,
    pub log: Vec<String>,
}

/// Which registries are known, and how far they are trusted.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct RegistryConfig {
    #[serde(rename = "AllowNondistributableArtifactsCIDRs")]
    pub allow_nondistributable_artifacts_cidrs: Vec<String>,
    pub allow_nondistributable_artifacts_hostnames: Vec<String>,
    #[serde(rename = "InsecureRegistryCIDRs")]
    pub insecure_registry_cidrs: Vec<String>,
    pub index_configs: VecMap<String, IndexConfig>,
    pub mirrors: Vec<String>,
}

/// One registry.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct IndexConfig {
    pub name: String,
    pub mirrors: Vec<String>,
    pub secure: bool,
    pub official: bool,
}

/// A program that runs containers.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Runtime {
    /// Its name or path.
    pub path: String,
}

/// Whether the engine is part of a swarm.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct Swarm {
    #[serde(rename = "NodeID")]
    pub node_id: String,
    pub node_addr: String,
    pub local_node_state: String,
    pub control_available: bool,
    pub error: String,
    pub remote_managers: Option<Vec<String>>,
}

/// The version of a part by its commit.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Commit {
    /// What it is.
    #[serde(rename = "ID")]
    pub id: String,
    /// What was expected.
    pub expected: String,
}

/// `GET /system/df`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DiskUsage {
    /// Bytes of all layers, each once.
    pub layers_size: u64,
    /// With `Containers` and `SharedSize` filled in.
    pub images: Vec<ImageSummary>,
    /// With sizes.
    pub containers: Vec<ContainerSummary>,
    /// Named and anonymous.
    pub volumes: Vec<super::Volume>,
    /// Of builds.
    pub build_cache: Vec<Empty>,
    /// Bytes of it.
    pub builder_size: u64,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The older names, for containers and images: the action once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The actor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The image of a container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `container`, `image`, `network`, `volume`, `daemon`.
    #[serde(rename = "Type")]
    pub kind: &'static str,
    /// `create`, `start`, `die`, `pull`, …
    #[serde(rename = "Action")]
    pub action: String,
    /// What it happened to.
    #[serde(rename = "Actor")]
    pub actor: Actor,
    /// `local`.
    pub scope: &'static str,
    /// Seconds since the epoch.
    pub time: i64,
    /// Nanoseconds since the epoch.
    pub time_nano: i64,
}

/// What an event happened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Actor {
    /// Its id, or an image's reference.
    #[serde(rename = "ID")]
    pub id: String,
    /// `name`, `image`, `exitCode`, and labels.
    pub attributes: VecMap<String, String>,
}

/// What `GET /events` takes.
#[derive(Clone, Debug, Default)]
pub struct EventsOptions {
    /// Replay from then.
    pub since: Option<crate::ambient::Time>,
    /// End then.
    pub until: Option<crate::ambient::Time>,
    /// `container`, `event`, `image`, `label`, `type`, …
    pub filters: super::Filters,
}
