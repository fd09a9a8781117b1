//! A stable merge sort of places, in O(n log n) comparisons, and the search in what is sorted. Neither knows the values:
//! they ask for the comparison of two places.

use std::cmp::Ordering;

/// Sorts `items`; equal ones keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts `items` by what `key` says of each; equal ones keep their order. `key` is asked for every comparison.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts `items`; those that `compare` calls equal keep their order. A `compare` that contradicts itself gives some order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    permute(order, &mut |a, b| items.swap(a, b));
}

/// The places 0 to `len` in the order in which their values stand when sorted: the first is the place of the least.
pub(super) fn order(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..len).collect();
    let mut width = 1;
    while width < len {
        let mut merged = Vec::with_capacity(len);
        for run in places.chunks(2 * width) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            // Two runs in order already, as when all is, cost one comparison.
            if let (Some(l), Some(r)) = (left.last(), right.first()) {
                if compare(*l, *r) != Ordering::Greater {
                    merged.extend_from_slice(run);
                    continue;
                }
            }
            while let ([l, left_rest @ ..], [r, right_rest @ ..]) = (left, right) {
                if compare(*l, *r) == Ordering::Greater {
                    merged.push(*r);
                    right = right_rest;
                } else {
                    merged.push(*l);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        places = merged;
        width *= 2;
    }
    places
}

/// Brings to each place what stands at the place that `order`, a permutation, names there.
pub(super) fn permute(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at).map(|slot| std::mem::replace(slot, at)) {
            if from == start || from == at {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

/// What brings a sequence with keys into strictly ascending order: the permutation, and how many of its first places
/// stay. Of equal keys the last stays. `None` if nothing is to be done.
pub(super) fn arrange(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Option<(Vec<usize>, usize)> {
    if (1..len).all(|i| compare(i - 1, i) == Ordering::Less) {
        return None;
    }
    let sorted = order(len, compare);
    let (mut kept, mut dropped) = (Vec::with_capacity(len), Vec::new());
    for pair in sorted.windows(2) {
        let [a, b] = pair else { continue };
        if compare(*a, *b) == Ordering::Equal {
            dropped.push(*a);
        } else {
            kept.push(*a);
        }
    }
    kept.extend(sorted.last());
    let count = kept.len();
    kept.append(&mut dropped);
    Some((kept, count))
}

/// The place among `len` sorted ones that `compare` calls equal, or else the place where such a one belongs.
pub(super) fn search(len: usize, compare: &mut dyn FnMut(usize) -> Ordering) -> Result<usize, usize> {
    let (mut from, mut to) = (0, len);
    while from < to {
        let middle = from + (to - from) / 2;
        match compare(middle) {
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
            Ordering::Equal => return Ok(middle),
        }
    }
    Err(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u32)>) {
            let (mut ours, mut theirs) = (items.clone(), items.clone());
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|i| i.0);
            prop_assert_eq!(&ours, &theirs);
            sort_by_key(&mut ours, |i| std::cmp::Reverse(i.1 % 7));
            theirs.sort_by_key(|i| std::cmp::Reverse(i.1 % 7));
            prop_assert_eq!(&ours, &theirs);
            sort(&mut ours);
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn a_comparison_without_sense_loses_nothing(items: Vec<u8>, answers in prop::collection::vec(-1i8..=1, 1..50)) {
            let (mut ours, mut asked) = (items.clone(), answers.iter().cycle());
            sort_by(&mut ours, |_, _| asked.next().unwrap().cmp(&0));
            let (mut before, mut after) = (items, ours);
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn the_comparisons_are_few() {
        let count = |mut items: Vec<usize>| {
            let mut asked = 0;
            sort_by(&mut items, |a, b| {
                asked += 1;
                a.cmp(b)
            });
            assert!(items.is_sorted());
            asked
        };
        assert_eq!(count((0..4096).collect()), 4095);
        assert!(count((0..4096).map(|i| i * 2_654_435_761 % 4096).collect()) < 2 * 4096 * 12);
    }
}
