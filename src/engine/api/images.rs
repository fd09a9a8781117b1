//! Requests and replies about images, named and ordered as the Docker Engine API v1.41 does. It must not know how
//! they come about.

use super::{ContainerConfig, GraphDriverData};
use crate::ambient::Time;
use crate::sorted::VecMap;
use serde::Serialize;

/// One line of `GET /images/json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct ImageSummary {
    /// How many containers it has; -1 is not counted.
    pub containers: i64,
    /// Seconds since the epoch.
    pub created: i64,
    pub id: String,
    pub labels: Option<VecMap<String, String>>,
    pub parent_id: String,
    /// `<none>@<none>` alone for a dangling image.
    pub repo_digests: Option<Vec<String>>,
    /// `<none>:<none>` alone for a dangling image.
    pub repo_tags: Option<Vec<String>>,
    /// Bytes that other images have too; -1 is not computed.
    pub shared_size: i64,
    pub size: u64,
    pub virtual_size: u64,
}

/// What `GET /images/json` takes.
#[derive(Clone, Debug, Default)]
pub struct ImageListOptions {
    /// Intermediate ones too.
    pub all: bool,
    /// `reference`, `dangling`, `label`, `before`, `since`.
    pub filters: super::Filters,
}

/// `GET /images/{name}/json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct ImageInspect {
    pub id: String,
    pub repo_tags: Vec<String>,
    pub repo_digests: Vec<String>,
    pub parent: String,
    pub comment: String,
    /// As the image's config writes it.
    pub created: Time,
    pub container: String,
    pub container_config: Option<ContainerConfig>,
    pub docker_version: String,
    pub author: String,
    pub config: Option<ContainerConfig>,
    pub architecture: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub variant: String,
    pub os: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub os_version: String,
    pub size: u64,
    pub virtual_size: u64,
    pub graph_driver: GraphDriverData,
    #[serde(rename = "RootFS")]
    pub root_fs: RootFs,
    pub metadata: ImageMetadata,
}

/// The layers of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RootFs {
    /// `layers`.
    pub r#type: String,
    /// DiffIDs from the base up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
}

/// What this engine alone knows of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImageMetadata {
    /// [`Time::NEVER`] where it came with its tag.
    pub last_tag_time: Time,
}

/// One line of `GET /images/{name}/history`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs)] // the fields are the API's
pub struct HistoryItem {
    pub comment: String,
    /// Seconds since the epoch.
    pub created: i64,
    pub created_by: String,
    /// `<missing>` where this engine does not have that image.
    pub id: String,
    pub size: u64,
    pub tags: Option<Vec<String>>,
}

/// What removing an image did, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ImageDeleted {
    /// A reference that no longer stands.
    Untagged(String),
    /// An image id or a layer's chain id that is gone.
    Deleted(String),
}

/// What `DELETE /images/{name}` takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImageRemove {
    /// Also where stopped containers use it.
    pub force: bool,
    /// Keep untagged parents.
    pub no_prune: bool,
}

/// What `POST /images/prune` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImagesPruned {
    /// As for one image.
    pub images_deleted: Option<Vec<ImageDeleted>>,
    /// Bytes.
    pub space_reclaimed: u64,
}

/// What `POST /commit` takes.
#[derive(Clone, Debug, Default)]
pub struct CommitOptions {
    /// The container.
    pub container: String,
    /// As `mi-imagen` or `mi-imagen:v2`; none leaves the image without a name.
    pub reference: Option<String>,
    /// The message.
    pub comment: String,
    /// `Ana <a@b.c>`.
    pub author: String,
    /// Freeze the container meanwhile.
    pub pause: bool,
    /// Dockerfile instructions, as `CMD ["/bin/ls"]`.
    pub changes: Vec<String>,
}

/// What `POST /images/create?fromSrc=-` takes beside the tar.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// As `importada:1`; none leaves the image without a name.
    pub reference: Option<String>,
    /// The message; empty is `Imported from -`.
    pub message: String,
    /// Dockerfile instructions.
    pub changes: Vec<String>,
    /// What the client says it reads from: `-` or a file.
    pub source: String,
}

/// One object of a progress stream: pull, load, import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsonMessage {
    /// Text that is printed as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// What happens, as `Downloading`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// How far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress_detail: Option<ProgressDetail>,
    /// How far, drawn: `[==>    ]  1.2MB/3MB`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub progress: String,
    /// What it is about: 12 digits of a layer, or a tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The failure that ended the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_detail: Option<ErrorDetail>,
    /// Its sentence once more.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
}

/// Bytes done and to do; both absent is `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressDetail {
    /// Done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
    /// All.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// Why a stream ended early.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetail {
    /// An exit status, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// The sentence.
    pub message: String,
}

impl JsonMessage {
    /// A bare line, as `Status: Image is up to date for ubuntu:latest`.
    pub fn line(status: impl Into<String>) -> JsonMessage {
        JsonMessage { status: status.into(), ..JsonMessage::default() }
    }

    /// A line about something, as `Pulling fs layer`.
    pub fn about(id: impl Into<String>, status: impl Into<String>) -> JsonMessage {
        JsonMessage {
            id: id.into(),
            status: status.into(),
            progress_detail: Some(ProgressDetail::default()),
            ..JsonMessage::default()
        }
    }

    /// A failure after the stream began.
    pub fn failure(message: impl Into<String>) -> JsonMessage {
        let message = message.into();
        JsonMessage {
            error_detail: Some(ErrorDetail { code: None, message: message.clone() }),
            error: message,
            ..JsonMessage::default()
        }
    }
}
