//! What hangs from the bar: settings, sharing, and the question before beginning again. None of them stops the rest of
//! the page.

use super::{bar, click, Handle};
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::dom;
use crate::web::icons::{self, icon};
use crate::web::route::Route;
use crate::web::settings::{Speed, Theme};
use crate::web::state::Notice;
use gloo::file::callbacks::read_as_text;
use gloo::file::File;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Settings.
pub fn settings(s: &Handle) -> Html {
    let lang = s.lang();
    let themes = [
        (Theme::Auto, text::THEME_AUTO.get(lang)),
        (Theme::Light, text::THEME_LIGHT.get(lang)),
        (Theme::Dark, text::THEME_DARK.get(lang)),
    ];
    let speeds = [
        (Speed::Slow, text::SLOW.get(lang)),
        (Speed::Normal, text::NORMAL.get(lang)),
        (Speed::Fast, text::FAST.get(lang)),
        (Speed::Instant, text::INSTANT.get(lang)),
    ];
    let choice = |pressed: bool, name: &'static str, onclick: Callback<MouseEvent>| {
        html! { <button type="button" aria-pressed={pressed.to_string()} {onclick}>{name}</button> }
    };
    html! {
        <section class="pop" aria-label={text::SETTINGS.get(lang)}>
            <h2>{text::SETTINGS.get(lang)}</h2>
            <fieldset><legend>{text::LANGUAGE.get(lang)}</legend>{bar::language(s)}</fieldset>
            <fieldset>
                <legend>{text::THEME.get(lang)}</legend>
                <div class="seg">{for themes.map(|(theme, name)| {
                    choice(s.settings.theme == theme, name, click(s, move || Action::Theme(theme)))
                })}</div>
            </fieldset>
            <fieldset>
                <legend>{text::SPEED.get(lang)}</legend>
                <div class="seg">{for speeds.map(|(speed, name)| {
                    choice(s.settings.speed == speed, name, click(s, move || Action::Speed(speed)))
                })}</div>
            </fieldset>
            if s.still { <p>{text::STILL.get(lang)}</p> }
            <dl class="shortcuts">
                <div><dt><kbd>{"Ctrl ↵"}</kbd></dt><dd>{text::KEYS_RUN.get(lang)}</dd></div>
                <div><dt><kbd>{"Alt 1 2 3"}</kbd></dt><dd>{text::KEYS_PANES.get(lang)}</dd></div>
                <div><dt><kbd>{"Esc Tab"}</kbd></dt><dd>{text::KEYS_LEAVE.get(lang)}</dd></div>
            </dl>
        </section>
    }
}

/// Links and files.
pub fn share(s: &Handle) -> Html {
    let lang = s.lang();
    let step = s.place.current() + 1;
    let (route, name) = match s.route {
        Route::Lesson(n, _) => (Route::Lesson(n, Some(step)), text::COPY_LINK),
        other => (other, text::COPY_LINK_FREE),
    };
    let link = {
        let dispatcher = s.dispatcher();
        Callback::from(move |_| {
            dom::copy(&dom::link(&route.hash(lang)));
            dispatcher.dispatch(Action::Notice(Some(Notice::Copied)));
            dispatcher.dispatch(Action::Popover(None));
        })
    };
    let save = {
        let sitting = s.sitting.clone();
        Callback::from(move |_| {
            if let Some(sitting) = &sitting {
                let sitting = sitting.borrow();
                dom::download(&format!("{}.capas", sitting.name), &sitting.log_text());
            }
        })
    };
    let open = Callback::from(|_| {
        if let Some(input) = dom::by_id("open-file") {
            input.click();
        }
    });
    html! {
        <section class="pop" aria-label={text::SHARE.get(lang)}>
            <h2>{text::SHARE.get(lang)}</h2>
            <div class="list">
                <button type="button" class="btn btn-line" onclick={link}>{icon(icons::LINK)}{name.get(lang)}</button>
                <button type="button" class="btn btn-line" onclick={save}>{icon(icons::SAVE)}{text::SAVE.get(lang)}</button>
                <button type="button" class="btn btn-line" onclick={open}>{icon(icons::OPEN)}{text::OPEN.get(lang)}</button>
            </div>
            <OpenFile s={s.clone()} />
            <p class="after">{text::SAVE_WHAT.get(lang)}</p>
        </section>
    }
}

crate::shows! {
    /// Nothing of the state is shown.
    OpenProps, |_s| ()
}

/// The hidden field that a file is chosen with.
#[component]
fn OpenFile(OpenProps { s }: &OpenProps) -> Html {
    let reader = use_mut_ref(|| None);
    let dispatcher = s.dispatcher();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        let dispatcher = dispatcher.clone();
        *reader.borrow_mut() = Some(read_as_text(&File::from(file), move |text| {
            if let Ok(text) = text {
                dispatcher.dispatch(Action::Load(text));
            }
        }));
        input.set_value("");
    });
    html! { <input type="file" id="open-file" accept=".capas,text/plain" hidden=true {onchange} /> }
}

/// The question before beginning again.
pub fn reset(s: &Handle) -> Html {
    let lang = s.lang();
    html! {
        <section class="pop" aria-label={text::RESET_ASK.get(lang)}>
            <h2>{text::RESET_ASK.get(lang)}</h2>
            <p>{text::RESET_WHAT.fill(lang, &[&s.shown.entries.len()])}</p>
            <div class="row">
                <button type="button" class="btn btn-no" id="reset-yes" onclick={click(s, || Action::Reset)}>{text::RESET_YES.get(lang)}</button>
                <button type="button" class="btn btn-line" onclick={click(s, || Action::Popover(None))}>{text::CANCEL.get(lang)}</button>
            </div>
        </section>
    }
}
