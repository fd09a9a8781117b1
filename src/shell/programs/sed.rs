//! `sed`: a script run over lines. With `-i` each file is written anew beside the old one and takes its name, as GNU's
//! does, so that the file is another one afterwards.

use super::input::Input;
use super::job::{base_name, dir_name, join, Job, Outcome};
use super::regex::{Regex, Syntax};
use super::sed_input::Files;
use super::sed_reader::Reader;
use super::sed_script::{Action, Address, Command, Script};
use super::sed_text::{replace, unambiguous};
use crate::layerfs::{Blob, FileKind};
use crate::sorted::VecMap;

const SPEC: &str = "Ee:f:i::nrsuz quiet=n silent=n expression=e: file=f: regexp-extended=E in-place=i? \
    null-data=z separate=s unbuffered=u";

struct Sed {
    script: Script,
    quiet: bool,
    delimiter: u8,
    pattern: Vec<u8>,
    /// Whether the last line read had its newline.
    ended: bool,
    hold: Vec<u8>,
    line: u64,
    /// What `a` and `r` add after the line.
    after: Vec<Vec<u8>>,
    replaced: bool,
    last_regex: Option<usize>,
    files: Files,
    /// What `w` wrote, by file.
    written: VecMap<String, Vec<u8>>,
    /// With `-i`, what will be the file.
    in_place: Option<Vec<u8>>,
}

/// How a cycle ends.
enum Cycle {
    Next,
    /// `D`: again, without reading a line.
    Again,
    /// `d`: without printing.
    Deleted,
    Quit(i32, bool),
}

/// Runs a script.
pub async fn main(job: &mut Job) -> Outcome {
    let mut opts = job.options(SPEC)?;
    let mut texts: Vec<String> = Vec::new();
    for (key, value) in opts.opts.clone() {
        match key {
            'e' => texts.push(value),
            'f' => match Input::open(job, &value).await {
                Ok(mut input) => {
                    let text = input.rest(job).await;
                    input.close(job);
                    texts.push(String::from_utf8_lossy(&text).trim_end_matches('\n').to_string());
                }
                Err(e) => {
                    job.complain(&["couldn't open file ", &value, ": ", &e.to_string()]);
                    return Err(1);
                }
            },
            _ => {}
        }
    }
    if texts.is_empty() {
        if opts.args.is_empty() {
            return Err(job.refer_to_help());
        }
        texts.push(opts.args.remove(0));
    }
    let syntax = Syntax { extended: opts.last("rE").is_some(), utf8: job.utf8(), ..Syntax::default() };
    let text = texts.join("\n");
    let script = match Reader::read(text.as_bytes(), syntax) {
        Ok(script) => script,
        Err((usize::MAX, words)) => {
            job.complain(&[&words]);
            return Err(4);
        }
        Err((at, words)) => {
            job.complain(&["-e expression #1, char ", &at.to_string(), ": ", &words]);
            return Err(1);
        }
    };
    let suffix = opts.value('i').map(str::to_string);
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args.clone() };
    let delimiter = if opts.has('z') { 0 } else { b'\n' };
    let mut sed = Sed {
        quiet: opts.has('n') || script.quiet,
        delimiter,
        script,
        pattern: Vec::new(),
        ended: true,
        hold: Vec::new(),
        line: 0,
        after: Vec::new(),
        replaced: false,
        last_regex: None,
        files: Files::new(paths.clone(), delimiter, opts.has('s')),
        written: VecMap::new(),
        in_place: None,
    };
    let status = match suffix {
        Some(suffix) => sed.edit_files(job, paths, &suffix).await,
        None => sed.run(job).await,
    };
    sed.write_files(job).await;
    if status != 0 {
        return Err(status);
    }
    Ok(())
}

impl Sed {
    /// Runs over the files that are set; the exit status.
    async fn run(&mut self, job: &mut Job) -> i32 {
        let mut again = false;
        loop {
            if !again && !self.read(job).await {
                return 0;
            }
            let cycle = self.cycle(job).await;
            let silent = matches!(cycle, Cycle::Deleted | Cycle::Again | Cycle::Quit(_, true));
            if !self.quiet && !silent {
                let line = std::mem::take(&mut self.pattern);
                self.emit(job, &line);
                self.pattern = line;
            }
            for text in std::mem::take(&mut self.after) {
                self.put(job, &text);
            }
            match cycle {
                Cycle::Quit(status, _) => return status,
                Cycle::Again => again = true,
                _ => again = false,
            }
            if job.waiting() > 32_768 {
                job.flush().await;
            }
        }
    }

    /// `-i`: one file after the other.
    async fn edit_files(&mut self, job: &mut Job, paths: Vec<String>, suffix: &str) -> i32 {
        for path in paths {
            let stat = match job.stat(&path) {
                Ok(stat) => stat,
                Err(e) => {
                    job.complain(&["can't read ", &path, ": ", &e.to_string()]);
                    job.status = 2;
                    continue;
                }
            };
            if stat.kind != FileKind::File {
                job.complain(&["couldn't edit ", &path, ": not a regular file"]);
                job.status = 4;
                continue;
            }
            (self.line, self.in_place) = (0, Some(Vec::new()));
            self.files = Files::new(vec![path.clone()], self.delimiter, false);
            let status = self.run(job).await;
            // What was not read when the script quit is lost.
            let content = self.in_place.take().unwrap_or_default();
            self.files.close(job);
            let dir = dir_name(&path).to_string();
            let temporary = join(&dir, "sedcapas");
            let done = job.proc.fs(|vfs, who| {
                vfs.put_blob(who, &temporary, Blob::from_bytes(content), 0o600)?;
                vfs.chmod(who, &temporary, stat.mode)?;
                let _ = vfs.chown(who, &temporary, Some(stat.uid), Some(stat.gid), true);
                if !suffix.is_empty() {
                    let backup = match suffix.contains('*') {
                        true => join(&dir, &suffix.replace('*', base_name(&path))),
                        false => [path.as_str(), suffix].concat(),
                    };
                    vfs.rename(who, &path, &backup)?;
                }
                vfs.rename(who, &temporary, &path)
            });
            if let Err(e) = done {
                job.complain(&["couldn't open temporary file ", &temporary, ": ", &e.to_string()]);
                return 4;
            }
            if status != 0 {
                return status;
            }
        }
        0
    }

    /// Reads the next line into the pattern space; whether there was one.
    async fn read(&mut self, job: &mut Job) -> bool {
        let Some((line, ended)) = self.files.next(job).await else { return false };
        (self.pattern, self.ended) = (line, ended);
        self.line += 1;
        self.replaced = false;
        true
    }

    /// Output: a line with its newline, which the last line of the input may lack.
    fn emit(&mut self, job: &mut Job, line: &[u8]) {
        let mut text = line.to_vec();
        if self.ended || !self.files.is_over() {
            text.push(self.delimiter);
        }
        self.put(job, &text);
    }

    fn put(&mut self, job: &mut Job, text: &[u8]) {
        match &mut self.in_place {
            Some(file) => file.extend_from_slice(text),
            None => job.bytes(text),
        }
    }

    async fn cycle(&mut self, job: &mut Job) -> Cycle {
        let mut pc = 0;
        let mut steps = 0u32;
        while pc < self.script.commands.len() {
            steps += 1;
            if steps % 1024 == 0 {
                job.proc.yield_now().await;
            }
            let applies = self.applies(pc);
            let Some(command) = self.script.commands.get(pc) else { break };
            if applies == command.negated {
                pc = match command.action {
                    Action::Block(end) => end,
                    _ => pc + 1,
                };
                continue;
            }
            let next = match &command.action {
                Action::Branch('b', _, to) => Some(*to),
                Action::Branch('t', _, to) if std::mem::take(&mut self.replaced) => Some(*to),
                Action::Branch('T', _, to) if !std::mem::take(&mut self.replaced) => Some(*to),
                _ => None,
            };
            if let Some(next) = next {
                pc = next;
                continue;
            }
            if let Some(end) = self.step(job, pc).await {
                return end;
            }
            pc += 1;
        }
        Cycle::Next
    }

    /// Whether a command's addresses hold for this line.
    fn applies(&mut self, pc: usize) -> bool {
        let Some(command) = self.script.commands.get(pc) else { return false };
        let (first, second) = match command.addresses.as_slice() {
            [] => return true,
            [one] => {
                let one = one.clone();
                return self.hits(&one);
            }
            [first, second, ..] => (first.clone(), second.clone()),
        };
        let open = command.open;
        let (now, state) = self.in_range(&first, &second, open);
        if let Some(command) = self.script.commands.get_mut(pc) {
            command.open = state;
        }
        now
    }

    fn in_range(
        &mut self,
        first: &Address,
        second: &Address,
        open: Option<Option<u64>>,
    ) -> (bool, Option<Option<u64>>) {
        let open = match (first, open) {
            (Address::Zero, None) if self.line == 1 => Some(None),
            (_, open) => open,
        };
        if let Some(until) = open {
            return match (second, until) {
                (_, Some(end)) if self.line >= end => (self.line == end, None),
                (Address::Line(end), _) if self.line >= *end => (self.line == *end, None),
                (Address::Match(_) | Address::Last, _) if self.hits(second) => (true, None),
                (_, until) => (true, Some(until)),
            };
        }
        if matches!(first, Address::Zero) || !self.hits(first) {
            return (false, None);
        }
        let end = match second {
            Address::More(n) => Some(self.line + n),
            Address::Multiple(n) if *n > 0 => Some((self.line / n + 1) * n),
            Address::Multiple(_) => Some(self.line),
            Address::Line(n) => Some(*n),
            _ => None,
        };
        match end {
            Some(end) if end <= self.line => (true, None),
            _ => (true, Some(end)),
        }
    }

    fn hits(&mut self, address: &Address) -> bool {
        match address {
            Address::Line(n) => self.line == *n,
            Address::Last => self.files.is_last(),
            Address::Step(first, 0) => self.line == *first,
            Address::Step(first, step) => self.line >= *first && (self.line - first) % step == 0,
            Address::Match(n) => {
                let pattern = std::mem::take(&mut self.pattern);
                let hit = self.regex(*n).is_some_and(|r| r.is_match(&pattern));
                self.pattern = pattern;
                hit
            }
            _ => false,
        }
    }

    fn regex(&mut self, n: Option<usize>) -> Option<&Regex> {
        let n = n.or(self.last_regex)?;
        self.last_regex = Some(n);
        self.script.regexes.get(n)
    }

    /// Does one command; how the cycle ends, if it does.
    async fn step(&mut self, job: &mut Job, pc: usize) -> Option<Cycle> {
        let Command { action, open, .. } = self.script.commands.get(pc)?;
        match action {
            Action::Plain(letter) => return self.plain(job, *letter).await,
            Action::Text('a', text) => self.after.push(text.clone()),
            Action::Text('i', text) => {
                let text = text.clone();
                self.put(job, &text);
            }
            Action::Text(_, text) => {
                // `c` on a range prints its text once, at the end.
                let text = text.clone();
                if open.is_none() {
                    self.put(job, &text);
                }
                return Some(Cycle::Deleted);
            }
            Action::Number('q', status) => return Some(Cycle::Quit(*status, false)),
            Action::Number('Q', status) => return Some(Cycle::Quit(*status, true)),
            Action::Number(_, width) => {
                let width = if *width == 0 { 70 } else { *width as usize };
                let text = unambiguous(&self.pattern, width);
                self.put(job, &text);
            }
            Action::File('r', name) => {
                let name = name.clone();
                if let Ok(mut input) = Input::open(job, &name).await {
                    let text = input.rest(job).await;
                    input.close(job);
                    self.after.push(text);
                }
            }
            Action::File(_, name) => {
                let (name, mut line) = (name.clone(), self.pattern.clone());
                line.push(b'\n');
                self.write_to(job, &name, &line);
            }
            Action::Map(map) => {
                let mut out = Vec::new();
                let mut rest = self.pattern.as_slice();
                while let Some(b) = rest.first() {
                    let hit = map.iter().find(|(from, _)| rest.starts_with(from));
                    let (len, text) = hit.map_or((1, vec![*b]), |(from, to)| (from.len(), to.clone()));
                    out.extend(text);
                    rest = rest.get(len..).unwrap_or(&[]);
                }
                self.pattern = out;
            }
            Action::Substitute(_) => self.substitute(job, pc),
            Action::Nothing | Action::Block(_) | Action::Branch(..) => {}
        }
        None
    }

    async fn plain(&mut self, job: &mut Job, letter: char) -> Option<Cycle> {
        match letter {
            'd' => return Some(Cycle::Deleted),
            'D' => match self.pattern.iter().position(|b| *b == b'\n') {
                Some(at) => {
                    self.pattern.drain(..=at);
                    return Some(Cycle::Again);
                }
                None => return Some(Cycle::Deleted),
            },
            '=' => {
                let text = [self.line.to_string().as_bytes(), b"\n"].concat();
                self.put(job, &text);
            }
            'F' => {
                let text = [self.files.name.as_bytes(), b"\n"].concat();
                self.put(job, &text);
            }
            'p' => {
                let line = self.pattern.clone();
                self.emit(job, &line);
            }
            'P' => {
                let end = self.pattern.iter().position(|b| *b == b'\n').unwrap_or(self.pattern.len());
                let mut line = self.pattern.get(..end).unwrap_or(&[]).to_vec();
                line.push(b'\n');
                self.put(job, &line);
            }
            'h' => self.hold = self.pattern.clone(),
            'H' => {
                self.hold.push(b'\n');
                self.hold.extend_from_slice(&self.pattern);
            }
            'g' => self.pattern = self.hold.clone(),
            'G' => {
                self.pattern.push(b'\n');
                self.pattern.extend_from_slice(&self.hold);
            }
            'x' => std::mem::swap(&mut self.hold, &mut self.pattern),
            'z' => self.pattern.clear(),
            'n' | 'N' => return self.next_line(job, letter).await,
            _ => {}
        }
        None
    }

    async fn next_line(&mut self, job: &mut Job, letter: char) -> Option<Cycle> {
        if self.files.is_last() {
            // GNU prints the pattern space where there is no next line.
            return Some(Cycle::Quit(0, false));
        }
        let replaced = self.replaced;
        let old = std::mem::take(&mut self.pattern);
        if letter == 'n' && !self.quiet {
            self.emit(job, &old);
        }
        for text in std::mem::take(&mut self.after) {
            self.put(job, &text);
        }
        self.read(job).await;
        self.replaced = replaced;
        if letter == 'N' {
            self.pattern = [old.as_slice(), b"\n", &self.pattern].concat();
        }
        None
    }

    fn substitute(&mut self, job: &mut Job, pc: usize) {
        let Some(Command { action: Action::Substitute(s), .. }) = self.script.commands.get(pc) else { return };
        let n = s.regex.or(self.last_regex);
        let Some(regex) = n.and_then(|n| self.script.regexes.get(n)) else { return };
        let replaced = replace(regex, s, &self.pattern);
        let (print, write) = (s.print, s.write.clone());
        self.last_regex = n;
        let Some(text) = replaced else { return };
        self.pattern = text;
        self.replaced = true;
        if print {
            let line = self.pattern.clone();
            self.emit(job, &line);
        }
        if let Some(name) = write {
            let mut line = self.pattern.clone();
            line.push(b'\n');
            self.write_to(job, &name, &line);
        }
    }

    fn write_to(&mut self, job: &mut Job, name: &str, line: &[u8]) {
        match name {
            "/dev/stdout" => self.put(job, line),
            "/dev/stderr" => job.err(&String::from_utf8_lossy(line)),
            _ => self.written.entry(name.to_string()).or_default().extend_from_slice(line),
        }
    }

    /// Writes the files of `w`, which exist even where nothing was written to them.
    async fn write_files(&mut self, job: &mut Job) {
        for command in &self.script.commands {
            let name = match &command.action {
                Action::File('w' | 'W', name) => Some(name),
                Action::Substitute(s) => s.write.as_ref(),
                _ => None,
            };
            if let Some(name) = name.filter(|n| !n.starts_with("/dev/std")) {
                self.written.entry(name.clone()).or_default();
            }
        }
        for (name, text) in std::mem::take(&mut self.written) {
            match job.create(&name).await {
                Ok(fd) => {
                    let _ = job.proc.write(fd, &text).await;
                    job.close(fd);
                }
                Err(e) => {
                    job.complain(&["couldn't open file ", &name, ": ", &e.to_string()]);
                    job.status = 4;
                }
            }
        }
    }
}
