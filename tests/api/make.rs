//! Content for tests.

use serde_json::{Value, json};

use crate::client::Client;

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

/// The values of a member in the items of a collection.
pub(crate) fn members(page: &Value, name: &str) -> Vec<Value> {
    page["data"].as_array().unwrap().iter().map(|item| item[name].clone()).collect()
}

/// The id in a document.
pub(crate) fn id(document: &Value) -> String {
    document["id"].as_str().unwrap().to_owned()
}
