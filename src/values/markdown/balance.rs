//! HTML put in order before it is parsed.
//!
//! A parser of HTML repairs what it is given, and some repairs cost far more
//! than the text they are made in: to open an element it may search all open
//! ones, so a hundred thousand nested `<div>`s take minutes; what stands loose
//! in a table is moved out piece by piece; a hundred `<b>`s left open in one
//! paragraph are opened anew in each that follows. Text put in order needs no
//! repairs, and parsing it takes time in proportion to its length.
//!
//! Writing HTML out again has a trap of its own: at each character that may need
//! a character reference, the rest of the text or attribute is searched for the
//! next. So long texts are parted and attributes kept short.

use super::embeds::{self, Embed, EmbedHosts};
use super::policy::{FRAME, Policy, UNREADABLE};
use super::tokens::{Tag, Token, Tokens};

/// How many elements deep a text may nest. Elements further in lose their tags
/// and keep their content. No article comes near it, and browsers give up at
/// 512.
const MAX_DEPTH: usize = 100;

/// The longest attribute value kept, in bytes: twice the longest address that
/// is of use anywhere.
const MAX_VALUE_BYTES: usize = 4096;

/// After so many characters that may need a character reference, text is parted
/// by an empty comment, which the sanitizer takes out again.
const MAX_REFERENCES: usize = 64;

/// The same HTML with every element closed in the order it was opened, none
/// deeper than [`MAX_DEPTH`], none where its parent cannot hold it, and with
/// neither elements nor attributes the policy does not know.
///
/// With `embeds`, what is embedded becomes a frame where its host is among them, and else a link; without, it is
/// an element like any other.
pub(super) fn balanced(html: &str, policy: &Policy, embeds: Option<&EmbedHosts>) -> String {
    let mut writer = Writer::default();
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Open(tag) if UNREADABLE.contains(&tag.name.as_str()) => {
                tokens.skip_to_end_of(&tag.name);
            }
            Token::Open(tag) => match embeds.filter(|_| embeds::embeds(&tag.name)) {
                Some(hosts) => writer.embed(&tag, policy, hosts),
                None => writer.open(&tag, policy),
            },
            Token::Close(name) => writer.close(&name),
        }
    }
    writer.close_down_to(0);
    writer.html
}

#[derive(Default)]
struct Writer {
    html: String,
    /// The open elements, outermost first.
    open: Vec<&'static str>,
    /// How many elements are open inside the innermost of `open` whose tags
    /// were left out.
    too_deep: usize,
    /// How many characters that may need a character reference there were.
    references: usize,
    /// Whether a film or sound has yet to say where it is.
    sourceless: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            self.leave_table_structure();
        }
        for c in text.chars() {
            match c {
                '<' => self.html.push_str("&lt;"),
                // The latter share their first byte with the no-break space.
                '&' | '\u{80}'..='\u{BF}' => self.push_reference(c),
                c => self.html.push(c),
            }
        }
    }

    fn push_reference(&mut self, c: char) {
        self.references += 1;
        if self.references.is_multiple_of(MAX_REFERENCES) {
            self.html.push_str("<!---->");
        }
        self.html.push(c);
    }

    fn open(&mut self, tag: &Tag<'_>, policy: &Policy) {
        let Some((name, own)) = policy.element(&tag.name) else {
            return;
        };
        if is_void(name) {
            if self.make_place_for(name) {
                self.write_tag(name, own, tag, policy);
            }
        } else if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            self.too_deep += 1;
        } else if self.make_place_for(name) {
            self.write_tag(name, own, tag, policy);
            self.open.push(name);
        }
    }

    /// Writes what an element embeds; a film or a sound has one source.
    fn embed(&mut self, tag: &Tag<'_>, policy: &Policy, hosts: &EmbedHosts) {
        if tag.name == "source" && !self.sourceless {
            return;
        }
        let embed = embeds::read(tag, hosts);
        self.sourceless = embed.is_none() && tag.name != "iframe";
        match embed {
            Some(embed) if embed.framed => self.frame(&embed, tag),
            Some(embed) => self.link(&embed, policy),
            None => {}
        }
    }

    fn frame(&mut self, embed: &Embed, tag: &Tag<'_>) {
        self.leave_table_structure();
        self.html.push_str("<iframe");
        self.write_attribute("src", &embed.address);
        self.write_attribute("title", &embed.title);
        for name in FRAME.iter().filter(|name| **name != "src") {
            let value = tag.attribute(name);
            let fits = |value: &&str| *name == "allowfullscreen" || embeds::is_size(value);
            if let Some(value) = value.filter(fits) {
                self.write_attribute(name, value);
            }
        }
        self.html.push_str("></iframe>");
    }

    fn link(&mut self, embed: &Embed, policy: &Policy) {
        // A paragraph that was begun only for it would be left behind empty.
        if self.html.ends_with("<p>") && self.open.last() == Some(&"p") {
            self.open.pop();
            self.html
                .truncate(self.html.len().saturating_sub("<p>".len()));
        }
        let tag = |name: &str, attribute: &str, value| Tag {
            name: name.to_owned(),
            attributes: vec![(attribute.to_owned(), value)],
        };
        self.open(&tag("p", "class", "embed"), policy);
        let address = embed.address.replace('&', "&amp;");
        let links = self.innermost(&["a"], &[]).is_none();
        if links {
            self.open(&tag("a", "href", &address), policy);
        }
        self.text(&embed.title);
        if links {
            self.close("a");
        }
        self.close("p");
    }

    fn close(&mut self, name: &str) {
        if ["video", "audio"].contains(&name) {
            self.sourceless = false;
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(position) = self.innermost(&[name], fence_of(name)) {
            self.close_down_to(position);
        }
    }

    /// Closes what cannot hold the element. `false` when there is nowhere to
    /// put it.
    fn make_place_for(&mut self, name: &str) -> bool {
        match name {
            "a" if self.innermost(&["a"], &[]).is_some() => false,
            "caption" | "colgroup" | "thead" | "tbody" | "tfoot" => self.go_back_to(&["table"]),
            "col" => self.go_back_to(&["colgroup", "table"]),
            "tr" => self.go_back_to(&["thead", "tbody", "tfoot", "table"]),
            "td" | "th" => self.go_back_to(&["tr", "thead", "tbody", "tfoot", "table"]),
            _ => {
                self.leave_table_structure();
                if ends_paragraph(name) {
                    self.end_innermost(&["p"]);
                }
                match name {
                    "li" => self.end_innermost(&["li"]),
                    "dt" | "dd" => self.end_innermost(&["dt", "dd"]),
                    _ => {}
                }
                true
            }
        }
    }

    /// Closes whatever is open inside the innermost element of those names.
    fn go_back_to(&mut self, names: &[&str]) -> bool {
        let Some(position) = self.innermost(names, &["table"]) else {
            return false;
        };
        self.close_down_to(position + 1);
        true
    }

    /// Closes the innermost element of those names, unless a list or a table
    /// cell stands in between.
    fn end_innermost(&mut self, names: &[&str]) {
        let fence = ["ul", "ol", "dl", "td", "th", "caption", "table"];
        if let Some(position) = self.innermost(names, &fence) {
            self.close_down_to(position);
        }
    }

    /// Closes a table that is open at a place where only its parts can stand.
    fn leave_table_structure(&mut self) {
        let between_cells = ["table", "colgroup", "thead", "tbody", "tfoot", "tr"];
        if self
            .open
            .last()
            .is_some_and(|name| between_cells.contains(name))
            && let Some(position) = self.innermost(&["table"], &[])
        {
            self.close_down_to(position);
        }
    }

    /// Where the innermost open element of those names is, looking out no
    /// further than the first of the fence's.
    fn innermost(&self, names: &[&str], fence: &[&str]) -> Option<usize> {
        let position = self
            .open
            .iter()
            .rposition(|open| names.contains(open) || fence.contains(open))?;
        let found = self.open.get(position)?;
        names.contains(found).then_some(position)
    }

    /// Closes elements until only so many are open.
    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth
            && let Some(name) = self.open.pop()
        {
            self.html.extend(["</", name, ">"]);
            self.too_deep = 0;
        }
    }

    /// Writes a start tag with the attributes that the element may have, each
    /// once.
    fn write_tag(&mut self, name: &str, own: &[&'static str], tag: &Tag<'_>, policy: &Policy) {
        self.html.extend(["<", name]);
        for attribute in own.iter().chain(policy.anywhere()) {
            let value = tag.attribute(attribute);
            if let Some(value) = value.filter(|value| value.len() <= MAX_VALUE_BYTES) {
                self.write_attribute(attribute, value);
            }
        }
        self.html.push('>');
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        let value = value.replace('"', "&quot;");
        self.html.extend([" ", name, "=\"", &value, "\""]);
    }
}

/// Elements that an end tag of this name does not reach beyond.
fn fence_of(name: &str) -> &'static [&'static str] {
    match name {
        "table" | "caption" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => {
            &["table"]
        }
        _ => &["table", "caption", "td", "th"],
    }
}

/// Whether an element has neither content nor an end tag.
pub(super) fn is_void(name: &str) -> bool {
    ["br", "col", "embed", "hr", "img", "input", "source", "wbr"].contains(&name)
}

/// Whether an element stands beside paragraphs rather than in them, so that its
/// start ends one.
pub(super) fn ends_paragraph(name: &str) -> bool {
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "fieldset",
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
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
    ]
    .contains(&name)
}
