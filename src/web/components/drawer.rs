//! The details of what was chosen in the figure.

use super::disk::chart;
use super::tree::tree;
use super::{at, click, icon_button, maybe_at, Handle};
use crate::engine::snapshot::{ContainerState, ContainerView, ImageView, LayerView};
use crate::figure::measure::human_size;
use crate::figure::scene::Target;
use crate::strings::{figure, web as text, Lang};
use crate::web::action::Action;
use crate::web::detail::{Detail, Files};
use crate::web::dom;
use crate::web::icons::{self, icon};
use crate::web::state::Notice;
use std::sync::Arc;
use yew::prelude::*;

crate::shows! {
    /// What the drawer shows.
    Props, |s| (s.lang(), maybe_at(&s.detail), at(&s.shown.entries), s.looking)
}

/// The drawer.
#[component]
pub fn Drawer(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let Some(detail) = &s.detail else {
        return html! {
            <section class="drawer empty" aria-label={text::DETAILS.get(lang)}>{icon(icons::LAYERS)}<p>{text::DRAWER_EMPTY.get(lang)}</p></section>
        };
    };
    let body = match &**detail {
        Detail::Layer { layer, place, users, files } => layer_body(s, layer, *place, *users, files),
        Detail::Container { container, files } => container_body(s, container, files),
        Detail::Image(image, layers) => image_body(s, image, layers),
        Detail::Chart => chart(s),
    };
    let onkeydown = {
        let dispatcher = s.dispatcher();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                dispatcher.dispatch(Action::Select(None));
                dom::focus_first("#figure .canvas [tabindex='0']");
            }
        })
    };
    html! { <section class="drawer open" aria-label={text::DETAILS.get(lang)} tabindex="0" {onkeydown}>{body}</section> }
}

/// The head of the drawer: a name, a line under it, and the button that closes it.
pub fn head(s: &Handle, name: Html, under: &str) -> Html {
    html! {
        <header>
            <div><h3>{name}</h3><p>{under.to_owned()}</p></div>
            {icon_button(icons::CLOSE, text::CLOSE.get(s.lang()), click(s, || Action::Select(None)), false)}
        </header>
    }
}

fn short(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest).get(..12).unwrap_or(digest)
}

fn hash(s: &Handle, name: &'static str, digest: &str) -> Html {
    let lang = s.lang();
    let onclick = {
        let (digest, dispatcher) = (digest.to_owned(), s.dispatcher());
        Callback::from(move |_| {
            dom::copy(&digest);
            dispatcher.dispatch(Action::Notice(Some(Notice::Copied)));
        })
    };
    html! {
        <div>
            <dt>{name}</dt>
            <dd class="hash"><code translate="no" title={digest.to_owned()}>{digest.to_owned()}</code>
                {icon_button(icons::COPY, &text::COPY.fill(lang, &[&name]), onclick, false)}</dd>
        </div>
    }
}

fn fact(name: &'static str, value: Html) -> Html {
    html! { <div><dt>{name}</dt><dd>{value}</dd></div> }
}

/// Two of them share a row.
fn half(name: &'static str, value: Html) -> Html {
    html! { <div class="half"><dt>{name}</dt><dd>{value}</dd></div> }
}

fn count(lang: Lang, one: crate::strings::Text, many: crate::strings::Text, n: usize) -> String {
    if n == 1 {
        one.get(lang).to_owned()
    } else {
        many.fill(lang, &[&n])
    }
}

fn layer_body(s: &Handle, layer: &LayerView, place: (usize, usize), users: (usize, usize), files: &Files) -> Html {
    let lang = s.lang();
    let users = [
        count(lang, text::ONE_IMAGE, text::N_IMAGES, users.0),
        count(lang, text::ONE_CONTAINER, text::N_CONTAINERS, users.1),
    ];
    html! {
        <>
            {head(s, html! { {short(&layer.diff_id).to_owned()} }, &text::LAYER_OF.fill(lang, &[&place.0, &place.1]))}
            <dl>
                {hash(s, "DiffID", &layer.diff_id)}
                {hash(s, "ChainID", &layer.chain_id)}
                if !layer.created_by.is_empty() {
                    <div class="by"><dt>{text::CREATED_BY.get(lang)}</dt>
                        <dd><details><summary><code translate="no" lang="en">{layer.created_by.clone()}</code></summary></details></dd></div>
                }
                {half(text::SIZE.get(lang), html! { <b>{human_size(layer.size)}</b> })}
                {half(text::USED_BY.get(lang), html! { {users.join(", ")} })}
            </dl>
            {tree(s, files, text::LAYER_FILES.get(lang), layer.files.count.max(files.all.len()))}
        </>
    }
}

fn state_words(container: &ContainerView, lang: Lang) -> String {
    match container.state {
        ContainerState::Created => figure::CREATED.get(lang).to_owned(),
        ContainerState::Running => figure::RUNNING.get(lang).to_owned(),
        ContainerState::Paused => figure::PAUSED.get(lang).to_owned(),
        ContainerState::Restarting => figure::RESTARTING.get(lang).to_owned(),
        ContainerState::Exited => figure::EXITED.fill(lang, &[&container.exit_code]),
        ContainerState::Dead => figure::DEAD.get(lang).to_owned(),
    }
}

fn container_body(s: &Handle, container: &ContainerView, files: &Files) -> Html {
    let lang = s.lang();
    html! {
        <>
            {head(s, html! { {container.name.to_string()} }, text::THIN_LAYER.get(lang))}
            <dl>
                {hash(s, "ID", &container.id)}
                {fact(text::IMAGE.get(lang), html! { <code translate="no">{container.image_name.to_string()}</code> })}
                {fact(text::COMMAND.get(lang), html! { <code translate="no">{container.command.clone()}</code> })}
                {half(text::SIZE.get(lang), html! { <b>{human_size(container.size_rw)}</b> })}
                {half(text::VIRTUAL.get(lang), html! { {human_size(container.size_root_fs)} })}
                {fact(text::STATE.get(lang), html! { {state_words(container, lang)} })}
            </dl>
            {tree(s, files, text::CONTAINER_FILES.get(lang), container.changes.len())}
        </>
    }
}

fn image_body(s: &Handle, image: &ImageView, layers: &[Arc<LayerView>]) -> Html {
    let lang = s.lang();
    let name = image.tags.first().cloned().unwrap_or_else(|| short(&image.id).to_owned());
    let rows = layers.iter().map(|layer| {
        let key = Target::layer_key(&layer.chain_id);
        html! {
            <li><button type="button" onclick={click(s, move || Action::Select(Some(key.clone())))}>
                <span class="tw">{icon(icons::LAYERS)}</span>
                <span class="nm">{short(&layer.diff_id).to_owned()}</span>
                <span class="sz">{human_size(layer.size)}</span>
            </button></li>
        }
    });
    html! {
        <>
            {head(s, html! { {name} }, &text::IMAGE_LAYERS.fill(lang, &[&image.layers.len()]))}
            <dl>
                {hash(s, "ID", &image.id)}
                {fact(text::COMMAND.get(lang), html! { <code translate="no">{image.command.clone()}</code> })}
                {fact(text::SIZE.get(lang), html! { <b>{human_size(image.size)}</b> })}
            </dl>
            <section class="files"><h4><span>{text::LAYERS.get(lang)}</span><span>{layers.len()}</span></h4>
                <ul class="tree">{for rows}</ul></section>
        </>
    }
}
