//! What a line being edited looks like on the terminal, and the fewest bytes that bring the terminal from how it looks to
//! how it is to look, after readline's `update_line`. It knows rows and columns, and nothing of keys.

use crate::shell::prompt::{BEGIN_INVISIBLE, END_INVISIBLE};
use unicode_width::UnicodeWidthChar;

/// One character on the screen: its bytes (with invisible ones before it) and its width.
#[derive(Debug, Clone, PartialEq)]
struct Cell {
    text: String,
    width: usize,
}

type Row = Vec<Cell>;

/// The place of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    row: usize,
    col: usize,
}

/// How the terminal looks now, from the row where the prompt begins.
#[derive(Debug, Default)]
pub struct Display {
    rows: Vec<Row>,
    at: Place,
    cols: usize,
    out: String,
}

fn width(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.width).sum()
}

/// Characters as cells: control characters as `^X`, invisible parts of prompts joined to what follows.
fn cells(text: &str, prompt: bool) -> Vec<Cell> {
    let mut out: Vec<Cell> = Vec::new();
    let (mut hidden, mut inside) = (String::new(), false);
    for c in text.chars() {
        match c {
            BEGIN_INVISIBLE if prompt => inside = true,
            END_INVISIBLE if prompt => inside = false,
            _ if inside => hidden.push(c),
            c if prompt && c.is_control() => hidden.push(c),
            c if c.is_control() => {
                let code = u32::from(c);
                let shown = char::from_u32(code ^ 0x40).filter(|_| code < 0x80).unwrap_or('?');
                out.push(Cell { text: "^".to_owned(), width: 1 });
                out.push(Cell { text: shown.to_string(), width: 1 });
            }
            c => match (c.width().unwrap_or(0), out.last_mut()) {
                (0, Some(last)) => last.text.push(c),
                (width, _) => {
                    let mut text = std::mem::take(&mut hidden);
                    text.push(c);
                    out.push(Cell { text, width });
                }
            },
        }
    }
    if !hidden.is_empty() {
        match out.last_mut() {
            Some(last) => last.text.push_str(&hidden),
            None => out.push(Cell { text: hidden, width: 0 }),
        }
    }
    out
}

impl Display {
    /// Nothing is shown; the cursor is at the beginning of a row of that width.
    pub fn new(cols: usize) -> Display {
        Display { cols: cols.max(2), rows: vec![Row::new()], ..Display::default() }
    }

    /// The terminal has another width.
    pub fn resize(&mut self, cols: usize) {
        self.cols = cols.max(2);
    }

    /// Forgets what is shown: the cursor is at the beginning of a free row.
    pub fn reset(&mut self) {
        self.rows = vec![Row::new()];
        self.at = Place::default();
    }

    /// The bytes to be written.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Writes something as it is (a bell).
    pub fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Shows a prompt's last line and the buffer, the cursor before the buffer's character `point`.
    pub fn show(&mut self, prompt: &str, before: &str, after: &str) {
        let mut all = cells(prompt, true);
        all.extend(cells(before, false));
        let cursor_cell = all.len();
        all.extend(cells(after, false));
        let (mut rows, mut cursor) = (vec![Row::new()], Place::default());
        for (i, cell) in all.into_iter().enumerate() {
            if rows.last().is_some_and(|row| width(row) + cell.width > self.cols) {
                rows.push(Row::new());
            }
            if i == cursor_cell {
                cursor = Place { row: rows.len() - 1, col: rows.last().map_or(0, |row| width(row)) };
            }
            if let Some(row) = rows.last_mut() {
                row.push(cell);
            }
            if i + 1 == cursor_cell {
                cursor = Place { row: rows.len() - 1, col: rows.last().map_or(0, |row| width(row)) };
            }
        }
        // A full last row continues on a new one, where the cursor waits.
        if rows.last().is_some_and(|row| width(row) >= self.cols) {
            rows.push(Row::new());
        }
        if cursor.col >= self.cols {
            cursor = Place { row: cursor.row + 1, col: 0 };
        }
        let count = rows.len().max(self.rows.len());
        for at in 0..count {
            let old = self.rows.get(at).cloned();
            let new = rows.get(at).cloned().unwrap_or_default();
            self.update_row(at, old.unwrap_or_default(), &new, rows.get(at + 1));
        }
        self.rows = rows;
        self.go(cursor);
    }

    fn update_row(&mut self, at: usize, old: Row, new: &Row, next: Option<&Row>) {
        let first = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        if first == old.len() && first == new.len() {
            return;
        }
        let tail = Self::common_tail(&old, new, first);
        let (old_end, new_end) = (old.len() - tail, new.len() - tail);
        let middle = new.get(first..new_end).unwrap_or_default();
        let (gone, come) = (width(old.get(first..old_end).unwrap_or_default()), width(middle));
        let rest = new.get(first..).unwrap_or_default();
        let start = width(new.get(..first).unwrap_or_default());
        let begins_free = at > 0 && old.is_empty() && self.at.row + 1 == at && self.at.col >= self.cols;
        if begins_free {
            // The terminal's cursor hangs at the end of the full row above: the first character brings it down.
            let head = new.first().map_or(" ", |cell| cell.text.as_str());
            self.out.push_str(head);
            self.out.push('\r');
            self.at = Place { row: at, col: 0 };
        }
        if at >= self.rows.len() && self.at.row < at && !begins_free {
            self.go(Place { row: at, col: 0 });
        }
        self.go(Place { row: at, col: start });
        if tail > 0 && come > gone {
            let extra = come - gone;
            self.out.push_str(&format!("\u{1b}[{extra}@"));
            self.print(middle);
        } else if tail > 0 && come < gone && 2 * width(rest) >= gone - come {
            self.out.push_str(&format!("\u{1b}[{}P", gone - come));
            self.print(middle);
        } else if tail > 0 && come < gone {
            self.print(rest);
            self.out.push_str("\u{1b}[K");
        } else {
            self.print(middle);
            if gone > come {
                self.out.push_str("\u{1b}[K");
            }
        }
        if let (true, Some(next)) = (self.at.col >= self.cols, next) {
            // The row is full: go on to the next one as readline does, by writing its first character twice.
            if self.rows.get(at + 1).is_none_or(|row| row.is_empty()) {
                let head = next.first().map_or(" ", |cell| cell.text.as_str());
                self.out.push_str(head);
                self.out.push('\r');
                self.at = Place { row: at + 1, col: 0 };
            } else {
                self.out.push('\r');
                self.at = Place { row: at, col: 0 };
            }
        }
    }

    /// How many cells at the end stay as they are. As readline does, a match that is only blanks, or that reaches the
    /// first difference, is written again.
    fn common_tail(old: &[Cell], new: &[Cell], first: usize) -> usize {
        let (mut o, mut n) = (old.len(), new.len());
        let mut only_blanks = true;
        // `o` and `n` stand one behind the cells compared, so the first difference itself is never reached.
        while o > first + 1 && n > first + 1 && old.get(o - 1) == new.get(n - 1) {
            only_blanks &= old.get(o - 1).is_some_and(|cell| cell.text == " ");
            o -= 1;
            n -= 1;
        }
        if only_blanks {
            return 0;
        }
        // The cells where it stopped belong to the tail if they are equal.
        old.len() - o + usize::from(old.get(o - 1) == new.get(n - 1))
    }

    fn print(&mut self, cells: &[Cell]) {
        for cell in cells {
            self.out.push_str(&cell.text);
            self.at.col += cell.width;
        }
    }

    /// Moves the cursor: down by newlines, up by sequences, sideways by what is shorter.
    fn go(&mut self, to: Place) {
        if to.row < self.at.row {
            for _ in to.row..self.at.row {
                self.out.push_str("\u{1b}[A");
            }
        } else if to.row > self.at.row {
            for _ in self.at.row..to.row {
                self.out.push('\n');
            }
            self.out.push('\r');
            self.at.col = 0;
        }
        self.at.row = to.row;
        if to.col == self.at.col {
            return;
        }
        let back = self.at.col.saturating_sub(to.col);
        if to.col == 0 || to.col + 1 < back {
            self.out.push('\r');
            self.at.col = 0;
        }
        if to.col < self.at.col {
            for _ in to.col..self.at.col {
                self.out.push('\u{8}');
            }
        } else {
            // Forward by writing what is there.
            let row = self.rows.get(to.row).cloned().unwrap_or_default();
            let (mut col, from) = (0, self.at.col);
            for cell in row {
                if col >= to.col {
                    break;
                }
                if col >= from {
                    self.out.push_str(&cell.text);
                }
                col += cell.width;
            }
        }
        self.at.col = to.col;
    }

    /// Takes one column back at the end of the line, as readline does for a rubbed-out character.
    pub fn erase_last(&mut self, prompt: &str, text: &str) -> bool {
        let shown = cells(prompt, true).len() + cells(text, false).len();
        let total: usize = self.rows.iter().map(Vec::len).sum();
        let simple = self.rows.len() == 1 || self.at.col > 1;
        let last_is_single = self.rows.get(self.at.row).and_then(|row| row.last()).is_some_and(|cell| cell.width == 1);
        let at_end =
            self.at.row + 1 == self.rows.len() && self.rows.last().is_some_and(|row| width(row) == self.at.col);
        if !(simple && last_is_single && at_end && total == shown + 1 && self.at.col > 0) {
            return false;
        }
        self.out.push_str("\u{8} \u{8}");
        self.at.col -= 1;
        if let Some(row) = self.rows.last_mut() {
            row.pop();
        }
        true
    }

    /// Leaves the line: the cursor goes to a new row below it.
    pub fn finish(&mut self) {
        let last = self.rows.len().saturating_sub(1);
        if self.at.row < last {
            let col = self.rows.last().map_or(0, |row| width(row));
            self.go(Place { row: last, col });
        }
        let empty = last > 0 && self.rows.last().is_some_and(Vec::is_empty);
        if !empty {
            self.out.push('\n');
        }
        self.reset();
    }

    /// Wipes the row and shows everything again, as after a change of the window's size.
    pub fn redraw(&mut self) {
        for _ in 0..self.at.row {
            self.out.push_str("\u{1b}[A");
        }
        self.out.push_str("\r\u{1b}[K\r");
        self.reset();
    }

    /// Shows everything again below whatever stands there now.
    pub fn start_over(&mut self) {
        self.reset();
    }
}
