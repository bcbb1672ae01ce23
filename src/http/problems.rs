//! The outermost layer: request ids, the log line, HEAD, panics, and problem documents for every
//! error, whichever layer it comes from.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tokio::time::timeout;
use uuid::Uuid;

use super::accept::{takes_json, takes_type};
use super::known::Known;
use crate::app::State;
use crate::error::{Code, Error, Problem};

/// The longest that a request may take altogether: beyond the limits of its parts.
const WHOLE: Duration = Duration::from_secs(60);
/// The longest request target, in bytes.
const TARGET: usize = 8 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM: &str = "application/problem+json";

/// The id of a request: the client's own if it sent a sane one.
#[derive(Debug, Clone)]
struct RequestId(String);

impl RequestId {
    fn of(request: &ServiceRequest) -> Self {
        let sane = |id: &&str| {
            (1..=128).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.:+/=".contains(&b))
        };
        let given = request
            .headers()
            .get(REQUEST_ID)
            .and_then(|id| id.to_str().ok())
            .filter(sane);
        RequestId(given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

/// What has to be remembered of a request: it is gone once a handler has it. Layers below find it with the request.
pub(super) struct Seen {
    id: RequestId,
    method: Method,
    path: String,
    public_url: String,
    anonymous: bool,
}

impl Seen {
    fn of(request: &ServiceRequest) -> Self {
        let state = request.app_data::<web::Data<State>>();
        Seen {
            id: RequestId::of(request),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            public_url: state
                .map(|state| state.public_url.clone())
                .unwrap_or_default(),
            anonymous: !request.headers().contains_key(header::AUTHORIZATION),
        }
    }
}

/// Runs a request and sees to it that whatever comes of it is an answer of this API.
///
/// # Errors
/// With a finished answer, where the request that it would go with is lost.
pub async fn answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    if let Some(mut response) = recall(&request) {
        let id = RequestId::of(&request);
        seal(&mut response, &id);
        log_line(request.method(), request.path(), &id, &response, started);
        return Ok(request.into_response(response));
    }
    let seen = Rc::new(Seen::of(&request));
    request.extensions_mut().insert(Rc::clone(&seen));
    if seen.method == Method::HEAD {
        // The server has noted that it was HEAD and sends no body.
        request.head_mut().method = Method::GET;
    }
    let answered = match refuse(&request) {
        Some(error) => Ok(request.into_response(error.error_response())),
        None => run(request, next).await,
    };
    let finish = |response: HttpResponse<BoxBody>| {
        let mut response = explain(response, &seen);
        tag_coding(&mut response);
        merge_vary(&mut response);
        if !seen.anonymous {
            let private = HeaderValue::from_static("private, no-store");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, private);
        }
        seal(&mut response, &seen.id);
        log_line(&seen.method, &seen.path, &seen.id, &response, started);
        response
    };
    match answered {
        Ok(answered) => {
            let (request, response) = answered.into_parts();
            Ok(ServiceResponse::new(request, finish(response)))
        }
        Err(error) => {
            let response = finish(error.error_response());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// The answer that is kept for a request like this one, before anything else is made of it. Where browsers
/// of other origins may call, each answer has headers for its caller: then the long way is taken.
fn recall(request: &ServiceRequest) -> Option<HttpResponse<BoxBody>> {
    let state = request.app_data::<web::Data<State>>()?;
    if !state.config.cors_origins.is_empty() {
        return None;
    }
    let accept = request.headers().get(header::ACCEPT);
    let takes_it =
        accept.is_none_or(|accept| accept == "*/*" || accept.to_str().is_ok_and(takes_json));
    state.cache.as_ref().filter(|_| takes_it)?.recall(request)
}

/// What every answer bears.
fn seal(response: &mut HttpResponse<BoxBody>, id: &RequestId) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
}

fn log_line(
    method: &Method,
    path: &str,
    id: &RequestId,
    response: &HttpResponse<BoxBody>,
    started: Instant,
) {
    log::info!(
        "{method} {} {} {:.1} ms {}",
        without_secret(path),
        response.status().as_u16(),
        started.elapsed().as_secs_f64() * 1000.0,
        id.0
    );
}

/// What can be refused by the look of it.
fn refuse(request: &ServiceRequest) -> Option<Error> {
    let target = request
        .uri()
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > TARGET {
        let detail =
            format!("path and query together may have {TARGET} bytes, these have {target}");
        return Some(Error::problem(Code::UriTooLong, detail));
    }
    let known = request.app_data::<web::Data<Known>>();
    if let Some(Err(error)) = known.map(|known| known.check(request.path(), request.method())) {
        return Some(error);
    }
    let accepts = request
        .headers()
        .get_all(header::ACCEPT)
        .map(|value| value.to_str().unwrap_or("*/*"));
    let accept = accepts.collect::<Vec<_>>().join(",");
    let is_api = request.path().starts_with("/v1/");
    if !is_api || accept.is_empty() || takes_json(&accept) {
        return None;
    }
    let answers = known.map(|known| known.answers(request.path()));
    let answers = answers.unwrap_or_default();
    let taken = answers.iter().any(|answer| takes_type(&accept, answer));
    (!taken).then(|| Error::problem(Code::NotAcceptable, not_acceptable(answers)))
}

fn not_acceptable(answers: &[String]) -> String {
    match answers {
        [] => "answers here are application/json".into(),
        some => format!("answers here are {}", some.join(", ")),
    }
}

/// Runs the request; a panic or an endless wait becomes an error like any other.
async fn run(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match AssertUnwindSafe(timeout(WHOLE, next.call(request)))
        .catch_unwind()
        .await
    {
        Ok(Ok(Ok(response))) => Ok(response.map_into_boxed_body()),
        Ok(Ok(Err(error))) => Err(from_below(&error)),
        Ok(Err(_)) => Err(Error::unavailable("the request took too long")),
        Err(_) => Err(Error::Internal("a handler panicked".into())),
    }
}

/// An error that a layer below gave up with instead of answering.
fn from_below(error: &actix_web::Error) -> Error {
    if let Some(Error::Problem(problem)) = error.as_error() {
        return Error::Problem(problem.clone());
    }
    let code = Code::for_status(error.as_response_error().status_code());
    Error::problem(code, code.title())
}

/// Marks an answer that is finished, whatever its status.
struct Finished;

/// Marks an answer as finished: an error in it has its problem document.
pub(super) fn finished(mut response: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    response.extensions_mut().insert(Finished);
    response
}

/// Gives every error its problem document, once.
pub(super) fn explain(response: HttpResponse<BoxBody>, seen: &Seen) -> HttpResponse<BoxBody> {
    let status = response.status();
    if status.as_u16() < 400 || response.extensions().get::<Finished>().is_some() {
        return response;
    }
    let problem = response.extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| {
        let code = Code::for_status(status);
        Problem::new(code, code.title())
    });
    let document = problem.document(&seen.public_url, &seen.path, &seen.id.0);
    let mut answer = HttpResponse::build(status);
    for (name, value) in response.headers() {
        if !matches!(
            *name,
            header::CONTENT_TYPE | header::CONTENT_LENGTH | header::CONTENT_ENCODING
        ) {
            answer.append_header((name.clone(), value.clone()));
        }
    }
    for (name, value) in &problem.headers {
        answer.insert_header((*name, value.as_str()));
    }
    // What is not there now may be there soon; other errors are nobody else's business.
    let soon = status == StatusCode::NOT_FOUND && seen.anonymous;
    let cache = if soon {
        "public, max-age=0, s-maxage=5"
    } else {
        "no-store"
    };
    answer.insert_header((header::CACHE_CONTROL, cache));
    let document = serde_json::to_vec(&document).unwrap_or_default();
    finished(answer.content_type(PROBLEM).body(document))
}

/// Gives each content coding an entity tag of its own (RFC 9110 section 8.8.3.3).
fn tag_coding(response: &mut HttpResponse<BoxBody>) {
    let headers = response.headers_mut();
    let coding = headers
        .get(header::CONTENT_ENCODING)
        .and_then(|coding| coding.to_str().ok());
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let (Some(coding), Some(tag)) = (coding, tag.and_then(|tag| tag.strip_suffix('"'))) else {
        return;
    };
    if tag.ends_with(&format!(".{coding}")) {
        return;
    }
    if let Ok(tag) = HeaderValue::from_str(&format!("{tag}.{coding}\"")) {
        headers.insert(header::ETAG, tag);
    }
}

/// Says each header that the answer depends on once, whichever layers said so.
fn merge_vary(response: &mut HttpResponse<BoxBody>) {
    let mut names: Vec<String> = Vec::new();
    for value in response.headers().get_all(header::VARY) {
        for name in value.to_str().unwrap_or_default().split(',').map(str::trim) {
            if !name.is_empty() && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", "))
        && !names.is_empty()
    {
        response.headers_mut().insert(header::VARY, value);
    }
}

/// The path as the log may have it: who holds a preview link sees what it shows, so it is none of the log's
/// business.
fn without_secret(path: &str) -> &str {
    const PREVIEWS: &str = "/v1/previews/";
    if path.starts_with(PREVIEWS) {
        PREVIEWS
    } else {
        path
    }
}
