//! Names of images: which reference stands for which image, and the names that an image has. It must not know what
//! an image is.

use crate::oci::Reference;
use crate::sorted::{VecMap, VecSet};
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
    names: VecMap<Arc<str>, Name>,
    of: VecMap<Arc<str>, VecSet<Arc<str>>>,
}

/// What a name is kept under: `docker.io/library/ubuntu:latest`.
pub(super) fn canonical(reference: &Reference) -> String {
    reference.clone().or_latest().to_string()
}

impl References {
    /// The image that the reference (with `latest` where it has neither tag nor digest) stands for.
    pub(super) fn get(&self, reference: &Reference) -> Option<&Arc<str>> {
        self.names.get(canonical(reference).as_str()).map(|n| &n.image)
    }

    /// Lets the reference stand for `image`; the other image that it stood for before.
    pub(super) fn set(&mut self, reference: &Reference, image: &Arc<str>) -> Option<Arc<str>> {
        let reference = reference.clone().or_latest();
        let key: Arc<str> = reference.to_string().into();
        let name = Name {
            familiar: reference.familiar().into(),
            repository: reference.familiar_name().into(),
            by_digest: reference.digest().is_some(),
            image: image.clone(),
        };
        let old = self.names.insert(key.clone(), name).map(|n| n.image);
        if let Some(old) = &old {
            self.forget(old, &key);
        }
        self.of.entry(image.clone()).or_default().insert(key);
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

    /// All, in canonical order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Name> {
        self.names.values()
    }

    /// The tags in one repository (familiar form), in canonical order.
    pub(super) fn tags_of<'a>(&'a self, repository: &'a str) -> impl Iterator<Item = &'a Name> {
        self.names.values().filter(move |n| &*n.repository == repository && !n.by_digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_moves_from_image_to_image() {
        let mut names = References::default();
        let (a, b): (Arc<str>, Arc<str>) = ("sha256:a".into(), "sha256:b".into());
        let ubuntu = Reference::parse("ubuntu").unwrap();
        assert_eq!(names.set(&ubuntu, &a), None);
        assert_eq!(names.set(&Reference::parse("ubuntu:latest").unwrap(), &a), None);
        assert_eq!(names.set(&ubuntu, &b), Some(a.clone()));
        assert_eq!(names.get(&ubuntu), Some(&b));
        assert_eq!(names.of_image(&a).count(), 0);
        let familiar: Vec<_> = names.of_image(&b).map(|(_, n)| n.familiar.to_string()).collect();
        assert_eq!(familiar, ["ubuntu:latest"]);
        assert_eq!(names.remove(&canonical(&ubuntu)).unwrap().image, b);
        assert!(names.get(&ubuntu).is_none());
    }
}
