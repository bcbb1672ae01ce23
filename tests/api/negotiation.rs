//! Which language is served: `locale`, `fallback` and `Accept-Language`.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{id, members, published, translate};

/// Adds a locale with these fallbacks, or changes them.
async fn locale(admin: &Client, code: &str, fallbacks: &[&str]) {
    let answer = admin
        .put(
            &format!("/v1/locales/{code}"),
            json!({"fallbacks": fallbacks}),
        )
        .await;
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
}

/// An article with this source and editions in these locales, each titled by its locale; the source is
/// published only when it is among them.
async fn article(admin: &Client, source: &str, editions: &[&str]) -> String {
    let words = json!({"title": source, "body": "Some words."});
    let body = json!({"source_locale": source, "translation": words, "publish": editions.contains(&source)});
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    for edition in editions.iter().filter(|edition| **edition != source) {
        translate(admin, &article, edition, edition).await;
    }
    article
}

/// The language that a path is answered in under this `Accept-Language`; none: 404 for want of it.
async fn served(caller: &Client, path: &str, header: Option<&str>) -> Option<String> {
    let answer = match header {
        Some(header) => caller.get_with(path, "accept-language", header).await,
        None => caller.get(path).await,
    };
    if answer.status == 404 {
        answer.problem(404, "translation-not-available");
        return None;
    }
    let language = answer.check(200).header("content-language").to_owned();
    let document = answer.json();
    assert_eq!(document["locale"], language);
    assert_eq!(document["title"], language, "the words are in it");
    assert_eq!(document["locale_resolution"]["served"], language);
    Some(language)
}

fn varies(answer: &Answer) -> bool {
    answer
        .header("vary")
        .to_ascii_lowercase()
        .contains("accept-language")
}

/// What was asked for and why this was served.
async fn resolution(guest: &Client, path: &str, header: &str) -> (Value, String) {
    let answer = guest
        .get_with(path, "accept-language", header)
        .await
        .expect(200);
    let resolution = &answer["locale_resolution"];
    (
        resolution["requested"].clone(),
        resolution["reason"].as_str().unwrap().to_owned(),
    )
}

/// The locales of the items of a list.
async fn listed(guest: &Client, query: &str, header: &str) -> Vec<Value> {
    let page = guest
        .get_with(&format!("/v1/articles?{query}"), "accept-language", header)
        .await;
    members(&page.expect(200), "locale")
}

// Invalid.

#[tokio::test]
async fn a_locale_that_is_no_language_tag_is_a_fault_of_the_request() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let story = article(&app.admin(), "en", &["en"]).await;
    for path in [
        format!("/v1/articles/{story}"),
        "/v1/articles".into(),
        "/v1/articles/en".into(),
    ] {
        for locale in [
            "",
            "e",
            "english-language-of-old",
            "en_US",
            "hi%20IN",
            "-",
            "123",
            "%E0%A4%B9",
            "*",
        ] {
            let problem = guest
                .get(&format!("{path}?locale={locale}"))
                .await
                .problem(400, "invalid-parameter");
            assert!(
                problem["detail"].as_str().unwrap().contains("locale"),
                "{problem}"
            );
        }
        for fallback in ["", ",", "hi,,en", "hi,e", "*", "en_US"] {
            let query = format!("{path}?locale=en&fallback={fallback}");
            let problem = guest.get(&query).await.problem(400, "invalid-parameter");
            assert!(
                problem["detail"].as_str().unwrap().contains("fallback"),
                "{problem}"
            );
        }
        guest
            .get(&format!("{path}?locale=en&locale=hi"))
            .await
            .problem(400, "invalid-parameter");
        guest
            .get(&format!("{path}?fallback=hi&fallback=en"))
            .await
            .problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn no_header_is_bad_enough_to_fail() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "en", &["en", "hi"]).await;
    let path = format!("/v1/articles/{story}");
    let long = "xx-XX,".repeat(900);
    let senseless = [
        "",
        ",",
        ";",
        ";;q=1",
        "q=1",
        "*",
        "*;q=0",
        "-",
        "hindi_language;q=1",
        "en_US",
        "hi;q=2",
        "hi;q=-1",
        "hi;q=NaN",
        "hi;q=inf",
        "hi;q=0",
        "hi;q=",
        "123",
        "a-b-c-d",
        long.as_str(),
        "hi;level=1;q=0.0",
    ];
    for header in senseless {
        let request = guest
            .request("GET", &path)
            .header("accept-language", header.as_bytes());
        let answer = Answer::of(request).await;
        assert_eq!(answer.expect(200)["locale"], "en", "{header}");
    }
    let bytes = guest
        .request("GET", &path)
        .header("accept-language", b"\xe0\xa4\xb9\xff".as_slice());
    assert_eq!(Answer::of(bytes).await.expect(200)["locale"], "en");
    // What makes sense in it counts.
    for header in [
        "hi;q=0.5, ;;, en_US",
        "x;q=9, hi",
        "*, hi;q=0.1",
        ",,hi",
        "hi;q=0.001",
        "hi ; q=0.7",
    ] {
        assert_eq!(
            served(&guest, &path, Some(header)).await.as_deref(),
            Some("hi"),
            "{header}"
        );
    }
    let twice = guest
        .request("GET", &path)
        .header("accept-language", "fr")
        .header("accept-language", "hi");
    assert_eq!(
        Answer::of(twice).await.expect(200)["locale"],
        "hi",
        "two lines are one list"
    );
}

// `locale`

#[tokio::test]
async fn a_locale_is_strict() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "en", &["en", "hi"]).await;
    let path = format!("/v1/articles/{story}");
    assert_eq!(
        served(&guest, &format!("{path}?locale=hi"), None)
            .await
            .as_deref(),
        Some("hi")
    );
    assert_eq!(
        served(&guest, &format!("{path}?locale=HI"), None)
            .await
            .as_deref(),
        Some("hi")
    );
    for query in [
        "locale=mr",
        "locale=mr&fallback=none",
        "locale=fr",
        "locale=en-GB",
        "locale=hi-IN",
        "locale=hi-u-nu-deva",
        "locale=hi-x-one",
    ] {
        let answer = guest
            .get_with(&format!("{path}?{query}"), "accept-language", "en, hi")
            .await;
        let problem = answer.problem(404, "translation-not-available");
        assert_eq!(problem["available_locales"], json!(["en", "hi"]), "{query}");
    }
    let by_slug = guest
        .get("/v1/articles/en?locale=mr")
        .await
        .problem(404, "translation-not-available");
    assert_eq!(by_slug["available_locales"], json!(["en", "hi"]));
    assert_eq!(listed(&guest, "locale=mr", "en").await, Vec::<Value>::new());
    assert_eq!(listed(&guest, "locale=fr", "en").await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_not_published_does_not_show_by_its_absence() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "en", &["en"]).await;
    let mr = format!("/v1/articles/{story}/translations/mr");
    admin
        .put(&mr, json!({"title": "mr", "slug": "mr-slug"}))
        .await
        .check(201);
    let path = format!("/v1/articles/{story}");
    let unwritten = guest
        .get(&format!("{path}?locale=hi"))
        .await
        .problem(404, "translation-not-available");
    let unpublished = guest
        .get(&format!("{path}?locale=mr"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(
        unwritten["available_locales"],
        unpublished["available_locales"]
    );
    let detail = |problem: &Value| {
        problem["detail"]
            .as_str()
            .unwrap()
            .replace("`hi`", "?")
            .replace("`mr`", "?")
    };
    assert_eq!(detail(&unwritten), detail(&unpublished));
    guest
        .get("/v1/articles/mr-slug")
        .await
        .problem(404, "not-found");
    guest
        .get("/v1/articles/mr-slug?locale=en")
        .await
        .problem(404, "not-found");
    assert_eq!(
        served(&guest, &path, Some("mr")).await.as_deref(),
        Some("en")
    );
    let editions = guest.get(&path).await.expect(200)["translations"].clone();
    assert_eq!(editions.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_chain_is_the_locales_own_fallbacks_then_the_default_then_the_source() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    locale(&admin, "fr", &[]).await;
    locale(&admin, "ta", &["mr", "hi"]).await;
    let all = article(&admin, "fr", &["ta", "mr", "hi", "en", "fr"]).await;
    let path = format!("/v1/articles/{all}?locale=ta&fallback=chain");
    for next in ["ta", "mr", "hi", "en", "fr"] {
        assert_eq!(
            served(&guest, &path, Some("en, fr")).await.as_deref(),
            Some(next)
        );
        let listed = listed(&guest, "locale=ta&fallback=chain", "fr").await;
        assert_eq!(listed, [next], "the list agrees");
        admin
            .post(
                &format!("/v1/articles/{all}/translations/{next}/unpublish"),
                json!({}),
            )
            .await
            .check(200);
    }
    guest.get(&path).await.problem(404, "not-found");
    // One that is not configured has no fallbacks of its own.
    let other = article(&admin, "fr", &["hi", "fr"]).await;
    let path = format!("/v1/articles/{other}?locale=de&fallback=chain");
    assert_eq!(served(&guest, &path, None).await.as_deref(), Some("fr"));
}

#[tokio::test]
async fn the_chain_is_never_followed_further() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for (code, fallbacks) in [
        ("fr", &[][..]),
        ("ta", &[]),
        ("hi", &["fr", "mr"]),
        ("mr", &["hi"]),
    ] {
        locale(&admin, code, fallbacks).await;
    }
    let story = article(&admin, "ta", &["fr", "ta"]).await;
    let path = format!("/v1/articles/{story}?locale=mr&fallback=chain");
    assert_eq!(
        served(&guest, &path, None).await.as_deref(),
        Some("ta"),
        "mr, hi, en, and then the source"
    );
    let each_other = article(&admin, "ta", &["mr"]).await;
    let path = format!("/v1/articles/{each_other}?locale=hi&fallback=chain");
    assert_eq!(served(&guest, &path, None).await.as_deref(), Some("mr"));
}

#[tokio::test]
async fn a_chain_of_ones_own_ends_where_it_ends() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    locale(&admin, "fr", &[]).await;
    let story = article(&admin, "en", &["en", "hi", "fr"]).await;
    let path = |query: &str| format!("/v1/articles/{story}?{query}");
    for (query, expected) in [
        ("locale=mr&fallback=fr,hi", Some("fr")),
        ("locale=mr&fallback=HI,fr", Some("hi")),
        ("locale=hi&fallback=fr", Some("hi")),
        ("locale=mr&fallback=mr", None),
        ("locale=mr&fallback=de,ja", None),
        ("locale=mr&fallback=de,fr", Some("fr")),
        ("fallback=fr,hi", Some("fr")),
        ("fallback=de", None),
    ] {
        assert_eq!(
            served(&guest, &path(query), None).await.as_deref(),
            expected,
            "{query}"
        );
        let items: Vec<Value> = expected.into_iter().map(Value::from).collect();
        assert_eq!(listed(&guest, query, "de").await, items, "{query}");
    }
}

#[tokio::test]
async fn a_locale_that_is_switched_off_is_not_there() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "hi", &["hi", "mr"]).await;
    let path = format!("/v1/articles/{story}");
    let before = guest.get(&format!("{path}?locale=hi")).await;
    let off = json!({"enabled": false, "fallbacks": ["mr"]});
    admin.put("/v1/locales/hi", off).await.check(200);
    let problem = guest
        .get(&format!("{path}?locale=hi"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["mr"]));
    assert_eq!(
        served(&guest, &format!("{path}?fallback=hi,mr"), None)
            .await
            .as_deref(),
        Some("mr")
    );
    guest.get("/v1/articles/hi").await.check(404);
    guest
        .get("/v1/resolve?path=/hi/hi")
        .await
        .problem(404, "not-found");
    let left = guest.get(&format!("{path}?locale=mr")).await.expect(200);
    assert_eq!(left["translations"].as_array().unwrap().len(), 1);
    guest
        .get(&format!("{path}/translations/hi"))
        .await
        .problem(404, "translation-not-available");
    let translations = guest.get(&format!("{path}/translations")).await.expect(200);
    assert_eq!(members(&translations, "locale"), ["mr"]);
    assert_eq!(listed(&guest, "locale=hi", "").await, Vec::<Value>::new());
    assert_eq!(
        listed(&guest, "locale=mr&missing_locale=hi", "").await,
        ["mr"]
    );
    admin
        .put("/v1/locales/hi", json!({"fallbacks": ["en"]}))
        .await
        .check(200);
    let after = guest.get(&format!("{path}?locale=hi")).await;
    assert_eq!((after.etag(), after.text), (before.etag(), before.text));
}

// `Accept-Language`

#[tokio::test]
async fn the_header_is_looked_up_by_weight_and_by_truncation() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    locale(&admin, "pt-BR", &[]).await;
    locale(&admin, "zh-Hant", &[]).await;
    let story = article(&admin, "en", &["en", "hi", "mr", "pt-BR", "zh-Hant"]).await;
    let path = format!("/v1/articles/{story}");
    for (header, expected) in [
        ("hi", "hi"),
        ("hi-IN", "hi"),
        ("HI-in", "hi"),
        ("hi-Deva-IN", "hi"),
        ("mr;q=0.4, hi;q=0.5", "hi"),
        ("mr;q=0.5, hi;q=0.5", "mr"),
        ("de, fr;q=0.9, mr;q=0.1", "mr"),
        ("en;q=0.5, hi-IN;q=0.9, mr;q=0.8", "hi"),
        ("en-GB, hi", "en"),
        ("hi;q=0, mr;q=0.1", "mr"),
        ("pt-br", "pt-BR"),
        ("pt", "en"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-TW, hi;q=0.1", "hi"),
        ("de-AT, ja", "en"),
        ("*", "en"),
        ("hi-IN-u-nu-deva", "hi"),
        ("mr-x-pune, en;q=0.9", "mr"),
    ] {
        assert_eq!(
            served(&guest, &path, Some(header)).await.as_deref(),
            Some(expected),
            "{header}"
        );
        assert_eq!(listed(&guest, "", header).await, [expected], "{header}");
    }
}

#[tokio::test]
async fn behind_the_header_comes_the_chain() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    locale(&admin, "ta", &["mr"]).await;
    locale(&admin, "fr", &[]).await;
    let story = article(&admin, "hi", &["hi", "mr"]).await;
    let path = format!("/v1/articles/{story}");
    for (header, query, expected) in [
        ("ta", "", Some("mr")),
        ("ta-IN", "", Some("mr")),
        ("fr", "", Some("hi")),
        ("de", "", Some("hi")),
        ("", "", Some("hi")),
        ("fr", "?fallback=mr", Some("mr")),
        ("fr", "?fallback=none", None),
        ("ta", "?fallback=none", None),
        ("mr-IN", "?fallback=none", Some("mr")),
        ("", "?fallback=none", None),
        ("mr", "?locale=hi", Some("hi")),
        ("mr", "?locale=fr", None),
        ("mr", "?locale=fr&fallback=chain", Some("hi")),
    ] {
        let found = served(&guest, &format!("{path}{query}"), Some(header)).await;
        assert_eq!(found.as_deref(), expected, "{header} {query}");
    }
}

// What the answer says

#[tokio::test]
async fn the_answer_says_what_was_asked_and_why_this_was_served() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "hi", &["hi", "en"]).await;
    let path = |query: &str| format!("/v1/articles/{story}{query}");
    for (query, header, requested, reason) in [
        ("?locale=hi", "en", json!("hi"), "exact"),
        ("?locale=mr&fallback=chain", "en", json!("mr"), "fallback"),
        ("?locale=de&fallback=en", "", json!("de"), "fallback"),
        ("", "hi-IN", json!("hi-IN"), "accept-language"),
        ("", "de, hi;q=0.5", json!("hi"), "accept-language"),
        ("", "", json!(null), "default"),
    ] {
        let told = resolution(&guest, &path(query), header).await;
        assert_eq!(told, (requested, reason.to_owned()), "{query} {header}");
    }
    let (_, reason) = resolution(&guest, &path(""), "mr").await;
    assert_eq!(reason, "fallback", "hi is a fallback of mr");
    let (_, reason) = resolution(&guest, "/v1/articles/hi", "en").await;
    assert_eq!(reason, "slug");
    let (requested, reason) = resolution(&guest, "/v1/articles/hi?locale=en", "hi").await;
    assert_eq!((requested, reason.as_str()), (json!("en"), "exact"));
    let page = guest
        .get("/v1/articles?locale=mr&fallback=chain")
        .await
        .expect(200);
    let expected = json!({"requested": "mr", "served": "hi", "reason": "fallback"});
    assert_eq!(page["data"][0]["locale_resolution"], expected);
}

#[tokio::test]
async fn the_answer_varies_where_the_header_could_have_changed_it() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "en", &["en", "hi"]).await;
    let path = format!("/v1/articles/{story}");
    for query in ["", "?fallback=chain", "?fallback=hi", "?fields=id"] {
        for header in ["", "hi", "nonsense;;"] {
            let answer = guest
                .get_with(&format!("{path}{query}"), "accept-language", header)
                .await;
            answer.check(200);
            assert!(varies(&answer), "{query} {header}");
        }
    }
    for query in [
        "?locale=en",
        "?locale=mr&fallback=chain",
        "?locale=mr&fallback=hi",
    ] {
        let answer = guest
            .get_with(&format!("{path}{query}"), "accept-language", "hi")
            .await;
        answer.check(200);
        assert!(!varies(&answer), "{query}");
    }
    for slug in ["/v1/articles/hi", "/v1/articles/en"] {
        assert!(!varies(&guest.get(slug).await), "the slug alone decides");
        assert!(!varies(&guest.get(&format!("{slug}?locale=en")).await));
    }
    assert!(varies(&guest.get("/v1/articles").await));
    assert!(varies(&guest.get("/v1/articles?fallback=hi").await));
    assert!(!varies(&guest.get("/v1/articles?locale=hi").await));
    assert!(!varies(
        &guest.get("/v1/articles?locale=hi&fallback=chain").await
    ));
    assert!(!varies(&guest.get("/v1/locales").await));
    let etag = guest.get(&path).await.etag();
    let unmodified = guest.get_with(&path, "if-none-match", &etag).await;
    unmodified.check(304);
    assert!(varies(&unmodified), "a 304 tells as much as its 200");
    assert!(varies(&admin.get(&format!("{path}?view=draft")).await));
}

#[tokio::test]
async fn a_404_that_another_header_would_have_avoided_varies() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let story = article(&admin, "en", &["en", "hi"]).await;
    let path = format!("/v1/articles/{story}");
    let by_header = guest
        .get_with(&format!("{path}?fallback=none"), "accept-language", "mr")
        .await;
    by_header.check(404);
    assert!(varies(&by_header), "with `hi` it would have been there");
    let strict = guest
        .get_with(&format!("{path}?locale=mr"), "accept-language", "mr")
        .await;
    strict.check(404);
    assert!(!varies(&strict));
}

// Slugs

#[tokio::test]
async fn a_slug_names_an_edition() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    article(&admin, "en", &["en", "hi", "mr"]).await;
    for slug in ["en", "hi", "mr"] {
        let path = format!("/v1/articles/{slug}");
        for header in [None, Some("en"), Some("mr, hi;q=0.5")] {
            assert_eq!(served(&guest, &path, header).await.as_deref(), Some(slug));
        }
        for locale in ["en", "hi", "mr"] {
            let path = format!("{path}?locale={locale}");
            assert_eq!(
                served(&guest, &path, Some("en")).await.as_deref(),
                Some(locale)
            );
        }
    }
    let path = "/v1/articles/hi?locale=fr";
    assert_eq!(served(&guest, path, None).await, None);
    assert_eq!(
        served(&guest, &format!("{path}&fallback=chain"), None)
            .await
            .as_deref(),
        Some("en")
    );
    assert_eq!(
        served(&guest, &format!("{path}&fallback=mr"), None)
            .await
            .as_deref(),
        Some("mr")
    );
}

#[tokio::test]
async fn two_articles_may_bear_one_slug_in_two_locales() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let new = |locale: &str, title: &str| {
        let words = json!({"title": title, "slug": "covid", "body": "Words"});
        json!({"source_locale": locale, "translation": words, "publish": true})
    };
    let english = id(&admin
        .post("/v1/articles", new("en", "English"))
        .await
        .expect(201));
    let hindi = id(&admin
        .post("/v1/articles", new("hi", "Hindi"))
        .await
        .expect(201));
    // The English one is there in Hindi too, under another slug.
    translate(&admin, &english, "hi", "अंग्रेज़ी").await;
    let bare = async |query: &str, header: &str| {
        let path = format!("/v1/articles/covid{query}");
        let answer = guest.get_with(&path, "accept-language", header).await;
        let varying = varies(&answer);
        let document = answer.expect(200);
        (
            id(&document),
            document["locale"].as_str().unwrap().to_owned(),
            varying,
        )
    };
    let (en, hi) = (
        (english.clone(), "en".to_owned()),
        (hindi.clone(), "hi".to_owned()),
    );
    for (header, expected) in [
        ("en", &en),
        ("hi-IN", &hi),
        ("mr, hi;q=0.5, en;q=0.4", &hi),
        ("en;q=0.2, hi;q=0.1", &en),
        ("", &en),
    ] {
        let found = bare("", header).await;
        assert_eq!((found.0, found.1), *expected, "{header}");
        assert!(found.2, "the header decided between two");
    }
    for (query, expected) in [("?locale=en", &en), ("?locale=hi", &hi)] {
        let found = bare(query, "mr").await;
        assert_eq!((found.0, found.1), *expected, "a slug of that locale wins");
        assert!(!found.2);
    }
}

#[tokio::test]
async fn an_article_may_bear_one_slug_in_two_locales() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let words = json!({"title": "en", "slug": "covid"});
    let new = json!({"source_locale": "en", "translation": words, "publish": true});
    let story = id(&admin.post("/v1/articles", new).await.expect(201));
    let hi = format!("/v1/articles/{story}/translations/hi");
    admin
        .put(&hi, json!({"title": "hi", "slug": "covid"}))
        .await
        .check(201);
    admin
        .post(&format!("{hi}/publish"), json!({}))
        .await
        .check(200);
    for (header, expected) in [("", "en"), ("hi", "hi"), ("en", "en"), ("de", "en")] {
        let found = served(&guest, "/v1/articles/covid", Some(header)).await;
        assert_eq!(found.as_deref(), Some(expected), "{header}");
    }
    assert!(varies(&guest.get("/v1/articles/covid").await));
}

// Lists

#[tokio::test]
async fn with_a_chain_a_list_has_each_article_once_in_its_best_edition() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let mut stories = vec![];
    for editions in [
        &["en", "hi", "mr"][..],
        &["en", "hi"],
        &["en"],
        &["en", "mr"],
    ] {
        stories.push(article(&admin, "en", editions).await);
    }
    let hindi = article(&admin, "hi", &["hi"]).await;
    stories.push(hindi.clone());
    for (query, header, expected) in [
        (
            "locale=mr&fallback=chain",
            "en",
            ["mr", "hi", "en", "mr", "hi"].as_slice(),
        ),
        (
            "locale=hi&fallback=chain",
            "en",
            &["hi", "hi", "en", "en", "hi"],
        ),
        (
            "locale=en&fallback=mr,hi",
            "",
            &["en", "en", "en", "en", "hi"],
        ),
        ("locale=mr&fallback=hi", "", &["mr", "hi", "mr", "hi"]),
        ("locale=mr", "hi", &["mr", "mr"]),
        ("", "hi-IN, mr;q=0.5", &["hi", "hi", "en", "mr", "hi"]),
        ("", "", &["en", "en", "en", "en", "hi"]),
        ("fallback=none", "mr", &["mr", "mr"]),
    ] {
        for sort in [
            "published_at",
            "-published_at",
            "-updated_at",
            "title",
            "-comments",
        ] {
            let query = format!("{query}&sort={sort}&total=exact");
            let answer = guest
                .get_with(&format!("/v1/articles?{query}"), "accept-language", header)
                .await;
            let page = answer.expect(200);
            assert_eq!(page["total"], expected.len(), "{query}");
            let mut found: Vec<(usize, Value)> = members(&page, "id")
                .into_iter()
                .map(|id| {
                    stories
                        .iter()
                        .position(|story| id == story.as_str())
                        .unwrap()
                })
                .zip(members(&page, "locale"))
                .collect();
            found.sort_by_key(|(place, _)| *place);
            let locales: Vec<Value> = found.into_iter().map(|(_, locale)| locale).collect();
            assert_eq!(locales, expected, "{query} {header}");
        }
    }
}

#[tokio::test]
async fn filters_and_sorts_look_at_the_edition_that_is_served() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let early = published(&admin, "B early").await;
    translate(&admin, &early, "hi", "Z").await;
    let late = published(&admin, "C late").await;
    let between =
        guest.get(&format!("/v1/articles/{late}")).await.expect(200)["published_at"].clone();
    translate(&admin, &late, "hi", "A").await;
    let only = published(&admin, "M").await;
    let look = async |query: &str| {
        let page = guest
            .get(&format!("/v1/articles?{query}"))
            .await
            .expect(200);
        members(&page, "title")
            .iter()
            .map(|title| title.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let between = between.as_str().unwrap();
    assert_eq!(
        look("locale=hi&fallback=chain&sort=title").await,
        ["A", "M", "Z"]
    );
    assert_eq!(
        look("locale=en&sort=title").await,
        ["B early", "C late", "M"]
    );
    let after = format!("published_after={between}");
    assert_eq!(
        look(&format!("locale=hi&fallback=chain&sort=title&{after}")).await,
        ["A", "M"]
    );
    assert_eq!(look(&format!("locale=en&sort=title&{after}")).await, ["M"]);
    let before = format!("published_before={between}");
    assert_eq!(
        look(&format!("locale=hi&fallback=chain&{before}")).await,
        ["Z"]
    );
    // A correction of an edition that is not served moves nothing.
    let en = format!("/v1/articles/{early}/translations/en");
    admin
        .patch(&en, json!({"title": "Corrected"}))
        .await
        .check(200);
    admin
        .post(&format!("{en}/publish"), json!({}))
        .await
        .check(200);
    assert_eq!(
        look("locale=hi&fallback=chain&sort=-updated_at").await,
        ["M", "A", "Z"]
    );
    assert_eq!(look("locale=en&sort=-updated_at").await[0], "Corrected");
    assert_eq!(
        look(&format!("locale=hi&fallback=chain&ids={early},{only}")).await,
        ["M", "Z"]
    );
}

// The rules as a whole, against a model of them

/// The languages of the model, each with its fallbacks. `ta` is switched off.
const LOCALES: [(&str, &[&str]); 6] = [
    ("en", &[]),
    ("hi", &["en"]),
    ("mr", &["hi", "en"]),
    ("fr", &["ta", "mr"]),
    ("pt-BR", &["fr"]),
    ("ta", &["hi"]),
];
const DEFAULT: &str = "en";
const OFF: &str = "ta";

/// What a reader asks.
#[derive(Debug, Clone)]
struct Question {
    locale: Option<&'static str>,
    fallback: Option<Vec<&'static str>>,
    /// Ranges with their weights in tenths.
    header: Vec<(&'static str, u8)>,
}

impl Question {
    fn query(&self) -> String {
        let locale = self.locale.map(|locale| format!("locale={locale}"));
        let fallback = self
            .fallback
            .as_ref()
            .map(|chain| format!("fallback={}", chain.join(",")));
        locale
            .into_iter()
            .chain(fallback)
            .collect::<Vec<_>>()
            .join("&")
    }

    fn header(&self) -> String {
        let ranges = self.header.iter().map(|(range, weight)| match weight {
            10 => (*range).to_owned(),
            less => format!("{range};q=0.{less}"),
        });
        ranges.collect::<Vec<_>>().join(", ")
    }

    /// The languages asked for, best first.
    fn wanted(&self) -> Vec<String> {
        if let Some(locale) = self.locale {
            return vec![locale.to_lowercase()];
        }
        let mut ranges: Vec<_> = self
            .header
            .iter()
            .filter(|(range, weight)| *weight > 0 && *range != "*")
            .collect();
        ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let mut wanted = vec![];
        for (range, _) in ranges {
            let subtags: Vec<&str> = range.split('-').collect();
            wanted.extend(
                (1..=subtags.len())
                    .rev()
                    .map(|many| subtags[..many].join("-").to_lowercase()),
            );
        }
        wanted
    }

    /// Section 3 of the contract.
    fn answer(&self, source: &str, editions: &[&'static str]) -> Option<&'static str> {
        let wanted = self.wanted();
        let usual = if self.locale.is_some() {
            "none"
        } else {
            "chain"
        };
        let fallback = self.fallback.clone().unwrap_or_else(|| vec![usual]);
        let rest: Vec<String> = match fallback.as_slice() {
            ["none"] => vec![],
            ["chain"] => {
                let own = wanted.iter().find_map(|code| {
                    LOCALES
                        .iter()
                        .find(|(known, _)| *known != OFF && known.to_lowercase() == *code)
                });
                let own = own.map_or(&[][..], |(_, fallbacks)| fallbacks);
                own.iter()
                    .chain([&DEFAULT, &source])
                    .map(|code| code.to_lowercase())
                    .collect()
            }
            own => own.iter().map(|code| code.to_lowercase()).collect(),
        };
        let mut order = wanted.iter().chain(&rest);
        order.find_map(|code| {
            editions
                .iter()
                .find(|edition| **edition != OFF && edition.to_lowercase() == *code)
                .copied()
        })
    }
}

fn questions() -> impl Strategy<Value = Vec<Question>> {
    let codes = ["en", "hi", "mr", "fr", "pt-BR", "ta", "de", "hi-IN", "MR"];
    let ranges = [
        "en",
        "en-GB",
        "hi",
        "hi-IN",
        "mr",
        "mr-Deva-IN",
        "fr",
        "fr-CA",
        "pt",
        "pt-br",
        "ta",
        "de",
        "zh-Hant-TW",
        "*",
    ];
    let fallback = prop_oneof![
        Just(vec!["none"]),
        Just(vec!["chain"]),
        Just(vec!["chain"]),
        vec(select(codes.to_vec()), 1..4),
    ];
    let header = vec((select(ranges.to_vec()), 0u8..=10), 0..5);
    let question = (
        option::of(select(codes.to_vec())),
        option::of(fallback),
        header,
    );
    vec(
        question.prop_map(|(locale, fallback, header)| Question {
            locale,
            fallback,
            header,
        }),
        6,
    )
}

/// Asks for one article, by its address and in a list.
async fn ask(
    app: &TestApp,
    story: &str,
    source: &str,
    editions: &[&'static str],
    question: &Question,
) {
    let (guest, header) = (app.guest(), question.header());
    let expected = question.answer(source, editions);
    let query = question.query();
    let path = format!("/v1/articles/{story}?{query}");
    let answer = guest.get_with(&path, "accept-language", &header).await;
    let visible: Vec<&str> = editions
        .iter()
        .filter(|edition| **edition != OFF)
        .copied()
        .collect();
    let told = format!("{editions:?} from {source}: {query} {header}");
    match expected {
        Some(locale) => {
            assert_eq!(
                answer.check(200).header("content-language"),
                locale,
                "{told}"
            );
            assert_eq!(varies(&answer), question.locale.is_none(), "{told}");
            let document = answer.json();
            assert_eq!(
                (&document["locale"], &document["title"]),
                (&json!(locale), &json!(locale))
            );
            let resolution = &document["locale_resolution"];
            assert_eq!(resolution["served"], locale);
            let asked = question.wanted().contains(&locale.to_lowercase());
            let reasons = match (question.locale, asked) {
                (Some(_), true) => &["exact"][..],
                (Some(_), false) => &["fallback"],
                (None, true) => &["accept-language"],
                (None, false) if locale == DEFAULT => &["default", "fallback"],
                (None, false) => &["fallback"],
            };
            assert!(
                reasons.contains(&resolution["reason"].as_str().unwrap()),
                "{told}: {resolution}"
            );
        }
        None if visible.is_empty() => {
            answer.problem(404, "not-found");
        }
        None => {
            let problem = answer.problem(404, "translation-not-available");
            let mut available = visible.clone();
            available.sort_unstable();
            assert_eq!(problem["available_locales"], json!(available), "{told}");
        }
    }
    let in_list = listed(&guest, &format!("ids={story}&{query}"), &header).await;
    let expected: Vec<Value> = expected.into_iter().map(Value::from).collect();
    assert_eq!(in_list, expected, "list: {told}");
}

#[test]
fn what_is_served_is_what_the_rules_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = runtime.block_on(async {
        let app = TestApp::start().await;
        for (code, _) in LOCALES {
            locale(&app.admin(), code, &[]).await;
        }
        for (code, fallbacks) in LOCALES {
            let settings = json!({"fallbacks": fallbacks, "enabled": code != OFF});
            app.admin()
                .put(&format!("/v1/locales/{code}"), settings)
                .await
                .check(200);
        }
        app
    });
    let codes: Vec<&'static str> = LOCALES.iter().map(|(code, _)| *code).collect();
    let cases = (
        select(codes.clone()),
        subsequence(codes, 0..=6),
        questions(),
    );
    let config = ProptestConfig {
        cases: 40,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Default::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let checked =
        TestRunner::new_with_rng(config, rng).run(&cases, |(source, editions, questions)| {
            runtime.block_on(async {
                let story = article(&app.admin(), source, &editions).await;
                for question in &questions {
                    ask(&app, &story, source, &editions, question).await;
                }
            });
            Ok(())
        });
    checked.unwrap();
}
