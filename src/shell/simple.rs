//! Simple commands: assignments, the choice between function, builtin and program, and starting a program.

use super::ast::{Assign, Item, Kind, List, Part, Redirect, Word};
use super::builtins;
use super::escape::shell_quoted;
use super::lexer::Flavour;
use super::state::{boxed, Flow, Frame, Function, Outcome, Shell};
use super::vars::{self, Value, Var};
use crate::kernel::{Child, ExecError, FileKind, LocalBoxFuture, Spawn};
use crate::sorted::{self, VecMap};
use std::rc::Rc;

/// Builtins that take assignments as arguments.
const DECLARERS: [&str; 5] = ["declare", "typeset", "local", "export", "readonly"];

/// A list that is nothing but one simple command: its process may become the program.
pub(super) fn is_single(list: &List) -> bool {
    let [Item { pipelines, background: false }] = list.as_slice() else { return false };
    let [(_, pipeline)] = pipelines.as_slice() else { return false };
    let [command] = pipeline.commands.as_slice() else { return false };
    matches!(command.kind, Kind::Simple(..)) && !pipeline.negated && pipeline.timed.is_none()
}

/// What a command's name leads to on `PATH`.
enum Lookup {
    Found(String),
    Forbidden(String),
    Missing,
}

impl Shell {
    pub(super) async fn simple(&mut self, assigns: &[Assign], words: &[Word], redirects: &[Redirect]) -> Outcome {
        let replaceable = std::mem::take(&mut self.replaceable);
        let substitutions = self.open_substitutions.len();
        self.substituted = None;
        let result = self.simple_inner(assigns, words, redirects, replaceable).await;
        self.close_substitutions(substitutions);
        result
    }

    async fn simple_inner(
        &mut self,
        assigns: &[Assign],
        words: &[Word],
        redirects: &[Redirect],
        replaceable: bool,
    ) -> Outcome {
        let declarer = words.first().is_some_and(|w| DECLARERS.contains(&&*w.raw))
            && (self.flavour == Flavour::Bash
                || words.first().is_some_and(|w| matches!(&*w.raw, "export" | "readonly" | "local")));
        let args = if declarer {
            // The words that are assignments are not split: the builtin expands them itself.
            words.first().map(|w| vec![w.raw.to_string()]).unwrap_or_default()
        } else {
            boxed(self.expand_words(words)).await?
        };
        if !self.traps.is_empty() {
            let raws: Vec<&str> = assigns.iter().map(|a| &*a.raw).chain(words.iter().map(|w| &*w.raw)).collect();
            self.vars.set("BASH_COMMAND", &raws.join(" "));
        }
        if self.traps.contains_key("DEBUG") {
            boxed(self.run_trap("DEBUG")).await?;
        }
        let Some(name) = args.first().cloned() else { return boxed(self.assign_only(assigns, redirects)).await };
        if let Some(last) = args.last() {
            if !declarer {
                self.last_arg = last.as_str().into();
            }
        }
        if self.option("xtrace") && !declarer {
            boxed(self.trace(assigns, &args)).await?;
        }
        let special = self.flavour != Flavour::Bash && builtins::is_special(&name);
        if !special {
            if let Some(function) = self.functions.get(name.as_str()).cloned() {
                return self.with_redirects(assigns, redirects, Action::Function(function, args)).await;
            }
        }
        if let Some(builtin) = builtins::find(&name, self.flavour) {
            if name == "exec" {
                return boxed(self.exec_builtin(assigns, redirects, args)).await;
            }
            let declared = if declarer { words.get(1..).unwrap_or_default() } else { &[] };
            let result = self.with_redirects(assigns, redirects, Action::Builtin(builtin, args, declared)).await;
            return match result {
                // In the other shells an error of a special builtin is the end of a script.
                Err(Flow::Failed(status)) if special && !self.interactive => Err(Flow::Exit(status)),
                Err(Flow::Failed(status)) => Ok(status),
                other => other,
            };
        }
        let raws: Vec<&str> = assigns.iter().map(|a| &*a.raw).chain(words.iter().map(|w| &*w.raw)).collect();
        boxed(self.external(assigns, redirects, args, raws.join(" "), replaceable)).await
    }

    /// Assignments without a command.
    async fn assign_only(&mut self, assigns: &[Assign], redirects: &[Redirect]) -> Outcome {
        let saved = match self.redirect(redirects).await {
            Ok(saved) => saved,
            Err(Flow::Failed(status)) => return Ok(status),
            Err(flow) => return Err(flow),
        };
        let mut result = Ok(0);
        for assign in assigns {
            if let Err(flow) = self.assignment(assign).await {
                result = Err(flow);
                break;
            }
        }
        self.restore(saved);
        result?;
        Ok(self.substituted.unwrap_or(0))
    }

    /// One assignment, as a command of its own.
    pub(super) async fn assignment(&mut self, assign: &Assign) -> Result<(), Flow> {
        let result = self.assign_word(assign).await?;
        if let Err(error) = result {
            self.complain(&error).await;
            return Err(match self.flavour {
                Flavour::Bash => Flow::Discard(1),
                _ => self.fatal(2),
            });
        }
        Ok(())
    }

    /// Expands and assigns; the inner error is the complaint.
    pub(super) async fn assign_word(&mut self, assign: &Assign) -> Result<Result<(), String>, Flow> {
        if let Some(Part::Array(elements)) = assign.value.parts.first() {
            self.trace_line(&assign.raw).await?;
            return self.assign_array(assign, elements).await;
        }
        let value = self.expand_value(&assign.value).await?;
        let result = match &assign.subscript {
            Some(subscript) => {
                let subscript = self.expand_text(subscript).await?;
                self.assign_element(&assign.name, &subscript, &value, assign.append)
            }
            None => self.assign(&assign.name, &value, assign.append),
        };
        if result.is_ok() && self.option("xtrace") {
            let sign = if assign.append { "+=" } else { "=" };
            let line = format!("{}{}{sign}{}\n", self.trace_prefix().await?, assign.name, shell_quoted(&value));
            self.write(2, &line).await;
        }
        Ok(result)
    }

    async fn assign_array(
        &mut self,
        assign: &Assign,
        elements: &[(Option<Word>, Word)],
    ) -> Result<Result<(), String>, Flow> {
        let name = self.resolve(&assign.name);
        if let Err(error) = self.check_writable(&name) {
            return Ok(Err(error));
        }
        let is_assoc = self.vars.get(&name).is_some_and(|var| matches!(var.value, Value::Assoc(_)));
        let mut items: Vec<(Option<String>, String)> = Vec::new();
        for (subscript, word) in elements {
            match subscript {
                Some(subscript) => {
                    let key = self.expand_text(subscript).await?;
                    let value = self.expand_value(word).await?;
                    items.push((Some(key), value));
                }
                None => {
                    let values = self.expand_words(std::slice::from_ref(word)).await?;
                    items.extend(values.into_iter().map(|value| (None, value)));
                }
            }
        }
        let var = self.vars.entry(&name);
        if !assign.append || matches!(var.value, Value::Unset) {
            var.value = if is_assoc { Value::Assoc(Rc::default()) } else { Value::Array(Rc::default()) };
        }
        let mut next = match &var.value {
            Value::Array(old) => old.keys().next_back().map_or(0, |k| k + 1),
            Value::Str(_) => 1,
            _ => 0,
        };
        let mut pending: Option<String> = None;
        for (key, value) in items {
            let key = match key {
                Some(key) => key,
                None if is_assoc => match pending.take() {
                    // `(key value key value)`
                    Some(key) => key,
                    None => {
                        pending = Some(value);
                        continue;
                    }
                },
                None => next.to_string(),
            };
            if let Err(error) = self.assign_element(&name, &key, &value, false) {
                return Ok(Err(error));
            }
            if !is_assoc {
                next = self.element_key(&name, &key, true).ok().and_then(|k| k.parse::<i64>().ok()).unwrap_or(next) + 1;
            }
        }
        if let Some(key) = pending {
            return Ok(self.assign_element(&name, &key, "", false));
        }
        Ok(Ok(()))
    }

    /// Makes a variable an indexed array of these.
    pub fn set_array(&mut self, name: &str, items: Vec<Rc<str>>) {
        let items: VecMap<i64, Rc<str>> = items.into_iter().enumerate().map(|(i, v)| (i as i64, v)).collect();
        let var = self.vars.entry(name);
        var.value = Value::Array(Rc::new(items));
    }

    async fn trace_prefix(&mut self) -> Result<String, Flow> {
        let ps4 = self.get("PS4").unwrap_or_else(|| "+ ".into());
        let mut text = self.expand_prompt(&ps4).await;
        if self.flavour == Flavour::Bash {
            if let Some(first) = text.chars().next() {
                text.insert_str(0, &first.to_string().repeat(self.substitutions as usize));
            }
        }
        Ok(text)
    }

    /// A line of `set -x`, where that is on.
    pub(super) async fn trace_line(&mut self, text: &str) -> Result<(), Flow> {
        if self.option("xtrace") && self.flavour == Flavour::Bash {
            let line = format!("{}{text}\n", self.trace_prefix().await?);
            self.write(2, &line).await;
        }
        Ok(())
    }

    async fn trace(&mut self, assigns: &[Assign], args: &[String]) -> Result<(), Flow> {
        let prefix = self.trace_prefix().await?;
        let quote = |arg: &String| if self.flavour == Flavour::Dash { arg.clone() } else { shell_quoted(arg) };
        let words: Vec<String> = args.iter().map(quote).collect();
        let mut out = String::new();
        for assign in assigns {
            out.push_str(&format!("{prefix}{}\n", assign.raw));
        }
        out.push_str(&format!("{prefix}{}\n", words.join(" ")));
        self.write(2, &out).await;
        Ok(())
    }

    async fn with_redirects(&mut self, assigns: &[Assign], redirects: &[Redirect], action: Action<'_>) -> Outcome {
        let saved = match boxed(self.redirect(redirects)).await {
            Ok(saved) => saved,
            Err(Flow::Failed(status)) => return Err(Flow::Failed(status)).or_else(|f| failed_redirect(f, &action)),
            Err(flow) => return Err(flow),
        };
        let keeps = self.flavour != Flavour::Bash
            && matches!(&action, Action::Builtin(_, args, _) if args.first().is_some_and(|n| builtins::is_special(n)));
        let scoped = !assigns.is_empty() && !keeps;
        if scoped {
            self.vars.push_scope();
        }
        let mut result = Ok(());
        for assign in assigns {
            if scoped {
                self.vars.localize(&assign.name, true);
            }
            result = boxed(self.assignment(assign)).await;
            if result.is_err() {
                break;
            }
            if scoped {
                self.vars.entry(&assign.name).flags |= vars::EXPORT;
            }
        }
        let result = match result {
            Ok(()) => match action {
                Action::Function(function, args) => self.call(&function, args).await,
                Action::Builtin(builtin, args, words) => boxed(builtin.run(self, &args, words)).await,
            },
            Err(flow) => Err(flow),
        };
        if scoped {
            self.leave_scope();
        }
        self.restore(saved);
        result
    }

    fn leave_scope(&mut self) {
        for name in self.vars.pop_scope() {
            let value = self.vars.get(&name).and_then(Var::scalar);
            if &*name != "OPTIND" {
                self.after_change(&name, value.as_deref());
            }
        }
    }

    /// Calls a function.
    pub(super) async fn call(&mut self, function: &Function, args: Vec<String>) -> Outcome {
        let mut args = args.into_iter().map(Rc::from);
        let name: Rc<str> = args.next().unwrap_or_default();
        let params = std::mem::replace(&mut self.params, args.collect());
        let loops = std::mem::take(&mut self.loops);
        self.frames.push(Frame { name, source: function.source.clone(), called_at: self.line });
        self.vars.push_scope();
        let hidden = self.hide_traps();
        self.proc.yield_now().await;
        let result = if self.is_deep() {
            let body = function.body.clone();
            let rest = move |mut shell: Shell| -> LocalBoxFuture<'static, _> {
                Box::pin(async move {
                    let outcome = shell.run_command(&body).await;
                    (shell, outcome)
                })
            };
            boxed(self.hop(Box::new(rest))).await
        } else {
            self.run_command(&function.body).await
        };
        if self.traps.contains_key("RETURN") {
            boxed(self.run_trap("RETURN")).await?;
        }
        for (name, action) in hidden {
            self.traps.entry(name).or_insert(action);
        }
        self.leave_scope();
        let line = self.frames.pop().map_or(self.line, |frame| frame.called_at);
        self.line = line;
        self.loops = loops;
        self.params = params;
        match result {
            Err(Flow::Return(status)) => Ok(status),
            other => other,
        }
    }

    /// Traps that functions do not inherit, taken out until the function is over.
    fn hide_traps(&mut self) -> Vec<(String, Rc<str>)> {
        let mut hidden = Vec::new();
        if self.traps.is_empty() {
            return hidden;
        }
        for (name, option) in [("ERR", "errtrace"), ("DEBUG", "functrace"), ("RETURN", "functrace")] {
            if !self.option(option) {
                hidden.extend(self.traps.remove_entry(name));
            }
        }
        hidden
    }

    async fn external(
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
            self.vars.push_scope();
            let mut result = Ok(());
            for assign in assigns {
                self.vars.localize(&assign.name, true);
                result = self.assignment(assign).await;
                if result.is_err() {
                    break;
                }
                self.vars.entry(&assign.name).flags |= vars::EXPORT;
            }
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
            match self.proc.exec(&path, args.clone(), env.clone()) {
                Ok(program) => {
                    let status = program.await;
                    return Err(Flow::Exit(status));
                }
                Err(ExecError::Text(_)) => {
                    let status = super::start::run_script(self.proc.clone(), self.flavour, path, args, env).await;
                    return Err(Flow::Exit(status));
                }
                Err(error) => return self.exec_failed(&name, error).await.map(Launched::Done),
            }
        }
        match self.proc.spawn(self.spawn_for(&path, args.clone(), env.clone())) {
            Ok(child) => Ok(Launched::Child(child)),
            Err(ExecError::Text(_)) => {
                let flavour = self.flavour;
                let mut spawn = self.spawn_for(&path, args.clone(), env.clone());
                spawn.program =
                    Some(Box::new(move |proc| Box::pin(super::start::run_script(proc, flavour, path, args, env))));
                match self.proc.spawn(spawn) {
                    Ok(child) => Ok(Launched::Child(child)),
                    Err(error) => self.exec_failed(&name, error).await.map(Launched::Done),
                }
            }
            Err(error) => self.exec_failed(&name, error).await.map(Launched::Done),
        }
    }

    /// What programs get to see: exported variables, and functions in bash's encoding.
    /// `first` are the names assigned to for this command alone, which come first.
    fn environment(&self, first: &[Rc<str>]) -> Vec<(String, String)> {
        let mut env = self.vars.environment();
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
    async fn exec_builtin(&mut self, assigns: &[Assign], redirects: &[Redirect], args: Vec<String>) -> Outcome {
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
                match self.proc.exec(&path, args.clone(), env.clone()) {
                    Ok(program) => {
                        self.traps.clear();
                        return Err(Flow::Exit(program.await));
                    }
                    Err(ExecError::Text(_)) => {
                        let program = super::start::run_script(self.proc.clone(), self.flavour, path, args, env);
                        self.traps.clear();
                        return Err(Flow::Exit(program.await));
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        let status = match (&error, self.flavour) {
            (ExecError::NotFound(_), Flavour::Bash) if !name.contains('/') => {
                self.complain(&format!("exec: {name}: not found")).await;
                127
            }
            (ExecError::NotFound(_), Flavour::Bash) | (_, Flavour::Bash) => {
                let status = self.exec_failed(&name, error).await?;
                status
            }
            (error, _) => {
                let status = if matches!(error, ExecError::NotFound(_)) { 127 } else { 126 };
                self.complain(&format!("exec: {name}: not found")).await;
                status
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

/// What a command without a process of its own is.
enum Action<'a> {
    Function(Function, Vec<String>),
    Builtin(builtins::Builtin, Vec<String>, &'a [Word]),
}

/// A function or builtin whose redirection failed just fails.
fn failed_redirect(flow: Flow, action: &Action<'_>) -> Outcome {
    match (flow, action) {
        (Flow::Failed(status), Action::Function(..)) => Ok(status),
        (flow, _) => Err(flow),
    }
}

enum Launched {
    Done(i32),
    Child(Child),
}

impl Shell {
    /// Runs a program whose arguments are expanded already (`command ls`).
    pub(super) async fn run_external(&mut self, args: Vec<String>) -> Outcome {
        let text = args.join(" ");
        self.external(&[], &[], args, text, false).await
    }
}
