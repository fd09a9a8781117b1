//! The shell's syntax tree: what the parser makes and the interpreter walks. It holds text and structure only; what a
//! word means when it is expanded, or a command when it runs, is not known here. Parts that subshells and functions
//! keep are behind `Rc`, so that a fork copies nothing.

use std::cell::OnceCell;
use std::rc::Rc;

/// One word as written, and what it is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Word {
    /// The source text, quotes and all; used to print commands (`jobs`, `type`) and to recognise reserved words.
    pub raw: Rc<str>,
    /// Its parts in order; none for an empty word.
    pub parts: Rc<[Part]>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Unquoted text: tilde, braces and pattern characters in it are alive.
    Lit(Rc<str>),
    /// Text from `\x`, `'…'` or `$'…'`.
    Quoted(Rc<str>),
    /// `"…"`.
    Double(Rc<[Part]>),
    /// `$x`, `${x…}`.
    Param(Rc<Param>),
    /// `$(…)`.
    Command(Rc<List>),
    /// A backquoted command, its backslashes already taken off; parsed when it runs.
    Backquote(Rc<str>),
    /// `$((…))`: the expression, to be expanded like a double-quoted word and then evaluated.
    Arith(Word),
    /// `<(…)` (true) or `>(…)`.
    Process(bool, Rc<List>),
    /// `(…)` after `name=`: the elements, each with its subscript if it has one.
    Array(Rc<[(Option<Word>, Word)]>),
    /// A `${…}` that is none; complained about when it is expanded.
    Bad(Rc<str>),
}

/// `${…}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// A variable's name, a positional parameter's number or one special character.
    pub name: Rc<str>,
    /// What stands in `[…]`.
    pub subscript: Option<Subscript>,
    /// `${!name…}`.
    pub indirect: bool,
    /// What is done with the value.
    pub op: ParamOp,
    /// The source text, for messages.
    pub raw: Rc<str>,
}

/// The index of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Subscript {
    /// `[@]`
    At,
    /// `[*]`
    Star,
    /// An expression, or a key of an associative array.
    Index(Word),
}

/// The operators of `${…}`.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamOp {
    /// None.
    Value,
    /// `${#x}`
    Length,
    /// `${!x@}`, `${!x*}` (true): names that begin with x.
    Names(bool),
    /// `-`, `=`, `?` or `+`, with a colon (true) or without.
    Default(char, bool, Word),
    /// `#`/`##` (front) or `%`/`%%` (back); the last is whether the longest match goes.
    Remove {
        /// At the front?
        front: bool,
        /// The doubled operator?
        longest: bool,
        /// What is removed.
        pattern: Word,
    },
    /// `/`, `//`, `/#`, `/%`.
    Replace {
        /// `'/'` once, `'g'` all, `'#'` at the front, `'%'` at the back.
        how: char,
        /// What is looked for.
        pattern: Word,
        /// What comes instead.
        with: Word,
    },
    /// `:offset` and `:offset:length`.
    Slice(Word, Option<Word>),
    /// `^` `,` `~`, doubled (true) or not, with a pattern that may be empty.
    Case(char, bool, Word),
    /// `@Q` and its kind.
    Transform(char),
}

/// Commands one after the other.
pub type List = Vec<Item>;

/// A list of pipelines joined by `&&` and `||`, and how it ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The pipelines; the operator before the first is meaningless.
    pub pipelines: Vec<(Joint, Rc<Pipeline>)>,
    /// Ended by `&`.
    pub background: bool,
}

/// What stands between two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// `!`
    pub negated: bool,
    /// `time`, and whether with `-p`.
    pub timed: Option<bool>,
    /// At least one, except after a lone `!` or `time`.
    pub commands: Vec<Rc<Command>>,
}

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The line of the source it begins in.
    pub line: u32,
    /// What it is.
    pub kind: Kind,
    /// Its redirections in the order written.
    pub redirects: Vec<Redirect>,
}

/// The kinds of command.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Assignments, then words.
    Simple(Vec<Assign>, Vec<Word>),
    /// `{ …; }`
    Group(List),
    /// `( … )`
    Subshell(Rc<List>),
    /// `if`, `elif` …: conditions with their bodies, and `else`.
    If(Vec<(List, List)>, Option<List>),
    /// `while`, or `until` (true).
    While(bool, List, List),
    /// `for x in …`; without `in` the positional parameters. True for `select`.
    For {
        /// The variable.
        name: Rc<str>,
        /// What follows `in`.
        words: Option<Vec<Word>>,
        /// Between `do` and `done`.
        body: List,
        /// `select`?
        select: bool,
    },
    /// `for ((…; …; …))`
    ForArith([Word; 3], List),
    /// `case`
    Case(Word, Vec<CaseItem>),
    /// `((…))`
    Arith(Word),
    /// `[[ … ]]`
    Cond(Cond),
    /// A definition; the body is one compound command.
    Function(Rc<str>, Rc<Command>),
}

/// One branch of `case`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseItem {
    /// Alternatives.
    pub patterns: Vec<Word>,
    /// What to do.
    pub body: List,
    /// `;` for `;;`, `&` for `;&`, `?` for `;;&`.
    pub end: char,
}

/// `name=value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assign {
    /// The variable.
    pub name: Rc<str>,
    /// Of an array.
    pub subscript: Option<Word>,
    /// `+=`
    pub append: bool,
    /// What follows the sign; an array literal is one `Part::Array`.
    pub value: Word,
    /// The whole as written.
    pub raw: Rc<str>,
}

/// A conditional expression between `[[` and `]]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    /// One word: true where it is not empty.
    Word(Word),
    /// `-f x`
    Unary(Rc<str>, Word),
    /// `x == y`
    Binary(Word, Rc<str>, Word),
    /// `! x`
    Not(Box<Cond>),
    /// `x && y`
    And(Box<Cond>, Box<Cond>),
    /// `x || y`
    Or(Box<Cond>, Box<Cond>),
}

/// A redirection.
#[derive(Debug, Clone, PartialEq)]
pub struct Redirect {
    /// The descriptor before the operator; where there is none it depends on the operator.
    pub fd: Option<Target>,
    /// The operator.
    pub op: RedirectOp,
    /// What follows it; a here-document's delimiter.
    pub word: Word,
    /// The text of a here-document; filled in once its lines have been read.
    pub here: Option<Rc<OnceCell<Word>>>,
}

/// What is redirected.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A descriptor.
    Fd(i32),
    /// `{name}`: a new descriptor, kept in that variable.
    Var(Rc<str>),
}

/// The redirection operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectOp {
    /// `<`
    Read,
    /// `>`
    Write,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DupIn,
    /// `>&`
    DupOut,
    /// `&>`
    Both,
    /// `&>>`
    BothAppend,
    /// `<<`, or `<<-` (true)
    Here(bool),
    /// `<<<`
    HereString,
}

impl RedirectOp {
    /// As written.
    pub fn text(self) -> &'static str {
        match self {
            RedirectOp::Read => "<",
            RedirectOp::Write => ">",
            RedirectOp::Clobber => ">|",
            RedirectOp::Append => ">>",
            RedirectOp::ReadWrite => "<>",
            RedirectOp::DupIn => "<&",
            RedirectOp::DupOut => ">&",
            RedirectOp::Both => "&>",
            RedirectOp::BothAppend => "&>>",
            RedirectOp::Here(false) => "<<",
            RedirectOp::Here(true) => "<<-",
            RedirectOp::HereString => "<<<",
        }
    }
}

impl Word {
    /// A word of one quoted piece of text.
    pub fn literal(text: &str) -> Word {
        Word { raw: text.into(), parts: Rc::from([Part::Quoted(text.into())]) }
    }
}

/// Whether this can be the name of a variable.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_ascii_alphabetic())
        && chars.all(|c| c == '_' || c.is_ascii_alphanumeric())
}
