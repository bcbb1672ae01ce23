//! The words of a translation, as they are written and compared.

use diesel::Queryable;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::values::fields::{Decode, Fields, Unit};
use crate::values::markdown;
use crate::values::slug::Slug;

/// The most bytes of Markdown that a body may have: 512 KiB.
pub const BODY: usize = 512 * 1024;
/// The most characters that a summary may have, written or made.
pub const SUMMARY: usize = 1000;
/// The most characters of a summary made from the body.
pub const EXCERPT: usize = 280;

/// The words of a translation.
#[derive(Debug, Clone, PartialEq, ToSchema)]
#[schema(example = json!({
    "title": "The old bridge reopens", "subtitle": "– City engineer", "dateline": "Pune/ Mumbai",
    "body": "After two monsoons of repairs, the **old bridge** carries buses again.", "slug": "old-bridge-reopens"
}))]
pub struct NewTranslation {
    /// The headline.
    #[schema(min_length = 1, max_length = 300, example = "The old bridge reopens")]
    pub title: String,
    /// The line under it.
    #[schema(max_length = 300, nullable, required = false)]
    pub subtitle: Option<String>,
    /// Where it was reported from.
    #[schema(max_length = 120, nullable, required = false, example = "Pune/ Mumbai")]
    pub dateline: Option<String>,
    /// What it says in a few sentences; left out: made from the body.
    #[schema(max_length = 1000, nullable, required = false)]
    pub summary: Option<String>,
    /// The text, in Markdown (CommonMark with tables and footnotes), up to 512 KiB.
    #[schema(
        max_length = 524_288,
        required = false,
        example = "After two monsoons …"
    )]
    pub body: String,
    /// Its address on the site; left out: kept, or made from the title.
    #[schema(nullable, required = false)]
    pub slug: Option<Slug>,
    /// What search engines are shown instead of title and summary.
    #[schema(required = false)]
    pub seo: Seo,
    /// What the lead image shows, for those who cannot see it.
    #[schema(max_length = 1000, nullable, required = false)]
    pub lead_image_alt: Option<String>,
    /// The line under the lead image.
    #[schema(max_length = 1000, nullable, required = false)]
    pub lead_image_caption: Option<String>,
    /// Who translated it.
    #[schema(max_items = 50, required = false)]
    pub translators: Vec<String>,
    /// The revision of the source that it follows; left out: the newest, when its text changes.
    #[schema(nullable, required = false, minimum = 1)]
    pub based_on_revision: Option<i32>,
}

/// What search engines are shown.
#[derive(Debug, Clone, Default, PartialEq, Queryable, Serialize, ToSchema)]
pub struct Seo {
    /// Instead of the title.
    #[schema(max_length = 300, nullable)]
    pub title: Option<String>,
    /// Instead of the summary.
    #[schema(max_length = 1000, nullable)]
    pub description: Option<String>,
}

impl Decode for Seo {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Seo {
            title: fields.line("title", 300),
            description: fields.line("description", 1000),
        }
    }
}

impl Decode for NewTranslation {
    fn decode(fields: &mut Fields<'_>) -> Self {
        NewTranslation {
            title: fields.required_line("title", 300),
            subtitle: fields.line("subtitle", 300),
            dateline: fields.line("dateline", 120),
            summary: fields
                .text("summary", SUMMARY, Unit::Characters)
                .filter(|text| !text.trim().is_empty()),
            body: fields.text("body", BODY, Unit::Bytes).unwrap_or_default(),
            slug: fields.parsed("slug", "invalid_slug"),
            seo: fields.object("seo", Seo::decode).unwrap_or_default(),
            lead_image_alt: fields.line("lead_image_alt", 1000),
            lead_image_caption: fields.line("lead_image_caption", 1000),
            translators: fields.lines("translators", 50, 120).unwrap_or_default(),
            based_on_revision: fields.integer("based_on_revision", 1..=i32::MAX),
        }
    }
}

impl NewTranslation {
    /// What stands for the summary while none is written.
    pub fn excerpt(&self) -> String {
        markdown::excerpt(&markdown::plain_text(&self.body), EXCERPT)
    }

    /// How many words the body has.
    pub fn word_count(&self) -> i32 {
        i32::try_from(markdown::word_count(&markdown::plain_text(&self.body))).unwrap_or(i32::MAX)
    }

    /// Takes a summary that only repeats what was made from the body for one that is not written: so an
    /// editor who sends back what they read changes nothing.
    pub fn forget_made_summary(&mut self, made: &[&str]) {
        let repeats = self
            .summary
            .as_deref()
            .is_some_and(|summary| made.contains(&summary));
        if repeats {
            self.summary = None;
        }
    }

    /// SHA-256 of the words under this slug: equal digests are equal texts.
    pub fn digest(&self, slug: &str) -> Vec<u8> {
        self.digest_with(slug, self.summary.as_deref())
    }

    /// The same with this summary.
    pub fn digest_with(&self, slug: &str, summary: Option<&str>) -> Vec<u8> {
        let words = json!([
            slug,
            self.title,
            self.subtitle,
            self.dateline,
            summary,
            self.body,
            self.seo,
            self.lead_image_alt,
            self.lead_image_caption,
            self.translators,
        ]);
        Sha256::digest(words.to_string()).to_vec()
    }
}
