//! A set as a vector in order, with the names of `BTreeSet`'s methods: a [`VecMap`] whose values are nothing.

use super::VecMap;
use serde::ser::{Serialize, Serializer};
use std::borrow::Borrow;
use std::fmt;

/// A set whose members stand in order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VecSet<T>(VecMap<T, ()>);

impl<T> VecSet<T> {
    /// The empty set; takes no memory.
    pub const fn new() -> VecSet<T> {
        VecSet(VecMap::new())
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.0.keys()
    }

    /// The least member.
    pub fn first(&self) -> Option<&T> {
        self.0.first_key_value().map(|(member, ())| member)
    }

    /// The greatest member.
    pub fn last(&self) -> Option<&T> {
        self.0.last_key_value().map(|(member, ())| member)
    }

    /// Keeps the members of which `wanted` is true.
    pub fn retain(&mut self, mut wanted: impl FnMut(&T) -> bool) {
        self.0.retain(|member, ()| wanted(member));
    }
}

impl<T: Ord> VecSet<T> {
    /// Whether `member` is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(member)
    }

    /// Puts `member` in; whether it is new.
    pub fn insert(&mut self, member: T) -> bool {
        self.0.insert(member, ()).is_none()
    }

    /// Takes `member` out; whether it was in it.
    pub fn remove<Q: Ord + ?Sized>(&mut self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(member).is_some()
    }
}

impl<T> Default for VecSet<T> {
    fn default() -> VecSet<T> {
        VecSet::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for VecSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> FromIterator<T> for VecSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> VecSet<T> {
        VecSet(members.into_iter().map(|member| (member, ())).collect())
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for VecSet<T> {
    fn from(members: [T; N]) -> VecSet<T> {
        members.into_iter().collect()
    }
}

impl<T: Ord> Extend<T> for VecSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, members: I) {
        self.0.extend(members.into_iter().map(|member| (member, ())));
    }
}

/// The members of a set in order.
#[derive(Debug)]
pub struct Members<I>(I);

impl<T, N, I: Iterator<Item = (T, N)>> Iterator for Members<I> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next().map(|(member, _)| member)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<'a, T> IntoIterator for &'a VecSet<T> {
    type Item = &'a T;
    type IntoIter = Members<super::Iter<'a, T, ()>>;

    fn into_iter(self) -> Self::IntoIter {
        Members(self.0.iter())
    }
}

impl<T> IntoIterator for VecSet<T> {
    type Item = T;
    type IntoIter = Members<super::IntoIter<T, ()>>;

    fn into_iter(self) -> Self::IntoIter {
        Members(self.0.into_iter())
    }
}

impl<T: Serialize> Serialize for VecSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn does_what_a_tree_does(start: Vec<u8>, steps: Vec<(bool, u8)>) {
            let mut ours: VecSet<u8> = start.iter().copied().collect();
            let mut theirs: BTreeSet<u8> = start.into_iter().collect();
            for (put, member) in steps {
                if put {
                    prop_assert_eq!(ours.insert(member), theirs.insert(member));
                } else {
                    prop_assert_eq!(ours.remove(&member), theirs.remove(&member));
                }
                prop_assert_eq!(ours.contains(&(member / 2)), theirs.contains(&(member / 2)));
            }
            prop_assert!(ours.iter().eq(&theirs) && (&ours).into_iter().eq(&theirs));
            prop_assert_eq!((ours.first(), ours.last()), (theirs.first(), theirs.last()));
            prop_assert!(ours.into_iter().eq(theirs));
        }
    }
}
