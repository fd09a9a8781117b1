//! Jobs: what runs in the background or is stopped, under which number, and how it is shown. Starting and waiting is
//! done elsewhere ([`super::exec`]); nothing here talks to the kernel.

use super::lexer::Flavour;
use crate::kernel::{ExitStatus, Signal, WaitStatus};
use crate::sorted::VecMap;

/// How one process of a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Runs.
    Running,
    /// Stopped by that signal.
    Stopped(Signal),
    /// Has ended.
    Ended(ExitStatus),
}

/// A pipeline started as a unit.
#[derive(Debug, Clone)]
pub struct Job {
    /// `%n`
    pub id: u32,
    /// Its process group, or the first process's number where it has none of its own.
    pub pgid: u32,
    /// Its processes.
    pub members: Vec<(u32, State)>,
    /// The command as written.
    pub text: String,
    /// Whether the student has been told of its present state.
    pub told: bool,
    /// Whether it has a process group of its own.
    pub grouped: bool,
}

impl Job {
    /// The state of the whole: running if any part runs, else stopped if any part is, else as its last part ended.
    pub fn state(&self) -> State {
        let states = || self.members.iter().map(|(_, state)| *state);
        states()
            .find(|s| *s == State::Running)
            .or_else(|| states().find(|s| matches!(s, State::Stopped(_))))
            .or_else(|| states().next_back())
            .unwrap_or(State::Running)
    }

    /// Whether all of it has ended.
    pub fn is_done(&self) -> bool {
        matches!(self.state(), State::Ended(_))
    }

    /// The exit status of an ended or stopped job.
    pub fn code(&self) -> i32 {
        match self.state() {
            State::Ended(status) => status.code(),
            State::Stopped(signal) => 128 + signal.number(),
            State::Running => 0,
        }
    }

    fn state_text(&self, flavour: Flavour) -> String {
        match self.state() {
            State::Running => "Running".to_owned(),
            State::Stopped(Signal::TSTP) => "Stopped".to_owned(),
            State::Stopped(signal) if flavour == Flavour::Bash => {
                format!("Stopped(SIG{})", signal.name())
            }
            State::Stopped(signal) => signal.description(),
            State::Ended(ExitStatus::Exited(0)) => "Done".to_owned(),
            State::Ended(ExitStatus::Exited(code)) if flavour == Flavour::Bash => format!("Exit {code}"),
            State::Ended(ExitStatus::Exited(code)) => format!("Done({code})"),
            State::Ended(ExitStatus::Signaled(signal, core)) => {
                format!("{}{}", signal.description(), if core { " (core dumped)" } else { "" })
            }
        }
    }
}

/// All jobs of a shell.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    list: Vec<Job>,
    /// Jobs by how recently they became current, the most recent last.
    order: Vec<u32>,
    /// How background processes ended that nobody waited for yet.
    pub finished: VecMap<u32, i32>,
}

impl Jobs {
    /// Adds a job; its number is the lowest above all there are.
    pub fn add(&mut self, pids: &[u32], text: String, grouped: bool) -> u32 {
        let id = self.list.iter().map(|job| job.id).max().unwrap_or(0) + 1;
        let members = pids.iter().map(|pid| (*pid, State::Running)).collect();
        let pgid = pids.first().copied().unwrap_or(0);
        self.list.push(Job { id, pgid, members, text, told: true, grouped });
        self.make_current(id);
        id
    }

    /// `%+`
    pub fn make_current(&mut self, id: u32) {
        self.order.retain(|other| *other != id);
        self.order.push(id);
    }

    /// All, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Job> {
        self.list.iter()
    }

    /// A job by its number.
    pub fn get(&self, id: u32) -> Option<&Job> {
        self.list.iter().find(|job| job.id == id)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: u32) -> Option<&mut Job> {
        self.list.iter_mut().find(|job| job.id == id)
    }

    /// The job a process belongs to.
    pub fn of_pid(&self, pid: u32) -> Option<&Job> {
        self.list.iter().find(|job| job.members.iter().any(|(member, _)| *member == pid))
    }

    /// Forgets a job.
    pub fn remove(&mut self, id: u32) {
        self.list.retain(|job| job.id != id);
        self.order.retain(|other| *other != id);
    }

    /// Forgets all, as a subshell does.
    pub fn clear(&mut self) {
        *self = Jobs::default();
    }

    /// Takes news of a process.
    pub fn note(&mut self, pid: u32, news: WaitStatus) {
        let state = match news {
            WaitStatus::Ended(status) => State::Ended(status),
            WaitStatus::Stopped(signal) => State::Stopped(signal),
            WaitStatus::Continued => State::Running,
        };
        let mut stopped = None;
        for job in &mut self.list {
            if let Some((_, own)) = job.members.iter_mut().find(|(member, _)| *member == pid) {
                *own = state;
                let now = job.state();
                job.told &= now == State::Running;
                if matches!(now, State::Stopped(_)) {
                    stopped = Some(job.id);
                }
            }
        }
        if let Some(id) = stopped {
            self.make_current(id);
        }
        if let WaitStatus::Ended(status) = news {
            self.finished.insert(pid, status.code());
        }
    }

    /// The current job, or the one before it.
    pub fn current(&self, previous: bool) -> Option<u32> {
        // Stopped jobs come before running ones.
        let mut stopped: Vec<u32> = Vec::new();
        let mut others: Vec<u32> = Vec::new();
        for id in &self.order {
            match self.get(*id).map(Job::state) {
                Some(State::Stopped(_)) => stopped.push(*id),
                Some(_) => others.push(*id),
                None => {}
            }
        }
        others.extend(stopped);
        others.iter().rev().nth(usize::from(previous)).copied()
    }

    /// Finds `%1`, `%+`, `%%`, `%-`, `%name`, `%?text`; the error is bash's.
    pub fn find(&self, spec: &str) -> Result<u32, String> {
        let missing = || Err(format!("{spec}: no such job"));
        let name = spec.strip_prefix('%').unwrap_or(spec);
        let found = match name {
            "" | "%" | "+" => self.current(false),
            "-" => self.current(true).or_else(|| self.current(false)),
            _ if name.chars().all(|c| c.is_ascii_digit()) => name.parse().ok().filter(|id| self.get(*id).is_some()),
            _ => {
                let fits = |job: &&Job| match name.strip_prefix('?') {
                    Some(part) => job.text.contains(part),
                    None => job.text.starts_with(name),
                };
                let mut all = self.list.iter().filter(fits);
                let first = all.next().map(|job| job.id);
                if all.next().is_some() {
                    return Err(format!("{name}: ambiguous job spec"));
                }
                first
            }
        };
        found.map_or_else(missing, Ok)
    }

    /// A line of `jobs`.
    pub fn line(&self, job: &Job, flavour: Flavour, long: bool) -> String {
        let mark = if self.current(false) == Some(job.id) {
            '+'
        } else if self.current(true) == Some(job.id) {
            '-'
        } else {
            ' '
        };
        let pid = if long { format!("{} ", job.pgid) } else { String::new() };
        let state = job.state_text(flavour);
        if flavour == Flavour::Ash {
            return format!("[{}]{mark}  {pid}{state:<27}{}\n", job.id, job.text);
        }
        if flavour == Flavour::Dash {
            return format!("[{}] {mark} {pid}{state:<27}{}\n", job.id, job.text);
        }
        let end = if job.state() == State::Running { " &" } else { "" };
        let gap = if long { "" } else { " " };
        format!("[{}]{mark} {gap}{pid}{state:<24}{}{end}\n", job.id, job.text)
    }
}
