//! The tags of generated articles: those that are there already under the same slug, and new ones.

use std::collections::HashMap;

use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::copying::copy;
use super::language::{Each, Language};
use super::random::Random;
use super::rows::{Tag, TagHandle, TagTerm, TagTranslation};
use super::timetable::Timetable;
use super::vocabulary::Vocabulary;
use crate::values::slug::Slug;
use crate::values::text::fold;

/// The language that tags are made in.
const OWN: Language = Language::English;

/// The tags, by their English names.
#[derive(Debug, Default)]
pub(super) struct Tags(HashMap<String, Uuid>);

/// Rows of new tags.
#[derive(Debug, Default)]
struct New {
    tags: Vec<Tag>,
    translations: Vec<TagTranslation>,
    handles: Vec<TagHandle>,
    terms: Vec<TagTerm>,
}

impl Tags {
    /// Makes those that are missing, all or none.
    pub(super) async fn prepare(
        client: &mut Client,
        words: &Vocabulary,
        seed: u64,
    ) -> Result<Self, Error> {
        let transaction = client.transaction().await?;
        let found = "select handle, tag_id from tag_handles where kind <> 'translation'";
        let mut addresses: HashMap<String, Uuid> = HashMap::new();
        for row in transaction.query(found, &[]).await? {
            addresses.insert(row.try_get(0)?, row.try_get(1)?);
        }
        let mut taken: Vec<(String, String)> = vec![];
        for row in transaction
            .query("select locale, slug from tag_translations", &[])
            .await?
        {
            taken.push((row.try_get(0)?, row.try_get(1)?));
        }
        let (mut tags, mut new) = (Tags::default(), New::default());
        let mut random = Random::new(seed, "tags", 0);
        let topics = words
            .topics
            .iter()
            .map(|topic| (&topic.name, topic.parent.as_ref()));
        let places = words.places.iter().map(|place| (&place.name, None));
        for (name, parent) in topics.chain(places) {
            let Some(slug) = Slug::from_title(name.of(OWN)).map(String::from) else {
                continue;
            };
            let id = addresses.get(&slug).copied().unwrap_or_else(|| {
                let id = random.id(Timetable::BEGIN);
                new.add(
                    id,
                    name,
                    slug,
                    parent.and_then(|parent| tags.id(parent)),
                    &taken,
                );
                id
            });
            tags.0.insert(name.of(OWN).clone(), id);
        }
        copy(&transaction, &new.tags).await?;
        copy(&transaction, &new.translations).await?;
        copy(&transaction, &new.handles).await?;
        copy(&transaction, &new.terms).await?;
        transaction.commit().await?;
        Ok(tags)
    }

    /// The tag of a topic or a place.
    pub(super) fn id(&self, name: &str) -> Option<Uuid> {
        self.0.get(name).copied()
    }
}

impl New {
    fn add(
        &mut self,
        id: Uuid,
        name: &Each<String>,
        slug: String,
        parent_id: Option<Uuid>,
        taken: &[(String, String)],
    ) {
        let mut terms = vec![fold(name.of(OWN))];
        let mut words = vec![];
        for language in Language::ALL
            .into_iter()
            .filter(|language| *language != OWN)
        {
            let (locale, name) = (language.code(), name.of(language));
            let Some(slug) = Slug::from_title(name).map(String::from) else {
                continue;
            };
            if taken.contains(&(locale.to_owned(), slug.clone())) {
                continue;
            }
            terms.push(fold(name));
            words.push(slug.clone());
            self.translations.push(TagTranslation {
                tag_id: id,
                locale,
                name: name.clone(),
                slug,
            });
        }
        let handle = |handle, kind| TagHandle {
            handle,
            tag_id: id,
            kind,
        };
        self.handles.push(handle(slug.clone(), "slug"));
        self.handles
            .extend(each_once(words).map(|word| handle(word, "translation")));
        self.terms
            .extend(each_once(terms).map(|term| TagTerm { term, tag_id: id }));
        self.tags.push(Tag {
            id,
            slug,
            name: name.of(OWN).clone(),
            locale: OWN.code(),
            parent_id,
        });
    }
}

fn each_once(mut words: Vec<String>) -> impl Iterator<Item = String> {
    words.sort();
    words.dedup();
    words.into_iter()
}
