//! The line editor's words, and what is cut out, put back and changed of them.

use super::{Command, Editor, KillRing};

impl Editor {
    fn is_word(&self, at: usize) -> bool {
        self.buffer.get(at).is_some_and(|c| c.is_alphanumeric())
    }

    pub(super) fn word_end(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.buffer.len() && !self.is_word(at) {
            at += 1;
        }
        while self.is_word(at) {
            at += 1;
        }
        at
    }

    pub(super) fn word_start(&self, from: usize) -> usize {
        let mut at = from;
        while at > 0 && !self.is_word(at - 1) {
            at -= 1;
        }
        while at > 0 && self.is_word(at - 1) {
            at -= 1;
        }
        at
    }

    pub(super) fn blank_word_start(&self) -> usize {
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

    pub(super) fn kill(&mut self, from: usize, to: usize, ring: &mut KillRing, backward: bool) {
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

    pub(super) fn yank_pop(&mut self, ring: &mut KillRing) {
        let after_yank = matches!(self.last, Some(Command::Yank | Command::YankPop));
        let (true, Some((from, to))) = (after_yank, self.yanked) else { return self.bell() };
        ring.rotate_right(1);
        if let Some(text) = ring.last().cloned() {
            self.replace(from, to, &text);
            self.yanked = Some((from, self.point));
        }
    }

    pub(super) fn yank_last_arg(&mut self) {
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

    pub(super) fn transpose(&mut self) {
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

    pub(super) fn transpose_words(&mut self) {
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

    pub(super) fn change_case(&mut self, command: &Command) {
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
}
