//! What a figure is made of: a tree of SVG elements with integer geometry, stable keys and marks of what changed,
//! so that the exporter to SVG and the one to Yew elements can both be dumb. It must not know the snapshot.

use crate::strings::Lang;
use std::borrow::Cow;
use std::fmt::{Display, Write as _};

/// Which of the two figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// One container on its image.
    #[default]
    Container,
    /// All containers and images, common layers once.
    Sharing,
}

/// The geometry: for a big pane, a low one, a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// The figure pane of a desktop screen.
    #[default]
    Regular,
    /// Under 840 px of height, or 1024 px of width.
    Compact,
    /// A phone.
    Narrow,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// The language of captions and labels.
    pub lang: Lang,
    /// Regular, compact or narrow geometry.
    pub size: Size,
    /// The key of the element that is selected, drawn with an outline.
    pub selected: Option<&'a str>,
    /// Width of the view box in px; 0 is the size's own (768, 768, 366). Less than 560 (narrow: 320) counts as that.
    pub width: i32,
    /// Height in px that it should not need more than by much; 0 is the size's own. Phones scroll instead.
    pub height: i32,
    /// Draw every layer and container, however high the figure becomes, instead of "… n layers …".
    pub expand: bool,
    /// Prefix of the ids in the figure; figures on one page need different ones.
    pub id: &'a str,
    /// Flip it at each new snapshot: CSS animations start again although elements stay.
    pub turn: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            lang: Lang::Es,
            size: Size::Regular,
            selected: None,
            width: 0,
            height: 0,
            expand: false,
            id: "fig",
            turn: false,
        }
    }
}

/// A drawn figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scene {
    /// Which of the figures.
    pub view: View,
    /// Width and height of the view box, px.
    pub width: i32,
    /// See `width`.
    pub height: i32,
    /// One line: what the figure shows. The root's `aria-label` or `<title>`.
    pub label: String,
    /// The figure in words, some lines: `<desc>`, or text beside it for screen readers.
    pub desc: String,
    /// Classes of the root: `fig`, the view, the size, `turn`.
    pub class: String,
    /// Patterns, the content of `<defs>`.
    pub defs: Vec<Node>,
    /// The root's children in painting order, each with its key.
    pub nodes: Vec<Node>,
    /// Keys of the elements that take the focus, from the top down, for the arrow keys.
    pub order: Vec<String>,
}

/// An SVG element. Its class, change and movement say what it is; the exporters only copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Unique in the scene where it is not empty, and stable from scene to scene; exported as `data-key`. Leaves
    /// that are part of a keyed group have none and are told apart by their place.
    pub key: String,
    /// The element: `g`, `rect`, `path`, `polygon`, `circle`, `text`, `tspan`, `pattern`.
    pub tag: &'static str,
    /// The classes that the style sheet knows ([`super::style`]).
    pub class: String,
    /// Attributes other than class, in order.
    pub attrs: Vec<(&'static str, Cow<'static, str>)>,
    /// Text before the children.
    pub text: String,
    /// Children in painting order.
    pub children: Vec<Node>,
    /// Where it is: the front's top left corner, px; for what moves, 0 otherwise.
    pub at: (i32, i32),
    /// What became of it against the previous snapshot.
    pub change: Option<Change>,
    /// How the change is shown.
    pub movement: Option<Motion>,
}

/// What became of an element against the previous snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Entered,
    /// It is gone; what is drawn is its ghost leaving.
    Left,
    /// It stood elsewhere ([`Motion::from`]).
    Moved,
    /// Its size was this many bytes.
    Updated {
        /// Bytes before.
        from: u64,
    },
}

/// A movement and when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Motion {
    /// Which.
    pub kind: Movement,
    /// Milliseconds after the figure appears.
    pub delay: u32,
    /// Where it comes from, relative to where it stands, px: `--mx` and `--my` for [`Movement::Shift`],
    /// [`Movement::CopyUp`] and [`Movement::Commit`]; 0, 0 for the others, whose way is always the same.
    pub from: (i32, i32),
}

/// The movements of the look (`What moves`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Movement {
    /// A pulled slab falls into place.
    Fall,
    /// A slab that was there already blinks its edge once.
    Blink,
    /// A thin layer comes down 40 px.
    Descend,
    /// A strap closes.
    Close,
    /// A strap opens.
    Open,
    /// A chip drops into its layer.
    Drop,
    /// The copy rises in its lane.
    CopyUp,
    /// A bar comes down and lids the lower file.
    Cover,
    /// A copy of the thin layer turns solid and joins the stack.
    Commit,
    /// A thin layer rises 22 px and fades.
    Rise,
    /// It fades away.
    Fade,
    /// It appears in place.
    Appear,
    /// A refused strap shakes 3 px twice.
    Shake,
    /// It glides from where it stood.
    Shift,
    /// Its number counts from the old to the new value.
    Count,
}

impl Movement {
    /// The class that the style sheet animates.
    pub const fn class(self) -> &'static str {
        match self {
            Movement::Fall => "m-fall",
            Movement::Blink => "m-blink",
            Movement::Descend => "m-descend",
            Movement::Close => "m-close",
            Movement::Open => "m-open",
            Movement::Drop => "m-drop",
            Movement::CopyUp => "m-copyup",
            Movement::Cover => "m-cover",
            Movement::Commit => "m-commit",
            Movement::Rise => "m-rise",
            Movement::Fade => "m-fade",
            Movement::Appear => "m-appear",
            Movement::Shake => "m-shake",
            Movement::Shift => "m-shift",
            Movement::Count => "m-count",
        }
    }
}

/// What a key stands for, so that a click can open its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A layer, by chain id.
    Layer(&'a str),
    /// A container, by id: its thin layer.
    Container(&'a str),
    /// An image, by id: its plinth or tag.
    Image(&'a str),
    /// A changed path of a container.
    Change {
        /// The container's id.
        container: &'a str,
        /// The path.
        path: &'a str,
    },
    /// A group that stands for more than fits; choosing it asks for [`Options::expand`].
    More,
}

impl<'a> Target<'a> {
    /// What the key of a focusable element stands for; none for other elements' keys.
    pub fn parse(key: &'a str) -> Option<Target<'a>> {
        let (kind, rest) = key.split_once(':')?;
        match kind {
            "layer" => Some(Target::Layer(rest)),
            "thin" => Some(Target::Container(rest)),
            "image" => Some(Target::Image(rest)),
            "chip" => rest.split_once(':').map(|(container, path)| Target::Change { container, path }),
            "more" => Some(Target::More),
            _ => None,
        }
    }

    /// The key of a layer's slab.
    pub fn layer_key(chain_id: &str) -> String {
        format!("layer:{chain_id}")
    }

    /// The key of a container's thin layer.
    pub fn container_key(id: &str) -> String {
        format!("thin:{id}")
    }

    /// The key of an image's plinth or tag.
    pub fn image_key(id: &str) -> String {
        format!("image:{id}")
    }

    /// The key of a chip.
    pub fn change_key(container: &str, path: &str) -> String {
        format!("chip:{container}:{path}")
    }
}

impl Node {
    /// An element with nothing in it.
    pub fn new(tag: &'static str) -> Node {
        Node { tag, ..Node::default() }
    }

    /// A group with a key.
    pub fn group(key: impl Into<String>, class: &str) -> Node {
        Node::new("g").key(key).class(class)
    }

    /// A path.
    pub fn path(class: &str, d: impl Into<Cow<'static, str>>) -> Node {
        Node::new("path").class(class).attr("d", d)
    }

    /// A rectangle.
    pub fn rect(class: &str, x: i32, y: i32, width: i32, height: i32) -> Node {
        let node = Node::new("rect").class(class).num("x", x).num("y", y);
        node.num("width", width).num("height", height)
    }

    /// A run of text; `y` is the baseline.
    pub fn text(class: &str, x: i32, y: i32, text: impl Into<String>) -> Node {
        let mut node = Node::new("text").class(class).num("x", x).num("y", y);
        node.text = text.into();
        node
    }

    /// Sets the key.
    pub fn key(mut self, key: impl Into<String>) -> Node {
        self.key = key.into();
        self
    }

    /// Adds classes.
    pub fn class(mut self, class: &str) -> Node {
        if !self.class.is_empty() && !class.is_empty() {
            self.class.push(' ');
        }
        self.class.push_str(class);
        self
    }

    /// Adds an attribute.
    pub fn attr(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Node {
        self.attrs.push((name, value.into()));
        self
    }

    /// Adds an attribute that is a number.
    pub fn num(self, name: &'static str, value: i32) -> Node {
        self.attr(name, value.to_string())
    }

    /// Anchors text at its `middle` or `end`.
    pub fn anchor(self, anchor: &'static str) -> Node {
        self.attr("text-anchor", anchor)
    }

    /// Adds a child.
    pub fn child(mut self, child: Node) -> Node {
        self.children.push(child);
        self
    }

    /// Adds children.
    pub fn children(mut self, children: impl IntoIterator<Item = Node>) -> Node {
        self.children.extend(children);
        self
    }

    /// Says where it stands.
    pub fn at(mut self, x: i32, y: i32) -> Node {
        self.at = (x, y);
        self
    }

    /// Makes it a button for the keyboard and for screen readers. One of the figure is in the tab order; the others
    /// are reached by the arrow keys ([`Scene::order`]).
    pub fn button(self, label: impl Display) -> Node {
        self.attr("role", "button").attr("tabindex", "-1").attr("aria-label", label.to_string())
    }

    /// Marks a change and its movement.
    pub fn moves(&mut self, change: Change, kind: Movement, delay: u32, from: (i32, i32)) {
        self.change = Some(change);
        self.movement = Some(Motion { kind, delay, from });
    }

    /// An attribute's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_ref())
    }

    /// Replaces an attribute's value, or adds it.
    pub fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        match self.attrs.iter_mut().find(|(n, _)| *n == name) {
            Some(attr) => attr.1 = value.into(),
            None => self.attrs.push((name, value.into())),
        }
    }

    /// The classes as exported: its own and its movement's.
    pub fn full_class(&self) -> Cow<'_, str> {
        match self.movement {
            None => Cow::Borrowed(&self.class),
            Some(m) if self.class.is_empty() => Cow::Borrowed(m.kind.class()),
            Some(m) => Cow::Owned(format!("{} {}", self.class, m.kind.class())),
        }
    }

    /// The inline style as exported: the movement's delay (`--dl`) and way (`--mx`, `--my`); empty without one.
    pub fn style(&self) -> String {
        let mut out = String::new();
        let Some(motion) = self.movement else { return out };
        if motion.delay > 0 {
            let _ = write!(out, "--dl:{}ms;", motion.delay);
        }
        if motion.from != (0, 0) {
            let _ = write!(out, "--mx:{}px;--my:{}px;", motion.from.0, motion.from.1);
        }
        out
    }

    /// The attribute `data-from` as exported: bytes before, where the size changed.
    pub fn data_from(&self) -> Option<u64> {
        match self.change {
            Some(Change::Updated { from }) => Some(from),
            _ => None,
        }
    }

    /// Calls `f` for this element and all under it.
    pub fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Node)) {
        f(self);
        for child in &self.children {
            child.walk(f);
        }
    }

    /// As [`Node::walk`], to change them.
    pub fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Node)) {
        f(self);
        for child in &mut self.children {
            child.walk_mut(f);
        }
    }
}

impl Scene {
    /// Calls `f` for every element.
    pub fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Node)) {
        for node in &self.nodes {
            node.walk(f);
        }
    }

    /// As [`Scene::walk`], to change them.
    pub fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Node)) {
        for node in &mut self.nodes {
            node.walk_mut(f);
        }
    }

    /// The element with this key.
    pub fn find(&self, key: &str) -> Option<&Node> {
        let mut found = None;
        self.walk(&mut |node| {
            if node.key == key {
                found = Some(node);
            }
        });
        found
    }

    /// Every movement with the key of what moves, in painting order.
    pub fn movements(&self) -> Vec<(&str, Movement)> {
        let mut out = Vec::new();
        self.walk(&mut |node| {
            if let Some(m) = node.movement {
                out.push((node.key.as_str(), m.kind));
            }
        });
        out
    }

    /// The key that an arrow key leads to: `step` places further in [`Scene::order`], staying at its ends; the first
    /// if nothing is selected.
    pub fn neighbour(&self, from: Option<&str>, step: isize) -> Option<&str> {
        let at = from.and_then(|key| self.order.iter().position(|k| k == key));
        let next = match at {
            None => 0,
            Some(i) => i.saturating_add_signed(step).min(self.order.len().saturating_sub(1)),
        };
        self.order.get(next).map(String::as_str)
    }
}
