//! The screen: a virtual terminal (`avt`) fed with what programs write, seen as logical lines (rows that were wrapped are
//! joined again), each made of runs of one style. A full-screen program gets the grid as it is. It knows nothing of
//! who writes, and nothing of HTML.

use super::tty::Size;
use avt::observer::{Observation, Observer};
use avt::parser::{EdScope, Function};
use avt::{Operation, ScreenKind, Terminal};

/// Rows kept above the visible ones.
pub const SCROLLBACK: usize = 5_000;

/// A colour as the program asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// One of the palette: 0 to 7 plain, 8 to 15 bright, 16 to 255 xterm's cube and greys.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How characters look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Of the characters; `None` is the terminal's own.
    pub foreground: Option<Color>,
    /// Behind them; `None` is the terminal's own.
    pub background: Option<Color>,
    /// Heavier.
    pub bold: bool,
    /// Fainter.
    pub faint: bool,
    /// Slanted.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Struck through.
    pub strikethrough: bool,
    /// Blinking.
    pub blink: bool,
    /// Foreground and background change places.
    pub inverse: bool,
}

/// Neighbouring characters of one style.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The characters; no control characters, no newline.
    pub text: String,
    /// Their look.
    pub style: Style,
}

/// One logical line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// Which line this is since the terminal began: it stays the same while lines above fall out of the scrollback.
    pub number: u64,
    /// Its runs, from left to right; none where it is empty. Blanks at the end are cut.
    pub runs: Vec<Run>,
}

impl Line {
    /// Its characters without their look.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    fn push(&mut self, ch: char, style: Style) {
        match self.runs.last_mut() {
            Some(run) if run.style == style => run.text.push(ch),
            _ => self.runs.push(Run { text: ch.to_string(), style }),
        }
    }
}

/// Where the cursor stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// The logical line, as an index into `Screen::lines`.
    pub line: usize,
    /// Characters of that line before it.
    pub column: usize,
    /// Programs can hide it.
    pub visible: bool,
}

/// The screen of one terminal.
pub struct Screen {
    terminal: Terminal,
    /// The beginning of a character whose other bytes are still to come.
    partial: Vec<u8>,
    numbers: Numbers,
    changed_from: Option<u64>,
}

/// Keeps count of logical lines while the terminal works.
#[derive(Clone, Copy, Default)]
struct Numbers {
    /// Lines that fell out of the scrollback: the number of the first one that is kept.
    evicted: u64,
    /// Lines before this one were cleared away together with the scrollback (`clear`, `reset`).
    cleared: u64,
}

impl Observer for Numbers {
    type Output = ();

    fn before(&mut self, context: &mut Observation<'_>, operation: &Operation) {
        match operation {
            // The emulator keeps its scrollback; that it is not to be seen any more is kept here.
            Operation::Function(Function::Ed(EdScope::SavedLines)) => {
                self.cleared = self.evicted + lines_above(context.terminal());
            }
            Operation::Function(Function::Ris) => {
                let rows = context.terminal().primary_screen().all_lines();
                self.evicted += rows.filter(|row| !row.is_wrapped()).count() as u64 + 1;
                self.cleared = self.evicted;
            }
            _ => {}
        }
    }

    fn evicted(&mut self, _: &mut Observation<'_>, line: &avt::Line) {
        self.evicted += u64::from(!line.is_wrapped());
    }

    fn end(&mut self, _: &mut Observation<'_>) {}
}

/// Rows above the visible ones.
fn rows_above(terminal: &Terminal) -> usize {
    let screen = terminal.primary_screen();
    screen.all_lines().count() - screen.visible_lines().len()
}

/// Logical lines that end above the visible rows.
fn lines_above(terminal: &Terminal) -> u64 {
    let above = terminal.primary_screen().all_lines().take(rows_above(terminal));
    above.filter(|row| !row.is_wrapped()).count() as u64
}

impl Screen {
    /// An empty one. A size of nothing is taken as one row or column.
    pub fn new(size: Size) -> Screen {
        let (cols, rows) = (usize::from(size.cols.max(1)), usize::from(size.rows.max(1)));
        // Only a size of zero can fail, which was ruled out; the second value is never used.
        let terminal = Terminal::with_scrollback(cols, rows, Some(SCROLLBACK))
            .or_else(|_| Terminal::with_scrollback(80, 24, Some(SCROLLBACK)));
        let Ok(terminal) = terminal else { unreachable!("80 columns and 24 rows are a size") };
        Screen { terminal, partial: Vec::new(), numbers: Numbers::default(), changed_from: Some(0) }
    }

    /// Takes what a program wrote: UTF-8 with control sequences, in pieces of any size. Bytes that are no UTF-8 show as
    /// the replacement character.
    pub fn feed(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.note_change();
        let joined;
        let mut rest = if self.partial.is_empty() {
            bytes
        } else {
            self.partial.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.partial);
            joined.as_slice()
        };
        while !rest.is_empty() {
            let (valid, after) = match std::str::from_utf8(rest) {
                Ok(text) => (text, &[][..]),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    let valid = std::str::from_utf8(valid).unwrap_or_default();
                    self.terminal.feed_with(valid, &mut self.numbers);
                    let Some(bad) = error.error_len() else {
                        self.partial = after.to_vec();
                        break;
                    };
                    ("\u{fffd}", after.split_at(bad).1)
                }
            };
            self.terminal.feed_with(valid, &mut self.numbers);
            rest = after;
        }
    }

    /// Changes the size; lines are wrapped anew.
    pub fn resize(&mut self, size: Size) {
        self.terminal.resize_with(usize::from(size.cols.max(1)), usize::from(size.rows.max(1)), &mut self.numbers);
        self.changed_from = Some(0);
    }

    /// The size.
    pub fn size(&self) -> Size {
        let (cols, rows) = self.terminal.size();
        Size { rows: rows as u16, cols: cols as u16 }
    }

    /// Whether a full-screen program is at work, on the alternate screen. Then `grid` is what to show.
    pub fn is_alternate(&self) -> bool {
        self.terminal.active_screen_kind() == ScreenKind::Alternate
    }

    /// Whether the arrow keys are to send `ESC O A` instead of `ESC [ A`.
    pub fn application_cursor_keys(&self) -> bool {
        self.terminal.cursor_key_app_mode()
    }

    /// The logical lines of the primary screen, scrollback first, without the blank rows below the last text and the
    /// cursor.
    pub fn lines(&self) -> Vec<Line> {
        self.lines_from(0)
    }

    /// The same, but only the lines with that number and later ones.
    pub fn lines_from(&self, number: u64) -> Vec<Line> {
        let mut lines = self.logical_rows();
        let cursor_row = self.primary_cursor_row();
        let number = number.max(self.numbers.cleared);
        let mut out: Vec<Line> = Vec::new();
        let mut blank_from = None;
        for rows in &mut lines {
            let holds_cursor = cursor_row.is_some_and(|row| rows.contains(row));
            if rows.number < number {
                continue;
            }
            let line = self.build_line(rows, if holds_cursor { self.terminal.cursor().col } else { 0 }, cursor_row);
            if line.runs.is_empty() && !holds_cursor {
                blank_from.get_or_insert(out.len());
            } else {
                blank_from = None;
            }
            out.push(line);
        }
        if let Some(blank_from) = blank_from {
            out.truncate(blank_from);
        }
        out
    }

    /// The visible rows as a grid, each as a line; what a full-screen program draws.
    pub fn grid(&self) -> Vec<Line> {
        let rows = self.terminal.screen().visible_lines();
        rows.enumerate().map(|(at, row)| styled(at as u64, row.cells().iter(), 0)).collect()
    }

    /// The cursor among the logical lines, or, on the alternate screen, in the grid.
    pub fn cursor(&self) -> Cursor {
        let cursor = self.terminal.cursor();
        let screen = self.terminal.screen();
        let before = |row: &avt::Line, cells: usize| row.cells().iter().take(cells).filter(|c| c.width() > 0).count();
        if self.is_alternate() {
            let column = screen.line(cursor.row).map_or(0, |row| before(row, cursor.col));
            return Cursor { line: cursor.row, column, visible: cursor.visible };
        }
        let cursor_row = rows_above(&self.terminal) + cursor.row;
        let (mut line, mut column) = (self.numbers.evicted, 0);
        for (at, row) in screen.all_lines().enumerate() {
            if at == cursor_row {
                column += before(row, cursor.col);
                break;
            }
            if row.is_wrapped() {
                column += before(row, usize::MAX);
            } else {
                (line, column) = (line + 1, 0);
            }
        }
        let line = line.saturating_sub(self.first_number()) as usize;
        Cursor { line, column, visible: cursor.visible }
    }

    /// The number of the first line that is kept and was not cleared away: that of the first one of `lines`.
    pub fn first_number(&self) -> u64 {
        self.numbers.evicted.max(self.numbers.cleared)
    }

    /// The number of the line at the top of the visible rows. What shows the lines scrolls down to here, so that after
    /// `clear` the prompt is at the top though there are older lines above.
    pub fn first_visible(&self) -> u64 {
        self.numbers.evicted + lines_above(&self.terminal)
    }

    /// The number of the first line that may have changed since this was last asked; `None` where none has.
    pub fn take_changed(&mut self) -> Option<u64> {
        self.changed_from.take()
    }

    /// All logical lines as text, each ended by a newline.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for line in self.lines() {
            out.push_str(line.text().trim_end());
            out.push('\n');
        }
        out
    }

    /// Only the visible rows can change; the logical line that the first of them belongs to is the first to be drawn
    /// again.
    fn note_change(&mut self) {
        let first = self.first_visible();
        self.changed_from = Some(self.changed_from.map_or(first, |from| from.min(first)));
    }

    fn primary_cursor_row(&self) -> Option<usize> {
        if self.is_alternate() {
            return None;
        }
        Some(rows_above(&self.terminal) + self.terminal.cursor().row)
    }

    fn logical_rows(&self) -> Vec<Rows<'_>> {
        let mut out: Vec<Rows<'_>> = Vec::new();
        let mut open = false;
        for (at, row) in self.terminal.primary_screen().all_lines().enumerate() {
            match out.last_mut() {
                Some(last) if open => last.rows.push(row),
                _ => out.push(Rows { number: self.numbers.evicted + out.len() as u64, first: at, rows: vec![row] }),
            }
            open = row.is_wrapped();
        }
        out
    }

    fn build_line(&self, rows: &Rows<'_>, cursor_col: usize, cursor_row: Option<usize>) -> Line {
        let keep = match cursor_row {
            Some(row) if rows.contains(row) => {
                rows.rows.iter().take(row - rows.first).map(|row| row.len()).sum::<usize>() + cursor_col
            }
            _ => 0,
        };
        styled(rows.number, rows.rows.iter().flat_map(|row| row.cells().iter()), keep)
    }
}

/// The rows of one logical line.
struct Rows<'a> {
    number: u64,
    first: usize,
    rows: Vec<&'a avt::Line>,
}

impl Rows<'_> {
    fn contains(&self, row: usize) -> bool {
        (self.first..self.first + self.rows.len()).contains(&row)
    }
}

/// Cells as runs. Blank ones at the end are cut, except the first `keep` cells.
fn styled<'a>(number: u64, cells: impl Iterator<Item = &'a avt::Cell>, keep: usize) -> Line {
    let mut line = Line { number, runs: Vec::new() };
    let mut blanks = 0;
    for (at, cell) in cells.enumerate() {
        if cell.width() == 0 {
            continue;
        }
        let style = style_of(cell.pen());
        if cell.char() == ' ' && style == Style::default() && at >= keep {
            blanks += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut blanks) {
            line.push(' ', Style::default());
        }
        line.push(cell.char(), style);
    }
    line
}

fn style_of(pen: &avt::Pen) -> Style {
    let color = |color: avt::Color| match color {
        avt::Color::Indexed(index) => Color::Indexed(index),
        avt::Color::RGB(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
    };
    Style {
        foreground: pen.foreground().map(color),
        background: pen.background().map(color),
        bold: pen.is_bold(),
        faint: pen.is_faint(),
        italic: pen.is_italic(),
        underline: pen.is_underline(),
        strikethrough: pen.is_strikethrough(),
        blink: pen.is_blink(),
        inverse: pen.is_inverse(),
    }
}
