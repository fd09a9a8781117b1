//! Where the shell forks: pipelines, subshells and background jobs; waiting for them, and the signals that come in
//! meanwhile. Substitutions are in [`super::substitution`].

use super::ast::{Command, Item, Kind, List, Pipeline};
use super::escape::from_bytes;
use super::jobs::State;
use super::lexer::Flavour;
use super::start::DEADLY;
use super::state::{Flow, Outcome, Shell};
use crate::kernel::{
    Child, Disposition, Errno, ExitStatus, Fds, LocalBoxFuture, OpenFile, OpenFlags, Signal, WaitFor, WaitStatus,
};
use std::rc::Rc;

/// What a fork runs.
pub(super) type Run = Box<dyn FnOnce(Shell) -> LocalBoxFuture<'static, i32>>;

impl Shell {
    /// Starts a process that goes on as a copy of this shell with `run`.
    pub(super) fn fork(&self, fds: Fds, pgid: Option<u32>, run: Run) -> Result<Child, Errno> {
        let mut shell = self.clone();
        let mut spawn = self.proc.child(self.proc.args());
        spawn.fds = fds;
        spawn.pgid = pgid;
        spawn.ignored = self.child_ignores();
        spawn.program = Some(Box::new(move |proc| {
            shell.become_subshell(proc);
            run(shell)
        }));
        self.proc.spawn(spawn).map_err(|error| error.errno())
    }

    fn become_subshell(&mut self, proc: crate::kernel::Proc) {
        self.proc = proc;
        self.subshell += 1;
        self.traps.retain(|_, action| action.is_empty());
        self.jobs.clear();
        self.job_control = false;
        self.announces = false;
        self.options.remove("monitor");
        self.loops = 0;
        (self.depth, self.task_depth) = (0, 0);
        self.open_substitutions.clear();
        self.history.detach();
    }

    /// Ends a subshell: its status, after its EXIT trap.
    pub(super) async fn finish(&mut self, result: Outcome) -> i32 {
        let status = match result {
            Ok(status)
            | Err(Flow::Exit(status) | Flow::Return(status) | Flow::Discard(status) | Flow::Failed(status)) => status,
            Err(Flow::Break(_) | Flow::Continue(_)) => 0,
        };
        self.status = status;
        self.run_exit_trap().await
    }

    /// The EXIT trap, once; gives the status to end with.
    pub(super) async fn run_exit_trap(&mut self) -> i32 {
        let status = self.status;
        let Some(action) = self.traps.remove("EXIT") else { return status };
        match Box::pin(self.run_text(&action, "trap", 1)).await {
            Err(Flow::Exit(status)) => status,
            _ => status,
        }
    }

    pub(super) fn subshell_of(list: Rc<List>) -> Run {
        Box::new(move |mut shell| {
            Box::pin(async move {
                let result = shell.run_list(&list).await;
                shell.finish(result).await
            })
        })
    }

    /// A command as a process of its own: where it is one program, the process becomes it.
    fn process_of(command: Rc<Command>) -> Run {
        Box::new(move |mut shell| {
            Box::pin(async move {
                let result = match &command.kind {
                    Kind::Subshell(list) => {
                        // A subshell in a fork of its own needs no second one.
                        match shell.redirect(&command.redirects).await {
                            Ok(_) => shell.run_list(list).await,
                            Err(flow) => Err(flow),
                        }
                    }
                    _ => {
                        shell.replaceable = matches!(command.kind, Kind::Simple(..));
                        shell.run_command(&command).await
                    }
                };
                shell.finish(result).await
            })
        })
    }

    /// The process group for the next process of a job.
    fn next_group(&self, pids: &[u32]) -> Option<u32> {
        self.job_control.then(|| pids.first().copied().unwrap_or(0))
    }

    pub(super) async fn run_pipes(&mut self, pipeline: &Pipeline) -> Outcome {
        let pids = match self.start_pipes(pipeline, self.proc.fds()) {
            Ok(pids) => pids,
            Err(errno) => {
                self.complain(&format!("fork: {errno}")).await;
                return Ok(254);
            }
        };
        let codes = self.foreground(&pids, super::print::pipeline(pipeline)).await?;
        let last = codes.last().copied().unwrap_or(0);
        let status =
            if self.option("pipefail") { codes.iter().rev().find(|c| **c != 0).copied().unwrap_or(0) } else { last };
        self.pipe_status = codes;
        Ok(status)
    }

    fn start_pipes(&mut self, pipeline: &Pipeline, base: Fds) -> Result<Vec<u32>, Errno> {
        let mut pids = Vec::new();
        let mut input = None;
        let count = pipeline.commands.len();
        for (at, command) in pipeline.commands.iter().enumerate() {
            let mut fds = base.clone();
            if let Some(file) = input.take() {
                fds.set(0, file);
            }
            if at + 1 < count {
                let (reader, writer) = self.proc.pipe_files();
                fds.set(1, writer);
                input = Some(reader);
            }
            let child = self.fork(fds, self.next_group(&pids), Shell::process_of(command.clone()))?;
            pids.push(child.pid());
        }
        Ok(pids)
    }

    pub(super) async fn run_subshell(&mut self, list: Rc<List>, command: &Command) -> Outcome {
        let saved = match self.redirect(&command.redirects).await {
            Ok(saved) => saved,
            Err(Flow::Failed(status)) => return Ok(status),
            Err(flow) => return Err(flow),
        };
        let child = self.fork(self.proc.fds(), self.next_group(&[]), Shell::subshell_of(list));
        self.restore(saved);
        match child {
            Ok(child) => {
                let codes = self.foreground(&[child.pid()], super::print::command(command)).await?;
                Ok(codes.last().copied().unwrap_or(0))
            }
            Err(errno) => {
                self.complain(&format!("fork: {errno}")).await;
                Ok(254)
            }
        }
    }

    /// `… &`
    pub(super) async fn run_background(&mut self, item: &Item) -> Outcome {
        let text = super::print::item(item);
        let mut fds = self.proc.fds();
        if !self.job_control {
            fds.set(0, OpenFile::null());
        }
        let pids = match item.pipelines.as_slice() {
            [(_, pipeline)] if !pipeline.negated && pipeline.timed.is_none() => self.start_pipes(pipeline, fds),
            _ => {
                let list = Rc::new(vec![Item { background: false, ..item.clone() }]);
                self.fork(fds, self.next_group(&[]), Shell::subshell_of(list)).map(|child| vec![child.pid()])
            }
        };
        match pids {
            Ok(pids) => {
                self.last_background = pids.last().copied();
                let id = self.jobs.add(&pids, text, self.job_control);
                if self.announces {
                    let pid = pids.last().copied().unwrap_or(0);
                    let line = if self.flavour == Flavour::Bash { format!("[{id}] {pid}\n") } else { String::new() };
                    self.write(2, &line).await;
                }
                Ok(0)
            }
            Err(errno) => {
                self.complain(&format!("fork: {errno}")).await;
                Ok(254)
            }
        }
    }

    /// Waits for processes in the foreground; their statuses. A job that is stopped becomes one of the list.
    pub(super) async fn foreground(&mut self, pids: &[u32], text: String) -> Result<Vec<i32>, Flow> {
        let id = self.jobs.add(pids, text, self.job_control);
        let result = self.foreground_job(id).await;
        if self.jobs.get(id).is_none_or(|job| job.is_done()) {
            self.jobs.remove(id);
            for pid in pids {
                self.jobs.finished.remove(pid);
            }
        }
        result
    }

    /// Gives a job the terminal and waits until it ends or stops.
    pub(super) async fn foreground_job(&mut self, id: u32) -> Result<Vec<i32>, Flow> {
        let Some(job) = self.jobs.get(id) else { return Ok(Vec::new()) };
        let grouped = job.grouped && self.job_control;
        if grouped {
            // Without a terminal there is nothing to hand over.
            let _ = self.proc.tcsetpgrp(job.pgid);
        }
        let modes = if grouped { self.proc.tcgetattr(0).ok() } else { None };
        let caught = self.catch_interrupt();
        while self.jobs.get(id).is_some_and(|job| job.state() == State::Running) {
            match self.proc.wait_child(WaitFor::Any, self.job_control).await {
                Ok((pid, news)) => self.jobs.note(pid, news),
                Err(Errno::EINTR) => self.take_signals(),
                Err(_) => break,
            }
        }
        if caught {
            self.proc.on_signal(Signal::INT, Disposition::Default);
        }
        if grouped {
            let _ = self.proc.tcsetpgrp(self.proc.pgid());
        }
        let (state, codes) = match self.jobs.get(id) {
            Some(job) => (job.state(), job.members.iter().map(|(_, state)| code_of(*state)).collect::<Vec<_>>()),
            None => return Ok(Vec::new()),
        };
        let failed = !matches!(state, State::Ended(ExitStatus::Exited(_)));
        if let (true, Some(modes)) = (grouped && failed, modes) {
            let _ = self.proc.tcsetattr(0, modes);
        }
        self.after_foreground(id, state, caught).await?;
        Ok(codes)
    }

    /// A shell without job control that waits for a program takes `^C` only after the program has: it lives on if the
    /// program does.
    fn catch_interrupt(&mut self) -> bool {
        let plain = !self.interactive && self.proc.disposition(Signal::INT) == Disposition::Default;
        if plain {
            self.proc.on_signal(Signal::INT, Disposition::Catch);
        }
        plain
    }

    async fn after_foreground(&mut self, id: u32, state: State, caught: bool) -> Result<(), Flow> {
        match state {
            State::Stopped(_) => {
                if let Some(job) = self.jobs.get(id) {
                    let gap = if self.flavour == Flavour::Bash { "\n" } else { "" };
                    let line = format!("{gap}{}", self.jobs.line(job, self.flavour, false));
                    self.write(2, &line).await;
                }
                if let Some(job) = self.jobs.get_mut(id) {
                    job.told = true;
                }
                Ok(())
            }
            State::Ended(ExitStatus::Signaled(Signal::INT, _)) => {
                self.take_signals();
                self.signals.retain(|s| *s != Signal::INT);
                if self.interactive {
                    if self.announces {
                        self.write(2, "\n").await;
                    }
                    return Err(Flow::Discard(130));
                }
                if caught && self.subshell == 0 {
                    // As bash does: it ends the way the program did.
                    let _ = self.proc.kill(self.proc.pid() as i32, Some(Signal::INT));
                    self.proc.yield_now().await;
                    return Err(Flow::Exit(130));
                }
                Ok(())
            }
            State::Ended(ExitStatus::Signaled(Signal::PIPE, _)) => Ok(()),
            State::Ended(ExitStatus::Signaled(signal, core)) => {
                let what = format!("{}{}", signal.description(), if core { " (core dumped)" } else { "" });
                let line = match (self.interactive, self.flavour, self.jobs.get(id)) {
                    (false, Flavour::Bash, Some(job)) if signal != Signal::TERM => {
                        format!("{}{:>5} {what:<23} {}\n", self.prefix(), job.pgid, job.text)
                    }
                    _ => format!("{what}\n"),
                };
                self.write(2, &line).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes what the kernel has of ended and stopped children, without waiting.
    pub(super) fn reap(&mut self) {
        while let Ok(Some((pid, news))) = self.proc.try_wait_child(WaitFor::Any, self.job_control) {
            self.jobs.note(pid, news);
        }
    }

    /// Tells of jobs that changed, and forgets those that ended.
    pub(super) async fn tell_jobs(&mut self) {
        self.reap();
        let changed: Vec<u32> = self.jobs.iter().filter(|job| !job.told).map(|job| job.id).collect();
        for id in changed {
            let line = self.jobs.get(id).map(|job| self.jobs.line(job, self.flavour, false)).unwrap_or_default();
            if self.announces {
                self.write(2, &line).await;
            }
            if let Some(job) = self.jobs.get_mut(id) {
                job.told = true;
            }
            if self.jobs.get(id).is_some_and(|job| job.is_done()) {
                self.jobs.remove(id);
            }
        }
    }

    /// Waits for one process, whatever signals come in.
    pub(super) async fn wait_pid(&mut self, pid: u32) -> i32 {
        loop {
            if let Some(code) = self.jobs.finished.remove(&pid) {
                return code;
            }
            match self.proc.wait_child(WaitFor::Pid(pid), false).await {
                Ok((_, WaitStatus::Ended(status))) => return status.code(),
                Ok(_) => {}
                Err(Errno::EINTR) => self.take_signals(),
                Err(_) => return 127,
            }
        }
    }

    /// Moves caught signals from the process to the shell.
    pub(super) fn take_signals(&mut self) {
        while let Some(signal) = self.proc.take_signal() {
            self.signals.push(signal);
        }
    }

    /// Acts on signals that have come in: between commands, never in the middle of one.
    pub(super) async fn poll_signals(&mut self) -> Result<(), Flow> {
        self.take_signals();
        while !self.signals.is_empty() {
            let signal = self.signals.remove(0);
            let name = signal.name();
            if self.traps.get(&name).is_some_and(|action| !action.is_empty()) {
                Box::pin(self.run_trap(&name)).await?;
            } else if signal == Signal::INT {
                if self.announces {
                    self.write(2, "\n").await;
                }
                return Err(if self.interactive { Flow::Discard(130) } else { Flow::Exit(130) });
            } else if self.interactive && self.dies_of(signal) {
                return Err(self.death_by(signal));
            }
        }
        Ok(())
    }

    /// Whether this shell, having a prompt, ends at that signal.
    pub(super) fn dies_of(&self, signal: Signal) -> bool {
        signal == Signal::HUP || self.flavour == Flavour::Bash && DEADLY.contains(&signal)
    }

    /// The end by a signal. Only a terminal's end lets bash keep its history.
    pub(super) fn death_by(&mut self, signal: Signal) -> Flow {
        if signal != Signal::HUP {
            self.options.remove("history");
        }
        Flow::Exit(128 + signal.number())
    }

    /// Runs a trap, if it is set; `$?` is as before afterwards.
    pub(super) async fn run_trap(&mut self, name: &str) -> Result<(), Flow> {
        let Some(action) = self.traps.get(name).filter(|action| !action.is_empty()).cloned() else { return Ok(()) };
        if self.running_trap && matches!(name, "ERR" | "DEBUG" | "RETURN") {
            return Ok(());
        }
        let (status, running) = (self.status, std::mem::replace(&mut self.running_trap, true));
        let result = Box::pin(self.run_text(&action, "trap", self.line)).await;
        self.running_trap = running;
        self.status = status;
        result.map(|_| ())
    }

    /// One line from a descriptor, a byte at a time so that nothing is taken from those who read on.
    pub(super) async fn read_line_raw(&mut self, fd: i32) -> Option<String> {
        let mut bytes = Vec::new();
        loop {
            match self.proc.read(fd, 1).await {
                Ok(byte) => match byte.first() {
                    None | Some(b'\n') if bytes.is_empty() && byte.is_empty() => return None,
                    None | Some(b'\n') => return Some(from_bytes(&bytes)),
                    Some(byte) => bytes.push(*byte),
                },
                Err(Errno::EINTR) => {
                    self.take_signals();
                    if self.interactive && self.signals.contains(&Signal::INT) {
                        return None;
                    }
                }
                Err(_) => return None,
            }
        }
    }

    /// Whether a file can be read, for startup files.
    pub(super) async fn read_file(&self, path: &str) -> Result<String, Errno> {
        let file = self.proc.open_file(path, OpenFlags::READ, 0).await?;
        let mut bytes = Vec::new();
        loop {
            let more = self.proc.read_file(&file, 65_536).await?;
            if more.is_empty() {
                return Ok(from_bytes(&bytes));
            }
            bytes.extend_from_slice(&more);
        }
    }
}

fn code_of(state: State) -> i32 {
    match state {
        State::Ended(status) => status.code(),
        State::Stopped(signal) => 128 + signal.number(),
        State::Running => 0,
    }
}
