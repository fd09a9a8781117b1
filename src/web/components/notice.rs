//! A sentence at the foot of the figure with something to do about it. It never takes the focus.

use super::{click, icon_button, Handle};
use crate::strings::{web as text, Lang};
use crate::web::action::Action;
use crate::web::icons;
use crate::web::state::Notice;
use yew::prelude::*;

/// The sentence.
pub fn sentence(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::Undone(1) => text::UNDONE_ONE.get(lang).to_owned(),
        Notice::Undone(n) => text::UNDONE_N.fill(lang, &[n]),
        Notice::Restored(line) => text::RESTORED.fill(lang, &[line]),
        Notice::Inside => text::INSIDE.get(lang).to_owned(),
        Notice::Outside => text::OUTSIDE.get(lang).to_owned(),
        Notice::Bad(why) => text::BAD.fill(lang, &[why]),
        Notice::Copied => text::COPIED.get(lang).to_owned(),
    }
}

/// The whole.
pub fn notice(s: &Handle) -> Html {
    let Some(notice) = &s.notice else { return Html::default() };
    let lang = s.lang();
    let button = |name: &'static str, make: fn() -> Action| {
        html! { <button type="button" class="btn btn-line" onclick={click(s, make)}>{name}</button> }
    };
    let act = match notice {
        Notice::Undone(_) => button(text::REDO.get(lang), || Action::Redo),
        Notice::Restored(_) => button(text::RETRY.get(lang), || Action::Retry),
        Notice::Inside => button(text::LEAVE.get(lang), || Action::Leave),
        Notice::Outside => button(text::RETURN.get(lang), || Action::Return),
        Notice::Bad(_) | Notice::Copied => Html::default(),
    };
    html! {
        <div class="toast" role="status">
            <span>{sentence(notice, lang)}</span>
            {act}
            {icon_button(icons::CLOSE, text::CLOSE.get(lang), click(s, || Action::Notice(None)), false)}
        </div>
    }
}
