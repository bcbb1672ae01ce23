//! `/v1/locales`

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make;

/// The codes that this caller is shown.
async fn codes(caller: &Client) -> Vec<String> {
    let list = caller.get("/v1/locales").await.expect(200);
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|locale| locale["code"].as_str().unwrap().to_owned())
        .collect()
}

/// The faults of a locale with this body.
async fn refused(app: &TestApp, code: &str, body: Value) -> Vec<(String, String)> {
    faults(
        &app.admin()
            .put(&format!("/v1/locales/{code}"), body)
            .await
            .problem(422, "validation-failed"),
    )
}

async fn disable(app: &TestApp, code: &str, enabled: bool) {
    let path = format!("/v1/locales/{code}");
    let before = app.admin().get(&path).await.expect(200);
    let body = json!({"fallbacks": before["fallbacks"], "enabled": enabled});
    let after = app.admin().put(&path, body).await.expect(200);
    assert_eq!(after["enabled"], enabled);
}

#[tokio::test]
async fn guests_see_locales_and_change_none() {
    let app = TestApp::start().await;
    assert_eq!(codes(&app.guest()).await, ["en", "hi", "mr"]);
    app.guest()
        .put("/v1/locales/ur", json!({}))
        .await
        .problem(401, "unauthenticated");
    app.guest()
        .delete("/v1/locales/mr")
        .await
        .problem(401, "unauthenticated");
    let other = app
        .caller(&[
            "content:read",
            "content:write",
            "content:publish",
            "tags:write",
            "tokens:manage",
        ])
        .await;
    other
        .put("/v1/locales/ur", json!({}))
        .await
        .problem(403, "forbidden");
    other
        .delete("/v1/locales/mr")
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn what_is_no_language_tag_is_refused() {
    let app = TestApp::start().await;
    for code in [
        "nothing_at_all",
        "e",
        "en-",
        "-",
        "1234",
        "en--GB",
        "abcdefghijk",
    ] {
        app.admin()
            .put(&format!("/v1/locales/{code}"), json!({}))
            .await
            .problem(400, "invalid-parameter");
        app.guest()
            .get(&format!("/v1/locales/{code}"))
            .await
            .problem(400, "invalid-parameter");
    }
    app.guest()
        .get("/v1/locales/fr")
        .await
        .problem(404, "not-found");
    app.admin()
        .delete("/v1/locales/fr")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn a_chain_names_other_known_locales_once_each() {
    let app = TestApp::start().await;
    let pointers = async |chain: Value| {
        refused(&app, "hi", json!({"fallbacks": chain}))
            .await
            .into_iter()
            .map(|(pointer, _)| pointer)
            .collect::<Vec<_>>()
    };
    assert_eq!(pointers(json!(["hi"])).await, ["/fallbacks/0"]);
    assert_eq!(pointers(json!(["en", "fr"])).await, ["/fallbacks/1"]);
    assert_eq!(pointers(json!(["en", "mr", "EN"])).await, ["/fallbacks/2"]);
    assert_eq!(
        pointers(json!(["HI", "xx", "mr", "mr", "no tag"])).await,
        ["/fallbacks/4"],
        "what is no tag is told by its form"
    );
    assert_eq!(
        pointers(json!(["HI", "xx", "mr", "mr"])).await,
        ["/fallbacks/0", "/fallbacks/1", "/fallbacks/3"]
    );
    // A new locale is none that it could name itself.
    assert_eq!(
        refused(&app, "ur", json!({"fallbacks": ["ur"]}))
            .await
            .len(),
        1
    );
    assert_eq!(
        app.guest().get("/v1/locales/hi").await.expect(200)["fallbacks"],
        json!(["en"]),
        "nothing has changed"
    );
    app.guest()
        .get("/v1/locales/ur")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn a_locale_that_makes_no_sense_is_refused_with_every_fault() {
    let app = TestApp::start().await;
    let body = json!({"name": "x".repeat(101), "native_name": 1, "direction": "up", "is_default": "no", "enabled": 1, "fallbacks": "en", "code": "fr"});
    let found: Vec<String> = refused(&app, "fr", body)
        .await
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    for pointer in [
        "/name",
        "/native_name",
        "/direction",
        "/is_default",
        "/enabled",
        "/fallbacks",
        "/code",
    ] {
        assert!(found.contains(&pointer.to_owned()), "{pointer}: {found:?}");
    }
}

#[tokio::test]
async fn a_new_database_has_english_hindi_and_marathi() {
    let app = TestApp::start().await;
    let list = app.guest().get("/v1/locales").await.expect(200);
    let of = |code: &str| {
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|locale| locale["code"] == code)
            .unwrap()
            .clone()
    };
    let hindi = of("hi");
    let expected = json!({"code": "hi", "name": "Hindi", "native_name": "हिन्दी", "direction": "ltr", "is_default": false, "fallbacks": ["en"], "enabled": true});
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&hindi[member], value, "{member}");
    }
    assert_eq!(
        (
            of("en")["is_default"].clone(),
            of("mr")["name"].clone(),
            of("mr")["native_name"].clone()
        ),
        (json!(true), json!("Marathi"), json!("मराठी"))
    );
}

#[tokio::test]
async fn names_and_direction_come_from_cldr() {
    let app = TestApp::start().await;
    let known = [
        ("ur", "Urdu", "اردو", "rtl"),
        ("ar", "Arabic", "العربية", "rtl"),
        ("ta", "Tamil", "தமிழ்", "ltr"),
        ("bn", "Bangla", "বাংলা", "ltr"),
        ("fr", "French", "français", "ltr"),
        ("de", "German", "Deutsch", "ltr"),
        ("he", "Hebrew", "עברית", "rtl"),
    ];
    for (code, name, native, direction) in known {
        let answer = app
            .admin()
            .put(&format!("/v1/locales/{code}"), json!({}))
            .await;
        let made = answer.check(201).json();
        assert_eq!(answer.header("location"), format!("/v1/locales/{code}"));
        assert_eq!(
            (made["name"].as_str(), made["direction"].as_str()),
            (Some(name), Some(direction)),
            "{code}"
        );
        assert_eq!(
            made["native_name"].as_str().unwrap().to_lowercase(),
            native.to_lowercase(),
            "{code}"
        );
        assert_eq!(
            (
                made["enabled"].clone(),
                made["is_default"].clone(),
                made["fallbacks"].clone()
            ),
            (json!(true), json!(false), json!([]))
        );
    }
    // The script decides, not the language.
    for (code, direction) in [
        ("ku-Arab", "rtl"),
        ("ku-Latn", "ltr"),
        ("pa-Arab", "rtl"),
        ("pa-Guru", "ltr"),
        ("sd-Deva", "ltr"),
    ] {
        let made = app
            .admin()
            .put(&format!("/v1/locales/{code}"), json!({}))
            .await
            .expect(201);
        assert_eq!(made["direction"], direction, "{code}");
        assert_ne!(made["name"], "", "{code}");
    }
}

#[tokio::test]
async fn what_is_given_is_kept_instead() {
    let app = TestApp::start().await;
    let body = json!({"name": "Urdu (Deccan)", "native_name": "دکنی", "direction": "rtl", "fallbacks": ["HI", "en"], "enabled": false});
    let made = app.admin().put("/v1/locales/ur", body).await.expect(201);
    assert_eq!(
        (made["name"].clone(), made["native_name"].clone()),
        (json!("Urdu (Deccan)"), json!("دکنی"))
    );
    assert_eq!(
        (made["fallbacks"].clone(), made["enabled"].clone()),
        (json!(["hi", "en"]), json!(false))
    );
    let replaced = app
        .admin()
        .put("/v1/locales/ur", json!({"fallbacks": ["en"]}))
        .await
        .expect(200);
    assert_eq!(
        (
            replaced["name"].clone(),
            replaced["fallbacks"].clone(),
            replaced["enabled"].clone()
        ),
        (json!("Urdu"), json!(["en"]), json!(true))
    );
}

#[tokio::test]
async fn a_code_is_kept_in_canonical_form_and_found_in_any() {
    let app = TestApp::start().await;
    for (given, canonical) in [
        ("PT-br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("iw", "he"),
        ("SR-LATN", "sr-Latn"),
    ] {
        let made = app
            .admin()
            .put(&format!("/v1/locales/{given}"), json!({}))
            .await
            .expect(201);
        assert_eq!(made["code"], canonical);
        for form in [given, canonical] {
            assert_eq!(
                app.guest()
                    .get(&format!("/v1/locales/{form}"))
                    .await
                    .expect(200)["code"],
                canonical
            );
            app.admin()
                .put(&format!("/v1/locales/{form}"), json!({}))
                .await
                .check(200);
        }
    }
    app.admin().delete("/v1/locales/pt-br").await.check(204);
    app.guest()
        .get("/v1/locales/pt-BR")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn two_locales_may_name_each_other() {
    let app = TestApp::start().await;
    app.admin()
        .put("/v1/locales/hi", json!({"fallbacks": ["mr", "en"]}))
        .await
        .check(200);
    app.admin()
        .put("/v1/locales/mr", json!({"fallbacks": ["hi", "en"]}))
        .await
        .check(200);
    let only_mr = make::draft(&app.admin(), "Only Marathi").await;
    make::translate(&app.admin(), &only_mr, "mr", "केवळ मराठी").await;
    let served = app
        .guest()
        .get(&format!("/v1/articles/{only_mr}?locale=hi&fallback=chain"))
        .await
        .expect(200);
    assert_eq!(served["locale"], "mr");
    // The chain is the whole chain: it is not followed on from Marathi to what that names.
    app.admin()
        .put("/v1/locales/ur", json!({"fallbacks": ["hi"]}))
        .await
        .check(201);
    app.guest()
        .get(&format!("/v1/articles/{only_mr}?locale=ur&fallback=hi"))
        .await
        .problem(404, "translation-not-available");
}

#[tokio::test]
async fn there_is_always_one_default() {
    let app = TestApp::start().await;
    let default = async || {
        let list = app.guest().get("/v1/locales").await.expect(200);
        let all: Vec<String> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|l| l["is_default"] == true)
            .map(|l| l["code"].as_str().unwrap().to_owned())
            .collect();
        all
    };
    app.admin()
        .put("/v1/locales/en", json!({"is_default": false}))
        .await
        .problem(409, "conflict");
    app.admin()
        .put("/v1/locales/en", json!({"enabled": false}))
        .await
        .problem(409, "conflict");
    app.admin()
        .delete("/v1/locales/en")
        .await
        .problem(409, "conflict");
    app.admin()
        .put(
            "/v1/locales/mr",
            json!({"is_default": true, "enabled": false}),
        )
        .await
        .problem(409, "conflict");
    assert_eq!(default().await, ["en"]);
    app.admin()
        .put("/v1/locales/mr", json!({"is_default": true}))
        .await
        .check(200);
    assert_eq!(default().await, ["mr"]);
    assert_eq!(codes(&app.guest()).await, ["mr", "en", "hi"]);
    let kept = app
        .admin()
        .put("/v1/locales/mr", json!({}))
        .await
        .expect(200);
    assert_eq!(kept["is_default"], true, "left out, it stays as it is");
}

#[tokio::test]
async fn the_default_is_what_readers_get_who_want_nothing() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Both").await;
    make::translate(&app.admin(), &id, "mr", "दोन्ही").await;
    let served = async || {
        app.guest()
            .get(&format!("/v1/articles/{id}"))
            .await
            .expect(200)["locale"]
            .clone()
    };
    assert_eq!(served().await, "en");
    app.admin()
        .put("/v1/locales/mr", json!({"is_default": true}))
        .await
        .check(200);
    assert_eq!(served().await, "mr");
}

#[tokio::test]
async fn a_locale_with_content_or_in_a_chain_is_not_deleted() {
    let app = TestApp::start().await;
    let id = make::draft(&app.admin(), "Words").await;
    app.admin()
        .put(
            &format!("/v1/articles/{id}/translations/mr"),
            json!({"title": "शब्द"}),
        )
        .await
        .check(201);
    app.admin()
        .delete("/v1/locales/mr")
        .await
        .problem(409, "conflict");
    app.admin()
        .put("/v1/locales/ur", json!({}))
        .await
        .check(201);
    app.admin()
        .put("/v1/locales/hi", json!({"fallbacks": ["ur", "en"]}))
        .await
        .check(200);
    let problem = app
        .admin()
        .delete("/v1/locales/ur")
        .await
        .problem(409, "conflict");
    assert!(
        problem["detail"].as_str().unwrap().contains("hi"),
        "{problem}"
    );
    app.admin()
        .put("/v1/locales/hi", json!({"fallbacks": ["en"]}))
        .await
        .check(200);
    app.admin().delete("/v1/locales/ur").await.check(204);
    app.admin()
        .delete("/v1/locales/ur")
        .await
        .problem(404, "not-found");
    app.admin()
        .delete(&format!("/v1/articles/{id}/translations/mr"))
        .await
        .check(204);
}

#[tokio::test]
async fn a_locale_with_a_tags_name_or_a_comment_is_not_deleted() {
    let app = TestApp::start().await;
    app.admin()
        .put("/v1/locales/ur", json!({}))
        .await
        .check(201);
    app.admin()
        .put("/v1/locales/ta", json!({}))
        .await
        .check(201);
    let tag = make::tag(&app.admin(), "Transport").await;
    app.admin()
        .put(
            &format!("/v1/tags/{tag}/translations/ur"),
            json!({"name": "نقل"}),
        )
        .await
        .check(201);
    let article = make::published(&app.admin(), "Talk").await;
    let comment = json!({"author_name": "Kavi", "body": "நன்று", "locale": "ta"});
    app.admin()
        .post(&format!("/v1/articles/{article}/comments"), comment)
        .await
        .check(201);
    app.admin()
        .delete("/v1/locales/ur")
        .await
        .problem(409, "conflict");
    let deleted = app.admin().delete("/v1/locales/ta").await;
    assert!(matches!(deleted.status, 204 | 409), "{}", deleted.text);
    app.admin()
        .get(&format!("/v1/articles/{article}/comments"))
        .await
        .check(200);
    app.admin()
        .delete(&format!("/v1/tags/{tag}/translations/ur"))
        .await
        .check(204);
    app.admin().delete("/v1/locales/ur").await.check(204);
}

#[tokio::test]
async fn a_locale_is_replaced_only_in_the_state_that_was_seen() {
    let app = TestApp::start().await;
    let tag = app.guest().get("/v1/locales/mr").await.etag();
    let put = |tag: &str| {
        app.admin()
            .request("PUT", "/v1/locales/mr")
            .header("if-match", tag)
            .json(&json!({"fallbacks": ["hi"]}))
    };
    Answer::of(put(&tag)).await.check(200);
    Answer::of(put(&tag))
        .await
        .problem(412, "precondition-failed");
    let now = app.guest().get("/v1/locales/mr").await.etag();
    assert_ne!(tag, now);
    Answer::of(
        app.admin()
            .request("DELETE", "/v1/locales/mr")
            .header("if-match", &tag),
    )
    .await
    .problem(412, "precondition-failed");
    Answer::of(
        app.admin()
            .request("DELETE", "/v1/locales/mr")
            .header("if-match", &now),
    )
    .await
    .check(204);
}

/// An article in English and Marathi, published; its id.
async fn bilingual(app: &TestApp) -> String {
    let id = make::published(&app.admin(), "Ferry").await;
    make::translate(&app.admin(), &id, "mr", "बोट").await;
    id
}

/// Everything that a guest can be shown of Marathi.
async fn shown(app: &TestApp, id: &str) -> Vec<Value> {
    let guest = app.guest();
    let with_header = |path: String| guest.request("GET", &path).header("accept-language", "mr");
    let articles = guest.get("/v1/articles?locale=mr").await.expect(200)["data"]
        .as_array()
        .unwrap()
        .len();
    vec![
        json!(codes(&guest).await.contains(&"mr".to_owned())),
        json!(guest.get("/v1/locales/mr").await.status),
        json!(articles),
        json!(
            guest
                .get(&format!("/v1/articles/{id}?locale=mr"))
                .await
                .status
        ),
        json!(
            guest
                .get(&format!("/v1/articles/{id}/translations/mr"))
                .await
                .status
        ),
        json!(
            guest
                .get(&format!("/v1/articles/{id}/translations"))
                .await
                .expect(200)["data"]
                .as_array()
                .unwrap()
                .len()
        ),
        json!(
            guest
                .get(&format!("/v1/articles/{id}?locale=en"))
                .await
                .expect(200)["translations"]
                .as_array()
                .unwrap()
                .len()
        ),
        json!(
            guest.get("/v1/articles?locale=en").await.expect(200)["data"][0]["translations"]
                .as_array()
                .unwrap()
                .len()
        ),
        Answer::of(with_header(format!("/v1/articles/{id}")))
            .await
            .expect(200)["locale"]
            .clone(),
        Answer::of(with_header("/v1/articles".into()))
            .await
            .expect(200)["data"][0]["locale"]
            .clone(),
        json!(
            guest
                .get("/v1/articles/%E0%A4%AC%E0%A5%8B%E0%A4%9F")
                .await
                .status
        ),
        json!(
            guest
                .get("/v1/resolve?path=/mr/%E0%A4%AC%E0%A5%8B%E0%A4%9F")
                .await
                .status
        ),
    ]
}

#[tokio::test]
async fn a_disabled_locale_is_gone_for_readers_and_comes_back() {
    let app = TestApp::start().await;
    let id = bilingual(&app).await;
    let everything = vec![
        json!(true),
        json!(200),
        json!(1),
        json!(200),
        json!(200),
        json!(2),
        json!(2),
        json!(2),
        json!("mr"),
        json!("mr"),
        json!(200),
        json!(200),
    ];
    assert_eq!(shown(&app, &id).await, everything);
    disable(&app, "mr", false).await;
    let gone = shown(&app, &id).await;
    assert_eq!(
        gone[..10],
        [
            json!(false),
            json!(404),
            json!(0),
            json!(404),
            json!(404),
            json!(1),
            json!(1),
            json!(1),
            json!("en"),
            json!("en")
        ]
    );
    assert_ne!(gone[10], 200, "by its slug");
    let problem = app
        .guest()
        .get(&format!("/v1/articles/{id}?locale=mr"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["en"]));
    let resolved = app
        .guest()
        .get("/v1/resolve?path=/mr/%E0%A4%AC%E0%A5%8B%E0%A4%9F")
        .await;
    assert!(!resolved.text.contains("\"current\""), "{}", resolved.text);
    disable(&app, "mr", true).await;
    assert_eq!(shown(&app, &id).await, everything);
}

#[tokio::test]
async fn a_disabled_locale_is_no_fallback() {
    let app = TestApp::start().await;
    let only_mr = make::draft(&app.admin(), "Only Marathi").await;
    make::translate(&app.admin(), &only_mr, "mr", "केवळ मराठी").await;
    app.admin()
        .put("/v1/locales/hi", json!({"fallbacks": ["mr", "en"]}))
        .await
        .check(200);
    for query in ["locale=hi&fallback=chain", "locale=hi&fallback=mr,en"] {
        app.guest()
            .get(&format!("/v1/articles/{only_mr}?{query}"))
            .await
            .check(200);
    }
    disable(&app, "mr", false).await;
    for query in [
        "locale=hi&fallback=chain",
        "locale=hi&fallback=mr,en",
        "locale=mr",
        "",
    ] {
        let answer = app
            .guest()
            .get(&format!("/v1/articles/{only_mr}?{query}"))
            .await;
        assert_eq!(answer.status, 404, "{query}: {}", answer.text);
        let list = app
            .guest()
            .get(&format!("/v1/articles?{query}"))
            .await
            .expect(200);
        assert_eq!(list["data"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn editors_still_work_in_a_disabled_locale() {
    let app = TestApp::start().await;
    let id = bilingual(&app).await;
    disable(&app, "mr", false).await;
    assert!(codes(&app.admin()).await.contains(&"mr".to_owned()));
    let path = format!("/v1/articles/{id}/translations/mr");
    app.admin().get(&path).await.check(200);
    app.admin()
        .patch(&path, json!({"title": "नवी बोट"}))
        .await
        .check(200);
    app.admin()
        .post(&format!("{path}/publish"), json!({}))
        .await
        .check(200);
    app.guest()
        .get(&format!("/v1/articles/{id}?locale=mr"))
        .await
        .problem(404, "translation-not-available");
    disable(&app, "mr", true).await;
    let read = app
        .guest()
        .get(&format!("/v1/articles/{id}?locale=mr"))
        .await
        .expect(200);
    assert_eq!(read["title"], "नवी बोट");
}

#[tokio::test]
async fn an_article_only_in_a_disabled_locale_is_as_if_it_were_not() {
    let app = TestApp::start().await;
    let id = make::draft(&app.admin(), "Only Marathi").await;
    make::translate(&app.admin(), &id, "mr", "केवळ मराठी").await;
    disable(&app, "mr", false).await;
    let answer = app.guest().get(&format!("/v1/articles/{id}")).await;
    answer.problem(404, "not-found");
    app.guest()
        .get(&format!("/v1/articles/{id}/translations"))
        .await
        .problem(404, "not-found");
    app.guest()
        .get(&format!("/v1/articles/{id}/comments"))
        .await
        .problem(404, "not-found");
}
