//! One sitting as the page holds it: the session, its log kept safe before and after each input, and what the session
//! shows now, as data that is cheap to compare. It must not know how anything is drawn.

use super::storage;
use super::transcript::Transcript;
use crate::engine::snapshot::{FileView, Foreground, Snapshot};
use crate::session::log::{Input, Log};
use crate::session::{Entry, Options, Session};
use crate::terminal::tty::Size;
use std::rc::Rc;
use std::sync::Arc;

/// The sitting that belongs to no lesson.
pub const FREE: &str = "libre";

/// A session and where its log is kept.
pub struct Sitting {
    session: Session,
    /// The lesson's slug, or [`FREE`].
    pub name: String,
    shown: Shown,
}

/// What a sitting shows; a clone costs some pointers.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The terminal's lines.
    pub transcript: Rc<Transcript>,
    /// What the engine holds.
    pub snapshot: Arc<Snapshot>,
    /// What it held at the start.
    pub first: Arc<Snapshot>,
    /// The timeline.
    pub entries: Rc<Vec<Entry>>,
    /// A command is at work.
    pub working: bool,
    /// And computes: the next tick may come at once.
    pub busy: bool,
    /// The student's own shell waits for a command.
    pub at_host: bool,
    /// Something is typed and not yet ended.
    pub pending: bool,
    /// The mode of the arrow keys.
    pub application: bool,
}

impl Sitting {
    /// Opens a log. The error is a sentence of Docker's.
    pub fn open(name: &str, log: &Log, size: Size) -> Result<Sitting, String> {
        let options = Options::for_log(log).on_terminal(size);
        let session = Session::replay(options, &log.inputs).map_err(|error| error.to_string())?;
        let mut sitting = Sitting { session, name: name.to_owned(), shown: Shown::default() };
        sitting.refresh();
        Ok(sitting)
    }

    /// What it shows now.
    pub fn shown(&self) -> Shown {
        self.shown.clone()
    }

    /// Keys as the terminal sends them. The log with them is kept before they run: if the program dies of them,
    /// nothing before is lost.
    pub fn keys(&mut self, keys: &str) {
        let ends = keys.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\u{7f}' | '\u{1b}'));
        if ends {
            let mut log = self.session.log().clone();
            log.inputs.push(Input::Keys(format!("{}{keys}", self.session.pending())));
            storage::set(&storage::log_key(&self.name), &log.to_text());
            storage::set(storage::RUNNING, &self.name);
        }
        self.session.type_keys(keys);
        self.refresh();
        if ends {
            self.keep();
            storage::remove(storage::RUNNING);
        }
    }

    /// Whether a command computes, so that it could be given its next turn.
    pub fn is_busy(&self) -> bool {
        self.session.is_busy()
    }

    /// A command that is at work gets its turn.
    pub fn tick(&mut self) {
        self.session.tick();
        self.refresh();
        if !self.shown.working {
            self.keep();
        }
    }

    /// The window has another size.
    pub fn resize(&mut self, size: Size) {
        self.session.resize(size);
        self.refresh();
    }

    /// Back to the state after that many inputs; the inputs that are given up.
    pub fn undo_to(&mut self, inputs: usize) -> Vec<Input> {
        let cut = self.session.log().inputs.get(inputs..).unwrap_or(&[]).to_vec();
        // What was replayed once starts once more; if it did not, the session stays as it is.
        let Ok(session) = self.session.undo_to(inputs) else { return Vec::new() };
        self.session = session;
        self.shown.transcript = Rc::default();
        self.refresh();
        self.keep();
        cut
    }

    /// The log as a `.capas` file.
    pub fn log_text(&self) -> String {
        self.session.log().to_text()
    }

    /// How the session began, without its inputs.
    pub fn beginning(&self) -> Log {
        Log { inputs: Vec::new(), ..self.session.log().clone() }
    }

    /// What a layer does, path by path.
    pub fn layer_files(&self, chain_id: &str) -> Vec<FileView> {
        self.session.layer_files(chain_id)
    }

    /// What a container's thin layer does, path by path.
    pub fn container_files(&self, id: &str) -> Vec<FileView> {
        self.session.container_files(id)
    }

    /// The beginning of a file in a layer (by chain id) or in a container's merged tree.
    pub fn file_text(&self, container: bool, place: &str, path: &str, max: usize) -> Option<Vec<u8>> {
        match container {
            true => self.session.container_text(place, path, max),
            false => self.session.layer_text(place, path, max),
        }
    }

    fn keep(&self) {
        storage::set(&storage::log_key(&self.name), &self.session.log().to_text());
    }

    fn refresh(&mut self) {
        let entries = self.session.entries();
        let last = |e: &[Entry]| e.last().map(|e| (e.inputs, Arc::as_ptr(&e.snapshot)));
        if entries.len() != self.shown.entries.len() || last(entries) != last(&self.shown.entries) {
            self.shown.entries = Rc::new(entries.to_vec());
        }
        self.shown.snapshot = self.session.snapshot();
        self.shown.first = self.session.first_snapshot();
        self.shown.working = self.session.is_working();
        self.shown.busy = self.session.is_busy();
        self.shown.at_host = self.session.at_host_prompt();
        self.shown.pending = !self.session.pending().is_empty();
        let entries = self.shown.entries.clone();
        let screen = self.session.screen_mut();
        self.shown.application = screen.application_cursor_keys();
        Rc::make_mut(&mut self.shown.transcript).update(screen, &entries);
    }
}

impl Shown {
    /// The container whose shell or program has the terminal.
    pub fn inside(&self) -> Option<&str> {
        match &self.snapshot.foreground {
            Foreground::Host => None,
            Foreground::Container(id) => Some(id),
        }
    }

    /// The snapshot after an entry of the timeline; `None` is now. And the one before it.
    pub fn at(&self, entry: Option<usize>) -> (&Arc<Snapshot>, &Arc<Snapshot>) {
        let before = |n: usize| n.checked_sub(1).and_then(|n| self.entries.get(n)).map_or(&self.first, |e| &e.snapshot);
        match entry.map(|n| (n, self.entries.get(n))) {
            Some((n, Some(entry))) => (&entry.snapshot, before(n)),
            Some((_, None)) => (&self.first, &self.first),
            None => (&self.snapshot, before(self.entries.len().saturating_sub(1))),
        }
    }
}
