//! The few things that the page asks the browser for directly. It must not know the page's state.

use crate::figure::scene::Size;
use gloo::utils::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

/// A seed for a new session, small enough to be read aloud.
pub fn random() -> u64 {
    (js_sys::Math::random() * 1_000_000.0) as u64
}

/// Milliseconds since the page began.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
}

/// Whether a media query holds.
pub fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|m| m.matches())
}

/// The window has room for one pane only.
pub fn is_phone() -> bool {
    media("(max-width:719px)")
}

/// The figure's geometry in this window.
pub fn figure_size(height: i32) -> Size {
    if is_phone() {
        Size::Narrow
    } else if media("(max-width:1199px), (max-height:839px)") || height < 400 {
        Size::Compact
    } else {
        Size::Regular
    }
}

/// An element by its id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Puts the focus on an element, by its id.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        // An element that cannot be focused stays as it is.
        let _ = element.focus();
    }
}

/// Puts the focus on the first element that a selector finds.
pub fn focus_first(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    found.and_then(|e| e.dyn_into::<HtmlElement>().ok()).is_some_and(|e| e.focus().is_ok())
}

/// The same once what was dispatched has been drawn.
pub fn focus_soon(selector: &'static str) {
    gloo::timers::callback::Timeout::new(0, move || {
        focus_first(selector);
    })
    .forget();
}

/// Whether nothing, or something that is gone, has the focus.
pub fn focus_is_lost() -> bool {
    document().active_element().is_none_or(|e| e.tag_name() == "BODY")
}

/// What is selected, if it is not empty.
pub fn selection() -> Option<String> {
    let text = window().get_selection().ok().flatten()?.to_string();
    String::from(text).into()
}

/// Whether text is selected.
pub fn has_selection() -> bool {
    selection().is_some_and(|text| !text.is_empty())
}

/// Puts text on the clipboard; where that is not allowed, nothing happens.
pub fn copy(text: &str) {
    let navigator: JsValue = window().navigator().into();
    // Pages that are not secure have no clipboard.
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok();
    if clipboard.is_some_and(|c| !c.is_undefined()) {
        drop(window().navigator().clipboard().write_text(text));
    } else {
        copy_by_hand(text);
    }
}

fn copy_by_hand(text: &str) {
    let Some(area) = document().create_element("textarea").ok() else { return };
    let Ok(area) = area.dyn_into::<web_sys::HtmlTextAreaElement>() else { return };
    area.set_value(text);
    let before = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
    if gloo::utils::body().append_child(&area).is_ok() {
        area.select();
        let command = js_sys::Reflect::get(&document(), &"execCommand".into()).ok();
        if let Some(command) = command.and_then(|f| f.dyn_into::<js_sys::Function>().ok()) {
            let _ = command.call1(&document(), &"copy".into());
        }
        area.remove();
    }
    if let Some(element) = before {
        let _ = element.focus();
    }
}

/// Lets the student save a text as a file.
pub fn download(name: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = web_sys::Blob::new_with_str_sequence(&parts) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    if let Some(link) =
        document().create_element("a").ok().and_then(|e| e.dyn_into::<web_sys::HtmlAnchorElement>().ok())
    {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    let _ = web_sys::Url::revoke_object_url(&url);
}

/// The address's part after `#`.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Changes it: as a new page of the history, or in place of this one.
pub fn set_hash(hash: &str, push: bool) {
    let Ok(history) = window().history() else { return };
    let done = match push {
        true => history.push_state_with_url(&JsValue::NULL, "", Some(hash)),
        false => history.replace_state_with_url(&JsValue::NULL, "", Some(hash)),
    };
    if done.is_err() {
        // Frames without an address of their own still have a hash.
        let _ = window().location().set_hash(hash);
    }
}

/// The whole address with another part after `#`.
pub fn link(hash: &str) -> String {
    let href = window().location().href().unwrap_or_default();
    format!("{}{hash}", href.split('#').next().unwrap_or_default())
}

/// Scrolls an element's own scrolling parent so that it is seen, the page itself stays.
pub fn reveal(element: &Element, smooth: bool) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options.set_behavior(if smooth { web_sys::ScrollBehavior::Smooth } else { web_sys::ScrollBehavior::Auto });
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Sets a custom property on an element.
pub fn set_property(element: &HtmlElement, name: &str, value: &str) {
    // Only a malformed name could fail.
    let _ = element.style().set_property(name, value);
}
