//! The parser of Go templates, after `text/template/parse` of Go 1.19, for the sake of its error sentences. It
//! must not know any value.

use super::ast::{Arg, Command, Defs, Node, Pipe, Pos};
use super::lex::{scan, Kind, Token};

/// Parses `text`; the error is Go's sentence.
pub(super) fn parse(name: &str, text: &str, functions: &[&str]) -> Result<Defs, String> {
    let mut parser = Parser {
        tokens: scan(text),
        at: 0,
        vars: vec!["$".to_owned()],
        functions,
        defs: Vec::new(),
        action_line: 0,
        ranges: 0,
        name,
    };
    let located = |p: &Parser<'_>, message: String| format!("template: {name}:{}: {message}", p.line());
    let mut nodes = Vec::new();
    loop {
        match parser.item() {
            Err(message) => return Err(located(&parser, message)),
            Ok(Item::Eof) => break,
            Ok(Item::Node(node)) => nodes.push(node),
            Ok(Item::Nothing) => {}
            Ok(Item::End) => return Err(located(&parser, "unexpected {{end}}".to_owned())),
            Ok(Item::Else(_)) => return Err(located(&parser, "unexpected {{else}}".to_owned())),
        }
    }
    parser.defs.insert(0, (String::new(), nodes));
    Ok(parser.defs)
}

enum Item {
    Eof,
    Node(Node),
    Nothing,
    End,
    /// `{{else}}`, or `{{else if …}}` whose pipe is yet to be read.
    Else(bool),
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    vars: Vec<String>,
    functions: &'a [&'a str],
    defs: Defs,
    action_line: usize,
    ranges: usize,
    name: &'a str,
}

type Parsed<T> = Result<T, String>;

impl Parser<'_> {
    fn line(&self) -> usize {
        self.tokens.get(self.at.saturating_sub(1)).map_or(1, |t| t.line)
    }

    fn peek(&self) -> Token {
        let last = self.tokens.len().saturating_sub(1);
        let end = Token { kind: Kind::Eof, pos: 0, val: String::new(), line: 1 };
        self.tokens.get(self.at.min(last)).cloned().unwrap_or(end)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn next_solid(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn peek_solid(&mut self) -> Token {
        self.skip_space();
        self.peek()
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Parsed<T> {
        if token.kind == Kind::Error {
            let mut extra = String::new();
            if self.action_line != 0 && self.action_line != token.line {
                let action = if token.val.ends_with(" action") { "" } else { " in action" };
                extra = format!("{action} started at {}:{}", self.name, self.action_line);
            }
            return Err(format!("{}{extra}", token.val));
        }
        Err(format!("unexpected {} in {context}", shown(token)))
    }

    fn item(&mut self) -> Parsed<Item> {
        let token = self.next_solid_outside();
        match token.kind {
            Kind::Eof => Ok(Item::Eof),
            Kind::Text => Ok(Item::Node(Node::Text(token.val))),
            Kind::Left => {
                self.action_line = token.line;
                let item = self.action()?;
                self.action_line = 0;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn next_solid_outside(&mut self) -> Token {
        self.next()
    }

    fn action(&mut self) -> Parsed<Item> {
        let token = self.peek_solid();
        if token.kind == Kind::Keyword {
            self.next();
            return self.keyword(&token);
        }
        let depth_ok = self.pipeline("command", Kind::Right)?;
        Ok(Item::Node(Node::Action(depth_ok)))
    }

    fn keyword(&mut self, token: &Token) -> Parsed<Item> {
        Ok(match token.val.as_str() {
            "if" => Item::Node(self.control("if")?),
            "with" => Item::Node(self.control("with")?),
            "range" => Item::Node(self.control("range")?),
            "end" => {
                self.expect(Kind::Right, "end")?;
                Item::End
            }
            "else" => {
                let next = self.peek_solid();
                if next.kind == Kind::Keyword && next.val == "if" {
                    self.next();
                    return Ok(Item::Else(true));
                }
                self.expect(Kind::Right, "else")?;
                Item::Else(false)
            }
            word @ ("break" | "continue") => {
                self.expect(Kind::Right, &format!("{{{{{word}}}}}"))?;
                if self.ranges == 0 {
                    return Err(format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                Item::Node(if word == "break" { Node::Break } else { Node::Continue })
            }
            "template" => Item::Node(self.template(token.pos)?),
            "define" => {
                let name = self.define_name("define clause")?;
                self.expect(Kind::Right, "define clause")?;
                let body = self.definition("define clause")?;
                self.defs.push((name, body));
                Item::Nothing
            }
            _ => {
                let name = self.define_name("block clause")?;
                let pipe = self.pipeline("block clause", Kind::Right)?;
                let body = self.definition("block clause")?;
                self.defs.push((name.clone(), body));
                Item::Node(Node::Template(token.pos, name, pipe))
            }
        })
    }

    fn define_name(&mut self, context: &str) -> Parsed<String> {
        let token = self.next_solid();
        match token.kind {
            Kind::Str | Kind::RawStr => unquote(&token.val),
            _ => self.unexpected(&token, context),
        }
    }

    fn definition(&mut self, context: &str) -> Parsed<Vec<Node>> {
        let vars = std::mem::replace(&mut self.vars, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (body, end) = self.list()?;
        self.vars = vars;
        self.ranges = ranges;
        match end {
            Item::End => Ok(body),
            _ => Err(format!("unexpected {{{{else}}}} in {context}")),
        }
    }

    fn template(&mut self, pos: Pos) -> Parsed<Node> {
        let name = self.define_name("template clause")?;
        let mut pipe = Pipe::default();
        if self.peek_solid().kind == Kind::Right {
            self.next();
        } else {
            pipe = self.pipeline("template clause", Kind::Right)?;
        }
        let name_pos = self.tokens.iter().find(|t| t.pos > pos && t.kind == Kind::Str).map_or(pos, |t| t.pos);
        Ok(Node::Template(name_pos, name, pipe))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<()> {
        let token = self.next_solid();
        if token.kind == kind {
            Ok(())
        } else {
            self.unexpected(&token, context)
        }
    }

    /// The nodes up to `{{end}}` or `{{else}}`.
    fn list(&mut self) -> Parsed<(Vec<Node>, Item)> {
        let mut nodes = Vec::new();
        loop {
            match self.item()? {
                Item::Eof => return Err("unexpected EOF".to_owned()),
                Item::Node(node) => nodes.push(node),
                Item::Nothing => {}
                end => return Ok((nodes, end)),
            }
        }
    }

    fn control(&mut self, context: &str) -> Parsed<Node> {
        let vars = self.vars.len();
        let pipe = self.pipeline(context, Kind::Right)?;
        self.ranges += usize::from(context == "range");
        let (body, end) = self.list()?;
        self.ranges -= usize::from(context == "range");
        let otherwise = match end {
            Item::Else(true) => {
                if context != "if" {
                    return Err("unexpected <if> in input".to_owned());
                }
                // `{{else if}}` is a nested `if` that shares the `{{end}}`.
                vec![self.control("if")?]
            }
            Item::Else(false) => {
                let (nodes, end) = self.list()?;
                if !matches!(end, Item::End) {
                    return Err("expected end; found {{else}}".to_owned());
                }
                nodes
            }
            _ => Vec::new(),
        };
        self.vars.truncate(vars);
        Ok(match context {
            "range" => Node::Range(pipe, body, otherwise),
            _ => Node::Branch(context == "with", pipe, body, otherwise),
        })
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let mut pipe = Pipe::default();
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_solid();
            match token.kind {
                kind if kind == end => {
                    check(&pipe, context)?;
                    return Ok(pipe);
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawStr
                | Kind::Str
                | Kind::Variable
                | Kind::LeftParen => {
                    self.at -= 1;
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(&token, context),
            }
        }
    }

    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<()> {
        while self.peek_solid().kind == Kind::Variable {
            let start = self.at;
            let variable = self.next();
            let next = self.next_solid();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assign = next.kind == Kind::Assign;
                    pipe.decl.push(variable.val.clone());
                    self.vars.push(variable.val);
                    return Ok(());
                }
                Kind::Char if next.val == "," => {
                    pipe.decl.push(variable.val.clone());
                    self.vars.push(variable.val);
                    if context != "range" || pipe.decl.len() > 1 {
                        return Err(format!("too many declarations in {context}"));
                    }
                    if !matches!(self.peek_solid().kind, Kind::Variable | Kind::Right | Kind::RightParen) {
                        return Err("range can only initialize variables".to_owned());
                    }
                }
                _ => {
                    self.at = start;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let mut args = Vec::new();
        loop {
            self.skip_space();
            args.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::Right | Kind::RightParen => self.at -= 1,
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if args.is_empty() {
            return Err("empty command".to_owned());
        }
        Ok(args)
    }

    fn operand(&mut self) -> Parsed<Option<Arg>> {
        let Some(node) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(node));
        }
        let mut fields = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.next().val.split_off(1));
        }
        Ok(Some(match node {
            Arg::Field(_, mut names) => {
                names.extend(fields);
                Arg::Field(first.pos, names)
            }
            Arg::Variable(_, mut names) => {
                names.extend(fields);
                Arg::Variable(first.pos, names)
            }
            Arg::Pipe(..) | Arg::Function(..) | Arg::Chain(..) => Arg::Chain(first.pos, Box::new(node), fields),
            other => return Err(format!("unexpected . after term {:?}", other.text())),
        }))
    }

    fn term(&mut self) -> Parsed<Option<Arg>> {
        let token = self.next_solid();
        let pos = token.pos;
        Ok(Some(match token.kind {
            Kind::Identifier => {
                if !self.functions.contains(&token.val.as_str()) {
                    return Err(format!("function {:?} not defined", token.val));
                }
                Arg::Function(pos, token.val)
            }
            Kind::Dot => Arg::Dot(pos),
            Kind::Nil => Arg::Nil(pos),
            Kind::Variable => {
                if !self.vars.contains(&token.val) {
                    return Err(format!("undefined variable {:?}", token.val));
                }
                Arg::Variable(pos, vec![token.val])
            }
            Kind::Field => Arg::Field(pos, vec![token.val.get(1..).unwrap_or("").to_owned()]),
            Kind::Bool => Arg::Bool(pos, token.val == "true"),
            Kind::CharConstant => {
                let inner = unquote(&token.val.replace('\'', "\""))?;
                match inner.chars().next() {
                    Some(c) if inner.chars().count() == 1 => Arg::Number(pos, u32::from(c).to_string()),
                    _ => return Err(format!("malformed character constant: {}", token.val)),
                }
            }
            Kind::Number => {
                if super::value::number(&token.val).is_none() {
                    return Err(format!("illegal number syntax: {:?}", token.val));
                }
                Arg::Number(pos, token.val)
            }
            Kind::LeftParen => {
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                Arg::Pipe(pos, Box::new(pipe))
            }
            Kind::Str | Kind::RawStr => Arg::Str(pos, token.val.clone(), unquote(&token.val)?),
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        }))
    }
}

fn check(pipe: &Pipe, context: &str) -> Parsed<()> {
    if pipe.commands.is_empty() {
        return Err(format!("missing value for {context}"));
    }
    for (stage, command) in pipe.commands.iter().enumerate().skip(1) {
        if matches!(command.first(), Some(Arg::Bool(..) | Arg::Dot(_) | Arg::Nil(_) | Arg::Number(..) | Arg::Str(..))) {
            return Err(format!("non executable command in pipeline stage {}", stage + 1));
        }
    }
    Ok(())
}

fn shown(token: &Token) -> String {
    match token.kind {
        Kind::Eof => "EOF".to_owned(),
        Kind::Keyword => format!("<{}>", token.val),
        _ if token.val.chars().count() > 10 => {
            format!("{:?}...", token.val.chars().take(10).collect::<String>())
        }
        _ => format!("{:?}", token.val),
    }
}

/// A Go string literal's meaning.
fn unquote(literal: &str) -> Parsed<String> {
    let invalid = || "invalid syntax".to_owned();
    if let Some(raw) = literal.strip_prefix('`') {
        return Ok(raw.trim_end_matches('`').replace('\r', ""));
    }
    let inner = literal.strip_prefix('"').and_then(|l| l.strip_suffix('"')).ok_or_else(invalid)?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let hex = |chars: &mut std::str::Chars<'_>, digits: usize| {
            let text: String = chars.take(digits).collect();
            u32::from_str_radix(&text, 16).ok().and_then(char::from_u32)
        };
        let meant = match chars.next() {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('a') => Some('\u{7}'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('v') => Some('\u{b}'),
            Some(c @ ('\\' | '"' | '\'')) => Some(c),
            Some('x') => hex(&mut chars, 2),
            Some('u') => hex(&mut chars, 4),
            Some('U') => hex(&mut chars, 8),
            _ => None,
        };
        out.push(meant.ok_or_else(invalid)?);
    }
    Ok(out)
}
