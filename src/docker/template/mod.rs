//! Go's `text/template`, as the command line's `--format` and `-f` need it: our own, because the error
//! sentences must be Go's. It must not know Docker's objects: it sees [`Value`]s.

mod exec;
mod funcs;
mod lex;
mod parse;
pub(in crate::docker) mod printf;
mod value;

pub use exec::{Functions, MissingKey};
pub use value::{json_string, Fields, Value};

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    name: String,
    text: String,
    defs: parse::Defs,
}

impl Template {
    /// Parses `text`. The error is Go's sentence (`template: :1: unclosed action`).
    pub fn parse(name: &str, text: &str) -> Result<Template, String> {
        let defs = parse::parse(name, text, funcs::NAMES)?;
        Ok(Template { name: name.to_owned(), text: text.to_owned(), defs })
    }

    /// Appends the template's text for `data` to `out`; on an error `out` holds what came before it, and the
    /// error is Go's sentence (`template: :1:2: executing "" at <.X>: …`).
    pub fn execute(
        &self,
        data: &Value,
        missing: MissingKey,
        functions: Functions,
        out: &mut String,
    ) -> Result<(), String> {
        let mut exec = exec::Exec {
            name: &self.name,
            text: &self.text,
            defs: &self.defs,
            missing,
            functions,
            vars: vec![("$".to_owned(), data.clone())],
            at: (0, String::new()),
            depth: 0,
        };
        match self.defs.first() {
            Some((_, nodes)) => exec.run(nodes, data, out),
            None => Ok(()),
        }
    }
}
