//! What the container view is about. It must not know how it is drawn.

use super::words;
use crate::engine::snapshot::{ContainerView, ImageView, Snapshot};
use std::sync::Arc;

/// What the figure is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The container; none draws the image alone.
    pub container: Option<&'a ContainerView>,
    /// The image, where it still exists.
    pub image: Option<&'a ImageView>,
    /// Its id.
    pub image_id: &'a str,
    /// Its name: a tag, or as the container has it.
    pub name: &'a str,
    /// Chain ids from the base up.
    pub layers: &'a [Arc<str>],
    /// Bytes of the image.
    pub size: u64,
}

impl<'a> Subject<'a> {
    /// The container or image with this id.
    pub fn find(snapshot: &'a Snapshot, id: &str) -> Option<Subject<'a>> {
        if let Some(image) = snapshot.image(id) {
            return Some(Subject::of_image(image));
        }
        let container = snapshot.containers.iter().find(|c| &*c.id == id)?;
        let image = snapshot.image(&container.image);
        Some(Subject {
            container: Some(container),
            image: image.map(|i| &**i),
            image_id: &container.image,
            name: image.and_then(|i| i.tags.first()).map_or(&container.image_name, String::as_str),
            layers: &container.layers,
            size: container.size_root_fs.saturating_sub(container.size_rw),
        })
    }

    /// The image alone.
    pub fn of_image(image: &'a ImageView) -> Subject<'a> {
        Subject {
            container: None,
            image: Some(image),
            image_id: &image.id,
            name: words::image_name(image),
            layers: &image.layers,
            size: image.size,
        }
    }
}
