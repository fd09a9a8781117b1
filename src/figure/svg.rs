//! A scene as SVG text: complete and self-contained, or only the element for a page that has the style sheet. It
//! copies what the scene says; it must not decide how anything looks.

use super::scene::{Node, Scene};
use super::style::{self, Theme};
use std::fmt::Write as _;

/// The figure as a file of its own: XML with its style sheet, title and description.
pub fn document(scene: &Scene, theme: Theme) -> String {
    let mut out = String::with_capacity(32 * 1024);
    open(&mut out, scene, Some(theme));
    let _ = write!(out, "<style>{}</style>", style::filled(theme));
    let (w, h) = (scene.width, scene.height);
    let _ = write!(out, "<rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>");
    body(&mut out, scene);
    out.push_str("</svg>\n");
    out
}

/// The figure as an element inside a page that has [`style::RULES`].
pub fn element(scene: &Scene) -> String {
    let mut out = String::with_capacity(16 * 1024);
    open(&mut out, scene, None);
    body(&mut out, scene);
    out.push_str("</svg>");
    out
}

fn open(out: &mut String, scene: &Scene, file: Option<Theme>) {
    let (w, h) = (scene.width, scene.height);
    out.push_str("<svg");
    if file.is_some() {
        out.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
    }
    let _ = write!(out, " class=\"{}\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\"", scene.class);
    let _ = write!(out, " role=\"group\" aria-label=\"{}\">", escape(&scene.label));
    if file.is_some() {
        let _ = write!(out, "<title>{}</title>", escape(&scene.label));
    }
    let _ = write!(out, "<desc>{}</desc>", escape(&scene.desc));
}

fn body(out: &mut String, scene: &Scene) {
    out.push_str("<defs>");
    for def in &scene.defs {
        node(out, def);
    }
    out.push_str("</defs>");
    for n in &scene.nodes {
        node(out, n);
    }
}

fn node(out: &mut String, n: &Node) {
    out.push('<');
    out.push_str(n.tag);
    let class = n.full_class();
    let style = n.style();
    for (name, value) in [("data-key", n.key.as_str()), ("class", class.as_ref()), ("style", style.as_str())] {
        if !value.is_empty() {
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
    }
    if let Some(from) = n.data_from() {
        let _ = write!(out, " data-from=\"{from}\"");
    }
    for (name, value) in &n.attrs {
        let _ = write!(out, " {name}=\"{}\"", escape(value));
    }
    if n.text.is_empty() && n.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    out.push_str(&escape(&n.text));
    for child in &n.children {
        node(out, child);
    }
    let _ = write!(out, "</{}>", n.tag);
}

/// Text for XML: the five special characters as entities, characters that XML forbids as U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
