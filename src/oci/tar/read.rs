//! Reading tar: v7, ustar, PAX and GNU long names. Nothing is believed that the bytes do not bear out: a size beyond
//! the end, a wrong checksum or an overlong record is an error, never a panic or a large allocation.

use super::{flag, BLOCK};
use crate::layerfs::{path, Blob};
use crate::sorted::VecMap;
use std::fmt;

/// The most that one PAX header or long name may hold, Go's limit.
const MAX_SPECIAL: u64 = 1 << 20;

/// Why bytes are no archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TarError {
    /// A checksum, a number or a record is wrong; where, in bytes.
    InvalidHeader(u64),
    /// The archive ends within an entry.
    Truncated,
    /// GNU's sparse files.
    Sparse(String),
    /// A path climbs out of the root with `..`.
    Breakout(String),
    /// A hard link to what is not there.
    BadLink {
        /// The link.
        path: String,
        /// What it leads to.
        target: String,
    },
    /// A path that cannot be made: one of its parents is no directory, or it is too long.
    BadPath(String),
}

impl fmt::Display for TarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TarError::InvalidHeader(_) => f.write_str("archive/tar: invalid tar header"),
            TarError::Truncated => f.write_str("unexpected EOF"),
            TarError::Sparse(path) => write!(f, "archive/tar: sparse file not supported: {path}"),
            TarError::Breakout(path) => write!(f, "invalid path in archive: {path:?} is outside of the root"),
            TarError::BadLink { path, target } => write!(f, "link {target} {path}: no such file or directory"),
            TarError::BadPath(path) => write!(f, "mkdir {path}: not a directory"),
        }
    }
}

impl std::error::Error for TarError {}

/// One entry as it stands in the archive.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the fields are the format's
pub struct RawEntry {
    /// Not cleaned; foreign bytes as [`path::from_bytes`] maps them.
    pub name: String,
    pub linkname: String,
    pub typeflag: u8,
    /// May carry the type bits.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    pub dev: (u32, u32),
    pub xattrs: VecMap<String, Vec<u8>>,
    /// Shares the archive's bytes.
    pub content: Blob,
    /// Where the next entry starts.
    pub end: u64,
}

/// What special entries say of the one that follows.
#[derive(Default)]
struct Pending {
    records: VecMap<String, Vec<u8>>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

/// Where an archive is read from. Positions only go up.
pub trait Input {
    /// The block there; shorter or empty at the end.
    fn block(&mut self, at: u64) -> Vec<u8>;
    /// The content there, or [`TarError::Truncated`]; what is `special` is for the reader, all else for its caller.
    fn content(&mut self, at: u64, size: u64, special: bool) -> Result<Blob, TarError>;
    /// Where the block after a content begins, given that there is one.
    fn after(&self, at: u64) -> u64;
}

impl Input for &Blob {
    fn block(&mut self, at: u64) -> Vec<u8> {
        self.read_at(at, BLOCK as usize)
    }

    fn content(&mut self, at: u64, size: u64, _: bool) -> Result<Blob, TarError> {
        if size > self.len().saturating_sub(at) {
            return Err(TarError::Truncated);
        }
        Ok(self.range(at, size))
    }

    fn after(&self, at: u64) -> u64 {
        at.min(self.len())
    }
}

/// Whether the block is an entry's header.
pub(in crate::oci) fn is_header(block: &[u8]) -> bool {
    Fields::check(block, 0).is_ok()
}

/// Hands every entry to `each`, until the end or an error.
pub fn read_entries<E: From<TarError>>(
    mut archive: impl Input,
    mut each: impl FnMut(RawEntry) -> Result<(), E>,
) -> Result<(), E> {
    let (mut at, mut pending, mut global) = (0_u64, Pending::default(), VecMap::new());
    loop {
        let block = archive.block(at);
        if block.is_empty() || (block.len() as u64 == BLOCK && block.iter().all(|b| *b == 0)) {
            return Ok(());
        }
        let header = Fields::check(&block, at)?;
        at += BLOCK;
        let size = match pending.records.get("size") {
            Some(text) if !header.is_special() => decimal(text).ok_or(TarError::InvalidHeader(at))?,
            _ => header.number(124, 12)?,
        };
        let size = u64::try_from(size).map_err(|_| TarError::InvalidHeader(at))?;
        let size = if header.has_content() { size } else { 0 };
        let special = header.is_special();
        if special && size > MAX_SPECIAL {
            return Err(TarError::InvalidHeader(at).into());
        }
        let content = archive.content(at, size, special)?;
        let end = size.checked_next_multiple_of(BLOCK).and_then(|size| at.checked_add(size));
        at = archive.after(end.ok_or(TarError::Truncated)?);
        if special {
            let data = content.to_vec();
            match header.typeflag() {
                b'x' => pending.records = pax_records(&data, at)?,
                b'g' => global.extend(pax_records(&data, at)?),
                b'L' => pending.long_name = Some(until_nul(&data)),
                _ => pending.long_link = Some(until_nul(&data)),
            }
            continue;
        }
        let pending = std::mem::take(&mut pending);
        each(header.entry(pending, &global, content, at)?)?;
    }
}

struct Fields<'a> {
    block: &'a [u8],
    at: u64,
}

impl<'a> Fields<'a> {
    fn check(block: &'a [u8], at: u64) -> Result<Fields<'a>, TarError> {
        let fields = Fields { block, at };
        if (block.len() as u64) < BLOCK {
            return Err(TarError::Truncated);
        }
        let others = block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { b' ' } else { *b });
        let (unsigned, signed) = others.fold((0_i64, 0_i64), |(u, s), b| (u + i64::from(b), s + i64::from(b as i8)));
        let sum = fields.number(148, 8)?;
        if sum == unsigned || sum == signed {
            Ok(fields)
        } else {
            Err(TarError::InvalidHeader(at))
        }
    }

    fn field(&self, start: usize, len: usize) -> &'a [u8] {
        self.block.get(start..start + len).unwrap_or_default()
    }

    fn text(&self, start: usize, len: usize) -> Vec<u8> {
        until_nul(self.field(start, len))
    }

    /// Octal digits, or base 256 where the first bit is set (GNU).
    fn number(&self, start: usize, len: usize) -> Result<i64, TarError> {
        let field = self.field(start, len);
        let bad = TarError::InvalidHeader(self.at);
        match field.first() {
            Some(first) if first & 0x80 != 0 => {
                let seed = if first & 0x40 != 0 { -1 } else { 0 };
                let mut value: i64 = seed;
                for (i, b) in field.iter().enumerate() {
                    let b = if i == 0 && seed == 0 { b & 0x7f } else { *b };
                    value = value.checked_mul(256).and_then(|v| v.checked_add(i64::from(b))).ok_or(bad.clone())?;
                }
                Ok(value)
            }
            _ => {
                let digits: Vec<u8> = field.iter().copied().filter(|b| *b != 0 && *b != b' ').collect();
                digits
                    .iter()
                    .try_fold(0_i64, |value, digit| match digit {
                        b'0'..=b'7' => value.checked_mul(8)?.checked_add(i64::from(digit - b'0')),
                        _ => None,
                    })
                    .ok_or(bad)
            }
        }
    }

    fn typeflag(&self) -> u8 {
        self.block.get(156).copied().unwrap_or(0)
    }

    fn is_special(&self) -> bool {
        matches!(self.typeflag(), b'x' | b'g' | b'L' | b'K')
    }

    fn has_content(&self) -> bool {
        !matches!(self.typeflag(), flag::LINK | flag::SYMLINK | flag::CHAR | flag::BLOCK | flag::DIR | flag::FIFO)
    }

    fn name(&self) -> Vec<u8> {
        let (name, prefix) = (self.text(0, 100), self.text(345, 155));
        // GNU's old format has other things where ustar has its prefix.
        if prefix.is_empty() || self.field(257, 6) != b"ustar\0" {
            return name;
        }
        [prefix, b"/".to_vec(), name].concat()
    }

    fn entry(
        &self,
        pending: Pending,
        global: &VecMap<String, Vec<u8>>,
        content: Blob,
        end: u64,
    ) -> Result<RawEntry, TarError> {
        let bad = || TarError::InvalidHeader(self.at);
        let record = |key: &str| pending.records.get(key).or_else(|| global.get(key));
        let number = |key: &str, start: usize| match record(key) {
            Some(text) => decimal(text).ok_or_else(bad),
            None => self.number(start, 8),
        };
        let small = |value: i64| u32::try_from(value).map_err(|_| bad());
        let name = record("path").cloned().or(pending.long_name).unwrap_or_else(|| self.name());
        let linkname = record("linkpath").cloned().or(pending.long_link).unwrap_or_else(|| self.text(157, 100));
        let name = path::from_bytes(&name);
        let flag = self.typeflag();
        if flag == b'S' || pending.records.keys().any(|key| key.starts_with("GNU.sparse.")) {
            return Err(TarError::Sparse(name));
        }
        // Old archives mark directories by the slash alone.
        let old_dir = (flag == 0 || flag == flag::REG) && name.ends_with('/');
        let typeflag = match flag {
            _ if old_dir => flag::DIR,
            0 | b'7' => flag::REG,
            other => other,
        };
        let mtime = match record("mtime") {
            Some(text) => pax_time(text).ok_or_else(bad)?,
            None => self.number(136, 12)?.saturating_mul(1_000_000_000),
        };
        let device = matches!(flag, flag::CHAR | flag::BLOCK);
        let dev = if device { (small(self.number(329, 8)?)?, small(self.number(337, 8)?)?) } else { (0, 0) };
        let (uid, gid) = (small(number("uid", 108)?)?, small(number("gid", 116)?)?);
        let xattr =
            |(key, value): (&String, &Vec<u8>)| Some((key.strip_prefix("SCHILY.xattr.")?.to_owned(), value.clone()));
        let xattrs = pending.records.iter().filter_map(xattr).collect();
        Ok(RawEntry {
            name,
            linkname: path::from_bytes(&linkname),
            typeflag,
            mode: small(self.number(100, 8)? & 0o177_777)?,
            uid,
            gid,
            mtime,
            dev,
            xattrs,
            content,
            end,
        })
    }
}

fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take_while(|b| *b != 0).collect()
}

fn decimal(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `1234.5678` in nanoseconds.
fn pax_time(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let secs: i64 = whole.parse().ok()?;
    let nanos = if whole.starts_with('-') { -nanos } else { nanos };
    Some(secs.saturating_mul(1_000_000_000).saturating_add(nanos))
}

fn pax_records(mut data: &[u8], at: u64) -> Result<VecMap<String, Vec<u8>>, TarError> {
    let bad = TarError::InvalidHeader(at);
    let mut out = VecMap::new();
    while !data.is_empty() && data.iter().any(|b| *b != 0) {
        let space = data.iter().position(|b| *b == b' ').ok_or(bad.clone())?;
        let len = decimal(data.get(..space).unwrap_or_default()).and_then(|n| usize::try_from(n).ok());
        let len = len.filter(|len| *len > space + 1 && *len <= data.len()).ok_or(bad.clone())?;
        let record = data.get(space + 1..len).and_then(|r| r.strip_suffix(b"\n")).ok_or(bad.clone())?;
        let equals = record.iter().position(|b| *b == b'=').ok_or(bad.clone())?;
        let (key, value) = record.split_at_checked(equals).ok_or(bad.clone())?;
        let key = String::from_utf8_lossy(key).into_owned();
        let value = value.get(1..).unwrap_or_default().to_vec();
        if matches!(key.as_str(), "path" | "linkpath" | "uname" | "gname") && value.contains(&0) {
            return Err(bad);
        }
        // An empty value takes an earlier one back.
        if value.is_empty() {
            out.remove(&key);
        } else {
            out.insert(key, value);
        }
        data = data.get(len..).unwrap_or_default();
    }
    Ok(out)
}
