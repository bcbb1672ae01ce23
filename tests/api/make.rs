//! Content for tests.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// An article in English with this title, published; its id.
pub(crate) async fn published(admin: &Client, title: &str) -> String {
    let body = json!({"source_locale": "en", "translation": {"title": title, "body": "Some words."}, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

/// An article in English with this title, not published; its id.
pub(crate) async fn draft(admin: &Client, title: &str) -> String {
    let body =
        json!({"source_locale": "en", "translation": {"title": title, "body": "Some words."}});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

/// Writes the article in one more language and publishes it.
pub(crate) async fn translate(admin: &Client, article: &str, locale: &str, title: &str) {
    let path = format!("/v1/articles/{article}/translations/{locale}");
    admin
        .put(&path, json!({"title": title, "body": "Some words."}))
        .await
        .expect(201);
    admin
        .post(&format!("{path}/publish"), json!({}))
        .await
        .expect(200);
}

/// A tag with this name; its id.
pub(crate) async fn tag(admin: &Client, name: &str) -> String {
    id(&admin
        .post("/v1/tags", json!({"name": name}))
        .await
        .expect(201))
}

/// Takes these lines in; what became of each.
pub(crate) async fn import(admin: &Client, lines: &[Value]) -> Vec<Value> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    import_text(admin, text).await
}

/// The same of lines as they are written.
pub(crate) async fn import_text(admin: &Client, text: impl Into<reqwest::Body>) -> Vec<Value> {
    let request = admin.request("POST", "/v1/import");
    let request = request.header("content-type", "application/x-ndjson");
    let answer = Answer::of(request.body(text)).await;
    answer.check(200);
    answer.lines()
}

/// Takes this line in, which is to do this.
#[track_caller]
pub(crate) fn imported(results: &[Value], expected: &[&str]) {
    let verdicts: Vec<&str> = results
        .iter()
        .map(|one| one["result"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, expected, "{results:?}");
}

/// The values of a member in the items of a collection.
pub(crate) fn members(page: &Value, name: &str) -> Vec<Value> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[name].clone())
        .collect()
}

/// The id in a document.
pub(crate) fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}
