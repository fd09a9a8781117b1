//! The interpreter: lists, pipelines and compound commands as futures over the shell's process. A process is started
//! only where bash forks: see [`super::process`]. Simple commands are in [`super::simple`].

use super::ast::{CaseItem, Command, Cond, Item, Joint, Kind, List, Pipeline, Word};
use super::lexer::Flavour;
use super::pattern::Pattern;
use super::state::{boxed, Flow, Outcome, Shell};
use crate::kernel::LocalBoxFuture;
use std::rc::Rc;

/// How deep commands may nest before a message takes the place of a stack overflow.
const DEPTH: u32 = 2_000;

impl Shell {
    /// Runs commands one after the other; the status is the last one's.
    pub fn run_list<'a>(&'a mut self, list: &'a [Item]) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            let mut status = 0;
            for item in list {
                status =
                    if item.background { boxed(self.run_background(item)).await? } else { self.run_item(item).await? };
                self.status = status;
            }
            Ok(status)
        })
    }

    /// Pipelines joined by `&&` and `||`.
    pub(super) async fn run_item(&mut self, item: &Item) -> Outcome {
        let mut status = 0;
        let last = item.pipelines.len().saturating_sub(1);
        for (at, (joint, pipeline)) in item.pipelines.iter().enumerate() {
            let skip = at > 0 && (*joint == Joint::And) != (status == 0);
            if skip {
                continue;
            }
            if at < last {
                self.tolerant += 1;
                let result = self.run_pipeline(pipeline).await;
                self.tolerant -= 1;
                status = result?;
            } else {
                status = self.run_pipeline(pipeline).await?;
            }
            self.status = status;
        }
        Ok(status)
    }

    async fn run_pipeline(&mut self, pipeline: &Pipeline) -> Outcome {
        let begun = self.proc.now();
        self.tolerant += u32::from(pipeline.negated);
        let result = match pipeline.commands.as_slice() {
            [] => Ok(0),
            [only] => {
                let result = self.run_command(only).await;
                if let (Ok(status), true) = (&result, matches!(only.kind, Kind::Simple(..))) {
                    self.pipe_status = vec![*status];
                }
                result
            }
            _ => boxed(self.run_pipes(pipeline)).await,
        };
        self.tolerant -= u32::from(pipeline.negated);
        if let Some(posix) = pipeline.timed {
            boxed(self.report_time(begun, posix)).await;
        }
        let mut status = result?;
        if pipeline.negated {
            status = i32::from(status == 0);
        }
        self.status = status;
        if status != 0 && !pipeline.negated && self.tolerant == 0 {
            let simple = pipeline.commands.len() != 1
                || pipeline.commands.iter().all(|c| !matches!(c.kind, Kind::Group(_) | Kind::If(..) | Kind::While(..)));
            if simple && self.traps.contains_key("ERR") {
                boxed(self.run_trap("ERR")).await?;
            }
            if self.option("errexit") {
                return Err(Flow::Exit(status));
            }
        }
        Ok(status)
    }

    async fn report_time(&mut self, begun: crate::ambient::Time, posix: bool) {
        let nanos = (self.proc.now().0 - begun.0).max(0);
        let (secs, milli) = (nanos / 1_000_000_000, nanos / 1_000_000 % 1000);
        let text = if posix {
            format!("real {secs}.{:02}\nuser 0.00\nsys 0.00\n", milli / 10)
        } else {
            format!("\nreal\t{}m{}.{milli:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n", secs / 60, secs % 60)
        };
        self.write(2, &text).await;
    }

    /// One command with its redirections.
    pub fn run_command<'a>(&'a mut self, command: &'a Command) -> LocalBoxFuture<'a, Outcome> {
        Box::pin(async move {
            if self.depth >= DEPTH {
                boxed(self.complain("maximum nesting level of commands exceeded")).await;
                return Err(Flow::Discard(1));
            }
            self.line = command.line;
            self.take_signals();
            if !self.signals.is_empty() {
                boxed(self.poll_signals()).await?;
            }
            if self.option("noexec") && !self.interactive {
                return Ok(0);
            }
            self.depth += 1;
            let result = match &command.kind {
                Kind::Simple(assigns, words) => self.simple(assigns, words, &command.redirects).await,
                Kind::Function(name, body) => {
                    self.define(name, body);
                    Ok(0)
                }
                Kind::Subshell(list) => boxed(self.run_subshell(list.clone(), command)).await,
                kind if command.redirects.is_empty() => self.compound(kind).await,
                kind => match boxed(self.redirect(&command.redirects)).await {
                    Ok(saved) => {
                        let result = self.compound(kind).await;
                        self.restore(saved);
                        result
                    }
                    Err(Flow::Failed(status)) => Ok(status),
                    Err(flow) => Err(flow),
                },
            };
            self.depth -= 1;
            result
        })
    }

    async fn compound(&mut self, kind: &Kind) -> Outcome {
        match kind {
            Kind::Group(list) => self.run_list(list).await,
            Kind::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if self.run_condition(condition).await? == 0 {
                        return self.run_list(body).await;
                    }
                }
                match otherwise {
                    Some(body) => self.run_list(body).await,
                    None => Ok(0),
                }
            }
            Kind::While(until, condition, body) => boxed(self.run_while(*until, condition, body)).await,
            Kind::For { name, words, body, select } => {
                let items = match words {
                    Some(words) => boxed(self.expand_words(words)).await?,
                    None => self.params.iter().map(|p| p.to_string()).collect(),
                };
                if *select {
                    boxed(self.run_select(name, &items, body)).await
                } else {
                    boxed(self.run_for(name, items, body)).await
                }
            }
            Kind::ForArith([init, test, step], body) => boxed(self.run_for_arith(init, test, step, body)).await,
            Kind::Case(subject, items) => boxed(self.run_case(subject, items)).await,
            Kind::Arith(word) => match boxed(self.arith_command(word)).await {
                Ok(value) => Ok(i32::from(value == 0)),
                Err(Flow::Discard(status)) if self.flavour == Flavour::Bash => Ok(status),
                Err(flow) => Err(flow),
            },
            Kind::Cond(cond) => boxed(self.run_cond(cond)).await,
            Kind::Simple(..) | Kind::Subshell(_) | Kind::Function(..) => Ok(0),
        }
    }

    /// `((…))`, whose complaints begin so.
    async fn arith_command(&mut self, word: &Word) -> Result<i64, Flow> {
        let text = self.expand_text(word).await?;
        self.trace_line(&format!("(( {} ))", text.trim())).await?;
        match super::arith::evaluate(self, &text) {
            Ok(value) => Ok(value),
            Err(error) => {
                self.complain(&format!("((: {error}")).await;
                Err(Flow::Discard(1))
            }
        }
    }

    /// A condition's failure does not end a shell with `-e`.
    async fn run_condition(&mut self, list: &List) -> Outcome {
        self.tolerant += 1;
        let result = self.run_list(list).await;
        self.tolerant -= 1;
        result
    }

    /// A loop's body; `false` ends the loop.
    async fn run_body(&mut self, body: &List, status: &mut i32) -> Result<bool, Flow> {
        self.loops += 1;
        let result = self.run_list(body).await;
        self.loops -= 1;
        // An endless loop must let others in, or nobody could stop it.
        self.proc.yield_now().await;
        match result {
            Ok(code) => *status = code,
            Err(Flow::Break(n)) => {
                *status = 0;
                return if n > 1 { Err(Flow::Break(n - 1)) } else { Ok(false) };
            }
            Err(Flow::Continue(n)) => {
                *status = 0;
                if n > 1 {
                    return Err(Flow::Continue(n - 1));
                }
            }
            Err(flow) => return Err(flow),
        }
        Ok(true)
    }

    async fn run_while(&mut self, until: bool, condition: &List, body: &List) -> Outcome {
        let mut status = 0;
        loop {
            self.loops += 1;
            let tested = self.run_condition(condition).await;
            self.loops -= 1;
            match tested {
                Ok(code) if (code == 0) != until => {}
                Ok(_) => return Ok(status),
                Err(Flow::Break(1)) => return Ok(0),
                Err(Flow::Continue(1)) => continue,
                Err(Flow::Break(n)) => return Err(Flow::Break(n - 1)),
                Err(Flow::Continue(n)) => return Err(Flow::Continue(n - 1)),
                Err(flow) => return Err(flow),
            }
            if !self.run_body(body, &mut status).await? {
                return Ok(status);
            }
        }
    }

    async fn run_for(&mut self, name: &str, items: Vec<String>, body: &List) -> Outcome {
        if !super::ast::is_name(name) {
            boxed(self.complain(&format!("`{name}': not a valid identifier"))).await;
            return Ok(1);
        }
        let mut status = 0;
        let head = format!("for {name} in {}", items.join(" "));
        for item in items {
            boxed(self.trace_line(&head)).await?;
            if let Err(error) = self.assign(name, &item, false) {
                self.complain(&error).await;
                return Ok(1);
            }
            if !self.run_body(body, &mut status).await? {
                break;
            }
        }
        Ok(status)
    }

    async fn run_for_arith(&mut self, init: &Word, test: &Word, step: &Word, body: &List) -> Outcome {
        let mut status = 0;
        boxed(self.arith_command(init)).await?;
        loop {
            // An empty condition is true.
            let blank = test.raw.trim().is_empty();
            if !blank && boxed(self.arith_command(test)).await? == 0 {
                return Ok(status);
            }
            if !self.run_body(body, &mut status).await? {
                return Ok(status);
            }
            boxed(self.arith_command(step)).await?;
        }
    }

    async fn run_select(&mut self, name: &str, items: &[String], body: &List) -> Outcome {
        let mut status = 0;
        loop {
            let width = items.len().to_string().len();
            let menu: String =
                items.iter().enumerate().map(|(i, item)| format!("{:>width$}) {item}\n", i + 1)).collect();
            self.write(2, &menu).await;
            loop {
                let prompt = self.get("PS3").unwrap_or_else(|| "#? ".into());
                self.write(2, &prompt).await;
                let Some(line) = self.read_line_raw(0).await else {
                    self.write(1, "\n").await;
                    return Ok(1);
                };
                let answer = line.trim();
                if answer.is_empty() {
                    self.write(2, &menu).await;
                    continue;
                }
                let chosen = answer.parse::<usize>().ok().and_then(|n| items.get(n.checked_sub(1)?));
                let chosen = chosen.cloned().unwrap_or_default();
                for (name, value) in [("REPLY", answer), (name, chosen.as_str())] {
                    if let Err(error) = self.assign(name, value, false) {
                        self.complain(&error).await;
                        return Ok(1);
                    }
                }
                break;
            }
            if !self.run_body(body, &mut status).await? {
                return Ok(status);
            }
        }
    }

    async fn run_case(&mut self, subject: &Word, items: &[CaseItem]) -> Outcome {
        let text = boxed(self.expand_text(subject)).await?;
        boxed(self.trace_line(&format!("case {} in", subject.raw))).await?;
        let mut falling = false;
        let mut status = 0;
        for item in items {
            let mut matched = falling;
            for pattern in &item.patterns {
                if matched {
                    break;
                }
                let field = boxed(self.expand_pattern(pattern)).await?;
                let fold = self.shopt("nocasematch");
                matched = if field.wild || fold {
                    Pattern::new(&field.pattern, self.shopt("extglob")).ignoring_case(fold).matches(&text)
                } else {
                    field.text == text
                };
            }
            if !matched {
                continue;
            }
            status = self.run_list(&item.body).await?;
            match item.end {
                '&' => falling = true,
                '?' => falling = false,
                _ => return Ok(status),
            }
        }
        Ok(status)
    }

    fn define(&mut self, name: &str, body: &Rc<Command>) {
        let source = self.frames.last().map_or_else(
            || if self.reads_string { "environment".into() } else { "main".into() },
            |frame| frame.source.clone(),
        );
        let function = super::state::Function { body: body.clone(), source, exported: false };
        Rc::make_mut(&mut self.functions).insert(name.into(), function);
    }

    async fn run_cond(&mut self, cond: &Cond) -> Outcome {
        match self.cond(cond).await {
            Ok(value) => Ok(i32::from(!value)),
            Err(Flow::Failed(status)) => Ok(status),
            Err(flow) => Err(flow),
        }
    }

    fn cond<'a>(&'a mut self, cond: &'a Cond) -> LocalBoxFuture<'a, Result<bool, Flow>> {
        Box::pin(async move {
            match cond {
                Cond::Word(word) => {
                    let text = self.expand_text(word).await?;
                    self.trace_cond("", "-n", &super::escape::shell_quoted(&text)).await?;
                    Ok(!text.is_empty())
                }
                Cond::Not(inner) => {
                    self.negated = matches!(**inner, Cond::Word(_) | Cond::Unary(..) | Cond::Binary(..));
                    Ok(!self.cond(inner).await?)
                }
                Cond::And(a, b) => Ok(self.cond(a).await? && self.cond(b).await?),
                Cond::Or(a, b) => Ok(self.cond(a).await? || self.cond(b).await?),
                Cond::Unary(op, word) => {
                    let text = self.expand_text(word).await?;
                    self.trace_cond("", op, &super::escape::shell_quoted(&text)).await?;
                    super::test_expr::unary(&super::builtins::ShellFacts(self), op, &text).map_err(|_| Flow::Failed(2))
                }
                Cond::Binary(left, op, right) => self.cond_binary(left, op, right).await,
            }
        })
    }

    async fn cond_binary(&mut self, left: &Word, op: &str, right: &Word) -> Result<bool, Flow> {
        let text = self.expand_text(left).await?;
        match op {
            "=" | "==" | "!=" => {
                let field = self.expand_pattern(right).await?;
                self.trace_cond(&text, op, &field.pattern).await?;
                let fold = self.shopt("nocasematch");
                let equal = if field.wild || fold || field.pattern.contains('\\') {
                    Pattern::new(&field.pattern, true).ignoring_case(fold).matches(&text)
                } else {
                    field.text == text
                };
                Ok(equal == (op != "!="))
            }
            "=~" => {
                let field = self.expand_pattern(right).await?;
                self.trace_cond(&text, op, &field.pattern).await?;
                let regex = super::test_expr::regex(&field.pattern, self.shopt("nocasematch"));
                let Some(regex) = regex else { return Err(Flow::Failed(2)) };
                let found = regex.captures(&text);
                let groups: Vec<Rc<str>> =
                    found.iter().flat_map(|c| c.iter()).map(|m| Rc::from(m.map_or("", |m| m.as_str()))).collect();
                self.set_array("BASH_REMATCH", groups);
                Ok(found.is_some())
            }
            "<" => Ok(text < self.expand_text(right).await?),
            ">" => Ok(text > self.expand_text(right).await?),
            "-nt" | "-ot" | "-ef" => {
                let other = self.expand_text(right).await?;
                super::test_expr::binary(&super::builtins::ShellFacts(self), &text, op, &other)
                    .map_err(|_| Flow::Failed(2))
            }
            _ => {
                let other = self.expand_text(right).await?;
                self.trace_cond(&text, op, &other).await?;
                let mut numbers = [0i64; 2];
                for (value, text) in numbers.iter_mut().zip([&text, &other]) {
                    match super::arith::evaluate(self, text) {
                        Ok(number) => *value = number,
                        Err(error) => {
                            self.complain(&format!("[[: {error}")).await;
                            return Err(Flow::Failed(1));
                        }
                    }
                }
                let [a, b] = numbers;
                Ok(super::test_expr::compare(a, op, b))
            }
        }
    }

    async fn trace_cond(&mut self, left: &str, op: &str, right: &str) -> Result<(), Flow> {
        let not = if std::mem::take(&mut self.negated) { "! " } else { "" };
        let unary = op.len() == 2 && op.starts_with('-');
        let left = if unary { String::new() } else { format!("{} ", super::escape::shell_quoted(left)) };
        self.trace_line(&format!("[[ {not}{left}{op} {right} ]]")).await
    }
}
