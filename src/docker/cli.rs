//! What a command has in its hands: the engine, and its own process on the student's computer (its streams, its
//! files, its terminal). It must not know Docker's commands.

use super::error::CliError;
use crate::ambient::Time;
use crate::engine::api::{Engine, LocalBoxFuture, Stream};
use crate::kernel::{Disposition, Errno, FileKind, OpenFlags, Proc, Signal, Size, Termios};
use std::rc::Rc;
use std::task::{Context, Poll};

/// How a command ends: its exit status, or what it says and its exit status.
pub type Outcome = Result<i32, CliError>;

/// A command at work.
pub type Running = LocalBoxFuture<'static, Outcome>;

/// The engine and the process. Clones are the same ones.
#[derive(Clone)]
pub struct Cli {
    /// Who is asked.
    pub engine: Rc<dyn Engine>,
    proc: Proc,
}

impl Cli {
    /// Of this process.
    pub fn new(engine: Rc<dyn Engine>, proc: Proc) -> Cli {
        Cli { engine, proc }
    }

    /// The engine's clock, which ages are counted by.
    pub fn now(&self) -> Time {
        self.engine.now()
    }

    // ---- output

    /// Text to standard output.
    pub async fn out(&self, text: &str) {
        self.out_bytes(text.as_bytes()).await;
    }

    /// Text to standard error.
    pub async fn err(&self, text: &str) {
        self.err_bytes(text.as_bytes()).await;
    }

    /// Bytes to standard output.
    pub async fn out_bytes(&self, bytes: &[u8]) {
        self.write(1, bytes).await;
    }

    /// Bytes to standard error.
    pub async fn err_bytes(&self, bytes: &[u8]) {
        self.write(2, bytes).await;
    }

    async fn write(&self, fd: i32, bytes: &[u8]) {
        // A caught signal is dealt with by whoever waits for signals; then the write is made again. Other errors
        // are nobody's business here: a broken pipe ends the process.
        while self.proc.write(fd, bytes).await == Err(Errno::EINTR) {
            self.proc.yield_now().await;
        }
    }

    /// A line of the client's own log, as `logrus` formats it for standard error.
    pub fn log_line(&self, level: &str, message: &str) -> String {
        if self.is_terminal(2) {
            let level: String = level.to_uppercase().chars().take(4).collect();
            return format!("{level}[0000] {message:<44} \n");
        }
        let time = Time::from_secs(self.now().secs()).rfc3339_nano();
        format!("time=\"{time}\" level={level} msg=\"{message}\"\n")
    }

    // ---- input

    /// The next bytes of standard input; empty at its end. An error is [`Errno::EINTR`] after a caught signal.
    pub async fn read(&self) -> Result<Vec<u8>, Errno> {
        match self.proc.read(0, 65_536).await {
            Err(Errno::EINTR) => Err(Errno::EINTR),
            other => Ok(other.unwrap_or_default()),
        }
    }

    /// One line of standard input, as far as it goes.
    pub async fn read_line(&self) -> String {
        let mut line = Vec::new();
        while let Ok(byte) = self.proc.read(0, 1).await {
            if byte.is_empty() || byte == b"\n" {
                break;
            }
            line.extend(byte);
        }
        String::from_utf8_lossy(&line).into_owned()
    }

    /// All of standard input.
    pub async fn stdin_stream(&self) -> Stream<Vec<u8>> {
        let mut parts = Vec::new();
        loop {
            match self.read().await {
                Ok(part) if part.is_empty() => return Stream::of(parts),
                Ok(part) => parts.push(part),
                Err(_) => {}
            }
        }
    }

    // ---- the terminal

    /// Whether a descriptor is a terminal.
    pub fn is_terminal(&self, fd: i32) -> bool {
        self.proc.isatty(fd)
    }

    /// The size of a descriptor's terminal.
    pub fn size(&self, fd: i32) -> Option<Size> {
        self.proc.winsize(fd).ok()
    }

    /// Raw mode for the input's terminal, until the result is dropped; none where it is no terminal.
    pub fn raw_mode(&self) -> Option<RawMode> {
        let termios = self.proc.tcgetattr(0).ok()?;
        self.proc.tcsetattr(0, termios.raw()).ok()?;
        Some(RawMode { proc: self.proc.clone(), termios })
    }

    /// The time that a request takes to the daemon and back: others do their work meanwhile.
    pub async fn round_trip(&self) {
        self.sleep(1_000_000).await;
    }

    /// Waits so many nanoseconds.
    pub async fn sleep(&self, nanos: i64) {
        // A caught signal only makes the wait shorter.
        let _ = self.proc.sleep(nanos).await;
    }

    // ---- signals

    /// Has these signals caught rather than end the process.
    pub fn catch(&self, signals: &[Signal]) {
        for signal in signals {
            self.proc.on_signal(*signal, Disposition::Catch);
        }
    }

    /// A caught signal that has come in.
    pub fn take_signal(&self) -> Option<Signal> {
        self.proc.take_signal()
    }

    /// Waits for a caught signal.
    pub async fn next_signal(&self) -> Signal {
        self.proc.next_signal().await
    }

    // ---- surroundings and files

    /// A variable of the environment.
    pub fn env(&self, name: &str) -> Option<String> {
        self.proc.env(name)
    }

    /// A path from the root.
    pub fn absolute(&self, path: &str) -> String {
        super::paths::join(&self.proc.cwd(), path)
    }

    /// Whether something is there.
    pub fn exists(&self, path: &str) -> bool {
        self.proc.fs(|vfs, who| vfs.stat(who, path)).is_ok()
    }

    /// Whether a directory is there.
    pub fn is_dir(&self, path: &str) -> bool {
        self.proc.fs(|vfs, who| vfs.stat(who, path)).is_ok_and(|stat| stat.kind == FileKind::Dir)
    }

    /// A file's content; the error is in Go's words.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        self.proc.fs(|vfs, who| vfs.blob(who, path)).map(|blob| blob.to_vec()).map_err(go_words)
    }

    /// A file's content, piece by piece; the error is in Go's words.
    pub fn file_stream(&self, path: &str) -> Result<Stream<Vec<u8>>, String> {
        let blob = self.proc.fs(|vfs, who| vfs.blob(who, path)).map_err(go_words)?;
        let mut offset = 0;
        Ok(Stream::new(Pieces(move || {
            let bytes = blob.read_at(offset, 65_536);
            offset += bytes.len() as u64;
            (!bytes.is_empty()).then_some(bytes)
        })))
    }

    /// Makes or replaces a file; the error is in Go's words.
    pub fn write_file(&self, path: &str, content: &[u8], mode: u32) -> Result<(), String> {
        let written = self.proc.fs(|vfs, who| {
            let handle = vfs.open(who, path, OpenFlags::REWRITE, mode)?;
            let mut done = 0;
            while let Some(rest) = content.get(done..).filter(|rest| !rest.is_empty()) {
                done += vfs.write(who, &handle, done as u64, rest)?;
            }
            Ok(())
        });
        written.map_err(go_words)
    }

    /// Whether a file may be made there; the error is the client's sentence.
    pub fn check_output(&self, path: &str) -> Result<(), String> {
        if path.is_empty() {
            return Ok(());
        }
        let dir = super::paths::split(&super::paths::clean(path)).0;
        if self.exists(&dir) {
            Ok(())
        } else {
            Err(format!("invalid output path: directory {dir:?} does not exist"))
        }
    }

    /// The process, for what reads and makes many files.
    pub fn proc(&self) -> &Proc {
        &self.proc
    }
}

/// Go's words for an error of the system: they begin with a small letter.
pub fn go_words(errno: Errno) -> String {
    let text = errno.to_string();
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}

/// A terminal in raw mode; dropping it brings the modes back.
pub struct RawMode {
    proc: Proc,
    termios: Termios,
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing to bring back.
        let _ = self.proc.tcsetattr(0, self.termios.clone());
    }
}

struct Pieces<F>(F);

impl<T, F: FnMut() -> Option<T>> crate::engine::api::stream::Source<T> for Pieces<F> {
    fn poll_next(&mut self, _cx: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready((self.0)())
    }
}
