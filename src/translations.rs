//! The story in each language: working copies, their revisions, and their way to readers.

pub mod changes;
mod claims;
pub mod coverage;
pub mod document;
pub mod history;
pub mod model;
pub mod publishing;
pub mod reading;
pub mod revision;
pub mod routes;
pub mod saving;
pub mod schedule;
pub mod text;
pub mod workflow;
pub mod worklist;

pub use model::Translation;
pub use text::NewTranslation;
pub use workflow::Status;
