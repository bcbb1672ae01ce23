//! Pieces of Markdown that are rendered once and stand in many bodies.

use crate::translations::text::EXCERPT;
use crate::values::markdown::{self, EmbedHosts};

/// A paragraph, heading, list or quotation.
#[derive(Debug)]
pub(super) struct Block {
    markdown: String,
    html: String,
    plain: String,
    words: u32,
}

impl Block {
    pub(super) fn new(markdown: String) -> Self {
        let plain = markdown::plain_text(&markdown);
        Block {
            html: markdown::article_html(&markdown, &EmbedHosts::default()),
            words: markdown::word_count(&plain),
            plain,
            markdown,
        }
    }
}

/// A text of several blocks, and what the service makes of it.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) markdown: String,
    pub(super) html: String,
    pub(super) excerpt: String,
    pub(super) word_count: i32,
}

impl Body {
    /// The blocks one below the other. No two lists may follow each other: they would be one.
    pub(super) fn of(blocks: &[&Block]) -> Self {
        let joined = |part: fn(&Block) -> &str, by: &str| {
            let parts: Vec<&str> = blocks.iter().map(|block| part(block)).collect();
            parts.join(by)
        };
        let words = blocks.iter().map(|block| block.words).sum::<u32>();
        Body {
            markdown: joined(|block| &block.markdown, "\n\n"),
            html: joined(|block| &block.html, ""),
            excerpt: markdown::excerpt(&joined(|block| &block.plain, "\n"), EXCERPT),
            word_count: i32::try_from(words).unwrap_or(i32::MAX),
        }
    }
}
