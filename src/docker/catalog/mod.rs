//! Every command of the 20.10 client: how it is called, what help says of it, which flags it takes and what runs
//! it. Parsing, help and completion all read this list. It must not know what the commands do.

mod containers;
mod images;
mod others;

use super::cli::{Cli, Running};
use super::flags::Args;

/// How many arguments a command wants.
#[derive(Clone, Copy, Debug)]
pub enum Want {
    /// Whatever.
    Any,
    /// None at all.
    None,
    /// That many.
    Exact(usize),
    /// That many or more.
    Min(usize),
    /// That many or fewer.
    Max(usize),
    /// From that many to that many.
    Range(usize, usize),
}

/// One command.
pub struct Command {
    /// `ps` of `docker ps`; empty where it lives in a group alone.
    pub top: &'static str,
    /// `container ls` of `docker container ls`; empty where it stands alone.
    pub path: &'static str,
    /// A second group that has it.
    pub also: &'static str,
    /// Its names in its group, as help shows them; empty where it has but one.
    pub aliases: &'static str,
    /// Its arguments, as help shows them.
    pub usage: &'static str,
    /// What it does, in one line.
    pub short: &'static str,
    /// The same at length; empty where `short` is all.
    pub long: &'static str,
    /// Examples as help shows them.
    pub example: &'static str,
    /// The tables of its flags.
    pub flags: &'static [&'static str],
    /// Its arguments' number.
    pub want: Want,
    /// Whether the first argument ends the flags.
    pub stop: bool,
    /// What runs it; none yet for some.
    pub run: Option<fn(Cli, Args) -> Running>,
}

const COMMAND: Command = Command {
    top: "",
    path: "",
    also: "",
    aliases: "",
    usage: "",
    short: "",
    long: "",
    example: "",
    flags: &[],
    want: Want::Any,
    stop: false,
    run: None,
};

impl Command {
    /// Every place it has in a group.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        [self.path, self.also].into_iter().filter(|path| !path.is_empty())
    }

    /// What help says under its usage.
    pub fn long(&self) -> &'static str {
        if self.long.is_empty() {
            self.short
        } else {
            self.long
        }
    }
}

/// The groups of commands, as `docker --help` shows them.
pub const GROUPS: &[(&str, &str)] = &[
    ("builder", "Manage builds"),
    ("completion", "Generate the autocompletion script for the specified shell"),
    ("config", "Manage Docker configs"),
    ("container", "Manage containers"),
    ("context", "Manage contexts"),
    ("image", "Manage images"),
    ("manifest", "Manage Docker image manifests and manifest lists"),
    ("network", "Manage networks"),
    ("node", "Manage Swarm nodes"),
    ("plugin", "Manage plugins"),
    ("secret", "Manage Docker secrets"),
    ("service", "Manage services"),
    ("stack", "Manage Docker stacks"),
    ("swarm", "Manage Swarm"),
    ("system", "Manage Docker"),
    ("trust", "Manage trust on Docker images"),
    ("volume", "Manage volumes"),
];

/// All commands.
pub fn commands() -> impl Iterator<Item = &'static Command> {
    [containers::COMMANDS, images::COMMANDS, others::COMMANDS].into_iter().flatten()
}
