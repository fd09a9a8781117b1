//! The image store: images by id with the bytes of their configs, their names and their parents; and what listings,
//! inspect and history say of them. How images come and go is told elsewhere.

use super::filters::{labels_pass, path_match};
use super::layers::StoredLayer;
use super::references::References;
use super::State;
use crate::ambient::Time;
use crate::engine::api::{
    EngineError, Filters, GraphDriverData, HistoryItem, ImageInspect, ImageListOptions, ImageMetadata, ImageSummary,
    RootFs,
};
use crate::engine::snapshot::ImageView;
use crate::oci::{Digest, ImageConfig, Reference};
use crate::sorted::{self, VecMap, VecSet};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Where the daemon keeps its things.
pub(super) const ROOT_DIR: &str = "/var/lib/docker";

/// One image.
pub(super) struct StoredImage {
    /// `sha256:…` of `json`.
    pub(super) id: Arc<str>,
    /// The config, byte for byte.
    pub(super) json: Arc<[u8]>,
    pub(super) config: ImageConfig,
    /// Its top layer; an image may have none.
    pub(super) top: Option<Rc<StoredLayer>>,
    pub(super) created: Time,
    /// The image it was committed from, as this engine remembers.
    pub(super) parent: RefCell<Option<Arc<str>>>,
    /// When it last got a name here.
    pub(super) last_tag: Cell<Time>,
    pub(super) view: RefCell<Option<Arc<ImageView>>>,
}

impl StoredImage {
    /// Bytes of all its layers.
    pub(super) fn size(&self) -> u64 {
        self.top.as_ref().map_or(0, |t| t.size_all)
    }

    pub(super) fn labels(&self) -> Option<&VecMap<String, String>> {
        self.config.config.as_ref()?.labels.as_ref()
    }

    /// Its names changed: the snapshot of it is no longer good.
    pub(super) fn changed(&self) {
        self.view.replace(None);
    }

    /// Its layers, the base first.
    pub(super) fn layers(&self) -> Vec<Rc<StoredLayer>> {
        let mut layers: Vec<_> = self.top.iter().flat_map(|t| t.downwards()).collect();
        layers.reverse();
        layers
    }

    /// The command of a container of it.
    pub(super) fn command(&self) -> String {
        let config = self.config.config.as_ref();
        config.map(|c| super::merge::command(c).join(" ")).unwrap_or_default()
    }

    /// Each step of its history with the bytes of its layer, the oldest first.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&crate::oci::History, Option<Rc<StoredLayer>>)> {
        let mut layers = self.layers().into_iter();
        self.config.history.iter().map(move |h| (h, if h.empty_layer { None } else { layers.next() }))
    }
}

/// All images.
#[derive(Default)]
pub(super) struct ImageStore {
    by_id: VecMap<Arc<str>, Rc<StoredImage>>,
    pub(super) names: References,
    children: VecMap<Arc<str>, VecSet<Arc<str>>>,
    /// Counts arrivals and departures of images.
    pub(super) generation: u64,
}

impl ImageStore {
    pub(super) fn get(&self, id: &str) -> Option<Rc<StoredImage>> {
        self.by_id.get(id).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// By reference, id or the beginning of an id, as dockerd's `GetImage` looks.
    pub(super) fn find(&self, typed: &str) -> Result<Rc<StoredImage>, EngineError> {
        let missing = |reference: String| EngineError::NoSuchImage { reference };
        let whole = Digest::from_hex(typed).or_else(|| typed.parse().ok());
        if let Some(digest) = whole {
            let id = digest.to_string();
            return self.get(&id).ok_or_else(|| missing(id));
        }
        let reference = parse(typed)?;
        if let Some(image) = self.names.get(&reference).and_then(|id| self.get(id)) {
            return Ok(image);
        }
        self.search(typed).ok_or_else(|| missing(reference.or_latest().familiar()))
    }

    /// By an unambiguous beginning of an id.
    pub(super) fn search(&self, typed: &str) -> Option<Rc<StoredImage>> {
        let prefix = if typed.starts_with("sha256:") { typed.to_owned() } else { format!("sha256:{typed}") };
        let mut hits = self.by_id.from_key(prefix.as_str()).take_while(|(id, _)| id.starts_with(&prefix));
        match (hits.next(), hits.next()) {
            (Some((_, image)), None) if !typed.is_empty() => Some(image.clone()),
            _ => None,
        }
    }

    /// Adds an image or finds it there already.
    pub(super) fn insert(&mut self, image: StoredImage) -> Rc<StoredImage> {
        if let Some(there) = self.get(&image.id) {
            return there;
        }
        let image = Rc::new(image);
        self.generation += 1;
        self.by_id.insert(image.id.clone(), image.clone());
        image
    }

    pub(super) fn set_parent(&mut self, image: &StoredImage, parent: &Arc<str>) {
        self.children.entry(parent.clone()).or_default().insert(image.id.clone());
        image.parent.replace(Some(parent.clone()));
    }

    pub(super) fn has_children(&self, id: &str) -> bool {
        self.children.contains_key(id)
    }

    /// Takes an image without names out; its layers, which the caller releases.
    pub(super) fn forget(&mut self, image: &StoredImage) -> Option<Rc<StoredLayer>> {
        self.by_id.remove(&image.id)?;
        self.generation += 1;
        if let Some(parent) = image.parent.borrow().as_ref() {
            if let Some(children) = self.children.get_mut(parent) {
                children.remove(&image.id);
                if children.is_empty() {
                    self.children.remove(parent);
                }
            }
        }
        image.top.clone()
    }

    /// As `docker images` sorts them.
    pub(super) fn newest_first(&self) -> Vec<Rc<StoredImage>> {
        let mut images: Vec<_> = self.by_id.values().cloned().collect();
        sorted::sort_by_key(&mut images, |i| std::cmp::Reverse(i.created));
        images
    }

    /// Its tags and its digests, in the familiar form.
    pub(super) fn tags_and_digests(&self, id: &str) -> (Vec<String>, Vec<String>) {
        let (digests, tags): (Vec<_>, Vec<_>) = self.names.of_image(id).map(|(_, n)| n).partition(|n| n.by_digest);
        let familiar = |names: Vec<&super::references::Name>| names.iter().map(|n| n.familiar.to_string()).collect();
        (familiar(tags), familiar(digests))
    }
}

/// Reads a reference, or refuses with Docker's sentence.
pub(super) fn parse(text: &str) -> Result<Reference, EngineError> {
    Reference::parse(text).map_err(|e| EngineError::InvalidReference { reason: e.to_string() })
}

/// One image that may be listed.
struct Candidate {
    tags: Vec<String>,
    digests: Vec<String>,
}

impl State {
    /// `docker images`.
    pub(super) fn list_images(&self, options: &ImageListOptions) -> Result<Vec<ImageSummary>, EngineError> {
        const KNOWN: [&str; 5] = ["dangling", "label", "before", "since", "reference"];
        let filters = &options.filters;
        if let Some(key) = filters.keys().find(|k| !KNOWN.contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let dangling = match filters.get("dangling").first().map(String::as_str) {
            None => None,
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            Some(v) => return Err(EngineError::InvalidFilterValue { filter: "dangling".into(), value: v.into() }),
        };
        let limit = |key: &str| match filters.get(key).first() {
            Some(name) => self.images.find(name).map(|i| Some(i.created)),
            None => Ok(None),
        };
        let (before, since) = (limit("before")?, limit("since")?);
        let mut list = Vec::new();
        for image in self.images.newest_first() {
            if before.is_some_and(|b| image.created >= b)
                || since.is_some_and(|s| image.created <= s)
                || !labels_pass(filters, image.labels())
            {
                continue;
            }
            if let Some(c) = self.candidate(&image, options.all, dangling, filters) {
                list.push(self.image_summary(&image, c));
            }
        }
        Ok(list)
    }

    fn candidate(
        &self,
        image: &StoredImage,
        all: bool,
        dangling: Option<bool>,
        filters: &Filters,
    ) -> Option<Candidate> {
        let (tags, digests) = self.images.tags_and_digests(&image.id);
        let patterns = filters.get("reference");
        let wanted = |name: &String| {
            let repository = repository_of(name);
            patterns.is_empty() || patterns.iter().any(|p| path_match(p, name) || path_match(p, repository))
        };
        let (tags, digests): (Vec<_>, Vec<_>) =
            (tags.into_iter().filter(wanted).collect(), digests.into_iter().filter(wanted).collect());
        if tags.is_empty() && digests.is_empty() {
            let intermediate = self.images.has_children(&image.id);
            if intermediate && (!all || dangling == Some(true)) || dangling == Some(false) || !patterns.is_empty() {
                return None;
            }
            return Some(Candidate { tags: vec!["<none>:<none>".into()], digests: vec!["<none>@<none>".into()] });
        }
        (dangling != Some(true) || tags.is_empty()).then_some(Candidate { tags, digests })
    }

    fn image_summary(&self, image: &StoredImage, names: Candidate) -> ImageSummary {
        ImageSummary {
            containers: -1,
            created: image.created.secs(),
            id: image.id.to_string(),
            labels: image.labels().cloned(),
            parent_id: image.parent.borrow().as_deref().unwrap_or_default().to_owned(),
            repo_digests: Some(names.digests).filter(|d| !d.is_empty()),
            repo_tags: Some(names.tags).filter(|t| !t.is_empty()),
            shared_size: -1,
            size: image.size(),
            virtual_size: image.size(),
        }
    }

    /// `docker image inspect`.
    pub(super) fn inspect_image(&self, name: &str) -> Result<ImageInspect, EngineError> {
        let image = self.images.find(name)?;
        let (repo_tags, repo_digests) = self.images.tags_and_digests(&image.id);
        let parent = image.parent.borrow().as_deref().unwrap_or_default().to_owned();
        let config = &image.config;
        let last_comment = || config.history.last().map(|h| h.comment.clone()).unwrap_or_default();
        Ok(ImageInspect {
            id: image.id.to_string(),
            repo_tags,
            repo_digests,
            parent,
            comment: if config.comment.is_empty() { last_comment() } else { config.comment.clone() },
            created: image.created,
            container: config.container.clone(),
            // Go's zero value where the config has none.
            container_config: Some(config.container_config.clone().unwrap_or_default()),
            docker_version: config.docker_version.clone(),
            author: config.author.clone(),
            config: config.config.clone(),
            architecture: config.architecture.clone(),
            variant: config.variant.clone(),
            os: config.os.clone(),
            os_version: String::new(),
            size: image.size(),
            virtual_size: image.size(),
            graph_driver: image.top.as_ref().map_or_else(driver_only, graph_driver_of_layer),
            root_fs: RootFs {
                r#type: config.rootfs.kind.clone(),
                layers: config.rootfs.diff_ids.iter().map(ToString::to_string).collect(),
            },
            metadata: ImageMetadata { last_tag_time: image.last_tag.get() },
        })
    }

    /// `docker history`.
    pub(super) fn image_history(&self, name: &str) -> Result<Vec<HistoryItem>, EngineError> {
        let image = self.images.find(name)?;
        let mut items: Vec<HistoryItem> = image
            .steps()
            .map(|(step, layer)| HistoryItem {
                comment: step.comment.clone(),
                created: if step.created == Time::NEVER { GO_ZERO_SECONDS } else { step.created.secs() },
                created_by: step.created_by.clone(),
                id: "<missing>".into(),
                size: layer.map_or(0, |l| l.size),
                tags: None,
            })
            .collect();
        items.reverse();
        let mut next = Some(image);
        for item in &mut items {
            let Some(image) = next.take() else { break };
            item.id = image.id.to_string();
            item.tags = Some(self.images.tags_and_digests(&image.id).0).filter(|t| !t.is_empty());
            next = image.parent.borrow().as_deref().and_then(|p| self.images.get(p));
        }
        Ok(items)
    }

    /// `docker tag`.
    pub(super) fn tag_image(&mut self, now: Time, source: &str, target: &str) -> Result<(), EngineError> {
        let image = self.images.find(source)?;
        let reference = parse(target)?;
        self.name_image(&image, &reference, now);
        self.tag_event(now, &image.id, reference);
        Ok(())
    }

    /// A name was given on purpose: by `docker tag`, or by a commit.
    pub(super) fn tag_event(&mut self, now: Time, id: &str, reference: Reference) {
        let attributes = VecMap::from([("name".to_owned(), reference.or_latest().familiar())]);
        self.events.emit(now, "image", "tag", id, attributes);
    }

    /// Gives an image a name, taking it from whichever had it; that one's id.
    pub(super) fn name_image(&mut self, image: &StoredImage, reference: &Reference, when: Time) -> Option<Arc<str>> {
        let old = self.images.names.set(reference, &image.id);
        if let Some(other) = old.as_deref().and_then(|id| self.images.get(id)) {
            other.changed();
        }
        image.changed();
        image.last_tag.set(when);
        old
    }
}

/// Go's zero time in seconds since the epoch.
const GO_ZERO_SECONDS: i64 = -62_135_596_800;

fn repository_of(familiar: &str) -> &str {
    let without_digest = familiar.split_once('@').map_or(familiar, |(name, _)| name);
    match without_digest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => without_digest,
    }
}

fn driver_only() -> GraphDriverData {
    GraphDriverData { data: VecMap::new(), name: "overlay2".into() }
}

/// Where an image's layers lie: the top as the upper directory, those under it as lower ones.
fn graph_driver_of_layer(top: &Rc<StoredLayer>) -> GraphDriverData {
    let lowers: Vec<String> = top.downwards().skip(1).map(|l| diff_dir(&l.cache_id)).collect();
    graph_driver(&top.cache_id, &lowers)
}

pub(super) fn diff_dir(cache_id: &str) -> String {
    format!("{ROOT_DIR}/overlay2/{cache_id}/diff")
}

pub(super) fn graph_driver(cache_id: &str, lowers: &[String]) -> GraphDriverData {
    let dir = format!("{ROOT_DIR}/overlay2/{cache_id}");
    let mut data = VecMap::new();
    if !lowers.is_empty() {
        data.insert("LowerDir".to_owned(), lowers.join(":"));
    }
    for (key, name) in [("MergedDir", "merged"), ("UpperDir", "diff"), ("WorkDir", "work")] {
        data.insert(key.to_owned(), format!("{dir}/{name}"));
    }
    GraphDriverData { data, name: "overlay2".into() }
}
