//! The log of a sitting: where it began and what was typed. It is the whole session: replaying it gives the same
//! bytes. As a file (`.capas`) it is plain text, a line an input, which `capas shell` replays and a text editor
//! can change:
//!
//! ```text
//! # capas seed: 1
//! # capas start: 2026-11-24T10:00:00Z
//! # capas image: ubuntu
//! # capas lesson: 01-organizacion
//! docker run -it ubuntu
//! ls
//! ^D
//! # capas keys: "doc\tps\r"
//! # capas wait: 3
//! # capas turns: 12
//! ```
//!
//! Lines that are only keys in caret notation are those keys; `keys` holds others as a JSON string; `wait` is time
//! that passed while a command was at work, in seconds; `turns` says how long a command had computed when the next input
//! came, where it had not come to its end. Other lines that begin with `# ` are comments for the shell.

use crate::ambient::Time;
use crate::oci::go_json;
use std::fmt::Write as _;

/// One thing that happened from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line, ended with Enter.
    Line(String),
    /// Keys as the terminal sends them, control characters and all.
    Keys(String),
    /// Seconds that passed while a command was at work.
    Wait(u32),
    /// Turns that the command before had when the next input came in the middle of it.
    Turns(u32),
}

/// Where a session began and what came in since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Seed of ids and names.
    pub seed: u64,
    /// The clock at the start.
    pub start: Time,
    /// Images of the teaching registry that were there at the start.
    pub images: Vec<String>,
    /// The lesson it belongs to, by its slug.
    pub lesson: Option<String>,
    /// In order.
    pub inputs: Vec<Input>,
}

/// The first moment of a session that does not say another: sessions look alike, whenever they run.
pub const START: Time = Time::from_secs(1_604_224_800);

impl Default for Log {
    fn default() -> Log {
        Log { seed: 1, start: START, images: Vec::new(), lesson: None, inputs: Vec::new() }
    }
}

/// A line of a `.capas` file that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for LogError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

const MARK: &str = "# capas ";

impl Log {
    /// As a `.capas` file.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{MARK}seed: {}\n{MARK}start: {}", self.seed, self.start);
        for image in &self.images {
            let _ = writeln!(out, "{MARK}image: {image}");
        }
        if let Some(lesson) = &self.lesson {
            let _ = writeln!(out, "{MARK}lesson: {lesson}");
        }
        for input in &self.inputs {
            out.push_str(&input.to_text());
            out.push('\n');
        }
        out
    }

    /// From a `.capas` file, or from any file of lines to type.
    pub fn parse(text: &str) -> Result<Log, LogError> {
        let mut log = Log::default();
        for (i, line) in text.lines().enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            log.parse_line(line).map_err(|what| LogError { line: i + 1, what })?;
        }
        Ok(log)
    }

    fn parse_line(&mut self, line: &str) -> Result<(), String> {
        let Some((key, value)) = line.strip_prefix(MARK).and_then(|rest| rest.split_once(": ")) else {
            self.inputs.push(match keys(line) {
                Some(keys) => Input::Keys(keys),
                None => Input::Line(line.to_owned()),
            });
            return Ok(());
        };
        match key {
            "seed" => self.seed = value.parse().map_err(|_| format!("`{value}` is no seed"))?,
            "start" => self.start = Time::parse_rfc3339(value).ok_or_else(|| format!("`{value}` is no time"))?,
            "image" => self.images.push(value.to_owned()),
            "lesson" => self.lesson = Some(value.to_owned()),
            "keys" => {
                let Ok(serde_json::Value::String(keys)) = go_json::parse(value.as_bytes()) else {
                    return Err(format!("{value} is no JSON string"));
                };
                self.inputs.push(Input::Keys(keys));
            }
            "wait" => self.inputs.push(Input::Wait(value.parse().map_err(|_| format!("`{value}` is no number"))?)),
            "turns" => self.inputs.push(Input::Turns(value.parse().map_err(|_| format!("`{value}` is no number"))?)),
            _ => return Err(format!("unknown note `{key}`")),
        }
        Ok(())
    }
}

impl Input {
    /// Its line in a `.capas` file.
    pub fn to_text(&self) -> String {
        match self {
            Input::Line(line) if !line.starts_with(MARK) && keys(line).is_none() && plain(line) => line.clone(),
            Input::Line(line) => quoted(&format!("{line}\r")),
            Input::Keys(typed) => match caret(typed) {
                Some(text) => text,
                None => quoted(typed),
            },
            Input::Wait(seconds) => format!("{MARK}wait: {seconds}"),
            Input::Turns(turns) => format!("{MARK}turns: {turns}"),
        }
    }

    /// What a timeline calls it.
    pub fn label(&self) -> String {
        match self {
            Input::Line(line) => line.clone(),
            Input::Keys(typed) => {
                caret(typed).unwrap_or_else(|| typed.chars().filter(|c| !c.is_control()).collect::<String>())
            }
            Input::Wait(seconds) => format!("… {seconds} s"),
            Input::Turns(_) => "…".to_owned(),
        }
    }
}

fn plain(line: &str) -> bool {
    !line.chars().any(char::is_control)
}

fn quoted(typed: &str) -> String {
    format!("{MARK}keys: {}", serde_json::Value::from(typed))
}

/// Only control keys: `^C`, `^P^Q`.
fn caret(typed: &str) -> Option<String> {
    let control = |c: char| ('\u{1}'..='\u{1a}').contains(&c) || ('\u{1c}'..='\u{1f}').contains(&c);
    if typed.is_empty() || !typed.chars().all(|c| control(c) && !['\r', '\n', '\t'].contains(&c)) {
        return None;
    }
    Some(typed.chars().flat_map(|c| ['^', char::from(c as u8 + b'@')]).collect())
}

/// A line that is only keys in caret notation, as those keys.
pub fn keys(line: &str) -> Option<String> {
    let line = line.trim();
    let mut chars = line.chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        match (c, chars.next()) {
            ('^', Some(key @ ('A'..='Z' | '\\' | ']' | '_'))) => out.push(char::from(key as u8 - b'@')),
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_survives_its_file() {
        let log = Log {
            seed: 7,
            images: vec!["ubuntu".into()],
            lesson: Some("01-x".into()),
            inputs: vec![
                Input::Line("docker ps  ".into()),
                Input::Line(String::new()),
                Input::Keys("\u{3}".into()),
                Input::Keys("\u{10}\u{11}".into()),
                Input::Keys("doc\t ps\r".into()),
                Input::Line("^C".into()),
                Input::Line("# capas seed: 9".into()),
                Input::Line("# a comment".into()),
                Input::Wait(3),
                Input::Turns(12),
            ],
            ..Log::default()
        };
        let mut expected = log.clone();
        expected.inputs[5] = Input::Keys("^C\r".into());
        expected.inputs[6] = Input::Keys("# capas seed: 9\r".into());
        assert_eq!(Log::parse(&log.to_text()), Ok(expected));
    }

    #[test]
    fn nonsense_says_where() {
        let said = |text: &str| Log::parse(text).unwrap_err().to_string();
        assert_eq!(said("ls\n# capas seed: x\n"), "line 2: `x` is no seed");
        assert_eq!(said("# capas keys: x"), "line 1: x is no JSON string");
        assert_eq!(said("# capas flavour: x"), "line 1: unknown note `flavour`");
    }
}
