//! What is ordered of containers: stop, kill, pause, restart, wait and remove. How they live is told in `lifecycle`.

use super::containers::{Container, Waiter};
use super::lifecycle::{tell, Running, COST_START};
use super::SimEngine;
use crate::ambient::SECOND;
use crate::engine::api::{channel, Answer, ContainerRemove, EngineError, WaitCondition, WaitResult};
use crate::engine::snapshot::ContainerState;
use crate::kernel::{race, Either, Signal};
use crate::sorted::VecMap;
use std::rc::Rc;

/// Seconds between the stop signal and SIGKILL.
const STOP_TIMEOUT: i64 = 10;

impl SimEngine {
    /// Ends a run between two runs: nothing of it lives.
    fn give_up_restarting(&self, container: &Container) {
        let waiters = {
            let mut inner = container.edit();
            inner.stopped_by_hand = true;
            inner.state = ContainerState::Exited;
            inner.take_waiters(|c| c == WaitCondition::NotRunning)
        };
        let code = container.get().exit_code;
        tell(waiters, code, None);
    }

    pub(super) async fn stop_container(
        self: &Rc<Self>,
        container: &Rc<Container>,
        timeout: Option<i64>,
    ) -> Result<(), EngineError> {
        if container.get().state == ContainerState::Restarting {
            self.give_up_restarting(container);
        } else if let Some(running) = container.running() {
            let config = &container.config;
            let signal = Signal::parse(&config.stop_signal).unwrap_or(Signal::TERM);
            let timeout = timeout.or(config.stop_timeout).unwrap_or(STOP_TIMEOUT);
            self.send(container, &running, signal);
            let in_time = match timeout {
                t if t < 0 => {
                    running.ended().await;
                    true
                }
                t => matches!(race(running.ended(), self.kernel.sleep(t * SECOND)).await, Either::Left(())),
            };
            if !in_time {
                self.send(container, &running, Signal::KILL);
                running.ended().await;
            }
        }
        self.container_event(container, "stop", VecMap::new());
        Ok(())
    }

    /// Sends a signal on somebody's order: no restart policy applies any more, and a frozen container thaws.
    fn send(&self, container: &Rc<Container>, running: &Running, signal: Signal) {
        container.edit().stopped_by_hand = true;
        running.child.signal(signal);
        if container.get().state == ContainerState::Paused {
            self.thaw(container, running);
        }
        let attributes = VecMap::from([("signal".to_owned(), signal.number().to_string())]);
        self.container_event(container, "kill", attributes);
    }

    fn thaw(&self, container: &Rc<Container>, running: &Running) {
        container.edit().state = ContainerState::Running;
        running.system.freeze(false);
    }

    pub(super) async fn kill_container(self: &Rc<Self>, typed: &str, signal: &str) -> Result<(), EngineError> {
        let signal = match signal {
            "" => Signal::KILL,
            text => Signal::parse(text).ok_or_else(|| EngineError::InvalidSignal { signal: text.to_owned() })?,
        };
        let refused = |cause| EngineError::KillRefused { name: typed.to_owned(), cause: Box::new(cause) };
        let container = self.find(typed).map_err(refused)?;
        if container.get().state == ContainerState::Restarting {
            self.give_up_restarting(&container);
            return Ok(());
        }
        let running = container.expect_running().map_err(refused)?;
        self.send(&container, &running, signal);
        if signal == Signal::KILL {
            running.ended().await;
        }
        Ok(())
    }

    pub(super) async fn restart_container(
        self: &Rc<Self>,
        container: &Rc<Container>,
        timeout: Option<i64>,
    ) -> Result<(), EngineError> {
        if container.is_running() {
            self.stop_container(container, timeout).await?;
        }
        self.tick(COST_START);
        let restarted = self.start_container(container);
        restarted
            .map_err(|cause| EngineError::RestartRefused { name: container.id.to_string(), cause: Box::new(cause) })?;
        self.container_event(container, "restart", VecMap::new());
        Ok(())
    }

    pub(super) fn pause_container(&self, container: &Rc<Container>) -> Result<(), EngineError> {
        let id = || container.id.to_string();
        let state = container.get().state;
        match state {
            ContainerState::Paused => return Err(EngineError::AlreadyPaused { id: id() }),
            ContainerState::Restarting => return Err(EngineError::Restarting { id: id() }),
            _ => {}
        }
        container.expect_running()?.system.freeze(true);
        container.edit().state = ContainerState::Paused;
        self.container_event(container, "pause", VecMap::new());
        Ok(())
    }

    pub(super) fn unpause_container(&self, container: &Rc<Container>) -> Result<(), EngineError> {
        let paused = container.get().state == ContainerState::Paused;
        match container.running().filter(|_| paused) {
            None => Err(EngineError::NotPaused { id: container.id.to_string() }),
            Some(running) => {
                self.thaw(container, &running);
                self.container_event(container, "unpause", VecMap::new());
                Ok(())
            }
        }
    }

    /// The future that ends when the condition is met; it counts from now on.
    pub(super) fn wait_container(
        &self,
        container: &Rc<Container>,
        condition: WaitCondition,
    ) -> Answer<'static, WaitResult> {
        if condition == WaitCondition::NotRunning && !container.is_running() {
            let status_code = i64::from(container.get().exit_code);
            return Box::pin(std::future::ready(Ok(WaitResult { error: None, status_code })));
        }
        let (sender, mut stream) = channel(1);
        container.touch().waiters.push(Waiter { condition, sender });
        Box::pin(async move { Ok(stream.next().await.unwrap_or_default()) })
    }

    pub(super) async fn remove_container(
        self: &Rc<Self>,
        container: &Rc<Container>,
        options: ContainerRemove,
    ) -> Result<(), EngineError> {
        let id = || container.id.to_string();
        if container.get().removing {
            return Err(EngineError::RemovalInProgress { id: id() });
        }
        if container.is_running() {
            if !options.force {
                return Err(match container.get().state {
                    ContainerState::Paused => EngineError::RemovePaused { id: id() },
                    ContainerState::Restarting => EngineError::RemoveRestarting { id: id() },
                    _ => EngineError::RemoveRunning { id: id() },
                });
            }
            container.edit().removing = true;
            match container.running() {
                Some(running) => {
                    self.send(container, &running, Signal::KILL);
                    running.ended().await;
                }
                None => self.give_up_restarting(container),
            }
        }
        self.remove_now(container, options.volumes);
        Ok(())
    }
}
