//! The terminal's lines in blocks: a prompt with what was typed at it, tables, running text, errors. Lines are taken from
//! the screen only from the first that changed, and a block that did not change stays the same allocation, so that
//! drawing a key costs one block however long the session is. It must not know HTML.

use crate::session::{Entry, Place};
use crate::terminal::screen::{Cursor, Line, Screen};
use std::rc::Rc;

/// Neighbouring lines of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The number of its first line; stable while lines above fall out of the scrollback.
    pub number: u64,
    /// What it is.
    pub kind: Kind,
    /// At least one.
    pub lines: Vec<Line>,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A prompt and what is typed at it: how many characters the prompt has, whether it is a container's.
    Prompt(usize, bool),
    /// Columns: never wrapped. Whether the first line is a header.
    Table(bool),
    /// Running text: wrapped.
    Text,
    /// A refusal.
    Error,
}

/// Everything that the terminal shows.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// From the top.
    pub blocks: Vec<Rc<Block>>,
    /// Where the cursor is: the line's number, characters before it, whether it shows.
    pub caret: (u64, usize, bool),
    /// The rows of a full-screen program, which then stand for everything else.
    pub grid: Option<Rc<Vec<Line>>>,
}

impl PartialEq for Transcript {
    fn eq(&self, other: &Transcript) -> bool {
        let same_grid = match (&self.grid, &other.grid) {
            (None, None) => true,
            (Some(a), Some(b)) => Rc::ptr_eq(a, b),
            _ => false,
        };
        let mut pairs = self.blocks.iter().zip(&other.blocks);
        same_grid
            && self.caret == other.caret
            && self.blocks.len() == other.blocks.len()
            && pairs.all(|(a, b)| Rc::ptr_eq(a, b))
    }
}

impl Transcript {
    /// Takes what changed on the screen. The timeline tells at which lines something was typed.
    pub fn update(&mut self, screen: &mut Screen, entries: &[Entry]) {
        let cursor = screen.cursor();
        if screen.is_alternate() {
            self.grid = Some(Rc::new(screen.grid()));
            self.caret = (cursor.line as u64, cursor.column, cursor.visible);
            return;
        }
        self.grid = None;
        if let Some(from) = screen.take_changed() {
            self.replace(from, screen, entries);
        }
        self.caret = self.caret_of(cursor);
    }

    fn caret_of(&self, cursor: Cursor) -> (u64, usize, bool) {
        let first = self.blocks.first().map_or(0, |block| block.number);
        (first + cursor.line as u64, cursor.column, cursor.visible)
    }

    /// Blocks from the one that holds line `from` are made anew.
    fn replace(&mut self, from: u64, screen: &Screen, entries: &[Entry]) {
        // A table or an error goes on as long as its lines do: start at the prompt above.
        let mut keep = self.blocks.partition_point(|block| block.number < from);
        while keep > 0 {
            keep -= 1;
            if self.blocks.get(keep).is_some_and(|block| matches!(block.kind, Kind::Prompt(..))) {
                break;
            }
        }
        let old = self.blocks.split_off(keep);
        let start = old.first().map_or(from, |block| block.number.min(from));
        let lines = screen.lines_from(start);
        let mut fresh = Vec::new();
        gather(lines, entries, &mut fresh);
        self.blocks.extend(fresh.into_iter().map(|block| {
            let same = old.iter().find(|o| o.number == block.number && ***o == block);
            same.cloned().unwrap_or_else(|| Rc::new(block))
        }));
        let oldest = screen.lines_from(0).first().map_or(0, |line| line.number);
        self.forget_before(oldest);
    }

    /// What fell out of the scrollback goes.
    fn forget_before(&mut self, oldest: u64) {
        let gone = self.blocks.iter().take_while(|block| block.number + (block.lines.len() as u64) <= oldest).count();
        self.blocks.drain(..gone);
        if let Some(first) = self.blocks.first_mut().filter(|block| block.number < oldest) {
            let mut cut = (**first).clone();
            cut.lines.drain(..(oldest - cut.number) as usize);
            cut.number = oldest;
            *first = Rc::new(cut);
        }
    }

    /// What was printed from line `from` on, without prompts; for screen readers.
    pub fn printed_since(&self, from: u64) -> Vec<String> {
        let lines = self.blocks.iter().filter(|b| !matches!(b.kind, Kind::Prompt(..))).flat_map(|b| &b.lines);
        let texts = lines.filter(|l| l.number >= from).map(|l| l.text().trim_end().to_owned());
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// Everything as plain text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for line in self.blocks.iter().flat_map(|block| &block.lines) {
            out.push_str(line.text().trim_end());
            out.push('\n');
        }
        out
    }
}

fn gather(lines: Vec<Line>, entries: &[Entry], out: &mut Vec<Block>) {
    let last = lines.last().map_or(0, |line| line.number);
    for line in lines {
        let text = line.text();
        let kind = match typed_at(entries, line.number, &text) {
            Some(kind) => kind,
            None if line.number == last => kind_of(&text, out.last()),
            None => output_kind(&text, out.last()),
        };
        match out.last_mut() {
            Some(last) if last.kind == kind && !matches!(kind, Kind::Prompt(..)) && !header(&text) => {
                last.lines.push(line);
            }
            Some(last) if matches!((last.kind, kind), (Kind::Table(true), Kind::Table(false))) => last.lines.push(line),
            _ => out.push(Block { number: line.number, kind, lines: vec![line] }),
        }
    }
}

/// The prompt of a line at which, as the timeline says, something was typed.
fn typed_at(entries: &[Entry], number: u64, text: &str) -> Option<Kind> {
    // After `clear` numbers come again: the latest counts, if the line still shows what was typed.
    let first = entries.iter().rev().find(|e| e.line == number)?;
    let inside = first.place == Place::Container;
    let typed = text.rfind(first.label.as_str()).and_then(|at| text.get(..at));
    let len = prompt(text).map(|(len, _)| len).or(typed.map(|before| before.chars().count()))?;
    Some(Kind::Prompt(len, inside))
}

/// Of the line that the cursor may be at: a prompt that nothing was typed at yet is known by its form.
fn kind_of(text: &str, before: Option<&Block>) -> Kind {
    match prompt(text) {
        Some((len, inside)) => Kind::Prompt(len, inside),
        None => output_kind(text, before),
    }
}

fn output_kind(text: &str, before: Option<&Block>) -> Kind {
    if header(text) {
        return Kind::Table(true);
    }
    let wide = text.trim().contains("   ") || text.contains('\t');
    match before.map(|b| b.kind) {
        Some(Kind::Table(true)) if !text.is_empty() => Kind::Table(false),
        Some(Kind::Prompt(..) | Kind::Error) | None if error(text) => Kind::Error,
        _ if wide => Kind::Table(false),
        _ => Kind::Text,
    }
}

/// The words that daemons and shells begin a refusal with.
fn error(text: &str) -> bool {
    let starts = ["Error response from daemon:", "Error: ", "docker: ", "bash: ", "sh: ", "unknown flag:", "\"docker "];
    starts.iter().any(|start| text.starts_with(start))
}

/// A header of columns: words in capitals, at least two of them, far apart.
fn header(text: &str) -> bool {
    let text = text.trim_end();
    text.contains("   ")
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.split("  ").filter(|w| !w.trim().is_empty()).count() > 1
        && text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, ' ' | '/' | '%' | '-' | '_'))
}

/// The length of the prompt that a line begins with, and whether it is a container's: `$ `, `root@a2d1ce6990d8:/# `,
/// `/ # ` (busybox), `bash-5.1# `.
pub fn prompt(text: &str) -> Option<(usize, bool)> {
    if text == "$" || text.starts_with("$ ") {
        return Some((2, false));
    }
    let end = text.find(['#', '$'])?;
    let head = text.get(..end)?;
    let rest = text.get(end + 1..)?;
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let user = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let inside = match head.split_once('@') {
        Some((name, place)) => {
            let (host, path) = place.split_once(':')?;
            user(name) && user(host) && path.starts_with(['/', '~'])
        }
        None => {
            head.starts_with("bash-") || (head.starts_with('/') && head.ends_with(' ') && !head.trim().contains(' '))
        }
    };
    inside.then(|| (head.chars().count() + 2, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::tty::Size;

    fn entry(line: u64, label: &str, place: Place) -> Entry {
        Entry { label: label.to_owned(), place, inputs: 0, line, snapshot: Default::default() }
    }

    fn shown(text: &str, typed: &[(u64, &str)]) -> Transcript {
        let typed: Vec<Entry> = typed.iter().map(|(line, label)| entry(*line, label, Place::Host)).collect();
        let mut screen = Screen::new(Size { rows: 10, cols: 60 });
        screen.feed(text.replace('\n', "\r\n").as_bytes());
        let mut transcript = Transcript::default();
        transcript.update(&mut screen, &typed);
        transcript
    }

    #[test]
    fn prompts_are_told_from_output() {
        assert_eq!(prompt("$ docker ps"), Some((2, false)));
        assert_eq!(prompt("root@a2d1ce6990d8:/# ls"), Some((21, true)));
        assert_eq!(prompt("/ # ls"), Some((4, true)));
        assert_eq!(prompt("/etc # ls"), Some((7, true)));
        assert_eq!(prompt("# a comment"), None);
        assert_eq!(prompt("a@b costs 5$ now"), None);
    }

    #[test]
    fn lines_are_gathered() {
        let t = shown(
            "$ docker ps -s\nID     SIZE\nabc    0B (virtual 1B)\n$ docker rmi x\nError response from daemon: no\n$ ",
            &[(0, "docker ps -s"), (3, "docker rmi x")],
        );
        let kinds: Vec<Kind> = t.blocks.iter().map(|b| b.kind).collect();
        let host = Kind::Prompt(2, false);
        assert_eq!(kinds, [host, Kind::Table(true), host, Kind::Error, host]);
        assert_eq!(t.blocks[1].lines.len(), 2);
        assert_eq!(t.caret, (5, 2, true));
        assert_eq!(t.printed_since(3), ["Error response from daemon: no"]);
    }

    #[test]
    fn unchanged_blocks_stay_the_same() {
        let mut screen = Screen::new(Size { rows: 5, cols: 60 });
        let typed = [entry(0, "a", Place::Host)];
        let mut t = Transcript::default();
        screen.feed(b"$ a\r\none\r\n$ b");
        t.update(&mut screen, &typed);
        let before = t.clone();
        screen.feed(b"c");
        t.update(&mut screen, &typed);
        assert!(Rc::ptr_eq(&before.blocks[0], &t.blocks[0]) && Rc::ptr_eq(&before.blocks[1], &t.blocks[1]));
        assert!(!Rc::ptr_eq(&before.blocks[2], &t.blocks[2]));
        assert_ne!(before, t);
    }
}
