//! `/var/lib/docker`, as root of the host sees it: made up at the moment of looking from what the engine holds, so that it
//! costs nothing until somebody looks. Layers and volumes are grafts: the very trees that containers are mounted on.
//! What only the daemon could read (its databases) is left out. Names, modes and formats are those of dockerd 20.10
//! with overlay2. It must not change anything.

use super::container_files::{config_v2, json, log_line};
use super::containers::Container;
use super::images::{diff_dir, ROOT_DIR};
use super::layers::StoredLayer;
use super::rootfs::{host_files, HOST_FILES};
use super::{SimEngine, State, StoredImage};
use crate::ambient::Time;
use crate::kernel::System;
use crate::layerfs::{Blob, Layer, Meta, Mount, MountInfo, Pseudo, PseudoNode};
use crate::oci::Digest;
use crate::sorted::{self, VecMap};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// Directories that are always there.
const DIRS: &[(&str, u32)] = &[
    ("", 0o710),
    ("buildkit", 0o711),
    ("buildkit/content", 0o755),
    ("buildkit/content/ingest", 0o755),
    ("buildkit/executor", 0o711),
    ("containerd", 0o700),
    ("containerd/daemon", 0o700),
    ("containers", 0o710),
    ("image", 0o700),
    ("image/overlay2", 0o700),
    ("image/overlay2/distribution", 0o700),
    ("image/overlay2/imagedb", 0o700),
    ("image/overlay2/imagedb/content", 0o700),
    ("image/overlay2/imagedb/content/sha256", 0o700),
    ("image/overlay2/imagedb/metadata", 0o700),
    ("image/overlay2/imagedb/metadata/sha256", 0o700),
    ("image/overlay2/layerdb", 0o700),
    ("image/overlay2/layerdb/mounts", 0o755),
    ("image/overlay2/layerdb/sha256", 0o755),
    ("image/overlay2/layerdb/tmp", 0o755),
    ("network", 0o750),
    ("network/files", 0o750),
    ("overlay2", 0o710),
    ("overlay2/l", 0o700),
    ("plugins", 0o700),
    ("plugins/storage", 0o755),
    ("plugins/storage/ingest", 0o755),
    ("plugins/tmp", 0o700),
    ("runtimes", 0o700),
    ("swarm", 0o700),
    ("tmp", 0o700),
    ("trust", 0o700),
    ("volumes", 0o701),
];

/// What there may be in the directory of one thing; which of it is there, looking it up tells.
const NAMES: &[&str] = &[
    "_data",
    "cache-id",
    "checkpoints",
    "committed",
    "config.v2.json",
    "diff",
    "hostconfig.json",
    "hostname",
    "hosts",
    "init-id",
    "lastUpdated",
    "link",
    "lower",
    "merged",
    "mount-id",
    "mounts",
    "parent",
    "repositories.json",
    "resolv.conf",
    "resolv.conf.hash",
    "size",
    "work",
];

struct DataRoot {
    engine: Weak<SimEngine>,
    /// When the daemon was started.
    since: Time,
}

impl Pseudo for DataRoot {
    fn lookup(&self, path: &str, _caller: u32) -> Option<PseudoNode> {
        let engine = self.engine.upgrade()?;
        // Nothing can be looked up while the engine is in the middle of something.
        let state = engine.state.try_borrow().ok()?;
        Look { engine: &engine, state: &state, since: self.since }.node(path)
    }

    fn list(&self, path: &str, caller: u32) -> Option<Vec<String>> {
        let engine = self.engine.upgrade()?;
        let mut names = engine.state.try_borrow().ok()?.objects(path);
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let fixed = DIRS.iter().filter_map(|(dir, _)| dir.strip_prefix(&*prefix));
        names.extend(fixed.filter(|n| !n.is_empty() && !n.contains('/')).map(str::to_owned));
        let log = path.strip_prefix("containers/").map(log_name);
        for name in NAMES.iter().copied().chain(log.as_deref()) {
            if self.lookup(&format!("{prefix}{name}"), caller).is_some() {
                names.push(name.to_owned());
            }
        }
        sorted::sort(&mut names);
        names.dedup();
        Some(names)
    }
}

fn log_name(id: &str) -> String {
    format!("{id}-json.log")
}

/// How many digits of a directory's name are in its link: 128 of the link's 130 bits.
const LINKED: usize = 32;

/// The short name of a directory under `overlay2/`: 26 digits of base 32. Real ones are random; these are the first
/// bits of the random name that the directory has already, those of an init layer the other way round: so a link
/// tells whose it is.
fn link(cache_id: &str, init: bool) -> String {
    let digit = |i: usize| cache_id.as_bytes().get(i).and_then(|b| char::from(*b).to_digit(16)).unwrap_or(0);
    let letter = |at: usize| {
        let bit = 5 * at;
        let bits = digit(bit / 4) << 8 | digit(bit / 4 + 1) << 4 | digit(bit / 4 + 2);
        let value = (bits >> (7 - bit % 4) & 31) as u8 ^ if init { 31 } else { 0 };
        char::from(if value < 26 { b'A' + value } else { b'2' + value - 26 })
    };
    (0..26).map(letter).collect()
}

/// How the name of the directory begins that such a link leads to, if it is an init layer's or else.
fn linked(link: &str, init: bool) -> Option<String> {
    let value = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'2'..=b'7' => Some(b - b'2' + 26),
        _ => None,
    };
    let mut digits = link.bytes().map(|b| value(b).map(|v| u128::from(v ^ if init { 31 } else { 0 })));
    let first = (0..25).try_fold(0, |bits: u128, _| Some(bits << 5 | digits.next()??))?;
    let last = digits.next()??;
    digits.next().is_none().then(|| format!("{:0LINKED$x}", first << 3 | last >> 2))
}

fn lower_links(top: Option<&Rc<StoredLayer>>) -> Vec<String> {
    top.iter().flat_map(|t| t.downwards()).map(|l| format!("l/{}", link(&l.cache_id, false))).collect()
}

impl State {
    /// The names of images, layers, containers and volumes, where they are kept.
    fn objects(&self, path: &str) -> Vec<String> {
        let containers = || self.containers.newest_first();
        let hex = |id: &str| id.trim_start_matches("sha256:").to_owned();
        match path.strip_prefix("image/overlay2/").unwrap_or(path) {
            "containers" | "layerdb/mounts" => containers().map(|c| c.id.to_string()).collect(),
            "overlay2" => {
                let thin = containers().flat_map(|c| [c.cache_id.to_string(), format!("{}-init", c.cache_id)]);
                thin.chain(self.layers.iter().map(|l| l.cache_id.to_string())).collect()
            }
            "overlay2/l" => {
                let thin = containers().flat_map(|c| [link(&c.cache_id, false), link(&c.cache_id, true)]);
                thin.chain(self.layers.iter().map(|l| link(&l.cache_id, false))).collect()
            }
            "imagedb/content/sha256" => self.images.newest_first().iter().map(|i| hex(&i.id)).collect(),
            "imagedb/metadata/sha256" => {
                self.images.newest_first().iter().filter(|i| has_metadata(i)).map(|i| hex(&i.id)).collect()
            }
            "layerdb/sha256" => self.layers.iter().map(|l| hex(&l.chain_id)).collect(),
            "volumes" => self.volumes.names().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    fn repositories(&self) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Repositories<'a> {
            repositories: VecMap<&'a str, VecMap<&'a str, &'a str>>,
        }
        let mut all = Repositories { repositories: Default::default() };
        for name in self.images.names.iter() {
            all.repositories.entry(&name.repository).or_default().insert(&name.familiar, &name.image);
        }
        json(&all)
    }
}

/// The engine at the moment of looking.
struct Look<'a> {
    engine: &'a SimEngine,
    state: &'a State,
    since: Time,
}

impl Look<'_> {
    fn node(&self, path: &str) -> Option<PseudoNode> {
        if let Some((_, mode)) = DIRS.iter().find(|(dir, _)| *dir == path) {
            let own =
                DIRS.iter().filter(|(dir, _)| !dir.is_empty() && dir.rsplit_once('/').map_or("", |d| d.0) == path);
            // The directories among the objects, counted without naming them: this is on the way to everything.
            let (containers, layers) = (self.state.containers.len(), self.state.layers.len());
            let objects = match path.strip_prefix("image/overlay2/").unwrap_or(path) {
                "containers" | "layerdb/mounts" => containers,
                "overlay2" => 2 * containers + layers,
                "layerdb/sha256" => layers,
                "volumes" => self.state.volumes.names().len(),
                "imagedb/metadata/sha256" => {
                    self.state.images.newest_first().iter().filter(|i| has_metadata(i)).count()
                }
                _ => 0,
            };
            return Some(PseudoNode::dir(Meta::new(*mode, self.changed(path)), own.count() + objects));
        }
        let parts: Vec<&str> = path.split('/').collect();
        match *parts.as_slice() {
            ["containers", id] => self.container(id, ""),
            ["containers", id, file] => self.container(id, file),
            ["overlay2", "l", name] => self.link(name),
            ["overlay2", name, ref rest @ ..] => self.overlay(name, rest),
            ["volumes", name, ref rest @ ..] => self.state.volumes.node(name, rest),
            ["image", "overlay2", "repositories.json"] => Some(self.text(0o600, self.state.repositories())),
            ["image", "overlay2", "imagedb", kind, "sha256", hex, ref rest @ ..] => self.image(kind, hex, rest),
            ["image", "overlay2", "layerdb", kind, hex, ref rest @ ..] => self.layer(kind, hex, rest),
            _ => None,
        }
    }

    /// When the last container came, for the directories that get a new entry with it.
    fn changed(&self, path: &str) -> Time {
        let of_containers = matches!(path, "containers" | "overlay2" | "overlay2/l" | "image/overlay2/layerdb/mounts");
        let newest = self.state.containers.newest_first().next().filter(|_| of_containers);
        newest.map_or(self.since, |c| c.created)
    }

    fn text(&self, mode: u32, text: String) -> PseudoNode {
        PseudoNode::file(Meta::new(mode, self.since), Blob::from(text.into_bytes()))
    }

    fn link(&self, name: &str) -> Option<PseudoNode> {
        let (own, init) = (linked(name, false)?, linked(name, true)?);
        let thin = |beginning: &str| self.state.containers.cached(beginning).map(|c| &c.cache_id);
        let plain = self.state.layers.cached(&own).map(|l| &l.cache_id).or_else(|| thin(&own));
        let target = plain.map(|id| id.to_string()).or_else(|| Some(format!("{}-init", thin(&init)?)))?;
        Some(PseudoNode::symlink(Meta::new(0o777, self.since), &format!("../{target}/diff")))
    }

    /// A directory under `overlay2/`.
    fn overlay(&self, name: &str, rest: &[&str]) -> Option<PseudoNode> {
        let (cache_id, init) = name.strip_suffix("-init").map_or((name, false), |id| (id, true));
        let layer = self.state.layers.cached(cache_id).filter(|l| !init && *l.cache_id == *cache_id);
        let container = match layer {
            Some(_) => None,
            None => Some(self.state.containers.cached(cache_id).filter(|c| *c.cache_id == *cache_id)?),
        };
        let top = container.map_or_else(|| layer.and_then(|l| l.parent.as_ref()), |c| c.top.as_ref());
        let own_init = container.filter(|_| !init).map(|_| format!("l/{}", link(cache_id, true)));
        let has_lower = own_init.is_some() || top.is_some();
        let made = container.map_or(self.since, |c| c.created);
        let dir = |mode, subdirs| Some(PseudoNode::dir(Meta::new(mode, made), subdirs));
        let text = |mode, text: String| Some(PseudoNode::file(Meta::new(mode, made), Blob::from(text.into_bytes())));
        let merged = container.filter(|c| !init && c.running().is_some()).map(|c| c.get().root.clone());
        match (rest, container) {
            ([], _) => dir(0o710, 1 + usize::from(has_lower) + usize::from(merged.is_some())),
            (["committed"], None) => text(0o600, String::new()),
            (["committed"], _) if init => text(0o600, String::new()),
            (["diff"], None) => layer.map(|l| graft_layer(&l.layer, made)),
            (["diff"], Some(c)) if init => c.get().root.borrow().init_layer().map(|l| graft_layer(l, made)),
            (["diff"], Some(c)) => {
                Some(PseudoNode::Graft { fs: c.get().root.clone(), inner: Mount::RAW.into(), read_only: false })
            }
            (["link"], _) => text(0o644, link(cache_id, init)),
            (["lower"], _) if has_lower => {
                text(0o644, own_init.into_iter().chain(lower_links(top)).collect::<Vec<_>>().join(":"))
            }
            (["merged"], _) => merged.map(|fs| PseudoNode::Graft { fs, inner: String::new(), read_only: false }),
            // Mounted once, overlayfs has made its own directory in it.
            (["work"], _) if has_lower => dir(0o700, usize::from(container.is_some())),
            (["work", "work"], Some(_)) if has_lower => dir(0, 0),
            _ => None,
        }
    }

    /// The directory of a container, or (`file` not empty) what is in it.
    fn container(&self, id: &str, file: &str) -> Option<PseudoNode> {
        let container = self.state.containers.get(id)?;
        let inner = container.get();
        let started = inner.started != Time::NEVER;
        let time = container.created.max(inner.started).max(inner.finished);
        let dir = |mode, subdirs| Some(PseudoNode::dir(Meta::new(mode, time), subdirs));
        let text = |mode, text: String| Some(PseudoNode::file(Meta::new(mode, time), Blob::from(text.into_bytes())));
        match file {
            "" => return dir(0o710, 1 + usize::from(started)),
            "mounts" => return dir(0o710, 0),
            "hostconfig.json" => return text(0o644, json(&*inner.host_config) + "\n"),
            "config.v2.json" => {
                let by_hand = inner.stopped_by_hand;
                drop(inner);
                return text(0o600, config_v2(&self.engine.inspect_container(container, false), by_hand));
            }
            _ if !started => return None,
            "checkpoints" => return dir(0o700, 0),
            _ => {}
        }
        if let (Some(running), true) = (&inner.running, HOST_FILES.contains(&file)) {
            return Some(PseudoNode::Graft { fs: running.files.clone(), inner: file.into(), read_only: false });
        }
        let files = || host_files(&container.config, &inner.host_config, inner.host_part);
        let of = |name: &str| files().into_iter().find(|(n, _)| *n == name).map(|(_, text)| text);
        match file.strip_suffix("-json.log") {
            Some(log) if log == id => text(0o640, inner.log.entries().map(log_line).collect()),
            _ if file == "resolv.conf.hash" => text(0o644, Digest::of(of("resolv.conf")?.as_bytes()).to_string()),
            _ => text(0o644, of(file)?),
        }
    }

    fn image(&self, kind: &str, hex: &str, rest: &[&str]) -> Option<PseudoNode> {
        let image = self.state.images.get(&format!("sha256:{hex}"))?;
        let (parent, tagged) = (image.parent.borrow(), image.last_tag.get());
        match (kind, rest) {
            ("content", []) => {
                Some(PseudoNode::file(Meta::new(0o600, self.since), Blob::from_bytes(image.json.clone())))
            }
            ("metadata", []) if parent.is_some() || tagged != Time::NEVER => {
                Some(PseudoNode::dir(Meta::new(0o700, self.since), 0))
            }
            ("metadata", ["parent"]) => Some(self.text(0o600, parent.as_deref()?.to_owned())),
            ("metadata", ["lastUpdated"]) if tagged != Time::NEVER => Some(self.text(0o600, tagged.rfc3339_nano())),
            _ => None,
        }
    }

    fn layer(&self, kind: &str, name: &str, rest: &[&str]) -> Option<PseudoNode> {
        let (layer, container) = match kind {
            "sha256" => (Some(self.state.layers.get(&format!("sha256:{name}"))?), None),
            "mounts" => (None, Some(self.state.containers.get(name)?)),
            _ => return None,
        };
        let text = match (rest, layer, container) {
            ([], None, _) => return Some(PseudoNode::dir(Meta::new(0o755, self.since), 0)),
            ([], ..) => return Some(PseudoNode::dir(Meta::new(0o700, self.since), 0)),
            (["cache-id"], Some(l), _) => l.cache_id.to_string(),
            (["diff"], Some(l), _) => l.diff_id.to_string(),
            (["size"], Some(l), _) => l.size.to_string(),
            (["parent"], Some(l), _) => l.parent.as_ref()?.chain_id.to_string(),
            (["init-id"], _, Some(c)) => format!("{}-init", c.cache_id),
            (["mount-id"], _, Some(c)) => c.cache_id.to_string(),
            (["parent"], _, Some(c)) => c.top.as_ref()?.chain_id.to_string(),
            _ => return None,
        };
        Some(self.text(0o644, text))
    }
}

/// Whether the daemon has noted down more of an image than its configuration.
fn has_metadata(image: &StoredImage) -> bool {
    image.parent.borrow().is_some() || image.last_tag.get() != Time::NEVER
}

/// An image's layer can be looked at but not changed: it is shared by all that stand on it.
fn graft_layer(layer: &Arc<Layer>, made: Time) -> PseudoNode {
    let fs = Rc::new(RefCell::new(Mount::of_layer(layer, Meta::new(0o755, made))));
    PseudoNode::Graft { fs, inner: Mount::RAW.into(), read_only: true }
}

impl SimEngine {
    /// Puts the engine on a machine, the host: its directories are seen there, running containers show among its mounts,
    /// and containers can mount its files.
    pub fn show_on(&self, host: &System) {
        self.share_host(host.vfs().root());
        let root = Rc::new(DataRoot { engine: self.me.clone(), since: self.kernel.now() });
        // A host without such a directory does without the sight.
        let _ = host.change_mounts(|vfs| vfs.mount_pseudo(ROOT_DIR, root, ""));
        let engine = self.me.clone();
        host.show_mounts(Box::new(move || engine.upgrade().map(|e| e.overlays()).unwrap_or_default()));
    }

    /// The mounts of running containers.
    fn overlays(&self) -> Vec<MountInfo> {
        let Ok(state) = self.state.try_borrow() else { return Vec::new() };
        let running = state.containers.newest_first().filter(|c| c.running().is_some());
        let mut list: Vec<MountInfo> = running.map(|c| overlay(c)).collect();
        list.reverse();
        list
    }
}

fn overlay(container: &Container) -> MountInfo {
    let dir = format!("{ROOT_DIR}/overlay2/{}", container.cache_id);
    let mut lowers = vec![format!("l/{}", link(&container.cache_id, true))];
    lowers.extend(lower_links(container.top.as_ref()));
    let lowers: Vec<String> = lowers.iter().map(|l| format!("{ROOT_DIR}/overlay2/{l}")).collect();
    MountInfo {
        source: "overlay".into(),
        target: format!("{dir}/merged"),
        fstype: "overlay".into(),
        read_only: false,
        used: container.size_rw(&container.get()),
        bind: false,
        dev: 0,
        size: None,
        options: format!(
            ",relatime,lowerdir={},upperdir={},workdir={dir}/work",
            lowers.join(":"),
            diff_dir(&container.cache_id)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::Ids;

    #[test]
    fn a_link_tells_whose_it_is() {
        let mut ids = Ids::new(5);
        for _ in 0..50 {
            let id = ids.hex64();
            for init in [false, true] {
                let link = link(&id, init);
                assert!(link.len() == 26 && link.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')), "{link}");
                assert_eq!(linked(&link, init).as_deref(), id.get(..LINKED));
                assert_ne!(linked(&link, !init).as_deref(), id.get(..LINKED));
            }
        }
        for none in ["", "A", "link", &"A".repeat(25), &"A".repeat(27), &"a".repeat(26), &"8".repeat(26)] {
            assert_eq!(linked(none, false), None);
        }
    }
}
