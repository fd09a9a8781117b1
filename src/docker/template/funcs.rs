//! The functions that a template may call: Go's own, and the eight that Docker adds.

use super::printf::sprintf;
use super::value::Value;
use std::cmp::Ordering;

/// A parameter's type, as Go's messages name it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// `interface {}`
    Any,
    /// `string`
    Str,
    /// `int`
    Int,
    /// `[]string`
    Strings,
}

impl Type {
    /// Go's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Type::Any => "interface {}",
            Type::Str => "string",
            Type::Int => "int",
            Type::Strings => "[]string",
        }
    }
}

type Body = fn(&[Value]) -> Result<Value, String>;

/// A function: its name, parameters, whether the last repeats, and what it does.
pub(super) struct Function {
    /// As templates call it.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Type],
    /// Whether the last parameter may come any number of times.
    pub variadic: bool,
    /// The function itself; an error is Go's words after `error calling NAME: `.
    pub body: Body,
}

const ANY: &[Type] = &[Type::Any];
const ANY2: &[Type] = &[Type::Any, Type::Any];
const STR: &[Type] = &[Type::Str];

macro_rules! functions {
    ($($name:literal $params:expr, $variadic:expr, $body:expr;)*) => {
        /// Every function.
        pub(super) const FUNCTIONS: &[Function] =
            &[$(Function { name: $name, params: $params, variadic: $variadic, body: $body }),*];
        /// Every function's name, as the parser asks for it.
        pub(super) const NAMES: &[&str] = &[$($name),*];
    };
}

functions! {
    "and" ANY2, true, |a| Ok(pick(a, false));
    "or" ANY2, true, |a| Ok(pick(a, true));
    "not" ANY, false, |a| Ok(Value::Bool(!arg(a, 0).is_true()));
    "call" ANY2, true, |a| Err(format!("non-function of type {}", arg(a, 0).type_name()));
    "eq" ANY2, true, |a| equal(a).map(Value::Bool);
    "ne" ANY2, false, |a| equal(a).map(|b| Value::Bool(!b));
    "lt" ANY2, false, |a| order(a).map(|o| Value::Bool(o == Ordering::Less));
    "le" ANY2, false, |a| order(a).map(|o| Value::Bool(o != Ordering::Greater));
    "gt" ANY2, false, |a| order(a).map(|o| Value::Bool(o == Ordering::Greater));
    "ge" ANY2, false, |a| order(a).map(|o| Value::Bool(o != Ordering::Less));
    "len" ANY, false, length;
    "index" ANY2, true, index;
    "slice" ANY2, true, slice;
    "print" ANY, true, |a| Ok(print(a).into());
    "println" ANY, true, |a| Ok((a.iter().map(shown).collect::<Vec<_>>().join(" ") + "\n").into());
    "printf" &[Type::Str, Type::Any], true, |a| Ok(sprintf(text(a, 0), a.get(1..).unwrap_or(&[])).into());
    "html" ANY, true, |a| Ok(html(&print(a)).into());
    "js" ANY, true, |a| Ok(js(&print(a)).into());
    "urlquery" ANY, true, |a| Ok(urlquery(&print(a)).into());
    "json" ANY, false, |a| Ok(arg(a, 0).json(matches!(arg(a, 0), Value::Struct(name, _) if name.ends_with("Context"))).into());
    "split" &[Type::Str, Type::Str], false, |a| Ok(split(text(a, 0), text(a, 1)));
    "join" &[Type::Strings, Type::Str], false, |a| Ok(join(a).into());
    "title" STR, false, |a| Ok(title(text(a, 0)).into());
    "lower" STR, false, |a| Ok(text(a, 0).to_lowercase().into());
    "upper" STR, false, |a| Ok(text(a, 0).to_uppercase().into());
    "pad" &[Type::Str, Type::Int, Type::Int], false, pad;
    "truncate" &[Type::Str, Type::Int], false, truncate;
}

fn arg(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::Missing)
}

fn text(args: &[Value], at: usize) -> &str {
    match args.get(at) {
        Some(Value::Str(s)) => s,
        _ => "",
    }
}

fn integer(args: &[Value], at: usize) -> i64 {
    match args.get(at) {
        Some(Value::Int(n)) => *n,
        _ => 0,
    }
}

fn pick(args: &[Value], until: bool) -> Value {
    let found = args.iter().find(|a| a.is_true() == until);
    found.or(args.last()).cloned().unwrap_or(Value::Missing)
}

fn shown(value: &Value) -> String {
    if matches!(value, Value::Missing) {
        Value::Nil.print()
    } else {
        value.print()
    }
}

/// Go's `Sprint`: a blank between two operands where neither is a string.
fn print(args: &[Value]) -> String {
    let mut out = String::new();
    let mut string_before = true;
    for value in args {
        let string = matches!(value, Value::Str(_));
        if !string && !string_before {
            out.push(' ');
        }
        out.push_str(&shown(value));
        string_before = string;
    }
    out
}

fn equal(args: &[Value]) -> Result<bool, String> {
    let (first, others) = args.split_first().unwrap_or((&Value::Missing, &[]));
    if let Value::List(_) | Value::Map(_) = first {
        return Err(format!("uncomparable type {}: {}", first.type_name(), first.print()));
    }
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        let same = match (first, other) {
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Nil | Value::Missing, Value::Nil | Value::Missing) => true,
            _ => return Err("incompatible types for comparison".to_owned()),
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

fn order(args: &[Value]) -> Result<Ordering, String> {
    match (arg(args, 0), arg(args, 1)) {
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b).unwrap_or(Ordering::Equal)),
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        (
            Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bool(_) | Value::Number(_),
            Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Number(_),
        ) => Err("incompatible types for comparison".to_owned()),
        _ => Err("invalid type for comparison".to_owned()),
    }
}

fn length(args: &[Value]) -> Result<Value, String> {
    let len = match arg(args, 0) {
        Value::Str(s) | Value::Number(s) => s.len(),
        Value::List(items) => items.len(),
        Value::Map(fields) => fields.len(),
        Value::NilList | Value::NilMap => 0,
        Value::Nil | Value::Missing => return Err("len of nil pointer".to_owned()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    Ok(Value::Int(len as i64))
}

fn position(value: &Value, len: usize) -> Result<usize, String> {
    match value {
        Value::Int(n) => match usize::try_from(*n) {
            Ok(at) if at < len => Ok(at),
            _ => Err(format!("index out of range: {n}")),
        },
        Value::Nil | Value::Missing => Err("cannot index slice/array with nil".to_owned()),
        other => Err(format!("cannot index slice/array with type {}", other.type_name())),
    }
}

fn index(args: &[Value]) -> Result<Value, String> {
    let mut item = arg(args, 0).clone();
    if matches!(item, Value::Nil | Value::Missing) {
        return Err("index of untyped nil".to_owned());
    }
    for key in args.iter().skip(1) {
        item = match &item {
            Value::NilList => position(key, 0).map(|_| Value::Nil)?,
            Value::NilMap => "".into(),
            Value::List(items) => items.get(position(key, items.len())?).cloned().unwrap_or(Value::Nil),
            Value::Str(s) => match key {
                Value::Int(n) => match usize::try_from(*n).ok().and_then(|n| s.as_bytes().get(n)) {
                    Some(byte) => Value::Int(i64::from(*byte)),
                    None => return Err("reflect: string index out of range".to_owned()),
                },
                _ => position(key, s.len()).map(|_| Value::Nil)?,
            },
            Value::Map(fields) => match key {
                // A map's zero value where the key is missing: its elements' type is seen from the others.
                Value::Str(key) => match item.get(key) {
                    Some(value) => value.clone(),
                    None if fields.iter().any(|(_, v)| matches!(v, Value::Str(_))) => "".into(),
                    None => Value::Missing,
                },
                other => {
                    return Err(format!("value has type {}; should be string", other.type_name()));
                }
            },
            Value::Nil | Value::Missing => return Err("index of nil pointer".to_owned()),
            other => return Err(format!("can't index item of type {}", other.type_name())),
        };
    }
    Ok(item)
}

fn slice(args: &[Value]) -> Result<Value, String> {
    let item = arg(args, 0);
    let cap = match item {
        Value::Str(s) => s.len(),
        Value::List(items) => items.len(),
        Value::NilList => 0,
        Value::Nil | Value::Missing => return Err("slice of untyped nil".to_owned()),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    if args.len() > 4 {
        return Err(format!("too many slice indexes: {}", args.len() - 1));
    }
    let at = |n: usize, default: usize| match args.get(n) {
        None => Ok(default),
        Some(value) => position(value, cap + 1),
    };
    let (from, to) = (at(1, 0)?, at(2, cap)?);
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match item {
        Value::Str(s) => String::from_utf8_lossy(s.as_bytes().get(from..to).unwrap_or(&[])).into_owned().into(),
        Value::List(items) => Value::List(items.iter().skip(from).take(to - from).cloned().collect()),
        _ => Value::Nil,
    })
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

fn urlquery(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn split(text: &str, separator: &str) -> Value {
    if separator.is_empty() {
        return Value::List(text.chars().map(|c| c.to_string().into()).collect());
    }
    Value::List(text.split(separator).map(Value::from).collect())
}

fn join(args: &[Value]) -> String {
    match arg(args, 0) {
        Value::List(items) => items.iter().map(Value::print).collect::<Vec<_>>().join(text(args, 1)),
        _ => String::new(),
    }
}

fn title(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.push(c);
        } else {
            out.extend(c.to_uppercase());
        }
        // strings.Title: ASCII letters, digits and underscores, and letters of other scripts, go on a word.
        inside = c == '_' || c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace());
    }
    out
}

fn pad(args: &[Value]) -> Result<Value, String> {
    if text(args, 0).is_empty() {
        return Ok("".into());
    }
    let blanks = |at| " ".repeat(usize::try_from(integer(args, at)).unwrap_or(0).min(10_000));
    Ok(format!("{}{}{}", blanks(1), text(args, 0), blanks(2)).into())
}

fn truncate(args: &[Value]) -> Result<Value, String> {
    let source = text(args, 0);
    let max = usize::try_from(integer(args, 1)).unwrap_or(0);
    // Docker cuts by bytes.
    Ok(if source.len() < max {
        source.into()
    } else {
        String::from_utf8_lossy(source.as_bytes().get(..max).unwrap_or(&[])).into_owned().into()
    })
}
