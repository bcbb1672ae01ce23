//! A line of the import format: see `docs/import-format.md`.

pub mod article;
pub mod comment;
pub mod locale;
pub mod revision;
pub mod tag;

use serde_json::{Map, Value};

pub use article::{ArticleLine, TranslationLine};
pub use comment::CommentLine;
pub use locale::LocaleLine;
pub use revision::RevisionLine;
pub use tag::TagLine;

use crate::values::fields::{self, Fault};

/// The most bytes of a line: 8 MiB.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// The most values of a line. The longest that is content has some thousands; each takes memory, however short it
/// is written.
const MOST_VALUES: usize = 200_000;

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A language.
    Locale(LocaleLine),
    /// A tag, in all languages.
    Tag(TagLine),
    /// An article, in all languages.
    Article(Box<ArticleLine>),
    /// A comment.
    Comment(Box<CommentLine>),
}

/// The object that a line is written as.
///
/// # Errors
/// The one fault that it is none.
pub fn parse(line: &[u8]) -> Result<Map<String, Value>, Vec<Fault>> {
    let fault = |code, detail: String| vec![Fault::new("", code, detail)];
    if values(line) > MOST_VALUES {
        let detail = format!("takes at most {MOST_VALUES} values");
        return Err(fault("too_many", detail));
    }
    match serde_json::from_slice(line) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(fault("wrong_type", "a line is a JSON object".into())),
        Err(error) => Err(fault("malformed_json", error.to_string())),
    }
}

/// How many values there are in a JSON text at most: each follows one of `,`, `:`, `[` that stand outside of
/// texts, or is the first.
fn values(json: &[u8]) -> usize {
    let (mut values, mut in_text, mut escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b':' | b'[' if !in_text => values += 1,
            _ => {}
        }
    }
    values
}

/// Reads the members of a line.
///
/// # Errors
/// Every fault there is.
pub fn decode(mut members: Map<String, Value>) -> Result<Line, Vec<Fault>> {
    let kind = members.remove("type");
    let rest = Value::Object(members);
    match kind.as_ref().and_then(Value::as_str) {
        Some("locale") => fields::decode(rest).map(Line::Locale),
        Some("tag") => fields::decode(rest).map(Line::Tag),
        Some("article") => fields::decode(rest).map(|line| Line::Article(Box::new(line))),
        Some("comment") => fields::decode(rest).map(|line| Line::Comment(Box::new(line))),
        _ => Err(vec![Fault::new(
            "/type",
            if kind.is_some() {
                "invalid"
            } else {
                "required"
            },
            "takes locale, tag, article or comment",
        )]),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_before_they_take_memory() {
        for (json, most) in [
            ("[]", 2),
            (r#"{"a": "[,:\"[", "b": [1, 2]}"#, 6),
            (r#"{"a": "\\", "b": 1}"#, 4),
        ] {
            assert_eq!(values(json.as_bytes()), most, "{json}");
        }
        let many = format!("{{\"a\": [{}0]}}", "0,".repeat(MOST_VALUES));
        assert_eq!(parse(many.as_bytes()).unwrap_err()[0].code, "too_many");
    }

    #[test]
    fn a_line_says_what_is_wrong_with_it() {
        for (line, pointer, code) in [
            ("{", "", "malformed_json"),
            ("[]", "", "wrong_type"),
            ("{}", "/type", "required"),
            (r#"{"type": "menu"}"#, "/type", "invalid"),
            (r#"{"type": "locale"}"#, "/code", "required"),
        ] {
            let faults = parse(line.as_bytes()).and_then(decode).unwrap_err();
            assert_eq!(
                (faults[0].pointer.as_str(), faults[0].code),
                (pointer, code),
                "{line}"
            );
        }
    }
}
