//! Query strings, read strictly: a parameter that is unknown, repeated or malformed is a 400.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::{Code, Error, Result};
use crate::values::time;

/// The query string as the struct `T`, which lists every parameter that the path knows.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Query))
    }
}

/// No query string at all.
#[derive(Debug)]
pub struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let refuse = |(name, _): &(String, String)| {
            Err(invalid(format!("there is no parameter `{name}` here")))
        };
        ready(
            pairs(request.query_string())
                .and_then(|pairs| pairs.first().map_or(Ok(NoQuery), refuse)),
        )
    }
}

/// Reads a query string.
///
/// # Errors
/// 400 that names the parameter.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    let mut parameters = Map::new();
    for (name, value) in pairs(query)? {
        match parameters.get_mut(&name) {
            None => {
                parameters.insert(name, Value::String(value));
            }
            Some(Value::Array(values)) => values.push(Value::String(value)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::String(value)]),
        }
    }
    serde_path_to_error::deserialize(Value::Object(parameters)).map_err(|error| {
        let name = error.path().to_string();
        let reason = error
            .inner()
            .to_string()
            .replace(
                "invalid type: sequence, expected a string",
                "may be given once only",
            )
            .replace("unknown field", "unknown parameter");
        invalid(if name == "." || name == "?" {
            reason
        } else {
            format!("{name}: {reason}")
        })
    })
}

/// The parameters in their order, decoded as `application/x-www-form-urlencoded` has it.
///
/// # Errors
/// 400 for what is not UTF-8 and for control characters, which no parameter takes.
pub fn pairs(query: &str) -> Result<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| invalid("the query is not UTF-8".into()))?;
    if decoded.chars().any(char::is_control) {
        return Err(invalid("the query has a control character".into()));
    }
    Ok(decoded.into_owned())
}

fn invalid(detail: String) -> Error {
    Error::problem(Code::InvalidParameter, detail)
}

/// `true` or `false` (for `deserialize_with`).
///
/// # Errors
/// For anything else.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => Err(D::Error::custom("takes true or false")),
    }
}

/// A parameter that may be repeated (for `deserialize_with`).
///
/// # Errors
/// When there are more than 20.
pub fn repeated<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(String),
        Many(Vec<String>),
    }
    let values = match Given::deserialize(deserializer)? {
        Given::One(value) => vec![value],
        Given::Many(values) => values,
    };
    if values.len() > 20 {
        return Err(D::Error::custom("may be repeated 20 times"));
    }
    Ok(values)
}

/// Several values with commas between them (for `deserialize_with`), at most 100.
///
/// # Errors
/// When there are more, or one of them is not what it should be.
pub fn commas<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    let parts: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 100 {
        return Err(D::Error::custom("takes at most 100 values"));
    }
    parts
        .into_iter()
        .map(|part| part.parse().map_err(D::Error::custom))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// A moment (for `deserialize_with`).
///
/// # Errors
/// For anything else.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    time::parse(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(time::TAKES))
}

/// A whole number (for `deserialize_with`).
///
/// # Errors
/// For anything else.
pub fn number<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
{
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map(Some)
        .map_err(|_| D::Error::custom("takes a whole number"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct Asked {
        word: Option<String>,
        #[serde(deserialize_with = "flag")]
        open: Option<bool>,
        #[serde(deserialize_with = "repeated")]
        tag: Vec<String>,
        #[serde(deserialize_with = "commas")]
        ids: Option<Vec<u8>>,
    }

    fn detail(query: &str) -> String {
        parse::<Asked>(query).unwrap_err().into_problem().detail
    }

    #[test]
    fn a_query_is_read() {
        let asked: Asked = parse("word=a+b%20%E0%A4%95&open=true&tag=x&tag=y&ids=1,2").unwrap();
        let expected = Asked {
            word: Some("a b क".into()),
            open: Some(true),
            tag: vec!["x".into(), "y".into()],
            ids: Some(vec![1, 2]),
        };
        assert_eq!(asked, expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(detail("nope=1").contains("nope"));
        assert_eq!(detail("word=1&word=2"), "word: may be given once only");
        assert_eq!(detail("open=yes"), "open: takes true or false");
        assert!(detail("ids=1,300").starts_with("ids: "));
        assert_eq!(detail("word=%FF"), "the query is not UTF-8");
        assert_eq!(detail("word=%00"), "the query has a control character");
    }
}
