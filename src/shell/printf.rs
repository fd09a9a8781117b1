//! `printf`, for the builtin and for `/usr/bin/printf`. Pure text; the date format `%(…)T` is told the time.

use super::escape::{backslashed, to_bytes, unescape, Dialect};
use crate::ambient::Time;

/// What `printf` made of its arguments.
#[derive(Debug, Default, PartialEq)]
pub struct Printed {
    /// To be written.
    pub out: String,
    /// Complaints, without the command's name.
    pub errors: Vec<String>,
    /// 0, or 1 where something was wrong.
    pub status: i32,
}

/// No field is wider: Rust's own formatting ends at 65,535.
const WIDEST: usize = 60_000;

struct Run<'a> {
    args: std::slice::Iter<'a, String>,
    result: Printed,
    now: Time,
    ended: bool,
}

#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// Formats. The format is used again while arguments are left.
pub fn printf(format: &str, args: &[String], now: Time) -> Printed {
    let mut run = Run { args: args.iter(), result: Printed::default(), now, ended: false };
    let chars: Vec<char> = format.chars().collect();
    loop {
        let before = run.args.len();
        run.once(&chars);
        if run.ended || run.args.len() == 0 || run.args.len() == before {
            return run.result;
        }
    }
}

impl Run<'_> {
    fn once(&mut self, format: &[char]) {
        let mut i = 0;
        while let Some(&c) = format.get(i) {
            if self.ended {
                return;
            }
            i += 1;
            match c {
                '\\' => {
                    // An escape is at most eleven characters long.
                    let end = escape_end(format, i);
                    let piece: String = format.get(i - 1..end).unwrap_or_default().iter().collect();
                    let (text, ended) = unescape(&piece, Dialect::Format);
                    self.result.out.push_str(&text);
                    self.ended = ended;
                    i = end;
                }
                '%' if format.get(i) == Some(&'%') => {
                    self.result.out.push('%');
                    i += 1;
                }
                '%' => i = self.directive(format, i),
                c => self.result.out.push(c),
            }
        }
    }

    fn error(&mut self, text: String) {
        self.result.errors.push(text);
        self.result.status = 1;
    }

    fn directive(&mut self, format: &[char], mut i: usize) -> usize {
        let mut spec = Spec::default();
        let begin = i;
        while let Some(c) = format.get(i) {
            match c {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                ' ' => spec.space = true,
                '#' => spec.alternate = true,
                '0' => spec.zero = true,
                _ => break,
            }
            i += 1;
        }
        if format.get(i) == Some(&'*') {
            let width = self.integer();
            spec.minus |= width < 0;
            spec.width = (width.unsigned_abs() as usize).min(WIDEST);
            i += 1;
        } else {
            spec.width = number(format, &mut i);
        }
        if format.get(i) == Some(&'.') {
            i += 1;
            if format.get(i) == Some(&'*') {
                spec.precision = usize::try_from(self.integer()).ok().map(|n| n.min(WIDEST));
                i += 1;
            } else {
                spec.precision = Some(number(format, &mut i));
            }
        }
        // Sizes mean nothing here.
        while matches!(format.get(i), Some('l' | 'h' | 'L' | 'j' | 'z' | 't')) {
            i += 1;
        }
        let Some(&conversion) = format.get(i) else {
            let text: String = format.get(begin..i).unwrap_or_default().iter().collect();
            self.error(format!("`%{text}': missing format character"));
            self.ended = true;
            return i;
        };
        i += 1;
        match conversion {
            's' => {
                let text = self.args.next().cloned().unwrap_or_default();
                self.text(&spec, &text);
            }
            'b' => {
                let arg = self.args.next().cloned().unwrap_or_default();
                let (text, ended) = unescape(&arg, Dialect::Argument);
                self.text(&spec, &text);
                self.ended |= ended;
            }
            'q' => {
                let arg = self.args.next().cloned().unwrap_or_default();
                self.text(&spec, &backslashed(&arg));
            }
            'c' => {
                let arg = self.args.next().cloned().unwrap_or_default();
                let first: String = arg.chars().take(1).collect();
                self.text(&spec, &first);
            }
            'd' | 'i' => {
                let value = self.integer();
                self.signed(&spec, value);
            }
            'u' | 'o' | 'x' | 'X' => {
                let value = self.integer() as u64;
                self.unsigned(&spec, conversion, value);
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let value = self.float();
                self.floating(&spec, conversion, value);
            }
            '(' => i = self.date(&spec, format, i),
            other => {
                self.error(format!("`{other}': invalid format character"));
                self.ended = true;
            }
        }
        i
    }

    fn pad(&mut self, spec: &Spec, text: &str, zero: bool) {
        // Widths count bytes, in bash as in C.
        let missing = spec.width.saturating_sub(to_bytes(text).len());
        let out = &mut self.result.out;
        if spec.minus {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else if zero {
            let signs = text.len() - text.trim_start_matches(['-', '+', ' ']).len();
            let (sign, digits) = text.split_at_checked(signs).unwrap_or(("", text));
            out.push_str(sign);
            out.extend(std::iter::repeat_n('0', missing));
            out.push_str(digits);
        } else {
            out.extend(std::iter::repeat_n(' ', missing));
            out.push_str(text);
        }
    }

    fn text(&mut self, spec: &Spec, text: &str) {
        match spec.precision {
            Some(precision) => {
                let mut bytes = 0;
                let fits = |c: &char| {
                    bytes += to_bytes(c.encode_utf8(&mut [0; 4])).len();
                    bytes <= precision
                };
                let cut: String = text.chars().take_while(fits).collect();
                self.pad(spec, &cut, false);
            }
            None => self.pad(spec, text, false),
        }
    }

    fn sign(spec: &Spec, negative: bool) -> &'static str {
        match (negative, spec.plus, spec.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn signed(&mut self, spec: &Spec, value: i64) {
        let digits = format!("{:0>1$}", value.unsigned_abs(), spec.precision.unwrap_or(1));
        let text = format!("{}{digits}", Self::sign(spec, value < 0));
        self.pad(spec, &text, spec.zero && spec.precision.is_none());
    }

    fn unsigned(&mut self, spec: &Spec, conversion: char, value: u64) {
        let (digits, prefix) = match conversion {
            'o' => (format!("{value:o}"), "0"),
            'x' => (format!("{value:x}"), "0x"),
            'X' => (format!("{value:X}"), "0X"),
            _ => (value.to_string(), ""),
        };
        let digits = format!("{digits:0>0$}", spec.precision.unwrap_or(1));
        let prefix = if spec.alternate && value != 0 { prefix } else { "" };
        if spec.zero && !spec.minus && spec.precision.is_none() {
            let width = spec.width.saturating_sub(prefix.len());
            self.result.out.push_str(&format!("{prefix}{digits:0>width$}"));
        } else {
            self.pad(spec, &format!("{prefix}{digits}"), false);
        }
    }

    fn floating(&mut self, spec: &Spec, conversion: char, value: f64) {
        let precision = spec.precision.unwrap_or(6);
        let lower = conversion.to_ascii_lowercase();
        let size = value.abs();
        let mut text = if !value.is_finite() {
            if value.is_nan() {
                "nan".to_owned()
            } else {
                "inf".to_owned()
            }
        } else {
            match lower {
                'f' => format!("{size:.precision$}"),
                'e' => exponential(size, precision),
                _ => general(size, precision, spec.alternate),
            }
        };
        if conversion.is_ascii_uppercase() {
            text = text.to_uppercase();
        }
        let text = format!("{}{text}", Self::sign(spec, value.is_sign_negative() && !value.is_nan()));
        self.pad(spec, &text, spec.zero && value.is_finite());
    }

    fn integer(&mut self) -> i64 {
        let Some(arg) = self.args.next() else { return 0 };
        let text = arg.trim_start();
        if let Some(quoted) = text.strip_prefix(['"', '\'']) {
            return quoted.chars().next().map_or(0, |c| i64::from(u32::from(c)));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) => (16, hex),
            None if digits.len() > 1 && digits.starts_with('0') => (8, digits),
            None => (10, digits),
        };
        let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let (valid, rest) = digits.split_at_checked(len).unwrap_or((digits, ""));
        let value = i128::from_str_radix(valid, radix).unwrap_or(0);
        let value = if negative { -value } else { value };
        let clamped = if value > i128::from(u64::MAX) {
            i64::MAX
        } else if value < i128::from(i64::MIN) {
            i64::MIN
        } else {
            value as i64
        };
        if arg.is_empty() {
            return 0;
        }
        if valid.is_empty() || !rest.is_empty() {
            let what = if radix == 8 && rest.starts_with(|c: char| c.is_ascii_digit()) {
                "invalid octal number"
            } else {
                "invalid number"
            };
            self.error(format!("{arg}: {what}"));
        } else if value != i128::from(clamped) && value > i128::from(u64::MAX) {
            self.error(format!("warning: {arg}: Numerical result out of range"));
        }
        clamped
    }

    fn float(&mut self) -> f64 {
        let Some(arg) = self.args.next() else { return 0.0 };
        let text = arg.trim();
        if let Some(quoted) = text.strip_prefix(['"', '\'']) {
            return quoted.chars().next().map_or(0.0, |c| f64::from(u32::from(c)));
        }
        if let Ok(value) = text.parse::<f64>() {
            return value;
        }
        if let Some(hex) = text.strip_prefix("0x").and_then(|hex| i64::from_str_radix(hex, 16).ok()) {
            return hex as f64;
        }
        let prefix = (0..text.len()).rev().filter_map(|end| text.get(..end)?.parse::<f64>().ok()).next();
        if !arg.is_empty() {
            self.error(format!("{arg}: invalid number"));
        }
        prefix.unwrap_or(0.0)
    }

    fn date(&mut self, spec: &Spec, format: &[char], start: usize) -> usize {
        let Some(len) = format.get(start..).and_then(|rest| rest.iter().position(|c| *c == ')')) else {
            self.error("`%(': invalid format character".to_owned());
            self.ended = true;
            return format.len();
        };
        let pattern: String = format.get(start..start + len).unwrap_or_default().iter().collect();
        let now = match self.args.len() {
            0 => self.now,
            _ => match self.integer() {
                -1 | -2 => self.now,
                secs => Time::from_secs(secs.clamp(-9_000_000_000, 9_000_000_000)),
            },
        };
        let pattern = if pattern.is_empty() { "%X".to_owned() } else { pattern };
        let text = super::dates::strftime(now, &pattern);
        self.text(spec, &text);
        // The character after the parenthesis is the T.
        start + len + 2
    }
}

fn number(format: &[char], i: &mut usize) -> usize {
    let mut value = 0usize;
    while let Some(digit) = format.get(*i).and_then(|c| c.to_digit(10)) {
        value = (value * 10 + digit as usize).min(WIDEST);
        *i += 1;
    }
    value
}

/// Where an escape ends that began before `i`.
fn escape_end(format: &[char], i: usize) -> usize {
    let run = |from: usize, max: usize, radix: u32| {
        from + format.iter().skip(from).take(max).take_while(|c| c.is_digit(radix)).count()
    };
    match format.get(i) {
        Some('0'..='7') => run(i, 3, 8),
        Some('x') => run(i + 1, 2, 16),
        Some('u') => run(i + 1, 4, 16),
        Some('U') => run(i + 1, 8, 16),
        Some(_) => i + 1,
        None => i,
    }
}

/// C's `%e`.
fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        None => text,
    }
}

/// C's `%g`, of what is not negative.
pub fn general(value: f64, precision: usize, alternate: bool) -> String {
    let precision = precision.max(1);
    let exponent: i32 = if value == 0.0 {
        0
    } else {
        let text = format!("{value:.*e}", precision - 1);
        text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0)
    };
    let scientific = exponent < -4 || exponent >= precision as i32;
    let text = if scientific {
        exponential(value, precision - 1)
    } else {
        format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize)
    };
    if alternate || !text.contains('.') {
        return text;
    }
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
        }
        None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}
