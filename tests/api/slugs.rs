//! Slugs: how they are made, who bears them, and where former ones lead.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, published, translate};

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

async fn slug_of(admin: &Client, article: &str, locale: &str) -> String {
    admin.get(&at(article, locale)).await.expect(200)["slug"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The slug of a new draft with this title.
async fn made_from(admin: &Client, title: &str) -> String {
    let article = draft(admin, title).await;
    slug_of(admin, &article, "en").await
}

async fn publish(admin: &Client, article: &str, locale: &str) {
    admin
        .post(&format!("{}/publish", at(article, locale)), json!({}))
        .await
        .check(200);
}

/// Gives the edition another slug, for readers too.
async fn move_to(admin: &Client, article: &str, locale: &str, slug: &str) {
    admin
        .patch(&at(article, locale), json!({"slug": slug}))
        .await
        .check(200);
    publish(admin, article, locale).await;
}

/// Asks for a slug for an article's English text.
async fn ask(admin: &Client, article: &str, slug: &str) -> Answer {
    admin.patch(&at(article, "en"), json!({"slug": slug})).await
}

/// Where a path leads: `Location` of a 301, decoded.
async fn led(guest: &Client, path: &str) -> String {
    let answer = guest.get(path).await;
    answer.check(301);
    let location = answer.header("location");
    assert!(location.is_ascii());
    percent_encoding::percent_decode_str(location)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

async fn resolve(guest: &Client, path: &str) -> Value {
    guest
        .get(&format!("/v1/resolve?path={path}"))
        .await
        .expect(200)
}

// Invalid.

#[tokio::test]
async fn what_is_no_slug_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for slug in [
        "",
        " ",
        "two words",
        "a--b",
        "-a",
        "a-",
        "-",
        "a/b",
        "..",
        "../../etc/passwd",
        "a.html",
        "a?b",
        "a#b",
        "a%20b",
        "a\u{200d}b",
        "a\u{202e}b",
        "a\u{0}b",
        "a\nb",
        "😀",
        "01a20000-0000-7000-8000-000000000000",
        "01A20000-0000-7000-8000-000000000000",
    ] {
        let problem = ask(&admin, &article, slug)
            .await
            .problem(422, "validation-failed");
        let found = faults(&problem);
        assert!(
            found.iter().any(|(at, _)| at == "/slug"),
            "{slug:?}: {problem}"
        );
    }
    assert_eq!(slug_of(&admin, &article, "en").await, "rain");
}

#[tokio::test]
async fn a_taken_slug_is_a_conflict() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let rain = published(&admin, "Rain").await;
    let hail = published(&admin, "Hail").await;
    for slug in ["rain", "RAIN"] {
        let problem = ask(&admin, &hail, slug).await.problem(409, "conflict");
        assert!(
            problem["detail"].as_str().unwrap().contains("rain"),
            "{problem}"
        );
    }
    let words = json!({"title": "Snow", "slug": "rain"});
    let new = json!({"source_locale": "en", "translation": words});
    admin
        .post("/v1/articles", new)
        .await
        .problem(409, "conflict");
    // A former one leads to its article for ever.
    move_to(&admin, &rain, "en", "storm").await;
    ask(&admin, &hail, "rain").await.problem(409, "conflict");
    // Nor does it become free in the trash.
    admin
        .delete(&format!("/v1/articles/{rain}"))
        .await
        .check(204);
    ask(&admin, &hail, "storm").await.problem(409, "conflict");
    let drafts = admin.get("/v1/articles?view=draft").await.expect(200);
    assert_eq!(drafts["data"].as_array().unwrap().len(), 1);
}

// Limits.

#[tokio::test]
async fn a_slug_has_at_most_120_characters() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for letter in ["a", "क", "\u{10D0}"] {
        let full = letter.repeat(120);
        assert_eq!(ask(&admin, &article, &full).await.expect(200)["slug"], full);
        ask(&admin, &article, &format!("{full}{letter}"))
            .await
            .problem(422, "validation-failed");
    }
    let long = "कथा ".repeat(74);
    for number in 0..12 {
        let made = made_from(&admin, &long).await;
        assert!(
            made.chars().count() <= 120 && made.starts_with("कथा-कथा"),
            "{number}: {made}"
        );
        assert!(
            number == 0 || made.ends_with(&format!("-{}", number + 1)),
            "{made}"
        );
    }
    let one_word = "x".repeat(300);
    assert!((100..=120).contains(&made_from(&admin, &one_word).await.len()));
}

// Made from titles

#[tokio::test]
async fn a_slug_is_made_from_the_words_of_the_title() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (title, slug) in [
        ("The Old Bridge, Reopened!", "the-old-bridge-reopened"),
        ("  NATO’s 75th — what now?  ", "natos-75th-what-now"),
        ("पुराना पुल फिर खुला", "पुराना-पुल-फिर-खुला"),
        ("पुण्यात पाऊस: १० ठार", "पुण्यात-पाऊस-१०-ठार"),
        ("Élysée Café", "élysée-café"),
        ("Cafe\u{301} society", "café-society"),
        ("ПОГОДА", "погода"),
        ("東京の雨", "東京の雨"),
        ("C++ & C#", "c-c"),
        ("50 % off", "50-off"),
        ("ज़मीन", "ज\u{93c}मीन"),
    ] {
        assert_eq!(made_from(&admin, title).await, slug, "{title}");
    }
    let like_an_id = made_from(&admin, "01a20000-0000-7000-8000-000000000000").await;
    assert!(uuid::Uuid::parse_str(&like_an_id).is_err(), "{like_an_id}");
}

#[tokio::test]
async fn a_clash_is_numbered() {
    let app = TestApp::start().await;
    let admin = app.admin();
    assert_eq!(made_from(&admin, "Rain").await, "rain");
    assert_eq!(made_from(&admin, "RAIN!").await, "rain-2");
    let third = draft(&admin, "rain").await;
    assert_eq!(slug_of(&admin, &third, "en").await, "rain-3");
    // A gap is filled: nobody ever saw rain-3.
    ask(&admin, &third, "hail").await.check(200);
    assert_eq!(made_from(&admin, "Rain").await, "rain-3");
    assert_eq!(made_from(&admin, "Rain 2").await, "rain-2-2");
    let words = json!({"title": "Rain"});
    let hindi = json!({"source_locale": "hi", "translation": words});
    let other = admin.post("/v1/articles", hindi).await.expect(201);
    assert_eq!(other["slug"], "rain", "each locale has its own");
    // What is given is never numbered.
    let words = json!({"title": "Rain", "slug": "rain"});
    let given = json!({"source_locale": "en", "translation": words});
    admin
        .post("/v1/articles", given)
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn many_articles_may_have_one_title() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 1..=40 {
        let expected = if number == 1 {
            "rain".to_owned()
        } else {
            format!("rain-{number}")
        };
        assert_eq!(made_from(&admin, "Rain").await, expected);
    }
}

#[tokio::test]
async fn a_given_slug_is_normalised() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    for (given, slug) in [
        ("Old-BRIDGE", "old-bridge"),
        ("cafe\u{301}", "café"),
        ("ÉCOLE", "école"),
        ("\u{958}", "\u{915}\u{93c}"),
        ("पुल-१", "पुल-१"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ] {
        assert_eq!(
            ask(&admin, &article, given).await.expect(200)["slug"],
            slug,
            "{given}"
        );
        publish(&admin, &article, "en").await;
        for form in [given, slug] {
            let found = guest.get(&format!("/v1/articles/{form}")).await;
            // The canonical form is served; another may also lead to it.
            if found.status == 301 {
                assert_eq!(
                    led(&guest, &format!("/v1/articles/{form}")).await,
                    format!("/v1/articles/{slug}")
                );
            } else {
                assert_eq!(id(&found.expect(200)), article, "{form}");
            }
        }
    }
}

// Former slugs

#[tokio::test]
async fn a_former_slug_leads_to_the_present_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    move_to(&admin, &article, "en", "heavy-rain").await;
    let answer = guest.get("/v1/articles/rain").await;
    assert_eq!(
        answer.check(301).header("location"),
        "/v1/articles/heavy-rain"
    );
    assert_eq!(
        led(&guest, "/v1/articles/RAIN").await,
        "/v1/articles/heavy-rain"
    );
    let query = "locale=en&fields=id,title&fallback=hi,mr";
    assert_eq!(
        led(&guest, &format!("/v1/articles/rain?{query}")).await,
        format!("/v1/articles/heavy-rain?{query}")
    );
    move_to(&admin, &article, "en", "भारी-वर्षा").await;
    let answer = guest.get("/v1/articles/rain?fields=id").await;
    let encoded =
        "%E0%A4%AD%E0%A4%BE%E0%A4%B0%E0%A5%80-%E0%A4%B5%E0%A4%B0%E0%A5%8D%E0%A4%B7%E0%A4%BE";
    assert_eq!(
        answer.check(301).header("location"),
        format!("/v1/articles/{encoded}?fields=id")
    );
    assert_eq!(
        id(&guest.get(answer.header("location")).await.expect(200)),
        article
    );
    let head = Answer::of(guest.request("HEAD", "/v1/articles/rain")).await;
    head.check(301);
}

#[tokio::test]
async fn the_whole_history_leads_to_the_present() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "One").await;
    for slug in ["two", "three", "four"] {
        move_to(&admin, &article, "en", slug).await;
    }
    for slug in ["one", "two", "three"] {
        assert_eq!(
            led(&guest, &format!("/v1/articles/{slug}")).await,
            "/v1/articles/four"
        );
        let moved = resolve(&guest, &format!("/en/{slug}")).await;
        assert_eq!(
            (&moved["status"], &moved["path"]),
            (&json!("moved"), &json!("/en/four"))
        );
    }
    // Back to one that it had: that one is the present, the others lead to it.
    move_to(&admin, &article, "en", "two").await;
    assert_eq!(
        id(&guest.get("/v1/articles/two").await.expect(200)),
        article
    );
    for slug in ["one", "three", "four"] {
        assert_eq!(
            led(&guest, &format!("/v1/articles/{slug}")).await,
            "/v1/articles/two"
        );
    }
    assert_eq!(resolve(&guest, "/en/two").await["status"], "current");
}

#[tokio::test]
async fn a_former_slug_never_names_another_article() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let first = published(&admin, "Rain").await;
    move_to(&admin, &first, "en", "storm").await;
    assert_eq!(made_from(&admin, "Rain").await, "rain-2");
    let second = published(&admin, "Hail").await;
    ask(&admin, &second, "rain").await.problem(409, "conflict");
    assert_eq!(led(&guest, "/v1/articles/rain").await, "/v1/articles/storm");
    admin
        .post(&format!("{}/unpublish", at(&first, "en")), json!({}))
        .await
        .check(200);
    ask(&admin, &second, "rain").await.problem(409, "conflict");
    guest
        .get("/v1/articles/rain")
        .await
        .problem(404, "not-found");
    // In another locale it may be borne; there it is that article's.
    translate(&admin, &second, "hi", "Rain").await;
    assert_eq!(
        id(&guest.get("/v1/articles/rain?locale=hi").await.expect(200)),
        second
    );
}

#[tokio::test]
async fn a_present_bearer_comes_before_a_former_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let english = published(&admin, "Covid").await;
    move_to(&admin, &english, "en", "corona").await;
    let words = json!({"title": "Covid"});
    let hindi = json!({"source_locale": "hi", "translation": words, "publish": true});
    let hindi = id(&admin.post("/v1/articles", hindi).await.expect(201));
    for header in ["", "en", "hi"] {
        let found = guest
            .get_with("/v1/articles/covid", "accept-language", header)
            .await;
        assert_eq!(id(&found.expect(200)), hindi, "{header}");
    }
    assert_eq!(
        led(&guest, "/v1/articles/covid?locale=en").await,
        "/v1/articles/corona?locale=en"
    );
}

#[tokio::test]
async fn every_language_has_its_own_history() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    move_to(&admin, &article, "hi", "बारिश").await;
    assert_eq!(led(&guest, "/v1/articles/वर्षा").await, "/v1/articles/बारिश");
    assert_eq!(
        led(&guest, "/v1/articles/वर्षा?locale=en").await,
        "/v1/articles/बारिश?locale=en"
    );
    assert_eq!(
        guest.get("/v1/articles/बारिश?locale=en").await.expect(200)["slug"],
        "rain"
    );
    let whole = guest.get("/v1/articles/rain").await.expect(200);
    assert_eq!(whole["translations"][1]["slug"], "बारिश");
    let url = whole["translations"][1]["url"].as_str().unwrap();
    assert!(
        url.ends_with("/hi/%E0%A4%AC%E0%A4%BE%E0%A4%B0%E0%A4%BF%E0%A4%B6")
            || url.ends_with("/hi/बारिश"),
        "{url}"
    );
}

// What readers never saw

#[tokio::test]
async fn a_slug_that_readers_never_saw_does_not_show() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    ask(&admin, &article, "minister-resigns").await.check(200);
    for path in [
        "/v1/articles/minister-resigns",
        "/v1/articles/minister-resigns?locale=en",
        "/v1/articles/minister-resigns?locale=hi",
        "/v1/articles/minister-resigns/translations/en",
        "/v1/articles/minister-resigns/translations",
        "/v1/articles/minister-resigns/comments",
        "/v1/resolve?path=/en/minister-resigns",
    ] {
        let problem = guest.get(path).await.problem(404, "not-found");
        assert!(!problem.to_string().contains("\"rain\""), "{problem}");
    }
    let comment = json!({"author_name": "A", "body": "Words"});
    guest
        .post("/v1/articles/minister-resigns/comments", comment)
        .await
        .problem(404, "not-found");
    let copy = admin
        .get("/v1/articles/minister-resigns?view=draft")
        .await
        .expect(200);
    assert_eq!(id(&copy), article, "its editors find it");
    publish(&admin, &article, "en").await;
    assert_eq!(
        id(&guest.get("/v1/articles/minister-resigns").await.expect(200)),
        article
    );
}

#[tokio::test]
async fn a_slug_that_readers_never_saw_is_free_again() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let first = published(&admin, "Rain").await;
    for slug in ["one", "two"] {
        ask(&admin, &first, slug).await.check(200);
    }
    let second = draft(&admin, "Hail").await;
    ask(&admin, &second, "two").await.problem(409, "conflict");
    ask(&admin, &second, "one").await.check(200);
    publish(&admin, &second, "en").await;
    assert_eq!(id(&guest.get("/v1/articles/one").await.expect(200)), second);
    // That of a deleted translation,
    admin
        .put(&at(&first, "hi"), json!({"title": "x", "slug": "वर्षा"}))
        .await
        .check(201);
    admin.delete(&at(&first, "hi")).await.check(204);
    admin
        .put(&at(&second, "hi"), json!({"title": "x", "slug": "वर्षा"}))
        .await
        .check(201);
    // and that of an article which was erased.
    let third = draft(&admin, "Snow").await;
    admin
        .delete(&format!("/v1/articles/{third}?permanent=true"))
        .await
        .check(204);
    ask(&admin, &second, "snow").await.check(200);
}

#[tokio::test]
async fn the_slug_of_an_erased_article_is_free_and_its_address_gone() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let first = published(&admin, "Rain").await;
    admin
        .delete(&format!("/v1/articles/{first}?permanent=true"))
        .await
        .check(204);
    guest
        .get("/v1/articles/rain")
        .await
        .problem(404, "not-found");
    let gone = resolve(&guest, "/en/rain").await;
    assert_eq!(
        (&gone["status"], &gone["article_id"]),
        (&json!("gone"), &json!(null))
    );
    let second = published(&admin, "Rain").await;
    assert_eq!(slug_of(&admin, &second, "en").await, "rain");
    let now = resolve(&guest, "/en/rain").await;
    assert_eq!(
        (&now["status"], &now["article_id"]),
        (&json!("current"), &json!(second))
    );
}

#[tokio::test]
async fn a_translation_begun_anew_gets_its_own_address_back() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    admin.delete(&at(&article, "hi")).await.check(204);
    translate(&admin, &article, "hi", "वर्षा").await;
    assert_eq!(
        guest.get("/v1/articles/वर्षा").await.expect(200)["slug"],
        "वर्षा"
    );
}

// `resolve`

#[tokio::test]
async fn an_address_is_resolved() {
    let app = TestApp::start_with(&[
        "--site-url-template",
        "https://news.example/{locale}/{slug}",
    ])
    .await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    move_to(&admin, &article, "en", "storm").await;
    let current = json!({
        "status": "current", "article_id": article, "locale": "en", "slug": "storm", "path": "/en/storm",
        "url": "https://news.example/en/storm"
    });
    for path in [
        "/en/storm",
        "/en/storm/",
        "en/storm",
        "/EN/Storm",
        "%2Fen%2Fstorm",
    ] {
        assert_eq!(resolve(&guest, path).await, current, "{path}");
    }
    let mut moved = current.clone();
    moved["status"] = json!("moved");
    assert_eq!(resolve(&guest, "/en/rain").await, moved);
    let hindi = resolve(&guest, "/hi/वर्षा").await;
    assert_eq!(
        (&hindi["status"], &hindi["slug"], &hindi["path"]),
        (&json!("current"), &json!("वर्षा"), &json!("/hi/वर्षा"))
    );
    admin
        .post(&format!("{}/unpublish", at(&article, "hi")), json!({}))
        .await
        .check(200);
    let gone = resolve(&guest, "/hi/वर्षा").await;
    assert_eq!(
        (&gone["status"], &gone["url"]),
        (&json!("gone"), &json!(null))
    );
    publish(&admin, &article, "hi").await;
    assert_eq!(resolve(&guest, "/hi/वर्षा").await, hindi);
}

#[tokio::test]
async fn an_address_that_never_was_is_not_found() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    published(&admin, "Rain").await;
    draft(&admin, "Secret").await;
    for path in [
        "/en/secret",
        "/hi/rain",
        "/fr/rain",
        "/en",
        "/",
        "rain",
        "",
        "/en/",
        "/en/a/b",
        "/e_n/rain",
        "//rain",
        "/en/a%20b",
    ] {
        guest
            .get(&format!("/v1/resolve?path={path}"))
            .await
            .problem(404, "not-found");
    }
    guest
        .get("/v1/resolve")
        .await
        .problem(400, "invalid-parameter");
    guest
        .get("/v1/resolve?path=/en/rain&path=/en/rain")
        .await
        .problem(400, "invalid-parameter");
    guest
        .get("/v1/resolve?path=/en/rain&locale=en")
        .await
        .problem(400, "invalid-parameter");
}
