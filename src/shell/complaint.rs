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
            Flavour::Dash => {
                let what = match &error.fault {
                    Fault::Unexpected(token) => quoted_token(token),
                    Fault::Eof => "end of file unexpected".to_owned(),
                    Fault::Unmatched(")") => "end of file unexpected (expecting \")\")".to_owned(),
                    Fault::Unmatched("}") => "Missing '}'".to_owned(),
                    Fault::Unmatched("`") => "EOF in backquote substitution".to_owned(),
                    Fault::Unmatched(_) => "Unterminated quoted string".to_owned(),
                    Fault::Other(text) => text.clone(),
                    Fault::TooDeep => "nested too deeply".to_owned(),
                };
                let expecting = match (&error.fault, error.expecting) {
                    (Fault::Unexpected(_) | Fault::Eof, Some(wanted)) => format!(" (expecting \"{wanted}\")"),
                    _ => String::new(),
                };
                format!("{}: {}: Syntax error: {what}{expecting}\n", self.name, error.line)
            }
            Flavour::Ash => {
                let what = match &error.fault {
                    Fault::Unexpected(token) => match quoted_token(token).strip_suffix(" unexpected") {
                        Some(token) => format!("unexpected {token}"),
                        None => "unexpected token".to_owned(),
                    },
                    Fault::Eof => "unexpected end of file".to_owned(),
                    Fault::Unmatched(")") => "unexpected end of file (expecting \")\")".to_owned(),
                    Fault::Unmatched("}") => "missing '}'".to_owned(),
                    Fault::Unmatched("`") => "EOF in backquote substitution".to_owned(),
                    Fault::Unmatched(_) => "unterminated quoted string".to_owned(),
                    Fault::Other(text) => text.clone(),
                    Fault::TooDeep => "nested too deeply".to_owned(),
                };
                let expecting = match (&error.fault, error.expecting) {
                    (Fault::Unexpected(_) | Fault::Eof, Some(wanted)) => format!(" (expecting \"{wanted}\")"),
                    _ => String::new(),
                };
                self.line = error.line;
                format!("{}syntax error: {what}{expecting}\n", self.prefix())
            }
        };
        self.write(2, &text).await;
    }
}

/// A token in dash's message: words are shown as `word unexpected`.
fn quoted_token(token: &str) -> String {
    let is_operator = token.starts_with(|c: char| ";&|()<>".contains(c));
    let is_reserved =
        matches!(token, "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "}" | "!" | "in" | "{");
    if token == "newline" {
        "newline unexpected".to_owned()
    } else if is_operator || is_reserved {
        format!("\"{token}\" unexpected")
    } else {
        "word unexpected".to_owned()
    }
}
