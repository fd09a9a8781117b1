//! `dd` and `split`: blocks of bytes.

use super::input::Input;
use super::job::{Job, Outcome};
use super::sizes;
use crate::kernel::Whence;
use crate::layerfs::{FileKind, OpenFlags};
use crate::shell::printf::general;

/// No more than this many bytes are held at once.
const PIECE: usize = 1 << 20;

/// `dd`.
pub async fn main(job: &mut Job) -> Outcome {
    let words = std::mem::take(&mut job.args);
    let value = |key: &str| words.iter().rev().find_map(|w| w.strip_prefix(key)?.strip_prefix('=')).map(str::to_string);
    for word in &words {
        // What each operand's words may be; the others take a number or a name.
        let (what, known) = match word.split_once('=') {
            Some(("if" | "of" | "bs" | "count" | "skip" | "seek" | "iseek" | "oseek", _)) => continue,
            Some(("conv", _)) => ("conversion", "notrunc ucase lcase fsync fdatasync"),
            Some(("iflag", _)) => ("input flag", "fullblock direct"),
            Some(("oflag", _)) => ("output flag", "append direct dsync sync"),
            Some(("status", _)) => ("status level", "none noxfer progress"),
            _ => {
                let shown = job.quoted(word);
                return Err(job.misused(&["unrecognized operand ", &shown]));
            }
        };
        let given = word.split_once('=').map_or("", |w| w.1);
        if let Some(wrong) = given.split(',').find(|w| !known.split(' ').any(|k| k == *w)) {
            let shown = job.quoted(wrong);
            return Err(job.misused(&["invalid ", what, ": ", &shown]));
        }
    }
    let says = |key: &str, word: &str| {
        words.iter().any(|w| {
            w.strip_prefix(key).and_then(|w| w.strip_prefix('=')).is_some_and(|list| list.split(',').any(|w| w == word))
        })
    };
    if says("conv", "lcase") && says("conv", "ucase") {
        job.complain(&["cannot combine lcase and ucase"]);
        return Err(1);
    }
    let mut numbers = [512, u64::MAX, 0, 0];
    for (slot, (key, other)) in
        numbers.iter_mut().zip([("bs", ""), ("count", ""), ("skip", "iseek"), ("seek", "oseek")])
    {
        let Some(text) = value(key).or_else(|| value(other)) else { continue };
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
    let (notrunc, append) = (says("conv", "notrunc"), says("oflag", "append"));
    if append && !notrunc && value("of").is_some() {
        let status = job.status;
        job.complain(&["you probably want conv=notrunc with oflag=append"]);
        job.status = status;
    }
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
            let flags = OpenFlags { truncate: !notrunc && seek == 0, append, ..OpenFlags::REWRITE };
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
    // A block that was read but could not be written.
    let (mut lost_full, mut lost_partial) = (0, 0);
    // A block from a file or a memory device is whole; from a pipe or a terminal it is what one read gives.
    let whole = job.proc.fstat(source).is_ok_and(|stat| stat.kind == FileKind::File || stat.rdev.0 == 1)
        || says("iflag", "fullblock");
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
                let piece = match () {
                    () if says("conv", "ucase") => piece.to_ascii_uppercase(),
                    () if says("conv", "lcase") => piece.to_ascii_lowercase(),
                    () => piece.clone(),
                };
                if let Err(e) = job.proc.write(target, &piece).await {
                    let name = value("of").unwrap_or_else(|| "standard output".to_string());
                    job.fail("error writing", &name, e);
                    *(if got == size { &mut lost_full } else { &mut lost_partial }) += 1;
                    break 'blocks;
                }
                total += piece.len() as u64;
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
        job.err(&format!("{}+{} records in\n{full}+{partial} records out\n", full + lost_full, partial + lost_partial));
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
    format!("{size}, {} s, {rate}/s\n", general(seconds, 6, false))
}

/// `split`: a file in pieces `xaa`, `xab`, …
pub async fn split(job: &mut Job) -> Outcome {
    let opts = job.options("a:b:dl: bytes=b: lines=l: suffix-length=a: numeric-suffixes=d? verbose=v")?;
    if let Some(extra) = opts.args.get(2) {
        return Err(job.extra_operand(extra));
    }
    if opts.has('b') && opts.has('l') {
        return Err(job.misused(&["cannot split in more than one way"]));
    }
    let mut numbers = [0, 1000, 0];
    let kinds = [('a', "suffix length"), ('l', "number of lines"), ('b', "number of bytes")];
    for (slot, (key, what)) in numbers.iter_mut().zip(kinds) {
        let Some(text) = opts.value(key) else { continue };
        let number = sizes::parse(text);
        match number.filter(|n| *n > 0 || key == 'a') {
            Some(n) => *slot = n,
            None => {
                let shown = job.quoted(text);
                let why = if number.is_some() { ": Numerical result out of range" } else { "" };
                job.complain(&["invalid ", what, ": ", &shown, why]);
                return Err(1);
            }
        }
    }
    let [letters, lines, bytes] = numbers;
    let path = opts.args.first().map_or("-", String::as_str);
    let prefix = opts.args.get(1).map_or("x", String::as_str);
    let mut names = Names {
        base: if opts.has('d') { 10 } else { 26 },
        letters: letters as usize,
        next: opts.value('d').and_then(|from| from.parse().ok()).unwrap_or(0),
    };
    let mut input = match Input::open(job, path).await {
        Ok(input) => input,
        Err(e) => {
            job.fail("cannot open", path, e);
            return Err(1);
        }
    };
    let (mut name, mut fd, mut left) = (String::new(), 0, 0);
    loop {
        let piece = if bytes > 0 { input.piece(job).await } else { input.record(job, b'\n').await };
        let Some(mut piece) = piece else { break };
        while !piece.is_empty() {
            if left == 0 {
                job.close(fd);
                let Some(suffix) = names.next() else {
                    job.complain(&["output file suffixes exhausted"]);
                    return Err(1);
                };
                name = [prefix, &suffix].concat();
                if opts.has('v') {
                    let shown = job.quoted(&name);
                    job.line(&["creating file ", &shown].concat());
                }
                left = if bytes > 0 { bytes } else { lines };
                match job.create(&name).await {
                    Ok(new) => fd = new,
                    Err(e) => {
                        job.fail_plain(&name, e);
                        return Err(1);
                    }
                }
            }
            let most = if bytes > 0 { left.min(piece.len() as u64) } else { piece.len() as u64 };
            let rest = piece.split_off(most as usize);
            if let Err(e) = job.proc.write(fd, &piece).await {
                job.fail_plain(&name, e);
                return Err(1);
            }
            left -= if bytes > 0 { most } else { 1 };
            piece = rest;
        }
    }
    job.close(fd);
    if let Some(e) = input.error {
        job.fail_plain(path, e);
    }
    Ok(())
}

/// The ends of the pieces' names: of so many letters, or of two and then ever more (`yz`, `zaaa`).
struct Names {
    base: u64,
    letters: usize,
    next: u64,
}

impl Names {
    fn next(&mut self) -> Option<String> {
        let mut rest = self.next;
        self.next += 1;
        let (mut out, mut letters) = (String::new(), if self.letters == 0 { 2 } else { self.letters });
        let last = if self.base == 10 { '9' } else { 'z' };
        if self.letters == 0 {
            // The last letter in front says that there are more.
            let room = |letters: u32| (self.base - 1).saturating_mul(self.base.saturating_pow(letters - 1));
            while let Some(over) = rest.checked_sub(room(letters as u32)) {
                (rest, letters) = (over, letters + 1);
                out.push(last);
            }
        }
        let mut digits = Vec::new();
        for _ in 0..letters {
            let digit = (rest % self.base) as u8;
            digits.push(char::from(if self.base == 10 { b'0' + digit } else { b'a' + digit }));
            rest /= self.base;
        }
        out.extend(digits.iter().rev());
        (rest == 0).then_some(out)
    }
}
