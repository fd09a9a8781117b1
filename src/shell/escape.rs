//! Backslash escapes, as `echo -e`, `printf` and `$'…'` read them, and the quoting that makes text a shell word again.
//! Pure text; bytes that are no UTF-8 are private-use characters, as in file names.

pub use crate::layerfs::path::{from_bytes, to_bytes};

/// Which dialect of escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `$'…'`
    AnsiC,
    /// `echo -e`, `%b`: octal needs `\0`, `\c` ends everything.
    Echo,
    /// The format of `printf`.
    Format,
}

/// Reads escapes; the second value is whether `\c` ended the output.
pub fn unescape(text: &str, dialect: Dialect) -> (String, bool) {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    let push = |out: &mut Vec<u8>, c: char| out.extend_from_slice(&to_bytes(c.encode_utf8(&mut [0; 4])));
    while let Some(&c) = chars.get(i) {
        i += 1;
        if c != '\\' {
            push(&mut out, c);
            continue;
        }
        let Some(&e) = chars.get(i) else {
            out.push(b'\\');
            break;
        };
        i += 1;
        let digits = |from: usize, max: usize, radix: u32| {
            let text: String = chars.iter().skip(from).take(max).take_while(|c| c.is_digit(radix)).collect();
            (u32::from_str_radix(&text, radix).ok(), text.len())
        };
        match e {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            '\'' | '"' | '?' if dialect == Dialect::AnsiC => push(&mut out, e),
            '"' if dialect == Dialect::Format => out.push(b'"'),
            'c' if dialect == Dialect::AnsiC => {
                let Some(&ctrl) = chars.get(i) else { continue };
                i += 1;
                out.push((ctrl as u8) & 0x1f);
            }
            'c' => return (from_bytes(&out), true),
            '0'..='7' => {
                let (from, max) = match dialect {
                    Dialect::Echo if e == '0' => (i, 3),
                    Dialect::Echo => (i - 1, 0),
                    _ => (i - 1, 3),
                };
                if max == 0 {
                    out.extend([b'\\', e as u8]);
                    continue;
                }
                let (value, len) = digits(from, max, 8);
                out.push(value.unwrap_or(0) as u8);
                i = from + len;
            }
            'x' => match digits(i, 2, 16) {
                (Some(value), len) => {
                    out.push(value as u8);
                    i += len;
                }
                _ => out.extend_from_slice(b"\\x"),
            },
            'u' | 'U' => match digits(i, if e == 'u' { 4 } else { 8 }, 16) {
                (Some(value), len) => {
                    push(&mut out, char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
                    i += len;
                }
                _ => out.extend([b'\\', e as u8]),
            },
            _ => {
                out.push(b'\\');
                push(&mut out, e);
            }
        }
    }
    (from_bytes(&out), false)
}

/// The text of `$'…'`, which ends at a NUL.
pub fn ansi_c(text: &str) -> String {
    let (mut out, _) = unescape(text, Dialect::AnsiC);
    if let Some(nul) = out.find('\0') {
        out.truncate(nul);
    }
    out
}

/// In single quotes, as `set`, `alias`, `trap` and `${x@Q}` print: `'it'\''s'`.
pub fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// As bash quotes for `set`, `declare -p` and `-x`: nothing where nothing is special, `$'…'` where there are control
/// characters, otherwise single quotes.
pub fn shell_quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control()) {
        return ansi_quoted(text);
    }
    if text.is_empty() || text.contains(|c: char| " '\"\\|&;()<>!{}*[?]^$`,".contains(c)) || starts_special(text) {
        return single_quoted(text);
    }
    text.to_owned()
}

fn starts_special(text: &str) -> bool {
    text.starts_with(['#', '~']) || text.contains(":~") || text.contains("=~")
}

/// `$'…'`
pub fn ansi_quoted(text: &str) -> String {
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x1b' => out.push_str("\\E"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            '\\' | '\'' => out.extend(['\\', c]),
            c if c.is_ascii_control() => out.push_str(&format!("\\{:03o}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// With backslashes before what is special, as `printf %q` and completion write.
pub fn backslashed(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    if text.chars().any(|c| c.is_control()) {
        return ansi_quoted(text);
    }
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        if " \t\n'\"\\|&;()<>!{}*[]?^$`,".contains(c) || (i == 0 && "#~".contains(c)) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// As [`shell_quoted`], but nothing is nothing: `x=`.
pub fn shell_quoted_empty(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        shell_quoted(text)
    }
}
