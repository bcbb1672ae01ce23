//! A finished answer: what goes out, byte for byte, to any number of readers.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::coding::Coding;
use super::etag::{ETag, unmodified};
use crate::error::Result;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// From what was kept.
    Memory,
    /// It was made for this request, or for another that asked at the same time, and is kept now.
    Database,
}

impl From {
    /// As `Cache-Status` has it (RFC 9211).
    fn said(self) -> &'static str {
        match self {
            From::Memory => "Dateline; hit",
            From::Database => "Dateline; fwd=miss; stored",
        }
    }
}

/// The answer with status 200 to a GET that anyone may have.
#[derive(Debug)]
pub(super) struct Answer {
    /// The headers of a 200 and of a 304 alike.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) media_type: &'static str,
    /// Without the coding.
    pub(super) etag: ETag,
    pub(super) coding: Coding,
    pub(super) body: Bytes,
    /// Whether `Accept-Language` could have changed it.
    pub(super) varies_by_language: bool,
}

impl Answer {
    /// The same in another coding.
    ///
    /// # Errors
    /// When it cannot be coded, which is this service's mistake.
    pub(super) async fn coded(&self, coding: Coding) -> Result<Answer> {
        Ok(Answer {
            headers: self.headers.clone(),
            media_type: self.media_type,
            etag: self.etag.clone(),
            coding,
            body: coding.encode(self.body.clone()).await?,
            varies_by_language: self.varies_by_language,
        })
    }

    /// What goes out to a request of these headers: 304 where it names this state. `from` says where the
    /// answer comes from.
    pub(super) fn respond(
        &self,
        method: &Method,
        headers: &HeaderMap,
        from: From,
    ) -> HttpResponse<BoxBody> {
        let mut response = self.represent(method, headers);
        let from = HeaderValue::from_static(from.said());
        response.headers_mut().insert(CACHE_STATUS, from);
        response
    }

    fn represent(&self, method: &Method, headers: &HeaderMap) -> HttpResponse<BoxBody> {
        if let Some(known) = unmodified(method, headers, &self.etag) {
            return self
                .head(StatusCode::NOT_MODIFIED, &known.quoted())
                .finish();
        }
        let mut response = match self.coding.name() {
            None => self.head(StatusCode::OK, &self.etag.quoted()),
            Some(coding) => {
                let tag = self.etag.in_coding(coding).quoted();
                let mut response = self.head(StatusCode::OK, &tag);
                response.insert_header((header::CONTENT_ENCODING, coding));
                response
            }
        };
        response
            .content_type(self.media_type)
            .body(self.body.clone())
    }

    fn head(&self, status: StatusCode, etag: &str) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        for (name, value) in &self.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response.insert_header((header::ETAG, etag));
        response
    }

    /// How many bytes it takes, about.
    pub(super) fn weight(&self) -> usize {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| name.as_str().len() + value.len() + 64)
            .sum::<usize>()
            + self.body.len()
            + 256
    }
}
