//! Requests and replies about containers, named and ordered as the Docker Engine API v1.41 does: serialised, they
//! are what the daemon sends and `docker inspect` prints. It must not know how they come about.

use super::{
    ContainerConfig, EndpointSettings, GraphDriverData, HostConfig, MountPoint, PortBinding, RestartPolicy, Sink,
    Stream,
};
use crate::ambient::Time;
use crate::sorted::VecMap;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What `POST /containers/create` takes.
#[derive(Clone, Debug, Default)]
pub struct ContainerCreate {
    /// Without slash; the engine makes one up where there is none.
    pub name: Option<String>,
    /// What the image's own configuration does not say or is to say otherwise. `config.image` is the reference.
    pub config: ContainerConfig,
    /// What belongs to this host.
    pub host_config: HostConfig,
    /// By network name.
    pub networking_config: VecMap<String, EndpointSettings>,
}

/// The reply to it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerCreated {
    /// 64 hexadecimal digits.
    pub id: String,
    /// Sentences for standard error.
    pub warnings: Vec<String>,
}

/// A container's state in full.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct State {
    pub status: &'static str,
    pub running: bool,
    pub paused: bool,
    pub restarting: bool,
    #[serde(rename = "OOMKilled")]
    pub oom_killed: bool,
    pub dead: bool,
    pub pid: u32,
    pub exit_code: i32,
    pub error: String,
    pub started_at: Time,
    pub finished_at: Time,
}

/// `GET /containers/{id}/json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct ContainerInspect {
    pub id: String,
    pub created: Time,
    pub path: String,
    pub args: Vec<String>,
    pub state: State,
    /// The image's id.
    pub image: String,
    pub resolv_conf_path: String,
    pub hostname_path: String,
    pub hosts_path: String,
    pub log_path: String,
    /// With its leading slash.
    pub name: String,
    pub restart_count: u32,
    pub driver: String,
    pub platform: String,
    pub mount_label: String,
    pub process_label: String,
    pub app_armor_profile: String,
    #[serde(rename = "ExecIDs")]
    pub exec_ids: Option<Vec<String>>,
    pub host_config: Rc<HostConfig>,
    pub graph_driver: GraphDriverData,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_rw: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_root_fs: Option<u64>,
    pub mounts: Vec<MountPoint>,
    pub config: Rc<ContainerConfig>,
    pub network_settings: NetworkSettings,
}

/// The network of a container, as inspect shows it.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct NetworkSettings {
    pub bridge: String,
    #[serde(rename = "SandboxID")]
    pub sandbox_id: String,
    pub hairpin_mode: bool,
    #[serde(rename = "LinkLocalIPv6Address")]
    pub link_local_ipv6_address: String,
    #[serde(rename = "LinkLocalIPv6PrefixLen")]
    pub link_local_ipv6_prefix_len: u32,
    /// An exposed port that is not published has null.
    pub ports: VecMap<String, Option<Vec<PortBinding>>>,
    pub sandbox_key: String,
    #[serde(rename = "SecondaryIPAddresses")]
    pub secondary_ip_addresses: Option<Vec<String>>,
    #[serde(rename = "SecondaryIPv6Addresses")]
    pub secondary_ipv6_addresses: Option<Vec<String>>,
    #[serde(rename = "EndpointID")]
    pub endpoint_id: String,
    pub gateway: String,
    #[serde(rename = "GlobalIPv6Address")]
    pub global_ipv6_address: String,
    #[serde(rename = "GlobalIPv6PrefixLen")]
    pub global_ipv6_prefix_len: u32,
    #[serde(rename = "IPAddress")]
    pub ip_address: String,
    #[serde(rename = "IPPrefixLen")]
    pub ip_prefix_len: u32,
    #[serde(rename = "IPv6Gateway")]
    pub ipv6_gateway: String,
    pub mac_address: String,
    pub networks: VecMap<String, EndpointSettings>,
}

/// One line of `GET /containers/json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct ContainerSummary {
    pub id: String,
    /// With leading slashes.
    pub names: Vec<String>,
    /// The reference it was created from, or the image's id once that names another image.
    pub image: String,
    #[serde(rename = "ImageID")]
    pub image_id: String,
    pub command: String,
    /// Seconds since the epoch.
    pub created: i64,
    pub ports: Vec<Port>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_rw: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_root_fs: Option<u64>,
    pub labels: VecMap<String, String>,
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    pub state: &'static str,
    /// `Up 2 seconds`, `Exited (130) About a minute ago`, …
    pub status: String,
    pub host_config: HostConfigSummary,
    pub network_settings: NetworkSettingsSummary,
    pub mounts: Vec<MountPoint>,
}

/// What a listing says of the host configuration.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HostConfigSummary {
    /// `default`, `bridge`, `none`, `host`, …
    pub network_mode: String,
}

/// What a listing says of the network.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkSettingsSummary {
    /// By network name.
    pub networks: VecMap<String, EndpointSettings>,
}

/// A port in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Port {
    /// The host's address, where published.
    #[serde(rename = "IP", skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// In the container.
    pub private_port: u16,
    /// On the host, where published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_port: Option<u16>,
    /// `tcp`, `udp`, `sctp`.
    pub r#type: String,
}

/// What `GET /containers/json` takes.
#[derive(Clone, Debug, Default)]
pub struct ContainerListOptions {
    /// Stopped ones too.
    pub all: bool,
    /// The newest so many, whatever their state; 0 is no limit.
    pub limit: usize,
    /// Measure them.
    pub size: bool,
    /// `status`, `name`, `label`, …
    pub filters: super::Filters,
}

/// What `DELETE /containers/{id}` takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContainerRemove {
    /// Kill it where it runs.
    pub force: bool,
    /// Its anonymous volumes too.
    pub volumes: bool,
    /// Remove a link, not the container.
    pub link: bool,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitCondition {
    /// At once where it does not run.
    #[default]
    NotRunning,
    /// The next end, even of a run that has not begun.
    NextExit,
    /// That it is gone.
    Removed,
}

/// How a wait ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WaitResult {
    /// Why it could not start, where that is so.
    pub error: Option<WaitError>,
    /// The exit status.
    pub status_code: i64,
}

/// The sentence in a [`WaitResult`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WaitError {
    /// As the start's own error.
    pub message: String,
}

/// What `POST /containers/{id}/attach` takes.
#[derive(Clone, Debug, Default)]
pub struct AttachOptions {
    /// Connect the input.
    pub stdin: bool,
    /// Connect the output.
    pub stdout: bool,
    /// Connect the errors.
    pub stderr: bool,
    /// Go on with what comes; without it only the log is replayed.
    pub stream: bool,
    /// Replay the log first.
    pub logs: bool,
    /// As `ctrl-p,ctrl-q`; none is the default, which that is.
    pub detach_keys: Option<String>,
}

/// Which stream bytes belong to. With a tty everything is `Stdout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamKind {
    /// What the client sent.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Of which stream.
    pub kind: StreamKind,
    /// One write of the process, as a rule.
    pub bytes: Vec<u8>,
}

/// A connection to a container's or an exec's standard streams.
#[derive(Debug)]
pub struct Attached {
    /// Its input. Closing it is end of file only where the container has `StdinOnce` (an exec: always).
    pub stdin: Sink,
    /// Its output; ends when the process has ended or the client detached.
    pub output: Stream<Frame>,
    /// Whether bytes are raw (a tty) or belong to separate streams.
    pub tty: bool,
    /// Whether `output` ended because of the detach keys. Ask after its end.
    pub detached: Rc<std::cell::Cell<bool>>,
}

/// What `GET /containers/{id}/logs` takes.
#[derive(Clone, Debug, Default)]
pub struct LogsOptions {
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
    /// Go on with what comes.
    pub follow: bool,
    /// RFC 3339 in front of each line.
    pub timestamps: bool,
    /// Extra attributes in front of each line (there are none: a blank).
    pub details: bool,
    /// From then on.
    pub since: Option<Time>,
    /// Up to then.
    pub until: Option<Time>,
    /// The last so many lines.
    pub tail: Option<usize>,
}

/// What `GET /containers/{id}/top` answers: a table as `ps` prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TopTable {
    /// One row a process.
    pub processes: Vec<Vec<String>>,
    /// The heads of the columns.
    pub titles: Vec<String>,
}

/// One path that differs from the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilesystemChange {
    /// Absolute.
    pub path: String,
    /// 0 changed, 1 added, 2 deleted.
    pub kind: u8,
}

/// What `POST /containers/{id}/update` takes; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(missing_docs)] // the fields are the API's
pub struct ContainerUpdate {
    pub restart_policy: Option<RestartPolicy>,
    pub memory: Option<i64>,
    pub memory_swap: Option<i64>,
    pub memory_reservation: Option<i64>,
    pub kernel_memory: Option<i64>,
    pub cpu_shares: Option<i64>,
    pub cpu_period: Option<i64>,
    pub cpu_quota: Option<i64>,
    pub cpuset_cpus: Option<String>,
    pub cpuset_mems: Option<String>,
    pub blkio_weight: Option<u16>,
    pub nano_cpus: Option<i64>,
    pub pids_limit: Option<i64>,
}

/// The reply to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainerUpdated {
    /// Sentences for standard error.
    pub warnings: Option<Vec<String>>,
}

/// What an archive's head says of a path (`X-Docker-Container-Path-Stat`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PathStat {
    /// The last component.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Go's `FileMode`: permissions, directory 2^31, symlink 2^27, device 2^26, pipe 2^25, socket 2^24, setuid 2^23,
    /// setgid 2^22, char device 2^21, sticky 2^20.
    pub mode: u32,
    /// When it was last written.
    pub mtime: Time,
    /// Where a symbolic link leads, as an absolute path in the container; else empty.
    pub link_target: String,
}

impl PathStat {
    /// Whether `mode` says directory.
    pub fn is_dir(&self) -> bool {
        self.mode & (1 << 31) != 0
    }

    /// Whether `mode` says symbolic link.
    pub fn is_symlink(&self) -> bool {
        self.mode & (1 << 27) != 0
    }
}

/// What `PUT /containers/{id}/archive` takes beside the tar.
#[derive(Clone, Copy, Debug, Default)]
pub struct ArchivePutOptions {
    /// Refuse to put a directory where a file is, and the reverse.
    pub no_overwrite_dir_non_dir: bool,
    /// Keep the numeric owner of the archive's entries.
    pub copy_uid_gid: bool,
}

/// What `POST /containers/prune` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainersPruned {
    /// Their ids.
    pub containers_deleted: Option<Vec<String>>,
    /// Bytes.
    pub space_reclaimed: u64,
}
