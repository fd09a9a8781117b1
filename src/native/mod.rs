//! The native program: its command line, and what only a real machine has (files, a terminal, sockets). It must not
//! know the page's code; it embeds the built page as files.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints")]

mod cli;
mod daemon;
mod figure;
mod image;
mod inspect;
mod lesson;
mod serve;
mod shell;

use clap::Parser;
use std::process::ExitCode;

/// Something is wrong with what the user gave: one line, exit 2.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A usage error from anything printable.
pub(crate) fn usage(what: impl std::fmt::Display) -> anyhow::Error {
    anyhow::Error::new(Usage(what.to_string()))
}

/// Runs the program; the exit status is the last command's, 1 where a check failed, 2 for bad usage or input.
pub fn main() -> ExitCode {
    let args = match cli::Cli::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nothing can be done if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match args.command {
        cli::Command::Shell(args) => shell::run(&args),
        cli::Command::Lesson(args) => lesson::run(&args),
        cli::Command::Figure(args) => figure::run(&args),
        cli::Command::Inspect(args) => inspect::run(&args),
        cli::Command::Serve(args) => serve::run(&args),
        cli::Command::Daemon(args) => daemon::run(&args),
        cli::Command::Completions { shell } => cli::completions(shell),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("capas: {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}
