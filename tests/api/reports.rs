//! `/v1/comments/{comment}/reports`

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{id, members, published};

/// Addresses are what a proxy says they are, and three of them hold a comment back.
const THREE: [&str; 4] = [
    "--trusted-proxies",
    "127.0.0.0/8",
    "--comments-hold-after-reports",
    "3",
];

/// Posts a comment that is seen at once; the answer.
async fn post(admin: &Client, article: &str, body: &str) -> Value {
    let new = json!({"author_name": "Meera", "body": body, "locale": "en"});
    let path = format!("/v1/articles/{article}/comments");
    admin.post(&path, new).await.expect(201)
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", id(comment))
}

fn reports(comment: &Value) -> String {
    format!("{}/reports", address(comment))
}

/// A report from this address by this visitor.
async fn report(guest: &Client, comment: &Value, from: u8, visitor: &str, body: Value) -> Answer {
    let request = guest
        .request("POST", &reports(comment))
        .header("x-forwarded-for", format!("198.51.100.{from}"))
        .header("visitor-token", visitor);
    Answer::of(request.json(&body)).await
}

/// A report of spam from each of these addresses; the statuses.
async fn from_each(
    guest: &Client,
    comment: &Value,
    addresses: impl IntoIterator<Item = u8>,
) -> Vec<u16> {
    let mut statuses = vec![];
    for from in addresses {
        let body = json!({"reason": "spam"});
        let visitor = format!("at {from}");
        let answer = report(guest, comment, from, &visitor, body).await;
        statuses.push(answer.status);
    }
    statuses
}

/// What a moderator sees of how the comment stands: its status, why it was held, how many have reported it.
async fn standing(admin: &Client, comment: &Value) -> (String, Value, u64) {
    let seen = admin.get(&address(comment)).await.expect(200);
    (
        seen["status"].as_str().unwrap().to_owned(),
        seen["held_for"].clone(),
        seen["report_count"].as_u64().unwrap(),
    )
}

/// A moderator looks at the reports of a comment, and finds nothing wrong with it.
async fn approve(admin: &Client, comment: &Value) {
    let decision = json!({"status": "approved"});
    admin.patch(&address(comment), decision).await.check(200);
}

/// How many events of this type there are about a comment, each without keys, or with the article's.
async fn events(sql: &tokio_postgres::Client, kind: &str, comment: &Value, with_keys: bool) -> i64 {
    let count = "select count(*) from events where type = $1 and data->>'comment_id' = $2 \
        and (cardinality(surrogate_keys) > 0) = $3 and actor is null";
    let about = id(comment);
    let row = sql.query_one(count, &[&kind, &about, &with_keys]).await;
    row.unwrap().get(0)
}

#[tokio::test]
async fn a_report_is_taken_from_anyone_and_shown_to_moderators_only() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let moderator = app.caller(&["comments:moderate"]).await;
    let author = app
        .caller(&["content:read", "content:write", "tags:write"])
        .await;
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    let path = reports(&comment);
    guest.get(&path).await.problem(401, "unauthenticated");
    author.get(&path).await.problem(403, "forbidden");
    assert_eq!(
        members(&moderator.get(&path).await.expect(200), "reason"),
        [""; 0]
    );

    let body = json!({"reason": "off-topic", "detail": "It is about trams.\nNot ferries."});
    let made = guest.post(&path, body.clone()).await;
    assert_eq!(made.check(201).header("location"), path);
    assert_eq!(made.header("cache-control"), "private, no-store");
    let report = made.json();
    let names: Vec<_> = report.as_object().unwrap().keys().collect();
    assert_eq!(names, ["reason", "detail", "reported_at"]);
    assert_eq!(report["reason"], body["reason"]);
    assert_eq!(report["detail"], body["detail"]);

    let other = report_as(
        &author,
        &path,
        "author",
        json!({"reason": "other", "detail": " "}),
    );
    let other = other.await.expect(201);
    assert_eq!(other["detail"], Value::Null);
    let listed = moderator.get(&path).await;
    assert_eq!(
        listed.check(200).header("cache-control"),
        "private, no-store"
    );
    let page = listed.json();
    assert_eq!(members(&page, "reason"), ["other", "off-topic"]);
    for item in page["data"].as_array().unwrap() {
        let names: Vec<_> = item.as_object().unwrap().keys().collect();
        assert_eq!(names, ["reason", "detail", "reported_at", "resolved_at"]);
        assert_eq!(item["resolved_at"], Value::Null);
    }
    let seen = moderator.get(&address(&comment)).await.expect(200);
    assert_eq!(seen["report_count"], 2);
    let public = guest.get(&address(&comment)).await;
    assert!(!public.text.contains("report"), "{}", public.text);
    admin
        .get("/v1/comments/0193a000-0000-7000-8000-000000000000/reports")
        .await
        .problem(404, "not-found");
}

async fn report_as(client: &Client, path: &str, visitor: &str, body: Value) -> Answer {
    let request = client.request("POST", path);
    Answer::of(request.header("visitor-token", visitor).json(&body)).await
}

#[tokio::test]
async fn what_is_no_report_is_refused() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    let path = reports(&comment);
    for (body, expected) in [
        (json!({}), vec![("/reason", "required")]),
        (json!({"reason": ""}), vec![("/reason", "blank")]),
        (json!({"reason": "boring"}), vec![("/reason", "invalid")]),
        (json!({"reason": 1}), vec![("/reason", "wrong_type")]),
        (
            json!({"reason": "spam", "detail": "x".repeat(1001)}),
            vec![("/detail", "too_long")],
        ),
        (
            json!({"reason": "hate", "detail": 1, "by": "me"}),
            vec![
                ("/reason", "invalid"),
                ("/detail", "wrong_type"),
                ("/by", "unknown_field"),
            ],
        ),
    ] {
        let problem = guest.post(&path, body).await;
        let found = faults(&problem.problem(422, "validation-failed"));
        let found: Vec<_> = found
            .iter()
            .map(|(pointer, code)| (pointer.as_str(), code.as_str()))
            .collect();
        assert_eq!(found, expected);
    }
    report_as(&guest, &path, "", json!({"reason": "spam"}))
        .await
        .problem(400, "invalid-parameter");
    guest
        .post(&format!("{path}?x=1"), json!({"reason": "spam"}))
        .await
        .problem(400, "invalid-parameter");
    let longest = json!({"reason": "abuse", "detail": "क".repeat(1000)});
    guest.post(&path, longest).await.check(201);
}

#[tokio::test]
async fn only_what_readers_see_can_be_reported() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let waiting = post(&guest, &article, "Waiting.").await;
    let root = post(&admin, &article, "Root.").await;
    let reply =
        json!({"author_name": "Arjun", "body": "Reply.", "locale": "en", "parent_id": root["id"]});
    let path = format!("/v1/articles/{article}/comments");
    let reply = admin.post(&path, reply).await.expect(201);
    admin.delete(&address(&root)).await.check(204);
    let unknown = json!({"id": "0193a000-0000-7000-8000-000000000000"});
    let malformed = json!({"id": "nothing"});
    let spam = || json!({"reason": "spam"});
    for comment in [&waiting, &root, &unknown, &malformed] {
        for client in [&guest, &admin] {
            let answer = client.post(&reports(comment), spam()).await;
            answer.problem(404, "not-found");
        }
    }
    guest.post(&reports(&reply), spam()).await.check(201);
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .check(204);
    guest
        .post(&reports(&reply), spam())
        .await
        .problem(404, "not-found");
    let listed = admin.get(&reports(&reply)).await.expect(200);
    assert_eq!(members(&listed, "reason"), ["spam"]);
}

#[tokio::test]
async fn a_visitors_next_report_takes_the_place_of_the_first() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    let path = reports(&comment);
    let first = report_as(&guest, &path, "one", json!({"reason": "spam"}))
        .await
        .expect(201);
    let body = json!({"reason": "abuse", "detail": "Look."});
    let second = report_as(&guest, &path, "one", body).await.expect(200);
    assert_eq!(second["reason"], "abuse");
    assert_eq!(second["reported_at"], first["reported_at"]);
    report_as(&guest, &path, "two", json!({"reason": "spam"}))
        .await
        .check(201);
    assert_eq!(standing(&admin, &comment).await.2, 2);
    let listed = admin.get(&path).await.expect(200);
    assert_eq!(members(&listed, "reason"), ["spam", "abuse"]);
    assert_eq!(events(&sql, "comment.reported", &comment, false).await, 2);

    approve(&admin, &comment).await;
    let resolved = admin.get(&path).await.expect(200);
    assert!(
        members(&resolved, "resolved_at")
            .iter()
            .all(Value::is_string),
        "{resolved}"
    );
    let third = report_as(&guest, &path, "one", json!({"reason": "other"}))
        .await
        .expect(200);
    assert_ne!(third["reported_at"], first["reported_at"]);
    let listed = admin.get(&path).await.expect(200);
    assert_eq!(members(&listed, "reason"), ["other", "spam"]);
    assert_eq!(listed["data"][0]["resolved_at"], Value::Null);
    assert_eq!(standing(&admin, &comment).await.2, 1);
    assert_eq!(events(&sql, "comment.reported", &comment, false).await, 3);
    assert_eq!(events(&sql, "comment.reported", &comment, true).await, 0);
}

#[tokio::test]
async fn reports_come_in_pages() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    let path = reports(&comment);
    let mut expected = vec![];
    for number in 0..7 {
        let body = json!({"reason": "other", "detail": number.to_string()});
        let visitor = format!("visitor-{number}");
        report_as(&guest, &path, &visitor, body).await.check(201);
        expected.insert(0, json!(number.to_string()));
    }
    let (mut seen, mut cursor) = (vec![], String::new());
    loop {
        let page = admin.get(&format!("{path}?limit=3{cursor}")).await;
        let page = page.expect(200);
        seen.extend(members(&page, "detail"));
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, expected);
    let other = post(&admin, &article, "Other.").await;
    admin
        .get(&format!("{}?limit=3{cursor}", reports(&other)))
        .await
        .problem(400, "invalid-cursor");
}

// What comes of them

#[tokio::test]
async fn a_comment_that_readers_at_so_many_addresses_report_waits_again() {
    let app = TestApp::start_with(&THREE).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let (comment, other) = (
        post(&admin, &article, "Hello.").await,
        post(&admin, &article, "Other.").await,
    );
    // Many visitors at one address are one voice.
    for visitor in ["a", "b", "c", "d"] {
        let body = json!({"reason": "spam"});
        report(&guest, &comment, 1, visitor, body).await.check(201);
    }
    assert_eq!(from_each(&guest, &comment, [2, 2]).await, [201, 200]);
    let expected = ("approved".to_owned(), json!([]), 5);
    assert_eq!(standing(&admin, &comment).await, expected);
    let list = format!("/v1/articles/{article}/comments");
    let seen = members(&guest.get(&list).await.expect(200), "body");
    assert_eq!(seen, ["Other.", "Hello."]);
    let version = admin.get(&address(&comment)).await.etag();

    assert_eq!(from_each(&guest, &comment, [3, 4]).await, [201, 404]);
    let expected = ("pending".to_owned(), json!(["reports"]), 6);
    assert_eq!(standing(&admin, &comment).await, expected);
    let stale = ("if-match", version.as_str());
    let decision = json!({"status": "spam"});
    admin
        .write("PATCH", &address(&comment), stale, decision)
        .await
        .problem(412, "precondition-failed");
    guest
        .get(&address(&comment))
        .await
        .problem(404, "not-found");
    let seen = members(&guest.get(&list).await.expect(200), "body");
    assert_eq!(seen, ["Other."]);
    let counted = guest
        .get(&format!("/v1/comments/counts?articles={article}"))
        .await;
    assert_eq!(counted.expect(200)["data"][0]["approved_count"], 1);
    assert_eq!(events(&sql, "comment.held", &comment, true).await, 1);
    assert_eq!(events(&sql, "comment.reported", &comment, false).await, 5);
    let history = "select actor, from_status, to_status, reason, body from comment_history \
        where comment_id = $1::text::uuid";
    let history = sql.query(history, &[&id(&comment)]).await.unwrap();
    assert_eq!(history.len(), 1);
    let column = |at: usize| history[0].get::<_, Option<String>>(at);
    assert_eq!(
        [column(0), column(1), column(2), column(3), column(4)],
        [
            None,
            Some("approved".into()),
            Some("pending".into()),
            Some("reports".into()),
            None
        ]
    );
    assert_eq!(standing(&admin, &other).await.2, 0);
}

#[tokio::test]
async fn after_an_approval_it_takes_as_many_new_addresses() {
    let app = TestApp::start_with(&THREE).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    assert_eq!(from_each(&guest, &comment, 1..=3).await, [201; 3]);
    assert_eq!(standing(&admin, &comment).await.0, "pending");
    approve(&admin, &comment).await;
    let expected = ("approved".to_owned(), json!([]), 0);
    assert_eq!(standing(&admin, &comment).await, expected);

    // Those that a moderator has heard are counted, and hold nothing back.
    assert_eq!(from_each(&guest, &comment, 1..=3).await, [200; 3]);
    let body = json!({"reason": "spam"});
    report(&guest, &comment, 1, "another", body)
        .await
        .check(201);
    assert_eq!(from_each(&guest, &comment, 4..=5).await, [201; 2]);
    let expected = ("approved".to_owned(), json!([]), 6);
    assert_eq!(standing(&admin, &comment).await, expected);
    assert_eq!(from_each(&guest, &comment, [6]).await, [201]);
    let expected = ("pending".to_owned(), json!(["reports"]), 7);
    assert_eq!(standing(&admin, &comment).await, expected);
    assert_eq!(events(&sql, "comment.held", &comment, true).await, 2);
}

#[tokio::test]
async fn without_a_limit_reports_hold_nothing_back() {
    let app = TestApp::start_with(&[
        "--trusted-proxies",
        "127.0.0.0/8",
        "--comments-hold-after-reports",
        "0",
    ])
    .await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    assert_eq!(from_each(&guest, &comment, 1..=12).await, [201; 12]);
    let expected = ("approved".to_owned(), json!([]), 12);
    assert_eq!(standing(&admin, &comment).await, expected);
}

#[tokio::test]
async fn an_address_stays_one_when_the_key_for_addresses_changes() {
    let mut settings = THREE.to_vec();
    settings.extend(["--cache-mb", "0"]);
    let app = TestApp::start_with(&settings).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    assert_eq!(from_each(&guest, &comment, 1..=2).await, [201; 2]);
    let bare = async |node: &TestApp| {
        let guest = node.guest();
        let request = guest.request("POST", &reports(&comment));
        let request = request.header("x-forwarded-for", "198.51.100.1");
        Answer::of(request.json(&json!({"reason": "abuse"}))).await
    };
    bare(&app).await.check(201);
    sql.execute("select new_address_key()", &[]).await.unwrap();
    let node = app.second_node(&settings).await;
    bare(&node).await.check(200);
    let expected = ("approved".to_owned(), json!([]), 3);
    assert_eq!(standing(&admin, &comment).await, expected);
    let body = json!({"reason": "spam"});
    report(&node.guest(), &comment, 1, "new", body)
        .await
        .check(201);
    let expected = ("approved".to_owned(), json!([]), 4);
    assert_eq!(standing(&admin, &comment).await, expected);
    assert_eq!(from_each(&node.guest(), &comment, [3]).await, [201]);
    assert_eq!(standing(&admin, &comment).await.0, "pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_reports_at_once_one_holds_the_comment_back() {
    let app = TestApp::start_with(&THREE).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    for round in 0..4 {
        let comment = post(&admin, &article, &format!("Hello {round}.")).await;
        let mut running = JoinSet::new();
        for from in 0..12 {
            let (guest, comment) = (guest.clone(), comment.clone());
            running.spawn(async move { from_each(&guest, &comment, [from]).await[0] });
        }
        let mut statuses = running.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[..3], [201; 3], "round {round}");
        assert_eq!(statuses[3..], [404; 9], "round {round}");
        let expected = ("pending".to_owned(), json!(["reports"]), 3);
        assert_eq!(standing(&admin, &comment).await, expected, "round {round}");
        assert_eq!(events(&sql, "comment.held", &comment, true).await, 1);
        assert_eq!(events(&sql, "comment.reported", &comment, false).await, 2);
    }
    let counted = guest
        .get(&format!("/v1/comments/counts?articles={article}"))
        .await;
    assert_eq!(counted.expect(200)["data"][0]["approved_count"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_many_reports_of_one_visitor_at_once_are_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    let mut running = JoinSet::new();
    for number in 0..12 {
        let (guest, path) = (guest.clone(), reports(&comment));
        running.spawn(async move {
            let body = json!({"reason": "other", "detail": number.to_string()});
            report_as(&guest, &path, "one", body).await.status
        });
    }
    let mut statuses = running.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[..11], [200; 11]);
    assert_eq!(statuses[11], 201);
    assert_eq!(standing(&admin, &comment).await.2, 1);
    let listed = admin.get(&reports(&comment)).await.expect(200);
    assert_eq!(members(&listed, "reason"), ["other"]);
}
