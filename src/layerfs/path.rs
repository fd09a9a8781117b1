//! Names and paths as strings: how foreign bytes become names and back, and how paths are put together. It knows
//! nothing of what the paths lead to.
//!
//! Linux names are bytes; ours are strings. A byte that is not UTF-8 becomes a private character (U+F780 to U+F7FF,
//! by its value), and so do the bytes of a true character of that range: the mapping loses nothing.

/// `NAME_MAX`: bytes in one name.
pub const NAME_MAX: usize = 255;

/// `PATH_MAX`: bytes in one path given to a call.
pub const PATH_MAX: usize = 4096;

/// How many symlinks one resolution may follow (`MAXSYMLINKS`).
pub const MAX_SYMLINKS: u32 = 40;

const PRIVATE: u32 = 0xf700;

/// Bytes of an archive or a real directory as a name.
pub fn from_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_private(c) {
                let mut buf = [0; 4];
                c.encode_utf8(&mut buf).bytes().for_each(|b| out.push(private(b)));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|b| out.push(private(*b)));
    }
    out
}

/// A name as the bytes it stands for; the inverse of [`from_bytes`].
pub fn to_bytes(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for c in name.chars() {
        if is_private(c) {
            out.push((c as u32 - PRIVATE) as u8);
        } else {
            let mut buf = [0; 4];
            out.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
        }
    }
    out
}

/// How many bytes [`to_bytes`] gives.
pub fn raw_len(name: &str) -> u64 {
    name.chars().map(|c| if is_private(c) { 1 } else { c.len_utf8() as u64 }).sum()
}

fn private(byte: u8) -> char {
    char::from_u32(PRIVATE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_private(c: char) -> bool {
    (0xf780..=0xf7ff).contains(&(c as u32))
}

/// The names of a path; empty ones and `.` are left out, `..` is not.
pub fn components(path: &str) -> impl DoubleEndedIterator<Item = &str> + Clone {
    path.split('/').filter(|c| !c.is_empty() && *c != ".")
}

/// `path` seen from `cwd`, textually; neither symlinks nor `..` are looked at.
pub fn join(cwd: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut out = String::with_capacity(cwd.len() + 1 + path.len());
    out.push_str(cwd);
    if !out.ends_with('/') {
        out.push('/');
    }
    out.push_str(path);
    out
}

/// The parent and the last name of a canonical absolute path: `("/a", "b")`, `("/", "b")`; `None` for the root.
pub fn split_last(path: &str) -> Option<(&str, &str)> {
    let path = path.trim_end_matches('/');
    let (parent, name) = path.rsplit_once('/')?;
    Some((if parent.is_empty() { "/" } else { parent }, name))
}

/// Whether `path` is `base` or lies under it; both canonical and absolute.
pub fn is_within(path: &str, base: &str) -> bool {
    let base = base.trim_end_matches('/');
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_bytes_come_back() {
        for bytes in [&b"plain"[..], "ñandú".as_bytes(), b"a\xff\x80b", "\u{f780}\u{f7ff}".as_bytes(), b"\xef\x9e"] {
            let name = from_bytes(bytes);
            assert_eq!(to_bytes(&name), bytes);
            assert_eq!(raw_len(&name), bytes.len() as u64);
        }
        assert_eq!(from_bytes("ñ".as_bytes()), "ñ");
    }

    #[test]
    fn paths_come_apart_and_together() {
        assert_eq!(components("//a/./b/../c/").collect::<Vec<_>>(), ["a", "b", "..", "c"]);
        assert_eq!(join("/", "x"), "/x");
        assert_eq!(join("/a", "/x"), "/x");
        assert_eq!(split_last("/a/b"), Some(("/a", "b")));
        assert_eq!(split_last("/b"), Some(("/", "b")));
        assert_eq!(split_last("/"), None);
        assert!(is_within("/a/b", "/a") && is_within("/a", "/a") && is_within("/a", "/") && !is_within("/ab", "/a"));
    }
}
