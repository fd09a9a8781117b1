//! `ls`: GNU's listing, column for column, and BusyBox's where the program is a BusyBox. It must not know how
//! directories are stored.

use super::accounts::Accounts;
use super::job::{join, Job, Outcome};
use super::ls_columns::{across, columns, commas, name_or_number, right};
use super::ls_paint::{c_quote, colour_of, colours, question, wrong_colour};
use super::options::Parsed;
use super::quoting::{shell_quote, Quotes};
use super::{glob, sizes, versions};
use crate::ambient::Time;
use crate::layerfs::{Errno, FileKind, Stat};
use crate::shell::dates;
use crate::sorted;
use std::cell::Cell;
use std::cmp::{Ordering, Reverse};

const SPEC: &str = "aAbBcCdfFgGhHiI:klLmnNopqQrRsStuUvw:xX1 all=a almost-all=A escape=b ignore-backups=B directory=d \
    classify=F? no-group=G human-readable=h inode=i ignore=I: kibibytes=k dereference=L numeric-uid-gid=n literal=N \
    hide-control-chars=q quote-name=Q reverse=r recursive=R size=s width=w: color=@? full-time=% si=$ show-control-chars=N sort=&: \
    time=!: time-style=+: format==: group-directories-first=^ file-type=~ indicator-style=/: hide=I: \
    dereference-command-line=H";

/// One line of a listing.
pub struct Entry {
    name: String,
    stat: Stat,
    link: Option<String>,
    target: Option<Stat>,
    /// The name as shown.
    shown: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Long,
    Columns,
    Across,
    Commas,
    Single,
}

struct Ls {
    opts: Parsed,
    layout: Layout,
    width: usize,
    sort: char,
    time: char,
    time_style: String,
    quotes: Option<Quotes>,
    colour: Option<Vec<(String, String)>>,
    accounts: Accounts,
    now: Time,
    utf8: bool,
    busybox: bool,
    painted: Cell<bool>,
}

/// Lists the operands: files first, then directories.
pub fn main(job: &mut Job) -> Outcome {
    let mut opts = job.options(SPEC)?;
    let operands = std::mem::take(&mut opts.args);
    let ls = Ls::new(job, opts)?;
    let operands = if operands.is_empty() { vec![".".to_string()] } else { operands };
    let several = operands.len() > 1;
    let (mut files, mut dirs) = (Vec::new(), Vec::new());
    for path in operands {
        match ls.operand(job, &path) {
            Ok(entry) if entry.stat.kind == FileKind::Dir && !ls.opts.has('d') => dirs.push(entry),
            Ok(entry) => files.push(entry),
            Err(e) => {
                job.fail("cannot access", &path, e);
                job.status = ls.trouble();
            }
        }
    }
    ls.sort(&mut files);
    ls.sort(&mut dirs);
    let listed = !files.is_empty();
    if listed {
        ls.show(job, &mut files, &dirs);
    }
    let recursive = ls.opts.has('R');
    let mut first = !listed;
    for dir in dirs {
        let heading = several || recursive || listed;
        ls.directory(job, &dir.name, heading, &mut first, true);
    }
    Ok(())
}

impl Ls {
    fn new(job: &mut Job, opts: Parsed) -> Result<Ls, i32> {
        let layout = match opts.last("lgon1Cxm=%") {
            Some('l' | 'g' | 'o' | 'n' | '%') => Layout::Long,
            Some('1') if opts.opts.iter().any(|(k, _)| "lgon%".contains(*k)) => Layout::Long,
            Some('1') => Layout::Single,
            Some('C') => Layout::Columns,
            Some('x') => Layout::Across,
            Some('m') => Layout::Commas,
            Some('=') => match opts.value('=').unwrap_or("") {
                "long" | "verbose" => Layout::Long,
                "commas" => Layout::Commas,
                "across" | "horizontal" => Layout::Across,
                "vertical" => Layout::Columns,
                _ => Layout::Single,
            },
            _ if job.tty => Layout::Columns,
            _ => Layout::Single,
        };
        let columns = job.proc.env("COLUMNS").and_then(|c| c.parse().ok());
        let tty = job.proc.tty_of(1).ok();
        let width = opts.value('w').and_then(|w| w.parse().ok()).or(columns);
        let width = width.or_else(|| tty.map(|t| usize::from(t.size().cols))).filter(|w| *w > 0).unwrap_or(80);
        let sort = match opts.last("StUfvX&") {
            Some('&') => match opts.value('&').unwrap_or("") {
                "none" => 'U',
                "size" => 'S',
                "time" => 't',
                "version" => 'v',
                "extension" => 'X',
                _ => 'n',
            },
            Some('f') => 'U',
            Some(key) => key,
            // -c and -u sort by their time unless there is a long listing.
            None if opts.last("cu").is_some() && layout != Layout::Long => 't',
            None => 'n',
        };
        let time = match (opts.last("cu!"), opts.value('!')) {
            (Some('c'), _) | (Some('!'), Some("ctime" | "status")) => 'c',
            (Some('u'), _) | (Some('!'), Some("atime" | "access" | "use")) => 'u',
            _ => 'm',
        };
        let time_style = if opts.has('%') { "full-iso" } else { opts.value('+').unwrap_or("") }.to_string();
        let busybox = job.busybox();
        let quotes = match opts.last("QNbq") {
            Some('Q') => Some(Quotes::Always),
            Some(_) => None,
            None => (job.tty && !busybox).then_some(Quotes::Needed),
        };
        let (utf8, now) = (job.utf8(), job.now());
        let coloured = match opts.value('@') {
            Some("" | "always" | "yes" | "force") => true,
            Some("auto" | "tty" | "if-tty") => job.tty,
            Some("never" | "no" | "none") => false,
            Some(other) => return Err(wrong_colour(job, other)),
            None => busybox && job.tty,
        };
        let colour = coloured.then(|| colours(&job.proc.env("LS_COLORS").unwrap_or_default(), busybox));
        let accounts = Accounts::load(job);
        Ok(Ls {
            opts,
            layout,
            width,
            sort,
            time,
            time_style,
            quotes,
            colour,
            accounts,
            now,
            utf8,
            busybox,
            painted: Cell::new(false),
        })
    }

    fn trouble(&self) -> i32 {
        if self.busybox {
            1
        } else {
            2
        }
    }

    /// An operand's entry. A link to a directory is followed unless the listing is about the link itself.
    fn operand(&self, job: &Job, path: &str) -> Result<Entry, Errno> {
        let about_links = self.layout == Layout::Long || self.opts.has('F') || self.opts.has('d');
        if !about_links || self.opts.has('L') || self.opts.has('H') {
            match job.stat(path) {
                Ok(stat) if stat.kind == FileKind::Dir || self.opts.has('L') || self.opts.has('H') => {
                    return Ok(self.entry(job, path, path.to_string(), stat));
                }
                Err(e) if e != Errno::ENOENT => return Err(e),
                _ => {}
            }
        }
        let stat = job.lstat(path)?;
        Ok(self.entry(job, path, path.to_string(), stat))
    }

    fn entry(&self, job: &Job, path: &str, name: String, stat: Stat) -> Entry {
        let is_link = stat.kind == FileKind::Symlink;
        let wants = is_link && (self.layout == Layout::Long || self.opts.has('F') || self.colour.is_some());
        let link = if wants { job.readlink(path).ok() } else { None };
        let target = if wants { job.stat(path).ok() } else { None };
        let shown = match self.quotes {
            Some(_) if self.opts.has('Q') => c_quote(&name, self.utf8),
            Some(quotes) => shell_quote(&name, quotes, self.utf8),
            None if job.tty || self.opts.has('q') => name.chars().map(|c| question(c, self.utf8)).collect(),
            None => name.clone(),
        };
        Entry { name, stat, link, target, shown }
    }

    fn directory(&self, job: &mut Job, path: &str, heading: bool, first: &mut bool, operand: bool) {
        let names = match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
            Ok(names) => names,
            Err(e) => {
                job.fail(if self.busybox { "" } else { "cannot open directory" }, path, e);
                job.status = job.status.max(if operand { self.trouble() } else { 1 });
                return;
            }
        };
        if heading {
            if !*first {
                job.out("\n");
            }
            let shown =
                self.quotes.map_or_else(|| path.to_string(), |_| shell_quote(path, Quotes::NeededOrColon, self.utf8));
            job.out(&shown);
            job.out(":\n");
        }
        *first = false;
        let all = self.opts.has('a') || self.opts.has('f');
        let mut found: Vec<String> = Vec::new();
        if all && self.opts.last("aA") != Some('A') {
            found.extend([".".to_string(), "..".to_string()]);
        }
        let hidden = |n: &str| n.starts_with('.') && !all && !self.opts.has('A');
        found.extend(names.iter().map(|d| d.name.to_string()).filter(|n| {
            let backup = self.opts.has('B') && n.ends_with('~');
            !hidden(n) && !backup && !self.opts.values('I').any(|p| glob::matches(p, n, false))
        }));
        let mut entries = Vec::new();
        for name in found {
            let inner = join(path, &name);
            let stat =
                if self.opts.has('L') { job.stat(&inner).or_else(|_| job.lstat(&inner)) } else { job.lstat(&inner) };
            match stat {
                Ok(stat) => entries.push(self.entry(job, &inner, name, stat)),
                Err(e) => job.fail("cannot access", &inner, e),
            }
        }
        self.sort(&mut entries);
        if self.layout == Layout::Long || self.opts.has('s') {
            let blocks: u64 = entries.iter().map(|e| e.stat.blocks).sum();
            job.out(&["total ", &self.blocks(blocks), "\n"].concat());
        }
        self.show(job, &mut entries, &[]);
        if self.opts.has('R') {
            for entry in entries.iter().filter(|e| e.stat.kind == FileKind::Dir && e.name != "." && e.name != "..") {
                self.directory(job, &join(path, &entry.name), true, first, false);
            }
        }
    }

    fn sort(&self, entries: &mut [Entry]) {
        let by_name = |a: &Entry, b: &Entry| a.name.cmp(&b.name);
        let order = |a: &Entry, b: &Entry| -> Ordering {
            match self.sort {
                'S' => b.stat.size.cmp(&a.stat.size).then_with(|| by_name(a, b)),
                't' => Reverse(self.time_of(&a.stat)).cmp(&Reverse(self.time_of(&b.stat))).then_with(|| by_name(a, b)),
                'X' => extension(&a.name).cmp(extension(&b.name)).then_with(|| by_name(a, b)),
                'v' => versions::compare(&a.name, &b.name),
                'U' => Ordering::Equal,
                _ => by_name(a, b),
            }
        };
        sorted::sort_by(entries, order);
        if self.opts.has('r') {
            entries.reverse();
        }
        if self.opts.has('^') {
            sorted::sort_by_key(entries, |e| e.stat.kind != FileKind::Dir);
        }
    }

    fn time_of(&self, stat: &Stat) -> Time {
        match self.time {
            'c' => stat.ctime,
            'u' => stat.atime,
            _ => stat.mtime,
        }
    }

    /// A number of 512-byte blocks in the unit of this listing.
    fn blocks(&self, blocks: u64) -> String {
        match (self.opts.has('h'), self.opts.has('$')) {
            (true, _) => sizes::human(blocks * 512, 1024),
            (_, true) => sizes::human(blocks * 512, 1000),
            _ => blocks.div_ceil(2).to_string(),
        }
    }

    /// Shows entries in columns as wide as they and the `others` need.
    fn show(&self, job: &mut Job, entries: &mut [Entry], others: &[Entry]) {
        let some_quoted = entries.iter().any(|e| e.shown.starts_with(['\'', '"']));
        let pads = self.quotes == Some(Quotes::Needed)
            && matches!(self.layout, Layout::Long | Layout::Columns | Layout::Across);
        if some_quoted && pads {
            for entry in entries.iter_mut().filter(|e| !e.shown.starts_with(['\'', '"'])) {
                entry.shown.insert(0, ' ');
            }
        }
        let all = || entries.iter().chain(others);
        let widest = |text: &dyn Fn(&Entry) -> String| all().map(|e| text(e).len()).max().unwrap_or(0);
        let inode = if self.opts.has('i') { widest(&|e| e.stat.ino.to_string()) } else { 0 };
        let blocks = if self.opts.has('s') { widest(&|e| self.blocks(e.stat.blocks)) } else { 0 };
        if self.layout == Layout::Long {
            return if self.busybox {
                self.long_busybox(job, entries)
            } else {
                self.long(job, entries, others, inode, blocks)
            };
        }
        let cells: Vec<(String, usize)> = entries
            .iter()
            .map(|e| {
                let (lead, name) = (self.lead(e, inode, blocks), self.coloured(e, &e.shown, &e.stat, false));
                let mark = self.mark(&e.stat);
                ([lead.as_str(), &name, mark].concat(), lead.len() + self.width_of(&e.shown) + mark.len())
            })
            .collect();
        // Colours and tabs do not go together.
        let tabs = self.colour.is_none();
        let text = match self.layout {
            Layout::Columns => columns(&cells, self.width, tabs, self.busybox),
            Layout::Across => across(&cells, self.width, tabs),
            Layout::Commas => commas(&cells, self.width),
            _ => cells.iter().map(|c| [&c.0, "\n"].concat()).collect(),
        };
        job.out(&text);
    }

    fn width_of(&self, shown: &str) -> usize {
        if self.utf8 {
            unicode_width::UnicodeWidthStr::width(shown)
        } else {
            shown.len()
        }
    }

    fn lead(&self, e: &Entry, inode: usize, blocks: usize) -> String {
        let mut out = String::new();
        if self.opts.has('i') {
            right(&mut out, &e.stat.ino.to_string(), inode);
        }
        if self.opts.has('s') {
            right(&mut out, &self.blocks(e.stat.blocks), blocks);
        }
        out
    }

    fn owner(&self, stat: &Stat) -> (String, String) {
        if self.opts.has('n') {
            return (stat.uid.to_string(), stat.gid.to_string());
        }
        (self.accounts.user_name(stat.uid), self.accounts.group_name(stat.gid))
    }

    fn size(&self, stat: &Stat) -> String {
        match (self.opts.has('h'), self.opts.has('$')) {
            (true, _) => sizes::human(stat.size, 1024),
            (_, true) => sizes::human(stat.size, 1000),
            _ => stat.size.to_string(),
        }
    }

    fn long(&self, job: &mut Job, entries: &[Entry], others: &[Entry], inode: usize, blocks: usize) {
        let device = |e: &Entry| matches!(e.stat.kind, FileKind::CharDevice | FileKind::BlockDevice);
        let all = || entries.iter().chain(others);
        let widest = |text: &dyn Fn(&Entry) -> String| all().map(|e| text(e).len()).max().unwrap_or(0);
        let links = widest(&|e| e.stat.nlink.to_string());
        let (owner, group) = (widest(&|e| self.owner(&e.stat).0), widest(&|e| self.owner(&e.stat).1));
        let number = |e: &Entry, n: u32| if device(e) { n.to_string() } else { String::new() };
        let minor = widest(&|e| number(e, e.stat.rdev.1));
        let major = widest(&|e| number(e, e.stat.rdev.0));
        let devices = if minor > 0 { major + 2 + minor } else { 0 };
        let size = widest(&|e| if device(e) { String::new() } else { self.size(&e.stat) }).max(devices);
        let dates: Vec<String> = entries.iter().map(|e| self.date(self.time_of(&e.stat))).collect();
        let mut out = String::new();
        for (e, date) in entries.iter().zip(&dates) {
            out.push_str(&self.lead(e, inode, blocks));
            out.push_str(&e.stat.mode_string());
            out.push(' ');
            right(&mut out, &e.stat.nlink.to_string(), links);
            let (user, team) = self.owner(&e.stat);
            if !self.opts.has('g') {
                name_or_number(&mut out, &user, owner);
            }
            if !self.opts.has('o') && !self.opts.has('G') {
                name_or_number(&mut out, &team, group);
            }
            if device(e) {
                let major = [e.stat.rdev.0.to_string().as_str(), ","].concat();
                right(&mut out, &major, size - minor - 1);
                right(&mut out, &e.stat.rdev.1.to_string(), minor);
            } else {
                right(&mut out, &self.size(&e.stat), size);
            }
            out.push_str(date);
            out.push(' ');
            self.name_and_link(&mut out, e);
        }
        job.out(&out);
    }

    fn name_and_link(&self, out: &mut String, e: &Entry) {
        out.push_str(&self.coloured(e, &e.shown, &e.stat, false));
        match &e.link {
            Some(link) => {
                out.push_str(" -> ");
                let shown = self.quotes.map_or_else(|| link.clone(), |_| shell_quote(link, Quotes::Needed, self.utf8));
                match &e.target {
                    Some(stat) => {
                        out.push_str(&self.coloured(e, &shown, stat, true));
                        out.push_str(self.mark(stat));
                    }
                    None => out.push_str(&shown),
                }
            }
            None => out.push_str(self.mark(&e.stat)),
        }
        out.push('\n');
    }

    fn long_busybox(&self, job: &mut Job, entries: &[Entry]) {
        let mut out = String::new();
        for e in entries {
            let (user, team) = self.owner(&e.stat);
            let size = match e.stat.kind {
                FileKind::CharDevice | FileKind::BlockDevice => format!("{:4}, {:3}", e.stat.rdev.0, e.stat.rdev.1),
                _ => format!("{:>9}", self.size(&e.stat)),
            };
            if self.opts.has('i') {
                right(&mut out, &e.stat.ino.to_string(), 7);
            }
            if self.opts.has('s') {
                right(&mut out, &self.blocks(e.stat.blocks), 6);
            }
            let (mode, links) = (e.stat.mode_string(), e.stat.nlink);
            let date = self.date(self.time_of(&e.stat));
            out.push_str(&format!("{mode:10} {links:4} {user:8.8} {team:8.8} {size} {date} "));
            self.name_and_link(&mut out, e);
        }
        job.out(&out);
    }

    fn date(&self, t: Time) -> String {
        let age = self.now.secs() - t.secs();
        // Half a Gregorian year, as GNU counts it.
        let recent = (0..31_556_952 / 2).contains(&age);
        let pattern = match (self.time_style.as_str(), recent) {
            ("full-iso", _) => "%Y-%m-%d %H:%M:%S.%N %z",
            ("long-iso", _) => "%Y-%m-%d %H:%M",
            ("iso", true) => "%m-%d %H:%M",
            ("iso", false) => "%Y-%m-%d ",
            (style, _) if style.starts_with('+') => style.get(1..).unwrap_or(""),
            (_, true) => "%b %e %H:%M",
            (_, false) => "%b %e  %Y",
        };
        dates::format(t, pattern)
    }

    /// The sign behind a name for `-F` and `-p`.
    fn mark(&self, stat: &Stat) -> &'static str {
        let style = match self.opts.last("Fp~/") {
            Some('/') => match self.opts.value('/').unwrap_or("") {
                "classify" => 'F',
                "file-type" => '~',
                "slash" => 'p',
                _ => return "",
            },
            Some('F') if self.opts.value('F') == Some("auto") && self.quotes.is_none() => return "",
            Some(style) => style,
            None => return "",
        };
        match stat.kind {
            FileKind::Dir => "/",
            _ if style == 'p' => "",
            FileKind::Symlink if self.layout == Layout::Long => "",
            FileKind::Symlink => "@",
            FileKind::Fifo => "|",
            FileKind::Socket => "=",
            FileKind::File if style == 'F' && stat.mode & 0o111 != 0 => "*",
            _ => "",
        }
    }

    fn coloured(&self, e: &Entry, shown: &str, stat: &Stat, is_target: bool) -> String {
        let Some(colours) = &self.colour else { return shown.to_string() };
        let dangling = e.link.is_some() && e.target.is_none();
        let Some(colour) = colour_of(colours, &e.name, stat, dangling && !is_target) else { return shown.to_string() };
        if self.busybox {
            return ["\u{1b}[", colour, "m", shown, "\u{1b}[m"].concat();
        }
        // The padding before an unquoted name stays plain.
        let bare = shown.trim_start_matches(' ');
        let pad = shown.get(..shown.len() - bare.len()).unwrap_or("");
        // The first colour of all is preceded by a reset.
        let reset = if self.painted.replace(true) { "" } else { "\u{1b}[0m" };
        [pad, reset, "\u{1b}[", colour, "m", bare, "\u{1b}[0m"].concat()
    }
}

fn extension(name: &str) -> &str {
    name.rfind('.').and_then(|at| name.get(at..)).unwrap_or("")
}
