//! What `$x` and `${…}` yield: the value, and what the operators make of it.

use super::fields::Fields;
use super::{emit, Context, Expanded, Failure};
use crate::shell::ast::{is_name, Param, ParamOp, Subscript, Word};
use crate::shell::escape;
use crate::shell::lexer::{Flavour, Parser};
use crate::shell::pattern::Pattern;
use crate::shell::state::Shell;
use crate::shell::vars::{self, Value};
use std::rc::Rc;

/// A parameter's value.
#[derive(Debug, Clone)]
enum Found {
    /// A string, or nothing.
    One(Option<Rc<str>>),
    /// `$@` and `${a[@]}`, or, joined between quotes, `$*` and `${a[*]}` (true).
    Many(Vec<Rc<str>>, bool),
}

impl Shell {
    pub(super) async fn parameter(&mut self, param: &Param, fields: &mut Fields, context: Context) -> Expanded<()> {
        if let ParamOp::Names(star) = param.op {
            let names = self.vars.iter().map(|(name, _)| name.clone());
            let names = names.filter(|name| name.starts_with(&*param.name)).collect();
            return self.emit_found(Found::Many(names, star), fields, context);
        }
        let keys = param.indirect && matches!(param.subscript, Some(Subscript::At | Subscript::Star));
        if keys && param.op == ParamOp::Value {
            let star = param.subscript == Some(Subscript::Star);
            let name = self.resolve(&param.name);
            let keys = match self.special_array(&name) {
                Some(items) => (0..items.len()).map(|i| Rc::from(i.to_string())).collect(),
                None => self.vars.get(&name).map(vars::Var::keys).unwrap_or_default(),
            };
            return self.emit_found(Found::Many(keys, star), fields, context);
        }
        let (mut name, mut found) = (param.name.clone(), self.find(&param.name, param.subscript.as_ref()).await?);
        if param.indirect {
            if self.vars.get(&param.name).is_some_and(|var| var.has(vars::NAMEREF)) && param.op == ParamOp::Value {
                let target = self.resolve(&param.name);
                return self.emit_found(Found::One(Some(target)), fields, context);
            }
            let target = match &found {
                Found::One(Some(target)) => target.clone(),
                Found::One(None) => {
                    return Err(Failure::Say(format!("{name}: invalid indirect expansion"), self.discard(1)))
                }
                Found::Many(items, _) => items.join(" ").into(),
            };
            found = self.find_text(&target).await?;
            name = target;
        }
        self.operate(param, &name, found, fields, context).await
    }

    /// The value of a parameter named in text, as `${!x}` needs it: `y`, `y[2]`, `3`.
    async fn find_text(&mut self, text: &str) -> Expanded<Found> {
        let (name, subscript) = match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            Some((name, "@")) => (name, Some(Subscript::At)),
            Some((name, "*")) => (name, Some(Subscript::Star)),
            Some((name, index)) => {
                let word = Parser::plain_text(index, self.line, self.plain_settings()).unwrap_or_default();
                (name, Some(Subscript::Index(word)))
            }
            None => (text, None),
        };
        let special = name.chars().all(|c| c.is_ascii_digit()) || (name.len() == 1 && "@*#?-$!".contains(name));
        if name.is_empty() || !(is_name(name) || special) {
            return Err(Failure::Say(format!("{text}: invalid variable name"), self.discard(1)));
        }
        self.find(name, subscript.as_ref()).await
    }

    async fn find(&mut self, name: &str, subscript: Option<&Subscript>) -> Expanded<Found> {
        let Some(subscript) = subscript else { return Ok(self.find_plain(name)) };
        let name = self.resolve(name);
        match subscript {
            Subscript::At | Subscript::Star => {
                let items = match self.special_array(&name) {
                    Some(items) => items,
                    None => match self.vars.get(&name) {
                        Some(var) => var.elements(),
                        None => self.get(&name).into_iter().collect(),
                    },
                };
                Ok(Found::Many(items, *subscript == Subscript::Star))
            }
            Subscript::Index(word) => {
                let text = self.operand(word).await?.text;
                let key = self.element_key(&name, &text, false);
                let key = key.map_err(|error| Failure::Say(error, self.discard(1)))?;
                Ok(Found::One(self.element(&name, &key)))
            }
        }
    }

    fn find_plain(&mut self, name: &str) -> Found {
        let number = |n: i64| Found::One(Some(n.to_string().into()));
        match name {
            "@" => Found::Many(self.params.clone(), false),
            "*" => Found::Many(self.params.clone(), true),
            "#" => number(self.params.len() as i64),
            "?" => number(i64::from(self.status)),
            "$" => number(i64::from(self.root_pid)),
            "!" => Found::One(self.last_background.map(|pid| pid.to_string().into())),
            "-" => Found::One(Some(self.flags_text().into())),
            "0" => Found::One(Some(self.name.clone())),
            _ if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let at = name.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                Found::One(at.and_then(|at| self.params.get(at).cloned()))
            }
            _ => {
                let value = self.get(name);
                if name == "RANDOM" {
                    self.random.next_u64();
                }
                Found::One(value)
            }
        }
    }

    async fn operate(
        &mut self,
        param: &Param,
        name: &str,
        found: Found,
        fields: &mut Fields,
        context: Context,
    ) -> Expanded<()> {
        if let ParamOp::Default(op, colon, word) = &param.op {
            return self.default(param, name, found, (*op, *colon, word), fields, context).await;
        }
        if let Found::One(None) = found {
            let harmless = matches!(param.op, ParamOp::Transform('a' | 'A' | 'P' | 'Q')) && !param.indirect;
            if self.option("nounset") && !harmless {
                return Err(self.unbound(param, name));
            }
        }
        let found = match &param.op {
            ParamOp::Value | ParamOp::Names(_) | ParamOp::Default(..) => found,
            ParamOp::Length => {
                let len = match &found {
                    Found::One(text) => text.as_ref().map_or(0, |t| t.chars().count()),
                    Found::Many(items, _) => items.len(),
                };
                Found::One(Some(len.to_string().into()))
            }
            ParamOp::Slice(offset, length) => self.slice(param, found, offset, length.as_ref()).await?,
            ParamOp::Remove { front, longest, pattern } => {
                let pattern = self.operand(pattern).await?;
                let pattern = Pattern::new(&pattern.pattern, self.shopt("extglob"));
                map(found, |text| remove(text, &pattern, *front, *longest))
            }
            ParamOp::Replace { how, pattern, with } => {
                let pattern = self.operand(pattern).await?.pattern;
                let with = self.operand(with).await?;
                let matcher = Pattern::new(&pattern, self.shopt("extglob"));
                // An unquoted & stands for what matched; a quoted one has a backslash in the pattern's form.
                map(found, |text| replace(text, &matcher, *how, &with.pattern, pattern.is_empty()))
            }
            ParamOp::Case(how, all, pattern) => {
                let pattern = self.operand(pattern).await?.pattern;
                let matcher = (!pattern.is_empty()).then(|| Pattern::new(&pattern, self.shopt("extglob")));
                map(found, |text| change_case(text, *how, *all, matcher.as_ref()))
            }
            ParamOp::Transform(how) => self.transform(name, param, found, *how).await?,
        };
        self.emit_found(found, fields, context)
    }

    fn unbound(&self, param: &Param, name: &str) -> Failure {
        let mut name = name.to_owned();
        if let Some(Subscript::Index(word)) = &param.subscript {
            name = format!("{name}[{}]", word.raw);
        }
        let name = if name.starts_with(|c: char| c.is_ascii_digit())
            && self.flavour == Flavour::Bash
            && param.raw.starts_with("$")
            && !param.raw.starts_with("${")
        {
            format!("${name}")
        } else {
            name
        };
        match self.flavour {
            Flavour::Bash => {
                Failure::Say(format!("{name}: unbound variable"), self.fatal(if self.reads_string { 127 } else { 1 }))
            }
            _ => Failure::Say(format!("{name}: parameter not set"), self.fatal(2)),
        }
    }

    async fn default(
        &mut self,
        param: &Param,
        name: &str,
        found: Found,
        (op, colon, word): (char, bool, &Word),
        fields: &mut Fields,
        context: Context,
    ) -> Expanded<()> {
        let missing = match &found {
            Found::One(None) => true,
            Found::One(Some(text)) => colon && text.is_empty(),
            Found::Many(items, _) => {
                items.is_empty() || (colon && items.iter().all(|t| t.is_empty()) && items.len() == 1)
            }
        };
        if missing == (op == '+') {
            // Nothing for `+`, the value for the others.
            if op == '+' {
                empty(fields, context);
                return Ok(());
            }
            return self.emit_found(found, fields, context);
        }
        let inner = if context == Context::Quoted { Context::Quoted } else { Context::Operand };
        match op {
            '=' => {
                let text = self.operand_in(word, context).await?;
                if !is_name(name) {
                    let text = format!("${name}: cannot assign in this way");
                    return Err(Failure::Say(text, self.discard(1)));
                }
                let result = match &param.subscript {
                    Some(Subscript::Index(index)) => {
                        let index = self.operand(index).await?.text;
                        self.assign_element(name, &index, &text, false)
                    }
                    _ => self.assign(name, &text, false),
                };
                result.map_err(|error| Failure::Say(error, self.discard(1)))?;
                emit(&text, fields, context);
                Ok(())
            }
            '?' => {
                let text = self.operand_in(word, context).await?;
                let text = match (text.as_str(), colon) {
                    ("", true) if self.flavour == Flavour::Bash => "parameter null or not set",
                    ("", true) => "parameter not set or null",
                    ("", false) => "parameter not set",
                    (text, _) => text,
                };
                let status = match self.flavour {
                    Flavour::Bash if self.reads_string => 127,
                    Flavour::Bash => 1,
                    _ => 2,
                };
                Err(Failure::Say(format!("{name}: {text}"), self.fatal(status)))
            }
            _ => {
                if word.parts.is_empty() {
                    empty(fields, context);
                }
                self.parts(&word.parts, fields, inner, super::Tilde::Start).await
            }
        }
    }

    /// An operand as text, its unquoted text being quoted where the whole is.
    async fn operand_in(&mut self, word: &Word, context: Context) -> Expanded<String> {
        let mut fields = Fields::new(None);
        let inner = if context == Context::Quoted { Context::Quoted } else { Context::Word };
        self.parts(&word.parts, &mut fields, inner, super::Tilde::Start).await?;
        Ok(fields.single().text)
    }

    async fn slice(&mut self, param: &Param, found: Found, offset: &Word, length: Option<&Word>) -> Expanded<Found> {
        let offset = self.arith(offset).await?;
        let length = match length {
            Some(word) => Some((self.arith(word).await?, word.raw.clone())),
            None => None,
        };
        let bad = |shell: &Shell, raw: &str| Failure::Say(format!("{raw}: substring expression < 0"), shell.discard(1));
        match found {
            Found::One(text) => {
                let chars: Vec<char> = text.unwrap_or_default().chars().collect();
                let n = chars.len() as i64;
                let from = if offset < 0 { n.saturating_add(offset) } else { offset };
                if from < 0 || from > n {
                    return Ok(Found::One(Some("".into())));
                }
                let to = match length {
                    None => n,
                    Some((len, _)) if len >= 0 => from.saturating_add(len).min(n),
                    Some((len, _)) if n.saturating_add(len) >= from => n + len,
                    Some((_, raw)) => return Err(bad(self, raw.trim())),
                };
                let piece: String = chars.get(from as usize..to as usize).unwrap_or_default().iter().collect();
                Ok(Found::One(Some(piece.into())))
            }
            Found::Many(items, star) => {
                let len = match length {
                    Some((len, raw)) if len < 0 => return Err(bad(self, raw.trim())),
                    Some((len, _)) => len as usize,
                    None => usize::MAX,
                };
                let positional = param.subscript.is_none();
                let items = if positional {
                    // Offset 0 is $0; without it the parameters count from 1.
                    let mut all = vec![self.name.clone()];
                    all.extend(items);
                    all
                } else {
                    items
                };
                let n = items.len() as i64;
                let from = if offset < 0 { n.saturating_add(offset) } else { self.index_position(param, offset) };
                if from < 0 {
                    return Ok(Found::Many(Vec::new(), star));
                }
                Ok(Found::Many(items.into_iter().skip(from as usize).take(len).collect(), star))
            }
        }
    }

    /// Where, among an array's elements, the first one stands whose index is that or greater.
    fn index_position(&self, param: &Param, index: i64) -> i64 {
        match self.vars.get(&param.name).map(|var| &var.value) {
            Some(Value::Array(items)) if param.subscript.is_some() => {
                items.keys().filter(|key| **key < index).count() as i64
            }
            _ => index,
        }
    }

    async fn transform(&mut self, name: &str, param: &Param, found: Found, how: char) -> Expanded<Found> {
        let flags = self.vars.get(name).map(attribute_letters).unwrap_or_default();
        Ok(match how {
            'Q' => map(found, quoted),
            'E' => map(found, |text| escape::unescape(text, escape::Dialect::AnsiC).0),
            'U' => map(found, str::to_uppercase),
            'L' => map(found, str::to_lowercase),
            'u' => map(found, |text| change_case(text, '^', false, None)),
            'a' => match found {
                Found::Many(items, star) => Found::Many(items.iter().map(|_| flags.as_str().into()).collect(), star),
                Found::One(_) => Found::One(Some(flags.into())),
            },
            'P' => match found {
                Found::One(Some(text)) => Found::One(Some(super::super::prompt::decode(self, &text).into())),
                other => other,
            },
            'A' => {
                let Some(var) = self.vars.get(name) else { return Ok(Found::One(None)) };
                let text = match (&found, var.scalar()) {
                    (Found::One(_), Some(value)) => format!("{name}={}", escape::single_quoted(&value)),
                    _ => super::super::builtins::declare::assignment_text(name, var),
                };
                let plain = flags.is_empty();
                let text = if plain { text } else { format!("declare -{flags} {text}") };
                Found::One(Some(text.into()))
            }
            _ => match (self.vars.get(name), &param.subscript) {
                (Some(var), Some(_)) => {
                    let pairs = var.keys().into_iter().zip(var.elements());
                    if how == 'K' {
                        let all: Vec<String> = pairs.map(|(k, v)| format!("{k} \"{v}\"")).collect();
                        Found::One(Some(all.join(" ").into()))
                    } else {
                        Found::Many(pairs.flat_map(|(k, v)| [k, v]).collect(), false)
                    }
                }
                _ => map(found, quoted),
            },
        })
    }

    fn emit_found(&mut self, found: Found, fields: &mut Fields, context: Context) -> Expanded<()> {
        match found {
            Found::One(text) => emit(text.as_deref().unwrap_or_default(), fields, context),
            Found::Many(items, star) => {
                let quoted = context == Context::Quoted;
                if star && (quoted || !fields.splits()) {
                    let ifs = self.ifs();
                    let separator = ifs.chars().next().map(String::from).unwrap_or_default();
                    emit(&items.join(&*separator), fields, context);
                    return Ok(());
                }
                for (i, item) in items.iter().enumerate() {
                    if i > 0 && fields.splits() {
                        fields.cut();
                    } else if i > 0 {
                        fields.quoted(" ");
                    }
                    emit(item, fields, context);
                }
            }
        }
        Ok(())
    }
}

/// `${x@Q}`: always in quotes of some kind.
fn quoted(text: &str) -> String {
    if text.chars().any(|c| c.is_control()) {
        escape::ansi_quoted(text)
    } else {
        escape::single_quoted(text)
    }
}

/// Nothing, which between quotes is still a field.
fn empty(fields: &mut Fields, context: Context) {
    if context == Context::Quoted {
        fields.quoted("");
    }
}

fn map(found: Found, f: impl Fn(&str) -> String) -> Found {
    let one = |text: Rc<str>| Rc::from(f(&text));
    match found {
        Found::One(text) => Found::One(text.map(one)),
        Found::Many(items, star) => Found::Many(items.into_iter().map(one).collect(), star),
    }
}

fn remove(text: &str, pattern: &Pattern, front: bool, longest: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    match pattern.affix(&chars, front, longest) {
        Some(n) if front => chars.iter().skip(n).collect(),
        Some(n) => chars.iter().take(chars.len() - n).collect(),
        None => text.to_owned(),
    }
}

fn replace(text: &str, pattern: &Pattern, how: char, with: &str, empty: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let piece = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
    let put = |out: &mut String, matched: &str| {
        let mut with = with.chars();
        while let Some(c) = with.next() {
            match c {
                '\\' => out.extend(with.next()),
                '&' => out.push_str(matched),
                c => out.push(c),
            }
        }
    };
    let mut out = String::with_capacity(text.len());
    match how {
        '#' | '%' => {
            let front = how == '#';
            let Some(n) = pattern.affix(&chars, front, true) else { return text.to_owned() };
            if front {
                put(&mut out, &piece(0, n));
                out.push_str(&piece(n, chars.len()));
            } else {
                out.push_str(&piece(0, chars.len() - n));
                put(&mut out, &piece(chars.len() - n, chars.len()));
            }
        }
        _ if empty => out.push_str(text),
        _ => {
            let mut from = 0;
            while let Some((start, end)) = pattern.find(&chars, from) {
                if end == start && start >= chars.len() && from > 0 {
                    break;
                }
                out.push_str(&piece(from, start));
                put(&mut out, &piece(start, end));
                from = end;
                if end == start {
                    out.push_str(&piece(start, start + 1));
                    from = start + 1;
                }
                if how == '/' || from > chars.len() {
                    break;
                }
            }
            out.push_str(&piece(from.min(chars.len()), chars.len()));
        }
    }
    out
}

fn change_case(text: &str, how: char, all: bool, pattern: Option<&Pattern>) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        let chosen = (all || i == 0) && pattern.is_none_or(|p| p.matches(c.encode_utf8(&mut [0; 4])));
        match how {
            '^' if chosen => out.extend(c.to_uppercase()),
            ',' if chosen => out.extend(c.to_lowercase()),
            '~' if chosen && c.is_uppercase() => out.extend(c.to_lowercase()),
            '~' if chosen => out.extend(c.to_uppercase()),
            _ => out.push(c),
        }
    }
    out
}

/// The letters of `declare` that a variable's attributes and kind have.
pub(crate) fn attribute_letters(var: &vars::Var) -> String {
    let kinds = [
        (matches!(var.value, Value::Array(_)), 'a'),
        (matches!(var.value, Value::Assoc(_)), 'A'),
        (var.has(vars::INTEGER), 'i'),
        (var.has(vars::NAMEREF), 'n'),
        (var.has(vars::READONLY), 'r'),
        (var.has(vars::LOWER), 'l'),
        (var.has(vars::UPPER), 'u'),
        (var.has(vars::EXPORT), 'x'),
    ];
    kinds.iter().filter(|(on, _)| *on).map(|(_, c)| *c).collect()
}
