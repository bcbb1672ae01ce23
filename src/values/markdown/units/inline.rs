//! The text of a block, and the Markdown in it that is to stay.

use std::collections::HashMap;

use super::links::{bare_address, tail};
use crate::values::xliff::Piece;

/// Cuts a block's Markdown into text and protected codes. Texts and codes joined are the Markdown again,
/// character by character, whatever it is.
///
/// Codes are what Markdown is written with: marks of emphasis, code, the addresses of links and images
/// (their text and title are text), autolinks and addresses in the text, HTML tags, escapes, entities,
/// footnote marks, and the ends of lines with what the next begins with. The brackets of a link by
/// reference without its label, `[so]`, are text: they may be no link at all. Ids count from 1.
pub fn pieces(markdown: &str) -> Vec<Piece> {
    let mut cutter = Cutter::new(markdown);
    while let Some(c) = cutter.rest().chars().next() {
        cutter.step(c);
    }
    cutter.pieces()
}

/// A stretch of the text: where it ends, and whether it is a code. It begins where the one before ends.
struct Stretch {
    end: usize,
    code: bool,
}

struct Cutter<'a> {
    markdown: &'a str,
    at: usize,
    stretches: Vec<Stretch>,
    /// The opening brackets that may yet be those of a link, as places in `stretches`.
    brackets: Vec<usize>,
    /// The ends of the runs of backticks by their length, the last first.
    backticks: HashMap<usize, Vec<usize>>,
}

impl<'a> Cutter<'a> {
    fn new(markdown: &'a str) -> Self {
        Cutter {
            markdown,
            at: 0,
            stretches: Vec::new(),
            brackets: Vec::new(),
            backticks: backtick_runs(markdown),
        }
    }

    fn rest(&self) -> &'a str {
        self.markdown.get(self.at..).unwrap_or_default()
    }

    /// Goes past so many bytes.
    fn add(&mut self, length: usize, code: bool) {
        self.at += length;
        self.stretches.push(Stretch { end: self.at, code });
    }

    fn step(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '[' => self.open_bracket(rest),
            '!' if rest.starts_with("![")
                && footnote(rest.get(1..).unwrap_or_default()).is_none() =>
            {
                self.brackets.push(self.stretches.len());
                self.add(2, false);
            }
            ']' => self.close_bracket(rest),
            _ => match self.code(c, rest) {
                Some(length) => self.add(length, true),
                None => self.add(plain(c, rest), false),
            },
        }
    }

    fn open_bracket(&mut self, rest: &str) {
        match footnote(rest) {
            Some(length) => self.add(length, true),
            None => {
                self.brackets.push(self.stretches.len());
                self.add(1, false);
            }
        }
    }

    fn close_bracket(&mut self, rest: &str) {
        let open = self.brackets.pop();
        let found = open.and_then(|open| Some((open, tail(rest)?)));
        let Some((open, tail)) = found else {
            return self.add(1, false);
        };
        if let Some(stretch) = self.stretches.get_mut(open) {
            stretch.code = true;
        }
        self.add(tail.before_title, true);
        if tail.title > 0 {
            self.add(tail.title, false);
            self.add(tail.after_title, true);
        }
    }

    /// The length of the code that begins here, if one does.
    fn code(&mut self, c: char, rest: &str) -> Option<usize> {
        match c {
            '\\' => escape(rest),
            '`' => self.code_span(rest),
            '<' => tag(rest),
            '&' => entity(rest),
            '*' | '_' | '~' => self.emphasis(c, rest),
            '\n' | '\r' | ' ' | '\t' => line_end(rest),
            'h' | 'H' | 'w' | 'W' => {
                let before = self.before();
                let word = before.is_some_and(char::is_alphanumeric);
                bare_address(rest).filter(|_| !word)
            }
            _ => None,
        }
    }

    fn before(&self) -> Option<char> {
        let before = self.markdown.get(..self.at).unwrap_or_default();
        before.chars().next_back()
    }

    fn code_span(&mut self, rest: &str) -> Option<usize> {
        let run = run(rest, '`');
        let ends = self.backticks.get_mut(&run)?;
        // What lies behind is not asked for again, so each run is looked at once.
        while ends.last().is_some_and(|end| *end <= self.at + run) {
            ends.pop();
        }
        ends.last().map(|end| end - self.at)
    }

    /// A mark of emphasis: not between two spaces, and for `_` not within a word.
    fn emphasis(&self, c: char, rest: &str) -> Option<usize> {
        let length = run(rest, c);
        let after = rest.get(length..).and_then(|after| after.chars().next());
        let (before, open) = (self.before(), |side: Option<char>| {
            side.is_none_or(char::is_whitespace)
        });
        let word = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
        let marks = match c {
            '~' => length == 2,
            '_' => !(word(before) && word(after)),
            _ => true,
        };
        (marks && !(open(before) && open(after))).then_some(length)
    }

    fn pieces(self) -> Vec<Piece> {
        let (mut pieces, mut start, mut codes) = (Vec::new(), 0, 0);
        for Stretch { end, code } in self.stretches {
            let stretch = self.markdown.get(start..end).unwrap_or_default().to_owned();
            start = end;
            match pieces.last_mut() {
                _ if code => {
                    codes += 1;
                    pieces.push(Piece::Code {
                        id: codes.to_string(),
                        data: Some(stretch),
                    });
                }
                Some(Piece::Text(before)) => before.push_str(&stretch),
                _ => pieces.push(Piece::Text(stretch)),
            }
        }
        pieces
    }
}

/// The ends of all runs of backticks by their length, the last first.
fn backtick_runs(markdown: &str) -> HashMap<usize, Vec<usize>> {
    let mut runs: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut at = 0;
    while let Some(found) = markdown.get(at..).and_then(|rest| rest.find('`')) {
        let start = at + found;
        let length = run(markdown.get(start..).unwrap_or_default(), '`');
        at = start + length;
        runs.entry(length).or_default().push(at);
    }
    for ends in runs.values_mut() {
        ends.reverse();
    }
    runs
}

/// How many of a character the text begins with.
fn run(text: &str, c: char) -> usize {
    text.len() - text.trim_start_matches(c).len()
}

/// How much plain text begins here: what is looked at as a whole is passed as a whole.
fn plain(c: char, rest: &str) -> usize {
    match c {
        '`' | '*' | '_' | '~' => run(rest, c),
        ' ' | '\t' => rest.len() - rest.trim_start_matches([' ', '\t']).len(),
        c => c.len_utf8(),
    }
}

fn escape(rest: &str) -> Option<usize> {
    let escaped = rest.get(1..)?;
    match escaped.chars().next()? {
        c if c.is_ascii_punctuation() => Some(2),
        '\n' | '\r' => Some(1 + line_end(escaped)?),
        _ => None,
    }
}

/// The end of a line, with the spaces before it and what stands before the next line's text.
fn line_end(rest: &str) -> Option<usize> {
    let end = rest.trim_start_matches([' ', '\t']);
    if !end.starts_with(['\n', '\r']) {
        return None;
    }
    let next = end.trim_start_matches(['\n', '\r', ' ', '\t', '>']);
    Some(rest.len() - next.len())
}

/// An HTML tag, or an address in angle brackets.
fn tag(rest: &str) -> Option<usize> {
    let inside = rest.get(1..)?;
    let begins = inside.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
    let end = inside.find(['<', '>'])?;
    let closed = inside.get(end..)?.starts_with('>');
    (begins && closed && !inside.get(..end)?.contains('\n')).then_some(end + 2)
}

/// A character reference of HTML.
fn entity(rest: &str) -> Option<usize> {
    let name = rest.get(1..)?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#')?;
    let named = (2..=32).contains(&end) && name.get(end..)?.starts_with(';');
    named.then_some(end + 2)
}

/// The mark of a footnote.
fn footnote(rest: &str) -> Option<usize> {
    let label = rest.strip_prefix("[^")?;
    let end = label.find(|c: char| c == ']' || c == '[' || c.is_whitespace())?;
    let closed = label.get(end..)?.starts_with(']');
    ((1..=100).contains(&end) && closed).then_some(end + 3)
}
