//! The layered copy-on-write file system: immutable layers, mounts that put one writable layer on top of them
//! with overlayfs's semantics, and the mount namespace that a process sees. Errors are [`Errno`]s. It must not know
//! of images, containers or processes, and reads no clock: the time comes with each call.
//!
//! In reading order: [`Blob`] (content), [`Stat`] (metadata), [`Layer`], [`Mount`] (layers and one upper), its
//! [`Change`]s, and [`Vfs`] (several mounts under one root; paths, symlinks, permissions).

mod blob;
mod errno;
mod layer;
mod mount;
mod node;
mod ops;
pub mod path;
mod vfs;

pub use blob::{Blob, BlobId};
pub use errno::Errno;
pub use layer::{Entry, EntryBody, Layer, LayerBuilder};
pub use mount::{Change, ChangeKind, FsType, Mount};
pub use node::{FileKind, Meta, Stat};
pub use vfs::{DirEntry, Handle, MountInfo, OpenFlags, Pseudo, PseudoNode, SharedMount, Vfs, Who};
