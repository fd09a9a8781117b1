//! The lesson as a strip, where there is no room for its pane: the step, a sentence, its command and the button.

use super::card::{command, run_button, step_button};
use super::lesson::running;
use super::{at, click, maybe_at, prose};
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::icons::{self, icon};
use yew::prelude::*;

crate::shows! {
    /// What the strip shows.
    Props, |s| (s.lang(), s.route, at(&s.place), running(s), s.shown.working, s.reading, maybe_at(&s.sitting))
}

/// The strip.
#[component]
pub fn Strip(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let Some(unit) = s.unit().cloned() else { return Html::default() };
    let all = unit.cards.len();
    let n = s.place.current().min(all.saturating_sub(1));
    let (heading, sentences) = unit.summary(n, lang);
    let first = unit.steps(n).get(..1).unwrap_or(&[]);
    let reading = s.reading;
    html! {
        <section class="strip" aria-label={text::CURRENT_STEP.get(lang)}>
            <div class="n">
                {step_button(s, -1, text::PREVIOUS_STEP.get(lang), icons::BACK, n == 0)}
                <span>{text::STEP.get(lang)}{" "}<b>{n + 1}</b>{"/"}{all}</span>
                {step_button(s, 1, text::NEXT_STEP_BUTTON.get(lang), icons::FORWARD, n + 1 >= all)}
            </div>
            <div class="txt">
                <p><b>{heading}{". "}</b>{prose::inlines(&sentences, lang)}</p>
                <div class="code">{command(first, 0)}</div>
            </div>
            <div class="acts">
                <button type="button" class="btn btn-line" aria-label={text::SHOW_LESSON.get(lang)} aria-expanded={reading.to_string()} aria-controls="lesson"
                    onclick={click(s, move || Action::Reading(!reading))}>
                    {icon(icons::TEXT)}<span class="lbl">{text::SHOW_LESSON.get(lang)}</span>
                </button>
                {run_button(s, &unit, n)}
            </div>
        </section>
    }
}
