//! Transcripts of a real Docker 20.10.24, replayed on the simulation with the same images loaded. Ids, digests of
//! containers, ages, dates and file-system identifiers differ from run to run and are redacted; everything else must
//! be equal. `cargo test golden -- --nocapture` prints N of M and each difference.

use crate::real_archives::{archive, NOT_HERE};
use crate::skip::skip;
use crate::transcript::{parse, redact, same, Block, Step};
use capas::session::{Options, Session};

fn check(block: &Block, session: &mut Session) -> Result<(), String> {
    // What ran on a terminal does so here.
    let to_terminal = if block.pty { " >/dev/tty 2>&1" } else { "" };
    let mut result = session.run_line(&format!("{}{to_terminal}", block.command));
    if block.pty {
        let mut raw = result.raw.clone();
        for step in &block.steps {
            let Step::In(keys) = step else { continue };
            result = session.run_keys(&String::from_utf8(keys.clone()).unwrap());
            raw.extend(&result.raw);
        }
        let received = block.received();
        let (e, a) = (String::from_utf8_lossy(&received), String::from_utf8_lossy(&raw));
        let visible = |s: &str| redact(&s.escape_debug().to_string());
        if visible(&e) != visible(&a) {
            return Err(format!("\n    - {}\n    + {}", visible(&e), visible(&a)));
        }
    } else {
        // A directory's own order is anything, and that of names that are ids is chance.
        let sorted = ["docker diff", "find ", "/containers/*"].iter().any(|what| block.command.contains(what));
        same(&block.stdout, &result.stdout, sorted).map_err(|e| format!("stdout {e}"))?;
        same(&block.stderr, &result.stderr, false).map_err(|e| format!("stderr {e}"))?;
    }
    match block.exit {
        Some(code) if code != result.status => Err(format!("exit {} instead of {code}", result.status)),
        _ => Ok(()),
    }
}

#[test]
fn golden_01_and_02_in_one_sitting() {
    let (Some(ubuntu), Some(busybox)) = (archive("ubuntu"), archive("busybox")) else {
        return skip!(NOT_HERE);
    };
    let start = capas::ambient::Time::parse_rfc3339("2026-11-24T04:21:54Z").unwrap();
    let options = Options { archives: vec![ubuntu, busybox], root: true, start, ..Options::default() };
    let mut session = Session::start(options).unwrap();
    let (mut passed, mut all, mut failures) = (0, 0, Vec::new());
    for text in [include_str!("../golden/01_tutorial.txt"), include_str!("../golden/02_inspect_history_diff.txt")] {
        for block in parse(text) {
            all += 1;
            match check(&block, &mut session) {
                Ok(()) => passed += 1,
                Err(why) => failures.push(format!("line {}: $ {}\n  {why}", block.line, block.command)),
            }
        }
    }
    println!("golden 01 and 02: {passed} of {all}");
    for failure in &failures {
        println!("{failure}");
    }
    assert!(failures.is_empty(), "{passed} of {all}:\n{}", failures.join("\n"));
}
