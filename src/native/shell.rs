//! `capas shell`: the simulated computer, interactively on a terminal, else line by line.

use super::cli::{ShellArgs, StartArgs};
use super::lesson::plain_error;
use super::usage;
use crate::session::log::{Input, Log};
use crate::session::{is_complete, HostFile, Options, Outcome, Session};
use crate::terminal::tty::Size;
use anyhow::Result;
use crossterm::terminal;
use serde::Serialize;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

/// Runs it; the exit status is the last command's.
pub(super) fn run(args: &ShellArgs) -> Result<u8> {
    let mut options = start(&args.start)?;
    let file = args.file.as_deref().filter(|path| *path != Path::new("-"));
    if file.is_none() && std::io::stdin().is_terminal() && !args.json && !args.transcript {
        return interactive(options);
    }
    let text = match file {
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| usage(format!("{}: {}", path.display(), plain_error(&error))))?,
        None => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| usage(format!("standard input: {}", plain_error(&error))))?;
            text
        }
    };
    let name = file.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    let log = Log::parse(&text).map_err(|error| usage(format!("{name}: {error}")))?;
    if text.lines().any(|line| line.starts_with("# capas seed: ")) {
        options.seed = log.seed;
        options.start = log.start;
    }
    options.images.splice(0..0, log.images);
    if args.transcript {
        options = options.on_terminal(Size { rows: 24, cols: 80 });
    }
    let mut session = Session::start(options).map_err(usage)?;
    session.wait_for_commands();
    let mut printer = Printer { json: args.json, transcript: args.transcript };
    if args.transcript {
        printer.write(String::from_utf8_lossy(&session.take_output()).replace("\r\n", "\n").as_bytes());
    }
    let status = feed(&mut session, log.inputs, &mut printer);
    if args.transcript {
        printer.write(b"\n");
    }
    Ok(u8::try_from(status.rem_euclid(256)).unwrap_or(1))
}

/// What is there at the start.
fn start(args: &StartArgs) -> Result<Options> {
    let mut archives = Vec::new();
    for path in &args.load {
        let bytes =
            std::fs::read(path).map_err(|error| usage(format!("{}: {}", path.display(), plain_error(&error))))?;
        archives.push(bytes.into());
    }
    let mut files = Vec::new();
    for entry in &args.copy_in {
        let (source, target) = match entry.rsplit_once(':') {
            Some((source, target)) => (source, Some(target)),
            None => (entry.as_str(), None),
        };
        let source = PathBuf::from(source);
        let name = source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        copy_in(&source, target.map_or(name, str::to_owned), &mut files)?;
    }
    Ok(Options { seed: args.seed, images: args.pull.clone(), archives, files, ..Options::default() })
}

fn copy_in(source: &Path, target: String, files: &mut Vec<HostFile>) -> Result<()> {
    let wrong = |error: std::io::Error| usage(format!("{}: {}", source.display(), plain_error(&error)));
    let meta = std::fs::metadata(source).map_err(wrong)?;
    if !meta.is_dir() {
        let content = std::fs::read(source).map_err(wrong)?;
        files.push(HostFile { path: target, mode: mode(&meta), content: Some(content.into()) });
        return Ok(());
    }
    files.push(HostFile { path: target.clone(), mode: 0o755, content: None });
    let mut names: Vec<_> = std::fs::read_dir(source).map_err(wrong)?.flatten().map(|e| e.file_name()).collect();
    names.sort();
    for name in names {
        copy_in(&source.join(&name), format!("{target}/{}", name.to_string_lossy()), files)?;
    }
    Ok(())
}

#[cfg(unix)]
fn mode(meta: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> u32 {
    0o644
}

/// Types inputs one after the other; the last exit status.
fn feed(session: &mut Session, inputs: Vec<Input>, printer: &mut Printer) -> i32 {
    let mut status = 0;
    let mut unfinished = String::new();
    for input in inputs {
        if session.has_ended() {
            break;
        }
        let input = match input {
            Input::Line(line) if session.at_host_prompt() && !printer.transcript => {
                let text = if unfinished.is_empty() { line } else { format!("{unfinished}\n{line}") };
                if !is_complete(&text) {
                    unfinished = text;
                    continue;
                }
                unfinished.clear();
                Input::Line(text)
            }
            other => other,
        };
        let outcome = session.apply(&input);
        status = outcome.status;
        printer.print(&outcome, session);
    }
    if !unfinished.is_empty() {
        let outcome = session.apply(&Input::Line(unfinished));
        status = outcome.status;
        printer.print(&outcome, session);
    }
    status
}

struct Printer {
    json: bool,
    transcript: bool,
}

#[derive(Serialize)]
struct JsonCommand<'a> {
    input: &'a str,
    stdout: &'a str,
    stderr: &'a str,
    status: i32,
    snapshot: &'a crate::engine::snapshot::Snapshot,
}

impl Printer {
    fn print(&mut self, outcome: &Outcome, session: &Session) {
        if self.json {
            let snapshot = session.snapshot();
            let line = JsonCommand {
                input: &outcome.input,
                stdout: &outcome.stdout,
                stderr: &outcome.stderr,
                status: outcome.status,
                snapshot: &snapshot,
            };
            if let Ok(line) = serde_json::to_string(&line) {
                self.write(line.as_bytes());
                self.write(b"\n");
            }
        } else if self.transcript {
            self.write(String::from_utf8_lossy(&outcome.raw).replace("\r\n", "\n").as_bytes());
        } else {
            self.write(outcome.stdout.as_bytes());
            // A closed pipe is no error of the session.
            let _ = std::io::stderr().write_all(outcome.stderr.as_bytes());
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut stdout = std::io::stdout();
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    }
}

/// The real terminal in raw mode: its keys go in, the session's bytes come out.
fn interactive(options: Options) -> Result<u8> {
    let (cols, rows) = terminal::size().unwrap_or((80, 24));
    let size = |cols: u16, rows: u16| Size { rows: rows.max(1), cols: cols.max(1) };
    let mut session = Session::start(options.on_terminal(size(cols, rows))).map_err(usage)?;
    terminal::enable_raw_mode()?;
    let result = pump(&mut session, size);
    terminal::disable_raw_mode()?;
    result?;
    println!();
    Ok(0)
}

fn pump(session: &mut Session, size: impl Fn(u16, u16) -> Size) -> Result<()> {
    let (sender, keys) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut stdin = std::io::stdin().lock();
        while let Ok(n) = stdin.read(&mut buffer) {
            let chunk = buffer.get(..n).unwrap_or(&[]).to_vec();
            if n == 0 || sender.send(chunk).is_err() {
                break;
            }
        }
    });
    let mut stdout = std::io::stdout();
    stdout.write_all(&session.take_output())?;
    stdout.flush()?;
    while !session.has_ended() {
        let wait = match (session.is_busy(), session.is_working()) {
            (true, _) => Duration::ZERO,
            (_, true) => Duration::from_secs(1),
            _ => Duration::from_millis(200),
        };
        match keys.recv_timeout(wait) {
            Ok(bytes) => session.type_keys(&String::from_utf8_lossy(&bytes)),
            Err(mpsc::RecvTimeoutError::Timeout) => _ = session.tick(),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if let Ok((cols, rows)) = terminal::size() {
            session.resize(size(cols, rows));
        }
        stdout.write_all(&session.take_output())?;
        stdout.flush()?;
    }
    Ok(())
}
