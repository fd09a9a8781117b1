//! `docker commit`: an image of a container. The layer, its DiffID and the config are what dockerd would write, so
//! the image has the id that it would have there. It must not know how containers run.

use super::containers::Container;
use super::images::{parse, StoredImage};
use super::instructions;
use super::store::DOCKER_VERSION;
use super::State;
use crate::ambient::Time;
use crate::engine::api::{CommitOptions, EngineError};
use crate::oci::{self, layer_tar, DiffId};
use crate::sorted::VecMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

impl State {
    /// The id of the new image.
    pub(super) fn commit(
        &mut self,
        now: Time,
        container: &Rc<Container>,
        options: &CommitOptions,
    ) -> Result<Arc<str>, EngineError> {
        let reference = options.reference.as_deref().map(parse).transpose()?;
        let mut config = (*container.config).clone();
        instructions::apply(&mut config, &options.changes)?;
        let parent = self
            .images
            .get(&container.image)
            .ok_or_else(|| EngineError::ImageContentMissing { id: container.image.to_string() })?;
        let root = container.get().root.clone();
        let layer = root.borrow().freeze();
        // An untouched thin layer is the empty tar, for which an image's config has no layer.
        let diff_id: Option<DiffId> = (!root.borrow().is_untouched()).then(|| layer_tar::diff_id(&layer));
        let image = parent.config.child(oci::config::Commit {
            container: container.id.to_string(),
            container_config: (*container.config).clone(),
            config,
            layer: diff_id,
            author: options.author.clone(),
            comment: options.comment.clone(),
            created: now,
            docker_version: DOCKER_VERSION.into(),
        });
        let top = match diff_id {
            Some(diff_id) => Some(self.register_layer(container.top.as_ref(), &diff_id, layer)),
            None => {
                if let Some(top) = &container.top {
                    self.layers.hold(top);
                }
                container.top.clone()
            }
        };
        let json: Arc<[u8]> = image.to_json().into();
        let id: Arc<str> = oci::ImageId(oci::Digest::of(&json)).to_string().into();
        let stored = self.images.insert(StoredImage {
            id: id.clone(),
            json,
            created: now,
            config: image,
            top,
            parent: RefCell::new(None),
            last_tag: Cell::new(Time::NEVER),
            view: RefCell::new(None),
        });
        self.images.set_parent(&stored, &parent.id);
        let mut attributes = VecMap::from([("comment".to_owned(), options.comment.clone())]);
        if let Some(reference) = reference {
            self.name_image(&stored, &reference, now);
            attributes.insert("imageRef".into(), reference.clone().or_latest().familiar());
            self.tag_event(now, &id, reference);
        }
        attributes.insert("imageID".into(), id.to_string());
        self.container_event(now, container, "commit", attributes);
        Ok(id)
    }
}
