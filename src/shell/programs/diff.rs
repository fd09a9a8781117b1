//! `diff`: what differs. Lines are compared by Myers' algorithm; where two texts have little in common the
//! search is cut short and the difference is not the smallest. It must not know what the texts mean.

use super::input::Input;
use super::job::{base_name, join, Job, Outcome};
use super::options::Parsed;
use crate::kernel::LocalBoxFuture;
use crate::layerfs::FileKind;
use crate::shell::dates;
use crate::sorted::VecSet;

const SPEC: &str = "abBdiL:NqrsuU:wx: brief=q recursive=r unified=u? report-identical-files=s \
    ignore-case=i ignore-all-space=w ignore-space-change=b ignore-blank-lines=B new-file=N text=a label=L: exclude=x:";

const TOO_FAR: usize = 1500;

/// A stretch of lines that differ: from line `a.0` to before `a.1` of one text, `b` of the other.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    a: (usize, usize),
    b: (usize, usize),
}

/// `diff`.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let [first, second] = opts.args.as_slice() else {
        return Err(match opts.args.as_slice() {
            [_, _, extra, ..] => job.extra_operand(extra),
            [only] => job.missing_operand(Some(only)),
            _ => job.missing_operand(Some("diff")),
        });
    };
    let (mut first, mut second) = (first.clone(), second.clone());
    let (dir_a, dir_b) = (job.is_dir(&first), job.is_dir(&second));
    let differ = match (dir_a, dir_b) {
        (true, true) => trees(job, &opts, &first, &second).await,
        _ => {
            if dir_a && second != "-" {
                first = join(&first, base_name(&second));
            } else if dir_b && first != "-" {
                second = join(&second, base_name(&first));
            }
            files(job, &opts, &first, &second, false).await
        }
    };
    job.flush().await;
    Err(if job.status > 0 { 2 } else { i32::from(differ) })
}

/// Compares two directories; whether they differ.
fn trees<'a>(job: &'a mut Job, opts: &'a Parsed, a: &'a str, b: &'a str) -> LocalBoxFuture<'a, bool> {
    Box::pin(async move {
        let names = |job: &mut Job, dir: &str| -> VecSet<String> {
            match job.proc.fs(|vfs, who| vfs.readdir(who, dir)) {
                Ok(entries) => entries.iter().map(|e| e.name.to_string()).collect(),
                Err(e) => {
                    job.complain(&[dir, ": ", &e.to_string()]);
                    VecSet::new()
                }
            }
        };
        let (left, right) = (names(job, a), names(job, b));
        let mut differ = false;
        let mut both = left.clone();
        both.extend(right.iter().cloned());
        for name in &both {
            if opts.values('x').any(|p| super::glob::matches(p, name, false)) {
                continue;
            }
            let (path_a, path_b) = (join(a, name), join(b, name));
            let only = match (left.contains(name), right.contains(name)) {
                (true, false) => Some(a),
                (false, true) => Some(b),
                _ => None,
            };
            if let (Some(dir), false) = (only, opts.has('N')) {
                job.line(&["Only in ", dir, ": ", name].concat());
                differ = true;
                continue;
            }
            let kind = |path: &str| job.stat(path).map(|s| s.kind);
            match (kind(&path_a), kind(&path_b)) {
                (Ok(FileKind::Dir), Ok(FileKind::Dir)) if opts.has('r') => {
                    differ |= trees(job, opts, &path_a, &path_b).await;
                }
                (Ok(FileKind::Dir), Ok(FileKind::Dir)) => {
                    job.line(&["Common subdirectories: ", &path_a, " and ", &path_b].concat());
                }
                (Ok(x), Ok(y)) if (x == FileKind::Dir) != (y == FileKind::Dir) => {
                    let noun = |k: FileKind| if k == FileKind::Dir { "directory" } else { "regular file" };
                    let words = ["File ", &path_a, " is a ", noun(x), " while file ", &path_b, " is a ", noun(y)];
                    job.line(&words.concat());
                    differ = true;
                }
                _ => differ |= files(job, opts, &path_a, &path_b, true).await,
            }
        }
        differ
    })
}

async fn content(job: &mut Job, opts: &Parsed, path: &str) -> Option<Vec<u8>> {
    match Input::open(job, path).await {
        Ok(mut input) => {
            let all = input.rest(job).await;
            let error = input.error;
            input.close(job);
            if let Some(e) = error {
                job.complain(&[path, ": ", &e.to_string()]);
                return None;
            }
            Some(all)
        }
        Err(crate::layerfs::Errno::ENOENT) if opts.has('N') => Some(Vec::new()),
        Err(e) => {
            job.complain(&[path, ": ", &e.to_string()]);
            None
        }
    }
}

/// Compares two files; whether they differ. Within a comparison of directories the command is told first.
async fn files(job: &mut Job, opts: &Parsed, a: &str, b: &str, in_tree: bool) -> bool {
    let (left, right) = (content(job, opts, a).await, content(job, opts, b).await);
    let (Some(left), Some(right)) = (left, right) else { return false };
    if left == right {
        if opts.has('s') {
            job.line(&["Files ", a, " and ", b, " are identical"].concat());
        }
        return false;
    }
    let binary = |text: &[u8]| text.iter().take(32_768).any(|b| *b == 0);
    if (binary(&left) || binary(&right)) && !opts.has('a') {
        let noun = if opts.has('q') { "Files " } else { "Binary files " };
        job.line(&[noun, a, " and ", b, " differ"].concat());
        return true;
    }
    let (lines_a, lines_b) = (split(&left), split(&right));
    let (keys_a, keys_b) = (keys(opts, &lines_a), keys(opts, &lines_b));
    let mut changes = compare(&keys_a, &keys_b);
    if opts.has('B') {
        let blank = |lines: &[&[u8]], (from, to): (usize, usize)| {
            lines.get(from..to).unwrap_or(&[]).iter().all(|l| l.iter().all(|b| b.is_ascii_whitespace()))
        };
        changes.retain(|c| !(blank(&lines_a, c.a) && blank(&lines_b, c.b)));
    }
    if changes.is_empty() {
        return false;
    }
    if opts.has('q') {
        job.line(&["Files ", a, " and ", b, " differ"].concat());
        return true;
    }
    if in_tree {
        let flags: Vec<String> = opts
            .opts
            .iter()
            .filter(|o| o.0.is_ascii_alphabetic())
            .map(|o| [&o.0.to_string(), o.1.as_str()].concat())
            .collect();
        let flags = if flags.is_empty() { String::new() } else { [" -", &flags.concat()].concat() };
        job.line(&["diff", &flags, " ", a, " ", b].concat());
    }
    let context = opts.value('U').or(opts.value('u').filter(|v| !v.is_empty())).map(|v| v.parse().unwrap_or(3));
    if opts.last("uU").is_some() {
        unified(job, opts, (a, b), (&lines_a, &lines_b), &changes, context.unwrap_or(3));
    } else {
        normal(job, (&lines_a, &lines_b), &changes);
    }
    true
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|b| *b == b'\n').collect()
}

/// What is compared of each line.
fn keys(opts: &Parsed, lines: &[&[u8]]) -> Vec<Vec<u8>> {
    let key = |line: &&[u8]| {
        let mut out = line.to_vec();
        if opts.has('i') {
            out.make_ascii_lowercase();
        }
        if opts.has('w') {
            out.retain(|b| !b.is_ascii_whitespace());
        } else if opts.has('b') {
            let words: Vec<&[u8]> =
                out.split(|b| matches!(b, b' ' | b'\t' | b'\n')).filter(|w| !w.is_empty()).collect();
            let indented = matches!(out.first(), Some(b' ' | b'\t'));
            out = [if indented { &b" "[..] } else { b"" }, &words.join(&b' ')].concat();
        }
        out
    };
    lines.iter().map(key).collect()
}

/// The changes that make one text of the other.
fn compare(a: &[Vec<u8>], b: &[Vec<u8>]) -> Vec<Change> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    let (mid_a, mid_b) = (a.get(head..a.len() - tail).unwrap_or(&[]), b.get(head..b.len() - tail).unwrap_or(&[]));
    let (mut gone, mut new) = (vec![false; a.len()], vec![false; b.len()]);
    let matched = myers(mid_a, mid_b);
    let mark = |flags: &mut Vec<bool>, from: usize, len: usize, kept: &dyn Fn(usize) -> bool| {
        for i in 0..len {
            if let Some(flag) = flags.get_mut(from + i) {
                *flag = !kept(i);
            }
        }
    };
    let (kept_a, kept_b): (VecSet<usize>, VecSet<usize>) = matched.into_iter().unzip();
    mark(&mut gone, head, mid_a.len(), &|i| kept_a.contains(&i));
    mark(&mut new, head, mid_b.len(), &|i| kept_b.contains(&i));
    shift(a, &mut gone, &new);
    shift(b, &mut new, &gone);
    let mut changes = Vec::new();
    let (mut i, mut j) = (0, 0);
    let is = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(false);
    while i < a.len() || j < b.len() {
        let (start_a, start_b) = (i, j);
        while is(&gone, i) {
            i += 1;
        }
        while is(&new, j) {
            j += 1;
        }
        if (i, j) == (start_a, start_b) {
            i += 1;
            j += 1;
        } else {
            changes.push(Change { a: (start_a, i), b: (start_b, j) });
        }
    }
    changes
}

/// The pairs of equal lines of a longest common subsequence.
fn myers(a: &[Vec<u8>], b: &[Vec<u8>]) -> Vec<(usize, usize)> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let most = (n + m).min(TOO_FAR as isize);
    let offset = most + 1;
    let mut furthest = vec![0isize; 2 * offset as usize + 1];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    let get = |v: &[isize], k: isize| v.get((k + offset) as usize).copied().unwrap_or(0);
    let mut found = None;
    'search: for d in 0..=most {
        trace.push(furthest.clone());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || k != d && get(&furthest, k - 1) < get(&furthest, k + 1);
            let mut x = if down { get(&furthest, k + 1) } else { get(&furthest, k - 1) + 1 };
            while x < n && x - k < m && x - k >= 0 && a.get(x as usize) == b.get((x - k) as usize) {
                x += 1;
            }
            if let Some(slot) = furthest.get_mut((k + offset) as usize) {
                *slot = x;
            }
            if x >= n && x - k >= m {
                found = Some(d);
                break 'search;
            }
        }
    }
    let Some(last) = found else { return Vec::new() };
    let mut pairs = Vec::new();
    let (mut x, mut y) = (n, m);
    for d in (0..=last).rev() {
        let Some(v) = trace.get(d as usize) else { break };
        let k = x - y;
        let down = k == -d || k != d && get(v, k - 1) < get(v, k + 1);
        let before = if down { k + 1 } else { k - 1 };
        let (from_x, from_y) = if d == 0 { (0, 0) } else { (get(v, before), get(v, before) - before) };
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            pairs.push((x as usize, y as usize));
        }
        (x, y) = (from_x, from_y);
    }
    pairs
}

/// Moves each stretch of marked lines as far down as it can go, as GNU does, so that what is added after a block of
/// equal lines is shown after it.
fn shift(lines: &[Vec<u8>], marked: &mut [bool], other: &[bool]) {
    let is = |flags: &[bool], at: usize| flags.get(at).copied().unwrap_or(false);
    let mut i = 0;
    while i < lines.len() {
        if !is(marked, i) {
            i += 1;
            continue;
        }
        let mut start = i;
        let mut end = i;
        while is(marked, end) {
            end += 1;
        }
        // Where a change of the other text lies at the end, the two stay together.
        let kept_before = (0..start).filter(|n| !is(marked, *n)).count();
        let mut at_other = nth_unmarked(other, kept_before);
        while end < lines.len() && lines.get(start) == lines.get(end) && !is(other, at_other) {
            if let Some(flag) = marked.get_mut(start) {
                *flag = false;
            }
            if let Some(flag) = marked.get_mut(end) {
                *flag = true;
            }
            start += 1;
            end += 1;
            while is(marked, end) {
                end += 1;
            }
            at_other += 1;
        }
        i = end.max(i + 1);
    }
}

/// The place in the other text after so many of its lines that are common.
fn nth_unmarked(flags: &[bool], n: usize) -> usize {
    let mut left = n;
    for (i, marked) in flags.iter().enumerate() {
        if left == 0 {
            return i;
        }
        left -= usize::from(!marked);
    }
    flags.len()
}

fn range((from, to): (usize, usize)) -> String {
    if to - from == 1 {
        (from + 1).to_string()
    } else {
        format!("{},{}", from + 1, to)
    }
}

fn put(job: &mut Job, sign: &str, line: &[u8]) {
    job.out(sign);
    job.bytes(line);
    if line.last() != Some(&b'\n') {
        job.out("\n\\ No newline at end of file\n");
    }
}

fn normal(job: &mut Job, (a, b): (&[&[u8]], &[&[u8]]), changes: &[Change]) {
    for c in changes {
        let (from, to) = (c.a.0 == c.a.1, c.b.0 == c.b.1);
        let head = match (from, to) {
            (true, _) => format!("{}a{}", c.a.0, range(c.b)),
            (_, true) => format!("{}d{}", range(c.a), c.b.0),
            _ => format!("{}c{}", range(c.a), range(c.b)),
        };
        job.line(&head);
        for line in a.get(c.a.0..c.a.1).unwrap_or(&[]) {
            put(job, "< ", line);
        }
        if !from && !to {
            job.line("---");
        }
        for line in b.get(c.b.0..c.b.1).unwrap_or(&[]) {
            put(job, "> ", line);
        }
    }
}

fn unified(
    job: &mut Job,
    opts: &Parsed,
    names: (&str, &str),
    (a, b): (&[&[u8]], &[&[u8]]),
    changes: &[Change],
    context: usize,
) {
    let mut labels = opts.values('L');
    for (sign, name) in [("--- ", names.0), ("+++ ", names.1)] {
        let head = match labels.next() {
            Some(label) => label.to_string(),
            None => {
                let time =
                    job.stat(name).map_or(if name == "-" { job.now() } else { crate::ambient::Time(0) }, |s| s.mtime);
                [name, "\t", &dates::format(time, "%Y-%m-%d %H:%M:%S.%N %z")].concat()
            }
        };
        let line = [sign, &head].concat();
        job.line(&line);
    }
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let near = rest.windows(2).take_while(|w| matches!(w, [x, y] if y.a.0 - x.a.1 <= 2 * context)).count() + 1;
        let (hunk, after) = rest.split_at_checked(near).unwrap_or((rest, &[]));
        rest = after;
        let last = hunk.last().unwrap_or(first);
        let start = first.a.0.saturating_sub(context);
        let end = (last.a.1 + context).min(a.len());
        let start_b = first.b.0 - (first.a.0 - start);
        let end_b = last.b.1 + (end - last.a.1);
        let span = |from: usize, to: usize| match to - from {
            0 => format!("{from},0"),
            1 => (from + 1).to_string(),
            n => format!("{},{n}", from + 1),
        };
        job.line(&format!("@@ -{} +{} @@", span(start, end), span(start_b, end_b)));
        let mut at = start;
        for c in hunk {
            for line in a.get(at..c.a.0).unwrap_or(&[]) {
                put(job, " ", line);
            }
            for line in a.get(c.a.0..c.a.1).unwrap_or(&[]) {
                put(job, "-", line);
            }
            for line in b.get(c.b.0..c.b.1).unwrap_or(&[]) {
                put(job, "+", line);
            }
            at = c.a.1;
        }
        for line in a.get(at..end).unwrap_or(&[]) {
            put(job, " ", line);
        }
    }
}
