//! Markdown made into HTML that is safe to show, and into plain text.

mod balance;
mod cursor;
mod embeds;
mod excerpt;
mod plain;
mod policy;
mod render;
mod tokens;
pub mod tree;
pub mod units;

pub use embeds::{EmbedHosts, NoHost};
pub use excerpt::{excerpt, reading_minutes, word_count};

use balance::balanced;
use policy::{ARTICLE, COMMENT, sanitized_article, sanitized_comment};

/// The HTML of an article.
///
/// The text is `CommonMark` 0.31 with the tables, strikethrough, autolinks and
/// task lists of GitHub Flavored Markdown, and with footnotes. HTML may stand in
/// it.
///
/// Pages, films and sounds that are embedded become links, and pages of hosts
/// in `embeds` frames that are confined.
///
/// Whatever is written, the result holds no script, style or form, no other
/// frame, no event handler, and no address with a scheme other than `http`, `https`,
/// `mailto` and `tel`. An address that is not absolute is left out, since an
/// interface has no page it would start from; only footnotes keep their links
/// within the text. Any element may have `lang` and `dir`, so that a passage in
/// another language can say so.
///
/// The time taken is in proportion to the length of the text, which is meant to
/// be at most 512 KiB. Elements nested more than 100 deep lose their tags and
/// keep their content, and a text made to be costly to render is shown as
/// written, in paragraphs.
pub fn article_html(markdown: &str, embeds: &EmbedHosts) -> String {
    match render::article(markdown) {
        Some(html) => sanitized_article(&balanced(&html, &ARTICLE, Some(embeds))),
        None => plain::paragraphs(markdown),
    }
}

/// The HTML of a reader's comment: paragraphs, line breaks where the reader made
/// them, emphasis, strikethrough, code, quotes, lists, and links to `http` and
/// `https` addresses that search engines are told not to follow.
///
/// Headings become paragraphs and images their descriptions; HTML is shown as
/// it was typed. The limits of [`article_html`] hold here as well.
pub fn comment_html(markdown: &str) -> String {
    match render::comment(markdown) {
        Some(html) => sanitized_comment(&balanced(&html, &COMMENT, None)),
        None => plain::paragraphs(markdown),
    }
}

/// What there is to read in an article, without markup: for excerpts, word
/// counts and search.
///
/// Each block is on a line of its own. Footnotes are there, the numbers that
/// refer to them, images and embeds are not.
pub fn plain_text(markdown: &str) -> String {
    plain_text_of(&article_html(markdown, &EmbedHosts::default()))
}

/// The same of the HTML that [`article_html`] made: what readers have, whatever is made of the
/// Markdown by now.
pub fn plain_text_of(html: &str) -> String {
    plain::text_of(html)
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests;
