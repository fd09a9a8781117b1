//! How a file becomes a program: the rules of `execve(2)`, with a table of programs in place of machine code. The search
//! through `PATH` is a shell's business (`Proc::which` does it).

use super::executor::LocalBoxFuture;
use super::proc::Proc;
use super::system::System;
use crate::layerfs::{Errno, FileKind, Vfs, Who};
use crate::sorted::VecMap;
use std::fmt;
use std::rc::Rc;

/// A program: given what it sees of itself, the future that runs it; its value is the exit status.
pub type ProgramFn = Rc<dyn Fn(Proc) -> LocalBoxFuture<'static, i32>>;

/// What a new process runs where it is no program of the table: a subshell.
pub type Body = Box<dyn FnOnce(Proc) -> LocalBoxFuture<'static, i32>>;

/// What the last of the words after a program's name, perhaps empty, could become; none where that is a file.
pub type Completer = Rc<dyn Fn(Vec<String>) -> LocalBoxFuture<'static, Option<Vec<String>>>>;

/// The programs that exist at all, by name. Whether one exists for a process depends on the files it sees. Clones share
/// the tables until one is changed.
#[derive(Clone, Default)]
pub struct Programs {
    programs: Rc<VecMap<String, ProgramFn>>,
    completers: Rc<VecMap<String, Completer>>,
}

impl Programs {
    /// None.
    pub fn new() -> Programs {
        Programs::default()
    }

    /// Adds or replaces one.
    pub fn insert(&mut self, name: &str, program: impl Fn(Proc) -> LocalBoxFuture<'static, i32> + 'static) {
        Rc::make_mut(&mut self.programs).insert(name.to_string(), Rc::new(program));
    }

    /// Adds what a shell's completion asks about a program's words.
    pub fn insert_completer(&mut self, name: &str, completer: Completer) {
        Rc::make_mut(&mut self.completers).insert(name.to_string(), completer);
    }

    /// Adds another table's, replacing those of the same name.
    pub fn extend(&mut self, other: &Programs) {
        let own = Rc::make_mut(&mut self.programs);
        own.extend(other.programs.iter().map(|(name, program)| (name.clone(), program.clone())));
        let own = Rc::make_mut(&mut self.completers);
        own.extend(other.completers.iter().map(|(name, completer)| (name.clone(), completer.clone())));
    }

    /// The program of that name.
    pub fn get(&self, name: &str) -> Option<&ProgramFn> {
        self.programs.get(name)
    }

    /// What knows a program's words, where anything does.
    pub fn completer(&self, name: &str) -> Option<&Completer> {
        self.completers.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.programs.keys().map(String::as_str)
    }
}

/// Whose manners a program has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Flavor {
    /// GNU's, of Debian and Ubuntu.
    #[default]
    Gnu,
    /// Busybox's.
    Busybox,
}

/// Why a file could not be run. `Display` is `path: reason` with the words of `strerror`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExecError {
    /// There is no such file (ENOENT).
    NotFound(String),
    /// It may not be executed (EACCES).
    Permission(String),
    /// It is text without `#!` (ENOEXEC); a shell then reads it as a script of its own.
    Text(String),
    /// It is for another machine: there is no program for it (ENOEXEC).
    NotExecutable(String),
    /// It is a directory (EACCES).
    IsDir(String),
    /// Its `#!` line names an interpreter that is not there (ENOENT).
    BadInterpreter {
        /// The script.
        script: String,
        /// What its first line names.
        interp: String,
    },
    /// The path leads nowhere for another reason (ENOTDIR, ELOOP, ENAMETOOLONG).
    Path(String, Errno),
}

impl ExecError {
    /// What `execve(2)` fails with.
    pub fn errno(&self) -> Errno {
        match self {
            ExecError::NotFound(_) | ExecError::BadInterpreter { .. } => Errno::ENOENT,
            ExecError::Permission(_) | ExecError::IsDir(_) => Errno::EACCES,
            ExecError::Text(_) | ExecError::NotExecutable(_) => Errno::ENOEXEC,
            ExecError::Path(_, errno) => *errno,
        }
    }

    /// The file that was to be run.
    pub fn path(&self) -> &str {
        match self {
            ExecError::NotFound(path)
            | ExecError::Permission(path)
            | ExecError::Text(path)
            | ExecError::NotExecutable(path)
            | ExecError::IsDir(path)
            | ExecError::Path(path, _) => path,
            ExecError::BadInterpreter { script, .. } => script,
        }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path(), self.errno())
    }
}

impl std::error::Error for ExecError {}

/// A file found to be a program.
pub(super) struct Loaded {
    pub(super) exe: Rc<str>,
    pub(super) argv: Vec<String>,
    pub(super) program: ProgramFn,
    pub(super) flavor: Flavor,
    /// What `ps` calls it: the name of the file, at most 15 bytes.
    pub(super) comm: String,
}

/// Interpreters of interpreters, at most so many (`BINPRM_MAX_RECURSION`).
const DEPTH: u32 = 5;

/// How much of a file the kernel looks at.
const HEAD: usize = 256;

/// Finds the program of the file at `path`, which is to get `argv`.
pub(super) fn load(system: &System, who: &Who<'_>, path: &str, argv: Vec<String>) -> Result<Loaded, ExecError> {
    let comm = basename(path);
    system.with_vfs(|vfs| load_file(system, vfs, who, path, argv, DEPTH)).map(|mut loaded| {
        loaded.comm = truncate(comm, 15).to_string();
        loaded
    })
}

fn load_file(
    system: &System,
    vfs: &mut Vfs,
    who: &Who<'_>,
    path: &str,
    argv: Vec<String>,
    depth: u32,
) -> Result<Loaded, ExecError> {
    let failed = |errno| match errno {
        Errno::ENOENT => ExecError::NotFound(path.to_string()),
        Errno::EACCES => ExecError::Permission(path.to_string()),
        other => ExecError::Path(path.to_string(), other),
    };
    let stat = vfs.stat(who, path).map_err(failed)?;
    match stat.kind {
        FileKind::File => {}
        FileKind::Dir => return Err(ExecError::IsDir(path.to_string())),
        _ => return Err(ExecError::Permission(path.to_string())),
    }
    // Root may do anything, but does not execute what nobody may execute.
    if stat.mode & 0o111 == 0 {
        return Err(ExecError::Permission(path.to_string()));
    }
    vfs.access(who, path, 1).map_err(failed)?;
    let exe = vfs.realpath(who, path).map_err(failed)?;
    let reader = Who { uid: 0, ..*who };
    let head = vfs.blob(&reader, &exe).map(|blob| blob.read_at(0, HEAD)).unwrap_or_default();
    if let Some((interp, arg)) = interpreter(&head) {
        if depth == 0 {
            return Err(ExecError::Path(path.to_string(), Errno::ELOOP));
        }
        let mut full = vec![interp.clone()];
        full.extend(arg);
        full.push(path.to_string());
        full.extend(argv.into_iter().skip(1));
        return load_file(system, vfs, who, &interp, full, depth - 1).map_err(|error| match error {
            ExecError::NotFound(_) => ExecError::BadInterpreter { script: path.to_string(), interp },
            other => other,
        });
    }
    if is_text(&head) {
        return Err(ExecError::Text(path.to_string()));
    }
    let busybox = basename(&exe) == "busybox"
        || vfs.stat(&reader, "/bin/busybox").is_ok_and(|other| (other.dev, other.ino) == (stat.dev, stat.ino));
    let program = find(system.programs(), basename(&exe), argv.first().map_or("", String::as_str), busybox)
        .ok_or_else(|| ExecError::NotExecutable(path.to_string()))?;
    let flavor = if busybox { Flavor::Busybox } else { Flavor::Gnu };
    Ok(Loaded { exe: exe.into(), argv, program, flavor, comm: String::new() })
}

/// The program for a file of that name. One file may be many programs, which go by the name they are called by.
fn find(programs: &Programs, file: &str, argv0: &str, busybox: bool) -> Option<ProgramFn> {
    let called = basename(argv0).trim_start_matches('-');
    let many = busybox || matches!(file, "busybox" | "coreutils" | "toybox");
    let (first, second) = if many { (called, file) } else { (file, called) };
    programs.get(first).or_else(|| programs.get(second)).cloned()
}

/// The interpreter of a `#!` line and its single argument.
fn interpreter(head: &[u8]) -> Option<(String, Option<String>)> {
    let line = head.strip_prefix(b"#!")?;
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let line = line.trim_matches([' ', '\t']);
    if line.is_empty() {
        return None;
    }
    match line.split_once([' ', '\t']) {
        Some((interp, arg)) => Some((interp.to_string(), Some(arg.trim_start_matches([' ', '\t']).to_string()))),
        None => Some((line.to_string(), None)),
    }
}

/// Whether a file that begins so is text: no control characters but the usual ones. An empty file is text.
fn is_text(head: &[u8]) -> bool {
    let usual = |byte: u8| matches!(byte, 7..=13 | 27) || byte >= 0x20;
    head.iter().all(|&byte| usual(byte) && byte != 0x7f)
}

/// Finds `name` in the directories of `path` (`:` between them; an empty one is the working directory) as a shell does:
/// the first regular file that may be executed. A name with a slash is not searched for.
pub fn which(vfs: &Vfs, who: &Who<'_>, name: &str, path: &str) -> Option<String> {
    let runs = |file: &str| {
        let stat = vfs.stat(who, file).ok();
        stat.is_some_and(|s| s.kind == FileKind::File && s.mode & 0o111 != 0) && vfs.access(who, file, 1).is_ok()
    };
    if name.contains('/') {
        return runs(name).then(|| name.to_string());
    }
    let files = path.split(':').map(|dir| match dir {
        "" => format!("./{name}"),
        _ => format!("{}/{name}", dir.trim_end_matches('/')),
    });
    files.into_iter().find(|file| !name.is_empty() && runs(file))
}

/// What stands after the last slash.
pub(super) fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The first bytes, at most so many, without tearing a character.
pub(super) fn truncate(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_interpreter_lines_as_linux_does() {
        let read = |text: &str| interpreter(text.as_bytes());
        assert_eq!(read("#!/bin/sh\necho"), Some(("/bin/sh".into(), None)));
        assert_eq!(read("#! /usr/bin/env  bash -x \n"), Some(("/usr/bin/env".into(), Some("bash -x".into()))));
        assert_eq!(read("#!\n"), None);
        assert_eq!(read("echo"), None);
    }

    #[test]
    fn tells_text_from_machine_code() {
        assert!(is_text(b"echo hola\n\ttab \xc3\xb1"));
        assert!(is_text(b""));
        assert!(!is_text(b"\x7fELF\x02\x01\x01"));
        assert!(!is_text(b"abc\0"));
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(truncate("año", 2), "a");
        assert_eq!(truncate("año", 9), "año");
    }
}
