//! Keys and what they are bound to: readline's emacs bindings, and those of `inputrc` files. Nothing here edits.

use crate::sorted::VecMap;

/// What a key can do; the names are readline's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // Each is the readline command of the same name.
pub enum Command {
    SelfInsert,
    AcceptLine,
    EndOfFile,
    Complete,
    Abort,
    BeginningOfLine,
    EndOfLine,
    ForwardChar,
    BackwardChar,
    ForwardWord,
    BackwardWord,
    BackwardDeleteChar,
    DeleteChar,
    KillLine,
    UnixLineDiscard,
    UnixWordRubout,
    KillWord,
    BackwardKillWord,
    Yank,
    YankPop,
    YankLastArg,
    TransposeChars,
    TransposeWords,
    UpcaseWord,
    DowncaseWord,
    CapitalizeWord,
    Undo,
    RevertLine,
    PreviousHistory,
    NextHistory,
    BeginningOfHistory,
    EndOfHistory,
    HistorySearchBackward,
    HistorySearchForward,
    ReverseSearch,
    ForwardSearch,
    ClearScreen,
    QuotedInsert,
    BracketedPaste,
    Digit,
    Macro(String),
    Ignore,
}

use Command as C;

/// The names that `inputrc` files use.
const NAMES: [(&str, Command); 38] = [
    ("self-insert", C::SelfInsert),
    ("accept-line", C::AcceptLine),
    ("end-of-file", C::EndOfFile),
    ("complete", C::Complete),
    ("menu-complete", C::Complete),
    ("abort", C::Abort),
    ("beginning-of-line", C::BeginningOfLine),
    ("end-of-line", C::EndOfLine),
    ("forward-char", C::ForwardChar),
    ("backward-char", C::BackwardChar),
    ("forward-word", C::ForwardWord),
    ("backward-word", C::BackwardWord),
    ("backward-delete-char", C::BackwardDeleteChar),
    ("delete-char", C::DeleteChar),
    ("kill-line", C::KillLine),
    ("unix-line-discard", C::UnixLineDiscard),
    ("unix-word-rubout", C::UnixWordRubout),
    ("kill-word", C::KillWord),
    ("backward-kill-word", C::BackwardKillWord),
    ("yank", C::Yank),
    ("yank-pop", C::YankPop),
    ("yank-last-arg", C::YankLastArg),
    ("transpose-chars", C::TransposeChars),
    ("transpose-words", C::TransposeWords),
    ("upcase-word", C::UpcaseWord),
    ("downcase-word", C::DowncaseWord),
    ("capitalize-word", C::CapitalizeWord),
    ("undo", C::Undo),
    ("revert-line", C::RevertLine),
    ("previous-history", C::PreviousHistory),
    ("next-history", C::NextHistory),
    ("beginning-of-history", C::BeginningOfHistory),
    ("end-of-history", C::EndOfHistory),
    ("history-search-backward", C::HistorySearchBackward),
    ("history-search-forward", C::HistorySearchForward),
    ("reverse-search-history", C::ReverseSearch),
    ("clear-screen", C::ClearScreen),
    ("quoted-insert", C::QuotedInsert),
];

const BINDINGS: [(&str, Command); 74] = [
    ("\u{1}", C::BeginningOfLine),
    ("\u{2}", C::BackwardChar),
    ("\u{4}", C::EndOfFile),
    ("\u{5}", C::EndOfLine),
    ("\u{6}", C::ForwardChar),
    ("\u{7}", C::Abort),
    ("\u{8}", C::BackwardDeleteChar),
    ("\t", C::Complete),
    ("\n", C::AcceptLine),
    ("\u{b}", C::KillLine),
    ("\u{c}", C::ClearScreen),
    ("\r", C::AcceptLine),
    ("\u{e}", C::NextHistory),
    ("\u{10}", C::PreviousHistory),
    ("\u{12}", C::ReverseSearch),
    ("\u{13}", C::ForwardSearch),
    ("\u{14}", C::TransposeChars),
    ("\u{15}", C::UnixLineDiscard),
    ("\u{16}", C::QuotedInsert),
    ("\u{17}", C::UnixWordRubout),
    ("\u{18}\u{15}", C::Undo),
    ("\u{19}", C::Yank),
    ("\u{1f}", C::Undo),
    ("\u{7f}", C::BackwardDeleteChar),
    ("\u{1b}[A", C::PreviousHistory),
    ("\u{1b}[B", C::NextHistory),
    ("\u{1b}[C", C::ForwardChar),
    ("\u{1b}[D", C::BackwardChar),
    ("\u{1b}[H", C::BeginningOfLine),
    ("\u{1b}[F", C::EndOfLine),
    ("\u{1b}OA", C::PreviousHistory),
    ("\u{1b}OB", C::NextHistory),
    ("\u{1b}OC", C::ForwardChar),
    ("\u{1b}OD", C::BackwardChar),
    ("\u{1b}OH", C::BeginningOfLine),
    ("\u{1b}OF", C::EndOfLine),
    ("\u{1b}[1~", C::BeginningOfLine),
    ("\u{1b}[4~", C::EndOfLine),
    ("\u{1b}[7~", C::BeginningOfLine),
    ("\u{1b}[8~", C::EndOfLine),
    ("\u{1b}[3~", C::DeleteChar),
    ("\u{1b}[2~", C::Ignore),
    ("\u{1b}[5~", C::Ignore),
    ("\u{1b}[6~", C::Ignore),
    ("\u{1b}[1;5C", C::ForwardWord),
    ("\u{1b}[1;5D", C::BackwardWord),
    ("\u{1b}[1;3C", C::ForwardWord),
    ("\u{1b}[1;3D", C::BackwardWord),
    ("\u{1b}[200~", C::BracketedPaste),
    ("\u{1b}b", C::BackwardWord),
    ("\u{1b}f", C::ForwardWord),
    ("\u{1b}d", C::KillWord),
    ("\u{1b}\u{7f}", C::BackwardKillWord),
    ("\u{1b}\u{8}", C::BackwardKillWord),
    ("\u{1b}.", C::YankLastArg),
    ("\u{1b}_", C::YankLastArg),
    ("\u{1b}y", C::YankPop),
    ("\u{1b}t", C::TransposeWords),
    ("\u{1b}u", C::UpcaseWord),
    ("\u{1b}l", C::DowncaseWord),
    ("\u{1b}c", C::CapitalizeWord),
    ("\u{1b}r", C::RevertLine),
    ("\u{1b}<", C::BeginningOfHistory),
    ("\u{1b}>", C::EndOfHistory),
    ("\u{1b}0", C::Digit),
    ("\u{1b}1", C::Digit),
    ("\u{1b}2", C::Digit),
    ("\u{1b}3", C::Digit),
    ("\u{1b}4", C::Digit),
    ("\u{1b}5", C::Digit),
    ("\u{1b}6", C::Digit),
    ("\u{1b}7", C::Digit),
    ("\u{1b}8", C::Digit),
    ("\u{1b}9", C::Digit),
];

/// Bindings, and the settings of `inputrc`.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: VecMap<String, Command>,
    /// `enable-bracketed-paste`
    pub bracketed_paste: bool,
    /// `show-all-if-ambiguous`
    pub show_all: bool,
    /// `completion-ignore-case`
    pub ignore_case: bool,
    /// `bell-style none`
    pub silent: bool,
}

/// What a sequence of keys is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Bound to that.
    Command(Command),
    /// The beginning of a longer one.
    More,
    /// Neither.
    Nothing,
}

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap {
            bindings: BINDINGS.iter().map(|(keys, command)| ((*keys).to_owned(), command.clone())).collect(),
            bracketed_paste: true,
            show_all: false,
            ignore_case: false,
            silent: false,
        }
    }
}

impl Keymap {
    /// What these keys are.
    pub fn lookup(&self, keys: &str) -> Found {
        if let Some(command) = self.bindings.get(keys) {
            return Found::Command(command.clone());
        }
        let longer = self.bindings.from_key(keys).next().is_some_and(|(next, _)| next.starts_with(keys));
        // Sequences that nothing is bound to are swallowed to their end.
        let csi = keys.starts_with("\u{1b}[") && keys.chars().skip(2).all(|c| c.is_ascii_digit() || c == ';');
        if longer || (csi && keys.len() < 16) {
            Found::More
        } else {
            Found::Nothing
        }
    }

    /// Reads an `inputrc` file's text: `set` lines and `"keys": command` lines, with `$if mode=emacs` and `$else`.
    pub fn read(&mut self, text: &str) {
        let mut skipping: Vec<bool> = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(directive) = line.strip_prefix('$') {
                let (word, rest) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
                match word {
                    "if" => {
                        let rest = rest.trim();
                        let holds = rest == "mode=emacs" || rest.eq_ignore_ascii_case("bash") || rest == "term=xterm";
                        skipping.push(!holds);
                    }
                    "else" => {
                        if let Some(last) = skipping.last_mut() {
                            *last = !*last;
                        }
                    }
                    "endif" => {
                        skipping.pop();
                    }
                    _ => {}
                }
                continue;
            }
            if line.is_empty() || line.starts_with('#') || skipping.contains(&true) {
                continue;
            }
            match line.strip_prefix("set ") {
                Some(setting) => self.set(setting),
                None => self.bind(line),
            }
        }
    }

    fn set(&mut self, setting: &str) {
        let mut words = setting.split_whitespace();
        let (name, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let on = value.eq_ignore_ascii_case("on") || value == "1";
        match name.to_ascii_lowercase().as_str() {
            "enable-bracketed-paste" => self.bracketed_paste = on,
            "show-all-if-ambiguous" => self.show_all = on,
            "completion-ignore-case" => self.ignore_case = on,
            "bell-style" => self.silent = value == "none",
            _ => {}
        }
    }

    fn bind(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix('"') else { return };
        let Some(end) = rest
            .char_indices()
            .scan(false, |escaped, (i, c)| {
                let ends = c == '"' && !*escaped;
                *escaped = c == '\\' && !*escaped;
                Some((i, ends))
            })
            .find(|(_, ends)| *ends)
            .map(|(i, _)| i)
        else {
            return;
        };
        let (keys, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let Some((_, target)) = rest.split_once(':') else { return };
        let target = target.trim();
        let command = match target.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            Some(text) => Command::Macro(decode(text)),
            None => match NAMES.iter().find(|(name, _)| *name == target) {
                Some((_, command)) => command.clone(),
                None => return,
            },
        };
        self.bindings.insert(decode(keys), command);
    }
}

/// `\e[A`, `\C-x`, `\M-f`
fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('e') => out.push('\u{1b}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('C') => {
                chars.next();
                let key = chars.next().unwrap_or('@').to_ascii_uppercase();
                out.extend(char::from_u32(u32::from(key) & 0x1f));
            }
            Some('M') => {
                chars.next();
                out.push('\u{1b}');
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
