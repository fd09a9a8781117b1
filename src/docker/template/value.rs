//! The values that a template sees, printed and named as Go's `reflect` and `fmt` would. They come from JSON
//! or from a table's row. It must not know what Docker's objects are.

use crate::oci::go_json::write_text;
use crate::sorted;
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::rc::Rc;

/// A value as Go has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Go's invalid value: a key that a map has not.
    Missing,
    /// A nil pointer or interface.
    Nil,
    /// A nil slice: empty, but `null` in JSON.
    NilList,
    /// A nil map, likewise.
    NilMap,
    /// A truth value.
    Bool(bool),
    /// Any integer.
    Int(i64),
    /// A 64-bit float.
    Float(f64),
    /// `json.Number`: a number that is kept as it was written.
    Number(Rc<str>),
    /// A string.
    Str(Rc<str>),
    /// A slice.
    List(Rc<[Value]>),
    /// A map with its keys in order.
    Map(Rc<Fields>),
    /// A struct, or a pointer to one: its type's name and fields. A field whose name begins with a NUL is there
    /// for templates, but not in JSON (`omitempty`).
    Struct(&'static str, Rc<Fields>),
    /// A method that takes a string and looks it up (`.Label "x"`).
    Lookup(Rc<Fields>),
    /// The same for a table's heading: it names the column after the label.
    HeaderLookup,
}

/// Fields that Go and JSON call by different names: templates see Go's.
const GO_NAMES: &[(&str, &str)] = &[
    ("ID", "Id"),
    ("APIVersion", "ApiVersion"),
    ("CPUShares", "CpuShares"),
    ("NanoCPUs", "NanoCpus"),
    ("CPUPeriod", "CpuPeriod"),
    ("CPUQuota", "CpuQuota"),
    ("DNS", "Dns"),
    ("DNSOptions", "DnsOptions"),
    ("DNSSearch", "DnsSearch"),
];

/// Names and values.
pub type Fields = Vec<(Rc<str>, Value)>;

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Str(text.into())
    }
}

impl Value {
    /// From JSON as `encoding/json` reads it into `interface{}` with `UseNumber`: all objects are maps.
    pub fn raw(json: &Json) -> Value {
        match json {
            Json::Null => Value::Nil,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => Value::Number(n.to_string().into()),
            Json::String(s) => Value::Str(s.as_str().into()),
            Json::Array(items) => Value::List(items.iter().map(Value::raw).collect()),
            Json::Object(object) => {
                let mut fields: Fields = object.iter().map(|(k, v)| (k.as_str().into(), Value::raw(v))).collect();
                sorted::sort_by(&mut fields, |a, b| a.0.cmp(&b.0));
                Value::Map(Rc::new(fields))
            }
        }
    }

    /// Go's name of the type; `interface {}` where the data is raw JSON.
    pub fn type_name(&self) -> String {
        match self {
            Value::Missing | Value::Nil => "interface {}",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float64",
            Value::Number(_) => "json.Number",
            Value::Str(_) => "string",
            Value::NilList => "[]string",
            Value::NilMap => "map[string]string",
            Value::List(items) => {
                if items.iter().all(|i| matches!(i, Value::Str(_))) {
                    "[]string"
                } else {
                    "[]interface {}"
                }
            }
            Value::Map(fields) => {
                if !fields.is_empty() && fields.iter().all(|(_, v)| matches!(v, Value::Str(_))) {
                    "map[string]string"
                } else {
                    "map[string]interface {}"
                }
            }
            Value::Struct(name, _) => name,
            Value::Lookup(_) | Value::HeaderLookup => "func(string) string",
        }
        .to_owned()
    }

    /// Go's `template.IsTrue`.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Missing | Value::Nil | Value::NilList | Value::NilMap => false,
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::Float(x) => *x != 0.0,
            Value::Number(s) | Value::Str(s) => !s.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(fields) => !fields.is_empty(),
            Value::Struct(..) | Value::Lookup(_) | Value::HeaderLookup => true,
        }
    }

    /// The field or key of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let find = |fields: &'_ Fields, name: &str| {
            fields.iter().position(|(key, _)| key.strip_prefix('\0').unwrap_or(key) == name)
        };
        let (fields, at) = match self {
            Value::Map(fields) => (fields, find(fields, name)),
            Value::Struct(_, fields) => {
                let json = GO_NAMES.iter().find(|(go, _)| *go == name).and_then(|(_, json)| find(fields, json));
                let taken = GO_NAMES.iter().any(|(_, json)| *json == name);
                (fields, json.or_else(|| find(fields, name).filter(|_| !taken)))
            }
            _ => return None,
        };
        fields.get(at?).map(|(_, value)| value)
    }

    /// Go's `%v`.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.print_to(&mut out);
        out
    }

    fn print_to(&self, out: &mut String) {
        match self {
            Value::Missing => out.push_str("<no value>"),
            Value::Nil => out.push_str("<nil>"),
            Value::NilList => out.push_str("[]"),
            Value::NilMap => out.push_str("map[]"),
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Int(n) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{n}");
            }
            Value::Float(x) => out.push_str(&super::printf::float_g(*x, None)),
            Value::Number(s) | Value::Str(s) => out.push_str(s),
            Value::List(items) => print_all(out, '[', ']', items.iter().map(|v| (None, v))),
            Value::Map(fields) => {
                out.push_str("map");
                print_all(out, '[', ']', fields.iter().map(|(k, v)| (Some(&**k), v)));
            }
            Value::Struct(_, fields) => print_all(out, '{', '}', fields.iter().map(|(_, v)| (None, v))),
            Value::Lookup(_) | Value::HeaderLookup => out.push_str("func"),
        }
    }

    /// As `encoding/json` writes it; `escape` turns `<`, `>` and `&` into `\u003c` and so on.
    pub fn json(&self, escape: bool) -> String {
        let mut out = String::new();
        self.json_to(&mut out, escape);
        out
    }

    fn json_to(&self, out: &mut String, escape: bool) {
        match self {
            Value::Missing | Value::Nil | Value::NilList | Value::NilMap | Value::Lookup(_) | Value::HeaderLookup => {
                out.push_str("null")
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Number(_) => self.print_to(out),
            Value::Str(s) => write_text(out, s, escape),
            Value::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.json_to(out, escape);
                }
                out.push(']');
            }
            Value::Map(fields) | Value::Struct(_, fields) => {
                out.push('{');
                let mut first = true;
                for (key, value) in fields.iter() {
                    if key.starts_with('\0') || matches!(value, Value::Lookup(_) | Value::HeaderLookup) {
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        out.push(',');
                    }
                    write_text(out, key, escape);
                    out.push(':');
                    value.json_to(out, escape);
                }
                out.push('}');
            }
        }
    }
}

fn print_all<'a>(out: &mut String, open: char, close: char, items: impl Iterator<Item = (Option<&'a str>, &'a Value)>) {
    out.push(open);
    for (i, (key, value)) in items.enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if let Some(key) = key {
            out.push_str(key);
            out.push(':');
        }
        value.print_to(out);
    }
    out.push(close);
}

/// A number literal of a template.
pub(super) fn number(text: &str) -> Option<Value> {
    let clean = text.replace('_', "");
    let (negative, digits) = match clean.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, clean.strip_prefix('+').unwrap_or(&clean)),
    };
    let lower = digits.to_ascii_lowercase();
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    let whole = match radix.iter().find_map(|(p, r)| lower.strip_prefix(p).map(|d| (d, *r))) {
        Some((digits, radix)) => i64::from_str_radix(digits, radix).ok(),
        None if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) => {
            i64::from_str_radix(digits, 8).ok()
        }
        None => digits.parse::<i64>().ok(),
    };
    if let Some(n) = whole {
        return Some(Value::Int(if negative { -n } else { n }));
    }
    if !digits.bytes().any(|b| b.is_ascii_digit()) || lower.starts_with("0x") {
        return None;
    }
    digits.parse::<f64>().ok().map(|x| Value::Float(if negative { -x } else { x }))
}
