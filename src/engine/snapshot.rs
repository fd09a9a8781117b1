//! The snapshot: what an engine holds at one moment, as plain immutable data. Figures, details, charts and
//! lesson goals read nothing else, so they draw the simulation and a real engine alike. It must not know how
//! the data came about. Cloning is cheap: what did not change is shared.

use crate::ambient::Time;
use serde::Serialize;
use std::sync::Arc;

/// Everything visible of an engine at one moment.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct Snapshot {
    /// Since when it is so, on the session's clock.
    pub now: Time,
    /// All images, the newest first (as `docker images`).
    pub images: Vec<Arc<ImageView>>,
    /// All containers, the newest first (as `docker ps -a`).
    pub containers: Vec<Arc<ContainerView>>,
    /// Every layer that an image holds, each once, in the order of first use from the base up.
    pub layers: Vec<Arc<LayerView>>,
    /// What the last input did that a figure should show although nothing changed.
    pub refusal: Option<Refusal>,
    /// Where the keys go now.
    pub foreground: Foreground,
}

/// Who reads the terminal.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
pub enum Foreground {
    /// The student's own shell, or a program of it.
    #[default]
    Host,
    /// A process in a container (its id).
    Container(Arc<str>),
}

/// An operation that the engine refused for the sake of something that stands in its way.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Refusal {
    /// The image that was to be removed (its id, `sha256:…`).
    pub image: Arc<str>,
    /// The container that holds it (its id).
    pub container: Arc<str>,
    /// Docker's sentence.
    pub message: String,
}

/// One image.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct ImageView {
    /// `sha256:` and 64 hex digits.
    pub id: Arc<str>,
    /// `ubuntu:latest`, familiar form; empty for a dangling image.
    pub tags: Vec<String>,
    /// The layers' chain ids from the base up; each is the `chain_id` of an entry of [`Snapshot::layers`].
    pub layers: Vec<Arc<str>>,
    /// Bytes: the sum of its layers' sizes.
    pub size: u64,
    /// When it was made.
    pub created: Time,
    /// The command a container of it runs, already joined.
    pub command: String,
    /// History, oldest first: (created_by, size in bytes, empty_layer).
    pub history: Vec<HistoryView>,
}

/// One line of an image's history.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct HistoryView {
    /// As the image's config says.
    pub created_by: String,
    /// Bytes of the layer, 0 for an empty one.
    pub size: u64,
    /// Whether it made no layer.
    pub empty_layer: bool,
}

/// One read-only layer.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct LayerView {
    /// sha256 over the chain from the base, the layer's identity in the store.
    pub chain_id: Arc<str>,
    /// sha256 of the layer's tar.
    pub diff_id: Arc<str>,
    /// The chain id of the layer under it.
    pub parent: Option<Arc<str>>,
    /// Bytes, as overlay2 reports them.
    pub size: u64,
    /// The command that made it, from the history of the first image that has it; empty if unknown.
    pub created_by: String,
    /// Its files, in path order.
    pub files: FileList,
    /// Ids of the images that have it, newest first.
    pub images: Vec<Arc<str>>,
}

/// The files of a layer: counted always, listed on request (a layer may hold thousands).
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct FileList {
    /// How many entries the layer holds, directories included.
    pub count: usize,
}

/// One container.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct ContainerView {
    /// 64 hex digits.
    pub id: Arc<str>,
    /// Without the leading slash.
    pub name: Arc<str>,
    /// The image as it was named at creation.
    pub image_name: Arc<str>,
    /// `sha256:…`.
    pub image: Arc<str>,
    /// Chain ids of the image's layers from the base up (they outlive a forced `rmi`).
    pub layers: Vec<Arc<str>>,
    /// `created`, `running`, `paused`, `restarting`, `exited`, `dead`.
    pub state: ContainerState,
    /// The last exit status.
    pub exit_code: i32,
    /// When it was last started ([`Time::NEVER`] if never).
    pub started: Time,
    /// When it last ended ([`Time::NEVER`] if it has not).
    pub finished: Time,
    /// The command line, joined.
    pub command: String,
    /// When it was made.
    pub created: Time,
    /// Bytes of the thin layer (`SizeRw`).
    pub size_rw: u64,
    /// Bytes of image and thin layer (`SizeRootFs`).
    pub size_root_fs: u64,
    /// What differs from the image, as `docker diff`, newest change last.
    pub changes: Arc<[ChangeView]>,
}

/// A container's state, by Docker's names.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    /// Made, never started.
    Created,
    /// Its first process runs.
    Running,
    /// Frozen.
    Paused,
    /// Between two runs.
    Restarting,
    /// Ended.
    Exited,
    /// Beyond repair.
    Dead,
}

/// One path that a thin layer changes.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct ChangeView {
    /// What happened to it.
    pub kind: ChangeKind,
    /// Absolute.
    pub path: Arc<str>,
    /// Whether the path is a directory (for `D`: was one in the image).
    pub is_dir: bool,
    /// Bytes that it adds to the thin layer; 0 for directories and deletions.
    pub size: u64,
    /// The chain id of the image layer whose file it covers or copies; none for an added path.
    pub lower: Option<Arc<str>>,
}

/// The letter of `docker diff`.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Changed: copied up.
    C,
    /// Added.
    A,
    /// Deleted: a whiteout covers it.
    D,
}

/// What a layer does at a path.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct FileView {
    /// Absolute.
    pub path: String,
    /// Added, changed or deleted against the layers under it.
    pub kind: ChangeKind,
    /// `ls -l`'s first column, such as `-rw-r--r--`.
    pub mode: String,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Logical size in bytes.
    pub size: u64,
    /// A symbolic link's target.
    pub target: Option<String>,
}

impl Snapshot {
    /// The image with this id.
    pub fn image(&self, id: &str) -> Option<&Arc<ImageView>> {
        self.images.iter().find(|i| &*i.id == id)
    }

    /// The container with this id or name.
    pub fn container(&self, id_or_name: &str) -> Option<&Arc<ContainerView>> {
        self.containers.iter().find(|c| &*c.id == id_or_name || &*c.name == id_or_name)
    }

    /// Whether nothing happened since the other: what did not change is shared, so this compares no content.
    pub fn is_still(&self, before: &Snapshot) -> bool {
        fn shared<T>(a: &[Arc<T>], b: &[Arc<T>]) -> bool {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
        }
        shared(&self.containers, &before.containers)
            && shared(&self.images, &before.images)
            && shared(&self.layers, &before.layers)
            && self.refusal == before.refusal
            && self.foreground == before.foreground
    }

    /// The layer with this chain id.
    pub fn layer(&self, chain_id: &str) -> Option<&Arc<LayerView>> {
        self.layers.iter().find(|l| &*l.chain_id == chain_id)
    }

    /// Bytes on disk: every layer once, and the thin layers.
    pub fn disk_with_layers(&self) -> u64 {
        let images: u64 = self.layers.iter().map(|l| l.size).sum();
        images + self.containers.iter().map(|c| c.size_rw).sum::<u64>()
    }

    /// Bytes if nothing was shared: the sum of the containers' virtual sizes, and each image that has no
    /// container once.
    pub fn disk_without_sharing(&self) -> u64 {
        let containers: u64 = self.containers.iter().map(|c| c.size_root_fs).sum();
        let idle = self.images.iter().filter(|i| !self.containers.iter().any(|c| c.image == i.id));
        containers + idle.map(|i| i.size).sum::<u64>()
    }
}
