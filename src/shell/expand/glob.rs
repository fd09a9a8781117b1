//! Pathname expansion: the files that a pattern names, a directory at a time. It reads directories and nothing else.

use crate::kernel::{FileKind, Proc};
use crate::shell::pattern::{is_wild, unescape, Pattern};
use crate::sorted;

/// The options that matter here.
#[derive(Debug, Clone, Copy, Default)]
pub struct GlobOptions {
    /// Names that begin with a dot match too.
    pub dot: bool,
    /// Case does not matter.
    pub nocase: bool,
    /// `**` stands for any number of directories.
    pub star: bool,
    /// `@(…)` and its kind.
    pub ext: bool,
}

/// The names that match, sorted; none where nothing does.
pub fn glob(proc: &Proc, pattern: &str, options: GlobOptions) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut rest = pattern;
    let rooted = rest.len() - rest.trim_start_matches('/').len();
    if rooted > 0 {
        found = vec![rest.get(..rooted).unwrap_or("/").to_owned()];
        rest = rest.trim_start_matches('/');
    }
    while !rest.is_empty() && !found.is_empty() {
        let cut = component_end(rest);
        let (part, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        let after = tail.trim_start_matches('/');
        let slashes = tail.len() - after.len();
        let only_dirs = slashes > 0;
        found = if options.star && part == "**" {
            found.iter().flat_map(|dir| all_below(proc, dir, only_dirs, options, 0)).collect()
        } else if is_wild(part, options.ext) {
            let matcher = Pattern::new(part, options.ext).ignoring_case(options.nocase);
            let dots = options.dot || part.starts_with('.') || part.starts_with("\\.");
            found.iter().flat_map(|dir| matching(proc, dir, &matcher, dots, only_dirs)).collect()
        } else {
            let name = unescape(part);
            let paths = found.iter().map(|dir| format!("{dir}{name}"));
            paths.filter(|path| proc.fs(|vfs, who| vfs.lstat(who, path)).is_ok()).collect()
        };
        if slashes > 0 {
            for path in &mut found {
                if !path.is_empty() && !path.ends_with('/') {
                    path.push_str(tail.get(..slashes).unwrap_or("/"));
                }
            }
        }
        rest = after;
    }
    found.retain(|path| !path.is_empty());
    sorted::sort(&mut found);
    found
}

/// Where the first component ends: a slash outside brackets and backslashes.
fn component_end(pattern: &str) -> usize {
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '/' => return at,
            _ => {}
        }
    }
    pattern.len()
}

fn entries(proc: &Proc, dir: &str) -> Vec<(String, FileKind)> {
    let path = if dir.is_empty() { "." } else { dir };
    let list = proc.fs(|vfs, who| vfs.readdir(who, path)).unwrap_or_default();
    list.into_iter().map(|entry| (entry.name.to_string(), entry.kind)).collect()
}

fn is_dir(proc: &Proc, path: &str) -> bool {
    proc.fs(|vfs, who| vfs.stat(who, path)).is_ok_and(|stat| stat.kind == FileKind::Dir)
}

fn matching(proc: &Proc, dir: &str, matcher: &Pattern, dots: bool, only_dirs: bool) -> Vec<String> {
    let mut out = Vec::new();
    for (name, kind) in entries(proc, dir) {
        if (name.starts_with('.') && !dots) || !matcher.matches(&name) {
            continue;
        }
        let path = format!("{dir}{name}");
        if !only_dirs || kind == FileKind::Dir || (kind == FileKind::Symlink && is_dir(proc, &path)) {
            out.push(path);
        }
    }
    out
}

/// `**`: the directory itself and everything below (directories only where more follows).
fn all_below(proc: &Proc, dir: &str, only_dirs: bool, options: GlobOptions, depth: u32) -> Vec<String> {
    let mut out = vec![dir.to_owned()];
    if depth > 40 {
        return out;
    }
    for (name, kind) in entries(proc, dir) {
        if name.starts_with('.') && !options.dot {
            continue;
        }
        let path = format!("{dir}{name}");
        if kind == FileKind::Dir {
            if !only_dirs {
                out.push(path.clone());
            }
            let below = all_below(proc, &format!("{path}/"), only_dirs, options, depth + 1);
            out.extend(below.into_iter().skip(usize::from(!only_dirs)));
        } else if !only_dirs {
            out.push(path);
        }
    }
    out
}
