//! The one way to answer: JSON with its entity tag, language and cache rules.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::answer::Answer;
use super::coding::Coding;
use super::etag::{ETag, unmodified};
use crate::error::{Error, Result};
use crate::values::locale::Locale;

/// How long caches on the way may keep what anyone may read. They revalidate in the background for
/// five minutes, and serve on for a day while this service is down.
const PUBLIC: &str =
    "public, max-age=0, s-maxage=30, stale-while-revalidate=300, stale-if-error=86400";
/// The cache key of every public answer: a change of the languages may change them all.
pub const SITE: &str = "site";
const PRIVATE: &str = "private, no-store";

/// An answer on its way out.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    body: Body,
    etag: Option<ETag>,
    headers: HeaderMap,
    varies_by_language: bool,
    private: bool,
    media_type: &'static str,
    made_of: Vec<String>,
    good_until: Option<DateTime<Utc>>,
}

/// What follows the head of an answer.
enum Body {
    Written(Vec<u8>),
    /// Written only if it is sent.
    Deferred(Box<dyn FnOnce() -> Result<Vec<u8>>>),
}

impl Body {
    fn written(self) -> Result<Vec<u8>> {
        match self {
            Body::Written(bytes) => Ok(bytes),
            Body::Deferred(write) => write(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Body::Written(bytes) => write!(f, "{} bytes", bytes.len()),
            Body::Deferred(_) => f.write_str("deferred"),
        }
    }
}

impl Reply {
    /// 200 with this as JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is this service's mistake.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Reply::bytes(body))
    }

    /// 200 with JSON that is finished already.
    pub fn bytes(body: Vec<u8>) -> Self {
        Reply::with(Body::Written(body))
    }

    /// 200 with JSON that is written only if it is sent: a client that has this state already costs no
    /// writing.
    pub fn deferred(etag: ETag, write: impl FnOnce() -> Result<Vec<u8>> + 'static) -> Self {
        Reply::with(Body::Deferred(Box::new(write))).etag(etag)
    }

    fn with(body: Body) -> Self {
        Reply {
            status: StatusCode::OK,
            body,
            etag: None,
            headers: HeaderMap::new(),
            varies_by_language: false,
            private: false,
            media_type: "application/json",
            made_of: vec![],
            good_until: None,
        }
    }

    /// 201 with the address of what was made.
    #[must_use]
    pub fn created(mut self, location: &str) -> Self {
        self.status = StatusCode::CREATED;
        self.with_header(header::LOCATION, location)
    }

    /// 204.
    pub fn no_content() -> Self {
        Reply {
            status: StatusCode::NO_CONTENT,
            ..Reply::bytes(Vec::new())
        }
    }

    /// With this entity tag, instead of the digest of its bytes.
    #[must_use]
    pub fn etag(mut self, etag: ETag) -> Self {
        self.etag = Some(etag);
        self
    }

    /// With the tag of a version, and of these bytes among its representations.
    #[must_use]
    pub fn versioned(self, version: ETag) -> Self {
        let etag = match &self.body {
            Body::Written(bytes) => version.representation(bytes),
            Body::Deferred(_) => version,
        };
        self.etag(etag)
    }

    /// In this language.
    #[must_use]
    pub fn in_language(self, locale: &Locale) -> Self {
        self.with_header(header::CONTENT_LANGUAGE, locale.as_str())
    }

    /// Chosen by `Accept-Language`.
    #[must_use]
    pub fn varying_by_language(mut self, varies: bool) -> Self {
        self.varies_by_language = varies;
        self
    }

    /// For nobody to keep.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Of this media type, where that is not JSON.
    #[must_use]
    pub fn of_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// Last changed then (RFC 9110 section 8.8.2).
    #[must_use]
    pub fn last_modified(self, time: DateTime<Utc>) -> Self {
        self.with_header(
            header::LAST_MODIFIED,
            &time.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        )
    }

    /// With the keys that a CDN purges it by, space separated. It is made of what they stand for.
    #[must_use]
    pub fn surrogate_keys(self, keys: &str) -> Self {
        let all = format!("{keys} {SITE}");
        let all = all.trim_start();
        self.made_of(all.split(' ').map(str::to_owned))
            .with_header(HeaderName::from_static("surrogate-key"), all)
    }

    /// Made of what these keys stand for, too: what a CDN may lag behind in, and this service's own answers
    /// may not.
    #[must_use]
    pub fn made_of(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.made_of.extend(keys);
        self
    }

    /// True until then at most: something in it changes with time alone.
    #[must_use]
    pub fn good_until(mut self, time: Option<DateTime<Utc>>) -> Self {
        self.good_until = self.good_until.into_iter().chain(time).min();
        self
    }

    /// With one more header. A value that no header can hold is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    /// Whether it may be kept for others: it is known what it is made of, and it is nobody's own.
    pub(super) fn may_be_kept(&self) -> bool {
        self.status == StatusCode::OK && !self.private && !self.made_of.is_empty()
    }

    /// The finished answer, what it was made of, and until when it is good.
    ///
    /// # Errors
    /// When its body cannot be written.
    pub(super) fn finish(self) -> Result<(Answer, Vec<String>, Option<DateTime<Utc>>)> {
        let mut body = self.body.written()?;
        // It is kept: nothing beside it shall be.
        body.shrink_to_fit();
        let mut headers: Vec<_> = self.headers.into_iter().collect();
        headers.push((header::CACHE_CONTROL, HeaderValue::from_static(PUBLIC)));
        let vary = HeaderValue::from_static(vary(self.varies_by_language));
        headers.push((header::VARY, vary));
        let answer = Answer {
            headers,
            media_type: self.media_type,
            etag: self.etag.unwrap_or_else(|| ETag::of(&body)),
            coding: Coding::Identity,
            body: body.into(),
            varies_by_language: self.varies_by_language,
        };
        Ok((answer, self.made_of, self.good_until))
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        if self.status != StatusCode::NO_CONTENT && self.etag.is_none() {
            match self.body.written() {
                Ok(bytes) => {
                    self.etag = Some(ETag::of(&bytes));
                    self.body = Body::Written(bytes);
                }
                Err(error) => return error.error_response(),
            }
        }
        let known = self
            .etag
            .as_ref()
            .and_then(|etag| unmodified(request.method(), request.headers(), etag));
        let status = if known.is_some() {
            StatusCode::NOT_MODIFIED
        } else {
            self.status
        };
        let mut response = HttpResponse::build(status);
        for (name, value) in self.headers {
            response.append_header((name, value));
        }
        if let Some(etag) = known.as_ref().or(self.etag.as_ref()) {
            response.insert_header((header::ETAG, etag.quoted()));
        }
        let anonymous = !request.headers().contains_key(header::AUTHORIZATION);
        let cacheable = anonymous && !self.private && request.method().is_safe();
        response.insert_header((
            header::CACHE_CONTROL,
            if cacheable { PUBLIC } else { PRIVATE },
        ));
        response.insert_header((header::VARY, vary(self.varies_by_language)));
        if known.is_some() || self.status == StatusCode::NO_CONTENT {
            return response.finish();
        }
        match self.body.written() {
            Ok(body) => response.content_type(self.media_type).body(body),
            Err(error) => error.error_response(),
        }
    }
}

/// `Accept-Encoding` always decides on the coding; the language only where it was asked for.
fn vary(by_language: bool) -> &'static str {
    if by_language {
        "Accept-Encoding, Accept-Language"
    } else {
        "Accept-Encoding"
    }
}

/// An item of a collection with the tag to edit it by.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Tagged<T> {
    #[serde(flatten)]
    item: T,
    /// The entity tag of the item, as its own address would answer it.
    #[schema(max_length = 64, example = "\"t7-9f86d081884c7d65\"")]
    etag: String,
}

impl<T: Serialize> Tagged<T> {
    /// The item with the tag of its version and its bytes.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is this service's mistake.
    pub fn new(item: T, version: ETag) -> Result<Self> {
        let bytes =
            serde_json::to_vec(&item).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Tagged {
            etag: version.representation(&bytes).quoted(),
            item,
        })
    }

    /// The same as JSON at once: for lists that many ask for.
    ///
    /// # Errors
    /// As [`Tagged::new`].
    pub fn json(item: &T, version: ETag) -> Result<Vec<u8>> {
        let mut json =
            serde_json::to_vec(item).map_err(|error| Error::Internal(error.to_string()))?;
        let etag = version.representation(&json).quoted();
        let etag =
            serde_json::to_string(&etag).map_err(|error| Error::Internal(error.to_string()))?;
        json.pop();
        json.extend_from_slice(b",\"etag\":");
        json.extend_from_slice(etag.as_bytes());
        json.push(b'}');
        Ok(json)
    }
}
