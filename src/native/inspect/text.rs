//! What `capas inspect` prints for people, in 80 columns. Names come from foreign archives: what could command the
//! terminal is written as an escape. It must not know where an image comes from.

use crate::figure::human_size;
use crate::layerfs::path;
use crate::oci::analysis::{EntryAnalysis, HistoryStep, ImageAnalysis, LayerAnalysis, Mark, Waste};
use crate::strings::{figure as s, native as t, Lang};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

/// Columns.
const WIDTH: usize = 80;

/// Lines of a command, unless its layer is asked for by itself.
const LINES: usize = 3;

/// Most wasted paths that are listed.
const WORST: usize = 10;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const AMBER: &str = "33";
const RED: &str = "31";

/// What is wanted.
pub(super) struct Show {
    pub lang: Lang,
    /// Whether SGR sequences are.
    pub colour: bool,
    /// Whether all files are.
    pub files: bool,
    /// One layer only, from 1.
    pub layer: Option<usize>,
}

/// An image; ends with a line's end.
pub(super) fn report(image: &ImageAnalysis, show: &Show) -> String {
    let mut page = Page { out: String::new(), show };
    page.head(image);
    if image.history.is_empty() {
        image.layers.iter().for_each(|layer| page.layer(layer));
    } else {
        page.steps(image);
    }
    if show.layer.is_none() {
        page.waste(image);
    }
    page.line(&page.paint(DIM, t::LEGEND.get(show.lang)));
    page.out
}

struct Page<'a> {
    out: String,
    show: &'a Show,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn paint(&self, code: &str, text: &str) -> String {
        match self.show.colour && !text.is_empty() {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    fn mark(&self, mark: Mark, text: &str) -> String {
        let code = match mark {
            Mark::A => GREEN,
            Mark::C => AMBER,
            Mark::D => RED,
        };
        self.paint(code, text)
    }

    fn head(&mut self, image: &ImageAnalysis) {
        let lang = self.show.lang;
        if image.references.is_empty() {
            self.line(&self.paint(BOLD, t::NO_NAME.get(lang)));
        }
        for reference in &image.references {
            self.line(&self.paint(BOLD, reference));
        }
        self.line(&format!("  {}", image.id));
        let layers = count(lang, image.layers.len(), s::ONE_LAYER, s::LAYERS_N);
        let mut facts = vec![human_size(image.size), layers];
        facts.push(t::EFFICIENCY.fill(lang, &[&percent(lang, image.wasted, image.size)]));
        let system = [image.os.as_str(), image.architecture.as_str()].map(printable);
        facts.extend(Some(system.join("/")).filter(|system| system != "/"));
        self.line(&format!("  {}", facts.join(" · ")));
        self.out.push('\n');
    }

    /// The history, with the layers that its steps made, and the layers that it does not know of.
    fn steps(&mut self, image: &ImageAnalysis) {
        let mut known = 0;
        for step in &image.history {
            match step.layer.and_then(|n| image.layers.get(n - 1)) {
                Some(layer) => {
                    known = layer.layer;
                    self.layer(layer);
                }
                None => self.empty(step),
            }
        }
        image.layers.iter().skip(known).for_each(|layer| self.layer(layer));
    }

    fn empty(&mut self, step: &HistoryStep) {
        if self.show.layer.is_some() {
            return;
        }
        let aside = format!("({})", t::NO_LAYER.get(self.show.lang));
        self.command("  -  ", &format!("{} {aside}", command(&step.created_by)), DIM);
        self.out.push('\n');
    }

    fn layer(&mut self, layer: &LayerAnalysis) {
        let lang = self.show.lang;
        if self.show.layer.is_some_and(|wanted| wanted != layer.layer) {
            return;
        }
        let made = command(&layer.created_by);
        let made = if made.is_empty() { t::UNKNOWN_STEP.get(lang) } else { &made };
        self.command(&format!("{:>3}  ", layer.layer), made, BOLD);
        let counted = [(Mark::A, layer.added), (Mark::C, layer.changed), (Mark::D, layer.deleted)];
        let marks = counted.map(|(mark, n)| match n {
            0 => self.paint(DIM, &format!("{mark:?} 0")),
            n => self.mark(mark, &format!("{mark:?} {n}")),
        });
        let files = count(lang, layer.files, t::ONE_FILE, t::FILES_N);
        let mut facts = format!("     {} · {files} · {}", human_size(layer.size), marks.join(" "));
        if layer.wasted > 0 {
            let hidden = t::LATER_HIDDEN.fill(lang, &[&human_size(layer.wasted)]);
            let _ = write!(facts, " · {}", self.paint(RED, &hidden));
        }
        self.line(&facts);
        let check = self.paint(GREEN, "✓");
        self.line(&format!("     DiffID  {} {check}", layer.diff_id.hex()));
        self.line(&format!("     ChainID {}", self.paint(DIM, &layer.chain_id.short())));
        if self.show.files {
            let owners = layer.entries.iter().map(|e| owner(e).len()).max().unwrap_or(0);
            layer.entries.iter().for_each(|entry| self.entry(entry, owners));
        }
        self.out.push('\n');
    }

    /// A command after a layer's number, broken at blanks.
    fn command(&mut self, number: &str, text: &str, code: &str) {
        let lines = wrap(text, WIDTH - number.len() - 2);
        let most = if self.show.layer.is_some() { usize::MAX } else { LINES };
        for (i, line) in lines.iter().enumerate().take(most) {
            let more = if i + 1 == most && lines.len() > most { " …" } else { "" };
            let before = if i == 0 { self.paint(BOLD, number) } else { " ".repeat(number.len()) };
            self.line(&format!("{before}{}{more}", self.paint(code, line)));
        }
    }

    fn entry(&mut self, entry: &EntryAnalysis, owners: usize) {
        let lang = self.show.lang;
        let size = if entry.is_dir() || entry.mark == Mark::D { String::new() } else { human_size(entry.size) };
        let mut line = format!("     {} ", self.mark(entry.mark, &format!("{:?}", entry.mark)));
        let _ = write!(line, "{:<10} {:>owners$} {size:>7} ", entry.mode, owner(entry));
        let name = printable(entry.path.trim_start_matches('/')) + if entry.is_dir() { "/" } else { "" };
        line.push_str(&if entry.mark == Mark::A { name } else { self.mark(entry.mark, &name) });
        if let Some(target) = &entry.target {
            let _ = write!(line, " -> {}", printable(target));
        }
        let mut notes = Vec::new();
        if entry.opaque {
            notes.push(t::OPAQUE.get(lang).to_owned());
        }
        if entry.hides > 1 || (entry.hides == 1 && entry.is_dir()) {
            notes.push(count(lang, entry.hides, t::HIDES_ONE, t::HIDES_N));
        }
        if let Some(under) = entry.covers.filter(|_| !entry.is_dir()) {
            notes.push(t::OVER.fill(lang, &[&under]));
        }
        if let Some(by) = entry.hidden_by {
            notes.push(t::HIDDEN_BY.fill(lang, &[&by]));
        }
        if !notes.is_empty() {
            let notes = self.paint(DIM, &format!("({})", notes.join(", ")));
            let _ = write!(line, "  {notes}");
        }
        self.line(&line);
    }

    fn waste(&mut self, image: &ImageAnalysis) {
        let lang = self.show.lang;
        if image.wasted == 0 {
            self.line(t::NOTHING_WASTED.get(lang));
            return;
        }
        let sum = t::WASTED.fill(lang, &[&human_size(image.wasted), &human_size(image.size)]);
        self.line(&format!("{} ({})", self.paint(BOLD, &sum), t::WASTED_MEANS.get(lang)));
        let [size, files, layers, path] =
            [t::HEAD_SIZE, t::HEAD_FILES, t::HEAD_LAYERS, t::HEAD_PATH].map(|h| h.get(lang));
        let worst = image.waste.get(..WORST.min(image.waste.len())).unwrap_or_default();
        let width = worst.iter().map(|w| way(w).chars().count()).max().unwrap_or(0).max(layers.len());
        self.line(&self.paint(DIM, &format!("{size:>9} {files:>8}  {layers:<width$}  {path}")));
        for waste in worst {
            let (size, files, way) = (human_size(waste.bytes), waste.files, way(waste));
            self.line(&format!("{size:>9} {files:>8}  {way:<width$}  {}", printable(&waste.path)));
        }
        let rest = image.waste.get(worst.len()..).unwrap_or_default();
        if !rest.is_empty() {
            let bytes = human_size(rest.iter().map(|w| w.bytes).sum());
            self.line(&format!("{:>9} {}", "", t::AND_MORE.fill(lang, &[&rest.len(), &bytes])));
        }
    }
}

/// `1,2 → D3`.
fn way(waste: &Waste) -> String {
    let list = |layers: &[usize]| layers.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let letter = if waste.deleted { 'D' } else { 'C' };
    format!("{} → {letter}{}", list(&waste.layers), list(&waste.hidden_by))
}

fn owner(entry: &EntryAnalysis) -> String {
    if entry.mark == Mark::D {
        return String::new();
    }
    format!("{}:{}", entry.uid, entry.gid)
}

fn count(lang: Lang, n: usize, one: crate::strings::Text, many: crate::strings::Text) -> String {
    match n {
        1 => one.get(lang).to_owned(),
        n => many.fill(lang, &[&n]),
    }
}

/// What is not wasted, in percent, rounded down: 100 means that nothing is.
fn percent(lang: Lang, wasted: u64, size: u64) -> String {
    let permille = match size {
        0 => 1000,
        size => u128::from(size.saturating_sub(wasted)) * 1000 / u128::from(size),
    };
    let point = if lang == Lang::Es { ',' } else { '.' };
    let space = if lang == Lang::Es { " " } else { "" };
    match permille {
        1000 => format!("100{space}%"),
        permille => format!("{}{point}{}{space}%", permille / 10, permille % 10),
    }
}

/// A command on one line.
fn command(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A foreign text with its control characters, and the bytes that are no UTF-8, as `\x1b`.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let mut buffer = [0; 4];
        let piece: &str = c.encode_utf8(&mut buffer);
        if c.is_control() || path::raw_len(piece) != piece.len() as u64 || is_bidi(c) {
            path::to_bytes(piece).iter().for_each(|b| _ = write!(out, "\\x{b:02x}"));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that turn the order of others around.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines of at most `width` columns, broken at blanks, and within words that are longer.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in text.split(' ') {
        let length: usize = word.chars().filter_map(UnicodeWidthChar::width).sum();
        if column > 0 && column + 1 + length > width && length <= width {
            lines.push(String::new());
            column = 0;
        }
        let blank = (column > 0).then_some(' ');
        for c in blank.into_iter().chain(word.chars()) {
            let wide = c.width().unwrap_or(0);
            if column + wide > width {
                lines.push(String::new());
                column = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            column += wide;
        }
    }
    lines
}
