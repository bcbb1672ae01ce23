//! The syntax of queries.

use super::super::words::words;
use super::{Term, TooLong, WORDS};

/// The alternatives of a query, none of them empty.
pub(super) fn alternatives(q: &str) -> Result<Vec<Vec<Term>>, TooLong> {
    let mut alternatives = vec![vec![]];
    let mut rest = q;
    let mut room = WORDS;
    let mut or = None;
    while let Some(token) = Token::take(&mut rest) {
        if token.is_or() {
            alternatives.push(vec![]);
            or = Some(token);
            continue;
        }
        if let (Some(term), Some(terms)) = (token.term(room)?, alternatives.last_mut()) {
            room -= term.words.len();
            terms.push(term);
        }
    }
    alternatives.retain(|terms| !terms.is_empty());
    if alternatives.is_empty()
        && let Some(word) = or.map(|or| or.term(room)).transpose()?.flatten()
    {
        // With nothing on either side it is a word like any other.
        alternatives.push(vec![word]);
    }
    Ok(alternatives)
}

/// A piece of a query: a word of the user's, or what stands in quotation marks.
struct Token<'q> {
    text: &'q str,
    excluded: bool,
    quoted: bool,
}

impl<'q> Token<'q> {
    /// Takes the next token off the query.
    fn take(rest: &mut &'q str) -> Option<Token<'q>> {
        let q = rest.trim_start_matches(is_gap);
        let bare = q.trim_start_matches(is_minus);
        if bare.is_empty() {
            return None;
        }
        let excluded = bare.len() < q.len() && !bare.starts_with(is_gap);
        let phrase = bare.strip_prefix(is_quote);
        let (text, behind) = match phrase {
            Some(phrase) => {
                let (text, behind) = phrase.split_at(quote(phrase));
                (text, behind.strip_prefix(is_quote).unwrap_or(behind))
            }
            None => bare.split_at(bare.find(is_gap).unwrap_or(bare.len()).min(quote(bare))),
        };
        *rest = behind;
        let quoted = phrase.is_some();
        Some(Token {
            text,
            excluded,
            quoted,
        })
    }

    fn is_or(&self) -> bool {
        !self.quoted && !self.excluded && self.text.eq_ignore_ascii_case("or")
    }

    /// What it asks for, if there is a word in it; it may have as many as there is room for.
    fn term(&self, room: usize) -> Result<Option<Term>, TooLong> {
        let words: Vec<String> = words(self.text)
            .map(|word| word.folded)
            .take(room + 1)
            .collect();
        if words.len() > room {
            return Err(TooLong);
        }
        Ok((!words.is_empty()).then_some(Term {
            words,
            excluded: self.excluded,
            quoted: self.quoted,
        }))
    }
}

/// Where the next quotation mark is, or else the end. Between two letters of Hebrew it belongs to an
/// acronym, צה"ל.
fn quote(text: &str) -> usize {
    let is_hebrew = |c: char| ('א'..='ת').contains(&c);
    let quotes = text.match_indices(is_quote);
    let mut free = quotes.filter(|(at, quote)| {
        let (before, behind) = text.split_at(*at);
        let behind = behind.get(quote.len()..).unwrap_or_default();
        !(before.ends_with(is_hebrew) && behind.starts_with(is_hebrew))
    });
    free.next().map_or(text.len(), |(at, _)| at)
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{ff0d}')
}

/// Straight or curly, high or low, or in the manner of French.
fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{ff02}'
    )
}
