//! The line editor: a buffer, a point, and what each key does to them, after readline's emacs mode. Pure: keys go in,
//! what is to be written comes out of its [`Display`]; completion is asked of whoever drives it.

use super::display::Display;
use super::keys::{Command, Keymap};

/// What a key led to, where it is more than a change of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Only the line changed.
    None,
    /// Return was pressed.
    Line(String),
    /// `^D` on an empty line.
    Eof,
    /// Tab: the driver is to complete; true for the second in a row.
    Complete(bool),
}

/// A search through the history in progress.
#[derive(Debug, Clone)]
struct Search {
    query: String,
    found: usize,
    failed: bool,
    forward: bool,
    /// What there was before.
    before: (Vec<char>, usize, usize),
}

/// The editor of one line.
pub struct Editor {
    buffer: Vec<char>,
    point: usize,
    prompt: String,
    /// The lines of the prompt above the one with the cursor.
    head: String,
    /// History as edited during this line; the last one is the line itself.
    lines: Vec<String>,
    at: usize,
    undo: Vec<(Vec<char>, usize)>,
    /// What the last command was, for repeated kills, yanks and tabs.
    last: Option<Command>,
    search: Option<Search>,
    quoted: bool,
    sequence: String,
    paste: Option<String>,
    yanked: Option<(usize, usize)>,
    dot: usize,
    argument: Option<String>,
    /// What is on the screen.
    pub display: Display,
}

/// Text cut out, newest last; it lives longer than a line.
pub type KillRing = Vec<String>;

impl Editor {
    /// An empty line with the last line of the prompt before it.
    pub fn new(head: &str, prompt: &str, history: &[String], cols: usize) -> Editor {
        let mut lines: Vec<String> = history.to_vec();
        lines.push(String::new());
        let at = lines.len() - 1;
        let mut editor = Editor {
            buffer: Vec::new(),
            point: 0,
            prompt: prompt.to_owned(),
            head: head.to_owned(),
            lines,
            at,
            undo: Vec::new(),
            last: None,
            search: None,
            quoted: false,
            sequence: String::new(),
            paste: None,
            yanked: None,
            dot: 0,
            argument: None,
            display: Display::new(cols),
        };
        editor.display.raw(head);
        editor.refresh();
        editor
    }

    /// The buffer as text.
    pub fn text(&self) -> String {
        self.buffer.iter().collect()
    }

    /// The point, in characters.
    pub fn point(&self) -> usize {
        self.point
    }

    fn piece(&self, from: usize, to: usize) -> String {
        self.buffer.get(from..to).unwrap_or_default().iter().collect()
    }

    /// Brings the screen up to date.
    pub fn refresh(&mut self) {
        let prompt = match &self.search {
            Some(search) => {
                let failed = if search.failed { "failed " } else { "" };
                let kind = if search.forward { "i-search" } else { "reverse-i-search" };
                format!("({failed}{kind})`{}': ", search.query)
            }
            None => match &self.argument {
                Some(argument) => format!("(arg: {argument}) "),
                None => self.prompt.clone(),
            },
        };
        let (before, after) = (self.piece(0, self.point), self.piece(self.point, self.buffer.len()));
        self.display.show(&prompt, &before, &after);
    }

    fn bell(&mut self) {
        self.display.raw("\u{7}");
    }

    fn save_undo(&mut self) {
        if self.undo.last().is_none_or(|(buffer, _)| *buffer != self.buffer) {
            self.undo.push((self.buffer.clone(), self.point));
        }
    }

    /// Replaces part of the buffer; the point goes behind the new text.
    pub fn replace(&mut self, from: usize, to: usize, text: &str) {
        self.save_undo();
        let new: Vec<char> = text.chars().collect();
        let len = new.len();
        self.buffer.splice(from.min(self.buffer.len())..to.min(self.buffer.len()), new);
        self.point = from + len;
    }

    fn insert(&mut self, text: &str) {
        // Characters typed one after the other are undone together.
        let joined = self.last == Some(Command::SelfInsert) && !self.undo.is_empty();
        let undo = joined.then(|| self.undo.clone());
        self.replace(self.point, self.point, text);
        if let Some(undo) = undo {
            self.undo = undo;
        }
    }

    /// One character of input.
    pub fn key(&mut self, c: char, keymap: &Keymap, ring: &mut KillRing) -> Event {
        if let Some(paste) = &mut self.paste {
            paste.push(c);
            if let Some(text) = paste.strip_suffix("\u{1b}[201~").map(|t| t.replace('\r', "\n")) {
                self.paste = None;
                self.insert(&text);
                self.last = None;
                self.refresh();
            }
            return Event::None;
        }
        if std::mem::take(&mut self.quoted) {
            self.insert(&c.to_string());
            self.refresh();
            return Event::None;
        }
        self.sequence.push(c);
        let command = match keymap.lookup(&self.sequence) {
            super::keys::Found::Command(command) => command,
            super::keys::Found::More => return Event::None,
            super::keys::Found::Nothing => {
                let long = self.sequence.chars().count() > 1;
                let plain = !c.is_control();
                self.sequence.clear();
                if long || !plain {
                    if long && self.search.is_some() {
                        self.end_search(true);
                        self.refresh();
                    }
                    if !long {
                        self.bell();
                    }
                    return Event::None;
                }
                Command::SelfInsert
            }
        };
        let typed = std::mem::take(&mut self.sequence);
        if self.search.is_some() {
            if let Some(event) = self.search_key(c, &command) {
                return event;
            }
        }
        let event = self.run(&command, c, &typed, ring);
        self.last = Some(command);
        event
    }

    fn run(&mut self, command: &Command, c: char, typed: &str, ring: &mut KillRing) -> Event {
        if let Command::Digit = command {
            let digit = typed.chars().last().unwrap_or('1');
            self.argument.get_or_insert_with(String::new).push(digit);
            self.refresh();
            return Event::None;
        }
        let count = self.argument.take().and_then(|a| a.parse::<usize>().ok()).unwrap_or(1).min(10_000);
        if !matches!(command, Command::Complete) {
            self.dot = if matches!(command, Command::YankLastArg) { self.dot } else { 0 };
        }
        match command {
            Command::AcceptLine => {
                self.point = self.point.min(self.buffer.len());
                self.refresh();
                self.display.finish();
                return Event::Line(self.text());
            }
            Command::EndOfFile if self.buffer.is_empty() => return Event::Eof,
            Command::Complete => {
                let again = self.last == Some(Command::Complete);
                return Event::Complete(again);
            }
            Command::BackwardDeleteChar if self.point > 0 && self.point == self.buffer.len() && count == 1 => {
                let text = self.piece(0, self.point - 1);
                self.save_undo();
                self.buffer.pop();
                self.point -= 1;
                if self.display.erase_last(&self.prompt, &text) {
                    return Event::None;
                }
            }
            Command::SelfInsert => {
                let text: String = std::iter::repeat_n(c, count).collect();
                self.insert(&text);
            }
            Command::Macro(text) => self.insert(text),
            Command::QuotedInsert => self.quoted = true,
            Command::BracketedPaste => self.paste = Some(String::new()),
            Command::ClearScreen => {
                self.display.raw("\u{1b}[H\u{1b}[2J");
                self.display.raw(&self.head);
                self.display.reset();
            }
            other => {
                for _ in 0..count {
                    self.edit(other, ring);
                }
            }
        }
        self.refresh();
        Event::None
    }

    fn edit(&mut self, command: &Command, ring: &mut KillRing) {
        let len = self.buffer.len();
        match command {
            Command::BeginningOfLine => self.point = 0,
            Command::EndOfLine => self.point = len,
            Command::ForwardChar if self.point < len => self.point += 1,
            Command::BackwardChar if self.point > 0 => self.point -= 1,
            Command::ForwardWord => self.point = self.word_end(self.point),
            Command::BackwardWord => self.point = self.word_start(self.point),
            Command::BackwardDeleteChar if self.point > 0 => self.replace(self.point - 1, self.point, ""),
            Command::DeleteChar | Command::EndOfFile if self.point < len => {
                let at = self.point;
                self.replace(at, at + 1, "");
            }
            Command::KillLine => self.kill(self.point, len, ring, false),
            Command::UnixLineDiscard => self.kill(0, self.point, ring, true),
            Command::UnixWordRubout => self.kill(self.blank_word_start(), self.point, ring, true),
            Command::KillWord => self.kill(self.point, self.word_end(self.point), ring, false),
            Command::BackwardKillWord => self.kill(self.word_start(self.point), self.point, ring, true),
            Command::Yank => match ring.last().cloned() {
                Some(text) => {
                    let from = self.point;
                    self.replace(from, from, &text);
                    self.yanked = Some((from, self.point));
                }
                None => self.bell(),
            },
            Command::YankPop => self.yank_pop(ring),
            Command::YankLastArg => self.yank_last_arg(),
            Command::TransposeChars => self.transpose(),
            Command::TransposeWords => self.transpose_words(),
            Command::UpcaseWord | Command::DowncaseWord | Command::CapitalizeWord => self.change_case(command),
            Command::Undo => match self.undo.pop() {
                Some((buffer, point)) => (self.buffer, self.point) = (buffer, point),
                None => self.bell(),
            },
            Command::PreviousHistory => self.move_history(self.at.checked_sub(1)),
            Command::NextHistory => self.move_history(Some(self.at + 1)),
            Command::BeginningOfHistory => self.move_history(Some(0)),
            Command::EndOfHistory => self.move_history(Some(self.lines.len() - 1)),
            Command::HistorySearchBackward | Command::HistorySearchForward => {
                self.prefix_search(*command == Command::HistorySearchForward);
            }
            Command::ReverseSearch | Command::ForwardSearch => {
                self.search = Some(Search {
                    query: String::new(),
                    found: self.at,
                    failed: false,
                    forward: *command == Command::ForwardSearch,
                    before: (self.buffer.clone(), self.point, self.at),
                });
            }
            Command::RevertLine => {
                if let Some((buffer, point)) = self.undo.first().cloned() {
                    (self.buffer, self.point) = (buffer, point);
                    self.undo.clear();
                }
            }
            Command::Ignore => {}
            _ => self.bell(),
        }
        self.point = self.point.min(self.buffer.len());
    }

    fn is_word(&self, at: usize) -> bool {
        self.buffer.get(at).is_some_and(|c| c.is_alphanumeric())
    }

    fn word_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.buffer.len() && !self.is_word(at) {
            at += 1;
        }
        while self.is_word(at) {
            at += 1;
        }
        at
    }

    fn word_start(&self, from: usize) -> usize {
        let mut at = from;
        while at > 0 && !self.is_word(at - 1) {
            at -= 1;
        }
        while at > 0 && self.is_word(at - 1) {
            at -= 1;
        }
        at
    }

    fn blank_word_start(&self) -> usize {
        let blank = |at: usize| self.buffer.get(at).is_some_and(|c| c.is_whitespace());
        let mut at = self.point;
        while at > 0 && blank(at - 1) {
            at -= 1;
        }
        while at > 0 && !blank(at - 1) {
            at -= 1;
        }
        at
    }

    fn kill(&mut self, from: usize, to: usize, ring: &mut KillRing, backward: bool) {
        if from >= to {
            if backward && self.point == 0 {
                self.bell();
            }
            return;
        }
        let text = self.piece(from, to);
        let joins = matches!(
            self.last,
            Some(
                Command::KillLine
                    | Command::UnixLineDiscard
                    | Command::UnixWordRubout
                    | Command::KillWord
                    | Command::BackwardKillWord
            )
        );
        match ring.last_mut() {
            Some(last) if joins && backward => last.insert_str(0, &text),
            Some(last) if joins => last.push_str(&text),
            _ => ring.push(text),
        }
        if ring.len() > 10 {
            ring.remove(0);
        }
        self.replace(from, to, "");
    }

    fn yank_pop(&mut self, ring: &mut KillRing) {
        let after_yank = matches!(self.last, Some(Command::Yank | Command::YankPop));
        let (true, Some((from, to))) = (after_yank, self.yanked) else { return self.bell() };
        ring.rotate_right(1);
        if let Some(text) = ring.last().cloned() {
            self.replace(from, to, &text);
            self.yanked = Some((from, self.point));
        }
    }

    fn yank_last_arg(&mut self) {
        let again = self.last == Some(Command::YankLastArg);
        self.dot = if again { self.dot + 1 } else { 1 };
        let count = self.lines.len() - 1;
        let word = count
            .checked_sub(self.dot)
            .and_then(|at| self.lines.get(at))
            .and_then(|line| crate::shell::history::split_words(line).pop());
        let Some(word) = word else { return self.bell() };
        let (from, to) = match self.yanked {
            Some(range) if again => range,
            _ => (self.point, self.point),
        };
        self.replace(from, to, &word);
        self.yanked = Some((from, self.point));
    }

    fn transpose(&mut self) {
        if self.point == 0 || self.buffer.len() < 2 {
            return self.bell();
        }
        self.undo.push((self.buffer.clone(), self.point - 1));
        if self.point == self.buffer.len() {
            self.point -= 1;
        }
        self.buffer.swap(self.point - 1, self.point);
        self.point += 1;
    }

    fn transpose_words(&mut self) {
        let second_end = self.word_end(self.point);
        let second = self.word_start(second_end);
        let first = self.word_start(second);
        let first_end = self.word_end(first);
        if first >= second || first_end > second {
            return self.bell();
        }
        let text = format!(
            "{}{}{}",
            self.piece(second, second_end),
            self.piece(first_end, second),
            self.piece(first, first_end)
        );
        self.replace(first, second_end, &text);
    }

    fn change_case(&mut self, command: &Command) {
        let (from, to) = (self.point, self.word_end(self.point));
        let mut out = String::new();
        let mut first = true;
        for c in self.piece(from, to).chars() {
            let upper = *command == Command::UpcaseWord || (*command == Command::CapitalizeWord && first);
            if upper {
                out.extend(c.to_uppercase());
            } else {
                out.extend(c.to_lowercase());
            }
            first &= !c.is_alphanumeric();
        }
        self.replace(from, to, &out);
    }

    fn move_history(&mut self, to: Option<usize>) {
        let Some(to) = to.filter(|to| *to < self.lines.len()) else { return self.bell() };
        if to == self.at {
            return;
        }
        let now = self.text();
        if let Some(line) = self.lines.get_mut(self.at) {
            *line = now;
        }
        self.show_history(to);
        self.point = self.buffer.len();
    }

    fn show_history(&mut self, to: usize) {
        self.at = to;
        self.buffer = self.lines.get(to).map(|line| line.chars().collect()).unwrap_or_default();
        self.point = self.point.min(self.buffer.len());
        self.undo.clear();
    }

    fn prefix_search(&mut self, forward: bool) {
        let prefix = self.piece(0, self.point);
        let fits = |at: &usize| self.lines.get(*at).is_some_and(|line| line.starts_with(&prefix));
        let found = if forward { (self.at + 1..self.lines.len()).find(fits) } else { (0..self.at).rev().find(fits) };
        match found {
            Some(at) => {
                let point = self.point;
                self.move_history(Some(at));
                self.point = point.min(self.buffer.len());
            }
            None => self.bell(),
        }
    }

    // ---- search

    /// A key during a search; `None` where it ends the search and is to be done as usual.
    fn search_key(&mut self, c: char, command: &Command) -> Option<Event> {
        match command {
            Command::SelfInsert => {
                if let Some(search) = &mut self.search {
                    search.query.push(c);
                }
                self.find(false);
            }
            Command::BackwardDeleteChar => {
                if let Some(search) = &mut self.search {
                    search.query.pop();
                    search.found = search.before.2;
                    search.failed = false;
                }
                self.find(false);
            }
            Command::ReverseSearch | Command::ForwardSearch => {
                if let Some(search) = &mut self.search {
                    search.forward = *command == Command::ForwardSearch;
                }
                self.find(true);
            }
            Command::Abort => {
                self.end_search(false);
                self.bell();
            }
            _ => {
                self.end_search(true);
                self.refresh();
                return None;
            }
        }
        self.refresh();
        Some(Event::None)
    }

    fn end_search(&mut self, keep: bool) {
        let Some(search) = self.search.take() else { return };
        if !keep {
            let (buffer, point, at) = search.before;
            (self.buffer, self.point, self.at) = (buffer, point, at);
        }
    }

    fn find(&mut self, next: bool) {
        let Some(search) = self.search.clone() else { return };
        if search.query.is_empty() {
            return;
        }
        let from = search.found;
        let current = self.text();
        let fits = |at: &usize| {
            let line =
                if *at == self.lines.len() - 1 { &search.before.0.iter().collect() } else { self.lines.get(*at)? };
            if next && *line == current {
                return None;
            }
            let place = if search.forward { line.find(&search.query) } else { line.rfind(&search.query) };
            place.map(|byte| {
                (*at, line.chars().collect::<Vec<char>>(), line.get(..byte).map_or(0, |l| l.chars().count()))
            })
        };
        let found = if search.forward {
            (from + usize::from(next)..self.lines.len()).find_map(|at| fits(&at))
        } else {
            let end = if next { from } else { from + 1 };
            (0..end.min(self.lines.len())).rev().find_map(|at| fits(&at))
        };
        let failed = found.is_none();
        if let Some((at, buffer, point)) = found {
            (self.buffer, self.point, self.at) = (buffer, point, at);
        }
        if failed {
            self.bell();
        }
        let at = self.at;
        if let Some(search) = &mut self.search {
            search.failed = failed;
            if !failed {
                search.found = at;
            }
        }
    }
}
