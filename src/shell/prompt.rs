//! Prompts: the backslash escapes of `PS1`, then the expansions. It reads the shell's state and changes nothing but what
//! the expansions change.

use super::dates;
use super::lexer::{Flavour, Parser};
use super::state::{base, Shell};

/// The characters that `\[` and `\]` leave in a prompt; readline takes what is between them as invisible.
pub const BEGIN_INVISIBLE: char = '\u{1}';
/// See [`BEGIN_INVISIBLE`].
pub const END_INVISIBLE: char = '\u{2}';

/// The version that this bash says it is.
pub const VERSION: &str = "5.2.15(1)-release";

impl Shell {
    /// A prompt ready to be shown.
    pub async fn expand_prompt(&mut self, prompt: &str) -> String {
        let decoded = if self.flavour == Flavour::Dash { prompt.to_owned() } else { decode(self, prompt) };
        if !decoded.contains(['$', '`', '\\']) {
            return decoded;
        }
        let Ok(word) = Parser::quoted_text(&decoded, 1, self.plain_settings(), true) else { return decoded };
        let status = self.status;
        let text = self.expand_text(&word).await.unwrap_or_default();
        self.status = status;
        text
    }
}

/// Replaces the escapes.
pub fn decode(shell: &Shell, prompt: &str) -> String {
    let mut out = String::with_capacity(prompt.len() + 16);
    let mut chars = prompt.chars().peekable();
    let now = shell.proc.now();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(e) = chars.next() else {
            out.push('\\');
            break;
        };
        match e {
            'u' => out.push_str(&user(shell)),
            'h' => {
                let host = shell.proc.system().hostname();
                out.push_str(host.split('.').next().unwrap_or_default());
            }
            'H' => out.push_str(&shell.proc.system().hostname()),
            'w' | 'W' => out.push_str(&directory(shell, e == 'W')),
            // The dollar is protected from the expansion that follows.
            '$' => out.push_str(if shell.proc.cred().uid == 0 { "#" } else { "\\$" }),
            's' => out.push_str(base(&shell.name)),
            'v' => out.push_str("5.2"),
            'V' => out.push_str("5.2.15"),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'e' => out.push('\u{1b}'),
            't' => out.push_str(&dates::format(now, "%H:%M:%S")),
            'T' => out.push_str(&dates::format(now, "%I:%M:%S")),
            '@' => out.push_str(&dates::format(now, "%I:%M %p")),
            'A' => out.push_str(&dates::format(now, "%H:%M")),
            'd' => out.push_str(&dates::format(now, "%a %b %d")),
            'D' => {
                if chars.peek() == Some(&'{') {
                    chars.next();
                    let format: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let format = if format.is_empty() { "%H:%M:%S".to_owned() } else { format };
                    out.push_str(&dates::strftime(now, &format));
                }
            }
            '!' => out.push_str(&shell.history.next_number().to_string()),
            '#' => out.push_str(&shell.command_number.to_string()),
            'j' => out.push_str(&shell.jobs.iter().count().to_string()),
            'l' => {
                let tty = shell.proc.tty().map(|tty| tty.name()).unwrap_or_default();
                out.push_str(tty.rsplit('/').next().unwrap_or("tty"));
            }
            '[' => out.push(BEGIN_INVISIBLE),
            ']' => out.push(END_INVISIBLE),
            '\\' => out.push_str("\\\\"),
            '0'..='7' => {
                let mut code = e.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) {
                        code = code * 8 + digit;
                        chars.next();
                    }
                }
                out.extend(char::from_u32(code & 0xff));
            }
            other => out.extend(['\\', other]),
        }
    }
    out
}

fn user(shell: &Shell) -> String {
    match shell.passwd(None).and_then(|fields| fields.first().cloned()) {
        Some(name) => name,
        None if shell.flavour == Flavour::Bash => "I have no name!".to_owned(),
        None => "?".to_owned(),
    }
}

fn directory(shell: &Shell, last: bool) -> String {
    let pwd = shell.get("PWD").map_or_else(|| shell.proc.cwd(), |pwd| pwd.to_string());
    let home = shell.text("HOME");
    if !home.is_empty() && *home != *"/" {
        if pwd == *home {
            return "~".to_owned();
        }
        if let Some(rest) = pwd.strip_prefix(&*home).filter(|rest| rest.starts_with('/')) {
            if !last {
                return format!("~{rest}");
            }
        }
    }
    if last && pwd != "/" {
        return pwd.rsplit('/').next().unwrap_or_default().to_owned();
    }
    pwd
}
