//! What Go's `encoding/json` says of text that is no JSON: the scanner's states, as far as their complaints differ. It
//! must not know what the text is for.

/// What comes next in the text.
#[derive(Clone, Copy)]
enum Next {
    Value,
    /// The first element of an array, or its end.
    ValueOrEnd,
    /// The first key of an object, or its end.
    KeyOrEnd,
    Key,
    Colon,
    /// After a whole value.
    After,
}

/// The complaint about the first value of `text`; `ended` is what is said where it ends too early. None where the value
/// is good: what follows it is not looked at.
pub(super) fn complaint(text: &[u8], ended: &str) -> Option<String> {
    let mut rest = text;
    // What is open: an object, or an array.
    let mut open: Vec<bool> = Vec::new();
    let mut next = Next::Value;
    loop {
        rest = rest.trim_ascii_start();
        let Some((&byte, after)) = rest.split_first() else { return Some(ended.to_owned()) };
        let wrong = |where_: &str| Some(format!("invalid character {} {where_}", quoted(byte)));
        next = match (next, byte) {
            (Next::ValueOrEnd, b']') | (Next::KeyOrEnd, b'}') => {
                open.pop();
                rest = after;
                Next::After
            }
            (Next::Value | Next::ValueOrEnd, b'{') => {
                open.push(true);
                rest = after;
                Next::KeyOrEnd
            }
            (Next::Value | Next::ValueOrEnd, b'[') => {
                open.push(false);
                rest = after;
                Next::ValueOrEnd
            }
            (Next::Value | Next::ValueOrEnd, _) => match scalar(rest) {
                Ok(left) => {
                    rest = left;
                    Next::After
                }
                Err(Fault::At(byte, where_)) => return Some(format!("invalid character {} {where_}", quoted(byte))),
                Err(Fault::Ended) => return Some(ended.to_owned()),
            },
            (Next::Key | Next::KeyOrEnd, b'"') => match string(after) {
                Ok(left) => {
                    rest = left;
                    Next::Colon
                }
                Err(Fault::At(byte, where_)) => return Some(format!("invalid character {} {where_}", quoted(byte))),
                Err(Fault::Ended) => return Some(ended.to_owned()),
            },
            (Next::Key | Next::KeyOrEnd, _) => return wrong("looking for beginning of object key string"),
            (Next::Colon, b':') => {
                rest = after;
                Next::Value
            }
            (Next::Colon, _) => return wrong("after object key"),
            (Next::After, _) => match (open.last(), byte) {
                (Some(true), b',') => {
                    rest = after;
                    Next::Key
                }
                (Some(false), b',') => {
                    rest = after;
                    Next::Value
                }
                (Some(true), b'}') | (Some(false), b']') => {
                    open.pop();
                    rest = after;
                    Next::After
                }
                (Some(true), _) => return wrong("after object key:value pair"),
                (Some(false), _) => return wrong("after array element"),
                (None, _) => return None,
            },
        };
        if matches!(next, Next::After) && open.is_empty() {
            return None;
        }
    }
}

/// A byte as Go quotes a character.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        b'\\' => r"'\\'".to_owned(),
        0..0x20 | 0x7f => format!("'\\x{byte:02x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}

enum Fault {
    At(u8, String),
    Ended,
}

type Left<'a> = Result<&'a [u8], Fault>;

fn fault<'a>(byte: u8, where_: &str) -> Left<'a> {
    Err(Fault::At(byte, where_.to_owned()))
}

fn scalar(text: &[u8]) -> Left<'_> {
    match text.split_first() {
        None => Err(Fault::Ended),
        Some((b'"', rest)) => string(rest),
        Some((b't', rest)) => literal(rest, "true"),
        Some((b'f', rest)) => literal(rest, "false"),
        Some((b'n', rest)) => literal(rest, "null"),
        Some((b'-' | b'0'..=b'9', _)) => number(text),
        Some((&byte, _)) => fault(byte, "looking for beginning of value"),
    }
}

fn literal<'a>(mut text: &'a [u8], word: &str) -> Left<'a> {
    for wanted in word.bytes().skip(1) {
        match text.split_first() {
            None => return Err(Fault::Ended),
            Some((&byte, rest)) if byte == wanted => text = rest,
            Some((&byte, _)) => {
                return fault(byte, &format!("in literal {word} (expecting '{}')", char::from(wanted)));
            }
        }
    }
    Ok(text)
}

/// After the opening quote.
fn string(mut text: &[u8]) -> Left<'_> {
    loop {
        let Some((&byte, rest)) = text.split_first() else { return Err(Fault::Ended) };
        text = match byte {
            b'"' => return Ok(rest),
            b'\\' => match rest.split_first() {
                None => return Err(Fault::Ended),
                Some((b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest)) => rest,
                Some((b'u', rest)) => hex(rest)?,
                Some((&byte, _)) => return fault(byte, "in string escape code"),
            },
            0..0x20 => return fault(byte, "in string literal"),
            _ => rest,
        };
    }
}

fn hex(mut text: &[u8]) -> Left<'_> {
    for _ in 0..4 {
        match text.split_first() {
            None => return Err(Fault::Ended),
            Some((byte, rest)) if byte.is_ascii_hexdigit() => text = rest,
            Some((&byte, _)) => return fault(byte, "in \\u hexadecimal character escape"),
        }
    }
    Ok(text)
}

/// At least one digit; `where_` says what is missing where there is none.
fn digits<'a>(text: &'a [u8], where_: &str) -> Left<'a> {
    match text.split_first() {
        None => Err(Fault::Ended),
        Some((byte, _)) if byte.is_ascii_digit() => {
            let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            Ok(text.get(count..).unwrap_or_default())
        }
        Some((&byte, _)) => fault(byte, where_),
    }
}

fn number(text: &[u8]) -> Left<'_> {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let mut left = match text.strip_prefix(b"0") {
        Some(left) => left,
        None => digits(text, "in numeric literal")?,
    };
    if let Some(decimals) = left.strip_prefix(b".") {
        left = digits(decimals, "after decimal point in numeric literal")?;
    }
    if let Some((b'e' | b'E', exponent)) = left.split_first() {
        let exponent = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
        left = digits(exponent, "in exponent of numeric literal")?;
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn go_says_where_text_stops_being_json() {
        for (text, want) in [
            ("bad", "invalid character 'b' looking for beginning of value"),
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (r#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
            (r#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("nul!", "invalid character '!' in literal null (expecting 'l')"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            (r#""\q""#, "invalid character 'q' in string escape code"),
            (r#"{"a":"#, "unexpected EOF"),
            ("[[[", "unexpected EOF"),
        ] {
            assert_eq!(complaint(text.as_bytes(), "unexpected EOF").as_deref(), Some(want), "{text}");
        }
        for good in ["{}", "[ ]", r#" {"a":[1,-2.5e3,true,null,"\u00e1"],"b":{}} trailing"#, "0"] {
            assert_eq!(complaint(good.as_bytes(), "unexpected EOF"), None, "{good}");
        }
    }
}
