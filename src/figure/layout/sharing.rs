//! The second figure: every layer once, as wide as all that stands on it; a column for each image; the containers on
//! one line above. It must not know what was before: [`super::change`] compares two scenes.

use super::forest::{self, Column, Family, Row, Run};
use super::parts::{self, bytes, half, Block};
use super::words::{self, short};
use crate::engine::snapshot::{LayerView, Snapshot};
use crate::figure::measure::font;
use crate::figure::scene::{Node, Options, Scene, Size, Target, View};
use crate::sorted::VecMap;
use crate::strings::figure as s;

/// The sizes of one geometry, px.
#[derive(Clone, Copy, Debug)]
pub struct Geo {
    pub size: Size,
    pub width: i32,
    pub margin: i32,
    pub dx: i32,
    /// Baseline of the containers' names, top of their thin layers, their height; from a block's top.
    pub name_y: i32,
    pub thin_y: i32,
    pub thin_h: i32,
    /// Top of the highest slab's front, with containers.
    pub stack_y: i32,
    /// From a stack's top up to its tag's baseline.
    pub tag: i32,
    /// From the base's bottom down to the rule.
    pub rule: i32,
    /// Under the last line.
    pub tail: i32,
    /// Between fronts of neighbouring columns, and of families.
    pub apart: i32,
    pub families: i32,
    /// Room for the stack.
    pub budget: i32,
}

const SPINE: i32 = 12;
/// The narrowest column: a spine and a size.
const LEAST: i32 = 82;
/// From the rule under the stacks to the last line of totals.
const TOTALS: i32 = 37;
/// The widest column.
const MOST: i32 = 340;

/// Heights of slabs and gaps.
#[derive(Clone, Copy, Debug)]
struct Tier {
    /// Up to 10 MB, up to 100 MB, more.
    upper: [i32; 3],
    /// The base: up to 1 MB, up to 10 MB, up to 50 MB, more.
    base: [i32; 4],
    more: i32,
    gap: i32,
    dy: i32,
}

const REGULAR: Tier = Tier { upper: [32, 36, 40], base: [32, 36, 44, 56], more: 22, gap: 12, dy: 8 };
const COMPACT: Tier = Tier { upper: [20, 21, 25], base: [20, 21, 25, 30], more: 18, gap: 7, dy: 5 };
const TIGHT: Tier = Tier { upper: [20, 21, 25], base: [20, 24, 28, 34], more: 20, gap: 9, dy: 6 };

impl Geo {
    fn new(opts: &Options<'_>) -> Geo {
        let width = |normal: i32, least: i32| if opts.width == 0 { normal } else { opts.width.max(least) };
        let regular = Geo {
            size: opts.size,
            width: width(768, 560),
            margin: 20,
            dx: 12,
            name_y: 30,
            thin_y: 46,
            thin_h: 36,
            stack_y: 158,
            tag: 20,
            rule: 17,
            tail: 10,
            apart: 22,
            families: 46,
            budget: 240,
        };
        match opts.size {
            Size::Regular => regular,
            Size::Compact => Geo {
                dx: 9,
                name_y: 15,
                thin_y: 28,
                thin_h: 26,
                stack_y: 114,
                tag: 17,
                rule: 7,
                tail: 6,
                budget: 130,
                ..regular
            },
            Size::Narrow => Geo {
                width: width(362, 320),
                margin: 16,
                name_y: 24,
                thin_y: 40,
                stack_y: 152,
                tail: 8,
                apart: 16,
                budget: 460,
                ..regular
            },
        }
    }

    /// How high the stacks may be for the whole figure to fit a height, drawn at nine tenths of its size at worst.
    fn budget_within(&self, height: i32, stack_y: i32) -> i32 {
        if height == 0 || self.size == Size::Narrow {
            return self.budget;
        }
        let others = stack_y + self.rule + TOTALS + self.tail;
        (height * 10 / 9 - others).clamp(self.budget / 2, self.budget)
    }

    fn tiers(&self) -> [Tier; 2] {
        if self.size == Size::Compact {
            [COMPACT, COMPACT]
        } else {
            [REGULAR, TIGHT]
        }
    }

    /// Between the fronts of two containers of one image.
    pub fn boxes_apart(&self) -> i32 {
        self.dx + 4
    }
}

impl Tier {
    fn slab(&self, depth: usize, size: u64) -> i32 {
        let pick = |of: &[i32], limits: &[u64]| {
            let i = limits.iter().filter(|l| size >= **l).count();
            of.get(i).copied().unwrap_or(32)
        };
        match depth {
            0 => pick(&self.base, &[1_000_000, 10_000_000, 50_000_000]),
            _ => pick(&self.upper, &[10_000_000, 100_000_000]),
        }
    }

    fn row(&self, run: &Run<'_>, row: Row, sizes: &VecMap<&str, &LayerView>) -> i32 {
        self.gap
            + match row {
                Row::More(..) => self.more,
                Row::Layer(i) => {
                    let size = run.layers.get(i).and_then(|l| sizes.get(l)).map_or(0, |l| l.size);
                    self.slab(run.depth + i, size)
                }
            }
    }
}

/// A column's place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub x: i32,
    pub w: i32,
}

/// The figure of a snapshot that holds an image or a container.
pub fn draw(snapshot: &Snapshot, opts: &Options<'_>) -> Scene {
    let mut geo = Geo::new(opts);
    let layers: VecMap<&str, &LayerView> = snapshot.layers.iter().map(|l| (&*l.chain_id, &**l)).collect();
    let all = forest::columns(snapshot);
    let total = all.len();
    let narrow = geo.size == Size::Narrow;
    let most = match (opts.expand, narrow) {
        (true, _) => total,
        (_, true) => 24,
        _ => (((geo.width - 40 + geo.apart) / (LEAST + geo.apart + geo.dx)).max(2)) as usize,
    };
    let mut columns = forest::keep(all, if total > most { most - 1 } else { most });
    if narrow {
        columns = forest::keep_each(columns, 3);
    }
    let hidden = total - columns.len();
    let (columns, families) = forest::forest(columns);
    if opts.expand && !narrow {
        let needs: i32 = columns.iter().map(|c| need(&geo, c, true) + geo.families + geo.dx).sum();
        geo.width = geo.width.max(needs + 40);
    }
    let refused = snapshot.refusal.as_ref().map(|r| &*r.container);
    let mut painter =
        Painter { geo, opts, layers: &layers, columns: &columns, refused, nodes: Vec::new(), order: Vec::new() };
    let mut y = 0;
    if narrow {
        for family in &families {
            y = painter.block(std::slice::from_ref(family), y, 0);
        }
        if hidden > 0 {
            let (x, w) = (geo.margin, geo.width - 2 * geo.margin - geo.dx);
            painter.more_images(Block { x, y: y + 8, w, h: 30, dx: 0, dy: 0 }, hidden);
            y += 50;
        }
    } else {
        y = painter.block(&families, 0, hidden);
    }
    let Painter { nodes, order, .. } = painter;
    Scene {
        view: View::Sharing,
        width: geo.width,
        height: y + if narrow { 0 } else { geo.tail },
        class: super::root_class(View::Sharing, opts),
        defs: parts::patterns(opts),
        nodes,
        order,
        ..Scene::default()
    }
}

/// The width that a column would like: for one thin layer with a chip, or for some side by side.
fn need(geo: &Geo, column: &Column<'_>, expand: bool) -> i32 {
    let n = column.containers.len().min(if expand { 60 } else { 3 }) as i32;
    if n > 2 {
        n * 73 + (n - 1) * geo.boxes_apart() + 1
    } else {
        198
    }
}

pub struct Painter<'a> {
    pub geo: Geo,
    pub opts: &'a Options<'a>,
    pub layers: &'a VecMap<&'a str, &'a LayerView>,
    pub columns: &'a [Column<'a>],
    /// The container for whose sake the removal of its image was just refused.
    pub refused: Option<&'a str>,
    pub nodes: Vec<Node>,
    pub order: Vec<String>,
}

impl<'a> Painter<'a> {
    pub fn button(&mut self, node: Node, label: String) {
        self.order.push(node.key.clone());
        self.nodes.push(node.button(label));
    }

    pub fn column(&self, i: usize) -> Option<&'a Column<'a>> {
        self.columns.get(i)
    }

    /// Some families side by side, from `top` down; returns the last baseline, or on phones where the next one starts.
    fn block(&mut self, families: &[Family<'a>], top: i32, hidden: usize) -> i32 {
        let geo = self.geo;
        let in_block = || families.iter().flat_map(|f| f.columns.clone());
        let spans = self.spans(families, hidden > 0);
        let populated = in_block().filter_map(|i| self.column(i)).any(|c| !c.containers.is_empty());
        let stack_y = top + if populated { geo.stack_y } else { geo.tag + 24 };
        self.geo.budget = geo.budget_within(self.opts.height, stack_y);
        let (families, tier) = self.fitted(families);
        let heights: Vec<i32> = families.iter().map(|f| self.height(f, &tier)).collect();
        let bottom = stack_y + heights.iter().copied().max().unwrap_or(0).max(32);
        for (family, height) in families.iter().zip(&heights) {
            self.family(family, &spans, &tier, top, bottom - height, bottom);
        }
        let rule = bottom + geo.rule;
        let mut lines = String::new();
        for family in &families {
            let (l, r) = ends(&spans, &family.columns);
            lines.push_str(&format!("M{l} {rule}h{}", r - l));
        }
        self.nodes.push(Node::path("rule", lines).key(format!("rule:{top}")));
        for family in &families {
            self.totals(family, ends(&spans, &family.columns), rule);
        }
        if hidden > 0 {
            let x = geo.width - geo.margin - LEAST - geo.dx;
            self.more_images(Block { x, y: bottom - 60, w: LEAST, h: 60, dx: 0, dy: 0 }, hidden);
        }
        rule + TOTALS + if geo.size == Size::Narrow { geo.tail } else { 0 }
    }

    /// Where each column stands.
    fn spans(&self, families: &[Family<'_>], reserve: bool) -> VecMap<usize, Span> {
        let geo = &self.geo;
        let needs: Vec<i32> = families
            .iter()
            .flat_map(|f| f.columns.clone())
            .filter_map(|i| self.column(i))
            .map(|c| need(geo, c, self.opts.expand))
            .collect();
        let n = families.len() as i32;
        let within: i32 = families.iter().map(|f| (f.columns.len() as i32 - 1) * geo.apart).sum();
        let mut between = geo.families;
        let room = geo.width - 2 * geo.margin - geo.dx - within - if reserve { LEAST + geo.apart + geo.dx } else { 0 };
        let wanted: i32 = needs.iter().sum();
        if wanted > room - (n - 1) * between {
            between = geo.apart.max(geo.dx + 12);
        }
        let room = (room - (n - 1) * between).max(needs.len() as i32 * 40);
        let most = if geo.size == Size::Narrow { room } else { MOST * needs.len() as i32 };
        let used = room.min(most).max(1);
        let mut x = geo.margin + (room - used) / 2;
        let (mut done, mut wants, mut spans) = (0, 0, VecMap::new());
        let mut needs = needs.into_iter();
        for family in families {
            for i in family.columns.clone() {
                // Rounded so that the last column ends where it must.
                wants += needs.next().unwrap_or(0);
                let w = used * wants / wanted.max(1) - done;
                done += w;
                spans.insert(i, Span { x, w });
                x += w + geo.apart;
            }
            x += between - geo.apart;
        }
        spans
    }

    /// The families in lower slabs or with groups, so that the highest fits.
    fn fitted(&self, families: &[Family<'a>]) -> (Vec<Family<'a>>, Tier) {
        let mut families = families.to_vec();
        let [normal, tight] = self.geo.tiers();
        let too_high = |families: &[Family<'a>], tier: &Tier| {
            !self.opts.expand && families.iter().any(|f| self.height(f, tier) > self.geo.budget)
        };
        if !too_high(&families, &normal) {
            return (families, normal);
        }
        for family in &mut families {
            if let Some(run) = &mut family.run {
                run.shrink(self.geo.budget + tight.gap, &|run, row| tight.row(run, row, self.layers));
            }
        }
        (families, tight)
    }

    fn height(&self, family: &Family<'_>, tier: &Tier) -> i32 {
        let row = |run: &Run<'_>, row: Row| tier.row(run, row, self.layers);
        family.run.as_ref().map_or(0, |r| r.height(&row) - tier.gap)
    }

    fn family(
        &mut self,
        family: &Family<'a>,
        spans: &VecMap<usize, Span>,
        tier: &Tier,
        top: i32,
        stack: i32,
        bottom: i32,
    ) {
        let tag_y = stack - self.geo.tag;
        let mut slabs = Vec::new();
        let mut tops: VecMap<usize, i32> = VecMap::new();
        if let Some(run) = &family.run {
            self.run(run, spans, tier, bottom, &mut slabs, &mut tops);
        }
        for i in family.columns.clone() {
            let (Some(column), Some(span)) = (self.column(i), spans.get(&i).copied()) else { continue };
            self.containers(column, span, top, tag_y - 16);
            self.tag(column, span, tag_y);
            let on = tops.get(&i).copied().unwrap_or(bottom) - tier.dy - 4;
            if on - tag_y > 12 {
                let (x, key) = (span.x + span.w / 2, format!("lead:{}", column.id));
                self.nodes.push(Node::path("lead", format!("M{x} {}V{on}", tag_y + 6)).key(key));
            }
        }
        slabs.reverse();
        for (node, label) in slabs {
            self.button(node, label);
        }
    }

    /// A chain and all on it, from `bottom` up; leaves each column's top in `tops`.
    fn run(
        &mut self,
        run: &Run<'a>,
        spans: &VecMap<usize, Span>,
        tier: &Tier,
        bottom: i32,
        slabs: &mut Vec<(Node, String)>,
        tops: &mut VecMap<usize, i32>,
    ) {
        let (l, r) = ends(spans, &run.columns);
        let mut y = bottom;
        for row in run.rows() {
            let h = tier.row(run, row, self.layers) - tier.gap;
            let block = Block { x: l, y: y - h, w: r - l, h, dx: self.geo.dx, dy: tier.dy };
            slabs.push(match row {
                Row::Layer(i) => self.slab(run, i, &block),
                Row::More(from, to) => self.more_layers(run, from, to, &block),
            });
            y -= h + tier.gap;
        }
        for i in run.columns.clone() {
            tops.insert(i, y + tier.gap);
        }
        for child in &run.children {
            self.run(child, spans, tier, y, slabs, tops);
        }
    }

    fn slab(&self, run: &Run<'a>, i: usize, block: &Block) -> (Node, String) {
        let (chain, depth) = (run.layers.get(i).copied().unwrap_or_default(), run.depth + i);
        let layer = self.layers.get(chain).copied();
        let leaf = i + 1 == run.layers.len() && run.children.is_empty();
        let shade = match depth {
            0 => "ro-3",
            _ if leaf => "ro-1",
            _ => "ro-2",
        };
        let size = layer.map_or("?".to_string(), |l| bytes(l.size));
        let made_by = layer.map(|l| words::made_by(&l.created_by).replace(":…", "")).unwrap_or_default();
        let digest = short(layer.map_or(chain, |l| &l.diff_id));
        let name = if made_by.is_empty() { digest } else { &made_by };
        let images = layer.map_or(0, |l| l.images.len());
        let mut node = block.slab(Target::layer_key(chain), shade, depth, SPINE, self.opts);
        let mid = block.y + block.h / 2;
        let text = |class: &str, x: i32, text: &str| {
            let mut node = Node::text(class, x, 0, text);
            node.set("y", if block.h % 2 == 0 { half(mid + 4) } else { (mid + 5).to_string() });
            node
        };
        let right = block.x + block.w - if block.w < 110 { 8 } else { 14 };
        let size_l = right - font("t-size").width(&size);
        let left = block.x + SPINE + 14;
        let pill = (images > 1).then(|| self.pill(images, size_l - left - 20)).flatten();
        let pill_w = pill.as_ref().map_or(0, |p| p.1 + 17);
        let mut label = font("t-cmd").fit(name, size_l - 10 - left - pill_w);
        if label.chars().count() < 4 && label.len() < name.len() {
            label.clear();
        }
        let label_w = font("t-cmd").width(&label);
        if !label.is_empty() {
            node = node.child(text("t-cmd", left, &label));
        }
        node = node.child(text("t-size", right, &size).anchor("end"));
        if let Some((words, w)) = pill {
            let centred = block.x + (block.w - w) / 2;
            let x = centred.max(left + if label_w > 0 { label_w + 17 } else { 0 }).min(size_l - 10 - w);
            node = node.class("shared").child(pill_node(words, x, mid, w, block.h));
        }
        let selected = self.opts.selected == Some(node.key.as_str());
        node = node.children(selected.then(|| block.outline()));
        let lang = self.opts.lang;
        let of = self.columns.get(run.columns.start).map_or(depth + 1, |c| c.layers.len());
        let mut aria = s::ARIA_LAYER.fill(lang, &[&(depth + 1), &of, &digest, &size, &made_by]);
        if images > 1 {
            aria = format!("{aria} {}", s::ARIA_SHARED.fill(lang, &[&words::images(lang, images)]));
        }
        (node, aria.trim_end().to_string())
    }

    /// The longest wording of "shared by n" that fits, with its width.
    fn pill(&self, images: usize, room: i32) -> Option<(String, i32)> {
        let lang = self.opts.lang;
        let choices = [s::SHARED.fill(lang, &[&images]), s::SHARED_SHORT.fill(lang, &[&images]), format!("×{images}")];
        let sized = choices.into_iter().map(|t| {
            let w = font("t-cnt").width(&t) + 20;
            (t, w)
        });
        // The words give way before the label is cut to nothing.
        sized.into_iter().find(|(t, w)| *w <= room - if t.starts_with('×') { 0 } else { 70 })
    }

    fn more_layers(&self, run: &Run<'a>, from: usize, to: usize, block: &Block) -> (Node, String) {
        let hidden = run.layers.get(from..to).unwrap_or_default();
        let size: u64 = hidden.iter().filter_map(|l| self.layers.get(l)).map(|l| l.size).sum();
        let text = s::MORE_LAYERS.fill(self.opts.lang, &[&(to - from), &bytes(size)]);
        let narrow = font("t-more").width(&text) > block.w - 16;
        let shown = if narrow { format!("… {} …", to - from) } else { text.clone() };
        let first = hidden.first().copied().unwrap_or_default();
        let node = block.more(format!("more:{first}"), shown, None, self.opts);
        (node, text.trim_matches(|c| c == '…' || c == ' ').to_string())
    }

    fn more_images(&mut self, block: Block, hidden: usize) {
        let text = match hidden {
            1 => s::MORE_IMAGE.get(self.opts.lang).to_string(),
            n => s::MORE_IMAGES.fill(self.opts.lang, &[&n]),
        };
        let fits = font("t-more").width(&text) <= block.w - 16;
        let shown = if fits { text.clone() } else { format!("+{hidden}") };
        let node = block.more("more:images".to_string(), shown, None, self.opts);
        self.button(node, text);
    }
}

impl Geo {
    pub fn dy(&self) -> i32 {
        if self.size == Size::Compact {
            5
        } else {
            8
        }
    }
}

/// Left end of the first and right end of the last of these columns.
fn ends(spans: &VecMap<usize, Span>, columns: &std::ops::Range<usize>) -> (i32, i32) {
    let first = spans.get(&columns.start).copied().unwrap_or_default();
    let last = spans.get(&columns.end.saturating_sub(1)).copied().unwrap_or_default();
    (first.x, last.x + last.w)
}

fn pill_node(words: String, x: i32, mid: i32, w: i32, slab_h: i32) -> Node {
    let h = 22.min(slab_h - 2);
    let rx = (h / 2).to_string();
    Node::new("g")
        .class("cnt")
        .attr("transform", format!("translate({x} {})", mid - h / 2))
        .child(Node::new("rect").num("width", w).num("height", h).attr("rx", rx))
        .child(Node::text("t-cnt", w / 2, h / 2 + 4, words).anchor("middle"))
}
