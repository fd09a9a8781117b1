//! Deep recursion without a deep stack: every so many levels the shell goes on in a task of its own, whose polls begin
//! at the executor again. To everybody else it is still the same process.

use super::state::{Outcome, Shell};
use crate::kernel::{Kernel, LocalBoxFuture, TaskId};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Levels of commands within one task: each takes some kilobytes of stack.
const LEVELS: u32 = 24;

#[derive(Default)]
struct Slot {
    result: Option<(Shell, Outcome)>,
    waiting: Option<Waker>,
}

/// Takes the task down with whoever waits for it.
struct Guard(Kernel, TaskId);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel(self.1);
    }
}

/// What goes on in another task: it gets the shell and gives it back.
type Rest = Box<dyn FnOnce(Shell) -> LocalBoxFuture<'static, (Shell, Outcome)>>;

impl Shell {
    /// Whether it is time to go on in another task.
    pub(super) fn is_deep(&self) -> bool {
        self.depth >= self.task_depth + LEVELS
    }

    /// Goes on in another task and waits for it.
    pub(super) async fn hop(&mut self, rest: Rest) -> Outcome {
        let before = self.task_depth;
        let mut inner = self.clone();
        inner.task_depth = inner.depth;
        let slot: Rc<RefCell<Slot>> = Rc::default();
        let kernel = self.proc.kernel().clone();
        let answer = slot.clone();
        let task = kernel.spawn(async move {
            let result = rest(inner).await;
            let waiting = {
                let mut slot = answer.borrow_mut();
                slot.result = Some(result);
                slot.waiting.take()
            };
            if let Some(waker) = waiting {
                waker.wake();
            }
        });
        let guard = Guard(kernel.clone(), task);
        let (shell, outcome) = poll_fn(|cx| {
            let mut slot = slot.borrow_mut();
            if let Some(result) = slot.result.take() {
                return Poll::Ready(result);
            }
            slot.waiting = Some(cx.waker().clone());
            drop(slot);
            // Signals and the ends of children wake the process's first task: the news is passed on.
            kernel.wake(task);
            Poll::Pending
        })
        .await;
        drop(guard);
        *self = shell;
        self.task_depth = before;
        outcome
    }
}
