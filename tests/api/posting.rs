//! What may speak against a comment when it is posted, and what becomes of many at once.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{TestApp, connect};
use crate::cli::Fresh;
use crate::client::{Answer, Client, faults};
use crate::make::{id, published, translate};
use crate::process::{Folder, Process, signal};

fn comments(article: &str) -> String {
    format!("/v1/articles/{article}/comments")
}

fn new(body: &str) -> Value {
    json!({"author_name": "Meera", "body": body, "locale": "en"})
}

/// A comment that comes through a proxy from this address.
async fn from(guest: &Client, article: &str, address: &str, new: Value) -> Answer {
    let request = guest.request("POST", &comments(article)).json(&new);
    Answer::of(request.header("x-forwarded-for", address)).await
}

/// What a moderator sees of the comment.
async fn seen(admin: &Client, comment: &Value) -> Value {
    let path = format!("/v1/comments/{}", id(comment));
    admin.get(&path).await.expect(200)
}

#[tokio::test]
async fn from_one_address_so_many_comments_are_taken_and_then_no_more() {
    let app = TestApp::start_with(&["--comment-rate", "3/h"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    // What is refused for itself is not counted.
    guest.post(&comments(&article), new("")).await.check(422);
    guest.post(&comments("nowhere"), new("x")).await.check(404);
    for left in [2, 1, 0] {
        let answer = guest
            .post(&comments(&article), new(&format!("{left}")))
            .await;
        answer.check(201);
        assert_eq!(answer.header("ratelimit-policy"), "\"comments\";q=3;w=3600");
        let rest = answer.header("ratelimit");
        assert!(
            rest.starts_with(&format!("\"comments\";r={left};t=")),
            "{rest}"
        );
    }
    let refused = guest.post(&comments(&article), new("one more")).await;
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=1200).contains(&wait), "{wait}");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"comments\";q=3;w=3600"
    );
    assert_eq!(
        refused.header("ratelimit"),
        format!("\"comments\";r=0;t={wait}")
    );
    refused.problem(429, "rate-limited");
    // Other nodes know, other articles too; who may moderate is not counted.
    let second = app.second_node(&["--comment-rate", "3/h"]).await;
    let other = published(&admin, "Trains").await;
    second
        .guest()
        .post(&comments(&other), new("x"))
        .await
        .problem(429, "rate-limited");
    let answer = admin.post(&comments(&article), new("x")).await;
    assert_eq!(answer.check(201).header("ratelimit"), "");
}

#[tokio::test]
async fn a_comment_said_twice_counts_for_the_rate() {
    let app = TestApp::start_with(&["--comment-rate", "2/h"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    guest
        .post(&comments(&article), new("Late."))
        .await
        .check(201);
    guest
        .post(&comments(&article), new("Late."))
        .await
        .problem(409, "conflict");
    guest
        .post(&comments(&article), new("Early."))
        .await
        .problem(429, "rate-limited");
}

#[tokio::test]
async fn many_at_once_from_one_address_are_as_many_as_may_be() {
    let app = TestApp::start_with(&["--comment-rate", "5/h", "--workers", "2"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = comments(&article);
    let bodies = (0..40).map(|n| new(&format!("Comment {n}")));
    let answers = join_all(bodies.map(|body| guest.post(&path, body))).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((taken, refused), (5, 35));
    let count: i64 = app
        .sql()
        .await
        .query_one("select count(*) from comments", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 5);
}

#[tokio::test]
async fn an_address_is_the_rightmost_hop_that_is_no_trusted_proxy() {
    let settings = [
        "--comment-rate",
        "1/h",
        "--trusted-proxies",
        "127.0.0.1,10.0.0.0/8",
    ];
    let app = TestApp::start_with(&settings).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let post =
        async |address: &str, body: &str| from(&guest, &article, address, new(body)).await.status;
    assert_eq!(post("203.0.113.1", "a").await, 201);
    assert_eq!(post("203.0.113.1", "b").await, 429);
    // What stands left of it anyone may have written.
    assert_eq!(post("198.51.100.7, 203.0.113.1, 10.1.2.3", "c").await, 429);
    assert_eq!(post("203.0.113.1, 198.51.100.7", "d").await, 201);
    // A network of IPv6 is one home.
    assert_eq!(post("2001:db8:1:2::1", "e").await, 201);
    assert_eq!(post("2001:db8:1:2:99::7", "f").await, 429);
    assert_eq!(post("2001:db8:1:3::1", "g").await, 201);
    // Nobody is believed without such a setting.
    let app = TestApp::start_with(&["--comment-rate", "1/h"]).await;
    let article = published(&app.admin(), "Ferries").await;
    assert_eq!(
        from(&app.guest(), &article, "203.0.113.1", new("a"))
            .await
            .status,
        201
    );
    assert_eq!(
        from(&app.guest(), &article, "203.0.113.2", new("b"))
            .await
            .status,
        429
    );
}

#[tokio::test]
async fn one_article_takes_so_many_comments_from_all_together() {
    let settings = [
        "--comment-article-rate",
        "2/h",
        "--trusted-proxies",
        "127.0.0.1",
    ];
    let app = TestApp::start_with(&settings).await;
    let (admin, guest) = (app.admin(), app.guest());
    let (article, other) = (
        published(&admin, "Ferries").await,
        published(&admin, "Trains").await,
    );
    let posts = (1..=8).map(|n| {
        let body = new(&format!("Comment {n}"));
        let (guest, article) = (guest.clone(), article.clone());
        async move { from(&guest, &article, &format!("203.0.113.{n}"), body).await }
    });
    let answers = join_all(posts).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 429, 429, 429, 429, 429, 429]);
    let refused = answers
        .into_iter()
        .find(|answer| answer.status == 429)
        .unwrap();
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    from(&guest, &other, "203.0.113.1", new("x"))
        .await
        .check(201);
}

#[tokio::test]
async fn the_same_text_by_the_same_writer_under_the_same_article_is_refused_for_a_day() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let (article, other) = (
        published(&admin, "Ferries").await,
        published(&admin, "Trains").await,
    );
    let by = |name: &str, email: Value, body: &str| json!({"author_name": name, "author_email": email, "body": body, "locale": "en"});
    let post = async |article: &str, address: &str, new: Value| {
        from(&guest, article, address, new).await.status
    };
    let (here, there) = ("203.0.113.1", "203.0.113.2");
    let late = "The  ferry\nwas LATE.";
    assert_eq!(
        post(&article, here, by("Meera", Value::Null, late)).await,
        201
    );
    assert_eq!(
        post(
            &article,
            here,
            by("meera", Value::Null, "the ferry was late.")
        )
        .await,
        409
    );
    assert_eq!(
        post(&article, here, by("Arjun", Value::Null, late)).await,
        201
    );
    assert_eq!(
        post(&article, there, by("Meera", Value::Null, late)).await,
        201
    );
    assert_eq!(
        post(&other, here, by("Meera", Value::Null, late)).await,
        201
    );
    // Who gives an e-mail address is known by it, wherever and under whatever name.
    let email = json!("meera@example.org");
    assert_eq!(post(&article, here, by("Meera", email, late)).await, 201);
    let email = json!("Meera@Example.org");
    assert_eq!(post(&article, there, by("M.", email, late)).await, 409);
    // Who may moderate may repeat.
    admin.post(&comments(&article), new("x")).await.check(201);
    admin.post(&comments(&article), new("x")).await.check(201);
}

#[tokio::test]
async fn what_was_deleted_or_said_more_than_a_day_ago_may_be_said_again() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = comments(&article);
    let first = guest.post(&path, new("Late.")).await.expect(201);
    guest.post(&path, new("Late.")).await.check(409);
    let own = guest.request("DELETE", &format!("/v1/comments/{}", id(&first)));
    let token = first["edit_token"].as_str().unwrap();
    Answer::of(own.header("comment-edit-token", token))
        .await
        .check(204);
    let again = guest.post(&path, new("Late.")).await.expect(201);
    guest.post(&path, new("Late.")).await.check(409);
    let sql = app.sql().await;
    // Ids are in order of time: a day passes.
    let old = "update recent_comments set comment_id = '01890000-0000-7000-8000-000000000000'";
    assert_eq!(sql.execute(old, &[]).await.unwrap(), 1, "{again}");
    guest.post(&path, new("Late.")).await.check(201);
}

#[tokio::test]
async fn of_many_who_say_the_same_at_once_one_is_taken() {
    let app = TestApp::start_with(&["--workers", "2"]).await;
    let second = app.second_node(&[]).await;
    let (admin, guests) = (app.admin(), [app.guest(), second.guest()]);
    let article = published(&admin, "Ferries").await;
    let path = comments(&article);
    let posts = (0..24).map(|n| guests[n % 2].post(&path, new("Late.")));
    let answers = join_all(posts).await;
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 1);
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 201 | 409))
    );
}

#[tokio::test]
async fn who_fills_in_the_hidden_field_is_answered_as_any_other_and_stored_as_spam() {
    for premoderation in ["true", "false"] {
        let app = TestApp::start_with(&["--comments-premoderation", premoderation]).await;
        let (admin, guest) = (app.admin(), app.guest());
        let article = published(&admin, "Ferries").await;
        let mut trapped = new("Cheap watches");
        trapped["website_confirm"] = json!("https://watches.example");
        let usual = guest
            .post(&comments(&article), new("Late."))
            .await
            .expect(201);
        let answer = guest.post(&comments(&article), trapped).await.expect(201);
        assert_eq!(answer["status"], usual["status"]);
        assert!(answer["edit_token"].is_string());
        let stored = seen(&admin, &answer).await;
        assert_eq!(
            (&stored["status"], &stored["held_for"]),
            (&json!("spam"), &json!(["honeypot"]))
        );
        // Empty, as a browser sends it, it means nothing.
        let mut human = new("On time.");
        human["website_confirm"] = json!("");
        let answer = guest.post(&comments(&article), human).await.expect(201);
        assert_eq!(seen(&admin, &answer).await["status"], usual["status"]);
    }
}

#[tokio::test]
async fn a_comment_with_blocked_words_or_many_links_waits() {
    let settings = [
        "--comments-premoderation",
        "false",
        "--comment-blocked-words",
        "casino, free money,hi:जुआ",
        "--comment-max-links",
        "1",
    ];
    let app = TestApp::start_with(&settings).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let held = async |body: &str, locale: &str| {
        let new = json!({"author_name": "Meera", "body": body, "locale": locale});
        let comment = guest.post(&comments(&article), new).await.expect(201);
        let stored = seen(&admin, &comment).await;
        assert!(comment["held_for"].is_null(), "for moderators only");
        assert_eq!(
            stored["status"] == "pending",
            stored["held_for"] != json!([])
        );
        stored["held_for"].clone()
    };
    assert_eq!(held("The ferry was late.", "en").await, json!([]));
    assert_eq!(
        held("Visit our CASINO!", "en").await,
        json!(["blocked_word"])
    );
    assert_eq!(held("FREE, money", "mr").await, json!(["blocked_word"]));
    assert_eq!(held("यह जुआ है।", "hi").await, json!(["blocked_word"]));
    assert_eq!(held("हा जुआ आहे.", "mr").await, json!([]));
    assert_eq!(held("See https://a.example", "en").await, json!([]));
    assert_eq!(
        held("See https://a.example and www.b.example", "en").await,
        json!(["links"])
    );
}

#[tokio::test]
async fn an_author_with_enough_approved_comments_waits_no_longer() {
    let app = TestApp::start_with(&["--comments-trust-after", "2"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let mut said = 0;
    let mut post = async |email: &str| {
        said += 1;
        let body = format!("Comment {said}");
        let new =
            json!({"author_name": "Meera", "author_email": email, "body": body, "locale": "en"});
        guest.post(&comments(&article), new).await.expect(201)
    };
    let decide = async |comment: &Value, status: &str| {
        let path = format!("/v1/comments/{}", id(comment));
        admin
            .patch(&path, json!({"status": status}))
            .await
            .expect(200);
    };
    for _ in 0..2 {
        let comment = post("meera@example.org").await;
        assert_eq!(comment["status"], "pending");
        decide(&comment, "approved").await;
    }
    let third = post("MEERA@example.org").await;
    assert_eq!(third["status"], "approved");
    assert_eq!(seen(&admin, &third).await["held_for"], json!([]));
    assert_eq!(post("arjun@example.org").await["status"], "pending");
    // One that was spam takes the trust away.
    decide(&third, "spam").await;
    assert_eq!(post("meera@example.org").await["status"], "pending");
}

/// Answers each request with this, and tells what it was asked.
fn checker(answer: &'static str) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/comment-check?api_key=hunter2",
        listener.local_addr().unwrap()
    );
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
            let mut request = String::new();
            let mut part = [0; 4096];
            while !request.contains("honeypot_field_name") {
                let read = stream.read(&mut part).unwrap();
                if read == 0 {
                    break;
                }
                request.push_str(&String::from_utf8_lossy(&part[..read]));
            }
            let _ = stream.write_all(answer.as_bytes());
            if tell.send(request).is_err() {
                return;
            }
        }
    });
    (url, told)
}

const SPAM: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ntrue";
const NO_SPAM: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nfalse";
const NONSENSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\ninvalid";
const FAILURE: &str = "HTTP/1.1 500 No\r\ncontent-length: 4\r\nconnection: close\r\n\r\ntrue";

#[tokio::test]
async fn who_checks_comments_is_asked_and_without_an_answer_they_wait() {
    for (answer, premoderation, status, held) in [
        (SPAM, "false", "spam", json!(["check"])),
        (SPAM, "true", "spam", json!(["check"])),
        (NO_SPAM, "false", "approved", json!([])),
        (NO_SPAM, "true", "pending", json!(["premoderation"])),
        (NONSENSE, "false", "pending", json!(["check"])),
        (FAILURE, "false", "pending", json!(["check"])),
    ] {
        let (url, asked) = checker(answer);
        let settings = [
            "--comments-premoderation",
            premoderation,
            "--comment-check-url",
            &url,
        ];
        let app = TestApp::start_with(&settings).await;
        let (admin, guest) = (app.admin(), app.guest());
        let article = published(&admin, "Ferries").await;
        let comment = guest
            .post(&comments(&article), new("Cheap & good: 100%"))
            .await
            .expect(201);
        let stored = seen(&admin, &comment).await;
        assert_eq!(
            (&stored["status"], &stored["held_for"]),
            (&json!(status), &held)
        );
        assert_ne!(comment["status"], "spam", "a spammer is told nothing");
        let request = asked.recv().unwrap();
        assert!(
            request.starts_with("POST /comment-check?api_key=hunter2 "),
            "{request}"
        );
        for member in [
            "comment_author=Meera",
            "comment_content=Cheap+%26+good%3A+100%25",
            "user_ip=127.0.0.1",
        ] {
            assert!(request.contains(member), "{request}");
        }
        // Nobody is asked about a moderator's.
        admin.post(&comments(&article), new("x")).await.check(201);
        assert!(asked.try_recv().is_err());
    }
    // Nobody is there.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let settings = [
        "--comments-premoderation",
        "false",
        "--comment-check-url",
        &format!("http://{closed}/"),
    ];
    let app = TestApp::start_with(&settings).await;
    let article = published(&app.admin(), "Ferries").await;
    let comment = app
        .guest()
        .post(&comments(&article), new("Late."))
        .await
        .expect(201);
    assert_eq!(comment["status"], "pending");
}

#[tokio::test]
async fn many_comments_at_once_are_all_there_each_on_its_own_terms() {
    let settings = ["--comments-premoderation", "false", "--workers", "2"];
    let app = TestApp::start_with(&settings).await;
    let (admin, guest) = (app.admin(), app.guest());
    let open = published(&admin, "Ferries").await;
    let closed = published(&admin, "Trains").await;
    admin
        .patch(
            &format!("/v1/articles/{closed}"),
            json!({"comments_open": false}),
        )
        .await
        .expect(200);
    let root = admin.post(&comments(&open), new("Root")).await.expect(201);
    let posts = (0..120).map(|n| {
        let mut body = new(&format!("Comment {n}"));
        let (path, expected) = match n % 6 {
            0 => (comments(&closed), 409),
            1 => {
                body["parent_id"] = json!("0193a000-0000-7000-8000-000000000000");
                (comments(&open), 422)
            }
            2 | 3 => {
                body["parent_id"] = root["id"].clone();
                (comments(&open), 201)
            }
            _ => (comments(&open), 201),
        };
        let guest = guest.clone();
        async move { (guest.post(&path, body).await, expected) }
    });
    let answers = join_all(posts).await;
    let mut ids = HashSet::new();
    for (answer, expected) in answers {
        answer.check(expected);
        if expected == 201 {
            ids.insert(id(&answer.json()));
        }
    }
    assert_eq!(ids.len(), 80);
    let sql = app.sql().await;
    let count = async |query: &str| -> i64 { sql.query_one(query, &[]).await.unwrap().get(0) };
    assert_eq!(count("select count(*) from comments").await, 81);
    assert_eq!(
        count("select count(*) from events where type = 'comment.created'").await,
        81
    );
    let article = guest.get(&format!("/v1/articles/{open}")).await.expect(200);
    assert_eq!(article["comments"]["approved_count"], 81);
    let path = format!("/v1/comments/{}", id(&root));
    assert_eq!(guest.get(&path).await.expect(200)["reply_count"], 40);
}

#[tokio::test]
async fn a_comment_that_something_is_in_the_way_of_makes_no_other_wait() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let (held, free) = (
        published(&admin, "Ferries").await,
        published(&admin, "Trains").await,
    );
    let mut sql = app.sql().await;
    let transaction = sql.transaction().await.unwrap();
    transaction
        .execute(
            &format!("select 1 from articles where id = '{held}' for update"),
            &[],
        )
        .await
        .unwrap();
    let (held_path, free_path) = (comments(&held), comments(&free));
    let waiting = join_all((0..4).map(|n| guest.post(&held_path, new(&format!("Held {n}")))));
    tokio::pin!(waiting);
    // All others get through while those wait, whichever statement they come to stand in.
    let through = join_all((0..40).map(|n| guest.post(&free_path, new(&format!("Free {n}")))));
    tokio::select! {
        answers = through => assert!(answers.iter().all(|answer| answer.status == 201)),
        _ = &mut waiting => panic!("they were not held up"),
    }
    transaction.rollback().await.unwrap();
    assert!(waiting.await.iter().all(|answer| answer.status == 201));
}

#[tokio::test]
async fn what_is_posted_is_in_the_very_next_list() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    for n in 1..=20 {
        guest
            .post(&comments(&article), new(&format!("Comment {n}")))
            .await
            .check(201);
        let list = guest
            .get(&format!("{}?limit=100", comments(&article)))
            .await
            .expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), n);
    }
}

#[tokio::test]
async fn a_comment_that_waits_drops_no_answer_that_is_kept() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    translate(&admin, &article, "hi", "नौका").await;
    let path = comments(&article);
    let kept = async || {
        let answer = guest.get(&path).await;
        answer.check(200).header("cache-status").contains("hit")
    };
    kept().await;
    assert!(kept().await);
    let comment = guest.post(&path, new("Late.")).await.expect(201);
    assert!(kept().await);
    let one = format!("/v1/comments/{}", id(&comment));
    admin
        .patch(&one, json!({"status": "spam"}))
        .await
        .expect(200);
    assert!(kept().await);
    admin
        .patch(&one, json!({"status": "approved"}))
        .await
        .expect(200);
    assert!(!kept().await);
    assert!(kept().await);
}

#[tokio::test]
async fn what_a_form_sends_besides_is_checked() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let mut body = new("Late.");
    body["form_token"] = json!(7);
    body["website"] = json!("x");
    let problem = app
        .guest()
        .post(&comments(&article), body)
        .await
        .problem(422, "validation-failed");
    let expected = [("/form_token", "wrong_type"), ("/website", "unknown_field")];
    assert_eq!(
        faults(&problem),
        expected.map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
}

#[tokio::test]
async fn of_an_address_nothing_is_kept_but_what_stands_for_it() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    from(&guest, &article, "203.0.113.77", new("Late."))
        .await
        .check(201);
    let sql = app.sql().await;
    let rows =
        "select count(*) from comments where address_hash is not null and address_key is not null";
    let hashed: i64 = sql.query_one(rows, &[]).await.unwrap().get(0);
    assert_eq!(hashed, 1);
    for table in ["comments", "events", "comment_rates", "recent_comments"] {
        let text = format!(
            "select count(*) from {table} t where t::text like '%203.0.113.77%' \
            or t::text like '%cb00714d%'"
        );
        let told: i64 = sql.query_one(&text, &[]).await.unwrap().get(0);
        assert_eq!(told, 0, "{table}");
    }
}

/// Posts one comment after the other until the node is gone; the ids of those that were answered.
async fn post_until_it_ends(
    guest: Client,
    article: String,
    writer: usize,
    answered: Arc<AtomicUsize>,
) -> Vec<String> {
    let mut ids = vec![];
    for n in 0.. {
        let body = new(&format!("Comment {n} of {writer}"));
        let sent = guest
            .request("POST", &comments(&article))
            .json(&body)
            .send()
            .await;
        let Ok(answer) = sent else { break };
        assert_eq!(answer.status(), 201);
        let Ok(comment) = answer.json::<Value>().await else {
            break;
        };
        ids.push(id(&comment));
        answered.fetch_add(1, Ordering::Relaxed);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_when_a_node_is_killed() {
    let (database, folder) = (Fresh::migrated().await, Folder::new());
    let mut command = database.dateline(&folder, &["serve"]);
    command
        .env("DATELINE_COMMENT_RATE", "off")
        .env("DATELINE_COMMENTS_PREMODERATION", "false");
    let node = Process::start(command);
    let token = node.tokens().remove(0);
    let admin = Client::new(&node.url(), Some(token));
    let article = published(&admin, "Ferries").await;
    let answered = Arc::new(AtomicUsize::new(0));
    let writers = (0..16).map(|writer| {
        let (guest, article) = (node.guest(), article.clone());
        tokio::spawn(post_until_it_ends(
            guest,
            article,
            writer,
            Arc::clone(&answered),
        ))
    });
    let writers: Vec<_> = writers.collect();
    while answered.load(Ordering::Relaxed) < 100 {
        tokio::task::yield_now().await;
    }
    assert!(signal(node.id(), "KILL"));
    node.end();
    let told = join_all(writers).await.into_iter().flat_map(Result::unwrap);
    let told: HashSet<String> = told.collect();
    let sql = connect(&database.url).await;
    let rows = sql
        .query("select id::text from comments", &[])
        .await
        .unwrap();
    let written: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(told.len() >= 100 && told.is_subset(&written));
    // Each with its event and counted once, also those that nobody was answered for.
    let counts = "select (select count(*) from events where type = 'comment.created'), \
        (select approved from comment_counts)";
    let row = sql.query_one(counts, &[]).await.unwrap();
    let written = i64::try_from(written.len()).unwrap();
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, i64>(1)),
        (written, written)
    );
}

#[tokio::test]
async fn who_is_banned_may_not_comment_until_the_ban_ends() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let by = |email: Value, body: &str| json!({"author_name": "Meera", "author_email": email, "body": body, "locale": "en"});
    let post = async |address: &str, email: Value, body: &str| {
        from(&guest, &article, address, by(email, body)).await
    };
    let (here, there) = ("203.0.113.1", "198.51.100.2");
    let first = post(here, json!("meera@example.org"), "One.")
        .await
        .expect(201);
    // By e-mail address: wherever it comes from, in whatever case.
    let ban = json!({"author_email": "meera@example.org", "reason": "abuse"});
    let by_email = admin.post("/v1/bans", ban).await.expect(201);
    let refused = post(there, json!("MEERA@example.org"), "Two.").await;
    assert!(!refused.text.contains("example.org") && !refused.text.contains("abuse"));
    refused.problem(403, "forbidden");
    post(here, json!("arjun@example.org"), "Three.")
        .await
        .check(201);
    // By address: whoever writes from there.
    let ban = json!({"comment_id": first["id"], "kind": "address"});
    let by_address = admin.post("/v1/bans", ban).await.expect(201);
    post(here, json!("arjun@example.org"), "Four.")
        .await
        .problem(403, "forbidden");
    post(here, Value::Null, "Five.")
        .await
        .problem(403, "forbidden");
    post(there, Value::Null, "Six.").await.check(201);
    // What is refused is neither counted nor remembered, and a token that may moderate is not held against it.
    admin
        .post(&comments(&article), new("Seven."))
        .await
        .check(201);
    admin
        .delete(&format!("/v1/bans/{}", id(&by_address)))
        .await
        .check(204);
    post(here, Value::Null, "Five.").await.check(201);
    let over = "update bans set expires_at = now() - interval '1 second'";
    assert_eq!(app.sql().await.execute(over, &[]).await.unwrap(), 1);
    post(there, json!("meera@example.org"), "Two.")
        .await
        .check(201);
    admin
        .get(&format!("/v1/bans/{}", id(&by_email)))
        .await
        .check(404);
}

#[tokio::test]
async fn a_reply_that_is_seen_at_once_is_told_to_who_wants_to_know() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let asks = json!({"author_name": "Meera", "author_email": "meera@example.org", "body": "Why?",
        "locale": "en", "notify_replies": true});
    let asked = guest.post(&comments(&article), asks).await.expect(201);
    let path = format!("/v1/comments/{}/notice-token", id(&asked));
    let token = admin.post(&path, json!({})).await.expect(200)["token"].clone();
    let sql = app.sql().await;
    let told = async || -> i64 {
        let count = "select count(*) from events where type = 'comment.replied'";
        sql.query_one(count, &[]).await.unwrap().get(0)
    };
    let answer = |email: &str, body: &str| {
        json!({"author_name": "Arjun", "author_email": email, "body": body, "locale": "en",
            "parent_id": asked["id"]})
    };
    let post = async |body: Value| guest.post(&comments(&article), body).await.expect(201);
    // Nobody has said yet that the address is theirs.
    post(answer("arjun@example.org", "Too early.")).await;
    assert_eq!(told().await, 0);
    guest
        .post("/v1/comments/notices/confirm", json!({"token": token}))
        .await
        .check(200);
    post(answer("arjun@example.org", "Because.")).await;
    assert_eq!(told().await, 1);
    post(answer("Meera@example.org", "I see.")).await;
    assert_eq!(told().await, 1, "nobody is told of their own");
    let event = "select data->>'comment_id', actor, surrogate_keys = '{}' from events where type = 'comment.replied'";
    let row = sql.query_one(event, &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), id(&asked));
    assert_eq!(row.get::<_, Option<String>>(1), None);
    assert!(row.get::<_, bool>(2));
}

#[tokio::test]
async fn a_form_is_asked_for_where_the_site_says_so() {
    let app = TestApp::start_with(&["--comment-min-seconds", "1"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let refused = async |token: Value, code: &str| {
        let mut body = new("Late.");
        body["form_token"] = token;
        let problem = guest
            .post(&comments(&article), body)
            .await
            .problem(422, "validation-failed");
        assert_eq!(
            faults(&problem),
            [("/form_token".to_owned(), code.to_owned())]
        );
    };
    refused(Value::Null, "required").await;
    refused(json!("made up"), "invalid").await;
    let path = format!("/v1/articles/{article}/comments/form");
    let form = guest.get(&path).await.expect(200)["form_token"].clone();
    refused(form.clone(), "too_soon").await;
    // Nobody else has to wait.
    admin
        .post(&comments(&article), new("At once."))
        .await
        .check(201);
    let mut body = new("Late.");
    body["form_token"] = form;
    while guest.post(&comments(&article), body.clone()).await.status != 201 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
