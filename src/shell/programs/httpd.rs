//! `httpd`, which Debian calls `apache2`: the command line of the Apache server, and everything up to its start. How its
//! configuration is read is `httpd_conf`'s business, how it runs `httpd_server`'s.

use super::daemon::{self, detach};
use super::httpd_conf::{Asked, Conf};
use super::httpd_server::Server;
use super::job::{base_name, Job, Outcome};
use super::options;
use crate::kernel::{Proc, Signal};
use crate::layerfs::Errno;
use crate::shell::dates;

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

/// What the command line asks for.
struct Wanted {
    asked: Asked,
    /// `-k`.
    order: String,
    /// `-t`, and `-M` for the modules.
    test: bool,
    list: bool,
    /// The command line as the log shows it.
    command: String,
}

/// `httpd`.
pub async fn main(job: &mut Job) -> Outcome {
    let build = if base_name(&job.proc.exe()) == "apache2" { &DEBIAN } else { &UPSTREAM };
    let argv0 = base_name(&job.proc.name()).to_string();
    let wanted = read_options(job, build, &argv0)?;
    let conf = read(&job.proc, &argv0, &wanted.asked).await?;
    check(&job.proc, &conf).await?;
    if wanted.list {
        list_modules(job, &conf);
        return Err(0);
    }
    if wanted.test {
        job.err("Syntax OK\n");
        return Err(0);
    }
    instead(job, &conf.path(&conf.pid_file), &wanted.order).await?;
    job.flush().await;
    let mut server = Server::new(&job.proc, argv0, build.banner, wanted.command, &conf);
    server.open(&conf).await?;
    let here = |name: &String| matches!(name.as_str(), "FOREGROUND" | "NO_DETACH" | "ONE_PROCESS");
    if wanted.asked.defines.iter().any(here) {
        return Err(server.run(wanted.asked).await);
    }
    job.proc.stop_listening();
    detach(&job.proc, move |proc| Box::pin(server.of(proc).run(wanted.asked)));
    Err(0)
}

fn read_options(job: &mut Job, build: &Build, argv0: &str) -> Result<Wanted, i32> {
    let opts = match options::parse("+D:d:f:C:c:k:e:E:vVhlLtTSMX", &job.args) {
        Ok(opts) if opts.args.is_empty() => opts,
        Ok(_) => return Err(usage(job, argv0)),
        Err(words) => {
            // APR's own getopt leaves out the quotes.
            let words = words.replace("invalid", "illegal").replace('\'', "");
            job.err(&[argv0, ": ", &words, "\n"].concat());
            return Err(usage(job, argv0));
        }
    };
    let asked = Asked { root: build.root.into(), file: build.file.into(), ..Asked::default() };
    let (test, list) = (opts.has('t'), opts.has('M'));
    let mut wanted = Wanted { asked, order: String::new(), test, list, command: argv0.to_string() };
    for (key, value) in &opts.opts {
        let flag = [" -", key.to_string().as_str()].concat();
        wanted.command.push_str(&[flag.as_str(), if value.is_empty() { "" } else { " " }, value.as_str()].concat());
        let (asked, value) = (&mut wanted.asked, value.clone());
        match key {
            'D' => asked.defines.push(value),
            'd' => asked.root = value,
            'f' => asked.file = value,
            'C' => asked.before.push(value),
            'c' => asked.after.push(value),
            'k' => wanted.order = value,
            'X' => asked.defines.extend(["ONE_PROCESS".to_string(), "DEBUG".to_string()]),
            'v' | 'V' => return Err(version(job, build)),
            'l' => {
                job.out("Compiled in modules:\n  core.c\n  mod_so.c\n  mod_watchdog.c\n  http_core.c\n");
                job.out("  mod_log_config.c\n  mod_version.c\n  mod_unixd.c\n");
                return Err(0);
            }
            'h' => return Err(usage(job, argv0)),
            'T' => asked.unchecked = true,
            'e' | 'E' | 'L' | 'S' => {
                job.err(&[argv0, ":", &flag, " is not there in this simulation\n"].concat());
                return Err(1);
            }
            _ => {}
        }
    }
    if !matches!(wanted.order.as_str(), "" | "start" | "restart" | "graceful" | "graceful-stop" | "stop") {
        job.err(&[argv0, ": illegal option -- k\n"].concat());
        return Err(usage(job, argv0));
    }
    Ok(wanted)
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
pub async fn read(proc: &Proc, argv0: &str, asked: &Asked) -> Result<Conf, i32> {
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
async fn check(proc: &Proc, conf: &Conf) -> Outcome {
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
