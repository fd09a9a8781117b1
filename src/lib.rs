//! Capas: what Docker's layers do, made visible.
//!
//! The modules in reading order; each may import only what `tests/it/tidy.rs` allows it to.

pub mod ambient;
pub mod sorted;
pub mod strings;

pub mod layerfs;
pub mod oci;
pub mod terminal;

pub mod kernel;
pub mod shell;

pub mod engine;

pub mod docker;
pub mod host;

pub mod figure;
pub mod lesson;

pub mod session;

#[cfg(not(target_arch = "wasm32"))]
pub mod native;

pub mod web;
