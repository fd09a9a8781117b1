//! The address: what the part after `#` says, `#/leccion/1/paso/5`, in either language. It must not know what is shown.

use crate::strings::Lang;

/// A place of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// The list of lessons.
    #[default]
    Home,
    /// A lesson by its number from 1, and, where a link says so, one of its steps, from 1.
    Lesson(usize, Option<usize>),
    /// The terminal and the figure, without a lesson.
    Free,
}

impl Route {
    /// From a location's hash; what makes no sense is the home page.
    pub fn parse(hash: &str) -> Route {
        let mut words = hash.trim_start_matches('#').split('/').filter(|w| !w.is_empty());
        match words.next() {
            Some("leccion" | "lesson") => {
                let Some(lesson) = number(words.next()) else { return Route::Home };
                let step = words.next().is_some_and(|w| matches!(w, "paso" | "step")).then(|| number(words.next()));
                Route::Lesson(lesson, step.flatten())
            }
            Some("libre" | "free") => Route::Free,
            _ => Route::Home,
        }
    }

    /// As a location's hash in a language.
    pub fn hash(self, lang: Lang) -> String {
        let (lesson, step, free) = match lang {
            Lang::Es => ("leccion", "paso", "libre"),
            Lang::En => ("lesson", "step", "free"),
        };
        match self {
            Route::Home => "#/".to_owned(),
            Route::Lesson(n, None) => format!("#/{lesson}/{n}"),
            Route::Lesson(n, Some(at)) => format!("#/{lesson}/{n}/{step}/{at}"),
            Route::Free => format!("#/{free}"),
        }
    }

    /// The language that an address is written in; none for the home page's.
    pub fn lang(hash: &str) -> Option<Lang> {
        match hash.trim_start_matches('#').split('/').find(|w| !w.is_empty())? {
            "leccion" | "libre" => Some(Lang::Es),
            "lesson" | "free" => Some(Lang::En),
            _ => None,
        }
    }
}

fn number(word: Option<&str>) -> Option<usize> {
    word?.parse().ok().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_in_both_languages() {
        for route in [Route::Home, Route::Free, Route::Lesson(1, None), Route::Lesson(2, Some(5))] {
            for lang in [Lang::Es, Lang::En] {
                assert_eq!(Route::parse(&route.hash(lang)), route);
            }
        }
        assert_eq!(Route::lang("#/lesson/1"), Some(Lang::En));
        for odd in ["", "#", "#/x", "#/leccion", "#/leccion/0", "#/leccion/x/paso/1"] {
            assert_eq!(Route::parse(odd), Route::Home, "{odd}");
        }
        assert_eq!(Route::parse("#/leccion/1/paso/cero"), Route::Lesson(1, None));
    }
}
