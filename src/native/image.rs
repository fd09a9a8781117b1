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
    /// In these bytes.
    Archive(Arc<[u8]>),
    /// In the teaching registry.
    Registry(Reference),
}

impl Source {
    /// A file, standard input (`-`), or a name of the registry. A file is read whatever it is.
    pub fn find(name: &Path) -> Result<Source> {
        if name == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| wrong(Path::new("standard input"), &error))?;
            return Ok(Source::Archive(bytes.into()));
        }
        let there = std::fs::metadata(name);
        if there.as_ref().is_ok_and(|meta| !meta.is_dir()) {
            return Ok(Source::Archive(read(name).map_err(|error| wrong(name, &error))?));
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
        match std::fs::File::open(name) {
            Ok(mut file) if file.metadata().is_ok_and(|meta| meta.is_file()) => {
                let mut start = Vec::new();
                file.by_ref().take(512).read_to_end(&mut start).map_err(|error| wrong(name, &error))?;
                let tar = start.get(MAGIC).is_some_and(|magic| magic == b"ustar");
                if !tar && !is_gzip(&start) {
                    return Ok(None);
                }
                file.rewind()
                    .and_then(|()| read_open(file))
                    .map(|bytes| Some(Source::Archive(bytes)))
                    .map_err(|error| wrong(name, &error))
            }
            _ => Ok(registered(name).map(Source::Registry)),
        }
    }
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

fn read(name: &Path) -> std::io::Result<Arc<[u8]>> {
    read_open(std::fs::File::open(name)?)
}

fn read_open(mut file: std::fs::File) -> std::io::Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
