//! `GET /v1/articles`, `GET /v1/articles/{article}`, `GET /v1/resolve`: what readers get, and with
//! `view=draft` what editors see.

use actix_web::http::header;
use actix_web::{HttpRequest, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::document::{ArticleDocument, ArticleItem};
use super::list::{After, EditionList, Sort};
use super::model::{Edition, not_available};
use super::resolve::resolve;
use crate::app::State;
use crate::articles::ArticleRef;
use crate::articles::Filters;
use crate::articles::drafts::{self, Draft, DraftList, DraftSort};
use crate::auth::{Caller, Scope};
use crate::db::Reader;
use crate::document::{Additions, check_fields, compose, pick};
use crate::error::{Code, Error, Result};
use crate::http::negotiation::{AcceptLanguage, Fallback, Negotiation, Resolution};
use crate::http::page::{Collection, Limit, Page, Total};
use crate::http::query::{self, Query};
use crate::http::{ETag, Reply};
use crate::tags::TagRef;
use crate::values::address::path_segment;
use crate::values::locale::Locale;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_articles)
        .service(find_article)
        .service(resolve_address);
}

/// Whose view of an article is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum View {
    /// The working copies; needs `content:read`.
    Draft,
}

/// What `GET /v1/articles/{article}` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct FindArticle {
    /// The language, strictly: 404 when the article is not there in it.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<Locale>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    fallback: Option<Fallback>,
    /// `draft` shows the working copy; needs `content:read`.
    #[param(inline)]
    view: Option<View>,
    /// Members to keep, with commas between them.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 500, example = "id,title,body_html")]
    fields: Option<Vec<String>>,
}

/// The orders of a list of articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
enum ListSort {
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
}

/// What `GET /v1/articles` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListArticles {
    /// The language: only what is there in it, unless `fallback` says otherwise.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<Locale>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    fallback: Option<Fallback>,
    /// A tag, by slug, id or synonym; repeat it for all of several.
    #[serde(deserialize_with = "query::repeated")]
    #[param(max_items = 20)]
    tag: Vec<String>,
    /// Tags with commas between them: any of them will do.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 2000, example = "transport,konkan")]
    any_tag: Option<Vec<String>>,
    /// Whether the parts of a tag count as the tag.
    #[serde(deserialize_with = "query::flag")]
    descendants: Option<bool>,
    /// An author, by the name as written.
    #[param(max_length = 120)]
    author: Option<String>,
    /// Published after this time.
    published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    published_before: Option<DateTime<Utc>>,
    /// Changed after this time.
    updated_after: Option<DateTime<Utc>>,
    /// Only these, by id with commas between them; at most 100.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 3700)]
    ids: Option<Vec<Uuid>>,
    /// Only those written in this language.
    #[param(inline, value_type = Option<String>, example = "en")]
    source_locale: Option<Locale>,
    /// Only those that are not there in this language.
    #[param(inline, value_type = Option<String>, example = "mr")]
    missing_locale: Option<Locale>,
    /// The order.
    #[param(inline)]
    sort: Option<ListSort>,
    /// `draft` lists working copies; needs `content:read`.
    #[param(inline)]
    view: Option<View>,
    /// With `view=draft`: only those in this status.
    #[param(inline)]
    status: Option<Status>,
    /// Members to keep, with commas between them.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 500, example = "id,slug,title")]
    fields: Option<Vec<String>>,
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
    /// `exact` counts all matches.
    #[param(inline)]
    total: Option<Total>,
}

/// The states of a working copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// Being written.
    Draft,
    /// With its editor.
    InReview,
    /// To come at a time.
    Scheduled,
    /// What readers have.
    Published,
    /// Put away.
    Archived,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::InReview => "in_review",
            Status::Scheduled => "scheduled",
            Status::Published => "published",
            Status::Archived => "archived",
        }
    }
}

/// Articles, newest first
///
/// Each article once, in the best language for the reader; what is not published in any that will do is
/// not there. With `view=draft` and `content:read`: working copies.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(ListArticles),
    responses((status = 200, description = "A page of articles", body = Collection<ArticleItem>)))]
#[get("/v1/articles")]
async fn list_articles(
    caller: Caller,
    query: Query<ListArticles>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    check_fields(asked.fields.as_deref().unwrap_or_default())?;
    let negotiation = Negotiation::new(asked.locale.clone(), asked.fallback.clone(), header);
    let reply = match asked.view {
        Some(View::Draft) => {
            caller.require(Scope::ContentRead)?;
            list_drafts(&asked, &negotiation, &reader, &state, &request).await?
        }
        None if asked.status.is_some() => {
            return Err(Error::problem(
                Code::InvalidParameter,
                "status: goes with view=draft",
            ));
        }
        None => list_editions(&asked, &negotiation, &reader, &state, &request).await?,
    };
    Ok(reply.varying_by_language(negotiation.uses_header()))
}

async fn list_editions(
    asked: &ListArticles,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("articles");
    let after: Option<After> = open(state, &name, asked.cursor.as_deref())?;
    let sort = asked
        .sort
        .map(Sort::from)
        .or(after.as_ref().map(|after| after.sort))
        .unwrap_or(Sort::Newest);
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        return Err(Error::problem(
            Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let list = EditionList {
        filters: asked.filters(),
        sort,
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(list.count(reader, negotiation).await?),
        None => None,
    };
    let editions = list.load(reader, negotiation).await?;
    let page = Collection::new(editions, asked.limit, |last| {
        state.cursors.seal(&name, &After::of(last, sort))
    });
    let items = page.data.iter().map(|edition| {
        let resolution = negotiation.resolve(&edition.locale, edition.is_default, false);
        let etag = reader_etag(edition, &exact(&edition.locale), &state.public_url, &[]).quoted();
        let additions = Additions {
            resolution: Some(&resolution),
            etag: Some(&etag),
            body: None,
        };
        compose(&edition.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    let items: Vec<Vec<u8>> = items.collect::<Result<_>>()?;
    let keys = asked.surrogate_keys(negotiation);
    Ok(collection(&items, page.with_total(total).page, request)?.surrogate_keys(&keys))
}

async fn list_drafts(
    asked: &ListArticles,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("drafts");
    let opened: Option<(DraftSort, drafts::After)> = open(state, &name, asked.cursor.as_deref())?;
    let (known, after) = opened.map_or((None, None), |(sort, after)| (Some(sort), Some(after)));
    let sort = asked
        .sort
        .map(DraftSort::from)
        .or(known)
        .unwrap_or_default();
    if known.is_some_and(|known| known != sort) {
        return Err(Error::problem(
            Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let status = asked.status.map(|status| status.name().to_owned());
    let list = DraftList {
        status,
        filters: asked.filters(),
        sort,
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(Draft::count(reader, &list, negotiation).await?),
        None => None,
    };
    let drafts = Draft::list(reader, &list, negotiation).await?;
    let seal = |last: &Draft| {
        state
            .cursors
            .seal(&name, &(sort, drafts::After::of(last, sort)))
    };
    let page = Collection::new(drafts, asked.limit, seal);
    let items = page.data.iter().map(|draft| {
        let resolution = negotiation.resolve(&draft.locale, draft.is_default, false);
        let etag = ETag::version('a', draft.version).quoted();
        let additions = Additions {
            resolution: Some(&resolution),
            etag: Some(&etag),
            body: None,
        };
        compose(&draft.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    let items: Vec<Vec<u8>> = items.collect::<Result<_>>()?;
    collection(&items, page.with_total(total).page, request)
}

/// One article
///
/// By id, in the best language for the reader; by slug, the edition that it names. A former slug leads
/// to the present one (301). With `view=draft` and `content:read`: the working copy, and the `ETag` to
/// edit the article by.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(FindArticle),
    responses((status = 200, description = "The article", body = ArticleDocument),
              (status = 301, description = "Its slug is another now")))]
#[get("/v1/articles/{article}")]
async fn find_article(
    caller: Caller,
    article: web::Path<String>,
    query: Query<FindArticle>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    check_fields(asked.fields.as_deref().unwrap_or_default())?;
    let negotiation = Negotiation::new(asked.locale, asked.fallback, header);
    let fields = asked.fields.as_deref();
    if asked.view == Some(View::Draft) {
        caller.require(Scope::ContentRead)?;
        return find_draft(
            &ArticleRef::parse(&article)?,
            fields,
            &negotiation,
            &reader,
            &state,
        )
        .await;
    }
    find_edition(
        &ArticleRef::parse(&article)?,
        fields,
        &negotiation,
        &reader,
        &state,
        &request,
    )
    .await
}

async fn find_edition(
    article: &ArticleRef,
    fields: Option<&[String]>,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let edition = Edition::find(reader, article, negotiation).await?;
    let by_slug = matches!(article, ArticleRef::Slug(_));
    if let (ArticleRef::Slug(slug), Some(named)) = (article, &edition.named)
        && slug.as_str() != named
    {
        return Err(moved(named, request));
    }
    let resolution = negotiation.resolve(&edition.locale, edition.is_default, by_slug);
    let etag = reader_etag(
        &edition,
        &resolution,
        &state.public_url,
        fields.unwrap_or_default(),
    );
    let additions = Additions {
        body: edition.body.as_deref(),
        resolution: Some(&resolution),
        etag: None,
    };
    let document = chosen(compose(&edition.parts, &state.site, &additions)?, fields)?;
    let varies = negotiation.uses_header() && (!by_slug || edition.bearers > 1);
    Ok(Reply::bytes(document)
        .etag(etag)
        .last_modified(edition.updated_at)
        .with_header(header::CONTENT_LANGUAGE, &edition.locale)
        .varying_by_language(varies)
        .surrogate_keys(&edition.surrogate_keys))
}

async fn find_draft(
    article: &ArticleRef,
    fields: Option<&[String]>,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
) -> Result<Reply> {
    let Some(draft) = Draft::find(reader, article, negotiation).await? else {
        let available = Draft::locales(reader, article).await?;
        let unknown = available.is_empty();
        return Err(if unknown {
            Error::not_found("article")
        } else {
            not_available(negotiation, available)
        });
    };
    let by_slug = matches!(article, ArticleRef::Slug(_));
    let resolution = negotiation.resolve(&draft.locale, draft.is_default, by_slug);
    let reply = draft_reply(&draft, Some(&resolution), fields, state)?;
    Ok(reply.varying_by_language(negotiation.uses_header()))
}

/// A working copy with the article around it, as its editors get it.
///
/// # Errors
/// When what is stored is damaged.
pub fn draft_reply(
    draft: &Draft,
    resolution: Option<&Resolution>,
    fields: Option<&[String]>,
    state: &State,
) -> Result<Reply> {
    let body = draft.body_members();
    let additions = Additions {
        body: Some(&body),
        resolution,
        etag: None,
    };
    let document = chosen(compose(&draft.parts, &state.site, &additions)?, fields)?;
    Ok(Reply::bytes(document)
        .etag(ETag::version('a', draft.version))
        .last_modified(draft.updated_at)
        .with_header(header::CONTENT_LANGUAGE, &draft.locale))
}

/// What `GET /v1/resolve` takes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ResolveAddress {
    /// The path that the site shows the edition under: `/{locale}/{slug}`.
    #[param(max_length = 500, example = "/en/old-bridge-reopens")]
    path: String,
}

/// What has become of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Fate {
    /// An edition is shown under it.
    Current,
    /// The edition is shown under another.
    Moved,
    /// What it showed is published no more.
    Gone,
}

/// What a site's address shows.
#[derive(Debug, Serialize, ToSchema)]
struct Resolved {
    /// What has become of the address.
    status: Fate,
    /// The article, unless it was erased.
    article_id: Option<Uuid>,
    /// The language.
    #[schema(max_length = 35, example = "en")]
    locale: String,
    /// The present slug; `null` when it is gone.
    #[schema(max_length = 120, example = "old-bridge-reopens")]
    slug: Option<String>,
    /// The present path; `null` when it is gone.
    #[schema(max_length = 200, example = "/en/old-bridge-reopens")]
    path: Option<String>,
    /// The present address on the readers' site; `null` when it is gone.
    #[schema(max_length = 2048)]
    url: Option<String>,
}

/// What a site's address shows
///
/// In any language, with the whole history of published slugs: `current`, `moved` with the present
/// address, or `gone`. 404 for one that never was.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(ResolveAddress),
    responses((status = 200, description = "What it shows", body = Resolved),
              (status = 404, description = "It never was")))]
#[get("/v1/resolve")]
async fn resolve_address(
    _caller: Caller,
    query: Query<ResolveAddress>,
    reader: Reader,
    state: web::Data<State>,
) -> Result<Reply> {
    let unknown = || Error::not_found("address");
    let path = query.0.path;
    let (locale, slug) = path.trim_matches('/').split_once('/').ok_or_else(unknown)?;
    let (locale, slug) = (
        locale.parse::<Locale>().map_err(|_| unknown())?,
        slug.parse().map_err(|_| unknown())?,
    );
    let known = resolve(&reader, &locale, &slug)
        .await?
        .ok_or_else(unknown)?;
    let status = match &known.slug {
        Some(present) if present == slug.as_str() => Fate::Current,
        Some(_) => Fate::Moved,
        None => Fate::Gone,
    };
    let keys = known
        .article_id
        .map(|id| format!("article-{id}"))
        .unwrap_or_default();
    let resolved = Resolved {
        status,
        article_id: known.article_id,
        locale: locale.to_string(),
        path: known.slug.as_ref().map(|slug| format!("/{locale}/{slug}")),
        url: known
            .slug
            .as_ref()
            .map(|slug| state.site.address(locale.as_str(), slug)),
        slug: known.slug,
    };
    Ok(Reply::json(&resolved)?.surrogate_keys(&keys))
}

impl From<ListSort> for Sort {
    fn from(sort: ListSort) -> Self {
        match sort {
            ListSort::Newest => Sort::Newest,
            ListSort::Oldest => Sort::Oldest,
            ListSort::Updated => Sort::Updated,
            ListSort::Title => Sort::Title,
            ListSort::Comments => Sort::Comments,
        }
    }
}

impl From<ListSort> for DraftSort {
    fn from(sort: ListSort) -> Self {
        match sort {
            ListSort::Newest => DraftSort::NewestPublished,
            ListSort::Oldest => DraftSort::OldestPublished,
            ListSort::Updated => DraftSort::Updated,
            ListSort::Title => DraftSort::Title,
            ListSort::Comments => DraftSort::Comments,
        }
    }
}

impl ListArticles {
    fn filters(&self) -> Filters {
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
            ids: self.ids.clone(),
            source_locale: self.source_locale.clone(),
            missing_locale: self.missing_locale.clone(),
        }
    }

    /// Names the list by what is in it, so that a cursor serves no other.
    fn name_of_list(&self, kind: &str) -> String {
        format!(
            "{kind} {:?} {:?} {:?} {:?}",
            self.locale,
            self.fallback,
            self.status,
            self.filters()
        )
    }

    /// A list changes with its languages and with the tags that it is filtered by.
    fn surrogate_keys(&self, negotiation: &Negotiation) -> String {
        let mut keys: Vec<String> = negotiation
            .candidates()
            .into_iter()
            .chain(negotiation.custom())
            .map(|tag| format!("list-{tag}"))
            .collect();
        if negotiation.chain() || keys.is_empty() {
            keys.push("list".into());
        }
        let tags = self.tag.iter().chain(self.any_tag.iter().flatten());
        keys.extend(tags.filter_map(|tag| match TagRef::of(tag) {
            TagRef::Id(id) => Some(format!("tag-{id}")),
            TagRef::Handle(_) => None,
        }));
        keys.join(" ")
    }
}

fn open<T: serde::de::DeserializeOwned>(
    state: &State,
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<T>> {
    cursor
        .map(|cursor| state.cursors.open(list, cursor))
        .transpose()
}

fn chosen(document: Vec<u8>, fields: Option<&[String]>) -> Result<Vec<u8>> {
    match fields {
        Some(fields) => pick(&document, fields),
        None => Ok(document),
    }
}

/// A page of finished items.
fn collection(items: &[Vec<u8>], page: Page, request: &HttpRequest) -> Result<Reply> {
    let mut body = b"{\"data\":[".to_vec();
    body.extend_from_slice(&items.join(&b','));
    body.extend_from_slice(b"],\"page\":");
    let json = serde_json::to_vec(&page).map_err(|error| Error::Internal(error.to_string()))?;
    body.extend_from_slice(&json);
    if let Some(total) = page.total {
        body.extend_from_slice(format!(",\"total\":{total}").as_bytes());
    }
    body.push(b'}');
    Ok(Reply::bytes(body).with_header(header::LINK, &page.links(request)))
}

/// How the answer under `?locale=` of an edition's own language comes about.
fn exact(locale: &str) -> Resolution {
    Resolution {
        requested: Some(locale.to_owned()),
        served: locale.to_owned(),
        reason: crate::values::negotiation::Reason::Exact,
    }
}

/// The tag of an edition as a reader gets it: of all that its bytes follow from.
fn reader_etag(edition: &Edition, resolution: &Resolution, site: &str, fields: &[String]) -> ETag {
    let parts = &edition.parts;
    let state = format!(
        "{} {} {} {} {:?} {resolution:?} {site} {fields:?}",
        edition.digest,
        parts.comments_open,
        parts.approved_comments,
        parts.comments_threads,
        parts.hidden_locales
    );
    ETag::of(state.as_bytes())
}

fn moved(slug: &str, request: &HttpRequest) -> Error {
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Error::Moved(format!("/v1/articles/{}{query}", path_segment(slug)))
}
