//! The layered copy-on-write file system: immutable layers, mounts that put one writable layer on top of them
//! with overlayfs's semantics, and the mount namespace that a process sees. Errors are [`Errno`]s. It must not know
//! of images, containers or processes, and reads no clock: the time comes with each call.
//!
//! In reading order: [`Blob`] (content), [`Stat`] (metadata), [`Layer`], [`Mount`] (layers and one upper), its
//! [`Change`]s, and [`Vfs`] (several mounts under one root; paths, symlinks, permissions).

mod blob;
mod builder;
mod diff;
mod errno;
mod file;
mod layer;
mod mount;
mod node;
mod ops;
pub mod path;
mod tree;
mod upper;
mod vfs;
mod walk;

pub use blob::{Blob, BlobId};
pub use builder::LayerBuilder;
pub use diff::{Change, ChangeKind};
pub use errno::Errno;
pub use file::Handle;
pub use layer::{Entry, EntryBody, Layer};
pub use mount::{FsType, Mount};
pub use node::{mode_string, FileKind, Meta, Stat};
pub use vfs::{DirEntry, DiskNode, MountInfo, OpenFlags, Pseudo, PseudoNode, SharedMount, Vfs, Who};
