//! The figure's pane: which view, the drawing, its timeline, its details and the disk.

use super::disk::Disk;
use super::drawer::Drawer;
use super::notice::notice;
use super::timeline::Timeline;
use super::{at, click, icon_button, maybe_at, Handle};
use crate::figure::measure::human_size;
use crate::figure::scene::View;
use crate::strings::web as text;
use crate::web::action::Action;
use crate::web::dom;
use crate::web::hooks::use_size;
use crate::web::icons::{self, icon};
use crate::web::state::State;
use crate::web::svg;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

crate::shows! {
    /// What the figure's pane shows.
    Props, |s| (s.lang(), at(&s.stage.scene), s.stage.zoom, s.stage.view, s.looking, s.maxi, s.notice.clone(),
        s.figure_said.0, focus_of(s), at(&s.shown.entries), (s.still, s.stage.expand, maybe_at(&s.detail), moment(s)))
}

/// The snapshot that is drawn, by its place in memory.
fn moment(s: &State) -> usize {
    std::sync::Arc::as_ptr(s.shown.at(s.looking).0) as usize
}

fn focus_of(s: &State) -> Option<std::sync::Arc<str>> {
    s.stage.focus.clone()
}

/// The pane.
#[component]
pub fn Figure(Props { s }: &Props) -> Html {
    let lang = s.lang();
    html! {
        <section class="pane figure" id="figure" aria-label={text::FIGURE.get(lang)} tabindex="-1">
            {header(s)}
            <Canvas s={s.clone()} />
            <Drawer s={s.clone()} />
            <Timeline s={s.clone()} />
            <Disk s={s.clone()} />
            <p class="sr" aria-live="polite" id="figure-said"><span key={s.figure_said.0}>{s.figure_said.1.clone()}</span></p>
            if !dom::is_phone() { {notice(s)} }
        </section>
    }
}

fn header(s: &Handle) -> Html {
    let lang = s.lang();
    let view = |view: View, drawing, name: &'static str| {
        let pressed = (s.stage.view == view).to_string();
        html! {
            <button type="button" aria-pressed={pressed} onclick={click(s, move || Action::View(view))}>{icon(drawing)}{name}</button>
        }
    };
    let zoom = s.stage.zoom;
    let fit = text::FIT.fill(lang, &[&zoom]);
    html! {
        <header class="fig-h">
            <h2>{text::FIGURE.get(lang)}</h2>
            <div class="seg" role="group" aria-label={text::FIGURE_VIEW.get(lang)}>
                {view(View::Container, icons::LAYERS, text::VIEW_CONTAINER.get(lang))}
                {view(View::Sharing, icons::SHARED, text::VIEW_SHARING.get(lang))}
            </div>
            {pick(s)}
            <span class="sp"></span>
            <div class="zoom">
                {icon_button(icons::MINUS, text::ZOOM_OUT.get(lang), click(s, || Action::Zoom(-25)), zoom <= 50)}
                <button type="button" class="pct" aria-label={fit.clone()} title={fit} onclick={click(s, || Action::Zoom(0))}>{format!("{zoom} %")}</button>
                {icon_button(icons::PLUS, text::ZOOM_IN.get(lang), click(s, || Action::Zoom(25)), zoom >= 300)}
                <button type="button" class="btn-icon" aria-label={text::FULL.get(lang)} title={text::FULL.get(lang)}
                    aria-pressed={s.maxi.to_string()} onclick={click(s, || Action::Maxi)}>{icon(icons::FULL)}</button>
            </div>
        </header>
    }
}

/// The list of containers, where there is more than one.
fn pick(s: &Handle) -> Html {
    let now = s.shown.at(s.looking).0;
    if s.stage.view != View::Container || now.containers.len() < 2 {
        return Html::default();
    }
    let dispatcher = s.dispatcher();
    let onchange = Callback::from(move |event: Event| {
        let list: HtmlElement = event.target_unchecked_into();
        // A list without its own type among the browser's bindings: its value is a property like any other.
        let value = js_sys::Reflect::get(&list, &"value".into()).ok().and_then(|v: JsValue| v.as_string());
        dispatcher.dispatch(Action::Focus(value.unwrap_or_default()));
    });
    // Nobody picks out of thousands.
    let options = now.containers.iter().take(200).map(|c| {
        let selected = s.stage.focus.as_deref() == Some(&*c.id);
        html! { <option value={c.id.to_string()} {selected}>{format!("{} · {}", c.name, human_size(c.size_rw))}</option> }
    });
    html! { <select class="pick" aria-label={text::PICK.get(s.lang())} {onchange}>{for options}</select> }
}

crate::shows! {
    /// What the drawing shows.
    CanvasProps, |s| (s.lang(), at(&s.stage.scene), s.stage.zoom, s.looking, s.shown.entries.len(), s.still, s.stage.expand)
}

/// The drawing.
#[component]
fn Canvas(CanvasProps { s }: &CanvasProps) -> Html {
    let node = use_node_ref();
    let focus = use_state_eq(|| None::<String>);
    let dispatcher = s.dispatcher();
    use_size(node.clone(), {
        let dispatcher = dispatcher.clone();
        // Labels may be wider than the figure thinks: fonts differ.
        Callback::from(move |(width, height)| dispatcher.dispatch(Action::Canvas(width - 32, height)))
    });
    use_count(&node, s);
    let scene = s.stage.scene.clone();
    // The one element that Tab reaches: the last one that had the focus, the selected one, or the first.
    let reach =
        [focus.as_deref(), s.stage.selected()].into_iter().flatten().find(|k| scene.order.iter().any(|o| o == k));
    let reach = reach.or(scene.order.first().map(String::as_str)).map(str::to_owned);
    let onclick = {
        let dispatcher = dispatcher.clone();
        Callback::from(move |event: MouseEvent| {
            if let Some(key) = key_of(event.target()) {
                dispatcher.dispatch(Action::Select(Some(key)));
            }
        })
    };
    let onkeydown = {
        let (scene, node, focus) = (scene.clone(), node.clone(), focus.clone());
        Callback::from(move |event: KeyboardEvent| {
            let here = key_of(event.target());
            let step = match event.key().as_str() {
                "ArrowDown" | "ArrowRight" => 1,
                "ArrowUp" | "ArrowLeft" => -1,
                "Home" => -10_000,
                "End" => 10_000,
                "Enter" | " " if here.is_some() => {
                    event.prevent_default();
                    return dispatcher.dispatch(Action::Select(here));
                }
                "Escape" => return dispatcher.dispatch(Action::Select(None)),
                _ => return,
            };
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            event.prevent_default();
            if let Some(key) = scene.neighbour(here.as_deref(), step) {
                focus_key(&node, key);
                focus.set(Some(key.to_owned()));
            }
        })
    };
    let zoomed = (s.stage.zoom != 100).then_some("zoomed");
    let tall = s.stage.expand.then_some("tall");
    let width = (s.stage.zoom != 100).then(|| format!("--zoom:{}", f64::from(s.stage.zoom) / 100.0));
    html! {
        <div class={classes!("canvas", zoomed, tall)} ref={node} {onclick} {onkeydown} style={width}>
            {svg::figure(&scene, reach.as_deref(), false)}
            <p class="sr" id="figure-text">{scene.desc.clone()}</p>
        </div>
    }
}

fn key_of(target: Option<web_sys::EventTarget>) -> Option<String> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest("[role=button][data-key]").ok().flatten()?.get_attribute("data-key")
}

fn focus_key(node: &NodeRef, key: &str) {
    let Some(canvas) = node.cast::<Element>() else { return };
    let escaped = key.replace('\\', "\\\\").replace('"', "\\\"");
    let found = canvas.query_selector(&format!("[data-key=\"{escaped}\"]")).ok().flatten();
    if let Some(element) = found {
        // SVG elements focus like HTML ones.
        let focus =
            js_sys::Reflect::get(&element, &"focus".into()).ok().and_then(|f| f.dyn_into::<js_sys::Function>().ok());
        if let Some(focus) = focus {
            let _ = focus.call0(&element);
        }
    }
}

/// Numbers that changed count from the old to the new value, in 240 ms.
#[hook]
fn use_count(node: &NodeRef, s: &Handle) {
    let (node, still) = (node.clone(), s.still);
    use_effect_with(at(&s.stage.scene), move |_| {
        let counts = if still { Vec::new() } else { counting(&node) };
        let handle = std::rc::Rc::new(std::cell::RefCell::new(None));
        if !counts.is_empty() {
            count(handle.clone(), counts, dom::now());
        }
        move || drop(handle.borrow_mut().take())
    });
}

type Count = (web_sys::Node, u64, u64, String);
type Frame = std::rc::Rc<std::cell::RefCell<Option<gloo::render::AnimationFrame>>>;

/// The text nodes that count: from, to, and what stands there at the end.
fn counting(node: &NodeRef) -> Vec<Count> {
    let Some(list) = node.cast::<Element>().and_then(|e| e.query_selector_all("[data-from]").ok()) else {
        return Vec::new();
    };
    let one = |n: u32| -> Option<Count> {
        let element = list.item(n)?.dyn_into::<Element>().ok()?;
        let text = element.first_child()?;
        let end = text.node_value()?;
        Some((text, element.get_attribute("data-from")?.parse().ok()?, bytes(&end)?, end))
    };
    (0..list.length()).filter_map(one).collect()
}

/// The bytes that `72.9MB` stands for.
fn bytes(size: &str) -> Option<u64> {
    let number = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match size.get(number.len()..)? {
        "B" => 0,
        "kB" => 1,
        "MB" => 2,
        "GB" => 3,
        _ => return None,
    };
    Some((number.parse::<f64>().ok()? * 1000_f64.powi(power)) as u64)
}

fn count(frame: Frame, counts: Vec<Count>, start: f64) {
    let next = frame.clone();
    let request = gloo::render::request_animation_frame(move |_| {
        let done = ((dom::now() - start) / 240.0).min(1.0);
        for (text, from, to, end) in &counts {
            let value = *from as f64 + (*to as f64 - *from as f64) * done;
            text.set_node_value(Some(&if done < 1.0 { human_size(value as u64) } else { end.clone() }));
        }
        if done < 1.0 {
            count(next, counts, start);
        }
    });
    *frame.borrow_mut() = Some(request);
}
