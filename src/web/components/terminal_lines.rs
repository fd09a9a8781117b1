//! The terminal's lines as elements: one for each block, drawn again only when it changes or the cursor comes or goes.

use crate::strings::{web as text, Lang};
use crate::terminal::screen::{Color, Line, Style};
use crate::web::transcript::{Block, Kind, Transcript};
use std::rc::Rc;
use yew::prelude::*;

/// Properties.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What the terminal shows.
    pub transcript: Rc<Transcript>,
    /// Characters that fit; what is wider scrolls.
    pub cols: u16,
    /// The language of the notes between the lines.
    pub lang: Lang,
}

/// All lines.
#[component]
pub fn Lines(Props { transcript, cols, lang }: &Props) -> Html {
    let (caret_line, column, visible) = transcript.caret;
    if let Some(grid) = &transcript.grid {
        let rows = grid.iter().enumerate().map(|(n, line)| {
            let caret = (visible && n as u64 == caret_line).then_some(column);
            html! { <div class="ln">{spans(line, caret, &[])}</div> }
        });
        return html! { <div class="grid">{for rows}</div> };
    }
    let blocks = transcript.blocks.iter().map(|block| {
        let inside = (block.number..block.number + block.lines.len() as u64).contains(&caret_line);
        let caret = (visible && inside).then(|| ((caret_line - block.number) as usize, column));
        html! { <BlockView key={block.number} block={Same(block.clone())} {caret} cols={*cols} lang={*lang} /> }
    });
    html! { <>{for blocks}</> }
}

/// A shared value, equal to itself only.
#[derive(Clone)]
pub struct Same<T>(pub Rc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Same<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Properties.
#[derive(Clone, PartialEq, Properties)]
pub struct BlockProps {
    /// The block.
    pub block: Same<Block>,
    /// The cursor: line in the block, characters before it.
    pub caret: Option<(usize, usize)>,
    /// Characters that fit.
    pub cols: u16,
    /// The language of the notes.
    pub lang: Lang,
}

/// One block.
#[component]
fn BlockView(BlockProps { block, caret, cols, lang }: &BlockProps) -> Html {
    let block = &block.0;
    let caret_of = |n: usize| caret.filter(|(line, _)| *line == n).map(|(_, column)| column);
    match block.kind {
        Kind::Prompt(len, inside) => {
            let lines = block.lines.iter().enumerate().map(|(n, line)| {
                html! { <div class={classes!("ln", inside.then_some("in"))}>{spans(line, caret_of(n), &[(0, len, "p")])}</div> }
            });
            html! { <>{for lines}</> }
        }
        Kind::Text | Kind::Error => {
            let class = classes!("ln", (block.kind == Kind::Error).then_some("er"));
            let lines = block.lines.iter().enumerate().map(|(n, line)| {
                html! { <div class={class.clone()}>{spans(line, caret_of(n), &[])}</div> }
            });
            html! { <>{for lines}</> }
        }
        Kind::Table(head) => table(block, head, *caret, *cols, *lang),
    }
}

fn table(block: &Block, head: bool, caret: Option<(usize, usize)>, cols: u16, lang: Lang) -> Html {
    let widest = block.lines.iter().map(|line| line.text().trim_end().chars().count()).max().unwrap_or(0);
    let cut = widest > usize::from(cols);
    let last = block.lines.len().saturating_sub(1);
    let lines = block.lines.iter().enumerate().map(|(n, line)| {
        let caret = caret.filter(|(at, _)| *at == n).map(|(_, column)| column);
        let text = line.text();
        let marks = match (head, n) {
            (true, 0) => vec![(0, text.chars().count(), "hd")],
            (true, _) => own_size(&text).map(|(from, to)| (from, to, "mark")).into_iter().collect(),
            _ => Vec::new(),
        };
        html! { <>{spans(line, caret, &marks)}if n < last { {"\n"} }</> }
    });
    let reach = cut.then_some("0");
    let role = cut.then_some("group");
    let name = cut.then_some(text::OUTPUT.get(lang));
    html! {
        <>
            <div class={classes!("tw", cut.then_some("cut"))}><div class="ln tb" tabindex={reach} {role} aria-label={name}>{for lines}</div></div>
            if cut && head { {note(block, lang)} }
        </>
    }
}

/// Where a table is cut, its last column is told again.
fn note(block: &Block, lang: Lang) -> Html {
    let texts: Vec<String> = block.lines.iter().map(|line| line.text().trim_end().to_owned()).collect();
    let Some((head, rows)) = texts.split_first() else { return Html::default() };
    let start = head.rfind("  ").map_or(0, |at| at + 2);
    let column = head.get(..start).map_or(0, |before| before.chars().count());
    let name = head.get(start..).unwrap_or_default();
    let cells: Vec<String> = rows.iter().take(4).map(|row| row.chars().skip(column).collect::<String>()).collect();
    html! { <div class="note" lang={lang.code()}><span>{text::LAST_COLUMN.get(lang)}</span><b lang="en">{name.to_owned()}{" "}{cells.join(" · ")}</b></div> }
}

/// The container's own size in a row of `docker ps -s`: what the lessons are about.
fn own_size(row: &str) -> Option<(usize, usize)> {
    let end = row.find(" (virtual ")?;
    let start = row.get(..end)?.rfind(' ').map_or(0, |at| at + 1);
    let chars = |to: usize| row.get(..to).map_or(0, |text| text.chars().count());
    Some((chars(start), chars(end)))
}

type Mark = (usize, usize, &'static str);

/// A line's characters as spans: their own look, the marks over them, and the cursor.
fn spans(line: &Line, caret: Option<usize>, marks: &[Mark]) -> Html {
    let mut out: Vec<Html> = Vec::new();
    let mut at = 0;
    for run in &line.runs {
        let mut piece = String::new();
        let mut class: Option<(Option<&'static str>, bool)> = None;
        for c in run.text.chars() {
            let mark = marks.iter().find(|m| (m.0..m.1).contains(&at)).map(|m| m.2);
            let here = Some((mark, caret == Some(at)));
            if here != class {
                push(&mut out, std::mem::take(&mut piece), run.style, class);
                class = here;
            }
            piece.push(c);
            at += 1;
        }
        push(&mut out, piece, run.style, class);
    }
    if let Some(column) = caret.filter(|column| *column >= at) {
        let gap = " ".repeat(column - at);
        out.push(html! { {gap} });
        out.push(html! { <span class="caret end"></span> });
    }
    html! { <>{for out}</> }
}

fn push(out: &mut Vec<Html>, piece: String, style: Style, class: Option<(Option<&'static str>, bool)>) {
    let Some((mark, caret)) = class.filter(|_| !piece.is_empty()) else { return };
    if mark == Some("mark") {
        out.push(html! { <mark>{piece}</mark> });
        return;
    }
    let mut classes = look(style);
    classes.extend(mark);
    if caret {
        classes.push("caret");
    }
    let colours = rgb(style);
    match classes.is_empty() && colours.is_none() {
        true => out.push(html! { {piece} }),
        false => out.push(html! { <span class={classes.join(" ")} style={colours}>{piece}</span> }),
    }
}

const FOREGROUND: [&str; 16] =
    ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a10", "a11", "a12", "a13", "a14", "a15"];
const BACKGROUND: [&str; 8] = ["g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7"];

fn look(style: Style) -> Vec<&'static str> {
    let flags = [
        (style.bold, "tb-b"),
        (style.faint, "tb-f"),
        (style.italic, "tb-i"),
        (style.underline, "tb-u"),
        (style.strikethrough, "tb-s"),
        (style.inverse, "tb-v"),
    ];
    let mut out: Vec<&'static str> = flags.iter().filter(|(on, _)| *on).map(|(_, class)| *class).collect();
    if let Some(Color::Indexed(n)) = style.foreground {
        out.extend(FOREGROUND.get(usize::from(n)));
    }
    if let Some(Color::Indexed(n)) = style.background {
        out.extend(BACKGROUND.get(usize::from(n) % 8).filter(|_| n < 16));
    }
    out
}

/// Colours beyond the palette, as a style.
fn rgb(style: Style) -> Option<String> {
    let css = |property: &str, color: Option<Color>| {
        let (r, g, b) = match color? {
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(n) => cube(n)?,
        };
        Some(format!("{property}:rgb({r} {g} {b});"))
    };
    let both = [css("color", style.foreground), css("background", style.background)];
    let text: String = both.into_iter().flatten().collect();
    (!text.is_empty()).then_some(text)
}

/// xterm's 6 by 6 by 6 cube and its greys.
fn cube(n: u8) -> Option<(u8, u8, u8)> {
    let level = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
    match n {
        0..=15 => None,
        16..=231 => Some((level((n - 16) / 36), level((n - 16) / 6 % 6), level((n - 16) % 6))),
        232.. => Some((8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232))),
    }
}
