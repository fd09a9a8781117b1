//! Cuts a module in two that share memory, tables and globals. The first keeps the index spaces as they were: a function
//! that left has a stub in its place, which brings the rest in where it has not come yet and calls it through the table.
//! It must not know who chose the functions, nor how the page fetches the second module.

use crate::data;
use crate::module::{Fail, Module, Segment};
use crate::shift::Shift;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, StartSection, TableSection,
    TypeSection, ValType,
};

/// Where the first module's import for bringing in the rest is found, and the rest's imports from the first.
pub const LINK: &str = "rest";
/// The function that brings in the rest, synchronously.
pub const LOAD: &str = "load";

/// The two modules.
pub struct Cut {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// How many functions left.
    pub moved: usize,
    /// How many of them left a stub behind.
    pub stubs: usize,
    /// Bytes of data that left.
    pub data: u32,
}

/// Which functions leave, and what that asks for.
struct Plan {
    moved: BTreeSet<u32>,
    /// The place in the table of each function that left and is still called or referred to from the first module.
    slots: BTreeMap<u32, u32>,
    /// The size that the table grows to.
    table: u64,
    /// What the rest takes from the first.
    functions: BTreeSet<u32>,
    globals: BTreeSet<u32>,
    tables: BTreeSet<u32>,
    /// Names of the first module's exports for them.
    names: Names,
    /// The data that nothing in the first module can reach.
    data: Vec<Range<u32>>,
}

/// Cuts. `keep` says whether a function stays.
pub fn cut(module: &Module<'_>, keep: impl Fn(u32) -> bool) -> Result<Cut, Fail> {
    let plan = plan(module, keep)?;
    Ok(Cut {
        first: first(module, &plan)?,
        rest: rest(module, &plan)?,
        moved: plan.moved.len(),
        stubs: plan.slots.len(),
        data: plan.data.iter().map(|range| range.end - range.start).sum(),
    })
}

fn plan(module: &Module<'_>, keep: impl Fn(u32) -> bool) -> Result<Plan, Fail> {
    let moved: BTreeSet<u32> = module.own().filter(|f| !keep(*f)).collect();
    let (table, table_type) = module.functions_table()?;
    let mut slots = BTreeMap::new();
    for segment in module.elements.iter().filter(|s| s.table == table) {
        for (at, function) in (segment.offset..).zip(&segment.functions) {
            if moved.contains(function) {
                slots.entry(*function).or_insert(at);
            }
        }
    }
    let mut wanted: BTreeSet<u32> = module.start.into_iter().collect();
    wanted.extend(module.exports.iter().filter(|e| e.kind == wasmparser::ExternalKind::Func).map(|e| e.index));
    let (mut functions, mut globals, mut tables) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::from([table]));
    for function in module.own() {
        let uses = module.uses(function)?;
        if moved.contains(&function) {
            if !uses.refs.is_empty() {
                return Err("a reference taken in a function that leaves".into());
            }
            functions.extend(uses.calls.iter().filter(|f| !moved.contains(f)));
            globals.extend(uses.globals);
            tables.extend(uses.tables);
        } else {
            wanted.extend(uses.calls);
            wanted.extend(uses.refs);
        }
    }
    let mut size = table_type.initial;
    for function in wanted.intersection(&moved) {
        slots.entry(*function).or_insert_with(|| {
            size += 1;
            (size - 1) as u32
        });
    }
    let names = Names::beside(module);
    let data = data::leaving(module, &moved)?;
    Ok(Plan { moved, slots, table: size, functions, globals, tables, names, data })
}

/// Everything but the bodies of what left.
fn first(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Fail> {
    // One more import than there was: what came after the imports moves on by one.
    let mut shift = Shift::imports(module.foreign, 1);
    let load = module.foreign;
    let loaded = u32::try_from(module.globals.len())?;
    let ask = u32::try_from(module.functions.len())? + 1;
    let (table, table_type) = module.functions_table()?;
    let nothing = u32::try_from(module.types.len())?;
    let asking = nothing + 1;

    let mut types = types(module)?;
    types.ty().function([], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    for import in &module.imports {
        shift.parse_import(&mut imports, *import)?;
    }
    imports.import(LINK, LOAD, EntityType::Function(nothing));
    let mut functions = FunctionSection::new();
    for function in module.own() {
        functions.function(module.functions[function as usize]);
    }
    functions.function(asking);
    let mut tables = TableSection::new();
    for (n, old) in module.tables.iter().enumerate() {
        let mut kind = shift.table_type(old.ty)?;
        if n == table as usize {
            kind.minimum = plan.table;
            kind.maximum = table_type.maximum.map(|max| max.max(plan.table));
        }
        tables.table(kind);
    }
    let mut memories = MemorySection::new();
    for memory in &module.memories {
        memories.memory(shift.memory_type(*memory)?);
    }
    let mut globals = GlobalSection::new();
    for global in &module.globals {
        shift.parse_global(&mut globals, global.clone())?;
    }
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut exports = ExportSection::new();
    for export in &module.exports {
        shift.parse_export(&mut exports, *export)?;
    }
    for (kind, index) in plan.shared(module, loaded) {
        let at = if kind == ExportKind::Func { shift.function_index(index)? } else { index };
        exports.export(&plan.names.of(kind, index), kind, at);
    }
    let mut elements = ElementSection::new();
    for segment in &module.elements {
        let list = segment.functions.iter().map(|f| shift.function_index(*f)).collect::<Result<Vec<_>, _>>()?;
        active(&mut elements, segment.table, segment.offset, list);
    }
    let mut code = CodeSection::new();
    for (function, body) in module.own().zip(&module.bodies) {
        if !plan.moved.contains(&function) {
            shift.parse_function_body(&mut code, body.clone())?;
            continue;
        }
        let mut stub = Function::new([]);
        match plan.slots.get(&function) {
            Some(slot) => {
                for n in 0..module.kind(function).params().len() {
                    stub.instruction(&Instruction::LocalGet(u32::try_from(n)?));
                }
                stub.instruction(&Instruction::I32Const(*slot as i32));
                stub.instruction(&Instruction::Call(ask));
                let type_index = module.functions[function as usize];
                stub.instruction(&Instruction::CallIndirect { type_index, table_index: table });
            }
            // Nobody is left who calls it: wasm-opt removes it.
            None => {
                stub.instruction(&Instruction::Unreachable);
            }
        }
        stub.instruction(&Instruction::End);
        code.function(&stub);
    }
    let mut asks = Function::new([]);
    for instruction in [
        Instruction::GlobalGet(loaded),
        Instruction::I32Eqz,
        Instruction::If(wasm_encoder::BlockType::Empty),
        Instruction::Call(load),
        Instruction::End,
        Instruction::LocalGet(0),
        Instruction::End,
    ] {
        asks.instruction(&instruction);
    }
    code.function(&asks);
    let mut data = DataSection::new();
    for segment in &module.data {
        let address = Module::address(segment)?;
        let mut bytes = segment.data.to_vec();
        // wasm-opt leaves zeros out.
        for range in &plan.data {
            if let Some(left) = data::within(range, address, bytes.len()) {
                bytes[left].fill(0);
            }
        }
        data.active(0, &ConstExpr::i32_const(address as i32), bytes);
    }

    let mut out = wasm_encoder::Module::new();
    out.section(&types).section(&imports).section(&functions).section(&tables).section(&memories).section(&globals);
    out.section(&exports);
    if let Some(start) = module.start {
        out.section(&StartSection { function_index: shift.function_index(start)? });
    }
    out.section(&elements).section(&code).section(&data);
    Ok(out.finish())
}

/// The bodies of what left. It puts itself into the table as it starts.
fn rest(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Fail> {
    let loaded = u32::try_from(module.globals.len())?;
    let (table, _) = module.functions_table()?;
    let mut types = types(module)?;
    let nothing = u32::try_from(module.types.len())?;
    types.ty().function([], []);

    let mut shift = Shift::default();
    let mut imports = ImportSection::new();
    for function in &plan.functions {
        let kind = EntityType::Function(module.functions[*function as usize]);
        match module.imports.get(*function as usize) {
            Some(import) => imports.import(import.module, import.name, kind),
            None => imports.import(LINK, &plan.names.of(ExportKind::Func, *function), kind),
        };
        shift.function(*function);
    }
    for (kind, index) in plan.shared(module, loaded) {
        let entity = match kind {
            ExportKind::Func => continue,
            ExportKind::Memory => EntityType::Memory(shift.memory_type(module.memories[index as usize])?),
            ExportKind::Table => {
                shift.table(index);
                let mut kind = shift.table_type(module.tables[index as usize].ty)?;
                if index == table {
                    kind.minimum = plan.table;
                    kind.maximum = kind.maximum.map(|max| max.max(plan.table));
                }
                EntityType::Table(kind)
            }
            ExportKind::Global => {
                shift.global(index);
                EntityType::Global(match index == loaded {
                    true => GlobalType { val_type: ValType::I32, mutable: true, shared: false },
                    false => shift.global_type(module.global(index))?,
                })
            }
            ExportKind::Tag => return Err("a tag".into()),
        };
        imports.import(LINK, &plan.names.of(kind, index), entity);
    }
    let mut functions = FunctionSection::new();
    for function in &plan.moved {
        functions.function(module.functions[*function as usize]);
        shift.function(*function);
    }
    functions.function(nothing);
    let begin = u32::try_from(plan.functions.len() + plan.moved.len())?;

    let mut elements = ElementSection::new();
    for run in runs(&plan.slots) {
        let list = run.functions.iter().map(|f| shift.function_index(*f)).collect::<Result<Vec<_>, _>>()?;
        active(&mut elements, shift.table_index(table)?, run.offset, list);
    }
    let mut code = CodeSection::new();
    for function in &plan.moved {
        if let Some(body) = module.body(*function) {
            shift.parse_function_body(&mut code, body.clone())?;
        }
    }
    let mut begins = Function::new([]);
    begins.instruction(&Instruction::I32Const(1));
    begins.instruction(&Instruction::GlobalSet(shift.global_index(loaded)?));
    begins.instruction(&Instruction::End);
    code.function(&begins);
    let mut data = DataSection::new();
    for range in &plan.data {
        for segment in &module.data {
            if let Some(came) = data::within(range, Module::address(segment)?, segment.data.len()) {
                let bytes = segment.data[came].iter().copied();
                data.active(0, &ConstExpr::i32_const(range.start as i32), bytes);
            }
        }
    }

    let mut out = wasm_encoder::Module::new();
    out.section(&types).section(&imports).section(&functions).section(&StartSection { function_index: begin });
    out.section(&elements).section(&code).section(&data);
    Ok(out.finish())
}

impl Plan {
    /// What the first module exports for the rest, by the first module's old indices. Functions that are imported
    /// themselves go to both from where they come.
    fn shared(&self, module: &Module<'_>, loaded: u32) -> Vec<(ExportKind, u32)> {
        let mut all: Vec<(ExportKind, u32)> =
            (0..module.memories.len() as u32).map(|n| (ExportKind::Memory, n)).collect();
        all.extend(self.tables.iter().map(|n| (ExportKind::Table, *n)));
        all.extend(self.globals.iter().map(|n| (ExportKind::Global, *n)));
        all.push((ExportKind::Global, loaded));
        all.extend(self.functions.iter().filter(|f| **f >= module.foreign).map(|n| (ExportKind::Func, *n)));
        all
    }
}

/// Short names for exports, none of which the module has already.
struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    fn beside(module: &Module<'_>) -> Names {
        Names { taken: module.exports.iter().map(|e| e.name.to_owned()).collect() }
    }

    fn of(&self, kind: ExportKind, index: u32) -> String {
        let mut name = match kind {
            ExportKind::Func => String::new(),
            ExportKind::Table => "T".to_owned(),
            ExportKind::Memory => "M".to_owned(),
            ExportKind::Global => "G".to_owned(),
            ExportKind::Tag => "E".to_owned(),
        };
        let mut left = index;
        loop {
            name.push(char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[(left % 36) as usize]));
            left /= 36;
            if left == 0 {
                break;
            }
        }
        while self.taken.contains(&name) {
            name.push('_');
        }
        name
    }
}

fn types(module: &Module<'_>) -> Result<TypeSection, Fail> {
    let mut types = TypeSection::new();
    let mut plain = wasm_encoder::reencode::RoundtripReencoder;
    for kind in &module.types {
        types.ty().func_type(&plain.func_type(kind.clone())?);
    }
    Ok(types)
}

fn active(elements: &mut ElementSection, table: u32, offset: u32, list: Vec<u32>) {
    // The first table needs not be named.
    let table = (table != 0).then_some(table);
    elements.active(table, &ConstExpr::i32_const(offset as i32), Elements::Functions(Cow::Owned(list)));
}

/// Functions by their places, those side by side together.
fn runs(slots: &BTreeMap<u32, u32>) -> Vec<Segment> {
    let by_place: BTreeMap<u32, u32> = slots.iter().map(|(function, at)| (*at, *function)).collect();
    let mut out: Vec<Segment> = Vec::new();
    for (at, function) in by_place {
        match out.last_mut() {
            Some(last) if last.offset + last.functions.len() as u32 == at => last.functions.push(function),
            _ => out.push(Segment { table: 0, offset: at, functions: vec![function] }),
        }
    }
    out
}
