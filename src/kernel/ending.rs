//! The end of a process: what is closed, who is told, who inherits its children, and when it leaves the table.

use super::delivery::Origin;
use super::fd::Fds;
use super::process::{ExitStatus, Record, State};
use super::signal::Signal;
use super::system::System;
use std::rc::Rc;

impl System {
    /// The first step of PID 1's end: everything else is killed, and only when all of it is gone has PID 1 ended too.
    /// Says whether there is something to wait for.
    pub(super) fn end_with_init(&self, record: &Rc<Record>) -> bool {
        if record.pid != 1 {
            return false;
        }
        self.records().iter().filter(|other| other.pid != 1).for_each(|other| self.reap(other));
        let others = self.process_count() > 1;
        if others {
            let fds: Fds = record.fds.take();
            drop(fds);
            self.kill_all();
        }
        others
    }

    pub(super) fn finish(&self, record: &Rc<Record>, status: ExitStatus) {
        if record.state.get() == State::Zombie {
            return;
        }
        record.state.set(State::Zombie);
        record.status.set(Some(status));
        record.task.set(None);
        let fds: Fds = record.fds.take();
        drop(fds);
        record.ports.borrow_mut().clear();
        record.env.borrow_mut().clear();
        self.leave_session(record);
        self.hand_over_children(record);
        let parent = self.record(record.ppid.get()).filter(|parent| parent.state.get() != State::Zombie);
        if let Some(parent) = parent {
            let unwanted =
                parent.ignored.get().contains(Signal::CHLD) || (record.adopted.get() && parent.reaps_orphans.get());
            if unwanted {
                self.reap(record);
            }
            self.deliver(&parent, Signal::CHLD, Origin::Inside);
            parent.wake();
        } else {
            self.reap(record);
        }
        if let Some(init) = self.record(1).filter(|init| init.ending.get()) {
            // Nobody waits for them any more.
            self.reap(record);
            init.wake();
        }
        record.wake_waiting();
    }

    /// A session's leader leaves: its terminal's foreground, and whoever is stopped, hears of it.
    fn leave_session(&self, record: &Record) {
        let tty = record.tty.take();
        if record.sid.get() != record.pid {
            return;
        }
        let Some(tty) = tty else { return };
        if tty.session() == record.sid.get() {
            let foreground = tty.foreground();
            tty.lose_session();
            for other in self.records() {
                let stopped = other.state.get() == State::Stopped;
                if other.sid.get() == record.sid.get() && (stopped || other.pgid.get() == foreground) {
                    self.deliver(&other, Signal::HUP, Origin::Inside);
                    self.deliver(&other, Signal::CONT, Origin::Inside);
                }
            }
        }
    }

    /// Orphans become children of PID 1.
    fn hand_over_children(&self, record: &Record) {
        let init = self.record(1).filter(|init| init.state.get() != State::Zombie && init.pid != record.pid);
        for child in self.children(record.pid) {
            child.ppid.set(init.as_ref().map_or(0, |init| init.pid));
            child.adopted.set(true);
            let reaps = init.as_ref().is_none_or(|init| init.reaps_orphans.get());
            if reaps && child.state.get() == State::Zombie {
                self.reap(&child);
            } else if let Some(init) = &init {
                init.wake();
            }
        }
    }

    /// Takes an ended process out of the table.
    pub(super) fn reap(&self, record: &Rc<Record>) {
        if record.state.get() == State::Zombie {
            self.forget(record);
        }
    }
}
