//! What every layer of an image does to those under it: which of its files are added, changed or deleted, which of
//! them later layers hide, and the bytes that no container of the image ever sees. It must not know where the image
//! comes from, nor how this is shown.

use super::archive::ArchivedImage;
use super::config::{History, ImageConfig};
use super::digest::{chain_id, ChainId, DiffId, ImageId};
use super::go_json::JsonError;
use super::layer_tar;
use crate::ambient::Time;
use crate::layerfs::{mode_string, Entry, EntryBody, FileKind, Layer};
use crate::sorted::{self, VecMap};
use serde::Serialize;
use std::cmp::Ordering;
use std::sync::Arc;

/// An image and what its layers do. Layers are numbered from 1, the base, in every field that names one.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct ImageAnalysis {
    /// Its names in familiar form, such as `ubuntu:latest`; none for a dangling image.
    pub references: Vec<String>,
    /// sha256 of the config.
    pub id: ImageId,
    /// When it was made.
    pub created: Time,
    /// Such as `linux`; empty where the config does not say.
    pub os: String,
    /// Such as `amd64`; empty where the config does not say.
    pub architecture: String,
    /// Bytes: the sum of the layers' sizes.
    pub size: u64,
    /// Bytes of it in file versions that no container sees.
    pub wasted: u64,
    /// 1 - wasted / size; 1 for an image without bytes.
    pub efficiency: f64,
    /// From the base up.
    #[serde(skip)]
    pub layers: Vec<LayerAnalysis>,
    /// The steps that made it, oldest first, also those that made no layer.
    pub history: Vec<HistoryStep>,
    /// Where the wasted bytes are, the most first.
    pub waste: Vec<Waste>,
}

/// One step of the history.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct HistoryStep {
    /// The layer that it made.
    pub layer: Option<usize>,
    /// The command, as the config has it.
    pub created_by: String,
    /// When.
    pub created: Time,
    /// `docker commit -m`.
    pub comment: String,
}

/// One layer.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct LayerAnalysis {
    /// Its number.
    pub layer: usize,
    /// sha256 of its tar.
    pub diff_id: DiffId,
    /// Identity of it and all under it.
    pub chain_id: ChainId,
    /// Bytes, as overlay2 reports them: hard links once, directories nothing.
    pub size: u64,
    /// Bytes of its tar.
    pub tar_size: u64,
    /// The command that made it; empty if unknown.
    pub created_by: String,
    /// How many files it holds: all entries but directories and whiteouts.
    pub files: usize,
    /// Files whose paths are new.
    pub added: usize,
    /// Files that replace others.
    pub changed: usize,
    /// Whiteouts.
    pub deleted: usize,
    /// Bytes of its files that later layers hide under all their names.
    pub wasted: u64,
    /// Everything in it, a directory before what is in it.
    #[serde(skip)]
    pub entries: Vec<EntryAnalysis>,
}

/// What a layer does at a path.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
pub enum Mark {
    /// Added.
    A,
    /// Replaced, or a directory that is in lower layers too.
    C,
    /// Deleted.
    D,
}

/// One entry of a layer.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct EntryAnalysis {
    /// Absolute. Bytes that are not UTF-8 are private characters (see [`crate::layerfs::path`]).
    pub path: String,
    /// Against the layers under it.
    pub mark: Mark,
    /// `ls -l`'s first column; empty for a whiteout.
    pub mode: String,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes of a file or a symbolic link's target.
    pub size: u64,
    /// A symbolic link's target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// A directory through which nothing of lower layers is seen.
    pub opaque: bool,
    /// The layer whose entry of the same path it covers.
    pub covers: Option<usize>,
    /// How many files of lower layers it hides.
    pub hides: usize,
    /// Bytes that this wastes: a file with other names left is not wasted.
    pub wastes: u64,
    /// The layer that hides it.
    pub hidden_by: Option<usize>,
}

/// Wasted bytes, by the path at which something hides them.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Waste {
    /// Of the file, or of the directory that hides them all.
    pub path: String,
    /// How many.
    pub bytes: u64,
    /// File versions that are hidden.
    pub files: usize,
    /// The layers that hold them.
    pub layers: Vec<usize>,
    /// The layers that hide them.
    pub hidden_by: Vec<usize>,
    /// Whether the last of those deletes the path, and does not replace it.
    pub deleted: bool,
}

/// What the layers of an image do. The DiffIDs are those of the config: whoever wants to be sure has compared them.
pub fn analyse(image: &ArchivedImage) -> Result<ImageAnalysis, JsonError> {
    let config = ImageConfig::parse(&image.config_json)?;
    let mut stack = Stack::default();
    image.layers.iter().for_each(|layer| stack.put(layer));
    let steps = steps(&config.history, image.layers.len());
    let mut parent = None;
    let mut layers = Vec::new();
    for (i, ((layer, diff_id), work)) in image.layers.iter().zip(&config.rootfs.diff_ids).zip(stack.layers).enumerate()
    {
        let chain = chain_id(parent.as_ref(), diff_id);
        parent = Some(chain);
        let made = steps.iter().find(|step| step.layer == Some(i + 1));
        let created_by = made.map(|step| step.created_by.clone()).unwrap_or_default();
        layers.push(work.finish(i + 1, layer, (*diff_id, chain), created_by));
    }
    let size = layers.iter().map(|layer| layer.size).sum();
    let wasted = layers.iter().map(|layer| layer.wasted).sum();
    let efficiency = if size == 0 { 1.0 } else { 1.0 - wasted as f64 / size as f64 };
    let references = image.tags.iter().map(|tag| tag.familiar()).collect();
    Ok(ImageAnalysis {
        references,
        id: image.id,
        created: config.created,
        os: config.os,
        architecture: config.architecture,
        size,
        wasted,
        efficiency,
        layers,
        history: steps,
        waste: waste(stack.waste),
    })
}

/// The history with the layers that its steps made, as far as it tells.
fn steps(history: &[History], layers: usize) -> Vec<HistoryStep> {
    let mut made = 0;
    let step = |step: &History| {
        made += usize::from(!step.empty_layer);
        HistoryStep {
            layer: Some(made).filter(|made| !step.empty_layer && *made <= layers),
            created_by: step.created_by.clone(),
            created: step.created,
            comment: step.comment.clone(),
        }
    };
    history.iter().map(step).collect()
}

fn waste(found: VecMap<String, Waste>) -> Vec<Waste> {
    let mut waste: Vec<Waste> = found.into_values().filter(|w| w.bytes > 0).collect();
    // Stable: the same size in the order of paths.
    sorted::sort_by(&mut waste, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    waste
}

/// A layer while others are put on it.
struct Work {
    entries: Vec<EntryAnalysis>,
    inodes: Vec<u32>,
    /// Of files with several names: how many of them are seen.
    names: VecMap<u32, u32>,
    wasted: u64,
}

impl Work {
    fn of(layer: &Layer) -> Work {
        let mut work = Work { entries: Vec::new(), inodes: Vec::new(), names: VecMap::new(), wasted: 0 };
        for entry in layer.entries() {
            work.inodes.push(entry.ino);
            if entry.nlink > 1 && entry.kind() != FileKind::Dir {
                *work.names.entry(entry.ino).or_insert(0) += 1;
            }
            work.entries.push(of_entry(&entry));
        }
        work
    }

    /// Hides an entry; the bytes that are wasted now.
    fn hide(&mut self, index: usize, by: usize) -> u64 {
        let Some(entry) = self.entries.get_mut(index) else { return 0 };
        entry.hidden_by = Some(by);
        let left = self.inodes.get(index).and_then(|ino| self.names.get_mut(ino)).map_or(0, |names| {
            *names = names.saturating_sub(1);
            *names
        });
        let wasted = if left == 0 { entry.size } else { 0 };
        self.wasted += wasted;
        wasted
    }

    fn finish(self, number: usize, layer: &Layer, ids: (DiffId, ChainId), created_by: String) -> LayerAnalysis {
        let files = |mark: Mark| self.entries.iter().filter(|e| e.mark == mark && !e.is_dir()).count();
        let (added, changed, deleted) = (files(Mark::A), files(Mark::C), files(Mark::D));
        LayerAnalysis {
            layer: number,
            diff_id: ids.0,
            chain_id: ids.1,
            size: layer.size(),
            tar_size: layer_tar::tar_size(layer),
            created_by,
            files: added + changed,
            added,
            changed,
            deleted,
            wasted: self.wasted,
            entries: self.entries,
        }
    }
}

impl EntryAnalysis {
    /// Whether it is a directory.
    pub fn is_dir(&self) -> bool {
        self.mode.starts_with('d')
    }

    /// Whether nothing under its path is seen of lower layers.
    fn shuts(&self) -> bool {
        !self.is_dir() || self.opaque
    }
}

fn of_entry(entry: &Entry) -> EntryAnalysis {
    let whiteout = entry.body == EntryBody::Whiteout;
    EntryAnalysis {
        path: format!("/{}", entry.path),
        mark: if whiteout { Mark::D } else { Mark::A },
        mode: if whiteout { String::new() } else { mode_string(entry.kind().letter(), entry.meta.mode) },
        uid: entry.meta.uid,
        gid: entry.meta.gid,
        size: entry.size(),
        target: match &entry.body {
            EntryBody::Symlink(target) => Some(target.to_string()),
            _ => None,
        },
        opaque: entry.body == (EntryBody::Dir { opaque: true }),
        covers: None,
        hides: 0,
        wastes: 0,
        hidden_by: None,
    }
}

/// An entry by its layer (from 0) and its place there.
type Place = (usize, usize);

/// The layers so far, and what is seen of them.
#[derive(Default)]
struct Stack {
    layers: Vec<Work>,
    /// In the order of a walk, as a layer's entries are: so one pass over both merges them.
    seen: Vec<Place>,
    waste: VecMap<String, Waste>,
}

impl Stack {
    fn entry(&self, (layer, index): Place) -> Option<&EntryAnalysis> {
        self.layers.get(layer)?.entries.get(index)
    }

    /// Puts a layer on those that are there.
    fn put(&mut self, layer: &Arc<Layer>) {
        let number = self.layers.len();
        let mut upper = Work::of(layer);
        let all_hidden = layer.lookup("/").is_some_and(|root| root.body == (EntryBody::Dir { opaque: true }));
        let below = std::mem::take(&mut self.seen);
        let mut below = below.into_iter().peekable();
        let mut shut: Option<usize> = None;
        for at in 0..upper.entries.len() {
            let Some(path) = upper.entries.get(at).map(|entry| entry.path.clone()) else { break };
            // What is below and comes before this entry.
            let order = loop {
                let Some((place, order)) = below.peek().and_then(|p| Some((*p, by_walk(&self.entry(*p)?.path, &path))))
                else {
                    break Ordering::Greater;
                };
                if order != Ordering::Less {
                    break order;
                }
                below.next();
                self.pass(place, &mut upper, shut, all_hidden);
            };
            if order == Ordering::Equal {
                if let Some(place) = below.next() {
                    self.cover(place, &mut upper, at);
                }
            }
            let Some(entry) = upper.entries.get(at) else { break };
            let within = |dir: usize| upper.entries.get(dir).is_some_and(|dir| is_under(&path, &dir.path));
            if entry.shuts() && !shut.is_some_and(within) {
                shut = Some(at);
            }
            if entry.mark != Mark::D {
                self.seen.push((number, at));
            }
        }
        for place in below {
            self.pass(place, &mut upper, shut, all_hidden);
        }
        self.layers.push(upper);
    }

    /// An entry below that the upper layer has no entry for: it is still seen, unless something above its path shuts it
    /// out.
    fn pass(&mut self, place: Place, upper: &mut Work, shut: Option<usize>, all_hidden: bool) {
        let under = |dir: &EntryAnalysis| self.entry(place).is_some_and(|e| is_under(&e.path, &dir.path));
        match shut.filter(|at| upper.entries.get(*at).is_some_and(under)) {
            Some(at) => self.hide(place, upper.entries.get_mut(at)),
            None if all_hidden => self.hide(place, None),
            None => self.seen.push(place),
        }
    }

    /// An entry below that the upper layer has an entry for.
    fn cover(&mut self, place: Place, upper: &mut Work, at: usize) {
        let Some(entry) = upper.entries.get_mut(at) else { return };
        entry.covers = Some(place.0 + 1);
        if entry.mark != Mark::D {
            entry.mark = Mark::C;
        }
        // Directories are merged, so that the lower one still counts.
        if entry.shuts() || !self.entry(place).is_some_and(EntryAnalysis::is_dir) {
            self.hide(place, Some(entry));
        }
    }

    /// `by` is the entry of the layer on top that hides it; none stands for its opaque root.
    fn hide(&mut self, (layer, index): Place, by: Option<&mut EntryAnalysis>) {
        let number = self.layers.len() + 1;
        let Some(lower) = self.layers.get_mut(layer) else { return };
        let wasted = lower.hide(index, number);
        let Some(hidden) = lower.entries.get(index) else { return };
        let deleted = by.as_ref().is_none_or(|by| by.mark == Mark::D || (by.opaque && by.path != hidden.path));
        let mut path = by.as_ref().map_or("/", |by| by.path.as_str()).to_owned();
        if hidden.is_dir() {
            return;
        }
        // A directory that goes with all in it.
        if hidden.path != path && !path.ends_with('/') {
            path.push('/');
        }
        if let Some(by) = by {
            by.hides += 1;
            by.wastes += wasted;
        }
        let entry = self.waste.entry(path.clone()).or_insert_with(|| Waste {
            path,
            bytes: 0,
            files: 0,
            layers: Vec::new(),
            hidden_by: Vec::new(),
            deleted,
        });
        entry.bytes += wasted;
        entry.files += 1;
        entry.deleted = deleted;
        add(&mut entry.layers, layer + 1);
        add(&mut entry.hidden_by, number);
    }
}

/// Adds a number to a sorted list of few.
fn add(list: &mut Vec<usize>, number: usize) {
    if let Err(at) = list.binary_search(&number) {
        list.insert(at, number);
    }
}

/// The order of a walk: a directory's contents follow it at once.
fn by_walk(a: &str, b: &str) -> Ordering {
    let key = |b: u8| if b == b'/' { 0 } else { b };
    a.bytes().map(key).cmp(b.bytes().map(key))
}

fn is_under(path: &str, dir: &str) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
}
