//! The line editor: a buffer, a point, and what each key does to them, after readline's emacs mode. Pure: keys go in,
//! what is to be written comes out of its [`Display`]; completion is asked of whoever drives it.

mod search;
mod words;

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
}
