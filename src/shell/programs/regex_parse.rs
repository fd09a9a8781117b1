//! How regular expressions are read: basic and extended syntax become one tree, and what is wrong is told in glibc's
//! words. It must not know how the tree is matched.

use super::regex::{decode_utf8, find_bytes, Syntax};

/// A part of an expression.
pub(super) enum Node {
    Char(u32),
    Any,
    Set(Vec<(u32, u32)>, bool),
    Assert(Assert),
    Back(usize),
    Group(Box<Node>, usize),
    Cat(Vec<Node>),
    Alt(Vec<Node>),
    Repeat(Box<Node>, u32, Option<u32>),
}

/// Where one stands, without a character.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Assert {
    Start,
    End,
    Word,
    NotWord,
    WordStart,
    WordEnd,
}

/// Reads an expression.
pub(super) struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    syntax: Syntax,
    /// How many groups were opened.
    pub(super) groups: usize,
    closed: Vec<usize>,
    /// Whether it refers back to a group.
    pub(super) back: bool,
}

const UNMATCHED_BRACKET: &str = "Unmatched [, [^, [:, [., or [=";

impl<'a> Parser<'a> {
    /// At the beginning of a pattern.
    pub(super) fn new(text: &'a [u8], syntax: Syntax) -> Parser<'a> {
        Parser { text, at: 0, syntax, groups: 0, closed: Vec::new(), back: false }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, word: &str) -> bool {
        let hit = self.text.get(self.at..).is_some_and(|t| t.starts_with(word.as_bytes()));
        if hit {
            self.at += word.len();
        }
        hit
    }

    fn sees(&self, word: &str) -> bool {
        self.text.get(self.at..).is_some_and(|t| t.starts_with(word.as_bytes()))
    }

    /// The spelling of an operator: bare in extended syntax, with a backslash in basic.
    fn operator(&self, extended: &'static str, basic: &'static str) -> &'static str {
        if self.syntax.extended {
            extended
        } else {
            basic
        }
    }

    /// Alternatives, the whole expression being those at depth 0.
    pub(super) fn alternatives(&mut self, depth: usize) -> Result<Node, &'static str> {
        if depth > 200 {
            return Err("Regular expression too big");
        }
        let mut nodes = vec![self.sequence(depth)?];
        while self.eat(self.operator("|", "\\|")) {
            nodes.push(self.sequence(depth)?);
        }
        if nodes.len() == 1 {
            return nodes.pop().ok_or("");
        }
        Ok(Node::Alt(nodes))
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, &'static str> {
        let (bar, open, close) = (self.operator("|", "\\|"), self.operator("(", "\\("), self.operator(")", "\\)"));
        let mut nodes: Vec<Node> = Vec::new();
        while self.peek().is_some() {
            if self.sees(bar) || depth > 0 && self.sees(close) {
                break;
            }
            if self.sees(close) && !self.syntax.extended {
                return Err("Unmatched ) or \\)");
            }
            let first = nodes.is_empty();
            let atom = if self.eat(open) {
                self.groups += 1;
                let n = self.groups;
                let inner = self.alternatives(depth + 1)?;
                if !self.eat(close) {
                    return Err("Unmatched ( or \\(");
                }
                self.closed.push(n);
                Node::Group(Box::new(inner), n)
            } else {
                self.atom(first, bar, close)?
            };
            // In basic syntax a star after an anchor is an ordinary character.
            let anchor = matches!(atom, Node::Assert(Assert::Start)) && !self.syntax.extended;
            let atom = if anchor { atom } else { self.repeats(atom)? };
            nodes.push(atom);
            if anchor && self.eat("*") {
                let star = self.repeats(Node::Char(u32::from(b'*')))?;
                nodes.push(star);
            }
        }
        Ok(Node::Cat(nodes))
    }

    fn repeats(&mut self, mut atom: Node) -> Result<Node, &'static str> {
        let (plus, optional, open) = (self.operator("+", "\\+"), self.operator("?", "\\?"), self.operator("{", "\\{"));
        loop {
            let (min, max) = if self.eat("*") {
                (0, None)
            } else if self.eat(plus) {
                (1, None)
            } else if self.eat(optional) {
                (0, Some(1))
            } else if self.sees(open) {
                let before = self.at;
                self.at += open.len();
                match self.interval() {
                    Ok(bounds) => bounds,
                    // `a{` and `a{x` are ordinary characters in extended syntax.
                    Err(_) if self.syntax.extended => {
                        self.at = before;
                        return Ok(atom);
                    }
                    Err(e) => return Err(e),
                }
            } else {
                return Ok(atom);
            };
            if max.is_some_and(|m| m < min) {
                return Err("Invalid content of \\{\\}");
            }
            if min > 32_767 || max.is_some_and(|m| m > 32_767) {
                return Err("Regular expression too big");
            }
            atom = Node::Repeat(Box::new(atom), min, max);
        }
    }

    fn interval(&mut self) -> Result<(u32, Option<u32>), &'static str> {
        let min = self.number();
        let max = if self.eat(",") { self.number() } else { min };
        if min.is_none() && max.is_none() {
            let comma = self.text.get(self.at.wrapping_sub(1)) == Some(&b',');
            if !comma {
                return Err("Invalid preceding regular expression");
            }
        }
        if self.eat(self.operator("}", "\\}")) {
            Ok((min.unwrap_or(0), max))
        } else if self.peek().is_none() {
            Err("Unmatched { or \\{")
        } else {
            Err("Invalid content of \\{\\}")
        }
    }

    fn number(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(d @ b'0'..=b'9') = self.peek() {
            value = Some(value.unwrap_or(0u32).saturating_mul(10).saturating_add(u32::from(d - b'0')));
            self.at += 1;
        }
        value
    }

    fn atom(&mut self, first: bool, bar: &str, close: &str) -> Result<Node, &'static str> {
        let (c, len) = if self.syntax.utf8 {
            decode_utf8(self.text.get(self.at..).unwrap_or(&[]))
        } else {
            (u32::from(self.peek().unwrap_or(0)), 1)
        };
        self.at += len;
        Ok(match u8::try_from(c).unwrap_or(0) {
            b'\\' if len == 1 => return self.escaped(),
            b'.' => Node::Any,
            b'[' => return self.bracket(),
            b'^' if self.syntax.extended || first => Node::Assert(Assert::Start),
            b'$' if self.syntax.extended || self.peek().is_none() || self.sees(bar) || self.sees(close) => {
                Node::Assert(Assert::End)
            }
            // A repetition of nothing: GNU takes it for an ordinary character at the start.
            b'*' | b'+' | b'?' if self.syntax.extended && first => Node::Cat(Vec::new()),
            _ => Node::Char(c),
        })
    }

    fn escaped(&mut self) -> Result<Node, &'static str> {
        let Some(c) = self.peek() else { return Err("Trailing backslash") };
        self.at += 1;
        let word = || {
            let mut set = class("alnum").unwrap_or_default();
            set.push((95, 95));
            if self.syntax.utf8 {
                set.push((0x80, 0x10_FFFF));
            }
            set
        };
        Ok(match c {
            b'w' => Node::Set(word(), false),
            b'W' => Node::Set(word(), true),
            b's' => Node::Set(class("space").unwrap_or_default(), false),
            b'S' => Node::Set(class("space").unwrap_or_default(), true),
            b'd' | b'D' if self.syntax.perl => Node::Set(class("digit").unwrap_or_default(), c == b'D'),
            b't' if self.syntax.perl => Node::Char(9),
            b'b' => Node::Assert(Assert::Word),
            b'B' => Node::Assert(Assert::NotWord),
            b'<' => Node::Assert(Assert::WordStart),
            b'>' => Node::Assert(Assert::WordEnd),
            b'`' => Node::Assert(Assert::Start),
            b'\'' => Node::Assert(Assert::End),
            b'1'..=b'9' => {
                let n = usize::from(c - b'0');
                if !self.closed.contains(&n) {
                    return Err("Invalid back reference");
                }
                self.back = true;
                Node::Back(n)
            }
            b'{' if !self.syntax.extended => return Err("Invalid preceding regular expression"),
            _ => Node::Char(u32::from(c)),
        })
    }

    fn bracket(&mut self) -> Result<Node, &'static str> {
        let negated = self.eat("^");
        if self.peek().is_none() {
            return Err("Invalid regular expression");
        }
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            if !first && self.eat("]") {
                return Ok(Node::Set(ranges, negated));
            }
            first = false;
            if self.eat("[:") {
                let name = self.until(":]")?;
                ranges.extend(class(&name).ok_or("Invalid character class name")?);
                continue;
            }
            let low = self.bracket_char()?;
            let high = if self.sees("-") && !self.sees("-]") {
                self.at += 1;
                self.bracket_char()?
            } else {
                low
            };
            if high < low {
                return Err("Invalid range end");
            }
            ranges.push((low, high));
        }
    }

    fn bracket_char(&mut self) -> Result<u32, &'static str> {
        for (open, close) in [("[.", ".]"), ("[=", "=]")] {
            if self.eat(open) {
                return self.until(close)?.chars().next().map(u32::from).ok_or("Invalid collation character");
            }
        }
        if self.peek().is_none() {
            return Err(UNMATCHED_BRACKET);
        }
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let (c, len) =
            if self.syntax.utf8 { decode_utf8(rest) } else { (u32::from(rest.first().copied().unwrap_or(0)), 1) };
        self.at += len;
        Ok(c)
    }

    fn until(&mut self, close: &str) -> Result<String, &'static str> {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let len = find_bytes(rest, close.as_bytes()).ok_or(UNMATCHED_BRACKET)?;
        self.at += len + close.len();
        Ok(String::from_utf8_lossy(rest.get(..len).unwrap_or(&[])).into_owned())
    }
}

/// The ranges of a POSIX character class in the C locale, such as `alpha`.
pub fn class(name: &str) -> Option<Vec<(u32, u32)>> {
    let ranges: &[(u8, u8)] = match name {
        "alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        "digit" => &[(b'0', b'9')],
        "alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        "upper" => &[(b'A', b'Z')],
        "lower" => &[(b'a', b'z')],
        "space" => &[(9, 13), (b' ', b' ')],
        "blank" => &[(9, 9), (b' ', b' ')],
        "punct" => &[(33, 47), (58, 64), (91, 96), (123, 126)],
        "print" => &[(32, 126)],
        "graph" => &[(33, 126)],
        "cntrl" => &[(0, 31), (127, 127)],
        "xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    };
    Some(ranges.iter().map(|&(a, b)| (u32::from(a), u32::from(b))).collect())
}
