//! `cut` and `paste`: columns out of lines, and lines side by side.

use super::input::{Input, Lines};
use super::job::{Job, Outcome};
use crate::shell::escape::{unescape, Dialect};

const SPEC: &str = "b:c:d:f:nsz bytes=b: characters=c: delimiter=d: fields=f: only-delimited=s zero-terminated=z \
    complement=! output-delimiter=&:";

/// `cut`.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let kinds: Vec<char> = opts.opts.iter().map(|o| o.0).filter(|k| "bcf".contains(*k)).collect();
    let kind = match kinds.as_slice() {
        [] => return Err(job.misused(&["you must specify a list of bytes, characters, or fields"])),
        [one] => *one,
        _ => return Err(job.misused(&["only one list may be specified"])),
    };
    let list = opts.value(kind).unwrap_or("");
    let ranges = match parse_list(list, kind == 'f') {
        Ok(ranges) => ranges,
        Err(words) => return Err(job.misused(&[&words])),
    };
    let delimiter = match opts.value('d') {
        None => b'\t',
        Some(_) if kind != 'f' => {
            return Err(job.misused(&["an input delimiter may be specified only when operating on fields"]));
        }
        Some("") => 0,
        Some(d) => match d.as_bytes() {
            [one] => *one,
            _ => return Err(job.misused(&["the delimiter must be a single character"])),
        },
    };
    let wanted = |n: usize| ranges.iter().any(|(a, b)| (*a..=*b).contains(&n)) != opts.has('!');
    let glue =
        opts.value('&').map_or(if kind == 'f' { vec![delimiter] } else { Vec::new() }, |g| g.as_bytes().to_vec());
    let end = if opts.has('z') { 0 } else { b'\n' };
    let mut lines = Lines::new(opts.args.clone());
    while let Some(mut line) = lines.record(job, end).await {
        if line.last() == Some(&end) {
            line.pop();
        }
        if kind == 'f' {
            if !line.contains(&delimiter) {
                if !opts.has('s') {
                    job.bytes(&line);
                    job.bytes(&[end]);
                }
                continue;
            }
            let fields: Vec<&[u8]> = line
                .split(|b| *b == delimiter)
                .enumerate()
                .filter(|(i, _)| wanted(i + 1))
                .map(|(_, field)| field)
                .collect();
            job.bytes(&fields.join(glue.as_slice()));
        } else {
            let mut last = 0;
            for (i, b) in line.iter().enumerate().filter(|(i, _)| wanted(i + 1)) {
                // The glue stands between ranges that are not neighbours.
                if last > 0 && i > last {
                    job.bytes(&glue);
                }
                job.bytes(&[*b]);
                last = i + 1;
            }
        }
        job.bytes(&[end]);
    }
    Ok(())
}

/// `1,3-5,-2,7-`; counted from 1.
fn parse_list(list: &str, fields: bool) -> Result<Vec<(usize, usize)>, String> {
    let noun = if fields { "fields are numbered from 1" } else { "byte/character positions are numbered from 1" };
    let mut ranges = Vec::new();
    for part in list.split([',', ' ']) {
        let invalid = |n: &str| {
            if fields {
                ["invalid field value '", n, "'"].concat()
            } else {
                ["invalid byte/character position '", n, "'"].concat()
            }
        };
        let number = |n: &str, default: usize| match n {
            "" => Ok(default),
            n => n.parse::<usize>().map_err(|_| invalid(n)),
        };
        let (from, to) = match part.split_once('-') {
            Some(("", "")) => return Err("invalid range with no endpoint: -".to_string()),
            Some((a, b)) => (number(a, 1)?, number(b, usize::MAX)?),
            None => (number(part, 0)?, number(part, 0)?),
        };
        if from == 0 || to == 0 {
            return Err(noun.to_string());
        }
        if to < from {
            return Err("invalid decreasing range".to_string());
        }
        ranges.push((from, to));
    }
    Ok(ranges)
}

/// `paste`: corresponding lines side by side, or with `-s` each file as one line.
pub async fn paste(job: &mut Job) -> Outcome {
    let opts = job.options("d:sz delimiters=d: serial=s zero-terminated=z")?;
    let given = opts.value('d').unwrap_or("\t");
    if (given.len() - given.trim_end_matches('\\').len()) % 2 == 1 {
        job.complain(&["delimiter list ends with an unescaped backslash: ", given]);
        return Err(1);
    }
    let delimiters: Vec<char> = unescape(given, Dialect::Paste).0.chars().collect();
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args.clone() };
    let end = if opts.has('z') { 0 } else { b'\n' };
    let glue = |n: usize| delimiters.get(n % delimiters.len().max(1)).filter(|c| **c != '\0').map(ToString::to_string);
    let mut inputs: Vec<Option<Input>> = Vec::new();
    for path in &paths {
        match Input::open(job, path).await {
            Ok(input) => inputs.push(Some(input)),
            Err(e) => {
                job.fail_plain(path, e);
                if !opts.has('s') {
                    return Err(1);
                }
            }
        }
    }
    if opts.has('s') {
        for mut input in inputs.into_iter().flatten() {
            let mut n = 0;
            while let Some(mut line) = input.record(job, end).await {
                if line.last() == Some(&end) {
                    line.pop();
                }
                if n > 0 {
                    job.out(&glue(n - 1).unwrap_or_default());
                }
                n += 1;
                job.bytes(&line);
            }
            job.bytes(&[end]);
            input.close(job);
        }
        return Ok(());
    }
    // Several `-` share standard input.
    let first_stdin = paths.iter().position(|p| p == "-");
    loop {
        let mut row: Vec<Option<Vec<u8>>> = Vec::new();
        for n in 0..inputs.len() {
            let source = if paths.get(n).is_some_and(|p| p == "-") { first_stdin.unwrap_or(n) } else { n };
            let line = match inputs.get_mut(source) {
                Some(Some(input)) => input.record(job, end).await,
                _ => None,
            };
            row.push(line);
        }
        if row.iter().all(Option::is_none) {
            return Ok(());
        }
        for (n, line) in row.into_iter().enumerate() {
            if n > 0 {
                job.out(&glue(n - 1).unwrap_or_default());
            }
            let line = line.unwrap_or_default();
            job.bytes(line.strip_suffix(&[end]).unwrap_or(&line));
        }
        job.bytes(&[end]);
    }
}
