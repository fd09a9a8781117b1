//! `grep`, `egrep` and `fgrep`: lines that match.

use super::glob;
use super::input::Input;
use super::job::{join, Job, Outcome};
use super::options::Parsed;
use super::regex::{Regex, Spans, Syntax};
use crate::layerfs::FileKind;
use std::collections::VecDeque;

const SPEC: &str = "A:B:C:EFGPHIRLUZabcd:e:f:hilm:noqrsvwxyz after-context=A: before-context=B: context=C: \
    extended-regexp=E fixed-strings=F basic-regexp=G perl-regexp=P with-filename=H files-without-match=L text=a \
    byte-offset=b count=c regexp=e: file=f: no-filename=h ignore-case=i files-with-matches=l max-count=m: \
    line-number=n only-matching=o quiet=q silent=q recursive=r dereference-recursive=R no-messages=s invert-match=v \
    word-regexp=w line-regexp=x null=Z null-data=z color=@? colour=@? include=&: exclude=!: exclude-dir=%: \
    binary-files=$: directories=d: no-ignore-case=/ line-buffered=^";

struct Grep {
    opts: Parsed,
    patterns: Vec<Regex>,
    utf8: bool,
    named: bool,
    colour: bool,
    before: usize,
    after: usize,
    most: u64,
    delimiter: u8,
    matched: bool,
    shown: bool,
}

/// `grep`.
pub async fn main(job: &mut Job) -> Outcome {
    run(job, 'G').await
}

/// `egrep`: `grep -E`.
pub async fn egrep(job: &mut Job) -> Outcome {
    run(job, 'E').await
}

/// `fgrep`: `grep -F`.
pub async fn fgrep(job: &mut Job) -> Outcome {
    run(job, 'F').await
}

/// `rgrep`: `grep -r`.
pub async fn rgrep(job: &mut Job) -> Outcome {
    job.args.insert(0, "-r".to_string());
    run(job, 'G').await
}

async fn run(job: &mut Job, kind: char) -> Outcome {
    // `-5` is `-C5`.
    for word in &mut job.args {
        if word.len() > 1 && word.strip_prefix('-').is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit())) {
            word.insert(1, 'C');
        }
    }
    let mut opts = job.options(SPEC)?;
    let mut texts: Vec<Vec<u8>> = opts.values('e').map(|p| p.as_bytes().to_vec()).collect();
    for path in opts.values('f').map(str::to_string).collect::<Vec<_>>() {
        match Input::open(job, &path).await {
            Ok(mut input) => {
                let all = input.rest(job).await;
                let all = all.strip_suffix(b"\n").unwrap_or(&all).to_vec();
                input.close(job);
                if !all.is_empty() {
                    texts.push(all);
                }
            }
            Err(e) => {
                job.fail_plain(&path, e);
                return Err(2);
            }
        }
    }
    if opts.last("ef").is_none() {
        if opts.args.is_empty() {
            return Err(usage(job));
        }
        texts.push(opts.args.remove(0).into_bytes());
    }
    let kind = opts.last("EFGP").unwrap_or(kind);
    let utf8 = job.utf8();
    let patterns = match compile(&texts, kind, opts.last("iy/").is_some_and(|k| k != '/'), utf8) {
        Ok(patterns) => patterns,
        Err(words) => {
            job.complain(&[words]);
            return Err(2);
        }
    };
    let number = |key: char| opts.value(key).map(|v| v.parse::<usize>());
    if let Some(wrong) = "ABC".chars().find(|k| matches!(number(*k), Some(Err(_)))) {
        let value = opts.value(wrong).unwrap_or("").to_string();
        job.complain(&[&value, ": invalid context length argument"]);
        return Err(2);
    }
    let context = |key: char| number(key).or_else(|| number('C')).and_then(Result::ok).unwrap_or(0);
    let recursive = opts.last("rR").is_some() || opts.value('d') == Some("recurse");
    let dirs = recursive && opts.args.len() == 1 && opts.args.first().is_some_and(|a| job.is_dir(a));
    let named = match opts.last("Hh") {
        Some(key) => key == 'H',
        None => opts.args.len() > 1 || recursive && (opts.args.is_empty() || dirs),
    };
    let colour = match opts.value('@') {
        None | Some("never") => false,
        Some("always") => true,
        Some(_) => job.tty,
    };
    let mut grep = Grep {
        before: context('B'),
        after: context('A'),
        most: opts.value('m').and_then(|m| m.parse().ok()).unwrap_or(u64::MAX),
        delimiter: if opts.has('z') { 0 } else { b'\n' },
        patterns,
        utf8,
        named,
        colour,
        matched: false,
        shown: false,
        opts,
    };
    let paths = std::mem::take(&mut grep.opts.args);
    if recursive {
        grep.trees(job, paths).await;
    } else {
        let paths = if paths.is_empty() { vec!["-".to_string()] } else { paths };
        for path in paths {
            if grep.file(job, &path).await {
                break;
            }
        }
    }
    match (grep.matched, job.status) {
        (true, s) if s == 0 || grep.opts.has('q') => Err(0),
        (_, s) if s > 0 => Err(2),
        _ => Err(1),
    }
}

fn usage(job: &mut Job) -> i32 {
    if job.busybox() {
        return job.refer_to_help();
    }
    let name = job.usage.name;
    job.err(&["Usage: ", name, " [OPTION]... PATTERNS [FILE]...\n"].concat());
    job.refer_to_help()
}

fn compile(texts: &[Vec<u8>], kind: char, fold: bool, utf8: bool) -> Result<Vec<Regex>, &'static str> {
    let mut patterns = Vec::new();
    for text in texts.iter().flat_map(|t| t.split(|b| *b == b'\n')) {
        let mut literal = Vec::new();
        if kind == 'F' {
            for b in text {
                if b"\\[.*^$".contains(b) {
                    literal.push(b'\\');
                }
                literal.push(*b);
            }
        }
        let syntax = Syntax { extended: matches!(kind, 'E' | 'P'), fold, utf8, perl: kind == 'P' };
        patterns.push(Regex::new(if kind == 'F' { &literal } else { text }, syntax)?);
    }
    Ok(patterns)
}

impl Grep {
    /// Searches directories; without an operand the current one, whose files are then named without `./`.
    async fn trees(&mut self, job: &mut Job, operands: Vec<String>) {
        let bare = operands.is_empty();
        let mut stack: Vec<(String, bool)> = operands.into_iter().rev().map(|p| (p, true)).collect();
        if bare {
            self.push_names(job, ".", true, &mut stack);
        }
        while let Some((path, operand)) = stack.pop() {
            let follow = operand || self.opts.has('R');
            let stat = if path == "-" {
                job.proc.fstat(0)
            } else if follow {
                job.stat(&path)
            } else {
                job.lstat(&path)
            };
            let name = super::job::base_name(&path);
            match stat.map(|s| s.kind) {
                Ok(FileKind::Dir) => {
                    let skipped = !operand && self.opts.values('%').any(|p| glob::matches(p, name, false));
                    if !skipped {
                        self.push_names(job, &path, false, &mut stack);
                    }
                }
                Ok(FileKind::File) => {
                    let included = self.opts.values('&').all(|_| false)
                        || self.opts.values('&').any(|p| glob::matches(p, name, false));
                    if included
                        && !self.opts.values('!').any(|p| glob::matches(p, name, false))
                        && self.file(job, &path).await
                    {
                        return;
                    }
                }
                // Devices and pipes would never end; links are not followed.
                Ok(_) if !operand => {}
                _ => drop(self.file(job, &path).await),
            }
        }
    }

    fn push_names(&self, job: &mut Job, dir: &str, bare: bool, stack: &mut Vec<(String, bool)>) {
        match job.proc.fs(|vfs, who| vfs.readdir(who, dir)) {
            Ok(names) => stack.extend(names.iter().rev().map(|e| {
                let path = if bare { e.name.to_string() } else { join(dir, &e.name) };
                (path, false)
            })),
            Err(e) => self.cannot_read(job, dir, e),
        }
    }

    fn cannot_read(&self, job: &mut Job, path: &str, e: crate::layerfs::Errno) {
        if self.opts.has('s') {
            job.status = 2;
        } else {
            job.complain(&[path, ": ", &e.to_string()]);
        }
    }

    /// Searches one file; whether the whole search is over (`-q`).
    async fn file(&mut self, job: &mut Job, path: &str) -> bool {
        let mut input = match Input::open(job, path).await {
            Ok(input) => input,
            Err(e) => {
                self.cannot_read(job, path, e);
                return false;
            }
        };
        let name = if path == "-" { "(standard input)" } else { path };
        let hits = self.lines(job, &mut input, name).await;
        if let Some(e) = input.error {
            self.cannot_read(job, path, e);
        }
        input.close(job);
        let listed = match self.opts.last("lL") {
            Some('l') => hits > 0,
            Some(_) => hits == 0,
            None => hits > 0,
        };
        self.matched |= listed;
        if self.opts.has('q') {
            return self.matched;
        }
        if self.opts.last("lL").is_some() {
            if listed && input_ok(job, path) {
                let shown = self.paint("35", name);
                job.out(&shown);
                job.out(if self.opts.has('Z') { "\0" } else { "\n" });
            }
        } else if self.opts.has('c') {
            self.heading(job, name, None, None, ":");
            job.line(&hits.to_string());
        }
        job.relieve().await;
        false
    }

    /// Searches line by line, showing what is asked for; the number of lines that count.
    async fn lines(&mut self, job: &mut Job, input: &mut Input, name: &str) -> u64 {
        let silent = self.opts.last("qlLc").is_some();
        let first_only = self.opts.last("qlL").is_some();
        let invert = self.opts.has('v');
        let (mut hits, mut number, mut offset) = (0, 0u64, 0u64);
        let mut held: VecDeque<(u64, u64, Vec<u8>)> = VecDeque::new();
        let (mut after, mut last_shown) = (0, 0u64);
        let mut binary = false;
        let may_be_binary = !self.opts.has('a') && self.opts.value('$') != Some("text") && self.delimiter != 0;
        while let Some(mut line) = input.record(job, self.delimiter).await {
            let length = line.len() as u64;
            if line.last() == Some(&self.delimiter) {
                line.pop();
            }
            number += 1;
            binary |= may_be_binary && (line.contains(&0) || self.utf8 && std::str::from_utf8(&line).is_err());
            let spans = self.find(&line, 0);
            if spans.is_some() != invert {
                hits += 1;
                if first_only {
                    return hits;
                }
                if binary && !silent {
                    if !self.opts.has('I') && self.opts.value('$') != Some("without-match") {
                        job.err(&["grep: ", name, ": binary file matches\n"].concat());
                    }
                    return hits;
                }
                if !silent {
                    let gap = held.front().map_or(number, |l| l.0) > last_shown + 1;
                    // A gap within a file, or between the last lines of one file and the first of another.
                    let gap = if last_shown > 0 { gap } else { self.shown };
                    self.shown = true;
                    if (self.before > 0 || self.after > 0) && gap {
                        let dashes = self.paint("36", "--");
                        job.line(&dashes);
                    }
                    for (n, at, text) in std::mem::take(&mut held) {
                        self.show(job, name, (n, at), &text, None);
                    }
                    self.show(job, name, (number, offset), &line, Some(invert));
                    last_shown = number;
                }
                after = self.after;
                if hits >= self.most {
                    break;
                }
            } else if !silent && after > 0 {
                after -= 1;
                self.show(job, name, (number, offset), &line, None);
                last_shown = number;
            } else if !silent && self.before > 0 {
                held.push_back((number, offset, line));
                if held.len() > self.before {
                    held.pop_front();
                }
            }
            offset += length;
            if job.waiting() > 32_768 {
                job.flush().await;
            }
        }
        hits
    }

    /// The first match at this offset or later, of whichever pattern; the longest where several begin together.
    fn find(&self, line: &[u8], from: usize) -> Option<Spans> {
        let mut best: Option<(usize, usize)> = None;
        for pattern in &self.patterns {
            let Some((start, end)) = self.find_one(pattern, line, from) else { continue };
            if best.is_none_or(|(s, e)| start < s || start == s && end > e) {
                best = Some((start, end));
            }
        }
        best.map(|span| vec![Some(span)])
    }

    fn find_one(&self, pattern: &Regex, line: &[u8], mut from: usize) -> Option<(usize, usize)> {
        loop {
            let (start, end) = pattern.find_at(line, from)?.first().copied()??;
            if self.opts.has('x') {
                return (start == 0 && end == line.len()).then_some((start, end));
            }
            let word = |at: Option<usize>| {
                at.and_then(|i| line.get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80)
            };
            if !self.opts.has('w') || !word(start.checked_sub(1)) && !word(Some(end)) {
                return Some((start, end));
            }
            from = start + 1;
        }
    }

    /// Shows a line: one that counts (then whether it does so for not matching), or one around it.
    fn show(&self, job: &mut Job, name: &str, (number, offset): (u64, u64), line: &[u8], counts: Option<bool>) {
        let sep = if counts.is_some() { ":" } else { "-" };
        let parts = self.opts.has('o');
        if parts && counts != Some(false) {
            return;
        }
        if !parts {
            self.heading(job, name, Some(number), Some(offset), sep);
        }
        let mut at = 0;
        if counts == Some(false) && (parts || self.colour) {
            let mut from = 0;
            while let Some((start, end)) = self.find(line, from).and_then(|s| s.first().copied().flatten()) {
                from = end.max(start + 1);
                if start == end {
                    continue;
                }
                if parts {
                    self.heading(job, name, Some(number), Some(offset + start as u64), sep);
                } else {
                    job.bytes(line.get(at..start).unwrap_or(&[]));
                }
                job.out(if self.colour { "\u{1b}[01;31m\u{1b}[K" } else { "" });
                job.bytes(line.get(start..end).unwrap_or(&[]));
                job.out(if self.colour { "\u{1b}[m\u{1b}[K" } else { "" });
                if parts {
                    job.bytes(&[self.delimiter]);
                }
                at = end;
            }
        }
        if !parts {
            job.bytes(line.get(at..).unwrap_or(&[]));
            job.bytes(&[self.delimiter]);
        }
    }

    fn heading(&self, job: &mut Job, name: &str, number: Option<u64>, offset: Option<u64>, sep: &str) {
        let mut out = String::new();
        let sep = self.paint("36", sep);
        if self.named {
            out.push_str(&self.paint("35", name));
            out.push_str(if self.opts.has('Z') { "\0" } else { &sep });
        }
        for (key, value) in [('n', number), ('b', offset)] {
            if let Some(value) = value.filter(|_| self.opts.has(key)) {
                out.push_str(&self.paint("32", &value.to_string()));
                out.push_str(&sep);
            }
        }
        job.out(&out);
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour {
            ["\u{1b}[", colour, "m\u{1b}[K", text, "\u{1b}[m\u{1b}[K"].concat()
        } else {
            text.to_string()
        }
    }
}

/// A directory has no lines, yet it is not a file without a match.
fn input_ok(job: &Job, path: &str) -> bool {
    path == "-" || !job.is_dir(path)
}
