//! Backslash escapes, as `echo -e`, `printf` and `$'…'` read them, and the quoting that makes text a shell word again.
//! Pure text; bytes that are no UTF-8 are private-use characters, as in file names.

pub use crate::layerfs::path::{from_bytes, to_bytes};

/// Which dialect of escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `$'…'`
    AnsiC,
    /// `echo -e` of bash: octal needs `\0`, `\c` ends everything.
    Echo,
    /// `%b`, and `echo` of the other shells: as `echo -e`, but octal may go without the `0`.
    Argument,
    /// The format of `printf`.
    Format,
    /// The format of `find -printf`.
    Find,
    /// The format of `stat --printf`: what means nothing stands for itself.
    Stat,
    /// The separators of `paste`: what means nothing stands for itself.
    Paste,
}

impl Dialect {
    /// Whether the character means something after a backslash.
    fn knows(self, e: char) -> bool {
        let signs = match self {
            Dialect::AnsiC => r#"abeEfnrtvcxuU\'"?01234567"#,
            Dialect::Echo => r"abeEfnrtvcxuU\0",
            Dialect::Argument => r"abeEfnrtvcxuU\01234567",
            Dialect::Format => r#"abeEfnrtvcxuU\"01234567"#,
            Dialect::Find => r"abfnrtvc\01234567",
            Dialect::Stat => r#"abefnrtvx\"01234567"#,
            Dialect::Paste => r"bfnrtv\0",
        };
        signs.contains(e)
    }

    /// What is left of an escape that means nothing.
    fn leaves(self, e: char) -> String {
        match self {
            Dialect::Stat | Dialect::Paste => e.to_string(),
            _ => ['\\', e].iter().collect(),
        }
    }
}

/// Reads escapes; the second value is whether `\c` ended the output.
pub fn unescape(text: &str, dialect: Dialect) -> (String, bool) {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    let push = |out: &mut Vec<u8>, c: char| out.extend_from_slice(&to_bytes(c.encode_utf8(&mut [0; 4])));
    let nothing = |out: &mut Vec<u8>, e: char| out.extend_from_slice(&to_bytes(&dialect.leaves(e)));
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
            _ if !dialect.knows(e) => nothing(&mut out, e),
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            'c' if dialect == Dialect::AnsiC => {
                let Some(&ctrl) = chars.get(i) else { continue };
                i += 1;
                out.push((ctrl as u8) & 0x1f);
            }
            'c' => return (from_bytes(&out), true),
            '0'..='7' => {
                let (from, max) = match dialect {
                    Dialect::Echo | Dialect::Argument if e == '0' => (i, 3),
                    Dialect::Paste => (i - 1, 1),
                    _ => (i - 1, 3),
                };
                let (value, len) = digits(from, max, 8);
                out.push(value.unwrap_or(0) as u8);
                i = from + len;
            }
            'x' => match digits(i, 2, 16) {
                (Some(value), len) => {
                    out.push(value as u8);
                    i += len;
                }
                _ => nothing(&mut out, e),
            },
            'u' | 'U' => match digits(i, if e == 'u' { 4 } else { 8 }, 16) {
                (Some(value), len) => {
                    push(&mut out, char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
                    i += len;
                }
                _ => nothing(&mut out, e),
            },
            _ => push(&mut out, e),
        }
    }
    (from_bytes(&out), false)
}

/// The text of a format up to its first directive, its escapes read where there are any, and what follows the `%`. After
/// a backslash a `%` begins none.
pub fn literal(format: &str, escapes: Option<Dialect>) -> (String, Option<&str>) {
    let mut escaped = false;
    let at = format.bytes().position(|byte| {
        let found = byte == b'%' && !escaped;
        escaped = escapes.is_some() && byte == b'\\' && !escaped;
        found
    });
    let text = at.and_then(|at| format.get(..at)).unwrap_or(format);
    let rest = at.and_then(|at| format.get(at + 1..));
    match escapes.map(|dialect| unescape(text, dialect)) {
        Some((text, ended)) => (text, rest.filter(|_| !ended)),
        None => (text.to_owned(), rest),
    }
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
