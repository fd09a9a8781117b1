//! The simulated engine as plain data. What did not change since the last snapshot is shared with it: each container
//! keeps its view until something of it or of its thin layer changes. It must not change anything but these caches.

use super::containers::{Container, Inner};
use super::images::StoredImage;
use super::{merge, SimEngine, State};
use crate::ambient::Time;
use crate::engine::api::{EngineError, FilePlace};
use crate::engine::snapshot::{
    ChangeKind, ChangeView, ContainerView, FileList, FileView, Foreground, HistoryView, ImageView, LayerView, Snapshot,
};
use crate::layerfs::{self, EntryBody, Layer, Mount, Vfs, Who};
use crate::sorted::{self, VecMap};
use std::rc::Rc;
use std::sync::Arc;

/// The layers as they were seen last.
#[derive(Default)]
pub(super) struct LayerViews {
    generation: (u64, usize),
    views: Vec<Arc<LayerView>>,
}

impl SimEngine {
    /// Everything visible, now. The session says where the keys go.
    pub fn snapshot_now(&self) -> Snapshot {
        let mut state = self.state.borrow_mut();
        let layers = state.layer_views();
        let state = &*state;
        Snapshot {
            now: self.kernel.now(),
            images: state.images.newest_first().iter().map(|i| state.image_view(i)).collect(),
            containers: state.containers.newest_first().map(|c| container_view(c)).collect(),
            layers,
            refusal: state.refusal.clone(),
            foreground: Foreground::Host,
        }
    }

    /// Forgets the last refusal: a new input has begun.
    pub fn clear_refusal(&self) {
        self.state.borrow_mut().refusal = None;
    }

    /// The container that a person types into: it runs, reads its standard input, and a client is attached to it or to a
    /// command that was started in it.
    pub fn interactive_container(&self) -> Option<Arc<str>> {
        let state = self.state.borrow();
        if let Some(id) = state.execs.values().find_map(|exec| exec.interactive_in()) {
            return Some(id);
        }
        let typed = |c: &&Rc<Container>| c.config.open_stdin && c.running().is_some_and(|r| r.system.is_attended());
        let found = state.containers.newest_first().find(typed).map(|c| c.id.clone());
        found
    }

    pub(super) fn files_of_layer(&self, chain_id: &str) -> Result<Vec<FileView>, EngineError> {
        let state = self.state.borrow();
        let stored = state.layer(chain_id)?;
        let under = stored.parent.as_ref().map(|p| p.lowers.clone());
        Ok(file_views(&stored.layer, under.map(Mount::new), self.kernel.now()))
    }

    pub(super) fn files_of_container(&self, container: &Container) -> Vec<FileView> {
        let upper = container.get().root.borrow().upper();
        let lowers = container.top.as_ref().map(|t| t.lowers.clone());
        file_views(&upper, lowers.map(Mount::new), self.kernel.now())
    }

    pub(super) fn text_of(&self, place: FilePlace<'_>, path: &str, max: usize) -> Result<Vec<u8>, EngineError> {
        let missing = |place: &str| EngineError::NoSuchPath { container: place.to_owned(), path: path.to_owned() };
        match place {
            FilePlace::Layer(chain_id) => {
                let stored = self.state.borrow().layer(chain_id)?;
                match stored.layer.lookup(path).map(|e| e.body) {
                    Some(EntryBody::File(content)) => Ok(content.read_at(0, max)),
                    Some(EntryBody::Symlink(target)) => Ok(target.as_bytes().to_vec()),
                    _ => Err(missing(chain_id)),
                }
            }
            FilePlace::Container(name) => {
                let container = self.find(name)?;
                let root = container.get().root.clone();
                let who = Who::root(self.kernel.now());
                let content = Vfs::with_root(root).blob(&who, path).map_err(|_| missing(name))?;
                Ok(content.read_at(0, max))
            }
        }
    }
}

impl State {
    fn layer(&self, chain_id: &str) -> Result<Rc<super::layers::StoredLayer>, EngineError> {
        self.layers.get(chain_id).cloned().ok_or_else(|| EngineError::NoSuchImage { reference: chain_id.to_owned() })
    }

    fn image_view(&self, image: &StoredImage) -> Arc<ImageView> {
        let mut cached = image.view.borrow_mut();
        let view = cached.get_or_insert_with(|| {
            Arc::new(ImageView {
                id: image.id.clone(),
                tags: self.images.tags_and_digests(&image.id).0,
                layers: image.top.as_ref().map(|t| t.chain.to_vec()).unwrap_or_default(),
                size: image.size(),
                created: image.created,
                command: image.command(),
                history: image
                    .steps()
                    .map(|(step, layer)| HistoryView {
                        created_by: step.created_by.clone(),
                        size: layer.map_or(0, |l| l.size),
                        empty_layer: step.empty_layer,
                    })
                    .collect(),
            })
        });
        view.clone()
    }

    /// Every layer of the store, in the order of first use; made anew only when images or layers came or went.
    fn layer_views(&mut self) -> Vec<Arc<LayerView>> {
        let generation = (self.images.generation, self.layers.len());
        if self.layer_views.generation != generation {
            let mut users: VecMap<Arc<str>, (Vec<Arc<str>>, String)> = VecMap::new();
            for image in self.images.newest_first() {
                for (step, layer) in image.steps() {
                    if let Some(layer) = layer {
                        let (ids, created_by) = users.entry(layer.chain_id.clone()).or_default();
                        ids.push(image.id.clone());
                        // The oldest image that has it comes last, and has the last word.
                        step.created_by.clone_into(created_by);
                    }
                }
            }
            let mut stored: Vec<_> = self.layers.iter().cloned().collect();
            sorted::sort_by_key(&mut stored, |l| l.order);
            let views = stored.iter().map(|l| {
                let (images, created_by) = users.remove(&l.chain_id).unwrap_or_default();
                Arc::new(LayerView {
                    chain_id: l.chain_id.clone(),
                    diff_id: l.diff_id.clone(),
                    parent: l.parent.as_ref().map(|p| p.chain_id.clone()),
                    size: l.size,
                    created_by,
                    files: FileList { count: l.layer.len() },
                    images,
                })
            });
            self.layer_views = LayerViews { generation, views: views.collect() };
        }
        self.layer_views.views.clone()
    }
}

fn container_view(container: &Container) -> Arc<ContainerView> {
    let mut inner = container.touch();
    let generation = inner.root.borrow().generation();
    if let Some(view) = inner.view.view.as_ref().filter(|_| inner.view.generation == generation) {
        return view.clone();
    }
    let view = Arc::new(build(container, &inner));
    inner.view.view = Some(view.clone());
    inner.view.generation = generation;
    view
}

fn build(container: &Container, inner: &Inner) -> ContainerView {
    let chain = container.top.as_ref().map(|t| t.chain.clone());
    let lower = |index: usize| chain.as_ref().and_then(|c| c.get(index)).cloned();
    let root = inner.root.borrow();
    let changes = match root.is_untouched() {
        true => Arc::from([]),
        false => root
            .diff()
            .into_iter()
            .map(|c| ChangeView {
                kind: change_kind(c.kind),
                path: c.path.into(),
                is_dir: c.is_dir,
                size: c.size,
                lower: c.lower.and_then(lower),
            })
            .collect(),
    };
    ContainerView {
        id: container.id.clone(),
        name: inner.name.clone(),
        image_name: container.config.image.as_str().into(),
        image: container.image.clone(),
        layers: chain.as_ref().map(|c| c.to_vec()).unwrap_or_default(),
        state: inner.state,
        exit_code: inner.exit_code,
        started: inner.started,
        finished: inner.finished,
        command: merge::command(&container.config).join(" "),
        created: container.created,
        size_rw: root.size_rw(),
        size_root_fs: root.size_rw() + container.top.as_ref().map_or(0, |t| t.size_all),
        changes,
    }
}

fn change_kind(kind: layerfs::ChangeKind) -> ChangeKind {
    match kind {
        layerfs::ChangeKind::A => ChangeKind::A,
        layerfs::ChangeKind::C => ChangeKind::C,
        layerfs::ChangeKind::D => ChangeKind::D,
    }
}

/// Every path of a layer, with what it does to the layers under it.
fn file_views(layer: &Layer, under: Option<Mount>, now: Time) -> Vec<FileView> {
    let under = under.map(Vfs::new);
    let who = Who::root(now);
    layer
        .entries()
        .map(|entry| {
            let path = format!("/{}", entry.path.trim_start_matches('/'));
            let covers = || under.as_ref().is_some_and(|vfs| vfs.lstat(&who, &path).is_ok());
            let (kind, target) = match &entry.body {
                EntryBody::Whiteout => (ChangeKind::D, None),
                EntryBody::Symlink(target) => {
                    (if covers() { ChangeKind::C } else { ChangeKind::A }, Some(target.to_string()))
                }
                _ => (if covers() { ChangeKind::C } else { ChangeKind::A }, None),
            };
            FileView {
                kind,
                mode: layerfs::mode_string(entry.kind().letter(), entry.meta.mode),
                uid: entry.meta.uid,
                gid: entry.meta.gid,
                size: entry.size(),
                target,
                path,
            }
        })
        .collect()
}
