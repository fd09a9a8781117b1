//! The figures in a terminal: the layer stack in box characters, and the sharing as a tree; with colours or without. It
//! must not know the terminal: lines and SGR sequences come out.

use super::layout::change::differing;
use super::layout::words::{self, short};
use super::layout::{auto_focus, columns, forest, Family, Row, Run, Subject};
use super::measure::human_size;
use crate::engine::snapshot::{ChangeKind, ContainerView, Snapshot};
use crate::sorted::VecSet;
use crate::strings::{figure as s, Lang};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The language of captions.
    pub lang: Lang,
    /// Whether SGR sequences are wanted.
    pub colour: bool,
    /// Columns, at least 40.
    pub width: usize,
    /// Most slabs drawn; the middle of a higher stack is grouped.
    pub layers: usize,
}

impl Default for Style {
    fn default() -> Self {
        Style { lang: Lang::Es, colour: false, width: 80, layers: 12 }
    }
}

const SLATE: &str = "38;5;73";
const AMBER: &str = "38;5;214";
const BRICK: &str = "38;5;203";
const DIM: &str = "2";

/// One container on its image, lines joined by `\n`. `prev` marks what is new with `+` before it.
pub fn stack(now: &Snapshot, focus: Option<&str>, prev: Option<&Snapshot>, style: Style) -> String {
    let id = auto_focus(now, prev, focus);
    let Some(subject) = id.as_deref().and_then(|id| Subject::find(now, id)) else {
        return format!("{}\n{}\n", s::EMPTY.get(style.lang), s::EMPTY_DO.get(style.lang));
    };
    let mut pen = Pen { out: String::new(), style, w: style.width.max(40) - 5 };
    let refused = now.refusal.as_ref().filter(|r| *r.image == *subject.image_id);
    let had_container = |c: &ContainerView| prev.is_none_or(|p| p.containers.iter().any(|o| o.id == c.id));
    if let Some(c) = subject.container {
        let name = pen.paint(AMBER, &cut(&c.name, 40));
        pen.line(' ', &format!("  {name}  {}  {}", short(&c.id), words::status(c)));
        pen.rule('┌', '╌', '┐', AMBER);
        let mark = if had_container(c) { ' ' } else { '+' };
        pen.row(mark, '╎', AMBER, &changes(c, pen.w - 4), &human_size(c.size_rw));
        pen.rule('└', '╌', '┘', AMBER);
        let arrows = "      ↕".repeat(4);
        pen.line(' ', &pen.paint(DIM, &arrows));
    }
    slabs(&mut pen, now, prev, &subject);
    let size = human_size(subject.size);
    let name = format!("{}  {}", cut(subject.name, 40), short(subject.image_id));
    pen.row(' ', ' ', DIM, &name, &size);
    if let Some(refusal) = refused {
        let holder = now.container(&refusal.container).map_or(short(&refusal.container), |c| &c.name);
        let text = s::IN_USE.fill(style.lang, &[&holder]);
        pen.line('!', &pen.paint(BRICK, &format!("  {text}")));
    }
    pen.out
}

fn slabs(pen: &mut Pen, now: &Snapshot, prev: Option<&Snapshot>, subject: &Subject<'_>) {
    let n = subject.layers.len();
    let had: Option<VecSet<&str>> = prev.map(|p| p.layers.iter().map(|l| &*l.chain_id).collect());
    let most = pen.style.layers.max(3);
    let hidden = if n > most { 1..n - (most - 2) } else { 0..0 };
    pen.rule('┌', '─', '┐', SLATE);
    for i in (0..n).rev() {
        if hidden.contains(&i) {
            if i == hidden.start {
                let layers = subject.layers.get(hidden.clone()).unwrap_or_default();
                let size: u64 = layers.iter().filter_map(|l| now.layer(l)).map(|l| l.size).sum();
                let text = s::MORE_LAYERS.fill(pen.style.lang, &[&hidden.len(), &human_size(size)]);
                pen.row(' ', '┊', SLATE, &text, "");
                pen.rule('├', '─', '┤', SLATE);
            }
            continue;
        }
        let chain = subject.layers.get(i).map_or("", |l| l);
        let layer = now.layer(chain);
        let mark = if had.as_ref().is_some_and(|h| !h.contains(chain)) { '+' } else { ' ' };
        let digest = short(layer.map_or(chain, |l| &l.diff_id));
        let by = layer.map(|l| words::made_by(&l.created_by)).unwrap_or_default();
        let size = layer.map_or("?".to_string(), |l| human_size(l.size));
        pen.row(mark, '│', SLATE, &format!("{digest}  {by}"), &size);
        if i > 0 {
            pen.rule('├', '─', '┤', SLATE);
        }
    }
    pen.rule('└', '─', '┘', SLATE);
}

/// The newest changes that fit, the newest last.
fn changes(c: &ContainerView, room: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut used = human_size(c.size_rw).len() + 8;
    for change in c.changes.iter().rev() {
        let letter = match change.kind {
            ChangeKind::A => 'A',
            ChangeKind::C => 'C',
            ChangeKind::D => 'D',
        };
        let size = match change.is_dir || change.kind == ChangeKind::D {
            true => String::new(),
            false => format!(" {}", human_size(change.size)),
        };
        let text = format!("{letter} {}{size}", cut(words::path(change), 30));
        used += text.width() + 2;
        if used > room {
            break;
        }
        parts.push(text);
    }
    let hidden = c.changes.len() - parts.len();
    if hidden > 0 {
        parts.push(format!("+{hidden}"));
    }
    parts.reverse();
    parts.join("  ")
}

/// All images and containers as a tree from the base up; each layer stands once, however many images are on it.
pub fn tree(now: &Snapshot, prev: Option<&Snapshot>, style: Style) -> String {
    let mut pen = Pen { out: String::new(), style, w: style.width.max(40) - 3 };
    let (columns, families) = forest(columns(now));
    let had: Option<VecSet<&str>> = prev.map(|p| p.layers.iter().map(|l| &*l.chain_id).collect());
    let fresh: VecSet<&str> = match prev {
        Some(p) => {
            let (fresh, old) = differing(&now.containers, &p.containers);
            let old: VecSet<&str> = old.iter().map(|c| &*c.id).collect();
            fresh.iter().map(|c| &*c.id).filter(|id| !old.contains(id)).collect()
        }
        None => VecSet::new(),
    };
    let mut walk = Walk { pen: &mut pen, now, had, columns: &columns, fresh };
    for family in &families {
        walk.family(family);
    }
    let (without, with) = (human_size(now.disk_without_sharing()), human_size(now.disk_with_layers()));
    pen.line(' ', &s::TEXT_DISK.fill(style.lang, &[&without, &with]));
    pen.out
}

struct Walk<'p, 'a> {
    pen: &'p mut Pen,
    now: &'a Snapshot,
    had: Option<VecSet<&'a str>>,
    columns: &'p [super::layout::Column<'a>],
    fresh: VecSet<&'a str>,
}

impl<'a> Walk<'_, 'a> {
    fn family(&mut self, family: &Family<'a>) {
        match &family.run {
            Some(run) => self.run(run, ""),
            None => self.ends(family.columns.clone(), ""),
        }
    }

    fn run(&mut self, run: &Run<'a>, indent: &str) {
        for row in run.rows() {
            let Row::Layer(i) = row else { continue };
            let chain = run.layers.get(i).copied().unwrap_or_default();
            let layer = self.now.layer(chain);
            let mark = if self.had.as_ref().is_some_and(|h| !h.contains(chain)) { '+' } else { ' ' };
            let by = layer.map(|l| words::made_by(&l.created_by)).unwrap_or_default();
            let digest = short(layer.map_or(chain, |l| &l.diff_id));
            let size = layer.map_or("?".to_string(), |l| human_size(l.size));
            let images = layer.map_or(0, |l| l.images.len());
            let shared = match images {
                0 | 1 => String::new(),
                n => format!("  [{}]", s::SHARED.fill(self.pen.style.lang, &[&n])),
            };
            let bar = self.pen.paint(SLATE, "▇");
            let room = self.pen.w.saturating_sub(indent.width() + shared.width() + size.width() + 22);
            let text = format!("{indent}{bar} {digest}  {size}  {}{shared}", cut(&by, room));
            self.pen.line(mark, &text);
        }
        let below: usize = run.children.iter().map(|c| c.columns.len()).sum();
        let deeper = format!("{indent}  ");
        self.ends(run.columns.start..run.columns.end - below, &deeper);
        for child in &run.children {
            self.run(child, &deeper);
        }
    }

    /// The images that end here, with their containers.
    fn ends(&mut self, columns: std::ops::Range<usize>, indent: &str) {
        for column in columns.filter_map(|i| self.columns.get(i)) {
            let gone = if column.image.is_none() { s::GONE.get(self.pen.style.lang) } else { "" };
            let line = format!("{indent}└ {}  {}  {gone}", cut(column.name, 40), human_size(column.size));
            self.pen.line(' ', line.trim_end());
            let shown = column.containers.len().min(8);
            for c in column.containers.iter().rev().take(shown).rev() {
                let mark = if self.fresh.contains(&*c.id) { '+' } else { ' ' };
                let bar = self.pen.paint(AMBER, "░");
                let text =
                    format!("{indent}    {bar} {}  {}  {}", cut(&c.name, 30), human_size(c.size_rw), words::status(c));
                self.pen.line(mark, &text);
            }
            if column.containers.len() > shown {
                let text = s::MORE_CONTAINERS.fill(self.pen.style.lang, &[&(column.containers.len() - shown)]);
                self.pen.line(' ', &format!("{indent}    {text}"));
            }
        }
    }
}

/// What is drawn so far.
struct Pen {
    out: String,
    style: Style,
    /// Columns between the two edges of a box, with them.
    w: usize,
}

impl Pen {
    fn paint(&self, code: &str, text: &str) -> String {
        match self.style.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }

    /// A line with its mark in the margin.
    fn line(&mut self, mark: char, text: &str) {
        let line = format!("{mark} {text}");
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn rule(&mut self, l: char, middle: char, r: char, code: &str) {
        let text = format!("{l}{}{r}", middle.to_string().repeat(self.w - 2));
        let text = self.paint(code, &text);
        self.line(' ', &text);
    }

    /// A row between two edges: text at the left, cut to fit, and a size at the right.
    fn row(&mut self, mark: char, edge: char, code: &str, text: &str, right: &str) {
        let room = self.w.saturating_sub(4 + right.width() + if right.is_empty() { 0 } else { 2 });
        let text = cut(text, room);
        let gap = self.w.saturating_sub(4 + text.width() + right.width());
        let edge = self.paint(code, &edge.to_string());
        self.line(mark, &format!("{edge} {text}{}{right} {edge}", " ".repeat(gap)));
    }
}

/// The text, cut with `…` to so many columns; control characters, which would move the cursor, become `?`.
fn cut(text: &str, room: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.width() <= room {
        return text;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}
