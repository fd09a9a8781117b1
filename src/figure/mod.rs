//! The figures: a [`Snapshot`](crate::engine::snapshot::Snapshot) becomes a [`scene::Scene`] (integer geometry,
//! every element with a stable key), and a scene becomes SVG, Yew elements or text. Everything here is a pure
//! function of its arguments. It must not know how a snapshot came about, nor who shows the result.

pub mod charts;
pub mod describe;
pub mod layout;
pub mod measure;
pub mod scene;
pub mod style;
pub mod svg;
pub mod terminal;

pub use describe::{describe, text_equivalent};
pub use measure::human_size;
