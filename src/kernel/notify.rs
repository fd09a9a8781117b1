//! "Something changed": waiting for news without asking again and again, as `tail -f` and `docker logs -f` do. It
//! carries no data; who is woken looks for itself. Nothing here knows what changed.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct State {
    version: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

/// Shared by those who tell and those who wait. Clones are the same one.
#[derive(Clone, Default)]
pub struct Notify(Rc<State>);

impl Notify {
    /// With nobody waiting.
    pub fn new() -> Notify {
        Notify::default()
    }

    /// Counts the notifications so far; take it before looking, and give it to `changed`.
    pub fn version(&self) -> u64 {
        self.0.version.get()
    }

    /// Wakes everyone who waits.
    pub fn notify(&self) {
        self.0.version.set(self.0.version.get() + 1);
        let waiting = self.0.waiting.take();
        for waker in waiting {
            waker.wake();
        }
    }

    /// Ready once there has been a notification since `seen`. No notification between the two is lost.
    pub fn changed(&self, seen: u64) -> Changed {
        Changed { notify: self.clone(), seen }
    }

    /// Ready (true) if there was a notification since `seen`, otherwise the waker is kept for the next one.
    pub fn poll_changed(&self, cx: &mut Context<'_>, seen: u64) -> Poll<()> {
        if self.version() != seen {
            return Poll::Ready(());
        }
        let mut waiting = self.0.waiting.borrow_mut();
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// See [`Notify::changed`].
pub struct Changed {
    notify: Notify,
    seen: u64,
}

impl Future for Changed {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.notify.poll_changed(cx, self.seen)
    }
}
