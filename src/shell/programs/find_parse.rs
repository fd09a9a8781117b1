//! How the expressions of `find` are read, with GNU's words for what is wrong with them. It must not know how files are
//! asked.

use super::accounts::Accounts;
use super::chmod::Mode;
use super::find_tests::{Expr, Test, Walk};
use super::job::Job;
use super::regex::{Regex, Syntax};
use crate::ambient::Time;
use crate::shell::dates;
use std::cmp::Ordering;

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    walk: Walk,
    now: Time,
}

/// Reads an expression; without an action, `-print` is done where it holds.
///
/// # Errors
/// The complaint, without the program's name.
pub fn parse(job: &Job, words: &[String]) -> Result<(Walk, Expr), String> {
    let walk = Walk { max_depth: usize::MAX, accounts: Accounts::load(job), ..Walk::default() };
    let mut parser = Parser { words, at: 0, walk, now: job.now() };
    let expr = if words.is_empty() { Expr::Leaf(Test::True) } else { parser.comma(job)? };
    if let Some(word) = words.get(parser.at) {
        return Err(match word.as_str() {
            ")" => "invalid expression; you have too many ')'".to_string(),
            word => ["paths must precede expression: `", word, "'"].concat(),
        });
    }
    let expr = match parser.walk.acts {
        true => expr,
        false => Expr::And(Box::new(expr), Box::new(Expr::Leaf(Test::Print("\n")))),
    };
    Ok((parser.walk, expr))
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn eat(&mut self, choices: &[&str]) -> bool {
        let hit = self.peek().is_some_and(|w| choices.contains(&w));
        self.at += usize::from(hit);
        hit
    }

    fn comma(&mut self, job: &Job) -> Result<Expr, String> {
        let mut left = self.or(job)?;
        while self.eat(&[","]) {
            left = Expr::Comma(Box::new(left), Box::new(self.or(job)?));
        }
        Ok(left)
    }

    fn or(&mut self, job: &Job) -> Result<Expr, String> {
        let mut left = self.and(job)?;
        while self.eat(&["-o", "-or"]) {
            left = Expr::Or(Box::new(left), Box::new(self.and(job)?));
        }
        Ok(left)
    }

    fn and(&mut self, job: &Job) -> Result<Expr, String> {
        let mut left = self.not(job)?;
        loop {
            let explicit = self.eat(&["-a", "-and"]);
            if !explicit && self.peek().is_none_or(|w| matches!(w, ")" | "-o" | "-or" | ",")) {
                return Ok(left);
            }
            left = Expr::And(Box::new(left), Box::new(self.not(job)?));
        }
    }

    fn not(&mut self, job: &Job) -> Result<Expr, String> {
        if self.eat(&["!", "-not"]) {
            return Ok(Expr::Not(Box::new(self.not(job)?)));
        }
        if self.eat(&["("]) {
            if self.eat(&[")"]) {
                return Err("invalid expression; empty parentheses are not allowed.".to_string());
            }
            let inner = self.comma(job)?;
            if !self.eat(&[")"]) {
                return Err(
                    "invalid expression; I was expecting to find a ')' somewhere but did not see one.".to_string()
                );
            }
            return Ok(inner);
        }
        let Some(word) = self.peek().map(str::to_string) else {
            let last = self.words.last().map_or("", String::as_str);
            return Err(["expected an expression after '", last, "'"].concat());
        };
        if matches!(word.as_str(), "-a" | "-o" | "-and" | "-or") {
            return Err(
                ["invalid expression; you have used a binary operator '", &word, "' with nothing before it."].concat()
            );
        }
        self.at += 1;
        self.test(job, &word).map(Expr::Leaf)
    }

    fn argument(&mut self, word: &str) -> Result<String, String> {
        let argument = self.peek().map(str::to_string).ok_or_else(|| ["missing argument to `", word, "'"].concat())?;
        self.at += 1;
        Ok(argument)
    }

    fn test(&mut self, job: &Job, word: &str) -> Result<Test, String> {
        Ok(match word {
            "-true" | "-noleaf" | "-ignore_readdir_race" | "-warn" | "-nowarn" => Test::True,
            "-false" => Test::False,
            "-depth" | "-d" => {
                self.walk.post_order = true;
                Test::True
            }
            "-xdev" | "-mount" => {
                self.walk.one_device = true;
                Test::True
            }
            "-maxdepth" | "-mindepth" => {
                let text = self.argument(word)?;
                let depth = text.parse().map_err(|_| {
                    ["Expected a positive decimal integer argument to ", word, ", but got '", &text, "'"].concat()
                })?;
                *(if word == "-maxdepth" { &mut self.walk.max_depth } else { &mut self.walk.min_depth }) = depth;
                Test::True
            }
            "-name" => Test::Name(self.argument(word)?, false),
            "-iname" => Test::Name(self.argument(word)?, true),
            "-path" | "-wholename" => Test::Path(self.argument(word)?, false),
            "-ipath" => Test::Path(self.argument(word)?, true),
            "-lname" => Test::Link(self.argument(word)?, false),
            "-regex" | "-iregex" => {
                let text = self.argument(word)?;
                let syntax = Syntax { fold: word == "-iregex", utf8: job.utf8(), ..Syntax::default() };
                Test::Regex(Regex::new(text.as_bytes(), syntax).map_err(str::to_string)?)
            }
            "-type" | "-xtype" => {
                let text = self.argument(word)?;
                if let Some(bad) = text.chars().find(|c| !"bcdflps,".contains(*c)) {
                    return Err(["Unknown argument to ", word, ": ", &bad.to_string()].concat());
                }
                Test::Type(text, word == "-xtype")
            }
            "-size" => self.size()?,
            "-mtime" | "-atime" | "-ctime" | "-mmin" | "-amin" | "-cmin" => {
                let (order, n) = self.number(word)?;
                let unit = if word.ends_with("min") { 60 } else { 86_400 };
                Test::Age(word.chars().nth(1).unwrap_or('m'), order, n as i64, unit)
            }
            "-newer" | "-anewer" | "-cnewer" => {
                let path = self.argument(word)?;
                let stat = job.stat(&path).map_err(|e| [&job.quoted(&path), ": ", &e.to_string()].concat())?;
                Test::Newer(stat.mtime, if word == "-newer" { 'm' } else { word.chars().nth(1).unwrap_or('m') })
            }
            "-newermt" => {
                let text = self.argument(word)?;
                let time = dates::parse(&text, self.now)
                    .ok_or_else(|| ["I cannot figure out how to interpret '", &text, "' as a date or time"].concat())?;
                Test::Newer(time, 'm')
            }
            "-empty" => Test::Empty,
            "-user" => {
                let name = self.argument(word)?;
                let uid = self.walk.accounts.user_named(&name).map(|u| u.uid).or_else(|| name.parse().ok());
                Test::Owner(Some(uid.ok_or_else(|| ["'", &name, "' is not the name of a known user"].concat())?))
            }
            "-group" => {
                let name = self.argument(word)?;
                let gid = self.walk.accounts.group_named(&name).map(|g| g.gid).or_else(|| name.parse().ok());
                Test::Group(Some(gid.ok_or_else(|| ["'", &name, "' is not the name of an existing group"].concat())?))
            }
            "-nouser" => Test::NoOwner(true),
            "-nogroup" => Test::NoOwner(false),
            "-uid" | "-gid" | "-links" | "-inum" => {
                let (order, n) = self.number(word)?;
                Test::Number(word.chars().nth(1).unwrap_or('u'), order, n)
            }
            "-samefile" => {
                let path = self.argument(word)?;
                let stat = job.stat(&path).map_err(|e| [&job.quoted(&path), ": ", &e.to_string()].concat())?;
                Test::Same(stat.dev, stat.ino)
            }
            "-perm" => {
                let text = self.argument(word)?;
                let kind = text.chars().next().filter(|c| matches!(c, '-' | '/')).unwrap_or('=');
                let mode = Mode::parse(text.trim_start_matches(['-', '/'])).map(|m| m.apply(0, false, 0));
                Test::Perm(kind, mode.ok_or_else(|| ["invalid mode '", &text, "'"].concat())?)
            }
            "-readable" => Test::Access(4),
            "-writable" => Test::Access(2),
            "-executable" => Test::Access(1),
            _ => return self.action(word),
        })
    }

    fn action(&mut self, word: &str) -> Result<Test, String> {
        let test = match word {
            "-print" => Test::Print("\n"),
            "-print0" => Test::Print("\0"),
            "-printf" => Test::Printf(self.argument(word)?),
            "-ls" => Test::Ls,
            "-delete" => {
                self.walk.post_order = true;
                Test::Delete
            }
            "-prune" => return Ok(Test::Prune),
            "-quit" => return Ok(Test::Quit),
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let mut words = Vec::new();
                loop {
                    match self.peek() {
                        None => return Err(["missing argument to `", word, "'"].concat()),
                        Some(";") => break,
                        Some("+") if words.last().is_some_and(|w| w == "{}") => break,
                        Some(other) => words.push(other.to_string()),
                    }
                    self.at += 1;
                }
                let batch = self.peek() == Some("+");
                self.at += 1;
                if batch {
                    words.pop();
                    self.walk.batches.push(Vec::new());
                    Test::Batch(words, self.walk.batches.len() - 1)
                } else {
                    Test::Exec { words, ask: word.starts_with("-ok"), in_dir: word.ends_with("dir") }
                }
            }
            _ if word.starts_with('-') => return Err(["unknown predicate `", word, "'"].concat()),
            _ => return Err(["paths must precede expression: `", word, "'"].concat()),
        };
        self.walk.acts = true;
        Ok(test)
    }

    /// `+N`, `-N` or `N`.
    fn number(&mut self, word: &str) -> Result<(Ordering, u64), String> {
        let text = self.argument(word)?;
        signed(&text).ok_or_else(|| ["invalid argument `", &text, "' to `", word, "'"].concat())
    }

    fn size(&mut self) -> Result<Test, String> {
        let text = self.argument("-size")?;
        let (digits, unit) = match text.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
            Some(digits) => (digits, text.get(digits.len()..).unwrap_or("")),
            None => (text.as_str(), "b"),
        };
        let unit = match unit {
            "c" => 1,
            "w" => 2,
            "b" => 512,
            "k" => 1 << 10,
            "M" => 1 << 20,
            "G" => 1 << 30,
            _ => return Err(["invalid -size type `", unit, "'"].concat()),
        };
        let (order, n) = signed(digits).ok_or_else(|| ["invalid argument `", &text, "' to `-size'"].concat())?;
        Ok(Test::Size(order, n, unit))
    }
}

fn signed(text: &str) -> Option<(Ordering, u64)> {
    let (order, digits) = match text.split_at_checked(1)? {
        ("+", rest) => (Ordering::Greater, rest),
        ("-", rest) => (Ordering::Less, rest),
        _ => (Ordering::Equal, text),
    };
    digits.parse().ok().map(|n| (order, n))
}
