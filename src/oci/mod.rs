//! Images as data: digests, references, configs, layer tars and archives, by the rules of OCI and of Docker 20.10.
//! It must not know of engines or containers; nothing here reads a file or a clock.

pub mod archive;
pub mod config;
pub mod digest;
pub mod layer_tar;
pub mod reference;

pub use config::{ContainerConfig, History, ImageConfig};
pub use digest::{chain_id, ChainId, DiffId, Digest, ImageId, Sha256};
pub use reference::Reference;
