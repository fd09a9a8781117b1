//! `nano`: a small editor in the manner of GNU nano: text, a status line, two lines of keys. It keeps the whole file in
//! memory, as nano does. It must not know who looks at the screen.

use super::input::Input;
use super::job::{base_name, Job, Outcome};
use super::keyboard::{width, Key, Keyboard};
use crate::layerfs::{Blob, Errno};

struct Editor {
    path: String,
    lines: Vec<Vec<char>>,
    row: usize,
    col: usize,
    /// The first line and the first column on the screen.
    top: usize,
    modified: bool,
    message: String,
    cut: Vec<Vec<char>>,
    /// The last key was a cut too, so that the next adds to it.
    cutting: bool,
    search: String,
    rows: usize,
    cols: usize,
    read_only: bool,
}

enum Answer {
    Yes,
    No,
    Cancel,
}

/// Edits a file.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options("+mvw view=v mouse=m nowrap=w")?;
    let mut args = opts.args.clone();
    let mut line = 1usize;
    if let Some(number) = args.first().and_then(|a| a.strip_prefix('+')).map(str::to_string) {
        line = number.split(',').next().and_then(|n| n.parse().ok()).unwrap_or(1);
        args.remove(0);
    }
    let path = args.first().cloned().unwrap_or_default();
    if job.proc.env("TERM").is_none_or(|t| t.is_empty()) {
        job.err("Error opening terminal: unknown.\n");
        return Err(1);
    }
    let Some(mut keyboard) = Keyboard::take(job).filter(|_| job.tty) else {
        job.err("Standard input is not a terminal\n");
        return Err(1);
    };
    let size = keyboard.size();
    let mut editor = Editor {
        path,
        lines: vec![Vec::new()],
        row: 0,
        col: 0,
        top: 0,
        modified: false,
        message: String::new(),
        cut: Vec::new(),
        cutting: false,
        search: String::new(),
        rows: usize::from(size.rows).max(6),
        cols: usize::from(size.cols),
        read_only: opts.has('v'),
    };
    editor.open(job).await;
    editor.row = line.saturating_sub(1).min(editor.lines.len() - 1);
    job.out("\u{1b}[?1049h\u{1b}[?1h\u{1b}=");
    editor.run(job, &mut keyboard).await;
    job.out("\u{1b}[?1049l\u{1b}[?1l\u{1b}>");
    job.flush().await;
    keyboard.release();
    Ok(())
}

impl Editor {
    async fn open(&mut self, job: &mut Job) {
        if self.path.is_empty() {
            self.message = "Welcome to nano.  For basic help, type Ctrl+G.".to_string();
            return;
        }
        if job.is_dir(&self.path) {
            self.message = format!("\"{}\" is a directory", self.path);
            self.path.clear();
            return;
        }
        match Input::open(job, &self.path).await {
            Ok(mut input) => {
                let bytes = input.rest(job).await;
                input.close(job);
                let text = String::from_utf8_lossy(&bytes);
                self.lines = text.split('\n').map(|l| l.chars().collect()).collect();
                let count = self.lines.len() - usize::from(text.ends_with('\n') || text.is_empty());
                self.message = format!("Read {count} line{}", if count == 1 { "" } else { "s" });
            }
            Err(Errno::ENOENT) => self.message = "New File".to_string(),
            Err(e) => {
                self.message = format!("Error reading {}: {e}", self.path);
                self.path.clear();
            }
        }
    }

    fn save(&mut self, job: &mut Job, path: &str) -> bool {
        // nano ends every file with a newline.
        if self.lines.last().is_some_and(|l| !l.is_empty()) {
            self.lines.push(Vec::new());
        }
        let text = self.lines.iter().map(|l| l.iter().collect::<String>()).collect::<Vec<_>>().join("\n");
        let count = self.lines.len() - 1;
        let blob = Blob::from_bytes(text.into_bytes());
        match job.proc.fs(|vfs, who| vfs.put_blob(who, path, blob, 0o666)) {
            Ok(()) => {
                self.path = path.to_string();
                self.modified = false;
                self.message = format!("Wrote {count} line{}", if count == 1 { "" } else { "s" });
                true
            }
            Err(e) => {
                self.message = format!("Error writing {path}: {e}");
                false
            }
        }
    }

    fn line(&self) -> &[char] {
        self.lines.get(self.row).map_or(&[], Vec::as_slice)
    }

    fn line_mut(&mut self) -> Option<&mut Vec<char>> {
        self.modified = true;
        self.lines.get_mut(self.row)
    }

    async fn run(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        loop {
            self.draw(job);
            let key = keyboard.key(job).await;
            self.message.clear();
            let was_cutting = std::mem::take(&mut self.cutting);
            match key {
                Key::Closed => return,
                Key::Ctrl('X') => {
                    if self.leave(job, keyboard).await {
                        return;
                    }
                }
                Key::Ctrl('O') => drop(self.write_out(job, keyboard).await),
                Key::Ctrl('W') => self.where_is(job, keyboard).await,
                Key::Ctrl('R') => self.read_in(job, keyboard).await,
                Key::Ctrl('_') => self.go_to(job, keyboard).await,
                Key::Ctrl('G') => {
                    self.message = "^O saves, ^X leaves, ^K cuts a line, ^U pastes it, ^W searches".to_string();
                }
                Key::Ctrl('C') => self.tell_position(),
                Key::Resized => {
                    let size = keyboard.size();
                    (self.rows, self.cols) = (usize::from(size.rows).max(6), usize::from(size.cols));
                    job.out("\u{1b}[2J");
                }
                key if self.moves(key) => {}
                _ if self.read_only => self.message = "Key is invalid in view mode".to_string(),
                Key::Ctrl('K') => self.cut_line(was_cutting),
                Key::Ctrl('U') => self.paste(),
                key => self.edits(key),
            }
        }
    }

    fn tell_position(&mut self) {
        let all: usize = self.lines.iter().map(|l| l.len() + 1).sum::<usize>() - 1;
        let before: usize = self.lines.iter().take(self.row).map(|l| l.len() + 1).sum::<usize>() + self.col;
        let percent = |n: usize, of: usize| (n * 100).checked_div(of).unwrap_or(0);
        let (line, lines) = (self.row + 1, self.lines.len());
        let (col, cols) = (self.col + 1, self.line().len() + 1);
        self.message = format!(
            "line {line}/{lines} ({}%), col {col}/{cols} ({}%), char {before}/{all} ({}%)",
            percent(line, lines),
            percent(col, cols),
            percent(before, all)
        );
    }

    /// Keys that move the cursor; whether this was one.
    fn moves(&mut self, key: Key) -> bool {
        let page = self.rows.saturating_sub(5).max(1);
        let last = self.lines.len() - 1;
        match key {
            Key::Up | Key::Ctrl('P') => self.row = self.row.saturating_sub(1),
            Key::Down | Key::Ctrl('N') => self.row = (self.row + 1).min(last),
            Key::PageUp | Key::Ctrl('Y') => self.row = self.row.saturating_sub(page),
            Key::PageDown | Key::Ctrl('V') => self.row = (self.row + page).min(last),
            Key::Home | Key::Ctrl('A') => self.col = 0,
            Key::End | Key::Ctrl('E') => self.col = self.line().len(),
            Key::Alt('\\' | '|') => (self.row, self.col) = (0, 0),
            Key::Alt('/' | '?') => (self.row, self.col) = (last, usize::MAX),
            Key::Left | Key::Ctrl('B') if self.col > 0 => self.col -= 1,
            Key::Left | Key::Ctrl('B') if self.row > 0 => (self.row, self.col) = (self.row - 1, usize::MAX),
            Key::Right | Key::Ctrl('F') if self.col < self.line().len() => self.col += 1,
            Key::Right | Key::Ctrl('F') if self.row < last => (self.row, self.col) = (self.row + 1, 0),
            Key::Left | Key::Right | Key::Ctrl('B' | 'F') => {}
            _ => return false,
        }
        self.col = self.col.min(self.line().len());
        true
    }

    fn edits(&mut self, key: Key) {
        let (row, col) = (self.row, self.col);
        match key {
            Key::Char('\n') | Key::Ctrl('M') => {
                let rest = self.line_mut().map(|l| l.split_off(col.min(l.len()))).unwrap_or_default();
                self.lines.insert(row + 1, rest);
                (self.row, self.col) = (row + 1, 0);
            }
            Key::Char(c) => {
                if let Some(line) = self.line_mut() {
                    line.insert(col.min(line.len()), c);
                }
                self.col += 1;
            }
            Key::Backspace if col > 0 => {
                if let Some(line) = self.line_mut() {
                    line.remove(col - 1);
                }
                self.col -= 1;
            }
            Key::Backspace if row > 0 => {
                let tail = self.lines.remove(row);
                self.row -= 1;
                self.col = self.line().len();
                if let Some(line) = self.line_mut() {
                    line.extend(tail);
                }
            }
            Key::Delete | Key::Ctrl('D') if col < self.line().len() => {
                if let Some(line) = self.line_mut() {
                    line.remove(col);
                }
            }
            Key::Delete | Key::Ctrl('D') if row + 1 < self.lines.len() => {
                let tail = self.lines.remove(row + 1);
                if let Some(line) = self.line_mut() {
                    line.extend(tail);
                }
            }
            Key::Backspace | Key::Delete | Key::Ctrl('D') => {}
            _ => self.message = "Unbound key".to_string(),
        }
    }

    fn cut_line(&mut self, again: bool) {
        if !again {
            self.cut.clear();
        }
        self.cutting = true;
        if self.row + 1 == self.lines.len() {
            if self.line().is_empty() {
                return;
            }
            let line = self.line_mut().map(std::mem::take).unwrap_or_default();
            self.cut.push(line);
        } else {
            self.modified = true;
            let line = self.lines.remove(self.row);
            self.cut.push(line);
        }
        self.col = 0;
    }

    fn paste(&mut self) {
        if self.cut.is_empty() {
            self.message = "Cutbuffer is empty".to_string();
            return;
        }
        self.modified = true;
        for line in self.cut.clone() {
            self.lines.insert(self.row, line);
            self.row += 1;
        }
        self.col = 0;
    }

    /// `^X`; whether to go.
    async fn leave(&mut self, job: &mut Job, keyboard: &mut Keyboard) -> bool {
        if !self.modified {
            return true;
        }
        match self.yes_or_no(job, keyboard, "Save modified buffer? ").await {
            Answer::Yes => self.write_out(job, keyboard).await,
            Answer::No => true,
            Answer::Cancel => {
                self.message = "Cancelled".to_string();
                false
            }
        }
    }

    async fn write_out(&mut self, job: &mut Job, keyboard: &mut Keyboard) -> bool {
        let Some(path) = self.ask(job, keyboard, "File Name to Write: ", self.path.clone()).await else {
            self.message = "Cancelled".to_string();
            return false;
        };
        if path.is_empty() {
            self.message = "Cancelled".to_string();
            return false;
        }
        if path != self.path && job.stat(&path).is_ok() {
            let question = format!("File \"{}\" exists; OVERWRITE? ", base_name(&path));
            if !matches!(self.yes_or_no(job, keyboard, &question).await, Answer::Yes) {
                return false;
            }
        }
        self.save(job, &path)
    }

    async fn read_in(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        let Some(path) = self.ask(job, keyboard, "File to insert [from ./]: ", String::new()).await else { return };
        match Input::open(job, &path).await {
            Ok(mut input) => {
                let bytes = input.rest(job).await;
                input.close(job);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let count = text.lines().count();
                for line in text.lines() {
                    self.lines.insert(self.row, line.chars().collect());
                    self.row += 1;
                }
                self.modified = true;
                self.message = format!("Read {count} line{}", if count == 1 { "" } else { "s" });
            }
            Err(_) => self.message = format!("File \"{path}\" not found"),
        }
    }

    async fn go_to(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        let Some(text) = self.ask(job, keyboard, "Enter line number, column number: ", String::new()).await else {
            return;
        };
        let mut numbers = text.split([',', ' ']).filter_map(|n| n.trim().parse::<usize>().ok());
        let Some(line) = numbers.next() else {
            self.message = "Invalid line or column number".to_string();
            return;
        };
        self.row = line.saturating_sub(1).min(self.lines.len() - 1);
        self.col = numbers.next().unwrap_or(1).saturating_sub(1).min(self.line().len());
    }

    async fn where_is(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        let label = if self.search.is_empty() { "Search: ".to_string() } else { format!("Search [{}]: ", self.search) };
        let Some(text) = self.ask(job, keyboard, &label, String::new()).await else {
            self.message = "Cancelled".to_string();
            return;
        };
        if !text.is_empty() {
            self.search = text;
        }
        let needle: Vec<char> = self.search.to_lowercase().chars().collect();
        if needle.is_empty() {
            return;
        }
        let count = self.lines.len();
        for ahead in 0..=count {
            let row = (self.row + ahead) % count;
            let Some(line) = self.lines.get(row) else { continue };
            let lower: Vec<char> = line.iter().flat_map(|c| c.to_lowercase()).collect();
            let from = if ahead == 0 { self.col + 1 } else { 0 };
            let at = lower.windows(needle.len()).enumerate().skip(from).find(|(_, w)| *w == needle.as_slice());
            if let Some((col, _)) = at {
                if ahead > 0 && row <= self.row {
                    self.message = "Search Wrapped".to_string();
                }
                (self.row, self.col) = (row, col.min(line.len()));
                return;
            }
        }
        self.message = format!("\"{}\" not found", self.search);
    }

    /// Asks for a text on the status line; `None` where that was cancelled.
    async fn ask(&mut self, job: &mut Job, keyboard: &mut Keyboard, label: &str, mut text: String) -> Option<String> {
        loop {
            self.draw(job);
            let room = self.cols.saturating_sub(label.chars().count() + text.chars().count());
            let line = self.rows - 2;
            let bar = [label, &text, &" ".repeat(room)].concat();
            let column = label.chars().chain(text.chars()).map(width).sum::<usize>() + 1;
            job.out(&format!("\u{1b}[{line};1H\u{1b}[7m{bar}\u{1b}[27m"));
            job.out(&key_bar(self.rows, self.cols, [("^G", "Help"), ("^C", "Cancel")], [("", ""), ("", "")]));
            job.out(&format!("\u{1b}[{line};{column}H"));
            match keyboard.key(job).await {
                Key::Char('\n') => return Some(text),
                Key::Char(c) => text.push(c),
                Key::Backspace => drop(text.pop()),
                Key::Ctrl('U' | 'K') => text.clear(),
                Key::Ctrl('C') | Key::Closed => return None,
                _ => {}
            }
        }
    }

    async fn yes_or_no(&mut self, job: &mut Job, keyboard: &mut Keyboard, question: &str) -> Answer {
        loop {
            self.draw(job);
            let room = self.cols.saturating_sub(question.chars().count());
            let line = self.rows - 2;
            job.out(&format!("\u{1b}[{line};1H\u{1b}[7m{question}{}\u{1b}[27m", " ".repeat(room)));
            job.out(&key_bar(self.rows, self.cols, [(" Y", "Yes"), ("", "")], [(" N", "No"), ("^C", "Cancel")]));
            job.out(&format!("\u{1b}[{line};{}H", question.chars().count() + 1));
            match keyboard.key(job).await {
                Key::Char('y' | 'Y' | 's' | 'S') => return Answer::Yes,
                Key::Char('n' | 'N') => return Answer::No,
                Key::Ctrl('C') | Key::Closed => return Answer::Cancel,
                _ => {}
            }
        }
    }

    fn draw(&mut self, job: &mut Job) {
        let height = self.rows - 5 + 1;
        if self.row < self.top || self.row >= self.top + height {
            self.top = self.row.saturating_sub(height / 2);
        }
        let mut out = String::from("\u{1b}[?25l\u{1b}[H\u{1b}[7m");
        let name = if self.path.is_empty() { "New Buffer" } else { &self.path };
        let state = if self.modified { "Modified" } else { "" };
        let left = "  GNU nano 7.2";
        let middle = (self.cols.saturating_sub(name.chars().count())) / 2;
        let gap = middle.saturating_sub(left.len());
        let rest = self.cols.saturating_sub(left.len() + gap + name.chars().count());
        out.push_str(&format!("{left}{}{name}{state:>w$} ", " ".repeat(gap), w = rest.saturating_sub(1)));
        out.push_str("\u{1b}[27m");
        for n in 0..height {
            out.push_str(&format!("\u{1b}[{};1H", n + 2));
            if let Some(line) = self.lines.get(self.top + n) {
                let from = if self.top + n == self.row { self.first_column() } else { 0 };
                out.push_str(&self.visible(line, from));
            }
            out.push_str("\u{1b}[K");
        }
        let status = self.rows - 2;
        out.push_str(&format!("\u{1b}[{status};1H\u{1b}[K"));
        if !self.message.is_empty() {
            let shown = format!("[ {} ]", self.message);
            let at = self.cols.saturating_sub(shown.chars().count()) / 2 + 1;
            out.push_str(&format!("\u{1b}[{status};{at}H\u{1b}[7m{shown}\u{1b}[27m"));
        }
        out.push_str(&key_bar(
            self.rows,
            self.cols,
            [("^G", "Help"), ("^O", "Write Out"), ("^W", "Where Is"), ("^K", "Cut"), ("^C", "Location")],
            [("^X", "Exit"), ("^R", "Read File"), ("^_", "Go To Line"), ("^U", "Paste"), ("M-\\", "First Line")],
        ));
        let column = self.column_of(self.col) - self.column_of(self.first_column());
        out.push_str(&format!("\u{1b}[{};{}H\u{1b}[?25h", self.row - self.top + 2, column + 1));
        job.out(&out);
    }

    /// The screen column of a character of the cursor's line.
    fn column_of(&self, col: usize) -> usize {
        self.line().iter().take(col).fold(0, |at, c| if *c == '\t' { at + 8 - at % 8 } else { at + width(*c) })
    }

    /// The cursor's line moves to the left where it is too long.
    fn first_column(&self) -> usize {
        let room = self.cols.saturating_sub(2).max(1);
        if self.column_of(self.col) < room {
            0
        } else {
            self.col.saturating_sub(room / 2)
        }
    }

    fn visible(&self, line: &[char], from: usize) -> String {
        let mut out = String::new();
        let mut at = 0;
        for c in line.iter().skip(from) {
            let shown = match c {
                '\t' => " ".repeat(8 - at % 8),
                c if c.is_control() => format!("^{}", char::from((u32::from(*c) as u8 & 0x1f) + 64)),
                c => c.to_string(),
            };
            let wide: usize = shown.chars().map(width).sum();
            if at + wide >= self.cols {
                out.push_str("\u{1b}[7m>\u{1b}[27m");
                break;
            }
            out.push_str(&shown);
            at += wide;
        }
        out
    }
}

/// The two lines of keys at the bottom.
fn key_bar<const N: usize>(rows: usize, cols: usize, first: [(&str, &str); N], second: [(&str, &str); N]) -> String {
    let slot = (cols / N.max(1)).max(1);
    let mut out = String::new();
    for (line, keys) in [(rows - 1, first), (rows, second)] {
        out.push_str(&format!("\u{1b}[{line};1H\u{1b}[K"));
        for (key, word) in keys {
            let text = if key.is_empty() { String::new() } else { format!("{key} {word}") };
            let pad = slot.saturating_sub(text.chars().count());
            let cut: String = word.chars().take(slot.saturating_sub(key.len() + 1)).collect();
            if key.is_empty() {
                out.push_str(&" ".repeat(slot));
            } else {
                out.push_str(&format!("\u{1b}[7m{key}\u{1b}[27m {cut}{}", " ".repeat(pad)));
            }
        }
    }
    out
}
