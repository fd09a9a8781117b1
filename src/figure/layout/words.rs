//! What stands on the pieces: short digests, what made a layer, paths, states. It must not know where they stand.

use crate::engine::snapshot::{ChangeKind, ChangeView, ContainerState, ContainerView, ImageView};
use crate::figure::measure::human_size;
use crate::strings::{figure as s, Lang, Text};

/// The first 12 hex digits of a digest or id.
pub fn short(id: &str) -> &str {
    let hex = id.strip_prefix("sha256:").unwrap_or(id);
    hex.get(..12).unwrap_or(hex)
}

/// The image's first tag, or Docker's `<none>`.
pub fn image_name(image: &ImageView) -> &str {
    image.tags.first().map_or("<none>", String::as_str)
}

/// A count with its noun.
pub fn count(lang: Lang, n: usize, one: Text, many: Text) -> String {
    if n == 1 {
        one.get(lang).to_string()
    } else {
        many.fill(lang, &[&n])
    }
}

/// `3 layers`.
pub fn layers(lang: Lang, n: usize) -> String {
    count(lang, n, s::ONE_LAYER, s::LAYERS_N)
}

/// `2 images`.
pub fn images(lang: Lang, n: usize) -> String {
    count(lang, n, s::ONE_IMAGE, s::IMAGES_N)
}

/// `2 containers`.
pub fn containers(lang: Lang, n: usize) -> String {
    count(lang, n, s::ONE_CONTAINER, s::CONTAINERS_N)
}

/// The command of a history line, without what the builder put around it: shells, `#(nop)`, hashes of contexts,
/// `set -e` and its like; of several commands the first. A line of `echo … > file` becomes the files' names.
pub fn made_by(created_by: &str) -> String {
    let line = created_by.split("# buildkit").next().unwrap_or_default();
    let line = line.split_once("/bin/sh -c ").map_or(line, |(_, rest)| rest);
    let line = line.trim().strip_prefix("#(nop)").unwrap_or(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut text = words.join(" ");
    for (kind, shown) in [(" file:", " file:…"), (" dir:", " dir:…"), (" multi:", " multi:…")] {
        if let Some((head, rest)) = text.split_once(kind) {
            let tail = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            text = format!("{head}{shown}{tail}");
        }
    }
    while let Some((end, separator)) = text.find("&&").map(|i| (i, 2)).or_else(|| text.find(';').map(|i| (i, 1))) {
        let head = text.get(..end).unwrap_or_default().trim();
        if !(head.starts_with("set -") || head == "apt-get update" || head.is_empty()) {
            break;
        }
        text = text.get(end + separator..).unwrap_or_default().trim().to_string();
    }
    match written(&text) {
        Some(files) => files,
        None => first(&text.replace("\\ ", "")),
    }
}

/// The first command of a chain, and a sign that there are more.
fn first(text: &str) -> String {
    match text.split_once(" && ").or_else(|| text.split_once("; ")) {
        Some((head, _)) => format!("{head} …"),
        None => text.to_string(),
    }
}

/// The names of the files that a chain of `echo … > file` writes.
fn written(text: &str) -> Option<String> {
    if !text.starts_with("echo ") {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        if word == ">" || word == ">>" {
            let name = words.next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// A path on a chip: without the leading slash, which directories keep.
pub fn path(change: &ChangeView) -> &str {
    if change.is_dir {
        &change.path
    } else {
        change.path.trim_start_matches('/')
    }
}

/// What a chip says to a screen reader.
pub fn chip_label(lang: Lang, change: &ChangeView) -> String {
    let size = if change.is_dir { String::new() } else { human_size(change.size) };
    let text = match change.kind {
        ChangeKind::A => s::ARIA_ADDED,
        ChangeKind::C => s::ARIA_CHANGED,
        ChangeKind::D => s::ARIA_DELETED,
    };
    text.fill(lang, &[&change.path, &size]).replace(" ,", ",").trim_end().to_string()
}

/// A state as `docker ps` has it, without the time.
pub fn status(container: &ContainerView) -> String {
    match container.state {
        ContainerState::Created => "Created".to_string(),
        ContainerState::Running => "Up".to_string(),
        ContainerState::Paused => "Up (Paused)".to_string(),
        ContainerState::Restarting => format!("Restarting ({})", container.exit_code),
        ContainerState::Exited => format!("Exited ({})", container.exit_code),
        ContainerState::Dead => "Dead".to_string(),
    }
}

/// A state in the reader's language.
pub fn state(lang: Lang, container: &ContainerView) -> String {
    let text = match container.state {
        ContainerState::Created => s::CREATED,
        ContainerState::Running => s::RUNNING,
        ContainerState::Paused => s::PAUSED,
        ContainerState::Restarting => s::RESTARTING,
        ContainerState::Exited => s::EXITED,
        ContainerState::Dead => s::DEAD,
    };
    text.fill(lang, &[&container.exit_code])
}

/// What a thin layer says to a screen reader.
pub fn thin_label(lang: Lang, c: &ContainerView) -> String {
    let changes = count(lang, c.changes.len(), s::ONE_CHANGE, s::CHANGES_N);
    s::ARIA_THIN.fill(lang, &[&c.name, &state(lang, c), &human_size(c.size_rw), &changes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_made_a_layer_is_cut_to_the_point() {
        let is = |line: &str, text: &str| assert_eq!(made_by(line), text, "{line}");
        is(
            "/bin/sh -c #(nop) ADD file:4974bb5483c392fb54a35f3799802d623d14632747493dce5feb4d435634b4ac in / ",
            "ADD file:… in /",
        );
        is("/bin/sh -c mkdir -p /run/systemd && echo 'docker' > /run/systemd/container", "mkdir -p /run/systemd …");
        is("/bin/sh -c set -xe \t\t&& echo '#!/bin/sh' > /usr/sbin/policy-rc.d \t&& echo 'exit 101' >> /usr/sbin/policy-rc.d && echo x > /etc/apt/apt.conf.d/docker-clean", "policy-rc.d, docker-clean");
        is("RUN /bin/sh -c set -eux; apk add curl # buildkit", "apk add curl");
        is("/bin/bash", "/bin/bash");
        is("", "");
        is("/bin/sh -c set -e", "set -e");
    }
}
