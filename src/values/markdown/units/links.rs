//! The addresses of links.

/// The most bytes that an address or title in the text is looked for in: each bracket asks anew.
const MAX_BYTES: usize = 2000;

/// What comes after a link's text, from the bracket that closes it: lengths in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// All up to the title, or all if there is none.
    pub(super) before_title: usize,
    /// The title.
    pub(super) title: usize,
    /// All after it.
    pub(super) after_title: usize,
}

/// Reads `](address)`, `](address "title")` or `][label]` (`CommonMark` 6.3).
pub(super) fn tail(text: &str) -> Option<Tail> {
    if text.starts_with("][") {
        let label = text.get(2..)?;
        let end = label.find(['[', ']']).filter(|end| *end < 1000)?;
        let closed = label.get(end..)?.starts_with(']');
        return closed.then_some(Tail {
            before_title: end + 3,
            title: 0,
            after_title: 0,
        });
    }
    let address = spaced(text.strip_prefix("](")?);
    let rest = address.get(destination(address)?..)?;
    let parted = spaced(rest);
    if let Some(after) = parted.strip_prefix(')') {
        return Some(Tail {
            before_title: text.len() - after.len(),
            title: 0,
            after_title: 0,
        });
    }
    let close = match parted.chars().next()? {
        '(' => ')',
        quote @ ('"' | '\'') => quote,
        _ => return None,
    };
    let title = parted.get(1..)?;
    let end = unescaped(title, close)?;
    let after = spaced(title.get(end + 1..)?).strip_prefix(')')?;
    (rest.len() > parted.len()).then_some(Tail {
        before_title: text.len() - title.len(),
        title: end,
        after_title: title.len() - end - after.len(),
    })
}

/// The text after white space; so much of it as a link may have.
fn spaced(text: &str) -> &str {
    let rest = text.trim_start_matches([' ', '\t', '\n', '\r', '>']);
    if text.len() - rest.len() > MAX_BYTES {
        text
    } else {
        rest
    }
}

/// The length of the address that begins here, which may be none.
fn destination(text: &str) -> Option<usize> {
    if let Some(inside) = text.strip_prefix('<') {
        return Some(unescaped(inside, '>')? + 2);
    }
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < MAX_BYTES) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            c if c.is_whitespace() || c.is_control() => return (depth == 0).then_some(at),
            _ => {}
        }
    }
    None
}

/// Where a character stands first without a backslash before it.
fn unescaped(text: &str, wanted: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < MAX_BYTES) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == wanted => return Some(at),
            _ => {}
        }
    }
    None
}

/// The length of an address that stands in the text as it is (GFM 6.9).
pub(super) fn bare_address(text: &str) -> Option<usize> {
    let lower = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let prefix = ["https://", "http://", "www."]
        .into_iter()
        .find(|prefix| lower(prefix))?;
    let end = text.find(|c: char| c.is_whitespace() || "<>[]|\\`".contains(c));
    let mut address = text.get(..end.unwrap_or(text.len()))?;
    let mut unmatched = address
        .matches(')')
        .count()
        .saturating_sub(address.matches('(').count());
    // What ends a sentence or an aside is not the address's.
    while let Some(last) = address.chars().next_back() {
        let parenthesis = last == ')' && unmatched > 0;
        if !parenthesis && !"?!.,:;*_~'\"।".contains(last) {
            break;
        }
        unmatched -= usize::from(parenthesis);
        address = address.get(..address.len() - last.len_utf8())?;
    }
    (address.len() > prefix.len()).then_some(address.len())
}
