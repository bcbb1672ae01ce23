//! The newsroom that writes all this: one batch of articles after the other.

use super::choices::Choices;
use super::discussion::Subject;
use super::language::Language;
use super::life::Life;
use super::popularity::Popularity;
use super::random::Random;
use super::rows::{ArticleTag, Batch};
use super::setting::Setting;
use super::slugs::Slugs;
use super::story::Story;
use super::tags::Tags;
use super::timetable::Timetable;
use super::vocabulary::Vocabulary;

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) articles: usize,
    pub(super) comments: u64,
    pub(super) seed: u64,
}

impl Order {
    /// The `external_id` of one of its articles.
    pub(super) fn external_id(self, article: usize) -> String {
        format!("generated:{}:{article}", self.seed)
    }
}

/// Who writes it.
pub(super) struct Newsroom<'v> {
    order: Order,
    words: &'v Vocabulary,
    settings: &'v Choices<Setting<'v>>,
    timetable: Timetable,
    popularity: Popularity,
    tags: Tags,
    slugs: Slugs,
}

/// The settings of an order: one for twenty articles, and not so many that rendering them would be what
/// takes the time.
pub(super) fn settings(order: Order, words: &Vocabulary) -> Choices<Setting<'_>> {
    let setting = |which| Setting::any(words, &mut Random::new(order.seed, "setting", which));
    let many = u64::try_from(order.articles / 20).unwrap_or(u64::MAX);
    Choices::new(setting(0), (1..many.clamp(30, 1000)).map(setting))
}

impl<'v> Newsroom<'v> {
    pub(super) fn new(
        order: Order,
        words: &'v Vocabulary,
        settings: &'v Choices<Setting<'v>>,
        tags: Tags,
        slugs: Slugs,
    ) -> Self {
        Newsroom {
            order,
            words,
            settings,
            timetable: Timetable::new(order.articles),
            popularity: Popularity::new(order.seed, order.articles, order.comments),
            tags,
            slugs,
        }
    }

    /// Writes these articles; batches are written in their order.
    pub(super) fn batch(&mut self, articles: std::ops::Range<usize>) -> Batch {
        let mut batch = Batch::default();
        for article in articles {
            self.report(article, &mut batch);
        }
        batch
    }

    fn report(&mut self, article: usize, batch: &mut Batch) {
        let which = u64::try_from(article).unwrap_or_default();
        let random = &mut Random::new(self.order.seed, "article", which);
        let begun_at = self.timetable.begin_of(article, random);
        let setting = random.one(self.settings);
        let story = Story::new(article, begun_at, setting, self.words, random);
        let row = story.article(self.order.external_id(article), random);
        let tags = story.tags(random);
        let tags = tags.into_iter().filter_map(|name| self.tags.id(name));
        batch
            .article_tags
            .extend((0..).zip(tags).map(|(position, tag_id)| ArticleTag {
                article_id: story.id,
                tag_id,
                position,
            }));
        story.tell(&mut self.slugs, batch);
        let many = self.popularity.share(article);
        let editions: Vec<_> = story.lives.iter().filter_map(edition).collect();
        if let Ok(editions) = editions.try_into() {
            let subject = Subject {
                article: story.id,
                editions,
                per_locale: row.comments_threads == "per_locale",
            };
            batch
                .comments
                .extend(subject.comments(self.words, random, many));
        }
        batch.articles.push(row);
    }
}

fn edition(
    (language, life): &(Language, Life),
) -> Option<(Language, chrono::DateTime<chrono::Utc>)> {
    life.published().map(|(_, since)| (*language, since))
}
