//! `/v1/tokens`

use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_token_is_made_used_and_revoked() {
    let app = TestApp::start().await;
    let reader = app.caller(&["content:read"]).await;
    let current = reader.get("/v1/tokens/current").await.expect(200);
    assert_eq!(current["scopes"], json!(["content:read"]));
    assert!(current.get("token").is_none());
    let path = format!("/v1/tokens/{}", current["id"].as_str().unwrap());
    app.admin().delete(&path).await.check(204);
    reader
        .get("/v1/articles")
        .await
        .problem(401, "unauthenticated");
    app.admin().delete(&path).await.problem(404, "not-found");
}
