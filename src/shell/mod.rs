//! The shell: bash as a student meets it, with Debian's `sh` (dash) and BusyBox's as flavours of the same
//! interpreter. A shell is a future over [`crate::kernel`]'s processes. It knows no Docker.

pub mod ast;
mod cond;
pub mod escape;
pub mod lexer;
mod params;
pub mod parser;
mod words;
