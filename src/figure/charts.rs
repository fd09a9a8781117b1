//! Disk use with and without sharing: over the commands of a session as a chart (plotters), and now as two bars. It
//! must not know where a point comes from.

use super::measure::human_size;
use super::style::{Theme, TOKENS};
use super::svg::escape;
use crate::engine::snapshot::Snapshot;
use crate::strings::{figure as s, Lang};
use plotters::prelude::*;

/// Disk use after one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPoint {
    /// The command.
    pub label: String,
    /// Bytes if nothing was shared ([`Snapshot::disk_without_sharing`]).
    pub without: u64,
    /// Bytes on disk ([`Snapshot::disk_with_layers`]).
    pub with: u64,
}

impl DiskPoint {
    /// The disk use of a snapshot, after this command.
    pub fn of(label: impl Into<String>, snapshot: &Snapshot) -> DiskPoint {
        DiskPoint { label: label.into(), without: snapshot.disk_without_sharing(), with: snapshot.disk_with_layers() }
    }
}

/// The two bars of the "Disk" widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// Beside the title: how many containers, and whether both are equal.
    pub note: String,
    /// Bytes as shown.
    pub without: String,
    /// Bytes as shown.
    pub with: String,
    /// The bars' lengths, per cent of the longer one.
    pub percent: (u32, u32),
}

/// The widget's bars.
pub fn bars(snapshot: &Snapshot, lang: Lang) -> Bars {
    let (without, with) = (snapshot.disk_without_sharing(), snapshot.disk_with_layers());
    let most = u128::from(without.max(with).max(1));
    let percent = |n: u64| (u128::from(n) * 100).div_ceil(most) as u32;
    let containers = super::layout::words::containers(lang, snapshot.containers.len());
    let (shown, shown_with) = (human_size(without), human_size(with));
    let note = match (snapshot.containers.len(), shown == shown_with && without > 0) {
        (0, _) => String::new(),
        (_, true) => s::DISK_SAME.fill(lang, &[&containers]),
        _ => containers,
    };
    Bars { note, without: shown, with: shown_with, percent: (percent(without), percent(with)) }
}

/// Where a chart's colours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// The page's custom properties.
    Page,
    /// Filled in.
    Fixed(Theme),
}

/// The chart as SVG: one step a command, hatched line without sharing, filled area with layers. Empty without points.
pub fn disk(points: &[DiskPoint], (width, height): (u32, u32), colours: Colours, lang: Lang) -> String {
    let Some(last) = points.last() else { return String::new() };
    let mut out = String::new();
    if draw(points, (width, height), lang, &mut out).is_none() {
        return String::new();
    }
    for (name, light, dark) in TOKENS.iter().filter(|t| t.1.starts_with('#')) {
        // plotters writes the colours as we gave them, in capitals.
        let value = match colours {
            Colours::Page => format!("var(--{name})"),
            Colours::Fixed(Theme::Light) => continue,
            Colours::Fixed(Theme::Dark) => dark.to_string(),
        };
        if USED.contains(name) {
            out = out.replace(&format!("\"{light}\""), &format!("\"{value}\""));
        }
    }
    let label = s::CHART_LABEL.fill(lang, &[&points.len(), &human_size(last.without), &human_size(last.with)]);
    let root = format!("<svg class=\"chart\" role=\"img\" aria-label=\"{}\" ", escape(&label));
    out.replacen("<svg ", &root, 1).replace("font-family=\"sans-serif\"", "font-family=\"inherit\"")
}

/// The tokens that the chart uses; no two of them are alike in light.
const USED: [&str; 5] = ["edge", "line", "ink-2", "ro-2", "ink"];

fn colour(name: &str) -> RGBColor {
    let hex = super::style::token(Theme::Light, name);
    let part = |i: usize| hex.get(i..i + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
    RGBColor(part(1), part(3), part(5))
}

fn draw(points: &[DiskPoint], size: (u32, u32), lang: Lang, out: &mut String) -> Option<()> {
    let root = SVGBackend::with_string(out, size).into_drawing_area();
    let steps = points.len() as f64;
    let most = points.iter().map(|p| p.without.max(p.with)).max().unwrap_or(0).max(1) as f64;
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .margin_right(16)
        .x_label_area_size(24)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..steps, 0.0..most * 1.12)
        .ok()?;
    let text = ("sans-serif", 12).into_font().color(&colour("ink-2"));
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(colour("line"))
        .axis_style(colour("edge"))
        .label_style(text)
        .y_labels(6)
        .x_labels(points.len().min(12) + 1)
        .y_label_formatter(&|v: &f64| human_size(v.round().max(0.0) as u64))
        .x_label_formatter(&|v: &f64| if v.fract() == 0.0 { format!("{v}") } else { String::new() })
        .draw()
        .ok()?;
    let stepped = |of: fn(&DiskPoint) -> u64| {
        let points = points.iter().enumerate();
        points.flat_map(move |(i, p)| [(i as f64, of(p) as f64), (i as f64 + 1.0, of(p) as f64)]).collect::<Vec<_>>()
    };
    let (with, without) = (stepped(|p| p.with), stepped(|p| p.without));
    let slate = colour("ro-2");
    chart.draw_series(AreaSeries::new(with, 0.0, slate.filled()).border_style(slate.stroke_width(2))).ok()?;
    let ink = colour("ink").stroke_width(2);
    chart.draw_series(DashedLineSeries::new(without, 6, 4, ink)).ok()?;
    legend(&root, lang).ok()?;
    root.present().ok()
}

/// The two marks with their names, in the upper left corner of the plot.
fn legend<'a, B: DrawingBackend + 'a>(
    root: &DrawingArea<B, plotters::coord::Shift>,
    lang: Lang,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let text = ("sans-serif", 12).into_font().color(&colour("ink-2"));
    let (x, y) = (80, 10);
    for x in [x, x + 10, x + 20] {
        root.draw(&PathElement::new([(x, y + 6), (x + 6, y + 6)], colour("ink").stroke_width(2)))?;
    }
    root.draw(&Text::new(s::WITHOUT.get(lang), (x + 30, y), text.clone()))?;
    root.draw(&Rectangle::new([(x + 140, y), (x + 164, y + 12)], colour("ro-2").filled()))?;
    root.draw(&Text::new(s::WITH.get(lang), (x + 170, y), text))
}

/// The chart in words: a header and a row a command, for a table.
pub fn table(points: &[DiskPoint], lang: Lang) -> Vec<[String; 3]> {
    let head = [s::COMMAND, s::WITHOUT, s::WITH].map(|t| t.get(lang).to_string());
    let row = |p: &DiskPoint| [p.label.clone(), human_size(p.without), human_size(p.with)];
    std::iter::once(head).chain(points.iter().map(row)).collect()
}
