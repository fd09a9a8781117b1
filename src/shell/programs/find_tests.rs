//! The expressions of `find`: what they ask and do. How they are read is `find_parse`'s business.

use super::accounts::Accounts;
use super::env::run;
use super::find::Found;
use super::find_print::{ls_line, printf, type_letter};
use super::glob;
use super::job::{dir_name, Job};
use super::prompts::confirm;
use super::regex::Regex;
use crate::ambient::Time;
use crate::kernel::LocalBoxFuture;
use crate::layerfs::{Errno, FileKind};
use std::cmp::Ordering;

/// How the walk goes on.
#[derive(Default)]
pub struct Walk {
    /// Directories are asked about after what is in them.
    pub post_order: bool,
    /// Files above are not asked about.
    pub min_depth: usize,
    /// Directories at this depth are not entered.
    pub max_depth: usize,
    /// Other mounts are not entered.
    pub one_device: bool,
    /// The directory just asked about is not entered.
    pub pruned: bool,
    /// All is over.
    pub quit: bool,
    /// There is an action, so that nothing is printed unasked.
    pub acts: bool,
    /// Who is who.
    pub accounts: Accounts,
    /// What `-exec … +` has gathered.
    pub batches: Vec<Vec<String>>,
}

/// A node of an expression.
pub enum Expr {
    /// Both, the second only where the first holds.
    And(Box<Expr>, Box<Expr>),
    /// One of them.
    Or(Box<Expr>, Box<Expr>),
    /// Both are asked; the second counts.
    Comma(Box<Expr>, Box<Expr>),
    /// The contrary.
    Not(Box<Expr>),
    /// A test or an action.
    Leaf(Test),
}

/// A test or an action.
pub enum Test {
    True,
    False,
    Name(String, bool),
    Path(String, bool),
    Link(String, bool),
    Regex(Regex),
    Type(String, bool),
    Size(Ordering, u64, u64),
    Age(char, Ordering, i64, i64),
    Newer(Time, char),
    Empty,
    Owner(Option<u32>),
    Group(Option<u32>),
    NoOwner(bool),
    Number(char, Ordering, u64),
    Perm(char, u32),
    Access(u32),
    Same(u32, u64),
    Print(&'static str),
    Printf(String),
    Ls,
    Delete,
    Prune,
    Quit,
    Exec { words: Vec<String>, ask: bool, in_dir: bool },
    Batch(Vec<String>, usize),
}

impl Expr {
    /// Asks a file; actions are done on the way.
    pub fn holds<'a>(&'a self, job: &'a mut Job, walk: &'a mut Walk, found: &'a Found) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            match self {
                Expr::And(a, b) => a.holds(job, walk, found).await && !walk.quit && b.holds(job, walk, found).await,
                Expr::Or(a, b) => a.holds(job, walk, found).await || b.holds(job, walk, found).await,
                Expr::Comma(a, b) => {
                    a.holds(job, walk, found).await;
                    b.holds(job, walk, found).await
                }
                Expr::Not(inner) => !inner.holds(job, walk, found).await,
                Expr::Leaf(Test::Exec { words, ask, in_dir }) => exec(job, found, words, *ask, *in_dir).await,
                Expr::Leaf(Test::Batch(words, n)) => {
                    let full = walk.batches.get_mut(*n).map(|batch| {
                        batch.push(found.path.clone());
                        batch.len() > 5000
                    });
                    if full == Some(true) {
                        flush_batch(job, walk, words, *n).await;
                    }
                    true
                }
                Expr::Leaf(test) => test.holds(job, walk, found),
            }
        })
    }
}

impl Walk {
    /// Runs what `-exec … +` has gathered.
    pub async fn finish(&mut self, job: &mut Job, expr: &Expr) {
        let mut nodes = vec![expr];
        while let Some(node) = nodes.pop() {
            match node {
                Expr::And(a, b) | Expr::Or(a, b) | Expr::Comma(a, b) => nodes.extend([&**b, &**a]),
                Expr::Not(inner) => nodes.push(inner),
                Expr::Leaf(Test::Batch(words, n)) => flush_batch(job, self, words, *n).await,
                Expr::Leaf(_) => {}
            }
        }
    }
}

async fn flush_batch(job: &mut Job, walk: &mut Walk, words: &[String], n: usize) {
    let paths = walk.batches.get_mut(n).map(std::mem::take).unwrap_or_default();
    if paths.is_empty() {
        return;
    }
    let argv = words.iter().cloned().chain(paths).collect();
    if command(job, argv).await != 0 {
        job.status = 1;
    }
}

async fn exec(job: &mut Job, found: &Found, words: &[String], ask: bool, in_dir: bool) -> bool {
    let path = if in_dir { ["./", found.name()].concat() } else { found.path.clone() };
    let argv: Vec<String> = words.iter().map(|w| w.replace("{}", &path)).collect();
    if ask {
        let program = argv.first().cloned().unwrap_or_default();
        job.err(&["< ", &program, " ... ", &found.path, " > ? "].concat());
        if !confirm(job, &[]).await {
            return false;
        }
    }
    let home = job.proc.cwd();
    if in_dir {
        let _ = job.proc.chdir(dir_name(&found.path));
    }
    let status = command(job, argv).await;
    if in_dir {
        let _ = job.proc.chdir(&home);
    }
    status == 0
}

async fn command(job: &mut Job, argv: Vec<String>) -> i32 {
    job.flush().await;
    let name = argv.first().cloned().unwrap_or_default();
    match run(job, argv, None).await {
        Ok(status) => status,
        Err((status, reason)) => {
            let shown = job.quoted(&name);
            let before = job.status;
            job.complain(&[&shown, ": ", &reason]);
            job.status = before;
            status
        }
    }
}

impl Test {
    fn holds(&self, job: &mut Job, walk: &mut Walk, found: &Found) -> bool {
        let stat = &found.stat;
        let time = |which: char| match which {
            'a' => stat.atime,
            'c' => stat.ctime,
            _ => stat.mtime,
        };
        match self {
            Test::True => true,
            Test::False => false,
            Test::Name(pattern, fold) => glob::matches(pattern, found.name(), *fold),
            Test::Path(pattern, fold) => glob::matches(pattern, &found.path, *fold),
            Test::Link(pattern, fold) => job.readlink(&found.path).is_ok_and(|t| glob::matches(pattern, &t, *fold)),
            Test::Regex(regex) => {
                let text = found.path.as_bytes();
                regex.find_at(text, 0).is_some_and(|s| s.first() == Some(&Some((0, text.len()))))
            }
            Test::Type(letters, false) => letters.contains(type_letter(stat.kind)),
            // Of what was not followed what it leads to, of what was the link.
            Test::Type(letters, true) => {
                let other = if stat.kind == FileKind::Symlink { job.stat(&found.path) } else { job.lstat(&found.path) };
                letters.contains(type_letter(other.map_or(stat.kind, |other| other.kind)))
            }
            Test::Size(order, n, unit) => stat.size.div_ceil(*unit).cmp(n) == *order,
            Test::Age(which, order, n, unit) => {
                let age = job.now().secs() - time(*which).secs();
                let units = if *unit == 60 { (age + 59).div_euclid(60) } else { age.div_euclid(*unit) };
                units.cmp(n) == *order
            }
            Test::Newer(than, which) => time(*which) > *than,
            Test::Empty if stat.kind == FileKind::Dir => {
                job.proc.fs(|vfs, who| vfs.readdir(who, &found.path)).is_ok_and(|names| names.is_empty())
            }
            Test::Empty => stat.kind == FileKind::File && stat.size == 0,
            Test::Owner(uid) => *uid == Some(stat.uid),
            Test::Group(gid) => *gid == Some(stat.gid),
            Test::NoOwner(user) => {
                if *user {
                    walk.accounts.user(stat.uid).is_none()
                } else {
                    walk.accounts.group(stat.gid).is_none()
                }
            }
            Test::Number(which, order, n) => {
                let value = match which {
                    'u' => u64::from(stat.uid),
                    'g' => u64::from(stat.gid),
                    'l' => u64::from(stat.nlink),
                    _ => stat.ino,
                };
                value.cmp(n) == *order
            }
            Test::Perm('-', mode) => stat.mode & mode == *mode,
            Test::Perm('/', mode) => *mode == 0 || stat.mode & mode != 0,
            Test::Perm(_, mode) => stat.mode == *mode,
            Test::Access(bits) => job.proc.fs(|vfs, who| vfs.access(who, &found.path, *bits)).is_ok(),
            Test::Same(dev, ino) => (stat.dev, stat.ino) == (*dev, *ino),
            Test::Print(end) => {
                job.out(&found.path);
                job.out(end);
                true
            }
            Test::Printf(format) => {
                let text = printf(job, &walk.accounts, format, found);
                job.out(&text);
                true
            }
            Test::Ls => {
                let text = ls_line(job, &walk.accounts, found);
                job.line(&text);
                true
            }
            Test::Delete => delete(job, found),
            Test::Prune => {
                walk.pruned = true;
                true
            }
            Test::Quit => {
                walk.quit = true;
                true
            }
            Test::Exec { .. } | Test::Batch(..) => true,
        }
    }
}

fn delete(job: &mut Job, found: &Found) -> bool {
    if found.path == "." {
        return true;
    }
    let dir = found.stat.kind == FileKind::Dir;
    let path = found.path.as_str();
    match job.proc.fs(|vfs, who| if dir { vfs.rmdir(who, path) } else { vfs.unlink(who, path) }) {
        Ok(()) => true,
        Err(e) => {
            let shown = job.quoted(path);
            job.complain(&["cannot delete ", &shown, ": ", &e.to_string()]);
            e == Errno::ENOENT
        }
    }
}
