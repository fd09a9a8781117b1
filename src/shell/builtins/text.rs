//! Builtins that only compute and print: `echo`, `printf`, `test`, `:` and their kin.

use super::{Out, ShellFacts};
use crate::shell::lexer::Flavour;
use crate::shell::state::{Outcome, Shell};
use crate::shell::{echo as echo_text, printf as printf_text, test_expr};

/// `:`, `true`, `false`, and builtins that change nothing a student could see.
pub fn colon(_: &mut Shell, args: &[String], _: &mut Out) -> Outcome {
    Ok(i32::from(args.first().is_some_and(|name| name == "false")))
}

pub fn echo(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let args = args.get(1..).unwrap_or_default();
    out.print(&echo_text::echo(args, shell.flavour, shell.shopt("xpg_echo")));
    Ok(0)
}

pub fn printf(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let mut rest = args.get(1..).unwrap_or_default();
    let mut variable = None;
    if shell.flavour == Flavour::Bash {
        if let [option, name, others @ ..] = rest {
            if option == "-v" {
                variable = Some(name.clone());
                rest = others;
            }
        }
    }
    if rest.first().is_some_and(|first| first == "--") {
        rest = rest.get(1..).unwrap_or_default();
    }
    let Some((format, operands)) = rest.split_first() else {
        let usage = match shell.flavour {
            Flavour::Bash => "printf: usage: printf [-v var] format [arguments]\n".to_owned(),
            _ => format!("{}printf: usage: printf format [arg ...]\n", shell.prefix()),
        };
        out.raw_error(&usage);
        return Ok(2);
    };
    if format.len() > 1 && format.starts_with('-') && shell.flavour == Flavour::Bash && args.get(1) == Some(format) {
        let option: String = format.chars().take(2).collect();
        return super::bad_option(out, "printf", &option, "printf [-v var] format [arguments]");
    }
    let printed = printf_text::printf(format, operands, shell.proc.now());
    match variable {
        Some(name) => {
            let result = match name.strip_suffix(']').and_then(|n| n.split_once('[')) {
                Some((array, key)) => shell.assign_element(array, key, &printed.out, false),
                None => shell.assign(&name, &printed.out, false),
            };
            if let Err(error) = result {
                out.error(&error);
                return Ok(1);
            }
        }
        None => out.print(&printed.out),
    }
    for error in &printed.errors {
        let text = match (shell.flavour, error.strip_suffix(": invalid number")) {
            (Flavour::Dash, Some(number)) => format!("printf: {number}: expected numeric value"),
            (Flavour::Ash, Some(number)) => format!("invalid number '{number}'"),
            _ => format!("printf: {error}"),
        };
        out.error(&text);
    }
    Ok(printed.status)
}

pub fn test(shell: &mut Shell, args: &[String], out: &mut Out) -> Outcome {
    let (name, mut rest) = match args.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("test", args),
    };
    if name == "[" {
        match rest.split_last() {
            Some((last, others)) if last == "]" => rest = others,
            _ => {
                out.error(match shell.flavour {
                    Flavour::Bash => "[: missing `]'",
                    Flavour::Dash => "[: missing ]",
                    Flavour::Ash => "missing ]",
                });
                return Ok(2);
            }
        }
    }
    match test_expr::test(&ShellFacts(shell), rest) {
        Ok(value) => Ok(i32::from(!value)),
        Err(error) => {
            let text = match (shell.flavour, error.strip_suffix(": integer expression expected")) {
                (Flavour::Dash, Some(number)) => format!("{name}: Illegal number: {number}"),
                (Flavour::Ash, Some(number)) => format!("{number}: bad number"),
                (Flavour::Bash, _) => format!("{name}: {error}"),
                (Flavour::Ash, _) => match rest.get(1).filter(|_| error.ends_with("operator expected")) {
                    Some(word) => format!("{word}: unknown operand"),
                    None => error,
                },
                (Flavour::Dash, _) => match rest.first().filter(|_| error.ends_with("operator expected")) {
                    Some(word) => format!("{name}: {word}: unexpected operator"),
                    None => format!("{name}: {error}"),
                },
            };
            out.error(&text);
            Ok(2)
        }
    }
}

pub fn times(_: &mut Shell, _: &[String], out: &mut Out) -> Outcome {
    out.print("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
    Ok(0)
}
