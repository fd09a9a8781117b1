//! The colours of `ls`, and names quoted or with their unprintable signs hidden.

use super::job::Job;
use super::quoting::escape_char;
use crate::layerfs::{FileKind, Stat};

/// Complains of the argument of `--color`. Gives the exit status.
pub fn wrong_colour(job: &mut Job, given: &str) -> i32 {
    let given = job.quoted(given);
    job.complain(&[
        "invalid argument ",
        &given,
        " for '--color'\nValid arguments are:\n  - 'always', 'yes', 'force'\n  - 'never', 'no', 'none'\n  - 'auto', 'tty', 'if-tty'",
    ]);
    job.refer_to_help();
    1
}

/// The colours by key: `ls`'s own, then those of `LS_COLORS`, of which the later ones win.
pub fn colours(from_env: &str, busybox: bool) -> Vec<(String, String)> {
    let own = if busybox {
        "di=1;34:ln=1;36:ex=1;32:su=1;32:sg=1;32:pi=0;33:so=1;35:bd=1;33:cd=1;33:fi=0;0:tw=1;34:ow=1;34:st=1;34"
    } else {
        "di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:ex=01;32:su=37;41:sg=30;43:st=37;44:ow=34;42:tw=30;42"
    };
    let pairs = own.split(':').chain(from_env.split(':'));
    pairs.filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

/// The colour of a file, by its name if there is one for that; `dangling` is a link that leads nowhere.
pub fn colour_of<'a>(colours: &'a [(String, String)], name: &str, stat: &Stat, dangling: bool) -> Option<&'a str> {
    let has = |key: &str| colours.iter().rev().find(|c| c.0 == key);
    let key = match stat.kind {
        FileKind::Dir if stat.mode & 0o1002 == 0o1002 => "tw",
        FileKind::Dir if stat.mode & 0o2 != 0 => "ow",
        FileKind::Dir if stat.mode & 0o1000 != 0 => "st",
        FileKind::Dir => "di",
        FileKind::Symlink if dangling && has("or").is_some() => "or",
        FileKind::Symlink => "ln",
        FileKind::CharDevice => "cd",
        FileKind::BlockDevice => "bd",
        FileKind::Fifo => "pi",
        FileKind::Socket => "so",
        FileKind::File if stat.mode & 0o4000 != 0 => "su",
        FileKind::File if stat.mode & 0o2000 != 0 => "sg",
        FileKind::File if stat.mode & 0o111 != 0 => "ex",
        FileKind::File => "fi",
    };
    let named = |c: &&(String, String)| key == "fi" && c.0.strip_prefix('*').is_some_and(|end| name.ends_with(end));
    colours.iter().rev().find(named).or_else(|| has(key)).map(|c| c.1.as_str())
}

/// A name in double quotes with C's escapes (`-Q`).
pub fn c_quote(name: &str, utf8: bool) -> String {
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' || utf8 && !c.is_ascii() => out.push(c),
            c => escape_char(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// What `-q` shows of a character: a question mark for each byte that the locale cannot print.
pub fn question(c: char, utf8: bool) -> String {
    if c.is_control() || !c.is_ascii() && !utf8 {
        "?".repeat(c.len_utf8())
    } else {
        c.to_string()
    }
}
