//! Archives of Docker before 1.10: no manifest, a directory an image, each with its `json` and one layer, and
//! `repositories` for the tags. Their configs are made as Docker's own migration makes them.

use super::archive::{fields, ArchiveError, ArchivedImage, Loader, Result};
use super::config::{ContainerConfig, History, RootFs};
use super::digest::{DiffId, Digest, ImageId};
use super::go_json::{self, Fields};
use super::layer_tar;
use super::reference::Reference;
use crate::ambient::Time;
use crate::layerfs::{Blob, Layer};
use crate::sorted::VecMap;
use serde_json::Value;
use std::sync::Arc;

/// More layers than an engine ever allowed.
const MAX_CHAIN: usize = 256;

/// What of an old image's `json` makes its line of the history.
struct OldImage {
    parent: String,
    created: String,
    author: String,
    comment: String,
    container_config: Option<ContainerConfig>,
    /// Its fields, as they stand in the file.
    fields: serde_json::Map<String, Value>,
}

impl OldImage {
    fn of(fields: &mut Fields) -> OldImage {
        OldImage {
            fields: fields.all(),
            parent: fields.string("parent"),
            created: fields.string("created"),
            author: fields.string("author"),
            comment: fields.string("comment"),
            container_config: fields.object("container_config", "Config", ContainerConfig::of),
        }
    }
}

/// The tags of each repository with the images they stand for.
fn repositories(fields: &mut Fields) -> VecMap<String, VecMap<String, String>> {
    let names = fields.names();
    names.into_iter().map(|name| (name.clone(), fields.texts(&name).unwrap_or_default())).collect()
}

/// Reads the images that `repositories` names.
pub(super) fn load(loader: &mut Loader, file: &Blob) -> Result<Vec<ArchivedImage>> {
    let repositories = fields("repositories", file, "map[string]tarexport.repositories", repositories)?;
    let mut images: VecMap<String, ArchivedImage> = VecMap::new();
    for (name, tags) in repositories {
        for (tag, old_id) in tags {
            let text = format!("{name}:{tag}");
            let reference = Reference::parse(&text).map_err(|_| ArchiveError::Tag(text))?;
            match images.get_mut(&old_id) {
                Some(image) => image.tags.push(reference),
                None => {
                    let image = ArchivedImage { tags: vec![reference], ..image(loader, &old_id)? };
                    images.insert(old_id, image);
                }
            }
        }
    }
    Ok(images.into_values().collect())
}

fn image(loader: &mut Loader, old_id: &str) -> Result<ArchivedImage> {
    let mut chain: Vec<(OldImage, Arc<Layer>)> = Vec::new();
    let mut next = Some(old_id.to_owned());
    while let Some(id) = next {
        let file = format!("{id}/json");
        let blob = loader.need(&file)?;
        let old = fields(&file, &blob, "V1Image", OldImage::of)?;
        let layer = loader.layer(&format!("{id}/layer.tar"))?;
        next = Some(old.parent.clone()).filter(|parent| !parent.is_empty());
        chain.push((old, layer));
        if chain.len() > MAX_CHAIN {
            return Err(ArchiveError::Json { file, reason: "its parents have no end".to_owned() });
        }
    }
    chain.reverse();
    let layers: Vec<Arc<Layer>> = chain.iter().map(|(_, layer)| layer.clone()).collect();
    let history: Vec<History> = chain.iter().map(|(old, _)| history(old)).collect();
    let diff_ids: Vec<DiffId> = layers.iter().map(|layer| layer_tar::diff_id(layer)).collect();
    let mut config: VecMap<String, Value> =
        chain.pop().map(|(old, _)| old.fields.into_iter().collect()).unwrap_or_default();
    for key in ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"] {
        config.remove(key);
    }
    config.insert("rootfs".to_owned(), value(&RootFs { diff_ids, ..RootFs::default() }));
    config.insert("history".to_owned(), value(&history));
    let config_json: Arc<[u8]> = go_json::object_to_vec(config).into();
    let id = ImageId(Digest::of(&config_json));
    Ok(ArchivedImage { config_json, id, tags: Vec::new(), layers, parent: None })
}

fn history(old: &OldImage) -> History {
    let command = old.container_config.as_ref().and_then(|c| c.cmd.as_deref()).unwrap_or_default().join(" ");
    History {
        created: Time::parse_rfc3339(&old.created).unwrap_or(Time::NEVER),
        author: old.author.clone(),
        created_by: command,
        comment: old.comment.clone(),
        empty_layer: false,
    }
}

fn value<T: serde::Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
