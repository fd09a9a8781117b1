//! `uniq` and `comm`: lines that are equal.

use super::input::{Input, Lines};
use super::job::{Job, Outcome};
use super::options::Parsed;
use std::cmp::Ordering;

const SPEC: &str =
    "cdDf:is:uw:z count=c repeated=d all-repeated=D? skip-fields=f: ignore-case=i skip-chars=s: unique=u \
    check-chars=w: zero-terminated=z";

/// `uniq`.
pub async fn main(job: &mut Job) -> Outcome {
    let mut opts = job.options(SPEC)?;
    let mut numbers = [0usize, 0, usize::MAX];
    for (slot, (key, what)) in
        numbers.iter_mut().zip([('f', "fields to skip"), ('s', "bytes to skip"), ('w', "bytes to compare")])
    {
        let Some(text) = opts.value(key) else { continue };
        match text.parse() {
            Ok(n) => *slot = n,
            Err(_) => {
                let text = text.to_string();
                job.complain(&[&text, ": invalid number of ", what]);
                return Err(1);
            }
        }
    }
    if let Some(extra) = opts.args.get(2) {
        return Err(job.extra_operand(extra));
    }
    let output = match opts.args.get(1).cloned() {
        Some(path) if path != "-" => match job.create(&path).await {
            Ok(fd) => Some(fd),
            Err(e) => {
                job.fail_plain(&path, e);
                return Err(1);
            }
        },
        _ => None,
    };
    opts.args.truncate(1);
    let delimiter = if opts.has('z') { 0 } else { b'\n' };
    let mut lines = Lines::new(std::mem::take(&mut opts.args));
    let mut last: Option<(Vec<u8>, u64)> = None;
    let mut out = Vec::new();
    while let Some(mut line) = lines.record(job, delimiter).await {
        if line.last() == Some(&delimiter) {
            line.pop();
        }
        match &mut last {
            Some((old, count)) if same(&opts, &numbers, old, &line) => {
                *count += 1;
                if opts.has('D') {
                    if *count == 2 {
                        push(&mut out, old, delimiter);
                    }
                    push(&mut out, &line, delimiter);
                }
            }
            _ => {
                if let Some((old, count)) = last.replace((line, 1)) {
                    show(&opts, &mut out, &old, count, delimiter);
                }
            }
        }
        if output.is_none() {
            job.bytes(&out);
            out.clear();
        }
    }
    if let Some((old, count)) = last {
        show(&opts, &mut out, &old, count, delimiter);
    }
    match output {
        Some(fd) => drop(job.proc.write(fd, &out).await),
        None => job.bytes(&out),
    }
    Ok(())
}

fn push(out: &mut Vec<u8>, line: &[u8], delimiter: u8) {
    out.extend_from_slice(line);
    out.push(delimiter);
}

fn show(opts: &Parsed, out: &mut Vec<u8>, line: &[u8], count: u64, delimiter: u8) {
    if opts.has('D') || opts.has('d') && count < 2 || opts.has('u') && count > 1 {
        return;
    }
    if opts.has('c') {
        out.extend_from_slice(format!("{count:7} ").as_bytes());
    }
    push(out, line, delimiter);
}

fn same(opts: &Parsed, [fields, chars, most]: &[usize; 3], a: &[u8], b: &[u8]) -> bool {
    let key = |line: &[u8]| -> Vec<u8> {
        let mut at = 0;
        for _ in 0..*fields {
            let blank = |b: &u8| matches!(*b, b' ' | b'\t');
            at += line.get(at..).unwrap_or(&[]).iter().take_while(|b| blank(b)).count();
            at += line.get(at..).unwrap_or(&[]).iter().take_while(|b| !blank(b)).count();
        }
        let rest = line.get(at.saturating_add(*chars)..).unwrap_or(&[]);
        let rest = rest.get(..rest.len().min(*most)).unwrap_or(rest);
        if opts.has('i') {
            rest.to_ascii_lowercase()
        } else {
            rest.to_vec()
        }
    };
    key(a) == key(b)
}

/// `comm`: two sorted files side by side.
pub async fn comm(job: &mut Job) -> Outcome {
    let opts = job.options("123 nocheck-order=n output-delimiter=d:")?;
    let [first, second] = opts.args.as_slice() else {
        return Err(match opts.args.as_slice() {
            [_, _, extra, ..] => job.extra_operand(extra),
            rest => job.missing_operand(rest.first().map(String::as_str)),
        });
    };
    let mut sides = Vec::new();
    for path in [first, second] {
        match Input::open(job, path).await {
            Ok(mut input) => {
                let all = input.rest(job).await;
                sides.push(all);
                input.close(job);
            }
            Err(e) => {
                job.fail_plain(path, e);
                return Err(1);
            }
        }
    }
    let lines = |n: usize| sides.get(n).map_or(&[][..], |all| all.strip_suffix(b"\n").unwrap_or(all));
    let split = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        if text.is_empty() {
            Vec::new()
        } else {
            text.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
        }
    };
    let (mut a, mut b) = (split(lines(0)).into_iter().peekable(), split(lines(1)).into_iter().peekable());
    let gap = opts.value('d').unwrap_or("\t").to_string();
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => x.cmp(y),
        };
        let (line, column) = match order {
            Ordering::Less => (a.next(), '1'),
            Ordering::Greater => (b.next(), '2'),
            Ordering::Equal => {
                b.next();
                (a.next(), '3')
            }
        };
        if opts.has(column) {
            continue;
        }
        for before in ('1'..column).filter(|c| !opts.has(*c)) {
            let _ = before;
            job.out(&gap);
        }
        job.bytes(&line.unwrap_or_default());
        job.out("\n");
    }
}
