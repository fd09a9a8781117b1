//! The image's config: its fields in the order in which Docker 20.10 writes them, so that the bytes, and with them
//! the image's id, are Docker's. It knows nothing of where images are kept.

use super::digest::{DiffId, Digest, ImageId};
use super::go_json::{self, Fields, JsonError};
use crate::ambient::Time;
use crate::sorted::VecMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Go's `struct{}`: written as `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// How to find out whether a container is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's; durations in nanoseconds
pub struct HealthConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_period: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<i64>,
}

/// Docker's `container.Config`, in its field order: what a container is made with and what an image carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's, as `docker inspect` shows them
pub struct ContainerConfig {
    pub hostname: String,
    pub domainname: String,
    pub user: String,
    pub attach_stdin: bool,
    pub attach_stdout: bool,
    pub attach_stderr: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposed_ports: Option<VecMap<String, Empty>>,
    pub tty: bool,
    pub open_stdin: bool,
    pub stdin_once: bool,
    pub env: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthConfig>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub args_escaped: bool,
    pub image: String,
    pub volumes: Option<VecMap<String, Empty>>,
    pub working_dir: String,
    pub entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub network_disabled: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    pub on_build: Option<Vec<String>>,
    pub labels: Option<VecMap<String, String>>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Vec<String>>,
}

/// One step of an image's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// When.
    pub created: Time,
    /// Who, if known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// The command.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub created_by: String,
    /// `docker commit -m`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// Whether it made no layer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// The layers of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RootFs {
    /// Always `layers`.
    #[serde(rename = "type")]
    pub kind: String,
    /// From the base up.
    pub diff_ids: Vec<DiffId>,
}

impl Default for RootFs {
    fn default() -> RootFs {
        RootFs { kind: "layers".to_owned(), diff_ids: Vec::new() }
    }
}

/// An image's config. Docker sorts the keys of the outermost object, so this is their order here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageConfig {
    /// Such as `amd64`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub architecture: String,
    /// `docker commit -a`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// Unused by Docker 20.10's own commands except `import`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// What containers of it start with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<ContainerConfig>,
    /// The id of the container it was made from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub container: String,
    /// The config of that container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_config: Option<ContainerConfig>,
    /// When it was made.
    pub created: Time,
    /// The engine that made it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub docker_version: String,
    /// Its steps, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<History>,
    /// Such as `linux`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub os: String,
    /// Its layers.
    pub rootfs: RootFs,
    /// Such as `v8`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// Fields that this program does not know.
    #[serde(flatten)]
    pub other: serde_json::Map<String, Value>,
}

impl HealthConfig {
    fn of(fields: &mut Fields) -> HealthConfig {
        HealthConfig {
            test: fields.strings("Test"),
            interval: fields.number("Interval"),
            timeout: fields.number("Timeout"),
            start_period: fields.number("StartPeriod"),
            retries: fields.number("Retries"),
        }
    }
}

impl ContainerConfig {
    /// Reads a config alone, as an image carries one.
    pub fn parse(json: &[u8]) -> Result<ContainerConfig, JsonError> {
        Fields::read(go_json::parse(json)?, "Config", ContainerConfig::of)
    }

    pub(super) fn of(fields: &mut Fields) -> ContainerConfig {
        ContainerConfig {
            hostname: fields.string("Hostname"),
            domainname: fields.string("Domainname"),
            user: fields.string("User"),
            attach_stdin: fields.flag("AttachStdin"),
            attach_stdout: fields.flag("AttachStdout"),
            attach_stderr: fields.flag("AttachStderr"),
            exposed_ports: fields.set("ExposedPorts"),
            tty: fields.flag("Tty"),
            open_stdin: fields.flag("OpenStdin"),
            stdin_once: fields.flag("StdinOnce"),
            env: fields.strings("Env"),
            cmd: fields.strings("Cmd"),
            healthcheck: fields.object("Healthcheck", "HealthConfig", HealthConfig::of),
            args_escaped: fields.flag("ArgsEscaped"),
            image: fields.string("Image"),
            volumes: fields.set("Volumes"),
            working_dir: fields.string("WorkingDir"),
            entrypoint: fields.strings("Entrypoint"),
            network_disabled: fields.flag("NetworkDisabled"),
            mac_address: fields.string("MacAddress"),
            on_build: fields.strings("OnBuild"),
            labels: fields.texts("Labels"),
            stop_signal: fields.string("StopSignal"),
            stop_timeout: fields.number("StopTimeout"),
            shell: fields.strings("Shell"),
        }
    }
}

impl History {
    fn of(fields: &mut Fields) -> History {
        History {
            created: time(fields),
            author: fields.string("author"),
            created_by: fields.string("created_by"),
            comment: fields.string("comment"),
            empty_layer: fields.flag("empty_layer"),
        }
    }
}

impl RootFs {
    fn of(fields: &mut Fields) -> RootFs {
        let (kind, texts) = (fields.needed("type"), fields.strings("diff_ids").unwrap_or_default());
        RootFs { kind, diff_ids: texts.iter().filter_map(|text| digest(fields, text)).map(DiffId).collect() }
    }
}

/// A digest in a JSON file; a text that is none is refused.
pub(super) fn digest(fields: &mut Fields, text: &str) -> Option<Digest> {
    let digest = text.parse();
    digest.map_err(|why: super::digest::DigestError| fields.refuse(JsonError::Meaning(why.to_string()))).ok()
}

fn time(fields: &mut Fields) -> Time {
    match fields.take("created") {
        Value::Null => Time::NEVER,
        Value::String(text) => Time::parse_rfc3339(&text).unwrap_or_else(|| {
            fields.refuse(JsonError::Meaning(format!("bad time {text:?}")));
            Time::NEVER
        }),
        other => {
            fields.mismatch("created", &other, "time.Time");
            Time::NEVER
        }
    }
}

impl Default for ImageConfig {
    fn default() -> ImageConfig {
        ImageConfig {
            architecture: "amd64".to_owned(),
            author: String::new(),
            comment: String::new(),
            config: None,
            container: String::new(),
            container_config: None,
            created: Time::NEVER,
            docker_version: String::new(),
            history: Vec::new(),
            os: "linux".to_owned(),
            rootfs: RootFs::default(),
            variant: String::new(),
            other: serde_json::Map::new(),
        }
    }
}

impl ImageConfig {
    /// Reads a config. The bytes it was read from must be kept by the caller: they, not this, make the id.
    pub fn parse(json: &[u8]) -> Result<ImageConfig, JsonError> {
        ImageConfig::from_value(go_json::parse(json)?)
    }

    pub(super) fn from_value(value: Value) -> Result<ImageConfig, JsonError> {
        Fields::read(value, "Image", |fields| ImageConfig {
            architecture: fields.string("architecture"),
            author: fields.string("author"),
            comment: fields.string("comment"),
            config: fields.object("config", "Config", ContainerConfig::of),
            container: fields.string("container"),
            container_config: fields.object("container_config", "Config", ContainerConfig::of),
            created: time(fields),
            docker_version: fields.string("docker_version"),
            history: fields.each("history", "[]image.History", "History", History::of).unwrap_or_default(),
            os: fields.string("os"),
            rootfs: fields.object("rootfs", "RootFS", RootFs::of).unwrap_or_default(),
            variant: fields.string("variant"),
            other: fields.rest(),
        })
    }

    /// The bytes that Docker would store: the keys of the outermost object sorted, everything else in its order.
    pub fn to_json(&self) -> Vec<u8> {
        let fields = match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields.into_iter().collect::<VecMap<_, _>>(),
            _ => VecMap::new(),
        };
        go_json::object_to_vec(fields)
    }

    /// The image's id: the digest of [`ImageConfig::to_json`].
    pub fn id(&self) -> ImageId {
        ImageId(Digest::of(&self.to_json()))
    }

    /// The config of an image made from a container of this one, by `docker commit` or a step of the classic
    /// builder (`NewChildImage` of Docker 20.10). `layer` is `None` where the container's upper layer was empty.
    pub fn child(&self, commit: Commit) -> ImageConfig {
        let mut rootfs = self.rootfs.clone();
        rootfs.diff_ids.extend(commit.layer);
        let mut history = self.history.clone();
        let command = commit.container_config.cmd.as_deref().unwrap_or_default().join(" ");
        history.push(History {
            created: commit.created,
            author: commit.author.clone(),
            created_by: command,
            comment: commit.comment,
            empty_layer: commit.layer.is_none(),
        });
        ImageConfig {
            architecture: self.architecture.clone(),
            author: commit.author,
            comment: String::new(),
            config: Some(commit.config),
            container: commit.container,
            container_config: Some(commit.container_config),
            created: commit.created,
            docker_version: commit.docker_version,
            history,
            os: self.os.clone(),
            rootfs,
            variant: self.variant.clone(),
            other: self
                .other
                .iter()
                .filter(|(key, _)| matches!(key.as_str(), "os.version" | "os.features"))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }
}

/// What a commit adds to an image's config.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The container's id.
    pub container: String,
    /// The container's own config, whose command becomes the history's `created_by`.
    pub container_config: ContainerConfig,
    /// The new image's config.
    pub config: ContainerConfig,
    /// The new layer.
    pub layer: Option<DiffId>,
    /// `-a`.
    pub author: String,
    /// `-m`.
    pub comment: String,
    /// When.
    pub created: Time,
    /// The engine's version.
    pub docker_version: String,
}
