//! An exercise: its goals, ticked as they are reached, and its hints, one after the other.

use super::lesson::panel_title;
use super::{click, prose, Handle};
use crate::lesson::prose::Block;
use crate::lesson::Exercise;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::icons::{self, icon};
use yew::prelude::*;

/// The panel of the `n`th exercise; `intro` is the heading and the prose before it.
pub fn exercise(s: &Handle, n: usize, exercise: &Exercise, intro: &[Block]) -> Html {
    let lang = s.lang();
    let reached = s.place.progress.goals.get(n).copied().unwrap_or(0);
    let title = panel_title(intro);
    let rest = intro.get(usize::from(title.is_some())..).unwrap_or(&[]);
    let goals = exercise.goals.iter().enumerate().map(|(i, goal)| {
        let ok = i < reached;
        let state = if ok { text::GOAL_DONE } else { text::GOAL_OPEN };
        html! {
            <li class={ok.then_some("ok")}>
                <span class="bx" role="img" aria-label={state.get(lang)}>{if ok { icon(icons::CHECK) } else { Html::default() }}</span>
                <span>{prose::inlines(&goal.sentence, lang)}</span>
            </li>
        }
    });
    html! {
        <article class="exer">
            <header>
                {icon(icons::LAYERS)}
                <h3>{match title { Some(run) => prose::inlines(run, lang), None => html! { {text::EXERCISE.get(lang)} } }}</h3>
                <span>{text::N_OF_M.fill(lang, &[&reached, &exercise.goals.len()])}</span>
            </header>
            if !rest.is_empty() { <div class="prose">{prose::blocks(rest, lang)}</div> }
            <ul class="goals">{for goals}</ul>
            {hints(s, n, exercise)}
        </article>
    }
}

fn hints(s: &Handle, n: usize, exercise: &Exercise) -> Html {
    let lang = s.lang();
    let all = exercise.hints.len();
    if all == 0 {
        return Html::default();
    }
    let open = s.place.hints.get(n).copied().unwrap_or(0).min(all);
    let count = html! { <span>{text::N_OF_M.fill(lang, &[&open, &all])}</span> };
    let shown = exercise.hints.iter().take(open).map(|hint| html! { <li>{prose::inlines(hint, lang)}</li> });
    html! {
        <div class="hints">
            if open < all {
                <button type="button" class="ask-hint" onclick={click(s, move || Action::Hint(n))}>
                    {icon(icons::HINT)}{if open == 0 { text::HINT } else { text::HINT_MORE }.get(lang)}{count}
                </button>
            } else {
                <div class="ask-hint">{icon(icons::HINT)}{text::HINTS.get(lang)}{count}</div>
            }
            <ol aria-live="polite">{for shown}</ol>
        </div>
    }
}
