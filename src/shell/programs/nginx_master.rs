//! nginx as it runs, as far as that goes without a network: the master starts workers, replaces those that end, and obeys
//! signals; a worker waits for signals. How it was asked for is `nginx`'s business.

use super::daemon::{self, catch, detach, worker};
use super::job::Outcome;
use super::nginx::{prepare, Log, Options, BUILT, VERSION};
use super::nginx_conf::{failed, Conf};
use crate::kernel::{machine, Child, ExitStatus, LocalBoxFuture, Proc, Signal};
use std::cell::Cell;
use std::rc::Rc;

/// Runs the server, here or in the background.
pub async fn start(mut log: Log, conf: Conf, options: Options) -> Outcome {
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
