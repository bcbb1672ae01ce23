//! The kinds of problem there are, and what each means.

use actix_web::http::StatusCode;

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
    /// An `Idempotency-Key` that stands for another request already.
    IdempotencyKeyReused,
    /// More than are taken in such a time.
    RateLimited,
    /// A failure of this service.
    Internal,
    /// The database is away, or too busy.
    Unavailable,
}

impl Code {
    /// Every code, in the order of their statuses.
    pub const ALL: [Code; 21] = [
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
        Code::IdempotencyKeyReused,
        Code::RateLimited,
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
            Code::IdempotencyKeyReused => ("idempotency-key-reused", S::UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request",
                "An `Idempotency-Key` stands for one request of one caller to one path, for 24 hours: to repeat it, send the same query and body; for anything else, make a new key. Nothing was written."),
            Code::RateLimited => ("rate-limited", S::TOO_MANY_REQUESTS, "Too many in a short time",
                "More came from one place than is taken in such a time. `Retry-After` says how many seconds to wait, `RateLimit-Policy` how many may come in how long."),
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
        let fallback = if status.is_client_error() {
            Code::InvalidParameter
        } else {
            Code::Internal
        };
        Code::ALL
            .into_iter()
            .find(|code| code.status() == status && *code != Code::MalformedJson)
            .unwrap_or(fallback)
    }
}
