//! All other commands; those without `run` are yet to come. It must not know what they do.

use super::super::{commands as c, tables as t};
use super::{Command, Want, COMMAND};

/// Them.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        top: "inspect",
        usage: "[OPTIONS] NAME|ID [NAME|ID...]",
        short: "Return low-level information on Docker objects",
        flags: &[t::INSPECT],
        want: Want::Min(1),
        run: Some(c::inspect::run),
        ..COMMAND
    },
    Command {
        top: "search",
        usage: "[OPTIONS] TERM",
        short: "Search the Docker Hub for images",
        flags: &[t::SEARCH],
        want: Want::Exact(1),
        run: Some(c::search::run),
        ..COMMAND
    },
    Command {
        top: "version",
        usage: "[OPTIONS]",
        short: "Show the Docker version information",
        flags: &[t::VERSION],
        want: Want::None,
        run: Some(c::version::run),
        ..COMMAND
    },
    Command {
        top: "info",
        path: "system info",
        usage: "[OPTIONS]",
        short: "Display system-wide information",
        flags: &[t::INFO],
        want: Want::None,
        run: Some(c::info::run),
        ..COMMAND
    },
    Command {
        top: "events",
        path: "system events",
        usage: "[OPTIONS]",
        short: "Get real time events from the server",
        flags: &[t::EVENTS],
        want: Want::None,
        run: Some(c::events::run),
        ..COMMAND
    },
    Command {
        path: "system df",
        usage: "[OPTIONS]",
        short: "Show docker disk usage",
        flags: &[t::SYSTEM_DF],
        want: Want::None,
        run: Some(c::df::run),
        ..COMMAND
    },
    Command {
        path: "system prune",
        usage: "[OPTIONS]",
        short: "Remove unused data",
        flags: &[t::SYSTEM_PRUNE],
        want: Want::None,
        run: Some(c::prune::system),
        ..COMMAND
    },
    Command {
        path: "builder prune",
        short: "Remove build cache",
        flags: &[t::BUILDER_PRUNE],
        want: Want::None,
        ..COMMAND
    },
    Command {
        top: "login",
        usage: "[OPTIONS] [SERVER]",
        short: "Log in to a Docker registry",
        long: "Log in to a Docker registry.\nIf no server is specified, the default is defined by the daemon.",
        flags: &[t::LOGIN],
        want: Want::Max(1),
        ..COMMAND
    },
    Command {
        top: "logout",
        usage: "[SERVER]",
        short: "Log out from a Docker registry",
        long: "Log out from a Docker registry.\nIf no server is specified, the default is defined by the daemon.",
        want: Want::Max(1),
        ..COMMAND
    },
    Command {
        path: "volume create",
        usage: "[OPTIONS] [VOLUME]",
        short: "Create a volume",
        flags: &[t::VOLUME_CREATE],
        want: Want::Max(1),
        run: Some(c::volume::create),
        ..COMMAND
    },
    Command {
        path: "volume inspect",
        usage: "[OPTIONS] VOLUME [VOLUME...]",
        short: "Display detailed information on one or more volumes",
        flags: &[t::INFO],
        want: Want::Min(1),
        run: Some(c::inspect::volume),
        ..COMMAND
    },
    Command {
        path: "volume ls",
        aliases: "ls, list",
        usage: "[OPTIONS]",
        short: "List volumes",
        flags: &[t::VOLUME_LS],
        want: Want::None,
        run: Some(c::volume::ls),
        ..COMMAND
    },
    Command {
        path: "volume prune",
        usage: "[OPTIONS]",
        short: "Remove all unused local volumes",
        flags: &[t::VOLUME_PRUNE],
        want: Want::None,
        run: Some(c::prune::volumes),
        ..COMMAND
    },
    Command {
        path: "volume rm",
        aliases: "rm, remove",
        usage: "[OPTIONS] VOLUME [VOLUME...]",
        short: "Remove one or more volumes",
        long: "Remove one or more volumes. You cannot remove a volume that is in use by a container.",
        example: "\nExamples:\n\n$ docker volume rm hello\nhello\n\n",
        flags: &[t::VOLUME_RM],
        want: Want::Min(1),
        run: Some(c::volume::rm),
        ..COMMAND
    },
    Command {
        path: "network connect",
        usage: "[OPTIONS] NETWORK CONTAINER",
        short: "Connect a container to a network",
        flags: &[t::NETWORK_CONNECT],
        want: Want::Exact(2),
        ..COMMAND
    },
    Command {
        path: "network create",
        usage: "[OPTIONS] NETWORK",
        short: "Create a network",
        flags: &[t::NETWORK_CREATE],
        want: Want::Exact(1),
        ..COMMAND
    },
    Command {
        path: "network disconnect",
        usage: "[OPTIONS] NETWORK CONTAINER",
        short: "Disconnect a container from a network",
        flags: &[t::NETWORK_DISCONNECT],
        want: Want::Exact(2),
        ..COMMAND
    },
    Command {
        path: "network inspect",
        usage: "[OPTIONS] NETWORK [NETWORK...]",
        short: "Display detailed information on one or more networks",
        flags: &[t::NETWORK_INSPECT],
        want: Want::Min(1),
        ..COMMAND
    },
    Command {
        path: "network ls",
        aliases: "ls, list",
        usage: "[OPTIONS]",
        short: "List networks",
        flags: &[t::NETWORK_LS],
        want: Want::None,
        ..COMMAND
    },
    Command {
        path: "network prune",
        usage: "[OPTIONS]",
        short: "Remove all unused networks",
        flags: &[t::CONTAINER_PRUNE],
        want: Want::None,
        ..COMMAND
    },
    Command {
        path: "network rm",
        aliases: "rm, remove",
        usage: "NETWORK [NETWORK...]",
        short: "Remove one or more networks",
        want: Want::Min(1),
        ..COMMAND
    },
];
