//! What readers say, in threads, and its moderation.

pub mod document;
pub mod list;
pub mod model;
pub mod posting;
pub mod queue;
pub mod routes;
pub mod text;
pub mod visitors;
