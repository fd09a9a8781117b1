//! The commands about containers. It must not know what they do.

use super::super::{commands as c, tables as t};
use super::{Command, Want, COMMAND};

/// Them, as `docker container --help` has them.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        top: "run",
        path: "container run",
        usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        short: "Run a command in a new container",
        flags: &[t::RUN_AND_CREATE, t::RUN],
        want: Want::Min(1),
        stop: true,
        run: Some(c::run::run),
        ..COMMAND
    },
    Command {
        top: "create",
        path: "container create",
        usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        short: "Create a new container",
        flags: &[t::RUN_AND_CREATE, t::CREATE],
        want: Want::Min(1),
        stop: true,
        run: Some(c::create::run),
        ..COMMAND
    },
    Command {
        top: "ps",
        path: "container ls",
        aliases: "ls, ps, list",
        usage: "[OPTIONS]",
        short: "List containers",
        flags: &[t::PS],
        want: Want::None,
        run: Some(c::ps::run),
        ..COMMAND
    },
    Command {
        top: "start",
        path: "container start",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Start one or more stopped containers",
        flags: &[t::START],
        want: Want::Min(1),
        run: Some(c::start::run),
        ..COMMAND
    },
    Command {
        top: "attach",
        path: "container attach",
        usage: "[OPTIONS] CONTAINER",
        short: "Attach local standard input, output, and error streams to a running container",
        flags: &[t::ATTACH],
        want: Want::Exact(1),
        run: Some(c::attach::run),
        ..COMMAND
    },
    Command {
        top: "exec",
        path: "container exec",
        usage: "[OPTIONS] CONTAINER COMMAND [ARG...]",
        short: "Run a command in a running container",
        flags: &[t::EXEC],
        want: Want::Min(2),
        stop: true,
        run: Some(c::exec::run),
        ..COMMAND
    },
    Command {
        top: "stop",
        path: "container stop",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Stop one or more running containers",
        flags: &[t::STOP],
        want: Want::Min(1),
        run: Some(c::stop::run),
        ..COMMAND
    },
    Command {
        top: "kill",
        path: "container kill",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Kill one or more running containers",
        flags: &[t::KILL],
        want: Want::Min(1),
        run: Some(c::kill::run),
        ..COMMAND
    },
    Command {
        top: "restart",
        path: "container restart",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Restart one or more containers",
        flags: &[t::RESTART],
        want: Want::Min(1),
        run: Some(c::restart::run),
        ..COMMAND
    },
    Command {
        top: "rm",
        path: "container rm",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Remove one or more containers",
        flags: &[t::RM],
        want: Want::Min(1),
        run: Some(c::rm::run),
        ..COMMAND
    },
    Command {
        top: "rename",
        path: "container rename",
        usage: "CONTAINER NEW_NAME",
        short: "Rename a container",
        want: Want::Exact(2),
        run: Some(c::rename::run),
        ..COMMAND
    },
    Command {
        top: "logs",
        path: "container logs",
        usage: "[OPTIONS] CONTAINER",
        short: "Fetch the logs of a container",
        flags: &[t::LOGS],
        want: Want::Exact(1),
        run: Some(c::logs::run),
        ..COMMAND
    },
    Command {
        top: "top",
        path: "container top",
        usage: "CONTAINER [ps OPTIONS]",
        short: "Display the running processes of a container",
        want: Want::Min(1),
        stop: true,
        run: Some(c::top::run),
        ..COMMAND
    },
    Command {
        top: "diff",
        path: "container diff",
        usage: "CONTAINER",
        short: "Inspect changes to files or directories on a container's filesystem",
        want: Want::Exact(1),
        run: Some(c::diff::run),
        ..COMMAND
    },
    Command {
        top: "cp",
        path: "container cp",
        usage: "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
        short: "Copy files/folders between a container and the local filesystem",
        long: "Copy files/folders between a container and the local filesystem\n\nUse '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.",
        flags: &[t::CP],
        want: Want::Exact(2),
        run: Some(c::cp::run),
        ..COMMAND
    },
    Command {
        top: "commit",
        path: "container commit",
        usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
        short: "Create a new image from a container's changes",
        flags: &[t::COMMIT],
        want: Want::Range(1, 2),
        run: Some(c::commit::run),
        ..COMMAND
    },
    Command {
        top: "export",
        path: "container export",
        usage: "[OPTIONS] CONTAINER",
        short: "Export a container's filesystem as a tar archive",
        flags: &[t::SAVE],
        want: Want::Exact(1),
        run: Some(c::export::run),
        ..COMMAND
    },
    Command {
        top: "wait",
        path: "container wait",
        usage: "CONTAINER [CONTAINER...]",
        short: "Block until one or more containers stop, then print their exit codes",
        want: Want::Min(1),
        run: Some(c::wait::run),
        ..COMMAND
    },
    Command {
        top: "port",
        path: "container port",
        usage: "CONTAINER [PRIVATE_PORT[/PROTO]]",
        short: "List port mappings or a specific mapping for the container",
        want: Want::Range(1, 2),
        run: Some(c::port::run),
        ..COMMAND
    },
    Command {
        top: "pause",
        path: "container pause",
        usage: "CONTAINER [CONTAINER...]",
        short: "Pause all processes within one or more containers",
        want: Want::Min(1),
        run: Some(c::pause::run),
        ..COMMAND
    },
    Command {
        top: "unpause",
        path: "container unpause",
        usage: "CONTAINER [CONTAINER...]",
        short: "Unpause all processes within one or more containers",
        want: Want::Min(1),
        run: Some(c::unpause::run),
        ..COMMAND
    },
    Command {
        top: "stats",
        path: "container stats",
        usage: "[OPTIONS] [CONTAINER...]",
        short: "Display a live stream of container(s) resource usage statistics",
        flags: &[t::STATS],
        want: Want::Any,
        run: Some(c::stats::run),
        ..COMMAND
    },
    Command {
        top: "update",
        path: "container update",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Update configuration of one or more containers",
        flags: &[t::UPDATE],
        want: Want::Min(1),
        run: Some(c::update::run),
        ..COMMAND
    },
    Command {
        path: "container inspect",
        usage: "[OPTIONS] CONTAINER [CONTAINER...]",
        short: "Display detailed information on one or more containers",
        flags: &[t::CONTAINER_INSPECT],
        want: Want::Min(1),
        run: Some(c::inspect::container),
        ..COMMAND
    },
    Command {
        path: "container prune",
        usage: "[OPTIONS]",
        short: "Remove all stopped containers",
        flags: &[t::CONTAINER_PRUNE],
        want: Want::None,
        run: Some(c::prune::containers),
        ..COMMAND
    },
];
