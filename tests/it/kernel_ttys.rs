//! Terminals with processes behind them: the foreground, interrupts, stops, hang-ups, prompts.

use capas::ambient::{Time, SECOND};
use capas::kernel::*;
use capas::layerfs::{FsType, Mount, Vfs};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Waker};

struct Desk {
    system: System,
    tty: Tty,
    seen: Notes,
}

/// What a test writes down, in order.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.0.borrow_mut().push(note.into());
    }
}

impl Desk {
    fn new() -> Desk {
        let kernel = Kernel::new(Time::from_secs(1_000_000));
        let system = System::new(&kernel, Vfs::new(Mount::plain(FsType::Tmpfs)), "box", Programs::new());
        system.set_next_pid(100);
        let tty = Tty::new(Size::default());
        system.add_tty(&tty);
        tty.set_attended(true);
        Desk { system, tty, seen: Notes::default() }
    }

    /// Starts what takes the shell's place: the leader of the terminal's session.
    fn shell<F: Future<Output = i32> + 'static>(&self, f: impl FnOnce(Proc) -> F + 'static) -> Child {
        let spawn = Spawn {
            tty: Some(self.tty.clone()),
            fds: Fds::on_tty(&self.tty),
            program: Some(Box::new(move |proc| Box::pin(f(proc)))),
            ..Spawn::new(vec!["sh".into()])
        };
        self.system.spawn(spawn).unwrap()
    }

    fn run(&self) -> Run {
        self.system.kernel().run(&mut Context::from_waker(Waker::noop()), Budget::polls(10_000))
    }

    fn key(&self, keys: &str) -> String {
        self.tty.input(keys.as_bytes());
        self.run();
        self.output()
    }

    fn output(&self) -> String {
        String::from_utf8(self.tty.take_output(1 << 20)).unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.seen.0.take()
    }
}

/// Starts a job of its own group, in the foreground if so wished.
fn job<F: Future<Output = i32> + 'static>(shell: &Proc, front: bool, f: impl FnOnce(Proc) -> F + 'static) -> Child {
    let spawn = Spawn {
        pgid: Some(0),
        ignored: SignalSet::EMPTY,
        program: Some(Box::new(move |proc| Box::pin(f(proc)))),
        ..shell.child(vec!["job".into()])
    };
    let child = shell.spawn(spawn).unwrap();
    if front {
        shell.tcsetpgrp(child.pgid()).unwrap();
    }
    child
}

fn act_as_shell(proc: &Proc) {
    for signal in [Signal::TSTP, Signal::TTIN, Signal::TTOU] {
        proc.on_signal(signal, Disposition::Ignore);
    }
    proc.on_signal(Signal::INT, Disposition::Catch);
}

#[test]
fn lines_are_edited_echoed_and_read() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    desk.shell(|proc| async move {
        loop {
            let line = proc.read(0, 1000).await.unwrap();
            seen.add(String::from_utf8(line.clone()).unwrap());
            if line.is_empty() {
                return 0;
            }
            proc.print("ok\n").await;
        }
    });
    desk.run();
    assert_eq!(desk.key("hola\x7f\x7fy"), "hola\x08 \x08\x08 \x08y");
    assert!(desk.seen().is_empty());
    assert_eq!(desk.key("\r"), "\r\nok\r\n");
    assert_eq!(desk.seen(), ["hoy\n"]);
    assert_eq!(desk.key("end\x04"), "endok\r\n");
    assert_eq!(desk.key("\x04"), "");
    assert_eq!(desk.seen(), ["end", ""]);
}

#[test]
fn interrupts_reach_the_foreground_alone() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    let shell = desk.shell(|proc| async move {
        act_as_shell(&proc);
        let quiet = job(&proc, false, |proc| async move {
            proc.sleep(1000 * SECOND).await.unwrap();
            0
        });
        let front = job(&proc, true, |proc| async move {
            proc.sleep(1000 * SECOND).await.unwrap();
            0
        });
        seen.add(format!("{:?}", front.wait().await));
        seen.add(format!("{:?} {:?}", quiet.status(), proc.take_signal()));
        proc.tcsetpgrp(proc.pgid()).unwrap();
        seen.add(format!("{:?}", proc.read(0, 10).await));
        seen.add(format!("{:?}", proc.take_signal()));
        0
    });
    desk.run();
    assert_eq!(desk.key("\x03"), "^C");
    assert_eq!(desk.seen(), ["Signaled(Signal(2), false)", "None None"]);
    assert_eq!(desk.key("half a line\x03"), "half a line^C");
    assert_eq!(desk.seen(), ["Err(EINTR)", "Some(Signal(2))"]);
    assert_eq!(shell.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn ctrl_z_stops_the_job_and_the_shell_hears_of_it() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    desk.shell(|proc| async move {
        act_as_shell(&proc);
        let front = job(&proc, true, |proc| async move {
            let line = proc.read(0, 100).await.unwrap();
            i32::from(line.first().copied().unwrap_or_default())
        });
        let news = proc.wait_child(WaitFor::Pid(front.pid()), true).await.unwrap().1;
        seen.add(format!("{news:?} {}", front.is_stopped()));
        // `fg`
        proc.kill(-(front.pgid() as i32), Some(Signal::CONT)).unwrap();
        let news = proc.wait_child(WaitFor::Pid(front.pid()), true).await.unwrap().1;
        seen.add(format!("{news:?}"));
        seen.add(format!("{:?}", front.wait().await));
        0
    });
    desk.run();
    assert!(desk.tty.is_read_blocked());
    assert_eq!(desk.key("\x1a"), "^Z");
    assert_eq!(desk.seen(), ["Stopped(Signal(20)) true", "Continued"]);
    desk.key("A\r");
    assert_eq!(desk.seen(), ["Exited(65)"]);
}

#[test]
fn a_background_job_that_reads_is_stopped() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    desk.shell(|proc| async move {
        act_as_shell(&proc);
        let back = job(&proc, false, |proc| async move {
            proc.read(0, 100).await.unwrap();
            0
        });
        let news = proc.wait_child(WaitFor::Pid(back.pid()), true).await.unwrap().1;
        seen.add(format!("{news:?}"));
        proc.tcsetpgrp(back.pgid()).unwrap();
        proc.kill(-(back.pgid() as i32), Some(Signal::CONT)).unwrap();
        seen.add(format!("{:?}", back.wait().await));
        0
    });
    desk.run();
    assert_eq!(desk.seen(), ["Stopped(Signal(21))"]);
    desk.key("x\r");
    assert_eq!(desk.seen(), ["Exited(0)"]);
}

#[test]
fn a_hang_up_ends_the_foreground_and_the_input() {
    let desk = Desk::new();
    let shell = desk.shell(|proc| async move {
        proc.on_signal(Signal::HUP, Disposition::Ignore);
        let line = proc.read(0, 100).await;
        match (line, proc.write(1, b"x").await) {
            (Ok(line), Err(Errno::EIO)) if line.is_empty() => 4,
            _ => 1,
        }
    });
    desk.run();
    desk.tty.hangup();
    desk.run();
    assert_eq!(shell.status(), Some(ExitStatus::Exited(4)));

    let desk = Desk::new();
    let shell = desk.shell(|proc| async move {
        let _ = proc.read(0, 100).await;
        0
    });
    desk.run();
    desk.tty.hangup();
    desk.run();
    assert_eq!(shell.status(), Some(ExitStatus::Signaled(Signal::HUP, false)));
}

#[test]
fn when_the_shell_ends_its_foreground_job_hears_it() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    let shell = desk.shell(|proc| async move {
        let child = job(&proc, true, |proc| async move {
            let _ = proc.sleep(1000 * SECOND).await;
            0
        });
        seen.add(child.pid().to_string());
        proc.sleep(SECOND).await.unwrap();
        0
    });
    desk.run();
    desk.system.kernel().advance(SECOND);
    desk.run();
    assert_eq!(shell.status(), Some(ExitStatus::Exited(0)));
    assert_eq!(desk.system.process_count(), 0, "it was hung up and, having no parent, went at once");
}

#[test]
fn another_size_is_a_signal() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    desk.shell(|proc| async move {
        proc.on_signal(Signal::WINCH, Disposition::Catch);
        let signal = proc.next_signal().await;
        seen.add(format!("{signal} {:?}", proc.winsize(0).unwrap()));
        0
    });
    desk.run();
    desk.tty.resize(Size::default());
    desk.run();
    assert!(desk.seen().is_empty());
    desk.tty.resize(Size { rows: 50, cols: 132 });
    desk.run();
    assert_eq!(desk.seen(), ["SIGWINCH Size { rows: 50, cols: 132 }"]);
}

#[test]
fn a_full_screen_holds_programs_back_until_it_is_taken() {
    let desk = Desk::new();
    let shell = desk.shell(|proc| async move {
        proc.print(&"x".repeat(200_000)).await;
        0
    });
    desk.run();
    assert_eq!(shell.status(), None);
    let mut total = 0;
    for _ in 0..5 {
        total += desk.output().len();
        desk.run();
    }
    assert_eq!((total, shell.status()), (200_000, Some(ExitStatus::Exited(0))));
}

#[test]
fn raw_mode_passes_every_byte() {
    let desk = Desk::new();
    let seen = desk.seen.clone();
    desk.shell(|proc| async move {
        proc.tcsetattr(0, proc.tcgetattr(0).unwrap().raw()).unwrap();
        loop {
            let bytes = proc.read(0, 3).await.unwrap();
            seen.add(format!("{bytes:?}"));
        }
    });
    desk.run();
    assert_eq!(desk.key("\x03\r"), "");
    assert_eq!(desk.seen(), ["[3, 13]"]);
    assert_eq!(desk.key("abcd"), "");
    assert_eq!(desk.seen(), ["[97, 98, 99]", "[100]"]);
}

#[test]
fn prompts_and_timers_of_interest_are_told_apart() {
    let desk = Desk::new();
    desk.shell(|proc| async move {
        act_as_shell(&proc);
        job(&proc, false, |proc| async move {
            proc.sleep(50 * SECOND).await.unwrap();
            0
        });
        proc.read(0, 100).await.unwrap();
        let front = job(&proc, true, |proc| async move {
            proc.sleep(100 * SECOND).await.unwrap();
            0
        });
        front.wait().await;
        proc.tcsetpgrp(proc.pgid()).unwrap();
        proc.read(0, 100).await.unwrap();
        0
    });
    let kernel = desk.system.kernel();
    let start = kernel.now();
    assert!(matches!(desk.run(), Run::Timer(_)));
    assert!(desk.tty.is_read_blocked());
    assert_eq!(kernel.next_timer_of_interest(), None, "at a prompt, a background job's timer waits");
    desk.key("sleep 100\r");
    assert!(!desk.tty.is_read_blocked());
    assert_eq!(kernel.next_timer(), Some(start.plus_nanos(50 * SECOND)));
    assert_eq!(kernel.next_timer_of_interest(), Some(start.plus_nanos(100 * SECOND)));
    let cx = &mut Context::from_waker(Waker::noop());
    kernel.run_until(cx, Budget::default(), start.plus_nanos(100 * SECOND));
    assert!(desk.tty.is_read_blocked());
    desk.tty.set_attended(false);
    assert_eq!(kernel.next_timer_of_interest(), None);
}
