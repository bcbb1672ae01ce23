//! Which characters stand where in XML 1.0 (fifth edition).

use std::borrow::Cow;

/// The text with U+FFFD for what no document can hold.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c| match is_allowed(c) {
        true => c,
        false => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(stand_in).collect())
}

/// Whether a document can hold the character at all (section 2.2).
pub fn is_allowed(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        c => c >= ' ',
    }
}

/// Whether a text is a name (section 2.3).
pub fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(begins_name) && text.chars().all(is_in_name)
}

/// Whether a text is a name token (section 2.3).
pub fn is_name_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_in_name)
}

fn begins_name(c: char) -> bool {
    c == ':' || c == '_' || c.is_ascii_alphabetic() || is_letter_beyond_ascii(c)
}

fn is_in_name(c: char) -> bool {
    begins_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

fn is_letter_beyond_ascii(c: char) -> bool {
    matches!(
        c,
        '\u{C0}'..='\u{D6}'
            | '\u{D8}'..='\u{F6}'
            | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}'
            | '\u{200C}'..='\u{200D}'
            | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}'
            | '\u{F900}'..='\u{FDCF}'
            | '\u{FDF0}'..='\u{FFFD}'
            | '\u{10000}'..='\u{EFFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            text("a\u{0}b\u{1b}\u{ffff}\u{fffe}"),
            "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}"
        );
        for kept in ["]]> <b> & \"", "पुल \u{1f600}\t\n", ""] {
            assert!(matches!(text(kept), Cow::Borrowed(same) if same == kept));
        }
    }
}
