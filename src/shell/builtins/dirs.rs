//! The working directory: `cd`, `pwd`, `dirs`, `pushd`, `popd`.

use super::{bad_option, letters, Out};
use crate::kernel::Errno;
use crate::shell::lexer::Flavour;
use crate::shell::state::{Outcome, Shell};
use std::rc::Rc;

/// A path made absolute and without `.`, `..` and double slashes, by its text alone.
pub(crate) fn logical(pwd: &str, path: &str) -> String {
    let all = if path.starts_with('/') { path.to_owned() } else { format!("{pwd}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in all.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

impl Shell {
    /// Changes the directory and the variables that tell of it.
    pub(crate) fn change_dir(&mut self, path: &str, physical: bool) -> Result<(), Errno> {
        let pwd = self.get("PWD").unwrap_or_else(|| self.proc.cwd().into());
        let target = logical(&pwd, path);
        if physical || self.proc.chdir(&target).is_err() {
            self.proc.chdir(path)?;
        }
        let now = if physical { self.proc.cwd() } else { target };
        self.vars.set_exported("OLDPWD", &pwd);
        self.vars.set_exported("PWD", &now);
        Ok(())
    }
}

pub fn cd(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "LPe@") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "cd", &option, "cd [-L|[-P [-e]] [-@]] [dir]"),
    };
    if rest.len() > 1 && shell.flavour == Flavour::Bash {
        out.error("cd: too many arguments");
        return Ok(1);
    }
    let physical = options.last() == Some(&'P') || shell.option("physical");
    let mut show = false;
    let target = match rest.first().map(String::as_str) {
        None => match shell.get("HOME") {
            Some(home) => home.to_string(),
            None if shell.flavour == Flavour::Bash => {
                out.error("cd: HOME not set");
                return Ok(1);
            }
            None => return Ok(0),
        },
        Some("-") => match shell.get("OLDPWD") {
            Some(old) => {
                show = true;
                old.to_string()
            }
            None if shell.flavour == Flavour::Bash => {
                out.error("cd: OLDPWD not set");
                return Ok(1);
            }
            None => shell.text("PWD").to_string(),
        },
        Some("") => return Ok(0),
        Some(path) => path.to_owned(),
    };
    let searched = !target.starts_with(['/', '.']) && !rest.is_empty();
    if let (true, Some(paths)) = (searched, shell.get("CDPATH")) {
        for dir in paths.split(':').filter(|dir| !dir.is_empty()) {
            let path = format!("{}/{target}", dir.trim_end_matches('/'));
            if shell.change_dir(&path, physical).is_ok() {
                out.print(&format!("{}\n", shell.text("PWD")));
                return Ok(0);
            }
        }
    }
    match shell.change_dir(&target, physical) {
        Ok(()) => {
            if show {
                out.print(&format!("{}\n", shell.text("PWD")));
            }
            Ok(0)
        }
        Err(errno) => {
            out.error(&match shell.flavour {
                Flavour::Bash => format!("cd: {target}: {errno}"),
                Flavour::Dash => format!("cd: can't cd to {target}"),
                Flavour::Ash => format!("cd: can't cd to {target}: {errno}"),
            });
            Ok(if shell.flavour == Flavour::Bash { 1 } else { 2 })
        }
    }
}

pub fn pwd(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let options = match letters(args, "LP") {
        Ok((options, _)) => options,
        Err(option) => return bad_option(out, "pwd", &option, "pwd [-LP]"),
    };
    let physical = options.last() == Some(&'P') || shell.option("physical");
    let dir = if physical { shell.proc.cwd().into() } else { shell.text("PWD") };
    out.print(&format!("{dir}\n"));
    Ok(0)
}

fn shortened(shell: &Shell, dir: &str) -> String {
    let home = shell.text("HOME");
    match dir.strip_prefix(&*home) {
        Some(rest) if home.len() > 1 && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
        _ => dir.to_owned(),
    }
}

fn show(shell: &Shell, out: &mut Out) {
    let all = shell.special_array("DIRSTACK").unwrap_or_default();
    let texts: Vec<String> = all.iter().map(|dir| shortened(shell, dir)).collect();
    out.print(&format!("{}\n", texts.join(" ")));
}

pub fn dirs(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let options = match letters(args, "clpv") {
        Ok((options, _)) => options,
        Err(option) => {
            out.error(&format!("dirs: {option}: invalid number"));
            out.raw_error("dirs: usage: dirs [-clpv] [+N] [-N]\n");
            return Ok(2);
        }
    };
    if options.contains(&'c') {
        shell.dir_stack.clear();
        return Ok(0);
    }
    let long = options.contains(&'l');
    let all = shell.special_array("DIRSTACK").unwrap_or_default();
    let texts: Vec<String> = all.iter().map(|dir| if long { dir.to_string() } else { shortened(shell, dir) }).collect();
    if options.contains(&'v') {
        let lines: String = texts.iter().enumerate().map(|(i, dir)| format!("{i:2}  {dir}\n")).collect();
        out.print(&lines);
    } else {
        let gap = if options.contains(&'p') { "\n" } else { " " };
        out.print(&format!("{}\n", texts.join(gap)));
    }
    Ok(0)
}

/// `+2` or `-0` as a place in the stack.
fn place(shell: &Shell, text: &str) -> Option<usize> {
    let total = shell.dir_stack.len() + 1;
    let from_left = text.strip_prefix('+').and_then(|n| n.parse::<usize>().ok());
    let from_right = || text.strip_prefix('-').and_then(|n| n.parse::<usize>().ok());
    from_left.or_else(|| from_right().and_then(|n| (total - 1).checked_sub(n))).filter(|n| *n < total)
}

pub fn pushd(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let all = shell.special_array("DIRSTACK").unwrap_or_default();
    let target = args.get(1).map(String::as_str);
    let (dir, rest): (Rc<str>, Vec<Rc<str>>) = match target {
        None => match shell.dir_stack.first() {
            Some(next) => {
                let mut rest = vec![shell.text("PWD")];
                rest.extend(shell.dir_stack.iter().skip(1).cloned());
                (next.clone(), rest)
            }
            None => {
                out.error("pushd: no other directory");
                return Ok(1);
            }
        },
        Some(text) if text.starts_with(['+', '-']) && text.len() > 1 => match place(shell, text) {
            Some(at) => {
                let mut turned = all;
                turned.rotate_left(at);
                let first = turned.remove(0);
                (first, turned)
            }
            None => {
                out.error(&format!("pushd: {text}: directory stack index out of range"));
                return Ok(1);
            }
        },
        Some(dir) => (dir.into(), all),
    };
    if let Err(errno) = shell.change_dir(&dir, false) {
        out.error(&format!("pushd: {dir}: {errno}"));
        return Ok(1);
    }
    shell.dir_stack = rest;
    show(shell, out);
    Ok(0)
}

pub fn popd(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let at = match args.get(1) {
        None => 0,
        Some(text) => match place(shell, text) {
            Some(at) => at,
            None => {
                out.error(&format!("popd: {text}: directory stack index out of range"));
                return Ok(1);
            }
        },
    };
    if shell.dir_stack.is_empty() {
        out.error("popd: directory stack empty");
        return Ok(1);
    }
    if at == 0 {
        let dir = shell.dir_stack.remove(0);
        if let Err(errno) = shell.change_dir(&dir, false) {
            out.error(&format!("popd: {dir}: {errno}"));
            return Ok(1);
        }
    } else {
        shell.dir_stack.remove(at - 1);
    }
    show(shell, out);
    Ok(0)
}
