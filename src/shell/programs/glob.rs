//! `fnmatch`: shell patterns against names, as `find -name` and `grep --include` use them.

use crate::shell::pattern::Pattern;

/// Whether a name matches a pattern of `*`, `?`, `[…]` and `\`; `*` also matches `/` and a leading dot.
pub fn matches(pattern: &str, name: &str, fold: bool) -> bool {
    Pattern::new(pattern, false).ignoring_case(fold).matches(name)
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
            ("*", ".a/b", true),
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
