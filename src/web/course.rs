//! The lessons as the page shows them: both languages read once, and their steps gathered into cards, a command on the
//! student's machine together with what is typed inside the container that it opens. It must not know how far a
//! student is.

use crate::lesson::prose::{self, Block, Inline};
use crate::lesson::{library, Lesson, Part, Step};
use crate::strings::Lang;
use std::rc::Rc;

/// One card: neighbouring steps that run together.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Index of its part in [`Lesson::parts`].
    pub part: usize,
    /// Index of its first step in [`Lesson::steps`].
    pub first: usize,
    /// How many steps it has, at least one.
    pub len: usize,
}

/// A lesson in both languages; parts, steps and cards are the same in both.
#[derive(Debug)]
pub struct Unit {
    /// The file's name, the key of its sitting.
    pub slug: &'static str,
    es: Rc<Lesson>,
    en: Rc<Lesson>,
    /// In order.
    pub cards: Vec<Card>,
}

impl Unit {
    /// The lesson in a language.
    pub fn lesson(&self, lang: Lang) -> &Rc<Lesson> {
        match lang {
            Lang::Es => &self.es,
            Lang::En => &self.en,
        }
    }

    /// A card's steps.
    pub fn steps(&self, card: usize) -> &[Step] {
        let Some(card) = self.cards.get(card) else { return &[] };
        let before: usize = self.es.parts.iter().take(card.part).map(steps_in).sum();
        match self.es.parts.get(card.part) {
            Some(Part::Steps(steps)) => steps.get(card.first - before..card.first - before + card.len).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// How many cards are done when so many steps are.
    pub fn cards_done(&self, steps: usize) -> usize {
        self.cards.iter().take_while(|card| card.first + card.len <= steps).count()
    }

    /// The heading over a card and the last sentences before it, for where there is no room for more.
    pub fn summary(&self, card: usize, lang: Lang) -> (String, Vec<Inline>) {
        let lesson = self.lesson(lang);
        let at = self.cards.get(card).map_or(0, |card| card.part);
        let (mut heading, mut text) = (lesson.title.clone(), Vec::new());
        for part in lesson.parts.iter().take(at) {
            let Part::Prose(blocks) = part else { continue };
            for block in blocks {
                match block {
                    Block::Heading(_, run) => (heading, text) = (prose::plain(run), Vec::new()),
                    Block::Paragraph(run) => text.clone_from(run),
                    _ => {}
                }
            }
        }
        (heading, text)
    }
}

fn steps_in(part: &Part) -> usize {
    match part {
        Part::Steps(steps) => steps.len(),
        _ => 0,
    }
}

/// Every lesson of the library that reads well; a test of the library makes sure that all do.
pub fn units() -> Vec<Rc<Unit>> {
    let read = |source: &'static library::Source| {
        let (es, en) = (source.lesson(Lang::Es).ok()?, source.lesson(Lang::En).ok()?);
        let cards = cards(&es);
        Some(Rc::new(Unit { slug: source.slug, es: Rc::new(es), en: Rc::new(en), cards }))
    };
    library::LESSONS.iter().filter_map(read).collect()
}

/// A step on the student's machine opens a card; the container's steps that follow it in the same block belong to it.
/// Where a block begins inside a container, each of its steps is a card until the next one outside.
fn cards(lesson: &Lesson) -> Vec<Card> {
    let mut out: Vec<Card> = Vec::new();
    let mut first = 0;
    for (at, part) in lesson.parts.iter().enumerate() {
        let Part::Steps(steps) = part else { continue };
        let mut opened = false;
        for step in steps {
            match out.last_mut() {
                Some(card) if opened && step.in_container() => card.len += 1,
                _ => out.push(Card { part: at, first, len: 1 }),
            }
            opened |= !step.in_container();
            first += 1;
        }
    }
    out
}
