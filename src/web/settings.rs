//! What the student set: language, theme, speed of typing. It must not know where they are kept.

use crate::strings::Lang;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Ink on paper.
    Light,
    /// Paper on ink.
    Dark,
}

impl Theme {
    /// Its name in the settings and on the root element.
    pub const fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// How fast a lesson's commands are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// To read along.
    Slow,
    /// As a person types.
    #[default]
    Normal,
    /// To get on.
    Fast,
    /// All at once.
    Instant,
}

impl Speed {
    /// All, the slowest first.
    pub const ALL: [Speed; 4] = [Speed::Slow, Speed::Normal, Speed::Fast, Speed::Instant];

    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Speed::Slow => "slow",
            Speed::Normal => "normal",
            Speed::Fast => "fast",
            Speed::Instant => "instant",
        }
    }

    /// Milliseconds from one character to the next.
    pub const fn pause(self) -> u32 {
        match self {
            Speed::Slow => 70,
            Speed::Normal => 28,
            Speed::Fast => 9,
            Speed::Instant => 0,
        }
    }
}

/// Everything that the student set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The language of everything but Docker's output.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Of typing.
    pub speed: Speed,
}

impl Settings {
    /// One line of `name=value` pairs.
    pub fn to_text(self) -> String {
        format!("lang={} theme={} speed={}", self.lang.code(), self.theme.name(), self.speed.name())
    }

    /// From such a line; what it does not say, or says wrongly, stays as in `self`.
    pub fn with_text(mut self, text: &str) -> Settings {
        for (name, value) in text.split(' ').filter_map(|pair| pair.split_once('=')) {
            match name {
                "lang" => self.lang = Lang::from_code(value),
                "theme" => {
                    let all = [Theme::Auto, Theme::Light, Theme::Dark];
                    self.theme = all.into_iter().find(|t| t.name() == value).unwrap_or(self.theme);
                }
                "speed" => self.speed = Speed::ALL.into_iter().find(|s| s.name() == value).unwrap_or(self.speed),
                _ => {}
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_and_nonsense_is_ignored() {
        let set = Settings { lang: Lang::En, theme: Theme::Dark, speed: Speed::Fast };
        assert_eq!(Settings::default().with_text(&set.to_text()), set);
        assert_eq!(set.with_text("theme=blue speed x=y lang=es"), Settings { lang: Lang::Es, ..set });
    }
}
