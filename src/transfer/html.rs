//! HTML made into Markdown, of articles and of comments.
//!
//! What Markdown can say is said in Markdown, the rest stays as HTML that readers may be shown. Each block that
//! is written is read again and compared with what it was made from; one that does not come back whole is
//! written as HTML. So nothing hangs on how cunning a text is.

mod block;
mod check;
mod escape;
mod inline;
mod raw;
mod read;
mod table;
pub mod wordpress;
mod write;

use url::Url;

use crate::values::markdown::tree::{self, tree};
use read::Reading;

/// The most bytes of HTML that are taken: four times what an article may have of Markdown.
pub const LONGEST: usize = 2 * 1024 * 1024;

/// How HTML is to be read and what is made of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways<'a> {
    /// What addresses in it start from that are not whole.
    pub base: Option<&'a Url>,
    /// Whether lines and blank lines are breaks and paragraphs, as in WordPress's older editor.
    pub lines: bool,
    /// Whether a comment is made of it, with the little that comments may have, or else an article.
    pub comment: bool,
}

/// The Markdown of HTML of at most [`LONGEST`] bytes; none: there is more of it.
///
/// Takes time in proportion to the text.
pub fn markdown(html: &str, ways: Ways<'_>) -> Option<String> {
    if html.len() > LONGEST {
        return None;
    }
    let blocks = Reading { ways }.blocks(&tree(html), true);
    let mut written: Vec<String> = Vec::with_capacity(blocks.len());
    let mut length = 0_usize;
    for (block, flip) in blocks.iter().zip(write::flips(&blocks)) {
        let markdown = write::checked(block, flip, ways.comment);
        length = length.saturating_add(markdown.len());
        if length > 2 * LONGEST {
            return None;
        }
        written.push(markdown);
    }
    written.retain(|block| !block.trim().is_empty());
    Some(written.join("\n\n"))
}

/// What there is to read in HTML, on one line.
pub fn line(html: &str) -> String {
    let text = tree::text(&tree(html));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as HTML has it, in an element or between quotation marks.
pub fn escaped(text: &str) -> String {
    escape::html(text)
}

#[cfg(test)]
mod tests;
