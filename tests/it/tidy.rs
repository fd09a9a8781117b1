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
    ("engine::registry", &["oci", "layerfs", "ambient"]),
    (
        "engine::sim",
        &[
            "engine::api",
            "engine::snapshot",
            "engine::registry",
            "oci",
            "layerfs",
            "shell",
            "kernel",
            "terminal",
            "ambient",
        ],
    ),
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
            "engine::registry",
            "oci",
            "layerfs",
        ],
    ),
    ("native::daemon", &["engine::api", "engine::sim", "engine::registry", "host", "kernel", "oci", "ambient"]),
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
        [first, second, ..] if first == "native" && second == "daemon" => format!("{first}::{second}"),
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
fn every_module_is_in_the_table_and_in_the_architecture() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    let mut modules: Vec<String> = sources.iter().map(|path| module_of(path)).collect();
    // The crate's roots, and the file that lists the engine's parts.
    modules.retain(|m| !["lib", "main", "engine"].contains(&m.as_str()));
    modules.sort();
    modules.dedup();
    let mut rows: Vec<&str> = MAY_IMPORT.iter().map(|(module, _)| *module).collect();
    rows.sort_unstable();
    assert_eq!(rows, modules);
    let unnamed: Vec<_> = rows.iter().filter(|row| !page.contains(&format!("\n| `{row}` |"))).collect();
    assert!(unnamed.is_empty(), "ARCHITECTURE.md has no row for {unnamed:?}");
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
        if ["web", "native", "native::daemon", "main"].contains(&module_of(&path).as_str()) {
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

/// Options that a program reads past on purpose, by source file: those that are the default or have nothing to change
/// in a simulation without a disk, niceness, threads or parallel work. Everything else that a specification takes is
/// asked for by the code.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    // Ignored by the real program too, or kept for old scripts.
    ("cat", "u"),
    ("touch", "f"),
    ("id", "a"),
    ("stat", "!"),
    ("sums", "t"),
    ("readlink", "qs"),
    ("install", "c"),
    ("cut", "n"),
    // The default, or what could only matter where something else is asked.
    ("nl", "p"),
    ("chmod", "!"),
    ("chown", "&/P"),
    ("du", "P"),
    ("links", "P"),
    ("sudo", "n"),
    ("realpath", "P"),
    ("rm", "!"),
    ("ls", "k"),
    ("hostname", "f"),
    ("grep", "U"),
    ("comm", "n"),
    ("diff", "d"),
    // Every file system is local, written at once, and shared by clones of the same bytes; the clock is UTC.
    ("cp", "%"),
    ("date", "u"),
    ("df", "!l"),
    ("sync", "f"),
    // Mounting is refused whatever the options say.
    ("mount", "Blorvw"),
    ("umount", "flnrv"),
    // All processors are there; commands run one after the other; columns are bytes; output is never held back.
    ("nproc", "a"),
    ("xargs", "P"),
    ("fold", "b"),
    ("sed", "u"),
    ("tail", "s"),
    // Sorting needs no temporary files, and merging sorted files is sorting them.
    ("sort", "&STm"),
    // Nothing but the child is stopped either way.
    ("timeout", "f"),
    // There is no mouse, and lines are never wrapped.
    ("nano", "mw"),
    // BusyBox shows every process whatever it is asked.
    ("ps_busybox", "ATadefl"),
];

/// The programs' specifications of options (see `options::parse`) in a source file: whose each is, itself, and the code
/// that reads what it says.
fn specifications(path: &Path) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or("").to_string();
    let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
    let find = |pattern: &str| regex_lite::Regex::new(pattern).unwrap();
    let literal = r#""((?:[^"\\]|\\.|\\\n)*)""#;
    let shared = find(&format!("const SPEC: &str =\\s*{literal}")).captures(&code).map(|c| c[1].to_string());
    let calls = find(&format!(r"(?:job\s*\.options|options::parse)\(\s*(?:SPEC|{literal})"));
    let calls: Vec<_> = calls.captures_iter(&code).collect();
    let mut out = Vec::new();
    for (n, call) in calls.iter().enumerate() {
        let (start, end) = (call.get(0).unwrap().start(), call.get(0).unwrap().end());
        let name = code[..start].rsplit_once("fn ").unwrap().1.split(['(', '<']).next().unwrap();
        let name = if name == "main" || call.get(1).is_none() { stem.clone() } else { name.to_string() };
        let (spec, reader) = match call.get(1) {
            Some(own) => {
                let next = calls.get(n + 1).map_or(code.len(), |next| next.get(0).unwrap().start());
                (own.as_str().to_string(), code[end..next].to_string())
            }
            None => {
                let spec = shared.clone().unwrap();
                let reader = code.replace(&spec, "");
                (spec, reader)
            }
        };
        out.push((name, find(r"\\\n\s*").replace_all(&spec, "").into_owned(), reader));
    }
    out
}

#[test]
fn every_option_that_a_program_takes_is_read() {
    let mut sources = Vec::new();
    files(&root().join("src/shell/programs"), "rs", &mut sources);
    sources.retain(|p| !p.ends_with("options.rs") && !p.ends_with("job.rs"));
    let find = |pattern: &str| regex_lite::Regex::new(pattern).unwrap();
    // `opts.has('a')`, `opts.last("abc")`, `"abc".contains(key)`; where an option is asked for by a variable, arms and
    // pairs too.
    let asked = [
        find(r"\b(?:has|value|values|number)\(\s*'(.)'"),
        find(r#"\b(?:last|all|list)\((?:&\w+, )?"([^"]*)""#),
        find(r#""([^"\s]*)"\s*\.(?:contains|chars)\("#),
    ];
    let walked = [find(r"'(.)'(?: \||\s*=>| if )"), find(r"\('(.)', "), find(r", '(.)'\)"), find(r"\.0 == '(.)'")];
    let by_name = find(r"opts\.opts|opts\.(?:has|value)\(\*?[a-z]");
    let (mut count, mut wrong) = (0, Vec::new());
    let mut spared: BTreeMap<&str, &str> = WITHOUT_EFFECT.iter().copied().collect();
    for path in sources {
        for (name, spec, reader) in specifications(&path) {
            let mut words = spec.split(' ');
            let mut keys: Vec<char> = words.next().unwrap().chars().filter(|c| !":+-".contains(*c)).collect();
            keys.extend(words.filter_map(|w| w.split_once('=')?.1.chars().next()));
            keys.sort_unstable();
            keys.dedup();
            count += keys.len();
            let all = by_name.is_match(&reader);
            let patterns = asked.iter().chain(walked.iter().filter(|_| all));
            let read: String =
                patterns.flat_map(|p| p.captures_iter(&reader).map(|c| c[1].to_string()).collect::<Vec<_>>()).collect();
            let unread: String = keys.iter().filter(|k| !read.contains(**k)).collect();
            let without = spared.remove(name.as_str()).unwrap_or("");
            let mut known: Vec<char> = without.chars().collect();
            known.sort_unstable();
            if unread != known.iter().collect::<String>() {
                wrong.push(format!("{name}: -{unread} is read by nothing (known: {without:?})"));
            }
        }
    }
    assert!(count > 300, "only {count} options were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(spared.is_empty(), "of no program: {spared:?}");
}
