//! `nginx` as far as it goes without a network: it reads its configuration, makes its directories, holds its ports, starts its
//! workers, writes its log and obeys signals. How the configuration is read is `nginx_conf`'s business.

use super::daemon::{self, below, catch, detach, worker};
use super::dates;
use super::job::{Job, Outcome};
use super::nginx_conf::{failed, Conf, ERROR_LOG, LEVELS, PREFIX};
use crate::ambient::SECOND;
use crate::kernel::{machine, Child, ExitStatus, File, LocalBoxFuture, Proc, Signal};
use crate::layerfs::{Errno, FileKind};
use std::cell::Cell;
use std::rc::Rc;

/// The version of the teaching image.
const VERSION: &str = "nginx/1.19.4";
const BUILT: &str = "built by gcc 8.3.0 (Debian 8.3.0-6) ";
const CACHE: &str = "/var/cache/nginx/";
/// The directories below [`CACHE`] for what does not fit the memory.
const TEMPORARY: [&str; 5] = ["client_temp", "proxy_temp", "fastcgi_temp", "uwsgi_temp", "scgi_temp"];
const NOTICE: usize = 5;
const WARN: usize = 4;

/// Where messages go: the logs with the level of each, and standard error until the server runs.
#[derive(Clone)]
struct Log {
    proc: Proc,
    logs: Vec<(File, usize)>,
    stderr: bool,
}

impl Log {
    async fn say(&self, level: &str, words: &[&str]) {
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

    async fn notice(&self, words: &[&str]) {
        self.say("notice", words).await;
    }
}

struct Options {
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
async fn prepare(log: &mut Log, options: &Options) -> Result<Conf, ()> {
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

async fn start(mut log: Log, conf: Conf, options: Options) -> Outcome {
    log.notice(&["using the \"epoll\" event method"]).await;
    log.notice(&[VERSION]).await;
    log.notice(&[BUILT]).await;
    log.notice(&["OS: ", machine::SYSNAME, " ", machine::RELEASE]).await;
    log.notice(&["getrlimit(RLIMIT_NOFILE): 1048576:1048576"]).await;
    if !conf.daemon {
        return Err(master(log, conf, options).await);
    }
    log.proc.stop_listening();
    let proc = log.proc.clone();
    detach(&proc, move |proc| {
        log.proc = proc;
        Box::pin(async move { master(log, conf, options).await })
    });
    Err(0)
}

/// A worker, and what the master has told it through their channel.
struct Worker {
    child: Child,
    told: Rc<Cell<bool>>,
}

async fn master(mut log: Log, mut conf: Conf, options: Options) -> i32 {
    let proc = log.proc.clone();
    for (_, port) in &conf.listens {
        let _ = proc.listen(*port);
    }
    if let Err(errno) = daemon::write_line(&proc, &conf.pid, &proc.pid().to_string()) {
        log.say("emerg", &[&failed("open", &conf.pid, errno)]).await;
        return 1;
    }
    log.stderr = false;
    const CAUGHT: [Signal; 7] =
        [Signal::CHLD, Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP, Signal::USR1, Signal::WINCH];
    catch(&proc, &CAUGHT);
    if !conf.master {
        let told = Rc::new(Cell::new(false));
        let status = work(log, told).await;
        let _ = proc.fs(|vfs, who| vfs.unlink(who, &conf.pid));
        return status;
    }
    proc.set_args(vec![["nginx: master process ", &proc.args().join(" ")].concat()]);
    let mut workers = start_workers(&log, &conf).await;
    let mut ending = false;
    loop {
        if ending && workers.is_empty() {
            let _ = proc.fs(|vfs, who| vfs.unlink(who, &conf.pid));
            log.notice(&["exit"]).await;
            return 0;
        }
        let signal = proc.next_signal().await;
        match signal {
            Signal::CHLD => bury(&log, &conf, &mut workers, ending).await,
            Signal::HUP => {
                received(&log, signal, ", reconfiguring").await;
                log.notice(&["reconfiguring"]).await;
                if let Ok(new) = prepare(&mut log, &options).await {
                    conf = new;
                    log.notice(&["using the \"epoll\" event method"]).await;
                    let old = std::mem::take(&mut workers);
                    workers = start_workers(&log, &conf).await;
                    tell(&proc, &old, Signal::QUIT);
                    workers.extend(old);
                }
            }
            Signal::USR1 => {
                received(&log, signal, ", reopening logs").await;
                log.notice(&["reopening logs"]).await;
                tell(&proc, &workers, signal);
            }
            Signal::WINCH => received(&log, signal, "").await,
            _ => {
                let what = if signal == Signal::QUIT { ", shutting down" } else { ", exiting" };
                received(&log, signal, what).await;
                ending = true;
                proc.stop_listening();
                tell(&proc, &workers, if signal == Signal::QUIT { signal } else { Signal::TERM });
            }
        }
    }
}

async fn received(log: &Log, signal: Signal, what: &str) {
    let (number, from) = (signal.number().to_string(), log.proc.sender());
    let from = if from == 0 { String::new() } else { [" from ", &from.to_string()].concat() };
    log.notice(&["signal ", &number, " (", &signal.to_string(), ") received", &from, what]).await;
}

fn tell(proc: &Proc, workers: &[Worker], signal: Signal) {
    for worker in workers {
        worker.told.set(true);
        let _ = proc.kill(worker.child.pid() as i32, Some(signal));
    }
}

async fn start_workers(log: &Log, conf: &Conf) -> Vec<Worker> {
    log.notice(&["start worker processes"]).await;
    let mut workers = Vec::new();
    for _ in 0..conf.workers.unwrap_or(machine::CPUS as usize) {
        workers.extend(start_worker(log, conf).await);
    }
    workers
}

async fn start_worker(log: &Log, conf: &Conf) -> Option<Worker> {
    let told = Rc::new(Cell::new(false));
    let (mut own, heard) = (log.clone(), told.clone());
    let body = move |proc: Proc| -> LocalBoxFuture<'static, i32> {
        own.proc = proc;
        Box::pin(work(own, heard))
    };
    let (uid, gid) = conf.ids.unwrap_or_default();
    let child = worker(&log.proc, vec!["nginx: worker process".to_string()], uid, gid, Box::new(body))?;
    log.notice(&["start worker process ", &child.pid().to_string()]).await;
    Some(Worker { child, told })
}

/// What a worker does: it waits for signals.
async fn work(log: Log, told: Rc<Cell<bool>>) -> i32 {
    catch(&log.proc, &[Signal::TERM, Signal::INT, Signal::QUIT, Signal::USR1]);
    loop {
        let signal = log.proc.next_signal().await;
        let (gently, what) = match signal {
            Signal::USR1 => (true, ", reopening logs"),
            Signal::QUIT => (true, ", shutting down"),
            Signal::TERM | Signal::INT => (false, ", exiting"),
            _ => continue,
        };
        if !told.take() {
            received(&log, signal, what).await;
        }
        if signal == Signal::USR1 {
            log.notice(&["reopening logs"]).await;
            continue;
        }
        if gently {
            log.notice(&["gracefully shutting down"]).await;
        }
        log.notice(&["exiting"]).await;
        log.notice(&["exit"]).await;
        return 0;
    }
}

/// Workers that have ended are told of, and replaced where nobody asked for their end.
async fn bury(log: &Log, conf: &Conf, workers: &mut Vec<Worker>, ending: bool) {
    for (pid, status) in daemon::ended(&log.proc) {
        let number = pid.to_string();
        log.notice(&["signal 17 (SIGCHLD) received from ", &number]).await;
        match status {
            ExitStatus::Exited(code) => {
                log.notice(&["worker process ", &number, " exited with code ", &code.to_string()]).await;
            }
            ExitStatus::Signaled(signal, core) => {
                let core = if core { " (core dumped)" } else { "" };
                let signal = signal.number().to_string();
                log.say("alert", &["worker process ", &number, " exited on signal ", &signal, core]).await;
            }
        }
        let Some(at) = workers.iter().position(|worker| worker.child.pid() == pid) else { continue };
        let surplus = workers.len() > conf.workers.unwrap_or(machine::CPUS as usize);
        workers.remove(at);
        if !ending && !surplus {
            workers.extend(start_worker(log, conf).await);
        }
    }
}
