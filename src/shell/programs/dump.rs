//! `od`, `hexdump`, `xxd` and `base64`: bytes made visible.

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

/// The operands' bytes one after the other, a row at a time: what flows without end is shown as it flows.
struct Rows {
    paths: std::vec::IntoIter<String>,
    now: Option<(String, Input)>,
    held: Vec<u8>,
    at: usize,
    skip: u64,
    left: u64,
    /// Whether any operand could be opened.
    any: bool,
}

impl Rows {
    fn new(paths: &[String], skip: u64, limit: u64) -> Rows {
        let paths = if paths.is_empty() { vec!["-".to_string()] } else { paths.to_vec() };
        Rows { paths: paths.into_iter(), now: None, held: Vec::new(), at: 0, skip, left: limit, any: false }
    }

    /// The next piece, of any length but none.
    async fn piece(&mut self, job: &mut Job) -> Option<Vec<u8>> {
        while self.left > 0 {
            if let Some((path, input)) = &mut self.now {
                while let Some(mut piece) = input.piece(job).await {
                    let cut = self.skip.min(piece.len() as u64);
                    self.skip -= cut;
                    piece.drain(..cut as usize);
                    piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
                    self.left -= piece.len() as u64;
                    if !piece.is_empty() {
                        return Some(piece);
                    }
                }
                if let Some(e) = input.error {
                    job.fail_plain(path, e);
                }
            }
            if let Some((_, input)) = self.now.take() {
                input.close(job);
            }
            let path = self.paths.next()?;
            match Input::open(job, &path).await {
                Ok(input) => (self.any, self.now) = (true, Some((path, input))),
                Err(e) => job.fail_plain(&path, e),
            }
        }
        None
    }

    /// The next row of so many bytes; only the last may have fewer.
    async fn row(&mut self, job: &mut Job, width: usize) -> Option<Vec<u8>> {
        while self.held.len() < self.at + width {
            let Some(piece) = self.piece(job).await else { break };
            self.held.drain(..self.at);
            self.at = 0;
            self.held.extend(piece);
        }
        let row: Vec<u8> = self.held.iter().skip(self.at).take(width).copied().collect();
        self.at += row.len();
        (!row.is_empty()).then_some(row)
    }

    /// Shows the rows, those that are as the one before as one `*` unless all are wanted. Gives the offset at the end.
    async fn show(&mut self, job: &mut Job, width: usize, all: bool, line: impl Fn(&mut Job, u64, &[u8])) -> u64 {
        let (mut at, mut last, mut starred) = (self.skip, Vec::new(), false);
        while let Some(row) = self.row(job, width).await {
            let same = row == last && !all;
            if !same {
                line(job, at, &row);
            } else if !starred {
                job.line("*");
            }
            starred = same;
            at += row.len() as u64;
            last = row;
        }
        at
    }
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
    let radix = opts.value('A').unwrap_or("o").to_string();
    let address = |at: u64| match radix.as_str() {
        "n" => String::new(),
        "x" => format!("{at:06x}"),
        "d" => format!("{at:07}"),
        _ => format!("{at:07o}"),
    };
    // All formats of a line keep in step: a row is as wide as the widest of them.
    let wide = formats.iter().map(|f| (digits(*f) + 1) * fields(*f, width)).max().unwrap_or(0);
    let show = |job: &mut Job, at: u64, row: &[u8]| {
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
    };
    let mut rows = Rows::new(&opts.args, skip, limit);
    let at = rows.show(job, width, opts.has('v'), show).await;
    if rows.any && radix != "n" {
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
    let opts = job.options("bcCdn:os:vx canonical=C length=n: skip=s: no-squeezing=v")?;
    let number = |key: char| opts.value(key).and_then(sizes::parse);
    let skip = number('s').unwrap_or(0);
    let hd = (job.usage.name == "hd").then_some('C');
    let mut kinds: Vec<char> = hd.into_iter().chain(opts.all("bcCdox")).collect();
    if kinds.is_empty() {
        kinds.push(' ');
    }
    let mut rows = Rows::new(&opts.args, skip, number('n').unwrap_or(u64::MAX));
    let show = |job: &mut Job, at: u64, row: &[u8]| {
        for kind in &kinds {
            job.line(&if *kind == 'C' { canonical_row(at, row) } else { units_row(*kind, at, row) });
        }
    };
    let at = rows.show(job, 16, opts.has('v'), show).await;
    if !rows.any {
        if !job.busybox() {
            job.complain(&["all input file arguments failed"]);
        }
        return Err(1);
    }
    if at > skip {
        job.line(&if kinds.last() == Some(&'C') { format!("{at:08x}") } else { format!("{at:07x}") });
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

/// A row of bytes or of words of two, as the option of this letter shows them.
fn units_row(kind: char, at: u64, row: &[u8]) -> String {
    let (size, wide) = match kind {
        'b' | 'c' => (1, 4),
        ' ' => (2, 5),
        _ => (2, 8),
    };
    let mut out = format!("{at:07x}");
    for unit in row.chunks(size) {
        let value = unit.iter().rev().fold(0u32, |v, b| v << 8 | u32::from(*b));
        let text = match kind {
            'b' => format!("{value:03o}"),
            'c' => char_name(value as u8),
            'd' => format!("{value:05}"),
            'o' => format!("{value:06o}"),
            _ => format!("{value:04x}"),
        };
        out.push_str(&format!("{text:>wide$}"));
    }
    let full = 7 + 16 / size * wide;
    format!("{out:<full$}")
}

/// `xxd`, without its way back.
pub async fn xxd(job: &mut Job) -> Outcome {
    let opts = job.options("+bc:g:l:pPs:u")?;
    if let [_, extra, ..] = opts.args.as_slice() {
        return Err(job.extra_operand(extra));
    }
    let number = |key: char| opts.value(key).and_then(sizes::parse);
    let (plain, bits) = (opts.last("pP").is_some(), opts.has('b'));
    let default = if plain {
        (30, 0)
    } else if bits {
        (6, 1)
    } else {
        (16, 2)
    };
    let columns = number('c').map_or(default.0, |c| c.max(1) as usize);
    let group = number('g').map_or(default.1, |g| g as usize);
    let group = if group == 0 { columns } else { group };
    let digits = if bits { 8 } else { 2 };
    let show = |job: &mut Job, at: u64, row: &[u8]| {
        let mut units = String::new();
        for (i, b) in row.iter().enumerate() {
            units.push_str(if !plain && i > 0 && i % group == 0 { " " } else { "" });
            units.push_str(&match (bits, opts.has('u')) {
                (true, _) => format!("{b:08b}"),
                (_, true) => format!("{b:02X}"),
                _ => format!("{b:02x}"),
            });
        }
        if plain {
            job.line(&units);
        } else {
            let wide = columns * digits + columns.div_ceil(group) - 1;
            job.line(&format!("{at:08x}: {units:<wide$}  {}", printable(row)));
        }
    };
    let mut rows = Rows::new(&opts.args, number('s').unwrap_or(0), number('l').unwrap_or(u64::MAX));
    rows.show(job, columns, true, show).await;
    Ok(())
}

/// `base64`.
pub async fn base64(job: &mut Job) -> Outcome {
    let opts = job.options("diw: decode=d ignore-garbage=i wrap=w:")?;
    let mut rows = Rows::new(&opts.args, 0, u64::MAX);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if opts.has('d') {
        let (mut bits, mut have) = (0u32, 0);
        while let Some(piece) = rows.piece(job).await {
            for b in piece {
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
        }
        return Ok(());
    }
    let width = opts.value('w').map_or(76, |w| w.parse().unwrap_or(76));
    let mut column = 0;
    while let Some(triple) = rows.row(job, 3).await {
        let value = triple.iter().fold(0u32, |v, b| v << 8 | u32::from(*b)) << (8 * (3 - triple.len()));
        for i in 0..4 {
            if width > 0 && column == width {
                job.out("\n");
                column = 0;
            }
            let letter = alphabet.get((value >> (18 - 6 * i) & 63) as usize).copied().unwrap_or(b'=');
            job.bytes(&[if i <= triple.len() { letter } else { b'=' }]);
            column += 1;
        }
    }
    if width > 0 && column > 0 {
        job.out("\n");
    }
    Ok(())
}
