//! `cat`: files to standard output, numbered or with invisible signs shown if asked; and `tac`, the lines backwards.

use super::input::Input;
use super::job::{Job, Outcome};
use super::options::Parsed;
use crate::layerfs::FileKind;

const SPEC: &str = "AbeEnstTuv show-all=A number-nonblank=b show-ends=E number=n squeeze-blank=s show-tabs=T \
    show-nonprinting=v";

/// What `cat` does to lines.
#[derive(Default)]
struct Dress {
    number: bool,
    nonblank: bool,
    squeeze: bool,
    ends: bool,
    tabs: bool,
    shown: bool,
    line: u64,
    blanks: u32,
    mid_line: bool,
}

/// Concatenates.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let mut dress = Dress::new(&opts);
    let plain = !(dress.number || dress.squeeze || dress.ends || dress.tabs || dress.shown);
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args };
    let target = job.proc.fstat(1).ok();
    for path in paths {
        let mut input = match Input::open(job, &path).await {
            Ok(input) => input,
            Err(e) if job.busybox() => {
                job.fail("|can't open", &path, e);
                continue;
            }
            Err(e) => {
                job.fail_plain(&path, e);
                continue;
            }
        };
        // Reading what one writes would never end.
        let same = match (&target, job.stat(&path)) {
            (Some(t), Ok(s)) if path != "-" => {
                t.ino == s.ino && t.dev == s.dev && s.size > 0 && s.kind == FileKind::File
            }
            _ => false,
        };
        if same {
            let shown = job.quote_needed(&path);
            job.complain(&[&shown, ": input file is output file"]);
            input.close(job);
            continue;
        }
        while let Some(piece) = input.piece(job).await {
            if plain {
                job.bytes(&piece);
                job.flush().await;
            } else {
                dress.apply(job, &piece);
            }
        }
        if let Some(e) = input.error {
            job.fail_plain(&path, e);
        }
        input.close(job);
    }
    Ok(())
}

impl Dress {
    fn new(opts: &Parsed) -> Dress {
        Dress {
            nonblank: opts.has('b'),
            number: opts.has('n') || opts.has('b'),
            squeeze: opts.has('s'),
            ends: opts.last("AeE").is_some(),
            tabs: opts.last("AtT").is_some(),
            shown: opts.last("Aetv").is_some(),
            ..Dress::default()
        }
    }

    fn apply(&mut self, job: &mut Job, piece: &[u8]) {
        let mut out = Vec::with_capacity(piece.len() + 64);
        for &b in piece {
            if !self.mid_line {
                if b == b'\n' {
                    self.blanks += 1;
                    if self.squeeze && self.blanks > 1 {
                        continue;
                    }
                } else {
                    self.blanks = 0;
                }
                if self.number && !(self.nonblank && b == b'\n') {
                    self.line += 1;
                    out.extend_from_slice(format!("{:6}\t", self.line).as_bytes());
                }
            }
            self.mid_line = b != b'\n';
            match b {
                b'\n' => {
                    if self.ends {
                        out.push(b'$');
                    }
                    out.push(b);
                }
                b'\t' if !self.tabs => out.push(b),
                _ if self.shown || b == b'\t' => show(&mut out, b),
                _ => out.push(b),
            }
        }
        job.bytes(&out);
    }
}

/// A control sign as `^X`, one beyond ASCII as `M-…`.
fn show(out: &mut Vec<u8>, b: u8) {
    let low = b & 0x7f;
    if b >= 0x80 {
        out.extend_from_slice(b"M-");
    }
    match low {
        0..=31 => out.extend_from_slice(&[b'^', low + 64]),
        127 => out.extend_from_slice(b"^?"),
        _ => out.push(low),
    }
}

/// `tac`: each file's lines, the last first.
pub async fn tac(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args };
    for path in paths {
        match Input::open(job, &path).await {
            Ok(mut input) => {
                let all = input.rest(job).await;
                match input.error {
                    Some(e) => {
                        let shown = job.quote_needed(&path);
                        job.complain(&[&shown, ": read error: ", &e.to_string()]);
                    }
                    None => all.split_inclusive(|b| *b == b'\n').rev().for_each(|line| job.bytes(line)),
                }
                input.close(job);
            }
            Err(e) => job.fail("failed to open", &path, e),
        }
    }
    Ok(())
}

/// `rev`: each line's characters backwards.
pub async fn rev(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    let mut lines = super::input::Lines::new(opts.args);
    while let Some((line, ended)) = lines.line(job).await {
        let backwards: String = String::from_utf8_lossy(&line).chars().rev().collect();
        job.out(&backwards);
        if ended {
            job.out("\n");
        }
    }
    Ok(())
}
