//! A terminal's modes, special characters and size: the part of `termios(3)` that means anything without a serial line.
//! What the modes do is `tty`'s business.

/// A terminal's modes, the part of `struct termios` that means anything without a serial line. `stty` shows and sets
/// them by the lower-case names of the fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Termios {
    /// Carriage return is read as newline.
    pub icrnl: bool,
    /// Newline is read as carriage return.
    pub inlcr: bool,
    /// Carriage return is not read at all.
    pub igncr: bool,
    /// `^S` and `^Q` stop and start the output.
    pub ixon: bool,
    /// Output is processed at all.
    pub opost: bool,
    /// Newline is written as carriage return and newline.
    pub onlcr: bool,
    /// `^C`, `^\` and `^Z` are signals.
    pub isig: bool,
    /// Input comes in lines that can be edited.
    pub icanon: bool,
    /// What is typed is shown.
    pub echo: bool,
    /// Erasing wipes the character on the screen.
    pub echoe: bool,
    /// Killing the line is shown by a newline.
    pub echok: bool,
    /// Killing the line wipes it on the screen.
    pub echoke: bool,
    /// Control characters are shown as `^X`.
    pub echoctl: bool,
    /// `^V`, `^W` and `^R` work.
    pub iexten: bool,
    /// Signals leave the input queue as it is.
    pub noflsh: bool,
    /// Background processes that write are stopped.
    pub tostop: bool,
    /// The special characters; 0 is none.
    pub cc: ControlChars,
}

/// The special characters of a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ControlChars {
    /// Interrupts: `^C`.
    pub intr: u8,
    /// Quits: `^\`.
    pub quit: u8,
    /// Erases a character: DEL.
    pub erase: u8,
    /// Kills the line: `^U`.
    pub kill: u8,
    /// Ends the file: `^D`.
    pub eof: u8,
    /// Another end of line: none.
    pub eol: u8,
    /// Starts the output again: `^Q`.
    pub start: u8,
    /// Stops the output: `^S`.
    pub stop: u8,
    /// Suspends: `^Z`.
    pub susp: u8,
    /// Shows the line again: `^R`.
    pub rprnt: u8,
    /// Erases a word: `^W`.
    pub werase: u8,
    /// Takes the next character as it is: `^V`.
    pub lnext: u8,
    /// Without `icanon`, the fewest bytes that a read waits for; only 0 and 1 are told apart.
    pub min: u8,
}

impl Default for Termios {
    /// A new pseudo-terminal's modes, Linux's `tty_std_termios`: cooked, with echo.
    fn default() -> Termios {
        Termios {
            icrnl: true,
            inlcr: false,
            igncr: false,
            ixon: true,
            opost: true,
            onlcr: true,
            isig: true,
            icanon: true,
            echo: true,
            echoe: true,
            echok: true,
            echoke: true,
            echoctl: true,
            iexten: true,
            noflsh: false,
            tostop: false,
            cc: ControlChars {
                intr: 3,
                quit: 0x1c,
                erase: 0x7f,
                kill: 0x15,
                eof: 4,
                eol: 0,
                start: 0x11,
                stop: 0x13,
                susp: 0x1a,
                rprnt: 0x12,
                werase: 0x17,
                lnext: 0x16,
                min: 1,
            },
        }
    }
}

impl Termios {
    /// These modes turned raw, as `cfmakeraw` does: no editing, no echo, no signals, no output processing.
    pub fn raw(&self) -> Termios {
        Termios {
            icrnl: false,
            inlcr: false,
            igncr: false,
            ixon: false,
            opost: false,
            isig: false,
            icanon: false,
            echo: false,
            iexten: false,
            cc: ControlChars { min: 1, ..self.cc },
            ..self.clone()
        }
    }
}

/// A terminal's size in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Characters a line.
    pub cols: u16,
}

impl Default for Size {
    /// 24 lines of 80 characters.
    fn default() -> Size {
        Size { rows: 24, cols: 80 }
    }
}
