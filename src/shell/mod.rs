//! The shell: bash as a student meets it, with Debian's `sh` (dash) and BusyBox's as flavours of the same
//! interpreter. A shell is a future over [`crate::kernel`]'s processes. It knows no Docker.
//!
//! From text to effect: [`lexer`], [`words`], [`parser`] and [`compound`] make the tree of [`ast`]; [`expand`] makes
//! arguments of words; [`exec`], [`simple`], [`assign`], [`launch`], [`process`] and [`substitution`] run the tree;
//! [`start`], [`reading`] and [`converse`] are the loops around it all, and [`readline`] is the prompt's line editor.

pub mod arith;
mod assign;
pub mod ast;
pub mod builtins;
mod complaint;
mod compound;
mod cond;
mod converse;
mod dates;
pub mod echo;
pub mod escape;
mod exec;
pub mod expand;
pub mod history;
mod hop;
pub mod jobs;
mod launch;
pub mod lexer;
mod params;
pub mod parser;
pub mod pattern;
mod print;
pub mod printf;
mod process;
pub mod programs;
pub mod prompt;
mod reading;
pub mod readline;
mod redirect;
mod simple;
mod standalone;
mod start;
pub mod state;
mod substitution;
pub mod test_expr;
pub mod vars;
mod words;

pub use reading::is_complete;
pub use start::{entry, shells};
pub use state::Shell;
