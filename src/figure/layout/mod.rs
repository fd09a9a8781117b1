//! From snapshot to scene: where everything stands. It must not know SVG's text form, nor who shows the scene.

use super::scene::{Node, Options, Scene, Size, View};
use crate::engine::snapshot::Snapshot;
use std::sync::Arc;

/// One container on its image. `focus` is the id of the container (or of an image, drawn alone) to show; without it,
/// or when it is gone, [`auto_focus`] chooses. `prev` is the snapshot before, for the marks of what changed.
pub fn container_view(now: &Snapshot, focus: Option<&str>, prev: Option<&Snapshot>, opts: &Options<'_>) -> Scene {
    let _ = (focus, prev);
    empty(now, View::Container, opts)
}

/// All containers on all images, each layer once.
pub fn sharing_view(now: &Snapshot, prev: Option<&Snapshot>, opts: &Options<'_>) -> Scene {
    let _ = prev;
    empty(now, View::Sharing, opts)
}

/// The thumbnail of the container view, 176 by 80, without text or buttons.
pub fn mini_view(now: &Snapshot, focus: Option<&str>, opts: &Options<'_>) -> Scene {
    let _ = (now, focus);
    Scene { width: 176, height: 80, class: root_class(View::Container, opts), ..Scene::default() }
}

/// What the container view shows: the container in the foreground, or what the last command concerned (a new or
/// changed container, a new image), or what was shown before (`last`, an id of a container or image), or the newest.
/// Returns a container's or an image's id; none if there is neither.
pub fn auto_focus(now: &Snapshot, prev: Option<&Snapshot>, last: Option<&str>) -> Option<Arc<str>> {
    let _ = (prev, last);
    now.containers.first().map(|c| c.id.clone()).or_else(|| now.images.first().map(|i| i.id.clone()))
}

fn empty(_now: &Snapshot, view: View, opts: &Options<'_>) -> Scene {
    Scene {
        view,
        width: 768,
        height: 400,
        class: root_class(view, opts),
        nodes: vec![Node::new("g")],
        ..Scene::default()
    }
}

fn root_class(view: View, opts: &Options<'_>) -> String {
    let view = if view == View::Container { "v-container" } else { "v-sharing" };
    let size = match opts.size {
        Size::Regular => "fig-regular",
        Size::Compact => "fig-compact",
        Size::Narrow => "fig-narrow",
    };
    format!("fig {size} {view}{}", if opts.turn { " turn" } else { "" })
}
