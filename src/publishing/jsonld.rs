//! An edition as structured data: a `NewsArticle` of schema.org, in JSON-LD.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Publication;
use super::story::{self, Image, Story};
use crate::document::visible_editions;
use crate::editions::Edition;
use crate::error::{Error, Result};

/// An edition as search engines read it: a `NewsArticle` of schema.org.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewsArticle {
    /// `https://schema.org`.
    #[serde(rename = "@context")]
    #[schema(max_length = 40, example = "https://schema.org")]
    context: &'static str,
    /// `NewsArticle`.
    #[serde(rename = "@type")]
    #[schema(max_length = 40, example = "NewsArticle")]
    kind: &'static str,
    /// The page that shows it.
    main_entity_of_page: WebPage,
    /// Where the readers' site shows it.
    #[schema(
        max_length = 2048,
        example = "https://news.example/en/old-bridge-reopens"
    )]
    url: String,
    /// The headline.
    #[schema(max_length = 300, example = "The old bridge reopens")]
    headline: String,
    /// The line under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, required = false)]
    alternative_headline: Option<String>,
    /// What it says: `seo.description`, else the summary.
    #[schema(max_length = 1000)]
    description: String,
    /// Where it was reported from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 120, required = false)]
    dateline: Option<String>,
    /// Its language.
    #[schema(max_length = 35, example = "en")]
    in_language: String,
    /// When readers first got it.
    date_published: DateTime<Utc>,
    /// When it was last published.
    date_modified: DateTime<Utc>,
    /// Who wrote it; the publication where nobody is named.
    #[schema(max_items = 50)]
    author: Vec<Named>,
    /// Who translated it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, required = false)]
    translator: Vec<Named>,
    /// The picture above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    image: Option<ImageObject>,
    /// Who publishes it.
    publisher: Named,
    /// What its tags are called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, required = false)]
    keywords: Vec<String>,
    /// How many words its body has.
    #[schema(minimum = 0, example = 412)]
    word_count: i32,
    /// `true`.
    is_accessible_for_free: bool,
    /// How many comments are to be seen.
    #[schema(minimum = 0, example = 3)]
    comment_count: i64,
    /// The edition that it was translated from, where readers have that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    translation_of_work: Option<Work>,
    /// The editions that were translated from it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500, required = false)]
    work_translation: Vec<Work>,
}

/// A page of the readers' site.
#[derive(Debug, Serialize, ToSchema)]
struct WebPage {
    /// `WebPage`.
    #[serde(rename = "@type")]
    #[schema(max_length = 40, example = "WebPage")]
    kind: &'static str,
    /// Its address.
    #[serde(rename = "@id")]
    #[schema(max_length = 2048)]
    id: String,
}

/// A person or an organisation.
#[derive(Debug, Serialize, ToSchema)]
struct Named {
    /// `Person` or `Organization`.
    #[serde(rename = "@type")]
    #[schema(max_length = 40, example = "Person")]
    kind: &'static str,
    /// The name.
    #[schema(max_length = 200, example = "A. Deshmukh")]
    name: String,
    /// Where it is on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, required = false)]
    url: Option<String>,
}

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImageObject {
    /// `ImageObject`.
    #[serde(rename = "@type")]
    #[schema(max_length = 40, example = "ImageObject")]
    kind: &'static str,
    /// Where it is.
    #[schema(max_length = 2048)]
    url: String,
    /// Its width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, required = false)]
    width: Option<i32>,
    /// Its height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, required = false)]
    height: Option<i32>,
    /// The line under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, required = false)]
    caption: Option<String>,
    /// What it shows, for those who cannot see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, required = false)]
    description: Option<String>,
    /// Who took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 300, required = false)]
    credit_text: Option<String>,
}

/// The same article in another language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Work {
    /// `NewsArticle`.
    #[serde(rename = "@type")]
    #[schema(max_length = 40, example = "NewsArticle")]
    kind: &'static str,
    /// Where the readers' site shows it.
    #[schema(max_length = 2048)]
    url: String,
    /// Its language.
    #[schema(max_length = 35, example = "hi")]
    in_language: String,
    /// Its headline.
    #[schema(max_length = 300)]
    headline: String,
}

const ARTICLE: &str = "NewsArticle";

impl NewsArticle {
    /// The edition in this form.
    ///
    /// # Errors
    /// When what is stored is damaged.
    pub fn of(edition: &Edition, publication: &Publication<'_>) -> Result<Self> {
        let story = Story::of(edition)?;
        let url = publication.site.address(&edition.locale, &edition.slug);
        let (translation_of_work, work_translation) = works(edition, &story, publication)?;
        Ok(NewsArticle {
            context: "https://schema.org",
            kind: ARTICLE,
            main_entity_of_page: WebPage {
                kind: "WebPage",
                id: url.clone(),
            },
            url,
            headline: edition.title.clone(),
            alternative_headline: story.subtitle,
            description: story.seo.description.unwrap_or(story.summary),
            dateline: story.dateline,
            in_language: edition.locale.clone(),
            date_published: story.first_published_at,
            date_modified: edition.updated_at,
            author: authors(story.authors, publication, &edition.locale),
            translator: story.translators.into_iter().map(person).collect(),
            image: story.lead_image.map(picture),
            publisher: organisation(publication, &edition.locale),
            keywords: story::tags(edition)?,
            word_count: story.word_count,
            is_accessible_for_free: true,
            comment_count: edition.parts.approved_comments,
            translation_of_work,
            work_translation,
        })
    }

    /// As it may stand in a script element: without `<`, `>`, `&` and what JavaScript takes for the end of
    /// a line.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is this service's mistake.
    pub fn write(&self) -> Result<Vec<u8>> {
        let json =
            serde_json::to_string(self).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(escape(&json).into_bytes())
    }
}

/// None of these stands in JSON but inside a text.
fn escape(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// What the edition was translated from, and what was translated from it.
fn works(
    edition: &Edition,
    story: &Story,
    publication: &Publication<'_>,
) -> Result<(Option<Work>, Vec<Work>)> {
    let parts = &edition.parts;
    let mut others = visible_editions(&parts.alternates, &parts.hidden_locales)?;
    let is_source = edition.locale == story.source_locale;
    others.retain(|[locale, ..]| match is_source {
        true => *locale != edition.locale,
        false => *locale == story.source_locale,
    });
    let mut works = others.into_iter().map(|[locale, slug, title, _]| Work {
        kind: ARTICLE,
        url: publication.site.address(&locale, &slug),
        in_language: locale.into_owned(),
        headline: title.into_owned(),
    });
    Ok(match is_source {
        true => (None, works.collect()),
        false => (works.next(), vec![]),
    })
}

fn authors(names: Vec<String>, publication: &Publication<'_>, locale: &str) -> Vec<Named> {
    match names.is_empty() {
        true => vec![organisation(publication, locale)],
        false => names.into_iter().map(person).collect(),
    }
}

fn person(name: String) -> Named {
    Named {
        kind: "Person",
        name,
        url: None,
    }
}

fn organisation(publication: &Publication<'_>, locale: &str) -> Named {
    Named {
        kind: "Organization",
        name: publication.name.to_owned(),
        url: Some(publication.site.home(locale)),
    }
}

fn picture(image: Image) -> ImageObject {
    ImageObject {
        kind: "ImageObject",
        url: image.url,
        width: image.width,
        height: image.height,
        caption: image.caption,
        description: image.alt,
        credit_text: image.credit,
    }
}

#[cfg(test)]
mod tests {
    use super::escape;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_escaped_says_the_same_and_ends_no_script(text in "(.|[<>&\u{2028}\u{2029}]|</script>|<!--){0,40}") {
            let json = serde_json::json!({ "headline": text });
            let escaped = escape(&json.to_string());
            let dangerous = ['<', '>', '&', '\u{2028}', '\u{2029}'];
            prop_assert!(!escaped.contains(dangerous));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).ok(), Some(json));
        }
    }
}
