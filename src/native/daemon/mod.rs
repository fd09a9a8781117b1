//! `capas daemon`: the simulated engine as a server of the Docker Engine API, for real clients. Engine, connections and
//! clock are tasks of one kernel, polled by one thread; virtual time runs with the wall clock. It must not know which
//! engine answers: handlers see the trait alone.

mod containers;
mod hijack;
mod http;
mod images;
mod listen;
mod routes;
mod scan;
mod system;

use super::cli::DaemonArgs;
use super::lesson::plain_error;
use super::usage;
use crate::ambient::Time;
use crate::engine::api::{Engine, EngineError, Stream};
use crate::engine::registry::TeachingRegistry;
use crate::engine::sim::SimEngine;
use crate::host;
use crate::kernel::{Budget, Kernel, Run};
use anyhow::Result;
use std::cell::RefCell;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{sleep_until, Instant, Sleep};

/// What the kernel does before the runtime looks at its sockets again, in polls of tasks.
const TURN: Budget = Budget::polls(2_000);

/// Serves until it is told to stop.
pub(super) fn run(args: &DaemonArgs) -> Result<u8> {
    let kernel = Kernel::new(wall_clock());
    let registry = Rc::new(TeachingRegistry::new());
    let engine = SimEngine::new(kernel.clone(), args.seed, registry, host::programs(), host::HOSTNAME);
    for path in &args.load {
        let wrong = |what: &dyn std::fmt::Display| usage(format!("{}: {what}", path.display()));
        let archive = std::fs::read(path).map_err(|error| wrong(&plain_error(&error)))?;
        let loading = engine.clone();
        at_once(&kernel, async move {
            let mut progress = loading.image_load(Stream::of([archive]), true).await?;
            while progress.next().await.is_some() {}
            Ok(())
        })
        .map_err(|error| wrong(&error))?;
    }
    for name in &args.pull {
        let (pulling, name) = (engine.clone(), name.clone());
        at_once(&kernel, async move {
            let mut progress = pulling.image_pull(&name).await?;
            while progress.next().await.is_some() {}
            Ok(())
        })
        .map_err(usage)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let listener = listen::Listener::bind(&args.host).await?;
        println!("export DOCKER_HOST={listener}");
        kernel.spawn(tokio::task::unconstrained(listen::accept(kernel.clone(), engine, listener)));
        tokio::select! {
            () = drive(&kernel) => {}
            () = listen::told_to_stop() => {}
        }
        Ok(0)
    });
    kernel.shutdown();
    served
}

/// Runs a future of the engine to its end, jumping over the time that it would take.
fn at_once(kernel: &Kernel, work: impl Future<Output = Result<(), EngineError>> + 'static) -> Result<(), EngineError> {
    let done = Rc::new(RefCell::new(None));
    let slot = done.clone();
    kernel.spawn(async move {
        let result = work.await;
        *slot.borrow_mut() = Some(result);
    });
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        let run = kernel.run(&mut cx, TURN);
        if let Some(result) = done.borrow_mut().take() {
            return result;
        }
        match run {
            Run::Timer(at) => kernel.advance_to(at),
            Run::Busy => {}
            Run::Idle => return Err(EngineError::ShuttingDown),
        }
    }
}

fn wall_clock() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Runs the kernel for ever, its clock with the wall's. Where the engine has let some time pass by itself, its clock is
/// a little ahead; it never goes back.
async fn drive(kernel: &Kernel) {
    let mut alarm: Pin<Box<Sleep>> = Box::pin(sleep_until(Instant::now()));
    poll_fn(move |cx| step(kernel, &mut alarm, cx)).await;
}

fn step(kernel: &Kernel, alarm: &mut Pin<Box<Sleep>>, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        let wall = wall_clock();
        // What happens at a timer sees its own time, even where we are late.
        kernel.advance_to(kernel.next_timer().filter(|&at| at <= wall).unwrap_or(wall));
        match kernel.run(cx, TURN) {
            Run::Busy => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Run::Idle => return Poll::Pending,
            Run::Timer(at) => {
                let wait = at.0.saturating_sub(wall_clock().0);
                if wait > 0 {
                    alarm.as_mut().reset(Instant::now() + Duration::from_nanos(wait.unsigned_abs()));
                    if alarm.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}
