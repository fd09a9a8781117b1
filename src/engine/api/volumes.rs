//! Requests and replies about volumes, named and ordered as the Docker Engine API v1.41 does. It must not know how they
//! come about.

use crate::sorted::VecMap;
use serde::Serialize;

/// `GET /volumes/{name}`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Volume {
    /// RFC 3339, in whole seconds.
    pub created_at: String,
    /// `local`.
    pub driver: String,
    /// None where a container's creation made it.
    pub labels: Option<VecMap<String, String>>,
    /// Where its files are on the host.
    pub mountpoint: String,
    /// Its name.
    pub name: String,
    /// Of the driver.
    pub options: Option<VecMap<String, String>>,
    /// `local`.
    pub scope: String,
    /// Only in `GET /system/df`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_data: Option<VolumeUsage>,
}

/// How much a volume is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VolumeUsage {
    /// Containers that have it.
    pub ref_count: usize,
    /// Bytes.
    pub size: u64,
}

/// What `POST /volumes/create` takes.
#[derive(Clone, Debug, Default)]
pub struct VolumeCreate {
    /// Empty for one that is made up.
    pub name: String,
    /// Empty or `local`.
    pub driver: String,
    /// Its labels.
    pub labels: VecMap<String, String>,
    /// Of the driver.
    pub options: VecMap<String, String>,
}

/// What `POST /volumes/prune` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VolumesPruned {
    /// Their names.
    pub volumes_deleted: Vec<String>,
    /// Bytes.
    pub space_reclaimed: u64,
}
