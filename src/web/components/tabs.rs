//! The tabs of a phone, one a pane.

use super::{click, Handle};
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::icons::{self, icon};
use crate::web::route::Route;
use crate::web::state::Pane;
use yew::prelude::*;

/// The tabs; hidden where all panes have room.
pub fn tabs(s: &Handle) -> Html {
    let lang = s.lang();
    let badge = match (s.unseen, s.tab) {
        (0, _) | (_, Pane::Figure) => Html::default(),
        (n, _) => html! { <span class="badge" role="img" aria-label={text::NEW_CHANGES.fill(lang, &[&n])}>{n}</span> },
    };
    let tab = |pane: Pane, drawing, name: &'static str, after: Html| {
        let selected = (s.tab == pane).to_string();
        let reach = if s.tab == pane { "0" } else { "-1" };
        html! {
            <button type="button" role="tab" id={tab_id(pane)} aria-selected={selected} tabindex={reach} onclick={click(s, move || Action::Tab(pane))}>
                {icon(drawing)}{name}{after}
            </button>
        }
    };
    let (now, free) = (s.tab, s.route == Route::Free);
    let onkeydown = {
        let dispatcher = s.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            let panes: &[Pane] =
                if free { &[Pane::Terminal, Pane::Figure] } else { &[Pane::Lesson, Pane::Terminal, Pane::Figure] };
            let here = panes.iter().position(|p| *p == now).unwrap_or(0);
            let next = match event.key().as_str() {
                "ArrowRight" => (here + 1) % panes.len(),
                "ArrowLeft" => (here + panes.len() - 1) % panes.len(),
                _ => return,
            };
            event.prevent_default();
            if let Some(pane) = panes.get(next) {
                dispatcher.dispatch(Action::Tab(*pane));
                crate::web::dom::focus(tab_id(*pane));
            }
        })
    };
    html! {
        <nav class="tabnav" aria-label={text::PANES.get(lang)}><div class="tabbar" role="tablist" {onkeydown}>
            if !free { {tab(Pane::Lesson, icons::BOOK, text::LESSON.get(lang), Html::default())} }
            {tab(Pane::Terminal, icons::TERMINAL, text::TERMINAL.get(lang), Html::default())}
            {tab(Pane::Figure, icons::LAYERS, text::FIGURE.get(lang), badge)}
        </div></nav>
    }
}

fn tab_id(pane: Pane) -> &'static str {
    match pane {
        Pane::Lesson => "tab-lesson",
        Pane::Terminal => "tab-term",
        Pane::Figure => "tab-figure",
    }
}
