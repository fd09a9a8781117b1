//! JSON byte for byte as Go's `encoding/json` writes it: no spaces, `<`, `>`, `&` and the two line separators of
//! Unicode escaped, and of the control characters only tab, newline and return by a letter. Digests depend on it.
//! And JSON as Go reads it into a struct: what is missing or `null` leaves the empty value, what is of another type is
//! refused in Go's words. It knows no struct.

use super::config::Empty;
use crate::sorted::VecMap;
use serde::Serialize;
use serde_json::Value;
use std::fmt::{self, Write};

/// The value as Go would write it; empty if it cannot be JSON (a map with keys that are no strings).
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    match serde_json::to_value(value) {
        Ok(value) => {
            let mut out = String::new();
            write_value(&value, &mut out);
            out.into_bytes()
        }
        Err(_) => Vec::new(),
    }
}

/// The object of these fields as Go would write it.
pub fn object_to_vec(fields: VecMap<String, Value>) -> Vec<u8> {
    let mut out = String::new();
    write_value(&Value::Object(fields.into_iter().collect()), &mut out);
    out.into_bytes()
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        // A string takes whatever is written to it.
        Value::Number(number) => drop(write!(out, "{number}")),
        Value::String(text) => write_text(out, text, true),
        Value::Array(items) => {
            let mut before = '[';
            for item in items {
                out.push(std::mem::replace(&mut before, ','));
                write_value(item, out);
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut before = '{';
            for (name, field) in fields {
                out.push(std::mem::replace(&mut before, ','));
                write_text(out, name, true);
                out.push(':');
                write_value(field, out);
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
    }
}

/// Appends the text in quotes. Without `escape`, `<`, `>` and `&` stay as they are (Go's `SetEscapeHTML(false)`).
pub fn write_text(out: &mut String, text: &str, escape: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' if !escape => out.push(c),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => drop(write!(out, "\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Why a text is not the JSON that was wanted.
#[derive(Debug)]
pub enum JsonError {
    /// It is no JSON.
    Syntax(serde_json::Error),
    /// A value of another type than the field's.
    Type {
        /// What it is: `string`, `object` …
        got: &'static str,
        /// The struct's Go name and the field's path; empty for the outermost value.
        field: String,
        /// The field's Go type.
        wanted: &'static str,
    },
    /// A field that must be there is not.
    Missing(&'static str),
    /// A text that does not mean what it should, such as a digest; the sentence.
    Meaning(String),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonError::Syntax(error) => error.fmt(f),
            JsonError::Type { got, field, wanted } if field.is_empty() => {
                write!(f, "json: cannot unmarshal {got} into Go value of type {wanted}")
            }
            JsonError::Type { got, field, wanted } => {
                write!(f, "json: cannot unmarshal {got} into Go struct field {field} of type {wanted}")
            }
            JsonError::Missing(name) => write!(f, "missing field `{name}`"),
            JsonError::Meaning(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for JsonError {}

/// Reads any JSON.
pub fn parse(json: &[u8]) -> Result<Value, JsonError> {
    serde_json::from_slice(json).map_err(JsonError::Syntax)
}

/// The fields of an object, to be taken out by their names, and the first thing that was wrong with them.
pub struct Fields {
    /// The name of the struct in Go.
    of: &'static str,
    /// The path to it, each name with a `.` behind it.
    path: String,
    all: Vec<(String, Value)>,
    wrong: Option<JsonError>,
}

impl Fields {
    /// What `read` makes of the fields of `value`; `of` is the struct's name in Go.
    pub fn read<T>(value: Value, of: &'static str, read: impl FnOnce(&mut Fields) -> T) -> Result<T, JsonError> {
        let mut fields = Fields::new(value, of, String::new());
        let made = read(&mut fields);
        fields.wrong.map_or(Ok(made), Err)
    }

    /// What `read` makes of the fields of each object of a list; `wanted` is the list's type in Go.
    pub fn read_list<T>(
        value: Value,
        wanted: &'static str,
        of: &'static str,
        read: fn(&mut Fields) -> T,
    ) -> Result<Vec<T>, JsonError> {
        match value {
            Value::Array(items) => items.into_iter().map(|item| Fields::read(item, of, read)).collect(),
            Value::Null => Ok(Vec::new()),
            other => Err(JsonError::Type { got: kind(&other), field: String::new(), wanted }),
        }
    }

    fn new(value: Value, of: &'static str, path: String) -> Fields {
        let mut fields = Fields { of, path, all: Vec::new(), wrong: None };
        match value {
            Value::Object(all) => fields.all = all.into_iter().collect(),
            Value::Null => {}
            other => {
                let field = fields.path.strip_suffix('.').map(|path| format!("{of}.{path}")).unwrap_or_default();
                fields.refuse(JsonError::Type { got: kind(&other), field, wanted: of });
            }
        }
        fields
    }

    /// Says what is wrong, where no type tells; the first one said counts.
    pub fn refuse(&mut self, why: JsonError) {
        self.wrong.get_or_insert(why);
    }

    /// The names of the fields that were not taken yet.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|field| field.0.clone()).collect()
    }

    /// The fields that were not taken yet, which stay.
    pub fn all(&self) -> serde_json::Map<String, Value> {
        self.all.iter().cloned().collect()
    }

    /// The fields that were not taken yet.
    pub fn rest(&mut self) -> serde_json::Map<String, Value> {
        std::mem::take(&mut self.all).into_iter().collect()
    }

    /// A field of any type; `null` if there is none.
    pub fn take(&mut self, name: &str) -> Value {
        match self.all.iter().position(|field| field.0 == name) {
            Some(at) => self.all.remove(at).1,
            None => Value::Null,
        }
    }

    /// Refuses the value of a field, unless it is `null`.
    pub(super) fn mismatch(&mut self, name: &str, value: &Value, wanted: &'static str) {
        if !value.is_null() {
            let field = format!("{}.{}{name}", self.of, self.path);
            self.refuse(JsonError::Type { got: kind(value), field, wanted });
        }
    }

    /// A text that must be there.
    pub fn needed(&mut self, name: &'static str) -> String {
        if self.all.iter().all(|field| field.0 != name) {
            self.refuse(JsonError::Missing(name));
        }
        self.string(name)
    }

    /// `string`
    pub fn string(&mut self, name: &str) -> String {
        match self.take(name) {
            Value::String(text) => text,
            other => {
                self.mismatch(name, &other, "string");
                String::new()
            }
        }
    }

    /// `bool`
    pub fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            Value::Bool(flag) => flag,
            other => {
                self.mismatch(name, &other, "bool");
                false
            }
        }
    }

    /// `int64`; `None` if it is not there.
    pub fn number(&mut self, name: &str) -> Option<i64> {
        let value = self.take(name);
        let number = value.as_i64();
        if number.is_none() {
            self.mismatch(name, &value, "int64");
        }
        number
    }

    /// `[]string`; `None` if it is not there.
    pub fn strings(&mut self, name: &str) -> Option<Vec<String>> {
        self.list(name, "[]string", |fields, value| match value {
            Value::String(text) => text,
            other => {
                fields.mismatch(name, &other, "string");
                String::new()
            }
        })
    }

    /// `[]struct`, each read by `read`; `None` if it is not there. `of` is the struct's name, `wanted` the list's type.
    pub fn each<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        of: &'static str,
        read: fn(&mut Fields) -> T,
    ) -> Option<Vec<T>> {
        self.list(name, wanted, |fields, value| fields.inner(name, value, of, read))
    }

    fn list<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        mut read: impl FnMut(&mut Fields, Value) -> T,
    ) -> Option<Vec<T>> {
        match self.take(name) {
            Value::Array(items) => Some(items.into_iter().map(|item| read(self, item)).collect()),
            other => {
                self.mismatch(name, &other, wanted);
                None
            }
        }
    }

    /// `*struct`, read by `read`; `None` if it is not there.
    pub fn object<T>(&mut self, name: &str, of: &'static str, read: fn(&mut Fields) -> T) -> Option<T> {
        match self.take(name) {
            Value::Null => None,
            value => Some(self.inner(name, value, of, read)),
        }
    }

    fn inner<T>(&mut self, name: &str, value: Value, of: &'static str, read: fn(&mut Fields) -> T) -> T {
        let mut fields = Fields::new(value, of, format!("{}{name}.", self.path));
        let made = read(&mut fields);
        if let Some(wrong) = fields.wrong {
            self.refuse(wrong);
        }
        made
    }

    /// `map[string]string`; `None` if it is not there.
    pub fn texts(&mut self, name: &str) -> Option<VecMap<String, String>> {
        self.map(name, "map[string]string", |fields, value| match value {
            Value::String(text) => text,
            other => {
                fields.mismatch(name, &other, "string");
                String::new()
            }
        })
    }

    /// `map[string]struct{}`; `None` if it is not there.
    pub fn set(&mut self, name: &str) -> Option<VecMap<String, Empty>> {
        self.map(name, "map[string]struct {}", |fields, value| {
            if !value.is_object() {
                fields.mismatch(name, &value, "struct {}");
            }
            Empty {}
        })
    }

    fn map<T>(
        &mut self,
        name: &str,
        wanted: &'static str,
        mut read: impl FnMut(&mut Fields, Value) -> T,
    ) -> Option<VecMap<String, T>> {
        match self.take(name) {
            Value::Object(entries) => Some(entries.into_iter().map(|(key, value)| (key, read(self, value))).collect()),
            other => {
                self.mismatch(name, &other, wanted);
                None
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn escapes_what_go_escapes() {
        let text = "a && b <x> \u{2028}\u{8}\t\n\"\\ñ\u{1}";
        let want = r#""a \u0026\u0026 b \u003cx\u003e \u2028\u0008\t\n\"\\ñ\u0001""#;
        assert_eq!(String::from_utf8(to_vec(text)).unwrap(), want);
        let mut plain = String::new();
        write_text(&mut plain, text, false);
        assert_eq!(plain, want.replace("\\u0026", "&").replace("\\u003c", "<").replace("\\u003e", ">"));
        let value = json!({"b": [1, -2, true, null, [], {}], "a": {"<": "x", "c": 1.5}});
        let want = r#"{"b":[1,-2,true,null,[],{}],"a":{"\u003c":"x","c":1.5}}"#;
        assert_eq!(String::from_utf8(to_vec(&value)).unwrap(), want);
    }

    fn refused(value: Value) -> String {
        let inner: fn(&mut Fields) -> _ =
            |f| (f.strings("Cmd"), f.flag("Tty"), f.number("StopTimeout"), f.set("Volumes"));
        let read = |f: &mut Fields| {
            (
                f.string("os"),
                f.object("config", "Config", inner),
                f.each("history", "[]History", "History", |f| f.string("author")),
            )
        };
        Fields::read(value, "Image", read).map_or_else(|why| why.to_string(), |_| "fine".to_owned())
    }

    #[test]
    fn refuses_as_go_does() {
        assert_eq!(refused(json!({"os": null, "config": {"Cmd": null, "Volumes": {"/a": {}}}, "x": 1})), "fine");
        assert_eq!(refused(json!([])), "json: cannot unmarshal array into Go value of type Image");
        for (value, got, field, wanted) in [
            (json!({"os": 1}), "number", "Image.os", "string"),
            (json!({"config": 1}), "number", "Config.config", "Config"),
            (json!({"config": {"Cmd": "x", "Tty": 1}}), "string", "Config.config.Cmd", "[]string"),
            (json!({"config": {"Cmd": ["x", 2]}}), "number", "Config.config.Cmd", "string"),
            (json!({"config": {"StopTimeout": 1.5}}), "number", "Config.config.StopTimeout", "int64"),
            (json!({"config": {"Volumes": []}}), "array", "Config.config.Volumes", "map[string]struct {}"),
            (json!({"history": [{}, {"author": {}}]}), "object", "History.history.author", "string"),
        ] {
            assert_eq!(
                refused(value),
                format!("json: cannot unmarshal {got} into Go struct field {field} of type {wanted}")
            );
        }
        assert!(parse(b"[1,").is_err_and(|why| why.to_string().starts_with("EOF while parsing")));
    }
}
