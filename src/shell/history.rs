//! The history list: what was typed at the prompt, what `HISTCONTROL` keeps out of it, `!` expansion, and what of it goes
//! to the file. Reading and writing the file is done by [`super::start`].

use std::rc::Rc;

/// The list.
#[derive(Debug, Clone, Default)]
pub struct History {
    lines: Rc<Vec<String>>,
    /// The number of the first line.
    first: usize,
    /// How many of the last lines were typed in this session and not yet appended to the file.
    new_lines: usize,
    ignore_space: bool,
    ignore_dups: bool,
    erase_dups: bool,
    limit: Option<usize>,
    ignore: Vec<String>,
    /// Whether a history is kept at all: a shell with a prompt does.
    pub enabled: bool,
}

impl History {
    /// The lines, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The number that the next line will have.
    pub fn next_number(&self) -> usize {
        self.first + self.lines.len() + 1
    }

    /// Reads `HISTCONTROL`, `HISTSIZE` and `HISTIGNORE`.
    pub fn configure(&mut self, control: &str, size: Option<i64>, ignore: &str) {
        let has =
            |word: &str| control.split(':').any(|part| part == word || part == "ignoreboth" && word != "erasedups");
        self.ignore_space = has("ignorespace");
        self.ignore_dups = has("ignoredups");
        self.erase_dups = has("erasedups");
        self.limit = size.and_then(|n| usize::try_from(n).ok());
        self.ignore = ignore.split(':').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        self.trim();
    }

    /// Lines of the file, read at the start.
    pub fn load(&mut self, text: &str) {
        Rc::make_mut(&mut self.lines).extend(text.lines().map(str::to_owned));
        self.trim();
    }

    /// Adds a typed line (lines of one command are joined by the caller).
    pub fn add(&mut self, line: &str) {
        if !self.enabled || line.is_empty() {
            return;
        }
        let same = self.lines.last().is_some_and(|last| last == line);
        if (self.ignore_space && line.starts_with(' ')) || (self.ignore_dups && same) {
            return;
        }
        if self.ignore.iter().any(|p| super::pattern::Pattern::new(p, false).matches(line) || (p == "&" && same)) {
            return;
        }
        if self.erase_dups {
            Rc::make_mut(&mut self.lines).retain(|old| old != line);
        }
        Rc::make_mut(&mut self.lines).push(line.to_owned());
        self.new_lines += 1;
        self.trim();
    }

    /// Replaces the last line, as for a command that goes on over several lines.
    pub fn replace_last(&mut self, line: &str) {
        if let Some(last) = Rc::make_mut(&mut self.lines).last_mut() {
            line.clone_into(last);
        }
    }

    fn trim(&mut self) {
        if let Some(limit) = self.limit.filter(|limit| self.lines.len() > *limit) {
            let extra = self.lines.len().saturating_sub(limit);
            Rc::make_mut(&mut self.lines).drain(..extra);
            self.first += extra;
        }
        self.new_lines = self.new_lines.min(self.lines.len());
    }

    /// `history -c`
    pub fn clear(&mut self) {
        Rc::make_mut(&mut self.lines).clear();
        self.first = 0;
        self.new_lines = 0;
    }

    /// `history -d`; false where there is no such line.
    pub fn delete(&mut self, number: usize) -> bool {
        let Some(at) = number.checked_sub(self.first + 1).filter(|at| *at < self.lines.len()) else { return false };
        Rc::make_mut(&mut self.lines).remove(at);
        self.new_lines = self.new_lines.min(self.lines.len());
        true
    }

    /// A line by its number.
    pub fn get(&self, number: usize) -> Option<&String> {
        self.lines.get(number.checked_sub(self.first + 1)?)
    }

    /// The lines with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &String)> {
        self.lines.iter().enumerate().map(|(i, line)| (self.first + i + 1, line))
    }

    /// Takes the lines that are to be appended to the file.
    pub fn take_new(&mut self) -> Vec<String> {
        let count = std::mem::take(&mut self.new_lines);
        self.lines.iter().skip(self.lines.len().saturating_sub(count)).cloned().collect()
    }

    /// A subshell knows the lines but writes none.
    pub fn detach(&mut self) {
        self.new_lines = 0;
        self.enabled = false;
    }

    /// Replaces `!!`, `!n`, `!text`, `!$` and `^a^b^`. `None` where there was nothing to replace; the error is bash's.
    pub fn expand(&self, line: &str) -> Result<Option<String>, String> {
        if let Some(rest) = line.strip_prefix('^') {
            return self.quick_substitution(rest).map(Some);
        }
        if !line.contains('!') {
            return Ok(None);
        }
        let chars: Vec<char> = line.chars().collect();
        let (mut out, mut i, mut changed) = (String::new(), 0, false);
        let (mut single, mut double) = (false, false);
        while let Some(&c) = chars.get(i) {
            i += 1;
            match c {
                '\\' if !single => {
                    out.push(c);
                    if let Some(next) = chars.get(i) {
                        out.push(*next);
                        i += 1;
                    }
                }
                '\'' if !double => {
                    single = !single;
                    out.push(c);
                }
                '"' if !single => {
                    double = !double;
                    out.push(c);
                }
                '!' if !single => {
                    let stops = match chars.get(i) {
                        None | Some(' ' | '\t' | '\n' | '=') => true,
                        Some('(') => true,
                        Some('"') => double,
                        _ => false,
                    };
                    // `${!x}` and `$!` are no events.
                    let inside = out.ends_with('$') || out.ends_with("${") || out.ends_with('[');
                    if stops || inside {
                        out.push('!');
                        continue;
                    }
                    let (text, next) = self.event(&chars, i)?;
                    out.push_str(&text);
                    i = next;
                    changed = true;
                }
                c => out.push(c),
            }
        }
        Ok(changed.then_some(out))
    }

    fn quick_substitution(&self, rest: &str) -> Result<String, String> {
        let mut parts = rest.splitn(3, '^');
        let (from, to) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let tail = parts.next().unwrap_or_default();
        let last = self.lines.last().cloned().unwrap_or_default();
        if from.is_empty() || !last.contains(from) {
            return Err(format!(":s^{rest}: substitution failed"));
        }
        Ok(last.replacen(from, to, 1) + tail)
    }

    /// The event at `i`, just after the `!`, with its word designator.
    fn event(&self, chars: &[char], start: usize) -> Result<(String, usize), String> {
        let mut i = start;
        let run =
            |from: usize, ok: &dyn Fn(char) -> bool| from + chars.iter().skip(from).take_while(|c| ok(**c)).count();
        let text = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
        let digit = |c: char| c.is_ascii_digit();
        let mut designator = false;
        let line: Option<String> = match chars.get(i) {
            Some('!') => {
                i += 1;
                self.lines.last().cloned()
            }
            Some('$' | '^' | '*' | ':') => {
                designator = true;
                self.lines.last().cloned()
            }
            Some('-') if chars.get(i + 1).is_some_and(|c| digit(*c)) => {
                let end = run(i + 1, &digit);
                let back = text(i + 1, end).parse::<usize>().unwrap_or(0);
                i = end;
                back.checked_sub(1).and_then(|b| self.lines.iter().rev().nth(b)).cloned()
            }
            Some(c) if digit(*c) => {
                let end = run(i, &digit);
                let number = text(i, end).parse::<usize>().unwrap_or(0);
                i = end;
                self.get(number).cloned()
            }
            Some('?') => {
                let end = run(i + 1, &|c| c != '?' && c != '\n');
                let part = text(i + 1, end);
                i = end + usize::from(chars.get(end) == Some(&'?'));
                self.lines.iter().rev().find(|line| line.contains(&part)).cloned()
            }
            _ => {
                let end =
                    run(i, &|c| !matches!(c, ' ' | '\t' | ':' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '"' | '\''));
                let prefix = text(i, end);
                i = end;
                self.lines.iter().rev().find(|line| line.starts_with(&prefix)).cloned()
            }
        };
        let Some(line) = line else { return Err(format!("!{}: event not found", text(start, i.max(start)))) };
        let colon = !designator && chars.get(i) == Some(&':');
        if designator || colon || matches!(chars.get(i), Some('$' | '^' | '*')) {
            let at = if chars.get(i) == Some(&':') { i + 1 } else { i };
            let end = match chars.get(at) {
                Some('$' | '^' | '*') => at + 1,
                _ => run(at, &|c| c.is_ascii_digit() || c == '-' || c == '$' || c == '*'),
            };
            let word = text(at, end);
            if !word.is_empty() {
                let picked = pick_words(&line, &word).ok_or_else(|| format!(":{word}: bad word specifier"))?;
                return Ok((picked, end));
            }
        }
        Ok((line, i))
    }
}

/// Words of a line by a designator: `0`, `2`, `^`, `$`, `*`, `1-3`, `2*`, `2-`.
fn pick_words(line: &str, designator: &str) -> Option<String> {
    let words = split_words(line);
    let last = words.len().checked_sub(1)?;
    let index = |text: &str| match text {
        "^" => Some(1),
        "$" => Some(last),
        _ => text.parse().ok(),
    };
    let (from, to) = if designator == "*" {
        if last == 0 {
            return Some(String::new());
        }
        (1, last)
    } else if let Some(from) = designator.strip_suffix('*') {
        (index(from)?, last)
    } else if let Some((from, to)) = designator.split_once('-') {
        let from = if from.is_empty() { 0 } else { index(from)? };
        (from, if to.is_empty() { last.saturating_sub(1) } else { index(to)? })
    } else {
        let at = index(designator)?;
        (at, at)
    };
    words.get(from..=to).map(|words| words.join(" "))
}

/// The words of a line as readline's history sees them: quotes keep blanks together.
pub fn split_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (_, '\\') => {
                word.push(c);
                word.extend(chars.next());
                continue;
            }
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ' | '\t' | '\n') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
