//! File names as GNU's `quotearg` shows them in messages and `ls` on a terminal, so that what a student copies from
//! the screen is again the same word to the shell. It must not know where the names come from.

/// When a name gets quotes.
#[derive(Clone, Copy, PartialEq)]
pub enum Quotes {
    /// Only where a shell would need them (`ls` on a terminal).
    Needed,
    /// Also around a name with a colon, which would be mistaken in `cat: a:b: No such file`.
    NeededOrColon,
    /// Always: `cannot access 'x'`.
    Always,
}

/// `shell-escape` quoting. `utf8` tells whether characters beyond ASCII can be shown; in the C locale they come as
/// `$'\303\261'`.
pub fn shell_quote(name: &str, quotes: Quotes, utf8: bool) -> String {
    let plain = |c: char| utf8 && !c.is_ascii() && !c.is_control() || c.is_ascii_graphic() || c == ' ';
    let mut needed = quotes == Quotes::Always || name.is_empty();
    let mut single = false;
    let mut compatible = true;
    for (i, c) in name.chars().enumerate() {
        let alone = name.len() == 1;
        single |= c == '\'';
        compatible &= c.is_ascii_alphanumeric() || "%+,-./:]_@ '".contains(c) || "#~".contains(c) && i == 0;
        needed |= match c {
            '{' | '}' => alone,
            '#' | '~' => i == 0,
            ':' => quotes == Quotes::NeededOrColon,
            _ => " !\"$&()*;<=>[^`|\\'?".contains(c) || !plain(c),
        };
    }
    if !needed {
        return name.to_string();
    }
    if single && compatible {
        return ["\"", name, "\""].concat();
    }
    let mut out = String::from("'");
    let mut dollar = false;
    for c in name.chars() {
        if plain(c) {
            if dollar {
                out.push_str("''");
                dollar = false;
            }
            match c {
                '\'' => out.push_str("'\\''"),
                _ => out.push(c),
            }
        } else {
            if !dollar {
                out.push_str("'$'");
                dollar = true;
            }
            escape_char(&mut out, c);
        }
    }
    out.push('\'');
    out
}

/// One character as a C escape: a letter where there is one, otherwise its bytes in octal.
pub fn escape_char(out: &mut String, c: char) {
    let letter = match c {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        _ => {
            for b in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push('\\');
                octal(out, b);
            }
            return;
        }
    };
    out.push('\\');
    out.push(letter);
}

/// A byte as three octal digits.
pub fn octal(out: &mut String, b: u8) {
    for shift in [6, 3, 0] {
        out.push(char::from(b'0' + (b >> shift & 7)));
    }
}

/// A byte as itself or as a C escape.
pub fn printable(b: u8) -> String {
    let mut out = String::new();
    match char::from(b) {
        c if c.is_ascii_graphic() || c == ' ' => out.push(c),
        c if b < 0x80 => escape_char(&mut out, c),
        _ => {
            out.push('\\');
            octal(&mut out, b);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_gnu_ls_does() {
        let q = |s| shell_quote(s, Quotes::Needed, false);
        assert_eq!(q("plain.txt"), "plain.txt");
        assert_eq!(q("two words"), "'two words'");
        assert_eq!(q("it's"), "\"it's\"");
        assert_eq!(q("it's $x"), "'it'\\''s $x'");
        assert_eq!(q("a\nb"), "'a'$'\\n''b'");
        assert_eq!(q("ni\u{f1}o"), "'ni'$'\\303\\261''o'");
        assert_eq!(shell_quote("ni\u{f1}o", Quotes::Needed, true), "ni\u{f1}o");
        assert_eq!(q("{a}"), "{a}");
        assert_eq!(q("#a"), "'#a'");
        assert_eq!(shell_quote("a:b", Quotes::NeededOrColon, false), "'a:b'");
        assert_eq!(shell_quote("x", Quotes::Always, false), "'x'");
        assert_eq!(q(""), "''");
    }
}
