//! What changed between two texts, word by word.

mod alignment;
mod words;

use std::iter::from_fn;

use serde::Serialize;
use utoipa::ToSchema;

use alignment::align;
use words::{Word, words};

/// What became of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It stands in both texts.
    Equal,
    /// It stands in the newer text only.
    Insert,
    /// It stands in the older text only.
    Delete,
}

/// A passage that two texts share, or that only one of them has.
///
/// The `equal` and `delete` passages joined are the older text, the `equal` and `insert` passages the
/// newer one. A `delete` comes before the `insert` that stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// Whether both texts have it, or which of them.
    pub op: Op,
    /// The passage: whole words, whole grapheme clusters, never empty.
    #[schema(min_length = 1, max_length = 1_048_576, example = "पुराना पुल")]
    pub text: String,
}

/// The passages that make `to` out of `from`, in reading order.
///
/// Words are those of UAX #29, none of them beginning or ending inside a grapheme cluster, and every
/// line break is one. Blanks are not compared as words: those between two changed words change with
/// them, so that a new sentence in place of another is one `delete` and one `insert`. Line breaks that
/// stay keep the paragraphs on both sides of them apart.
///
/// The result is always right, the same each time, and the shortest or nearly so; two texts of 512 KiB
/// made to be costly to compare take about a second.
pub fn diff(from: &str, to: &str) -> Vec<Change> {
    let (from, to) = (words(from), words(to));
    let alignment = align(&from, &to);
    let mut from = from.iter().zip(alignment.deleted).peekable();
    let mut to = to.iter().zip(alignment.inserted).peekable();
    let mut changes = Changes::default();
    loop {
        let deleted: Vec<_> = from_fn(|| from.next_if(|(_, deleted)| *deleted)).collect();
        let inserted: Vec<_> = from_fn(|| to.next_if(|(_, inserted)| *inserted)).collect();
        // The last words are empty, and match.
        let (Some((old, _)), Some((new, _))) = (from.next(), to.next()) else {
            return changes.0;
        };
        changes.replace(
            &Passage::new(&deleted, old.before),
            &Passage::new(&inserted, new.before),
        );
        changes.push(Op::Equal, old.text);
    }
}

/// What stands between two words that both texts have.
struct Passage {
    text: String,
    /// How many bytes of blanks it begins with.
    leading: usize,
    /// How many bytes of blanks it ends with.
    trailing: usize,
}

impl Passage {
    fn new(words: &[(&Word<'_>, bool)], trailing: &str) -> Self {
        let mut text: String = words
            .iter()
            .flat_map(|(word, _)| [word.before, word.text])
            .collect();
        text.push_str(trailing);
        Passage {
            text,
            leading: words
                .first()
                .map_or(trailing, |(word, _)| word.before)
                .len(),
            trailing: trailing.len(),
        }
    }

    fn leading(&self) -> &str {
        self.text.get(..self.leading).unwrap_or_default()
    }

    /// The blanks at the end, without those among the first `taken` bytes.
    fn trailing(&self, taken: usize) -> &str {
        let start = self.text.len().saturating_sub(self.trailing).max(taken);
        self.text.get(start..).unwrap_or_default()
    }
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    /// One passage in place of another. The blanks that both begin or end with stay.
    fn replace(&mut self, old: &Passage, new: &Passage) {
        let start = shared(old.leading().chars(), new.leading().chars());
        let end = shared(
            old.trailing(start).chars().rev(),
            new.trailing(start).chars().rev(),
        );
        let within = |passage: &Passage| start..passage.text.len().saturating_sub(end);
        let part = |op, text: Option<&str>| (op, text.unwrap_or_default().to_owned());
        for (op, text) in [
            part(Op::Equal, old.text.get(..start)),
            part(Op::Delete, old.text.get(within(old))),
            part(Op::Insert, new.text.get(within(new))),
            part(Op::Equal, old.text.get(within(old).end..)),
        ] {
            self.push(op, &text);
        }
    }

    fn push(&mut self, op: Op, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.op == op => last.text.push_str(text),
            _ => self.0.push(Change {
                op,
                text: text.to_owned(),
            }),
        }
    }
}

/// How many bytes long the characters are that both begin with.
fn shared(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c.len_utf8())
        .sum()
}

#[cfg(test)]
mod tests;
