//! Every command of the 20.10 client: how it is called, what help says of it, which flags it takes and what runs
//! it. Parsing, help and completion all read this list. It must not know what the commands do.

use super::cli::{Cli, Running};
use super::commands as c;
use super::flags::Args;
use super::tables as t;

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
pub const COMMANDS: &[Command] = &[
    Command { top: "run", path: "container run", usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]", short: "Run a command in a new container", flags: &[t::RUN_AND_CREATE, t::RUN], want: Want::Min(1), stop: true, run: Some(c::run::run), ..COMMAND },
    Command { top: "create", path: "container create", usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]", short: "Create a new container", flags: &[t::RUN_AND_CREATE, t::CREATE], want: Want::Min(1), stop: true, run: Some(c::create::run), ..COMMAND },
    Command { top: "ps", path: "container ls", aliases: "ls, ps, list", usage: "[OPTIONS]", short: "List containers", flags: &[t::PS], want: Want::None, run: Some(c::ps::run), ..COMMAND },
    Command { top: "start", path: "container start", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Start one or more stopped containers", flags: &[t::START], want: Want::Min(1), run: Some(c::start::run), ..COMMAND },
    Command { top: "attach", path: "container attach", usage: "[OPTIONS] CONTAINER", short: "Attach local standard input, output, and error streams to a running container", flags: &[t::ATTACH], want: Want::Exact(1), run: Some(c::attach::run), ..COMMAND },
    Command { top: "exec", path: "container exec", usage: "[OPTIONS] CONTAINER COMMAND [ARG...]", short: "Run a command in a running container", flags: &[t::EXEC], want: Want::Min(2), stop: true, run: Some(c::exec::run), ..COMMAND },
    Command { top: "stop", path: "container stop", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Stop one or more running containers", flags: &[t::STOP], want: Want::Min(1), run: Some(c::stop::run), ..COMMAND },
    Command { top: "kill", path: "container kill", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Kill one or more running containers", flags: &[t::KILL], want: Want::Min(1), run: Some(c::kill::run), ..COMMAND },
    Command { top: "restart", path: "container restart", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Restart one or more containers", flags: &[t::RESTART], want: Want::Min(1), run: Some(c::restart::run), ..COMMAND },
    Command { top: "rm", path: "container rm", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Remove one or more containers", flags: &[t::RM], want: Want::Min(1), run: Some(c::rm::run), ..COMMAND },
    Command { top: "rename", path: "container rename", usage: "CONTAINER NEW_NAME", short: "Rename a container", want: Want::Exact(2), run: Some(c::rename::run), ..COMMAND },
    Command { top: "logs", path: "container logs", usage: "[OPTIONS] CONTAINER", short: "Fetch the logs of a container", flags: &[t::LOGS], want: Want::Exact(1), run: Some(c::logs::run), ..COMMAND },
    Command { top: "top", path: "container top", usage: "CONTAINER [ps OPTIONS]", short: "Display the running processes of a container", want: Want::Min(1), stop: true, run: Some(c::top::run), ..COMMAND },
    Command { top: "diff", path: "container diff", usage: "CONTAINER", short: "Inspect changes to files or directories on a container's filesystem", want: Want::Exact(1), run: Some(c::diff::run), ..COMMAND },
    Command { top: "cp", path: "container cp", usage: "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH", short: "Copy files/folders between a container and the local filesystem", long: "Copy files/folders between a container and the local filesystem\n\nUse '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.", flags: &[t::CP], want: Want::Exact(2), run: Some(c::cp::run),
        ..COMMAND },
    Command { top: "commit", path: "container commit", usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", short: "Create a new image from a container's changes", flags: &[t::COMMIT], want: Want::Range(1, 2), run: Some(c::commit::run), ..COMMAND },
    Command { top: "export", path: "container export", usage: "[OPTIONS] CONTAINER", short: "Export a container's filesystem as a tar archive", flags: &[t::SAVE], want: Want::Exact(1), run: Some(c::export::run), ..COMMAND },
    Command { top: "wait", path: "container wait", usage: "CONTAINER [CONTAINER...]", short: "Block until one or more containers stop, then print their exit codes", want: Want::Min(1), run: Some(c::wait::run), ..COMMAND },
    Command { top: "port", path: "container port", usage: "CONTAINER [PRIVATE_PORT[/PROTO]]", short: "List port mappings or a specific mapping for the container", want: Want::Range(1, 2), run: Some(c::port::run), ..COMMAND },
    Command { top: "pause", path: "container pause", usage: "CONTAINER [CONTAINER...]", short: "Pause all processes within one or more containers", want: Want::Min(1), run: Some(c::pause::run), ..COMMAND },
    Command { top: "unpause", path: "container unpause", usage: "CONTAINER [CONTAINER...]", short: "Unpause all processes within one or more containers", want: Want::Min(1), run: Some(c::unpause::run), ..COMMAND },
    Command { top: "stats", path: "container stats", usage: "[OPTIONS] [CONTAINER...]", short: "Display a live stream of container(s) resource usage statistics", flags: &[t::STATS], want: Want::Any, run: Some(c::stats::run), ..COMMAND },
    Command { top: "update", path: "container update", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Update configuration of one or more containers", flags: &[t::UPDATE], want: Want::Min(1), run: Some(c::update::run), ..COMMAND },
    Command { path: "container inspect", usage: "[OPTIONS] CONTAINER [CONTAINER...]", short: "Display detailed information on one or more containers", flags: &[t::CONTAINER_INSPECT], want: Want::Min(1), run: Some(c::inspect::container), ..COMMAND },
    Command { path: "container prune", usage: "[OPTIONS]", short: "Remove all stopped containers", flags: &[t::CONTAINER_PRUNE], want: Want::None, run: Some(c::prune::containers), ..COMMAND },
    Command { top: "images", path: "image ls", aliases: "ls, list", usage: "[OPTIONS] [REPOSITORY[:TAG]]", short: "List images", flags: &[t::IMAGES], want: Want::Max(1), run: Some(c::images::run), ..COMMAND },
    Command { top: "pull", path: "image pull", usage: "[OPTIONS] NAME[:TAG|@DIGEST]", short: "Pull an image or a repository from a registry", flags: &[t::PULL], want: Want::Exact(1), run: Some(c::pull::run), ..COMMAND },
    Command { top: "push", path: "image push", usage: "[OPTIONS] NAME[:TAG]", short: "Push an image or a repository to a registry", flags: &[t::PUSH], want: Want::Exact(1), ..COMMAND },
    Command { top: "rmi", path: "image rm", aliases: "rm, rmi, remove", usage: "[OPTIONS] IMAGE [IMAGE...]", short: "Remove one or more images", flags: &[t::RMI], want: Want::Min(1), run: Some(c::rmi::run), ..COMMAND },
    Command { top: "history", path: "image history", usage: "[OPTIONS] IMAGE", short: "Show the history of an image", flags: &[t::HISTORY], want: Want::Exact(1), run: Some(c::history::run), ..COMMAND },
    Command { top: "tag", path: "image tag", usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", short: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", want: Want::Exact(2), run: Some(c::tag::run), ..COMMAND },
    Command { top: "save", path: "image save", usage: "[OPTIONS] IMAGE [IMAGE...]", short: "Save one or more images to a tar archive (streamed to STDOUT by default)", flags: &[t::SAVE], want: Want::Min(1), run: Some(c::save::run), ..COMMAND },
    Command { top: "load", path: "image load", usage: "[OPTIONS]", short: "Load an image from a tar archive or STDIN", flags: &[t::LOAD], want: Want::None, run: Some(c::load::run), ..COMMAND },
    Command { top: "import", path: "image import", usage: "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", short: "Import the contents from a tarball to create a filesystem image", flags: &[t::IMPORT], want: Want::Min(1), run: Some(c::import::run), ..COMMAND },
    Command { top: "build", path: "image build", also: "builder build", usage: "[OPTIONS] PATH | URL | -", short: "Build an image from a Dockerfile", flags: &[t::BUILD], want: Want::Exact(1), ..COMMAND },
    Command { path: "image inspect", usage: "[OPTIONS] IMAGE [IMAGE...]", short: "Display detailed information on one or more images", flags: &[t::INFO], want: Want::Min(1), run: Some(c::inspect::image), ..COMMAND },
    Command { path: "image prune", usage: "[OPTIONS]", short: "Remove unused images", flags: &[t::IMAGE_PRUNE], want: Want::None, run: Some(c::prune::images), ..COMMAND },
    Command { top: "inspect", usage: "[OPTIONS] NAME|ID [NAME|ID...]", short: "Return low-level information on Docker objects", flags: &[t::INSPECT], want: Want::Min(1), run: Some(c::inspect::run), ..COMMAND },
    Command { top: "search", usage: "[OPTIONS] TERM", short: "Search the Docker Hub for images", flags: &[t::SEARCH], want: Want::Exact(1), run: Some(c::search::run), ..COMMAND },
    Command { top: "version", usage: "[OPTIONS]", short: "Show the Docker version information", flags: &[t::VERSION], want: Want::None, run: Some(c::version::run), ..COMMAND },
    Command { top: "info", path: "system info", usage: "[OPTIONS]", short: "Display system-wide information", flags: &[t::INFO], want: Want::None, run: Some(c::info::run), ..COMMAND },
    Command { top: "events", path: "system events", usage: "[OPTIONS]", short: "Get real time events from the server", flags: &[t::EVENTS], want: Want::None, run: Some(c::events::run), ..COMMAND },
    Command { path: "system df", usage: "[OPTIONS]", short: "Show docker disk usage", flags: &[t::SYSTEM_DF], want: Want::None, run: Some(c::df::run), ..COMMAND },
    Command { path: "system prune", usage: "[OPTIONS]", short: "Remove unused data", flags: &[t::SYSTEM_PRUNE], want: Want::None, run: Some(c::prune::system), ..COMMAND },
    Command { path: "builder prune", short: "Remove build cache", flags: &[t::BUILDER_PRUNE], want: Want::None, ..COMMAND },
    Command { top: "login", usage: "[OPTIONS] [SERVER]", short: "Log in to a Docker registry", long: "Log in to a Docker registry.\nIf no server is specified, the default is defined by the daemon.", flags: &[t::LOGIN], want: Want::Max(1), ..COMMAND },
    Command { top: "logout", usage: "[SERVER]", short: "Log out from a Docker registry", long: "Log out from a Docker registry.\nIf no server is specified, the default is defined by the daemon.", want: Want::Max(1), ..COMMAND },
    Command { path: "volume create", usage: "[OPTIONS] [VOLUME]", short: "Create a volume", flags: &[t::VOLUME_CREATE], want: Want::Max(1), ..COMMAND },
    Command { path: "volume inspect", usage: "[OPTIONS] VOLUME [VOLUME...]", short: "Display detailed information on one or more volumes", flags: &[t::INFO], want: Want::Min(1), ..COMMAND },
    Command { path: "volume ls", aliases: "ls, list", usage: "[OPTIONS]", short: "List volumes", flags: &[t::VOLUME_LS], want: Want::None, ..COMMAND },
    Command { path: "volume prune", usage: "[OPTIONS]", short: "Remove all unused local volumes", flags: &[t::VOLUME_PRUNE], want: Want::None, ..COMMAND },
    Command { path: "volume rm", aliases: "rm, remove", usage: "[OPTIONS] VOLUME [VOLUME...]", short: "Remove one or more volumes", long: "Remove one or more volumes. You cannot remove a volume that is in use by a container.", example: "\nExamples:\n\n$ docker volume rm hello\nhello\n\n",
        flags: &[t::VOLUME_RM], want: Want::Min(1), ..COMMAND },
    Command { path: "network connect", usage: "[OPTIONS] NETWORK CONTAINER", short: "Connect a container to a network", flags: &[t::NETWORK_CONNECT], want: Want::Exact(2), ..COMMAND },
    Command { path: "network create", usage: "[OPTIONS] NETWORK", short: "Create a network", flags: &[t::NETWORK_CREATE], want: Want::Exact(1), ..COMMAND },
    Command { path: "network disconnect", usage: "[OPTIONS] NETWORK CONTAINER", short: "Disconnect a container from a network", flags: &[t::NETWORK_DISCONNECT], want: Want::Exact(2), ..COMMAND },
    Command { path: "network inspect", usage: "[OPTIONS] NETWORK [NETWORK...]", short: "Display detailed information on one or more networks", flags: &[t::NETWORK_INSPECT], want: Want::Min(1), ..COMMAND },
    Command { path: "network ls", aliases: "ls, list", usage: "[OPTIONS]", short: "List networks", flags: &[t::NETWORK_LS], want: Want::None, ..COMMAND },
    Command { path: "network prune", usage: "[OPTIONS]", short: "Remove all unused networks", flags: &[t::CONTAINER_PRUNE], want: Want::None, ..COMMAND },
    Command { path: "network rm", aliases: "rm, remove", usage: "NETWORK [NETWORK...]", short: "Remove one or more networks", want: Want::Min(1), ..COMMAND },
];
