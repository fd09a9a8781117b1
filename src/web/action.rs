//! What can happen to the page, and what is to be done then. It must not know how.

use super::detail::Detail;
use super::dom;
use super::route::Route;
use super::settings::{Settings, Speed, Theme};
use super::state::{Notice, Pane, Popover, State};
use crate::figure::scene::View;
use crate::strings::Lang;
use crate::terminal::tty::Size;
use std::rc::Rc;
use yew::Reducible;

/// What can happen.
pub enum Action {
    /// The address changed.
    Go(Route),
    /// Keys for the terminal.
    Keys(String),
    /// Time passes: a command at work, or one being typed.
    Tick,
    /// Run a card's steps.
    RunCard(usize),
    /// Run all that are left.
    RunAll,
    /// Stop: no further keys, and `^C`.
    Stop,
    /// The student types this card's command.
    TypeMyself(Option<usize>),
    /// To the step so many places further.
    Step(isize),
    /// One more hint of an exercise.
    Hint(usize),
    /// Look at an entry of the timeline.
    Look(Option<usize>),
    /// One entry back or forward.
    LookBy(isize),
    /// Undo from the entry that is looked at, with it; with nothing looked at, the last one.
    Undo,
    /// Give up what came after the entry that is looked at.
    GoOn,
    /// Type again what was undone.
    Redo,
    /// Which figure.
    View(View),
    /// An element of the figure by its key.
    Select(Option<String>),
    /// Show this container or image.
    Focus(String),
    /// The disk chart in the place of the details.
    Chart,
    /// Something of the details' tree.
    Detail(super::detail::Change),
    /// Larger or smaller, in percent; 0 is as it fits.
    Zoom(i32),
    /// The figure alone, or not.
    Maxi,
    /// The room of the figure.
    Canvas(i32, i32),
    /// The terminal's size.
    Resize(Size),
    /// A tab.
    Tab(Pane),
    /// Open or close a popover.
    Popover(Option<Popover>),
    /// Open or close the lesson over the page.
    Reading(bool),
    /// Language.
    Lang(Lang),
    /// Theme.
    Theme(Theme),
    /// Speed of typing.
    Speed(Speed),
    /// Little movement, or not.
    Still(bool),
    /// Begin again.
    Reset,
    /// A `.capas` file's text.
    Load(String),
    /// Leave the container.
    Leave,
    /// Back to when the student was last inside a container.
    Return,
    /// Run the command again that the program died of.
    Retry,
    /// Something to tell.
    Notice(Option<Notice>),
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut s = (*self).clone();
        match action {
            Action::Go(route) => s.go(route),
            Action::Keys(keys) => s.keys(&keys),
            Action::Tick => s.tick(),
            Action::RunCard(card) => s.run_card(card, false),
            Action::RunAll => s.run_card(s.place.next, true),
            Action::Stop => s.stop(),
            Action::TypeMyself(card) => {
                s.asked = card;
                s.tab = if card.is_some() { Pane::Terminal } else { s.tab };
                s.reading = false;
                // Once the pane is there, on phones.
                if card.is_some() {
                    dom::focus_soon("#keyboard");
                }
            }
            Action::Step(by) => s.step(by),
            Action::Hint(exercise) => Rc::make_mut(&mut s.place).more_hints(exercise),
            Action::Look(at) => s.look(at),
            Action::LookBy(by) => s.look_by(by),
            Action::Undo => s.undo(),
            Action::GoOn => s.go_on(),
            Action::Redo => s.redo(),
            Action::View(view) => {
                s.stage.view = view;
                s.stage.expand = false;
                s.draw(false);
            }
            Action::Select(key) => s.select(key.as_deref()),
            Action::Focus(id) => {
                s.stage.focus = Some(id.as_str().into());
                s.draw(false);
            }
            Action::Chart => {
                let open = s.detail.as_ref().is_some_and(|d| matches!(**d, Detail::Chart));
                s.detail = (!open).then(|| Rc::new(Detail::Chart));
                s.draw(false);
            }
            Action::Detail(change) => {
                if let (Some(detail), Some(sitting)) = (&s.detail, &s.sitting) {
                    s.detail = Some(Rc::new(detail.changed(change, &sitting.borrow())));
                }
            }
            Action::Zoom(percent) => s.stage.zoom(percent),
            Action::Maxi => s.maxi = !s.maxi,
            Action::Canvas(width, height) => {
                if s.stage.room(width, height) {
                    s.draw(false);
                }
            }
            Action::Resize(size) => {
                s.size = size;
                if let Some(sitting) = s.sitting.clone() {
                    sitting.borrow_mut().resize(size);
                    s.see();
                }
            }
            Action::Tab(tab) => {
                s.tab = tab;
                if tab == Pane::Figure {
                    s.draw(false);
                }
            }
            Action::Popover(popover) => s.popover = if s.popover == popover { None } else { popover },
            Action::Reading(open) => s.reading = open,
            Action::Lang(lang) => {
                s.set(Settings { lang, ..s.settings });
                s.draw(false);
            }
            Action::Theme(theme) => s.set(Settings { theme, ..s.settings }),
            Action::Speed(speed) => s.set(Settings { speed, ..s.settings }),
            Action::Still(still) => s.still = still,
            Action::Reset => s.reset(),
            Action::Load(file) => s.load(&file),
            Action::Leave => {
                s.notice = None;
                s.keys("\u{4}");
            }
            Action::Return => s.back_inside(),
            Action::Retry => {
                if let Some(Notice::Restored(line)) = s.notice.take() {
                    s.keys(&format!("{line}\r"));
                }
            }
            Action::Notice(notice) => s.notice = notice,
        }
        Rc::new(s)
    }
}
