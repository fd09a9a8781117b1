//! What the scripts of `sed` are made of. They are read in [`super::sed_reader`] and run in [`super::sed`].

use super::regex::Regex;

/// Where a command applies.
#[derive(Debug, Clone)]
pub enum Address {
    /// A line number.
    Line(u64),
    /// The last line.
    Last,
    /// Lines that match the expression of this number; `None` is the last one used.
    Match(Option<usize>),
    /// `first~step`.
    Step(u64, u64),
    /// `0` as the first of two, so that an expression may match on the first line.
    Zero,
    /// `,+N`: so many lines more.
    More(u64),
    /// `,~N`: to the next multiple.
    Multiple(u64),
}

/// A command and where it applies.
pub struct Command {
    /// None, one or two addresses.
    pub addresses: Vec<Address>,
    /// It applies elsewhere.
    pub negated: bool,
    /// What is done.
    pub action: Action,
    /// Whether the range of two addresses is open, and the line that closes it if that is known.
    pub open: Option<Option<u64>>,
}

/// What a command does.
pub enum Action {
    /// One letter without more.
    Plain(char),
    /// `{`: where to go on if it does not apply.
    Block(usize),
    /// `}` and `:`.
    Nothing,
    /// `a`, `i` and `c` with their text.
    Text(char, Vec<u8>),
    /// `b`, `t` and `T`: the label, and where it is once that is known.
    Branch(char, String, usize),
    /// `q` and `Q` with an exit status, `l` with a width.
    Number(char, i32),
    /// `r`, `R` and `w` with a file's name.
    File(char, String),
    /// `s`.
    Substitute(Box<Substitute>),
    /// `y`: what becomes of each byte.
    Map(Vec<(Vec<u8>, Vec<u8>)>),
}

/// A piece of the replacement.
pub enum Piece {
    /// Text.
    Text(Vec<u8>),
    /// A group; 0 is the whole match.
    Group(usize),
    /// `\U \L \u \l \E`.
    Case(char),
}

/// `s/…/…/flags`.
pub struct Substitute {
    /// The expression's number; `None` is the last one used.
    pub regex: Option<usize>,
    /// The replacement.
    pub pieces: Vec<Piece>,
    /// All matches.
    pub global: bool,
    /// From this match on.
    pub nth: usize,
    /// Prints where something was replaced.
    pub print: bool,
    /// Writes to this file where something was replaced.
    pub write: Option<String>,
}

/// A script that was read.
#[derive(Default)]
pub struct Script {
    /// The commands, blocks flattened.
    pub commands: Vec<Command>,
    /// The expressions.
    pub regexes: Vec<Regex>,
    /// The script began with `#n`.
    pub quiet: bool,
}
