//! The program: the page's entry on WASM, the command line elsewhere.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    capas::native::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {
    capas::web::start();
}
