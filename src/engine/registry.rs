//! The teaching registry: the images of `lessons/images/`, compiled in. Each file lists an image's layers with their
//! files; content that a lesson may read stands there as text (`"…"`, or `SIZE "…"` where comments fill it up), the rest is
//! generated to the right size. Sizes and
//! digests are computed from that. Hashing a base system takes a second in a browser, so the DiffIDs stand in
//! `lessons/images/digests`, and a test computes every one of them again. It must not know who pulls.

use crate::ambient::Time;
use crate::layerfs::{Blob, Errno, FileKind, Layer, LayerBuilder, Meta};
use crate::oci::{go_json, layer_tar, ContainerConfig, Digest, History, ImageConfig, Reference};
use crate::sorted::{self, VecMap};
use std::cell::RefCell;
use std::sync::Arc;

/// Where images are pulled from.
pub trait Registry {
    /// The image of a name and tag; `None` where there is none.
    fn pull(&self, reference: &Reference) -> Option<RegistryImage>;
    /// Whether the repository exists, whatever the tag.
    fn has_repository(&self, reference: &Reference) -> bool;
    /// Names that contain the text, with their descriptions, as `docker search` lists them.
    fn search(&self, term: &str) -> Vec<(String, String)>;
}

/// What a pull brings.
#[derive(Clone, Debug)]
pub struct RegistryImage {
    /// The config, byte by byte: its digest is the image ID.
    pub config: Arc<[u8]>,
    /// The layers from the base up.
    pub layers: Vec<Arc<Layer>>,
}

const FILES: &[(&str, &str)] = &[
    ("alpine", include_str!("../../lessons/images/alpine.image")),
    ("busybox", include_str!("../../lessons/images/busybox.image")),
    ("debian", include_str!("../../lessons/images/debian.image")),
    ("hello-world", include_str!("../../lessons/images/hello-world.image")),
    ("httpd", include_str!("../../lessons/images/httpd.image")),
    ("nginx", include_str!("../../lessons/images/nginx.image")),
    ("php", include_str!("../../lessons/images/php.image")),
    ("ubuntu", include_str!("../../lessons/images/ubuntu.image")),
];

const DIGESTS: &str = include_str!("../../lessons/images/digests");

/// Something wrong in an image's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFileError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for ImageFileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// The images of `lessons/images/`. Each is read when it is first pulled.
#[derive(Default)]
pub struct TeachingRegistry {
    read: RefCell<VecMap<&'static str, RegistryImage>>,
}

impl TeachingRegistry {
    /// Nothing is read yet.
    pub fn new() -> TeachingRegistry {
        TeachingRegistry::default()
    }

    /// `name:tag` of every image.
    pub fn names() -> Vec<String> {
        FILES.iter().filter_map(|(_, text)| field(text, "%image")).map(str::to_owned).collect()
    }

    fn image(&self, file: &'static str) -> Option<RegistryImage> {
        if let Some(image) = self.read.borrow().get(file) {
            return Some(image.clone());
        }
        let (_, text) = FILES.iter().find(|(name, _)| *name == file)?;
        let base = match field(text, "%from") {
            Some(from) => Some(self.image(FILES.iter().map(|(name, _)| *name).find(|name| *name == from)?)?),
            None => None,
        };
        let known: Vec<Known> = digests(file).collect();
        let image = read(text, base.as_ref(), &known).ok()?;
        self.read.borrow_mut().insert(file, image.clone());
        Some(image)
    }
}

fn file_of(reference: &Reference) -> impl Iterator<Item = (&'static str, &'static str)> {
    let wanted = reference.name();
    FILES.iter().filter_map(move |(file, text)| {
        let named = Reference::parse(field(text, "%image")?).ok()?;
        (named.name() == wanted).then(|| (*file, field(text, "%image").unwrap_or("")))
    })
}

impl Registry for TeachingRegistry {
    fn pull(&self, reference: &Reference) -> Option<RegistryImage> {
        let wanted = reference.clone().or_latest();
        let (file, _) = file_of(&wanted).find(|(_, name)| {
            Reference::parse(name).is_ok_and(|named| {
                let tag = wanted.tag().unwrap_or("latest");
                named.or_latest().tag() == Some(tag) || tag == "latest"
            })
        })?;
        self.image(file)
    }

    fn has_repository(&self, reference: &Reference) -> bool {
        file_of(reference).next().is_some()
    }

    fn search(&self, term: &str) -> Vec<(String, String)> {
        let found = FILES.iter().filter(|(name, _)| name.contains(term));
        found.map(|(name, text)| ((*name).to_owned(), field(text, "%about").unwrap_or("").to_owned())).collect()
    }
}

fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))
}

fn digests(file: &str) -> impl Iterator<Item = Known> + '_ {
    DIGESTS.lines().filter_map(move |line| {
        let (hex, size) = line.strip_prefix(file)?.strip_prefix(' ')?.split_once(' ')?;
        Some((Digest::from_hex(hex)?.raw(), size.parse().ok()?))
    })
}

/// A layer's DiffID and the length of its tar.
type Known = ([u8; 32], u64);

/// The DiffIDs of every image's own layers and the lengths of their tars, computed from the files: what `lessons/images/digests` must say.
pub fn compute_digests() -> Result<String, ImageFileError> {
    let mut out = String::new();
    let mut bases: VecMap<&str, RegistryImage> = VecMap::new();
    let order = |text: &str| field(text, "%from").is_some();
    let mut files: Vec<_> = FILES.iter().collect();
    sorted::sort_by_key(&mut files, |(name, text)| (order(text), *name));
    for (name, text) in files {
        let base = field(text, "%from").and_then(|from| bases.get(from));
        let own = base.map_or(0, |b| b.layers.len());
        let image = read(text, base, &[])?;
        for layer in image.layers.iter().skip(own) {
            let (digest, size) = (layer_tar::diff_id(layer), layer_tar::tar_size(layer));
            out.push_str(&format!("{name} {} {size}\n", digest.hex()));
        }
        bases.insert(name, image);
    }
    Ok(out)
}

/// Reads an image's file. `known` are the DiffIDs of its own layers, with their tars' lengths, for as many as are known.
fn read(text: &str, base: Option<&RegistryImage>, known: &[Known]) -> Result<RegistryImage, ImageFileError> {
    let mut reader = Reader::new(base, known)?;
    for (i, line) in text.lines().enumerate() {
        reader.line(line).map_err(|what| ImageFileError { line: i + 1, what })?;
    }
    reader.finish_layer();
    Ok(RegistryImage { config: reader.config.to_json().into(), layers: reader.layers })
}

struct Reader<'a> {
    config: ImageConfig,
    layers: Vec<Arc<Layer>>,
    known: std::slice::Iter<'a, Known>,
    builder: Option<(LayerBuilder, Time, String)>,
    /// The directories above the current line.
    path: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(base: Option<&RegistryImage>, known: &'a [Known]) -> Result<Reader<'a>, ImageFileError> {
        let config = match base {
            Some(base) => ImageConfig::parse(&base.config)
                .map_err(|error| ImageFileError { line: 0, what: format!("the base's config: {error}") })?,
            None => ImageConfig { docker_version: "20.10.24".to_owned(), ..ImageConfig::default() },
        };
        let layers = base.map(|b| b.layers.clone()).unwrap_or_default();
        Ok(Reader { config, layers, known: known.iter(), builder: None, path: Vec::new() })
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let Some(rest) = line.strip_prefix('%') else {
            return self.entry(line);
        };
        let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
        match key {
            "image" | "from" | "about" => {}
            "created" => self.config.created = time(value)?,
            "config" => {
                let config = ContainerConfig::parse(value.as_bytes()).map_err(|e| e.to_string())?;
                self.config.config = Some(config);
            }
            "layer" | "empty" => {
                self.finish_layer();
                let (when, command) = value.split_once(' ').unwrap_or((value, ""));
                let (when, command) = (time(when)?, command.replace("\\t", "\t"));
                if key == "layer" {
                    self.builder = Some((LayerBuilder::new(), when, command));
                } else {
                    self.history(when, command, true);
                }
            }
            _ => return Err(format!("unknown key %{key}")),
        }
        Ok(())
    }

    fn history(&mut self, created: Time, created_by: String, empty_layer: bool) {
        let entry = History { created, created_by, empty_layer, author: String::new(), comment: String::new() };
        self.config.history.push(entry);
    }

    fn finish_layer(&mut self) {
        let Some((builder, when, command)) = self.builder.take() else { return };
        let layer = Arc::new(builder.finish());
        if let Some(known) = self.known.next() {
            layer.digest_with(|_| *known);
        }
        let diff_id = layer_tar::diff_id(&layer);
        // A builder names what it copied by a hash of it; here that is the layer's own.
        let command = command.replace("{}", &diff_id.hex());
        self.config.rootfs.diff_ids.push(diff_id);
        self.layers.push(layer);
        self.history(when, command, false);
        self.path.clear();
    }

    fn entry(&mut self, line: &str) -> Result<(), String> {
        let trimmed = line.trim_start_matches(' ');
        let depth = line.len() - trimmed.len();
        if depth > self.path.len() {
            return Err("indented deeper than its directory".to_owned());
        }
        self.path.truncate(depth);
        let parent = self.path.join("/");
        let (name, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        let Some((builder, when, _)) = self.builder.as_mut() else {
            return Err("a file before the first %layer".to_owned());
        };
        let bare = name.strip_suffix('/').unwrap_or(name);
        let path = if parent.is_empty() { bare.to_owned() } else { format!("{parent}/{bare}") };
        let put = if bare.len() < name.len() {
            self.path.push(bare.to_owned());
            builder.dir(&path, attributes(rest, 0o755, *when)?)
        } else {
            put_file(builder, &path, rest, *when)?
        };
        put.map_err(|errno| format!("{path}: {errno}"))
    }
}

fn put_file(builder: &mut LayerBuilder, path: &str, rest: &str, when: Time) -> Result<Result<(), Errno>, String> {
    if let Some(target) = rest.strip_prefix("-> ") {
        return Ok(builder.symlink(path, target, Meta::new(0o777, when)));
    }
    if let Some(existing) = rest.strip_prefix("= ") {
        return Ok(builder.hardlink(path, existing));
    }
    if rest == "!" {
        return Ok(builder.whiteout(path, Meta::new(0o600, when)));
    }
    if let Some(device) = rest.strip_prefix("c ") {
        let (major, minor) = device.split_once(',').ok_or("a device is `c MAJOR,MINOR`")?;
        let numbers = (major.parse().map_err(|_| "bad device")?, minor.parse().map_err(|_| "bad device")?);
        return Ok(builder.special(path, FileKind::CharDevice, numbers, Meta::new(0o666, when)));
    }
    if rest.starts_with('"') {
        let (text, attrs) = text(rest).ok_or("a text that does not end")?;
        return Ok(builder.file(path, Blob::from_bytes(text.into_bytes()), attributes(attrs, 0o644, when)?));
    }
    let (size, attrs) = rest.split_once(' ').unwrap_or((rest, ""));
    let size: u64 = size.parse().map_err(|_| format!("{path}: expected a size, a \"text\" or a link"))?;
    if attrs.starts_with('"') {
        let (text, attrs) = text(attrs).ok_or("a text that does not end")?;
        let rest = size.checked_sub(text.len() as u64).ok_or_else(|| format!("{path}: a text longer than its size"))?;
        let blob = Blob::from_bytes(text.into_bytes()).concat(&filler(path, rest));
        return Ok(builder.file(path, blob, attributes(attrs, 0o644, when)?));
    }
    let meta = attributes(attrs, 0o644, when)?;
    Ok(builder.file(path, content(path, size), meta))
}

/// The JSON string that `rest` begins with, and what follows it.
fn text(rest: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    let end = rest.bytes().skip(1).position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    });
    let (quoted, attrs) = rest.split_at_checked(end? + 2)?;
    match go_json::parse(quoted.as_bytes()) {
        Ok(serde_json::Value::String(text)) => Some((text, attrs.trim())),
        _ => None,
    }
}

/// `x`, an octal mode, `@UID:GID`.
fn attributes(words: &str, mode: u32, when: Time) -> Result<Meta, String> {
    let mut meta = Meta::new(mode, when);
    for word in words.split_whitespace() {
        if word == "x" {
            meta.mode = 0o755;
        } else if let Some((uid, gid)) = word.strip_prefix('@').and_then(|o| o.split_once(':')) {
            let (uid, gid) = (uid.parse(), gid.parse());
            meta = meta.owned(uid.map_err(|_| "bad owner")?, gid.map_err(|_| "bad owner")?);
        } else {
            meta.mode = u32::from_str_radix(word, 8).map_err(|_| format!("`{word}` is no mode"))?;
        }
    }
    Ok(meta)
}

fn time(text: &str) -> Result<Time, String> {
    Time::parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time"))
}

/// Content of the right size where the text does not matter: programs and libraries look compiled, everything else is a
/// text that says what it is.
fn content(path: &str, size: u64) -> Blob {
    let name = path.rsplit('/').next().unwrap_or(path);
    let text = path.starts_with("etc/")
        || path.starts_with("var/")
        || [".conf", ".list", ".sh", ".h", ".txt", ".html", ".pl", ".pm", ".ini", ".service"]
            .iter()
            .any(|ext| name.ends_with(ext))
        || (path.starts_with("usr/share/") && !name.contains('.'));
    if let Some(module) = path.strip_prefix("etc/apache2/mods-available/").and_then(|n| n.strip_suffix(".load")) {
        let line = format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n");
        if let Some(rest) = size.checked_sub(line.len() as u64) {
            return Blob::from_bytes(line.into_bytes()).concat(&filler(path, rest));
        }
    }
    if text {
        return filler(path, size);
    }
    let seed = path.bytes().fold(size, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    if size < 64 {
        return Blob::generated(seed, size);
    }
    let program = path.contains("bin/") || path.contains(".so") || path.contains("lib");
    let magic: &[u8] = if program { b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0" } else { b"" };
    Blob::from_bytes(magic).concat(&Blob::generated(seed, size - magic.len() as u64))
}

fn filler(path: &str, size: u64) -> Blob {
    let mut text = format!("# /{path}: the text of this file is left out of the teaching image.\n").into_bytes();
    let line = [[b'#'].as_slice(), &[b'.'; 78], b"\n"].concat();
    while (text.len() as u64) < size.min(16 << 10) {
        text.extend_from_slice(&line);
    }
    let piece = Blob::from_bytes(text);
    let mut blob = piece.clone();
    while blob.len() < size {
        blob = blob.concat(&piece);
    }
    blob.truncated(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::chain_id;

    #[test]
    fn the_digests_are_those_of_the_files() {
        let computed = compute_digests().unwrap();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/images/digests"), &computed).unwrap();
            return;
        }
        assert_eq!(computed, DIGESTS, "UPDATE_EXPECT=1 cargo test writes lessons/images/digests anew");
    }

    #[test]
    fn ubuntu_is_three_layers_of_729_tenths_of_a_megabyte() {
        let registry = TeachingRegistry::new();
        let image = registry.pull(&Reference::parse("ubuntu").unwrap()).unwrap();
        assert_eq!(image.layers.len(), 3);
        let size: u64 = image.layers.iter().map(|l| l.size()).sum();
        assert_eq!(size / 100_000, 728, "{size}");
        let mut seen = crate::sorted::VecSet::new();
        let mut entries = 0;
        for entry in image.layers[0].entries() {
            entries += match entry.body {
                crate::layerfs::EntryBody::File(blob) if seen.insert(entry.ino) => blob.len(),
                crate::layerfs::EntryBody::Symlink(target) => target.len() as u64,
                _ => 0,
            };
        }
        assert_eq!(image.layers[0].size(), entries);
    }

    #[test]
    fn images_of_one_base_share_its_layers() {
        let registry = TeachingRegistry::new();
        let pull = |name: &str| registry.pull(&Reference::parse(name).unwrap()).unwrap();
        let (debian, httpd, php) = (pull("debian"), pull("httpd:2.4"), pull("php:7.4-apache"));
        let base = |image: &RegistryImage| chain_id(None, &layer_tar::diff_id(&image.layers[0]));
        assert_eq!(base(&debian), base(&httpd));
        assert_eq!(base(&debian), base(&php));
        assert!(registry.pull(&Reference::parse("ubuntu:99.99").unwrap()).is_none());
        assert!(registry.pull(&Reference::parse("nosuch").unwrap()).is_none());
        assert_eq!(TeachingRegistry::names().len(), 8);
    }

    #[test]
    fn broken_files_say_where() {
        let wrong = |text: &str| read(text, None, &[]).unwrap_err().to_string();
        assert_eq!(wrong("%nonsense\n"), "line 1: unknown key %nonsense");
        assert_eq!(wrong("a 1\n"), "line 1: a file before the first %layer");
        let head = "%layer 2020-01-01T00:00:00Z x\n";
        assert_eq!(wrong(&format!("{head}  a 1\n")), "line 2: indented deeper than its directory");
        assert_eq!(wrong(&format!("{head}a big\n")), "line 2: a: expected a size, a \"text\" or a link");
    }
}
