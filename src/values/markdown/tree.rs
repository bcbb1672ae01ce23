//! HTML from elsewhere as a tree, put in order.

use markup5ever::data::NAMED_ENTITIES;

use super::balance::{balanced, is_void};
use super::policy::FOREIGN;
use super::render;
use super::tokens::{Token, Tokens};

/// A piece of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Text, its character references read.
    Text(String),
    /// An element.
    Element(Element),
}

/// An element with what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, in lower case.
    pub name: String,
    /// Its attributes, their character references read.
    pub attributes: Vec<(String, String)>,
    /// What it holds.
    pub children: Vec<Node>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let named = self.attributes.iter().find(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The elements directly in it.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }
}

/// Reads HTML of any kind. Elements that are no part of a text (scripts, forms' fields) lose their tags or
/// all, as [`super::article_html`] has it; frames, films and sounds are there.
///
/// Takes time in proportion to the text; the tree is never deeper than 100.
pub fn tree(html: &str) -> Vec<Node> {
    built(&balanced(html, &FOREIGN, None))
}

/// The tree of what an article's Markdown says, before it is made safe. `None` where it would take out of all
/// proportion.
pub fn article_tree(markdown: &str) -> Option<Vec<Node>> {
    render::article(markdown).map(|html| tree(&html))
}

/// The same of a comment's.
pub fn comment_tree(markdown: &str) -> Option<Vec<Node>> {
    render::comment(markdown).map(|html| tree(&html))
}

/// All the text in it, one piece after the other.
pub fn text(nodes: &[Node]) -> String {
    fn gather(nodes: &[Node], text: &mut String) {
        for node in nodes {
            match node {
                Node::Text(piece) => text.push_str(piece),
                Node::Element(element) => gather(&element.children, text),
            }
        }
    }
    let mut all = String::new();
    gather(nodes, &mut all);
    all
}

fn built(html: &str) -> Vec<Node> {
    let mut open = vec![Element::default()];
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => put_text(&mut open, &referenced(text)),
            Token::Open(tag) => {
                let attributes = tag.attributes.into_iter();
                let element = Element {
                    attributes: attributes
                        .map(|(key, value)| (key, referenced(value)))
                        .collect(),
                    name: tag.name,
                    children: Vec::new(),
                };
                match is_void(&element.name) {
                    true => put(&mut open, Node::Element(element)),
                    false => open.push(element),
                }
            }
            Token::Close(_) => close(&mut open),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default().children
}

/// Puts the innermost open element into the one around it.
fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
    {
        put(open, Node::Element(element));
    }
}

fn put(open: &mut [Element], node: Node) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(node);
    }
}

fn put_text(open: &mut [Element], text: &str) {
    let Some(parent) = open.last_mut() else {
        return;
    };
    match parent.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.children.push(Node::Text(text.to_owned())),
    }
}

/// The text with its character references read (WHATWG HTML, 13.2.5.72 and what follows); what is none stays.
pub fn referenced(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        match reference(after) {
            Some((meant, behind)) => {
                read.push_str(&meant);
                rest = behind;
            }
            None => {
                read.push('&');
                rest = after;
            }
        }
    }
    read.push_str(rest);
    read
}

/// What the reference means whose text follows the ampersand, and what is behind it.
fn reference(text: &str) -> Option<(String, &str)> {
    if let Some(number) = text.strip_prefix('#') {
        return numbered(number);
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let behind = text.get(end..)?.strip_prefix(';')?;
    let (first, second) = NAMED_ENTITIES.get(text.get(..=end)?)?;
    let meant: String = [*first, *second]
        .into_iter()
        .filter(|code| *code != 0)
        .filter_map(char::from_u32)
        .collect();
    (!meant.is_empty()).then_some((meant, behind))
}

fn numbered(text: &str) -> Option<(String, &str)> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (number, behind) = digits.split_at_checked(end)?;
    let code = u32::from_str_radix(number, radix).ok()?;
    let meant = char::from_u32(code).filter(|c| !c.is_control() || c.is_ascii_whitespace());
    let meant = meant.unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((
        meant.to_string(),
        behind.strip_prefix(';').unwrap_or(behind),
    ))
}
