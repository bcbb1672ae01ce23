//! Requests that run in one transaction from beginning to end: what is only tried (`dry_run`), and what may be
//! repeated (`Idempotency-Key`).

use actix_http::h1;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};

use super::idempotency::{self, Key};
use super::{body, query};
use crate::app::State;
use crate::db::Ending;
use crate::error::{Code, Error, Result};

const PARAMETER: &str = "dry_run";
/// It takes a file of any length, in many transactions: it knows itself how to try one, and that it may be
/// repeated as it is.
const IMPORT: &str = "/v1/import";

/// How a request is to be run.
enum Way {
    /// As any other.
    Plainly,
    /// So that nothing is left behind.
    DryRun,
    /// So that a repetition gets the same answer.
    Once(Key),
}

/// The layer that holds a request in a transaction where it asks for that.
///
/// # Errors
/// When the transaction cannot be begun or committed.
pub async fn hold(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    match (Way::of(&mut request), state) {
        (Ok(Way::DryRun), Some(state)) => try_out(&state, request, next).await,
        (Ok(Way::Once(key)), Some(state)) => idempotency::run(&state, key, request, next).await,
        (Ok(_), _) => Ok(next.call(request).await?.map_into_boxed_body()),
        (Err(error), _) => Ok(request.into_response(error.error_response())),
    }
}

impl Way {
    /// What the request asks for; the parameter is taken out, as no handler knows it.
    fn of(request: &mut ServiceRequest) -> Result<Way> {
        let method = request.method().clone();
        let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&method);
        if !writes || !request.path().starts_with("/v1/") {
            return Ok(Way::Plainly);
        }
        let key = match method == Method::POST {
            true => Key::of(request.headers())?,
            false => None,
        };
        if request.path() == IMPORT {
            return match key {
                None => Ok(Way::Plainly),
                Some(_) => Err(invalid(
                    "Idempotency-Key: an import can be repeated as it is: what is there already is left alone",
                )),
            };
        }
        let dry_run = take_parameter(request)?;
        Ok(match key {
            _ if dry_run => Way::DryRun,
            Some(key) => Way::Once(key),
            None => Way::Plainly,
        })
    }
}

/// Whether `dry_run` is asked for, which the query is without from here on. A query that cannot be read is left to
/// the handler, which refuses it.
fn take_parameter(request: &mut ServiceRequest) -> Result<bool> {
    let given = query::pairs(request.query_string()).unwrap_or_default();
    let values: Vec<&str> = given
        .iter()
        .filter(|(name, _)| name == PARAMETER)
        .map(|(_, value)| value.as_str())
        .collect();
    let dry_run = match values.as_slice() {
        [] => return Ok(false),
        ["true"] => true,
        ["false"] => false,
        [_] => return Err(invalid("dry_run: takes true or false")),
        _ => return Err(invalid("dry_run: may be given once only")),
    };
    let others: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| {
            query::pairs(pair).is_ok_and(|pairs| pairs.iter().all(|(name, _)| name != PARAMETER))
        })
        .collect();
    let target = match others.is_empty() {
        true => request.path().to_owned(),
        false => format!("{}?{}", request.path(), others.join("&")),
    };
    let uri: Uri = target
        .parse()
        .map_err(|_| invalid("the address is malformed"))?;
    request.head_mut().uri = uri;
    Ok(dry_run)
}

/// Does as it is asked, and takes it back.
async fn try_out(
    state: &State,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Err(error) = read_body(&mut request).await {
        return Ok(request.into_response(error.error_response()));
    }
    let tried = state.db.hold(true, async |held| {
        let answered = match held.during(next.call(request)).await {
            Ok(answered) => answered.map_into_boxed_body(),
            Err(error) => return Ending::RollBack(Err(error)),
        };
        let checked = match answered.status().is_success() {
            true => held.check().await,
            false => Ok(()),
        };
        Ending::RollBack(Ok(match checked {
            Ok(()) => answered,
            Err(error) => {
                let (request, _) = answered.into_parts();
                ServiceResponse::new(request, error.error_response())
            }
        }))
    });
    tried.await?
}

/// Reads the whole body, so that no transaction waits for it, and puts it back for the handler.
///
/// # Errors
/// As those of a handler that reads it.
pub(super) async fn read_body(request: &mut ServiceRequest) -> Result<web::Bytes> {
    let mut payload = request.take_payload();
    let limit = body::limit_of(request.request());
    let bytes = body::read(request.request(), &mut payload, limit)
        .await?
        .freeze();
    let (_, mut again) = h1::Payload::create(true);
    again.unread_data(bytes.clone());
    request.set_payload(Payload::from(again));
    Ok(bytes)
}

fn invalid(detail: &str) -> Error {
    Error::problem(Code::InvalidParameter, detail)
}
