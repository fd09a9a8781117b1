//! `httpd`, which Debian calls `apache2`: the Apache server as far as it goes without a network. It reads its
//! configuration, holds its ports, starts its children, writes its log and obeys signals. How the configuration is read is
//! `httpd_conf`'s business.

use super::daemon::{self, catch, detach, worker};
use super::dates;
use super::httpd_conf::{stamp, Asked, Conf};
use super::job::{base_name, Job, Outcome};
use super::options;
use crate::kernel::{Child, ExitStatus, File, Proc, Signal};
use crate::layerfs::Errno;
use std::future::pending;

/// What differs between the builds.
struct Build {
    root: &'static str,
    file: &'static str,
    banner: &'static str,
    /// How the moment of its making is written.
    made: &'static str,
}

const UPSTREAM: Build = Build {
    root: "/usr/local/apache2",
    file: "conf/httpd.conf",
    banner: "Apache/2.4.46 (Unix)",
    made: "%b %e %Y %H:%M:%S",
};
const DEBIAN: Build =
    Build { root: "/etc/apache2", file: "apache2.conf", banner: "Apache/2.4.38 (Debian)", made: "%Y-%m-%dT%H:%M:%S" };

/// The modules for many requests at a time, each with its children at the start and the numbers of its messages: resuming,
/// SIGTERM, SIGWINCH, SIGUSR1, SIGHUP.
const MPMS: [(&str, usize, [&str; 5]); 3] = [
    ("event", 3, ["489", "491", "492", "493", "494"]),
    ("prefork", 5, ["163", "169", "170", "171", "173"]),
    ("worker", 3, ["292", "295", "296", "297", "298"]),
];

/// A running server.
#[derive(Clone)]
struct Server {
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

/// `httpd`.
pub async fn main(job: &mut Job) -> Outcome {
    let build = if base_name(&job.proc.exe()) == "apache2" { &DEBIAN } else { &UPSTREAM };
    let argv0 = base_name(&job.proc.name()).to_string();
    let parsed = match options::parse("+D:d:f:C:c:k:e:E:vVhlLtTSMX", &job.args) {
        Ok(parsed) if parsed.args.is_empty() => parsed,
        Ok(_) => return Err(usage(job, &argv0)),
        Err(words) => {
            // APR's own getopt leaves out the quotes.
            let words = words.replace("invalid", "illegal").replace('\'', "");
            job.err(&[&argv0, ": ", &words, "\n"].concat());
            return Err(usage(job, &argv0));
        }
    };
    let mut command = vec![argv0.clone()];
    let mut asked = Asked { root: build.root.into(), file: build.file.into(), ..Asked::default() };
    let (mut order, mut test) = (String::new(), false);
    for (key, value) in &parsed.opts {
        command.push(format!("-{key}"));
        command.extend((!value.is_empty()).then(|| value.clone()));
        let value = value.clone();
        match key {
            'D' => asked.defines.push(value),
            'd' => asked.root = value,
            'f' => asked.file = value,
            'C' => asked.before.push(value),
            'c' => asked.after.push(value),
            'k' => order = value,
            'X' => asked.defines.extend(["ONE_PROCESS".to_string(), "DEBUG".to_string()]),
            't' => test = true,
            'v' | 'V' => return Err(version(job, build)),
            'l' => {
                job.out("Compiled in modules:\n  core.c\n  mod_so.c\n  mod_watchdog.c\n  http_core.c\n");
                job.out("  mod_log_config.c\n  mod_version.c\n  mod_unixd.c\n");
                return Err(0);
            }
            'M' | 'S' => test = true,
            'h' | 'L' => return Err(usage(job, &argv0)),
            _ => {}
        }
    }
    if !matches!(order.as_str(), "" | "start" | "restart" | "graceful" | "graceful-stop" | "stop") {
        job.err(&[&argv0, ": illegal option -- k\n"].concat());
        return Err(usage(job, &argv0));
    }
    let proc = job.proc.clone();
    let conf = read(&proc, &argv0, &asked).await?;
    check(&proc, &conf, &argv0).await?;
    if test {
        if parsed.has('M') {
            list_modules(job, &conf);
        } else {
            job.err("Syntax OK\n");
        }
        return Err(0);
    }
    let pid_file = conf.path(&conf.pid_file);
    instead(job, &pid_file, &order).await?;
    job.flush().await;
    let mpm = *MPMS.iter().find(|mpm| mpm.0 == conf.mpm()).unwrap_or(&MPMS[0]);
    let tid = (mpm.0 != "prefork").then(|| thread(&proc));
    let php = if conf.modules.iter().any(|module| module == "php7") {
        [" PHP/", super::php::VERSION].concat()
    } else {
        String::new()
    };
    let mut server = Server {
        proc: proc.clone(),
        argv0,
        banner: [build.banner, &php].concat(),
        command: command.join(" "),
        mpm,
        tid,
        log: None,
        ids: conf.ids,
        pid_file,
    };
    server.open(&conf).await?;
    let here = asked.defines.iter().any(|name| matches!(name.as_str(), "FOREGROUND" | "NO_DETACH" | "ONE_PROCESS"));
    if here {
        return Err(server.run(asked).await);
    }
    proc.stop_listening();
    detach(&proc, move |proc| {
        Box::pin(async move {
            server.proc = proc;
            server.run(asked).await
        })
    });
    Err(0)
}

/// Where glibc would have put the thread: near the top of the lower half of the addresses.
fn thread(proc: &Proc) -> u64 {
    let page = proc.kernel().random_bytes(4).into_iter().fold(0u64, |n, byte| n << 8 | u64::from(byte)) & 0x0fff_ffff;
    0x7f00_0000_0480 + (page << 12)
}

fn version(job: &mut Job, build: &Build) -> i32 {
    let made = job.stat(&job.proc.exe()).map_or(job.now(), |stat| stat.mtime);
    let made = dates::format(made, build.made);
    job.out(&["Server version: ", build.banner, "\nServer built:   ", &made, "\n"].concat());
    if job.args.iter().any(|word| word == "-V") {
        job.out(&["Architecture:   64-bit\nServer compiled with....\n -D HTTPD_ROOT=\"", build.root].concat());
        job.out(&["\"\n -D SERVER_CONFIG_FILE=\"", build.file, "\"\n"].concat());
    }
    0
}

fn usage(job: &mut Job, argv0: &str) -> i32 {
    let margin = " ".repeat(argv0.len() + 8);
    let synopsis = [
        "[-D name] [-d directory] [-f file]",
        "[-C \"directive\"] [-c \"directive\"]",
        "[-k start|restart|graceful|graceful-stop|stop]",
        "[-v] [-V] [-h] [-l] [-L] [-t] [-T] [-S] [-X]",
    ];
    job.err(&["Usage: ", argv0, " ", &synopsis.join(&["\n", &margin].concat())].concat());
    job.err(
        "\nOptions:
  -D name            : define a name for use in <IfDefine name> directives
  -d directory       : specify an alternate initial ServerRoot
  -f file            : specify an alternate ServerConfigFile
  -C \"directive\"     : process directive before reading config files
  -c \"directive\"     : process directive after reading config files
  -e level           : show startup errors of level (see LogLevel)
  -E file            : log startup errors to file
  -v                 : show version number
  -V                 : show compile settings
  -h                 : list available command line options (this page)
  -l                 : list compiled in modules
  -L                 : list available configuration directives
  -t -D DUMP_VHOSTS  : show parsed vhost settings
  -t -D DUMP_RUN_CFG : show parsed run settings
  -S                 : a synonym for -t -D DUMP_VHOSTS -D DUMP_RUN_CFG
  -t -D DUMP_MODULES : show all loaded modules 
  -M                 : a synonym for -t -D DUMP_MODULES
  -t -D DUMP_INCLUDES: show all included configuration files
  -t                 : run syntax check for config files
  -T                 : start without DocumentRoot(s) check
  -X                 : debug mode (only one worker, do not detach)
",
    );
    1
}

fn list_modules(job: &mut Job, conf: &Conf) {
    job.line("Loaded Modules:");
    for module in super::httpd_names::STATIC {
        job.line(&[" ", module, "_module (static)"].concat());
    }
    for module in &conf.modules {
        job.line(&[" ", module, "_module (shared)"].concat());
    }
}

/// Reads the configuration, saying what is to be said.
async fn read(proc: &Proc, argv0: &str, asked: &Asked) -> Result<Conf, i32> {
    let conf = match Conf::read(proc, argv0, asked) {
        Ok(conf) => conf,
        Err(said) => {
            proc.eprint(&said).await;
            return Err(1);
        }
    };
    proc.eprint(&conf.said).await;
    if !conf.named {
        let host = proc.system().hostname();
        let known = address(proc, &host);
        if known.is_none() {
            proc.eprint(&["AH00557: ", argv0, ": apr_sockaddr_info_get() failed for ", &host, "\n"].concat()).await;
        }
        let address = known.as_deref().unwrap_or("127.0.0.1");
        let said = [
            "AH00558: ",
            argv0,
            ": Could not reliably determine the server's fully qualified domain name, using ",
            address,
            ". Set the 'ServerName' directive globally to suppress this message\n",
        ];
        proc.eprint(&said.concat()).await;
    }
    Ok(conf)
}

/// What `/etc/hosts` says of a name.
fn address(proc: &Proc, name: &str) -> Option<String> {
    let hosts = daemon::read_text(proc, "/etc/hosts").unwrap_or_default();
    let mut lines = hosts.lines().filter_map(|line| line.split('#').next()).map(str::split_whitespace);
    lines.find_map(|mut words| words.next().filter(|_| words.any(|word| word == name)).map(str::to_string))
}

/// The directories of the logs must be there.
async fn check(proc: &Proc, conf: &Conf, _argv0: &str) -> Outcome {
    let missing = |path: &str| {
        let path = conf.path(path);
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir).to_string();
        (!daemon::is_dir(proc, &dir) && !path.starts_with("/proc/")).then_some((dir, path))
    };
    let said = match missing(&conf.error_log) {
        Some((dir, _)) if !conf.error_log.starts_with(['|', '"']) && !conf.error_log.starts_with("syslog") => {
            ["AH02291: Cannot access directory '", &dir, "/' for main error log"].concat()
        }
        _ => match conf.logs.iter().find_map(|(path, place)| missing(path).map(|found| (found, place))) {
            Some(((dir, path), place)) if !path.contains('|') => {
                let words = ["AH02297: Cannot access directory '", &dir, "/' for log file '", &path, "' defined at "];
                [&words.concat(), place.as_str()].concat()
            }
            _ => return Ok(()),
        },
    };
    let errno = Errno::ENOENT.message();
    proc.eprint(&["(2)", errno, ": ", &said, "\nAH00014: Configuration check failed\n"].concat()).await;
    Err(1)
}

/// What is done in place of a start: orders to a server that runs, and none where one runs already.
async fn instead(job: &mut Job, pid_file: &str, order: &str) -> Outcome {
    let noted = match daemon::read_text(&job.proc, pid_file) {
        Ok(text) => match text.trim().parse::<i32>() {
            Ok(pid) if pid > 0 => Some(pid),
            _ => {
                let words =
                    "(20014)Internal error (specific information not available): AH00058: Error retrieving pid file ";
                job.err(&[words, pid_file, "\nAH00059: Remove it before continuing if it is corrupted.\n"].concat());
                return Err(1);
            }
        },
        Err(_) => None,
    };
    let running = noted.filter(|pid| *pid != job.proc.pid() as i32 && job.proc.kill(*pid, None) != Err(Errno::ESRCH));
    let signal = match order {
        "stop" => Signal::TERM,
        "graceful-stop" => Signal::WINCH,
        "restart" => Signal::HUP,
        "graceful" => Signal::USR1,
        _ => {
            let Some(pid) = running else { return Ok(()) };
            job.line(&["httpd (pid ", &pid.to_string(), ") already running"].concat());
            return Err(0);
        }
    };
    match (running, noted) {
        (Some(pid), _) => {
            if let Err(errno) = job.proc.kill(pid, Some(signal)) {
                let words =
                    ["(", &errno.number().to_string(), ")", errno.message(), ": AH00057: sending signal to server\n"];
                job.err(&words.concat());
                return Err(1);
            }
            return Err(0);
        }
        (None, _) if matches!(order, "restart" | "graceful") => job.line("httpd not running, trying to start"),
        (None, Some(pid)) => {
            job.line(&["httpd (pid ", &pid.to_string(), "?) not running"].concat());
            return Err(0);
        }
        (None, None) => {
            job.line("httpd (no pid file) not running");
            return Err(0);
        }
    }
    Ok(())
}

impl Server {
    /// Takes the ports and opens the error log.
    async fn open(&mut self, conf: &Conf) -> Outcome {
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
    async fn run(mut self, asked: Asked) -> i32 {
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
            let count = conf.children.unwrap_or(self.mpm.1);
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
    async fn serve(&self, children: &mut Vec<Child>) -> Signal {
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
