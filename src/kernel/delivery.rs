//! Delivering signals: who gets them, who is shielded, and what they do. Which signals there are is `signal`'s business.

use super::process::{Record, State, WaitStatus};
use super::signal::{Action, Signal};
use super::system::System;
use crate::layerfs::Errno;
use std::rc::Rc;

/// From where a signal comes, which matters to PID 1 alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// Another process of the machine, or its kernel.
    Inside,
    /// The engine: `docker kill`.
    Outside,
}

impl System {
    /// Sends a signal from outside the machine (`docker kill`). ESRCH.
    pub fn signal(&self, pid: u32, signal: Signal) -> Result<(), Errno> {
        let record = self.record(pid).ok_or(Errno::ESRCH)?;
        self.deliver(&record, signal, Origin::Outside);
        Ok(())
    }

    /// Ends every process.
    pub fn kill_all(&self) {
        self.records().iter().for_each(|record| self.deliver(record, Signal::KILL, Origin::Outside));
    }

    pub(super) fn signal_group_from_tty(&self, pgid: u32, signal: Signal) {
        for record in self.records().iter().filter(|record| record.pgid.get() == pgid) {
            self.deliver(record, signal, Origin::Inside);
        }
    }

    pub(super) fn signal_from_kernel(&self, pid: u32, signal: Signal) {
        if let Some(record) = self.record(pid) {
            self.deliver(&record, signal, Origin::Inside);
        }
    }

    pub(super) fn deliver(&self, record: &Rc<Record>, signal: Signal, origin: Origin) {
        if record.state.get() == State::Zombie {
            return;
        }
        if signal == Signal::CONT {
            self.resume(record);
        }
        // Linux shields a namespace's init from signals it does not handle; only KILL and STOP from outside get through.
        let shielded = record.pid == 1;
        if signal.is_uncatchable() {
            if shielded && origin == Origin::Inside {
                return;
            }
        } else if record.ignored.get().contains(signal) {
            return;
        } else if record.caught.get().contains(signal) {
            let mut pending = record.pending.borrow_mut();
            if !pending.contains(&signal) {
                pending.push_back(signal);
            }
            record.interrupt.set(true);
            record.sender.set(0);
            drop(pending);
            return record.wake();
        } else if shielded {
            return;
        }
        match signal.action() {
            Action::Terminate | Action::Core => {
                if record.killed.get().is_none() || signal == Signal::KILL {
                    record.killed.set(Some(signal));
                }
                record.wake();
            }
            Action::Stop => {
                // A group that nobody could continue is not stopped by its terminal.
                if signal == Signal::STOP || !self.is_orphaned_group(record.pgid.get()) {
                    self.stop(record, signal);
                }
            }
            Action::Ignore | Action::Continue => {}
        }
    }

    fn stop(&self, record: &Record, signal: Signal) {
        if record.state.get() == State::Alive {
            record.state.set(State::Stopped);
            record.news.set(Some(WaitStatus::Stopped(signal)));
            self.wake_parent(record);
        }
    }

    fn resume(&self, record: &Record) {
        if record.state.get() == State::Stopped {
            record.state.set(State::Alive);
            record.news.set(Some(WaitStatus::Continued));
            record.wake();
            self.wake_parent(record);
        }
    }

    fn wake_parent(&self, record: &Record) {
        if let Some(parent) = self.record(record.ppid.get()) {
            parent.wake();
        }
        record.wake_waiting();
    }

    /// Whether no process of the group has a parent in another group of the same session, one that could continue it.
    pub(super) fn is_orphaned_group(&self, pgid: u32) -> bool {
        !self.records().iter().filter(|record| record.pgid.get() == pgid).any(|record| {
            self.record(record.ppid.get())
                .is_some_and(|parent| parent.pgid.get() != pgid && parent.sid.get() == record.sid.get())
        })
    }
}
