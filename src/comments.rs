//! What readers say, in threads, and its moderation.

pub mod document;
pub mod form;
pub mod list;
pub mod model;
pub mod notices;
pub mod posting;
pub mod queue;
pub mod reactions;
pub mod reports;
pub mod routes;
pub mod text;
pub mod visitors;
