//! Where the page keeps things between visits: the browser's local storage, or, where a place has none (a file opened
//! from disk, a frame without permission), memory that lasts as long as the page. Everything is kept under a few short
//! keys; what the values mean is their owners' business.

use crate::sorted::VecMap;
use std::cell::RefCell;

/// Settings, as [`super::settings::Settings::to_text`] writes them.
pub const SETTINGS: &str = "settings";
/// The last place: a route.
pub const PLACE: &str = "place";
/// The sitting whose last input is at work; there at the start, it says that the program died of it.
pub const RUNNING: &str = "running";

/// The key of a sitting's log.
pub fn log_key(sitting: &str) -> String {
    format!("log.{sitting}")
}

/// The key of how far a lesson is done.
pub fn done_key(sitting: &str) -> String {
    format!("done.{sitting}")
}

thread_local! {
    static MEMORY: RefCell<VecMap<String, String>> = const { RefCell::new(VecMap::new()) };
}

#[cfg(target_arch = "wasm32")]
fn local() -> Option<web_sys::Storage> {
    gloo::utils::window().local_storage().ok().flatten()
}

#[cfg(target_arch = "wasm32")]
fn read(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

#[cfg(target_arch = "wasm32")]
fn write(key: &str, value: Option<&str>) -> bool {
    local().is_some_and(|storage| match value {
        Some(value) => storage.set_item(key, value).is_ok(),
        None => storage.remove_item(key).is_ok(),
    })
}

/// Outside a browser, in tests, there is memory only.
#[cfg(not(target_arch = "wasm32"))]
fn read(_: &str) -> Option<String> {
    None
}

/// See [`read`].
#[cfg(not(target_arch = "wasm32"))]
fn write(_: &str, _: Option<&str>) -> bool {
    false
}

fn full(key: &str) -> String {
    format!("capas.{key}")
}

/// The value kept under a key.
pub fn get(key: &str) -> Option<String> {
    let kept = MEMORY.with(|m| m.borrow().get(key).cloned());
    kept.or_else(|| read(&full(key)))
}

/// Keeps a value. Where the browser refuses (no storage, no room left), it lasts until the page goes.
pub fn set(key: &str, value: &str) {
    let written = write(&full(key), Some(value));
    MEMORY.with(|m| {
        if written {
            m.borrow_mut().remove(key);
        } else {
            m.borrow_mut().insert(key.to_owned(), value.to_owned());
        }
    });
}

/// Forgets a value.
pub fn remove(key: &str) {
    MEMORY.with(|m| m.borrow_mut().remove(key));
    // A storage that cannot be written to holds nothing of ours.
    let _ = write(&full(key), None);
}
