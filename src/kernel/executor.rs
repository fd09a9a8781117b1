//! The executor: a slab of tasks and a first-in-first-out queue of those that are ready. It is deterministic as long
//! as nothing outside wakes a task, and single-threaded; but its wakers are real ones (`std::task::Wake`), may be used
//! from any thread, and pass the news on to whoever polls the whole session, so a task may await a real runtime's I/O.
//!
//! It knows nothing of processes, files or terminals. No borrow is held while a future is polled, woken or dropped.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A future of this thread, boxed.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Names one task of a kernel. Never reused: a later task in the same place has another generation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TaskId {
    index: u32,
    generation: u32,
}

/// How much one call of `Kernel::run` may do, in polls of tasks. A loop that never ends polls for ever; the budget
/// gives the caller its turn, so that it can take a key and interrupt the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Polls left.
    pub polls: u64,
}

impl Budget {
    /// So many polls.
    pub const fn polls(polls: u64) -> Budget {
        Budget { polls }
    }
}

impl Default for Budget {
    /// Some tens of milliseconds of an endless loop, and far more than any command of a lesson takes.
    fn default() -> Budget {
        Budget::polls(200_000)
    }
}

#[derive(Default)]
struct Ready {
    tasks: VecDeque<TaskId>,
    /// While the tasks are being polled nobody else need be told of a wake-up.
    running: bool,
    outer: Option<Waker>,
}

/// The ready queue, which wakers of any thread may push to.
#[derive(Default)]
struct Queue(Mutex<Ready>);

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Ready> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, id: TaskId) {
        let outer = {
            let mut ready = self.lock();
            ready.tasks.push_back(id);
            if ready.running {
                None
            } else {
                ready.outer.take()
            }
        };
        if let Some(waker) = outer {
            waker.wake();
        }
    }

    fn begin(&self, outer: &Waker) {
        let old = {
            let mut ready = self.lock();
            ready.running = true;
            ready.outer.replace(outer.clone())
        };
        drop(old);
    }

    /// The next ready task; `None` also ends the run, in one step, so that no wake-up is lost between the two.
    fn pop_or_end(&self) -> Option<TaskId> {
        let mut ready = self.lock();
        let next = ready.tasks.pop_front();
        ready.running = next.is_some();
        next
    }

    fn end(&self) {
        self.lock().running = false;
    }
}

struct TaskWaker {
    id: TaskId,
    queued: AtomicBool,
    queue: Arc<Queue>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.queue.push(self.id);
        }
    }
}

struct Task {
    future: LocalBoxFuture<'static, ()>,
    waker: Arc<TaskWaker>,
}

enum Place {
    Free,
    Waiting(Task),
    /// Being polled: the task is on the stack of `poll_one`.
    Running {
        waker: Arc<TaskWaker>,
        cancelled: bool,
    },
}

struct Slot {
    generation: u32,
    place: Place,
}

#[derive(Default)]
struct Slab {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

impl Slab {
    fn slot(&mut self, id: TaskId) -> Option<&mut Slot> {
        self.slots.get_mut(id.index as usize).filter(|slot| slot.generation == id.generation)
    }

    fn reserve(&mut self) -> TaskId {
        if let Some(index) = self.free.pop() {
            let generation = self.slots.get(index as usize).map_or(0, |slot| slot.generation);
            return TaskId { index, generation };
        }
        let index = self.slots.len() as u32;
        self.slots.push(Slot { generation: 0, place: Place::Free });
        TaskId { index, generation: 0 }
    }

    /// Empties the slot and gives back what was in it, to be dropped where no borrow is held.
    fn release(&mut self, id: TaskId) -> Option<Place> {
        let slot = self.slot(id)?;
        slot.generation = slot.generation.wrapping_add(1);
        let old = std::mem::replace(&mut slot.place, Place::Free);
        self.free.push(id.index);
        Some(old)
    }
}

/// The tasks of one kernel.
#[derive(Default)]
pub(super) struct Executor {
    slab: RefCell<Slab>,
    queue: Arc<Queue>,
    current: Cell<Option<TaskId>>,
}

impl Executor {
    pub(super) fn spawn(&self, future: LocalBoxFuture<'static, ()>) -> TaskId {
        let mut slab = self.slab.borrow_mut();
        let id = slab.reserve();
        let waker = Arc::new(TaskWaker { id, queued: AtomicBool::new(true), queue: self.queue.clone() });
        if let Some(slot) = slab.slot(id) {
            slot.place = Place::Waiting(Task { future, waker });
        }
        drop(slab);
        self.queue.push(id);
        id
    }

    /// Puts a task into the ready queue.
    pub(super) fn wake(&self, id: TaskId) {
        let waker = match self.slab.borrow_mut().slot(id).map(|slot| &slot.place) {
            Some(Place::Waiting(task)) => Some(task.waker.clone()),
            Some(Place::Running { waker, .. }) => Some(waker.clone()),
            Some(Place::Free) | None => None,
        };
        if let Some(waker) = waker {
            waker.wake_by_ref();
        }
    }

    /// Drops a task's future, or, where it is the one being polled, marks it to be dropped when its poll returns.
    pub(super) fn cancel(&self, id: TaskId) {
        let old = {
            let mut slab = self.slab.borrow_mut();
            match slab.slot(id).map(|slot| &mut slot.place) {
                Some(Place::Running { cancelled, .. }) => {
                    *cancelled = true;
                    None
                }
                Some(_) => slab.release(id),
                None => None,
            }
        };
        drop(old);
    }

    /// Drops every task. Dropping one may spawn another, so this goes on until none is left.
    pub(super) fn cancel_all(&self) {
        loop {
            let live: Vec<TaskId> = {
                let slab = self.slab.borrow();
                let waiting = slab.slots.iter().enumerate().filter(|(_, slot)| matches!(slot.place, Place::Waiting(_)));
                waiting.map(|(at, slot)| TaskId { index: at as u32, generation: slot.generation }).collect()
            };
            if live.is_empty() {
                return;
            }
            for id in live {
                self.cancel(id);
            }
        }
    }

    /// The task that is being polled.
    pub(super) fn current(&self) -> Option<TaskId> {
        self.current.get()
    }

    pub(super) fn live(&self) -> usize {
        let slab = self.slab.borrow();
        slab.slots.len() - slab.free.len()
    }

    /// Polls ready tasks in order until none is ready (true) or the budget is used up (false).
    pub(super) fn run(&self, outer: &Waker, budget: Budget) -> bool {
        self.queue.begin(outer);
        for _ in 0..budget.polls {
            match self.queue.pop_or_end() {
                Some(id) => self.poll_one(id),
                None => return true,
            }
        }
        self.queue.end();
        self.queue.lock().tasks.is_empty()
    }

    fn poll_one(&self, id: TaskId) {
        let Some(mut task) = self.take(id) else { return };
        task.waker.queued.store(false, Ordering::Release);
        let waker = Waker::from(task.waker.clone());
        self.current.set(Some(id));
        let poll = task.future.as_mut().poll(&mut Context::from_waker(&waker));
        self.current.set(None);
        let rest = {
            let mut slab = self.slab.borrow_mut();
            let cancelled = matches!(slab.slot(id).map(|s| &s.place), Some(Place::Running { cancelled: true, .. }));
            if poll == Poll::Pending && !cancelled {
                if let Some(slot) = slab.slot(id) {
                    slot.place = Place::Waiting(task);
                }
                None
            } else {
                slab.release(id);
                Some(task)
            }
        };
        drop(rest);
    }

    fn take(&self, id: TaskId) -> Option<Task> {
        let mut slab = self.slab.borrow_mut();
        let slot = slab.slot(id)?;
        match std::mem::replace(&mut slot.place, Place::Free) {
            Place::Waiting(task) => {
                slot.place = Place::Running { waker: task.waker.clone(), cancelled: false };
                Some(task)
            }
            other => {
                slot.place = other;
                None
            }
        }
    }
}

/// Waits for one turn: every other ready task is polled before this goes on.
#[derive(Debug, Default)]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
