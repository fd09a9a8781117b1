//! How the scripts of `sed` are read, with GNU's words for what is wrong with them. It must not know the lines that
//! they run over.

use super::regex::{Regex, Syntax};
use super::sed_script::{Action, Address, Command, Piece, Script, Substitute};

/// Reads scripts, one `-e` after the other.
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    blocks: Vec<usize>,
    syntax: Syntax,
    script: Script,
}

type Read<T> = Result<T, (usize, String)>;

impl<'a> Reader<'a> {
    /// Reads a whole script.
    ///
    /// # Errors
    /// How many characters were read, and what is wrong.
    pub fn read(text: &'a [u8], syntax: Syntax) -> Read<Script> {
        let mut reader = Reader { text, at: 0, blocks: Vec::new(), syntax, script: Script::default() };
        reader.script.quiet = text.starts_with(b"#n\n") || text == b"#n";
        while reader.command()? {}
        if !reader.blocks.is_empty() {
            return Err((0, "unmatched `{'".to_string()));
        }
        reader.labels()?;
        Ok(reader.script)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let b = self.peek();
        self.at += usize::from(b.is_some());
        b
    }

    fn skip(&mut self, set: &[u8]) {
        while self.peek().is_some_and(|b| set.contains(&b)) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, words: &str) -> Read<T> {
        Err((self.at, words.to_string()))
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = None;
        while let Some(d @ b'0'..=b'9') = self.peek() {
            value = Some(value.unwrap_or(0u64).saturating_mul(10).saturating_add(u64::from(d - b'0')));
            self.at += 1;
        }
        value
    }

    fn regex(&mut self, text: &[u8], fold: bool) -> Read<Option<usize>> {
        if text.is_empty() {
            return Ok(None);
        }
        let syntax = Syntax { fold, ..self.syntax };
        match Regex::new(text, syntax) {
            Ok(regex) => {
                self.script.regexes.push(regex);
                Ok(Some(self.script.regexes.len() - 1))
            }
            Err(words) => self.wrong(words),
        }
    }

    /// Text up to a delimiter, which a backslash turns into itself; inside brackets it is an ordinary sign.
    fn delimited(&mut self, delimiter: u8, regex: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut bracket = false;
        loop {
            match self.next()? {
                b'\\' => match self.next()? {
                    b if b == delimiter && !(regex && b"*+?.[]^$|(){}".contains(&b)) => out.push(b),
                    b'n' if regex => out.push(b'\n'),
                    b't' if regex => out.push(b'\t'),
                    b'\n' if regex => out.push(b'\n'),
                    b => out.extend([b'\\', b]),
                },
                b if b == delimiter && !bracket => return Some(out),
                b'\n' if regex && !bracket => {
                    out.push(b'\n');
                }
                b => {
                    if regex && b == b'[' && !bracket {
                        bracket = true;
                        out.push(b);
                        if self.peek() == Some(b'^') {
                            out.extend(self.next());
                        }
                        if self.peek() == Some(b']') {
                            out.extend(self.next());
                        }
                        continue;
                    }
                    if b == b']' {
                        bracket = false;
                    }
                    out.push(b);
                }
            }
        }
    }

    fn address(&mut self) -> Read<Option<Address>> {
        let address = match self.peek() {
            Some(b'0'..=b'9') => {
                let n = self.number().unwrap_or(0);
                self.skip(b" ");
                if self.peek() == Some(b'~') {
                    self.at += 1;
                    return Ok(Some(Address::Step(n, self.number().unwrap_or(0))));
                }
                if n == 0 {
                    Address::Zero
                } else {
                    Address::Line(n)
                }
            }
            Some(b'$') => {
                self.at += 1;
                Address::Last
            }
            Some(b @ (b'/' | b'\\')) => {
                self.at += 1;
                let delimiter = if b == b'\\' { self.next().unwrap_or(b'/') } else { b };
                let Some(text) = self.delimited(delimiter, true) else {
                    return self.wrong("unterminated address regex");
                };
                let mut fold = false;
                while let Some(b'I' | b'M') = self.peek() {
                    fold |= self.next() == Some(b'I');
                }
                Address::Match(self.regex(&text, fold)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(address))
    }

    /// Reads one command; whether there was one.
    fn command(&mut self) -> Read<bool> {
        self.skip(b" \t\n;");
        if self.peek().is_none() {
            return Ok(false);
        }
        if self.peek() == Some(b'#') {
            while self.next().is_some_and(|b| b != b'\n') {}
            return Ok(true);
        }
        let mut addresses = Vec::new();
        if let Some(first) = self.address()? {
            addresses.push(first);
            self.skip(b" \t");
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip(b" \t");
                let second = match self.peek() {
                    Some(b'+') => {
                        self.at += 1;
                        Some(Address::More(self.number().unwrap_or(0)))
                    }
                    Some(b'~') => {
                        self.at += 1;
                        Some(Address::Multiple(self.number().unwrap_or(0)))
                    }
                    _ => self.address()?,
                };
                match second {
                    Some(second) => addresses.push(second),
                    None => {
                        self.at += 1;
                        return self.wrong("unexpected `,'");
                    }
                }
            }
        }
        if let [Address::Zero, rest @ ..] = addresses.as_slice() {
            if !matches!(rest, [Address::Match(_)]) {
                self.at += 1;
                return self.wrong("invalid usage of line address 0");
            }
        }
        self.skip(b" \t");
        let mut negated = false;
        while self.peek() == Some(b'!') {
            negated = true;
            self.at += 1;
            self.skip(b" \t");
        }
        let Some(letter) = self.next() else { return self.wrong("missing command") };
        let action = self.action(char::from(letter), addresses.len())?;
        self.script.commands.push(Command { addresses, negated, action, open: None });
        Ok(true)
    }

    fn action(&mut self, letter: char, addresses: usize) -> Read<Action> {
        Ok(match letter {
            '{' => {
                self.blocks.push(self.script.commands.len());
                return Ok(Action::Block(0));
            }
            '}' => {
                if addresses > 0 {
                    return self.wrong("} doesn't want any addresses");
                }
                let Some(open) = self.blocks.pop() else { return self.wrong("unexpected `}'") };
                let here = self.script.commands.len();
                if let Some(Command { action: Action::Block(end), .. }) = self.script.commands.get_mut(open) {
                    *end = here;
                }
                self.end()?;
                Action::Nothing
            }
            '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z' | 'F' => {
                self.end()?;
                Action::Plain(letter)
            }
            'a' | 'i' | 'c' => Action::Text(letter, self.text_argument()?),
            ':' => {
                if addresses > 0 {
                    return self.wrong(": doesn't want any addresses");
                }
                self.skip(b" \t");
                let label = self.word(b"\n;");
                if label.is_empty() {
                    return self.wrong("\":\" lacks a label");
                }
                Action::Branch(':', label, 0)
            }
            'b' | 't' | 'T' => {
                self.skip(b" \t");
                let label = self.word(b"\n;}");
                Action::Branch(letter, label, 0)
            }
            'q' | 'Q' | 'l' | 'L' => {
                if addresses > 1 && matches!(letter, 'q' | 'Q') {
                    return self.wrong("command only uses one address");
                }
                self.skip(b" \t");
                let number = self.number().unwrap_or(0);
                self.end()?;
                Action::Number(letter, number as i32)
            }
            'r' | 'R' | 'w' | 'W' => {
                self.skip(b" \t");
                let name = self.word(b"\n");
                if name.is_empty() {
                    return self.wrong("missing filename in r/R/w/W commands");
                }
                Action::File(letter, name)
            }
            's' => self.substitute()?,
            'y' => self.map()?,
            other => return self.wrong(&["unknown command: `", &other.to_string(), "'"].concat()),
        })
    }

    /// What may follow a command: a separator, a brace, a comment.
    fn end(&mut self) -> Read<()> {
        self.skip(b" \t");
        match self.peek() {
            None | Some(b'}' | b'#') => Ok(()),
            Some(b'\n' | b';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                self.at += 1;
                self.wrong("extra characters after command")
            }
        }
    }

    fn word(&mut self, ends: &[u8]) -> String {
        let start = self.at;
        while self.peek().is_some_and(|b| !ends.contains(&b)) {
            self.at += 1;
        }
        let word = String::from_utf8_lossy(self.text.get(start..self.at).unwrap_or(&[])).into_owned();
        word.trim_end_matches([' ', '\t']).to_string()
    }

    /// The text of `a`, `i` and `c`: on the same line (GNU), or after a backslash and a newline.
    fn text_argument(&mut self) -> Read<Vec<u8>> {
        self.skip(b" \t");
        if self.peek() == Some(b'\\') {
            self.at += 1;
            self.skip(b" \t");
            if self.peek() == Some(b'\n') {
                self.at += 1;
            } else {
                // `a\  text` keeps the blanks that follow the backslash.
                while self.at > 0 && matches!(self.text.get(self.at - 1), Some(b' ' | b'\t')) {
                    self.at -= 1;
                }
            }
        }
        if self.peek().is_none() {
            return self.wrong("expected \\ after `a', `c' or `i'");
        }
        let mut out = Vec::new();
        while let Some(b) = self.next() {
            match b {
                b'\\' => out.extend(self.next().map(|b| match b {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b => b,
                })),
                b'\n' => break,
                b => out.push(b),
            }
        }
        out.push(b'\n');
        Ok(out)
    }

    fn substitute(&mut self) -> Read<Action> {
        let unterminated = "unterminated `s' command";
        let Some(delimiter) = self.next().filter(|b| *b != b'\n' && *b != b'\\') else {
            return self.wrong(unterminated);
        };
        let Some(pattern) = self.delimited(delimiter, true) else { return self.wrong(unterminated) };
        let Some(replacement) = self.delimited(delimiter, false) else { return self.wrong(unterminated) };
        let mut s =
            Substitute { regex: None, pieces: pieces(&replacement), global: false, nth: 1, print: false, write: None };
        let mut fold = false;
        loop {
            match self.peek() {
                Some(b'g') => s.global = true,
                Some(b'p') => s.print = true,
                Some(b'i' | b'I') => fold = true,
                Some(b'e' | b'm' | b'M') => {}
                Some(b'0'..=b'9') => {
                    s.nth = self.number().unwrap_or(1) as usize;
                    if s.nth == 0 {
                        return self.wrong("number option to `s' command may not be zero");
                    }
                    continue;
                }
                Some(b'w') => {
                    self.at += 1;
                    self.skip(b" \t");
                    s.write = Some(self.word(b"\n"));
                    break;
                }
                None | Some(b'}' | b'#') => break,
                Some(b'\n' | b';') => {
                    self.at += 1;
                    break;
                }
                Some(b' ' | b'\t') => {}
                Some(_) => {
                    self.at += 1;
                    return self.wrong("unknown option to `s'");
                }
            }
            self.at += 1;
        }
        s.regex = self.regex(&pattern, fold)?;
        if let Some(regex) = s.regex.and_then(|n| self.script.regexes.get(n)) {
            let most = s.pieces.iter().map(|p| if let Piece::Group(n) = p { *n } else { 0 }).max().unwrap_or(0);
            if most > regex.groups() {
                return self.wrong(&["invalid reference \\", &most.to_string(), " on `s' command's RHS"].concat());
            }
        }
        Ok(Action::Substitute(Box::new(s)))
    }

    fn map(&mut self) -> Read<Action> {
        let unterminated = "unterminated `y' command";
        let Some(delimiter) = self.next() else { return self.wrong(unterminated) };
        let Some(from) = self.delimited(delimiter, false) else { return self.wrong(unterminated) };
        let Some(to) = self.delimited(delimiter, false) else { return self.wrong(unterminated) };
        let (from, to) = (signs(&from, self.syntax.utf8), signs(&to, self.syntax.utf8));
        if from.len() != to.len() {
            return self.wrong("strings for `y' command are different lengths");
        }
        self.end()?;
        Ok(Action::Map(from.into_iter().zip(to).collect()))
    }

    /// Finds where the branches lead.
    fn labels(&mut self) -> Read<()> {
        let all: Vec<(String, usize)> = self
            .script
            .commands
            .iter()
            .enumerate()
            .filter_map(|(i, c)| match &c.action {
                Action::Branch(':', label, _) => Some((label.clone(), i)),
                _ => None,
            })
            .collect();
        let end = self.script.commands.len();
        for command in &mut self.script.commands {
            if let Action::Branch(_, label, to) = &mut command.action {
                *to = match all.iter().find(|l| l.0 == *label) {
                    Some((_, at)) => *at,
                    None if label.is_empty() => end,
                    None => return Err((usize::MAX, ["can't find label for jump to `", label, "'"].concat())),
                };
            }
        }
        Ok(())
    }
}

/// The signs of a text, escapes resolved.
fn signs(text: &[u8], utf8: bool) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(b) = text.get(at) {
        if *b == b'\\' {
            if let Some(next) = text.get(at + 1) {
                let sign = if *next == b'n' { b'\n' } else { *next };
                out.push(vec![sign]);
                at += 2;
                continue;
            }
        }
        let len = if utf8 { super::regex::decode_utf8(text.get(at..).unwrap_or(&[])).1 } else { 1 };
        out.push(text.get(at..at + len).unwrap_or(&[]).to_vec());
        at += len;
    }
    out
}

/// The pieces of a replacement.
fn pieces(text: &[u8]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut literal = Vec::new();
    let mut bytes = text.iter();
    let mut push = |literal: &mut Vec<u8>, piece: Piece| {
        if !literal.is_empty() {
            out.push(Piece::Text(std::mem::take(literal)));
        }
        out.push(piece);
    };
    while let Some(b) = bytes.next() {
        match b {
            b'&' => push(&mut literal, Piece::Group(0)),
            b'\\' => match bytes.next() {
                Some(d @ b'0'..=b'9') => push(&mut literal, Piece::Group(usize::from(d - b'0'))),
                Some(b'n') => literal.push(b'\n'),
                Some(b't') => literal.push(b'\t'),
                Some(c @ (b'U' | b'L' | b'u' | b'l' | b'E')) => push(&mut literal, Piece::Case(char::from(*c))),
                Some(other) => literal.push(*other),
                None => literal.push(b'\\'),
            },
            b => literal.push(*b),
        }
    }
    push(&mut literal, Piece::Text(Vec::new()));
    out
}
