//! The builtins: the table of their names, and what they share. Each runs inside the shell's own process; what it
//! prints is gathered in [`Out`] and written when it is done, so that most of them need not wait for anything.

mod control;
pub mod declare;
mod dirs;
mod input;
mod jobs;
mod names;
mod options;
mod text;

use super::ast::Word;
use super::escape::to_bytes;
use super::lexer::Flavour;
use super::state::{boxed, Outcome, Shell};
use super::test_expr::Facts;
use crate::kernel::{Errno, LocalBoxFuture, Stat};
use crate::sorted;

/// What a builtin prints.
pub struct Out {
    chunks: Vec<(i32, String)>,
    prefix: String,
    ash_line: Option<u32>,
}

impl Out {
    /// Nothing yet; complaints begin as the shell's do now.
    pub fn of(shell: &Shell) -> Out {
        let line = if shell.reads_string { 0 } else { shell.line };
        let ash_line = (shell.flavour == Flavour::Ash && !shell.interactive).then_some(line);
        let prefix = match ash_line {
            Some(_) => format!("{}: ", shell.name),
            None => shell.prefix(),
        };
        Out { chunks: Vec::new(), prefix, ash_line }
    }

    /// To standard output.
    pub fn print(&mut self, text: &str) {
        self.put(1, text);
    }

    /// To standard error, as it is.
    pub fn raw_error(&mut self, text: &str) {
        self.put(2, text);
    }

    /// A complaint, with the shell's prefix and a newline.
    pub fn error(&mut self, text: &str) {
        // BusyBox puts the line between the builtin's name and what it says.
        let named = self.ash_line.and_then(|line| {
            let (name, rest) = text.split_once(": ")?;
            find(name, Flavour::Ash).map(|_| format!("{name}: line {line}: {rest}"))
        });
        let text = named.as_deref().unwrap_or(text);
        let line = format!("{}{text}\n", self.prefix);
        self.put(2, &line);
    }

    fn put(&mut self, fd: i32, text: &str) {
        match self.chunks.last_mut() {
            Some((last, chunk)) if *last == fd => chunk.push_str(text),
            _ => self.chunks.push((fd, text.to_owned())),
        }
    }
}

type Plain = fn(&mut Shell, &[String], &mut Out) -> Outcome;
type Waiting = for<'a> fn(&'a mut Shell, &'a [String]) -> LocalBoxFuture<'a, Outcome>;

/// How a builtin runs.
#[derive(Clone, Copy)]
enum Run {
    Plain(Plain),
    Waiting(Waiting),
    Declare,
}

/// A builtin.
#[derive(Clone, Copy)]
pub struct Builtin {
    run: Run,
}

impl Builtin {
    /// Runs it; `words` are the arguments of those that take assignments.
    pub async fn run(self, shell: &mut Shell, args: &[String], words: &[Word]) -> Outcome {
        match self.run {
            Run::Plain(function) => {
                let mut out = Out::of(shell);
                let result = function(shell, args, &mut out);
                boxed(shell.emit(args, out, result)).await
            }
            Run::Waiting(function) => function(shell, args).await,
            Run::Declare => {
                let name = args.first().cloned().unwrap_or_default();
                boxed(shell.declare(&name, args, words)).await
            }
        }
    }
}

impl Shell {
    /// Writes what a builtin printed.
    pub(super) async fn emit(&mut self, args: &[String], out: Out, result: Outcome) -> Outcome {
        for (fd, text) in out.chunks {
            if let Err(errno) = self.proc.write(fd, &to_bytes(&text)).await {
                let name = args.first().map(String::as_str).unwrap_or_default();
                if fd == 1 && errno != Errno::EINTR {
                    let text = match self.flavour {
                        Flavour::Dash => format!("{name}: {name}: I/O error"),
                        _ => format!("{name}: write error: {errno}"),
                    };
                    self.complain(&text).await;
                    return result.map(|_| 1);
                }
            }
        }
        result
    }
}

/// In every shell.
const COMMON: &[(&str, Run)] = &[
    (".", Run::Waiting(control::source)),
    (":", Run::Plain(text::colon)),
    ("[", Run::Plain(text::test)),
    ("alias", Run::Plain(names::alias)),
    ("bg", Run::Waiting(jobs::bg)),
    ("break", Run::Plain(control::break_loop)),
    ("cd", Run::Plain(dirs::cd)),
    ("command", Run::Waiting(names::command)),
    ("continue", Run::Plain(control::break_loop)),
    ("echo", Run::Plain(text::echo)),
    ("eval", Run::Waiting(control::eval)),
    ("exec", Run::Plain(text::colon)),
    ("exit", Run::Plain(control::exit)),
    ("export", Run::Declare),
    ("false", Run::Plain(text::colon)),
    ("fg", Run::Waiting(jobs::fg)),
    ("getopts", Run::Plain(control::getopts)),
    ("hash", Run::Plain(names::hash)),
    ("jobs", Run::Plain(jobs::jobs)),
    ("kill", Run::Plain(jobs::kill)),
    ("local", Run::Declare),
    ("printf", Run::Plain(text::printf)),
    ("pwd", Run::Plain(dirs::pwd)),
    ("read", Run::Waiting(input::read)),
    ("readonly", Run::Declare),
    ("return", Run::Plain(control::return_function)),
    ("set", Run::Plain(options::set)),
    ("shift", Run::Plain(control::shift)),
    ("test", Run::Plain(text::test)),
    ("times", Run::Plain(text::times)),
    ("trap", Run::Plain(control::trap)),
    ("true", Run::Plain(text::colon)),
    ("type", Run::Plain(names::type_of)),
    ("ulimit", Run::Plain(options::ulimit)),
    ("umask", Run::Plain(options::umask)),
    ("unalias", Run::Plain(names::unalias)),
    ("unset", Run::Plain(declare::unset)),
    ("wait", Run::Waiting(jobs::wait)),
];

/// Only in bash.
const BASH: &[(&str, Run)] = &[
    ("builtin", Run::Waiting(names::builtin)),
    ("bind", Run::Plain(text::colon)),
    ("compgen", Run::Plain(text::colon)),
    ("complete", Run::Plain(text::colon)),
    ("compopt", Run::Plain(text::colon)),
    ("declare", Run::Declare),
    ("dirs", Run::Plain(dirs::dirs)),
    ("disown", Run::Plain(jobs::disown)),
    ("enable", Run::Plain(names::enable)),
    ("help", Run::Plain(names::help)),
    ("history", Run::Waiting(input::history)),
    ("let", Run::Plain(control::let_expressions)),
    ("logout", Run::Plain(control::exit)),
    ("mapfile", Run::Waiting(input::mapfile)),
    ("popd", Run::Plain(dirs::popd)),
    ("pushd", Run::Plain(dirs::pushd)),
    ("readarray", Run::Waiting(input::mapfile)),
    ("shopt", Run::Plain(options::shopt)),
    ("source", Run::Waiting(control::source)),
    ("suspend", Run::Plain(text::colon)),
    ("typeset", Run::Declare),
];

/// In BusyBox's shell beside the common ones.
const ASH: &[(&str, Run)] = &[
    ("help", Run::Plain(names::help)),
    ("let", Run::Plain(control::let_expressions)),
    ("source", Run::Waiting(control::source)),
];

fn tables(flavour: Flavour) -> [&'static [(&'static str, Run)]; 2] {
    let own = match flavour {
        Flavour::Bash => BASH,
        Flavour::Ash => ASH,
        Flavour::Dash => &[],
    };
    [COMMON, own]
}

/// The builtin of that name.
pub fn find(name: &str, flavour: Flavour) -> Option<Builtin> {
    tables(flavour).into_iter().flatten().find(|(known, _)| *known == name).map(|(_, run)| Builtin { run: *run })
}

/// All names.
pub fn all(flavour: Flavour) -> Vec<&'static str> {
    let mut names: Vec<&str> = tables(flavour).into_iter().flatten().map(|(name, _)| *name).collect();
    sorted::sort(&mut names);
    names
}

/// The `shopt` options that are on from the start.
pub fn default_shopts(flavour: Flavour) -> crate::sorted::VecSet<&'static str> {
    if flavour != Flavour::Bash {
        return Default::default();
    }
    options::SHOPTS.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect()
}

/// A `shopt` option's name as it is kept.
pub fn shopt_name(name: &str) -> Option<&'static str> {
    options::SHOPTS.iter().find(|(known, _)| *known == name).map(|(known, _)| *known)
}

/// POSIX's special builtins.
pub fn is_special(name: &str) -> bool {
    matches!(
        name,
        "." | ":"
            | "break"
            | "continue"
            | "eval"
            | "exec"
            | "exit"
            | "export"
            | "readonly"
            | "return"
            | "set"
            | "shift"
            | "times"
            | "trap"
            | "unset"
    )
}

/// Splits options off: the letters given, and where the operands begin. The error is the first unknown option.
pub fn letters<'a>(args: &'a [String], known: &str) -> Result<(Vec<char>, &'a [String]), String> {
    let mut found = Vec::new();
    let mut rest = args.get(1..).unwrap_or_default();
    while let Some((first, others)) = rest.split_first() {
        if first == "--" {
            return Ok((found, others));
        }
        let Some(options) = first.strip_prefix('-').filter(|o| !o.is_empty()) else { break };
        for c in options.chars() {
            if !known.contains(c) {
                return Err(format!("-{c}"));
            }
            found.push(c);
        }
        rest = others;
    }
    Ok((found, rest))
}

/// Complains of an unknown option as bash does, with the usage line; the status is 2.
pub fn bad_option(out: &mut Out, name: &str, option: &str, usage: &str) -> Outcome {
    out.error(&format!("{name}: {option}: invalid option"));
    out.raw_error(&format!("{name}: usage: {usage}\n"));
    Ok(2)
}

/// The shell as [`Facts`] for tests.
pub struct ShellFacts<'a>(pub &'a Shell);

impl Facts for ShellFacts<'_> {
    fn stat(&self, path: &str, follow: bool) -> Option<Stat> {
        self.0.proc.stat(path, follow)
    }

    fn access(&self, path: &str, mode: u32) -> bool {
        Facts::access(&self.0.proc, path, mode)
    }

    fn is_terminal(&self, fd: i32) -> bool {
        self.0.proc.isatty(fd)
    }

    fn ids(&self) -> (u32, u32) {
        self.0.proc.ids()
    }

    fn is_set(&self, name: &str) -> bool {
        match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
            Some((array, "@" | "*")) => self.0.vars.get(array).is_some_and(|var| !var.elements().is_empty()),
            Some((array, key)) => self.0.element(array, key).is_some(),
            None => self.0.get(name).is_some(),
        }
    }

    fn has_option(&self, name: &str) -> bool {
        self.0.option(name)
    }
}
