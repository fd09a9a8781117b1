//! The house rules that no compiler knows: which module may import which, files that say what they are, sentences
//! in both languages, nothing of one machine in the text.

use capas::strings;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom, as ARCHITECTURE.md says. A change here is a change of architecture.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("ambient", &[]),
    ("sorted", &[]),
    ("strings", &[]),
    ("layerfs", &["ambient"]),
    ("terminal", &["ambient"]),
    ("oci", &["layerfs", "ambient"]),
    ("kernel", &["layerfs", "terminal", "ambient"]),
    ("shell", &["kernel", "layerfs", "terminal", "ambient"]),
    ("engine::api", &["oci", "engine::snapshot", "ambient"]),
    ("engine::snapshot", &["oci", "ambient"]),
    ("engine::sim", &["engine::api", "engine::snapshot", "oci", "layerfs", "shell", "kernel", "terminal", "ambient"]),
    ("docker", &["engine::api", "oci", "kernel", "terminal", "ambient"]),
    ("host", &["docker", "engine::api", "shell", "kernel", "layerfs", "terminal", "ambient"]),
    ("figure", &["engine::snapshot", "strings", "ambient"]),
    ("lesson", &["engine::snapshot", "strings", "ambient"]),
    ("session", &["host", "engine", "lesson", "shell", "kernel", "layerfs", "oci", "terminal", "ambient"]),
    ("web", &["session", "engine::snapshot", "figure", "lesson", "strings", "terminal", "ambient"]),
    (
        "native",
        &[
            "session",
            "engine::snapshot",
            "figure",
            "lesson",
            "strings",
            "terminal",
            "ambient",
            "docker",
            "engine::api",
            "oci",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, ext: &str, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if ["target", "dist", "node_modules", ".git", ".tools"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            files(&path, ext, out);
        } else if ext.is_empty() || path.extension().is_some_and(|e| e == ext) {
            out.push(path);
        }
    }
}

fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    let parts: Vec<String> = relative.iter().map(|p| p.to_string_lossy().into_owned()).collect();
    match parts.as_slice() {
        [first, second, ..] if first == "engine" && second != "mod" => format!("engine::{second}"),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

fn allowed(module: &str, target: &str) -> bool {
    let Some((_, list)) = MAY_IMPORT.iter().find(|(m, _)| *m == module) else { return true };
    let same = |a: &str, b: &str| a == b || b.starts_with(&format!("{a}::")) || a.starts_with(&format!("{b}::"));
    // Sorting and sorted maps are as the standard library's: of use to all.
    same(module, target) || target == "sorted" || list.iter().any(|l| same(l, target))
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    let mut wrong = Vec::new();
    for path in sources {
        let module = module_of(&path);
        let text = fs::read_to_string(&path).unwrap();
        // What a module's own tests use is not what it is built on.
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for (i, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or("");
            for piece in line.split("crate::").skip(1) {
                let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
                let mut target = word(piece);
                if target == "engine" {
                    let rest = piece.strip_prefix("engine::").unwrap_or("");
                    let second = word(rest);
                    if !second.is_empty() {
                        target = format!("engine::{second}");
                    }
                }
                let known = MAY_IMPORT.iter().any(|(m, _)| *m == target || m.starts_with(&format!("{target}::")));
                if known && !allowed(&module, &target) {
                    wrong.push(format!("{}:{}: {module} imports {target}", path.display(), i + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_says_what_it_is() {
    let mut sources = Vec::new();
    for dir in ["src", "tests", "benches"] {
        files(&root().join(dir), "rs", &mut sources);
    }
    assert!(sources.len() > 10);
    let silent: Vec<_> = sources.iter().filter(|p| !fs::read_to_string(p).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn the_core_asks_the_machine_for_nothing() {
    let forbidden =
        ["std::fs", "std::env", "std::net", "std::thread", "SystemTime", "Instant::now", "HashMap", "HashSet"];
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    let mut wrong = Vec::new();
    for path in sources {
        if ["web", "native", "main"].contains(&module_of(&path).as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (i, line) in text.split("#[cfg(test)]").next().unwrap_or("").lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            wrong.extend(
                forbidden
                    .iter()
                    .filter(|f| code.contains(**f) && !code.contains(&format!("imbl::{f}")))
                    .map(|f| format!("{}:{}: {f}", path.display(), i + 1)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_sentence_is_there_in_both_languages() {
    let mut seen = BTreeMap::new();
    for (group, all) in strings::GROUPS {
        for (name, text) in *all {
            assert!(!text.es.is_empty() && !text.en.is_empty(), "{group}::{name}");
            let holes = |s: &str| s.matches("{}").count();
            assert_eq!(holes(text.es), holes(text.en), "{group}::{name} has other values in English");
            assert!(seen.insert((group, name), text).is_none(), "{group}::{name} twice");
        }
    }
    assert!(!seen.is_empty());
}

#[test]
fn nothing_of_one_machine_is_in_the_text() {
    let mut all = Vec::new();
    files(&root(), "", &mut all);
    let homes = ["main", "wt", "shared", ".library"].map(|place| ["/work/", place].concat());
    let mut wrong = Vec::new();
    for path in all {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if path.ends_with("Cargo.lock") || path.ends_with("package-lock.json") {
            continue;
        }
        for (i, line) in text.lines().enumerate() {
            if homes.iter().any(|home| line.contains(home)) {
                wrong.push(format!("{}:{}", path.display(), i + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
