//! The story as a whole: what is true of it in every language.

pub mod drafts;
pub mod filters;
pub mod model;
pub mod neutral;
pub mod previews;
mod reference;
pub mod routes;
pub mod trash;

pub use filters::Filters;
pub use model::Article;
pub use neutral::NewArticle;
pub use reference::ArticleRef;
