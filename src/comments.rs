//! What readers say, in threads, and its moderation.

pub mod bans;
pub mod check;
pub mod closing;
pub mod deletion;
pub mod document;
pub mod form;
pub mod history;
pub mod intake;
pub mod list;
pub mod model;
pub mod moderation;
pub mod notices;
pub mod posting;
pub mod privacy;
pub mod queue;
pub mod reactions;
pub mod reports;
pub mod routes;
pub mod screening;
pub mod status;
pub mod subject;
pub mod text;
pub mod visitors;
pub mod words;
