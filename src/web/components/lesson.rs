//! The lesson's pane: its prose, its commands as cards, its exercises, and what comes after it.

use super::card::card;
use super::exercise::exercise;
use super::{at, click, icon_button, maybe_at, prose, Handle};
use crate::lesson::prose::{Block, Inline};
use crate::lesson::Part;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::dom;
use crate::web::icons::{self, icon};
use crate::web::route::Route;
use crate::web::state::State;
use yew::prelude::*;

crate::shows! {
    /// What the lesson's pane shows.
    Props, |s| (s.lang(), s.route, at(&s.place), running(s), s.shown.working, s.reading, s.still, maybe_at(&s.sitting))
}

/// The card that is being run.
pub fn running(s: &State) -> Option<usize> {
    s.run.as_ref().map(|run| run.card)
}

/// The pane.
#[component]
pub fn Lesson(Props { s }: &Props) -> Html {
    let lang = s.lang();
    use_follow(s);
    let Some(unit) = s.unit().cloned() else { return Html::default() };
    let lesson = unit.lesson(lang).clone();
    let mut exercises = 0;
    let parts: Vec<Html> = lesson
        .parts
        .iter()
        .enumerate()
        .map(|(n, part)| match part {
            Part::Prose(blocks) => {
                let before_exercise = matches!(lesson.parts.get(n + 1), Some(Part::Exercise(_)));
                let until = if before_exercise { panel_start(blocks) } else { blocks.len() };
                prose_part(blocks.get(..until).unwrap_or(&[]), s)
            }
            Part::Steps(_) => {
                let cards = unit.cards.iter().enumerate().filter(|(_, c)| c.part == n);
                html! { <ol class="cmds">{for cards.map(|(i, _)| card(s, &unit, i))}</ol> }
            }
            Part::Listing(listing) => {
                html! { <pre class="listing" translate="no" tabindex="0">{listing.clone()}</pre> }
            }
            Part::Exercise(e) => {
                let intro = match n.checked_sub(1).and_then(|n| lesson.parts.get(n)) {
                    Some(Part::Prose(blocks)) => blocks.get(panel_start(blocks)..).unwrap_or(&[]),
                    _ => &[],
                };
                exercises += 1;
                exercise(s, exercises - 1, e, intro)
            }
        })
        .collect();
    html! {
        <section class={classes!("pane", "lesson", s.reading.then_some("open"))} id="lesson" aria-label={text::LESSON.get(lang)}>
            <div class="close-lesson">{icon_button(icons::CLOSE, text::CLOSE.get(lang), click(s, || Action::Reading(false)), false)}</div>
            <div class="scroll" tabindex="0">
                <h2 class="h1">{lesson.title.clone()}</h2>
                {meta(s, unit.cards.len(), lesson.minutes)}
                {for parts}
                {done(s)}
            </div>
            {foot(s, unit.cards.len())}
        </section>
    }
}

/// Where in the prose before an exercise its panel begins: at the last heading.
fn panel_start(blocks: &[Block]) -> usize {
    blocks.iter().rposition(|b| matches!(b, Block::Heading(..))).unwrap_or(blocks.len())
}

/// The heading of an exercise's panel, out of what stands before it.
pub fn panel_title(intro: &[Block]) -> Option<&[Inline]> {
    match intro.first() {
        Some(Block::Heading(_, run)) => Some(run),
        _ => None,
    }
}

/// The first heading is the lesson's title, which is there already.
fn prose_part(blocks: &[Block], s: &Handle) -> Html {
    let blocks = match blocks.split_first() {
        Some((Block::Heading(1, _), rest)) => rest,
        _ => blocks,
    };
    match blocks.is_empty() {
        true => Html::default(),
        false => html! { <div class="prose">{prose::blocks(blocks, s.lang())}</div> },
    }
}

fn meta(s: &Handle, cards: usize, minutes: Option<u32>) -> Html {
    let lang = s.lang();
    let all = match &s.run {
        Some(run) if run.all => html! {
            <button type="button" class="btn btn-line btn-sm" onclick={click(s, || Action::Stop)}>
                {icon(icons::OCTAGON)}{text::STOP.get(lang)}
            </button>
        },
        _ => html! {
            <button type="button" class="btn btn-line btn-sm" id="run-all" onclick={click(s, || Action::RunAll)}
                disabled={s.run.is_some() || s.shown.working || s.place.next >= cards}>
                {icon(icons::PLAY_ALL)}{text::RUN_ALL.get(lang)}
            </button>
        },
    };
    html! {
        <div class="meta">
            <span>{text::STEPS.fill(lang, &[&cards])}</span>
            if let Some(minutes) = minutes { <span>{text::MINUTES.fill(lang, &[&minutes])}</span> }
            <span class="sp"></span>
            {all}
        </div>
    }
}

fn done(s: &Handle) -> Html {
    let (lang, Route::Lesson(n, _), Some(unit)) = (s.lang(), s.route, s.unit()) else { return Html::default() };
    if !s.place.is_complete(unit) {
        return Html::default();
    }
    let goals: usize = s.place.progress.goals.iter().sum();
    let (to, name) = match s.course.get(n) {
        Some(_) => (Route::Lesson(n + 1, None), text::NEXT_LESSON),
        None => (Route::Home, text::ALL_LESSONS),
    };
    html! {
        <div class="dn" id="done" role="status">
            {icon(icons::CHECK)}
            <div><h3>{text::LESSON_DONE.get(lang)}</h3><p>{text::LESSON_DONE_WHAT.fill(lang, &[&unit.cards.len(), &goals])}</p></div>
            <a class="btn btn-primary" href={to.hash(lang)}>{name.get(lang)}{icon(icons::RIGHT)}</a>
        </div>
    }
}

fn foot(s: &Handle, cards: usize) -> Html {
    let lang = s.lang();
    let at = s.place.current().min(cards.saturating_sub(1));
    let step = |name: &'static str, by: isize, disabled: bool, after: Html| {
        let onclick = click(s, move || Action::Step(by));
        html! { <button type="button" class="btn btn-line btn-sm" {onclick} {disabled}>{name}{after}</button> }
    };
    html! {
        <footer class="foot">
            <span>{text::STEP.get(lang)}{" "}<b>{at + 1}</b>{" "}{text::OF.get(lang)}{" "}<b>{cards}</b></span>
            <span class="sp"></span>
            {step(text::PREVIOUS.get(lang), -1, at == 0, Html::default())}
            {step(text::NEXT.get(lang), 1, at + 1 >= cards, icon(icons::RIGHT))}
        </footer>
    }
}

/// Keeps the current card in sight, and the focus on what comes next when the button that had it is gone.
#[hook]
fn use_follow(s: &Handle) {
    let (at, running, still) = (s.place.current(), running(s), s.still);
    let complete = s.unit().is_some_and(|unit| s.place.is_complete(unit));
    let first = use_mut_ref(|| true);
    let had_run = use_mut_ref(|| false);
    use_effect_with((at, running.is_some(), complete), move |(at, running, complete)| {
        let id = if *complete { "done".to_owned() } else { format!("card-{at}") };
        if let Some(card) = dom::by_id(&id) {
            dom::reveal(&card, !still && !*first.borrow());
        }
        *first.borrow_mut() = false;
        let ended = std::mem::replace(&mut *had_run.borrow_mut(), *running) && !running;
        if ended && dom::focus_is_lost() {
            // The strip's where the pane is hidden.
            let _ = dom::focus_first("#lesson .is-next .btn-primary") || dom::focus_first(".strip .btn-primary");
        }
    });
}

/// The plain text of a title, for the window.
pub fn window_title(s: &State) -> String {
    let lang = s.lang();
    match s.unit() {
        Some(unit) => format!("{} · Capas", unit.lesson(lang).title),
        None if s.route == Route::Free => format!("{} · Capas", text::FREE.get(lang)),
        None => format!("Capas · {}", text::TAGLINE.get(lang)),
    }
}
