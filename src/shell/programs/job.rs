//! What every program here needs of its process: its options, its words of complaint, its output in the order in
//! which a terminal or a pipe would see it, and the usual questions to the file system. It must not know any
//! program in particular.

use super::options::{self, Parsed};
use super::quoting::{shell_quote, Quotes};
use crate::ambient::Time;
use crate::kernel::{Flavor, Proc};
use crate::layerfs::{Errno, FileKind, OpenFlags, Stat};

/// What `--help` and a wrong command line show.
#[derive(Clone, Copy)]
pub struct Usage {
    /// The program's name.
    pub name: &'static str,
    /// The operands, as after `Usage: name `.
    pub synopsis: &'static str,
    /// One sentence on what it does.
    pub about: &'static str,
    /// The exit status of a wrong command line.
    pub trouble: i32,
}

/// A running program. Its output is gathered and sent in few pieces; [`Job::flush`] sends it.
pub struct Job {
    /// The process.
    pub proc: Proc,
    /// What `--help` shows.
    pub usage: &'static Usage,
    /// The words after the program's name.
    pub args: Vec<String>,
    /// The exit status so far.
    pub status: i32,
    /// Whether standard output is a terminal.
    pub tty: bool,
    out: Vec<u8>,
    mixed: Vec<(i32, Vec<u8>)>,
}

/// What a program's body comes back with: nothing (the exit status is the one gathered) or an exit status at once.
pub type Outcome = Result<(), i32>;

impl Job {
    /// The program of this process.
    pub fn new(proc: Proc, usage: &'static Usage) -> Job {
        let args = proc.args().into_iter().skip(1).collect();
        let tty = proc.isatty(1);
        Job { proc, usage, args, status: 0, tty, out: Vec::new(), mixed: Vec::new() }
    }

    /// Sends what is left and gives the exit status.
    pub async fn finish(mut self, outcome: Outcome) -> i32 {
        self.flush().await;
        outcome.err().unwrap_or(self.status)
    }

    /// Adds to standard output.
    pub fn out(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Adds a line to standard output.
    pub fn line(&mut self, text: &str) {
        self.out(text);
        self.out.push(b'\n');
    }

    /// Adds bytes to standard output.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// How much output waits to be sent.
    pub fn waiting(&self) -> usize {
        self.out.len()
    }

    /// Adds to standard error. On a terminal it comes after the output so far; elsewhere, where C's stdio holds output
    /// back, before it.
    pub fn err(&mut self, text: &str) {
        if self.tty && !self.out.is_empty() {
            self.mixed.push((1, std::mem::take(&mut self.out)));
        }
        match self.mixed.last_mut() {
            Some((2, piece)) => piece.extend_from_slice(text.as_bytes()),
            _ => self.mixed.push((2, text.as_bytes().to_vec())),
        }
    }

    /// `name: words`, and the exit status is 1.
    pub fn complain(&mut self, words: &[&str]) {
        let text = [self.usage.name, ": ", &words.concat(), "\n"].concat();
        self.err(&text);
        self.status = self.status.max(1);
    }

    /// `name: what 'path': reason`. What BusyBox says stands behind a `|`; otherwise that is `name: path: reason`.
    pub fn fail(&mut self, what: &str, path: &str, reason: Errno) {
        let reason = reason.to_string();
        let (what, busybox) = what.split_once('|').unwrap_or((what, ""));
        if self.busybox() {
            return match busybox {
                "" => self.complain(&[path, ": ", &reason]),
                words => self.complain(&[words, " '", path, "': ", &reason]),
            };
        }
        let path = self.quoted(path);
        self.complain(&[what, " ", &path, ": ", &reason]);
    }

    /// `name: 'path': reason`, always with quotes, as `find` does.
    pub fn fail_always(&mut self, path: &str, reason: Errno) {
        let path = if self.busybox() { path.to_string() } else { self.quoted(path) };
        self.complain(&[&path, ": ", &reason.to_string()]);
    }

    /// `name: path: reason`, quoting the path only where it needs it.
    pub fn fail_plain(&mut self, path: &str, reason: Errno) {
        let path = if self.busybox() { path.to_string() } else { self.quote_needed(path) };
        self.complain(&[&path, ": ", &reason.to_string()]);
    }

    /// A name in quotes, for a message.
    pub fn quoted(&self, name: &str) -> String {
        shell_quote(name, Quotes::Always, self.utf8())
    }

    /// A name in quotes where it needs them, for a message.
    pub fn quote_needed(&self, name: &str) -> String {
        shell_quote(name, Quotes::NeededOrColon, self.utf8())
    }

    /// Sends what was gathered. A process that writes into a closed pipe ends here.
    pub async fn flush(&mut self) {
        for (fd, piece) in std::mem::take(&mut self.mixed) {
            let _ = self.proc.write(fd, &piece).await;
        }
        if !self.out.is_empty() {
            let piece = std::mem::take(&mut self.out);
            self.send(&piece).await;
        }
    }

    /// Sends what was gathered once it is much, or at once on a terminal.
    pub async fn relieve(&mut self) {
        if self.out.len() > 32_768 || self.tty || !self.mixed.is_empty() {
            self.flush().await;
        }
    }

    async fn send(&mut self, piece: &[u8]) {
        if let Err(e) = self.proc.write(1, piece).await {
            if e != Errno::EPIPE {
                self.complain(&["write error: ", &e.to_string()]);
                for (fd, piece) in std::mem::take(&mut self.mixed) {
                    let _ = self.proc.write(fd, &piece).await;
                }
            }
        }
    }

    /// Reads the options by [`options::parse`]'s specification. `--help` and a wrong command line end the program.
    ///
    /// # Errors
    /// The exit status to end with.
    pub fn options(&mut self, spec: &str) -> Result<Parsed, i32> {
        let args = std::mem::take(&mut self.args);
        match options::parse(&[spec, " help=\u{1} version=\u{2}"].concat(), &args) {
            Ok(parsed) if parsed.has('\u{1}') => {
                let text = self.help();
                self.out(&text);
                Err(0)
            }
            Ok(parsed) if parsed.has('\u{2}') => {
                let text = [self.usage.name, " (GNU coreutils) 9.1\n"].concat();
                self.out(&text);
                Err(0)
            }
            Ok(parsed) => Ok(parsed),
            Err(words) => {
                let words = [self.usage.name, ": ", &words, "\n"].concat();
                self.err(&words);
                Err(self.refer_to_help())
            }
        }
    }

    /// A wrong command line: the words (which BusyBox saves itself), then where help is. Gives the exit status.
    pub fn misused(&mut self, words: &[&str]) -> i32 {
        if self.busybox() {
            return self.refer_to_help();
        }
        let first = [self.usage.name, ": ", &words.concat(), "\n"].concat();
        self.err(&first);
        self.refer_to_help()
    }

    /// The line that a wrong command line ends with; BusyBox shows its help instead. Gives the exit status.
    pub fn refer_to_help(&mut self) -> i32 {
        let Usage { name, synopsis, trouble, .. } = *self.usage;
        let text = match name {
            _ if self.busybox() => self.help(),
            "sed" => ["Usage: sed ", synopsis, "\n\n"].concat(),
            "cmp" | "diff" => [name, ": Try '", name, " --help' for more information.\n"].concat(),
            "tar" => "Try 'tar --help' or 'tar --usage' for more information.\n".to_string(),
            _ => ["Try '", name, " --help' for more information.\n"].concat(),
        };
        self.err(&text);
        if self.busybox() {
            1
        } else {
            trouble
        }
    }

    fn help(&self) -> String {
        let Usage { name, synopsis, about, .. } = self.usage;
        if self.busybox() {
            return [
                "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.\n\nUsage: ",
                name,
                " ",
                synopsis,
                "\n\n",
                about,
                "\n",
            ]
            .concat();
        }
        ["Usage: ", name, " ", synopsis, "\n", about, "\n"].concat()
    }

    /// Complains of missing operands in GNU's words. Gives the exit status.
    pub fn missing_operand(&mut self, after: Option<&str>) -> i32 {
        match after {
            None => self.misused(&["missing operand"]),
            Some(last) => {
                let last = self.quoted(last);
                self.misused(&["missing operand after ", &last])
            }
        }
    }

    /// Complains of one operand too many. Gives the exit status.
    pub fn extra_operand(&mut self, operand: &str) -> i32 {
        let operand = self.quoted(operand);
        self.misused(&["extra operand ", &operand])
    }

    /// Whether the program runs from a BusyBox, which has its own words.
    pub fn busybox(&self) -> bool {
        self.proc.flavor() == Flavor::Busybox
    }

    /// Whether the locale's characters are UTF-8; without `LANG` it is the C locale, whose characters are bytes.
    pub fn utf8(&self) -> bool {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|n| self.proc.env(n)).find(|v| !v.is_empty());
        set.is_some_and(|v| v.to_ascii_lowercase().replace('-', "").contains("utf8"))
    }

    /// `stat(2)`.
    pub fn stat(&self, path: &str) -> Result<Stat, Errno> {
        self.proc.fs(|vfs, who| vfs.stat(who, path))
    }

    /// `lstat(2)`.
    pub fn lstat(&self, path: &str) -> Result<Stat, Errno> {
        self.proc.fs(|vfs, who| vfs.lstat(who, path))
    }

    /// `readlink(2)`.
    pub fn readlink(&self, path: &str) -> Result<String, Errno> {
        self.proc.fs(|vfs, who| vfs.readlink(who, path)).map(|t| t.to_string())
    }

    /// Whether a path leads to a directory.
    pub fn is_dir(&self, path: &str) -> bool {
        self.stat(path).is_ok_and(|s| s.kind == FileKind::Dir)
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.proc.now()
    }

    /// Opens for reading; `-` is standard input.
    pub async fn open(&self, path: &str) -> Result<i32, Errno> {
        if path == "-" {
            return Ok(0);
        }
        self.proc.open(path, OpenFlags::READ, 0).await
    }

    /// Opens for writing, emptied, made if missing.
    pub async fn create(&self, path: &str) -> Result<i32, Errno> {
        self.proc.open(path, OpenFlags::REWRITE, 0o666).await
    }

    /// Opens and closes at once, which makes an empty file where there was none.
    pub fn make(&self, path: &str, excl: bool, mode: u32) -> Result<(), Errno> {
        let flags = OpenFlags { truncate: false, excl, ..OpenFlags::REWRITE };
        self.proc.fs(|vfs, who| vfs.open(who, path, flags, mode)).map(drop)
    }

    /// Closes what [`Job::open`] opened.
    pub fn close(&self, fd: i32) {
        if fd > 2 {
            let _ = self.proc.close(fd);
        }
    }

    /// All of a small file, such as `/etc/passwd`; empty where it cannot be read.
    pub fn small_file(&self, path: &str) -> String {
        let blob = self.proc.fs(|vfs, who| vfs.blob(who, path));
        blob.map(|b| String::from_utf8_lossy(&b.read_at(0, 1 << 20)).into_owned()).unwrap_or_default()
    }
}

/// A directory's path and a name in it.
pub fn join(dir: &str, name: &str) -> String {
    if dir.ends_with('/') {
        [dir, name].concat()
    } else {
        [dir, "/", name].concat()
    }
}

/// The last part of a path, without the slashes that may follow it; `/` for the root.
pub fn base_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && !path.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// What stands before the last part of a path; `.` where nothing does.
pub fn dir_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        Some((dir, _)) if dir.trim_end_matches('/').is_empty() => "/",
        Some((dir, _)) => dir.trim_end_matches('/'),
        None if trimmed.is_empty() && !path.is_empty() => "/",
        None => ".",
    }
}
