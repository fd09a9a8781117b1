//! Signals: their numbers, names and default actions, after `signal(7)` on Linux for x86. Who sends and who receives
//! them is `system`'s business.

use std::fmt;

/// A signal by its number, 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Signal(u8);

/// What a signal does to a process that has not said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// The process ends.
    Terminate,
    /// The process ends and a core would be dumped.
    Core,
    /// Nothing.
    Ignore,
    /// The process stops.
    Stop,
    /// The process goes on if it is stopped.
    Continue,
}

/// What a process wants done with a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    /// The signal's own default action.
    Default,
    /// Nothing; children inherit it.
    Ignore,
    /// It is kept for `Proc::take_signal`, and the call that waits fails with `EINTR`.
    Catch,
}

macro_rules! signals {
    ($($name:ident = $number:literal, $action:ident, $text:literal;)*) => {
        impl Signal {
            $(#[doc = $text] pub const $name: Signal = Signal($number);)*

            /// The ordinary signals, 1 to 31, in order.
            pub const ALL: &'static [Signal] = &[$(Signal::$name,)*];

            fn entry(self) -> Option<(&'static str, Action, &'static str)> {
                match self {
                    $(Signal::$name => Some((stringify!($name), Action::$action, $text)),)*
                    _ => None,
                }
            }
        }
    };
}

signals! {
    HUP = 1, Terminate, "Hangup";
    INT = 2, Terminate, "Interrupt";
    QUIT = 3, Core, "Quit";
    ILL = 4, Core, "Illegal instruction";
    TRAP = 5, Core, "Trace/breakpoint trap";
    ABRT = 6, Core, "Aborted";
    BUS = 7, Core, "Bus error";
    FPE = 8, Core, "Floating point exception";
    KILL = 9, Terminate, "Killed";
    USR1 = 10, Terminate, "User defined signal 1";
    SEGV = 11, Core, "Segmentation fault";
    USR2 = 12, Terminate, "User defined signal 2";
    PIPE = 13, Terminate, "Broken pipe";
    ALRM = 14, Terminate, "Alarm clock";
    TERM = 15, Terminate, "Terminated";
    STKFLT = 16, Terminate, "Stack fault";
    CHLD = 17, Ignore, "Child exited";
    CONT = 18, Continue, "Continued";
    STOP = 19, Stop, "Stopped (signal)";
    TSTP = 20, Stop, "Stopped";
    TTIN = 21, Stop, "Stopped (tty input)";
    TTOU = 22, Stop, "Stopped (tty output)";
    URG = 23, Ignore, "Urgent I/O condition";
    XCPU = 24, Core, "CPU time limit exceeded";
    XFSZ = 25, Core, "File size limit exceeded";
    VTALRM = 26, Terminate, "Virtual timer expired";
    PROF = 27, Terminate, "Profiling timer expired";
    WINCH = 28, Ignore, "Window changed";
    IO = 29, Terminate, "I/O possible";
    PWR = 30, Terminate, "Power failure";
    SYS = 31, Core, "Bad system call";
}

/// glibc keeps the first two real-time signals for itself.
const RTMIN: u8 = 34;
const RTMAX: u8 = 64;

impl Signal {
    /// The signal of that number; `None` outside 1 to 64.
    pub fn from_number(number: i32) -> Option<Signal> {
        (1..=i32::from(RTMAX)).contains(&number).then_some(Signal(number as u8))
    }

    /// Reads `TERM`, `SIGTERM`, `15` and `RTMIN+3`, in any case.
    pub fn parse(text: &str) -> Option<Signal> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().and_then(Signal::from_number);
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        let plain = Signal::ALL.iter().copied().find(|signal| signal.entry().is_some_and(|entry| entry.0 == name));
        plain.or_else(|| match name {
            "IOT" => Some(Signal::ABRT),
            "POLL" => Some(Signal::IO),
            "CLD" => Some(Signal::CHLD),
            "RTMIN" => Some(Signal(RTMIN)),
            "RTMAX" => Some(Signal(RTMAX)),
            _ => {
                let (base, sign, offset) = match (name.strip_prefix("RTMIN+"), name.strip_prefix("RTMAX-")) {
                    (Some(offset), _) => (RTMIN, 1, offset),
                    (_, Some(offset)) => (RTMAX, -1, offset),
                    _ => return None,
                };
                let number = i32::from(base) + sign * offset.parse::<i32>().ok()?;
                Signal::from_number(number).filter(|signal| signal.0 >= RTMIN)
            }
        })
    }

    /// 1 to 64.
    pub const fn number(self) -> i32 {
        self.0 as i32
    }

    /// Without `SIG`: `TERM`, `RTMIN+3`.
    pub fn name(self) -> String {
        match self.entry() {
            Some((name, _, _)) => name.to_string(),
            None if self.0 == RTMIN => "RTMIN".to_string(),
            None if self.0 == RTMAX => "RTMAX".to_string(),
            None if self.0 > 49 => format!("RTMAX-{}", RTMAX - self.0),
            None => format!("RTMIN+{}", self.0.saturating_sub(RTMIN)),
        }
    }

    /// What `strsignal` says, and a shell when a job ends by it: `Terminated`.
    pub fn description(self) -> String {
        match self.entry() {
            Some((_, _, text)) => text.to_string(),
            None => format!("Real-time signal {}", self.0.saturating_sub(RTMIN)),
        }
    }

    /// The default action.
    pub fn action(self) -> Action {
        self.entry().map_or(Action::Terminate, |entry| entry.1)
    }

    /// Whether a process has no say: KILL and STOP.
    pub fn is_uncatchable(self) -> bool {
        self == Signal::KILL || self == Signal::STOP
    }
}

impl fmt::Display for Signal {
    /// `SIGTERM`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIG{}", self.name())
    }
}

/// Some of the signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SignalSet(u64);

impl SignalSet {
    /// None of them.
    pub const EMPTY: SignalSet = SignalSet(0);

    /// Whether it is among them.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & (1 << (signal.0 - 1)) != 0
    }

    /// These and that one.
    #[must_use]
    pub const fn with(self, signal: Signal) -> SignalSet {
        SignalSet(self.0 | (1 << (signal.0 - 1)))
    }

    /// These without that one.
    #[must_use]
    pub const fn without(self, signal: Signal) -> SignalSet {
        SignalSet(self.0 & !(1 << (signal.0 - 1)))
    }

    /// As `/proc/<pid>/status` prints it.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_go_both_ways() {
        for number in 1..=64 {
            let signal = Signal::from_number(number).unwrap();
            if (32..34).contains(&number) {
                continue;
            }
            assert_eq!(Signal::parse(&signal.name()), Some(signal), "{signal}");
            assert_eq!(Signal::parse(&number.to_string()), Some(signal));
        }
        assert_eq!(Signal::parse("sigterm"), Some(Signal::TERM));
        assert_eq!(Signal::parse("RTMIN+3").map(Signal::number), Some(37));
        for bad in ["", "0", "65", "SIG", "RTMIN+99", "RTMIN-1", "FOO", "99999999999"] {
            assert_eq!(Signal::parse(bad), None, "{bad}");
        }
    }
}
