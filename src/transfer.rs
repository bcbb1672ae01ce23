//! Content on its way in and out.

pub mod batch;
mod body;
mod clip;
pub mod entry;
pub mod export;
pub mod format;
pub mod ghost;
pub mod html;
pub mod import;
mod languages;
pub mod line;
pub mod ndjson;
mod order;
pub mod redirects;
pub mod routes;
pub mod spool;
#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests;
pub mod wxr;
