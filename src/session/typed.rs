//! What a person typed, as an input for the log; and what a terminal showed in answer, without the echo and the prompt.

use super::log::Input;
use crate::lesson::parse;
use crate::terminal::screen::Screen;
use crate::terminal::tty::Size;

/// Keys up to the end of an input. Plain text with corrections is the corrected line; anything else is kept key by key.
pub(super) fn input(typed: &str) -> Input {
    let Some(line) = typed.strip_suffix('\r') else {
        return Input::Keys(typed.to_owned());
    };
    let mut text = String::new();
    for c in line.chars() {
        match c {
            '\u{7f}' => _ = text.pop(),
            c if c.is_control() => return Input::Keys(typed.to_owned()),
            c => text.push(c),
        }
    }
    Input::Line(text)
}

/// The lines that an input led to. `waiting`: a program still reads the terminal, so an unfinished last line is its
/// prompt. `prompt` remembers the last one.
pub(super) fn shown(raw: &str, input: &str, waiting: bool, prompt: &mut String) -> String {
    if (raw.ends_with('\n') || !waiting) && !raw.contains(['\r', '\u{1b}']) {
        return raw.to_owned();
    }
    let mut lines: Vec<String> = match is_plain(raw) {
        true => raw.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect(),
        false => drawn(raw),
    };
    let complete = raw.ends_with('\n');
    if complete && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if lines.first().is_some_and(|first| !input.is_empty() && first.trim_end().ends_with(input.trim_end())) {
        lines.remove(0);
    }
    if waiting && !complete {
        if let Some(last) = lines.pop() {
            let last = last.trim_end().to_owned();
            let padded = format!("{last} ");
            let rest = match padded.strip_suffix(prompt.as_str()) {
                Some(rest) if !prompt.is_empty() => rest.to_owned(),
                _ if parse::prompt(&padded).is_some() || last == ">" || last.is_empty() => String::new(),
                _ => last.clone(),
            };
            if parse::prompt(&padded).is_some() {
                *prompt = padded;
            }
            if !rest.trim().is_empty() {
                lines.push(rest);
            }
        }
    }
    let mut out = lines.join("\n");
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Whether a terminal would show these bytes as they are.
fn is_plain(raw: &str) -> bool {
    !raw.replace("\r\n", "\n").contains(|c: char| c.is_control() && c != '\n')
}

/// The lines that a terminal shows at the end. It is as large as it takes, for a screen costs its cells.
fn drawn(raw: &str) -> Vec<String> {
    let longest = raw.split('\n').map(str::len).max().unwrap_or(0);
    let rows = u16::try_from(raw.matches('\n').count() + 2).unwrap_or(u16::MAX).min(200);
    let cols = u16::try_from(longest + 1).unwrap_or(u16::MAX).clamp(80, 2_000);
    let mut screen = Screen::new(Size { rows, cols });
    screen.feed(raw.as_bytes());
    screen.lines().iter().map(|line| line.text()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_make_a_line_and_other_keys_stay_keys() {
        assert_eq!(input("docker psx\u{7f}\r"), Input::Line("docker ps".into()));
        assert_eq!(input("doc\t\r"), Input::Keys("doc\t\r".into()));
        assert_eq!(input("\u{4}"), Input::Keys("\u{4}".into()));
    }

    #[test]
    fn echo_and_prompt_are_no_output() {
        let mut prompt = String::new();
        let raw = "cat f\r\nuno\r\nroot@a2d1ce6990d8:/# ";
        assert_eq!(shown(raw, "cat f", true, &mut prompt), "uno\n");
        assert_eq!(prompt, "root@a2d1ce6990d8:/# ");
        assert_eq!(shown("echo -n x\r\nxroot@a2d1ce6990d8:/# ", "echo -n x", true, &mut prompt), "x\n");
        let redrawn = "\r\u{1b}[K\rroot@a2d1ce6990d8:/# \r\u{1b}[K\rroot@a2d1ce6990d8:/# ";
        assert_eq!(shown(redrawn, "docker attach c", true, &mut prompt), "");
        assert_eq!(shown("plain\n", "x", false, &mut prompt), "plain\n");
    }
}
