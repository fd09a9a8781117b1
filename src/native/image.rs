//! An image given on the command line: an archive's file, or a name of the teaching registry. It must not know what is
//! done with it.

use super::lesson::plain_error;
use super::usage;
use crate::engine::registry::{Registry, TeachingRegistry};
use crate::oci::archive::ArchivedImage;
use crate::oci::inflate::is_gzip;
use crate::oci::{Digest, ImageId, Reference};
use anyhow::Result;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

/// Where the magic word of a tar is.
const MAGIC: std::ops::Range<usize> = 257..262;

/// Where an image is.
pub(super) enum Source {
    /// In an archive, open at its beginning.
    Archive(Box<dyn Read>),
    /// In the teaching registry.
    Registry(Reference),
}

impl Source {
    /// A file, standard input (`-`), or a name of the registry. A file is taken whatever it is.
    pub fn find(name: &Path) -> Result<Source> {
        if name == Path::new("-") {
            return Ok(Source::Archive(Box::new(std::io::stdin().lock())));
        }
        let there = std::fs::metadata(name);
        if there.as_ref().is_ok_and(|meta| !meta.is_dir()) {
            let file = std::fs::File::open(name).map_err(|error| wrong(name, &error))?;
            return Ok(Source::Archive(Box::new(file)));
        }
        match (registered(name), there) {
            (Some(reference), _) => Ok(Source::Registry(reference)),
            (None, Ok(_)) => Err(usage(format!("{}: Is a directory", name.display()))),
            (None, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                let names = TeachingRegistry::names().join(", ");
                Err(usage(format!("{}: neither a file nor an image of the registry ({names})", name.display())))
            }
            (None, Err(error)) => Err(wrong(name, &error)),
        }
    }

    /// The same, `None` where it looks like no image.
    pub fn find_image(name: &Path) -> Result<Option<Source>> {
        if !std::fs::metadata(name).is_ok_and(|meta| meta.is_file()) {
            return Ok(registered(name).map(Source::Registry));
        }
        let mut file = std::fs::File::open(name).map_err(|error| wrong(name, &error))?;
        let mut start = Vec::new();
        let read = file.by_ref().take(512).read_to_end(&mut start).and_then(|_| file.rewind());
        read.map_err(|error| wrong(name, &error))?;
        let is_archive = is_gzip(&start) || start.get(MAGIC).is_some_and(|magic| magic == b"ustar");
        Ok(is_archive.then(|| Source::Archive(Box::new(file))))
    }
}

/// All of an archive.
pub(super) fn read(name: &Path, mut archive: Box<dyn Read>) -> Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    archive.read_to_end(&mut bytes).map_err(|error| wrong(name, &error))?;
    Ok(bytes.into())
}

/// The image of this name in the registry.
pub(super) fn pull(reference: Reference) -> Option<ArchivedImage> {
    let image = TeachingRegistry::new().pull(&reference)?;
    let id = ImageId(Digest::of(&image.config));
    let tags = vec![reference.or_latest()];
    Some(ArchivedImage { config_json: image.config, id, tags, layers: image.layers, parent: None })
}

fn registered(name: &Path) -> Option<Reference> {
    let reference = Reference::parse(name.to_str()?).ok()?;
    TeachingRegistry::new().pull(&reference).is_some().then_some(reference)
}

fn wrong(name: &Path, error: &std::io::Error) -> anyhow::Error {
    usage(format!("{}: {}", name.display(), plain_error(error)))
}
