//! What requests are asked with: path parameters and headers, described by rule.

use serde_json::{Value, json};

use super::ID;

/// Path parameters mean the same wherever they stand.
pub(super) fn describe_parameters(operation: &mut Value) {
    for parameter in parameters_of(operation) {
        if parameter["in"] != "path" {
            continue;
        }
        let (description, example, longest) = match parameter["name"].as_str().unwrap_or_default() {
            "article" => (
                "The article: its id, or a slug of one of its editions.",
                "old-bridge-reopens",
                200,
            ),
            "locale" => ("A language tag (BCP 47).", "hi", 35),
            "tag" => ("The tag: its id, its slug, or a synonym.", "transport", 120),
            "comment" => ("The comment's id.", ID, 36),
            "ban" => ("The ban's id.", ID, 36),
            "revision" => {
                parameter["description"] = json!("A revision's number, counted from 1.");
                parameter["example"] = json!(3);
                parameter["schema"] = json!({"type": "integer", "minimum": 1, "maximum": i32::MAX});
                continue;
            }
            "part" => {
                parameter["description"] = json!("A part's number, as the index has it.");
                parameter["example"] = json!(1);
                parameter["schema"] =
                    json!({"type": "integer", "minimum": 1, "maximum": 999_999_999_999_i64});
                continue;
            }
            "token" => ("The last segment of a preview link.", "7Yb0Zk3v", 200),
            "code" => ("The last segment of a problem's type.", "not-found", 60),
            _ => ("The id.", ID, 36),
        };
        parameter["description"] = json!(description);
        parameter["example"] = json!(example);
        parameter["schema"] = json!({"type": "string", "minLength": 1, "maxLength": longest});
    }
}

fn parameters_of(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    let parameters = operation.get_mut("parameters");
    parameters
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn header_parameter(name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description, "example": example,
        "schema": {"type": "string", "maxLength": 1000},
    })
}

/// Whether writes of this path run in one transaction. An import does not, and says itself what it takes.
fn is_held(path: &str) -> bool {
    path.starts_with("/v1/") && path != "/v1/import"
}

/// Whether the operation takes an `Idempotency-Key`.
pub(super) fn takes_key(path: &str, method: &str) -> bool {
    method == "post" && is_held(path)
}

/// What makes a POST safe to repeat.
fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A key of the client's own making, such as a UUID: whoever sends the request again with it \
            within 24 hours gets the same answer, and nothing is done twice.",
        "example": ID,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    })
}

/// What tries a write.
fn dry_run() -> Value {
    json!({
        "name": "dry_run", "in": "query", "required": false,
        "description": "`true`: everything is checked and answered as by the write, and nothing is left behind.",
        "schema": {"type": "boolean", "default": false},
    })
}

/// Headers that a request may have by what it is, and the parameter that every write has.
pub(super) fn add_parameters(operation: &mut Value, path: &str, method: &str) {
    let asks_for = |operation: &Value, name: &str| {
        operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|parameter| parameter["name"] == name && parameter["in"] == "query")
    };
    let mut added = vec![];
    if method == "get" {
        added.push(header_parameter(
            "If-None-Match",
            "An `ETag` seen before: 304 while it still holds.",
            "\"t7\"",
        ));
        if asks_for(operation, "locale") {
            let description = "The languages wanted, where `locale` does not say it.";
            added.push(header_parameter(
                "Accept-Language",
                description,
                "mr, hi;q=0.8",
            ));
        }
    } else if writes_one(operation, path, method) {
        let description = "The `ETag` that the change was made on: 412 when it has changed since.";
        added.push(header_parameter("If-Match", description, "\"t7\""));
        if method == "put" {
            added.push(header_parameter(
                "If-None-Match",
                "`*`: only create, 412 when it exists.",
                "*",
            ));
        }
    }
    if takes_key(path, method) {
        added.push(idempotency_key());
    }
    if method != "get" && is_held(path) {
        added.push(dry_run());
    }
    if added.is_empty() {
        return;
    }
    match operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        Some(parameters) => parameters.extend(added),
        None => operation["parameters"] = json!(added),
    }
}

/// Whether the operation honours `If-Match`: all changes of something that is there do, and those
/// actions that say so. A reaction is its visitor's own, and has no version.
pub(super) fn writes_one(operation: &Value, path: &str, method: &str) -> bool {
    method != "post" && !path.ends_with("/reaction")
        || operation["description"]
            .as_str()
            .is_some_and(|text| text.contains("If-Match"))
}
