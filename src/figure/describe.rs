//! The figures in words: what a figure shows, line by line, and what just changed, in one sentence. It must not know
//! where anything stands.

use super::layout::words;
use super::measure::human_size;
use crate::engine::snapshot::Snapshot;
use crate::strings::{figure as s, Lang};

pub(super) fn container_text(
    _now: &Snapshot,
    _subject: Option<&super::layout::Subject<'_>>,
    lang: Lang,
) -> (String, String) {
    (s::EMPTY.get(lang).to_string(), String::new())
}

pub(super) fn sharing_text(now: &Snapshot, lang: Lang) -> (String, String) {
    let _ = human_size(0);
    let label = s::LABEL_SHARING
        .fill(lang, &[&words::images(lang, now.images.len()), &words::containers(lang, now.containers.len())]);
    (label, String::new())
}
