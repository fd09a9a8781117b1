//! Transcripts of a real Docker 20.10.24: how they are written down, and when an output is the same as that of another
//! run. Ids, dates and ages differ and are redacted. It must not know who replays them.

use capas::lesson::compare;

/// One command of a transcript.
#[derive(Debug, Default)]
pub struct Block {
    pub line: usize,
    pub command: String,
    pub pty: bool,
    pub stdout: String,
    pub stderr: String,
    /// What happened on the terminal, in order.
    pub steps: Vec<Step>,
    pub exit: Option<i32>,
}

/// What was typed at a terminal, or came back.
#[derive(Debug)]
pub enum Step {
    In(Vec<u8>),
    Out(Vec<u8>),
}

impl Block {
    /// All bytes that came back.
    pub fn received(&self) -> Vec<u8> {
        let out = self.steps.iter().filter_map(|step| if let Step::Out(bytes) = step { Some(bytes) } else { None });
        out.flatten().copied().collect()
    }
}

/// A transcript's commands.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut section = 0;
    for (i, line) in text.lines().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            let (command, pty) = match command.split_once("      [PTY") {
                Some((command, _)) => (command, true),
                None => (command, false),
            };
            blocks.push(Block { line: i + 1, command: command.to_owned(), pty, ..Block::default() });
            section = 0;
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        if block.exit.is_some() {
            continue;
        }
        if let Some(code) = line.strip_prefix("[exit ").and_then(|l| l.strip_suffix(']')) {
            block.exit = code.parse().ok();
        } else if line == "[no newline at end of stdout]" {
            block.stdout.pop();
        } else if line == "[stderr]" {
            section = 1;
        } else if block.pty {
            if let Some(bytes) = line.strip_prefix("out ") {
                block.steps.push(Step::Out(unquote(bytes)));
            } else if let Some(bytes) = line.strip_prefix("in  ") {
                block.steps.push(Step::In(unquote(bytes)));
            }
        } else {
            let out = if section == 0 { &mut block.stdout } else { &mut block.stderr };
            out.push_str(line);
            out.push('\n');
        }
    }
    blocks
}

/// A Python bytes literal.
fn unquote(literal: &str) -> Vec<u8> {
    let body = &literal[2..literal.len() - 1];
    let mut out = Vec::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.to_string().bytes());
            continue;
        }
        match chars.next().unwrap() {
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'x' => {
                let hex: String = chars.by_ref().take(2).collect();
                out.push(u8::from_str_radix(&hex, 16).unwrap());
            }
            other => out.extend(other.to_string().bytes()),
        }
    }
    out
}

/// What differs from run to run, replaced by its kind.
pub fn redact(line: &str) -> String {
    let mut out = String::new();
    // Which link of overlay2 comes first is chance, and with it whether that is one to an init layer.
    let of_init = line.contains(" -> ../").then(|| line.replace("-init/diff", "/diff").replace(" 77 ", " 72 "));
    let line = of_init.as_deref().unwrap_or(line);
    let mut rest = line;
    while !rest.is_empty() {
        let n = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let date = date_length(rest);
        if let Some(after) = rest.strip_prefix("\"Pid\": ") {
            let digits = after.chars().take_while(char::is_ascii_digit).count();
            out.push_str(if &after[..digits] == "0" { "\"Pid\": 0" } else { "\"Pid\": <pid>" });
            rest = &after[digits..];
            continue;
        }
        if date > 0 {
            out.push_str("<date>");
            rest = &rest[date..];
        } else if rest.len() >= 26 && rest.bytes().take(26).all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')) {
            out.push_str("<link>");
            rest = &rest[26..];
        } else if n == 64 || n == 12 {
            out.push_str("<id>");
            rest = &rest[n..];
        } else {
            let step = n.max(rest.chars().next().map_or(1, char::len_utf8));
            out.push_str(&rest[..step]);
            rest = &rest[step..];
        }
    }
    out
}

/// `2026-11-24T04:21:54.5Z`, `2026-11-24 04:20:37 +0000 UTC`, `Nov 24 04:21`.
fn date_length(text: &str) -> usize {
    let digits = |s: &str, shape: &str| {
        s.len() >= shape.len()
            && s.bytes().zip(shape.bytes()).all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p })
    };
    if digits(text, "0000-00-00T00:00:00") {
        return text.find('Z').map_or(19, |z| z + 1);
    }
    if digits(text, "0000-00-00 00:00:00 +0000 UTC") {
        return 29;
    }
    // `tar tv`
    if digits(text, "0000-00-00 00:00 ") {
        return 16;
    }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    match months.iter().any(|m| text.starts_with(m)) && text.is_char_boundary(12) && text.len() >= 12 {
        true if digits(&text[4..], "00 00:00") => 12,
        _ => 0,
    }
}

/// What `od -c` took apart, put together: the letters of an id stand in it one by one.
fn undump(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let dumped = line.get(7..).filter(|_| {
            line.bytes().enumerate().take(8).all(|(i, b)| if i < 7 { b.is_ascii_digit() } else { b == b' ' })
        });
        match dumped {
            Some(cells) => cells.as_bytes().chunks(4).for_each(|c| out.extend(std::str::from_utf8(c).map(str::trim))),
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

/// Whether two outputs say the same, or where they part.
pub fn same(expected: &str, actual: &str, sorted: bool) -> Result<(), String> {
    let lines = |text: &str| -> Vec<String> {
        let mut lines: Vec<String> = undump(text).lines().map(redact).collect();
        if sorted {
            lines.sort();
        }
        lines
    };
    let (e, a) = (lines(expected), lines(actual));
    let equal = |x: &String, y: &String| {
        // The width of an age moves the columns after it.
        x == y
            || (x.contains("ago") || x.contains("Up ")) && compare::canonical(x) == compare::canonical(y)
            || x.starts_with('-') && near(x, y)
            || x.starts_with("CONTAINER ID") && compare::canonical(x) == compare::canonical(y)
            || x.starts_with("REPOSITORY") && compare::canonical(x) == compare::canonical(y)
            || x.starts_with("IMAGE  ") && compare::canonical(x) == compare::canonical(y)
    };
    if e.len() == a.len() && e.iter().zip(&a).all(|(x, y)| equal(x, y)) {
        return Ok(());
    }
    let first = e.iter().zip(&a).position(|(x, y)| !equal(x, y)).unwrap_or(e.len().min(a.len()));
    let show = |l: &[String]| l.iter().skip(first).take(4).cloned().collect::<Vec<_>>().join("\n      ");
    Err(format!("from line {}:\n    - {}\n    + {}", first + 1, show(&e), show(&a)))
}

/// Whether these are lines of `ls -l` of one file that holds times, whose ends lose their zeros: a few bytes of its size
/// are chance.
fn near(x: &str, y: &str) -> bool {
    let (x, y): (Vec<&str>, Vec<&str>) = (x.split_whitespace().collect(), y.split_whitespace().collect());
    let size = |words: &[&str]| words.get(4).and_then(|n| n.parse::<i64>().ok()).unwrap_or(-1000);
    x.len() == y.len()
        && x.last().is_some_and(|name| name.ends_with("-json.log") || *name == "config.v2.json")
        && x.iter().zip(&y).enumerate().all(|(i, (x, y))| i == 4 || x == y)
        && (size(&x) - size(&y)).abs() <= 9
}
