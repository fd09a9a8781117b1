//! Those who are connected to a container's or an exec's output. A piece of output goes to each in turn and waits
//! for the slowest, so that nothing piles up. It must not know where output comes from.

use crate::engine::api::{Frame, Sender, StreamKind};
use std::cell::Cell;
use std::rc::Rc;

/// How many pieces may wait for one client.
pub(super) const WAITING: usize = 64;

/// One connection.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) sender: Sender<Frame>,
    pub(super) stdout: bool,
    pub(super) stderr: bool,
    pub(super) detached: Rc<Cell<bool>>,
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
#[derive(Clone, Default)]
pub(super) struct Clients(Vec<Client>);

impl Clients {
    pub(super) fn add(&mut self, client: Client) {
        self.0.retain(|c| !c.sender.is_closed());
        self.0.push(client);
    }

    /// Lets one go: its stream ends.
    pub(super) fn remove(&mut self, sender: &Sender<Frame>) {
        self.0.retain(|c| !c.sender.same(sender));
    }

    /// Lets all go.
    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The senders to whom a piece of this stream goes.
    pub(super) fn wanting(&self, kind: StreamKind) -> Vec<Sender<Frame>> {
        self.0.iter().filter(|c| c.wants(kind)).map(|c| c.sender.clone()).collect()
    }
}

/// Hands one piece to everyone, waiting for the slowest. The caller holds no borrow meanwhile.
pub(super) async fn deliver(to: Vec<Sender<Frame>>, kind: StreamKind, bytes: &[u8]) {
    for sender in to {
        // A client that has gone is no error of the container's.
        let _ = sender.send(Frame { kind, bytes: bytes.to_vec() }).await;
    }
}
