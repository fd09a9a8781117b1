//! `top`: the processes again and again.

use super::accounts::Accounts;
use super::job::{Job, Outcome};
use super::keyboard::{Key, Keyboard};
use super::ps::{cell, kilobytes, percent};
use crate::ambient::SECOND;
use crate::kernel::{machine, race, Either, ProcessInfo};
use crate::shell::dates;
use crate::sorted::{self, VecMap};

/// `top`: one picture with `-b -n1`, otherwise one every three seconds until `q`.
pub async fn top(job: &mut Job) -> Outcome {
    let opts = job.options("bcd:n:o:p:u:")?;
    let pids: Vec<&str> = opts.values('p').flat_map(|v| v.split(',')).collect();
    if let Some(wrong) = pids.iter().find(|p| p.parse::<u32>().is_err()) {
        job.complain(&["bad pid '", wrong, "'"]);
        return Err(1);
    }
    let user = opts.value('u').map(|u| Accounts::load(job).user_named(u).map(|u| u.uid).or_else(|| u.parse().ok()));
    if user == Some(None) {
        job.complain(&["Invalid user"]);
        return Err(1);
    }
    let order = opts.value('o').unwrap_or("%CPU");
    if !["PID", "RES", "%CPU", "%MEM", "TIME+"].contains(&order) {
        job.complain(&["unrecognized field name '", order, "'"]);
        return Err(1);
    }
    let wanted = |p: &ProcessInfo| {
        (pids.is_empty() || pids.contains(&p.pid.to_string().as_str())) && user.flatten().is_none_or(|u| u == p.uid)
    };
    let mut before = VecMap::new();
    let rounds: u64 = opts.value('n').and_then(|n| n.parse().ok()).unwrap_or(u64::MAX);
    let delay = opts.value('d').and_then(dates::seconds).unwrap_or(3 * SECOND).max(SECOND / 10);
    let mut keyboard = if job.tty && !opts.has('b') { Keyboard::take(job) } else { None };
    let mut since = None;
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
        // What each has used of the processor since the last picture, or since it began.
        let (now, all) = (job.now(), job.proc.system().processes());
        let mut rows = Vec::new();
        for p in all {
            let old = before.insert(p.pid, p.cpu).unwrap_or(0);
            let busy = percent(p.cpu - old, now.0 - since.unwrap_or(p.start).0);
            rows.push((p, busy));
        }
        since = Some(now);
        let load = rows.iter().map(|r| r.1).sum::<f64>() / f64::from(machine::CPUS);
        rows.retain(|r| wanted(&r.0));
        sorted::sort_by(&mut rows, |(a, x), (b, y)| match order {
            "PID" => b.pid.cmp(&a.pid),
            "%CPU" => y.total_cmp(x),
            "TIME+" => b.cpu.cmp(&a.cpu),
            _ => resident(job, b).cmp(&resident(job, a)),
        });
        picture(job, &rows, load.min(100.0), opts.has('c'));
        job.flush().await;
    }
    if let Some(keyboard) = keyboard {
        keyboard.release();
    }
    Ok(())
}

fn resident(job: &Job, p: &ProcessInfo) -> u64 {
    kilobytes(job, &["/proc/", &p.pid.to_string(), "/status"].concat(), "VmRSS:")
}

fn picture(job: &mut Job, rows: &[(ProcessInfo, f64)], load: f64, whole: bool) {
    let count = |c: char| rows.iter().filter(|r| r.0.state == c).count();
    let (running, sleeping, stopped, zombies) = (count('R'), count('S'), count('T'), count('Z'));
    let line = super::machine::up_line(job);
    job.line(&["top -", &line].concat());
    job.line(&format!(
        "Tasks: {:3} total, {running:3} running, {sleeping:3} sleeping, {stopped:3} stopped, {zombies:3} zombie",
        rows.len()
    ));
    let idle = 100.0 - load;
    job.line(&format!("%Cpu(s):{load:5.1} us,  0.0 sy,  0.0 ni,{idle:5.1} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st "));
    let mib = |job: &Job, name: &str| kilobytes(job, "/proc/meminfo", name) as f64 / 1024.0;
    let (total, free, available) = (mib(job, "MemTotal:"), mib(job, "MemFree:"), mib(job, "MemAvailable:"));
    let cache = mib(job, "Buffers:") + mib(job, "Cached:");
    job.line(&format!(
        "MiB Mem : {total:8.1} total, {free:8.1} free, {:8.1} used, {cache:8.1} buff/cache     ",
        total - available
    ));
    let (swap, swap_free) = (mib(job, "SwapTotal:"), mib(job, "SwapFree:"));
    job.line(&format!(
        "MiB Swap: {swap:8.1} total, {swap_free:8.1} free, {:8.1} used. {available:8.1} avail Mem ",
        swap - swap_free
    ));
    job.line("\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND");
    let accounts = Accounts::load(job);
    for (p, busy) in rows {
        let [virt, res, user, memory] = ["vsz", "rss", "user", "pmem"].map(|key| cell(job, &accounts, p, key));
        let pages = job.small_file(&["/proc/", &p.pid.to_string(), "/statm"].concat());
        let shared = 4 * pages.split(' ').nth(2).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        let cpu = p.cpu / (SECOND / 100);
        let time = format!("{}:{:02}.{:02}", cpu / 6000, cpu / 100 % 60, cpu % 100);
        let command = if whole { cell(job, &accounts, p, "args") } else { p.comm.clone() };
        job.line(&format!(
            "{:7} {user:<8}  20   0 {virt:>7} {res:>6} {shared:>6} {} {busy:5.1} {memory:>5} {time:>9} {command}",
            p.pid, p.state
        ));
    }
}
