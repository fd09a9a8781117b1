//! How a shell begins, reads and ends: its arguments, startup files, the loops over a prompt, a script, a string or
//! standard input, and the history file.

use super::ast::List;
use super::escape::{from_bytes, to_bytes};
use super::history::History;
use super::jobs::Jobs;
use super::lexer::{Fault, Flavour, Parser, Settings, SyntaxError};
use super::parser::parse_text;
use super::readline::Input;
use super::state::{base, Flow, Outcome, Shell};
use super::vars::{Vars, READONLY};
use crate::ambient::Ids;
use crate::kernel::{Disposition, Errno, Flavor, LocalBoxFuture, OpenFlags, Proc, Programs, Signal, SignalSet, Whence};
use std::ops::ControlFlow;
use std::rc::Rc;

/// Signals that a shell with a prompt leaves alone.
pub const SHELL_SIGNALS: [Signal; 5] = [Signal::TERM, Signal::QUIT, Signal::TSTP, Signal::TTIN, Signal::TTOU];

/// The shells as programs.
pub fn shells() -> Programs {
    let mut programs = Programs::new();
    for name in ["bash", "sh", "dash", "ash"] {
        programs.insert(name, entry);
    }
    super::standalone::insert(&mut programs);
    programs
}

/// Whether a text is whole commands of bash: no quotes, brackets, compound commands or here-documents left open.
pub fn is_complete(text: &str) -> bool {
    let mut parser = Parser::new(text, 1, Settings { flavour: Flavour::Bash, aliases: None, extglob: false });
    loop {
        match parser.parse_next() {
            Ok(Some(_)) if parser.wants_here() || parser.continued || text.ends_with('\\') => return false,
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(error) => return !error.is_incomplete(),
        }
    }
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
                        let text = "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n";
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
        for signal in SHELL_SIGNALS.into_iter().chain([Signal::INT, Signal::HUP]) {
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
    fn recover(&mut self, flow: Flow) {
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
        let mut options = std::collections::BTreeSet::from(["hashall", "interactive-comments", "braceexpand"]);
        if flavour != Flavour::Bash {
            options = std::collections::BTreeSet::new();
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
            in_job: false,
            signals: Vec::new(),
            replaceable: false,
            command_number: 1,
            warned: false,
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

    /// Signals, job control and terminal of a shell with a prompt.
    async fn begin_interactive(&mut self) {
        for signal in SHELL_SIGNALS.into_iter().chain([Signal::INT, Signal::HUP, Signal::WINCH]) {
            self.set_disposition(signal);
        }
        self.announces = true;
        self.proc.set_reaps_orphans(true);
        if let Some(tty) = self.proc.tty() {
            // It may lead its session already, and then has a group of its own.
            let _ = self.proc.setpgid(0, 0);
            tty.set_foreground(self.proc.pgid());
            self.job_control = true;
            self.options.insert("monitor");
        }
        if self.flavour == Flavour::Bash {
            self.options.extend(["history", "histexpand", "emacs"]);
            self.shopts.insert("expand_aliases");
            if self.login {
                self.shopts.insert("login_shell");
            }
            self.history.enabled = true;
            let home = self.home_of(None).unwrap_or_else(|| "/".to_owned());
            if self.vars.get("HOME").is_none() {
                self.vars.set("HOME", &home);
            }
            let file = format!("{}/.bash_history", self.text("HOME").trim_end_matches('/'));
            for (name, value) in [
                ("PS1", "\\s-\\v\\$ "),
                ("PS2", "> "),
                ("HISTFILE", &file),
                ("HISTSIZE", "500"),
                ("HISTFILESIZE", "500"),
            ] {
                if self.vars.get(name).is_none() {
                    self.vars.set(name, value);
                }
            }
            self.set_window_size();
        } else {
            let root = self.proc.cred().uid == 0;
            let ps1 = match (self.flavour, root) {
                (Flavour::Ash, _) => "\\w \\$ ",
                (_, true) => "# ",
                (_, false) => "$ ",
            };
            for (name, value) in [("PS1", ps1), ("PS2", "> ")] {
                if self.vars.get(name).is_none() {
                    self.vars.set(name, value);
                }
            }
            self.history.enabled = self.flavour == Flavour::Ash;
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

    async fn run_script_file(&mut self, path: &str) -> Outcome {
        let mut found = path.to_owned();
        let mut read = self.read_file(&found).await;
        if read.is_err() && !path.contains('/') && self.flavour == Flavour::Bash {
            if let Some(on_path) = self.search(path).into_iter().next() {
                found = on_path;
                read = self.read_file(&found).await;
            }
        }
        match read {
            Ok(text) => {
                if text.contains('\0') {
                    let text = format!("{found}: {found}: cannot execute binary file\n");
                    self.write(2, &text).await;
                    return Err(Flow::Exit(126));
                }
                self.frames.push(super::state::Frame { name: "main".into(), source: found.into(), called_at: 0 });
                self.run_text(&text, "", 1).await
            }
            Err(errno) => {
                let (text, status) = match (self.flavour, errno) {
                    (Flavour::Bash, Errno::EISDIR) => (format!("{path}: {path}: Is a directory\n"), 126),
                    (Flavour::Bash, Errno::ENOENT) => (format!("bash: {path}: {errno}\n"), 127),
                    (Flavour::Bash, _) => (format!("bash: {path}: {errno}\n"), 126),
                    (Flavour::Dash, Errno::ENOENT) => (format!("sh: 0: cannot open {path}: No such file\n"), 2),
                    (Flavour::Dash, _) => (format!("sh: 0: cannot open {path}: {errno}\n"), 2),
                    (Flavour::Ash, _) => (format!("sh: can't open '{path}': {errno}\n"), 2),
                };
                self.write(2, &text).await;
                Err(Flow::Exit(status))
            }
        }
    }

    /// Runs a text, a complete command at a time. `origin` is `-c`, `eval`, `source`, `trap` or nothing for a script.
    pub(super) fn run_text<'a>(&'a mut self, text: &'a str, origin: &'a str, line: u32) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            let mut parser = Parser::new(text, line, self.settings());
            let mut status = 0;
            let nested = matches!(origin, "eval" | "source" | "trap");
            let traps_line = (origin == "trap").then_some(self.line);
            loop {
                let settings = self.settings();
                parser.set(settings);
                let before = parser.position();
                let parsed = parser.parse_next();
                if self.option("verbose") {
                    let source = parser.source(before, parser.position());
                    self.write(2, &source).await;
                }
                match parsed {
                    Ok(None) => return Ok(status),
                    Ok(Some(list)) => {
                        self.warn_of_cut_documents(&mut parser).await;
                        if list.is_empty() {
                            continue;
                        }
                        // The last command of a string may take the shell's place.
                        self.replaceable = origin == "-c"
                            && self.subshell == 0
                            && !self.interactive
                            && self.traps.is_empty()
                            && super::simple::is_single(&list)
                            && parser.rest().trim().is_empty();
                        match self.run_list(&list).await {
                            Ok(code) => status = code,
                            // Given up: a script goes on with its next line.
                            Err(Flow::Discard(code)) if !nested && !self.interactive => {
                                self.replaceable = false;
                                status = code;
                                self.status = code;
                                if code == 130 {
                                    return Err(Flow::Exit(code));
                                }
                            }
                            Err(Flow::Break(_) | Flow::Continue(_)) if self.loops == 0 => status = 0,
                            Err(flow) => return Err(flow),
                        }
                        if let Some(line) = traps_line {
                            self.line = line;
                        }
                    }
                    Err(error) => {
                        self.syntax_error(&error, &parser, origin, line).await;
                        self.status = 2;
                        return if self.interactive || nested && self.flavour == Flavour::Bash {
                            Ok(2)
                        } else {
                            Err(Flow::Exit(2))
                        };
                    }
                }
            }
        })
    }

    async fn warn_of_cut_documents(&mut self, parser: &mut Parser) {
        for (line, begun, end) in std::mem::take(&mut parser.cut_here) {
            if self.flavour == Flavour::Bash {
                self.line = line;
                let text = format!("warning: here-document at line {begun} delimited by end-of-file (wanted `{end}')");
                self.complain(&text).await;
            }
        }
    }

    /// Says what is wrong with a text, in the words of the shell that this is.
    async fn syntax_error(&mut self, error: &SyntaxError, parser: &Parser, origin: &str, first: u32) {
        let text = match self.flavour {
            Flavour::Bash => {
                let prefix = match origin {
                    _ if self.interactive && !matches!(origin, "source" | "eval") => format!("{}: ", base(&self.name)),
                    "-c" => format!("{}: -c: line {}: ", self.name, error.line),
                    "eval" if self.interactive => format!("{}: eval: line {}: ", base(&self.name), error.line),
                    "eval" => {
                        let source = self.frames.last().map_or(&self.name, |f| &f.source);
                        format!("{source}: eval: line {}: ", error.line)
                    }
                    _ => {
                        let source = self.frames.last().map_or(&self.name, |f| &f.source);
                        format!("{source}: line {}: ", error.line)
                    }
                };
                let sentences = error.to_string().replace('\n', &format!("\n{prefix}"));
                let mut text = format!("{prefix}{sentences}\n");
                if matches!(error.fault, Fault::Unexpected(_)) && !(self.interactive && origin.is_empty()) {
                    text.push_str(&format!("{prefix}`{}'\n", parser.line_text(error.line, first)));
                }
                text
            }
            Flavour::Dash => {
                let what = match &error.fault {
                    Fault::Unexpected(token) => quoted_token(token),
                    Fault::Eof => "end of file unexpected".to_owned(),
                    Fault::Unmatched(")") => "end of file unexpected (expecting \")\")".to_owned(),
                    Fault::Unmatched("}") => "Missing '}'".to_owned(),
                    Fault::Unmatched("`") => "EOF in backquote substitution".to_owned(),
                    Fault::Unmatched(_) => "Unterminated quoted string".to_owned(),
                    Fault::Other(text) => text.clone(),
                    Fault::TooDeep => "nested too deeply".to_owned(),
                };
                let expecting = match (&error.fault, error.expecting) {
                    (Fault::Unexpected(_) | Fault::Eof, Some(wanted)) => format!(" (expecting \"{wanted}\")"),
                    _ => String::new(),
                };
                format!("{}: {}: Syntax error: {what}{expecting}\n", self.name, error.line)
            }
            Flavour::Ash => {
                let what = match &error.fault {
                    Fault::Unexpected(token) => match quoted_token(token).strip_suffix(" unexpected") {
                        Some(token) => format!("unexpected {token}"),
                        None => "unexpected token".to_owned(),
                    },
                    Fault::Eof => "unexpected end of file".to_owned(),
                    Fault::Unmatched(")") => "unexpected end of file (expecting \")\")".to_owned(),
                    Fault::Unmatched("}") => "missing '}'".to_owned(),
                    Fault::Unmatched("`") => "EOF in backquote substitution".to_owned(),
                    Fault::Unmatched(_) => "unterminated quoted string".to_owned(),
                    Fault::Other(text) => text.clone(),
                    Fault::TooDeep => "nested too deeply".to_owned(),
                };
                let expecting = match (&error.fault, error.expecting) {
                    (Fault::Unexpected(_) | Fault::Eof, Some(wanted)) => format!(" (expecting \"{wanted}\")"),
                    _ => String::new(),
                };
                self.line = error.line;
                format!("{}syntax error: {what}{expecting}\n", self.prefix())
            }
        };
        self.write(2, &text).await;
    }

    /// Commands from standard input without a prompt: never more is read than the command needs, because the commands
    /// read from there too.
    async fn run_stdin(&mut self) -> Outcome {
        let (mut text, mut first, mut status) = (String::new(), 1, 0);
        loop {
            let line = self.next_stdin_line().await;
            let ended = line.is_none();
            text.push_str(&line.unwrap_or_default());
            if text.is_empty() && ended {
                return Ok(status);
            }
            let mut parser = Parser::new(&text, first, self.settings());
            match parser.parse_next() {
                Ok(_) if !ended && (parser.wants_here() || parser.continued) => continue,
                Ok(list) => {
                    self.warn_of_cut_documents(&mut parser).await;
                    match self.run_list(&list.unwrap_or_default()).await {
                        Ok(code) => status = code,
                        Err(Flow::Discard(code)) => {
                            status = code;
                            self.status = code;
                        }
                        Err(Flow::Break(_) | Flow::Continue(_)) => status = 0,
                        Err(flow) => return Err(flow),
                    }
                    first = parser.line();
                    text = parser.rest();
                    if !text.is_empty() {
                        // The rest of a line that an alias or a parenthesis cut short.
                        let rest = std::mem::take(&mut text);
                        status = self.run_text(&rest, "", first).await?;
                    }
                }
                Err(error) if error.is_incomplete() && !ended => {}
                Err(error) => {
                    self.syntax_error(&error, &parser, "", first).await;
                    return Err(Flow::Exit(2));
                }
            }
            if ended && text.is_empty() {
                return Ok(status);
            }
        }
    }

    /// A line of standard input with its newline. A regular file is read in pieces and its offset put back.
    async fn next_stdin_line(&mut self) -> Option<String> {
        let seekable = self.proc.seek(0, 0, Whence::Current).is_ok();
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            let read = self.proc.read(0, if seekable { 4096 } else { 1 }).await;
            match read {
                Ok(more) if more.is_empty() => break,
                Ok(more) => match more.iter().position(|b| *b == b'\n') {
                    Some(at) => {
                        bytes.extend(more.iter().take(at + 1));
                        let unread = more.len() - at - 1;
                        if unread > 0 {
                            let _ = self.proc.seek(0, -(unread as i64), Whence::Current);
                        }
                        break;
                    }
                    None => bytes.extend_from_slice(&more),
                },
                Err(Errno::EINTR) => {
                    if self.poll_signals().await.is_err() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        (!bytes.is_empty()).then(|| from_bytes(&bytes))
    }

    // ---- the prompt

    /// The loop of a shell with a prompt.
    async fn converse(&mut self) -> Outcome {
        let terminal = self.proc.isatty(0);
        if self.flavour == Flavour::Bash {
            self.read_inputrc().await;
            let file = self.text("HISTFILE");
            self.after_change("HISTCONTROL", None);
            if let Ok(text) = self.read_file(&file).await {
                self.history.load(&text);
            }
        } else {
            Rc::make_mut(&mut self.readline).keymap.bracketed_paste = false;
        }
        loop {
            match self.next_command(terminal).await {
                Ok(Some(list)) => {
                    let result = self.run_list(&list).await;
                    self.command_number += 1;
                    (self.depth, self.task_depth) = (0, 0);
                    match result {
                        Ok(status) => self.status = status,
                        Err(Flow::Exit(status)) => return Err(Flow::Exit(status)),
                        Err(flow) => self.recover(flow),
                    }
                }
                Ok(None) => return self.leave().await,
                Err(Flow::Discard(status)) => self.status = status,
                Err(flow) => return Err(flow),
            }
        }
    }

    /// End of file at the prompt.
    async fn leave(&mut self) -> Outcome {
        if self.flavour == Flavour::Bash && self.proc.isatty(0) {
            let word = if self.login { "logout\n" } else { "exit\n" };
            self.write(2, word).await;
        } else if self.flavour == Flavour::Dash {
            self.write(2, "\n").await;
        }
        Err(Flow::Exit(self.status))
    }

    /// Reads a command at the prompt, on as many lines as it takes. `None` at the end of the input.
    async fn next_command(&mut self, terminal: bool) -> Result<Option<List>, Flow> {
        self.tell_jobs().await;
        self.poll_signals().await?;
        if self.flavour == Flavour::Bash {
            self.run_prompt_command().await?;
        }
        let (mut text, mut first) = (String::new(), true);
        loop {
            let name = if first { "PS1" } else { "PS2" };
            let prompt = self.text(name);
            let prompt = self.expand_prompt(&prompt).await;
            let input = if terminal {
                self.read_line(&prompt).await
            } else {
                self.write(2, &prompt).await;
                match self.next_stdin_line().await {
                    Some(line) => Input::Line(line.trim_end_matches('\n').to_owned()),
                    None => Input::Eof,
                }
            };
            let ended = input == Input::Eof;
            match input {
                Input::Line(line) => {
                    let line = match self.expand_history(&line).await {
                        Some(line) => line,
                        None => return Err(Flow::Discard(1)),
                    };
                    if first {
                        self.history.add(&line);
                    } else {
                        self.join_history(&text, &line);
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                Input::Interrupted => {
                    self.signals.clear();
                    return match self.traps.get("INT").filter(|a| !a.is_empty()).cloned() {
                        Some(_) => {
                            self.run_trap("INT").await?;
                            Err(Flow::Discard(130))
                        }
                        None => Err(Flow::Discard(130)),
                    };
                }
                Input::Eof if self.signals.contains(&Signal::HUP) => return Err(Flow::Exit(129)),
                Input::Eof if text.is_empty() => {
                    if self.option("ignoreeof") {
                        self.write(2, "Use \"exit\" to leave the shell.\n").await;
                        return Err(Flow::Discard(self.status));
                    }
                    let stopped = self.jobs.iter().any(|job| matches!(job.state(), super::jobs::State::Stopped(_)));
                    if stopped && !std::mem::replace(&mut self.warned, true) {
                        self.write(2, "There are stopped jobs.\n").await;
                        return Err(Flow::Discard(self.status));
                    }
                    return Ok(None);
                }
                Input::Eof => {}
            }
            let mut parser = Parser::new(&text, 1, self.settings());
            let result = self.parse_lines(&mut parser, ended);
            match result {
                Ok(None) if !ended => first = false,
                Ok(list) => {
                    self.warn_of_cut_documents(&mut parser).await;
                    return Ok(Some(list.unwrap_or_default()));
                }
                Err(error) => {
                    self.syntax_error(&error, &parser, "", 1).await;
                    if error.is_incomplete() && error.fault != Fault::Eof {
                        let eof = SyntaxError { fault: Fault::Eof, ..error };
                        self.syntax_error(&eof, &parser, "", 1).await;
                    }
                    return Err(Flow::Discard(2));
                }
            }
        }
    }

    /// All commands of the typed lines; `None` where more is to come.
    fn parse_lines(&self, parser: &mut Parser, ended: bool) -> Result<Option<List>, SyntaxError> {
        let mut all = Vec::new();
        loop {
            match parser.parse_next() {
                Ok(Some(list)) => {
                    if !ended && (parser.wants_here() || parser.continued) {
                        return Ok(None);
                    }
                    all.extend(list);
                }
                Ok(None) => return Ok(Some(all)),
                Err(error) if error.is_incomplete() && !ended => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    async fn run_prompt_command(&mut self) -> Result<(), Flow> {
        let commands = match self.vars.get("PROMPT_COMMAND") {
            Some(var) => var.elements(),
            None => return Ok(()),
        };
        let status = self.status;
        for command in commands {
            if let Err(Flow::Exit(status)) = self.run_text(&command, "eval", 1).await {
                return Err(Flow::Exit(status));
            }
        }
        self.status = status;
        Ok(())
    }

    /// `!` expansion; `None` where it failed.
    async fn expand_history(&mut self, line: &str) -> Option<String> {
        if !self.option("histexpand") {
            return Some(line.to_owned());
        }
        match self.history.expand(line) {
            Ok(None) => Some(line.to_owned()),
            Ok(Some(new)) => {
                self.write(2, &format!("{new}\n")).await;
                Some(new)
            }
            Err(error) => {
                self.complain(&error).await;
                None
            }
        }
    }

    /// The lines of one command are one entry (`cmdhist`), joined by semicolons where that keeps their meaning.
    fn join_history(&mut self, before: &str, line: &str) {
        let so_far = before.trim_end_matches('\n');
        let parser_says = parse_text(so_far, 1, self.plain_settings());
        let quoted = matches!(&parser_says, Err(e) if matches!(e.fault, Fault::Unmatched(_)));
        let here = so_far.contains("<<");
        let last_word = so_far.rsplit(char::is_whitespace).next().unwrap_or_default();
        let opens = matches!(last_word, "do" | "then" | "else" | "{" | "(" | "in" | "&&" | "||" | "|" | ";" | ";;")
            || so_far.ends_with([';', '&', '|', '(', '{']);
        let joined = if so_far.ends_with('\\') {
            format!("{}{line}", so_far.strip_suffix('\\').unwrap_or(so_far))
        } else if quoted || here {
            format!("{so_far}\n{line}")
        } else if opens {
            format!("{so_far} {line}")
        } else {
            format!("{so_far}; {line}")
        };
        self.history.replace_last(&joined);
    }

    /// Appends this session's lines to a file, made with mode 0600.
    pub(super) async fn save_history(&mut self, file: &str) {
        let lines = self.history.take_new();
        if lines.is_empty() || file.is_empty() {
            return;
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        if let Ok(file) = self.proc.open_file(file, OpenFlags::APPEND, 0o600).await {
            let _ = self.proc.write_file(&file, &to_bytes(&text)).await;
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
            if &*self.text("HISTFILESIZE") != "0" {
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

/// A token in dash's message: words are shown as `word unexpected`.
fn quoted_token(token: &str) -> String {
    let is_operator = token.starts_with(|c: char| ";&|()<>".contains(c));
    let is_reserved =
        matches!(token, "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "}" | "!" | "in" | "{");
    if token == "newline" {
        "newline unexpected".to_owned()
    } else if is_operator || is_reserved {
        format!("\"{token}\" unexpected")
    } else {
        "word unexpected".to_owned()
    }
}
