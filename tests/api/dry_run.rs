//! `dry_run`: every write can be tried, and what is only tried was never done.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::described::{Described, Operation, World};
use crate::make::{self, draft, id, published};

/// Everything that is in the database, by table, and the numbers that show. When a token was last used is none
/// of a write's business.
async fn everything(sql: &tokio_postgres::Client) -> BTreeMap<String, String> {
    let tables = "select table_name::text from information_schema.tables where table_schema = 'public' \
        and table_type = 'BASE TABLE'";
    let mut all = BTreeMap::new();
    for row in sql.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let rows = format!(
            "select coalesce(string_agg(r, E'\\n' order by r), '') from \
                (select (to_jsonb(t) - 'last_used_at')::text as r from \"{table}\" t) rows"
        );
        let rows: String = sql.query_one(&rows, &[]).await.unwrap().get(0);
        all.insert(table, rows);
    }
    for sequence in ["events_id_seq", "sitemap_entries_position_seq"] {
        let last = format!("select last_value::text || is_called from {sequence}");
        let last: String = sql.query_one(&last, &[]).await.unwrap().get(0);
        all.insert(sequence.into(), last);
    }
    all
}

/// Does something that is to leave nothing behind. The service tidies up now and then: what has changed only once
/// of three times was that.
async fn without_a_trace(
    sql: &tokio_postgres::Client,
    what: &str,
    attempt: impl AsyncFn() -> Answer,
) -> Answer {
    let mut traces = vec![];
    for _ in 0..3 {
        let before = everything(sql).await;
        let answer = attempt().await;
        let after = everything(sql).await;
        if before == after {
            return answer;
        }
        traces = before
            .iter()
            .filter(|(name, rows)| after[*name] != **rows)
            .map(|(name, rows)| format!("{name}:\n{rows}\nthen:\n{}", after[name]))
            .collect();
    }
    panic!("{what} leaves traces in {}", traces.join("\n"));
}

fn with(target: &str, parameter: &str) -> String {
    let sign = if target.contains('?') { '&' } else { '?' };
    format!("{target}{sign}{parameter}")
}

/// The operation on this target, with a body that it takes.
async fn request(
    app: &TestApp,
    described: &Described,
    operation: &Operation,
    target: &str,
) -> Answer {
    let request = app.admin().request(&operation.method, target);
    let own = match operation.name().as_str() {
        "POST /v1/articles" => {
            json!({"source_locale": "en", "translation": {"title": "A title", "body": "Words."},
            "publish": true})
        }
        "PATCH /v1/articles/{article}" => json!({"authors": ["R. Kulkarni"]}),
        "PATCH /v1/articles/{article}/translations/{locale}" => json!({"title": "नया पुल"}),
        "POST /v1/articles/{article}/publish" => json!({"locales": ["en", "hi"]}),
        "POST /v1/comments/erase" | "POST /v1/comments/export" => {
            json!({"author_email": "asha@example.org"})
        }
        "POST /v1/tags" => json!({"name": "Bridges", "synonyms": ["spans"]}),
        "PATCH /v1/tags/{tag}" => json!({"description": "What moves."}),
        "POST /v1/tags/{tag}/merge" => json!({"into": "destination"}),
        "PUT /v1/articles/{article}/translations/{locale}/xliff" => {
            let file = app.admin().get(target.split('?').next().unwrap()).await;
            let request = request.header("content-type", "application/xliff+xml");
            return Answer::of(request.body(file.check(200).text.replace("पुराना", "पुरातन"))).await;
        }
        name if name.starts_with("POST /v1/comments/notices/") => {
            json!({"token": notice_token(app).await})
        }
        _ => match operation.bodies().first() {
            Some((_, schema)) => described.example(schema),
            None => return Answer::of(request).await,
        },
    };
    Answer::of(request.json(&own)).await
}

/// What a mail to the writer of a comment carries.
async fn notice_token(app: &TestApp) -> String {
    let comment = app.admin().get("/v1/comments?limit=1").await.expect(200)["data"][0].clone();
    let path = format!("/v1/comments/{}/notice-token", id(&comment));
    app.admin().post(&path, json!({})).await.expect(200)["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Brings what there is into the state that the operation begins with.
async fn prepare(admin: &Client, sql: &tokio_postgres::Client, target: &str, name: &str) {
    let want = "update comments set author_email = 'asha@example.org', reply_notice = 'requested'";
    sql.execute(want, &[]).await.unwrap();
    let whole = target.rsplit_once('/').unwrap().0;
    let article = target.split('/').take(4).collect::<Vec<_>>().join("/");
    let text = json!({"title": "पुल", "body": "शब्द"});
    match name {
        "POST /v1/articles/{article}/restore" => {
            admin.delete(&article).await.check(204);
        }
        "POST /v1/articles/{article}/translations/{locale}/submit" => {
            admin.patch(whole, text).await.check(200);
        }
        "POST /v1/articles/{article}/translations/{locale}/reject" => {
            admin.patch(whole, text).await.check(200);
            admin
                .post(&format!("{whole}/submit"), json!({}))
                .await
                .check(200);
        }
        "POST /v1/articles/{article}/translations/{locale}/reopen" => {
            admin
                .post(&format!("{whole}/archive"), json!({}))
                .await
                .check(200);
        }
        "DELETE /v1/tags/{tag}/translations/{locale}" => {
            let name = json!({"name": format!("परिवहन {}", target.len())});
            admin.put(target, name).await.check(201);
        }
        _ => {}
    }
}

/// The names and kinds of what a document has, whatever its values.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), shape(value)))
            .collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_write_can_be_tried_and_then_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let described = Described::by(&app).await;
    make::tag(&admin, "Destination").await;
    let (mut tried, mut done, mut refused) = (0, 0, vec![]);
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.writes())
    {
        let name = operation.name();
        if !operation.path.starts_with("/v1/") || operation.path == "/v1/import" {
            continue;
        }
        assert!(
            operation.query().contains(&"dry_run"),
            "{name} does not say so"
        );
        // Each on a world of its own, where nothing of the others is in the way.
        let world = World::new(&admin).await;
        let mut target = world.target(operation);
        if name == "DELETE /v1/tags/{tag}" {
            target.push_str("?detach=true");
        }
        prepare(&admin, &sql, &target, &name).await;
        // What cannot be read is never taken for the write itself.
        for query in [
            "dry_run=maybe",
            "dry_run=true&x=%FF",
            "dry_run=true&dry_run=true",
        ] {
            let refused = without_a_trace(&sql, &name, async || {
                request(&app, &described, operation, &with(&target, query)).await
            });
            refused.await.problem(400, "invalid-parameter");
        }
        let dry = with(&target, "dry_run=true");
        let trial = without_a_trace(&sql, &name, async || {
            request(&app, &described, operation, &dry).await
        })
        .await;
        let real = request(&app, &described, operation, &target).await;
        assert_eq!(
            trial.status, real.status,
            "{name}: {}\n{}",
            trial.text, real.text
        );
        assert!(real.status < 500, "{name}: {}", real.text);
        for header in ["content-type", "cache-control", "vary", "content-language"] {
            assert_eq!(trial.header(header), real.header(header), "{name}");
        }
        for header in ["etag", "location"] {
            assert_eq!(
                trial.header(header).is_empty(),
                real.header(header).is_empty(),
                "{name}"
            );
        }
        if !real.text.is_empty() && operation.answers_json() {
            assert_eq!(shape(&trial.json()), shape(&real.json()), "{name}");
        }
        tried += 1;
        match real.status {
            200..300 => done += 1,
            status => refused.push(format!("{status} {name}: {}", real.text)),
        }
    }
    assert!(tried >= 44, "{tried}");
    assert!(done >= 40, "{done} of {tried}:\n{}", refused.join("\n"));
}

#[tokio::test]
async fn a_slug_that_is_only_tried_stays_free_and_no_number_is_used_up() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let body = json!({"source_locale": "en", "publish": true,
        "translation": {"title": "Ferries", "body": "Some words."}});
    let last_event = "select coalesce(max(id), 0) from events";
    let before: i64 = sql.query_one(last_event, &[]).await.unwrap().get(0);
    for _ in 0..3 {
        let tried = admin.post("/v1/articles?dry_run=true", body.clone()).await;
        assert_eq!(tried.check(201).json()["slug"], "ferries");
        let address = tried.header("location").to_owned();
        admin.get(&address).await.check(404);
    }
    let made = admin.post("/v1/articles", body.clone()).await.expect(201);
    assert_eq!(made["slug"], "ferries");
    // What would be refused is refused.
    let mut taken = body;
    taken["translation"]["slug"] = json!("ferries");
    admin
        .post("/v1/articles?dry_run=true", taken)
        .await
        .problem(409, "conflict");
    let after: Vec<i64> = sql
        .query("select id from events order by id", &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .filter(|id| *id > before)
        .collect();
    let expected: Vec<i64> = (1..).map(|step| before + step).take(after.len()).collect();
    assert_eq!(after, expected);
    let position: i64 = sql
        .query_one("select max(position) from sitemap_entries", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(position, 1);
}

#[tokio::test]
async fn the_parameter_takes_true_or_false_once_and_on_writes_only() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let body = |name: &str| json!({"name": name});
    for query in [
        "dry_run=maybe",
        "dry_run",
        "dry_run=",
        "dry_run=TRUE",
        "dry_run=true&dry_run=true",
        "dry_run=1",
    ] {
        let answer = admin
            .post(&format!("/v1/tags?{query}"), body("A tag"))
            .await;
        answer.problem(400, "invalid-parameter");
    }
    // Nobody takes a query for another that cannot be read, or that has more in it.
    for query in [
        "dry_run=true&x=%FF",
        "dry_run=true&unknown=1",
        "unknown=1&dry_run=true",
        "DRY_RUN=true",
    ] {
        let answer = admin
            .post(&format!("/v1/tags?{query}"), body("A tag"))
            .await;
        answer.problem(400, "invalid-parameter");
    }
    for query in [
        "dry_run=true",
        "dry%5Frun=true",
        "%64ry_run=%74rue",
        "&dry_run=true&",
    ] {
        let answer = admin
            .post(&format!("/v1/tags?{query}"), body("A tag"))
            .await;
        answer.check(201);
    }
    assert_eq!(admin.get("/v1/tags").await.expect(200)["data"], json!([]));
    admin
        .post("/v1/tags?dry_run=false", body("A tag"))
        .await
        .check(201);
    assert_eq!(
        admin.get("/v1/tags").await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for path in ["/v1/tags?dry_run=true", "/v1/articles?dry_run=false"] {
        guest.get(path).await.problem(400, "invalid-parameter");
    }
    // Other parameters go with it.
    let article = draft(&admin, "Ferries").await;
    for query in ["permanent=true&dry_run=true", "dry_run=true&permanent=true"] {
        admin
            .delete(&format!("/v1/articles/{article}?{query}"))
            .await
            .check(204);
        admin
            .get(&format!("/v1/articles/{article}?view=draft"))
            .await
            .check(200);
    }
    // Who may not do it may not try it either.
    let path = format!("/v1/articles/{article}?dry_run=true");
    guest.delete(&path).await.problem(401, "unauthenticated");
    let reader = app.caller(&["content:read"]).await;
    reader.delete(&path).await.problem(403, "forbidden");
    let wrong = admin
        .write("DELETE", &path, ("If-Match", "\"a99\""), Value::Null)
        .await;
    wrong.problem(412, "precondition-failed");
}

#[tokio::test]
async fn no_answer_that_is_kept_is_given_up_for_a_trial_on_any_node() {
    let app = TestApp::start().await;
    let other = app.second_node(&[]).await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}");
    let kept = |answer: &Answer| answer.header("cache-status").contains("hit");
    for guest in [app.guest(), other.guest()] {
        let mut tries = 0;
        while !kept(guest.get(&path).await.check(200)) {
            tries += 1;
            assert!(tries < 100, "nothing is kept");
        }
    }
    let tag = make::tag(&admin, "Harbour").await;
    for guest in [app.guest(), other.guest()] {
        while !kept(guest.get(&path).await.check(200)) {}
    }
    let title = json!({"title": "Ferries again", "body": "Other words."});
    let source = format!("{path}/translations/en");
    admin
        .put(&format!("{source}?dry_run=true"), title)
        .await
        .check(200);
    admin
        .post(&format!("{source}/unpublish?dry_run=true"), json!({}))
        .await
        .check(200);
    admin
        .put(&format!("{path}/tags/{tag}?dry_run=true"), json!({}))
        .await
        .check(200);
    admin
        .delete(&format!("{path}?dry_run=true"))
        .await
        .check(204);
    for guest in [app.guest(), other.guest()] {
        let answer = guest.get(&path).await;
        assert_eq!(answer.check(200).json()["title"], "Ferries");
        assert!(kept(&answer), "{answer:?}");
    }
}

#[tokio::test]
async fn a_comment_that_is_tried_is_screened_but_counts_for_nothing_and_nobody_else_is_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let check = format!("http://{}/", listener.local_addr().unwrap());
    let app = TestApp::start_with(&[
        "--comment-check-url",
        &check,
        "--comment-rate",
        "2/min",
        "--comment-max-links",
        "1",
        "--comments-premoderation",
        "false",
    ])
    .await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments?dry_run=true");
    let comment = |body: &str| json!({"author_name": "Meera", "author_email": "meera@example.org", "body": body});
    for _ in 0..5 {
        let tried = without_a_trace(&sql, "a comment", async || {
            guest.post(&path, comment("My bus is faster now.")).await
        })
        .await;
        assert_eq!(tried.check(201).json()["status"], "approved");
        assert!(tried.header("ratelimit").contains("r=1"), "{tried:?}");
    }
    let links = "See https://a.example and https://b.example and https://c.example";
    assert_eq!(
        guest.post(&path, comment(links)).await.expect(201)["status"],
        "pending"
    );
    guest
        .post(&path, json!({"author_name": "Meera"}))
        .await
        .problem(422, "validation-failed");
    let asked = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(
        asked.is_err(),
        "somebody was told of a comment that was only tried"
    );
}

#[tokio::test]
async fn a_key_beside_it_is_not_used_up() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let key = ("Idempotency-Key", "a-key");
    for name in ["One", "Another"] {
        let body = json!({"name": name});
        admin
            .write("POST", "/v1/tags?dry_run=true", key, body)
            .await
            .check(201);
    }
    let wrong = admin
        .write(
            "POST",
            "/v1/tags?dry_run=true",
            ("Idempotency-Key", "a key"),
            json!({"name": "x"}),
        )
        .await;
    wrong.problem(400, "invalid-parameter");
    let count = "select count(*) from idempotent_answers";
    assert_eq!(sql.query_one(count, &[]).await.unwrap().get::<_, i64>(0), 0);
    let made = admin
        .write("POST", "/v1/tags", key, json!({"name": "Third"}))
        .await;
    assert_eq!(made.check(201).header("idempotent-replayed"), "");
    assert!(!id(&made.json()).is_empty());
}

#[tokio::test]
async fn what_opens_something_opens_nothing_when_it_was_only_tried() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/preview-links");
    let link = admin.post(&format!("{path}?dry_run=true"), json!({})).await;
    let tried = link.check(201).header("location").to_owned();
    guest.get(&tried).await.problem(404, "not-found");
    let link = admin.post(&path, json!({})).await;
    let made = link.check(201).header("location").to_owned();
    assert_eq!(made.len(), tried.len());
    guest.get(&made).await.check(200);
    let token = json!({"name": "A new token", "scopes": ["content:read"]});
    let token = admin
        .post("/v1/tokens?dry_run=true", token)
        .await
        .expect(201);
    let holder = Client::new(&app.url, Some(token["token"].as_str().unwrap().to_owned()));
    holder
        .get("/v1/tokens/current")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_checked_at_the_commit_is_checked_for_a_trial_too() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    sql.batch_execute(
        "create function refuse() returns trigger language plpgsql as \
            $$ begin raise exception 'not at the commit'; end $$; \
        create constraint trigger refuse after insert on tags deferrable initially deferred \
            for each row execute function refuse()",
    )
    .await
    .unwrap();
    for path in ["/v1/tags?dry_run=true", "/v1/tags"] {
        let tag = admin.post(path, json!({"name": "Harbour"})).await;
        tag.problem(500, "internal");
    }
    let keyed = admin
        .write(
            "POST",
            "/v1/tags",
            ("Idempotency-Key", "k"),
            json!({"name": "Harbour"}),
        )
        .await;
    keyed.problem(500, "internal");
    sql.batch_execute("drop function refuse cascade")
        .await
        .unwrap();
    admin
        .post("/v1/tags?dry_run=true", json!({"name": "Harbour"}))
        .await
        .check(201);
    let keyed = admin
        .write(
            "POST",
            "/v1/tags",
            ("Idempotency-Key", "k"),
            json!({"name": "Harbour"}),
        )
        .await;
    assert_eq!(keyed.check(201).header("idempotent-replayed"), "");
}
