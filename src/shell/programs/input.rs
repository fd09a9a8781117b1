//! Reading files and standard input piece by piece and line by line, so that a pipe is drunk as it flows and a file
//! of many megabytes is never held whole. It must not know what a program does with the lines.

use super::job::Job;
use crate::layerfs::Errno;

const PIECE: usize = 65_536;

/// An open file and what was read of it but not yet asked for.
pub struct Input {
    fd: i32,
    held: Vec<u8>,
    at: usize,
    ended: bool,
    /// What ended the reading early.
    pub error: Option<Errno>,
}

impl Input {
    /// Reads from this descriptor.
    pub fn new(fd: i32) -> Input {
        Input { fd, held: Vec::new(), at: 0, ended: false, error: None }
    }

    /// Opens a path, `-` being standard input.
    pub async fn open(job: &Job, path: &str) -> Result<Input, Errno> {
        job.open(path).await.map(Input::new)
    }

    /// Closes it.
    pub fn close(self, job: &Job) {
        job.close(self.fd);
    }

    /// The next piece, of any length; `None` at the end. What was gathered for output is sent first where reading may
    /// have to wait, so that a dialogue over pipes goes on.
    pub async fn piece(&mut self, job: &mut Job) -> Option<Vec<u8>> {
        if self.at < self.held.len() {
            let rest = self.held.split_off(self.at);
            self.held.clear();
            self.at = 0;
            return Some(rest);
        }
        if self.ended {
            return None;
        }
        job.relieve().await;
        match job.proc.read(self.fd, PIECE).await {
            Ok(piece) if !piece.is_empty() => {
                job.proc.yield_now().await;
                Some(piece)
            }
            Ok(_) => {
                self.ended = true;
                None
            }
            Err(e) => {
                self.ended = true;
                self.error = Some(e);
                None
            }
        }
    }

    /// Passes over so many bytes, or all there are.
    pub async fn skip(&mut self, job: &mut Job, mut bytes: u64) {
        while bytes > 0 {
            let Some(piece) = self.piece(job).await else { return };
            let cut = bytes.min(piece.len() as u64);
            bytes -= cut;
            (self.held, self.at) = (piece, cut as usize);
        }
    }

    /// The next line with its delimiter, which only the last may lack; `None` at the end.
    pub async fn record(&mut self, job: &mut Job, delimiter: u8) -> Option<Vec<u8>> {
        let mut scanned = self.at;
        loop {
            let rest = self.held.get(scanned..).unwrap_or(&[]);
            if let Some(len) = rest.iter().position(|b| *b == delimiter) {
                let end = scanned + len + 1;
                let line = self.held.get(self.at..end).map(<[u8]>::to_vec);
                self.at = end;
                return line;
            }
            let mut kept = self.held.split_off(self.at);
            scanned = kept.len();
            self.held.clear();
            self.at = 0;
            match self.piece(job).await {
                Some(piece) if kept.is_empty() => self.held = piece,
                Some(piece) => {
                    kept.extend_from_slice(&piece);
                    self.held = kept;
                }
                None => return (!kept.is_empty()).then_some(kept),
            }
        }
    }

    /// All that is left.
    pub async fn rest(&mut self, job: &mut Job) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(piece) = self.piece(job).await {
            all.extend_from_slice(&piece);
        }
        all
    }
}

/// The lines of several files one after the other, as `sort`, `sed` and `nl` read them; complaints are made for those
/// that cannot be read.
pub struct Lines {
    paths: std::vec::IntoIter<String>,
    now: Option<(String, Input)>,
    /// Whether a file ended just before the line that was last given.
    pub fresh: bool,
}

impl Lines {
    /// Standard input where no path is given.
    pub fn new(paths: Vec<String>) -> Lines {
        let paths = if paths.is_empty() { vec!["-".to_string()] } else { paths };
        Lines { paths: paths.into_iter(), now: None, fresh: true }
    }

    /// The next line with its delimiter, which the last line of a file may lack.
    pub async fn record(&mut self, job: &mut Job, delimiter: u8) -> Option<Vec<u8>> {
        self.fresh = false;
        loop {
            if let Some((path, input)) = &mut self.now {
                if let Some(line) = input.record(job, delimiter).await {
                    return Some(line);
                }
                if let Some(e) = input.error {
                    let path = std::mem::take(path);
                    job.fail_plain(&path, e);
                }
                if let Some((_, input)) = self.now.take() {
                    input.close(job);
                }
            }
            let path = self.paths.next()?;
            self.fresh = true;
            match Input::open(job, &path).await {
                Ok(input) => self.now = Some((path, input)),
                Err(e) => job.fail_plain(&path, e),
            }
        }
    }

    /// The next line without its newline, and whether it had one.
    pub async fn line(&mut self, job: &mut Job) -> Option<(Vec<u8>, bool)> {
        let mut line = self.record(job, b'\n').await?;
        let ended = line.last() == Some(&b'\n');
        if ended {
            line.pop();
        }
        Some((line, ended))
    }
}
