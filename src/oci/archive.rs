//! Images in one file, read: what `docker save` writes, and OCI layouts. Everything that a file claims is checked
//! against its bytes. `passing` reads without keeping, `save` writes.

use super::config::{digest, ImageConfig};
use super::digest::{DiffId, Digest, ImageId};
use super::go_json::{self, Fields, JsonError};
use super::inflate;
use super::layer_tar;
use super::passing::{Hash, Passing};
use super::reference::Reference;
use super::tar::{flag, read_entries, Input, TarError};
use crate::layerfs::{path, Blob, Layer};
use crate::sorted::VecMap;
use serde_json::Value;
use std::cell::RefCell;
use std::sync::Arc;
use std::{fmt, io};

pub use super::save::save;

/// The most that a compressed part may unpack to.
const MAX_UNPACKED: usize = 1 << 30;

/// The most that a JSON file may have.
const MAX_JSON: u64 = 8 << 20;

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
    /// Not a tar, or one of its layers is not.
    Tar(TarError),
    /// A compressed part does not unpack.
    Gzip(inflate::InflateError),
    /// Neither `manifest.json` nor an OCI `index.json` nor the `repositories` of old.
    NoManifest,
    /// A file that the manifest names is not there.
    Missing(String),
    /// JSON that is none, or not what it should be.
    Json {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The manifest and the config do not speak of as many layers.
    LayerCount {
        /// In the manifest.
        expected: usize,
        /// In the config.
        got: usize,
    },
    /// A layer is not the one that the config names.
    DiffId {
        /// Which, from 0.
        index: usize,
        /// In the config.
        expected: DiffId,
        /// The file's.
        got: DiffId,
    },
    /// A file is not what its name says.
    BlobDigest(String),
    /// A tag that is no reference.
    Tag(String),
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArchiveError::Tar(error) => write!(f, "Error processing tar file(exit status 1): {error}"),
            ArchiveError::Gzip(error) => error.fmt(f),
            ArchiveError::NoManifest => f.write_str("open manifest.json: no such file or directory"),
            ArchiveError::Missing(file) => write!(f, "open {file}: no such file or directory"),
            ArchiveError::Json { file, reason } => write!(f, "{file}: {reason}"),
            ArchiveError::LayerCount { expected, got } => {
                write!(f, "invalid manifest, layers length mismatch: expected {expected}, got {got}")
            }
            ArchiveError::DiffId { index, expected, got } => {
                write!(f, "invalid diffID for layer {index}: expected \"{expected}\", got \"{got}\"")
            }
            ArchiveError::BlobDigest(file) => write!(f, "{file}: its content does not match its digest"),
            ArchiveError::Tag(tag) => write!(f, "invalid tag {tag:?}"),
        }
    }
}

impl std::error::Error for ArchiveError {}

impl From<TarError> for ArchiveError {
    fn from(error: TarError) -> ArchiveError {
        ArchiveError::Tar(error)
    }
}

pub(super) type Result<T> = std::result::Result<T, ArchiveError>;

/// Reads an archive of images (docker-archive, new or from before 2016, or OCI layout; gzipped or not). Layers share the archive's bytes.
pub fn load(bytes: Arc<[u8]>) -> Result<Vec<ArchivedImage>> {
    let bytes = match inflate::is_gzip(&bytes) {
        true => Arc::from(inflate::gunzip(&bytes, MAX_UNPACKED).map_err(ArchiveError::Gzip)?),
        false => bytes,
    };
    images(Files::read(&Blob::from_bytes(bytes), &|| None)?)
}

/// The images of an archive as it goes by, for those who only look at them: the files of layers that are not compressed
/// are holes, and of such layers only the digests are true. Whoever may read it twice, or save it, uses [`load`].
pub fn survey(read: &mut dyn io::Read, hash: &mut dyn Hash) -> Result<Vec<ArchivedImage>> {
    let found = RefCell::new(None);
    images(Files::read(Passing::new(read, hash, &found), &|| found.take())?)
}

fn images(files: Files) -> Result<Vec<ArchivedImage>> {
    let mut loader = Loader { files, layers: VecMap::new() };
    let [manifest, index, repositories] =
        ["manifest.json", "index.json", "repositories"].map(|name| loader.files.get(name));
    match (manifest, index, repositories) {
        (Some(manifest), _, _) => loader.docker(&manifest),
        (None, Some(index), _) => loader.oci(&index),
        (None, None, Some(repositories)) => super::legacy::load(&mut loader, &repositories),
        (None, None, None) => Err(ArchiveError::NoManifest),
    }
}

/// The files of an archive by their paths; links are followed on asking.
struct Files {
    contents: VecMap<String, Blob>,
    links: VecMap<String, String>,
    /// Those that were layers and are not kept.
    passed: VecMap<String, Arc<Layer>>,
}

impl Files {
    /// `passed` takes the layer that the last entry was, where it is not kept.
    fn read(archive: impl Input, passed: &dyn Fn() -> Option<Arc<Layer>>) -> Result<Files> {
        let mut files = Files { contents: VecMap::new(), links: VecMap::new(), passed: VecMap::new() };
        read_entries(archive, |entry| -> Result<()> {
            let name = normal("", &entry.name);
            if let Some(layer) = passed() {
                files.passed.insert(name, layer);
                return Ok(());
            }
            match entry.typeflag {
                flag::REG => drop(files.contents.insert(name, entry.content)),
                flag::LINK => drop(files.links.insert(name, normal("", &entry.linkname))),
                flag::SYMLINK => {
                    let dir = name.rsplit_once('/').map_or("", |(dir, _)| dir);
                    let target = normal(dir, &entry.linkname);
                    files.links.insert(name, target);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(files)
    }

    fn follow(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..path::MAX_SYMLINKS {
            match self.links.get(&name) {
                Some(target) => name = target.clone(),
                None => break,
            }
        }
        name
    }

    fn get(&self, name: &str) -> Option<Blob> {
        self.contents.get(&self.follow(name)).cloned()
    }

    fn passed(&self, name: &str) -> Option<Arc<Layer>> {
        self.passed.get(&self.follow(&normal("", name))).cloned()
    }

    fn need(&self, name: &str) -> Result<Blob> {
        self.get(&normal("", name)).ok_or_else(|| ArchiveError::Missing(name.to_owned()))
    }
}

/// A path from the archive's root, without `.` and `..`.
fn normal(dir: &str, name: &str) -> String {
    let dir = if name.starts_with('/') { "" } else { dir };
    let mut out: Vec<&str> = Vec::new();
    for part in path::components(dir).chain(path::components(name)) {
        match part {
            ".." => drop(out.pop()),
            part => out.push(part),
        }
    }
    out.join("/")
}

struct ManifestItem {
    config: String,
    repo_tags: Vec<String>,
    layers: Vec<String>,
    parent: Option<ImageId>,
}

impl ManifestItem {
    fn of(fields: &mut Fields) -> ManifestItem {
        let (config, parent) = (fields.needed("Config"), fields.string("Parent"));
        ManifestItem {
            config,
            repo_tags: fields.strings("RepoTags").unwrap_or_default(),
            layers: fields.strings("Layers").unwrap_or_default(),
            parent: if parent.is_empty() { None } else { digest(fields, &parent).map(ImageId) },
        }
    }
}

struct Descriptor {
    digest: Digest,
    annotations: VecMap<String, String>,
}

impl Descriptor {
    /// `None` is refused.
    fn of(fields: &mut Fields) -> Option<Descriptor> {
        let text = fields.needed("digest");
        let digest = digest(fields, &text)?;
        Some(Descriptor { digest, annotations: fields.texts("annotations").unwrap_or_default() })
    }

    fn list(fields: &mut Fields, name: &'static str) -> Vec<Descriptor> {
        let list = fields.each(name, "[]v1.Descriptor", "Descriptor", Descriptor::of);
        if list.is_none() {
            fields.refuse(JsonError::Missing(name));
        }
        list.into_iter().flatten().flatten().collect()
    }
}

/// The config, without which it is refused, and the layers of an OCI manifest.
fn oci_manifest(fields: &mut Fields) -> (Option<Descriptor>, Vec<Descriptor>) {
    let config = fields.object("config", "Descriptor", Descriptor::of).flatten();
    if config.is_none() {
        fields.refuse(JsonError::Missing("config"));
    }
    (config, Descriptor::list(fields, "layers"))
}

pub(super) struct Loader {
    files: Files,
    /// Layers read already, by their files: images of one archive share them.
    layers: VecMap<String, Arc<Layer>>,
}

impl Loader {
    fn docker(&mut self, manifest: &Blob) -> Result<Vec<ArchivedImage>> {
        let name = "manifest.json";
        let items =
            Fields::read_list(json(name, manifest)?, "[]tarexport.manifestItem", "manifestItem", ManifestItem::of)
                .map_err(refusal(name))?;
        items.into_iter().map(|item| self.docker_image(item)).collect()
    }

    fn docker_image(&mut self, item: ManifestItem) -> Result<ArchivedImage> {
        let config = self.files.need(&item.config)?;
        let mut tags = Vec::new();
        for tag in item.repo_tags {
            let reference = Reference::parse(&tag).map_err(|_| ArchiveError::Tag(tag))?;
            tags.push(reference.or_latest());
        }
        self.image(&item.config, &config, &item.layers, tags, item.parent)
    }

    fn oci(&mut self, index: &Blob) -> Result<Vec<ArchivedImage>> {
        let manifests = fields("index.json", index, "Index", |fields| Descriptor::list(fields, "manifests"))?;
        let mut images = Vec::new();
        for found in manifests {
            let (name, blob) = self.oci_blob(&found.digest)?;
            let (Some(config), layers) = fields(&name, &blob, "Manifest", oci_manifest)? else { continue };
            let (config_name, config) = self.oci_blob(&config.digest)?;
            let paths: Vec<String> = layers.iter().map(|layer| oci_path(&layer.digest)).collect();
            for layer in &layers {
                self.oci_blob(&layer.digest)?;
            }
            let named = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
            let tag = named.iter().find_map(|key| found.annotations.get(*key));
            let tags = tag.and_then(|tag| Reference::parse(tag).ok()).map(Reference::or_latest);
            images.push(self.image(&config_name, &config, &paths, tags.into_iter().collect(), None)?);
        }
        Ok(images)
    }

    fn oci_blob(&self, digest: &Digest) -> Result<(String, Blob)> {
        let name = oci_path(digest);
        let (blob, got) = match self.files.passed(&name) {
            Some(layer) => (Blob::empty(), layer_tar::diff_id(&layer).0),
            None => {
                let blob = self.files.need(&name)?;
                let got = digest_of(&blob);
                (blob, got)
            }
        };
        match got == *digest {
            true => Ok((name, blob)),
            false => Err(ArchiveError::BlobDigest(name)),
        }
    }

    fn image(
        &mut self,
        config_name: &str,
        config: &Blob,
        layers: &[String],
        tags: Vec<Reference>,
        parent: Option<ImageId>,
    ) -> Result<ArchivedImage> {
        let parsed = ImageConfig::from_value(json(config_name, config)?).map_err(refusal(config_name))?;
        let config_json: Arc<[u8]> = config.to_vec().into();
        let diff_ids = &parsed.rootfs.diff_ids;
        if diff_ids.len() != layers.len() {
            return Err(ArchiveError::LayerCount { expected: layers.len(), got: diff_ids.len() });
        }
        let mut read = Vec::new();
        for (index, (name, expected)) in layers.iter().zip(diff_ids).enumerate() {
            let layer = self.layer(name)?;
            let got = layer_tar::diff_id(&layer);
            if got != *expected {
                return Err(ArchiveError::DiffId { index, expected: *expected, got });
            }
            read.push(layer);
        }
        let id = ImageId(Digest::of(&config_json));
        Ok(ArchivedImage { config_json, id, tags, layers: read, parent })
    }

    pub(super) fn need(&self, name: &str) -> Result<Blob> {
        self.files.need(name)
    }

    pub(super) fn layer(&mut self, name: &str) -> Result<Arc<Layer>> {
        if let Some(layer) = self.layers.get(name) {
            return Ok(layer.clone());
        }
        if let Some(layer) = self.files.passed(name) {
            return Ok(layer);
        }
        let mut blob = self.files.need(name)?;
        if inflate::is_gzip(&blob.read_at(0, 16)) {
            let unpacked = inflate::gunzip(&blob.to_vec(), MAX_UNPACKED).map_err(ArchiveError::Gzip)?;
            blob = Blob::from(unpacked);
        }
        let layer = Arc::new(layer_tar::read_blob(&blob)?);
        self.layers.insert(name.to_owned(), layer.clone());
        Ok(layer)
    }
}

fn oci_path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

fn digest_of(blob: &Blob) -> Digest {
    let mut sha = super::Sha256::new();
    blob.chunks().for_each(|chunk| sha.update(&chunk));
    sha.finish()
}

/// The error of a JSON file.
fn refusal(file: &str) -> impl Fn(JsonError) -> ArchiveError + '_ {
    |why| ArchiveError::Json { file: file.to_owned(), reason: why.to_string() }
}

fn json(file: &str, blob: &Blob) -> Result<Value> {
    if blob.len() > MAX_JSON {
        return Err(refusal(file)(JsonError::Meaning(format!("too large: {} bytes", blob.len()))));
    }
    go_json::parse(&blob.to_vec()).map_err(refusal(file))
}

/// Reads the object in a JSON file; `of` is its type's name in Go.
pub(super) fn fields<T>(file: &str, blob: &Blob, of: &'static str, read: fn(&mut Fields) -> T) -> Result<T> {
    Fields::read(json(file, blob)?, of, read).map_err(refusal(file))
}
