//! The lines that `sed` runs over, one file after the other. It must not know the script.

use super::input::Input;
use super::job::Job;

/// The lines to come, one ahead, so that `$` is known.
pub struct Files {
    paths: std::vec::IntoIter<String>,
    delimiter: u8,
    separate: bool,
    input: Option<Input>,
    ahead: Option<(Vec<u8>, bool)>,
    /// The line ahead is the first of another file.
    fresh: bool,
    /// The file of the line ahead.
    opened: String,
    /// The file of the last line read.
    pub name: String,
}

impl Files {
    /// Lines end with the delimiter; each file has a last line if they are `separate`.
    pub fn new(paths: Vec<String>, delimiter: u8, separate: bool) -> Files {
        let (opened, name) = (String::new(), String::new());
        Files { paths: paths.into_iter(), delimiter, separate, input: None, ahead: None, fresh: false, opened, name }
    }

    /// The next line, and whether it had its newline.
    pub async fn next(&mut self, job: &mut Job) -> Option<(Vec<u8>, bool)> {
        if self.ahead.is_none() {
            self.look_ahead(job).await;
        }
        let line = self.ahead.take()?;
        if self.fresh {
            self.name.clone_from(&self.opened);
        }
        self.look_ahead(job).await;
        Some(line)
    }

    async fn look_ahead(&mut self, job: &mut Job) {
        self.fresh = false;
        loop {
            if let Some(input) = &mut self.input {
                if let Some(mut line) = input.record(job, self.delimiter).await {
                    let ended = line.last() == Some(&self.delimiter);
                    if ended {
                        line.pop();
                    }
                    self.ahead = Some((line, ended));
                    return;
                }
                if let Some(e) = input.error {
                    job.complain(&["read error on ", &self.opened, ": ", &e.to_string()]);
                }
                self.close(job);
            }
            let Some(path) = self.paths.next() else { return };
            if path != "-" && job.is_dir(&path) {
                job.complain(&["read error on ", &path, ": Is a directory"]);
                job.status = 4;
                self.paths = Vec::new().into_iter();
                return;
            }
            match Input::open(job, &path).await {
                Ok(input) => {
                    self.input = Some(input);
                    self.fresh = true;
                }
                Err(e) => {
                    job.complain(&["can't read ", &path, ": ", &e.to_string()]);
                    job.status = 2;
                }
            }
            self.opened = path;
        }
    }

    /// Whether the last line read is what `$` means.
    pub fn is_last(&self) -> bool {
        self.is_over() || self.separate && self.fresh
    }

    /// Whether no line is left in any file.
    pub fn is_over(&self) -> bool {
        self.ahead.is_none()
    }

    /// Closes the file that is being read.
    pub fn close(&mut self, job: &mut Job) {
        if let Some(input) = self.input.take() {
            input.close(job);
        }
    }
}
