//! `top`: the processes again and again.

use super::accounts::Accounts;
use super::dates;
use super::job::{Job, Outcome};
use super::keyboard::{Key, Keyboard};
use super::ps::cell;
use crate::ambient::SECOND;
use crate::kernel::{race, Either};

/// `top`: one picture with `-b -n1`, otherwise one every three seconds until `q`.
pub async fn top(job: &mut Job) -> Outcome {
    let opts = job.options("bcd:Hin:o:p:su:w::1")?;
    let rounds: u64 = opts.value('n').and_then(|n| n.parse().ok()).unwrap_or(u64::MAX);
    let delay = opts.value('d').and_then(dates::seconds).unwrap_or(3 * SECOND).max(SECOND / 10);
    let mut keyboard = if job.tty && !opts.has('b') { Keyboard::take(job) } else { None };
    for round in 0..rounds {
        if round > 0 {
            let proc = job.proc.clone();
            let pause = proc.sleep(delay);
            match &mut keyboard {
                Some(keyboard) => {
                    if let Either::Left(Key::Char('q') | Key::Ctrl('C') | Key::Closed) =
                        race(keyboard.key(job), pause).await
                    {
                        break;
                    }
                }
                None => {
                    let _ = pause.await;
                    job.out("\n");
                }
            }
        }
        if keyboard.is_some() {
            job.out("\u{1b}[H\u{1b}[J");
        }
        picture(job);
        job.flush().await;
    }
    if let Some(keyboard) = keyboard {
        keyboard.release();
    }
    Ok(())
}

fn picture(job: &mut Job) {
    let all = job.proc.system().processes();
    let count = |c: char| all.iter().filter(|p| p.state == c).count();
    let running = count('R').max(1);
    let (stopped, zombies) = (count('T'), count('Z'));
    let sleeping = all.len().saturating_sub(running + stopped + zombies);
    let line = super::machine::up_line(job);
    job.line(&["top -", &line].concat());
    job.line(&format!(
        "Tasks: {:3} total, {running:3} running, {sleeping:3} sleeping, {stopped:3} stopped, {zombies:3} zombie",
        all.len()
    ));
    job.line("%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st ");
    let info = job.small_file("/proc/meminfo");
    let mib = |name: &str| -> f64 {
        let line = info.lines().find(|l| l.starts_with(name)).unwrap_or("");
        line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    };
    let (total, free, available) = (mib("MemTotal:"), mib("MemFree:"), mib("MemAvailable:"));
    let cache = mib("Buffers:") + mib("Cached:");
    job.line(&format!(
        "MiB Mem : {total:8.1} total, {free:8.1} free, {:8.1} used, {cache:8.1} buff/cache     ",
        total - available
    ));
    let (swap, swap_free) = (mib("SwapTotal:"), mib("SwapFree:"));
    job.line(&format!(
        "MiB Swap: {swap:8.1} total, {swap_free:8.1} free, {:8.1} used. {available:8.1} avail Mem ",
        swap - swap_free
    ));
    job.line("\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND");
    let accounts = Accounts::load(job);
    for p in &all {
        let (virt, res) = (cell(job, &accounts, p, "vsz"), cell(job, &accounts, p, "rss"));
        let (user, cpu) = (cell(job, &accounts, p, "user"), p.cpu / (SECOND / 100));
        let time = format!("{}:{:02}.{:02}", cpu / 6000, cpu / 100 % 60, cpu % 100);
        job.line(&format!(
            "{:7} {user:<8}  20   0 {virt:>7} {res:>6} {:>6} {}   0.0   0.0 {time:>9} {}",
            p.pid, "0", p.state, p.comm
        ));
    }
}
