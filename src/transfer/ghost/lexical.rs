//! What the third editor of Ghost wrote: Lexical.

use serde_json::Value;

use super::index;
use super::text::{Piece, card, push_html};
use crate::transfer::html::escaped;

/// What the bits of a text's format stand for.
const FORMATS: [(u64, &str); 7] = [
    (1, "strong"),
    (2, "em"),
    (4, "s"),
    (8, "u"),
    (16, "code"),
    (32, "sub"),
    (64, "sup"),
];

/// The pieces of a document.
pub(super) fn pieces(document: &Value) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for node in children(document.get("root")) {
        match card(kind(node), node) {
            Some(Piece::Html(html)) => push_html(&mut pieces, &html),
            Some(markdown) => pieces.push(markdown),
            None => push_html(&mut pieces, &html(node)),
        }
    }
    pieces
}

/// A node as HTML. It nests no deeper than JSON is read.
fn html(node: &Value) -> String {
    let inner = || children(Some(node)).map(html).collect::<String>();
    let element = |name: &str| format!("<{name}>{}</{name}>", inner());
    match kind(node) {
        "text" | "extended-text" | "code-highlight" => formatted(node),
        "linebreak" => "<br>".to_owned(),
        "tab" => " ".to_owned(),
        "paragraph" => element("p"),
        "heading" | "extended-heading" => match index::text(node, "tag") {
            tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => element(tag),
            _ => element("h2"),
        },
        "quote" | "extended-quote" | "aside" => element("blockquote"),
        "link" | "autolink" => format!(
            "<a href=\"{}\">{}</a>",
            escaped(index::text(node, "url")),
            inner()
        ),
        "list" if index::text(node, "listType") == "number" => {
            let start = node.get("start").and_then(Value::as_u64).unwrap_or(1);
            format!("<ol start=\"{start}\">{}</ol>", inner())
        }
        "list" => element("ul"),
        "listitem" => element("li"),
        _ => match card(kind(node), node) {
            Some(Piece::Html(html)) => html,
            Some(Piece::Markdown(text)) => format!("<p>{}</p>", escaped(&text)),
            None => inner(),
        },
    }
}

fn formatted(node: &Value) -> String {
    let format = node
        .get("format")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let mut html = escaped(index::text(node, "text"));
    for (bit, name) in FORMATS {
        if format & bit != 0 {
            html = format!("<{name}>{html}</{name}>");
        }
    }
    html
}

fn kind(node: &Value) -> &str {
    index::text(node, "type")
}

fn children(node: Option<&Value>) -> impl Iterator<Item = &Value> {
    node.and_then(|node| node.get("children")?.as_array())
        .into_iter()
        .flatten()
}
