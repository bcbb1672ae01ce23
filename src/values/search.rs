//! Full-text search, as far as it is about texts: what a word is, which spellings are one, what a query
//! asks for, and what of a text to show as found.
//!
//! Index and query go through the same steps. A text becomes [`words()`], each folded so that spellings that
//! read the same are the same; [`Analysis::indexed`] hands them to PostgreSQL, which stems and counts them
//! by [`Analysis::config`]. Where its stemmer needs help (Hindi) or there is none (Marathi), words are
//! changed before.
//!
//! A position in PostgreSQL's `tsvector` is one in the order of [`words()`], counted from 1. It has at most
//! 256 positions of a word and none above 16,383: what stands further back is found, but not placed.

mod alike;
mod analysis;
mod characters;
mod devanagari;
mod fold;
mod highlight;
mod hindi;
mod marathi;
mod nepali;
mod query;
mod skeleton;
mod stop_words;
mod syllables;
mod words;

pub use alike::alike;
pub use analysis::Analysis;
pub use highlight::{mark, snippets};
pub use query::{Query, TooLong, WORDS};
pub use skeleton::{skeleton, skeletons};
pub use words::{Word, lexeme, words};

#[cfg(test)]
mod tests;
