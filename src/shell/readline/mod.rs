//! Reading a line at the prompt: the terminal's modes, keys to the [`editor`], completion, signals. The editor itself
//! and what it draws know nothing of processes.

pub mod complete;
pub mod display;
pub mod editor;
pub mod keys;

use super::state::Shell;
use crate::kernel::{Errno, Signal};
use editor::{Editor, Event, KillRing};
use keys::Keymap;
use std::rc::Rc;

/// What was typed at a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A line, without its newline.
    Line(String),
    /// `^D`, or the terminal is gone.
    Eof,
    /// `^C`
    Interrupted,
}

/// What outlives a line.
#[derive(Debug, Clone, Default)]
pub struct Readline {
    /// Bindings and settings.
    pub keymap: Keymap,
    ring: KillRing,
}

/// More choices than this are listed only after asking.
const ASK: usize = 100;

impl Shell {
    /// Reads the `inputrc` file that the environment and the home directory lead to.
    pub(super) async fn read_inputrc(&mut self) {
        let home = format!("{}/.inputrc", self.text("HOME"));
        let named = self.get("INPUTRC").map(|path| path.to_string());
        let files = match named {
            Some(path) => vec![path],
            None => vec![home, "/etc/inputrc".to_owned()],
        };
        for file in files {
            if let Ok(text) = self.read_file(&file).await {
                Rc::make_mut(&mut self.readline).keymap.read(&text);
                return;
            }
        }
    }

    /// Reads a line from the terminal on descriptor 0, with editing.
    pub(super) async fn read_line(&mut self, prompt: &str) -> Input {
        let Ok(modes) = self.proc.tcgetattr(0) else { return Input::Eof };
        let mut raw = modes.clone();
        (raw.icanon, raw.echo, raw.icrnl) = (false, false, false);
        let _ = self.proc.tcsetattr(0, raw);
        let paste = self.readline.keymap.bracketed_paste;
        // All but the last line of a prompt is simply written.
        let (head, last) = match prompt.rfind('\n') {
            Some(at) => prompt.split_at_checked(at + 1).unwrap_or(("", prompt)),
            None => ("", prompt),
        };
        let head: String = head.chars().filter(|c| !matches!(c, '\u{1}' | '\u{2}')).collect();
        let head = head.replace('\n', "\r\n");
        let mut editor = Editor::new(&head, last, self.history.lines(), self.columns());
        let start = format!("{}{}", if paste { "\u{1b}[?2004h" } else { "" }, editor.display.take());
        self.write(2, &start).await;
        let input = self.edit(&mut editor).await;
        let end = match (&input, paste) {
            (Input::Line(_), true) => "\u{1b}[?2004l\r",
            (Input::Eof, true) => "\u{1b}[?2004l\r\n",
            (Input::Interrupted, true) => "^C\u{1b}[?2004l\r\u{1b}[?2004h\u{1b}[?2004l\r\n",
            (Input::Interrupted, false) => "^C\n",
            _ => "",
        };
        let text = format!("{}{end}", editor.display.take());
        // Written while the modes still turn a newline into two characters.
        self.write(2, &text).await;
        let _ = self.proc.tcsetattr(0, modes);
        input
    }

    fn columns(&self) -> usize {
        match self.proc.winsize(0) {
            Ok(size) if size.cols > 0 => usize::from(size.cols).max(2),
            _ => 80,
        }
    }

    async fn edit(&mut self, editor: &mut Editor) -> Input {
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            match self.proc.read(0, 1).await {
                Ok(read) if read.is_empty() => return Input::Eof,
                Ok(read) => bytes.extend_from_slice(&read),
                Err(Errno::EINTR) => {
                    if let Some(input) = self.signal_at_prompt(editor).await {
                        return input;
                    }
                    continue;
                }
                Err(_) => return Input::Eof,
            }
            let c = match std::str::from_utf8(&bytes) {
                Ok(text) => text.chars().next(),
                Err(error) if error.error_len().is_none() => continue,
                Err(_) => super::escape::from_bytes(&bytes).chars().next(),
            };
            bytes.clear();
            let Some(c) = c else { continue };
            let Readline { keymap, ring } = Rc::make_mut(&mut self.readline);
            let event = editor.key(c, keymap, ring);
            match event {
                Event::None => {}
                Event::Line(line) => return Input::Line(line),
                Event::Eof => return Input::Eof,
                Event::Complete(again) => self.complete_at(editor, again).await,
            }
            let text = editor.display.take();
            let text = if self.readline.keymap.silent { text.replace('\u{7}', "") } else { text };
            if !text.is_empty() {
                self.write(2, &text).await;
            }
        }
    }

    async fn signal_at_prompt(&mut self, editor: &mut Editor) -> Option<Input> {
        self.take_signals();
        let signals = std::mem::take(&mut self.signals);
        for signal in signals {
            let trapped = self.traps.get(&signal.name()).is_some_and(|action| !action.is_empty());
            match signal {
                Signal::WINCH => {
                    editor.display.resize(self.columns());
                    editor.display.redraw();
                    editor.refresh();
                    let text = editor.display.take();
                    self.write(2, &text).await;
                    self.set_window_size();
                }
                Signal::INT => {
                    self.signals.push(signal);
                    return Some(Input::Interrupted);
                }
                deadly if !trapped && self.dies_of(deadly) => {
                    self.signals.push(signal);
                    return Some(Input::Eof);
                }
                other => {
                    self.signals.push(other);
                    if let Err(super::state::Flow::Exit(status)) = self.poll_signals().await {
                        self.status = status;
                        return Some(Input::Eof);
                    }
                }
            }
        }
        None
    }

    /// `LINES` and `COLUMNS`.
    pub(super) fn set_window_size(&mut self) {
        if let Ok(size) = self.proc.winsize(0) {
            self.vars.set("LINES", &size.rows.to_string());
            self.vars.set("COLUMNS", &size.cols.to_string());
        }
    }

    async fn complete_at(&mut self, editor: &mut Editor, again: bool) {
        let line = editor.text();
        let point = editor.point();
        let offered = match complete::completer(self, &line, point) {
            Some((completer, words)) => completer(words).await,
            None => None,
        };
        let found = complete::complete(self, &line, point, self.readline.keymap.ignore_case, offered);
        if found.choices.is_empty() {
            editor.display.raw("\u{7}");
            return;
        }
        let word: String = line.chars().skip(found.start).take(point - found.start).collect();
        let text = format!("{}{}", found.common, found.suffix);
        if found.choices.len() == 1 {
            editor.replace(found.start, point, &text);
            editor.refresh();
            return;
        }
        if word != found.common {
            editor.replace(found.start, point, &found.common);
            editor.refresh();
        }
        if !again && !self.readline.keymap.show_all {
            editor.display.raw("\u{7}");
            return;
        }
        if found.choices.len() >= ASK && !self.ask(editor, found.choices.len()).await {
            return;
        }
        editor.display.raw("\n");
        editor.display.raw(&complete::columns(&found.choices, self.columns()));
        editor.display.start_over();
        editor.refresh();
    }

    async fn ask(&mut self, editor: &mut Editor, count: usize) -> bool {
        editor.display.raw(&format!("\nDisplay all {count} possibilities? (y or n)"));
        let text = editor.display.take();
        self.write(2, &text).await;
        loop {
            match self.proc.read(0, 1).await.ok().and_then(|bytes| bytes.first().copied()) {
                Some(b'y' | b'Y' | b' ') => return true,
                Some(b'n' | b'N' | 0x7f) | None => {
                    editor.display.raw("\n");
                    editor.display.start_over();
                    editor.refresh();
                    return false;
                }
                Some(_) => self.write(2, "\u{7}").await,
            }
        }
    }
}
