//! `echo` of each shell, and of `/bin/echo`. Pure text.

use super::escape::{unescape, Dialect};
use super::lexer::Flavour;

/// What `echo` prints for these arguments (without its own name). `xpg` is bash's `xpg_echo`.
pub fn echo(args: &[String], flavour: Flavour, xpg: bool) -> String {
    let (mut newline, mut escapes) = (true, xpg || flavour == Flavour::Dash);
    let mut rest = args;
    while let Some((first, others)) = rest.split_first() {
        let letters = first.strip_prefix('-').unwrap_or_default();
        let known = if flavour == Flavour::Dash { "n" } else { "neE" };
        if letters.is_empty() || !letters.chars().all(|c| known.contains(c)) {
            break;
        }
        if flavour == Flavour::Dash && letters != "n" {
            break;
        }
        for c in letters.chars() {
            match c {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        rest = others;
    }
    let dialect = if flavour == Flavour::Bash { Dialect::Echo } else { Dialect::Argument };
    let mut out = String::new();
    for (i, arg) in rest.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if escapes {
            let (text, ended) = unescape(arg, dialect);
            out.push_str(&text);
            if ended {
                return out;
            }
        } else {
            out.push_str(arg);
        }
    }
    if newline {
        out.push('\n');
    }
    out
}
