//! A module as read: its index spaces, who calls whom, names. It must not know how a module is cut.

use std::collections::BTreeMap;
use wasmparser::{
    Data, DataKind, ElementItems, ElementKind, Export, FuncType, FunctionBody, Global, GlobalType, Import, KnownCustom,
    LinkingSectionReader, MemoryType, Name, NameSectionReader, Operator, Parser, Payload, RelocSectionReader, Table,
    TableType, TypeRef,
};

/// What went wrong, in words.
pub type Fail = Box<dyn std::error::Error>;

/// The parts of a module that can be cut: one memory, active segments, functions.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    /// The type of each function, imported ones first.
    pub functions: Vec<u32>,
    /// Imported functions.
    pub foreign: u32,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    pub elements: Vec<Segment>,
    pub data: Vec<Data<'a>>,
    /// The bodies of the functions that are not imported.
    pub bodies: Vec<FunctionBody<'a>>,
    pub names: BTreeMap<u32, &'a str>,
    /// Where the data section begins in the file.
    pub data_at: usize,
    /// The linker's symbols and relocations, where it was asked to leave them.
    pub links: Links<'a>,
}

/// What `--emit-relocs` leaves.
#[derive(Default)]
pub struct Links<'a> {
    pub linking: Option<LinkingSectionReader<'a>>,
    pub code: Option<RelocSectionReader<'a>>,
    pub data: Option<RelocSectionReader<'a>>,
}

/// Functions in a table from a constant place on.
pub struct Segment {
    pub table: u32,
    pub offset: u32,
    pub functions: Vec<u32>,
}

/// What a body refers to.
#[derive(Default)]
pub struct Uses {
    pub calls: Vec<u32>,
    /// Functions whose reference is taken.
    pub refs: Vec<u32>,
    pub globals: Vec<u32>,
    pub tables: Vec<u32>,
}

impl<'a> Module<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Module<'a>, Fail> {
        let mut module = Module::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.section(payload?)?;
        }
        Ok(module)
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), Fail> {
        match payload {
            Payload::TypeSection(types) => {
                self.types = types.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let TypeRef::Func(kind) = import.ty else { return Err("an import that is no function".into()) };
                    self.functions.push(kind);
                    self.imports.push(import);
                }
                self.foreign = u32::try_from(self.functions.len())?;
            }
            Payload::FunctionSection(kinds) => {
                for kind in kinds {
                    self.functions.push(kind?);
                }
            }
            Payload::TableSection(tables) => self.tables = tables.into_iter().collect::<Result<_, _>>()?,
            Payload::MemorySection(memories) => self.memories = memories.into_iter().collect::<Result<_, _>>()?,
            Payload::GlobalSection(globals) => self.globals = globals.into_iter().collect::<Result<_, _>>()?,
            Payload::ExportSection(exports) => self.exports = exports.into_iter().collect::<Result<_, _>>()?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(elements) => {
                for element in elements {
                    let element = element?;
                    self.elements.extend(segment(element.kind, element.items)?);
                }
            }
            Payload::DataSection(data) => {
                self.data_at = data.range().start;
                self.data = data.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::TagSection(_) => return Err("a module with exceptions".into()),
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(names) => self.named(names)?,
                KnownCustom::Linking(linking) => self.links.linking = Some(linking),
                KnownCustom::Reloc(relocations) if section.name() == "reloc.CODE" => {
                    self.links.code = Some(relocations)
                }
                KnownCustom::Reloc(relocations) if section.name() == "reloc.DATA" => {
                    self.links.data = Some(relocations)
                }
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn named(&mut self, names: NameSectionReader<'a>) -> Result<(), Fail> {
        for part in names {
            let Name::Function(functions) = part? else { continue };
            for name in functions {
                let name = name?;
                self.names.insert(name.index, name.name);
            }
        }
        Ok(())
    }

    /// The body of a function; none where it is imported.
    pub fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get(function.checked_sub(self.foreign)? as usize)
    }

    /// The functions that have a body.
    pub fn own(&self) -> std::ops::Range<u32> {
        self.foreign..self.foreign + self.bodies.len() as u32
    }

    /// A function's type.
    pub fn kind(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// The table of functions, with its index.
    pub fn functions_table(&self) -> Result<(u32, TableType), Fail> {
        let mut found = self.tables.iter().enumerate().filter(|(_, t)| t.ty.element_type.is_func_ref());
        match (found.next(), found.next()) {
            (Some((n, table)), None) => Ok((u32::try_from(n)?, table.ty)),
            _ => Err("not one table of functions".into()),
        }
    }

    /// A global's type.
    pub fn global(&self, index: u32) -> GlobalType {
        self.globals[index as usize].ty
    }

    /// A data segment's address.
    pub fn address(data: &Data<'a>) -> Result<u32, Fail> {
        match &data.kind {
            DataKind::Active { offset_expr, .. } => constant(offset_expr),
            DataKind::Passive => Err("a passive data segment".into()),
        }
    }

    /// What a function's body refers to.
    pub fn uses(&self, function: u32) -> Result<Uses, Fail> {
        let mut uses = Uses::default();
        let Some(body) = self.body(function) else { return Ok(uses) };
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            match reader.read()? {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    uses.calls.push(function_index)
                }
                Operator::RefFunc { function_index } => uses.refs.push(function_index),
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                    uses.globals.push(global_index)
                }
                Operator::CallIndirect { table_index, .. } | Operator::ReturnCallIndirect { table_index, .. } => {
                    uses.tables.push(table_index);
                }
                Operator::TableGet { table }
                | Operator::TableSet { table }
                | Operator::TableGrow { table }
                | Operator::TableSize { table }
                | Operator::TableFill { table } => uses.tables.push(table),
                Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }
                | Operator::TableInit { .. }
                | Operator::ElemDrop { .. }
                | Operator::TableCopy { .. } => return Err("a body that uses segments".into()),
                _ => {}
            }
        }
        Ok(uses)
    }
}

fn segment(kind: ElementKind<'_>, items: ElementItems<'_>) -> Result<Option<Segment>, Fail> {
    let (table, offset) = match kind {
        ElementKind::Active { table_index, offset_expr } => (table_index.unwrap_or(0), constant(&offset_expr)?),
        // Says only that references are taken, which the bodies say too.
        ElementKind::Declared => return Ok(None),
        ElementKind::Passive => return Err("a passive element segment".into()),
    };
    let ElementItems::Functions(list) = items else { return Err("an element segment of expressions".into()) };
    Ok(Some(Segment { table, offset, functions: list.into_iter().collect::<Result<_, _>>()? }))
}

fn constant(expr: &wasmparser::ConstExpr<'_>) -> Result<u32, Fail> {
    match expr.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value as u32),
        _ => Err("a segment whose place is not constant".into()),
    }
}
