//! The drawing on the home page: a command, the thin layer that it changes, the layers below that stay. A picture with
//! the style sheet of the figures; the digests are those of Docker's own `ubuntu` of October 2020.

use crate::figure::scene::{Node, Scene};
use crate::strings::{web as text, Lang};
use crate::web::svg;
use yew::prelude::*;

/// A box in perspective.
#[derive(Clone, Copy)]
struct Slab {
    x: i32,
    y: i32,
    w: i32,
    h: i32,
    dx: i32,
    dy: i32,
}

/// The layers of that image from the top down: digest, size.
const LAYERS: [(&str, &str); 3] = [("02473afd360b", "7B"), ("dbf2c0f42a39", "811B"), ("9f32931c9d28", "72.9MB")];
const TEXTURES: [(&str, &str); 3] = [("ro-1", "dots"), ("ro-2", "dash"), ("ro-3", "brick")];

impl Slab {
    fn top(self) -> String {
        let Slab { x, y, w, dx, dy, .. } = self;
        format!("{x},{y} {},{} {},{} {},{y}", x + dx, y - dy, x + w + dx, y - dy, x + w)
    }

    fn side(self) -> String {
        let Slab { x, y, w, h, dx, dy } = self;
        let (r, b) = (x + w, y + h);
        format!("{r},{y} {},{} {},{} {r},{b}", r + dx, y - dy, r + dx, b - dy)
    }

    fn solid(self, n: usize, id: &str, spine: i32, label: bool) -> Node {
        let Slab { x, y, w, h, .. } = self;
        let (shade, texture) = TEXTURES.get(n).copied().unwrap_or(("ro-3", "brick"));
        let fill = format!("url(#{id}-{texture})");
        let polygon = |class: &str, points: String| Node::new("polygon").class(class).attr("points", points);
        let mut slab = Node::new("g").class(shade).children([
            polygon("f-top", self.top()),
            polygon("f-tx", self.top()).attr("fill", fill.clone()),
            polygon("f-side", self.side()),
            Node::rect("f-front", x, y, w, h),
            Node::rect("f-spine", x, y, spine, h),
            Node::rect("", x, y, spine, h).attr("fill", fill),
        ]);
        if let (true, Some((digest, size))) = (label, LAYERS.get(n)) {
            let base = y + h / 2 + 5;
            slab = slab.child(Node::text("t-dig", x + spine + 14, base, *digest));
            slab = slab.child(Node::text("t-size", x + w - 14, base, *size).anchor("end"));
        }
        slab
    }

    fn thin(self) -> Node {
        let Slab { x, y, w, h, dx, dy } = self;
        let (r, b) = (x + w, y + h);
        let edges =
            format!("M{x} {y}L{} {}H{}V{}L{r} {b}M{r} {y}L{} {}", x + dx, y - dy, r + dx, b - dy, r + dx, y - dy);
        Node::new("g").children([
            Node::new("polygon").class("rw-top").attr("points", self.top()),
            Node::new("polygon").class("rw-side").attr("points", self.side()),
            Node::path("rw-e", edges),
            Node::rect("rw-front", x, y, w, h),
        ])
    }
}

fn patterns(id: &str) -> Vec<Node> {
    let pattern = |name: &str, w: i32, h: i32| {
        let node = Node::new("pattern").attr("id", format!("{id}-{name}"));
        node.num("width", w).num("height", h).attr("patternUnits", "userSpaceOnUse")
    };
    let dot = |at: &'static str| Node::new("circle").class("tx").attr("cx", at).attr("cy", at).attr("r", "1.1");
    vec![
        pattern("brick", 12, 8).child(Node::path("txs", "M0 .5h12M0 4.5h12M3.5 .5v4M9.5 4.5v4")),
        pattern("dash", 8, 6).child(Node::path("txs", "M0 1.5h5M4 4.5h4M0 4.5h1")),
        pattern("dots", 6, 6).child(dot("1.5")).child(dot("4.5")),
        pattern("diag", 6, 6).child(Node::path("txs", "M-1 7 7-1M-1 1 1-1M5 7 7 5")),
        pattern("vert", 5, 6).child(Node::path("txs", "M1.5 0v6")),
    ]
}

fn chip(x: i32, y: i32) -> Node {
    let mark = "M4 0H28V28H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4Z";
    Node::new("g").class("c-add").attr("transform", format!("translate({x} {y})")).children([
        Node::rect("c-box", 0, 0, 128, 28).num("rx", 4),
        Node::path("c-mark", mark),
        Node::text("c-let", 14, 18, "A").anchor("middle"),
        Node::text("c-name", 36, 18, "nota.txt"),
        Node::text("c-size", 118, 18, "5B").anchor("end"),
    ])
}

fn arrow(x: i32, from: i32, to: i32) -> [Node; 3] {
    let line = format!("M{x} {from}V{}", to - 6);
    let head = format!("M{} {}L{x} {to}L{} {}Z", x - 7, to - 9, x + 7, to - 9);
    [Node::path("rz-c", line.clone()), Node::path("rz", line), Node::path("rz-h", head)]
}

fn number(n: &'static str, x: i32, y: i32, white: bool) -> [Node; 2] {
    let (disc, digit) = if white { ("n-w", "n-k") } else { ("n-c", "n-t") };
    let circle = Node::new("circle").class(disc).num("cx", x).num("cy", y).num("r", 12);
    [circle, Node::text(digit, x, y + 5, n).anchor("middle")]
}

fn picture(nodes: Vec<Node>, id: &str, class: &str, (width, height): (i32, i32), lang: Lang) -> Html {
    let scene = Scene {
        width,
        height,
        label: text::ART.get(lang).to_owned(),
        class: format!("art fig {class}"),
        defs: patterns(id),
        nodes,
        ..Scene::default()
    };
    svg::picture(&scene)
}

/// For wide windows, with notes at the right.
pub fn wide(lang: Lang) -> Html {
    let slab = |y, h| Slab { x: 28, y, w: 400, h, dx: 18, dy: 11 };
    let note = |y: i32, head: crate::strings::Text, first: crate::strings::Text, second: crate::strings::Text| {
        [
            Node::text("n-h", 516, y, head.get(lang)),
            Node::text("n-p", 516, y + 20, first.get(lang)),
            Node::text("n-p", 516, y + 38, second.get(lang)),
        ]
    };
    let mut nodes = vec![
        Node::rect("tbg", 28, 8, 418, 78).num("rx", 8),
        Node::text("tp", 46, 39, "$"),
        Node::text("tm", 62, 39, "docker run -it ubuntu"),
        Node::text("tr", 46, 67, "root@a2d1ce6990d8:/#"),
        Node::text("tm", 224, 67, "echo hola >nota.txt"),
        slab(148, 48).thin(),
        chip(212, 158),
    ];
    nodes.extend(arrow(276, 92, 158));
    nodes.push(Node::text("t-rw", 410, 178, "5B").anchor("end"));
    nodes.extend(
        [(238, 44), (301, 44), (364, 78)].iter().enumerate().map(|(n, (y, h))| slab(*y, *h).solid(n, "h", 16, true)),
    );
    nodes.push(Node::rect("plinth", 28, 448, 400, 24));
    nodes.push(Node::text("t-pl", 44, 465, "ubuntu:latest"));
    nodes.push(Node::text("t-pl", 412, 465, "72.9MB").anchor("end"));
    nodes.extend(number("1", 492, 38, false));
    nodes.extend(note(43, text::ART_1, text::ART_1A, text::ART_1B));
    nodes.extend(number("2", 492, 164, false));
    nodes.extend(note(169, text::ART_2, text::ART_2A, text::ART_2B));
    nodes.push(Node::path("br", "M460 227q6 0 6 6V320q0 6 6 6q-6 0-6 6V436q0 6-6 6"));
    nodes.extend(number("3", 492, 326, false));
    nodes.extend(note(331, text::ART_3, text::ART_3A, text::ART_3B));
    nodes.push(Node::new("g").attr("transform", "translate(492 360)").children([
        Node::path("lk-b", "M-5 0v-4a5 5 0 0 1 10 0v4"),
        Node::path("lk", "M-5.5-1h11q2 0 2 2v7q0 2-2 2h-11q-2 0-2-2v-7q0-2 2-2Z"),
        Node::path("lk-k", "M0 3v3.5"),
    ]));
    picture(nodes, "h", "art-d", (712, 477), lang)
}

/// For phones.
pub fn narrow(lang: Lang) -> Html {
    let slab = |y, h| Slab { x: 4, y, w: 330, h, dx: 14, dy: 9 };
    let mut nodes = vec![
        Node::rect("tbg", 4, 4, 344, 56).num("rx", 8),
        Node::text("tr", 18, 37, "#"),
        Node::text("tm", 34, 37, "echo hola >nota.txt"),
    ];
    nodes.extend(number("1", 326, 32, true));
    nodes.extend([slab(104, 44).thin(), chip(18, 112)]);
    nodes.extend(arrow(82, 64, 112));
    nodes.push(Node::text("n-h", 98, 84, text::ART_2.get(lang)));
    nodes.extend(number("2", 312, 126, false));
    nodes.extend(
        [(180, 34), (229, 34), (278, 54)].iter().enumerate().map(|(n, (y, h))| slab(*y, *h).solid(n, "hm", 16, true)),
    );
    nodes.push(Node::text("n-h", 4, 359, text::ART_3M.get(lang)));
    picture(nodes, "hm", "art-m", (352, 366), lang)
}

/// A small stack, for where the student goes on; its patterns serve the cores of the lessons too.
pub fn stack() -> Scene {
    let slab = |y, h| Slab { x: 8, y, w: 150, h, dx: 8, dy: 5 };
    let mut nodes = vec![slab(10, 12).thin()];
    for (x, w, class) in [(14, 24, "c-dotA"), (44, 24, "c-dotA"), (74, 14, "c-dotC")] {
        nodes.push(Node::rect(class, x, 13, w, 6).num("rx", 1));
    }
    nodes.extend(
        [(34, 8), (49, 8), (64, 14)].iter().enumerate().map(|(n, (y, h))| slab(*y, *h).solid(n, "f", 10, false)),
    );
    Scene { width: 176, height: 80, class: "fig mini".to_owned(), defs: patterns("f"), nodes, ..Scene::default() }
}
