//! `/proc` of a machine: computed at the moment of reading, in the formats of `proc(5)`. It is asked while the file
//! system is in use, so it must not make calls on it; what is mounted it takes from the machine's record.

use super::machine;
use super::process::{Record, State};
use super::system::{System, WeakSystem};
use crate::ambient::SECOND;
use crate::layerfs::{Errno, Pseudo, PseudoNode};
use crate::sorted;
use std::fmt::Write;

/// The `/proc` of one machine, which it does not keep alive.
pub struct Procfs(WeakSystem);

impl Procfs {
    /// To be mounted with `Vfs::mount_pseudo`.
    pub fn new(system: &System) -> Procfs {
        Procfs(system.downgrade())
    }
}

type Text = fn(&System) -> String;
type ProcessText = fn(&System, &Record) -> Vec<u8>;

const FILES: &[(&str, Text)] = &[
    ("cmdline", |_| format!("BOOT_IMAGE=/boot/vmlinuz-{} root=/dev/sda1 ro quiet splash\n", machine::RELEASE)),
    ("cpuinfo", |_| cpuinfo()),
    ("devices", |_| {
        "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n136 pts\n\nBlock devices:\n  8 sd\n".into()
    }),
    ("filesystems", |_| "nodev\tproc\nnodev\ttmpfs\nnodev\tdevpts\nnodev\toverlay\n\text4\n".into()),
    ("loadavg", |system| loadavg(system)),
    ("meminfo", |_| meminfo()),
    ("partitions", |_| {
        "major minor  #blocks  name\n\n   8        0   52428800 sda\n   8        1   52426752 sda1\n".into()
    }),
    ("stat", |system| kernel_stat(system)),
    ("swaps", |_| "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n".into()),
    ("sys/fs/file-max", |_| "9223372036854775807\n".into()),
    ("sys/kernel/hostname", |system| system.hostname() + "\n"),
    ("sys/kernel/osrelease", |_| format!("{}\n", machine::RELEASE)),
    ("sys/kernel/ostype", |_| format!("{}\n", machine::SYSNAME)),
    ("sys/kernel/pid_max", |_| "4194304\n".into()),
    ("sys/kernel/version", |_| format!("{}\n", machine::VERSION)),
    ("sys/vm/overcommit_memory", |_| "0\n".into()),
    ("sys/vm/swappiness", |_| "60\n".into()),
    ("uptime", |system| uptime(system)),
    ("version", |_| {
        format!(
            "{} version {} (buildd@lcy02-amd64-116) (gcc 11.4.0) {}\n",
            machine::SYSNAME,
            machine::RELEASE,
            machine::VERSION
        )
    }),
];

const PROCESS_FILES: &[(&str, ProcessText)] = &[
    ("cgroup", |_, _| b"0::/\n".to_vec()),
    ("cmdline", |_, record| cmdline(record)),
    ("comm", |_, record| format!("{}\n", record.comm.borrow()).into_bytes()),
    ("environ", |_, record| environ(record)),
    ("mountinfo", |system, _| mountinfo(system).into_bytes()),
    ("mounts", |system, _| mounts(system).into_bytes()),
    ("oom_score_adj", |_, _| b"0\n".to_vec()),
    ("stat", |system, record| stat(system, record).into_bytes()),
    ("statm", |_, _| b"1024 896 768 8 0 320 0\n".to_vec()),
    ("status", |_, record| status(record).into_bytes()),
];

const PROCESS_LINKS: &[&str] = &["cwd", "exe", "root"];

impl Pseudo for Procfs {
    fn lookup(&self, path: &str, caller: u32) -> Option<PseudoNode> {
        let system = self.0.upgrade()?;
        match path {
            "" => return Some(PseudoNode::Dir),
            "self" => return system.record(caller).map(|record| PseudoNode::Symlink(record.pid.to_string())),
            "mounts" => return Some(PseudoNode::Symlink("self/mounts".to_string())),
            _ => {}
        }
        if let Some((_, text)) = FILES.iter().find(|(name, _)| *name == path) {
            return Some(PseudoNode::File(text(&system).into_bytes()));
        }
        if FILES.iter().any(|(name, _)| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))) {
            return Some(PseudoNode::Dir);
        }
        let (number, rest) = path.split_once('/').unwrap_or((path, ""));
        let record = system.record(number.parse().ok()?)?;
        process_node(&system, &record, rest)
    }

    fn list(&self, path: &str, caller: u32) -> Option<Vec<String>> {
        let system = self.0.upgrade()?;
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let below = FILES.iter().filter_map(|(name, _)| name.strip_prefix(prefix.as_str()));
        let mut names: Vec<String> = below.filter_map(|rest| rest.split('/').next()).map(str::to_string).collect();
        if path.is_empty() {
            names.extend(system.records().iter().map(|record| record.pid.to_string()));
            names.push("mounts".to_string());
            if system.record(caller).is_some() {
                names.push("self".to_string());
            }
        } else if names.is_empty() {
            let (number, rest) = path.split_once('/').unwrap_or((path, ""));
            let record = system.record(number.parse().ok()?)?;
            names = process_names(&record, rest)?;
        }
        sorted::sort(&mut names);
        names.dedup();
        Some(names)
    }

    fn write(&self, path: &str, caller: u32, data: &[u8]) -> Result<(), Errno> {
        let system = self.0.upgrade().ok_or(Errno::ENOENT)?;
        let text = String::from_utf8_lossy(data);
        match path.rsplit_once('/') {
            // Containers see `/proc/sys` read-only.
            Some((pid, "comm")) if pid.parse() == Ok(caller) => {
                let record = system.record(caller).ok_or(Errno::ENOENT)?;
                *record.comm.borrow_mut() = super::exec::truncate(text.trim_end_matches('\n'), 15).into();
                Ok(())
            }
            Some((_, "oom_score_adj")) => Ok(()),
            Some(("sys/kernel" | "sys/vm" | "sys/fs", _)) => Err(Errno::EROFS),
            _ => Err(Errno::EACCES),
        }
    }
}

fn process_node(system: &System, record: &Record, rest: &str) -> Option<PseudoNode> {
    if let Some((_, text)) = PROCESS_FILES.iter().find(|(name, _)| *name == rest) {
        return Some(PseudoNode::File(text(system, record)));
    }
    match rest {
        "" | "fd" => Some(PseudoNode::Dir),
        "root" => Some(PseudoNode::Symlink("/".to_string())),
        "cwd" => Some(PseudoNode::Symlink(record.cwd.borrow().to_string())),
        "exe" => Some(PseudoNode::Symlink(record.exe.borrow().to_string())).filter(|_| !record.exe.borrow().is_empty()),
        _ => {
            let fd = rest.strip_prefix("fd/")?.parse().ok()?;
            let path = record.fds.borrow().get(fd).ok()?.path().to_string();
            Some(PseudoNode::Symlink(path))
        }
    }
}

fn process_names(record: &Record, rest: &str) -> Option<Vec<String>> {
    match rest {
        "" => {
            let mut names: Vec<String> = PROCESS_FILES.iter().map(|(name, _)| name.to_string()).collect();
            names.extend(PROCESS_LINKS.iter().map(|name| name.to_string()));
            names.push("fd".to_string());
            Some(names)
        }
        "fd" => Some(record.fds.borrow().numbers().iter().map(i32::to_string).collect()),
        _ => None,
    }
}

fn cmdline(record: &Record) -> Vec<u8> {
    if record.state.get() == State::Zombie {
        return Vec::new();
    }
    record.argv.borrow().iter().flat_map(|arg| arg.bytes().chain([0])).collect()
}

fn environ(record: &Record) -> Vec<u8> {
    let env = record.env.borrow();
    env.iter().flat_map(|(key, value)| format!("{key}={value}\0").into_bytes()).collect()
}

fn state_letter(record: &Record) -> (char, &'static str) {
    match record.state.get() {
        State::Alive if record.system.kernel().current() == record.task.get() => ('R', "running"),
        State::Alive => ('S', "sleeping"),
        State::Stopped => ('T', "stopped"),
        State::Zombie => ('Z', "zombie"),
    }
}

/// Hundredths of a second (`USER_HZ`).
fn ticks(nanos: i64) -> i64 {
    nanos / (SECOND / 100)
}

fn stat(system: &System, record: &Record) -> String {
    let tty = record.tty.borrow().clone();
    let tty_number = tty.as_ref().map_or(0, |tty| (136 << 8) | tty.index());
    let foreground = tty.map_or(-1, |tty| i64::from(tty.foreground()));
    let start = ticks(record.start.0 - system.boot().0);
    let cpu = ticks(record.polls.get() as i64 * 20_000);
    format!(
        "{} ({}) {} {} {} {} {tty_number} {foreground} 4194304 0 0 0 0 {cpu} 0 0 0 20 0 1 0 {start} 4194304 896 \
         18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
        record.pid,
        record.comm.borrow(),
        state_letter(record).0,
        record.ppid.get(),
        record.pgid.get(),
        record.sid.get(),
    )
}

fn status(record: &Record) -> String {
    let (letter, word) = state_letter(record);
    let cred = record.cred.borrow().clone();
    let groups: String = cred.groups.iter().map(|group| format!("{group} ")).collect();
    let mut out = String::new();
    let (uid, gid) = (cred.uid, cred.gid);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "Name:\t{}\nUmask:\t{:04o}\nState:\t{letter} ({word})\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{}\n\
         TracerPid:\t0\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\nFDSize:\t64\n\
         Groups:\t{groups}\nVmSize:\t    4096 kB\nVmRSS:\t    3584 kB\nThreads:\t1\n",
        record.comm.borrow(),
        record.umask.get(),
        record.ppid.get(),
        pid = record.pid,
    );
    let pending = record.pending.borrow().iter().fold(super::SignalSet::EMPTY, |set, signal| set.with(*signal));
    let _ = write!(
        out,
        "SigPnd:\t{:016x}\nSigBlk:\t{:016x}\nSigIgn:\t{:016x}\nSigCgt:\t{:016x}\n",
        pending.bits(),
        0,
        record.ignored.get().bits(),
        record.caught.get().bits(),
    );
    out
}

fn mounts(system: &System) -> String {
    let mut out = String::new();
    for mount in system.mounts().iter() {
        let mode = if mount.read_only { "ro" } else { "rw" };
        let _ = writeln!(out, "{} {} {} {mode}{} 0 0", mount.source, mount.target, mount.fstype, mount.options);
    }
    out
}

fn mountinfo(system: &System) -> String {
    let mut out = String::new();
    for (at, mount) in system.mounts().iter().enumerate() {
        let mode = if mount.read_only { "ro" } else { "rw" };
        let parent = if at == 0 { 1 } else { 600 };
        let (fstype, source, target) = (&mount.fstype, &mount.source, &mount.target);
        let _ = writeln!(
            out,
            "{} {parent} 0:{} / {target} {mode}{} - {fstype} {source} {mode}",
            600 + at,
            50 + at,
            mount.options
        );
    }
    out
}

fn cpuinfo() -> String {
    let mut out = String::new();
    for cpu in 0..machine::CPUS {
        let _ = write!(
            out,
            "processor\t: {cpu}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\nmodel name\t: {}\n\
             stepping\t: 10\ncpu MHz\t\t: 1600.000\ncache size\t: 6144 KB\nphysical id\t: 0\nsiblings\t: {cpus}\n\
             core id\t\t: {cpu}\ncpu cores\t: {cpus}\nfpu\t\t: yes\nbogomips\t: 3600.00\n\
             address sizes\t: 39 bits physical, 48 bits virtual\n\n",
            machine::CPU_MODEL,
            cpus = machine::CPUS,
        );
    }
    out
}

fn meminfo() -> String {
    let total = machine::MEMORY / 1024;
    let lines = [
        ("MemTotal", total),
        ("MemFree", total / 2),
        ("MemAvailable", total / 4 * 3),
        ("Buffers", total / 32),
        ("Cached", total / 4),
        ("SwapCached", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
    ];
    lines.iter().map(|(name, kb)| format!("{:<16}{kb:>8} kB\n", format!("{name}:"))).collect()
}

fn uptime(system: &System) -> String {
    let nanos = system.kernel().now().0 - system.boot().0;
    let (seconds, hundredths) = (nanos / SECOND, ticks(nanos) % 100);
    format!("{seconds}.{hundredths:02} {}.{hundredths:02}\n", seconds * i64::from(machine::CPUS))
}

fn loadavg(system: &System) -> String {
    let records = system.records();
    let last = records.last().map_or(0, |record| record.pid);
    format!("0.00 0.01 0.05 1/{} {last}\n", records.len())
}

fn kernel_stat(system: &System) -> String {
    let up = ticks(system.kernel().now().0 - system.boot().0);
    let mut out = format!("cpu  {} 0 {} {} 0 0 0 0 0 0\n", up / 50, up / 100, up * i64::from(machine::CPUS));
    for cpu in 0..machine::CPUS {
        let _ = writeln!(out, "cpu{cpu} {} 0 {} {up} 0 0 0 0 0 0", up / 200, up / 400);
    }
    let _ = write!(out, "btime {}\nprocesses {}\nprocs_running 1\n", system.boot().secs(), system.process_count());
    out
}
