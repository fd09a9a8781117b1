//! The student's own computer: a small Linux with a home folder, a shell, and `docker` as one of its programs. It must
//! not know what engine is behind `docker`, nor who types.

mod files;
mod lines;

pub use files::HostFile;
pub use lines::{Captured, Lines, Output};

use crate::ambient::Time;
use crate::docker;
use crate::engine::api::Engine;
use crate::kernel::{dev, Completer, Cred, ExecError, Fds, Kernel, OpenFile, Procfs, Programs, Spawn, System, Tty};
use crate::layerfs::{Mount, Vfs};
use crate::shell;
use crate::terminal::tty::Size;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// How the computer is used.
pub struct Setup {
    /// Answers `docker`.
    pub engine: Rc<dyn Engine>,
    /// Everything but `docker`.
    pub programs: Programs,
    /// The terminal's size.
    pub size: Size,
    /// Files that are there beside the usual ones.
    pub files: Vec<HostFile>,
    /// Whether the user is root.
    pub root: bool,
    /// Whether lines are handed to the shell one by one, its output captured, instead of typed at its prompt.
    pub captured: bool,
}

/// The computer, switched on.
pub struct Host {
    /// Its processes and files.
    pub system: System,
    /// Its terminal.
    pub tty: Tty,
    /// The way in and out where lines are handed over.
    pub lines: Option<Lines>,
}

/// The user's name.
pub const USER: &str = "alumno";
/// The computer's name.
pub const HOSTNAME: &str = "aula";

impl Host {
    /// Switches it on and starts the shell.
    pub fn start(kernel: &Kernel, setup: Setup) -> Result<Host, ExecError> {
        let mut programs = setup.programs;
        let engine = setup.engine.clone();
        programs.insert("docker", move |proc| Box::pin(docker::entry(engine.clone(), proc)));
        let engine = setup.engine;
        let completer: Completer = Rc::new(move |words| {
            let engine = engine.clone();
            Box::pin(async move { docker::complete(&*engine, &words).await })
        });
        programs.insert_completer("docker", completer);
        let now = kernel.now();
        let layer = files::layer(&programs, now, &setup.files);
        let vfs = Vfs::new(Mount::new(vec![Arc::new(layer)]));
        let system = System::new(kernel, vfs, HOSTNAME, programs);
        system.change_mounts(|vfs| mount(vfs, &system, now));
        system.set_next_pid(1_000);
        let tty = Tty::new(setup.size);
        tty.set_attended(true);
        let index = system.add_tty(&tty);
        // Its own /dev is there; should it be missing, the terminal works all the same, without its file.
        let _ = system.with_vfs(|vfs| dev::add_terminal(vfs, now, index, false));
        let (name, home) = if setup.root { ("root", "/root") } else { (USER, files::HOME) };
        let mut spawn = Spawn::new(vec!["bash".to_owned()]);
        spawn.path = Some("/bin/bash".to_owned());
        spawn.env = environment(name, home);
        spawn.cwd = home.to_owned();
        spawn.cred = match setup.root {
            true => Cred::default(),
            false => Cred { uid: 1000, gid: 1000, groups: vec![1000, 27, 998] },
        };
        spawn.tty = Some(tty.clone());
        let lines = setup.captured.then(Lines::new);
        match &lines {
            None => spawn.fds = Fds::on_tty(&tty),
            Some(lines) => {
                let (out, err) = lines.files();
                spawn.fds = Fds::standard(OpenFile::tty(tty.clone()), out, err);
                let lines = lines.clone();
                spawn.program = Some(Box::new(move |proc| Box::pin(lines.serve(proc))));
            }
        }
        let shell = system.spawn(spawn)?;
        tty.set_foreground(shell.pgid());
        Ok(Host { system, tty, lines })
    }
}

fn mount(vfs: &mut Vfs, system: &System, now: Time) {
    if let Ok(dev) = dev::mount(now) {
        // The mount points are in the computer's own layer.
        let _ = vfs.mount_at("/dev", Rc::new(RefCell::new(dev)), false);
    }
    let _ = vfs.mount_pseudo("/proc", Rc::new(Procfs::new(system)), "proc");
}

fn environment(user: &str, home: &str) -> Vec<(String, String)> {
    let pairs = [
        ("HOME", home),
        ("LOGNAME", user),
        ("USER", user),
        ("SHELL", "/bin/bash"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("PWD", home),
        ("TERM", "xterm-256color"),
    ];
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// The programs that the computer and the images have, shells included.
pub fn programs() -> Programs {
    let mut programs = shell::programs::programs();
    programs.extend(&shell::shells());
    programs
}
