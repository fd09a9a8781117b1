//! Redirections, in the order written, on the shell's own descriptors; what they covered is kept and put back
//! afterwards. What runs in between is not known here.

use super::ast::{Redirect, RedirectOp, Target};
use super::escape::to_bytes;
use super::expand::Failure;
use super::lexer::Flavour;
use super::state::{Flow, Shell};
use crate::kernel::{Errno, File, FileKind, OpenFile, OpenFlags, Proc, FD_MAX};

/// What descriptors were before.
#[derive(Default)]
pub struct Saved(Vec<(i32, Option<File>)>);

impl Saved {
    fn keep(&mut self, proc: &Proc, fd: i32) {
        self.0.push((fd, proc.file(fd).ok()));
    }

    /// Whether nothing was redirected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Shell {
    /// Does redirections. On an error it has been complained about and everything is as before.
    pub async fn redirect(&mut self, redirects: &[Redirect]) -> Result<Saved, Flow> {
        let mut saved = Saved::default();
        for redirect in redirects {
            let result = self.redirect_one(redirect, &mut saved).await;
            if let Err(failure) = result {
                let flow = match &failure {
                    Failure::Say(_, flow) | Failure::Flow(flow) => *flow,
                };
                // The complaint goes where it would have gone before the failing redirection.
                let settled = self.settle::<()>(Err(failure)).await;
                self.restore(saved);
                return Err(settled.err().unwrap_or(flow));
            }
        }
        Ok(saved)
    }

    /// Puts descriptors back.
    pub fn restore(&self, saved: Saved) {
        for (fd, file) in saved.0.into_iter().rev() {
            match file {
                Some(file) => self.proc.set_file(fd, file),
                // It may have been closed in between.
                None => drop(self.proc.close(fd)),
            }
        }
    }

    async fn redirect_one(&mut self, redirect: &Redirect, saved: &mut Saved) -> Result<(), Failure> {
        let op = redirect.op;
        let default = match op {
            RedirectOp::Read
            | RedirectOp::ReadWrite
            | RedirectOp::DupIn
            | RedirectOp::Here(_)
            | RedirectOp::HereString => 0,
            _ => 1,
        };
        let fd = match &redirect.fd {
            Some(Target::Fd(fd)) => *fd,
            None => default,
            Some(Target::Var(name)) => {
                let name = name.clone();
                return self.redirect_variable(redirect, &name).await;
            }
        };
        if !(0..FD_MAX).contains(&fd) {
            return Err(Failure::Say(format!("{fd}: {}", Errno::EBADF), self.redirect_flow()));
        }
        let file = match op {
            RedirectOp::DupIn | RedirectOp::DupOut => {
                let word = self.target(redirect).await?;
                return self.duplicate(redirect, fd, &word, saved).await;
            }
            _ => self.redirect_file(redirect).await?,
        };
        saved.keep(&self.proc, fd);
        self.proc.set_file(fd, file.clone());
        if matches!(op, RedirectOp::Both | RedirectOp::BothAppend) {
            saved.keep(&self.proc, 2);
            self.proc.set_file(2, file);
        }
        Ok(())
    }

    /// `{name}>file`: a descriptor from 10 on, which stays.
    async fn redirect_variable(&mut self, redirect: &Redirect, name: &str) -> Result<(), Failure> {
        if matches!(redirect.op, RedirectOp::DupIn | RedirectOp::DupOut) && &*redirect.word.raw == "-" {
            let fd = self.text(name).parse().unwrap_or(-1);
            return self.proc.close(fd).map_err(|e| Failure::Say(format!("{fd}: {e}"), Flow::Failed(1)));
        }
        let file = match redirect.op {
            RedirectOp::DupIn | RedirectOp::DupOut => {
                let word = self.target(redirect).await?;
                let from = word.parse().unwrap_or(-1);
                self.proc.file(from).map_err(|e| self.file_failure(&word, e, true))?
            }
            _ => self.redirect_file(redirect).await?,
        };
        let mut fds = self.proc.fds();
        let fd = fds.add(file, 10).map_err(|e| Failure::Say(e.to_string(), Flow::Failed(1)))?;
        self.proc.set_fds(fds);
        self.assign(name, &fd.to_string(), false).map_err(|e| Failure::Say(e, Flow::Failed(1)))
    }

    /// The word of a redirection, which must be one.
    async fn target(&mut self, redirect: &Redirect) -> Result<String, Failure> {
        if self.flavour != Flavour::Bash {
            return Ok(self.expand_text(&redirect.word).await?);
        }
        let mut words = self.expand_words(std::slice::from_ref(&redirect.word)).await?;
        match (words.pop(), words.pop()) {
            (Some(word), None) => Ok(word),
            _ => Err(Failure::Say(format!("{}: ambiguous redirect", redirect.word.raw), Flow::Failed(1))),
        }
    }

    async fn duplicate(&mut self, redirect: &Redirect, fd: i32, word: &str, saved: &mut Saved) -> Result<(), Failure> {
        if word == "-" {
            saved.keep(&self.proc, fd);
            let _ = self.proc.close(fd);
            return Ok(());
        }
        let (number, moves) = match word.strip_suffix('-') {
            Some(number) => (number, true),
            None => (word, false),
        };
        match number.parse::<i32>() {
            Ok(from) => {
                let file = self.proc.file(from).map_err(|e| self.file_failure(number, e, true))?;
                saved.keep(&self.proc, fd);
                self.proc.set_file(fd, file);
                if moves && from != fd {
                    saved.keep(&self.proc, from);
                    let _ = self.proc.close(from);
                }
                Ok(())
            }
            // `>& file` is `&> file`.
            Err(_) if redirect.op == RedirectOp::DupOut && redirect.fd.is_none() && self.flavour != Flavour::Dash => {
                let file = self.open_target(word, OpenFlags::REWRITE, true).await?;
                for fd in [1, 2] {
                    saved.keep(&self.proc, fd);
                    self.proc.set_file(fd, file.clone());
                }
                Ok(())
            }
            Err(_) if self.flavour == Flavour::Bash => {
                Err(Failure::Say(format!("{}: ambiguous redirect", redirect.word.raw), Flow::Failed(1)))
            }
            Err(_) => Err(Failure::Say("Syntax error: Bad fd number".to_owned(), self.fatal(2))),
        }
    }

    /// The file that a redirection other than a duplication leads to.
    async fn redirect_file(&mut self, redirect: &Redirect) -> Result<File, Failure> {
        match redirect.op {
            RedirectOp::Here(_) | RedirectOp::HereString => {
                let text = match redirect.here.as_ref().and_then(|here| here.get()) {
                    Some(body) => self.expand_text(&body.clone()).await?,
                    None => self.expand_text(&redirect.word).await? + "\n",
                };
                Ok(self.text_file(&text))
            }
            op => {
                let word = self.target(redirect).await?;
                let flags = match op {
                    RedirectOp::Read => OpenFlags::READ,
                    RedirectOp::Append | RedirectOp::BothAppend => OpenFlags::APPEND,
                    RedirectOp::ReadWrite => OpenFlags::READ_WRITE,
                    _ => OpenFlags::REWRITE,
                };
                self.open_target(&word, flags, op != RedirectOp::Clobber).await
            }
        }
    }

    /// Text to be read from a pipe whose other side a helper task fills.
    fn text_file(&self, text: &str) -> File {
        let (reader, writer) = crate::kernel::pipe();
        let bytes = to_bytes(text).to_vec();
        self.proc.kernel().spawn(async move {
            // Nobody reads on: the rest is not wanted.
            let _ = writer.write(&bytes).await;
        });
        OpenFile::pipe_reader(reader)
    }

    async fn open_target(&mut self, path: &str, flags: OpenFlags, guarded: bool) -> Result<File, Failure> {
        if guarded && flags.truncate && self.option("noclobber") {
            let kind = self.proc.fs(|vfs, who| vfs.stat(who, path)).map(|stat| stat.kind);
            if kind == Ok(FileKind::File) {
                let text = match self.flavour {
                    Flavour::Bash => format!("{path}: cannot overwrite existing file"),
                    _ => format!("cannot create {path}: File exists"),
                };
                return Err(Failure::Say(text, self.redirect_flow()));
            }
        }
        let result = self.proc.open_file(path, flags, 0o666).await;
        result.map_err(|errno| self.file_failure(path, errno, !flags.create))
    }

    /// A shell other than bash ends only where a special builtin was redirected; the caller sees to that.
    fn redirect_flow(&self) -> Flow {
        Flow::Failed(if self.flavour == Flavour::Dash { 2 } else { 1 })
    }

    fn file_failure(&self, path: &str, errno: Errno, reading: bool) -> Failure {
        let short = match errno {
            Errno::ENOENT if reading => "No such file".to_owned(),
            Errno::ENOENT => "Directory nonexistent".to_owned(),
            other => other.to_string(),
        };
        let text = match (self.flavour, errno) {
            (Flavour::Bash, _) => format!("{path}: {errno}"),
            (Flavour::Dash, Errno::EBADF) => format!("{path}: {errno}"),
            (Flavour::Dash, _) if reading => format!("cannot open {path}: {short}"),
            (Flavour::Dash, _) => format!("cannot create {path}: {short}"),
            (Flavour::Ash, Errno::EBADF) => format!("dup2({path}): {errno}"),
            (Flavour::Ash, Errno::ENOENT) if reading => format!("can't open {path}: no such file"),
            (Flavour::Ash, Errno::ENOENT) => format!("can't create {path}: nonexistent directory"),
            (Flavour::Ash, _) if reading => format!("can't open {path}: {errno}"),
            (Flavour::Ash, _) => format!("can't create {path}: {errno}"),
        };
        Failure::Say(text, self.redirect_flow())
    }
}
