//! How a command fails: what it says on standard error, and its exit status. It must not print.

use crate::engine::api::{EngineError, ErrorKind};

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// The exit status.
    pub status: i32,
    /// For standard error, without its line feed; nothing is printed where it is empty.
    pub message: String,
}

impl CliError {
    /// That status with that sentence.
    pub fn new(status: i32, message: impl Into<String>) -> CliError {
        CliError { status, message: message.into() }
    }

    /// An exit status alone.
    pub fn silent(status: i32) -> CliError {
        CliError { status, message: String::new() }
    }
}

impl From<EngineError> for CliError {
    fn from(error: EngineError) -> CliError {
        CliError::new(1, format!("Error response from daemon: {error}"))
    }
}

/// The client's own words where the daemon has no such thing: `Error: No such container: x`. Only some calls
/// are told apart so: inspect, remove, and what begins with an inspect.
pub fn not_found(what: &str, name: &str) -> impl Fn(EngineError) -> CliError {
    let sentence = format!("Error: No such {what}: {name}");
    move |error| match error.kind() {
        ErrorKind::NotFound => CliError::new(1, sentence.clone()),
        _ => error.into(),
    }
}
