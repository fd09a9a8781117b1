//! How a figure looks and moves: the colour tokens, light and dark, and the rules for the classes that scenes use.
//! The page takes [`RULES`] and [`MOTION`] and has the tokens as custom properties; a file gets its colours filled
//! in, since not every program that shows SVG knows custom properties.

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Ink on paper.
    #[default]
    Light,
    /// Paper on ink.
    Dark,
}

/// A token: its name without the dashes, its value in light and in dark.
pub type Token = (&'static str, &'static str, &'static str);

/// Every token that the figures use.
pub const TOKENS: &[Token] = &[
    ("desk", "#E6ECEE", "#0B1115"),
    ("paper", "#FBFCFC", "#141D22"),
    ("paper-2", "#F0F4F5", "#1B262C"),
    ("ink", "#14232B", "#E7EFF2"),
    ("ink-2", "#4A5C65", "#A6B8C0"),
    ("line", "#D3DDE0", "#2A3840"),
    ("edge", "#748790", "#70858F"),
    ("focus", "#0B62C4", "#7DB8FF"),
    ("ro-1", "#3A7486", "#3C7789"),
    ("ro-2", "#306779", "#377082"),
    ("ro-3", "#255668", "#316A7C"),
    ("ro-top", "#A6C8D1", "#7DB0BE"),
    ("ro-side", "#1B4352", "#193F4D"),
    ("ro-spine", "#1B4352", "#193F4D"),
    ("ro-tx", "#8DB9C6", "#7FB2C1"),
    ("ro-edge", "#1B4352", "#7DB0BE"),
    ("ro-text", "#FFFFFF", "#FFFFFF"),
    ("ro-text-2", "#EDF6F8", "#EDF6F8"),
    ("casing", "#14232B", "#0B1115"),
    ("plinth", "#14232B", "#22313A"),
    ("plinth-edge", "#14232B", "#70858F"),
    ("plinth-ink", "#FFFFFF", "#E7EFF2"),
    ("plinth-ink-2", "#B4C6CE", "#A6B8C0"),
    ("plinth-no", "#F8B4A7", "#F5A797"),
    ("rw", "#F2B33D", "#F2B33D"),
    ("rw-ink", "#14232B", "#14232B"),
    ("rw-wash", "#FDF4E0", "#2A2417"),
    ("rw-top", "#FFFBF2", "#3A311C"),
    ("rw-edge", "#A06A00", "#D79A24"),
    ("rw-text", "#7A5000", "#F5C566"),
    ("no", "#A3372A", "#F08A78"),
    ("no-ink", "#FFFFFF", "#1E0D0A"),
    ("no-wash", "#FAECE8", "#33211E"),
    ("lid", "#F3A193", "#F3A193"),
    ("sans", SANS, SANS),
    ("mono", MONO, MONO),
];

const SANS: &str = "\"Segoe UI\",\"SF Pro Text\",-apple-system,BlinkMacSystemFont,Roboto,Ubuntu,Cantarell,\"Noto Sans\",\"Liberation Sans\",Arial,\"DejaVu Sans Condensed\",sans-serif";
const MONO: &str = "\"Cascadia Mono\",\"SF Mono\",Menlo,Consolas,\"Roboto Mono\",\"Ubuntu Mono\",\"Noto Sans Mono\",\"Liberation Mono\",monospace";

/// A token's value; empty for a name that is none.
pub fn token(theme: Theme, name: &str) -> &'static str {
    match TOKENS.iter().find(|t| t.0 == name) {
        Some(t) if theme == Theme::Light => t.1,
        Some(t) => t.2,
        None => "",
    }
}

/// [`RULES`] with each `var(--token)` replaced by its value.
pub fn filled(theme: Theme) -> String {
    let mut out = String::with_capacity(RULES.len() * 2);
    let mut pieces = RULES.split("var(--");
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, rest) = piece.split_once(')').unwrap_or((piece, ""));
        out.push_str(token(theme, name));
        out.push_str(rest);
    }
    out
}

/// What stands still.
pub const RULES: &str = concat!(
    ".fig text{font-family:var(--sans);font-variant-ligatures:none}.ground{fill:var(--desk)}",
    // read-only slabs
    ".f-front{stroke:none}.ro-1 .f-front{fill:var(--ro-1)}.ro-2 .f-front{fill:var(--ro-2)}.ro-3 .f-front{fill:var(--ro-3)}",
    ".f-top{fill:var(--ro-top);stroke:var(--ro-edge);stroke-width:1;stroke-linejoin:round}",
    ".f-side{fill:var(--ro-side);stroke:var(--ro-edge);stroke-width:1;stroke-linejoin:round}.f-spine{fill:var(--ro-spine)}",
    ".f-tx{opacity:.55}.f-lip{stroke:var(--ro-edge);stroke-width:1;opacity:.7}",
    ".tx{fill:var(--ro-tx)}.txs{stroke:var(--ro-tx);stroke-width:1;fill:none}.hx{stroke:var(--no-ink);stroke-width:1;opacity:.45}",
    ".fig .t-dig{font:600 13px var(--mono);fill:var(--ro-text)}.fig .t-cmd{font-size:12.5px;fill:var(--ro-text-2)}",
    ".fig .t-size{font:700 13.5px var(--sans);fill:var(--ro-text);font-variant-numeric:tabular-nums}",
    ".more .f-front{fill:none;stroke:var(--edge);stroke-width:1.25;stroke-dasharray:4 3}.fig .t-more{font-size:12.5px;fill:var(--ink-2)}",
    // the thin layer
    ".rw-front{fill:var(--rw-wash);stroke:var(--rw-edge);stroke-width:1.75;stroke-dasharray:7 4}.rw-top{fill:var(--rw-top)}.rw-side{fill:var(--rw-wash)}",
    ".rw-e{fill:none;stroke:var(--rw-edge);stroke-width:1.25;stroke-dasharray:5 3}",
    ".fig .t-rw{font:700 15px var(--sans);fill:var(--rw-text);font-variant-numeric:tabular-nums}",
    ".tab{fill:var(--rw-top);stroke:var(--rw-edge);stroke-width:1.25}.fig .t-tab{font:700 13px var(--mono);fill:var(--ink)}",
    ".fig .t-tab2{font:400 12px var(--mono);fill:var(--ink-2)}.fig .t-tabs{font:600 11.5px var(--mono);fill:var(--ink)}",
    ".st{fill:none;stroke:var(--ink-2);stroke-width:1.8}.st-on{fill:var(--rw);stroke:var(--rw-edge);stroke-width:1.4}.st-dash{stroke-dasharray:2 2}",
    // notes, labels, caption
    ".fig .t-note{font-size:12px;fill:var(--ink-2)}.fig .t-lab{font:600 13px var(--sans);fill:var(--ink)}.fig .t-lab2{font-size:12.5px;fill:var(--ink-2)}",
    ".fig .t-cap{font-size:13.5px;fill:var(--ink)}.fig .t-cap .m{font-family:var(--mono);font-weight:700;font-size:13px}",
    // the plinth and the pill
    ".plinth{fill:var(--plinth);stroke:var(--plinth-edge);stroke-width:1}.fig .t-pl{font:700 13px var(--mono);fill:var(--plinth-ink)}",
    ".fig .t-pl2{font:400 12px var(--mono);fill:var(--plinth-ink-2)}.fig .t-pl3{font-size:12px;fill:var(--plinth-no)}",
    ".cnt rect{fill:var(--paper);stroke:var(--ro-edge)}.fig .t-cnt{font:700 12px var(--sans);fill:var(--ink)}",
    // arrows, braces, lock, strap, octagon
    ".ar{stroke:var(--edge);stroke-width:1.5;fill:none}.ah{fill:var(--edge)}.br{stroke:var(--edge);stroke-width:1.5;fill:none}",
    ".link.no .ar{stroke:var(--no);stroke-width:2.5}.link.no .ah{fill:var(--no)}",
    ".lk{fill:var(--ink)}.lk-b{stroke:var(--ink);stroke-width:2.4;fill:none}.lk-k{stroke:var(--paper);stroke-width:1.8;stroke-linecap:round}",
    ".strap{fill:none;stroke:var(--edge);stroke-width:2}.strap.no{stroke:var(--no);stroke-width:2.5}.strap-d{fill:var(--edge)}.strap-d.no{fill:var(--no)}",
    ".oct-f{fill:var(--no);stroke:var(--paper);stroke-width:2}.oct-x{stroke:var(--no-ink);stroke-width:2.6;stroke-linecap:round}",
    ".sel{fill:none;stroke:var(--focus);stroke-width:2;stroke-linejoin:round}",
    // chips and what they leave below
    ".c-box{fill:var(--paper);stroke:var(--rw-edge);stroke-width:1.25}.c-mark{fill:var(--rw)}.c-chg .c-mark{fill:var(--paper);stroke:var(--rw-edge);stroke-width:1.25}",
    ".c-half{fill:var(--rw)}.c-del .c-mark{fill:var(--no)}.c-del .c-box{stroke:var(--no)}.c-strike{stroke:var(--no);stroke-width:1.6}",
    ".fig .c-let{font:700 12px var(--sans);fill:var(--rw-ink)}.fig .c-chg .c-let{fill:var(--ink)}.fig .c-del .c-let{fill:var(--no-ink)}",
    ".fig .c-name{font:500 12px var(--mono);fill:var(--ink)}.fig .c-size{font:400 12px var(--mono);fill:var(--ink-2)}.fig .t-no{font:600 13px var(--sans);fill:var(--no)}",
    ".c-ghost .c-box{fill:none;stroke:var(--ro-text-2);stroke-dasharray:3 3}.fig .c-ghost .c-name{fill:var(--ro-text)}.c-file{fill:none;stroke:var(--ro-text-2);stroke-width:1.2}",
    ".rz-c{stroke:var(--casing);stroke-width:5;fill:none}.rz{stroke:var(--rw);stroke-width:2.2;stroke-dasharray:5 4;fill:none}",
    ".rz-h{fill:var(--rw);stroke:var(--casing);stroke-width:1.4;stroke-linejoin:round}",
    ".bar0{fill:var(--no-wash)}.barx{stroke:var(--no);stroke-width:1.25}.hs{stroke:var(--no);stroke-width:1.6}",
    ".lid{fill:none;stroke:var(--lid);stroke-width:3;stroke-linejoin:round;stroke-linecap:round}.stk{stroke:var(--lid);stroke-width:1.8}",
    ".c-dotA{fill:var(--rw);stroke:var(--rw-edge);stroke-width:.8}.c-dotC{fill:var(--paper);stroke:var(--rw-edge);stroke-width:1.2}.c-dotD{fill:var(--no);stroke:var(--no);stroke-width:.8}",
    // the sharing view
    ".rule{stroke:var(--line);stroke-width:1}.lead{stroke:var(--edge);stroke-width:1;stroke-dasharray:2 3;fill:none}",
    ".fig .t-tag{font:700 12.5px var(--mono);fill:var(--ink)}.fig .t-tag2{font:600 12.5px var(--sans);fill:var(--ink-2)}",
    ".fig .t-tot{font-size:13px;fill:var(--ink-2)}.fig .t-tot.b{font-weight:700;fill:var(--ink)}.fig .t-fn{font:500 12px var(--mono);fill:var(--ink)}",
    // the empty figure
    ".ghost{fill:none;stroke:var(--edge);stroke-width:1.25;stroke-dasharray:4 3}.fig .t-emp{font:700 15px var(--sans);fill:var(--ink)}.fig .t-emp2{font-size:14px;fill:var(--ink-2)}",
    ".hit{fill:none;pointer-events:all}.left{display:none}",
);

/// One animation of a movement, under two names: with the class `turn` on the root the second one counts, so that it
/// starts again when the same element moves in the same way twice.
macro_rules! motion {
    ($($on:literal, $name:literal, $time:literal, $ease:literal, $frames:literal;)*) => { concat!($(
        ".fig ", $on, "{animation:k-", $name, " ", $time, " ", $ease, " var(--dl,0ms) both}",
        "@keyframes k-", $name, "{", $frames, "}",
        ".fig.turn ", $on, "{animation-name:l-", $name, "}@keyframes l-", $name, "{", $frames, "}",
    )*) };
}

/// What moves, and how the page's pointer and keyboard show; for the page only.
pub const MOTION: &str = concat!(
    ".fig{--ease:cubic-bezier(.2,.7,.2,1);--lift:cubic-bezier(.3,0,.1,1)}.fig [role=button]{cursor:pointer}.fig [role=button]:focus{outline:none}",
    ".fig [role=button]:focus-visible>.f-front,.fig [role=button]:focus-visible>.rw-front,.fig [role=button]:focus-visible>.c-box,",
    ".fig [role=button]:focus-visible>.plinth{stroke:var(--focus);stroke-width:3;stroke-dasharray:none}",
    ".fig [role=button]:focus-visible>.t-tag{fill:var(--focus);text-decoration:underline}.fig .slab:hover>.f-front{filter:brightness(1.08)}",
    ".fig .left{display:inline;pointer-events:none}",
    motion! {
        ".m-fall", "fall", "240ms", "var(--ease)", "from{translate:0 -40px;opacity:0}";
        ".m-blink>.f-front", "blink", "480ms", "linear", "40%{stroke:var(--ink);stroke-width:3}";
        ".m-descend", "descend", "240ms", "var(--ease)", "from{translate:0 -40px;opacity:0}";
        ".m-close", "close", "240ms", "var(--ease)", "from{stroke-dasharray:1;stroke-dashoffset:1}to{stroke-dasharray:1;stroke-dashoffset:0}";
        ".m-open", "open", "240ms", "var(--ease)", "from{stroke-dasharray:1;stroke-dashoffset:0}to{stroke-dasharray:1;stroke-dashoffset:1;opacity:0}";
        ".m-drop", "drop", "240ms", "var(--ease)", "from{translate:0 -30px;opacity:0}";
        ".m-copyup", "copyup", "480ms", "var(--lift)", "from{translate:var(--mx,0) var(--my,0)}";
        ".m-cover", "cover", "240ms", "var(--ease)", "from{clip-path:inset(0 0 100% 0)}to{clip-path:inset(0 -4px 0 -4px)}";
        ".m-commit", "commit", "480ms", "var(--lift)", "from{translate:var(--mx,0) var(--my,0)}";
        ".m-commit>.f-front", "solid", "480ms", "var(--lift)", "from{fill:var(--rw-wash);stroke:var(--rw-edge);stroke-width:1.75;stroke-dasharray:7 4}";
        ".m-rise", "rise", "240ms", "var(--lift)", "to{translate:0 -22px;opacity:0}";
        ".m-fade", "fade", "240ms", "var(--ease)", "to{opacity:0}";
        ".m-appear", "appear", "240ms", "var(--ease)", "from{opacity:0}";
        ".m-shake", "shake", "240ms", "linear", "20%,60%{translate:-3px 0}40%,80%{translate:3px 0}";
        ".m-shift", "shift", "240ms", "var(--ease)", "from{translate:var(--mx,0) var(--my,0)}";
    },
    "@media (prefers-reduced-motion:reduce){.fig *,.fig.turn *{animation:none!important}.fig .left{display:none}",
    ".fig [class*=m-],.fig.turn [class*=m-]{animation:k-mark 1s steps(1)!important}}@keyframes k-mark{from,99%{outline:2px solid var(--focus)}}",
);
