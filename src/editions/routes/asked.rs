//! What requests for articles say.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::articles::Filters;
use crate::articles::drafts::list::DraftSort;
use crate::editions::order::Sort;
use crate::error::{Code, Error, Result};
use crate::events::log::COMMENTED;
use crate::http::negotiation::{Fallback, Negotiation};
use crate::http::page::{Limit, Total};
use crate::http::query::{self};
use crate::tags::TagRef;
use crate::translations::Status;
use crate::values::locale::Locale;
use crate::values::range::LanguageRange;
use crate::values::search::Query;

/// Whose view of an article is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum View {
    /// The working copies; needs `content:read`.
    Draft,
}

/// What `GET /v1/articles/{article}` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct FindArticle {
    /// The language, strictly: 404 when the article is not there in it.
    #[param(inline, value_type = Option<String>, example = "hi")]
    pub(super) locale: Option<LanguageRange>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    pub(super) fallback: Option<Fallback>,
    /// `draft` shows the working copy; needs `content:read`.
    #[param(inline)]
    pub(super) view: Option<View>,
    /// Members to keep, with commas between them.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 500, example = "id,title,body_html")]
    pub(super) fields: Option<Vec<String>>,
}

/// The orders of a list of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub(super) enum ListSort {
    /// Newest first.
    #[serde(rename = "-published_at")]
    Newest,
    /// Oldest first.
    #[serde(rename = "published_at")]
    Oldest,
    /// Last published (drafts: last saved) first.
    #[serde(rename = "-updated_at")]
    Updated,
    /// By headline.
    #[serde(rename = "title")]
    Title,
    /// Most comments first.
    #[serde(rename = "-comments")]
    Comments,
    /// What matches `q` best, first.
    #[serde(rename = "-relevance")]
    Relevance,
}

/// What `GET /v1/articles` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ListArticles {
    /// The language: only what is there in it, unless `fallback` says otherwise.
    #[param(inline, value_type = Option<String>, example = "hi")]
    pub(super) locale: Option<LanguageRange>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    pub(super) fallback: Option<Fallback>,
    /// A tag, by slug, id or synonym; repeat it for all of several.
    #[serde(deserialize_with = "query::repeated")]
    #[param(max_items = 20)]
    pub(super) tag: Vec<String>,
    /// Tags with commas between them: any of them will do.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 2000, example = "transport,konkan")]
    pub(super) any_tag: Option<Vec<String>>,
    /// Whether the parts of a tag count as the tag.
    #[serde(deserialize_with = "query::flag")]
    pub(super) descendants: Option<bool>,
    /// Words to search for in title, subtitle, summary and body: all of them, `"a phrase"`, `-without`,
    /// `this or that`.
    #[param(max_length = 1000, example = "bridge -toll")]
    pub(super) q: Option<String>,
    /// Whether each item says what of it matches `q`, in `highlights`. Without `q` nothing does.
    #[serde(deserialize_with = "query::flag")]
    pub(super) highlight: Option<bool>,
    /// An author, by the name as written.
    #[param(max_length = 120)]
    pub(super) author: Option<String>,
    /// Published after this time.
    #[serde(deserialize_with = "query::time")]
    pub(super) published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    #[serde(deserialize_with = "query::time")]
    pub(super) published_before: Option<DateTime<Utc>>,
    /// Changed after this time.
    #[serde(deserialize_with = "query::time")]
    pub(super) updated_after: Option<DateTime<Utc>>,
    /// Only the one with this `external_id`.
    #[param(max_length = 200, example = "wordpress:news.example:4711")]
    pub(super) external_id: Option<String>,
    /// Only these, by id with commas between them; at most 100.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 3700)]
    pub(super) ids: Option<Vec<Uuid>>,
    /// Only those written in this language.
    #[param(inline, value_type = Option<String>, example = "en")]
    pub(super) source_locale: Option<Locale>,
    /// Only those that are not there in this language.
    #[param(inline, value_type = Option<String>, example = "mr")]
    pub(super) missing_locale: Option<Locale>,
    /// The order.
    #[param(inline)]
    pub(super) sort: Option<ListSort>,
    /// `draft` lists working copies; needs `content:read`.
    #[param(inline)]
    pub(super) view: Option<View>,
    /// With `view=draft`: only those in this status.
    #[param(inline)]
    pub(super) status: Option<Status>,
    /// Members to keep, with commas between them.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 500, example = "id,slug,title")]
    pub(super) fields: Option<Vec<String>>,
    /// How many a page has.
    #[param(inline)]
    pub(super) limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    pub(super) cursor: Option<String>,
    /// `exact` counts all matches.
    #[param(inline)]
    pub(super) total: Option<Total>,
}

impl From<ListSort> for Sort {
    fn from(sort: ListSort) -> Self {
        match sort {
            ListSort::Newest => Sort::Newest,
            ListSort::Oldest => Sort::Oldest,
            ListSort::Updated => Sort::Updated,
            ListSort::Title => Sort::Title,
            ListSort::Comments => Sort::Comments,
            ListSort::Relevance => Sort::Relevance,
        }
    }
}

impl TryFrom<ListSort> for DraftSort {
    type Error = Error;

    fn try_from(sort: ListSort) -> Result<Self> {
        Ok(match sort {
            ListSort::Newest => DraftSort::NewestPublished,
            ListSort::Oldest => DraftSort::OldestPublished,
            ListSort::Updated => DraftSort::Updated,
            ListSort::Title => DraftSort::Title,
            ListSort::Comments => DraftSort::Comments,
            ListSort::Relevance => return Err(relevance_without_query()),
        })
    }
}

/// 400 for an order by relevance to nothing.
pub(super) fn relevance_without_query() -> Error {
    Error::problem(Code::InvalidParameter, "sort: `-relevance` goes with q")
}

/// The most characters of a query.
const LONGEST: usize = 1000;

/// What `q` asks for; nothing where there is no word in it.
///
/// # Errors
/// 400 for more than can be searched for.
pub(super) fn searched(q: Option<&str>) -> Result<Option<Query>> {
    let q = q.unwrap_or_default();
    let refuse = |detail: String| Error::problem(Code::InvalidParameter, format!("q: {detail}"));
    if q.chars().nth(LONGEST).is_some() {
        return Err(refuse(format!("takes at most {LONGEST} characters")));
    }
    let query = Query::parse(q).map_err(|error| refuse(error.to_string()))?;
    Ok(Some(query).filter(|query| !query.is_empty()))
}

impl ListArticles {
    pub(super) fn filters(&self) -> Filters {
        Filters {
            tags: self.tag.iter().map(|tag| TagRef::of(tag)).collect(),
            any_tag: self
                .any_tag
                .iter()
                .flatten()
                .map(|tag| TagRef::of(tag))
                .collect(),
            descendants: self.descendants.unwrap_or(false),
            author: self.author.clone(),
            published_after: self.published_after,
            published_before: self.published_before,
            updated_after: self.updated_after,
            external_id: self.external_id.clone(),
            ids: self.ids.clone(),
            source_locale: self.source_locale.clone(),
            missing_locale: self.missing_locale.clone(),
        }
    }

    /// Whether items are to say what of them matches.
    pub(super) fn wants_highlights(&self) -> bool {
        let fields = self.fields.as_deref();
        self.highlight == Some(true)
            && fields.is_none_or(|fields| fields.iter().any(|name| name == "highlights"))
    }

    /// Names the list by what is in it, so that a cursor serves no other.
    pub(super) fn name_of_list(&self, kind: &str, query: Option<&Query>) -> String {
        format!(
            "{kind} {:?} {:?} {:?} {:?} {query:?}",
            self.locale,
            self.fallback,
            self.status,
            self.filters()
        )
    }

    /// What decides which articles are in the list and in which order, besides publications.
    pub(super) fn depends_on(&self, sort: Sort) -> Vec<String> {
        let by_tag = !self.tag.is_empty() || self.any_tag.is_some();
        let tags = by_tag.then(|| "tags".to_owned());
        let comments = (sort == Sort::Comments).then(|| COMMENTED.to_owned());
        tags.into_iter().chain(comments).collect()
    }

    /// A list changes with its languages and with the tags that it is filtered by, which are these; one that
    /// there is not may yet be made.
    pub(super) fn surrogate_keys(&self, negotiation: &Negotiation, tags: &[Uuid]) -> String {
        let mut keys = language_keys(negotiation);
        keys.extend(tags.iter().map(|id| format!("tag-{id}")));
        let named = self.tag.len() + self.any_tag.as_ref().map_or(0, Vec::len);
        if tags.len() < named {
            keys.push("tags".into());
        }
        keys.join(" ")
    }
}

/// The keys of what stands in lists in these languages.
pub(super) fn language_keys(negotiation: &Negotiation) -> Vec<String> {
    let mut keys: Vec<String> = negotiation
        .candidates()
        .into_iter()
        .chain(negotiation.custom())
        .map(|tag| format!("list-{tag}"))
        .collect();
    if negotiation.chain() || keys.is_empty() {
        keys.push("list".into());
    }
    keys
}
