//! How long a text is.

use std::fmt::{self, Display};

/// What the length of a long text is counted in.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// Unicode scalar values, as JSON Schema counts.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    pub(super) fn measure(self, text: &str) -> usize {
        match self {
            Unit::Characters => text.chars().count(),
            Unit::Bytes => text.len(),
        }
    }
}

impl Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Characters => "characters",
            Unit::Bytes => "bytes",
        })
    }
}
