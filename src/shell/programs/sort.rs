//! `sort`: lines in order, by whole lines or by keys, in the C locale.

use super::head::cannot_open;
use super::input::Input;
use super::job::{Job, Outcome};
use super::options::Parsed;
use super::versions;
use crate::sorted;
use std::cmp::Ordering;

const SPEC: &str = "bcCdfgghik:mMnno:rRsS:t:T:uVz ignore-leading-blanks=b check=c? dictionary-order=d ignore-case=f \
    general-numeric-sort=g human-numeric-sort=h ignore-nonprinting=i key=k: merge=m month-sort=M numeric-sort=n \
    output=o: reverse=r random-sort=R stable=s field-separator=t: unique=u version-sort=V zero-terminated=z \
    buffer-size=S: temporary-directory=T: parallel=&: sort=%:";

/// How one key is compared.
#[derive(Clone, Default)]
struct Order {
    blanks: bool,
    dictionary: bool,
    fold: bool,
    kind: char,
    printing: bool,
    reverse: bool,
}

struct Key {
    from: (usize, usize),
    from_blanks: bool,
    to: Option<(usize, usize)>,
    to_blanks: bool,
    order: Order,
}

struct Sorter {
    keys: Vec<Key>,
    global: Order,
    separator: Option<u8>,
    unique: bool,
    stable: bool,
}

/// Sorts the operands' lines together.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let sorter = Sorter::new(job, &opts)?;
    let delimiter = if opts.has('z') { 0 } else { b'\n' };
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args.clone() };
    let checking = opts.last("cC");
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for path in &paths {
        let mut input = match Input::open(job, path).await {
            Ok(input) => input,
            Err(e) if job.busybox() => {
                job.fail("", path, e);
                return Err(2);
            }
            Err(e) => {
                if e == crate::layerfs::Errno::ENOENT {
                    job.complain(&["cannot read: ", path, ": ", &e.to_string()]);
                } else {
                    cannot_open(job, path, e);
                }
                return Err(2);
            }
        };
        while let Some(mut line) = input.record(job, delimiter).await {
            if line.last() == Some(&delimiter) {
                line.pop();
            }
            lines.push(line);
        }
        if let Some(e) = input.error {
            job.complain(&["read failed: ", path, ": ", &e.to_string()]);
            return Err(2);
        }
        input.close(job);
    }
    if let Some(check) = checking {
        return sorter.check(job, &lines, paths.first().map_or("-", String::as_str), check == 'c');
    }
    sorted::sort_by(&mut lines, |a, b| sorter.compare(a, b));
    if sorter.unique {
        lines.dedup_by(|b, a| sorter.by_keys(a, b) == Ordering::Equal);
    }
    match opts.value('o') {
        Some(path) => write_file(job, path, &lines, delimiter).await,
        None => {
            for line in lines {
                job.bytes(&line);
                job.bytes(&[delimiter]);
                if job.waiting() > 32_768 {
                    job.flush().await;
                }
            }
            Ok(())
        }
    }
}

async fn write_file(job: &mut Job, path: &str, lines: &[Vec<u8>], delimiter: u8) -> Outcome {
    let fd = match job.create(path).await {
        Ok(fd) => fd,
        Err(e) => {
            job.complain(&["open failed: ", path, ": ", &e.to_string()]);
            return Err(2);
        }
    };
    let mut all = Vec::new();
    for line in lines {
        all.extend_from_slice(line);
        all.push(delimiter);
    }
    let _ = job.proc.write(fd, &all).await;
    job.close(fd);
    Ok(())
}

impl Sorter {
    fn new(job: &mut Job, opts: &Parsed) -> Result<Sorter, i32> {
        let mut global = Order::default();
        for (key, _) in &opts.opts {
            global.set(*key);
        }
        match opts.value('%').unwrap_or("") {
            "numeric" => global.set('n'),
            "human-numeric" => global.set('h'),
            "general-numeric" => global.set('g'),
            "month" => global.set('M'),
            "version" => global.set('V'),
            _ => {}
        }
        let separator = match opts.value('t') {
            None => None,
            Some("\\0") => Some(0),
            Some(t) if t.len() == 1 => t.bytes().next(),
            Some("") => {
                job.complain(&["empty tab"]);
                return Err(2);
            }
            Some(t) => {
                let shown = job.quoted(t);
                job.complain(&["multi-character tab ", &shown]);
                return Err(2);
            }
        };
        let mut keys = Vec::new();
        for spec in opts.values('k') {
            match Key::parse(spec, &global) {
                Ok(key) => keys.push(key),
                Err(words) => {
                    let shown = job.quoted(spec);
                    job.complain(&[words, &shown]);
                    return Err(2);
                }
            }
        }
        Ok(Sorter { keys, global, separator, unique: opts.has('u'), stable: opts.has('s') })
    }

    /// `-c`: the first line out of order is told (not with `-C`), and the exit status is 1.
    fn check(&self, job: &mut Job, lines: &[Vec<u8>], path: &str, tell: bool) -> Outcome {
        for (i, pair) in lines.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let order = if self.unique { self.by_keys(a, b) } else { self.compare(a, b) };
            if order == Ordering::Greater || self.unique && order == Ordering::Equal {
                if tell {
                    let line = String::from_utf8_lossy(b).into_owned();
                    job.complain(&[path, ":", &(i + 2).to_string(), ": disorder: ", &line]);
                }
                return Err(1);
            }
        }
        Ok(())
    }

    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let order = self.by_keys(a, b);
        if order != Ordering::Equal || self.stable || self.unique {
            return order;
        }
        // The last resort compares the bytes of the whole lines.
        let order = a.cmp(b);
        if self.global.reverse {
            order.reverse()
        } else {
            order
        }
    }

    fn by_keys(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.keys.is_empty() {
            return self.global.compare(a, b);
        }
        for key in &self.keys {
            let order = key.order.compare(key.slice(a, self.separator), key.slice(b, self.separator));
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl Order {
    fn set(&mut self, key: char) {
        match key {
            'b' => self.blanks = true,
            'd' => self.dictionary = true,
            'f' => self.fold = true,
            'i' => self.printing = true,
            'r' => self.reverse = true,
            'n' | 'h' | 'g' | 'M' | 'V' => self.kind = key,
            _ => {}
        }
    }

    fn is_default(&self) -> bool {
        self.kind == '\0' && !(self.blanks || self.dictionary || self.fold || self.printing || self.reverse)
    }

    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let (a, b) = if self.blanks { (skip_blanks(a), skip_blanks(b)) } else { (a, b) };
        let order = match self.kind {
            'n' => compare_numbers(skip_blanks(a), skip_blanks(b)),
            'h' => {
                let (x, y) = (human_rank(skip_blanks(a)), human_rank(skip_blanks(b)));
                x.cmp(&y).then_with(|| compare_numbers(skip_blanks(a), skip_blanks(b)))
            }
            'g' => general(a).total_cmp(&general(b)),
            'M' => month(a).cmp(&month(b)),
            'V' => versions::compare(&String::from_utf8_lossy(a), &String::from_utf8_lossy(b)),
            _ if self.fold || self.dictionary || self.printing => self.translated(a).cmp(&self.translated(b)),
            _ => a.cmp(b),
        };
        if self.reverse {
            order.reverse()
        } else {
            order
        }
    }

    fn translated(&self, text: &[u8]) -> Vec<u8> {
        let kept = |b: &&u8| {
            (!self.dictionary || b.is_ascii_alphanumeric() || **b == b' ' || **b == b'\t')
                && (!self.printing || (32..127).contains(*b))
        };
        text.iter().filter(kept).map(|b| if self.fold { b.to_ascii_uppercase() } else { *b }).collect()
    }
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|b| matches!(**b, b' ' | b'\t')).count();
    text.get(blanks..).unwrap_or(&[])
}

/// Numbers of any length: sign, whole digits, decimals.
fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let ((neg_a, int_a, frac_a), (neg_b, int_b, frac_b)) = (number(a), number(b));
    let size = int_a.len().cmp(&int_b.len()).then_with(|| int_a.cmp(int_b)).then_with(|| frac_a.cmp(frac_b));
    match (neg_a, neg_b) {
        (false, false) => size,
        (true, true) => size.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

fn number(text: &[u8]) -> (bool, &[u8], &[u8]) {
    let (negative, rest) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    let zeros = rest.iter().take_while(|b| **b == b'0').count();
    let rest = rest.get(zeros..).unwrap_or(&[]);
    let (int, rest) = split_digits(rest);
    let frac = match rest.split_first() {
        Some((b'.', rest)) => split_digits(rest).0,
        _ => &[],
    };
    let ends = frac.iter().rposition(|b| *b != b'0').map_or(0, |at| at + 1);
    let frac = frac.get(..ends).unwrap_or(&[]);
    (negative && !(int.is_empty() && frac.is_empty()), int, frac)
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|b| b.is_ascii_digit()).count();
    text.split_at_checked(len).unwrap_or((text, &[]))
}

/// The sign and the unit of `-h`'s numbers come before their digits.
fn human_rank(text: &[u8]) -> i32 {
    let (negative, int, frac) = number(text);
    if int.is_empty() && frac.is_empty() {
        return 0;
    }
    let unit = text.iter().find(|b| !(b.is_ascii_digit() || matches!(b, b'-' | b'.')));
    let rank = 1 + unit
        .and_then(|u| b"KMGTPEZY".iter().position(|k| *k == u.to_ascii_uppercase()))
        .map_or(0, |p| p as i32 + 1);
    if negative {
        -rank
    } else {
        rank
    }
}

fn general(text: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(text.len());
    let mut head = text.get(..end).unwrap_or("");
    loop {
        match head.parse() {
            Ok(n) => return n,
            Err(_) if head.is_empty() => return f64::NEG_INFINITY,
            Err(_) => head = head.get(..head.len() - 1).unwrap_or(""),
        }
    }
}

fn month(text: &[u8]) -> usize {
    let name = skip_blanks(text).get(..3).unwrap_or(&[]).to_ascii_uppercase();
    let all: [&[u8]; 12] =
        [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    all.iter().position(|m| *m == name).map_or(0, |at| at + 1)
}

impl Key {
    /// `F[.C][OPTS][,F[.C][OPTS]]`; the error is the beginning of the complaint.
    fn parse(spec: &str, global: &Order) -> Result<Key, &'static str> {
        let (start, end) = match spec.split_once(',') {
            Some((start, end)) => (start, Some(end)),
            None => (spec, None),
        };
        let mut order = Order::default();
        let (from, flags) = position(start, 1)?;
        let from_blanks = flags.contains('b');
        flags.chars().for_each(|k| order.set(k));
        let mut to_blanks = false;
        let to = match end {
            None => None,
            Some(end) => {
                let (to, flags) = position(end, 0)?;
                to_blanks = flags.contains('b');
                flags.chars().for_each(|k| order.set(k));
                Some(to)
            }
        };
        let inherits = order.is_default() && !from_blanks && !to_blanks;
        let blanks = if inherits { global.blanks } else { from_blanks };
        let order = if inherits { Order { blanks: false, ..global.clone() } } else { Order { blanks: false, ..order } };
        Ok(Key { from, from_blanks: blanks, to, to_blanks: if inherits { global.blanks } else { to_blanks }, order })
    }

    fn slice<'a>(&self, line: &'a [u8], separator: Option<u8>) -> &'a [u8] {
        let start =
            offset(line, separator, self.from.0 - 1, self.from_blanks).map_or(line.len(), |at| at + self.from.1 - 1);
        let end = match self.to {
            None => line.len(),
            Some((field, 0)) => field_end(line, separator, field - 1),
            Some((field, chars)) => {
                offset(line, separator, field - 1, self.to_blanks).map_or(line.len(), |at| at + chars)
            }
        };
        line.get(start.min(line.len())..end.min(line.len()).max(start.min(line.len()))).unwrap_or(&[])
    }
}

fn position(text: &str, least_char: usize) -> Result<((usize, usize), &str), &'static str> {
    let digits = |t: &str| t.find(|c: char| !c.is_ascii_digit()).unwrap_or(t.len());
    let (field, mut rest) = text.split_at_checked(digits(text)).unwrap_or((text, ""));
    let field: usize = field.parse().map_err(|_| "invalid number at field start: invalid count at start of ")?;
    let mut chars = least_char;
    if let Some(after) = rest.strip_prefix('.') {
        let (number, flags) = after.split_at_checked(digits(after)).unwrap_or((after, ""));
        chars = number.parse().map_err(|_| "invalid number after '.': invalid count at start of ")?;
        rest = flags;
    }
    if field == 0 {
        return Err("field number is zero: invalid field specification ");
    }
    if chars < least_char {
        return Err("character offset is zero: invalid field specification ");
    }
    if rest.contains(|c| !"bdfgiMhnRrV".contains(c)) {
        return Err("stray character in field spec: invalid field specification ");
    }
    Ok(((field, chars), rest))
}

/// Where a field begins. Without a separator a field begins with the blanks before it.
fn offset(line: &[u8], separator: Option<u8>, field: usize, skip: bool) -> Option<usize> {
    let at = if field == 0 { 0 } else { field_end(line, separator, field - 1) + usize::from(separator.is_some()) };
    let rest = line.get(at..)?;
    Some(if skip { line.len() - skip_blanks(rest).len() } else { at })
}

/// Where a field ends: at its separator, or before the blanks of the next.
fn field_end(line: &[u8], separator: Option<u8>, field: usize) -> usize {
    let mut at = 0;
    for n in 0..=field {
        let rest = line.get(at..).unwrap_or(&[]);
        let len = match separator {
            Some(sep) => rest.iter().position(|b| *b == sep).unwrap_or(rest.len()),
            None => {
                let word = skip_blanks(rest);
                let blanks = rest.len() - word.len();
                blanks + word.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(word.len())
            }
        };
        at += len;
        if n < field {
            at += usize::from(separator.is_some());
        }
        if at >= line.len() {
            return line.len();
        }
    }
    at
}
