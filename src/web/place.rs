//! Where a student is in a lesson: which steps are done and by which entry of the timeline, which goals are reached,
//! which hints were asked for. It is computed from the timeline alone, so it is right after a reload, an undo or an
//! opened file. It must not know how cards look.

use super::course::Unit;
use super::sitting::Shown;
use crate::lesson::progress::Progress;
use crate::session;
use crate::strings::Lang;

/// Place in a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Steps done and goals reached.
    pub progress: Progress,
    /// For each step done, the entry that did it.
    results: Vec<usize>,
    /// Whether each result was a refusal.
    refused: Vec<bool>,
    /// How many entries were counted.
    seen: usize,
    /// The card to run next; the number of cards when all are done.
    pub next: usize,
    /// The card that is read; none is the next one.
    pub at: Option<usize>,
    /// For each exercise, how many hints are open.
    pub hints: Vec<usize>,
}

impl Place {
    /// With what the timeline holds since.
    pub fn after(&self, unit: &Unit, shown: &Shown) -> Place {
        let lesson = unit.lesson(Lang::Es);
        let mut place = self.clone();
        if place.seen > shown.entries.len() || place.progress.goals.len() != lesson.exercises().count() {
            place =
                Place { progress: Progress::start(lesson), at: self.at, hints: self.hints.clone(), ..Place::default() };
        }
        // A command that is still at work counts when it has ended.
        let ended = shown.entries.len() - usize::from(shown.working && !shown.entries.is_empty());
        for (n, entry) in shown.entries.iter().enumerate().take(ended).skip(place.seen) {
            let before = place.progress.steps;
            place.progress.after(lesson, &entry.label, &entry.snapshot);
            if place.progress.steps > before {
                place.results.push(n);
                place.refused.push(entry.place == session::Place::Refused);
            }
        }
        place.seen = ended;
        place.next = unit.cards_done(place.progress.steps);
        place
    }

    /// The start again; hints that were asked for stay.
    pub fn anew(&self) -> Place {
        Place { hints: self.hints.clone(), ..Place::default() }
    }

    /// The card that is read.
    pub fn current(&self) -> usize {
        self.at.unwrap_or(self.next)
    }

    /// Where a card's run begins: after those of its steps that the student typed already, if it is the next one.
    pub fn first_step(&self, unit: &Unit, card: usize) -> usize {
        match unit.cards.get(card) {
            Some(c) if card == self.next => self.progress.steps.saturating_sub(c.first).min(c.len - 1),
            _ => 0,
        }
    }

    /// How many of a card's steps are done.
    pub fn done_in(&self, unit: &Unit, card: usize) -> usize {
        unit.cards.get(card).map_or(0, |c| self.progress.steps.saturating_sub(c.first).min(c.len))
    }

    /// Whether one of a card's steps was refused.
    pub fn is_refused(&self, unit: &Unit, card: usize) -> bool {
        let steps = unit.cards.get(card).map_or(0..0, |c| c.first..c.first + c.len);
        self.refused.get(steps).is_some_and(|refused| refused.contains(&true))
    }

    /// Whether everything is done.
    pub fn is_complete(&self, unit: &Unit) -> bool {
        let lesson = unit.lesson(Lang::Es);
        let goals = lesson.exercises().zip(&self.progress.goals).all(|(e, reached)| *reached >= e.goals.len());
        self.next >= unit.cards.len() && goals && self.progress.goals.len() == lesson.exercises().count()
    }

    /// One more hint of an exercise.
    pub fn more_hints(&mut self, exercise: usize) {
        if self.hints.len() <= exercise {
            self.hints.resize(exercise + 1, 0);
        }
        if let Some(open) = self.hints.get_mut(exercise) {
            *open += 1;
        }
    }

    /// How far, for the list of lessons: cards done, and a `!` when the exercises are too.
    pub fn summary(&self, unit: &Unit) -> String {
        format!("{}{}", self.next, if self.is_complete(unit) { "!" } else { "" })
    }
}

/// What such a summary says: cards done, everything done.
pub fn read_summary(text: &str) -> (usize, bool) {
    (text.trim_end_matches('!').parse().unwrap_or(0), text.ends_with('!'))
}
