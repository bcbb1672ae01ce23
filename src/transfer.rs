//! Content on its way in and out.

pub mod batch;
pub mod entry;
pub mod export;
pub mod import;
pub mod line;
pub mod ndjson;
pub mod redirects;
pub mod routes;
pub mod spool;
pub mod trial;
