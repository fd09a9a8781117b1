//! What a container wrote, kept as the json-file driver keeps it: entries of one line each, a line that never
//! ends cut at 16 KiB or at the end of the stream. Bounded: the oldest entries go first. It must not know who reads.

use crate::ambient::Time;
use crate::engine::api::StreamKind;
use std::collections::VecDeque;

/// dockerd's copier hands on what has no line feed after this many bytes.
const LINE_MAX: usize = 16 * 1024;
/// Bytes kept of one container.
const KEPT_MAX: usize = 4 * 1024 * 1024;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogEntry {
    pub(super) time: Time,
    pub(super) kind: StreamKind,
    /// With its line feed, unless it was cut.
    pub(super) bytes: Box<[u8]>,
}

/// The log of one container.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogEntry>,
    /// How many entries were dropped at the front, so that a follower keeps its place.
    dropped: u64,
    bytes: usize,
    partial_out: Vec<u8>,
    partial_err: Vec<u8>,
}

impl Log {
    /// Takes one write of the process; true when an entry became complete.
    pub(super) fn write(&mut self, time: Time, kind: StreamKind, data: &[u8]) -> bool {
        let mut partial = std::mem::take(self.partial(kind));
        let mut complete = false;
        for piece in data.split_inclusive(|&b| b == b'\n') {
            for chunk in piece.chunks(LINE_MAX) {
                partial.extend_from_slice(chunk);
                if partial.ends_with(b"\n") || partial.len() >= LINE_MAX {
                    self.push(time, kind, std::mem::take(&mut partial));
                    complete = true;
                }
            }
        }
        *self.partial(kind) = partial;
        complete
    }

    /// The stream has ended: what has no line feed becomes an entry.
    pub(super) fn flush(&mut self, time: Time, kind: StreamKind) {
        let rest = std::mem::take(self.partial(kind));
        if !rest.is_empty() {
            self.push(time, kind, rest);
        }
    }

    fn partial(&mut self, kind: StreamKind) -> &mut Vec<u8> {
        match kind {
            StreamKind::Stderr => &mut self.partial_err,
            StreamKind::Stdin | StreamKind::Stdout => &mut self.partial_out,
        }
    }

    fn push(&mut self, time: Time, kind: StreamKind, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        self.entries.push_back(LogEntry { time, kind, bytes: bytes.into() });
        while self.bytes > KEPT_MAX {
            let Some(old) = self.entries.pop_front() else { break };
            self.bytes -= old.bytes.len();
            self.dropped += 1;
        }
    }

    /// What is kept, the oldest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &LogEntry> {
        self.entries.iter()
    }

    /// The number of the entry that comes next.
    pub(super) fn end(&self) -> u64 {
        self.dropped + self.entries.len() as u64
    }

    /// The entry with this number, or the first one kept after it, with its own number.
    pub(super) fn entry(&self, number: u64) -> Option<(u64, &LogEntry)> {
        let number = number.max(self.dropped);
        self.entries.get((number - self.dropped) as usize).map(|e| (number, e))
    }

    /// Where to begin so that the last `tail` entries of the chosen streams are shown.
    pub(super) fn tail_start(&self, tail: usize, wanted: impl Fn(&LogEntry) -> bool) -> u64 {
        let mut left = tail;
        let mut start = self.end();
        for entry in self.entries.iter().rev() {
            if left == 0 {
                break;
            }
            start -= 1;
            if wanted(entry) {
                left -= 1;
            }
        }
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_entry_however_it_was_written() {
        let mut log = Log::default();
        assert!(!log.write(Time(1), StreamKind::Stdout, b"ho"));
        assert!(log.write(Time(2), StreamKind::Stdout, b"la\nadi"));
        assert!(log.write(Time(3), StreamKind::Stderr, b"err\n"));
        assert_eq!(log.end(), 2);
        log.flush(Time(4), StreamKind::Stdout);
        assert_eq!(&*log.entry(0).unwrap().1.bytes, b"hola\n");
        assert_eq!(&*log.entry(2).unwrap().1.bytes, b"adi");
        assert_eq!(log.tail_start(1, |e| e.kind == StreamKind::Stderr), 1);
        assert_eq!(log.tail_start(9, |_| true), 0);
    }

    #[test]
    fn it_stays_bounded() {
        let mut log = Log::default();
        for _ in 0..6000 {
            log.write(Time(0), StreamKind::Stdout, &[b'x'; 1000]);
        }
        assert!(log.bytes <= KEPT_MAX && log.dropped > 0);
        assert_eq!(log.entry(0).unwrap().0, log.dropped);
    }
}
