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
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tried;
pub mod wxr;

/// Where real input is to try things with, of no part in the product; none: it is not there, and a test of it
/// has nothing to do.
#[cfg(test)]
fn shared() -> Option<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    folder.is_dir().then_some(folder)
}
