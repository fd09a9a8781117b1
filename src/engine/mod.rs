//! The engine: what it is asked and answers ([`api`]), what is seen of it ([`snapshot`]), and the simulated
//! one ([`sim`]).

pub mod api;
pub mod registry;
pub mod sim;
pub mod snapshot;
