//! Capas: what Docker's layers do, made visible.
//!
//! The modules in reading order; each may import only what `tests/it/tidy.rs` allows it to.

pub mod ambient;
pub mod docker;
pub mod engine;
pub mod figure;
pub mod kernel;
pub mod layerfs;
pub mod lesson;
pub mod oci;
pub mod shell;
pub mod strings;
pub mod terminal;
