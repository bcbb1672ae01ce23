//! The published read model: what readers get.

pub mod document;
pub mod list;
pub mod model;
pub mod order;
pub mod resolve;
pub mod routes;
pub mod search;

pub use model::Edition;
