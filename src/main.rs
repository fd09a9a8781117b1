//! The program: the page's entry on WASM, the command line elsewhere.

fn main() {}
