//! What components need of the browser's events, sizes and frames.

use gloo::events::{EventListener, EventListenerOptions};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, ResizeObserver};
use yew::prelude::*;

type Listener = Box<dyn Fn(&Event)>;

/// Calls `f` for an event of the window as long as the component lives. It may prevent the default.
#[hook]
pub fn use_window_event(name: &'static str, f: impl Fn(&Event) + 'static) {
    let latest: Rc<RefCell<Listener>> = use_mut_ref(|| Box::new(|_: &Event| {}) as Listener);
    *latest.borrow_mut() = Box::new(f);
    use_effect_with((), move |()| {
        let options = EventListenerOptions { passive: false, ..EventListenerOptions::default() };
        let listener = EventListener::new_with_options(&gloo::utils::window(), name, options, move |event| {
            (latest.borrow())(event);
        });
        move || drop(listener)
    });
}

/// Calls `f` with an element's inner size whenever it changes, and once at the start.
#[hook]
pub fn use_size(node: NodeRef, f: Callback<(i32, i32)>) {
    use_effect_with((), move |()| {
        let element = node.cast::<Element>();
        let seen = element.clone();
        let report = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &seen {
                let (width, height) = (element.client_width(), element.client_height());
                if width > 0 && height > 0 {
                    f.emit((width, height));
                }
            }
        });
        let observer = ResizeObserver::new(report.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(report);
        }
    });
}
