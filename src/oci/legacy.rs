//! Archives of Docker before 1.10: no manifest, a directory an image, each with its `json` and one layer, and
//! `repositories` for the tags. Their configs are made as Docker's own migration makes them.

use super::archive::{json, ArchiveError, ArchivedImage, Loader, Result};
use super::config::{ContainerConfig, History, RootFs};
use super::digest::{DiffId, Digest, ImageId};
use super::go_json;
use super::layer_tar;
use super::reference::Reference;
use crate::ambient::Time;
use crate::layerfs::{Blob, Layer};
use crate::sorted::VecMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// More layers than an engine ever allowed.
const MAX_CHAIN: usize = 256;

/// What of an old image's `json` makes its line of the history.
#[derive(Deserialize)]
struct OldImage {
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    created: Option<String>,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    container_config: Option<ContainerConfig>,
}

/// Reads the images that `repositories` names.
pub(super) fn load(loader: &mut Loader, repositories: &Blob) -> Result<Vec<ArchivedImage>> {
    let repositories: VecMap<String, VecMap<String, String>> = json("repositories", repositories)?;
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
    let mut chain: Vec<(OldImage, Map<String, Value>, Arc<Layer>)> = Vec::new();
    let mut next = Some(old_id.to_owned());
    while let Some(id) = next {
        let file = format!("{id}/json");
        let blob = loader.need(&file)?;
        let old: OldImage = json(&file, &blob)?;
        let layer = loader.layer(&format!("{id}/layer.tar"))?;
        next = old.parent.clone().filter(|parent| !parent.is_empty());
        chain.push((old, json(&file, &blob)?, layer));
        if chain.len() > MAX_CHAIN {
            return Err(ArchiveError::Json { file, reason: "its parents have no end".to_owned() });
        }
    }
    chain.reverse();
    let layers: Vec<Arc<Layer>> = chain.iter().map(|(_, _, layer)| layer.clone()).collect();
    let history: Vec<History> = chain.iter().map(|(old, _, _)| history(old)).collect();
    let diff_ids: Vec<DiffId> = layers.iter().map(|layer| layer_tar::diff_id(layer)).collect();
    let mut config: VecMap<String, Value> =
        chain.pop().map(|(_, top, _)| top.into_iter().collect()).unwrap_or_default();
    for key in ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"] {
        config.remove(key);
    }
    config.insert("rootfs".to_owned(), value(&RootFs { diff_ids, ..RootFs::default() }));
    config.insert("history".to_owned(), value(&history));
    let config_json: Arc<[u8]> = go_json::to_vec(&config).into();
    let id = ImageId(Digest::of(&config_json));
    Ok(ArchivedImage { config_json, id, tags: Vec::new(), layers, parent: None })
}

fn history(old: &OldImage) -> History {
    let command = old.container_config.as_ref().and_then(|c| c.cmd.as_deref()).unwrap_or_default().join(" ");
    History {
        created: old.created.as_deref().and_then(Time::parse_rfc3339).unwrap_or(Time::NEVER),
        author: old.author.clone().unwrap_or_default(),
        created_by: command,
        comment: old.comment.clone().unwrap_or_default(),
        empty_layer: false,
    }
}

fn value<T: serde::Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
