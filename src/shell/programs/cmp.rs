//! `cmp`: where two files differ, byte by byte.

use super::input::Input;
use super::job::{Job, Outcome};

/// Tells of the first byte that differs, or with `-l` of each.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options("i:ln:s verbose=l quiet=s silent=s bytes=n: ignore-initial=i:")?;
    let (a, b) = match opts.args.as_slice() {
        [a, b] | [a, b, _] | [a, b, _, _] => (a, b),
        [_, _, _, _, extra, ..] => return Err(job.extra_operand(extra)),
        few => {
            let last = few.first().map_or("cmp", String::as_str);
            return Err(job.missing_operand(Some(last)));
        }
    };
    let (both, given) = (opts.value('i').unwrap_or("0"), opts.value('n').unwrap_or(""));
    let (first, second) = both.split_once(':').unwrap_or((both, both));
    let mut numbers = [u64::MAX, 0, 0];
    let texts =
        [given, opts.args.get(2).map_or(first, String::as_str), opts.args.get(3).map_or(second, String::as_str)];
    for ((slot, text), what) in numbers.iter_mut().zip(texts).zip(["bytes", "ignore-initial", "ignore-initial"]) {
        match super::sizes::parse(text) {
            Some(n) => *slot = n,
            None if text.is_empty() => {}
            None => return Err(job.misused(&["invalid --", what, " value '", text, "'"])),
        }
    }
    let [limit, skips @ ..] = numbers;
    let mut inputs = Vec::new();
    for (path, skip) in [a, b].into_iter().zip(skips) {
        match Input::open(job, path).await {
            Ok(mut input) => {
                input.skip(job, skip).await;
                inputs.push(input);
            }
            Err(e) => {
                job.complain(&[path, ": ", &e.to_string()]);
                return Err(2);
            }
        }
    }
    let [left, right] = inputs.as_mut_slice() else { return Err(2) };
    let (mut x, mut y): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let (mut at, mut line, mut differ) = (0u64, 1u64, false);
    let mut line_begins = true;
    let unit = if job.utf8() && !job.busybox() { "byte" } else { "char" };
    // The offsets' column is as wide as the shorter file can need.
    let sizes = [a, b].map(|path| job.stat(path).map_or(0, |stat| stat.size));
    let wide = if job.busybox() { 1 } else { sizes[0].min(sizes[1]).to_string().len() };
    loop {
        if x.is_empty() {
            x = left.piece(job).await.unwrap_or_default();
        }
        if y.is_empty() {
            y = right.piece(job).await.unwrap_or_default();
        }
        if x.is_empty() || y.is_empty() || at >= limit {
            break;
        }
        let len = x.len().min(y.len());
        for (p, q) in x.iter().zip(&y) {
            at += 1;
            if p != q && at <= limit {
                differ = true;
                if opts.has('l') {
                    job.line(&format!("{at:wide$} {p:3o} {q:3o}"));
                } else {
                    if !opts.has('s') {
                        job.line(&format!("{a} {b} differ: {unit} {at}, line {line}"));
                    }
                    return Err(1);
                }
            }
            line_begins = *p == b'\n';
            line += u64::from(line_begins);
        }
        x.drain(..len);
        y.drain(..len);
    }
    if x.len() != y.len() && at < limit {
        let short = if x.is_empty() { a } else { b };
        if !opts.has('s') {
            let words = match at {
                _ if job.busybox() => short.clone(),
                0 => [short, " which is empty"].concat(),
                _ if opts.has('l') => format!("{short} after byte {at}"),
                _ if line_begins => format!("{short} after byte {at}, line {}", line - 1),
                _ => format!("{short} after byte {at}, in line {line}"),
            };
            job.complain(&["EOF on ", &words]);
        }
        return Err(1);
    }
    Err(i32::from(differ))
}
