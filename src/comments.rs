//! What readers say, in threads, and its moderation.

pub mod check;
pub mod closing;
pub mod document;
pub mod intake;
pub mod list;
pub mod model;
pub mod posting;
pub mod queue;
pub mod routes;
pub mod screening;
pub mod subject;
pub mod text;
pub mod visitors;
pub mod words;
