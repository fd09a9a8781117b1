//! Starting a process in a container: who it is, where it starts, which file it runs, and the runtime's sentences
//! where one of these fails (runc 1.1). It must not know what its streams are connected to.

use super::merge;
use crate::engine::api::{EngineError, OciProblem};
use crate::kernel::{race, users, Body, Child, Disposition, Either, ExecError, Fds, Proc, Signal, Spawn, System, Tty};
use crate::layerfs::{Errno, FileKind, Vfs, Who};
use crate::sorted;

/// What is to be run.
pub(super) struct Launch {
    pub(super) argv: Vec<String>,
    /// Without HOME.
    pub(super) env: Vec<(String, String)>,
    pub(super) user: String,
    /// Further groups, by name or number.
    pub(super) group_add: Vec<String>,
    /// Absolute; empty is `/`.
    pub(super) working_dir: String,
    pub(super) fds: Fds,
    pub(super) tty: Option<Tty>,
    /// Put docker-init in front of it.
    pub(super) init: bool,
}

/// Why it was not.
pub(super) enum Failure {
    /// dockerd itself refuses.
    Engine(EngineError),
    /// The runtime does.
    Oci(OciProblem),
}

/// Starts it as a process whose parent is outside.
pub(super) fn launch(system: &System, launch: Launch) -> Result<Child, Failure> {
    let Launch { argv, mut env, user, group_add, working_dir, fds, tty, init } = launch;
    let now = system.kernel().now();
    let (mut cred, home) = system.with_vfs(|vfs| users::resolve(vfs, &Who::root(now), &user)).map_err(|e| {
        let (name, group) = user.split_once(':').unwrap_or((&user, ""));
        Failure::Engine(match e {
            users::UserError::NoUser => EngineError::NoSuchUser { user: name.to_owned() },
            users::UserError::NoGroup => EngineError::NoSuchGroup { group: group.to_owned() },
        })
    })?;
    // Since 20.10.18 the primary group is among the further ones, so that a file may deny it something.
    cred.groups.push(cred.gid);
    let further = system.with_vfs(|vfs| further_groups(vfs, &Who::root(now), &group_add)).map_err(Failure::Engine)?;
    cred.groups.extend(further);
    // The kernel keeps them in order.
    sorted::sort(&mut cred.groups);
    cred.groups.dedup();
    if !env.iter().any(|(k, _)| k == "HOME") {
        merge::set(&mut env, "HOME", &home);
    }
    let path_variable = env.iter().find(|(k, _)| k == "PATH").map(|(_, v)| v.clone()).unwrap_or_default();
    let name = argv.first().cloned().unwrap_or_default();
    let (cwd, file) = system
        .with_vfs(|vfs| {
            let root = Who::root(now);
            let cwd = working_directory(vfs, &root, &working_dir)?;
            let who = Who { cwd: &cwd, uid: cred.uid, gid: cred.gid, groups: &cred.groups, ..root };
            look_path(vfs, &who, &name, &path_variable).map(|file| (cwd.clone(), file))
        })
        .map_err(Failure::Oci)?;
    let spawn = |program: Option<Body>| Spawn {
        path: Some(file.clone()),
        env: env.clone(),
        cwd: cwd.clone(),
        cred: cred.clone(),
        fds: fds.clone(),
        tty: tty.clone(),
        program,
        ..Spawn::new(argv.clone())
    };
    if init {
        let mut line = vec!["/sbin/docker-init".to_owned(), "--".to_owned()];
        line.extend(argv.iter().cloned());
        let (file, argv) = (file.clone(), argv.clone());
        let body: Body = Box::new(move |proc| Box::pin(docker_init(proc, file, argv)));
        let spawned = system.spawn(Spawn { argv: line, ..spawn(Some(body)) });
        return spawned.map_err(|_| Failure::Oci(OciProblem::NoSuchFile(name)));
    }
    let complaint = match system.spawn(spawn(None)) {
        Ok(child) => return Ok(child),
        Err(ExecError::Permission(_) | ExecError::IsDir(_)) => {
            return Err(Failure::Oci(OciProblem::PermissionDenied(name)));
        }
        Err(ExecError::NotFound(_)) => return Err(Failure::Oci(OciProblem::NoSuchFile(name))),
        // From here on the container counts as started: the runtime's last words are its output.
        Err(ExecError::BadInterpreter { .. }) => format!("exec {file}: no such file or directory\n"),
        Err(ExecError::Text(_) | ExecError::NotExecutable(_)) => format!("exec {file}: exec format error\n"),
        Err(other) => format!("exec {other}\n"),
    };
    let program: Body = Box::new(move |proc| {
        Box::pin(async move {
            proc.eprint(&complaint).await;
            1
        })
    });
    system.spawn(spawn(Some(program))).map_err(|_| Failure::Oci(OciProblem::NoSuchFile(name)))
}

/// docker-init (tini): starts the program as its only child, hands on every signal, takes care of orphans, and ends
/// as the child ends.
async fn docker_init(proc: Proc, file: String, argv: Vec<String>) -> i32 {
    for signal in Signal::ALL.iter().filter(|s| !matches!(**s, Signal::CHLD | Signal::TTIN | Signal::TTOU)) {
        proc.on_signal(*signal, Disposition::Catch);
    }
    proc.set_comm("docker-init");
    proc.set_reaps_orphans(true);
    let child = match proc.spawn(Spawn { path: Some(file.clone()), pgid: Some(0), ..proc.child(argv) }) {
        Ok(child) => child,
        Err(error) => {
            proc.eprint(&format!("[FATAL tini (1)] exec {file} failed: {}\n", error.errno())).await;
            return if error.errno() == Errno::ENOENT { 127 } else { 126 };
        }
    };
    // Without a terminal there is no foreground to give away.
    let _ = proc.tcsetpgrp(child.pgid());
    loop {
        match race(child.wait(), proc.next_signal()).await {
            Either::Left(status) => return status.code(),
            Either::Right(signal) => child.signal(signal),
        }
    }
}

/// The numbers of the groups that `--group-add` names; a number may be one that nobody knows.
fn further_groups(vfs: &Vfs, who: &Who<'_>, named: &[String]) -> Result<Vec<u32>, EngineError> {
    const MAX: i64 = (1 << 31) - 1;
    let known = if named.is_empty() { Vec::new() } else { users::groups(vfs, who) };
    let number = |name: &String| {
        if let Some(group) = known.iter().find(|group| group.name == *name || group.gid.to_string() == *name) {
            return Ok(group.gid);
        }
        match name.parse::<i64>() {
            Ok(gid @ 0..=MAX) => Ok(gid as u32),
            Ok(_) => Err(EngineError::IdOutOfRange),
            Err(_) => Err(EngineError::NoSuchFurtherGroup { group: name.clone() }),
        }
    };
    named.iter().map(number).collect()
}

fn working_directory(vfs: &Vfs, who: &Who<'_>, dir: &str) -> Result<String, OciProblem> {
    let dir = if dir.is_empty() { "/" } else { dir };
    match vfs.stat(who, dir) {
        Ok(s) if s.kind == FileKind::Dir => vfs.realpath(who, dir).map_err(|_| OciProblem::Chdir(dir.to_owned())),
        Ok(_) => Err(OciProblem::ChdirNotDir(dir.to_owned())),
        Err(_) => Err(OciProblem::Chdir(dir.to_owned())),
    }
}

/// Go's `exec.LookPath`: a name with a slash is a path, another is looked for in PATH.
fn look_path(vfs: &Vfs, who: &Who<'_>, name: &str, path: &str) -> Result<String, OciProblem> {
    if name.contains('/') {
        return match vfs.stat(who, name) {
            Err(_) => Err(OciProblem::NoSuchFile(name.to_owned())),
            Ok(s) if s.kind == FileKind::Dir || s.mode & 0o111 == 0 => {
                Err(OciProblem::PermissionDenied(name.to_owned()))
            }
            Ok(_) => Ok(name.to_owned()),
        };
    }
    let runs = |file: &String| vfs.stat(who, file).is_ok_and(|s| s.kind != FileKind::Dir && s.mode & 0o111 != 0);
    path.split(':')
        .map(|dir| if dir.is_empty() { format!("./{name}") } else { format!("{}/{name}", dir.trim_end_matches('/')) })
        .find(runs)
        .filter(|_| !name.is_empty())
        .ok_or_else(|| OciProblem::NotInPath(name.to_owned()))
}
