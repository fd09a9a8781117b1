//! `dd` and `split`: blocks of bytes.

use super::input::Input;
use super::job::{Job, Outcome};
use super::sizes;
use crate::kernel::Whence;
use crate::layerfs::{FileKind, OpenFlags};

/// No more than this many bytes are held at once.
const PIECE: usize = 1 << 20;

/// `dd`.
pub async fn main(job: &mut Job) -> Outcome {
    let words = std::mem::take(&mut job.args);
    let value = |key: &str| words.iter().rev().find_map(|w| w.strip_prefix(key)?.strip_prefix('=')).map(str::to_string);
    let known = [
        "if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status", "iflag", "oflag", "iseek", "oseek",
        "cbs",
    ];
    for word in &words {
        if !word.split_once('=').is_some_and(|(k, _)| known.contains(&k)) {
            let shown = job.quoted(word);
            return Err(job.misused(&["unrecognized operand ", &shown]));
        }
    }
    let mut numbers = [512, u64::MAX, 0, 0];
    for (slot, key) in numbers.iter_mut().zip(["bs", "count", "skip", "seek"]) {
        let Some(text) = value(key).or_else(|| if key == "bs" { value("ibs") } else { None }) else { continue };
        match sizes::parse(&text).filter(|n| key != "bs" || *n > 0) {
            Some(n) => *slot = n,
            None => {
                let shown = job.quoted(&text);
                job.complain(&["invalid number: ", &shown]);
                return Err(1);
            }
        }
    }
    let [size, count, skip, seek] = numbers;
    let conv = value("conv").unwrap_or_default();
    let notrunc = conv.split(',').any(|c| c == "notrunc");
    let source = match value("if") {
        Some(path) => match job.open(&path).await {
            Ok(fd) => fd,
            Err(e) => {
                job.fail("failed to open|can't open", &path, e);
                return Err(1);
            }
        },
        None => 0,
    };
    let target = match value("of") {
        Some(path) => {
            let flags = OpenFlags { truncate: !notrunc && seek == 0, ..OpenFlags::REWRITE };
            match job.proc.open(&path, flags, 0o666).await {
                Ok(fd) => {
                    if seek > 0 {
                        let at = seek.saturating_mul(size);
                        if !notrunc {
                            let _ = job.proc.ftruncate(fd, at);
                        }
                        let _ = job.proc.seek(fd, i64::try_from(at).unwrap_or(i64::MAX), Whence::Start);
                    }
                    fd
                }
                Err(e) => {
                    job.fail("failed to open|can't open", &path, e);
                    return Err(1);
                }
            }
        }
        None => 1,
    };
    let skip_bytes = i64::try_from(skip.saturating_mul(size)).unwrap_or(i64::MAX);
    let sought = skip > 0 && job.proc.seek(source, skip_bytes, Whence::Current).is_ok();
    let mut to_skip = if sought { 0 } else { skip };
    let start = job.now();
    let (mut full, mut partial, mut total) = (0u64, 0u64, 0u64);
    // A block from a file or a memory device is whole; from a pipe or a terminal it is what one read gives.
    let whole = job.proc.fstat(source).is_ok_and(|stat| stat.kind == FileKind::File || stat.rdev.0 == 1);
    'blocks: while full + partial < count {
        // Big blocks pass through in pieces.
        let mut got = 0;
        while got < size {
            let most = usize::try_from(size - got).unwrap_or(PIECE).min(PIECE);
            let piece = match job.proc.read(source, most).await {
                Ok(piece) => piece,
                Err(e) => {
                    let name = value("if").unwrap_or_else(|| "standard input".to_string());
                    job.fail("error reading", &name, e);
                    break 'blocks;
                }
            };
            got += piece.len() as u64;
            if to_skip == 0 {
                total += piece.len() as u64;
                let piece = match () {
                    () if conv.contains("ucase") => piece.to_ascii_uppercase(),
                    () if conv.contains("lcase") => piece.to_ascii_lowercase(),
                    () => piece.clone(),
                };
                if let Err(e) = job.proc.write(target, &piece).await {
                    let name = value("of").unwrap_or_else(|| "standard output".to_string());
                    job.fail("error writing", &name, e);
                    break 'blocks;
                }
            }
            job.proc.checkpoint().await;
            if piece.is_empty() || !whole {
                break;
            }
        }
        if got == 0 {
            break;
        }
        match to_skip.checked_sub(1) {
            Some(left) => to_skip = left,
            None => *(if got == size { &mut full } else { &mut partial }) += 1,
        }
    }
    job.close(source);
    job.close(target);
    let status = value("status").unwrap_or_default();
    if status != "none" {
        job.err(&format!("{full}+{partial} records in\n{full}+{partial} records out\n"));
        if status != "noxfer" {
            // Virtual time stands still while a program runs; the simulated disk writes 2 GB a second.
            let nanos = (job.now().0 - start.0).max(0) + 50_000 + (total / 2) as i64;
            let text = copied(total, nanos);
            job.err(&text);
        }
    }
    Ok(())
}

fn copied(bytes: u64, nanos: i64) -> String {
    let seconds = nanos as f64 / 1e9;
    let units = |n: f64, base: f64, names: [&str; 5]| {
        let mut value = n;
        for name in names {
            if value < base {
                return if value < 9.95 && name != names[0] {
                    format!("{value:.1} {name}")
                } else {
                    format!("{value:.0} {name}")
                };
            }
            value /= base;
        }
        format!("{value:.1} PB")
    };
    let decimal = units(bytes as f64, 1000.0, ["bytes", "kB", "MB", "GB", "TB"]);
    let binary = units(bytes as f64, 1024.0, ["bytes", "KiB", "MiB", "GiB", "TiB"]);
    let size = match bytes {
        1 => "1 byte copied".to_string(),
        0..1000 => format!("{bytes} bytes copied"),
        1000..1024 => format!("{bytes} bytes ({decimal}) copied"),
        _ => format!("{bytes} bytes ({decimal}, {binary}) copied"),
    };
    let rate = units(bytes as f64 / seconds, 1000.0, ["B", "kB", "MB", "GB", "TB"]);
    format!("{size}, {} s, {rate}/s\n", significant(seconds))
}

/// `%g`.
fn significant(value: f64) -> String {
    if value >= 1e-4 {
        let places = (5 - value.log10().floor() as i32).clamp(0, 9) as usize;
        let text = format!("{value:.places$}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text };
    }
    let text = format!("{value:.5e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `split`: a file in pieces `xaa`, `xab`, …
pub async fn split(job: &mut Job) -> Outcome {
    let opts = job.options("a:b:C:del:n:t:x bytes=b: lines=l: suffix-length=a: numeric-suffixes=d? verbose=v")?;
    let path = opts.args.first().cloned().unwrap_or_else(|| "-".to_string());
    let prefix = opts.args.get(1).map_or("x", String::as_str).to_string();
    let letters: usize = opts.value('a').and_then(|a| a.parse().ok()).unwrap_or(2);
    let by_bytes = opts.value('b').and_then(sizes::parse);
    let lines = opts.value('l').map_or(Some(1000), |l| l.parse().ok()).filter(|l| *l > 0);
    let Some(lines) = lines else {
        let shown = job.quoted(opts.value('l').unwrap_or(""));
        job.complain(&["invalid number of lines: ", &shown]);
        return Err(1);
    };
    let mut input = match Input::open(job, &path).await {
        Ok(input) => input,
        Err(e) => {
            job.fail("cannot open", &path, e);
            return Err(1);
        }
    };
    let all = input.rest(job).await;
    input.close(job);
    let pieces: Vec<Vec<u8>> = match by_bytes {
        Some(size) => all.chunks(usize::try_from(size).unwrap_or(usize::MAX).max(1)).map(<[u8]>::to_vec).collect(),
        None => {
            let rows: Vec<&[u8]> = all.split_inclusive(|b| *b == b'\n').collect();
            rows.chunks(lines).map(<[&[u8]]>::concat).collect()
        }
    };
    for (n, piece) in pieces.iter().enumerate() {
        let base = if opts.has('d') { 10 } else { 26 };
        let mut suffix = String::new();
        let mut rest = n;
        for _ in 0..letters {
            let digit = (rest % base) as u8;
            suffix.insert(0, char::from(if base == 10 { b'0' + digit } else { b'a' + digit }));
            rest /= base;
        }
        if rest > 0 {
            job.complain(&["output file suffixes exhausted"]);
            return Err(1);
        }
        let name = [prefix.as_str(), &suffix].concat();
        match job.create(&name).await {
            Ok(fd) => {
                let _ = job.proc.write(fd, piece).await;
                job.close(fd);
            }
            Err(e) => {
                job.fail_plain(&name, e);
                return Err(1);
            }
        }
    }
    Ok(())
}
