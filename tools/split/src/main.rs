//! Cuts the page's program in two: what starting, the prompt and typing at it need, and the rest. Trunk runs it (see
//! Trunk.toml) and ARCHITECTURE.md says why. It must not know the program that it cuts.
//!
//!     split page LIST ADDITION      the page that trunk has staged; CAPAS_SPLIT=one leaves it whole, =marked for a profile
//!     split cut LIST IN FIRST REST  a module

mod again;
mod cut;
mod data;
mod list;
mod mark;
mod module;
mod page;
mod shift;

use list::List;
use module::{Fail, Module};
use page::Way;
use std::env;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Fail> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["page", list, addition] => {
            // A debug build stays as it is, and is built soonest so.
            if env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "debug") {
                return Ok(());
            }
            let dir = env::var("TRUNK_STAGING_DIR")?;
            let way = match env::var("CAPAS_SPLIT").as_deref() {
                Ok("one") => Way::One,
                Ok("marked") => Way::Marked,
                _ => Way::Two,
            };
            let list = List::parse(&fs::read_to_string(list)?);
            page::page(Path::new(&dir), way, &list, &fs::read_to_string(addition)?)
        }
        ["cut", list, input, first, rest] => {
            let list = List::parse(&fs::read_to_string(list)?);
            let bytes = fs::read(input)?;
            let module = Module::read(&bytes)?;
            let cut = cut::cut(&module, |f| list.keeps(module.names.get(&f)))?;
            fs::write(first, cut.first)?;
            fs::write(rest, cut.rest)?;
            Ok(())
        }
        _ => Err("split page LIST ADDITION | split cut LIST IN FIRST REST".into()),
    }
}
