//! Texts of others made to fit the limits of the API.

use url::Url;

use crate::values::fields::is_blank;
use crate::values::markdown::excerpt;

/// A line of at most so many characters, cut at a word; none: there is nothing to see of it.
pub(super) fn line(text: &str, max: usize) -> Option<String> {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(excerpt(&line, max)).filter(|line| !is_blank(line))
}

/// Lines without the control characters that no text may have.
pub(super) fn text(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// An absolute web address, if this is one that can be kept.
pub(super) fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = text.chars().count() <= 2048 && !text.chars().any(char::is_control);
    let url = Url::parse(text).ok().filter(|_| fits)?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| text.to_owned())
}
