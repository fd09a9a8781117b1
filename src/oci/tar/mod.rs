//! The tar format: headers as Go's `archive/tar` writes them, which is what Docker writes, and a reader for every
//! variety that images come in. It must not know what a layer or an image is.

mod read;
mod write;

pub(super) use read::is_header;
pub use read::{read_entries, Input, RawEntry, TarError};
pub use write::{Header, Sink, Stream, Writer};

/// Tar's unit: headers and the padding of contents.
pub const BLOCK: u64 = 512;

/// Type flags of the format.
pub mod flag {
    /// A regular file.
    pub const REG: u8 = b'0';
    /// A hard link.
    pub const LINK: u8 = b'1';
    /// A symbolic link.
    pub const SYMLINK: u8 = b'2';
    /// A character device.
    pub const CHAR: u8 = b'3';
    /// A block device.
    pub const BLOCK: u8 = b'4';
    /// A directory.
    pub const DIR: u8 = b'5';
    /// A named pipe.
    pub const FIFO: u8 = b'6';
    /// PAX records for the next entry.
    pub const PAX: u8 = b'x';
}
