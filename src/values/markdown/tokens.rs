//! HTML taken apart into tags and the text between them.

use super::cursor::Cursor;

/// A piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text as written: character references stand unread, and a `<` in it
    /// opens nothing.
    Text(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag's name, in lower case.
    Close(String),
}

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// The element's name, in lower case.
    pub(super) name: String,
    /// The attributes in order, their names in lower case and their values as
    /// written.
    pub(super) attributes: Vec<(String, &'a str)>,
}

impl Tag<'_> {
    /// The first value given for an attribute.
    pub(super) fn attribute(&self, wanted: &str) -> Option<&str> {
        let named = |(name, _): &&(String, _)| name == wanted;
        self.attributes.iter().find(named).map(|(_, value)| *value)
    }
}

/// The pieces of an HTML text, without comments and declarations.
///
/// What looks like a tag but cannot be read as one is text. It is never read a
/// second time, so the work stays in proportion to the text however many tags
/// it leaves open.
pub(super) struct Tokens<'a> {
    unread: Cursor<'a>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Tokens {
            unread: Cursor::new(html),
        }
    }

    /// Goes past the end tag of an element whose content is no HTML, or to the
    /// end of the text where it has none.
    pub(super) fn skip_to_end_of(&mut self, name: &str) {
        while self.unread.skip_past("</") {
            if self.unread.eat_ignoring_case(name) {
                self.unread.skip_past(">");
                return;
            }
        }
        self.unread.take_rest();
    }

    /// Reads what a `<` begins. `None` when that is not markup; the cursor then
    /// stands where this became clear.
    fn markup(&mut self) -> Option<Markup<'a>> {
        let unread = &mut self.unread;
        if unread.eat("<!--") {
            // Two comments are over before they begin (WHATWG HTML, "comment
            // start state").
            if unread.eat(">") || unread.eat("->") {
                return Some(Markup::Nothing);
            }
            return unread.skip_past("-->").then_some(Markup::Nothing);
        }
        if unread.eat("<!") || unread.eat("<?") {
            return unread.skip_past(">").then_some(Markup::Nothing);
        }
        if unread.eat("</") {
            let name = element_name(unread)?;
            return unread
                .skip_past(">")
                .then_some(Markup::Token(Token::Close(name)));
        }
        unread.eat("<");
        let name = element_name(unread)?;
        let attributes = attributes(unread)?;
        Some(Markup::Token(Token::Open(Tag { name, attributes })))
    }
}

enum Markup<'a> {
    Token(Token<'a>),
    Nothing,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.unread.is_at_end() {
            let before = self.unread;
            let text = self.unread.take_while(|c| c != '<');
            if !text.is_empty() {
                return Some(Token::Text(text));
            }
            match self.markup() {
                Some(Markup::Token(token)) => return Some(token),
                Some(Markup::Nothing) => {}
                None => return Some(Token::Text(before.up_to(&self.unread))),
            }
        }
        None
    }
}

fn element_name(unread: &mut Cursor<'_>) -> Option<String> {
    let name = unread.take_while(|c| c.is_ascii_alphanumeric() || c == '-');
    let begins_with_letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins_with_letter.then(|| name.to_ascii_lowercase())
}

/// Reads attributes up to and with the `>` that ends their tag.
fn attributes<'a>(unread: &mut Cursor<'a>) -> Option<Vec<(String, &'a str)>> {
    let mut attributes = Vec::new();
    loop {
        unread.take_while(|c| c.is_ascii_whitespace() || c == '/');
        if unread.eat(">") {
            return Some(attributes);
        }
        let name = unread.take_while(|c| !c.is_ascii_whitespace() && !"/>=\"'<".contains(c));
        if name.is_empty() {
            return None;
        }
        attributes.push((name.to_ascii_lowercase(), attribute_value(unread)?));
    }
}

/// Reads what follows an attribute's name: a value, or nothing.
fn attribute_value<'a>(unread: &mut Cursor<'a>) -> Option<&'a str> {
    let after_name = *unread;
    unread.take_while(|c| c.is_ascii_whitespace());
    if !unread.eat("=") {
        *unread = after_name;
        return Some("");
    }
    unread.take_while(|c| c.is_ascii_whitespace());
    for quote in ["\"", "'"] {
        if unread.eat(quote) {
            return unread.take_until(quote);
        }
    }
    let value = unread.take_while(|c| !c.is_ascii_whitespace() && !">\"'<=`".contains(c));
    Some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open<'a>(name: &str, attributes: &[(&str, &'a str)]) -> Token<'a> {
        Token::Open(Tag {
            name: name.to_owned(),
            attributes: attributes
                .iter()
                .map(|&(name, value)| (name.to_owned(), value))
                .collect(),
        })
    }

    fn tokens(html: &str) -> Vec<Token<'_>> {
        Tokens::new(html).collect()
    }

    #[test]
    fn tags_and_text_come_in_order() {
        assert_eq!(
            tokens("a<P Class=x title='\"' hidden>b &lt;</p >"),
            [
                Token::Text("a"),
                open("p", &[("class", "x"), ("title", "\""), ("hidden", "")]),
                Token::Text("b &lt;"),
                Token::Close("p".to_owned()),
            ]
        );
    }

    #[test]
    fn a_slash_parts_attributes_as_a_space_does() {
        assert_eq!(tokens("<img/src=\"x\"/>"), [open("img", &[("src", "x")])]);
    }

    #[test]
    fn comments_and_declarations_are_left_out() {
        assert_eq!(
            tokens("<!-- <b> -->a<!DOCTYPE html><?php echo ?>b<!--><!--->"),
            [Token::Text("a"), Token::Text("b")]
        );
    }

    #[test]
    fn what_is_no_tag_is_text() {
        for html in [
            "<", "< b>", "<3", "<!-- a", "<b", "</ b>", "<a \"", "<a b=\"c",
        ] {
            let text: String = tokens(html)
                .into_iter()
                .map(|token| match token {
                    Token::Text(text) => text,
                    other => panic!("{html} gave {other:?}"),
                })
                .collect();
            assert_eq!(text, html);
        }
    }

    #[test]
    fn the_content_of_an_element_can_be_skipped() {
        let mut tokens = Tokens::new("<script>if (a</b) \"<p>\"</SCRIPT >c");
        assert_eq!(tokens.next(), Some(open("script", &[])));
        tokens.skip_to_end_of("script");
        assert_eq!(tokens.next(), Some(Token::Text("c")));
    }

    proptest! {
        #[test]
        fn text_without_an_angle_bracket_is_one_piece(text in "[^<]{1,50}") {
            prop_assert_eq!(tokens(&text), [Token::Text(text.as_str())]);
        }

        #[test]
        fn any_text_comes_to_an_end(text in "[<>!/a-c=\"' -]{0,60}") {
            prop_assert!(Tokens::new(&text).count() <= text.len());
        }
    }
}
