//! Paths as Go's `path/filepath` and Docker's `pkg/archive` take them apart. It must not look at any file.

/// Go's `filepath.Clean`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `path` as seen from `base`.
pub fn join(base: &str, path: &str) -> String {
    if path.starts_with('/') {
        clean(path)
    } else {
        clean(&format!("{base}/{path}"))
    }
}

/// The directory and the last part of a clean path.
pub fn split(path: &str) -> (String, String) {
    match path.rsplit_once('/') {
        Some(("", base)) => ("/".to_owned(), base.to_owned()),
        Some((dir, base)) => (dir.to_owned(), base.to_owned()),
        None => (".".to_owned(), path.to_owned()),
    }
}

/// Whether the last part is `.`.
pub fn is_current(path: &str) -> bool {
    path == "." || path.ends_with("/.")
}

/// Whether the path can only be a directory's.
pub fn asserts_directory(path: &str) -> bool {
    path.ends_with('/') || is_current(path)
}

/// Cleans a path but keeps what says that it is a directory's (`PreserveTrailingDotOrSeparator`).
pub fn clean_keeping_end(cleaned: &str, original: &str) -> String {
    let mut out = cleaned.to_owned();
    if is_current(original) && !is_current(&out) {
        if !out.ends_with('/') {
            out.push('/');
        }
        out.push('.');
    } else if original.ends_with('/') && !out.ends_with('/') {
        out.push('/');
    }
    out
}

/// The directory and last part of a path, where a final `.` is a last part (`SplitPathDirEntry`).
pub fn split_entry(path: &str) -> (String, String) {
    let cleaned = clean(path);
    if is_current(path) {
        return (cleaned, ".".to_owned());
    }
    let (dir, base) = split(&cleaned);
    if cleaned == "/" {
        return ("/".to_owned(), "/".to_owned());
    }
    (dir, base)
}
