//! What full-screen programs share: keys out of the bytes of a terminal, and the terminal's modes put back at the end.
//! It must not know what the keys do.

use super::job::Job;
use crate::kernel::{Disposition, File, OpenFile, Signal, Size, Termios, Tty};
use crate::layerfs::Errno;

/// A key.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Key {
    /// A character.
    Char(char),
    /// Ctrl and a letter (in upper case), or `\`, `]`, `^`, `_`.
    Ctrl(char),
    /// Alt and a character.
    Alt(char),
    /// Arrows.
    Up,
    /// Down.
    Down,
    /// Left.
    Left,
    /// Right.
    Right,
    /// First of the line.
    Home,
    /// End of the line.
    End,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// The character under the cursor.
    Delete,
    /// The character before it.
    Backspace,
    /// The window has another size.
    Resized,
    /// The terminal is gone.
    Closed,
}

/// A terminal whose keys come one by one, not echoed.
pub struct Keyboard {
    tty: Tty,
    file: File,
    before: Termios,
    held: Vec<u8>,
}

impl Keyboard {
    /// The process's own terminal, if it has one.
    pub fn take(job: &Job) -> Option<Keyboard> {
        let tty = job.proc.tty().or_else(|| job.proc.tty_of(2).ok())?;
        let before = tty.termios();
        // Output keeps its newlines.
        let modes = Termios {
            icanon: false,
            echo: false,
            isig: false,
            ixon: false,
            icrnl: false,
            iexten: false,
            ..before.clone()
        };
        tty.set_termios(modes);
        job.proc.on_signal(Signal::WINCH, Disposition::Catch);
        Some(Keyboard { file: OpenFile::tty(tty.clone()), tty, before, held: Vec::new() })
    }

    /// Puts the modes back.
    pub fn release(self) {
        self.tty.set_termios(self.before);
    }

    /// The size of the screen, never less than 2 by 10.
    pub fn size(&self) -> Size {
        let size = self.tty.size();
        Size { rows: size.rows.max(2), cols: size.cols.max(10) }
    }

    /// The next key; what was gathered for output is shown first.
    pub async fn key(&mut self, job: &mut Job) -> Key {
        job.flush().await;
        loop {
            if let Some((key, len)) = decode(&self.held) {
                self.held.drain(..len);
                return key;
            }
            match job.proc.read_file(&self.file, 256).await {
                Ok(bytes) if bytes.is_empty() => return Key::Closed,
                Ok(bytes) => self.held.extend(bytes),
                Err(Errno::EINTR) => {
                    job.proc.take_signal();
                    return Key::Resized;
                }
                Err(_) => return Key::Closed,
            }
        }
    }
}

/// The first key of some bytes and how many they are; `None` where they are not yet one.
fn decode(bytes: &[u8]) -> Option<(Key, usize)> {
    let first = *bytes.first()?;
    Some(match first {
        0x1b => return escape(bytes),
        0x7f | 8 => (Key::Backspace, 1),
        b'\t' => (Key::Char('\t'), 1),
        b'\r' | b'\n' => (Key::Char('\n'), 1),
        0..=31 => (Key::Ctrl(char::from(first + 64)), 1),
        _ => {
            let len = match first {
                0xC0..=0xDF => 2,
                0xE0..=0xEF => 3,
                0xF0.. => 4,
                _ => 1,
            };
            let c = String::from_utf8_lossy(bytes.get(..len)?).chars().next().unwrap_or('?');
            (Key::Char(c), len)
        }
    })
}

fn escape(bytes: &[u8]) -> Option<(Key, usize)> {
    let rest = match bytes {
        [_, b'[' | b'O', rest @ ..] => rest,
        [_, c, ..] => return Some((Key::Alt(char::from(*c)), 2)),
        // A lone escape: nothing waits for what might follow.
        _ => return Some((Key::Alt('\u{1b}'), 1)),
    };
    let end = rest.iter().position(|b| (0x40..=0x7e).contains(b))?;
    let number =
        rest.iter().take(end).take_while(|b| b.is_ascii_digit()).fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    let key = match (rest.get(end)?, number) {
        (b'A', _) => Key::Up,
        (b'B', _) => Key::Down,
        (b'C', _) => Key::Right,
        (b'D', _) => Key::Left,
        (b'H', _) | (b'~', 1 | 7) => Key::Home,
        (b'F', _) | (b'~', 4 | 8) => Key::End,
        (b'~', 3) => Key::Delete,
        (b'~', 5) => Key::PageUp,
        (b'~', 6) => Key::PageDown,
        _ => Key::Alt('\0'),
    };
    Some((key, end + 3))
}

/// The width of a character on the screen; those of control as `^X`.
pub fn width(c: char) -> usize {
    match c {
        c if c.is_control() => 2,
        c => unicode_width::UnicodeWidthChar::width(c).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert_eq!(decode(b"\x1b[A"), Some((Key::Up, 3)));
        assert_eq!(decode(b"\x1b[5~x"), Some((Key::PageUp, 4)));
        assert_eq!(decode(b"\x1bOH"), Some((Key::Home, 3)));
        assert_eq!(decode(b"\x18"), Some((Key::Ctrl('X'), 1)));
        assert_eq!(decode("ñ".as_bytes()), Some((Key::Char('ñ'), 2)));
        assert_eq!(decode(b"\xc3"), None);
        assert_eq!(decode(b"\x1b["), None);
        assert_eq!(decode(b"\r"), Some((Key::Char('\n'), 1)));
    }
}
