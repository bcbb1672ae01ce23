//! Content on its way in and out.

pub mod entry;
