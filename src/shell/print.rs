//! Commands as text again, in the form that bash prints them: on one line for jobs, on many for `type` and
//! `declare -f`.

use super::ast::*;

/// Commands of a list on one line.
pub fn item(item: &Item) -> String {
    let mut out = Printer { out: String::new(), indent: None };
    out.item(item);
    out.out
}

/// A pipeline on one line.
pub fn pipeline(pipeline: &Pipeline) -> String {
    let mut out = Printer { out: String::new(), indent: None };
    out.pipeline(pipeline);
    out.out
}

/// A command on one line.
pub fn command(command: &Command) -> String {
    let mut out = Printer { out: String::new(), indent: None };
    out.command(command);
    out.out
}

/// A function's definition, as `type` prints it.
pub fn function(name: &str, body: &Command) -> String {
    let mut out = Printer { out: format!("{name} () \n"), indent: Some(0) };
    out.function_body(body);
    out.out.push('\n');
    out.out
}

struct Printer {
    out: String,
    /// How far lines are indented; `None` where everything is on one line.
    indent: Option<usize>,
}

impl Printer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A new line, or a blank where there are none.
    fn line(&mut self) {
        match self.indent {
            Some(indent) => {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
            }
            None => self.out.push(' '),
        }
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self)) {
        self.indent = self.indent.map(|i| i + 4);
        inner(self);
        self.indent = self.indent.map(|i| i - 4);
    }

    fn function_body(&mut self, body: &Command) {
        if let Kind::Group(list) = &body.kind {
            self.push("{ ");
            self.deeper(|p| {
                p.line();
                p.list(list);
            });
            self.line();
            self.push("}");
            self.redirects(&body.redirects);
        } else {
            self.push("{ ");
            self.deeper(|p| {
                p.line();
                p.command(body);
            });
            self.line();
            self.push("}");
        }
    }

    fn list(&mut self, list: &List) {
        for (i, item) in list.iter().enumerate() {
            self.item(item);
            let last = i + 1 == list.len();
            if item.background {
                self.push(if last { " &" } else { " & " });
            } else if !last {
                self.push(";");
                self.line();
            }
        }
    }

    /// A list that a word such as `then` follows: always ended.
    fn block(&mut self, list: &List) {
        self.deeper(|p| {
            p.line();
            p.list(list);
            if !list.last().is_some_and(|item| item.background) {
                p.push(";");
            }
        });
        self.line();
    }

    fn item(&mut self, item: &Item) {
        for (i, (joint, pipeline)) in item.pipelines.iter().enumerate() {
            if i > 0 {
                self.push(if *joint == Joint::And { " && " } else { " || " });
            }
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        if let Some(posix) = pipeline.timed {
            self.push(if posix { "time -p " } else { "time " });
        }
        if pipeline.negated {
            self.push("! ");
        }
        for (i, command) in pipeline.commands.iter().enumerate() {
            if i > 0 {
                self.push(" | ");
            }
            self.command(command);
        }
    }

    fn joined(&mut self, words: &[Word]) {
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                self.push(" ");
            }
            self.push(&word.raw);
        }
    }

    fn condition(&mut self, list: &List) {
        let indent = self.indent.take();
        self.list(list);
        self.indent = indent;
    }

    fn command(&mut self, command: &Command) {
        match &command.kind {
            Kind::Simple(assigns, words) => {
                for (i, assign) in assigns.iter().enumerate() {
                    if i > 0 {
                        self.push(" ");
                    }
                    self.push(&assign.raw);
                }
                if !assigns.is_empty() && !words.is_empty() {
                    self.push(" ");
                }
                self.joined(words);
            }
            Kind::Group(list) => {
                self.push("{ ");
                if self.indent.is_none() {
                    self.list(list);
                    self.push("; }");
                } else {
                    self.deeper(|p| {
                        p.line();
                        p.list(list);
                    });
                    self.line();
                    self.push("}");
                }
            }
            Kind::Subshell(list) => {
                self.push("( ");
                self.list(list);
                self.push(" )");
            }
            Kind::If(branches, otherwise) => {
                self.branches(branches, otherwise.as_ref());
            }
            Kind::While(until, condition, body) => {
                self.push(if *until { "until " } else { "while " });
                self.condition(condition);
                self.push("; do");
                self.block(body);
                self.push("done");
            }
            Kind::For { name, words, body, select } => {
                self.push(if *select { "select " } else { "for " });
                self.push(name);
                self.push(" in ");
                match words {
                    Some(words) => self.joined(words),
                    None => self.push("\"$@\""),
                }
                self.push(";");
                self.line();
                self.push("do");
                self.block(body);
                self.push("done");
            }
            Kind::ForArith(exprs, body) => {
                let [a, b, c] = exprs;
                self.push(&format!("for (({}; {}; {}))", a.raw.trim(), b.raw.trim(), c.raw.trim()));
                self.line();
                self.push("do");
                self.block(body);
                self.push("done");
            }
            Kind::Case(subject, items) => self.case(subject, items),
            Kind::Arith(word) => self.push(&format!("(({}))", word.raw)),
            Kind::Cond(cond) => {
                self.push("[[ ");
                self.cond(cond);
                self.push(" ]]");
            }
            Kind::Function(name, body) => {
                self.push(&format!("function {name} () "));
                self.line();
                self.function_body(body);
            }
        }
        self.redirects(&command.redirects);
    }

    /// `elif` is printed as an `if` within `else`.
    fn branches(&mut self, branches: &[(List, List)], otherwise: Option<&List>) {
        let Some(((condition, body), rest)) = branches.split_first() else { return };
        self.push("if ");
        self.condition(condition);
        self.push("; then");
        self.block(body);
        if !rest.is_empty() {
            self.push("else");
            self.deeper(|p| {
                p.line();
                p.branches(rest, otherwise);
                p.push(";");
            });
            self.line();
        } else if let Some(body) = otherwise {
            self.push("else");
            self.block(body);
        }
        self.push("fi");
    }

    fn case(&mut self, subject: &Word, items: &[CaseItem]) {
        self.push(&format!("case {} in ", subject.raw));
        self.deeper(|p| {
            for item in items {
                p.line();
                for (i, pattern) in item.patterns.iter().enumerate() {
                    if i > 0 {
                        p.push(" | ");
                    }
                    p.push(&pattern.raw);
                }
                p.push(")");
                p.deeper(|p| {
                    if item.body.is_empty() {
                        p.push(if p.indent.is_some() { "\n" } else { "" });
                    } else {
                        p.line();
                        p.list(&item.body);
                    }
                });
                p.line();
                p.push(match item.end {
                    '&' => ";&",
                    '?' => ";;&",
                    _ => ";;",
                });
            }
        });
        self.line();
        self.push("esac");
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Word(word) => self.push(&word.raw),
            Cond::Unary(op, word) => self.push(&format!("{op} {}", word.raw)),
            Cond::Binary(a, op, b) => self.push(&format!("{} {op} {}", a.raw, b.raw)),
            Cond::Not(inner) => {
                self.push("! ");
                self.cond(inner);
            }
            Cond::And(a, b) | Cond::Or(a, b) => {
                self.cond(a);
                self.push(if matches!(cond, Cond::And(..)) { " && " } else { " || " });
                self.cond(b);
            }
        }
    }

    fn redirects(&mut self, redirects: &[Redirect]) {
        for redirect in redirects {
            self.push(" ");
            match &redirect.fd {
                Some(Target::Fd(fd)) => self.push(&fd.to_string()),
                Some(Target::Var(name)) => self.push(&format!("{{{name}}}")),
                None => {}
            }
            self.push(redirect.op.text());
            let tight = matches!(redirect.op, RedirectOp::DupIn | RedirectOp::DupOut | RedirectOp::Here(_));
            if !tight {
                self.push(" ");
            }
            self.push(&redirect.word.raw);
            if let (RedirectOp::Here(_), Some(body)) = (redirect.op, redirect.here.as_ref().and_then(|h| h.get())) {
                if self.indent.is_some() {
                    let end = redirect.word.raw.replace(['\'', '"', '\\'], "");
                    self.push(&format!("\n{}{end}\n", body.raw));
                }
            }
        }
    }
}
