//! HTML that stays HTML: what Markdown has no way to say.

use super::Ways;
use super::block::{Block, Inline};
use super::escape;
use super::inline::address;
use super::read::is_empty;
use crate::values::markdown::tree::{Element, Node};

/// An element as a block of HTML within Markdown, which is without a blank line.
pub(super) fn block(element: &Element, ways: Ways<'_>) -> String {
    let mut html = String::new();
    write(element, ways, &mut html);
    html
}

/// What code may not hold, if it is to be no more than code.
const HELD: &[&str] = &[
    "a",
    "img",
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "table",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "pre",
    "dl",
    "figure",
    "iframe",
    "video",
    "audio",
];

/// Whether only HTML can say what this block says.
pub(super) fn is_beyond_markdown(element: &Element) -> bool {
    match element.name.as_str() {
        "dl" | "details" | "aside" => !is_empty(element),
        "figure" => {
            let captioned = |inner: &Element| inner.name == "figcaption" && !is_empty(inner);
            let embeds = element
                .attribute("class")
                .is_some_and(|class| class.contains("wp-block-embed"));
            !embeds && element.elements().any(captioned)
        }
        "pre" => {
            let class = element.attribute("class").unwrap_or_default();
            class.contains("verse") || class.contains("preformatted") || holds(element, HELD)
        }
        _ => false,
    }
}

/// Whether one of these is anywhere in it.
pub(super) fn holds(element: &Element, names: &[&str]) -> bool {
    element
        .elements()
        .any(|inner| names.contains(&inner.name.as_str()) || holds(inner, names))
}

/// Whether an element says that it is in another language or direction.
pub(super) fn has_tongue(element: &Element) -> bool {
    ["lang", "dir"]
        .iter()
        .any(|name| element.attribute(name).is_some())
}

/// The name and start tag of an element that is kept within a line; none: only what is in it is.
pub(super) fn start_tag(element: &Element, ways: Ways<'_>) -> Option<(&'static str, String)> {
    let name = match element.name.as_str() {
        "acronym" => "abbr",
        "tt" => "code",
        "p" | "span" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if has_tongue(element) => "span",
        name => *[
            "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd",
            "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "strong", "sub", "sup", "time",
            "u", "var",
        ]
        .iter()
        .find(|kept| **kept == name)?,
    };
    let mut open = format!("<{name}");
    attributes(element, ways, &mut open);
    open.push('>');
    Some((name, open))
}

/// What stands for a frame, a film or a sound: itself, or else a link.
pub(super) fn embed(element: &Element, ways: Ways<'_>) -> Option<Block> {
    let (to, title) = embedded(element, ways)?;
    if !ways.comment && ["iframe", "video", "audio"].contains(&element.name.as_str()) {
        let html = block(element, ways);
        return Some(Block::Html(match element.name.as_str() {
            "iframe" => html,
            _ => format!("<figure>{html}</figure>"),
        }));
    }
    let link = Inline::Link {
        to,
        title: String::new(),
        content: vec![Inline::Text(title)],
    };
    Some(Block::Paragraph {
        content: vec![link],
        own: true,
    })
}

/// Where what an element embeds is, and what it is called.
pub(super) fn embedded(element: &Element, ways: Ways<'_>) -> Option<(String, String)> {
    let own = element
        .attribute("src")
        .or_else(|| element.attribute("data"));
    let source = own.and_then(|source| address(source, ways));
    let inner = || element.elements().find_map(|inner| embedded(inner, ways));
    let Some(to) = source else {
        return inner();
    };
    let title = element
        .attribute("title")
        .map(str::trim)
        .filter(|title| !title.is_empty());
    let title = title.unwrap_or(&to).to_owned();
    Some((to, title))
}

fn write(element: &Element, ways: Ways<'_>, html: &mut String) {
    let name = match element.name.as_str() {
        "acronym" => "abbr",
        "strike" => "s",
        "tt" => "code",
        "address" | "article" | "center" | "fieldset" | "footer" | "form" | "header" | "main"
        | "nav" => "div",
        "iframe" | "video" | "audio" | "source" if embedded(element, ways).is_none() => return,
        "embed" | "object" => return written_link(element, ways, html),
        name => name,
    };
    let bare = match name {
        "a" => element
            .attribute("href")
            .is_none_or(|to| address(to, ways).is_none()),
        "img" => element
            .attribute("src")
            .is_none_or(|from| address(from, ways).is_none()),
        "span" => !has_tongue(element),
        "input" => true,
        _ => false,
    };
    if bare {
        return children(element, ways, html);
    }
    html.extend(["<", name]);
    attributes(element, ways, html);
    html.push('>');
    if !["br", "col", "hr", "img", "source", "wbr"].contains(&name) {
        children(element, ways, html);
        html.extend(["</", name, ">"]);
    }
}

fn written_link(element: &Element, ways: Ways<'_>, html: &mut String) {
    if let Some((to, title)) = embedded(element, ways) {
        let (to, title) = (escape::html(&to), escape::html(&title));
        html.extend(["<a href=\"", &to, "\">", &title, "</a>"]);
    }
}

fn children(element: &Element, ways: Ways<'_>, html: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(text) if element.name == "pre" || holds_lines(element) => {
                let escaped = escape::html(text).replace("\r\n", "\n");
                html.push_str(
                    &escaped
                        .replace("\n\n", "\n&#10;")
                        .replace("\n\n", "\n&#10;"),
                );
            }
            Node::Text(text) => spaced(&escape::html(text), html),
            Node::Element(inner) => write(inner, ways, html),
        }
    }
}

/// Whether line ends within it are to be seen.
fn holds_lines(element: &Element) -> bool {
    element.name == "code"
}

fn spaced(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            ' ' | '\t' | '\r' | '\n' | '\u{c}' => {
                if !html.ends_with(' ') {
                    html.push(' ');
                }
            }
            c => html.push(c),
        }
    }
}

/// Writes the attributes of an element that an article may have, but for those that only set how it looks.
fn attributes(element: &Element, ways: Ways<'_>, html: &mut String) {
    for (name, value) in &element.attributes {
        let value = match (element.name.as_str(), name.as_str()) {
            ("a", "href") | ("img" | "iframe" | "video" | "audio" | "source", "src") => {
                address(value, ways)
            }
            ("td" | "th", "align" | "colspan" | "rowspan" | "scope")
            | ("ol", "start")
            | ("del" | "ins" | "time", "datetime")
            | ("img", "alt" | "width" | "height")
            | ("iframe", "width" | "height" | "allowfullscreen")
            | (_, "lang" | "dir" | "title") => Some(value.clone()),
            ("code", "class") if value.starts_with("language-") => Some(value.clone()),
            _ => None,
        };
        if let Some(value) = value {
            let value = escape::html(&value);
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            html.extend([" ", name, "=\"", &value, "\""]);
        }
    }
}
