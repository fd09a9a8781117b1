//! Processes as small async functions: pipes, signals, groups, waiting, time.

use capas::ambient::{Time, SECOND};
use capas::kernel::*;
use capas::layerfs::{FsType, Mount, Vfs};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::task::{Context, Waker};

/// What a test writes down, in order.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.0.borrow_mut().push(note.into());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

fn machine() -> System {
    let kernel = Kernel::new(Time::from_secs(1_000_000));
    System::new(&kernel, Vfs::new(Mount::plain(FsType::Tmpfs)), "box", Programs::new())
}

/// Like a machine that has been up for a while: nobody is PID 1.
fn host() -> System {
    let system = machine();
    system.set_next_pid(100);
    system
}

fn body<F: Future<Output = i32> + 'static>(f: impl FnOnce(Proc) -> F + 'static) -> Option<Body> {
    Some(Box::new(move |proc| Box::pin(f(proc))))
}

fn start<F: Future<Output = i32> + 'static>(system: &System, f: impl FnOnce(Proc) -> F + 'static) -> Child {
    system.spawn(Spawn { program: body(f), ..Spawn::new(vec!["test".into()]) }).unwrap()
}

fn start_with<F: Future<Output = i32> + 'static>(
    system: &System,
    spawn: Spawn,
    f: impl FnOnce(Proc) -> F + 'static,
) -> Child {
    system.spawn(Spawn { program: body(f), ..spawn }).unwrap()
}

/// A child in the background of a process.
fn fork<F: Future<Output = i32> + 'static>(proc: &Proc, f: impl FnOnce(Proc) -> F + 'static) -> Child {
    proc.spawn(Spawn { program: body(f), ..proc.child(vec!["child".into()]) }).unwrap()
}

fn poll(kernel: &Kernel) -> Run {
    kernel.run(&mut Context::from_waker(Waker::noop()), Budget::polls(10_000))
}

/// Runs, jumping over all timers, until nothing is left to do.
fn settle(kernel: &Kernel) {
    for _ in 0..10_000 {
        match poll(kernel) {
            Run::Timer(at) => kernel.advance_to(at),
            Run::Idle => return,
            Run::Busy => {}
        }
    }
    panic!("it never comes to rest");
}

#[test]
fn tasks_take_turns_in_the_order_they_became_ready() {
    let kernel = Kernel::new(Time(0));
    let notes = Notes::default();
    for name in ["a", "b", "c"] {
        let (kernel2, notes) = (kernel.clone(), notes.clone());
        kernel.spawn(async move {
            for turn in 0..2 {
                notes.add(format!("{name}{turn}"));
                kernel2.yield_now().await;
            }
        });
    }
    assert_eq!(poll(&kernel), Run::Idle);
    assert_eq!(notes.take(), ["a0", "b0", "c0", "a1", "b1", "c1"]);
    assert_eq!(kernel.live_tasks(), 0);
}

#[test]
fn timers_fire_by_deadline_and_then_by_order() {
    let kernel = Kernel::new(Time(0));
    let notes = Notes::default();
    for (name, nanos) in [("late", 30), ("first", 10), ("second", 10), ("zero", 0)] {
        let (kernel2, notes) = (kernel.clone(), notes.clone());
        kernel.spawn(async move {
            kernel2.sleep(nanos).await;
            notes.add(format!("{name}@{}", kernel2.now().0));
        });
    }
    assert_eq!(poll(&kernel), Run::Timer(Time(10)));
    let cx = &mut Context::from_waker(Waker::noop());
    assert_eq!(kernel.run_until(cx, Budget::default(), Time(50)), Run::Idle);
    assert_eq!(notes.take(), ["zero@0", "first@10", "second@10", "late@30"]);
    assert_eq!(kernel.now(), Time(50));
}

#[test]
fn a_timer_that_is_dropped_is_taken_back() {
    let kernel = Kernel::new(Time(0));
    let sleeper = kernel.clone();
    kernel.spawn(async move {
        race(sleeper.sleep(5), sleeper.sleep(500)).await;
    });
    assert_eq!(poll(&kernel), Run::Timer(Time(5)));
    kernel.advance_to(Time(5));
    assert_eq!(poll(&kernel), Run::Idle);
}

#[test]
fn an_endless_loop_uses_up_the_budget_and_can_be_killed() {
    let system = host();
    let child = start(&system, |proc| async move {
        loop {
            proc.yield_now().await;
        }
    });
    assert_eq!(poll(system.kernel()), Run::Busy);
    child.signal(Signal::INT);
    assert_eq!(poll(system.kernel()), Run::Idle);
    assert_eq!(child.try_wait(), Some(ExitStatus::Signaled(Signal::INT, false)));
}

#[test]
fn writing_for_ever_to_dev_null_lets_others_in() {
    let system = host();
    let child = start_with(
        &system,
        Spawn { fds: Fds::standard(OpenFile::null(), OpenFile::null(), OpenFile::null()), ..Spawn::new(vec![]) },
        |proc| async move {
            loop {
                proc.print("y\n").await;
            }
        },
    );
    assert_eq!(poll(system.kernel()), Run::Busy);
    child.signal(Signal::KILL);
    assert_eq!(poll(system.kernel()), Run::Idle);
    assert_eq!(child.status().unwrap().code(), 137);
}

#[test]
fn wakers_reach_whoever_polls_the_kernel() {
    struct Flag(std::sync::atomic::AtomicUsize);
    impl std::task::Wake for Flag {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    }
    let flag = std::sync::Arc::new(Flag(0.into()));
    let outer = Waker::from(flag.clone());
    let kernel = Kernel::new(Time(0));
    let (given, got) = std::sync::mpsc::channel::<Waker>();
    let done = Rc::new(Cell::new(false));
    let done2 = done.clone();
    kernel.spawn(async move {
        let mut asked = false;
        std::future::poll_fn(|cx| {
            if asked {
                return std::task::Poll::Ready(());
            }
            asked = true;
            given.send(cx.waker().clone()).unwrap();
            std::task::Poll::Pending
        })
        .await;
        done2.set(true);
    });
    assert_eq!(kernel.run(&mut Context::from_waker(&outer), Budget::default()), Run::Idle);
    let inner = got.recv().unwrap();
    std::thread::spawn(move || inner.wake()).join().unwrap();
    assert_eq!(flag.0.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(kernel.run(&mut Context::from_waker(&outer), Budget::default()), Run::Idle);
    assert!(done.get());
}

#[test]
fn a_pipe_carries_bytes_and_ends() {
    let system = host();
    let notes = Notes::default();
    let seen = notes.clone();
    start(&system, |proc| async move {
        let (read, write) = proc.pipe().unwrap();
        let mut spawn = proc.child(vec!["writer".into()]);
        spawn.fds.set(1, proc.file(write).unwrap());
        spawn.program = body(|proc| async move {
            proc.print("hola ").await;
            proc.print("mundo").await;
            0
        });
        proc.spawn(spawn).unwrap();
        // The child's table holds both sides too; it closes them when it ends.
        proc.close(write).unwrap();
        let all = proc.read_to_end(read).await.unwrap();
        seen.add(String::from_utf8(all).unwrap());
        0
    });
    settle(system.kernel());
    assert_eq!(notes.take(), ["hola mundo"]);
}

#[test]
fn a_full_pipe_holds_the_writer_back() {
    let system = host();
    let (reader, writer) = pipe();
    let written = Rc::new(Cell::new(0));
    let count = written.clone();
    let mut spawn = Spawn::new(vec![]);
    spawn.fds.set(1, OpenFile::pipe_writer(writer));
    let child = start_with(&system, spawn, |proc| async move {
        for _ in 0..100 {
            if proc.write(1, &[7; 1000]).await.is_err() {
                return 1;
            }
            count.set(count.get() + 1000);
        }
        0
    });
    settle(system.kernel());
    assert_eq!(written.get(), 65_000);
    assert_eq!(reader.try_read(1 << 20).unwrap().len(), 65_000);
    settle(system.kernel());
    assert_eq!((written.get(), child.status()), (100_000, Some(ExitStatus::Exited(0))));
    assert_eq!(reader.try_read(1 << 20).unwrap().len(), 35_000);
    assert_eq!(reader.try_read(10), Some(Vec::new()), "the writer is gone: end of file");
}

#[test]
fn writing_where_nobody_reads_is_sigpipe_or_epipe() {
    let system = host();
    let run = |disposition: Disposition| {
        let (reader, writer) = pipe();
        drop(reader);
        let mut spawn = Spawn::new(vec![]);
        spawn.fds.set(1, OpenFile::pipe_writer(writer));
        let child = start_with(&system, spawn, move |proc| async move {
            proc.on_signal(Signal::PIPE, disposition);
            match proc.write(1, b"x").await {
                Err(Errno::EPIPE) => 9,
                _ => 1,
            }
        });
        settle(system.kernel());
        child.try_wait().unwrap()
    };
    assert_eq!(run(Disposition::Default), ExitStatus::Signaled(Signal::PIPE, false));
    assert_eq!(run(Disposition::Ignore), ExitStatus::Exited(9));
    assert_eq!(run(Disposition::Catch), ExitStatus::Exited(9));
}

#[test]
fn a_caught_signal_interrupts_a_call_once() {
    let system = host();
    let notes = Notes::default();
    let seen = notes.clone();
    let (_reader_end, writer) = pipe();
    let (reader, _keep) = pipe();
    let mut spawn = Spawn::new(vec![]);
    spawn.fds.set(0, OpenFile::pipe_reader(reader));
    spawn.fds.set(1, OpenFile::pipe_writer(writer));
    let child = start_with(&system, spawn, |proc| async move {
        proc.on_signal(Signal::USR1, Disposition::Catch);
        seen.add(format!("{:?}", proc.read(0, 10).await));
        seen.add(format!("{:?}", proc.take_signal()));
        seen.add(format!("{:?}", proc.sleep(SECOND).await));
        seen.add(format!("{:?}", proc.sleep(SECOND).await));
        0
    });
    poll(system.kernel());
    child.signal(Signal::USR1);
    child.signal(Signal::USR1);
    poll(system.kernel());
    child.signal(Signal::USR1);
    settle(system.kernel());
    assert_eq!(notes.take(), ["Err(EINTR)", "Some(Signal(10))", "Err(EINTR)", "Ok(())"]);
}

#[test]
fn children_are_waited_for_with_their_status() {
    let system = host();
    let notes = Notes::default();
    let seen = notes.clone();
    let child = start(&system, |proc| async move {
        let first = fork(&proc, |proc| async move {
            proc.sleep(SECOND).await.unwrap();
            3
        });
        let second = fork(&proc, |_| async { 260 });
        seen.add(format!("{:?}", proc.try_wait_child(WaitFor::Any, false)));
        seen.add(format!("{:?}", proc.wait_child(WaitFor::Any, false).await.map(|w| (w.0 == second.pid(), w.1))));
        seen.add(format!("{:?}", first.wait().await));
        seen.add(format!("{:?}", proc.wait_child(WaitFor::Any, false).await));
        0
    });
    settle(system.kernel());
    assert_eq!(
        notes.take(),
        ["Ok(None)", "Ok((true, Ended(Exited(4))))", "Exited(3)", "Err(ECHILD)"],
        "an exit status has eight bits"
    );
    assert_eq!(child.try_wait(), Some(ExitStatus::Exited(0)));
    assert_eq!(system.process_count(), 0);
}

#[test]
fn an_ended_child_is_a_zombie_until_it_is_waited_for() {
    let system = host();
    let parent = start(&system, |proc| async move {
        fork(&proc, |_| async { 0 });
        proc.sleep(10 * SECOND).await.unwrap();
        while proc.wait_child(WaitFor::Any, false).await.is_ok() {}
        proc.sleep(10 * SECOND).await.unwrap();
        0
    });
    poll(system.kernel());
    let states = || system.processes().iter().map(|p| (p.ppid == parent.pid(), p.state)).collect::<Vec<_>>();
    assert_eq!(states(), [(false, 'S'), (true, 'Z')]);
    system.kernel().advance(10 * SECOND);
    poll(system.kernel());
    assert_eq!(states(), [(false, 'S')]);
}

#[test]
fn orphans_go_to_init_which_may_leave_them_lying() {
    for reaps in [false, true] {
        let system = machine();
        let init = start(&system, move |proc| async move {
            proc.set_reaps_orphans(reaps);
            fork(&proc, |proc| async move {
                fork(&proc, |proc| async move {
                    proc.sleep(SECOND).await.unwrap();
                    0
                });
                0
            })
            .wait()
            .await;
            proc.sleep(60 * SECOND).await.unwrap();
            0
        });
        poll(system.kernel());
        assert_eq!(init.pid(), 1);
        let others = || system.processes().iter().filter(|p| p.pid != 1).map(|p| (p.ppid, p.state)).collect::<Vec<_>>();
        assert_eq!(others(), [(1, 'S')]);
        system.kernel().advance(SECOND);
        poll(system.kernel());
        assert_eq!(others(), if reaps { vec![] } else { vec![(1, 'Z')] });
    }
}

#[test]
fn when_init_ends_everything_ends() {
    let system = machine();
    let init = start(&system, |proc| async move {
        fork(&proc, |proc| async move {
            proc.on_signal(Signal::TERM, Disposition::Ignore);
            proc.sleep(1000 * SECOND).await.unwrap();
            0
        });
        proc.sleep(SECOND).await.unwrap();
        5
    });
    settle(system.kernel());
    assert_eq!(init.status(), Some(ExitStatus::Exited(5)));
    assert_eq!(system.process_count(), 0);
    assert_eq!(system.kernel().live_tasks(), 0);
    assert_eq!(system.kernel().now(), Time::from_secs(1_000_001), "nobody waited for the sleeper");
}

#[test]
fn init_has_ended_when_all_others_are_gone() {
    struct Last(Rc<Cell<bool>>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let system = machine();
    let gone = Rc::new(Cell::new(false));
    let last = Last(gone.clone());
    let init = start(&system, |proc| async move {
        fork(&proc, |_| async { 0 });
        fork(&proc, |proc| async move {
            let _last = last;
            proc.sleep(SECOND).await.unwrap();
            0
        });
        proc.yield_now().await;
        0
    });
    let gone_first = Rc::new(Cell::new(None));
    let seen = gone_first.clone();
    system.kernel().spawn(async move {
        init.wait().await;
        seen.set(Some(gone.get()));
    });
    poll(system.kernel());
    assert_eq!(gone_first.get(), Some(true));
    assert_eq!(system.process_count(), 0);
}

#[test]
fn init_is_shielded_from_what_it_does_not_handle() {
    let system = machine();
    let notes = Notes::default();
    let seen = notes.clone();
    let init = start(&system, |proc| async move {
        fork(&proc, move |proc| async move {
            for signal in [Signal::TERM, Signal::KILL, Signal::STOP] {
                seen.add(format!("{:?}", proc.kill(1, Some(signal))));
            }
            seen.add(format!("{:?}", proc.kill(77, Some(Signal::TERM))));
            0
        });
        proc.sleep(1000 * SECOND).await.unwrap();
        0
    });
    poll(system.kernel());
    assert_eq!(notes.take(), ["Ok(())", "Ok(())", "Ok(())", "Err(ESRCH)"]);
    init.signal(Signal::TERM);
    poll(system.kernel());
    assert_eq!((init.status(), init.is_stopped()), (None, false));
    init.signal(Signal::KILL);
    poll(system.kernel());
    assert_eq!(init.status(), Some(ExitStatus::Signaled(Signal::KILL, false)));
}

#[test]
fn init_that_handles_a_signal_gets_it() {
    let system = machine();
    let init = start(&system, |proc| async move {
        proc.on_signal(Signal::TERM, Disposition::Catch);
        proc.next_signal().await.number()
    });
    poll(system.kernel());
    init.signal(Signal::TERM);
    poll(system.kernel());
    assert_eq!(init.status(), Some(ExitStatus::Exited(15)));
}

#[test]
fn a_process_that_kills_itself_does_nothing_more() {
    let system = host();
    let notes = Notes::default();
    let seen = notes.clone();
    let child = start(&system, |proc| async move {
        proc.kill(proc.pid() as i32, Some(Signal::KILL)).unwrap();
        proc.yield_now().await;
        seen.add("alive");
        0
    });
    let quick = start(&system, |proc| async move {
        proc.kill(0, Some(Signal::QUIT)).unwrap();
        0
    });
    settle(system.kernel());
    assert_eq!(notes.take(), Vec::<String>::new());
    assert_eq!(child.status(), Some(ExitStatus::Signaled(Signal::KILL, false)));
    assert_eq!(quick.status(), Some(ExitStatus::Signaled(Signal::QUIT, true)));
}

#[test]
fn a_stopped_process_goes_on_where_it_was() {
    let system = host();
    let notes = Notes::default();
    let seen = notes.clone();
    start(&system, |proc| async move {
        let child = fork(&proc, |proc| async move {
            proc.sleep(SECOND).await.unwrap();
            7
        });
        proc.kill(child.pid() as i32, Some(Signal::STOP)).unwrap();
        seen.add(format!("{:?}", proc.wait_child(WaitFor::Any, true).await.unwrap().1));
        proc.sleep(5 * SECOND).await.unwrap();
        seen.add(format!("{:?}", proc.try_wait_child(WaitFor::Any, true)));
        // Nothing but KILL ends it while it is stopped.
        proc.kill(child.pid() as i32, Some(Signal::CONT)).unwrap();
        seen.add(format!("{:?}", proc.wait_child(WaitFor::Any, true).await.unwrap().1));
        seen.add(format!("{:?}", proc.wait_child(WaitFor::Any, true).await.unwrap().1));
        0
    });
    settle(system.kernel());
    assert_eq!(notes.take(), ["Stopped(Signal(19))", "Ok(None)", "Continued", "Ended(Exited(7))"]);
}

#[test]
fn a_frozen_machine_does_not_move() {
    let system = machine();
    let init = start(&system, |proc| async move {
        proc.sleep(SECOND).await.unwrap();
        0
    });
    poll(system.kernel());
    system.freeze(true);
    system.kernel().advance(2 * SECOND);
    assert_eq!(poll(system.kernel()), Run::Idle);
    assert_eq!(init.status(), None);
    system.freeze(false);
    poll(system.kernel());
    assert_eq!(init.status(), Some(ExitStatus::Exited(0)));
}

#[test]
fn shutting_down_drops_everything() {
    let system = host();
    let alive = Rc::new(());
    let held = alive.clone();
    start(&system, |proc| async move {
        let _held = held;
        fork(&proc, |proc| async move {
            proc.sleep(SECOND).await.unwrap();
            0
        });
        proc.sleep(SECOND).await.unwrap();
        0
    });
    poll(system.kernel());
    let weak = system.downgrade();
    system.kernel().shutdown();
    assert_eq!(Rc::strong_count(&alive), 1);
    assert_eq!((system.kernel().live_tasks(), system.process_count()), (0, 0));
    drop(system);
    assert!(weak.upgrade().is_none(), "no cycle keeps the machine");
}

/// What a process of the storm does next.
#[derive(Clone, Copy, Debug)]
enum Act {
    Fork,
    Sleep(u8),
    Kill(u8, u8),
    Wait,
    Pipe,
    Catch(u8),
    Group,
    Exit,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => Just(Act::Fork),
        3 => any::<u8>().prop_map(Act::Sleep),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(who, signal)| Act::Kill(who, signal)),
        1 => Just(Act::Wait),
        2 => Just(Act::Pipe),
        1 => any::<u8>().prop_map(Act::Catch),
        1 => Just(Act::Group),
        1 => Just(Act::Exit),
    ];
    prop::collection::vec(act, 1..25)
}

/// Runs the acts from `at` on; a forked child goes on with the ones that follow, as its parent does.
fn storm(proc: Proc, acts: Rc<Vec<Act>>, at: usize, depth: u8) -> LocalBoxFuture<'static, i32> {
    Box::pin(async move {
        for index in at..acts.len() {
            let result = match acts[index] {
                Act::Fork if depth > 0 => {
                    let acts = acts.clone();
                    fork(&proc, move |child| storm(child, acts, index + 1, depth - 1));
                    Ok(())
                }
                Act::Fork => Ok(()),
                Act::Sleep(n) => proc.sleep(i64::from(n) * SECOND / 10).await,
                Act::Kill(who, signal) => {
                    let target = 1 + i32::from(who % 12);
                    let target = if who > 200 { -target } else { target };
                    proc.kill(target, Signal::from_number(i32::from(signal % 32)))
                }
                Act::Wait => proc.wait_child(WaitFor::Any, true).await.map(|_| ()),
                Act::Pipe => {
                    let (read, write) = proc.pipe().unwrap();
                    let acts = acts.clone();
                    let writer = fork(&proc, move |child| async move {
                        let big = if acts.len() % 2 == 0 { 100_000 } else { 10 };
                        i32::from(child.write(write, &vec![0; big]).await.is_err())
                    });
                    proc.close(write).unwrap();
                    let got = proc.read(read, 10).await.map(|_| ());
                    proc.close(read).unwrap();
                    writer.try_wait();
                    got
                }
                Act::Catch(signal) => {
                    let signal = Signal::from_number(i32::from(signal % 31) + 1).unwrap();
                    proc.on_signal(signal, Disposition::Catch);
                    Ok(())
                }
                Act::Group => proc.setpgid(0, 0),
                Act::Exit => return 0,
            };
            if result == Err(Errno::EINTR) {
                proc.take_signal();
            }
        }
        0
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_storm_of_processes_leaves_anything_behind(acts in acts(), with_init in any::<bool>()) {
        let system = if with_init { machine() } else { host() };
        let acts = Rc::new(acts);
        for _ in 0..2 {
            let acts = acts.clone();
            start(&system, move |proc| storm(proc, acts, 0, 3));
        }
        for _ in 0..300 {
            match poll(system.kernel()) {
                Run::Timer(at) => system.kernel().advance_to(at),
                Run::Idle => break,
                Run::Busy => {}
            }
        }
        // Whoever is stopped, waits for what never comes, or is a zombie of one of these.
        system.kill_all();
        settle(system.kernel());
        prop_assert_eq!(system.process_count(), 0);
        prop_assert_eq!(system.kernel().live_tasks(), 0);
        let weak = system.downgrade();
        drop(system);
        prop_assert!(weak.upgrade().is_none());
    }
}
