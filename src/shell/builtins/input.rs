//! Builtins that read: `read`, `mapfile`, `history`.

use super::{letters, Out};
use crate::kernel::{race, Either, Errno, LocalBoxFuture, OpenFlags};
use crate::shell::ast::is_name;
use crate::shell::escape::{from_bytes, to_bytes};
use crate::shell::lexer::Flavour;
use crate::shell::state::{Outcome, Shell};
use std::rc::Rc;

/// The options of `read`.
struct Wanted {
    raw: bool,
    silent: bool,
    array: Option<String>,
    delimiter: u8,
    count: Option<usize>,
    exact: bool,
    prompt: Option<String>,
    timeout: Option<f64>,
    fd: i32,
    names: Vec<String>,
}

fn options(args: &[String], flavour: Flavour) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        raw: false,
        silent: false,
        array: None,
        delimiter: b'\n',
        count: None,
        exact: false,
        prompt: None,
        timeout: None,
        fd: 0,
        names: Vec::new(),
    };
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty() && wanted.names.is_empty()) else {
            wanted.names.push(word.clone());
            continue;
        };
        if letters == "-" {
            wanted.names.extend(words.by_ref().cloned());
            break;
        }
        let mut chars = letters.chars();
        while let Some(c) = chars.next() {
            let known = if flavour == Flavour::Dash { "rp" } else { "rsapndNtuei" };
            if !known.contains(c) {
                return Err(format!("-{c}: invalid option"));
            }
            match c {
                'r' => wanted.raw = true,
                's' => wanted.silent = true,
                'e' => {}
                _ => {
                    let rest: String = chars.by_ref().collect();
                    let value = if rest.is_empty() { words.next().cloned() } else { Some(rest) };
                    let Some(value) = value else { return Err(format!("-{c}: option requires an argument")) };
                    match c {
                        'a' => wanted.array = Some(value),
                        'd' => wanted.delimiter = value.bytes().next().unwrap_or(0),
                        'n' | 'N' => {
                            wanted.exact = c == 'N';
                            match value.parse() {
                                Ok(n) => wanted.count = Some(n),
                                Err(_) => return Err(format!("{value}: invalid number")),
                            }
                        }
                        'p' => wanted.prompt = Some(value),
                        't' => match value.parse::<f64>() {
                            Ok(n) if n >= 0.0 => wanted.timeout = Some(n),
                            _ => return Err(format!("{value}: invalid timeout specification")),
                        },
                        'u' => match value.parse() {
                            Ok(n) => wanted.fd = n,
                            Err(_) => return Err(format!("{value}: invalid file descriptor specification")),
                        },
                        _ => {}
                    }
                }
            }
        }
    }
    Ok(wanted)
}

/// How a line came to its end.
#[derive(PartialEq)]
enum End {
    Delimiter,
    Eof,
    Timeout,
    Signal,
    Error(Errno),
}

pub fn read<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let wanted = match options(args, shell.flavour) {
            Ok(wanted) => wanted,
            Err(error) => {
                shell.complain(&format!("read: {error}")).await;
                if error.ends_with("invalid option") && shell.flavour == Flavour::Bash {
                    let usage = "read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] \
                                 [-p prompt] [-t timeout] [-u fd] [name ...]\n";
                    shell.write(2, usage).await;
                }
                return Ok(2);
            }
        };
        if shell.flavour == Flavour::Dash && wanted.names.is_empty() {
            shell.complain("read: arg count").await;
            return Ok(2);
        }
        if let Some(bad) = wanted.names.iter().find(|n| !is_name(n.split('[').next().unwrap_or_default())) {
            let text = match shell.flavour {
                Flavour::Bash => format!("read: `{bad}': not a valid identifier"),
                _ => format!("read: {bad}: bad variable name"),
            };
            shell.complain(&text).await;
            return Ok(1);
        }
        if let (Some(prompt), true) = (&wanted.prompt, shell.proc.isatty(wanted.fd)) {
            shell.write(2, prompt).await;
        }
        let modes = shell.proc.tcgetattr(wanted.fd).ok();
        if let Some(modes) = &modes {
            let mut changed = modes.clone();
            changed.echo &= !wanted.silent;
            changed.icanon &= wanted.count.is_none();
            if changed != *modes {
                let _ = shell.proc.tcsetattr(wanted.fd, changed);
            }
        }
        let (text, end) = read_text(shell, &wanted).await;
        if let Some(modes) = modes {
            let _ = shell.proc.tcsetattr(wanted.fd, modes);
        }
        if let End::Error(errno) = end {
            shell.complain(&format!("read: read error: {}: {errno}", wanted.fd)).await;
            return Ok(1);
        }
        if end == End::Signal {
            shell.poll_signals().await?;
        }
        if let Err(error) = store(shell, &wanted, &text) {
            shell.complain(&error).await;
            return Ok(1);
        }
        Ok(match end {
            End::Delimiter => 0,
            End::Timeout => 142,
            End::Signal => 130,
            _ => 1,
        })
    })
}

/// The characters read, each with whether a backslash protected it.
async fn read_text(shell: &mut Shell, wanted: &Wanted) -> (Vec<(char, bool)>, End) {
    let deadline = wanted.timeout.map(|secs| shell.proc.now().plus_nanos((secs * 1e9) as i64));
    let mut out: Vec<(char, bool)> = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut protect = false;
    let end = loop {
        if wanted.count.is_some_and(|n| out.len() >= n) {
            break End::Delimiter;
        }
        let reading = shell.proc.read(wanted.fd, 1);
        let got = match deadline {
            Some(deadline) => {
                let left = (deadline.0 - shell.proc.now().0).max(0);
                match race(reading, shell.proc.sleep(left)).await {
                    Either::Left(got) => got,
                    Either::Right(_) => break End::Timeout,
                }
            }
            None => reading.await,
        };
        let byte = match got {
            Ok(bytes) => match bytes.first() {
                Some(byte) => *byte,
                None => break End::Eof,
            },
            Err(Errno::EINTR) => {
                shell.take_signals();
                if shell.signals.is_empty() {
                    continue;
                }
                break End::Signal;
            }
            Err(errno) => break End::Error(errno),
        };
        pending.push(byte);
        let Ok(text) = std::str::from_utf8(&pending) else {
            // The beginning of a character waits for its other bytes.
            if pending.len() < 4 && byte >= 0x80 {
                continue;
            }
            out.extend(from_bytes(&std::mem::take(&mut pending)).chars().map(|c| (c, false)));
            continue;
        };
        let c = text.chars().next().unwrap_or('\0');
        pending.clear();
        if protect {
            protect = false;
            if c != '\n' {
                out.push((c, true));
            }
        } else if c == '\\' && !wanted.raw {
            protect = true;
        } else if byte == wanted.delimiter && !wanted.exact {
            break End::Delimiter;
        } else if c != '\0' {
            out.push((c, false));
        }
    };
    (out, end)
}

fn store(shell: &mut Shell, wanted: &Wanted, text: &[(char, bool)]) -> Result<(), String> {
    let ifs = shell.ifs();
    if let Some(array) = &wanted.array {
        let words = split(text, &ifs, usize::MAX);
        shell.check_writable(array)?;
        shell.set_array(array, words.into_iter().map(Rc::from).collect());
        return Ok(());
    }
    if wanted.names.is_empty() {
        // The whole line, blanks and all.
        let line: String = text.iter().map(|(c, _)| *c).collect();
        return shell.assign("REPLY", &line, false);
    }
    let words = if wanted.exact {
        vec![text.iter().map(|(c, _)| *c).collect::<String>()]
    } else {
        split(text, &ifs, wanted.names.len())
    };
    for (i, name) in wanted.names.iter().enumerate() {
        let word = words.get(i).cloned().unwrap_or_default();
        match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
            Some((array, key)) => shell.assign_element(array, key, &word, false)?,
            None => shell.assign(name, &word, false)?,
        }
    }
    Ok(())
}

/// Splits at `IFS`; the last of `max` words takes the rest.
fn split(text: &[(char, bool)], ifs: &str, max: usize) -> Vec<String> {
    let space = |item: &(char, bool)| !item.1 && item.0.is_whitespace() && ifs.contains(item.0);
    let separator = |item: &(char, bool)| !item.1 && ifs.contains(item.0);
    let mut words = Vec::new();
    let mut i = 0;
    let skip = |mut i: usize| {
        while text.get(i).is_some_and(space) {
            i += 1;
        }
        i
    };
    i = skip(i);
    while i < text.len() {
        if words.len() + 1 == max {
            let mut rest = text.get(i..).unwrap_or_default();
            while rest.last().is_some_and(space) {
                rest = rest.split_last().map_or(rest, |(_, others)| others);
            }
            // A single separator at the end belongs to a last word that has none inside.
            if let Some((last, others)) = rest.split_last() {
                if separator(last) && !others.iter().any(separator) {
                    rest = others;
                }
            }
            words.push(rest.iter().map(|(c, _)| *c).collect());
            return words;
        }
        let start = i;
        while text.get(i).is_some_and(|item| !separator(item)) {
            i += 1;
        }
        words.push(text.get(start..i).unwrap_or_default().iter().map(|(c, _)| *c).collect());
        i = skip(i);
        if text.get(i).is_some_and(|item| separator(item) && !space(item)) {
            i = skip(i + 1);
        }
    }
    words
}

pub fn mapfile<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let (mut strip, mut name, mut delimiter) = (false, "MAPFILE".to_owned(), '\n');
        let (mut count, mut skip) = (usize::MAX, 0);
        let mut words = args.iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-t" => strip = true,
                "-d" => delimiter = words.next().and_then(|d| d.chars().next()).unwrap_or('\0'),
                "-n" => count = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(usize::MAX),
                "-s" => skip = words.next().and_then(|n| n.parse().ok()).unwrap_or(0),
                "-u" | "-O" | "-C" | "-c" => {
                    words.next();
                }
                other => name = other.to_owned(),
            }
        }
        let bytes = match shell.proc.read_to_end(0).await {
            Ok(bytes) => bytes,
            Err(errno) => {
                shell.complain(&format!("mapfile: read error: {errno}")).await;
                return Ok(1);
            }
        };
        let text = from_bytes(&bytes);
        let lines = text.split_inclusive(delimiter).skip(skip).take(count);
        let items = lines.map(|line| if strip { line.trim_end_matches(delimiter) } else { line });
        let items = items.map(Rc::from).collect();
        shell.set_array(&name, items);
        Ok(0)
    })
}

pub fn history<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let mut out = Out::of(shell);
        let (options, rest) = match letters(args, "cdanrwps") {
            Ok(found) => found,
            Err(option) => {
                let usage = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";
                let result = super::bad_option(&mut out, "history", &option, usage);
                return shell.emit(args, out, result).await;
            }
        };
        let file = rest.first().cloned().unwrap_or_else(|| shell.text("HISTFILE").to_string());
        match options.first() {
            Some('c') => shell.history.clear(),
            Some('d') => {
                let offset = rest.first().map(String::as_str).unwrap_or_default();
                let deleted = offset.parse().is_ok_and(|n| shell.history.delete(n));
                if !deleted {
                    out.error(&format!("history: {offset}: history position out of range"));
                    return shell.emit(args, out, Ok(1)).await;
                }
            }
            Some('a') => shell.save_history(&file).await,
            Some('w') => {
                let text: String = shell.history.lines().iter().map(|line| format!("{line}\n")).collect();
                if let Ok(fd) = shell.proc.open_file(&file, OpenFlags::REWRITE, 0o600).await {
                    let _ = shell.proc.write_file(&fd, &to_bytes(&text)).await;
                }
            }
            Some('r' | 'n') => {
                if let Ok(text) = shell.read_file(&file).await {
                    shell.history.load(&text);
                }
            }
            Some('s') => shell.history.replace_last(&rest.join(" ")),
            Some('p') => {
                for arg in rest {
                    let text = shell.history.expand(arg).ok().flatten().unwrap_or_else(|| arg.clone());
                    out.print(&format!("{text}\n"));
                }
            }
            _ => {
                let all = shell.history.lines().len();
                let count = match rest.first().map(|n| n.parse::<usize>()) {
                    Some(Ok(n)) => n,
                    Some(Err(_)) => {
                        out.error(&format!("history: {}: numeric argument required", rest.join(" ")));
                        return shell.emit(args, out, Ok(1)).await;
                    }
                    None => all,
                };
                let lines: String = shell
                    .history
                    .numbered()
                    .skip(all.saturating_sub(count))
                    .map(|(n, line)| format!("{n:5}  {line}\n"))
                    .collect();
                out.print(&lines);
            }
        }
        shell.emit(args, out, Ok(0)).await
    })
}
