//! The hinge: what can be asked of an engine, modelled on the Docker Engine API v1.41. The command line, the
//! lessons and the figures are written against [`Engine`] alone; the simulation implements it, and so can a real
//! engine; a server can stand in front of either. It must not know any of them, nor the kernel that runs
//! simulated processes: what streams are made of is in [`stream`].
//!
//! Every method takes names as a user types them (an id, the beginning of one, a name, a reference) and answers
//! when it is done. Refusals are [`EngineError`]s with the daemon's sentences.

mod containers;
mod error;
mod exec;
mod host_config;
mod images;
mod kind;
mod problem;
mod stats;
pub mod stream;
mod system;
mod types;
mod volumes;

pub use crate::oci::config::{ContainerConfig, Empty, HealthConfig};
pub use containers::*;
pub use error::*;
pub use exec::*;
pub use host_config::*;
pub use images::*;
pub use kind::*;
pub(crate) use problem::quoted;
pub use problem::OciProblem;
pub use stats::*;
pub use stream::{channel, pipe, ByteSink, Closed, LocalBoxFuture, Sender, Sink, Stream};
pub use system::*;
pub use types::*;
pub use volumes::*;

use super::snapshot::{FileView, Snapshot};
use crate::ambient::Time;

/// A reply that is on its way.
pub type Answer<'a, T> = LocalBoxFuture<'a, Result<T, EngineError>>;

/// An engine: object safe, so `Rc<dyn Engine>` is what everything above holds.
pub trait Engine {
    // The engine itself.

    /// Whether it is there, and which version it speaks.
    fn ping(&self) -> Answer<'_, Ping>;
    /// What it is made of.
    fn version(&self) -> Answer<'_, Version>;
    /// What it holds and can do.
    fn info(&self) -> Answer<'_, Info>;
    /// Bytes by image and container.
    fn system_df(&self) -> Answer<'_, DiskUsage>;
    /// What happens, as it happens; ends at `until`.
    fn events(&self, options: EventsOptions) -> Answer<'_, Stream<Event>>;

    // Images.

    /// The newest first.
    fn images(&self, options: ImageListOptions) -> Answer<'_, Vec<ImageSummary>>;
    /// Everything about one.
    fn image_inspect<'a>(&'a self, name: &'a str) -> Answer<'a, ImageInspect>;
    /// The newest step first.
    fn image_history<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<HistoryItem>>;
    /// One more name; `target` may lack its tag (`latest`).
    fn image_tag<'a>(&'a self, source: &'a str, target: &'a str) -> Answer<'a, ()>;
    /// Takes a name away, and the image with its last name.
    fn image_remove<'a>(&'a self, name: &'a str, options: ImageRemove) -> Answer<'a, Vec<ImageDeleted>>;
    /// Progress, to the end. A name that the registry lacks is an error before anything is streamed.
    fn image_pull<'a>(&'a self, reference: &'a str) -> Answer<'a, Stream<JsonMessage>>;
    /// A tar of images with their layers, as `docker save` writes it.
    fn image_save<'a>(&'a self, names: &'a [String]) -> Answer<'a, Stream<Vec<u8>>>;
    /// Reads such a tar to its end; `quiet` leaves the progress out.
    fn image_load(&self, archive: Stream<Vec<u8>>, quiet: bool) -> Answer<'_, Stream<JsonMessage>>;
    /// An image of one layer from a tar of files; the last message's status is its id.
    fn image_import(&self, archive: Stream<Vec<u8>>, options: ImportOptions) -> Answer<'_, Stream<JsonMessage>>;
    /// Removes dangling images (`dangling=false`: all that no container uses).
    fn images_prune(&self, filters: Filters) -> Answer<'_, ImagesPruned>;
    /// An image from a container; its id.
    fn commit(&self, options: CommitOptions) -> Answer<'_, String>;

    // Containers.

    /// The newest first.
    fn containers(&self, options: ContainerListOptions) -> Answer<'_, Vec<ContainerSummary>>;
    /// Makes one; it does not run yet.
    fn container_create(&self, request: ContainerCreate) -> Answer<'_, ContainerCreated>;
    /// Everything about one; `size` measures its thin layer.
    fn container_inspect<'a>(&'a self, name: &'a str, size: bool) -> Answer<'a, ContainerInspect>;
    /// Runs it. [`EngineError::NotModified`] where it runs already.
    fn container_start<'a>(&'a self, name: &'a str, detach_keys: Option<&'a str>) -> Answer<'a, ()>;
    /// Its stop signal, then after `timeout` seconds (none: the container's own, or 10) SIGKILL.
    /// [`EngineError::NotModified`] where it does not run.
    fn container_stop<'a>(&'a self, name: &'a str, timeout: Option<i64>) -> Answer<'a, ()>;
    /// Stop and start.
    fn container_restart<'a>(&'a self, name: &'a str, timeout: Option<i64>) -> Answer<'a, ()>;
    /// A signal for its first process, by name or number; empty is KILL.
    fn container_kill<'a>(&'a self, name: &'a str, signal: &'a str) -> Answer<'a, ()>;
    /// Freezes its processes.
    fn container_pause<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;
    /// Thaws them.
    fn container_unpause<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;
    /// Answers at once (as the API's headers do, so that nothing after it is missed); the future inside it ends when
    /// the condition is met.
    fn container_wait<'a>(&'a self, name: &'a str, condition: WaitCondition)
        -> Answer<'a, Answer<'static, WaitResult>>;
    /// Another name.
    fn container_rename<'a>(&'a self, name: &'a str, new_name: &'a str) -> Answer<'a, ()>;
    /// Removes it with its thin layer.
    fn container_remove<'a>(&'a self, name: &'a str, options: ContainerRemove) -> Answer<'a, ()>;
    /// Other limits, another restart policy.
    fn container_update<'a>(&'a self, name: &'a str, update: ContainerUpdate) -> Answer<'a, ContainerUpdated>;
    /// The size of its terminal.
    fn container_resize<'a>(&'a self, name: &'a str, rows: u16, cols: u16) -> Answer<'a, ()>;
    /// Its processes; `ps_args` empty is `-ef`.
    fn container_top<'a>(&'a self, name: &'a str, ps_args: &'a str) -> Answer<'a, TopTable>;
    /// What it wrote. With a tty all frames are `Stdout` and raw.
    fn container_logs<'a>(&'a self, name: &'a str, options: LogsOptions) -> Answer<'a, Stream<Frame>>;
    /// Its standard streams, also before it is started.
    fn container_attach<'a>(&'a self, name: &'a str, options: AttachOptions) -> Answer<'a, Attached>;
    /// What differs from the image; none is null in JSON.
    fn container_changes<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<FilesystemChange>>;
    /// A tar of its whole file system.
    fn container_export<'a>(&'a self, name: &'a str) -> Answer<'a, Stream<Vec<u8>>>;
    /// Samples a second apart; one only where not `stream` (`one_shot`: without waiting for a second).
    fn container_stats<'a>(&'a self, name: &'a str, stream: bool, one_shot: bool) -> Answer<'a, Stream<Stats>>;
    /// What is at `path`, links not followed.
    fn container_archive_stat<'a>(&'a self, name: &'a str, path: &'a str) -> Answer<'a, PathStat>;
    /// A tar of what is at `path`.
    fn container_archive_get<'a>(&'a self, name: &'a str, path: &'a str) -> Answer<'a, (PathStat, Stream<Vec<u8>>)>;
    /// Unpacks a tar into the directory `path`.
    fn container_archive_put<'a>(
        &'a self,
        name: &'a str,
        path: &'a str,
        archive: Stream<Vec<u8>>,
        options: ArchivePutOptions,
    ) -> Answer<'a, ()>;
    /// Removes those that do not run.
    fn containers_prune(&self, filters: Filters) -> Answer<'_, ContainersPruned>;

    // Exec: one more process in a container.

    /// Prepares it; its id.
    fn exec_create<'a>(&'a self, container: &'a str, config: ExecConfig) -> Answer<'a, String>;
    /// Runs it with its streams connected; none of them with `detach`. A program that cannot be started is a frame
    /// of the output with the runtime's sentence, and an exit code in [`Engine::exec_inspect`].
    fn exec_start<'a>(&'a self, id: &'a str, detach: bool, tty: bool) -> Answer<'a, Option<Attached>>;
    /// Its state and exit code.
    fn exec_inspect<'a>(&'a self, id: &'a str) -> Answer<'a, ExecInspect>;
    /// The size of its terminal.
    fn exec_resize<'a>(&'a self, id: &'a str, rows: u16, cols: u16) -> Answer<'a, ()>;

    // Volumes.

    /// By name.
    fn volumes<'a>(&'a self, filters: &'a Filters) -> Answer<'a, Vec<Volume>>;
    /// Makes one, or finds the one of that name.
    fn volume_create(&self, request: VolumeCreate) -> Answer<'_, Volume>;
    /// Everything about one.
    fn volume_inspect<'a>(&'a self, name: &'a str) -> Answer<'a, Volume>;
    /// Removes one that no container has; with `force` one that is not there is none the worse.
    fn volume_remove<'a>(&'a self, name: &'a str, force: bool) -> Answer<'a, ()>;
    /// Removes those that no container has.
    fn volumes_prune<'a>(&'a self, filters: &'a Filters) -> Answer<'a, VolumesPruned>;

    // For the figures.

    /// The engine's clock.
    fn now(&self) -> Time;
    /// Everything visible, as plain data. The simulation answers at the first poll.
    fn snapshot(&self) -> Answer<'_, Snapshot>;
    /// What a layer does, path by path in order.
    fn layer_files<'a>(&'a self, chain_id: &'a str) -> Answer<'a, Vec<FileView>>;
    /// What a container's thin layer does, path by path in order.
    fn container_files<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<FileView>>;
    /// The beginning of a file as it is in one layer or in a container, at most `max` bytes.
    fn file_text<'a>(&'a self, place: FilePlace<'a>, path: &'a str, max: usize) -> Answer<'a, Vec<u8>>;
}

/// Where a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePlace<'a> {
    /// In that layer alone, by its chain id.
    Layer(&'a str),
    /// In the container's merged tree.
    Container(&'a str),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trait_is_object_safe_and_json_is_dockers() {
        fn _holds(_: std::rc::Rc<dyn Engine>) {}
        let json = serde_json::to_string(&HostConfig::default()).unwrap();
        assert!(
            json.starts_with(r#"{"Binds":null,"ContainerIDFile":"","LogConfig":{"Type":"","Config":{}},"NetworkMode""#)
        );
        assert!(json.ends_with(r#""IOMaximumIOps":0,"IOMaximumBandwidth":0,"MaskedPaths":null,"ReadonlyPaths":null}"#));
        let deleted = serde_json::to_string(&ImageDeleted::Untagged("a:b".into())).unwrap();
        assert_eq!(deleted, r#"{"Untagged":"a:b"}"#);
    }
}
