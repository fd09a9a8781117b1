//! Sorting, and maps and sets kept in order: what `slice::sort` and `BTreeMap` do, made for a page that is downloaded.
//!
//! The compiler writes the standard library's sort and B-tree anew for each type they are used with, kilobytes each
//! time. Here the algorithms are written once, over places in a sequence; what is written anew for a type only compares
//! two of its values and swaps them. It knows nothing of what it sorts, and may be used by every module.

mod map;
mod order;
mod set;

pub use map::{Entry, IntoIter, Iter, IterMut, VecMap};
pub use order::{sort, sort_by, sort_by_key};
pub use set::VecSet;
