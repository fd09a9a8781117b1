//! `docker pull`: the manifest and its digest, which layers are there already, and the messages of a real pull spread
//! over virtual time. It must not know what is in the registry.

use super::images::parse;
use super::remove_image::short;
use super::{SimEngine, State};
use crate::ambient::Time;
use crate::engine::api::{channel, Answer, EngineError, JsonMessage, ProgressDetail, Sender, Stream};
use crate::engine::registry::RegistryImage;
use crate::kernel::Kernel;
use crate::oci::{chain_id, layer_tar, ChainId, DiffId, Digest, ImageConfig, Reference};
use crate::sorted::VecMap;
use std::rc::Rc;

/// Bytes that come in a second, and that are unpacked in a second.
const DOWNLOAD: u64 = 25_000_000;
const EXTRACT: u64 = 90_000_000;
/// How often progress is told.
const TICK: i64 = 100_000_000;
/// How many layers come at the same time.
const PARALLEL: usize = 3;
/// How long the registry takes to answer.
const LATENCY: i64 = 350_000_000;
/// Messages that may wait for a slow client.
const WAITING: usize = 256;

/// One layer on its way.
struct Download {
    id: String,
    size: u64,
    got: u64,
    unpacked: u64,
}

impl SimEngine {
    pub(super) fn pull(&self, text: &str) -> Answer<'_, Stream<JsonMessage>> {
        let text = text.to_owned();
        Box::pin(async move {
            let reference = parse(&text)?.or_latest();
            self.kernel.sleep(LATENCY).await;
            let found = self.registry.pull(&reference).ok_or_else(|| self.not_pulled(&reference))?;
            let digest = manifest_digest(&found);
            if reference.digest().is_some_and(|wanted| wanted != digest) {
                return Err(EngineError::ManifestUnknown { reference: reference.familiar() });
            }
            let (sender, stream) = channel(WAITING);
            let engine = self.me()?;
            self.kernel.spawn(async move {
                // A client that hangs up stops the pull.
                let _ = engine.run_pull(&reference, found, digest, &sender).await;
            });
            Ok(stream)
        })
    }

    fn not_pulled(&self, reference: &Reference) -> EngineError {
        if self.registry.has_repository(reference) {
            EngineError::ManifestUnknown { reference: reference.familiar() }
        } else {
            EngineError::PullAccessDenied { repository: reference.familiar_name() }
        }
    }

    async fn run_pull(
        self: Rc<Self>,
        reference: &Reference,
        found: RegistryImage,
        digest: Digest,
        to: &Sender<JsonMessage>,
    ) -> Result<(), crate::engine::api::Closed> {
        let label =
            reference.digest().map_or_else(|| reference.tag().unwrap_or("latest").to_owned(), |d| d.to_string());
        let first = JsonMessage { id: label, ..JsonMessage::line(format!("Pulling from {}", reference.path())) };
        to.send(first).await?;
        let Ok(config) = ImageConfig::parse(&found.config) else {
            return to.send(JsonMessage::failure("unexpected end of JSON input")).await;
        };
        let id = Digest::of(&found.config).to_string();
        let (known, up_to_date) = {
            let state = self.state.borrow();
            let named = state.images.names.get(reference).is_some_and(|i| **i == *id);
            (state.images.get(&id).is_some(), named)
        };
        if !known {
            let coming = self.state.borrow().plan(&config, &found);
            announce(&coming, to).await?;
            transfer(&self.kernel, coming.into_iter().filter_map(Result::ok).collect(), to).await?;
        }
        self.state.borrow_mut().finish_pull(self.kernel.now(), reference, digest, found, config);
        to.send(JsonMessage::line(format!("Digest: {digest}"))).await?;
        let status = if up_to_date { "Image is up to date for" } else { "Downloaded newer image for" };
        to.send(JsonMessage::line(format!("Status: {status} {}", reference.familiar()))).await
    }
}

impl State {
    /// The layers from the base up: `Err` with the short id of one that is there, `Ok` of one that must come.
    fn plan(&self, config: &ImageConfig, found: &RegistryImage) -> Vec<Result<Download, String>> {
        let mut chain: Option<ChainId> = None;
        let mut plan = Vec::new();
        for (diff_id, layer) in config.rootfs.diff_ids.iter().zip(&found.layers) {
            let next = chain_id(chain.as_ref(), diff_id);
            chain = Some(next);
            let id = short(&diff_id.to_string()).to_owned();
            plan.push(match self.layers.get(&next.to_string()) {
                Some(_) => Err(id),
                None => Ok(Download { id, size: layer_tar::tar_size(layer), got: 0, unpacked: 0 }),
            });
        }
        plan
    }

    fn finish_pull(
        &mut self,
        now: Time,
        reference: &Reference,
        digest: Digest,
        found: RegistryImage,
        config: ImageConfig,
    ) {
        let image = self.register_image(found.config, config, found.layers);
        let when = image.last_tag.get();
        if reference.digest().is_none() {
            self.name_image(&image, reference, when);
        }
        self.name_image(&image, &reference.with_digest(digest), when);
        let attributes = VecMap::from([("name".to_owned(), reference.familiar_name())]);
        self.events.emit(now, "image", "pull", &reference.familiar(), attributes);
    }
}

/// Every layer once, in order; those that must wait for their turn say so.
async fn announce(
    plan: &[Result<Download, String>],
    to: &Sender<JsonMessage>,
) -> Result<(), crate::engine::api::Closed> {
    for layer in plan {
        to.send(match layer {
            Ok(coming) => JsonMessage::about(coming.id.as_str(), "Pulling fs layer"),
            Err(id) => JsonMessage::about(id.as_str(), "Already exists"),
        })
        .await?;
    }
    for waiting in plan.iter().flatten().skip(PARALLEL) {
        to.send(JsonMessage::about(waiting.id.as_str(), "Waiting")).await?;
    }
    Ok(())
}

/// Downloads side by side, unpacks one after the other.
async fn transfer(
    kernel: &Kernel,
    mut layers: Vec<Download>,
    to: &Sender<JsonMessage>,
) -> Result<(), crate::engine::api::Closed> {
    let per_tick = |rate: u64| rate * TICK as u64 / 1_000_000_000;
    let mut unpacking = 0;
    while unpacking < layers.len() {
        kernel.sleep(TICK).await;
        let active = layers.iter().filter(|l| l.got < l.size).count().clamp(1, PARALLEL);
        let share = per_tick(DOWNLOAD) / active as u64;
        for layer in layers.iter_mut().filter(|l| l.got < l.size).take(PARALLEL) {
            layer.got = layer.size.min(layer.got + share);
            to.send(progress(&layer.id, "Downloading", layer.got, layer.size)).await?;
            if layer.got == layer.size {
                to.send(JsonMessage::about(layer.id.as_str(), "Verifying Checksum")).await?;
                to.send(JsonMessage::about(layer.id.as_str(), "Download complete")).await?;
            }
        }
        let mut budget = per_tick(EXTRACT);
        while let Some(layer) = layers.get_mut(unpacking).filter(|l| l.got == l.size) {
            let step = budget.min(layer.size - layer.unpacked);
            budget -= step;
            layer.unpacked += step;
            to.send(progress(&layer.id, "Extracting", layer.unpacked, layer.size)).await?;
            if layer.unpacked < layer.size {
                break;
            }
            to.send(JsonMessage::about(layer.id.as_str(), "Pull complete")).await?;
            unpacking += 1;
        }
    }
    Ok(())
}

/// A message with numbers, and with the bar that the daemon draws for clients that do not.
pub(super) fn progress(id: &str, status: &str, current: u64, total: u64) -> JsonMessage {
    let filled = (current * 100 / total.max(1) / 2).min(50) as usize;
    let bar = format!("[{}>{}]", "=".repeat(filled), " ".repeat(50 - filled));
    JsonMessage {
        progress_detail: Some(ProgressDetail { current: Some(current), total: Some(total) }),
        progress: format!("{bar} {:>8}/{}", human_size(current), human_size(total)),
        ..JsonMessage::about(id, status)
    }
}

/// go-units' `HumanSize`: four digits, base 1000.
fn human_size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = match value {
        v if v < 9.9995 => 3,
        v if v < 99.995 => 2,
        v if v < 999.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", UNITS.get(unit).copied().unwrap_or("B"))
}

/// The digest of the image's manifest (schema 2): layers are its tars as they are, so their digests are the DiffIDs.
fn manifest_digest(image: &RegistryImage) -> Digest {
    let diff_ids = ImageConfig::parse(&image.config).map(|c| c.rootfs.diff_ids).unwrap_or_default();
    let layers: Vec<String> = diff_ids
        .iter()
        .zip(&image.layers)
        .map(|(id, layer)| {
            described("      ", "vnd.docker.image.rootfs.diff.tar", layer_tar::tar_size(layer), &DiffId::to_string(id))
        })
        .collect();
    let config = described(
        "   ",
        "vnd.docker.container.image.v1+json",
        image.config.len() as u64,
        &Digest::of(&image.config).to_string(),
    );
    let config = config.trim_start();
    let manifest = format!(
        "{{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"application/vnd.docker.distribution.manifest.v2+json\",\n   \"config\": \
         {config},\n   \"layers\": [\n{}\n   ]\n}}",
        layers.join(",\n")
    );
    Digest::of(manifest.as_bytes())
}

/// A descriptor, indented as Docker's registry client writes it.
fn described(indent: &str, media: &str, size: u64, digest: &str) -> String {
    format!(
        "{indent}{{\n{indent}   \"mediaType\": \"application/{media}\",\n{indent}   \"size\": {size},\n{indent}   \"digest\": \
         \"{digest}\"\n{indent}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_bars_are_dockers() {
        assert_eq!(human_size(557_056), "557.1kB");
        assert_eq!(human_size(75_820_000), "75.82MB");
        assert_eq!(human_size(8704), "8.704kB");
        assert_eq!(human_size(0), "0B");
        let half = progress("x", "Downloading", 500, 1000);
        assert_eq!(half.progress, format!("[{}>{}]     500B/1kB", "=".repeat(25), " ".repeat(25)));
    }
}
