//! Assignments: what is written, and what a variable makes of it. What variables are is in [`super::vars`].

use super::ast::{Assign, Part, Redirect, Word};
use super::escape::shell_quoted;
use super::lexer::Flavour;
use super::state::{Flow, Outcome, Shell, LARGEST};
use super::vars::{self, Value, Var};
use crate::ambient::Ids;
use crate::sorted::VecMap;
use std::rc::Rc;

impl Shell {
    /// Assignments without a command.
    pub(super) async fn assign_only(&mut self, assigns: &[Assign], redirects: &[Redirect]) -> Outcome {
        let saved = match self.redirect(redirects).await {
            Ok(saved) => saved,
            Err(Flow::Failed(status)) => return Ok(status),
            Err(flow) => return Err(flow),
        };
        let result = self.assign_all(assigns).await;
        self.restore(saved);
        result?;
        Ok(self.substituted.unwrap_or(0))
    }

    /// The assignments before a command, for it alone to see, in a scope that is to be left after it.
    pub(super) async fn assign_scoped(&mut self, assigns: &[Assign]) -> Result<(), Flow> {
        self.vars.push_scope();
        for assign in assigns {
            self.vars.localize(&assign.name, true);
            self.assignment(assign).await?;
            self.vars.entry(&assign.name).flags |= vars::EXPORT;
        }
        Ok(())
    }

    /// Ends the innermost scope.
    pub(super) fn leave_scope(&mut self) {
        for name in self.vars.pop_scope() {
            let value = self.vars.get(&name).and_then(Var::scalar);
            if &*name != "OPTIND" {
                self.after_change(&name, value.as_deref());
            }
        }
    }

    /// One after another, until one fails.
    pub(super) async fn assign_all(&mut self, assigns: &[Assign]) -> Result<(), Flow> {
        for assign in assigns {
            self.assignment(assign).await?;
        }
        Ok(())
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

    /// Sets a variable as an assignment does. The error is the complaint, without a prefix.
    pub fn assign(&mut self, name: &str, value: &str, append: bool) -> Result<(), String> {
        let name = self.resolve(name);
        // A reference may lead to an element.
        if let Some((array, index)) = name.strip_suffix(']').and_then(|n| n.split_once('[')) {
            return self.assign_element(array, index, value, append);
        }
        let value = self.converted(&name, None, value, append)?;
        if value.len() > LARGEST {
            return Err(format!("xrealloc: cannot allocate {} bytes", value.len()));
        }
        self.check_writable(&name)?;
        if self.vars.get(&name).is_some_and(|var| matches!(var.value, Value::Array(_) | Value::Assoc(_))) {
            return self.put_element(&name, "0", &value);
        }
        let export = self.option("allexport");
        let var = self.vars.entry(&name);
        var.value = Value::Str(value.as_str().into());
        if export {
            var.flags |= vars::EXPORT;
        }
        self.after_change(&name, Some(&value));
        Ok(())
    }

    /// Sets an element; the subscript has been expanded but not evaluated.
    pub fn assign_element(&mut self, name: &str, subscript: &str, value: &str, append: bool) -> Result<(), String> {
        let name = self.resolve(name);
        self.check_writable(&name)?;
        let key = self.element_key(&name, subscript, true)?;
        let value = self.converted(&name, Some(&key), value, append)?;
        self.put_element(&name, &key, &value)
    }

    fn put_element(&mut self, name: &str, key: &str, value: &str) -> Result<(), String> {
        let var = self.vars.entry(name);
        match &mut var.value {
            Value::Assoc(items) => {
                Rc::make_mut(items).insert(key.into(), value.into());
            }
            Value::Array(items) => {
                Rc::make_mut(items).insert(key.parse().unwrap_or(0), value.into());
            }
            other => {
                let mut items = VecMap::new();
                if let Value::Str(text) = other {
                    items.insert(0, text.clone());
                }
                items.insert(key.parse().unwrap_or(0), value.into());
                *other = Value::Array(Rc::new(items));
            }
        }
        Ok(())
    }

    /// The key of an element: evaluated for an indexed array, negative ones counted from the end.
    pub fn element_key(&mut self, name: &str, subscript: &str, writing: bool) -> Result<String, String> {
        if self.vars.get(name).is_some_and(|var| matches!(var.value, Value::Assoc(_))) {
            return Ok(subscript.to_owned());
        }
        let index = super::arith::evaluate(self, subscript)?;
        if index >= 0 {
            return Ok(index.to_string());
        }
        let end = match self.vars.get(name).map(|var| &var.value) {
            Some(Value::Array(items)) => items.keys().next_back().map_or(0, |last| last + 1),
            Some(Value::Str(_)) => 1,
            _ => self.special_array(name).map_or(0, |items| items.len() as i64),
        };
        match index + end {
            at if at >= 0 => Ok(at.to_string()),
            _ if writing => Err(format!("{name}[{subscript}]: bad array subscript")),
            _ => Err(format!("{name}: bad array subscript")),
        }
    }

    fn converted(&mut self, name: &str, key: Option<&str>, value: &str, append: bool) -> Result<String, String> {
        let flags = self.vars.get(name).map_or(0, |var| var.flags);
        let old = match key {
            _ if !append => None,
            Some(key) => self.element(name, key),
            None => self.get(name),
        };
        if flags & vars::INTEGER != 0 {
            let value = super::arith::evaluate(self, value)?;
            let old = match old {
                Some(old) => super::arith::evaluate(self, &old)?,
                None => 0,
            };
            return Ok(value.wrapping_add(old).to_string());
        }
        let mut text = old.map_or_else(String::new, |old| old.to_string());
        text.push_str(value);
        if flags & vars::LOWER != 0 {
            text = text.to_lowercase();
        } else if flags & vars::UPPER != 0 {
            text = text.to_uppercase();
        }
        Ok(text)
    }

    /// The complaint where a variable is read-only.
    pub fn check_writable(&self, name: &str) -> Result<(), String> {
        match self.vars.get(name) {
            Some(var) if var.has(vars::READONLY) => Err(match self.flavour {
                Flavour::Bash => format!("{name}: readonly variable"),
                _ => format!("{name}: is read only"),
            }),
            _ => Ok(()),
        }
    }

    /// What else happens when certain variables change.
    pub fn after_change(&mut self, name: &str, value: Option<&str>) {
        match name {
            "PATH" => self.hash = Rc::default(),
            "OPTIND" => self.getopts_at = 0,
            "SECONDS" => {
                let base = value.and_then(|v| v.parse::<i64>().ok()).unwrap_or(0);
                self.seconds_from = self.proc.now().secs() - base;
            }
            "RANDOM" => {
                if let Some(seed) = value.and_then(|v| v.parse::<u64>().ok()) {
                    self.random = Ids::new(seed);
                }
            }
            "HISTCONTROL" | "HISTSIZE" | "HISTIGNORE" => self.history.configure(
                &self.text("HISTCONTROL"),
                self.get("HISTSIZE").as_deref().and_then(|n| n.trim().parse().ok()),
                &self.text("HISTIGNORE"),
            ),
            _ => {}
        }
    }

    /// Takes a variable away.
    pub fn unset_var(&mut self, name: &str) -> Result<(), String> {
        if self.vars.get(name).is_some_and(|var| var.has(vars::READONLY)) {
            return Err(format!("{name}: cannot unset: readonly variable"));
        }
        if self.vars.is_local(name) {
            *self.vars.entry(name) = Var { value: Value::Unset, flags: 0 };
        } else {
            self.vars.remove(name);
        }
        self.after_change(name, None);
        Ok(())
    }
}
