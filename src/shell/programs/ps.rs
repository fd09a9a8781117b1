//! `ps`: the processes of the machine that the caller runs on.

use super::accounts::Accounts;
use super::job::{Job, Outcome};
use super::options::{self, Parsed};
use crate::ambient::{Time, SECOND};
use crate::kernel::ProcessInfo;
use crate::shell::dates;
use crate::sorted;

/// A column of `ps`: its key, its heading, and whether it stands at the right of this width.
struct Column {
    key: String,
    heading: String,
    width: usize,
    right: bool,
}

const SPEC: &str = "AadeC:fFlo:p:q:u:U:wV format=o: pid=p: user=u: ppid=P: sort=k: no-headers=h version=V help=?";

const USAGE: &str = "
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
";

/// `ps`.
pub fn ps(job: &mut Job) -> Outcome {
    if job.busybox() {
        return ps_busybox(job);
    }
    // BSD options have no dash: `ps aux`.
    let mut args = std::mem::take(&mut job.args);
    // `-aux` is told from `-a -u x` as long as no user is called x.
    let first = args.first().map_or("", |a| if a.starts_with("-aux") { a.trim_start_matches('-') } else { a });
    let bsd = !first.starts_with('-') && !first.bytes().all(|b| b.is_ascii_digit());
    let mut letters = String::new();
    if bsd {
        letters = first.to_string();
        args.remove(0);
    }
    if letters.contains(|c: char| !c.is_ascii_digit() && !"axuwlh".contains(c)) {
        return Err(misused(job, "unsupported option (BSD syntax)"));
    }
    let opts = match options::parse(SPEC, &args) {
        Ok(opts) => opts,
        Err(words) if words.contains("'--") => return Err(misused(job, "unknown gnu long option")),
        Err(_) => return Err(misused(job, "unsupported SysV option")),
    };
    if opts.has('?') {
        job.out(USAGE);
        return Ok(());
    }
    if opts.has('V') {
        job.line("ps from procps-ng 4.0.2");
        return Ok(());
    }
    let all: Vec<ProcessInfo> = job.proc.system().processes();
    let own_tty = all.iter().find(|p| p.pid == job.proc.pid()).and_then(|p| p.tty.clone());
    let uid = job.proc.cred().uid;
    let accounts = Accounts::load(job);
    let pids: Vec<u32> =
        list(&opts, "pq").chain(letters.split(|c: char| !c.is_ascii_digit())).filter_map(|w| w.parse().ok()).collect();
    let users: Vec<String> = list(&opts, "uU").map(str::to_string).collect();
    let chosen = all.into_iter().filter(|p| {
        if !pids.is_empty() || opts.last("uUCP").is_some() {
            return pids.contains(&p.pid)
                || users.iter().any(|u| *u == p.uid.to_string() || *u == accounts.user_name(p.uid))
                || list(&opts, "C").any(|name| name == p.comm)
                || list(&opts, "P").any(|ppid| ppid == p.ppid.to_string())
                || opts.last("Ae").is_some();
        }
        if bsd {
            return (letters.contains('x') || p.tty.is_some()) && (letters.contains('a') || p.uid == uid);
        }
        opts.last("Ae").is_some()
            || opts.has('d') && !p.leads_session
            || opts.has('a') && p.tty.is_some() && !p.leads_session
            || opts.last("ad").is_none() && p.tty == own_tty && p.uid == uid
    });
    let mut chosen: Vec<ProcessInfo> = chosen.collect();
    let columns = match (opts.value('o'), bsd, letters.contains('u'), letters.contains('l') || opts.has('l')) {
        (Some(_), ..) => {
            let words: Vec<String> = opts.values('o').flat_map(|v| v.split([',', ' '])).map(str::to_string).collect();
            match words.iter().filter(|w| !w.is_empty()).map(|w| custom(w)).collect::<Result<Vec<Column>, String>>() {
                Ok(columns) => columns,
                Err(word) => {
                    return Err(misused(job, &["unknown user-defined format specifier \"", &word, "\""].concat()));
                }
            }
        }
        (None, true, true, _) => preset("user pid pcpu pmem vsz rss tname stat start_ time_ args"),
        (None, true, false, _) => preset("pid tname stat time_ args"),
        (None, false, _, true) => preset("f s uid pid ppid c pri ni addr sz wchan tname cputime ucmd"),
        (None, false, ..) if opts.last("fF").is_some() => preset("uid_ pid ppid c stime tname cputime cmd"),
        _ => preset("pid tname cputime ucmd"),
    };
    sort_by(&mut chosen, opts.value('k'));
    let rows: Vec<Vec<String>> =
        chosen.iter().map(|p| columns.iter().map(|c| cell(job, &accounts, p, &c.key)).collect()).collect();
    let headed = !opts.has('h') && !letters.contains('h') && columns.iter().any(|c| !c.heading.is_empty());
    let limit = screen_width(job, &opts, &letters);
    print_table(job, &columns, &rows, headed, limit);
    job.status = i32::from(rows.is_empty());
    Ok(())
}

/// A wrong command line, in ps's own words. Gives the exit status.
fn misused(job: &mut Job, words: &str) -> i32 {
    job.err(&["error: ", words, "\n", USAGE].concat());
    1
}

fn list<'a>(opts: &'a Parsed, keys: &'static str) -> impl Iterator<Item = &'a str> {
    opts.opts.iter().filter(move |o| keys.contains(o.0)).flat_map(|o| o.1.split([',', ' '])).filter(|w| !w.is_empty())
}

fn screen_width(job: &Job, opts: &Parsed, letters: &str) -> usize {
    if opts.has('w') || letters.contains('w') {
        return usize::MAX;
    }
    job.proc.winsize(1).map_or(usize::MAX, |s| usize::from(s.cols))
}

fn preset(keys: &str) -> Vec<Column> {
    keys.split(' ').filter_map(column).collect()
}

/// `-o KEY[=HEADING]`; the error is the unknown key.
fn custom(word: &str) -> Result<Column, String> {
    let (key, heading) = match word.split_once('=') {
        Some((key, heading)) => (key, Some(heading)),
        None => (word, None),
    };
    let mut column = column(key).ok_or_else(|| key.to_string())?;
    if let Some(heading) = heading {
        column.heading = heading.to_string();
    }
    Ok(column)
}

fn column(key: &str) -> Option<Column> {
    let (key, heading, width, right) = match key {
        "pid" => ("pid", "PID", 7, true),
        "ppid" => ("ppid", "PPID", 7, true),
        "pgid" | "pgrp" => ("pgid", "PGID", 7, true),
        "sid" | "sess" | "session" => ("sid", "SID", 7, true),
        "user" | "euser" | "ruser" | "uname" => ("user", "USER", 8, false),
        "uid_" => ("user", "UID", 8, false),
        "uid" | "euid" => ("uid", "UID", 5, true),
        "gid" | "egid" => ("gid", "GID", 5, true),
        "group" | "egroup" => ("group", "GROUP", 8, false),
        "pcpu" | "%cpu" => ("pcpu", "%CPU", 4, true),
        "pmem" | "%mem" => ("pmem", "%MEM", 4, true),
        "c" => ("c", "C", 2, true),
        "vsz" | "vsize" => ("vsz", "VSZ", 6, true),
        "rss" | "rssize" | "rsz" => ("rss", "RSS", 5, true),
        "sz" => ("sz", "SZ", 5, true),
        "tt" | "tname_" => ("tt", "TT", 8, false),
        "tty" | "tname" => ("tt", "TTY", 8, false),
        "stat" => ("stat", "STAT", 4, false),
        "s" | "state" => ("s", "S", 1, false),
        "start_" => ("start", "START", 5, true),
        "start" | "bsdstart" => ("start", "START", 8, true),
        "stime" => ("start", "STIME", 5, false),
        "lstart" => ("lstart", "STARTED", 24, true),
        "etime" => ("etime", "ELAPSED", 11, true),
        "etimes" => ("etimes", "ELAPSED", 7, true),
        "time_" | "bsdtime" => ("bsdtime", "TIME", 6, true),
        "cputime" | "time" => ("cputime", "TIME", 8, true),
        "ni" | "nice" => ("ni", "NI", 3, true),
        "pri" => ("pri", "PRI", 3, true),
        "f" | "flags" => ("f", "F", 1, true),
        "addr" => ("addr", "ADDR", 4, false),
        "wchan" => ("wchan", "WCHAN", 6, false),
        "nlwp" | "thcount" => ("nlwp", "NLWP", 4, true),
        "comm" | "ucomm" => ("comm", "COMMAND", 0, false),
        "ucmd" => ("comm", "CMD", 0, false),
        "args" | "command" => ("args", "COMMAND", 0, false),
        "cmd" => ("args", "CMD", 0, false),
        _ => return None,
    };
    Some(Column { key: key.to_string(), heading: heading.to_string(), width, right })
}

fn sort_by(processes: &mut [ProcessInfo], spec: Option<&str>) {
    let Some(spec) = spec else { return };
    let down = spec.starts_with('-');
    match spec.trim_start_matches(['-', '+']) {
        "ppid" => sorted::sort_by_key(processes, |p| p.ppid),
        "start_time" | "start" | "lstart" => sorted::sort_by_key(processes, |p| p.start),
        "comm" | "cmd" => sorted::sort_by(processes, |a, b| a.comm.cmp(&b.comm)),
        "time" | "cputime" | "pcpu" | "%cpu" => sorted::sort_by_key(processes, |p| p.cpu),
        _ => sorted::sort_by_key(processes, |p| p.pid),
    }
    if down {
        processes.reverse();
    }
}

fn print_table(job: &mut Job, columns: &[Column], rows: &[Vec<String>], headed: bool, limit: usize) {
    let heading: Vec<String> = columns.iter().map(|c| c.heading.clone()).collect();
    for row in headed.then_some(&heading).into_iter().chain(rows) {
        let mut line = String::new();
        for (i, (column, text)) in columns.iter().zip(row).enumerate() {
            let width = column.width.max(column.heading.len());
            let last = i + 1 == columns.len();
            if column.right {
                line.push_str(&format!("{text:>width$}"));
            } else if last {
                line.push_str(text);
            } else {
                line.push_str(&format!("{text:<width$}"));
            }
            if !last {
                line.push(' ');
            }
        }
        let cut: String = line.chars().take(limit).collect();
        job.line(&cut);
    }
}

/// What a column shows of a process.
pub fn cell(job: &Job, accounts: &Accounts, p: &ProcessInfo, key: &str) -> String {
    let seconds = p.cpu / SECOND;
    let age = (job.now().0 - p.start.0).max(0) / SECOND;
    let status = |name: &str| kilobytes(job, &["/proc/", &p.pid.to_string(), "/status"].concat(), name);
    let busy = || percent(p.cpu, age * SECOND);
    let defunct = p.state == 'Z';
    match key {
        "pid" => p.pid.to_string(),
        "ppid" => p.ppid.to_string(),
        "pgid" => p.pgid.to_string(),
        "sid" => p.sid.to_string(),
        "uid" => p.uid.to_string(),
        "gid" => p.gid.to_string(),
        "user" => short_name(&accounts.user_name(p.uid)),
        "group" => accounts.group_name(p.gid),
        "pcpu" => format!("{:.1}", busy()),
        "pmem" => {
            let all: f64 = kilobytes(job, "/proc/meminfo", "MemTotal:") as f64;
            format!("{:.1}", status("VmRSS:") as f64 * 100.0 / all.max(1.0))
        }
        "c" => (busy() as u64).to_string(),
        "ni" => "0".to_string(),
        "pri" => "80".to_string(),
        "f" => "4".to_string(),
        "addr" | "wchan" => "-".to_string(),
        "nlwp" => "1".to_string(),
        "vsz" => status("VmSize:").to_string(),
        "rss" => status("VmRSS:").to_string(),
        "sz" => (status("VmSize:") / 4).to_string(),
        "tt" => p.tty.clone().unwrap_or_else(|| "?".to_string()),
        "s" => p.state.to_string(),
        "stat" => {
            let marks = [(p.leads_session, 's'), (p.foreground, '+')];
            let marks: String = marks.iter().filter(|m| m.0).map(|m| m.1).collect();
            [&p.state.to_string(), marks.as_str()].concat()
        }
        "start" => start_time(p.start, job.now()),
        "lstart" => dates::format(p.start, "%a %b %e %H:%M:%S %Y"),
        "etime" => elapsed(age),
        "etimes" => age.to_string(),
        "bsdtime" => format!("{}:{:02}", seconds / 60, seconds % 60),
        "cputime" => format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
        "args" if defunct => ["[", &p.comm, "] <defunct>"].concat(),
        "args" => p.argv.join(" "),
        "comm" if defunct => [&p.comm, " <defunct>"].concat(),
        _ => p.comm.clone(),
    }
}

/// The number behind a name in a file of `/proc`; 0 where there is none.
pub fn kilobytes(job: &Job, path: &str, name: &str) -> u64 {
    let text = job.small_file(path);
    let line = text.lines().find(|l| l.starts_with(name)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// How much of a time a processor was busy: nothing is known where none has passed, and more than all of it cannot be.
pub fn percent(cpu: i64, time: i64) -> f64 {
    if time > 0 {
        (cpu as f64 * 100.0 / time as f64).min(100.0)
    } else {
        0.0
    }
}

/// A name too long for its column is cut and marked with `+`.
fn short_name(name: &str) -> String {
    if name.len() > 8 {
        return [name.get(..7).unwrap_or(name), "+"].concat();
    }
    name.to_string()
}

fn start_time(start: Time, now: Time) -> String {
    let today = |t: Time| (t.civil().year, t.civil().year_day);
    let pattern = if today(start) == today(now) {
        "%H:%M"
    } else if start.civil().year == now.civil().year {
        "%b%d"
    } else {
        "%Y"
    };
    dates::format(start, pattern)
}

/// `[[DD-]HH:]MM:SS`.
fn elapsed(age: i64) -> String {
    let (days, hours, minutes, seconds) = (age / 86_400, age / 3600 % 24, age / 60 % 60, age % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes:02}:{seconds:02}"),
        (0, _) => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        _ => format!("{days}-{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// BusyBox's `ps`: all processes, four columns unless `-o` says otherwise.
fn ps_busybox(job: &mut Job) -> Outcome {
    let opts = job.options("o:TaAdefl")?;
    let keys = opts.value('o').unwrap_or("pid,user,time,args").to_string();
    let accounts = Accounts::load(job);
    let mut head = String::new();
    let mut rows = Vec::new();
    let all = job.proc.system().processes();
    let fields: Vec<&str> = keys.split(',').collect();
    let width = |k: &str| match k {
        "pid" | "ppid" | "pgid" => 5,
        "user" | "group" => 8,
        "time" => 5,
        "stat" => 4,
        "comm" => 16,
        _ => 0,
    };
    for (i, key) in fields.iter().enumerate() {
        let last = i + 1 == fields.len();
        let title = if *key == "args" { "COMMAND".to_string() } else { key.to_uppercase() };
        let title = if *key == "time" { "TIME".to_string() } else { title };
        head.push_str(&pad(&title, width(key), key, last));
    }
    for p in &all {
        let mut row = String::new();
        for (i, key) in fields.iter().enumerate() {
            let seconds = p.cpu / SECOND;
            let text = match *key {
                "user" => accounts.user_name(p.uid).chars().take(8).collect(),
                "time" => format!("{}:{:02}", seconds / 60, seconds % 60),
                "args" if p.argv.is_empty() => ["[", &p.comm, "]"].concat(),
                "stat" => p.state.to_string(),
                key => cell(job, &accounts, p, key),
            };
            row.push_str(&pad(&text, width(key), key, i + 1 == fields.len()));
        }
        rows.push(row);
    }
    job.line(&head);
    let limit = job.proc.winsize(1).map_or(usize::MAX, |s| usize::from(s.cols));
    for row in rows {
        let cut: String = row.chars().take(limit).collect();
        job.line(&cut);
    }
    Ok(())
}

fn pad(text: &str, width: usize, key: &str, last: bool) -> String {
    let text = match key {
        "pid" | "ppid" | "pgid" => format!("{text:>width$}"),
        _ if last => text.to_string(),
        _ => format!("{text:<width$}"),
    };
    if last {
        text
    } else {
        [&text, " "].concat()
    }
}
