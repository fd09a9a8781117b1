//! The grammar of compound commands: groups, loops, choices and the bodies of functions. The rest of the grammar is in
//! [`super::parser`].

use super::ast::*;
use super::lexer::{Fault, Flavour, Parse, Parser, SyntaxError, Token};
use std::rc::Rc;

/// Words that end a list, and dash's way to name those it would like.
const CLOSERS: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

impl Parser {
    /// The compound command that this word begins, if it begins one.
    pub(super) fn compound(&mut self, word: &str) -> Parse<Option<Kind>> {
        let bash = self.set.flavour == Flavour::Bash;
        Ok(Some(match word {
            "{" => {
                self.next()?;
                let body = self.body(&["}"])?;
                Kind::Group(body)
            }
            "if" => self.if_command()?,
            "while" | "until" => {
                self.next()?;
                let condition = self.body(&["do"])?;
                let body = self.body(&["done"])?;
                Kind::While(word == "until", condition, body)
            }
            "for" => self.for_command(false)?,
            "select" if bash => self.for_command(true)?,
            "case" => self.case_command()?,
            "[[" if self.bash() => self.cond_command()?,
            "function" if self.bash() => {
                self.next()?;
                let Some(name) = self.expect_word()? else { return self.unexpected(Some("word")) };
                if self.eat_op("(")? && !self.eat_op(")")? {
                    return self.unexpected(Some(")"));
                }
                self.assign_ok = true;
                self.function_body(&name.raw)?
            }
            _ if CLOSERS.contains(&word) => return self.unexpected(None),
            _ => return Ok(None),
        }))
    }

    /// A list that one of `ends` closes, which is taken. An empty one is an error.
    fn body(&mut self, ends: &[&'static str]) -> Parse<List> {
        self.body_with(ends).map(|(list, _)| list)
    }

    fn body_with(&mut self, ends: &[&'static str]) -> Parse<(List, &'static str)> {
        let list = self.list_until(&|p| match p.peek()? {
            Token::Word(word) => Ok(CLOSERS.contains(&&*word.raw)),
            Token::Op(op) => Ok(matches!(*op, ")" | ";;" | ";&" | ";;&")),
            Token::Eof => Ok(true),
            _ => Ok(false),
        })?;
        let expecting = if ends.len() == 1 { ends.first().copied() } else { ends.last().copied() };
        if !list.is_empty() {
            for end in ends {
                if self.eat_word(end)? {
                    self.assign_ok = true;
                    return Ok((list, end));
                }
            }
        }
        let ended = matches!(self.peek()?, Token::Eof);
        self.unexpected(if list.is_empty() && !ended { None } else { expecting })
    }

    fn if_command(&mut self) -> Parse<Kind> {
        self.next()?;
        let mut branches = Vec::new();
        loop {
            let condition = self.body(&["then"])?;
            let (body, end) = self.body_with(&["elif", "else", "fi"])?;
            branches.push((condition, body));
            match end {
                "elif" => {}
                "else" => return Ok(Kind::If(branches, Some(self.body(&["fi"])?))),
                _ => return Ok(Kind::If(branches, None)),
            }
        }
    }

    fn for_command(&mut self, select: bool) -> Parse<Kind> {
        self.next()?;
        if !select && self.bash() && self.peek_op("(")? {
            self.unpeek();
            if self.looking_at("((") {
                return self.for_arith();
            }
        }
        if !matches!(self.peek()?, Token::Word(_)) {
            return self.unexpected(None);
        }
        let name = match self.next()? {
            Token::Word(word) if is_name(&word.raw) => word.raw,
            Token::Word(word) if self.set.flavour == Flavour::Bash => {
                // bash takes any word here and complains when the loop runs.
                word.raw
            }
            Token::Word(_) => {
                return Err(SyntaxError {
                    line: self.line,
                    fault: Fault::Other("Bad for loop variable".to_owned()),
                    expecting: None,
                })
            }
            _ => return self.unexpected(None),
        };
        self.newlines()?;
        let mut words = None;
        if self.eat_word("in")? {
            let mut list = Vec::new();
            while let Token::Word(_) = self.peek()? {
                if let Token::Word(word) = self.next()? {
                    list.push(word);
                }
            }
            words = Some(list);
            if !self.eat_op(";")? && !matches!(self.peek()?, Token::Newline) {
                return self.unexpected(None);
            }
        } else {
            self.eat_op(";")?;
        }
        let body = self.do_group()?;
        Ok(Kind::For { name, words, body, select })
    }

    fn do_group(&mut self) -> Parse<List> {
        self.newlines()?;
        if self.set.flavour == Flavour::Bash && self.eat_word("{")? {
            return self.body(&["}"]);
        }
        if !self.eat_word("do")? {
            return self.unexpected(Some("do"));
        }
        self.body(&["done"])
    }

    fn for_arith(&mut self) -> Parse<Kind> {
        let line = self.line;
        let Some(text) = self.arith_text(2)? else { return self.unexpected(None) };
        let pieces: Vec<&str> = text.split(';').collect();
        let [init, test, step] = pieces.as_slice() else {
            let text = format!("syntax error: arithmetic expression required\nsyntax error: `(({text}))'");
            return self.fault(Fault::Other(text));
        };
        let word = |text: &str| Parser::quoted_text(text, line, self.set.clone(), true);
        let exprs = [word(init)?, word(test)?, word(step)?];
        self.eat_op(";")?;
        Ok(Kind::ForArith(exprs, self.do_group()?))
    }

    fn case_command(&mut self) -> Parse<Kind> {
        self.next()?;
        let Some(subject) = self.expect_word()? else { return self.unexpected(None) };
        self.newlines()?;
        if !self.eat_word("in")? {
            return self.unexpected(Some("in"));
        }
        let mut items = Vec::new();
        loop {
            self.newlines()?;
            if self.eat_word("esac")? {
                return Ok(Kind::Case(subject, items));
            }
            self.eat_op("(")?;
            let mut patterns = Vec::new();
            loop {
                if !matches!(self.peek()?, Token::Word(_)) {
                    return self.unexpected(if patterns.is_empty() { None } else { Some(")") });
                }
                if let Token::Word(word) = self.next()? {
                    patterns.push(word);
                }
                if !self.eat_op("|")? {
                    break;
                }
            }
            if !self.eat_op(")")? {
                return self.unexpected(Some(")"));
            }
            self.assign_ok = true;
            let body = self.list_until(&|p| match p.peek()? {
                Token::Op(op) => Ok(op.starts_with(";;") || *op == ";&"),
                Token::Word(word) => Ok(&*word.raw == "esac"),
                _ => Ok(false),
            })?;
            let end = if self.eat_op(";;")? {
                ';'
            } else if self.eat_op(";&")? {
                '&'
            } else if self.eat_op(";;&")? {
                '?'
            } else if self.peek_word("esac")? {
                ';'
            } else {
                return self.unexpected(Some(";;"));
            };
            items.push(CaseItem { patterns, body, end });
        }
    }

    /// `(…)` or `((…))`
    pub(super) fn paren(&mut self) -> Parse<Kind> {
        self.unpeek();
        if self.bash() && self.looking_at("((") {
            if let Some(text) = self.arith_text(2)? {
                return Ok(Kind::Arith(Parser::quoted_text(&text, self.line, self.set.clone(), true)?));
            }
        }
        self.next()?;
        let list = self.list_until(&|p| Ok(p.peek_op(")")? || matches!(p.peek()?, Token::Eof)))?;
        if list.is_empty() || !self.eat_op(")")? {
            return self.unexpected(if list.is_empty() { None } else { Some(")") });
        }
        Ok(Kind::Subshell(Rc::new(list)))
    }

    pub(super) fn function_body(&mut self, name: &str) -> Parse<Kind> {
        self.newlines()?;
        let is_compound = match self.peek()? {
            Token::Op("(") => true,
            Token::Word(word) => {
                matches!(&*word.raw, "{" | "if" | "while" | "until" | "for" | "case" | "[[" | "select")
                    || self.set.flavour == Flavour::Dash
            }
            _ => false,
        };
        if !is_compound {
            return self.unexpected(None);
        }
        Ok(Kind::Function(name.into(), Rc::new(self.command()?)))
    }
}
