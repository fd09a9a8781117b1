//! `expr`: arithmetic, comparison and matching over its arguments, a word each. Not the shell's `$(( ))`.

use super::job::{Job, Outcome};
use super::regex::{Regex, Syntax};

/// `expr`.
pub fn expr(job: &mut Job) -> Outcome {
    let words = std::mem::take(&mut job.args);
    if words.is_empty() {
        return Err(job.missing_operand(None));
    }
    let mut parser = Expr { words: &words, at: 0, utf8: job.utf8() };
    let value = parser.level(0).and_then(|value| match parser.peek() {
        Some(extra) => Err(["syntax error: unexpected argument '", extra, "'"].concat()),
        None => Ok(value),
    });
    match value {
        Ok(value) => {
            job.line(&value);
            job.status = i32::from(value.is_empty() || value.trim_start_matches(['-', '0']).is_empty());
            Ok(())
        }
        Err(words) => {
            job.complain(&[&words]);
            Err(if words.starts_with("syntax") || words.starts_with("non-integer") || words.starts_with("division") {
                2
            } else {
                3
            })
        }
    }
}

struct Expr<'a> {
    words: &'a [String],
    at: usize,
    utf8: bool,
}

const LEVELS: [&[&str]; 6] =
    [&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];

impl Expr<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn level(&mut self, level: usize) -> Result<String, String> {
        let Some(operators) = LEVELS.get(level) else { return self.primary() };
        let mut left = self.level(level + 1)?;
        while let Some(op) = self.peek().filter(|w| operators.contains(w)).map(str::to_string) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = self.apply(&op, left, right)?;
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<String, String> {
        let last = self.at.checked_sub(1).and_then(|n| self.words.get(n));
        let Some(word) = self.words.get(self.at).cloned() else {
            return Err(["syntax error: missing argument after '", last.map_or("", String::as_str), "'"].concat());
        };
        self.at += 1;
        match word.as_str() {
            "(" => {
                let value = self.level(0)?;
                if self.peek() != Some(")") {
                    let last = self.words.last().map_or("", String::as_str);
                    return Err(["syntax error: expecting ')' after '", last, "'"].concat());
                }
                self.at += 1;
                Ok(value)
            }
            ")" => Err("syntax error: unexpected ')'".to_string()),
            "+" => self.primary(),
            "length" => Ok(self.primary()?.chars().count().to_string()),
            "match" => {
                let (text, pattern) = (self.primary()?, self.primary()?);
                self.matched(&text, &pattern)
            }
            "index" => {
                let (text, set) = (self.primary()?, self.primary()?);
                Ok(text.chars().position(|c| set.contains(c)).map_or(0, |at| at + 1).to_string())
            }
            "substr" => {
                let (text, from, len) = (self.primary()?, self.primary()?, self.primary()?);
                let (Ok(from), Ok(len)) = (from.parse::<usize>(), len.parse::<usize>()) else {
                    return Ok(String::new());
                };
                Ok(text.chars().skip(from.wrapping_sub(1)).take(if from == 0 { 0 } else { len }).collect())
            }
            _ => Ok(word),
        }
    }

    fn apply(&self, op: &str, left: String, right: String) -> Result<String, String> {
        let null = |v: &str| v.is_empty() || v == "0";
        let number = |v: &str| v.parse::<i64>().map_err(|_| "non-integer argument".to_string());
        let numeric = || Ok::<_, String>((number(&left)?, number(&right)?));
        Ok(match op {
            "|" => {
                if !null(&left) {
                    left
                } else if !null(&right) {
                    right
                } else {
                    "0".to_string()
                }
            }
            "&" => {
                if null(&left) || null(&right) {
                    "0".to_string()
                } else {
                    left
                }
            }
            ":" => self.matched(&left, &right)?,
            "+" | "-" | "*" | "/" | "%" => {
                let (a, b) = numeric()?;
                let value = match op {
                    "+" => a.checked_add(b),
                    "-" => a.checked_sub(b),
                    "*" => a.checked_mul(b),
                    _ if b == 0 => return Err("division by zero".to_string()),
                    "/" => a.checked_div(b),
                    _ => a.checked_rem(b),
                };
                value.ok_or_else(|| "Numerical result out of range".to_string())?.to_string()
            }
            _ => {
                let order = match numeric() {
                    Ok((a, b)) => a.cmp(&b),
                    Err(_) => left.cmp(&right),
                };
                let holds = match op {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    "=" | "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    ">=" => order.is_ge(),
                    _ => order.is_gt(),
                };
                i32::from(holds).to_string()
            }
        })
    }

    /// `text : pattern`, anchored at the beginning: the first group, or how many characters matched.
    fn matched(&self, text: &str, pattern: &str) -> Result<String, String> {
        let syntax = Syntax { utf8: self.utf8, ..Syntax::default() };
        let regex = Regex::new(["^", pattern].concat().as_bytes(), syntax).map_err(str::to_string)?;
        let spans = regex.find_at(text.as_bytes(), 0);
        let group = regex.groups() > 0;
        Ok(match spans {
            Some(spans) if group => {
                let span = spans.get(1).copied().flatten();
                span.and_then(|(a, b)| text.get(a..b)).unwrap_or("").to_string()
            }
            Some(spans) => {
                let end = spans.first().copied().flatten().map_or(0, |s| s.1);
                text.get(..end).map_or(end, |t| if self.utf8 { t.chars().count() } else { t.len() }).to_string()
            }
            None if group => String::new(),
            None => "0".to_string(),
        })
    }
}
