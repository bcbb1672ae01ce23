//! Answers that are written while they are sent: they may be larger than what fits into memory.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::stream::LocalBoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};

use crate::error::Result;

/// 200 with JSON in parts, for nobody to keep. When one of them fails, the connection breaks off, so that nobody
/// takes what came for the whole.
pub struct Streamed {
    parts: LocalBoxStream<'static, Result<Bytes>>,
    media_type: &'static str,
}

impl Streamed {
    /// These parts of a JSON text.
    pub fn json(parts: impl Stream<Item = Result<Vec<u8>>> + 'static) -> Self {
        Streamed::new(parts, "application/json")
    }

    /// These parts of lines of JSON.
    pub fn lines(parts: impl Stream<Item = Result<Vec<u8>>> + 'static) -> Self {
        Streamed::new(parts, "application/x-ndjson")
    }

    fn new(parts: impl Stream<Item = Result<Vec<u8>>> + 'static, media_type: &'static str) -> Self {
        let parts = parts.inspect_err(|error| log::error!("an answer breaks off: {error}"));
        Streamed {
            parts: parts.map_ok(Bytes::from).boxed_local(),
            media_type,
        }
    }
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Streamed")
    }
}

impl Responder for Streamed {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type(self.media_type)
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .insert_header((header::VARY, "Accept-Encoding"))
            .streaming(self.parts)
    }
}
