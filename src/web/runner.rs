//! Typing a lesson's commands into the terminal, visibly. It only says which keys come next and how long to wait; it must
//! not know who takes them.

use super::settings::Speed;
use crate::lesson::{parse, Step};
use std::collections::VecDeque;

/// Commands being typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The card they belong to.
    pub card: usize,
    /// Whether the next card follows.
    pub all: bool,
    /// Milliseconds to wait before the next keys.
    pub pause: u32,
    speed: Speed,
    queue: VecDeque<String>,
    typed: usize,
}

/// Between a command and the next, so that the eye can follow.
const BETWEEN: u32 = 450;

impl Run {
    /// A card's steps. `dirty`: something else is typed already and is wiped first.
    pub fn new(card: usize, all: bool, steps: &[Step], speed: Speed, dirty: bool) -> Run {
        // To the end of the line, and delete to its start.
        let wipe = dirty.then(|| "\u{5}\u{15}".to_owned());
        Run { card, all, pause: 0, speed, queue: wipe.into_iter().chain(Run::keys(steps)).collect(), typed: 0 }
    }

    /// What steps type: their lines with Enter, and their keys.
    pub fn keys(steps: &[Step]) -> Vec<String> {
        let mut out = Vec::new();
        for step in steps {
            out.extend(step.input.split('\n').map(|line| format!("{line}\r")));
            out.extend(step.keys.iter().filter_map(|keys| parse::parse_keys(keys)));
        }
        out
    }

    /// The next keys: one character, or everything up to the end of a command. None when all is typed.
    pub fn next(&mut self, instant: bool) -> Option<String> {
        let line = self.queue.front()?;
        let is_text = !line.starts_with(|c: char| c.is_control());
        if instant || !is_text {
            self.pause = if instant { 0 } else { BETWEEN };
            let rest: String = line.chars().skip(self.typed).collect();
            self.typed = 0;
            self.queue.pop_front();
            return Some(rest);
        }
        let key = line.chars().nth(self.typed)?;
        self.typed += 1;
        let ended = self.typed == line.chars().count();
        self.pause = match ended {
            true => BETWEEN,
            // A breath before Enter.
            false if self.typed + 1 == line.chars().count() => self.speed.pause() * 5,
            false => self.speed.pause(),
        };
        if ended {
            self.typed = 0;
            self.queue.pop_front();
        }
        Some(key.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> Step {
        Step {
            input: "ls".into(),
            prompt: "$ ".into(),
            output: Vec::new(),
            status: None,
            keys: vec!["^C".into(), "^D".into()],
            line: 1,
            output_line: 2,
        }
    }

    #[test]
    fn typed_one_by_one_or_at_once() {
        let mut run = Run::new(0, false, &[step()], Speed::Normal, true);
        let mut keys = Vec::new();
        while let Some(key) = run.next(false) {
            keys.push(key);
        }
        assert_eq!(keys, ["\u{5}\u{15}", "l", "s", "\r", "\u{3}", "\u{4}"]);
        let mut run = Run::new(0, false, &[step()], Speed::Normal, false);
        assert_eq!(run.next(false).as_deref(), Some("l"));
        assert_eq!(run.next(true).as_deref(), Some("s\r"));
    }
}
