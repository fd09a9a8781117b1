//! Programs: where on `PATH` they are, what environment they get, and how they start, as a child or in the shell's place.

use super::ast::{Assign, Redirect};
use super::lexer::Flavour;
use super::state::{Flow, Outcome, Shell};
use super::vars;
use crate::kernel::{Child, ExecError, FileKind, Spawn};
use crate::sorted;
use std::rc::Rc;

/// What a command's name leads to on `PATH`.
enum Lookup {
    Found(String),
    Forbidden(String),
    Missing,
}

enum Launched {
    Done(i32),
    Child(Child),
}

impl Shell {
    /// Runs a program and waits for it.
    pub(super) async fn external(
        &mut self,
        assigns: &[Assign],
        redirects: &[Redirect],
        args: Vec<String>,
        text: String,
        replaceable: bool,
    ) -> Outcome {
        // What the program alone sees.
        let mut env = self.environment(&[]);
        let mut found = None;
        if !assigns.is_empty() {
            let result = self.assign_scoped(assigns).await;
            let names: Vec<Rc<str>> = assigns.iter().map(|a| a.name.clone()).collect();
            env = self.environment(&names);
            found = args.first().map(|name| self.lookup(name));
            self.leave_scope();
            result?;
        }
        let saved = match self.redirect(redirects).await {
            Ok(saved) => saved,
            Err(Flow::Failed(status)) => return Ok(status),
            Err(flow) => return Err(flow),
        };
        let result = self.launch(args, found, env, replaceable).await;
        // The new process has its own copies; the shell's own go back before it waits.
        self.restore(saved);
        match result? {
            Launched::Done(status) => Ok(status),
            Launched::Child(child) => {
                let codes = self.foreground(&[child.pid()], text).await?;
                Ok(codes.last().copied().unwrap_or(0))
            }
        }
    }

    /// Runs a program whose arguments are expanded already (`command ls`).
    pub(super) async fn run_external(&mut self, args: Vec<String>) -> Outcome {
        let text = args.join(" ");
        self.external(&[], &[], args, text, false).await
    }

    async fn launch(
        &mut self,
        args: Vec<String>,
        found: Option<Lookup>,
        mut env: Vec<(String, String)>,
        replaceable: bool,
    ) -> Result<Launched, Flow> {
        let name = args.first().cloned().unwrap_or_default();
        let found = match found {
            Some(found) => found,
            None => self.lookup(&name),
        };
        let path = match found {
            Lookup::Found(path) => path,
            Lookup::Forbidden(path) => {
                self.complain(&format!("{path}: Permission denied")).await;
                return Ok(Launched::Done(126));
            }
            Lookup::Missing => return self.missing(args).await.map(Launched::Done),
        };
        if self.flavour == Flavour::Bash {
            env.retain(|(key, _)| key != "_");
            env.push(("_".to_owned(), path.clone()));
        }
        if replaceable && self.traps.is_empty() && self.vars.depth() == 0 {
            self.lower_shell_level(&mut env);
            return match self.replace_with(path, args, env).await {
                Ok(status) => Err(Flow::Exit(status)),
                Err(error) => self.exec_failed(&name, error).await.map(Launched::Done),
            };
        }
        let spawned = match self.proc.spawn(self.spawn_for(&path, args.clone(), env.clone())) {
            Err(ExecError::Text(_)) => {
                let flavour = self.flavour;
                let mut spawn = self.spawn_for(&path, args.clone(), env.clone());
                spawn.program =
                    Some(Box::new(move |proc| Box::pin(super::start::run_script(proc, flavour, path, args, env))));
                self.proc.spawn(spawn)
            }
            other => other,
        };
        match spawned {
            Ok(child) => Ok(Launched::Child(child)),
            Err(error) => self.exec_failed(&name, error).await.map(Launched::Done),
        }
    }

    /// A program takes the shell's place, until it ends with that status.
    async fn replace_with(
        &mut self,
        path: String,
        args: Vec<String>,
        env: Vec<(String, String)>,
    ) -> Result<i32, ExecError> {
        let program = match self.proc.exec(&path, args.clone(), env.clone()) {
            Err(ExecError::Text(_)) => {
                Box::pin(super::start::run_script(self.proc.clone(), self.flavour, path, args, env))
            }
            other => other?,
        };
        self.traps.clear();
        Ok(program.await)
    }

    /// What programs get to see: exported variables, and functions in bash's encoding.
    /// `first` are the names assigned to for this command alone, which come first.
    fn environment(&self, first: &[Rc<str>]) -> Vec<(String, String)> {
        let mut env = self.vars.environment();
        if self.flavour != Flavour::Bash {
            sorted::sort_by_key(&mut env, |(name, _)| vars::ash_bucket(name));
            return env;
        }
        // bash keeps those in a table of four buckets.
        sorted::sort_by_key(&mut env, |(name, _)| match first.iter().any(|n| **n == **name) {
            true => vars::bucket(name) & 3,
            false => 4,
        });
        for (name, function) in self.functions.iter().filter(|(_, f)| f.exported) {
            let text = super::print::function("", &function.body);
            let body = text.trim_start().trim_end_matches('\n').replacen("() \n{ \n   ", "() { ", 1);
            env.push((format!("BASH_FUNC_{name}%%"), body));
        }
        env
    }

    /// bash is replaced by the program, which so is one shell less deep.
    fn lower_shell_level(&self, env: &mut [(String, String)]) {
        if self.flavour != Flavour::Bash || self.subshell > 0 {
            return;
        }
        if let Some((_, level)) = env.iter_mut().find(|(name, _)| name == "SHLVL") {
            *level = (level.parse::<i64>().unwrap_or(1) - 1).to_string();
        }
    }

    fn spawn_for(&self, path: &str, args: Vec<String>, env: Vec<(String, String)>) -> Spawn {
        let mut spawn = self.proc.child(args);
        spawn.path = Some(path.to_owned());
        spawn.env = env;
        spawn.ignored = self.child_ignores();
        spawn.pgid = self.job_control.then_some(0);
        spawn
    }

    /// Says why a program could not be run, and gives the status: 127 where it is not there, otherwise 126.
    pub(super) async fn exec_failed(&mut self, name: &str, error: ExecError) -> Outcome {
        let path = error.path().to_owned();
        let shown = if name.contains('/') { name } else { &path };
        let (text, status) = match (&error, self.flavour) {
            (ExecError::NotFound(_), Flavour::Bash) => (format!("{shown}: No such file or directory"), 127),
            (ExecError::NotFound(_), _) => (format!("{shown}: not found"), 127),
            (ExecError::BadInterpreter { .. }, Flavour::Bash) => {
                (format!("{shown}: cannot execute: required file not found"), 127)
            }
            (ExecError::BadInterpreter { .. }, _) => (format!("{shown}: not found"), 127),
            (ExecError::IsDir(_), Flavour::Bash) => (format!("{shown}: Is a directory"), 126),
            (ExecError::NotExecutable(_), Flavour::Bash) => {
                (format!("{shown}: cannot execute binary file: Exec format error"), 126)
            }
            (error, _) => (format!("{shown}: {}", error.errno()), 126),
        };
        self.complain(&text).await;
        Ok(status)
    }

    /// No such command.
    async fn missing(&mut self, args: Vec<String>) -> Outcome {
        let name = args.first().cloned().unwrap_or_default();
        if let Some(handler) = self.functions.get("command_not_found_handle").cloned() {
            if self.flavour == Flavour::Bash {
                let mut all = vec!["command_not_found_handle".to_owned()];
                all.extend(args);
                return self.call(&handler, all).await;
            }
        }
        let text = match self.flavour {
            Flavour::Bash if self.get("PATH").is_none_or(|p| p.is_empty()) => {
                format!("{name}: No such file or directory")
            }
            Flavour::Bash => format!("{name}: command not found"),
            _ => format!("{name}: not found"),
        };
        self.complain(&text).await;
        Ok(127)
    }

    fn lookup(&mut self, name: &str) -> Lookup {
        if name.contains('/') {
            return Lookup::Found(name.to_owned());
        }
        if name.is_empty() {
            return Lookup::Missing;
        }
        if let Some((path, hits)) = Rc::make_mut(&mut self.hash).get_mut(name) {
            *hits += 1;
            return Lookup::Found(path.clone());
        }
        match self.search(name).into_iter().next() {
            Some(path) => {
                if self.option("hashall") {
                    Rc::make_mut(&mut self.hash).insert(name.to_owned(), (path.clone(), 1));
                }
                Lookup::Found(path)
            }
            None => self.search_any(name).map_or(Lookup::Missing, Lookup::Forbidden),
        }
    }

    /// All files of that name on `PATH` that may be executed.
    pub(super) fn search(&self, name: &str) -> Vec<String> {
        self.candidates(name).into_iter().filter(|path| self.is_executable(path)).collect()
    }

    fn search_any(&self, name: &str) -> Option<String> {
        let is_file =
            |path: &String| self.proc.fs(|vfs, who| vfs.stat(who, path)).is_ok_and(|stat| stat.kind == FileKind::File);
        self.candidates(name).into_iter().find(is_file)
    }

    fn candidates(&self, name: &str) -> Vec<String> {
        let path = self.text("PATH");
        let file = |dir: &str| match dir {
            "" => format!("./{name}"),
            dir => format!("{}/{name}", dir.trim_end_matches('/')),
        };
        if path.is_empty() {
            return Vec::new();
        }
        path.split(':').map(file).collect()
    }

    /// Whether a regular file may be executed.
    pub fn is_executable(&self, path: &str) -> bool {
        self.proc.fs(|vfs, who| {
            vfs.stat(who, path).is_ok_and(|stat| stat.kind == FileKind::File && stat.mode & 0o111 != 0)
                && vfs.access(who, path, 1).is_ok()
        })
    }

    /// `exec`: the redirections stay; the program takes the shell's place.
    pub(super) async fn exec_builtin(
        &mut self,
        assigns: &[Assign],
        redirects: &[Redirect],
        args: Vec<String>,
    ) -> Outcome {
        match self.redirect(redirects).await {
            Ok(_) => {}
            Err(Flow::Failed(status)) if self.flavour == Flavour::Bash || self.interactive => return Ok(status),
            Err(Flow::Failed(status)) => return Err(Flow::Exit(status)),
            Err(flow) => return Err(flow),
        }
        for assign in assigns {
            self.assignment(assign).await?;
            self.vars.entry(&assign.name).flags |= vars::EXPORT;
        }
        let mut rest = args.into_iter().skip(1).peekable();
        let (mut name_as, mut login, mut clean) = (None, false, false);
        while let Some(option) = rest.next_if(|arg| arg.starts_with('-') && arg.len() > 1) {
            match option.as_str() {
                "--" => break,
                "-a" => name_as = rest.next(),
                "-l" => login = true,
                "-c" => clean = true,
                other => {
                    let text = format!("exec: {other}: invalid option");
                    self.complain(&text).await;
                    self.write(2, "exec: usage: exec [-cl] [-a name] [command [argument ...]] [redirection ...]\n")
                        .await;
                    return Ok(2);
                }
            }
        }
        let mut args: Vec<String> = rest.collect();
        let Some(name) = args.first().cloned() else { return Ok(0) };
        let found = match self.lookup(&name) {
            Lookup::Found(path) => Ok(path),
            Lookup::Forbidden(path) => Err(ExecError::Permission(path)),
            Lookup::Missing => Err(ExecError::NotFound(name.clone())),
        };
        if let (Some(argv0), Some(new)) = (args.first_mut(), name_as) {
            *argv0 = new;
        }
        if let (Some(argv0), true) = (args.first_mut(), login) {
            argv0.insert(0, '-');
        }
        let mut env = if clean { Vec::new() } else { self.environment(&[]) };
        self.lower_shell_level(&mut env);
        let error = match found {
            Ok(path) => {
                env.push(("_".to_owned(), path.clone()));
                self.before_exec().await;
                match self.replace_with(path, args, env).await {
                    Ok(status) => return Err(Flow::Exit(status)),
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        let missing = matches!(error, ExecError::NotFound(_));
        let status = if self.flavour == Flavour::Bash && (!missing || name.contains('/')) {
            self.exec_failed(&name, error).await?
        } else {
            self.complain(&format!("exec: {name}: not found")).await;
            if missing {
                127
            } else {
                126
            }
        };
        if self.interactive {
            Ok(status)
        } else {
            Err(Flow::Exit(status))
        }
    }

    /// A shell with a prompt that becomes a program: its signals go back to what they were.
    async fn before_exec(&mut self) {
        for signal in super::start::SHELL_SIGNALS {
            if self.interactive {
                self.proc.on_signal(signal, crate::kernel::Disposition::Default);
            }
        }
    }
}
