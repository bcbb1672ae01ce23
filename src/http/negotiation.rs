//! The `Accept-Language` header as a handler's parameter.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

pub use crate::values::negotiation::{AcceptLanguage, Fallback, Negotiation, Resolution};

impl FromRequest for AcceptLanguage {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values: Vec<&str> = request
            .headers()
            .get_all(header::ACCEPT_LANGUAGE)
            .filter_map(|value| value.to_str().ok())
            .collect();
        ready(Ok(AcceptLanguage::parse(&values.join(","))))
    }
}
