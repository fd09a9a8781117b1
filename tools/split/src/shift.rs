//! New numbers for functions, globals and tables as bodies are written again. It must not know why they change.

use std::collections::BTreeMap;
use wasm_encoder::reencode::{Error, Reencode};

/// Old index to new. Where nothing is said for a space, its indices stay.
#[derive(Default)]
pub struct Shift {
    /// Functions from here on move by so many.
    from: Option<(u32, u32)>,
    functions: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
    tables: BTreeMap<u32, u32>,
}

impl Shift {
    /// `more` imports come after the first `foreign` functions.
    pub fn imports(foreign: u32, more: u32) -> Shift {
        Shift { from: Some((foreign, more)), ..Shift::default() }
    }

    /// The next function is this old one.
    pub fn function(&mut self, old: u32) {
        let next = self.functions.len() as u32;
        self.functions.insert(old, next);
    }

    /// The next global is this old one.
    pub fn global(&mut self, old: u32) {
        let next = self.globals.len() as u32;
        self.globals.insert(old, next);
    }

    /// The next table is this old one.
    pub fn table(&mut self, old: u32) {
        let next = self.tables.len() as u32;
        self.tables.insert(old, next);
    }
}

/// An index that was given no new one.
#[derive(Debug)]
pub struct Lost(&'static str, u32);

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} has no new index", self.0, self.1)
    }
}

impl std::error::Error for Lost {}

fn find(map: &BTreeMap<u32, u32>, old: u32, what: &'static str) -> Result<u32, Error<Lost>> {
    match map.get(&old) {
        Some(new) => Ok(*new),
        None if map.is_empty() => Ok(old),
        None => Err(Error::UserError(Lost(what, old))),
    }
}

impl Reencode for Shift {
    type Error = Lost;

    fn function_index(&mut self, old: u32) -> Result<u32, Error<Lost>> {
        match self.from {
            Some((from, more)) => Ok(if old >= from { old + more } else { old }),
            None => find(&self.functions, old, "function"),
        }
    }

    fn global_index(&mut self, old: u32) -> Result<u32, Error<Lost>> {
        find(&self.globals, old, "global")
    }

    fn table_index(&mut self, old: u32) -> Result<u32, Error<Lost>> {
        find(&self.tables, old, "table")
    }
}
