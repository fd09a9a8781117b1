//! Disk use with and without sharing: two bars always, and the chart of the whole sitting in the drawer.

use super::{at, click, Handle};
use crate::engine::snapshot::Snapshot;
use crate::figure::charts::{bars, disk, Colours, DiskPoint};
use crate::figure::measure::human_size;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::detail::Detail;
use crate::web::state::State;
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
    let bars = bars(s.shown.at(s.looking).0, lang);
    let bar = |name: &'static str, class: &'static str, bytes: &str, percent: u32| {
        let width = format!("width:{percent}%");
        html! { <span class="b"><span>{name}</span><i class={class} style={width}></i><b>{bytes.to_owned()}</b></span> }
    };
    html! {
        <button type="button" class="disk" aria-expanded={is_chart(s).to_string()} title={text::DISK_CHART.get(lang)} onclick={click(s, || Action::Chart)}>
            <span class="h">{text::DISK.get(lang)}<span>{bars.note}</span></span>
            {bar(text::WITHOUT.get(lang), "w", &bars.without, bars.percent.0)}
            {bar(text::WITH.get(lang), "d", &bars.with, bars.percent.1)}
        </button>
    }
}

crate::shows! {
    /// What the chart shows.
    ChartProps, |s| (s.lang(), at(&s.shown.entries))
}

/// The chart and its numbers.
pub fn chart(s: &Handle) -> Html {
    let lang = s.lang();
    html! {
        <>
            {super::drawer::head(s, html! { {text::DISK_TITLE.get(lang)} }, text::DISK_WHAT.get(lang))}
            <Chart s={s.clone()} />
        </>
    }
}

/// The whole sitting, command by command.
#[component]
fn Chart(ChartProps { s }: &ChartProps) -> Html {
    let lang = s.lang();
    let start = std::iter::once(DiskPoint::of(text::START.get(lang), &s.shown.first));
    let points: Vec<DiskPoint> =
        start.chain(s.shown.entries.iter().map(|e| DiskPoint::of(e.label.clone(), &e.snapshot))).collect();
    // Only where something changed: the rest says nothing.
    let mut last = None;
    let told = points.iter().filter(|p| last.replace((p.without, p.with)) != Some((p.without, p.with)));
    let lines = told.map(|point| {
        html! {
            <tr>
                <th scope="row"><code translate="no" title={point.label.clone()}>{point.label.clone()}</code></th>
                <td>{human_size(point.without)}</td><td>{human_size(point.with)}</td>
            </tr>
        }
    });
    let picture = disk(&points, (480, 300), Colours::Page, lang);
    html! {
        <div class="chart">
            {Html::from_html_unchecked(AttrValue::from(picture))}
            <table>
                <thead><tr>
                    <th scope="col">{text::AFTER.get(lang)}</th>
                    <th scope="col">{text::WITHOUT.get(lang)}</th>
                    <th scope="col">{text::WITH.get(lang)}</th>
                </tr></thead>
                <tbody>{for lines}</tbody>
            </table>
        </div>
    }
}
