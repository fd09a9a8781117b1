//! From characters to tokens: operators, newlines, here-document bodies, and words through [`super::words`]. The
//! parser pulls tokens one at a time and may look one ahead. Nothing here knows what commands mean.

use super::ast::{Redirect, RedirectOp, Target, Word};
use crate::sorted::VecMap;
use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

/// Which shell this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// GNU bash 5.2.
    Bash,
    /// Debian's `sh`.
    Dash,
    /// BusyBox's `sh`.
    Ash,
}

/// What the parser must know of the shell that it parses for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose grammar.
    pub flavour: Flavour,
    /// Aliases, where they are expanded.
    pub aliases: Option<Rc<VecMap<String, String>>>,
    /// `shopt -s extglob`
    pub extglob: bool,
}

/// Why a text is no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A token that cannot stand there.
    Unexpected(String),
    /// The text ends inside a compound command.
    Eof,
    /// The text ends inside quotes or brackets; what should have closed them.
    Unmatched(&'static str),
    /// A complaint in bash's own words.
    Other(String),
    /// Nested too deeply.
    TooDeep,
}

/// A syntax error and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line where the parser stood.
    pub line: u32,
    /// What is wrong.
    pub fault: Fault,
    /// What dash would have liked to see.
    pub expecting: Option<&'static str>,
}

impl SyntaxError {
    /// Whether more text could still make it right.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.fault, Fault::Eof | Fault::Unmatched(_))
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Unexpected(token) => write!(f, "syntax error near unexpected token `{token}'"),
            Fault::Eof => f.write_str("syntax error: unexpected end of file"),
            Fault::Unmatched(what) => write!(f, "unexpected EOF while looking for matching `{what}'"),
            Fault::Other(text) => f.write_str(text),
            Fault::TooDeep => f.write_str("syntax error: commands nested too deeply"),
        }
    }
}

/// What the parser returns.
pub type Parse<T> = Result<T, SyntaxError>;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A word.
    Word(Word),
    /// An operator.
    Op(&'static str),
    /// What stands right before a redirection operator: a number or `{name}`.
    Io(Target),
    /// The end of a line.
    Newline,
    /// The end of the text.
    Eof,
}

/// Longest first.
const OPERATORS: [&str; 24] = [
    "<<<", "<<-", "&>>", ";;&", "&&", "||", ";;", ";&", "|&", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "<", ">", "|",
    "&", ";", "(", ")", "\n",
];

/// How deep constructs may nest: every level costs stack, in the parser and in the interpreter.
pub const DEPTH: u32 = 100;

struct PendingHere {
    body: Rc<OnceCell<Word>>,
    end: String,
    quoted: bool,
    strip: bool,
    line: u32,
}

/// The lexer and parser of one text. `parse_next` in [`super::parser`] gives one complete command at a time.
pub struct Parser {
    pub(super) src: Vec<char>,
    pub(super) pos: usize,
    pub(super) line: u32,
    pub(super) set: Settings,
    /// A token looked at, with the place and line where it began.
    peeked: Option<(Token, usize, u32)>,
    /// Whether `name=(` begins an array here.
    pub(super) assign_ok: bool,
    pub(super) depth: u32,
    pending: Vec<PendingHere>,
    /// Aliases being expanded, and where their text ends.
    pub(super) alias_ends: Vec<(String, usize)>,
    /// The text ended right after a backslash and newline.
    pub continued: bool,
    /// Here-documents that the end of the text cut off: the line they began in, and the delimiter.
    pub cut_here: Vec<(u32, u32, String)>,
}

impl Parser {
    /// A parser at the beginning of `text`, whose first line has that number.
    pub fn new(text: &str, line: u32, set: Settings) -> Parser {
        let mut src: Vec<char> = text.chars().collect();
        // bash reads lines: the last one ends like the others, unless a backslash would take the newline.
        let escaped = src.iter().rev().take_while(|c| **c == '\\').count() % 2 == 1;
        if set.flavour == Flavour::Bash && src.last().is_some_and(|c| *c != '\n') && !escaped {
            src.push('\n');
        }
        Parser::over(src, line, set)
    }

    /// A parser of just these characters.
    pub(super) fn over(src: Vec<char>, line: u32, set: Settings) -> Parser {
        Parser {
            src,
            pos: 0,
            line,
            set,
            peeked: None,
            assign_ok: true,
            depth: 0,
            pending: Vec::new(),
            alias_ends: Vec::new(),
            continued: false,
            cut_here: Vec::new(),
        }
    }

    pub(super) fn bash(&self) -> bool {
        self.set.flavour != Flavour::Dash
    }

    pub(super) fn at(&self, offset: usize) -> Option<char> {
        self.src.get(self.pos + offset).copied()
    }

    /// Takes one character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.src.get(self.pos).copied()?;
        self.pos += 1;
        self.line += u32::from(c == '\n');
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        if found {
            for _ in text.chars() {
                self.bump();
            }
        }
        found
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.at(i) == Some(c))
    }

    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.src.get(from..to).map(|s| s.iter().collect()).unwrap_or_default()
    }

    pub(super) fn fault<T>(&self, fault: Fault) -> Parse<T> {
        Err(SyntaxError { line: self.line, fault, expecting: None })
    }

    /// Runs `inner` one level deeper.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= DEPTH {
            return self.fault(Fault::TooDeep);
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Blanks, comments, and lines joined by a backslash.
    fn skip_blank(&mut self) {
        loop {
            match self.at(0) {
                Some(' ' | '\t') => {
                    self.bump();
                }
                Some('\\') if self.at(1) == Some('\n') => {
                    self.bump();
                    self.bump();
                    self.continued = self.at(0).is_none();
                }
                Some('#') => {
                    while self.at(0).is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                _ => return,
            }
        }
    }

    /// The next token, left in place.
    pub(super) fn peek(&mut self) -> Parse<&Token> {
        if self.peeked.is_none() {
            self.skip_blank();
            let (start, line) = (self.pos, self.line);
            let token = self.scan()?;
            self.peeked = Some((token, start, line));
        }
        match &self.peeked {
            Some((token, ..)) => Ok(token),
            None => Ok(&Token::Eof),
        }
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Parse<Token> {
        self.peek()?;
        Ok(self.peeked.take().map_or(Token::Eof, |(token, ..)| token))
    }

    /// Forgets the token looked at, so that it is scanned again in another way.
    pub(super) fn unpeek(&mut self) {
        if let Some((_, start, line)) = self.peeked.take() {
            (self.pos, self.line) = (start, line);
        }
    }

    /// Where the next token begins.
    pub(super) fn token_start(&mut self) -> Parse<(usize, u32)> {
        self.peek()?;
        Ok(self.peeked.as_ref().map_or((self.pos, self.line), |(_, start, line)| (*start, *line)))
    }

    pub(super) fn peek_op(&mut self, op: &str) -> Parse<bool> {
        Ok(matches!(self.peek()?, Token::Op(found) if *found == op))
    }

    pub(super) fn eat_op(&mut self, op: &str) -> Parse<bool> {
        let found = self.peek_op(op)?;
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Whether the next token is that word, unquoted.
    pub(super) fn peek_word(&mut self, word: &str) -> Parse<bool> {
        Ok(matches!(self.peek()?, Token::Word(found) if &*found.raw == word))
    }

    pub(super) fn eat_word(&mut self, word: &str) -> Parse<bool> {
        let found = self.peek_word(word)?;
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// The complaint about the next token.
    pub(super) fn unexpected<T>(&mut self, expecting: Option<&'static str>) -> Parse<T> {
        let (_, line) = self.token_start()?;
        let fault = match self.peek()? {
            Token::Word(word) => Fault::Unexpected(word.raw.to_string()),
            Token::Op(op) => Fault::Unexpected((*op).to_owned()),
            Token::Io(Target::Fd(fd)) => Fault::Unexpected(fd.to_string()),
            Token::Io(Target::Var(name)) => Fault::Unexpected(format!("{{{name}}}")),
            Token::Newline => Fault::Unexpected("newline".to_owned()),
            Token::Eof => Fault::Eof,
        };
        Err(SyntaxError { line, fault, expecting })
    }

    fn scan(&mut self) -> Parse<Token> {
        let Some(c) = self.at(0) else { return Ok(Token::Eof) };
        if c == '\n' {
            self.bump();
            self.read_here_bodies()?;
            return Ok(Token::Newline);
        }
        if let Some(target) = self.io_target() {
            return Ok(Token::Io(target));
        }
        if matches!(c, '<' | '>') && self.at(1) == Some('(') && self.set.flavour == Flavour::Bash {
            return Ok(Token::Word(self.word()?));
        }
        for op in OPERATORS {
            let bash_only = matches!(op, "&>>" | "&>" | "<<<" | "|&" | ";;&" | ";&");
            if (self.bash() || !bash_only) && self.eat(op) {
                return Ok(Token::Op(op));
            }
        }
        Ok(Token::Word(self.word()?))
    }

    /// `2` or `{name}` right before `<` or `>`.
    fn io_target(&mut self) -> Option<Target> {
        let digits = (0..).take_while(|&i| self.at(i).is_some_and(|c| c.is_ascii_digit())).count();
        let before = |n: usize| matches!(self.at(n), Some('<' | '>'));
        if digits > 0 && before(digits) {
            let fd = self.text(self.pos, self.pos + digits).parse().ok()?;
            self.pos += digits;
            return Some(Target::Fd(fd));
        }
        if self.at(0) == Some('{') && self.set.flavour == Flavour::Bash {
            let len = (1..).take_while(|&i| self.at(i).is_some_and(|c| c == '_' || c.is_ascii_alphanumeric())).count();
            if len > 0 && self.at(len + 1) == Some('}') && before(len + 2) {
                let name = self.text(self.pos + 1, self.pos + 1 + len);
                self.pos += len + 2;
                return super::ast::is_name(&name).then(|| Target::Var(name.into()));
            }
        }
        None
    }

    /// What follows a redirection operator; a here-document's body is read at the end of the line.
    pub(super) fn redirect(&mut self, fd: Option<Target>) -> Parse<Redirect> {
        let Token::Op(op) = self.next()? else { return self.unexpected(None) };
        let op = match op {
            "<" => RedirectOp::Read,
            ">" => RedirectOp::Write,
            ">|" => RedirectOp::Clobber,
            ">>" => RedirectOp::Append,
            "<>" => RedirectOp::ReadWrite,
            "<&" => RedirectOp::DupIn,
            ">&" => RedirectOp::DupOut,
            "&>" => RedirectOp::Both,
            "&>>" => RedirectOp::BothAppend,
            "<<" => RedirectOp::Here(false),
            "<<-" => RedirectOp::Here(true),
            _ => RedirectOp::HereString,
        };
        if !matches!(self.peek()?, Token::Word(_)) {
            return self.unexpected(None);
        }
        let line = self.line;
        let Token::Word(word) = self.next()? else { return self.unexpected(None) };
        let mut here = None;
        if let RedirectOp::Here(strip) = op {
            let body = Rc::new(OnceCell::new());
            here = Some(body.clone());
            let quoted = word.raw.contains(['\\', '\'', '"']);
            self.pending.push(PendingHere { body, end: unquoted(&word.raw), quoted, strip, line });
        }
        Ok(Redirect { fd, op, word, here })
    }

    fn read_here_bodies(&mut self) -> Parse<()> {
        for here in std::mem::take(&mut self.pending) {
            let (first, mut text, mut found) = (self.line, String::new(), false);
            while self.at(0).is_some() && !found {
                let mut line = self.here_line(here.quoted);
                if here.strip {
                    line = line.trim_start_matches('\t').to_owned();
                }
                found = line.trim_end_matches('\n') == here.end;
                if !found {
                    text.push_str(&line);
                }
            }
            if !found {
                self.cut_here.push((self.line.saturating_sub(1).max(here.line), here.line, here.end.clone()));
            }
            let body = if here.quoted {
                Word::literal(&text)
            } else {
                Parser::quoted_text(&text, first, self.set.clone(), true)?
            };
            // The cell is fresh: only this place fills it.
            let _ = here.body.set(body);
        }
        Ok(())
    }

    /// One line with its newline; where the document is expanded, lines that end in a backslash are joined.
    fn here_line(&mut self, quoted: bool) -> String {
        let mut line = String::new();
        while let Some(c) = self.bump() {
            if c == '\\' && !quoted {
                match self.bump() {
                    Some('\n') => {}
                    Some(next) => line.extend(['\\', next]),
                    None => line.push('\\'),
                }
                continue;
            }
            line.push(c);
            if c == '\n' {
                break;
            }
        }
        line
    }

    /// At the end of the text: here-documents still to come are empty.
    pub(super) fn finish(&mut self) -> Parse<()> {
        self.read_here_bodies()
    }

    /// Whether a here-document waits for its body.
    pub fn wants_here(&self) -> bool {
        !self.pending.is_empty() || !self.cut_here.is_empty()
    }

    /// Puts an alias's text where its name stands (the next token), to be scanned in its place.
    pub(super) fn splice_alias(&mut self, name: &str, value: &str) {
        self.unpeek();
        let (start, old) = (self.pos, name.chars().count());
        let new: Vec<char> = value.chars().collect();
        for (_, end) in &mut self.alias_ends {
            *end = (*end + new.len()).saturating_sub(old);
        }
        self.alias_ends.push((name.to_owned(), start + new.len()));
        self.src.splice(start..(start + old).min(self.src.len()), new);
    }
}

/// A here-document's delimiter without its quotes.
fn unquoted(raw: &str) -> String {
    let mut out = String::new();
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {}
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}
