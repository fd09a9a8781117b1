//! The builtins that are programs too: `/bin/echo`, `/usr/bin/printf`, `test` and `[`, for whoever runs them without a
//! shell (`docker run busybox echo hola`, `xargs`, `find -exec`). They share the builtins' workings, and complain as
//! programs do.

use super::escape::to_bytes;
use super::lexer::Flavour;
use super::{echo, printf, test_expr};
use crate::kernel::{Flavor, Proc, Programs};

/// What a program says and how it ends.
struct Said {
    out: String,
    errors: Vec<String>,
    status: i32,
}

impl Said {
    fn trouble(status: i32, errors: Vec<String>) -> Said {
        Said { out: String::new(), errors, status }
    }
}

/// A program: what it says to its arguments.
type Program = fn(&Proc, &[String]) -> Said;

/// Adds them to a table.
pub(super) fn insert(programs: &mut Programs) {
    let table: [(&str, Program); 4] =
        [("echo", run_echo), ("printf", run_printf), ("test", run_test), ("[", run_bracket)];
    for (name, function) in table {
        programs.insert(name, move |proc| Box::pin(run(name, function, proc)));
    }
}

async fn run(name: &'static str, function: Program, proc: Proc) -> i32 {
    let args = proc.args();
    let said = function(&proc, args.get(1..).unwrap_or_default());
    for error in &said.errors {
        proc.eprint(&format!("{name}: {error}\n")).await;
    }
    match proc.write(1, &to_bytes(&said.out)).await {
        Err(errno) if !said.out.is_empty() => {
            proc.eprint(&format!("{name}: write error: {errno}\n")).await;
            1
        }
        _ => said.status,
    }
}

fn run_echo(proc: &Proc, args: &[String]) -> Said {
    let flavour = if proc.flavor() == Flavor::Busybox { Flavour::Ash } else { Flavour::Bash };
    Said { out: echo::echo(args, flavour, false), errors: Vec::new(), status: 0 }
}

fn run_printf(proc: &Proc, args: &[String]) -> Said {
    let args = if args.first().is_some_and(|a| a == "--") { args.get(1..).unwrap_or_default() } else { args };
    match args.split_first() {
        None if proc.flavor() == Flavor::Busybox => Said::trouble(1, vec!["usage: printf FORMAT [ARG]...".to_owned()]),
        None => Said::trouble(1, vec!["missing operand\nTry 'printf --help' for more information.".to_owned()]),
        Some((format, operands)) => {
            let printed = printf::printf(format, operands, proc.now());
            Said { out: printed.out, errors: printed.errors, status: printed.status }
        }
    }
}

fn run_test(proc: &Proc, args: &[String]) -> Said {
    match test_expr::test(proc, args) {
        Ok(value) => Said::trouble(i32::from(!value), Vec::new()),
        Err(error) => {
            let number = error.strip_suffix(": integer expression expected");
            let text = match (proc.flavor(), number) {
                (Flavor::Busybox, Some(number)) => format!("{number}: bad number"),
                (Flavor::Gnu, Some(number)) => format!("invalid integer '{number}'"),
                (_, None) => error,
            };
            Said::trouble(2, vec![text])
        }
    }
}

fn run_bracket(proc: &Proc, args: &[String]) -> Said {
    match args.split_last() {
        Some((last, rest)) if last == "]" => run_test(proc, rest),
        _ if proc.flavor() == Flavor::Busybox => Said::trouble(2, vec!["missing ]".to_owned()]),
        _ => Said::trouble(2, vec!["missing ']'".to_owned()]),
    }
}
