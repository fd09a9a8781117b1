//! The terminal's pane: its lines as text, the hidden field that takes the keys, the row of keys for phones, and what
//! screen readers hear.

use super::terminal_lines::Lines;
use super::{at, click, icon_button, Handle};
use crate::figure::measure::human_size;
use crate::strings::web as text;
use crate::terminal::tty::Size;
use crate::web::action::Action;
use crate::web::hooks::use_size;
use crate::web::icons::{self, icon};
use crate::web::keys::{self, Key};
use crate::web::state::Pane;
use crate::web::{dom, svg};
use gloo::events::EventListener;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

crate::shows! {
    /// What the terminal's pane shows.
    Props, |s| (s.lang(), at(&s.shown.transcript), s.shown.inside().map(str::to_owned), s.asked, s.said.0,
        s.shown.application, s.size, at(&s.stage.mini), s.tab, s.still)
}

/// What the hidden field holds and what is known of it.
#[derive(Default)]
struct Field {
    /// What was in it at the last look: what differs now was typed.
    known: String,
    /// Escape was pressed and not yet sent: Tab after it leaves the terminal.
    escape: bool,
    /// The row's Ctrl is down.
    ctrl: bool,
}

/// The pane.
#[component]
pub fn Terminal(Props { s }: &Props) -> Html {
    let lang = s.lang();
    let (out, area) = (use_node_ref(), use_node_ref());
    let field = use_mut_ref(Field::default);
    let ctrl = use_state_eq(|| false);
    let focused = use_state_eq(|| false);
    let stuck = use_state_eq(|| true);
    use_terminal_size(&out, s);
    use_bottom(&out, &area, *stuck, s);
    let send = use_send(s, &stuck);
    use_composition(&area, &field, &send);
    let typing =
        Typing { s: s.clone(), area: area.clone(), field: field.clone(), send: send.clone(), ctrl: ctrl.clone() };
    let onclick = {
        let area = area.clone();
        Callback::from(move |_: MouseEvent| {
            if let (false, Some(area)) = (dom::has_selection(), area.cast::<HtmlElement>()) {
                let options = js_sys::Object::new();
                // `preventScroll`: the reader stays where they read.
                let _ = js_sys::Reflect::set(&options, &"preventScroll".into(), &true.into());
                let focus = js_sys::Reflect::get(&area, &"focus".into()).ok();
                if let Some(focus) = focus.and_then(|f| wasm_bindgen::JsCast::dyn_into::<js_sys::Function>(f).ok()) {
                    let _ = focus.call1(&area, &options);
                }
            }
        })
    };
    let onscroll = {
        let stuck = stuck.clone();
        Callback::from(move |event: Event| {
            if let Some(out) = event.target_dyn_into::<Element>() {
                stuck.set(out.scroll_top() + out.client_height() >= out.scroll_height() - 24);
            }
        })
    };
    let to_end = {
        let stuck = stuck.clone();
        Callback::from(move |_: MouseEvent| stuck.set(true))
    };
    let focus_is = |value: bool| {
        let focused = focused.clone();
        Callback::from(move |_: FocusEvent| focused.set(value))
    };
    let class = classes!("pane", "term", focused.then_some("has-focus"), s.asked.map(|_| "asking"));
    html! {
        <section {class} id="term" aria-label={text::TERMINAL.get(lang)}>
            {ministrip(s)}
            <span class="probe" aria-hidden="true">{"0000000000"}</span>
            {head(s)}
            <div class="out" ref={out} {onclick} {onscroll} role="log" aria-live="off" aria-label={text::OUTPUT.get(lang)} lang="en" translate="no">
                <Lines transcript={s.shown.transcript.clone()} cols={s.size.cols} {lang} />
                <textarea class="keyboard" id="keyboard" ref={area} rows="1" lang="en" aria-label={text::TYPE_HERE.get(lang)}
                    aria-describedby="keyboard-help" autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false"
                    enterkeyhint="enter" onkeydown={typing.keydown()} oninput={typing.input()} onpaste={typing.paste()}
                    onfocus={focus_is(true)} onblur={focus_is(false)} />
            </div>
            if !*stuck {
                <button type="button" class="below" onclick={to_end}>{text::TO_END.get(lang)}{icon(icons::DOWN)}</button>
            }
            <p class="sr" id="keyboard-help">{text::TYPE_HELP.get(lang)}</p>
            <div class="sr" aria-live="polite" id="said" lang="en"><p key={s.said.0}>{s.said.1.clone()}</p></div>
            {asked(s)}
            {key_row(s, &typing)}
        </section>
    }
}

fn head(s: &Handle) -> Html {
    let lang = s.lang();
    let name = s.shown.inside().map(|id| {
        let name = s.shown.snapshot.container(id).map(|c| c.name.to_string());
        name.unwrap_or_else(|| id.get(..12).unwrap_or(id).to_owned())
    });
    let place = match name {
        Some(name) => html! { <span class="where in">{text::YOU_ARE_IN.get(lang)}{" "}<b>{name}</b></span> },
        None => {
            html! { <span class="where">{text::YOU_ARE.get(lang)}{" "}<b>{text::YOUR_COMPUTER.get(lang)}</b></span> }
        }
    };
    let copy = {
        let (transcript, dispatcher) = (s.shown.transcript.clone(), s.dispatcher());
        Callback::from(move |_| {
            dom::copy(&transcript.text());
            dispatcher.dispatch(Action::Notice(Some(crate::web::state::Notice::Copied)));
        })
    };
    html! {
        <header class="term-h">
            <h2>{text::TERMINAL.get(lang)}</h2>
            {place}
            <span class="sp"></span>
            {icon_button(icons::COPY, text::COPY_ALL.get(lang), copy, false)}
            {icon_button(icons::BIN, text::CLEAR.get(lang), click(s, || Action::Keys("\u{c}".to_owned())), false)}
        </header>
    }
}

/// The command that the student wants to type, in sight while typing.
fn asked(s: &Handle) -> Html {
    let (Some(card), Some(unit)) = (s.asked, s.unit()) else { return Html::default() };
    let steps = unit.steps(card);
    let done = s.place.done_in(unit, card).min(steps.len().saturating_sub(1));
    let Some(step) = steps.get(done) else { return Html::default() };
    html! {
        <div class="ask">
            <span>{text::PLEASE_TYPE.get(s.lang())}</span><code lang="en" translate="no">{step.input.clone()}</code>
            {icon_button(icons::CLOSE, text::CLOSE.get(s.lang()), click(s, || Action::TypeMyself(None)), false)}
        </div>
    }
}

/// The thumbnail of the figure over a phone's terminal.
fn ministrip(s: &Handle) -> Html {
    let lang = s.lang();
    let now = &s.shown.snapshot;
    let container = s.stage.focus.as_deref().and_then(|id| now.container(id)).or(now.containers.first());
    let image = container.and_then(|c| now.image(&c.image)).or(now.images.first());
    let bytes: Option<u64> =
        image.map(|i| i.size).or(container.map(|c| c.size_root_fs - c.size_rw.min(c.size_root_fs)));
    let first = match (container, bytes) {
        (Some(c), _) => text::IN_THIN.fill(lang, &[&human_size(c.size_rw)]),
        (None, Some(bytes)) => text::READ_ONLY.fill(lang, &[&human_size(bytes)]),
        (None, None) => text::NO_IMAGE.get(lang).to_owned(),
    };
    let below = container.and(bytes).map(|bytes| text::READ_ONLY.fill(lang, &[&human_size(bytes)]));
    let changes = container.map(|c| match c.changes.len() {
        1 => text::ONE_CHANGE.get(lang).to_owned(),
        n => text::N_CHANGES.fill(lang, &[&n]),
    });
    html! {
        <button type="button" class="ministrip" aria-label={text::SHOW_FIGURE.get(lang)} onclick={click(s, || Action::Tab(Pane::Figure))}>
            {svg::figure(&s.stage.mini, None, true)}
            <span><b>{first}</b><span>{below.unwrap_or_default()}</span><span>{changes.unwrap_or_default()}</span></span>
            {icon(icons::RIGHT)}
        </button>
    }
}

/// The row of keys that a phone's keyboard lacks.
fn key_row(s: &Handle, typing: &Typing) -> Html {
    let lang = s.lang();
    let key = |label: &'static str, name: Option<&'static str>, bytes: &'static str| {
        let typing = typing.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            typing.release_ctrl();
            (typing.send)(bytes);
            dom::focus("keyboard");
        });
        // The field keeps the focus, so that a phone's keyboard stays up.
        let onpointerdown = Callback::from(|event: PointerEvent| event.prevent_default());
        html! { <button type="button" aria-label={name} {onclick} {onpointerdown}>{label}</button> }
    };
    let ctrl = {
        let typing = typing.clone();
        Callback::from(move |_: MouseEvent| {
            let down = !typing.field.borrow().ctrl;
            typing.field.borrow_mut().ctrl = down;
            typing.ctrl.set(down);
            dom::focus("keyboard");
        })
    };
    let arrow = |letter: &'static str| match (s.shown.application, letter) {
        (true, "A") => "\u{1b}OA",
        (true, "B") => "\u{1b}OB",
        (true, "C") => "\u{1b}OC",
        (true, _) => "\u{1b}OD",
        (false, "A") => "\u{1b}[A",
        (false, "B") => "\u{1b}[B",
        (false, "C") => "\u{1b}[C",
        (false, _) => "\u{1b}[D",
    };
    html! {
        <div class="keys" role="group" aria-label={text::KEY_ROW.get(lang)}>
            {key("Tab", None, "\t")}
            <button type="button" aria-pressed={typing.ctrl.to_string()} onclick={ctrl} onpointerdown={Callback::from(|e: PointerEvent| e.prevent_default())}>{"Ctrl"}</button>
            {key("Esc", None, "\u{1b}")}
            {key("^C", Some("Ctrl C"), "\u{3}")}
            {key("^D", Some("Ctrl D"), "\u{4}")}
            {key("←", Some(text::LEFT.get(lang)), arrow("D"))}
            {key("↑", Some(text::UP.get(lang)), arrow("A"))}
            {key("↓", Some(text::DOWN.get(lang)), arrow("B"))}
            {key("→", Some(text::RIGHT.get(lang)), arrow("C"))}
        </div>
    }
}

/// What the hidden field does with keys.
#[derive(Clone)]
struct Typing {
    s: Handle,
    area: NodeRef,
    field: Rc<RefCell<Field>>,
    send: Rc<dyn Fn(&str)>,
    ctrl: UseStateHandle<bool>,
}

impl Typing {
    fn release_ctrl(&self) {
        self.field.borrow_mut().ctrl = false;
        self.ctrl.set(false);
    }

    fn keydown(&self) -> Callback<KeyboardEvent> {
        let this = self.clone();
        Callback::from(move |event: KeyboardEvent| this.on_key(&event))
    }

    fn on_key(&self, event: &KeyboardEvent) {
        let name = event.key();
        let key = Key { name: &name, ctrl: event.ctrl_key(), alt: event.alt_key(), shift: event.shift_key() };
        if event.is_composing() || is_for_the_page(event, key) {
            return;
        }
        let escape = std::mem::take(&mut self.field.borrow_mut().escape);
        if name == "Tab" && (key.shift || escape) {
            return;
        }
        if key.shift && matches!(key.name, "PageUp" | "PageDown") {
            event.prevent_default();
            return scroll_page(&self.area, key.name == "PageUp");
        }
        let in_grid = self.s.shown.transcript.grid.is_some();
        if name == "Escape" && !in_grid {
            event.prevent_default();
            self.field.borrow_mut().escape = true;
            return;
        }
        let Some(bytes) = keys::bytes(key, self.s.shown.application) else {
            self.field.borrow_mut().escape = escape && matches!(key.name, "Shift" | "Control" | "Alt");
            if escape && key.name.chars().count() == 1 {
                (self.send)("\u{1b}");
            }
            return;
        };
        event.prevent_default();
        self.clear();
        let meta = if escape { "\u{1b}" } else { "" };
        (self.send)(&format!("{meta}{bytes}"));
    }

    fn input(&self) -> Callback<InputEvent> {
        let this = self.clone();
        Callback::from(move |event: InputEvent| this.take(event.is_composing()))
    }

    /// What differs from what was known is typed: erased, then written. So words that a phone's keyboard completes or
    /// corrects come out right.
    fn take(&self, composing: bool) {
        let Some(area) = self.area.cast::<HtmlTextAreaElement>() else { return };
        let value = area.value();
        let known = std::mem::replace(&mut self.field.borrow_mut().known, value.clone());
        let keys = difference(&known, &value);
        let ctrl = self.field.borrow().ctrl;
        let control = keys.chars().next().filter(|_| ctrl).and_then(keys::control);
        if !composing || control.is_some() {
            self.clear();
        }
        if ctrl {
            self.release_ctrl();
        }
        match control {
            Some(c) => (self.send)(&c.to_string()),
            None if !keys.is_empty() => (self.send)(&keys),
            None => {}
        }
    }

    fn paste(&self) -> Callback<Event> {
        let this = self.clone();
        Callback::from(move |event: Event| {
            let Some(event) = wasm_bindgen::JsCast::dyn_ref::<web_sys::ClipboardEvent>(&event) else { return };
            let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
            event.prevent_default();
            (this.send)(&keys::pasted(&text));
        })
    }

    fn clear(&self) {
        self.field.borrow_mut().known.clear();
        if let Some(area) = self.area.cast::<HtmlTextAreaElement>() {
            area.set_value("");
        }
    }
}

/// Erases and characters that make `new` out of `old`.
fn difference(old: &str, new: &str) -> String {
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let erase = old.chars().count() - same;
    let typed: String = new.chars().skip(same).map(|c| if c == '\n' { '\r' } else { c }).collect();
    format!("{}{typed}", "\u{7f}".repeat(erase))
}

/// Keys that the terminal leaves to the page and the browser.
fn is_for_the_page(event: &KeyboardEvent, key: Key<'_>) -> bool {
    let page = (key.ctrl && key.name == "Enter") || (key.alt && matches!(key.name, "1" | "2" | "3"));
    let copy = key.ctrl && key.name.eq_ignore_ascii_case("c") && (key.shift || dom::has_selection());
    let paste = key.ctrl && key.name.eq_ignore_ascii_case("v");
    let function = key.name.starts_with('F') && key.name.len() > 1;
    page || copy || paste || function || event.meta_key()
}

fn scroll_page(area: &NodeRef, up: bool) {
    let out = area.cast::<Element>().and_then(|a| a.closest(".out").ok().flatten());
    if let Some(out) = out {
        let page = (out.client_height() - 40).max(40);
        out.set_scroll_top(out.scroll_top() + if up { -page } else { page });
    }
}

/// Sends keys; whoever types wants to see what comes.
#[hook]
fn use_send(s: &Handle, stuck: &UseStateHandle<bool>) -> Rc<dyn Fn(&str)> {
    let (dispatcher, stuck) = (s.dispatcher(), stuck.clone());
    Rc::new(move |keys: &str| {
        stuck.set(true);
        dispatcher.dispatch(Action::Keys(keys.to_owned()));
    })
}

/// A composed word is complete: what the field holds has been sent.
#[hook]
fn use_composition(area: &NodeRef, field: &Rc<RefCell<Field>>, _send: &Rc<dyn Fn(&str)>) {
    let (area, field) = (area.clone(), field.clone());
    use_effect_with((), move |()| {
        let listener = area.cast::<HtmlTextAreaElement>().map(|element| {
            let inner = element.clone();
            EventListener::new(&element, "compositionend", move |_| {
                field.borrow_mut().known.clear();
                inner.set_value("");
            })
        });
        move || drop(listener)
    });
}

/// Tells the session how many characters there is room for.
#[hook]
fn use_terminal_size(out: &NodeRef, s: &Handle) {
    let dispatcher = s.dispatcher();
    use_size(
        out.clone(),
        Callback::from(move |(width, height): (i32, i32)| {
            let probe = gloo::utils::document().query_selector(".probe").ok().flatten();
            let Some(probe) = probe.map(|p| p.get_bounding_client_rect()).filter(|p| p.width() > 0.0) else { return };
            let cols = (f64::from(width - 32) / (probe.width() / 10.0)).floor().clamp(20.0, 400.0);
            let rows = (f64::from(height - 20) / probe.height()).floor().clamp(4.0, 200.0);
            dispatcher.dispatch(Action::Resize(Size { rows: rows as u16, cols: cols as u16 }));
        }),
    );
}

/// Stays at the end while the reader is there, and puts the hidden field where the cursor is, for input methods.
#[hook]
fn use_bottom(out: &NodeRef, area: &NodeRef, stuck: bool, s: &Handle) {
    let (out, area) = (out.clone(), area.clone());
    let key = (at(&s.shown.transcript), stuck, s.size, s.tab, s.asked);
    use_effect_with(key, move |_| {
        let (Some(out), Some(area)) = (out.cast::<Element>(), area.cast::<HtmlElement>()) else { return };
        if stuck {
            out.set_scroll_top(out.scroll_height());
        }
        if let Some(caret) = out.query_selector(".caret").ok().flatten() {
            let (caret, edge) = (caret.get_bounding_client_rect(), out.get_bounding_client_rect());
            let top = caret.top() - edge.top() + f64::from(out.scroll_top());
            dom::set_property(&area, "top", &format!("{top:.0}px"));
            dom::set_property(&area, "left", &format!("{:.0}px", (caret.left() - edge.left()).max(0.0)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn corrections_are_erased_and_typed() {
        assert_eq!(difference("", "d"), "d");
        assert_eq!(difference("dokcer", "docker"), "\u{7f}\u{7f}\u{7f}\u{7f}cker");
        assert_eq!(difference("ls", "ls\n"), "\r");
        assert_eq!(difference("ñu", "ñ"), "\u{7f}");
    }
}
