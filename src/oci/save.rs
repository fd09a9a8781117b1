//! Images in one file, written: the structure, the names and the bytes of Docker 20.10's `docker save`, legacy
//! directories included. `archive` reads.

use super::archive::ArchivedImage;
use super::config::{ContainerConfig, ImageConfig};
use super::digest::{chain_id, ChainId, DiffId, Digest, ImageId};
use super::go_json;
use super::layer_tar;
use super::reference::Reference;
use super::tar::{flag, Header, Writer};
use crate::ambient::Time;
use crate::layerfs::Blob;
use crate::sorted::VecMap;
use serde::Serialize;

/// Docker's `image.V1Image`, in its field order.
#[derive(Serialize, Clone)]
struct LegacyImage<'a> {
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    parent: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
    created: Time,
    #[serde(skip_serializing_if = "str::is_empty")]
    container: &'a str,
    container_config: ContainerConfig,
    #[serde(skip_serializing_if = "str::is_empty")]
    docker_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<&'a ContainerConfig>,
    #[serde(skip_serializing_if = "str::is_empty")]
    architecture: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    variant: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    os: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestItem {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<ImageId>,
}

/// What goes into the archive, by path; a directory is its entry without content.
enum File {
    Dir,
    Content(Blob),
    Link(String),
}

#[derive(Default)]
struct Saver {
    files: VecMap<String, (File, Time)>,
    /// Where each layer's tar is: a layer saved twice is a symlink.
    layers: VecMap<DiffId, String>,
    repositories: VecMap<String, VecMap<String, String>>,
}

/// Writes images as Docker 20.10's `docker save`. The result shares the files' bytes.
pub fn save(images: &[ArchivedImage]) -> Blob {
    let mut saver = Saver::default();
    let mut manifest: Vec<ManifestItem> = images.iter().map(|image| saver.image(image)).collect();
    for (item, image) in manifest.iter_mut().zip(images) {
        item.parent = image.parent.filter(|parent| images.iter().any(|other| other.id == *parent));
    }
    let epoch = Time::from_secs(0);
    if !saver.repositories.is_empty() {
        let json = line(&saver.repositories);
        saver.files.insert("repositories".to_owned(), (File::Content(json), epoch));
    }
    saver.files.insert("manifest.json".to_owned(), (File::Content(line(&manifest)), epoch));
    saver.write()
}

/// As Go's `json.Encoder`: with a newline.
fn line<T: Serialize>(value: &T) -> Blob {
    let mut json = go_json::to_vec(value);
    json.push(b'\n');
    Blob::from(json)
}

impl Saver {
    fn image(&mut self, image: &ArchivedImage) -> ManifestItem {
        let config = ImageConfig::parse(&image.config_json).unwrap_or_default();
        let created = config.created;
        let (mut parent, mut chain, mut paths) = (String::new(), None, Vec::new());
        for (index, layer) in image.layers.iter().enumerate() {
            let diff_id = layer_tar::diff_id(layer);
            let here = chain_id(chain.as_ref(), &diff_id);
            let mut legacy = legacy_image(&config, index + 1 == image.layers.len());
            legacy.id = legacy_id(&legacy, &here, &parent);
            legacy.parent.clone_from(&parent);
            legacy.os = &config.os;
            paths.push(format!("{}/layer.tar", legacy.id));
            self.layer(&legacy, diff_id, || layer_tar::to_blob(layer), created);
            (parent, chain) = (legacy.id, Some(here));
        }
        let name = format!("{}.json", image.id.hex());
        self.files.insert(name.clone(), (File::Content(Blob::from_bytes(image.config_json.clone())), created));
        for tag in &image.tags {
            let tags = self.repositories.entry(tag.familiar_name()).or_default();
            tags.insert(tag.tag().unwrap_or_default().to_owned(), parent.clone());
        }
        let tags: Vec<String> = image.tags.iter().map(Reference::familiar).collect();
        let repo_tags = (!tags.is_empty()).then_some(tags);
        ManifestItem { config: name, repo_tags, layers: paths, parent: None }
    }

    fn layer(&mut self, legacy: &LegacyImage<'_>, diff_id: DiffId, tar: impl FnOnce() -> Blob, created: Time) {
        let dir = legacy.id.clone();
        if self.files.contains_key(&dir) {
            return;
        }
        let path = format!("{dir}/layer.tar");
        let layer = match self.layers.get(&diff_id) {
            Some(first) => File::Link(format!("../{first}")),
            None => {
                self.layers.insert(diff_id, path.clone());
                File::Content(tar())
            }
        };
        for (path, file) in [
            (format!("{dir}/VERSION"), File::Content("1.0".into())),
            (format!("{dir}/json"), File::Content(Blob::from(go_json::to_vec(legacy)))),
            (path, layer),
            (dir, File::Dir),
        ] {
            self.files.insert(path, (file, created));
        }
    }

    /// In the order in which Docker walks its directory: by name, what is in a directory after it.
    fn write(self) -> Blob {
        let mut writer = Writer::new(Blob::empty());
        for (path, (file, time)) in self.files {
            let mut header = Header {
                name: path.into_bytes(),
                mtime: time.secs().max(0),
                uname: "root".to_owned(),
                gname: "root".to_owned(),
                ..Header::default()
            };
            let mut content = Blob::empty();
            (header.typeflag, header.mode) = match file {
                File::Dir => {
                    header.name.push(b'/');
                    (flag::DIR, 0o40_755)
                }
                File::Link(target) => {
                    header.linkname = target.into_bytes();
                    (flag::SYMLINK, 0o120_777)
                }
                File::Content(blob) => {
                    content = blob;
                    (flag::REG, 0o100_644)
                }
            };
            header.size = content.len();
            // Writing into memory has no errors.
            let _ = writer.entry(&header, &content);
        }
        writer.finish().unwrap_or_default()
    }
}

/// The image that an engine of before 2016 would have had for a layer: only the topmost has the config.
fn legacy_image(config: &ImageConfig, top: bool) -> LegacyImage<'_> {
    let bare = LegacyImage {
        id: String::new(),
        parent: String::new(),
        comment: "",
        created: Time::from_secs(0),
        container: "",
        container_config: ContainerConfig::default(),
        docker_version: "",
        author: "",
        config: None,
        architecture: "",
        variant: "",
        os: "",
    };
    if !top {
        return bare;
    }
    LegacyImage {
        comment: &config.comment,
        created: config.created,
        container: &config.container,
        container_config: config.container_config.clone().unwrap_or_default(),
        docker_version: &config.docker_version,
        author: &config.author,
        config: config.config.as_ref(),
        architecture: &config.architecture,
        variant: &config.variant,
        os: &config.os,
        ..bare
    }
}

/// Docker's `v1.CreateID`: the digest of the image with the layer's chain id and the parent's id, keys sorted.
fn legacy_id(image: &LegacyImage<'_>, layer: &ChainId, parent: &str) -> String {
    let mut fields: VecMap<String, serde_json::Value> = match serde_json::to_value(image) {
        Ok(serde_json::Value::Object(fields)) => fields.into_iter().collect(),
        _ => VecMap::new(),
    };
    fields.insert("layer_id".to_owned(), layer.to_string().into());
    if !parent.is_empty() {
        fields.insert("parent".to_owned(), format!("sha256:{parent}").into());
    }
    Digest::of(&go_json::object_to_vec(fields)).hex()
}
