//! Cuts a module in two that share memory, tables and globals. The first keeps the index spaces as they were: a function
//! that left has a stub in its place, which brings the rest in where it has not come yet and calls it through the table.
//! It must not know who chose the functions, nor how the page fetches the second module.

use crate::again::{active, table, types, Again, LINK};
use crate::data;
use crate::module::{Fail, Module, Segment};
use crate::shift::Shift;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, EntityType, ExportKind, Function, FunctionSection,
    GlobalType, ImportSection, Instruction, StartSection, ValType,
};

/// The import that brings in the rest, synchronously.
const LOAD: &str = "load";
/// The global that says whether the rest has come.
const LOADED: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

/// The two modules.
pub struct Cut {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// How many functions left.
    pub moved: usize,
    /// How many of them left a stub behind.
    pub stubs: usize,
    /// Bytes of data that left; none where the linker left no relocations to tell by.
    pub data: Option<u32>,
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
    let (plan, related) = plan(module, keep)?;
    Ok(Cut {
        first: first(module, &plan)?,
        rest: rest(module, &plan)?,
        moved: plan.moved.len(),
        stubs: plan.slots.len(),
        data: related.then(|| plan.data.iter().map(|range| range.end - range.start).sum()),
    })
}

/// The plan, and whether there were relocations for it.
fn plan(module: &Module<'_>, keep: impl Fn(u32) -> bool) -> Result<(Plan, bool), Fail> {
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
    let related = data.is_some();
    let data = data.unwrap_or_default();
    Ok((Plan { moved, slots, table: size, functions, globals, tables, names, data }, related))
}

/// Everything but the bodies of what left.
fn first(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Fail> {
    let mut out = Again::of(module, LOAD, &[], plan.table)?;
    let loaded = u32::try_from(module.globals.len())?;
    out.globals.global(LOADED, &ConstExpr::i32_const(0));
    for (kind, index) in plan.shared(module, loaded) {
        let at = if kind == ExportKind::Func { out.shift.function_index(index)? } else { index };
        out.exports.export(&plan.names.of(kind, index), kind, at);
    }
    // After the import that was added: brings in the rest where it has not come, and gives back what it is given.
    let ask = u32::try_from(module.functions.len())? + 1;
    out.types.ty().function([ValType::I32], [ValType::I32]);
    out.functions.function(u32::try_from(module.types.len())? + 1);
    for (function, body) in module.own().zip(&module.bodies) {
        match plan.moved.contains(&function) {
            true => out.code.function(&stub(module, plan, function, ask)?),
            false => {
                out.shift.parse_function_body(&mut out.code, body.clone())?;
                &mut out.code
            }
        };
    }
    out.code.function(&body([
        Instruction::GlobalGet(loaded),
        Instruction::I32Eqz,
        Instruction::If(BlockType::Empty),
        Instruction::Call(module.foreign),
        Instruction::End,
        Instruction::LocalGet(0),
    ]));
    for segment in &module.data {
        let address = Module::address(segment)?;
        let mut bytes = segment.data.to_vec();
        // wasm-opt leaves zeros out.
        for left in plan.data.iter().filter_map(|range| data::within(range, address, segment.data.len())) {
            bytes[left].fill(0);
        }
        out.data.active(0, &ConstExpr::i32_const(address as i32), bytes);
    }
    Ok(out.finish())
}

/// What stands in the place of a function that left.
fn stub(module: &Module<'_>, plan: &Plan, function: u32, ask: u32) -> Result<Function, Fail> {
    // Where nobody is left who calls it, wasm-opt removes it.
    let Some(slot) = plan.slots.get(&function) else { return Ok(body([Instruction::Unreachable])) };
    let parameters = u32::try_from(module.kind(function).params().len())?;
    let (table_index, _) = module.functions_table()?;
    let type_index = module.functions[function as usize];
    let call = [
        Instruction::I32Const(*slot as i32),
        Instruction::Call(ask),
        Instruction::CallIndirect { type_index, table_index },
    ];
    Ok(body((0..parameters).map(Instruction::LocalGet).chain(call)))
}

fn body<'a>(instructions: impl IntoIterator<Item = Instruction<'a>>) -> Function {
    let mut function = Function::new([]);
    for instruction in instructions {
        function.instruction(&instruction);
    }
    function.instruction(&Instruction::End);
    function
}

/// The bodies of what left. It puts itself into the table as it starts.
fn rest(module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>, Fail> {
    let loaded = u32::try_from(module.globals.len())?;
    let mut types = types(module)?;
    types.ty().function([], []);
    let mut shift = Shift::default();
    let imports = imports(module, plan, &mut shift)?;
    let mut functions = FunctionSection::new();
    for function in &plan.moved {
        functions.function(module.functions[*function as usize]);
        shift.function(*function);
    }
    functions.function(u32::try_from(module.types.len())?);
    let function_index = u32::try_from(plan.functions.len() + plan.moved.len())?;

    let mut elements = ElementSection::new();
    let table = shift.table_index(module.functions_table()?.0)?;
    for run in runs(&plan.slots) {
        let list = run.functions.iter().map(|f| shift.function_index(*f)).collect::<Result<Vec<_>, _>>()?;
        active(&mut elements, table, run.offset, list);
    }
    let mut code = CodeSection::new();
    for body in plan.moved.iter().filter_map(|function| module.body(*function)) {
        shift.parse_function_body(&mut code, body.clone())?;
    }
    code.function(&body([Instruction::I32Const(1), Instruction::GlobalSet(shift.global_index(loaded)?)]));
    let mut data = DataSection::new();
    for segment in &module.data {
        let address = Module::address(segment)?;
        for range in &plan.data {
            let Some(came) = data::within(range, address, segment.data.len()) else { continue };
            data.active(0, &ConstExpr::i32_const(range.start as i32), segment.data[came].iter().copied());
        }
    }

    let mut out = wasm_encoder::Module::new();
    out.section(&types).section(&imports).section(&functions).section(&StartSection { function_index });
    out.section(&elements).section(&code).section(&data);
    Ok(out.finish())
}

/// What the rest takes from the first module and from the page's script.
fn imports(module: &Module<'_>, plan: &Plan, shift: &mut Shift) -> Result<ImportSection, Fail> {
    let loaded = u32::try_from(module.globals.len())?;
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
                EntityType::Table(table(module, index, plan.table)?)
            }
            ExportKind::Global => {
                shift.global(index);
                EntityType::Global(if index == loaded { LOADED } else { shift.global_type(module.global(index))? })
            }
            ExportKind::Tag => return Err("a tag".into()),
        };
        imports.import(LINK, &plan.names.of(kind, index), entity);
    }
    Ok(imports)
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
