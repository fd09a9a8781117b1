//! The trait's methods, one after the other: each finds what it is about, lets the daemon's time pass, and hands on.

use super::lifecycle::COST_START;
use super::{info, SimEngine};
use crate::ambient::Time;
use crate::engine::api::*;
use crate::engine::snapshot::{FileView, Snapshot};
use crate::sorted::VecMap;

// Nanoseconds of virtual time that the daemon takes.
const COST_LOOK: i64 = 400_000;
const COST_CHANGE: i64 = 8_000_000;
const COST_CREATE: i64 = 30_000_000;
const COST_COMMIT: i64 = 45_000_000;

fn ready<'a, T: 'a>(result: Result<T, EngineError>) -> Answer<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Engine for SimEngine {
    fn ping(&self) -> Answer<'_, Ping> {
        ready(Ok(info::ping()))
    }

    fn version(&self) -> Answer<'_, Version> {
        ready(Ok(info::version()))
    }

    fn info(&self) -> Answer<'_, Info> {
        ready(Ok(SimEngine::info(self)))
    }

    fn system_df(&self) -> Answer<'_, DiskUsage> {
        self.tick(COST_CHANGE);
        ready(self.disk_usage())
    }

    fn events(&self, options: EventsOptions) -> Answer<'_, Stream<Event>> {
        let until = options.until;
        let listening = self.state.borrow_mut().events.listen(self.kernel.now(), options);
        let engine = self.me();
        ready(engine.and_then(|engine| {
            let (stream, sender) = listening?;
            if let (Some(sender), Some(until)) = (sender, until) {
                self.kernel.spawn(async move {
                    engine.kernel.sleep_until(until).await;
                    engine.state.borrow_mut().events.hang_up(&sender);
                });
            }
            Ok(stream)
        }))
    }

    fn images(&self, options: ImageListOptions) -> Answer<'_, Vec<ImageSummary>> {
        self.tick(COST_LOOK);
        ready(self.state.borrow().list_images(&options))
    }

    fn image_inspect<'a>(&'a self, name: &'a str) -> Answer<'a, ImageInspect> {
        self.tick(COST_LOOK);
        ready(self.state.borrow().inspect_image(name))
    }

    fn image_history<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<HistoryItem>> {
        self.tick(COST_LOOK);
        ready(self.state.borrow().image_history(name))
    }

    fn image_tag<'a>(&'a self, source: &'a str, target: &'a str) -> Answer<'a, ()> {
        let now = self.tick(COST_CHANGE);
        ready(self.state.borrow_mut().tag_image(now, source, target))
    }

    fn image_remove<'a>(&'a self, name: &'a str, options: ImageRemove) -> Answer<'a, Vec<ImageDeleted>> {
        let now = self.tick(COST_CHANGE);
        ready(self.state.borrow_mut().remove_image(now, name, options))
    }

    fn image_pull<'a>(&'a self, reference: &'a str) -> Answer<'a, Stream<JsonMessage>> {
        self.pull(reference)
    }

    fn image_save<'a>(&'a self, names: &'a [String]) -> Answer<'a, Stream<Vec<u8>>> {
        self.tick(COST_COMMIT);
        let saved = self.state.borrow().save(names);
        ready(saved.map(super::archive::pieces))
    }

    fn image_load(&self, archive: Stream<Vec<u8>>, quiet: bool) -> Answer<'_, Stream<JsonMessage>> {
        Box::pin(async move {
            let bytes = archive.collect().await.concat();
            let now = self.tick(COST_COMMIT);
            let messages = self.state.borrow_mut().load(now, bytes.into(), quiet)?;
            Ok(Stream::of(messages))
        })
    }

    fn image_import(&self, archive: Stream<Vec<u8>>, options: ImportOptions) -> Answer<'_, Stream<JsonMessage>> {
        Box::pin(async move {
            let bytes = archive.collect().await.concat();
            let now = self.tick(COST_COMMIT);
            let id = self.state.borrow_mut().import(now, bytes.into(), &options)?;
            Ok(Stream::of([JsonMessage::line(id.to_string())]))
        })
    }

    fn images_prune(&self, filters: Filters) -> Answer<'_, ImagesPruned> {
        let now = self.tick(COST_CHANGE);
        ready(self.state.borrow_mut().prune_images(now, &filters))
    }

    fn commit(&self, options: CommitOptions) -> Answer<'_, String> {
        let now = self.tick(COST_COMMIT);
        let container = self.find(&options.container);
        ready(container.and_then(|c| self.state.borrow_mut().commit(now, &c, &options)).map(|id| id.to_string()))
    }

    fn containers(&self, options: ContainerListOptions) -> Answer<'_, Vec<ContainerSummary>> {
        let now = self.tick(COST_LOOK);
        ready(self.state.borrow().list_containers(now, &options))
    }

    fn container_create(&self, request: ContainerCreate) -> Answer<'_, ContainerCreated> {
        let now = self.tick(COST_CREATE);
        let made = self.state.borrow_mut().create(now, request);
        ready(made.map(|c| ContainerCreated { id: c.id.to_string(), warnings: Vec::new() }))
    }

    fn container_inspect<'a>(&'a self, name: &'a str, size: bool) -> Answer<'a, ContainerInspect> {
        self.tick(COST_LOOK);
        ready(self.find(name).map(|c| self.inspect_container(&c, size)))
    }

    fn container_start<'a>(&'a self, name: &'a str, detach_keys: Option<&'a str>) -> Answer<'a, ()> {
        ready(self.start(name, detach_keys))
    }

    fn container_stop<'a>(&'a self, name: &'a str, timeout: Option<i64>) -> Answer<'a, ()> {
        Box::pin(async move {
            let container = self.find(name)?;
            if !container.is_running() {
                return Err(EngineError::NotModified);
            }
            self.tick(COST_CHANGE);
            self.me()?.stop_container(&container, timeout).await
        })
    }

    fn container_restart<'a>(&'a self, name: &'a str, timeout: Option<i64>) -> Answer<'a, ()> {
        Box::pin(async move {
            let container = self.find(name)?;
            self.me()?.restart_container(&container, timeout).await
        })
    }

    fn container_kill<'a>(&'a self, name: &'a str, signal: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.tick(COST_CHANGE);
            self.me()?.kill_container(name, signal).await
        })
    }

    fn container_pause<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        self.tick(COST_CHANGE);
        ready(self.find(name).and_then(|c| self.pause_container(&c)))
    }

    fn container_unpause<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        self.tick(COST_CHANGE);
        ready(self.find(name).and_then(|c| self.unpause_container(&c)))
    }

    fn container_wait<'a>(
        &'a self,
        name: &'a str,
        condition: WaitCondition,
    ) -> Answer<'a, Answer<'static, WaitResult>> {
        ready(self.find(name).map(|c| self.wait_container(&c, condition)))
    }

    fn container_rename<'a>(&'a self, name: &'a str, new_name: &'a str) -> Answer<'a, ()> {
        self.tick(COST_LOOK);
        ready(self.rename(name, new_name))
    }

    fn container_remove<'a>(&'a self, name: &'a str, options: ContainerRemove) -> Answer<'a, ()> {
        Box::pin(async move {
            let container = self.find(name)?;
            self.tick(COST_CHANGE);
            self.me()?.remove_container(&container, options).await
        })
    }

    fn container_update<'a>(&'a self, name: &'a str, update: ContainerUpdate) -> Answer<'a, ContainerUpdated> {
        self.tick(COST_LOOK);
        ready(self.update(name, update))
    }

    fn container_resize<'a>(&'a self, name: &'a str, rows: u16, cols: u16) -> Answer<'a, ()> {
        ready(self.find(name).and_then(|c| {
            if let Some(tty) = &c.expect_running()?.tty {
                tty.resize(crate::kernel::Size { rows, cols });
            }
            let size = [("height".to_owned(), rows.to_string()), ("width".to_owned(), cols.to_string())];
            self.container_event(&c, "resize", VecMap::from(size));
            Ok(())
        }))
    }

    fn container_top<'a>(&'a self, name: &'a str, ps_args: &'a str) -> Answer<'a, TopTable> {
        ready(self.find(name).and_then(|c| {
            let table = self.top(&c, ps_args)?;
            self.container_event(&c, "top", VecMap::new());
            Ok(table)
        }))
    }

    fn container_logs<'a>(&'a self, name: &'a str, options: LogsOptions) -> Answer<'a, Stream<Frame>> {
        ready(self.me().and_then(|me| me.logs(&self.find(name)?, options)))
    }

    fn container_attach<'a>(&'a self, name: &'a str, options: AttachOptions) -> Answer<'a, Attached> {
        ready(self.me().and_then(|me| me.attach(name, &options)))
    }

    fn container_changes<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<FilesystemChange>> {
        self.tick(COST_LOOK);
        ready(self.find(name).map(|c| self.changed_paths(&c)))
    }

    fn container_export<'a>(&'a self, name: &'a str) -> Answer<'a, Stream<Vec<u8>>> {
        self.tick(COST_COMMIT);
        ready(self.find(name).and_then(|c| self.export(&c)))
    }

    fn container_stats<'a>(&'a self, name: &'a str, stream: bool, one_shot: bool) -> Answer<'a, Stream<Stats>> {
        ready(self.me().and_then(|me| Ok(me.stats(&self.find(name)?, stream, one_shot))))
    }

    fn container_archive_stat<'a>(&'a self, name: &'a str, path: &'a str) -> Answer<'a, PathStat> {
        ready(self.stat_path(name, path))
    }

    fn container_archive_get<'a>(&'a self, name: &'a str, path: &'a str) -> Answer<'a, (PathStat, Stream<Vec<u8>>)> {
        self.tick(COST_CHANGE);
        ready(self.get_archive(name, path))
    }

    fn container_archive_put<'a>(
        &'a self,
        name: &'a str,
        path: &'a str,
        archive: Stream<Vec<u8>>,
        options: ArchivePutOptions,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let bytes = archive.collect().await.concat();
            self.tick(COST_CHANGE);
            self.put_archive(name, path, bytes, options)
        })
    }

    fn containers_prune(&self, filters: Filters) -> Answer<'_, ContainersPruned> {
        self.tick(COST_CHANGE);
        ready(self.me().and_then(|me| me.prune_containers(&filters)))
    }

    fn exec_create<'a>(&'a self, container: &'a str, config: ExecConfig) -> Answer<'a, String> {
        self.tick(COST_CHANGE);
        ready(self.make_exec(container, config))
    }

    fn exec_start<'a>(&'a self, id: &'a str, detach: bool, _tty: bool) -> Answer<'a, Option<Attached>> {
        self.tick(COST_CREATE);
        ready(self.me().and_then(|me| me.start_exec(id, detach)))
    }

    fn exec_inspect<'a>(&'a self, id: &'a str) -> Answer<'a, ExecInspect> {
        ready(self.inspect_exec(id))
    }

    fn exec_resize<'a>(&'a self, id: &'a str, rows: u16, cols: u16) -> Answer<'a, ()> {
        ready(self.resize_exec(id, rows, cols))
    }

    fn volumes<'a>(&'a self, filters: &'a Filters) -> Answer<'a, Vec<Volume>> {
        self.tick(COST_LOOK);
        ready(self.state.borrow().list_volumes(filters))
    }

    fn volume_create(&self, request: VolumeCreate) -> Answer<'_, Volume> {
        let now = self.tick(COST_CHANGE);
        ready(self.state.borrow_mut().create_volume(now, request))
    }

    fn volume_inspect<'a>(&'a self, name: &'a str) -> Answer<'a, Volume> {
        self.tick(COST_LOOK);
        ready(self.state.borrow().volume(name))
    }

    fn volume_remove<'a>(&'a self, name: &'a str, force: bool) -> Answer<'a, ()> {
        let now = self.tick(COST_CHANGE);
        let removed = self.state.borrow_mut().remove_volume(now, name);
        ready(match removed {
            Err(EngineError::NoSuchVolume { .. }) if force => Ok(()),
            other => other,
        })
    }

    fn volumes_prune<'a>(&'a self, filters: &'a Filters) -> Answer<'a, VolumesPruned> {
        let now = self.tick(COST_CHANGE);
        ready(self.state.borrow_mut().prune_volumes(now, filters))
    }

    fn now(&self) -> Time {
        self.kernel.now()
    }

    fn snapshot(&self) -> Answer<'_, Snapshot> {
        ready(Ok(self.snapshot_now()))
    }

    fn layer_files<'a>(&'a self, chain_id: &'a str) -> Answer<'a, Vec<FileView>> {
        ready(self.files_of_layer(chain_id))
    }

    fn container_files<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<FileView>> {
        ready(self.find(name).map(|c| self.files_of_container(&c)))
    }

    fn file_text<'a>(&'a self, place: FilePlace<'a>, path: &'a str, max: usize) -> Answer<'a, Vec<u8>> {
        ready(self.text_of(place, path, max))
    }
}

impl SimEngine {
    fn start(&self, name: &str, detach_keys: Option<&str>) -> Result<(), EngineError> {
        super::detach::DetachFilter::new(detach_keys)?;
        let container = self.find(name)?;
        let (state, removing) = (container.get().state, container.get().removing);
        match state {
            _ if removing => return Err(EngineError::RemovingForStart),
            crate::engine::snapshot::ContainerState::Paused => return Err(EngineError::PausedForStart),
            _ if container.running().is_some() => return Err(EngineError::NotModified),
            _ => {}
        }
        self.tick(COST_START);
        self.me()?.start_container(&container)
    }

    fn rename(&self, name: &str, new_name: &str) -> Result<(), EngineError> {
        if name.is_empty() || new_name.is_empty() {
            return Err(EngineError::EmptyName);
        }
        let container = self.find(name)?;
        let bare = new_name.strip_prefix('/').unwrap_or(new_name);
        let old = container.name();
        if *old == *bare {
            return Err(EngineError::SameName);
        }
        let refused = |cause| EngineError::RenameRefused { cause: Box::new(cause) };
        if !super::names::is_valid(bare) {
            return Err(refused(EngineError::InvalidContainerName { name: format!("/{bare}") }));
        }
        {
            let mut state = self.state.borrow_mut();
            state.check_free(bare).map_err(refused)?;
            state.containers.rename(&container, bare.into());
        }
        let attributes = VecMap::from([("oldName".to_owned(), format!("/{old}"))]);
        self.container_event(&container, "rename", attributes);
        Ok(())
    }

    fn update(&self, name: &str, update: ContainerUpdate) -> Result<ContainerUpdated, EngineError> {
        let container = self.find(name)?;
        let mut host = (*container.get().host_config).clone();
        if let Some(policy) = update.restart_policy.filter(|p| !p.name.is_empty()) {
            super::create::verify_restart_policy(&policy.name, policy.maximum_retry_count)?;
            if host.auto_remove && policy.name != "no" {
                return Err(EngineError::AutoRemoveWithRestart);
            }
            host.restart_policy = policy;
        }
        if let Some(memory) = update.memory.filter(|m| *m != 0) {
            let swap = update.memory_swap.filter(|s| *s != 0);
            if swap.is_none() && host.memory_swap >= 0 && memory > host.memory_swap {
                return Err(EngineError::MemoryOverSwap { id: container.id.to_string() });
            }
            host.memory = memory;
        }
        let set = |field: &mut i64, value: Option<i64>| *field = value.filter(|v| *v != 0).unwrap_or(*field);
        set(&mut host.memory_swap, update.memory_swap);
        set(&mut host.memory_reservation, update.memory_reservation);
        set(&mut host.kernel_memory, update.kernel_memory);
        set(&mut host.cpu_shares, update.cpu_shares);
        set(&mut host.cpu_period, update.cpu_period);
        set(&mut host.cpu_quota, update.cpu_quota);
        set(&mut host.nano_cpus, update.nano_cpus);
        host.pids_limit = update.pids_limit.filter(|p| *p != 0).or(host.pids_limit);
        for (field, value) in [(&mut host.cpuset_cpus, update.cpuset_cpus), (&mut host.cpuset_mems, update.cpuset_mems)]
        {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                *field = value;
            }
        }
        host.blkio_weight = update.blkio_weight.filter(|w| *w != 0).unwrap_or(host.blkio_weight);
        container.edit().host_config = std::rc::Rc::new(host);
        self.container_event(&container, "update", VecMap::new());
        Ok(ContainerUpdated { warnings: None })
    }
}
