//! How a session begins, and what comes back of an input. It must not know how a session runs.

use super::log::Log;
use crate::ambient::Time;
use crate::engine::snapshot::Snapshot;
use crate::host::HostFile;
use crate::lesson::Lesson;
use crate::terminal::tty::Size;
use std::sync::Arc;

/// How a session begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of ids and names.
    pub seed: u64,
    /// The clock at the start.
    pub start: Time,
    /// Images of the teaching registry that are there at the start.
    pub images: Vec<String>,
    /// Archives of `docker save` that are loaded at the start.
    pub archives: Vec<Arc<[u8]>>,
    /// Files that are on the computer beside the usual ones.
    pub files: Vec<HostFile>,
    /// The lesson it belongs to, by its slug.
    pub lesson: Option<String>,
    /// A terminal of this size that is typed at; without one, lines are handed over and output is captured.
    pub terminal: Option<Size>,
    /// Whether the student is root on the computer.
    pub root: bool,
}

impl Default for Options {
    fn default() -> Options {
        let log = Log::default();
        Options {
            seed: log.seed,
            start: log.start,
            images: Vec::new(),
            archives: Vec::new(),
            files: Vec::new(),
            lesson: None,
            terminal: None,
            root: false,
        }
    }
}

impl Options {
    /// With what the lesson needs, output captured.
    pub fn for_lesson(lesson: &Lesson, seed: u64) -> Options {
        Options { seed, images: lesson.images.clone(), lesson: Some(lesson.slug.clone()), ..Options::default() }
    }

    /// As the log began, output captured.
    pub fn for_log(log: &Log) -> Options {
        Options {
            seed: log.seed,
            start: log.start,
            images: log.images.clone(),
            lesson: log.lesson.clone(),
            ..Options::default()
        }
    }

    /// The same on a terminal of this size.
    pub fn on_terminal(self, size: Size) -> Options {
        Options { terminal: Some(size), ..self }
    }
}

/// Why a session could not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The teaching registry has no such image, or its name is none; Docker's sentence.
    Image(String),
    /// An archive could not be loaded; Docker's sentence.
    Archive(String),
    /// The computer's shell could not be started.
    Shell(String),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StartError::Image(what) | StartError::Archive(what) | StartError::Shell(what) => f.write_str(what),
        }
    }
}

/// How far a session got before it gave its caller a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Everything waits for input.
    Idle,
    /// A command is still at work and would go on for long: let [`Session::tick`] time pass, or interrupt it.
    Working,
}

/// What one input led to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was typed.
    pub input: String,
    /// Standard output; what a container's terminal showed counts as this.
    pub stdout: String,
    /// Standard error (empty on a terminal, which does not tell them apart).
    pub stderr: String,
    /// Both in order, without the echo of the input and the next prompt.
    pub output: String,
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// The last command's exit status; while one is at work, the one before.
    pub status: i32,
}

/// Where an input went, for the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the student's own computer.
    Host,
    /// Into a container.
    Container,
    /// To the computer, and the engine refused it.
    Refused,
}

/// One entry of the timeline.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was typed.
    pub label: String,
    /// Where it went.
    pub place: Place,
    /// How many inputs the log had with it: [`Session::undo_to`] takes this.
    pub inputs: usize,
    /// The first line of the screen that it wrote to (see `Screen::lines_from`).
    pub line: u64,
    /// What the engine held after it.
    pub snapshot: Arc<Snapshot>,
}

impl Outcome {
    pub(super) fn append(&mut self, next: Outcome) {
        self.stdout.push_str(&next.stdout);
        self.stderr.push_str(&next.stderr);
        self.output.push_str(&next.output);
        self.raw.extend_from_slice(&next.raw);
        self.status = next.status;
    }
}
