//! The text of an article from elsewhere.

use super::clip;
use super::html::{self, Ways};
use crate::values::markdown;

/// The most bytes of Markdown that an article may have.
const LONGEST: usize = 512 * 1024;
/// The most characters of a title that is made of a text's first words.
const FIRST_WORDS: usize = 80;

/// What is wrong with an article: where, its code, and in words.
pub(super) type Fault = (&'static str, &'static str, String);

/// The Markdown of an article's HTML.
pub(super) fn of_html(html: &str, ways: Ways<'_>) -> Result<String, Fault> {
    let markdown = html::markdown(html, ways).ok_or_else(too_long)?;
    fitting(&markdown)
}

/// Markdown, if it is not too long.
pub(super) fn fitting(markdown: &str) -> Result<String, Fault> {
    let text = clip::text(markdown);
    match text.len() > LONGEST {
        true => Err(too_long()),
        false => Ok(text),
    }
}

/// The first words of a text, for want of a title.
pub(super) fn first_words(body: &str) -> Option<String> {
    clip::line(&markdown::plain_text(body), FIRST_WORDS)
}

pub(super) fn too_long() -> Fault {
    let detail = format!(
        "takes at most {LONGEST} bytes of Markdown, which the text does not fit into; part it in the old system"
    );
    ("/translations/0/body", "too_long", detail)
}

pub(super) fn nothing() -> Fault {
    let detail = "it has neither a title nor a text".to_owned();
    ("/translations/0/title", "required", detail)
}
