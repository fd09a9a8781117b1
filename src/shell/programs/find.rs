//! `find`: walks trees and asks an expression of each file. The expression is in `find_tests`. It must not know how
//! directories are stored.

use super::find_parse::parse;
use super::find_tests::{Expr, Walk};
use super::job::{base_name, join, Job, Outcome};
use crate::layerfs::{FileKind, Stat};

/// What is still to be visited: a path, or a directory whose entries were all visited.
enum Step {
    Visit(String, usize),
    Leave(String, usize, Stat),
}

/// A file that the expression is asked about.
pub struct Found {
    /// The path as found.
    pub path: String,
    /// The starting point that it was found under.
    pub root: String,
    /// How deep below it.
    pub depth: usize,
    /// What is known of it.
    pub stat: Stat,
}

impl Found {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        base_name(&self.path)
    }
}

/// Walks.
pub async fn main(job: &mut Job) -> Outcome {
    let words = std::mem::take(&mut job.args);
    let mut follow = 'P';
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|w| matches!(w.as_str(), "-H" | "-L" | "-P")) {
        follow = word.chars().nth(1).unwrap_or('P');
        at += 1;
    }
    if matches!(words.get(at).map(String::as_str), Some("--help" | "-help")) {
        job.line("Usage: find [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]");
        return Ok(());
    }
    let rest = words.get(at..).unwrap_or(&[]);
    let first_test = rest.iter().position(|w| w.starts_with('-') && w.len() > 1 || matches!(w.as_str(), "(" | "!"));
    let (paths, expression) = rest.split_at_checked(first_test.unwrap_or(rest.len())).unwrap_or((rest, &[]));
    let (mut walk, expr) = match parse(job, expression) {
        Ok(parsed) => parsed,
        Err(words) => {
            job.complain(&[&words]);
            return Err(1);
        }
    };
    let paths = if paths.is_empty() { vec![".".to_string()] } else { paths.to_vec() };
    for root in paths {
        tree(job, &mut walk, &expr, &root, follow).await;
        if walk.quit {
            break;
        }
    }
    walk.finish(job, &expr).await;
    Ok(())
}

async fn tree(job: &mut Job, walk: &mut Walk, expr: &Expr, root: &str, follow: char) {
    let mut stack = vec![Step::Visit(root.to_string(), 0)];
    let mut device = None;
    while let Some(step) = stack.pop() {
        let (path, depth, stat, leaving) = match step {
            Step::Leave(path, depth, stat) => (path, depth, stat, true),
            Step::Visit(path, depth) => {
                let follows = follow == 'L' || follow == 'H' && depth == 0;
                let stat = if follows { job.stat(&path).or_else(|_| job.lstat(&path)) } else { job.lstat(&path) };
                match stat {
                    Ok(stat) => (path, depth, stat, false),
                    Err(e) => {
                        job.fail_always(&path, e);
                        continue;
                    }
                }
            }
        };
        let dir = stat.kind == FileKind::Dir;
        let first = *device.get_or_insert(stat.dev);
        let found = Found { path, root: root.to_string(), depth, stat };
        let mut prune = false;
        if depth >= walk.min_depth && (leaving || !walk.post_order || !dir) {
            walk.pruned = false;
            expr.holds(job, walk, &found).await;
            prune = walk.pruned;
            job.relieve().await;
            if walk.quit {
                return;
            }
        }
        if dir && !leaving {
            let Found { path, depth, stat, .. } = found;
            let same_device = !walk.one_device || stat.dev == first;
            if walk.post_order {
                stack.push(Step::Leave(path.clone(), depth, stat));
            } else if prune {
                continue;
            }
            if depth < walk.max_depth && same_device {
                match job.proc.fs(|vfs, who| vfs.readdir(who, &path)) {
                    Ok(names) => {
                        stack.extend(names.iter().rev().map(|e| Step::Visit(join(&path, &e.name), depth + 1)));
                    }
                    Err(e) => job.fail_always(&path, e),
                }
            }
        }
    }
}
