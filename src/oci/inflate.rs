//! Gunzipping, for compressed archives and layers (RFC 1951 and 1952). Small rather than fast, and bounded: output
//! grows only as input is used up, and a limit ends what would grow without end.

use std::fmt;

/// Why bytes are no gzip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InflateError {
    /// The header, a code or a distance is wrong.
    Invalid,
    /// The data ends too early.
    Truncated,
    /// The checksum or the length at the end does not match.
    Checksum,
    /// More than the limit comes out.
    TooLarge,
}

impl fmt::Display for InflateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InflateError::Invalid => "gzip: invalid header",
            InflateError::Truncated => "unexpected EOF",
            InflateError::Checksum => "gzip: invalid checksum",
            InflateError::TooLarge => "gzip: too much data",
        })
    }
}

impl std::error::Error for InflateError {}

type Result<T> = std::result::Result<T, InflateError>;

/// Whether the bytes start as a gzip stream does.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

/// Unpacks one or several gzip members to at most `limit` bytes.
pub fn gunzip(mut data: &[u8], limit: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let body = data.get(header_len(data)?..).ok_or(InflateError::Truncated)?;
        let start = out.len();
        let mut bits = Bits { data: body, at: 0, hold: 0, count: 0 };
        inflate(&mut bits, &mut out, limit)?;
        let tail = body.get(bits.byte_position()..).unwrap_or_default();
        let word = |at: usize| {
            let bytes = tail.get(at..at + 4).and_then(|b| b.try_into().ok()).ok_or(InflateError::Truncated)?;
            Ok(u32::from_le_bytes(bytes))
        };
        let member = out.get(start..).unwrap_or_default();
        if word(0)? != crc32(member) || word(4)? != member.len() as u32 {
            return Err(InflateError::Checksum);
        }
        data = tail.get(8..).unwrap_or_default();
        if data.iter().all(|b| *b == 0) {
            return Ok(out);
        }
    }
}

fn header_len(data: &[u8]) -> Result<usize> {
    if !is_gzip(data) {
        return Err(InflateError::Invalid);
    }
    let flags = data.get(3).copied().ok_or(InflateError::Truncated)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let len = data.get(at..at + 2).and_then(|b| b.try_into().ok()).ok_or(InflateError::Truncated)?;
        at += 2 + usize::from(u16::from_le_bytes(len));
    }
    for bit in [8, 16] {
        if flags & bit != 0 {
            let rest = data.get(at..).ok_or(InflateError::Truncated)?;
            at += rest.iter().position(|b| *b == 0).ok_or(InflateError::Truncated)? + 1;
        }
    }
    Ok(if flags & 2 != 0 { at + 2 } else { at })
}

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    hold: u64,
    count: u32,
}

impl Bits<'_> {
    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(byte) = self.data.get(self.at) else { return };
            self.hold |= u64::from(*byte) << self.count;
            self.count += 8;
            self.at += 1;
        }
    }

    fn take(&mut self, n: u32) -> Result<usize> {
        if self.count < n {
            self.fill();
            if self.count < n {
                return Err(InflateError::Truncated);
            }
        }
        let value = self.hold & ((1 << n) - 1);
        self.hold >>= n;
        self.count -= n;
        Ok(value as usize)
    }

    fn align(&mut self) {
        let odd = self.count % 8;
        self.hold >>= odd;
        self.count -= odd;
    }

    fn byte_position(&mut self) -> usize {
        self.align();
        self.at - (self.count / 8) as usize
    }
}

/// A canonical Huffman code: a table over the next nine bits for short codes, counting for longer ones.
struct Code {
    counts: [u16; 16],
    symbols: Vec<u16>,
    fast: Vec<u16>,
}

const FAST: u32 = 9;

impl Code {
    fn new(lengths: &[u8]) -> Result<Code> {
        let mut counts = [0_u16; 16];
        for len in lengths {
            if let Some(count) = counts.get_mut(usize::from(*len)).filter(|_| *len > 0) {
                *count += 1;
            }
        }
        let (mut left, mut next, mut offset) = (1_i32, [0_u16; 16], 0);
        for (count, slot) in counts.iter().zip(next.iter_mut()).skip(1) {
            left = left * 2 - i32::from(*count);
            if left < 0 {
                return Err(InflateError::Invalid);
            }
            *slot = offset;
            offset += count;
        }
        let mut symbols = vec![0; usize::from(offset)];
        for (symbol, len) in lengths.iter().enumerate().filter(|(_, len)| **len > 0) {
            if let Some(slot) = next.get_mut(usize::from(*len)) {
                if let Some(place) = symbols.get_mut(usize::from(*slot)) {
                    *place = symbol as u16;
                }
                *slot += 1;
            }
        }
        let mut code = Code { counts, symbols, fast: Vec::new() };
        code.fast =
            (0..1 << FAST).map(|bits| code.walk(bits, FAST).map_or(0, |(s, len)| s << 4 | len as u16)).collect();
        Ok(code)
    }

    /// The symbol that starts `bits` (least significant first) within `max` bits, and its length.
    fn walk(&self, mut bits: u64, max: u32) -> Option<(u16, u32)> {
        let (mut code, mut first, mut index) = (0_i32, 0_i32, 0_i32);
        for len in 1..=max.min(15) {
            code |= (bits & 1) as i32;
            bits >>= 1;
            let count = i32::from(*self.counts.get(len as usize)?);
            if code - count < first {
                return Some((*self.symbols.get((index + code - first) as usize)?, len));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    fn read(&self, bits: &mut Bits<'_>) -> Result<u16> {
        if bits.count < 15 {
            bits.fill();
        }
        let entry = self.fast.get((bits.hold & ((1 << FAST) - 1)) as usize).copied().unwrap_or(0);
        let (symbol, len) = match entry {
            0 => self.walk(bits.hold, 15).ok_or(InflateError::Invalid)?,
            entry => (entry >> 4, u32::from(entry & 15)),
        };
        bits.take(len)?;
        Ok(symbol)
    }
}

fn inflate(bits: &mut Bits<'_>, out: &mut Vec<u8>, limit: usize) -> Result<()> {
    let window = out.len();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(bits, out, limit)?,
            1 => {
                let lengths: Vec<u8> = (0..288)
                    .map(|i| {
                        if i < 144 {
                            8
                        } else if i < 256 {
                            9
                        } else if i < 280 {
                            7
                        } else {
                            8
                        }
                    })
                    .collect();
                block(bits, out, window, limit, &Code::new(&lengths)?, &Code::new(&[5; 30])?)?;
            }
            2 => {
                let (literals, distances) = dynamic(bits)?;
                block(bits, out, window, limit, &literals, &distances)?;
            }
            _ => return Err(InflateError::Invalid),
        }
        if last {
            return Ok(());
        }
    }
}

fn stored(bits: &mut Bits<'_>, out: &mut Vec<u8>, limit: usize) -> Result<()> {
    bits.align();
    let (len, check) = (bits.take(16)?, bits.take(16)?);
    if len != check ^ 0xffff {
        return Err(InflateError::Invalid);
    }
    let at = bits.byte_position();
    let bytes = bits.data.get(at..at + len).ok_or(InflateError::Truncated)?;
    if out.len() + len > limit {
        return Err(InflateError::TooLarge);
    }
    out.extend_from_slice(bytes);
    (bits.at, bits.hold, bits.count) = (at + len, 0, 0);
    Ok(())
}

const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

fn dynamic(bits: &mut Bits<'_>) -> Result<(Code, Code)> {
    let (literals, distances, codes) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut lengths = [0_u8; 19];
    for index in ORDER.iter().take(codes) {
        if let Some(len) = lengths.get_mut(*index) {
            *len = bits.take(3)? as u8;
        }
    }
    let code = Code::new(&lengths)?;
    let mut lengths: Vec<u8> = Vec::with_capacity(literals + distances);
    while lengths.len() < literals + distances {
        let (value, times) = match code.read(bits)? {
            16 => (*lengths.last().ok_or(InflateError::Invalid)?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            len => (len as u8, 1),
        };
        lengths.extend(std::iter::repeat_n(value, times));
    }
    if lengths.len() > literals + distances {
        return Err(InflateError::Invalid);
    }
    let (first, second) = lengths.split_at_checked(literals).ok_or(InflateError::Invalid)?;
    Ok((Code::new(first)?, Code::new(second)?))
}

const LENGTHS: [(u16, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

fn block(
    bits: &mut Bits<'_>,
    out: &mut Vec<u8>,
    window: usize,
    limit: usize,
    literals: &Code,
    distances: &Code,
) -> Result<()> {
    loop {
        let symbol = literals.read(bits)?;
        if symbol == 256 {
            return Ok(());
        }
        if out.len() + 258 > limit {
            // Near the limit every step is looked at.
            if out.len() >= limit {
                return Err(InflateError::TooLarge);
            }
        }
        if symbol < 256 {
            out.push(symbol as u8);
            continue;
        }
        let (base, extra) = *LENGTHS.get(usize::from(symbol) - 257).ok_or(InflateError::Invalid)?;
        let len = usize::from(base) + bits.take(extra)?;
        let symbol = u32::from(distances.read(bits)?);
        let distance = match symbol {
            0..=3 => symbol as usize + 1,
            4..=29 => {
                let extra = symbol / 2 - 1;
                ((2 + (symbol as usize & 1)) << extra) + 1 + bits.take(extra)?
            }
            _ => return Err(InflateError::Invalid),
        };
        if distance > out.len() - window {
            return Err(InflateError::Invalid);
        }
        if out.len() + len > limit {
            return Err(InflateError::TooLarge);
        }
        let start = out.len() - distance;
        if distance >= len {
            out.extend_from_within(start..start + len);
        } else {
            for at in start..start + len {
                out.push(out.get(at).copied().unwrap_or(0));
            }
        }
    }
}

/// CRC-32 as gzip has it.
pub fn crc32(data: &[u8]) -> u32 {
    let table: Vec<u32> =
        (0..256_u32).map(|i| (0..8).fold(i, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })).collect();
    let step =
        |crc: u32, byte: &u8| table.get(((crc ^ u32::from(*byte)) & 0xff) as usize).copied().unwrap_or(0) ^ (crc >> 8);
    !data.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn gzip(data: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    proptest! {
        #[test]
        fn unpacks_what_zlib_packs(words in prop::collection::vec("[a-f]{1,9}|.{1,3}", 0..2000), level in 0u32..10) {
            let data = words.concat().into_bytes();
            prop_assert_eq!(gunzip(&gzip(&data, level), data.len()), Ok(data));
        }

        #[test]
        fn broken_input_is_an_error(mut at in 0usize..400, byte in any::<u8>(), cut in 0usize..400) {
            let data: Vec<u8> = (0..3000u32).map(|i| (i * i / 7) as u8).collect();
            let mut packed = gzip(&data, 6);
            at %= packed.len();
            packed[at] = byte;
            packed.truncate(packed.len() - cut % packed.len());
            if let Ok(out) = gunzip(&packed, 1 << 20) {
                prop_assert!(out.len() <= 1 << 20);
            }
        }
    }

    #[test]
    fn stops_at_the_limit() {
        let bomb = gzip(&vec![0; 1 << 20], 9);
        assert_eq!(gunzip(&bomb, 1 << 16), Err(InflateError::TooLarge));
        let twice = [gzip(b"a", 6), gzip(b"b", 6)].concat();
        assert_eq!(gunzip(&twice, 100), Ok(b"ab".to_vec()));
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
