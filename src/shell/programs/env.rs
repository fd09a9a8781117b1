//! `env` and `printenv`: the environment, and commands in another one.

use super::job::{Job, Outcome};
use crate::kernel::{race, Child, Disposition, Either, ExecError, Signal};
use crate::layerfs::Errno;

/// `env`.
pub async fn main(job: &mut Job) -> Outcome {
    if let Some(first) = job.args.first_mut().filter(|a| a.as_str() == "-") {
        *first = "-i".to_string();
    }
    let opts = job.options("+C:iu:0 ignore-environment=i null=0 unset=u: chdir=C:")?;
    let mut env = if opts.has('i') { Vec::new() } else { job.proc.environ() };
    for name in opts.values('u') {
        env.retain(|(n, _)| n != name);
    }
    let mut words = opts.args.clone();
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

/// Runs a command as [`start`] does and waits for it: its exit status as a shell would see it.
pub async fn run(job: &mut Job, argv: Vec<String>, env: Option<Vec<(String, String)>>) -> Result<i32, (i32, String)> {
    Ok(start(job, argv, env)?.wait().await.code())
}

/// Starts a command that is searched for in `PATH`, or gives the status and words of not having found or run it. Text
/// without `#!` is handed to `/bin/sh`, as `execvp` does.
pub fn start(job: &Job, argv: Vec<String>, env: Option<Vec<(String, String)>>) -> Result<Child, (i32, String)> {
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
    spawned.map_err(|e| (if e.errno() == Errno::ENOENT { 127 } else { 126 }, e.errno().to_string()))
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
    let [span, argv @ ..] = opts.args.as_slice() else { return Err(job.missing_operand(None)) };
    if argv.is_empty() {
        return Err(job.missing_operand(Some(span)));
    }
    let name = argv.first().cloned().unwrap_or_default();
    let mut spans = Vec::new();
    for text in std::iter::once(span.as_str()).chain(opts.value('k')) {
        match duration(text) {
            Some(nanos) => spans.push(nanos),
            None => {
                let shown = job.quoted(text);
                return Err(job.misused(&["invalid time interval ", &shown]));
            }
        }
    }
    let Some(signal) = opts.value('s').map_or(Some(Signal::TERM), Signal::parse) else {
        let shown = job.quoted(opts.value('s').unwrap_or(""));
        return Err(job.misused(&[&shown, ": invalid signal"]));
    };
    let child = match start(job, argv.to_vec(), None) {
        Ok(child) => child,
        Err((status, reason)) => {
            let shown = job.quoted(&name);
            job.complain(&["failed to run command ", &shown, ": ", &reason]);
            return Err(status);
        }
    };
    let mut sent = None;
    for (nanos, signal) in spans.into_iter().zip([signal, Signal::KILL]) {
        let clock = job.proc.clone();
        let limit = async move {
            let _ = clock.sleep(if nanos == 0 { i64::MAX } else { nanos }).await;
        };
        if let Either::Left(_) = race(child.wait(), limit).await {
            break;
        }
        if opts.has('v') {
            let shown = job.quoted(&name);
            job.err(&["timeout: sending signal ", &signal.name(), " to command ", &shown, "\n"].concat());
            job.flush().await;
        }
        let _ = job.proc.kill(i32::try_from(child.pid()).unwrap_or(0), Some(signal));
        sent = Some(signal);
    }
    let status = child.wait().await.code();
    Err(if sent.is_none_or(|signal| signal == Signal::KILL) || opts.has('p') { status } else { 124 })
}

/// `10`, `1.5s`, `2m`, `1h`, `1d` in nanoseconds.
fn duration(text: &str) -> Option<i64> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let (number, factor) = units.iter().find_map(|u| Some((text.strip_suffix(u.0)?, u.1))).unwrap_or((text, 1));
    crate::shell::dates::seconds(number).map(|n| n.saturating_mul(factor))
}

/// `nohup`.
pub async fn nohup(job: &mut Job) -> Outcome {
    let opts = job.options("+")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    job.proc.on_signal(Signal::HUP, Disposition::Ignore);
    exec(job, opts.args, "failed to run command ").await
}

/// `nice`: here only a way to run a command, since nothing competes for the processor.
pub async fn nice(job: &mut Job) -> Outcome {
    // The old way: `nice -5 command`.
    if let Some(word) = job.args.first_mut().filter(|w| w.strip_prefix('-').is_some_and(|n| n.parse::<i32>().is_ok())) {
        word.insert(1, 'n');
    }
    let opts = job.options("+n: adjustment=n:")?;
    if let Some(wrong) = opts.value('n').filter(|n| n.parse::<i64>().is_err()) {
        let shown = job.quoted(wrong);
        job.complain(&["invalid adjustment ", &shown]);
        return Err(125);
    }
    match opts.value('n') {
        Some(_) if opts.args.is_empty() => Err(job.misused(&["a command must be given with an adjustment"])),
        None if opts.args.is_empty() => {
            job.line("0");
            Ok(())
        }
        _ => exec(job, opts.args, "").await,
    }
}

async fn exec(job: &mut Job, argv: Vec<String>, what: &str) -> Outcome {
    let name = argv.first().cloned().unwrap_or_default();
    let (status, reason) = match run(job, argv, None).await {
        Ok(status) => return Err(status),
        Err(failed) => failed,
    };
    let shown = job.quoted(&name);
    job.complain(&[what, &shown, ": ", &reason]);
    Err(status)
}
