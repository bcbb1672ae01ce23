//! The story in each language: working copies, their revisions, and their publication.

mod claims;
pub mod document;
pub mod model;
pub mod publishing;
pub mod routes;
pub mod text;
pub mod xliff;

pub use model::Translation;
pub use text::NewTranslation;
