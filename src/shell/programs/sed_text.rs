//! What `sed` does with the text of a line: replacing matches, and showing it unambiguously.

use super::regex::{Regex, Spans};
use super::sed_script::{Piece, Substitute};

/// The text with its matches replaced, if there are any.
pub fn replace(regex: &Regex, s: &Substitute, text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut at, mut copied, mut count) = (0, 0, 0);
    let mut done = false;
    let mut last_end = None;
    while at <= text.len() {
        let Some(spans) = regex.find_at(text, at) else { break };
        let Some((start, end)) = spans.first().copied().flatten() else { break };
        // An empty match right after another match does not count.
        if start == end && last_end == Some(start) {
            at = start + 1;
            continue;
        }
        count += 1;
        last_end = Some(end);
        if count >= s.nth {
            out.extend_from_slice(text.get(copied..start).unwrap_or(&[]));
            fill(&mut out, &s.pieces, &spans, text);
            copied = end;
            done = true;
            if !s.global {
                break;
            }
        }
        at = if end > start { end } else { end + 1 };
    }
    out.extend_from_slice(text.get(copied..).unwrap_or(&[]));
    done.then_some(out)
}

fn fill(out: &mut Vec<u8>, pieces: &[Piece], spans: &Spans, text: &[u8]) {
    let (mut all, mut one) = ('E', 'E');
    for piece in pieces {
        let add = match piece {
            Piece::Case(c @ ('u' | 'l')) => {
                one = *c;
                continue;
            }
            Piece::Case(c) => {
                all = *c;
                continue;
            }
            Piece::Text(text) => text.as_slice(),
            Piece::Group(n) => spans.get(*n).copied().flatten().and_then(|(a, b)| text.get(a..b)).unwrap_or(&[]),
        };
        for b in add {
            let b = match all {
                'U' => b.to_ascii_uppercase(),
                'L' => b.to_ascii_lowercase(),
                _ => *b,
            };
            out.push(match std::mem::replace(&mut one, 'E') {
                'u' => b.to_ascii_uppercase(),
                'l' => b.to_ascii_lowercase(),
                _ => b,
            });
        }
    }
}

/// `l`: the line with every sign visible, folded.
pub fn unambiguous(line: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    for b in line {
        let shown = if *b == b'\\' { "\\\\".to_string() } else { super::quoting::printable(*b) };
        if width > 1 && column + shown.len() > width - 1 {
            out.extend_from_slice(b"\\\n");
            column = 0;
        }
        column += shown.len();
        out.extend_from_slice(shown.as_bytes());
    }
    out.extend_from_slice(b"$\n");
    out
}
