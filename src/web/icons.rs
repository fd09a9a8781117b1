//! The icons: one path each on a 16 by 16 grid, in the colour of the text around them. Decoration only, so hidden from
//! screen readers: the buttons around them have names.

use yew::virtual_dom::{VNode, VTag};
use yew::Html;

/// An icon's drawing: paths as SVG; those after a `+` are filled.
pub type Icon = &'static str;

/// A theme, half light half dark.
pub const THEME: Icon = "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11+M8 2.5a5.5 5.5 0 0 1 0 11Z";
/// Share.
pub const SHARE: Icon = "M8 10V2.5M5 5l3-3 3 3M3 9v4.5h10V9";
/// Again, from the beginning.
pub const AGAIN: Icon = "M3 8a5 5 0 1 1 1.6 3.7M3 12.6V9.2h3.4";
/// One step back.
pub const BACK: Icon = "M11.5 3.5 6 8l5.5 4.5ZM4 3.5v9";
/// One step forward.
pub const FORWARD: Icon = "M4.5 3.5 10 8l-5.5 4.5ZM12 3.5v9";
/// Lines of text.
pub const TEXT: Icon = "M3 3.5h10M3 7h10M3 10.5h6";
/// Run.
pub const PLAY: Icon = "+M5 3.2v9.6L13 8Z";
/// Run everything.
pub const PLAY_ALL: Icon = "+M2.5 3.5v9L8.5 8Zm6 0v9l6-4.5Z";
/// Done.
pub const CHECK: Icon = "m3 8.5 3.2 3.2L13 4.6";
/// Refused; stop.
pub const OCTAGON: Icon = "M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3ZM5.2 8h5.6";
/// Enter.
pub const ENTER: Icon = "M13 3.5v5H4M7 5.5 4 8.5l3 3";
/// Layers.
pub const LAYERS: Icon = "m8 2 6 2.8-6 2.8-6-2.8ZM2 8l6 2.8L14 8M2 11.2 8 14l6-2.8";
/// Sharing.
pub const SHARED: Icon = "M3 3h4v3H3ZM9 3h4v3H9ZM2.5 10h11v3.5h-11ZM5 6v4M11 6v4";
/// An idea.
pub const HINT: Icon = "M5.6 10.6a4.2 4.2 0 1 1 4.8 0c-.4.3-.6.7-.6 1.2H6.2c0-.5-.2-.9-.6-1.2ZM6.5 14h3";
/// To the right.
pub const RIGHT: Icon = "m6 3.5 4.5 4.5L6 12.5";
/// Down.
pub const DOWN: Icon = "M3.5 6 8 10.5 12.5 6";
/// Less.
pub const MINUS: Icon = "M3 8h10";
/// More.
pub const PLUS: Icon = "M8 3v10M3 8h10";
/// Full size.
pub const FULL: Icon = "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3";
/// Undo.
pub const UNDO: Icon = "M6 3 2.8 6.2 6 9.4M3 6.2h6.4a3.6 3.6 0 0 1 0 7.2H6";
/// Close.
pub const CLOSE: Icon = "m4 4 8 8M12 4l-8 8";
/// Copy.
pub const COPY: Icon = "M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2";
/// Clear.
pub const BIN: Icon = "M2.5 4h11M6.5 4V2.5h3V4M4 4l.7 9.5h6.6L12 4";
/// A lesson.
pub const BOOK: Icon =
    "M8 4.2C6.8 3.2 5.2 3 2.5 3v9.5c2.7 0 4.3.3 5.5 1.3 1.2-1 2.8-1.3 5.5-1.3V3C10.8 3 9.2 3.2 8 4.2ZM8 4.2v9.6";
/// A terminal.
pub const TERMINAL: Icon = "M3.3 3h9.4a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H3.3a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 3.3 3M4.5 6l2.2 2-2.2 2M8.5 10.2h3";
/// Settings: sliders.
pub const SETTINGS: Icon = "M2.5 4.5h6M12 4.5h1.5M2.5 11.5h1.5M7.5 11.5h6M10.3 2.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4M5.7 9.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4";
/// A link.
pub const LINK: Icon =
    "M6.8 9.2 9.2 6.8M7.3 4.7l1.5-1.5a2.850 2.850 0 0 1 4 4l-1.5 1.5M8.7 11.3l-1.5 1.5a2.850 2.850 0 0 1-4-4l1.5-1.5";
/// Save to a file.
pub const SAVE: Icon = "M8 2.5v7.5M5 7l3 3 3-3M3 10v3.5h10V10";
/// Open a file.
pub const OPEN: Icon = "M2.5 12.5v-9h4l1.5 2h5.5v7Z";

/// The element of an icon.
pub fn icon(drawing: Icon) -> Html {
    let mut svg = VTag::new("svg");
    svg.add_attribute("class", "i");
    svg.add_attribute("viewBox", "0 0 16 16");
    svg.add_attribute("aria-hidden", "true");
    for (i, d) in drawing.split('+').enumerate().filter(|(_, d)| !d.is_empty()) {
        let mut path = VTag::new("path");
        path.add_attribute("d", d);
        if i > 0 {
            path.add_attribute("fill", "currentColor");
        }
        svg.add_child(VNode::from(path));
    }
    VNode::from(svg)
}

/// The logo: two slabs and the thin layer over them.
pub fn logo() -> Html {
    let mut svg = VTag::new("svg");
    svg.add_attribute("viewBox", "0 0 28 28");
    svg.add_attribute("aria-hidden", "true");
    let paths = [
        ("bm-rw", "M3 6.5h17l4-3.5M3 6.5h17V10H3Z"),
        ("bm-t", "M3 14.5 7 12h18l-4 2.5Z"),
        ("bm-1", "M3 14.5h18V19H3Z"),
        ("bm-2", "m21 14.5 4-2.5v4.5L21 19Z"),
        ("bm-t", "M3 22l1.5-1H21l4-2.5v1l-4 2.5Z"),
        ("bm-2", "M3 21.5h18V27H3ZM21 21.5l4-2.5v5.5L21 27Z"),
    ];
    for (class, d) in paths {
        let mut path = VTag::new("path");
        path.add_attribute("class", class);
        path.add_attribute("d", d);
        svg.add_child(VNode::from(path));
    }
    VNode::from(svg)
}
