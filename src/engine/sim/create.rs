//! `docker create`: a container from an image and a wish. It must not know how containers run.

use super::containers::{Container, NewContainer};
use super::{merge, names, rootfs, tmpfs, State};
use crate::ambient::Time;
use crate::engine::api::{ContainerConfig, ContainerCreate, EngineError, HostConfig};
use crate::layerfs::{Meta, Mount};
use crate::sorted::VecMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

const MASKED: [&str; 10] = [
    "/proc/asound",
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
];
const READONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
/// The least memory that a container may be limited to.
const MEMORY_MIN: i64 = 6 * 1024 * 1024;

impl State {
    /// A new container, not yet started.
    pub(super) fn create(&mut self, now: Time, request: ContainerCreate) -> Result<Rc<Container>, EngineError> {
        let ContainerCreate { name, mut config, mut host_config, .. } = request;
        verify(&config, &host_config)?;
        let image = self.images.find(&config.image)?;
        merge::merge(&mut config, image.config.config.as_ref().unwrap_or(&ContainerConfig::default()))?;
        let id: Arc<str> = self.ids.hex64().into();
        let name = self.reserve_name(name.as_deref(), &id)?;
        if config.hostname.is_empty() {
            config.hostname = super::remove_image::short(&id).to_owned();
        }
        complete_host(&mut host_config);
        let init = self.init_layer(now, image.top.as_ref());
        let lowers = image.top.as_ref().map_or_else(|| Arc::from([]), |t| t.lowers.clone());
        let root = Rc::new(RefCell::new(Mount::with_init(lowers, init).with_root(Meta::new(0o755, now))));
        rootfs::make_dir(&root, &config.working_dir, now);
        let mounts = self.mounts_for(now, &config, &host_config)?;
        self.fill_volumes(now, &root, &mounts);
        if let Some(top) = &image.top {
            self.layers.hold(top);
        }
        let host_config = self.shared_host_config(host_config);
        let container = self.containers.insert(NewContainer {
            id,
            name,
            created: now,
            image: image.id.clone(),
            top: image.top.clone(),
            config: Rc::new(config),
            host_config,
            cache_id: self.ids.hex64().into(),
            mounts,
            root,
        });
        self.container_event(now, &container, "create", VecMap::new());
        Ok(container)
    }

    /// The name that was asked for, if it is free and well formed; otherwise one that is made up.
    fn reserve_name(&mut self, wanted: Option<&str>, id: &str) -> Result<Arc<str>, EngineError> {
        if let Some(wanted) = wanted.filter(|n| !n.is_empty()) {
            let name = wanted.strip_prefix('/').unwrap_or(wanted);
            if !names::is_valid(name) {
                return Err(EngineError::InvalidContainerName { name: wanted.to_owned() });
            }
            self.check_free(name)?;
            return Ok(name.into());
        }
        for attempt in 0..names::TRIES {
            let name = names::generate(&mut self.ids, attempt);
            if self.containers.named(&name).is_none() {
                return Ok(name.into());
            }
        }
        Ok(super::remove_image::short(id).into())
    }

    /// Refuses a name that another container has.
    pub(super) fn check_free(&self, name: &str) -> Result<(), EngineError> {
        match self.containers.named(name) {
            Some(other) => Err(EngineError::NameInUse { name: format!("/{name}"), id: other.id.to_string() }),
            None => Ok(()),
        }
    }

    /// Most containers have the same host configuration: they share it.
    fn shared_host_config(&mut self, host: HostConfig) -> Rc<HostConfig> {
        match &self.last_host_config {
            Some(last) if **last == host => last.clone(),
            _ => self.last_host_config.insert(Rc::new(host)).clone(),
        }
    }
}

fn verify(config: &ContainerConfig, host: &HostConfig) -> Result<(), EngineError> {
    if !config.working_dir.is_empty() && !config.working_dir.starts_with('/') {
        return Err(EngineError::RelativeWorkingDir { dir: config.working_dir.clone() });
    }
    verify_restart_policy(&host.restart_policy.name, host.restart_policy.maximum_retry_count)?;
    if host.auto_remove && !matches!(host.restart_policy.name.as_str(), "" | "no") {
        return Err(EngineError::AutoRemoveWithRestart);
    }
    if host.memory != 0 && host.memory < MEMORY_MIN {
        return Err(EngineError::MemoryTooSmall);
    }
    host.tmpfs.iter().flatten().try_for_each(|(path, _)| tmpfs::verify_destination(path))?;
    if !config.stop_signal.is_empty() && crate::kernel::Signal::parse(&config.stop_signal).is_none() {
        return Err(EngineError::InvalidSignal { signal: config.stop_signal.clone() });
    }
    Ok(())
}

/// The policies that there are, and retries only for the one that counts them.
pub(super) fn verify_restart_policy(name: &str, retries: i64) -> Result<(), EngineError> {
    match name {
        "always" | "unless-stopped" | "no" if retries != 0 => {
            Err(EngineError::RestartRetriesNotAllowed { policy: name.to_owned() })
        }
        "" | "no" | "always" | "unless-stopped" | "on-failure" => Ok(()),
        other => Err(EngineError::RestartPolicyUnknown { policy: other.to_owned() }),
    }
}

/// What the daemon fills in.
fn complete_host(host: &mut HostConfig) {
    let fill = |field: &mut String, value: &str| {
        if field.is_empty() {
            field.push_str(value);
        }
    };
    fill(&mut host.log_config.r#type, "json-file");
    fill(&mut host.network_mode, "default");
    fill(&mut host.cgroupns_mode, "host");
    fill(&mut host.ipc_mode, "private");
    fill(&mut host.runtime, "runc");
    fill(&mut host.restart_policy.name, "no");
    if host.shm_size == 0 {
        host.shm_size = 64 * 1024 * 1024;
    }
    if host.memory > 0 && host.memory_swap == 0 {
        host.memory_swap = host.memory * 2;
    }
    host.oom_kill_disable.get_or_insert(false);
    if !host.privileged {
        let list = |paths: &[&str]| Some(paths.iter().map(|p| (*p).to_owned()).collect());
        host.masked_paths = host.masked_paths.take().or_else(|| list(&MASKED));
        host.readonly_paths = host.readonly_paths.take().or_else(|| list(&READONLY));
    }
}
