//! Substitutions: `$(…)` and `<(…)`, commands whose output becomes text or a file's name.

use super::ast::{Kind, List};
use super::escape::from_bytes;
use super::expand::Failure;
use super::lexer::Flavour;
use super::process::Run;
use super::state::{Flow, Shell, LARGEST};
use crate::kernel::{Errno, Signal};
use std::rc::Rc;

impl Shell {
    /// `$(…)`
    pub(super) async fn substitute(&mut self, list: Rc<List>) -> Result<String, Flow> {
        if let Some(text) = self.substitute_file(&list).await? {
            return Ok(text);
        }
        let (reader, writer) = self.proc.pipe_files();
        let mut fds = self.proc.fds();
        fds.set(1, writer);
        let errexit = self.shopt("inherit_errexit") || self.option("posix") || self.flavour != Flavour::Bash;
        let run: Run = Box::new(move |mut shell| {
            if !errexit {
                shell.set_option("errexit", false);
            }
            shell.substitutions += 1;
            shell.replaceable = super::simple::is_single(&list);
            Shell::subshell_of(list)(shell)
        });
        let child = match self.fork(fds, None, run) {
            Ok(child) => child,
            Err(errno) => {
                self.complain(&format!("fork: {errno}")).await;
                return Ok(String::new());
            }
        };
        let mut bytes = Vec::new();
        loop {
            match self.proc.read_file(&reader, 65_536).await {
                Ok(more) if more.is_empty() => break,
                Ok(more) if bytes.len() + more.len() > LARGEST => {
                    self.complain(&format!("xrealloc: cannot allocate {} bytes", bytes.len() + more.len())).await;
                    return Err(self.fatal(2));
                }
                Ok(more) => bytes.extend_from_slice(&more),
                Err(Errno::EINTR) => {
                    self.take_signals();
                    if self.interactive && self.signals.contains(&Signal::INT) {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        let code = self.wait_pid(child.pid()).await;
        if self.interactive && self.signals.contains(&Signal::INT) {
            self.poll_signals().await?;
        }
        self.substituted = Some(code);
        self.status = code;
        while bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        bytes.retain(|b| *b != 0);
        Ok(from_bytes(&bytes))
    }

    /// `$(<file)`
    async fn substitute_file(&mut self, list: &List) -> Result<Option<String>, Flow> {
        let [item] = list.as_slice() else { return Ok(None) };
        let [(_, pipeline)] = item.pipelines.as_slice() else { return Ok(None) };
        let [command] = pipeline.commands.as_slice() else { return Ok(None) };
        let [redirect] = command.redirects.as_slice() else { return Ok(None) };
        let empty = matches!(&command.kind, Kind::Simple(a, w) if a.is_empty() && w.is_empty());
        if !empty || redirect.op != super::ast::RedirectOp::Read || self.flavour != Flavour::Bash {
            return Ok(None);
        }
        let path = self.expand_text(&redirect.word).await?;
        match self.proc.slurp(&path).await {
            Ok(bytes) => {
                self.substituted = Some(0);
                Ok(Some(from_bytes(&bytes).trim_end_matches('\n').to_owned()))
            }
            Err(errno) => {
                self.complain(&format!("{path}: {errno}")).await;
                self.substituted = Some(1);
                Ok(Some(String::new()))
            }
        }
    }

    /// `<(…)` and `>(…)`: the path of the pipe.
    pub(super) fn substitute_process(&mut self, read: bool, list: Rc<List>) -> Result<String, Failure> {
        let failed = |errno: Errno| {
            Failure::Say(format!("cannot make pipe for process substitution: {errno}"), Flow::Discard(1))
        };
        let (reader, writer) = self.proc.pipe_files();
        let mut fds = self.proc.fds();
        let own = if read {
            fds.set(1, writer);
            reader
        } else {
            fds.set(0, reader);
            writer
        };
        let child = self.fork(fds, None, Shell::subshell_of(list)).map_err(failed)?;
        self.last_background = Some(child.pid());
        let mut table = self.proc.fds();
        let fd = (10..64).rev().find(|fd| table.get(*fd).is_err()).unwrap_or(64);
        table.set(fd, own);
        self.proc.set_fds(table);
        self.open_substitutions.push(fd);
        Ok(format!("/dev/fd/{fd}"))
    }

    /// Closes the pipes of process substitutions, the command that used them being over.
    pub(super) fn close_substitutions(&mut self, from: usize) {
        while self.open_substitutions.len() > from {
            if let Some(fd) = self.open_substitutions.pop() {
                let _ = self.proc.close(fd);
            }
        }
    }
}
