//! The languages that a publication appears in.

pub mod model;
pub mod preference;
pub mod routes;

pub use model::{LocaleRow, NewLocale};
