//! The first figure: one container, a thin layer over its image's slabs; or an image alone. It must not know what was
//! before: [`super::change`] compares two scenes.

use super::chips::{self, Lane, Placed};
use super::parts::{self, bytes, half, SPINE};
use super::stack::{rows, stack, step_height, Geo, Placing, Row, ROOMY};
use super::subject::Subject;
use super::words::{self, short};
use crate::engine::snapshot::{ChangeKind, ContainerState, ContainerView, LayerView, Snapshot};
use crate::figure::measure::font;
use crate::figure::scene::{Node, Options, Scene, Target, View};
use crate::sorted::VecSet;
use crate::strings::{figure as s, Text};

/// The figure of a subject.
pub fn draw(snapshot: &Snapshot, subject: &Subject<'_>, opts: &Options<'_>) -> Scene {
    let geo = Geo::new(opts);
    let layers: Vec<Option<&LayerView>> = subject.layers.iter().map(|id| snapshot.layer(id).map(|l| &**l)).collect();
    let sizes: Vec<u64> = layers.iter().map(|l| l.map_or(0, |l| l.size)).collect();
    let mut keep: VecSet<usize> = VecSet::new();
    keep.extend(subject.container.iter().flat_map(|c| chips::lanes(&geo, c, subject.layers)).map(|l| l.1));
    if let Some(Target::Layer(id)) = opts.selected.and_then(Target::parse) {
        keep.extend(subject.layers.iter().position(|l| &**l == id));
    }
    let (rows, tier) = rows(&geo, &sizes, &keep, opts.expand);
    let roomy = geo.narrow() && step_height(&tier, u64::MAX) > ROOMY;
    let plan = subject.container.map(|c| chips::plan(&geo, c, subject.layers, &sizes, roomy));
    let placed = stack(&geo, &rows, &tier, &sizes);
    let mut painter =
        Painter { geo, opts, subject, layers: &layers, sizes: &sizes, nodes: Vec::new(), order: Vec::new() };
    let refused = painter.refusal(snapshot);
    if let (Some(container), Some(plan)) = (subject.container, &plan) {
        painter.thin(container, plan);
    }
    let limit = plan.as_ref().map_or(geo.x + geo.w * 284 / 528, |p| p.text_limit);
    for p in &placed {
        painter.row(p, limit, plan.as_ref().is_some_and(|p| p.chips.iter().any(|c| c.lane.is_some())));
    }
    let stack_bottom = placed.last().map_or(geo.stack_top(), |p| p.block.bottom());
    let plinth_y = stack_bottom + 6;
    painter.plinth(plinth_y, refused);
    if let (Some(container), Some(plan)) = (subject.container, &plan) {
        painter.arrows(plan, tier.dy);
        painter.lanes(container, plan, &placed, tier.dy);
        painter.strap(container, plinth_y, refused.is_some());
    } else {
        painter.unused();
    }
    painter.braces(stack_bottom, tier.dy);
    let height = painter.caption(plinth_y + geo.plinth_h, refused);
    // Labels in a long language widen the figure a little rather than being cut.
    let label = |t: Text| font("t-lab").width(t.get(opts.lang));
    let labels = geo.x + geo.w + geo.dx + 38 + label(s::THIN).max(label(s::LAYERS)) + 4;
    let width = if geo.narrow() { geo.width } else { geo.width.max(labels) };
    let Painter { nodes, order, .. } = painter;
    Scene {
        view: View::Container,
        width,
        height,
        class: super::root_class(View::Container, opts),
        defs: parts::patterns(opts),
        nodes,
        order,
        ..Scene::default()
    }
}

struct Painter<'a> {
    geo: Geo,
    opts: &'a Options<'a>,
    subject: &'a Subject<'a>,
    layers: &'a [Option<&'a LayerView>],
    sizes: &'a [u64],
    nodes: Vec<Node>,
    order: Vec<String>,
}

impl<'a> Painter<'a> {
    fn button(&mut self, node: Node, label: String) {
        self.order.push(node.key.clone());
        self.nodes.push(node.button(label));
    }

    fn right(&self) -> i32 {
        self.geo.x + self.geo.w
    }

    /// The name of the container for which the removal of this image was just refused.
    fn refusal(&self, snapshot: &'a Snapshot) -> Option<&'a str> {
        let refusal = snapshot.refusal.as_ref()?;
        let here = match self.subject.container {
            Some(c) => c.id == refusal.container || *c.image == *refusal.image,
            None => *refusal.image == *self.subject.image_id,
        };
        here.then(|| snapshot.container(&refusal.container).map_or(short(&refusal.container), |c| &c.name))
    }

    fn thin(&mut self, container: &ContainerView, plan: &chips::Plan) {
        let block = self.geo.thin();
        let tab = self.tab(container, block.y - block.dy);
        self.nodes.push(tab);
        let baseline = if self.geo.narrow() { block.y + 25 } else { block.y + block.h / 2 + 5 };
        let edge = self.right() - if self.geo.narrow() { 12 } else { 14 };
        let size = Node::text("t-rw", edge, baseline, bytes(container.size_rw)).anchor("end");
        let key = Target::container_key(&container.id);
        let node = block.thin(key, self.opts).child(size.key(format!("size:{}", container.id)));
        self.button(node, words::thin_label(self.opts.lang, container));
        if let Some((n, x, y)) = plan.more {
            let (node, _) = parts::more_chip(format!("more:chips:{}", container.id), n, x, y, 24);
            self.button(node, format!("+{n}"));
        }
        for placed in plan.chips.iter().filter(|p| p.lane.is_none()) {
            self.chip(container, placed);
        }
    }

    fn chip(&mut self, container: &ContainerView, placed: &Placed) {
        let Some(change) = container.changes.get(placed.change) else { return };
        let key = Target::change_key(&container.id, &change.path);
        let node = placed.chip.draw(key, placed.x, placed.y, self.opts);
        self.button(node, words::chip_label(self.opts.lang, change));
    }

    /// The tab with name, id and state; it ends at `bottom`.
    fn tab(&self, container: &ContainerView, bottom: i32) -> Node {
        let (geo, top) = (&self.geo, 6);
        let x = geo.x + geo.dx;
        let mid = (top + bottom) / 2;
        let status = words::status(container);
        let to_dot = if geo.narrow() { 24 } else { 32 };
        let id = short(&container.id);
        let id_w = font("t-tab2").width(id);
        let alone = geo.width - x - 12 - 9 - id_w - 29 - 14;
        let beside = alone - to_dot - 11 - font("t-note").width(&status);
        // Where even the name has no room, the state is left to the label.
        let (room, stated) = if beside < 60 { (alone, false) } else { (beside, true) };
        let name = font("t-tab").fit_middle(&container.name, room.min(330));
        let id_x = x + 12 + font("t-tab").width(&name) + 9;
        let shoulder = id_x + id_w + 29;
        let path = format!("M{x} {bottom}V{}q0-6 6-6H{shoulder}q5 0 7 5l4 {}Z", top + 6, bottom - top - 5);
        let dot_x = shoulder + to_dot;
        Node::group(format!("tab:{}", container.id), "tabs")
            .at(x, top)
            .child(Node::path("tab", path))
            .child(Node::text("t-tab", x + 12, mid + 4, name))
            .child(Node::text("t-tab2", id_x, mid + 4, id))
            .children(stated.then(|| state_dot(container.state, dot_x, mid)))
            .children(stated.then(|| Node::text("t-note", dot_x + 11, mid + 4, status)))
    }

    fn row(&mut self, placing: &Placing, limit: i32, laned: bool) {
        let block = &placing.block;
        let n = self.layers.len();
        let i = match placing.row {
            Row::Slab(i) => i,
            Row::More(from, to) => {
                let size: u64 = self.sizes.get(from..to).unwrap_or_default().iter().sum();
                let text = s::MORE_LAYERS.fill(self.opts.lang, &[&(to - from), &bytes(size)]);
                let first = self.subject.layers.get(from).map_or("", |l| l);
                let room = limit - block.x - SPINE - 14;
                let short = font("t-more").width(&text) > room;
                let shown = if short { format!("… {} …", to - from) } else { text.clone() };
                let node = block.more(format!("more:{first}"), shown, Some(room), self.opts);
                self.button(node, text.trim_matches(|c| c == '…' || c == ' ').to_string());
                return;
            }
        };
        let shade = match i {
            0 => "ro-3",
            _ if i + 1 == n => "ro-1",
            _ => "ro-2",
        };
        let chain = self.subject.layers.get(i).map_or("", |l| l);
        let layer = self.layers.get(i).copied().flatten();
        let digest = short(layer.map_or(chain, |l| &l.diff_id));
        let made_by = layer.map(|l| words::made_by(&l.created_by)).unwrap_or_default();
        let size = layer.map_or("?".to_string(), |l| bytes(l.size));
        // On phones a ghost stands under the text, in high slabs.
        let baseline =
            if self.geo.narrow() && laned && block.h > ROOMY { block.y + 31 } else { block.y + block.h / 2 + 4 };
        let text = |class: &str, x: i32, text: &str| {
            let mut node = Node::text(class, x, 0, text);
            node.set("y", half(baseline));
            node
        };
        let digest_x = block.x + SPINE + 14;
        let mut node = block.slab(Target::layer_key(chain), shade, i, SPINE, self.opts);
        node = node.child(text("t-dig", digest_x, digest));
        let command_x = digest_x + font("t-dig").width(digest) + 16;
        let shown = font("t-cmd").fit(&made_by, limit - command_x);
        if !self.geo.narrow() && !shown.is_empty() {
            node = node.child(text("t-cmd", command_x, &shown));
        }
        node = node.child(text("t-size", self.right() - 14, &size).anchor("end"));
        let selected = self.opts.selected == Some(node.key.as_str());
        node = node.children(selected.then(|| block.outline()));
        let shared = layer.map_or(0, |l| l.images.len());
        let mut label = s::ARIA_LAYER.fill(self.opts.lang, &[&(i + 1), &n, &digest, &size, &made_by]);
        if shared > 1 {
            let images = words::images(self.opts.lang, shared);
            label = format!("{label} {}", s::ARIA_SHARED.fill(self.opts.lang, &[&images]));
        }
        self.button(node, label.trim_end().to_string());
    }

    fn plinth(&mut self, y: i32, refused: Option<&str>) {
        let (x, w, h) = (self.geo.x, self.geo.w, self.geo.plinth_h);
        let baseline = half(y + h / 2 + 4);
        let text = |class: &str, x: i32, text: String| {
            let mut node = Node::text(class, x, 0, text);
            node.set("y", baseline.clone());
            node
        };
        let size = bytes(self.subject.size);
        let room = w - 28 - font("t-pl").width(&size) - 10;
        let tags = self.subject.image.map_or(0, |i| i.tags.len().saturating_sub(1));
        let extra = if tags > 0 { format!(" +{tags}") } else { String::new() };
        let name = font("t-pl").fit_middle(self.subject.name, room.min(w / 2) - font("t-pl").width(&extra)) + &extra;
        let key = Target::image_key(self.subject.image_id);
        let selected = self.opts.selected == Some(key.as_str());
        let mut node = Node::group(key, "base").at(x, y).child(Node::rect("plinth", x, y, w, h));
        let mut at = x + 14 + font("t-pl").width(&name);
        node = node.child(text("t-pl", x + 14, name));
        let id = match self.subject.image {
            Some(_) => short(self.subject.image_id).to_string(),
            None => s::GONE.get(self.opts.lang).to_string(),
        };
        let id_w = font("t-pl2").width(&id);
        let note = refused.filter(|_| !self.geo.narrow()).map(|c| s::IN_USE.fill(self.opts.lang, &[&c]));
        let note_w = note.as_ref().map_or(0, |n| font("t-pl3").width(n).min(170) + 24);
        if at + 11 + id_w + note_w <= x + 14 + room {
            node = node.child(text("t-pl2", at + 11, id));
            at += 11 + id_w;
        }
        if let Some(note) = note {
            let note_x = (x + 248).max(at + 24);
            let note = font("t-pl3").fit_middle(&note, x + 14 + room - note_x);
            node = node.child(text("t-pl3", note_x, note));
        }
        node = node.child(text("t-pl", self.right() - 14, size.clone()).anchor("end"));
        node = node.children(selected.then(|| Node::rect("sel", x - 4, y - 3, w + 8, h + 6)));
        let label = s::ARIA_IMAGE.fill(self.opts.lang, &[&self.subject.name, &short(self.subject.image_id), &size]);
        self.button(node, label);
    }

    fn arrows(&mut self, plan: &chips::Plan, dy: i32) {
        let geo = &self.geo;
        let (first, pitch, n) = if geo.narrow() { (40, 50, 2) } else { (70, 76, 4) };
        let (top, bottom) = (geo.thin_y + geo.thin_h + 6, geo.stack_top() - dy - 6);
        // A lane's note stands to its right.
        let note = 24 + font("t-note").width(s::COPY_UP.get(self.opts.lang));
        let lanes = plan.chips.iter().filter_map(|c| c.lane.as_ref());
        let busy = |x: i32| lanes.clone().any(|l| (l.x - 20..l.x + note).contains(&x));
        let arrows = (0..n).map(|i| geo.x + first + i * pitch).filter(|x| !busy(*x));
        let arrows = arrows.flat_map(|x| parts::double_arrow(x, top, bottom));
        self.nodes.push(Node::group("arrows", "arrows").children(arrows));
    }

    fn lanes(&mut self, container: &ContainerView, plan: &chips::Plan, placed: &[Placing], dy: i32) {
        let laned: Vec<(&Placed, &Lane)> = plan.chips.iter().filter_map(|c| c.lane.as_ref().map(|l| (c, l))).collect();
        for (i, (chip, lane)) in laned.iter().enumerate() {
            let Some(block) = placed.iter().find(|p| p.row == Row::Slab(lane.layer)).map(|p| p.block) else { continue };
            let Some(change) = container.changes.get(chip.change) else { continue };
            let name = |kind: &str| format!("{kind}:{}:{}", container.id, change.path);
            let gy =
                if self.geo.narrow() && block.h > ROOMY { block.bottom() - 31 } else { block.y + (block.h - 24) / 2 };
            let tip = chip.y + chip.chip.h + 3;
            let ghost = parts::ghost(name("ghost"), lane.ghost_x, gy, lane.ghost_w, &lane.name, change.is_dir);
            let (text, line) = if change.kind == ChangeKind::D {
                let place = (lane.ghost_x, gy, lane.ghost_w);
                (s::COVERS, parts::cover(name("lane"), lane.x, chip.y + chip.chip.h + 1, place, self.opts))
            } else {
                (s::COPY_UP, parts::lane(name("lane"), lane.x, gy - 1, tip))
            };
            if change.kind == ChangeKind::D {
                self.nodes.extend([ghost, line]);
            } else {
                self.nodes.extend([line, ghost]);
            }
            let next = laned.get(i + 1).map_or(self.right() + self.geo.dx + 8, |(_, l)| l.x - 8);
            self.note(name("note"), lane.x, next, text, dy);
        }
        for (chip, _) in laned {
            self.chip(container, chip);
        }
    }

    /// The word beside a lane, where there is room up to `end`: on one line or two.
    fn note(&mut self, key: String, lane: i32, end: i32, text: Text, dy: i32) {
        let geo = &self.geo;
        let x = lane + if geo.narrow() { 12 } else { 14 };
        let mid = (geo.thin_y + geo.thin_h + geo.stack_top() - dy) / 2;
        let text = text.get(self.opts.lang);
        let font = font("t-note");
        if font.width(text) <= end - x && !geo.narrow() {
            self.nodes.push(Node::group(key, "note").child(Node::text("t-note", x, mid + 4, text)));
            return;
        }
        let (a, b) = text.rmatch_indices(' ').next().map_or((text, ""), |(i, _)| text.split_at(i));
        let (a, b) = (a.trim(), b.trim());
        let fits = font.width(a).max(font.width(b)) <= end - x;
        // Two lines need the height of the phone's gap.
        if fits && b.is_empty() {
            self.nodes.push(Node::group(key, "note").child(Node::text("t-note", x, mid + 4, a)));
        } else if fits && geo.below >= 50 {
            let lines = [(a, mid - 2), (b, mid + 12)].map(|(t, y)| Node::text("t-note", x, y, t));
            self.nodes.push(Node::group(key, "note").children(lines));
        }
    }

    fn strap(&mut self, container: &ContainerView, plinth_y: i32, refused: bool) {
        let geo = &self.geo;
        let (x, out) = (geo.x, if geo.narrow() { 18 } else { 22 });
        let (top, bottom) = (geo.thin_y + geo.thin_h / 2, plinth_y + geo.plinth_h / 2);
        let key = format!("strap:{}", container.id);
        let mid = (geo.stack_top() + bottom) / 2;
        self.nodes.push(parts::strap(key, x, out, top, bottom, refused));
        if refused {
            let dot = Node::new("circle").class("strap-d no").num("cx", x).num("cy", top).attr("r", "3.5");
            self.nodes.push(dot.key("strap-dot"));
            self.nodes.push(parts::octagon("octagon".to_string(), x - out, mid));
        }
    }

    /// The empty place over an image that has no container.
    fn unused(&mut self) {
        let thin = self.geo.thin();
        let h = thin.h.min(44);
        let text = font("t-note").fit(s::UNUSED.get(self.opts.lang), thin.w - 24);
        let (x, y) = (thin.x + thin.w / 2, thin.y + h / 2 + 4);
        let place = Node::rect("ghost", thin.x, thin.y, thin.w, h);
        self.nodes
            .push(Node::group("unused", "note").child(place).child(Node::text("t-note", x, y, text).anchor("middle")));
    }

    fn braces(&mut self, stack_bottom: i32, dy: i32) {
        let (geo, lang) = (&self.geo, self.opts.lang);
        let (top, edge) = (geo.stack_top() - dy, geo.x + geo.w + geo.dx);
        let mid = (top + stack_bottom) / 2;
        if geo.narrow() {
            let x = edge + 5;
            let group = Node::group("brace:layers", "brace");
            self.nodes.push(group.child(parts::brace(x, top, stack_bottom, 4)).child(parts::lock(x + 20, mid - 3)));
            return;
        }
        let (x, label) = (edge + 18, edge + 38);
        let lines = |group: Node, y: i32, a: Text, b: Text| {
            group.child(Node::text("t-lab", label, y, a.get(lang))).child(Node::text(
                "t-lab2",
                label,
                y + 16,
                b.get(lang),
            ))
        };
        let group = Node::group("brace:layers", "brace").child(parts::brace(x, top, stack_bottom, 5));
        self.nodes.push(lines(group.child(parts::lock(label + 8, mid - 20)), mid + 11, s::LAYERS, s::LAYERS_RO));
        if self.subject.container.is_some() {
            let thin = geo.thin();
            let (top, bottom) = (thin.y - thin.dy, thin.bottom());
            let group = Node::group("brace:thin", "brace").child(parts::brace(x, top, bottom, 5));
            self.nodes.push(lines(group, (top + bottom) / 2 - 2, s::THIN, s::THIN_RW));
        }
    }

    /// The caption under the plinth; returns the figure's height.
    fn caption(&mut self, bottom: i32, refused: Option<&str>) -> i32 {
        let (geo, lang) = (&self.geo, self.opts.lang);
        let mid = geo.x + geo.w / 2;
        let room = 2 * mid.min(geo.width - mid) - 12;
        let mut y = bottom + 22;
        if let Some(container) = refused.filter(|_| geo.narrow()) {
            let text = font("t-no").fit_middle(&s::IN_USE.fill(lang, &[&container]), room);
            let node = Node::text("t-no", mid, bottom + 17, text).anchor("middle");
            self.nodes.push(Node::group("refusal", "note").child(node));
            y += 20;
        }
        let (text, names): (Text, Vec<&str>) = match self.subject.container {
            Some(c) if geo.narrow() => (s::CAPTION_SHORT, vec![&*c.name, &*c.image_name]),
            Some(c) => (s::CAPTION, vec![&*c.name, self.subject.name]),
            None => (s::CAPTION_IMAGE, vec![self.subject.name]),
        };
        let group = Node::group("caption", "caption").child(caption(text.get(lang), &names, mid, y, room));
        let second = geo.narrow().then(|| {
            Node::text("t-lab2", mid, y + 20, font("t-lab2").fit(s::CAPTION_BELOW.get(lang), room)).anchor("middle")
        });
        y += if second.is_some() { 18 } else { 0 };
        self.nodes.push(group.children(second));
        y + 10
    }
}

/// A sentence with names in it, each set in mono and cut so that all fit the room.
fn caption(text: &str, names: &[&str], x: i32, y: i32, room: i32) -> Node {
    let plain = text.replace("{}", "");
    let each = (room - font("t-cap").width(&plain)) / names.len().max(1) as i32;
    let long = names.iter().any(|n| font("m").width(n) > each);
    let mut node = Node::text("t-cap", x, y, "").anchor("middle");
    let mut names = names.iter();
    for (i, piece) in text.split("{}").enumerate() {
        if i > 0 {
            let name = names.next().copied().unwrap_or_default();
            let mut tspan = Node::new("tspan").class("m");
            tspan.text = if long { font("m").fit_middle(name, each) } else { name.to_string() };
            node = node.child(tspan);
        }
        if !piece.is_empty() {
            let mut tspan = Node::new("tspan");
            tspan.text = piece.to_string();
            node = node.child(tspan);
        }
    }
    node
}

/// The mark of a state: a full dot runs, a ring ended, two bars pause, a dashed ring was never started.
fn state_dot(state: ContainerState, x: i32, y: i32) -> Node {
    let circle = |class: &str| Node::new("circle").class(class).num("cx", x).num("cy", y).num("r", 4);
    match state {
        ContainerState::Running | ContainerState::Restarting => circle("st-on"),
        ContainerState::Paused => Node::path("st", format!("M{} {t}v8M{} {t}v8", x - 2, x + 2, t = y - 4)),
        ContainerState::Created => circle("st st-dash"),
        ContainerState::Exited => circle("st"),
        ContainerState::Dead => Node::path("st", format!("M{} {}l8 8m0-8-8 8", x - 4, y - 4)),
    }
}
