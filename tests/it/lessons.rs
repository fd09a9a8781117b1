//! Lessons: those of the project, and the tutorial's page that it exists to replay.

use crate::skip::skip;
use capas::lesson::{library, parse};
use capas::session::replay;
use capas::strings::Lang;
use std::path::Path;

#[test]
fn every_lesson_replays_as_it_says_and_its_solution_reaches_its_goals() {
    for source in library::LESSONS {
        let lesson = source.lesson(Lang::Es).unwrap();
        for seed in [1, 2, 77] {
            let report = replay::check(&lesson, seed).unwrap();
            assert!(report.steps > 0);
            assert!(report.mismatches.is_empty(), "{} with seed {seed}: {:#?}", source.slug, report.mismatches);
        }
    }
}

#[test]
fn one_wrong_digit_is_found() {
    let source = &library::LESSONS[0];
    let wrong = source.es.replace("52B (virtual 72.9MB)", "53B (virtual 72.9MB)");
    assert_ne!(wrong, source.es);
    let report = replay::check(&parse::parse("x.md", &wrong).unwrap(), 1).unwrap();
    assert_eq!(report.mismatches.len(), 1, "{:#?}", report.mismatches);
}

/// The page as its author wrote it; only the keys that it describes in words are added.
#[test]
fn the_tutorials_page_replays() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tutorial/000_9ce1c1d8cb284387.txt");
    let Ok(page) = std::fs::read_to_string(path) else {
        return skip!("the tutorial's page is not in ../shared/tutorial");
    };
    let with_keys = |page: &str, after: &str, keys: &str| {
        let at = page.find(after).unwrap() + after.len();
        let end = at + page[at..].find("```\n").unwrap() + 4;
        format!("{}\n<!-- capas keys: {keys} -->\n{}", &page[..end], &page[end..])
    };
    let page = with_keys(&page, "$ docker run -it --name contenedor1", "^C ^D");
    let page = with_keys(&page, "echo \"00000000000000000\">file.txt", "^D");
    let lesson = parse::parse("page.md", &page).unwrap();
    assert_eq!(lesson.steps().count(), 8);
    let report = replay::check(&lesson, 1).unwrap();
    assert!(report.mismatches.is_empty(), "{:#?}", report.mismatches);
    let report = replay::check(&parse::parse("page.md", &page.replace("52B (", "53B (")).unwrap(), 1).unwrap();
    assert_eq!(report.mismatches.len(), 1);
}
