//! The keys that let go of a container without ending it, found in the stream of what is typed as dockerd's
//! escape proxy does: a key of the sequence is held back until it is known whether the whole sequence follows. It
//! must not know where the bytes go.

use crate::engine::api::EngineError;

/// What a piece of input comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filtered {
    /// What goes on to the container.
    pub(super) pass: Vec<u8>,
    /// Whether the sequence was completed; what follows it is dropped.
    pub(super) detach: bool,
}

/// The state between pieces.
#[derive(Debug)]
pub(super) struct DetachFilter {
    keys: Vec<u8>,
    seen: usize,
}

impl DetachFilter {
    /// Reads `ctrl-p,ctrl-q` and its like; none is that.
    pub(super) fn new(keys: Option<&str>) -> Result<DetachFilter, EngineError> {
        let keys = match keys {
            None | Some("") => vec![0x10, 0x11],
            Some(text) => parse(text).ok_or_else(|| EngineError::BadDetachKeys { keys: text.into() })?,
        };
        Ok(DetachFilter { keys, seen: 0 })
    }

    /// Takes one piece of what was typed.
    pub(super) fn feed(&mut self, input: &[u8]) -> Filtered {
        let mut pass = Vec::with_capacity(input.len());
        for &byte in input {
            if self.keys.get(self.seen) == Some(&byte) {
                self.seen += 1;
                if self.seen == self.keys.len() {
                    self.seen = 0;
                    return Filtered { pass, detach: true };
                }
                continue;
            }
            pass.extend(self.keys.iter().take(self.seen));
            self.seen = 0;
            if self.keys.first() == Some(&byte) {
                self.seen = 1;
            } else {
                pass.push(byte);
            }
        }
        Filtered { pass, detach: false }
    }
}

fn parse(text: &str) -> Option<Vec<u8>> {
    text.split(',')
        .map(|key| match key.strip_prefix("ctrl-").map(str::as_bytes) {
            Some(&[c @ (b'a'..=b'z' | b'@'..=b'_')]) => Some(c & 0x1f),
            Some(_) => None,
            None => match key.as_bytes() {
                &[c] => Some(c),
                _ => None,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_may_come_in_pieces() {
        let mut f = DetachFilter::new(None).unwrap();
        assert_eq!(f.feed(b"ls\r"), Filtered { pass: b"ls\r".to_vec(), detach: false });
        assert_eq!(f.feed(b"\x10"), Filtered { pass: vec![], detach: false });
        assert_eq!(f.feed(b"\x11rest"), Filtered { pass: vec![], detach: true });
        assert_eq!(f.feed(b"\x10\x10a"), Filtered { pass: b"\x10\x10a".to_vec(), detach: false });
    }

    #[test]
    fn other_keys_can_be_chosen() {
        let mut f = DetachFilter::new(Some("ctrl-a,d")).unwrap();
        assert!(f.feed(b"\x01d").detach);
        assert_eq!(DetachFilter::new(Some("ctrl-")).unwrap_err().to_string(), "Invalid detach keys (ctrl-) provided");
    }
}
