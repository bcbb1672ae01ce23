//! Headlines to suggest while a reader types.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::matches::Column;
use super::ways::{self, Asked, lexeme};
use super::{Found, Search};
use crate::db::Reader;
use crate::error::Result;
use crate::values::negotiation::Negotiation;
use crate::values::search::skeletons;

/// How many editions are looked through before the index is asked. One letter begins so many words that
/// the first few dozen give enough; what does not give enough among so many is rare.
const LOOKS: i32 = 2_000;

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
        let Some(query) = beginning(&self.query.plain()) else {
            return Ok(vec![]);
        };
        let locales = ways::locales(&reader, negotiation).await?;
        let asked: Vec<Asked> = locales
            .into_iter()
            .map(|locale| Asked::unknown(locale, query.clone(), LOOKS))
            .collect();
        let ways = asked.clone();
        let mut found = self
            .by_key(&reader, negotiation, ways, Column::TitleWords)
            .await?;
        if found.is_empty() {
            found = self.alike(&reader, negotiation, &asked, true).await?;
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
    let spellings = |word: &String, star: &str| {
        let mut spellings = vec![word.clone()];
        if word.is_ascii() {
            spellings.extend(skeletons(word));
        }
        spellings.dedup();
        let spellings = spellings.iter().filter(|spelling| !spelling.is_empty());
        let spellings = spellings.map(|spelling| lexeme(spelling) + star);
        format!("({})", spellings.collect::<Vec<_>>().join(" | "))
    };
    let mut all: Vec<String> = whole.iter().map(|word| spellings(word, "")).collect();
    all.push(spellings(last, ":*"));
    Some(all.join(" & "))
}
