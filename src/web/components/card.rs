//! A card: a command of the lesson with what is typed after it, and what became of it.

use super::lesson::running;
use super::{click, icon_button, Handle};
use crate::lesson::Step;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::course::Unit;
use crate::web::icons::{self, icon};
use yew::prelude::*;

/// What became of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Not yet.
    Pending,
    /// It is the next one.
    Next,
    /// It is being typed, or its command is at work.
    Running,
    /// Done.
    Done,
    /// Done, and Docker refused it.
    Refused,
}

/// What became of a card of this lesson.
pub fn fate(s: &Handle, unit: &Unit, n: usize) -> Fate {
    let working = s.shown.working && n + 1 == s.place.next.max(1) && s.place.next > 0;
    if running(s) == Some(n) || (working && s.run.is_none()) {
        Fate::Running
    } else if n < s.place.next {
        if s.place.is_refused(unit, n) {
            Fate::Refused
        } else {
            Fate::Done
        }
    } else if n == s.place.next {
        Fate::Next
    } else {
        Fate::Pending
    }
}

/// The card.
pub fn card(s: &Handle, unit: &Unit, n: usize) -> Html {
    let lang = s.lang();
    let fate = fate(s, unit, n);
    let class = match fate {
        Fate::Pending => "is-pend",
        Fate::Next => "is-next",
        Fate::Running => "is-run",
        Fate::Done => "is-done",
        Fate::Refused => "is-refused",
    };
    let current = (n == s.place.current()).then_some("is-at");
    let step = (fate == Fate::Next || fate == Fate::Running).then_some("step");
    html! {
        <li class={classes!("cmd", class, current)} id={format!("card-{n}")} key={n} aria-current={step}>
            {mark(fate, n, lang)}
            {command(unit.steps(n), s.place.done_in(unit, n))}
            {again(s, unit, n, fate)}
            {below(s, unit, n, fate)}
        </li>
    }
}

fn mark(fate: Fate, n: usize, lang: crate::strings::Lang) -> Html {
    let (name, inner) = match fate {
        Fate::Running => {
            return html! { <span class="spin" role="img" aria-label={text::RUNNING.get(lang)}></span> };
        }
        Fate::Done => (text::DONE.get(lang).to_owned(), icon(icons::CHECK)),
        Fate::Refused => (text::REFUSED.get(lang).to_owned(), icon(icons::OCTAGON)),
        Fate::Next => (text::NEXT_STEP.fill(lang, &[&(n + 1)]), html! { {n + 1} }),
        Fate::Pending => (text::PENDING.fill(lang, &[&(n + 1)]), html! { {n + 1} }),
    };
    html! { <span class="mk" role="img" aria-label={name}>{inner}</span> }
}

/// The commands of a card, those that are typed inside the container indented.
pub fn command(steps: &[Step], done: usize) -> Html {
    let lines = steps.iter().enumerate().map(|(i, step)| {
        let keys = step.keys.iter().flat_map(|keys| key_names(keys)).map(|name| html! { <><kbd>{name}</kbd>{" "}</> });
        let keys: Vec<Html> = keys.collect();
        let ok = (done > i && done < steps.len()).then_some("ok");
        let inner = i > 0 || step.in_container();
        html! {
            <>
                if inner {
                    <span class={classes!("in", ok)}>{step.input.clone()}</span>
                } else {
                    <span class="pr">{"$ "}</span>{step.input.clone()}
                }
                if !keys.is_empty() { <span class="in keys-in">{for keys}</span> }
            </>
        }
    });
    html! { <code translate="no" lang="en">{for lines}</code> }
}

/// `^P^Q` as `Ctrl P`, `Ctrl Q`.
fn key_names(keys: &str) -> Vec<String> {
    keys.split('^').map(str::trim).filter(|k| !k.is_empty()).map(|k| format!("Ctrl {k}")).collect()
}

fn again(s: &Handle, unit: &Unit, n: usize, fate: Fate) -> Html {
    if !matches!(fate, Fate::Done | Fate::Refused) {
        return html! { <span></span> };
    }
    let line = unit.steps(n).first().map(|step| step.input.clone()).unwrap_or_default();
    let name = text::RUN_AGAIN_CMD.fill(s.lang(), &[&line]);
    html! {
        <button type="button" class="btn-icon again" aria-label={name} title={text::RUN_AGAIN.get(s.lang())}
            onclick={click(s, move || Action::RunCard(n))} disabled={s.run.is_some() || s.shown.working}>
            {icon(icons::AGAIN)}
        </button>
    }
}

fn below(s: &Handle, unit: &Unit, n: usize, fate: Fate) -> Html {
    let lang = s.lang();
    match fate {
        Fate::Next => html! {
            <div class="row">
                <button type="button" class="btn btn-primary" onclick={click(s, move || Action::RunCard(n))} disabled={s.shown.working}>
                    {icon(icons::PLAY)}{text::RUN.get(lang)}
                </button>
                <button type="button" class="btn btn-line" onclick={click(s, move || Action::TypeMyself(Some(n)))}>
                    {icon(icons::ENTER)}{text::TYPE_MYSELF.get(lang)}
                </button>
                <kbd aria-hidden="true">{"Ctrl ↵"}</kbd>
            </div>
        },
        Fate::Running => html! {
            <div class="row">
                <button type="button" class="btn btn-line" onclick={click(s, || Action::Stop)}>{icon(icons::OCTAGON)}{text::STOP.get(lang)}</button>
                <kbd aria-hidden="true">{"Ctrl C"}</kbd>
            </div>
        },
        Fate::Refused => {
            let wanted = unit.steps(n).iter().any(|step| step.status.is_some_and(|status| status != 0));
            let words = if wanted { text::REFUSED_WANTED } else { text::REFUSED_ODD };
            html! { <p class="no">{words.get(lang)}</p> }
        }
        Fate::Pending | Fate::Done => Html::default(),
    }
}

/// The button of the strip for a card.
pub fn run_button(s: &Handle, unit: &Unit, n: usize) -> Html {
    let lang = s.lang();
    let fate = fate(s, unit, n);
    match fate {
        Fate::Running => html! {
            <button type="button" class="btn btn-line" onclick={click(s, || Action::Stop)}>{icon(icons::OCTAGON)}{text::STOP.get(lang)}</button>
        },
        Fate::Next => html! {
            <button type="button" class="btn btn-primary" onclick={click(s, move || Action::RunCard(n))} disabled={s.shown.working}>
                {icon(icons::PLAY)}{text::RUN.get(lang)}
            </button>
        },
        Fate::Done | Fate::Refused => html! {
            <button type="button" class="btn btn-line" aria-label={text::RUN_AGAIN.get(lang)} onclick={click(s, move || Action::RunCard(n))} disabled={s.run.is_some() || s.shown.working}>
                {icon(icons::AGAIN)}<span class="lbl">{text::RUN_AGAIN.get(lang)}</span>
            </button>
        },
        Fate::Pending => html! {
            <button type="button" class="btn btn-primary" disabled=true>{icon(icons::PLAY)}{text::RUN.get(lang)}</button>
        },
    }
}

/// Names the step buttons of the strip.
pub fn step_button(s: &Handle, by: isize, name: &str, drawing: icons::Icon, disabled: bool) -> Html {
    icon_button(drawing, name, click(s, move || Action::Step(by)), disabled)
}
