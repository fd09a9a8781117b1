//! The line editor's way through the history: line by line, by a beginning, and the search that shows what it finds at
//! each key.

use super::{Command, Editor, Event};

impl Editor {
    pub(super) fn move_history(&mut self, to: Option<usize>) {
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

    pub(super) fn prefix_search(&mut self, forward: bool) {
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

    /// A key during a search; `None` where it ends the search and is to be done as usual.
    pub(super) fn search_key(&mut self, c: char, command: &Command) -> Option<Event> {
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

    pub(super) fn end_search(&mut self, keep: bool) {
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
