//! The grammar of `$x` and `${…}`. Part of the parser; what the operators do is not known here.

use super::ast::{Param, ParamOp, Part, Subscript, Word};
use super::lexer::{Fault, Flavour, Parse, Parser};
use super::words::Quoting;
use std::rc::Rc;

const SPECIAL: &str = "@*#?-$!";

impl Parser {
    /// `$x`, `$1`, `$?`; the dollar has been taken. `None` where no parameter follows.
    pub(super) fn plain_param(&mut self) -> Option<Part> {
        let start = self.pos;
        let c = self.at(0)?;
        if c == '_' || c.is_ascii_alphabetic() {
            while self.at(0).is_some_and(|c| c == '_' || c.is_ascii_alphanumeric()) {
                self.bump();
            }
        } else if c.is_ascii_digit() || SPECIAL.contains(c) {
            self.bump();
        } else {
            return None;
        }
        let name = self.text(start, self.pos);
        Some(param(&name, None, false, ParamOp::Value, format!("${name}")))
    }

    /// `${…}`; both opening characters have been taken.
    pub(super) fn braced(&mut self, quoted: bool) -> Parse<Part> {
        let (start, line) = (self.pos, self.line);
        let result = self.braced_inner(quoted);
        if let Ok(Some(part)) = &result {
            if self.at(0) == Some('}') {
                self.bump();
                let raw: Rc<str> = format!("${{{}", self.text(start, self.pos)).into();
                return Ok(match part.clone() {
                    Part::Param(p) => Part::Param(Rc::new(Param { raw, ..(*p).clone() })),
                    other => other,
                });
            }
        }
        result?;
        // Not a parameter: skipped to the closing brace, complained about when it is expanded.
        let quoting = if quoted { Quoting::Braced } else { Quoting::Plain };
        self.parts_until(&mut |_, c| c == '}', quoting)?;
        if self.bump().is_none() {
            self.line = line;
            return self.fault(Fault::Unmatched("}"));
        }
        Ok(Part::Bad(format!("${{{}", self.text(start, self.pos)).into()))
    }

    fn braced_inner(&mut self, quoted: bool) -> Parse<Option<Part>> {
        let next_is_param = |p: &Self| p.at(1).is_some_and(|c| c == '_' || c.is_alphanumeric() || SPECIAL.contains(c));
        if self.at(0) == Some('#') && next_is_param(self) && !self.is_count() {
            self.bump();
            let Some(name) = self.param_name() else { return Ok(None) };
            let subscript = self.subscript(quoted)?;
            return Ok(Some(param(&name, subscript, false, ParamOp::Length, String::new())));
        }
        let indirect = self.at(0) == Some('!') && self.bash() && next_is_param(self);
        if indirect {
            self.bump();
        }
        let Some(name) = self.param_name() else { return Ok(None) };
        let subscript = self.subscript(quoted)?;
        let op = if indirect && matches!(self.at(0), Some('*' | '@')) && self.at(1) == Some('}') {
            ParamOp::Names(self.bump() == Some('*'))
        } else {
            match self.param_op(quoted)? {
                Some(op) => op,
                None => return Ok(None),
            }
        };
        Ok(Some(param(&name, subscript, indirect, op, String::new())))
    }

    /// `${#}`, `${#-x}`, `${#:-x}` and such: the count of parameters, not a length.
    fn is_count(&self) -> bool {
        match self.at(1) {
            Some('-' | '?') => self.at(2) != Some('}'),
            Some('#') => self.at(2).is_some() && self.at(2) != Some('}'),
            _ => false,
        }
    }

    fn param_name(&mut self) -> Option<String> {
        let start = self.pos;
        let c = self.at(0)?;
        if c.is_ascii_digit() {
            while self.at(0).is_some_and(|c| c.is_ascii_digit()) {
                self.bump();
            }
        } else if c == '_' || c.is_ascii_alphabetic() {
            while self.at(0).is_some_and(|c| c == '_' || c.is_ascii_alphanumeric()) {
                self.bump();
            }
        } else if SPECIAL.contains(c) {
            self.bump();
        } else {
            return None;
        }
        Some(self.text(start, self.pos))
    }

    fn subscript(&mut self, quoted: bool) -> Parse<Option<Subscript>> {
        if self.at(0) != Some('[') || self.set.flavour != Flavour::Bash {
            return Ok(None);
        }
        self.bump();
        if self.at(1) == Some(']') && matches!(self.at(0), Some('@' | '*')) {
            let at = self.bump() == Some('@');
            self.bump();
            return Ok(Some(if at { Subscript::At } else { Subscript::Star }));
        }
        let mut depth = 0usize;
        let word = self.operand(quoted, &mut |c| {
            match c {
                '[' => depth += 1,
                ']' if depth == 0 => return true,
                ']' => depth -= 1,
                _ => {}
            }
            false
        })?;
        if self.bump().is_none() {
            return self.fault(Fault::Unmatched("}"));
        }
        Ok(Some(Subscript::Index(word)))
    }

    /// A word inside `${…}`, up to the closing brace or what `stop` says.
    fn operand(&mut self, quoted: bool, stop: &mut dyn FnMut(char) -> bool) -> Parse<Word> {
        let start = self.pos;
        let quoting = if quoted { Quoting::Braced } else { Quoting::Plain };
        let parts = self.parts_until(&mut |_, c| stop(c), quoting)?;
        Ok(Word { raw: self.text(start, self.pos).into(), parts: parts.into() })
    }

    fn until_brace(&mut self, quoted: bool) -> Parse<Word> {
        self.operand(quoted, &mut |c| c == '}')
    }

    fn param_op(&mut self, quoted: bool) -> Parse<Option<ParamOp>> {
        let Some(c) = self.at(0) else { return self.fault(Fault::Unmatched("}")) };
        let colon = c == ':' && matches!(self.at(1), Some('-' | '=' | '?' | '+'));
        if colon {
            self.bump();
        }
        let c = self.at(0).unwrap_or(c);
        Ok(Some(match c {
            '}' => ParamOp::Value,
            '-' | '=' | '?' | '+' => {
                self.bump();
                ParamOp::Default(c, colon, self.until_brace(quoted)?)
            }
            '#' | '%' => {
                self.bump();
                let longest = self.at(0) == Some(c);
                if longest {
                    self.bump();
                }
                // Quotes inside a pattern quote, even between double quotes.
                ParamOp::Remove { front: c == '#', longest, pattern: self.until_brace(false)? }
            }
            _ if !self.bash() => return Ok(None),
            ':' => {
                self.bump();
                return self.slice().map(Some);
            }
            '/' => return self.replace(quoted).map(Some),
            '^' | ',' | '~' if self.set.flavour == Flavour::Bash => {
                self.bump();
                let all = self.at(0) == Some(c);
                if all {
                    self.bump();
                }
                ParamOp::Case(c, all, self.until_brace(false)?)
            }
            '@' if self.at(2) == Some('}') && self.set.flavour == Flavour::Bash => {
                self.bump();
                let Some(how) = self.bump().filter(|c| "QEPAKakuUL".contains(*c)) else { return Ok(None) };
                ParamOp::Transform(how)
            }
            _ => return Ok(None),
        }))
    }

    fn slice(&mut self) -> Parse<ParamOp> {
        let part = |p: &mut Self| {
            let (mut parens, mut ternary) = (0usize, 0usize);
            p.operand(true, &mut |c| {
                match c {
                    '(' => parens += 1,
                    ')' => parens = parens.saturating_sub(1),
                    '?' => ternary += 1,
                    ':' if parens == 0 && ternary == 0 => return true,
                    ':' => ternary = ternary.saturating_sub(1),
                    '}' => return true,
                    _ => {}
                }
                false
            })
        };
        let offset = part(self)?;
        let mut length = None;
        if self.at(0) == Some(':') {
            self.bump();
            length = Some(part(self)?);
        }
        Ok(ParamOp::Slice(offset, length))
    }

    fn replace(&mut self, quoted: bool) -> Parse<ParamOp> {
        self.bump();
        let how = match self.at(0) {
            Some('/') => 'g',
            Some(c @ ('#' | '%')) => c,
            _ => '/',
        };
        if how != '/' {
            self.bump();
        }
        // A slash that comes first is a character of the pattern.
        let start = self.pos;
        let pattern = {
            let parts = self.parts_until(
                &mut |p, c| c == '}' || (c == '/' && (p.pos > start || matches!(how, '#' | '%'))),
                Quoting::Plain,
            )?;
            Word { raw: self.text(start, self.pos).into(), parts: parts.into() }
        };
        let mut with = Word::default();
        if self.at(0) == Some('/') {
            self.bump();
            with = self.until_brace(quoted)?;
        }
        Ok(ParamOp::Replace { how, pattern, with })
    }
}

fn param(name: &str, subscript: Option<Subscript>, indirect: bool, op: ParamOp, raw: String) -> Part {
    Part::Param(Rc::new(Param { name: name.into(), subscript, indirect, op, raw: raw.into() }))
}
