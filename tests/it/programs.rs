//! The programs of the simulated machines, case by case (`program_cases/*.txt`), and the same cases with the machine's
//! real GNU tools and BusyBox, which are the authority: `UPDATE_EXPECT=1` writes what the real tools say into the files,
//! and what the simulation says only where a case is marked `sim`.
//!
//! A case is `= name [flags]`, then `+` lines that make files (`+ file PATH TEXT`, `+ dir PATH`, `+ link TARGET PATH`,
//! `+ mode OCTAL PATH`, `+ time RFC3339 PATH`), then `$` commands, each with its standard output (`| `), standard error
//! (`! `) and exit status (`? `, where it is not 0). The commands know quotes, pipes, `;`, `&&`, `||` and redirections;
//! `text 'a\n'` prints. Flags: `sim` (no real tool to ask), `tty` (on a terminal of 80 columns), `busybox`.

use super::program_shell::{run_line, words_of, Line};
use crate::skip::skip;
use capas::ambient::Time;
use capas::kernel::{pipe, Budget, Fds, Kernel, OpenFile, Run, Size, Spawn, System, Tty};
use capas::layerfs::{Blob, FileKind, LayerBuilder, Meta, Mount, Vfs, Who};
use capas::shell::programs::programs;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

const NOW: &str = "2026-11-24T04:47:00Z";

#[derive(Clone, PartialEq, Debug, Default)]
struct Output {
    out: String,
    err: String,
    status: i32,
}

struct Case {
    name: String,
    flags: Vec<String>,
    setup: Vec<String>,
    commands: Vec<(String, Output)>,
}

impl Case {
    fn is(&self, flag: &str) -> bool {
        self.flags.iter().any(|f| f == flag)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/program_cases")
}

fn files() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "txt"));
    all.sort();
    all
}

/// The comments at the top, and the cases.
fn parse(text: &str) -> (String, Vec<Case>) {
    let mut head = String::new();
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let (sign, rest) = line.split_at(line.len().min(1));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match (sign, cases.last_mut()) {
            ("=", _) => {
                let (name, flags) = rest.split_once('[').unwrap_or((rest, ""));
                let flags = flags.trim_end_matches(']').split(' ').map(str::to_string).collect();
                cases.push(Case { name: name.trim().to_string(), flags, setup: Vec::new(), commands: Vec::new() });
            }
            ("#", None) => writeln!(head, "{line}").unwrap(),
            ("" | "#", _) => {}
            ("+", Some(case)) => case.setup.push(rest.to_string()),
            ("$", Some(case)) => case.commands.push((rest.to_string(), Output::default())),
            (sign, Some(case)) => {
                let output = &mut case.commands.last_mut().unwrap().1;
                match sign {
                    "|" => writeln!(output.out, "{rest}").unwrap(),
                    "%" => drop(output.out.pop()),
                    "!" => writeln!(output.err, "{rest}").unwrap(),
                    "?" => output.status = rest.parse().unwrap(),
                    _ => panic!("what is this? {line}"),
                }
            }
            _ => panic!("what is this? {line}"),
        }
    }
    (head, cases)
}

fn render(head: &str, cases: &[Case]) -> String {
    let mut text = head.to_string();
    for case in cases {
        let flags = case.flags.join(" ");
        let flags = if flags.is_empty() { flags } else { format!(" [{flags}]") };
        writeln!(text, "\n= {}{flags}", case.name).unwrap();
        case.setup.iter().for_each(|line| writeln!(text, "+ {line}").unwrap());
        for (command, output) in &case.commands {
            writeln!(text, "$ {command}").unwrap();
            text.push_str(&show(output));
        }
    }
    text
}

fn show(output: &Output) -> String {
    let mut text = String::new();
    let mark = |text: &mut String, sign: &str, line: &str| {
        writeln!(text, "{}", format!("{sign} {line}").trim_end_matches(' '))
    };
    for line in output.out.split_terminator('\n') {
        mark(&mut text, "|", line).unwrap();
    }
    if !output.out.is_empty() && !output.out.ends_with('\n') {
        text.push_str("%\n");
    }
    for line in output.err.split_terminator('\n') {
        mark(&mut text, "!", line).unwrap();
    }
    if output.status != 0 {
        writeln!(text, "? {}", output.status).unwrap();
    }
    text
}

/// Spaces at the ends of lines do not survive editors, and which number a file has depends on what else there is: they
/// are not compared.
fn compared(output: &Output) -> String {
    let inode = regex_lite::Regex::new("Inode: [0-9]+ *").unwrap();
    inode.replace_all(&show(output), "Inode: <number>").into_owned()
}

// ---- the simulation

pub fn machine(busybox: bool) -> System {
    let kernel = Kernel::new(Time::parse_rfc3339(NOW).unwrap());
    let meta = Meta::new(0o755, Time::parse_rfc3339("2026-11-02T04:20:00Z").unwrap());
    let mut layer = LayerBuilder::new();
    for dir in ["bin", "dev", "etc", "proc", "root", "w"] {
        layer.dir(dir, meta).unwrap();
    }
    layer.dir("tmp", Meta { mode: 0o1777, ..meta }).unwrap();
    let mut all = programs();
    all.extend(&capas::shell::shells());
    all.insert("text", |proc| {
        Box::pin(async move {
            proc.print(&unescape(proc.args().get(1).map_or("", String::as_str))).await;
            0
        })
    });
    let code = Blob::from_bytes(b"\x7fELF\0".to_vec());
    layer.file("bin/busybox", code.clone(), meta).unwrap();
    for name in all.names() {
        if busybox && name != "text" {
            layer.symlink(&format!("bin/{name}"), "busybox", meta).unwrap();
        } else if name != "busybox" {
            layer.file(&format!("bin/{name}"), code.clone(), meta).unwrap();
        }
    }
    let file = Meta { mode: 0o644, ..meta };
    let passwd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nana:x:1000:1000::/:/bin/sh\n";
    layer.file("etc/passwd", passwd.into(), file).unwrap();
    layer.file("etc/group", "root:x:0:\ndaemon:x:1:\nadm:x:4:ana\nwww-data:x:33:\nana:x:1000:\n".into(), file).unwrap();
    for (name, minor) in [("null", 3), ("zero", 5)] {
        layer.special(&format!("dev/{name}"), FileKind::CharDevice, (1, minor), Meta { mode: 0o666, ..meta }).unwrap();
    }
    let mount = Mount::new(vec![Arc::new(layer.finish())]);
    System::new(&kernel, Vfs::new(mount), "box", all)
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some('e') => out.push('\u{1b}'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

fn simulate(case: &Case) -> Vec<Output> {
    let system = machine(case.is("busybox"));
    let who = Who { cwd: "/w", ..Who::root(system.kernel().now()) };
    system.with_vfs(|vfs| {
        for line in &case.setup {
            let words: Vec<&str> = line.splitn(3, ' ').collect();
            let done = match words.as_slice() {
                ["file", path, text @ ..] => {
                    let text = unescape(text.first().unwrap_or(&""));
                    vfs.put_blob(&who, path, Blob::from_bytes(text.into_bytes()), 0o644)
                }
                ["dir", path] => vfs.mkdir(&who, path, 0o755),
                ["link", target, path] => vfs.symlink(&who, target, path),
                ["mode", mode, path] => vfs.chmod(&who, path, u32::from_str_radix(mode, 8).unwrap()),
                ["time", time, path] => {
                    let time = Time::parse_rfc3339(time);
                    vfs.utimes(&who, path, time, time, false)
                }
                _ => panic!("what is this? + {line}"),
            };
            done.unwrap_or_else(|e| panic!("+ {line}: {e}"));
        }
    });
    case.commands.iter().map(|(command, _)| simulate_line(&system, command, case.is("tty"))).collect()
}

fn simulate_line(system: &System, command: &str, on_tty: bool) -> Output {
    let kernel = system.kernel().clone();
    let (out, err) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
    let mut spawn = Spawn::new(vec!["sh".to_string()]);
    spawn.cwd = "/w".to_string();
    spawn.env = [("PATH", "/bin"), ("HOME", "/root"), ("TERM", "xterm")].map(|(k, v)| (k.into(), v.into())).into();
    if on_tty {
        let tty = Tty::new(Size { rows: 24, cols: 80 });
        spawn.fds = Fds::on_tty(&tty);
        spawn.tty = Some(tty.clone());
        let out = out.clone();
        kernel.spawn(async move {
            loop {
                let piece = tty.master_read(4096).await;
                if piece.is_empty() {
                    break;
                }
                out.borrow_mut().extend(piece);
            }
        });
    } else {
        let mut ends = Vec::new();
        for sink in [&out, &err] {
            let (reader, writer) = pipe();
            ends.push(OpenFile::pipe_writer(writer));
            let sink = sink.clone();
            kernel.spawn(async move {
                loop {
                    let piece = reader.read(4096).await;
                    if piece.is_empty() {
                        break;
                    }
                    sink.borrow_mut().extend(piece);
                }
            });
        }
        let stderr = ends.pop().unwrap();
        spawn.fds = Fds::standard(OpenFile::null(), ends.pop().unwrap(), stderr);
    }
    let line = Line::parse(command);
    spawn.program = Some(Box::new(move |proc| Box::pin(async move { run_line(&proc, &line).await })));
    let child = system.spawn(spawn).unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        match kernel.run(&mut cx, Budget::default()) {
            Run::Timer(at) if child.status().is_none() => kernel.advance_to(at),
            Run::Busy => {}
            _ => break,
        }
    }
    let status = child.try_wait().unwrap_or_else(|| panic!("never ends: {command}")).code();
    let text = |bytes: &Rc<RefCell<Vec<u8>>>| String::from_utf8_lossy(&bytes.borrow()).replace("\r\n", "\n");
    Output { out: text(&out), err: text(&err), status }
}

// ---- the real tools

fn real(case: &Case, dir: &Path) -> Vec<Output> {
    let place = dir.join("w");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    for line in &case.setup {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let at = |path: &&str| place.join(path);
        match words.as_slice() {
            ["file", path, text @ ..] => std::fs::write(at(path), unescape(text.first().unwrap_or(&""))).unwrap(),
            ["dir", path] => std::fs::create_dir(at(path)).unwrap(),
            ["link", target, path] => std::os::unix::fs::symlink(target, at(path)).unwrap(),
            ["mode", mode, path] => assert!(Command::new("chmod").arg(mode).arg(at(path)).status().unwrap().success()),
            ["time", time, path] => {
                assert!(Command::new("touch").args(["-h", "-d", time]).arg(at(path)).status().unwrap().success());
            }
            _ => panic!("what is this? + {line}"),
        }
    }
    case.commands.iter().map(|(command, _)| real_line(case, command, dir, &place)).collect()
}

fn real_line(case: &Case, command: &str, dir: &Path, place: &Path) -> Output {
    let script = format!("text() {{ printf '%b' \"$1\"; }}; umask 022; {command}");
    let path = if case.is("busybox") { dir.join("bb").display().to_string() } else { "/usr/bin:/bin".to_string() };
    let mut process = if case.is("tty") {
        let mut process = Command::new("/usr/bin/script");
        process.args(["-qec", &format!("stty rows 24 cols 80; {script}"), "/dev/null"]);
        process.env("SHELL", "/bin/bash");
        process
    } else {
        let mut process = Command::new("/bin/bash");
        process.args(["-c", &script]);
        process
    };
    process.current_dir(place).stdin(Stdio::null()).env_clear();
    process.envs([("PATH", path.as_str()), ("HOME", "/root"), ("LC_ALL", "C"), ("TZ", "UTC0"), ("TERM", "xterm")]);
    if case.is("tty") {
        process.env("PATH", format!("{path}:/usr/bin:/bin")).env("SHELL", "/bin/bash");
    }
    let output = process.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    Output { out: text(&output.stdout), err: text(&output.stderr), status: output.status.code().unwrap_or(-1) }
}

/// A folder of its own for the real tools, if the machine has those that the cases were recorded with.
fn workshop() -> Option<PathBuf> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_string())
    };
    if version("ls").as_deref() != Some("ls (GNU coreutils) 9.1") {
        return None;
    }
    let root = Command::new("id").arg("-u").output().ok()?;
    if root.stdout != b"0\n" {
        return None;
    }
    let dir = std::env::temp_dir().join(format!("capas-programs-{}", std::process::id()));
    let bb = dir.join("bb");
    std::fs::create_dir_all(&bb).ok()?;
    let _ = Command::new("busybox").args(["--install", "-s"]).arg(&bb).status();
    Some(dir)
}

// ---- the tests

#[test]
fn program_cases_in_the_simulation() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let only = std::env::var("CASE").ok();
    let (mut count, mut wrong) = (0, String::new());
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, mut cases) = parse(&text);
        for case in &mut cases {
            if only.as_ref().is_some_and(|o| !case.name.contains(o.as_str())) {
                continue;
            }
            let outputs = simulate(case);
            for (i, output) in outputs.into_iter().enumerate() {
                count += 1;
                let (command, expected) = &mut case.commands[i];
                if compared(&output) != compared(expected) {
                    if update && case.flags.iter().any(|f| f == "sim") {
                        *expected = output.clone();
                        continue;
                    }
                    let name = path.file_stem().unwrap().to_string_lossy();
                    write!(
                        wrong,
                        "{name}, {}:\n$ {command}\n--- expected\n{}--- got\n{}\n",
                        case.name,
                        show(expected),
                        show(&output)
                    )
                    .unwrap();
                }
            }
        }
        if update {
            std::fs::write(&path, render(&head, &cases)).unwrap();
        }
    }
    assert!(count > 0 || only.is_some());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn program_cases_with_the_real_tools() {
    let Some(dir) = workshop() else {
        return skip!("no GNU coreutils 9.1 on this machine, or not root");
    };
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let has_busybox = dir.join("bb/ls").exists();
    let mut without_busybox = 0;
    let mut wrong = String::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, mut cases) = parse(&text);
        for case in cases.iter_mut().filter(|c| !c.is("sim")) {
            if case.is("busybox") && !has_busybox {
                without_busybox += 1;
                continue;
            }
            for (i, output) in real(case, &dir).into_iter().enumerate() {
                let (command, expected) = &mut case.commands[i];
                if update {
                    *expected = output;
                } else if compared(&output) != compared(expected) {
                    write!(
                        wrong,
                        "{}:\n$ {command}\n--- written\n{}--- real\n{}\n",
                        case.name,
                        show(expected),
                        show(&output)
                    )
                    .unwrap();
                }
            }
        }
        if update {
            std::fs::write(&path, render(&head, &cases)).unwrap();
        }
    }
    let _ = std::fs::remove_dir_all(&dir);
    if without_busybox > 0 {
        skip!(format!("no busybox on this machine, which {without_busybox} cases need"));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_small_shell_of_these_tests_reads_quotes() {
    assert_eq!(words_of("a 'b c' \"d'e\" f\\ g"), ["a", "b c", "d'e", "f g"]);
}
