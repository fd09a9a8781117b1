//! Images as a forest: common layers once, columns of images side by side, chains of layers between the forks; and
//! which of them are drawn when there are too many. It must not know pixels beyond a height to fit.

use super::words;
use crate::engine::snapshot::{ContainerView, ImageView, Snapshot};
use crate::sorted::{self, VecMap};
use std::sync::Arc;

/// One image, or what containers still hold of a removed one.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// The image's id.
    pub id: &'a str,
    /// Its first tag, or the name that a container has for it.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// None if the image was removed.
    pub image: Option<&'a ImageView>,
    /// Chain ids from the base up.
    pub layers: &'a [Arc<str>],
    /// Its containers, the oldest first.
    pub containers: Vec<&'a ContainerView>,
}

/// A chain of layers that carry the same columns, and what stands on it.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Chain ids from the bottom up.
    pub layers: Vec<&'a str>,
    /// How many layers are below.
    pub depth: usize,
    /// The columns that it carries.
    pub columns: std::ops::Range<usize>,
    /// The chains on it, left to right; columns that end on it stand left of them.
    pub children: Vec<Run<'a>>,
    /// How many rows it is drawn as: fewer than layers if some are grouped.
    pub shown: usize,
}

/// A row of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The layer with this index in the run.
    Layer(usize),
    /// A group: from the first index up to, not with, the second.
    More(usize, usize),
}

/// Images on one base; an image without layers is a family without a run.
#[derive(Clone, Debug)]
pub struct Family<'a> {
    /// Its columns.
    pub columns: std::ops::Range<usize>,
    /// Its base and all on it.
    pub run: Option<Run<'a>>,
}

/// One column for every image and one for each removed image that containers still hold, in the order in which their
/// layers came: what is new stands at the right, and nothing else moves.
pub fn columns(snapshot: &Snapshot) -> Vec<Column<'_>> {
    let mut of: VecMap<&str, Vec<&ContainerView>> = VecMap::new();
    for c in snapshot.containers.iter().rev() {
        of.entry(&c.image).or_default().push(c);
    }
    let mut out: Vec<Column<'_>> = Vec::new();
    for image in snapshot.images.iter().rev() {
        out.push(Column {
            id: &image.id,
            name: words::image_name(image),
            size: image.size,
            image: Some(image),
            layers: &image.layers,
            containers: of.remove(&*image.id).unwrap_or_default(),
        });
    }
    for (id, containers) in of {
        let Some(first) = containers.first() else { continue };
        out.push(Column {
            id,
            name: &first.image_name,
            size: first.size_root_fs.saturating_sub(first.size_rw),
            image: None,
            layers: &first.layers,
            containers: containers.clone(),
        });
    }
    let came: VecMap<&str, usize> = snapshot.layers.iter().enumerate().map(|(i, l)| (&*l.chain_id, i)).collect();
    let place = |layer: Option<&Arc<str>>| layer.and_then(|l| came.get(&**l)).copied().unwrap_or(usize::MAX);
    sorted::sort_by_key(&mut out, |c| (place(c.layers.first()), place(c.layers.last())));
    out
}

/// Keeps the `most` columns that matter: those with containers, then the newest; the order stays.
pub fn keep(columns: Vec<Column<'_>>, most: usize) -> Vec<Column<'_>> {
    if columns.len() <= most {
        return columns;
    }
    let mut rank: Vec<usize> = (0..columns.len()).collect();
    sorted::sort_by_key(&mut rank, |i| (columns.get(*i).is_none_or(|c| c.containers.is_empty()), usize::MAX - i));
    let mut kept: Vec<bool> = vec![false; columns.len()];
    for i in rank.into_iter().take(most) {
        if let Some(k) = kept.get_mut(i) {
            *k = true;
        }
    }
    columns.into_iter().zip(kept).filter_map(|(c, keep)| keep.then_some(c)).collect()
}

/// As [`keep`], for the columns of each base.
pub fn keep_each(columns: Vec<Column<'_>>, most: usize) -> Vec<Column<'_>> {
    let mut bases: Vec<(Option<&str>, Vec<Column<'_>>)> = Vec::new();
    for column in columns {
        let base = column.layers.first().map(|l| &**l);
        match bases.iter_mut().find(|b| b.0 == base) {
            Some((_, of)) => of.push(column),
            None => bases.push((base, vec![column])),
        }
    }
    bases.into_iter().flat_map(|(_, of)| keep(of, most)).collect()
}

/// A node of the trie while it is built.
#[derive(Default)]
struct Node<'a> {
    chain: &'a str,
    children: Vec<usize>,
    ends: Vec<usize>,
}

/// The forest of these columns, which are put in order: a family's together, a fork's together.
pub fn forest<'a>(columns: Vec<Column<'a>>) -> (Vec<Column<'a>>, Vec<Family<'a>>) {
    let mut nodes: Vec<Node<'a>> = vec![Node::default()];
    let mut index: VecMap<(usize, &'a str), usize> = VecMap::new();
    for (i, column) in columns.iter().enumerate() {
        let mut at = 0;
        for chain in column.layers {
            let next = nodes.len();
            at = *index.entry((at, chain)).or_insert_with(|| {
                if let Some(parent) = nodes.get_mut(at) {
                    parent.children.push(next);
                }
                nodes.push(Node { chain, ..Node::default() });
                next
            });
        }
        if let Some(node) = nodes.get_mut(at) {
            node.ends.push(i);
        }
    }
    let mut order = Vec::new();
    let mut families = Vec::new();
    let root = nodes.first().map(|r| (r.ends.clone(), r.children.clone())).unwrap_or_default();
    for i in root.0 {
        families.push(Family { columns: order.len()..order.len() + 1, run: None });
        order.push(i);
    }
    for child in root.1 {
        let from = order.len();
        let run = run(&nodes, child, 0, &mut order);
        families.push(Family { columns: from..order.len(), run: Some(run) });
    }
    let mut taken: Vec<Option<Column<'a>>> = columns.into_iter().map(Some).collect();
    let ordered = order.into_iter().filter_map(|i| taken.get_mut(i).and_then(Option::take)).collect();
    (ordered, families)
}

fn run<'a>(nodes: &[Node<'a>], start: usize, depth: usize, order: &mut Vec<usize>) -> Run<'a> {
    let from = order.len();
    let mut layers = Vec::new();
    let mut at = start;
    let mut children = Vec::new();
    while let Some(node) = nodes.get(at) {
        layers.push(node.chain);
        match (node.ends.as_slice(), node.children.as_slice()) {
            ([], [only]) => at = *only,
            (ends, forks) => {
                order.extend(ends);
                let depth = depth + layers.len();
                children = forks.iter().map(|c| run(nodes, *c, depth, order)).collect();
                break;
            }
        }
    }
    Run { shown: layers.len(), layers, depth, columns: from..order.len(), children }
}

impl Run<'_> {
    /// Its rows from the bottom up.
    pub fn rows(&self) -> Vec<Row> {
        let n = self.layers.len();
        match self.shown {
            s if s >= n => (0..n).map(Row::Layer).collect(),
            0 | 1 => vec![Row::More(0, n)],
            s => {
                let top = s - 2;
                let mut rows = vec![Row::Layer(0), Row::More(1, n - top)];
                rows.extend((n - top..n).map(Row::Layer));
                rows
            }
        }
    }

    /// The height with all that stands on it, gaps included; `row` gives the height of a row with its gap.
    pub fn height(&self, row: &dyn Fn(&Run<'_>, Row) -> i32) -> i32 {
        let own: i32 = self.rows().into_iter().map(|r| row(self, r)).sum();
        own + self.children.iter().map(|c| c.height(row)).max().unwrap_or(0)
    }

    /// Groups layers, the longest chains first, until the height fits, if it can.
    pub fn shrink(&mut self, budget: i32, row: &dyn Fn(&Run<'_>, Row) -> i32) {
        while self.height(row) > budget && self.shrink_once(row) {}
    }

    /// Takes one row from the run with the most rows on the tallest way up; false if none can give one.
    fn shrink_once(&mut self, row: &dyn Fn(&Run<'_>, Row) -> i32) -> bool {
        let tallest = self.children.iter_mut().max_by_key(|c| c.height(row));
        match tallest {
            Some(child) if child.most_rows(row) > self.shown => child.shrink_once(row),
            _ if self.shown > 1 => {
                self.shown -= 1;
                true
            }
            _ => false,
        }
    }

    fn most_rows(&self, row: &dyn Fn(&Run<'_>, Row) -> i32) -> usize {
        let tallest = self.children.iter().max_by_key(|c| c.height(row));
        self.shown.max(tallest.map_or(0, |c| c.most_rows(row)))
    }
}
