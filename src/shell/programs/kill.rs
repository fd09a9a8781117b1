//! `kill` and `pidof`. A shell has its own `kill`, which knows jobs.

use super::job::{Job, Outcome};
use crate::kernel::Signal;

/// `kill`.
pub fn kill(job: &mut Job) -> Outcome {
    let mut words = std::mem::take(&mut job.args).into_iter().peekable();
    let mut signal = Some(Signal::TERM);
    // Only the first word may name a signal: the number of a process group looks like one.
    if let Some(word) = words.next_if(|w| w.starts_with('-') && w.len() > 1 && w != "--") {
        let name = match word.as_str() {
            "-l" | "-L" | "--list" | "--table" => return list_signals(job, words.collect()),
            "-s" | "--signal" | "-n" => words.next().unwrap_or_default(),
            other => other.trim_start_matches('-').to_string(),
        };
        match Signal::parse(&name) {
            Some(s) => signal = Some(s),
            None if name == "0" => signal = None,
            None => {
                job.complain(&["unknown signal ", &name]);
                return Err(1);
            }
        }
    }
    words.next_if(|w| w == "--");
    let pids: Vec<String> = words.collect();
    if pids.is_empty() {
        job.err("\nUsage:\n kill [options] <pid> [...]\n");
        return Err(1);
    }
    for word in pids {
        match word.parse::<i32>() {
            Ok(pid) => {
                if let Err(e) = job.proc.kill(pid, signal) {
                    if job.busybox() {
                        job.complain(&["can't kill pid ", &word, ": ", &e.to_string()]);
                    } else {
                        job.complain(&["(", &word, "): ", &e.to_string()]);
                    }
                }
            }
            Err(_) => job.complain(&["failed to parse argument: '", &word, "'"]),
        }
    }
    Ok(())
}

fn list_signals(job: &mut Job, words: Vec<String>) -> Outcome {
    if words.is_empty() {
        let names: Vec<String> = Signal::ALL.iter().map(|s| s.name()).collect();
        for line in names.chunks(16) {
            job.line(&line.join(" "));
        }
    }
    for word in words {
        let number = word.parse::<i32>().ok();
        match (number, Signal::parse(&word)) {
            (Some(n), _) => match Signal::from_number(n & 127) {
                Some(s) => job.line(&s.name()),
                None => job.complain(&["unknown signal name ", &word]),
            },
            (None, Some(s)) => job.line(&s.number().to_string()),
            (None, None) => job.complain(&["unknown signal name ", &word]),
        }
    }
    Ok(())
}

/// `pidof`: the numbers of the processes of a name, the newest first.
pub fn pidof(job: &mut Job) -> Outcome {
    let opts = job.options("so:q")?;
    let omitted: Vec<&str> = opts.values('o').flat_map(|v| v.split(',')).collect();
    let mut found = Vec::new();
    for p in job.proc.system().processes().into_iter().rev() {
        let name = p.argv.first().map(|a| super::job::base_name(a).to_string()).unwrap_or_default();
        let pid = p.pid.to_string();
        if omitted.contains(&pid.as_str()) {
            continue;
        }
        if opts.args.iter().any(|a| *a == p.comm || *a == name || p.argv.first() == Some(a)) {
            found.push(pid);
        }
    }
    if opts.has('s') {
        found.truncate(1);
    }
    if found.is_empty() {
        return Err(1);
    }
    if !opts.has('q') {
        job.line(&found.join(" "));
    }
    Ok(())
}
