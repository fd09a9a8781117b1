//! One file a command. A command takes its arguments, already parsed and counted, asks the engine, and prints.
//! None of them may know which engine it is.

pub mod attach;
pub mod commit;
pub mod cp;
pub mod create;
pub mod df;
pub mod diff;
pub mod events;
pub mod exec;
pub mod export;
pub mod history;
pub mod images;
pub mod import;
pub mod info;
pub mod inspect;
pub mod kill;
pub mod load;
pub mod logs;
pub mod pause;
pub mod port;
pub mod prune;
pub mod ps;
pub mod pull;
pub mod rename;
pub mod restart;
pub mod rm;
pub mod rmi;
pub mod run;
pub mod save;
pub mod search;
pub mod start;
pub mod stats;
pub mod stop;
pub mod tag;
pub mod top;
pub mod unpause;
pub mod update;
pub mod version;
pub mod volume;
pub mod wait;

use super::error::CliError;
use super::Cli;
use crate::engine::api::{EngineError, Filters};
use std::future::Future;

/// `--filter name=value` as often as given, names in lower case.
pub fn filters<'a>(given: impl Iterator<Item = &'a str>) -> Filters {
    let mut filters = Filters::new();
    for (name, value) in given.filter_map(|text| text.split_once('=')) {
        filters.add(name.trim().to_lowercase(), value.trim());
    }
    filters
}

/// Does something to each container in turn and prints the names of those it worked for; the errors of the
/// others come at the end.
pub async fn each<'a, F>(
    cli: &'a Cli,
    names: &'a [String],
    act: impl Fn(&'a Cli, &'a str) -> F,
) -> Result<i32, CliError>
where
    F: Future<Output = Result<(), EngineError>>,
{
    let mut errors = Vec::new();
    for name in names {
        match act(cli, name).await {
            Ok(()) | Err(EngineError::NotModified) => cli.out(&format!("{name}\n")).await,
            Err(error) => errors.push(CliError::from(error).message),
        }
    }
    finish(errors)
}

/// Success, or the errors one a line.
pub fn finish(errors: Vec<String>) -> Result<i32, CliError> {
    if errors.is_empty() {
        Ok(0)
    } else {
        Err(CliError::new(1, errors.join("\n")))
    }
}
