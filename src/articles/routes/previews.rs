//! `/v1/articles/{article}/preview-links`, and `GET /v1/previews/{token}`, which they lead to

use actix_web::http::header::{self, HeaderName};
use actix_web::{delete, get, post, web};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{event, version};
use crate::app::State;
use crate::articles::drafts::Draft;
use crate::articles::previews::{Preview, previewed_copies};
use crate::articles::{Article, ArticleRef};
use crate::auth::Writer;
use crate::db::Reader;
use crate::document::{Additions, compose};
use crate::editions::document::ArticleDocument;
use crate::editions::model::not_available;
use crate::error::{Error, Result};
use crate::http::negotiation::{AcceptLanguage, Fallback, Negotiation};
use crate::http::query::NoQuery;
use crate::http::{OptionalBody, Preconditions, Query, Reply};
use crate::values::fields::{Decode, Fields};
use crate::values::range::LanguageRange;
use crate::values::time;

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(create_preview_link)
        .service(revoke_preview_links)
        .service(find_preview);
}

/// How long a link lasts when it is not said.
const LASTS: Duration = Duration::hours(24);
/// How long it lasts at most.
const LONGEST: Duration = Duration::days(90);

/// What is said of a preview link.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"expires_in": "24h"}))]
struct NewPreviewLink {
    /// How long it lasts: a number with `m`, `h`, `d` or `w` behind it, at most 90 days; left out: 24 hours.
    #[schema(value_type = Option<String>, nullable, required = false, max_length = 10, example = "24h")]
    expires_in: Duration,
}

impl Decode for NewPreviewLink {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let given: Option<Span> = fields.parsed("expires_in", "invalid_duration");
        let expires_in = given.map_or(LASTS, |Span(given)| given);
        if expires_in > LONGEST {
            fields.fault("expires_in", "too_long", "takes at most 90d");
        }
        NewPreviewLink { expires_in }
    }
}

/// A span of time as a client writes it.
struct Span(Duration);

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        time::duration(text).map(Span)
    }
}

/// A preview link.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewLink {
    /// Where the working copies are to be seen; `?locale=` chooses the language.
    #[schema(
        max_length = 2048,
        example = "https://api.news.example/v1/previews/7Yb0…"
    )]
    url: String,
    /// The last segment of it, for a frontend that has a page of its own.
    #[schema(max_length = 200, example = "7Yb0…")]
    token: String,
    /// Until when.
    expires_at: DateTime<Utc>,
}

/// Let somebody see an article's working copies
///
/// Needs `content:write`. The link shows them in all languages, without a token, until it expires. It is
/// shown this once and stored nowhere; `DELETE` makes all links of the article worthless.
#[utoipa::path(tag = "articles", security(("token" = [])), request_body(content = Option<NewPreviewLink>),
    responses((status = 201, description = "The link", body = PreviewLink)))]
#[post("/v1/articles/{article}/preview-links")]
async fn create_preview_link(
    writer: Writer,
    article: web::Path<String>,
    _: NoQuery,
    body: OptionalBody<NewPreviewLink>,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let preview = state
        .db
        .write(async |conn| {
            let article = Article::lock(conn, &reference, None).await?;
            let preview = Preview::new(&article, body.0.expires_in);
            event("preview.created", &writer, &article)
                .data(json!({"expires_at": preview.expires_at}))
                .write(conn)
                .await?;
            Ok(preview)
        })
        .await?;
    let token = preview.token(&state.seal);
    let url = format!("{}/v1/previews/{token}", state.public_url);
    let location = format!("/v1/previews/{token}");
    let link = PreviewLink {
        url,
        token,
        expires_at: preview.expires_at,
    };
    Ok(Reply::json(&link)?.created(&location).private())
}

/// Revoke all preview links of an article
///
/// Needs `content:write`. Those that were given out lead nowhere from now on. The article is as it was.
#[utoipa::path(tag = "articles", security(("token" = [])),
    responses((status = 204, description = "Revoked")))]
#[delete("/v1/articles/{article}/preview-links")]
async fn revoke_preview_links(
    writer: Writer,
    preconditions: Preconditions,
    article: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    state
        .db
        .write(async |conn| {
            let article = Article::lock(conn, &reference, None).await?;
            preconditions.check(Some(&version(&article)))?;
            article.revoke_previews(conn).await?;
            event("preview.revoked", &writer, &article)
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}

/// What `GET /v1/previews/{token}` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct FindPreview {
    /// The language, strictly: 404 when the article is not there in it.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<LanguageRange>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    fallback: Option<Fallback>,
}

/// One of the previewed article's working copies.
#[derive(Debug, Serialize, ToSchema)]
struct DraftLink {
    /// Its language.
    #[schema(max_length = 35, example = "hi")]
    locale: String,
    /// Its state.
    #[schema(max_length = 20, example = "draft")]
    status: String,
    /// Its slug.
    #[schema(max_length = 120, example = "पुराना-पुल-फिर-खुला")]
    slug: String,
    /// Its headline.
    #[schema(max_length = 300, example = "पुराना पुल फिर खुला")]
    title: String,
    /// Where this link shows it.
    #[schema(
        max_length = 2048,
        example = "https://api.news.example/v1/previews/7Yb0…?locale=hi"
    )]
    url: String,
}

/// An article's working copy as a preview link shows it.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewDocument {
    #[serde(flatten)]
    article: ArticleDocument,
    /// Its working copies in all languages, the source first.
    #[schema(max_items = 500)]
    drafts: Vec<DraftLink>,
}

/// What a preview link shows
///
/// The working copy in the best language, or in `locale`, and where the others are. A link that was made
/// up, has expired or was revoked is a 404. Not for caches, not for search engines.
#[utoipa::path(tag = "articles", security(()), params(FindPreview),
    responses((status = 200, description = "The working copy", body = PreviewDocument)))]
#[get("/v1/previews/{token}")]
async fn find_preview(
    token: web::Path<String>,
    query: Query<FindPreview>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
) -> Result<Reply> {
    let expired = || Error::not_found("preview: the link has expired or was revoked, or none");
    let preview = Preview::of(&state.seal, &token).ok_or_else(expired)?;
    let negotiation = Negotiation::new(query.0.locale, query.0.fallback, header);
    let (draft, copies) = futures_util::future::join(
        Draft::find_previewed(&reader, &preview, &negotiation),
        previewed_copies(&reader, &preview),
    )
    .await;
    let copies = copies?;
    if copies.is_empty() {
        return Err(expired());
    }
    let Some(draft) = draft? else {
        let available = copies.into_iter().map(|(locale, ..)| locale).collect();
        return Err(not_available(&negotiation, available));
    };
    let drafts: Vec<DraftLink> = copies
        .into_iter()
        .map(|(locale, status, slug, title)| DraftLink {
            url: format!("{}/v1/previews/{token}?locale={locale}", state.public_url),
            locale,
            status,
            slug,
            title,
        })
        .collect();
    let resolution = negotiation.resolve(&draft.locale, draft.is_default, false);
    let body = draft.body_members();
    let additions = Additions {
        body: Some(&body),
        resolution: Some(&resolution),
        drafts: Some(
            &serde_json::to_string(&drafts).map_err(|error| Error::Internal(error.to_string()))?,
        ),
        ..Additions::default()
    };
    let document = compose(&draft.parts, &state.site, &additions)?;
    Ok(Reply::bytes(document)
        .with_header(header::CONTENT_LANGUAGE, &draft.locale)
        .with_header(
            HeaderName::from_static("x-robots-tag"),
            "noindex, nofollow, noarchive",
        )
        .varying_by_language(negotiation.uses_header())
        .private())
}
