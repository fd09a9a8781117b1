//! What an engine refuses, each refusal with the daemon's own sentence (Docker Engine 20.10) as `Display`, without
//! the client's prefix `Error response from daemon: `. It must not know who asks: what a client makes of a
//! refusal (its exit status, its prefix) is the client's.

use super::kind::ErrorKind;
use super::problem::{quoted, OciProblem};
use std::fmt;

/// A refusal. Fields named `id` are full ids, `name` is what the caller typed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant's sentence below says what its fields are
pub enum EngineError {
    // Not found.
    NoSuchContainer {
        name: String,
    },
    /// `reference` is familiar and has its tag, as `nosuch:latest`.
    NoSuchImage {
        reference: String,
    },
    NoSuchExec {
        id: String,
    },
    /// `docker cp` of a path that is not there; the container as typed.
    NoSuchPath {
        container: String,
        path: String,
    },
    /// A tag that names no image (`docker save name:tag`).
    ReferenceMissing,
    /// The image of a container was removed by force; nothing can be committed onto it.
    ImageContentMissing {
        id: String,
    },
    PullAccessDenied {
        repository: String,
    },
    ManifestUnknown {
        reference: String,
    },

    // Names and parameters.
    /// The sentence of the reference grammar, such as `invalid reference format`.
    InvalidReference {
        reason: String,
    },
    /// An id with fewer digits than needed to tell two things apart.
    AmbiguousId {
        prefix: String,
    },
    InvalidContainerName {
        name: String,
    },
    EmptyName,
    SameName,
    /// `name` has its leading slash.
    NameInUse {
        name: String,
        id: String,
    },
    /// The refusal of a new name by `rename`, inside its own sentence.
    RenameRefused {
        cause: Box<EngineError>,
    },
    InvalidSignal {
        signal: String,
    },
    InvalidFilter {
        filter: String,
    },
    InvalidFilterValue {
        filter: String,
        value: String,
    },
    /// Neither an entrypoint nor a command.
    NoCommand,
    RelativeWorkingDir {
        dir: String,
    },
    NotAChangeCommand {
        command: String,
    },
    /// An instruction of `commit --change` that is known but malformed; the parser's sentence.
    BadChange {
        reason: String,
    },
    NoStreamChosen,
    BadDetachKeys {
        keys: String,
    },
    /// A `-v` that is none.
    BadVolume {
        text: String,
    },
    BadVolumeMode {
        mode: String,
    },
    /// `nocopy` for a directory of the host.
    NocopyOfBind {
        text: String,
    },
    DuplicateMount {
        path: String,
    },
    RelativeMountPath {
        path: String,
    },
    MountOnRoot,
    /// `option` is as Go prints a list of texts, without its brackets.
    InvalidTmpfsOption {
        option: String,
    },
    BadVolumeName {
        name: String,
    },
    VolumeNameTooShort {
        name: String,
    },
    NoSuchVolume {
        name: String,
    },
    NoSuchVolumePlugin {
        name: String,
        driver: String,
    },
    VolumeInUse {
        name: String,
        /// Of the containers, with commas.
        ids: String,
    },
    MemoryTooSmall,
    MemoryOverSwap {
        id: String,
    },
    RestartPolicyUnknown {
        policy: String,
    },
    RestartRetriesNotAllowed {
        policy: String,
    },
    AutoRemoveWithRestart,
    /// The archive reader's sentence.
    ArchiveInvalid {
        reason: String,
    },

    // States.
    NotRunning {
        id: String,
    },
    AlreadyPaused {
        id: String,
    },
    NotPaused {
        id: String,
    },
    /// `name` as typed.
    PausedForExec {
        name: String,
    },
    PausedForStart,
    /// `name` as typed.
    PausedForAttach {
        name: String,
    },
    RemovingForStart,
    /// `name` as typed.
    RestartingForAttach {
        name: String,
    },
    Restarting {
        id: String,
    },
    /// 304: start of a running container, stop of a stopped one.
    NotModified,
    KillRefused {
        name: String,
        cause: Box<EngineError>,
    },
    RestartRefused {
        name: String,
        cause: Box<EngineError>,
    },
    RemoveRunning {
        id: String,
    },
    RemovePaused {
        id: String,
    },
    RemoveRestarting {
        id: String,
    },
    RemovalInProgress {
        id: String,
    },
    ExecAlreadyRan {
        id: String,
    },
    ExecNotRunning {
        id: String,
    },
    NoProcesses,
    ShuttingDown,

    // Images in use. `image` is what the sentence shows: 12 digits, or the reference as typed.
    ImageUsedByReference {
        reference: String,
        container: String,
        image: String,
    },
    ImageUsedByRunning {
        image: String,
        container: String,
    },
    ImageUsedByStopped {
        image: String,
        container: String,
    },
    ImageHasChildren {
        image: String,
    },
    ImageInManyRepositories {
        image: String,
    },

    // Starting processes.
    /// `start` failed in the runtime; what it says without the prefix.
    Oci {
        problem: OciProblem,
    },
    /// The same inside `exec`.
    OciExec {
        problem: OciProblem,
    },
    NoSuchUser {
        user: String,
    },
    NoSuchGroup {
        group: String,
    },
    /// One that `--group-add` names.
    NoSuchFurtherGroup {
        group: String,
    },
    IdOutOfRange,
    PortAllocated {
        container: String,
        endpoint: String,
        host: String,
    },

    // Files of containers.
    NotADirectory,
    ReadOnlyRootFs,
    /// `docker cp`: a file would replace a directory, or the reverse.
    OverwriteDir {
        dir: String,
        with: String,
    },
    OverwriteFile {
        file: String,
        with: String,
    },
    /// A file-system error with the operation and path, as Go prints `*os.PathError`.
    Path {
        op: &'static str,
        path: String,
        errno: String,
    },

    /// What a real engine said, in its own words.
    Remote {
        kind: ErrorKind,
        message: String,
    },
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use EngineError as E;
        match self {
            E::NoSuchContainer { name } => write!(f, "No such container: {name}"),
            E::NoSuchImage { reference } => write!(f, "No such image: {reference}"),
            E::NoSuchExec { id } => write!(f, "No such exec instance: {id}"),
            E::NoSuchPath { container, path } => {
                write!(f, "Could not find the file {path} in container {container}")
            }
            E::ReferenceMissing => f.write_str("reference does not exist"),
            E::ImageContentMissing { id } => {
                let hex = id.trim_start_matches("sha256:");
                write!(
                    f,
                    "failed to get digest {id}: open /var/lib/docker/image/overlay2/imagedb/content/sha256/{hex}: no such \
                     file or directory"
                )
            }
            E::PullAccessDenied { repository } => write!(
                f,
                "pull access denied for {repository}, repository does not exist or may require 'docker login': denied: \
                 requested access to the resource is denied"
            ),
            E::ManifestUnknown { reference } => {
                write!(f, "manifest for {reference} not found: manifest unknown: manifest unknown")
            }
            E::InvalidReference { reason } | E::BadChange { reason } | E::ArchiveInvalid { reason } => f.write_str(reason),
            E::AmbiguousId { prefix } => {
                write!(f, "Multiple IDs found with provided prefix: {prefix}")
            }
            E::InvalidContainerName { name } => {
                write!(f, "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
            }
            E::EmptyName => f.write_str("Neither old nor new names may be empty"),
            E::SameName => f.write_str("Renaming a container with the same name as its current name"),
            E::NameInUse { name, id } => write!(
                f,
                "Conflict. The container name {} is already in use by container {}. You have to remove (or rename) \
                 that container to be able to reuse that name.",
                quoted(name),
                quoted(id)
            ),
            E::RenameRefused { cause } => write!(f, "Error when allocating new name: {cause}"),
            E::InvalidSignal { signal } => write!(f, "Invalid signal: {signal}"),
            E::InvalidFilter { filter } => write!(f, "Invalid filter '{filter}'"),
            E::InvalidFilterValue { filter, value } => write!(f, "Invalid filter '{filter}={value}'"),
            E::NoCommand => f.write_str("No command specified"),
            E::RelativeWorkingDir { dir } => {
                write!(f, "the working directory '{dir}' is invalid, it needs to be an absolute path")
            }
            E::NotAChangeCommand { command } => write!(f, "{command} is not a valid change command"),
            E::NoStreamChosen => f.write_str("Bad parameters: you must choose at least one stream"),
            E::BadDetachKeys { keys } => write!(f, "Invalid detach keys ({keys}) provided"),
            E::BadVolume { text } => write!(f, "invalid volume specification: '{text}'"),
            E::BadVolumeMode { mode } => write!(f, "invalid mode: {mode}"),
            E::NocopyOfBind { text } => write!(
                f,
                "invalid volume specification: '{text}': invalid mount config for type \"bind\": field VolumeOptions must \
                 not be specified"
            ),
            E::DuplicateMount { path } => write!(f, "Duplicate mount point: {path}"),
            E::RelativeMountPath { path } => write!(f, "invalid mount path: '{path}' mount path must be absolute"),
            E::MountOnRoot => f.write_str("invalid specification: destination can't be '/'"),
            E::InvalidTmpfsOption { option } => write!(f, "invalid tmpfs option [{option}]"),
            E::BadVolumeName { name } => write!(
                f,
                "create {name}: {} includes invalid characters for a local volume name, only \
                 \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path",
                quoted(name)
            ),
            E::VolumeNameTooShort { name } => write!(
                f,
                "create {name}: volume name is too short, names should be at least two alphanumeric characters"
            ),
            E::NoSuchVolume { name } => write!(f, "get {name}: no such volume"),
            E::NoSuchVolumePlugin { name, driver } => {
                let driver = quoted(driver);
                let bare = driver.trim_matches('"');
                write!(f, "create {name}: error looking up volume plugin {bare}: plugin {driver} not found")
            }
            E::VolumeInUse { name, ids } => write!(f, "remove {name}: volume is in use - [{ids}]"),
            E::MemoryTooSmall => f.write_str("Minimum memory limit allowed is 6MB"),
            E::MemoryOverSwap { id } => write!(
                f,
                "Cannot update container {id}: Memory limit should be smaller than already set memoryswap limit, update \
                 the memoryswap at the same time"
            ),
            E::RestartPolicyUnknown { policy } => write!(f, "invalid restart policy '{policy}'"),
            E::RestartRetriesNotAllowed { policy } => {
                write!(f, "maximum retry count cannot be used with restart policy '{policy}'")
            }
            E::AutoRemoveWithRestart => f.write_str("can't create 'AutoRemove' container with restart policy"),
            E::NotRunning { id } => write!(f, "Container {id} is not running"),
            E::AlreadyPaused { id } => write!(f, "Container {id} is already paused"),
            E::NotPaused { id } => write!(f, "Container {id} is not paused"),
            E::PausedForExec { name } => {
                write!(f, "Container {name} is paused, unpause the container before exec")
            }
            E::PausedForStart => f.write_str("cannot start a paused container, try unpause instead"),
            E::PausedForAttach { name } => {
                write!(f, "container {name} is paused, unpause the container before attach")
            }
            E::RemovingForStart => {
                f.write_str("container is marked for removal and cannot be started")
            }
            E::RestartingForAttach { name } => {
                write!(f, "container {name} is restarting, wait until the container is running")
            }
            E::Restarting { id } => {
                write!(f, "Container {id} is restarting, wait until the container is running")
            }
            E::NotModified => f.write_str("Not modified"),
            E::KillRefused { name, cause } => write!(f, "Cannot kill container: {name}: {cause}"),
            E::RestartRefused { name, cause } => write!(f, "Cannot restart container {name}: {cause}"),
            E::RemoveRunning { id } => write!(
                f,
                "You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
            ),
            E::RemovePaused { id } => write!(
                f,
                "You cannot remove a paused container {id}. Unpause and then stop the container before attempting \
                 removal or force remove"
            ),
            E::RemoveRestarting { id } => write!(
                f,
                "You cannot remove a restarting container {id}. Stop the container before attempting removal or force \
                 remove"
            ),
            E::RemovalInProgress { id } => write!(f, "removal of container {id} is already in progress"),
            E::ExecAlreadyRan { id } => write!(f, "Error: Exec command {id} has already run"),
            E::ExecNotRunning { id } => write!(f, "Exec command {id} is not running"),
            E::NoProcesses => f.write_str("Couldn't find PID field in ps output"),
            E::ShuttingDown => f.write_str("the daemon is shutting down"),
            E::ImageUsedByReference { reference, container, image } => write!(
                f,
                "conflict: unable to remove repository reference {} (must force) - container {container} is using its \
                 referenced image {image}",
                quoted(reference)
            ),
            E::ImageUsedByRunning { image, container } => write!(
                f,
                "conflict: unable to delete {image} (cannot be forced) - image is being used by running container \
                 {container}"
            ),
            E::ImageUsedByStopped { image, container } => write!(
                f,
                "conflict: unable to delete {image} (must be forced) - image is being used by stopped container \
                 {container}"
            ),
            E::ImageHasChildren { image } => write!(
                f,
                "conflict: unable to delete {image} (cannot be forced) - image has dependent child images"
            ),
            E::ImageInManyRepositories { image } => write!(
                f,
                "conflict: unable to delete {image} (must be forced) - image is referenced in multiple repositories"
            ),
            E::Oci { problem } => write!(
                f,
                "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container \
                 process: {problem}: unknown{}",
                problem.advice()
            ),
            E::OciExec { problem } => write!(
                f,
                "OCI runtime exec failed: exec failed: unable to start container process: {problem}: unknown"
            ),
            E::NoSuchUser { user } => write!(f, "unable to find user {user}: no matching entries in passwd file"),
            E::NoSuchGroup { group } => write!(f, "unable to find group {group}: no matching entries in group file"),
            E::NoSuchFurtherGroup { group } => {
                write!(f, "Unable to find group {group}: no matching entries in group file")
            }
            E::IdOutOfRange => f.write_str("uids and gids must be in range 0-2147483647"),
            E::PortAllocated { container, endpoint, host } => write!(
                f,
                "driver failed programming external connectivity on endpoint {container} ({endpoint}): Bind for {host} \
                 failed: port is already allocated"
            ),
            E::NotADirectory => f.write_str("extraction point is not a directory"),
            E::ReadOnlyRootFs => f.write_str("container rootfs is marked read-only"),
            E::OverwriteDir { dir, with } => {
                write!(f, "cannot overwrite directory {} with non-directory {}", quoted(dir), quoted(with))
            }
            E::OverwriteFile { file, with } => {
                write!(f, "cannot overwrite non-directory {} with directory {}", quoted(file), quoted(with))
            }
            E::Path { op, path, errno } => write!(f, "{op} {path}: {errno}"),
            E::Remote { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for EngineError {}
