//! Brace expansion: `a{b,c}d` and `{1..5}`, on the parts of a word before anything else is expanded.

use crate::shell::ast::{Part, Word};

/// At most so many words from one.
const LIMIT: usize = 100_000;

#[derive(Clone)]
enum Item {
    Char(char),
    Part(Part),
}

/// The words that a word's braces make; `None` where it has none.
pub fn expand(word: &Word) -> Option<Vec<Vec<Part>>> {
    let has_brace = |part: &Part| matches!(part, Part::Lit(text) if text.contains('{'));
    if !word.parts.iter().any(has_brace) {
        return None;
    }
    let mut items = Vec::new();
    for part in word.parts.iter() {
        match part {
            Part::Lit(text) => items.extend(text.chars().map(Item::Char)),
            other => items.push(Item::Part(other.clone())),
        }
    }
    let all = expand_items(&items, 0);
    (all.len() != 1).then(|| all.into_iter().map(rebuild).collect())
}

fn rebuild(items: Vec<Item>) -> Vec<Part> {
    let (mut parts, mut lit) = (Vec::new(), String::new());
    for item in items {
        match item {
            Item::Char(c) => lit.push(c),
            Item::Part(part) => {
                if !lit.is_empty() {
                    parts.push(Part::Lit(std::mem::take(&mut lit).into()));
                }
                parts.push(part);
            }
        }
    }
    if !lit.is_empty() {
        parts.push(Part::Lit(lit.into()));
    }
    parts
}

fn is(items: &[Item], at: usize, c: char) -> bool {
    matches!(items.get(at), Some(Item::Char(found)) if *found == c)
}

fn expand_items(items: &[Item], depth: u32) -> Vec<Vec<Item>> {
    let mut from = 0;
    while let Some(open) = (from..items.len()).find(|&i| is(items, i, '{')) {
        let Some((close, commas)) = matching(items, open) else {
            from = open + 1;
            continue;
        };
        let inner = items.get(open + 1..close).unwrap_or_default();
        let choices = if commas.is_empty() {
            match sequence(inner) {
                Some(choices) => choices,
                None => {
                    from = open + 1;
                    continue;
                }
            }
        } else {
            let mut choices = Vec::new();
            let mut start = open + 1;
            for end in commas.into_iter().chain([close]) {
                let piece = items.get(start..end).unwrap_or_default();
                if depth < 30 {
                    choices.extend(expand_items(piece, depth + 1));
                } else {
                    choices.push(piece.to_vec());
                }
                start = end + 1;
            }
            choices
        };
        let before = items.get(..open).unwrap_or_default();
        let rest = expand_items(items.get(close + 1..).unwrap_or_default(), depth);
        let mut out = Vec::new();
        for choice in &choices {
            for tail in &rest {
                if out.len() >= LIMIT {
                    return out;
                }
                out.push([before, choice, tail].concat());
            }
        }
        return out;
    }
    vec![items.to_vec()]
}

/// The brace that closes the one at `open`, and the commas between at its own level.
fn matching(items: &[Item], open: usize) -> Option<(usize, Vec<usize>)> {
    let (mut depth, mut commas) = (0usize, Vec::new());
    for i in open + 1..items.len() {
        match items.get(i) {
            Some(Item::Char('{')) => depth += 1,
            Some(Item::Char('}')) if depth == 0 => return Some((i, commas)),
            Some(Item::Char('}')) => depth -= 1,
            Some(Item::Char(',')) if depth == 0 => commas.push(i),
            _ => {}
        }
    }
    None
}

/// `1..5`, `a..e`, `01..10..2`
fn sequence(items: &[Item]) -> Option<Vec<Vec<Item>>> {
    let text: Option<String> = items.iter().map(|i| if let Item::Char(c) = i { Some(*c) } else { None }).collect();
    let text = text?;
    let mut ends = text.split("..");
    let (from, to) = (ends.next()?, ends.next()?);
    let step = match ends.next() {
        Some(step) => step.parse::<i64>().ok()?.checked_abs()?.max(1),
        None => 1,
    };
    if ends.next().is_some() {
        return None;
    }
    let chars = |text: &str| text.chars().map(Item::Char).collect::<Vec<_>>();
    if let (Ok(a), Ok(b)) = (from.parse::<i64>(), to.parse::<i64>()) {
        let padded = |t: &str| t.trim_start_matches('-').len() > 1 && t.trim_start_matches('-').starts_with('0');
        let width = if padded(from) || padded(to) { from.len().max(to.len()) } else { 0 };
        let numbers = range(a, b, step)?;
        return Some(numbers.into_iter().map(|n| chars(&format!("{n:0width$}"))).collect());
    }
    let single = |t: &str| {
        let mut all = t.chars();
        all.next().filter(|c| c.is_ascii_alphabetic() && all.next().is_none())
    };
    let (a, b) = (single(from)?, single(to)?);
    let numbers = range(i64::from(u32::from(a)), i64::from(u32::from(b)), step)?;
    Some(numbers.into_iter().filter_map(|n| char::from_u32(n as u32)).map(|c| vec![Item::Char(c)]).collect())
}

fn range(from: i64, to: i64, step: i64) -> Option<Vec<i64>> {
    let count = from.abs_diff(to) / step.unsigned_abs();
    if count as usize >= LIMIT {
        return None;
    }
    let sign = if from <= to { step } else { -step };
    Some((0..=count as i64).map(|i| from + i * sign).collect())
}
