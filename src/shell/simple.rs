//! Simple commands: what their name is, a function, a builtin or a program, and how the first two are called. Programs
//! start in [`super::launch`].

use super::ast::{Assign, Item, Kind, List, Redirect, Word};
use super::builtins;
use super::escape::shell_quoted;
use super::lexer::Flavour;
use super::state::{boxed, Flow, Frame, Function, Outcome, Shell};
use crate::kernel::LocalBoxFuture;
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

    pub(super) async fn trace_prefix(&mut self) -> Result<String, Flow> {
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
        let assigned =
            if scoped { boxed(self.assign_scoped(assigns)).await } else { boxed(self.assign_all(assigns)).await };
        let result = match assigned {
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
