//! What the web servers share: workers under another user, going into the background, logs, and who is who. It must not
//! know any server in particular. There is no network: a server holds its ports and waits for signals.

use crate::kernel::{users, Body, Child, Cred, Disposition, File, LocalBoxFuture, Proc, Signal, WaitFor, WaitStatus};
use crate::layerfs::{Errno, FileKind, OpenFlags};
use crate::shell::expand::glob::{glob, GlobOptions};

/// Opens a log as servers do: made if missing, and what is written goes to its end.
pub async fn open_log(proc: &Proc, path: &str) -> Result<File, Errno> {
    let flags = OpenFlags { write: true, append: true, create: true, ..OpenFlags::default() };
    proc.open_file(path, flags, 0o644).await
}

/// Replaces a small file by one line.
pub fn write_line(proc: &Proc, path: &str, line: &str) -> Result<(), Errno> {
    let text = [line, "\n"].concat();
    proc.fs(|vfs, who| {
        let handle = vfs.open(who, path, OpenFlags::REWRITE, 0o644)?;
        vfs.write(who, &handle, 0, text.as_bytes()).map(drop)
    })
}

/// The text of a regular file. EISDIR for a directory.
pub fn read_text(proc: &Proc, path: &str) -> Result<String, Errno> {
    let blob = proc.fs(|vfs, who| match vfs.stat(who, path)?.kind {
        FileKind::Dir => Err(Errno::EISDIR),
        _ => vfs.access(who, path, 4).and_then(|()| vfs.blob(who, path)),
    })?;
    Ok(String::from_utf8_lossy(&blob.to_vec()).into_owned())
}

/// Whether a path leads to a directory.
pub fn is_dir(proc: &Proc, path: &str) -> bool {
    proc.fs(|vfs, who| vfs.stat(who, path)).is_ok_and(|stat| stat.kind == FileKind::Dir)
}

/// `path`, from `dir` on where it is relative.
pub fn below(dir: &str, path: &str) -> String {
    if path.starts_with('/') {
        path.to_string()
    } else {
        super::job::join(dir, path)
    }
}

/// The files that an `include` names; `None` where it names one and not a pattern.
pub fn included(proc: &Proc, pattern: &str) -> Option<Vec<String>> {
    pattern.contains(['*', '?', '[']).then(|| glob(proc, pattern, GlobOptions::default()))
}

/// The number of a user.
pub fn uid(proc: &Proc, name: &str) -> Option<u32> {
    proc.fs(|vfs, who| users::by_name(vfs, who, name)).map(|user| user.uid)
}

/// The number of a group.
pub fn gid(proc: &Proc, name: &str) -> Option<u32> {
    proc.fs(|vfs, who| users::groups(vfs, who)).into_iter().find(|group| group.name == name).map(|group| group.gid)
}

/// Has all these signals kept for `next_signal`.
pub fn catch(proc: &Proc, signals: &[Signal]) {
    for signal in signals {
        proc.on_signal(*signal, Disposition::Catch);
    }
}

/// Starts a worker: a copy of this process, of that user (where this one is root) and under that title.
pub fn worker(proc: &Proc, title: Vec<String>, uid: u32, gid: u32, body: Body) -> Option<Child> {
    let mut spawn = proc.child(title);
    if spawn.cred.uid == 0 {
        spawn.cred = Cred { uid, gid, groups: vec![gid] };
    }
    spawn.program = Some(body);
    proc.spawn(spawn).ok()
}

/// Goes into the background: what is left to do is done by a copy of this process in a session of its own, without a
/// terminal.
pub fn detach(proc: &Proc, run: impl FnOnce(Proc) -> LocalBoxFuture<'static, i32> + 'static) {
    let mut spawn = proc.child(proc.args());
    spawn.new_session = true;
    spawn.tty = None;
    spawn.program = Some(Box::new(run));
    // A copy can always be made: there is no file to look up.
    let _ = proc.spawn(spawn);
}

/// Children that have ended, without waiting: the number of each and how.
pub fn ended(proc: &Proc) -> Vec<(u32, crate::kernel::ExitStatus)> {
    let mut all = Vec::new();
    while let Ok(Some((pid, news))) = proc.try_wait_child(WaitFor::Any, false) {
        if let WaitStatus::Ended(status) = news {
            all.push((pid, status));
        }
    }
    all
}

/// Sends the workers a signal and waits for the end of each.
pub async fn stop_all(proc: &Proc, workers: &[Child], signal: Signal) {
    for worker in workers {
        let _ = proc.kill(worker.pid() as i32, Some(signal));
    }
    for worker in workers {
        worker.wait().await;
    }
}
