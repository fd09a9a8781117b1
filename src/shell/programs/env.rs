//! `env` and `printenv`: the environment, and commands in another one.

use super::job::{Job, Outcome};
use crate::kernel::{race, Disposition, Either, ExecError, Signal};
use crate::layerfs::Errno;

/// `env`.
pub async fn main(job: &mut Job) -> Outcome {
    if let Some(first) = job.args.first_mut().filter(|a| a.as_str() == "-") {
        *first = "-i".to_string();
    }
    let opts = job.options("+C:iS:u:v0 ignore-environment=i null=0 unset=u: chdir=C: split-string=S:")?;
    let mut env = if opts.has('i') { Vec::new() } else { job.proc.environ() };
    for name in opts.values('u') {
        env.retain(|(n, _)| n != name);
    }
    let mut words: Vec<String> =
        opts.value('S').unwrap_or("").split_whitespace().map(str::to_string).chain(opts.args.iter().cloned()).collect();
    let assigned = words.iter().take_while(|w| w.contains('=')).count();
    for word in words.drain(..assigned) {
        let Some((name, value)) = word.split_once('=') else { continue };
        match env.iter_mut().find(|(n, _)| n == name) {
            Some(pair) => pair.1 = value.to_string(),
            None => env.push((name.to_string(), value.to_string())),
        }
    }
    let Some(program) = words.first().cloned() else {
        for (name, value) in env {
            job.out(&[name.as_str(), "=", &value, if opts.has('0') { "\0" } else { "\n" }].concat());
        }
        return Ok(());
    };
    if let Some(dir) = opts.value('C') {
        if let Err(e) = job.proc.chdir(dir) {
            job.fail("cannot change directory to", dir, e);
            return Err(125);
        }
    }
    job.flush().await;
    let status = run(job, words, Some(env)).await;
    match status {
        Ok(status) => Err(status),
        Err((status, reason)) => {
            let shown = job.quoted(&program);
            if job.busybox() {
                job.complain(&["can't execute ", &shown, ": ", &reason]);
            } else {
                job.complain(&[&shown, ": ", &reason]);
                if program.contains(' ') {
                    job.complain(&["use -[v]S to pass options in shebang lines"]);
                }
            }
            Err(status)
        }
    }
}

/// Runs a command that is searched for in `PATH`, and waits for it: its exit status as a shell would see it, or the
/// status and words of not having found or run it. Text without `#!` is handed to `/bin/sh`, as `execvp` does.
pub async fn run(job: &mut Job, argv: Vec<String>, env: Option<Vec<(String, String)>>) -> Result<i32, (i32, String)> {
    let name = argv.first().cloned().unwrap_or_default();
    let Some(path) = job.proc.which(&name).or_else(|| name.contains('/').then(|| name.clone())) else {
        return Err((127, Errno::ENOENT.to_string()));
    };
    let mut spawn = job.proc.child(argv.clone());
    if let Some(env) = env.clone() {
        spawn.env = env;
    }
    spawn.path = Some(path.clone());
    let spawned = match job.proc.spawn(spawn) {
        Err(ExecError::Text(script)) => {
            let words = ["/bin/sh".to_string(), script].into_iter().chain(argv.into_iter().skip(1));
            let mut spawn = job.proc.child(words.collect());
            spawn.env = env.unwrap_or(spawn.env);
            job.proc.spawn(spawn)
        }
        other => other,
    };
    match spawned {
        Ok(child) => Ok(child.wait().await.code()),
        Err(e) => Err((if e.errno() == Errno::ENOENT { 127 } else { 126 }, e.errno().to_string())),
    }
}

/// `printenv`.
pub fn printenv(job: &mut Job) -> Outcome {
    let opts = job.options("+0 null=0")?;
    let end = if opts.has('0') { "\0" } else { "\n" };
    if opts.args.is_empty() {
        for (name, value) in job.proc.environ() {
            job.out(&[&name, "=", &value, end].concat());
        }
    }
    for name in &opts.args {
        match job.proc.env(name) {
            Some(value) => job.out(&[&value, end].concat()),
            None => job.status = 1,
        }
    }
    Ok(())
}

/// `timeout`: a command that is stopped after a while.
pub async fn timeout(job: &mut Job) -> Outcome {
    let opts = job.options("+fk:s:v foreground=f kill-after=k: preserve-status=p signal=s: verbose=v")?;
    let [span, argv @ ..] = opts.args.as_slice() else { return Err(job.missing_operand(None).max(125)) };
    if argv.is_empty() {
        return Err(job.missing_operand(Some(span)).max(125));
    }
    let (number, factor) = match span.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => {
            let unit = span.get(number.len()..).unwrap_or("s");
            (number, [("m", 60), ("h", 3600), ("d", 86_400)].iter().find(|u| u.0 == unit).map_or(1, |u| u.1))
        }
        None => (span.as_str(), 1),
    };
    let Some(nanos) = super::dates::seconds(number).map(|n| n.saturating_mul(factor)) else {
        let shown = job.quoted(span);
        return Err(job.misused(&["invalid time interval ", &shown]).max(125));
    };
    let signal = opts.value('s').map_or(Some(Signal::TERM), Signal::parse);
    let Some(signal) = signal else {
        let shown = job.quoted(opts.value('s').unwrap_or(""));
        return Err(job.misused(&[&shown, ": invalid signal"]).max(125));
    };
    let name = argv.first().cloned().unwrap_or_default();
    let mut spawn = job.proc.child(argv.to_vec());
    spawn.path = job.proc.which(&name);
    let child = match spawn.path.is_some().then(|| job.proc.spawn(spawn)) {
        Some(Ok(child)) => child,
        other => {
            let errno = other.and_then(Result::err).map_or(Errno::ENOENT, |e| e.errno());
            let shown = job.quoted(&name);
            job.complain(&["failed to run command ", &shown, ": ", &errno.to_string()]);
            return Err(if errno == Errno::ENOENT { 127 } else { 126 });
        }
    };
    let status = {
        let clock = job.proc.clone();
        let limit = async move {
            let _ = clock.sleep(if nanos == 0 { i64::MAX } else { nanos }).await;
        };
        match race(child.wait(), limit).await {
            Either::Left(status) => Some(status),
            Either::Right(()) => None,
        }
    };
    if let Some(status) = status {
        return Err(status.code());
    }
    let _ = job.proc.kill(i32::try_from(child.pid()).unwrap_or(0), Some(signal));
    let status = child.wait().await;
    Err(if opts.has('p') || signal == Signal::KILL { status.code() } else { 124 })
}

/// `nohup` and `nice`: here only a way to run a command.
pub async fn nohup(job: &mut Job) -> Outcome {
    let opts = job.options("+n: adjustment=n:")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None).max(125));
    }
    if job.usage.name == "nohup" {
        job.proc.on_signal(Signal::HUP, Disposition::Ignore);
    }
    let name = opts.args.first().cloned().unwrap_or_default();
    match run(job, opts.args, None).await {
        Ok(status) => Err(status),
        Err((status, reason)) => {
            let shown = job.quoted(&name);
            job.complain(&["failed to run command ", &shown, ": ", &reason]);
            Err(status)
        }
    }
}
