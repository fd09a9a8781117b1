//! The lessons that come with the program, compiled in: the page may have no network and no file system.

use super::{parse, Lesson, Problem};
use crate::strings::Lang;

/// One lesson's files.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// `01-organizacion`.
    pub slug: &'static str,
    /// The original, in Spanish.
    pub es: &'static str,
    /// The prose in English.
    pub en: &'static str,
}

macro_rules! lessons {
    ($($slug:literal),* $(,)?) => {
        /// All lessons, in the order of the course.
        pub const LESSONS: &[Source] = &[$(Source {
            slug: $slug,
            es: include_str!(concat!("../../lessons/", $slug, ".md")),
            en: include_str!(concat!("../../lessons/", $slug, ".en.md")),
        }),*];
    };
}

lessons!["01-organizacion"];

impl Source {
    /// The lesson in a language.
    pub fn lesson(&self, lang: Lang) -> Result<Lesson, Vec<Problem>> {
        let (es, en) = (format!("{}.md", self.slug), format!("{}.en.md", self.slug));
        match lang {
            Lang::Es => parse::parse(&es, self.es),
            Lang::En => parse::parse_translated((&es, self.es), (&en, self.en)),
        }
    }
}

/// A lesson by its slug (`01-organizacion`), its number (`1`, `01`), or the rest of its slug (`organizacion`).
pub fn find(name: &str) -> Option<&'static Source> {
    LESSONS.iter().find(|source| {
        let (number, rest) = source.slug.split_once('-').unwrap_or((source.slug, ""));
        let numbers = (name.parse::<u32>(), number.parse::<u32>());
        source.slug == name || rest == name || matches!(numbers, (Ok(a), Ok(b)) if a == b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_reads_in_both_languages_and_has_the_same_steps() {
        for source in LESSONS {
            let es = source.lesson(Lang::Es).unwrap();
            let en = source.lesson(Lang::En).unwrap();
            assert!(es.steps().eq(en.steps()), "{}", source.slug);
            assert!(es.steps().count() > 0 && !es.description.is_empty() && !en.description.is_empty());
            assert_eq!(es.exercises().count(), en.exercises().count());
            for (a, b) in es.exercises().zip(en.exercises()) {
                assert_eq!(a.goals.len(), b.goals.len());
                assert!(!a.solution.is_empty() && !a.hints.is_empty());
            }
            assert_ne!(es.title, en.title);
        }
    }

    #[test]
    fn lessons_are_found_by_any_of_their_names() {
        for name in ["01-organizacion", "1", "01", "organizacion"] {
            assert_eq!(find(name).unwrap().slug, "01-organizacion");
        }
        assert!(find("nada").is_none());
    }
}
