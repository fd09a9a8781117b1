//! Builtins that change the course of things: `break`, `return`, `exit`, `eval`, `.`, `shift`, `trap`, `getopts`, `let`.

use super::{bad_option, letters, Out};
use crate::kernel::{Disposition, LocalBoxFuture, Signal};
use crate::shell::arith;
use crate::shell::escape::single_quoted;
use crate::shell::lexer::Flavour;
use crate::shell::state::{Flow, Frame, Outcome, Shell};
use std::rc::Rc;

pub fn break_loop(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let name = args.first().map(String::as_str).unwrap_or_default();
    if shell.loops == 0 {
        if shell.flavour == Flavour::Bash {
            out.error(&format!("{name}: only meaningful in a `for', `while', or `until' loop"));
        }
        return Ok(0);
    }
    let count = match args.get(1) {
        None => 1,
        Some(text) => match text.parse::<i64>() {
            Ok(n) if n > 0 => n.min(i64::from(shell.loops)) as u32,
            Ok(_) => {
                out.error(&format!("{name}: {text}: loop count out of range"));
                return Err(Flow::Break(shell.loops));
            }
            Err(_) => {
                out.error(&match shell.flavour {
                    Flavour::Bash => format!("{name}: {text}: numeric argument required"),
                    _ => format!("{name}: Illegal number: {text}"),
                });
                return Err(Flow::Exit(if shell.flavour == Flavour::Bash { 128 } else { 2 }));
            }
        },
    };
    Err(if name == "break" { Flow::Break(count) } else { Flow::Continue(count) })
}

/// The status given as an argument, or the last one. The error is the text that is no number.
fn status_argument<'a>(shell: &Shell, args: &'a [String]) -> Result<i32, &'a str> {
    match args.get(1).map(String::as_str).filter(|t| *t != "--").or_else(|| args.get(2).map(String::as_str)) {
        None => Ok(shell.status),
        Some(text) => text.trim().parse::<i64>().map(|n| (n & 255) as i32).map_err(|_| text),
    }
}

pub fn exit(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let name = args.first().map(String::as_str).unwrap_or_default();
    if name == "logout" && !shell.login {
        out.error("logout: not login shell: use `exit'");
        return Ok(1);
    }
    if shell.announces && shell.subshell == 0 && shell.flavour == Flavour::Bash {
        out.raw_error(if shell.login { "logout\n" } else { "exit\n" });
    }
    match status_argument(shell, args) {
        Ok(_) if args.len() > 2 && shell.flavour == Flavour::Bash && args.get(1).is_some_and(|a| a != "--") => {
            out.error("exit: too many arguments");
            Err(Flow::Discard(1))
        }
        Ok(status) => {
            let stopped = shell.jobs.iter().any(|job| matches!(job.state(), crate::shell::jobs::State::Stopped(_)));
            if shell.interactive && shell.subshell == 0 && stopped && !std::mem::replace(&mut shell.warned, true) {
                out.raw_error(shell.stopped_jobs_warning());
                return Ok(1);
            }
            Err(Flow::Exit(status))
        }
        Err(text) => {
            out.error(&match shell.flavour {
                Flavour::Bash => format!("exit: {text}: numeric argument required"),
                _ => format!("exit: Illegal number: {text}"),
            });
            Err(Flow::Exit(2))
        }
    }
}

pub fn return_function(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let status = match status_argument(shell, args) {
        Ok(status) => status,
        Err(text) => {
            out.error(&match shell.flavour {
                Flavour::Bash => format!("return: {text}: numeric argument required"),
                _ => format!("return: Illegal number: {text}"),
            });
            2
        }
    };
    if shell.frames.iter().all(|frame| &*frame.name == "main") && shell.flavour == Flavour::Bash {
        out.error("return: can only `return' from a function or sourced script");
        return Ok(2);
    }
    Err(Flow::Return(status))
}

pub fn eval<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let mut rest = args.get(1..).unwrap_or_default();
        if rest.first().is_some_and(|first| first == "--") {
            rest = rest.get(1..).unwrap_or_default();
        }
        let text = rest.join(" ");
        let line = shell.line;
        if shell.is_deep() {
            let rest = move |mut shell: Shell| -> LocalBoxFuture<'static, _> {
                Box::pin(async move {
                    let outcome = shell.run_text(&text, "eval", line).await;
                    (shell, outcome)
                })
            };
            return shell.hop(Box::new(rest)).await;
        }
        shell.run_text(&text, "eval", line).await
    })
}

pub fn source<'a>(shell: &'a mut Shell, args: &'a [String]) -> LocalBoxFuture<'a, Outcome> {
    Box::pin(async move {
        let name = args.first().map(String::as_str).unwrap_or_default();
        let rest: Vec<&String> = args.iter().skip(1).skip_while(|a| *a == "--").collect();
        let Some(file) = rest.first().map(|f| f.as_str()) else {
            if shell.flavour == Flavour::Bash {
                shell.complain(&format!("{name}: filename argument required")).await;
                shell.write(2, &format!("{name}: usage: {name} filename [arguments]\n")).await;
                return Ok(2);
            }
            return Ok(0);
        };
        let found = match file.contains('/') {
            true => Some(file.to_owned()),
            false => shell.find_source(file),
        };
        let shown = found.clone().unwrap_or_else(|| file.to_owned());
        let read = match &found {
            Some(path) => shell.read_file(path).await,
            None => Err(crate::kernel::Errno::ENOENT),
        };
        let text = match read {
            Ok(text) => text,
            Err(errno) => {
                let text = match shell.flavour {
                    Flavour::Bash if errno == crate::kernel::Errno::EISDIR => {
                        format!("{name}: {shown}: is a directory")
                    }
                    Flavour::Bash => format!("{shown}: {errno}"),
                    Flavour::Dash if found.is_none() => format!(".: {shown}: not found"),
                    Flavour::Dash => format!(
                        ".: cannot open {shown}: {}",
                        if errno == crate::kernel::Errno::ENOENT {
                            "No such file".to_owned()
                        } else {
                            errno.to_string()
                        }
                    ),
                    Flavour::Ash => {
                        let line = if shell.reads_string { 0 } else { shell.line };
                        format!(".: line {line}: can't open '{shown}': {errno}")
                    }
                };
                shell.complain(&text).await;
                return match shell.flavour {
                    Flavour::Bash => Ok(1),
                    _ if shell.interactive => Ok(2),
                    _ => Err(Flow::Exit(2)),
                };
            }
        };
        shell.params_set = false;
        let params = (rest.len() > 1)
            .then(|| std::mem::replace(&mut shell.params, rest.iter().skip(1).map(|p| p.as_str().into()).collect()));
        shell.frames.push(Frame { name: "source".into(), source: shown.into(), called_at: shell.line });
        let result = if shell.is_deep() {
            let rest = move |mut shell: Shell| -> LocalBoxFuture<'static, _> {
                Box::pin(async move {
                    let outcome = shell.run_text(&text, "source", 1).await;
                    (shell, outcome)
                })
            };
            shell.hop(Box::new(rest)).await
        } else {
            shell.run_text(&text, "source", 1).await
        };
        if let Some(frame) = shell.frames.pop() {
            shell.line = frame.called_at;
        }
        // What `set` did inside stays.
        if let Some(params) = params.filter(|_| !shell.params_set) {
            shell.params = params;
        }
        match result {
            Err(Flow::Return(status)) => Ok(status),
            other => other,
        }
    })
}

impl Shell {
    /// A file to be sourced: on `PATH`, whether executable or not, and in bash then in the working directory.
    fn find_source(&self, file: &str) -> Option<String> {
        let path = self.text("PATH");
        let readable = |path: &String| {
            let stat = self.proc.fs(|vfs, who| vfs.stat(who, path));
            stat.is_ok_and(|s| s.kind == crate::kernel::FileKind::File)
        };
        let on_path = path.split(':').filter(|d| !d.is_empty()).map(|dir| format!("{dir}/{file}")).find(readable);
        match on_path {
            None if self.flavour != Flavour::Dash => Some(file.to_owned()),
            found => found,
        }
    }
}

pub fn shift(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let count = match args.get(1) {
        None => 1,
        Some(text) => match text.parse::<i64>() {
            Ok(n) if n < 0 => {
                out.error(&format!("shift: {text}: shift count out of range"));
                return Ok(1);
            }
            Ok(n) => n as usize,
            Err(_) => {
                out.error(&match shell.flavour {
                    Flavour::Bash => format!("shift: {text}: numeric argument required"),
                    _ => format!("shift: Illegal number: {text}"),
                });
                return Ok(if shell.flavour == Flavour::Bash { 1 } else { 2 });
            }
        },
    };
    if count > shell.params.len() {
        if shell.flavour == Flavour::Dash {
            out.error("shift: can't shift that many");
            return if shell.interactive { Ok(2) } else { Err(Flow::Exit(2)) };
        }
        return Ok(1);
    }
    shell.params.drain(..count);
    Ok(0)
}

/// The key of a trap: a signal's name without `SIG`, or `EXIT` and its kind.
fn trap_key(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    match name {
        "0" | "EXIT" => Some("EXIT".to_owned()),
        "ERR" | "DEBUG" | "RETURN" => Some(name.to_owned()),
        _ => Signal::parse(text).map(Signal::name),
    }
}

pub fn trap(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "lp") {
        Ok(found) => found,
        Err(option) if option == "-" => (Vec::new(), args.get(1..).unwrap_or_default()),
        Err(option) => return bad_option(out, "trap", &option, "trap [-lp] [[arg] signal_spec ...]"),
    };
    if options.contains(&'l') {
        super::jobs::list_signals(out);
        return Ok(0);
    }
    if rest.is_empty() || options.contains(&'p') {
        let wanted: Vec<String> = rest.iter().filter_map(|name| trap_key(name)).collect();
        for (name, action) in &shell.traps {
            if wanted.is_empty() || wanted.contains(name) {
                let bash = shell.flavour == Flavour::Bash;
                let is_signal = bash && Signal::parse(name).is_some();
                let shown = if is_signal { format!("SIG{name}") } else { name.clone() };
                out.print(&format!("trap -- {} {shown}\n", single_quoted(action)));
            }
        }
        return Ok(0);
    }
    let reset = rest.len() == 1 || rest.first().is_some_and(|a| a == "-" || a.parse::<u32>().is_ok());
    let (action, names) = match rest.split_first() {
        Some((action, names)) if !(reset && names.is_empty()) => (action.as_str(), names),
        _ => ("-", rest),
    };
    let reset = action == "-" || (reset && action.parse::<u32>().is_ok());
    let names = if reset && action != "-" { rest } else { names };
    let mut status = 0;
    for name in names {
        let Some(key) = trap_key(name) else {
            out.error(&match shell.flavour {
                Flavour::Bash => format!("trap: {name}: invalid signal specification"),
                Flavour::Dash => format!("trap: {name}: bad trap"),
                Flavour::Ash => format!("trap: {name}: invalid signal specification"),
            });
            status = 1;
            continue;
        };
        let signal = Signal::parse(&key).filter(|_| key != "EXIT");
        if reset {
            shell.traps.remove(&key);
        } else {
            shell.traps.insert(key.clone(), action.into());
        }
        if let Some(signal) = signal {
            shell.set_disposition(signal);
        }
    }
    Ok(status)
}

impl Shell {
    /// What the process does with a signal, by its trap and by what a shell with a prompt does of its own.
    pub(crate) fn set_disposition(&mut self, signal: Signal) {
        let own = self.interactive && self.subshell == 0;
        let disposition = match self.traps.get(&signal.name()) {
            Some(action) if action.is_empty() => Disposition::Ignore,
            Some(_) => Disposition::Catch,
            None if own && (matches!(signal, Signal::INT | Signal::WINCH) || self.dies_of(signal)) => {
                Disposition::Catch
            }
            None if own && crate::shell::start::SHELL_SIGNALS.contains(&signal) => Disposition::Ignore,
            None if self.born_ignoring.contains(signal) => Disposition::Ignore,
            None => Disposition::Default,
        };
        self.proc.on_signal(signal, disposition);
    }
}

pub fn let_expressions(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let rest = args.get(1..).unwrap_or_default();
    if rest.is_empty() {
        out.error("let: expression expected");
        return Ok(1);
    }
    let mut value = 0;
    for text in rest {
        match arith::evaluate(shell, text) {
            Ok(v) => value = v,
            Err(error) => {
                out.error(&format!("let: {error}"));
                return Ok(1);
            }
        }
    }
    Ok(i32::from(value == 0))
}

pub fn getopts(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (Some(spec), Some(name)) = (args.get(1), args.get(2)) else {
        out.raw_error("getopts: usage: getopts optstring name [arg ...]\n");
        return Ok(2);
    };
    let own: Vec<Rc<str>> = args.iter().skip(3).map(|a| a.as_str().into()).collect();
    let words = if own.is_empty() { shell.params.clone() } else { own };
    let mut index = shell.text("OPTIND").parse::<usize>().unwrap_or(1).max(1);
    let silent = spec.starts_with(':') || &*shell.text("OPTERR") == "0";
    let colon = spec.starts_with(':');
    let mut at = shell.getopts_at;
    let word: Rc<str> = words.get(index - 1).cloned().unwrap_or_default();
    let done = at == 0 && (!word.starts_with('-') || word.len() < 2 || &*word == "--");
    if done {
        if &*word == "--" {
            index += 1;
        }
        shell.vars.set("OPTIND", &index.to_string());
        shell.vars.set(name, "?");
        shell.vars.remove("OPTARG");
        return Ok(1);
    }
    at = at.max(1);
    let letters: Vec<char> = word.chars().collect();
    let option = letters.get(at).copied().unwrap_or('?');
    at += 1;
    let known = option != ':' && spec.trim_start_matches(':').contains(option);
    let takes = known && spec.split_once(option).is_some_and(|(_, rest)| rest.starts_with(':'));
    let ended = at >= letters.len();
    let (mut result, mut argument) = (option.to_string(), None);
    if !known {
        result = "?".to_owned();
        if colon {
            argument = Some(option.to_string());
        } else if !silent {
            out.raw_error(&format!("{}: illegal option -- {option}\n", shell.name));
        }
    } else if takes {
        if !ended {
            argument = Some(letters.get(at..).unwrap_or_default().iter().collect());
        } else if let Some(next) = words.get(index) {
            argument = Some(next.to_string());
            index += 1;
        } else if colon {
            result = ":".to_owned();
            argument = Some(option.to_string());
        } else {
            result = "?".to_owned();
            if !silent {
                out.raw_error(&format!("{}: option requires an argument -- {option}\n", shell.name));
            }
        }
    }
    if ended || takes {
        index += 1;
        at = 0;
    }
    shell.vars.set("OPTIND", &index.to_string());
    shell.getopts_at = at;
    if let Err(error) = shell.assign(name, &result, false) {
        out.error(&format!("getopts: {error}"));
        return Ok(1);
    }
    match argument {
        Some(text) => shell.vars.set("OPTARG", &text),
        None => {
            shell.vars.remove("OPTARG");
        }
    }
    Ok(0)
}
