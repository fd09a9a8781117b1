//! The container view's geometry, and which rows its stack has: lower slabs and groups where not all fit. It must not
//! know what is drawn on them.

use super::parts::Block;
use crate::figure::scene::{Options, Size};
use crate::sorted::VecSet;

/// The sizes of one geometry.
#[derive(Clone, Copy, Debug)]
pub struct Geo {
    pub size: Size,
    pub x: i32,
    pub w: i32,
    pub dx: i32,
    pub thin_y: i32,
    pub thin_h: i32,
    pub below: i32,
    pub plinth_h: i32,
    pub width: i32,
    /// Room for the stack.
    budget: i32,
}

/// Slab heights (< 1 MB, 1–50 MB, more), the gap between fronts and the height of a top face.
#[derive(Clone, Copy, Debug)]
pub struct Tier {
    heights: [i32; 3],
    gap: i32,
    pub dy: i32,
}

const REGULAR: Tier = Tier { heights: [44, 52, 80], gap: 18, dy: 10 };
const COMPACT: Tier = Tier { heights: [32, 40, 48], gap: 13, dy: 8 };
const NARROW: Tier = Tier { heights: [46, 54, 80], gap: 17, dy: 8 };
const TIGHT: Tier = Tier { heights: [26, 30, 34], gap: 10, dy: 7 };

impl Geo {
    pub fn new(opts: &Options<'_>) -> Geo {
        let least = if opts.size == Size::Narrow { 320 } else { 560 };
        let width = |normal: i32| if opts.width == 0 { normal } else { opts.width.max(least) };
        let (size, x) = (opts.size, 52);
        match size {
            Size::Regular => {
                let width = width(768);
                Geo {
                    size,
                    x,
                    w: width - 240,
                    dx: 16,
                    thin_y: 42,
                    thin_h: 44,
                    below: 50,
                    plinth_h: 22,
                    width,
                    budget: 274,
                }
            }
            Size::Compact => {
                let width = width(768);
                Geo {
                    size,
                    x,
                    w: width - 240,
                    dx: 14,
                    thin_y: 36,
                    thin_h: 34,
                    below: 40,
                    plinth_h: 16,
                    width,
                    budget: 186,
                }
            }
            Size::Narrow => {
                let (width, x) = (width(366), 32);
                Geo {
                    size,
                    x,
                    w: width - 82,
                    dx: 12,
                    thin_y: 40,
                    thin_h: 70,
                    below: 60,
                    plinth_h: 22,
                    width,
                    budget: 760,
                }
            }
        }
    }

    pub fn narrow(&self) -> bool {
        self.size == Size::Narrow
    }

    fn tiers(&self) -> &'static [Tier] {
        match self.size {
            Size::Regular => &[REGULAR, COMPACT, TIGHT],
            Size::Compact => &[COMPACT, TIGHT],
            Size::Narrow => &[NARROW, COMPACT],
        }
    }

    pub fn stack_top(&self) -> i32 {
        self.thin_y + self.thin_h + self.below
    }

    pub fn thin(&self) -> Block {
        let dy = if self.size == Size::Regular { 10 } else { 8 };
        Block { x: self.x, y: self.thin_y, w: self.w, h: self.thin_h, dx: self.dx, dy }
    }
}

/// One row of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The layer with this index from the base.
    Slab(usize),
    /// Layers from the first index up to, not with, the second.
    More(usize, usize),
}

/// A slab's height: three steps of the logarithm of its size.
pub fn step_height(tier: &Tier, size: u64) -> i32 {
    let [small, middle, large] = tier.heights;
    match size {
        0..1_000_000 => small,
        1_000_000..50_000_000 => middle,
        _ => large,
    }
}

/// On phones a slab higher than this holds a ghost under its text.
pub const ROOMY: i32 = 60;

const MORE_H: i32 = 24;

/// Chooses the rows, from the top down, so that they fit: lower slabs first, then groups in place of what is not in
/// `keep`.
pub fn rows(geo: &Geo, sizes: &[u64], keep: &VecSet<usize>, expand: bool) -> (Vec<Row>, Tier) {
    let n = sizes.len();
    let height = |rows: &[Row], tier: &Tier| -> i32 {
        let one = |row: &Row| match row {
            Row::Slab(i) => step_height(tier, sizes.get(*i).copied().unwrap_or(0)),
            Row::More(..) => MORE_H,
        };
        rows.iter().map(one).sum::<i32>() + tier.gap * (rows.len() as i32 - 1)
    };
    let all: Vec<Row> = (0..n).rev().map(Row::Slab).collect();
    let tiers = geo.tiers();
    let first = tiers.first().copied().unwrap_or(REGULAR);
    if expand {
        return (all, first);
    }
    for tier in tiers {
        if height(&all, tier) <= geo.budget {
            return (all, *tier);
        }
    }
    let tier = tiers.get(tiers.len().saturating_sub(2)).copied().unwrap_or(first);
    let grouped = |shown: &VecSet<usize>| -> Vec<Row> {
        let mut rows = Vec::new();
        let mut i = n;
        while i > 0 {
            let end = i;
            while i > 0 && !shown.contains(&(i - 1)) {
                i -= 1;
            }
            match end - i {
                0 => {}
                1 => rows.push(Row::Slab(i)),
                _ => rows.push(Row::More(i, end)),
            }
            if i > 0 {
                i -= 1;
                rows.push(Row::Slab(i));
            }
        }
        rows
    };
    let mut shown = keep.clone();
    shown.extend([0, n.saturating_sub(1)]);
    for i in (0..n).rev() {
        if shown.insert(i) && height(&grouped(&shown), &tier) > geo.budget {
            shown.remove(&i);
        }
    }
    (grouped(&shown), tier)
}

/// A slab or group with its place.
pub struct Placing {
    pub row: Row,
    pub block: Block,
}

/// Each row with its place, from the top down.
pub fn stack(geo: &Geo, rows: &[Row], tier: &Tier, sizes: &[u64]) -> Vec<Placing> {
    let mut y = geo.stack_top();
    let place = |&row: &Row| {
        let h = match row {
            Row::Slab(i) => step_height(tier, sizes.get(i).copied().unwrap_or(0)),
            Row::More(..) => MORE_H,
        };
        let block = Block { x: geo.x, y, w: geo.w, h, dx: geo.dx, dy: tier.dy };
        y += h + tier.gap;
        Placing { row, block }
    };
    rows.iter().map(place).collect()
}
