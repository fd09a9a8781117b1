//! A sitting at the simulated computer: what is shown at the start, long output, the clock.

use capas::session::{Options, Session};
use capas::terminal::tty::Size;

fn on_terminal(options: Options) -> Session {
    Session::start(options.on_terminal(Size { rows: 24, cols: 80 })).unwrap()
}

#[test]
fn the_first_prompt_comes_whole() {
    let mut session = on_terminal(Options::default());
    assert_eq!(String::from_utf8(session.take_output()).unwrap(), "$ ");
    session.run_line("echo uno");
    assert_eq!(String::from_utf8(session.take_output()).unwrap(), "echo uno\r\nuno\r\n$ ");
}

#[test]
fn output_longer_than_the_terminals_buffer_comes_to_its_end() {
    let mut session = on_terminal(Options::default());
    let outcome = session.run_line("seq 50000");
    assert!(!session.is_working());
    assert!(outcome.stdout.len() > 300_000 && outcome.stdout.ends_with("50000\r\n$ "), "{}", outcome.stdout.len());
    // What never ends gives its caller a turn, and can be interrupted.
    session.run_line("yes");
    assert!(session.is_working());
    session.tick();
    assert!(session.is_working());
    let outcome = session.run_keys("\u{3}");
    assert!(!session.is_working());
    assert!(outcome.stdout.ends_with("^C\r\n$ "), "{:?}", outcome.stdout.get(outcome.stdout.len() - 40..));
}

#[test]
fn the_clock_starts_after_the_images_that_were_brought() {
    let mut later = Session::start(Options {
        start: Options::default().start.plus_nanos(400 * 24 * 3_600 * 1_000_000_000),
        images: vec!["busybox".into()],
        ..Options::default()
    })
    .unwrap();
    later.run_line("docker run --name uno busybox touch /f; docker commit uno mine >/dev/null");
    let archive = later.run_line("docker save mine").raw;
    let options = Options { archives: vec![archive.into()], ..Options::default() };
    let mut session = Session::start(options).unwrap();
    let outcome = session.run_line("docker images --format '{{.Repository}} {{.CreatedSince}}'");
    assert_eq!(outcome.stdout, "mine 24 hours ago\n");
}

#[test]
fn df_counts_what_is_written() {
    let mut session = Session::start(Options::default()).unwrap();
    let outcome = session
        .run_line("df -k / | tail -1 | tr -s ' ' | cut -d' ' -f3; head -c 2M /dev/zero > big; df -k / | tail -1 | tr -s ' ' | cut -d' ' -f3");
    let used: Vec<i64> = outcome.stdout.lines().map(|line| line.trim().parse().unwrap()).collect();
    assert_eq!(used[1] - used[0], 2048, "{}", outcome.output);
}
