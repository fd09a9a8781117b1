//! The little ones: `sleep`, `true`, `false`, `yes`, `seq`, `clear`, `tty` and `tee`.

use super::input::Input;
use super::job::{Job, Outcome};
use crate::kernel::{Disposition, Signal};
use crate::layerfs::{Errno, OpenFlags};
use crate::shell::dates;

/// `sleep`: virtual time passes.
pub async fn sleep(job: &mut Job) -> Outcome {
    let opts = job.options("+")?;
    if opts.args.is_empty() {
        return Err(job.missing_operand(None));
    }
    let mut total = 0i64;
    for word in &opts.args {
        let (number, unit) = match word.strip_suffix(['s', 'm', 'h', 'd']) {
            Some(number) => (number, word.get(number.len()..).unwrap_or("")),
            None => (word.as_str(), "s"),
        };
        let factor = match unit {
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => 1,
        };
        let nanos = if matches!(number, "inf" | "infinity") { Some(i64::MAX) } else { dates::seconds(number) };
        match nanos.filter(|n| *n >= 0) {
            Some(nanos) => total = total.saturating_add(nanos.saturating_mul(factor)),
            None => {
                let shown = job.quoted(word);
                if job.busybox() {
                    job.complain(&["invalid number ", &shown]);
                } else {
                    job.complain(&["invalid time interval ", &shown]);
                }
            }
        }
    }
    if job.status != 0 {
        return Err(if job.busybox() { 1 } else { job.refer_to_help() });
    }
    let end = job.now().plus_nanos(total);
    // A signal that is caught does not end the sleep early.
    while job.now() < end {
        let left = end.0.saturating_sub(job.now().0);
        let _ = job.proc.sleep(left).await;
    }
    Ok(())
}

/// `true`.
pub fn truth(_: &mut Job) -> Outcome {
    Ok(())
}

/// `false`.
pub fn falsehood(_: &mut Job) -> Outcome {
    Err(1)
}

/// `yes`: ends when nobody reads it any more.
pub async fn yes(job: &mut Job) -> Outcome {
    let opts = job.options("+")?;
    let words = if opts.args.is_empty() { "y".to_string() } else { opts.args.join(" ") };
    let line = [&words, "\n"].concat();
    let piece = line.repeat((8192 / line.len()).max(1));
    loop {
        if job.proc.write(1, piece.as_bytes()).await.is_err() {
            return Err(1);
        }
        job.proc.yield_now().await;
    }
}

/// `seq`.
pub async fn seq(job: &mut Job) -> Outcome {
    // A negative number is an operand.
    let dash = |w: &str| w.starts_with('-') && w.chars().nth(1).is_some_and(|c| c.is_ascii_digit() || c == '.');
    if let Some(at) = job.args.iter().position(|w| dash(w)) {
        if job.args.iter().take(at).all(|w| w.starts_with('-') && w != "--") {
            job.args.insert(at, "--".to_string());
        }
    }
    let opts = job.options("+f:s:w equal-width=w separator=s: format=f:")?;
    let (first, step, last) = match opts.args.as_slice() {
        [] => return Err(job.missing_operand(None)),
        [last] => ("1", "1", last.as_str()),
        [first, last] => (first.as_str(), "1", last.as_str()),
        [first, step, last] => (first.as_str(), step.as_str(), last.as_str()),
        [_, _, _, extra, ..] => return Err(job.extra_operand(extra)),
    };
    let mut numbers = Vec::new();
    for word in [first, step, last] {
        match decimal(word) {
            Some(number) => numbers.push(number),
            None => {
                let shown = job.quoted(word);
                return Err(job.misused(&["invalid floating point argument: ", &shown]));
            }
        }
    }
    let [(first_n, p1), (step_n, p2), (last_n, p3)] = *numbers.as_slice() else { return Err(1) };
    if step_n == 0 {
        let shown = job.quoted(step);
        return Err(job.misused(&["invalid Zero increment value: ", &shown]));
    }
    // Numbers are counted in units of the smallest decimal, so that 0.1 adds up.
    let places = p1.max(p2);
    let scale = |n: i128, p: usize| n * 10i128.pow((places.max(p3) - p) as u32);
    let (mut at, step_n, end) = (scale(first_n, p1), scale(step_n, p2), scale(last_n, p3));
    let drop_digits = 10i128.pow((places.max(p3) - places) as u32);
    let show = |n: i128| text_of(n / drop_digits, places);
    let width = if opts.has('w') { show(at).len().max(show(end).len()) } else { 0 };
    let separator = opts.value('s').unwrap_or("\n").to_string();
    let mut started = false;
    while if step_n > 0 { at <= end } else { at >= end } {
        if started {
            job.out(&separator);
        }
        started = true;
        let text = show(at);
        let text = match opts.value('f') {
            Some(format) => formatted(format, &text),
            None => match text.strip_prefix('-') {
                Some(digits) if width > 0 => format!("-{digits:0>w$}", w = width - 1),
                _ => format!("{text:0>width$}"),
            },
        };
        job.out(&text);
        at += step_n;
        if job.waiting() > 8192 {
            job.flush().await;
            job.proc.yield_now().await;
        }
    }
    if started {
        job.out("\n");
    }
    Ok(())
}

/// A decimal number as an integer and how many of its digits are decimals.
fn decimal(text: &str) -> Option<(i128, usize)> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 12 || text.len() > 25 {
        return None;
    }
    let digits = [whole, fraction].concat();
    Some((digits.parse().ok()?, fraction.len()))
}

fn text_of(n: i128, places: usize) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let digits = format!("{:0w$}", n.unsigned_abs(), w = places + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - places).unwrap_or((&digits, ""));
    [sign, whole, if places > 0 { "." } else { "" }, fraction].concat()
}

/// `-f`: `%g`, `%03g`, `%.2f` with text around it.
fn formatted(format: &str, number: &str) -> String {
    let Some(at) = format.find('%') else { return format.to_string() };
    let Some((before, spec)) = format.split_at_checked(at) else { return String::new() };
    let end = spec.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(spec.len().saturating_sub(1));
    let (flags, after) = (spec.get(1..end).unwrap_or(""), spec.get(end + 1..).unwrap_or(""));
    let (width, precision) = match flags.split_once('.') {
        Some((w, p)) => (w, p.parse::<usize>().ok()),
        None => (flags, None),
    };
    let value = match precision.filter(|_| spec.get(end..=end) == Some("f")) {
        Some(p) => format!("{:.p$}", number.parse::<f64>().unwrap_or(0.0)),
        None => number.to_string(),
    };
    let size: usize = width.parse().unwrap_or(0);
    let value = if width.starts_with('0') { format!("{value:0>size$}") } else { format!("{value:>size$}") };
    [before, &value, after].concat()
}

/// `clear`: the terminal's own words for it.
pub fn clear(job: &mut Job) -> Outcome {
    let opts = job.options("x")?;
    if job.proc.env("TERM").is_none_or(|t| t.is_empty()) && !job.busybox() {
        job.err("TERM environment variable not set.\n");
        return Err(1);
    }
    job.out("\u{1b}[H\u{1b}[2J");
    if !opts.has('x') && !job.busybox() {
        job.out("\u{1b}[3J");
    }
    Ok(())
}

/// `tty`.
pub fn tty(job: &mut Job) -> Outcome {
    let opts = job.options("s silent=s quiet=s")?;
    let name = job.proc.tty_of(0).map(|t| t.name());
    if !opts.has('s') {
        match &name {
            Ok(name) => job.line(&["/dev/", name].concat()),
            Err(_) => job.line("not a tty"),
        }
    }
    job.status = i32::from(name.is_err());
    Ok(())
}

/// `tee`.
pub async fn tee(job: &mut Job) -> Outcome {
    let opts = job.options("ai append=a ignore-interrupts=i")?;
    let mut targets = Vec::new();
    if opts.has('i') {
        job.proc.on_signal(Signal::INT, Disposition::Ignore);
    }
    let flags = if opts.has('a') { OpenFlags::APPEND } else { OpenFlags::REWRITE };
    for path in &opts.args {
        match job.proc.open(path, flags, 0o666).await {
            Ok(fd) => targets.push((path, fd)),
            Err(e) => job.fail_plain(path, e),
        }
    }
    let mut input = Input::new(0);
    while let Some(piece) = input.piece(job).await {
        job.bytes(&piece);
        job.flush().await;
        let mut broken = Vec::new();
        for (path, fd) in &targets {
            if let Err(e) = job.proc.write(*fd, &piece).await {
                job.fail_plain(path, e);
                broken.push(*fd);
            }
        }
        targets.retain(|(_, fd)| !broken.contains(fd));
    }
    if let Some(e) = input.error.filter(|e| *e != Errno::EINTR) {
        job.complain(&["read error: ", &e.to_string()]);
    }
    Ok(())
}
