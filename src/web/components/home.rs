//! The course's home: what this is for who comes the first time, where to go on for who comes back, and the lessons.

use super::{at, Handle};
use crate::session::log::Log;
use crate::strings::{web as text, Lang};
use crate::web::course::Unit;
use crate::web::icons::{self, icon};
use crate::web::place::read_summary;
use crate::web::route::Route;
use crate::web::{storage, svg};
use yew::prelude::*;

crate::shows! {
    /// What the home page shows.
    Props, |s| (s.lang(), s.route, at(&s.course))
}

/// How far a lesson is: steps done, everything done.
fn progress(unit: &Unit) -> (usize, bool) {
    storage::get(&storage::done_key(unit.slug)).map_or((0, false), |text| read_summary(&text))
}

/// The page.
#[component]
pub fn Home(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let done: usize = s.course.iter().map(|unit| progress(unit).0).sum();
    let all: usize = s.course.iter().map(|unit| unit.cards.len()).sum();
    let last = storage::get(storage::PLACE).map(|hash| Route::parse(&hash)).filter(|_| done > 0);
    let count = match (&last, s.course.len()) {
        (Some(_), _) => text::STEPS_OF_ALL.fill(lang, &[&done, &all]),
        (None, 1) => text::LESSON_STEPS.fill(lang, &[&all]),
        (None, n) => text::LESSONS_STEPS.fill(lang, &[&n, &all]),
    };
    let first_open = s.course.iter().position(|unit| !progress(unit).1);
    let cards =
        s.course.iter().enumerate().map(|(n, unit)| lesson_card(n, unit, lang, done == 0 && first_open == Some(n)));
    html! {
        <>
            <main id="main">
                {match last {
                    Some(route) => back(s, route),
                    None => hero(lang),
                }}
                <section class="list wrap" aria-labelledby="lessons">
                    <header><h2 id="lessons">{text::LESSONS.get(lang)}</h2><span>{count}</span></header>
                    <span class="sr" aria-hidden="true">{svg::figure(&super::hero::stack(), None, true)}</span>
                    <ol class="cards">{for cards}{free_card(lang)}</ol>
                </section>
            </main>
            <footer class="ftr"><div class="wrap"><span>{text::SIMULATION.get(lang)}</span></div></footer>
        </>
    }
}

fn hero(lang: Lang) -> Html {
    let facts = [text::NO_ACCOUNT, text::OFFLINE, text::ON_PHONE];
    html! {
        <section class="hero"><div class="wrap">
            <div>
                <h1>{text::HERO.get(lang)}</h1>
                <p>{text::HERO_1.get(lang)}<b>{text::HERO_2.get(lang)}</b>{text::HERO_3.get(lang)}</p>
                <div class="cta">
                    <a class="btn btn-primary" href={Route::Lesson(1, None).hash(lang)}>{icon(icons::PLAY)}{text::START_LESSON.get(lang)}</a>
                    <a class="btn btn-line" href={Route::Free.hash(lang)}>{text::FREE.get(lang)}</a>
                </div>
                <ul class="facts">{for facts.iter().map(|fact| html! { <li>{icon(icons::CHECK)}{fact.get(lang)}</li> })}</ul>
            </div>
            <div class="art-w">{super::hero::wide(lang)}{super::hero::narrow(lang)}</div>
        </div></section>
    }
}

/// Where the student was, by the log that was kept.
fn back(s: &Handle, route: Route) -> Html {
    let lang = s.lang();
    let (title, slug, at) = match route {
        Route::Lesson(n, _) => match s.course.get(n - 1) {
            Some(unit) => {
                let (done, all) = (progress(unit).0, unit.cards.len());
                let at = text::RESUME_AT.fill(lang, &[&(done + 1).min(all), &all]);
                (format!("{n} · {}", unit.lesson(lang).title), unit.slug, at)
            }
            None => return hero(lang),
        },
        Route::Free => (text::FREE.get(lang).to_owned(), crate::web::sitting::FREE, String::new()),
        Route::Home => return hero(lang),
    };
    let log = storage::get(&storage::log_key(slug)).and_then(|text| Log::parse(&text).ok());
    let line = log.and_then(|log| log.inputs.iter().rev().map(|i| i.label()).find(|l| l.contains(' ')));
    html! {
        <section class="back wrap"><a href={route.hash(lang)}>
            {svg::figure(&crate::figure::scene::Scene { defs: Vec::new(), ..super::hero::stack() }, None, true)}
            <div>
                <p>{text::RESUME.get(lang)}</p>
                <h1>{title}</h1>
                <p>{at}{" "}if let Some(line) = line { {text::RESUME_LAST.get(lang)}{" "}<code lang="en" translate="no">{line}</code> }</p>
            </div>
            <span class="btn btn-primary">{icon(icons::PLAY)}{text::CONTINUE.get(lang)}</span>
        </a></section>
    }
}

fn lesson_card(n: usize, unit: &Unit, lang: Lang, start: bool) -> Html {
    let lesson = unit.lesson(lang);
    let (done, complete) = progress(unit);
    let all = unit.cards.len();
    let count = html! { <span>{text::N_OF_M.fill(lang, &[&done, &all])}</span> };
    let state = match (done, complete) {
        (_, true) => html! { <><b>{icon(icons::CHECK)}{text::FINISHED.get(lang)}</b>{count}</> },
        (0, _) if start => html! { <b>{text::START_HERE.get(lang)}</b> },
        (0, _) => html! { <span>{text::NOT_STARTED.get(lang)}</span> },
        _ => html! { <><b>{text::IN_PROGRESS.get(lang)}</b>{count}</> },
    };
    html! {
        <li><a class="card" href={Route::Lesson(n + 1, None).hash(lang)}>
            {core(done, all, start || done > 0)}
            <div>
                <h3><span>{n + 1}</span>{lesson.title.clone()}</h3>
                <p>{lesson.description.clone()}</p>
                <div class="cm">
                    <code lang="en" translate="no">{main_command(unit)}</code>
                    <span>{text::STEPS.fill(lang, &[&all])}</span>
                    if let Some(minutes) = lesson.minutes { <span>{text::MINUTES.fill(lang, &[&minutes])}</span> }
                </div>
            </div>
            <div class="st">{state}</div>
        </a></li>
    }
}

fn free_card(lang: Lang) -> Html {
    html! {
        <li><a class="card" href={Route::Free.hash(lang)}>
            <span class="core-icon">{icon(icons::TERMINAL)}</span>
            <div><h3>{text::FREE.get(lang)}</h3><p>{text::FREE_WHAT.get(lang)}</p>
                <div class="cm"><code lang="en" translate="no">{"docker pull"}</code></div></div>
            <div class="st">{icon(icons::RIGHT)}</div>
        </a></li>
    }
}

/// The command that a lesson uses most, its first two words.
fn main_command(unit: &Unit) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for step in (0..unit.cards.len()).flat_map(|n| unit.steps(n)).filter(|step| !step.in_container()) {
        let words: Vec<&str> = step.input.split_whitespace().take(2).collect();
        let name = words.join(" ");
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += 1,
            None => counts.push((name, 1)),
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    counts.into_iter().find(|(_, n)| *n == most).map(|(name, _)| name).unwrap_or_default()
}

/// Progress as a drill core: one stratum a step, or, where they would be too thin, one for some of them.
fn core(done: usize, all: usize, begun: bool) -> Html {
    const STRATA: usize = 10;
    let (done, all) = match all {
        0..=STRATA => (done, all),
        _ => (done * STRATA / all, STRATA),
    };
    const TEXTURES: [&str; 5] = ["f-brick", "f-dash", "f-dots", "f-diag", "f-vert"];
    let all = all.max(1);
    let gap = 2.0;
    let height = (76.0 - gap * (all as f64 - 1.0)) / all as f64;
    let strata = (0..all).flat_map(|n| {
        let y = 82.0 - height * (n as f64 + 1.0) - gap * n as f64;
        let rect = |class: String, fill: Option<String>, inset: f64| {
            html! {
                <rect x={(5.0 + inset).to_string()} y={format!("{:.1}", y + inset)} width={(30.0 - 2.0 * inset).to_string()}
                    height={format!("{:.1}", height - 2.0 * inset)} {class} {fill} />
            }
        };
        if n < done {
            let shade = 3 - (3 * n / all).min(2);
            let texture = TEXTURES.get(n % TEXTURES.len()).unwrap_or(&"f-dots");
            vec![rect(format!("f f{shade}"), None, 0.0), rect("tex".to_owned(), Some(format!("url(#{texture})")), 0.0)]
        } else if n == done && begun {
            vec![rect("now".to_owned(), None, 0.0)]
        } else {
            vec![rect("e".to_owned(), None, 0.5)]
        }
    });
    // The patterns are in the small stack, which every page of the course draws.
    html! { <svg class="core" viewBox="0 0 40 88" aria-hidden="true">{for strata}</svg> }
}
