//! `capas inspect`: the layers of an image, checked against its config, as text or JSON. What the layers do is computed
//! by `oci::analysis`.

mod hasher;
mod text;

use super::cli::InspectArgs;
use super::image::{self, Source};
use super::lesson::plain_error;
use super::usage;
use crate::layerfs::Layer;
use crate::oci::analysis::{analyse, EntryAnalysis, ImageAnalysis, LayerAnalysis};
use crate::oci::archive::{self, ArchiveError, ArchivedImage};
use crate::oci::inflate::is_gzip;
use crate::oci::tar::TarError;
use crate::oci::{layer_tar, DiffId, ImageConfig, Sha256};
use anyhow::{anyhow, Result};
use hasher::Hasher;
use serde::Serialize;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// Prints it.
pub(super) fn run(args: &InspectArgs) -> Result<u8> {
    let mut images = Vec::new();
    for image in load(&args.image)? {
        images.push(analyse(&image).map_err(|error| usage(format!("{}: {error}", args.image.display())))?);
    }
    if let Some(wanted) = args.layer {
        let most = images.iter().map(|image| image.layers.len()).max().unwrap_or(0);
        if wanted == 0 || wanted > most {
            return Err(usage(format!("{} has {most} layers: there is no layer {wanted}", args.image.display())));
        }
    }
    let out = if args.json {
        json(args, &images)?
    } else {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let show = text::Show { lang: args.lang.lang(), colour, files: args.files, layer: args.layer };
        images.iter().map(|image| text::report(image, &show)).collect::<Vec<_>>().join("\n")
    };
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(0)
}

/// The images of an archive or of the registry, each layer's DiffID compared with the config's.
fn load(name: &Path) -> Result<Vec<ArchivedImage>> {
    match Source::find(name)? {
        Source::Archive(archive) => survey(name, archive),
        Source::Registry(reference) => {
            let image = image::pull(reference).ok_or_else(|| usage(format!("{}: no image", name.display())))?;
            check(name, &image)?;
            Ok(vec![image])
        }
    }
}

/// Reads the archive once, and hashes on another thread meanwhile.
fn survey(name: &Path, archive: Box<dyn Read>) -> Result<Vec<ArchivedImage>> {
    let mut archive = BufReader::with_capacity(4096, archive);
    let zipped =
        is_gzip(archive.fill_buf().map_err(|error| usage(format!("{}: {}", name.display(), plain_error(&error))))?);
    let mut archive: Box<dyn Read> =
        if zipped { Box::new(flate2::bufread::MultiGzDecoder::new(archive)) } else { Box::new(archive) };
    std::thread::scope(|scope| {
        let mut hash = Hasher::start(scope);
        archive::survey(&mut archive, &mut hash).map_err(|error| refuse(name, &error))
    })
}

/// The registry's DiffIDs are written in a file; here they are computed.
fn check(name: &Path, image: &ArchivedImage) -> Result<()> {
    let config =
        ImageConfig::parse(&image.config_json).map_err(|error| usage(format!("{}: {error}", name.display())))?;
    let computed = std::sync::Mutex::new(Vec::new());
    hash(&image.layers, &|layer| {
        let mut sha = Sha256::new();
        // Hashing takes every byte: there is no error to meet.
        let _ = layer_tar::write(layer, &mut sha);
        if let Ok(mut computed) = computed.lock() {
            computed.push((layer_tar::diff_id(layer), DiffId(sha.finish())));
        }
    });
    let computed = computed.into_inner().unwrap_or_default();
    for (index, expected) in config.rootfs.diff_ids.iter().enumerate() {
        if let Some((_, got)) = computed.iter().find(|(said, got)| said == expected && got != expected) {
            return Err(refuse(name, &ArchiveError::DiffId { index, expected: *expected, got: *got }));
        }
    }
    Ok(())
}

/// Does `one` with every layer, on all processors.
fn hash(layers: &[Arc<Layer>], one: &(dyn Fn(&Layer) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(layer) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
            one(layer);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(layers.len());
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

/// One line; content that belies its digest is a check that failed, all else is no image.
fn refuse(name: &Path, error: &ArchiveError) -> anyhow::Error {
    let name = name.display();
    match error {
        ArchiveError::DiffId { index, expected, got } => {
            anyhow!("{name}: layer {} is {got}, but the image's config says {expected}", index + 1)
        }
        ArchiveError::BlobDigest(_) => anyhow!("{name}: {error}"),
        ArchiveError::Tar(TarError::InvalidHeader(_)) => usage(format!("{name}: not an archive of images, or damaged")),
        ArchiveError::Tar(TarError::Truncated) => usage(format!("{name}: cut off in the middle of a file")),
        ArchiveError::Tar(error) => usage(format!("{name}: {error}")),
        ArchiveError::NoManifest => {
            usage(format!("{name}: not an archive of images: no manifest.json, index.json or repositories in it"))
        }
        ArchiveError::Missing(file) => usage(format!("{name}: incomplete: {file} is not in it")),
        ArchiveError::LayerCount { expected, got } => {
            usage(format!("{name}: the manifest has {expected} layers, the image's config {got}"))
        }
        error => usage(format!("{name}: {error}")),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    source: String,
    images: Vec<JsonImage<'a>>,
}

#[derive(Serialize)]
struct JsonImage<'a> {
    #[serde(flatten)]
    image: &'a ImageAnalysis,
    layers: Vec<JsonLayer<'a>>,
}

#[derive(Serialize)]
struct JsonLayer<'a> {
    #[serde(flatten)]
    layer: &'a LayerAnalysis,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<&'a [EntryAnalysis]>,
}

fn json<'a>(args: &InspectArgs, images: &'a [ImageAnalysis]) -> Result<String> {
    let layer = |layer: &'a LayerAnalysis| JsonLayer { layer, entries: args.files.then_some(&layer.entries[..]) };
    let image = |image: &'a ImageAnalysis| {
        let wanted = image.layers.iter().filter(|l| args.layer.is_none_or(|wanted| wanted == l.layer));
        JsonImage { layers: wanted.map(layer).collect(), image }
    };
    let all = Json { source: args.image.display().to_string(), images: images.iter().map(image).collect() };
    Ok(serde_json::to_string(&all)? + "\n")
}
