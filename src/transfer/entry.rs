//! What is found in a file that is to be taken in, whatever its format.

use serde_json::{Map, Value};

use crate::values::fields::Fault;

/// One thing found in a file.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// How much of the file has been read with it: bytes.
    pub done: u64,
    /// What it is.
    pub found: Found,
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, counted from 1.
    Line(u64),
    /// An item, as a reader of the file would name it.
    Item(String),
}

/// What was found.
#[derive(Debug)]
pub enum Found {
    /// Something to be taken in: a line of the import format as a JSON object.
    Line(Map<String, Value>),
    /// Something that cannot be, and why.
    Refused {
        /// Its name in the system that it comes from, where that much is known.
        external_id: Option<String>,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
    /// Something that is no content, such as a menu: what is counted under this name.
    LeftOut(&'static str),
    /// Something to be told in the end.
    Note(String),
}

/// What a reader of a file has to know of where its content goes.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The languages that are set up there, the default first.
    pub locales: Vec<String>,
}

/// Why a file cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system does not give it.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is not what it should be.
    #[error("{0}")]
    Format(String),
}
