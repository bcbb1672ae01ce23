//! `highlight=true`: what of an article matches, as HTML that is safe to show.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Client;
use crate::make::{id, members};

/// An article published in this language; its id.
async fn story(admin: &Client, locale: &str, title: &str, body: &str) -> String {
    let text = json!({"title": title, "summary": "–", "body": body});
    let body = json!({"source_locale": locale, "translation": text, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

/// The highlights of the one article that this search finds.
async fn highlights(caller: &Client, query: &str) -> Value {
    let page = caller
        .get(&format!("/v1/articles?highlight=true&{query}"))
        .await
        .expect(200);
    let highlights = members(&page, "highlights");
    assert_eq!(highlights.len(), 1, "{query}: {page}");
    highlights[0].clone()
}

/// The text of HTML in which `<mark>` is the only markup, and what is marked.
#[track_caller]
fn read(html: &str) -> (String, Vec<String>) {
    let (mut text, mut marks, mut rest) = (String::new(), vec![], html);
    let mut begun = None;
    while let Some(at) = rest.find(['<', '>', '&', '"', '\'']) {
        let (before, behind) = rest.split_at(at);
        text.push_str(before);
        let known = [
            ("<mark>", ""),
            ("</mark>", ""),
            ("&amp;", "&"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
        ];
        let (sign, meaning) = known
            .into_iter()
            .find(|(sign, _)| behind.starts_with(sign))
            .unwrap_or_else(|| panic!("{html:?} at {behind:?}"));
        match sign {
            "<mark>" => assert!(begun.replace(text.len()).is_none(), "{html:?}"),
            "</mark>" => marks.push(text[begun.take().expect("one that was begun")..].to_owned()),
            _ => text.push_str(meaning),
        }
        rest = &behind[sign.len()..];
    }
    assert!(begun.is_none(), "{html:?}");
    text.push_str(rest);
    (text, marks)
}

fn texts(highlights: &Value) -> Vec<String> {
    let body = highlights["body"].as_array().unwrap();
    let all = std::iter::once(&highlights["title"]).chain(body);
    all.map(|html| html.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_matches_is_marked_in_title_and_body() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let body = "# Running late\n\nThe *ferry* ran at six, [the timetable](https://news.example/ferry) says. Ferries run daily.";
    story(&admin, "en", "Ferry runs tonight", body).await;
    let found = highlights(&app.guest(), "q=ferry+run&locale=en").await;
    assert_eq!(found["title"], "<mark>Ferry runs</mark> tonight");
    let (text, marks) = read(found["body"][0].as_str().unwrap());
    assert!(text.contains("ferry ran at six"), "{text}");
    assert_eq!(marks, ["Running", "ferry", "Ferries run"]);
    let found = highlights(&app.guest(), "q=timetable&locale=en").await;
    assert_eq!(found["title"], "Ferry runs tonight");
    assert_eq!(read(found["body"][0].as_str().unwrap()).1, ["timetable"]);
    let found = highlights(&app.guest(), "q=tonight&locale=en").await;
    assert_eq!(
        found,
        json!({"title": "Ferry runs <mark>tonight</mark>", "body": []})
    );
}

#[tokio::test]
async fn every_language_is_marked_by_its_own_word_forms() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(
        &admin,
        "hi",
        "किताबें और ज\u{93c}मीन",
        "बच्चों की किताबों का मेला, क\u{94d}\u{200d}या कहना!",
    )
    .await;
    let guest = app.guest();
    let found = highlights(
        &guest,
        "q=%E0%A4%95%E0%A4%BF%E0%A4%A4%E0%A4%BE%E0%A4%AC&locale=hi",
    )
    .await;
    assert_eq!(found["title"], "<mark>किताबें</mark> और ज\u{93c}मीन");
    assert_eq!(read(found["body"][0].as_str().unwrap()).1, ["किताबों"]);
    // In Latin letters, and without the nukta.
    let found = highlights(&guest, "q=jamin&locale=hi").await;
    assert_eq!(found["title"], "किताबें और <mark>ज\u{93c}मीन</mark>");
    let found = highlights(&guest, "q=%E0%A4%9C%E0%A4%AE%E0%A5%80%E0%A4%A8&locale=hi").await;
    assert_eq!(found["title"], "किताबें और <mark>ज\u{93c}मीन</mark>");
}

#[tokio::test]
async fn what_was_meant_by_a_typo_is_marked() {
    let app = TestApp::start().await;
    story(&app.admin(), "en", "The bridge committee", "meets").await;
    let found = highlights(&app.guest(), "q=brigde&locale=en").await;
    assert_eq!(
        found,
        json!({"title": "The <mark>bridge</mark> committee", "body": []})
    );
}

#[tokio::test]
async fn nothing_in_a_text_becomes_markup() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let hostile = [
        "needle <script>alert(1)</script> needle",
        "<mark>needle</mark> & needle; &lt;b&gt; needle",
        "\"needle\" onmouseover='needle'",
        "needle </mark><img src=x onerror=alert(1)>",
        "&#60;script&#62;needle&#60;/script&#62; &amp;lt;needle&amp;gt;",
        "`<b>needle</b>` and\n\n    <i>needle</i>\n\n```\n<u>needle</u>\n```",
        "needle\u{202e}<\u{200d}b\u{200d}>needle",
        "[needle](javascript:alert(1)) ![needle](x\"onerror=\"alert(1))",
    ];
    for text in hostile {
        let title: String = text
            .replace('\n', " ")
            .chars()
            .filter(|c| *c != '\u{202e}')
            .collect();
        let article = story(&admin, "en", &title, text).await;
        let found = highlights(&app.guest(), &format!("q=needle&ids={article}")).await;
        for html in texts(&found) {
            let (_, marks) = read(&html);
            assert!(marks.iter().all(|mark| mark.contains("needle")), "{html}");
        }
        assert_eq!(read(found["title"].as_str().unwrap()).0, title.trim());
    }
}

#[tokio::test]
async fn drafts_never_show_in_highlights() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = story(&admin, "en", "Ferry", "A public ferry.").await;
    let text = format!("/v1/articles/{article}/translations/en");
    admin
        .patch(
            &text,
            json!({"title": "Secret ferry", "body": "A ferry with a secret."}),
        )
        .await
        .expect(200);
    for caller in [app.guest(), admin.clone()] {
        let found = highlights(&caller, "q=ferry").await;
        assert_eq!(found["title"], "<mark>Ferry</mark>");
        assert!(
            !found.to_string().to_lowercase().contains("secret"),
            "{found}"
        );
    }
    let refused = admin.get("/v1/articles?view=draft&highlight=true").await;
    refused.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn highlights_are_a_member_like_others() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "en", "Ferry", "x").await;
    let guest = app.guest();
    let items = async |query: &str| {
        let page = guest
            .get(&format!("/v1/articles?{query}"))
            .await
            .expect(200);
        page["data"][0].clone()
    };
    assert!(items("q=ferry").await.get("highlights").is_none());
    assert!(
        items("q=ferry&highlight=false")
            .await
            .get("highlights")
            .is_none()
    );
    assert!(
        items("q=ferry&highlight=true&fields=id")
            .await
            .get("highlights")
            .is_none()
    );
    // There is nothing to look for.
    assert!(items("q=&highlight=true").await.get("highlights").is_none());
    let item = items("q=ferry&highlight=true&fields=highlights,id").await;
    let names: Vec<&String> = item.as_object().unwrap().keys().collect();
    assert_eq!(names, ["highlights", "id", "etag"]);
    let refused = guest.get("/v1/articles?q=ferry&highlight=yes").await;
    refused.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_phrase_is_marked_as_one() {
    let app = TestApp::start().await;
    let long = format!(
        "{} The night ferry left. {}",
        "Word. ".repeat(300),
        "Word. ".repeat(300)
    );
    story(&app.admin(), "en", "Timetable", &long).await;
    let found = highlights(&app.guest(), "q=%22night+ferry%22").await;
    let passages = found["body"].as_array().unwrap();
    assert_eq!(passages.len(), 1);
    let (text, marks) = read(passages[0].as_str().unwrap());
    assert_eq!(marks, ["night ferry"]);
    assert!(
        text.starts_with('…') && text.ends_with('…') && text.len() < 400,
        "{text}"
    );
}
