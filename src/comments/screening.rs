//! What becomes of a comment before anyone has read it.

use super::text::NewComment;
use crate::values::blocked::BlockedWord;
use crate::values::search::words;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Screening<'s> {
    /// Whether comments wait for a moderator anyway.
    pub premoderation: bool,
    /// How many links one may have that does not wait.
    pub max_links: u16,
    /// Words that make one wait.
    pub blocked_words: &'s [BlockedWord],
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screened {
    /// `approved`, `pending` or `spam`.
    pub status: &'static str,
    /// Why it is held back; empty when it is not.
    pub held_for: Vec<&'static str>,
}

impl Screened {
    /// Seen at once.
    pub fn approved() -> Self {
        Screened {
            status: "approved",
            held_for: vec![],
        }
    }

    /// Whether it waits for no other reason than that all do.
    pub fn waits_as_all_do(&self) -> bool {
        self.held_for == ["premoderation"]
    }

    /// Why it is held back, as it is kept.
    pub fn reasons(&self) -> Vec<String> {
        self.held_for.iter().map(|&why| why.to_owned()).collect()
    }

    /// Not seen, and an advertisement.
    pub fn spam(reason: &'static str) -> Self {
        Screened {
            status: "spam",
            held_for: vec![reason],
        }
    }

    /// The same, but waiting for this reason too.
    #[must_use]
    pub fn held(mut self, reason: &'static str) -> Self {
        if self.status == "approved" {
            self.status = "pending";
        }
        self.held_for.push(reason);
        self
    }
}

impl Screening<'_> {
    /// What becomes of a guest's comment in this language.
    pub fn screen(&self, new: &NewComment, locale: &str) -> Screened {
        if new.website_confirm.is_some() {
            return Screened::spam("honeypot");
        }
        self.screen_words(&new.author_name, &new.body, locale)
    }

    /// What becomes of one that says this.
    pub fn screen_words(&self, author_name: &str, body: &str, locale: &str) -> Screened {
        let own = words(author_name).chain(words(body));
        let own: Vec<String> = own.map(|word| word.folded).collect();
        let blocked = |word: &BlockedWord| word.stands_in(&own, locale);
        let reasons = [
            (self.premoderation, "premoderation"),
            (links(body) > usize::from(self.max_links), "links"),
            (self.blocked_words.iter().any(blocked), "blocked_word"),
        ];
        let held = reasons.into_iter().filter(|(holds, _)| *holds);
        held.fold(Screened::approved(), |screened, (_, reason)| {
            screened.held(reason)
        })
    }
}

/// How many web addresses stand in a text, whether they become links or not.
fn links(body: &str) -> usize {
    let body = body.to_lowercase();
    let count = |what: &str| body.matches(what).count();
    count("://") + count("www.") - count("://www.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Screening, links};

    #[test]
    fn addresses_are_counted_once_each() {
        assert_eq!(links("no link: a/b, 1:2"), 0);
        assert_eq!(
            links("[a](https://a.example) HTTP://WWW.B.EXAMPLE www.c.example"),
            3
        );
    }

    #[test]
    fn a_comment_waits_for_every_reason_there_is() {
        let blocked = ["casino".parse().unwrap()];
        let screening = Screening {
            premoderation: false,
            max_links: 1,
            blocked_words: &blocked,
        };
        let held = |body: &str| screening.screen_words("Meera", body, "en").held_for;
        assert!(held("https://a.example").is_empty());
        assert_eq!(held("https://a.example https://b.example"), ["links"]);
        assert_eq!(
            held("Casino https://a.example www.b.example"),
            ["links", "blocked_word"]
        );
        let all = Screening {
            premoderation: true,
            ..screening
        };
        assert!(all.screen_words("Meera", "Hello", "en").waits_as_all_do());
        assert!(!all.screen_words("Casino", "Hello", "en").waits_as_all_do());
    }
}
