//! A program on a real terminal: what is typed, what comes back. It must not know which program.

use rustix::pty::{grantpt, openpt, ptsname, unlockpt, OpenptFlags};
use rustix::termios::{tcsetwinsize, Winsize};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running program and the other side of its terminal, of 24 rows and 80 columns.
pub struct Pty {
    master: File,
    child: Child,
    received: Arc<Mutex<Received>>,
}

#[derive(Default)]
struct Received {
    bytes: Vec<u8>,
    ended: bool,
}

impl Pty {
    /// Runs `bash -c line` with `setup` done to the command.
    pub fn bash(line: &str, setup: impl FnOnce(&mut Command)) -> Pty {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        // `setsid` makes it the controlling terminal, which a safe program cannot do for its child.
        let mut command = Command::new("setsid");
        command.args(["-c", "-w", "bash", "-c", line]).stdin(slave()).stdout(slave()).stderr(slave());
        setup(&mut command);
        let child = command.spawn().unwrap();
        drop(command);
        let master = File::from(master);
        let received = Arc::new(Mutex::new(Received::default()));
        let (mut reading, seen) = (master.try_clone().unwrap(), received.clone());
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n) = reading.read(&mut buffer) {
                if n == 0 {
                    break;
                }
                seen.lock().unwrap().bytes.extend(&buffer[..n]);
            }
            seen.lock().unwrap().ended = true;
        });
        Pty { master, child, received }
    }

    /// All that came so far.
    pub fn received(&self) -> Vec<u8> {
        self.received.lock().unwrap().bytes.clone()
    }

    /// Waits until so many bytes have come in all; not for ever.
    pub fn wait_for(&self, bytes: usize, patience: Duration) {
        let start = Instant::now();
        while self.received.lock().unwrap().bytes.len() < bytes && start.elapsed() < patience {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types.
    pub fn type_keys(&mut self, keys: &[u8]) {
        self.master.write_all(keys).unwrap();
    }

    /// Waits for the program's end; the status, none where it had to be killed.
    pub fn finish(&mut self, patience: Duration) -> Option<i32> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            if start.elapsed() > patience {
                let _ = self.child.kill();
                let _ = self.child.wait();
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        while !self.received.lock().unwrap().ended && start.elapsed() < patience {
            thread::sleep(Duration::from_millis(5));
        }
        status
    }
}
