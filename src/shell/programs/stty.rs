//! `stty`: a terminal's modes.

use super::job::{Job, Outcome};
use crate::kernel::{Size, Termios};

type Flag = (&'static str, fn(&mut Termios) -> &mut bool);
type Char = (&'static str, fn(&mut Termios) -> &mut u8);

/// The modes that a pseudo-terminal has, by group as `stty -a` shows them.
const INPUT: [Flag; 4] =
    [("inlcr", |t| &mut t.inlcr), ("igncr", |t| &mut t.igncr), ("icrnl", |t| &mut t.icrnl), ("ixon", |t| &mut t.ixon)];
const OUTPUT: [Flag; 2] = [("opost", |t| &mut t.opost), ("onlcr", |t| &mut t.onlcr)];
const LOCAL: [Flag; 10] = [
    ("isig", |t| &mut t.isig),
    ("icanon", |t| &mut t.icanon),
    ("iexten", |t| &mut t.iexten),
    ("echo", |t| &mut t.echo),
    ("echoe", |t| &mut t.echoe),
    ("echok", |t| &mut t.echok),
    ("noflsh", |t| &mut t.noflsh),
    ("tostop", |t| &mut t.tostop),
    ("echoctl", |t| &mut t.echoctl),
    ("echoke", |t| &mut t.echoke),
];
const CHARS: [Char; 12] = [
    ("intr", |t| &mut t.cc.intr),
    ("quit", |t| &mut t.cc.quit),
    ("erase", |t| &mut t.cc.erase),
    ("kill", |t| &mut t.cc.kill),
    ("eof", |t| &mut t.cc.eof),
    ("eol", |t| &mut t.cc.eol),
    ("start", |t| &mut t.cc.start),
    ("stop", |t| &mut t.cc.stop),
    ("susp", |t| &mut t.cc.susp),
    ("rprnt", |t| &mut t.cc.rprnt),
    ("werase", |t| &mut t.cc.werase),
    ("lnext", |t| &mut t.cc.lnext),
];

/// Shows or sets.
pub fn main(job: &mut Job) -> Outcome {
    let mut words = std::mem::take(&mut job.args).into_iter();
    let Ok(tty) = job.proc.tty_of(0) else {
        job.complain(&["'standard input': Inappropriate ioctl for device"]);
        return Err(1);
    };
    let mut modes = tty.termios();
    let mut size = tty.size();
    let mut none = true;
    while let Some(word) = words.next() {
        none = false;
        let (name, on) = match word.strip_prefix('-') {
            Some(name) => (name, false),
            None => (word.as_str(), true),
        };
        let mut flags = INPUT.iter().chain(&OUTPUT).chain(&LOCAL);
        match (name, on) {
            ("a" | "-all", false) => show(job, &mut modes, size, true),
            ("size", true) => job.line(&format!("{} {}", size.rows, size.cols)),
            ("speed", true) => job.line("38400"),
            ("sane", true) | ("raw", false) | ("cooked", true) => modes = Termios::default(),
            ("raw", true) | ("cooked", false) => modes = modes.raw(),
            ("cbreak", on) => modes.icanon = !on,
            ("crt", true) => (modes.echoe, modes.echoctl, modes.echoke) = (true, true, true),
            ("rows" | "cols" | "columns", true) => {
                let Some(n) = words.next().and_then(|n| n.parse().ok()) else {
                    let shown = job.quoted(name);
                    return Err(job.misused(&["missing argument to ", &shown]));
                };
                *(if name == "rows" { &mut size.rows } else { &mut size.cols }) = n;
            }
            _ => {
                if let Some((_, field)) = flags.find(|f| f.0 == name) {
                    *field(&mut modes) = on;
                } else if let Some((_, field)) = CHARS.iter().find(|c| on && c.0 == name) {
                    let Some(value) = words.next() else {
                        let shown = job.quoted(name);
                        return Err(job.misused(&["missing argument to ", &shown]));
                    };
                    *field(&mut modes) = sign(&value);
                } else {
                    let shown = job.quoted(&word);
                    return Err(job.misused(&["invalid argument ", &shown]));
                }
            }
        }
    }
    if none {
        show(job, &mut modes, size, false);
    }
    tty.set_termios(modes);
    if size != tty.size() {
        tty.resize(size);
    }
    Ok(())
}

/// `^C`, `^?`, `undef` or a character.
fn sign(text: &str) -> u8 {
    match text.as_bytes() {
        b"^?" => 127,
        b"^-" | b"undef" => 0,
        [b'^', c] => c.to_ascii_uppercase() & 0x1f,
        [c, ..] => *c,
        [] => 0,
    }
}

fn show(job: &mut Job, modes: &mut Termios, size: Size, all: bool) {
    let mut sane = Termios::default();
    let Size { rows, cols } = size;
    if all {
        job.line(&format!("speed 38400 baud; rows {rows}; columns {cols}; line = 0;"));
    } else {
        job.line("speed 38400 baud; line = 0;");
    }
    let mut chars = Vec::new();
    for (name, field) in CHARS {
        let value = *field(modes);
        if all || value != *field(&mut sane) {
            let text = match value {
                0 => "<undef>".to_string(),
                127 => "^?".to_string(),
                1..=31 => ["^", &char::from(value + 64).to_string()].concat(),
                c => char::from(c).to_string(),
            };
            chars.push(format!("{name} = {text};"));
        }
    }
    for line in chars.chunks(7) {
        job.line(&line.join(" "));
    }
    for group in [&INPUT[..], &OUTPUT[..], &LOCAL[..]] {
        let mut words = Vec::new();
        for (name, field) in group {
            let value = *field(modes);
            if all || value != *field(&mut sane) {
                words.push([if value { "" } else { "-" }, name].concat());
            }
        }
        if !words.is_empty() {
            job.line(&words.join(" "));
        }
    }
}
