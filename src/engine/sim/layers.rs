//! The layer store: every read-only layer once, by its chain id, counted by those who stand on it (layers above,
//! images, containers) and gone with the last of them. It must not know images or containers.

use crate::layerfs::Layer;
use crate::sorted::VecMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// One layer in the store, with everything under it.
pub(super) struct StoredLayer {
    pub(super) chain_id: Arc<str>,
    pub(super) diff_id: Arc<str>,
    pub(super) parent: Option<Rc<StoredLayer>>,
    pub(super) layer: Arc<Layer>,
    /// Bytes of this layer alone, as overlay2 reports them.
    pub(super) size: u64,
    /// Bytes of it and of all under it.
    pub(super) size_all: u64,
    /// The directory under `overlay2/` that holds it.
    pub(super) cache_id: Arc<str>,
    /// This layer and those under it, the base first: what a container is mounted on.
    pub(super) lowers: Arc<[Arc<Layer>]>,
    /// Their chain ids, the base first.
    pub(super) chain: Arc<[Arc<str>]>,
    /// The how-manieth layer of the session it is: the order of first use.
    pub(super) order: u64,
}

impl fmt::Debug for StoredLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoredLayer").field(&self.chain_id).finish()
    }
}

impl StoredLayer {
    /// This one, then the one under it, down to the base.
    pub(super) fn downwards(self: &Rc<Self>) -> impl Iterator<Item = Rc<StoredLayer>> {
        std::iter::successors(Some(self.clone()), |l| l.parent.clone())
    }
}

struct Slot {
    layer: Rc<StoredLayer>,
    holders: usize,
}

/// All layers.
#[derive(Default)]
pub(super) struct LayerStore {
    slots: VecMap<Arc<str>, Slot>,
    by_cache_id: VecMap<Arc<str>, Rc<StoredLayer>>,
    next_order: u64,
}

impl LayerStore {
    pub(super) fn get(&self, chain_id: &str) -> Option<&Rc<StoredLayer>> {
        self.slots.get(chain_id).map(|s| &s.layer)
    }

    /// The layer `diff_id` on `parent`: the one that is there, or `layer` under a new `cache_id`. It has one holder
    /// more than before, whom [`LayerStore::release`] takes away.
    pub(super) fn register(
        &mut self,
        parent: Option<&Rc<StoredLayer>>,
        chain_id: Arc<str>,
        diff_id: Arc<str>,
        layer: Arc<Layer>,
        cache_id: impl FnOnce() -> String,
    ) -> Rc<StoredLayer> {
        if let Some(slot) = self.slots.get_mut(&chain_id) {
            slot.holders += 1;
            return slot.layer.clone();
        }
        if let Some(under) = parent {
            self.hold(under);
        }
        let size = layer.size();
        let lowers = parent.iter().flat_map(|p| p.lowers.iter().cloned()).chain([layer.clone()]).collect();
        let chain = parent.iter().flat_map(|p| p.chain.iter().cloned()).chain([chain_id.clone()]).collect();
        let stored = Rc::new(StoredLayer {
            chain_id: chain_id.clone(),
            diff_id,
            parent: parent.cloned(),
            layer,
            size,
            size_all: size + parent.map_or(0, |p| p.size_all),
            cache_id: cache_id().into(),
            lowers,
            chain,
            order: self.next_order,
        });
        self.next_order += 1;
        self.by_cache_id.insert(stored.cache_id.clone(), stored.clone());
        self.slots.insert(chain_id, Slot { layer: stored.clone(), holders: 1 });
        stored
    }

    /// One holder more.
    pub(super) fn hold(&mut self, layer: &Rc<StoredLayer>) {
        if let Some(slot) = self.slots.get_mut(&layer.chain_id) {
            slot.holders += 1;
        }
    }

    /// One holder less; the chain ids of the layers that nobody holds any more, the top first.
    pub(super) fn release(&mut self, layer: &Rc<StoredLayer>) -> Vec<Rc<StoredLayer>> {
        let mut gone = Vec::new();
        let mut next = Some(layer.clone());
        while let Some(layer) = next.take() {
            let Some(slot) = self.slots.get_mut(&layer.chain_id) else { break };
            slot.holders = slot.holders.saturating_sub(1);
            if slot.holders == 0 {
                self.slots.remove(&layer.chain_id);
                self.by_cache_id.remove(&layer.cache_id);
                next = layer.parent.clone();
                gone.push(layer);
            }
        }
        gone
    }

    /// By its directory, or a beginning of the directory's name that only one has.
    pub(super) fn cached(&self, beginning: &str) -> Option<&Rc<StoredLayer>> {
        let (_, layer) = self.by_cache_id.from_key(beginning).next()?;
        layer.cache_id.starts_with(beginning).then_some(layer)
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// All of them, in the order of their chain ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Rc<StoredLayer>> {
        self.slots.values().map(|s| &s.layer)
    }
}
