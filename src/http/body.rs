//! Request bodies: their media type, their size, their time, and their JSON.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::error::{Code, Error, Problem, Result};
use crate::values::fields::{self, Decode, Fields};
use crate::values::merge_patch::merge_patch;

/// The most bytes a body may have: 1 MiB.
pub const LIMIT: usize = 1024 * 1024;
/// The most bytes that an XML body may have: a long text in two languages, with all that is around it.
pub const XML_LIMIT: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(20);

/// A JSON body, read whole and found valid.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A JSON body that may be left out, which is as if it were `{}`.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

/// A JSON merge patch (RFC 7396), not yet applied.
#[derive(Debug)]
pub struct MergePatch(Map<String, Value>);

impl MergePatch {
    /// Applies it to a resource's writable members and reads the result.
    ///
    /// # Errors
    /// 422 with every fault of the result.
    pub fn apply<T: Decode>(&self, mut current: Map<String, Value>) -> Result<T> {
        merge_patch(&mut current, self.0.clone());
        fields::decode(Value::Object(current)).map_err(Error::invalid)
    }

    /// Whether it leaves the resource's writable members as they are.
    pub fn changes_nothing(&self, current: &Map<String, Value>) -> bool {
        let mut patched = current.clone();
        merge_patch(&mut patched, self.0.clone());
        patched == *current
    }

    /// The members that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The texts in this member, where it is a list.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.0.get(name)?.as_array()?;
        Some(
            items
                .iter()
                .map(|item| item.as_str().unwrap_or_default().to_owned())
                .collect(),
        )
    }

    /// Whether it names this member.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// No body, or an object without members: what stands in one would be passed over.
#[derive(Debug)]
pub struct NoBody;

impl Decode for NoBody {
    fn decode(_: &mut Fields<'_>) -> Self {
        NoBody
    }
}

impl FromRequest for NoBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = OptionalBody::<NoBody>::from_request(request, payload);
        Box::pin(async move { body.await.map(|_| NoBody) })
    }
}

/// A body of XML, as its bytes.
#[derive(Debug)]
pub struct XmlBody(pub web::Bytes);

impl FromRequest for XmlBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_xml(request);
        let bytes = read(request, payload, XML_LIMIT);
        Box::pin(async move {
            media?;
            Ok(XmlBody(bytes.await?.freeze()))
        })
    }
}

/// A body of lines of JSON (NDJSON), as they arrive, of any length.
pub struct LinesBody(pub web::Payload);

impl std::fmt::Debug for LinesBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinesBody")
    }
}

impl FromRequest for LinesBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_lines(request);
        let arriving = web::Payload::from_request(request, payload).into_inner();
        Box::pin(async move {
            media?;
            let failed = |error: actix_web::Error| Error::Internal(error.to_string());
            arriving.map(LinesBody).map_err(failed)
        })
    }
}

impl<T: Decode> FromRequest for Body<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_json(request, false);
        let bytes = read(request, payload, LIMIT);
        Box::pin(async move {
            media?;
            let value = parse(&bytes.await?)?;
            fields::decode(value).map(Body).map_err(Error::invalid)
        })
    }
}

impl<T: Decode> FromRequest for OptionalBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_json(request, false);
        let bytes = read(request, payload, LIMIT);
        Box::pin(async move {
            let bytes = bytes.await?;
            let value = if bytes.is_empty() {
                Value::Object(Map::new())
            } else {
                media.and_then(|()| parse(&bytes))?
            };
            fields::decode(value)
                .map(OptionalBody)
                .map_err(Error::invalid)
        })
    }
}

impl FromRequest for MergePatch {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_json(request, true);
        let bytes = read(request, payload, LIMIT);
        Box::pin(async move {
            media?;
            match parse(&bytes.await?)? {
                Value::Object(patch) => Ok(MergePatch(patch)),
                _ => Err(Error::fault(
                    "",
                    "wrong_type",
                    "a merge patch is a JSON object here",
                )),
            }
        })
    }
}

/// The most bytes that the body of a request like this may have: only a PUT takes XML.
pub(super) fn limit_of(request: &HttpRequest) -> usize {
    match require_xml(request) {
        Ok(()) if request.method() == Method::PUT => XML_LIMIT,
        _ => LIMIT,
    }
}

/// Reads the body up to the limit, or refuses it unread when its length says that it is larger.
pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<web::BytesMut>> + use<> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    let mut payload = payload.take();
    async move {
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let mut bytes = web::BytesMut::new();
        let arrival = async {
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|error| {
                    Error::problem(Code::MalformedJson, format!("the body broke off: {error}"))
                })?;
                if bytes.len() + chunk.len() > limit {
                    return Err(too_large(limit));
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(())
        };
        timeout(ARRIVAL, arrival).await.map_err(|_| {
            Error::problem(
                Code::RequestTimeout,
                "the body did not arrive in 20 seconds",
            )
        })??;
        Ok(bytes)
    }
}

fn too_large(limit: usize) -> Error {
    Error::problem(
        Code::ContentTooLarge,
        format!("a body may have {limit} bytes"),
    )
}

fn parse(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::problem(Code::MalformedJson, error.to_string()))
}

fn require_xml(request: &HttpRequest) -> Result<()> {
    const TAKES: &str = "application/xliff+xml, application/xml, text/xml";
    match media_type(request).as_deref() {
        Some("application/xliff+xml" | "application/xml" | "text/xml") => Ok(()),
        _ => {
            let detail = format!("the body is to be one of {TAKES}");
            Err(Problem::new(Code::UnsupportedMediaType, detail)
                .header("accept", TAKES)
                .into())
        }
    }
}

fn require_lines(request: &HttpRequest) -> Result<()> {
    const TAKES: &str = "application/x-ndjson, application/ndjson, application/jsonl";
    match media_type(request).as_deref() {
        Some(given) if TAKES.split(", ").any(|takes| takes == given) => Ok(()),
        _ => {
            let detail = "the body is to be application/x-ndjson: one JSON object a line";
            Err(Problem::new(Code::UnsupportedMediaType, detail)
                .header("accept-post", TAKES)
                .into())
        }
    }
}

/// The media type of the body, in lower case and without its parameters.
pub(super) fn media_type(request: &HttpRequest) -> Option<String> {
    let given = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = given.split(';').next().unwrap_or(given);
    Some(essence.trim().to_ascii_lowercase())
}

fn require_json(request: &HttpRequest, patch: bool) -> Result<()> {
    match media_type(request).as_deref() {
        Some("application/json") => Ok(()),
        Some("application/merge-patch+json") if patch => Ok(()),
        _ => {
            let takes = if patch {
                "application/merge-patch+json, application/json"
            } else {
                "application/json"
            };
            let header = if patch { "accept-patch" } else { "accept-post" };
            let detail = format!("the body is to be {}", takes.replace(", ", " or "));
            Err(Problem::new(Code::UnsupportedMediaType, detail)
                .header(header, takes)
                .into())
        }
    }
}
