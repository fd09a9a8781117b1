//! `fnmatch`: shell patterns against names, as `find -name`, `grep --include` and `tar --exclude` use them. It must
//! not read directories.

/// Whether a name matches a pattern of `*`, `?`, `[…]` and `\`; `*` also matches `/` and a leading dot.
pub fn matches(pattern: &str, name: &str, fold: bool) -> bool {
    let chars = |s: &str| -> Vec<char> {
        if fold {
            s.to_lowercase().chars().collect()
        } else {
            s.chars().collect()
        }
    };
    let (pattern, name) = (chars(pattern), chars(name));
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
            continue;
        }
        match one(&pattern, p, name.get(n).copied().unwrap_or('\0')) {
            Some(next) => (p, n) = (next, n + 1),
            // The last star takes one character more.
            None => match &mut star {
                Some((after, taken)) => {
                    *taken += 1;
                    (p, n) = (*after, *taken);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or(&[]).iter().all(|c| *c == '*')
}

/// Matches one character; where the pattern goes on, if it does.
fn one(pattern: &[char], p: usize, c: char) -> Option<usize> {
    match pattern.get(p)? {
        '?' => Some(p + 1),
        '\\' if pattern.get(p + 1) == Some(&c) => Some(p + 2),
        '\\' => None,
        '[' => set(pattern, p + 1, c).unwrap_or((c == '[').then_some(p + 1)),
        literal => (*literal == c).then_some(p + 1),
    }
}

/// A bracket expression; `None` where it has no end and so is no bracket expression.
fn set(pattern: &[char], mut p: usize, c: char) -> Option<Option<usize>> {
    let negated = matches!(pattern.get(p), Some('!' | '^'));
    if negated {
        p += 1;
    }
    let (mut hit, mut first) = (false, true);
    loop {
        let mut low = *pattern.get(p)?;
        if low == ']' && !first {
            return Some((hit != negated).then_some(p + 1));
        }
        first = false;
        if low == '[' && pattern.get(p + 1) == Some(&':') {
            let name: String = pattern.get(p + 2..)?.iter().take_while(|c| **c != ':').collect();
            let ranges = super::regex::class(&name)?;
            hit |= ranges.iter().any(|(a, b)| (*a..=*b).contains(&u32::from(c)));
            p += name.len() + 4;
            continue;
        }
        if low == '\\' {
            p += 1;
            low = *pattern.get(p)?;
        }
        let ranged = pattern.get(p + 1) == Some(&'-') && pattern.get(p + 2).is_some_and(|c| *c != ']');
        let high = if ranged { *pattern.get(p + 2)? } else { low };
        hit |= (low..=high).contains(&c);
        p += if ranged { 3 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, want) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt2", false),
            ("a?c", "abc", true),
            ("[a-c]*", "bz", true),
            ("[!a-c]*", "bz", false),
            ("*a*b", "xaxaxb", true),
            ("\\*", "*", true),
            ("[[:digit:]]x", "5x", true),
            ("[", "[", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, name, false), want, "{pattern} {name}");
        }
        assert!(matches("*.TXT", "a.txt", true));
    }
}
