//! What stories are about, named in every language.

pub mod document;
pub mod model;
mod parents;
pub mod routes;
mod words;
pub mod writing;

pub use model::{Tag, TagRef};
