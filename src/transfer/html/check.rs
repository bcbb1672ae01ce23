//! Whether Markdown says all that it was made from, and what stands for it where it does not.

use super::block::{Block, Inline};
use super::escape;
use super::inline::compared;
use crate::values::markdown::tree::{Element, Node, article_tree, comment_tree, tree};

/// What is to be seen of a text, spaces aside.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    text: String,
    links: Vec<String>,
    images: Vec<String>,
    marks: usize,
    items: usize,
    cells: usize,
    blocks: usize,
}

/// Whether Markdown is read as it was meant. Further links may come of addresses in the text.
pub(super) fn comes_back(markdown: &str, wanted: &Seen, comment: bool) -> bool {
    let nodes = match comment {
        true => comment_tree(markdown),
        false => article_tree(markdown),
    };
    let Some(nodes) = nodes else {
        return false;
    };
    let mut seen = Seen::default();
    seen.nodes(&nodes);
    let mut links = seen.links.iter();
    let linked = wanted
        .links
        .iter()
        .all(|link| links.any(|found| found == link));
    seen.links.clear();
    let unlinked = Seen {
        text: wanted.text.clone(),
        images: wanted.images.clone(),
        links: Vec::new(),
        ..*wanted
    };
    linked && seen == unlinked
}

impl Seen {
    pub(super) fn of_blocks(blocks: &[Block]) -> Self {
        let mut seen = Seen::default();
        seen.blocks(blocks);
        seen
    }

    #[cfg(test)]
    pub(super) fn of_nodes(nodes: &[Node]) -> Self {
        let mut seen = Seen::default();
        seen.nodes(nodes);
        seen
    }

    #[cfg(test)]
    pub(super) fn parts(&self) -> (&str, &[String], &[String], usize, usize) {
        (
            &self.text,
            &self.links,
            &self.images,
            self.items,
            self.cells,
        )
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Paragraph { content, .. } => self.inlines(content),
                Block::Heading(_, content) => {
                    self.blocks += 1;
                    self.inlines(content);
                }
                Block::Quote(blocks) => {
                    self.blocks += 1;
                    self.blocks(blocks);
                }
                Block::List { items, .. } => {
                    for item in items {
                        self.items += 1;
                        self.blocks(item);
                    }
                }
                Block::Code { text, .. } => {
                    self.blocks += 1;
                    self.words(text);
                }
                Block::Rule => self.blocks += 1,
                Block::Table(rows) => {
                    for cell in rows.iter().flatten() {
                        self.cells += 1;
                        self.inlines(cell);
                    }
                }
                Block::Html(html) => self.nodes(&tree(html)),
            }
        }
    }

    fn inlines(&mut self, content: &[Inline]) {
        for piece in content {
            match piece {
                Inline::Text(text) | Inline::Code(text) => self.words(text),
                Inline::Break | Inline::Parted => {}
                Inline::Marked(_, content) => {
                    self.marks += usize::from(!piece.is_blank());
                    self.inlines(content);
                }
                Inline::Link { to, content, .. } => {
                    if !piece.is_blank() {
                        self.links.push(compared(to));
                    }
                    self.inlines(content);
                }
                Inline::Image { from, .. } => self.images.push(compared(from)),
                Inline::Tagged { content, name, .. } => {
                    let marked = ["em", "i", "strong", "b", "del", "s"].contains(&name.as_str());
                    self.marks += usize::from(marked && !piece.is_blank());
                    self.inlines(content);
                }
            }
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => self.words(text),
                Node::Element(element) => self.element(element),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        match element.name.as_str() {
            "a" => self.links.extend(element.attribute("href").map(compared)),
            "img" => self.images.extend(element.attribute("src").map(compared)),
            "em" | "i" | "strong" | "b" | "del" | "s" => self.marks += 1,
            "li" => self.items += 1,
            "td" | "th" => self.cells += 1,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "hr" => {
                self.blocks += 1
            }
            _ => {}
        }
        self.nodes(&element.children);
    }

    fn words(&mut self, text: &str) {
        self.text
            .extend(text.chars().filter(|c| !c.is_whitespace()));
    }
}

/// The words of a block and no more.
pub(super) fn words(block: &Block) -> String {
    fn gather(content: &[Inline], words: &mut String) {
        for piece in content {
            match piece {
                Inline::Text(text) | Inline::Code(text) => words.push_str(text),
                Inline::Break | Inline::Parted => words.push('\n'),
                Inline::Marked(_, content)
                | Inline::Link { content, .. }
                | Inline::Tagged { content, .. } => {
                    gather(content, words);
                }
                Inline::Image { .. } => {}
            }
        }
    }
    let all = |blocks: &[Block]| blocks.iter().map(words).collect::<Vec<_>>().join("\n\n");
    match block {
        Block::Paragraph { content, .. } | Block::Heading(_, content) => {
            let mut words = String::new();
            gather(content, &mut words);
            words.trim().to_owned()
        }
        Block::Quote(blocks) => all(blocks),
        Block::List { items, .. } => items
            .iter()
            .map(|item| all(item))
            .collect::<Vec<_>>()
            .join("\n\n"),
        Block::Code { text, .. } => text.clone(),
        Block::Rule | Block::Table(_) | Block::Html(_) => String::new(),
    }
}

/// A block as HTML within Markdown.
pub(super) fn html(block: &Block) -> String {
    let all = |blocks: &[Block]| blocks.iter().map(html).collect::<String>();
    match block {
        Block::Paragraph { content, .. } => format!("<p>{}</p>", inline_html(content)),
        Block::Heading(level, content) => format!("<h{level}>{}</h{level}>", inline_html(content)),
        Block::Quote(blocks) => format!("<blockquote>{}</blockquote>", all(blocks)),
        Block::List { start, items } => {
            let items: String = items
                .iter()
                .map(|item| format!("<li>{}</li>", all(item)))
                .collect();
            match start {
                Some(start) => format!("<ol start=\"{start}\">{items}</ol>"),
                None => format!("<ul>{items}</ul>"),
            }
        }
        Block::Code { text, .. } => {
            let text = escape::html(text)
                .replace("\n\n", "\n&#10;")
                .replace("\n\n", "\n&#10;");
            format!("<pre><code>{text}</code></pre>")
        }
        Block::Rule => "<hr>".to_owned(),
        Block::Table(rows) => table_html(rows),
        Block::Html(html) => html.clone(),
    }
}

fn table_html(rows: &[Vec<Vec<Inline>>]) -> String {
    let mut html = String::from("<table>");
    for (at, row) in rows.iter().enumerate() {
        let name = if at == 0 { "th" } else { "td" };
        html.push_str("<tr>");
        for cell in row {
            html.push_str(&format!("<{name}>{}</{name}>", inline_html(cell)));
        }
        html.push_str("</tr>");
    }
    html.push_str("</table>");
    html
}

fn inline_html(content: &[Inline]) -> String {
    let piece = |piece: &Inline| match piece {
        Inline::Text(text) => escape::html(text),
        Inline::Break => "<br>".to_owned(),
        Inline::Parted => "<br><br>".to_owned(),
        Inline::Code(text) => format!("<code>{}</code>", escape::html(text)),
        Inline::Marked(mark, content) => {
            let name = mark.name();
            format!("<{name}>{}</{name}>", inline_html(content))
        }
        Inline::Link { to, title, content } => {
            let (to, title) = (escape::html(to), titled(title));
            format!("<a href=\"{to}\"{title}>{}</a>", inline_html(content))
        }
        Inline::Image { from, alt, title } => {
            let (from, alt, title) = (escape::html(from), escape::html(alt), titled(title));
            format!("<img src=\"{from}\" alt=\"{alt}\"{title}>")
        }
        Inline::Tagged { name, content, .. } if name.is_empty() => inline_html(content),
        Inline::Tagged {
            open,
            name,
            content,
        } => format!("{open}{}</{name}>", inline_html(content)),
    };
    content.iter().map(piece).collect()
}

fn titled(title: &str) -> String {
    match title {
        "" => String::new(),
        title => format!(" title=\"{}\"", escape::html(title)),
    }
}
