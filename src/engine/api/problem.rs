//! Why the runtime could not start a process, in runc 1.1's words. It must not know who wanted it started.

use std::fmt;

/// Why the runtime could not start a process (runc 1.1's sentences).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OciProblem {
    /// A name without a slash that no directory of PATH has.
    NotInPath(String),
    /// A path that is not there.
    NoSuchFile(String),
    /// Not executable, or a directory.
    PermissionDenied(String),
    /// No program: neither a binary nor a script with an interpreter.
    ExecFormat(String),
    /// The working directory is not there.
    Chdir(String),
    /// The working directory is not a directory.
    ChdirNotDir(String),
    /// The kernel refuses a file system in memory.
    Tmpfs {
        /// Where it was to be.
        target: String,
        /// The flags of mount(2).
        flags: u32,
        /// Its other options.
        data: String,
        /// The errno's words in lower case.
        why: String,
    },
    /// A file system over `/dev` hides the devices.
    NoDevNull,
}

impl fmt::Display for OciProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OciProblem::NotInPath(name) => write!(f, "exec: {}: executable file not found in $PATH", quoted(name)),
            OciProblem::NoSuchFile(path) => write!(f, "exec: {}: stat {path}: no such file or directory", quoted(path)),
            OciProblem::PermissionDenied(path) => write!(f, "exec: {}: permission denied", quoted(path)),
            OciProblem::ExecFormat(path) => write!(f, "exec {path}: exec format error"),
            OciProblem::Chdir(dir) => {
                write!(f, "chdir to cwd ({}) set in config.json failed: no such file or directory", quoted(dir))
            }
            OciProblem::ChdirNotDir(dir) => {
                write!(f, "chdir to cwd ({}) set in config.json failed: not a directory", quoted(dir))
            }
            OciProblem::Tmpfs { target, flags, data, why } => {
                let comma = if data.is_empty() { "" } else { ", data: " };
                write!(
                    f,
                    "error during container init: error mounting \"tmpfs\" to rootfs at {}: mount tmpfs:{target} (via \
                     /proc/self/fd/6), flags: {flags:#x}{comma}{data}: {why}",
                    quoted(target)
                )
            }
            OciProblem::NoDevNull => f.write_str(
                "error during container init: error reopening /dev/null inside container: open /dev/null: permission \
                 denied",
            ),
        }
    }
}

impl OciProblem {
    /// The exit status that the container gets: 127 for what is not there, 126 for what cannot be run, 128 where
    /// the daemon knows no better.
    pub fn exit_code(&self) -> i32 {
        match self {
            OciProblem::NotInPath(_) | OciProblem::NoSuchFile(_) | OciProblem::Chdir(_) => 127,
            OciProblem::PermissionDenied(_) | OciProblem::NoDevNull => 126,
            OciProblem::Tmpfs { .. } if !self.advice().is_empty() => 127,
            OciProblem::ExecFormat(_) | OciProblem::ChdirNotDir(_) | OciProblem::Tmpfs { .. } => 128,
        }
    }

    /// What the daemon adds to it.
    pub fn advice(&self) -> &'static str {
        match self {
            OciProblem::Tmpfs { why, .. } if why == "not a directory" => {
                ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path \
                 exists and is the expected type"
            }
            _ => "",
        }
    }
}

/// A string as Go's `%q` prints it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
