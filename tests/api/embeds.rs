//! Pages of others in articles

use serde_json::json;

use crate::app::TestApp;

const BODY: &str = "Look:\n\n<iframe src=\"https://player.example/1\" title=\"A film\"></iframe>";
const LINK: &str = "<p class=\"embed\"><a href=\"https://player.example/1\" rel=\"noopener noreferrer\">A film</a></p>";

async fn html(app: &TestApp) -> [String; 3] {
    let article = json!({"source_locale": "en", "translation": {"title": "Film", "body": BODY}, "publish": true});
    let made = app.admin().post("/v1/articles", article).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let of = |path: String| async move {
        app.admin().get(&path).await.expect(200)["body_html"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    [
        of(format!("/v1/articles/{id}")).await,
        of(format!("/v1/articles/{id}?view=draft")).await,
        of(format!("/v1/articles/{id}/translations/en")).await,
    ]
}

#[actix_web::test]
async fn what_is_embedded_is_a_link_unless_its_host_is_let_in() {
    let app = TestApp::start().await;
    for html in html(&app).await {
        assert!(html.contains(LINK), "{html}");
    }
    let app = TestApp::start_with(&["--embed-hosts", "player.example"]).await;
    for html in html(&app).await {
        assert!(
            html.contains("<iframe src=\"https://player.example/1\"")
                && html.contains("sandbox=\""),
            "{html}"
        );
    }
}
