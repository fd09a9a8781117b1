//! The order of `sort -V` and `ls -v`: numbers within names count as numbers (gnulib's `filevercmp`, for the names
//! that occur in practice). It must not know where the names come from.

use std::cmp::Ordering;

/// Compares two names, first without their endings such as `.tar.gz`.
pub fn compare(a: &str, b: &str) -> Ordering {
    parts(stem(a), stem(b)).then_with(|| parts(a, b)).then_with(|| a.cmp(b))
}

/// A name without what matches `(\.[A-Za-z~][A-Za-z0-9~]*)*$`.
fn stem(name: &str) -> &str {
    let mut rest = name;
    while let Some((head, ending)) = rest.rsplit_once('.') {
        let proper = ending.starts_with(|c: char| c.is_ascii_alphabetic() || c == '~')
            && ending.chars().all(|c| c.is_ascii_alphanumeric() || c == '~');
        if !proper || head.is_empty() {
            break;
        }
        rest = head;
    }
    rest
}

/// Digits by value, the rest with letters before other signs and `~` before all.
fn parts(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    while !x.is_empty() || !y.is_empty() {
        let (word_x, word_y) = (take(&mut x, false), take(&mut y, false));
        let mut i = 0;
        while i < word_x.len().max(word_y.len()) {
            let order = rank(word_x.get(i)).cmp(&rank(word_y.get(i)));
            if order != Ordering::Equal {
                return order;
            }
            i += 1;
        }
        let (digits_x, digits_y) = (trim_zeros(take(&mut x, true)), trim_zeros(take(&mut y, true)));
        let order = digits_x.len().cmp(&digits_y.len()).then_with(|| digits_x.cmp(digits_y));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn take<'a>(text: &mut &'a [u8], digits: bool) -> &'a [u8] {
    let len = text.iter().position(|b| b.is_ascii_digit() != digits).unwrap_or(text.len());
    let (head, tail) = text.split_at_checked(len).unwrap_or((text, &[]));
    *text = tail;
    head
}

fn trim_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|d| **d == b'0').count();
    digits.get(zeros..).unwrap_or(&[])
}

fn rank(b: Option<&u8>) -> i32 {
    match b {
        Some(b'~') => -1,
        None => 0,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count() {
        let mut v = ["a10", "a2", "a1", "b", "a2.1", "a02", "a~"];
        v.sort_by(|a, b| compare(a, b));
        assert_eq!(v.join(" "), "a~ a1 a02 a2 a2.1 a10 b");
    }
}
