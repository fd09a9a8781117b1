//! The containers of the engine: what each is made of, and how it is found by id, by the beginning of an id and by
//! name. It must not know how they run.

use super::layers::StoredLayer;
use super::lifecycle::Running;
use super::logs::Log;
use super::network::Endpoint;
use super::streams::Clients;
use super::volumes::ContainerMount;
use crate::ambient::Time;
use crate::engine::api::{ContainerConfig, EngineError, HostConfig, Sender, WaitCondition, WaitResult};
use crate::engine::snapshot::{ContainerState, ContainerView};
use crate::layerfs::SharedMount;
use crate::sorted::VecMap;
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;
use std::sync::Arc;

/// One container: what never changes, and what does.
pub(super) struct Container {
    /// 64 hexadecimal digits.
    pub(super) id: Arc<str>,
    /// Its place in the order of creation.
    pub(super) seq: u64,
    pub(super) created: Time,
    /// The image's id.
    pub(super) image: Arc<str>,
    /// The image's top layer; none for an image without layers.
    pub(super) top: Option<Rc<StoredLayer>>,
    /// Completed by the image's own.
    pub(super) config: Rc<ContainerConfig>,
    /// The directory under `overlay2/` that holds its thin layer.
    pub(super) cache_id: Arc<str>,
    /// Volumes and directories of the host.
    pub(super) mounts: Box<[ContainerMount]>,
    state: RefCell<Inner>,
}

/// The changing part.
pub(super) struct Inner {
    /// Without the slash.
    pub(super) name: Arc<str>,
    pub(super) host_config: Rc<HostConfig>,
    pub(super) state: ContainerState,
    pub(super) exit_code: i32,
    /// Why it could not start.
    pub(super) error: String,
    pub(super) started: Time,
    pub(super) finished: Time,
    pub(super) restart_count: u32,
    /// `stop` or `kill` ended it: no restart policy brings it back.
    pub(super) stopped_by_hand: bool,
    /// It is being removed.
    pub(super) removing: bool,
    /// The merged root: image layers, init layer, thin layer.
    pub(super) root: SharedMount,
    pub(super) running: Option<Rc<Running>>,
    pub(super) clients: Clients,
    pub(super) log: Log,
    pub(super) waiters: Vec<Waiter>,
    pub(super) endpoint: Option<Endpoint>,
    /// The address of the last run, 0 for none.
    pub(super) host_part: u16,
    /// The sandbox of the last run.
    pub(super) sandbox: Option<Box<str>>,
    /// Execs that were made and not forgotten.
    pub(super) execs: Vec<Arc<str>>,
    pub(super) view: ViewCache,
}

/// Who waits, and for what.
pub(super) struct Waiter {
    pub(super) condition: WaitCondition,
    pub(super) sender: Sender<WaitResult>,
}

/// The last snapshot of it, good while nothing changed.
#[derive(Default)]
pub(super) struct ViewCache {
    pub(super) view: Option<Arc<ContainerView>>,
    /// The thin layer's generation that the view shows.
    pub(super) generation: u64,
}

impl Container {
    pub(super) fn get(&self) -> Ref<'_, Inner> {
        self.state.borrow()
    }

    /// Also forgets the snapshot of it.
    pub(super) fn edit(&self) -> RefMut<'_, Inner> {
        let mut inner = self.state.borrow_mut();
        inner.view.view = None;
        inner
    }

    /// Like `edit`, for what no snapshot shows: logs, clients, waiters.
    pub(super) fn touch(&self) -> RefMut<'_, Inner> {
        self.state.borrow_mut()
    }

    pub(super) fn name(&self) -> Arc<str> {
        self.get().name.clone()
    }

    /// Whether a process of it lives, frozen or not, or is about to.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.get().state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
    }

    pub(super) fn running(&self) -> Option<Rc<Running>> {
        self.get().running.clone()
    }

    /// What runs in it, or the refusal.
    pub(super) fn expect_running(&self) -> Result<Rc<Running>, EngineError> {
        self.running().ok_or_else(|| EngineError::NotRunning { id: self.id.to_string() })
    }
}

/// What a new container is made of.
pub(super) struct NewContainer {
    pub(super) id: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) created: Time,
    pub(super) image: Arc<str>,
    pub(super) top: Option<Rc<StoredLayer>>,
    pub(super) config: Rc<ContainerConfig>,
    pub(super) host_config: Rc<HostConfig>,
    pub(super) cache_id: Arc<str>,
    pub(super) mounts: Box<[ContainerMount]>,
    pub(super) root: SharedMount,
}

/// All containers, found in every way in logarithmic time.
#[derive(Default)]
pub(super) struct Containers {
    by_seq: VecMap<u64, Rc<Container>>,
    by_id: VecMap<Arc<str>, Rc<Container>>,
    by_name: VecMap<Arc<str>, Rc<Container>>,
    by_cache_id: VecMap<Arc<str>, Rc<Container>>,
    next_seq: u64,
}

impl Containers {
    pub(super) fn insert(&mut self, new: NewContainer) -> Rc<Container> {
        let inner = Inner {
            name: new.name.clone(),
            host_config: new.host_config,
            state: ContainerState::Created,
            exit_code: 0,
            error: String::new(),
            started: Time::NEVER,
            finished: Time::NEVER,
            restart_count: 0,
            stopped_by_hand: false,
            removing: false,
            root: new.root,
            running: None,
            clients: Clients::default(),
            log: Log::default(),
            waiters: Vec::new(),
            endpoint: None,
            host_part: 0,
            sandbox: None,
            execs: Vec::new(),
            view: ViewCache::default(),
        };
        let container = Rc::new(Container {
            id: new.id,
            seq: self.next_seq,
            created: new.created,
            image: new.image,
            top: new.top,
            config: new.config,
            cache_id: new.cache_id,
            mounts: new.mounts,
            state: RefCell::new(inner),
        });
        self.next_seq += 1;
        self.by_seq.insert(container.seq, container.clone());
        self.by_id.insert(container.id.clone(), container.clone());
        self.by_name.insert(new.name, container.clone());
        self.by_cache_id.insert(container.cache_id.clone(), container.clone());
        container
    }

    pub(super) fn remove(&mut self, container: &Container) {
        self.by_seq.remove(&container.seq);
        self.by_id.remove(&container.id);
        self.by_name.remove(&container.get().name);
        self.by_cache_id.remove(&container.cache_id);
    }

    /// By id, name, or an unambiguous beginning of an id, in this order, as dockerd looks.
    pub(super) fn find(&self, typed: &str) -> Result<Rc<Container>, EngineError> {
        let missing = || EngineError::NoSuchContainer { name: typed.to_owned() };
        if let Some(found) = self.by_id.get(typed) {
            return Ok(found.clone());
        }
        if let Some(found) = self.by_name.get(typed.strip_prefix('/').unwrap_or(typed)) {
            return Ok(found.clone());
        }
        if typed.is_empty() {
            return Err(missing());
        }
        let mut hits = self.by_id.from_key(typed).take_while(|(id, _)| id.starts_with(typed));
        match (hits.next(), hits.next()) {
            (Some((_, found)), None) => Ok(found.clone()),
            (Some(_), Some(_)) => Err(EngineError::AmbiguousId { prefix: typed.to_owned() }),
            (None, _) => Err(missing()),
        }
    }

    /// By its whole id.
    pub(super) fn get(&self, id: &str) -> Option<&Rc<Container>> {
        self.by_id.get(id)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Rc<Container>> {
        self.by_name.get(name)
    }

    /// Lets it be called otherwise; `name` must be free.
    pub(super) fn rename(&mut self, container: &Rc<Container>, name: Arc<str>) {
        self.by_name.remove(&container.get().name);
        self.by_name.insert(name.clone(), container.clone());
        container.edit().name = name;
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &Rc<Container>> {
        self.by_seq.values().rev()
    }

    /// The first made of those that satisfy `wanted`.
    pub(super) fn oldest(&self, wanted: impl Fn(&Container) -> bool) -> Option<Rc<Container>> {
        self.by_seq.values().find(|c| wanted(c)).cloned()
    }

    /// By the directory of its thin layer, or a beginning of the directory's name that only one has.
    pub(super) fn cached(&self, beginning: &str) -> Option<&Rc<Container>> {
        let (_, container) = self.by_cache_id.from_key(beginning).next()?;
        container.cache_id.starts_with(beginning).then_some(container)
    }

    pub(super) fn len(&self) -> usize {
        self.by_seq.len()
    }
}

impl Inner {
    /// Takes out those who wait for a condition that `met` holds for.
    pub(super) fn take_waiters(&mut self, met: impl Fn(WaitCondition) -> bool) -> Vec<Waiter> {
        let (told, rest) = std::mem::take(&mut self.waiters).into_iter().partition(|w| met(w.condition));
        self.waiters = rest;
        told
    }
}
