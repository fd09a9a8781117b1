//! A module written again with one more imported function, ready for what is to change. It must not know what does.

use crate::module::{Fail, Module};
use crate::shift::Shift;
use std::borrow::Cow;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, StartSection, TableSection, TypeSection, ValType,
};

/// Where the added imports are found: the page's script gives them.
pub const LINK: &str = "rest";

/// The sections; all are filled but the code and the data.
pub struct Again {
    pub shift: Shift,
    pub types: TypeSection,
    pub imports: ImportSection,
    pub functions: FunctionSection,
    pub tables: TableSection,
    pub memories: MemorySection,
    pub globals: GlobalSection,
    pub exports: ExportSection,
    pub start: Option<u32>,
    pub elements: ElementSection,
    pub code: CodeSection,
    pub data: DataSection,
}

impl Again {
    /// The added import gets the index `module.foreign`. The table of functions gets `room` places, if it has fewer.
    pub fn of(module: &Module<'_>, import: &str, takes: &[ValType], room: u64) -> Result<Again, Fail> {
        // What came after the imports moves on by one.
        let mut shift = Shift::imports(module.foreign, 1);
        let kind = u32::try_from(module.types.len())?;
        let mut types = types(module)?;
        types.ty().function(takes.iter().copied(), []);
        let mut imports = ImportSection::new();
        for import in &module.imports {
            shift.parse_import(&mut imports, *import)?;
        }
        imports.import(LINK, import, EntityType::Function(kind));
        let mut functions = FunctionSection::new();
        for function in module.own() {
            functions.function(module.functions[function as usize]);
        }
        let mut tables = TableSection::new();
        for index in 0..module.tables.len() {
            tables.table(table(module, u32::try_from(index)?, room)?);
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
        let start = module.start.map(|start| shift.function_index(start)).transpose()?;
        let mut elements = ElementSection::new();
        for segment in &module.elements {
            let list = segment.functions.iter().map(|f| shift.function_index(*f)).collect::<Result<Vec<_>, _>>()?;
            active(&mut elements, segment.table, segment.offset, list);
        }
        let (code, data) = (CodeSection::new(), DataSection::new());
        Ok(Again { shift, types, imports, functions, tables, memories, globals, exports, start, elements, code, data })
    }

    pub fn finish(self) -> Vec<u8> {
        let mut out = wasm_encoder::Module::new();
        out.section(&self.types).section(&self.imports).section(&self.functions).section(&self.tables);
        out.section(&self.memories).section(&self.globals).section(&self.exports);
        if let Some(function_index) = self.start {
            out.section(&StartSection { function_index });
        }
        out.section(&self.elements).section(&self.code).section(&self.data);
        out.finish()
    }
}

/// The module's types.
pub fn types(module: &Module<'_>) -> Result<TypeSection, Fail> {
    let mut types = TypeSection::new();
    for kind in &module.types {
        types.ty().func_type(&wasm_encoder::reencode::RoundtripReencoder.func_type(kind.clone())?);
    }
    Ok(types)
}

/// A table's type, that of functions with at least so many places.
pub fn table(module: &Module<'_>, index: u32, room: u64) -> Result<wasm_encoder::TableType, Fail> {
    let mut kind = wasm_encoder::reencode::RoundtripReencoder.table_type(module.tables[index as usize].ty)?;
    if index == module.functions_table()?.0 {
        kind.minimum = kind.minimum.max(room);
        kind.maximum = kind.maximum.map(|max| max.max(room));
    }
    Ok(kind)
}

/// Adds functions to a table, from a place on.
pub fn active(elements: &mut ElementSection, table: u32, offset: u32, list: Vec<u32>) {
    // The first table needs not be named.
    let table = (table != 0).then_some(table);
    elements.active(table, &ConstExpr::i32_const(offset as i32), Elements::Functions(Cow::Owned(list)));
}
