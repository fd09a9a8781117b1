//! What a test says that passes only because the machine lacks what it needs. It goes to standard error itself: what a
//! passing test prints is kept from sight. Whoever skips says why; it must not know what the machine lacks.

use std::fmt::Display;
use std::io::Write as _;

/// `skip!("no skopeo on this machine")`, in the test that goes without: says which one, and why.
macro_rules! skip {
    ($why:expr) => {{
        fn here() {}
        $crate::skip::say(std::any::type_name_of_val(&here), $why)
    }};
}
pub(crate) use skip;

/// `here` is the path of a function inside the test, from the crate's name on.
pub fn say(here: &str, why: impl Display) {
    // In one piece, since tests run side by side. Where standard error is closed nobody reads.
    let _ = std::io::stderr().write_all(format!("SKIPPED {}: {why}\n", test(here)).as_bytes());
}

/// The name that `cargo test` shows and filters by.
fn test(here: &str) -> &str {
    let path = here.split_once("::").map_or(here, |(_, path)| path);
    path.strip_suffix("::here").unwrap_or(path)
}

#[test]
fn a_skipped_test_is_called_as_cargo_calls_it() {
    fn here() {}
    let name = test(std::any::type_name_of_val(&here));
    assert_eq!(name, "skip::a_skipped_test_is_called_as_cargo_calls_it");
}
