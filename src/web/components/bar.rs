//! The bar at the top: logo, title, progress, language, and the buttons for the rest.

use super::popover::{reset, settings, share};
use super::{at, click, icon_button, maybe_at, Handle};
use crate::strings::{web as text, Lang};
use crate::web::action::Action;
use crate::web::icons::{self, icon, logo};
use crate::web::route::Route;
use crate::web::settings::Theme;
use crate::web::state::Popover;
use yew::prelude::*;

crate::shows! {
    /// What the bar shows.
    Props, |s| (s.route, s.settings, s.popover, at(&s.place), s.still, at(&s.shown.entries), maybe_at(&s.sitting))
}

/// The bar.
#[component]
pub fn Bar(Props { s }: &Props) -> Html {
    let lang = s.lang();
    html! {
        <header class="bar">
            <a class="brand" href={Route::Home.hash(lang)} aria-label={text::HOME.get(lang)}>{logo()}<b>{"Capas"}</b></a>
            {title(s)}
            <span class="sp"></span>
            {progress(s)}
            {language(s)}
            {tools(s)}
        </header>
    }
}

fn title(s: &Handle) -> Html {
    let lang = s.lang();
    match (s.route, s.unit()) {
        (Route::Lesson(n, _), Some(unit)) => html! {
            <div class="ttl">
                <h1>{unit.lesson(lang).title.clone()}</h1>
                <span>{text::LESSON_OF.fill(lang, &[&n, &s.course.len()])}</span>
            </div>
        },
        (Route::Free, _) => html! { <div class="ttl"><h1>{text::FREE.get(lang)}</h1></div> },
        _ => html! { <span class="crumb">{text::TAGLINE.get(lang)}</span> },
    }
}

fn progress(s: &Handle) -> Html {
    let Some(unit) = s.unit() else { return Html::default() };
    let (next, all) = (s.place.next, unit.cards.len());
    let ticks = (0..all).map(|n| match n {
        n if n < next => html! { <li class="done"></li> },
        n if n == next => html! { <li class="now"></li> },
        _ => html! { <li></li> },
    });
    html! {
        <div class={classes!("prog", (all > 8).then_some("many"))}>
            <ol aria-hidden="true">{for ticks}</ol>
            <span>{text::STEPS_DONE.fill(s.lang(), &[&next, &all])}</span>
        </div>
    }
}

/// The switch of languages, here and in the settings.
pub fn language(s: &Handle) -> Html {
    let button = |lang: Lang, label: &'static str| {
        let pressed = (s.lang() == lang).to_string();
        let onclick = click(s, move || Action::Lang(lang));
        html! { <button type="button" lang={lang.code()} aria-pressed={pressed} {onclick}>{label}</button> }
    };
    html! {
        <div class="seg lang" role="group" aria-label={text::LANGUAGE.get(s.lang())}>
            {button(Lang::Es, "ES")}{button(Lang::En, "EN")}
        </div>
    }
}

fn tools(s: &Handle) -> Html {
    let lang = s.lang();
    let dark = match s.settings.theme {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::Auto => crate::web::dom::media("(prefers-color-scheme:dark)"),
    };
    let (other, name) = match dark {
        true => (Theme::Light, text::TO_LIGHT),
        false => (Theme::Dark, text::TO_DARK),
    };
    let opens = |popover: Popover, drawing, name: &'static str| {
        let expanded = (s.popover == Some(popover)).to_string();
        let onclick = click(s, move || Action::Popover(Some(popover)));
        html! {
            <button type="button" class="btn-icon" aria-label={name} title={name} aria-expanded={expanded} {onclick}>
                {icon(drawing)}
            </button>
        }
    };
    let sitting = s.sitting.is_some();
    html! {
        <div class="tools">
            {icon_button(icons::THEME, name.get(lang), click(s, move || Action::Theme(other)), false)}
            if sitting {
                {opens(Popover::Share, icons::SHARE, text::SHARE.get(lang))}
                {opens(Popover::Reset, icons::AGAIN, text::RESET.get(lang))}
            }
            {opens(Popover::Settings, icons::SETTINGS, text::SETTINGS.get(lang))}
            {match s.popover {
                Some(Popover::Settings) => settings(s),
                Some(Popover::Share) if sitting => share(s),
                Some(Popover::Reset) if sitting => reset(s),
                _ => Html::default(),
            }}
        </div>
    }
}
