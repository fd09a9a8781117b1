//! What a key sends to the terminal. It must not know who reads it.

/// A key press, free of the browser's types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key<'a> {
    /// As `KeyboardEvent.key` names it.
    pub name: &'a str,
    /// Control is down.
    pub ctrl: bool,
    /// Alt is down.
    pub alt: bool,
    /// Shift is down.
    pub shift: bool,
}

/// The bytes of a key that is not plain text; none if the text field is to take it. `application` is the mode of the
/// arrow keys that full-screen programs ask for.
pub fn bytes(key: Key<'_>, application: bool) -> Option<String> {
    if let Some(named) = named(key, application) {
        return Some(if key.alt { format!("\u{1b}{named}") } else { named });
    }
    let mut chars = key.name.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match (key.ctrl, key.alt) {
        (true, false) => control(c).map(String::from),
        // AltGr types characters: there both are down, and the text field takes them.
        (false, true) if c.is_ascii() => Some(format!("\u{1b}{c}")),
        _ => None,
    }
}

fn named(key: Key<'_>, application: bool) -> Option<String> {
    let arrow = |letter: char| match (key.ctrl, application) {
        (true, _) => format!("\u{1b}[1;5{letter}"),
        (false, true) => format!("\u{1b}O{letter}"),
        (false, false) => format!("\u{1b}[{letter}"),
    };
    Some(match key.name {
        "Enter" => "\r".to_owned(),
        "Backspace" if key.ctrl => "\u{17}".to_owned(),
        "Backspace" => "\u{7f}".to_owned(),
        "Tab" => "\t".to_owned(),
        "Escape" => "\u{1b}".to_owned(),
        "ArrowUp" => arrow('A'),
        "ArrowDown" => arrow('B'),
        "ArrowRight" => arrow('C'),
        "ArrowLeft" => arrow('D'),
        "Home" => arrow('H'),
        "End" => arrow('F'),
        "Insert" => "\u{1b}[2~".to_owned(),
        "Delete" => "\u{1b}[3~".to_owned(),
        "PageUp" => "\u{1b}[5~".to_owned(),
        "PageDown" => "\u{1b}[6~".to_owned(),
        _ => return None,
    })
}

/// Control with a character, as terminals send it.
pub fn control(c: char) -> Option<char> {
    match c.to_ascii_uppercase() {
        c @ '@'..='_' => Some(char::from(c as u8 - b'@')),
        ' ' => Some('\0'),
        '?' => Some('\u{7f}'),
        '/' => Some('\u{1f}'),
        _ => None,
    }
}

/// Pasted text as typed: line ends are Enter, other control characters but tabs are left out.
pub fn pasted(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\n', "\r");
    lines.chars().filter(|c| !c.is_control() || matches!(c, '\r' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_send_what_terminals_send() {
        let key = |name| Key { name, ..Key::default() };
        assert_eq!(bytes(Key { ctrl: true, ..key("c") }, false).as_deref(), Some("\u{3}"));
        assert_eq!(bytes(Key { ctrl: true, ..key("\\") }, false).as_deref(), Some("\u{1c}"));
        assert_eq!(bytes(key("ArrowUp"), false).as_deref(), Some("\u{1b}[A"));
        assert_eq!(bytes(key("ArrowUp"), true).as_deref(), Some("\u{1b}OA"));
        assert_eq!(bytes(Key { alt: true, ..key("f") }, false).as_deref(), Some("\u{1b}f"));
        assert_eq!(bytes(key("a"), false), None);
        assert_eq!(bytes(key("Shift"), false), None);
        assert_eq!(bytes(Key { ctrl: true, alt: true, ..key("@") }, false), None);
        assert_eq!(pasted("a\r\nb\n\u{1b}[31mc\td"), "a\rb\r[31mc\td");
    }
}
