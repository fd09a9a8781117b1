//! A map as a vector of pairs in the order of their keys, with the names of `BTreeMap`'s methods. A look-up takes
//! O(log n) comparisons; putting in and taking out move what stands behind, which for thousands of entries costs less
//! than the comparisons. It is no map for hundreds of thousands of entries that come in no order.

use super::order::{arrange, permute, search};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A map whose entries stand in the order of their keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VecMap<K, V>(Vec<(K, V)>);

impl<K, V> VecMap<K, V> {
    /// The empty map; takes no memory.
    pub const fn new() -> VecMap<K, V> {
        VecMap(Vec::new())
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The entries in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.0.iter())
    }

    /// The entries in order, their values to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        IterMut(self.0.iter_mut())
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.0.iter().map(|entry| &entry.0)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.0.iter().map(|entry| &entry.1)
    }

    /// The keys alone, in order.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.0.into_iter().map(|entry| entry.0)
    }

    /// The values alone, in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.0.into_iter().map(|entry| entry.1)
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.0.first().map(|(k, v)| (k, v))
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.0.last().map(|(k, v)| (k, v))
    }

    /// Takes out the entry with the least key. Moves all others.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        if self.0.is_empty() {
            return None;
        }
        Some(self.0.remove(0))
    }

    /// Keeps the entries of which `wanted` is true.
    pub fn retain(&mut self, mut wanted: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(k, v)| wanted(k, v));
    }
}

impl<K: Ord, V> VecMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        search(self.0.len(), &mut |i| self.0.get(i).map_or(Ordering::Greater, |entry| entry.0.borrow().cmp(key)))
    }

    /// Whether `key` is in it.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The value of `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.find(key).ok()?).map(|entry| &entry.1)
    }

    /// `key` as it stands in the map, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.find(key).ok()?).map(|(k, v)| (k, v))
    }

    /// The value of `key`, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|entry| &mut entry.1)
    }

    /// Gives `key` a value; the answer is the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => self.0.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes `key` out; the answer is its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|entry| entry.1)
    }

    /// Takes `key` out, as it stood in the map, with its value.
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at))
    }

    /// The place of `key`, whether there is a value or not.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { at: self.find(&key), map: self, key }
    }

    /// The entries whose keys are `key` or greater, in order.
    pub fn from_key<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (Ok(at) | Err(at)) = self.find(key);
        Iter(self.0.get(at..).unwrap_or_default().iter())
    }

    /// Takes out the entries whose keys are `key` or greater.
    pub fn split_off<Q: Ord + ?Sized>(&mut self, key: &Q) -> VecMap<K, V>
    where
        K: Borrow<Q>,
    {
        let (Ok(at) | Err(at)) = self.find(key);
        VecMap(self.0.split_off(at))
    }

    fn arrange(&mut self) {
        let pairs = &mut self.0;
        let todo = arrange(pairs.len(), &mut |a, b| match (pairs.get(a), pairs.get(b)) {
            (Some(a), Some(b)) => a.0.cmp(&b.0),
            _ => Ordering::Equal,
        });
        if let Some((order, kept)) = todo {
            permute(order, &mut |a, b| pairs.swap(a, b));
            pairs.truncate(kept);
        }
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut VecMap<K, V>,
    key: K,
    at: Result<usize, usize>,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The key's value; `value` if it has none yet.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The key's value; an empty one if it has none yet.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The key's value; what `make` gives if it has none yet.
    #[allow(clippy::indexing_slicing, reason = "the place was found or filled just now")]
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let (Ok(at) | Err(at)) = self.at;
        if self.at.is_err() {
            self.map.0.insert(at, (self.key, make()));
        }
        &mut self.map.0[at].1
    }
}

impl<K, V> Default for VecMap<K, V> {
    fn default() -> VecMap<K, V> {
        VecMap::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for VecMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for VecMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> VecMap<K, V> {
        let mut map = VecMap(entries.into_iter().collect());
        map.arrange();
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for VecMap<K, V> {
    fn from(entries: [(K, V); N]) -> VecMap<K, V> {
        let mut map = VecMap(Vec::from(entries));
        map.arrange();
        map
    }
}

impl<K: Ord, V> Extend<(K, V)> for VecMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// The entries of a map in order. See [`VecMap::iter`].
#[derive(Debug)]
pub struct Iter<'a, K, V>(std::slice::Iter<'a, (K, V)>);

/// The entries of a map in order, their values to be changed. See [`VecMap::iter_mut`].
#[derive(Debug)]
pub struct IterMut<'a, K, V>(std::slice::IterMut<'a, (K, V)>);

/// The entries of a map that is no more, in order.
pub type IntoIter<K, V> = std::vec::IntoIter<(K, V)>;

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter(self.0.clone())
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(k, v)| (k, v))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(k, v)| (k, v))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(k, v)| (&*k, v))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<'a, K, V> IntoIterator for &'a VecMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut VecMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K, V> IntoIterator for VecMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        self.0.into_iter()
    }
}

impl<K: Serialize, V: Serialize> Serialize for VecMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (k, v) in self {
            map.serialize_entry(k, v)?;
        }
        map.end()
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for VecMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
            type Value = VecMap<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<VecMap<K, V>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = access.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs.into_iter().collect())
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn same(ours: &VecMap<String, u32>, theirs: &BTreeMap<String, u32>) {
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().eq(theirs.iter()) && ours.iter().rev().eq(theirs.iter().rev()));
        assert!(ours.keys().eq(theirs.keys()) && ours.values().eq(theirs.values()));
        assert_eq!(ours.first_key_value(), theirs.first_key_value());
        assert_eq!(ours.last_key_value(), theirs.last_key_value());
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    }

    proptest! {
        #[test]
        fn does_what_a_tree_does(
            start in prop::collection::vec(("[a-c]{0,2}", any::<u32>()), 0..12),
            steps in prop::collection::vec((0..9u8, "[a-c]{0,2}", any::<u32>()), 0..40),
        ) {
            let mut ours: VecMap<String, u32> = start.iter().cloned().collect();
            let mut theirs: BTreeMap<String, u32> = start.into_iter().collect();
            for (step, key, value) in steps {
                match step {
                    0 | 1 => prop_assert_eq!(ours.insert(key.clone(), value), theirs.insert(key, value)),
                    2 => prop_assert_eq!(ours.remove(key.as_str()), theirs.remove(key.as_str())),
                    3 => {
                        *ours.entry(key.clone()).or_default() ^= value;
                        *theirs.entry(key).or_default() ^= value;
                    }
                    4 => prop_assert_eq!(ours.pop_first(), theirs.pop_first()),
                    5 => {
                        let more = [(key.clone(), value), (format!("{key}b"), 7), (key, 9)];
                        ours.extend(more.clone());
                        theirs.extend(more);
                    }
                    6 => {
                        ours.retain(|k, v| !k.starts_with(&key) || *v < value);
                        theirs.retain(|k, v| !k.starts_with(&key) || *v < value);
                    }
                    7 => prop_assert!(ours.from_key(&key).eq(theirs.range(key.clone()..))),
                    _ => {
                        let (a, b) = (ours.split_off(&key), theirs.split_off(&key));
                        same(&a, &b);
                        ours.extend(a);
                        theirs.extend(b);
                    }
                }
                same(&ours, &theirs);
            }
            let text = serde_json::to_string(&ours).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&theirs).unwrap());
            prop_assert_eq!(serde_json::from_str::<VecMap<String, u32>>(&text).unwrap(), ours);
        }
    }
}
