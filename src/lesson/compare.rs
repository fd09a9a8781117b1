//! Does what a command printed equal what the lesson says? Runs of spaces match each other, blanks at either end
//! of a line do not count, `...` alone on a line stands for any lines and `[..]` for any text; ids, digests and
//! ages match any of their kind; everything else must be equal.

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Both have it.
    Same(String),
    /// Only the lesson has it.
    Expected(String),
    /// Only the command printed it.
    Actual(String),
}

/// Compares; `None` means equal, else the difference line by line.
pub fn compare(expected: &[String], actual: &str) -> Option<Vec<Line>> {
    let actual: Vec<&str> = lines(actual);
    let expected = trim_blank(expected);
    if matches(expected, &actual) {
        return None;
    }
    Some(diff(expected, &actual))
}

fn lines(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> = text.lines().map(|l| l.trim_end_matches('\r')).collect();
    while all.last().is_some_and(|l| l.trim().is_empty()) {
        all.pop();
    }
    let blank = all.iter().take_while(|l| l.trim().is_empty()).count();
    all.split_off(blank)
}

fn trim_blank(lines: &[String]) -> &[String] {
    let start = lines.iter().take_while(|l| l.trim().is_empty()).count();
    let rest = lines.get(start..).unwrap_or(&[]);
    let end = rest.len() - rest.iter().rev().take_while(|l| l.trim().is_empty()).count();
    rest.get(..end).unwrap_or(&[])
}

/// Greedy with one point to go back to, as glob matching: linear in practice, never exponential.
fn matches(expected: &[String], actual: &[&str]) -> bool {
    let (mut e, mut a) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while a < actual.len() {
        match (expected.get(e), actual.get(a)) {
            (Some(x), _) if is_ellipsis(x) => {
                star = Some((e, a));
                e += 1;
            }
            (Some(x), Some(y)) if line_matches(x, y) => {
                e += 1;
                a += 1;
            }
            _ => match star {
                Some((se, sa)) => {
                    star = Some((se, sa + 1));
                    e = se + 1;
                    a = sa + 1;
                }
                None => return false,
            },
        }
    }
    expected.get(e..).is_some_and(|rest| rest.iter().all(|x| is_ellipsis(x)))
}

fn is_ellipsis(line: &str) -> bool {
    line.trim() == "..."
}

/// Whether one printed line is what one line of the lesson says.
pub fn line_matches(expected: &str, actual: &str) -> bool {
    let expected = canonical(expected);
    let actual = canonical(actual);
    if !expected.contains("[..]") {
        return expected == actual;
    }
    let pieces: Vec<&str> = expected.split("[..]").collect();
    let mut rest = actual.as_str();
    for (i, piece) in pieces.iter().enumerate() {
        if i == 0 {
            let Some(after) = rest.strip_prefix(piece) else { return false };
            rest = after;
        } else if i + 1 == pieces.len() {
            return rest.ends_with(piece);
        } else {
            let Some((_, after)) = rest.split_once(piece) else { return false };
            rest = after;
        }
    }
    rest.is_empty()
}

/// A line with its blanks squeezed and its ids, digests and ages replaced by their kind.
pub fn canonical(line: &str) -> String {
    let squeezed = line.split_whitespace().collect::<Vec<_>>().join(" ");
    ages(&ids(&squeezed))
}

fn ids(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let word = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let Some((token, after)) = rest.split_at_checked(word) else { break };
        if token.is_empty() {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or("");
            continue;
        }
        let hex = token.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match token.len() {
            64 if hex && out.ends_with("sha256:") => {
                out.truncate(out.len() - "sha256:".len());
                out.push_str("<digest>");
            }
            64 | 12 if hex => out.push_str("<id>"),
            _ => out.push_str(token),
        }
        rest = after;
    }
    out
}

const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "year"];

fn ages(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let mut out: Vec<&str> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(tail) = words.get(at..).filter(|t| !t.is_empty()) {
        match age(tail) {
            0 => {
                out.extend(tail.first());
                at += 1;
            }
            n => {
                out.push("<age>");
                at += n;
                if words.get(at) == Some(&"ago") {
                    at += 1;
                }
            }
        }
    }
    out.join(" ")
}

/// How many words an age takes at the front (Docker's `HumanDuration`), 0 if there is none.
fn age(words: &[&str]) -> usize {
    let unit = |w: &&str| UNITS.contains(&w.trim_end_matches('s'));
    match words {
        ["Less", "than", "a", "second", ..] => 4,
        ["About", "a" | "an", u, ..] if unit(u) => 3,
        [n, u, ..] if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && unit(u) => 2,
        _ => 0,
    }
}

/// A line diff by longest common subsequence; outputs of lessons are short.
fn diff(expected: &[String], actual: &[&str]) -> Vec<Line> {
    let (n, m) = (expected.len(), actual.len());
    if n * m > 4_000_000 {
        let gone = expected.iter().map(|l| Line::Expected(l.clone()));
        return gone.chain(actual.iter().map(|l| Line::Actual((*l).to_owned()))).collect();
    }
    let mut table = vec![vec![0u32; m + 1]; n + 1];
    let at = |t: &Vec<Vec<u32>>, i: usize, j: usize| t.get(i).and_then(|r| r.get(j)).copied().unwrap_or(0);
    let same = |i: usize, j: usize| match (expected.get(i), actual.get(j)) {
        (Some(e), Some(a)) => line_matches(e, a),
        _ => false,
    };
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let best =
                if same(i, j) { at(&table, i + 1, j + 1) + 1 } else { at(&table, i + 1, j).max(at(&table, i, j + 1)) };
            if let Some(cell) = table.get_mut(i).and_then(|r| r.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < n || j < m {
        let (e, a) = (expected.get(i).cloned(), actual.get(j).map(|l| (*l).to_owned()));
        match (e, a) {
            (Some(_), Some(a)) if same(i, j) => {
                out.push(Line::Same(a));
                i += 1;
                j += 1;
            }
            (Some(e), a) if a.is_none() || at(&table, i + 1, j) >= at(&table, i, j + 1) => {
                out.push(Line::Expected(e));
                i += 1;
            }
            (_, Some(a)) => {
                out.push(Line::Actual(a));
                j += 1;
            }
            _ => break,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(expected: &str, actual: &str) -> bool {
        let expected: Vec<String> = expected.lines().map(str::to_owned).collect();
        compare(&expected, actual).is_none()
    }

    #[test]
    fn what_may_differ_and_what_may_not() {
        assert!(same("a    b\n", "  a b  \n"));
        assert!(same("f63181f19b2f   7 days ago   72.9MB", "eb00f075d41f 3 weeks ago 72.9MB"));
        assert!(!same("f63181f19b2f 7 days ago 72.9MB", "eb00f075d41f 3 weeks ago 72.8MB"));
        assert!(same("Exited (130) 5 seconds ago   x", "Exited (130) Less than a second ago x"));
        assert!(same("Up About a minute", "Up 3 hours"));
        assert!(!same("Exited (130) 5 seconds ago", "Exited (0) 5 seconds ago"));
        assert!(same("...\nb\n...", "a\nb\nc\nd"));
        assert!(same("...\nb", "a\nb\nc\nb"));
        assert!(!same("...\nx\n...", "a\nb"));
        assert!(same("one [..] three [..]", "one two three four"));
        assert!(!same("one [..] three", "one two four"));
        let hex = "ab".repeat(32);
        assert!(same(&format!("\"sha256:{hex}\","), &format!("\"sha256:{}\",", "01".repeat(32))));
        assert!(!same(&format!("sha256:{hex}"), &hex));
        assert!(same("", ""));
        assert!(!same("", "x"));
    }

    #[test]
    fn the_difference_is_shown_line_by_line() {
        let expected = vec!["a".to_owned(), "52B".to_owned()];
        let got = compare(&expected, "a\n53B\n").unwrap();
        assert_eq!(got, [Line::Same("a".into()), Line::Expected("52B".into()), Line::Actual("53B".into())]);
    }
}
