//! The problem document (RFC 9457).

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Code;
use crate::values::fields::Fault;

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
        Problem {
            code,
            detail: detail.into(),
            faults: vec![],
            extensions: Map::new(),
            headers: vec![],
        }
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
    #[schema(
        max_length = 2048,
        example = "http://127.0.0.1:8080/problems/not-found"
    )]
    r#type: String,
    /// The kind in a sentence.
    #[schema(max_length = 200, example = "There is nothing here")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// What happened this time.
    #[schema(
        max_length = 10000,
        example = "there is no article here that you may see"
    )]
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
