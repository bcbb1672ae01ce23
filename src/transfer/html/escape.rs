//! Text that is to be read as it is.

/// Characters that begin something within a line of Markdown.
const SPECIAL: [char; 7] = ['\\', '`', '*', '[', ']', '~', '|'];

/// Adds text to a line of Markdown so that it comes out as it is. Within a link no other link may begin.
pub(super) fn text(text: &str, in_link: bool, line: &mut String) {
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, next)| *next);
        let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let escaped = match c {
            '_' => !(joins(line.chars().next_back()) && joins(next)),
            '<' => next.is_none_or(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
            '&' => is_reference(text.get(at + 1..).unwrap_or_default()),
            ':' | '@' | '.' => in_link && is_address_ahead(c, line, next),
            c => SPECIAL.contains(&c) && (c != '|' || line.contains('|')),
        };
        if escaped {
            line.push('\\');
        }
        line.push(c);
    }
}

/// Whether what comes would be made a link by itself.
fn is_address_ahead(c: char, line: &str, next: Option<char>) -> bool {
    match c {
        ':' => next == Some('/') || line.ends_with("mailto") || line.ends_with("xmpp"),
        '@' => true,
        _ => line.ends_with("www"),
    }
}

fn is_reference(behind: &str) -> bool {
    behind.starts_with('#')
        || behind.starts_with(|c: char| c.is_ascii_alphabetic())
            && behind
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric())
                .starts_with(';')
}

/// The line with what would begin a block at its start taken for text.
pub(super) fn line_start(line: &str) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, behind) = line.split_at_checked(digits).unwrap_or(("", line));
    let ends = |text: &str| text.is_empty() || text.starts_with([' ', '\t']);
    if (1..=9).contains(&digits) {
        let listed = behind.strip_prefix(['.', ')']).is_some_and(ends);
        return match listed {
            true => format!("{number}\\{behind}"),
            false => line.to_owned(),
        };
    }
    let begins = match line.chars().next() {
        Some('#') => ends(line.trim_start_matches('#')),
        Some('>') => true,
        Some('+') => line.strip_prefix('+').is_some_and(ends),
        Some('-' | '=' | ':' | '|') => {
            line.strip_prefix('-').is_some_and(ends) || line.chars().all(|c| "-=:| \\".contains(c))
        }
        _ => false,
    };
    match begins {
        true => format!("\\{line}"),
        false => line.to_owned(),
    }
}

/// Text as HTML has it, in an element or between quotation marks.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Every mark of ASCII taken for text: for what cannot be written otherwise.
pub(super) fn literal(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// Where a link leads or an image is.
pub(super) fn destination(address: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !"<>()\\&*_`~[]".contains(c);
    if !address.is_empty() && address.chars().all(plain) {
        return address.to_owned();
    }
    let mut written = String::from("<");
    for (at, c) in address.char_indices() {
        match c {
            '<' => written.push_str("%3C"),
            '>' => written.push_str("%3E"),
            '\\' => written.push_str("%5C"),
            '\r' | '\n' => {}
            '&' if is_reference(address.get(at + 1..).unwrap_or_default()) => {
                written.push_str("&amp;")
            }
            c => written.push(c),
        }
    }
    written.push('>');
    written
}

/// What a link or an image is called, behind its address.
pub(super) fn title(title: &str) -> String {
    if title.is_empty() {
        return String::new();
    }
    let mut written = String::from(" \"");
    for (at, c) in title.char_indices() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '&' if is_reference(title.get(at + 1..).unwrap_or_default()) => {
                written.push_str("&amp;")
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// Code within a line.
pub(super) fn code(text: &str) -> String {
    let longest = longest_run(text, '`');
    let fence = "`".repeat(longest + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// The length of the longest run of a character.
pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    let runs = text.split(|c| c != wanted);
    runs.map(str::len).max().unwrap_or_default()
}

/// Whether an address can stand between angle brackets.
pub(super) fn fits_autolink(address: &str) -> bool {
    !address.contains(|c: char| c.is_whitespace() || c.is_control() || "<>".contains(c))
}

/// Whether an address is found to be one by itself, and nothing in it is taken for a mark.
pub(super) fn is_plain_address(address: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-./:?=%#+@,".contains(c);
    address.chars().all(plain) && address.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
}
