//! Going back: undo, going on from an earlier step, redo, another file, the start. All of it is replay.

use super::route::Route;
use super::sitting::{Shown, Sitting, FREE};
use super::state::{Notice, State};
use super::storage;
use crate::session::log::{Input, Log};
use std::cell::RefCell;
use std::rc::Rc;

impl State {
    pub(super) fn undo(&mut self) {
        let Some(sitting) = self.sitting.clone() else { return };
        let count = self.shown.entries.len();
        let first_gone = self.looking.map_or(count.saturating_sub(1), |at| if at < count { at } else { 0 });
        self.cut(&sitting, self.inputs_before(first_gone));
    }

    pub(super) fn go_on(&mut self) {
        let (Some(sitting), Some(at)) = (self.sitting.clone(), self.looking) else { return };
        let kept = if at < self.shown.entries.len() { at + 1 } else { 0 };
        self.cut(&sitting, self.inputs_before(kept));
    }

    /// How many inputs of the log come before an entry of the timeline.
    pub(super) fn inputs_before(&self, entry: usize) -> usize {
        entry.checked_sub(1).and_then(|n| self.shown.entries.get(n)).map_or(0, |e| e.inputs)
    }

    pub(super) fn cut(&mut self, sitting: &RefCell<Sitting>, keep: usize) {
        let gone = sitting.borrow_mut().undo_to(keep);
        self.run = None;
        self.looking = None;
        self.place = Rc::new(self.place.anew());
        self.notice = None;
        if !gone.is_empty() {
            self.notice = Some(Notice::Undone(gone.len()));
            self.undone = Rc::new(gone);
        }
        self.shown = Shown::default();
        self.see();
        self.spoken = self.shown.transcript.caret.0;
    }

    pub(super) fn redo(&mut self) {
        let keys = |input: &Input| match input {
            Input::Line(line) => format!("{line}\r"),
            Input::Keys(keys) => keys.clone(),
            Input::Wait(_) | Input::Turns(_) => String::new(),
        };
        let inputs: Vec<String> = self.undone.iter().map(keys).collect();
        self.notice = None;
        self.undone = Rc::default();
        self.type_all(&inputs);
    }

    pub(super) fn load(&mut self, file: &str) {
        match Log::parse(file) {
            Err(why) => self.notice = Some(Notice::Bad(why.to_string())),
            Ok(log) => {
                let named = log.lesson.as_deref();
                let lesson = named.and_then(|slug| self.course.iter().position(|unit| unit.slug == slug));
                let (route, name) = match lesson.and_then(|n| Some((n, self.course.get(n)?.slug))) {
                    Some((n, slug)) => (Route::Lesson(n + 1, None), slug),
                    None => (Route::Free, FREE),
                };
                self.route = route;
                self.leave();
                storage::set(&storage::log_key(name), &log.to_text());
                self.take_up(name, &log);
            }
        }
        self.popover = None;
    }

    pub(super) fn reset(&mut self) {
        let Some(name) = self.sitting.as_ref().map(|s| s.borrow().name.clone()) else { return };
        storage::remove(&storage::log_key(&name));
        storage::remove(&storage::done_key(&name));
        let tab = self.tab;
        self.leave();
        self.tab = tab;
        self.popover = None;
        self.open(&name);
    }
}
