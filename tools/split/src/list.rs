//! The list of functions that the first module keeps, one name a line. It must not know why they were chosen.

use std::collections::BTreeSet;

/// Names without what changes from build to build.
pub struct List(BTreeSet<String>);

impl List {
    /// Reads a list. Lines that start with `#` say nothing.
    pub fn parse(text: &str) -> List {
        List(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
    }

    /// Whether a function stays. Those without a name are few and small, made by wasm-bindgen to start with.
    pub fn keeps(&self, name: Option<&&str>) -> bool {
        name.is_none_or(|name| self.0.contains(&List::short(name)))
    }

    /// A name without the digests of crates, `[0123456789abcdef]`, and of items, `::h0123456789abcdef`.
    pub fn short(name: &str) -> String {
        let mut out = String::with_capacity(name.len());
        let mut left = name;
        while let Some(c) = left.chars().next() {
            let digest = match c {
                '[' => digits(&left[1..]).filter(|n| *n > 4 && left[1 + n..].starts_with(']')).map(|n| n + 2),
                ':' if left.starts_with("::h") => digits(&left[3..]).filter(|n| *n == 16).map(|n| n + 3),
                _ => None,
            };
            match digest {
                Some(length) => left = &left[length..],
                None => {
                    out.push(c);
                    left = &left[c.len_utf8()..];
                }
            }
        }
        out
    }
}

/// How many hexadecimal digits it begins with.
fn digits(text: &str) -> Option<usize> {
    let n = text.bytes().take_while(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()).count();
    (n > 0).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_digests_only() {
        assert_eq!(List::short("<capas[0011aabbccddeeff]::fs::Blob>::new[2]"), "<capas::fs::Blob>::new[2]");
        assert_eq!(List::short("core::ptr::drop::h0123456789abcdef"), "core::ptr::drop");
        assert_eq!(List::short("a::help"), "a::help");
        assert_eq!(List::short("<[u8; 12]>::x"), "<[u8; 12]>::x");
    }

    #[test]
    fn what_a_list_names_stays_and_so_does_what_has_no_name() {
        let list = List::parse("# a remark\nabc\nabd");
        assert!(["abc", "abd"].iter().all(|name| list.keeps(Some(name))));
        assert!(!list.keeps(Some(&"ab")) && !list.keeps(Some(&"# a remark")) && list.keeps(None));
    }
}
