//! The append-only log of everything that changed.

pub mod follow;
pub mod history;
pub mod log;
pub mod routes;

pub use log::Event;
