//! The grammar of commands: lists, pipelines, simple commands; of compound ones it is in [`super::compound`]. It makes
//! the tree of [`super::ast`], one complete command (up to the end of its line) at a time, because earlier commands may
//! change what later ones mean. It runs nothing.

use super::ast::*;
use super::lexer::{Fault, Flavour, Parse, Parser, Settings, Token};
use std::rc::Rc;

/// Builtins whose arguments may be assignments with array literals.
const DECLARERS: [&str; 6] = ["declare", "typeset", "local", "export", "readonly", "eval"];

/// A whole text as one list.
pub fn parse_text(text: &str, line: u32, set: Settings) -> Parse<List> {
    Parser::new(text, line, set).parse_all()
}

type Stop<'p> = dyn Fn(&mut Parser) -> Parse<bool> + 'p;

impl Parser {
    /// The next complete command; an empty list for an empty line; `None` at the end of the text.
    pub fn parse_next(&mut self) -> Parse<Option<List>> {
        self.assign_ok = true;
        self.continued = false;
        if matches!(self.peek()?, Token::Eof) {
            return Ok(None);
        }
        if matches!(self.peek()?, Token::Newline) {
            self.next()?;
            return Ok(Some(Vec::new()));
        }
        let list = self.line_list()?;
        match self.peek()? {
            Token::Newline => {
                self.next()?;
            }
            Token::Eof => self.finish()?,
            _ => return self.unexpected(None),
        }
        Ok(Some(list))
    }

    /// The whole text.
    pub fn parse_all(&mut self) -> Parse<List> {
        let mut all = Vec::new();
        while let Some(list) = self.parse_next()? {
            all.extend(list);
        }
        Ok(all)
    }

    /// The present line's number and text, which bash shows after a syntax error.
    pub fn line_text(&self, line: u32, first: u32) -> String {
        let text: String = self.src.iter().collect();
        text.split('\n').nth(line.saturating_sub(first) as usize).unwrap_or_default().to_owned()
    }

    /// The line the parser has come to.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The text from where the parser stands to its end.
    pub fn rest(&self) -> String {
        self.src.iter().skip(self.pos).collect()
    }

    /// The text between two places.
    pub fn source(&self, from: usize, to: usize) -> String {
        self.text(from, to)
    }

    /// What may have changed between two commands.
    pub fn set(&mut self, set: Settings) {
        self.set = set;
    }

    /// How many characters of the text have been used.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Items up to the end of the line.
    fn line_list(&mut self) -> Parse<List> {
        let mut list = Vec::new();
        loop {
            let mut item = self.and_or()?;
            let ended = self.eat_op(";")?;
            item.background = !ended && self.eat_op("&")?;
            let more = ended || item.background;
            list.push(item);
            if !more || matches!(self.peek()?, Token::Newline | Token::Eof) {
                return Ok(list);
            }
        }
    }

    /// Items, on any number of lines, until `stop` holds; at least one unless it holds at once and `)` may follow.
    pub(super) fn list_until(&mut self, stop: &Stop<'_>) -> Parse<List> {
        let mut list = Vec::new();
        loop {
            self.newlines()?;
            if stop(self)? {
                return Ok(list);
            }
            let mut item = self.and_or()?;
            if self.eat_op("&")? {
                item.background = true;
            } else if !self.eat_op(";")? && !matches!(self.peek()?, Token::Newline) {
                list.push(item);
                return Ok(list);
            }
            list.push(item);
        }
    }

    pub(super) fn newlines(&mut self) -> Parse<()> {
        while matches!(self.peek()?, Token::Newline) {
            self.next()?;
        }
        Ok(())
    }

    fn and_or(&mut self) -> Parse<Item> {
        let mut pipelines = vec![(Joint::And, Rc::new(self.pipeline()?))];
        loop {
            let joint = if self.eat_op("&&")? {
                Joint::And
            } else if self.eat_op("||")? {
                Joint::Or
            } else {
                return Ok(Item { pipelines, background: false });
            };
            self.newlines()?;
            pipelines.push((joint, Rc::new(self.pipeline()?)));
        }
    }

    fn pipeline(&mut self) -> Parse<Pipeline> {
        let mut pipeline = Pipeline { negated: false, timed: None, commands: Vec::new() };
        loop {
            self.expand_aliases()?;
            if self.eat_word("!")? {
                pipeline.negated = !pipeline.negated;
            } else if self.set.flavour == Flavour::Bash && pipeline.timed.is_none() && self.eat_word("time")? {
                pipeline.timed = Some(self.eat_word("-p")?);
            } else {
                break;
            }
        }
        let bare = pipeline.negated || pipeline.timed.is_some();
        let ended = match self.peek()? {
            Token::Newline | Token::Eof => true,
            Token::Op(op) => matches!(*op, ";" | "&"),
            _ => false,
        };
        if bare && ended && self.set.flavour == Flavour::Bash {
            return Ok(pipeline);
        }
        loop {
            let mut command = self.command()?;
            let both = self.eat_op("|&")?;
            if both {
                command.redirects.push(Redirect {
                    fd: Some(Target::Fd(2)),
                    op: RedirectOp::DupOut,
                    word: Word::literal("1"),
                    here: None,
                });
            }
            pipeline.commands.push(Rc::new(command));
            if !both && !self.eat_op("|")? {
                return Ok(pipeline);
            }
            self.newlines()?;
        }
    }

    pub(super) fn command(&mut self) -> Parse<Command> {
        self.deeper(|p| {
            p.assign_ok = true;
            p.expand_aliases()?;
            let (_, line) = p.token_start()?;
            let kind = match p.peek()? {
                Token::Op("(") => Some(p.paren()?),
                Token::Op(op) if op.starts_with(['<', '>']) || op.starts_with("&>") => None,
                Token::Op(_) | Token::Newline | Token::Eof => return p.unexpected(None),
                Token::Word(word) => {
                    let raw = word.raw.clone();
                    p.compound(&raw)?
                }
                Token::Io(_) => None,
            };
            match kind {
                Some(kind @ Kind::Function(..)) => Ok(Command { line, kind, redirects: Vec::new() }),
                Some(kind) => Ok(Command { line, kind, redirects: p.redirects()? }),
                None => p.simple(line),
            }
        })
    }

    pub(super) fn redirects(&mut self) -> Parse<Vec<Redirect>> {
        let mut out = Vec::new();
        while let Some(redirect) = self.maybe_redirect()? {
            out.push(redirect);
        }
        Ok(out)
    }

    fn maybe_redirect(&mut self) -> Parse<Option<Redirect>> {
        let fd = match self.peek()? {
            Token::Io(_) => match self.next()? {
                Token::Io(target) => Some(target),
                _ => None,
            },
            Token::Op(op) if op.starts_with(['<', '>']) || matches!(*op, "&>" | "&>>") => None,
            _ => return Ok(None),
        };
        self.redirect(fd).map(Some)
    }

    /// The next token if it is a word.
    pub(super) fn expect_word(&mut self) -> Parse<Option<Word>> {
        match self.peek()? {
            Token::Word(_) => match self.next()? {
                Token::Word(word) => Ok(Some(word)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn simple(&mut self, line: u32) -> Parse<Command> {
        let (mut assigns, mut words, mut redirects) = (Vec::new(), Vec::<Word>::new(), Vec::new());
        self.assign_ok = true;
        loop {
            if let Some(redirect) = self.maybe_redirect()? {
                redirects.push(redirect);
                continue;
            }
            if !words.is_empty() && self.alias_after_blank() {
                self.expand_aliases()?;
            }
            match self.peek()? {
                Token::Word(_) => {
                    let Token::Word(word) = self.next()? else { continue };
                    match assignment(&word, self.line, &self.set) {
                        Some(assign) if words.is_empty() => assigns.push(assign?),
                        _ => {
                            words.push(word);
                            let first = words.first().map(|w| &*w.raw).unwrap_or_default();
                            self.assign_ok = DECLARERS.contains(&first);
                        }
                    }
                }
                Token::Op("(") if words.len() == 1 && assigns.is_empty() && redirects.is_empty() => {
                    let name = words.first().map(|w| w.raw.clone()).unwrap_or_default();
                    self.next()?;
                    if !self.eat_op(")")? {
                        return self.unexpected(Some(")"));
                    }
                    if name.contains(['$', '`', '"', '\'', '\\']) || (!is_name(&name) && !self.bash()) {
                        let fault = match self.set.flavour {
                            Flavour::Bash => Fault::Other(format!("`{name}': not a valid identifier")),
                            _ => Fault::Other("Bad function name".to_owned()),
                        };
                        return self.fault(fault);
                    }
                    self.assign_ok = true;
                    let kind = self.function_body(&name)?;
                    return Ok(Command { line, kind, redirects: Vec::new() });
                }
                Token::Op("(") => return self.unexpected(None),
                _ => break,
            }
        }
        self.assign_ok = true;
        Ok(Command { line, kind: Kind::Simple(assigns, words), redirects })
    }

    /// Whether the alias just expanded ended in a blank, so that the next word may be one too.
    fn alias_after_blank(&mut self) -> bool {
        let Some(aliases) = self.set.aliases.clone() else { return false };
        let Ok((start, _)) = self.token_start() else { return false };
        let ended = self.alias_ends.last().filter(|(_, end)| *end <= start && *end > 0);
        let Some((name, end)) = ended else { return false };
        let blank = |at: usize| self.src.get(at).is_some_and(|c| c.is_whitespace());
        aliases.get(name).is_some_and(|value| value.ends_with([' ', '\t'])) && (*end..start).all(blank)
    }

    /// Replaces the next word, where it is an alias, by its text, again and again, but no alias inside itself.
    fn expand_aliases(&mut self) -> Parse<()> {
        let Some(aliases) = self.set.aliases.clone() else { return Ok(()) };
        loop {
            let (start, _) = self.token_start()?;
            let name = match self.peek()? {
                Token::Word(word) => word.raw.clone(),
                _ => return Ok(()),
            };
            self.alias_ends.retain(|(_, end)| *end >= start);
            let busy = self.alias_ends.iter().any(|(n, end)| **n == *name && *end > start);
            match aliases.get(&*name) {
                Some(value) if !busy && self.alias_ends.len() < 100 => self.splice_alias(&name, value),
                _ => return Ok(()),
            }
        }
    }
}

/// Reads a word as an assignment, if it is one.
pub(super) fn assignment(word: &Word, line: u32, set: &Settings) -> Option<Parse<Assign>> {
    let Some(Part::Lit(first)) = word.parts.first() else { return None };
    let bash = set.flavour == Flavour::Bash;
    // A quoted subscript splits the literal; the name and sign are then found in the raw text.
    let raw: &str = if first.contains('=') { first } else { &word.raw };
    let name_len = raw.find(|c: char| c != '_' && !c.is_ascii_alphanumeric())?;
    let (name, rest) = raw.split_at_checked(name_len)?;
    if !is_name(name) {
        return None;
    }
    let (subscript, rest) = match rest.strip_prefix('[') {
        Some(inner) if bash => {
            let close = matching_bracket(inner)?;
            let (index, rest) = inner.split_at_checked(close)?;
            (Some(index), rest.strip_prefix(']')?)
        }
        Some(_) => return None,
        None => (None, rest),
    };
    let append = bash && rest.starts_with("+=");
    let tail = if append { rest.strip_prefix("+=")? } else { rest.strip_prefix('=')? };
    let subscript = match subscript.map(|text| Parser::plain_text(text, line, set.clone())) {
        Some(Err(error)) => return Some(Err(error)),
        Some(Ok(word)) => Some(word),
        None => None,
    };
    let mut parts: Vec<Part> = Vec::with_capacity(word.parts.len());
    if first.contains('=') {
        if !tail.is_empty() {
            parts.push(Part::Lit(tail.into()));
        }
        parts.extend(word.parts.iter().skip(1).cloned());
    } else {
        match Parser::plain_text(tail, line, set.clone()) {
            Ok(word) => parts.extend(word.parts.iter().cloned()),
            Err(error) => return Some(Err(error)),
        }
    }
    let sign = word.raw.find('=').map_or(0, |at| at + 1);
    let value_raw = word.raw.get(word.raw.len().saturating_sub(tail.len()).max(sign)..).unwrap_or_default();
    let value = Word { raw: value_raw.into(), parts: parts.into() };
    Some(Ok(Assign { name: name.into(), subscript, append, value, raw: word.raw.clone() }))
}

/// Where the bracket closes that was opened just before `text`.
fn matching_bracket(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => return Some(i),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}
