//! Those who are connected to a container's or an exec's output. A piece of output goes to each in turn and waits
//! for the slowest, so that nothing piles up. It must not know where output comes from.

use crate::engine::api::{Frame, Sender, StreamKind};

/// How many pieces may wait for one client.
pub(super) const WAITING: usize = 64;

/// One connection.
pub(super) struct Client {
    pub(super) sender: Sender<Frame>,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
}

impl Client {
    fn wants(&self, kind: StreamKind) -> bool {
        match kind {
            StreamKind::Stderr => self.stderr,
            StreamKind::Stdin | StreamKind::Stdout => self.stdout,
        }
    }
}

/// All connections to one container.
#[derive(Default)]
pub(super) struct Clients {
    all: Vec<(u64, Client)>,
    next: u64,
}

impl Clients {
    /// One more; its number.
    pub(super) fn add(&mut self, client: Client) -> u64 {
        self.all.retain(|(_, c)| !c.sender.is_closed());
        let number = self.next;
        self.next += 1;
        self.all.push((number, client));
        number
    }

    /// Lets one go: its stream ends.
    pub(super) fn remove(&mut self, number: u64) {
        self.all.retain(|(n, _)| *n != number);
    }

    /// Lets all go.
    pub(super) fn clear(&mut self) {
        self.all = Vec::new();
    }

    pub(super) fn has(&self, number: u64) -> bool {
        self.all.iter().any(|(n, c)| *n == number && !c.sender.is_closed())
    }

    /// Whether nobody listens.
    pub(super) fn is_empty(&self) -> bool {
        self.all.iter().all(|(_, c)| c.sender.is_closed())
    }

    /// The senders to whom a piece of this stream goes.
    pub(super) fn wanting(&self, kind: StreamKind) -> Vec<Sender<Frame>> {
        self.all.iter().filter(|(_, c)| c.wants(kind)).map(|(_, c)| c.sender.clone()).collect()
    }
}

/// Hands one piece to everyone, waiting for the slowest. The caller holds no borrow meanwhile.
pub(super) async fn deliver(to: Vec<Sender<Frame>>, kind: StreamKind, bytes: &[u8]) {
    for sender in to {
        // A client that has gone is no error of the container's.
        let _ = sender.send(Frame { kind, bytes: bytes.to_vec() }).await;
    }
}
