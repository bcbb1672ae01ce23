//! Content on its way in and out.

mod body;
mod clip;
pub mod entry;
pub mod format;
pub mod ghost;
pub mod html;
mod languages;
mod order;
#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests;
pub mod wxr;
