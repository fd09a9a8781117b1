//! The headers of the members of a `tar` archive, in GNU's format.

use crate::ambient::Time;
use crate::layerfs::mode_string;
use crate::shell::dates;

/// Headers and contents are in pieces of so many bytes.
pub const BLOCK: usize = 512;

/// A member's header.
pub struct Member {
    /// Path.
    pub name: String,
    /// Permissions.
    pub mode: u32,
    /// Number of the owner.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
    /// Bytes of content.
    pub size: u64,
    /// Last change.
    pub mtime: Time,
    /// The type: `0` a file, `1` a hard link, `2` a symlink, `5` a directory and so on.
    pub kind: u8,
    /// Where a link leads.
    pub link: String,
    /// Name of the owner.
    pub user: String,
    /// Name of the group.
    pub group: String,
    /// Major and minor number of a device.
    pub device: (u32, u32),
}

impl Member {
    /// As `tar -tv` lists it.
    pub fn long(&self) -> String {
        let kind = match self.kind {
            b'5' => 'd',
            b'2' => 'l',
            b'1' => 'h',
            b'3' => 'c',
            b'4' => 'b',
            b'6' => 'p',
            _ => '-',
        };
        let mode = mode_string(kind, self.mode);
        let name = |name: &str, id: u32| if name.is_empty() { id.to_string() } else { name.to_string() };
        let owner = [&name(&self.user, self.uid), "/", &name(&self.group, self.gid)].concat();
        let wide = 19usize.saturating_sub(owner.len() + 1).max(1);
        let date = dates::format(self.mtime, "%Y-%m-%d %H:%M");
        let tail = match self.kind {
            b'2' => [" -> ", &self.link].concat(),
            b'1' => [" link to ", &self.link].concat(),
            _ => String::new(),
        };
        format!("{mode} {owner} {:>wide$} {date} {}{tail}", self.size, self.name)
    }

    /// Writes the header, after those of names that do not fit into it.
    pub fn write(&self, out: &mut Vec<u8>) {
        for (kind, text) in [(b'K', &self.link), (b'L', &self.name)] {
            if text.len() > 100 {
                let size = text.len() as u64 + 1;
                header(
                    out,
                    &Member { name: "././@LongLink".to_string(), kind, size, link: String::new(), ..self.bare() },
                );
                out.extend_from_slice(text.as_bytes());
                out.resize((out.len() + 1).next_multiple_of(BLOCK), 0);
            }
        }
        header(out, self);
    }

    fn bare(&self) -> Member {
        Member {
            name: String::new(),
            mode: 0o644,
            uid: 0,
            gid: 0,
            size: 0,
            mtime: Time(0),
            kind: b'0',
            link: String::new(),
            user: "root".to_string(),
            group: "root".to_string(),
            device: (0, 0),
        }
    }

    /// Reads a header; `None` where its sum is wrong.
    pub fn read(block: &[u8]) -> Option<Member> {
        let text = |from: usize, len: usize| {
            let field = block.get(from..from + len).unwrap_or(&[]);
            let end = field.iter().position(|b| *b == 0).unwrap_or(len);
            String::from_utf8_lossy(field.get(..end).unwrap_or(&[])).into_owned()
        };
        let number = |from: usize, len: usize| -> u64 {
            let field = block.get(from..from + len).unwrap_or(&[]);
            match field.split_first() {
                Some((0x80, rest)) => rest.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)),
                _ => u64::from_str_radix(text(from, len).trim_matches([' ', '\0']), 8).unwrap_or(0),
            }
        };
        let sum: u64 =
            block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { u64::from(*b) }).sum();
        if sum != number(148, 8) {
            return None;
        }
        let prefix = if block.get(257..263) == Some(b"ustar\0") { text(345, 155) } else { String::new() };
        let name = text(0, 100);
        let kind = block.get(156).copied().filter(|k| *k != 0).unwrap_or(b'0');
        Some(Member {
            kind: if kind == b'0' && name.ends_with('/') { b'5' } else { kind },
            name: if prefix.is_empty() { name } else { [&prefix, "/", &name].concat() },
            mode: number(100, 8) as u32 & 0o7777,
            uid: number(108, 8) as u32,
            gid: number(116, 8) as u32,
            size: if matches!(kind, b'1' | b'2' | b'5') { 0 } else { number(124, 12) },
            mtime: Time::from_secs(number(136, 12).min(9_000_000_000) as i64),
            link: text(157, 100),
            user: text(265, 32),
            group: text(297, 32),
            device: (number(329, 8) as u32, number(337, 8) as u32),
        })
    }
}

fn header(out: &mut Vec<u8>, m: &Member) {
    let mut block = [0u8; BLOCK];
    let mut put = |from: usize, len: usize, text: &[u8]| {
        for (slot, b) in block.iter_mut().skip(from).take(len).zip(text) {
            *slot = *b;
        }
    };
    let octal = |n: u64, digits: usize| format!("{n:0digits$o}").into_bytes();
    put(0, 100, m.name.as_bytes());
    put(100, 8, &octal(u64::from(m.mode), 7));
    put(108, 8, &octal(u64::from(m.uid), 7));
    put(116, 8, &octal(u64::from(m.gid), 7));
    put(124, 12, &octal(m.size, 11));
    put(136, 12, &octal(m.mtime.secs().max(0) as u64, 11));
    put(148, 8, b"        ");
    put(156, 1, &[m.kind]);
    put(157, 100, m.link.as_bytes());
    put(257, 8, b"ustar  \0");
    put(265, 31, m.user.as_bytes());
    put(297, 31, m.group.as_bytes());
    if matches!(m.kind, b'3' | b'4') {
        put(329, 8, &octal(u64::from(m.device.0), 7));
        put(337, 8, &octal(u64::from(m.device.1), 7));
    }
    let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
    let text = format!("{sum:06o}\0 ");
    for (slot, b) in block.iter_mut().skip(148).zip(text.bytes()) {
        *slot = b;
    }
    out.extend_from_slice(&block);
}
