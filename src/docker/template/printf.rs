//! Go's `fmt.Sprintf`, as far as the values of templates go, with its `%!d(string=x)` for what does not fit.

use super::value::Value;

#[derive(Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Formats `args` by `format`.
pub(super) fn sprintf(format: &str, args: &[Value]) -> String {
    let mut out = String::new();
    let mut args = args.iter();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        while let Some(&flag) = chars.peek() {
            match flag {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => break,
            }
            chars.next();
        }
        spec.width = count(&mut chars, &mut args);
        if chars.peek() == Some(&'.') {
            chars.next();
            spec.precision = Some(count(&mut chars, &mut args).unwrap_or(0));
        }
        match chars.next() {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => match args.next() {
                None => out.push_str(&format!("%!{verb}(MISSING)")),
                Some(value) => out.push_str(&padded(&spec, verb, value)),
            },
        }
    }
    let extra: Vec<String> = args.map(|a| format!("{}={}", type_of(a), a.print())).collect();
    if !extra.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn count(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    args: &mut std::slice::Iter<'_, Value>,
) -> Option<usize> {
    if chars.peek() == Some(&'*') {
        chars.next();
        return match args.next() {
            Some(Value::Int(n)) => usize::try_from(*n).ok().map(|n| n.min(100_000)),
            _ => None,
        };
    }
    let mut number = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        chars.next();
        number = Some((number.unwrap_or(0) * 10 + digit as usize).min(100_000));
    }
    number
}

fn type_of(value: &Value) -> String {
    match value {
        Value::Nil | Value::Missing => "<nil>".to_owned(),
        other => other.type_name(),
    }
}

fn padded(spec: &Spec, verb: char, value: &Value) -> String {
    let text = render(spec, verb, value);
    let width = spec.width.unwrap_or(0);
    let len = text.chars().count();
    if len >= width {
        return text;
    }
    let fill = width - len;
    if spec.minus {
        return text + &" ".repeat(fill);
    }
    let numeric = matches!(value, Value::Int(_) | Value::Float(_));
    if spec.zero && numeric {
        let (sign, digits) = match text.strip_prefix(['+', '-']) {
            Some(digits) => (text.get(..1).unwrap_or(""), digits),
            None => ("", text.as_str()),
        };
        return format!("{sign}{}{digits}", "0".repeat(fill));
    }
    let pad = if spec.zero { "0" } else { " " };
    pad.repeat(fill) + &text
}

fn render(spec: &Spec, verb: char, value: &Value) -> String {
    match (value, verb) {
        (_, 'T') => type_of(value),
        (Value::Int(n), _) => int(spec, verb, *n),
        (Value::Float(x), _) => float(spec, verb, *x),
        (Value::Str(s) | Value::Number(s), 's' | 'v' | 'q' | 'x' | 'X') => string(spec, verb, s),
        (Value::Bool(b), 't' | 'v') => b.to_string(),
        (Value::Nil | Value::Missing, 'v') => "<nil>".to_owned(),
        (Value::List(items), 's' | 'q' | 'd' | 'x' | 'X' | 't' | 'f') => {
            let items: Vec<String> = items.iter().map(|i| render(spec, verb, i)).collect();
            format!("[{}]", items.join(" "))
        }
        (_, 'v') => value.print(),
        (Value::Map(_) | Value::Struct(..), 's') => value.print(),
        (Value::Nil | Value::Missing, _) => format!("%!{verb}(<nil>)"),
        _ => format!("%!{verb}({}={})", value.type_name(), value.print()),
    }
}

fn string(spec: &Spec, verb: char, s: &str) -> String {
    let s: String = match spec.precision {
        Some(max) => s.chars().take(max).collect(),
        None => s.to_owned(),
    };
    match verb {
        'q' => format!("{s:?}"),
        'x' => s.bytes().map(|b| format!("{b:02x}")).collect(),
        'X' => s.bytes().map(|b| format!("{b:02X}")).collect(),
        'v' if spec.sharp => format!("{s:?}"),
        _ => s,
    }
}

fn signed(spec: &Spec, negative: bool, digits: String) -> String {
    let sign = match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    };
    format!("{sign}{digits}")
}

fn int(spec: &Spec, verb: char, n: i64) -> String {
    let magnitude = n.unsigned_abs();
    let digits = match verb {
        'd' | 'v' => magnitude.to_string(),
        'b' => format!("{magnitude:b}"),
        'o' => format!("{magnitude:o}"),
        'x' if spec.sharp => format!("{magnitude:#x}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        'c' => return u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
        'q' => {
            let c = u32::try_from(n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            return format!("{c:?}");
        }
        'U' => format!("U+{magnitude:04X}"),
        _ => return format!("%!{verb}(int={n})"),
    };
    signed(spec, n < 0, digits)
}

fn float(spec: &Spec, verb: char, x: f64) -> String {
    let precision = spec.precision.unwrap_or(6);
    let digits = match verb {
        'f' | 'F' => format!("{:.precision$}", x.abs()),
        'e' => go_exponent(&format!("{:.precision$e}", x.abs())),
        'g' | 'v' => float_g(x.abs(), spec.precision),
        _ => return format!("%!{verb}(float64={})", float_g(x, None)),
    };
    signed(spec, x < 0.0, digits)
}

/// Rust writes `1e3`, Go `1e+03`.
fn go_exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (sign, digits) = match exponent.strip_prefix('-') {
                Some(digits) => ('-', digits),
                None => ('+', exponent),
            };
            format!("{mantissa}e{sign}{digits:0>2}")
        }
        None => text.to_owned(),
    }
}

/// Go's `%g`: the shortest text that reads back, or `precision` significant digits.
pub(in crate::docker) fn float_g(x: f64, precision: Option<usize>) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    let scientific = match precision {
        Some(digits) => format!("{:.*e}", digits.max(1) - 1, x),
        None => format!("{x:e}"),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count() as i32;
    // strconv.FormatFloat: the shortest form turns to exponents at 1e6, the others at their precision.
    let limit = match precision {
        None => 6,
        Some(p) => {
            let p = p.max(1) as i32;
            if p > digits && digits > exponent {
                digits
            } else {
                p
            }
        }
    };
    if exponent < -4 || exponent >= limit {
        return go_exponent(&format!("{mantissa}e{exponent}"));
    }
    let decimals = (digits - 1 - exponent).max(0) as usize;
    format!("{x:.decimals$}")
}
