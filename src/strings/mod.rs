//! Every sentence that a student reads, in Spanish and English, in one place. A missing translation does not
//! compile, since a [`Text`] has both; `tests/it/tidy.rs` checks that neither is empty. Docker's and bash's own
//! words are not here: they stay English. It must not know who shows the sentences.

pub mod figure;
pub mod native;
pub mod web;

use std::fmt::Write as _;

/// Every group of sentences, for the tests.
pub const GROUPS: &[(&str, &[(&str, Text)])] = &[("figure", figure::ALL), ("native", native::ALL), ("web", web::ALL)];

/// The two languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Spanish, the first.
    #[default]
    Es,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 code, also the folder and the setting: `es`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Es => "es",
            Lang::En => "en",
        }
    }

    /// From a code such as `en` or `en-GB`; anything else is Spanish.
    pub fn from_code(code: &str) -> Lang {
        if code.get(..2).is_some_and(|c| c.eq_ignore_ascii_case("en")) {
            Lang::En
        } else {
            Lang::Es
        }
    }
}

/// One sentence in both languages; `{}` stands for a value, filled in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Spanish.
    pub es: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The sentence in this language.
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Es => self.es,
            Lang::En => self.en,
        }
    }

    /// The sentence with each `{}` replaced by the next value.
    pub fn fill(self, lang: Lang, values: &[&dyn std::fmt::Display]) -> String {
        let mut out = String::new();
        let mut values = values.iter();
        let mut pieces = self.get(lang).split("{}").peekable();
        while let Some(piece) = pieces.next() {
            out.push_str(piece);
            if pieces.peek().is_some() {
                if let Some(value) = values.next() {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "{value}");
                }
            }
        }
        out
    }
}

/// Declares a group of sentences and `ALL`, the list of them that the tests walk.
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $es:literal, $en:literal;)*) => {
        $($(#[$doc])* pub const $name: $crate::strings::Text = $crate::strings::Text { es: $es, en: $en };)*
        /// Every sentence of this group, with its name.
        pub const ALL: &[(&str, $crate::strings::Text)] = &[$((stringify!($name), $name)),*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_order() {
        const T: Text = Text { es: "{} de {}", en: "{} of {}" };
        assert_eq!(T.fill(Lang::Es, &[&1, &2]), "1 de 2");
        assert_eq!(T.fill(Lang::En, &[&1]), "1 of ");
    }
}
