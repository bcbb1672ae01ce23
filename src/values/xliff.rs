//! Texts on their way to translators and back: XLIFF 2.1 (OASIS Standard, 2018).
//!
//! What is written is always 2.1. What is read may be 2.0, 2.1 or 2.2, and may have been cut into
//! other segments by the tool it comes from.

mod annotations;
mod attributes;
mod codes;
mod content;
mod encoding;
mod identity;
mod inline;
mod languages;
mod lexical;
mod namespaces;
mod order;
mod reader;
mod references;
mod schema;
mod structure;
mod tree;
mod writer;

use thiserror::Error;

pub use reader::read;
pub use writer::write;

/// A file for translators: texts in one language, and in one other as far as they are translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The language translated from, as a BCP 47 tag.
    pub source_language: String,
    /// The language translated into; there is none where nothing can be translated yet.
    pub target_language: Option<String>,
    /// What was extracted from each original.
    pub files: Vec<File>,
}

/// What was extracted from one original (XLIFF 2.1, 4.2.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Unique in the document; a name token of XML.
    pub id: String,
    /// Where it was extracted from.
    pub original: Option<String>,
    /// The texts, those in groups too.
    pub units: Vec<Unit>,
}

/// A text that is translated on its own (XLIFF 2.1, 4.2.2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Unique in the file; a name token of XML.
    pub id: String,
    /// What the text is, for people.
    pub name: Option<String>,
    /// The text to translate.
    pub source: Vec<Piece>,
    /// Its translation, as far as there is one.
    pub target: Option<Vec<Piece>>,
    /// How far the translation is; of several segments the least.
    pub state: State,
    /// Whether the translation is of an earlier source: the sub-state `dateline:outdated`.
    pub outdated: bool,
}

/// Text, or what stands in it and is not to be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text of any characters. Those that XML cannot hold are written as `<cp>`.
    Text(String),
    /// An inline code.
    Code {
        /// Unique among the codes of the source, and among those of the target; a name token of XML.
        /// Codes of both with one id belong together. The end of a pair read from elsewhere has the
        /// start's id with `.end` after it.
        id: String,
        /// What it stands for, if the document says so.
        data: Option<String>,
    },
}

/// How far a translation is (XLIFF 2.1, 4.3.1.31).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Not translated, or not seriously.
    #[default]
    Initial,
    /// Translated.
    Translated,
    /// Translated, and seen by another.
    Reviewed,
    /// Done with.
    Final,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct Fault {
    /// The line it is on, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl State {
    /// Its name in XLIFF.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Initial => "initial",
            State::Translated => "translated",
            State::Reviewed => "reviewed",
            State::Final => "final",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<State> {
        [
            State::Initial,
            State::Translated,
            State::Reviewed,
            State::Final,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }
}

/// The sub-state of a translation whose source has changed since.
const OUTDATED: &str = "dateline:outdated";

#[cfg(test)]
mod tests;
