//! `docker run --tmpfs`: a file system in memory, empty at every start. Which options there are, which of them the daemon
//! refuses and which the kernel, and how `/proc/mounts` shows them. It must not know containers.

use crate::ambient::Time;
use crate::engine::api::{quoted, EngineError, OciProblem};
use crate::kernel::machine::MEMORY;
use crate::layerfs::{Errno, FileKind, FsType, Meta, Mount, SharedMount, Vfs, Who};
use std::cell::RefCell;
use std::rc::Rc;

/// The flags of mount(2): name, the value of `MS_…`, and whether the name takes it away. The kernel shows them in this
/// order.
const FLAGS: [(&str, u32, bool); 22] = [
    ("ro", 0x1, false),
    ("rw", 0x1, true),
    ("sync", 0x10, false),
    ("async", 0x10, true),
    ("dirsync", 0x80, false),
    ("mand", 0x40, false),
    ("nomand", 0x40, true),
    ("nosuid", 0x2, false),
    ("suid", 0x2, true),
    ("nodev", 0x4, false),
    ("dev", 0x4, true),
    ("noexec", 0x8, false),
    ("exec", 0x8, true),
    ("noatime", 0x400, false),
    ("atime", 0x400, true),
    ("nodiratime", 0x800, false),
    ("diratime", 0x800, true),
    ("relatime", 0x20_0000, false),
    ("norelatime", 0x20_0000, true),
    ("strictatime", 0x100_0000, false),
    ("nostrictatime", 0x100_0000, true),
    ("rprivate", 0x4_4000, false),
];
const RDONLY: u32 = 0x1;
const NOATIME: u32 = 0x400;
/// What the kernel shows of the flags that are set, beside how times are kept.
const SHOWN: u32 = 0x10 | 0x80 | 0x40 | 0x2 | 0x4 | 0x8 | 0x800;
/// nosuid, nodev, noexec, unless told otherwise.
const DEFAULT: u32 = 0xe;
/// The options with a value that the daemon lets pass.
const DATA: [&str; 7] = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"];
const PAGE: u64 = 4096;

/// The options of one mount.
pub(super) struct Tmpfs {
    flags: u32,
    /// As the kernel is given it.
    data: String,
    mode: Option<u32>,
    uid: u32,
    gid: u32,
    size: Option<u64>,
    inodes: Option<u64>,
}

/// A place for a tmpfs: absolute, and not the root.
pub(super) fn verify_destination(path: &str) -> Result<(), EngineError> {
    if !path.starts_with('/') {
        return Err(EngineError::RelativeMountPath { path: path.to_owned() });
    }
    match super::merge::clean(path).as_str() {
        "/" => Err(EngineError::MountOnRoot),
        _ => Ok(()),
    }
}

impl Tmpfs {
    /// Reads `size=10m,mode=700,noexec`. The last of several of one kind counts. The daemon refuses what it does not
    /// know, the kernel values that are none.
    pub(super) fn parse(options: &str, target: &str) -> Result<Tmpfs, EngineError> {
        let mut tmpfs =
            Tmpfs { flags: DEFAULT, data: String::new(), mode: None, uid: 0, gid: 0, size: None, inodes: None };
        let mut values: Vec<(&str, &str)> = Vec::new();
        let words = options.split(',').filter(|_| !options.is_empty()).filter(|word| *word != "defaults");
        for word in words {
            if let Some((_, bit, clear)) = FLAGS.iter().find(|(name, ..)| *name == word) {
                tmpfs.flags = if *clear { tmpfs.flags & !bit } else { tmpfs.flags | bit };
                continue;
            }
            match word.split_once('=') {
                Some((name, value)) if DATA.contains(&name) => {
                    values.retain(|(known, _)| *known != name);
                    values.push((name, value));
                }
                Some((name, value)) => {
                    let option = format!("{} {}", quoted(name), quoted(value));
                    return Err(EngineError::InvalidTmpfsOption { option });
                }
                None => return Err(EngineError::InvalidTmpfsOption { option: quoted(word) }),
            }
        }
        tmpfs.flags &= !0x4_4000;
        let text: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        tmpfs.data = text.join(",");
        match values.iter().try_for_each(|(name, value)| tmpfs.take(name, value)) {
            Some(()) => Ok(tmpfs),
            None => Err(tmpfs.refused(target, Errno::EINVAL)),
        }
    }

    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "size" => {
                let percent = value.strip_suffix('%').map(|n| n.parse::<u64>().ok());
                let bytes = percent.map_or_else(|| memparse(value), |n| Some(MEMORY * n? / 100))?;
                self.size = Some(bytes.div_ceil(PAGE).checked_mul(PAGE)?);
            }
            "nr_blocks" => self.size = Some(memparse(value)?.checked_mul(PAGE)?),
            "nr_inodes" => self.inodes = Some(memparse(value)?),
            "mode" => self.mode = Some(u32::from_str_radix(value, 8).ok()? & 0o7777),
            "uid" => self.uid = value.parse().ok()?,
            "gid" => self.gid = value.parse().ok()?,
            _ => return (value == "default").then_some(()),
        }
        Some(())
    }

    fn refused(&self, target: &str, errno: Errno) -> EngineError {
        // The runtime makes it read-only only when it is ready.
        let flags = self.flags & !RDONLY;
        let problem = OciProblem::Tmpfs {
            target: target.to_owned(),
            flags,
            data: self.data.clone(),
            // Go prints errors in lower case.
            why: errno.to_string().to_lowercase(),
        };
        EngineError::Oci { problem }
    }

    /// As `/proc/mounts` shows it after `rw` or `ro`.
    fn shown(&self) -> String {
        let set = |bit: u32| self.flags & bit != 0;
        let flags = FLAGS.iter().filter(|(_, bit, clear)| !clear && SHOWN & bit != 0 && set(*bit));
        let mut out: String = flags.map(|(name, ..)| format!(",{name}")).collect();
        out.push_str(if set(NOATIME) { ",noatime" } else { ",relatime" });
        if let Some(size) = self.size.filter(|size| *size != MEMORY / PAGE / 2 * PAGE) {
            out.push_str(&format!(",size={}k", size / 1024));
        }
        if let Some(inodes) = self.inodes {
            out.push_str(&format!(",nr_inodes={inodes}"));
        }
        if let Some(mode) = self.mode.filter(|mode| *mode != 0o1777) {
            out.push_str(&format!(",mode={mode:03o}"));
        }
        for (name, id) in [("uid", self.uid), ("gid", self.gid)] {
            if id != 0 {
                out.push_str(&format!(",{name}={id}"));
            }
        }
        out
    }

    /// Mounts an empty one on `target`, a directory. What was there before lends it its mode, as runc has it; a new
    /// directory does not.
    pub(super) fn mount(&self, vfs: &mut Vfs, target: &str, now: Time) -> Result<(), EngineError> {
        let who = Who::root(now);
        let before = vfs.stat(&who, target).ok();
        if before.as_ref().is_some_and(|stat| stat.kind != FileKind::Dir) {
            return Err(self.refused(target, Errno::ENOTDIR));
        }
        let mode = before.map(|stat| stat.mode).or(self.mode).unwrap_or(0o1777);
        super::rootfs::make_place(vfs, target, true, now);
        let mount = Mount::plain(FsType::Tmpfs).with_root(Meta::new(mode, now).owned(self.uid, self.gid));
        let mount: SharedMount = Rc::new(RefCell::new(match self.size {
            Some(size) => mount.with_quota(size),
            None => mount,
        }));
        let read_only = self.flags & RDONLY != 0;
        vfs.mount_device(target, mount, read_only, ("tmpfs", &self.shown()))
            .map_err(|errno| self.refused(target, errno))
    }
}

/// The kernel's `memparse`: a number and perhaps K, M, G, T.
fn memparse(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, suffix) = text.split_at_checked(end)?;
    let shift = match suffix {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        "t" | "T" => 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_shown_as_the_kernel_shows_them() {
        for (options, shown) in [
            ("", ",nosuid,nodev,noexec,relatime"),
            ("size=10m,mode=700", ",nosuid,nodev,noexec,relatime,size=10240k,mode=700"),
            ("exec,suid,dev", ",relatime"),
            ("sync,noatime", ",sync,nosuid,nodev,noexec,noatime"),
            ("size=1k,size=2m", ",nosuid,nodev,noexec,relatime,size=2048k"),
            ("uid=5,gid=6,nr_blocks=5", ",nosuid,nodev,noexec,relatime,size=20k,uid=5,gid=6"),
            ("size=5,nr_inodes=7,exec", ",nosuid,nodev,relatime,size=4k,nr_inodes=7"),
            ("defaults", ",nosuid,nodev,noexec,relatime"),
            ("rw,size=0", ",nosuid,nodev,noexec,relatime,size=0k"),
        ] {
            assert_eq!(Tmpfs::parse(options, "/t").map(|t| t.shown()).ok().as_deref(), Some(shown), "{options}");
        }
    }
}
