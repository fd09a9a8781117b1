//! `rmi` and `image prune`: which names go, which images go with them, and everything that stands in the way, by
//! the rules of dockerd's `image_delete.go`. It must not know how images come.

use super::{State, StoredImage};
use crate::ambient::Time;
use crate::engine::api::{EngineError, Filters, ImageDeleted, ImageRemove, ImagesPruned};
use crate::engine::snapshot::Refusal;
use crate::sorted::VecMap;
use std::rc::Rc;
use std::sync::Arc;

/// What stands in the way of removing an image.
struct Conflict {
    error: EngineError,
    /// A container is in the way, not a name or a child.
    used: bool,
}

/// Which obstacles count.
#[derive(Clone, Copy)]
struct Mask {
    stopped: bool,
    named: bool,
}

impl State {
    /// Takes a name away, and the image with its last name.
    pub(super) fn remove_image(
        &mut self,
        now: Time,
        name: &str,
        options: ImageRemove,
    ) -> Result<Vec<ImageDeleted>, EngineError> {
        let image = self.images.find(name)?;
        let mut records = Vec::new();
        let mut unnamed = false;
        if is_id_prefix(&image.id, name) {
            self.remove_names_of_id(now, &image, options.force, &mut records)?;
        } else {
            if self.remove_name(now, &image, name, options.force, &mut records)? {
                return Ok(records);
            }
            unnamed = true;
        }
        self.delete_image(now, &image, options.force, !options.no_prune, unnamed, &mut records)?;
        Ok(records)
    }

    /// By id: all names go where they are names of one repository.
    fn remove_names_of_id(
        &mut self,
        now: Time,
        image: &Rc<StoredImage>,
        force: bool,
        records: &mut Vec<ImageDeleted>,
    ) -> Result<(), EngineError> {
        if !self.has_single_name(&image.id) {
            return Ok(());
        }
        if let Some(conflict) = self.conflict(image, Mask { stopped: !force, named: false }) {
            return Err(conflict.error);
        }
        for canonical in self.names_of(&image.id) {
            self.untag(now, image, &canonical, records);
        }
        Ok(())
    }

    /// By name; true when other names remain and nothing else is to be done.
    fn remove_name(
        &mut self,
        now: Time,
        image: &Rc<StoredImage>,
        name: &str,
        force: bool,
        records: &mut Vec<ImageDeleted>,
    ) -> Result<bool, EngineError> {
        let reference = super::images::parse(name)?;
        if !force && self.has_single_name(&image.id) {
            if let Some(user) = self.containers.oldest(|c| c.image == image.id) {
                let error = EngineError::ImageUsedByReference {
                    reference: name.to_owned(),
                    container: short(&user.id).to_owned(),
                    image: short(&image.id).to_owned(),
                };
                self.note_refusal(&image.id, &user.id, &error);
                return Err(error);
            }
        }
        let repository = reference.familiar_name();
        let is_tag = reference.digest().is_none();
        let canonical = super::references::canonical(&reference);
        self.untag(now, image, &canonical, records);
        if is_tag && !self.images.names.of_image(&image.id).any(|(_, n)| !n.by_digest && *n.repository == *repository) {
            // The last tag of a repository takes the digests of that repository along.
            let digests: Vec<Arc<str>> = self
                .images
                .names
                .of_image(&image.id)
                .filter(|(_, n)| n.by_digest && *n.repository == *repository)
                .map(|(c, _)| c.clone())
                .collect();
            for canonical in digests {
                self.untag(now, image, &canonical, records);
            }
        }
        Ok(self.images.names.of_image(&image.id).next().is_some())
    }

    fn untag(&mut self, now: Time, image: &Rc<StoredImage>, canonical: &str, records: &mut Vec<ImageDeleted>) {
        if let Some(name) = self.images.names.remove(canonical) {
            image.changed();
            let attributes = VecMap::from([("name".to_owned(), image.id.to_string())]);
            self.events.emit(now, "image", "untag", &image.id, attributes);
            records.push(ImageDeleted::Untagged(name.familiar.to_string()));
        }
    }

    fn names_of(&self, image: &str) -> Vec<Arc<str>> {
        self.images.names.of_image(image).map(|(c, _)| c.clone()).collect()
    }

    /// At most one tag, and digests of its repository only.
    fn has_single_name(&self, image: &str) -> bool {
        let names: Vec<_> = self.images.names.of_image(image).map(|(_, n)| n).collect();
        let tags: Vec<_> = names.iter().filter(|n| !n.by_digest).collect();
        let repository = tags.first().copied().or(names.first()).map(|n| &n.repository);
        names.len() <= 1 || tags.len() <= 1 && names.iter().all(|n| Some(&n.repository) == repository)
    }

    /// Removes the image and, with `prune`, its nameless parents. `quiet`: a conflict with a container is then no
    /// error, since a name was removed already.
    fn delete_image(
        &mut self,
        now: Time,
        image: &Rc<StoredImage>,
        force: bool,
        prune: bool,
        quiet: bool,
        records: &mut Vec<ImageDeleted>,
    ) -> Result<(), EngineError> {
        if let Some(conflict) = self.conflict(image, Mask { stopped: !force, named: !force }) {
            let dangling =
                self.images.names.of_image(&image.id).next().is_none() && !self.images.has_children(&image.id);
            return if quiet && (!dangling || conflict.used) { Ok(()) } else { Err(conflict.error) };
        }
        let parent = image.parent.borrow().clone();
        for canonical in self.names_of(&image.id) {
            self.untag(now, image, &canonical, records);
        }
        let gone = self.images.forget(image).map(|top| self.layers.release(&top)).unwrap_or_default();
        let attributes = VecMap::from([("name".to_owned(), image.id.to_string())]);
        self.events.emit(now, "image", "delete", &image.id, attributes);
        records.push(ImageDeleted::Deleted(image.id.to_string()));
        records.extend(gone.iter().map(|l| ImageDeleted::Deleted(l.chain_id.to_string())));
        match parent.and_then(|p| self.images.get(&p)) {
            Some(parent) if prune => self.delete_image(now, &parent, false, true, true, records),
            _ => Ok(()),
        }
    }

    fn conflict(&mut self, image: &Rc<StoredImage>, mask: Mask) -> Option<Conflict> {
        let shown = || short(&image.id).to_owned();
        if self.images.has_children(&image.id) {
            return Some(Conflict { error: EngineError::ImageHasChildren { image: shown() }, used: false });
        }
        if let Some(user) = self.containers.oldest(|c| c.image == image.id && c.is_running()) {
            let error = EngineError::ImageUsedByRunning { image: shown(), container: short(&user.id).to_owned() };
            self.note_refusal(&image.id, &user.id, &error);
            return Some(Conflict { error, used: true });
        }
        if mask.named && self.images.names.of_image(&image.id).next().is_some() {
            return Some(Conflict { error: EngineError::ImageInManyRepositories { image: shown() }, used: false });
        }
        if mask.stopped {
            if let Some(user) = self.containers.oldest(|c| c.image == image.id) {
                let error = EngineError::ImageUsedByStopped { image: shown(), container: short(&user.id).to_owned() };
                self.note_refusal(&image.id, &user.id, &error);
                return Some(Conflict { error, used: true });
            }
        }
        None
    }

    fn note_refusal(&mut self, image: &Arc<str>, container: &Arc<str>, error: &EngineError) {
        self.refusal = Some(Refusal { image: image.clone(), container: container.clone(), message: error.to_string() });
    }

    /// `docker image prune`: what has no name, or with `dangling=false` what no container uses.
    pub(super) fn prune_images(&mut self, now: Time, filters: &Filters) -> Result<ImagesPruned, EngineError> {
        const KNOWN: [&str; 4] = ["dangling", "label", "label!", "until"];
        if let Some(key) = filters.keys().find(|k| !KNOWN.contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let dangling_only = match filters.get("dangling").first().map(String::as_str) {
            None | Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(v) => return Err(EngineError::InvalidFilterValue { filter: "dangling".into(), value: v.into() }),
        };
        let until = super::filters::until(filters, now)?;
        let sizes: VecMap<Arc<str>, u64> = self.layers.iter().map(|l| (l.chain_id.clone(), l.size)).collect();
        let mut deleted = Vec::new();
        let refusal = self.refusal.take();
        for image in self.images.newest_first() {
            let has_names = self.images.names.of_image(&image.id).next().is_some();
            let tagged = self.images.names.of_image(&image.id).any(|(_, n)| !n.by_digest);
            if self.images.get(&image.id).is_none()
                || self.images.has_children(&image.id) && (dangling_only || !has_names)
                || until.is_some_and(|u| image.created > u)
                || !super::filters::labels_pass(filters, image.labels())
                || dangling_only && tagged
            {
                continue;
            }
            let names = match has_names {
                true => self.images.names.of_image(&image.id).map(|(_, n)| n.familiar.to_string()).collect(),
                false => vec![image.id.trim_start_matches("sha256:").to_owned()],
            };
            for name in names {
                // What is in use stays, without a word.
                if let Ok(records) = self.remove_image(now, &name, ImageRemove::default()) {
                    deleted.extend(records);
                }
            }
        }
        self.refusal = refusal;
        let space_reclaimed = deleted
            .iter()
            .filter_map(|d| match d {
                ImageDeleted::Deleted(id) => sizes.get(id.as_str()),
                ImageDeleted::Untagged(_) => None,
            })
            .sum();
        self.events.pruned(now, "image", space_reclaimed);
        Ok(ImagesPruned { images_deleted: Some(deleted).filter(|d| !d.is_empty()), space_reclaimed })
    }
}

/// Whether `typed` is the beginning of the id, with or without its `sha256:`.
fn is_id_prefix(id: &str, typed: &str) -> bool {
    id.starts_with(typed) || id.split_once(':').is_some_and(|(_, hex)| hex.starts_with(typed))
}

/// The first twelve digits of an id, as the daemon shows it.
pub(super) fn short(id: &str) -> &str {
    let hex = id.split_once(':').map_or(id, |(_, hex)| hex);
    hex.get(..12).unwrap_or(hex)
}
