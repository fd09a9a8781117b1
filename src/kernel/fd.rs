//! Open files and the tables of file descriptors. An open file (`open file description` in POSIX) holds the offset and is
//! shared by all descriptors that were duplicated or inherited from one another. What reading and writing means for
//! each kind, and waiting, is in `io`.

use super::pipe::{PipeReader, PipeWriter};
use super::tty::Tty;
use crate::layerfs::{Errno, Handle};
use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The other end of a file descriptor that is neither a file nor a pipe: engine code that takes or gives bytes.
/// When the last descriptor is closed, the object is dropped.
pub trait Stream {
    /// At most `max` bytes; empty at the end of the file. By default it cannot be read.
    fn poll_read(&self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Vec<u8>, Errno>> {
        let _ = (cx, max);
        Poll::Ready(Err(Errno::EBADF))
    }

    /// Takes some of the bytes, at least one, and says how many. By default it cannot be written.
    fn poll_write(&self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        let _ = (cx, data);
        Poll::Ready(Err(Errno::EBADF))
    }
}

/// What an open file leads to.
pub(super) enum Kind {
    File(Handle),
    PipeReader(PipeReader),
    PipeWriter(PipeWriter),
    /// A named pipe opened for reading and writing.
    Fifo(PipeReader, PipeWriter),
    Tty(Tty),
    Null,
    Zero,
    Full,
    Random,
    Stream(Rc<dyn Stream>),
}

/// An open file. Hand it on as a [`File`].
pub struct OpenFile {
    pub(super) kind: Kind,
    pub(super) offset: Cell<u64>,
    pub(super) append: Cell<bool>,
    pub(super) readable: bool,
    pub(super) writable: bool,
    pub(super) path: Box<str>,
}

/// A shared open file.
pub type File = Rc<OpenFile>;

impl OpenFile {
    pub(super) fn make(kind: Kind, path: &str, readable: bool, writable: bool, append: bool) -> File {
        Rc::new(OpenFile {
            kind,
            offset: Cell::new(0),
            append: Cell::new(append),
            readable,
            writable,
            path: path.into(),
        })
    }

    /// The reading side of a pipe.
    pub fn pipe_reader(reader: PipeReader) -> File {
        let path = format!("pipe:[{}]", reader.pipe().number());
        OpenFile::make(Kind::PipeReader(reader), &path, true, false, false)
    }

    /// The writing side of a pipe.
    pub fn pipe_writer(writer: PipeWriter) -> File {
        let path = format!("pipe:[{}]", writer.pipe().number());
        OpenFile::make(Kind::PipeWriter(writer), &path, false, true, false)
    }

    /// A terminal, for reading and writing.
    pub fn tty(tty: Tty) -> File {
        let path = format!("/dev/{}", tty.name());
        OpenFile::make(Kind::Tty(tty), &path, true, true, false)
    }

    /// `/dev/null`, for reading and writing.
    pub fn null() -> File {
        OpenFile::make(Kind::Null, "/dev/null", true, true, false)
    }

    /// Engine code.
    pub fn stream(stream: Rc<dyn Stream>) -> File {
        OpenFile::make(Kind::Stream(stream), "socket:[1]", true, true, false)
    }

    /// What `/proc/<pid>/fd/<n>` points to: a path, or `pipe:[n]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The terminal, if it is one.
    pub fn as_tty(&self) -> Option<&Tty> {
        match &self.kind {
            Kind::Tty(tty) => Some(tty),
            _ => None,
        }
    }

    /// Whether it may be read.
    pub fn is_readable(&self) -> bool {
        self.readable
    }
}

#[derive(Clone)]
struct Entry {
    fd: i32,
    file: File,
    close_on_exec: bool,
}

/// A table of file descriptors. A clone shares the open files.
#[derive(Clone, Default)]
pub struct Fds(Vec<Entry>);

/// The most descriptors of one process (`ulimit -n`).
pub const FD_MAX: i32 = 1024;

impl Fds {
    /// None open.
    pub fn new() -> Fds {
        Fds::default()
    }

    /// 0, 1 and 2.
    pub fn standard(stdin: File, stdout: File, stderr: File) -> Fds {
        let entry = |fd, file| Entry { fd, file, close_on_exec: false };
        Fds(vec![entry(0, stdin), entry(1, stdout), entry(2, stderr)])
    }

    /// 0, 1 and 2, all of them a terminal.
    pub fn on_tty(tty: &Tty) -> Fds {
        let file = OpenFile::tty(tty.clone());
        Fds::standard(file.clone(), file.clone(), file)
    }

    /// The open file of a descriptor. EBADF.
    pub fn get(&self, fd: i32) -> Result<&File, Errno> {
        self.0.iter().find(|entry| entry.fd == fd).map(|entry| &entry.file).ok_or(Errno::EBADF)
    }

    /// Makes `fd` lead to `file`; what it led to before is given back, to be dropped where nothing is borrowed.
    pub fn set(&mut self, fd: i32, file: File) -> Option<File> {
        let entry = Entry { fd, file, close_on_exec: false };
        match self.0.binary_search_by_key(&fd, |entry| entry.fd) {
            Ok(at) => self.0.get_mut(at).map(|old| std::mem::replace(old, entry).file),
            Err(at) => {
                self.0.insert(at, entry);
                None
            }
        }
    }

    /// The lowest free descriptor from `least` on leads to `file`. EMFILE.
    pub fn add(&mut self, file: File, least: i32) -> Result<i32, Errno> {
        let mut fd = least.max(0);
        while self.get(fd).is_ok() {
            fd += 1;
        }
        if fd >= FD_MAX {
            return Err(Errno::EMFILE);
        }
        self.set(fd, file);
        Ok(fd)
    }

    /// Closes a descriptor. The open file is given back as with `set`. EBADF.
    pub fn close(&mut self, fd: i32) -> Result<File, Errno> {
        match self.0.binary_search_by_key(&fd, |entry| entry.fd) {
            Ok(at) => Ok(self.0.remove(at).file),
            Err(_) => Err(Errno::EBADF),
        }
    }

    /// Whether the descriptor is to be closed in programs that are started. EBADF.
    pub fn set_close_on_exec(&mut self, fd: i32, on: bool) -> Result<(), Errno> {
        let entry = self.0.iter_mut().find(|entry| entry.fd == fd).ok_or(Errno::EBADF)?;
        entry.close_on_exec = on;
        Ok(())
    }

    /// The open descriptors in order.
    pub fn numbers(&self) -> Vec<i32> {
        self.0.iter().map(|entry| entry.fd).collect()
    }

    /// Without those that are to be closed in programs that are started.
    #[must_use]
    pub fn for_exec(&self) -> Fds {
        Fds(self.0.iter().filter(|entry| !entry.close_on_exec).cloned().collect())
    }
}
