//! What a shell knows while it runs: options, variables with their special cases, functions, positional parameters, the
//! call stack, and how it words its complaints. How commands run is in [`super::exec`].

use super::ast::Command;
use super::history::History;
use super::jobs::Jobs;
use super::lexer::{Flavour, Settings};
use super::vars::{self, Value, Var, Vars};
use crate::ambient::Ids;
use crate::kernel::{LocalBoxFuture, Proc, Signal, SignalSet};
use crate::sorted::{self, VecMap, VecSet};
use std::rc::Rc;

/// Why a command does not simply end with a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// `break`, out of so many loops.
    Break(u32),
    /// `continue`, of the loop so many levels up.
    Continue(u32),
    /// `return`
    Return(i32),
    /// The shell ends.
    Exit(i32),
    /// The present command line is given up, as after an error in an expansion.
    Discard(i32),
    /// The present command does not run; it counts as having ended with that status (a failed redirection).
    Failed(i32),
}

/// A future behind a pointer. Commands nest, and with them the frames of their polls: what is not on the way down is
/// kept out of those frames by this.
#[inline(never)]
pub(super) fn boxed<'a, T>(future: impl std::future::Future<Output = T> + 'a) -> LocalBoxFuture<'a, T> {
    Box::pin(future)
}

/// How commands end.
pub type Outcome = Result<i32, Flow>;

/// A shell function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// What it runs.
    pub body: Rc<Command>,
    /// The file it was read from.
    pub source: Rc<str>,
    /// `export -f`
    pub exported: bool,
}

/// One level of the call stack.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The function's name; `source` for a sourced file; `main`.
    pub name: Rc<str>,
    /// The file it comes from.
    pub source: Rc<str>,
    /// The line it was called in.
    pub called_at: u32,
}

/// What a trap does; the key is a signal's name without `SIG`, or `EXIT`, `ERR`, `DEBUG`, `RETURN`.
pub type Traps = VecMap<String, Rc<str>>;

/// The most bytes that a variable or the output of a command substitution may have.
pub const LARGEST: usize = 32 << 20;

/// The options of `set`, with the letters they have.
pub const OPTIONS: [(&str, char); 27] = [
    ("allexport", 'a'),
    ("braceexpand", 'B'),
    ("emacs", '\0'),
    ("errexit", 'e'),
    ("errtrace", 'E'),
    ("functrace", 'T'),
    ("hashall", 'h'),
    ("histexpand", 'H'),
    ("history", '\0'),
    ("ignoreeof", '\0'),
    ("interactive-comments", '\0'),
    ("keyword", 'k'),
    ("monitor", 'm'),
    ("noclobber", 'C'),
    ("noexec", 'n'),
    ("noglob", 'f'),
    ("nolog", '\0'),
    ("notify", 'b'),
    ("nounset", 'u'),
    ("onecmd", 't'),
    ("physical", 'P'),
    ("pipefail", '\0'),
    ("posix", '\0'),
    ("privileged", 'p'),
    ("verbose", 'v'),
    ("vi", '\0'),
    ("xtrace", 'x'),
];

/// A running shell. A clone is what a fork makes.
#[derive(Clone)]
pub struct Shell {
    /// Its process.
    pub proc: Proc,
    /// Which shell it plays.
    pub flavour: Flavour,
    /// `$0`
    pub name: Rc<str>,
    /// Has a prompt.
    pub interactive: bool,
    /// `-l`
    pub login: bool,
    /// Variables.
    pub vars: Vars,
    /// Functions.
    pub functions: Rc<VecMap<Rc<str>, Function>>,
    /// Aliases.
    pub aliases: Rc<VecMap<String, String>>,
    /// `$1` and so on.
    pub params: Vec<Rc<str>>,
    /// `set` has set them.
    pub params_set: bool,
    /// Options of `set` that are on.
    pub options: VecSet<&'static str>,
    /// Options of `shopt` that are on.
    pub shopts: VecSet<&'static str>,
    /// `$?`
    pub status: i32,
    /// The status of the last command substitution of a command, for those that have nothing else.
    pub substituted: Option<i32>,
    /// `$!`
    pub last_background: Option<u32>,
    /// `$$`, which subshells inherit.
    pub root_pid: u32,
    /// `$LINENO`
    pub line: u32,
    /// Function calls and sourced files, innermost last.
    pub frames: Vec<Frame>,
    /// Jobs.
    pub jobs: Jobs,
    /// Traps.
    pub traps: Traps,
    /// Signals that were ignored when the shell began.
    pub born_ignoring: SignalSet,
    /// Commands found on `PATH`: where, and how often used.
    pub hash: Rc<VecMap<String, (String, u32)>>,
    /// Loops around the present command.
    pub loops: u32,
    /// The test of `[[` traced next stands after a `!`.
    pub negated: bool,
    /// More than nothing where a failing command does not end a shell with `-e`.
    pub tolerant: u32,
    /// How many command substitutions deep, which traces show.
    pub substitutions: u32,
    /// How many subshells deep.
    pub subshell: u32,
    /// How deep commands nest, so that recursion ends with a message.
    pub depth: u32,
    /// `PIPESTATUS`
    pub pipe_status: Vec<i32>,
    /// `dirs`, without the working directory.
    pub dir_stack: Vec<Rc<str>>,
    /// The place of `getopts` within a word.
    pub getopts_at: usize,
    /// Command history.
    pub history: History,
    /// When `SECONDS` was nothing.
    pub seconds_from: i64,
    /// `$RANDOM`
    pub random: Ids,
    /// `$_`
    pub last_arg: Rc<str>,
    /// `-c`, a script's path or nothing, for messages about syntax.
    pub reads_string: bool,
    /// Reads its commands from standard input.
    pub reads_stdin: bool,
    /// Every job has a process group of its own, and the terminal while it is in the foreground.
    pub job_control: bool,
    /// Signals taken from the process that nothing has been done about yet.
    pub signals: Vec<Signal>,
    /// The next simple command may take the place of the shell's process: nothing comes after it.
    pub replaceable: bool,
    /// How deep commands nested where the present task began.
    pub task_depth: u32,
    /// How many commands were read at the prompt (`\#`).
    pub command_number: u32,
    /// Says `exit` and tells of jobs: there is somebody at a prompt.
    pub announces: bool,
    /// The student was told of stopped jobs when leaving.
    pub warned: bool,
    /// The number of the line that will be typed next.
    pub typed_lines: u32,
    /// A trap is being run.
    pub running_trap: bool,
    /// Descriptors of process substitutions to be closed after the present command.
    pub open_substitutions: Vec<i32>,
    /// The line editor's bindings and what was cut out.
    pub readline: Rc<super::readline::Readline>,
}

impl Shell {
    /// Whether an option of `set` is on.
    pub fn option(&self, name: &str) -> bool {
        self.options.contains(name)
    }

    /// Turns an option of `set` on or off; false where there is no such one.
    pub fn set_option(&mut self, name: &str, on: bool) -> bool {
        let Some((name, _)) = OPTIONS.iter().find(|(known, _)| *known == name) else { return false };
        if on {
            self.options.insert(name);
        } else {
            self.options.remove(name);
        }
        true
    }

    /// Whether an option of `shopt` is on.
    pub fn shopt(&self, name: &str) -> bool {
        self.shopts.contains(name)
    }

    /// What the parser must know.
    pub fn settings(&self) -> Settings {
        let expand = self.interactive || self.shopt("expand_aliases") || self.flavour != Flavour::Bash;
        let aliases = (expand && !self.aliases.is_empty()).then(|| self.aliases.clone());
        Settings { aliases, ..self.plain_settings() }
    }

    /// The same without aliases, for pieces of text.
    pub fn plain_settings(&self) -> Settings {
        Settings { flavour: self.flavour, aliases: None, extglob: self.shopt("extglob") }
    }

    /// What messages begin with: `bash: `, `script: line 3: `, `sh: 1: `.
    pub fn prefix(&self) -> String {
        match self.flavour {
            Flavour::Bash if self.interactive => format!("{}: ", base(&self.name)),
            Flavour::Bash => {
                let source = self.frames.last().map_or(&self.name, |frame| &frame.source);
                format!("{source}: line {}: ", self.line)
            }
            Flavour::Dash => format!("{}: {}: ", self.name, self.line),
            Flavour::Ash if self.interactive || self.reads_string || self.reads_stdin => {
                format!("{}: ", base(&self.name))
            }
            Flavour::Ash => format!("{}: line {}: ", self.name, self.line),
        }
    }

    /// Writes a complaint to standard error.
    pub async fn complain(&self, text: &str) {
        let line = format!("{}{text}\n", self.prefix());
        self.write(2, &line).await;
    }

    /// Writes text; errors are not looked at.
    pub async fn write(&self, fd: i32, text: &str) {
        // A broken pipe ends the shell by its signal, and nobody can be told of another error.
        let _ = self.proc.write(fd, &super::escape::to_bytes(text)).await;
    }

    /// A variable as a string; special ones are computed.
    pub fn get(&self, name: &str) -> Option<Rc<str>> {
        let name = self.resolve(name);
        self.special(&name).or_else(|| self.vars.get(&name).and_then(Var::scalar))
    }

    /// The same, empty where it is unset.
    pub fn text(&self, name: &str) -> Rc<str> {
        self.get(name).unwrap_or_default()
    }

    /// Follows `declare -n`.
    pub fn resolve(&self, name: &str) -> Rc<str> {
        let mut name: Rc<str> = name.into();
        for _ in 0..8 {
            match self.vars.get(&name) {
                Some(var) if var.has(vars::NAMEREF) => match var.scalar() {
                    Some(target) if !target.is_empty() => name = target,
                    _ => break,
                },
                _ => break,
            }
        }
        name
    }

    fn special(&self, name: &str) -> Option<Rc<str>> {
        let bash = self.flavour == Flavour::Bash;
        let number = |n: i64| Some(Rc::from(n.to_string()));
        match name {
            "LINENO" => number(i64::from(self.line)),
            "RANDOM" if self.flavour != Flavour::Dash => {
                let mut random = self.random.clone();
                number((random.next_u64() >> 20) as i64 & 0x7fff)
            }
            "SECONDS" if bash => number(self.proc.now().secs() - self.seconds_from),
            "EPOCHSECONDS" if bash => number(self.proc.now().secs()),
            "EPOCHREALTIME" if bash => {
                let now = self.proc.now();
                Some(format!("{}.{:06}", now.secs(), now.subsec_nanos() / 1000).into())
            }
            "BASHPID" if bash => number(i64::from(self.proc.pid())),
            "BASH_SUBSHELL" if bash => number(i64::from(self.subshell)),
            "HISTCMD" if bash => number(self.history.next_number() as i64),
            "_" if bash => Some(self.last_arg.clone()),
            "SHELLOPTS" if bash => {
                let on: Vec<&str> = self.options.iter().copied().collect();
                Some(on.join(":").into())
            }
            "BASHOPTS" if bash => Some(self.shopts.iter().copied().collect::<Vec<_>>().join(":").into()),
            "FUNCNAME" | "BASH_SOURCE" | "BASH_LINENO" | "PIPESTATUS" | "DIRSTACK" | "GROUPS" if bash => {
                self.special_array(name).and_then(|items| items.into_iter().next())
            }
            _ => None,
        }
    }

    /// Arrays that are computed.
    pub fn special_array(&self, name: &str) -> Option<Vec<Rc<str>>> {
        if self.flavour != Flavour::Bash {
            return None;
        }
        let frames = || self.frames.iter().rev();
        let strings = |numbers: &[i32]| numbers.iter().map(|n| Rc::from(n.to_string())).collect();
        match name {
            "PIPESTATUS" => Some(strings(&self.pipe_status)),
            "FUNCNAME" if self.frames.iter().any(|f| &*f.name != "main") => {
                Some(frames().map(|f| f.name.clone()).collect())
            }
            "BASH_SOURCE" => Some(frames().map(|f| f.source.clone()).collect()),
            "BASH_LINENO" => Some(frames().map(|f| f.called_at.to_string().into()).collect()),
            "DIRSTACK" => Some(std::iter::once(self.text("PWD")).chain(self.dir_stack.iter().cloned()).collect()),
            "GROUPS" => {
                let cred = self.proc.cred();
                let mut all = vec![cred.gid as i32];
                all.extend(cred.groups.iter().filter(|g| **g != cred.gid).map(|g| *g as i32));
                Some(strings(&all))
            }
            _ => None,
        }
    }

    /// One element.
    pub fn element(&self, name: &str, key: &str) -> Option<Rc<str>> {
        if let Some(items) = self.special_array(name) {
            return items.get(key.parse::<usize>().ok()?).cloned();
        }
        let var = self.vars.get(name);
        match var.map(|var| &var.value) {
            Some(Value::Assoc(items)) => items.get(key).cloned(),
            Some(Value::Array(items)) => items.get(&key.parse().ok()?).cloned(),
            _ if key == "0" => self.get(name),
            _ => None,
        }
    }

    /// The separators of fields.
    pub fn ifs(&self) -> Rc<str> {
        self.vars.get("IFS").map_or_else(|| " \t\n".into(), |var| var.scalar().unwrap_or_default())
    }

    /// Signals that programs begin ignoring: those ignored from the start, and by an empty trap.
    pub fn child_ignores(&self) -> SignalSet {
        let trapped = self.traps.iter().filter(|(_, action)| action.is_empty());
        trapped.filter_map(|(name, _)| Signal::parse(name)).fold(self.born_ignoring, SignalSet::with)
    }

    /// `$-`
    pub fn flags_text(&self) -> String {
        let mut letters: Vec<char> =
            OPTIONS.iter().filter(|(name, c)| *c != '\0' && self.option(name)).map(|(_, c)| *c).collect();
        if self.interactive {
            letters.push('i');
        }
        sorted::sort_by_key(&mut letters, |c| (c.is_ascii_uppercase(), *c));
        let mut text: String = letters.into_iter().collect();
        if self.reads_string {
            text.push('c');
        } else if self.reads_stdin {
            text.push('s');
        }
        text
    }
}

/// What follows the last slash, without the dash of a login shell.
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_start_matches('-')
}

impl super::arith::Names for Shell {
    fn read(&mut self, name: &str, subscript: Option<&str>) -> Result<String, String> {
        let found = match subscript {
            Some(subscript) => {
                let name = self.resolve(name);
                let key = self.element_key(&name, subscript, false)?;
                self.element(&name, &key)
            }
            None => {
                let found = self.get(name);
                if name == "RANDOM" {
                    self.random.next_u64();
                }
                found
            }
        };
        match found {
            Some(text) => Ok(text.to_string()),
            None if self.option("nounset") => Err(format!("{name}: unbound variable")),
            None => Ok(String::new()),
        }
    }

    fn write(&mut self, name: &str, subscript: Option<&str>, value: i64) -> Result<(), String> {
        match subscript {
            Some(subscript) => self.assign_element(name, subscript, &value.to_string(), false),
            None => self.assign(name, &value.to_string(), false),
        }
    }
}
