//! Running texts: scripts, strings, what `eval` and `.` are given, and commands that come in on standard input. A text
//! is parsed a complete command at a time, because a command may change how the next one reads.

use super::escape::from_bytes;
use super::lexer::{Flavour, Parser, Settings};
use super::state::{Flow, Outcome, Shell};
use crate::kernel::{Errno, LocalBoxFuture, Whence};

/// Whether a text is whole commands of bash: no quotes, brackets, compound commands or here-documents left open.
pub fn is_complete(text: &str) -> bool {
    let mut parser = Parser::new(text, 1, Settings { flavour: Flavour::Bash, aliases: None, extglob: false });
    loop {
        match parser.parse_next() {
            Ok(Some(_)) if parser.wants_here() || parser.continued || text.ends_with('\\') => return false,
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(error) => return !error.is_incomplete(),
        }
    }
}

impl Shell {
    pub(super) async fn run_script_file(&mut self, path: &str) -> Outcome {
        let mut found = path.to_owned();
        let mut read = self.read_file(&found).await;
        if read.is_err() && !path.contains('/') && self.flavour == Flavour::Bash {
            if let Some(on_path) = self.search(path).into_iter().next() {
                found = on_path;
                read = self.read_file(&found).await;
            }
        }
        match read {
            Ok(text) => {
                if text.contains('\0') {
                    let text = format!("{found}: {found}: cannot execute binary file\n");
                    self.write(2, &text).await;
                    return Err(Flow::Exit(126));
                }
                self.frames.push(super::state::Frame { name: "main".into(), source: found.into(), called_at: 0 });
                self.run_text(&text, "", 1).await
            }
            Err(errno) => {
                let (text, status) = match (self.flavour, errno) {
                    (Flavour::Bash, Errno::EISDIR) => (format!("{path}: {path}: Is a directory\n"), 126),
                    (Flavour::Bash, Errno::ENOENT) => (format!("bash: {path}: {errno}\n"), 127),
                    (Flavour::Bash, _) => (format!("bash: {path}: {errno}\n"), 126),
                    (Flavour::Dash, Errno::ENOENT) => (format!("sh: 0: cannot open {path}: No such file\n"), 2),
                    (Flavour::Dash, _) => (format!("sh: 0: cannot open {path}: {errno}\n"), 2),
                    (Flavour::Ash, _) => (format!("sh: can't open '{path}': {errno}\n"), 2),
                };
                self.write(2, &text).await;
                Err(Flow::Exit(status))
            }
        }
    }

    /// Runs a text, a complete command at a time. `origin` is `-c`, `eval`, `source`, `trap` or nothing for a script.
    pub(super) fn run_text<'a>(&'a mut self, text: &'a str, origin: &'a str, line: u32) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            let mut parser = Parser::new(text, line, self.settings());
            let mut status = 0;
            let nested = matches!(origin, "eval" | "source" | "trap");
            let traps_line = (origin == "trap").then_some(self.line);
            loop {
                let settings = self.settings();
                parser.set(settings);
                let before = parser.position();
                let parsed = parser.parse_next();
                if self.option("verbose") {
                    let source = parser.source(before, parser.position());
                    self.write(2, &source).await;
                }
                match parsed {
                    Ok(None) => return Ok(status),
                    Ok(Some(list)) => {
                        self.warn_of_cut_documents(&mut parser).await;
                        if list.is_empty() {
                            continue;
                        }
                        // The last command of a string may take the shell's place.
                        self.replaceable = origin == "-c"
                            && self.subshell == 0
                            && !self.interactive
                            && self.traps.is_empty()
                            && super::simple::is_single(&list)
                            && parser.rest().trim().is_empty();
                        match self.run_list(&list).await {
                            Ok(code) => status = code,
                            // Given up: a script goes on with its next line.
                            Err(Flow::Discard(code)) if !nested && !self.interactive => {
                                self.replaceable = false;
                                status = code;
                                self.status = code;
                                if code == 130 {
                                    return Err(Flow::Exit(code));
                                }
                            }
                            Err(Flow::Break(_) | Flow::Continue(_)) if self.loops == 0 => status = 0,
                            Err(flow) => return Err(flow),
                        }
                        if let Some(line) = traps_line {
                            self.line = line;
                        }
                    }
                    Err(error) => {
                        self.syntax_error(&error, &parser, origin, line).await;
                        self.status = 2;
                        return if self.interactive || nested && self.flavour == Flavour::Bash {
                            Ok(2)
                        } else {
                            Err(Flow::Exit(2))
                        };
                    }
                }
            }
        })
    }

    pub(super) async fn warn_of_cut_documents(&mut self, parser: &mut Parser) {
        for (line, begun, end) in std::mem::take(&mut parser.cut_here) {
            if self.flavour == Flavour::Bash {
                self.line = line;
                let text = format!("warning: here-document at line {begun} delimited by end-of-file (wanted `{end}')");
                self.complain(&text).await;
            }
        }
    }

    /// Commands from standard input without a prompt: never more is read than the command needs, because the commands
    /// read from there too.
    pub(super) async fn run_stdin(&mut self) -> Outcome {
        let (mut text, mut first, mut status) = (String::new(), 1, 0);
        loop {
            let line = self.next_stdin_line().await;
            let ended = line.is_none();
            text.push_str(&line.unwrap_or_default());
            if text.is_empty() && ended {
                return Ok(status);
            }
            let mut parser = Parser::new(&text, first, self.settings());
            match parser.parse_next() {
                Ok(_) if !ended && (parser.wants_here() || parser.continued) => continue,
                Ok(list) => {
                    self.warn_of_cut_documents(&mut parser).await;
                    match self.run_list(&list.unwrap_or_default()).await {
                        Ok(code) => status = code,
                        Err(Flow::Discard(code)) => {
                            status = code;
                            self.status = code;
                        }
                        Err(Flow::Break(_) | Flow::Continue(_)) => status = 0,
                        Err(flow) => return Err(flow),
                    }
                    first = parser.line();
                    text = parser.rest();
                    if !text.is_empty() {
                        // The rest of a line that an alias or a parenthesis cut short.
                        let rest = std::mem::take(&mut text);
                        status = self.run_text(&rest, "", first).await?;
                    }
                }
                Err(error) if error.is_incomplete() && !ended => {}
                Err(error) => {
                    self.syntax_error(&error, &parser, "", first).await;
                    return Err(Flow::Exit(2));
                }
            }
            if ended && text.is_empty() {
                return Ok(status);
            }
        }
    }

    /// A line of standard input with its newline. A regular file is read in pieces and its offset put back.
    pub(super) async fn next_stdin_line(&mut self) -> Option<String> {
        let seekable = self.proc.seek(0, 0, Whence::Current).is_ok();
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let read = self.proc.read(0, if seekable { 4096 } else { 1 }).await;
            match read {
                Ok(more) if more.is_empty() => break,
                Ok(more) => match more.iter().position(|b| *b == b'\n') {
                    Some(at) => {
                        bytes.extend(more.iter().take(at + 1));
                        let unread = more.len() - at - 1;
                        if unread > 0 {
                            let _ = self.proc.seek(0, -(unread as i64), Whence::Current);
                        }
                        break;
                    }
                    None => bytes.extend_from_slice(&more),
                },
                Err(Errno::EINTR) => {
                    self.take_signals();
                    let interrupted = self.interactive && self.signals.contains(&crate::kernel::Signal::INT);
                    if interrupted {
                        return None;
                    }
                    if self.poll_signals().await.is_err() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        (!bytes.is_empty()).then(|| from_bytes(&bytes))
    }
}
