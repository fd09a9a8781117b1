//! Names of images: `ubuntu`, `user/app:1.0`, `host:5000/app@sha256:…`. The grammar, its normal form and its sentences
//! are those of Docker's distribution/reference. It must not know whether such an image exists.

use super::digest::{Digest, DigestError};
use std::fmt;

const DEFAULT_DOMAIN: &str = "docker.io";
const LEGACY_DOMAIN: &str = "index.docker.io";
const OFFICIAL: &str = "library";

/// A parsed name, normalised: `ubuntu` is `docker.io/library/ubuntu` here; no tag is implied.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Reference {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// Why a text is no reference; `Display` is Docker's sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReferenceError {
    /// It does not match the grammar.
    InvalidFormat,
    /// The repository's name has capitals; found before the grammar was tried.
    Uppercase,
    /// The same, found by the grammar.
    NotLowercase,
    /// Over 255 bytes.
    TooLong,
    /// 64 hex digits, which would be taken for an id.
    LooksLikeId(String),
    /// The part after `@`.
    Digest(DigestError),
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReferenceError::InvalidFormat => f.write_str("invalid reference format"),
            ReferenceError::Uppercase => f.write_str("invalid reference format: repository name must be lowercase"),
            ReferenceError::NotLowercase => f.write_str("repository name must be lowercase"),
            ReferenceError::TooLong => f.write_str("repository name must not be more than 255 characters"),
            ReferenceError::LooksLikeId(text) => {
                write!(f, "invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
            }
            ReferenceError::Digest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// Reads what a user typed.
    pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
        if Digest::from_hex(text).is_some() {
            return Err(ReferenceError::LooksLikeId(text.to_owned()));
        }
        let (domain, remainder) = split_domain(text);
        let repository = remainder.split(':').next().unwrap_or_default();
        if repository.chars().any(char::is_uppercase) {
            return Err(ReferenceError::Uppercase);
        }
        let full = format!("{domain}/{remainder}");
        parse_full(&full).map_err(|error| match error {
            ReferenceError::InvalidFormat if parse_full(&full.to_lowercase()).is_ok() => ReferenceError::NotLowercase,
            error => error,
        })
    }

    /// `docker.io`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// `library/ubuntu`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, if one was given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if one was given.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The repository as Docker shows it: `ubuntu`, `user/app`, `host:5000/app`.
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.name();
        }
        match self.path.split_once('/') {
            Some((OFFICIAL, name)) if !name.contains('/') => name.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// Repository, tag and digest as Docker shows them: `ubuntu:latest`.
    pub fn familiar(&self) -> String {
        self.with_suffix(self.familiar_name())
    }

    fn with_suffix(&self, mut out: String) -> String {
        if let Some(tag) = &self.tag {
            out.push(':');
            out.push_str(tag);
        }
        if let Some(digest) = self.digest {
            out.push('@');
            out.push_str(&digest.to_string());
        }
        out
    }

    /// `docker.io/library/ubuntu`.
    pub fn name(&self) -> String {
        if self.domain.is_empty() {
            return self.path.clone();
        }
        format!("{}/{}", self.domain, self.path)
    }

    /// With `:latest` where neither tag nor digest was given.
    pub fn or_latest(mut self) -> Reference {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// The same repository with this digest and no tag.
    pub fn with_digest(&self, digest: Digest) -> Reference {
        Reference { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// The repository alone, without tag and digest.
    pub fn repository(&self) -> Reference {
        Reference { tag: None, digest: None, ..self.clone() }
    }
}

impl fmt::Display for Reference {
    /// The canonical form: `docker.io/library/ubuntu:latest`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_suffix(self.name()))
    }
}

/// The registry and the rest; the first part is a registry if it has a dot or a colon or is `localhost`.
fn split_domain(text: &str) -> (&str, String) {
    let (domain, remainder) = match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => (DEFAULT_DOMAIN, text),
    };
    let domain = if domain == LEGACY_DOMAIN { DEFAULT_DOMAIN } else { domain };
    if domain == DEFAULT_DOMAIN && !remainder.contains('/') {
        return (domain, format!("{OFFICIAL}/{remainder}"));
    }
    (domain, remainder.to_owned())
}

fn parse_full(text: &str) -> Result<Reference, ReferenceError> {
    let bad = ReferenceError::InvalidFormat;
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) if is_digest(digest) => (rest, Some(digest)),
        Some(_) => return Err(bad),
        None => (text, None),
    };
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    if !tag.is_none_or(is_tag) {
        return Err(bad);
    }
    let (domain, path) = match name.split_once('/') {
        Some((domain, path)) if is_domain(domain) && path.split('/').all(is_component) => (domain, path),
        _ if name.split('/').all(is_component) => ("", name),
        _ => return Err(bad),
    };
    if name.len() > 255 {
        return Err(ReferenceError::TooLong);
    }
    let digest = digest.map(str::parse).transpose().map_err(ReferenceError::Digest)?;
    Ok(Reference { domain: domain.to_owned(), path: path.to_owned(), tag: tag.map(str::to_owned), digest })
}

/// `host.name:5000`.
fn is_domain(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.into_iter().all(|b| b.is_some_and(word))
        && text
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|sep| matches!(sep, "" | "." | "_" | "__") || sep.bytes().all(|b| b == b'-'))
}

/// Word characters, then up to 127 of them or `.` or `-`.
fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

/// `algorithm:hex`, at least 32 digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let part = |part: &str| {
        part.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(part) && hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> String {
        match Reference::parse(text) {
            Ok(reference) => format!("{reference} | {}", reference.familiar()),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn names_have_a_long_and_a_short_form() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for (text, want) in [
            ("ubuntu", "docker.io/library/ubuntu | ubuntu".to_owned()),
            ("ubuntu:22.04", "docker.io/library/ubuntu:22.04 | ubuntu:22.04".to_owned()),
            ("a/b", "docker.io/a/b | a/b".to_owned()),
            ("docker.io/ubuntu", "docker.io/library/ubuntu | ubuntu".to_owned()),
            ("index.docker.io/library/x", "docker.io/library/x | x".to_owned()),
            ("localhost/x", "localhost/x | localhost/x".to_owned()),
            ("h:5000/a/b:t", "h:5000/a/b:t | h:5000/a/b:t".to_owned()),
            ("a__b-c--d/e_f", "docker.io/a__b-c--d/e_f | a__b-c--d/e_f".to_owned()),
            ("x@sha256:", "error: invalid reference format".to_owned()),
            ("", "error: invalid reference format".to_owned()),
            ("a//b", "error: invalid reference format".to_owned()),
            ("a:b:c", "error: invalid reference format".to_owned()),
            ("-a", "error: invalid reference format".to_owned()),
            ("a..b", "error: invalid reference format".to_owned()),
            ("a:", "error: invalid reference format".to_owned()),
            ("a b", "error: invalid reference format".to_owned()),
            ("Ubuntu", "error: invalid reference format: repository name must be lowercase".to_owned()),
            ("a:B", "docker.io/library/a:B | a:B".to_owned()),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
        assert_eq!(
            parse(&format!("x:t@sha256:{hex}")),
            format!("docker.io/library/x:t@sha256:{hex} | x:t@sha256:{hex}")
        );
        assert_eq!(
            parse(hex),
            format!("error: invalid repository name ({hex}), cannot specify 64-byte hexadecimal strings")
        );
        assert_eq!(parse(&format!("x@sha256:{}", hex.split_at(40).0)), "error: invalid checksum digest length");
        assert_eq!(parse(&"a".repeat(300)), "error: repository name must not be more than 255 characters");
        assert_eq!(parse(&format!("a:{}", "t".repeat(129))), "error: invalid reference format");
    }
}
