//! Prompts: the backslash escapes of `PS1`, then the expansions. It reads the shell's state and changes nothing but what
//! the expansions change.

use super::lexer::{Flavour, Parser};
use super::state::{base, Shell};
use crate::ambient::Time;

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
            't' => out.push_str(&strftime("%H:%M:%S", now)),
            'T' => out.push_str(&strftime("%I:%M:%S", now)),
            '@' => out.push_str(&strftime("%I:%M %p", now)),
            'A' => out.push_str(&strftime("%H:%M", now)),
            'd' => out.push_str(&strftime("%a %b %d", now)),
            'D' => {
                if chars.peek() == Some(&'{') {
                    chars.next();
                    let format: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let format = if format.is_empty() { "%H:%M:%S".to_owned() } else { format };
                    out.push_str(&strftime(&format, now));
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

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `strftime(3)` in the C locale, UTC.
pub fn strftime(format: &str, time: Time) -> String {
    let c = time.civil();
    let day = DAYS.get(usize::from(c.weekday)).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(c.month).saturating_sub(1)).copied().unwrap_or_default();
    let hour12 = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    let half = if c.hour < 12 { "AM" } else { "PM" };
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(ch) = chars.next() {
        if ch != '%' {
            out.push(ch);
            continue;
        }
        let Some(e) = chars.next() else {
            out.push('%');
            break;
        };
        let text = match e {
            'Y' => c.year.to_string(),
            'y' => format!("{:02}", c.year.rem_euclid(100)),
            'C' => format!("{:02}", c.year.div_euclid(100)),
            'm' => format!("{:02}", c.month),
            'd' => format!("{:02}", c.day),
            'e' => format!("{:2}", c.day),
            'H' => format!("{:02}", c.hour),
            'k' => format!("{:2}", c.hour),
            'I' => format!("{hour12:02}"),
            'l' => format!("{hour12:2}"),
            'M' => format!("{:02}", c.minute),
            'S' => format!("{:02}", c.second),
            'p' => half.to_owned(),
            'P' => half.to_lowercase(),
            'j' => format!("{:03}", c.year_day),
            'u' => (if c.weekday == 0 { 7 } else { c.weekday }).to_string(),
            'w' => c.weekday.to_string(),
            'A' => day.to_owned(),
            'a' => day.chars().take(3).collect(),
            'B' => month.to_owned(),
            'b' | 'h' => month.chars().take(3).collect(),
            'F' => strftime("%Y-%m-%d", time),
            'T' | 'X' => strftime("%H:%M:%S", time),
            'R' => strftime("%H:%M", time),
            'r' => strftime("%I:%M:%S %p", time),
            'D' | 'x' => strftime("%m/%d/%y", time),
            'c' => strftime("%a %b %e %H:%M:%S %Y", time),
            's' => time.secs().to_string(),
            'N' => format!("{:09}", c.nano),
            'Z' => "UTC".to_owned(),
            'z' => "+0000".to_owned(),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            '%' => "%".to_owned(),
            other => format!("%{other}"),
        };
        out.push_str(&text);
    }
    out
}
