//! `docker commit`: an image of a container. The layer, its DiffID and the config are what dockerd would write, so
//! the image has the id that it would have there. It must not know how containers run.

use super::containers::Container;
use super::images::{parse, StoredImage};
use super::instructions;
use super::store::DOCKER_VERSION;
use super::State;
use crate::ambient::Time;
use crate::engine::api::{CommitOptions, EngineError};
use crate::oci::{layer_tar, DiffId, History, ImageConfig};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
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
        let created_by = container.config.cmd.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let mut image = ImageConfig {
            architecture: if parent.config.architecture.is_empty() {
                "amd64".into()
            } else {
                parent.config.architecture.clone()
            },
            author: options.author.clone(),
            config: Some(config),
            container: container.id.to_string(),
            container_config: Some((*container.config).clone()),
            created: now,
            docker_version: DOCKER_VERSION.into(),
            history: parent.config.history.clone(),
            rootfs: parent.config.rootfs.clone(),
            ..ImageConfig::default()
        };
        for inherited in ["os.version", "os.features"] {
            if let Some(value) = parent.config.other.get(inherited) {
                image.other.insert(inherited.to_owned(), value.clone());
            }
        }
        image.rootfs.diff_ids.extend(diff_id);
        image.history.push(History {
            created: now,
            author: options.author.clone(),
            created_by,
            comment: options.comment.clone(),
            empty_layer: diff_id.is_none(),
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
        let id: Arc<str> = crate::oci::ImageId(crate::oci::Digest::of(&json)).to_string().into();
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
        let mut attributes = BTreeMap::from([("comment".to_owned(), options.comment.clone())]);
        if let Some(reference) = reference {
            self.name_image(&stored, &reference, now);
            attributes.insert("imageRef".into(), reference.or_latest().familiar());
        }
        attributes.insert("imageID".into(), id.to_string());
        self.container_event(now, container, "commit", attributes);
        Ok(id)
    }
}
