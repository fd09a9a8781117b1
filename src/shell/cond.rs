//! The grammar of `[[ … ]]`. Part of the parser; what the tests test is not known here.

use super::ast::{Cond, Kind, Word};
use super::lexer::{Fault, Parse, Parser, SyntaxError, Token};

/// Unary operators, a letter each.
const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

/// Binary operators that are words.
const BINARY: [&str; 14] = ["=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", "<"];

impl Parser {
    pub(super) fn cond_command(&mut self) -> Parse<Kind> {
        self.next()?;
        self.assign_ok = false;
        let cond = self.cond_or()?;
        if !self.eat_word("]]")? {
            return match self.peek()? {
                Token::Eof | Token::Newline => {
                    let text = "unexpected token `newline', conditional binary operator expected";
                    let line = self.line.saturating_sub(1);
                    Err(SyntaxError { line, fault: Fault::Other(text.to_owned()), expecting: None })
                }
                _ => self.cond_fault(),
            };
        }
        self.assign_ok = true;
        Ok(Kind::Cond(cond))
    }

    fn cond_fault<T>(&mut self) -> Parse<T> {
        match self.peek()? {
            Token::Eof => self.fault(Fault::Eof),
            Token::Word(word) => {
                let text = format!("syntax error in conditional expression: unexpected token `{}'", word.raw);
                self.fault(Fault::Other(text))
            }
            Token::Op(op) => {
                let text = format!("syntax error in conditional expression: unexpected token `{op}'");
                self.fault(Fault::Other(text))
            }
            _ => self.fault(Fault::Other("syntax error in conditional expression".to_owned())),
        }
    }

    fn cond_newlines(&mut self) -> Parse<()> {
        while matches!(self.peek()?, Token::Newline) {
            self.next()?;
        }
        Ok(())
    }

    fn cond_or(&mut self) -> Parse<Cond> {
        let mut left = self.cond_and()?;
        while self.eat_op("||")? {
            left = Cond::Or(Box::new(left), Box::new(self.cond_and()?));
        }
        Ok(left)
    }

    fn cond_and(&mut self) -> Parse<Cond> {
        let mut left = self.cond_term()?;
        while self.eat_op("&&")? {
            left = Cond::And(Box::new(left), Box::new(self.cond_term()?));
        }
        Ok(left)
    }

    fn cond_term(&mut self) -> Parse<Cond> {
        self.deeper(|p| {
            p.cond_newlines()?;
            let term = p.cond_primary()?;
            p.cond_newlines()?;
            Ok(term)
        })
    }

    fn cond_primary(&mut self) -> Parse<Cond> {
        if self.eat_op("(")? {
            let inner = self.cond_or()?;
            if !self.eat_op(")")? {
                let found = match self.peek()? {
                    Token::Word(word) => word.raw.to_string(),
                    Token::Op(op) => (*op).to_owned(),
                    _ => "newline".to_owned(),
                };
                return self.fault(Fault::Other(format!("unexpected token `{found}', expected `)'")));
            }
            return Ok(inner);
        }
        if self.eat_word("!")? {
            return Ok(Cond::Not(Box::new(self.cond_term()?)));
        }
        let first = match self.peek()? {
            Token::Word(word) if &*word.raw != "]]" => word.clone(),
            _ => return self.cond_fault(),
        };
        self.next()?;
        let mut letters = first.raw.strip_prefix('-').unwrap_or_default().chars();
        let unary = matches!((letters.next(), letters.next()), (Some(c), None) if UNARY.contains(c));
        if unary && self.peek_word("]]")? {
            let text = "unexpected argument `]]' to conditional unary operator";
            return self.fault(Fault::Other(text.to_owned()));
        }
        if unary && matches!(self.peek()?, Token::Word(_)) {
            if let Token::Word(operand) = self.next()? {
                return Ok(Cond::Unary(first.raw, operand));
            }
        }
        self.cond_binary(first)
    }

    fn cond_binary(&mut self, left: Word) -> Parse<Cond> {
        let op = match self.peek()? {
            Token::Op(op @ ("<" | ">")) => (*op).to_owned(),
            Token::Word(word) if BINARY.contains(&&*word.raw) => word.raw.to_string(),
            Token::Word(word) if &*word.raw != "]]" => {
                let _ = word;
                return self.fault(Fault::Other("conditional binary operator expected".to_owned()));
            }
            _ => return Ok(Cond::Word(left)),
        };
        self.next()?;
        if self.peek_word("]]")? || matches!(self.peek()?, Token::Op(_) | Token::Newline | Token::Eof) && op != "=~" {
            let found = match self.peek()? {
                Token::Word(word) => word.raw.to_string(),
                Token::Op(op) => (*op).to_owned(),
                _ => "newline".to_owned(),
            };
            let text = format!("unexpected argument `{found}' to conditional binary operator");
            return self.fault(Fault::Other(text));
        }
        self.unpeek();
        let right = match op.as_str() {
            "=~" => self.regex_word()?,
            "=" | "==" | "!=" => {
                // Patterns of this command know `@(…)` and its kind whatever `shopt` says.
                let saved = std::mem::replace(&mut self.set.extglob, true);
                let token = self.next();
                self.set.extglob = saved;
                match token? {
                    Token::Word(word) => word,
                    _ => return self.cond_fault(),
                }
            }
            _ => match self.next()? {
                Token::Word(word) => word,
                _ => return self.cond_fault(),
            },
        };
        Ok(Cond::Binary(left, op.into(), right))
    }
}
