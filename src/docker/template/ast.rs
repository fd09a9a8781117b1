//! What a parsed template is made of, and how Go's `Node.String` writes it back, since execution errors quote it.
//! It must not know any value.

/// Where a node stands in the text, and what it says: both go into execution errors.
pub(super) type Pos = usize;

/// An operand.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    /// `.`
    Dot(Pos),
    /// `nil`
    Nil(Pos),
    /// `true`, `false`
    Bool(Pos, bool),
    /// A number as written.
    Number(Pos, String),
    /// A string as written and as meant.
    Str(Pos, String, String),
    /// `.A.B`
    Field(Pos, Vec<String>),
    /// `$x.A`
    Variable(Pos, Vec<String>),
    /// A function's name.
    Function(Pos, String),
    /// `( … )`
    Pipe(Pos, Box<Pipe>),
    /// `(…).A.B`
    Chain(Pos, Box<Arg>, Vec<String>),
}

/// A command: an operand and its arguments.
pub(super) type Command = Vec<Arg>;

/// `$x := a | b`
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    /// The variables on the left.
    pub decl: Vec<String>,
    /// `=` in place of `:=`.
    pub assign: bool,
    /// The commands, each taking the last one's value as its final argument.
    pub commands: Vec<Command>,
}

/// Something to execute.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Text.
    Text(String),
    /// `{{ pipe }}`
    Action(Pipe),
    /// `if` or `with`.
    Branch(bool, Pipe, Vec<Node>, Vec<Node>),
    /// `range`.
    Range(Pipe, Vec<Node>, Vec<Node>),
    /// `{{template "name" pipe}}`
    Template(Pos, String, Pipe),
    /// `{{break}}`
    Break,
    /// `{{continue}}`
    Continue,
}

/// The named templates of a text; the first is the text itself.
pub(super) type Defs = Vec<(String, Vec<Node>)>;

impl Arg {
    /// Where it stands.
    pub(super) fn pos(&self) -> Pos {
        match self {
            Arg::Dot(pos)
            | Arg::Nil(pos)
            | Arg::Bool(pos, _)
            | Arg::Number(pos, _)
            | Arg::Str(pos, ..)
            | Arg::Field(pos, _)
            | Arg::Variable(pos, _)
            | Arg::Function(pos, _)
            | Arg::Pipe(pos, _)
            | Arg::Chain(pos, ..) => *pos,
        }
    }

    /// As Go's `Node.String` writes it back.
    pub(super) fn text(&self) -> String {
        match self {
            Arg::Dot(_) => ".".to_owned(),
            Arg::Nil(_) => "nil".to_owned(),
            Arg::Bool(_, value) => value.to_string(),
            Arg::Number(_, text) | Arg::Str(_, text, _) | Arg::Function(_, text) => text.clone(),
            Arg::Field(_, names) => names.iter().map(|n| format!(".{n}")).collect(),
            Arg::Variable(_, names) => names.join("."),
            Arg::Pipe(_, pipe) => format!("({})", pipe.text()),
            Arg::Chain(_, arg, names) => arg.text() + &names.iter().map(|n| format!(".{n}")).collect::<String>(),
        }
    }
}

impl Pipe {
    /// As Go's `PipeNode.String` writes it back.
    pub(super) fn text(&self) -> String {
        let commands: Vec<String> = self.commands.iter().map(|c| command_text(c)).collect();
        let commands = commands.join(" | ");
        match self.decl.as_slice() {
            [] => commands,
            decl => format!("{} {} {commands}", decl.join(", "), if self.assign { "=" } else { ":=" }),
        }
    }
}

/// As Go's `CommandNode.String` writes it back.
pub(super) fn command_text(command: &[Arg]) -> String {
    command.iter().map(Arg::text).collect::<Vec<_>>().join(" ")
}
