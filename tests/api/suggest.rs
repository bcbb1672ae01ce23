//! `GET /v1/suggest`

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Client;
use crate::make::{draft, id, members, translate};

async fn story(admin: &Client, locale: &str, title: &str) -> String {
    let body = json!({"source_locale": locale, "translation": {"title": title, "body": "boat"}, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

async fn suggested(caller: &Client, query: &str) -> Vec<Value> {
    let answer = caller.get(&format!("/v1/suggest?{query}")).await;
    members(&answer.expect(200), "title")
}

#[tokio::test]
async fn what_makes_no_sense_is_told() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let long = "x".repeat(1001);
    let words = vec!["a"; 65].join("+");
    for query in [
        "limit=0".to_owned(),
        "limit=101".into(),
        "locale=!".into(),
        "q=a&q=b".into(),
        "fallback=chain".into(),
        format!("q={long}"),
        format!("q={words}"),
    ] {
        guest
            .get(&format!("/v1/suggest?{query}"))
            .await
            .problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn titles_are_suggested_by_the_words_typed_so_far() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let bridge = story(&admin, "en", "The old bridge reopens").await;
    story(&admin, "en", "Bridges of the Konkan").await;
    story(&admin, "en", "Old ferries, new routes").await;
    draft(&admin, "Bridge of drafts").await;
    let guest = app.guest();
    for (query, found) in [
        (
            "q=b",
            vec!["Bridges of the Konkan", "The old bridge reopens"],
        ),
        (
            "q=BRI",
            vec!["Bridges of the Konkan", "The old bridge reopens"],
        ),
        (
            "q=bridge",
            vec!["Bridges of the Konkan", "The old bridge reopens"],
        ),
        ("q=bridges", vec!["Bridges of the Konkan"]),
        ("q=old+b", vec!["The old bridge reopens"]),
        ("q=bridge+ol", vec!["The old bridge reopens"]),
        (
            "q=ol",
            vec!["Old ferries, new routes", "The old bridge reopens"],
        ),
        ("q=the+old", vec!["The old bridge reopens"]),
        ("q=boat", vec![]),
        ("q=x", vec![]),
        ("q=", vec![]),
        ("q=+-+", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(
            suggested(&guest, &format!("{query}&locale=en")).await,
            found,
            "{query}"
        );
    }
    assert_eq!(suggested(&guest, "q=b&limit=1&locale=en").await.len(), 1);
    let answer = guest.get("/v1/suggest?q=reop&locale=en").await;
    assert_eq!(answer.header("surrogate-key"), "list-en site");
    assert_eq!(answer.header("vary"), "Accept-Encoding");
    assert_eq!(
        answer.expect(200),
        json!({"data": [{"id": bridge, "slug": "the-old-bridge-reopens", "title": "The old bridge reopens", "locale": "en"}]})
    );
}

#[tokio::test]
async fn other_letters_and_typos_are_understood() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "hi", "पुल फिर खुला").await;
    story(&admin, "en", "Committee on bridges").await;
    let guest = app.guest();
    for (query, locale, found) in [
        ("pu", "hi", vec!["पुल फिर खुला"]),
        ("pul+kh", "hi", vec!["पुल फिर खुला"]),
        ("%E0%A4%AA%E0%A5%81", "hi", vec!["पुल फिर खुला"]),
        ("comit", "en", vec!["Committee on bridges"]),
        ("comittee", "en", vec!["Committee on bridges"]),
        ("comittee+brigd", "en", vec!["Committee on bridges"]),
        ("comittee", "hi", vec![]),
    ] {
        assert_eq!(
            suggested(&guest, &format!("q={query}&locale={locale}")).await,
            found,
            "{query}"
        );
    }
}

#[tokio::test]
async fn each_article_is_suggested_once_in_its_best_language() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = story(&admin, "en", "Metro 7 opens").await;
    translate(&admin, &article, "hi", "मेट्रो 7 शुरू").await;
    story(&admin, "hi", "ट्राम 7").await;
    let guest = app.guest();
    assert_eq!(suggested(&guest, "q=7").await, ["ट्राम 7", "Metro 7 opens"]);
    assert_eq!(
        suggested(&guest, "q=7&locale=hi").await,
        ["ट्राम 7", "मेट्रो 7 शुरू"]
    );
    assert_eq!(suggested(&guest, "q=7&locale=mr").await, [""; 0]);
    assert_eq!(suggested(&guest, "q=7&locale=xx").await, [""; 0]);
    let answer = guest
        .get_with("/v1/suggest?q=7", "accept-language", "hi")
        .await;
    assert_eq!(answer.header("vary"), "Accept-Encoding, Accept-Language");
    assert_eq!(
        members(&answer.expect(200), "title"),
        ["ट्राम 7", "मेट्रो 7 शुरू"]
    );
    admin
        .put("/v1/locales/hi", json!({"enabled": false}))
        .await
        .expect(200);
    assert_eq!(suggested(&guest, "q=7&locale=hi").await, [""; 0]);
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .expect(204);
    assert_eq!(suggested(&guest, "q=7").await, [""; 0]);
}
