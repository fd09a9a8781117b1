//! Fields under construction: the text of each word that an expansion makes, and beside it the pattern that it is if it
//! has unquoted `*`, `?` or `[`. Splitting at `IFS` happens here. Nothing here knows where text comes from.

use crate::shell::pattern;

/// One word in the making.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Its text.
    pub text: String,
    /// The same as a pattern: what was quoted has backslashes.
    pub pattern: String,
    /// Something in it is alive as a pattern.
    pub wild: bool,
}

/// Fields, the last of them open.
#[derive(Debug, Default)]
pub struct Fields {
    done: Vec<Field>,
    open: Option<Field>,
    /// Unquoted results are split at these; `None` where nothing is split.
    pub ifs: Option<Box<str>>,
    /// White space of `IFS` ended the last field: more of it changes nothing, one other separator belongs to it.
    after_space: bool,
}

impl Fields {
    /// None yet.
    pub fn new(ifs: Option<&str>) -> Fields {
        Fields { ifs: ifs.map(Box::from), ..Fields::default() }
    }

    /// Whether unquoted results are split.
    pub fn splits(&self) -> bool {
        self.ifs.is_some()
    }

    /// Quoted text; even empty, it makes a field.
    pub fn quoted(&mut self, text: &str) {
        self.after_space = false;
        let field = self.open.get_or_insert_with(Field::default);
        field.text.push_str(text);
        if text.contains(|c: char| !c.is_ascii_alphanumeric()) {
            field.pattern.push_str(&pattern::escape(text));
        } else {
            field.pattern.push_str(text);
        }
    }

    /// Unquoted text of the source.
    pub fn literal(&mut self, text: &str) {
        self.after_space = false;
        let field = self.open.get_or_insert_with(Field::default);
        field.text.push_str(text);
        field.pattern.push_str(text);
        field.wild |= text.contains(['*', '?', '[', '(']);
    }

    /// The unquoted result of an expansion.
    pub fn result(&mut self, text: &str) {
        let Some(ifs) = self.ifs.clone() else {
            if !text.is_empty() {
                self.literal(text);
                if let Some(field) = &mut self.open {
                    field.wild |= text.contains('\\');
                }
            }
            return;
        };
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n') && ifs.contains(c);
        for c in text.chars() {
            if is_space(c) {
                if let Some(field) = self.open.take() {
                    self.done.push(field);
                    self.after_space = true;
                }
            } else if ifs.contains(c) {
                match self.open.take() {
                    Some(field) => self.done.push(field),
                    None if self.after_space => {}
                    None => self.done.push(Field::default()),
                }
                self.after_space = false;
            } else {
                self.literal(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// Ends the present field, as between the words of `"$@"`.
    pub fn cut(&mut self) {
        self.done.extend(self.open.take());
        self.after_space = false;
    }

    /// All fields.
    pub fn finish(mut self) -> Vec<Field> {
        self.cut();
        self.done
    }

    /// Everything as one, where nothing was split.
    pub fn single(self) -> Field {
        let mut all = self.finish().into_iter();
        let mut first = all.next().unwrap_or_default();
        for field in all {
            first.text.push(' ');
            first.text.push_str(&field.text);
            first.pattern.push(' ');
            first.pattern.push_str(&field.pattern);
            first.wild |= field.wild;
        }
        first
    }
}
