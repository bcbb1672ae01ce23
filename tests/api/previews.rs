//! `/v1/articles/{article}/preview-links` and `/v1/previews/{token}`

use chrono::{DateTime, Duration, TimeDelta, Utc};
use dateline::articles::previews::Preview;
use dateline::cli::serve::sealing_key;
use dateline::db::Database;
use dateline::values::seal::Seal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, members, published, translate};

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

fn links(article: &str) -> String {
    format!("/v1/articles/{article}/preview-links")
}

/// A new link to the article; its path.
async fn link(caller: &Client, article: &str) -> String {
    let made = caller.post(&links(article), json!({})).await.expect(201);
    format!("/v1/previews/{}", made["token"].as_str().unwrap())
}

async fn seal(app: &TestApp) -> Seal {
    let db = Database::new(&app.database_url, 1).unwrap();
    Seal::new(&sealing_key(&db).await.unwrap())
}

#[track_caller]
fn gone(answer: Answer) {
    assert!(!answer.text.contains("Rain"), "{}", answer.text);
    answer.problem(404, "not-found");
}

#[track_caller]
fn lasts(made: &Value, expected: TimeDelta) {
    let end: DateTime<Utc> = made["expires_at"].as_str().unwrap().parse().unwrap();
    let left = end - Utc::now();
    assert!(
        left <= expected && left > expected - TimeDelta::minutes(1),
        "{left} instead of {expected}"
    );
}

// Making them

#[tokio::test]
async fn a_link_lasts_a_day_or_as_long_as_it_is_said() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let before = admin
        .get(&format!("/v1/articles/{article}?view=draft"))
        .await;
    for (body, hours) in [
        (json!({}), 24 * 60),
        (json!({"expires_in": null}), 24 * 60),
        (json!({"expires_in": "24h"}), 24 * 60),
        (json!({"expires_in": "1m"}), 1),
        (json!({"expires_in": "90m"}), 90),
        (json!({"expires_in": "2d"}), 2 * 24 * 60),
        (json!({"expires_in": "1w"}), 7 * 24 * 60),
        (json!({"expires_in": "90d"}), 90 * 24 * 60),
    ] {
        let answer = admin.post(&links(&article), body).await;
        assert_eq!(answer.header("cache-control"), "private, no-store");
        let location = answer.header("location").to_owned();
        let made = answer.expect(201);
        lasts(&made, Duration::minutes(hours));
        let token = made["token"].as_str().unwrap();
        let url = made["url"].as_str().unwrap();
        assert_eq!(url, format!("{}/v1/previews/{token}", app.url));
        assert!(location.ends_with(&format!("/v1/previews/{token}")));
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(token.chars().all(safe), "{token}");
        app.guest().get(&location).await.check(200);
    }
    // A body may be left out altogether.
    let bare = Answer::of(admin.request("POST", &links(&article))).await;
    lasts(&bare.expect(201), Duration::hours(24));
    // By a slug too; and the article is as it was.
    let made = admin.post(&links("rain"), json!({})).await.expect(201);
    let path = format!("/v1/previews/{}", made["token"].as_str().unwrap());
    let shown = app.guest().get(&path).await.expect(200);
    assert_eq!(shown["id"], article);
    let after = admin
        .get(&format!("/v1/articles/{article}?view=draft"))
        .await;
    assert_eq!((after.etag(), after.text), (before.etag(), before.text));
}

#[tokio::test]
async fn a_time_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for body in [
        json!({"expires_in": ""}),
        json!({"expires_in": "24"}),
        json!({"expires_in": 24}),
        json!({"expires_in": "24H"}),
        json!({"expires_in": "-1h"}),
        json!({"expires_in": "0h"}),
        json!({"expires_in": "1.5h"}),
        json!({"expires_in": "1y"}),
        json!({"expires_in": "1h30m"}),
        json!({"expires_in": "१h"}),
        json!({"expires_in": "91d"}),
        json!({"expires_in": "2161h"}),
        json!({"expires_in": "13w"}),
        json!({"expires_in": "99999999999999999999d"}),
        json!({"expires_in": ["1h"]}),
    ] {
        let what = body.to_string();
        let problem = admin.post(&links(&article), body).await;
        let problem = problem.problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, "/expires_in", "{what}: {problem}");
        assert_eq!(faults(&problem).len(), 1, "{what}: {problem}");
    }
    let problem = admin
        .post(&links(&article), json!({"expires_at": "24h"}))
        .await;
    let problem = problem.problem(422, "validation-failed");
    assert_eq!(faults(&problem)[0].0, "/expires_at");
    let path = format!("{}?expires_in=1h", links(&article));
    let answer = admin.post(&path, json!({})).await;
    answer.problem(400, "invalid-parameter");
    for missing in ["0193a000-0000-7000-8000-000000000000", "no-such-slug"] {
        let answer = admin.post(&links(missing), json!({})).await;
        answer.problem(404, "not-found");
        let answer = admin.delete(&links(missing)).await;
        answer.problem(404, "not-found");
    }
    // Nothing of that left a trace.
    let history = admin
        .get(&format!("/v1/audit?article={article}"))
        .await
        .expect(200);
    assert_eq!(members(&history, "type"), ["article.created"]);
}

#[tokio::test]
async fn links_are_given_and_revoked_by_writers() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Rain").await;
    let reader = app.caller(&["content:read", "content:publish"]).await;
    for (guest, reader) in [
        (
            app.guest().post(&links(&article), json!({})).await,
            reader.post(&links(&article), json!({})).await,
        ),
        (
            app.guest().delete(&links(&article)).await,
            reader.delete(&links(&article)).await,
        ),
    ] {
        assert!(guest.header("www-authenticate").starts_with("Bearer"));
        guest.problem(401, "unauthenticated");
        let problem = reader.problem(403, "forbidden");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("content:write")
        );
    }
    let writer = app.caller(&["content:write"]).await;
    let path = link(&writer, &article).await;
    app.guest().get(&path).await.check(200);
    writer.delete(&links(&article)).await.check(204);
    gone(app.guest().get(&path).await);
    let answer = app.guest().get(&links(&article)).await;
    answer.problem(405, "method-not-allowed");
    let answer = writer.post(&path, json!({})).await;
    assert!(answer.header("allow").contains("GET"));
    answer.problem(405, "method-not-allowed");
}

// What they show

#[tokio::test]
async fn a_link_shows_the_working_copies_in_all_languages_without_a_token() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    admin
        .put(
            &at(&article, "mr"),
            json!({"title": "पाऊस", "body": "शब्द."}),
        )
        .await
        .check(201);
    let corrected = json!({"title": "Rain, corrected", "body": "New **words**."});
    admin.patch(&at(&article, "en"), corrected).await.check(200);
    let path = link(&admin, &article).await;
    let answer = guest.get(&path).await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(answer.header("x-robots-tag").contains("noindex"));
    assert_eq!(answer.header("content-language"), "en");
    assert_eq!(answer.header("surrogate-key"), "");
    assert!(
        answer
            .header("vary")
            .to_lowercase()
            .contains("accept-language")
    );
    let shown = answer.expect(200);
    assert_eq!(shown["id"], article);
    assert_eq!(shown["title"], "Rain, corrected");
    assert_eq!(shown["status"], "draft");
    assert!(
        shown["body_html"]
            .as_str()
            .unwrap()
            .contains("<strong>words")
    );
    let drafts = shown["drafts"].as_array().unwrap();
    let of = |name: &str| -> Vec<&str> {
        let texts = drafts.iter().map(|one| one[name].as_str().unwrap());
        texts.collect()
    };
    assert_eq!(of("locale"), ["en", "hi", "mr"]);
    assert_eq!(of("title"), ["Rain, corrected", "वर्षा", "पाऊस"]);
    assert_eq!(of("status"), ["draft", "published", "draft"]);
    for one in drafts {
        let url = one["url"].as_str().unwrap();
        let there = guest.get(url.strip_prefix(&app.url).unwrap()).await;
        assert_eq!(there.header("content-language"), one["locale"]);
        assert_eq!(there.header("cache-control"), "private, no-store");
        assert!(there.header("x-robots-tag").contains("noindex"));
        let there = there.expect(200);
        assert_eq!(there["title"], one["title"]);
        assert_eq!(there["slug"], one["slug"]);
        assert_eq!(there["locale_resolution"]["reason"], "exact");
    }
    // It sees what is saved later, too.
    let saved = json!({"title": "Rain, corrected again"});
    admin.patch(&at(&article, "en"), saved).await.check(200);
    let shown = guest.get(&format!("{path}?locale=en")).await.expect(200);
    assert_eq!(shown["title"], "Rain, corrected again");

    // The languages are chosen as those of an article are.
    let asked = guest
        .get_with(&path, "accept-language", "mr;q=0.9, hi;q=0.5")
        .await;
    assert_eq!(asked.expect(200)["title"], "पाऊस");
    let missing = guest.get(&format!("{path}?locale=fr")).await;
    let problem = missing.problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["en", "hi", "mr"]));
    let chain = guest.get(&format!("{path}?locale=fr&fallback=hi")).await;
    assert_eq!(chain.expect(200)["locale"], "hi");
    for query in [
        "locale=%3F",
        "view=draft",
        "locale=en&locale=hi",
        "fields=title",
    ] {
        let answer = guest.get(&format!("{path}?{query}")).await;
        answer.problem(400, "invalid-parameter");
    }
    // Readers see nothing of all this.
    let edition = guest.get(&format!("/v1/articles/{article}")).await;
    assert_eq!(edition.expect(200)["title"], "Rain");
}

#[tokio::test]
async fn a_link_shows_an_article_that_readers_never_saw() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let path = link(&admin, &article).await;
    guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .check(404);
    let shown = guest.get(&path).await.expect(200);
    assert_eq!(
        (&shown["title"], &shown["published_at"]),
        (&json!("Rain"), &Value::Null)
    );
    // It opens one article's drafts and no other door.
    let token = path.trim_start_matches("/v1/previews/");
    let disguised = Client::new(&app.url, Some(token.to_owned()));
    disguised
        .get("/v1/articles?view=draft")
        .await
        .problem(401, "unauthenticated");
    for status in ["submit", "publish", "unpublish", "archive"] {
        let action = format!("{}/{status}", at(&article, "en"));
        admin.post(&action, json!({})).await.check(200);
        guest.get(&path).await.check(200);
    }
    // A language that readers do not get is a draft like any other.
    admin
        .put(&at(&article, "mr"), json!({"title": "पाऊस"}))
        .await
        .check(201);
    admin
        .put("/v1/locales/mr", json!({"enabled": false}))
        .await
        .check(200);
    let shown = guest.get(&format!("{path}?locale=mr")).await.expect(200);
    assert_eq!(shown["title"], "पाऊस");
}

#[tokio::test]
async fn a_look_at_the_head_is_as_good_and_as_private() {
    let app = TestApp::start().await;
    let article = draft(&app.admin(), "Rain").await;
    let path = link(&app.admin(), &article).await;
    let guest = app.guest();
    let got = guest.get(&path).await;
    let head = Answer::of(guest.request("HEAD", &path)).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    for name in [
        "cache-control",
        "x-robots-tag",
        "content-language",
        "content-type",
    ] {
        assert_eq!(head.header(name), got.header(name), "{name}");
        assert_ne!(head.header(name), "", "{name}");
    }
    let gone = Answer::of(guest.request("HEAD", "/v1/previews/anything")).await;
    assert_eq!((gone.status, gone.text.as_str()), (404, ""));
    // A bad bearer token is refused here as everywhere.
    let stranger = Client::new(&app.url, Some("dl_nobody".into()));
    stranger.get(&path).await.problem(401, "unauthenticated");
}

// What they do not show

#[tokio::test]
async fn a_token_that_was_tampered_with_shows_nothing() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let other = draft(&admin, "Rain again").await;
    let path = link(&admin, &article).await;
    let elsewhere = link(&admin, &other).await;
    let token = path.trim_start_matches("/v1/previews/");
    let theirs = elsewhere.trim_start_matches("/v1/previews/");
    assert_eq!(token.len(), theirs.len());
    // Every place changed, the last of which may hold bits that mean nothing: then it is the same or none.
    for place in 0..token.len() {
        for letter in ['A', 'z', '_'] {
            let mut changed: Vec<char> = token.chars().collect();
            if changed[place] != letter {
                changed[place] = letter;
                let changed: String = changed.into_iter().collect();
                gone(guest.get(&format!("/v1/previews/{changed}")).await);
            }
        }
    }
    // Truncated, lengthened, and put together from two.
    for end in [0, 1, 16, 22, token.len() / 2, token.len() - 1] {
        let answer = guest.get(&format!("/v1/previews/{}", &token[..end])).await;
        assert_eq!(answer.status, 404, "{}", answer.text);
    }
    for cut in [16, 21, 22, 32, 40, 44] {
        let mixed = format!("{}{}", &token[..cut], &theirs[cut..]);
        if mixed != token && mixed != theirs {
            gone(guest.get(&format!("/v1/previews/{mixed}")).await);
        }
    }
    for other in [
        format!("{token}A"),
        format!("{token}="),
        format!("{token}%00"),
        format!("{token}/x"),
        format!("%20{token}"),
        token.to_lowercase(),
        "x".repeat(7000),
        article.clone(),
    ] {
        let answer = guest.get(&format!("/v1/previews/{other}")).await;
        assert!(
            [400, 404].contains(&answer.status),
            "{other}: {}",
            answer.text
        );
    }
    guest.get(&path).await.check(200);
}

#[tokio::test]
async fn what_is_sealed_for_something_else_is_no_preview() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    draft(&admin, "Snow").await;
    let list = admin
        .get("/v1/articles?view=draft&limit=1")
        .await
        .expect(200);
    let cursor = list["page"]["next_cursor"].as_str().unwrap();
    gone(guest.get(&format!("/v1/previews/{cursor}")).await);
    let path = link(&admin, &article).await;
    let token = path.trim_start_matches("/v1/previews/");
    let answer = admin
        .get(&format!("/v1/articles?view=draft&cursor={token}"))
        .await;
    answer.problem(400, "invalid-cursor");
}

#[tokio::test]
async fn a_link_ends_with_its_time() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let seal = seal(&app).await;
    let token = |seconds, generation| {
        let preview = Preview {
            article: article.parse::<Uuid>().unwrap(),
            generation,
            expires_at: Utc::now() + Duration::seconds(seconds),
        };
        format!("/v1/previews/{}", preview.token(&seal))
    };
    guest.get(&token(3600, 1)).await.check(200);
    for seconds in [0, -1, -86_400 * 365] {
        gone(guest.get(&token(seconds, 1)).await);
    }
    for generation in [0, 2, -1] {
        gone(guest.get(&token(3600, generation)).await);
    }
    let forged = Preview {
        article: article.parse().unwrap(),
        generation: 1,
        expires_at: Utc::now() + Duration::hours(1),
    };
    let forged = forged.token(&Seal::new(b"a key of somebody else's"));
    gone(guest.get(&format!("/v1/previews/{forged}")).await);
}

#[tokio::test]
async fn revoking_ends_all_links_of_an_article_and_of_no_other() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let other = draft(&admin, "Rain again").await;
    let (one, two) = (link(&admin, &article).await, link(&admin, &article).await);
    let elsewhere = link(&admin, &other).await;
    let whole = format!("/v1/articles/{article}?view=draft");
    let etag = admin.get(&whole).await.etag();
    let stale = ("if-match", "\"a0\"");
    let answer = admin
        .write("DELETE", &links(&article), stale, Value::Null)
        .await;
    answer.problem(412, "precondition-failed");
    guest.get(&one).await.check(200);
    let fits = ("if-match", etag.as_str());
    let answer = admin
        .write("DELETE", &links(&article), fits, Value::Null)
        .await;
    answer.check(204);
    assert_eq!(answer.text, "");
    gone(guest.get(&one).await);
    gone(guest.get(&two).await);
    gone(guest.get(&format!("{one}?locale=en")).await);
    guest.get(&elsewhere).await.check(200);
    assert_eq!(admin.get(&whole).await.etag(), etag, "it is as it was");
    // New ones work, and revoking twice is no harm.
    let new = link(&admin, &article).await;
    guest.get(&new).await.check(200);
    gone(guest.get(&one).await);
    admin.delete(&links(&article)).await.check(204);
    admin.delete(&links(&article)).await.check(204);
    gone(guest.get(&new).await);
}

#[tokio::test]
async fn a_link_shows_nothing_of_what_is_trashed_or_erased() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = link(&admin, &article).await;
    let whole = format!("/v1/articles/{article}");
    admin.delete(&whole).await.check(204);
    gone(guest.get(&path).await);
    let answer = admin.post(&links(&article), json!({})).await;
    answer.problem(404, "not-found");
    let answer = admin.delete(&links(&article)).await;
    answer.problem(404, "not-found");
    let back = admin.post(&format!("{whole}/restore"), json!({})).await;
    back.check(200);
    guest.get(&path).await.check(200);
    admin
        .delete(&format!("{whole}?permanent=true"))
        .await
        .check(204);
    gone(guest.get(&path).await);
    // Nothing under the same slug takes its place.
    draft(&admin, "Rain").await;
    gone(guest.get(&path).await);
}

// Elsewhere

#[tokio::test]
async fn a_link_works_on_every_node_and_is_revoked_on_every_node() {
    let app = TestApp::start().await;
    let other = app.second_node(&[]).await;
    let article = draft(&app.admin(), "Rain").await;
    let path = link(&app.admin(), &article).await;
    let shown = other.guest().get(&path).await.expect(200);
    assert_eq!(shown["id"], article);
    let back = link(&other.admin(), &article).await;
    app.guest().get(&back).await.check(200);
    other.admin().delete(&links(&article)).await.check(204);
    for node in [&app, &other] {
        gone(node.guest().get(&path).await);
        gone(node.guest().get(&back).await);
    }
}

#[tokio::test]
async fn links_have_their_events_and_no_event_holds_one() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let made = admin
        .post(&links(&article), json!({"expires_in": "2h"}))
        .await;
    let made = made.expect(201);
    admin.delete(&links(&article)).await.check(204);
    let history = admin
        .get(&format!("/v1/audit?article={article}"))
        .await
        .expect(200);
    assert_eq!(
        members(&history, "type"),
        ["preview.revoked", "preview.created", "article.created"]
    );
    assert_eq!(
        history["data"][1]["data"],
        json!({"expires_at": made["expires_at"]})
    );
    assert_eq!(history["data"][1]["actor"], "tests");
    let token = made["token"].as_str().unwrap();
    let sql = app.sql().await;
    let rows = sql
        .query("select row_to_json(e)::text from events e", &[])
        .await;
    for row in rows.unwrap() {
        let event: String = row.get(0);
        assert!(!event.contains(token), "{event}");
        assert!(!event.contains(&token[22..]), "{event}");
    }
}
