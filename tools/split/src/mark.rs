//! A module whose functions tell when they are entered, for making the list of what starting needs. It must not know
//! what is done with it.

use crate::again::Again;
use crate::module::{Fail, Module};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{Instruction, ValType};

/// The function that is told, with the index of the function that is entered.
pub const MARK: &str = "mark";

/// The same module, with a call at the start of each body.
pub fn mark(module: &Module<'_>) -> Result<Vec<u8>, Fail> {
    let mut out = Again::of(module, MARK, &[ValType::I32], 0)?;
    for (function, body) in module.own().zip(&module.bodies) {
        let mut marked = out.shift.new_function_with_parsed_locals(body)?;
        marked.instruction(&Instruction::I32Const(function as i32));
        marked.instruction(&Instruction::Call(module.foreign));
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            marked.instruction(&out.shift.parse_instruction(&mut reader)?);
        }
        out.code.function(&marked);
    }
    for segment in &module.data {
        out.shift.parse_data(&mut out.data, segment.clone())?;
    }
    Ok(out.finish())
}
