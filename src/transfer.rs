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

/// Where real input is to try things with, of no part in the product; none: it is not there, and a test of it
/// has nothing to do.
#[cfg(test)]
fn shared() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("DATELINE_SHARED_DATA")
        .map_or_else(|| "/work/shared/data".into(), Into::into);
    let folder: std::path::PathBuf = folder;
    folder.is_dir().then_some(folder)
}
