//! What changed between two scenes, as marks and movements on the new one; what is gone is drawn once more as it
//! leaves. Facts come from the snapshots, places from the scenes. It must not know how a movement looks.

use crate::engine::snapshot::{ChangeKind, ChangeView, ContainerView, ImageView, Snapshot};
use crate::figure::scene::{Change, Motion, Movement, Node, Scene, Target};
use crate::sorted::{VecMap, VecSet};
use std::sync::Arc;

/// Milliseconds between two slabs of a pull.
const STAGGER: u32 = 90;
/// How long things take to enter.
const ENTER: u32 = 240;

/// The two lists without what they have in common at either end: snapshots share what did not change, so of thousands
/// of containers only few are left to compare.
pub fn differing<'a, T>(now: &'a [Arc<T>], prev: &'a [Arc<T>]) -> (&'a [Arc<T>], &'a [Arc<T>]) {
    let same = |pair: &(&Arc<T>, &Arc<T>)| Arc::ptr_eq(pair.0, pair.1);
    let end = now.iter().rev().zip(prev.iter().rev()).take_while(same).count();
    let now = now.get(..now.len() - end).unwrap_or_default();
    let prev = prev.get(..prev.len() - end).unwrap_or_default();
    let start = now.iter().zip(prev).take_while(same).count();
    (now.get(start..).unwrap_or_default(), prev.get(start..).unwrap_or_default())
}

/// What the two snapshots say, looked up by id.
struct Facts<'a> {
    now: &'a Snapshot,
    prev: &'a Snapshot,
    has_layers: VecSet<&'a str>,
    had_layers: VecSet<&'a str>,
    /// The containers that either scene shows.
    has: VecMap<&'a str, &'a ContainerView>,
    had: VecMap<&'a str, &'a ContainerView>,
    /// Layers of the images that came by a pull, a load or a build, not by a commit.
    pulled: VecSet<&'a str>,
    /// The layer that a commit made.
    committed: Option<&'a str>,
    /// New layers from the base up, for the stagger.
    new_layers: Vec<&'a str>,
}

impl<'a> Facts<'a> {
    fn new(now: &'a Snapshot, prev: &'a Snapshot, shown: &VecSet<&str>) -> Facts<'a> {
        let chains = |s: &'a Snapshot| s.layers.iter().map(|l| &*l.chain_id).collect::<VecSet<&str>>();
        let containers = |s: &'a Snapshot| -> VecMap<&'a str, &'a ContainerView> {
            let shown = s.containers.iter().filter(|c| shown.contains(&*c.id));
            shown.map(|c| (&*c.id, &**c)).collect()
        };
        let (has_layers, had_layers) = (chains(now), chains(prev));
        let (fresh, _) = differing(&now.images, &prev.images);
        let new_images = || fresh.iter().filter(|i| prev.image(&i.id).is_none());
        let committed = new_images().find_map(|i| commit(i, now, &had_layers)).map(|c| c.0);
        let made = |i: &ImageView| committed.is_some_and(|layer| i.layers.last().is_some_and(|l| &**l == layer));
        let pulled = new_images().filter(|i| !made(i)).flat_map(|i| i.layers.iter().map(|l| &**l)).collect();
        let new_layers = now.layers.iter().map(|l| &*l.chain_id).filter(|id| !had_layers.contains(id)).collect();
        let (has, had) = (containers(now), containers(prev));
        Facts { now, prev, has_layers, had_layers, has, had, pulled, committed, new_layers }
    }

    fn had_change(&self, container: &str, path: &str) -> Option<&'a ChangeView> {
        self.had.get(container)?.changes.iter().find(|c| &*c.path == path)
    }

    fn change(&self, container: &str, path: &str) -> Option<&'a ChangeView> {
        self.has.get(container)?.changes.iter().find(|c| &*c.path == path)
    }
}

/// The container's id in a key, if it has one.
fn container_of(key: &str) -> Option<&str> {
    let (kind, rest) = key.split_once(':')?;
    match kind {
        "thin" | "tab" | "strap" | "link" => Some(rest),
        "chip" | "ghost" | "lane" | "note" => rest.split_once(':').map(|(id, _)| id),
        _ => None,
    }
}

/// Whether the image is a container's image with one layer more that was not there: then that layer and container.
pub fn commit<'a>(image: &'a ImageView, now: &'a Snapshot, had: &VecSet<&str>) -> Option<(&'a str, &'a str)> {
    let (top, below) = image.layers.split_last()?;
    if had.contains(&**top) || below.is_empty() {
        return None;
    }
    let size = now.layer(top)?.size;
    let of = now.containers.iter().find(|c| c.layers == below && c.size_rw == size)?;
    Some((top, &of.id))
}

/// Marks what entered, moved or grew, and adds what left.
pub fn mark(scene: &mut Scene, old: Option<&Scene>, now: &Snapshot, prev: &Snapshot) {
    let keys: Vec<String> =
        scene.nodes.iter().chain(old.iter().flat_map(|o| &o.nodes)).map(|n| n.key.clone()).collect();
    let shown: VecSet<&str> = keys.iter().filter_map(|k| container_of(k)).collect();
    let facts = Facts::new(now, prev, &shown);
    let mut old_places: VecMap<&str, &Node> = VecMap::new();
    for node in old.iter().flat_map(|o| &o.nodes).filter(|n| !n.key.is_empty()) {
        old_places.insert(&node.key, node);
    }
    let ghosts: VecMap<String, (i32, i32)> =
        scene.nodes.iter().filter(|n| n.key.starts_with("ghost:")).map(|n| (n.key.clone(), n.at)).collect();
    let present: VecSet<String> = scene.nodes.iter().map(|n| n.key.clone()).collect();
    let arriving = facts.new_layers.len() as u32 * STAGGER;
    for node in &mut scene.nodes {
        let entered = entering(node, &facts, &ghosts, arriving);
        match (entered, old_places.get(node.key.as_str())) {
            (Some(motion), _) => {
                node.change = Some(Change::Entered);
                node.movement = Some(motion);
            }
            (None, Some(was)) if was.at != node.at => {
                let from = (was.at.0 - node.at.0, was.at.1 - node.at.1);
                node.moves(Change::Moved, Movement::Shift, 0, from);
            }
            _ => {}
        }
        if node.key == "octagon" || node.class == "strap no" || node.class == "link no" {
            let kind = if node.key == "octagon" { Movement::Appear } else { Movement::Shake };
            node.moves(Change::Entered, kind, 0, (0, 0));
        } else if node.change.is_none() && blinks(&node.key, &facts) {
            node.movement = Some(Motion { kind: Movement::Blink, delay: 0, from: (0, 0) });
        }
        count(node, &facts);
    }
    let left: Vec<Node> = old.iter().flat_map(|o| &o.nodes).filter_map(|n| leaving(n, &facts, &present)).collect();
    scene.nodes.extend(left);
}

/// How an element enters, if what it shows was not there before.
fn entering(node: &Node, facts: &Facts<'_>, ghosts: &VecMap<String, (i32, i32)>, arriving: u32) -> Option<Motion> {
    let (kind, rest) = node.key.split_once(':')?;
    let motion = |kind: Movement, delay: u32| Some(Motion { kind, delay, from: (0, 0) });
    let new_container = |id: &str| !facts.had.contains_key(id);
    match kind {
        "layer" if !facts.had_layers.contains(rest) => match facts.committed {
            Some(layer) if layer == rest => motion(Movement::Commit, 0).map(|m| Motion { from: (0, -60), ..m }),
            _ => {
                let place = facts.new_layers.iter().position(|l| *l == rest).unwrap_or(0);
                motion(Movement::Fall, place as u32 * STAGGER)
            }
        },
        "image" if facts.prev.image(rest).is_none() && facts.now.image(rest).is_some() => {
            motion(Movement::Appear, arriving)
        }
        "thin" | "tab" if new_container(rest) => motion(Movement::Descend, 0),
        "strap" if new_container(rest) => motion(Movement::Close, ENTER),
        "link" if new_container(rest) => motion(Movement::Appear, ENTER),
        "chip" | "ghost" | "lane" | "note" => {
            let (container, path) = rest.split_once(':')?;
            let change = facts.change(container, path)?;
            if facts.had_change(container, path).is_some_and(|had| had.kind == change.kind) {
                return None;
            }
            match (kind, change.kind) {
                ("chip", ChangeKind::C) => {
                    let ghost = ghosts.get(&format!("ghost:{rest}"));
                    let from = ghost.map_or((0, -30), |g| (g.0 - node.at.0, g.1 - node.at.1));
                    Some(Motion { kind: Movement::CopyUp, delay: 0, from })
                }
                ("chip", _) => motion(Movement::Drop, 0),
                ("lane", ChangeKind::D) => motion(Movement::Cover, ENTER),
                _ => motion(Movement::Appear, 0),
            }
        }
        _ => None,
    }
}

/// Whether a slab was there already when an image with it was pulled.
fn blinks(key: &str, facts: &Facts<'_>) -> bool {
    matches!(Target::parse(key), Some(Target::Layer(id)) if facts.had_layers.contains(id) && facts.pulled.contains(id))
}

/// Marks a thin layer's size that grew or shrank.
fn count(node: &mut Node, facts: &Facts<'_>) {
    let Some(id) = node.key.strip_prefix("thin:") else { return };
    let Some(before) = facts.had.get(id).map(|c| c.size_rw) else { return };
    let after = facts.has.get(id).map(|c| c.size_rw);
    if after == Some(before) {
        return;
    }
    for child in &mut node.children {
        if child.key.starts_with("size:") {
            child.moves(Change::Updated { from: before }, Movement::Count, 0, (0, 0));
        }
    }
}

/// The ghost of an element that is gone, if what it showed is gone.
fn leaving(node: &Node, facts: &Facts<'_>, present: &VecSet<String>) -> Option<Node> {
    if present.contains(&node.key) {
        return None;
    }
    let (kind, rest) = node.key.split_once(':')?;
    let gone = |id: &str| !facts.has.contains_key(id);
    let (movement, delay) = match kind {
        "layer" if !facts.has_layers.contains(rest) => {
            // The top first.
            let lost = facts.prev.layers.iter().filter(|l| !facts.has_layers.contains(&*l.chain_id));
            let place = lost.map(|l| &*l.chain_id).collect::<Vec<_>>().iter().rev().position(|l| *l == rest);
            (Movement::Fade, ENTER + place.unwrap_or(0) as u32 * STAGGER)
        }
        "image" if facts.now.image(rest).is_none() => (Movement::Fade, 0),
        "thin" | "tab" if gone(rest) => (Movement::Rise, ENTER / 2),
        "strap" if gone(rest) => (Movement::Open, 0),
        "link" if gone(rest) => (Movement::Fade, 0),
        "chip" | "ghost" | "lane" => {
            let (container, path) = rest.split_once(':')?;
            match gone(container) {
                true if kind == "chip" => (Movement::Rise, ENTER / 2),
                true => (Movement::Fade, 0),
                false if facts.change(container, path).is_none() => (Movement::Fade, 0),
                false => return None,
            }
        }
        _ => return None,
    };
    let mut ghost = node.clone();
    ghost.walk_mut(&mut |n| {
        n.key.clear();
        n.attrs.retain(|(name, _)| !matches!(*name, "role" | "tabindex" | "aria-label"));
    });
    ghost.key = format!("left:{}", node.key);
    ghost.set("aria-hidden", "true");
    ghost = ghost.class("left");
    ghost.moves(Change::Left, movement, delay, (0, 0));
    Some(ghost)
}
