//! `Idempotency-Key`: a request that is repeated gets the answer that the first one got, and has no effect of its
//! own. The answer is kept in the transaction of the effect, so that there is never one without the other, whatever
//! dies when; and that transaction holds the key, so that whoever comes meanwhile is told at once.

mod key;
mod record;

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};

use super::held::read_body;
use super::problems::{Seen, explain, finished};
use super::{body, peer};
use crate::app::State;
use crate::db::answers::{self, ToKeep};
use crate::db::{Ending, Held};
use crate::error::{Code, Error, Problem, Result};
use crate::tokens::Token;
use crate::values::cipher::{decrypt, encrypt};
use crate::values::network::network;
pub(super) use key::Key;
use key::{Asked, Scope};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How many answers that are errors are kept for guests at one address, and the most bytes of each. What else they
/// send has changed nothing, and may be tried again.
const GUEST_ERRORS: (i64, usize) = (1000, 16 * 1024);

/// Runs a request under a key, or gives the answer that there is.
///
/// # Errors
/// When the transaction cannot be begun or committed.
pub(super) async fn run(
    state: &State,
    key: Key,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let body = match read_body(&mut request).await {
        Ok(body) => body,
        Err(error) => return Ok(request.into_response(error.error_response())),
    };
    let asked = asked(state, key, &request, &body);
    let held = state
        .db
        .hold(false, async |held| match earlier(held, &asked).await {
            Ok(None) => first(held, &asked, request, next).await,
            Ok(Some(answer)) => Ending::RollBack(Ok(request.into_response(answer))),
            Err(error) => Ending::RollBack(Ok(request.into_response(error.error_response()))),
        });
    held.await?
}

fn asked(state: &State, key: Key, request: &ServiceRequest, body: &[u8]) -> Asked {
    let scope = match request.extensions().get::<Token>() {
        Some(token) => Scope::Token(token.id),
        None => {
            let address = peer::address(request.request(), &state.config.trusted_proxies);
            let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            Scope::Guest(network(address))
        }
    };
    let media_type = body::media_type(request.request()).unwrap_or_default();
    let said = [
        request.query_string().as_bytes(),
        media_type.as_bytes(),
        body,
    ];
    Asked::new(&state.seal, key, &scope, request.path(), &said)
}

/// The answer to an earlier request under the key, if there was one.
async fn earlier(held: &Held, asked: &Asked) -> Result<Option<HttpResponse<BoxBody>>> {
    if !held
        .beside(async |conn| answers::claim(conn, &asked.row).await)
        .await?
    {
        let detail = "the first request under this Idempotency-Key has not been answered yet: send it again soon";
        let problem = Problem::new(Code::Conflict, detail);
        return Err(problem.header("retry-after", "1").into());
    }
    let kept = held
        .beside(async |conn| answers::find(conn, &asked.row).await)
        .await?;
    let Some(kept) = kept else {
        return Ok(None);
    };
    let Some(answer) = kept.answer else {
        return Err(Error::conflict(
            "this Idempotency-Key was used, and what was answered has been erased with a person's data: take another",
        ));
    };
    if kept.fingerprint != asked.fingerprint {
        return Err(Error::problem(
            Code::IdempotencyKeyReused,
            "this Idempotency-Key was used for another request to this path: take another",
        ));
    }
    let answer = decrypt(asked.key.secret(), &asked.row, &answer);
    let answer = answer.and_then(|answer| record::read(&answer));
    let mut answer =
        answer.ok_or_else(|| Error::Internal("an answer that cannot be read".into()))?;
    let replayed = HeaderValue::from_static("true");
    answer.headers_mut().insert(REPLAYED, replayed);
    Ok(Some(finished(answer)))
}

/// Runs the first request under the key, and keeps its answer with what it changes.
async fn first(
    held: &Held,
    asked: &Asked,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Ending<Result<ServiceResponse<BoxBody>, actix_web::Error>> {
    let seen = request.extensions().get::<Rc<Seen>>().cloned();
    let answered = match held.during(next.call(request)).await {
        Ok(answered) => answered.map_into_boxed_body(),
        Err(error) => return Ending::RollBack(Err(error)),
    };
    if !is_kept(answered.status()) {
        return Ending::RollBack(Ok(answered));
    }
    let (request, answer) = answered.into_parts();
    let answer = match seen {
        Some(seen) => explain(answer, &seen),
        None => answer,
    };
    let (answered, is_done) = match keep(held, asked, answer).await {
        Ok(answer) => (answer, true),
        Err(error) => (error.error_response(), false),
    };
    let answered = Ok(ServiceResponse::new(request, answered));
    match is_done {
        true => Ending::Commit(answered),
        false => Ending::RollBack(answered),
    }
}

/// Whether the answer is the last word. What the client is to repeat (later, or with a token) is not; nor is a
/// failure of this service.
fn is_kept(status: StatusCode) -> bool {
    const AGAIN: [StatusCode; 3] = [
        StatusCode::UNAUTHORIZED,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    !status.is_server_error() && !AGAIN.contains(&status)
}

/// Keeps the answer. One that is sent in parts is not kept: it has changed nothing.
async fn keep(
    held: &Held,
    asked: &Asked,
    answer: HttpResponse<BoxBody>,
) -> Result<HttpResponse<BoxBody>> {
    if matches!(answer.body().size(), BodySize::Stream) {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let bytes = body
        .try_into_bytes()
        .map_err(|_| Error::Internal("an answer that is in parts".into()))?;
    let guest = asked
        .guest
        .clone()
        .filter(|_| head.status().is_client_error());
    let is_small = bytes.len() <= GUEST_ERRORS.1;
    if guest.is_none() || is_small {
        let answer = encrypt(asked.key.secret(), &asked.row, record::write(&head, &bytes));
        let answer = ToKeep {
            key: asked.row.clone(),
            guest: guest.map(|guest| (guest, GUEST_ERRORS.0)),
            fingerprint: asked.fingerprint.clone(),
            answer: answer.ok_or_else(|| Error::Internal("an answer was not encrypted".into()))?,
            about: held.about(),
        };
        held.beside(async |conn| answer.keep(conn).await).await?;
    }
    Ok(record::with_body(head, bytes))
}
