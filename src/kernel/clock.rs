//! Virtual time: a clock that moves only when told to, and the timers that wait for it, ordered by deadline and then by
//! the order in which they were set. It never asks the machine for the time.

use super::Kernel;
use crate::ambient::Time;
use crate::sorted::VecMap;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Weak;
use std::task::{Context, Poll, Waker};

/// Whoever set a timer, asked whether somebody is watching for it (see `Kernel::next_timer_of_interest`).
pub trait TimerOwner {
    /// Whether the work that waits for the timer is in the foreground of something a person looks at.
    fn is_watched(&self) -> bool;
}

struct Timer {
    waker: Waker,
    owner: Option<Weak<dyn TimerOwner>>,
}

/// The clock and the timers of one kernel.
pub(super) struct Clock {
    now: Cell<Time>,
    sequence: Cell<u64>,
    timers: RefCell<VecMap<(Time, u64), Timer>>,
}

impl Clock {
    pub(super) fn new(now: Time) -> Clock {
        Clock { now: Cell::new(now), sequence: Cell::new(0), timers: RefCell::default() }
    }

    pub(super) fn now(&self) -> Time {
        self.now.get()
    }

    /// Moves the clock on, never back, and wakes what is due, earliest first.
    pub(super) fn advance_to(&self, to: Time) {
        if to > self.now.get() {
            self.now.set(to);
        }
        let later = (self.now.get().plus_nanos(1), 0);
        let due = {
            let mut timers = self.timers.borrow_mut();
            let rest = timers.split_off(&later);
            std::mem::replace(&mut *timers, rest)
        };
        for timer in due.into_values() {
            timer.waker.wake();
        }
    }

    pub(super) fn next(&self) -> Option<Time> {
        self.timers.borrow().keys().next().map(|key| key.0)
    }

    pub(super) fn next_watched(&self) -> Option<Time> {
        let timers = self.timers.borrow();
        let watched = timers
            .iter()
            .find(|(_, timer)| timer.owner.as_ref().and_then(Weak::upgrade).is_some_and(|owner| owner.is_watched()));
        watched.map(|(key, _)| key.0)
    }
}

/// Ready when the clock has reached the deadline. Dropping it takes the timer back.
pub struct Sleep {
    kernel: Kernel,
    deadline: Time,
    sequence: Option<u64>,
    owner: Option<Weak<dyn TimerOwner>>,
}

impl Sleep {
    pub(super) fn new(kernel: Kernel, deadline: Time, owner: Option<Weak<dyn TimerOwner>>) -> Sleep {
        Sleep { kernel, deadline, sequence: None, owner }
    }

    /// The moment it waits for.
    pub fn deadline(&self) -> Time {
        self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let kernel = self.kernel.clone();
        let clock = kernel.clock();
        if let Some(sequence) = self.sequence {
            if clock.now() >= self.deadline {
                return Poll::Ready(());
            }
            if let Some(timer) = clock.timers.borrow_mut().get_mut(&(self.deadline, sequence)) {
                timer.waker.clone_from(cx.waker());
            }
            return Poll::Pending;
        }
        // A deadline that has passed still waits one turn, so that a loop of empty sleeps lets others in.
        let sequence = clock.sequence.get();
        clock.sequence.set(sequence + 1);
        self.sequence = Some(sequence);
        if clock.now() >= self.deadline {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let timer = Timer { waker: cx.waker().clone(), owner: self.owner.take() };
        clock.timers.borrow_mut().insert((self.deadline, sequence), timer);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(sequence) = self.sequence {
            let old = self.kernel.clock().timers.borrow_mut().remove(&(self.deadline, sequence));
            drop(old);
        }
    }
}
