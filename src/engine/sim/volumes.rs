//! The volumes of the engine, and which of them and of the host's directories a container gets. How they come into its file
//! system is told in `mounts`. It must not know how containers run.

use super::containers::Container;
use super::filters::labels_pass;
use super::images::ROOT_DIR;
use super::merge::clean;
use super::mounts::on_tmpfs;
use super::{names, State};
use crate::ambient::Time;
use crate::engine::api::{
    ContainerConfig, EngineError, Filters, HostConfig, MountPoint, Volume as Shown, VolumeCreate, VolumeUsage,
    VolumesPruned,
};
use crate::layerfs::{FsType, Meta, Mount, PseudoNode, SharedMount, Vfs, Who};
use crate::sorted::VecMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// One volume.
pub(super) struct Volume {
    created: Time,
    labels: Option<VecMap<String, String>>,
    options: Option<VecMap<String, String>>,
    files: SharedMount,
    /// How many containers have it.
    users: usize,
}

/// All volumes by name.
#[derive(Default)]
pub(super) struct Volumes(VecMap<Arc<str>, Volume>);

/// Where a mount's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A volume; `anonymous` ones go with their container.
    Volume { name: Arc<str>, anonymous: bool },
    /// A path of the host.
    Host(String),
}

/// One mount of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContainerMount {
    pub(super) destination: String,
    pub(super) source: Source,
    pub(super) writable: bool,
    /// A volume takes what the image has in its place.
    copies: bool,
    mode: String,
}

impl ContainerMount {
    /// As inspect shows it.
    pub(super) fn shown(&self) -> MountPoint {
        let common = MountPoint {
            destination: self.destination.clone(),
            mode: self.mode.clone(),
            rw: self.writable,
            ..MountPoint::default()
        };
        match &self.source {
            Source::Volume { name, .. } => MountPoint {
                r#type: "volume".into(),
                name: name.to_string(),
                source: format!("{ROOT_DIR}/volumes/{name}/_data"),
                driver: "local".into(),
                ..common
            },
            Source::Host(path) => {
                MountPoint { r#type: "bind".into(), source: path.clone(), propagation: "rprivate".into(), ..common }
            }
        }
    }

    /// The volume's name, where it is one.
    pub(super) fn volume(&self) -> Option<&str> {
        match &self.source {
            Source::Volume { name, .. } => Some(name),
            Source::Host(_) => None,
        }
    }
}

impl Volume {
    fn shown(&self, name: &str) -> Shown {
        Shown {
            created_at: Time::from_secs(self.created.secs()).rfc3339_nano(),
            driver: "local".into(),
            labels: self.labels.clone(),
            mountpoint: format!("{ROOT_DIR}/volumes/{name}/_data"),
            name: name.to_owned(),
            options: self.options.clone(),
            scope: "local".into(),
            usage_data: None,
        }
    }
}

impl Volumes {
    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// The files of a volume.
    pub(super) fn files(&self, name: &str) -> Option<SharedMount> {
        self.0.get(name).map(|volume| volume.files.clone())
    }

    /// What the daemon's directory has of a volume.
    pub(super) fn node(&self, name: &str, rest: &[&str]) -> Option<PseudoNode> {
        let volume = self.0.get(name)?;
        match rest {
            [] => Some(PseudoNode::dir(Meta::new(0o701, volume.created), 1)),
            ["_data"] => Some(PseudoNode::Graft { fs: volume.files.clone(), inner: String::new(), read_only: false }),
            _ => None,
        }
    }
}

impl State {
    /// The mounts of a new container, sorted by where they go; volumes that are not there are made.
    pub(super) fn mounts_for(
        &mut self,
        now: Time,
        config: &ContainerConfig,
        host: &HostConfig,
    ) -> Result<Box<[ContainerMount]>, EngineError> {
        let (mut mounts, mut shared) = (VecMap::new(), VecMap::new());
        for text in host.binds.iter().flatten() {
            let mount = self.bind(now, text)?;
            if mounts.contains_key(&mount.destination) || on_tmpfs(host, &mount.destination) {
                return Err(EngineError::DuplicateMount { path: mount.destination });
            }
            mounts.insert(mount.destination.clone(), mount);
        }
        for text in host.volumes_from.iter().flatten() {
            let (from, mode) = text.split_once(':').unwrap_or((text, ""));
            for mount in self.containers.find(from)?.mounts.iter().filter(|m| !mounts.contains_key(&m.destination)) {
                let mount = ContainerMount { writable: mount.writable && mode != "ro", copies: false, ..mount.clone() };
                shared.insert(mount.destination.clone(), mount);
            }
        }
        mounts.extend(shared);
        for destination in config.volumes.iter().flatten().map(|(path, _)| clean(path)) {
            if mounts.contains_key(&destination) {
                continue;
            }
            let name: Arc<str> = self.ids.hex64().into();
            self.take_volume(now, &name)?;
            let source = Source::Volume { name, anonymous: true };
            let mode = String::new();
            let to = destination.clone();
            mounts.insert(to, ContainerMount { destination, source, writable: true, copies: true, mode });
        }
        for mount in mounts.values() {
            if let Some(volume) = mount.volume().and_then(|name| self.volumes.0.get_mut(name)) {
                volume.users += 1;
            }
        }
        Ok(mounts.into_values().collect())
    }

    /// `source:destination[:mode]`.
    fn bind(&mut self, now: Time, text: &str) -> Result<ContainerMount, EngineError> {
        let bad = || EngineError::BadVolume { text: text.to_owned() };
        let mut parts = text.split(':');
        let (source, destination) = (parts.next().unwrap_or_default(), parts.next().ok_or_else(bad)?);
        let mode = parts.next().unwrap_or_default();
        if parts.next().is_some() || source.is_empty() || !destination.starts_with('/') || clean(destination) == "/" {
            return Err(bad());
        }
        if !is_mode(mode) {
            return Err(EngineError::BadVolumeMode { mode: mode.to_owned() });
        }
        let is_host = source.starts_with('/');
        let has = |word: &str| mode.split(',').any(|m| m == word);
        if is_host && has("nocopy") {
            return Err(EngineError::NocopyOfBind { text: text.to_owned() });
        }
        let source_of = |name: Arc<str>| Source::Volume { name, anonymous: false };
        let source = match is_host {
            true => Source::Host(clean(source)),
            false => {
                let name: Arc<str> = source.into();
                self.take_volume(now, &name)?;
                source_of(name)
            }
        };
        // A volume that is named by hand is relabelled, which the daemon shows as `z`.
        let shown = if mode.is_empty() && !is_host { "z" } else { mode };
        Ok(ContainerMount {
            destination: clean(destination),
            source,
            writable: !has("ro"),
            copies: !is_host && !has("nocopy"),
            mode: shown.to_owned(),
        })
    }

    /// The volume of that name, new if there is none; whichever it is, the daemon says `create`.
    fn take_volume(&mut self, now: Time, name: &Arc<str>) -> Result<(), EngineError> {
        self.add_volume(now, name)?;
        self.volume_event(now, "create", name, VecMap::new());
        Ok(())
    }

    /// Lets the empty volumes of a new container take what its image has in their places.
    pub(super) fn fill_volumes(&self, now: Time, root: &SharedMount, mounts: &[ContainerMount]) {
        for mount in mounts.iter().filter(|mount| mount.copies) {
            if let Some(volume) = mount.volume().and_then(|name| self.volumes.0.get(name)) {
                fill(root, &mount.destination, &volume.files, now);
            }
        }
    }

    fn volume_event(&mut self, now: Time, action: &str, name: &str, mut attributes: VecMap<String, String>) {
        attributes.insert("driver".into(), "local".into());
        self.events.emit(now, "volume", action, name, attributes);
    }

    /// Says `mount` or `unmount` of each volume of a container.
    pub(super) fn mount_events(&mut self, now: Time, container: &Container, action: &str) {
        for mount in &container.mounts {
            let Some(name) = mount.volume() else { continue };
            let mut attributes = VecMap::from([("container".to_owned(), container.id.to_string())]);
            if action == "mount" {
                attributes.insert("destination".into(), mount.destination.clone());
                attributes.insert("propagation".into(), String::new());
                attributes.insert("read/write".into(), mount.writable.to_string());
            }
            self.volume_event(now, action, name, attributes);
        }
    }

    fn add_volume(&mut self, now: Time, name: &Arc<str>) -> Result<&mut Volume, EngineError> {
        match name.len() {
            1 => return Err(EngineError::VolumeNameTooShort { name: name.to_string() }),
            _ if !names::is_valid(name) => return Err(EngineError::BadVolumeName { name: name.to_string() }),
            _ => {}
        }
        Ok(self.volumes.0.entry(name.clone()).or_insert_with(|| Volume {
            created: now,
            labels: None,
            options: None,
            files: Rc::new(RefCell::new(Mount::plain(FsType::Ext4).with_root(Meta::new(0o755, now)))),
            users: 0,
        }))
    }

    /// `docker volume create`.
    pub(super) fn create_volume(&mut self, now: Time, request: VolumeCreate) -> Result<Shown, EngineError> {
        let name: Arc<str> = match request.name.as_str() {
            "" => self.ids.hex64().into(),
            name => name.into(),
        };
        if !matches!(request.driver.as_str(), "" | "local") {
            return Err(EngineError::NoSuchVolumePlugin { name: name.to_string(), driver: request.driver });
        }
        let is_new = !self.volumes.0.contains_key(&name);
        let volume = self.add_volume(now, &name)?;
        if is_new {
            (volume.labels, volume.options) = (Some(request.labels), Some(request.options));
        }
        let shown = volume.shown(&name);
        self.volume_event(now, "create", &name, VecMap::new());
        Ok(shown)
    }

    /// `docker volume inspect`.
    pub(super) fn volume(&self, name: &str) -> Result<Shown, EngineError> {
        let volume = self.volumes.0.get(name).map(|v| v.shown(name));
        volume.ok_or_else(|| EngineError::NoSuchVolume { name: name.to_owned() })
    }

    /// `docker volume ls`.
    pub(super) fn list_volumes(&self, filters: &Filters) -> Result<Vec<Shown>, EngineError> {
        if let Some(key) = filters.keys().find(|k| !["dangling", "driver", "label", "name"].contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let wanted = |(name, v): &(&Arc<str>, &Volume)| {
            filters.pass("dangling", |text| matches!(text, "true" | "1") == (v.users == 0))
                && filters.pass("driver", |text| text == "local")
                && filters.pass("name", |text| name.contains(text))
                && labels_pass(filters, v.labels.as_ref())
        };
        Ok(self.volumes.0.iter().filter(wanted).map(|(name, v)| v.shown(name)).collect())
    }

    /// `docker volume rm`.
    pub(super) fn remove_volume(&mut self, now: Time, name: &str) -> Result<(), EngineError> {
        let Some(volume) = self.volumes.0.get(name) else {
            return Err(EngineError::NoSuchVolume { name: name.to_owned() });
        };
        if volume.users > 0 {
            let has = |c: &&Rc<Container>| c.mounts.iter().any(|m| m.volume() == Some(name));
            let mut ids: Vec<&str> = self.containers.newest_first().filter(has).map(|c| &*c.id).collect();
            ids.reverse();
            return Err(EngineError::VolumeInUse { name: name.to_owned(), ids: ids.join(", ") });
        }
        self.volumes.0.remove(name);
        self.volume_event(now, "destroy", name, VecMap::new());
        Ok(())
    }

    /// `docker volume prune`, which says nothing of the single volumes.
    pub(super) fn prune_volumes(&mut self, now: Time, filters: &Filters) -> Result<VolumesPruned, EngineError> {
        if let Some(key) = filters.keys().find(|k| !["label", "label!"].contains(k)) {
            return Err(EngineError::InvalidFilter { filter: key.to_owned() });
        }
        let mut pruned = VolumesPruned::default();
        self.volumes.0.retain(|name, volume| {
            let stays = volume.users > 0 || !labels_pass(filters, volume.labels.as_ref());
            if !stays {
                pruned.space_reclaimed += volume.files.borrow().size_rw();
                pruned.volumes_deleted.push(name.to_string());
            }
            stays
        });
        self.events.pruned(now, "volume", pruned.space_reclaimed);
        Ok(pruned)
    }

    /// All with their use, for `docker system df`.
    pub(super) fn volumes_used(&self) -> Vec<Shown> {
        let used = |v: &Volume| Some(VolumeUsage { ref_count: v.users, size: v.files.borrow().size_rw() });
        self.volumes.0.iter().map(|(name, v)| Shown { usage_data: used(v), ..v.shown(name) }).collect()
    }

    /// A container with these mounts goes; `anonymous` takes along what nobody else has.
    pub(super) fn release_mounts(&mut self, now: Time, mounts: &[ContainerMount], anonymous: bool) {
        for mount in mounts {
            let Source::Volume { name, anonymous: unnamed } = &mount.source else { continue };
            let Some(volume) = self.volumes.0.get_mut(name) else { continue };
            volume.users = volume.users.saturating_sub(1);
            if anonymous && *unnamed && volume.users == 0 {
                self.volumes.0.remove(name);
                self.volume_event(now, "destroy", name, VecMap::new());
            }
        }
    }
}

/// The words after the second colon of `-v`: known ones, at most one of a kind.
fn is_mode(mode: &str) -> bool {
    const KINDS: [&[&str]; 4] = [&["rw", "ro"], &["z", "Z"], &["nocopy"], &["cached", "delegated", "consistent"]];
    let words = || mode.split(',');
    mode.is_empty()
        || words().all(|word| KINDS.iter().any(|kind| kind.contains(&word)))
            && KINDS.iter().all(|kind| words().filter(|word| kind.contains(word)).count() < 2)
}

/// Copies the image's files at `path` into a volume that is still empty.
fn fill(root: &SharedMount, path: &str, volume: &SharedMount, now: Time) {
    let who = Who::root(now);
    if !volume.borrow().is_untouched() {
        return;
    }
    let from = Vfs::with_root(root.clone());
    if !from.stat(&who, path).is_ok_and(|s| s.is_dir()) {
        return;
    }
    // A file that cannot be copied is missing in the volume, as it would be in a real one.
    let _ = super::archive::copy_tree(&from, &who, path, &mut Vfs::with_root(volume.clone()));
}
