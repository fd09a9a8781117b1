//! A layer as a tar, byte for byte as Docker 20.10 commits it, and the way back. Whiteouts and opaque directories
//! travel as the empty files `.wh.name` and `.wh..wh..opq`.

use super::digest::{DiffId, Digest, Sha256};
use super::owners;
pub use super::tar::TarError;
use super::tar::{flag, read_entries, Header, Input, RawEntry, Sink, Stream, Writer};
use crate::ambient::Time;
use crate::layerfs::{path, Blob, Entry, EntryBody, Errno, FileKind, Layer, LayerBuilder, Meta};
use crate::sorted::VecMap;
use std::io;
use std::sync::Arc;

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";

/// Writes the layer as `docker commit` does, or the original bytes where it was read from an archive.
pub fn write(layer: &Layer, out: &mut impl io::Write) -> io::Result<()> {
    match layer.original() {
        Some(original) => Stream(out).blob(original),
        None => write_fresh(layer, Stream(out)).map(drop),
    }
}

/// The same as content, sharing the files' bytes.
pub fn to_blob(layer: &Layer) -> Blob {
    match layer.original() {
        Some(original) => original.clone(),
        None => write_fresh(layer, Blob::empty()).unwrap_or_default(),
    }
}

/// The sha256 of the layer's tar; computed once a layer.
pub fn diff_id(layer: &Layer) -> DiffId {
    DiffId(Digest::from_raw(measure(layer).0))
}

/// The length of the layer's tar in bytes; computed once a layer, together with its digest.
pub fn tar_size(layer: &Layer) -> u64 {
    layer.original().map_or_else(|| measure(layer).1, Blob::len)
}

fn measure(layer: &Layer) -> ([u8; 32], u64) {
    layer.digest_with(|layer| {
        let mut counted = Counted { sha: Sha256::new(), bytes: 0 };
        // Hashing takes every byte: there is no error to meet.
        let _ = write(layer, &mut counted);
        (counted.sha.finish().raw(), counted.bytes)
    })
}

struct Counted {
    sha: Sha256,
    bytes: u64,
}

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the layer's own tree, whatever it was read from.
pub fn write_fresh<S: Sink>(layer: &Layer, out: S) -> io::Result<S> {
    let mut writer = Writer::new(out);
    let mut seen: VecMap<u32, Vec<u8>> = VecMap::new();
    for entry in layer.entries() {
        // Go's archive/tar refuses sockets; Docker logs it and goes on.
        if entry.kind() == FileKind::Socket {
            continue;
        }
        let (header, content) = header_of(&entry, &mut seen);
        writer.entry(&header, &content)?;
        if entry.body == (EntryBody::Dir { opaque: true }) {
            writer.entry(&opaque_header(&header), &Blob::empty())?;
        }
    }
    writer.finish()
}

fn header_of(entry: &Entry, seen: &mut VecMap<u32, Vec<u8>>) -> (Header, Blob) {
    let mut name = path::to_bytes(&entry.path);
    let mut header = Header {
        mode: entry.meta.mode | entry.kind().mode_bits(),
        uid: entry.meta.uid,
        gid: entry.meta.gid,
        mtime: entry.meta.mtime.secs(),
        uname: owners::user(entry.meta.uid).to_owned(),
        gname: owners::group(entry.meta.gid).to_owned(),
        xattrs: entry.xattrs.as_deref().cloned().unwrap_or_default(),
        ..Header::default()
    };
    let mut content = Blob::empty();
    header.typeflag = match &entry.body {
        EntryBody::File(blob) => {
            content = blob.clone();
            flag::REG
        }
        EntryBody::Dir { .. } => flag::DIR,
        EntryBody::Symlink(target) => {
            header.linkname = path::to_bytes(target);
            header.mode |= 0o777;
            flag::SYMLINK
        }
        EntryBody::Device { kind, rdev } => {
            header.dev = *rdev;
            if *kind == FileKind::BlockDevice {
                flag::BLOCK
            } else {
                flag::CHAR
            }
        }
        EntryBody::Fifo | EntryBody::Socket => flag::FIFO,
        EntryBody::Whiteout => flag::CHAR,
    };
    if entry.nlink > 1 && entry.kind() != FileKind::Dir {
        match seen.get(&entry.ino) {
            Some(first) => {
                (header.typeflag, header.linkname, content) = (flag::LINK, first.clone(), Blob::empty());
            }
            None => drop(seen.insert(entry.ino, name.clone())),
        }
    }
    match &entry.body {
        EntryBody::Dir { .. } => name.push(b'/'),
        EntryBody::Whiteout => {
            // The name of a hard link's first stays in it, since Docker turns the header into a file's afterwards.
            (header.typeflag, header.mode) = (flag::REG, 0o600);
            let at = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
            name.splice(at..at, WHITEOUT.bytes());
        }
        _ => {}
    }
    header.size = content.len();
    (Header { name, ..header }, content)
}

/// Docker makes it of the directory's header, and leaves the time out.
fn opaque_header(dir: &Header) -> Header {
    let mut name = dir.name.clone();
    name.extend_from_slice(OPAQUE.as_bytes());
    Header {
        name,
        typeflag: flag::REG,
        mode: dir.mode & 0o777,
        uid: dir.uid,
        gid: dir.gid,
        uname: dir.uname.clone(),
        gname: dir.gname.clone(),
        ..Header::default()
    }
}

/// Reads an uncompressed layer tar.
pub fn read(bytes: Arc<[u8]>) -> Result<Layer, TarError> {
    read_blob(&Blob::from_bytes(bytes))
}

/// Reads an uncompressed layer tar that is a part of something larger. Files share its bytes, and the layer remembers
/// it: its diff id is the digest of these very bytes.
pub fn read_blob(bytes: &Blob) -> Result<Layer, TarError> {
    Ok(read_input(bytes)?.with_original(bytes.clone()))
}

/// The layer in a tar that is not kept.
pub(super) fn read_input(tar: impl Input) -> Result<Layer, TarError> {
    let mut builder = LayerBuilder::new();
    read_entries(tar, |entry| unpack(&mut builder, &entry))?;
    Ok(builder.finish())
}

fn unpack(builder: &mut LayerBuilder, entry: &RawEntry) -> Result<(), TarError> {
    let name = clean(&entry.name)?;
    let time = Time(entry.mtime);
    let meta = Meta::new(entry.mode & 0o7777, time).owned(entry.uid, entry.gid);
    let (dir, base) = name.rsplit_once('/').unwrap_or(("", &name));
    let bad_path = |_| TarError::BadPath(name.clone());
    if base == OPAQUE {
        return builder.opaque(dir).map_err(bad_path);
    }
    // What else aufs kept for itself.
    if base.starts_with(".wh..wh.") || entry.name.split('/').any(|part| part == ".wh..wh.plnk") {
        return Ok(());
    }
    if let Some(hidden) = base.strip_prefix(WHITEOUT) {
        return unpack_whiteout(builder, dir, hidden, entry, meta).map_err(bad_path);
    }
    let kind = match entry.typeflag {
        flag::CHAR => FileKind::CharDevice,
        flag::BLOCK => FileKind::BlockDevice,
        _ => FileKind::Fifo,
    };
    match entry.typeflag {
        flag::DIR => builder.dir(&name, meta),
        flag::REG => builder.file(&name, entry.content.clone(), meta),
        flag::SYMLINK => builder.symlink(&name, &entry.linkname, Meta { mode: 0o777, ..meta }),
        flag::LINK => {
            let target = clean(&entry.linkname)?;
            match builder.hardlink(&name, &target) {
                Err(Errno::ENOENT | Errno::EPERM) => return Err(TarError::BadLink { path: name, target }),
                other => other,
            }
        }
        flag::CHAR | flag::BLOCK | flag::FIFO => builder.special(&name, kind, entry.dev, meta),
        // Docker logs an unhandled type and goes on.
        _ => return Ok(()),
    }
    .map_err(bad_path)?;
    if entry.xattrs.is_empty() || entry.typeflag == flag::LINK {
        return Ok(());
    }
    builder.xattrs(&name, entry.xattrs.clone()).map_err(bad_path)
}

fn unpack_whiteout(
    builder: &mut LayerBuilder,
    dir: &str,
    hidden: &str,
    entry: &RawEntry,
    meta: Meta,
) -> Result<(), Errno> {
    if hidden.is_empty() || hidden == "." || hidden == ".." {
        return Err(Errno::EINVAL);
    }
    let name = path::join(dir, hidden);
    let shared = !entry.linkname.is_empty() && builder.is_whiteout(&entry.linkname);
    match shared {
        true => builder.hardlink(&name, &entry.linkname),
        false => builder.whiteout(&name, Meta { mode: 0, ..meta }),
    }
}

/// A path without `.`, `..` and doubled slashes, relative to the root; `""` for the root itself.
fn clean(name: &str) -> Result<String, TarError> {
    let mut out: Vec<&str> = Vec::new();
    for part in path::components(name) {
        match part {
            ".." if out.pop().is_none() && !name.starts_with('/') => {
                return Err(TarError::Breakout(name.to_owned()));
            }
            ".." => {}
            part => out.push(part),
        }
    }
    Ok(out.join("/"))
}
