//! Swagger UI under `/docs/`, as somebody uses it in a browser

use serde_json::json;

use crate::app::TestApp;
use crate::make::published;
use crate::webdriver::Browser;

/// A browser; none where there is none to be had, but on CI there has to be one.
async fn browser() -> Option<Browser> {
    let browser = Browser::start().await;
    if browser.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "chromium or chromedriver is missing"
        );
        eprintln!(
            "skipped: chromium or chromedriver is missing (apt-get install -y chromium chromium-driver)"
        );
    }
    browser
}

#[tokio::test]
async fn a_comment_is_posted_with_a_token_through_swagger_ui() {
    let Some(browser) = browser().await else {
        return;
    };
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    browser.open(&format!("{}/docs/", app.url)).await;

    browser.click(".btn.authorize").await;
    browser.fill(".auth-container input", admin.token()).await;
    browser.click(".auth-container button[type=submit]").await;
    browser.click(".auth-container .btn-done").await;

    let operation = "#operations-comments-create_comment";
    browser
        .click(&format!("{operation} .opblock-summary-control"))
        .await;
    // It may be open to be tried out already; then the button says how to cancel that.
    browser.find(&format!("{operation} .try-out__btn")).await;
    let cancels =
        format!("return document.querySelector('{operation} .try-out__btn.cancel') !== null");
    if browser.evaluate(&cancels).await == json!(false) {
        browser.click(&format!("{operation} .try-out__btn")).await;
    }
    browser
        .fill(
            &format!("{operation} tr[data-param-name=article] input"),
            &article,
        )
        .await;
    let body =
        json!({"author_name": "Meera", "body": "Posted by hand.", "locale": "en"}).to_string();
    browser
        .fill(&format!("{operation} .body-param__text"), &body)
        .await;
    browser.click(&format!("{operation} .btn.execute")).await;
    let status = browser
        .text(&format!(
            "{operation} .live-responses-table tr.response .response-col_status"
        ))
        .await;
    assert_eq!(status.lines().next(), Some("201"), "{status}");

    let comments = guest
        .get(&format!("/v1/articles/{article}/comments"))
        .await
        .expect(200);
    // Approved at once, which only the token can have done.
    assert_eq!(comments["data"][0]["body"], "Posted by hand.");
    assert_eq!(comments["data"][0]["status"], "approved");
}

#[tokio::test]
async fn swagger_ui_shows_every_operation_and_needs_nothing_from_elsewhere() {
    let Some(browser) = browser().await else {
        return;
    };
    let app = TestApp::start().await;
    browser.open(&format!("{}/docs/", app.url)).await;
    browser.find("#operations-comments-create_comment").await;
    let document = app.guest().get("/openapi.json").await.expect(200);
    let methods = ["get", "post", "put", "patch", "delete"];
    let items = document["paths"].as_object().unwrap().values();
    let operations: usize = items
        .map(|item| {
            methods
                .iter()
                .filter(|method| item.get(*method).is_some())
                .count()
        })
        .sum();
    let shown = browser
        .evaluate("return document.querySelectorAll('.opblock').length")
        .await;
    assert_eq!(shown, json!(operations));
    let loaded = browser
        .evaluate("return performance.getEntriesByType('resource').map(entry => entry.name)")
        .await;
    let loaded = loaded.as_array().unwrap();
    assert!(
        loaded
            .iter()
            .any(|name| name.as_str().unwrap().ends_with("/openapi.json")),
        "{loaded:?}"
    );
    for name in loaded {
        let name = name.as_str().unwrap();
        assert!(
            name.starts_with(&app.url) || name.starts_with("data:"),
            "{name} is from elsewhere"
        );
    }
    let errors = browser
        .evaluate(
            "return [...document.querySelectorAll('.errors-wrapper')].map(box => box.innerText)",
        )
        .await;
    assert_eq!(errors, json!([]));
}
