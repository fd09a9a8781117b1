//! Runs a parsed template over a value, after `text/template/exec.go` of Go 1.19. Errors carry the node that
//! was last looked at, as Go's do.

use super::ast::{command_text, Arg, Defs, Node, Pipe, Pos};
use super::funcs::{Function, Type, FUNCTIONS};
use super::value::Value;

/// What a missing key of a map is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MissingKey {
    /// `<no value>`
    NoValue,
    /// An error, as `docker inspect` wants it of raw JSON.
    Error,
}

/// How functions behave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Functions {
    /// As they are.
    Real,
    /// A table's heading: the text functions leave the heading's word alone.
    Heading,
}

pub(super) struct Exec<'a> {
    pub name: &'a str,
    pub text: &'a str,
    pub defs: &'a Defs,
    pub missing: MissingKey,
    pub functions: Functions,
    pub vars: Vec<(String, Value)>,
    pub at: (Pos, String),
    pub depth: usize,
}

type Done<T> = Result<T, String>;

enum Flow {
    Next,
    Break,
    Continue,
}

impl Exec<'_> {
    fn fail<T>(&self, message: &str) -> Done<T> {
        let (pos, context) = &self.at;
        let before = self.text.get(..*pos).unwrap_or("");
        let line = 1 + before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let name = self.name;
        Err(format!("template: {name}:{line}:{column}: executing {name:?} at <{context}>: {message}"))
    }

    fn look_at(&mut self, arg: &Arg) {
        self.at = (arg.pos(), arg.text());
    }

    pub(super) fn run(&mut self, nodes: &[Node], dot: &Value, out: &mut String) -> Done<()> {
        self.list(nodes, dot, out).map(|_| ())
    }

    fn list(&mut self, nodes: &[Node], dot: &Value, out: &mut String) -> Done<Flow> {
        for node in nodes {
            match self.node(node, dot, out)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &Node, dot: &Value, out: &mut String) -> Done<Flow> {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.decl.is_empty() {
                    self.print(&value, out)?;
                }
            }
            Node::Branch(with, pipe, body, otherwise) => {
                let vars = self.vars.len();
                let value = self.pipe(pipe, dot)?;
                let flow = if value.is_true() {
                    self.list(body, if *with { &value } else { dot }, out)?
                } else {
                    self.list(otherwise, dot, out)?
                };
                self.vars.truncate(vars);
                return Ok(flow);
            }
            Node::Range(pipe, body, otherwise) => self.range(pipe, body, otherwise, dot, out)?,
            Node::Template(pos, name, pipe) => self.template(*pos, name, pipe, dot, out)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, value: &Value, out: &mut String) -> Done<()> {
        if matches!(value, Value::Lookup(_) | Value::HeaderLookup) {
            return self.fail(&format!("can't print {} of type {}", self.at.1, value.type_name()));
        }
        out.push_str(&value.print());
        Ok(())
    }

    fn range(&mut self, pipe: &Pipe, body: &[Node], otherwise: &[Node], dot: &Value, out: &mut String) -> Done<()> {
        let vars = self.vars.len();
        let value = self.pipe(pipe, dot)?;
        let items: Vec<(Value, Value)> = match &value {
            Value::List(items) => items.iter().enumerate().map(|(i, v)| (Value::Int(i as i64), v.clone())).collect(),
            Value::Map(fields) => fields.iter().map(|(k, v)| (Value::Str(k.clone()), v.clone())).collect(),
            Value::Nil | Value::Missing | Value::NilList | Value::NilMap => Vec::new(),
            other => return self.fail(&format!("range can't iterate over {}", other.print())),
        };
        if items.is_empty() {
            self.list(otherwise, dot, out)?;
        }
        // The pipe itself declared its variables with the whole value; each turn sets them anew.
        let inner = self.vars.len();
        for (key, item) in items {
            match pipe.decl.as_slice() {
                [value] => self.set(value, item.clone(), pipe.assign),
                [index, value] => {
                    self.set(index, key, pipe.assign);
                    self.set(value, item.clone(), pipe.assign);
                }
                _ => {}
            }
            let flow = self.list(body, &item, out)?;
            self.vars.truncate(inner);
            if matches!(flow, Flow::Break) {
                break;
            }
        }
        self.vars.truncate(vars);
        Ok(())
    }

    fn set(&mut self, name: &str, value: Value, assign: bool) {
        match self.vars.iter_mut().rev().find(|(known, _)| assign && known == name) {
            Some(slot) => slot.1 = value,
            None => self.vars.push((name.to_owned(), value)),
        }
    }

    fn template(&mut self, pos: Pos, name: &str, pipe: &Pipe, dot: &Value, out: &mut String) -> Done<()> {
        let argument = if pipe.commands.is_empty() { String::new() } else { format!(" {}", pipe.text()) };
        self.at = (pos, format!("{{{{template {name:?}{argument}}}}}"));
        let Some((_, nodes)) = self.defs.iter().rev().find(|(known, _)| known == name) else {
            return self.fail(&format!("template {name:?} not defined"));
        };
        if self.depth > 500 {
            return self.fail("exceeded maximum template depth (500)");
        }
        let value = if pipe.commands.is_empty() { Value::Missing } else { self.pipe(pipe, dot)? };
        let vars = std::mem::replace(&mut self.vars, vec![("$".to_owned(), value.clone())]);
        self.depth += 1;
        self.list(nodes, &value, out)?;
        self.depth -= 1;
        self.vars = vars;
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Done<Value> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        let value = value.unwrap_or(Value::Missing);
        for name in &pipe.decl {
            self.set(name, value.clone(), pipe.assign);
        }
        Ok(value)
    }

    fn command(&mut self, command: &[Arg], dot: &Value, last: Option<Value>) -> Done<Value> {
        let Some((first, args)) = command.split_first() else { return Ok(Value::Missing) };
        match first {
            Arg::Field(..) | Arg::Variable(..) | Arg::Chain(..) => self.fields(first, args, dot, last),
            Arg::Function(pos, name) => {
                self.look_at(first);
                match FUNCTIONS.iter().find(|f| f.name == name) {
                    Some(function) => self.call(function, *pos, command, args, dot, last),
                    None => self.fail(&format!("{name:?} is not a defined function")),
                }
            }
            _ => {
                self.look_at(first);
                if !args.is_empty() || last.is_some() {
                    return self.fail(&format!("can't give argument to non-function {}", first.text()));
                }
                match first {
                    Arg::Nil(_) => self.fail("nil is not a command"),
                    _ => self.constant(first, dot),
                }
            }
        }
    }

    fn constant(&mut self, arg: &Arg, dot: &Value) -> Done<Value> {
        Ok(match arg {
            Arg::Dot(_) => dot.clone(),
            Arg::Nil(_) => Value::Nil,
            Arg::Bool(_, b) => Value::Bool(*b),
            Arg::Number(_, text) => super::value::number(text).unwrap_or(Value::Int(0)),
            Arg::Str(_, _, meant) => meant.as_str().into(),
            Arg::Pipe(_, pipe) => self.pipe(pipe, dot)?,
            Arg::Function(..) | Arg::Field(..) | Arg::Variable(..) | Arg::Chain(..) => {
                return self.command(std::slice::from_ref(arg), dot, None)
            }
        })
    }

    /// A chain of fields from the dot, a variable or a parenthesis.
    fn fields(&mut self, arg: &Arg, args: &[Arg], dot: &Value, last: Option<Value>) -> Done<Value> {
        self.look_at(arg);
        let (mut value, names) = match arg {
            Arg::Field(_, names) => (dot.clone(), names.as_slice()),
            Arg::Variable(_, names) => {
                let (name, fields) = names.split_first().map_or(("$", [].as_slice()), |(n, f)| (n.as_str(), f));
                let known = self.vars.iter().rev().find(|(known, _)| known == name);
                let value = known.map_or(Value::Missing, |(_, v)| v.clone());
                if fields.is_empty() && (!args.is_empty() || last.is_some()) {
                    return self.fail(&format!("can't give argument to non-function {}", arg.text()));
                }
                (value, fields)
            }
            Arg::Chain(_, inner, names) => {
                if matches!(**inner, Arg::Nil(_)) {
                    return self.fail(&format!("indirection through explicit nil in {}", arg.text()));
                }
                let value = self.constant(inner, dot)?;
                self.look_at(arg);
                (value, names.as_slice())
            }
            _ => (dot.clone(), [].as_slice()),
        };
        for (i, name) in names.iter().enumerate() {
            let (args, last) = if i + 1 == names.len() { (args, last.clone()) } else { (Default::default(), None) };
            value = self.field(&value, name, args, dot, last)?;
            self.look_at(arg);
        }
        Ok(value)
    }

    fn field(&mut self, value: &Value, name: &str, args: &[Arg], dot: &Value, last: Option<Value>) -> Done<Value> {
        let has_args = !args.is_empty() || last.is_some();
        match value {
            Value::Missing if self.missing == MissingKey::Error => {
                self.fail(&format!("nil data; no entry for key {name:?}"))
            }
            Value::Missing => Ok(Value::Missing),
            Value::Nil => self.fail(&format!("nil pointer evaluating interface {{}}.{name}")),
            Value::Struct(type_name, _) => match value.get(name) {
                Some(Value::Lookup(labels)) => self.label(name, args, dot, last, |key| {
                    labels.iter().find(|(k, _)| &**k == key).map_or("".into(), |(_, v)| v.clone())
                }),
                Some(Value::HeaderLookup) => self.label(name, args, dot, last, heading_of_label),
                Some(_) if has_args => self.fail(&format!(
                    "wrong number of args for {name}: want 0 got {}",
                    args.len() + usize::from(last.is_some())
                )),
                Some(found) => Ok(found.clone()),
                None => self.fail(&format!("can't evaluate field {name} in type {type_name}")),
            },
            Value::NilMap if !has_args && self.missing == MissingKey::NoValue => Ok(Value::Missing),
            Value::Map(_) if has_args => self.fail(&format!("{name} is not a method but has arguments")),
            Value::Map(_) => match value.get(name) {
                Some(found) => Ok(found.clone()),
                None if self.missing == MissingKey::Error => self.fail(&format!("map has no entry for key {name:?}")),
                None => Ok(Value::Missing),
            },
            other => {
                let type_name =
                    if self.missing == MissingKey::Error { "interface {}".to_owned() } else { other.type_name() };
                self.fail(&format!("can't evaluate field {name} in type {type_name}"))
            }
        }
    }

    fn label(
        &mut self,
        name: &str,
        args: &[Arg],
        dot: &Value,
        last: Option<Value>,
        find: impl Fn(&str) -> Value,
    ) -> Done<Value> {
        let mut values = Vec::new();
        for arg in args {
            values.push(self.argument(arg, Type::Str, dot)?);
        }
        values.extend(last);
        match values.as_slice() {
            [Value::Str(key)] => Ok(find(key)),
            other => self.fail(&format!("wrong number of args for {name}: want 1 got {}", other.len())),
        }
    }

    fn call(
        &mut self,
        function: &Function,
        pos: Pos,
        command: &[Arg],
        args: &[Arg],
        dot: &Value,
        last: Option<Value>,
    ) -> Done<Value> {
        let (name, params) = (function.name, function.params);
        let given = args.len() + usize::from(last.is_some());
        let least = if function.variadic { params.len() - 1 } else { params.len() };
        if function.variadic && given < least {
            return self.fail(&format!("wrong number of args for {name}: want at least {least} got {given}"));
        }
        if !function.variadic && given != least {
            return self.fail(&format!("wrong number of args for {name}: want {least} got {given}"));
        }
        let kind = |i: usize| params.get(i.min(params.len() - 1)).copied().unwrap_or(Type::Any);
        let mut values = Vec::with_capacity(given);
        for (i, arg) in args.iter().enumerate() {
            let value = self.argument(arg, kind(i), dot)?;
            // `and` and `or` stop where the answer is known.
            let decided = (name == "and" && !value.is_true()) || (name == "or" && value.is_true());
            values.push(value);
            if decided {
                return Ok(values.pop().unwrap_or(Value::Missing));
            }
        }
        if let Some(last) = last {
            let kind = kind(values.len());
            values.push(self.checked(last, kind)?);
        }
        if self.functions == Functions::Heading
            && matches!(name, "json" | "title" | "lower" | "upper" | "truncate" | "split" | "join" | "pad")
        {
            let word = values.into_iter().next().unwrap_or(Value::Missing);
            return Ok(if matches!(word, Value::Str(_)) { word } else { "".into() });
        }
        let result = (function.body)(&values);
        result.or_else(|message| {
            self.at = (pos, command_text(command));
            self.fail(&format!("error calling {name}: {message}"))
        })
    }

    fn argument(&mut self, arg: &Arg, kind: Type, dot: &Value) -> Done<Value> {
        self.look_at(arg);
        let literal = matches!(arg, Arg::Bool(..) | Arg::Number(..) | Arg::Str(..));
        let value = self.constant(arg, dot)?;
        if literal {
            // A literal of another type is told by its text.
            let wanted = match (kind, &value) {
                (Type::Str, Value::Str(_)) | (Type::Int, Value::Int(_)) | (Type::Any, _) => return Ok(value),
                (Type::Int, _) => "integer",
                (Type::Str, _) => "string",
                (Type::Strings, _) => {
                    return self.fail(&format!("can't handle {} for arg of type []string", arg.text()))
                }
            };
            return self.fail(&format!("expected {wanted}; found {}", arg.text()));
        }
        self.checked(value, kind)
    }

    fn checked(&mut self, value: Value, kind: Type) -> Done<Value> {
        let fits = match (kind, &value) {
            (Type::Any, _) => true,
            (_, Value::Missing) => return self.fail(&format!("invalid value; expected {}", kind.name())),
            (Type::Str, Value::Str(_)) | (Type::Int, Value::Int(_)) => true,
            (Type::Strings, Value::List(_)) => value.type_name() == kind.name(),
            (Type::Strings, Value::NilList) => true,
            _ => false,
        };
        if !fits {
            let got = value.type_name();
            return self.fail(&format!("wrong type for value; expected {}; got {got}", kind.name()));
        }
        // Raw JSON's slices are of interfaces, whatever is in them.
        if kind == Type::Strings && self.missing == MissingKey::Error {
            return self.fail("wrong type for value; expected []string; got []interface {}");
        }
        Ok(value)
    }
}

/// Docker's heading of a label's column: its last part, in words.
fn heading_of_label(label: &str) -> Value {
    label.rsplit('.').next().unwrap_or("").replace(['-', '_'], " ").into()
}
