//! The one error type of every request, and the problem document it becomes (RFC 9457).

use crate::values::fields::Fault;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};

mod code;
mod problem;

pub use code::Code;
pub use problem::{Problem, ProblemDocument};

/// What every fallible step of a request returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client is told what is wrong.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// What was asked for now lives at another address, a path under this service.
    #[error("moved to {location}")]
    Moved {
        /// Its address.
        location: String,
        /// The cache keys of what has moved, space separated.
        keys: String,
    },
    /// Other changes were in the way, and stayed there.
    #[error("other changes are in the way")]
    Contended,
    /// Something failed that the client can do nothing about: told to the log, not to the client.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// A problem of the kind.
    pub fn problem(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// The same for a CDN to purge when what bears one of these keys changes, space separated.
    #[must_use]
    pub fn until_changes(self, keys: &str) -> Self {
        match self {
            Error::Problem(problem) => (*problem).header("surrogate-key", keys).into(),
            other => other,
        }
    }

    /// 404 for a thing of this name.
    pub fn not_found(what: &str) -> Self {
        Error::problem(
            Code::NotFound,
            format!("there is no {what} here that you may see"),
        )
    }

    /// 409 with the reason.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Error::problem(Code::Conflict, detail)
    }

    /// 503 with the reason; the client may try again after a second.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Problem::new(Code::Unavailable, detail)
            .header("retry-after", "1")
            .into()
    }

    /// 422 with every fault.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [only] => format!("{}: {}", only.pointer, only.detail),
            many => format!("the body has {} faults", many.len()),
        };
        Problem {
            faults,
            ..Problem::new(Code::ValidationFailed, detail)
        }
        .into()
    }

    /// 422 with one fault.
    pub fn fault(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Error::invalid(vec![Fault::new(pointer, code, detail)])
    }

    /// Both values, or the faults of both.
    ///
    /// # Errors
    /// Their faults together, where both are 422; otherwise the first error.
    pub fn gather<A, B>(first: Result<A>, second: Result<B>) -> Result<(A, B)> {
        match (first, second) {
            (Ok(first), Ok(second)) => Ok((first, second)),
            (Err(Error::Problem(mut one)), Err(Error::Problem(two)))
                if one.code == Code::ValidationFailed && two.code == Code::ValidationFailed =>
            {
                one.faults.extend(two.faults);
                Err(Error::invalid(one.faults))
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// The same with its faults inside the member at this pointer.
    #[must_use]
    pub fn under(self, pointer: &str) -> Self {
        match self {
            Error::Problem(mut problem) if problem.code == Code::ValidationFailed => {
                for fault in &mut problem.faults {
                    fault.pointer.insert_str(0, pointer);
                }
                Error::invalid(problem.faults)
            }
            other => other,
        }
    }

    /// The problem that the client is told.
    pub fn into_problem(self) -> Problem {
        match self {
            Error::Problem(problem) => *problem,
            Error::Contended => Problem::new(Code::Unavailable, "other changes are in the way")
                .header("retry-after", "1"),
            Error::Moved { .. } | Error::Internal(_) => Problem::new(
                Code::Internal,
                "the failure is in the log under this request id",
            ),
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
            Diesel::DatabaseError(Kind::SerializationFailure, _) => Error::Contended,
            Diesel::DatabaseError(_, info) if info.message().contains("deadlock detected") => {
                Error::Contended
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
            Error::Moved { .. } => StatusCode::MOVED_PERMANENTLY,
            Error::Contended => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Error::Moved { location, keys } => {
                response
                    .insert_header(("location", location.as_str()))
                    .insert_header(("surrogate-key", keys.as_str()))
                    .insert_header(("cache-control", "public, max-age=0, s-maxage=5"));
                response.finish()
            }
            Error::Problem(problem) => with_problem(response, (**problem).clone()),
            Error::Contended => with_problem(response, Error::Contended.into_problem()),
            Error::Internal(reason) => {
                log::error!("{reason}");
                response.finish()
            }
        }
    }
}

fn with_problem(mut response: HttpResponseBuilder, problem: Problem) -> HttpResponse {
    response.extensions_mut().insert(problem);
    response.finish()
}
