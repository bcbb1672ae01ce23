//! A caller over HTTP, and what it gets.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A caller, with or without a token.
#[derive(Clone)]
pub(crate) struct Client {
    url: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Client {
    pub(crate) fn new(url: &str, token: Option<String>) -> Client {
        // The service has its own reasons to speak TLS; where it has said how already, it stays so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Client {
            url: url.to_owned(),
            token,
            http,
        }
    }

    /// The token it calls with.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A request to be given headers and a body.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.http.request(
            Method::from_bytes(method.as_bytes()).unwrap(),
            format!("{}{path}", self.url),
        );
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("POST", path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("PUT", path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request("PATCH", path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request("DELETE", path)).await
    }

    /// A write under a header such as `If-Match`; without a body when that is null.
    pub(crate) async fn write(
        &self,
        method: &str,
        path: &str,
        (name, value): (&str, &str),
        body: Value,
    ) -> Answer {
        let request = self.request(method, path).header(name, value);
        Answer::of(if body.is_null() {
            request
        } else {
            request.json(&body)
        })
        .await
    }

    /// A look under a header such as `Accept-Language`.
    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        Answer::of(self.request("GET", path).header(name, value)).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Sends the request.
    pub(crate) async fn of(request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.unwrap(),
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }

    /// The body as lines of JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines = self.text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }

    /// The body as JSON, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        self.check(status);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The same answer, after a look at its status.
    #[track_caller]
    pub(crate) fn check(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The problem document, of an answer with this status and code, found to be well-formed.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        self.check(status);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(
            problem["type"]
                .as_str()
                .unwrap()
                .ends_with(&format!("/problems/{code}")),
            "{problem}"
        );
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for member in ["title", "detail", "instance"] {
            assert!(problem[member].is_string(), "{problem}");
        }
        problem
    }

    /// The header's value, empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The entity tag.
    pub(crate) fn etag(&self) -> String {
        self.header("etag").to_owned()
    }
}

/// The pointers and codes of a problem's faults.
pub(crate) fn faults(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|error| (text(error, "pointer"), text(error, "code")))
        .collect()
}
