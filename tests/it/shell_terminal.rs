//! The shell on a terminal, byte for byte as a real bash was recorded (`01_tutorial` and sessions of bash 5.2 with
//! `TERM=xterm`).

use crate::shell_machine::{Machine, Session};

const RC: &str = "PS1='${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '\n";

fn tutorial() -> Session {
    let machine = Machine::new();
    machine.file("/etc/bash.bashrc", RC, 0o644);
    machine.file("/etc/inputrc", "set enable-bracketed-paste off\n", 0o644);
    Session::start(machine, "/bin/bash", &["/bin/bash"], &[])
}

const PROMPT: &str = "root@2d16e713be6c:/# ";

#[test]
fn interrupt_then_end_of_file_leaves_with_130() {
    let session = tutorial();
    assert_eq!(session.output(), PROMPT);
    assert_eq!(session.keys("\u{3}"), format!("^C\r\n{PROMPT}"));
    assert_eq!(session.keys("\u{4}"), "exit\r\n");
    assert_eq!(session.status(), Some(130));
    assert_eq!(session.machine.text("/root/.bash_history"), None);
}

#[test]
fn the_typed_lines_go_to_the_history_file() {
    let session = tutorial();
    session.output();
    let typed = "echo \"00000000000000000\">file.txt";
    assert_eq!(session.keys(&format!("{typed}\r")), format!("{typed}\r\n{PROMPT}"));
    assert_eq!(session.keys("\u{4}"), "exit\r\n");
    assert_eq!(session.status(), Some(0));
    assert_eq!(session.machine.text("/root/.bash_history").map(|t| t.len()), Some(34));
    assert_eq!(session.machine.text("/file.txt").as_deref(), Some("00000000000000000\n"));
}

#[test]
fn exit_is_a_line_too() {
    let session = tutorial();
    session.output();
    assert_eq!(session.keys("exit\r"), "exit\r\nexit\r\n");
    assert_eq!(session.status(), Some(0));
    assert_eq!(session.machine.text("/root/.bash_history").as_deref(), Some("exit\n"));
}

#[test]
fn an_unknown_command_is_remembered_in_the_status() {
    let session = tutorial();
    session.output();
    let answer = format!("nosuchcmd\r\nbash: nosuchcmd: command not found\r\n{PROMPT}");
    assert_eq!(session.keys("nosuchcmd\r"), answer);
    assert_eq!(session.keys("\u{4}"), "exit\r\n");
    assert_eq!(session.status(), Some(127));
}

#[test]
fn a_change_of_size_draws_the_prompt_again() {
    use capas::kernel::Size;
    let session = tutorial();
    session.output();
    session.tty.resize(Size { rows: 0, cols: 0 });
    session.machine.settle(false);
    session.tty.resize(Size { rows: 24, cols: 80 });
    session.machine.settle(false);
    assert_eq!(session.output(), format!("\r\u{1b}[K\r{PROMPT}\r\u{1b}[K\r{PROMPT}"));
}

#[test]
fn bracketed_paste_is_on_where_no_inputrc_turns_it_off() {
    let machine = Machine::new();
    machine.file("/etc/bash.bashrc", RC, 0o644);
    let session = Session::start(machine, "/bin/bash", &["/bin/bash"], &[("INPUTRC", "/dev/null")]);
    assert_eq!(session.output(), format!("\u{1b}[?2004h{PROMPT}"));
    assert_eq!(session.keys("echo hi\r"), format!("echo hi\r\n\u{1b}[?2004l\rhi\r\n\u{1b}[?2004h{PROMPT}"));
    assert_eq!(session.keys("\u{4}"), "\u{1b}[?2004l\r\r\nexit\r\n");
}

/// A plain prompt in `/tmp`, as the recorded sessions had.
fn plain() -> Session {
    let machine = Machine::new();
    machine.file("/etc/inputrc", "set enable-bracketed-paste off\n", 0o644);
    let session = Session::start(machine, "/bin/bash", &["bash", "--norc"], &[("PS1", "$ ")]);
    assert_eq!(session.output(), "$ ");
    session
}

/// Types each and compares what comes back.
fn check(steps: &[(&str, &str)]) {
    let session = plain();
    for (at, (keys, shown)) in steps.iter().enumerate() {
        assert_eq!(session.keys(keys), *shown, "step {at}: {keys:?}");
    }
}

#[test]
fn keys_draw_as_readline_draws() {
    check(&[
        ("abc", "abc"),
        ("\u{7f}", "\u{8} \u{8}"),
        ("\u{7f}", "\u{8} \u{8}"),
        ("x\r", "x\r\nbash: ax: command not found\r\n$ "),
    ]);
    check(&[
        ("echo ac", "echo ac"),
        ("\u{1b}[D", "\u{8}"),
        ("b", "bc\u{8}"),
        ("\u{1b}[C", "c"),
        ("\u{1}", "\r$ "),
        ("X", "\u{1b}[1@X"),
        ("\u{5}", "echo abc"),
    ]);
    check(&[
        ("abcd", "abcd"),
        ("\u{1}", "\r$ "),
        ("\u{4}", "\u{1b}[1P"),
        ("\u{1b}[3~", "\u{1b}[1P"),
        ("\u{b}", "\u{1b}[K"),
        ("\u{19}", "cd"),
    ]);
    check(&[
        ("foo bar baz", "foo bar baz"),
        ("\u{17}", "\u{8}\u{8}\u{8}\u{1b}[K"),
        ("\u{17}", "\u{8}\u{8}\u{8}\u{8}\u{1b}[K"),
        ("\u{15}", "\r$ \u{1b}[K"),
        ("\u{19}", "foo bar baz"),
    ]);
    check(&[("abc", "abc"), ("\u{c}", "\u{1b}[H\u{1b}[2J$ abc")]);
    check(&[("ab", "ab"), ("\u{14}", "\u{8}\u{8}ba"), ("\u{1f}", "\u{8}\u{8}ab\u{8}")]);
}

#[test]
fn history_is_gone_through_and_searched() {
    check(&[
        ("echo one\r", "echo one\r\none\r\n$ "),
        ("echo two\r", "echo two\r\ntwo\r\n$ "),
        ("\u{1b}[A", "echo two"),
        ("\u{1b}[A", "\u{8}\u{8}\u{8}one"),
        ("\u{1b}[B", "\u{8}\u{8}\u{8}two"),
        ("\u{1b}[B", "\r$ \u{1b}[K"),
        ("\u{1b}[B", "\u{7}"),
    ]);
    check(&[
        ("echo one\r", "echo one\r\none\r\n$ "),
        ("echo two\r", "echo two\r\ntwo\r\n$ "),
        ("\u{12}", "\r(reverse-i-search)`': "),
        ("o", "\u{8}\u{8}\u{8}o': echo two\u{8}"),
        ("n", "\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}n': echo one\u{8}\u{8}\u{8}"),
        ("\r", "\r$ echo one\u{1b}[K\u{8}\u{8}\u{8}\r\none\r\n$ "),
    ]);
    check(&[
        ("echo hi\r", "echo hi\r\nhi\r\n$ "),
        ("!!\r", "!!\r\necho hi\r\nhi\r\n$ "),
        ("!ec\r", "!ec\r\necho hi\r\nhi\r\n$ "),
        ("echo !$\r", "echo !$\r\necho hi\r\nhi\r\n$ "),
        ("!nosuch\r", "!nosuch\r\nbash: !nosuch: event not found\r\n$ "),
    ]);
}

#[test]
fn lines_go_on_and_are_interrupted() {
    check(&[("echo \"a\r", "echo \"a\r\n> "), ("b\"\r", "b\"\r\na\r\nb\r\n$ ")]);
    check(&[("echo \"a\r", "echo \"a\r\n> "), ("\u{3}", "^C\r\n$ "), ("echo $?\r", "echo $?\r\n130\r\n$ ")]);
    check(&[("abc", "abc"), ("\u{1b}[D", "\u{8}"), ("\u{3}", "^C\r\n$ ")]);
    check(&[("\r", "\r\n$ "), ("\u{4}", "exit\r\n")]);
    check(&[("echo a\recho b\r", "echo a\r\na\r\n$ echo b\r\nb\r\n$ ")]);
}

#[test]
fn words_are_completed() {
    let session = plain();
    session.machine.file("/tmp/aab", "", 0o644);
    session.machine.file("/tmp/aac", "", 0o644);
    session.keys("cd /tmp; mkdir add; clear\r");
    assert_eq!(session.keys("ls aa\t"), "ls aa\u{7}");
    assert_eq!(session.keys("\t"), "\r\naab  aac  \r\n$ ls aa");
    assert_eq!(session.keys("b\t"), "b ");
    assert_eq!(session.keys("\u{15}cat ad\t"), "\r$ \u{1b}[Kcat add/");
    assert_eq!(session.keys("\u{15}echo $HO\t"), "\r$ \u{1b}[Kecho $HO\u{7}");
    assert_eq!(session.keys("\u{15}ech\t"), "\r$ \u{1b}[Kecho ");
}

#[test]
fn jobs_are_started_stopped_and_told_of() {
    let session = plain();
    let answer = session.keys("sleep 5\r");
    assert_eq!(answer, "sleep 5\r\n");
    assert_eq!(session.keys("\u{1a}"), "^Z\r\n[1]+  Stopped                 sleep 5\r\n$ ");
    assert_eq!(session.keys("jobs\r"), "jobs\r\n[1]+  Stopped                 sleep 5\r\n$ ");
    assert_eq!(session.keys("bg\r"), "bg\r\n[1]+ sleep 5 &\r\n$ ");
    assert_eq!(session.keys("fg\r"), "fg\r\nsleep 5\r\n");
    assert_eq!(session.keys("\u{3}"), "^C\r\n$ ");
    assert_eq!(session.keys("while true; do :; done\r"), "while true; do :; done\r\n");
    assert_eq!(session.keys("\u{3}"), "^C\r\n$ ");
    assert_eq!(session.keys("echo $?\r"), "echo $?\r\n130\r\n$ ");
    let started = session.keys("sleep 1 &\r");
    assert!(started.starts_with("sleep 1 &\r\n[1] ") && started.ends_with("\r\n$ "), "{started:?}");
    session.machine.settle(true);
    assert_eq!(session.keys("\r"), "\r\n[1]+  Done                    sleep 1\r\n$ ");
}

#[test]
fn the_other_shells_have_their_prompts() {
    let session = Session::start(Machine::new(), "/bin/sh", &["sh"], &[]);
    assert_eq!(session.output(), "# ");
    assert!(session.keys("nosuch\r").ends_with("sh: 1: nosuch: not found\r\n# "));
    let session = Session::start(Machine::new(), "/busy/sh", &["sh"], &[]);
    assert_eq!(session.output(), "/ # ");
    assert!(session.keys("nosuch\r").ends_with("sh: nosuch: not found\r\n/ # "));
    session.keys("\u{4}");
    assert_eq!(session.status(), Some(127));
    assert_eq!(session.machine.text("/root/.bash_history"), None);
}

#[test]
fn the_real_startup_files_of_debian_run() {
    let machine = Machine::new();
    machine.file("/etc/bash.bashrc", include_str!("shell_cases/debian.bashrc"), 0o644);
    machine.file("/etc/inputrc", "set enable-bracketed-paste off\n", 0o644);
    let session = Session::start(machine, "/bin/bash", &["/bin/bash"], &[]);
    assert_eq!(session.output(), PROMPT);
}
