//! `capas daemon` as tests start it: the built program, on a socket of its own, in a folder of its own. It must not know
//! what clients do with it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A running daemon; it ends, and its folder goes, when this is dropped.
pub struct Daemon {
    process: Child,
    /// `unix://…`.
    pub host: String,
    /// The folder that holds its socket, for the test to use.
    pub folder: PathBuf,
}

impl Daemon {
    /// Starts one and waits until it listens. `args` come after `-H` and the socket.
    pub fn start(args: &[&str]) -> Daemon {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // A socket's path may have 107 bytes, so not in the build folder.
        let name = format!("capas-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let host = format!("unix://{}", folder.join("docker.sock").display());
        let mut process = Command::new(env!("CARGO_BIN_EXE_capas"))
            .args(["daemon", "-H", &host])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), format!("export DOCKER_HOST={host}"));
        Daemon { process, host, folder }
    }

    /// One with real archives loaded.
    pub fn with_archives(archives: &[&Path]) -> Daemon {
        let loads: Vec<&str> = archives.iter().flat_map(|path| ["--load", path.to_str().unwrap()]).collect();
        Daemon::start(&loads)
    }

    /// The socket's path.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    /// The memory that it holds, in bytes; none where the system does not say.
    pub fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
    }

    /// Whether it still runs.
    pub fn is_up(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
