//! The commands about images. It must not know what they do.

use super::super::{commands as c, tables as t};
use super::{Command, Want, COMMAND};

/// Them, as `docker image --help` has them.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        top: "images",
        path: "image ls",
        aliases: "ls, list",
        usage: "[OPTIONS] [REPOSITORY[:TAG]]",
        short: "List images",
        flags: &[t::IMAGES],
        want: Want::Max(1),
        run: Some(c::images::run),
        ..COMMAND
    },
    Command {
        top: "pull",
        path: "image pull",
        usage: "[OPTIONS] NAME[:TAG|@DIGEST]",
        short: "Pull an image or a repository from a registry",
        flags: &[t::PULL],
        want: Want::Exact(1),
        run: Some(c::pull::run),
        ..COMMAND
    },
    Command {
        top: "push",
        path: "image push",
        usage: "[OPTIONS] NAME[:TAG]",
        short: "Push an image or a repository to a registry",
        flags: &[t::PUSH],
        want: Want::Exact(1),
        ..COMMAND
    },
    Command {
        top: "rmi",
        path: "image rm",
        aliases: "rm, rmi, remove",
        usage: "[OPTIONS] IMAGE [IMAGE...]",
        short: "Remove one or more images",
        flags: &[t::RMI],
        want: Want::Min(1),
        run: Some(c::rmi::run),
        ..COMMAND
    },
    Command {
        top: "history",
        path: "image history",
        usage: "[OPTIONS] IMAGE",
        short: "Show the history of an image",
        flags: &[t::HISTORY],
        want: Want::Exact(1),
        run: Some(c::history::run),
        ..COMMAND
    },
    Command {
        top: "tag",
        path: "image tag",
        usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        short: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
        want: Want::Exact(2),
        run: Some(c::tag::run),
        ..COMMAND
    },
    Command {
        top: "save",
        path: "image save",
        usage: "[OPTIONS] IMAGE [IMAGE...]",
        short: "Save one or more images to a tar archive (streamed to STDOUT by default)",
        flags: &[t::SAVE],
        want: Want::Min(1),
        run: Some(c::save::run),
        ..COMMAND
    },
    Command {
        top: "load",
        path: "image load",
        usage: "[OPTIONS]",
        short: "Load an image from a tar archive or STDIN",
        flags: &[t::LOAD],
        want: Want::None,
        run: Some(c::load::run),
        ..COMMAND
    },
    Command {
        top: "import",
        path: "image import",
        usage: "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
        short: "Import the contents from a tarball to create a filesystem image",
        flags: &[t::IMPORT],
        want: Want::Min(1),
        run: Some(c::import::run),
        ..COMMAND
    },
    Command {
        top: "build",
        path: "image build",
        also: "builder build",
        usage: "[OPTIONS] PATH | URL | -",
        short: "Build an image from a Dockerfile",
        flags: &[t::BUILD],
        want: Want::Exact(1),
        ..COMMAND
    },
    Command {
        path: "image inspect",
        usage: "[OPTIONS] IMAGE [IMAGE...]",
        short: "Display detailed information on one or more images",
        flags: &[t::INFO],
        want: Want::Min(1),
        run: Some(c::inspect::image),
        ..COMMAND
    },
    Command {
        path: "image prune",
        usage: "[OPTIONS]",
        short: "Remove unused images",
        flags: &[t::IMAGE_PRUNE],
        want: Want::None,
        run: Some(c::prune::images),
        ..COMMAND
    },
];
