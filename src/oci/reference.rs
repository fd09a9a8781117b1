//! Names of images: `ubuntu`, `user/app:1.0`, `host:5000/app@sha256:…`. The grammar is that of Docker's
//! distribution/reference.

use super::digest::Digest;
use std::fmt;

/// A parsed name, normalised: `ubuntu` is `docker.io/library/ubuntu` here; no tag is implied.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Reference {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// Why a text is no reference; `Display` is Docker's sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReferenceError {
    /// It does not match the grammar.
    InvalidFormat,
    /// The repository's name has capitals.
    Uppercase,
    /// Over 255 bytes.
    TooLong,
    /// 64 hex digits, which would be taken for an id.
    LooksLikeId,
    /// The part after `@`.
    Digest(super::digest::DigestError),
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid reference format")
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// Reads what a user typed.
    pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
        let (path, tag) = text.split_once(':').map_or((text, None), |(p, t)| (p, Some(t.to_owned())));
        Ok(Reference { domain: "docker.io".to_owned(), path: format!("library/{path}"), tag, digest: None })
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
        self.path.trim_start_matches("library/").to_owned()
    }

    /// Repository, tag and digest as Docker shows them: `ubuntu:latest`.
    pub fn familiar(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{tag}", self.familiar_name()),
            None => self.familiar_name(),
        }
    }

    /// `docker.io/library/ubuntu`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// With `:latest` where neither tag nor digest was given.
    pub fn or_latest(mut self) -> Reference {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// The same repository with this tag and no digest.
    pub fn with_tag(&self, tag: &str) -> Reference {
        Reference { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }

    /// The same repository with this digest and no tag.
    pub fn with_digest(&self, digest: Digest) -> Reference {
        Reference { tag: None, digest: Some(digest), ..self.clone() }
    }
}

impl fmt::Display for Reference {
    /// The canonical form: `docker.io/library/ubuntu:latest`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}
