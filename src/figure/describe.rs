//! The figures in words: what a figure shows, line by line, and what just changed, in one or two sentences. It must not
//! know where anything stands.

use super::layout::change::{commit, differing};
use super::layout::words::{self, short};
use super::layout::Subject;
use super::measure::human_size;
use super::scene::View;
use crate::engine::snapshot::{ChangeKind, ChangeView, ContainerView, ImageView, Snapshot};
use crate::sorted::VecSet;
use crate::strings::{figure as s, Lang};
use std::sync::Arc;

/// Names and paths listed before "and n more".
const LISTED: usize = 12;

/// What a figure shows, a line a piece, from the top down: for screen readers, and where nothing can be drawn. `focus`
/// as in [`super::layout::container_view`].
pub fn text_equivalent(now: &Snapshot, view: View, focus: Option<&str>, lang: Lang) -> Vec<String> {
    let text = match view {
        View::Sharing => sharing_text(now, lang),
        View::Container => {
            let id = super::layout::auto_focus(now, None, focus);
            container_text(now, id.as_deref().and_then(|id| Subject::find(now, id)).as_ref(), lang)
        }
    };
    std::iter::once(text.0).chain(text.1.lines().map(str::to_string)).collect()
}

/// The container view's label and its lines.
pub(super) fn container_text(now: &Snapshot, subject: Option<&Subject<'_>>, lang: Lang) -> (String, String) {
    let Some(subject) = subject else { return nothing(lang) };
    let layers = words::layers(lang, subject.layers.len());
    let size = human_size(subject.size);
    let mut lines = Vec::new();
    let label = match subject.container {
        Some(c) => {
            lines.push(thin_line(c, lang));
            s::LABEL_CONTAINER.fill(lang, &[&c.name, &human_size(c.size_rw), &layers, &subject.name])
        }
        None => s::LABEL_IMAGE.fill(lang, &[&subject.name, &layers, &size]),
    };
    for (i, chain) in subject.layers.iter().enumerate().rev() {
        let layer = now.layer(chain);
        let digest = short(layer.map_or(chain, |l| &l.diff_id));
        let bytes = layer.map_or("?".to_string(), |l| human_size(l.size));
        let made_by = layer.map(|l| words::made_by(&l.created_by)).unwrap_or_default();
        let line = s::ARIA_LAYER.fill(lang, &[&(i + 1), &subject.layers.len(), &digest, &bytes, &made_by]);
        lines.push(line.trim_end().to_string());
    }
    lines.push(s::ARIA_IMAGE.fill(lang, &[&subject.name, &short(subject.image_id), &size]));
    if let Some(refusal) = &now.refusal {
        lines.push(refusal.message.clone());
    }
    (label, lines.join("\n"))
}

/// The sharing view's label and its lines.
pub(super) fn sharing_text(now: &Snapshot, lang: Lang) -> (String, String) {
    if now.images.is_empty() && now.containers.is_empty() {
        return nothing(lang);
    }
    let (images, containers) = (words::images(lang, now.images.len()), words::containers(lang, now.containers.len()));
    let label = s::LABEL_SHARING.fill(lang, &[&images, &containers]);
    let mut lines = Vec::new();
    for c in super::layout::columns(now) {
        let layers = words::layers(lang, c.layers.len());
        let mut line = s::TEXT_IMAGE.fill(lang, &[&c.name, &human_size(c.size), &layers]);
        if !c.containers.is_empty() {
            let one = |c: &&ContainerView| format!("{} {}", c.name, human_size(c.size_rw));
            let names = c.containers.iter().take(LISTED).map(one);
            line = format!("{line} {}", s::TEXT_CONTAINERS.fill(lang, &[&list(names, c.containers.len(), lang)]));
        }
        lines.push(line);
    }
    for layer in now.layers.iter().filter(|l| l.images.len() > 1) {
        let images = words::images(lang, layer.images.len());
        lines.push(s::TEXT_SHARED.fill(lang, &[&short(&layer.diff_id), &human_size(layer.size), &images]));
    }
    let (without, with) = (human_size(now.disk_without_sharing()), human_size(now.disk_with_layers()));
    lines.push(s::TEXT_DISK.fill(lang, &[&without, &with]));
    (label, lines.join("\n"))
}

fn nothing(lang: Lang) -> (String, String) {
    (s::EMPTY.get(lang).to_string(), s::EMPTY_DO.get(lang).to_string())
}

fn thin_line(c: &ContainerView, lang: Lang) -> String {
    let one = |c: &ChangeView| match c.kind {
        ChangeKind::D => format!("D {}", c.path),
        _ if c.is_dir => format!("{} {}", letter(c), c.path),
        _ => format!("{} {} {}", letter(c), c.path, human_size(c.size)),
    };
    let head = words::thin_label(lang, c);
    match c.changes.is_empty() {
        true => head,
        false => format!("{head}: {}", list(c.changes.iter().take(LISTED).map(one), c.changes.len(), lang)),
    }
}

fn letter(change: &ChangeView) -> &'static str {
    match change.kind {
        ChangeKind::A => "A",
        ChangeKind::C => "C",
        ChangeKind::D => "D",
    }
}

/// The first names, and how many more there are of `total`.
fn list(names: impl Iterator<Item = String>, total: usize, lang: Lang) -> String {
    let names: Vec<String> = names.collect();
    let rest = total - names.len().min(total);
    let text = names.join(", ");
    if rest > 0 {
        s::AND_MORE.fill(lang, &[&text, &rest])
    } else {
        text
    }
}

/// What changed from `prev` to `now`, for the live region: the sentences that matter most; empty if nothing did.
pub fn describe(now: &Snapshot, prev: &Snapshot, lang: Lang) -> String {
    let mut out = Vec::new();
    if let Some(refusal) = &now.refusal {
        let image = now.image(&refusal.image).map_or(short(&refusal.image), |i| words::image_name(i));
        let container = now.container(&refusal.container).map_or(short(&refusal.container), |c| &c.name);
        out.push(s::SAY_REFUSED.fill(lang, &[&image, &container]));
    }
    say_images(now, prev, lang, &mut out);
    say_containers(now, prev, lang, &mut out);
    let rest = out.len().saturating_sub(4);
    out.truncate(4);
    if rest > 0 {
        out.push(s::SAY_MORE.fill(lang, &[&rest]));
    }
    out.join(" ")
}

fn say_images(now: &Snapshot, prev: &Snapshot, lang: Lang, out: &mut Vec<String>) {
    let (fresh, old) = differing(&now.images, &prev.images);
    let had: VecSet<&str> = prev.layers.iter().map(|l| &*l.chain_id).collect();
    for image in fresh.iter().rev() {
        let name = words::image_name(image);
        match old.iter().find(|o| o.id == image.id) {
            None => out.push(say_new_image(image, name, now, &had, lang)),
            Some(before) => {
                let added = image.tags.iter().filter(|t| !before.tags.contains(t));
                out.extend(added.map(|t| s::SAY_TAGGED.fill(lang, &[&short(&image.id), t])));
                let lost = before.tags.iter().filter(|t| !image.tags.contains(t));
                out.extend(lost.map(|t| s::SAY_UNTAGGED.fill(lang, &[t])));
            }
        }
    }
    let kept: VecSet<&str> = now.layers.iter().map(|l| &*l.chain_id).collect();
    for image in old.iter().filter(|o| !fresh.iter().any(|f| f.id == o.id)) {
        let gone = image.layers.iter().filter(|l| !kept.contains(&***l)).count();
        let layers = words::layers(lang, gone);
        out.push(s::SAY_IMAGE_GONE.fill(lang, &[&words::image_name(image), &layers]));
    }
}

fn say_new_image(image: &ImageView, name: &str, now: &Snapshot, had: &VecSet<&str>, lang: Lang) -> String {
    if let Some((layer, container)) = commit(image, now, had) {
        let size = human_size(now.layer(layer).map_or(0, |l| l.size));
        let container = now.container(container).map_or(container, |c| &c.name);
        return s::SAY_COMMITTED.fill(lang, &[&container, &name, &size]);
    }
    let already = image.layers.iter().filter(|l| had.contains(&***l)).count();
    let layers = words::layers(lang, image.layers.len());
    match already {
        0 => s::SAY_PULLED.fill(lang, &[&name, &layers, &human_size(image.size)]),
        n => s::SAY_PULLED_SHARED.fill(lang, &[&name, &layers, &human_size(image.size), &n]),
    }
}

fn say_containers(now: &Snapshot, prev: &Snapshot, lang: Lang, out: &mut Vec<String>) {
    let (fresh, old) = differing(&now.containers, &prev.containers);
    let old_ids: VecSet<&str> = old.iter().map(|c| &*c.id).collect();
    let fresh_ids: VecSet<&str> = fresh.iter().map(|c| &*c.id).collect();
    let came: Vec<&Arc<ContainerView>> = fresh.iter().filter(|c| !old_ids.contains(&*c.id)).collect();
    let went: Vec<&Arc<ContainerView>> = old.iter().filter(|c| !fresh_ids.contains(&*c.id)).collect();
    match came.as_slice() {
        [] => {}
        [c] => {
            let layers = words::layers(lang, c.layers.len());
            out.push(s::SAY_CONTAINER.fill(lang, &[&c.name, &human_size(c.size_rw), &layers, &c.image_name]));
        }
        many => out.push(s::SAY_CONTAINERS.fill(lang, &[&many.len()])),
    }
    match went.as_slice() {
        [] => {}
        [c] => out.push(s::SAY_REMOVED.fill(lang, &[&c.name, &human_size(c.size_rw)])),
        many => out.push(s::SAY_REMOVED_MANY.fill(lang, &[&many.len()])),
    }
    for c in fresh.iter().filter(|c| old_ids.contains(&*c.id)).take(5) {
        if let Some(before) = old.iter().find(|o| o.id == c.id) {
            say_container(c, before, lang, out);
        }
    }
}

fn say_container(c: &ContainerView, before: &ContainerView, lang: Lang, out: &mut Vec<String>) {
    let had = |change: &ChangeView| before.changes.iter().any(|b| b.path == change.path && b.kind == change.kind);
    let new: Vec<&ChangeView> = c.changes.iter().filter(|x| !had(x)).collect();
    if !new.is_empty() {
        let shown = new.iter().filter(|x| !(x.is_dir && x.kind == ChangeKind::C)).take(3);
        let mut shown: Vec<String> = shown.map(|x| words::chip_label(lang, x)).collect();
        if shown.is_empty() {
            shown.extend(new.iter().take(3).map(|x| words::chip_label(lang, x)));
        }
        out.push(format!("{}: {}.", c.name, list(shown.into_iter(), new.len(), lang)));
    }
    if c.size_rw != before.size_rw {
        let (from, to) = (human_size(before.size_rw), human_size(c.size_rw));
        out.push(s::SAY_SIZE.fill(lang, &[&c.name, &from, &to]));
    }
    if c.state != before.state {
        out.push(s::SAY_STATE.fill(lang, &[&c.name, &words::state(lang, c)]));
    }
    if c.name != before.name {
        out.push(s::SAY_RENAMED.fill(lang, &[&before.name, &c.name]));
    }
}
