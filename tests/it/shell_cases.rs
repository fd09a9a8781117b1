//! The shell held against the real ones: `shell_cases/*.txt` hold scripts with what the real bash, dash or busybox
//! prints. One test runs them here, in this process; another runs them through the machine's own shells, where it has
//! them, so that no expectation is made up. `UPDATE_EXPECT=1` writes the real shells' answers into the files.

use crate::shell_machine::{Machine, Ran};
use crate::skip::skip;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One script and what it is to print.
#[derive(Debug, Clone, PartialEq)]
struct Case {
    title: String,
    script: String,
    expected: Option<(String, String, i32)>,
}

fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shell_cases");
    let mut all: Vec<PathBuf> = fs::read_dir(dir).unwrap().flatten().map(|e| e.path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "txt"));
    all.sort();
    all
}

/// `=== title`, the script, then `--- out`, `--- err`, `--- status N` where they are not empty.
fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = 's';
    for line in text.split_inclusive('\n') {
        if let Some(title) = line.strip_prefix("=== ") {
            cases.push(Case { title: title.trim().to_owned(), script: String::new(), expected: None });
            section = 's';
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        let bare = line.trim_end();
        if matches!(bare, "--- out" | "--- err") || bare.starts_with("--- status") {
            let expected = case.expected.get_or_insert_with(Default::default);
            section = bare.chars().nth(4).unwrap_or('o');
            if let Some(code) = bare.strip_prefix("--- status ") {
                expected.2 = code.parse().unwrap();
            }
            continue;
        }
        match (section, &mut case.expected) {
            ('o', Some(expected)) => expected.0.push_str(line),
            ('e', Some(expected)) => expected.1.push_str(line),
            _ => case.script.push_str(line),
        }
    }
    cases
}

fn render(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = write!(out, "=== {}\n{}", case.title, case.script);
        if let Some((stdout, stderr, status)) = &case.expected {
            out.push_str("--- out\n");
            out.push_str(stdout);
            if !stdout.is_empty() && !stdout.ends_with('\n') {
                out.push_str("¬\n");
            }
            if !stderr.is_empty() {
                let _ = write!(out, "--- err\n{stderr}");
                if !stderr.ends_with('\n') {
                    out.push_str("¬\n");
                }
            }
            if *status != 0 {
                let _ = writeln!(out, "--- status {status}");
            }
        }
    }
    out
}

/// A last line without its newline is written with `¬` after it.
fn expected(case: &Case) -> Option<Ran> {
    let (stdout, stderr, status) = case.expected.clone()?;
    let cut = |text: String| match text.strip_suffix("¬\n") {
        Some(cut) => cut.to_owned(),
        None => text,
    };
    Some(Ran { stdout: cut(stdout), stderr: cut(stderr), status })
}

/// The shell that a file is for, by its name's beginning.
fn shell_of(path: &Path) -> &'static str {
    let name = path.file_name().unwrap().to_string_lossy();
    ["dash", "ash"].into_iter().find(|shell| name.starts_with(shell)).unwrap_or("bash")
}

fn run_here(shell: &str, script: &str) -> Ran {
    let machine = Machine::new();
    let script = script.trim_end_matches('\n');
    match shell {
        "ash" => machine.run("/busy/sh", &["sh", "-c", script], "one\ntwo three\n"),
        "dash" => machine.run("/bin/dash", &["dash", "-c", script], "one\ntwo three\n"),
        _ => machine.run("/bin/bash", &["bash", "-c", script], "one\ntwo three\n"),
    }
}

fn run_real(shell: &str, script: &str) -> Option<Ran> {
    let dir = std::env::temp_dir().join(format!("capas-shell-{}", std::process::id()));
    fs::create_dir_all(&dir).ok()?;
    let script = script.trim_end_matches('\n');
    let (program, args): (&str, Vec<&str>) = match shell {
        "ash" => ("/usr/bin/busybox", vec!["sh", "-c", script]),
        "dash" => ("/bin/dash", vec!["-c", script]),
        _ => ("/bin/bash", vec!["-c", script]),
    };
    if !Path::new(program).exists() {
        return None;
    }
    // Who runs the tests in the background has them ignore the interrupt, and shells hand that on.
    let mut command = Command::new("env");
    command.args(["--default-signal", if shell == "ash" { program } else { shell }]);
    command.args(args).current_dir(&dir).env_clear().envs([
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/root"),
        ("TERM", "xterm"),
        ("LC_ALL", if shell == "bash" { "C.UTF-8" } else { "C" }),
    ]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    use std::io::Write as _;
    let _ = child.stdin.take()?.write_all(b"one\ntwo three\n");
    let output = child.wait_with_output().ok()?;
    let _ = fs::remove_dir_all(&dir);
    let code = output
        .status
        .code()
        .unwrap_or_else(|| 128 + std::os::unix::process::ExitStatusExt::signal(&output.status).unwrap_or(0));
    Some(Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: code,
    })
}

/// What differs from run to run: process numbers and the temporary directory.
fn redact(ran: Ran) -> Ran {
    let dir = std::env::temp_dir().join(format!("capas-shell-{}", std::process::id()));
    let dir = dir.to_string_lossy().into_owned();
    let text = |text: String| text.replace(&dir, "/tmp");
    Ran { stdout: text(ran.stdout), stderr: text(ran.stderr), status: ran.status }
}

#[test]
fn cases_print_what_the_real_shells_print() {
    let filter = std::env::var("CASE").unwrap_or_default();
    let mut failures = String::new();
    let (mut good, mut total) = (0, 0);
    for path in files() {
        let shell = shell_of(&path);
        for case in parse(&fs::read_to_string(&path).unwrap()) {
            let Some(wanted) = expected(&case) else { continue };
            if !case.title.contains(&filter) {
                continue;
            }
            total += 1;
            let got = run_here(shell, &case.script);
            if got == wanted {
                good += 1;
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy();
            let _ = writeln!(failures, "=== {name}: {}\n{}", case.title, case.script);
            let _ = writeln!(failures, "wanted {} {:?} {:?}", wanted.status, wanted.stdout, wanted.stderr);
            let _ = writeln!(failures, "   got {} {:?} {:?}\n", got.status, got.stdout, got.stderr);
        }
    }
    assert!(total > 0 && failures.is_empty(), "{good} of {total}\n{failures}");
}

#[test]
fn the_real_shells_agree_with_the_cases() {
    let update = std::env::var("UPDATE_EXPECT").is_ok();
    let (mut failures, mut missing) = (String::new(), BTreeMap::new());
    for path in files() {
        let shell = shell_of(&path);
        let mut cases = parse(&fs::read_to_string(&path).unwrap());
        for case in &mut cases {
            let Some(real) = run_real(shell, &case.script).map(redact) else {
                *missing.entry(shell).or_insert(0) += 1;
                continue;
            };
            if update {
                case.expected = Some((real.stdout, real.stderr, real.status));
            } else if expected(case).as_ref() != Some(&real) {
                let _ = writeln!(failures, "{}: {}\n{real:?}", path.display(), case.title);
            }
        }
        if update {
            fs::write(&path, render(&cases)).unwrap();
        }
    }
    for (shell, cases) in missing {
        skip!(format!("no real {shell} could be run, which {cases} cases need"));
    }
    assert!(failures.is_empty(), "{failures}");
}

/// For trying things out: `PROBE=file SHELL_KIND=bash cargo test --test it probe -- --ignored --nocapture`.
#[test]
#[ignore = "prints what a script does, for whoever works on the shell"]
fn probe() {
    let path = std::env::var("PROBE").unwrap();
    let shell = std::env::var("SHELL_KIND").unwrap_or_else(|_| "bash".to_owned());
    for case in parse(&fs::read_to_string(path).unwrap()) {
        let here = run_here(&shell, &case.script);
        let real = run_real(&shell, &case.script).map(redact);
        if real.as_ref() == Some(&here) {
            println!("=== {}: same", case.title);
        } else {
            println!("=== {}\n{}real {real:?}\nhere {:?}", case.title, case.script, Some(here));
        }
    }
}
