//! The image's config: its fields in the order in which Docker 20.10 writes them, so that the bytes, and with them
//! the image's id, are Docker's. It knows nothing of where images are kept.

use super::digest::{DiffId, Digest, ImageId};
use super::go_json;
use crate::ambient::Time;
use crate::sorted::VecMap;
use serde::{Deserialize, Deserializer, Serialize};

/// Go's `struct{}`: written as `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// How to find out whether a container is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(missing_docs)] // the fields are the API's, as `docker inspect` shows them
pub struct ContainerConfig {
    #[serde(deserialize_with = "or_default")]
    pub hostname: String,
    #[serde(deserialize_with = "or_default")]
    pub domainname: String,
    #[serde(deserialize_with = "or_default")]
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
    #[serde(deserialize_with = "or_default")]
    pub image: String,
    pub volumes: Option<VecMap<String, Empty>>,
    #[serde(deserialize_with = "or_default")]
    pub working_dir: String,
    pub entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub network_disabled: bool,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub mac_address: String,
    pub on_build: Option<Vec<String>>,
    pub labels: Option<VecMap<String, String>>,
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub stop_signal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<Vec<String>>,
}

/// Go takes `null` for the zero value.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// One step of an image's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// When.
    #[serde(default = "never", deserialize_with = "time")]
    pub created: Time,
    /// Who, if known.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub author: String,
    /// The command.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub created_by: String,
    /// `docker commit -m`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub comment: String,
    /// Whether it made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// The layers of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootFs {
    /// Always `layers`.
    #[serde(rename = "type")]
    pub kind: String,
    /// From the base up.
    #[serde(default, deserialize_with = "or_default")]
    pub diff_ids: Vec<DiffId>,
}

impl Default for RootFs {
    fn default() -> RootFs {
        RootFs { kind: "layers".to_owned(), diff_ids: Vec::new() }
    }
}

/// An image's config. Docker sorts the keys of the outermost object, so this is their order here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// Such as `amd64`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub architecture: String,
    /// `docker commit -a`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub author: String,
    /// Unused by Docker 20.10's own commands except `import`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub comment: String,
    /// What containers of it start with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ContainerConfig>,
    /// The id of the container it was made from.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub container: String,
    /// The config of that container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_config: Option<ContainerConfig>,
    /// When it was made.
    #[serde(default = "never", deserialize_with = "time")]
    pub created: Time,
    /// The engine that made it.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub docker_version: String,
    /// Its steps, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub history: Vec<History>,
    /// Such as `linux`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub os: String,
    /// Its layers.
    #[serde(default)]
    pub rootfs: RootFs,
    /// Such as `v8`.
    #[serde(default, skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub variant: String,
    /// Fields that this program does not know.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

fn never() -> Time {
    Time::NEVER
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match text {
        None => Ok(Time::NEVER),
        Some(text) => Time::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom(format!("bad time {text:?}"))),
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
    pub fn parse(json: &[u8]) -> Result<ImageConfig, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The bytes that Docker would store: the keys of the outermost object sorted, everything else in its order.
    pub fn to_json(&self) -> Vec<u8> {
        let fields = match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => fields.into_iter().collect::<VecMap<_, _>>(),
            _ => VecMap::new(),
        };
        go_json::to_vec(&fields)
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
