//! sha256 on a thread of its own, so that reading goes on meanwhile. Buffers go around in a ring: fresh memory would
//! cost more than the hashing.

use crate::oci::passing::Hash;
use crate::oci::{Digest, Sha256};
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender};
use std::thread::Scope;

/// Bytes that are handed over at once.
const CHUNK: usize = 128 << 10;

/// Chunks that may wait.
const AHEAD: usize = 8;

enum Job {
    Bytes(Vec<u8>),
    Finish,
}

/// The other end of the thread.
pub(super) struct Hasher {
    chunk: Vec<u8>,
    jobs: SyncSender<Job>,
    used: Receiver<Vec<u8>>,
    digests: Receiver<Digest>,
}

impl Hasher {
    /// Starts the thread, which ends with this value.
    pub fn start<'s>(scope: &'s Scope<'s, '_>) -> Hasher {
        let (jobs, received) = sync_channel(AHEAD);
        let (back, used) = channel();
        let (done, digests) = channel();
        scope.spawn(move || work(&received, &back, &done));
        Hasher { chunk: Vec::with_capacity(CHUNK), jobs, used, digests }
    }

    fn hand_over(&mut self) {
        let next = self.used.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK));
        // The thread lives as long as this value.
        let _ = self.jobs.send(Job::Bytes(std::mem::replace(&mut self.chunk, next)));
    }
}

impl Hash for Hasher {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK {
                self.hand_over();
            }
        }
    }

    fn finish(&mut self) -> Digest {
        self.hand_over();
        let _ = self.jobs.send(Job::Finish);
        self.digests.recv().unwrap_or_else(|_| Digest::from_raw([0; 32]))
    }
}

fn work(jobs: &Receiver<Job>, back: &Sender<Vec<u8>>, done: &Sender<Digest>) {
    let mut sha = Sha256::new();
    for job in jobs {
        match job {
            Job::Bytes(mut bytes) => {
                sha.update(&bytes);
                bytes.clear();
                // Where the other end is gone nobody waits.
                let _ = back.send(bytes);
            }
            Job::Finish => _ = done.send(std::mem::take(&mut sha).finish()),
        }
    }
}
