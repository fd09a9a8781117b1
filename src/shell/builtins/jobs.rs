//! Job control: `jobs`, `fg`, `bg`, `wait`, `kill`, `disown`.

use super::{bad_option, letters, Out};
use crate::kernel::{Errno, ExitStatus, LocalBoxFuture, Signal, WaitFor};
use crate::shell::jobs::State;
use crate::shell::lexer::Flavour;
use crate::shell::state::{Outcome, Shell};

pub fn jobs(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "lnprs") {
        Ok(found) => found,
        Err(option) => {
            return bad_option(out, "jobs", &option, "jobs [-lnprs] [jobspec ...] or jobs -x command [args]")
        }
    };
    shell.reap();
    let has = |c: char| options.contains(&c);
    let mut status = 0;
    let mut chosen: Vec<u32> = Vec::new();
    for spec in rest {
        match shell.jobs.find(spec) {
            Ok(id) => chosen.push(id),
            Err(error) => {
                out.error(&format!("jobs: {error}"));
                status = 1;
            }
        }
    }
    let ids: Vec<u32> = shell.jobs.iter().map(|job| job.id).collect();
    for id in ids {
        let Some(job) = shell.jobs.get(id) else { continue };
        let state = job.state();
        let fits = (rest.is_empty() || chosen.contains(&id))
            && (!has('r') || state == State::Running)
            && (!has('s') || matches!(state, State::Stopped(_)))
            && (!has('n') || !job.told);
        if !fits {
            continue;
        }
        let text = if has('p') { format!("{}\n", job.pgid) } else { shell.jobs.line(job, shell.flavour, has('l')) };
        out.print(&text);
        if let Some(job) = shell.jobs.get_mut(id) {
            job.told = true;
        }
        if matches!(state, State::Ended(_)) {
            shell.jobs.remove(id);
        }
    }
    Ok(status)
}

impl Shell {
    /// The job that an argument names, or the current one; otherwise it has been complained about.
    async fn job_argument(&mut self, name: &str, spec: Option<&String>) -> Option<u32> {
        if !self.job_control {
            self.complain(&format!("{name}: no job control")).await;
            return None;
        }
        let found = match spec {
            Some(spec) => self.jobs.find(spec),
            None => self.jobs.current(false).ok_or_else(|| match self.flavour {
                Flavour::Bash => "current: no such job".to_owned(),
                _ => "No current job".to_owned(),
            }),
        };
        match found {
            Ok(id) => Some(id),
            Err(error) => {
                self.complain(&format!("{name}: {error}")).await;
                None
            }
        }
    }

    fn resume(&mut self, id: u32) {
        let Some(job) = self.jobs.get_mut(id) else { return };
        for (_, state) in &mut job.members {
            if matches!(state, State::Stopped(_)) {
                *state = State::Running;
            }
        }
        job.told = true;
        let pgid = job.pgid;
        // A job that has just ended needs no continuing.
        let _ = self.proc.kill(-(pgid as i32), Some(Signal::CONT));
    }
}

pub fn fg<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let Some(id) = shell.job_argument("fg", args.get(1)).await else { return Ok(1) };
        let text = shell.jobs.get(id).map(|job| job.text.clone()).unwrap_or_default();
        shell.write(1, &format!("{text}\n")).await;
        shell.jobs.make_current(id);
        if let (Some(tty), Some(job)) = (shell.proc.tty(), shell.jobs.get(id)) {
            tty.set_foreground(job.pgid);
        }
        shell.resume(id);
        let result = shell.foreground_job(id).await;
        if shell.jobs.get(id).is_some_and(|job| job.is_done()) {
            shell.jobs.remove(id);
        }
        Ok(result?.last().copied().unwrap_or(0))
    })
}

pub fn bg<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let Some(id) = shell.job_argument("bg", args.get(1)).await else { return Ok(1) };
        let Some(job) = shell.jobs.get(id) else { return Ok(1) };
        if job.state() == State::Running {
            shell.complain(&format!("bg: job {id} already in background")).await;
            return Ok(0);
        }
        let mark = if shell.jobs.current(false) == Some(id) { '+' } else { ' ' };
        let line = match shell.flavour {
            Flavour::Bash => format!("[{id}]{mark} {} &\n", job.text),
            _ => format!("[{id}] {}\n", job.text),
        };
        shell.write(1, &line).await;
        shell.last_background = job.members.last().map(|(pid, _)| *pid);
        shell.resume(id);
        Ok(0)
    })
}

pub fn wait<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let mut out = Out::of(shell);
        let (options, rest) = match letters(args, "fnp") {
            Ok(found) => found,
            Err(option) => {
                let result = bad_option(&mut out, "wait", &option, "wait [-fn] [-p var] [id ...]");
                return shell.emit(args, out, result).await;
            }
        };
        if rest.is_empty() {
            let any = options.contains(&'n');
            return wait_all(shell, any).await;
        }
        let mut status = 0;
        for id in rest {
            let pids = if id.starts_with('%') {
                match shell.jobs.find(id) {
                    Ok(job) => {
                        shell.jobs.get(job).map(|j| j.members.iter().map(|(p, _)| *p).collect()).unwrap_or_default()
                    }
                    Err(error) => {
                        shell.complain(&format!("wait: {error}")).await;
                        status = 127;
                        continue;
                    }
                }
            } else {
                match id.parse::<u32>() {
                    Ok(pid) => vec![pid],
                    Err(_) => {
                        let text = match shell.flavour {
                            Flavour::Bash => format!("wait: `{id}': not a pid or valid job spec"),
                            _ => format!("wait: Illegal number: {id}"),
                        };
                        shell.complain(&text).await;
                        status = if shell.flavour == Flavour::Bash { 1 } else { 2 };
                        continue;
                    }
                }
            };
            for pid in pids {
                status = match wait_one(shell, pid).await? {
                    Some(status) => status,
                    None => {
                        if shell.flavour == Flavour::Bash {
                            shell.complain(&format!("wait: pid {pid} is not a child of this shell")).await;
                        }
                        127
                    }
                };
            }
        }
        Ok(status)
    })
}

/// Waits for one process; `None` where it is no child. A trapped signal ends the wait.
async fn wait_one(shell: &mut Shell, pid: u32) -> Result<Option<i32>, crate::shell::state::Flow> {
    loop {
        if let Some(status) = shell.jobs.finished.remove(&pid) {
            let signaled = shell.jobs.of_pid(pid).map(|job| job.state());
            if let (Some(State::Ended(ExitStatus::Signaled(signal, _))), true) =
                (signaled, shell.flavour != Flavour::Bash && !shell.interactive)
            {
                shell.write(2, &format!("{}\n", signal.description())).await;
            }
            forget_done(shell);
            return Ok(Some(status));
        }
        match shell.proc.wait_child(WaitFor::Pid(pid), false).await {
            Ok((pid, news)) => shell.jobs.note(pid, news),
            Err(Errno::EINTR) => {
                shell.take_signals();
                if let Some(signal) = shell.signals.first().copied() {
                    shell.poll_signals().await?;
                    return Ok(Some(128 + signal.number()));
                }
            }
            Err(_) => return Ok(None),
        }
    }
}

/// Jobs that were waited for are not told of any more.
fn forget_done(shell: &mut Shell) {
    let done: Vec<u32> = shell
        .jobs
        .iter()
        .filter(|job| job.is_done() && job.members.iter().all(|(pid, _)| !shell.jobs.finished.contains_key(pid)))
        .map(|job| job.id)
        .collect();
    for id in done {
        if !shell.interactive {
            shell.jobs.remove(id);
        }
    }
}

async fn wait_all(shell: &mut Shell, any: bool) -> Outcome {
    loop {
        let running = shell.jobs.iter().any(|job| job.state() == State::Running);
        if any {
            if let Some((pid, status)) = shell.jobs.finished.pop_first() {
                let _ = pid;
                forget_done(shell);
                return Ok(status);
            }
        }
        if !running {
            shell.jobs.finished.clear();
            forget_done(shell);
            return Ok(if any { 127 } else { 0 });
        }
        match shell.proc.wait_child(WaitFor::Any, false).await {
            Ok((pid, news)) => shell.jobs.note(pid, news),
            Err(Errno::EINTR) => {
                shell.take_signals();
                if let Some(signal) = shell.signals.first().copied() {
                    shell.poll_signals().await?;
                    return Ok(128 + signal.number());
                }
            }
            Err(_) => return Ok(0),
        }
    }
}

pub fn disown(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "ahr") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "disown", &option, "disown [-h] [-ar] [jobspec ... | pid ...]"),
    };
    let ids: Vec<u32> = if options.contains(&'a') {
        shell.jobs.iter().map(|job| job.id).collect()
    } else if rest.is_empty() {
        shell.jobs.current(false).into_iter().collect()
    } else {
        let mut ids = Vec::new();
        for spec in rest {
            match shell.jobs.find(spec) {
                Ok(id) => ids.push(id),
                Err(error) => {
                    out.error(&format!("disown: {error}"));
                    return Ok(1);
                }
            }
        }
        ids
    };
    if !options.contains(&'h') {
        ids.into_iter().for_each(|id| shell.jobs.remove(id));
    }
    Ok(0)
}

/// `kill -l`
pub fn list_signals(out: &mut Out) {
    let numbers = (1..=31).chain(34..=64);
    let names: Vec<String> =
        numbers.filter_map(|n| Signal::from_number(n).map(|s| format!("{n:2}) SIG{}", s.name()))).collect();
    for line in names.chunks(5) {
        out.print(&format!("{}\n", line.join("\t")));
    }
}

pub fn kill(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let mut rest = args.get(1..).unwrap_or_default();
    let mut signal = Some(Signal::TERM);
    let usage = match shell.flavour {
        Flavour::Bash => {
            "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n"
        }
        _ => "kill: usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]\n",
    };
    if let Some((first, others)) = rest.split_first() {
        let option = first.strip_prefix('-').unwrap_or_default();
        match option {
            "l" | "L" => return name_signals(others, out),
            "s" | "n" => {
                let name = others.first().map(String::as_str).unwrap_or_default();
                match parse_signal(name) {
                    Some(found) => signal = found,
                    None => {
                        out.error(&format!("kill: {name}: invalid signal specification"));
                        return Ok(1);
                    }
                }
                rest = others.get(1..).unwrap_or_default();
            }
            "-" => rest = others,
            "" => {}
            name => {
                match parse_signal(name) {
                    Some(found) => signal = found,
                    None => {
                        out.error(&match shell.flavour {
                            Flavour::Bash => format!("kill: {name}: invalid signal specification"),
                            Flavour::Dash => format!("kill: invalid signal number or name: {name}"),
                            Flavour::Ash => format!("bad signal name '{name}'"),
                        });
                        return Ok(1);
                    }
                }
                rest = others;
            }
        }
    }
    if rest.first().is_some_and(|first| first == "--") {
        rest = rest.get(1..).unwrap_or_default();
    }
    if rest.is_empty() {
        out.raw_error(usage);
        return Ok(2);
    }
    let mut status = 1;
    for target in rest {
        let pid = if target.starts_with('%') {
            match shell.jobs.find(target) {
                Ok(id) => {
                    shell.jobs.get(id).map_or(0, |job| if job.grouped { -(job.pgid as i32) } else { job.pgid as i32 })
                }
                Err(error) => {
                    out.error(&format!("kill: {error}"));
                    continue;
                }
            }
        } else {
            match target.parse() {
                Ok(pid) => pid,
                Err(_) => {
                    out.error(&match shell.flavour {
                        Flavour::Bash => format!("kill: {target}: arguments must be process or job IDs"),
                        Flavour::Dash => format!("kill: Illegal number: {target}"),
                        Flavour::Ash => format!("invalid number '{target}'"),
                    });
                    continue;
                }
            }
        };
        match shell.proc.kill(pid, signal) {
            Ok(()) => status = 0,
            Err(errno) => out.error(&match shell.flavour {
                Flavour::Bash => format!("kill: ({target}) - {errno}"),
                Flavour::Dash => format!("kill: {errno}\n"),
                Flavour::Ash => format!("can't kill pid {target}: {errno}"),
            }),
        }
        // A stopped job that is to end must go on for it.
        if target.starts_with('%') && matches!(signal, Some(Signal::TERM | Signal::HUP)) {
            let _ = shell.proc.kill(pid, Some(Signal::CONT));
        }
    }
    Ok(status)
}

/// A signal's name or number; 0 is none.
fn parse_signal(text: &str) -> Option<Option<Signal>> {
    if text == "0" || text.eq_ignore_ascii_case("exit") {
        return Some(None);
    }
    Signal::parse(text).map(Some)
}

fn name_signals(rest: &[String], out: &mut Out) -> Outcome {
    if rest.is_empty() {
        list_signals(out);
        return Ok(0);
    }
    let mut status = 0;
    for text in rest {
        let number = text.parse::<i32>().ok().map(|n| if n > 128 { n - 128 } else { n });
        match number {
            Some(n) => match Signal::from_number(n) {
                Some(signal) => out.print(&format!("{}\n", signal.name())),
                None => {
                    out.error(&format!("kill: {text}: invalid signal specification"));
                    status = 1;
                }
            },
            None => match Signal::parse(text) {
                Some(signal) => out.print(&format!("{}\n", signal.number())),
                None => {
                    out.error(&format!("kill: {text}: invalid signal specification"));
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}
