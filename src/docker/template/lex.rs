//! The scanner of Go templates: text into tokens with the byte offsets that error sentences name. It follows
//! `text/template/parse/lex.go` of Go 1.19; it must not know what the tokens mean.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not a token: the value says why.
    Error,
    /// Plain text outside actions.
    Text,
    /// `{{`
    Left,
    /// `}}`
    Right,
    /// A run of white space inside an action.
    Space,
    /// `.`
    Dot,
    /// `.Name`
    Field,
    /// `$` or `$name`
    Variable,
    /// A function's name.
    Identifier,
    /// `if`, `range`, `end`, …
    Keyword,
    /// `nil`
    Nil,
    /// `true`, `false`
    Bool,
    /// A number as written.
    Number,
    /// `'c'`, as written.
    CharConstant,
    /// `"…"`, as written.
    Str,
    /// A back-quoted string, as written.
    RawStr,
    /// `:=`
    Declare,
    /// `=`
    Assign,
    /// `|`
    Pipe,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// Some other printable character, such as a comma.
    Char,
    /// The end.
    Eof,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its byte offset.
    pub pos: usize,
    /// Its text; for [`Kind::Error`] the sentence.
    pub val: String,
    /// The line it starts on, from 1.
    pub line: usize,
}

const KEYWORDS: &[&str] = &["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

/// Splits `text` into tokens; the last is [`Kind::Eof`] or [`Kind::Error`].
pub(super) fn scan(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, pos: 0, line: 1, tokens: Vec::new(), parens: 0 };
    if let Err(message) = lexer.run() {
        lexer.tokens.push(Token { kind: Kind::Error, pos: lexer.pos, val: message, line: lexer.line });
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    pos: usize,
    line: usize,
    tokens: Vec<Token>,
    parens: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or("")
    }

    fn emit(&mut self, kind: Kind, len: usize) {
        let val = self.rest().get(..len).unwrap_or("").to_owned();
        let lines = val.matches('\n').count();
        self.tokens.push(Token { kind, pos: self.pos, val, line: self.line });
        self.skip(len, lines);
    }

    fn skip(&mut self, len: usize, lines: usize) {
        self.pos += len;
        self.line += lines;
    }

    fn skip_text(&mut self, len: usize) {
        let lines = self.rest().get(..len).unwrap_or("").matches('\n').count();
        self.skip(len, lines);
    }

    fn run(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest();
            let Some(at) = rest.find("{{") else {
                if !rest.is_empty() {
                    self.emit(Kind::Text, rest.len());
                }
                self.emit(Kind::Eof, 0);
                return Ok(());
            };
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let trims = trim_left_marker(after.get(2..).unwrap_or(""));
            let kept = if trims { before.trim_end_matches(is_space) } else { before };
            if !kept.is_empty() {
                self.emit(Kind::Text, kept.len());
            }
            self.skip_text(before.len() - kept.len());
            let body = after.get(if trims { 3 } else { 2 }..).unwrap_or("");
            if body.trim_start_matches(is_space_if(trims)).starts_with("/*") {
                self.comment(trims)?;
            } else {
                self.emit(Kind::Left, 2);
                if trims {
                    self.skip_text(1);
                }
                self.parens = 0;
                self.action()?;
            }
        }
    }

    fn comment(&mut self, trims: bool) -> Result<(), String> {
        self.skip_text(if trims { 3 } else { 2 });
        let spaces = self.rest().len() - self.rest().trim_start_matches(is_space).len();
        self.skip_text(spaces);
        let Some(end) = self.rest().find("*/") else { return Err("unclosed comment".to_owned()) };
        self.skip_text(end + 2);
        match self.right_delim() {
            Some((len, trim)) => {
                self.skip_text(len);
                self.trim_right(trim);
                Ok(())
            }
            None => Err("comment ends before closing delimiter".to_owned()),
        }
    }

    /// The length of a closing delimiter here, and whether it trims.
    fn right_delim(&self) -> Option<(usize, bool)> {
        let rest = self.rest();
        if rest.starts_with("}}") {
            return Some((2, false));
        }
        let mut chars = rest.chars();
        (chars.next().is_some_and(is_space) && chars.as_str().starts_with("-}}")).then_some((4, true))
    }

    fn trim_right(&mut self, trim: bool) {
        if trim {
            let rest = self.rest();
            self.skip_text(rest.len() - rest.trim_start_matches(is_space).len());
        }
    }

    fn action(&mut self) -> Result<(), String> {
        loop {
            if let Some((len, trim)) = self.right_delim() {
                if self.parens > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                if trim {
                    self.skip_text(2);
                }
                self.emit(Kind::Right, len.min(2));
                self.trim_right(trim);
                return Ok(());
            }
            self.inside()?;
        }
    }

    fn inside(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return Err("unclosed action".to_owned()) };
        let next = chars.next();
        match c {
            _ if is_space(c) => self.space(),
            '=' => self.emit(Kind::Assign, 1),
            ':' if next == Some('=') => self.emit(Kind::Declare, 2),
            ':' => return Err("expected :=".to_owned()),
            '|' => self.emit(Kind::Pipe, 1),
            '"' => self.quoted('"', Kind::Str, "unterminated quoted string")?,
            '`' => match rest.get(1..).and_then(|r| r.find('`')) {
                Some(end) => self.emit(Kind::RawStr, end + 2),
                None => return Err("unterminated raw quoted string".to_owned()),
            },
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant")?,
            '$' => self.name(Kind::Variable)?,
            '.' if next.is_some_and(|n| !n.is_ascii_digit()) => self.name(Kind::Field)?,
            '.' | '+' | '-' | '0'..='9' => self.number()?,
            _ if is_alnum(c) => self.word()?,
            '(' => {
                self.parens += 1;
                self.emit(Kind::LeftParen, 1);
            }
            ')' => {
                if self.parens == 0 {
                    return Err(format!("unexpected right paren {}", unicode_name(c)));
                }
                self.parens -= 1;
                self.emit(Kind::RightParen, 1);
            }
            _ if c.is_ascii_graphic() => self.emit(Kind::Char, 1),
            _ => return Err(format!("unrecognized character in action: {}", unicode_name(c))),
        }
        Ok(())
    }

    fn space(&mut self) {
        let rest = self.rest();
        let mut len = rest.len() - rest.trim_start_matches(is_space).len();
        // A trim marker takes the last of the blanks with it.
        if rest.get(len..).is_some_and(|r| r.starts_with("-}}")) {
            len -= 1;
        }
        if len > 0 {
            self.emit(Kind::Space, len);
        }
    }

    fn quoted(&mut self, quote: char, kind: Kind, error: &str) -> Result<(), String> {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == quote => {
                    self.emit(kind, at + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(error.to_owned())
    }

    /// A field or a variable: the sigil and what letters follow.
    fn name(&mut self, kind: Kind) -> Result<(), String> {
        let rest = self.rest();
        let body = rest.get(1..).unwrap_or("");
        let len = body.len() - body.trim_start_matches(is_alnum).len();
        self.terminator(rest.get(1 + len..).unwrap_or(""))?;
        self.emit(if len == 0 && kind == Kind::Field { Kind::Dot } else { kind }, 1 + len);
        Ok(())
    }

    fn terminator(&self, after: &str) -> Result<(), String> {
        match after.chars().next() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => Ok(()),
            Some(c) if is_space(c) || after.starts_with("}}") => Ok(()),
            Some(c) => Err(format!("bad character {}", unicode_name(c))),
        }
    }

    fn word(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let len = rest.len() - rest.trim_start_matches(is_alnum).len();
        self.terminator(rest.get(len..).unwrap_or(""))?;
        let kind = match rest.get(..len).unwrap_or("") {
            word if KEYWORDS.contains(&word) => Kind::Keyword,
            "true" | "false" => Kind::Bool,
            "nil" => Kind::Nil,
            _ => Kind::Identifier,
        };
        self.emit(kind, len);
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['+', '-']));
        let digits = rest.get(sign..).unwrap_or("");
        let radix = digits.get(..2).is_some_and(|p| matches!(p, "0x" | "0X" | "0o" | "0O" | "0b" | "0B"));
        let mut len = sign;
        let mut before = ' ';
        for c in digits.chars() {
            let exponent = !radix && matches!(before, 'e' | 'E') && matches!(c, '+' | '-');
            let part = c.is_ascii_digit() || c == '_' || c == '.' || exponent;
            let letter = if radix {
                c.is_ascii_hexdigit() || (len == sign + 1)
            } else {
                matches!(c, 'e' | 'E') && before != ' '
            };
            if !(part || letter) {
                break;
            }
            before = c;
            len += c.len_utf8();
        }
        if rest.get(len..).is_some_and(|r| r.starts_with(is_alnum)) {
            return Err(format!("bad number syntax: {:?}", rest.get(..=len).unwrap_or(rest)));
        }
        self.emit(Kind::Number, len);
        Ok(())
    }
}

fn trim_left_marker(after: &str) -> bool {
    let mut chars = after.chars();
    chars.next() == Some('-') && chars.next().is_some_and(is_space)
}

fn is_space_if(on: bool) -> impl Fn(char) -> bool {
    move |c| on && is_space(c)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_alnum(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Go's `%#U`.
fn unicode_name(c: char) -> String {
    format!("U+{:04X} '{c}'", u32::from(c))
}
