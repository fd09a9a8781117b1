//! The `docker` of the 20.10 client: a program of the student's computer that asks an [`Engine`](crate::engine::api::Engine)
//! and prints what the real one prints. One list of commands ([`catalog`]) and one text of flags a command
//! ([`tables`]) feed parsing, help and completion. It must not know which engine answers, nor look at files
//! otherwise than through its process.

mod catalog;
mod cli;
mod commands;
mod complete;
mod error;
mod flags;
mod front;
mod help;
mod paths;
mod ports;
mod progress;
mod streams;
mod table;
mod tables;
mod tar;
mod template;
mod units;

pub use complete::complete;

use crate::engine::api::Engine;
use crate::kernel::Proc;
use cli::{Cli, Running};
use error::CliError;
use flags::Args;
use front::{resolve, Front, Layout};
use std::rc::Rc;

/// Runs `docker` as this process, whose arguments begin with the program's name; its exit status.
pub async fn entry(engine: Rc<dyn Engine>, proc: Proc) -> i32 {
    let words: Vec<String> = proc.args().into_iter().skip(1).collect();
    let cli = Cli::new(engine, proc);
    let config = cli.env("DOCKER_CONFIG").unwrap_or_else(|| {
        let home = cli.env("HOME").unwrap_or_default();
        format!("{}/.docker", home.trim_end_matches('/'))
    });
    let layout = Layout { width: cli.size(0).map_or(80, |size| usize::from(size.cols)), config };
    let outcome = match resolve(&words, &layout) {
        Err(error) => Err(error),
        Ok(Front::Print(out, err)) => {
            cli.err(&err).await;
            cli.out(&out).await;
            Ok(0)
        }
        Ok(Front::Run(command, path, args)) => match command.run {
            Some(run) => run(cli.clone(), args).await,
            None => Err(CliError::new(1, format!("{path}: not available in this simulator yet"))),
        },
    };
    match outcome {
        Ok(status) => status,
        Err(CliError { status, message }) => {
            if !message.is_empty() {
                cli.err(&(message + "\n")).await;
            }
            status
        }
    }
}
