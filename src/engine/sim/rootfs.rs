//! What a container sees as its file system: the init layer under its thin layer, and around them, while it runs,
//! `/proc`, `/dev`, `/sys` and the three files that belong to the host. It must not know processes.

use super::layers::StoredLayer;
use super::network;
use super::State;
use crate::ambient::{Time, SECOND};
use crate::engine::api::{ContainerConfig, HostConfig};
use crate::kernel::dev;
use crate::layerfs::{
    Blob, Errno, FileKind, FsType, Layer, LayerBuilder, Meta, Mount, Pseudo, PseudoNode, SharedMount, Vfs, Who,
};
use crate::sorted::{self, VecMap};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Directories that must be there, files that are emptied, and one link: dockerd's `setupInitLayer`.
const INIT_DIRS: [&str; 4] = ["dev/pts", "dev/shm", "proc", "sys"];
const INIT_FILES: [&str; 5] = [".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"];
const MTAB: (&str, &str) = ("etc/mtab", "/proc/mounts");

/// Init layers are shared by containers of one image that are made within this time, since only their times differ.
const INIT_SHARED: i64 = 10 * SECOND;

/// The init layers made last, by the top layer of their image.
#[derive(Default)]
pub(super) struct InitLayers(VecMap<Arc<str>, (Time, Arc<Layer>)>);

impl State {
    /// The init layer for a container made now on these layers.
    pub(super) fn init_layer(&mut self, now: Time, top: Option<&Rc<StoredLayer>>) -> Arc<Layer> {
        let key: Arc<str> = top.map_or_else(|| Arc::from(""), |t| t.chain_id.clone());
        if let Some((made, layer)) = self.init_layers.0.get(&key) {
            if now.0 - made.0 < INIT_SHARED {
                return layer.clone();
            }
        }
        let lowers = top.map_or_else(|| Arc::from([]), |t| t.lowers.clone());
        let layer = Arc::new(build_init(&Vfs::new(Mount::new(lowers)), now).unwrap_or_default());
        self.init_layers.0.insert(key, (now, layer.clone()));
        layer
    }
}

fn build_init(image: &Vfs, now: Time) -> Result<Layer, Errno> {
    let mut layer = LayerBuilder::new();
    let who = Who::root(now);
    let fresh = Meta::new(0o755, now);
    // A directory that gets a new entry is copied up: its own metadata, a new time.
    let parent = |layer: &mut LayerBuilder, path: &str| match path.rsplit_once('/') {
        None => Ok(()),
        Some((dir, _)) => match image.stat(&who, &format!("/{dir}")) {
            Ok(s) if s.kind == FileKind::Dir => {
                let meta = Meta { mode: s.mode, uid: s.uid, gid: s.gid, mtime: now, atime: s.atime, ctime: now };
                layer.dir(dir, meta)
            }
            _ => layer.dir(dir, fresh),
        },
    };
    for dir in INIT_DIRS {
        let there = image.lstat(&who, &format!("/{dir}")).is_ok_and(|s| s.kind == FileKind::Dir);
        if !there {
            parent(&mut layer, dir)?;
            layer.dir(dir, fresh)?;
        }
    }
    for file in INIT_FILES {
        parent(&mut layer, file)?;
        layer.file(file, Blob::empty(), fresh)?;
    }
    parent(&mut layer, MTAB.0)?;
    layer.symlink(MTAB.0, MTAB.1, Meta::new(0o777, now))?;
    Ok(layer.finish())
}

/// Makes a directory with its parents where it is missing, as the daemon does for a working directory. What cannot
/// be made is found missing when the container starts.
pub(super) fn make_dir(root: &SharedMount, path: &str, now: Time) {
    if path.is_empty() || path == "/" {
        return;
    }
    let mut vfs = Vfs::with_root(root.clone());
    let who = Who::root(now);
    if vfs.stat(&who, path).is_err() {
        let _ = make_dirs(&mut vfs, &who, path);
    }
}

/// Makes the place where something is to be mounted: a directory, or an empty file with the directories above it.
/// It may be in another mount. What cannot be made is found missing when it is needed.
pub(super) fn make_place(vfs: &mut Vfs, path: &str, is_dir: bool, now: Time) {
    let who = Who::root(now);
    if vfs.stat(&who, path).is_ok() {
        return;
    }
    let dir = if is_dir { path } else { path.rsplit_once('/').map_or("", |(dir, _)| dir) };
    let _ = make_dirs(vfs, &who, dir);
    if !is_dir {
        let _ = vfs.put_blob(&who, path, Blob::empty(), 0o755);
    }
}

fn make_dirs(vfs: &mut Vfs, who: &Who<'_>, path: &str) -> Result<(), Errno> {
    let mut at = String::new();
    for part in path.split('/').filter(|p| !p.is_empty()) {
        at.push('/');
        at.push_str(part);
        match vfs.stat(who, &at) {
            Ok(s) if s.kind == FileKind::Dir => {}
            Ok(_) => return Err(Errno::ENOTDIR),
            Err(_) => vfs.mkdir(who, &at, 0o755)?,
        }
    }
    Ok(())
}

/// What a container has from the host, in the order in which dockerd mounts it and `mount` shows it.
pub(super) const HOST_FILES: [&str; 3] = ["resolv.conf", "hostname", "hosts"];

/// The texts of `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf`; `host_part` is as in [`network::address`], 0 for
/// none.
pub(super) fn host_files(config: &ContainerConfig, host: &HostConfig, host_part: u16) -> [(&'static str, String); 3] {
    let mut hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\t\
                     ip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
        .to_owned();
    for extra in host.extra_hosts.iter().flatten() {
        if let Some((name, address)) = extra.split_once(':') {
            hosts.push_str(&format!("{address}\t{name}\n"));
        }
    }
    if host_part != 0 {
        let name = match config.domainname.as_str() {
            "" => config.hostname.clone(),
            domain => format!("{}.{domain} {}", config.hostname, config.hostname),
        };
        hosts.push_str(&format!("{}\t{name}\n", network::address(host_part)));
    }
    let mut resolv: String = host.dns.iter().map(|server| format!("nameserver {server}\n")).collect();
    if resolv.is_empty() {
        resolv.push_str("nameserver 192.168.1.254\n");
    }
    if !host.dns_search.is_empty() {
        resolv.push_str(&format!("search {}\n", host.dns_search.join(" ")));
    }
    [("hosts", hosts), ("hostname", format!("{}\n", config.hostname)), ("resolv.conf", resolv)]
}

/// The host's three files, to be shown over those of the init layer.
pub(super) fn host_dir(now: Time, config: &ContainerConfig, host: &HostConfig, host_part: u16) -> SharedMount {
    let mut dir = Vfs::new(Mount::plain(FsType::Ext4));
    let who = Who::root(now);
    for (path, text) in host_files(config, host, host_part) {
        // There is nothing in the way of it.
        let _ = dir.put_blob(&who, path, Blob::from(text.as_str()), 0o644);
    }
    dir.root()
}

/// How long the device files of one container serve for the next ones: only their times differ.
const DEV_SHARED: i64 = 60 * SECOND;

/// The parts of a container's file system that are the same in all.
pub(super) struct Fixtures {
    dev: RefCell<(Time, Mount)>,
    sys: Rc<dyn Pseudo>,
}

impl Fixtures {
    pub(super) fn new(now: Time) -> Fixtures {
        Fixtures { dev: RefCell::new((now, device_files(now))), sys: Rc::new(Sysfs) }
    }

    /// Mounts everything but `/proc`, which needs the machine. A container whose image has made these places into
    /// something else goes without.
    /// `/dev/shm` has room for `shm` bytes, or is left to others.
    pub(super) fn mount(&self, vfs: &mut Vfs, now: Time, shm: Option<u64>) {
        let mut dev = self.dev.borrow_mut();
        if now.0 - dev.0 .0 >= DEV_SHARED {
            *dev = (now, device_files(now));
        }
        let options = ("tmpfs", ",nosuid,size=65536k,mode=755");
        let _ = vfs.mount_device("/dev", Rc::new(RefCell::new(dev.1.clone())), false, options);
        if let Some(size) = shm {
            let shm = Mount::plain(FsType::Tmpfs).with_root(Meta::new(0o1777, now)).with_quota(size);
            let options = format!(",nosuid,nodev,noexec,relatime,size={}k", size.div_ceil(1024));
            let _ = vfs.mount_device("/dev/shm", Rc::new(RefCell::new(shm)), false, ("shm", &options));
        }
        let _ = vfs.mount_pseudo("/sys", self.sys.clone(), "sysfs");
    }
}

fn device_files(now: Time) -> Mount {
    dev::mount(now).unwrap_or_else(|_| Mount::plain(FsType::Tmpfs))
}

/// A little of `/sys`: enough to look around in.
struct Sysfs;

const SYS_DIRS: [&str; 12] =
    ["", "block", "bus", "class", "class/net", "dev", "devices", "firmware", "fs", "fs/cgroup", "kernel", "module"];
const SYS_FILES: [(&str, &str); 2] =
    [("kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"), ("class/net/lo", "")];

impl Pseudo for Sysfs {
    fn lookup(&self, path: &str, _caller: u32) -> Option<PseudoNode> {
        if let Some((_, text)) = SYS_FILES.iter().find(|(p, _)| *p == path) {
            return Some(PseudoNode::File(text.as_bytes().to_vec()));
        }
        let is_dir = SYS_DIRS.contains(&path)
            || SYS_FILES.iter().any(|(p, _)| p.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
        is_dir.then_some(PseudoNode::Dir)
    }

    fn list(&self, path: &str, _caller: u32) -> Option<Vec<String>> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let mut names: Vec<String> = SYS_DIRS
            .iter()
            .copied()
            .chain(SYS_FILES.iter().map(|(p, _)| *p))
            .filter_map(|p| p.strip_prefix(prefix.as_str()))
            .filter_map(|rest| rest.split('/').next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        sorted::sort(&mut names);
        names.dedup();
        Some(names)
    }
}
