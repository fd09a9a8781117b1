//! The command line's shape: what `--help` says and what shells complete.

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// See what Docker's layers do: a simulated Docker in the terminal and in a web page.
#[derive(Parser)]
#[command(name = "capas", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  capas shell --pull ubuntu              the simulated computer, with one image
  capas lesson play 01-organizacion      a lesson in the terminal
  capas lesson check lessons/*.md        do the commands still print what the lessons say?
  capas inspect image.tar                the layers of any image, and the bytes they waste
  capas serve                            the page, on http://127.0.0.1:8080";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The simulated computer: interactive on a terminal, else it types the lines of FILE or standard input
    Shell(ShellArgs),
    /// Lessons: list, show, check, play
    Lesson(LessonArgs),
    /// Draw a figure of a lesson or session after one of its steps, or of an image
    Figure(FigureArgs),
    /// The layers of an image: what each adds, changes and deletes, and the bytes they waste
    Inspect(InspectArgs),
    /// Serve the page that is built into this program
    Serve(ServeArgs),
    /// Serve the simulated engine to real Docker clients
    Daemon(DaemonArgs),
    /// Print a completion script for your shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// What is there when a session starts.
#[derive(Args, Default)]
pub(crate) struct StartArgs {
    /// Seed of ids and names
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// An image of the teaching registry that is there at the start (repeatable)
    #[arg(long, value_name = "NAME")]
    pub pull: Vec<String>,
    /// An archive of a real `docker save` that is loaded at the start (repeatable)
    #[arg(long, value_name = "ARCHIVE")]
    pub load: Vec<PathBuf>,
    /// Real files copied into the simulated computer's home, or to DST (repeatable)
    #[arg(long, value_name = "SRC[:DST]")]
    pub copy_in: Vec<String>,
}

#[derive(Args)]
#[command(after_help = "Lines that are just ^C, ^D or ^P^Q are those keys. While a container's shell is in the
foreground it gets the lines.

Examples:
  capas shell --pull ubuntu
  printf 'docker run -it ubuntu\\nls\\n^D\\n' | capas shell --pull ubuntu --transcript
  capas shell --load image.tar --json commands.capas")]
pub(crate) struct ShellArgs {
    #[command(flatten)]
    pub start: StartArgs,
    /// Echo prompts and input as a terminal would
    #[arg(long)]
    pub transcript: bool,
    /// One JSON object a command: input, stdout, stderr, status, snapshot
    #[arg(long, conflicts_with = "transcript")]
    pub json: bool,
    /// A file of lines (`-` or none: standard input)
    pub file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct LessonArgs {
    #[command(subcommand)]
    pub command: LessonCommand,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    /// Spanish
    Es,
    /// English
    En,
}

impl LangArg {
    pub fn lang(self) -> crate::strings::Lang {
        match self {
            LangArg::Es => crate::strings::Lang::Es,
            LangArg::En => crate::strings::Lang::En,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum LessonCommand {
    /// The lessons that come with the program
    List {
        /// Language
        #[arg(long, value_enum, default_value = "es")]
        lang: LangArg,
    },
    /// Print a lesson
    Show {
        /// A lesson's name, number or file
        lesson: String,
        /// Language
        #[arg(long, value_enum, default_value = "es")]
        lang: LangArg,
    },
    /// Replay lessons and compare every output; exit 1 where one differs
    #[command(after_help = "Examples:
  capas lesson check lessons/*.md
  capas lesson check my-notes.md          a page of your own course")]
    Check {
        /// Markdown files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Seed of ids and names
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// A lesson in the terminal, with the layers drawn after each step
    Play {
        /// A lesson's name, number or file
        lesson: String,
        /// Language
        #[arg(long, value_enum, default_value = "es")]
        lang: LangArg,
        /// Run every step without waiting for a key
        #[arg(long)]
        all: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewArg {
    /// One container on its image
    Container,
    /// All containers and the layers they share
    Sharing,
}

#[derive(Args)]
#[command(after_help = "Examples:
  capas figure lessons/01-organizacion.md --step 3 --view container -o layers.svg
  capas figure session.capas --step 5 --view sharing -o sharing.png --dark
  capas figure image.tar -o image.svg")]
pub(crate) struct FigureArgs {
    /// A lesson (.md), a session (.capas), an archive of `docker save`, or an image of the teaching registry
    pub file: PathBuf,
    /// After which step (0: before the first; all steps by default)
    #[arg(long, value_name = "N")]
    pub step: Option<usize>,
    /// Which of the two figures
    #[arg(long, value_enum, default_value = "container")]
    pub view: ViewArg,
    /// Where to (`.svg` or `.png`); standard output (SVG) if not given
    #[arg(short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Language
    #[arg(long, value_enum, default_value = "es")]
    pub lang: LangArg,
    /// Dark colours
    #[arg(long)]
    pub dark: bool,
    /// Seed of ids and names
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Args)]
#[command(
    after_help = "Wasted bytes are those of file versions that no container of the image ever sees, because a later
layer replaces or deletes them. Efficiency is 1 - wasted / size. Layers are numbered from 1, the base.

The exit status is 0, 1 where a layer is not what the image's config says, 2 for what is no image.

Examples:
  capas inspect httpd:2.4
  docker save my-image | capas inspect - --lang en
  capas inspect image.tar --files --layer 3
  capas inspect image.tar --json | jq '.images[0].waste'"
)]
pub(crate) struct InspectArgs {
    /// An archive of `docker save` or an OCI layout in a tar (`-`: standard input), or an image of the teaching registry
    pub image: PathBuf,
    /// List every file of each layer
    #[arg(long)]
    pub files: bool,
    /// This layer only, from 1, the base
    #[arg(long, value_name = "N")]
    pub layer: Option<usize>,
    /// One JSON object (see docs/inspect.md)
    #[arg(long)]
    pub json: bool,
    /// Language
    #[arg(long, value_enum, default_value = "es")]
    pub lang: LangArg,
}

#[derive(Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,
}

#[derive(Args)]
#[command(
    after_help = "It prints the line that points clients at it. The engine is a simulation, with the images of the
teaching registry; nothing of it outlives the program.

Examples:
  capas daemon --pull ubuntu &
  export DOCKER_HOST=unix:///tmp/capas.sock
  docker run -it ubuntu"
)]
pub(crate) struct DaemonArgs {
    /// Where to listen: unix:///path or tcp://address:port
    #[arg(short = 'H', long, value_name = "HOST", default_value = "unix:///tmp/capas.sock")]
    pub host: String,
    /// Seed of ids and names
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// An image of the teaching registry that is there at the start (repeatable)
    #[arg(long, value_name = "NAME")]
    pub pull: Vec<String>,
    /// An archive of a real `docker save` that is loaded at the start (repeatable)
    #[arg(long, value_name = "ARCHIVE")]
    pub load: Vec<PathBuf>,
}

/// Prints the completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<u8> {
    let mut command = Cli::command();
    clap_complete::generate(shell, &mut command, "capas", &mut std::io::stdout());
    Ok(0)
}
