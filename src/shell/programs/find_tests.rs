//! The expressions of `find`: how they are read and what they ask and do.

use super::accounts::Accounts;
use super::chmod::Mode;
use super::env::run;
use super::find::Found;
use super::job::{dir_name, Job};
use super::prompts::confirm;
use super::regex::{Regex, Syntax};
use super::{dates, glob};
use crate::ambient::Time;
use crate::kernel::LocalBoxFuture;
use crate::layerfs::{Errno, FileKind, Stat};
use std::cmp::Ordering;

/// How the walk goes on.
#[derive(Default)]
pub struct Walk {
    /// Directories are asked about after what is in them.
    pub post_order: bool,
    /// Files above are not asked about.
    pub min_depth: usize,
    /// Directories at this depth are not entered.
    pub max_depth: usize,
    /// Other mounts are not entered.
    pub one_device: bool,
    /// The directory just asked about is not entered.
    pub pruned: bool,
    /// All is over.
    pub quit: bool,
    acts: bool,
    batches: Vec<Vec<String>>,
}

/// A node of an expression.
pub enum Expr {
    /// Both, the second only where the first holds.
    And(Box<Expr>, Box<Expr>),
    /// One of them.
    Or(Box<Expr>, Box<Expr>),
    /// Both are asked; the second counts.
    Comma(Box<Expr>, Box<Expr>),
    /// The contrary.
    Not(Box<Expr>),
    /// A test or an action.
    Leaf(Test),
}

/// A test or an action.
pub enum Test {
    True,
    False,
    Name(String, bool),
    Path(String, bool),
    Link(String, bool),
    Regex(Regex),
    Type(String),
    Size(Ordering, u64, u64),
    Age(char, Ordering, i64, i64),
    Newer(Time, char),
    Empty,
    Owner(Option<u32>),
    Group(Option<u32>),
    NoOwner(bool),
    Number(char, Ordering, u64),
    Perm(char, u32),
    Access(u32),
    Same(u32, u64),
    Print(&'static str),
    Printf(String),
    Ls,
    Delete,
    Prune,
    Quit,
    Exec { words: Vec<String>, ask: bool, in_dir: bool },
    Batch(Vec<String>, usize),
}

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    walk: Walk,
    accounts: Accounts,
    now: Time,
}

/// Reads an expression; without an action, `-print` is done where it holds.
///
/// # Errors
/// The complaint, without the program's name.
pub fn parse(job: &Job, words: &[String]) -> Result<(Walk, Expr), String> {
    let walk = Walk { max_depth: usize::MAX, ..Walk::default() };
    let mut parser = Parser { words, at: 0, walk, accounts: Accounts::load(job), now: job.now() };
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
            "-true" | "-noleaf" | "-ignore_readdir_race" | "-warn" | "-nowarn" | "-daystart" => Test::True,
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
                Test::Type(text)
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
                let uid = self.accounts.user_named(&name).map(|u| u.uid).or_else(|| name.parse().ok());
                Test::Owner(Some(uid.ok_or_else(|| ["'", &name, "' is not the name of a known user"].concat())?))
            }
            "-group" => {
                let name = self.argument(word)?;
                let gid = self.accounts.group_named(&name).map(|g| g.gid).or_else(|| name.parse().ok());
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

impl Expr {
    /// Asks a file; actions are done on the way.
    pub fn holds<'a>(&'a self, job: &'a mut Job, walk: &'a mut Walk, found: &'a Found) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            match self {
                Expr::And(a, b) => a.holds(job, walk, found).await && !walk.quit && b.holds(job, walk, found).await,
                Expr::Or(a, b) => a.holds(job, walk, found).await || b.holds(job, walk, found).await,
                Expr::Comma(a, b) => {
                    a.holds(job, walk, found).await;
                    b.holds(job, walk, found).await
                }
                Expr::Not(inner) => !inner.holds(job, walk, found).await,
                Expr::Leaf(Test::Exec { words, ask, in_dir }) => exec(job, found, words, *ask, *in_dir).await,
                Expr::Leaf(Test::Batch(words, n)) => {
                    let full = walk.batches.get_mut(*n).map(|batch| {
                        batch.push(found.path.clone());
                        batch.len() > 5000
                    });
                    if full == Some(true) {
                        flush_batch(job, walk, words, *n).await;
                    }
                    true
                }
                Expr::Leaf(test) => test.holds(job, walk, found),
            }
        })
    }
}

impl Walk {
    /// Runs what `-exec … +` has gathered.
    pub async fn finish(&mut self, job: &mut Job, expr: &Expr) {
        let mut nodes = vec![expr];
        while let Some(node) = nodes.pop() {
            match node {
                Expr::And(a, b) | Expr::Or(a, b) | Expr::Comma(a, b) => nodes.extend([&**b, &**a]),
                Expr::Not(inner) => nodes.push(inner),
                Expr::Leaf(Test::Batch(words, n)) => flush_batch(job, self, words, *n).await,
                Expr::Leaf(_) => {}
            }
        }
    }
}

async fn flush_batch(job: &mut Job, walk: &mut Walk, words: &[String], n: usize) {
    let paths = walk.batches.get_mut(n).map(std::mem::take).unwrap_or_default();
    if paths.is_empty() {
        return;
    }
    let argv = words.iter().cloned().chain(paths).collect();
    if command(job, argv).await != 0 {
        job.status = 1;
    }
}

async fn exec(job: &mut Job, found: &Found, words: &[String], ask: bool, in_dir: bool) -> bool {
    let path = if in_dir { ["./", found.name()].concat() } else { found.path.clone() };
    let argv: Vec<String> = words.iter().map(|w| w.replace("{}", &path)).collect();
    if ask {
        let program = argv.first().cloned().unwrap_or_default();
        job.err(&["< ", &program, " ... ", &found.path, " > ? "].concat());
        if !confirm(job, &[]).await {
            return false;
        }
    }
    let home = job.proc.cwd();
    if in_dir {
        let _ = job.proc.chdir(dir_name(&found.path));
    }
    let status = command(job, argv).await;
    if in_dir {
        let _ = job.proc.chdir(&home);
    }
    status == 0
}

async fn command(job: &mut Job, argv: Vec<String>) -> i32 {
    job.flush().await;
    let name = argv.first().cloned().unwrap_or_default();
    match run(job, argv, None).await {
        Ok(status) => status,
        Err((status, reason)) => {
            let shown = job.quoted(&name);
            let before = job.status;
            job.complain(&[&shown, ": ", &reason]);
            job.status = before;
            status
        }
    }
}

impl Test {
    fn holds(&self, job: &mut Job, walk: &mut Walk, found: &Found) -> bool {
        let stat = &found.stat;
        let time = |which: char| match which {
            'a' => stat.atime,
            'c' => stat.ctime,
            _ => stat.mtime,
        };
        match self {
            Test::True => true,
            Test::False => false,
            Test::Name(pattern, fold) => glob::matches(pattern, found.name(), *fold),
            Test::Path(pattern, fold) => glob::matches(pattern, &found.path, *fold),
            Test::Link(pattern, fold) => job.readlink(&found.path).is_ok_and(|t| glob::matches(pattern, &t, *fold)),
            Test::Regex(regex) => {
                let text = found.path.as_bytes();
                regex.find_at(text, 0).is_some_and(|s| s.first() == Some(&Some((0, text.len()))))
            }
            Test::Type(letters) => letters.contains(type_letter(stat.kind)),
            Test::Size(order, n, unit) => stat.size.div_ceil(*unit).cmp(n) == *order,
            Test::Age(which, order, n, unit) => {
                let age = job.now().secs() - time(*which).secs();
                let units = if *unit == 60 { (age + 59).div_euclid(60) } else { age.div_euclid(*unit) };
                units.cmp(n) == *order
            }
            Test::Newer(than, which) => time(*which) > *than,
            Test::Empty if stat.kind == FileKind::Dir => {
                job.proc.fs(|vfs, who| vfs.readdir(who, &found.path)).is_ok_and(|names| names.is_empty())
            }
            Test::Empty => stat.kind == FileKind::File && stat.size == 0,
            Test::Owner(uid) => *uid == Some(stat.uid),
            Test::Group(gid) => *gid == Some(stat.gid),
            Test::NoOwner(user) => {
                let accounts = Accounts::load(job);
                if *user {
                    accounts.user(stat.uid).is_none()
                } else {
                    accounts.group(stat.gid).is_none()
                }
            }
            Test::Number(which, order, n) => {
                let value = match which {
                    'u' => u64::from(stat.uid),
                    'g' => u64::from(stat.gid),
                    'l' => u64::from(stat.nlink),
                    _ => stat.ino,
                };
                value.cmp(n) == *order
            }
            Test::Perm('-', mode) => stat.mode & mode == *mode,
            Test::Perm('/', mode) => *mode == 0 || stat.mode & mode != 0,
            Test::Perm(_, mode) => stat.mode == *mode,
            Test::Access(bits) => job.proc.fs(|vfs, who| vfs.access(who, &found.path, *bits)).is_ok(),
            Test::Same(dev, ino) => (stat.dev, stat.ino) == (*dev, *ino),
            Test::Print(end) => {
                job.out(&found.path);
                job.out(end);
                true
            }
            Test::Printf(format) => {
                let text = printf(job, format, found);
                job.out(&text);
                true
            }
            Test::Ls => {
                let text = ls_line(job, found);
                job.line(&text);
                true
            }
            Test::Delete => delete(job, found),
            Test::Prune => {
                walk.pruned = true;
                true
            }
            Test::Quit => {
                walk.quit = true;
                true
            }
            Test::Exec { .. } | Test::Batch(..) => true,
        }
    }
}

fn type_letter(kind: FileKind) -> char {
    match kind {
        FileKind::File => 'f',
        other => other.letter(),
    }
}

fn delete(job: &mut Job, found: &Found) -> bool {
    if found.path == "." {
        return true;
    }
    let dir = found.stat.kind == FileKind::Dir;
    let path = found.path.as_str();
    match job.proc.fs(|vfs, who| if dir { vfs.rmdir(who, path) } else { vfs.unlink(who, path) }) {
        Ok(()) => true,
        Err(e) => {
            let shown = job.quoted(path);
            job.complain(&["cannot delete ", &shown, ": ", &e.to_string()]);
            e == Errno::ENOENT
        }
    }
}

fn ls_line(job: &Job, found: &Found) -> String {
    let stat = &found.stat;
    let accounts = Accounts::load(job);
    let (user, group) = (accounts.user_name(stat.uid), accounts.group_name(stat.gid));
    let recent = (0..15_778_476).contains(&(job.now().secs() - stat.mtime.secs()));
    let date = dates::format(stat.mtime, if recent { "%b %e %H:%M" } else { "%b %e  %Y" });
    let target = job.readlink(&found.path).map(|t| [" -> ", &t].concat()).unwrap_or_default();
    format!(
        "{:9} {:6} {} {:3} {user:8} {group:8} {:8} {date} {}{target}",
        stat.ino,
        stat.blocks.div_ceil(2),
        stat.mode_string(),
        stat.nlink,
        stat.size,
        found.path
    )
}

fn printf(job: &Job, format: &str, found: &Found) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some('a') => out.push('\u{7}'),
                Some('c') => return out,
                Some('\\') => out.push('\\'),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '%' => {
                let rest = chars.as_str();
                let len = rest.find(|c: char| !(c.is_ascii_digit() || "-+ #.".contains(c))).unwrap_or(rest.len());
                let (flags, rest) = rest.split_at_checked(len).unwrap_or(("", rest));
                chars = rest.chars();
                let Some(key) = chars.next() else { break };
                let sub = if "ACT".contains(key) { chars.next() } else { None };
                let value = field(job, key, sub, found);
                let width: usize = flags
                    .trim_start_matches(['-', '0', '#'])
                    .split('.')
                    .next()
                    .and_then(|w| w.parse().ok())
                    .unwrap_or(0);
                let zero = flags.trim_start_matches('#').starts_with('0');
                out.push_str(&match (flags.contains('-'), zero) {
                    (true, _) => format!("{value:<width$}"),
                    (_, true) => format!("{value:0>width$}"),
                    _ => format!("{value:>width$}"),
                });
            }
            c => out.push(c),
        }
    }
    out
}

fn field(job: &Job, key: char, sub: Option<char>, found: &Found) -> String {
    let stat: &Stat = &found.stat;
    let stamp = |t: Time| match sub {
        Some('@') => dates::format(t, "%s.%N0"),
        Some('+') => dates::format(t, "%Y-%m-%d+%H:%M:%S.%N0"),
        Some('T') => dates::format(t, "%H:%M:%S.%N0"),
        Some('S') => dates::format(t, "%S.%N0"),
        Some(other) => dates::format(t, &["%", &other.to_string()].concat()),
        None => dates::format(t, "%a %b %e %H:%M:%S.%N0 %Y"),
    };
    let under_root = found.path.strip_prefix(&found.root).unwrap_or(&found.path);
    match key {
        'p' => found.path.clone(),
        'f' => found.name().to_string(),
        'h' => match found.path.rsplit_once('/') {
            Some(("", _)) | None if found.path.starts_with('/') => String::new(),
            Some((dir, _)) => dir.to_string(),
            None => ".".to_string(),
        },
        'P' => under_root.trim_start_matches('/').to_string(),
        'H' => found.root.clone(),
        'd' => found.depth.to_string(),
        's' => stat.size.to_string(),
        'k' => stat.blocks.div_ceil(2).to_string(),
        'b' => stat.blocks.to_string(),
        'm' => format!("{:o}", stat.mode),
        'M' => stat.mode_string(),
        'u' => Accounts::load(job).user_name(stat.uid),
        'g' => Accounts::load(job).group_name(stat.gid),
        'U' => stat.uid.to_string(),
        'G' => stat.gid.to_string(),
        'n' => stat.nlink.to_string(),
        'i' => stat.ino.to_string(),
        'D' => stat.dev.to_string(),
        'y' | 'Y' => type_letter(stat.kind).to_string(),
        'l' => job.readlink(&found.path).unwrap_or_default(),
        't' => super::dates::format(stat.mtime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'a' => super::dates::format(stat.atime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'c' => super::dates::format(stat.ctime, "%a %b %e %H:%M:%S.%N0 %Y"),
        'T' => stamp(stat.mtime),
        'A' => stamp(stat.atime),
        'C' => stamp(stat.ctime),
        '%' => "%".to_string(),
        other => ["%", &other.to_string()].concat(),
    }
}
