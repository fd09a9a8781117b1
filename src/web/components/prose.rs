//! A lesson's prose as elements.

use crate::lesson::prose::{plain, Block, Inline};
use crate::strings::{web as text, Lang};
use yew::prelude::*;

/// Blocks; headings start at the third level, since the page and the pane have the first two.
pub fn blocks(blocks: &[Block], lang: Lang) -> Html {
    html! { <>{for blocks.iter().map(|b| block(b, lang))}</> }
}

fn block(block: &Block, lang: Lang) -> Html {
    match block {
        Block::Heading(0..=2, run) => html! { <h3>{inlines(run, lang)}</h3> },
        Block::Heading(_, run) => html! { <h4>{inlines(run, lang)}</h4> },
        Block::Paragraph(run) => html! { <p>{inlines(run, lang)}</p> },
        Block::Quote(run) => html! { <blockquote>{inlines(run, lang)}</blockquote> },
        Block::List(ordered, items) => {
            let items = items.iter().map(|run| html! { <li>{inlines(run, lang)}</li> });
            match ordered {
                true => html! { <ol>{for items}</ol> },
                false => html! { <ul>{for items}</ul> },
            }
        }
    }
}

/// Running text.
pub fn inlines(run: &[Inline], lang: Lang) -> Html {
    html! { <>{for run.iter().map(|i| inline(i, lang))}</> }
}

fn inline(inline: &Inline, lang: Lang) -> Html {
    match inline {
        Inline::Text(words) => html! { {words.clone()} },
        Inline::Code(code) => html! { <code translate="no">{code.clone()}</code> },
        Inline::Emphasis(run) => html! { <em>{inlines(run, lang)}</em> },
        Inline::Strong(run) => html! { <strong class={term(run, lang)}>{inlines(run, lang)}</strong> },
        Inline::Link(run, target) => {
            // Only addresses that leave the page; a lesson's own links have no page here.
            let outside = target.starts_with("https://") || target.starts_with("http://");
            match outside {
                true => html! { <a href={target.clone()} target="_blank" rel="noopener">{inlines(run, lang)}</a> },
                false => inlines(run, lang),
            }
        }
        Inline::Image(alt, _) => html! { <em>{alt.clone()}</em> },
    }
}

/// The colour that a term stands for in the figure.
fn term(run: &[Inline], lang: Lang) -> Option<&'static str> {
    let words = plain(run);
    if words.contains(text::WORD_RW.get(lang)) {
        Some("rw")
    } else if words.contains(text::WORD_RO.get(lang)) {
        Some("ro")
    } else {
        None
    }
}
