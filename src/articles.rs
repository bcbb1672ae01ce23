//! The story as a whole: what is true of it in every language.

pub mod drafts;
pub mod model;
pub mod routes;
pub mod trash;

pub use model::{Article, ArticleRef};
