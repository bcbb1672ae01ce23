//! From a tree of HTML to blocks.

use super::Ways;
use super::block::{Block, Inline, around};
use super::raw;
use super::table;
use crate::values::markdown::tree::{Element, Node, text};

/// Reads a tree.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) ways: Ways<'a>,
}

impl Reading<'_> {
    /// The blocks of these nodes; at the top, a blank line parts paragraphs however the text was written.
    pub(super) fn blocks(&self, nodes: &[Node], top: bool) -> Vec<Block> {
        let (mut blocks, mut line) = (Vec::new(), Vec::new());
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text, top, &mut line),
                Node::Element(element) if is_block(&element.name) => {
                    flush(&mut line, false, &mut blocks);
                    self.block(element, &mut blocks);
                }
                Node::Element(element) if self.is_link_around_more(element) => {
                    flush(&mut line, false, &mut blocks);
                    blocks.push(Block::Html(format!(
                        "<div>{}</div>",
                        raw::block(element, self.ways)
                    )));
                }
                Node::Element(element) if holds_blocks(element) => {
                    flush(&mut line, false, &mut blocks);
                    let within = self.blocks(&element.children, top);
                    blocks.extend(self.around(element, within));
                }
                Node::Element(element) => self.inline(element, &mut line),
            }
        }
        flush(&mut line, false, &mut blocks);
        blocks
    }

    fn block(&self, element: &Element, blocks: &mut Vec<Block>) {
        let html =
            |blocks: &mut Vec<Block>| blocks.push(Block::Html(raw::block(element, self.ways)));
        if !self.ways.comment && (raw::is_beyond_markdown(element) || self.is_tongue(element)) {
            return html(blocks);
        }
        match element.name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(element, blocks),
            "p" => self.paragraph(element, blocks),
            "blockquote" => blocks.push(Block::Quote(self.blocks(&element.children, false))),
            "ul" | "ol" => blocks.push(self.list(element)),
            "pre" => blocks.push(code(element)),
            "hr" if !self.ways.comment => blocks.push(Block::Rule),
            "hr" => {}
            "table" if self.ways.comment => blocks.extend(table::as_lines(self, element)),
            "table" => match table::read(self, element) {
                Some(table) => blocks.push(table),
                None => html(blocks),
            },
            "iframe" | "video" | "audio" | "embed" | "object" => {
                blocks.extend(raw::embed(element, self.ways));
            }
            _ => blocks.extend(self.blocks(&element.children, false)),
        }
    }

    /// Whether a link is around something that is no text.
    fn is_link_around_more(&self, element: &Element) -> bool {
        let more = &[
            "table", "dl", "pre", "figure", "details", "aside", "iframe", "video", "audio",
        ];
        !self.ways.comment && element.name == "a" && raw::holds(element, more)
    }

    /// Whether a block says that it is in another language, which a block of Markdown cannot.
    fn is_tongue(&self, element: &Element) -> bool {
        let says = ["lang", "dir"]
            .iter()
            .any(|name| element.attribute(name).is_some());
        says && !matches!(
            element.name.as_str(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        )
    }

    fn paragraph(&self, element: &Element, blocks: &mut Vec<Block>) {
        let mut within = Vec::new();
        let mut line = Vec::new();
        if element.children.iter().any(is_or_holds_block) {
            within = self.blocks(&element.children, false);
        } else {
            self.inlines(&element.children, &mut line);
            flush(&mut line, true, &mut within);
        }
        blocks.extend(self.around(element, within));
    }

    fn heading(&self, element: &Element, blocks: &mut Vec<Block>) {
        if raw::holds(
            element,
            &[
                "table",
                "ul",
                "ol",
                "blockquote",
                "pre",
                "hr",
                "dl",
                "figure",
            ],
        ) {
            return blocks.extend(self.blocks(&element.children, false));
        }
        let mut line = Vec::new();
        self.inlines(&element.children, &mut line);
        let mut text = Vec::new();
        flush(&mut line, true, &mut text);
        let level = element.name.trim_start_matches('h').parse().unwrap_or(6);
        for block in self.around(element, text) {
            blocks.push(match block {
                Block::Paragraph { content, .. } if !self.ways.comment => {
                    Block::Heading(level, content)
                }
                other => other,
            });
        }
    }

    fn list(&self, element: &Element) -> Block {
        let mut items: Vec<Vec<Block>> = Vec::new();
        for node in &element.children {
            let stray = match node {
                Node::Element(item) if item.name == "li" => {
                    items.push(self.blocks(&item.children, false));
                    continue;
                }
                Node::Text(text) if text.trim().is_empty() => continue,
                stray => self.blocks(std::slice::from_ref(stray), false),
            };
            // A list right in a list belongs to the item before it.
            match items.last_mut() {
                Some(item) => item.extend(stray),
                None => items.push(stray),
            }
        }
        let start = element
            .attribute("start")
            .and_then(|start| start.trim().parse().ok());
        let start = start.filter(|start| *start <= 999_999_999);
        Block::List {
            start: (element.name == "ol").then_some(start.unwrap_or(1)),
            items,
        }
    }

    /// What the element puts around the text of the blocks in it.
    fn around(&self, element: &Element, blocks: Vec<Block>) -> Vec<Block> {
        around(blocks, &|content| {
            self.dressed(element, content)
                .unwrap_or_else(Inline::together)
        })
    }
}

fn code(element: &Element) -> Block {
    let class = |element: &Element| {
        let classes = element.attribute("class").unwrap_or_default().to_owned();
        classes.split_whitespace().find_map(|class| {
            let name = class
                .strip_prefix("language-")
                .or_else(|| class.strip_prefix("lang-"))?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
            (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
        })
    };
    let inner = || {
        element
            .elements()
            .find(|inner| inner.name == "code")
            .and_then(class)
    };
    let lines = preformatted(&element.children);
    Block::Code {
        language: class(element).or_else(inner).unwrap_or_default(),
        text: lines.trim_start_matches('\n').trim_end().to_owned(),
    }
}

fn preformatted(nodes: &[Node]) -> String {
    let piece = |node: &Node| match node {
        Node::Text(text) => text.replace("\r\n", "\n"),
        Node::Element(element) if element.name == "br" => "\n".to_owned(),
        Node::Element(element) => preformatted(&element.children),
    };
    nodes.iter().map(piece).collect()
}

/// Ends the line: what it says is a paragraph, or several.
fn flush(line: &mut Vec<Inline>, own: bool, blocks: &mut Vec<Block>) {
    let all = std::mem::take(line);
    for part in all.split(|inline| *inline == Inline::Parted) {
        let blank = |inline: &Inline| inline.is_blank();
        if !part.iter().all(blank) {
            blocks.push(Block::Paragraph {
                content: part.to_vec(),
                own,
            });
        }
    }
}

fn is_or_holds_block(node: &Node) -> bool {
    match node {
        Node::Text(_) => false,
        Node::Element(element) => is_block(&element.name) || holds_blocks(element),
    }
}

fn holds_blocks(element: &Element) -> bool {
    element.children.iter().any(is_or_holds_block)
}

/// Whether there is anything to read in it, or to see.
pub(super) fn is_empty(element: &Element) -> bool {
    fn shows(element: &Element) -> bool {
        let seen = ["img", "iframe", "video", "audio", "embed", "object"];
        seen.contains(&element.name.as_str()) || element.elements().any(shows)
    }
    text(&element.children).trim().is_empty() && !shows(element)
}

/// Whether an element stands beside paragraphs.
pub(super) fn is_block(name: &str) -> bool {
    const BLOCKS: [&str; 41] = [
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "embed",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "iframe",
        "li",
        "main",
        "nav",
        "object",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "td",
        "tr",
        "ul",
        "video",
    ];
    BLOCKS.contains(&name)
}
