//! `declare`, `local`, `export`, `readonly` and `unset`.

use super::{bad_option, letters, Out};
use crate::shell::ast::{is_name, Assign, Part, Word};
use crate::shell::escape::{ansi_quoted, shell_quoted, single_quoted};
use crate::shell::expand;
use crate::shell::lexer::Flavour;
use crate::shell::parser::assignment;
use crate::shell::print;
use crate::shell::state::{Flow, Outcome, Shell};
use crate::shell::vars::{self, Value, Var};
use std::rc::Rc;

/// An argument, expanded.
enum Operand {
    Text(String),
    Assign(Assign),
}

/// What the options ask for.
#[derive(Default)]
struct Wanted {
    on: u16,
    off: u16,
    array: bool,
    assoc: bool,
    functions: bool,
    names_only: bool,
    print: bool,
    global: bool,
    unexport: bool,
}

/// In double quotes, as `declare -p` prints values.
fn double_quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control()) {
        return ansi_quoted(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// `([0]="a" [1]="b")`
fn array_text(var: &Var) -> String {
    let assoc = matches!(var.value, Value::Assoc(_));
    let key = |key: &Rc<str>| {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./:".contains(c));
        if plain {
            key.to_string()
        } else {
            double_quoted(key)
        }
    };
    let pairs = var.keys().into_iter().zip(var.elements());
    let items: Vec<String> = pairs.map(|(k, v)| format!("[{}]={}", key(&k), double_quoted(&v))).collect();
    format!("({}{})", items.join(" "), if assoc && !items.is_empty() { " " } else { "" })
}

/// `x='a b'`, as `${x@A}` and `set` write.
pub fn assignment_text(name: &str, var: &Var) -> String {
    match &var.value {
        Value::Unset => name.to_owned(),
        Value::Str(text) => format!("{name}={}", single_quoted(text)),
        _ => format!("{name}={}", array_text(var)),
    }
}

/// A line of `declare -p`.
fn declaration(name: &str, var: &Var) -> String {
    let flags = expand::attribute_letters(var);
    let flags = if flags.is_empty() { "-".to_owned() } else { flags };
    match &var.value {
        Value::Unset => format!("declare -{flags} {name}\n"),
        Value::Str(text) => format!("declare -{flags} {name}={}\n", double_quoted(text)),
        _ => format!("declare -{flags} {name}={}\n", array_text(var)),
    }
}

impl Shell {
    pub(super) async fn declare(&mut self, name: &str, args: &[String], words: &[Word]) -> Outcome {
        let mut out = Out::of(self);
        let result = self.declare_inner(name, words, &mut out).await;
        self.emit(args, out, result).await
    }

    async fn declare_inner(&mut self, name: &str, words: &[Word], out: &mut Out) -> Outcome {
        if name == "local" && !self.frames.iter().any(|f| !matches!(&*f.name, "main" | "source")) {
            out.error(match self.flavour {
                Flavour::Dash => "local: not in a function",
                Flavour::Ash => "local: not in a function",
                Flavour::Bash => "local: can only be used in a function",
            });
            return if self.flavour == Flavour::Bash { Ok(1) } else { Err(self.fatal(2)) };
        }
        let mut wanted = Wanted {
            on: match name {
                "export" => vars::EXPORT,
                "readonly" => vars::READONLY,
                _ => 0,
            },
            ..Wanted::default()
        };
        let mut operands = false;
        let (mut any, mut status) = (false, 0);
        let operand_list = self.declare_operands(words).await?;
        self.trace_declare(name, &operand_list).await?;
        let quiet = name != "export" && name != "readonly" && self.option("xtrace");
        for operand in operand_list {
            let arg = match operand {
                Operand::Text(text) => text,
                Operand::Assign(assign) => {
                    any = true;
                    operands = true;
                    self.prepare(name, &assign.name, &wanted);
                    if quiet {
                        self.set_option("xtrace", false);
                    }
                    let result = self.assign_word(&assign).await;
                    if quiet {
                        self.set_option("xtrace", true);
                    }
                    match result? {
                        Ok(()) => self.apply(&assign.name, &wanted),
                        Err(error) => {
                            out.error(&format!("{name}: {error}"));
                            status = 1;
                        }
                    }
                    continue;
                }
            };
            {
                if !operands
                    && arg.len() > 1
                    && (arg.starts_with('-') || (arg.starts_with('+') && self.flavour == Flavour::Bash))
                {
                    if arg == "--" {
                        operands = true;
                    } else if let Err(option) = wanted.option(&arg, name) {
                        let usage = format!(
                            "{name} [-aAfFgiIlnrtux] [name[=value] ...] or {name} -p [-aAfFilnrtux] [name ...]"
                        );
                        let usage = match name {
                            "export" => "export [-fn] [name[=value] ...] or export -p",
                            "readonly" => "readonly [-aAf] [name[=value] ...] or readonly -p",
                            "local" => "local [option] name[=value] ...",
                            _ => &usage,
                        };
                        return bad_option(out, name, &option, usage);
                    }
                    continue;
                }
                operands = true;
                any = true;
                status = self.declare_word(name, &arg, &wanted, out).max(status);
            }
        }
        if !any {
            self.list_declared(name, &wanted, out);
        }
        Ok(status)
    }

    /// The words expanded: assignments keep their value whole, other words are split.
    async fn declare_operands(&mut self, words: &[Word]) -> Result<Vec<Operand>, Flow> {
        let mut out = Vec::new();
        for word in words {
            let settings = self.plain_settings();
            match assignment(word, self.line, &settings) {
                Some(Ok(mut assign)) => {
                    if !matches!(assign.value.parts.first(), Some(Part::Array(_))) {
                        let value = self.expand_value(&assign.value).await?;
                        assign.value = Word::literal(&value);
                    }
                    out.push(Operand::Assign(assign));
                }
                _ => {
                    let texts = self.expand_words(std::slice::from_ref(word)).await?;
                    out.extend(texts.into_iter().map(Operand::Text));
                }
            }
        }
        Ok(out)
    }

    async fn trace_declare(&mut self, name: &str, operands: &[Operand]) -> Result<(), Flow> {
        if !self.option("xtrace") {
            return Ok(());
        }
        let texts: Vec<String> = operands
            .iter()
            .map(|operand| match operand {
                Operand::Text(text) => shell_quoted(text),
                Operand::Assign(assign) => match assign.value.parts.first() {
                    Some(Part::Quoted(value)) => {
                        let sign = if assign.append { "+=" } else { "=" };
                        shell_quoted(&format!("{}{sign}{value}", assign.name))
                    }
                    _ => assign.raw.to_string(),
                },
            })
            .collect();
        self.trace_line(&format!("{name} {}", texts.join(" "))).await
    }

    /// An operand that came out of an expansion: `name` or `name=value`.
    fn declare_word(&mut self, command: &str, arg: &str, wanted: &Wanted, out: &mut Out) -> i32 {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (arg, None),
        };
        let (name, append) = match (name.strip_suffix('+'), value) {
            (Some(name), Some(_)) => (name, true),
            _ => (name, false),
        };
        let plain = name.split('[').next().unwrap_or_default();
        if wanted.functions {
            return self.declare_function(command, arg, wanted, out);
        }
        if wanted.print {
            return match self.vars.get(plain) {
                Some(var) => {
                    out.print(&declaration(plain, var));
                    0
                }
                None => {
                    out.error(&format!("{command}: {arg}: not found"));
                    1
                }
            };
        }
        if !is_name(plain) {
            out.error(&match self.flavour {
                Flavour::Bash => format!("{command}: `{arg}': not a valid identifier"),
                _ => format!("{command}: {arg}: bad variable name"),
            });
            return 1;
        }
        self.prepare(command, plain, wanted);
        if let Some(value) = value {
            let result = match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
                Some((array, key)) => self.assign_element(array, key, value, append),
                None => self.assign(plain, value, append),
            };
            if let Err(error) = result {
                out.error(&format!("{command}: {error}"));
                return 1;
            }
        } else if wanted.off & vars::READONLY != 0 && self.vars.get(plain).is_some_and(|v| v.has(vars::READONLY)) {
            out.error(&format!("{command}: {plain}: readonly variable"));
            return 1;
        }
        self.apply(plain, wanted);
        0
    }

    fn declare_function(&mut self, command: &str, name: &str, wanted: &Wanted, out: &mut Out) -> i32 {
        match self.functions.get(name) {
            Some(function) if command == "export" => {
                let mut function = function.clone();
                function.exported = !wanted.unexport;
                Rc::make_mut(&mut self.functions).insert(name.into(), function);
                0
            }
            Some(_) if wanted.names_only => {
                out.print(&format!("{name}\n"));
                0
            }
            Some(function) => {
                out.print(&print::function(name, &function.body));
                0
            }
            None if command == "export" => {
                out.error(&format!("export: {name}: not a function"));
                1
            }
            None => 1,
        }
    }

    /// Makes the variable local where it is to be, and of the kind that is asked for.
    fn prepare(&mut self, command: &str, name: &str, wanted: &Wanted) {
        let in_function = self.frames.iter().any(|f| !matches!(&*f.name, "main" | "source"));
        if command == "local" || (matches!(command, "declare" | "typeset") && in_function && !wanted.global) {
            // dash's local variables keep the value they hide.
            self.vars.localize(name, self.flavour == Flavour::Dash);
        }
        if wanted.on & vars::NAMEREF != 0 {
            let var = self.vars.entry(name);
            var.flags &= !vars::NAMEREF;
            return;
        }
        let name = self.resolve(name);
        if wanted.assoc || wanted.array {
            let var = self.vars.entry(&name);
            match (&var.value, wanted.assoc) {
                (Value::Unset, true) => var.value = Value::Assoc(Rc::default()),
                (Value::Unset, false) => var.value = Value::Array(Rc::default()),
                (Value::Str(text), false) => {
                    var.value = Value::Array(Rc::new([(0, text.clone())].into_iter().collect()));
                }
                _ => {}
            }
        }
        // Conversions take part in the assignment that follows; read-only comes after it.
        let converting = vars::INTEGER | vars::LOWER | vars::UPPER;
        if wanted.on & converting != 0 {
            self.vars.entry(&name).flags |= wanted.on & converting;
        }
    }

    fn apply(&mut self, name: &str, wanted: &Wanted) {
        let nameref = wanted.on & vars::NAMEREF != 0;
        let name: Rc<str> = if nameref { name.into() } else { self.resolve(name) };
        let off = wanted.off | if wanted.unexport { vars::EXPORT } else { 0 };
        let on = if wanted.unexport { wanted.on & !vars::EXPORT } else { wanted.on };
        let var = self.vars.entry(&name);
        var.flags = (var.flags | on) & !off;
    }

    fn list_declared(&self, command: &str, wanted: &Wanted, out: &mut Out) {
        if wanted.functions {
            for (name, function) in self.functions.iter() {
                if wanted.names_only {
                    out.print(&format!("declare -f {name}\n"));
                } else {
                    out.print(&print::function(name, &function.body));
                }
            }
            return;
        }
        let locals = self.vars.locals();
        for (name, var) in self.vars.iter() {
            let kind = (!wanted.array || matches!(var.value, Value::Array(_)))
                && (!wanted.assoc || matches!(var.value, Value::Assoc(_)));
            let fits = kind && var.flags & wanted.on == wanted.on && (command != "local" || locals.contains(name));
            if !fits {
                continue;
            }
            let text = match (self.flavour, command) {
                (Flavour::Bash, "export" | "readonly") => declaration(name, var),
                (Flavour::Bash, _) if wanted.print || wanted.on != 0 || wanted.array || wanted.assoc => {
                    declaration(name, var)
                }
                (Flavour::Bash, _) => format!("{}\n", set_line(name, var)),
                (_, command) => format!("{command} {}\n", assignment_text(name, var)),
            };
            out.print(&text);
        }
    }
}

/// A line of `set` in bash.
pub fn set_line(name: &str, var: &Var) -> String {
    match &var.value {
        Value::Str(text) => format!("{name}={}", crate::shell::escape::shell_quoted_empty(text)),
        Value::Unset => name.to_owned(),
        _ => format!("{name}={}", array_text(var)),
    }
}

impl Wanted {
    fn option(&mut self, arg: &str, command: &str) -> Result<(), String> {
        let on = arg.starts_with('-');
        for c in arg.chars().skip(1) {
            if command == "export" && !"fnp".contains(c) || command == "readonly" && !"aAfp".contains(c) {
                return Err(format!("-{c}"));
            }
            let flag = match c {
                'x' => vars::EXPORT,
                'r' => vars::READONLY,
                'i' => vars::INTEGER,
                'l' => vars::LOWER,
                'u' => vars::UPPER,
                'n' if command == "export" => {
                    self.unexport = true;
                    continue;
                }
                'n' => vars::NAMEREF,
                'a' => {
                    self.array = on;
                    continue;
                }
                'A' => {
                    self.assoc = on;
                    continue;
                }
                'f' | 'F' => {
                    self.functions = true;
                    self.names_only |= c == 'F';
                    continue;
                }
                'p' => {
                    self.print = true;
                    continue;
                }
                'g' => {
                    self.global = true;
                    continue;
                }
                't' | 'I' => continue,
                other => return Err(format!("-{other}")),
            };
            if on {
                self.on |= flag;
            } else {
                self.off |= flag;
            }
        }
        Ok(())
    }
}

/// `unset`
pub fn unset(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "fvn") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "unset", &option, "unset [-f] [-v] [-n] [name ...]"),
    };
    let mut status = 0;
    for name in rest {
        if options.contains(&'f') {
            Rc::make_mut(&mut shell.functions).remove(name.as_str());
            continue;
        }
        let element = name.strip_suffix(']').and_then(|n| n.split_once('['));
        if let Some((array, key)) = element {
            if let Err(error) = unset_element(shell, array, key) {
                out.error(&format!("unset: {error}"));
                status = 1;
            }
            continue;
        }
        if !is_name(name) {
            if shell.flavour == Flavour::Bash && !options.contains(&'v') {
                // It could be the name of a function.
                Rc::make_mut(&mut shell.functions).remove(name.as_str());
                continue;
            }
            out.error(&match shell.flavour {
                Flavour::Bash => format!("unset: `{name}': not a valid identifier"),
                _ => format!("unset: {name}: bad variable name"),
            });
            status = if shell.flavour == Flavour::Bash { 1 } else { 2 };
            continue;
        }
        let target = if options.contains(&'n') { name.as_str().into() } else { shell.resolve(name) };
        if shell.vars.get(&target).is_some() || options.contains(&'v') {
            if let Err(error) = shell.unset_var(&target) {
                out.error(&format!("unset: {error}"));
                status = 1;
            }
        } else {
            Rc::make_mut(&mut shell.functions).remove(name.as_str());
        }
    }
    Ok(status)
}

fn unset_element(shell: &mut Shell, array: &str, key: &str) -> Result<(), String> {
    let array = shell.resolve(array);
    shell.check_writable(&array)?;
    if key == "@" || key == "*" {
        return shell.unset_var(&array);
    }
    let key = shell.element_key(&array, key.trim_matches(['"', '\'']), true)?;
    match &mut shell.vars.entry(&array).value {
        Value::Array(items) => {
            Rc::make_mut(items).remove(&key.parse().unwrap_or(0));
        }
        Value::Assoc(items) => {
            Rc::make_mut(items).remove(key.as_str());
        }
        other if key == "0" => *other = Value::Unset,
        _ => return Err(format!("{array}: not an array variable")),
    }
    Ok(())
}
