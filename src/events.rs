//! The append-only log of everything that changed.

pub mod log;

pub use log::Event;
