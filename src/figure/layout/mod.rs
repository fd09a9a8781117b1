//! From snapshot to scene: where everything stands. It must not know SVG's text form, nor who shows the scene.

mod boxes;
pub mod change;
mod chips;
mod container;
mod forest;
mod mini;
mod parts;
mod sharing;
mod stack;
mod subject;
pub mod words;

use super::describe;
use super::measure::font;
use super::scene::{Node, Options, Scene, Size, View};
use crate::engine::snapshot::{ContainerView, Foreground, Snapshot};
use crate::sorted::VecMap;
use crate::strings::figure as s;
pub(super) use forest::{columns, forest, Column, Family, Row, Run};
use std::sync::Arc;
pub(super) use subject::Subject;

/// One container on its image. `focus` is the id of the container (or of an image, drawn alone) to show; without it,
/// or when it is gone, [`auto_focus`] chooses. `prev` is the snapshot before, for the marks of what changed.
pub fn container_view(now: &Snapshot, focus: Option<&str>, prev: Option<&Snapshot>, opts: &Options<'_>) -> Scene {
    let auto = auto_focus(now, prev, focus);
    let subject = focus.and_then(|id| subject_of(now, prev, id)).or_else(|| {
        let id = auto.as_deref()?;
        Subject::find(now, id)
    });
    let mut scene = match &subject {
        Some(subject) => container::draw(now, subject, opts),
        None => empty(View::Container, opts),
    };
    if let Some(prev) = prev {
        let old = subject
            .as_ref()
            .map_or_else(|| focus.and_then(|id| Subject::find(prev, id)), |subject| before(now, prev, subject));
        let old = old.map(|b| container::draw(prev, &b, opts));
        change::mark(&mut scene, old.as_ref(), now, prev);
    }
    let words = describe::container_text(now, subject.as_ref(), opts.lang);
    finish(scene, words, opts)
}

/// The subject with this id; for a container that is gone, its image.
fn subject_of<'a>(now: &'a Snapshot, prev: Option<&Snapshot>, id: &str) -> Option<Subject<'a>> {
    Subject::find(now, id).or_else(|| {
        let gone = prev?.containers.iter().find(|c| &*c.id == id)?;
        now.image(&gone.image).map(|i| Subject::of_image(i))
    })
}

/// The same thing as it was: the container that just left this image; the container, or its image before the container
/// came; the container that an image was committed from.
fn before<'a>(now: &Snapshot, prev: &'a Snapshot, subject: &Subject<'_>) -> Option<Subject<'a>> {
    let (fresh, old) = change::differing(&now.containers, &prev.containers);
    let found = match subject.container {
        Some(c) => Subject::find(prev, &c.id),
        None => {
            let gone = |c: &&Arc<ContainerView>| !fresh.iter().any(|f| f.id == c.id);
            let left = old.iter().filter(gone).find(|c| &*c.image == subject.image_id);
            left.and_then(|c| Subject::find(prev, &c.id))
        }
    };
    found.or_else(|| Subject::find(prev, subject.image_id)).or_else(|| {
        let had = prev.layers.iter().map(|l| &*l.chain_id).collect();
        let (_, container) = change::commit(subject.image?, now, &had)?;
        Subject::find(prev, container)
    })
}

/// All containers on all images, each layer once.
pub fn sharing_view(now: &Snapshot, prev: Option<&Snapshot>, opts: &Options<'_>) -> Scene {
    let draw = |snapshot: &Snapshot| match snapshot.images.is_empty() && snapshot.containers.is_empty() {
        true => empty(View::Sharing, opts),
        false => sharing::draw(snapshot, opts),
    };
    let mut scene = draw(now);
    if let Some(prev) = prev {
        change::mark(&mut scene, Some(&draw(prev)), now, prev);
    }
    let words = describe::sharing_text(now, opts.lang);
    finish(scene, words, opts)
}

/// The thumbnail of the container view, 176 by 80, without text or buttons.
pub fn mini_view(now: &Snapshot, focus: Option<&str>, opts: &Options<'_>) -> Scene {
    let id = auto_focus(now, None, focus);
    match id.as_deref().and_then(|id| Subject::find(now, id)) {
        Some(subject) => mini::draw(now, &subject, opts),
        None => {
            let slabs = Node::path("ghost", "M8 10h150v12h-150zM8 34h150v12h-150zM8 58h150v20h-150z");
            let class = format!("{} mini", root_class(View::Container, opts));
            Scene { width: 176, height: 80, class, nodes: vec![slabs], ..Scene::default() }
        }
    }
}

/// What the container view shows: the container in the foreground; or the one that holds a refused image; or what the
/// last command concerned (a new or changed container, a new image); or what was shown before (`last`, an id of a
/// container or image); or the newest. Returns a container's or an image's id; none if there is neither.
pub fn auto_focus(now: &Snapshot, prev: Option<&Snapshot>, last: Option<&str>) -> Option<Arc<str>> {
    if let Foreground::Container(id) = &now.foreground {
        if now.containers.iter().any(|c| c.id == *id) {
            return Some(id.clone());
        }
    }
    if let Some(refusal) = &now.refusal {
        if now.containers.iter().any(|c| c.id == refusal.container) {
            return Some(refusal.container.clone());
        }
    }
    if let Some(prev) = prev {
        if let Some(id) = concerned(now, prev) {
            return Some(id);
        }
    }
    let kept = last.and_then(|id| {
        let container = now.containers.iter().find(|c| &*c.id == id).map(|c| c.id.clone());
        container.or_else(|| now.image(id).map(|i| i.id.clone()))
    });
    // A removed container leaves its image in view.
    let left = || {
        let gone = prev?.containers.iter().find(|c| Some(&*c.id) == last)?;
        now.image(&gone.image).map(|i| i.id.clone())
    };
    let newest = || now.containers.first().map(|c| c.id.clone()).or_else(|| now.images.first().map(|i| i.id.clone()));
    kept.or_else(left).or_else(newest)
}

/// The container or image that is new or changed, the newest of them.
fn concerned(now: &Snapshot, prev: &Snapshot) -> Option<Arc<str>> {
    let (fresh, old) = change::differing(&now.containers, &prev.containers);
    let old: VecMap<&str, &Arc<ContainerView>> = old.iter().map(|c| (&*c.id, c)).collect();
    let mut changed = None;
    for c in fresh {
        match old.get(&*c.id) {
            None => return Some(c.id.clone()),
            Some(b) if Arc::ptr_eq(b, c) => {}
            Some(b) if b.changes != c.changes || b.state != c.state || b.started != c.started => {
                changed = changed.or_else(|| Some(c.id.clone()));
            }
            Some(_) => {}
        }
    }
    let (fresh, _) = change::differing(&now.images, &prev.images);
    let image = || fresh.iter().find(|i| prev.image(&i.id).is_none()).map(|i| i.id.clone());
    changed.or_else(image)
}

/// The empty figure: three dashed slabs and what to do.
fn empty(view: View, opts: &Options<'_>) -> Scene {
    let narrow = opts.size == Size::Narrow;
    let width = match (opts.width, narrow) {
        (0, true) => 366,
        (0, false) => 768,
        (w, _) => w.max(if narrow { 320 } else { 560 }),
    };
    let height = match opts.size {
        Size::Regular => 400,
        Size::Compact => 300,
        Size::Narrow => 360,
    };
    let (x, y) = (width / 2 - 110, height / 2 - 102);
    let slabs = format!("M{x} {y}h220v22h-220zM{x} {}h220v22h-220zM{x} {}h220v34h-220z", y + 34, y + 68);
    let mid = |class: &str, dy: i32, text: &str| {
        let text = font(class).fit(text, width - 24);
        Node::text(class, width / 2, y + dy, text).anchor("middle")
    };
    let words = Node::group("empty-words", "note").child(mid("t-emp", 144, s::EMPTY.get(opts.lang))).child(mid(
        "t-emp2",
        168,
        s::EMPTY_DO.get(opts.lang),
    ));
    let nodes = vec![Node::path("ghost", slabs).key("empty"), words];
    Scene { view, width, height, class: root_class(view, opts), defs: parts::patterns(opts), nodes, ..Scene::default() }
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

/// Puts the words in, and the one element that the Tab key reaches: the selected one, or the first.
fn finish(mut scene: Scene, (label, desc): (String, String), opts: &Options<'_>) -> Scene {
    let chosen = opts.selected.filter(|key| scene.order.iter().any(|k| k == key));
    if let Some(entry) = chosen.map(str::to_string).or_else(|| scene.order.first().cloned()) {
        scene.walk_mut(&mut |node| {
            if node.key == entry {
                node.set("tabindex", "0");
                if chosen.is_some() {
                    node.set("aria-pressed", "true");
                }
            }
        });
    }
    scene.label = label;
    scene.desc = desc;
    scene
}
