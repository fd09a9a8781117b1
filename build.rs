//! The release build embeds the page, so it is built again when that has changed. Nothing else depends on it.

fn main() {
    let native = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch != "wasm32");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo::rerun-if-changed=build.rs");
    if native && release {
        println!("cargo::rerun-if-changed=dist");
    }
}
