//! Expansion: from words to the arguments of a command, in bash's order: braces, tilde, parameters, commands and
//! arithmetic, splitting, file names, and the quotes taken away. What parameters yield is in [`param`].

pub mod brace;
pub mod fields;
pub mod glob;
mod param;

pub(crate) use param::attribute_letters;

use super::ast::{Part, Word};
use super::lexer::Flavour;
use super::parser::parse_text;
use super::pattern;
use super::state::{Flow, Shell};
use crate::kernel::LocalBoxFuture;
use fields::{Field, Fields};
use std::rc::Rc;

/// Why an expansion came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// To be said, and then this happens.
    Say(String, Flow),
    /// This happens; what there was to say has been said.
    Flow(Flow),
}

impl From<Flow> for Failure {
    fn from(flow: Flow) -> Failure {
        Failure::Flow(flow)
    }
}

/// What an expansion returns inside this module.
pub(super) type Expanded<T> = Result<T, Failure>;

/// What unquoted text of a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Text of a word: not split.
    Word,
    /// Text of the operand of `${x-…}`: split like a result.
    Operand,
    /// Between double quotes.
    Quoted,
}

/// Where a tilde may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tilde {
    /// Nowhere.
    No,
    /// At the beginning.
    Start,
    /// Also after every colon, as in assignments.
    Colons,
}

impl Shell {
    /// The arguments that words make. Errors have been complained about.
    pub async fn expand_words(&mut self, words: &[Word]) -> Result<Vec<String>, Flow> {
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            if let [Part::Lit(text)] = &*word.parts {
                if !text.contains(['~', '{', '*', '?', '[', '(']) {
                    out.push(text.to_string());
                    continue;
                }
            }
            let result = self.expand_word(word, &mut out).await;
            self.settle(result).await?;
        }
        Ok(out)
    }

    async fn expand_word(&mut self, word: &Word, out: &mut Vec<String>) -> Expanded<()> {
        let braces =
            if self.option("braceexpand") && self.flavour == Flavour::Bash { brace::expand(word) } else { None };
        match braces {
            Some(all) => {
                for parts in all {
                    self.expand_fields(&parts, out).await?;
                }
                Ok(())
            }
            None => self.expand_fields(&word.parts, out).await,
        }
    }

    async fn expand_fields(&mut self, parts: &[Part], out: &mut Vec<String>) -> Expanded<()> {
        let mut fields = Fields::new(Some(&self.ifs()));
        self.parts(parts, &mut fields, Context::Word, Tilde::Start).await?;
        for field in fields.finish() {
            self.add_field(field, out)?;
        }
        Ok(())
    }

    fn add_field(&self, field: Field, out: &mut Vec<String>) -> Expanded<()> {
        let ext = self.shopt("extglob");
        if !field.wild || self.option("noglob") || !pattern::is_wild(&field.pattern, ext) {
            out.push(field.text);
            return Ok(());
        }
        let options = glob::GlobOptions {
            dot: self.shopt("dotglob"),
            nocase: self.shopt("nocaseglob"),
            star: self.shopt("globstar"),
            ext,
        };
        let found = glob::glob(&self.proc, &field.pattern, options);
        if !found.is_empty() {
            out.extend(found);
        } else if self.shopt("failglob") {
            return Err(Failure::Say(format!("no match: {}", field.text), Flow::Discard(1)));
        } else if !self.shopt("nullglob") {
            out.push(field.text);
        }
        Ok(())
    }

    /// Says what there is to say about a failure.
    pub(super) async fn settle<T>(&mut self, result: Expanded<T>) -> Result<T, Flow> {
        match result {
            Ok(value) => Ok(value),
            Err(Failure::Flow(flow)) => Err(flow),
            Err(Failure::Say(text, flow)) => {
                self.complain(&text).await;
                Err(flow)
            }
        }
    }

    /// A word as one piece of text: an assignment's value, the word of `case`, a here-document. Not split.
    pub async fn expand_text(&mut self, word: &Word) -> Result<String, Flow> {
        if let [Part::Lit(text) | Part::Quoted(text)] = &*word.parts {
            if !text.contains('~') {
                return Ok(text.to_string());
            }
        }
        let result = self.single(word, Tilde::Start).await;
        self.settle(result).await.map(|field| field.text)
    }

    /// The value of an assignment.
    pub async fn expand_value(&mut self, word: &Word) -> Result<String, Flow> {
        let result = self.single(word, Tilde::Colons).await;
        self.settle(result).await.map(|field| field.text)
    }

    /// A word as a pattern, with its text beside it.
    pub async fn expand_pattern(&mut self, word: &Word) -> Result<Field, Flow> {
        let result = self.single(word, Tilde::Start).await;
        self.settle(result).await
    }

    pub(super) async fn single(&mut self, word: &Word, tilde: Tilde) -> Expanded<Field> {
        let mut fields = Fields::new(None);
        self.parts(&word.parts, &mut fields, Context::Word, tilde).await?;
        Ok(fields.single())
    }

    /// An operand of `${…}` as text.
    pub(super) async fn operand(&mut self, word: &Word) -> Expanded<Field> {
        self.single(word, Tilde::Start).await
    }

    pub(super) async fn arith(&mut self, word: &Word) -> Expanded<i64> {
        let text = self.single(word, Tilde::No).await?.text;
        super::arith::evaluate(self, &text).map_err(|error| self.arith_failure(error, &text))
    }

    fn arith_failure(&self, error: String, text: &str) -> Failure {
        let reason = if error.contains("division by 0") {
            "division by zero"
        } else if error.contains("operand expected") {
            "expecting primary"
        } else {
            "expecting EOF"
        };
        match self.flavour {
            Flavour::Bash => Failure::Say(error, self.discard(1)),
            Flavour::Dash => Failure::Say(format!("arithmetic expression: {reason}: \"{text}\""), self.fatal(2)),
            Flavour::Ash if reason == "division by zero" => Failure::Say("divide by zero".into(), self.fatal(2)),
            Flavour::Ash => Failure::Say("arithmetic syntax error".into(), self.fatal(2)),
        }
    }

    /// What happens after an error that gives the command line up.
    pub(super) fn discard(&self, status: i32) -> Flow {
        match self.flavour {
            Flavour::Bash => Flow::Discard(status),
            _ => self.fatal(2),
        }
    }

    /// What happens after an error that ends a shell without a prompt.
    pub(super) fn fatal(&self, status: i32) -> Flow {
        if self.interactive {
            Flow::Discard(status)
        } else {
            Flow::Exit(status)
        }
    }

    /// Expands parts into fields.
    pub(super) fn parts<'a>(
        &'a mut self,
        parts: &'a [Part],
        fields: &'a mut Fields,
        context: Context,
        tilde: Tilde,
    ) -> LocalBoxFuture<'a, Expanded<()>> {
        Box::pin(async move {
            let count = parts.len();
            for (at, part) in parts.iter().enumerate() {
                match part {
                    Part::Lit(text) if context == Context::Quoted => fields.quoted(text),
                    Part::Lit(text) => self.unquoted_text(text, at == 0, at + 1 == count, fields, context, tilde),
                    Part::Quoted(text) => fields.quoted(text),
                    Part::Double(inner) if inner.is_empty() => fields.quoted(""),
                    Part::Double(inner) => self.parts(inner, fields, Context::Quoted, Tilde::No).await?,
                    Part::Param(param) => self.parameter(param, fields, context).await?,
                    Part::Command(list) => {
                        let list = list.clone();
                        let text = self.substitute(list).await?;
                        emit(&text, fields, context);
                    }
                    Part::Backquote(source) => {
                        let list = self.parse_substitution(source)?;
                        let text = self.substitute(list).await?;
                        emit(&text, fields, context);
                    }
                    Part::Arith(word) => {
                        let value = self.arith(word).await?;
                        emit(&value.to_string(), fields, context);
                    }
                    Part::Process(read, list) => {
                        let path = self.substitute_process(*read, list.clone())?;
                        fields.quoted(&path);
                    }
                    Part::Array(_) => {}
                    Part::Bad(raw) => {
                        let (text, flow) = match self.flavour {
                            Flavour::Bash => (format!("{raw}: bad substitution"), self.discard(1)),
                            Flavour::Dash => ("Bad substitution".to_owned(), self.fatal(2)),
                            Flavour::Ash => ("syntax error: bad substitution".to_owned(), self.fatal(2)),
                        };
                        return Err(Failure::Say(text, flow));
                    }
                }
            }
            Ok(())
        })
    }

    fn parse_substitution(&mut self, source: &str) -> Expanded<Rc<super::ast::List>> {
        let settings = self.plain_settings();
        parse_text(source, self.line.max(1), settings).map(Rc::new).map_err(|error| {
            Failure::Say(format!("command substitution: line {}: {error}", error.line), self.discard(2))
        })
    }

    fn unquoted_text(&self, text: &str, first: bool, last: bool, fields: &mut Fields, context: Context, tilde: Tilde) {
        let put = |fields: &mut Fields, text: &str| {
            if text.is_empty() {
            } else if context == Context::Operand {
                fields.result(text);
            } else {
                fields.literal(text);
            }
        };
        if tilde == Tilde::No || !text.contains('~') {
            return put(fields, text);
        }
        let pieces: Vec<&str> = if tilde == Tilde::Colons { text.split_inclusive(':').collect() } else { vec![text] };
        let count = pieces.len();
        for (i, piece) in pieces.into_iter().enumerate() {
            let may = (i > 0 || first) && piece.starts_with('~');
            match may.then(|| self.tilde(piece, last || i + 1 < count)).flatten() {
                Some((home, rest)) => {
                    fields.quoted(&home);
                    put(fields, rest);
                }
                None => put(fields, piece),
            }
        }
    }

    /// `~`, `~user`, `~+`, `~-` at the beginning of a piece, and what follows it.
    fn tilde<'t>(&self, text: &'t str, complete: bool) -> Option<(String, &'t str)> {
        let rest = text.strip_prefix('~')?;
        let end = rest.find(['/', ':']);
        if end.is_none() && !complete {
            return None;
        }
        let (user, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        let home = match user {
            "" => match self.get("HOME") {
                Some(home) => home.to_string(),
                None => self.home_of(None)?,
            },
            "+" if self.flavour == Flavour::Bash => self.text("PWD").to_string(),
            "-" if self.flavour == Flavour::Bash => self.get("OLDPWD")?.to_string(),
            name => self.home_of(Some(name))?,
        };
        Some((home, rest))
    }

    /// A user's home directory, as `/etc/passwd` has it; `None` is the shell's own user.
    pub fn home_of(&self, user: Option<&str>) -> Option<String> {
        self.passwd(user).and_then(|fields| fields.get(5).cloned())
    }

    /// A user's line of `/etc/passwd`.
    pub fn passwd(&self, user: Option<&str>) -> Option<Vec<String>> {
        let uid = self.proc.cred().uid.to_string();
        let blob = self.proc.fs(|vfs, who| vfs.blob(who, "/etc/passwd")).ok()?;
        let text = super::escape::from_bytes(&blob.to_vec());
        text.lines().map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>()).find(|fields| match user {
            Some(name) => fields.first().is_some_and(|f| f == name),
            None => fields.get(2).is_some_and(|f| *f == uid),
        })
    }
}

/// Puts a result into the fields.
fn emit(text: &str, fields: &mut Fields, context: Context) {
    if context == Context::Quoted {
        fields.quoted(text);
    } else {
        fields.result(text);
    }
}
