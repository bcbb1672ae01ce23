//! What the values of the core's attributes look like (XLIFF 2.1, 4.3.1).

use super::tree::is_space;
use crate::values::xml::{is_allowed, is_name_token};

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A name token of XML.
    Token,
    /// Name tokens with space between them.
    Tokens,
    /// A language tag (BCP 47).
    Language,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from 1.
    Count,
    /// The code point of a character that XML cannot hold, in hexadecimal digits.
    Unholdable,
    /// A prefix and a value, as in `my:value`.
    Prefixed,
    /// What an annotation is for: a known word, or a prefix and a value.
    Annotation,
}

/// The words of a choice.
pub(super) const YES_NO: Kind = Kind::Word(&["yes", "no"]);

impl Kind {
    pub(super) fn takes(self, value: &str) -> bool {
        match self {
            Kind::Text => true,
            Kind::Token => is_name_token(value),
            Kind::Tokens => value
                .split(is_space)
                .filter(|token| !token.is_empty())
                .all(is_name_token),
            Kind::Language => is_language(value),
            Kind::Word(words) => words.contains(&value),
            Kind::Count => value.parse::<u32>().is_ok_and(|count| count > 0),
            Kind::Unholdable => code_point(value).is_some_and(|c| !is_allowed(c)),
            Kind::Prefixed => is_prefixed(value),
            Kind::Annotation => {
                ["generic", "comment", "term"].contains(&value) || is_prefixed(value)
            }
        }
    }
}

/// The character that a `hex` names: whole bytes in hexadecimal.
pub(super) fn code_point(hex: &str) -> Option<char> {
    let digits = hex.chars().all(|c| c.is_ascii_hexdigit());
    let whole = digits && (4..=8).contains(&hex.len()) && hex.len().is_multiple_of(2);
    let number = u32::from_str_radix(hex, 16).ok().filter(|_| whole)?;
    char::from_u32(number)
}

fn is_prefixed(value: &str) -> bool {
    let parts = value.split_once(':');
    parts.is_some_and(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty())
}

/// Whether it is built as a language tag is (RFC 5646, 2.1): subtags of letters and digits. Whether there
/// is such a language is not asked.
fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let first = subtags.next().unwrap_or_default();
    let private = first.eq_ignore_ascii_case("x") || first.eq_ignore_ascii_case("i");
    let letters = first.chars().all(|c| c.is_ascii_alphabetic());
    letters
        && ((2..=8).contains(&first.len()) || (private && tag.len() > 2))
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.chars().all(|c| c.is_ascii_alphanumeric())
        })
}
