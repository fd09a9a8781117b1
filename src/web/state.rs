//! Everything that the page shows, as one value, and what can happen to it. A part that did not change stays the same
//! allocation, so that components can tell by the pointer. It must not know the DOM.

use super::course::{self, Unit};
use super::detail::Detail;
use super::dom;
use super::place::Place;
use super::route::Route;
use super::runner::Run;
use super::settings::{Settings, Speed};
use super::sitting::{Shown, Sitting, FREE};
use super::stage::{self, Stage};
use super::storage;
use crate::engine::snapshot::Snapshot;
use crate::figure::scene::Target;
use crate::session::log::{Input, Log};
use crate::strings::{web as text, Lang};
use crate::terminal::tty::Size;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A pane: a tab on phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The lesson's text and commands.
    #[default]
    Lesson,
    /// The terminal.
    Terminal,
    /// The figure.
    Figure,
}

/// What hangs from the bar's buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popover {
    /// Settings.
    Settings,
    /// Links and files.
    Share,
    /// Whether to begin again.
    Reset,
}

/// A sentence over the figure with something to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// So many commands were undone; they can come back.
    Undone(usize),
    /// The command that the program died of was left out.
    Restored(String),
    /// A step for the student's own computer, from inside a container.
    Inside,
    /// A step for inside a container, from outside.
    Outside,
    /// A file that is no session, or an image that is not there.
    Bad(String),
    /// Something was copied.
    Copied,
}

/// What screen readers hear: a number that changes with every sentence, and the sentence.
pub type Said = Rc<(u32, String)>;

/// The page.
#[derive(Clone)]
pub struct State {
    /// Where it is.
    pub route: Route,
    /// What the student set.
    pub settings: Settings,
    /// The system asks for little movement.
    pub still: bool,
    /// All lessons.
    pub course: Rc<Vec<Rc<Unit>>>,
    /// The sitting of this place.
    pub sitting: Option<Rc<RefCell<Sitting>>>,
    /// What it shows.
    pub shown: Shown,
    /// How far the student is in the lesson.
    pub place: Rc<Place>,
    /// The figure.
    pub stage: Stage,
    /// What is selected in the figure, with its details.
    pub detail: Option<Rc<Detail>>,
    /// The entry of the timeline that is looked at; none is now.
    pub looking: Option<usize>,
    /// Commands that were undone.
    pub undone: Rc<Vec<Input>>,
    /// The lesson's commands being typed.
    pub run: Option<Rc<Run>>,
    /// The card whose command the student wants to type.
    pub asked: Option<usize>,
    /// The tab, on phones.
    pub tab: Pane,
    /// The open popover.
    pub popover: Option<Popover>,
    /// The lesson lies open over the page where it is a strip.
    pub reading: bool,
    /// The figure has the whole window.
    pub maxi: bool,
    /// What is to be told.
    pub notice: Option<Notice>,
    /// Changes in the figure since it was last seen.
    pub unseen: usize,
    /// What was in the figure then.
    seen: Arc<Snapshot>,
    /// The terminal's size.
    pub size: Size,
    /// The terminal's output, for screen readers.
    pub said: Said,
    /// The figure's change, for screen readers.
    pub figure_said: Said,
    /// The lines up to this one were said.
    pub(super) spoken: u64,
}

impl State {
    /// At an address, with what was kept.
    pub fn start(hash: &str, still: bool) -> State {
        let mut settings = Settings { lang: Route::lang(hash).unwrap_or_default(), ..Settings::default() };
        if let Some(kept) = storage::get(storage::SETTINGS) {
            settings = settings.with_text(&kept);
        }
        let mut state = State {
            route: Route::Home,
            settings,
            still,
            course: Rc::new(course::units()),
            sitting: None,
            shown: Shown::default(),
            place: Rc::default(),
            stage: Stage::default(),
            detail: None,
            looking: None,
            undone: Rc::default(),
            run: None,
            asked: None,
            tab: Pane::Lesson,
            popover: None,
            reading: false,
            maxi: false,
            notice: None,
            unseen: 0,
            seen: Arc::default(),
            size: Size { rows: 12, cols: 120 },
            said: Rc::default(),
            figure_said: Rc::default(),
            spoken: 0,
        };
        state.go(Route::parse(hash));
        state
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.settings.lang
    }

    /// The lesson of this place.
    pub fn unit(&self) -> Option<&Rc<Unit>> {
        match self.route {
            Route::Lesson(n, _) => self.course.get(n - 1),
            _ => None,
        }
    }

    /// Milliseconds after which [`Action::Tick`] is due; none if nothing is at work.
    pub fn pause(&self) -> Option<u32> {
        match &self.run {
            Some(run) => Some(run.pause),
            None if self.shown.busy => Some(1),
            None => self.shown.working.then_some(500),
        }
    }

    pub(super) fn instant(&self) -> bool {
        self.still || self.settings.speed == Speed::Instant
    }

    pub(super) fn say(&mut self, sentence: String) {
        if !sentence.is_empty() {
            self.said = Rc::new((self.said.0 + 1, sentence));
        }
    }

    // Places and sittings.

    pub(super) fn go(&mut self, route: Route) {
        let route = match route {
            Route::Lesson(n, _) if n > self.course.len() => Route::Home,
            route => route,
        };
        let name = match route {
            Route::Home => None,
            Route::Free => Some(FREE),
            Route::Lesson(n, _) => self.course.get(n - 1).map(|unit| unit.slug),
        };
        let same = self.sitting.as_ref().is_some_and(|s| Some(s.borrow().name.as_str()) == name);
        self.route = route;
        self.popover = None;
        if !same {
            self.leave();
            if let Some(name) = name {
                self.open(name);
            }
        }
        if let Route::Lesson(_, Some(step)) = route {
            self.arrive(step);
        }
    }

    pub(super) fn leave(&mut self) {
        self.sitting = None;
        self.run = None;
        self.notice = None;
        self.undone = Rc::default();
        self.asked = None;
        self.detail = None;
        self.looking = None;
        self.maxi = false;
        self.tab = if self.route == Route::Free { Pane::Terminal } else { Pane::Lesson };
        self.shown = Shown::default();
        self.stage.clear();
        self.place = Rc::default();
    }

    /// The kept log, without the input that the program died of; else a new one.
    pub(super) fn open(&mut self, name: &str) {
        let kept = storage::get(&storage::log_key(name)).and_then(|text| Log::parse(&text).ok());
        let died = storage::get(storage::RUNNING).is_some_and(|running| running == name);
        storage::remove(storage::RUNNING);
        let mut log = kept.unwrap_or_else(|| self.fresh());
        if died {
            let last = log.inputs.pop().map(|input| input.label());
            self.notice = last.map(Notice::Restored);
        }
        self.take_up(name, &log);
    }

    pub(super) fn fresh(&self) -> Log {
        let lesson = self.unit().map(|unit| unit.lesson(Lang::Es));
        Log {
            seed: dom::random(),
            images: lesson.map(|lesson| lesson.images.clone()).unwrap_or_default(),
            lesson: lesson.map(|lesson| lesson.slug.clone()),
            ..Log::default()
        }
    }

    pub(super) fn take_up(&mut self, name: &str, log: &Log) {
        // An old log may name what this version no longer has: then the lesson begins anew.
        let opened = Sitting::open(name, log, self.size).or_else(|why| {
            self.notice = Some(Notice::Bad(why));
            Sitting::open(name, &self.fresh(), self.size)
        });
        let Ok(sitting) = opened else { return };
        self.sitting = Some(Rc::new(RefCell::new(sitting)));
        self.shown = Shown::default();
        self.place = Rc::default();
        self.stage.clear();
        self.see();
        self.spoken = self.shown.transcript.caret.0;
        self.seen = self.shown.snapshot.clone();
        self.unseen = 0;
    }

    /// A link led to a step: what comes before it is done at once where nothing was done yet.
    pub(super) fn arrive(&mut self, step: usize) {
        let Some(unit) = self.unit().cloned() else { return };
        let card = step.min(unit.cards.len()).saturating_sub(1);
        if self.shown.entries.is_empty() && card > 0 {
            let inputs: Vec<String> = (0..card).flat_map(|card| Run::keys(unit.steps(card))).collect();
            self.type_all(&inputs);
        }
        Rc::make_mut(&mut self.place).at = Some(card);
    }

    pub(super) fn type_all(&mut self, inputs: &[String]) {
        let Some(sitting) = self.sitting.clone() else { return };
        for keys in inputs {
            sitting.borrow_mut().keys(keys);
            // The next ones are for whoever reads after this command, unless it has no end.
            for _ in 0..100 {
                if !sitting.borrow().is_busy() {
                    break;
                }
                sitting.borrow_mut().tick();
            }
        }
        self.see();
    }

    /// Takes what the sitting shows.
    pub(super) fn see(&mut self) {
        let Some(sitting) = self.sitting.clone() else { return };
        let before = std::mem::replace(&mut self.shown, sitting.borrow().shown());
        let grown = !Rc::ptr_eq(&before.entries, &self.shown.entries);
        if grown || before.working != self.shown.working {
            if let Some(unit) = self.unit().cloned() {
                let place = self.place.after(&unit, &self.shown);
                storage::set(&storage::done_key(unit.slug), &place.summary(&unit));
                self.place = Rc::new(place);
            }
            if self.asked.is_some_and(|card| self.place.next > card) {
                self.asked = None;
            }
        }
        if grown {
            let from = before.entries.len().min(self.shown.entries.len());
            let last = self.shown.entries.len().saturating_sub(1);
            // The last one is drawn.
            let older = self.shown.entries.get(..last).unwrap_or(&[]);
            self.stage.follow(&self.shown.first, older, from);
        }
        if grown || !Arc::ptr_eq(&before.snapshot, &self.shown.snapshot) {
            self.draw(true);
        }
        self.speak();
    }

    /// Draws the figure of the moment that is looked at. `news`: it may have changed by itself.
    pub(super) fn draw(&mut self, news: bool) {
        let (now, before) = self.shown.at(self.looking);
        let sentence = self.stage.show(now, before, self.settings.lang, self.looking.is_none());
        if news && !sentence.is_empty() && *sentence != self.figure_said.1 {
            self.figure_said = Rc::new((self.figure_said.0 + 1, sentence));
        }
        if !dom::is_phone() || self.tab == Pane::Figure {
            self.seen = self.shown.snapshot.clone();
        }
        self.unseen = stage::news(&self.shown.snapshot, &self.seen);
        let gone = self.detail.as_ref().is_some_and(|d| !d.is_there(now));
        if gone {
            self.detail = None;
        } else if let (Some(detail), Some(sitting)) = (&self.detail, &self.sitting) {
            self.detail = Some(Rc::new(detail.again(&self.shown, self.looking, &sitting.borrow())));
        }
        self.stage.select(self.detail.as_ref().and_then(|d| d.key()));
    }

    /// Once a command has ended, what it printed is said, long output as so many lines.
    pub(super) fn speak(&mut self) {
        if self.shown.working || self.shown.transcript.grid.is_some() || self.shown.pending || self.run.is_some() {
            return;
        }
        let caret = self.shown.transcript.caret.0;
        if caret == self.spoken {
            return;
        }
        let lines = self.shown.transcript.printed_since(self.spoken.min(caret));
        self.spoken = caret;
        let lang = self.settings.lang;
        let said = match lines.len() {
            0 => String::new(),
            n if n > 6 || lines.iter().map(String::len).sum::<usize>() > 600 => text::SAID_LINES.fill(lang, &[&n]),
            _ => lines.join("\n"),
        };
        self.say(said);
    }

    // Typing.

    pub(super) fn keys(&mut self, keys: &str) {
        let Some(sitting) = self.sitting.clone() else { return };
        self.now();
        sitting.borrow_mut().keys(keys);
        self.see();
    }

    /// Whoever types does so now: what is undone by it is only what was cut before.
    pub(super) fn now(&mut self) {
        if self.looking.take().is_some() {
            self.draw(false);
        }
        if matches!(self.notice, Some(Notice::Undone(_) | Notice::Inside | Notice::Outside)) {
            self.notice = None;
            self.undone = Rc::default();
        }
    }

    pub(super) fn run_card(&mut self, card: usize, all: bool) {
        let Some(unit) = self.unit().cloned() else { return };
        if self.run.is_some() || card >= unit.cards.len() {
            return;
        }
        let first = self.place.first_step(&unit, card);
        let steps = unit.steps(card).get(first..).unwrap_or(&[]);
        let Some(step) = steps.first() else { return };
        self.now();
        match (step.in_container(), self.shown.inside().is_some()) {
            (false, true) => self.notice = Some(Notice::Inside),
            (true, false) => self.notice = Some(Notice::Outside),
            _ => {
                self.asked = None;
                Rc::make_mut(&mut self.place).at = Some(card);
                let run = Run::new(card, all, steps, self.settings.speed, self.shown.pending);
                self.run = Some(Rc::new(run));
                if self.instant() {
                    while self.run.is_some() && !self.shown.working {
                        self.advance();
                    }
                }
                return;
            }
        }
        self.say(self.notice.as_ref().map(|n| super::components::notice::sentence(n, self.lang())).unwrap_or_default());
    }

    /// The next keys of a run, or its end.
    pub(super) fn advance(&mut self) {
        let (Some(run), Some(sitting)) = (&self.run, self.sitting.clone()) else { return };
        let mut run = Run::clone(run);
        match run.next(self.instant()) {
            Some(keys) => {
                sitting.borrow_mut().keys(&keys);
                self.run = Some(Rc::new(run));
                self.see();
            }
            None => {
                self.run = None;
                self.see();
                self.speak();
                let at = self.place.next;
                Rc::make_mut(&mut self.place).at = Some(at);
                if run.all && at > run.card {
                    self.run_card(at, true);
                }
            }
        }
    }

    pub(super) fn tick(&mut self) {
        if self.shown.working {
            if let Some(sitting) = self.sitting.clone() {
                sitting.borrow_mut().tick();
            }
            self.see();
        } else if self.run.is_some() {
            self.advance();
        }
    }

    pub(super) fn stop(&mut self) {
        if self.run.take().is_some() || self.shown.working {
            self.keys("\u{3}");
        }
    }

    // The figure.

    pub(super) fn look(&mut self, at: Option<usize>) {
        let last = self.shown.entries.len().checked_sub(1);
        self.looking = if at == last { None } else { at };
        self.draw(true);
    }

    pub(super) fn look_by(&mut self, step: isize) {
        let count = self.shown.entries.len();
        if count == 0 {
            return;
        }
        // Before the first command there is the beginning, at `usize::MAX` (no entry).
        let at = match self.looking {
            None => count as isize - 1,
            Some(n) if n < count => n as isize,
            Some(_) => -1,
        } + step;
        match at {
            at if at < 0 => self.look(Some(usize::MAX)),
            at => self.look(Some((at as usize).min(count - 1))),
        }
    }

    pub(super) fn select(&mut self, key: Option<&str>) {
        let Some(sitting) = self.sitting.clone() else { return };
        match key.and_then(Target::parse) {
            Some(Target::More) => {
                self.stage.expand = true;
                self.draw(false);
            }
            _ => {
                self.detail =
                    key.and_then(|key| Detail::of(key, &self.shown, self.looking, &sitting.borrow())).map(Rc::new);
                self.stage.select(self.detail.as_ref().and_then(|d| d.key()));
                self.draw(false);
            }
        }
    }
}

impl State {
    pub(super) fn set(&mut self, settings: Settings) {
        self.settings = settings;
        storage::set(storage::SETTINGS, &settings.to_text());
    }

    pub(super) fn step(&mut self, by: isize) {
        let Some(unit) = self.unit() else { return };
        let last = unit.cards.len().saturating_sub(1);
        let at = self.place.current().saturating_add_signed(by).min(last);
        Rc::make_mut(&mut self.place).at = Some(at);
    }

    pub(super) fn back_inside(&mut self) {
        let Some(sitting) = self.sitting.clone() else { return };
        let inside = |entry: &&crate::session::Entry| entry.snapshot.foreground != Default::default();
        let keep = self.shown.entries.iter().rev().find(inside).map(|entry| entry.inputs);
        if let Some(keep) = keep {
            self.cut(&sitting, keep);
        }
    }
}
