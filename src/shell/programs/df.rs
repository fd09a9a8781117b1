//! `df`, `mount` and `du`: what is mounted and how much of it is in use. The sizes of the simulated disks are those of a
//! modest computer; what is used is what the files take.

use super::job::{join, Job, Outcome};
use super::options::Parsed;
use super::sizes;
use super::stat::mount_point;
use crate::kernel::machine::MEMORY;
use crate::layerfs::{FileKind, MountInfo, Stat};
use crate::sorted::VecSet;

const DISK: u64 = 62_671_097_856;
const DISK_OTHERS: u64 = 21_474_836_480;

/// The room of a mount, in bytes.
pub struct Space {
    /// What is mounted.
    pub source: String,
    /// Its type.
    pub kind: String,
    /// All of it.
    pub size: u64,
    /// In use.
    pub used: u64,
    /// Free for users.
    pub available: u64,
    /// All inodes.
    pub inodes: u64,
    /// Those in use.
    pub inodes_used: u64,
    /// Where.
    pub target: String,
}

/// The room of the mount at this point.
pub fn space(job: &Job, target: &str) -> Space {
    let mounts = job.proc.system().mounts();
    let found = mounts.iter().rev().find(|m| m.target == target);
    found.map(room).unwrap_or_else(|| {
        room(&MountInfo {
            source: "overlay".to_string(),
            target: target.to_string(),
            fstype: "overlay".to_string(),
            read_only: false,
            used: 0,
            bind: false,
            dev: 0,
            size: None,
            options: String::new(),
        })
    })
}

fn room(mount: &MountInfo) -> Space {
    let fixed = |size: u64, used: u64| (size, used.min(size), size - used.min(size));
    let (size, used, available) = match mount.fstype.as_str() {
        "tmpfs" => fixed(mount.size.unwrap_or(MEMORY / 2), mount.used),
        "proc" | "sysfs" | "devpts" | "mqueue" | "cgroup" | "cgroup2" => (0, 0, 0),
        // A root or a bind mount: the computer's disk, of which the system itself takes a share, and 5 % are reserved.
        _ => {
            let used = DISK_OTHERS + mount.used;
            (DISK, used, (DISK - DISK / 20).saturating_sub(used))
        }
    };
    let inodes = if size == 0 { 0 } else { size / 16_384 };
    Space {
        source: mount.source.clone(),
        kind: mount.fstype.clone(),
        size,
        used,
        available,
        inodes,
        inodes_used: inodes.min(used / 40_960 + 1),
        target: mount.target.clone(),
    }
}

/// `df`.
pub fn main(job: &mut Job) -> Outcome {
    let opts = job.options(
        "aB:hHiklmPt:Tx: all=a block-size=B: human-readable=h si=H inodes=i local=l portability=P type=t: \
         print-type=T exclude-type=x: total=& no-sync=!",
    )?;
    let mut rows = Vec::new();
    if opts.args.is_empty() {
        let mounts = job.proc.system().mounts();
        rows.extend(mounts.iter().filter(|m| opts.has('a') || room(m).size > 0).map(room));
    }
    for path in &opts.args {
        match job.stat(path) {
            Ok(_) => {
                let target = mount_point(job, path);
                rows.push(space(job, &target));
            }
            Err(_) if job.busybox() => job.complain(&[path, ": can't find mount point"]),
            Err(e) => job.fail_plain(path, e),
        }
    }
    rows.retain(|r| opts.values('t').all(|t| t == r.kind) && opts.values('x').all(|t| t != r.kind));
    if rows.is_empty() {
        if job.status == 0 {
            job.complain(&["no file systems processed"]);
        }
        return Ok(());
    }
    if opts.has('&') {
        let sum = |f: fn(&Space) -> u64| rows.iter().map(f).sum();
        let total = Space {
            source: "total".to_string(),
            kind: "-".to_string(),
            size: sum(|r| r.size),
            used: sum(|r| r.used),
            available: sum(|r| r.available),
            inodes: sum(|r| r.inodes),
            inodes_used: sum(|r| r.inodes_used),
            target: "-".to_string(),
        };
        rows.push(total);
    }
    table(job, &opts, &rows);
    Ok(())
}

fn table(job: &mut Job, opts: &Parsed, rows: &[Space]) {
    let human = opts.last("hHkmB");
    let unit = match human {
        Some('m') => 1 << 20,
        Some('B') => opts.value('B').and_then(sizes::parse).unwrap_or(1024).max(1),
        _ => 1024,
    };
    let amount = |bytes: u64| match human {
        Some('h') => sizes::human(bytes, 1024),
        Some('H') => sizes::human(bytes, 1000),
        _ => bytes.div_ceil(unit).to_string(),
    };
    let busybox = job.busybox();
    let inodes = opts.has('i');
    let size_head = match (human, unit) {
        _ if inodes => "Inodes".to_string(),
        (Some('h' | 'H'), _) => "Size".to_string(),
        (Some('B'), _) => [opts.value('B').unwrap_or(""), "-blocks"].concat(),
        (_, 1024) if opts.has('P') && !busybox => "1024-blocks".to_string(),
        (_, 1024) => "1K-blocks".to_string(),
        _ => "1M-blocks".to_string(),
    };
    let used_head = if inodes { "IUsed" } else { "Used" };
    let free_head = match (inodes, human) {
        (true, _) => "IFree",
        (_, Some('h' | 'H')) if !busybox => "Avail",
        _ => "Available",
    };
    let percent_head = if inodes {
        "IUse%"
    } else if opts.has('P') && !busybox {
        "Capacity"
    } else {
        "Use%"
    };
    let mut cells: Vec<Vec<String>> =
        vec![["Filesystem", "Type", &size_head, used_head, free_head, percent_head, "Mounted on"]
            .map(str::to_string)
            .to_vec()];
    for r in rows {
        let (size, used, free) =
            if inodes { (r.inodes, r.inodes_used, r.inodes - r.inodes_used) } else { (r.size, r.used, r.available) };
        let show = |n: u64| if inodes { n.to_string() } else { amount(n) };
        let whole = used + free;
        let percent =
            if whole == 0 { "-".to_string() } else { [(used * 100).div_ceil(whole).to_string(), "%".into()].concat() };
        let free_text = if size == 0 { show(0) } else { show(free) };
        cells.push(vec![
            r.source.clone(),
            r.kind.clone(),
            show(size),
            show(used),
            free_text,
            percent,
            r.target.clone(),
        ]);
    }
    let widest = |column: usize| cells.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let least = [if busybox { 20 } else { 14 }, 4, 5, 5, 5, 4, 0];
    let widths: Vec<usize> = least.iter().enumerate().map(|(i, l)| widest(i).max(*l)).collect();
    for row in &cells {
        let mut line = String::new();
        for (i, (text, width)) in row.iter().zip(&widths).enumerate() {
            match i {
                1 if !opts.has('T') => {}
                0 => line.push_str(&format!("{text:<width$}")),
                1 => line.push_str(&format!(" {text:<width$}")),
                6 => line.push_str(&[" ", text].concat()),
                _ => line.push_str(&format!(" {text:>width$}")),
            }
        }
        job.line(&line);
    }
}

/// `mount` without operands: the table of mounts. Mounting needs a right that containers have not.
pub fn mount(job: &mut Job) -> Outcome {
    let opts = job.options("Blo:rt:vw bind=B options=o: types=t: read-only=r")?;
    if !opts.args.is_empty() {
        let target = opts.args.last().cloned().unwrap_or_default();
        job.complain(&[&target, ": permission denied."]);
        job.err("       dmesg(1) may have more information after failed mount system call.\n");
        return Err(32);
    }
    for m in job.proc.system().mounts().iter().filter(|m| opts.values('t').all(|t| t == m.fstype)) {
        let mode = if m.read_only { "ro" } else { "rw" };
        job.line(&[&m.source, " on ", &m.target, " type ", &m.fstype, " (", mode, &m.options, ")"].concat());
    }
    Ok(())
}

/// `umount`: refused, as in any container without privileges.
pub fn umount(job: &mut Job) -> Outcome {
    let opts = job.options("flnrv")?;
    if opts.args.is_empty() {
        return Err(job.misused(&["bad usage"]));
    }
    for path in &opts.args {
        if job.stat(path).is_err() {
            job.complain(&[path, ": no mount point specified."]);
        } else if mount_point(job, path) != *path {
            job.complain(&[path, ": not mounted."]);
        } else {
            job.complain(&[path, ": must be superuser to unmount."]);
        }
        job.status = 32;
    }
    Ok(())
}

struct Du {
    opts: Parsed,
    apparent: bool,
    depth: usize,
    seen: VecSet<(u32, u64)>,
    device: Option<u32>,
}

/// `du`.
pub fn du(job: &mut Job) -> Outcome {
    let opts = job.options(
        "0aB:bcd:DhHklLmPsSx all=a apparent-size=A block-size=B: bytes=b total=c max-depth=d: human-readable=h \
         summarize=s separate-dirs=S one-file-system=x si=% dereference=L dereference-args=D exclude=&: null=0",
    )?;
    let depth = match opts.value('d').map(str::parse) {
        Some(Ok(depth)) => depth,
        Some(Err(_)) => {
            let shown = job.quoted(opts.value('d').unwrap_or(""));
            job.complain(&["invalid maximum depth ", &shown]);
            return Err(job.refer_to_help());
        }
        None if opts.has('s') => 0,
        None => usize::MAX,
    };
    let paths = if opts.args.is_empty() { vec![".".to_string()] } else { opts.args.clone() };
    let apparent = opts.last("bA").is_some();
    let mut du = Du { opts, apparent, depth, seen: VecSet::new(), device: None };
    let mut total = 0;
    for path in paths {
        let stat = if du.opts.last("LDH").is_some() { job.stat(&path) } else { job.lstat(&path) };
        match stat {
            Ok(stat) => {
                du.device = du.opts.has('x').then_some(stat.dev);
                total += du.walk(job, &path, &stat, 0);
            }
            Err(e) => job.fail("cannot access", &path, e),
        }
    }
    if du.opts.has('c') {
        du.line(job, total, "total");
    }
    Ok(())
}

impl Du {
    fn walk(&mut self, job: &mut Job, path: &str, stat: &Stat, level: usize) -> u64 {
        let dir = stat.kind == FileKind::Dir;
        if !dir && stat.nlink > 1 && !self.opts.has('l') && !self.seen.insert((stat.dev, stat.ino)) {
            return 0;
        }
        let mut size = match (self.apparent, dir) {
            (true, _) => stat.size,
            (false, _) => stat.blocks * 512,
        };
        if dir {
            match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
                Ok(names) => {
                    for entry in names {
                        if self.opts.values('&').any(|p| super::glob::matches(p, &entry.name, false)) {
                            continue;
                        }
                        let inner = join(path, &entry.name);
                        let stat = if self.opts.has('L') { job.stat(&inner) } else { job.lstat(&inner) };
                        let Ok(stat) = stat else { continue };
                        if self.device.is_some_and(|d| d != stat.dev) {
                            continue;
                        }
                        let below = self.walk(job, &inner, &stat, level + 1);
                        if !(self.opts.has('S') && stat.kind == FileKind::Dir) {
                            size += below;
                        }
                    }
                }
                Err(e) => job.fail("cannot read directory", path, e),
            }
        }
        if level <= self.depth && (dir || self.opts.has('a') || level == 0) {
            self.line(job, size, path);
        }
        size
    }

    fn line(&self, job: &mut Job, size: u64, name: &str) {
        let text = match self.opts.last("hbkmB%") {
            Some('h') => sizes::human(size, 1024),
            Some('%') => sizes::human(size, 1000),
            Some('b') => size.to_string(),
            Some('m') => size.div_ceil(1 << 20).to_string(),
            Some('B') => {
                let unit = self.opts.value('B').and_then(sizes::parse).unwrap_or(1024).max(1);
                size.div_ceil(unit).to_string()
            }
            _ => size.div_ceil(1024).to_string(),
        };
        job.out(&[&text, "\t", name].concat());
        job.out(if self.opts.has('0') { "\0" } else { "\n" });
    }
}
