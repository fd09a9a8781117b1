//! What is in a container's `/dev`: a small file system in memory with the devices that every container gets, after the
//! OCI runtime specification ("Default Devices") and what runc adds. Opening the devices is `io`'s business.

use crate::ambient::Time;
use crate::layerfs::{Errno, FileKind, FsType, Mount, Vfs, Who};

/// How much fits into it.
const SIZE: u64 = 64 << 20;

/// The group that owns terminals, Debian's `tty`.
const TTY_GROUP: u32 = 5;

const DEVICES: &[(&str, (u32, u32))] = &[
    ("/full", (1, 7)),
    ("/null", (1, 3)),
    ("/random", (1, 8)),
    ("/tty", (5, 0)),
    ("/urandom", (1, 9)),
    ("/zero", (1, 5)),
    ("/pts/ptmx", (5, 2)),
];

const LINKS: &[(&str, &str)] = &[
    ("/core", "/proc/kcore"),
    ("/fd", "/proc/self/fd"),
    ("/ptmx", "pts/ptmx"),
    ("/stderr", "/proc/self/fd/2"),
    ("/stdin", "/proc/self/fd/0"),
    ("/stdout", "/proc/self/fd/1"),
];

/// The file system to be mounted on `/dev`, without any terminal. Make it once and clone it: clones share everything
/// until they are changed.
pub fn mount(now: Time) -> Result<Mount, Errno> {
    let mut vfs = Vfs::new(Mount::plain(FsType::Tmpfs).with_quota(SIZE));
    let who = Who { umask: 0, ..Who::root(now) };
    vfs.chmod(&who, "/", 0o755)?;
    vfs.mkdir(&who, "/pts", 0o755)?;
    vfs.mkdir(&who, "/shm", 0o1777)?;
    vfs.mkdir(&who, "/mqueue", 0o1777)?;
    for (path, rdev) in DEVICES {
        vfs.mknod(&who, path, FileKind::CharDevice, *rdev, 0o666)?;
    }
    for (path, target) in LINKS {
        vfs.symlink(&who, target, path)?;
    }
    let mount = vfs.root().borrow().clone();
    Ok(mount)
}

/// Adds `/dev/pts/<index>` to a namespace that has such a `/dev`, and `/dev/console` as well where the terminal is the
/// container's own.
pub fn add_terminal(vfs: &mut Vfs, now: Time, index: u32, console: bool) -> Result<(), Errno> {
    let who = Who { umask: 0, ..Who::root(now) };
    let mut add = |path: &str| {
        vfs.mknod(&who, path, FileKind::CharDevice, (136, index), 0o620)?;
        vfs.chown(&who, path, Some(0), Some(TTY_GROUP), false)
    };
    add(&format!("/dev/pts/{index}"))?;
    if console {
        add("/dev/console")?;
    }
    Ok(())
}
