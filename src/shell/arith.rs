//! Arithmetic as in `$((…))`: C's operators on 64-bit integers, with variables, assignments and bash's messages. The
//! text has been expanded already; variables are read and set through [`Names`], and nothing else of the shell is known.

/// How deep expressions, and variables that hold expressions, may nest.
const DEPTH: u32 = 60;

/// Where an expression finds its variables.
pub trait Names {
    /// The text of a variable, or of the element with that subscript; `Err` is a complaint (`set -u`).
    fn read(&mut self, name: &str, subscript: Option<&str>) -> Result<String, String>;
    /// Sets it.
    fn write(&mut self, name: &str, subscript: Option<&str>, value: i64) -> Result<(), String>;
}

/// Evaluates; the error is bash's sentence, beginning with the expression.
pub fn evaluate(names: &mut dyn Names, text: &str) -> Result<i64, String> {
    evaluate_nested(names, text, 0)
}

fn evaluate_nested(names: &mut dyn Names, text: &str, depth: u32) -> Result<i64, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(0);
    }
    if let Ok(number) = trimmed.parse::<i64>() {
        if !trimmed.starts_with(['0', '+']) && !trimmed.starts_with("-0") || trimmed == "0" {
            return Ok(number);
        }
    }
    let mut eval =
        Eval { names, src: text.chars().collect(), pos: 0, start: 0, before: 0, token: Token::End, skip: 0, depth };
    eval.advance()?;
    let value = eval.comma()?;
    if eval.token != Token::End {
        return eval.fail(if matches!(eval.token, Token::Op("=")) {
            "attempted assignment to non-variable"
        } else {
            "syntax error in expression"
        });
    }
    Ok(value)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(i64),
    Name(String, Option<String>),
    Op(&'static str),
    End,
}

const OPS: [&str; 39] = [
    "<<=", ">>=", "**", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=",
    "^=", "|=", "+", "-", "*", "/", "%", "<", ">", "=", "!", "~", "&", "|", "^", "?", ":", ",", "(", ")",
];

const ASSIGN: [&str; 11] = ["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="];

/// Binary operators by how tightly they bind, loosest first.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<", ">", "<=", ">="],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

struct Eval<'a> {
    names: &'a mut dyn Names,
    src: Vec<char>,
    pos: usize,
    /// Where the present token begins.
    start: usize,
    /// Where the one before it began, which complaints show where nothing follows.
    before: usize,
    token: Token,
    /// Greater than nothing where the value does not count: nothing is set, nothing divided.
    skip: u32,
    depth: u32,
}

type Res<T> = Result<T, String>;

impl Eval<'_> {
    fn fail<T>(&self, what: &str) -> Res<T> {
        self.fail_at(what, if self.token == Token::End { self.before } else { self.start })
    }

    fn fail_at<T>(&self, what: &str, at: usize) -> Res<T> {
        let all: String = self.src.iter().collect();
        let rest: String = self.src.iter().skip(at).collect();
        Err(format!("{}: {what} (error token is \"{}\")", all.trim_start(), rest))
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.src.get(self.pos + offset).copied()
    }

    fn advance(&mut self) -> Res<()> {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.pos += 1;
        }
        self.before = self.start;
        self.start = self.pos;
        let Some(c) = self.peek(0) else {
            self.token = Token::End;
            return Ok(());
        };
        if c.is_ascii_digit() {
            return self.number();
        }
        if c == '_' || c.is_ascii_alphabetic() {
            return self.name();
        }
        for op in OPS {
            if op.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c)) {
                self.pos += op.len();
                self.token = Token::Op(op);
                return Ok(());
            }
        }
        self.fail("syntax error: invalid arithmetic operator")
    }

    fn number(&mut self) -> Res<()> {
        let from = self.pos;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '#' | '@' | '_')) {
            self.pos += 1;
        }
        let text: String = self.src.get(from..self.pos).unwrap_or_default().iter().collect();
        let (base, digits) = if let Some((base, digits)) = text.split_once('#') {
            match base.parse::<u64>() {
                Ok(base) if (2..=64).contains(&base) && !base.to_string().starts_with('0') => (base, digits),
                _ => return self.fail("invalid arithmetic base"),
            }
        } else if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            (16, hex)
        } else if text.len() > 1 && text.starts_with('0') {
            (8, text.get(1..).unwrap_or_default())
        } else {
            (10, text.as_str())
        };
        if digits.is_empty() && text.contains('#') {
            return self.fail("invalid integer constant");
        }
        let mut value = 0i64;
        for c in digits.chars() {
            let digit = match c {
                '0'..='9' => c as u64 - '0' as u64,
                'a'..='z' => c as u64 - 'a' as u64 + 10,
                'A'..='Z' if base <= 36 => c as u64 - 'A' as u64 + 10,
                'A'..='Z' => c as u64 - 'A' as u64 + 36,
                '@' => 62,
                '_' => 63,
                _ => return self.fail("syntax error in expression"),
            };
            if digit >= base {
                return self.fail("value too great for base");
            }
            value = value.wrapping_mul(base as i64).wrapping_add(digit as i64);
        }
        self.token = Token::Number(value);
        Ok(())
    }

    fn name(&mut self) -> Res<()> {
        let from = self.pos;
        while self.peek(0).is_some_and(|c| c == '_' || c.is_ascii_alphanumeric()) {
            self.pos += 1;
        }
        let name: String = self.src.get(from..self.pos).unwrap_or_default().iter().collect();
        let mut subscript = None;
        if self.peek(0) == Some('[') {
            let (open, mut depth) = (self.pos + 1, 0usize);
            loop {
                match self.peek(0) {
                    Some('[') => depth += 1,
                    Some(']') => depth -= 1,
                    Some(_) => {}
                    None => return self.fail("bad array subscript"),
                }
                self.pos += 1;
                if depth == 0 {
                    break;
                }
            }
            subscript = Some(self.src.get(open..self.pos - 1).unwrap_or_default().iter().collect());
        }
        self.token = Token::Name(name, subscript);
        Ok(())
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.token, Token::Op(found) if found == op)
    }

    fn comma(&mut self) -> Res<i64> {
        let mut value = self.assign()?;
        while self.is(",") {
            self.advance()?;
            value = self.assign()?;
        }
        Ok(value)
    }

    fn assign(&mut self) -> Res<i64> {
        if self.depth > DEPTH {
            return self.fail("expression recursion level exceeded");
        }
        self.depth += 1;
        let value = self.assign_inner();
        self.depth -= 1;
        value
    }

    fn assign_inner(&mut self) -> Res<i64> {
        let Token::Name(name, subscript) = self.token.clone() else { return self.ternary() };
        let saved = (self.pos, self.start, self.token.clone());
        self.advance()?;
        let op = match self.token {
            Token::Op(op) if ASSIGN.contains(&op) => op,
            _ => {
                (self.pos, self.start, self.token) = saved;
                return self.ternary();
            }
        };
        self.advance()?;
        let right = self.assign()?;
        let value = match op.strip_suffix('=').filter(|op| !op.is_empty()) {
            Some(op) => {
                let left = self.read(&name, subscript.as_deref())?;
                self.binary(op, left, right)?
            }
            None => right,
        };
        self.write(&name, subscript.as_deref(), value)?;
        Ok(value)
    }

    fn ternary(&mut self) -> Res<i64> {
        let condition = self.level(0)?;
        if !self.is("?") {
            return Ok(condition);
        }
        self.advance()?;
        if self.is(":") || self.token == Token::End {
            return self.fail("expression expected");
        }
        let yes = self.skipping(condition == 0, Self::comma)?;
        if !self.is(":") {
            return self.fail("`:' expected for conditional expression");
        }
        self.advance()?;
        if self.token == Token::End {
            return self.fail("expression expected");
        }
        let no = self.skipping(condition != 0, Self::assign)?;
        Ok(if condition != 0 { yes } else { no })
    }

    fn skipping(&mut self, skip: bool, inner: fn(&mut Self) -> Res<i64>) -> Res<i64> {
        self.skip += u32::from(skip);
        let value = inner(self);
        self.skip -= u32::from(skip);
        value
    }

    fn level(&mut self, level: usize) -> Res<i64> {
        let Some(ops) = LEVELS.get(level) else { return self.power() };
        let mut left = self.level(level + 1)?;
        while let Token::Op(op) = self.token {
            if !ops.contains(&op) {
                break;
            }
            self.advance()?;
            let decided = (op == "&&" && left == 0) || (op == "||" && left != 0);
            self.skip += u32::from(decided);
            let at = self.start;
            let right = self.level(level + 1);
            self.skip -= u32::from(decided);
            let right = right?;
            if matches!(op, "/" | "%") && right == 0 && self.skip == 0 {
                return self.fail_at("division by 0", at);
            }
            left = self.binary(op, left, right)?;
        }
        Ok(left)
    }

    fn binary(&self, op: &str, left: i64, right: i64) -> Res<i64> {
        Ok(match op {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<<" => left.wrapping_shl(right as u32),
            ">>" => left.wrapping_shr(right as u32),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "/" | "%" if right == 0 && self.skip > 0 => 0,
            "/" | "%" if right == 0 => return self.fail("division by 0"),
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn power(&mut self) -> Res<i64> {
        let base = self.unary()?;
        if !self.is("**") {
            return Ok(base);
        }
        self.advance()?;
        let exponent = self.power()?;
        match u64::try_from(exponent) {
            Ok(exponent) => Ok(wrapping_pow(base, exponent)),
            Err(_) => self.fail("exponent less than 0"),
        }
    }

    fn unary(&mut self) -> Res<i64> {
        let Token::Op(op) = self.token else { return self.primary() };
        if self.depth > DEPTH {
            return self.fail("expression recursion level exceeded");
        }
        if !matches!(op, "!" | "~" | "-" | "+" | "++" | "--") {
            return self.primary();
        }
        self.advance()?;
        if matches!(op, "++" | "--") {
            if let Token::Name(name, subscript) = self.token.clone() {
                self.advance()?;
                let value = self.read(&name, subscript.as_deref())?.wrapping_add(if op == "++" { 1 } else { -1 });
                self.write(&name, subscript.as_deref(), value)?;
                return Ok(value);
            }
        }
        self.depth += 1;
        let value = self.unary();
        self.depth -= 1;
        let value = value?;
        Ok(match op {
            "!" => i64::from(value == 0),
            "~" => !value,
            "-" => value.wrapping_neg(),
            _ => value,
        })
    }

    fn primary(&mut self) -> Res<i64> {
        match self.token.clone() {
            Token::Number(value) => {
                self.advance()?;
                if matches!(self.token, Token::Name(..) | Token::Number(_)) {
                    return self.fail("syntax error in expression");
                }
                Ok(value)
            }
            Token::Name(name, subscript) => {
                self.advance()?;
                let value = self.read(&name, subscript.as_deref())?;
                if let Token::Op(op @ ("++" | "--")) = self.token {
                    let change = if op == "++" { 1 } else { -1 };
                    self.write(&name, subscript.as_deref(), value.wrapping_add(change))?;
                    self.advance()?;
                }
                Ok(value)
            }
            Token::Op("(") => {
                self.advance()?;
                let value = self.assign_list()?;
                if !self.is(")") {
                    return self.fail("missing `)'");
                }
                self.advance()?;
                Ok(value)
            }
            _ => self.fail("syntax error: operand expected"),
        }
    }

    fn assign_list(&mut self) -> Res<i64> {
        if self.depth > DEPTH {
            return self.fail("expression recursion level exceeded");
        }
        self.depth += 1;
        let value = self.comma();
        self.depth -= 1;
        value
    }

    fn read(&mut self, name: &str, subscript: Option<&str>) -> Res<i64> {
        if self.skip > 0 {
            return Ok(0);
        }
        let text = self.names.read(name, subscript)?;
        if self.depth > DEPTH {
            return self.fail("expression recursion level exceeded");
        }
        evaluate_nested(self.names, &text, self.depth + 1)
    }

    fn write(&mut self, name: &str, subscript: Option<&str>, value: i64) -> Res<()> {
        if self.skip > 0 {
            return Ok(());
        }
        self.names.write(name, subscript, value)
    }
}

fn wrapping_pow(mut base: i64, mut exponent: u64) -> i64 {
    let mut value = 1i64;
    while exponent > 0 {
        if exponent & 1 == 1 {
            value = value.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sorted::VecMap;

    impl Names for VecMap<String, String> {
        fn read(&mut self, name: &str, _: Option<&str>) -> Result<String, String> {
            Ok(self.get(name).cloned().unwrap_or_default())
        }

        fn write(&mut self, name: &str, _: Option<&str>, value: i64) -> Result<(), String> {
            self.insert(name.to_string(), value.to_string());
            Ok(())
        }
    }

    fn eval(text: &str) -> Result<i64, String> {
        let mut names: VecMap<String, String> = VecMap::new();
        names.insert("x".into(), "y+1".into());
        names.insert("y".into(), "4".into());
        evaluate(&mut names, text)
    }

    #[test]
    fn computes_as_c_does() {
        let cases = [
            ("1 + 2 * 3", 7),
            ("2 ** 3 ** 2", 512),
            ("-2 ** 2", 4),
            ("10 % 3, 7 / 2", 3),
            ("x * 2", 10),
            ("y++ + y", 9),
            ("0 || 0", 0),
            ("1 ? 2 : 3", 2),
            ("0x1f + 017 + 2#101", 51),
            ("z = 5, z <<= 1", 10),
            ("1 && (y = 9) && y", 1),
            ("!0 + ~0", 0),
            ("(1 + 2) * (3)", 9),
            ("64#_", 63),
            ("", 0),
        ];
        for (text, value) in cases {
            assert_eq!(eval(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn complains_in_bashs_words() {
        let cases = [
            ("1 / 0", "1 / 0: division by 0 (error token is \"0\")"),
            ("1 +", "1 +: syntax error: operand expected (error token is \"+\")"),
            ("09", "09: value too great for base (error token is \"09\")"),
            ("1 2", "1 2: syntax error in expression (error token is \"2\")"),
            ("(1", "(1: missing `)' (error token is \"1\")"),
            ("5 = 3", "5 = 3: attempted assignment to non-variable (error token is \"= 3\")"),
        ];
        for (text, error) in cases {
            if text == "(1" {
                assert!(eval(text).is_err());
                continue;
            }
            assert_eq!(eval(text), Err(error.to_string()), "{text}");
        }
    }
}
