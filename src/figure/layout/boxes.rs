//! What stands over and under the columns of the second figure: thin layers, tags, arrows, totals. It must not know how
//! the columns are found.

use super::forest::{Column, Family};
use super::parts::{self, bytes, Block, Chip};
use super::sharing::{Painter, Span};
use super::words::{self, short};
use crate::engine::snapshot::{ChangeKind, ChangeView, ContainerView};
use crate::figure::measure::{font, sized};
use crate::figure::scene::{Node, Size, Target};
use crate::strings::figure as s;

impl<'a> Painter<'a> {
    pub fn tag(&mut self, column: &Column<'_>, span: Span, y: i32) {
        let size = match column.image {
            Some(_) => bytes(column.size),
            None => s::GONE.get(self.opts.lang).to_string(),
        };
        let room = span.w + self.geo.dx - 4;
        let size_w = font("t-tag2").width(&size);
        let extra = column.image.map_or(0, |i| i.tags.len().saturating_sub(1));
        let extra = if extra > 0 { format!(" +{extra}") } else { String::new() };
        let extra_w = font("t-tag").width(&extra);
        // A name beats a size, which the slabs show too.
        let with_size = room - size_w - 8 - extra_w >= font("t-tag").width(column.name).min(120);
        let name_room = room - if with_size { size_w + 8 } else { 0 } - extra_w;
        let name = font("t-tag").fit_middle(column.name, name_room) + &extra;
        let key = match column.image {
            Some(_) => Target::image_key(column.id),
            None => format!("gone:{}", column.id),
        };
        let selected = self.opts.selected == Some(key.as_str());
        let mut node = Node::group(key, "tag").at(span.x, y).child(Node::text("t-tag", span.x + 2, y, name));
        if with_size {
            node = node.child(Node::text("t-tag2", span.x + span.w + self.geo.dx - 2, y, size.clone()).anchor("end"));
        }
        let hit = Node::rect(if selected { "sel" } else { "hit" }, span.x - 4, y - 14, span.w + self.geo.dx + 8, 20);
        node = node.child(hit.attr("rx", "4"));
        let label = s::ARIA_IMAGE.fill(self.opts.lang, &[&column.name, &short(column.id), &size]);
        match column.image {
            Some(_) => self.button(node, label),
            None => self.nodes.push(node),
        }
    }

    /// A column's containers side by side; older ones than fit become a group at the left.
    pub fn containers(&mut self, column: &Column<'a>, span: Span, top: i32, tip: i32) {
        let geo = self.geo;
        let apart = geo.boxes_apart();
        let all = &column.containers;
        let fit = ((span.w + apart) / (50 + apart)).max(1) as usize;
        let fit = fit.min(60);
        let (hidden, shown) = if all.len() > fit {
            let hidden = all.len() - (fit - 1);
            (hidden, all.get(hidden..).unwrap_or_default())
        } else {
            (0, all.as_slice())
        };
        let n = (shown.len() + usize::from(hidden > 0)) as i32;
        let mut x = span.x;
        for k in 0..n {
            let w = (span.w - (n - 1) * apart) * (k + 1) / n - (span.w - (n - 1) * apart) * k / n;
            let block = Block { x, y: top + geo.thin_y, w, h: geo.thin_h, dx: geo.dx, dy: geo.dy() };
            let target = span.x + span.w / 2 + (2 * k - n + 1) * 52.min((span.w - 40) / n.max(1)) / 2;
            let i = k - i32::from(hidden > 0);
            match usize::try_from(i).ok().and_then(|i| shown.get(i)) {
                Some(container) => self.container(container, &block, top, n == 1, (target, tip)),
                None => self.hidden_containers(column, hidden, &block),
            }
            x += w + apart;
        }
    }

    fn hidden_containers(&mut self, column: &Column<'_>, hidden: usize, block: &Block) {
        let text = format!("+{hidden}");
        let font_w = font("t-rw").width(&text);
        let node = block.thin(format!("more:containers:{}", column.id), self.opts);
        let class = if font_w <= block.w - 6 { "t-rw" } else { "t-note" };
        let mid = (block.x + block.w / 2, block.y + block.h / 2 + 5);
        let node = node.child(Node::text(class, mid.0, mid.1, text).anchor("middle"));
        self.button(node, s::MORE_CONTAINERS.fill(self.opts.lang, &[&hidden]));
    }

    fn container(&mut self, c: &ContainerView, block: &Block, top: i32, alone: bool, (target, tip): (i32, i32)) {
        let geo = self.geo;
        let mid = block.x + block.w / 2;
        let name = font("t-tabs").fit_middle(&c.name, block.w + geo.dx);
        let name = Node::text("t-tabs", block.x + (block.w + geo.dx) / 2, top + geo.name_y, name).anchor("middle");
        let size = bytes(c.size_rw);
        let baseline = block.y + block.h / 2 + 5;
        let mut node = block.thin(Target::container_key(&c.id), self.opts).child(name);
        let mut chips = Vec::new();
        let key = format!("size:{}", c.id);
        if alone && block.w >= 140 && !c.changes.is_empty() {
            node =
                node.child(Node::text("t-rw", block.x + block.w - 12, baseline, size.clone()).anchor("end").key(key));
            let room = block.w - 8 - font("t-rw").width(&size) - 24;
            if geo.size == Size::Narrow {
                let text = self.newest(c, room);
                node = node.child(Node::text("t-fn", block.x + 12, baseline, text));
            } else {
                chips = self.chips(c, block, room);
            }
        } else {
            node = node.child(Node::text("t-rw", mid, baseline, size).anchor("middle").key(key));
        }
        self.button(node, words::thin_label(self.opts.lang, c));
        for (node, label) in chips {
            self.button(node, label);
        }
        let from = block.bottom() + 5;
        let bends = geo.size == Size::Regular && tip - from >= 70 && (mid - target).abs() > 3;
        let arrow = if bends { parts::bent_arrow(mid, target, from, tip) } else { parts::double_arrow(mid, from, tip) };
        let refused = self.refused == Some(&*c.id);
        let link = Node::group(format!("link:{}", c.id), if refused { "link no" } else { "link" });
        self.nodes.push(link.at(mid, from).children(arrow));
        if refused {
            self.nodes.push(parts::octagon("octagon".to_string(), mid, (from + tip) / 2));
        }
    }

    /// The newest changed file as a line of text.
    fn newest(&self, c: &ContainerView, room: i32) -> String {
        let Some(change) = newest_first(c).next() else { return String::new() };
        let letter = match change.kind {
            ChangeKind::A => "A",
            ChangeKind::C => "C",
            ChangeKind::D => "D",
        };
        let more = if c.changes.len() > 1 { format!(" +{}", c.changes.len() - 1) } else { String::new() };
        let name = font("t-fn").fit_middle(words::path(change), room - 16 - font("t-fn").width(&more));
        format!("{letter} {name}{more}")
    }

    /// The newest changes that fit as chips, in order; before them how many more there are.
    fn chips(&self, c: &ContainerView, block: &Block, room: i32) -> Vec<(Node, String)> {
        let h = if self.geo.size == Size::Compact { 20 } else { 24 };
        let mut left = room;
        let mut taken = Vec::new();
        for change in newest_first(c).take(8) {
            let rest = c.changes.len() - taken.len() - 1;
            let reserve = if rest > 0 { 48 } else { 0 };
            let most = if taken.is_empty() { left - reserve - h - 18 } else { 130 };
            let name = font("c-name").fit_middle(words::path(change), most);
            let chip = Chip { kind: change.kind, name, size: None, h };
            if chip.name.is_empty() || chip.width() > left - reserve {
                break;
            }
            left -= chip.width() + 8;
            taken.push((change, chip));
        }
        let hidden = c.changes.len() - taken.len();
        let (mut x, y) = (block.x + 8, block.y + (block.h - h) / 2);
        let mut out = Vec::new();
        if hidden > 0 && room >= 40 {
            let (node, w) = parts::more_chip(format!("more:chips:{}", c.id), hidden, x, y, h);
            x += w + 8;
            out.push((node, format!("+{hidden}")));
        }
        for (change, chip) in taken.into_iter().rev() {
            let node = chip.draw(Target::change_key(&c.id, &change.path), x, y, self.opts);
            x += chip.width() + 8;
            out.push((node, words::chip_label(self.opts.lang, change)));
        }
        out
    }

    /// What a family's containers seem to take, and what it takes on disk.
    pub fn totals(&mut self, family: &Family<'_>, (l, r): (i32, i32), rule: i32) {
        let lang = self.opts.lang;
        let columns: Vec<&Column<'_>> = family.columns.clone().filter_map(|i| self.column(i)).collect();
        let times = |c: &Column<'_>| c.containers.len().max(1) as u64;
        let sum: u64 = columns.iter().map(|c| c.size * times(c)).sum();
        let terms: Vec<String> = columns
            .iter()
            .map(|c| match times(c) {
                1 => bytes(c.size),
                n => format!("{} × {n}", bytes(c.size)),
            })
            .collect();
        let mut seen = crate::sorted::VecSet::new();
        let chains = columns.iter().flat_map(|c| c.layers.iter()).filter(|l| seen.insert(&***l));
        let stored: u64 = chains.filter_map(|l| self.layers.get(&**l)).map(|l| l.size).sum();
        let thin: u64 = columns.iter().flat_map(|c| &c.containers).map(|c| c.size_rw).sum();
        let room = r - l + self.geo.dx;
        let pick = |class: &str, choices: &[String]| {
            choices.iter().find(|t| font(class).width(t) <= room).cloned().unwrap_or_default()
        };
        let total = sized(sum, 4);
        let long = s::VIRTUAL.fill(lang, &[&terms.join(" + "), &total]);
        let short = |total: &str| s::VIRTUAL.get(lang).replace("{} = {}", total);
        let simple = columns.len() == 1 && columns.iter().all(|c| times(c) == 1);
        let virtual_line = match simple {
            true => pick("t-tot", &[short(&bytes(sum))]),
            false => pick("t-tot", &[long, short(&total)]),
        };
        let on_disk = bytes(stored + thin);
        let disk_line = pick("t-tot b", &[s::ON_DISK.fill(lang, &[&on_disk]), on_disk]);
        let key = columns.first().map_or("", |c| c.id);
        let group = Node::group(format!("totals:{key}"), "totals")
            .child(Node::text("t-tot", l, rule + 18, virtual_line))
            .child(Node::text("t-tot b", l, rule + 37, disk_line));
        self.nodes.push(group);
    }
}

/// Changed files, the newest first; directories that only changed with them are last.
fn newest_first(c: &ContainerView) -> impl Iterator<Item = &ChangeView> {
    let dir = |c: &&ChangeView| c.is_dir && c.kind == ChangeKind::C;
    let files = c.changes.iter().rev().filter(move |c| !dir(c));
    files.chain(c.changes.iter().rev().filter(dir))
}
