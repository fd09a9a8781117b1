//! The simulated engine: Docker in memory, its containers being machines of the session's kernel. Everything that
//! can be asked of it is [`crate::engine::api::Engine`]; the rest of this module says, file by file, how each part is
//! done. It must not know who asks, nor read a clock of its own.
//!
//! No borrow of the state is held across an `.await`, nor while something of the kernel is called that may call back.

mod archive;
mod attach;
mod commit;
mod container_files;
mod containers;
mod control;
mod create;
mod data_root;
mod detach;
mod engine;
mod events;
mod exec;
mod filters;
mod images;
mod info;
mod inspect;
mod instructions;
mod layers;
mod lifecycle;
mod logs;
mod merge;
mod mounts;
mod names;
mod network;
mod process;
mod pull;
mod references;
mod remove_image;
mod rootfs;
mod snapshot;
mod status;
mod store;
mod streams;
mod tmpfs;
mod volumes;

pub use status::human_duration;

use crate::ambient::{Ids, Time};
use crate::engine::api::{EngineError, HostConfig};
use crate::engine::registry::Registry;
use crate::engine::snapshot::Refusal;
use crate::kernel::{Kernel, Notify, Programs};
use crate::layerfs::SharedMount;
use crate::sorted::VecMap;
use containers::{Container, Containers};
use events::Events;
use exec::Exec;
use images::{ImageStore, StoredImage};
use layers::LayerStore;
use network::Bridge;
use rootfs::{Fixtures, InitLayers};
use snapshot::LayerViews;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use volumes::Volumes;

/// The engine. Make it with [`SimEngine::new`]; use it as `Rc<dyn Engine>`.
pub struct SimEngine {
    me: Weak<SimEngine>,
    kernel: Kernel,
    programs: Programs,
    registry: Rc<dyn Registry>,
    /// The machine's name, for `docker info`.
    hostname: String,
    fixtures: Fixtures,
    /// The host's file system, where the session shares it.
    host_files: RefCell<Option<SharedMount>>,
    state: RefCell<State>,
    /// Told whenever a container starts, ends or goes.
    changes: Notify,
    /// Told whenever a log grows.
    logged: Notify,
}

/// Everything the engine remembers.
struct State {
    /// Where ids and names come from.
    ids: Ids,
    /// Where the small differences of time come from.
    jitter: Ids,
    engine_id: String,
    layers: LayerStore,
    images: ImageStore,
    containers: Containers,
    execs: VecMap<Arc<str>, Rc<Exec>>,
    events: Events,
    bridge: Bridge,
    volumes: Volumes,
    refusal: Option<Refusal>,
    init_layers: InitLayers,
    last_host_config: Option<Rc<HostConfig>>,
    layer_views: LayerViews,
}

impl SimEngine {
    /// An engine without images. `seed` decides its ids and names, `programs` what can run in containers, `registry`
    /// what can be pulled, `hostname` is the machine's name.
    pub fn new(
        kernel: Kernel,
        seed: u64,
        registry: Rc<dyn Registry>,
        programs: Programs,
        hostname: &str,
    ) -> Rc<SimEngine> {
        let mut ids = Ids::new(seed);
        let state = State {
            jitter: Ids::new(ids.next_u64()),
            engine_id: engine_id(&mut ids),
            bridge: Bridge::new(ids.hex64()),
            ids,
            layers: LayerStore::default(),
            images: ImageStore::default(),
            containers: Containers::default(),
            execs: VecMap::new(),
            events: Events::default(),
            volumes: Volumes::default(),
            refusal: None,
            init_layers: InitLayers::default(),
            last_host_config: None,
            layer_views: LayerViews::default(),
        };
        Rc::new_cyclic(|me| SimEngine {
            me: me.clone(),
            fixtures: Fixtures::new(kernel.now()),
            kernel,
            programs,
            registry,
            hostname: hostname.to_owned(),
            host_files: RefCell::new(None),
            state: RefCell::new(state),
            changes: Notify::new(),
            logged: Notify::new(),
        })
    }

    /// Itself, to be kept by a task. Whoever calls a method holds the engine, so it is there.
    fn me(&self) -> Result<Rc<SimEngine>, EngineError> {
        self.me.upgrade().ok_or(EngineError::ShuttingDown)
    }

    /// Lets the time pass that the daemon takes for something, with the small differences of real life; the time
    /// after it.
    fn tick(&self, nanos: i64) -> Time {
        let jitter = self.state.borrow_mut().jitter.below(nanos as u64 / 4 + 1) as i64;
        self.kernel.advance(nanos - nanos / 8 + jitter);
        self.kernel.now()
    }

    fn find(&self, typed: &str) -> Result<Rc<Container>, EngineError> {
        self.state.borrow().containers.find(typed)
    }

    fn container_event(&self, container: &Container, action: &str, attributes: VecMap<String, String>) {
        let now = self.kernel.now();
        self.state.borrow_mut().container_event(now, container, action, attributes);
    }

    /// `mount` or `unmount` of each volume.
    fn mount_events(&self, container: &Container, action: &str) {
        self.state.borrow_mut().mount_events(self.kernel.now(), container, action);
    }

    fn network_event(&self, container: &Container, action: &str) {
        let now = self.kernel.now();
        let mut state = self.state.borrow_mut();
        let attributes = VecMap::from([
            ("container".to_owned(), container.id.to_string()),
            ("name".to_owned(), "bridge".to_owned()),
            ("type".to_owned(), "bridge".to_owned()),
        ]);
        let id = state.bridge.network_id.clone();
        state.events.emit(now, "network", action, &id, attributes);
    }
}

impl State {
    fn container_event(
        &mut self,
        now: Time,
        container: &Container,
        action: &str,
        mut attributes: VecMap<String, String>,
    ) {
        attributes.extend(container.config.labels.iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
        attributes.insert("image".into(), container.config.image.clone());
        attributes.insert("name".into(), container.name().to_string());
        self.events.emit(now, "container", action, &container.id, attributes);
    }
}

/// Twelve groups of four characters of base 32, as `docker info` shows its ID.
fn engine_id(ids: &mut Ids) -> String {
    const DIGITS: [char; 32] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
        'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
    ];
    let mut group = || -> String { (0..4).filter_map(|_| DIGITS.get(ids.below(32) as usize)).collect() };
    (0..12).map(|_| group()).collect::<Vec<_>>().join(":")
}
