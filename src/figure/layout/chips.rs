//! Which changes a thin layer shows and where: chips in a row (on phones two), newest last, and for copies and
//! deletions a lane down to the ghost in the layer below. It must not know how they are drawn.

use super::parts::{bytes, Chip};
use super::stack::Geo;
use super::words;
use crate::engine::snapshot::{ChangeKind, ChangeView, ContainerView};
use crate::figure::measure::font;
use crate::sorted;
use std::sync::Arc;

/// A chip with its place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Index into the container's changes.
    pub change: usize,
    /// What it shows.
    pub chip: Chip,
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// The way down to the layer it came from.
    pub lane: Option<Lane>,
}

/// A lane and the ghost at its foot.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The lane's middle.
    pub x: i32,
    /// The ghost's left edge.
    pub ghost_x: i32,
    /// The ghost's width.
    pub ghost_w: i32,
    /// The ghost's name, cut.
    pub name: String,
    /// The layer's index from the base.
    pub layer: usize,
}

/// All chips of a thin layer.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which they stand.
    pub chips: Vec<Placed>,
    /// How many more there are, and where the chip that says so stands.
    pub more: Option<(usize, i32, i32)>,
    /// How many of those are not just directories.
    hidden_files: usize,
    /// Up to where the slabs' texts may reach.
    pub text_limit: i32,
}

/// Space between chips.
const APART: i32 = 8;
/// The widest name on a chip, where there is room and where there is little.
const NAMES: [i32; 2] = [132, 96];
/// Room for "+123".
const MORE: i32 = 50;

/// Where chips and ghosts may stand.
struct Room {
    /// Each row's left end, right end and top.
    rows: Vec<(i32, i32, i32)>,
    /// The ghosts' window.
    window: (i32, i32),
}

/// Plans the chips of a container whose layers (base first) are these; `roomy` if large slabs are high enough to hold
/// a ghost under their text. Of all ways it takes the one that hides the fewest files, then has most lanes.
pub fn plan(geo: &Geo, container: &ContainerView, layers: &[Arc<str>], sizes: &[u64], roomy: bool) -> Plan {
    let laned = lanes(geo, container, layers);
    let below = |layer: usize| roomy && sizes.get(layer).is_some_and(|s| *s >= 50_000_000);
    let mut best: Option<(usize, Plan)> = None;
    for wordy in [true, false] {
        for n in (0..=laned.len()).rev() {
            let room = room(geo, container, sizes, n);
            let lanes = laned.get(..n).unwrap_or_default();
            let Some(plan) = attempt(geo, container, lanes, &room, &below, wordy) else { continue };
            let missing = laned.get(n..).unwrap_or_default().iter();
            let missing: usize = missing.map(|l| if dir_only(container, l.0) { 2 } else { 4 }).sum();
            let cost = plan.hidden_files * 8 + missing + usize::from(!wordy);
            if cost == 0 {
                return plan;
            }
            if best.as_ref().is_none_or(|b| cost < b.0) {
                best = Some((cost, plan));
            }
        }
    }
    best.map(|b| b.1).unwrap_or_default()
}

/// Whether a change is a directory that only changed with what is in it.
fn dir_only(container: &ContainerView, change: usize) -> bool {
    container.changes.get(change).is_some_and(|c| c.is_dir && c.kind == ChangeKind::C)
}

fn room(geo: &Geo, container: &ContainerView, sizes: &[u64], lanes: usize) -> Room {
    let (x, w) = (geo.x, geo.w);
    let size = font("t-rw").width(&bytes(container.size_rw));
    let widest = sizes.iter().map(|s| font("t-size").width(&bytes(*s))).max().unwrap_or(0);
    let size_left = x + w - 14 - widest - 10;
    if geo.narrow() {
        let y = geo.thin_y + 8;
        let rows = vec![(x + 10, x + w - 12 - size - 12, y), (x + 10, x + w - 10, y + 30)];
        return Room { rows, window: (x + 130, size_left) };
    }
    let y = geo.thin_y + (geo.thin_h - 24) / 2;
    let start = if lanes > 1 { x + 148 } else { x + w * 292 / 528 };
    Room { rows: vec![(x + 10, x + w - 14 - size - 12, y)], window: (start, size_left) }
}

/// The changes worth a lane, with the index of the layer below, the best first: files before directories, then the
/// newest.
pub fn lanes(geo: &Geo, container: &ContainerView, layers: &[Arc<str>]) -> Vec<(usize, usize)> {
    let most = if geo.narrow() { 1 } else { 3 };
    let changes = container.changes.iter().enumerate().rev();
    let mut found: Vec<(bool, usize, usize)> = changes
        .filter(|(_, c)| c.kind != ChangeKind::A)
        .filter_map(|(i, c)| {
            let lower = c.lower.as_ref()?;
            let layer = layers.iter().position(|l| l == lower)?;
            Some((c.is_dir && c.kind == ChangeKind::C, i, layer))
        })
        .take(200)
        .collect();
    sorted::sort_by_key(&mut found, |f| f.0);
    found.into_iter().take(most).map(|(_, i, layer)| (i, layer)).collect()
}

fn chip(change: &ChangeView, wordy: bool) -> Chip {
    let sized = wordy && !change.is_dir && change.kind != ChangeKind::D;
    let [long, short] = NAMES;
    let name = font("c-name").fit_middle(words::path(change), if wordy { long } else { short });
    Chip { kind: change.kind, name, size: sized.then(|| bytes(change.size)), h: 24 }
}

fn attempt(
    geo: &Geo,
    container: &ContainerView,
    lanes: &[(usize, usize)],
    room: &Room,
    below: &dyn Fn(usize) -> bool,
    wordy: bool,
) -> Option<Plan> {
    let changes = &container.changes;
    let mut lanes = lanes.to_vec();
    sorted::sort(&mut lanes);
    let mut laned = Vec::new();
    for &(i, layer) in &lanes {
        laned.push((i, chip(changes.get(i)?, wordy), layer));
    }
    let last = room.rows.len() - 1;
    let &(left, right, y) = room.rows.get(last)?;
    let laned_w: i32 = laned.iter().map(|(_, c, _)| c.width() + APART).sum();
    if laned_w - APART > right - left - if changes.len() > laned.len() { MORE } else { 0 } {
        return None;
    }
    let (plain, hidden) = choose(changes, &lanes, room, laned_w, wordy);
    let mut plan = Plan { text_limit: room.window.0 - 8, ..Plan::default() };
    let files = (0..changes.len()).filter(|i| !dir_only(container, *i)).count();
    let shown = plain.iter().map(|p| p.0).chain(lanes.iter().map(|l| l.0));
    plan.hidden_files = files - shown.filter(|i| !dir_only(container, *i)).count();
    let mut cursors: Vec<i32> = room.rows.iter().map(|r| r.0).collect();
    if hidden > 0 {
        let &(x, _, y) = room.rows.first()?;
        plan.more = Some((hidden, x, y));
        *cursors.first_mut()? += MORE;
    }
    for (i, row, chip) in plain {
        let cursor = cursors.get_mut(row)?;
        let x = *cursor;
        *cursor += chip.width() + APART;
        let y = room.rows.get(row)?.2;
        plan.chips.push(Placed { change: i, chip, x, y, lane: None });
    }
    let cursor = cursors.get(last).copied()?;
    plan.chips.extend(place_laned(geo, changes, laned, cursor, (right, y), room.window, below)?);
    Some(plan)
}

/// A chip without a lane: the change's index, the row, the chip.
type Plain = (usize, usize, Chip);

/// The chips without lanes that fit, the newest first choice, those of directories last; and how many do not.
fn choose(
    changes: &[ChangeView],
    lanes: &[(usize, usize)],
    room: &Room,
    laned_w: i32,
    wordy: bool,
) -> (Vec<Plain>, usize) {
    let is_laned = |i: usize| lanes.iter().any(|l| l.0 == i);
    let dirs = |i: usize| changes.get(i).is_some_and(|c| c.is_dir && c.kind == ChangeKind::C);
    let total = changes.len() - lanes.len();
    // More than fit are never looked at: a container may have thousands.
    let mut candidates: Vec<usize> = (0..changes.len()).rev().filter(|i| !is_laned(*i)).take(64).collect();
    sorted::sort_by_key(&mut candidates, |i| dirs(*i));
    let last = room.rows.len() - 1;
    let fill = |reserve: i32| -> Vec<Plain> {
        let mut free: Vec<i32> = room.rows.iter().map(|r| r.1 - r.0).collect();
        if let Some(f) = free.get_mut(last) {
            *f -= laned_w;
        }
        if let Some(f) = free.first_mut() {
            *f -= reserve;
        }
        let mut taken = Vec::new();
        for &i in &candidates {
            let Some(change) = changes.get(i) else { continue };
            let chip = chip(change, wordy);
            let w = chip.width();
            let Some(row) = (0..free.len()).rev().find(|r| free.get(*r).is_some_and(|f| *f >= w)) else { break };
            if let Some(f) = free.get_mut(row) {
                *f -= w + APART;
            }
            taken.push((i, row, chip));
        }
        sorted::sort_by_key(&mut taken, |t| (t.1, t.0));
        taken
    };
    let mut taken = fill(0);
    if taken.len() < total {
        taken = fill(MORE);
    }
    // Everything in the first row reads better than one row with a hole over it.
    let first_w: i32 = taken.iter().map(|t| t.2.width() + APART).sum();
    if lanes.is_empty() && taken.len() == total && room.rows.first().is_some_and(|r| first_w - APART <= r.1 - r.0) {
        taken.iter_mut().for_each(|t| t.1 = 0);
        sorted::sort_by_key(&mut taken, |t| t.0);
    }
    let hidden = total - taken.len();
    (taken, hidden)
}

/// Places the chips with lanes so that each lane lies within its chip and its ghost, and no two ghosts meet; none if
/// that cannot be.
fn place_laned(
    geo: &Geo,
    changes: &[ChangeView],
    laned: Vec<(usize, Chip, usize)>,
    start: i32,
    (right, y): (i32, i32),
    (win_l, win_r): (i32, i32),
    below: &dyn Fn(usize) -> bool,
) -> Option<Vec<Placed>> {
    const INSET: i32 = 12;
    let n = laned.len() as i32;
    let each = if n == 0 { 0 } else { (win_r - win_l - 6 * (n - 1)) / n };
    let (mut cursor, mut ghosts_from) = (start, win_l);
    let mut out = Vec::new();
    for (k, (i, chip, layer)) in laned.into_iter().enumerate() {
        let change = changes.get(i)?;
        let w = chip.width();
        let below = below(layer);
        let (ghost_l, ghost_r) = if below { (geo.x + 26, geo.x + geo.w - 10) } else { (ghosts_from, win_r) };
        let most = if below { ghost_r - ghost_l } else { each };
        let name = font("c-name").fit_middle(words::path(change), most - 42);
        let ghost_w = font("c-name").width(&name) + 42;
        let rest = (n - 1 - k as i32) * (each + 6);
        let (lane_l, lane_r) = if below { (win_l + 4, win_r - 4) } else { (ghosts_from + INSET, win_r - rest - INSET) };
        let want = (cursor + w / 2).max(ghosts_from + ghost_w.min(each) / 2);
        let lane = want.clamp(lane_l, lane_r.max(lane_l)).max(cursor + INSET);
        let x = cursor.max(lane - w + INSET);
        let ghost_x = (lane - ghost_w / 2).clamp(ghost_l, (ghost_r - rest - ghost_w).max(ghost_l));
        let fits =
            x + w <= right && lane <= ghost_x + ghost_w - INSET && lane <= lane_r && ghost_x + ghost_w <= ghost_r;
        if !fits || name.is_empty() {
            return None;
        }
        cursor = x + w + APART;
        ghosts_from = ghost_x + ghost_w + 6;
        out.push(Placed { change: i, chip, x, y, lane: Some(Lane { x: lane, ghost_x, ghost_w, name, layer }) });
    }
    Some(out)
}
