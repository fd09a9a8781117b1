//! Looking into layers and containers, for whoever shows a session. The simulated engine answers at once; an engine
//! that would not, has nothing to show.

use super::Session;
use crate::engine::api::{Engine, FilePlace};
use crate::engine::snapshot::FileView;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

impl Session {
    /// What a layer does, path by path in order; by its chain id.
    pub fn layer_files(&self, chain_id: &str) -> Vec<FileView> {
        now(self.engine.layer_files(chain_id)).and_then(Result::ok).unwrap_or_default()
    }

    /// What a container's thin layer does, path by path in order.
    pub fn container_files(&self, id: &str) -> Vec<FileView> {
        now(self.engine.container_files(id)).and_then(Result::ok).unwrap_or_default()
    }

    /// The beginning of a file as it is in that layer alone, at most `max` bytes; none if it has no such file.
    pub fn layer_text(&self, chain_id: &str, path: &str, max: usize) -> Option<Vec<u8>> {
        now(self.engine.file_text(FilePlace::Layer(chain_id), path, max))?.ok()
    }

    /// The beginning of a file as a container sees it, at most `max` bytes; none if it has no such file.
    pub fn container_text(&self, id: &str, path: &str, max: usize) -> Option<Vec<u8>> {
        now(self.engine.file_text(FilePlace::Container(id), path, max))?.ok()
    }
}

/// A future's value, if it has it at the first poll.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
