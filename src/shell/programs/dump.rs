//! `od`, `hexdump` and `xxd`: bytes made visible.

use super::input::Input;
use super::job::{Job, Outcome};
use super::sizes;

/// How a unit of bytes is shown.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Octal,
    Hex,
    Decimal,
    Unsigned,
    Char,
    Named,
}

#[derive(Clone, Copy)]
struct Format {
    kind: Kind,
    size: usize,
    text: bool,
}

/// The operands' bytes one after the other; nothing where no operand could be opened.
async fn gather(job: &mut Job, paths: &[String], skip: u64, limit: u64) -> Option<Vec<u8>> {
    let paths = if paths.is_empty() { vec!["-".to_string()] } else { paths.to_vec() };
    let (mut skip, mut out, mut any) = (skip, Vec::new(), false);
    for path in paths {
        match Input::open(job, &path).await {
            Ok(mut input) => {
                any = true;
                while (out.len() as u64) < limit {
                    let Some(piece) = input.piece(job).await else { break };
                    let cut = piece.len().min(usize::try_from(skip).unwrap_or(usize::MAX));
                    skip -= cut as u64;
                    out.extend_from_slice(piece.get(cut..).unwrap_or(&[]));
                }
                if let Some(e) = input.error {
                    job.fail_plain(&path, e);
                }
                input.close(job);
            }
            Err(e) => job.fail_plain(&path, e),
        }
    }
    out.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    any.then_some(out)
}

/// `od`.
pub async fn od(job: &mut Job) -> Outcome {
    let opts = job.options(
        "A:abcdDHhIij:LlN:Oost:vw::Xx address-radix=A: skip-bytes=j: read-bytes=N: format=t: \
         output-duplicates=v width=w?",
    )?;
    let mut formats = Vec::new();
    for (key, value) in &opts.opts {
        let named = match key {
            'a' => "a",
            'b' => "o1",
            'c' => "c",
            'd' => "u2",
            'o' => "o2",
            's' => "d2",
            'x' | 'h' => "x2",
            'X' | 'H' => "x4",
            'D' => "u4",
            'O' => "o4",
            'i' => "d4",
            'I' | 'L' | 'l' => "d8",
            't' => value,
            _ => continue,
        };
        match parse(named) {
            Ok(more) => formats.extend(more),
            Err(wrong) => {
                let shown = job.quoted(named);
                job.complain(&["invalid character '", &wrong.to_string(), "' in type string ", &shown]);
                return Err(1);
            }
        }
    }
    if formats.is_empty() {
        formats.push(Format { kind: Kind::Octal, size: 2, text: false });
    }
    let number = |key: char| {
        opts.value(key).map(|v| match v.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => sizes::parse(v),
        })
    };
    let (skip, limit) = (number('j').flatten().unwrap_or(0), number('N').flatten().unwrap_or(u64::MAX));
    let width = opts.value('w').map_or(16, |w| w.parse().unwrap_or(32)).max(1);
    let Some(bytes) = gather(job, &opts.args, skip, limit).await else { return Ok(()) };
    let radix = opts.value('A').unwrap_or("o").to_string();
    let address = |at: u64| match radix.as_str() {
        "n" => String::new(),
        "x" => format!("{at:06x}"),
        "d" => format!("{at:07}"),
        _ => format!("{at:07o}"),
    };
    // All formats of a line keep in step: a row is as wide as the widest of them.
    let wide = formats.iter().map(|f| (digits(*f) + 1) * fields(*f, width)).max().unwrap_or(0);
    let mut last: Option<&[u8]> = None;
    let mut starred = false;
    let mut at = skip;
    for row in bytes.chunks(width) {
        if last == Some(row) && !opts.has('v') && row.len() == width {
            if !starred {
                job.line("*");
            }
            starred = true;
        } else {
            starred = false;
            for (i, format) in formats.iter().enumerate() {
                let head = if i == 0 { address(at) } else { " ".repeat(address(at).len()) };
                job.out(&head);
                let text = od_row(*format, row, fields(*format, width), wide);
                job.out(&text);
                if format.text {
                    let pad = wide.saturating_sub(text.len());
                    job.out(&[&" ".repeat(pad), "  >", &printable(row), "<"].concat());
                }
                job.out("\n");
            }
        }
        last = Some(row);
        at += row.len() as u64;
    }
    if radix != "n" {
        job.line(&address(at));
    }
    Ok(())
}

/// The formats that a `-t` names, or the character that names none.
fn parse(text: &str) -> Result<Vec<Format>, char> {
    let mut formats = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (kind, mut size) = match c {
            'a' => (Kind::Named, 1),
            'c' => (Kind::Char, 1),
            'd' => (Kind::Decimal, 4),
            'o' => (Kind::Octal, 4),
            'u' => (Kind::Unsigned, 4),
            'x' => (Kind::Hex, 4),
            wrong => return Err(wrong),
        };
        if !matches!(kind, Kind::Named | Kind::Char) {
            if let Some(given) = chars.next_if(|c| "1248CSIL".contains(*c)) {
                size = match given {
                    '1' | 'C' => 1,
                    '2' | 'S' => 2,
                    '8' | 'L' => 8,
                    _ => 4,
                };
            }
        }
        let text = chars.next_if_eq(&'z').is_some();
        formats.push(Format { kind, size, text });
    }
    Ok(formats)
}

/// How many units a row of `width` bytes has.
fn fields(f: Format, width: usize) -> usize {
    (width / f.size).max(1)
}

fn digits(f: Format) -> usize {
    match f.kind {
        Kind::Char | Kind::Named => 3,
        Kind::Hex => 2 * f.size,
        Kind::Octal => [0, 3, 6, 0, 11, 0, 0, 0, 22].get(f.size).copied().unwrap_or(3),
        Kind::Unsigned => [0, 3, 5, 0, 10, 0, 0, 0, 20].get(f.size).copied().unwrap_or(3),
        Kind::Decimal => [0, 4, 6, 0, 11, 0, 0, 0, 20].get(f.size).copied().unwrap_or(3),
    }
}

/// A row of units, of which a whole one has `count`, spread over `wide` columns.
fn od_row(f: Format, row: &[u8], count: usize, wide: usize) -> String {
    let mut out = String::new();
    let spare = wide.saturating_sub(digits(f) * count);
    for (unit, left) in row.chunks(f.size).zip((0..count).rev()) {
        let pad = spare * (left + 1) / count - spare * left / count;
        let value = unit.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
        let bits = 8 * f.size as u32;
        let signed = ((value << (64 - bits)) as i64) >> (64 - bits);
        let wide = digits(f);
        let text = match f.kind {
            Kind::Octal => format!("{value:0wide$o}"),
            Kind::Hex => format!("{value:0wide$x}"),
            Kind::Unsigned => value.to_string(),
            Kind::Decimal => signed.to_string(),
            Kind::Char => char_name(unit.first().copied().unwrap_or(0)),
            Kind::Named => ascii_name(unit.first().copied().unwrap_or(0)),
        };
        out.push_str(&format!("{text:>w$}", w = pad + digits(f)));
    }
    out
}

fn char_name(b: u8) -> String {
    match b {
        0 => "\\0".to_string(),
        7..=13 => super::quoting::printable(b),
        32..=126 => char::from(b).to_string(),
        _ => format!("{b:03o}"),
    }
}

fn ascii_name(b: u8) -> String {
    let names = "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp";
    match b & 0x7f {
        127 => "del".to_string(),
        low @ 33.. => char::from(low).to_string(),
        low => names.split(' ').nth(usize::from(low)).unwrap_or("").to_string(),
    }
}

fn printable(row: &[u8]) -> String {
    row.iter().map(|b| if (32..127).contains(b) { char::from(*b) } else { '.' }).collect()
}

/// `hexdump`, and `hd`.
pub async fn hexdump(job: &mut Job) -> Outcome {
    let opts = job.options("bcCde:f:L:n:os:vx canonical=C length=n: skip=s: no-squeezing=v")?;
    let number = |key: char| opts.value(key).and_then(sizes::parse);
    let skip = number('s').unwrap_or(0);
    let Some(bytes) = gather(job, &opts.args, skip, number('n').unwrap_or(u64::MAX)).await else {
        if !job.busybox() {
            job.complain(&["all input file arguments failed"]);
        }
        return Err(1);
    };
    let canonical = opts.has('C') || job.usage.name == "hd";
    let mut last: Option<&[u8]> = None;
    let mut starred = false;
    let mut at = skip;
    for row in bytes.chunks(16) {
        if last == Some(row) && !opts.has('v') {
            if !starred {
                job.line("*");
            }
            starred = true;
        } else {
            starred = false;
            let line = if canonical { canonical_row(at, row) } else { words_row(at, row) };
            job.line(&line);
        }
        last = Some(row);
        at += row.len() as u64;
    }
    if !bytes.is_empty() {
        job.line(&if canonical { format!("{at:08x}") } else { format!("{at:07x}") });
    }
    Ok(())
}

fn canonical_row(at: u64, row: &[u8]) -> String {
    let mut hex = String::new();
    for (i, b) in row.iter().enumerate() {
        hex.push_str(&format!("{}{b:02x} ", if i == 8 { " " } else { "" }));
    }
    format!("{at:08x}  {hex:<50}|{}|", printable(row))
}

fn words_row(at: u64, row: &[u8]) -> String {
    let mut out = format!("{at:07x}");
    for n in 0..8 {
        match row.get(2 * n..(2 * n + 2).min(row.len())) {
            Some([a, b]) => out.push_str(&format!(" {b:02x}{a:02x}")),
            Some([a]) => out.push_str(&format!(" 00{a:02x}")),
            _ => out.push_str("     "),
        }
    }
    out
}

/// `xxd`, without its way back.
pub async fn xxd(job: &mut Job) -> Outcome {
    let opts = job.options("+abc:Eg:il:pPrs:u")?;
    let number = |key: char| opts.value(key).and_then(sizes::parse);
    let skip = number('s').unwrap_or(0);
    let bytes = gather(job, &opts.args, skip, number('l').unwrap_or(u64::MAX)).await.unwrap_or_default();
    let plain = opts.last("pP").is_some();
    let columns = number('c').map_or(if plain { 30 } else { 16 }, |c| c.max(1) as usize);
    let group = number('g').map_or(2, |g| g.max(1) as usize);
    for (n, row) in bytes.chunks(columns).enumerate() {
        let mut hex = String::new();
        for (i, b) in row.iter().enumerate() {
            let gap = if !plain && i > 0 && i % group == 0 { " " } else { "" };
            hex.push_str(&if opts.has('u') { format!("{gap}{b:02X}") } else { format!("{gap}{b:02x}") });
        }
        if plain {
            job.line(&hex);
        } else {
            let wide = columns * 2 + columns.div_ceil(group) - 1;
            job.line(&format!("{:08x}: {hex:<wide$}  {}", skip + (n * columns) as u64, printable(row)));
        }
    }
    Ok(())
}

/// `base64`.
pub async fn base64(job: &mut Job) -> Outcome {
    let opts = job.options("diw: decode=d ignore-garbage=i wrap=w:")?;
    let bytes = gather(job, &opts.args, 0, u64::MAX).await.unwrap_or_default();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if opts.has('d') {
        let (mut bits, mut have) = (0u32, 0);
        for b in bytes {
            match alphabet.iter().position(|a| *a == b) {
                Some(value) => {
                    bits = (bits << 6 | value as u32) & 0xff_ffff;
                    have += 6;
                    if have >= 8 {
                        have -= 8;
                        job.bytes(&[(bits >> have) as u8]);
                    }
                }
                None if b == b'=' || b == b'\n' || opts.has('i') => {}
                None => {
                    job.complain(&["invalid input"]);
                    return Err(1);
                }
            }
        }
        return Ok(());
    }
    let mut out = Vec::new();
    for triple in bytes.chunks(3) {
        let value = triple.iter().fold(0u32, |v, b| v << 8 | u32::from(*b)) << (8 * (3 - triple.len()));
        for i in 0..4 {
            let letter = alphabet.get((value >> (18 - 6 * i) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if i <= triple.len() { letter } else { b'=' });
        }
    }
    let width = opts.value('w').map_or(76, |w| w.parse().unwrap_or(76));
    for line in out.chunks(if width == 0 { usize::MAX } else { width }) {
        job.bytes(line);
        job.out(if width == 0 { "" } else { "\n" });
    }
    Ok(())
}
