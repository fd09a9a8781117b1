//! `set`, `shopt`, `umask`, `ulimit`.

use super::declare::{assignment_text, set_line};
use super::{bad_option, letters, Out};
use crate::shell::lexer::Flavour;
use crate::shell::state::{Outcome, Shell, OPTIONS};

/// bash's `shopt` options; those that are on from the start have a mark.
pub const SHOPTS: [(&str, bool); 53] = [
    ("autocd", false),
    ("assoc_expand_once", false),
    ("cdable_vars", false),
    ("cdspell", false),
    ("checkhash", false),
    ("checkjobs", false),
    ("checkwinsize", true),
    ("cmdhist", true),
    ("compat31", false),
    ("compat32", false),
    ("compat40", false),
    ("compat41", false),
    ("compat42", false),
    ("compat43", false),
    ("compat44", false),
    ("complete_fullquote", true),
    ("direxpand", false),
    ("dirspell", false),
    ("dotglob", false),
    ("execfail", false),
    ("expand_aliases", false),
    ("extdebug", false),
    ("extglob", false),
    ("extquote", true),
    ("failglob", false),
    ("force_fignore", true),
    ("globasciiranges", true),
    ("globskipdots", true),
    ("globstar", false),
    ("gnu_errfmt", false),
    ("histappend", false),
    ("histreedit", false),
    ("histverify", false),
    ("hostcomplete", true),
    ("huponexit", false),
    ("inherit_errexit", false),
    ("interactive_comments", true),
    ("lastpipe", false),
    ("lithist", false),
    ("localvar_inherit", false),
    ("localvar_unset", false),
    ("login_shell", false),
    ("mailwarn", false),
    ("no_empty_cmd_completion", false),
    ("nocaseglob", false),
    ("nocasematch", false),
    ("noexpand_translation", false),
    ("nullglob", false),
    ("patsub_replacement", true),
    ("progcomp", true),
    ("progcomp_alias", false),
    ("promptvars", true),
    ("sourcepath", true),
];

pub fn set(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let rest = args.get(1..).unwrap_or_default();
    if rest.is_empty() {
        for (name, var) in shell.vars.iter() {
            let line = match shell.flavour {
                Flavour::Bash => set_line(name, var),
                _ => assignment_text(name, var),
            };
            if line.contains('=') {
                out.print(&format!("{line}\n"));
            }
        }
        if shell.flavour == Flavour::Bash {
            for (name, function) in shell.functions.iter() {
                out.print(&crate::shell::print::function(name, &function.body));
            }
        }
        return Ok(0);
    }
    let mut words = rest.iter();
    let mut params: Option<Vec<&String>> = None;
    while let Some(word) = words.next() {
        let on = word.starts_with('-');
        if word == "--" {
            params = Some(words.by_ref().collect());
            break;
        }
        if word == "-" {
            shell.set_option("xtrace", false);
            shell.set_option("verbose", false);
            let left: Vec<&String> = words.by_ref().collect();
            params = (!left.is_empty()).then_some(left);
            break;
        }
        if !(on || word.starts_with('+')) || word.len() < 2 {
            params = Some(std::iter::once(word).chain(words.by_ref()).collect());
            break;
        }
        for c in word.chars().skip(1) {
            if c == 'o' {
                let Some(name) = words.next() else {
                    list_options(shell, on, out);
                    return Ok(0);
                };
                if !shell.set_option(name, on) {
                    out.error(&match shell.flavour {
                        Flavour::Bash => format!("set: {name}: invalid option name"),
                        Flavour::Dash => format!("set: Illegal option -o {name}"),
                        Flavour::Ash => format!("set: illegal option {}o {name}", if on { '-' } else { '+' }),
                    });
                    return Ok(if shell.flavour == Flavour::Bash { 2 } else { 1 });
                }
                continue;
            }
            match OPTIONS.iter().find(|(_, letter)| *letter == c) {
                Some((name, _)) => {
                    shell.set_option(name, on);
                    if c == 'm' {
                        shell.job_control = on && shell.proc.tty().is_some();
                    }
                }
                None if shell.flavour == Flavour::Bash => {
                    let sign = if on { '-' } else { '+' };
                    let usage = "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]";
                    return bad_option(out, "set", &format!("{sign}{c}"), usage);
                }
                None => {
                    out.error(&format!("set: Illegal option -{c}"));
                    return Err(shell.fatal(2));
                }
            }
        }
    }
    if let Some(params) = params {
        shell.params_set = true;
        shell.params = params.into_iter().map(|p| p.as_str().into()).collect();
    }
    Ok(0)
}

fn list_options(shell: &Shell, readable: bool, out: &mut Out) {
    for (name, _) in OPTIONS {
        let on = shell.option(name);
        let line = if readable {
            format!("{name:<15}\t{}\n", if on { "on" } else { "off" })
        } else {
            format!("set {}o {name}\n", if on { '-' } else { '+' })
        };
        out.print(&line);
    }
}

pub fn shopt(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "pqsuo") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "shopt", &option, "shopt [-pqsu] [-o] [optname ...]"),
    };
    let has = |c: char| options.contains(&c);
    let known = |name: &str| {
        if has('o') {
            OPTIONS.iter().find(|(n, _)| *n == name).map(|(n, _)| *n)
        } else {
            SHOPTS.iter().find(|(n, _)| *n == name).map(|(n, _)| *n)
        }
    };
    let is_on = |shell: &Shell, name: &str| if has('o') { shell.option(name) } else { shell.shopt(name) };
    let show = |shell: &Shell, name: &str, out: &mut Out| {
        let on = is_on(shell, name);
        if has('q') {
        } else if has('p') && has('o') {
            out.print(&format!("set {}o {name}\n", if on { '-' } else { '+' }));
        } else if has('p') {
            out.print(&format!("shopt -{} {name}\n", if on { 's' } else { 'u' }));
        } else {
            out.print(&format!("{name:<15}\t{}\n", if on { "on" } else { "off" }));
        }
    };
    let setting = has('s') || has('u');
    let mut status = 0;
    if rest.is_empty() {
        let names: Vec<&str> =
            if has('o') { OPTIONS.iter().map(|(n, _)| *n).collect() } else { SHOPTS.iter().map(|(n, _)| *n).collect() };
        for name in names {
            if !setting || is_on(shell, name) == has('s') {
                show(shell, name, out);
            }
        }
        return Ok(0);
    }
    for name in rest {
        let Some(name) = known(name) else {
            out.error(&format!("shopt: {name}: invalid {}option name", if has('o') { "" } else { "shell " }));
            status = 1;
            continue;
        };
        if setting {
            if has('o') {
                shell.set_option(name, has('s'));
            } else if has('s') {
                shell.shopts.insert(name);
            } else {
                shell.shopts.remove(name);
            }
        } else {
            show(shell, name, out);
            status |= i32::from(!is_on(shell, name));
        }
    }
    Ok(status)
}

pub fn umask(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (options, rest) = match letters(args, "pS") {
        Ok(found) => found,
        Err(option) => return bad_option(out, "umask", &option, "umask [-p] [-S] [mode]"),
    };
    let mask = shell.proc.umask();
    let Some(mode) = rest.first() else {
        let text = if options.contains(&'S') {
            let part = |shift: u32| {
                let bits = !mask >> shift & 7;
                let letters = [(4, 'r'), (2, 'w'), (1, 'x')];
                letters.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, c)| *c).collect::<String>()
            };
            format!("u={},g={},o={}", part(6), part(3), part(0))
        } else {
            format!("{mask:04o}")
        };
        let start = if options.contains(&'p') { "umask " } else { "" };
        out.print(&format!("{start}{text}\n"));
        return Ok(0);
    };
    if mode.starts_with(|c: char| c.is_ascii_digit()) {
        match u32::from_str_radix(mode, 8) {
            Ok(new) if new <= 0o777 => shell.proc.set_umask(new),
            _ => {
                out.error(&match shell.flavour {
                    Flavour::Bash => format!("umask: {mode}: octal number out of range"),
                    _ => format!("umask: Illegal number: {mode}"),
                });
                return Ok(1);
            }
        }
        return Ok(0);
    }
    match symbolic(mode, !mask & 0o777) {
        Some(allowed) => shell.proc.set_umask(!allowed & 0o777),
        None => {
            let bad: String = mode.chars().take(1).collect();
            out.error(&format!("umask: `{bad}': invalid symbolic mode operator"));
            return Ok(1);
        }
    }
    Ok(0)
}

/// `u=rwx,g=rx,o-w` applied to permissions.
fn symbolic(text: &str, mut allowed: u32) -> Option<u32> {
    for clause in text.split(',') {
        let at = clause.find(['=', '+', '-'])?;
        let (who, rest) = clause.split_at_checked(at)?;
        let mut who_mask = 0;
        for c in who.chars() {
            who_mask |= match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                'a' => 0o777,
                _ => return None,
            };
        }
        if who.is_empty() {
            who_mask = 0o777;
        }
        let mut chars = rest.chars();
        let op = chars.next()?;
        let mut bits = 0;
        for c in chars {
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                _ => return None,
            };
        }
        bits &= who_mask;
        allowed = match op {
            '=' => allowed & !who_mask | bits,
            '+' => allowed | bits,
            _ => allowed & !bits,
        };
    }
    Some(allowed)
}

pub fn ulimit(_: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let limits = [
        ('R', "real-time non-blocking time  (microseconds, -R) ", "unlimited"),
        ('c', "core file size              (blocks, -c) ", "0"),
        ('d', "data seg size               (kbytes, -d) ", "unlimited"),
        ('e', "scheduling priority                 (-e) ", "0"),
        ('f', "file size                   (blocks, -f) ", "unlimited"),
        ('i', "pending signals                     (-i) ", "31501"),
        ('l', "max locked memory           (kbytes, -l) ", "64"),
        ('m', "max memory size             (kbytes, -m) ", "unlimited"),
        ('n', "open files                          (-n) ", "1024"),
        ('p', "pipe size                (512 bytes, -p) ", "8"),
        ('q', "POSIX message queues         (bytes, -q) ", "819200"),
        ('r', "real-time priority                  (-r) ", "0"),
        ('s', "stack size                  (kbytes, -s) ", "8192"),
        ('t', "cpu time                   (seconds, -t) ", "unlimited"),
        ('u', "max user processes                  (-u) ", "31501"),
        ('v', "virtual memory              (kbytes, -v) ", "unlimited"),
        ('x', "file locks                          (-x) ", "unlimited"),
    ];
    let option =
        args.iter().skip(1).filter_map(|a| a.strip_prefix('-')).flat_map(str::chars).find(|c| !"SH".contains(*c));
    match option {
        Some('a') => {
            for (_, text, value) in limits {
                out.print(&format!("{text}{value}\n"));
            }
        }
        option => {
            let wanted = option.unwrap_or('f');
            let operand = args.iter().skip(1).any(|a| !a.starts_with('-'));
            if !operand {
                let value = limits.iter().find(|(c, ..)| *c == wanted).map_or("unlimited", |(.., value)| value);
                out.print(&format!("{value}\n"));
            }
        }
    }
    Ok(0)
}
