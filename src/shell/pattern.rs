//! Shell patterns: `*`, `?`, `[…]` and, where allowed, `@(…)` and its kind. A pattern is a string in which a backslash
//! takes the next character as it is. Matching follows all ways at once (a set of places), so no pattern takes
//! exponential time. Nothing here knows files.

enum Piece {
    Char(char),
    Any,
    Star,
    Class(bool, Vec<Range>),
    Group(char, Vec<Vec<Piece>>),
}

enum Range {
    Span(char, char),
    Named(String),
}

/// A pattern made ready.
pub struct Pattern {
    pieces: Vec<Piece>,
    fold: bool,
}

/// A set of places between characters.
type Places = Vec<bool>;

/// Whether a pattern has anything but plain characters in it.
pub fn is_wild(pattern: &str, extglob: bool) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '*' | '?' => return true,
            '[' if chars.clone().any(|c| c == ']') => return true,
            '+' | '@' | '!' if extglob && chars.peek() == Some(&'(') => return true,
            _ => {}
        }
    }
    false
}

/// A pattern of plain characters without its backslashes.
pub fn unescape(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().unwrap_or('\\')),
            c => out.push(c),
        }
    }
    out
}

/// Text as a pattern that matches just it.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && c != '/' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str, extglob: bool) -> Pattern {
        let chars: Vec<char> = pattern.chars().collect();
        let mut at = 0;
        Pattern { pieces: sequence(&chars, &mut at, extglob, 0), fold: false }
    }

    /// The same, for all that matters of letters' case.
    #[must_use]
    pub fn ignoring_case(self, fold: bool) -> Pattern {
        Pattern { fold, ..self }
    }

    /// Whether all of the text matches.
    pub fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        self.ends(&chars, 0).last() == Some(&true)
    }

    /// For every place, whether text from `start` up to there matches.
    fn ends(&self, text: &[char], start: usize) -> Places {
        let mut places = vec![false; text.len() + 1];
        if let Some(first) = places.get_mut(start) {
            *first = true;
        }
        self.walk(&self.pieces, text, places, true)
    }

    /// How many characters at the front (or back) the shortest or longest match has.
    pub fn affix(&self, text: &[char], front: bool, longest: bool) -> Option<usize> {
        let n = text.len();
        let places = if front {
            self.ends(text, 0)
        } else {
            let mut places = vec![false; n + 1];
            if let Some(last) = places.last_mut() {
                *last = true;
            }
            let mut starts = self.walk(&self.pieces, text, places, false);
            starts.reverse();
            starts
        };
        if longest {
            places.iter().rposition(|&p| p)
        } else {
            places.iter().position(|&p| p)
        }
    }

    /// The first match at or after `from`, the longest one there.
    pub fn find(&self, text: &[char], from: usize) -> Option<(usize, usize)> {
        if self.pieces.iter().all(|p| !matches!(p, Piece::Star | Piece::Group(..))) {
            let len = self.pieces.len();
            return text
                .get(from..)?
                .windows(len.max(1))
                .position(|window| len > 0 && self.pieces.iter().zip(window).all(|(piece, c)| self.accepts(piece, *c)))
                .map(|at| (from + at, from + at + len));
        }
        (from..=text.len()).find_map(|start| {
            let end = self.ends(text, start).iter().rposition(|&p| p)?;
            Some((start, end))
        })
    }

    fn walk(&self, pieces: &[Piece], text: &[char], mut places: Places, forward: bool) -> Places {
        let step = |piece: &Piece, places: Places| match piece {
            Piece::Star => {
                let mut open = false;
                let spread = |p: &bool| {
                    open |= *p;
                    open
                };
                if forward {
                    places.iter().map(spread).collect()
                } else {
                    let mut out: Places = places.iter().rev().map(spread).collect();
                    out.reverse();
                    out
                }
            }
            Piece::Group(mark, choices) => self.group(*mark, choices, text, places, forward),
            single => {
                let mut out = vec![false; places.len()];
                for (i, c) in text.iter().enumerate() {
                    let (from, to) = if forward { (i, i + 1) } else { (i + 1, i) };
                    if places.get(from) == Some(&true) && self.accepts(single, *c) {
                        if let Some(place) = out.get_mut(to) {
                            *place = true;
                        }
                    }
                }
                out
            }
        };
        let mut advance = |piece: &Piece| {
            if places.iter().any(|&p| p) {
                places = step(piece, std::mem::take(&mut places));
            }
        };
        if forward {
            pieces.iter().for_each(&mut advance);
        } else {
            pieces.iter().rev().for_each(&mut advance);
        }
        places
    }

    fn group(&self, mark: char, choices: &[Vec<Piece>], text: &[char], start: Places, forward: bool) -> Places {
        let once = |from: &Places| {
            let mut out = vec![false; from.len()];
            for choice in choices {
                let reached = self.walk(choice, text, from.clone(), forward);
                out.iter_mut().zip(reached).for_each(|(a, b)| *a |= b);
            }
            out
        };
        let join = |a: &mut Places, b: &Places| {
            let before = a.iter().filter(|p| **p).count();
            a.iter_mut().zip(b).for_each(|(a, b)| *a |= b);
            a.iter().filter(|p| **p).count() != before
        };
        match mark {
            '@' => once(&start),
            '?' => {
                let mut all = once(&start);
                join(&mut all, &start);
                all
            }
            '!' => {
                let mut all = vec![false; start.len()];
                for (at, _) in start.iter().enumerate().filter(|(_, p)| **p) {
                    let mut one = vec![false; start.len()];
                    if let Some(place) = one.get_mut(at) {
                        *place = true;
                    }
                    let matched = once(&one);
                    for (i, place) in all.iter_mut().enumerate() {
                        let after = if forward { i >= at } else { i <= at };
                        *place |= after && matched.get(i) != Some(&true);
                    }
                }
                all
            }
            _ => {
                let mut all = if mark == '*' { start.clone() } else { once(&start) };
                let mut last = all.clone();
                loop {
                    last = once(&last);
                    if !join(&mut all, &last) {
                        return all;
                    }
                }
            }
        }
    }

    fn accepts(&self, piece: &Piece, c: char) -> bool {
        let either =
            |f: &dyn Fn(char) -> bool| f(c) || (self.fold && (f(c.to_ascii_lowercase()) || f(c.to_ascii_uppercase())));
        match piece {
            Piece::Char(own) => either(&|c| c == *own),
            Piece::Any => true,
            Piece::Class(negated, ranges) => {
                either(&|c| {
                    ranges.iter().any(|range| match range {
                        Range::Span(from, to) => (*from..=*to).contains(&c),
                        Range::Named(name) => in_class(name, c),
                    })
                }) != *negated
            }
            Piece::Star | Piece::Group(..) => false,
        }
    }
}

/// The character classes of POSIX.
pub fn in_class(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "cntrl" => c.is_control(),
        "print" => !c.is_control(),
        "graph" => !c.is_control() && c != ' ',
        "xdigit" => c.is_ascii_hexdigit(),
        "word" => c.is_alphanumeric() || c == '_',
        _ => false,
    }
}

/// Pieces up to the end, or, inside a group, up to `|` or `)`.
fn sequence(chars: &[char], at: &mut usize, extglob: bool, depth: u32) -> Vec<Piece> {
    let mut out = Vec::new();
    while let Some(&c) = chars.get(*at) {
        if depth > 0 && matches!(c, '|' | ')') {
            break;
        }
        *at += 1;
        let opens = extglob && depth < 20 && chars.get(*at) == Some(&'(') && closes(chars, *at);
        match c {
            '?' | '*' | '+' | '@' | '!' if opens => {
                let mut choices = Vec::new();
                loop {
                    *at += 1;
                    choices.push(sequence(chars, at, extglob, depth + 1));
                    if chars.get(*at) != Some(&'|') {
                        break;
                    }
                }
                *at += 1;
                out.push(Piece::Group(c, choices));
            }
            '\\' => {
                out.push(Piece::Char(chars.get(*at).copied().unwrap_or('\\')));
                *at += 1;
            }
            '*' => {
                if !matches!(out.last(), Some(Piece::Star)) {
                    out.push(Piece::Star);
                }
            }
            '?' => out.push(Piece::Any),
            '[' => out.push(class(chars, at).unwrap_or(Piece::Char('['))),
            c => out.push(Piece::Char(c)),
        }
    }
    out
}

/// Whether the parenthesis at `open` is closed again.
fn closes(chars: &[char], open: usize) -> bool {
    let (mut depth, mut i) = (0usize, open);
    while let Some(&c) = chars.get(i) {
        match c {
            '\\' => i += 1,
            '(' => depth += 1,
            ')' if depth <= 1 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        i += 1;
    }
    false
}

/// `[…]`, the bracket having been taken; nothing is taken where it is none.
fn class(chars: &[char], at: &mut usize) -> Option<Piece> {
    let mut i = *at;
    let negated = matches!(chars.get(i), Some('!' | '^'));
    i += usize::from(negated);
    let first = i;
    let mut ranges = Vec::new();
    loop {
        let &c = chars.get(i)?;
        i += 1;
        if c == ']' && i > first + 1 {
            *at = i;
            return Some(Piece::Class(negated, ranges));
        }
        if c == '[' && matches!(chars.get(i), Some(':' | '.' | '=')) {
            let kind = chars.get(i).copied()?;
            let end = (i + 1..chars.len()).find(|&e| chars.get(e) == Some(&kind) && chars.get(e + 1) == Some(&']'));
            if let Some(end) = end {
                let name: String = chars.get(i + 1..end)?.iter().collect();
                if kind == ':' {
                    ranges.push(Range::Named(name));
                } else if let Some(c) = name.chars().next() {
                    ranges.push(Range::Span(c, c));
                }
                i = end + 2;
                continue;
            }
        }
        let from = if c == '\\' { take(chars, &mut i)? } else { c };
        if chars.get(i) == Some(&'-') && chars.get(i + 1).is_some_and(|c| *c != ']') {
            i += 1;
            let to = take(chars, &mut i)?;
            let to = if to == '\\' { take(chars, &mut i)? } else { to };
            ranges.push(Range::Span(from, to));
        } else {
            ranges.push(Range::Span(from, from));
        }
    }
}

fn take(chars: &[char], i: &mut usize) -> Option<char> {
    let c = chars.get(*i).copied();
    *i += 1;
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_bash_does() {
        let yes = |p: &str, t: &str| assert!(Pattern::new(p, true).matches(t), "{p} {t}");
        let no = |p: &str, t: &str| assert!(!Pattern::new(p, true).matches(t), "{p} {t}");
        yes("*", "");
        yes("a*c", "abc");
        no("a*c", "abd");
        yes("[!a-c]x", "dx");
        no("[!a-c]x", "bx");
        yes("[]a]", "]");
        yes("[[:digit:]]*", "5x");
        yes("\\*", "*");
        no("\\*", "a");
        yes("@(foo|bar)", "bar");
        yes("*(ab)", "ababab");
        no("+(ab)", "");
        yes("!(foo)", "bar");
        no("!(foo)", "foo");
        yes("[a", "[a");
        yes("a?ñ", "abñ");
    }

    #[test]
    fn cuts_the_shortest_and_the_longest() {
        let text: Vec<char> = "a/b/c".chars().collect();
        let affix = |p: &str, front, longest| Pattern::new(p, false).affix(&text, front, longest);
        assert_eq!(affix("*/", true, false), Some(2));
        assert_eq!(affix("*/", true, true), Some(4));
        assert_eq!(affix("/*", false, false), Some(2));
        assert_eq!(affix("/*", false, true), Some(4));
        assert_eq!(affix("x", true, true), None);
    }
}
