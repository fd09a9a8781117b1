//! The shell on a terminal, byte for byte as a real bash was recorded (`01_tutorial` and sessions of bash 5.2 with
//! `TERM=xterm`).

use crate::shell_machine::{Machine, Session};
use capas::kernel::Size;
use capas::terminal::screen::Screen;

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

#[test]
fn more_keys_draw_as_readline_draws() {
    check(&[
        ("foo bar", "foo bar"),
        ("\u{1b}b", "\u{8}\u{8}\u{8}"),
        ("\u{1b}b", "\r$ "),
        ("\u{1b}f", "foo"),
        ("\u{1b}d", "\u{1b}[K"),
        ("\u{1b}\u{7f}", "\u{8}\u{8}\u{8}\u{1b}[K"),
    ]);
    check(&[
        ("hello world", "hello world"),
        ("\u{1b}b", "\u{8}\u{8}\u{8}\u{8}\u{8}"),
        ("\u{7f}", "\u{8}\u{1b}[1P"),
        ("\u{7f}", "\u{8}\u{1b}[1P"),
    ]);
    check(&[
        ("echo one two\r", "echo one two\r\none two\r\n$ "),
        ("ls \u{1b}.", "ls two"),
        ("\u{15}", "\r$ \u{1b}[K"),
        ("a b c", "a b c"),
        ("\u{17}", "\u{8}\u{1b}[K"),
        ("\u{17}", "\u{8}\u{8}\u{1b}[K"),
        ("\u{19}", "b c"),
        ("\u{1b}y", "\u{8}\u{8}\u{8}ls two"),
    ]);
    check(&[("\u{16}\u{1}", "^A"), ("\u{7f}", "\u{8}\u{8}\u{1b}[K")]);
    check(&[("hello world", "hello world"), ("\u{1}\u{1b}u", "\r$ HELLO"), ("\u{1b}c", " World"), ("\u{1b}l", "")]);
    check(&[
        ("echo a\r", "echo a\r\na\r\n$ "),
        ("\u{1b}[A", "echo a"),
        ("b", "b"),
        ("\u{1b}[B", "\r$ \u{1b}[K"),
        ("\u{1b}[A", "echo ab"),
        ("\r", "\r\nab\r\n$ "),
    ]);
    check(&[
        ("echo abc\r", "echo abc\r\nabc\r\n$ "),
        ("echo abd\r", "echo abd\r\nabd\r\n$ "),
        ("\u{12}a\u{12}", "\r(reverse-i-search)`': \u{8}\u{8}\u{8}a': echo abd\u{8}\u{8}\u{8}abc\u{8}\u{8}\u{8}"),
        ("\u{1b}", ""),
    ]);
}

#[test]
fn long_lines_wrap() {
    let long = "a".repeat(90);
    check(&[
        (&format!("echo {long}"), &format!("echo {} \r{}", "a".repeat(73), "a".repeat(17))),
        ("\u{1b}[D", "\u{8}"),
        ("\u{1b}[D", "\u{8}"),
        ("X", "\u{1b}[1@X"),
        ("\u{7f}", "\u{8}\u{1b}[1P"),
        ("\u{1}", "\u{1b}[A\r$ "),
        ("\u{5}", "\r\n\raaaaaaaaaaaaaaaaa"),
        ("\r", &format!("\r\n{long}\r\n$ ")),
    ]);
}

#[test]
fn accented_letters_are_edited_as_one() {
    check(&[
        ("añ", "añ"),
        ("\u{7f}", "\u{8} \u{8}"),
        ("é\u{1}", "é\u{8}\u{8}"),
        ("ü", "\u{1b}[1@ü"),
        ("\u{b}", "\u{1b}[K"),
    ]);
}

#[test]
fn errors_at_the_prompt_leave_the_shell_there() {
    check(&[
        ("[[ a b ]]\r", "[[ a b ]]\r\nbash: conditional binary operator expected\r\n$ "),
        ("echo )\r", "echo )\r\nbash: syntax error near unexpected token `)'\r\n$ "),
        ("a=(1\r", "a=(1\r\n> "),
        ("2)\r", "2)\r\n$ "),
        ("cd /nosuch\r", "cd /nosuch\r\nbash: cd: /nosuch: No such file or directory\r\n$ "),
        ("${x!}\r", "${x!}\r\nbash: !}: event not found\r\n$ "),
        ("echo $((1/0))\r", "echo $((1/0))\r\nbash: 1/0: division by 0 (error token is \"0\")\r\n$ "),
        ("f() { nosuch; }; f\r", "f() { nosuch; }; f\r\nbash: nosuch: command not found\r\n$ "),
        ("eval \"echo )\"\r", "eval \"echo )\"\r\nbash: syntax error near unexpected token `)'\r\n$ "),
        (". ./nosuch\r", ". ./nosuch\r\nbash: ./nosuch: No such file or directory\r\n$ "),
        ("exec nosuch\r", "exec nosuch\r\nbash: exec: nosuch: not found\r\n$ "),
        ("echo ${x?}\r", "echo ${x?}\r\nbash: x: parameter not set\r\n$ "),
        ("set -u\r", "set -u\r\n$ "),
        ("echo $nosuch\r", "echo $nosuch\r\nbash: nosuch: unbound variable\r\n$ "),
    ]);
    check(&[
        ("if true; then\r", "if true; then\r\n> "),
        ("\u{4}", "bash: syntax error: unexpected end of file\r\nexit\r\n"),
    ]);
}

#[test]
fn commands_on_several_lines_are_one_line_of_history() {
    let session = plain();
    for line in ["f() {", "echo f", "}", "for i in 1 2", "do", "echo $i", "done", "echo \"a", "b\"", "echo a \\", "b"] {
        session.keys(&format!("{line}\r"));
    }
    let listed = session.keys("history\r");
    let wanted = "    1  f() { echo f; }\r\n    2  for i in 1 2; do echo $i; done\r\n    3  echo \"a\r\nb\"\r\n    4  echo a b\r\n    5  history\r\n";
    assert_eq!(listed, format!("history\r\n{wanted}$ "));
}

#[test]
fn a_shell_in_a_shell_has_its_turn() {
    let session = plain();
    session.keys("echo 'PS1=\"> \"' > /root/.bashrc\r");
    assert_eq!(session.keys("bash\r"), "bash\r\n> ");
    assert_eq!(session.keys("exit\r"), "exit\r\nexit\r\n$ ");
    assert_eq!(session.keys("read x\r"), "read x\r\n");
    assert_eq!(session.keys("hello\r"), "hello\r\n$ ");
    assert_eq!(session.keys("echo $x\r"), "echo $x\r\nhello\r\n$ ");
    assert_eq!(session.keys("cat\r"), "cat\r\n");
    assert_eq!(session.keys("a\r"), "a\r\na\r\n");
    assert_eq!(session.keys("\u{4}"), "$ ");
}

#[test]
fn interrupts_reach_what_is_in_the_foreground() {
    check(&[
        ("for i in a b; do echo $i; sleep 1; done\r", "for i in a b; do echo $i; sleep 1; done\r\na\r\n"),
        ("\u{3}", "^C\r\n$ "),
        ("sleep 1 | cat\r", "sleep 1 | cat\r\n"),
        ("\u{1a}", "^Z\r\n[1]+  Stopped                 sleep 1 | cat\r\n$ "),
        ("fg\r", "fg\r\nsleep 1 | cat\r\n"),
        ("\u{3}", "^C\r\n$ "),
        ("(sleep 5)\r", "(sleep 5)\r\n"),
        ("\u{3}", "^C\r\n$ "),
        ("echo $(sleep 5)\r", "echo $(sleep 5)\r\n"),
        ("\u{3}", "^C\r\n$ "),
        ("sleep 5; echo no\r", "sleep 5; echo no\r\n"),
        ("\u{1a}", "^Z\r\n[1]+  Stopped                 sleep 5\r\nno\r\n$ "),
        ("exit\r", "exit\r\nexit\r\nThere are stopped jobs.\r\n$ "),
        ("exit\r", "exit\r\nexit\r\n"),
    ]);
}

#[test]
fn dash_leaves_the_line_to_the_terminal() {
    let session = Session::start(Machine::new(), "/bin/sh", &["dash"], &[("PS1", "# ")]);
    let steps = [
        ("", "# "),
        ("echo hi\r", "echo hi\r\nhi\r\n# "),
        ("\u{3}", "^C\r\n# "),
        ("echo $?\r", "echo $?\r\n130\r\n# "),
        ("echo \"a\r", "echo \"a\r\n> "),
        ("b\"\r", "b\"\r\na\r\nb\r\n# "),
        ("\u{1b}[A", "^[[A"),
        ("\u{15}\r", "\u{8} \u{8}\u{8} \u{8}\u{8} \u{8}\u{8} \u{8}\r\n# "),
        ("nosuch\r", "nosuch\r\ndash: 6: nosuch: not found\r\n# "),
        ("echo (\r", "echo (\r\ndash: 7: Syntax error: newline unexpected (expecting \")\")\r\n# "),
        ("\u{4}", "\r\n"),
    ];
    for (keys, shown) in steps {
        if !keys.is_empty() {
            session.tty.input(keys.as_bytes());
            session.machine.settle(false);
        }
        assert_eq!(session.output(), shown, "{keys:?}");
    }
}

/// What a terminal of that width shows of the bytes that were written to it: the last line with all its rows.
fn shown(screen: &Screen) -> String {
    screen.lines().last().map(|line| line.text().trim_end().to_owned()).unwrap_or_default()
}

#[test]
fn a_line_of_many_rows_is_edited_in_its_middle() {
    let tenth: String = (0..500).map(|i| if i % 50 == 49 { ' ' } else { char::from(b'a' + (i % 23) as u8) }).collect();
    for cols in [20, 80] {
        let size = Size { rows: 300, cols };
        let session = plain();
        session.tty.resize(size);
        session.machine.settle(false);
        session.output();
        let mut screen = Screen::new(size);
        screen.feed(b"$ ");
        let mut type_keys = |keys: &str, wanted: &str| {
            screen.feed(session.keys(keys).as_bytes());
            assert_eq!(shown(&screen), format!("$ {wanted}").trim_end(), "{cols} columns");
        };
        // Most of it comes from the kill ring: a key a character costs a test too much.
        type_keys(&tenth, &tenth);
        type_keys("\u{15}", "");
        let mut wanted = tenth.repeat(10);
        type_keys(&"\u{19}".repeat(10), &wanted);
        // Put in, rub out, cut to the end and put back, in the middle.
        type_keys(&"\u{1b}b".repeat(50), &wanted);
        wanted.insert_str(2500, "XYZ");
        type_keys("XYZ", &wanted);
        wanted.replace_range(2490..2503, "");
        type_keys(&"\u{7f}".repeat(13), &wanted);
        let cut = wanted.split_off(2490);
        type_keys("\u{b}", &wanted);
        type_keys("\u{1}", &wanted);
        wanted.insert_str(0, &cut);
        type_keys("\u{19}", &wanted);
        type_keys("\u{5}", &wanted);
    }
}

#[test]
fn the_terminal_may_change_its_width_under_a_long_line() {
    let session = plain();
    session.keys(&format!("{}\u{15}echo {}", "word ".repeat(111), "\u{19}".repeat(9)));
    session.keys(&"\u{1b}b".repeat(100));
    for cols in [20, 80, 1, 2, 0, 200, 20] {
        session.tty.resize(Size { rows: 24, cols });
        session.machine.settle(false);
        session.keys("é世\u{7f}\u{7f}\u{1b}[D\u{1b}f\u{1b}b\u{1}\u{5}");
        session.keys(&"\u{1b}b".repeat(100));
    }
    session.tty.resize(Size { rows: 24, cols: 80 });
    session.machine.settle(false);
    let ran = session.keys("\r");
    assert!(ran.ends_with(&format!("{}\r\n$ ", "word ".repeat(999).trim_end())), "{}", ran.len());
}
