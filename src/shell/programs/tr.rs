//! `tr`: signs into other signs, byte by byte as GNU's does.

use super::input::Input;
use super::job::{Job, Outcome};
use super::regex::class;

/// A set as given, before the second is stretched to the first's length.
struct Set {
    bytes: Vec<u8>,
    /// Where a `[x*]` stands, and its byte.
    stretch: Option<(usize, u8)>,
}

/// Translates, squeezes and deletes.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options("+cCdst complement=c delete=d squeeze-repeats=s truncate-set1=t")?;
    let (delete, squeeze, complement) = (opts.has('d'), opts.has('s'), opts.last("cC").is_some());
    let Some(first) = opts.args.first() else { return Err(job.missing_operand(None)) };
    let second = opts.args.get(1);
    let needs_two = !delete && !squeeze || delete && squeeze;
    if needs_two && second.is_none() {
        let shown = job.quoted(first);
        let hint = if delete {
            "Two strings must be given when both deleting and squeezing repeats."
        } else {
            "Two strings must be given when translating."
        };
        job.err(&["tr: missing operand after ", &shown, "\n", hint, "\n"].concat());
        return Err(job.refer_to_help());
    }
    let most = if delete && !squeeze { 1 } else { 2 };
    if let Some(extra) = opts.args.get(most) {
        let shown = job.quoted(extra);
        job.err(&["tr: extra operand ", &shown, "\n"].concat());
        if most == 1 {
            job.err("Only one string may be given when deleting without squeezing repeats.\n");
        }
        return Err(job.refer_to_help());
    }
    let mut sets = Vec::new();
    for text in [Some(first), second].into_iter().flatten() {
        match parse(text) {
            Ok(set) => sets.push(set),
            Err(words) => {
                job.complain(&[&words]);
                return Err(1);
            }
        }
    }
    let from: Vec<u8> = match sets.first() {
        Some(set) if complement => (0..=255).filter(|b| !set.bytes.contains(b)).collect(),
        Some(set) => set.bytes.clone(),
        None => Vec::new(),
    };
    let translates = !delete && second.is_some();
    let mut map: Vec<u8> = (0..=255).collect();
    let to = sets.get(1).map(|set| set.to_length(from.len(), opts.has('t'))).unwrap_or_default();
    if translates {
        if to.is_empty() && !from.is_empty() {
            job.complain(&["when not truncating set1, string2 must be non-empty"]);
            return Err(1);
        }
        for (a, b) in from.iter().zip(&to) {
            if let Some(slot) = map.get_mut(usize::from(*a)) {
                *slot = *b;
            }
        }
    }
    let table = |set: &[u8]| {
        let mut all = [false; 256];
        for b in set {
            if let Some(slot) = all.get_mut(usize::from(*b)) {
                *slot = true;
            }
        }
        all
    };
    let is = |table: &[bool; 256], b: u8| table.get(usize::from(b)).copied().unwrap_or(false);
    let deleted = table(if delete { &from } else { &[] });
    let squeezed = table(match (squeeze, second) {
        (false, _) => &[],
        (true, Some(_)) => sets.get(1).map_or(&[], |s| if translates { to.as_slice() } else { s.bytes.as_slice() }),
        (true, None) => &from,
    });
    let mut input = Input::new(0);
    let mut last = None;
    while let Some(piece) = input.piece(job).await {
        let mut out = Vec::with_capacity(piece.len());
        for b in piece {
            if is(&deleted, b) {
                continue;
            }
            let b = map.get(usize::from(b)).copied().unwrap_or(b);
            if last == Some(b) && is(&squeezed, b) {
                continue;
            }
            last = Some(b);
            out.push(b);
        }
        job.bytes(&out);
    }
    if let Some(e) = input.error {
        job.complain(&["read error: ", &e.to_string()]);
    }
    Ok(())
}

impl Set {
    /// Stretched, by its last sign or its `[x*]`, to match the first set.
    fn to_length(&self, len: usize, truncate: bool) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        if truncate {
            return bytes;
        }
        match self.stretch {
            Some((at, b)) => {
                let tail = bytes.split_off(at);
                while bytes.len() + tail.len() < len {
                    bytes.push(b);
                }
                bytes.extend(tail);
            }
            None => {
                if let Some(last) = bytes.last().copied() {
                    while bytes.len() < len {
                        bytes.push(last);
                    }
                }
            }
        }
        bytes
    }
}

fn parse(text: &str) -> Result<Set, String> {
    let mut set = Set { bytes: Vec::new(), stretch: None };
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        if let Some((consumed, repeat)) = bracket(rest, &mut set)? {
            if let Some((b, count)) = repeat {
                match count {
                    0 => set.stretch = Some((set.bytes.len(), b)),
                    n => set.bytes.extend(std::iter::repeat_n(b, n)),
                }
            }
            rest = rest.get(consumed..).unwrap_or(&[]);
            continue;
        }
        let (low, len) = one(rest);
        rest = rest.get(len..).unwrap_or(&[]);
        if let (Some(b'-'), Some(_)) = (rest.first(), rest.get(1)) {
            let (high, len) = one(rest.get(1..).unwrap_or(&[]));
            rest = rest.get(1 + len..).unwrap_or(&[]);
            if high < low {
                let shown = |b: u8| super::quoting::printable(b);
                return Err([
                    "range-endpoints of '",
                    &shown(low),
                    "-",
                    &shown(high),
                    "' are in reverse collating sequence order",
                ]
                .concat());
            }
            set.bytes.extend(low..=high);
        } else {
            set.bytes.push(low);
        }
    }
    Ok(set)
}

type Repeat = Option<(u8, usize)>;

/// `[:class:]`, `[=c=]` and `[c*n]`; how long it is.
fn bracket(rest: &[u8], set: &mut Set) -> Result<Option<(usize, Repeat)>, String> {
    let find = |close: &[u8]| super::regex::find_bytes(rest.get(2..).unwrap_or(&[]), close).map(|at| at + 2);
    if rest.starts_with(b"[:") {
        if let Some(end) = find(b":]") {
            let name = String::from_utf8_lossy(rest.get(2..end).unwrap_or(&[])).into_owned();
            let ranges = class(&name).ok_or_else(|| ["invalid character class '", &name, "'"].concat())?;
            for (a, b) in ranges {
                set.bytes.extend((a..=b).filter_map(|c| u8::try_from(c).ok()));
            }
            return Ok(Some((end + 2, None)));
        }
    }
    if rest.starts_with(b"[=") {
        if let Some(end) = find(b"=]").filter(|end| *end == 3) {
            set.bytes.extend(rest.get(2));
            return Ok(Some((end + 2, None)));
        }
    }
    if rest.first() == Some(&b'[') && rest.len() > 3 {
        let (b, len) = one(rest.get(1..).unwrap_or(&[]));
        if rest.get(1 + len) == Some(&b'*') {
            let digits = rest.get(2 + len..).unwrap_or(&[]);
            if let Some(end) = digits.iter().position(|d| *d == b']') {
                let digits = String::from_utf8_lossy(digits.get(..end).unwrap_or(&[])).into_owned();
                let radix = if digits.starts_with('0') { 8 } else { 10 };
                if let Ok(count) = usize::from_str_radix(if digits.is_empty() { "0" } else { &digits }, radix) {
                    return Ok(Some((2 + len + end + 1, Some((b, count.min(65_536))))));
                }
            }
        }
    }
    Ok(None)
}

/// One sign, perhaps escaped; its length.
fn one(rest: &[u8]) -> (u8, usize) {
    match rest {
        [b'\\', d @ b'0'..=b'7', more @ ..] => {
            let mut value = u32::from(d - b'0');
            let mut len = 2;
            for d in more.iter().take(2).take_while(|d| (b'0'..=b'7').contains(*d)) {
                let next = value * 8 + u32::from(d - b'0');
                if next > 255 {
                    break;
                }
                value = next;
                len += 1;
            }
            (value as u8, len)
        }
        [b'\\', c, ..] => {
            let b = match c {
                b'a' => 7,
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                other => *other,
            };
            (b, 2)
        }
        [b, ..] => (*b, 1),
        [] => (0, 1),
    }
}
