//! POSIX regular expressions, basic and extended, with the extensions of GNU (`\+ \? \| \w \s \b \< \>` and back
//! references): what `grep`, `sed`, `find -regex`, `less` and the shell's `=~` search with. The longest of the
//! leftmost matches wins. A visited set bounds the work to states times text, so no pattern can hang a session;
//! patterns with back references have a budget of steps instead. It must not know who asks, nor read files.

pub use super::regex_parse::class;
use super::regex_parse::{Assert, Node, Parser};

/// A compiled expression.
pub struct Regex {
    program: Vec<Step>,
    groups: usize,
    slots: usize,
    fold: bool,
    utf8: bool,
    back: bool,
    prefix: Vec<u8>,
}

/// Where the whole match (index 0) and each group lie, as byte offsets; a group that took no part is `None`.
pub type Spans = Vec<Option<(usize, usize)>>;

/// How a pattern is to be read.
#[derive(Clone, Copy, Default)]
pub struct Syntax {
    /// Extended (`grep -E`), not basic.
    pub extended: bool,
    /// Letters match without regard to case.
    pub fold: bool,
    /// Characters are UTF-8 sequences; in the C locale they are bytes.
    pub utf8: bool,
    /// With `extended`: also `\d` and `\D`, the part of Perl's syntax that is worth having (`grep -P`).
    pub perl: bool,
}

enum Step {
    Char(u32),
    Any,
    Set(Vec<(u32, u32)>, bool),
    Assert(Assert),
    Back(usize),
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    /// Fails where nothing was matched since the position in this slot: an empty turn of a loop.
    Moved(usize),
    Match,
}

const MAX_STEPS: usize = 50_000;
const BUDGET: usize = 2_000_000;

impl Regex {
    /// Compiles a pattern; the error is the sentence of glibc's `regerror`.
    pub fn new(pattern: &[u8], syntax: Syntax) -> Result<Regex, &'static str> {
        let mut parser = Parser::new(pattern, syntax);
        let node = parser.alternatives(0)?;
        let mut regex = Regex {
            program: Vec::new(),
            groups: parser.groups + 1,
            slots: 2 * (parser.groups + 1),
            fold: syntax.fold,
            utf8: syntax.utf8,
            back: parser.back,
            prefix: Vec::new(),
        };
        regex.emit(&node)?;
        regex.program.push(Step::Match);
        if !syntax.fold {
            for step in &regex.program {
                match step {
                    Step::Char(c) if *c < 0x80 => regex.prefix.push(*c as u8),
                    _ => break,
                }
            }
        }
        Ok(regex)
    }

    /// The number of groups, the whole match not counted.
    pub fn groups(&self) -> usize {
        self.groups - 1
    }

    /// Whether the text has a match.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.find_at(text, 0).is_some()
    }

    /// The leftmost, longest match that begins at `from` or later; `^` matches at offset 0 only.
    pub fn find_at(&self, text: &[u8], from: usize) -> Option<Spans> {
        // Most lines are ruled out by the beginning of the pattern, before any table is made.
        let from = if self.prefix.is_empty() { from } else { from + find_bytes(text.get(from..)?, &self.prefix)? };
        let width = text.len() + 1 - from.min(text.len());
        let bounded = !self.back && self.program.len().saturating_mul(width) < 1 << 28;
        let mut search = Search {
            regex: self,
            text,
            from,
            width,
            seen: if bounded { vec![0; self.program.len() * width / 64 + 1] } else { Vec::new() },
            budget: BUDGET,
        };
        let anchored = matches!(self.program.first(), Some(Step::Assert(Assert::Start)));
        let mut at = from;
        while at <= text.len() {
            if !self.prefix.is_empty() {
                at += find_bytes(text.get(at..)?, &self.prefix)?;
            }
            if let Some(spans) = search.run(at) {
                return Some(spans);
            }
            if anchored {
                return None;
            }
            at += if at < text.len() { self.decode(text, at).1 } else { 1 };
        }
        None
    }

    fn emit(&mut self, node: &Node) -> Result<(), &'static str> {
        if self.program.len() > MAX_STEPS {
            return Err("Regular expression too big");
        }
        match node {
            Node::Char(c) => self.program.push(Step::Char(if self.fold { fold(*c) } else { *c })),
            Node::Any => self.program.push(Step::Any),
            Node::Set(ranges, negated) => self.program.push(Step::Set(ranges.clone(), *negated)),
            Node::Assert(a) => self.program.push(Step::Assert(*a)),
            Node::Back(n) => self.program.push(Step::Back(*n)),
            Node::Group(inner, n) => {
                self.program.push(Step::Save(2 * n));
                self.emit(inner)?;
                self.program.push(Step::Save(2 * n + 1));
            }
            Node::Cat(nodes) => {
                for n in nodes {
                    self.emit(n)?;
                }
            }
            Node::Alt(nodes) => self.emit_alternatives(nodes)?,
            Node::Repeat(inner, min, max) => self.emit_repeat(inner, *min, *max)?,
        }
        Ok(())
    }

    fn emit_alternatives(&mut self, nodes: &[Node]) -> Result<(), &'static str> {
        let mut ends = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.emit(node)?;
                break;
            }
            let split = self.program.len();
            self.program.push(Step::Split(split + 1, 0));
            self.emit(node)?;
            ends.push(self.program.len());
            self.program.push(Step::Jump(0));
            self.patch(split);
        }
        for end in ends {
            self.patch(end);
        }
        Ok(())
    }

    fn emit_repeat(&mut self, inner: &Node, min: u32, max: Option<u32>) -> Result<(), &'static str> {
        for _ in 0..min {
            self.emit(inner)?;
        }
        let Some(max) = max else {
            let split = self.program.len();
            let slot = self.slots;
            self.slots += 1;
            self.program.push(Step::Split(split + 1, 0));
            self.program.push(Step::Save(slot));
            self.emit(inner)?;
            self.program.push(Step::Moved(slot));
            self.program.push(Step::Jump(split));
            self.patch(split);
            return Ok(());
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.program.len());
            self.program.push(Step::Split(self.program.len() + 1, 0));
            self.emit(inner)?;
        }
        for split in splits {
            self.patch(split);
        }
        Ok(())
    }

    /// Lets a jump or the second way of a split lead to what comes next.
    fn patch(&mut self, step: usize) {
        let next = self.program.len();
        if let Some(Step::Split(_, way) | Step::Jump(way)) = self.program.get_mut(step) {
            *way = next;
        }
    }

    fn decode(&self, text: &[u8], at: usize) -> (u32, usize) {
        let first = text.get(at).copied().unwrap_or(0);
        if !self.utf8 || first < 0xC0 {
            return (u32::from(first), 1);
        }
        decode_utf8(text.get(at..).unwrap_or(&[]))
    }
}

/// The first character of some UTF-8 text and its length in bytes; a byte that is none stands for itself.
pub fn decode_utf8(text: &[u8]) -> (u32, usize) {
    let head = text.get(..text.len().min(4)).unwrap_or(text);
    let valid = match std::str::from_utf8(head) {
        Ok(s) => s,
        Err(e) => head.get(..e.valid_up_to()).and_then(|h| std::str::from_utf8(h).ok()).unwrap_or(""),
    };
    match valid.chars().next() {
        Some(c) => (u32::from(c), c.len_utf8()),
        None => (u32::from(head.first().copied().unwrap_or(0)), 1),
    }
}

/// The offset of the first occurrence of some bytes.
pub fn find_bytes(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|&b| b == first)?;
        if text.get(at + 1..)?.starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
}

struct Search<'a> {
    regex: &'a Regex,
    text: &'a [u8],
    from: usize,
    width: usize,
    seen: Vec<u64>,
    budget: usize,
}

enum Job {
    Try(usize, usize),
    Restore(usize, Option<usize>),
}

impl Search<'_> {
    /// The longest match that begins exactly here. What was seen from an earlier start led nowhere, so it stays seen.
    fn run(&mut self, start: usize) -> Option<Spans> {
        let mut slots: Vec<Option<usize>> = vec![None; self.regex.slots];
        let mut best: Option<(usize, Vec<Option<usize>>)> = None;
        let mut stack = vec![Job::Try(0, start)];
        while let Some(job) = stack.pop() {
            match job {
                Job::Restore(slot, old) => {
                    if let Some(s) = slots.get_mut(slot) {
                        *s = old;
                    }
                }
                Job::Try(mut pc, mut at) => loop {
                    if !self.enter(pc, at) {
                        break;
                    }
                    match self.regex.program.get(pc) {
                        Some(Step::Match) => {
                            if best.as_ref().is_none_or(|(end, _)| at > *end) {
                                best = Some((at, slots.clone()));
                            }
                            break;
                        }
                        Some(Step::Split(first, second)) => {
                            stack.push(Job::Try(*second, at));
                            pc = *first;
                        }
                        Some(Step::Jump(to)) => pc = *to,
                        Some(Step::Save(slot)) => {
                            if let Some(s) = slots.get_mut(*slot) {
                                stack.push(Job::Restore(*slot, *s));
                                *s = Some(at);
                            }
                            pc += 1;
                        }
                        Some(step) => match self.advance(step, at, &slots) {
                            Some(next) => (pc, at) = (pc + 1, next),
                            None => break,
                        },
                        None => break,
                    }
                },
            }
        }
        let (end, slots) = best?;
        let mut spans: Spans = vec![Some((start, end))];
        for n in 1..self.regex.groups {
            spans.push(match (slots.get(2 * n).copied().flatten(), slots.get(2 * n + 1).copied().flatten()) {
                (Some(a), Some(b)) if a <= b => Some((a, b)),
                _ => None,
            });
        }
        Some(spans)
    }

    fn enter(&mut self, pc: usize, at: usize) -> bool {
        if self.seen.is_empty() {
            self.budget = self.budget.saturating_sub(1);
            return self.budget > 0;
        }
        let bit = pc * self.width + (at - self.from);
        match self.seen.get_mut(bit / 64) {
            Some(word) => {
                let fresh = *word & (1 << (bit % 64)) == 0;
                *word |= 1 << (bit % 64);
                fresh
            }
            None => false,
        }
    }

    /// Where the text goes on after this step, if it matches here.
    fn advance(&self, step: &Step, at: usize, slots: &[Option<usize>]) -> Option<usize> {
        let slot = |n: usize| slots.get(n).copied().flatten();
        match step {
            Step::Assert(a) => self.holds(*a, at).then_some(at),
            Step::Moved(n) => (slot(*n) != Some(at)).then_some(at),
            Step::Back(n) => {
                let piece = self.text.get(slot(2 * n)?..slot(2 * n + 1)?)?;
                let here = self.text.get(at..at + piece.len())?;
                let same = if self.regex.fold { here.eq_ignore_ascii_case(piece) } else { here == piece };
                same.then_some(at + piece.len())
            }
            _ => {
                if at >= self.text.len() {
                    return None;
                }
                let (c, len) = self.regex.decode(self.text, at);
                let hit = match step {
                    Step::Any => true,
                    Step::Char(want) => *want == if self.regex.fold { fold(c) } else { c },
                    Step::Set(ranges, negated) => {
                        let within = |c: u32| ranges.iter().any(|(lo, hi)| (*lo..=*hi).contains(&c));
                        let inside = within(c) || self.regex.fold && (within(fold(c)) || within(unfold(c)));
                        inside != *negated
                    }
                    _ => false,
                };
                hit.then_some(at + len)
            }
        }
    }

    fn holds(&self, assert: Assert, at: usize) -> bool {
        let word = |i: Option<usize>| i.and_then(|i| self.text.get(i)).is_some_and(|b| is_word(*b, self.regex.utf8));
        let (before, after) = (word(at.checked_sub(1)), word(Some(at)));
        match assert {
            Assert::Start => at == 0,
            Assert::End => at == self.text.len(),
            Assert::Word => before != after,
            Assert::NotWord => before == after,
            Assert::WordStart => !before && after,
            Assert::WordEnd => before && !after,
        }
    }
}

fn is_word(b: u8, utf8: bool) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || utf8 && b >= 0x80
}

/// Lower case of ASCII and Latin-1 letters.
fn fold(c: u32) -> u32 {
    match c {
        0x41..=0x5A | 0xC0..=0xD6 | 0xD8..=0xDE => c + 32,
        _ => c,
    }
}

fn unfold(c: u32) -> u32 {
    match c {
        0x61..=0x7A | 0xE0..=0xF6 | 0xF8..=0xFE => c - 32,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &str, extended: bool, text: &str) -> Option<String> {
        let syntax = Syntax { extended, fold: false, utf8: true, perl: false };
        let spans = Regex::new(pattern.as_bytes(), syntax).unwrap().find_at(text.as_bytes(), 0)?;
        let show = |s: &Option<(usize, usize)>| s.map_or("-".to_string(), |(a, b)| text.get(a..b).unwrap().to_string());
        Some(spans.iter().map(show).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn the_longest_of_the_leftmost_wins() {
        assert_eq!(find("ab|abcd", true, "xabcd").unwrap(), "abcd");
        assert_eq!(find("(a|ab)(c|bcd)", true, "abcd").unwrap(), "abcd|a|bcd");
        assert_eq!(find("x*", false, "aaa").unwrap(), "");
        assert_eq!(find("a.c", false, "añc").unwrap(), "añc");
    }

    #[test]
    fn basic_syntax_escapes_its_operators() {
        assert_eq!(find("a+", false, "aa+"), Some("a+".into()));
        assert_eq!(find("a\\+", false, "xaa+"), Some("aa".into()));
        assert_eq!(find("\\(ab\\)\\{2\\}", false, "ababab"), Some("abab|ab".into()));
        assert_eq!(find("\\(.\\)\\1", false, "hello"), Some("ll|l".into()));
        assert_eq!(find("*a", false, "b*a"), Some("*a".into()));
        assert_eq!(find("^*a", false, "*a"), Some("*a".into()));
        assert_eq!(find("a$b", false, "a$b"), Some("a$b".into()));
        assert_eq!(find("a\\|b", false, "xb"), Some("b".into()));
    }

    #[test]
    fn extended_syntax() {
        assert_eq!(find("^[[:digit:]]{2,3}$", true, "123"), Some("123".into()));
        assert_eq!(find("a{,2}b", true, "aaab"), Some("aab".into()));
        assert_eq!(find("a{x", true, "a{x"), Some("a{x".into()));
        assert_eq!(find("(a*)*b", true, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"), None);
        assert_eq!(find("\\bfoo\\b", true, "a foo b"), Some("foo".into()));
        assert_eq!(find("[]a-]+", true, "x]-a"), Some("]-a".into()));
        assert_eq!(find("()", true, "x"), Some("|".into()));
    }

    #[test]
    fn errors_are_glibcs() {
        let fails = |p: &str, extended| {
            Regex::new(p.as_bytes(), Syntax { extended, ..Syntax::default() }).err().unwrap_or("fine")
        };
        assert_eq!(fails("\\(a", false), "Unmatched ( or \\(");
        assert_eq!(fails("a\\)", false), "Unmatched ) or \\)");
        assert_eq!(fails("[a", false), "Unmatched [, [^, [:, [., or [=");
        assert_eq!(fails("a\\{2,1\\}", false), "Invalid content of \\{\\}");
        assert_eq!(fails("a\\", true), "Trailing backslash");
        assert_eq!(fails("[[:foo:]]", true), "Invalid character class name");
        assert_eq!(fails("[b-a]", true), "Invalid range end");
    }
}
