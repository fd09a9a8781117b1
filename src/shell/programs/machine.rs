//! `uname`, `arch`, `hostname`, `nproc`, `uptime`, `free` and `sync`: the machine as its kernel describes it. It asks
//! `/proc` where the real tools do.

use super::job::{Job, Outcome};
use crate::kernel::machine;

/// `uname`.
pub fn uname(job: &mut Job) -> Outcome {
    let opts = job.options(
        "asnrvmpio all=a kernel-name=s nodename=n kernel-release=r kernel-version=v machine=m processor=p \
         hardware-platform=i operating-system=o",
    )?;
    if let Some(extra) = opts.args.first() {
        return Err(job.extra_operand(extra));
    }
    let mut words = Vec::new();
    for key in "snrvmpio".chars() {
        let all = opts.has('a') && !"pi".contains(key);
        if !(all || opts.has(key) || key == 's' && opts.opts.is_empty()) {
            continue;
        }
        words.push(match key {
            's' => machine::SYSNAME.to_string(),
            'n' => job.proc.system().hostname(),
            'r' => machine::RELEASE.to_string(),
            'v' => machine::VERSION.to_string(),
            'm' => machine::MACHINE.to_string(),
            'o' => "GNU/Linux".to_string(),
            _ => "unknown".to_string(),
        });
    }
    job.line(&words.join(" "));
    Ok(())
}

/// `arch`.
pub fn arch(job: &mut Job) -> Outcome {
    job.options("")?;
    job.line(machine::MACHINE);
    Ok(())
}

/// `hostname`: shows the name; setting it needs a right that containers have not.
pub fn hostname(job: &mut Job) -> Outcome {
    let opts = job.options("dfiIs domain=d fqdn=f long=f ip-address=i all-ip-addresses=I short=s")?;
    if !opts.args.is_empty() {
        job.complain(&["you must be root to change the host name"]);
        return Err(1);
    }
    let name = job.proc.system().hostname();
    match opts.last("dsiI") {
        Some('s') => job.line(name.split('.').next().unwrap_or("")),
        Some('d') => job.line(name.split_once('.').map_or("", |(_, domain)| domain)),
        Some(_) => {
            let hosts = job.small_file("/etc/hosts");
            let mine = hosts.lines().filter(|l| l.split_whitespace().skip(1).any(|w| w == name));
            let all: Vec<&str> = mine.filter_map(|l| l.split_whitespace().next()).collect();
            job.line(&all.join(" "));
        }
        None => job.line(&name),
    }
    Ok(())
}

/// `nproc`.
pub fn nproc(job: &mut Job) -> Outcome {
    job.options(" all=a")?;
    job.line(&machine::CPUS.to_string());
    Ok(())
}

/// `sync`: everything is written at once here, so that there is nothing to wait for.
pub fn sync(job: &mut Job) -> Outcome {
    let opts = job.options("f file-system=f")?;
    for path in &opts.args {
        if let Err(e) = job.stat(path) {
            job.fail("error opening", path, e);
        }
    }
    Ok(())
}

/// `uptime`.
pub fn uptime(job: &mut Job) -> Outcome {
    let opts = job.options("ps pretty=p since=s")?;
    let text = job.small_file("/proc/uptime");
    let seconds: i64 = text.split('.').next().and_then(|s| s.parse().ok()).unwrap_or(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let now = job.now();
    if opts.has('s') {
        let since = now.plus_nanos(-seconds * crate::ambient::SECOND);
        job.line(&crate::shell::dates::format(since, "%Y-%m-%d %H:%M:%S"));
        return Ok(());
    }
    let plural = |n: i64, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    if opts.has('p') {
        let parts = [(days, "day"), (hours, "hour"), (minutes, "minute")];
        let mut words: Vec<String> = parts.iter().filter(|p| p.0 > 0).map(|p| plural(p.0, p.1)).collect();
        if words.is_empty() {
            words.push(plural(0, "minute"));
        }
        job.line(&["up ", &words.join(", ")].concat());
        return Ok(());
    }
    let line = up_line(job);
    job.line(&line);
    Ok(())
}

/// The line that `uptime` prints and `top` begins with.
pub fn up_line(job: &Job) -> String {
    let text = job.small_file("/proc/uptime");
    let seconds: i64 = text.split('.').next().and_then(|s| s.parse().ok()).unwrap_or(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let mut up = String::new();
    if days > 0 {
        up.push_str(&format!("{days} day{}, ", if days == 1 { "" } else { "s" }));
    }
    up.push_str(&if hours > 0 { format!("{hours:2}:{minutes:02}") } else { format!("{minutes} min") });
    let loads = job.small_file("/proc/loadavg");
    let loads: Vec<&str> = loads.split_whitespace().take(3).collect();
    let clock = crate::shell::dates::format(job.now(), "%H:%M:%S");
    format!(" {clock} up {up},  0 users,  load average: {}", loads.join(", "))
}

/// `free`.
pub fn free(job: &mut Job) -> Outcome {
    let opts = job.options("bkmght bytes=b kibi=k mebi=m gibi=g human=h total=t")?;
    let info = job.small_file("/proc/meminfo");
    let field = |name: &str| -> u64 {
        let line = info.lines().find(|l| l.strip_prefix(name).is_some_and(|r| r.starts_with(':')));
        line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let show = |kib: u64| match opts.last("bkmgh") {
        Some('b') => (kib * 1024).to_string(),
        Some('m') => (kib / 1024).to_string(),
        Some('g') => (kib >> 20).to_string(),
        Some('h') => scaled(kib * 1024),
        _ => kib.to_string(),
    };
    let (total, unused, available) = (field("MemTotal"), field("MemFree"), field("MemAvailable"));
    let cache = field("Buffers") + field("Cached") + field("SReclaimable");
    let used = total.saturating_sub(available);
    let (swap, swap_free) = (field("SwapTotal"), field("SwapFree"));
    let mut out = String::from("               total        used        free      shared  buff/cache   available\n");
    let row = |name: &str, cells: &[u64]| {
        let cells: String = cells.iter().map(|c| format!("{:>12}", show(*c))).collect();
        format!("{name:<8}{cells}\n")
    };
    out.push_str(&row("Mem:", &[total, used, unused, field("Shmem"), cache, available]));
    out.push_str(&row("Swap:", &[swap, swap - swap_free.min(swap), swap_free]));
    if opts.has('t') {
        out.push_str(&row("Total:", &[total + swap, used + swap.saturating_sub(swap_free), unused + swap_free]));
    }
    job.out(&out);
    Ok(())
}

/// `free -h`'s scaling: at most three digits, `Gi` and the like, and `0B`.
fn scaled(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "Ki", "Mi", "Gi", "Ti"] {
        if value < 999.5 || unit == "Ti" {
            return if value < 9.95 && unit != "B" { format!("{value:.1}{unit}") } else { format!("{value:.0}{unit}") };
        }
        value /= 1024.0;
    }
    String::new()
}
