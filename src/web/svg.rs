//! A scene as Yew elements. It only copies what the scene says; it must not decide how anything looks.

use crate::figure::scene::{Node, Scene};
use yew::virtual_dom::{Key, VNode, VTag};
use yew::{AttrValue, Html};

/// The `<svg>` of a scene with its children. `focus` is the key of the one element that Tab reaches; `hidden` leaves it
/// to the words beside it.
pub fn figure(scene: &Scene, focus: Option<&str>, decorative: bool) -> Html {
    let mut root = VTag::new("svg");
    let (w, h) = (scene.width, scene.height);
    root.add_attribute("class", scene.class.clone());
    root.add_attribute("viewBox", format!("0 0 {w} {h}"));
    root.add_attribute("width", w.to_string());
    root.add_attribute("height", h.to_string());
    if decorative {
        root.add_attribute("aria-hidden", "true");
    } else {
        root.add_attribute("role", "group");
        root.add_attribute("aria-label", scene.label.clone());
    }
    let mut defs = VTag::new("defs");
    defs.key = Some(Key::from("defs"));
    defs.add_children(scene.defs.iter().map(|n| node(n, None)));
    root.add_child(VNode::from(defs));
    root.add_children(scene.nodes.iter().enumerate().map(|(i, n)| {
        let mut tag = build(n, focus);
        // Children of one element are matched by key only where all have one.
        tag.key = Some(if n.key.is_empty() { Key::from(i) } else { Key::from(n.key.as_str()) });
        VNode::from(tag)
    }));
    VNode::from(root)
}

/// A scene that is a picture: one image with one name.
pub fn picture(scene: &Scene) -> Html {
    let mut html = figure(scene, None, false);
    if let VNode::VTag(tag) = &mut html {
        std::rc::Rc::make_mut(tag).add_attribute("role", "img");
    }
    html
}

fn node(n: &Node, focus: Option<&str>) -> VNode {
    VNode::from(build(n, focus))
}

fn build(n: &Node, focus: Option<&str>) -> VTag {
    let mut tag = VTag::new(n.tag);
    if !n.key.is_empty() {
        tag.add_attribute("data-key", n.key.clone());
    }
    let class = n.full_class();
    if !class.is_empty() {
        tag.add_attribute("class", class.into_owned());
    }
    let style = n.style();
    if !style.is_empty() {
        tag.add_attribute("style", style);
    }
    if let Some(from) = n.data_from() {
        tag.add_attribute("data-from", from.to_string());
    }
    for (name, value) in &n.attrs {
        let value = match *name {
            "tabindex" if focus.is_some_and(|key| key == n.key) => AttrValue::from("0"),
            _ => AttrValue::from(value.clone().into_owned()),
        };
        tag.add_attribute(name, value);
    }
    if !n.text.is_empty() {
        tag.add_child(VNode::from(yew::virtual_dom::VText::new(n.text.clone())));
    }
    let keyed = !n.children.is_empty() && n.text.is_empty() && n.children.iter().all(|c| !c.key.is_empty());
    tag.add_children(n.children.iter().map(|child| {
        let mut t = build(child, focus);
        if keyed {
            t.key = Some(Key::from(child.key.as_str()));
        }
        VNode::from(t)
    }));
    tag
}
