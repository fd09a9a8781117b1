//! Digests: sha256 over bytes, and the identities that OCI derives from it. They know nothing of what was hashed.

use sha2::Digest as _;
use std::fmt;
use std::str::FromStr;

/// A sha256 digest; `Display` is `sha256:` and 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Why a text is no digest; `Display` is the sentence of Docker's digest package.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DigestError {
    /// Not `algorithm:hex`.
    InvalidFormat,
    /// Not the right number of digits.
    InvalidLength,
    /// Not sha256.
    Unsupported,
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DigestError::InvalidFormat => "invalid checksum digest format",
            DigestError::InvalidLength => "invalid checksum digest length",
            DigestError::Unsupported => "unsupported digest algorithm",
        })
    }
}

impl std::error::Error for DigestError {}

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut sha = Sha256::new();
        sha.update(bytes);
        sha.finish()
    }

    /// From its 32 bytes.
    pub const fn from_raw(raw: [u8; 32]) -> Digest {
        Digest(raw)
    }

    /// Its 32 bytes.
    pub const fn raw(&self) -> [u8; 32] {
        self.0
    }

    /// The 64 digits without `sha256:`.
    pub fn hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(64), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
    }

    /// The first 12 digits, as `docker images` shows.
    pub fn short(&self) -> String {
        let mut hex = self.hex();
        hex.truncate(12);
        hex
    }

    /// From 64 lower-case hex digits.
    pub fn from_hex(hex: &str) -> Option<Digest> {
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut raw = [0; 32];
        for (byte, pair) in raw.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return None,
                };
                *byte = *byte << 4 | value;
            }
        }
        Some(Digest(raw))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let (algorithm, hex) = text.split_once(':').ok_or(DigestError::InvalidFormat)?;
        if algorithm != "sha256" {
            let known = !algorithm.is_empty() && algorithm.bytes().all(|b| b.is_ascii_alphanumeric());
            return Err(if known { DigestError::Unsupported } else { DigestError::InvalidFormat });
        }
        if hex.len() != 64 {
            return Err(DigestError::InvalidLength);
        }
        Digest::from_hex(hex).ok_or(DigestError::InvalidFormat)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Digest);

        impl $name {
            /// The first 12 hex digits.
            pub fn short(&self) -> String {
                self.0.short()
            }

            /// All 64 hex digits, without `sha256:`.
            pub fn hex(&self) -> String {
                self.0.hex()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = DigestError;

            fn from_str(text: &str) -> Result<$name, DigestError> {
                text.parse().map($name)
            }
        }
    )*};
}

ids! {
    /// sha256 of a layer's uncompressed tar.
    DiffId;
    /// Identity of a layer together with all below it.
    ChainId;
    /// sha256 of an image's config.
    ImageId;
}

/// The chain id of a layer on top of `parent`: the base's is its diff id, any other's the digest of
/// `parent + " " + diff_id` (OCI image-spec, config.md).
pub fn chain_id(parent: Option<&ChainId>, diff: &DiffId) -> ChainId {
    match parent {
        None => ChainId(diff.0),
        Some(parent) => ChainId(Digest::of(format!("{parent} {diff}").as_bytes())),
    }
}

/// sha256 over a stream.
#[derive(Clone, Default)]
pub struct Sha256(sha2::Sha256);

impl Sha256 {
    /// Nothing hashed yet.
    pub fn new() -> Sha256 {
        Sha256::default()
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was taken.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl std::io::Write for Sha256 {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.update(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_read_back() {
        let empty = Digest::of(b"");
        let text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(empty.to_string(), text);
        assert_eq!(text.parse(), Ok(empty));
        assert_eq!(empty.short(), "e3b0c44298fc");
        assert_eq!("sha256:12".parse::<Digest>(), Err(DigestError::InvalidLength));
        assert_eq!("md5:12".parse::<Digest>(), Err(DigestError::Unsupported));
        assert_eq!("12".parse::<Digest>(), Err(DigestError::InvalidFormat));
    }

    #[test]
    fn chains_by_the_rule() {
        // Of the recorded image: base, second layer.
        let base: DiffId = "sha256:68c82eab1ea5cfc7301aa27b3f4502ba6111831a6350fa8532c8affbfc6db2d6".parse().unwrap();
        let next: DiffId = "sha256:7eda9e1e3c04f36b67baf81b4f4ac80a2f5548e66024d5097578c1b050621ac2".parse().unwrap();
        let chain = chain_id(Some(&chain_id(None, &base)), &next);
        assert_eq!(chain.to_string(), "sha256:a514a64e72091a99b9a5a4e116f45c177b837ad873c5a018e72e0c05cf12b3f0");
    }
}
