//! The line discipline of a terminal, after Linux's `n_tty`: keys go in at one side, are edited and echoed, become lines
//! or bytes for a program to read, or signals; what programs write is processed on its way out. Pure state: who sends
//! the signals, waits and wakes is the kernel's business.

pub use super::termios::{ControlChars, Size, Termios};
use std::collections::VecDeque;

/// What a special character asks the foreground process group to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TtySignal {
    /// SIGINT.
    Interrupt,
    /// SIGQUIT.
    Quit,
    /// SIGTSTP.
    Suspend,
}

/// What typing some bytes led to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reaction {
    /// To be written to the screen.
    pub echo: Vec<u8>,
    /// To be sent, in order.
    pub signals: Vec<TtySignal>,
}

/// What one read may take: a line, the bytes typed in raw mode, or an end of file (empty).
#[derive(Debug)]
struct Record {
    bytes: VecDeque<u8>,
    /// Bytes of raw mode may be joined by more.
    open: bool,
}

/// The most bytes of one line, Linux's `N_TTY_BUF_SIZE - 1`. What is typed beyond is lost, with a bell.
const LINE_MAX: usize = 4095;

/// The state of one terminal's line discipline.
#[derive(Debug, Default)]
pub struct Discipline {
    termios: Termios,
    size: Size,
    line: Vec<u8>,
    records: VecDeque<Record>,
    literal: bool,
    stopped: bool,
    column: usize,
    line_column: usize,
}

impl Discipline {
    /// Cooked modes, and that size.
    pub fn new(size: Size) -> Discipline {
        Discipline { size, ..Discipline::default() }
    }

    /// The modes.
    pub fn termios(&self) -> &Termios {
        &self.termios
    }

    /// Sets the modes. A line begun in cooked mode can be read at once after a change to raw mode.
    pub fn set_termios(&mut self, termios: Termios) {
        if self.termios.icanon && !termios.icanon && !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.push_raw(&line);
        }
        if !termios.ixon {
            self.stopped = false;
        }
        self.termios = termios;
    }

    /// The size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Sets the size; true where it is another one than before.
    pub fn set_size(&mut self, size: Size) -> bool {
        std::mem::replace(&mut self.size, size) != size
    }

    /// Whether `^S` holds the output back.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether a read would get something at once, an end of file included.
    pub fn is_readable(&self) -> bool {
        !self.records.is_empty() || (!self.termios.icanon && self.termios.cc.min == 0)
    }

    /// Forgets what was typed and not yet read (`tcflush`).
    pub fn flush_input(&mut self) {
        self.line.clear();
        self.records.clear();
        self.literal = false;
    }

    /// At most `max` bytes of what was typed: `None` where there is nothing yet, empty for an end of file. In cooked
    /// mode never more than one line.
    pub fn read(&mut self, max: usize) -> Option<Vec<u8>> {
        let Some(first) = self.records.front_mut() else {
            return (!self.termios.icanon && self.termios.cc.min == 0).then(Vec::new);
        };
        if max == 0 {
            return Some(Vec::new());
        }
        let taken: Vec<u8> = first.bytes.drain(..max.min(first.bytes.len())).collect();
        if first.bytes.is_empty() {
            self.records.pop_front();
        }
        Some(taken)
    }

    /// Processes what a program writes; the result goes to the screen.
    pub fn output(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
        for &byte in bytes {
            self.put(byte, &mut out);
        }
        // What is typed next is erased up to here and no further.
        if self.line.is_empty() {
            self.line_column = self.column;
        }
        out
    }

    /// Takes typed bytes.
    pub fn input(&mut self, bytes: &[u8]) -> Reaction {
        let mut reaction = Reaction::default();
        for &byte in bytes {
            self.type_byte(byte, &mut reaction);
        }
        reaction
    }

    fn put(&mut self, byte: u8, out: &mut Vec<u8>) {
        if byte == b'\n' && self.termios.opost && self.termios.onlcr {
            out.push(b'\r');
            self.column = 0;
        }
        out.push(byte);
        match byte {
            b'\r' => self.column = 0,
            8 => self.column = self.column.saturating_sub(1),
            b'\t' => self.column = (self.column / 8 + 1) * 8,
            // Continuation bytes of UTF-8 take no column of their own.
            0x20..=0x7e | 0xc0.. => self.column += 1,
            _ => {}
        }
    }

    fn type_byte(&mut self, byte: u8, reaction: &mut Reaction) {
        if std::mem::take(&mut self.literal) {
            return self.insert(byte, reaction);
        }
        let Some(byte) = self.translate(byte) else { return };
        let cc = self.termios.cc;
        let is = |special: u8| special != 0 && byte == special;
        if self.termios.ixon && (is(cc.stop) || is(cc.start)) {
            self.stopped = is(cc.stop);
            return;
        }
        if self.termios.isig {
            let signal = match byte {
                _ if is(cc.intr) => Some(TtySignal::Interrupt),
                _ if is(cc.quit) => Some(TtySignal::Quit),
                _ if is(cc.susp) => Some(TtySignal::Suspend),
                _ => None,
            };
            if let Some(signal) = signal {
                return self.signal(signal, byte, reaction);
            }
        }
        if !self.termios.icanon {
            return self.insert(byte, reaction);
        }
        match byte {
            _ if is(cc.erase) => self.erase(1, reaction),
            _ if is(cc.kill) => self.kill(reaction),
            _ if is(cc.eof) => self.end_record(),
            _ if self.termios.iexten && is(cc.werase) => self.erase(self.last_word(), reaction),
            _ if self.termios.iexten && is(cc.lnext) => self.literal_next(reaction),
            _ if self.termios.iexten && is(cc.rprnt) => self.reprint(reaction),
            _ => self.insert(byte, reaction),
        }
    }

    fn translate(&self, byte: u8) -> Option<u8> {
        match byte {
            b'\r' if self.termios.igncr => None,
            b'\r' if self.termios.icrnl => Some(b'\n'),
            b'\n' if self.termios.inlcr => Some(b'\r'),
            other => Some(other),
        }
    }

    fn signal(&mut self, signal: TtySignal, byte: u8, reaction: &mut Reaction) {
        if !self.termios.noflsh {
            self.flush_input();
        }
        self.stopped = false;
        self.echo(byte, reaction);
        self.line_column = self.column;
        reaction.signals.push(signal);
    }

    /// An ordinary byte: into the line, or straight to the reader in raw mode.
    fn insert(&mut self, byte: u8, reaction: &mut Reaction) {
        if !self.termios.icanon {
            self.echo(byte, reaction);
            return self.push_raw(&[byte]);
        }
        let ends = byte == b'\n' || (byte != 0 && byte == self.termios.cc.eol);
        if self.line.len() >= LINE_MAX && !ends {
            reaction.echo.push(7);
            return;
        }
        if self.line.is_empty() {
            self.line_column = self.column;
        }
        self.echo(byte, reaction);
        self.line.push(byte);
        if ends {
            self.end_record();
        }
    }

    fn push_raw(&mut self, bytes: &[u8]) {
        match self.records.back_mut() {
            Some(last) if last.open => last.bytes.extend(bytes),
            _ => self.records.push_back(Record { bytes: bytes.iter().copied().collect(), open: true }),
        }
    }

    fn end_record(&mut self) {
        let bytes = std::mem::take(&mut self.line).into();
        self.records.push_back(Record { bytes, open: false });
    }

    fn echo(&mut self, byte: u8, reaction: &mut Reaction) {
        if !self.termios.echo {
            return;
        }
        if self.termios.echoctl && is_shown_with_caret(byte) {
            self.put(b'^', &mut reaction.echo);
            self.put(byte ^ 0x40, &mut reaction.echo);
        } else {
            self.put(byte, &mut reaction.echo);
        }
    }

    /// How many characters `^W` takes: from the end, what is no word, then a word.
    fn last_word(&self) -> usize {
        let mut in_word = false;
        let mut count = 0;
        for &byte in self.line.iter().rev() {
            if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
                in_word = true;
            } else if in_word {
                break;
            }
            count += usize::from(!is_continuation(byte));
        }
        count
    }

    fn kill(&mut self, reaction: &mut Reaction) {
        if self.termios.echo && self.termios.echoe && self.termios.echoke {
            return self.erase(usize::MAX, reaction);
        }
        self.line.clear();
        let kill = self.termios.cc.kill;
        self.echo(kill, reaction);
        if self.termios.echo && self.termios.echok {
            self.put(b'\n', &mut reaction.echo);
        }
    }

    fn erase(&mut self, count: usize, reaction: &mut Reaction) {
        for _ in 0..count {
            if !self.erase_one() {
                return;
            }
            if !self.termios.echo {
                continue;
            }
            if !self.termios.echoe {
                let erase = self.termios.cc.erase;
                self.echo(erase, reaction);
                continue;
            }
            let back = self.column.saturating_sub(self.width_of_line());
            for _ in 0..back {
                reaction.echo.extend_from_slice(b"\x08 \x08");
            }
            self.column -= back;
        }
    }

    /// Takes the last character (all its bytes) off the line; false where there is none.
    fn erase_one(&mut self) -> bool {
        loop {
            match self.line.pop() {
                Some(byte) if is_continuation(byte) => {}
                other => return other.is_some(),
            }
        }
    }

    /// The column at which the cursor stands after the line as it is now.
    fn width_of_line(&self) -> usize {
        self.line.iter().fold(self.line_column, |column, &byte| match byte {
            b'\t' => (column / 8 + 1) * 8,
            _ if is_continuation(byte) => column,
            _ if is_shown_with_caret(byte) && self.termios.echoctl => column + 2,
            _ if byte < 0x20 || byte == 0x7f => column,
            _ => column + 1,
        })
    }

    fn literal_next(&mut self, reaction: &mut Reaction) {
        self.literal = true;
        if self.termios.echo && self.termios.echoctl {
            reaction.echo.extend_from_slice(b"^\x08");
        }
    }

    fn reprint(&mut self, reaction: &mut Reaction) {
        let (byte, line) = (self.termios.cc.rprnt, self.line.clone());
        self.echo(byte, reaction);
        if self.termios.echo {
            self.put(b'\n', &mut reaction.echo);
        }
        self.line_column = self.column;
        for byte in line {
            self.echo(byte, reaction);
        }
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

fn is_shown_with_caret(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f
}
