//! `test`, `[` and the operators of `[[`: what is asked of files comes through [`Facts`], so that the builtin and the
//! program `/usr/bin/test` share everything. Messages are bash's, without the command's name.

use crate::kernel::{FileKind, Proc, Stat};

/// Where tests find out about files and the shell.
pub trait Facts {
    /// Metadata; `follow` symlinks.
    fn stat(&self, path: &str, follow: bool) -> Option<Stat>;
    /// Whether a file may be read (4), written (2) or executed (1).
    fn access(&self, path: &str, mode: u32) -> bool;
    /// Whether the descriptor is a terminal.
    fn is_terminal(&self, fd: i32) -> bool;
    /// User and group.
    fn ids(&self) -> (u32, u32);
    /// Whether a shell variable is set; programs know none.
    fn is_set(&self, name: &str) -> bool {
        let _ = name;
        false
    }
    /// Whether an option of `set -o` is on.
    fn has_option(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

impl Facts for Proc {
    fn stat(&self, path: &str, follow: bool) -> Option<Stat> {
        self.fs(|vfs, who| if follow { vfs.stat(who, path) } else { vfs.lstat(who, path) }).ok()
    }

    fn access(&self, path: &str, mode: u32) -> bool {
        self.fs(|vfs, who| vfs.access(who, path, mode)).is_ok()
    }

    fn is_terminal(&self, fd: i32) -> bool {
        self.isatty(fd)
    }

    fn ids(&self) -> (u32, u32) {
        let cred = self.cred();
        (cred.uid, cred.gid)
    }
}

/// A unary operator. The error is the complaint.
pub fn unary(facts: &dyn Facts, op: &str, text: &str) -> Result<bool, String> {
    let stat = |follow| facts.stat(text, follow);
    let kind = |kind: FileKind| stat(true).is_some_and(|s| s.kind == kind);
    let bit = |bit: u32| stat(true).is_some_and(|s| s.mode & bit != 0);
    Ok(match op {
        "-n" => !text.is_empty(),
        "-z" => text.is_empty(),
        "-a" | "-e" => stat(true).is_some(),
        "-f" => kind(FileKind::File),
        "-d" => kind(FileKind::Dir),
        "-h" | "-L" => stat(false).is_some_and(|s| s.kind == FileKind::Symlink),
        "-b" => kind(FileKind::BlockDevice),
        "-c" => kind(FileKind::CharDevice),
        "-p" => kind(FileKind::Fifo),
        "-S" => kind(FileKind::Socket),
        "-s" => stat(true).is_some_and(|s| s.size > 0),
        "-r" => facts.access(text, 4),
        "-w" => facts.access(text, 2),
        "-x" => facts.access(text, 1),
        "-u" => bit(0o4000),
        "-g" => bit(0o2000),
        "-k" => bit(0o1000),
        "-O" => stat(true).is_some_and(|s| s.uid == facts.ids().0),
        "-G" => stat(true).is_some_and(|s| s.gid == facts.ids().1),
        "-N" => stat(true).is_some_and(|s| s.mtime > s.atime),
        "-t" => facts.is_terminal(integer(text)? as i32),
        "-v" | "-R" => facts.is_set(text),
        "-o" => facts.has_option(text),
        _ => return Err(format!("{op}: unary operator expected")),
    })
}

const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

fn is_unary(op: &str) -> bool {
    let mut chars = op.chars();
    chars.next() == Some('-') && chars.next().is_some_and(|c| UNARY.contains(c)) && chars.next().is_none()
}

const BINARY: [&str; 14] = ["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

fn is_binary(op: &str) -> bool {
    BINARY.contains(&op)
}

/// Compares numbers by `-eq` and its kind.
pub fn compare(a: i64, op: &str, b: i64) -> bool {
    match op {
        "-eq" => a == b,
        "-ne" => a != b,
        "-lt" => a < b,
        "-le" => a <= b,
        "-gt" => a > b,
        _ => a >= b,
    }
}

fn integer(text: &str) -> Result<i64, String> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
    digits.parse().map_err(|_| format!("{text}: integer expression expected"))
}

/// A binary operator. The error is the complaint.
pub fn binary(facts: &dyn Facts, a: &str, op: &str, b: &str) -> Result<bool, String> {
    let times = || (facts.stat(a, true).map(|s| s.mtime), facts.stat(b, true).map(|s| s.mtime));
    Ok(match op {
        "=" | "==" => a == b,
        "!=" => a != b,
        "<" => a < b,
        ">" => a > b,
        "-nt" => matches!(times(), (Some(x), y) if y.is_none_or(|y| x > y)),
        "-ot" => matches!(times(), (x, Some(y)) if x.is_none_or(|x| x < y)),
        "-ef" => match (facts.stat(a, true), facts.stat(b, true)) {
            (Some(x), Some(y)) => (x.dev, x.ino) == (y.dev, y.ino),
            _ => false,
        },
        "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => compare(integer(a)?, op, integer(b)?),
        _ => return Err(format!("{op}: binary operator expected")),
    })
}

/// Evaluates the arguments of `test` (without the closing bracket of `[`), by POSIX's rules for up to four of them. The
/// error is the complaint, with which `test` ends with 2.
pub fn test(facts: &dyn Facts, args: &[String]) -> Result<bool, String> {
    let texts: Vec<&str> = args.iter().map(String::as_str).collect();
    short(facts, &texts)
}

fn short(facts: &dyn Facts, args: &[&str]) -> Result<bool, String> {
    match args {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        ["!", rest] => Ok(rest.is_empty()),
        [op, text] if is_unary(op) => unary(facts, op, text),
        [op, _] => Err(format!("{op}: unary operator expected")),
        [a, op, b] if is_binary(op) => binary(facts, a, op, b),
        [a, "-a", b] => Ok(!a.is_empty() && !b.is_empty()),
        [a, "-o", b] => Ok(!a.is_empty() || !b.is_empty()),
        ["!", rest @ ..] if args.len() <= 4 => short(facts, rest).map(|v| !v),
        ["(", inner, ")"] => Ok(!inner.is_empty()),
        [_, op, _] => Err(format!("{op}: binary operator expected")),
        ["(", a, b, ")"] => short(facts, &[a, b]),
        _ => {
            let mut long = Long { facts, args, at: 0, depth: 0 };
            let value = long.or()?;
            match long.args.get(long.at) {
                None => Ok(value),
                Some(_) => Err("too many arguments".to_owned()),
            }
        }
    }
}

/// More than four arguments: a grammar of `-o`, `-a`, `!` and parentheses.
struct Long<'a> {
    facts: &'a dyn Facts,
    args: &'a [&'a str],
    at: usize,
    depth: u32,
}

impl<'a> Long<'a> {
    fn peek(&self, offset: usize) -> Option<&'a str> {
        self.args.get(self.at + offset).copied()
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut value = self.and()?;
        while self.peek(0) == Some("-o") {
            self.at += 1;
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.term()?;
        while self.peek(0) == Some("-a") {
            self.at += 1;
            value &= self.term()?;
        }
        Ok(value)
    }

    fn term(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("too many arguments".to_owned());
        }
        let value = self.primary();
        self.depth -= 1;
        value
    }

    fn primary(&mut self) -> Result<bool, String> {
        let Some(first) = self.peek(0) else { return Err("argument expected".to_owned()) };
        if let Some(op) = self.peek(1).filter(|op| is_binary(op)) {
            if let Some(right) = self.peek(2) {
                self.at += 3;
                return binary(self.facts, first, op, right);
            }
        }
        if first == "!" {
            self.at += 1;
            return Ok(!self.term()?);
        }
        if first == "(" {
            self.at += 1;
            let value = self.or()?;
            if self.peek(0) != Some(")") {
                return Err("`)' expected".to_owned());
            }
            self.at += 1;
            return Ok(value);
        }
        if is_unary(first) {
            if let Some(text) = self.peek(1) {
                self.at += 2;
                return unary(self.facts, first, text);
            }
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

/// An extended regular expression of POSIX, in which a backslash takes the next character as it is, made ready.
pub fn regex(pattern: &str, fold: bool) -> Option<regex_lite::Regex> {
    let mut out = String::from(if fold { "(?si)" } else { "(?s)" });
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str(&regex_lite::escape(&chars.next().map(String::from).unwrap_or_default())),
            '[' => {
                out.push('[');
                if chars.peek() == Some(&'^') {
                    out.extend(chars.next());
                }
                if chars.peek() == Some(&']') {
                    chars.next();
                    out.push_str("\\]");
                }
                bracket(&mut chars, &mut out);
            }
            c => out.push(c),
        }
    }
    regex_lite::Regex::new(&out).ok()
}

fn bracket(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            ']' => {
                out.push(']');
                return;
            }
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            '[' => out.push_str("\\["),
            '\\' => match chars.next() {
                Some(c) if c.is_ascii_punctuation() => out.extend(['\\', c]),
                Some(c) => out.push(c),
                None => out.push_str("\\\\"),
            },
            '&' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
}
