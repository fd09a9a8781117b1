//! Files as a tree: directories that open, marks of what was done to each, a file's text under it.

use super::{click, icon_button, Handle};
use crate::figure::measure::human_size;
use crate::strings::{web as text, Lang};
use crate::web::action::Action;
use crate::web::detail::{letter, Change, Files, Row};
use crate::web::icons::{self, icon};
use yew::prelude::*;

/// So many rows are drawn; a layer may have thousands.
const ROWS: usize = 400;

/// The tree with its heading.
pub fn tree(s: &Handle, files: &Files, heading: &'static str, count: usize) -> Html {
    let lang = s.lang();
    let rows = files.rows();
    html! {
        <section class="files">
            <h4><span>{heading}</span><span>{count}</span></h4>
            if rows.is_empty() && count == 0 {
                <p class="none">{text::NO_FILES.get(lang)}</p>
            }
            <ul class="tree">{for rows.iter().take(ROWS).map(|row| row_of(s, row))}</ul>
            if rows.len() > ROWS { <p class="none">{format!("+{}", rows.len() - ROWS)}</p> }
            {file_text(s, files)}
        </section>
    }
}

fn mark_name(class: &str, lang: Lang) -> &'static str {
    match class {
        "A" => text::ADDED.get(lang),
        "C" => text::CHANGED.get(lang),
        _ => text::DELETED.get(lang),
    }
}

fn row_of(s: &Handle, row: &Row) -> Html {
    let lang = s.lang();
    let mark = match &row.file {
        Some(file) => {
            let (letter, class) = letter(file.kind);
            html! { <span class={class} role="img" aria-label={mark_name(letter, lang)}>{letter}</span> }
        }
        None => html! { <span class="acd acd-n"></span> },
    };
    let deleted = row.file.as_ref().is_some_and(|f| letter(f.kind).0 == "D");
    let style = format!("--depth:{}", row.depth);
    let path = row.path.clone();
    let size = match (&row.file, row.dir) {
        (Some(file), None) if !deleted => human_size(file.size),
        _ => String::new(),
    };
    let name = match row.file.as_ref().and_then(|f| f.target.as_ref()) {
        Some(target) => format!("{} → {target}", row.name),
        None => row.name.clone(),
    };
    let inner = html! {
        <>
            {mark}<span class="nm" title={row.path.clone()}>{name}</span>
            if row.dir.is_some() {
                <span class="tw">{icon(icons::RIGHT)}</span>
            } else {
                <span class="sz">{size}</span>
            }
        </>
    };
    let class = classes!(row.dir.map(|_| "dir"), deleted.then_some("c-d"));
    let body = match row.dir {
        Some(open) => html! {
            <button type="button" {style} aria-expanded={open.to_string()} onclick={click(s, move || Action::Detail(Change::Toggle(path.clone())))}>
                {inner}
            </button>
        },
        None if deleted => html! { <div class="row" {style}>{inner}</div> },
        None => html! {
            <button type="button" {style} onclick={click(s, move || Action::Detail(Change::Text(Some(path.clone()))))}>{inner}</button>
        },
    };
    html! { <li {class} key={row.path.clone()}>{body}</li> }
}

fn file_text(s: &Handle, files: &Files) -> Html {
    let Some(shown) = &files.text else { return Html::default() };
    let (path, contents) = &**shown;
    let lang = s.lang();
    html! {
        <div class="filetext">
            <header><span title={path.clone()}><bdi>{path.clone()}</bdi></span>
                {icon_button(icons::CLOSE, text::CLOSE.get(lang), click(s, || Action::Detail(Change::Text(None))), false)}</header>
            {match contents {
                Some(contents) => html! { <pre tabindex="0" translate="no" lang="en">{contents.clone()}</pre> },
                None => html! { <p>{text::NO_TEXT.get(lang)}</p> },
            }}
        </div>
    }
}
