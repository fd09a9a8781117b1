//! Completion: what a word could become. Commands, files and variables, as bash's readline offers them.

use crate::kernel::{Completer, FileKind};
use crate::shell::builtins;
use crate::shell::escape::backslashed;
use crate::shell::state::Shell;
use crate::sorted;

/// What could stand in the place of a word.
#[derive(Debug, Default)]
pub struct Completion {
    /// Where the word begins, in characters of the line.
    pub start: usize,
    /// What it could be, sorted: as it would be inserted (quoted), and as it is listed.
    pub choices: Vec<(String, String)>,
    /// The longest text that all begin with, quoted.
    pub common: String,
    /// What follows an only choice: a blank, or a quote and a blank; nothing after a directory.
    pub suffix: String,
}

/// The words that bash completes beside commands.
const RESERVED: [&str; 21] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "{", "}", "!", "[[", "]]",
];

/// What is being completed.
#[derive(Default)]
struct Spot {
    /// Where the word begins, in characters of the line. A `=` or `:` begins one too.
    start: usize,
    /// Its text without quotes.
    word: String,
    /// The quote that is open.
    quote: Option<char>,
    /// The command's words before it, without quotes.
    before: Vec<String>,
    /// All since the last blank, of which the word is the end.
    whole: String,
    /// Whether it is the command's name.
    command: bool,
}

impl Spot {
    /// Another command begins at `i`.
    fn command_at(&mut self, i: usize) {
        *self = Spot { start: i, command: true, ..Spot::default() };
    }

    fn push(&mut self, c: char) {
        self.word.push(c);
        self.whole.push(c);
    }
}

/// What stands before the point.
fn spot(line: &[char]) -> Spot {
    let mut at = Spot { command: true, ..Spot::default() };
    let mut i = 0;
    while let Some(&c) = line.get(i) {
        i += 1;
        match (at.quote, c) {
            (Some('\''), _) | (Some('"'), '"') if at.quote == Some(c) => at.quote = None,
            (Some('\''), c) => at.push(c),
            (_, '\\') => {
                if let Some(&c) = line.get(i) {
                    at.push(c);
                }
                i += 1;
            }
            (Some(_), c) => at.push(c),
            (None, '\'' | '"') => {
                if at.word.is_empty() {
                    at.start = i - 1;
                }
                at.quote = Some(c);
            }
            (None, ' ' | '\t' | '\n') => {
                let whole = std::mem::take(&mut at.whole);
                // Variables that are set for the command, and words such as `then`, stand before its name.
                let leads = at.command && (whole.contains('=') || RESERVED.contains(&whole.as_str()));
                if !whole.is_empty() && !leads {
                    at.command = false;
                    at.before.push(whole);
                }
                at.word.clear();
                at.start = i;
            }
            (None, ';' | '|' | '&' | '(' | '`') => at.command_at(i),
            (None, '<' | '>') => {
                at.command_at(i);
                at.command = false;
            }
            (None, '=' | ':') if !at.command || !at.word.is_empty() => {
                at.whole.push(c);
                at.word.clear();
                at.start = i;
            }
            (None, c) => at.push(c),
        }
    }
    at
}

/// Who knows the words of the command before `point`, and these words after its name, the last one unfinished.
pub fn completer(shell: &Shell, line: &str, point: usize) -> Option<(Completer, Vec<String>)> {
    let chars: Vec<char> = line.chars().take(point).collect();
    let Spot { before, whole, command: false, .. } = spot(&chars) else { return None };
    let (name, words) = before.split_first()?;
    let path = shell.proc.which(name)?;
    let name = path.rsplit('/').next()?;
    let completer = shell.proc.system().programs().completer(name)?.clone();
    Some((completer, words.iter().cloned().chain([whole]).collect()))
}

/// What the word before `point` could become. `offered`: what the command's own completer says, in place of files.
pub fn complete(
    shell: &Shell,
    line: &str,
    point: usize,
    ignore_case: bool,
    offered: Option<Vec<String>>,
) -> Completion {
    let chars: Vec<char> = line.chars().take(point).collect();
    let Spot { start, word, quote, command, whole, .. } = spot(&chars);
    let command = command && word == whole;
    if quote != Some('\'') {
        if let Some(completion) = variables(shell, &chars, point) {
            return completion;
        }
    }
    let mut found = match &offered {
        // What stands before a colon stays.
        Some(offered) => {
            let own = |name: &String| Some((name.get(whole.len() - word.len()..)?.to_owned(), false));
            offered.iter().filter(|name| name.starts_with(&whole)).filter_map(own).collect()
        }
        None if command && !word.contains('/') => commands(shell, &word),
        None => Vec::new(),
    };
    if found.is_empty() && offered.is_none() {
        found = files(shell, &word, ignore_case);
        if command {
            found.retain(|(path, dir)| *dir || shell.is_executable(&expanded(shell, path)));
        }
    }
    sorted::sort(&mut found);
    found.dedup();
    let shown_from = word.rfind('/').map_or(0, |at| at + 1);
    let only = found.len() == 1;
    let directory = only && found.first().is_some_and(|(_, dir)| *dir);
    let texts: Vec<String> =
        found.iter().map(|(text, dir)| if *dir { format!("{text}/") } else { text.clone() }).collect();
    let common = common_prefix(&texts, ignore_case, &word);
    let quoted = |text: &str| quote_as(text, quote, start, &chars);
    let choices = texts.iter().map(|text| (quoted(text), text.get(shown_from..).unwrap_or(text).to_owned())).collect();
    let suffix = match (only, directory, quote) {
        (true, false, Some(q)) => format!("{q} "),
        (true, false, None) => " ".to_owned(),
        _ => String::new(),
    };
    let common =
        if only { texts.first().cloned().unwrap_or_default() } else { common.trim_end_matches('/').to_owned() };
    let common = if common.len() < word.len() { word } else { common };
    Completion { start, choices, common: quoted(&common), suffix }
}

/// Quotes a completion the way the word was begun.
fn quote_as(text: &str, quote: Option<char>, start: usize, line: &[char]) -> String {
    let opened = quote.is_some() && line.get(start) == quote.as_ref();
    match quote {
        Some(q) if opened => format!("{q}{text}"),
        Some(_) => text.to_owned(),
        None => match text.strip_prefix('~') {
            Some(rest) => format!("~{}", if rest.is_empty() { String::new() } else { backslashed(rest) }),
            None if text.is_empty() => String::new(),
            None => backslashed(text),
        },
    }
}

fn common_prefix(texts: &[String], ignore_case: bool, word: &str) -> String {
    let Some((first, rest)) = texts.split_first() else { return word.to_owned() };
    let mut common: Vec<char> = first.chars().collect();
    for text in rest {
        let same = |a: char, b: char| a == b || (ignore_case && a.to_lowercase().eq(b.to_lowercase()));
        let len = common.iter().zip(text.chars()).take_while(|(a, b)| same(**a, *b)).count();
        common.truncate(len);
    }
    common.into_iter().collect()
}

fn variables(shell: &Shell, line: &[char], point: usize) -> Option<Completion> {
    let dollar = line.iter().rposition(|c| *c == '$')?;
    let braced = line.get(dollar + 1) == Some(&'{');
    let start = dollar + 1 + usize::from(braced);
    let prefix: String = line.get(start..point)?.iter().collect();
    if !prefix.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
        return None;
    }
    let names: Vec<String> =
        shell.vars.iter().map(|(name, _)| name.to_string()).filter(|name| name.starts_with(&prefix)).collect();
    let before = if braced { "${" } else { "$" };
    let mut common = common_prefix(&names, false, &prefix);
    let mut suffix = String::new();
    if names.len() == 1 {
        suffix = if braced { "} ".to_owned() } else { " ".to_owned() };
        let is_dir = shell.get(&common).is_some_and(|value| {
            value.starts_with('/')
                && shell.proc.fs(|vfs, who| vfs.stat(who, &value)).is_ok_and(|s| s.kind == FileKind::Dir)
        });
        if is_dir {
            suffix = if braced { "}/".to_owned() } else { "/".to_owned() };
        }
    }
    common.insert_str(0, before);
    let choices = names.into_iter().map(|name| (format!("{before}{name}"), format!("{before}{name}"))).collect();
    Some(Completion { start: dollar, choices, common, suffix })
}

fn commands(shell: &Shell, prefix: &str) -> Vec<(String, bool)> {
    let mut names: Vec<String> = builtins::all(shell.flavour).into_iter().map(str::to_owned).collect();
    names.extend(RESERVED.iter().map(|word| (*word).to_owned()));
    names.extend(shell.functions.keys().map(|name| name.to_string()));
    names.extend(shell.aliases.keys().cloned());
    for dir in shell.text("PATH").split(':').filter(|dir| !dir.is_empty()) {
        let entries = shell.proc.fs(|vfs, who| vfs.readdir(who, dir)).unwrap_or_default();
        let fitting = entries.into_iter().map(|entry| entry.name.to_string()).filter(|name| name.starts_with(prefix));
        names.extend(fitting.filter(|name| shell.is_executable(&format!("{dir}/{name}"))));
    }
    names.retain(|name| name.starts_with(prefix));
    names.into_iter().map(|name| (name, false)).collect()
}

/// A path with its tilde replaced.
fn expanded(shell: &Shell, path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else { return path.to_owned() };
    let (user, tail) = match rest.find('/') {
        Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
        None => (rest, ""),
    };
    let home = if user.is_empty() { shell.get("HOME").map(|h| h.to_string()) } else { shell.home_of(Some(user)) };
    home.map_or_else(|| path.to_owned(), |home| format!("{home}{tail}"))
}

fn files(shell: &Shell, word: &str, ignore_case: bool) -> Vec<(String, bool)> {
    let (dir, prefix) = match word.rfind('/') {
        Some(at) => word.split_at_checked(at + 1).unwrap_or((word, "")),
        None => ("", word),
    };
    let real = if dir.is_empty() { ".".to_owned() } else { expanded(shell, dir) };
    let entries = shell.proc.fs(|vfs, who| vfs.readdir(who, &real)).unwrap_or_default();
    let fits = |name: &str| {
        if ignore_case {
            name.to_lowercase().starts_with(&prefix.to_lowercase())
        } else {
            name.starts_with(prefix)
        }
    };
    let mut out = Vec::new();
    for entry in entries {
        if !fits(&entry.name) {
            continue;
        }
        let path = format!("{real}/{}", entry.name);
        let is_dir = entry.kind == FileKind::Dir
            || (entry.kind == FileKind::Symlink
                && shell.proc.fs(|vfs, who| vfs.stat(who, &path)).is_ok_and(|s| s.kind == FileKind::Dir));
        out.push((format!("{dir}{}", entry.name), is_dir));
    }
    out
}

/// The choices in columns, as readline lists them.
pub fn columns(choices: &[(String, String)], cols: usize) -> String {
    use unicode_width::UnicodeWidthStr;
    let widest = choices.iter().map(|(_, shown)| shown.width()).max().unwrap_or(0) + 2;
    let per_row = (cols / widest).max(1);
    // readline keeps one column free.
    let per_row = if per_row > 1 && per_row * widest == cols { per_row - 1 } else { per_row };
    let rows = choices.len().div_ceil(per_row);
    let mut out = String::new();
    for row in 0..rows {
        for at in (row..choices.len()).step_by(rows.max(1)) {
            let Some((_, shown)) = choices.get(at) else { continue };
            out.push_str(shown);
            if at + rows < choices.len() || rows == 1 {
                out.push_str(&" ".repeat(widest - shown.width()));
            }
        }
        out.push('\n');
    }
    out
}
