//! What stories are about, named in every language.

pub mod document;
pub mod model;
pub mod routes;
pub mod writing;

pub use model::{Tag, TagRef};
