//! Lessons: ordinary course Markdown whose fenced blocks are steps and regression tests at once. This module
//! reads them, compares what a command printed with what the lesson says, and checks an exercise's goals on the
//! snapshot. It must not know who runs the commands or who draws the prose.

pub mod compare;
pub mod goal;
pub mod library;
pub mod parse;
pub mod progress;
pub mod prose;

use crate::strings::Lang;

/// A whole lesson, in one language, ready to be shown and replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The file's name without its extension: `01-organizacion`.
    pub slug: String,
    /// From the front matter, else the first heading.
    pub title: String,
    /// One sentence for the list of lessons, from the front matter.
    pub description: String,
    /// Estimated minutes, from the front matter.
    pub minutes: Option<u32>,
    /// Images that are there at the start (`ubuntu` where the front matter names none).
    pub images: Vec<String>,
    /// Prose, steps and exercises in the order of the page.
    pub parts: Vec<Part>,
    /// The language of the prose.
    pub lang: Lang,
}

/// One piece of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text between the blocks.
    Prose(Vec<prose::Block>),
    /// The steps of one fenced block.
    Steps(Vec<Step>),
    /// A code listing without prompts: shown, never run.
    Listing(String),
    /// Goals that the student reaches without being told the commands.
    Exercise(Exercise),
}

/// One command of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is typed, without prompt; lines joined with line feeds.
    pub input: String,
    /// The prompt that stands before it, such as `$ ` or `root@a2d1ce6990d8:/# `.
    pub prompt: String,
    /// What must be printed, a line each.
    pub output: Vec<String>,
    /// The exit status where the lesson states one (`? 125`).
    pub status: Option<i32>,
    /// Keys typed after it, in caret notation: `^C`, `^D`, `^P^Q`.
    pub keys: Vec<String>,
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// The line of the first output line, from 1.
    pub output_line: usize,
}

impl Step {
    /// Whether it is typed inside a container.
    pub fn in_container(&self) -> bool {
        self.prompt != "$ "
    }
}

/// An exercise: goals in order, hints one by one, a solution that the tests replay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exercise {
    /// Reached one after the other.
    pub goals: Vec<Goal>,
    /// From the vaguest to the plainest.
    pub hints: Vec<Vec<prose::Inline>>,
    /// Commands that reach every goal.
    pub solution: Vec<Step>,
    /// Where it starts in the file, from 1.
    pub line: usize,
}

/// One goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What must hold.
    pub predicate: goal::Predicate,
    /// The sentence that the student reads.
    pub sentence: Vec<prose::Inline>,
}

impl Lesson {
    /// Its steps in order, without the exercises' solutions.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.parts.iter().flat_map(|part| match part {
            Part::Steps(steps) => steps.as_slice(),
            _ => &[],
        })
    }

    /// Its exercises in order.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.parts.iter().filter_map(|part| match part {
            Part::Exercise(exercise) => Some(exercise),
            _ => None,
        })
    }
}

/// Something wrong in a lesson's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
