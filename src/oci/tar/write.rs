//! Writing tar as Go's `archive/tar` does for `FormatPAX`: a plain ustar header where everything fits, PAX records
//! in front of it where not.

use super::{flag, BLOCK};
use crate::layerfs::Blob;
use crate::sorted::VecMap;
use std::io;

/// Where an archive goes.
pub trait Sink {
    /// Takes bytes.
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Takes a content.
    fn blob(&mut self, blob: &Blob) -> io::Result<()>;
}

/// Collects an archive that shares its files' bytes.
impl Sink for Blob {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_in_place(self.len(), bytes);
        Ok(())
    }

    fn blob(&mut self, blob: &Blob) -> io::Result<()> {
        self.extend(blob);
        Ok(())
    }
}

/// A stream as a [`Sink`].
pub struct Stream<'a, W: io::Write + ?Sized>(pub &'a mut W);

impl<W: io::Write + ?Sized> Sink for Stream<'_, W> {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn blob(&mut self, blob: &Blob) -> io::Result<()> {
        blob.chunks().try_for_each(|chunk| self.0.write_all(&chunk))
    }
}

/// An entry's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are the format's
pub struct Header {
    pub name: Vec<u8>,
    pub linkname: Vec<u8>,
    /// One of [`flag`].
    pub typeflag: u8,
    /// With the type bits, as 0o100644.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// Bytes of content that follow.
    pub size: u64,
    /// Whole seconds since the epoch.
    pub mtime: i64,
    pub uname: String,
    pub gname: String,
    pub dev: (u32, u32),
    pub xattrs: VecMap<String, Vec<u8>>,
}

/// Writes an archive entry by entry.
pub struct Writer<S> {
    out: S,
}

impl<S: Sink> Writer<S> {
    /// Nothing written yet.
    pub fn new(out: S) -> Writer<S> {
        Writer { out }
    }

    /// Writes an entry; `content` has `header.size` bytes.
    pub fn entry(&mut self, header: &Header, content: &Blob) -> io::Result<()> {
        let records = header.pax_records();
        let split = split_ustar(&header.name);
        let fits = records.keys().all(|key| key == "path") && (records.is_empty() || split.is_some());
        if fits {
            let (prefix, name) = split.unwrap_or((&[], &header.name));
            self.out.bytes(&header.block(name, prefix, &header.linkname))?;
        } else {
            self.pax(header, &records)?;
            self.out.bytes(&header.block(&ascii(&header.name), &[], &ascii(&header.linkname)))?;
        }
        if header.size > 0 {
            self.out.blob(content)?;
            self.pad(header.size)?;
        }
        Ok(())
    }

    fn pad(&mut self, size: u64) -> io::Result<()> {
        match size % BLOCK {
            0 => Ok(()),
            rest => self.out.bytes([0; BLOCK as usize].get(rest as usize..).unwrap_or_default()),
        }
    }

    fn pax(&mut self, header: &Header, records: &VecMap<String, Vec<u8>>) -> io::Result<()> {
        let mut data = Vec::new();
        for (key, value) in records {
            data.extend_from_slice(&pax_record(key, value));
        }
        let mut name = ascii(&pax_name(&header.name));
        name.truncate(100);
        while name.last() == Some(&b'/') {
            name.pop();
        }
        let extended = Header { name, typeflag: flag::PAX, size: data.len() as u64, ..Header::default() };
        self.out.bytes(&extended.block(&extended.name, &[], &[]))?;
        self.out.bytes(&data)?;
        self.pad(data.len() as u64)
    }

    /// Ends the archive with two blocks of zeros.
    pub fn finish(mut self) -> io::Result<S> {
        self.out.bytes(&[0; 2 * BLOCK as usize])?;
        Ok(self.out)
    }
}

impl Header {
    /// What a ustar header has no room for.
    fn pax_records(&self) -> VecMap<String, Vec<u8>> {
        let mut out = VecMap::new();
        let mut put = |key: &str, value: Vec<u8>| {
            out.insert(key.to_owned(), value);
        };
        if !is_ascii(&self.name) || self.name.len() > 100 {
            put("path", self.name.clone());
        }
        if !is_ascii(&self.linkname) || self.linkname.len() > 100 {
            put("linkpath", self.linkname.clone());
        }
        for (key, name) in [("uname", &self.uname), ("gname", &self.gname)] {
            if !is_ascii(name.as_bytes()) || name.len() > 32 {
                put(key, name.clone().into_bytes());
            }
        }
        for (key, value, room) in [
            ("uid", i64::from(self.uid), 8),
            ("gid", i64::from(self.gid), 8),
            ("size", i64::try_from(self.size).unwrap_or(i64::MAX), 12),
            ("mtime", self.mtime, 12),
        ] {
            if !fits_octal(room, value) {
                put(key, value.to_string().into_bytes());
            }
        }
        for (key, value) in &self.xattrs {
            put(&format!("SCHILY.xattr.{key}"), value.clone());
        }
        out
    }

    /// The 512 bytes of a ustar header; numbers that do not fit are written as 0.
    fn block(&self, name: &[u8], prefix: &[u8], linkname: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(BLOCK as usize);
        text(&mut out, 100, name);
        for value in [self.mode, self.uid, self.gid] {
            octal(&mut out, 8, i64::from(value));
        }
        octal(&mut out, 12, i64::try_from(self.size).unwrap_or(i64::MAX));
        octal(&mut out, 12, self.mtime);
        out.extend_from_slice(b"        ");
        out.push(self.typeflag);
        text(&mut out, 100, linkname);
        out.extend_from_slice(b"ustar\x0000");
        if self.typeflag == flag::PAX {
            out.resize(345, 0);
        } else {
            text(&mut out, 32, &ascii(self.uname.as_bytes()));
            text(&mut out, 32, &ascii(self.gname.as_bytes()));
            octal(&mut out, 8, i64::from(self.dev.0));
            octal(&mut out, 8, i64::from(self.dev.1));
        }
        text(&mut out, 155, prefix);
        out.resize(BLOCK as usize, 0);
        let sum: i64 = out.iter().map(|b| i64::from(*b)).sum();
        let mut field = Vec::with_capacity(8);
        octal(&mut field, 7, sum);
        field.push(b' ');
        out.splice(148..156, field);
        out
    }
}

fn text(out: &mut Vec<u8>, room: usize, value: &[u8]) {
    let end = out.len() + room;
    let mut value = value.get(..room.min(value.len())).unwrap_or_default();
    // Go: some readers take a file whose cut name ends in a slash for a directory.
    if value.len() == room {
        while value.last() == Some(&b'/') {
            value = value.get(..value.len() - 1).unwrap_or_default();
        }
    }
    out.extend_from_slice(value);
    out.resize(end, 0);
}

fn octal(out: &mut Vec<u8>, room: usize, value: i64) {
    let value = if fits_octal(room, value) { value } else { 0 };
    out.extend_from_slice(format!("{value:0width$o}\0", width = room - 1).as_bytes());
}

fn fits_octal(room: usize, value: i64) -> bool {
    value >= 0 && (room >= 22 || value < 1 << ((room - 1) * 3))
}

fn is_ascii(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| (1..0x80).contains(b))
}

fn ascii(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|b| (1..0x80).contains(b)).collect()
}

/// Prefix and name, where a long path can be cut at a slash so that both fit (Go's `splitUSTARPath`).
fn split_ustar(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if name.len() <= 100 || !is_ascii(name) {
        return None;
    }
    let length = match name.len() {
        long if long > 156 => 156,
        len if name.last() == Some(&b'/') => len - 1,
        len => len,
    };
    let at = name.get(..length)?.iter().rposition(|b| *b == b'/')?;
    let (prefix, rest) = (name.get(..at)?, name.get(at + 1..)?);
    (at > 0 && at <= 155 && !rest.is_empty() && rest.len() <= 100).then_some((prefix, rest))
}

/// `dir/PaxHeaders.0/file`.
fn pax_name(name: &[u8]) -> Vec<u8> {
    let at = name.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    let (dir, file) = name.split_at_checked(at).unwrap_or((&[], name));
    let mut out = dir.to_vec();
    out.extend_from_slice(b"PaxHeaders.0");
    if !file.is_empty() {
        out.push(b'/');
        out.extend_from_slice(file);
    }
    out
}

/// `"<length> <key>=<value>\n"`, the length counting itself.
fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut len = rest + digits(rest);
    len = rest + digits(len);
    let mut out = format!("{len} {key}=").into_bytes();
    out.extend_from_slice(value);
    out.push(b'\n');
    out
}

fn digits(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |d| d as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_records_count_themselves() {
        for value in [1, 89, 90, 91, 984, 985, 986, 987, 988, 989, 990] {
            let record = pax_record("path", &vec![b'x'; value]);
            let text = String::from_utf8(record).unwrap();
            assert_eq!(text.split(' ').next().unwrap().parse(), Ok(text.len()));
        }
    }

    #[test]
    fn long_names_split_where_go_splits_them() {
        let name = [vec![b'a'; 90], b"/".to_vec(), vec![b'b'; 90], b"/c/".to_vec()].concat();
        let (prefix, rest) = split_ustar(&name).unwrap();
        assert_eq!((prefix.len(), rest.len()), (90, 93));
        assert_eq!(split_ustar(&[b'a'; 120]), None);
        assert_eq!(pax_name(b"c/d/"), b"c/d/PaxHeaders.0");
        assert_eq!(pax_name(b"x"), b"PaxHeaders.0/x");
    }
}
