//! Shell variables: values, attributes, and the scopes of functions. Lookups here know nothing of `$RANDOM` and its
//! kind (see [`super::state`]); assignments know nothing of what the shell does when `PATH` or `IFS` changes.

use crate::sorted::{self, VecMap};
use std::rc::Rc;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Declared, but nothing assigned yet.
    Unset,
    /// A string.
    Str(Rc<str>),
    /// An indexed array.
    Array(Rc<VecMap<i64, Rc<str>>>),
    /// An associative array.
    Assoc(Rc<VecMap<Rc<str>, Rc<str>>>),
}

/// Passed on to programs.
pub const EXPORT: u16 = 1;
/// Cannot be changed.
pub const READONLY: u16 = 2;
/// What is assigned is evaluated.
pub const INTEGER: u16 = 4;
/// What is assigned becomes lower case.
pub const LOWER: u16 = 8;
/// What is assigned becomes upper case.
pub const UPPER: u16 = 16;
/// Stands for another variable.
pub const NAMEREF: u16 = 32;

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Var {
    /// What it holds.
    pub value: Value,
    /// Attributes, the constants of this module together.
    pub flags: u16,
}

impl Var {
    /// Whether it has the attribute.
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Its value as a string: of an array, the element 0.
    pub fn scalar(&self) -> Option<Rc<str>> {
        match &self.value {
            Value::Unset => None,
            Value::Str(text) => Some(text.clone()),
            Value::Array(items) => items.get(&0).cloned(),
            Value::Assoc(items) => items.get("0").cloned(),
        }
    }

    /// Its elements, a string being an array of one.
    pub fn elements(&self) -> Vec<Rc<str>> {
        match &self.value {
            Value::Unset => Vec::new(),
            Value::Str(text) => vec![text.clone()],
            Value::Array(items) => items.values().cloned().collect(),
            Value::Assoc(items) => in_bash_order(items).into_iter().map(|(_, value)| value).collect(),
        }
    }

    /// The indices or keys of its elements.
    pub fn keys(&self) -> Vec<Rc<str>> {
        match &self.value {
            Value::Unset => Vec::new(),
            Value::Str(_) => vec!["0".into()],
            Value::Array(items) => items.keys().map(|k| k.to_string().into()).collect(),
            Value::Assoc(items) => in_bash_order(items).into_iter().map(|(key, _)| key).collect(),
        }
    }
}

/// The hash that orders bash's tables (32-bit FNV-1 of the bytes), in a table of 1,024 buckets.
pub fn bucket(name: &str) -> u32 {
    name.bytes().fold(2_166_136_261u32, |hash, b| hash.wrapping_mul(16_777_619) ^ u32::from(b)) & 1023
}

/// The place of a variable in the table of dash and of busybox's ash.
pub fn ash_bucket(name: &str) -> u32 {
    let first = name.bytes().next().map_or(0, |b| u32::from(b) << 4);
    name.bytes().fold(first, |hash, b| hash.wrapping_add(u32::from(b))) % 39
}

/// The elements of an associative array in the order in which bash walks its table.
pub fn in_bash_order(items: &VecMap<Rc<str>, Rc<str>>) -> Vec<(Rc<str>, Rc<str>)> {
    let mut all: Vec<_> = items.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    sorted::sort_by_key(&mut all, |(key, _)| bucket(key));
    all
}

type Map = VecMap<Rc<str>, Var>;

/// All variables. A clone shares them until one side changes something.
#[derive(Debug, Clone, Default)]
pub struct Vars {
    map: Rc<Map>,
    /// One for each running function (or command with assignments before it): what its local names hid.
    scopes: Vec<VecMap<Rc<str>, Option<Var>>>,
}

impl Vars {
    /// The variable of that name.
    pub fn get(&self, name: &str) -> Option<&Var> {
        self.map.get(name)
    }

    /// The variable, made if it is not there.
    pub fn entry(&mut self, name: &str) -> &mut Var {
        Rc::make_mut(&mut self.map).entry(name.into()).or_insert(Var { value: Value::Unset, flags: 0 })
    }

    /// Puts a variable in the place of whatever was there.
    pub fn put(&mut self, name: &str, var: Var) {
        Rc::make_mut(&mut self.map).insert(name.into(), var);
    }

    /// Takes a variable away.
    pub fn remove(&mut self, name: &str) -> Option<Var> {
        Rc::make_mut(&mut self.map).remove(name)
    }

    /// Sets a string, whatever the attributes.
    pub fn set(&mut self, name: &str, value: &str) {
        self.entry(name).value = Value::Str(value.into());
    }

    /// Sets a string and exports it.
    pub fn set_exported(&mut self, name: &str, value: &str) {
        let var = self.entry(name);
        var.value = Value::Str(value.into());
        var.flags |= EXPORT;
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Var)> {
        self.map.iter()
    }

    /// Opens a scope.
    pub fn push_scope(&mut self) {
        self.scopes.push(VecMap::new());
    }

    /// Closes the innermost scope: what its names hid comes back. Gives back the names.
    pub fn pop_scope(&mut self) -> Vec<Rc<str>> {
        let Some(scope) = self.scopes.pop() else { return Vec::new() };
        let map = Rc::make_mut(&mut self.map);
        let names = scope.keys().cloned().collect();
        for (name, old) in scope {
            match old {
                Some(var) => map.insert(name, var),
                None => map.remove(&name),
            };
        }
        names
    }

    /// How many scopes are open.
    pub fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// Makes a name local to the innermost scope; what was there before comes back when it closes. A new local
    /// variable is unset, but exported if the hidden one was.
    pub fn localize(&mut self, name: &str, keep: bool) {
        let Some(scope) = self.scopes.last_mut() else { return };
        if scope.contains_key(name) {
            return;
        }
        let old = self.map.get(name).cloned();
        scope.insert(name.into(), old.clone());
        if !keep {
            let flags = old.map_or(0, |var| var.flags & EXPORT);
            self.put(name, Var { value: Value::Unset, flags });
        }
    }

    /// Whether the name is local to the innermost scope.
    pub fn is_local(&self, name: &str) -> bool {
        self.scopes.last().is_some_and(|scope| scope.contains_key(name))
    }

    /// Names local to the innermost scope.
    pub fn locals(&self) -> Vec<Rc<str>> {
        self.scopes.last().map(|scope| scope.keys().cloned().collect()).unwrap_or_default()
    }

    /// What programs get to see, in the order in which bash hands it over.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut all: Vec<(&Rc<str>, Rc<str>)> = self
            .map
            .iter()
            .filter(|(_, var)| var.has(EXPORT) && matches!(var.value, Value::Str(_)))
            .filter_map(|(name, var)| Some((name, var.scalar()?)))
            .collect();
        sorted::sort_by_key(&mut all, |(name, _)| bucket(name));
        all.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }
}
