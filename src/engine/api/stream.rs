//! Streams and sinks of the trait: the smallest channel types that a simulated engine, a real one and an HTTP
//! server can share. Single-threaded (`Rc`), woken by real wakers, so both ends run on any executor. It must not
//! know what flows through it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A future that stays on its thread, as everything of a session does.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The other end is gone: nobody will read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the other end of the stream is closed")
    }
}

impl std::error::Error for Closed {}

/// Whatever can be read item by item; `None` is the end, for good.
pub trait Source<T> {
    /// The next item, the end, or `Pending` with the waker kept.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>>;
}

/// The reading end of something: items one after the other, then the end.
pub struct Stream<T>(Box<dyn Source<T>>);

impl<T> fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

impl<T: 'static> Stream<T> {
    /// Reads from `source`.
    pub fn new(source: impl Source<T> + 'static) -> Stream<T> {
        Stream(Box::new(source))
    }

    /// All of `items`, at once.
    pub fn of(items: impl IntoIterator<Item = T>) -> Stream<T> {
        Stream::new(Ready(items.into_iter().collect()))
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<T> {
        poll_fn(|cx| self.0.poll_next(cx)).await
    }

    /// Everything up to the end.
    pub async fn collect(mut self) -> Vec<T> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item);
        }
        all
    }

    /// For those who wait for several things at once.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_next(cx)
    }
}

struct Ready<T>(VecDeque<T>);

impl<T> Source<T> for Ready<T> {
    fn poll_next(&mut self, _cx: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready(self.0.pop_front())
    }
}

/// Where bytes can be written to.
pub trait ByteSink {
    /// Takes some of `data` and says how many bytes, or `Pending` with the waker kept.
    fn poll_write(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Closed>>;
    /// No more will come (end of file for the reader). Harmless when repeated.
    fn close(&mut self);
}

/// The writing end of a byte stream.
pub struct Sink(Box<dyn ByteSink>);

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

impl Sink {
    /// Writes into `sink`.
    pub fn new(sink: impl ByteSink + 'static) -> Sink {
        Sink(Box::new(sink))
    }

    /// Writes all of `data`, waiting while the reader is slow.
    pub async fn write(&mut self, data: &[u8]) -> Result<(), Closed> {
        let mut rest = data;
        while !rest.is_empty() {
            let taken = poll_fn(|cx| self.0.poll_write(cx, rest)).await?;
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// End of file for the reader.
    pub fn close(&mut self) {
        self.0.close();
    }
}

struct Queue<T> {
    items: VecDeque<T>,
    room: usize,
    senders: usize,
    reading: bool,
    reader: Option<Waker>,
    writers: Vec<Waker>,
}

impl<T> Queue<T> {
    fn wake_reader(&mut self) {
        if let Some(waker) = self.reader.take() {
            waker.wake();
        }
    }

    fn wake_writers(&mut self) {
        for waker in self.writers.drain(..) {
            waker.wake();
        }
    }
}

/// The writing end of [`channel`]; clones write into the same stream, which ends when all are dropped.
pub struct Sender<T>(Rc<RefCell<Queue<T>>>);

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

struct Receiver<T>(Rc<RefCell<Queue<T>>>);

/// A bounded channel: at most `room` items wait (at least one), so a slow reader slows the writer down.
pub fn channel<T: 'static>(room: usize) -> (Sender<T>, Stream<T>) {
    let queue = Rc::new(RefCell::new(Queue {
        items: VecDeque::new(),
        room: room.max(1),
        senders: 1,
        reading: true,
        reader: None,
        writers: Vec::new(),
    }));
    (Sender(queue.clone()), Stream::new(Receiver(queue)))
}

/// A byte pipe: a [`Sink`] whose writes come out of the stream as they were cut.
pub fn pipe(room: usize) -> (Sink, Stream<Vec<u8>>) {
    let (sender, stream) = channel(room);
    (Sink::new(SenderSink(Some(sender))), stream)
}

impl<T> Sender<T> {
    /// Waits for room, then hands `item` over.
    pub async fn send(&self, item: T) -> Result<(), Closed> {
        let mut item = Some(item);
        poll_fn(|cx| self.poll_send(cx, &mut item)).await
    }

    fn poll_send(&self, cx: &mut Context<'_>, item: &mut Option<T>) -> Poll<Result<(), Closed>> {
        let mut q = self.0.borrow_mut();
        if !q.reading {
            return Poll::Ready(Err(Closed));
        }
        if q.items.len() >= q.room {
            q.writers.push(cx.waker().clone());
            return Poll::Pending;
        }
        if let Some(item) = item.take() {
            q.items.push_back(item);
        }
        q.wake_reader();
        Poll::Ready(Ok(()))
    }

    /// Hands `item` over even where there is no room: for small things that come seldom.
    pub fn push(&self, item: T) -> Result<(), Closed> {
        let mut q = self.0.borrow_mut();
        if !q.reading {
            return Err(Closed);
        }
        q.items.push_back(item);
        q.wake_reader();
        Ok(())
    }

    /// Hands `item` over if there is room, or gives it back.
    pub fn try_send(&self, item: T) -> Result<(), T> {
        let mut q = self.0.borrow_mut();
        if !q.reading || q.items.len() >= q.room {
            return Err(item);
        }
        q.items.push_back(item);
        q.wake_reader();
        Ok(())
    }

    /// Whether both write into the same stream.
    pub fn same(&self, other: &Sender<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether the reader is gone.
    pub fn is_closed(&self) -> bool {
        !self.0.borrow().reading
    }

    /// Ends when the reader is gone.
    pub async fn closed(&self) {
        poll_fn(|cx| {
            let mut q = self.0.borrow_mut();
            if !q.reading {
                return Poll::Ready(());
            }
            q.writers.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.borrow_mut().senders += 1;
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut q = self.0.borrow_mut();
        q.senders -= 1;
        if q.senders == 0 {
            q.wake_reader();
        }
    }
}

impl<T> Source<T> for Receiver<T> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut q = self.0.borrow_mut();
        if let Some(item) = q.items.pop_front() {
            q.wake_writers();
            return Poll::Ready(Some(item));
        }
        if q.senders == 0 {
            return Poll::Ready(None);
        }
        q.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // The items are dropped after the borrow: one of them may hold the other end.
        let dropped = {
            let mut q = self.0.borrow_mut();
            q.reading = false;
            q.wake_writers();
            std::mem::take(&mut q.items)
        };
        drop(dropped);
    }
}

struct SenderSink(Option<Sender<Vec<u8>>>);

impl ByteSink for SenderSink {
    fn poll_write(&mut self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Closed>> {
        match &self.0 {
            None => Poll::Ready(Err(Closed)),
            Some(sender) => {
                let mut item = Some(data.to_vec());
                sender.poll_send(cx, &mut item).map(|r| r.map(|()| data.len()))
            }
        }
    }

    fn close(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll_once<F: Future>(f: &mut Pin<Box<F>>) -> Poll<F::Output> {
        f.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_full_channel_makes_the_writer_wait() {
        let (tx, mut rx) = channel::<u8>(1);
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(tx.try_send(2), Err(2));
        let mut send = Box::pin(async { tx.send(3).await });
        assert!(poll_once(&mut send).is_pending());
        assert_eq!(poll_once(&mut Box::pin(rx.next())), Poll::Ready(Some(1)));
        assert_eq!(poll_once(&mut send), Poll::Ready(Ok(())));
        drop(send);
        drop(tx);
        assert_eq!(poll_once(&mut Box::pin(rx.collect())), Poll::Ready(vec![3]));
    }

    #[test]
    fn a_dropped_reader_is_noticed() {
        let (mut sink, rx) = pipe(4);
        drop(rx);
        assert_eq!(poll_once(&mut Box::pin(sink.write(b"x"))), Poll::Ready(Err(Closed)));
        let (mut sink, rx) = pipe(4);
        assert_eq!(poll_once(&mut Box::pin(sink.write(b"hola"))), Poll::Ready(Ok(())));
        sink.close();
        assert_eq!(poll_once(&mut Box::pin(rx.collect())), Poll::Ready(vec![b"hola".to_vec()]));
    }
}
