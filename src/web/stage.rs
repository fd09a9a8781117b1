//! The figure's state: which view, which container, how large, and the scene drawn of it. It must not know how scenes
//! become elements.

use super::dom;
use crate::engine::snapshot::{ContainerView, Snapshot};
use crate::figure::describe::describe;
use crate::figure::layout::change::differing;
use crate::figure::layout::{auto_focus, container_view, mini_view, sharing_view};
use crate::figure::scene::{Options, Scene, Size, View};
use crate::session::Entry;
use crate::sorted::{VecMap, VecSet};
use crate::strings::Lang;
use std::rc::Rc;
use std::sync::Arc;

/// The figure.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Which of the two.
    pub view: View,
    /// The container or image that the container view shows, by id.
    pub focus: Option<Arc<str>>,
    /// What is drawn.
    pub scene: Rc<Scene>,
    /// The thumbnail.
    pub mini: Rc<Scene>,
    /// Percent of the fitting size; 100 fits.
    pub zoom: i32,
    /// Everything is drawn, however high.
    pub expand: bool,
    selected: Option<String>,
    width: i32,
    height: i32,
    size: Size,
    turn: bool,
    drawn: Option<(Arc<Snapshot>, Arc<Snapshot>)>,
}

impl Stage {
    /// Another session: nothing is drawn yet.
    pub fn clear(&mut self) {
        *self = Stage {
            view: self.view,
            width: self.width,
            height: self.height,
            size: self.size,
            zoom: 100,
            ..Stage::default()
        };
    }

    /// Moves the focus along with entries that were not drawn one by one.
    pub fn follow(&mut self, first: &Arc<Snapshot>, entries: &[Entry], from: usize) {
        let mut before = from.checked_sub(1).and_then(|n| entries.get(n)).map_or(first, |e| &e.snapshot);
        for entry in entries.iter().skip(from) {
            self.focus = auto_focus(&entry.snapshot, Some(before), self.focus.as_deref());
            before = &entry.snapshot;
        }
    }

    /// Draws a moment and the one before it; what changed, as a sentence, if that is news. `live`: it is the present.
    pub fn show(&mut self, now: &Arc<Snapshot>, before: &Arc<Snapshot>, lang: Lang, live: bool) -> String {
        let same = |(a, b): &(Arc<Snapshot>, Arc<Snapshot>)| Arc::ptr_eq(a, now) && Arc::ptr_eq(b, before);
        let news = !self.drawn.as_ref().is_some_and(same);
        if news {
            // Movements start again, unless this is more of the same command.
            let goes_on = self.drawn.as_ref().is_some_and(|(_, b)| Arc::ptr_eq(b, before)) && live;
            self.turn ^= !goes_on;
            self.focus = auto_focus(now, Some(before), self.focus.as_deref());
            self.drawn = Some((now.clone(), before.clone()));
            self.expand = false;
        }
        let opts = Options {
            lang,
            size: self.size,
            selected: self.selected.as_deref(),
            width: self.width,
            height: self.height,
            expand: self.expand,
            id: "f",
            turn: self.turn,
        };
        let scene = match self.view {
            View::Container => container_view(now, self.focus.as_deref(), Some(before), &opts),
            View::Sharing => sharing_view(now, Some(before), &opts),
        };
        if scene != *self.scene {
            self.scene = Rc::new(scene);
        }
        let mini = mini_view(now, self.focus.as_deref(), &Options { id: "m", selected: None, ..opts });
        if mini != *self.mini {
            self.mini = Rc::new(mini);
        }
        if !news {
            return String::new();
        }
        describe(now, before, lang)
    }

    /// What is outlined, from the next drawing on.
    pub fn select(&mut self, key: Option<String>) {
        self.selected = key;
    }

    /// The key of what is outlined.
    pub fn selected(&self) -> Option<&str> {
        self.selected.as_deref()
    }

    /// Larger or smaller by so many percent; 0 is as it fits.
    pub fn zoom(&mut self, percent: i32) {
        self.zoom = if percent == 0 { 100 } else { (self.zoom + percent).clamp(50, 300) };
    }

    /// The room for the figure; whether it must be drawn again.
    pub fn room(&mut self, width: i32, height: i32) -> bool {
        let size = dom::figure_size(height);
        // Less the canvas's padding.
        let height = (height - 16).max(1);
        let width = match size {
            Size::Narrow => width.clamp(320, 366),
            _ => width.clamp(560, 768),
        };
        let changed = size != self.size || width != self.width || height != self.height;
        (self.size, self.width, self.height) = (size, width, height);
        changed
    }
}

/// How many things are new or gone against a moment that was seen: images, containers, changed paths.
pub fn news(now: &Snapshot, seen: &Snapshot) -> usize {
    let images = apart(now.images.iter().map(|i| &i.id), seen.images.iter().map(|i| &i.id));
    // What both moments share is the same; there may be thousands of it.
    let (fresh, old) = differing(&now.containers, &seen.containers);
    let containers = apart(fresh.iter().map(|c| &c.id), old.iter().map(|c| &c.id));
    let old: VecMap<&str, &ContainerView> = old.iter().map(|c| (&*c.id, &**c)).collect();
    let paths = fresh.iter().map(|c| {
        let before = old.get(&*c.id).map_or(&[][..], |b| &b.changes);
        apart(c.changes.iter().map(|p| &p.path), before.iter().map(|p| &p.path))
    });
    images + containers + paths.sum::<usize>()
}

/// How many are in one list only.
fn apart<'a>(a: impl Iterator<Item = &'a Arc<str>>, b: impl Iterator<Item = &'a Arc<str>>) -> usize {
    let (a, b): (VecSet<_>, VecSet<_>) = (a.collect(), b.collect());
    a.len() + b.len() - 2 * a.iter().filter(|path| b.contains(*path)).count()
}
