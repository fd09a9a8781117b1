//! Syntax errors in the words of the shell that complains: bash's two lines, dash's and BusyBox's one.

use super::lexer::{Fault, Flavour, Parser, SyntaxError};
use super::state::{base, Shell};

impl Shell {
    /// Says what is wrong with a text, in the words of the shell that this is.
    pub(super) async fn syntax_error(&mut self, error: &SyntaxError, parser: &Parser, origin: &str, first: u32) {
        let text = match self.flavour {
            Flavour::Bash => {
                let prefix = match origin {
                    _ if self.interactive && origin != "source" => format!("{}: ", base(&self.name)),
                    "-c" => format!("{}: -c: line {}: ", self.name, error.line),
                    "eval" => {
                        let source = self.frames.last().map_or(&self.name, |f| &f.source);
                        format!("{source}: eval: line {}: ", error.line)
                    }
                    _ => {
                        let source = self.frames.last().map_or(&self.name, |f| &f.source);
                        format!("{source}: line {}: ", error.line)
                    }
                };
                let sentences = error.to_string().replace('\n', &format!("\n{prefix}"));
                let mut text = format!("{prefix}{sentences}\n");
                if matches!(error.fault, Fault::Unexpected(_)) && !(self.interactive && origin != "source") {
                    text.push_str(&format!("{prefix}`{}'\n", parser.line_text(error.line, first)));
                }
                text
            }
            Flavour::Dash => format!("{}: {}: Syntax error: {}\n", self.name, error.line, one_line(error, false)),
            Flavour::Ash => {
                self.line = error.line;
                format!("{}syntax error: {}\n", self.prefix(), one_line(error, true))
            }
        };
        self.write(2, &text).await;
    }
}

/// The sentence of dash, or of BusyBox's descendant of it, which says what is unexpected the other way round and begins
/// with small letters.
fn one_line(error: &SyntaxError, is_ash: bool) -> String {
    let unexpected = |what: &str| match is_ash {
        true => format!("unexpected {what}"),
        false => format!("{what} unexpected"),
    };
    let expecting = |wanted: &str| format!(" (expecting \"{wanted}\")");
    let what = match &error.fault {
        Fault::Unexpected(token) => unexpected(&shown_token(token)),
        Fault::Eof => unexpected("end of file"),
        Fault::Unmatched(")") => unexpected("end of file") + &expecting(")"),
        Fault::Unmatched("}") => format!("{}issing '}}'", if is_ash { "m" } else { "M" }),
        Fault::Unmatched("`") => "EOF in backquote substitution".to_owned(),
        Fault::Unmatched(_) => format!("{}nterminated quoted string", if is_ash { "u" } else { "U" }),
        Fault::Other(text) => text.clone(),
        Fault::TooDeep => "nested too deeply".to_owned(),
    };
    match (&error.fault, error.expecting) {
        (Fault::Unexpected(_) | Fault::Eof, Some(wanted)) => what + &expecting(wanted),
        _ => what,
    }
}

/// A token in such a sentence: of a word is said only that it is one.
fn shown_token(token: &str) -> String {
    let is_operator = token.starts_with(|c: char| ";&|()<>".contains(c));
    let is_reserved =
        matches!(token, "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "}" | "!" | "in" | "{");
    match token {
        "newline" => token.to_owned(),
        _ if is_operator || is_reserved => format!("\"{token}\""),
        _ => "word".to_owned(),
    }
}
