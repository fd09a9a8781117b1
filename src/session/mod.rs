//! A sitting: inputs come in, outputs and snapshots come out. Its whole state is its log; undo and resume are replay.
//! It owns the clock's policy: time stands still while somebody sits at a prompt, a little of it passes with every
//! input, and while a command is at work it jumps to whatever that command waits for. It must not know whether a page
//! or a program shows it.

mod files;
pub mod log;
pub mod replay;
mod typed;

use crate::ambient::{Time, SECOND};
use crate::engine::api::{Engine, EngineError, Stream};
use crate::engine::registry::TeachingRegistry;
use crate::engine::sim::SimEngine;
use crate::engine::snapshot::{Foreground, Snapshot};
use crate::host::{self, Host, Output};
use crate::kernel::{Budget, Kernel, Run};
use crate::lesson::Lesson;
use crate::terminal::screen::Screen;
use crate::terminal::tty::Size;
use log::{Input, Log};

pub use crate::host::HostFile;
pub use crate::shell::is_complete;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

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

/// Nanoseconds of thinking before each input.
const THINKING: i64 = 2 * SECOND;
/// How many timers the clock may jump to after one input before the caller gets a turn.
const JUMPS: u32 = 200;

/// What a command that computes does in one turn, in polls of its programs: a tenth of a second of a page at most. Not a
/// setting, since a log counts in turns.
const TURN: Budget = Budget::polls(1_000);

/// The turns after which a command that nobody watches counts as one without end.
const PATIENCE: u32 = 10_000;

/// The same for one that waits and waits: times of [`JUMPS`].
const LEAPS: u32 = 100;

/// How often the terminal's 64 KiB may be filled and emptied before the session lets the page breathe.
const FILLS: u32 = 32;

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

    /// Runs until the future is done, whatever time that takes; `None` where it waits for what never comes.
    fn wait_for<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> Option<T> {
        let done = Rc::new(RefCell::new(None));
        let slot = done.clone();
        self.kernel.spawn(async move {
            let value = future.await;
            *slot.borrow_mut() = Some(value);
        });
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            let run = self.kernel.run(&mut cx, Budget::default());
            if let Some(value) = done.borrow_mut().take() {
                return Some(value);
            }
            match run {
                Run::Timer(at) => self.kernel.advance_to(at),
                Run::Busy => {}
                Run::Idle => return None,
            }
        }
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

    /// A command that is at work gets its turn: it computes on, or else a second passes. Nothing happens at a prompt.
    pub fn tick(&mut self) -> Settled {
        match self.busy {
            true => _ = self.settle(),
            false => self.second(),
        }
        self.record();
        if self.working {
            Settled::Working
        } else {
            Settled::Idle
        }
    }

    fn second(&mut self) {
        if !self.working {
            return;
        }
        match self.log.inputs.last_mut() {
            Some(Input::Wait(seconds)) => *seconds += 1,
            _ => self.log.inputs.push(Input::Wait(1)),
        }
        let until = self.kernel.now().plus_nanos(SECOND);
        let mut cx = Context::from_waker(Waker::noop());
        let mut run = self.kernel.run_until(&mut cx, TURN, until);
        let mut fills = 0;
        while self.drain() && run != Run::Busy && fills < FILLS {
            fills += 1;
            run = self.kernel.run_until(&mut cx, TURN, until);
        }
        self.busy = run == Run::Busy || fills == FILLS;
        self.working = self.busy || self.next_jump().is_some();
        self.update();
    }

    /// Lets it compute to its end, or for so many turns.
    fn go_on(&mut self, turns: u32) {
        for _ in 0..turns {
            if !self.busy {
                break;
            }
            self.settle();
        }
    }

    /// From now on an input comes back when its command has ended, as one that nobody watches does.
    pub fn wait_for_commands(&mut self) {
        (self.patience, self.leaps) = (PATIENCE, LEAPS);
    }

    /// Whether a command is still at work after the last input or tick.
    pub fn is_working(&self) -> bool {
        self.working
    }

    /// Whether it is at work computing, and not waiting for time to pass: the next tick may come at once.
    pub fn is_busy(&self) -> bool {
        self.busy
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

    /// Runs until everything waits for input, or a command would go on for long.
    fn settle(&mut self) -> Settled {
        let mut cx = Context::from_waker(Waker::noop());
        let (mut jumps, mut fills) = (0, 0);
        self.turns = if self.busy { self.turns.saturating_add(1) } else { 0 };
        self.busy = false;
        let settled = loop {
            let run = self.kernel.run(&mut cx, TURN);
            if self.drain() && run != Run::Busy {
                // Somebody may have waited for room in the terminal's buffer.
                fills += 1;
                if fills < FILLS {
                    continue;
                }
            }
            match run {
                Run::Idle if fills >= FILLS => {
                    self.busy = true;
                    break Settled::Working;
                }
                Run::Idle => break Settled::Idle,
                Run::Busy => {
                    self.busy = true;
                    break Settled::Working;
                }
                Run::Timer(_) => match self.next_jump() {
                    None => break Settled::Idle,
                    Some(_) if jumps >= JUMPS => break Settled::Working,
                    Some(at) => {
                        jumps += 1;
                        self.kernel.run_until(&mut cx, TURN, at);
                    }
                },
            }
        };
        self.working = settled == Settled::Working;
        if !self.busy {
            self.turns = 0;
        }
        self.update();
        settled
    }

    /// The moment that the command at work waits for; `None` where somebody sits at a prompt.
    fn next_jump(&self) -> Option<Time> {
        let prompt = match &self.host.lines {
            Some(lines) => !lines.is_busy() || self.host.tty.is_read_blocked(),
            None => self.host.tty.is_read_blocked(),
        };
        match prompt {
            false => self.kernel.next_timer(),
            true => self.kernel.next_timer_of_interest(),
        }
    }

    /// Shows what was written; whether there was anything.
    fn drain(&mut self) -> bool {
        let mut any = false;
        loop {
            let bytes = self.host.tty.take_output(1 << 16);
            if bytes.is_empty() {
                return any;
            }
            any = true;
            self.screen.feed(&bytes);
            self.raw.extend_from_slice(&bytes);
            if let Some(watched) = &mut self.watched {
                watched.extend_from_slice(&bytes);
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

impl Outcome {
    fn append(&mut self, next: Outcome) {
        self.stdout.push_str(&next.stdout);
        self.stderr.push_str(&next.stderr);
        self.output.push_str(&next.output);
        self.raw.extend_from_slice(&next.raw);
        self.status = next.status;
    }
}
