//! The pieces that both figures are built of, each drawn at a given place: slab, thin layer, chip, ghost, lane, arrows,
//! brace, lock, strap, octagon, plinth. It must not know the snapshot.

use super::super::measure::{font, human_size};
use super::super::scene::{Node, Options};
use crate::engine::snapshot::ChangeKind;

/// A box in perspective: the front's corner and size, the offset of its back, the spine's width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Left edge of the front.
    pub x: i32,
    /// Top edge of the front.
    pub y: i32,
    /// Width of the front.
    pub w: i32,
    /// Height of the front.
    pub h: i32,
    /// How far right the back stands.
    pub dx: i32,
    /// How far up the back stands.
    pub dy: i32,
}

/// The textures from the base up; after the fifth they repeat.
const TEXTURES: [&str; 5] = ["brick", "dash", "dots", "diag", "vert"];

/// The width of a spine in the container view.
pub const SPINE: i32 = 16;

/// A number and a half, for lines that must fall on pixels and baselines that centre.
pub fn half(n: i32) -> String {
    format!("{n}.5")
}

/// The patterns of `<defs>`, their ids prefixed.
pub fn patterns(opts: &Options<'_>) -> Vec<Node> {
    let pattern = |name: &str, w: i32, h: i32| {
        let node = Node::new("pattern").attr("id", format!("{}-{name}", opts.id));
        node.num("width", w).num("height", h).attr("patternUnits", "userSpaceOnUse")
    };
    let dot = |at: &'static str| Node::new("circle").class("tx").attr("cx", at).attr("cy", at).attr("r", "1.1");
    vec![
        pattern("brick", 12, 8).child(Node::path("txs", "M0 .5h12M0 4.5h12M3.5 .5v4M9.5 4.5v4")),
        pattern("dash", 8, 6).child(Node::path("txs", "M0 1.5h5M4 4.5h4M0 4.5h1")),
        pattern("dots", 6, 6).child(dot("1.5")).child(dot("4.5")),
        pattern("diag", 6, 6).child(Node::path("txs", "M-1 7 7-1M-1 1 1-1M5 7 7 5")),
        pattern("vert", 5, 6).child(Node::path("txs", "M1.5 0v6")),
        pattern("hatch", 5, 5).child(Node::path("hx", "M-1 6 6-1M-1 1 1-1M4 6 6 4")),
        pattern("bar", 6, 6).child(Node::path("hs", "M-1 7 7-1M-1 1 1-1M5 7 7 5")),
    ]
}

fn fill(opts: &Options<'_>, pattern: &str) -> String {
    format!("url(#{}-{pattern})", opts.id)
}

impl Block {
    /// The bottom edge.
    pub fn bottom(&self) -> i32 {
        self.y + self.h
    }

    fn top_face(&self) -> String {
        let Block { x, y, w, dx, dy, .. } = *self;
        format!("{x},{y} {},{t} {},{t} {},{y}", x + dx, x + w + dx, x + w, t = y - dy)
    }

    fn side_face(&self) -> String {
        let Block { x, y, w, h, dx, dy } = *self;
        let (r, b) = (x + w, y + h);
        format!("{r},{y} {},{} {},{} {r},{b}", r + dx, y - dy, r + dx, b - dy)
    }

    /// The line around it that says it is selected.
    pub fn outline(&self) -> Node {
        let Block { x, y, w, h, dx, dy } = *self;
        let (l, r, b) = (x - 4, x + w, y + h);
        let d = format!(
            "M{l} {}L{} {}H{}V{}L{} {}H{l}Z",
            y - 2,
            x + dx - 2,
            y - dy - 4,
            r + dx + 4,
            b - dy + 2,
            r + 2,
            b + 4
        );
        Node::path("sel", d)
    }

    /// A read-only slab with the texture of its depth (0 is the base); its texts are the caller's.
    pub fn slab(&self, key: String, shade: &str, depth: usize, spine: i32, opts: &Options<'_>) -> Node {
        let Block { x, y, w, h, .. } = *self;
        let texture = TEXTURES.get(depth % TEXTURES.len()).copied().unwrap_or("brick");
        let top = Node::new("polygon").attr("points", self.top_face());
        let selected = opts.selected == Some(key.as_str());
        Node::group(key, "slab")
            .class(shade)
            .class(if selected { "is-sel" } else { "" })
            .at(x, y)
            .child(top.clone().class("f-top"))
            .child(top.class("f-tx").attr("fill", fill(opts, texture)))
            .child(Node::new("polygon").class("f-side").attr("points", self.side_face()))
            .child(Node::rect("f-front", x, y, w, h))
            .child(Node::rect("f-spine", x, y, spine, h))
            .child(Node::rect("", x, y, spine, h).attr("fill", fill(opts, texture)))
            .child(Node::path("f-lip", format!("M{x} {y}.5h{w}")))
    }

    /// What stands for slabs that are not drawn: a dashed outline, its text centred or, before a lane, within `room`.
    pub fn more(&self, key: String, text: String, room: Option<i32>, opts: &Options<'_>) -> Node {
        let Block { x, y, w, h, .. } = *self;
        let selected = opts.selected == Some(key.as_str());
        let text = font("t-more").fit(&text, room.unwrap_or(w - 16));
        let text = match room {
            Some(_) => Node::text("t-more", x + SPINE + 14, y + h / 2 + 4, text),
            None => Node::text("t-more", x + w / 2, y + h / 2 + 4, text).anchor("middle"),
        };
        Node::group(key, "more")
            .at(x, y)
            .child(Node::rect("f-front", x, y, w, h).attr("rx", "2").attr("pointer-events", "all"))
            .child(text)
            .children(selected.then(|| self.outline()))
    }

    /// A thin read-write layer, dashed; its texts are the caller's.
    pub fn thin(&self, key: String, opts: &Options<'_>) -> Node {
        let Block { x, y, w, h, dx, dy } = *self;
        let (r, b) = (x + w, y + h);
        let edge = format!("M{x} {y}L{} {t}H{}V{}L{r} {b}M{r} {y}L{} {t}", x + dx, r + dx, b - dy, r + dx, t = y - dy);
        let selected = opts.selected == Some(key.as_str());
        Node::group(key, "rwlayer")
            .at(x, y)
            .child(Node::new("polygon").class("rw-top").attr("points", self.top_face()))
            .child(Node::new("polygon").class("rw-side").attr("points", self.side_face()))
            .child(Node::path("rw-e", edge))
            .child(Node::rect("rw-front", x, y, w, h))
            .children(selected.then(|| self.outline()))
    }
}

/// A chip: a changed path as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// A, C or D.
    pub kind: ChangeKind,
    /// The path as shown, already cut.
    pub name: String,
    /// The size as shown; none for directories, deletions and where there is no room.
    pub size: Option<String>,
    /// Height: 24, or 20 in low thin layers.
    pub h: i32,
}

impl Chip {
    /// Its width: the mark, the name, the size.
    pub fn width(&self) -> i32 {
        let size = self.size.as_ref().map_or(0, |s| 10 + font("c-size").width(s));
        self.h + 8 + font("c-name").width(&self.name) + size + 10
    }

    /// The chip at this place.
    pub fn draw(&self, key: String, x: i32, y: i32, opts: &Options<'_>) -> Node {
        let (w, h) = (self.width(), self.h);
        let (class, letter) = match self.kind {
            ChangeKind::A => ("c-add", "A"),
            ChangeKind::C => ("c-chg", "C"),
            ChangeKind::D => ("c-del", "D"),
        };
        let mark = format!("M4 0H{h}V{h}H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4Z");
        let raised = if self.kind == ChangeKind::C { 3 } else { 0 };
        let base = h / 2 + 4;
        let selected = opts.selected == Some(key.as_str());
        let mut node = Node::group(key, "chip").class(class).at(x, y).attr("transform", format!("translate({x} {y})"));
        node = node.child(Node::new("rect").class("c-box").num("width", w).num("height", h).attr("rx", "4"));
        node = node.child(Node::path("c-mark", mark));
        match self.kind {
            ChangeKind::C => {
                let strip = format!("M0 {}H{h}V{h}H4a4 4 0 0 1-4-4Z", h - 5);
                node = node.child(Node::path("c-half", strip));
            }
            ChangeKind::D => {
                let hatch = Node::new("rect").num("width", h).num("height", h).attr("fill", fill(opts, "hatch"));
                node = node.child(hatch);
            }
            ChangeKind::A => {}
        }
        node = node.child(Node::text("c-let", h / 2, base - raised, letter).anchor("middle"));
        node = node.child(Node::text("c-name", h + 8, base, self.name.clone()));
        if let Some(size) = &self.size {
            node = node.child(Node::text("c-size", w - 10, base, size.clone()).anchor("end"));
        }
        if self.kind == ChangeKind::D {
            node = node.child(Node::path("c-strike", format!("M{} {}h{}", h + 6, h / 2, w - h - 14)));
        }
        node.children(selected.then(|| {
            let (w, h) = (w + 6, h + 6);
            Node::rect("sel", -3, -3, w, h).attr("rx", "6")
        }))
    }
}

/// The chip that stands for more changes than fit.
pub fn more_chip(key: String, n: usize, x: i32, y: i32, h: i32) -> (Node, i32) {
    let text = format!("+{n}");
    let w = font("c-name").width(&text) + 20;
    let node = Node::group(key, "chip c-more")
        .at(x, y)
        .attr("transform", format!("translate({x} {y})"))
        .child(Node::new("rect").class("c-box").num("width", w).num("height", h).attr("rx", "4"))
        .child(Node::text("c-name", w / 2, h / 2 + 4, text).anchor("middle"));
    (node, w)
}

/// What a copied or deleted file leaves in its own layer: a dashed outline with its name.
pub fn ghost(key: String, x: i32, y: i32, w: i32, name: &str, dir: bool) -> Node {
    let icon = if dir { "M7 8h4l1.5 2H18v7H7z" } else { "M8 7h5l3 3v7H8z" };
    Node::group(key, "chip c-ghost")
        .at(x, y)
        .attr("transform", format!("translate({x} {y})"))
        .child(Node::new("rect").class("c-box").num("width", w).num("height", 24).attr("rx", "4"))
        .child(Node::path("c-file", icon))
        .child(Node::text("c-name", 32, 16, name))
}

/// The lane in which a copy rises: from `from` up to the arrow's tip at `tip`.
pub fn lane(key: String, x: i32, from: i32, tip: i32) -> Node {
    let line = format!("M{x} {from}V{}", tip + 8);
    let head = format!("M{} {b}L{x} {tip}L{} {b}Z", x - 6, x + 6, b = tip + 9);
    Node::group(key, "copyup")
        .child(Node::path("rz-c", line.clone()))
        .child(Node::path("rz", line))
        .child(Node::path("rz-h", head))
}

/// The hatched bar that comes down from a whiteout, and its lid over the ghost at `gx`, `gy`.
pub fn cover(key: String, x: i32, from: i32, (gx, gy, gw): (i32, i32, i32), opts: &Options<'_>) -> Node {
    let bar = Node::rect("bar0", x - 6, from, 12, gy - 2 - from);
    let hatched = Node::rect("barx", x - 6, from, 12, gy - 2 - from).attr("fill", fill(opts, "bar"));
    Node::group(key, "cover")
        .child(bar)
        .child(hatched)
        .child(Node::path("lid", format!("M{} {}v-9h{}v9", gx - 3, gy + 7, gw + 6)))
        .child(Node::path("stk", format!("M{} {}h{}", gx + 28, gy + 12, gw - 38)))
}

/// A straight double arrow between two tips.
pub fn double_arrow(x: i32, top: i32, bottom: i32) -> [Node; 2] {
    let (l, r) = (x - 4, x + 4);
    let heads = format!("M{l} {t}L{x} {top}L{r} {t}ZM{l} {b}L{x} {bottom}L{r} {b}Z", t = top + 7, b = bottom - 7);
    [Node::path("ar", format!("M{x} {}V{}", top + 6, bottom - 6)), Node::path("ah", heads)]
}

/// A double arrow that bends from `x` to `to` on its way down.
pub fn bent_arrow(x: i32, to: i32, top: i32, bottom: i32) -> [Node; 2] {
    let (a, mid) = (top + 13, (x + to) / 2);
    let bend = top + 25;
    let line = format!("M{x} {}V{a}Q{x} {bend} {mid} {bend}T{to} {}V{}", top + 1, top + 37, bottom - 4);
    let heads = format!(
        "M{} {t}L{x} {top}L{} {t}ZM{} {b}L{to} {bottom}L{} {b}Z",
        x - 4,
        x + 4,
        to - 4,
        to + 4,
        t = top + 7,
        b = bottom - 7
    );
    [Node::path("ar", line), Node::path("ah", heads)]
}

/// A brace to the right of what stands from `top` to `bottom`, its curls `r` px.
pub fn brace(x: i32, top: i32, bottom: i32, r: i32) -> Node {
    let mid = (top + bottom) / 2;
    let d = format!("M{x} {top}q{r} 0 {r} {r}V{}q0 {r} {r} {r}q-{r} 0 -{r} {r}V{}q0 {r} -{r} {r}", mid - r, bottom - r);
    Node::path("br", d)
}

/// A closed lock, its middle at this place.
pub fn lock(x: i32, y: i32) -> Node {
    Node::new("g")
        .attr("transform", format!("translate({x} {y})"))
        .child(Node::path("lk-b", "M-5 0v-4a5 5 0 0 1 10 0v4"))
        .child(
            Node::new("rect")
                .class("lk")
                .attr("x", "-7.5")
                .attr("y", "-1")
                .num("width", 15)
                .num("height", 11)
                .attr("rx", "2"),
        )
        .child(Node::path("lk-k", "M0 3v3.5"))
}

/// The strap on the left that holds the image: from the thin layer's middle to the plinth's.
pub fn strap(key: String, x: i32, out: i32, top: i32, bottom: i32, refused: bool) -> Node {
    let l = x - out + 6;
    let class = if refused { "strap no" } else { "strap" };
    let d = format!("M{x} {top}H{l}q-6 0-6 6V{}q0 6 6 6H{x}", bottom - 6);
    Node::path(class, d).attr("pathLength", "1").key(key)
}

/// The sign of a refusal.
pub fn octagon(key: String, x: i32, y: i32) -> Node {
    Node::group(key, "oct")
        .attr("transform", format!("translate({x} {y})"))
        .child(Node::path("oct-f", "M-4.5-11h9L11-4.5v9L4.5 11h-9L-11 4.5v-9Z"))
        .child(Node::path("oct-x", "M-4.5 0h9"))
}

/// Bytes for a label.
pub fn bytes(n: u64) -> String {
    human_size(n)
}
