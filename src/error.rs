//! The one error type of every request, and the problem document it becomes (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::values::fields::Fault;

/// What every fallible step of a request returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client is told what is wrong.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// What was asked for now lives at another address, a path under this service.
    #[error("moved to {0}")]
    Moved(String),
    /// Something failed that the client can do nothing about: told to the log, not to the client.
    #[error("internal error: {0}")]
    Internal(String),
}

/// The kinds of problem there are. The code is the last segment of a problem's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The body is not JSON.
    MalformedJson,
    /// A query parameter, header or path segment has no meaning here.
    InvalidParameter,
    /// The cursor is damaged, forged or of another list.
    InvalidCursor,
    /// No valid token.
    Unauthenticated,
    /// A valid token that may not do this.
    Forbidden,
    /// Not there, or not visible to this caller.
    NotFound,
    /// The article is there, but not in this language.
    TranslationNotAvailable,
    /// A known path with a method that it does not have.
    MethodNotAllowed,
    /// The `Accept` header excludes what there is.
    NotAcceptable,
    /// The body did not arrive in time.
    RequestTimeout,
    /// A uniqueness or state conflict.
    Conflict,
    /// `If-Match` or `If-None-Match` does not hold.
    PreconditionFailed,
    /// A precondition is demanded and absent.
    PreconditionRequired,
    /// The body is over the limit.
    ContentTooLarge,
    /// The request target is over 8 KiB.
    UriTooLong,
    /// A media type that this path does not take.
    UnsupportedMediaType,
    /// Well-formed, but not valid.
    ValidationFailed,
    /// A failure of this service.
    Internal,
    /// The database is away, or too busy.
    Unavailable,
}

impl Code {
    /// Every code, in the order of their statuses.
    pub const ALL: [Code; 19] = [
        Code::MalformedJson,
        Code::InvalidParameter,
        Code::InvalidCursor,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::TranslationNotAvailable,
        Code::MethodNotAllowed,
        Code::NotAcceptable,
        Code::RequestTimeout,
        Code::Conflict,
        Code::PreconditionFailed,
        Code::PreconditionRequired,
        Code::ContentTooLarge,
        Code::UriTooLong,
        Code::UnsupportedMediaType,
        Code::ValidationFailed,
        Code::Internal,
        Code::Unavailable,
    ];

    /// Its name, HTTP status, title, and what a client can do about it.
    #[rustfmt::skip]
    fn facts(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Code::MalformedJson => ("malformed-json", S::BAD_REQUEST, "The body is not valid JSON",
                "The request body could not be read as one JSON value in UTF-8. The detail says where reading stopped."),
            Code::InvalidParameter => ("invalid-parameter", S::BAD_REQUEST, "A parameter is not valid",
                "A query parameter, header or path segment is unknown, repeated or malformed. The detail names it and says what it takes."),
            Code::InvalidCursor => ("invalid-cursor", S::BAD_REQUEST, "The cursor is not valid",
                "A cursor is taken from `next_cursor` or a `Link` header as it is, and used with the same filters and sort. Start again without one."),
            Code::Unauthenticated => ("unauthenticated", S::UNAUTHORIZED, "A valid token is needed",
                "Send `Authorization: Bearer <token>` with a token that exists, has not expired and has not been revoked."),
            Code::Forbidden => ("forbidden", S::FORBIDDEN, "The token may not do this",
                "The token is valid, but lacks the scope or the locale that the detail names."),
            Code::NotFound => ("not-found", S::NOT_FOUND, "There is nothing here",
                "The path is unknown, or what it names does not exist or is not visible to this caller."),
            Code::TranslationNotAvailable => ("translation-not-available", S::NOT_FOUND, "Not available in this language",
                "The article is published, but not in the language asked for. `available_locales` lists those it is published in; `fallback=chain` lets the answer be one of them."),
            Code::MethodNotAllowed => ("method-not-allowed", S::METHOD_NOT_ALLOWED, "The method is not allowed here",
                "The `Allow` header lists the methods of this path."),
            Code::NotAcceptable => ("not-acceptable", S::NOT_ACCEPTABLE, "No representation is acceptable",
                "Answers are JSON: send `Accept: application/json`, or none."),
            Code::RequestTimeout => ("request-timeout", S::REQUEST_TIMEOUT, "The request took too long to arrive",
                "The body did not arrive in time. Send it again."),
            Code::Conflict => ("conflict", S::CONFLICT, "The request conflicts with what is there",
                "Something unique is taken, something is in use, or the change is not possible in the present state. The detail says what."),
            Code::PreconditionFailed => ("precondition-failed", S::PRECONDITION_FAILED, "The precondition does not hold",
                "What you edit has changed since you read it, or exists already. Read it again and repeat the change on what you find."),
            Code::PreconditionRequired => ("precondition-required", S::PRECONDITION_REQUIRED, "A precondition is required",
                "This installation takes writes with `If-Match` (the `ETag` you last saw) or `If-None-Match: *` only."),
            Code::ContentTooLarge => ("content-too-large", S::PAYLOAD_TOO_LARGE, "The body is too large",
                "The request body is over the limit that the detail names."),
            Code::UriTooLong => ("uri-too-long", S::URI_TOO_LONG, "The request target is too long",
                "Path and query together may have 8,192 bytes."),
            Code::UnsupportedMediaType => ("unsupported-media-type", S::UNSUPPORTED_MEDIA_TYPE, "The media type is not supported",
                "Bodies are `application/json`; PATCH also takes `application/merge-patch+json`."),
            Code::ValidationFailed => ("validation-failed", S::UNPROCESSABLE_ENTITY, "The body is not valid",
                "`errors` lists every fault with a JSON pointer to the member, a code and a sentence. Nothing was written."),
            Code::Internal => ("internal", S::INTERNAL_SERVER_ERROR, "Something went wrong here",
                "The failure is in the log under the request id. Nothing was written."),
            Code::Unavailable => ("unavailable", S::SERVICE_UNAVAILABLE, "Not available right now",
                "The database is away or too busy. Try again after the seconds that `Retry-After` names."),
        }
    }

    /// The last segment of the problem's `type`.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> StatusCode {
        self.facts().1
    }

    /// One sentence that is the same for every problem of the kind.
    pub fn title(self) -> &'static str {
        self.facts().2
    }

    /// What a client can do about it, in Markdown.
    pub fn explanation(self) -> &'static str {
        self.facts().3
    }

    /// The code for an error that a layer below answered with a bare status.
    pub fn for_status(status: StatusCode) -> Code {
        let fallback = if status.is_client_error() { Code::InvalidParameter } else { Code::Internal };
        Code::ALL
            .into_iter()
            .find(|code| code.status() == status && *code != Code::MalformedJson)
            .unwrap_or(fallback)
    }
}

/// What a client is told, before the address of the request is known.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Which kind of problem it is.
    pub code: Code,
    /// What happened this time, in a sentence.
    pub detail: String,
    /// Every fault of the body, for [`Code::ValidationFailed`].
    pub faults: Vec<Fault>,
    /// Members of its own, such as `available_locales`.
    pub extensions: Map<String, Value>,
    /// Headers that go with it, such as `Allow`.
    pub headers: Vec<(&'static str, String)>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl Problem {
    /// A problem of the kind, with what happened this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem { code, detail: detail.into(), faults: vec![], extensions: Map::new(), headers: vec![] }
    }

    /// The same with a member of its own.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(member.into(), value.into());
        self
    }

    /// The same with a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The document as sent: RFC 9457 with `request_id`, and `errors` for a body's faults.
    pub fn document(&self, public_url: &str, instance: &str, request_id: &str) -> ProblemDocument {
        ProblemDocument {
            r#type: format!("{public_url}/problems/{}", self.code.name()),
            title: self.code.title().into(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            instance: instance.into(),
            request_id: request_id.into(),
            errors: self.faults.clone(),
            extensions: self.extensions.clone(),
        }
    }
}

/// An error as every layer of the service answers it (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The kind of problem: an absolute address whose page explains it.
    #[schema(max_length = 2048, example = "http://127.0.0.1:8080/problems/not-found")]
    r#type: String,
    /// The kind in a sentence.
    #[schema(max_length = 200, example = "There is nothing here")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// What happened this time.
    #[schema(max_length = 10000, example = "there is no article here that you may see")]
    detail: String,
    /// The path that was asked for.
    #[schema(max_length = 8192, example = "/v1/articles/no-such-article")]
    instance: String,
    /// The request's id, which the log has too.
    #[schema(max_length = 128, example = "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10")]
    request_id: String,
    /// Every fault of the body, for `validation-failed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 1000)]
    errors: Vec<Fault>,
    #[serde(flatten)]
    #[schema(ignore)]
    extensions: Map<String, Value>,
}

impl Error {
    /// A problem of the kind.
    pub fn problem(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// 404 for a thing of this name.
    pub fn not_found(what: &str) -> Self {
        Error::problem(Code::NotFound, format!("there is no {what} here that you may see"))
    }

    /// 409 with the reason.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Error::problem(Code::Conflict, detail)
    }

    /// 503 with the reason; the client may try again after a second.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Problem::new(Code::Unavailable, detail).header("retry-after", "1").into()
    }

    /// 422 with every fault.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [only] => format!("{}: {}", only.pointer, only.detail),
            many => format!("the body has {} faults", many.len()),
        };
        Problem { faults, ..Problem::new(Code::ValidationFailed, detail) }.into()
    }

    /// 422 with one fault.
    pub fn fault(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Error::invalid(vec![Fault::new(pointer, code, detail)])
    }

    /// The problem that the client is told.
    pub fn into_problem(self) -> Problem {
        match self {
            Error::Problem(problem) => *problem,
            Error::Moved(_) | Error::Internal(_) => {
                Problem::new(Code::Internal, "the failure is in the log under this request id")
            }
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Problem(Box::new(problem))
    }
}

/// A violated constraint that nobody named on the way, and a failure of SQL, are this service's own
/// mistakes; a database that is away or overrun is not.
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        match &error {
            Diesel::NotFound => Error::not_found("such thing"),
            Diesel::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => {
                Error::unavailable("the database connection was lost")
            }
            Diesel::DatabaseError(Kind::SerializationFailure, _) => {
                Error::unavailable("another change was in the way")
            }
            Diesel::DatabaseError(_, info) if is_passing(info.message()) => {
                Error::unavailable("the database is busy or restarting")
            }
            Diesel::DatabaseError(_, info) if info.message().contains("connection closed") => {
                Error::unavailable("the database connection was lost")
            }
            _ => Error::Internal(error.to_string()),
        }
    }
}

/// Whether PostgreSQL's message tells of a state that passes: there is no SQLSTATE to go by here.
fn is_passing(message: &str) -> bool {
    [
        "canceling statement due to",
        "terminating connection",
        "the database system is",
        "deadlock detected",
        "too many clients",
        "remaining connection slots",
        "communicating with the server",
    ]
    .iter()
    .any(|known| message.contains(known))
}

/// The middleware `http::problems` turns what is left here into the problem document.
impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::Problem(problem) => problem.code.status(),
            Error::Moved(_) => StatusCode::MOVED_PERMANENTLY,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Error::Moved(location) => {
                response
                    .insert_header(("location", location.as_str()))
                    .insert_header(("cache-control", "public, max-age=0, s-maxage=5"));
                response.finish()
            }
            Error::Problem(problem) => {
                response.extensions_mut().insert((**problem).clone());
                response.finish()
            }
            Error::Internal(reason) => {
                log::error!("{reason}");
                response.finish()
            }
        }
    }
}
