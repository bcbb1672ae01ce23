//! From elements within a line to pieces of it.

use percent_encoding::percent_decode_str;
use url::Url;

use super::block::{Inline, Mark};
use super::raw;
use super::read::{Reading, is_block};
use super::{Ways, escape};
use crate::values::markdown::tree::{Element, Node, text};

impl Inline {
    /// Several as one.
    pub(super) fn together(content: Vec<Inline>) -> Inline {
        Inline::Tagged {
            open: String::new(),
            name: String::new(),
            content,
        }
    }

    /// Whether there is nothing to see of it.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Inline::Text(text) => text.trim().is_empty(),
            Inline::Break | Inline::Parted => true,
            Inline::Code(text) => text.is_empty(),
            Inline::Marked(_, content)
            | Inline::Tagged { content, .. }
            | Inline::Link { content, .. } => content.iter().all(Inline::is_blank),
            Inline::Image { .. } => false,
        }
    }
}

impl Reading<'_> {
    /// The pieces of these nodes, of which none is a block.
    pub(super) fn inlines(&self, nodes: &[Node], line: &mut Vec<Inline>) {
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text, false, line),
                Node::Element(element) => self.inline(element, line),
            }
        }
    }

    /// Text: its white space is single spaces, and where lines count, line ends are breaks.
    pub(super) fn text(&self, text: &str, top: bool, line: &mut Vec<Inline>) {
        let parted = self.ways.lines || top;
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(is_space).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            let space = behind.find(|c| !is_space(c)).unwrap_or(behind.len());
            let (gap, behind) = behind.split_at(space);
            push_text(line, word);
            match gap.matches('\n').count() {
                _ if gap.is_empty() => {}
                0 => push_text(line, " "),
                1 if self.ways.lines => line.push(Inline::Break),
                2.. if parted => line.push(Inline::Parted),
                _ => push_text(line, " "),
            }
            rest = behind;
        }
    }

    pub(super) fn inline(&self, element: &Element, line: &mut Vec<Inline>) {
        match element.name.as_str() {
            "br" => line.push(Inline::Break),
            "img" => line.extend(self.image(element)),
            "code" | "tt"
                if element
                    .children
                    .iter()
                    .all(|node| matches!(node, Node::Text(_))) =>
            {
                let code = text(&element.children);
                line.push(Inline::Code(
                    code.split_whitespace().collect::<Vec<_>>().join(" "),
                ));
            }
            "iframe" | "video" | "audio" | "embed" | "object" => {
                if let Some((to, title)) = raw::embedded(element, self.ways) {
                    let content = vec![Inline::Text(title)];
                    line.push(Inline::Link {
                        to,
                        title: String::new(),
                        content,
                    });
                }
            }
            name => {
                let mut content = Vec::new();
                self.inlines(&element.children, &mut content);
                if is_block(name) {
                    push_text(line, " ");
                    line.append(&mut content);
                    return push_text(line, " ");
                }
                match self.dressed(element, content) {
                    Ok(dressed) => line.push(dressed),
                    Err(mut bare) => line.append(&mut bare),
                }
            }
        }
    }

    /// What an element makes of its text.
    ///
    /// # Errors
    /// The text as it was, where the element says nothing that could be kept.
    pub(super) fn dressed(
        &self,
        element: &Element,
        content: Vec<Inline>,
    ) -> Result<Inline, Vec<Inline>> {
        let marked = |mark| Ok(Inline::Marked(mark, content.clone()));
        match element.name.as_str() {
            "b" | "strong" if !raw::has_tongue(element) => marked(Mark::Strong),
            "i" | "em" if !raw::has_tongue(element) => marked(Mark::Emphasis),
            "del" | "s" | "strike" if !raw::has_tongue(element) => marked(Mark::Struck),
            "a" => match address(element.attribute("href").unwrap_or_default(), self.ways) {
                Some(to) => Ok(Inline::Link {
                    to,
                    title: title(element),
                    content,
                }),
                None => Err(content),
            },
            _ if self.ways.comment => Err(content),
            _ => match raw::start_tag(element, self.ways) {
                Some((name, open)) => Ok(Inline::Tagged {
                    open,
                    name: name.to_owned(),
                    content,
                }),
                None => Err(content),
            },
        }
    }

    fn image(&self, element: &Element) -> Option<Inline> {
        let alt = element.attribute("alt").unwrap_or_default();
        let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.ways.comment {
            return (!alt.is_empty()).then_some(Inline::Text(alt));
        }
        let from = address(element.attribute("src").unwrap_or_default(), self.ways)?;
        Some(Inline::Image {
            from,
            alt,
            title: title(element),
        })
    }
}

fn title(element: &Element) -> String {
    let title = element.attribute("title").unwrap_or_default();
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}')
}

fn push_text(line: &mut Vec<Inline>, text: &str) {
    match line.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => line.push(Inline::Text(text.to_owned())),
    }
}

/// An address that an article may lead to: whole, or a path on a site that is not known. None for any other,
/// such as a script or a place on the page.
pub(super) fn address(text: &str, ways: Ways<'_>) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') || text.chars().any(char::is_control) {
        return None;
    }
    let whole = match Url::parse(text) {
        // What an address has for a slash in error is one from here on.
        Ok(url) if text.contains('\\') => Some((url.clone(), url.to_string())),
        Ok(url) => Some((url, text.to_owned())),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            let base = match ways.base {
                None if text.starts_with("//") => &Url::parse("https://host.invalid/").ok()?,
                None => return Some(text.to_owned()),
                Some(base) => base,
            };
            let url = base.join(text).ok()?;
            let text = url.to_string();
            Some((url, text))
        }
        Err(_) => None,
    };
    let (url, text) = whole?;
    let schemes: &[&str] = match ways.comment {
        true => &["http", "https"],
        false => &["http", "https", "mailto", "tel"],
    };
    schemes.contains(&url.scheme()).then_some(text)
}

/// An address as it is compared: its characters, however they are written.
pub(super) fn compared(address: &str) -> String {
    percent_decode_str(address.trim())
        .decode_utf8_lossy()
        .into_owned()
}

/// Whether a word is an address by itself.
pub(super) fn is_web_address(word: &str) -> bool {
    let scheme = word.starts_with("https://") || word.starts_with("http://");
    scheme && !word.contains(['<', '>']) && escape::fits_autolink(word) && Url::parse(word).is_ok()
}
