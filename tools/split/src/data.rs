//! Which data only the functions that leave can reach: by the linker's relocations, since an address comes from nowhere
//! else. It must not know how data is moved.

use crate::module::{Fail, Module};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasm_encoder::reencode::{utils, Error, Reencode};
use wasmparser::{Linking, Operator, RelocationType, SymbolInfo};

/// A piece of data with a symbol, and whether it may leave: what is never written.
struct Piece {
    place: Range<u32>,
    constant: bool,
    /// The pieces that it points to.
    targets: Vec<usize>,
}

/// All of them, and which symbol has which.
type Pieces = (Vec<Piece>, BTreeMap<u32, usize>);

/// Shorter pieces cost more than they save, and shorter gaps between them are bridged: constants can be written twice.
const WORTH: u32 = 24;
const GAP: u32 = 8;

/// The addresses of the data that no function but the `moved` can reach; none where the linker left no relocations.
pub fn leaving(module: &Module<'_>, moved: &BTreeSet<u32>) -> Result<Option<Vec<Range<u32>>>, Fail> {
    let Some((mut pieces, by_symbol)) = pieces(module)? else { return Ok(None) };
    let mut live = vec![false; pieces.len()];
    let mut queue: Vec<usize> =
        pieces.iter().enumerate().filter(|(_, piece)| !piece.constant).map(|(n, _)| n).collect();
    queue.extend(pointers(module, &mut pieces, &by_symbol)?);
    let addresses = addresses(module, &pieces, &by_symbol)?;
    for function in module.own().filter(|f| !moved.contains(f)) {
        let mut numbers = Numbers::default();
        if let Some(body) = module.body(function) {
            let mut reader = body.get_operators_reader()?;
            while !reader.eof() {
                numbers.parse_instruction(&mut reader)?;
            }
        }
        // A number that is an address by chance keeps something that could have left.
        queue.extend(numbers.0.iter().filter_map(|number| addresses.get(number)).flatten());
    }
    while let Some(next) = queue.pop() {
        if !std::mem::replace(&mut live[next], true) {
            queue.extend(&pieces[next].targets);
        }
    }
    Ok(Some(runs(&pieces, &live)))
}

/// The part of a segment at `address` that a range is in.
pub fn within(range: &Range<u32>, address: u32, length: usize) -> Option<Range<usize>> {
    let start = range.start.checked_sub(address)? as usize;
    let end = range.end.checked_sub(address)? as usize;
    (end <= length).then_some(start..end)
}

/// The pieces that have symbols; none where the linker left no relocations.
fn pieces(module: &Module<'_>) -> Result<Option<Pieces>, Fail> {
    let (Some(linking), Some(_), Some(_)) = (&module.links.linking, &module.links.code, &module.links.data) else {
        return Ok(None);
    };
    let (mut pieces, mut by_symbol, mut constant) = (Vec::new(), BTreeMap::new(), Vec::new());
    for part in linking.subsections() {
        if let Linking::SegmentInfo(segments) = part? {
            for segment in segments {
                constant.push(segment?.name.starts_with(".rodata"));
            }
        }
    }
    for part in linking.subsections() {
        let Linking::SymbolTable(symbols) = part? else { continue };
        for (n, symbol) in (0..).zip(symbols) {
            let SymbolInfo::Data { symbol: Some(data), .. } = symbol? else { continue };
            let Some(segment) = module.data.get(data.index as usize) else { continue };
            let start = Module::address(segment)? + data.offset;
            by_symbol.insert(n, pieces.len());
            let constant = constant.get(data.index as usize).copied().unwrap_or(false);
            pieces.push(Piece { place: start..start + data.size, constant, targets: Vec::new() });
        }
    }
    Ok(Some((pieces, by_symbol)))
}

/// Notes which pieces point to which. The answer: those to which something points that is in none.
fn pointers(module: &Module<'_>, pieces: &mut [Piece], by_symbol: &BTreeMap<u32, usize>) -> Result<Vec<usize>, Fail> {
    let mut holders: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (n, piece) in pieces.iter().enumerate() {
        holders.entry(piece.place.start).or_default().push(n);
    }
    let longest = pieces.iter().map(|p| p.place.end - p.place.start).max().unwrap_or(0);
    let mut roots = Vec::new();
    let Some(relocations) = &module.links.data else { return Ok(roots) };
    for entry in relocations.entries() {
        let entry = entry?;
        if entry.ty != RelocationType::MemoryAddrI32 {
            continue;
        }
        let target = *by_symbol.get(&entry.index).ok_or("a relocation of no data")?;
        let at = module.data_at + entry.offset as usize;
        let (address, bytes) = module
            .data
            .iter()
            .find_map(|segment| {
                let inside = at.checked_sub(segment.range.end - segment.data.len())?;
                Some((Module::address(segment).ok()? + inside as u32, segment.data.get(inside..inside + 4)?))
            })
            .ok_or("a relocation outside the data")?;
        let pointer = i64::from(u32::from_le_bytes(bytes.try_into()?));
        if pointer != i64::from(pieces[target].place.start) + entry.addend {
            return Err("a relocation that does not fit the data".into());
        }
        let mut held = false;
        for holder in holders.range(address.saturating_sub(longest)..=address).flat_map(|(_, list)| list) {
            if pieces[*holder].place.contains(&address) {
                held = true;
                pieces[*holder].targets.push(target);
            }
        }
        if !held {
            roots.push(target);
        }
    }
    Ok(roots)
}

/// The numbers in bodies that stand for pieces of data.
fn addresses(
    module: &Module<'_>,
    pieces: &[Piece],
    by_symbol: &BTreeMap<u32, usize>,
) -> Result<BTreeMap<u32, Vec<usize>>, Fail> {
    let mut found: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let Some(relocations) = &module.links.code else { return Ok(found) };
    for entry in relocations.entries() {
        let entry = entry?;
        if !matches!(entry.ty, RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb) {
            continue;
        }
        // Others are the linker's own, such as the heap's beginning.
        let Some(piece) = by_symbol.get(&entry.index) else { continue };
        let number = i64::from(pieces[*piece].place.start) + entry.addend;
        let list = found.entry(number as u32).or_default();
        if list.last() != Some(piece) {
            list.push(*piece);
        }
    }
    Ok(found)
}

/// What only dead pieces cover, in runs.
fn runs(pieces: &[Piece], live: &[bool]) -> Vec<Range<u32>> {
    let mut kept: Vec<Range<u32>> = Vec::new();
    let mut dead: Vec<Range<u32>> = Vec::new();
    for (piece, live) in pieces.iter().zip(live) {
        if piece.place.is_empty() {
            continue;
        }
        if *live { &mut kept } else { &mut dead }.push(piece.place.clone());
    }
    kept.sort_by_key(|range| range.start);
    dead.sort_by_key(|range| range.start);
    let mut out: Vec<Range<u32>> = Vec::new();
    for range in dead {
        match out.last_mut() {
            Some(last) if range.start <= last.end + GAP => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    let cut = out.into_iter().flat_map(|range| without(range, &kept));
    cut.filter(|range| range.end - range.start >= WORTH).collect()
}

/// A range without those that are kept.
fn without(range: Range<u32>, kept: &[Range<u32>]) -> Vec<Range<u32>> {
    let (mut out, mut start) = (Vec::new(), range.start);
    for keep in kept.iter().filter(|k| k.start < range.end && k.end > range.start) {
        if keep.start > start {
            out.push(start..keep.start);
        }
        start = start.max(keep.end);
    }
    if start < range.end {
        out.push(start..range.end);
    }
    out
}

/// The numbers of a body that may be addresses.
#[derive(Default)]
struct Numbers(BTreeSet<u32>);

impl Reencode for Numbers {
    type Error = std::convert::Infallible;

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<wasm_encoder::Instruction<'a>, Error<Self::Error>> {
        if let Operator::I32Const { value } = operator {
            self.0.insert(value as u32);
        }
        utils::instruction(self, operator)
    }

    fn mem_arg(&mut self, arg: wasmparser::MemArg) -> Result<wasm_encoder::MemArg, Error<Self::Error>> {
        self.0.insert(arg.offset as u32);
        utils::mem_arg(self, arg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(place: Range<u32>) -> Piece {
        Piece { place, constant: true, targets: Vec::new() }
    }

    #[test]
    fn what_lives_stays_and_small_gaps_are_bridged() {
        let pieces = [piece(0..100), piece(104..200), piece(150..160), piece(300..310), piece(400..500)];
        assert_eq!(runs(&pieces, &[false; 5]), [0..200, 400..500]);
        assert_eq!(runs(&pieces, &[false, false, true, false, true]), [0..150, 160..200]);
        assert_eq!(runs(&pieces, &[true; 5]), []);
    }

    #[test]
    fn a_range_is_in_one_segment() {
        assert_eq!(within(&(10..20), 8, 12), Some(2..12));
        assert_eq!(within(&(10..21), 8, 12), None);
        assert_eq!(within(&(4..8), 8, 12), None);
    }
}
