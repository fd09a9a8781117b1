//! `chmod`, and the modes in digits and letters that others read too. It must not know who may change what.

use super::job::{join, Job, Outcome};
use super::options::Parsed;
use crate::layerfs::{FileKind, Stat};

/// A change of mode: digits, or clauses such as `u+x,g=u`.
pub enum Mode {
    /// The mode itself.
    Octal(u32),
    /// Clauses in their order.
    Symbolic(Vec<Clause>),
}

/// One `+x` of a symbolic mode.
pub struct Clause {
    who: u32,
    op: char,
    perms: String,
}

impl Mode {
    /// Reads a mode; `None` where it is none.
    pub fn parse(text: &str) -> Option<Mode> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return u32::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777).map(Mode::Octal);
        }
        let mut clauses = Vec::new();
        for part in text.split(',') {
            let ops = part.find(['+', '-', '='])?;
            let (classes, mut rest) = part.split_at_checked(ops)?;
            let mut who = 0;
            for c in classes.chars() {
                who |= match c {
                    'u' => 0o4700,
                    'g' => 0o2070,
                    'o' => 0o1007,
                    'a' => 0o7777,
                    _ => return None,
                };
            }
            while let Some(op) = rest.chars().next() {
                let after = rest.get(1..)?;
                let end = after.find(['+', '-', '=']).unwrap_or(after.len());
                let (perms, next) = after.split_at_checked(end)?;
                let single = matches!(perms, "u" | "g" | "o");
                if !"+-=".contains(op) || !single && perms.contains(|c| !"rwxXst".contains(c)) {
                    return None;
                }
                clauses.push(Clause { who, op, perms: perms.to_string() });
                rest = next;
            }
        }
        Some(Mode::Symbolic(clauses))
    }

    /// The new mode of a file that has this one. Clauses that name nobody leave the bits of the umask alone.
    pub fn apply(&self, old: u32, dir: bool, umask: u32) -> u32 {
        let clauses = match self {
            // In digits a directory keeps its set-id bits unless they are named.
            Mode::Octal(mode) => return if dir { mode | old & 0o6000 } else { *mode },
            Mode::Symbolic(clauses) => clauses,
        };
        clauses.iter().fold(old, |mode, clause| clause.apply(mode, dir, umask))
    }
}

impl Clause {
    fn apply(&self, mode: u32, dir: bool, umask: u32) -> u32 {
        let who = if self.who == 0 { 0o7777 & !umask } else { self.who };
        let mut bits = 0;
        for c in self.perms.chars() {
            let copied = |shift: u32| (mode >> shift & 7) * 0o111;
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                'X' if dir || mode & 0o111 != 0 => 0o111,
                's' => 0o6000,
                't' => 0o1000,
                'u' => copied(6),
                'g' => copied(3),
                'o' => copied(0),
                _ => 0,
            };
        }
        // The sticky bit belongs to all, whoever is named.
        let allowed = if self.perms.contains('t') && self.who == 0 { who | 0o1000 } else { who };
        bits &= allowed;
        match self.op {
            '+' => mode | bits,
            '-' => mode & !bits,
            _ => {
                let set_ids = if dir { mode & 0o6000 } else { 0 };
                let cleared = if self.who == 0 { 0o7777 } else { self.who };
                mode & !cleared | bits | set_ids & cleared
            }
        }
    }
}

/// Changes the modes of the operands.
pub fn main(job: &mut Job) -> Outcome {
    // `-x` and `-w` are modes, not options.
    let minus = job.args.iter().position(|a| {
        let mut chars = a.chars();
        chars.next() == Some('-') && chars.next().is_some_and(|c| "rwxXstugoa,+=".contains(c) || c.is_ascii_digit())
    });
    let minus = minus.map(|at| job.args.remove(at));
    let mut opts =
        job.options("cfRv changes=c silent=f quiet=f recursive=R verbose=v reference=&: no-preserve-root=!")?;
    let mode = match (minus, opts.value('&').map(str::to_string)) {
        (_, Some(reference)) => match job.stat(&reference) {
            Ok(stat) => Mode::Octal(stat.mode),
            Err(e) => {
                job.fail("failed to get attributes of", &reference, e);
                return Err(1);
            }
        },
        (minus, None) => {
            let text = match minus {
                Some(text) => text,
                None if opts.args.is_empty() => return Err(job.missing_operand(None)),
                None => opts.args.remove(0),
            };
            let Some(mode) = Mode::parse(&text) else {
                let shown = job.quoted(&text);
                return Err(job.misused(&["invalid mode: ", &shown]));
            };
            if opts.args.is_empty() {
                return Err(job.missing_operand(Some(&text)));
            }
            mode
        }
    };
    for path in std::mem::take(&mut opts.args) {
        one(job, &opts, &mode, &path, true);
    }
    Ok(())
}

fn one(job: &mut Job, opts: &Parsed, mode: &Mode, path: &str, operand: bool) {
    let stat = match if operand { job.stat(path) } else { job.lstat(path) } {
        Ok(stat) => stat,
        Err(_) if operand && job.lstat(path).is_ok() => {
            let shown = job.quoted(path);
            if !opts.has('f') {
                job.complain(&["cannot operate on dangling symlink ", &shown]);
            }
            job.status = 1;
            return;
        }
        Err(e) => {
            if opts.has('f') {
                job.status = 1;
            } else {
                job.fail("cannot access", path, e);
            }
            return;
        }
    };
    if stat.kind == FileKind::Symlink {
        return;
    }
    let dir = stat.kind == FileKind::Dir;
    let new = mode.apply(stat.mode, dir, job.proc.umask());
    match job.proc.fs(|vfs, who| vfs.chmod(who, path, new)) {
        Err(_) if opts.has('f') => job.status = 1,
        Err(e) => job.fail(if job.busybox() { "" } else { "changing permissions of" }, path, e),
        Ok(()) => tell(job, opts, path, &stat, new),
    }
    if dir && opts.has('R') {
        match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
            Ok(names) => names.iter().for_each(|e| one(job, opts, mode, &join(path, &e.name), false)),
            Err(e) => job.fail("cannot read directory", path, e),
        }
    }
}

fn tell(job: &mut Job, opts: &Parsed, path: &str, stat: &Stat, new: u32) {
    let shown = job.quoted(path);
    let letters = |mode: u32| {
        let text = Stat { mode, kind: FileKind::File, ..stat.clone() }.mode_string();
        format!("{mode:04o} ({})", text.get(1..).unwrap_or(""))
    };
    if stat.mode != new && (opts.has('v') || opts.has('c')) {
        job.line(&["mode of ", &shown, " changed from ", &letters(stat.mode), " to ", &letters(new)].concat());
    } else if stat.mode == new && opts.has('v') {
        job.line(&["mode of ", &shown, " retained as ", &letters(new)].concat());
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    #[test]
    fn modes() {
        let to = |text: &str, old: u32| Mode::parse(text).map(|m| m.apply(old, false, 0o022));
        assert_eq!(to("755", 0o644), Some(0o755));
        assert_eq!(to("u+x", 0o644), Some(0o744));
        assert_eq!(to("+x", 0o644), Some(0o755));
        assert_eq!(to("+w", 0o444), Some(0o644));
        assert_eq!(to("a=rx,u+w", 0o777), Some(0o755));
        assert_eq!(to("go=", 0o755), Some(0o700));
        assert_eq!(to("g=u", 0o740), Some(0o770));
        assert_eq!(to("u+s,+t", 0o755), Some(0o5755));
        assert_eq!(to("a-w+X", 0o666), Some(0o444));
        assert_eq!(to("8", 0), None);
        assert_eq!(to("u~x", 0), None);
    }
}
