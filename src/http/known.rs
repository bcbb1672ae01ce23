//! The paths there are, and what answers where no route does.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use crate::error::{Code, Error, Problem, Result};

/// The paths and methods there are, and the document that says so.
#[derive(Debug)]
pub struct Known {
    json: String,
    paths: Vec<KnownPath>,
}

#[derive(Debug)]
struct KnownPath {
    /// With its variables in braces.
    pattern: String,
    methods: Vec<&'static str>,
    /// The media types that it answers GET with.
    answers: Vec<String>,
}

impl Known {
    /// The document as it is served.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// 405 for a method that a path written out does not have, though one with a variable in its place
    /// would.
    ///
    /// # Errors
    /// That one.
    pub fn check(&self, path: &str, method: &Method) -> Result<()> {
        match self.paths.iter().find(|known| known.pattern == path) {
            Some(known) if !known.methods.contains(&method.as_str()) => Err(refuse(&known.methods)),
            _ => Ok(()),
        }
    }

    /// The media types that the path answers GET with.
    pub fn answers(&self, path: &str) -> &[String] {
        self.find(path).map_or(&[], |known| &known.answers)
    }
}

impl Known {
    /// What the document describes.
    pub fn new(document: &Value) -> Self {
        let paths = document["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(path, item)| {
                let known: [(&str, &[&str]); 5] = [
                    ("get", &["GET", "HEAD"]),
                    ("post", &["POST"]),
                    ("put", &["PUT"]),
                    ("patch", &["PATCH"]),
                    ("delete", &["DELETE"]),
                ];
                let there = known.iter().filter(|(name, _)| item.get(name).is_some());
                let methods = there
                    .flat_map(|(_, methods)| methods.iter().copied())
                    .chain(["OPTIONS"])
                    .collect();
                let answers = item
                    .pointer("/get/responses/200/content")
                    .and_then(Value::as_object);
                KnownPath {
                    pattern: path.clone(),
                    methods,
                    answers: answers.into_iter().flat_map(Map::keys).cloned().collect(),
                }
            });
        Known {
            paths: paths.collect(),
            json: pretty(document),
        }
    }

    /// What is known of a path, if there is such a path. One written out goes before one with a variable.
    fn find(&self, path: &str) -> Option<&KnownPath> {
        let matching = self
            .paths
            .iter()
            .filter(|known| matches(&known.pattern, path));
        matching.min_by_key(|known| known.pattern.matches('{').count())
    }
}

/// The document as it is committed and served.
pub fn pretty(document: &Value) -> String {
    let mut json = serde_json::to_string_pretty(document).unwrap_or_default();
    json.push('\n');
    json
}

fn matches(known: &str, path: &str) -> bool {
    let (mut known, mut path) = (known.split('/'), path.split('/'));
    loop {
        match (known.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(segment)) if known == segment => {}
            (Some(known), Some(segment)) if fits(known, segment) => {}
            _ => return false,
        }
    }
}

/// Whether a segment is a variable's value, with what stands behind the variable.
fn fits(known: &str, segment: &str) -> bool {
    let behind = known
        .strip_prefix('{')
        .and_then(|name| name.split_once('}'));
    behind
        .and_then(|(_, suffix)| segment.strip_suffix(suffix))
        .is_some_and(|value| !value.is_empty())
}

/// What answers where no route does: OPTIONS with the methods there are, 405 for another method, 404.
///
/// # Errors
/// The latter two.
pub async fn fallback(request: HttpRequest, known: web::Data<Known>) -> Result<HttpResponse> {
    let Some(known) = known.find(request.path()) else {
        return Err(Error::problem(Code::NotFound, "there is no such path"));
    };
    let allow = known.methods.join(", ");
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .finish());
    }
    Err(refuse(&known.methods))
}

fn refuse(methods: &[&str]) -> Error {
    let allow = methods.join(", ");
    let detail = format!("this path takes {allow}");
    Problem::new(Code::MethodNotAllowed, detail)
        .header("allow", allow)
        .into()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_path_is_known_by_its_pattern() {
        assert!(matches("/v1/articles/{article}", "/v1/articles/x"));
        assert!(!matches("/v1/articles/{article}", "/v1/articles/"));
        assert!(!matches(
            "/v1/articles/{article}",
            "/v1/articles/x/comments"
        ));
        assert!(matches("/", "/"));
        assert!(matches("/v1/feeds/{locale}.rss", "/v1/feeds/pt-BR.rss"));
        assert!(!matches("/v1/feeds/{locale}.rss", "/v1/feeds/hi.xml"));
        assert!(!matches("/v1/feeds/{locale}.rss", "/v1/feeds/.rss"));
    }
}
