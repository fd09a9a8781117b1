//! How images come in and go out as archives: `load`, `save`, `import`; and how any image, wherever it comes from,
//! enters the stores. It must not know containers.

use super::images::{parse, StoredImage};
use super::instructions;
use super::layers::StoredLayer;
use super::remove_image::short;
use super::State;
use crate::ambient::Time;
use crate::engine::api::{ContainerConfig, EngineError, ImportOptions, JsonMessage};
use crate::layerfs::{Blob, Layer};
use crate::oci::archive::{self, ArchivedImage};
use crate::oci::{chain_id, inflate, layer_tar, ChainId, DiffId, Digest, History, ImageConfig, ImageId, Reference};
use crate::sorted::VecMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The most that a compressed archive may unpack to.
const UNPACKED_MAX: usize = 1 << 31;
/// What this engine says it is, in the configs it writes.
pub(super) const DOCKER_VERSION: &str = "20.10.24+dfsg1";

/// An image and the tag that it is to be saved under, if any.
type Named = (Rc<StoredImage>, Option<Reference>);

impl State {
    /// Puts a layer on another, or finds it there; one holder more than before.
    pub(super) fn register_layer(
        &mut self,
        under: Option<&Rc<StoredLayer>>,
        diff_id: &DiffId,
        layer: Arc<Layer>,
    ) -> Rc<StoredLayer> {
        let parent: Option<ChainId> = under.and_then(|u| u.chain_id.parse().ok());
        let chain: Arc<str> = chain_id(parent.as_ref(), diff_id).to_string().into();
        let ids = &mut self.ids;
        self.layers.register(under, chain, diff_id.to_string().into(), layer, || ids.hex64())
    }

    /// Puts an image with its layers (from the base up, one for each DiffID) into the stores.
    pub(super) fn register_image(
        &mut self,
        json: Arc<[u8]>,
        config: ImageConfig,
        layers: Vec<Arc<Layer>>,
    ) -> Rc<StoredImage> {
        let id: Arc<str> = ImageId(Digest::of(&json)).to_string().into();
        if let Some(there) = self.images.get(&id) {
            return there;
        }
        let mut top: Option<Rc<StoredLayer>> = None;
        for (diff_id, layer) in config.rootfs.diff_ids.iter().zip(layers) {
            let next = self.register_layer(top.as_ref(), diff_id, layer);
            // The layer above holds the one under it; only the top is held by the image itself.
            if let Some(under) = top.replace(next) {
                self.layers.release(&under);
            }
        }
        self.images.insert(StoredImage {
            id,
            created: config.created,
            json,
            config,
            top,
            parent: RefCell::new(None),
            last_tag: Cell::new(Time::NEVER),
            view: RefCell::new(None),
        })
    }

    /// `docker load`: the messages of the whole load.
    pub(super) fn load(&mut self, now: Time, bytes: Arc<[u8]>, quiet: bool) -> Result<Vec<JsonMessage>, EngineError> {
        let found = archive::load(bytes).map_err(|e| EngineError::ArchiveInvalid { reason: e.to_string() })?;
        let mut messages = Vec::new();
        for image in found {
            self.load_one(now, image, quiet, &mut messages)?;
        }
        Ok(messages)
    }

    fn load_one(
        &mut self,
        now: Time,
        image: ArchivedImage,
        quiet: bool,
        messages: &mut Vec<JsonMessage>,
    ) -> Result<(), EngineError> {
        let config = ImageConfig::parse(&image.config_json)
            .map_err(|e| EngineError::ArchiveInvalid { reason: e.to_string() })?;
        let mut chain: Option<ChainId> = None;
        for (diff_id, layer) in config.rootfs.diff_ids.iter().zip(&image.layers) {
            let next = chain_id(chain.as_ref(), diff_id);
            chain = Some(next);
            if !quiet && self.layers.get(&next.to_string()).is_none() {
                messages.extend(loading(diff_id, layer_tar::tar_size(layer)));
            }
        }
        let parent = image.parent;
        let stored = self.register_image(image.config_json, config, image.layers);
        if let Some(parent) = parent.map(|p| p.to_string()).and_then(|p| self.images.get(&p)) {
            self.images.set_parent(&stored, &parent.id);
        }
        for tag in &image.tags {
            let familiar = tag.clone().or_latest().familiar();
            let when = stored.last_tag.get();
            if let Some(old) = self.name_image(&stored, tag, when) {
                messages.push(text(format!(
                    "The image {familiar} already exists, renaming the old one with ID {old} to empty string\n"
                )));
            }
            messages.push(text(format!("Loaded image: {familiar}\n")));
        }
        if image.tags.is_empty() {
            messages.push(text(format!("Loaded image ID: {}\n", stored.id)));
        }
        let attributes = VecMap::from([("name".to_owned(), stored.id.to_string())]);
        self.events.emit(now, "image", "load", &stored.id, attributes);
        Ok(())
    }

    /// `docker save`: one archive of all that is named. A repository without a tag is all its tags, an id has none.
    pub(super) fn save(&self, names: &[String]) -> Result<Blob, EngineError> {
        let mut wanted: Vec<(Rc<StoredImage>, Vec<Reference>)> = Vec::new();
        for name in names {
            let mut add = |image: Rc<StoredImage>, tag: Option<Reference>| {
                let at = wanted.iter().position(|(i, _)| i.id == image.id);
                match at.and_then(|at| wanted.get_mut(at)) {
                    Some((_, tags)) => tags.extend(tag.filter(|t| !tags.contains(t))),
                    None => wanted.push((image, tag.into_iter().collect())),
                }
            };
            for (image, tag) in self.named_for_save(name)? {
                add(image, tag);
            }
        }
        let images: Vec<ArchivedImage> =
            wanted.into_iter().filter_map(|(image, tags)| archived(&image, tags)).collect();
        Ok(archive::save(&images))
    }

    fn named_for_save(&self, name: &str) -> Result<Vec<Named>, EngineError> {
        let missing = || EngineError::NoSuchImage { reference: name.to_owned() };
        if Digest::from_hex(name).is_some() || name.parse::<Digest>().is_ok() || name.starts_with("sha256:") {
            return Ok(vec![(self.images.find(name)?, None)]);
        }
        let reference = parse(name)?;
        if reference.tag().is_some() || reference.digest().is_some() {
            let id = self.images.names.get(&reference).ok_or(EngineError::ReferenceMissing)?;
            let image = self.images.get(id).ok_or(EngineError::ReferenceMissing)?;
            return Ok(vec![(image, Some(reference).filter(|r| r.digest().is_none()))]);
        }
        let tags: Vec<_> = self
            .images
            .names
            .tags_of(&reference.familiar_name())
            .filter_map(|n| Some((self.images.get(&n.image)?, Some(parse(&n.familiar).ok()?))))
            .collect();
        if tags.is_empty() {
            return Ok(vec![(self.images.search(name).ok_or_else(missing)?, None)]);
        }
        Ok(tags)
    }

    /// `docker import`: an image of one layer; its id.
    pub(super) fn import(
        &mut self,
        now: Time,
        bytes: Arc<[u8]>,
        options: &ImportOptions,
    ) -> Result<Arc<str>, EngineError> {
        let reference = options.reference.as_deref().map(parse).transpose()?;
        let mut config = ContainerConfig::default();
        instructions::apply(&mut config, &options.changes)?;
        let layer = read_tar(bytes)?;
        let diff_id = layer_tar::diff_id(&layer);
        let comment = match options.message.as_str() {
            "" => format!("Imported from {}", if options.source.is_empty() { "-" } else { &options.source }),
            message => message.to_owned(),
        };
        let mut image = ImageConfig {
            comment: comment.clone(),
            config: Some(config),
            container_config: Some(ContainerConfig::default()),
            created: now,
            docker_version: DOCKER_VERSION.into(),
            ..ImageConfig::default()
        };
        image.rootfs.diff_ids = vec![diff_id];
        image.history = vec![History {
            created: now,
            author: String::new(),
            created_by: String::new(),
            comment,
            empty_layer: false,
        }];
        let stored = self.register_image(image.to_json().into(), image, vec![Arc::new(layer)]);
        if let Some(reference) = &reference {
            self.name_image(&stored, reference, now);
        }
        let name = reference.map_or_else(|| stored.id.to_string(), |r| r.or_latest().familiar());
        self.events.emit(now, "image", "import", &stored.id, VecMap::from([("name".to_owned(), name)]));
        Ok(stored.id.clone())
    }
}

/// A tar of files, gzipped or not.
pub(super) fn read_tar(bytes: Arc<[u8]>) -> Result<Layer, EngineError> {
    let bytes = match inflate::is_gzip(&bytes) {
        true => inflate::gunzip(&bytes, UNPACKED_MAX)
            .map_err(|e| EngineError::ArchiveInvalid { reason: e.to_string() })?
            .into(),
        false => bytes,
    };
    layer_tar::read(bytes)
        .map_err(|e| EngineError::ArchiveInvalid { reason: format!("Error processing tar file(exit status 1): {e}") })
}

fn archived(image: &StoredImage, tags: Vec<Reference>) -> Option<ArchivedImage> {
    Some(ArchivedImage {
        config_json: image.json.clone(),
        id: image.id.parse().ok()?,
        tags: tags.into_iter().map(Reference::or_latest).collect(),
        layers: image.layers().iter().map(|l| l.layer.clone()).collect(),
        parent: image.parent.borrow().as_deref().and_then(|p| p.parse().ok()),
    })
}

fn text(line: String) -> JsonMessage {
    JsonMessage { stream: Some(line), ..JsonMessage::default() }
}

/// The progress of one layer: a first block, and all of it.
fn loading(diff_id: &DiffId, total: u64) -> Vec<JsonMessage> {
    let id = short(&diff_id.to_string()).to_owned();
    // dockerd reports every half mebibyte or so; the first report comes after one block of 32 KiB times 17.
    let first = total.min(557_056);
    let steps = [first, total / 5 * 2, total / 5 * 4, total];
    let mut last = 0;
    let mut messages = Vec::new();
    for done in steps {
        if done > last || done == total {
            messages.push(super::pull::progress(&id, "Loading layer", done, total));
            last = done;
        }
    }
    messages
}
