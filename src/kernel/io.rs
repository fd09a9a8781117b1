//! Reading, writing and opening, with the waiting that pipes, terminals and named pipes ask for. What a regular file's
//! bytes are is `layerfs`'s business.

use super::fd::{File, Kind, OpenFile};
use super::pipe::{pipe, Pipe, PipeReader, PipeWriter};
use super::proc::Proc;
use super::signal::{Disposition, Signal};
use super::tty::Tty;
use crate::layerfs::{Errno, FileKind, Handle, OpenFlags, Stat};
use crate::terminal::tty::{Size, Termios};
use std::rc::Rc;
use std::task::Poll;

/// How many links one after another are followed in search of a descriptor.
const LINKS: u32 = 8;

/// From where `Proc::seek` counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whence {
    /// From the beginning.
    Start,
    /// From where it is.
    Current,
    /// From the end.
    End,
}

impl Proc {
    /// At most `max` bytes from a descriptor, waiting for the first one; empty at the end of the file. EBADF, EISDIR, EINTR
    /// (a caught signal came in while it waited), EIO (a background process without a parent that could continue it).
    pub async fn read(&self, fd: i32, max: usize) -> Result<Vec<u8>, Errno> {
        let file = self.file(fd)?;
        self.read_file(&file, max).await
    }

    /// The same from an open file that need not have a descriptor.
    pub async fn read_file(&self, file: &File, max: usize) -> Result<Vec<u8>, Errno> {
        self.checkpoint().await;
        if !file.readable {
            return Err(Errno::EBADF);
        }
        match &file.kind {
            Kind::File(handle) => {
                let offset = file.offset.get();
                let bytes = self.fs(|vfs, _| vfs.read(handle, offset, max))?;
                file.offset.set(offset + bytes.len() as u64);
                Ok(bytes)
            }
            Kind::PipeReader(reader) | Kind::Fifo(reader, _) => {
                self.interruptible(|cx| reader.poll_read(cx, max).map(Ok)).await
            }
            Kind::PipeWriter(_) => Err(Errno::EBADF),
            Kind::Tty(tty) => self.read_tty(tty, max).await,
            Kind::Null => Ok(Vec::new()),
            Kind::Zero | Kind::Full => Ok(vec![0; max.min(65_536)]),
            Kind::Random => Ok(self.kernel().random_bytes(max.min(65_536))),
            Kind::Stream(stream) => self.interruptible(|cx| stream.poll_read(cx, max)).await,
        }
    }

    async fn read_tty(&self, tty: &Tty, max: usize) -> Result<Vec<u8>, Errno> {
        loop {
            if self.tty().as_ref() == Some(tty) && tty.foreground() != self.pgid() && tty.session() == self.sid() {
                self.refuse_background(Signal::TTIN).await?;
                continue;
            }
            let blocked = tty.blocked_read(self.pid());
            let read = self.interruptible(|cx| match tty.try_read(max) {
                Some(bytes) => Poll::Ready(Ok(Some(bytes))),
                // It may have been put into the background since.
                None if self.tty().as_ref() == Some(tty) && !self.is_foreground() && !tty.is_hung_up() => {
                    Poll::Ready(Ok(None))
                }
                None => {
                    blocked.wait(cx);
                    Poll::Pending
                }
            });
            match read.await? {
                Some(bytes) => return Ok(bytes),
                None if tty.session() != self.sid() => return Err(Errno::EIO),
                None => {}
            }
        }
    }

    /// A background process that uses its terminal is stopped; where nobody could continue it, the call fails instead.
    async fn refuse_background(&self, signal: Signal) -> Result<(), Errno> {
        if self.disposition(signal) == Disposition::Ignore || self.system().is_orphaned_group(self.pgid()) {
            return Err(Errno::EIO);
        }
        self.system().signal_group_from_tty(self.pgid(), signal);
        self.interruptible(|_| Poll::Ready(Ok(()))).await
    }

    /// Writes everything, waiting for room as often as needed. EBADF; EPIPE, after SIGPIPE, where nobody can read it any
    /// more; ENOSPC (`/dev/full`); EINTR where a caught signal comes in before anything was written.
    pub async fn write(&self, fd: i32, data: &[u8]) -> Result<(), Errno> {
        let file = self.file(fd)?;
        self.write_file(&file, data).await
    }

    /// The same to an open file that need not have a descriptor.
    pub async fn write_file(&self, file: &File, data: &[u8]) -> Result<(), Errno> {
        self.checkpoint().await;
        if !file.writable {
            return Err(Errno::EBADF);
        }
        let mut rest = data;
        while !rest.is_empty() {
            let written = match self.write_some(file, rest).await {
                Err(Errno::EINTR) if rest.len() < data.len() => continue,
                Err(Errno::EPIPE) => {
                    self.system().signal_from_kernel(self.pid(), Signal::PIPE);
                    return self.interruptible(|_| Poll::Ready(Err(Errno::EPIPE))).await;
                }
                other => other?,
            };
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    async fn write_some(&self, file: &File, data: &[u8]) -> Result<usize, Errno> {
        match &file.kind {
            Kind::File(handle) => self.write_regular(file, handle, data),
            Kind::PipeWriter(writer) | Kind::Fifo(_, writer) => {
                self.interruptible(|cx| writer.poll_write(cx, data)).await
            }
            Kind::PipeReader(_) => Err(Errno::EBADF),
            Kind::Tty(tty) => {
                if tty.termios().tostop && self.tty().as_ref() == Some(tty) && !self.is_foreground() {
                    self.refuse_background(Signal::TTOU).await?;
                }
                self.interruptible(|cx| tty.poll_write(cx, data)).await
            }
            Kind::Null | Kind::Zero | Kind::Random => Ok(data.len()),
            Kind::Full => Err(Errno::ENOSPC),
            Kind::Stream(stream) => self.interruptible(|cx| stream.poll_write(cx, data)).await,
        }
    }

    fn write_regular(&self, file: &File, handle: &Handle, data: &[u8]) -> Result<usize, Errno> {
        if file.append.get() {
            let written = self.fs(|vfs, who| vfs.append(who, handle, data))?;
            let size = self.fs(|vfs, _| vfs.fstat(handle)).map_or(0, |stat| stat.size);
            file.offset.set(size);
            return Ok(written);
        }
        let offset = file.offset.get();
        let written = self.fs(|vfs, who| vfs.write(who, handle, offset, data))?;
        file.offset.set(offset + written as u64);
        Ok(written)
    }

    /// Writes text to the standard output; errors are not looked at (a broken pipe ends the process by its signal).
    pub async fn print(&self, text: &str) {
        let _ = self.write(1, text.as_bytes()).await;
    }

    /// Writes text to the standard error.
    pub async fn eprint(&self, text: &str) {
        let _ = self.write(2, text.as_bytes()).await;
    }

    /// Everything up to the end of the file. EISDIR, EINTR.
    pub async fn read_to_end(&self, fd: i32) -> Result<Vec<u8>, Errno> {
        let file = self.file(fd)?;
        let mut all = Vec::new();
        loop {
            let part = self.read_file(&file, 65_536).await?;
            if part.is_empty() {
                return Ok(all);
            }
            all.extend(part);
        }
    }

    /// Waits until reading would not have to wait. EBADF, EINTR.
    pub async fn readable(&self, fd: i32) -> Result<(), Errno> {
        let file = self.file(fd)?;
        match &file.kind {
            Kind::PipeReader(reader) | Kind::Fifo(reader, _) => {
                self.interruptible(|cx| reader.poll_readable(cx).map(Ok)).await
            }
            Kind::Tty(tty) => {
                let blocked = tty.blocked_read(self.pid());
                self.interruptible(|cx| {
                    if tty.is_readable() {
                        return Poll::Ready(Ok(()));
                    }
                    blocked.wait(cx);
                    Poll::Pending
                })
                .await
            }
            _ => Ok(()),
        }
    }

    // ---- opening

    /// Opens a file and gives it the lowest free descriptor; `mode` is for a new one, before the umask. A named pipe
    /// waits for its other side. The errors of `open(2)`; ENXIO where there is no such device.
    pub async fn open(&self, path: &str, flags: OpenFlags, mode: u32) -> Result<i32, Errno> {
        let file = self.open_file(path, flags, mode).await?;
        self.add_file(file)
    }

    /// The same without a descriptor.
    pub async fn open_file(&self, path: &str, flags: OpenFlags, mode: u32) -> Result<File, Errno> {
        if let Some(file) = self.reopen(path, flags) {
            return file;
        }
        let (handle, stat) = self.fs(|vfs, who| {
            let handle = vfs.open(who, path, flags, mode)?;
            let stat = vfs.fstat(&handle)?;
            Ok((handle, stat))
        })?;
        match stat.kind {
            FileKind::CharDevice => self.open_device(stat.rdev, handle.path(), flags),
            FileKind::BlockDevice | FileKind::Socket => Err(Errno::ENXIO),
            FileKind::Fifo => self.open_fifo(&stat, handle.path(), flags).await,
            _ => {
                let path = handle.path().to_string();
                Ok(OpenFile::make(Kind::File(handle), &path, flags.read, flags.write, flags.append))
            }
        }
    }

    /// A whole file's content. The errors of opening and reading.
    pub async fn slurp(&self, path: &str) -> Result<Vec<u8>, Errno> {
        let file = self.open_file(path, OpenFlags::READ, 0).await?;
        let mut all = Vec::new();
        loop {
            let part = self.read_file(&file, 1 << 20).await?;
            if part.is_empty() {
                return Ok(all);
            }
            if all.is_empty() {
                all = part;
            } else {
                all.extend(part);
            }
        }
    }

    /// `/dev/stdin`, `/dev/fd/3`, `/proc/self/fd/1`, and links to them: the descriptor's own open file, or, where that is a regular file, the
    /// file opened anew, as `/proc`'s magic links do.
    fn reopen(&self, path: &str, flags: OpenFlags) -> Option<Result<File, Errno>> {
        let mut followed = path.to_string();
        for _ in 0..LINKS {
            if followed.starts_with("/proc/") {
                break;
            }
            match self.fs(|vfs, who| vfs.readlink(who, &followed)) {
                Ok(target) if target.starts_with('/') => followed = target.to_string(),
                // Only absolute links lead to `/dev`.
                _ => break,
            }
        }
        let own = format!("/proc/{}/fd/", self.pid());
        let number = ["/proc/self/fd/", "/dev/fd/", &own].iter().find_map(|dir| followed.strip_prefix(dir))?;
        let file = match number.parse().map_err(|_| Errno::ENOENT).and_then(|fd| self.file(fd)) {
            Ok(file) => file,
            Err(_) => return Some(Err(Errno::ENOENT)),
        };
        let Kind::File(old) = &file.kind else { return Some(Ok(file)) };
        let opened = self.fs(|vfs, who| vfs.open(who, old.path(), OpenFlags { create: false, ..flags }, 0));
        Some(
            opened.map(|handle| OpenFile::make(Kind::File(handle), file.path(), flags.read, flags.write, flags.append)),
        )
    }

    /// Linux's numbers of the devices that exist (`Documentation/admin-guide/devices.txt`).
    fn open_device(&self, rdev: (u32, u32), path: &str, flags: OpenFlags) -> Result<File, Errno> {
        let terminal = |tty: Option<Tty>| tty.map(Kind::Tty).ok_or(Errno::ENXIO);
        let kind = match rdev {
            (1, 3) => Kind::Null,
            (1, 5) => Kind::Zero,
            (1, 7) => Kind::Full,
            (1, 8 | 9) => Kind::Random,
            (5, 0) => terminal(self.tty())?,
            (5, 1) => terminal(self.system().tty(0))?,
            (136, index) => terminal(self.system().tty(index))?,
            (5, 2) => return Err(Errno::ENOSPC),
            _ => return Err(Errno::ENXIO),
        };
        Ok(OpenFile::make(kind, path, flags.read, flags.write, flags.append))
    }

    async fn open_fifo(&self, stat: &Stat, path: &str, flags: OpenFlags) -> Result<File, Errno> {
        let pipe = self.system().fifo((stat.dev, stat.ino));
        let seen = pipe.opened();
        let kind = match (flags.read, flags.write) {
            (true, true) => Kind::Fifo(Pipe::reader(&pipe), Pipe::writer(&pipe)),
            (true, false) => {
                let reader: PipeReader = Pipe::reader(&pipe);
                self.interruptible(|cx| pipe.poll_peer(cx, false, seen.1).map(Ok)).await?;
                Kind::PipeReader(reader)
            }
            (false, true) => {
                let writer: PipeWriter = Pipe::writer(&pipe);
                self.interruptible(|cx| pipe.poll_peer(cx, true, seen.0).map(Ok)).await?;
                Kind::PipeWriter(writer)
            }
            (false, false) => return Err(Errno::EINVAL),
        };
        Ok(OpenFile::make(kind, path, flags.read, flags.write, flags.append))
    }

    /// A pipe: the descriptors for reading and for writing. EMFILE.
    pub fn pipe(&self) -> Result<(i32, i32), Errno> {
        let (reader, writer) = self.pipe_files();
        let read = self.add_file(reader)?;
        match self.add_file(writer) {
            Ok(write) => Ok((read, write)),
            Err(errno) => {
                self.close(read)?;
                Err(errno)
            }
        }
    }

    /// A pipe's two sides without descriptors.
    pub fn pipe_files(&self) -> (File, File) {
        let (reader, writer) = pipe();
        reader.pipe().set_number(self.kernel().next_number());
        (OpenFile::pipe_reader(reader), OpenFile::pipe_writer(writer))
    }

    // ---- what descriptors are

    /// Whether it is a terminal.
    pub fn isatty(&self, fd: i32) -> bool {
        self.file(fd).is_ok_and(|file| file.as_tty().is_some())
    }

    /// The terminal of a descriptor. EBADF, ENOTTY.
    pub fn tty_of(&self, fd: i32) -> Result<Tty, Errno> {
        self.file(fd)?.as_tty().cloned().ok_or(Errno::ENOTTY)
    }

    /// A terminal's modes. EBADF, ENOTTY.
    pub fn tcgetattr(&self, fd: i32) -> Result<Termios, Errno> {
        self.tty_of(fd).map(|tty| tty.termios())
    }

    /// Sets a terminal's modes. EBADF, ENOTTY.
    pub fn tcsetattr(&self, fd: i32, termios: Termios) -> Result<(), Errno> {
        self.tty_of(fd).map(|tty| tty.set_termios(termios))
    }

    /// A terminal's size. EBADF, ENOTTY.
    pub fn winsize(&self, fd: i32) -> Result<Size, Errno> {
        self.tty_of(fd).map(|tty| tty.size())
    }

    /// Moves the offset. ESPIPE for what has none, EINVAL before the beginning.
    pub fn seek(&self, fd: i32, offset: i64, whence: Whence) -> Result<u64, Errno> {
        let file = self.file(fd)?;
        let Kind::File(handle) = &file.kind else { return Err(Errno::ESPIPE) };
        let base = match whence {
            Whence::Start => 0,
            Whence::Current => file.offset.get(),
            Whence::End => self.fs(|vfs, _| vfs.fstat(handle))?.size,
        };
        let to = base.checked_add_signed(offset).ok_or(Errno::EINVAL)?;
        file.offset.set(to);
        Ok(to)
    }

    /// Metadata of what a descriptor leads to; pipes and terminals have made-up ones. EBADF.
    pub fn fstat(&self, fd: i32) -> Result<Stat, Errno> {
        let file = self.file(fd)?;
        let (kind, rdev, mode) = match &file.kind {
            Kind::File(handle) => return self.fs(|vfs, _| vfs.fstat(handle)),
            Kind::PipeReader(_) | Kind::PipeWriter(_) | Kind::Fifo(..) => (FileKind::Fifo, (0, 0), 0o600),
            Kind::Stream(_) => (FileKind::Socket, (0, 0), 0o777),
            Kind::Tty(tty) => (FileKind::CharDevice, (136, tty.index()), 0o620),
            Kind::Null => (FileKind::CharDevice, (1, 3), 0o666),
            Kind::Zero => (FileKind::CharDevice, (1, 5), 0o666),
            Kind::Full => (FileKind::CharDevice, (1, 7), 0o666),
            Kind::Random => (FileKind::CharDevice, (1, 9), 0o666),
        };
        let now = self.now();
        Ok(Stat {
            ino: u64::from(rdev.1) + 3,
            dev: 0,
            kind,
            mode,
            uid: self.cred().uid,
            gid: self.cred().gid,
            size: 0,
            nlink: 1,
            rdev,
            atime: now,
            mtime: now,
            ctime: now,
            blocks: 0,
        })
    }

    /// Cuts or extends what a descriptor leads to. EBADF, EINVAL.
    pub fn ftruncate(&self, fd: i32, len: u64) -> Result<(), Errno> {
        let file = self.file(fd)?;
        match &file.kind {
            Kind::File(handle) if file.writable => self.fs(|vfs, who| vfs.ftruncate(who, handle, len)),
            _ => Err(Errno::EINVAL),
        }
    }

    /// The handle of a regular file or directory, for calls of `Vfs` that take one. EBADF, EINVAL.
    pub fn handle(&self, fd: i32) -> Result<Handle, Errno> {
        match &self.file(fd)?.kind {
            Kind::File(handle) => Ok(handle.clone()),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Whether two descriptors share one open file.
    pub fn same_file(&self, a: i32, b: i32) -> bool {
        matches!((self.file(a), self.file(b)), (Ok(a), Ok(b)) if Rc::ptr_eq(&a, &b))
    }
}
