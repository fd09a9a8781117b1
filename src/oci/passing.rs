//! An archive of images that is read as it goes by, in one pass and little memory: layers that are not compressed are
//! hashed and listed, and what is in their files is not kept. It must not know what the archive's files mean.

use super::digest::{Digest, Sha256};
use super::layer_tar;
use super::tar::{is_header, Input, TarError, BLOCK};
use crate::layerfs::{Blob, Layer};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;

/// Bytes that are asked for at once.
const BUFFER: usize = 256 << 10;

/// What computes digests: one after the other, maybe on a thread of its own.
pub trait Hash {
    /// Takes more bytes.
    fn update(&mut self, bytes: &[u8]);
    /// The digest of all since the last one.
    fn finish(&mut self) -> Digest;
}

impl Hash for Sha256 {
    fn update(&mut self, bytes: &[u8]) {
        Sha256::update(self, bytes);
    }

    fn finish(&mut self) -> Digest {
        std::mem::take(self).finish()
    }
}

/// The archive. A layer that went by is in `found` until somebody takes it, the digest of its tar remembered.
pub struct Passing<'a> {
    bytes: Bytes<'a>,
    hash: &'a mut dyn Hash,
    found: &'a RefCell<Option<Arc<Layer>>>,
}

impl<'a> Passing<'a> {
    /// Nothing read yet.
    pub fn new(
        read: &'a mut dyn io::Read,
        hash: &'a mut dyn Hash,
        found: &'a RefCell<Option<Arc<Layer>>>,
    ) -> Passing<'a> {
        let bytes = Bytes { read, buffer: vec![0; BUFFER], start: 0, end: 0, at: 0 };
        Passing { bytes, hash, found }
    }

    fn layer(&mut self, size: u64) -> Result<(), TarError> {
        let base = self.bytes.at;
        let layer = layer_tar::read_input(Within { bytes: &mut self.bytes, hash: self.hash, base, size })?;
        let rest = (base + size).saturating_sub(self.bytes.at);
        if self.bytes.pass(rest, &mut |bytes| self.hash.update(bytes)) < rest {
            return Err(TarError::Truncated);
        }
        let digest = self.hash.finish();
        layer.digest_with(|_| (digest.raw(), size));
        self.found.replace(Some(Arc::new(layer)));
        Ok(())
    }
}

impl Input for Passing<'_> {
    fn block(&mut self, at: u64) -> Vec<u8> {
        let gap = at.saturating_sub(self.bytes.at);
        self.bytes.pass(gap, &mut |_| ());
        self.bytes.keep(BLOCK, &mut |_| ())
    }

    fn content(&mut self, _: u64, size: u64, special: bool) -> Result<Blob, TarError> {
        if !special && size >= BLOCK && is_header(self.bytes.peek(BLOCK as usize)) {
            return self.layer(size).map(|()| Blob::zeros(size));
        }
        let content = self.bytes.keep(size, &mut |_| ());
        if (content.len() as u64) < size {
            return Err(TarError::Truncated);
        }
        Ok(Blob::from(content))
    }

    fn after(&self, at: u64) -> u64 {
        at
    }
}

/// A layer's tar in it; positions count from its beginning.
struct Within<'p, 'a> {
    bytes: &'p mut Bytes<'a>,
    hash: &'p mut dyn Hash,
    base: u64,
    size: u64,
}

impl Within<'_, '_> {
    /// Goes on to a position; how many bytes are left from there.
    fn go(&mut self, at: u64) -> u64 {
        let target = self.base + at.min(self.size);
        let gap = target.saturating_sub(self.bytes.at);
        self.bytes.pass(gap, &mut |bytes| self.hash.update(bytes));
        self.size.saturating_sub(at)
    }
}

impl Input for Within<'_, '_> {
    fn block(&mut self, at: u64) -> Vec<u8> {
        let left = self.go(at);
        self.bytes.keep(left.min(BLOCK), &mut |bytes| self.hash.update(bytes))
    }

    fn content(&mut self, at: u64, size: u64, special: bool) -> Result<Blob, TarError> {
        if size > self.size.saturating_sub(at) {
            return Err(TarError::Truncated);
        }
        if !special {
            return Ok(Blob::zeros(size));
        }
        self.go(at);
        Ok(Blob::from(self.bytes.keep(size, &mut |bytes| self.hash.update(bytes))))
    }

    fn after(&self, at: u64) -> u64 {
        at.min(self.size)
    }
}

/// The stream and what was read ahead of it. An error is an end: the archive is cut off there.
struct Bytes<'a> {
    read: &'a mut dyn io::Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at: u64,
}

impl Bytes<'_> {
    /// What is there, up to `most` bytes; empty only at the end.
    fn ahead(&mut self, most: u64) -> &[u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.more();
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.buffer.get(self.start..self.end.min(self.start.saturating_add(most))).unwrap_or_default()
    }

    /// Reads once behind what is there.
    fn more(&mut self) -> bool {
        let read = loop {
            match self.read.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other.unwrap_or(0),
            }
        };
        self.end += read;
        read > 0
    }

    /// The next bytes without taking them: fewer only at the end.
    fn peek(&mut self, most: usize) -> &[u8] {
        if self.end - self.start < most {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            while self.end < most && self.more() {}
        }
        self.ahead(most as u64)
    }

    /// Takes bytes and shows them to `each`; how many there were.
    fn pass(&mut self, count: u64, each: &mut dyn FnMut(&[u8])) -> u64 {
        let mut left = count;
        while left > 0 {
            let bytes = self.ahead(left);
            let taken = bytes.len();
            if taken == 0 {
                break;
            }
            each(bytes);
            self.start += taken;
            self.at += taken as u64;
            left -= taken as u64;
        }
        count - left
    }

    /// The same, kept.
    fn keep(&mut self, count: u64, each: &mut dyn FnMut(&[u8])) -> Vec<u8> {
        let mut out = Vec::new();
        self.pass(count, &mut |bytes| {
            each(bytes);
            out.extend_from_slice(bytes);
        });
        out
    }
}
