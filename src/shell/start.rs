//! How a shell begins and ends: which one it is, its arguments, variables and startup files. Reading commands is in
//! [`super::reading`] and [`super::converse`].

use super::history::History;
use super::jobs::Jobs;
use super::lexer::Flavour;
use super::parser::parse_text;
use super::state::{base, Flow, Outcome, Shell};
use super::vars::{Vars, READONLY};
use crate::ambient::Ids;
use crate::kernel::{Disposition, Flavor, LocalBoxFuture, Proc, Programs, Signal, SignalSet};
use std::ops::ControlFlow;
use std::rc::Rc;

/// Signals that a shell with a prompt leaves alone.
pub const SHELL_SIGNALS: [Signal; 5] = [Signal::TERM, Signal::QUIT, Signal::TSTP, Signal::TTIN, Signal::TTOU];

/// Signals that a bash with a prompt catches in order to end, even where it is PID 1 (its `termsig_handler`).
pub const DEADLY: [Signal; 6] = [Signal::HUP, Signal::ALRM, Signal::VTALRM, Signal::PROF, Signal::USR1, Signal::USR2];

/// The shells as programs.
pub fn shells() -> Programs {
    let mut programs = Programs::new();
    for name in ["bash", "sh", "dash", "ash"] {
        programs.insert(name, entry);
    }
    super::standalone::insert(&mut programs);
    programs
}

/// The program behind `bash`, `sh`, `dash` and `ash`: which of them it is, is told by the file and the name it was
/// called by.
pub fn entry(proc: Proc) -> LocalBoxFuture<'static, i32> {
    Box::pin(async move {
        let args = proc.args();
        let flavour = flavour_of(&proc, args.first().map(String::as_str).unwrap_or_default());
        run(proc, flavour, args).await
    })
}

fn flavour_of(proc: &Proc, argv0: &str) -> Flavour {
    if proc.flavor() == Flavor::Busybox {
        return Flavour::Ash;
    }
    match (base(&proc.exe()), base(argv0)) {
        ("bash" | "rbash", _) => Flavour::Bash,
        ("dash", _) => Flavour::Dash,
        ("sh", _) | (_, "sh" | "dash") => Flavour::Dash,
        (_, "ash") => Flavour::Ash,
        _ => Flavour::Bash,
    }
}

/// A file without `#!`, read as a script by a shell of that kind.
pub(super) fn run_script(
    proc: Proc,
    flavour: Flavour,
    path: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
) -> LocalBoxFuture<'static, i32> {
    Box::pin(async move {
        for (name, _) in proc.environ() {
            proc.unset_env(&name);
        }
        for (name, value) in env {
            proc.set_env(&name, &value);
        }
        let mut all = vec!["bash".to_owned(), path];
        all.extend(args.into_iter().skip(1));
        run(proc, flavour, all).await
    })
}

/// What the command line asks for.
#[derive(Default)]
struct Invocation {
    command: Option<String>,
    interactive: bool,
    login: bool,
    stdin: bool,
    norc: bool,
    noprofile: bool,
    rcfile: Option<String>,
    operands: Vec<String>,
    /// Something to be printed, and the status to end with.
    answer: Option<(i32, String, i32)>,
}

impl Invocation {
    fn parse(shell: &mut Shell, args: &[String]) -> Invocation {
        let mut found = Invocation::default();
        let mut words = args.iter().skip(1).peekable();
        let mut wants_command = false;
        while let Some(word) = words.peek().map(|w| w.as_str()) {
            if let (Some(long), Flavour::Bash) = (word.strip_prefix("--").filter(|l| !l.is_empty()), shell.flavour) {
                match long {
                    "login" => found.login = true,
                    "norc" => found.norc = true,
                    "noprofile" => found.noprofile = true,
                    "posix" => {
                        shell.set_option("posix", true);
                    }
                    "noediting" | "restricted" | "debugger" | "verbose" => {}
                    "rcfile" | "init-file" => {
                        words.next();
                        found.rcfile = words.peek().map(|w| (*w).clone());
                    }
                    "version" => {
                        let text = "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n\
                                    Copyright (C) 2022 Free Software Foundation, Inc.\n\
                                    License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\n\
                                    This is free software; you are free to change and redistribute it.\n\
                                    There is NO WARRANTY, to the extent permitted by law.\n";
                        found.answer = Some((1, text.to_owned(), 0));
                    }
                    other => {
                        let text = format!("{}: --{other}: invalid option\n", shell.name);
                        found.answer = Some((2, text, 2));
                    }
                }
                words.next();
                continue;
            }
            let on = word.starts_with('-');
            if !(on || word.starts_with('+')) || word == "-" || word == "--" {
                if word == "--" || word == "-" {
                    words.next();
                }
                break;
            }
            let letters: Vec<char> = word.chars().skip(1).collect();
            words.next();
            for c in letters {
                match c {
                    'c' => wants_command = true,
                    'i' => found.interactive = true,
                    'l' => found.login = true,
                    's' => found.stdin = true,
                    'o' | 'O' => {
                        let name = words.next().cloned().unwrap_or_default();
                        let known = if c == 'o' { shell.set_option(&name, on) } else { shell.set_shopt(&name, on) };
                        if !known {
                            let text = format!("{}: {name}: invalid option name\n", shell.name);
                            found.answer = Some((2, text, 2));
                        }
                    }
                    c => match super::state::OPTIONS.iter().find(|(_, letter)| *letter == c && c != '\0') {
                        Some((name, _)) => {
                            shell.set_option(name, on);
                        }
                        None => {
                            let text = match shell.flavour {
                                Flavour::Bash => format!("{}: -{c}: invalid option\n", shell.name),
                                _ => format!("{}: 0: Illegal option -{c}\n", shell.name),
                            };
                            found.answer = Some((2, text, 2));
                        }
                    },
                }
            }
        }
        found.operands = words.cloned().collect();
        if wants_command {
            if found.operands.is_empty() {
                let text = match shell.flavour {
                    Flavour::Bash => format!("{}: -c: option requires an argument\n", shell.name),
                    _ => format!("{}: 0: -c requires an argument\n", shell.name),
                };
                found.answer = Some((2, text, 2));
            } else {
                found.command = Some(found.operands.remove(0));
            }
        }
        found
    }
}

async fn run(proc: Proc, flavour: Flavour, args: Vec<String>) -> i32 {
    let mut shell = Shell::make(proc, flavour, args.first().map(String::as_str).unwrap_or("sh"));
    let mut invocation = Invocation::parse(&mut shell, &args);
    if let Some((fd, text, status)) = invocation.answer {
        shell.write(fd, &text).await;
        return status;
    }
    shell.login = invocation.login || args.first().is_some_and(|name| name.starts_with('-'));
    let script = (invocation.command.is_none() && !invocation.stdin && !invocation.operands.is_empty())
        .then(|| invocation.operands.remove(0));
    let tty = shell.proc.isatty(0) && shell.proc.isatty(2);
    shell.interactive = invocation.interactive || (tty && invocation.command.is_none() && script.is_none());
    shell.reads_string = invocation.command.is_some();
    shell.reads_stdin = !shell.reads_string && script.is_none();
    if let (true, Some(first)) = (shell.reads_string, invocation.operands.first()) {
        shell.name = first.as_str().into();
        invocation.operands.remove(0);
    }
    if let Some(path) = &script {
        shell.name = path.as_str().into();
    }
    shell.params = invocation.operands.iter().map(|p| p.as_str().into()).collect();
    shell.init_variables();
    if shell.interactive {
        shell.begin_interactive().await;
    }
    let result = shell.main(invocation.command, script, invocation.norc, invocation.noprofile, invocation.rcfile).await;
    shell.end(result).await
}

impl Shell {
    /// A bash for a process that hands it lines itself ([`Shell::run_line`]): it has no prompt, no history and no job
    /// control, but complains as a shell with a prompt does.
    pub fn new(proc: Proc) -> Shell {
        let name = proc.name();
        let mut shell = Shell::make(proc, Flavour::Bash, &name);
        shell.init_variables();
        shell.interactive = true;
        for signal in SHELL_SIGNALS.into_iter().chain([Signal::INT]).chain(DEADLY) {
            shell.set_disposition(signal);
        }
        shell
    }

    /// Runs a text of whole commands; `Break` where the shell is to end.
    pub async fn run_line(&mut self, text: &str) -> ControlFlow<()> {
        (self.depth, self.task_depth) = (0, 0);
        match self.run_text(text, "", 1).await {
            Ok(status) => self.status = status,
            Err(Flow::Exit(status)) => {
                self.status = status;
                self.status = self.run_exit_trap().await;
                return ControlFlow::Break(());
            }
            Err(flow) => self.recover(flow),
        }
        self.reap();
        ControlFlow::Continue(())
    }

    /// `$?`
    pub fn status(&self) -> i32 {
        self.status
    }

    /// After a command line that was given up, nothing of it is left.
    pub(super) fn recover(&mut self, flow: Flow) {
        self.status = match flow {
            Flow::Discard(status) | Flow::Failed(status) | Flow::Return(status) | Flow::Exit(status) => status,
            Flow::Break(_) | Flow::Continue(_) => 0,
        };
        (self.loops, self.tolerant, self.depth, self.task_depth) = (0, 0, 0, 0);
        while self.vars.depth() > 0 {
            self.vars.pop_scope();
        }
        self.frames.clear();
    }

    fn make(proc: Proc, flavour: Flavour, name: &str) -> Shell {
        let born_ignoring = Signal::ALL
            .iter()
            .filter(|signal| proc.disposition(**signal) == Disposition::Ignore)
            .fold(SignalSet::EMPTY, |set, signal| set.with(*signal));
        let mut options = crate::sorted::VecSet::from(["hashall", "interactive-comments", "braceexpand"]);
        if flavour != Flavour::Bash {
            options = crate::sorted::VecSet::new();
        }
        let root_pid = proc.pid();
        let seconds_from = proc.now().secs();
        let random = Ids::new((proc.now().0 as u64) ^ u64::from(root_pid));
        Shell {
            proc,
            flavour,
            name: name.into(),
            interactive: false,
            login: false,
            vars: Vars::default(),
            functions: Rc::default(),
            aliases: Rc::default(),
            params: Vec::new(),
            params_set: false,
            options,
            shopts: super::builtins::default_shopts(flavour),
            status: 0,
            substituted: None,
            last_background: None,
            root_pid,
            line: 1,
            frames: Vec::new(),
            jobs: Jobs::default(),
            traps: Default::default(),
            born_ignoring,
            hash: Rc::default(),
            loops: 0,
            negated: false,
            tolerant: 0,
            subshell: 0,
            substitutions: 0,
            depth: 0,
            task_depth: 0,
            pipe_status: vec![0],
            dir_stack: Vec::new(),
            getopts_at: 0,
            history: History::default(),
            seconds_from,
            random,
            last_arg: name.into(),
            reads_string: false,
            reads_stdin: false,
            job_control: false,
            signals: Vec::new(),
            replaceable: false,
            command_number: 1,
            warned: false,
            typed_lines: 1,
            running_trap: false,
            open_substitutions: Vec::new(),
            readline: Default::default(),
            announces: false,
        }
    }

    /// `shopt -s` by name; false where there is no such option.
    fn set_shopt(&mut self, name: &str, on: bool) -> bool {
        let Some(name) = super::builtins::shopt_name(name) else { return false };
        if on {
            self.shopts.insert(name);
        } else {
            self.shopts.remove(name);
        }
        true
    }

    /// Variables from the environment, and those that every shell has.
    fn init_variables(&mut self) {
        for (name, value) in self.proc.environ() {
            let function = name.strip_prefix("BASH_FUNC_").and_then(|n| n.strip_suffix("%%"));
            match function {
                Some(function) if self.flavour == Flavour::Bash => self.import_function(function, &value),
                _ if super::ast::is_name(&name) => self.vars.set_exported(&name, &value),
                _ => {}
            }
        }
        let cred = self.proc.cred();
        let pwd = self.vars.get("PWD").and_then(|var| var.scalar());
        let cwd = self.proc.cwd();
        let real = |path: &str| self.proc.fs(|vfs, who| vfs.realpath(who, path)).ok();
        let pwd = match pwd {
            Some(pwd) if pwd.starts_with('/') && real(&pwd).as_deref() == Some(&cwd) => pwd.to_string(),
            _ => cwd,
        };
        self.vars.set("IFS", " \t\n");
        self.vars.set("OPTIND", "1");
        self.vars.set("PS4", "+ ");
        self.vars.set("PPID", &self.proc.ppid().to_string());
        if self.flavour == Flavour::Bash {
            self.vars.set_exported("PWD", &pwd);
            let level = self.text("SHLVL").parse::<i64>().unwrap_or(0) + 1;
            self.vars.set_exported("SHLVL", &level.to_string());
            let exe = self.proc.exe();
            for (name, value) in [
                ("BASH", exe.as_str()),
                ("BASH_VERSION", super::prompt::VERSION),
                ("HOSTNAME", &self.proc.system().hostname()),
                ("HOSTTYPE", "x86_64"),
                ("MACHTYPE", "x86_64-pc-linux-gnu"),
                ("OSTYPE", "linux-gnu"),
                ("UID", &cred.uid.to_string()),
                ("EUID", &cred.uid.to_string()),
                ("OPTERR", "1"),
            ] {
                self.vars.set(name, value);
            }
            for name in ["UID", "EUID", "PPID"] {
                self.vars.entry(name).flags |= READONLY;
            }
            let version = ["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"];
            self.set_array("BASH_VERSINFO", version.iter().map(|v| Rc::from(*v)).collect());
            self.vars.entry("BASH_VERSINFO").flags |= READONLY;
            if self.vars.get("OLDPWD").is_none() {
                self.vars.entry("OLDPWD").flags |= super::vars::EXPORT;
            }
        } else {
            self.vars.set("PWD", &pwd);
            if self.vars.get("PWD").is_some() && self.flavour == Flavour::Dash {
                self.vars.set_exported("PWD", &pwd);
            }
        }
        if self.vars.get("PATH").is_none() {
            self.vars.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        }
        if self.reads_string {
            // `$BASH_EXECUTION_STRING` and the rest of a string's shell are the caller's.
            self.last_arg = self.name.clone();
        }
    }

    fn import_function(&mut self, name: &str, definition: &str) {
        let text = format!("{name} {definition}");
        let Ok(list) = parse_text(&text, 1, self.plain_settings()) else { return };
        let command = list.first().and_then(|item| item.pipelines.first()).and_then(|(_, p)| p.commands.first());
        if let Some(super::ast::Kind::Function(_, body)) = command.map(|c| &c.kind) {
            let function = super::state::Function { body: body.clone(), source: "environment".into(), exported: true };
            Rc::make_mut(&mut self.functions).insert(name.into(), function);
        }
    }

    async fn main(
        &mut self,
        command: Option<String>,
        script: Option<String>,
        norc: bool,
        noprofile: bool,
        rcfile: Option<String>,
    ) -> Outcome {
        if self.login && !noprofile {
            self.startup_file("/etc/profile").await?;
            let home = self.text("HOME");
            for name in [".bash_profile", ".bash_login", ".profile"] {
                let dash = self.flavour != Flavour::Bash && name != ".profile";
                if !dash && self.startup_file(&format!("{home}/{name}")).await? {
                    break;
                }
            }
        } else if self.interactive && self.flavour == Flavour::Bash && !norc {
            match rcfile {
                Some(file) => {
                    self.startup_file(&file).await?;
                }
                None => {
                    self.startup_file("/etc/bash.bashrc").await?;
                    let file = format!("{}/.bashrc", self.text("HOME"));
                    self.startup_file(&file).await?;
                }
            }
        } else if let (Flavour::Bash, false, Some(file)) = (self.flavour, self.interactive, self.get("BASH_ENV")) {
            self.startup_file(&file).await?;
        } else if let (true, true, Some(file)) = (self.flavour != Flavour::Bash, self.interactive, self.get("ENV")) {
            self.startup_file(&file).await?;
        }
        if let Some(text) = command {
            return self.run_text(&text, "-c", 1).await;
        }
        if let Some(path) = script {
            return self.run_script_file(&path).await;
        }
        if self.interactive {
            return self.converse().await;
        }
        self.run_stdin().await
    }

    /// Runs a file if it is there. Errors in it do not end a shell with a prompt.
    async fn startup_file(&mut self, path: &str) -> Result<bool, Flow> {
        let Ok(text) = self.read_file(path).await else { return Ok(false) };
        self.frames.push(super::state::Frame { name: "source".into(), source: path.into(), called_at: 0 });
        let result = self.run_text(&text, "source", 1).await;
        self.frames.pop();
        match result {
            Err(Flow::Exit(status)) => Err(Flow::Exit(status)),
            _ => Ok(true),
        }
    }

    /// The end: traps, history, status.
    async fn end(&mut self, result: Outcome) -> i32 {
        let status = match result {
            Ok(status)
            | Err(Flow::Exit(status) | Flow::Return(status) | Flow::Discard(status) | Flow::Failed(status)) => status,
            Err(Flow::Break(_) | Flow::Continue(_)) => 0,
        };
        self.status = status;
        let status = self.run_exit_trap().await;
        if self.interactive && self.flavour == Flavour::Bash {
            let file = self.text("HISTFILE");
            if self.option("history") && &*self.text("HISTFILESIZE") != "0" {
                self.save_history(&file).await;
            }
            for job in self.jobs.iter() {
                if job.grouped && matches!(job.state(), super::jobs::State::Stopped(_)) {
                    let _ = self.proc.kill(-(job.pgid as i32), Some(Signal::HUP));
                    let _ = self.proc.kill(-(job.pgid as i32), Some(Signal::CONT));
                }
            }
        }
        status & 255
    }
}
