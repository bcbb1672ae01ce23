//! `GET /v1/articles/{article}/comments/form`

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, published};

async fn form(client: &Client, article: &str) -> Answer {
    let path = format!("/v1/articles/{article}/comments/form");
    client.get(&path).await
}

#[tokio::test]
async fn a_form_says_what_holds_for_comments_and_is_for_nobody_to_keep() {
    let app = TestApp::start_with(&["--comment-min-seconds", "7"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "The old bridge").await;
    let answer = form(&guest, &article).await;
    assert_eq!(
        answer.check(200).header("cache-control"),
        "private, no-store"
    );
    let seen = answer.json();
    let members = [
        "form_token",
        "expires_at",
        "open",
        "threads",
        "minimum_seconds",
        "max_length",
        "premoderated",
    ];
    let object = seen.as_object().unwrap();
    assert_eq!(object.len(), members.len());
    assert!(members.iter().all(|name| object.contains_key(*name)));
    let rules = json!({"open": true, "threads": "shared", "minimum_seconds": 7, "max_length": 5000, "premoderated": true});
    for (name, value) in rules.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    let ends: DateTime<Utc> = seen["expires_at"].as_str().unwrap().parse().unwrap();
    let lasts = ends - Utc::now();
    assert!(lasts <= TimeDelta::hours(24) && lasts > TimeDelta::hours(23));
    assert_eq!(form(&guest, "the-old-bridge").await.status, 200);
    let moderated = form(&admin, &article).await.expect(200);
    assert_eq!(moderated["premoderated"], false);
}

#[tokio::test]
async fn the_settings_of_the_article_are_the_forms() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let seen = form(&guest, &article).await.expect(200);
    assert_eq!(
        (&seen["premoderated"], &seen["minimum_seconds"]),
        (&json!(false), &json!(0))
    );
    let passed = Utc::now() - TimeDelta::hours(1);
    for (change, open, threads) in [
        (
            json!({"comments_threads": "per_locale"}),
            true,
            "per_locale",
        ),
        (json!({"comments_open": false}), false, "per_locale"),
        (
            json!({"comments_open": true, "comments_threads": "shared"}),
            true,
            "shared",
        ),
        (json!({"comments_close_at": passed}), false, "shared"),
        (
            json!({"comments_close_at": Utc::now() + TimeDelta::hours(1)}),
            true,
            "shared",
        ),
    ] {
        let before = form(&guest, &article).await.etag();
        let path = format!("/v1/articles/{article}");
        admin.patch(&path, change.clone()).await.check(200);
        let answer = form(&guest, &article).await;
        let seen = answer.check(200).json();
        assert_eq!(
            (&seen["open"], &seen["threads"]),
            (&json!(open), &json!(threads)),
            "{change}"
        );
        assert_ne!(answer.etag(), before, "{change}");
    }
}

#[tokio::test]
async fn what_readers_do_not_see_has_no_form() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let unpublished = draft(&admin, "Draft").await;
    let deleted = published(&admin, "Deleted").await;
    admin
        .delete(&format!("/v1/articles/{deleted}"))
        .await
        .check(204);
    for article in [
        &unpublished,
        &deleted,
        "nothing",
        "0193a000-0000-7000-8000-000000000000",
    ] {
        for client in [&guest, &admin] {
            form(client, article).await.problem(404, "not-found");
        }
    }
    let article = published(&admin, "Ferries").await;
    guest
        .get(&format!("/v1/articles/{article}/comments/form?x=1"))
        .await
        .problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_form_that_was_got_this_hour_is_as_good_as_another() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let guest = app.guest();
    let path = format!("/v1/articles/{article}/comments/form");
    let token = |form: &Answer| -> Value { form.json()["form_token"].clone() };
    let one = form(&guest, &article).await;
    let again = guest.get_with(&path, "if-none-match", &one.etag()).await;
    // Unless the hour has just passed.
    if again.status != 304 {
        assert_ne!(again.check(200).etag(), one.etag());
        return;
    }
    let other = form(&guest, &article).await;
    assert_ne!(token(&one), token(&other));
    assert_eq!(one.json()["open"], other.json()["open"]);
}
