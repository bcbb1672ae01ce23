//! From blocks to Markdown.

use super::block::{Block, Inline};
use super::check::{self, Seen};
use super::escape;
use super::inline::is_web_address;

/// How deep lists and quotations nest in Markdown; what is deeper is written as HTML.
const DEEPEST: usize = 12;

/// Writes blocks in one way.
#[derive(Clone, Copy)]
struct Writer {
    /// Whether it is for a comment.
    comment: bool,
    /// Whether what stands out is written with tags, since signs would not be read as meant.
    tags: bool,
}

/// The Markdown of a block that comes out as the block when it is rendered. A list right behind another of its
/// kind has other marks (`flip`).
pub(super) fn checked(block: &Block, flip: bool, comment: bool) -> String {
    if let Block::Html(html) = block {
        return html.clone();
    }
    let wanted = Seen::of_blocks(std::slice::from_ref(block));
    for tags in [false, true] {
        let written = Writer { comment, tags }.block(block, 0, flip);
        if let Some(written) =
            written.filter(|written| check::comes_back(written, &wanted, comment))
        {
            return written;
        }
    }
    match comment {
        true => escape::literal(&check::words(block)),
        false => check::html(block),
    }
}

/// Whether each list of these stands right behind another of its kind, and has to differ from it.
pub(super) fn flips(blocks: &[Block]) -> Vec<bool> {
    let kind = |block: &Block| match block {
        Block::List { start, .. } => Some(start.is_some()),
        _ => None,
    };
    let mut flips: Vec<bool> = Vec::with_capacity(blocks.len());
    let mut before = None;
    for block in blocks {
        let kind = kind(block);
        let last = flips.last().copied().unwrap_or_default();
        flips.push(kind.is_some() && kind == before && !last);
        before = kind;
    }
    flips
}

impl Writer {
    /// None: it nests too deep.
    fn block(self, block: &Block, depth: usize, flip: bool) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        Some(match block {
            Block::Paragraph { content, .. } => self.paragraph(content),
            Block::Heading(level, content) => {
                let text = self.line(content, false).replace('\n', " ");
                let text = match text.strip_suffix('#') {
                    Some(before) => format!("{before}\\#"),
                    None => text,
                };
                format!("{} {text}", "#".repeat(*level))
            }
            Block::Quote(blocks) => prefixed(&self.blocks(blocks, depth, false)?, "> ", "> "),
            Block::List { start, items } => self.list(*start, items, depth, flip)?,
            Block::Code { language, text } => {
                let fence = "`".repeat(escape::longest_run(text, '`').max(2) + 1);
                format!("{fence}{language}\n{text}\n{fence}")
            }
            Block::Rule => "---".to_owned(),
            Block::Table(rows) => self.table(rows),
            Block::Html(html) => html.clone(),
        })
    }

    fn blocks(self, blocks: &[Block], depth: usize, tight: bool) -> Option<String> {
        let mut text = String::new();
        for (block, flip) in blocks.iter().zip(flips(blocks)) {
            if !text.is_empty() {
                text.push_str(if tight { "\n" } else { "\n\n" });
            }
            text.push_str(&self.block(block, depth + 1, flip)?);
        }
        Some(text)
    }

    fn list(
        self,
        start: Option<u32>,
        items: &[Vec<Block>],
        depth: usize,
        flip: bool,
    ) -> Option<String> {
        let tight = items.iter().all(|item| is_tight(item));
        let mut text = String::new();
        for (number, item) in (start.unwrap_or_default()..).zip(items) {
            let mark = match (start, flip) {
                (Some(_), false) => format!("{number}. "),
                (Some(_), true) => format!("{number}) "),
                (None, false) => "- ".to_owned(),
                (None, true) => "* ".to_owned(),
            };
            if !text.is_empty() {
                text.push_str(if tight { "\n" } else { "\n\n" });
            }
            let indent = " ".repeat(mark.len());
            let item = prefixed(&self.blocks(item, depth, tight)?, &mark, &indent);
            text.push_str(item.trim_end());
        }
        Some(text)
    }

    fn table(self, rows: &[Vec<Vec<Inline>>]) -> String {
        let mut lines = Vec::with_capacity(rows.len() + 1);
        for row in rows {
            let cells = row.iter().map(|cell| {
                let line = self
                    .line(cell, false)
                    .replace("\\|", "|")
                    .replace('|', "\\|");
                line.replace('\n', "<br>")
            });
            lines.push(format!("| {} |", cells.collect::<Vec<_>>().join(" | ")));
            if lines.len() == 1 {
                lines.push(format!("|{}", " --- |".repeat(row.len())));
            }
        }
        lines.join("\n")
    }

    fn paragraph(self, content: &[Inline]) -> String {
        let lines = self.line(content, false);
        let lines: Vec<String> = lines.split('\n').map(escape::line_start).collect();
        lines.join(if self.comment { "\n" } else { "\\\n" })
    }

    /// A line of text without space at its ends; breaks in it are line ends.
    fn line(self, content: &[Inline], in_link: bool) -> String {
        let mut line = String::new();
        for piece in content {
            self.piece(piece, in_link, &mut line);
        }
        let mut lines = line.split('\n').map(trimmed);
        let mut text = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            text.extend(["\n", line]);
        }
        text.trim_matches([' ', '\n']).replace("\n\n", "\n")
    }

    fn piece(self, piece: &Inline, in_link: bool, line: &mut String) {
        match piece {
            Inline::Text(text) => self.text(text, in_link, line),
            Inline::Break | Inline::Parted => line.push('\n'),
            Inline::Code(code) if code.is_empty() => {}
            Inline::Code(code) => line.push_str(&escape::code(code)),
            Inline::Marked(mark, content) if self.tags && !self.comment => {
                let (open, close) = (format!("<{}>", mark.name()), format!("</{}>", mark.name()));
                self.enclosed(content, in_link, (&open, &close), line);
            }
            Inline::Marked(mark, content) => {
                self.enclosed(content, in_link, (mark.sign(), mark.sign()), line);
            }
            Inline::Link { to, title, content } => self.link(to, title, content, line),
            Inline::Image { from, alt, title } => {
                let mut text = String::new();
                escape::text(alt, true, &mut text);
                let (from, title) = (escape::destination(from), escape::title(title));
                line.extend(["![", &text, "](", &from, &title, ")"]);
            }
            Inline::Tagged { content, name, .. } if name.is_empty() => {
                for piece in content {
                    self.piece(piece, in_link, line);
                }
            }
            Inline::Tagged {
                open,
                name,
                content,
            } => {
                self.enclosed(content, in_link, (open, &format!("</{name}>")), line);
            }
        }
    }

    /// Text; addresses that stand in it lead where they say.
    fn text(self, text: &str, in_link: bool, line: &mut String) {
        let text = match line.is_empty() || line.ends_with([' ', '\n']) {
            true => text.trim_start_matches(' '),
            false => text,
        };
        for (at, word) in text.split(' ').enumerate() {
            if at > 0 {
                line.push(' ');
            }
            let end = word.trim_end_matches([',', '.', ';', ':', '!', '?', ')']);
            match word.split_at_checked(end.len()) {
                Some((address, behind)) if !in_link && is_web_address(address) => {
                    match escape::is_plain_address(address) {
                        true => line.push_str(address),
                        false => line.extend(["<", address, ">"]),
                    }
                    escape::text(behind, in_link, line);
                }
                _ => escape::text(word, in_link, line),
            }
        }
    }

    fn link(self, to: &str, title: &str, content: &[Inline], line: &mut String) {
        let same = matches!(content, [Inline::Text(text)] if text == to);
        if same && title.is_empty() && is_web_address(to) && escape::is_plain_address(to) {
            return line.extend(["<", to, ">"]);
        }
        let close = format!("]({}{})", escape::destination(to), escape::title(title));
        self.enclosed(content, true, ("[", &close), line);
    }

    /// Content between two marks, with the space at its ends outside of them.
    fn enclosed(self, content: &[Inline], in_link: bool, marks: (&str, &str), line: &mut String) {
        let mut inner = String::new();
        for piece in content {
            self.piece(piece, in_link, &mut inner);
        }
        let space = |c| c == ' ' || c == '\n';
        let text = inner.trim_matches(space);
        let (before, _) = inner
            .split_once(text)
            .filter(|_| !text.is_empty())
            .unwrap_or((&inner, ""));
        let after = inner.get(before.len() + text.len()..).unwrap_or_default();
        let before = match line.ends_with(' ') {
            true => before.trim_start_matches(' '),
            false => before,
        };
        line.push_str(before);
        if !text.is_empty() {
            // A link right behind an exclamation mark would be an image.
            if marks.0 == "[" && line.ends_with('!') {
                line.pop();
                line.push_str("\\!");
            }
            line.extend([marks.0, text, marks.1]);
        }
        line.push_str(after);
    }
}

/// Without the space at its ends that Markdown would drop.
fn trimmed(line: &str) -> &str {
    line.trim_matches([' ', '\t'])
}

/// Whether an item can stand right under the one before it.
fn is_tight(item: &[Block]) -> bool {
    let mut before: Option<&Block> = None;
    for block in item {
        let fits = match (before, block) {
            (_, Block::Paragraph { own, .. }) => !own && before.is_none(),
            (None | Some(Block::Paragraph { .. }), Block::List { start, items }) => {
                start.is_none_or(|start| start == 1) && items.iter().all(|item| is_tight(item))
            }
            (None, _) => true,
            _ => false,
        };
        if !fits {
            return false;
        }
        before = Some(block);
    }
    true
}

/// The lines with something before the first, and before each other that is not empty.
fn prefixed(text: &str, first: &str, others: &str) -> String {
    let mut lines = String::with_capacity(text.len() + first.len());
    for (at, line) in text.split('\n').enumerate() {
        let prefix = if at == 0 { first } else { others };
        if at > 0 {
            lines.push('\n');
        }
        match line.is_empty() {
            true => lines.push_str(prefix.trim_end()),
            false => lines.extend([prefix, line]),
        }
    }
    lines
}
