//! How far a student is in a lesson: which steps were done and which goals reached. It is told each input and the
//! snapshot after it; it must not know how either came about.

use super::{Exercise, Lesson};
use crate::engine::snapshot::Snapshot;

/// Place in a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many steps are done; the next is the one with this index.
    pub steps: usize,
    /// For each exercise, how many of its goals are reached (they come in order).
    pub goals: Vec<usize>,
}

impl Progress {
    /// The start of this lesson.
    pub fn start(lesson: &Lesson) -> Progress {
        Progress { steps: 0, goals: lesson.exercises().map(|_| 0).collect() }
    }

    /// An input was typed (by the student or by the lesson) and led to this snapshot.
    pub fn after(&mut self, lesson: &Lesson, input: &str, snapshot: &Snapshot) {
        if lesson.steps().nth(self.steps).is_some_and(|step| same_command(&step.input, input)) {
            self.steps += 1;
        }
        for (exercise, reached) in lesson.exercises().zip(&mut self.goals) {
            *reached = advance(exercise, *reached, snapshot);
        }
    }
}

/// Goals are reached in order: "remove it" cannot be reached before "make it" was.
fn advance(exercise: &Exercise, mut reached: usize, snapshot: &Snapshot) -> usize {
    while exercise.goals.get(reached).is_some_and(|goal| goal.predicate.holds(snapshot)) {
        reached += 1;
    }
    reached
}

/// Blanks at the ends and between words do not make another command.
fn same_command(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}
