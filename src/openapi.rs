//! The OpenAPI document: what the routes do not say themselves.
//!
//! The routes describe what is theirs alone. What holds for all by rule (problems, request headers, the
//! meaning of path parameters) is added here, to the finished JSON.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON object makes what is missing, and all of these are objects"
)]

use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document};

use crate::error::{Code, Problem, ProblemDocument};
use crate::values::fields::Fault;

mod parameters;

use parameters::{add_parameters, describe_parameters, takes_key, writes_one};

#[derive(OpenApi)]
#[openapi(
    components(schemas(ProblemDocument, Fault)),
    tags(
        (name = "articles", description = "The story as a whole, and its editions as readers get them."),
        (name = "translations", description = "The story in each language: working copies and their publication."),
        (name = "tags", description = "What stories are about, named in every language."),
        (name = "comments", description = "What readers say, in threads, and its moderation."),
        (name = "publishing", description = "What other programs read: feeds, sitemaps, structured data."),
        (name = "locales", description = "The languages of the publication."),
        (name = "events", description = "What happened: who did what to which edition when."),
        (name = "transfer", description = "All content, in and out."),
        (name = "tokens", description = "Who may call, and what they may do."),
        (name = "operations", description = "Health, and this document."),
    )
)]
struct Frame;

/// An id for examples.
const ID: &str = "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10";

/// The document's own parts, before the routes add theirs.
pub fn frame() -> Document {
    let mut document = Frame::openapi();
    document.info = InfoBuilder::new()
        .title("Dateline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi/description.md")))
        .license(Some(
            LicenseBuilder::new()
                .name("MIT")
                .identifier(Some("MIT"))
                .build(),
        ))
        .contact(Some(
            ContactBuilder::new()
                .name(Some("The Dateline contributors"))
                .build(),
        ))
        .build();
    document
}

/// The document as JSON, with all that holds by rule.
pub fn complete(document: &Document) -> Value {
    let mut document = json!(document);
    let Value::Object(_) = &document else {
        return document;
    };
    document["servers"] = json!([{"url": "/", "description": "This server"}]);
    document["components"]["securitySchemes"] = json!({"token": {
        "type": "http", "scheme": "bearer", "bearerFormat": "dl_…",
        "description": "A token as `dateline token create` or `POST /v1/tokens` prints it."
    }});
    for code in Code::ALL {
        document["components"]["responses"][code.name()] = problem_response(code);
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            describe_parameters(operation);
            add_parameters(operation, path, method);
            add_problems(operation, path, method);
        }
    }
    describe_extensions(&mut document);
    loosen_patches(&mut document);
    document
}

/// Members that only some problems have.
fn describe_extensions(document: &mut Value) {
    let texts = |description: &str| {
        let items = json!({"type": "string", "maxLength": 40});
        json!({"type": "array", "maxItems": 1000, "items": items, "description": description})
    };
    let members = &mut document["components"]["schemas"]["Problem"]["properties"];
    members["available_locales"] =
        texts("For `translation-not-available`: the languages that there are.");
    members["legal_actions"] =
        texts("For an action that the state does not allow: those that it does.");
    members["article_count"] = json!({
        "type": "integer", "minimum": 0, "description": "For a tag in use: by how many articles.",
    });
}

/// A merge patch may leave out what a whole body has to have: its schema is the same without
/// `required`, under a name of its own.
fn loosen_patches(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let patches = paths
        .filter_map(|(_, item)| item.get_mut("patch"))
        .flat_map(|operation| {
            operation["requestBody"]["content"]
                .as_object_mut()
                .into_iter()
                .flatten()
        });
    let mut loosened = vec![];
    for (_, content) in patches {
        if let Some(name) = content["schema"]["$ref"]
            .as_str()
            .and_then(|path| path.rsplit('/').next())
        {
            let name = name.to_owned();
            content["schema"]["$ref"] = json!(format!("#/components/schemas/{name}Patch"));
            loosened.push(name);
        }
    }
    for name in loosened {
        let mut schema = document["components"]["schemas"][&name].clone();
        if let Some(members) = schema.as_object_mut() {
            members.remove("required");
        }
        document["components"]["schemas"][format!("{name}Patch")] = schema;
    }
}

fn add_problems(operation: &mut Value, path: &str, method: &str) {
    let mut codes = vec![Code::InvalidParameter, Code::Internal];
    if path.starts_with("/v1") {
        codes.extend([
            Code::Unauthenticated,
            Code::NotAcceptable,
            Code::Unavailable,
        ]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if is_secured(operation) {
        codes.push(Code::Forbidden);
    }
    if takes_key(path, method) {
        codes.push(Code::IdempotencyKeyReused);
    }
    if operation.get("requestBody").is_some() {
        codes.extend([
            Code::RequestTimeout,
            Code::ContentTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
        ]);
    }
    if method != "get" {
        codes.push(Code::Conflict);
        if writes_one(operation, path, method) {
            codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]);
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for code in codes {
        let reference = json!({"$ref": format!("#/components/responses/{}", code.name())});
        let slot = responses
            .entry(code.status().as_str())
            .or_insert(Value::Null);
        // A route may have said in its own words what the status means; the problem it is stays the same.
        match slot.get("description").cloned() {
            Some(description) => {
                *slot = problem_response(code);
                slot["description"] = description;
            }
            None => *slot = reference,
        }
    }
    for (status, response) in responses.iter_mut() {
        explain_error(status, response);
        if status.starts_with(['2', '3']) {
            // What is written while it is sent has no tag: that would be known at the end.
            add_answer_headers(response, status, !path.ends_with("/export"));
            if takes_key(path, method) {
                response["headers"]["Idempotent-Replayed"] = json!({
                    "description": "`true`: it was given to an earlier request with the same `Idempotency-Key`.",
                    "schema": {"type": "string", "pattern": "^true$"},
                });
            }
        }
    }
    let sorted: Map<String, Value> = {
        let mut entries: Vec<_> = std::mem::take(responses).into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.into_iter().collect()
    };
    *responses = sorted;
}

/// An error that a route describes in its own words is a problem document like any other.
fn explain_error(status: &str, response: &mut Value) {
    let Some(code) = Code::ALL
        .into_iter()
        .find(|code| code.status().as_str() == status)
    else {
        return;
    };
    let described = response.get("$ref").is_some() || response.get("content").is_some();
    if !described {
        let description = response["description"].clone();
        *response = problem_response(code);
        response["description"] = description;
    }
}

fn is_secured(operation: &Value) -> bool {
    let required = operation["security"].as_array().into_iter().flatten();
    required
        .filter_map(Value::as_object)
        .any(|requirement| !requirement.is_empty())
}

fn add_answer_headers(response: &mut Value, status: &str, tagged: bool) {
    let mut add = |name: &str, description: &str| {
        response["headers"][name] =
            json!({"description": description, "schema": {"type": "string", "maxLength": 8192}});
    };
    add("X-Request-Id", "The request's id, which the log has too.");
    if tagged && matches!(status, "200" | "201") {
        add("ETag", "The state of what is answered.");
    }
    if matches!(status, "201" | "301") {
        add("Location", "Where it is.");
    }
}

fn problem_response(code: Code) -> Value {
    let problem = Problem::new(code, code.explanation());
    let example = problem.document("http://127.0.0.1:8080", "/v1/articles", ID);
    json!({
        "description": code.title(),
        "content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"}, "example": example,
        }},
    })
}
