//! `tail`: the last lines or bytes, and with `-f` what is added later. It waits for a change of the file system, not
//! for a timer, so that a follower costs nothing while nothing happens.

use super::head::{cannot_open, heading, plain_number};
use super::input::Input;
use super::job::{Job, Outcome};
use super::sizes;
use crate::kernel::Whence;
use crate::layerfs::Errno;
use crate::layerfs::FileKind;
use std::collections::VecDeque;

struct Plan {
    count: u64,
    from_start: bool,
    by_bytes: bool,
    delimiter: u8,
    headings: bool,
}

struct Followed {
    path: String,
    fd: i32,
    ino: u64,
    read: u64,
}

/// Shows the ends of the operands.
pub async fn main(job: &mut Job) -> Outcome {
    let obsolete = job.args.first().and_then(|w| w.strip_prefix('-')).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    if let Some(digits) = obsolete.filter(|d| !d.is_empty() && job.args.len() > 2).map(str::to_string) {
        job.complain(&["option used in invalid context -- ", digits.get(..1).unwrap_or("")]);
        return Err(1);
    }
    plain_number(job);
    if let Some(word) = job.args.first_mut().filter(|w| w.starts_with('+') && w.len() > 1) {
        *word = ["-n", word].concat();
    }
    let opts = job.options(
        "n:c:fFqvs:z lines=n: bytes=c: follow=&? quiet=q silent=q verbose=v zero-terminated=z \
         sleep-interval=s:",
    )?;
    let by_bytes = opts.last("nc") == Some('c');
    let given = if by_bytes { opts.value('c') } else { opts.value('n') }.unwrap_or("10").to_string();
    let from_start = given.starts_with('+');
    let digits = given.trim_start_matches(['+', '-']);
    let Some(count) = sizes::parse(digits) else {
        let shown = job.quoted(&given);
        job.complain(&["invalid number of ", if by_bytes { "bytes" } else { "lines" }, ": ", &shown]);
        return Err(1);
    };
    let headings = opts.last("qv").map_or(opts.args.len() > 1, |k| k == 'v');
    let plan = Plan { count, from_start, by_bytes, delimiter: if opts.has('z') { 0 } else { b'\n' }, headings };
    let by_name = opts.has('F') || opts.value('&') == Some("name");
    let follow = by_name || opts.has('f') || opts.has('&');
    let paths = if opts.args.is_empty() { vec!["-".to_string()] } else { opts.args };
    let (mut first, mut any) = (true, false);
    let mut followed = Vec::new();
    for path in paths {
        let fd = match job.open(&path).await {
            Ok(fd) => fd,
            Err(e) => {
                cannot_open(job, &path, e);
                if by_name {
                    followed.push(Followed { path, fd: -1, ino: 0, read: 0 });
                }
                continue;
            }
        };
        any = true;
        if plan.headings {
            heading(job, &path, &mut first);
        }
        let mut input = Input::new(fd);
        let read = show_end(job, &mut input, &plan).await;
        if let Some(e) = input.error {
            job.fail("error reading", &path, e);
        }
        let pipe = path == "-" && !job.proc.fstat(0).is_ok_and(|s| s.kind == FileKind::File);
        if follow && input.error.is_none() && !pipe {
            let ino = job.proc.fstat(fd).map_or(0, |s| s.ino);
            followed.push(Followed { path, fd, ino, read });
        } else {
            input.close(job);
        }
    }
    if follow && !followed.is_empty() {
        pursue(job, followed, &plan, by_name).await;
    }
    if follow && job.status != 0 {
        job.complain(&["no files remaining"]);
    } else if job.busybox() && job.status != 0 && !any {
        job.complain(&["no files"]);
    }
    Ok(())
}

/// Shows the end of one file; gives how much of it was read.
async fn show_end(job: &mut Job, input: &mut Input, plan: &Plan) -> u64 {
    let mut total = 0;
    let mut skipped = 0;
    let mut kept: VecDeque<Vec<u8>> = VecDeque::new();
    let mut kept_bytes = 0u64;
    loop {
        let record = match plan.by_bytes {
            true => input.piece(job).await,
            false => input.record(job, plan.delimiter).await,
        };
        let Some(record) = record else { break };
        let len = record.len() as u64;
        total += len;
        if plan.from_start {
            // `+1` and `+0` are the whole file.
            let skip = plan.count.saturating_sub(1).saturating_sub(skipped);
            let unit = if plan.by_bytes { len } else { 1 };
            skipped += unit.min(skip);
            if plan.by_bytes {
                job.bytes(record.get(usize::try_from(skip).unwrap_or(usize::MAX)..).unwrap_or(&[]));
            } else if skip == 0 {
                job.bytes(&record);
            }
            continue;
        }
        kept_bytes += len;
        kept.push_back(record);
        loop {
            let surplus = match plan.by_bytes {
                true => kept.front().is_some_and(|f| kept_bytes - f.len() as u64 >= plan.count),
                false => kept.len() as u64 > plan.count,
            };
            if !surplus {
                break;
            }
            kept_bytes -= kept.pop_front().map_or(0, |f| f.len() as u64);
        }
    }
    if plan.by_bytes {
        if let Some(first) = kept.front_mut() {
            let surplus = usize::try_from(kept_bytes.saturating_sub(plan.count)).unwrap_or(0).min(first.len());
            first.drain(..surplus);
        }
    }
    for piece in kept {
        job.bytes(&piece);
    }
    total
}

/// Shows what is added to the files, until a signal ends it or (by descriptor) nothing is left to follow.
async fn pursue(job: &mut Job, mut files: Vec<Followed>, plan: &Plan, by_name: bool) {
    let mut shown_last = files.len() - 1;
    loop {
        job.flush().await;
        let seen = job.proc.files_version();
        for i in 0..files.len() {
            let Some(file) = files.get_mut(i) else { continue };
            if by_name {
                reopen(job, file).await;
            }
            if file.fd < 0 {
                continue;
            }
            let size = job.proc.fstat(file.fd).map_or(0, |s| s.size);
            if size < file.read {
                job.complain(&[&file.path, ": file truncated"]);
                file.read = 0;
                let _ = job.proc.seek(file.fd, 0, Whence::Start);
            }
            if size == file.read {
                continue;
            }
            if plan.headings && shown_last != i {
                heading(job, &file.path.clone(), &mut false);
                shown_last = i;
            }
            while let Ok(piece) = job.proc.read(file.fd, 65_536).await {
                if piece.is_empty() {
                    break;
                }
                file.read += piece.len() as u64;
                job.bytes(&piece);
                job.flush().await;
            }
        }
        job.flush().await;
        if job.proc.files_changed(seen).await.is_err() {
            return;
        }
    }
}

/// `-F`: the name may come to mean another file, or none.
async fn reopen(job: &mut Job, file: &mut Followed) {
    let shown = job.quoted(&file.path);
    match job.stat(&file.path) {
        Ok(stat) if stat.ino != file.ino => {
            if let Ok(fd) = job.open(&file.path).await {
                let news = if file.fd < 0 { "has appeared" } else { "has been replaced" };
                job.close(file.fd);
                (file.fd, file.ino, file.read) = (fd, stat.ino, 0);
                let status = job.status;
                job.complain(&[&shown, " ", news, ";  following new file"]);
                job.status = status;
            }
        }
        Err(Errno::ENOENT) if file.fd >= 0 => {
            job.close(file.fd);
            (file.fd, file.ino) = (-1, 0);
            let status = job.status;
            job.complain(&[&shown, " has become inaccessible: No such file or directory"]);
            job.status = status;
        }
        _ => {}
    }
}
