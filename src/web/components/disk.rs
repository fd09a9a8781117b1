//! Disk use with and without sharing: two bars always, and the chart of the whole sitting in the drawer.

use super::{click, Handle};
use crate::engine::snapshot::Snapshot;
use crate::figure::measure::human_size;
use crate::strings::web as text;
use crate::web::detail::Detail;
use crate::web::state::{Action, State};
use yew::prelude::*;

crate::shows! {
    /// What the bars show.
    Props, |s| (s.lang(), sizes(s.shown.at(s.looking).0), s.shown.at(s.looking).0.containers.len(), is_chart(s))
}

fn is_chart(s: &State) -> bool {
    s.detail.as_ref().is_some_and(|d| **d == Detail::Chart)
}

/// Bytes without and with sharing.
fn sizes(now: &Snapshot) -> (u64, u64) {
    (now.disk_without_sharing(), now.disk_with_layers())
}

/// The bars; a click opens the chart.
#[component]
pub fn Disk(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let now = s.shown.at(s.looking).0;
    let (without, with) = sizes(now);
    let most = without.max(with).max(1) as f64;
    let containers = match now.containers.len() {
        1 if without == with => text::DISK_SAME.get(lang).to_owned(),
        1 => text::ONE_CONTAINER.get(lang).to_owned(),
        n => text::N_CONTAINERS.fill(lang, &[&n]),
    };
    let bar = |name: &'static str, class: &'static str, bytes: u64| {
        let width = format!("width:{:.1}%", bytes as f64 / most * 100.0);
        html! { <span class="b"><span>{name}</span><i class={class} style={width}></i><b>{human_size(bytes)}</b></span> }
    };
    html! {
        <button type="button" class="disk" aria-expanded={is_chart(s).to_string()} title={text::DISK_CHART.get(lang)} onclick={click(s, || Action::Chart)}>
            <span class="h">{text::DISK.get(lang)}<span>{containers}</span></span>
            {bar(text::WITHOUT.get(lang), "w", without)}
            {bar(text::WITH.get(lang), "d", with)}
        </button>
    }
}

/// The chart and its numbers.
pub fn chart(s: &Handle) -> Html {
    let lang = s.lang();
    let start = std::iter::once((text::START.get(lang).to_owned(), s.shown.first.clone()));
    let points = start.chain(s.shown.entries.iter().map(|e| (e.label.clone(), e.snapshot.clone())));
    let rows: Vec<(String, u64, u64)> =
        points.map(|(label, now)| (label, now.disk_without_sharing(), now.disk_with_layers())).collect();
    // Only where something changed: the rest says nothing.
    let mut last = None;
    let told = rows.iter().filter(|row| last.replace((row.1, row.2)) != Some((row.1, row.2)));
    let lines = told.map(|(label, without, with)| html! {
        <tr><th scope="row"><code translate="no" title={label.clone()}>{label.clone()}</code></th><td>{human_size(*without)}</td><td>{human_size(*with)}</td></tr>
    });
    html! {
        <>
            {super::drawer::head(s, html! { {text::DISK_TITLE.get(lang)} }, text::DISK_WHAT.get(lang))}
            <div class="chart">
                {picture(s)}
                <table>
                    <thead><tr><th scope="col">{text::AFTER.get(lang)}</th><th scope="col">{text::WITHOUT.get(lang)}</th><th scope="col">{text::WITH.get(lang)}</th></tr></thead>
                    <tbody>{for lines}</tbody>
                </table>
            </div>
        </>
    }
}

fn picture(_s: &Handle) -> Html {
    Html::default()
}
