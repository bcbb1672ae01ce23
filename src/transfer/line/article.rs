//! An article on a line, in all its languages.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::RevisionLine;
use super::tag::MOST_LOCALES;
use crate::articles::NewArticle;
use crate::translations::Status;
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;
use crate::values::slug::Slug;

/// The most earlier revisions, former slugs and addresses of a translation.
const MOST: usize = 1000;

/// An article, in all its languages.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleLine {
    /// Its id.
    pub id: Option<Uuid>,
    /// What is the same in every language.
    pub article: NewArticle,
    /// The language that it was written in.
    pub source_locale: String,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// When it went to the trash.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Its languages, the source first.
    pub translations: Vec<TranslationLine>,
}

/// An article in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslationLine {
    /// The language.
    pub locale: String,
    /// The working copy's words.
    pub head: RevisionLine,
    /// A slug to be had if it is free.
    pub preferred_slug: Option<Slug>,
    /// The working copy's state.
    pub status: Status,
    /// When it is to come to readers.
    pub publish_at: Option<DateTime<Utc>>,
    /// When it is to be taken from them.
    pub unpublish_at: Option<DateTime<Utc>>,
    /// When readers got it.
    pub published_at: Option<DateTime<Utc>>,
    /// When they first did.
    pub first_published_at: Option<DateTime<Utc>>,
    /// When they got the words that they have.
    pub republished_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// What readers have, where that is another text than the working copy.
    pub published: Option<RevisionLine>,
    /// Earlier words that something else leans on.
    pub revisions: Vec<RevisionLine>,
    /// Slugs that once led to it.
    pub former_slugs: Vec<Slug>,
    /// Where it stood before it came here.
    pub former_addresses: Vec<String>,
}

impl ArticleLine {
    /// The language that it was written in.
    pub fn source(&self) -> Option<&TranslationLine> {
        self.translations.first()
    }
}

impl TranslationLine {
    /// What readers have.
    pub fn shown(&self) -> Option<&RevisionLine> {
        let working = (self.status == Status::Published).then_some(&self.head);
        self.published.as_ref().or(working)
    }

    /// The number of its newest words.
    pub fn revision(&self) -> i32 {
        self.head.number.unwrap_or(1)
    }

    /// All its revisions, the newest first.
    pub fn all_revisions(&self) -> impl Iterator<Item = &RevisionLine> {
        [&self.head]
            .into_iter()
            .chain(&self.published)
            .chain(&self.revisions)
    }

    /// Lets what was to happen by now have happened.
    fn settle(&mut self, now: DateTime<Utc>) {
        if self.status == Status::Scheduled && self.publish_at.is_some_and(|time| time <= now) {
            self.status = Status::Published;
            self.published = None;
            self.publish_at = None;
        }
        if self.unpublish_at.is_some_and(|time| time <= now) {
            self.unpublish_at = None;
            self.published = None;
            if self.status == Status::Published {
                self.status = Status::Draft;
            }
        }
    }
}

impl Decode for ArticleLine {
    fn decode(fields: &mut Fields<'_>) -> Self {
        fields.demand("source_locale");
        fields.demand("translations");
        let source: Option<Locale> = fields.parsed("source_locale", "malformed_locale");
        let mut translations = read_translations(fields);
        if let Some(source) = &source {
            translations.sort_by_key(|translation| translation.locale != source.as_str());
            check_source(fields, &translations, source);
        }
        let now = Utc::now();
        translations.iter_mut().for_each(|one| one.settle(now));
        ArticleLine {
            id: fields.parsed("id", "malformed_id"),
            article: NewArticle::decode(fields),
            source_locale: source.map(String::from).unwrap_or_default(),
            created_at: fields.time("created_at"),
            updated_at: fields.time("updated_at"),
            deleted_at: fields.time("deleted_at"),
            translations,
        }
    }
}

/// A list of them, or an object by locale.
fn read_translations(fields: &mut Fields<'_>) -> Vec<TranslationLine> {
    let read = if fields.is_object("translations") {
        fields.objects_by_name("translations", MOST_LOCALES, |name, fields| {
            let given = fields.parsed("locale", "malformed_locale");
            TranslationLine::read(fields, name.parse().ok().or(given))
        })
    } else {
        fields.objects("translations", MOST_LOCALES, |fields| {
            fields.demand("locale");
            let locale = fields.parsed("locale", "malformed_locale");
            TranslationLine::read(fields, locale)
        })
    };
    let read: Vec<TranslationLine> = read.unwrap_or_default();
    let mut locales: Vec<&str> = read.iter().map(|one| one.locale.as_str()).collect();
    locales.sort_unstable();
    if locales.windows(2).any(|pair| pair.first() == pair.last()) {
        fields.fault("translations", "repeated", "takes each locale once");
    }
    read
}

fn check_source(fields: &mut Fields<'_>, translations: &[TranslationLine], source: &Locale) {
    let Some(original) = translations
        .first()
        .filter(|first| first.locale == source.as_str())
    else {
        let detail = "has to hold the one in the source_locale";
        return fields.fault("translations", "required", detail);
    };
    if original
        .all_revisions()
        .any(|one| one.words.based_on_revision.is_some())
    {
        let detail = "the source follows no other text: it takes no based_on_revision";
        fields.fault("translations", "invalid", detail);
    }
    let newest = original.revision();
    let follows = translations
        .iter()
        .flat_map(|one| one.head.words.based_on_revision);
    if follows.max() > Some(newest) {
        let detail = format!("a based_on_revision names none of the source's {newest} revisions");
        fields.fault("translations", "unknown_revision", detail);
    }
}

impl TranslationLine {
    fn read(fields: &mut Fields<'_>, locale: Option<Locale>) -> Self {
        let read = TranslationLine {
            locale: locale.map(String::from).unwrap_or_default(),
            head: RevisionLine::decode(fields),
            preferred_slug: fields
                .line("preferred_slug", 1000)
                .and_then(|text| text.parse().ok().or_else(|| Slug::from_title(&text))),
            status: read_status(fields),
            publish_at: fields.time("publish_at"),
            unpublish_at: fields.time("unpublish_at"),
            published_at: fields.time("published_at"),
            first_published_at: fields.time("first_published_at"),
            republished_at: fields.time("republished_at"),
            created_at: fields.time("created_at"),
            updated_at: fields.time("updated_at"),
            published: fields.object("published", RevisionLine::decode),
            revisions: fields
                .objects("revisions", MOST, RevisionLine::decode)
                .unwrap_or_default(),
            former_slugs: fields
                .parsed_list("former_slugs", MOST, "invalid_slug")
                .unwrap_or_default(),
            former_addresses: fields
                .lines("former_addresses", MOST, 2048)
                .unwrap_or_default(),
        };
        read.check(fields);
        read
    }

    fn check(&self, fields: &mut Fields<'_>) {
        if (self.status == Status::Scheduled) != self.publish_at.is_some() {
            let detail = "goes with the status scheduled, and only with it";
            fields.fault("publish_at", "invalid", detail);
        }
        if self.status == Status::Archived && self.published.is_some() {
            fields.fault(
                "published",
                "invalid",
                "readers have nothing of what is archived",
            );
        }
        if self.unpublish_at.is_some() && self.shown().is_none() && self.publish_at.is_none() {
            let detail = "takes a time only where readers have it, or are to have it";
            fields.fault("unpublish_at", "invalid", detail);
        }
        let number = self.revision();
        let mut earlier: Vec<Option<i32>> =
            self.all_revisions().skip(1).map(|one| one.number).collect();
        earlier.sort_unstable();
        let known = earlier
            .iter()
            .all(|one| one.is_some_and(|one| one < number));
        if !known || earlier.windows(2).any(|pair| pair.first() == pair.last()) {
            let detail = "earlier words need numbers of their own below the newest";
            fields.fault("revision", "invalid", detail);
        }
    }
}

fn read_status(fields: &mut Fields<'_>) -> Status {
    let Some(name) = fields.line("status", 20) else {
        return Status::Draft;
    };
    let known = Status::ALL.into_iter().find(|status| status.name() == name);
    known.unwrap_or_else(|| {
        let names = Status::ALL.map(Status::name).join(", ");
        fields.fault("status", "invalid", format!("takes {names}"));
        Status::Draft
    })
}
