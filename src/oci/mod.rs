//! Images as data: digests, references, configs, layer tars and archives, by the rules of OCI and of Docker 20.10.
//! It must not know of engines or containers; nothing here reads a file or a clock.

pub mod analysis;
pub mod archive;
pub mod config;
pub mod digest;
pub mod go_json;
pub mod inflate;
pub mod layer_tar;
mod legacy;
mod owners;
pub mod passing;
pub mod reference;
mod save;
pub mod tar;

pub use config::{ContainerConfig, History, ImageConfig};
pub use digest::{chain_id, ChainId, DiffId, Digest, ImageId, Sha256};
pub use reference::{Reference, ReferenceError};
