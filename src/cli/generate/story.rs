//! Stories: an article in every language, with all that has become of it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::block::{Block, Body};
use super::facts::{Facts, Person};
use super::language::{Each, Language};
use super::life::{Course, Life};
use super::random::Random;
use super::rows::{self, ACTOR, Batch};
use super::setting::{Passage, Setting};
use super::slugs::Slugs;
use super::vocabulary::Vocabulary;
use crate::translations::NewTranslation;
use crate::translations::text::Seo;

/// A story before it is told in any language.
pub(super) struct Story<'v> {
    pub(super) id: Uuid,
    pub(super) source: Language,
    pub(super) lives: Vec<(Language, Life)>,
    setting: &'v Setting<'v>,
    words: &'v Vocabulary,
    facts: Facts<'v>,
    headline: Each<String>,
    subtitle: Option<&'v Each<String>>,
    summary: Option<&'v Each<String>>,
    picture: &'v Each<String>,
    lead: Passage,
    passages: Vec<&'v Passage>,
    more: Option<&'v Passage>,
    translator: Person<'v>,
}

impl<'v> Story<'v> {
    /// The story of the article with this number, begun at this time.
    pub(super) fn new(
        article: usize,
        begun_at: DateTime<Utc>,
        setting: &'v Setting<'v>,
        words: &'v Vocabulary,
        random: &mut Random,
    ) -> Self {
        let facts = Facts::any(setting.scene, words, random);
        let phrases = &words.phrases;
        let lead = random.one(&phrases.leads);
        let lead = Each::new(|language| Block::new(facts.tell(lead, language)));
        let source = match random.below(100) {
            0..70 => Language::English,
            70..85 => Language::Hindi,
            _ => Language::Marathi,
        };
        let lives = lives(article, source, begun_at, random);
        let corrected = lives
            .iter()
            .any(|(_, life)| life.course == Course::Corrected);
        Story {
            id: random.id(begun_at),
            source,
            lives,
            headline: headline(words, random),
            subtitle: random.percent(60).then(|| random.one(&phrases.subtitles)),
            summary: random.percent(50).then(|| random.one(&phrases.summaries)),
            picture: random.one(&phrases.pictures),
            lead,
            passages: setting.passages(random),
            more: if corrected {
                setting.correction(random)
            } else {
                setting.addition(random)
            },
            translator: Person::any(&words.people, random),
            setting,
            words,
            facts,
        }
    }

    /// The English names of its tags: its beat, what it is about and where, in any order, and now and
    /// then one more.
    pub(super) fn tags(&self, random: &mut Random) -> Vec<&'v str> {
        let scene = &self.setting.scene;
        let place: &str = scene.place.name.of(Language::English);
        let own = [&*scene.beat.topic, &*scene.thing.topic, place];
        let mut tags: Vec<&str> = random.some(&own, 3).into_iter().copied().collect();
        if random.percent(25) {
            let further = random.ranked(&self.words.topics);
            tags.push(further.name.of(Language::English));
        }
        let mut seen = vec![];
        tags.retain(|tag| {
            !seen.contains(tag) && {
                seen.push(*tag);
                true
            }
        });
        tags
    }

    /// Tells it in each of its languages.
    pub(super) fn tell(&self, slugs: &mut Slugs, batch: &mut Batch) {
        let source = self
            .lives
            .iter()
            .find(|(language, _)| *language == self.source);
        for (language, life) in &self.lives {
            let title = self.facts.tell(&self.headline, *language);
            let slug = slugs.claim(*language, &title).map(String::from);
            // Every headline has letters; the number of the article would do as well.
            let slug = slug.unwrap_or_else(|| self.id.simple().to_string());
            for (number, version) in life.versions() {
                let mut revision = self.revision(*language, number, &title, &slug);
                revision.based_on_revision = version.based_on;
                revision.created_at = version.saved_at;
                revision.published_at = version.published_at;
                if version.published_at.is_none() {
                    revision.body_html = None;
                }
                batch.revisions.push(revision);
            }
            let published = life.published();
            let stale_since = source.and_then(|(_, source)| life.stale_since(source));
            batch.slugs.push(rows::Slug {
                locale: language.code(),
                slug: slug.clone(),
                article_id: self.id,
                published_at: life.first.published_at,
            });
            batch.translations.push(rows::Translation {
                article_id: self.id,
                locale: language.code(),
                source_locale: self.source.code(),
                slug,
                title,
                status: life.status.name(),
                revision: life.versions().count().try_into().unwrap_or(1),
                based_on_revision: life.newest().based_on,
                version: life.changes(),
                published_revision: published.map(|(number, _)| number),
                published_at: published.and(life.first.published_at),
                first_published_at: life.first.published_at,
                republished_at: published.map(|(_, since)| since),
                publish_at: life.publish_at,
                stale_since,
                created_at: life.first.saved_at,
                updated_at: life.updated_at(),
            });
        }
    }

    fn revision(&self, language: Language, number: i32, title: &str, slug: &str) -> rows::Revision {
        let mut blocks = vec![self.lead.of(language)];
        blocks.extend(self.passages.iter().map(|passage| passage.of(language)));
        blocks.extend(
            self.more
                .filter(|_| number > 1)
                .map(|more| more.of(language)),
        );
        let body = Body::of(&blocks);
        let tell = |pattern| self.facts.tell(pattern, language);
        let picture = tell(self.picture);
        let translators = (language != self.source).then(|| self.translator.name(language));
        let words = NewTranslation {
            title: title.to_owned(),
            subtitle: self.subtitle.map(tell),
            dateline: Some(self.setting.scene.place.name.of(language).clone()),
            summary: self.summary.map(tell),
            body: body.markdown,
            slug: None,
            seo: Seo::default(),
            lead_image_alt: Some(picture.clone()),
            lead_image_caption: Some(picture),
            translators: translators.into_iter().collect(),
            based_on_revision: None,
        };
        rows::Revision {
            article_id: self.id,
            locale: language.code(),
            number,
            slug: slug.to_owned(),
            digest: words.digest(slug),
            title: words.title,
            subtitle: words.subtitle,
            dateline: words.dateline,
            summary: words.summary,
            excerpt: body.excerpt,
            body: words.body,
            body_html: Some(body.html),
            lead_image_alt: words.lead_image_alt,
            lead_image_caption: words.lead_image_caption,
            translators: words.translators,
            word_count: body.word_count,
            based_on_revision: None,
            actor: ACTOR,
            created_at: DateTime::UNIX_EPOCH,
            published_at: None,
        }
    }

    /// What is the same in every language.
    pub(super) fn article(&self, external_id: String, random: &mut Random) -> rows::Article {
        let authors = 1 + usize::from(random.percent(20));
        let author = |_| Person::any(&self.words.people, random).name(Language::English);
        let updated = self.lives.iter().map(|(_, life)| life.updated_at());
        let begun_at = self.lives.iter().map(|(_, life)| life.first.saved_at).min();
        let created_at = begun_at.unwrap_or_default();
        let mut translated_into: Vec<_> = self.lives.iter().map(|(of, _)| of.code()).collect();
        translated_into.sort_unstable();
        rows::Article {
            id: self.id,
            external_id,
            source_locale: self.source.code(),
            authors: (0..authors).map(author).collect(),
            lead_image: self.image(),
            metadata: json!({"desk": self.setting.scene.beat.topic.to_lowercase()}),
            comments_open: !random.percent(3),
            comments_threads: if random.percent(10) {
                "per_locale"
            } else {
                "shared"
            },
            version: 1 + self
                .lives
                .iter()
                .map(|(_, life)| life.changes())
                .sum::<i64>(),
            created_at,
            updated_at: updated.max().unwrap_or(created_at),
            translated_into,
        }
    }

    fn image(&self) -> Value {
        let name = self.id.simple();
        json!({
            "url": format!("https://images.example/{name}.jpg"), "alt": null, "caption": null,
            "credit": self.setting.scene.other.name(Language::English), "width": 1600, "height": 900,
        })
    }
}

/// A pattern, most often of two parts.
fn headline(words: &Vocabulary, random: &mut Random) -> Each<String> {
    let first = random.one(&words.phrases.headlines);
    let more = random.one(&words.phrases.afterthoughts);
    let both = random.percent(75);
    Each::new(|language| match first.of(language) {
        first if both => format!("{first}; {}", more.of(language)),
        first => first.clone(),
    })
}

/// What became of it in its own language, and in the others.
fn lives(
    article: usize,
    source: Language,
    begun_at: DateTime<Utc>,
    random: &mut Random,
) -> Vec<(Language, Life)> {
    let own = Life::new(Course::of_source(article), begun_at, None, random);
    let mut lives = vec![];
    let others = Language::ALL
        .into_iter()
        .filter(|language| *language != source);
    for (which, language) in others.enumerate() {
        let course = Course::of_translation(article, which, random);
        let begun_at = own.first.published_at.unwrap_or(begun_at) + random.minutes(30, 1400);
        if course != Course::Missing {
            lives.push((language, Life::new(course, begun_at, Some(&own), random)));
        }
    }
    lives.insert(0, (source, own));
    lives
}
