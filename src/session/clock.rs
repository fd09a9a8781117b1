//! How far things go after an input. Time stands still while somebody sits at a prompt, a little of it passes with every
//! input, and while a command is at work it jumps to whatever that command waits for. What computes for long does so in
//! turns, which take no time of this clock. It must not know what was typed.

use super::log::Input;
use super::{Session, Settled};
use crate::ambient::{Time, SECOND};
use crate::kernel::{Budget, Run};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Waker};

/// Nanoseconds of thinking before each input.
pub(super) const THINKING: i64 = 2 * SECOND;
/// How many timers the clock may jump to after one input before the caller gets a turn.
const JUMPS: u32 = 200;

/// What a command that computes does in one turn, in polls of its programs: a tenth of a second of a page at most. Not a
/// setting, since a log counts in turns.
const TURN: Budget = Budget::polls(1_000);

/// The turns after which a command that nobody watches counts as one without end.
pub(super) const PATIENCE: u32 = 10_000;

/// The same for one that waits and waits: times of [`JUMPS`].
pub(super) const LEAPS: u32 = 100;

/// How often the terminal's 64 KiB may be filled and emptied before the session lets the page breathe.
const FILLS: u32 = 32;

impl Session {
    /// Runs until the future is done, whatever time that takes; `None` where it waits for what never comes.
    pub(super) fn wait_for<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> Option<T> {
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

    pub(super) fn second(&mut self) {
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
    pub(super) fn go_on(&mut self, turns: u32) {
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

    /// Runs until everything waits for input, or a command would go on for long.
    pub(super) fn settle(&mut self) -> Settled {
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
    pub(super) fn next_jump(&self) -> Option<Time> {
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
    pub(super) fn drain(&mut self) -> bool {
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
}
