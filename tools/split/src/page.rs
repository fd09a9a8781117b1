//! The built page before it is put in its place: its program is cut, made small, and named by what it holds. It must
//! not know how a module is cut.

use crate::cut::cut;
use crate::list::List;
use crate::mark::mark;
use crate::module::{Fail, Module};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The features that browsers have; `--all-features` makes files that they refuse.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-simd",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// What becomes of the program.
#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    /// Cut in two.
    Two,
    /// Left whole.
    One,
    /// Left whole, telling which functions are entered.
    Marked,
}

/// The files that trunk has written.
struct Page {
    dir: PathBuf,
    html: String,
    /// The script beside the program, and the program: names of files.
    script: String,
    program: String,
}

/// Changes the page in `dir`. `list` names what stays in the first module, `addition` is what the script gets to bring in
/// the rest.
pub fn page(dir: &Path, way: Way, list: &List, addition: &str) -> Result<(), Fail> {
    let page = Page::find(dir)?;
    let bytes = fs::read(dir.join(&page.program))?;
    let module = Module::read(&bytes)?;
    let mut script = fs::read_to_string(dir.join(&page.script))?;
    let first = dir.join("first.wasm");
    let rest = dir.join("rest.wasm");
    match way {
        Way::Two => {
            let cut = cut(&module, |f| list.keeps(module.names.get(&f)))?;
            // Without them no data leaves, and the page would be slower without a word.
            let data = cut.data.ok_or("no relocations in the program: it must be linked with --emit-relocs")?;
            println!(
                "{} of {} functions leave, {} of them with a stub, and {data} bytes of data",
                cut.moved,
                module.bodies.len(),
                cut.stubs
            );
            fs::write(&first, cut.first)?;
            fs::write(&rest, cut.rest)?;
            let both = [smaller(&first)?, smaller(&rest)?];
            for one in both {
                done(one)?;
            }
            script = linked(&script, addition)?;
        }
        Way::One => {
            fs::write(&first, &bytes)?;
            done(smaller(&first)?)?;
        }
        Way::Marked => {
            fs::write(&first, mark(&module)?)?;
            let names: Vec<String> =
                module.names.iter().map(|(n, name)| format!("{n} {}\n", List::short(name))).collect();
            fs::write(dir.join("names.txt"), names.concat())?;
            script = linked(&script, addition)?;
        }
    }
    page.write(&first, &rest, &script)
}

/// wasm-opt at work on a file; names and other custom sections go.
fn smaller(path: &Path) -> Result<Child, Fail> {
    Command::new("wasm-opt")
        .args(FEATURES)
        .args(["-Oz", "--strip-debug", "--strip-producers", "--strip-target-features", "-o"])
        .arg(path)
        .arg(path)
        .spawn()
        .map_err(|error| format!("wasm-opt: {error}").into())
}

fn done(mut child: Child) -> Result<(), Fail> {
    match child.wait()?.success() {
        true => Ok(()),
        false => Err("wasm-opt failed".into()),
    }
}

/// wasm-bindgen's script, with the first module's import of the rest, the addition's view of the first's exports, what it
/// does before the program starts, and the addition.
fn linked(script: &str, addition: &str) -> Result<String, Fail> {
    let name = "_bg.js\":";
    let at = script.rfind(name).ok_or("no import object in the script")? + name.len();
    let (before, after) = script.split_at(at);
    let object: String = after.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let script = format!("{before} {object}, rest: restLink({object}){}", &after.trim_start()[object.len()..]);
    let end = script.find(".exports").ok_or("no exports in the script")?;
    let start = script[..end].rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |n| n + 1);
    let instance = &script[start..end];
    let script = format!("{}restFirst({instance}.exports){}", &script[..start], &script[end + ".exports".len()..]);
    // The last of two; the other starts the program without waiting for anything.
    let at = script.rfind("return __wbg_finalize_init(").ok_or("no start in the script")?;
    Ok(format!("{}await restBefore({instance}.exports);\n    {}\n{addition}", &script[..at], &script[at..]))
}

impl Page {
    fn find(dir: &Path) -> Result<Page, Fail> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        let program = names.iter().find(|name| name.ends_with("_bg.wasm")).ok_or("no program in the page")?.clone();
        let script = program.replace("_bg.wasm", ".js");
        Ok(Page { dir: dir.to_owned(), html: fs::read_to_string(dir.join("index.html"))?, script, program })
    }

    fn write(&self, first: &Path, rest: &Path, script: &str) -> Result<(), Fail> {
        let stem = self.script.split('-').next().unwrap_or_default();
        let size = fs::metadata(self.dir.join(&self.program))?.len();
        fs::remove_file(self.dir.join(&self.program))?;
        fs::remove_file(self.dir.join(&self.script))?;
        let bytes = fs::read(first)?;
        let program = format!("{stem}-{}_bg.wasm", hash(&bytes));
        let script_name = format!("{stem}-{}.js", hash(script.as_bytes()));
        fs::rename(first, self.dir.join(&program))?;
        fs::write(self.dir.join(&script_name), script)?;
        let mut html = self.html.replace(&self.program, &program).replace(&self.script, &script_name);
        // What trunk's script shows progress by.
        html = html.replace(&format!(", {size}, "), &format!(", {}, ", bytes.len()));
        if rest.exists() {
            let name = format!("{stem}-{}_rest.wasm", hash(&fs::read(rest)?));
            fs::rename(rest, self.dir.join(&name))?;
            let head = html.find("<head>").ok_or("no head in the page")? + "<head>".len();
            html.insert_str(head, &format!("\n  <meta name=\"capas-rest\" content=\"./{name}\">"));
        }
        fs::write(self.dir.join("index.html"), html)?;
        Ok(())
    }
}

/// 16 hexadecimal digits that change with the content (FNV-1a).
fn hash(bytes: &[u8]) -> String {
    let sum =
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, b| (sum ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    format!("{sum:016x}")
}
