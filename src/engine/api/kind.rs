//! The class of each refusal, and its HTTP status: what clients branch on and a server sends. It must not know any
//! sentence.

use super::error::EngineError;

/// The HTTP status classes of the Engine API's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// 304: it is already so.
    NotModified,
    /// 400: the request makes no sense.
    InvalidParameter,
    /// 403: not allowed.
    Forbidden,
    /// 404: no such thing.
    NotFound,
    /// 409: the state of things stands in the way.
    Conflict,
    /// 500: it went wrong.
    System,
    /// 501: not offered.
    NotImplemented,
    /// 503: not now.
    Unavailable,
}

impl EngineError {
    /// The class of the refusal, which a client branches on and a server makes its status of.
    pub fn kind(&self) -> ErrorKind {
        use EngineError as E;
        match self {
            E::NoSuchContainer { .. }
            | E::NoSuchImage { .. }
            | E::NoSuchExec { .. }
            | E::NoSuchPath { .. }
            | E::NoSuchVolume { .. }
            | E::NoSuchVolumePlugin { .. }
            | E::ReferenceMissing
            | E::PullAccessDenied { .. }
            | E::ManifestUnknown { .. } => ErrorKind::NotFound,
            E::NotModified => ErrorKind::NotModified,
            E::KillRefused { cause, .. } | E::RestartRefused { cause, .. } | E::RenameRefused { cause } => cause.kind(),
            E::NameInUse { .. }
            | E::VolumeInUse { .. }
            | E::NotRunning { .. }
            | E::AlreadyPaused { .. }
            | E::PausedForExec { .. }
            | E::PausedForStart
            | E::PausedForAttach { .. }
            | E::RemovingForStart
            | E::RestartingForAttach { .. }
            | E::Restarting { .. }
            | E::RemoveRunning { .. }
            | E::RemovePaused { .. }
            | E::RemoveRestarting { .. }
            | E::RemovalInProgress { .. }
            | E::ExecAlreadyRan { .. }
            | E::ExecNotRunning { .. }
            | E::AutoRemoveWithRestart
            | E::ImageUsedByReference { .. }
            | E::ImageUsedByRunning { .. }
            | E::ImageUsedByStopped { .. }
            | E::ImageHasChildren { .. }
            | E::ImageInManyRepositories { .. } => ErrorKind::Conflict,
            E::NotPaused { .. }
            | E::AmbiguousId { .. }
            | E::ImageContentMissing { .. }
            | E::NoProcesses
            | E::PortAllocated { .. }
            | E::ArchiveInvalid { .. }
            | E::Path { .. } => ErrorKind::System,
            E::ReadOnlyRootFs => ErrorKind::Forbidden,
            E::ShuttingDown => ErrorKind::Unavailable,
            E::Remote { kind, .. } => *kind,
            _ => ErrorKind::InvalidParameter,
        }
    }

    /// Whether nothing of that name exists.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

impl ErrorKind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            ErrorKind::NotModified => 304,
            ErrorKind::InvalidParameter => 400,
            ErrorKind::Forbidden => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::Conflict => 409,
            ErrorKind::System => 500,
            ErrorKind::NotImplemented => 501,
            ErrorKind::Unavailable => 503,
        }
    }
}
