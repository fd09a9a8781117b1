//! Names of images: which reference stands for which image, and the names that an image has. It must not know what
//! an image is.

use crate::oci::Reference;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// As people write it: `ubuntu:latest`, `ubuntu@sha256:…`.
    pub(super) familiar: Arc<str>,
    /// The familiar form without tag and digest.
    pub(super) repository: Arc<str>,
    /// Whether it is a digest and not a tag.
    pub(super) by_digest: bool,
    /// The image's id.
    pub(super) image: Arc<str>,
}

/// All names, sorted by their canonical form.
#[derive(Debug, Default)]
pub(super) struct References {
    names: BTreeMap<Arc<str>, Name>,
    of: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
}

impl References {
    /// The image that the reference (with `latest` where it has neither tag nor digest) stands for.
    pub(super) fn get(&self, reference: &Reference) -> Option<&Arc<str>> {
        self.names.get(reference.with_default_tag().canonical().as_str()).map(|n| &n.image)
    }

    /// Lets the reference stand for `image`; the image that it stood for before.
    pub(super) fn set(&mut self, reference: &Reference, image: &Arc<str>) -> Option<Arc<str>> {
        let reference = reference.with_default_tag();
        let canonical: Arc<str> = reference.canonical().into();
        let name = Name {
            familiar: reference.familiar().into(),
            repository: reference.familiar_name().into(),
            by_digest: reference.digest().is_some(),
            image: image.clone(),
        };
        let old = self.names.insert(canonical.clone(), name).map(|n| n.image);
        if let Some(old) = &old {
            self.forget(old, &canonical);
        }
        self.of.entry(image.clone()).or_default().insert(canonical);
        old.filter(|o| o != image)
    }

    /// Takes a name away.
    pub(super) fn remove(&mut self, canonical: &str) -> Option<Name> {
        let (canonical, name) = self.names.remove_entry(canonical)?;
        self.forget(&name.image, &canonical);
        Some(name)
    }

    fn forget(&mut self, image: &Arc<str>, canonical: &Arc<str>) {
        if let Some(names) = self.of.get_mut(image) {
            names.remove(canonical);
            if names.is_empty() {
                self.of.remove(image);
            }
        }
    }

    /// The names of an image with their canonical forms, in the order of those.
    pub(super) fn of_image<'a>(&'a self, image: &str) -> impl Iterator<Item = (&'a Arc<str>, &'a Name)> {
        self.of.get(image).into_iter().flatten().filter_map(|c| self.names.get_key_value(c))
    }

    /// The names in one repository (familiar form, without tag), in canonical order.
    pub(super) fn of_repository<'a>(&'a self, repository: &'a str) -> impl Iterator<Item = (&'a Arc<str>, &'a Name)> {
        self.names.iter().filter(move |(_, n)| &*n.repository == repository)
    }
}
