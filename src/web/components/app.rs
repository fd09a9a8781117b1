//! The whole page: the bar and, under it, the home page or the panes; and what concerns all of it: the address, the
//! shortcuts, time.

use super::bar::Bar;
use super::figure::Figure;
use super::home::Home;
use super::lesson::{window_title, Lesson};
use super::notice::notice;
use super::panes::dividers;
use super::strip::Strip;
use super::tabs::tabs;
use super::terminal::Terminal;
use super::{click, Handle};
use crate::figure::style;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::hooks::use_window_event;
use crate::web::route::Route;
use crate::web::settings::Theme;
use crate::web::state::{Pane, State};
use crate::web::{dom, storage};
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let latest = use_reducer(|| State::start(&dom::hash(), dom::media("(prefers-reduced-motion:reduce)")));
    let s = Handle::new(&latest);
    use_address(&s);
    use_root(&s);
    use_time(&s);
    use_shortcuts(&s);
    let lang = s.lang();
    let body = match s.route {
        Route::Home => html! { <div class="home"><Bar s={s.clone()} /><Home s={s.clone()} /></div> },
        _ => workspace(&s),
    };
    let skip = (s.route != Route::Home).then(|| {
        let onclick = {
            let go = click(&s, || Action::Tab(Pane::Terminal));
            Callback::from(move |event: MouseEvent| {
                event.prevent_default();
                go.emit(event);
                dom::focus("keyboard");
            })
        };
        html! { <a class="skip" href="#term" {onclick}>{text::SKIP.get(lang)}</a> }
    });
    html! { <><style>{style::RULES}{style::MOTION}</style>{skip}{body}</> }
}

fn workspace(s: &Handle) -> Html {
    let free = (s.route == Route::Free).then_some("free");
    let tab = match s.tab {
        Pane::Lesson => "tab-lesson",
        Pane::Terminal => "tab-term",
        Pane::Figure => "tab-figure",
    };
    let (vertical, horizontal) = dividers(s);
    html! {
        <div class={classes!("app", tab, free, s.maxi.then_some("maxi"))}>
            <Bar s={s.clone()} />
            if free.is_none() { <Strip s={s.clone()} /> }
            <main class="panes" id="panes">
                if free.is_none() { <Lesson s={s.clone()} /> }
                {vertical}
                <Figure s={s.clone()} />
                {horizontal}
                <Terminal s={s.clone()} />
                if dom::is_phone() { {notice(s)} }
            </main>
            {tabs(s)}
        </div>
    }
}

/// The address and the state follow each other.
#[hook]
fn use_address(s: &Handle) {
    let dispatcher = s.dispatcher();
    let go = move |_: &web_sys::Event| dispatcher.dispatch(Action::Go(Route::parse(&dom::hash())));
    let go_too = go.clone();
    use_window_event("hashchange", go);
    use_window_event("popstate", go_too);
    // The step that is read is part of the address, so that it can be copied.
    let route = match s.route {
        Route::Lesson(n, _) if s.place.at.is_some() => {
            let last = s.unit().map_or(0, |unit| unit.cards.len());
            Route::Lesson(n, Some((s.place.current() + 1).min(last)))
        }
        route => route,
    };
    use_effect_with((route, s.lang()), move |(route, lang)| {
        let hash = route.hash(*lang);
        let now = dom::hash();
        if now != hash && !(*route == Route::Home && now.is_empty()) {
            dom::set_hash(&hash, false);
        }
        if *route != Route::Home {
            storage::set(storage::PLACE, &hash);
        }
    });
}

/// Language, theme and title on the root element.
#[hook]
fn use_root(s: &Handle) {
    let (settings, title, home) = (s.settings, window_title(s), s.route == Route::Home);
    use_effect_with((settings, title, home), |(settings, title, _)| {
        document().set_title(title);
        let Some(root) = document().document_element() else { return };
        let dark = match settings.theme {
            Theme::Auto => dom::media("(prefers-color-scheme:dark)"),
            chosen => chosen == Theme::Dark,
        };
        let theme = if dark { "dark" } else { "light" };
        for (name, value) in
            [("lang", settings.lang.code()), ("data-theme", theme), ("data-wanted", settings.theme.name())]
        {
            // These names are always valid.
            let _ = root.set_attribute(name, value);
        }
    });
}

/// Time passes while something is typed or at work.
#[hook]
fn use_time(s: &Handle) {
    let dispatcher = s.dispatcher();
    let key = s.pause().map(|pause| (pause, s.run.clone(), s.shown.entries.len(), super::at(&s.shown.transcript)));
    let beat = use_mut_ref(|| 0_u32);
    let turn = {
        let mut beat = beat.borrow_mut();
        *beat = beat.wrapping_add(1);
        *beat
    };
    use_effect_with((key, turn), move |(key, _)| {
        let timeout = key.as_ref().map(|(pause, ..)| Timeout::new(*pause, move || dispatcher.dispatch(Action::Tick)));
        move || drop(timeout)
    });
    let dispatcher = s.dispatcher();
    use_effect_with((), move |()| {
        let query = gloo::utils::window().match_media("(prefers-reduced-motion:reduce)").ok().flatten();
        let listener = query.map(|query| {
            let inner = query.clone();
            gloo::events::EventListener::new(&query, "change", move |_| {
                dispatcher.dispatch(Action::Still(inner.matches()));
            })
        });
        move || drop(listener)
    });
}

/// Ctrl Enter, Alt 1 2 3, Esc, and clicks beside an open popover.
#[hook]
fn use_shortcuts(s: &Handle) {
    let state = s.clone();
    use_window_event("keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let s = &state;
        if s.route == Route::Home && s.popover.is_none() {
            return;
        }
        match (event.key().as_str(), event.ctrl_key() || event.meta_key(), event.alt_key()) {
            ("Enter", true, _) if s.unit().is_some() => {
                event.prevent_default();
                s.dispatch(Action::RunCard(s.place.next));
            }
            ("1", _, true) if s.route != Route::Free => go_to(event, s, Pane::Lesson, "#lesson .scroll"),
            ("2", _, true) => go_to(event, s, Pane::Terminal, "#keyboard"),
            ("3", _, true) => go_to(event, s, Pane::Figure, "#figure .canvas [tabindex='0'], #figure .zoom button"),
            ("Escape", ..) => {
                if s.popover.is_some() {
                    s.dispatch(Action::Popover(None));
                    dom::focus_first(".tools [aria-expanded=true]");
                } else if s.reading {
                    s.dispatch(Action::Reading(false));
                } else if s.maxi {
                    s.dispatch(Action::Maxi);
                }
            }
            _ => {}
        }
    });
    let state = s.clone();
    use_window_event("pointerdown", move |event| {
        let inside = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let inside = inside.and_then(|e| e.closest(".tools").ok().flatten()).is_some();
        if state.popover.is_some() && !inside {
            state.dispatch(Action::Popover(None));
        }
    });
}

fn go_to(event: &KeyboardEvent, s: &Handle, pane: Pane, selector: &'static str) {
    event.prevent_default();
    s.dispatch(Action::Tab(pane));
    dom::focus_soon(selector);
}
