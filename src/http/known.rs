//! The paths there are, and what answers where no route does.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::error::{Code, Error, Problem, Result};

/// The paths and methods there are, and the document that says so.
#[derive(Debug)]
pub struct Known {
    json: String,
    paths: Vec<(String, Vec<&'static str>)>,
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
        match self.paths.iter().find(|(known, _)| known == path) {
            Some((_, methods)) if !methods.contains(&method.as_str()) => Err(refuse(methods)),
            _ => Ok(()),
        }
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
                (path.clone(), methods)
            });
        Known {
            paths: paths.collect(),
            json: pretty(document),
        }
    }

    /// The methods of a path, if there is such a path. One written out goes before one with a variable.
    fn methods(&self, path: &str) -> Option<&[&'static str]> {
        let matching = self.paths.iter().filter(|(known, _)| matches(known, path));
        matching
            .min_by_key(|(known, _)| known.matches('{').count())
            .map(|(_, methods)| methods.as_slice())
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
            (Some(known), Some(segment)) if known.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
}

/// What answers where no route does: OPTIONS with the methods there are, 405 for another method, 404.
///
/// # Errors
/// The latter two.
pub async fn fallback(request: HttpRequest, known: web::Data<Known>) -> Result<HttpResponse> {
    let Some(methods) = known.methods(request.path()) else {
        return Err(Error::problem(Code::NotFound, "there is no such path"));
    };
    let allow = methods.join(", ");
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .finish());
    }
    Err(refuse(methods))
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
    }
}
