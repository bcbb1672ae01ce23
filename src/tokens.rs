//! Tokens: who may call, shown once and stored only as a hash.

pub mod model;
pub mod routes;

pub use model::{NewToken, Token};
