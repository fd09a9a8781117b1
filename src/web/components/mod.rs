//! What is seen. Each component takes the page's state and draws again only when the parts that it shows have changed.

pub mod app;
pub mod bar;
pub mod card;
pub mod disk;
pub mod drawer;
pub mod exercise;
pub mod figure;
pub mod hero;
pub mod home;
pub mod lesson;
pub mod notice;
pub mod panes;
pub mod popover;
pub mod prose;
pub mod strip;
pub mod tabs;
pub mod terminal;
pub mod terminal_lines;
pub mod timeline;
pub mod tree;

use super::action::Action;
use super::icons::{icon, Icon};
use super::state::State;
use std::ops::Deref;
use std::rc::Rc;
use yew::prelude::*;

/// The state as it was when something was drawn, and the way to change it. (Yew's own handle always reads the latest
/// state, so that two of them cannot be compared.)
#[derive(Clone)]
pub struct Handle {
    state: Rc<State>,
    dispatcher: UseReducerDispatcher<State>,
}

impl Handle {
    /// The state of this moment.
    pub fn new(latest: &UseReducerHandle<State>) -> Handle {
        Handle { state: Rc::new((**latest).clone()), dispatcher: latest.dispatcher() }
    }

    /// Something happened.
    pub fn dispatch(&self, action: Action) {
        self.dispatcher.dispatch(action);
    }

    /// The way to change it alone.
    pub fn dispatcher(&self) -> UseReducerDispatcher<State> {
        self.dispatcher.clone()
    }
}

impl Deref for Handle {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

/// Properties that hold the state's handle and are equal when the parts that a component shows are.
#[macro_export]
macro_rules! shows {
    ($(#[$doc:meta])* $name:ident, |$s:ident| $parts:expr) => {
        $(#[$doc])*
        #[derive(Clone, yew::Properties)]
        pub struct $name {
            /// The page's state.
            pub s: $crate::web::components::Handle,
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                let parts = |$s: &$crate::web::state::State| $parts;
                parts(&self.s) == parts(&other.s)
            }
        }
    };
}

/// A shared value by its place in memory: the same place is the same value.
pub fn at<T: ?Sized>(value: &Rc<T>) -> usize {
    Rc::as_ptr(value) as *const () as usize
}

/// The same for an optional one.
pub fn maybe_at<T>(value: &Option<Rc<T>>) -> usize {
    value.as_ref().map_or(0, at)
}

/// What a click does.
pub fn click(s: &Handle, make: impl Fn() -> Action + 'static) -> Callback<MouseEvent> {
    let dispatcher = s.dispatcher();
    Callback::from(move |_| dispatcher.dispatch(make()))
}

/// A button of one icon with a name.
pub fn icon_button(drawing: Icon, name: &str, onclick: Callback<MouseEvent>, disabled: bool) -> Html {
    let name = AttrValue::from(name.to_owned());
    html! {
        <button type="button" class="btn-icon" aria-label={name.clone()} title={name} {onclick} {disabled}>
            {icon(drawing)}
        </button>
    }
}
