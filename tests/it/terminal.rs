//! The line discipline and the screen, without any process.

use capas::terminal::screen::{Color, Cursor, Screen};
use capas::terminal::tty::{Discipline, Size, Termios, TtySignal};
use proptest::prelude::*;

fn typed(discipline: &mut Discipline, keys: &str) -> String {
    String::from_utf8_lossy(&discipline.input(keys.as_bytes()).echo).into_owned()
}

fn read(discipline: &mut Discipline) -> Option<String> {
    discipline.read(4096).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn a_line_is_read_when_it_is_ended() {
    let mut d = Discipline::new(Size::default());
    assert_eq!(typed(&mut d, "ls"), "ls");
    assert_eq!(read(&mut d), None);
    assert_eq!(typed(&mut d, " -l\rpwd\r"), " -l\r\npwd\r\n");
    assert_eq!(d.read(2), Some(b"ls".to_vec()));
    assert_eq!(read(&mut d), Some(" -l\n".into()), "never more than one line");
    assert_eq!(read(&mut d), Some("pwd\n".into()));
    assert_eq!(read(&mut d), None);
}

#[test]
fn erasing_wipes_what_was_shown() {
    let mut d = Discipline::new(Size::default());
    let wipe = |n: usize| "\x08 \x08".repeat(n);
    assert_eq!(typed(&mut d, "a\x7f"), format!("a{}", wipe(1)));
    assert_eq!(typed(&mut d, "\x7f"), "", "there is nothing left");
    assert_eq!(typed(&mut d, "ñ\x7f"), format!("ñ{}", wipe(1)), "a character of two bytes");
    assert_eq!(typed(&mut d, "\x01\x7f"), format!("^A{}", wipe(2)));
    assert_eq!(typed(&mut d, "ab\t\x7f"), format!("ab\t{}", wipe(6)), "a tab went to column 8");
    assert_eq!(typed(&mut d, "\x15"), wipe(2));
    assert_eq!(typed(&mut d, "echo one-two  \x17"), format!("echo one-two  {}", wipe(5)));
    assert_eq!(typed(&mut d, "\x17\x17\r"), format!("{}{}\r\n", wipe(4), wipe(5)));
    assert_eq!(read(&mut d), Some("\n".into()));
}

#[test]
fn erasing_stops_at_the_prompt() {
    let mut d = Discipline::new(Size::default());
    assert_eq!(d.output(b"$ "), b"$ ");
    assert_eq!(typed(&mut d, "\ta\x15"), format!("\ta{}", "\x08 \x08".repeat(7)));
}

#[test]
fn the_end_of_file_is_an_empty_read() {
    let mut d = Discipline::new(Size::default());
    assert_eq!(typed(&mut d, "\x04"), "");
    assert_eq!(read(&mut d), Some(String::new()));
    assert_eq!(read(&mut d), None);
    assert_eq!(typed(&mut d, "ab\x04"), "ab");
    assert_eq!(read(&mut d), Some("ab".into()), "in the middle of a line it only passes it on");
    assert_eq!(read(&mut d), None);
}

#[test]
fn special_characters_are_signals_and_flush() {
    let mut d = Discipline::new(Size::default());
    let reaction = d.input(b"rm -rf\x03");
    assert_eq!((reaction.echo.as_slice(), reaction.signals), (&b"rm -rf^C"[..], vec![TtySignal::Interrupt]));
    typed(&mut d, "\r");
    assert_eq!(read(&mut d), Some("\n".into()), "what was typed before is gone");
    assert_eq!(d.input(b"\x1c\x1a").signals, [TtySignal::Quit, TtySignal::Suspend]);
    assert_eq!(typed(&mut d, "\x16\x03\r"), "^\x08^C\r\n");
    assert_eq!(read(&mut d), Some("\x03\n".into()), "after ^V it is a character like any other");
}

#[test]
fn raw_mode_edits_nothing_and_keeps_what_was_typed_ahead() {
    let mut d = Discipline::new(Size::default());
    typed(&mut d, "head\rtail");
    d.set_termios(Termios::default().raw());
    assert_eq!(typed(&mut d, "\x7f\x03\r"), "");
    assert_eq!(read(&mut d), Some("head\n".into()));
    assert_eq!(read(&mut d), Some("tail\x7f\x03\r".into()));
    assert_eq!(d.output(b"a\nb"), b"a\nb");
    d.set_termios(Termios::default());
    assert_eq!(d.output(b"a\nb"), b"a\r\nb");
}

#[test]
fn a_line_that_is_too_long_is_cut() {
    let mut d = Discipline::new(Size::default());
    assert!(typed(&mut d, &"x".repeat(5000)).ends_with("\x07"));
    typed(&mut d, "\r");
    assert_eq!(d.read(9999).unwrap().len(), 4096);
}

#[test]
fn without_echo_nothing_is_shown_but_all_is_read() {
    let mut d = Discipline::new(Size::default());
    d.set_termios(Termios { echo: false, ..Termios::default() });
    assert_eq!(typed(&mut d, "secret\x7f\r"), "");
    assert_eq!(read(&mut d), Some("secre\n".into()));
}

fn screen(cols: u16, rows: u16, text: &str) -> Screen {
    let mut screen = Screen::new(Size { rows, cols });
    screen.feed(text.as_bytes());
    screen
}

fn texts(screen: &Screen) -> Vec<String> {
    screen.lines().iter().map(|line| line.text()).collect()
}

#[test]
fn wrapped_rows_are_one_line() {
    let screen = screen(10, 4, "$ echo a long line\r\nshort\r\n$ ");
    assert_eq!(texts(&screen), ["$ echo a long line", "short", "$ "]);
    assert_eq!(screen.cursor(), Cursor { line: 2, column: 2, visible: true });
    assert_eq!(screen.text(), "$ echo a long line\nshort\n$\n");
}

#[test]
fn the_cursor_is_counted_in_characters_of_its_line() {
    let mut s = screen(4, 3, "añ世界x");
    assert_eq!(texts(&s), ["añ世界x"]);
    assert_eq!(s.cursor(), Cursor { line: 0, column: 5, visible: true });
    s.feed(b"\x1b[D\x1b[?25l");
    assert_eq!(s.cursor(), Cursor { line: 0, column: 4, visible: false });
}

#[test]
fn progress_lines_are_drawn_over() {
    let mut s = screen(40, 5, "a: Waiting\r\nb: Waiting\r\n");
    s.feed(b"\x1b[2A\x1b[2K\ra: Done\r\x1b[2B");
    assert_eq!(texts(&s), ["a: Done", "b: Waiting", ""]);
}

#[test]
fn runs_have_their_colours() {
    let s = screen(40, 3, "\x1b[01;34mbin\x1b[0m  \x1b[38;2;1;2;3;7mx\x1b[0m");
    let line = &s.lines()[0];
    let runs: Vec<_> = line.runs.iter().map(|run| (run.text.as_str(), run.style.foreground, run.style.bold)).collect();
    assert_eq!(
        runs,
        [("bin", Some(Color::Indexed(4)), true), ("  ", None, false), ("x", Some(Color::Rgb(1, 2, 3)), false)]
    );
    assert!(line.runs[2].style.inverse);
}

#[test]
fn full_screen_programs_have_a_grid_of_their_own() {
    let mut s = screen(10, 3, "$ less\r\n\x1b[?1049h\x1b[H\x1b[2Jone\r\ntwo");
    assert!(s.is_alternate());
    assert_eq!(s.grid().iter().map(|line| line.text()).collect::<Vec<_>>(), ["one", "two", ""]);
    assert_eq!(s.cursor(), Cursor { line: 1, column: 3, visible: true });
    s.feed(b"\x1b[?1049l$ ");
    assert!(!s.is_alternate());
    assert_eq!(texts(&s), ["$ less", "$ "]);
}

#[test]
fn lines_keep_their_numbers_when_others_fall_out() {
    let mut s = Screen::new(Size { rows: 4, cols: 20 });
    for at in 0..6000 {
        s.feed(format!("line {at}\r\n").as_bytes());
    }
    let lines = s.lines();
    assert!(lines.len() <= capas::terminal::screen::SCROLLBACK + 4);
    let first = &lines[0];
    assert_eq!(first.text(), format!("line {}", first.number));
    let last = &lines[lines.len() - 2];
    assert_eq!((last.number, last.text().as_str()), (5999, "line 5999"));
    assert_eq!(s.lines_from(5998).len(), 3);
}

#[test]
fn only_what_may_have_changed_is_drawn_again() {
    let mut s = Screen::new(Size { rows: 3, cols: 20 });
    assert_eq!(s.take_changed(), Some(0));
    assert_eq!(s.take_changed(), None);
    s.feed(b"a\r\nb\r\nc\r\nd\r\ne");
    assert_eq!(s.take_changed(), Some(0));
    s.feed(b"!");
    assert_eq!(s.take_changed(), Some(2));
    s.resize(Size { rows: 3, cols: 10 });
    assert_eq!(s.take_changed(), Some(0));
}

#[test]
fn characters_may_come_in_pieces() {
    let mut s = screen(20, 2, "");
    for byte in "añ→\u{1f600}".bytes() {
        s.feed(&[byte]);
    }
    s.feed(&[0xff, b'z', 0xc3]);
    assert_eq!(texts(&s), ["añ→\u{1f600}\u{fffd}z"]);
}

#[test]
fn clearing_leaves_the_prompt_at_the_top() {
    let mut s = screen(20, 4, "$ one\r\n1\r\n$ clear\r\n");
    s.feed(b"\x1b[H\x1b[2J\x1b[3J$ ");
    assert_eq!(texts(&s), ["$ "]);
    assert_eq!((s.first_number(), s.first_visible()), (3, 3));
    assert_eq!(s.cursor(), Cursor { line: 0, column: 2, visible: true });
    // Ctrl-L keeps what was above.
    s.feed(b"two\r\n2\r\n\x1b[H\x1b[2J$ ");
    assert_eq!(texts(&s), ["$ two", "2", "$ "]);
    assert_eq!(s.first_visible(), s.lines()[2].number);
    assert_eq!(s.cursor().line, 2);
    s.feed(b"\x1bcnew");
    assert_eq!(texts(&s), ["new"]);
    assert_eq!(s.cursor(), Cursor { line: 0, column: 3, visible: true });
}

/// Bytes that terminals have something to say about.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let sequences = prop_oneof![
        4 => "[ -~]{1,12}".prop_map(String::into_bytes),
        2 => Just(b"\r\n".to_vec()),
        2 => ("[0-9;?]{0,8}", "[A-Za-z@]").prop_map(|(n, c)| format!("\x1b[{n}{c}").into_bytes()),
        1 => "\\PC{1,4}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..8),
    ];
    prop::collection::vec(sequences, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn feeding_in_pieces_is_feeding_whole(bytes in output(), cuts in prop::collection::vec(1usize..9, 1..20)) {
        let size = Size { rows: 5, cols: 12 };
        let (mut whole, mut pieces) = (Screen::new(size), Screen::new(size));
        whole.feed(&bytes);
        let (mut rest, mut cuts) = (bytes.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
            pieces.feed(piece);
            rest = after;
        }
        prop_assert_eq!(whole.lines(), pieces.lines());
        prop_assert_eq!(whole.grid(), pieces.grid());
        prop_assert_eq!(whole.cursor(), pieces.cursor());
    }

    #[test]
    fn no_output_and_no_size_is_too_much(bytes in output(), rows in 0u16..6, cols in 0u16..9, again in output()) {
        let mut screen = Screen::new(Size { rows: 4, cols: 10 });
        screen.feed(&bytes);
        screen.resize(Size { rows, cols });
        screen.feed(&again);
        let cursor = screen.cursor();
        if !screen.is_alternate() {
            let lines = screen.lines();
            prop_assert!(cursor.line < lines.len());
            prop_assert_eq!(lines[0].number, screen.first_number());
            prop_assert!(lines.windows(2).all(|pair| pair[0].number + 1 == pair[1].number));
        }
        screen.text();
    }

    #[test]
    fn no_typing_is_too_much(keys in prop::collection::vec(any::<u8>(), 0..200), raw in any::<bool>()) {
        let mut discipline = Discipline::new(Size::default());
        discipline.output(b"$ ");
        discipline.input(&keys);
        if raw {
            discipline.set_termios(Termios::default().raw());
        }
        discipline.input(&keys);
        let mut total = 0;
        while let Some(bytes) = discipline.read(7) {
            total += bytes.len();
        }
        prop_assert!(total <= 2 * keys.len());
    }
}
