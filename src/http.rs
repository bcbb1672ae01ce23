//! What all routes share and no resource knows.

pub mod accept;
mod answer;
pub mod body;
pub mod cache;
mod coding;
pub mod etag;
pub mod held;
mod idempotency;
pub mod known;
pub mod negotiation;
pub mod page;
pub mod peer;
pub mod problems;
pub mod query;
pub mod reply;
pub mod streamed;

pub use body::{Body, LinesBody, MergePatch, NoBody, OptionalBody, XmlBody};
pub use cache::{Asked, Cache, Served};
pub use etag::{ETag, Preconditions};
pub use negotiation::Negotiation;
pub use query::Query;
pub use reply::Reply;
pub use streamed::Streamed;
