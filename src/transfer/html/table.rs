//! Tables, where Markdown can say them.

use super::block::{Block, Inline};
use super::raw::holds;
use super::read::{Reading, is_block};
use crate::values::markdown::tree::{Element, Node, text};

/// The table as Markdown has them: a row of heads, rows as long, and in each cell a line of text. None: it is
/// more than that.
pub(super) fn read(reading: &Reading<'_>, table: &Element) -> Option<Block> {
    if table
        .elements()
        .any(|part| ["caption", "colgroup", "col", "tfoot"].contains(&part.name.as_str()))
    {
        return None;
    }
    let rows = rows(table);
    let width = rows
        .first()
        .map(|row| row.elements().count())
        .filter(|width| *width > 0)?;
    let mut read = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let kind = if at == 0 { "th" } else { "td" };
        let plain = |cell: &Element| {
            let spans = ["colspan", "rowspan"]
                .iter()
                .any(|name| cell.attribute(name).is_some());
            cell.name == kind && !spans && !holds_block(cell)
        };
        if row.elements().count() != width || !row.elements().all(plain) {
            return None;
        }
        let cells = row.elements().map(|cell| {
            let mut line: Vec<Inline> = Vec::new();
            reading.inlines(&cell.children, &mut line);
            line
        });
        read.push(cells.collect());
    }
    Some(Block::Table(read))
}

/// Each row as a line of text: what a comment can show.
pub(super) fn as_lines(reading: &Reading<'_>, table: &Element) -> Vec<Block> {
    let line = |row: &&Element| {
        let mut content: Vec<Inline> = Vec::new();
        for cell in row.elements() {
            if !content.is_empty() {
                content.push(Inline::Text(" ".to_owned()));
            }
            let cell = [Node::Text(text(&cell.children))];
            reading.inlines(&cell, &mut content);
        }
        Block::Paragraph { content, own: true }
    };
    rows(table).iter().map(line).collect()
}

fn rows(table: &Element) -> Vec<&Element> {
    let in_part = |part| {
        let part: &Element = part;
        match part.name.as_str() {
            "tr" => vec![part],
            "thead" | "tbody" | "tfoot" => part.elements().filter(|row| row.name == "tr").collect(),
            _ => vec![],
        }
    };
    table.elements().flat_map(in_part).collect()
}

fn holds_block(cell: &Element) -> bool {
    cell.elements()
        .any(|inner| is_block(&inner.name) || holds_block(inner))
        || holds(cell, &["pre"])
}
