//! The Apache server as it runs, as far as that goes without a network: it holds its ports, starts its children, writes its
//! log and obeys signals. How it was asked for is `httpd`'s business.

use super::daemon::{self, catch, worker};
use super::httpd::read;
use super::httpd_conf::{stamp, Asked, Conf};
use super::job::Outcome;
use crate::kernel::{Child, ExitStatus, File, Proc, Signal};
use std::future::pending;

/// The modules for many requests at a time, each with its children at the start and the numbers of its messages: resuming,
/// SIGTERM, SIGWINCH, SIGUSR1, SIGHUP.
const MPMS: [(&str, usize, [&str; 5]); 3] = [
    ("event", 3, ["489", "491", "492", "493", "494"]),
    ("prefork", 5, ["163", "169", "170", "171", "173"]),
    ("worker", 3, ["292", "295", "296", "297", "298"]),
];

/// A running server.
pub struct Server {
    proc: Proc,
    argv0: String,
    banner: String,
    command: String,
    mpm: (&'static str, usize, [&'static str; 5]),
    /// The number of its thread, where it has threads: an address, which the kernel draws.
    tid: Option<u64>,
    log: Option<File>,
    ids: (u32, u32),
    pid_file: String,
}

/// Where glibc would have put the thread: near the top of the lower half of the addresses.
fn thread(proc: &Proc) -> u64 {
    let page = proc.kernel().random_bytes(4).into_iter().fold(0u64, |n, byte| n << 8 | u64::from(byte)) & 0x0fff_ffff;
    0x7f00_0000_0480 + (page << 12)
}

impl Server {
    /// A server of that name and build, called by that command line.
    pub fn new(proc: &Proc, argv0: String, banner: &str, command: String, conf: &Conf) -> Server {
        let mpm = *MPMS.iter().find(|mpm| mpm.0 == conf.mpm()).unwrap_or(&MPMS[0]);
        let mut banner = banner.to_string();
        if conf.modules.iter().any(|module| module == "php7") {
            banner.push_str(&[" PHP/", super::php::VERSION].concat());
        }
        Server {
            proc: proc.clone(),
            argv0,
            banner,
            command,
            mpm,
            tid: (mpm.0 != "prefork").then(|| thread(proc)),
            log: None,
            ids: conf.ids,
            pid_file: conf.path(&conf.pid_file),
        }
    }

    /// The same, run by another process.
    pub fn of(self, proc: Proc) -> Server {
        Server { proc, ..self }
    }

    /// Takes the ports and opens the error log.
    pub async fn open(&mut self, conf: &Conf) -> Outcome {
        let mut said = String::new();
        let mut held = false;
        for (address, port) in &conf.listens {
            if let Err(errno) = self.proc.listen(*port) {
                let all = ["[::]", "0.0.0.0"];
                let one = [address.as_str()];
                for address in if address.is_empty() { all.as_slice() } else { one.as_slice() } {
                    let (number, words) = (errno.number().to_string(), errno.message());
                    let place = [": AH00072: make_sock: could not bind to address ", address, ":", &port.to_string()];
                    said.push_str(&["(", &number, ")", words, &place.concat(), "\n"].concat());
                }
            } else {
                held = true;
            }
        }
        if !held {
            said.push_str("no listening sockets available, shutting down\n");
        }
        if held && said.is_empty() {
            match daemon::open_log(&self.proc, &conf.path(&conf.error_log)).await {
                Ok(file) => {
                    self.log = Some(file);
                    return Ok(());
                }
                Err(errno) => {
                    let words = ["(", &errno.number().to_string(), ")", errno.message(), ": AH00091: ", &self.argv0];
                    said = [&words.concat(), ": could not open error log file ", &conf.path(&conf.error_log), ".\n"]
                        .concat();
                }
            }
        }
        self.proc.eprint(&[&said, "AH00015: Unable to open logs\n"].concat()).await;
        Err(1)
    }

    async fn say(&self, of: &str, words: &[&str]) {
        let line = [&stamp(&self.proc, of, self.tid), words.concat().as_str(), "\n"].concat();
        if let Some(log) = &self.log {
            let _ = self.proc.write_file(log, line.as_bytes()).await;
        }
    }

    /// A message of the multi-processing module, by its place in the table.
    async fn tell(&self, which: usize, words: &[&str]) {
        let number = self.mpm.2.get(which).copied().unwrap_or_default();
        let of = ["mpm_", self.mpm.0, ":notice"].concat();
        self.say(&of, &["AH00", number, ": ", &words.concat()]).await;
    }

    /// From the second reading of the configuration to the end.
    pub async fn run(mut self, asked: Asked) -> i32 {
        catch(&self.proc, &[Signal::CHLD, Signal::TERM, Signal::INT, Signal::HUP, Signal::USR1, Signal::WINCH]);
        loop {
            let conf = match read(&self.proc, &self.argv0, &asked).await {
                Ok(conf) => conf,
                Err(status) => return status,
            };
            self.proc.stop_listening();
            if let Err(status) = self.open(&conf).await {
                return status;
            }
            self.ids = conf.ids;
            if let Err(status) = self.note_pid().await {
                return status;
            }
            let alone = asked.defines.iter().any(|name| name == "ONE_PROCESS");
            let count = if alone { 0 } else { conf.children.unwrap_or(self.mpm.1) };
            let mut children: Vec<Child> = (0..count).filter_map(|_| self.child()).collect();
            self.tell(0, &[&self.banner, " configured -- resuming normal operations"]).await;
            self.say("core:notice", &["AH00094: Command line: '", &self.command, "'"]).await;
            let end = self.serve(&mut children).await;
            match end {
                Signal::TERM => {
                    daemon::stop_all(&self.proc, &children, Signal::TERM).await;
                    self.remove_pid();
                    self.tell(1, &["caught SIGTERM, shutting down"]).await;
                    return 0;
                }
                Signal::WINCH => {
                    self.tell(2, &["caught SIGWINCH, shutting down gracefully"]).await;
                    self.remove_pid();
                    daemon::stop_all(&self.proc, &children, Signal::TERM).await;
                    return 0;
                }
                Signal::USR1 if self.mpm.0 == "prefork" => {
                    self.tell(3, &["Graceful restart requested, doing restart"]).await;
                }
                Signal::USR1 => self.tell(3, &["SIGUSR1 received.  Doing graceful restart"]).await,
                _ => self.tell(4, &["SIGHUP received.  Attempting to restart"]).await,
            }
            daemon::stop_all(&self.proc, &children, Signal::TERM).await;
        }
    }

    /// Keeps the children at their number until a signal says that it is over.
    async fn serve(&self, children: &mut [Child]) -> Signal {
        loop {
            match self.proc.next_signal().await {
                Signal::INT => return Signal::TERM,
                Signal::CHLD => {}
                signal => return signal,
            }
            for (pid, status) in daemon::ended(&self.proc) {
                if let ExitStatus::Signaled(signal, _) = status {
                    if signal != Signal::TERM {
                        let how = [" exit signal ", &signal.description(), " (", &signal.number().to_string(), ")"];
                        let line = ["AH00052: child pid ", &pid.to_string(), &how.concat()].concat();
                        self.say("core:notice", &[&line]).await;
                    }
                }
                if let Some(place) = children.iter_mut().find(|child| child.pid() == pid) {
                    if let Some(new) = self.child() {
                        *place = new;
                    }
                }
            }
        }
    }

    /// A child waits for requests, which do not come, until a signal ends it.
    fn child(&self) -> Option<Child> {
        worker(&self.proc, self.proc.args(), self.ids.0, self.ids.1, Box::new(|_| Box::pin(pending())))
    }

    async fn note_pid(&self) -> Outcome {
        let pid = self.proc.pid().to_string();
        let old = daemon::read_text(&self.proc, &self.pid_file).unwrap_or_default();
        if !old.is_empty() && old.trim() != pid {
            let words = [" overwritten -- Unclean shutdown of previous Apache run?"];
            self.say("core:warn", &["AH00098: pid file ", &self.pid_file, &words.concat()]).await;
        }
        let Err(errno) = daemon::write_line(&self.proc, &self.pid_file, &pid) else { return Ok(()) };
        let reason = ["(", &errno.number().to_string(), ")", errno.message()].concat();
        self.say("core:error", &[&reason, ": AH00099: could not create ", &self.pid_file]).await;
        self.say("core:error", &["AH00100: ", &self.argv0, ": could not log pid to file ", &self.pid_file]).await;
        Err(1)
    }

    fn remove_pid(&self) {
        let _ = self.proc.fs(|vfs, who| vfs.unlink(who, &self.pid_file));
    }
}
