//! `tar`: archives in GNU's format, made, listed and unpacked; without compression. It must not know the layers'
//! archives, which another module writes.

use super::accounts::Accounts;
use super::env::run;
use super::glob;
use super::input::Input;
use super::job::{base_name, dir_name, join, Job, Outcome};
use super::mkdir::make_dirs;
use super::options::OPERAND;
use super::tar_member::{Member, BLOCK};
use crate::kernel::LocalBoxFuture;
use crate::layerfs::{Blob, Errno, FileKind, Stat};
use crate::sorted::VecMap;
const RECORD: usize = 10_240;

const SPEC: &str = "-cf:C:hjJkmopPtvxzO create=c file=f: directory=C: extract=x get=x list=t verbose=v gzip=z \
    bzip2=j xz=J exclude=&: strip-components=%: preserve-permissions=p absolute-names=P to-stdout=O \
    dereference=h numeric-owner=! no-same-owner=o keep-old-files=k touch=m";

struct Tar {
    verbose: usize,
    exclude: Vec<String>,
    strip: usize,
    absolute: bool,
    follow: bool,
    keep: bool,
    touch: bool,
    numeric: bool,
    owners: bool,
    modes: bool,
    accounts: Accounts,
    /// The beginnings of names that were told to be left out.
    told: Vec<String>,
    links: VecMap<(u32, u64), String>,
    out: Vec<u8>,
    fd: i32,
    written: usize,
}

/// Makes, lists or unpacks.
pub async fn main(job: &mut Job) -> Outcome {
    // The old way: `tar cvf a.tar d`.
    if let Some(first) = job.args.first_mut().filter(|a| !a.starts_with('-') && !a.is_empty()) {
        let letters = std::mem::take(first);
        let mut words = std::mem::take(&mut job.args).into_iter().skip(1);
        for letter in letters.chars() {
            job.args.push(["-", &letter.to_string()].concat());
            if "fC".contains(letter) {
                job.args.extend(words.next());
            }
        }
        job.args.extend(words);
    }
    let opts = job.options(SPEC)?;
    let Some(action) = opts.last("ctx") else {
        return Err(job.misused(&["You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"]));
    };
    if let Some((_, program)) = [('z', "gzip"), ('j', "bzip2"), ('J', "xz")].iter().find(|p| opts.has(p.0)) {
        return Err(compressed(job, program, action == 'c').await);
    }
    let home = job.proc.cwd();
    let archive = opts.value('f').unwrap_or("-").to_string();
    let mut tar = Tar {
        verbose: opts.opts.iter().filter(|o| o.0 == 'v').count(),
        exclude: opts.values('&').map(str::to_string).collect(),
        strip: opts.value('%').and_then(|s| s.parse().ok()).unwrap_or(0),
        absolute: opts.has('P'),
        follow: opts.has('h'),
        keep: opts.has('k'),
        touch: opts.has('m'),
        numeric: opts.has('!'),
        owners: job.proc.cred().uid == 0 && !opts.has('o'),
        modes: job.proc.cred().uid == 0 || opts.has('p'),
        accounts: Accounts::load(job),
        told: Vec::new(),
        links: VecMap::new(),
        out: Vec::new(),
        fd: 1,
        written: 0,
    };
    if action == 'c' && opts.args.is_empty() {
        job.complain(&["Cowardly refusing to create an empty archive"]);
        return Err(job.refer_to_help());
    }
    let opened = match (action, archive.as_str()) {
        ('c', "-") => Ok(1),
        ('c', path) => job.create(path).await,
        (_, path) => job.open(path).await,
    };
    let fd = match opened {
        Ok(fd) => fd,
        Err(e) => {
            job.complain(&[&archive, ": Cannot open: ", &e.to_string()]);
            job.complain(&["Error is not recoverable: exiting now"]);
            return Err(2);
        }
    };
    tar.fd = if action == 'c' { fd } else { 1 };
    // Each `-C` holds for the operands behind it.
    for (key, word) in &opts.opts {
        match *key {
            'C' => {
                if let Err(e) = job.proc.chdir(word) {
                    job.complain(&[word, ": Cannot open: ", &e.to_string()]);
                    job.complain(&["Error is not recoverable: exiting now"]);
                    return Err(2);
                }
            }
            OPERAND if action == 'c' => tar.add(job, word).await,
            _ => {}
        }
    }
    if action == 'c' {
        let end = (tar.written + tar.out.len() + 2 * BLOCK).next_multiple_of(RECORD);
        tar.out.resize(end - tar.written, 0);
        tar.send(job, true).await;
    } else {
        tar.read(job, fd, &opts.args, action == 'x', opts.has('O')).await;
    }
    job.close(fd);
    let _ = job.proc.chdir(&home);
    if job.status != 0 {
        job.complain(&["Exiting with failure status due to previous errors"]);
        return Err(2);
    }
    Ok(())
}

/// What becomes of an archive that another program is to compress or to open. Gives the exit status.
async fn compressed(job: &mut Job, program: &str, making: bool) -> i32 {
    let status = match run(job, vec![program.to_string()], None).await {
        Ok(status) => status,
        Err((status, _)) if making => {
            job.err(
                &["/bin/sh: 1: ", program, ": ", if status == 127 { "not found" } else { "Permission denied" }, "\n"]
                    .concat(),
            );
            status
        }
        Err((_, reason)) => {
            job.err(&["tar (child): ", program, ": Cannot exec: ", &reason, "\n"].concat());
            job.err("tar (child): Error is not recoverable: exiting now\n");
            2
        }
    };
    job.complain(&["Child returned status ", &status.to_string()]);
    job.complain(&["Error is not recoverable: exiting now"]);
    2
}

impl Tar {
    async fn send(&mut self, job: &mut Job, all: bool) {
        if all || self.out.len() > 65_536 {
            job.flush().await;
            let piece = std::mem::take(&mut self.out);
            self.written += piece.len();
            if let Err(e) = job.proc.write(self.fd, &piece).await {
                job.complain(&["Cannot write: ", &e.to_string()]);
            }
        }
    }

    /// The name within the archive: neither absolute nor above where it is unpacked.
    fn member_name(&mut self, job: &mut Job, path: &str) -> String {
        if self.absolute {
            return path.to_string();
        }
        let above = [path, "/"].concat().rfind("/../").map_or(if path.starts_with("../") { 3 } else { 0 }, |at| at + 4);
        let name = path.get(above..).unwrap_or("").trim_start_matches('/');
        let prefix = path.strip_suffix(name).unwrap_or("").to_string();
        if !prefix.is_empty() && !self.told.contains(&prefix) {
            let status = job.status;
            job.complain(&["Removing leading `", &prefix, "' from member names"]);
            job.status = status;
            self.told.push(prefix);
        }
        if name.is_empty() {
            "./".to_string()
        } else {
            name.to_string()
        }
    }

    fn excluded(&self, path: &str) -> bool {
        self.exclude.iter().any(|p| glob::matches(p, path, false) || glob::matches(p, base_name(path), false))
    }

    fn add<'a>(&'a mut self, job: &'a mut Job, path: &'a str) -> LocalBoxFuture<'a, ()> {
        Box::pin(async move {
            if self.excluded(path) {
                return;
            }
            let stat = match if self.follow { job.stat(path) } else { job.lstat(path) } {
                Ok(stat) => stat,
                Err(e) => return job.complain(&[path, ": Cannot stat: ", &e.to_string()]),
            };
            let dir = stat.kind == FileKind::Dir;
            let mut name = self.member_name(job, path);
            if dir && !name.ends_with('/') {
                name.push('/');
            }
            let mut member = self.member(job, path, &stat, name);
            if stat.nlink > 1 && !dir {
                match self.links.get(&(stat.dev, stat.ino)) {
                    Some(first) => (member.kind, member.link, member.size) = (b'1', first.clone(), 0),
                    None => drop(self.links.insert((stat.dev, stat.ino), member.name.clone())),
                }
            }
            if stat.kind == FileKind::Socket {
                return job.complain(&[path, ": socket ignored"]);
            }
            if self.verbose > 0 {
                let line = if self.verbose > 1 { member.long() } else { member.name.clone() };
                if self.fd == 1 {
                    job.err(&[&line, "\n"].concat());
                } else {
                    job.line(&line);
                }
            }
            member.write(&mut self.out);
            if member.kind == b'0' {
                self.content(job, path, member.size).await;
            }
            self.send(job, false).await;
            if dir {
                match job.proc.fs(|vfs, who| vfs.readdir(who, path)) {
                    Ok(names) => {
                        for entry in names {
                            self.add(job, &join(path, &entry.name)).await;
                        }
                    }
                    Err(e) => job.complain(&[path, ": Cannot open: ", &e.to_string()]),
                }
            }
        })
    }

    async fn content(&mut self, job: &mut Job, path: &str, size: u64) {
        let blob = job.proc.fs(|vfs, who| vfs.blob(who, path)).unwrap_or_else(|e| {
            job.complain(&[path, ": Cannot open: ", &e.to_string()]);
            Blob::empty()
        });
        let mut at = 0;
        while at < blob.len() {
            let piece = blob.read_at(at, 65_536);
            at += piece.len() as u64;
            self.out.extend_from_slice(&piece);
            self.send(job, false).await;
            job.proc.checkpoint().await;
        }
        let pad = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        self.out.extend(std::iter::repeat_n(0, (size - at.min(size) + pad) as usize));
    }

    fn member(&self, job: &Job, path: &str, stat: &Stat, name: String) -> Member {
        let kind = match stat.kind {
            FileKind::Dir => b'5',
            FileKind::Symlink => b'2',
            FileKind::CharDevice => b'3',
            FileKind::BlockDevice => b'4',
            FileKind::Fifo => b'6',
            _ => b'0',
        };
        Member {
            name,
            mode: stat.mode,
            uid: stat.uid,
            gid: stat.gid,
            size: if kind == b'0' { stat.size } else { 0 },
            mtime: stat.mtime,
            kind,
            link: if kind == b'2' { job.readlink(path).unwrap_or_default() } else { String::new() },
            user: self.accounts.user(stat.uid).filter(|_| !self.numeric).map_or(String::new(), |u| u.name.clone()),
            group: self.accounts.group(stat.gid).filter(|_| !self.numeric).map_or(String::new(), |g| g.name.clone()),
            device: stat.rdev,
        }
    }

    async fn read(&mut self, job: &mut Job, fd: i32, wanted: &[String], extract: bool, to_stdout: bool) {
        let mut input = Input::new(fd);
        let archive = input.rest(job).await;
        let mut at = 0;
        let (mut long_name, mut long_link) = (None, None);
        let mut found = vec![false; wanted.len()];
        if !archive.is_empty() && archive.len() < BLOCK {
            job.complain(&["This does not look like a tar archive"]);
        }
        while let Some(header) = archive.get(at..at + BLOCK).filter(|h| h.iter().any(|b| *b != 0)) {
            let Some(mut member) = Member::read(header) else {
                job.complain(&["This does not look like a tar archive"]);
                break;
            };
            at += BLOCK;
            let end = at.saturating_add(usize::try_from(member.size).unwrap_or(usize::MAX)).min(archive.len());
            let data = archive.get(at..end).unwrap_or(&[]);
            at = end.next_multiple_of(BLOCK);
            let text = || String::from_utf8_lossy(data).trim_end_matches('\0').to_string();
            match member.kind {
                b'L' => {
                    long_name = Some(text());
                    continue;
                }
                b'K' => {
                    long_link = Some(text());
                    continue;
                }
                // What PAX headers add is not needed here, but for the names.
                b'x' | b'g' => {
                    for record in text().lines() {
                        let field = record.split_once(' ').and_then(|r| r.1.split_once('='));
                        match field {
                            Some(("path", value)) => long_name = Some(value.to_string()),
                            Some(("linkpath", value)) => long_link = Some(value.to_string()),
                            _ => {}
                        }
                    }
                    continue;
                }
                _ => {}
            }
            member.name = long_name.take().unwrap_or(member.name);
            member.link = long_link.take().unwrap_or(member.link);
            let bare = member.name.trim_end_matches('/');
            let hit = wanted.iter().position(|w| {
                let w = w.trim_end_matches('/');
                bare == w || bare.strip_prefix(w).is_some_and(|r| r.starts_with('/'))
            });
            if let Some(slot) = hit.and_then(|h| found.get_mut(h)) {
                *slot = true;
            }
            if self.excluded(bare) || !wanted.is_empty() && hit.is_none() {
                continue;
            }
            if self.numeric {
                (member.user, member.group) = (String::new(), String::new());
            }
            let name = self.member_name(job, &member.name);
            if extract && !self.absolute && bare.split('/').any(|part| part == "..") {
                job.complain(&[&member.name, ": Member name contains '..'"]);
                continue;
            }
            let level = self.verbose + usize::from(!extract);
            if level > 0 {
                job.line(&if level > 1 { member.long() } else { member.name.clone() });
            }
            if to_stdout {
                job.bytes(data);
            } else if extract {
                self.unpack(job, &member, &name, data);
            }
            job.relieve().await;
        }
        for (name, _) in wanted.iter().zip(&found).filter(|f| !f.1) {
            job.complain(&[name, ": Not found in archive"]);
        }
    }

    fn unpack(&mut self, job: &mut Job, member: &Member, name: &str, data: &[u8]) {
        let name = name.trim_end_matches('/').split('/').skip(self.strip).collect::<Vec<_>>().join("/");
        if name.is_empty() {
            return;
        }
        let path = name.as_str();
        // A file in the way is told of by what then cannot be opened.
        match make_dirs(job, dir_name(path), &mut Vec::new()) {
            Ok(()) | Err((_, Errno::EEXIST | Errno::ENOTDIR)) => {}
            Err((dir, e)) => job.complain(&[&dir, ": Cannot mkdir: ", &e.to_string()]),
        }
        let done = job.proc.fs(|vfs, who| {
            if member.kind != b'5' && vfs.lstat(who, path).is_ok() {
                if self.keep {
                    return Err(Errno::EEXIST);
                }
                let _ = vfs.unlink(who, path);
            }
            match member.kind {
                b'5' => vfs.mkdir(who, path, 0o700).or_else(|e| if e == Errno::EEXIST { Ok(()) } else { Err(e) })?,
                b'2' => vfs.symlink(who, &member.link, path)?,
                b'1' => vfs.link(who, &member.link, path)?,
                b'3' => vfs.mknod(who, path, FileKind::CharDevice, member.device, member.mode)?,
                b'4' => vfs.mknod(who, path, FileKind::BlockDevice, member.device, member.mode)?,
                b'6' => vfs.mknod(who, path, FileKind::Fifo, (0, 0), member.mode)?,
                _ => vfs.put_blob(who, path, Blob::from_bytes(data.to_vec()), 0o600)?,
            }
            if self.owners {
                vfs.chown(who, path, Some(member.uid), Some(member.gid), false)?;
            }
            if member.kind != b'2' {
                let mask = if self.modes { 0 } else { who.umask };
                vfs.chmod(who, path, member.mode & !mask)?;
            }
            let mtime = if self.touch { who.now } else { member.mtime };
            vfs.utimes(who, path, Some(who.now), Some(mtime), false)
        });
        if let Err(e) = done {
            job.complain(&[path, ": Cannot open: ", &e.to_string()]);
        }
    }
}
