//! Headlines to suggest while a reader types.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::latin::spellings;
use super::matches::Column;
use super::ways::{self, Asked};
use super::{Found, Search};
use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::values::negotiation::Negotiation;
use crate::values::search::lexeme;

/// How many editions are looked through before the index is asked. What does not give enough among so many
/// is rare.
const LOOKS: i32 = 2_000;
/// Fewer letters begin so many words that only those editions are looked through.
const TELLING: usize = 3;

/// A headline that has the words typed so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestion {
    /// The article's id.
    id: Uuid,
    /// The edition's slug.
    #[schema(max_length = 120, example = "old-bridge-reopens")]
    slug: String,
    /// Its headline.
    #[schema(max_length = 300, example = "The old bridge reopens")]
    title: String,
    /// Its language.
    #[schema(max_length = 35, example = "en")]
    locale: String,
}

impl Search {
    /// The newest editions whose titles have all the words, and one that begins with the last; where there
    /// are none, those with words like them.
    ///
    /// # Errors
    /// As [`Search::load`].
    pub async fn suggest(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
    ) -> Result<Vec<Suggestion>> {
        let reader = reader.searching();
        let words = self.query.plain();
        let Some(query) = beginning(&words) else {
            return Ok(vec![]);
        };
        let locales = ways::locales(&reader, negotiation).await?;
        let is_short = words
            .last()
            .is_some_and(|last| last.chars().count() < TELLING);
        let asked = locales.iter().map(|locale| {
            let asked = Asked::unknown(locale.clone(), query.clone(), LOOKS);
            if is_short { asked.nearby() } else { asked }
        });
        let asked = asked.collect();
        let but = Statement::new("");
        let mut found = self
            .by_key(&reader, negotiation, asked, Column::TitleWords, but)
            .await?;
        if found.is_empty() {
            found = self.alike(&reader, negotiation, locales, true).await?;
        }
        Ok(found.into_iter().map(Suggestion::from).collect())
    }
}

impl From<Found> for Suggestion {
    fn from(found: Found) -> Self {
        Suggestion {
            id: found.edition.article_id,
            slug: found.edition.slug,
            title: found.edition.title,
            locale: found.edition.locale,
        }
    }
}

/// The query for titles with these words, of which the last is perhaps begun only. A word is looked for as it
/// is, and in Latin letters also as it sounds.
fn beginning(words: &[String]) -> Option<String> {
    let (last, whole) = words.split_last()?;
    let any = |word: &String, star: &str| {
        let forms = match word.is_ascii() {
            true => spellings(word),
            false => vec![word.clone()],
        };
        let forms = forms.iter().map(|form| lexeme(form) + star);
        format!("({})", forms.collect::<Vec<_>>().join(" | "))
    };
    let mut all: Vec<String> = whole.iter().map(|word| any(word, "")).collect();
    all.push(any(last, ":*"));
    Some(all.join(" & "))
}
