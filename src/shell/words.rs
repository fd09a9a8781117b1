//! Words: quotes, dollars, backquotes and what nests in them, up to the character that ends them. Part of the parser,
//! because `$(…)` holds commands again. What the parts expand to is not known here.

use super::ast::{is_name, Part, Word};
use super::lexer::{Fault, Flavour, Parse, Parser, Settings};
use std::rc::Rc;

/// Which characters are special while a piece of text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Outside quotes.
    Plain,
    /// Between double quotes.
    Double,
    /// In a here-document, or an expression: as `Double`, but `"` is an ordinary character.
    Here,
    /// In `${x-…}` between double quotes: `"` may pair up again, `'` is an ordinary character.
    Braced,
}

/// Collects parts, joining neighbouring unquoted characters.
#[derive(Default)]
struct Collect {
    parts: Vec<Part>,
    lit: String,
}

impl Collect {
    fn push(&mut self, part: Part) {
        self.flush();
        self.parts.push(part);
    }

    fn flush(&mut self) {
        if !self.lit.is_empty() {
            self.parts.push(Part::Lit(std::mem::take(&mut self.lit).into()));
        }
    }
}

/// Ends an unquoted word.
pub(super) fn is_meta(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '|' | '&' | ';' | '(' | ')' | '<' | '>')
}

impl Parser {
    /// Text that is expanded as if between double quotes: a here-document, an expression, a prompt.
    pub fn quoted_text(text: &str, line: u32, set: Settings, here: bool) -> Parse<Word> {
        let mut parser = Parser::over(text.chars().collect(), line, set);
        let quoting = if here { Quoting::Here } else { Quoting::Double };
        let parts = parser.parts_until(&mut |_, _| false, quoting)?;
        Ok(Word { raw: text.into(), parts: Rc::from([Part::Double(parts.into())]) })
    }

    /// One word of plain text, to its end whatever it holds (the value of `PS4`, a subscript given to `unset`).
    pub fn plain_text(text: &str, line: u32, set: Settings) -> Parse<Word> {
        let mut parser = Parser::over(text.chars().collect(), line, set);
        let parts = parser.parts_until(&mut |_, _| false, Quoting::Plain)?;
        Ok(Word { raw: text.into(), parts: parts.into() })
    }

    /// A word at the present place.
    pub(super) fn word(&mut self) -> Parse<Word> {
        let start = self.pos;
        let mut out = Collect::default();
        loop {
            let parts = self.parts_until(&mut |p, c| is_meta(c) || p.special_in_word(start, c), Quoting::Plain)?;
            for part in parts {
                out.push(part);
            }
            match self.at(0) {
                Some(c @ ('<' | '>')) if self.at(1) == Some('(') && self.set.flavour == Flavour::Bash => {
                    self.pos += 2;
                    let list = self.nested_list()?;
                    out.push(Part::Process(c == '<', Rc::new(list)));
                }
                Some('(')
                    if self.assign_ok
                        && self.set.flavour == Flavour::Bash
                        && is_array_start(&self.text(start, self.pos)) =>
                {
                    self.bump();
                    let elements = self.array_elements()?;
                    out.push(Part::Array(elements.into()));
                }
                Some('[') if self.assign_ok && is_name(&self.text(start, self.pos)) => {
                    let text = self.subscript_text();
                    out.push(Part::Lit(text.into()));
                }
                Some(c) if matches!(c, '?' | '*' | '+' | '@' | '!') && self.at(1) == Some('(') && self.set.extglob => {
                    self.ext_group(&mut out)?;
                }
                _ => break,
            }
        }
        let raw = self.text(start, self.pos).replace("\\\n", "");
        Ok(Word { raw: raw.into(), parts: join_literals(out.parts).into() })
    }

    /// Characters at which `word` looks closer.
    fn special_in_word(&self, start: usize, c: char) -> bool {
        match c {
            '[' => self.assign_ok && is_name(&self.text(start, self.pos)),
            '?' | '*' | '+' | '@' | '!' => self.set.extglob && self.at(1) == Some('('),
            _ => false,
        }
    }

    /// `[…]` after a name: all of it if `=` follows, with blanks inside; otherwise only the bracket.
    fn subscript_text(&mut self) -> String {
        let start = self.pos;
        let (mut depth, mut quote) = (0usize, None);
        for i in start.. {
            let Some(&c) = self.src.get(i) else { break };
            match (quote, c) {
                (Some(q), _) => quote = Some(q).filter(|&q| q != c),
                (None, '\'' | '"') => quote = Some(c),
                (None, '[') => depth += 1,
                (None, ']') => depth -= 1,
                (None, '\n' | ';') => break,
                _ => {}
            }
            if depth == 0 && quote.is_none() {
                let is = |at: usize, c: char| self.src.get(at) == Some(&c);
                if is(i + 1, '=') || (is(i + 1, '+') && is(i + 2, '=')) {
                    self.pos = i + 1;
                    return self.text(start, i + 1);
                }
                break;
            }
        }
        self.bump();
        "[".to_owned()
    }

    fn ext_group(&mut self, out: &mut Collect) -> Parse<()> {
        let (mark, open) = (self.bump(), self.bump());
        out.flush();
        out.lit.extend(mark);
        out.lit.extend(open);
        self.deeper(|p| {
            loop {
                let stop = &mut |p: &Parser, c: char| {
                    c == ')' || (matches!(c, '?' | '*' | '+' | '@' | '!') && p.at(1) == Some('('))
                };
                for part in p.parts_until(stop, Quoting::Plain)? {
                    out.push(part);
                }
                match p.at(0) {
                    Some(')') => break,
                    Some(_) => p.ext_group(out)?,
                    None => return p.fault(Fault::Unmatched(")")),
                }
            }
            p.bump();
            out.lit.push(')');
            out.flush();
            Ok(())
        })
    }

    /// The word after `=~`: to the next blank outside parentheses and quotes.
    pub(super) fn regex_word(&mut self) -> Parse<Word> {
        while matches!(self.at(0), Some(' ' | '\t')) {
            self.bump();
        }
        let start = self.pos;
        let mut depth = 0usize;
        let parts = self.parts_until(
            &mut |_, c| {
                match c {
                    '(' => depth += 1,
                    ')' if depth == 0 => return true,
                    ')' => depth -= 1,
                    ' ' | '\t' | '\n' => return depth == 0,
                    _ => {}
                }
                false
            },
            Quoting::Plain,
        )?;
        Ok(Word { raw: self.text(start, self.pos).into(), parts: parts.into() })
    }

    fn array_elements(&mut self) -> Parse<Vec<(Option<Word>, Word)>> {
        let mut elements = Vec::new();
        self.assign_ok = false;
        loop {
            while let Some(c) = self.at(0) {
                match c {
                    ' ' | '\t' | '\n' => {
                        self.bump();
                    }
                    '\\' if self.at(1) == Some('\n') => {
                        self.bump();
                        self.bump();
                    }
                    '#' => {
                        while self.at(0).is_some_and(|c| c != '\n') {
                            self.bump();
                        }
                    }
                    _ => break,
                }
            }
            match self.at(0) {
                None => return self.fault(Fault::Unmatched(")")),
                Some(')') => {
                    self.bump();
                    self.assign_ok = true;
                    return Ok(elements);
                }
                Some(c) if is_meta(c) && !(matches!(c, '<' | '>') && self.at(1) == Some('(')) => {
                    return self.fault(Fault::Unexpected(c.to_string()))
                }
                Some('[') => {
                    let text = self.subscript_text();
                    if text.len() > 1 {
                        let inner = text.trim_start_matches('[').strip_suffix(']').unwrap_or_default().to_owned();
                        self.eat("=");
                        let value = self.word()?;
                        elements.push((Some(Parser::plain_text(&inner, self.line, self.set.clone())?), value));
                    } else {
                        self.pos -= 1;
                        let value = self.word()?;
                        elements.push((None, value));
                    }
                }
                Some(_) => {
                    let value = self.word()?;
                    elements.push((None, value));
                }
            }
        }
    }

    /// Parts up to the end of the text or the first unquoted character for which `stop` holds.
    pub(super) fn parts_until(
        &mut self,
        stop: &mut dyn FnMut(&Parser, char) -> bool,
        quoting: Quoting,
    ) -> Parse<Vec<Part>> {
        let mut out = Collect::default();
        while let Some(c) = self.at(0) {
            if stop(self, c) {
                break;
            }
            match c {
                '\\' => self.backslash(&mut out, quoting),
                '\'' if quoting == Quoting::Plain => {
                    self.bump();
                    let text = self.until_quote()?;
                    out.push(Part::Quoted(text.into()));
                }
                '"' if matches!(quoting, Quoting::Plain | Quoting::Braced) => {
                    let part = self.double()?;
                    out.push(part);
                }
                '`' => {
                    let part = self.backquote(quoting)?;
                    out.push(part);
                }
                '$' => match self.dollar(quoting)? {
                    Some(part) => out.push(part),
                    None => out.lit.push('$'),
                },
                _ => {
                    self.bump();
                    out.lit.push(c);
                }
            }
        }
        out.flush();
        Ok(out.parts)
    }

    fn backslash(&mut self, out: &mut Collect, quoting: Quoting) {
        self.bump();
        match (self.at(0), quoting) {
            (Some('\n'), _) => {
                self.bump();
                self.continued = self.at(0).is_none();
            }
            (None, _) => out.push(Part::Quoted("\\".into())),
            (Some(c), Quoting::Plain) => {
                self.bump();
                out.push(Part::Quoted(c.to_string().into()));
            }
            (Some(c), _) => {
                let special = matches!(c, '$' | '`' | '\\')
                    || (c == '"' && quoting != Quoting::Here)
                    || (c == '}' && quoting == Quoting::Braced);
                if special {
                    self.bump();
                    out.push(Part::Quoted(c.to_string().into()));
                } else {
                    out.push(Part::Quoted("\\".into()));
                }
            }
        }
    }

    fn until_quote(&mut self) -> Parse<String> {
        let (start, line) = (self.pos, self.line);
        while let Some(c) = self.bump() {
            if c == '\'' {
                return Ok(self.text(start, self.pos - 1));
            }
        }
        self.line = line;
        self.fault(Fault::Unmatched("'"))
    }

    fn double(&mut self) -> Parse<Part> {
        let line = self.line;
        self.bump();
        let parts = self.deeper(|p| p.parts_until(&mut |_, c| c == '"', Quoting::Double))?;
        if self.bump().is_none() {
            self.line = line;
            return self.fault(Fault::Unmatched("\""));
        }
        Ok(Part::Double(parts.into()))
    }

    fn backquote(&mut self, quoting: Quoting) -> Parse<Part> {
        let line = self.line;
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None => {
                    self.line = line;
                    return self.fault(Fault::Unmatched("`"));
                }
                Some('`') => return Ok(Part::Backquote(text.into())),
                Some('\\') => match self.bump() {
                    Some(c @ ('`' | '\\' | '$')) => text.push(c),
                    Some('"') if quoting == Quoting::Double => text.push('"'),
                    Some(c) => text.extend(['\\', c]),
                    None => text.push('\\'),
                },
                Some(c) => text.push(c),
            }
        }
    }

    /// What begins with `$`; `None` where it stands for itself (it has been taken).
    fn dollar(&mut self, quoting: Quoting) -> Parse<Option<Part>> {
        self.bump();
        let Some(c) = self.at(0) else { return Ok(None) };
        match c {
            '(' if self.at(1) == Some('(') => {
                if let Some(expression) = self.arith_text(2)? {
                    let word = Parser::quoted_text(&expression, self.line, self.set.clone(), true)?;
                    return Ok(Some(Part::Arith(word)));
                }
                self.bump();
                Ok(Some(Part::Command(Rc::new(self.nested_list()?))))
            }
            '(' => {
                self.bump();
                Ok(Some(Part::Command(Rc::new(self.nested_list()?))))
            }
            '{' => {
                self.bump();
                self.deeper(|p| p.braced(quoting != Quoting::Plain)).map(Some)
            }
            '[' if self.set.flavour == Flavour::Bash => {
                self.bump();
                let line = self.line;
                let parts = self.deeper(|p| p.parts_until(&mut |_, c| c == ']', Quoting::Here))?;
                if self.bump().is_none() {
                    self.line = line;
                    return self.fault(Fault::Unmatched("]"));
                }
                Ok(Some(Part::Arith(Word { raw: "".into(), parts: Rc::from([Part::Double(parts.into())]) })))
            }
            '\'' if quoting == Quoting::Plain && self.bash() => {
                self.bump();
                self.ansi_c().map(Some)
            }
            '"' if quoting == Quoting::Plain && self.set.flavour == Flavour::Bash => self.double().map(Some),
            _ => Ok(self.plain_param()),
        }
    }

    /// `$'…'`
    fn ansi_c(&mut self) -> Parse<Part> {
        let (start, line) = (self.pos, self.line);
        while let Some(c) = self.bump() {
            match c {
                '\\' => {
                    self.bump();
                }
                '\'' => {
                    let text = super::escape::ansi_c(&self.text(start, self.pos - 1));
                    return Ok(Part::Quoted(text.into()));
                }
                _ => {}
            }
        }
        self.line = line;
        self.fault(Fault::Unmatched("'"))
    }

    /// After `$((` or `((` (`skip` characters): the expression, if `))` ends it; otherwise nothing is taken.
    pub(super) fn arith_text(&mut self, skip: usize) -> Parse<Option<String>> {
        let (mut i, mut depth) = (self.pos + skip, 0usize);
        let begin = i;
        let mut quote: Option<char> = None;
        loop {
            let Some(&c) = self.src.get(i) else { return self.fault(Fault::Unmatched(")")) };
            match (quote, c) {
                (_, '\\') => i += 1,
                (Some(q), _) if q == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'' | '`') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') if depth > 0 => depth -= 1,
                (None, ')') if self.src.get(i + 1) == Some(&')') => {
                    let text = self.text(begin, i);
                    while self.pos < i + 2 {
                        self.bump();
                    }
                    return Ok(Some(text));
                }
                (None, ')') => return Ok(None),
                _ => {}
            }
            i += 1;
        }
    }

    /// The commands of `$(…)` up to its closing parenthesis; the opening one has been taken.
    fn nested_list(&mut self) -> Parse<super::ast::List> {
        let saved = std::mem::replace(&mut self.assign_ok, true);
        let list = self.deeper(|p| {
            let list = p.list_until(&|p| Ok(p.peek_op(")")? || matches!(p.peek()?, super::lexer::Token::Eof)))?;
            if p.eat_op(")")? {
                return Ok(list);
            }
            if matches!(p.peek()?, super::lexer::Token::Eof) {
                return p.fault(Fault::Unmatched(")"));
            }
            p.unexpected(Some(")"))
        });
        self.assign_ok = saved;
        list
    }
}

/// `name=`, `name+=`, `name[…]=`: an array literal may follow.
fn is_array_start(text: &str) -> bool {
    text.strip_suffix('=').map(|t| t.strip_suffix('+').unwrap_or(t)).is_some_and(is_name)
}

/// Joins neighbouring literals, which subscripts and pattern groups leave in pieces.
fn join_literals(parts: Vec<Part>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (Some(Part::Lit(last)), Part::Lit(text)) => *last = format!("{last}{text}").into(),
            (_, part) => out.push(part),
        }
    }
    out
}
