//! Markdown cut into what is translated and what stays as it is.

mod inline;
mod links;

use std::collections::HashMap;
use std::ops::Range;

use comrak::nodes::{NodeValue, Sourcepos};
use comrak::{Arena, Node};
use sha2::{Digest, Sha256};

pub use inline::pieces;

use super::render::{article_options, parsed};

/// A stretch of Markdown that is translated on its own. All between is left as it is: the marks of
/// lists, quotes and headings, code, HTML, definitions of links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// Where it is in the text, in bytes.
    pub range: Range<usize>,
}

/// What a stretch of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A paragraph, in a list or quote too.
    Paragraph,
    /// A heading of a level.
    Heading(u8),
    /// A cell of a table.
    Cell,
}

impl Kind {
    /// What to call it, for a translator.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Paragraph => "paragraph",
            Kind::Heading(_) => "heading",
            Kind::Cell => "table cell",
        }
    }
}

/// The blocks of an article's text, in order. They do not overlap, none is empty, and each begins and ends
/// between two characters, so a text is always what its blocks and the stretches between them come to.
///
/// A text made to be costly is cut at its blank lines.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let arena = Arena::new();
    let found = match parsed(&arena, markdown, &article_options()) {
        Some(root) => root_blocks(root, markdown),
        None => stretches(markdown),
    };
    in_order(markdown, found)
}

/// An id for each block, made from its text: it stays when another block is added or changed. Blocks that say
/// the same are counted: `3b0c…`, `3b0c…-2`.
pub fn ids(markdown: &str, blocks: &[Block]) -> Vec<String> {
    let mut met: HashMap<String, usize> = HashMap::new();
    let id = |block: &Block| {
        let id = short_digest(text(markdown, block));
        let count = met.entry(id.clone()).or_default();
        *count += 1;
        match *count {
            1 => id,
            count => format!("{id}-{count}"),
        }
    };
    blocks.iter().map(id).collect()
}

/// The text of a block.
pub fn text<'a>(markdown: &'a str, block: &Block) -> &'a str {
    markdown.get(block.range.clone()).unwrap_or_default()
}

/// 48 bits of SHA-256 in hexadecimal: two of a text's few thousand blocks do not meet by chance.
fn short_digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    let bytes = digest.iter().take(6);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn root_blocks(root: Node<'_>, markdown: &str) -> Vec<Block> {
    let lines = Lines::of(markdown);
    let mut found = Vec::new();
    for node in root.descendants() {
        let data = node.data();
        let kind = match data.value {
            NodeValue::Paragraph => Kind::Paragraph,
            NodeValue::Heading(heading) => Kind::Heading(heading.level),
            NodeValue::TableCell => Kind::Cell,
            _ => continue,
        };
        let Some(whole) = lines.range(data.sourcepos) else {
            continue;
        };
        let range = match data.value {
            NodeValue::Heading(heading) if heading.setext => without_underline(markdown, whole),
            NodeValue::Heading(_) => within_marks(markdown, whole),
            _ => without_definitions(markdown, node, whole),
        };
        found.push(Block { kind, range });
    }
    found
}

/// A paragraph without the definitions of links before it, which the parser counts to it.
fn without_definitions(markdown: &str, node: Node<'_>, whole: Range<usize>) -> Range<usize> {
    let text = markdown.get(whole.clone()).unwrap_or_default();
    let first = node.first_child();
    let bracket = first.is_some_and(|first| match &first.data().value {
        NodeValue::Text(text) => text.starts_with('['),
        _ => false,
    });
    if bracket {
        return whole;
    }
    let mut rest = text;
    while let Some(after) = after_definition(rest) {
        rest = after;
    }
    whole.end - rest.len()..whole.end
}

/// What follows the definition that a text begins with (`CommonMark` 4.7), if it does. The address and the
/// title may be on lines of their own.
fn after_definition(text: &str) -> Option<&str> {
    let (line, after) = next_line(text);
    let (label, address) = line.split_once("]:")?;
    if !label.starts_with('[') || label.starts_with("[^") {
        return None;
    }
    let after = match address.trim().is_empty() {
        true => next_line(after).1,
        false => after,
    };
    let titled = after.starts_with(['"', '\'', '(']);
    Some(if titled { next_line(after).1 } else { after })
}

/// A line, and what comes after it, without what the next line begins with.
fn next_line(text: &str) -> (&str, &str) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    (line, rest.trim_start_matches([' ', '\t', '\n', '\r', '>']))
}

/// The lines of a text that are not blank, those that follow each other as one.
fn stretches(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut at, mut after_blank) = (0, true);
    for line in markdown.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let blank = line.trim().is_empty();
        match found.last_mut() {
            _ if blank => {}
            Some(block) if !after_blank => block.range.end = range.end,
            _ => found.push(Block {
                kind: Kind::Paragraph,
                range,
            }),
        }
        after_blank = blank;
    }
    found
}

/// The blocks sorted, without white space around them, and without those that cannot stand: the parser's
/// word is not taken for where they are.
fn in_order(markdown: &str, mut found: Vec<Block>) -> Vec<Block> {
    found.sort_by_key(|block| (block.range.start, block.range.end));
    let mut end = 0;
    found.retain_mut(|block| {
        let Some(text) = markdown.get(block.range.clone()) else {
            return false;
        };
        let leading = text.len() - text.trim_start().len();
        let start = block.range.start + leading;
        block.range = start..start + text.trim().len();
        let stands = start >= end && !block.range.is_empty();
        if stands {
            end = block.range.end;
        }
        stands
    });
    found
}

/// A heading without the line under it.
fn without_underline(markdown: &str, whole: Range<usize>) -> Range<usize> {
    let text = markdown.get(whole.clone()).unwrap_or_default();
    let text = text.trim_end();
    let underline = text.rfind(['\n', '\r']);
    let below = underline.and_then(|at| text.get(at..)).unwrap_or_default();
    let is_line = below.chars().all(|c| "=-> \t\r\n".contains(c));
    match underline {
        Some(at) if is_line => whole.start..whole.start + at,
        _ => whole,
    }
}

/// A heading without the marks before it and after it.
fn within_marks(markdown: &str, whole: Range<usize>) -> Range<usize> {
    let text = markdown.get(whole.clone()).unwrap_or_default();
    let words = text.trim_start_matches('#');
    let start = whole.start + (text.len() - words.len());
    let unmarked = words.trim_end().trim_end_matches('#');
    let closed = unmarked.is_empty() || unmarked.ends_with([' ', '\t']);
    let kept = if closed { unmarked } else { words };
    start..start + kept.len()
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    /// Lines end as they do in `CommonMark` (2.1): with a line feed, a carriage return, or both.
    fn of(markdown: &str) -> Self {
        let mut starts = vec![0];
        let mut bytes = markdown.bytes().enumerate().peekable();
        while let Some((at, byte)) = bytes.next() {
            let both = byte == b'\r' && bytes.peek().is_some_and(|(_, next)| *next == b'\n');
            if matches!(byte, b'\n' | b'\r') && !both {
                starts.push(at + 1);
            }
        }
        Lines(starts)
    }

    fn range(&self, position: Sourcepos) -> Option<Range<usize>> {
        let (start, end) = (position.start, position.end);
        let first = self.0.get(start.line.checked_sub(1)?)?;
        let last = self.0.get(end.line.checked_sub(1)?)?;
        let (start, end) = (first + start.column.checked_sub(1)?, last + end.column);
        (start < end).then_some(start..end)
    }
}

#[cfg(test)]
pub(crate) mod tests;
