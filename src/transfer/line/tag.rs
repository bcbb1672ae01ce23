//! A tag on a line.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::tags::model::{NewTag, NewTagTranslation};
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;
use crate::values::slug::Slug;

/// The most languages that anything may be in.
pub const MOST_LOCALES: usize = 500;

/// A tag, in all languages.
#[derive(Debug, Clone, PartialEq)]
pub struct TagLine {
    /// Its id.
    pub id: Option<Uuid>,
    /// What it is in its own language.
    pub tag: NewTag,
    /// Words that lead to it since it was renamed or merged.
    pub former_slugs: Vec<Slug>,
    /// What it is called in other languages.
    pub translations: Vec<(Locale, NewTagTranslation)>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

impl TagLine {
    /// Its slug, given or made from its name.
    pub fn slug(&self) -> Option<Slug> {
        let given = self.tag.slug.clone();
        given.or_else(|| Slug::from_title(&self.tag.name))
    }
}

impl Decode for TagLine {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let translations =
            fields.objects_by_name("translations", MOST_LOCALES, |locale, fields| {
                let new = NewTagTranslation::decode(fields);
                locale.parse::<Locale>().ok().map(|locale| (locale, new))
            });
        let translations = translations.unwrap_or_default();
        if translations.iter().any(Option::is_none) {
            let detail = "takes language tags (BCP 47) as names of its members";
            fields.fault("translations", "malformed_locale", detail);
        }
        TagLine {
            id: fields.parsed("id", "malformed_id"),
            tag: NewTag::decode(fields),
            former_slugs: fields
                .parsed_list("former_slugs", 1000, "invalid_slug")
                .unwrap_or_default(),
            translations: translations.into_iter().flatten().collect(),
            created_at: fields.time("created_at"),
            updated_at: fields.time("updated_at"),
        }
    }
}
