//! Content codings (RFC 9110 section 8.4.1): which one an answer travels in.

use std::cell::RefCell;
use std::collections::HashMap;

use actix_http::encoding::Encoder;
use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::ResponseHead;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, ContentEncoding, Encoding, Header, HeaderValue,
};
use actix_web::web::Bytes;

use crate::error::{Error, Result};

/// How an answer is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// zstd
    Zstd,
    /// Brotli
    Brotli,
    /// gzip
    Gzip,
}

/// Those that are offered, in the order in which the layer for all other answers offers them.
const OFFERED: [(Coding, ContentEncoding); 4] = [
    (Coding::Identity, ContentEncoding::Identity),
    (Coding::Brotli, ContentEncoding::Brotli),
    (Coding::Gzip, ContentEncoding::Gzip),
    (Coding::Zstd, ContentEncoding::Zstd),
];

/// The most header values that a thread remembers.
const REMEMBERED: usize = 64;

thread_local! {
    /// What was made of a header's value: browsers send one of few.
    static NEGOTIATED: RefCell<HashMap<HeaderValue, Option<Coding>>> = RefCell::default();
}

impl Coding {
    /// What `Accept-Encoding` prefers; none where it takes nothing that is offered here.
    pub(super) fn negotiate(request: &impl HttpMessage) -> Option<Coding> {
        let Some(value) = request.headers().get(ACCEPT_ENCODING) else {
            return Some(Coding::Identity);
        };
        let known = NEGOTIATED.with_borrow(|known| known.get(value).copied());
        known.unwrap_or_else(|| {
            let coding = parse(request);
            let alone = request.headers().get_all(ACCEPT_ENCODING).count() == 1;
            NEGOTIATED.with_borrow_mut(|known| {
                if alone && known.len() < REMEMBERED {
                    known.insert(value.clone(), coding);
                }
            });
            coding
        })
    }

    /// Its name, as `Content-Encoding` has it; none for identity.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Coding::Identity => None,
            Coding::Zstd => Some("zstd"),
            Coding::Brotli => Some("br"),
            Coding::Gzip => Some("gzip"),
        }
    }

    /// The bytes in this coding.
    ///
    /// # Errors
    /// When they cannot be coded, which is this service's mistake.
    pub(super) async fn encode(self, bytes: Bytes) -> Result<Bytes> {
        let offered = OFFERED.iter().find(|(coding, _)| *coding == self);
        let encoding = offered.map_or(ContentEncoding::Identity, |(_, encoding)| *encoding);
        let mut head = ResponseHead::new(StatusCode::OK);
        let body: BoxBody = bytes.boxed();
        let encoded = to_bytes(Encoder::response(encoding, &mut head, body)).await;
        let encoded =
            encoded.map_err(|error| Error::Internal(format!("cannot compress: {error}")))?;
        // What is collected has room for 32 KB, however little it is; this is kept.
        Ok(Bytes::copy_from_slice(&encoded))
    }
}

fn parse(request: &impl HttpMessage) -> Option<Coding> {
    let Ok(accepted) = AcceptEncoding::parse(request) else {
        return Some(Coding::Identity);
    };
    let offered = OFFERED.map(|(_, encoding)| Encoding::Known(encoding));
    let chosen = accepted.negotiate(offered.iter())?;
    let chosen = OFFERED
        .iter()
        .find(|(_, encoding)| chosen == Encoding::Known(*encoding));
    chosen.map(|(coding, _)| *coding)
}
