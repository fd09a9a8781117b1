//! What names mean: `alias`, `type`, `command`, `builtin`, `hash`, `enable`, `help`.

use super::{bad_option, letters, Out};
use crate::kernel::LocalBoxFuture;
use crate::shell::escape::single_quoted;
use crate::shell::lexer::Flavour;
use crate::shell::print;
use crate::shell::state::{Outcome, Shell};
use crate::sorted;
use std::rc::Rc;

const RESERVED: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

fn is_reserved(name: &str, flavour: Flavour) -> bool {
    let bash_only = matches!(name, "select" | "function" | "time" | "[[" | "]]" | "coproc");
    RESERVED.contains(&name) && (flavour == Flavour::Bash || !bash_only)
}

pub fn alias(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let rest: Vec<&String> = args.iter().skip(1).filter(|a| *a != "-p" && *a != "--").collect();
    let start = if shell.flavour == Flavour::Bash { "alias " } else { "" };
    if rest.is_empty() {
        for (name, value) in shell.aliases.iter() {
            out.print(&format!("{start}{name}={}\n", single_quoted(value)));
        }
        return Ok(0);
    }
    let mut status = 0;
    for arg in rest {
        match arg.split_once('=').filter(|(name, _)| !name.is_empty()) {
            Some((name, value)) => {
                Rc::make_mut(&mut shell.aliases).insert(name.to_owned(), value.to_owned());
            }
            None => match shell.aliases.get(arg) {
                Some(value) => out.print(&format!("{start}{arg}={}\n", single_quoted(value))),
                None => {
                    out.error(&format!("alias: {arg}: not found"));
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}

pub fn unalias(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "a") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "unalias", &option, "unalias [-a] name [name ...]"),
    };
    if options.contains(&'a') {
        shell.aliases = Rc::default();
        return Ok(0);
    }
    if rest.is_empty() && shell.flavour == Flavour::Bash {
        out.raw_error("unalias: usage: unalias [-a] name [name ...]\n");
        return Ok(2);
    }
    let mut status = 0;
    for name in rest {
        if Rc::make_mut(&mut shell.aliases).remove(name).is_none() {
            out.error(&format!("unalias: {name}: not found"));
            status = 1;
        }
    }
    Ok(status)
}

/// What a name means, the first meaning first.
enum Meaning {
    Alias(String),
    Keyword,
    Function,
    Builtin,
    Hashed(String),
    File(String),
}

fn meanings(shell: &Shell, name: &str, all: bool) -> Vec<Meaning> {
    let mut found = Vec::new();
    let expands = shell.interactive || shell.shopt("expand_aliases") || shell.flavour != Flavour::Bash;
    if let (Some(value), true) = (shell.aliases.get(name), expands) {
        found.push(Meaning::Alias(value.clone()));
    }
    if is_reserved(name, shell.flavour) {
        found.push(Meaning::Keyword);
    }
    if shell.functions.contains_key(name) {
        found.push(Meaning::Function);
    }
    if super::find(name, shell.flavour).is_some() {
        found.push(Meaning::Builtin);
    }
    if name.contains('/') {
        if shell.is_executable(name) {
            found.push(Meaning::File(name.to_owned()));
        }
    } else if let (Some((path, _)), false) = (shell.hash.get(name), all) {
        found.push(Meaning::Hashed(path.clone()));
    } else {
        found.extend(shell.search(name).into_iter().map(Meaning::File));
    }
    if !all {
        found.truncate(1);
    }
    found
}

impl Meaning {
    /// The sentence of `type`.
    fn sentence(&self, shell: &Shell, name: &str) -> String {
        let bash = shell.flavour == Flavour::Bash;
        match self {
            Meaning::Alias(value) if bash => format!("{name} is aliased to `{value}'\n"),
            Meaning::Alias(value) => format!("{name} is an alias for {value}\n"),
            Meaning::Keyword => format!("{name} is a shell keyword\n"),
            Meaning::Function => {
                let body = shell.functions.get(name).map(|f| print::function(name, &f.body)).unwrap_or_default();
                if bash {
                    format!("{name} is a function\n{body}")
                } else {
                    format!("{name} is a {}function\n", if shell.flavour == Flavour::Dash { "shell " } else { "" })
                }
            }
            Meaning::Builtin if !bash && super::is_special(name) => format!("{name} is a special shell builtin\n"),
            Meaning::Builtin => format!("{name} is a shell builtin\n"),
            Meaning::Hashed(path) if bash => format!("{name} is hashed ({path})\n"),
            Meaning::Hashed(path) if shell.flavour == Flavour::Dash => {
                format!("{name} is a tracked alias for {path}\n")
            }
            Meaning::Hashed(path) | Meaning::File(path) => format!("{name} is {path}\n"),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Meaning::Alias(_) => "alias",
            Meaning::Keyword => "keyword",
            Meaning::Function => "function",
            Meaning::Builtin => "builtin",
            Meaning::Hashed(_) | Meaning::File(_) => "file",
        }
    }
}

pub fn type_of(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let known = if shell.flavour == Flavour::Bash { "afptP" } else { "" };
    let (options, rest) = match letters(args, known) {
        Ok(found) => found,
        Err(option) => return bad_option(out, "type", &option, "type [-afptP] name [name ...]"),
    };
    let has = |c: char| options.contains(&c);
    let mut status = 0;
    for name in rest {
        let mut found = meanings(shell, name, has('a') || has('P'));
        if has('P') {
            found.retain(|m| matches!(m, Meaning::File(_) | Meaning::Hashed(_)));
            if !has('a') {
                found.truncate(1);
            }
        }
        if has('f') {
            found.retain(|m| !matches!(m, Meaning::Function));
        }
        if found.is_empty() {
            if !has('t') && !has('p') && !has('P') {
                match shell.flavour {
                    Flavour::Bash => out.error(&format!("type: {name}: not found")),
                    _ => out.print(&format!("{name}: not found\n")),
                }
            }
            status = if shell.flavour == Flavour::Bash { 1 } else { 127 };
            continue;
        }
        for meaning in &found {
            if has('t') {
                out.print(&format!("{}\n", meaning.word()));
            } else if has('p') || has('P') {
                if let Meaning::File(path) | Meaning::Hashed(path) = meaning {
                    out.print(&format!("{path}\n"));
                }
            } else {
                out.print(&meaning.sentence(shell, name));
            }
        }
    }
    Ok(status)
}

/// `command -v`
fn describe(shell: &Shell, names: &[String], verbose: bool, out: &mut Out) -> i32 {
    let mut status = if names.is_empty() { 0 } else { 1 };
    let only_first = shell.flavour == Flavour::Dash;
    for name in names.iter().take(if only_first { 1 } else { usize::MAX }) {
        match meanings(shell, name, false).into_iter().next() {
            Some(meaning) => {
                status = 0;
                let text = match &meaning {
                    _ if verbose => meaning.sentence(shell, name),
                    Meaning::Alias(value) => format!("alias {name}={}\n", single_quoted(value)),
                    Meaning::File(path) | Meaning::Hashed(path) => format!("{path}\n"),
                    _ => format!("{name}\n"),
                };
                out.print(&text);
            }
            None if verbose && shell.flavour == Flavour::Bash => out.error(&format!("command: {name}: not found")),
            None if verbose => out.print(&format!("{name}: not found\n")),
            None => {}
        }
    }
    match (status, shell.flavour) {
        (1, Flavour::Bash) => 1,
        (1, _) => 127,
        (other, _) => other,
    }
}

pub fn command<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let mut out = Out::of(shell);
        let (options, rest) = match letters(args, "pvV") {
            Ok(found) => found,
            Err(option) => {
                let result = bad_option(&mut out, "command", &option, "command [-pVv] command [arg ...]");
                return shell.emit(args, out, result).await;
            }
        };
        if options.contains(&'v') || options.contains(&'V') {
            let status = describe(shell, rest, options.contains(&'V'), &mut out);
            return shell.emit(args, out, Ok(status)).await;
        }
        let Some(name) = rest.first() else { return Ok(0) };
        match super::find(name, shell.flavour) {
            Some(builtin) => run_nested(shell, builtin, rest).await,
            None => shell.run_external(rest.to_vec()).await,
        }
    })
}

/// A builtin called through `command` or `builtin`: its arguments are plain words by now.
async fn run_nested(shell: &mut Shell, builtin: super::Builtin, args: &[String]) -> Outcome {
    let words: Vec<_> = args.iter().skip(1).map(|a| crate::shell::ast::Word::literal(a)).collect();
    Box::pin(builtin.run(shell, args, &words)).await
}

pub fn builtin<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let rest = args.get(1..).unwrap_or_default();
        let Some(name) = rest.first() else { return Ok(0) };
        match super::find(name, shell.flavour) {
            Some(builtin) => run_nested(shell, builtin, rest).await,
            None => {
                shell.complain(&format!("builtin: {name}: not a shell builtin")).await;
                Ok(1)
            }
        }
    })
}

pub fn hash(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "rdlpt") {
        Ok(found) => found,
        Err(option) => {
            return bad_option(out, "hash", &option, "hash [-lr] [-p pathname] [-dt] [name ...]");
        }
    };
    if options.contains(&'r') {
        shell.hash = Rc::default();
        return Ok(0);
    }
    if rest.is_empty() {
        if shell.hash.is_empty() {
            if shell.flavour == Flavour::Bash {
                out.print("hash: hash table empty\n");
            }
            return Ok(0);
        }
        if shell.flavour == Flavour::Bash {
            out.print("hits\tcommand\n");
        }
        let mut all: Vec<_> = shell.hash.iter().collect();
        sorted::sort_by_key(&mut all, |(name, _)| crate::shell::vars::bucket(name) & 255);
        for (_, (path, hits)) in all {
            match shell.flavour {
                Flavour::Bash => out.print(&format!("{hits:4}\t{path}\n")),
                _ => out.print(&format!("{path}\n")),
            }
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in rest {
        if options.contains(&'d') {
            Rc::make_mut(&mut shell.hash).remove(name);
            continue;
        }
        if options.contains(&'t') {
            match shell.hash.get(name) {
                Some((path, _)) => out.print(&format!("{path}\n")),
                None => status = 1,
            }
            continue;
        }
        match shell.search(name).into_iter().next() {
            Some(path) => {
                Rc::make_mut(&mut shell.hash).insert(name.clone(), (path, 0));
            }
            None if super::find(name, shell.flavour).is_some() => {}
            None => {
                out.error(&format!("hash: {name}: not found"));
                status = 1;
            }
        }
    }
    Ok(status)
}

pub fn enable(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (_, rest) = match letters(args, "anps") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "enable", &option, "enable [-a] [-dnps] [-f filename] [name ...]"),
    };
    if rest.is_empty() {
        for name in super::all(shell.flavour) {
            out.print(&format!("enable {name}\n"));
        }
    }
    let mut status = 0;
    for name in rest {
        if super::find(name, shell.flavour).is_none() {
            out.error(&format!("enable: {name}: not a shell builtin"));
            status = 1;
        }
    }
    Ok(status)
}

pub fn help(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let names = super::all(shell.flavour);
    if let Some(topic) = args.get(1) {
        if names.contains(&topic.as_str()) {
            out.print(&format!("{topic}: a shell builtin\n"));
            return Ok(0);
        }
        out.error(&format!(
            "help: no help topics match `{topic}'.  Try `help help' or `man -k {topic}' or `info {topic}'."
        ));
        return Ok(1);
    }
    if shell.flavour == Flavour::Bash {
        out.print("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n");
        out.print("These shell commands are defined internally.  Type `help' to see this list.\n\n");
    } else {
        out.print("Built-in commands:\n------------------\n");
    }
    for line in names.chunks(8) {
        out.print(&format!(" {}\n", line.join(" ")));
    }
    Ok(0)
}
