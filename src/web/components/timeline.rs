//! The timeline: a tick for each command, to look back and to undo.

use super::{at, click, icon_button, Handle};
use crate::session::Place;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::dom;
use crate::web::hooks::use_size;
use crate::web::icons::{self, icon};
use yew::prelude::*;

crate::shows! {
    /// What the timeline shows.
    Props, |s| (s.lang(), at(&s.shown.entries), s.looking, s.still)
}

/// The timeline.
#[component]
pub fn Timeline(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let entries = &s.shown.entries;
    let all = entries.len();
    // 0 is the start, n the nth command.
    let here = match s.looking {
        Some(n) if n < all => n + 1,
        Some(_) => 0,
        None => all,
    };
    let rail = use_node_ref();
    let reveal = {
        let rail = rail.clone();
        move || {
            let rail = rail.cast::<web_sys::Element>();
            if let Some(tick) = rail.and_then(|r| r.query_selector("[aria-current]").ok().flatten()) {
                dom::reveal(&tick, false);
            }
        }
    };
    // Behind another tab there is nothing to scroll: it gets its size, and scrolls, when it is shown.
    use_size(
        rail.clone(),
        Callback::from({
            let reveal = reveal.clone();
            move |_| reveal()
        }),
    );
    use_effect_with((here, all), move |_| reveal());
    let onkeydown = {
        let dispatcher = s.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" => -1,
                "ArrowRight" => 1,
                "Home" => -100_000,
                "End" => 100_000,
                _ => return,
            };
            event.prevent_default();
            dispatcher.dispatch(Action::LookBy(by));
            // The focus goes along, once the tick that is current has been drawn.
            dom::focus_soon(".track [aria-current]");
        })
    };
    let start = tick(s, 0, here, text::START.get(lang).to_owned(), "start");
    let ticks = entries.iter().enumerate().map(|(n, entry)| {
        let class = match entry.place {
            Place::Host => "",
            Place::Container => "in",
            Place::Refused => "no",
        };
        tick(s, n + 1, here, format!("{}. {}", n + 1, entry.label), class)
    });
    let label = here.checked_sub(1).and_then(|n| entries.get(n)).map(|e| e.label.clone());
    html! {
        <section class="scrub" aria-label={text::TIMELINE.get(lang)}>
            <div class="nav">
                {icon_button(icons::BACK, text::BACK.get(lang), click(s, || Action::LookBy(-1)), here == 0)}
                {icon_button(icons::FORWARD, text::FORWARD.get(lang), click(s, || Action::LookBy(1)), here == all)}
            </div>
            <div class="rail" ref={rail}>
                <ol class={classes!("track", (all == 0).then_some("one"))} {onkeydown}>{start}{for ticks}</ol>
            </div>
            <button type="button" class="btn btn-line undo" title={text::UNDO_HERE.get(lang)} aria-label={text::UNDO_HERE.get(lang)}
                disabled={all == 0} onclick={click(s, || Action::Undo)}>{icon(icons::UNDO)}<span>{text::UNDO_HERE.get(lang)}</span></button>
            <div class="now">
                {past(s)}
                <span class="c">
                    {match label {
                        Some(label) => html! { <code translate="no" lang="en">{label}</code> },
                        None => html! { <span>{text::START.get(lang)}</span> },
                    }}
                    <span>{text::N_OF_M.fill(lang, &[&here, &all])}</span>
                </span>
            </div>
        </section>
    }
}

/// In the place of the legend while an earlier moment is looked at: which, and how to go on.
fn past(s: &Handle) -> Html {
    let (Some(n), lang) = (s.looking, s.lang()) else { return legend(s) };
    let all = s.shown.entries.len();
    let words = if n < all { text::PAST.fill(lang, &[&(n + 1), &all]) } else { text::PAST_START.get(lang).to_owned() };
    html! {
        <div class="past" role="status">
            <span>{words}</span>
            <button type="button" class="btn btn-line" onclick={click(s, || Action::GoOn)}>{text::GO_ON_HERE.get(lang)}</button>
            <button type="button" class="btn btn-line" onclick={click(s, || Action::Look(None))}>{text::TO_NOW.get(lang)}</button>
        </div>
    }
}

fn legend(s: &Handle) -> Html {
    let lang = s.lang();
    html! {
        <span class="legend" aria-hidden="true">
            <span><i></i>{text::ON_HOST.get(lang)}</span>
            <span><i class="in"></i>{text::IN_CONTAINER.get(lang)}</span>
            <span><i class="no"></i>{text::WAS_REFUSED.get(lang)}</span>
        </span>
    }
}

fn tick(s: &Handle, n: usize, here: usize, name: String, class: &'static str) -> Html {
    let current = (n == here).then_some("step");
    let later = (n > here).then_some("later");
    let reach = if n == here { "0" } else { "-1" };
    let onclick = click(s, move || Action::Look(Some(n.checked_sub(1).unwrap_or(usize::MAX))));
    html! {
        <li key={n}><button type="button" class={classes!(class, later)} aria-label={name.clone()} title={name}
            aria-current={current} tabindex={reach} {onclick}></button></li>
    }
}
