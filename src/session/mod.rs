//! A sitting: inputs come in, outputs and snapshots come out. Its whole state is its log; undo and resume are replay.
//! It must not know whether a page or a program shows it.

mod clock;
mod files;
pub mod log;
mod options;
pub mod replay;
mod typed;

use crate::ambient::{Time, SECOND};
use crate::engine::api::{Engine, EngineError, Stream};
use crate::engine::registry::TeachingRegistry;
use crate::engine::sim::SimEngine;
use crate::engine::snapshot::{Foreground, Snapshot};
use crate::host::{self, Host, Output};
use crate::kernel::Kernel;
use crate::terminal::screen::Screen;
use crate::terminal::tty::Size;
use clock::{LEAPS, PATIENCE, THINKING};
use log::{Input, Log};

pub use crate::host::HostFile;
pub use crate::shell::is_complete;
pub use options::{Entry, Options, Outcome, Place, Settled, StartError};
use std::rc::Rc;
use std::sync::Arc;

/// A sitting.
pub struct Session {
    options: Options,
    log: Log,
    kernel: Kernel,
    engine: Rc<SimEngine>,
    host: Host,
    screen: Screen,
    /// Keys of the line that is being typed.
    pending: String,
    entries: Vec<Entry>,
    first: Arc<Snapshot>,
    latest: Arc<Snapshot>,
    raw: Vec<u8>,
    /// The same for whoever calls `take_output`.
    watched: Option<Vec<u8>>,
    /// The prompt that the container's terminal shows, as far as it is known.
    prompt: String,
    working: bool,
    /// It stopped in the middle of computing.
    busy: bool,
    /// The turns it has had since it stopped so.
    turns: u32,
    /// How many of them an input waits for; a caller that shows what goes on gives them one by one.
    patience: u32,
    /// How often [`JUMPS`] may be used up before an input comes back.
    leaps: u32,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.kernel.shutdown();
    }
}

impl Session {
    /// Begins one; the images are there, the shell is at its prompt.
    pub fn start(options: Options) -> Result<Session, StartError> {
        let kernel = Kernel::new(options.start);
        let registry = Rc::new(TeachingRegistry::new());
        let engine = SimEngine::new(kernel.clone(), options.seed, registry, host::programs(), host::HOSTNAME);
        let setup = host::Setup {
            engine: engine.clone(),
            programs: host::programs(),
            size: options.terminal.unwrap_or_default(),
            files: options.files.clone(),
            root: options.root,
            captured: options.terminal.is_none(),
        };
        let host = Host::start(&kernel, setup).map_err(|error| StartError::Shell(error.to_string()))?;
        // So that `docker run -v /home/alumno:/datos` finds the student's own files, and root the engine's.
        engine.show_on(&host.system);
        let empty = Arc::new(Snapshot::default());
        let (patience, leaps) = if options.terminal.is_some() { (0, 0) } else { (PATIENCE, LEAPS) };
        let mut session = Session {
            log: Log {
                seed: options.seed,
                start: options.start,
                images: options.images.clone(),
                lesson: options.lesson.clone(),
                inputs: Vec::new(),
            },
            screen: Screen::new(options.terminal.unwrap_or_default()),
            options,
            kernel,
            engine,
            host,
            pending: String::new(),
            entries: Vec::new(),
            first: empty.clone(),
            latest: empty,
            raw: Vec::new(),
            watched: None,
            prompt: String::new(),
            working: false,
            busy: false,
            turns: 0,
            patience,
            leaps,
        };
        session.prepare()?;
        Ok(session)
    }

    fn prepare(&mut self) -> Result<(), StartError> {
        for image in self.options.images.clone() {
            let engine = self.engine.clone();
            let pulled: Option<Result<(), EngineError>> = self.wait_for(async move {
                let mut progress = engine.image_pull(&image).await?;
                while progress.next().await.is_some() {}
                Ok(())
            });
            pulled.unwrap_or(Ok(())).map_err(|error| StartError::Image(error.to_string()))?;
        }
        for archive in self.options.archives.clone() {
            let engine = self.engine.clone();
            let loaded: Option<Result<(), EngineError>> = self.wait_for(async move {
                let mut progress = engine.image_load(Stream::of([archive.to_vec()]), true).await?;
                while progress.next().await.is_some() {}
                Ok(())
            });
            loaded.unwrap_or(Ok(())).map_err(|error| StartError::Archive(error.to_string()))?;
        }
        if !self.options.archives.is_empty() {
            // Nobody has an image of tomorrow: the clock starts a day after the newest.
            let newest = self.engine.snapshot_now().images.iter().map(|image| image.created).max();
            if let Some(newest) = newest.filter(|&newest| newest > self.kernel.now()) {
                self.kernel.advance_to(newest.plus_nanos(24 * 3600 * SECOND));
            }
        }
        self.settle();
        self.first = self.latest.clone();
        Ok(())
    }

    /// Begins one and types a log's inputs.
    pub fn replay(options: Options, inputs: &[Input]) -> Result<Session, StartError> {
        let mut session = Session::start(options)?;
        let own = session.patience;
        for (i, input) in inputs.iter().enumerate() {
            // What came after so many turns comes after as many again; what came at the end, at the end.
            session.patience = match inputs.get(i + 1) {
                Some(Input::Turns(turns)) => *turns,
                Some(_) => PATIENCE,
                None => own,
            };
            session.apply(input);
        }
        session.patience = own;
        Ok(session)
    }

    /// One input of a log.
    pub fn apply(&mut self, input: &Input) -> Outcome {
        match input {
            Input::Line(line) => self.run_line(line),
            Input::Keys(keys) => self.run_keys(keys),
            Input::Wait(seconds) => {
                let patience = self.patience;
                for n in 1..=*seconds {
                    self.second();
                    self.go_on(if n < *seconds { PATIENCE } else { patience });
                }
                self.record();
                self.outcome(&input.label())
            }
            // The input before it took them already.
            Input::Turns(_) => self.outcome(""),
        }
    }

    /// A line and Enter, to whoever reads: the computer's shell or a program in the foreground. On a captured
    /// session a complete command may have several lines.
    pub fn run_line(&mut self, line: &str) -> Outcome {
        let lines = match &self.host.lines {
            Some(lines) if !lines.is_busy() => {
                let lines = lines.clone();
                self.begin(Input::Line(line.to_owned()));
                self.kernel.advance(THINKING);
                lines.push(line);
                self.finish();
                return self.outcome(line);
            }
            _ => line.split('\n'),
        };
        let mut merged = Outcome::default();
        for line in lines {
            self.begin(Input::Line(line.to_owned()));
            self.host.tty.input(line.as_bytes());
            self.settle();
            self.kernel.advance(THINKING);
            self.host.tty.input(b"\r");
            self.finish();
            let next = self.outcome(line);
            merged.append(next);
        }
        merged.input = line.to_owned();
        merged
    }

    /// Keys as a terminal sends them.
    pub fn run_keys(&mut self, keys: &str) -> Outcome {
        if self.host.lines.as_ref().is_some_and(|lines| !lines.is_busy()) {
            // Nobody reads the keyboard: the shell of a captured session has its own way in.
            return self.outcome("");
        }
        let line = keys.strip_suffix('\r').filter(|l| !l.chars().any(char::is_control));
        if let Some(line) = line {
            return self.run_line(line);
        }
        let input = Input::Keys(keys.to_owned());
        let label = input.label();
        self.begin(input);
        self.kernel.advance(THINKING);
        self.host.tty.input(keys.as_bytes());
        self.finish();
        self.outcome(&label)
    }

    /// Keys that a person types one after the other; an input is logged when its line is ended or interrupted, or
    /// at once where a full-screen program reads single keys.
    pub fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            let key = if key == '\n' { '\r' } else { key };
            let ends = matches!(key, '\r' | '\u{3}' | '\u{4}' | '\u{11}' | '\u{1a}' | '\u{1c}');
            self.pending.push(key);
            let mut utf8 = [0; 4];
            let bytes = key.encode_utf8(&mut utf8).as_bytes();
            if ends || (self.screen.is_alternate() && !self.pending.starts_with('\u{1b}')) {
                let typed = std::mem::take(&mut self.pending);
                self.begin(typed::input(&typed));
                self.kernel.advance(THINKING);
                self.host.tty.input(bytes);
                self.finish();
            } else {
                self.host.tty.input(bytes);
                self.settle();
            }
        }
        if self.screen.is_alternate() && !self.pending.is_empty() {
            let typed = std::mem::take(&mut self.pending);
            self.begin(Input::Keys(typed));
            self.finish();
        }
    }

    /// The window has another size.
    pub fn resize(&mut self, size: Size) {
        if self.options.terminal.is_some_and(|now| now != size) {
            self.options.terminal = Some(size);
            self.screen.resize(size);
            self.host.tty.resize(size);
            self.settle();
        }
    }

    /// The terminal's screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The terminal's screen, to ask what has changed.
    pub fn screen_mut(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// The terminal's bytes since this was last asked, for a real terminal that shows them; the first time, those of
    /// the last input, or of the start.
    pub fn take_output(&mut self) -> Vec<u8> {
        self.watched.replace(Vec::new()).unwrap_or_else(|| self.raw.clone())
    }

    /// What the engine holds now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.latest.clone()
    }

    /// What it held at the start.
    pub fn first_snapshot(&self) -> Arc<Snapshot> {
        self.first.clone()
    }

    /// The engine, for the files of layers and containers.
    pub fn engine(&self) -> Rc<dyn Engine> {
        self.engine.clone()
    }

    /// The timeline.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What is typed and not yet ended.
    pub fn pending(&self) -> &str {
        &self.pending
    }

    /// How it began.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.kernel.now()
    }

    /// Whether the student's own shell waits for a command.
    pub fn at_host_prompt(&self) -> bool {
        match &self.host.lines {
            Some(lines) => !lines.is_busy(),
            None => !self.working && self.latest.foreground == Foreground::Host && self.host.tty.is_read_blocked(),
        }
    }

    /// Whether the captured session's shell has ended (`exit`).
    pub fn has_ended(&self) -> bool {
        match &self.host.lines {
            Some(lines) => lines.has_ended(),
            None => self.host.system.process_count() == 0,
        }
    }

    /// The session with only its first `inputs` inputs, replayed.
    pub fn undo_to(&self, inputs: usize) -> Result<Session, StartError> {
        Session::replay(self.options.clone(), self.log.inputs.get(..inputs).unwrap_or(&self.log.inputs))
    }

    fn begin(&mut self, input: Input) {
        self.take_raw();
        self.engine.clear_refusal();
        let place = match self.latest.foreground {
            Foreground::Host => Place::Host,
            Foreground::Container(_) => Place::Container,
        };
        let label = input.label();
        if self.busy {
            self.log.inputs.push(Input::Turns(self.turns));
        }
        self.log.inputs.push(input);
        let line = self.screen.lines().last().map_or(0, |l| l.number);
        self.entries.push(Entry { label, place, inputs: self.log.inputs.len(), line, snapshot: self.latest.clone() });
    }

    fn finish(&mut self) {
        self.settle();
        self.go_on(self.patience);
        // Nor does anybody watch time pass.
        for _ in 0..self.leaps {
            if !self.working {
                break;
            }
            self.settle();
            self.go_on(self.patience);
        }
        self.record();
    }

    /// What the timeline's last entry came to, as far as it is known.
    fn record(&mut self) {
        let refused = self.latest.refusal.is_some();
        if let Some(entry) = self.entries.last_mut() {
            entry.snapshot = self.latest.clone();
            if refused && entry.place == Place::Host {
                entry.place = Place::Refused;
            }
        }
    }

    fn update(&mut self) {
        let mut snapshot = Arc::new(self.engine.snapshot_now());
        let foreground = match self.engine.interactive_container() {
            Some(id) => Foreground::Container(id),
            None => Foreground::Host,
        };
        if snapshot.foreground != foreground {
            Arc::make_mut(&mut snapshot).foreground = foreground;
        }
        if !snapshot.is_still(&self.latest) {
            self.latest = snapshot;
        }
    }

    fn take_raw(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.raw)
    }

    fn outcome(&mut self, input: &str) -> Outcome {
        let mut outcome = Outcome { input: input.to_owned(), ..Outcome::default() };
        let terminal = self.take_raw();
        let mut captured = self.host.lines.as_ref().map(host::Lines::take).unwrap_or_default();
        if self.host.lines.is_none() {
            captured = vec![(Output::Stdout, terminal)];
        } else if !terminal.is_empty() {
            // The terminal's own echo, such as `^C` in cooked mode.
            captured.insert(0, (Output::Stdout, terminal));
        }
        for (kind, bytes) in &captured {
            let text = String::from_utf8_lossy(bytes);
            match kind {
                Output::Stdout => outcome.stdout.push_str(&text),
                Output::Stderr => outcome.stderr.push_str(&text),
            }
            outcome.output.push_str(&text);
            outcome.raw.extend_from_slice(bytes);
        }
        let waiting = match &self.host.lines {
            Some(lines) => lines.is_busy(),
            None => true,
        };
        outcome.output = typed::shown(&outcome.output, input, waiting, &mut self.prompt);
        outcome.status = self.host.lines.as_ref().map_or(0, host::Lines::status);
        outcome
    }
}
