//! The page: Yew components over a sitting. Storage, clock and randomness come in here and nowhere below. It must not
//! know the native program.

#[cfg(target_arch = "wasm32")]
mod action;
#[cfg(target_arch = "wasm32")]
mod components;
pub mod course;
pub mod detail;
#[cfg(target_arch = "wasm32")]
mod dom;
#[cfg(target_arch = "wasm32")]
mod hooks;
#[cfg(target_arch = "wasm32")]
mod icons;
pub mod keys;
pub mod place;
pub mod route;
pub mod runner;
pub mod settings;
pub mod sitting;
#[cfg(target_arch = "wasm32")]
mod stage;
#[cfg(target_arch = "wasm32")]
mod state;

pub mod storage;
#[cfg(target_arch = "wasm32")]
mod svg;
pub mod transcript;
#[cfg(target_arch = "wasm32")]
mod undo;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::{JsCast, JsValue};

/// Starts the page in the element `app`.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    // Yew would put its own in place of the standard one.
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        tell(&info.to_string());
    }));
    let Some(root) = gloo::utils::document().get_element_by_id("app") else { return };
    yew::Renderer::<components::app::App>::with_root(root).render();
}

/// The page's own script shows what happened and how to go on: nothing here can run any more.
#[cfg(target_arch = "wasm32")]
fn tell(why: &str) {
    let window = gloo::utils::window();
    let show = js_sys::Reflect::get(&window, &"capasFatal".into()).ok();
    if let Some(show) = show.and_then(|f| f.dyn_into::<js_sys::Function>().ok()) {
        // Without the script there is nothing left to tell with.
        let _ = show.call2(&JsValue::NULL, &"crash".into(), &why.into());
    }
}
