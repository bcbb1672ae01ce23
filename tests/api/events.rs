//! The log of events: one for every change, in the change's own transaction.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, id, published, tag, translate};

/// A row of the log.
#[derive(Debug, PartialEq)]
struct Event {
    kind: String,
    actor: Option<String>,
    article: Option<String>,
    locale: Option<String>,
    keys: BTreeSet<String>,
    data: Value,
}

/// The log from one look to the next.
struct Log {
    sql: tokio_postgres::Client,
    last: i64,
}

impl Log {
    /// What is written from now on.
    async fn of(app: &TestApp) -> Log {
        let mut log = Log {
            sql: app.sql().await,
            last: 0,
        };
        log.news().await;
        log
    }

    /// What was written since the last look.
    async fn news(&mut self) -> Vec<Event> {
        let query = "select id, type, actor, article_id::text, locale, surrogate_keys, data::text \
            from events where id > $1 order by id";
        let rows = self.sql.query(query, &[&self.last]).await.unwrap();
        let read = rows.iter().map(|row| {
            self.last = row.get(0);
            let keys: Vec<String> = row.get(5);
            Event {
                kind: row.get(1),
                actor: row.get(2),
                article: row.get(3),
                locale: row.get(4),
                keys: keys.into_iter().collect(),
                data: serde_json::from_str(row.get(6)).unwrap(),
            }
        });
        read.collect()
    }

    /// The types of what was written since the last look.
    async fn kinds(&mut self) -> Vec<String> {
        self.news()
            .await
            .into_iter()
            .map(|event| event.kind)
            .collect()
    }

    /// The one event since the last look.
    async fn one(&mut self) -> Event {
        let mut news = self.news().await;
        assert_eq!(news.len(), 1, "{news:?}");
        news.remove(0)
    }
}

async fn send(caller: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let request = caller.request(method, path);
    Answer::of(if body.is_null() {
        request
    } else {
        request.json(body)
    })
    .await
}

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

fn comment(words: &str) -> Value {
    json!({"author_name": "Asha Secretname", "author_email": "asha@private.example", "body": words, "locale": "en"})
}

// What was refused

#[tokio::test]
async fn a_refused_write_leaves_no_event() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let hidden = draft(&admin, "Hail").await;
    tag(&admin, "Weather").await;
    admin
        .put(&format!("/v1/articles/{article}/tags/weather"), json!({}))
        .await
        .check(200);
    let reader = app.caller(&["content:read"]).await;
    let made = guest
        .post(
            &format!("/v1/articles/{article}/comments"),
            comment("Words"),
        )
        .await;
    let one = format!("/v1/comments/{}", id(&made.expect(201)));
    let mut log = Log::of(&app).await;
    let (whole, en) = (format!("/v1/articles/{article}"), at(&article, "en"));
    let words = json!({"title": "Rain", "slug": "rain"});
    let taken = json!({"source_locale": "en", "translation": words});
    let unknown = json!({"source_locale": "en", "translation": {"title": "x"}, "tags": ["nope"]});
    let of_comments = format!("{whole}/comments");
    let merge = json!({"into": "weather"});
    for (caller, method, path, body, status) in [
        (&guest, "POST", "/v1/articles", taken.clone(), 401),
        (&reader, "POST", "/v1/articles", taken.clone(), 403),
        (
            &admin,
            "POST",
            "/v1/articles",
            json!({"source_locale": "en"}),
            422,
        ),
        (&admin, "POST", "/v1/articles", taken, 409),
        (&admin, "POST", "/v1/articles", unknown, 422),
        (&admin, "PATCH", &whole, json!({"tags": ["nope"]}), 422),
        (&admin, "PATCH", &whole, json!({"nope": 1}), 422),
        (&reader, "DELETE", &whole, Value::Null, 403),
        (
            &admin,
            "POST",
            &format!("{whole}/restore"),
            Value::Null,
            409,
        ),
        (&admin, "PUT", &format!("{whole}/tags/nope"), json!({}), 404),
        (&admin, "PATCH", &en, json!({"title": ""}), 422),
        (&admin, "DELETE", &en, Value::Null, 409),
        (
            &admin,
            "PUT",
            &at(&article, "fr"),
            json!({"title": "x"}),
            404,
        ),
        (
            &admin,
            "PUT",
            &at(&hidden, "en"),
            json!({"title": "x", "slug": "rain"}),
            409,
        ),
        (
            &admin,
            "POST",
            &format!("{}/unpublish", at(&hidden, "en")),
            json!({}),
            409,
        ),
        (
            &admin,
            "POST",
            &format!("{}/publish", at(&hidden, "hi")),
            json!({}),
            404,
        ),
        (
            &guest,
            "POST",
            &of_comments,
            json!({"author_name": "A", "body": " "}),
            422,
        ),
        (&guest, "PATCH", &one, json!({"status": "approved"}), 401),
        (&reader, "PATCH", &one, json!({"status": "approved"}), 403),
        (&admin, "PATCH", &one, json!({"status": "nope"}), 422),
        (&admin, "POST", "/v1/tags", json!({"name": "Weather"}), 409),
        (&admin, "DELETE", "/v1/tags/weather", Value::Null, 409),
        (&admin, "POST", "/v1/tags/weather/merge", merge, 422),
        (
            &admin,
            "PATCH",
            "/v1/tags/weather",
            json!({"parent": "weather"}),
            422,
        ),
        (&admin, "DELETE", "/v1/locales/en", Value::Null, 409),
        (
            &admin,
            "PUT",
            "/v1/locales/fr",
            json!({"fallbacks": ["fr"]}),
            422,
        ),
        (
            &reader,
            "POST",
            "/v1/tokens",
            json!({"name": "x", "scopes": ["admin"]}),
            403,
        ),
    ] {
        let answer = send(caller, method, path, &body).await;
        assert_eq!(
            answer.status, status,
            "{method} {path} {body}: {}",
            answer.text
        );
        assert_eq!(
            log.kinds().await,
            Vec::<String>::new(),
            "{method} {path} {body}"
        );
    }
    for (method, path, body) in [
        ("PATCH", &whole, json!({"authors": ["A"]})),
        ("DELETE", &whole, Value::Null),
        ("PATCH", &en, json!({"title": "x"})),
        ("POST", &format!("{en}/unpublish"), json!({})),
        ("PATCH", &one, json!({"status": "approved"})),
        ("DELETE", &one, Value::Null),
        (
            "PATCH",
            &"/v1/tags/weather".to_owned(),
            json!({"name": "x"}),
        ),
        ("PUT", &"/v1/locales/hi".to_owned(), json!({})),
    ] {
        let answer = admin
            .write(method, path, ("if-match", "\"stale\""), body)
            .await;
        answer.problem(412, "precondition-failed");
        assert_eq!(log.kinds().await, Vec::<String>::new(), "{method} {path}");
    }
}

#[tokio::test]
async fn a_write_that_changes_nothing_leaves_no_event() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    tag(&admin, "Weather").await;
    admin
        .put(&format!("/v1/articles/{article}/tags/weather"), json!({}))
        .await
        .check(200);
    let made = admin
        .post(
            &format!("/v1/articles/{article}/comments"),
            comment("Words"),
        )
        .await;
    let one = format!("/v1/comments/{}", id(&made.expect(201)));
    let mut log = Log::of(&app).await;
    let (whole, en) = (format!("/v1/articles/{article}"), at(&article, "en"));
    for (method, path, body) in [
        ("PATCH", &whole, json!({})),
        (
            "PATCH",
            &whole,
            json!({"authors": [], "tags": ["weather"], "comments_open": true}),
        ),
        ("PUT", &format!("{whole}/tags/weather"), json!({})),
        ("PATCH", &en, json!({"title": "Rain"})),
        ("PUT", &en, json!({"title": "Rain", "body": "Some words."})),
        ("POST", &format!("{en}/publish"), json!({})),
        ("PATCH", &one, json!({"status": "approved"})),
    ] {
        send(&admin, method, path, &body).await.check(200);
        assert_eq!(
            log.kinds().await,
            Vec::<String>::new(),
            "{method} {path} {body}"
        );
    }
}

// What was done

#[tokio::test]
async fn every_change_of_an_article_has_its_event() {
    let app = TestApp::start().await;
    let admin = app
        .caller(&["content:write", "content:publish", "content:read", "admin"])
        .await;
    let weather = tag(&app.admin(), "Weather").await;
    let mut log = Log::of(&app).await;
    let article = draft(&admin, "Rain").await;
    let made = log.one().await;
    assert_eq!(made.kind, "article.created");
    let about = (
        made.actor.as_deref(),
        made.article.as_deref(),
        made.locale.as_deref(),
    );
    assert_eq!(
        about,
        (Some("test caller"), Some(article.as_str()), Some("en"))
    );
    let own = format!("article-{article}");
    assert!(made.keys.contains(&own));
    let whole = format!("/v1/articles/{article}");
    let (en, hi) = (at(&article, "en"), at(&article, "hi"));
    for (method, path, body, kind, locale) in [
        (
            "PATCH",
            &whole,
            json!({"authors": ["A"]}),
            "article.updated",
            None,
        ),
        (
            "PUT",
            &format!("{whole}/tags/weather"),
            json!({}),
            "article.updated",
            None,
        ),
        (
            "PATCH",
            &en,
            json!({"title": "Hail"}),
            "translation.saved",
            Some("en"),
        ),
        (
            "PUT",
            &en,
            json!({"title": "Snow"}),
            "translation.saved",
            Some("en"),
        ),
        (
            "PUT",
            &hi,
            json!({"title": "बर्फ़"}),
            "translation.created",
            Some("hi"),
        ),
        (
            "POST",
            &format!("{en}/publish"),
            json!({}),
            "translation.published",
            Some("en"),
        ),
        (
            "POST",
            &format!("{hi}/publish"),
            json!({}),
            "translation.published",
            Some("hi"),
        ),
        (
            "POST",
            &format!("{hi}/unpublish"),
            json!({}),
            "translation.unpublished",
            Some("hi"),
        ),
        (
            "DELETE",
            &hi,
            Value::Null,
            "translation.deleted",
            Some("hi"),
        ),
        ("DELETE", &whole, Value::Null, "article.trashed", None),
        (
            "POST",
            &format!("{whole}/restore"),
            json!({}),
            "article.restored",
            None,
        ),
        (
            "DELETE",
            &format!("{whole}/tags/weather"),
            Value::Null,
            "article.updated",
            None,
        ),
        (
            "DELETE",
            &format!("{whole}?permanent=true"),
            Value::Null,
            "article.erased",
            None,
        ),
    ] {
        let answer = send(&admin, method, path, &body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        let event = log.one().await;
        assert_eq!(
            (event.kind.as_str(), event.locale.as_deref()),
            (kind, locale),
            "{method} {path}"
        );
        assert_eq!(event.actor.as_deref(), Some("test caller"));
        assert_eq!(event.article.as_deref(), Some(article.as_str()));
        assert!(event.keys.contains(&own), "{event:?}");
        match kind {
            "translation.published" | "translation.unpublished" => {
                for key in [
                    format!("list-{}", locale.unwrap()),
                    format!("tag-{weather}"),
                ] {
                    assert!(event.keys.contains(&key), "{key}: {event:?}");
                }
            }
            "article.trashed" | "article.restored" => {
                assert!(event.keys.contains("list-en"), "{event:?}");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn an_article_published_at_once_has_two_events() {
    let app = TestApp::start().await;
    let mut log = Log::of(&app).await;
    let article = published(&app.admin(), "Rain").await;
    let news = log.news().await;
    let kinds: Vec<&str> = news.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["article.created", "translation.published"]);
    assert!(
        news.iter()
            .all(|event| event.article.as_deref() == Some(article.as_str()))
    );
    assert!(news[1].keys.contains("list-en"));
}

#[tokio::test]
async fn every_change_of_tags_locales_and_tokens_has_its_event() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    let mut log = Log::of(&app).await;
    for (method, path, body, kinds) in [
        (
            "POST",
            "/v1/tags",
            json!({"name": "Weather"}),
            "tag.created",
        ),
        (
            "POST",
            "/v1/tags",
            json!({"name": "Climate"}),
            "tag.created",
        ),
        (
            "PATCH",
            "/v1/tags/weather",
            json!({"name": "The weather"}),
            "tag.updated",
        ),
        (
            "PUT",
            "/v1/tags/weather/translations/hi",
            json!({"name": "मौसम"}),
            "tag.translated",
        ),
        (
            "DELETE",
            "/v1/tags/weather/translations/hi",
            Value::Null,
            "tag.untranslated",
        ),
        (
            "POST",
            "/v1/tags/climate/merge",
            json!({"into": "weather"}),
            "tag.merged",
        ),
        ("DELETE", "/v1/tags/weather", Value::Null, "tag.deleted"),
        ("PUT", "/v1/locales/fr", json!({}), "locale.created"),
        (
            "PUT",
            "/v1/locales/fr",
            json!({"enabled": false}),
            "locale.updated",
        ),
        ("DELETE", "/v1/locales/fr", Value::Null, "locale.deleted"),
        (
            "POST",
            "/v1/tokens",
            json!({"name": "x", "scopes": ["content:read"]}),
            "token.created",
        ),
    ] {
        let answer = send(&admin, method, path, &body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        let event = log.one().await;
        assert_eq!(event.kind, kinds, "{method} {path}");
        assert_eq!(
            (event.actor.as_deref(), &event.article),
            (Some("tests"), &None)
        );
        if kinds.starts_with("locale.") {
            assert_eq!(event.locale.as_deref(), Some("fr"));
        }
        if kinds == "token.created" {
            let made = answer.json();
            assert!(
                !event
                    .data
                    .to_string()
                    .contains(made["token"].as_str().unwrap())
            );
            admin
                .delete(&format!("/v1/tokens/{}", id(&made)))
                .await
                .check(204);
            assert_eq!(log.one().await.kind, "token.revoked");
        }
    }
}

#[tokio::test]
async fn every_change_of_a_comment_has_its_event_without_its_words() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let comments = format!("/v1/articles/{article}/comments");
    let mut log = Log::of(&app).await;
    let made = guest
        .post(&comments, comment("Unrepeatable words"))
        .await
        .expect(201);
    let path = format!("/v1/comments/{}", id(&made));
    let created = log.one().await;
    assert_eq!(
        (created.kind.as_str(), &created.actor),
        ("comment.created", &None),
        "a guest has no name here"
    );
    let token = ("comment-edit-token", made["edit_token"].as_str().unwrap());
    let edit = json!({"body": "Other words", "author_name": "Secretname too"});
    guest.write("PATCH", &path, token, edit).await.check(200);
    assert_eq!(log.one().await.kind, "comment.edited");
    let mut reply = comment("More words");
    for (method, path, body, kind) in [
        (
            "PATCH",
            path.clone(),
            json!({"status": "approved"}),
            "comment.moderated",
        ),
        (
            "POST",
            comments.clone(),
            {
                reply["parent_id"] = made["id"].clone();
                reply.clone()
            },
            "comment.created",
        ),
        (
            "PATCH",
            path.clone(),
            json!({"body": "Moderated words"}),
            "comment.edited",
        ),
        (
            "PATCH",
            path.clone(),
            json!({"status": "spam"}),
            "comment.moderated",
        ),
        (
            "PATCH",
            path.clone(),
            json!({"status": "approved"}),
            "comment.moderated",
        ),
        ("DELETE", path.clone(), Value::Null, "comment.deleted"),
    ] {
        let answer = send(&admin, method, &path, &body).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        let event = log.one().await;
        assert_eq!(
            (event.kind.as_str(), event.actor.as_deref()),
            (kind, Some("tests")),
            "{method} {path}"
        );
        assert_eq!(event.article.as_deref(), Some(article.as_str()));
        assert!(
            event.keys.contains(&format!("article-{article}")),
            "{event:?}"
        );
    }
    let all = log
        .sql
        .query_one("select string_agg(events::text, ' ') from events", &[])
        .await
        .unwrap();
    let all: String = all.get(0);
    assert!(all.contains("comment.deleted"));
    for secret in ["words", "Secretname", "private.example", "asha"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(!all.contains(token.1));
}

#[tokio::test]
async fn an_event_is_written_in_the_transaction_of_its_change() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let same = async |log: &mut Log, table: &str, row: &str| {
        let query = format!(
            "select e.transaction = c.xmin::text::bigint from {table} c, events e \
            where c.{row} and e.id = (select max(id) from events)"
        );
        let row = log.sql.query_one(&query, &[]).await.unwrap();
        assert!(row.get::<_, bool>(0), "{table}");
    };
    let mut log = Log::of(&app).await;
    let article = published(&admin, "Rain").await;
    let own = format!("id = '{article}'");
    let hindi = format!("article_id = '{article}' and c.locale = 'hi'");
    same(&mut log, "articles", &own).await;
    same(&mut log, "editions", &format!("article_id = '{article}'")).await;
    admin
        .patch(
            &format!("/v1/articles/{article}"),
            json!({"authors": ["A"]}),
        )
        .await
        .check(200);
    same(&mut log, "articles", &own).await;
    same(&mut log, "editions", &format!("article_id = '{article}'")).await;
    admin
        .put(&at(&article, "hi"), json!({"title": "वर्षा"}))
        .await
        .check(201);
    same(&mut log, "translations", &hindi).await;
    admin
        .patch(&at(&article, "hi"), json!({"title": "बारिश"}))
        .await
        .check(200);
    same(&mut log, "revisions", &format!("{hindi} and c.number = 2")).await;
    admin
        .post(&format!("{}/publish", at(&article, "hi")), json!({}))
        .await
        .check(200);
    same(&mut log, "editions", &hindi).await;
    let weather = tag(&admin, "Weather").await;
    same(&mut log, "tags", &format!("id = '{weather}'")).await;
    let made = admin
        .post(
            &format!("/v1/articles/{article}/comments"),
            comment("Words"),
        )
        .await;
    let made = id(&made.expect(201));
    same(&mut log, "comments", &format!("id = '{made}'")).await;
    admin.put("/v1/locales/fr", json!({})).await.check(201);
    same(&mut log, "locales", "code = 'fr'").await;
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .check(204);
    same(&mut log, "articles", &own).await;
}

// The keys that a CDN purges by

/// The keys that a guest's answer under this path carries.
async fn carried(guest: &Client, path: &str) -> BTreeSet<String> {
    let answer = guest.get(path).await;
    answer.check(200);
    answer
        .header("surrogate-key")
        .split(' ')
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn an_event_carries_a_key_of_every_answer_that_it_changes() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let (weather, pune) = (tag(&admin, "Weather").await, tag(&admin, "Pune").await);
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    let other = published(&admin, "Hail").await;
    let whole = format!("/v1/articles/{article}");
    admin
        .patch(&whole, json!({"tags": [weather]}))
        .await
        .check(200);
    let places = [
        format!("{whole}?locale=en"),
        format!("{whole}?locale=hi"),
        whole.clone(),
        "/v1/articles/rain".to_owned(),
        format!("/v1/articles/{other}"),
        format!("{whole}/translations"),
        format!("{whole}/translations/en"),
        "/v1/articles".to_owned(),
        "/v1/articles?locale=en".to_owned(),
        "/v1/articles?locale=hi".to_owned(),
        "/v1/articles?locale=mr&fallback=chain".to_owned(),
        "/v1/articles?locale=mr&fallback=hi".to_owned(),
        format!("/v1/articles?locale=en&tag={weather}"),
        format!("/v1/articles?locale=en&any_tag={pune}"),
        format!("/v1/tags/{weather}?locale=en"),
        "/v1/resolve?path=/en/rain".to_owned(),
        "/v1/locales".to_owned(),
    ];
    let look = async || {
        let mut seen = vec![];
        for place in &places {
            let answer = guest.get(place).await;
            let text = if answer.status == 200 {
                answer.text
            } else {
                String::new()
            };
            seen.push(text);
        }
        seen
    };
    let mut log = Log::of(&app).await;
    let en = at(&article, "en");
    for (method, path, body) in [
        ("PATCH", &whole, json!({"authors": ["A"]})),
        ("PATCH", &whole, json!({"tags": [weather, pune]})),
        ("PATCH", &whole, json!({"tags": [pune]})),
        ("DELETE", &format!("{whole}/tags/pune"), Value::Null),
        ("PUT", &format!("{whole}/tags/weather"), json!({})),
        ("PATCH", &en, json!({"title": "Storm", "slug": "storm"})),
        ("POST", &format!("{en}/publish"), json!({})),
        ("POST", &format!("{en}/unpublish"), json!({})),
        ("POST", &format!("{en}/publish"), json!({})),
        (
            "PATCH",
            &"/v1/tags/weather".to_owned(),
            json!({"name": "The weather"}),
        ),
        ("DELETE", &whole, Value::Null),
        ("POST", &format!("{whole}/restore"), json!({})),
    ] {
        let mut keys = vec![];
        for place in &places {
            let answer = guest.get(place).await;
            keys.push(if answer.status == 200 {
                carried(&guest, place).await
            } else {
                BTreeSet::new()
            });
        }
        let before = look().await;
        send(&admin, method, path, &body).await;
        let purged: BTreeSet<String> = log
            .news()
            .await
            .into_iter()
            .flat_map(|event| event.keys)
            .collect();
        let after = look().await;
        for (place, was) in places.iter().enumerate() {
            if before[place] != after[place] && !before[place].is_empty() {
                let hit = keys[place].intersection(&purged).next();
                assert!(
                    hit.is_some(),
                    "{method} {path} {body} changes {was}: {:?} in {purged:?}",
                    keys[place]
                );
            }
        }
    }
}
