//! `head`: the first lines or bytes.

use super::input::Input;
use super::job::{Job, Outcome};
use super::sizes;
use crate::layerfs::Errno;

/// Shows the beginnings of the operands.
pub async fn main(job: &mut Job) -> Outcome {
    plain_number(job);
    let opts = job.options("n:c:qvz lines=n: bytes=c: quiet=q silent=q verbose=v zero-terminated=z")?;
    let by_bytes = opts.last("nc") == Some('c');
    let given = if by_bytes { opts.value('c') } else { opts.value('n') }.unwrap_or("10");
    let (count, but_last) = match given.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (given.strip_prefix('+').unwrap_or(given), false),
    };
    let Some(count) = sizes::parse(count) else {
        let what = if by_bytes { "bytes" } else { "lines" };
        let shown = job.quoted(count);
        job.complain(&["invalid number of ", what, ": ", &shown]);
        return Err(1);
    };
    let delimiter = if opts.has('z') { 0 } else { b'\n' };
    let headings = opts.last("qv").map_or(opts.args.len() > 1, |k| k == 'v');
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args };
    let mut first = true;
    for path in paths {
        let mut input = match Input::open(job, &path).await {
            Ok(input) => input,
            Err(e) => {
                cannot_open(job, &path, e);
                continue;
            }
        };
        if headings {
            heading(job, &path, &mut first);
        }
        match (by_bytes, but_last) {
            (false, false) => lines(job, &mut input, count, delimiter).await,
            (true, false) => bytes(job, &mut input, count).await,
            (_, true) => all_but(job, &mut input, count, by_bytes, delimiter).await,
        }
        if let Some(e) = input.error {
            job.fail("error reading", &path, e);
        }
        input.close(job);
    }
    Ok(())
}

/// `cannot open 'x' for reading: reason`, as `head`, `tail` and `sort` say.
pub fn cannot_open(job: &mut Job, path: &str, reason: Errno) {
    if job.busybox() {
        return job.fail(if job.usage.name == "tail" { "|can't open" } else { "" }, path, reason);
    }
    let shown = job.quoted(path);
    job.complain(&["cannot open ", &shown, " for reading: ", &reason.to_string()]);
}

/// The heading that tells files apart: `==> name <==`.
pub fn heading(job: &mut Job, path: &str, first: &mut bool) {
    let name = if path == "-" { "standard input" } else { path };
    job.out(&[if *first { "" } else { "\n" }, "==> ", name, " <==\n"].concat());
    *first = false;
}

/// The old form `head -5` is `head -n 5`.
pub fn plain_number(job: &mut Job) {
    let Some(word) = job.args.first_mut() else { return };
    let Some(digits) = word.strip_prefix('-').filter(|d| d.starts_with(|c: char| c.is_ascii_digit())) else { return };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (number, letters) = digits.split_at_checked(end).unwrap_or((digits, ""));
    *word = ["-", letters, "n", number].concat();
}

async fn lines(job: &mut Job, input: &mut Input, count: u64, delimiter: u8) {
    for _ in 0..count {
        let Some(line) = input.record(job, delimiter).await else { break };
        job.bytes(&line);
        if job.waiting() > 32_768 {
            job.flush().await;
        }
    }
}

async fn bytes(job: &mut Job, input: &mut Input, count: u64) {
    let mut left = count;
    while left > 0 {
        let Some(piece) = input.piece(job).await else { break };
        let take = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        job.bytes(piece.get(..take).unwrap_or(&piece));
        left -= take as u64;
        job.flush().await;
    }
}

/// `-n -N`: all but the last `count` lines, or bytes.
async fn all_but(job: &mut Job, input: &mut Input, count: u64, by_bytes: bool, delimiter: u8) {
    let all = input.rest(job).await;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if by_bytes {
        return job.bytes(all.get(..all.len().saturating_sub(count)).unwrap_or(&[]));
    }
    let lines: Vec<&[u8]> = all.split_inclusive(|b| *b == delimiter).collect();
    for line in lines.iter().take(lines.len().saturating_sub(count)) {
        job.bytes(line);
    }
}
