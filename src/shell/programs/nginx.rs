//! `nginx`: its command line, its log, and everything up to its start. How its configuration is read is `nginx_conf`'s
//! business, how it runs `nginx_master`'s.

use super::daemon::{self, below};
use super::job::{Job, Outcome};
use super::nginx_conf::{failed, Conf, ERROR_LOG, LEVELS, PREFIX};
use super::nginx_master::start;
use crate::ambient::SECOND;
use crate::kernel::{File, Proc, Signal};
use crate::layerfs::{Errno, FileKind};
use crate::shell::dates;

/// The version of the teaching image.
pub const VERSION: &str = "nginx/1.19.4";
/// By what it was made.
pub const BUILT: &str = "built by gcc 8.3.0 (Debian 8.3.0-6) ";
const CACHE: &str = "/var/cache/nginx/";
/// The directories below [`CACHE`] for what does not fit the memory.
const TEMPORARY: [&str; 5] = ["client_temp", "proxy_temp", "fastcgi_temp", "uwsgi_temp", "scgi_temp"];
const NOTICE: usize = 5;
const WARN: usize = 4;

/// Where messages go: the logs with the level of each, and standard error until the server runs.
#[derive(Clone)]
pub struct Log {
    /// Who speaks.
    pub proc: Proc,
    logs: Vec<(File, usize)>,
    /// Whether standard error hears of warnings and worse.
    pub stderr: bool,
}

impl Log {
    /// A message of that level.
    pub async fn say(&self, level: &str, words: &[&str]) {
        let rank = LEVELS.iter().position(|known| *known == level).unwrap_or(0);
        let (pid, words) = (self.proc.pid().to_string(), words.concat());
        let time = dates::format(self.proc.now(), "%Y/%m/%d %H:%M:%S");
        let line = [&time, " [", level, "] ", &pid, "#", &pid, ": ", &words, "\n"].concat();
        for (log, _) in self.logs.iter().filter(|(_, least)| rank <= *least) {
            let _ = self.proc.write_file(log, line.as_bytes()).await;
        }
        if self.stderr && rank <= WARN {
            self.proc.eprint(&["nginx: [", level, "] ", &words, "\n"].concat()).await;
        }
    }

    /// A notice.
    pub async fn notice(&self, words: &[&str]) {
        self.say("notice", words).await;
    }
}

/// What the command line asks for.
pub struct Options {
    file: String,
    global: String,
    order: Option<Signal>,
    test: bool,
    dump: bool,
    quiet: bool,
}

/// `nginx`.
pub async fn main(job: &mut Job) -> Outcome {
    let options = match read_options(job) {
        Ok(Some(options)) => options,
        Ok(None) => return Err(0),
        Err(words) => {
            job.err(&["nginx: ", &words, "\n"].concat());
            return Err(1);
        }
    };
    let proc = job.proc.clone();
    let mut log = Log { proc: proc.clone(), logs: Vec::new(), stderr: true };
    match daemon::open_log(&proc, ERROR_LOG).await {
        Ok(file) => log.logs.push((file, NOTICE)),
        Err(errno) => {
            let words = ["nginx: [alert] could not open error log file: ", &failed("open", ERROR_LOG, errno), "\n"];
            proc.eprint(&words.concat()).await;
        }
    }
    let conf = match prepare(&mut log, &options).await {
        Ok(conf) => conf,
        Err(()) => {
            if options.test {
                proc.eprint(&["nginx: configuration file ", &options.file, " test failed\n"].concat()).await;
            }
            return Err(1);
        }
    };
    if let Some(signal) = options.order {
        return Err(order(&log, &conf, signal).await);
    }
    if options.test {
        if let Err(errno) = job.make(&conf.pid, false, 0o644) {
            log.say("emerg", &[&failed("open", &conf.pid, errno)]).await;
            let words = ["nginx: configuration file ", &options.file, " test failed\n"];
            proc.eprint(&words.concat()).await;
            return Err(1);
        }
        if !options.quiet {
            let words = ["nginx: configuration file ", &options.file, " test is successful\n"];
            proc.eprint(&words.concat()).await;
        }
        for (path, text) in conf.files.iter().filter(|_| options.dump) {
            job.out(&["# configuration file ", path, ":\n", text, "\n"].concat());
        }
        return Err(0);
    }
    bind(&log, &conf).await?;
    start(log, conf, options).await
}

/// `None` where all is said already.
fn read_options(job: &mut Job) -> Result<Option<Options>, String> {
    let mut options = Options {
        file: below(PREFIX, "nginx.conf"),
        global: String::new(),
        order: None,
        test: false,
        dump: false,
        quiet: false,
    };
    let (mut version, mut help, mut details) = (false, false, false);
    let mut words = std::mem::take(&mut job.args).into_iter();
    while let Some(word) = words.next() {
        let mut letters = word.strip_prefix('-').ok_or_else(|| ["invalid option: \"", &word, "\""].concat())?.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '?' | 'h' => (version, help) = (true, true),
                'v' => version = true,
                'V' => (version, details) = (true, true),
                't' => options.test = true,
                'T' => (options.test, options.dump) = (true, true),
                'q' => options.quiet = true,
                's' | 'p' | 'c' | 'g' => {
                    let rest = std::mem::replace(&mut letters, "".chars()).as_str();
                    let value = if rest.is_empty() { words.next() } else { Some(rest.to_string()) };
                    let missing = match letter {
                        'p' => "directory name",
                        'c' => "file name",
                        _ => "parameter",
                    };
                    let flag = letter.to_string();
                    let value = value.ok_or_else(|| ["option \"-", &flag, "\" requires ", missing].concat())?;
                    match letter {
                        'c' => options.file = below(PREFIX, &value),
                        'g' => options.global = value,
                        's' => {
                            options.order = Some(match value.as_str() {
                                "stop" => Signal::TERM,
                                "quit" => Signal::QUIT,
                                "reopen" => Signal::USR1,
                                "reload" => Signal::HUP,
                                _ => return Err(["invalid option: \"-s ", &value, "\""].concat()),
                            });
                        }
                        _ => {}
                    }
                }
                _ => return Err(["invalid option: \"", letter.to_string().as_str(), "\""].concat()),
            }
        }
    }
    if !version {
        return Ok(Some(options));
    }
    job.err(&["nginx version: ", VERSION, "\n"].concat());
    if help {
        job.err(
            "Usage: nginx [-?hvVtTq] [-s signal] [-c filename] [-p prefix] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: /etc/nginx/)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

",
        );
    }
    if details {
        let paths = " --conf-path=/etc/nginx/nginx.conf --pid-path=/var/run/nginx.pid --error-log-path=";
        job.err(&[BUILT, "\nconfigure arguments: --prefix=/etc/nginx", paths, ERROR_LOG].concat());
        job.err(" --http-log-path=/var/log/nginx/access.log");
        for name in TEMPORARY {
            let option = name.replace("client", "client-body").replace("_temp", "-temp-path=");
            job.err(&[" --http-", &option, CACHE, name].concat());
        }
        job.err(" --user=nginx --group=nginx\n");
    }
    Ok(None)
}

/// Reads the configuration, makes the directories and opens the logs. What went wrong has been said.
pub async fn prepare(log: &mut Log, options: &Options) -> Result<Conf, ()> {
    let read = Conf::read(&log.proc, &options.file, &options.global);
    let mut conf = match read {
        Ok(conf) => conf,
        Err((level, words)) => {
            log.say(level, &[&words]).await;
            return Err(());
        }
    };
    for words in &conf.warnings {
        log.say("warn", &[words]).await;
    }
    if options.test && !options.quiet {
        let words = ["nginx: the configuration file ", &options.file, " syntax is ok\n"];
        log.proc.eprint(&words.concat()).await;
    }
    if let Err(words) = conf.finish() {
        log.say("emerg", &[&words]).await;
        return Err(());
    }
    if options.order.is_some() {
        return Ok(conf);
    }
    let uid = conf.ids.map_or(0, |ids| ids.0);
    let mut wrong = conf.http.then(|| make_directories(&log.proc, uid)).and_then(Result::err);
    if conf.error_logs.is_empty() {
        conf.error_logs.push((ERROR_LOG.to_string(), WARN - 1));
    }
    let mut logs = Vec::new();
    // Only the logs at the top are written to; there are no requests.
    let others = conf.logs.iter().map(|path| (path, None));
    for (path, level) in conf.error_logs.iter().map(|(path, level)| (path, Some(*level))).chain(others) {
        if wrong.is_some() {
            break;
        }
        match (daemon::open_log(&log.proc, path).await, level) {
            (Ok(file), Some(level)) => logs.push((file, level)),
            (Ok(_), None) => {}
            (Err(errno), _) => wrong = Some(failed("open", path, errno)),
        }
    }
    if let Some(words) = wrong {
        log.say("emerg", &[&words]).await;
        return Err(());
    }
    log.logs = logs;
    Ok(conf)
}

fn make_directories(proc: &Proc, uid: u32) -> Result<(), String> {
    for name in TEMPORARY {
        let path = [CACHE, name].concat();
        proc.fs(|vfs, who| {
            match vfs.mkdir(who, &path, 0o700) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(failed("mkdir", &path, errno)),
            }
            let stat = vfs.stat(who, &path).map_err(|errno| failed("stat", &path, errno))?;
            if who.uid == 0 && stat.uid != uid && stat.kind == FileKind::Dir {
                vfs.chown(who, &path, Some(uid), None, true).map_err(|errno| failed("chown", &path, errno))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// `-s`: a signal to the master whose number stands in the file.
async fn order(log: &Log, conf: &Conf, signal: Signal) -> i32 {
    log.notice(&["signal process started"]).await;
    let words = match daemon::read_text(&log.proc, &conf.pid) {
        Err(errno) => failed("open", &conf.pid, errno),
        Ok(text) => match text.trim().parse::<i32>() {
            Ok(pid) if pid > 0 => match log.proc.kill(pid, Some(signal)) {
                Ok(()) => return 0,
                Err(errno) => {
                    let (pid, number) = (pid.to_string(), signal.number().to_string());
                    let reason = ["(", &errno.number().to_string(), ": ", errno.message(), ")"].concat();
                    log.say("alert", &["kill(", &pid, ", ", &number, ") failed ", &reason]).await;
                    return 1;
                }
            },
            _ => ["invalid PID number \"", text.trim_end(), "\" in \"", &conf.pid, "\""].concat(),
        },
    };
    log.say("error", &[&words]).await;
    1
}

/// Takes the ports; nginx tries five times.
async fn bind(log: &Log, conf: &Conf) -> Outcome {
    for _ in 0..5 {
        let mut free = true;
        for (address, port) in &conf.listens {
            if let Err(errno) = log.proc.listen(*port) {
                free = false;
                let reason = ["(", &errno.number().to_string(), ": ", errno.message(), ")"].concat();
                log.say("emerg", &["bind() to ", address, " failed ", &reason]).await;
            }
        }
        if free {
            return Ok(());
        }
        log.notice(&["try again to bind() after 500ms"]).await;
        let _ = log.proc.sleep(SECOND / 2).await;
    }
    log.say("emerg", &["still could not bind()"]).await;
    Err(1)
}
