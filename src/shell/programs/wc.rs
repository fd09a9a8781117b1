//! `wc`: lines, words, characters and bytes.

use super::input::Input;
use super::job::{Job, Outcome};
use crate::layerfs::FileKind;

#[derive(Clone, Copy, Default)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    longest: u64,
}

/// Counts the operands, and the total of several.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options("clmLw bytes=c chars=m lines=l words=w max-line-length=L")?;
    let keys: String =
        if opts.opts.is_empty() { "lwc".into() } else { "lwmcL".chars().filter(|k| opts.has(*k)).collect() };
    let from_stdin = opts.args.is_empty();
    let paths = if from_stdin { vec!["-".to_string()] } else { opts.args };
    // GNU makes the columns as wide as the sum of the regular files' sizes needs, and at least 7 where something
    // else is among them.
    let mut width = 1;
    if paths.len() > 1 || keys.len() > 1 {
        let mut sum = 0;
        let mut least = 1;
        for path in &paths {
            match if path == "-" { job.proc.fstat(0) } else { job.stat(path) } {
                Ok(s) if s.kind == FileKind::File => sum += s.size,
                Ok(_) => least = 7,
                Err(_) => {}
            }
        }
        width = sum.to_string().len().max(least);
    }
    if job.busybox() {
        width = if keys.len() > 1 { 9 } else { 1 };
    }
    let mut total = Counts::default();
    let utf8 = job.utf8();
    for path in &paths {
        let mut input = match Input::open(job, path).await {
            Ok(input) => input,
            Err(e) => {
                job.fail_plain(path, e);
                continue;
            }
        };
        let counts = count(job, &mut input, utf8).await;
        if let Some(e) = input.error {
            job.fail_plain(path, e);
        }
        input.close(job);
        total.add(&counts);
        show(job, &counts, &keys, width, if from_stdin { "" } else { path });
    }
    if paths.len() > 1 {
        show(job, &total, &keys, width, "total");
    }
    Ok(())
}

async fn count(job: &mut Job, input: &mut Input, utf8: bool) -> Counts {
    let mut c = Counts::default();
    let mut in_word = false;
    let mut column = 0;
    while let Some(piece) = input.piece(job).await {
        c.bytes += piece.len() as u64;
        for b in piece {
            let starts_char = !utf8 || b & 0xC0 != 0x80;
            c.chars += u64::from(starts_char);
            match b {
                b'\n' | b'\r' | 12 => {
                    c.lines += u64::from(b == b'\n');
                    c.longest = c.longest.max(column);
                    column = 0;
                }
                b'\t' => column += 8 - column % 8,
                _ => column += u64::from(b == b' ' || (b > b' ' && b < 127 || b >= 128 && utf8) && starts_char),
            }
            // A byte that cannot be printed, as all beyond ASCII in the C locale, neither begins nor ends a word.
            if b == b' ' || (9..=13).contains(&b) {
                in_word = false;
            } else if (b > b' ' && b < 127 || b >= 128 && utf8) && !in_word {
                in_word = true;
                c.words += 1;
            }
        }
    }
    c.longest = c.longest.max(column);
    c
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.chars += other.chars;
        self.bytes += other.bytes;
        self.longest = self.longest.max(other.longest);
    }
}

fn show(job: &mut Job, c: &Counts, keys: &str, width: usize, name: &str) {
    let mut parts = Vec::new();
    for key in keys.chars() {
        let n = match key {
            'l' => c.lines,
            'w' => c.words,
            'm' => c.chars,
            'L' => c.longest,
            _ => c.bytes,
        };
        parts.push(format!("{n:width$}"));
    }
    if !name.is_empty() {
        parts.push(name.to_string());
    }
    job.line(&parts.join(" "));
}
