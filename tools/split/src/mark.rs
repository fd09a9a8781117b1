//! A module whose functions tell when they are entered, for making the list of what starting needs. It must not know
//! what is done with it.

use crate::module::{Fail, Module};
use crate::shift::Shift;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, DataSection, ElementSection, Elements, EntityType, ExportSection, FunctionSection, GlobalSection,
    ImportSection, Instruction, MemorySection, StartSection, TableSection, TypeSection, ValType,
};

/// The function that is told, with the index of the function that is entered.
pub const MARK: &str = "mark";

/// The same module, with a call at the start of each body.
pub fn mark(module: &Module<'_>) -> Result<Vec<u8>, Fail> {
    let mut shift = Shift::imports(module.foreign, 1);
    let telling = u32::try_from(module.types.len())?;
    let mut types = TypeSection::new();
    for kind in &module.types {
        types.ty().func_type(&shift.func_type(kind.clone())?);
    }
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    for import in &module.imports {
        shift.parse_import(&mut imports, *import)?;
    }
    imports.import(crate::cut::LINK, MARK, EntityType::Function(telling));
    let mut functions = FunctionSection::new();
    for function in module.own() {
        functions.function(module.functions[function as usize]);
    }
    let mut tables = TableSection::new();
    for table in &module.tables {
        tables.table(shift.table_type(table.ty)?);
    }
    let mut memories = MemorySection::new();
    for memory in &module.memories {
        memories.memory(shift.memory_type(*memory)?);
    }
    let mut globals = GlobalSection::new();
    for global in &module.globals {
        shift.parse_global(&mut globals, global.clone())?;
    }
    let mut exports = ExportSection::new();
    for export in &module.exports {
        shift.parse_export(&mut exports, *export)?;
    }
    let mut elements = ElementSection::new();
    for segment in &module.elements {
        let list = segment.functions.iter().map(|f| shift.function_index(*f)).collect::<Result<Vec<_>, _>>()?;
        let offset = wasm_encoder::ConstExpr::i32_const(segment.offset as i32);
        elements.active(Some(segment.table), &offset, Elements::Functions(list.into()));
    }
    let mut code = CodeSection::new();
    for (function, body) in module.own().zip(&module.bodies) {
        let mut marked = shift.new_function_with_parsed_locals(body)?;
        marked.instruction(&Instruction::I32Const(function as i32));
        marked.instruction(&Instruction::Call(module.foreign));
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let instruction = shift.parse_instruction(&mut reader)?;
            marked.instruction(&instruction);
        }
        code.function(&marked);
    }
    let mut data = DataSection::new();
    for segment in &module.data {
        shift.parse_data(&mut data, segment.clone())?;
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
