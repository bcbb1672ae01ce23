//! HTML made into plain text, and plain text into HTML.

use super::balance::ends_paragraph;
use super::tokens::{Tag, Token, Tokens};

/// The text as it is written, in paragraphs: what is left when it cannot be
/// rendered.
pub(super) fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
        html.extend(["<p>", &escaped(paragraph), "</p>\n"]);
    }
    html
}

/// What there is to read in sanitized HTML, each block on a line of its own.
pub(super) fn text_of(html: &str) -> String {
    let mut page = Page::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => page.write(text),
            Token::Open(tag) => page.open(&tag),
            Token::Close(name) => page.close(&name),
        }
    }
    page.end_line();
    page.text.truncate(page.text.trim_end().len());
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    /// How many `<pre>`s are open: in them, white space is as it should be.
    preformatted: usize,
    /// The element that must end before there is something to read again.
    unread: Option<String>,
}

impl Page {
    fn write(&mut self, text: &str) {
        if self.unread.is_some() {
            return;
        }
        let text = unescaped(text);
        if self.preformatted > 0 {
            self.text.push_str(&text);
            return;
        }
        for c in text.chars() {
            match c {
                ' ' | '\t' | '\r' | '\n' => self.space(),
                c => self.text.push(c),
            }
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        if self.unread.is_some() {
            return;
        }
        let class = tag.attribute("class").unwrap_or_default();
        match tag.name.as_str() {
            "br" => self.end_line(),
            "td" | "th" => self.space(),
            "sup" | "a" if ["footnote-ref", "footnote-backref"].contains(&class) => {
                self.unread = Some(tag.name.clone());
            }
            // What it links to is no word of the article.
            "p" if class == "embed" => {
                self.end_line();
                self.unread = Some(tag.name.clone());
            }
            name => {
                self.end_line_at(name);
                self.preformatted += usize::from(name == "pre");
            }
        }
    }

    fn close(&mut self, name: &str) {
        if self.unread.as_deref() == Some(name) {
            self.unread = None;
        }
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.end_line_at(name);
    }

    /// Begins a new line where a block or a table row does.
    fn end_line_at(&mut self, name: &str) {
        if ends_paragraph(name) || ["tr", "caption"].contains(&name) {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Reads the character references that HTML is serialized with (WHATWG HTML
/// §13.3, "escaping a string").
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{A0}")
        .replace("&amp;", "&")
}
