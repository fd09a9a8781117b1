//! The two dividers between the panes: dragged, moved by arrow keys, and set back by a double click. Their places are
//! kept with the settings.

use super::Handle;
use crate::strings::web as text;
use crate::web::{dom, storage};
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

/// Which divider.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Divider {
    /// Between the lesson and the rest.
    Vertical,
    /// Between the figure and the terminal.
    Horizontal,
}

impl Divider {
    const fn property(self) -> &'static str {
        match self {
            Divider::Vertical => "--lesson-w",
            Divider::Horizontal => "--term-h",
        }
    }

    const fn pane(self) -> &'static str {
        match self {
            Divider::Vertical => "lesson",
            Divider::Horizontal => "term",
        }
    }

    const fn bounds(self) -> (i32, i32) {
        match self {
            Divider::Vertical => (280, 640),
            Divider::Horizontal => (120, 620),
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
/// Properties.
pub struct Props {
    /// Which divider.
    pub which: Divider,
    /// The language's code, to draw it again when it changes.
    pub lang: crate::strings::Lang,
}

/// A divider.
#[component]
pub fn Handlebar(Props { which, lang }: &Props) -> Html {
    let which = *which;
    let value = use_state_eq(|| storage::get(which.property()).and_then(|v| v.parse::<i32>().ok()));
    {
        let value = *value;
        use_effect_with(value, move |value| {
            let Some(panes) = dom::by_id("panes") else { return };
            match value {
                Some(px) => {
                    dom::set_property(&panes, which.property(), &format!("{px}px"));
                    storage::set(which.property(), &px.to_string());
                }
                None => {
                    // Without a value of its own the style sheet's counts again.
                    let _ = panes.style().remove_property(which.property());
                    storage::remove(which.property());
                }
            }
        });
    }
    let dragging = use_mut_ref(|| false);
    let set = {
        let value = value.clone();
        move |px: i32| value.set(Some(px.clamp(which.bounds().0, which.bounds().1)))
    };
    let onpointerdown = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            *dragging.borrow_mut() = true;
            if let Some(bar) = event.target_dyn_into::<Element>() {
                // Without capture the drag ends at the divider's edge, no worse.
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let onpointermove = {
        let (dragging, set) = (dragging.clone(), set.clone());
        Callback::from(move |event: PointerEvent| {
            if *dragging.borrow() {
                let Some(panes) = dom::by_id("panes") else { return };
                let edges = panes.get_bounding_client_rect();
                set(match which {
                    Divider::Vertical => event.client_x() - edges.left() as i32,
                    Divider::Horizontal => edges.bottom() as i32 - event.client_y(),
                });
            }
        })
    };
    let release = Callback::from(move |_: PointerEvent| *dragging.borrow_mut() = false);
    let onkeydown = {
        let (set, value) = (set.clone(), value.clone());
        Callback::from(move |event: KeyboardEvent| {
            let by = match (which, event.key().as_str()) {
                (Divider::Vertical, "ArrowLeft") | (Divider::Horizontal, "ArrowDown") => -16,
                (Divider::Vertical, "ArrowRight") | (Divider::Horizontal, "ArrowUp") => 16,
                (_, "Home") => return value.set(None),
                _ => return,
            };
            event.prevent_default();
            set(size_of(which) + by);
        })
    };
    let ondblclick = {
        let value = value.clone();
        Callback::from(move |_: MouseEvent| value.set(None))
    };
    let (class, orientation, name) = match which {
        Divider::Vertical => ("rz-v", "vertical", text::LESSON_WIDTH),
        Divider::Horizontal => ("rz-hz", "horizontal", text::TERMINAL_HEIGHT),
    };
    let (min, max) = which.bounds();
    let now = value.unwrap_or_else(|| size_of(which)).clamp(min, max);
    html! {
        <div {class} role="separator" tabindex="0" aria-orientation={orientation} aria-label={name.get(*lang)}
            aria-valuemin={min.to_string()} aria-valuemax={max.to_string()} aria-valuenow={now.to_string()}
            {onpointerdown} {onpointermove} onpointerup={release.clone()} onpointercancel={release} {onkeydown} {ondblclick}></div>
    }
}

fn size_of(which: Divider) -> i32 {
    let pane: Option<HtmlElement> = dom::by_id(which.pane());
    pane.map_or(which.bounds().0, |p| match which {
        Divider::Vertical => p.offset_width(),
        Divider::Horizontal => p.offset_height(),
    })
}

/// Both dividers, in the grid's own places.
pub fn dividers(s: &Handle) -> (Html, Html) {
    let lang = s.lang();
    (
        html! { <Handlebar which={Divider::Vertical} {lang} /> },
        html! { <Handlebar which={Divider::Horizontal} {lang} /> },
    )
}
