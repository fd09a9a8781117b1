//! `less` and `more`: text a screen at a time. Where standard output is no terminal both are `cat`, as the real ones are.

use super::input::Input;
use super::job::{Job, Outcome};
use super::keyboard::{width, Key, Keyboard};
use super::regex::{Regex, Syntax};

const SPEC: &str = "FiINrRSX chop-long-lines=S ignore-case=i \
    line-numbers=N raw-control-chars=R quit-if-one-screen=F no-init=X";

struct Pager {
    /// Names and lines of the files.
    files: Vec<(String, Vec<Vec<u8>>)>,
    current: usize,
    /// The line at the top, and which row of it.
    top: (usize, usize),
    chop: bool,
    numbers: bool,
    raw: bool,
    fold: bool,
    utf8: bool,
    search: Option<Regex>,
    backwards: bool,
    message: Option<String>,
    fresh: bool,
    rows: usize,
    cols: usize,
}

/// `less`.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    if opts.args.is_empty() && job.proc.isatty(0) {
        job.err("Missing filename (\"less --help\" for help)\n");
        return Err(1);
    }
    let files = load(job, opts.args.clone(), |job, path, e| {
        job.err(&[path, ": ", &e.to_string(), "\n"].concat());
        job.status = 1;
    })
    .await;
    if !job.tty {
        return pass(job, files);
    }
    if files.is_empty() {
        return Ok(());
    }
    let Some(mut keyboard) = Keyboard::take(job) else { return pass(job, files) };
    let size = keyboard.size();
    let mut pager = Pager {
        files,
        current: 0,
        top: (0, 0),
        chop: opts.has('S'),
        numbers: opts.has('N'),
        raw: opts.last("rR").is_some(),
        fold: opts.last("iI").is_some(),
        utf8: job.utf8(),
        search: None,
        backwards: false,
        message: None,
        fresh: true,
        rows: usize::from(size.rows),
        cols: usize::from(size.cols),
    };
    if opts.has('F') && pager.fits() {
        keyboard.release();
        return pass(job, pager.files);
    }
    let alternate = !opts.has('X');
    job.out(if alternate { "\u{1b}[?1049h\u{1b}[?1h\u{1b}=" } else { "" });
    pager.run(job, &mut keyboard).await;
    job.out(if alternate { "\u{1b}[?1l\u{1b}>\u{1b}[?1049l" } else { "\r\u{1b}[K" });
    job.flush().await;
    keyboard.release();
    Ok(())
}

async fn load(
    job: &mut Job,
    paths: Vec<String>,
    complain: fn(&mut Job, &str, crate::layerfs::Errno),
) -> Vec<(String, Vec<Vec<u8>>)> {
    let paths = if paths.is_empty() { vec!["-".to_string()] } else { paths };
    let mut files = Vec::new();
    for path in paths {
        if path != "-" && job.is_dir(&path) {
            job.err(&[&path, " is a directory\n"].concat());
            job.status = 1;
            continue;
        }
        match Input::open(job, &path).await {
            Ok(mut input) => {
                let mut lines = Vec::new();
                while let Some(mut line) = input.record(job, b'\n').await {
                    if line.last() == Some(&b'\n') {
                        line.pop();
                    }
                    lines.push(line);
                }
                input.close(job);
                files.push((if path == "-" { String::new() } else { path }, lines));
            }
            Err(e) => complain(job, &path, e),
        }
    }
    files
}

fn pass(job: &mut Job, files: Vec<(String, Vec<Vec<u8>>)>) -> Outcome {
    for line in files.iter().flat_map(|f| &f.1) {
        job.bytes(line);
        job.out("\n");
    }
    Ok(())
}

impl Pager {
    fn lines(&self) -> &[Vec<u8>] {
        self.files.get(self.current).map_or(&[], |f| f.1.as_slice())
    }

    /// The rows of a line on this screen.
    fn layout(&self, n: usize) -> Vec<String> {
        let Some(line) = self.lines().get(n) else { return Vec::new() };
        let room = self.cols - if self.numbers { 8 } else { 0 };
        let text = if self.utf8 {
            String::from_utf8_lossy(line).into_owned()
        } else {
            line.iter().map(|b| char::from(*b)).collect()
        };
        let mut rows = Vec::new();
        let (mut row, mut at) = (String::new(), 0);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\u{1b}' && self.raw {
                row.push(c);
                for c in chars.by_ref() {
                    row.push(c);
                    if c.is_ascii_alphabetic() {
                        break;
                    }
                }
                continue;
            }
            let shown = match c {
                '\t' => " ".repeat(8 - at % 8),
                '\r' if chars.peek().is_none() => "^M".to_string(),
                c if !self.utf8 && !c.is_ascii() => format!("<{:02X}>", u32::from(c)),
                c if c.is_control() => ["^", &char::from((u32::from(c) as u8 & 0x7f) ^ 64).to_string()].concat(),
                c => c.to_string(),
            };
            let wide: usize = shown.chars().map(width).sum();
            if at + wide > room {
                if self.chop {
                    break;
                }
                rows.push(std::mem::take(&mut row));
                at = 0;
            }
            row.push_str(&shown);
            at += wide;
        }
        rows.push(row);
        rows
    }

    fn fits(&self) -> bool {
        (0..self.lines().len()).map(|n| self.layout(n).len()).sum::<usize>() < self.rows
    }

    /// One row down or up; whether there is one.
    fn step(&self, (line, row): (usize, usize), down: bool) -> Option<(usize, usize)> {
        if down {
            if row + 1 < self.layout(line).len() {
                return Some((line, row + 1));
            }
            (line + 1 < self.lines().len()).then_some((line + 1, 0))
        } else if row > 0 {
            Some((line, row - 1))
        } else {
            let above = line.checked_sub(1)?;
            Some((above, self.layout(above).len().saturating_sub(1)))
        }
    }

    /// The position at the top when the last line is at the bottom.
    fn last_top(&self) -> (usize, usize) {
        let last = self.lines().len().saturating_sub(1);
        let mut at = (last, self.layout(last).len().saturating_sub(1));
        for _ in 0..self.rows.saturating_sub(2) {
            match self.step(at, false) {
                Some(up) => at = up,
                None => break,
            }
        }
        at
    }

    fn scroll(&mut self, by: isize) {
        let end = self.last_top();
        for _ in 0..by.unsigned_abs() {
            if by > 0 && self.top >= end {
                break;
            }
            match self.step(self.top, by > 0) {
                Some(next) => self.top = next,
                None => break,
            }
        }
    }

    fn draw(&mut self, job: &mut Job) {
        let mut out = String::from("\u{1b}[H");
        let mut at = Some(self.top);
        for _ in 0..self.rows - 1 {
            match at.filter(|_| !self.lines().is_empty()) {
                Some((line, row)) => {
                    if self.numbers {
                        let number = if row == 0 { format!("{:7} ", line + 1) } else { " ".repeat(8) };
                        out.push_str(&number);
                    }
                    let text = self.layout(line).get(row).cloned().unwrap_or_default();
                    out.push_str(&self.marked(&text));
                    at = self.step((line, row), true);
                }
                None => out.push('~'),
            }
            out.push_str("\u{1b}[K\n");
        }
        let end = at.is_none() || self.lines().is_empty();
        let name = self.files.get(self.current).map_or("", |f| f.0.as_str());
        let prompt = match (&self.message, end, self.fresh) {
            (Some(message), ..) => ["\u{1b}[7m", message, "\u{1b}[27m"].concat(),
            (None, true, true) if !name.is_empty() => ["\u{1b}[7m", name, " (END)\u{1b}[27m"].concat(),
            (None, true, _) => "\u{1b}[7m(END)\u{1b}[27m".to_string(),
            (None, false, true) if !name.is_empty() => ["\u{1b}[7m", name, "\u{1b}[27m"].concat(),
            _ => ":".to_string(),
        };
        out.push('\r');
        out.push_str(&prompt);
        out.push_str("\u{1b}[K");
        job.out(&out);
    }

    /// The row with the matches of the last search in reverse.
    fn marked(&self, text: &str) -> String {
        let Some(regex) = &self.search else { return text.to_string() };
        let (mut out, mut at, mut copied) = (String::new(), 0, 0);
        while let Some((start, end)) = regex.find_at(text.as_bytes(), at).and_then(|s| s.first().copied().flatten()) {
            at = end.max(start + 1);
            if start < end {
                let piece = |a: usize, b: usize| text.get(a..b).unwrap_or("");
                out.push_str(&[piece(copied, start), "\u{1b}[7m", piece(start, end), "\u{1b}[27m"].concat());
                copied = end;
            }
            if at > text.len() {
                break;
            }
        }
        out.push_str(text.get(copied..).unwrap_or(""));
        out
    }

    async fn run(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        loop {
            self.draw(job);
            let key = keyboard.key(job).await;
            self.message = None;
            let page = self.rows as isize - 1;
            match key {
                Key::Char('q' | 'Q') | Key::Closed => return,
                Key::Char(' ' | 'f' | 'z') | Key::Ctrl('F' | 'V') | Key::PageDown => self.scroll(page),
                Key::Char('b' | 'w') | Key::Ctrl('B') | Key::Alt('v') | Key::PageUp => self.scroll(-page),
                Key::Char('\n' | 'j' | 'e') | Key::Ctrl('N' | 'E') | Key::Down => self.scroll(1),
                Key::Char('k' | 'y') | Key::Ctrl('P' | 'Y' | 'K') | Key::Up => self.scroll(-1),
                Key::Char('d') | Key::Ctrl('D') => self.scroll(page / 2),
                Key::Char('u') | Key::Ctrl('U') => self.scroll(-page / 2),
                Key::Char('g' | '<') | Key::Home => self.top = (0, 0),
                Key::Char('G' | '>') | Key::End => self.top = self.last_top(),
                Key::Char('/' | '?') => {
                    self.backwards = key == Key::Char('?');
                    self.ask(job, keyboard).await;
                }
                Key::Char('n') => self.find(self.backwards),
                Key::Char('N') => self.find(!self.backwards),
                Key::Char(':') => self.colon(job, keyboard).await,
                Key::Char('=') => {
                    let name = self.files.get(self.current).map_or("", |f| f.0.as_str());
                    self.message = Some(format!("{name} lines {}/{}", self.top.0 + 1, self.lines().len()));
                }
                Key::Resized => {
                    let size = keyboard.size();
                    (self.rows, self.cols) = (usize::from(size.rows), usize::from(size.cols));
                    job.out("\u{1b}[2J");
                }
                _ => job.out("\u{7}"),
            }
            self.fresh = false;
        }
    }

    /// `:n`, `:p` and `:q`.
    async fn colon(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        job.out("\r :\u{1b}[K");
        match keyboard.key(job).await {
            Key::Char('n') if self.current + 1 < self.files.len() => {
                (self.current, self.top) = (self.current + 1, (0, 0))
            }
            Key::Char('n') => self.message = Some("No next file".to_string()),
            Key::Char('p') if self.current > 0 => (self.current, self.top) = (self.current - 1, (0, 0)),
            Key::Char('p') => self.message = Some("No previous file".to_string()),
            _ => {}
        }
    }

    /// Asks for a pattern and goes to its next match.
    async fn ask(&mut self, job: &mut Job, keyboard: &mut Keyboard) {
        let mut text = String::new();
        loop {
            job.out(&["\r", if self.backwards { "?" } else { "/" }, &text, "\u{1b}[K"].concat());
            match keyboard.key(job).await {
                Key::Char('\n') => break,
                Key::Char(c) => text.push(c),
                Key::Backspace if text.pop().is_some() => {}
                _ => return,
            }
        }
        if !text.is_empty() {
            // Like less itself, `i` ignores case unless the pattern has capitals.
            let fold = self.fold && !text.chars().any(char::is_uppercase);
            match Regex::new(text.as_bytes(), Syntax { extended: true, fold, utf8: self.utf8, perl: false }) {
                Ok(regex) => self.search = Some(regex),
                Err(words) => {
                    self.message = Some([words, "  (press RETURN)"].concat());
                    return;
                }
            }
        }
        self.find(self.backwards);
    }

    fn find(&mut self, backwards: bool) {
        let Some(regex) = &self.search else {
            self.message = Some("No previous regular expression  (press RETURN)".to_string());
            return;
        };
        let lines = self.lines();
        let hit = |n: &usize| lines.get(*n).is_some_and(|l| regex.is_match(l));
        // A search from the beginning of a text sees its first line too.
        let from = self.top.0 + usize::from(!self.fresh_search());
        let found = if backwards { (0..self.top.0).rev().find(hit) } else { (from..lines.len()).find(hit) };
        match found {
            Some(line) => self.top = (line, 0).min(self.last_top().max((line, 0))),
            None => self.message = Some("Pattern not found  (press RETURN)".to_string()),
        }
    }

    fn fresh_search(&self) -> bool {
        self.top == (0, 0) && self.search.as_ref().is_some_and(|r| !self.lines().first().is_some_and(|l| r.is_match(l)))
    }
}

/// `more`: page by page, in place.
pub async fn more(job: &mut Job) -> Outcome {
    let opts = job.options("")?;
    if opts.args.is_empty() && job.proc.isatty(0) {
        return Err(job.misused(&["bad usage"]));
    }
    let files = load(job, opts.args.clone(), |job, path, e| {
        job.complain(&["cannot open ", path, ": ", &e.to_string()]);
    })
    .await;
    if !job.tty {
        return pass(job, files);
    }
    let Some(mut keyboard) = Keyboard::take(job) else { return pass(job, files) };
    'files: for (_, lines) in &files {
        let total: usize = lines.iter().map(|l| l.len() + 1).sum::<usize>().max(1);
        let (mut shown, mut room) = (0, usize::from(keyboard.size().rows) - 1);
        for line in lines {
            if room == 0 {
                job.out(&format!("\u{1b}[7m--More--({}%)\u{1b}[27m", shown * 100 / total));
                let key = keyboard.key(job).await;
                job.out("\r\u{1b}[K");
                room = match key {
                    Key::Char('q' | 'Q') | Key::Ctrl('C') | Key::Closed => break 'files,
                    Key::Char('\n') | Key::Down => 1,
                    _ => usize::from(keyboard.size().rows) - 1,
                };
            }
            job.bytes(line);
            job.out("\n");
            shown += line.len() + 1;
            let wide = String::from_utf8_lossy(line).chars().map(width).sum::<usize>();
            room = room.saturating_sub(wide.div_ceil(usize::from(keyboard.size().cols)).max(1));
        }
    }
    job.flush().await;
    keyboard.release();
    Ok(())
}
