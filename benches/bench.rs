//! `make bench`: sizes and speeds, printed, with the peer measured in the same run where there is one. Nothing here
//! fails for being slow.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing, reason = "a benchmark")]

use capas::figure::layout;
use capas::figure::scene::Options as Drawing;
use capas::lesson::library;
use capas::oci::Sha256;
use capas::session::{replay, Options, Session};
use capas::strings::Lang;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "../tests/it/real_archives.rs"]
mod real_archives;

fn main() {
    // `cargo bench -- lesson` measures that alone.
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    println!("{:<58} {:>14} {:>14}", "", "measured", "goal");
    let parts: [(&str, fn()); 5] = [
        ("sha256", sha256),
        ("inspect", inspect),
        ("run", run_busybox),
        ("lesson", lesson),
        ("many", || many_containers(10_000)),
    ];
    for (_, measure) in parts.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        measure();
    }
}

fn row(what: &str, measured: String, goal: &str) {
    println!("{what:<58} {measured:>14} {goal:>14}");
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The fastest of a few runs.
fn best(runs: usize, mut f: impl FnMut()) -> Duration {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    (0..runs).map(|_| time(&mut f)).min().unwrap()
}

fn sha256() {
    use sha2::Digest as _;
    let data = vec![7u8; 64 << 20];
    let peer = best(3, || {
        let mut sha = sha2::Sha256::new();
        sha.update(&data);
        std::hint::black_box(sha.finalize());
    });
    let ours = best(3, || {
        let mut sha = Sha256::new();
        data.chunks(64 << 10).for_each(|chunk| sha.update(chunk));
        std::hint::black_box(sha.finish());
    });
    let ratio = ours.as_secs_f64() / peer.as_secs_f64();
    row("sha256 of 64 MiB in chunks, time against the sha2 crate's", format!("{ratio:.2} x"), "<= 1.10 x");
}

/// Against the programs that one would ask otherwise; they list, and hash nothing.
fn inspect() {
    let what = "capas inspect of ubuntu, against skopeo inspect and tar t";
    let Some(archive) = real_archives::file("ubuntu") else { return row(what, real_archives::NOT_HERE.into(), "") };
    let run = |program: &str, args: &[&str]| {
        let done = Command::new(program).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
    };
    let archive = archive.to_str().unwrap();
    let list = "for layer in $(tar tf \"$0\" | grep '/layer.tar$'); do tar xOf \"$0\" \"$layer\" | tar tv; done";
    let (image, ours) = (format!("docker-archive:{archive}"), env!("CARGO_BIN_EXE_capas"));
    let skopeo = ["inspect", image.as_str()];
    assert!(run(ours, &["inspect", archive]));
    let time = best(10, || assert!(run(ours, &["inspect", archive, "--files"])));
    if !run("skopeo", &skopeo) || !run("sh", &["-c", list, archive]) {
        return row("capas inspect of ubuntu (there is no skopeo)", ms(time), "");
    }
    let peer = best(10, || assert!(run("skopeo", &skopeo) && run("sh", &["-c", list, archive])));
    let ratio = time.as_secs_f64() / peer.as_secs_f64();
    row(what, format!("{ratio:.2} x"), "< 1.00 x");
    row("  it takes, with every DiffID computed", ms(time), "");
}

fn session(images: &[&str]) -> Session {
    let images = images.iter().map(|&i| i.to_owned()).collect();
    Session::start(Options { images, ..Options::default() }).unwrap()
}

fn run_busybox() {
    const RUNS: u32 = 200;
    let time = best(15, || {
        let mut session = session(&["busybox"]);
        let line = format!("for i in $(seq {RUNS}); do docker run --rm busybox true; done");
        assert_eq!(session.run_line(&line).status, 0);
    });
    row("docker run --rm busybox true", format!("{:.0} µs", time.as_secs_f64() * 1e6 / f64::from(RUNS)), "<= 100 µs");
}

fn lesson() {
    let lesson = library::LESSONS[0].lesson(Lang::Es).unwrap();
    let time = best(5, || {
        let report = replay::check(&lesson, 1).unwrap();
        assert!(report.mismatches.is_empty());
    });
    row("the whole first lesson and its solution, replayed", ms(time), "<= 100 ms");
    let mut session = Session::start(Options::for_lesson(&lesson, 1)).unwrap();
    let steps: Vec<_> = lesson.steps().map(replay::Typed::of_step).collect();
    let mut slowest = Duration::ZERO;
    for step in &steps {
        let before = session.snapshot();
        let start = Instant::now();
        step.run(&mut session);
        let scene = layout::container_view(&session.snapshot(), None, Some(&before), &Drawing::default());
        std::hint::black_box(capas::figure::svg::element(&scene));
        slowest = slowest.max(start.elapsed());
    }
    row("the slowest step of it, from the line to the drawn figure", ms(slowest), "<= 16 ms");
}

fn many_containers(count: u64) {
    let mut session = session(&["busybox"]);
    let before = memory();
    let start = Instant::now();
    session.run_line(&format!("for i in $(seq {count}); do docker create busybox true; done >/dev/null"));
    let snapshot = session.snapshot();
    assert_eq!(snapshot.containers.len() as u64, count);
    row(&format!("{count} containers created"), ms(start.elapsed()), "");
    if let (Some(before), Some(after)) = (before, memory()) {
        row("memory of each", format!("{} B", after.saturating_sub(before) / count), "< 4000 B");
    }
    let start = Instant::now();
    session.run_line("docker ps -a >/dev/null");
    row("docker ps -a of them", ms(start.elapsed()), "<= 200 ms");
    let start = Instant::now();
    session.run_line("docker create busybox true >/dev/null");
    row("one more, with the snapshot", ms(start.elapsed()), "<= 200 ms");
    let start = Instant::now();
    let scene = layout::sharing_view(&session.snapshot(), Some(&snapshot), &Drawing::default());
    std::hint::black_box(capas::figure::svg::element(&scene));
    row("the sharing figure of them", ms(start.elapsed()), "<= 16 ms");
    let (empty, full) = (capas::engine::snapshot::Snapshot::default(), session.snapshot());
    let start = Instant::now();
    let scene = layout::container_view(&full, None, Some(&empty), &Drawing::default());
    std::hint::black_box(capas::figure::svg::element(&scene));
    row("a container's figure, where all of them are new", ms(start.elapsed()), "<= 16 ms");
    let start = Instant::now();
    std::hint::black_box(layout::auto_focus(&full, Some(&empty), None));
    row("which container to show", ms(start.elapsed()), "<= 16 ms");
    let start = Instant::now();
    std::hint::black_box(capas::figure::describe::text_equivalent(
        &full,
        capas::figure::scene::View::Container,
        None,
        Lang::Es,
    ));
    row("the figure in words", ms(start.elapsed()), "<= 16 ms");
    let start = Instant::now();
    std::hint::black_box(capas::figure::describe::describe(&full, &empty, Lang::Es));
    row("what changed, in words", ms(start.elapsed()), "<= 16 ms");
}

/// Resident bytes, where the system tells.
fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| pages * 4096)
}
