//! The syntax of queries.

use super::Term;
use crate::values::search::words::words;

/// The alternatives of a query, none of them empty.
pub(super) fn alternatives(q: &str) -> Vec<Vec<Term>> {
    let mut alternatives = vec![vec![]];
    let mut rest = q;
    while let Some(token) = token(&mut rest) {
        if token.is_or() {
            alternatives.push(vec![]);
            continue;
        }
        let found: Vec<String> = words(token.text).map(|word| word.folded).collect();
        if let (Some(terms), false) = (alternatives.last_mut(), found.is_empty()) {
            terms.push(Term {
                words: found,
                excluded: token.excluded,
                quoted: token.quoted,
            });
        }
    }
    alternatives.retain(|terms| !terms.is_empty());
    alternatives
}

struct Token<'q> {
    text: &'q str,
    excluded: bool,
    quoted: bool,
}

impl Token<'_> {
    fn is_or(&self) -> bool {
        !self.quoted && !self.excluded && self.text.eq_ignore_ascii_case("or")
    }
}

/// Takes the next token off the query.
fn token<'q>(rest: &mut &'q str) -> Option<Token<'q>> {
    let q = rest.trim_start_matches(is_gap);
    let bare = q.trim_start_matches(is_minus);
    if bare.is_empty() {
        return None;
    }
    let excluded = bare.len() < q.len() && !bare.starts_with(is_gap);
    let (text, behind, quoted) = match bare.strip_prefix(is_quote) {
        Some(phrase) => {
            let (text, behind) = phrase.split_once(is_quote).unwrap_or((phrase, ""));
            (text, behind, true)
        }
        None => {
            let end = bare
                .find(|c| is_gap(c) || is_quote(c))
                .unwrap_or(bare.len());
            let (text, behind) = bare.split_at(end);
            (text, behind, false)
        }
    };
    *rest = behind;
    Some(Token {
        text,
        excluded,
        quoted,
    })
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{ff0d}')
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{ff02}'
    )
}
