//! The tar that `docker cp` sends and receives: ustar, with PAX records and GNU long names where they are needed.
//! It must not know where the entries come from or go to.

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file with this content.
    File(Vec<u8>),
    /// A directory.
    Dir,
    /// A symbolic link to there.
    Symlink(String),
    /// The same file as that entry.
    Hardlink(String),
    /// Anything else, by its type letter.
    Other(u8),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, without a final slash.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Permissions.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Seconds since the epoch.
    pub mtime: i64,
}

const BLOCK: usize = 512;

/// An entry as bytes, padded to whole blocks.
pub fn write(entry: &Entry) -> Vec<u8> {
    let (letter, content, link): (u8, &[u8], &str) = match &entry.kind {
        Kind::File(content) => (b'0', content, ""),
        Kind::Dir => (b'5', &[], ""),
        Kind::Symlink(target) => (b'2', &[], target),
        Kind::Hardlink(target) => (b'1', &[], target),
        Kind::Other(letter) => (*letter, &[], ""),
    };
    let slash = if entry.kind == Kind::Dir && !entry.name.ends_with('/') { "/" } else { "" };
    let name = format!("{}{slash}", entry.name);
    let mut out = Vec::new();
    let mut records = String::new();
    if name.len() > 100 || !name.is_ascii() {
        records.push_str(&record("path", &name));
    }
    if link.len() > 100 || !link.is_ascii() {
        records.push_str(&record("linkpath", link));
    }
    if !records.is_empty() {
        out.extend(header("PaxHeaders.0/entry", b'x', "", entry, records.len()));
        pad(&mut out, records.as_bytes());
    }
    out.extend(header(&name, letter, link, entry, content.len()));
    pad(&mut out, content);
    out
}

/// What ends an archive.
pub fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

/// `25 path=…\n`, its own length first.
fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut len = rest.len() + 1;
    while rest.len() + len.to_string().len() != len {
        len = rest.len() + len.to_string().len();
    }
    format!("{len}{rest}")
}

fn pad(out: &mut Vec<u8>, content: &[u8]) {
    out.extend(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

fn header(name: &str, letter: u8, link: &str, entry: &Entry, size: usize) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    let mut put = |at: usize, len: usize, bytes: &[u8]| {
        let taken = bytes.iter().take(len);
        for (slot, byte) in block.iter_mut().skip(at).zip(taken) {
            *slot = *byte;
        }
    };
    put(0, 100, name.as_bytes());
    put(100, 8, format!("{:07o}\0", entry.mode & 0o7777).as_bytes());
    put(108, 8, format!("{:07o}\0", entry.uid).as_bytes());
    put(116, 8, format!("{:07o}\0", entry.gid).as_bytes());
    put(124, 12, format!("{size:011o}\0").as_bytes());
    put(136, 12, format!("{:011o}\0", entry.mtime.max(0)).as_bytes());
    put(148, 8, b"        ");
    put(156, 1, &[letter]);
    put(157, 100, link.as_bytes());
    put(257, 8, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    for (slot, byte) in block.iter_mut().skip(148).zip(sum.bytes()) {
        *slot = byte;
    }
    block
}

/// The entries of an archive, up to its end or to what is no header.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let (mut at, mut long_name, mut long_link) = (0, None, None);
    while let Some(block) = bytes.get(at..at + BLOCK) {
        if block.iter().all(|byte| *byte == 0) {
            break;
        }
        let size = octal(block, 124, 12).ok_or("archive/tar: invalid tar header")? as usize;
        let content = bytes.get(at + BLOCK..at + BLOCK + size).ok_or("unexpected EOF")?;
        at += BLOCK + size.next_multiple_of(BLOCK);
        let letter = block.get(156).copied().unwrap_or(0);
        match letter {
            b'x' => {
                long_name = pax(content, "path").or(long_name);
                long_link = pax(content, "linkpath").or(long_link);
            }
            b'g' => {}
            b'L' => long_name = Some(text(content, 0, content.len())),
            b'K' => long_link = Some(text(content, 0, content.len())),
            _ => {
                let link = long_link.take().unwrap_or_else(|| text(block, 157, 100));
                let short = match text(block, 345, 155) {
                    prefix if prefix.is_empty() || !text(block, 257, 5).starts_with("ustar") => text(block, 0, 100),
                    prefix => format!("{prefix}/{}", text(block, 0, 100)),
                };
                let name = long_name.take().unwrap_or(short);
                let field = |at, len| octal(block, at, len).unwrap_or(0);
                entries.push(Entry {
                    kind: match letter {
                        0 | b'0' if name.ends_with('/') => Kind::Dir,
                        0 | b'0' | b'7' => Kind::File(content.to_vec()),
                        b'1' => Kind::Hardlink(link),
                        b'2' => Kind::Symlink(link),
                        b'5' => Kind::Dir,
                        other => Kind::Other(other),
                    },
                    name: name.trim_end_matches('/').to_owned(),
                    mode: (field(100, 8) & 0o7777) as u32,
                    uid: field(108, 8) as u32,
                    gid: field(116, 8) as u32,
                    mtime: field(136, 12) as i64,
                });
            }
        }
    }
    Ok(entries)
}

fn text(block: &[u8], at: usize, len: usize) -> String {
    let bytes: Vec<u8> = block.iter().skip(at).take(len).copied().take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn octal(block: &[u8], at: usize, len: usize) -> Option<u64> {
    let text = text(block, at, len);
    let digits = text.trim_matches([' ', '\0']);
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(digits, 8).ok()
}

fn pax(content: &[u8], key: &str) -> Option<String> {
    let text = String::from_utf8_lossy(content);
    let mut rest = text.as_ref();
    while let Some((len, _)) = rest.split_once(' ') {
        let len: usize = len.parse().ok()?;
        let record = rest.get(..len)?;
        let (_, pair) = record.split_once(' ')?;
        if let Some((known, value)) = pair.trim_end_matches('\n').split_once('=') {
            if known == key {
                return Some(value.to_owned());
            }
        }
        rest = rest.get(len..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive() {
        let entry =
            |name: &str, kind| Entry { name: name.into(), kind, mode: 0o644, uid: 3, gid: 4, mtime: 1_700_000_000 };
        let entries = vec![
            entry("a", Kind::Dir),
            entry("a/b", Kind::File(b"hola\n".to_vec())),
            entry("x/".repeat(80).trim_end_matches('/'), Kind::File(vec![7; 1000])),
            entry("a/ñ", Kind::Symlink("/".repeat(120))),
            entry("a/h", Kind::Hardlink("a/b".into())),
        ];
        let mut bytes: Vec<u8> = entries.iter().flat_map(write).collect();
        bytes.extend(end());
        assert_eq!(read(&bytes).unwrap(), entries);
        assert!(read(&[b'z'; 512]).is_err());
    }
}
