//! `/v1/comments/{comment}/reaction`

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, members, published};

/// Posts a comment that is seen at once, or a reply; the answer.
async fn post(admin: &Client, article: &str, body: &str, parent: Option<&Value>) -> Value {
    let new = json!({"author_name": "Meera", "body": body, "locale": "en", "parent_id": parent.map(|parent| &parent["id"])});
    let path = format!("/v1/articles/{article}/comments");
    admin.post(&path, new).await.expect(201)
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", id(comment))
}

/// A visitor with a token of its own.
struct Visitor<'c>(&'c Client, String);

impl Visitor<'_> {
    async fn react(&self, comment: &Value, reaction: &str) -> Answer {
        let request = self
            .0
            .request("PUT", &format!("{}/reaction", address(comment)));
        let request = request.header("visitor-token", &self.1);
        Answer::of(request.json(&json!({"reaction": reaction}))).await
    }

    async fn take_back(&self, comment: &Value) -> Answer {
        let path = format!("{}/reaction", address(comment));
        Answer::of(
            self.0
                .request("DELETE", &path)
                .header("visitor-token", &self.1),
        )
        .await
    }
}

/// So many visitors.
fn visitors(client: &Client, many: usize) -> Vec<Visitor<'_>> {
    (0..many)
        .map(|number| Visitor(client, format!("visitor-{number}")))
        .collect()
}

/// The counts that a comment is read with.
fn counts(comment: &Value) -> (u64, u64) {
    let count = |name: &str| comment["reactions"][name].as_u64().unwrap();
    (count("like"), count("dislike"))
}

async fn read(client: &Client, comment: &Value) -> (u64, u64) {
    counts(&client.get(&address(comment)).await.expect(200))
}

/// The reactions that there are.
async fn kept(sql: &tokio_postgres::Client, comment: &Value) -> (u64, u64) {
    let count = "select count(*) filter (where likes), count(*) filter (where not likes) \
        from comment_reactions where comment_id = $1::text::uuid";
    let row = sql.query_one(count, &[&id(comment)]).await.unwrap();
    let count = |at: usize| u64::try_from(row.get::<_, i64>(at)).unwrap();
    (count(0), count(1))
}

/// Types, keys and data of the events behind this one.
async fn news(sql: &tokio_postgres::Client, last: i64) -> Vec<(String, Vec<String>, Value)> {
    let rows = sql
        .query(
            "select type, surrogate_keys, data::text from events where id > $1 order by id",
            &[&last],
        )
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let data = serde_json::from_str(row.get(2)).unwrap();
            (row.get(0), row.get(1), data)
        })
        .collect()
}

async fn last_event(sql: &tokio_postgres::Client) -> i64 {
    let last = sql.query_one("select max(id) from events", &[]).await;
    last.unwrap().get(0)
}

// Who may, and on what

#[tokio::test]
async fn anyone_may_react_and_gets_the_comment_as_it_then_is() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let author = app.caller(&["content:write"]).await;
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let before = guest.get(&address(&comment)).await;
    let path = format!("{}/reaction", address(&comment));

    let liked = guest.put(&path, json!({"reaction": "like"})).await;
    let read = guest.get(&address(&comment)).await;
    assert_eq!(liked.check(200).json(), read.json());
    assert_eq!(liked.etag(), read.etag());
    assert_eq!(
        read.json()["reactions"],
        json!({"like": 1, "dislike": 0}),
        "{}",
        read.text
    );
    assert!(!liked.text.contains("report_count"), "{}", liked.text);
    assert_eq!(liked.header("cache-control"), "private, no-store");

    assert_ne!(read.etag(), before.etag());
    let version = |answer: &Answer| answer.etag().split('-').next().unwrap().to_owned();
    assert_eq!(version(&read), version(&before), "it was not edited");
    let stale = ("if-match", before.header("etag"));
    let decided = admin
        .write(
            "PATCH",
            &address(&comment),
            stale,
            json!({"reason": "on topic"}),
        )
        .await;
    decided.check(200);

    Visitor(&author, "author".into())
        .react(&comment, "like")
        .await
        .check(200);
    let moderator = Visitor(&admin, "moderator".into());
    let seen = moderator.react(&comment, "dislike").await.expect(200);
    assert_eq!(counts(&seen), (2, 1));
    assert_eq!(seen["moderation_reason"], "on topic");
}

#[tokio::test]
async fn what_is_no_reaction_is_refused() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let path = format!("{}/reaction", address(&comment));
    for (body, pointer, code) in [
        (json!({}), "/reaction", "required"),
        (json!({"reaction": null}), "/reaction", "required"),
        (json!({"reaction": "love"}), "/reaction", "invalid"),
        (json!({"reaction": "LIKE"}), "/reaction", "invalid"),
        (json!({"reaction": ""}), "/reaction", "invalid"),
        (json!({"reaction": 1}), "/reaction", "wrong_type"),
        (
            json!({"reaction": "like", "weight": 9}),
            "/weight",
            "unknown_field",
        ),
    ] {
        let problem = guest.put(&path, body).await;
        let found = faults(&problem.problem(422, "validation-failed"));
        assert_eq!(found, [(pointer.to_owned(), code.to_owned())]);
    }
    for query in ["?x=1", "?reaction=like"] {
        let path = format!("{path}{query}");
        let body = json!({"reaction": "like"});
        guest
            .put(&path, body)
            .await
            .problem(400, "invalid-parameter");
        guest.delete(&path).await.problem(400, "invalid-parameter");
    }
    let long = "x".repeat(256);
    for token in [b"".as_slice(), b"\xc3\xa9", b"\xff", long.as_bytes()] {
        for method in ["PUT", "DELETE"] {
            let request = guest.request(method, &path).header("visitor-token", token);
            let answer = Answer::of(request.json(&json!({"reaction": "like"}))).await;
            let problem = answer.problem(400, "invalid-parameter");
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .contains("Visitor-Token"),
                "{problem}"
            );
        }
    }
    assert_eq!(read(&guest, &comment).await, (0, 0));
    let longest = Visitor(&guest, "x".repeat(255));
    longest.react(&comment, "like").await.check(200);
}

#[tokio::test]
async fn readers_react_to_what_they_see_and_to_nothing_else() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let hidden = published(&admin, "Hidden").await;
    let (tombstone, seen) = (
        post(&admin, &article, "Root.", None).await,
        post(&admin, &article, "Seen.", None).await,
    );
    post(&admin, &article, "Reply.", Some(&tombstone)).await;
    let waiting = post(&guest, &article, "Waiting.", None).await;
    let unseen = post(&admin, &hidden, "Unseen.", None).await;
    admin.delete(&address(&tombstone)).await.check(204);
    admin
        .post(
            &format!("/v1/articles/{hidden}/translations/en/unpublish"),
            json!({}),
        )
        .await
        .check(200);
    let visitor = Visitor(&guest, "one".into());
    let moderator = Visitor(&admin, "two".into());
    let unknown = json!({"id": "0193a000-0000-7000-8000-000000000000"});
    let malformed = json!({"id": "nothing"});
    for comment in [&tombstone, &waiting, &unseen, &unknown, &malformed] {
        for visitor in [&visitor, &moderator] {
            visitor
                .react(comment, "like")
                .await
                .problem(404, "not-found");
            visitor.take_back(comment).await.problem(404, "not-found");
        }
    }
    for status in ["rejected", "spam", "pending"] {
        let decision = json!({"status": status});
        admin.patch(&address(&seen), decision).await.check(200);
        visitor.react(&seen, "like").await.problem(404, "not-found");
    }
    admin
        .patch(&address(&seen), json!({"status": "approved"}))
        .await
        .check(200);
    // Whether the article takes comments is another matter.
    admin
        .patch(
            &format!("/v1/articles/{article}"),
            json!({"comments_open": false}),
        )
        .await
        .check(200);
    visitor.react(&seen, "like").await.check(200);
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .check(204);
    visitor
        .react(&seen, "dislike")
        .await
        .problem(404, "not-found");
    let unpublished = draft(&admin, "Draft").await;
    guest
        .get(&format!("/v1/articles/{unpublished}/comments"))
        .await
        .check(404);
}

// One for each visitor

#[tokio::test]
async fn a_visitor_has_one_reaction_which_can_be_changed_and_taken_back() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let (one, other) = (
        Visitor(&guest, "one".into()),
        Visitor(&guest, "other".into()),
    );
    let start = last_event(&sql).await;
    for (reaction, expected) in [
        ("like", (1, 0)),
        ("like", (1, 0)),
        ("dislike", (0, 1)),
        ("dislike", (0, 1)),
        ("like", (1, 0)),
    ] {
        let seen = one.react(&comment, reaction).await.expect(200);
        assert_eq!(counts(&seen), expected);
        assert_eq!(read(&guest, &comment).await, expected);
        assert_eq!(kept(&sql, &comment).await, expected);
    }
    let events = news(&sql, start).await;
    let expected = (
        "comment.reacted".to_owned(),
        vec![format!("comments-{article}")],
        json!({"comment_id": id(&comment)}),
    );
    assert_eq!(events, vec![expected; 3], "the same again is no event");
    let liked = guest.get(&address(&comment)).await.etag();
    let again = one.react(&comment, "like").await;
    assert_eq!(again.etag(), liked);

    other.react(&comment, "dislike").await.check(200);
    assert_eq!(read(&guest, &comment).await, (1, 1));
    let start = last_event(&sql).await;
    for _ in 0..2 {
        let answer = one.take_back(&comment).await;
        assert_eq!(answer.check(204).text, "");
        assert_eq!(read(&guest, &comment).await, (0, 1));
        assert_eq!(kept(&sql, &comment).await, (0, 1));
    }
    assert_eq!(news(&sql, start).await.len(), 1);
    one.react(&comment, "dislike").await.check(200);
    assert_eq!(read(&guest, &comment).await, (0, 2));
}

#[tokio::test]
async fn visitors_are_told_by_their_token_or_by_address_and_agent() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.0/8"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let path = format!("{}/reaction", address(&comment));
    let liked = async |headers: &[(&'static str, &str)]| {
        let request = headers
            .iter()
            .fold(guest.request("PUT", &path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let answer = Answer::of(request.json(&json!({"reaction": "like"}))).await;
        counts(&answer.expect(200)).0
    };
    let (home, away) = (
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "198.51.100.2"),
    );
    let (firefox, safari) = (("user-agent", "Firefox"), ("user-agent", "Safari"));
    let token = ("visitor-token", "a-visitor");
    for (headers, expected) in [
        (vec![home, firefox], 1),
        (vec![home, firefox], 1),
        (vec![home, safari], 2),
        (vec![away, firefox], 3),
        (vec![home], 4),
        (vec![home], 4),
        (vec![home, firefox, token], 5),
        (vec![away, safari, token], 5),
        (vec![("visitor-token", "another"), home, firefox], 6),
        // Of IPv6 the network counts.
        (vec![("x-forwarded-for", "2001:db8::1"), firefox], 7),
        (vec![("x-forwarded-for", "2001:db8::2"), firefox], 7),
    ] {
        assert_eq!(liked(&headers).await, expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_visitor_stays_the_same_when_the_key_for_addresses_changes() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let path = format!("{}/reaction", address(&comment));
    let like = json!({"reaction": "like"});
    guest.put(&path, like.clone()).await.check(200);
    sql.execute("select new_address_key()", &[]).await.unwrap();
    // A node that has just started knows the new key.
    let node = app.second_node(&["--cache-mb", "0"]).await;
    let guest = node.guest();
    let start = last_event(&sql).await;
    let same = guest.put(&path, like).await.expect(200);
    assert_eq!(counts(&same), (1, 0));
    assert_eq!(news(&sql, start).await, []);
    let other = guest.put(&path, json!({"reaction": "dislike"})).await;
    assert_eq!(counts(&other.expect(200)), (0, 1));
    assert_eq!(kept(&sql, &comment).await, (0, 1));

    sql.execute("select new_address_key()", &[]).await.unwrap();
    let node = app.second_node(&["--cache-mb", "0"]).await;
    node.guest().delete(&path).await.check(204);
    assert_eq!(read(&guest, &comment).await, (0, 0));
    assert_eq!(kept(&sql, &comment).await, (0, 0));
}

// Many at once

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counts_of_many_visitors_at_once_are_exact() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let mut running = JoinSet::new();
    for number in 0..60 {
        let (guest, comment) = (guest.clone(), comment.clone());
        running.spawn(async move {
            let visitor = Visitor(&guest, format!("visitor-{number}"));
            let reaction = if number % 3 == 0 { "dislike" } else { "like" };
            visitor.react(&comment, reaction).await.check(200);
            if number % 5 == 0 {
                visitor.take_back(&comment).await.check(204);
            }
            if number % 10 == 0 {
                visitor.react(&comment, "like").await.check(200);
            }
        });
    }
    // A moderator and a writer of replies come between.
    for round in 0..4 {
        let decision = json!({"reason": format!("round {round}")});
        admin.patch(&address(&comment), decision).await.check(200);
        post(&admin, &article, &format!("Reply {round}."), Some(&comment)).await;
    }
    running.join_all().await;
    let likes = (0..60).filter(|number| number % 10 == 0 || (number % 3 != 0 && number % 5 != 0));
    let dislikes = (0..60).filter(|number| number % 3 == 0 && number % 5 != 0);
    let expected = (
        u64::try_from(likes.count()).unwrap(),
        u64::try_from(dislikes.count()).unwrap(),
    );
    assert_eq!(kept(&sql, &comment).await, expected);
    assert_eq!(read(&guest, &comment).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_many_requests_of_one_visitor_at_once_end_as_one() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    for round in 0..6 {
        let mut running = JoinSet::new();
        for number in 0..12 {
            let (guest, comment) = (guest.clone(), comment.clone());
            running.spawn(async move {
                let visitor = Visitor(&guest, "one".into());
                match (round + number) % 3 {
                    0 => visitor.react(&comment, "like").await.check(200).status,
                    1 => visitor.react(&comment, "dislike").await.check(200).status,
                    _ => visitor.take_back(&comment).await.check(204).status,
                }
            });
        }
        running.join_all().await;
        let (likes, dislikes) = kept(&sql, &comment).await;
        assert!(likes + dislikes <= 1, "round {round}");
        assert_eq!(
            read(&guest, &comment).await,
            (likes, dislikes),
            "round {round}"
        );
    }
    let mut running = JoinSet::new();
    for _ in 0..12 {
        let (guest, comment) = (guest.clone(), comment.clone());
        running.spawn(async move {
            Visitor(&guest, "one".into())
                .react(&comment, "like")
                .await
                .expect(200)
        });
    }
    for seen in running.join_all().await {
        assert_eq!(counts(&seen), (1, 0));
    }
    assert_eq!(kept(&sql, &comment).await, (1, 0));
}

#[tokio::test]
async fn reactions_to_a_comment_that_is_being_deleted_are_counted_or_refused() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    for round in 0..6 {
        let root = post(&admin, &article, &format!("Root {round}."), None).await;
        post(&admin, &article, &format!("Reply {round}."), Some(&root)).await;
        let (one, two) = (Visitor(&guest, "one".into()), Visitor(&guest, "two".into()));
        let path = address(&root);
        let (first, second, deleted) = tokio::join!(
            one.react(&root, "like"),
            two.react(&root, "dislike"),
            admin.delete(&path)
        );
        deleted.check(204);
        for answer in [first, second] {
            assert!(matches!(answer.status, 200 | 404), "round {round}");
        }
        assert_eq!(read(&guest, &root).await, (0, 0), "round {round}");
        assert_eq!(kept(&sql, &root).await, (0, 0), "round {round}");
    }
}

// What readers see of it

#[tokio::test]
async fn the_best_stand_first_as_far_as_their_reactions_can_tell() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let voices = visitors(&guest, 110);
    // What they say, with how many like it and how many do not.
    let opinions = [
        ("disliked by many", 0, 5),
        ("nobody cares", 0, 0),
        ("liked by one", 1, 0),
        ("liked by a hundred", 100, 4),
        ("disliked by one", 0, 1),
        ("divided", 6, 6),
        ("nobody cares either", 0, 0),
    ];
    let mut made = vec![];
    for (body, likes, dislikes) in opinions {
        let comment = post(&admin, &article, body, None).await;
        for visitor in &voices[..likes] {
            visitor.react(&comment, "like").await.check(200);
        }
        for visitor in &voices[likes..likes + dislikes] {
            visitor.react(&comment, "dislike").await.check(200);
        }
        made.push(comment);
    }
    let expected = [
        "liked by a hundred",
        "divided",
        "liked by one",
        // Of one score the newest comes first.
        "nobody cares either",
        "nobody cares",
        "disliked by one",
        "disliked by many",
    ];
    let path = format!("/v1/articles/{article}/comments?sort=top");
    let page = guest.get(&path).await.expect(200);
    assert_eq!(members(&page, "body"), expected);
    for limit in [1, 2, 3] {
        let (mut seen, mut cursor) = (vec![], String::new());
        loop {
            let page = guest.get(&format!("{path}&limit={limit}{cursor}")).await;
            let page = page.expect(200);
            seen.extend(members(&page, "body"));
            let Some(next) = page["page"]["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, expected, "{limit}");
    }
    // Replies too.
    let root = &made[1];
    for body in ["one", "two"] {
        let reply = post(&admin, &article, body, Some(root)).await;
        let reaction = if body == "one" { "dislike" } else { "like" };
        voices[0].react(&reply, reaction).await.check(200);
    }
    let replies = format!("{path}&parent={}", id(root));
    let replies = guest.get(&replies).await.expect(200);
    assert_eq!(members(&replies, "body"), ["two", "one"]);
}

#[tokio::test]
async fn a_list_that_is_kept_shows_a_reaction_at_once_and_the_article_stays_kept() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let (first, second) = (
        post(&admin, &article, "First.", None).await,
        post(&admin, &article, "Second.", None).await,
    );
    let list = format!("/v1/articles/{article}/comments?sort=top");
    let others = [
        format!("/v1/articles/{article}"),
        "/v1/articles".to_owned(),
        "/v1/articles?sort=-comments".to_owned(),
        format!("/v1/comments/counts?articles={article}"),
    ];
    let deadline = Instant::now() + Duration::from_secs(30);
    let from_memory = async |path: &str| {
        let answer = guest.get(path).await;
        answer.check(200).header("cache-status") == "Dateline; hit"
    };
    for path in others.iter().chain([&list]) {
        while !from_memory(path).await {
            assert!(Instant::now() < deadline, "{path} is never kept");
        }
    }
    let visitor = Visitor(&guest, "one".into());
    for (comment, reaction, expected) in [
        (&first, "like", ["First.", "Second."]),
        (&first, "dislike", ["Second.", "First."]),
        (&second, "dislike", ["Second.", "First."]),
        (&first, "like", ["First.", "Second."]),
    ] {
        visitor.react(comment, reaction).await.check(200);
        let page = guest.get(&list).await.expect(200);
        assert_eq!(members(&page, "body"), expected, "{reaction}");
        let seen = page["data"].as_array().unwrap();
        let seen = seen.iter().find(|seen| seen["id"] == comment["id"]);
        let (likes, dislikes) = (u64::from(reaction == "like"), u64::from(reaction != "like"));
        assert_eq!(counts(seen.unwrap()), (likes, dislikes));
    }
    visitor.take_back(&second).await.check(204);
    let page = guest.get(&list).await.expect(200);
    assert_eq!(counts(&page["data"][1]), (0, 0));
    for path in &others {
        assert!(from_memory(path).await, "{path} was dropped");
    }
}

#[tokio::test]
async fn the_keys_of_a_comment_are_those_that_a_reaction_touches() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.", None).await;
    let list = format!("/v1/articles/{article}/comments");
    for path in [address(&comment), list] {
        let answer = guest.get(&path).await;
        let keys: BTreeSet<&str> = answer.header("surrogate-key").split(' ').collect();
        let both = [format!("article-{article}"), format!("comments-{article}")];
        assert!(
            both.iter().all(|key| keys.contains(key.as_str())),
            "{path}: {keys:?}"
        );
    }
}
